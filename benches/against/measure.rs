//! Taking the figures: which database a run starts from, the turns, the clock, the memory.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::folder::Folder;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::table::Times;
use crate::tool::{Figures, Job, TOOLS, Tool, Tools};

/// A job of milliseconds gets so many times the rounds.
pub const QUICK: usize = 4;

/// What a run finds.
#[derive(Clone, Copy)]
pub enum Start {
    /// An empty database.
    Fresh,
    /// An empty database, at the end of a link that takes so long in each direction.
    FreshBehind(Duration),
    /// A database to which the same tool has applied the folder already.
    Applied,
    /// A database in which only the version is written down.
    Version(i64),
}

pub struct Bench {
    pub server: Server,
    pub tools: Tools,
    pub rounds: usize,
    /// An empty folder to work in.
    pub scratch: PathBuf,
}

impl Bench {
    /// The seconds that each tool takes for the job, in turn.
    pub fn time(
        &mut self,
        what: &'static str,
        job: Job,
        folder: &Folder,
        start: Start,
    ) -> Outcome<Times> {
        let address = match start {
            Start::FreshBehind(delay) => Proxy::start(self.server.address(), delay)?.address(),
            _ => self.server.address(),
        };
        let mut seconds = [const { Vec::new() }; TOOLS.len()];
        let mut rounds = self.rounds;
        let mut round = 0;
        while round < rounds {
            eprintln!("{what}: round {} of {rounds}", round + 1);
            for turn in 0..TOOLS.len() {
                let index = (turn + round) % TOOLS.len();
                if let Some(time) = self.time_once(TOOLS[index], job, folder, start, address)? {
                    seconds[index].push(time);
                }
            }
            round += 1;
            // What takes milliseconds is as noisy as it is cheap.
            if round == 1 && seconds.iter().flatten().all(|time| *time < 0.2) {
                rounds *= QUICK;
            }
        }
        Ok(Times::new(what, seconds))
    }

    fn time_once(
        &mut self,
        tool: Tool,
        job: Job,
        folder: &Folder,
        start: Start,
        address: SocketAddr,
    ) -> Outcome<Option<f64>> {
        let keeps_book = matches!(tool, Tool::Dbm | Tool::GolangMigrate);
        if !keeps_book && matches!(start, Start::Applied | Start::Version(_)) {
            return Ok(None);
        }
        self.on_database(|bench, database| {
            match start {
                Start::Applied => {
                    let url = bench.server.url(database, address);
                    if let Some(command) = bench.command(tool, Job::Up, folder, &url)? {
                        succeed(command)?;
                    }
                }
                Start::Version(version) => bench.server.set_version(database, version)?,
                Start::Fresh | Start::FreshBehind(_) => {}
            }
            let url = bench.server.url(database, address);
            let Some(command) = bench.command(tool, job, folder, &url)? else {
                return Ok(None);
            };
            let begin = Instant::now();
            succeed(command)?;
            Ok(Some(begin.elapsed().as_secs_f64()))
        })
    }

    /// Round trips of one `up` of the folder on an empty database.
    pub fn round_trips(&mut self, folder: &Folder) -> Outcome<Figures> {
        self.each_tool(|bench, tool, database| {
            let proxy = Proxy::start(bench.server.address(), Duration::ZERO)?;
            let url = bench.server.url(database, proxy.address());
            let Some(command) = bench.command(tool, Job::Up, folder, &url)? else {
                return Ok(None);
            };
            succeed(command)?;
            Ok(Some(proxy.round_trips() as f64))
        })
    }

    /// The most memory, in bytes, that is resident at once during an `up` of the folder.
    ///
    /// Linux keeps that figure for a process that is alive, so it is read until the end: a peak
    /// within the last millisecond would be missed. Other systems: not measured.
    pub fn peak_memory(&mut self, folder: &Folder) -> Outcome<Figures> {
        self.each_tool(|bench, tool, database| {
            let url = bench.server.url(database, bench.server.address());
            let Some(mut command) = bench.command(tool, Job::Up, folder, &url)? else {
                return Ok(None);
            };
            // Files, for a pipe that nobody reads would fill up.
            command.stdout(fs::File::create(bench.scratch.join("stdout"))?);
            command.stderr(fs::File::create(bench.scratch.join("stderr"))?);
            let mut child = command.spawn()?;
            let mut peak = None;
            while child.try_wait()?.is_none() {
                peak = high_water_mark(&child).or(peak);
                thread::sleep(Duration::from_millis(1));
            }
            Ok(peak)
        })
    }

    fn each_tool(
        &mut self,
        mut measure: impl FnMut(&mut Bench, Tool, &str) -> Outcome<Option<f64>>,
    ) -> Outcome<Figures> {
        let mut figures = [None; TOOLS.len()];
        for (figure, tool) in figures.iter_mut().zip(TOOLS) {
            *figure = self.on_database(|bench, database| measure(bench, tool, database))?;
        }
        Ok(Figures(figures))
    }

    fn on_database<T>(&mut self, run: impl FnOnce(&mut Bench, &str) -> Outcome<T>) -> Outcome<T> {
        let database = self.server.create_database()?;
        let outcome = run(self, &database);
        self.server.drop_database(&database)?;
        outcome
    }

    fn command(
        &self,
        tool: Tool,
        job: Job,
        folder: &Folder,
        url: &str,
    ) -> Outcome<Option<Command>> {
        self.tools.command(tool, job, folder, url, &self.scratch)
    }

    /// What was measured, and on what.
    pub fn heading(&mut self) -> Outcome<String> {
        let mut tools = Vec::new();
        for tool in [Tool::Dbm, Tool::GolangMigrate, Tool::PsqlEach] {
            tools.push(self.tools.version(tool, &self.scratch)?);
        }
        Ok(format!(
            "{}; PostgreSQL {}, fsync {}; {} {}, {} CPUs.",
            tools.join("; "),
            self.server.setting("server_version")?,
            self.server.setting("fsync")?,
            std::env::consts::OS,
            std::env::consts::ARCH,
            thread::available_parallelism()?,
        ))
    }
}

/// Run to the end. A tool that fails has no time worth having.
fn succeed(mut command: Command) -> Outcome<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{} failed ({}):\n{}",
        command.get_program().display(),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    )
    .into())
}

/// Bytes: the line `VmHWM:     6144 kB` of `/proc/PID/status`, whose kB are 1,024 bytes.
fn high_water_mark(child: &Child) -> Option<f64> {
    let status: io::Result<String> = fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
