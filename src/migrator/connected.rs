//! A session on the database, kept from one command to the next.

use crate::error::Error;
use crate::event::Event;
use crate::fault::Fault;
use crate::migrator::options::Options;
use crate::session::Session;
use crate::session::lock::lock_id;
use crate::session::patience::Patience;
use crate::session::waiting::until_ready;
use crate::table::Table;
use crate::url::DatabaseUrl;

/// What there is once the database was reached.
pub struct Connected {
    /// The session.
    pub session: Session,
    /// The version table and the log.
    pub table: Table,
    /// Whether a command has been run on it.
    is_used: bool,
}

impl Connected {
    /// Connects, and looks where the version table is.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::Connect`], [`Error::NoSchema`], [`Error::Interrupted`].
    pub fn open(
        url: &DatabaseUrl,
        options: &Options,
        on_event: &mut dyn FnMut(&Event),
    ) -> Result<Connected, Error> {
        let Some(wait) = options.server_wait else {
            return Connected::open_once(url, Patience::default());
        };
        let open = |patience| Connected::open_once(url, patience);
        until_ready(&url.place(), Some(wait), &options.interrupt, on_event, open)
    }

    fn open_once(url: &DatabaseUrl, patience: Patience) -> Result<Connected, Error> {
        let mut session = Session::open_within(url, patience)?;
        let table = Table::find(&mut session, url)?;
        let carried = url.carried_settings();
        // Taken and not kept: a pooler drops what it does not know, and the files would run in
        // another schema than the URL says.
        if session.token().is_some() && !table.is_session_ours && !carried.is_empty() {
            let reason = format!("startup parameter dropped by a pooler: {}", carried.join(", "));
            let fault = Fault::Unclear(reason);
            return Err(Error::Connect { place: url.place(), fault });
        }
        session.set_patience(Patience::default());
        Ok(Connected { session, table, is_used: false })
    }
}

/// The lock's ids: under the URL's path as it is written, `/` and the database's name, and the bare
/// name.
pub fn lock_ids(url: &DatabaseUrl, table: &Table) -> Vec<u32> {
    // A URL without a path leaves golang-migrate with the bare name.
    let names = [url.path.clone(), format!("/{}", table.database), table.database.clone()];
    let names = names.iter().filter(|name| !name.is_empty());
    names.map(|name| lock_id(&table.schema, &table.name, name)).collect()
}

/// The session for a command. A service may keep a migrator for hours, so before any command but the
/// first the server is asked whether it is still there, and a session that is gone is opened again.
///
/// # Errors
///
/// Those of [`Connected::open`].
pub fn connected<'c>(
    slot: &'c mut Option<Connected>,
    url: &DatabaseUrl,
    options: &Options,
    on_event: &mut dyn FnMut(&Event),
) -> Result<&'c mut Connected, Error> {
    if let Some(Connected { session, is_used, .. }) = slot
        && std::mem::replace(is_used, true)
        && session.query("").is_err()
    {
        *slot = None;
    }
    let connected = match slot.take() {
        Some(connected) => connected,
        None => Connected::open(url, options, on_event)?,
    };
    let connected = slot.insert(connected);
    connected.is_used = true;
    Ok(connected)
}
