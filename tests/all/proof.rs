//! `dbm test`: on a scratch database, for each version: up, down, up again.

mod changes;
mod data;
mod documented;
mod files;
mod fixes;
mod reports;
mod scratch;
mod since;

use crate::support::{Database, Folder, Output, Run};

/// `dbm test` of this folder beside this database.
fn test(db: &Database, folder: &Folder) -> Run {
    Run::dbm().db(db).path(folder).arg("test")
}

/// The results of the table at the end: versions and words.
#[track_caller]
fn results(output: &Output) -> Vec<(String, String)> {
    let lines = output.stdout.lines().skip_while(|line| !line.trim().starts_with("version  "));
    let row = |line: &str| {
        let word = ["passed", "failed", "irreversible", "skipped"];
        // The line below the table counts pairs.
        let mut words = line.split_whitespace().take_while(|word| !word.starts_with("pair"));
        let version = words.next()?.parse::<u64>().ok()?.to_string();
        let result = words.find(|cell| word.contains(cell))?;
        Some((version, result.to_owned()))
    };
    let rows: Vec<(String, String)> = lines.skip(1).map_while(row).collect();
    assert!(!rows.is_empty(), "no table\n{output}");
    rows
}

/// `1 passed, 2 failed`, as the table has it.
#[track_caller]
fn assert_results(output: &Output, expected: &[(u64, &str)]) {
    let expected: Vec<(String, String)> =
        expected.iter().map(|(version, word)| (version.to_string(), word.to_string())).collect();
    assert_eq!(results(output), expected, "{output}");
}

/// The name of the scratch database, which `-verbose` tells.
#[track_caller]
fn scratch_name(stderr: &str) -> String {
    let name = stderr.lines().find_map(|line| line.split_once("Scratch database "));
    name.unwrap_or_else(|| panic!("no name of a scratch database in {stderr}")).1.trim().to_owned()
}

/// Whether the server has a database.
fn is_there(db: &Database, name: &str) -> bool {
    db.number(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")) > 0
}
