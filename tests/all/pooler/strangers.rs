//! Others behind the same pooler: what they run may look like ours, and is none of our business.

use std::net::SocketAddr;
use std::thread;

use postgres::{Client, NoTls};

use crate::support::locks::Gate;
use crate::support::pgbouncer::shared;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address, wait};

const STOPPING: &str = "Stopping after this running migration ...";

/// How many wait for this advisory lock in the test's database.
fn waiting(db: &Database, key: i64) -> i64 {
    db.number(&format!(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {key} AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ))
}

/// A cancel hits our statement, and not a stranger's that has the same text.
#[test]
fn with_the_same_text_are_not_cancelled() {
    let Some(pooler) = shared("pooler::strangers::with_the_same_text_are_not_cancelled") else {
        return;
    };
    let db = Database::new();
    let folder = Folder::new().pair("1_loose", &format!("VACUUM;\n{}\n", Gate::SQL), "SELECT 1");
    let mut gate = Gate::close(db.client());
    let mut run = Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").spawn();
    let ours = gate.waiting();
    let query = "SELECT query FROM pg_stat_activity WHERE pid = $1";
    let sent: String = gate.client().query_one(query, &[&ours]).expect("our statement").get(0);
    let text = sent[sent.find("SELECT").expect("the file's statement")..].to_owned();
    let mut stranger = Client::connect(&pooler.url(&db), NoTls).expect("connect to the pooler");
    let stranger = thread::spawn(move || stranger.batch_execute(&text));
    wait::until_true("two at the gate", || waiting(&db, 424_242) == 2);
    run.signal("INT");
    run.wait_for(STOPPING);
    run.signal("INT");
    let output = run.finish();
    output.assert_status(130).assert_says("statement 2 of 2");
    assert_eq!(waiting(&db, 424_242), 1, "the stranger waits on\n{output}");
    gate.open();
    stranger.join().expect("the stranger's thread").expect("the stranger was not cancelled");
}

/// What the server tells of its sessions stays the same within a transaction, and the one that
/// holds the lock lasts as long as the run: it must ask afresh for each file.
#[test]
fn a_cancel_hits_the_file_that_runs_now() {
    let Some(pooler) = shared("pooler::strangers::a_cancel_hits_the_file_that_runs_now") else {
        return;
    };
    let db = Database::new();
    let folder = Folder::new()
        .pair("1_long", &format!("CREATE TABLE a (id int); {}", Gate::SQL), "DROP TABLE a")
        .pair("2_longer", "CREATE TABLE b (id int); SELECT pg_advisory_xact_lock(7);", "SELECT 1");
    let mut second = db.client();
    second.execute("SELECT pg_advisory_lock(7)", &[]).expect("close the second gate");
    let mut gate = Gate::close(db.client());
    let mut run = Run::dbm().url(pooler.url(&db)).path(&folder).arg("up").spawn();
    gate.waiting();
    let looked = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'
         AND state = 'idle in transaction' AND query LIKE '%pg_stat_activity%'",
        db.name()
    );
    wait::until_true("the first look round", || db.number(&looked) == 1);
    gate.open();
    wait::until_true("the second file at its gate", || waiting(&db, 7) == 1);
    run.signal("INT");
    run.wait_for(STOPPING);
    run.signal("INT");
    let output = run.finish();
    output.assert_status(130).assert_says("2_longer.up.sql");
    assert_eq!(db.row(), Some((1, false)), "{output}");
    assert_eq!(db.advisory_locks().len(), 1, "the test's own\n{output}");
}

/// Another `dbm` that runs behind the same pooler does not keep us from saying what became of ours.
#[test]
fn another_dbm_is_not_taken_for_ours() {
    let Some(pooler) = shared("pooler::strangers::another_dbm_is_not_taken_for_ours") else {
        return;
    };
    let db = Database::new();
    let slow = Folder::new().pair("1_slow", Gate::SQL, "SELECT 1");
    let mut gate = Gate::close(db.client());
    let other = format!("{}&x-migrations-table=other", pooler.url(&db));
    let other = Run::dbm().url(other).path(&slow).arg("up").spawn();
    gate.waiting();

    let folder = Folder::tables(&["a", "b"]);
    let proxy = Proxy::before(
        SocketAddr::from(([127, 0, 0, 1], pooler.port())),
        Trouble::LoseAnswerTo("CREATE TABLE b".to_owned()),
    );
    let url = address::through(proxy.port(), &db.url());
    let output = Run::dbm().url(url).path(&folder).arg("up").output();
    assert!(proxy.struck(), "{output}");
    output.assert_status(0).assert_line("warning: ", "2/u b was committed");
    gate.open();
    other.finish().assert_status(0);
}

/// What we put in front of a message does not shift the place of an error in it.
#[test]
fn errors_point_at_the_same_place() {
    let Some(pooler) = shared("pooler::strangers::errors_point_at_the_same_place") else { return };
    let at_the_word = "SELECT 1;\nSELECT 'é', nothing_of_this_name;\n";
    for text in [at_the_word.to_owned(), format!("VACUUM;\n{at_the_word}")] {
        let db = Database::new();
        let folder = Folder::new().pair("1_fails", &text, "SELECT 1");
        let said = |url: String| {
            let output = Run::dbm().url(url).path(&folder).arg("up").output();
            output.assert_status(1).assert_says("nothing_of_this_name");
            db.clear();
            output.stderr
        };
        assert_eq!(said(pooler.url(&db)), said(db.url()), "{text}");
    }
}
