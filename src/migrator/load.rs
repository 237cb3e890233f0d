//! Loads a schema from a file into an empty database, all of it or nothing.

use std::mem;
use std::path::Path;

use crate::error::{Error, SchemaError};
use crate::fault::Fault;
use crate::migration::State;
use crate::migrator::Migrator;
use crate::migrator::run::Run;
use crate::quote::{EQ, NE};
use crate::session::Limits;
use crate::source::Source;
use crate::sql::{Mode, Refusal, Script, locate, without_restrict};

/// So many names of what is there are told of each kind.
const NAMED: usize = 3;

impl Migrator {
    /// Loads the schema in a text, which [`Dump`](crate::Dump) or `pg_dump --schema-only` has written,
    /// into a database that is empty, in one transaction; gives the row that it brings along. The
    /// path is what errors name it by.
    ///
    /// # Errors
    ///
    /// [`SchemaError::NotEmpty`], [`SchemaError::Load`], and as [`Migrator::force`].
    pub fn load(&mut self, path: &Path, text: &str) -> Result<State, Error> {
        let mut url = self.url.clone();
        // The file may make the schemas.
        url.settings.remove("search_path");
        let options = self.options.clone();
        let mut loader = Migrator { options, ..Migrator::new(url, Source::default()) };
        mem::swap(&mut loader.on_event, &mut self.on_event);
        let loaded = loader.locked("load", |run| run.load_schema(path, text));
        mem::swap(&mut loader.on_event, &mut self.on_event);
        // What the file has set on a session stays on that one.
        self.connected = None;
        loaded.and_then(|()| self.version())
    }
}

impl Run<'_> {
    fn load_schema(&mut self, path: &Path, text: &str) -> Result<(), Error> {
        if let Some(contents) = self.found()? {
            let database = self.table.database.clone();
            return Err(SchemaError::NotEmpty { database, contents }.into());
        }
        let failed = |at, fault| SchemaError::Load { path: path.to_path_buf(), at, fault };
        let text = without_restrict(text);
        let script = Script::new(&text);
        let refusal = match script.mode() {
            Mode::Transactional { .. } | Mode::OwnTransaction { .. } => None,
            Mode::Refused(Refusal::CopyFromStdin { at }) => Some((
                Some(text[..at].chars().count() + 1),
                "COPY … FROM stdin has data behind it, which only psql can load: write the file \
                 without data (pg_dump --schema-only)",
            )),
            _ => Some((None, "it cannot be run in one transaction")),
        };
        if let Some((position, reason)) = refusal {
            let at = position.and_then(|position| locate(&text, position));
            return Err(failed(at, Fault::Unclear(reason.to_string())).into());
        }
        let limits = Limits { interrupt: self.options.interrupt.clone(), ..Limits::default() };
        self.locked.send(&text, &limits, &mut |_| {}).map_err(|error| {
            let position = match &error.fault {
                Fault::Server(server) => server.position,
                _ => None,
            };
            failed(position.and_then(|position| locate(&text, position)), error.fault).into()
        })
    }

    /// What the database has that a new one has not; `None` for an empty one.
    fn found(&mut self) -> Result<Option<String>, Error> {
        let sql = contents();
        let rows = self.locked.session().query(&sql);
        let rows = rows.map_err(|fault| Error::Statement { sql, fault })?;
        let mut kinds: Vec<(String, Vec<String>)> = Vec::new();
        for row in rows {
            let mut values = row.into_iter().flatten();
            let (Some(kind), Some(name)) = (values.next(), values.next()) else { continue };
            match kinds.last_mut() {
                Some((last, names)) if *last == kind => names.push(name),
                _ => kinds.push((kind, vec![name])),
            }
        }
        let kinds: Vec<String> = kinds
            .into_iter()
            .map(|(kind, names)| match names.len() {
                count if count > NAMED => {
                    format!("{count} {kind}s ({}, …)", names[..NAMED].join(", "))
                }
                1 => format!("{kind} {}", names.concat()),
                count => format!("{count} {kind}s ({})", names.join(", ")),
            })
            .collect();
        Ok((!kinds.is_empty()).then(|| kinds.join(", ")))
    }
}

/// Objects that came neither with the server nor with an extension.
fn contents() -> String {
    let own = |catalog: &str, oid: &str| {
        format!(
            "{oid} OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid AND NOT EXISTS (SELECT FROM \
             pg_catalog.pg_depend d WHERE d.classid {EQ} 'pg_catalog.{catalog}'::pg_catalog.regclass \
             AND d.objid {EQ} {oid} AND d.deptype {EQ} 'e')"
        )
    };
    format!(
        "SELECT kind, name FROM (\
         SELECT 1, 'table' AS kind, c.relname::pg_catalog.text AS name FROM pg_catalog.pg_class c \
         WHERE c.relkind {EQ} ANY (ARRAY['r', 'p', 'f']::pg_catalog.\"char\"[]) AND {class} \
         UNION ALL SELECT 2, 'view', c.relname::pg_catalog.text FROM pg_catalog.pg_class c \
         WHERE c.relkind {EQ} ANY (ARRAY['v', 'm']::pg_catalog.\"char\"[]) AND {class} \
         UNION ALL SELECT 3, 'function', p.proname::pg_catalog.text FROM pg_catalog.pg_proc p \
         WHERE {proc} \
         UNION ALL SELECT 4, 'type', t.typname::pg_catalog.text FROM pg_catalog.pg_type t \
         WHERE t.typtype {EQ} ANY (ARRAY['e', 'd', 'r']::pg_catalog.\"char\"[]) AND {types} \
         UNION ALL SELECT 5, 'sequence', c.relname::pg_catalog.text FROM pg_catalog.pg_class c \
         WHERE c.relkind {EQ} 'S' AND {class} \
         UNION ALL SELECT 6, 'schema', n.nspname::pg_catalog.text FROM pg_catalog.pg_namespace n \
         WHERE pg_catalog.left(n.nspname::pg_catalog.text, 3) {NE} 'pg_' AND {namespace}\
         ) AS objects (rank, kind, name) ORDER BY rank, name",
        class = own("pg_class", "c.oid"),
        proc = own("pg_proc", "p.oid"),
        types = own("pg_type", "t.oid"),
        namespace = own("pg_namespace", "n.oid"),
    )
}
