//! A session on the database, kept from one command to the next.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::event::Event;
use crate::fault::Fault;
use crate::migrator::options::Options;
use crate::quote::{EQ, literal};
use crate::session::Session;
use crate::session::config::TOKEN;
use crate::session::lock_id::{lock_id, tries};
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
    /// The ids of the lock that were taken on the way.
    taken: Vec<u32>,
    /// Whether a command has been run on it.
    is_used: bool,
}

impl Connected {
    /// Connects, and looks where the version table is; tries to take the lock in the same query, where
    /// that is wanted and its ids can be told beforehand.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::Connect`], [`Error::NoSchema`], [`Error::Interrupted`].
    pub fn open(
        url: &DatabaseUrl,
        options: &Options,
        takes_lock: bool,
        on_event: &mut dyn FnMut(&Event),
    ) -> Result<Connected, Error> {
        let Some(wait) = options.server_wait else {
            return Connected::open_once(url, takes_lock, Patience::default());
        };
        let open = |patience| Connected::open_once(url, takes_lock, patience);
        until_ready(&url.place(), Some(wait), &options.interrupt, on_event, open)
    }

    fn open_once(
        url: &DatabaseUrl,
        takes_lock: bool,
        patience: Patience,
    ) -> Result<Connected, Error> {
        let mut session = Session::open_within(url, patience)?;
        let guess = takes_lock.then(|| Guess::new(url, &session)).flatten();
        let (ids, tries) = guess.map(Guess::tries).unwrap_or_default();
        let (table, tried) = Table::find_with(&mut session, url, &tries)?;
        let carried = url.carried_settings();
        // Taken and not kept: a pooler drops what it does not know, and the files would run in
        // another schema than the URL says.
        if session.token().is_some() && !table.is_session_ours && !carried.is_empty() {
            let reason = format!("startup parameter dropped by a pooler: {}", carried.join(", "));
            let fault = Fault::Unclear(reason);
            return Err(Error::Connect { place: url.place(), fault });
        }
        session.set_patience(Patience::default());
        let is_taken = |(_, answer): &(u32, Option<String>)| answer.as_deref() == Some("t");
        let taken = ids.into_iter().zip(tried).filter(is_taken).map(|(id, _)| id).collect();
        Ok(Connected { session, table, taken, is_used: false })
    }

    /// The ids of the lock that the session has. Whoever asks gives them back.
    pub fn taken(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.taken)
    }
}

/// Where the version table will be, if all is as usual: so the lock can be tried in the first query.
struct Guess<'a> {
    url: &'a DatabaseUrl,
    token: &'a str,
    schema: &'a str,
    database: &'a str,
}

impl<'a> Guess<'a> {
    /// `None` where the session may be a pooler's, or the URL does not say which database.
    fn new(url: &'a DatabaseUrl, session: &'a Session) -> Option<Guess<'a>> {
        let path = url.settings.get("search_path").map_or("public", String::as_str);
        let first = path.split(',').next().unwrap_or_default().trim();
        let schema = url.table.schema.as_deref().unwrap_or(first);
        Some(Guess { url, token: session.token()?, schema, database: url.database.as_deref()? })
    }

    /// The lock's ids, and expressions that try it under each of them. Another schema or database, or
    /// a session that is not ours, and it is not tried.
    fn tries(self) -> (Vec<u32>, Vec<String>) {
        let Guess { url, token, schema, database } = self;
        let mut conditions = vec![
            format!("pg_catalog.current_setting({}, true) {EQ} {}", literal(TOKEN), literal(token)),
            format!("pg_catalog.current_database() {EQ} {}", literal(database)),
        ];
        if url.table.schema.is_none() {
            conditions.push(format!("pg_catalog.current_schema() {EQ} {}", literal(schema)));
        }
        let ids = ids(url, schema, database);
        let tries = tries(&ids, &conditions.join(" AND "));
        (ids, tries)
    }
}

/// The lock's ids: under the URL's path as it is written, `/` and the database's name, and the bare
/// name.
pub fn lock_ids(url: &DatabaseUrl, table: &Table) -> Vec<u32> {
    ids(url, &table.schema, &table.database)
}

/// Ascending, each once.
fn ids(url: &DatabaseUrl, schema: &str, database: &str) -> Vec<u32> {
    // A URL without a path leaves golang-migrate with the bare name.
    let names = [url.path.clone(), format!("/{database}"), database.to_string()];
    let names = names.iter().filter(|name| !name.is_empty());
    let ids: BTreeSet<u32> = names.map(|name| lock_id(schema, &url.table.name, name)).collect();
    ids.into_iter().collect()
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
    takes_lock: bool,
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
        None => Connected::open(url, options, takes_lock, on_event)?,
    };
    let connected = slot.insert(connected);
    connected.is_used = true;
    Ok(connected)
}
