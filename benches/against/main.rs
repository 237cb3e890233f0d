//! `make bench`: dbm beside golang-migrate and psql, on a server that really writes to disk.
//!
//! Every figure is taken in turn (A B C, B C A, …), so that a machine that slows down half-way slows
//! down all of them; a ratio is the median of the ratios of neighbours, not of two far-away medians.
//! What is timed is what a person waits for: the whole process, from its start to its end.
//!
//! The programs and their settings come from the environment, which `make bench` fills in:
//!
//! * `DBM_TEST_DATABASE_URL`: the server, as its superuser. Each run gets a database of its own there.
//! * `DBM_TEST_MIGRATE`: golang-migrate. Without it its columns, and all ratios, are empty.
//! * `DBM_BENCH_TESTS_URL`: another server, with fsync off as for tests: `testdb` is measured on both.
//! * `DBM_BENCH_ONLY`: `testdb`, to measure that alone.
//! * `DBM_BENCH_ROUNDS`: how often each figure is taken (5; the quick ones more often).
//! * `DBM_BENCH_DBM`: a dbm to measure in place of this checkout's release build: an older one, say.
//!
//! The output is Markdown, to be pasted into docs/speed.md. Nothing is judged by the exit code: a figure
//! that misses its target says so beside it.

mod clones;
mod folder;
mod measure;
mod proxy;
mod server;
mod table;
mod tool;

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use folder::Folder;
use measure::{Bench, Start};
use server::Server;
use table::Row;
use tool::{Job, Tools};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    // `cargo bench` says so; `cargo test --benches` does not, and wants no minutes of measuring.
    if !env::args().any(|argument| argument == "--bench") {
        println!("run as `make bench`");
        return ExitCode::SUCCESS;
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("against: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let url = env::var("DBM_TEST_DATABASE_URL")
        .map_err(|_| "DBM_TEST_DATABASE_URL is not set; run this as `make bench`")?;
    let rounds = match env::var("DBM_BENCH_ROUNDS") {
        Ok(text) => text.parse().ok().filter(|rounds| *rounds > 0),
        Err(_) => Some(5),
    }
    .ok_or("DBM_BENCH_ROUNDS is not a number of rounds")?;

    let tools = Tools {
        dbm: release_binary()?,
        migrate: env::var_os("DBM_TEST_MIGRATE").map(PathBuf::from),
        psql: tool::find_psql(),
    };
    let scratch = tempfile::tempdir()?;
    let mut bench =
        Bench { server: Server::connect(&url)?, tools, rounds, scratch: scratch.path().to_owned() };

    let thousand = Folder::generate(&scratch.path().join(files_name(1_000)), 1_000)?;
    if env::var("DBM_BENCH_ONLY").is_ok_and(|only| only == "testdb") {
        return copies(&mut bench, &thousand);
    }
    let ours = Folder::read(&PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")))?;
    let small = |files| Folder::generate(&scratch.path().join(files_name(files)), files);
    let (four, fifty) = (small(4)?, small(50)?);
    let many = small(10_000)?;

    println!("{}\n", bench.heading()?);

    let slow_link = Duration::from_millis(10);
    let times = vec![
        bench.time("`up`, the 4 files of migrations/", Job::Up, &ours, Start::Fresh)?,
        bench
            .time("`up`, 1,000 small files", Job::Up, &thousand, Start::Fresh)?
            .at_most_of_reference(0.5),
        bench
            .time("`up`, nothing to do", Job::Up, &ours, Start::Applied)?
            .at_most_of_reference(0.6),
        bench
            .time("`version`, 10,000 files", Job::Version, &many, Start::Version(10_000))?
            .at_most_milliseconds(30.0),
        bench.time(
            "`up`, 50 small files, 20 ms away",
            Job::Up,
            &fifty,
            Start::FreshBehind(slow_link),
        )?,
    ];
    println!("{}", table::times(&times));
    println!(
        "Medians of {rounds} runs ({} where all are quick); in brackets the share of golang-migrate's time, run by run.\n",
        rounds * measure::QUICK
    );

    println!("{}", table::rows("round trips", &round_trips(&mut bench, &ours, &four, &fifty)?));
    println!("{}", table::rows("size", &sizes(&mut bench, &thousand)?));
    copies(&mut bench, &thousand)
}

/// `testdb` on each server.
fn copies(bench: &mut Bench, thousand: &Folder) -> Outcome<()> {
    let Bench { server, tools, rounds, scratch } = bench;
    let mut lines = clones::compare(server, tools, thousand, scratch, *rounds)?;
    if let Ok(url) = env::var("DBM_BENCH_TESTS_URL") {
        let mut server = Server::connect(&url)?;
        lines.push_str(&clones::compare(&mut server, tools, thousand, scratch, *rounds)?);
    }
    println!("{}", clones::table(&lines));
    Ok(())
}

fn files_name(files: usize) -> String {
    format!("{files}-files")
}

/// What goes over the wire. Two folders of different length are two equations: what a file costs, and
/// what a run costs besides.
fn round_trips(bench: &mut Bench, ours: &Folder, few: &Folder, more: &Folder) -> Outcome<Vec<Row>> {
    let on_few = bench.round_trips(few)?;
    let on_more = bench.round_trips(more)?;
    let each = on_few.zip(on_more, |few_trips, more_trips| {
        (more_trips - few_trips) / (more.len() - few.len()) as f64
    });
    let besides = on_few.zip(each, |trips, each| trips - each * few.len() as f64);
    let whole = bench.round_trips(ours)?;
    let plain = |number: f64| format!("{}", (number * 100.0).round() / 100.0);
    Ok(vec![
        Row::new("a transactional file", each, plain).at_most(1.0, "1"),
        Row::new("a run, besides", besides, plain).at_most(8.0, "≤ 8"),
        Row::new("the 4 files of migrations/, in all", whole, plain),
    ])
}

fn sizes(bench: &mut Bench, thousand: &Folder) -> Outcome<Vec<Row>> {
    const MEGABYTE: f64 = 1e6;
    const MEBIBYTE: f64 = 1024.0 * 1024.0;
    let binary = bench.tools.sizes()?;
    let memory = bench.peak_memory(thousand)?;
    Ok(vec![
        Row::new("the binary", binary, |bytes| format!("{:.2} MB", bytes / MEGABYTE))
            .at_most(5.5 * MEGABYTE, "≤ 5.5 MB"),
        Row::new("resident at most, `up` of 1,000 files", memory, |bytes| {
            format!("{:.1} MiB", bytes / MEBIBYTE)
        })
        .at_most(7.0 * MEBIBYTE, "≤ 7 MiB"),
    ])
}

/// The binary that users get: Cargo builds it for a bench exactly as for `cargo build --release`,
/// `panic = "abort"` included, and it is the very same file.
fn release_binary() -> Outcome<PathBuf> {
    match env::var_os("DBM_BENCH_DBM") {
        Some(other) => Ok(PathBuf::from(other).canonicalize()?),
        None => Ok(PathBuf::from(env!("CARGO_BIN_EXE_dbm"))),
    }
}
