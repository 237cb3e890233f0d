//! What every test stands on: a server, a database of its own, a folder of migrations, and a
//! process whose output is expected to be empty unless the test says otherwise.

pub mod database;
pub mod folder;
pub mod locks;
pub mod mask;
pub mod output;
pub mod process;
pub mod reference;
pub mod run;
pub mod server;
pub mod wait;

pub use database::Database;
pub use folder::Folder;
pub use output::Output;
pub use process::Process;
pub use run::Run;
