//! The template: looked for, made once by whoever comes first, and waited for by the others.
//!
//! It is made as a scratch database and gets its name when it is finished, so one that is there is
//! whole. The lock only keeps others from doing the same work; whoever waits for it has no connection
//! meanwhile, for the maker needs some.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::event::Event;
use crate::interrupt::Interrupt;
use crate::migrator::Migrator;
use crate::scratch::{Scratch, drop_database, failed, open};
use crate::session::patience::Patience;
use crate::session::{Session, outside_a_runtime};
use crate::source::Source;
use crate::table::Operator;
use crate::testing::connecting::{MAINTENANCE, is_missing, patiently_for};
use crate::testing::copy::copy;
use crate::testing::database::Database;
use crate::testing::name;
use crate::url::{DatabaseUrl, UrlError};

/// Pauses between two looks at a template that another one makes grow from this …
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
/// … to this.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// From when on one says that one waits, and how often again.
const FIRST_WORD: Duration = Duration::from_secs(1);
const NEXT_WORD: Duration = Duration::from_secs(5);

/// What test databases are made from: the migrations of a source on one server. [`Database::new`] is
/// all that most tests need; this one reads the files once for many databases, and can be configured.
///
/// ```no_run
/// let source = dbm::Source::folder("migrations")?;
/// let mut template = dbm::testing::Template::new("postgres://localhost/app", source)?;
/// let (first, second) = (template.database()?, template.database()?);
/// assert_ne!(first.name(), second.name());
/// # Ok::<(), dbm::Error>(())
/// ```
pub struct Template {
    url: DatabaseUrl,
    text: String,
    source: Source,
    contents: Option<String>,
    interrupt: Interrupt,
    lock_timeout: Option<Duration>,
    server_wait: Option<Duration>,
    operator: Operator,
    on_event: OnEvent,
}

/// Shared with the migrator that makes the template.
type OnEvent = Arc<Mutex<dyn FnMut(&Event) + Send>>;

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Database {
    /// Makes one on the server of this URL, with these migrations. What the URL does not say comes from
    /// the `PG…` variables, the password file and the service file, as with `psql`. The URL's own
    /// database is not touched.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], those of connecting, [`Error::MayNotCreateDatabase`], [`Error::Scratch`], and
    /// those of [`Migrator::up`](crate::Migrator::up) where the template is to be made.
    pub fn new(url: &str, source: Source) -> Result<Database, Error> {
        Template::new(url, source)?.database()
    }
}

impl Template {
    /// On the server of this URL, which is read as [`DatabaseUrl::resolve`] does. Does not connect.
    ///
    /// # Errors
    ///
    /// [`Error::Url`].
    pub fn new(url: &str, source: Source) -> Result<Template, Error> {
        let (resolved, _warnings) = DatabaseUrl::resolve(url)?;
        Ok(Template::resolved(resolved, url, source))
    }

    /// The same with the URL read already, and as it was written.
    pub fn resolved(url: DatabaseUrl, text: &str, source: Source) -> Template {
        Template {
            url,
            text: text.to_string(),
            source,
            contents: None,
            interrupt: Interrupt::new(),
            lock_timeout: None,
            server_wait: None,
            operator: Operator::default(),
            on_event: Arc::new(Mutex::new(|_: &Event| {})),
        }
    }

    /// Who runs the migrations, for their log.
    pub fn operator(mut self, operator: Operator) -> Template {
        self.operator = operator;
        self
    }

    /// How long to wait for another one that makes the template; for as long as it takes unless set.
    pub fn lock_timeout(mut self, timeout: Duration) -> Template {
        self.lock_timeout = Some(timeout);
        self
    }

    /// How long to wait for a server that does not answer. A server whose connections are all in use is
    /// waited for in any case.
    pub fn server_wait(mut self, wait: Duration) -> Template {
        self.server_wait = Some(wait);
        self
    }

    /// A handle that can end the work early, from another thread.
    pub fn interrupt(mut self, interrupt: Interrupt) -> Template {
        self.interrupt = interrupt;
        self
    }

    /// What is told while the template is made or waited for.
    pub fn on_event(mut self, on_event: impl FnMut(&Event) + Send + 'static) -> Template {
        self.on_event = Arc::new(Mutex::new(on_event));
        self
    }

    /// A fresh database; the first one makes the template where there is none.
    ///
    /// # Errors
    ///
    /// Those of [`Database::new`]; [`Error::LockTimeout`], [`Error::Interrupted`].
    pub fn database(&mut self) -> Result<Database, Error> {
        outside_a_runtime(|| self.database_here())
    }

    fn database_here(&mut self) -> Result<Database, Error> {
        if self.source.versions().is_empty() {
            return Err(Error::EmptySource);
        }
        let begun = Instant::now();
        let (mut pause, mut next_word) = (SHORTEST_PAUSE, FIRST_WORD);
        let mut is_in_the_way = false;
        loop {
            let (mut session, beside) = self.open()?;
            let template = self.name(&mut session, &beside)?;
            let mut made = copy(&mut session, &beside, &template)?;
            if made.is_none() && is_in_the_way {
                return Err(Error::NotATemplate { name: template });
            }
            if made.is_none() && self.lock(&mut session, &beside, &template)? {
                // It may have been finished just before we had the lock.
                made = copy(&mut session, &beside, &template)?;
                if made.is_none() {
                    is_in_the_way = !self.make(&beside, &template)?;
                    continue;
                }
            }
            if let Some(name) = made {
                return self.taken(session, beside, name, template);
            }
            drop(session);
            let waited = begun.elapsed();
            if self.lock_timeout.is_some_and(|timeout| waited >= timeout) {
                return Err(Error::LockTimeout { holders: Vec::new() });
            }
            if waited >= next_word {
                tell(&self.on_event, &Event::TemplateAwaited { name: template, waited });
                next_word = waited + NEXT_WORD;
            }
            let patience = Patience::new(None, &self.interrupt);
            patience.sleep(pause);
            if self.interrupt.is_stopped() {
                return Err(Error::Interrupted);
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// A copy that was made; not where the work was to end meanwhile.
    fn taken(
        &self,
        mut session: Session,
        beside: DatabaseUrl,
        name: String,
        template: String,
    ) -> Result<Database, Error> {
        let text = DatabaseUrl::text_with_database(&self.text, &name);
        if self.interrupt.is_stopped() || text.is_none() {
            drop_database(&mut session, &name).map_err(|fault| failed(Some(&beside), fault))?;
        }
        if self.interrupt.is_stopped() {
            return Err(Error::Interrupted);
        }
        let unclear = || UrlError::new("it cannot be told where the password in the URL ends");
        let (text, url) = (text.ok_or_else(unclear)?, self.url.with_database(&name));
        Ok(Database::made(url, text, template, beside))
    }

    /// The template's name. It changes with each text, and with what the URL says of how they run.
    pub(super) fn name(
        &mut self,
        session: &mut Session,
        beside: &DatabaseUrl,
    ) -> Result<String, Error> {
        let contents = match self.contents.take() {
            Some(contents) => contents,
            None => name::contents(&self.source)?,
        };
        let contents = self.contents.insert(contents);
        name::of_template(session, &self.url, contents).map_err(|fault| failed(Some(beside), fault))
    }

    /// A session on the URL's database, or beside it where there is none of that name.
    pub(super) fn open(&mut self) -> Result<(Session, DatabaseUrl), Error> {
        let url = self.url.clone();
        match self.patiently(|| open(&url)) {
            Err(error) if is_missing(&error) => {
                let beside = url.with_database(MAINTENANCE);
                // The error about the database that was named says more.
                let session = self.patiently(|| open(&beside)).map_err(|_| error)?;
                Ok((session, beside))
            }
            opened => Ok((opened?, url)),
        }
    }

    fn lock(
        &self,
        session: &mut Session,
        beside: &DatabaseUrl,
        template: &str,
    ) -> Result<bool, Error> {
        let lock = name::lock(template);
        let rows = session.query(&format!("SELECT pg_catalog.pg_try_advisory_lock({lock})"));
        let rows = rows.map_err(|fault| failed(Some(beside), fault))?;
        Ok(rows.into_iter().flatten().next().flatten().as_deref() == Some("t"))
    }

    /// Runs the migrations; `false` where there is a database of that name already.
    fn make(&mut self, beside: &DatabaseUrl, template: &str) -> Result<bool, Error> {
        let begun = Instant::now();
        let scratch = self.patiently(|| Scratch::create(beside))?;
        let on_event = self.on_event.clone();
        let mut migrator =
            Migrator::new(self.url.with_database(scratch.name()), self.source.clone())
                .interrupt(self.interrupt.clone())
                .operator(self.operator.clone())
                .on_event(move |event| tell(&on_event, event));
        self.patiently(|| migrator.connect())?;
        let report = migrator.up()?;
        drop(migrator);
        if self.interrupt.is_stopped() {
            return Err(Error::Interrupted);
        }
        let files = report.ran;
        let comment = format!("template of test databases, made by dbm from {files} migrations");
        let is_finished = scratch.finish_as(template, &comment)?;
        if is_finished {
            let (name, took) = (template.to_string(), begun.elapsed());
            tell(&self.on_event, &Event::TemplateMade { name, files, took });
        }
        Ok(is_finished)
    }

    /// Tries again where all connections are in use; with a `server_wait`, whatever can pass.
    fn patiently<T>(&self, attempt: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
        let Template { url, interrupt, server_wait, on_event, .. } = self;
        let mut on_event = |event: &Event| tell(on_event, event);
        patiently_for(&url.place(), *server_wait, interrupt, &mut on_event, attempt)
    }
}

fn tell(on_event: &OnEvent, event: &Event) {
    on_event.lock().unwrap_or_else(PoisonError::into_inner)(event);
}
