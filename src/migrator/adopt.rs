//! Reads the log, and adds to it what another tool did: the `adopt` entries. Which steps those are
//! says `history`; whether the files are in order says `checks`.

use crate::connection::lock::Locked;
use crate::error::Error;
use crate::event::{Adopted, Event};
use crate::fault::Fault;
use crate::history::{Action, Adoption, History};
use crate::migration::{Direction, State};
use crate::migrator::{OnEvent, Shared};
use crate::table::{NewEntry, Table, Took};

/// What a command finds when it has the lock.
pub struct Found {
    /// The row.
    pub state: State,
    /// What the log knows.
    pub history: History,
}

/// Reads row and log, makes them where they are missing, and adds to the log what another tool has
/// done since.
///
/// # Errors
///
/// Those of [`Table::ensure`]. A log that cannot be used is no error.
pub fn find(
    locked: &mut Locked<'_>,
    shared: &mut Shared<'_>,
    on_event: OnEvent<'_>,
) -> Result<Found, Error> {
    let state = shared.table.ensure(locked)?;
    let mut history = open_log(locked, shared, on_event);
    // Who may not read the log cannot tell what is missing from it.
    if !state.dirty && shared.table.log.is_on && shared.table.log.may_read {
        let steps = history.adoptions(shared.source.versions(), state);
        if adopt(locked, shared, &steps, on_event)? {
            history = read(locked, shared, on_event);
        }
    }
    Ok(Found { state, history })
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

/// Adds steps of another tool to the log. Returns whether there were any, and they are logged.
fn adopt(
    locked: &mut Locked<'_>,
    shared: &mut Shared<'_>,
    steps: &[Adoption],
    on_event: OnEvent<'_>,
) -> Result<bool, Error> {
    if steps.is_empty() {
        return Ok(false);
    }
    match write(locked, shared, String::new(), steps) {
        Ok(()) => {
            let adopted =
                |step: &Adoption| Adopted { version: step.version, direction: step.direction };
            on_event(Event::Adopted(steps.iter().map(adopted).collect()));
            Ok(true)
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

/// Sends SQL, and with it, in the same transaction, the entries for steps of another tool: in pieces,
/// for a folder may be of any size.
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

/// SQL that adds the entry for a step of another tool, with the texts as they are now.
pub fn entry(shared: &Shared<'_>, step: &Adoption) -> String {
    let read = |direction| match step.direction {
        Direction::Up => shared.source.entry(step.version, direction)?.read().ok(),
        Direction::Down => None,
    };
    let (up, down) = (read(Direction::Up), read(Direction::Down));
    let entry = NewEntry {
        action: Action::Adopt,
        direction: Some(step.direction),
        version: Some(step.version),
        name: shared.source.name(step.version),
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

/// The log cannot be used, where nothing can be done without it.
pub fn unusable(table: &Table, fault: &Fault) -> Error {
    Error::Log { table: table.quoted_log(), reason: fault.to_string() }
}
