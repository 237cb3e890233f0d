//! `renumber` asks the database what is applied, and renames files; which numbers they get is
//! tested where it is decided.

use crate::support::{Database, Folder, Run};

fn renumber(db: &Database, folder: &Folder, args: &[&str]) -> Run {
    Run::dbm().db(db).path(folder).arg("renumber").args(args.iter().copied())
}

/// The lines for a pair that is renamed.
fn lines(folder: &Folder, old: &str, new: &str) -> String {
    ["up", "down"]
        .map(|way| format!("{0}/{old}.{way}.sql -> {0}/{new}.{way}.sql\n", folder.arg()))
        .concat()
}

#[test]
fn it_renames_what_is_not_applied_and_changes_no_row() {
    let (db, folder) = (Database::new(), Folder::four());
    db.set_row(2, false);
    renumber(&db, &folder, &["3"]).stderr(&lines(&folder, "3_c", "5_c")).check();
    assert_eq!(db.row(), Some((2, false)));
    renumber(&db, &folder, &["5", "-to", "9"]).stderr(&lines(&folder, "5_c", "9_c")).check();
    renumber(&db, &folder, &["-to=3", "9"]).stderr(&lines(&folder, "9_c", "3_c")).check();
    assert_eq!(folder.names(), Folder::four().names());
}

#[test]
fn an_untouched_database_has_nothing_applied() {
    let (db, folder) = (Database::new(), Folder::four());
    renumber(&db, &folder, &["1"]).stderr(&lines(&folder, "1_a", "5_a")).check();
    assert!(db.tables().is_empty());
}

#[test]
fn it_refuses_what_is_applied_or_broken_or_mistyped() {
    let (db, folder) = (Database::new(), Folder::four());
    db.set_row(3, false);
    let applied =
        "hint: the database is at version 3: only what is not applied can get a new number";
    for (args, expected) in [
        (&["2"][..], format!("error: version 2 is applied\n{applied}\n")),
        (&["3", "-to", "9"], format!("error: version 3 is applied\n{applied}\n")),
        (
            &["4"],
            "error: version 4 is already the last\nhint: -to N gives it the number N\n".to_owned(),
        ),
        (
            &["0"],
            "error: no migration found for version 0\nhint: the last version in this folder is 4\n"
                .to_owned(),
        ),
        (&[], "error: please specify version argument V\n".to_owned()),
        (&["x"], "error: can't read version argument V\n".to_owned()),
        (&["4", "-to", ""], "error: can't read argument N of -to\n".to_owned()),
    ] {
        renumber(&db, &folder, args).status(1).stderr(&expected).check();
    }
    db.set_row(3, true);
    let output = renumber(&db, &folder, &["4", "-to", "9"]).output();
    output.assert_status(1).assert_says("error: Dirty database version 3. Fix and force version.");
    assert_eq!(folder.names(), Folder::four().names());
}
