//! Which `pg_dump` is used. It refuses servers that are newer than it is, and each major version writes
//! some things in its own way: so the server's own version comes first.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::SchemaError;
use crate::text::go_reason;

/// A `pg_dump`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Its major version.
    pub major: u32,
}

/// The program that was named.
///
/// # Errors
///
/// [`SchemaError::BadProgram`], [`SchemaError::NoProgram`] where it is too old.
pub fn named(path: &Path, server: u32) -> Result<Program, SchemaError> {
    let bad = |reason| SchemaError::BadProgram { program: path.to_path_buf(), reason };
    let major = version(path).map_err(bad)?;
    choose(vec![Program { path: path.to_path_buf(), major }], server)
}

/// The one of these that fits a server best. What cannot be run is none.
///
/// # Errors
///
/// [`SchemaError::NoProgram`].
pub fn fitting(paths: &[PathBuf], server: u32) -> Result<Program, SchemaError> {
    let mut found: Vec<Program> = Vec::new();
    for path in paths.iter().filter(|path| path.is_file()) {
        let Ok(major) = version(path) else { continue };
        found.push(Program { path: path.clone(), major });
        if major == server {
            break;
        }
    }
    choose(found, server)
}

/// Of the server's version, or the next newer; of several, the first.
fn choose(found: Vec<Program>, server: u32) -> Result<Program, SchemaError> {
    let fit = found.iter().filter(|program| program.major >= server);
    match fit.min_by_key(|program| program.major) {
        Some(program) => Ok(program.clone()),
        None => {
            let found = found.into_iter().map(|program| (program.path, program.major)).collect();
            Err(SchemaError::NoProgram { server, found })
        }
    }
}

fn version(path: &Path) -> Result<u32, String> {
    let output = Command::new(path).arg("--version").stdin(Stdio::null()).output();
    let output = output.map_err(|error| go_reason(&error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    major(&text).filter(|_| output.status.success()).ok_or_else(|| "is no pg_dump".to_string())
}

/// `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `pg_dump (PostgreSQL) 18beta1`.
fn major(text: &str) -> Option<u32> {
    let text = text.strip_prefix("pg_dump")?;
    let number =
        text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, expected) in [
            ("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("pg_dump (PostgreSQL) 18beta1\n", Some(18)),
            ("pg_dump (PostgreSQL) 9.6.24\n", Some(9)),
            ("pg_dump (EnterpriseDB) 16.1.0", Some(16)),
            ("psql (PostgreSQL) 15.1", None),
            ("", None),
        ] {
            assert_eq!(major(text), expected, "{text}");
        }
    }

    #[test]
    fn the_servers_own_version_comes_first() {
        let program = |(path, major): &(&str, u32)| Program { path: path.into(), major: *major };
        let chosen = |found: &[(&str, u32)], server| {
            let found = found.iter().map(program).collect();
            choose(found, server).map(|program| program.path).map_err(|error| error.to_string())
        };
        let found = [("a", 18), ("b", 16), ("c", 15), ("d", 16)];
        assert_eq!(chosen(&found, 16), Ok("b".into()));
        assert_eq!(chosen(&found, 14), Ok("c".into()));
        assert_eq!(chosen(&found, 17), Ok("a".into()));
        assert_eq!(
            chosen(&found[1..3], 17),
            Err("no pg_dump for PostgreSQL 17: b is of version 16, c is of version 15".to_string())
        );
        assert_eq!(chosen(&[], 17), Err("no pg_dump for PostgreSQL 17".to_string()));
    }
}
