//! `log`: what happened, the newest first.

use crate::support::{Database, Folder, Run};

fn log(db: &Database, folder: &Folder) -> Run {
    Run::dbm().db(db).path(folder).arg("log")
}

#[test]
fn nothing_has_happened() {
    let (db, folder) = (Database::new(), Folder::four());
    let output = log(&db, &folder).output();
    output.assert_status(0);
    assert_eq!(output.stdout, "the log is empty\n");
    assert_eq!(db.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
}

#[test]
fn what_happened_stands_there_with_who_and_how() {
    let (db, folder) = (Database::new(), Folder::tables(&["a", "b"]));
    let run = |words: &[&str]| Run::dbm().db(&db).path(&folder).args(words.iter().copied());
    run(&["up"]).output().assert_status(0);
    run(&["down", "1"]).output().assert_status(0);
    folder.write("2_b.up.sql", "CREATE TABLE b (id int);\nSELECT wrong;\n");
    run(&["up"]).output().assert_status(1);
    run(&["force", "2"]).output().assert_status(0);
    folder.write("2_b.up.sql", "CREATE TABLE b (id int);\n");
    run(&["repair", "-f"]).output().assert_status(0);
    let output = log(&db, &folder).output();
    output.assert_status(0);
    let lines: Vec<&str> = output.stdout.lines().collect();
    let what = lines[0].find("what").expect("a column");
    let words: Vec<&str> = lines[1..].iter().map(|line| line[what..].trim_start()).collect();
    let expected = ["repair", "recorded", "force", "up failed", "error:", "down", "up", "up"];
    assert_eq!(words.len(), expected.len(), "{output}");
    for (line, expected) in lines[1..].iter().zip(expected) {
        match expected {
            "error:" => assert!(line.starts_with("  error: column \"wrong\""), "{output}"),
            expected => assert!(line[what..].starts_with(expected), "{expected}\n{output}"),
        }
    }
    assert!(lines[7].contains("1 -> 2") && lines[7].contains("dbm 0."), "{output}");
    let newest = log(&db, &folder).args(["-n", "1"]).output();
    assert_eq!(newest.stdout.lines().count(), 2, "{newest}");
}

#[test]
fn ten_thousand_entries_are_listed_and_cost_an_up_nothing_but_time() {
    let (db, folder) = (Database::new(), Folder::four());
    Run::dbm().db(&db).path(&folder).arg("up").output().assert_status(0);
    db.execute(
        "INSERT INTO schema_migrations_log (action, direction, version, name, from_version, \
         from_dirty, to_version, to_dirty, program) \
         SELECT 'run', CASE i % 2 WHEN 0 THEN 'down' ELSE 'up' END, 5, 'e', 4 + i % 2 - i % 2, \
         false, 4, false, 'dbm 0.0.1' FROM generate_series(1, 9996) i",
    );
    let output = log(&db, &folder).output();
    output.assert_status(0);
    assert_eq!(output.stdout.lines().count(), 10_001, "a header and the entries");
    Run::dbm()
        .db(&db)
        .path(&folder)
        .arg("up")
        .output()
        .assert_status(0)
        .assert_essence("no change\n");
}
