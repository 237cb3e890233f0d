//! `dbm::testing`, as a test uses it.

use std::panic;
use std::sync::{Arc, Mutex};
use std::thread;

use dbm::testing::{Database, Template, drop_test_database};
use dbm::{DatabaseUrl, Error, Event, Source};

use crate::testdb::{client, databases, name, number, shared, url};

fn source(table: &'static str) -> Source {
    let texts = [
        ("1_a.up.sql", format!("create table {table} (id int)")),
        ("1_a.down.sql", format!("drop table {table}")),
    ];
    Source::texts(texts).expect("a source")
}

fn exists(database: &str) -> bool {
    databases(shared(), database) == [database]
}

#[test]
fn it_is_dropped_with_its_value() {
    let url = url(shared());
    let database = Database::new(&url, source("dropped")).expect("a database");
    let text = database.connection_string().to_string();
    assert_eq!(number(&text, "select count(*) from dropped"), 0);
    assert_eq!(
        (name(&text), database.url().database.as_deref()),
        (database.name(), Some(name(&text)))
    );
    assert!(database.template().starts_with("dbm_template_"));
    let _still_connected = client(&text);
    assert!(exists(name(&text)));
    drop(database);
    assert!(!exists(name(&text)));

    let mut kept = Database::new(&url, source("dropped")).expect("a database");
    kept.keep();
    let kept_url = kept.url().clone();
    drop(kept);
    let kept = kept_url.database.clone().unwrap();
    assert!(exists(&kept));
    drop_test_database(&kept_url).expect("it is dropped");
    assert!(!exists(&kept));
    let again = drop_test_database(&kept_url).expect_err("it is gone");
    assert!(matches!(again, Error::NotATestDatabase { .. }), "{again}");
}

#[test]
fn a_test_that_panics_leaves_nothing() {
    let url = url(shared());
    let seen = Arc::new(Mutex::new(String::new()));
    let told = seen.clone();
    let test = thread::spawn(move || {
        let database = Database::new(&url, source("panics")).expect("a database");
        *told.lock().unwrap() = database.name().to_string();
        panic::resume_unwind(Box::new("a test that fails"));
    });
    assert!(test.join().is_err());
    let name = seen.lock().unwrap().clone();
    assert!(name.starts_with("dbm_test_") && !exists(&name), "{name}");
}

#[test]
fn inside_a_tokio_runtime() {
    let url = url(shared());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let name = runtime.block_on(async {
        let database = Database::new(&url, source("inside")).expect("a database");
        database.name().to_string()
    });
    assert!(!exists(&name));
}

/// One template for many, side by side, and the migrations run once.
#[test]
fn a_template_for_many() {
    let url = url(shared());
    let made = Arc::new(Mutex::new(0));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (url, made) = (url.clone(), made.clone());
            thread::spawn(move || {
                let template = Template::new(&url, source("many")).expect("a URL");
                let mut template = template.on_event(move |event| {
                    *made.lock().unwrap() +=
                        usize::from(matches!(event, Event::TemplateMade { .. }));
                });
                let both = [template.database().unwrap(), template.database().unwrap()];
                both.map(|database| database.name().to_string())
            })
        })
        .collect();
    let mut names: Vec<String> =
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), *made.lock().unwrap()), (8, 1));
    assert!(!names.iter().any(|name| exists(name)));
}

#[test]
fn errors_are_typed() {
    let url = url(shared());
    let files = Source::texts([("1_a.up.sql", "select nope")]).expect("a source");
    let failed = Database::new(&url, files).expect_err("a broken file");
    assert!(matches!(&failed, Error::Failed(failure) if failure.version == 1), "{failed}");
    let empty = Database::new(&url, Source::default()).expect_err("no migration");
    assert!(matches!(empty, Error::EmptySource), "{empty}");
    let text = url.replace("/postgres?", "/dbm_test_x?");
    let other = DatabaseUrl::parse(&text, |_| None).expect("a URL");
    let refused = drop_test_database(&other).expect_err("not its name");
    assert!(matches!(refused, Error::NotATestDatabase { .. }), "{refused}");
}
