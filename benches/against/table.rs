//! The tables that come out: Markdown, aligned so that they can be read as they are.

use crate::tool::{Figures, TOOLS, Tool};

const NONE: &str = "–";

/// How long each tool took for one job, in seconds, round by round.
pub struct Times {
    what: &'static str,
    seconds: [Vec<f64>; TOOLS.len()],
    target: Option<(String, bool)>,
}

impl Times {
    pub fn new(what: &'static str, seconds: [Vec<f64>; TOOLS.len()]) -> Times {
        Times { what, seconds, target: None }
    }

    /// Target: at most this share of golang-migrate's time. Says nothing where that is missing.
    pub fn at_most_of_reference(mut self, share: f64) -> Times {
        if let Some(ratio) = self.ratio(Tool::Dbm) {
            self.target = Some((format!("≤ {share} of golang-migrate"), ratio <= share));
        }
        self
    }

    pub fn at_most_milliseconds(mut self, most: f64) -> Times {
        if let Some(seconds) = median(self.of(Tool::Dbm)) {
            self.target = Some((format!("≤ {most} ms"), seconds * 1e3 <= most));
        }
        self
    }

    fn of(&self, tool: Tool) -> &[f64] {
        &self.seconds[tool as usize]
    }

    /// The median of the shares of golang-migrate's time in the same round.
    fn ratio(&self, tool: Tool) -> Option<f64> {
        let pairs = self.of(tool).iter().zip(self.of(Tool::GolangMigrate));
        median(&pairs.map(|(mine, its)| mine / its).collect::<Vec<_>>())
    }

    fn cell(&self, tool: Tool) -> String {
        let Some(seconds) = median(self.of(tool)) else {
            return NONE.to_owned();
        };
        match self.ratio(tool).filter(|_| tool != Tool::GolangMigrate) {
            Some(ratio) if ratio < 0.1 => format!("{} ({ratio:.3})", time(seconds)),
            Some(ratio) => format!("{} ({ratio:.2})", time(seconds)),
            None => time(seconds),
        }
    }
}

pub fn times(all: &[Times]) -> String {
    let lines = all.iter().map(|times| {
        let cells = TOOLS.map(|tool| times.cell(tool));
        line(times.what, cells, times.target.as_ref())
    });
    render("time", lines.collect())
}

/// Any other figure of each tool.
pub struct Row {
    what: &'static str,
    figures: Figures,
    show: fn(f64) -> String,
    target: Option<(String, bool)>,
}

impl Row {
    pub fn new(what: &'static str, figures: Figures, show: fn(f64) -> String) -> Row {
        Row { what, figures, show, target: None }
    }

    /// Target: dbm's figure is at most `most`, which is written as `text`.
    pub fn at_most(mut self, most: f64, text: &str) -> Row {
        if let Some(figure) = self.figures.0[Tool::Dbm as usize] {
            self.target = Some((text.to_owned(), figure <= most));
        }
        self
    }
}

pub fn rows(title: &str, all: &[Row]) -> String {
    let lines = all.iter().map(|row| {
        let cells = row.figures.0.map(|figure| figure.map_or(NONE.to_owned(), row.show));
        line(row.what, cells, row.target.as_ref())
    });
    render(title, lines.collect())
}

fn line(what: &str, cells: [String; TOOLS.len()], target: Option<&(String, bool)>) -> Vec<String> {
    let mut line = vec![what.to_owned()];
    line.extend(cells);
    line.push(match target {
        Some((text, true)) => format!("{text}: reached"),
        Some((text, false)) => format!("{text}: MISSED"),
        None => String::new(),
    });
    line
}

fn render(title: &str, mut lines: Vec<Vec<String>>) -> String {
    let mut head = vec![title.to_owned()];
    head.extend(TOOLS.map(|tool| tool.name().to_owned()));
    head.push("target of dbm".to_owned());
    let width = |column: usize| {
        let cells = lines.iter().chain([&head]).map(|line| &line[column]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let rule = widths.iter().enumerate().map(|(column, &width)| {
        // Figures stand on the right, words on the left.
        let dashes = "-".repeat(width - 1);
        match column {
            1..=4 => format!("{dashes}:"),
            _ => format!("{dashes}-"),
        }
    });
    lines.splice(0..0, [head, rule.collect()]);

    let mut text = String::new();
    for line in lines {
        for (column, (cell, &width)) in line.iter().zip(&widths).enumerate() {
            text += &match column {
                1..=4 => format!("| {cell:>width$} "),
                _ => format!("| {cell:<width$} "),
            };
        }
        text += "|\n";
    }
    text
}

/// A time as it is shown.
pub fn time(seconds: f64) -> String {
    match seconds {
        1.0.. => format!("{seconds:.2} s"),
        _ => format!("{:.1} ms", seconds * 1e3),
    }
}

/// The median.
pub fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        length if length % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}
