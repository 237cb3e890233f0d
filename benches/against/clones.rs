//! `testdb` beside `up`: what a fresh, migrated database costs, for one caller and for several at once.

use std::process::{Child, Command};
use std::time::Instant;

use crate::Outcome;
use crate::folder::Folder;
use crate::server::Server;
use crate::table::{median, time};
use crate::tool::{Tools, bare};

/// How many callers there are at once.
const CALLERS: [usize; 2] = [1, 8];
/// How many times faster a copy is to be.
const TARGET: f64 = 30.0;

/// Measures both on a server, in turn, and gives the table's lines.
pub fn compare(
    server: &mut Server,
    tools: &Tools,
    folder: &Folder,
    scratch: &std::path::Path,
    rounds: usize,
) -> Outcome<String> {
    let fsync = server.setting("fsync")?;
    let own = server.url("postgres", server.address());
    let testdb = |words: &[&str]| {
        let mut command = bare(&tools.dbm, scratch);
        command.arg("-path").arg(&folder.path).args(["-database", &own, "testdb"]).args(words);
        command
    };
    // The template is there before: it is made once.
    let first = said(testdb(&[]))?;
    said(testdb(&["-drop", &first]))?;
    let mut lines = String::new();
    for callers in CALLERS {
        let (mut ups, mut copies, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 1..=rounds {
            eprintln!("testdb, {callers} at once, fsync {fsync}: round {round} of {rounds}");
            let databases: Vec<String> =
                (0..callers).map(|_| server.create_database()).collect::<Outcome<_>>()?;
            let up = |database: &String| {
                let mut command = bare(&tools.dbm, scratch);
                let url = server.url(database, server.address());
                command.arg("-path").arg(&folder.path).args(["-database", &url, "up"]);
                // A thousand lines would fill a pipe that nobody reads yet.
                command.stderr(std::process::Stdio::null());
                command
            };
            let (up, _) = at_once(databases.iter().map(up))?;
            for database in &databases {
                server.drop_database(database)?;
            }
            let (copy, urls) = at_once((0..callers).map(|_| testdb(&[])))?;
            for url in &urls {
                said(testdb(&["-drop", url]))?;
            }
            ups.push(up);
            copies.push(copy);
            ratios.push(up / copy);
        }
        let (Some(up), Some(copy), Some(ratio)) = (median(&ups), median(&copies), median(&ratios))
        else {
            continue;
        };
        let target = if ratio >= TARGET { "reached" } else { "MISSED" };
        lines.push_str(&format!(
            "| {callers} at once, fsync {fsync} | {} | {} | {ratio:.0} | ≥ {TARGET}: {target} |\n",
            time(up),
            time(copy),
        ));
    }
    said(testdb(&["-prune", "-older-than", "0"]))?;
    Ok(lines)
}

/// The table that the lines stand in.
pub fn table(lines: &str) -> String {
    format!(
        "| a fresh database, 1,000 files | `up` | `testdb` | times faster | target |\n\
         | ----------------------------- | ---: | -------: | -----------: | ------ |\n{lines}"
    )
}

/// Starts all, and gives the seconds until the last has ended, and what each printed.
fn at_once(commands: impl Iterator<Item = Command>) -> Outcome<(f64, Vec<String>)> {
    let begin = Instant::now();
    let running: Vec<Child> =
        commands.map(|mut command| command.spawn()).collect::<Result<_, _>>()?;
    let mut outputs = Vec::new();
    for child in running {
        outputs.push(child.wait_with_output()?);
    }
    let seconds = begin.elapsed().as_secs_f64();
    let printed = |output: std::process::Output| match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    };
    Ok((seconds, outputs.into_iter().map(printed).collect::<Outcome<_>>()?))
}

fn said(command: Command) -> Outcome<String> {
    let (_, mut printed) = at_once(std::iter::once(command))?;
    Ok(printed.pop().unwrap_or_default())
}
