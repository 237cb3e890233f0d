//! What dbm sends is read off the wire, and nothing in it is looked up by the `search_path`.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};

use crate::own_sql::commands::{TEXTS, every_command};
use crate::own_sql::tokens::looked_up;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address, pgbouncer};

/// Stands in the guard of every file.
const GUARD: &str = "dbm-guard";

/// Nothing of these messages is looked up, but for the files' own texts.
#[track_caller]
fn assert_qualified(sent: &BTreeSet<String>, texts: &[&str]) {
    let mut found = BTreeSet::new();
    for message in sent {
        let own = texts.iter().fold(message.clone(), |own, text| own.replace(text, " "));
        found.extend(looked_up(&own));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Some message has this text.
#[track_caller]
fn assert_sent(sent: &BTreeSet<String>, texts: &[&str]) {
    for text in texts {
        assert!(sent.iter().any(|sql| sql.contains(text)), "{text} was not sent:\n{sent:#?}");
    }
}

#[test]
fn every_command_directly() {
    let db = Database::new();
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    every_command(&db, &address::through(proxy.port(), &db.url()));
    let sent = proxy.queries().into_iter().collect();
    assert_sent(
        &sent,
        &[
            "pg_try_advisory_lock",
            "pg_locks",
            "pg_blocking_pids",
            "pg_stat_progress_create_index",
            "p.lockers_total",
            "SET lock_timeout",
            "LOCK TABLE",
            "pg_stat_get_live_tuples",
            "pg_operator",
            "dbm-check",
            "session_authorization",
            "DROP TABLE IF EXISTS",
            "down_text, duration_ms",
        ],
    );
    assert_qualified(&sent, TEXTS);
}

#[test]
fn after_a_lost_answer() {
    let db = Database::new();
    let proxy = Proxy::before(address::of_server(), Trouble::LoseAnswerTo(GUARD.to_owned()));
    let folder = Folder::new().pair("1_plain", TEXTS[0], TEXTS[1]);
    let url = address::through(proxy.port(), &db.url());
    Run::dbm().url(url).path(&folder).arg("up").output().assert_status(0);
    let sent = proxy.queries().into_iter().collect();
    assert_sent(&sent, &["FROM pg_catalog.pg_stat_activity"]);
    assert_qualified(&sent, TEXTS);
}

#[test]
fn through_a_pooler() {
    let Some(pooler) = pgbouncer::shared("own_sql::scan::through_a_pooler") else { return };
    let db = Database::new();
    let sleep = "SELECT pg_sleep(60)";
    let folder = Folder::new()
        .pair("1_plain", TEXTS[0], TEXTS[1])
        .pair("2_index", TEXTS[4], TEXTS[5])
        .pair("3_sleep", sleep, "");
    let mut sent = BTreeSet::new();
    for (trouble, arguments, parameter, status) in [
        (Trouble::Nothing, &["up", "2"][..], "", 0),
        (Trouble::Nothing, &["down", "1"], "", 0),
        (Trouble::LoseAnswerTo(TEXTS[1].to_owned()), &["redo"], "", 1),
        (Trouble::Nothing, &["up"], "&x-statement-timeout=1500", 1),
    ] {
        let proxy = Proxy::before(SocketAddr::from((Ipv4Addr::LOCALHOST, pooler.port())), trouble);
        let url = address::through(proxy.port(), &db.url()) + parameter;
        let run = Run::dbm().url(url).path(&folder).args(arguments.iter().copied());
        run.output().assert_status(status);
        sent.extend(proxy.queries());
    }
    assert_sent(&sent, &["pg_try_advisory_xact_lock", "pg_cancel_backend", "<>) 'idle'"]);
    assert_qualified(&sent, &[TEXTS, &[sleep]].concat());
}
