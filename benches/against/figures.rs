//! Figures and how they are written: medians, ratios of neighbours, times, sizes.

use crate::process::Run;
use crate::tool::{TOOLS, Tool};

/// What is written where there is no figure.
pub const NONE: &str = "–";

#[derive(Clone, Copy)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    pub fn of(figures: &[f64]) -> Option<Spread> {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        let middle = sorted.len() / 2;
        let median = match sorted.len() % 2 {
            1 => sorted[middle],
            _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
        };
        Some(Spread { median, min, max })
    }

    /// `1.08 (1.02–1.11)`
    pub fn ratio(self) -> String {
        let Spread { median, min, max } = self;
        format!("{} ({}–{})", ratio(median), ratio(min), ratio(max))
    }
}

/// What was measured of one workload: in each round at most one run of each tool.
pub struct Series {
    pub what: String,
    rounds: Vec<[Option<Run>; TOOLS.len()]>,
}

impl Series {
    pub fn new(what: &str) -> Series {
        Series { what: what.to_owned(), rounds: Vec::new() }
    }

    pub fn begin_round(&mut self) {
        self.rounds.push([const { None }; TOOLS.len()]);
    }

    pub fn add(&mut self, tool: Tool, run: Run) {
        if let Some(round) = self.rounds.last_mut() {
            round[tool as usize] = Some(run);
        }
    }

    pub fn rounds(&self) -> usize {
        self.rounds.len()
    }

    pub fn runs(&self, tool: Tool) -> impl Iterator<Item = &Run> {
        self.rounds.iter().filter_map(move |round| round[tool as usize].as_ref())
    }

    pub fn seconds(&self, tool: Tool) -> Option<Spread> {
        Spread::of(&self.runs(tool).map(|run| run.seconds).collect::<Vec<_>>())
    }

    /// Bytes.
    pub fn peak(&self, tool: Tool) -> Option<f64> {
        let peaks: Vec<f64> = self.runs(tool).filter_map(|run| run.peak).collect();
        Spread::of(&peaks).map(|spread| spread.median)
    }

    /// A tool's time as a share of another's, in the rounds that have both.
    pub fn ratio(&self, tool: Tool, other: Tool) -> Option<Spread> {
        let both = |round: &[Option<Run>; TOOLS.len()]| {
            let (tool, other) = (round[tool as usize].as_ref()?, round[other as usize].as_ref()?);
            Some(tool.seconds / other.seconds)
        };
        Spread::of(&self.rounds.iter().filter_map(both).collect::<Vec<_>>())
    }

    /// Of these tools the one that takes least.
    pub fn fastest(&self, among: &[Tool]) -> Option<Tool> {
        let timed = among.iter().filter_map(|tool| Some((*tool, self.seconds(*tool)?.median)));
        timed.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(tool, _)| tool)
    }
}

pub fn ratio(share: f64) -> String {
    match share {
        ..0.1 => format!("{share:.3}"),
        ..10.0 => format!("{share:.2}"),
        _ => format!("{share:.0}"),
    }
}

pub fn time(seconds: f64) -> String {
    match seconds {
        10.0.. => format!("{seconds:.1} s"),
        1.0.. => format!("{seconds:.2} s"),
        0.1.. => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{:.1} ms", seconds * 1e3),
    }
}

pub const MEBIBYTE: f64 = 1024.0 * 1024.0;

pub fn mebibytes(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / MEBIBYTE)
}

pub fn megabytes(bytes: f64) -> String {
    format!("{:.2} MB", bytes / 1e6)
}

/// A cell of a table.
pub fn cell<T>(figure: Option<T>, show: impl Fn(T) -> String) -> String {
    figure.map_or_else(|| NONE.to_owned(), show)
}
