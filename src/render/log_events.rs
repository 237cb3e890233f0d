//! What the log has to say while a run goes on.

use dbm::{Adopted, Direction, Event, Passed, Version};

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
                Passed::Rerun => printer.warning(&format!(
                    "{path} is not what dbm ran, but another tool has moved the database since: its \
                     present text is taken for what ran"
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
    let step = |step: &Adopted| match (step.version, step.direction) {
        (Some(version), Some(direction)) if !step.is_trusted => {
            Some(format!("{version}/{}", direction.letter()))
        }
        _ => None,
    };
    let files: Vec<String> = steps.iter().filter_map(step).collect();
    let listed = match files.len() {
        ..=MOST => files.join(", "),
        count => format!("{} and {} more", files[..MOST].join(", "), count - MOST),
    };
    if !files.is_empty() {
        printer.hint(&format!("moved by another tool, and now in the log: {listed}"));
    }
    for step in steps {
        let place = |version: Option<Version>| {
            version.map_or("no version".into(), |v| format!("version {v}"))
        };
        match (step.version, step.direction) {
            (Some(version), Some(Direction::Up)) if step.is_trusted => printer.warning(&format!(
                "version {version} is not in the log, and another tool may have run it since the last \
                 entry: it is taken for applied"
            )),
            (version, None) if version == step.from => printer.hint(&format!(
                "another tool has written the version row since the last entry of the log, and left it \
                 at {}",
                place(version)
            )),
            (version, None) => printer.hint(&format!(
                "moved by another tool, from {} to {}, and now in the log",
                place(step.from),
                place(version)
            )),
            _ => {}
        }
    }
}
