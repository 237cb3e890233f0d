//! Keeps the log in step with the row, and finds what the two say is wrong.

use crate::connection::Connection;
use crate::connection::lock::Locked;
use crate::error::Error;
use crate::event::{Adopted, Edited, Event, Passed};
use crate::fault::Fault;
use crate::history::{Action, Adoption, History};
use crate::migration::{Direction, State, Version};
use crate::migrator::{OnEvent, Shared};
use crate::source::Source;
use crate::sql;
use crate::status::{self, Difference};
use crate::table::{NewEntry, Own, Seen, Table, Took};

/// What a command finds when it has the lock.
pub struct Found {
    /// The row.
    pub state: State,
    /// What is known of how it came about.
    pub history: History,
    /// Another tool has written the row since, and that is not in the log.
    pub is_touched: bool,
}

/// Reads row and log, makes them where they are missing, and puts into the log what another tool
/// has done since.
///
/// # Errors
///
/// Those of [`Table::ensure`], and [`Error::Moved`]. A log that cannot be used is no error.
pub fn find(
    locked: &mut Locked<'_>,
    shared: &mut Shared<'_>,
    on_event: OnEvent<'_>,
) -> Result<Found, Error> {
    let seen = shared.table.ensure(locked)?;
    let mut history = open_log(locked, shared, on_event);
    let state = seen.state;
    let is_touched = history.is_touched(seen.xmin);
    if is_touched && history.is_at(state) {
        history.doubt();
    }
    // Who may not read it cannot tell what is missing from it.
    if state.dirty || !shared.table.log.is_on || !shared.table.log.may_read {
        return Ok(Found { state, history, is_touched });
    }
    let steps = steps(locked.connection(), shared, &history, seen, on_event);
    if !adopt(locked, shared, state, steps, on_event)? {
        return Ok(Found { state, history, is_touched });
    }
    Ok(Found { state, history: read(locked, shared, on_event), is_touched: false })
}

/// Makes the log where it is missing, and reads it. Says once if there is none to be had.
pub fn open_log(
    locked: &mut Locked<'_>,
    shared: &mut Shared<'_>,
    on_event: OnEvent<'_>,
) -> History {
    let had = shared.table.log.exists;
    if let Err(fault) = shared.table.ensure_log(locked) {
        no_log(shared, &fault.to_string(), on_event);
        return History::default();
    }
    let log = &shared.table.log;
    if had && !log.is_on {
        no_log(shared, "this role may not add to it", on_event);
    }
    read(locked, shared, on_event)
}

fn read(locked: &mut Locked<'_>, shared: &mut Shared<'_>, on_event: OnEvent<'_>) -> History {
    match shared.table.entries(locked.connection(), false) {
        Ok(entries) => {
            shared.last_entry = entries.last().map_or(0, |entry| entry.id);
            History::fold(&entries)
        }
        Err(fault) => {
            shared.table.log.is_on = false;
            no_log(shared, &fault.to_string(), on_event);
            History::default()
        }
    }
}

/// From now on nothing is logged.
pub fn no_log(shared: &mut Shared<'_>, reason: &str, on_event: OnEvent<'_>) {
    if !std::mem::replace(&mut shared.said_no_log, true) {
        let table = shared.table.quoted_log();
        on_event(Event::NoLog { table, reason: reason.to_string() });
    }
}

/// What another tool has done since the last entry.
fn steps(
    connection: &mut Connection,
    shared: &Shared<'_>,
    history: &History,
    seen: Seen,
    on_event: OnEvent<'_>,
) -> Vec<Adoption> {
    let state = seen.state;
    let mut steps = history.adoptions(shared.source.versions(), state);
    // It has moved the row away and back: down and up again, more likely than not. Texts that
    // differ may be those that it ran, and files that are new it may have run, so neither proves
    // anything.
    if history.is_at(state) && history.is_touched(seen.xmin) {
        steps.iter_mut().for_each(|step| step.is_trusted = true);
        steps.extend(rerun(connection, shared, history, state, on_event));
        if steps.is_empty() {
            steps.push(Adoption::without_a_file(state.version, state.version));
        }
    }
    steps
}

/// Applied files that differ from what ran, where another tool may have run them again.
pub fn rerun(
    connection: &mut Connection,
    shared: &Shared<'_>,
    history: &History,
    state: State,
    on_event: OnEvent<'_>,
) -> Vec<Adoption> {
    let differences = status::differences(shared.source, history, state);
    let again = |difference: &Difference| Adoption {
        version: Some(difference.version),
        direction: Some(Direction::Up),
        ..Adoption::without_a_file(state.version, state.version)
    };
    let steps = differences.iter().map(again).collect();
    for file in edited(connection, shared.table, shared.source, differences).unwrap_or_default() {
        on_event(Event::Edited { file, why: Passed::Rerun });
    }
    steps
}

/// Puts steps of another tool into the log; whether there were any. The row is written once more,
/// as it is: so it is certain that it still is what it was, and that the last entry is its writer's.
fn adopt(
    locked: &mut Locked<'_>,
    shared: &mut Shared<'_>,
    state: State,
    steps: Vec<Adoption>,
    on_event: OnEvent<'_>,
) -> Result<bool, Error> {
    if steps.is_empty() {
        return Ok(false);
    }
    let Own { sql, .. } = shared.table.advance(state, state);
    match write(locked, shared, sql, &steps) {
        Ok(_) => {
            let adopted = |step: &Adoption| Adopted {
                version: step.version,
                direction: step.direction,
                from: step.from,
                is_trusted: step.is_trusted,
            };
            on_event(Event::Adopted(steps.iter().map(adopted).collect()));
            Ok(true)
        }
        Err(Error::Statement { fault: Fault::Server(error), .. })
            if shared.table.is_guard(&error) =>
        {
            Err(Error::Moved { planned: state })
        }
        // Whatever the reason: without a log nothing is lost that golang-migrate would keep.
        Err(Error::Statement { fault: Fault::Server(error), .. }) => {
            shared.table.log.is_on = false;
            no_log(shared, &error.message, on_event);
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// As much of the files' texts as goes into one message.
const PIECE: usize = 8 << 20;

/// Sends SQL, and with it, in the same transaction, what puts steps into the log with the files as
/// they are now: in pieces, for a folder may be of any size.
///
/// # Errors
///
/// [`Error::Statement`]; nothing has happened then.
pub fn write(
    locked: &mut Locked<'_>,
    shared: &Shared<'_>,
    mut sql: String,
    steps: &[Adoption],
) -> Result<(), Error> {
    let mut is_open = false;
    for step in steps {
        if sql.len() > PIECE {
            if !std::mem::replace(&mut is_open, true) {
                locked.write("BEGIN")?;
            }
            locked.write(&sql).inspect_err(|_| locked.roll_back())?;
            sql.clear();
        }
        sql.push_str(&entry(shared, step));
    }
    if is_open {
        sql.push_str("COMMIT");
    }
    locked.write(&sql).map(drop).inspect_err(|_| {
        if is_open {
            locked.roll_back();
        }
    })
}

/// SQL that puts a step into the log, with the files as they are now.
pub fn entry(shared: &Shared<'_>, step: &Adoption) -> String {
    let read = |direction| {
        let version = step.version.filter(|_| step.direction == Some(Direction::Up))?;
        shared.source.entry(version, direction)?.read().ok()
    };
    let (up, down) = (read(Direction::Up), read(Direction::Down));
    let name = step.direction.and(step.version).and_then(|version| shared.source.name(version));
    let entry = NewEntry {
        action: Action::Adopt,
        direction: step.direction,
        version: step.version,
        name,
        error: None,
        from: State::clean(step.from),
        to: State::clean(step.to),
        up: up.as_deref(),
        down: down.as_deref(),
        keeps_texts: true,
        took: Took::Unknown,
    };
    shared.table.record(shared.operator, &entry).sql
}

/// Applied versions without a file here that the log's texts can undo.
pub fn kept(source: &Source, history: &History, state: State) -> Vec<Version> {
    let gone = |version: &Version| source.versions().binary_search(version).is_err();
    let undoable = history.applied(state).filter(|(_, known)| known.down.is_some());
    undoable.map(|(version, _)| version).filter(gone).collect()
}

/// Stops a run up that would go on from files that are not what ran, or that would leave files
/// behind.
///
/// # Errors
///
/// [`Error::Edited`], [`Error::Late`], unless that is allowed.
pub fn check(
    connection: &mut Connection,
    shared: &Shared<'_>,
    found: &Found,
    late: &[Version],
    on_event: OnEvent<'_>,
) -> Result<(), Error> {
    let Found { state, history, is_touched } = found;
    let differences = status::differences(shared.source, history, *state);
    let mut stopping = Vec::new();
    for file in edited(connection, shared.table, shared.source, differences)? {
        match () {
            () if *is_touched && history.is_at(*state) => {
                on_event(Event::Edited { file, why: Passed::Rerun });
            }
            () if file.is_cosmetic => on_event(Event::Edited { file, why: Passed::Cosmetic }),
            () if shared.allowed.edited => {
                on_event(Event::Edited { file, why: Passed::Allowed });
            }
            () => stopping.push(file),
        }
    }
    if !stopping.is_empty() {
        return Err(Error::Edited { files: stopping });
    }
    if !late.is_empty() && !shared.allowed.late {
        let file = |version: &Version| {
            let file = shared.source.entry(*version, Direction::Up);
            let file = file.or_else(|| shared.source.entry(*version, Direction::Down));
            (*version, file.map(|file| file.path().to_path_buf()).unwrap_or_default())
        };
        return Err(Error::Late { files: late.iter().map(file).collect(), state: *state });
    }
    Ok(())
}

/// Differing files with the texts that ran, as far as the log keeps them.
///
/// # Errors
///
/// [`Error::Statement`].
pub fn edited(
    connection: &mut Connection,
    table: &Table,
    source: &Source,
    differences: Vec<Difference>,
) -> Result<Vec<Edited>, Error> {
    let ids: Vec<i64> = differences.iter().map(|difference| difference.ran).collect();
    // Without the texts there is still the checksum.
    let mut texts = match table.texts(connection, &ids, false) {
        Err(fault @ Fault::Lost(_)) => return Err(unusable(table, &fault)),
        texts => texts.unwrap_or_default(),
    };
    let file = |Difference { version, ran, ran_nothing, now }: Difference| {
        let kept = texts.iter_mut().find(|(id, _)| *id == ran);
        let text = kept.and_then(|(_, texts)| texts.up.take());
        let text = text.or_else(|| ran_nothing.then(String::new));
        let path = source.entry(version, Direction::Up).map(|entry| entry.path().to_path_buf());
        Edited {
            version,
            path: path.unwrap_or_default(),
            is_cosmetic: text.as_deref().is_some_and(|ran| sql::says_the_same(ran, &now)),
            ran: text,
            now,
        }
    };
    Ok(differences.into_iter().map(file).collect())
}

/// The log cannot be used, where nothing can be done without it.
pub fn unusable(table: &Table, fault: &Fault) -> Error {
    Error::Log { table: table.quoted_log(), reason: fault.to_string() }
}
