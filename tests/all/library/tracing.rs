//! What the feature `tracing` tells: a span for each run, an event for each event, and no password.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

use dbm::{DatabaseUrl, Migrator, Source};

use crate::library::{THREE, open, url};
use crate::support::{Database, mask};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is told on this thread while `work` runs, a line each, without what differs from run to run.
fn told(database: &Database, work: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_max_level(Level::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .finish();
    tracing::subscriber::with_default(subscriber, work);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).expect("UTF-8");
    let place = format!("host=\"{}\" database=\"{}\"", url(database).servers(), database.name());
    let ours = text.replace(&place, "PLACE");
    ours.lines()
        .filter(|line| line.contains(" dbm: ") || line.starts_with("ERROR"))
        .map(|line| {
            let line = line.split(" time.busy=").next().unwrap_or(line).trim();
            // The mask looks for times at the end of a line.
            let line = mask::mask(&line.replace(" version=", "\nversion=")).replace('\n', " ");
            match line.split_once("duration_ms=") {
                Some((before, number)) => {
                    assert!(number.parse::<f64>().is_ok_and(|ms| ms > 0.0), "{line}");
                    format!("{before}duration_ms=N")
                }
                None => line,
            }
        })
        .collect()
}

#[test]
fn a_run_is_a_span_and_its_events_have_levels_and_fields() {
    let database = Database::new();
    let files = [
        ("1_a.up.sql", "create table a (id int); do $$ begin raise warning 'w'; end $$"),
        ("2_b.up.sql", "-- nothing yet"),
    ];
    let span = r#"migrate{command="up" PLACE}: dbm:"#;
    let file =
        |version: u32, name: &str| format!(r#"version={version} direction="up" name="{name}""#);
    let (a, b) = (file(1, "a"), file(2, "b"));
    assert_eq!(
        told(&database, || {
            open(&database, &files).up().expect("two files");
        }),
        [
            format!("INFO {span} at none: 2 files to run"),
            format!("DEBUG {span} read 1/u a {a}"),
            format!("DEBUG {span} read 2/u b {b}"),
            format!("DEBUG {span} running 1/u a {a}"),
            format!("WARN {span} WARNING: w sqlstate=\"01000\""),
            format!("INFO {span} 1/u a (TIME) {a} duration_ms=N"),
            format!("WARN {span} 2/u b has no statement {b}"),
            format!("DEBUG {span} running 2/u b {b}"),
            format!("INFO {span} 2/u b (TIME) {b} duration_ms=N"),
            r#"INFO migrate{command="up" PLACE ran=2 version=2}: dbm: close"#.to_string(),
        ]
    );
}

#[test]
fn a_failure_is_an_error_with_its_sqlstate() {
    let database = Database::new();
    let lines = told(&database, || {
        open(&database, &[("1_a.up.sql", "select nope")]).up().expect_err("no such column");
    });
    let failed = lines.iter().filter(|line| line.starts_with("ERROR")).collect::<Vec<_>>();
    assert_eq!(
        failed,
        [
            r#"ERROR migrate{command="up" PLACE}: dbm: migration failed: column "nope" does not exist (1_a.up.sql:1:8) sqlstate="42703""#
        ]
    );
    let lines = told(&database, || {
        let mut migrator = open(&database, &THREE);
        migrator.force(Some(1)).expect("forced");
        migrator.goto(7).expect_err("no such file");
    });
    assert!(
        lines.contains(&r#"INFO migrate{command="force" PLACE}: dbm: close"#.to_string()),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line
            .starts_with(r#"ERROR migrate{command="goto" PLACE}: dbm: there is no migration"#)),
        "{lines:?}"
    );
}

/// A command that is called in a runtime works on a thread of its own, under the caller's subscriber
/// and within the caller's span; the program's own listener hears everything, too.
#[test]
fn it_is_told_within_the_callers_span_and_beside_its_listener() {
    let database = Database::new();
    let heard = Arc::new(Mutex::new(0));
    let hear = heard.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let lines = told(&database, || {
        runtime.block_on(async {
            let _span = tracing::info_span!("starting").entered();
            open(&database, &THREE)
                .on_event(move |_| *hear.lock().unwrap() += 1)
                .up()
                .expect("files");
        });
    });
    assert_eq!(*heard.lock().unwrap(), 10);
    let within = lines.iter().filter(|line| line.contains("starting:migrate{command=\"up\""));
    // Of those, one is told when the span closes.
    assert_eq!(within.count(), 11, "{lines:#?}");
}

#[test]
fn edited_and_ahead_are_warnings_and_no_password_is_told() {
    let database = Database::new();
    open(&database, &THREE).up().expect("three files");
    let secret = "open-sesame-4471";
    let lines = told(&database, || {
        let url = database.url_with(&format!("password={secret}"));
        let url = DatabaseUrl::parse(&url, |_| None).expect("a URL with a password");
        let mut edited = THREE;
        edited[0].1 = "create table a (id bigint)";
        let source = Source::texts(edited).expect("a source");
        Migrator::new(url, source).allow_edited(true).up().expect("nothing to do");
        let elsewhere = DatabaseUrl::parse(
            &format!("postgres://app:{secret}@127.0.0.1:1/{}", database.name()),
            |_| None,
        );
        let source = Source::texts(THREE).expect("a source");
        Migrator::new(elsewhere.expect("a URL"), source).up().expect_err("nobody answers");
        open(&database, &THREE[..4]).allow_newer(true).up().expect("ahead, and allowed");
    });
    let said = lines.join("\n");
    assert!(
        said.contains("WARN migrate{command=\"up\" PLACE}: dbm: 1_a.up.sql was edited"),
        "{said}"
    );
    assert!(
        said.contains(
            "WARN migrate{command=\"up\" PLACE}: dbm: the database is newer than the source"
        ),
        "{said}"
    );
    assert!(said.contains("ERROR migrate{command=\"up\" host=\"127.0.0.1:1\""), "{said}");
    assert!(said.contains("dbm: failed to open database 127.0.0.1:1/"), "{said}");
    assert!(!said.contains(secret), "{said}");
}
