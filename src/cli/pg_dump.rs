//! Where a `pg_dump` may be: in a variable, on the `PATH`, and where packages put one.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use dbm::Dump;

/// The variable that names the one to be used.
const VARIABLE: &str = "PG_DUMP";

/// Where packages put the programs of each version: a folder, what the names below it begin with, and
/// what comes behind.
const PLACES: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// Single folders of the same kind.
const FOLDERS: [&str; 3] =
    ["/opt/homebrew/opt/libpq/bin", "/usr/local/opt/libpq/bin", "/usr/local/pgsql/bin"];

/// Tells where to look.
pub fn located(dump: Dump) -> Dump {
    match env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        Some(named) => dump.program(PathBuf::from(named)),
        None => dump.programs(candidates(env::var_os("PATH").unwrap_or_default())),
    }
}

fn candidates(path: OsString) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    for (folder, start, end) in PLACES {
        folders.extend(versions(Path::new(folder), start).into_iter().map(|it| it.join(end)));
    }
    folders.extend(FOLDERS.map(PathBuf::from));
    folders.into_iter().map(|folder| folder.join("pg_dump")).collect()
}

/// The folders of versions, the newest first.
fn versions(folder: &Path, start: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(start)?.parse().ok()?;
            Some((version, entry.path()))
        })
        .collect();
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["x-9", "x-16", "x-15", "x-common", "17"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let names: Vec<PathBuf> =
            ["x-16", "x-15", "x-9"].iter().map(|name| folder.path().join(name)).collect();
        assert_eq!(versions(folder.path(), "x-"), names);
        assert_eq!(versions(Path::new("/no/such/folder"), ""), Vec::<PathBuf>::new());
        assert_eq!(
            candidates("/a:/b".into())[..2],
            ["/a/pg_dump", "/b/pg_dump"].map(PathBuf::from)
        );
    }
}
