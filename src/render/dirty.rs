//! What to do about a dirty row: what the log knows of the failure that left it, and which version to
//! force in which case.

use dbm::{Direction, Failure, LogEntry, State, Version};

use crate::render::format::place;
use crate::render::printer::Printer;
use crate::render::table::{Clock, who};

/// Explains a dirty row; `failure` is the log's entry of what left it so, if there is one, and `below`
/// the version of the folder under the row's.
pub fn explain(
    printer: &Printer,
    state: State,
    failure: Option<&LogEntry>,
    below: Option<Version>,
) {
    let program = printer.program();
    let Some(failure) = failure else {
        printer.detail(
            "the log has no failure that left it so: another tool ran the file, or the run was killed",
        );
        return remedy(program, state.version, below).iter().for_each(|hint| printer.hint(hint));
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
        "undo what stands of it, so that the database is {} again, then run: {program} force {}",
        place(before),
        before.number()
    ));
    printer.hint(&format!("or finish it by hand, then run: {program} force {}", after.number()));
}

/// What to do where nothing is known of the file, a line each: which number is right in which case.
pub fn remedy(program: &str, version: Option<Version>, below: Option<Version>) -> Vec<String> {
    let number = |version: Option<Version>| State::clean(version).number();
    let (is, below) = (number(version), number(below));
    let mut lines = vec!["see what the file left, and undo or finish it by hand".to_string()];
    if is > below {
        lines.push(format!("if the schema is then as after {is}, run: {program} force {is}"));
    }
    let so = if below < 0 { "before any file".to_string() } else { format!("after {below}") };
    lines.push(format!("if it is as {so}, run: {program} force {below}"));
    lines
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

/// What to type after a non-transactional file has failed.
pub fn after(printer: &Printer, failure: &Failure) {
    let program = printer.program();
    let (before, after) = (failure.before.number(), failure.after.number());
    printer.hint(&format!(
        "the database is dirty at version {after}: undo what stands, and then run: {program} force \
         {before}"
    ));
    printer.hint(&format!("or finish it by hand, and then run: {program} force {after}"));
    if before == after {
        // A late file: the row does not tell whether it ran, the log does.
        let version = failure.version;
        printer.hint(&format!("and, if you finished it, record that: {program} repair {version}"));
    }
}
