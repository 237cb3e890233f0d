//! Names, duplicates and missing halves.

use crate::migration::Direction::Up;
use crate::verify::FindingKind::{Duplicate, Empty, EmptyDown, Name, NoDown, NoUp, TooLarge};
use crate::verify::Remedy;
use crate::verify::tests::{among, assert_clean, assert_one, names, rename, short, shown, texts};

#[test]
fn near_misses_are_told_with_the_name_that_was_meant() {
    let cases = [
        ("12_x.up", "12_x.up.sql"),
        ("12_x.down", "12_x.down.sql"),
        ("1_a.UP.sql", "1_a.up.sql"),
        ("1_a.Down.SQL", "1_a.down.sql"),
        ("V4__x.sql", "4_x.up.sql"),
        ("U4__x.sql", "4_x.down.sql"),
        ("5_x.sql", "5_x.up.sql"),
        ("5_x_down.sql", "5_x.down.sql"),
        ("1-a.up.sql", "1_a.up.sql"),
        ("001a.up.sql", "001_a.up.sql"),
        ("1_a.sql.up", "1_a.up.sql"),
        (" 1_a.up.sql", "1_a.up.sql"),
        ("1_it's.up", "1_it's.up.sql"),
        ("1_\u{1b}a.up", "1_\u{1b}a.up.sql"),
        ("-1_a.up.sql", ""),
        // No name with a line end is a migration's.
        ("1_a\n.up.sql", ""),
        ("V1.2__x.sql", ""),
        ("R__x.sql", ""),
        ("2024-01-01_x.up.sql", ""),
        ("a_1.up.sql", ""),
    ];
    for (name, meant) in cases {
        let findings = names(&[name]);
        let said = format!("{name}: {}", shown(&findings));
        assert_eq!(findings.len(), 1, "{said}");
        assert_eq!(findings[0].kind, Name, "{said}");
        assert!(findings[0].message.starts_with("is ignored"), "{said}");
        let remedy = match meant {
            "" => Remedy::NameOrRemove,
            meant => Remedy::RenameToRun(rename(name, meant)),
        };
        assert_eq!(findings[0].remedy, remedy, "{said}");
    }
}

#[test]
fn what_is_no_migration_is_no_finding() {
    let others = ["README.md", "schema.sql", "seed.sql", ".gitkeep", "1.txt", ".1_a.up.sql.swp"];
    assert_clean(&names(&others));
}

/// One thing is wrong, so one thing is said.
#[test]
fn a_near_miss_stands_for_the_missing_half() {
    assert_one(&names(&["12_x.up", "12_x.down.sql"]), Name, "12_x.up");
    assert_one(&names(&["12_x.up.sql", "12_x.DOWN.sql"]), Name, "12_x.DOWN.sql");
}

#[test]
fn a_near_miss_beside_the_file_is_not_to_replace_it() {
    let findings = among(&["12_x"], &["12_x.up"]);
    let found = assert_one(&findings, Name, "12_x.up");
    let taken = |by: &str, version| {
        let by = by.to_string();
        Remedy::PlaceTaken { by, version, direction: Up }
    };
    assert_eq!(found.remedy, taken("12_x.up.sql", 12));
    let findings = names(&["3_x.UP.sql", "3_x.up"]);
    assert_eq!(short(&findings), [(Name, "3_x.UP.sql"), (Name, "3_x.up")]);
    assert_eq!(findings[0].remedy, Remedy::RenameToRun(rename("3_x.UP.sql", "3_x.up.sql")));
    assert_eq!(findings[1].remedy, taken("3_x.UP.sql", 3));
}

#[test]
fn a_file_with_up_and_down_in_it_is_not_to_be_renamed() {
    let text = "-- +goose Up\ncreate table t();\n-- +goose Down\ndrop table t;\n";
    let findings = texts(&[("00001_t.sql", text)]);
    let found = assert_one(&findings, Name, "00001_t.sql");
    let (up, down) = ("00001_t.up.sql".to_string(), "00001_t.down.sql".to_string());
    assert_eq!(found.remedy, Remedy::SplitForTool { tool: "goose", up, down });
}

#[test]
fn files_that_were_put_aside_run() {
    for name in ["5_x.up.sql.bak", "5_x.up.sql~", "5_x.up.sql.orig", "5_x.up.old"] {
        let findings = names(&[name, "5_x.down.sql"]);
        let found = assert_one(&findings, Name, name);
        assert_eq!(found.message, "is taken for a migration, and runs");
        assert_eq!(found.remedy, Remedy::RemoveOrRename(rename(name, "5_x.up.sql")));
    }
    let findings = among(&["5_x"], &["5_x.up.sql~"]);
    let found = assert_one(&findings, Duplicate, "5_x.up.sql~");
    assert_eq!(found.message, "5_x.up.sql and 5_x.up.sql~ are both the up of version 5");
    assert_eq!(found.remedy, Remedy::RemoveFiles(vec!["5_x.up.sql~".to_string()]));
}

#[test]
fn a_version_that_is_too_large_is_told() {
    for name in ["9223372036854775808_m.up.sql", "99999999999999999999_m.up.sql"] {
        let findings = names(&[name]);
        let found = assert_one(&findings, TooLarge, name);
        assert_eq!(
            found.message,
            "the version is over 9223372036854775807, the largest that the version table can hold"
        );
    }
}

#[test]
fn both_files_of_a_duplicate_are_named() {
    let findings = among(&["01_a", "1_b", "02_c"], &[]);
    assert_eq!(short(&findings), [(Duplicate, "1_b.down.sql"), (Duplicate, "1_b.up.sql")]);
    assert_eq!(findings[1].message, "01_a.up.sql and 1_b.up.sql are both the up of version 1");
    let renumber = |from: &str, to: &str| Remedy::RenumberDuplicate(Some(rename(from, to)));
    assert_eq!(findings[0].remedy, renumber("1_b.down.sql", "03_b.down.sql"));
    assert_eq!(findings[1].remedy, renumber("1_b.up.sql", "03_b.up.sql"));

    // Two versions go to two numbers.
    let findings = among(&["7_a", "7_b", "8_c", "8_d"], &[]);
    for (old, new) in [("7_b", "9_b"), ("8_d", "10_d")] {
        for half in ["up.sql", "down.sql"] {
            let remedy = renumber(&format!("{old}.{half}"), &format!("{new}.{half}"));
            assert!(findings.iter().any(|f| f.remedy == remedy), "{}", shown(&findings));
        }
    }
    // Neither one that is to be renumbered counts, nor is one taken that is to be renamed.
    let pairs = ["001_a", "002_b", "002_c", "003_d", "20240101000000_x"];
    let findings = among(&pairs, &["V4__e.sql"]);
    let found = findings.iter().find(|f| f.file.as_deref() == Some("002_c.up.sql")).unwrap();
    assert_eq!(found.remedy, renumber("002_c.up.sql", "005_c.up.sql"));
    let findings = names(&["7_a.up.sql", "7_b.up.sql", "7_c.up.sql", "7_a.down.sql"]);
    let found = assert_one(&findings, Duplicate, "7_c.up.sql");
    assert_eq!(found.message, "7_a.up.sql, 7_b.up.sql and 7_c.up.sql are all the up of version 7");
}

#[test]
fn a_missing_half_is_told() {
    let findings = names(&["1_a.up.sql", "2_b.down.sql"]);
    assert_eq!(short(&findings), [(NoDown, "1_a.up.sql"), (NoUp, "2_b.down.sql")]);
    assert_eq!(findings[0].remedy, Remedy::WriteDown { down: "1_a.down.sql".to_string() });
    let (up, down) = ("2_b.up.sql".to_string(), "2_b.down.sql".to_string());
    assert_eq!(findings[1].remedy, Remedy::WriteUp { up, down, version: 2 });
}

#[test]
fn a_pair_with_two_names_is_told() {
    let findings = names(&["1_a.up.sql", "1_b.down.sql"]);
    let found = assert_one(&findings, Name, "1_b.down.sql");
    assert_eq!(
        found.message,
        "up and down of version 1 have different names: the up is 1_a.up.sql"
    );
    assert_eq!(found.remedy, Remedy::RenameAsPair(rename("1_b.down.sql", "1_a.down.sql")));
}

#[test]
fn a_down_that_undoes_nothing_is_told() {
    for down in ["", " \n", "-- cannot be undone\n", "/* no */;"] {
        let findings = texts(&[("1_a.up.sql", "create table t()"), ("1_a.down.sql", down)]);
        assert_one(&findings, EmptyDown, "1_a.down.sql");
    }
    let refuses = "do $$ begin raise exception 'cannot be undone'; end $$;";
    for down in [refuses, "-- dbm:irreversible the old values are gone\n"] {
        assert_clean(&texts(&[("1_a.up.sql", "create table t()"), ("1_a.down.sql", down)]));
    }
    // Nothing to undo.
    let findings = texts(&[("1_a.up.sql", "-- later"), ("1_a.down.sql", "")]);
    assert_one(&findings, Empty, "1_a.up.sql");
}
