//! The schema templates: written by `new -template`, run up, down and up again, used as an application
//! would use them, and what their constraints refuse.

mod better_auth;
mod documented;
mod profile;
mod rbac_auth;
mod round_trips;
mod upgrade;
mod upgrade_checks;
mod writing;

use crate::support::{Database, Folder, Run};

/// A folder with the files of this template.
#[track_caller]
fn written(template: &str) -> Folder {
    let folder = Folder::new();
    Run::dbm().path(&folder).args(["new", "-template", template]).output().assert_status(0);
    folder
}

#[track_caller]
fn dbm(db: &Database, folder: &Folder, args: &[&str]) {
    Run::dbm().db(db).path(folder).args(args.iter().copied()).output().assert_status(0);
}

/// A database with this template's schema.
#[track_caller]
fn set_up(template: &str) -> Database {
    let (db, folder) = (Database::new(), written(template));
    dbm(&db, &folder, &["up"]);
    db
}

/// The server refuses this, on account of this constraint.
#[track_caller]
fn refused(db: &Database, sql: &str, constraint: &str) {
    let error = db.client().batch_execute(sql).expect_err(sql);
    let refusal = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error}"));
    assert_eq!(refusal.constraint(), Some(constraint), "{sql}: {refusal}");
}

/// The server refuses this for want of a value.
#[track_caller]
fn required(db: &Database, sql: &str, column: &str) {
    let error = db.client().batch_execute(sql).expect_err(sql);
    let refusal = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error}"));
    assert_eq!((refusal.code().code(), refusal.column()), ("23502", Some(column)), "{sql}");
}

/// The one text that a query gives.
#[track_caller]
fn text(db: &Database, sql: &str) -> String {
    let row = db.client().query_one(&format!("SELECT ({sql})::text"), &[]);
    row.unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

/// The query can be answered by this index.
#[track_caller]
fn uses_index(db: &Database, query: &str, index: &str) {
    let mut client = db.client();
    client.batch_execute("SET enable_seqscan = off").expect("prefer indexes");
    let rows = client.query(&format!("EXPLAIN {query}"), &[]).expect(query);
    let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(plan.iter().any(|line| line.contains(index)), "{query}: {plan:#?}");
}
