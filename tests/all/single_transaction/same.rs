//! What comes of it is what comes of the same files one by one.

use crate::history::book::{dbm, lines};
use crate::single_transaction::single;
use crate::support::chance::Chance;
use crate::support::{Database, Folder};

/// Statements that work whatever was before them.
const PIECES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS n (id int PRIMARY KEY, note text DEFAULT 'it''s');",
    "CREATE SEQUENCE IF NOT EXISTS s;",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;",
    "DO $$ BEGIN PERFORM 1; END $$;",
    "-- a remark; and more\n",
    "/* BEGIN; */ SELECT 'COMMIT;';",
    "SELECT E'\\'; COMMIT; ';",
    "SET search_path = public, pg_catalog;",
    "SET statement_timeout = '1min';",
    "SELECT version FROM schema_migrations;",
    "",
];

/// A file that makes a table of its own, and does this and that besides.
fn text(chance: &mut Chance, version: u64) -> String {
    let mut text = String::new();
    for _ in 0..chance.below(4) {
        let piece = PIECES[usize::try_from(chance.below(PIECES.len() as u64)).expect("few")];
        text.push_str(piece);
        text.push('\n');
    }
    let table = format!("CREATE TABLE t{version} (id int, é text);");
    match chance.below(5) {
        0 => format!("BEGIN;\n{text}{table}\nCOMMIT;"),
        1 => format!("{text}start transaction;{table} end"),
        2 => format!("{table}{text}").trim_end().to_string(),
        3 => format!("{text}{}", table.trim_end_matches(';')),
        _ => format!("{table}\n{text}"),
    }
}

#[test]
fn files_by_chance() {
    for seed in 0..12 {
        let mut chance = Chance::new(seed);
        let count = 1 + chance.below(30);
        let folder = Folder::new();
        for version in 1..=count {
            let up = match chance.below(12) {
                0 => "-- nothing\n".to_string(),
                _ => text(&mut chance, version),
            };
            folder.write(&format!("{version}_t.up.sql"), up);
            if chance.below(8) > 0 {
                let down = format!("DROP TABLE IF EXISTS t{version};");
                folder.write(&format!("{version}_t.down.sql"), down);
            }
        }
        let (one, many) = (Database::new(), Database::new());
        let names = folder.names();
        let runs = [
            (single(&one, &folder, "up", &[]), dbm(&many, &folder, &["up"])),
            (single(&one, &folder, "down", &["1"]), dbm(&many, &folder, &["down", "1"])),
            (single(&one, &folder, "up", &[]), dbm(&many, &folder, &["up"])),
        ];
        for (single, plain) in runs {
            assert_eq!(single.status, plain.status, "{seed} {names:?}\n{single}\n{plain}");
            assert_eq!(single.essence(), plain.essence(), "{seed}");
        }
        assert_eq!(one.dump(), many.dump(), "{seed}");
        assert_eq!((one.row(), lines(&one)), (many.row(), lines(&many)), "{seed}");
    }
}
