//! Start-up parameters that a pooler refuses are named, with what to do.

use crate::support::doorkeeper::{Answer, Doorkeeper};
use crate::support::pgbouncer::shared;
use crate::support::{Database, Folder, Run, address};

#[test]
fn a_setting_in_the_url() {
    let Some(pooler) = shared("pooler::startup::a_setting_in_the_url") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    for (setting, value) in
        [("search_path", "public"), ("statement_timeout", "60000"), ("lock_timeout", "60000")]
    {
        let url = format!("{}&{setting}={value}", pooler.url(&db));
        let output = Run::dbm().url(url).path(&folder).arg("up").output();
        output.assert_status(1).assert_line("error: failed to open database: ", "");
        output.assert_says(setting).assert_silent_about("dbm.token");
        // Either the pooler lets it pass, or one goes past the pooler.
        let hints: String =
            output.stderr.lines().filter(|line| line.starts_with("hint: ")).collect();
        assert!(
            hints.contains("ignore_startup_parameters") || hints.contains("direct"),
            "a remedy\n{output}"
        );
        assert_eq!(db.row(), None, "nothing is done with another setting than asked for");
        assert_eq!(db.advisory_locks(), []);
    }
}

/// What every pooler knows is passed on.
#[test]
fn an_application_name() {
    let Some(pooler) = shared("pooler::startup::an_application_name") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    let url = format!("{}&application_name=release_42", pooler.url(&db));
    Run::dbm().url(url).path(&folder).arg("up").output().assert_status(0);
    assert_eq!(db.row(), Some((4, false)));
}

/// Nothing is said about the pooler where it makes no difference.
#[test]
fn in_silence() {
    let Some(pooler) = shared("pooler::startup::in_silence") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm()
        .url(pooler.url(&db))
        .path(&folder)
        .arg("up")
        .stderr("1/u a (TIME)\n2/u b (TIME)\n3/u c (TIME)\n4/u d (TIME)\n")
        .check();
}

/// No such database: the pooler says it in its own words.
#[test]
fn no_such_database() {
    let Some(pooler) = shared("pooler::startup::no_such_database") else { return };
    let (db, folder) = (Database::new(), Folder::four());
    let url = pooler.url(&db).replace(db.name(), "no_such_database_here");
    let output = Run::dbm().url(url).path(&folder).arg("up").output();
    output.assert_status(1).assert_says("no_such_database_here");
}

/// Poolers refuse the option by which we would know a session of ours, each with its own code; then
/// it is done without, and all is taken for a pooler's.
#[test]
fn every_poolers_refusal_of_options() {
    for refusal in [
        Answer::Error("08P01", "unsupported startup parameter: options"),
        Answer::Error(
            "0A000",
            "Feature not supported: RDS Proxy currently doesn't support command-line options.",
        ),
        Answer::Error("XX000", "startup parameter \"options\" is not supported"),
    ] {
        let (db, folder) = (Database::new(), Folder::four());
        let keeper = Doorkeeper::new(&[refusal], Some(address::of_server()));
        let url = address::through(keeper.port(), &db.url());
        Run::dbm().url(url).path(&folder).arg("up").output().assert_status(0);
        assert_eq!(db.row(), Some((4, false)));
        assert_eq!(db.advisory_locks(), []);
        assert_eq!(keeper.callers(), 3, "refused, without the option, and for the lock");
    }
}
