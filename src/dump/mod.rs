//! Writes a database's schema as SQL, always in the same way, for a file that is kept beside the
//! migrations. `pg_dump` does the work: it is found, called and tidied up after here.

mod connection;
mod program;
mod tidy;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::error::{Error, SchemaError};
use crate::interrupt::Interrupt;
use crate::migration::State;
use crate::migrator::build::build;
use crate::quote::{identifier, literal};
use crate::scratch::Scratch;
use crate::session::{Session, outside_a_runtime};
use crate::source::Source;
use crate::table::Table;
use crate::text::go_reason;
use crate::url::DatabaseUrl;

use program::Program;

/// Writes a database's schema as SQL.
///
/// Owners, tablespaces' names aside, are left out, and so are privileges unless they are wanted; the log
/// of dbm, and subscriptions, which have passwords in them. The version row stands at the end: a
/// database that is loaded from the text is at that version.
///
/// ```no_run
/// use dbm::{DatabaseUrl, Dump};
///
/// let url = DatabaseUrl::parse("postgres://localhost/app", |name| std::env::var(name).ok())?;
/// let dumped = Dump::new(url).programs(["/usr/bin/pg_dump"]).run()?;
/// std::fs::write("schema.sql", dumped.text).expect("write schema.sql");
/// # Ok::<(), dbm::Error>(())
/// ```
pub struct Dump {
    url: DatabaseUrl,
    programs: Vec<PathBuf>,
    program: Option<PathBuf>,
    privileges: bool,
    fresh: Option<(Source, Option<DatabaseUrl>)>,
    interrupt: Interrupt,
}

/// A schema as SQL.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Dumped {
    /// The text.
    pub text: String,
    /// The version row.
    pub state: State,
    /// The `pg_dump` that wrote it.
    pub program: PathBuf,
    /// Its major version.
    pub program_version: u32,
    /// The server's major version.
    pub server_version: u32,
    /// What it warned of, a line each.
    pub warnings: Vec<String>,
}

impl Dump {
    /// Of this database.
    pub fn new(url: DatabaseUrl) -> Dump {
        Dump {
            url,
            programs: Vec::new(),
            program: None,
            privileges: false,
            fresh: None,
            interrupt: Interrupt::new(),
        }
    }

    /// Where a `pg_dump` may be. Of those that are there, the one of the server's version is taken, or
    /// else the next newer.
    pub fn programs<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Dump {
        self.programs.extend(paths.into_iter().map(Into::into));
        self
    }

    /// The `pg_dump` to be used, and no other.
    pub fn program(mut self, path: impl Into<PathBuf>) -> Dump {
        self.program = Some(path.into());
        self
    }

    /// Whether GRANT and REVOKE are in it.
    pub fn privileges(mut self, privileges: bool) -> Dump {
        self.privileges = privileges;
        self
    }

    /// Not of the database itself, but of an empty one beside it on which these migrations are run,
    /// or of `scratch`, which must be empty and is emptied again.
    pub fn fresh(mut self, source: Source, scratch: Option<DatabaseUrl>) -> Dump {
        self.fresh = Some((source, scratch));
        self
    }

    /// A handle that can end it early, from another thread.
    pub fn interrupt(mut self, interrupt: Interrupt) -> Dump {
        self.interrupt = interrupt;
        self
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`] where there is no fitting `pg_dump`, or it fails; [`Error::Dirty`], and those
    /// of connecting and of the scratch database.
    pub fn run(mut self) -> Result<Dumped, Error> {
        outside_a_runtime(move || {
            let Some((source, given)) = self.fresh.take() else { return self.of(&self.url) };
            let mut scratch = match &given {
                Some(url) => Scratch::given(url, Some(&self.url))?,
                None => Scratch::create(&self.url)?,
            };
            let dumped =
                build(scratch.url(), source, &self.interrupt).and_then(|url| self.of(&url));
            if given.is_some() {
                scratch.renew()?;
            }
            dumped
        })
    }

    fn of(&self, url: &DatabaseUrl) -> Result<Dumped, Error> {
        let mut session = Session::open(url)?;
        let table = Table::find(&mut session, url)?;
        if !table.is_session_ours {
            return Err(SchemaError::Pooled { place: url.place() }.into());
        }
        let was = table.read(&mut session)?;
        if was.dirty {
            return Err(Error::dirty(was, &[]));
        }
        let server_version = major(&mut session)?;
        let program = match &self.program {
            Some(path) => program::named(path, server_version)?,
            None => program::fitting(&self.programs, server_version)?,
        };
        let (text, warnings) = self.call(&program, url, &table)?;
        let is = table.read(&mut session)?;
        if is != was {
            return Err(SchemaError::Meanwhile { was, is }.into());
        }
        Ok(Dumped {
            text: tidy::tidy(&text, &version_row(&mut session, &table, is)?),
            state: is,
            program: program.path,
            program_version: program.major,
            server_version,
            warnings,
        })
    }

    /// Calls `pg_dump`, and gives what it wrote and what it warned of.
    fn call(
        &self,
        program: &Program,
        url: &DatabaseUrl,
        table: &Table,
    ) -> Result<(String, Vec<String>), Error> {
        let failed = |reason: String| SchemaError::Dump { program: program.path.clone(), reason };
        let log = format!("{}.{}", identifier(&table.schema), identifier(&table.log.name));
        let mut command = Command::new(&program.path);
        command
            .args(["--schema-only", "--no-owner", "--no-subscriptions", "--encoding=UTF8"])
            .arg("--no-password")
            .arg(format!("--exclude-table={log}"))
            .stdin(Stdio::null());
        if !self.privileges {
            command.arg("--no-privileges");
        }
        connection::set(&mut command, url);
        let output = command.output().map_err(|error| failed(go_reason(&error)))?;
        // A signal of the terminal is the program's, too.
        if self.interrupt.is_stopped() {
            return Err(Error::Interrupted);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().map(|line| {
            let line = line.trim_start_matches("pg_dump: ");
            line.strip_prefix("warning: ").or(line.strip_prefix("error: ")).unwrap_or(line)
        });
        let said: Vec<String> = said.map(str::to_string).collect();
        if !output.status.success() {
            let reason = if said.is_empty() { output.status.to_string() } else { said.join("; ") };
            return Err(failed(reason).into());
        }
        let text = String::from_utf8(output.stdout);
        Ok((text.map_err(|_| failed("its output is not UTF-8".to_string()))?, said))
    }
}

/// The server's major version.
fn major(session: &mut Session) -> Result<u32, Error> {
    let number =
        one(session, "SELECT pg_catalog.current_setting('server_version_num')".to_string())?;
    Ok(number.parse::<u32>().unwrap_or_default() / 10_000)
}

/// The statement that sets the version; nothing where there is none to be set.
fn version_row(session: &mut Session, table: &Table, state: State) -> Result<String, Error> {
    let Some(version) = state.version else { return Ok(String::new()) };
    let (schema, name) = (literal(&table.schema), literal(&table.name));
    // As pg_dump writes names.
    let sql = format!(
        "SET quote_all_identifiers = off; SELECT pg_catalog.format('%I.%I', {schema}, {name})"
    );
    let name = one(session, sql)?;
    Ok(format!("INSERT INTO {name} (version, dirty) VALUES ({version}, false);"))
}

fn one(session: &mut Session, sql: String) -> Result<String, Error> {
    let rows = session.query(&sql).map_err(|fault| Error::Statement { sql, fault })?;
    Ok(rows.into_iter().flatten().next().flatten().unwrap_or_default())
}
