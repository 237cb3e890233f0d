//! What every test stands on: a server, a database of its own, a folder of migrations, and a
//! process whose output is expected to be empty unless the test says otherwise.

pub mod address;
pub mod authority;
pub mod chance;
pub mod cluster;
pub mod database;
pub mod doorkeeper;
pub mod folder;
pub mod locks;
pub mod mask;
pub mod output;
pub mod pasted;
pub mod pgbouncer;
pub mod process;
pub mod proxy;
pub mod reference;
pub mod run;
pub mod servant;
pub mod server;
pub mod sessions;
pub mod signals;
pub mod terminal;
pub mod tls;
pub mod wait;
pub mod wire;

pub use database::Database;
pub use folder::Folder;
pub use output::Output;
pub use process::Process;
pub use run::Run;
