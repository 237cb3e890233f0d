//! `up`, `goto` and `down` with `-single-transaction`: all files or none, in one transaction, and in a
//! few round trips.

mod all_or_nothing;
mod changes;
mod faults;
mod refused;
mod round_trips;
mod same;

use crate::support::{Database, Folder, Output, Run};

/// The flag.
const SINGLE: &str = "-single-transaction";

/// `dbm up -single-transaction` and the like.
#[track_caller]
fn single(db: &Database, folder: &Folder, command: &str, words: &[&str]) -> Output {
    Run::dbm().db(db).path(folder).args([command, SINGLE]).args(words.iter().copied()).output()
}

/// Whether the log's entries behind the first `before`, and the row, have one writer.
fn is_one_transaction(db: &Database, before: i64) -> bool {
    let sql = format!(
        "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM schema_migrations UNION ALL \
         SELECT xmin FROM schema_migrations_log WHERE id > {before}) AS written"
    );
    db.number(&sql) == 1
}
