//! The example of docs/test.md is what `dbm` prints.

use std::path::Path;

use regex::Regex;

use crate::support::{Database, Folder, Run};

#[test]
fn the_example_is_real() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/test.md");
    let page = std::fs::read_to_string(page).expect("read docs/test.md");
    let (_, rest) =
        page.split_once("```console\n$ dbm -path migrations test\n").expect("an example");
    let (expected, _) = rest.split_once("```").expect("the example's end");
    let (db, folder) = (Database::new(), Folder::new());
    for (name, text) in [
        (
            "001_create_users.up.sql",
            "CREATE TABLE users (id bigserial PRIMARY KEY, email text, plan text);",
        ),
        ("001_create_users.down.sql", "DROP TABLE users;"),
        (
            "002_add_plan.up.sql",
            "ALTER TABLE users ALTER email SET NOT NULL;\nCREATE INDEX users_plan ON users (plan);",
        ),
        ("002_add_plan.down.sql", "SELECT 1;"),
    ] {
        folder.write(&format!("migrations/{name}"), text);
    }
    let run = Run::dbm().args(["-path", "migrations", "test"]).env("DATABASE_URL", db.url());
    let output = run.cwd(folder.path()).output();
    output.assert_status(1);
    // Times differ, and with them the width of their column.
    let pattern = |text: &str| Regex::new(text).expect("a pattern");
    let (times, spaces) = (pattern(r"[0-9.]+(?:µs|ms|s)\b"), pattern(" +"));
    let mask = |text: &str| spaces.replace_all(&times.replace_all(text, "TIME"), " ").into_owned();
    // The helpers put the program's name in the place of what commands begin with.
    let stderr = output.stderr.replace("dbm test", "dbm -path migrations test");
    let printed = format!("{}{stderr}", output.stdout);
    assert_eq!(mask(&printed), mask(expected), "{output}");
}
