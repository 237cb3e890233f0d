//! The template: one for each set of texts, whole or not there.

use crate::support::cluster::{Cluster, TRUSTING};
use crate::support::{Folder, Run, wait};
use crate::testdb::{databases, fresh, number, printed, shared, testdb, url};

#[test]
fn another_text_is_another_template() {
    let cluster = Cluster::started(&[], TRUSTING);
    let folder = Folder::tables(&["a"]);
    let templates = || databases(&cluster, "dbm_template_").len();
    fresh(&cluster, &folder);
    fresh(&cluster, &folder);
    assert_eq!(templates(), 1);
    folder.write("1_a.up.sql", "CREATE TABLE a (id bigint)");
    let url_of_new = fresh(&cluster, &folder);
    assert_eq!(templates(), 2);
    let sql = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'a' AND data_type = 'bigint'";
    assert_eq!(number(&url_of_new, sql), 1);
    // The log has the down text, too.
    folder.write("1_a.down.sql", "DROP TABLE a CASCADE");
    fresh(&cluster, &folder);
    assert_eq!(templates(), 3);
    folder.write("2_b.up.sql", "CREATE TABLE b (id int)");
    fresh(&cluster, &folder);
    assert_eq!(templates(), 4);
    let other_table = format!("{}&x-migrations-table=versions", url(&cluster));
    printed(&Run::dbm().url(other_table).path(&folder).arg("testdb").output());
    assert_eq!(templates(), 5);
    // Files that are no migrations do not count.
    folder.write("README.md", "none");
    fresh(&cluster, &folder);
    assert_eq!(templates(), 5);
}

/// Nobody can be connected to a template, so that it can always be copied.
#[test]
fn nobody_gets_into_it() {
    let (cluster, folder) = (shared(), Folder::tables(&["closed"]));
    let output = testdb(cluster, &folder, &["-json"]).output();
    let object: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let template = object["template"].as_str().expect("a name");
    let into = url(cluster).replace("/postgres?", &format!("/{template}?"));
    let said = postgres::Client::connect(&into, postgres::NoTls).err().expect("nobody is let in");
    assert!(format!("{said:?}").contains("not currently accepting"), "{said:?}");
}

/// What a failing file is shown as by `up`, and nothing is left.
#[test]
fn a_file_that_fails() {
    let cluster = Cluster::started(&[], TRUSTING);
    for (text, what) in [
        ("CREATE TABLE b (id int);\nSELECT nope FROM b;\n", "column \"nope\" does not exist"),
        ("CREATE TABLE b (id int);\nCOMMIT;\nSELECT 1/0;\n", "division by zero"),
    ] {
        let folder = Folder::tables(&["a"]).file("2_b.up.sql", text);
        let output = testdb(&cluster, &folder, &[]).output();
        output.assert_status(1).assert_line("error: ", what).assert_says("2_b.up.sql");
        output.assert_line("  ", "SQLSTATE: ").assert_line("hint: nothing is left behind", "");
        output.assert_silent_about("force").assert_silent_about("status");
        assert_eq!(output.stdout, "");
        assert_eq!(databases(&cluster, "dbm_"), [""; 0]);
    }
    let output = testdb(&cluster, &Folder::new(), &[]).output();
    output.assert_status(1).assert_line("error: first .: file does not exist", "");
    assert_eq!(databases(&cluster, "dbm_"), [""; 0]);
}

/// A file that waits, on the whole server, until it is let go.
const WAITS: &str = "DO $$ BEGIN
      IF current_setting('test.gate', true) = 'shut' THEN PERFORM pg_sleep(600); END IF;
    END $$";

fn shut(cluster: &Cluster) {
    cluster.execute("postgres", "ALTER ROLE postgres SET test.gate TO 'shut'");
}

fn sleepers(cluster: &Cluster) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    cluster.client("postgres").query_one(sql, &[]).expect("look for sleepers").get(0)
}

/// A maker that is killed leaves nothing that looks finished; the next one makes the template.
#[test]
fn a_maker_that_is_killed() {
    let cluster = Cluster::started(&[], TRUSTING);
    let folder = Folder::tables(&["a"]).file("2_waits.up.sql", WAITS);
    shut(&cluster);
    let mut maker = testdb(&cluster, &folder, &[]).spawn();
    wait::until_true("the file to run", || sleepers(&cluster) == 1);
    maker.kill();
    cluster.execute("postgres", "ALTER ROLE postgres RESET test.gate");
    assert_eq!(databases(&cluster, "dbm_template_"), [""; 0]);
    let output = testdb(&cluster, &folder, &[]).output();
    output.assert_line("  made the template ", "2 files");
    assert_eq!(number(&printed(&output), "SELECT version FROM schema_migrations"), 2);

    // The killed one's session is still in its database, which is spared until it is gone.
    assert_eq!(databases(&cluster, "dbm_scratch_").len(), 1);
    let pruned = testdb(&cluster, &folder, &["-prune", "-older-than", "0"]).output();
    assert!(!pruned.stdout.contains("dbm_scratch_"), "{pruned}");
    cluster.execute(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    );
    wait::until_true("the session to end", || sleepers(&cluster) == 0);
    let pruned = testdb(&cluster, &folder, &["-prune", "-older-than", "0"]).output();
    assert!(pruned.stdout.contains("dbm_scratch_"), "{pruned}");
    assert_eq!(databases(&cluster, "dbm_scratch_"), [""; 0]);
}

/// Ctrl-C twice cancels the file, and nothing is left.
#[test]
fn a_maker_that_is_interrupted() {
    let cluster = Cluster::started(&[], TRUSTING);
    let folder = Folder::tables(&["a"]).file("2_waits.up.sql", WAITS);
    shut(&cluster);
    let mut maker = testdb(&cluster, &folder, &[]).spawn();
    wait::until_true("the file to run", || sleepers(&cluster) == 1);
    maker.signal("INT");
    maker.wait_for("Stopping after");
    maker.signal("INT");
    let output = maker.finish();
    output.assert_status(130);
    assert_eq!(output.stdout, "");
    assert_eq!(databases(&cluster, "dbm_"), [""; 0]);
}

/// Somebody who waits for the template says so, gives up in time, and ends with Ctrl-C.
#[test]
fn a_maker_that_is_waited_for() {
    let cluster = Cluster::started(&[], TRUSTING);
    let folder = Folder::tables(&["a"]).file("2_waits.up.sql", WAITS);
    shut(&cluster);
    let mut maker = testdb(&cluster, &folder, &[]).spawn();
    wait::until_true("the file to run", || sleepers(&cluster) == 1);
    let output = testdb(&cluster, &folder, &["-lock-timeout", "0"]).output();
    output.assert_status(1).assert_line("error: timeout", "");
    let mut waiter = testdb(&cluster, &folder, &[]).spawn();
    waiter.wait_for("waiting for another process that makes the template dbm_template_");
    waiter.signal("TERM");
    let output = waiter.finish();
    output.assert_status(143).assert_line("hint: stopped: no database was made", "");
    let waiter = testdb(&cluster, &folder, &[]).spawn();
    cluster.execute(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    );
    maker.wait_for("error: ");
    let lost = maker.finish();
    lost.assert_status(1).assert_line("hint: ", "which may still be there");
    lost.assert_line("hint: ", "testdb -prune");
    // It makes the template itself now; its file sleeps, too.
    wait::until_true("the other one's file to run", || sleepers(&cluster) == 1);
    cluster.execute(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    );
    waiter.finish().assert_status(1);
    assert_eq!(databases(&cluster, "dbm_template_"), [""; 0]);
}

/// A database of the template's name that is not ours is not copied.
#[test]
fn a_template_of_somebody_else() {
    let cluster = Cluster::started(&[], TRUSTING);
    let folder = Folder::tables(&["a"]);
    fresh(&cluster, &folder);
    let [template] = &databases(&cluster, "dbm_template_")[..] else { panic!("one template") };
    cluster.execute("postgres", "CREATE ROLE other");
    cluster.execute("postgres", &format!("ALTER DATABASE {template} OWNER TO other"));
    let output = testdb(&cluster, &folder, &[]).output();
    output.assert_status(1).assert_line("error: ", template);
    output.assert_line("hint: ", &format!("DROP DATABASE {template};"));
    assert_eq!(databases(&cluster, "dbm_scratch_"), [""; 0]);
}
