//! The turns: A B C, B C A, …, so that a machine that slows down half-way slows down all of them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use crate::Outcome;
use crate::applied::Applied;
use crate::figures::{Series, time};
use crate::folder::Folder;
use crate::job::Job;
use crate::process::{self, Run};
use crate::server::Server;
use crate::shape::DATA_TABLE;
use crate::tool::{PEERS, TOOLS, Tool, Tools};

/// As often as this at least, where nobody says how often; once more while there is time left; and never more
/// often than that.
const FEWEST: usize = 2;
const MOST: usize = 25;

pub struct Bench {
    pub server: Server,
    pub tools: Tools,
    /// How often each figure is taken, where it is not the time that decides.
    pub rounds: Option<usize>,
    /// An empty folder to work in.
    pub scratch: PathBuf,
}

/// What a run finds.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    /// An empty database.
    Fresh,
    /// A copy of the database in which the same tool has run all migrations but the last.
    Copy(&'a Applied),
    /// The database in which the same tool has run all: it is not changed.
    Kept(&'a Applied),
}

pub struct Workload<'a> {
    pub what: &'a str,
    pub folder: &'a Folder,
    pub job: Job,
    pub start: Start<'a>,
    pub tools: &'a [Tool],
    /// Seconds for all rounds together.
    pub budget: f64,
    /// Where the server is reached: its own address, or a proxy's.
    pub by: SocketAddr,
}

impl Bench {
    /// Measures the workload with each tool, in turn.
    pub fn measure(&mut self, workload: &Workload) -> Outcome<Series> {
        let mut series = Series::new(workload.what);
        let mut spent = [0.0; TOOLS.len()];
        let mut left_out = Vec::new();
        let begin = Instant::now();
        let mut last = 0.0;
        loop {
            let (round, elapsed) = (series.rounds(), begin.elapsed().as_secs_f64());
            if !self.goes_on(workload, round, elapsed, last) {
                return Ok(series);
            }
            let mut told = format!("{}: round {}:", workload.what, round + 1);
            series.begin_round();
            for turn in 0..workload.tools.len() {
                let tool = workload.tools[(turn + round) % workload.tools.len()];
                let enough = self.rounds.is_none()
                    && has_enough(tool, spent[tool as usize], round, workload);
                if left_out.contains(&tool) || enough {
                    continue;
                }
                match self.run_once(workload, tool) {
                    Ok(Some(run)) => {
                        told += &format!(" {} {},", tool.name(), time(run.seconds));
                        spent[tool as usize] += run.seconds;
                        series.add(tool, run);
                    }
                    Ok(None) => left_out.push(tool),
                    Err(error) if PEERS.contains(&tool) => {
                        eprintln!("{}: left out: {error}", tool.name());
                        left_out.push(tool);
                    }
                    Err(error) => return Err(error),
                }
            }
            eprintln!("{}", told.trim_end_matches(','));
            last = begin.elapsed().as_secs_f64() - elapsed;
        }
    }

    fn goes_on(&self, workload: &Workload, rounds: usize, elapsed: f64, last: f64) -> bool {
        match self.rounds {
            Some(most) => rounds < most,
            None if rounds < FEWEST => true,
            None if rounds == FEWEST => elapsed < workload.budget,
            None => rounds < MOST && elapsed + last.min(elapsed / rounds as f64) <= workload.budget,
        }
    }

    fn run_once(&mut self, workload: &Workload, tool: Tool) -> Outcome<Option<Run>> {
        let database = match workload.start {
            Start::Fresh => self.server.create_database()?,
            Start::Copy(applied) => match applied.database(tool) {
                Some(database) => self.server.copy_database(database)?,
                None => return Ok(None),
            },
            Start::Kept(applied) => match applied.database(tool) {
                Some(database) => database.to_owned(),
                None => return Ok(None),
            },
        };
        let url = self.server.url(&database, workload.by);
        let command = workload.job.command(&self.tools, tool, workload.folder, &url, &self.scratch);
        let run = command.map(process::run).transpose();
        let run = run.and_then(|run| {
            if let Some(run) = &run {
                self.check(workload, tool, &database, &run.output)?;
            }
            Ok(run)
        });
        if !matches!(workload.start, Start::Kept(_)) {
            self.server.drop_database(&database)?;
        }
        run
    }

    /// Whether the tool has really seen what was run before, and run what was pending: each migration but
    /// the first puts a row into a table.
    fn check(
        &mut self,
        workload: &Workload,
        tool: Tool,
        database: &str,
        said: &str,
    ) -> Outcome<()> {
        let migrations = workload.folder.len();
        if let Start::Copy(_) = workload.start {
            let rows = self.server.rows(database, DATA_TABLE)?;
            if rows + 1 != migrations {
                return Err(format!("{rows} rows after {migrations} migrations").into());
            }
        }
        let tells = matches!(workload.job, Job::Version | Job::Status) && !tool.is_psql();
        let pending = ["Pending   ", "/pending"].iter().any(|word| said.contains(word));
        if tells && (pending || !said.contains(&migrations.to_string())) {
            return Err(format!("it does not see {migrations} migrations:\n{said}").into());
        }
        Ok(())
    }
}

/// Whether a peer has used up its time: where all take long, dbm and psql, by which it is measured, get the rest.
fn has_enough(tool: Tool, spent: f64, runs: usize, workload: &Workload) -> bool {
    let share = if runs < FEWEST { 4.0 } else { 15.0 };
    PEERS.contains(&tool) && spent > workload.budget / share
}
