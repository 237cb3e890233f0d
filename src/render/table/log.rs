//! What happened, the newest first.

use std::time::{Duration, SystemTime};

use dbm::{Action, Direction, LogEntry, State, Version};

use crate::render::printer::{RED, painted};
use crate::render::shown::shown_on_a_line;
use crate::render::table::clock::Clock;
use crate::render::table::layout::{
    Cells, Columns, Look, Step, UNKNOWN, duration, fit, known, lines,
};

fn columns() -> Columns {
    let heads = vec!["when", "what", "version", "name", "row", "took", "who", "program"];
    Columns { heads, right: 2, name: 3, painted: 1 }
}

/// What is told of an entry.
#[derive(Clone, Debug)]
pub(super) struct LogLine {
    pub at: SystemTime,
    pub what: String,
    pub version: Option<Version>,
    pub name: Option<String>,
    pub from: State,
    pub to: State,
    pub took: Option<Duration>,
    pub who: String,
    pub program: String,
    pub error: Option<String>,
}

impl From<&LogEntry> for LogLine {
    fn from(entry: &LogEntry) -> LogLine {
        LogLine {
            at: entry.at,
            what: match entry.is_record() {
                true => "recorded".to_string(),
                false => what(&entry.action, entry.direction, entry.error.is_some()),
            },
            version: entry.version,
            name: entry.name.clone(),
            from: entry.from,
            to: entry.to,
            took: entry.took,
            who: who(&entry.role, entry.os_user.as_deref(), entry.os_host.as_deref()),
            program: entry.program.clone(),
            error: entry.error.clone(),
        }
    }
}

/// What was done: `up`, `adopted down`, `force`, `up failed`.
pub(super) fn what(action: &Action, direction: Option<Direction>, is_failed: bool) -> String {
    let done = match (action, direction) {
        (Action::Run, Some(direction)) => direction.to_string(),
        (Action::Adopt, Some(direction)) => format!("adopted {direction}"),
        (Action::Adopt, None) => "adopted".to_string(),
        (Action::Force | Action::Repair, _) | (_, None) => action.word().to_string(),
        (action, Some(direction)) => format!("{} {direction}", action.word()),
    };
    if is_failed { format!("{done} failed") } else { done }
}

/// Who did it: the role, and behind it the person and the machine.
pub fn who(role: &str, user: Option<&str>, host: Option<&str>) -> String {
    match (user.unwrap_or_default(), host.unwrap_or_default()) {
        ("", "") => role.to_string(),
        (user, "") => format!("{role} ({user})"),
        (user, host) => format!("{role} ({user}@{host})"),
    }
}

/// The table, of entries in the order in which they come.
pub(super) fn whole(rows: &[LogLine], look: &Look, clock: &Clock) -> String {
    if rows.is_empty() {
        return "the log is empty\n".to_string();
    }
    let mut cells: Vec<Cells> = rows.iter().map(|row| cells(row, clock)).collect();
    let mut columns = columns();
    let steps = vec![
        Step::Column("program"),
        Step::Column("who"),
        Step::AtLast("took"),
        Step::AtLast("row"),
    ];
    fit(&mut columns, &mut cells, look, steps);
    let mut lines = lines(&columns, &cells, look).into_iter();
    let mut text: Vec<String> = lines.next().into_iter().collect();
    for (line, row) in lines.zip(rows) {
        text.push(line);
        if let Some(error) = &row.error {
            let word = painted("error:", look.colour.then_some(RED));
            text.push(format!("  {word} {}", one_line(error)));
        }
    }
    text.push(String::new());
    text.join("\n")
}

fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    shown_on_a_line(&lines.collect::<Vec<_>>().join(" "))
}

fn cells(row: &LogLine, clock: &Clock) -> Cells {
    let what = known(Some(&row.what));
    let paint = row.error.is_some().then_some(RED);
    Cells {
        painted: painted(&what, paint),
        plain: vec![
            clock.local(row.at).unwrap_or_else(|| UNKNOWN.to_string()),
            what,
            row.version.map_or(UNKNOWN.to_string(), |version| version.to_string()),
            known(row.name.as_deref()),
            format!("{} -> {}", row.from, row.to),
            duration(row.took),
            known(Some(&row.who)),
            known(Some(&row.program)),
        ],
    }
}
