//! `testdb` beside `up`: what a fresh, migrated database costs, for one caller and for several at once.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Instant;

use crate::Outcome;
use crate::figures::{Spread, time};
use crate::folder::{Folder, Layout};
use crate::server::Server;
use crate::tool::{Tool, Tools, bare};

/// How many callers there are at once.
const CALLERS: [usize; 2] = [1, 8];
/// How many times faster a copy is to be.
const TARGET: f64 = 30.0;

pub const HEAD: [&str; 5] = ["", "`up`", "`testdb`", "times faster", "target"];

/// Measures both on a server, in turn, and gives the table's rows.
pub fn compare(
    server: &mut Server,
    tools: &Tools,
    folder: &Folder,
    scratch: &Path,
    rounds: usize,
) -> Outcome<Vec<Vec<String>>> {
    let program = tools.program(Tool::Dbm).ok_or("no dbm")?;
    let pairs = folder.of(Layout::Pairs);
    let fsync = server.setting("fsync")?;
    let own = server.url("postgres", server.address());
    let testdb = |words: &[&str]| {
        let mut command = bare(program, scratch);
        command.arg("-path").arg(&pairs).args(["-database", &own, "testdb"]).args(words);
        command
    };
    // The template is there before: it is made once.
    let first = said(testdb(&[]))?;
    said(testdb(&["-drop", &first]))?;
    let mut rows = Vec::new();
    for callers in CALLERS {
        let (mut ups, mut copies, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 1..=rounds {
            eprintln!("testdb, {callers} at once, fsync {fsync}: round {round} of {rounds}");
            let databases: Vec<String> =
                (0..callers).map(|_| server.create_database()).collect::<Outcome<_>>()?;
            let up = |database: &String| {
                let mut command = bare(program, scratch);
                let url = server.url(database, server.address());
                command.arg("-path").arg(&pairs).args(["-database", &url, "up"]);
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
        let (Some(up), Some(copy), Some(ratio)) =
            (Spread::of(&ups), Spread::of(&copies), Spread::of(&ratios))
        else {
            continue;
        };
        let judged = if ratio.median >= TARGET { "reached" } else { "**missed**" };
        rows.push(vec![
            format!("{callers} at once, fsync {fsync}"),
            time(up.median),
            time(copy.median),
            format!("{:.0} ({:.0}–{:.0})", ratio.median, ratio.min, ratio.max),
            format!("≥ {TARGET}: {judged}"),
        ]);
    }
    said(testdb(&["-prune", "-older-than", "0"]))?;
    Ok(rows)
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
