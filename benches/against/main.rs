//! `make bench`: dbm beside psql and every other program that runs migrations on PostgreSQL.
//!
//! Every figure is taken in turn (A B C, B C A, …), so that a machine that slows down half-way slows
//! down all of them; a ratio is the median of the ratios of neighbours, not of two far-away medians.
//! What is timed is what a person waits for: the whole process, from its start to its end.
//!
//! The programs and their settings come from the environment, which `make bench` fills in:
//!
//! * `DBM_TEST_DATABASE_URL`: the server, as its superuser. Each run gets a database of its own there.
//! * `DBM_TEST_MIGRATE`: golang-migrate. The others are in target/tools/peers, put there by
//!   `make bench-peers`. One that is not there is named as missing.
//! * `DBM_BENCH_TESTS_URL`: another server, with fsync off as for tests: `testdb` is measured on both.
//! * `DBM_BENCH_ONLY`: the workload to measure, of those in workloads.rs; or several, with commas between.
//! * `DBM_BENCH_ROUNDS`: how often each figure is taken. Unless it is set: as often as fits in the time
//!   of the workload, twice at least; all of it takes some twelve minutes.
//! * `DBM_BENCH_WRITE`: `1`, to write the results into docs/speed.md, docs/speed.svg and README.md, between
//!   the markers there, besides printing them. It is not done where not everything was measured.
//! * `DBM_BENCH_DBM`: the dbm to measure. `make bench` takes what `make build` makes, unless it is set: to an older
//!   one, say.
//!
//! Nothing is judged by the exit code: a figure that misses its target says so beside it.

mod applied;
mod check;
mod clones;
mod figures;
mod folder;
mod job;
mod machine;
mod plot;
mod process;
mod proxy;
mod report;
mod server;
mod shape;
mod tool;
mod trips;
mod turns;
mod work;
mod workloads;

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use report::Report;
use server::Server;
use tool::Tools;
use turns::Bench;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    // As the Makefile does, and not `cargo test --benches`, which wants no minutes of measuring.
    let outcome = match env::args().nth(1).as_deref() {
        Some("measure") => measure(),
        Some("check") => check::run(),
        _ => {
            println!("run as `make bench`");
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("against: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Outcome<()> {
    let rounds = match env::var("DBM_BENCH_ROUNDS") {
        Ok(text) => {
            let rounds = text.parse().ok().filter(|rounds| *rounds > 0);
            Some(rounds.ok_or("DBM_BENCH_ROUNDS is not a number of rounds")?)
        }
        Err(_) => None,
    };
    let only = env::var("DBM_BENCH_ONLY").unwrap_or_default();
    let names: Vec<&str> = match only.as_str() {
        "" => workloads::NAMES.to_vec(),
        only => only.split(',').collect(),
    };
    if let Some(name) = names.iter().find(|name| !workloads::NAMES.contains(name)) {
        let known = workloads::NAMES.join(", ");
        return Err(format!("DBM_BENCH_ONLY: there is no {name}; there are {known}").into());
    }

    let scratch = tempfile::tempdir()?;
    let tools = Tools::find(scratch.path())?;
    let mut server = Server::given()?;
    server.tidy()?;
    let mut bench = Bench { server, tools, rounds, scratch: scratch.path().to_owned() };
    let machine = machine::describe(&mut bench.server, &bench.tools, scratch.path())?;
    eprintln!("{machine}");
    if let Some(load) = machine::load().filter(|load| *load > 0.5) {
        eprintln!("WARNING: this machine is busy with something else (load {load})");
    }
    let mut report = Report::new(machine);
    for name in names {
        bench.workload(name, &mut report)?;
    }
    println!("{}", report.full());
    if env::var("DBM_BENCH_WRITE").is_ok_and(|write| write == "1") && only.is_empty() {
        write(&report)?;
    }
    Ok(())
}

fn write(report: &Report) -> Outcome<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    report::write_between(&root.join("docs/speed.md"), &report.full())?;
    report::write_between(&root.join("README.md"), &report.short())?;
    if let Some(plot) = &report.plot {
        fs::write(root.join("docs/speed.svg"), plot)?;
    }
    Ok(())
}
