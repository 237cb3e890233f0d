//! What is in the database: the version table, which is golang-migrate's, column for column, with
//! nothing of ours in it, and beside it the log, which is ours; as SQL.

mod entries;
mod indexes;
mod log;
mod look;
mod prepared;
mod row;
mod texts;
mod trust;
mod version_table;

pub use entries::{Columns, Latest, Logged};
pub use indexes::{InvalidIndex, invalid_indexes};
pub use log::{NewEntry, Operator, Took};
pub use row::{CHECK, GUARD, OurSql};
pub use texts::Texts;
pub use version_table::{Prepared, Table};
