//! Compares a database with what its migrations make of an empty one, up to the version of its row.
//!
//! The real database is only read. What differs was done by hand, or by something that is no
//! migration.

mod expected;
mod ignored;
mod likened;

use crate::error::{Error, SchemaError};
use crate::interrupt::Interrupt;
use crate::migration::{State, Version};
use crate::migrator::build::build;
use crate::scratch::Scratch;
use crate::session::{Session, outside_a_runtime};
use crate::snapshot::{Camera, Difference, Snapshot, Statement, compare, statements};
use crate::source::Source;
use crate::table::Table;
use crate::url::DatabaseUrl;

use expected::Expected;

/// Compares a database with its migrations.
///
/// ```no_run
/// use dbm::{DatabaseUrl, Drift, Source};
///
/// let url = DatabaseUrl::parse("postgres://localhost/app", |name| std::env::var(name).ok())?;
/// let report = Drift::new(url, Source::folder("migrations")?).ignore(["extension *"]).run()?;
/// for difference in &report.differences {
///     println!("{} {}", difference.id.kind, difference.id.name);
/// }
/// # Ok::<(), dbm::Error>(())
/// ```
pub struct Drift {
    url: DatabaseUrl,
    source: Source,
    scratch: Option<DatabaseUrl>,
    ignored: Vec<String>,
    from_log: bool,
    interrupt: Interrupt,
}

/// How a database differs from what its migrations make.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct DriftReport {
    /// The version row.
    pub state: State,
    /// What differs, object by object: before is what the migrations make, after is what is there.
    pub differences: Vec<Difference>,
    /// What makes the database as the migrations say.
    pub statements: Vec<Statement>,
    /// Versions whose texts were taken from the log, for their files are not here, or were edited.
    pub from_log: Vec<Version>,
    /// Versions whose files were edited, and of which the log has no text to be used: the files were
    /// run as they are now.
    pub as_edited: Vec<Version>,
}

impl DriftReport {
    /// Whether anything but the order of columns differs.
    pub fn has_drift(&self) -> bool {
        self.differences.iter().any(|difference| !difference.is_order())
    }
}

impl Drift {
    /// With a scratch database beside this one.
    pub fn new(url: DatabaseUrl, source: Source) -> Drift {
        Drift {
            url,
            source,
            scratch: None,
            ignored: Vec::new(),
            from_log: false,
            interrupt: Interrupt::new(),
        }
    }

    /// Builds on this database, which must be empty, and is emptied again.
    pub fn scratch(mut self, url: DatabaseUrl) -> Drift {
        self.scratch = Some(url);
        self
    }

    /// Leaves out what one of these patterns fits: a name (`auth.*`), a kind and a name
    /// (`extension *`), or one of the words `owner`, `privileges` and `comment`. `*` stands for any
    /// text. What belongs to an object goes with it.
    pub fn ignore<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Drift {
        self.ignored.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Whether texts of the log are run on the scratch database although others than the log's owner
    /// may have written them.
    pub fn from_log(mut self, allow: bool) -> Drift {
        self.from_log = allow;
        self
    }

    /// A handle that can end it early, from another thread.
    pub fn interrupt(mut self, interrupt: Interrupt) -> Drift {
        self.interrupt = interrupt;
        self
    }

    /// Compares.
    ///
    /// # Errors
    ///
    /// [`Error::Scratch`], [`Error::Dirty`], [`Error::Schema`] where the version cannot be built,
    /// [`Error::Interrupted`], and those of connecting. That something differs is no error.
    pub fn run(self) -> Result<DriftReport, Error> {
        outside_a_runtime(|| self.run_here())
    }

    fn run_here(self) -> Result<DriftReport, Error> {
        let (mut session, table) = open(&self.url)?;
        let expected = expected::read(&mut session, &table, &self.source, self.from_log)?;
        let Expected { state, source, from_log, as_edited } = expected;
        let owner = likened::owner(&mut session, &table)?;
        let mut actual = look(&mut session, &table)?;
        let is = table.read(&mut session)?;
        if is != state {
            return Err(SchemaError::Meanwhile { was: state, is }.into());
        }
        let mut built = self.build(source, owner.as_deref())?;
        likened::tidy(&mut actual);
        likened::tidy(&mut built);
        ignored::leave_out(&self.ignored, &mut actual, &mut built);
        Ok(DriftReport {
            state,
            differences: compare(&built, &actual),
            statements: statements(&actual, &built),
            from_log,
            as_edited,
        })
    }

    /// Runs the migrations on an empty database, and looks at it. What belongs to us there is taken to
    /// belong to `owner`, who owns what the migrations made.
    fn build(&self, source: Source, owner: Option<&str>) -> Result<Snapshot, Error> {
        let mut scratch = match &self.scratch {
            Some(url) => Scratch::given(url, Some(&self.url))?,
            None => Scratch::create(&self.url)?,
        };
        let built = self.build_on(&scratch, source, owner);
        if self.scratch.is_some() {
            scratch.renew()?;
        }
        built
    }

    fn build_on(
        &self,
        scratch: &Scratch,
        source: Source,
        owner: Option<&str>,
    ) -> Result<Snapshot, Error> {
        let url = build(scratch.url(), source, &self.interrupt)?;
        let (mut session, table) = open(&url)?;
        let role = likened::current_role(&mut session)?;
        let mut snapshot = look(&mut session, &table)?;
        if let (Some(role), Some(owner)) = (role, owner) {
            likened::rename_role(&mut snapshot, &role, owner);
        }
        Ok(snapshot)
    }
}

/// Opens a session in which the database's own settings do not change how names and constants are
/// written.
fn open(url: &DatabaseUrl) -> Result<(Session, Table), Error> {
    let mut session = Session::open(url)?;
    let table = Table::find(&mut session, url)?;
    // What is set there would stay on the connection of somebody else.
    if !table.is_session_ours {
        return Err(SchemaError::Pooled { place: url.place() }.into());
    }
    let set = session.query(PLAIN);
    set.map_err(|fault| Error::Statement { sql: PLAIN.to_string(), fault })?;
    Ok((session, table))
}

/// Settings on which texts of the catalogs hang.
const PLAIN: &str = "SELECT pg_catalog.set_config('TimeZone', 'UTC', false), \
    pg_catalog.set_config('DateStyle', 'ISO, MDY', false), \
    pg_catalog.set_config('IntervalStyle', 'postgres', false), \
    pg_catalog.set_config('bytea_output', 'hex', false), \
    pg_catalog.set_config('extra_float_digits', '1', false), \
    pg_catalog.set_config('quote_all_identifiers', 'off', false)";

fn look(session: &mut Session, table: &Table) -> Result<Snapshot, Error> {
    let left_out = likened::ours(session, table)?;
    let sql = || "the queries of the catalogs".to_string();
    let failed = |fault| Error::Statement { sql: sql(), fault };
    let taken = Camera::new(session).and_then(|mut camera| camera.take(session, &left_out));
    taken.map_err(failed)
}
