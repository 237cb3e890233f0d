//! `testdb`: a fresh database for a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use dbm::testing::{Template, drop_test_database};
use dbm::{DatabaseUrl, Error, Event, Interrupt, Operator};
use serde::Serialize;

use crate::cli::config::{Flags, json_flag};
use crate::cli::context::{Answer, Context};
use crate::cli::go_flags::whole_number;
use crate::cli::settings::Opened;
use crate::cli::signals::Signals;
use crate::render::error::{Advice, Complaint, Elsewhere};
use crate::render::event;

/// How old a database must be to be pruned, unless -older-than says it.
const MINUTES: u64 = 60;

/// print the URL of a fresh database with all migrations applied
///
/// The URL is that of -database with another name in it; its own database is not touched. The
/// migrations run once, on a template, of which each call gets a copy; the template is made anew when a
/// file changes. Calls may run side by side. The password is printed if the URL has it; one from
/// PGPASSWORD or ~/.pgpass is not. Parameters that begin with x- are left out, for only migrations need them.
///
/// The role needs the right to create databases. A pooler cannot be used: it does not know new databases.
///
/// -prune drops what is left behind by processes that were killed, and templates of other texts, and
/// prints the names. Nobody may be connected to what is dropped.
#[derive(clap::Args)]
#[command(override_usage = "testdb", arg = json_flag())]
pub struct Args {
    /// drop this test database
    #[arg(long, value_name = "URL")]
    drop: Option<String>,
    /// drop old test databases, scratch databases and templates
    #[arg(long)]
    prune: bool,
    /// with -prune: spare test and scratch databases made within the last N minutes (60)
    #[arg(long, value_name = "N", value_parser = whole_number)]
    older_than: Option<u64>,
}

/// What was made or dropped, as JSON.
#[derive(Default, Serialize)]
pub struct TestDatabaseBody {
    /// Of the new database; `None` where none was made.
    pub url: Option<String>,
    /// Its name.
    pub database: Option<String>,
    /// The name of its template.
    pub template: Option<String>,
    /// Whether that was made in this call.
    pub template_made: bool,
    /// The names of databases that were dropped.
    pub dropped: Vec<String>,
}

/// Runs it. The errors are those of opening and of the migrations.
pub fn run(context: &Context, args: Args, answer: &mut Answer<TestDatabaseBody>) -> Result<()> {
    if args.prune && args.drop.is_some() || args.older_than.is_some() && !args.prune {
        let what = match args.prune {
            true => "-drop and -prune cannot be used together",
            false => "-older-than can be used with -prune only",
        };
        return Err(Complaint::new(what).into());
    }
    if let Some(url) = &args.drop {
        return drop_one(context, url, answer);
    }
    if args.prune {
        let older_than = args.older_than.unwrap_or(MINUTES).saturating_mul(60);
        return prune(context, Duration::from_secs(older_than), answer);
    }
    let opened = context.settings()?;
    for warning in opened.source.warnings() {
        context.printer.warning(warning);
    }
    let interrupt = Interrupt::new();
    let signals = Signals::catch(interrupt.clone(), &context.printer);
    let is_made = Arc::new(AtomicBool::new(false));
    let (made, printer) = (is_made.clone(), context.printer.clone());
    let mut template =
        template(context, opened)?.interrupt(interrupt).on_event(move |event| match event {
            // A line for each file is told with -verbose alone: what one wants is the URL.
            Event::Finished { .. } if !printer.is_verbose() => printer.progress().finish(),
            event => {
                made.fetch_or(matches!(event, Event::TemplateMade { .. }), Ordering::Relaxed);
                event::print(&printer, event);
            }
        });
    let made = template.database();
    context.printer.progress().end();
    match made {
        Ok(mut database) => {
            database.keep();
            let body = &mut answer.body;
            body.url = Some(database.connection_string().to_string());
            body.database = Some(database.name().to_string());
            body.template = Some(database.template().to_string());
            body.template_made = is_made.load(Ordering::Relaxed);
            if !context.printer.is_json() {
                context.printer.answer(&format!("{}\n", database.connection_string()));
            }
            Ok(())
        }
        Err(error) => {
            answer.exit_code = signals.stopped();
            if answer.exit_code.is_some() && matches!(error, Error::Interrupted) {
                context.printer.hint("stopped: no database was made, and nothing is left behind");
                return Ok(());
            }
            Err(explained(error))
        }
    }
}

fn template(context: &Context, opened: Opened) -> Result<Template> {
    let Flags { lock_timeout, wait, .. } = &context.config.flags;
    let Opened { url, source } = opened;
    let (user, host) = (whoami::username().ok(), whoami::hostname().ok());
    let mut template = Template::resolved(url, &context.database_url()?, source)
        .operator(Operator { user, host, ..Operator::default() });
    if let Some(timeout) = lock_timeout {
        template = template.lock_timeout(*timeout);
    }
    if let Some(wait) = wait {
        template = template.server_wait(*wait);
    }
    Ok(template)
}

/// Errors whose remedy is another one here.
fn explained(error: Error) -> anyhow::Error {
    let advice = match &error {
        Error::MayNotCreateDatabase { role } => {
            format!(
                "give the role that right, in psql, as a superuser: ALTER ROLE {role} CREATEDB;"
            )
        }
        Error::Failed(_) | Error::Dirty { .. } => {
            return anyhow::Error::new(error).context(Elsewhere);
        }
        _ => return error.into(),
    };
    anyhow::Error::new(error).context(Advice(vec![advice]))
}

fn drop_one(context: &Context, url: &str, answer: &mut Answer<TestDatabaseBody>) -> Result<()> {
    if url.is_empty() {
        return Err(Complaint::new("-drop was given, but is empty").into());
    }
    let (url, warnings) = DatabaseUrl::resolve(url).map_err(Error::Url)?;
    for warning in &warnings {
        context.printer.warning(warning);
    }
    drop_test_database(&url)?;
    answer.body.dropped.extend(url.database);
    Ok(())
}

fn prune(
    context: &Context,
    older_than: Duration,
    answer: &mut Answer<TestDatabaseBody>,
) -> Result<()> {
    // Without a folder no template is spared.
    let source = context.folder().and_then(|folder| context.source(&folder)).unwrap_or_default();
    let opened = Opened { url: context.database()?, source };
    let dropped = template(context, opened)?.prune(older_than)?;
    if dropped.is_empty() {
        context.printer.detail("there is nothing to drop");
    }
    if !context.printer.is_json() {
        context.printer.answer(&dropped.iter().map(|name| format!("{name}\n")).collect::<String>());
    }
    answer.body.dropped = dropped;
    Ok(())
}
