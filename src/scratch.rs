//! Databases to try on: made beside the target's, or given, and gone afterwards.
//!
//! A database that was made has a name of its own and is dropped with its value. The target's database
//! itself is only asked what the new one should be like.
//!
//! A process may be killed at any moment, so a database that we make is told from all others by what
//! CREATE DATABASE itself writes: a name with the time in it, and a [`MARK`].

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::Error;
use crate::fault::Fault;
use crate::quote::{identifier, literal};
use crate::session::Session;
use crate::session::config::TOKEN;
use crate::sqlstate::{
    DUPLICATE_DATABASE, INSUFFICIENT_PRIVILEGE, OBJECT_IN_USE, UNIQUE_VIOLATION,
};
use crate::url::DatabaseUrl;

/// What the names of scratch databases begin with.
pub const PREFIX: &str = "dbm_scratch_";

/// The connection limit of every database that is made here: the highest, which is as good as none, and
/// which nobody else writes.
pub const MARK: i32 = i32::MAX;

/// `WITH (FORCE)`, which ends sessions that are still in it.
const DROP_FORCE: u32 = 13;

/// `idle_session_timeout`.
const IDLE_LIMIT: u32 = 14;

/// What is said of a pooler.
const POOLER: &str = "a pooler stands in front of the server";

/// A database to try on.
pub struct Scratch {
    url: DatabaseUrl,
    /// A session on the target's database, by which it was made; `None` for one that was given.
    maker: Option<Session>,
    /// Text behind CREATE DATABASE.
    like: String,
    /// The schema that the session's search_path leads to, where it is not `public`.
    schema: Option<String>,
    keep: bool,
}

impl Scratch {
    /// Makes a database on the target's server, from `template0`, with the target's encoding and
    /// locale.
    ///
    /// # Errors
    ///
    /// Those of connecting, and [`Error::Scratch`].
    pub fn create(target: &DatabaseUrl) -> Result<Scratch, Error> {
        let mut session = open(target)?;
        let schema = current_schema(&mut session, target).map_err(|fault| failed(None, fault))?;
        let like = like(&mut session).map_err(|fault| failed(None, fault))?;
        let url = target.with_database(&new_name(PREFIX));
        let mut scratch =
            Scratch { url, maker: Some(session), like, schema: Some(schema), keep: false };
        scratch.make()?;
        Ok(scratch)
    }

    /// Takes a database that is there, which must be another than the target's, and empty.
    ///
    /// # Errors
    ///
    /// Those of connecting, and [`Error::Scratch`].
    pub fn given(url: &DatabaseUrl, target: Option<&DatabaseUrl>) -> Result<Scratch, Error> {
        let mut session = open(url)?;
        let refuse = |reason: &str| refused(url, reason);
        if let Some(target) = target {
            let mut other = Session::open(target)?;
            let (own, its) = (identity(&mut session), identity(&mut other));
            let (own, its) = (own.map_err(|f| failed(None, f))?, its.map_err(|f| failed(None, f))?);
            if own == its {
                return Err(refuse("the one that was given is the target itself"));
            }
        }
        let rows = session.query(FILLED).map_err(|fault| failed(None, fault))?;
        if let Some(Some(what)) = rows.first().and_then(|row| row.first()) {
            return Err(refuse(&format!("{} is not empty: it has {what}", url.place())));
        }
        Ok(Scratch { url: url.clone(), maker: None, like: String::new(), schema: None, keep: true })
    }

    /// Where it is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.url.database.as_deref().unwrap_or_default()
    }

    /// Leaves it there when the value is dropped.
    pub fn keep(&mut self) {
        self.keep = true;
    }

    /// Makes it empty again.
    ///
    /// # Errors
    ///
    /// [`Error::Scratch`].
    pub fn renew(&mut self) -> Result<(), Error> {
        if self.maker.is_some() {
            self.remove().map_err(|fault| failed(Some(&self.url), fault))?;
            return self.make();
        }
        let mut session = Session::open(&self.url)?;
        session.query(UNSUBSCRIBE).map_err(|fault| failed(Some(&self.url), fault))?;
        session.query(EMPTY).map(drop).map_err(|fault| failed(Some(&self.url), fault))
    }

    /// Gives it another name, lets nobody in any more, and leaves it there: all at once, so that a
    /// database of that name is a finished one. `false` where there is one of that name already.
    ///
    /// # Errors
    ///
    /// [`Error::Scratch`].
    pub fn finish_as(mut self, name: &str, comment: &str) -> Result<bool, Error> {
        let (old, new) = (identifier(self.name()), identifier(name));
        let Some(maker) = &mut self.maker else { return Ok(false) };
        // The server waits for five seconds until the sessions that were in it are gone.
        let finished = maker.query(&format!(
            "ALTER DATABASE {old} RENAME TO {new}; COMMENT ON DATABASE {new} IS {}; \
             ALTER DATABASE {new} WITH ALLOW_CONNECTIONS false",
            literal(comment)
        ));
        match finished {
            Ok(_) => {
                self.keep = true;
                Ok(true)
            }
            // The second where both did it at the same moment.
            Err(fault) if matches!(fault.code(), Some(DUPLICATE_DATABASE | UNIQUE_VIOLATION)) => {
                Ok(false)
            }
            Err(fault) => Err(failed(Some(&self.url), fault)),
        }
    }

    fn make(&mut self) -> Result<(), Error> {
        let name = identifier(self.name());
        let sql = format!(
            "CREATE DATABASE {name} TEMPLATE template0 CONNECTION LIMIT {MARK} {}",
            self.like
        );
        if let Some(maker) = &mut self.maker
            && let Err(fault) = maker.query(&sql)
        {
            return Err(not_made(maker, &self.url, fault));
        }
        if let Some(schema) = self.schema.as_deref().filter(|schema| *schema != "public") {
            // It is opened without the search_path, for that schema is not there yet.
            let mut session = Session::open(&self.url)?;
            let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", identifier(schema));
            session.query(&sql).map_err(|fault| failed(Some(&self.url), fault))?;
        }
        Ok(())
    }

    fn remove(&mut self) -> Result<(), Fault> {
        let name = self.name().to_string();
        let Some(maker) = &mut self.maker else { return Ok(()) };
        match drop_database(maker, &name) {
            // A subscription keeps its database.
            Err(fault) if fault.code() == Some(OBJECT_IN_USE) => {
                if let Ok(mut session) = Session::open(&self.url) {
                    session.query(UNSUBSCRIBE)?;
                }
                drop_database(maker, &name)
            }
            done => done,
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            // Nobody is there to be told; -prune finds what is left.
            let _ = self.remove();
        }
    }
}

/// Drops a database, and ends the sessions that are still in it.
///
/// # Errors
///
/// [`Fault`].
pub fn drop_database(session: &mut Session, name: &str) -> Result<(), Fault> {
    let quoted = identifier(name);
    if !session.is_older_than(DROP_FORCE) {
        return session.query(&format!("DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")).map(drop);
    }
    let name = literal(name);
    session.query(&format!(
        "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity \
         where datname operator(pg_catalog.=) {name}"
    ))?;
    session.query(&format!("DROP DATABASE IF EXISTS {quoted}")).map(drop)
}

/// Opens a session of our own: a pooler lends others, and keeps them in a database that is to go.
///
/// # Errors
///
/// Those of connecting; [`Error::Scratch`] through a pooler.
pub fn open(url: &DatabaseUrl) -> Result<Session, Error> {
    // A limit of the role or of the URL is meant for other statements than CREATE DATABASE, and the
    // session is idle while migrations run.
    let mut unlimited = url.clone();
    for limit in ["statement_timeout", "lock_timeout"] {
        unlimited.settings.insert(limit.to_string(), "0".to_string());
    }
    let mut session = match Session::open(&unlimited) {
        Err(Error::Connect { fault: Fault::Server(error), .. })
            if error.message.contains("startup parameter") =>
        {
            return Err(refused(url, POOLER));
        }
        opened => opened?,
    };
    let mut sql = format!("select pg_catalog.current_setting({}, true)", literal(TOKEN));
    if !session.is_older_than(IDLE_LIMIT) {
        sql.push_str(", pg_catalog.set_config('idle_session_timeout', '0', false)");
    }
    let rows = session.query(&sql).map_err(|fault| failed(Some(url), fault))?;
    let token = rows.into_iter().flatten().next().flatten();
    match token.is_some() && token.as_deref() == session.token() {
        true => Ok(session),
        false => Err(refused(url, POOLER)),
    }
}

fn refused(url: &DatabaseUrl, reason: &str) -> Error {
    Error::Scratch { place: url.place(), reason: reason.to_string(), fault: None }
}

/// A name that no other database has: `prefix`, the time in seconds since 1970, and what cannot be
/// guessed, both in hexadecimal digits.
pub fn new_name(prefix: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let random = RandomState::new().build_hasher().finish() >> 16;
    format!("{prefix}{now:08x}{random:012x}")
}

/// When a name was made, in seconds since 1970; `None` where it does not end as [`new_name`] writes it.
pub fn made_at(name: &str, prefix: &str) -> Option<u64> {
    let end = name.strip_prefix(prefix)?;
    let is_ours = end.len() == 20 && end.bytes().all(is_hex);
    is_ours.then(|| u64::from_str_radix(&end[..8], 16).ok())?
}

/// A hexadecimal digit as we write it.
pub fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Why a database could not be made: by its name, where it is a right that the role lacks.
pub fn not_made(session: &mut Session, url: &DatabaseUrl, fault: Fault) -> Error {
    if fault.code() == Some(INSUFFICIENT_PRIVILEGE)
        && let Ok(rows) = session.query("select pg_catalog.quote_ident(current_user)")
        && let Some(role) = rows.into_iter().flatten().next().flatten()
    {
        return Error::MayNotCreateDatabase { role };
    }
    failed(Some(url), fault)
}

/// The error of a statement about this database.
pub fn failed(url: Option<&DatabaseUrl>, fault: Fault) -> Error {
    Error::Scratch {
        place: url.map(DatabaseUrl::place).unwrap_or_default(),
        reason: fault.to_string(),
        fault: Some(fault),
    }
}

/// The schema that the session's search_path leads to.
///
/// # Errors
///
/// [`Fault`].
pub fn current_schema(session: &mut Session, url: &DatabaseUrl) -> Result<String, Fault> {
    if let Some(schema) = &url.table.schema {
        return Ok(schema.clone());
    }
    let rows = session.query("select pg_catalog.current_schema()")?;
    Ok(rows.into_iter().flatten().next().flatten().unwrap_or_else(|| "public".to_string()))
}

/// Encoding and locale, as CREATE DATABASE takes them.
///
/// # Errors
///
/// [`Fault`].
pub fn like(session: &mut Session) -> Result<String, Fault> {
    let provider = match session.is_older_than(15) {
        true => "'c', null",
        false if session.is_older_than(17) => "datlocprovider, daticulocale",
        false => "datlocprovider, datlocale",
    };
    let rows = session.query(&format!(
        "select pg_catalog.pg_encoding_to_char(encoding), datcollate, datctype, {provider} \
         from pg_catalog.pg_database \
         where datname operator(pg_catalog.=) pg_catalog.current_database()"
    ))?;
    let mut row = rows.into_iter().next().unwrap_or_default().into_iter();
    let mut next = || row.next().flatten();
    let mut like = String::new();
    for (word, value) in [("ENCODING", next()), ("LC_COLLATE", next()), ("LC_CTYPE", next())] {
        if let Some(value) = value {
            like.push_str(&format!(" {word} {}", literal(&value)));
        }
    }
    let (provider, locale) = (next(), next());
    match (provider.as_deref(), locale) {
        (Some("i"), Some(locale)) => {
            like.push_str(&format!(" LOCALE_PROVIDER icu ICU_LOCALE {}", literal(&locale)));
        }
        (Some("b"), Some(locale)) => {
            like.push_str(&format!(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {}", literal(&locale)));
        }
        _ => {}
    }
    Ok(like)
}

/// What tells two databases apart, whatever the servers are called.
fn identity(session: &mut Session) -> Result<Option<String>, Fault> {
    let rows = session.query(
        "select pg_catalog.concat_ws(' ', pg_catalog.current_database(), oid, \
                pg_catalog.pg_postmaster_start_time()) from pg_catalog.pg_database \
         where datname operator(pg_catalog.=) pg_catalog.current_database()",
    )?;
    Ok(rows.into_iter().flatten().next().flatten())
}

/// One thing that a database has which a new one has not.
const FILLED: &str = "select pg_catalog.concat_ws(' ', kind, name) from (\
    select 'table' as kind, relname::pg_catalog.text as name from pg_catalog.pg_class \
     where oid operator(pg_catalog.>=) 16384 and relkind operator(pg_catalog.=) any (array['r', 'p', 'v', 'm', 'S', 'f']::\"char\"[]) \
       and relnamespace operator(pg_catalog.<>) 99 \
     union all select 'function', proname::pg_catalog.text from pg_catalog.pg_proc where oid operator(pg_catalog.>=) 16384 \
       and not exists (select from pg_catalog.pg_depend where objid operator(pg_catalog.=) pg_proc.oid and deptype operator(pg_catalog.=) 'e') \
     union all select 'schema', nspname::pg_catalog.text from pg_catalog.pg_namespace where oid operator(pg_catalog.>=) 16384) x limit 1";

/// Drops the subscriptions, and leaves the publisher alone.
const UNSUBSCRIBE: &str = "do $dbm$ declare q text; begin \
    perform pg_catalog.set_config('search_path', '', true); \
    for q in select pg_catalog.format(step, subname) from pg_subscription, \
        unnest(array['alter subscription %I disable', 'alter subscription %I set (slot_name = none)', \
                     'drop subscription %I']) with ordinality s(step, n) \
      where subdbid = (select oid from pg_database where datname = pg_catalog.current_database()) \
      order by subname, n \
    loop execute q; end loop; end $dbm$";

/// Takes everything out of a database that was given. The schema `public` stays, with its owner and its
/// rights: what is in it goes, tables first, for sequences and types go with them.
const EMPTY: &str = "do $dbm$ declare q text; begin \
    perform pg_catalog.set_config('search_path', '', true); \
    for q in select pg_catalog.format('drop event trigger %I', evtname) from pg_event_trigger where oid >= 16384 \
      union all select pg_catalog.format('drop publication %I', pubname) from pg_publication where oid >= 16384 \
      union all select pg_catalog.format('drop extension if exists %I cascade', extname) from pg_extension where oid >= 16384 \
      union all select pg_catalog.format('drop foreign data wrapper if exists %I cascade', fdwname) from pg_foreign_data_wrapper where oid >= 16384 \
      union all select pg_catalog.format('drop schema %I cascade', nspname) from pg_namespace \
        where oid >= 16384 and nspname <> 'public' and nspname !~ '^pg_' \
      union all select pg_catalog.format('alter database %I reset all', datname) from pg_db_role_setting, pg_database \
        where setdatabase = pg_database.oid and datname = pg_catalog.current_database() and setrole = 0 \
      union all select 'create schema if not exists public' \
    loop execute q; end loop; \
    foreach q in array array(select pg_catalog.format('drop %s if exists %s cascade', \
        case i.type when 'composite type' then 'type' when 'statistics object' then 'statistics' else i.type end, i.identity) \
      from pg_depend d, pg_catalog.pg_identify_object(d.classid, d.objid, 0) i \
      where d.refclassid = 'pg_namespace'::regclass and d.deptype = 'n' \
        and d.refobjid = (select oid from pg_namespace where nspname = 'public') \
      order by i.type not like '%table', i.type, i.identity) \
    loop begin execute q; exception when dependent_objects_still_exist then null; end; end loop; \
    for q in select pg_catalog.format('drop cast if exists (%s as %s) cascade', pg_catalog.format_type(castsource, null), pg_catalog.format_type(casttarget, null)) from pg_cast where oid >= 16384 \
    loop execute q; end loop; end $dbm$";
