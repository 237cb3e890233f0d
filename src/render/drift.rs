//! How a database differs from its migrations, for people, on standard output.

use dbm::DriftReport;
use dbm::snapshot::{Change, Difference};

use crate::render::differences::{self, Heads};
use crate::render::format::place;
use crate::render::printer::{Colour, GREEN, Printer, RED, YELLOW, painted};
use crate::render::shown::all_shown;

/// What the changes are called: somebody has made them by hand.
pub const HEADS: Heads = Heads { added: "added", missing: "dropped", changed: "changed" };

/// What became of an object, in a word.
pub fn word(difference: &Difference) -> &'static str {
    match difference.change {
        Change::Added(_) => HEADS.added,
        Change::Missing(_) => HEADS.missing,
        Change::Changed { .. } => HEADS.changed,
        Change::Order { .. } => "order",
    }
}

/// Prints each difference, how many there are, and the statements that undo them.
pub fn print(printer: &Printer, report: &DriftReport, colour: bool) {
    let mut text = String::new();
    for difference in &report.differences {
        let lines = differences::lines(difference, &HEADS).into_iter();
        for (index, (own, line)) in lines.enumerate() {
            let own = if index == 0 { Some(of_head(difference)) } else { own };
            text.push_str(&painted(&line, own.filter(|_| colour)));
            text.push('\n');
        }
    }
    let count = report.differences.iter().filter(|it| !it.is_order()).count();
    let version = match report.state.version {
        Some(version) => format!("its migrations up to version {version}"),
        None => format!("an empty one, and is {}", place(report.state)),
    };
    text.push_str(&match count {
        0 => format!("no drift: the database is like {version}\n"),
        1 => format!("1 difference: the database is not like {version}\n"),
        count => format!("{count} differences: the database is not like {version}\n"),
    });
    if !report.statements.is_empty() {
        text.push_str("to bring it back (this may drop data, so read it first):\n");
        for statement in &report.statements {
            for line in statement.to_string().lines() {
                text.push_str(&format!("  {}\n", all_shown(line)));
            }
        }
    }
    printer.answer(&text);
}

fn of_head(difference: &Difference) -> Colour {
    match difference.change {
        Change::Added(_) => GREEN,
        Change::Missing(_) => RED,
        _ => YELLOW,
    }
}
