//! `force`: sets the row, and logs which versions count as applied from now on. It runs no file.

use crate::connection::lock::Locked;
use crate::error::Error;
use crate::fault::Fault;
use crate::history::{Action, Adoption, History};
use crate::migration::{Direction, State, Version};
use crate::migrator::adopt::{self, Found};
use crate::migrator::{OnEvent, Shared};
use crate::table::{NewEntry, Took};

/// Sets the row, and logs that. Versions that count as applied from now on are logged with their
/// files as they are.
///
/// # Errors
///
/// As [`Migrator::force`](crate::migrator::Migrator::force).
pub fn force(
    locked: &mut Locked<'_>,
    shared: &mut Shared<'_>,
    version: Option<Version>,
    on_event: OnEvent<'_>,
) -> Result<(), Error> {
    let Found { state: from, history } = match adopt::find(locked, shared, on_event) {
        // A row that cannot be read is what `force` is for. As a dirty one, it does not say what is
        // applied.
        Err(Error::BadRow { .. }) => {
            let history = adopt::open_log(locked, shared, on_event);
            Found { state: State { version: None, dirty: true }, history }
        }
        found => found?,
    };
    let to = State::clean(version);
    let row = shared.table.set(to).sql;
    let entry = NewEntry {
        action: Action::Force,
        direction: None,
        version,
        name: version.and_then(|version| shared.source.name(version)),
        error: None,
        from,
        to,
        up: None,
        down: None,
        keeps_texts: false,
        took: Took::Unknown,
    };
    // Who may not read the log cannot tell what is missing from it.
    let steps = match shared.table.log.may_read {
        true => forced(&history, shared.source.versions(), to),
        false => Vec::new(),
    };
    let logged = shared.table.record(shared.operator, &entry).sql;
    match adopt::write(locked, shared, row.clone() + &logged, &steps) {
        Err(Error::Statement { fault: Fault::Server(error), .. }) if !logged.is_empty() => {
            locked.write(&row)?;
            shared.table.log.is_on = false;
            adopt::no_log(shared, &error.message, on_event);
            Ok(())
        }
        written => written,
    }
}

/// Versions that a forced row declares to be applied, to be logged behind it. Those that it declares
/// not to be need no entry of their own.
fn forced(history: &History, folder: &[Version], to: State) -> Vec<Adoption> {
    let mut steps = history.adoptions(folder, to);
    steps.retain(|step| step.direction == Direction::Up);
    steps.iter_mut().for_each(|step| (step.from, step.to) = (to.version, to.version));
    steps
}
