//! The results as Markdown, and where they are written: docs/speed.md, and in short the README.

use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::figures::{NONE, Series, cell, mebibytes, ratio, time};
use crate::tool::{PEERS, TOOLS, Tool};

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// A figure that dbm is to reach.
struct Target {
    what: String,
    wanted: String,
    measured: String,
    reached: bool,
}

#[derive(Default)]
pub struct Report {
    /// One paragraph: the machine and the versions.
    machine: String,
    targets: Vec<Target>,
    /// A heading and what stands under it.
    sections: Vec<(String, String)>,
    /// Rows of the README's table.
    short: Vec<Vec<String>>,
    /// The picture, as SVG.
    pub plot: Option<String>,
}

impl Report {
    pub fn new(machine: String) -> Report {
        Report { machine, ..Report::default() }
    }

    pub fn section(&mut self, title: &str, body: String) {
        self.sections.push((title.to_owned(), body));
    }

    /// A section for the series, and a row in the README unless it is about dbm alone.
    pub fn series(&mut self, series: &Series) {
        let mut rows = Vec::new();
        let psql = limit(series);
        for tool in TOOLS {
            let Some(seconds) = series.seconds(tool) else {
                continue;
            };
            let own = matches!(tool, Tool::Dbm | Tool::DbmSingle);
            rows.push(vec![
                tool.name().to_owned(),
                time(seconds.median),
                time(seconds.min),
                time(seconds.max),
                cell(series.ratio(tool, psql), |spread| spread.ratio()),
                cell(series.ratio(Tool::Dbm, tool).filter(|_| !own), |spread| spread.ratio()),
                cell(series.peak(tool), mebibytes),
                series.runs(tool).count().to_string(),
            ]);
        }
        let mut head =
            vec!["", "median", "min", "max", "of psql's", "dbm, of its time", "memory", "runs"];
        // dbm alone has nobody to be compared with.
        for column in (1..head.len()).rev() {
            if rows.iter().all(|row| row[column] == NONE) {
                head.remove(column);
                rows.iter_mut().for_each(|row| drop(row.remove(column)));
            }
        }
        self.section(&series.what, table(&head, &rows));
        self.short.extend(short(series, Tool::Dbm, limit(series)));
        // Beside all files in one transaction of psql's; a single file is no case for it.
        if series.seconds(Tool::PsqlEach).is_some() && series.seconds(Tool::PsqlWhole).is_some() {
            self.short.extend(short(series, Tool::DbmSingle, Tool::PsqlWhole));
        }
    }

    pub fn target(&mut self, what: &str, wanted: &str, measured: String, reached: bool) {
        let (what, wanted) = (what.to_owned(), wanted.to_owned());
        self.targets.push(Target { what, wanted, measured, reached });
    }

    /// Target: at most this share of another tool's time.
    pub fn at_most_of(&mut self, series: &Series, tool: Tool, other: Tool, share: f64) {
        if let Some(spread) = series.ratio(tool, other) {
            let wanted = format!("≤ {} × {}", ratio(share), other.name());
            let what = named(series, tool);
            self.target(&what, &wanted, spread.ratio(), spread.median <= share);
        }
    }

    /// Target: less time than each peer.
    pub fn ahead(&mut self, series: &Series) {
        if let Some(best) = series.fastest(&PEERS)
            && let Some(spread) = series.ratio(Tool::Dbm, best)
        {
            let measured = format!("{} × {}", spread.ratio(), best.name());
            self.target(&series.what, "ahead of every peer", measured, spread.median < 1.0);
        }
    }

    pub fn seconds(&mut self, series: &Series, tool: Tool, most: f64) {
        if let Some(spread) = series.seconds(tool) {
            let wanted = format!("≤ {}", time(most));
            let what = named(series, tool);
            self.target(&what, &wanted, time(spread.median), spread.median <= most);
        }
    }

    /// Target: at most so many bytes at once.
    pub fn memory(&mut self, series: &Series, most: f64) {
        if let Some(peak) = series.peak(Tool::Dbm) {
            let what = format!("{}, memory", series.what);
            self.target(&what, &format!("≤ {}", mebibytes(most)), mebibytes(peak), peak <= most);
        }
    }

    /// All of it, for docs/speed.md.
    pub fn full(&self) -> String {
        let mut text = format!("{}\n\n### Targets\n\n{}", self.machine, self.target_table());
        for (title, body) in &self.sections {
            text += &format!("\n### {title}\n\n{body}");
        }
        text
    }

    fn target_table(&self) -> String {
        let rows = self.targets.iter().map(|target| {
            let judged = if target.reached { "reached" } else { "**missed**" };
            let Target { what, wanted, measured, .. } = target;
            vec![what.clone(), wanted.clone(), measured.clone(), judged.to_owned()]
        });
        table(&["", "target", "measured", ""], &rows.collect::<Vec<_>>())
    }

    /// The README's table.
    pub fn short(&self) -> String {
        let head = ["", "dbm", "of psql's time", "of golang-migrate's", "of the best other's"];
        format!("{}\n{}\n", table(&head, &self.short), self.machine)
    }
}

/// The psql to compare with: a message a file, unless a file is too long for that.
fn limit(series: &Series) -> Tool {
    match series.seconds(Tool::PsqlEach) {
        Some(_) => Tool::PsqlEach,
        None => Tool::PsqlWhole,
    }
}

fn named(series: &Series, tool: Tool) -> String {
    match tool {
        Tool::DbmSingle => format!("{}, -single-transaction", series.what),
        _ => series.what.clone(),
    }
}

/// dbm's time, and what it is of others'. No row where there is nothing to compare with.
fn short(series: &Series, dbm: Tool, psql: Tool) -> Option<Vec<String>> {
    let seconds = series.seconds(dbm)?;
    let others: Vec<Tool> = PEERS.into_iter().filter(|tool| *tool != Tool::GolangMigrate).collect();
    let best = series.fastest(&others);
    if best.is_none() && series.seconds(Tool::GolangMigrate).is_none() {
        return None;
    }
    let best = best
        .and_then(|best| Some(format!("{}, {}", series.ratio(dbm, best)?.ratio(), best.name())));
    let of = |tool| cell(series.ratio(dbm, tool), |spread| spread.ratio());
    Some(vec![
        named(series, dbm),
        format!("{} ({}–{})", time(seconds.median), time(seconds.min), time(seconds.max)),
        of(psql),
        of(Tool::GolangMigrate),
        cell(best, |best| best),
    ])
}

/// A Markdown table. The first column stands on the left, figures on the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].as_str()).chain([head[column]]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    let line = |cells: &[&str]| {
        let mut line = String::new();
        for (column, (cell, &width)) in cells.iter().zip(&widths).enumerate() {
            line += &match column {
                0 => format!("| {cell:<width$} "),
                _ => format!("| {cell:>width$} "),
            };
        }
        line + "|\n"
    };
    text += &line(head);
    for (column, &width) in widths.iter().enumerate() {
        let dashes = "-".repeat(width - 1);
        text += &if column == 0 { format!("| {dashes}- ") } else { format!("| {dashes}: ") };
    }
    text += "|\n";
    for row in rows {
        text += &line(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    text
}

/// Puts the text between the markers of a page.
pub fn write_between(page: &Path, text: &str) -> Outcome<()> {
    let old = fs::read_to_string(page)?;
    let missing = || format!("{} has no {BEGIN} … {END}", page.display());
    let (before, rest) = old.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(fs::write(page, format!("{before}{BEGIN}\n{}\n{END}{after}", text.trim_end()))?)
}
