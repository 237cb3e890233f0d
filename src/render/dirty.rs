//! What to do about a dirty row: what the log knows of the failure that left it, and which version to
//! force in which case.

use dbm::{Direction, LogEntry, State};

use crate::render::format::place;
use crate::render::printer::Printer;
use crate::render::table::{Clock, who};

/// Explains a dirty row; `failure` is the log's entry of what left it so, if there is one.
pub fn explain(printer: &Printer, state: State, failure: Option<&LogEntry>) {
    let program = printer.program();
    let Some(failure) = failure else {
        printer.detail(
            "the log has no failure that left it so: another tool ran the file, or the run was killed",
        );
        return printer.hint(&format!(
            "find out what the file left, and fix that by hand; {program} force {} declares the \
             version applied, and a lower number declares that it is not",
            state.number()
        ));
    };
    let clock = Clock::here();
    let at = clock.local(failure.at).unwrap_or_default();
    let ago = clock.ago(failure.at).map_or(String::new(), |ago| format!(" ({ago})"));
    let file = file(failure);
    let error = failure.error.as_deref().unwrap_or_default();
    printer.detail(&format!("{file} failed at {at}{ago}: {error}"));
    let who = who(&failure.role, failure.os_user.as_deref(), failure.os_host.as_deref());
    printer.detail(&format!("run by {who} with {}", failure.program));
    let (before, after) = (failure.from, failure.to);
    if before.number() == after.number() {
        return printer.hint(&format!(
            "undo what stands of it, or finish it by hand, then run: {program} force {}",
            after.number()
        ));
    }
    printer.hint(&format!(
        "undo what stands of it, then run: {program} force {} (the database is {} again)",
        before.number(),
        place(before)
    ));
    printer.hint(&format!("or finish it by hand, then run: {program} force {}", after.number()));
}

/// `6_add_index.up.sql`, as far as the log knows.
fn file(entry: &LogEntry) -> String {
    let version = entry.version.map_or(String::new(), |version| version.to_string());
    let name = entry.name.as_deref().unwrap_or_default();
    let direction = match entry.direction {
        Some(Direction::Down) => "down",
        _ => "up",
    };
    format!("{version}_{name}.{direction}.sql")
}
