//! Files beside a pair: rows that are there before its up file, and what must be true after it.

use crate::error::{Cause, Error};
use crate::fault::Fault;
use crate::proof::pair::PairFinding;
use crate::session::Session;
use crate::source::Entry;
use crate::sql::Script;
use crate::url::DatabaseUrl;

/// Puts the rows of seed files in, each file in one transaction. The first that fails is told.
///
/// # Errors
///
/// Those of connecting, and of a connection that is lost.
pub fn seed(url: &DatabaseUrl, files: &[Entry]) -> Result<Option<PairFinding>, Error> {
    for file in files {
        let text = file.read()?;
        let mut session = Session::open(url)?;
        match session.query(&text) {
            Ok(_) => {}
            Err(Fault::Server(error)) => {
                let (file, cause) = (file.path().to_path_buf(), Cause::Server(error));
                return Ok(Some(PairFinding::SeedFailed { file, cause }));
            }
            Err(fault) => return Err(lost(fault)),
        }
    }
    Ok(None)
}

/// Asks each statement of check files, in a transaction that is rolled back.
///
/// # Errors
///
/// As [`seed`].
pub fn check(url: &DatabaseUrl, files: &[Entry]) -> Result<Vec<PairFinding>, Error> {
    let mut findings = Vec::new();
    for file in files {
        let text = file.read()?;
        let mut session = Session::open(url)?;
        let script = Script::with_strings(&text, session.strings());
        for statement in script.statements() {
            let sql = text.get(statement.code.clone()).unwrap_or_default();
            let line = text[..statement.code.start].matches('\n').count() + 1;
            session.query("BEGIN").map_err(lost)?;
            let said = match session.query(sql) {
                Ok(rows) => match &rows[..] {
                    [row] if row.len() == 1 => match row[0].as_deref() {
                        Some("t") => None,
                        Some("f") => Some("is false".to_string()),
                        None => Some("is null".to_string()),
                        Some(_) => Some("does not return a boolean".to_string()),
                    },
                    [] => Some("returns no row".to_string()),
                    _ => Some("does not return one value".to_string()),
                },
                Err(Fault::Server(error)) => Some(format!("failed: {}", error.message)),
                Err(fault) => return Err(lost(fault)),
            };
            session.query("ROLLBACK").map_err(lost)?;
            if let Some(said) = said {
                let (file, sql) = (file.path().to_path_buf(), sql.to_string());
                findings.push(PairFinding::CheckFailed { file, line, sql, said });
            }
        }
    }
    Ok(findings)
}

fn lost(fault: Fault) -> Error {
    Error::Statement { sql: "a file beside a migration".to_string(), fault }
}
