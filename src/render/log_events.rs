//! What the log has to say while a run goes on.

use dbm::{Adopted, Event, Passed};

use crate::render::Printer;

/// As many versions as a line takes.
const MOST: usize = 12;

/// Prints it.
pub fn print(printer: &Printer, event: &Event) {
    let program = printer.program();
    match event {
        Event::Adopted(steps) => adopted(printer, steps),
        Event::Edited { file, why } => {
            let path = file.path.display();
            match why {
                Passed::Cosmetic => printer.warning(&format!(
                    "{path} differs from what ran in comments and white space alone: {program} \
                     repair records it"
                )),
                _ => printer.warning(&format!(
                    "{path} was edited after it was applied: what ran stays in the database"
                )),
            }
        }
        Event::FromLog(file) => {
            printer.hint(&format!("{file} is not in this folder: its text of the log is run"));
        }
        Event::NoLog { table, reason } => {
            printer.warning(&format!("nothing is logged in {table}: {reason}"));
        }
        Event::Ahead { version, newest } => {
            let newest = newest.map_or("there are none".to_string(), |v| format!("up to {v}"));
            printer.hint(&format!(
                "the database is ahead: it is at version {version}, which has no file here ({newest})"
            ));
        }
        _ => {}
    }
}

fn adopted(printer: &Printer, steps: &[Adopted]) {
    let step = |step: &Adopted| format!("{}/{}", step.version, step.direction.letter());
    let mut listed = steps.iter().take(MOST).map(step).collect::<Vec<_>>().join(", ");
    if steps.len() > MOST {
        listed.push_str(&format!(" and {} more", steps.len() - MOST));
    }
    printer.hint(&format!("moved by another tool, and now in the log: {listed}"));
}
