//! `dbm test`, on the oldest that is supported and on the newest: the project's own migrations pass, and
//! a pair that is not undone is found, fixed and proved.

use std::path::Path;

use crate::support::Folder;
use crate::versions::servers::server;

#[test]
fn on_the_oldest_supported() {
    on(&[12], "versions::proof::on_the_oldest_supported");
}

#[test]
fn on_the_newest() {
    on(&[18, 17], "versions::proof::on_the_newest");
}

fn on(versions: &[u32], test: &str) {
    let Some((server, _)) = server(versions, test) else { return };
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut folder = Folder::new();
    for file in std::fs::read_dir(own).expect("list migrations/") {
        let file = file.expect("list migrations/");
        let text = std::fs::read_to_string(file.path()).expect("read a migration");
        folder = folder.file(file.file_name().to_str().expect("a UTF-8 name"), text);
    }
    let proved = server.dbm(&folder, &["test"]).output();
    proved.assert_status(0);
    assert!(proved.stdout.contains("\n4 pairs passed ("), "{proved}");

    let up = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a int NOT NULL DEFAULT 1);\n\
              CREATE INDEX t_a ON t (a) INCLUDE (id);\n\
              CREATE VIEW v AS SELECT a FROM t;\n\
              ALTER TABLE users ALTER COLUMN username DROP NOT NULL";
    let folder = folder.pair("5_t", up, "DROP VIEW v");
    let found = server.dbm(&folder, &["test", "-only", "5"]).output();
    found.assert_status(1);
    assert!(found.stdout.contains("  left behind: table public.t\n"), "{found}");
    assert!(found.stdout.contains("    not null: yes -> no\n"), "{found}");
    server.dbm(&folder, &["test", "-only", "5", "-fix"]).output().assert_status(0);
    let proved = server.dbm(&folder, &["test", "-from", "4"]).output();
    proved.assert_status(0);
    assert!(proved.stdout.contains("\n2 pairs passed ("), "{proved}");
}
