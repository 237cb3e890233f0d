//! A log that is longer than what is read of it: what it says is the same, and the rest stays where it
//! is.

use crate::own_sql::tokens::looked_up;
use crate::support::chance::Chance;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::{Database, Folder, Run, address};

/// More entries than are read whether they count or not, without the last one: the newest version is
/// taken back and run again, over and over. A text is kept in each.
const AGAIN: &str = "\
    INSERT INTO schema_migrations_log (action, direction, version, name, from_version, from_dirty, \
    to_version, to_dirty, up_sha256, down_sha256, up_text, program) \
    SELECT 'run', CASE i % 2 WHEN 1 THEN 'down' ELSE 'up' END, version, name, \
    4 - (i + 1) % 2, false, 4 - i % 2, false, up_sha256, down_sha256, up_text, program \
    FROM generate_series(1, 20000) i, (SELECT * FROM schema_migrations_log WHERE version = 4) l \
    ORDER BY i";

/// What follows from a log follows from some of it, wherever it is long: behind a thousand entries
/// that only say that the newest version was run again, any other entries.
#[test]
fn what_a_long_log_says() {
    const NEWEST: i64 = 200;
    let (db, mut folder) = (Database::new(), Folder::new());
    for version in (0..24).chain([NEWEST]) {
        folder = folder.pair(&format!("{version}_n"), "SELECT 1; -- a\n", "SELECT 2;\n");
    }
    let run = |table: &str, command: &[&str]| {
        let url = db.url_with(&format!("x-migrations-table={table}"));
        Run::dbm().url(url).path(&folder).args(command.iter().copied()).output()
    };
    for table in ["short", "long"] {
        run(table, &["force", "200"]).assert_status(0);
    }
    let mut seen = String::new();
    for seed in 0..16 {
        let mut chance = Chance::new(seed);
        let few: Vec<String> = (1..=1 + chance.below(40))
            .map(|at| {
                // Many and few of them lie within what is looked through for an empty database.
                let id = 100_000 + at * if seed % 2 == 0 { 1 } else { 1000 };
                entry(&mut chance, id)
            })
            .collect();
        for (table, times) in [("short", 1), ("long", 600)] {
            db.execute(&format!(
                "TRUNCATE {table}_log; INSERT INTO {table}_log OVERRIDING SYSTEM VALUE VALUES {}; \
                 INSERT INTO {table}_log OVERRIDING SYSTEM VALUE \
                 SELECT 200000 + i, '2026-11-01', 'run', CASE i % 2 WHEN 1 THEN 'down' ELSE 'up' END, \
                 {NEWEST}, 'n', NULL, {NEWEST} - (i + 1) % 2, false, {NEWEST} - i % 2, false, \
                 encode(sha256('SELECT 3;'), 'hex'), NULL, NULL, NULL, 1, 'r', NULL, NULL, 'p' \
                 FROM generate_series(1, 2 * {times}) i",
                few.join(", ")
            ));
        }
        let status = |table| {
            let output = run(table, &["status", "-json"]);
            output.assert_status(0);
            output.stdout.replace(table, "T")
        };
        let short = status("short");
        assert_eq!(status("long"), short, "seed {seed}: {few:#?}");
        seen += &short;
        let edited = |table| run(table, &["up"]).stderr.replace(table, "T");
        assert_eq!(edited("long"), edited("short"), "seed {seed}: {few:#?}");
        // Nothing of that was written to one log and not to the other.
        let differing = db.number(
            "SELECT (SELECT count(*) FROM short_log WHERE id > 210000) \
             - (SELECT count(*) FROM long_log WHERE id > 210000)",
        );
        assert_eq!(differing, 0, "seed {seed}");
    }
    for state in ["applied", "adopted", "recorded", "late"] {
        assert!(seen.contains(&format!("\"state\":\"{state}\"")), "{state}");
    }
    assert!(seen.contains("\"edited\":\"substance\"") && seen.contains("\"edited\":null"));
}

/// A row of the log in SQL. Rows far below are rare, or else nothing would be known in the end.
fn entry(chance: &mut Chance, id: u64) -> String {
    let mut row = || match chance.below(30) {
        0 => -1,
        1..4 => chance.below(24) as i64,
        _ => 23 - chance.below(6) as i64,
    };
    let (from, to) = (row(), row());
    let to = if chance.below(3) == 0 { from } else { to };
    let mut one_of = |of: &[&str]| of[chance.below(of.len() as u64) as usize].to_owned();
    let action = one_of(&["run", "run", "run", "adopt", "adopt", "repair", "force", "restore"]);
    let direction = one_of(&["'up'", "'up'", "'up'", "'down'", "NULL"]);
    let mut dirty = || one_of(&["true", "false", "false", "false", "false", "false"]);
    let (from_dirty, to_dirty) = (dirty(), dirty());
    let error = one_of(&["NULL", "NULL", "NULL", "NULL", "'no'"]);
    let up = one_of(&["SELECT 1; -- a\n", "SELECT 1; -- a\n", "SELECT 3;\n", ""]);
    let down = one_of(&["SELECT 2;\n", "SELECT 4;\n"]);
    let version = chance.below(24);
    format!(
        "({id}, '2026-10-01', '{action}', {direction}, {version}, 'n', {error}, {from}, \
         {from_dirty}, {to}, {to_dirty}, encode(sha256('{up}'), 'hex'), \
         encode(sha256('{down}'), 'hex'), NULL, NULL, {id}, 'r', NULL, NULL, 'p')"
    )
}

/// So many rows the server has sent to a command, and none of our SQL is looked up by the
/// `search_path`.
#[track_caller]
fn rows(db: &Database, folder: &Folder, command: &[&str]) -> u64 {
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    let url = address::through(proxy.port(), &db.url());
    Run::dbm().url(url).path(folder).args(command.iter().copied()).output().assert_status(0);
    let looked_up: Vec<_> = proxy.queries().iter().flat_map(|sql| looked_up(sql)).collect();
    assert!(looked_up.is_empty(), "{looked_up:#?}");
    proxy.rows()
}

#[test]
fn a_command_reads_what_it_needs_of_a_long_log() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    db.execute(AGAIN);
    for (command, most) in [
        (&["up"][..], 1100),
        (&["status"], 1100),
        (&["verify"], 1100),
        (&["log", "-n", "20"], 30),
        (&["show", "-from-log", "3"], 30),
        (&["log"], 20_100),
    ] {
        let rows = rows(&db, &folder, command);
        assert!(rows <= most, "{command:?}: {rows} rows");
    }
    assert!(rows(&db, &folder, &["log"]) > 20_000);
}

/// Where the row was at none, what is older is not read, however much it is; and the newest entry
/// says why a database is dirty.
#[test]
fn behind_an_empty_database_nothing_is_read() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    db.execute(AGAIN);
    for command in [&["down", "-all"][..], &["up"]] {
        Run::dbm().db(&db).path(&folder).args(command.iter().copied()).output().assert_status(0);
    }
    let proxy = Proxy::before(address::of_server(), Trouble::Nothing);
    let url = address::through(proxy.port(), &db.url());
    Run::dbm().url(url).path(&folder).arg("up").output().assert_status(0);
    let log = proxy.queries().into_iter().filter(|sql| sql.contains("ORDER BY id")).count();
    assert_eq!(log, 1, "{:#?}", proxy.queries());
    let folder = folder.file("5_e.up.sql", "VACUUM;\nSELECT wrong;\n");
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(1);
    assert!(rows(&db, &Folder::four(), &["log", "-n", "1"]) < 10);
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1);
    assert!(output.stderr.contains("column \"wrong\" does not exist"), "{output}");
}
