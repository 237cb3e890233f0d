//! The recipes of docs/recipes, followed as they stand there: files are written, commands are run, and
//! what they print is what the page says.
//!
//! FastAPI, Express and a reader of YAML come with `tests/recipes.sh` (`make test`). Without them what
//! needs them says loudly that it did not run; under `CI` that is a failure.

mod deploy;
mod page;
mod services;
mod stage;
mod tools;

use std::fs;

use page::Page;
use stage::Stage;

use crate::support::{Folder, Run, reference};

/// Six files as a team has them, without pairs: the template's up files.
fn plain() -> Vec<(String, String)> {
    let folder = Folder::new();
    let run = Run::dbm().cwd(folder.path()).args(["new", "-template", "better-auth"]);
    run.output().assert_status(0);
    let folder = folder.join("migrations");
    let names = Folder::names_in(&folder);
    let stems = names.iter().filter_map(|name| name.strip_suffix(".up.sql"));
    let text = |stem: &str| fs::read_to_string(folder.join(format!("{stem}.up.sql")));
    stems.map(|stem| (stem.to_owned(), text(stem).expect("a file of the template"))).collect()
}

#[test]
fn plain_files() {
    let (stage, page) = (Stage::new(), Page::read("better-auth.md"));
    // As it is after each `clear`.
    stage.db.clear();
    let plain = plain();
    for (name, text) in &plain {
        stage.root.write(&format!("migrations/{name}.sql"), text);
    }
    stage.follow_until(&page, "A database that has the tables already");
    assert_eq!(stage.db.row(), Some((6, false)));
    // A database that the script has set up.
    let dump = stage.db.dump();
    let set_up = || {
        stage.db.clear();
        plain.iter().for_each(|(_, text)| stage.db.execute(text));
    };
    set_up();
    let forgotten = stage.sh("dbm -database-env NEON_DB_URL up");
    forgotten.assert_status(1).assert_line("hint: ", "set up without migrations");
    set_up();
    stage.follow_section(&page, "A database that has the tables already");
    let up = stage.sh("dbm -database-env NEON_DB_URL up");
    up.assert_status(0).assert_line("no change", "");
    assert_eq!(stage.db.row(), Some((6, false)));
    assert_eq!(stage.db.dump(), dump);
    stage.sh("dbm -database-env NEON_DB_URL down -all").assert_status(0);
    assert!(stage.db.tables().iter().all(|name| name.contains("schema_migrations")));
}

/// Without files of their own.
#[test]
fn the_template_in_place_of_plain_files() {
    let (stage, page) = (Stage::new(), Page::read("better-auth.md"));
    stage.root.write(".env", stage.with_database(page.file(".env")));
    stage.sh("dbm new -template better-auth").assert_status(0);
    stage.follow_section(&page, "One command");
    stage.follow_section(&page, "See what is there");
}

#[test]
fn golang_migrate() {
    let Some(reference) = reference::find("recipes::golang_migrate") else { return };
    let (stage, page) = (Stage::new(), Page::read("golang-migrate.md"));
    let table = |name: &str| format!("CREATE TABLE {name} (id BIGINT PRIMARY KEY);");
    for (stem, name) in [("000001_create_users", "users"), ("000002_create_sessions", "sessions")] {
        stage.root.write(&format!("migrations/{stem}.up.sql"), table(name));
        stage.root.write(&format!("migrations/{stem}.down.sql"), format!("DROP TABLE {name};"));
    }
    let ran = Run::program(reference).url(stage.db.url());
    ran.args(["-path"])
        .arg(stage.root.join("migrations").to_str().expect("UTF-8"))
        .arg("up")
        .output()
        .assert_status(0);
    stage.follow(&page);
    assert_eq!(stage.db.row(), Some((2, false)));
    let makefile = fs::read_to_string(stage.root.join("Makefile")).expect("the Makefile");
    assert!(!makefile.contains("migrate -path"), "{makefile}");
    let status = stage.sh("dbm status");
    assert_eq!(status.stdout.matches(" adopted ").count(), 2, "{status}");
}

const OLD_USERS: &str = "CREATE TABLE users (
        id UUID PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, created_at TIMESTAMPTZ DEFAULT now());
    INSERT INTO users VALUES ('11111111-1111-1111-1111-111111111111', 'ann@example.org'),
                             ('22222222-2222-2222-2222-222222222222', 'bob@example.org');";

#[test]
fn an_upgrade() {
    let (stage, page) = (Stage::new(), Page::read("better-auth-upgrade.md"));
    stage.db.execute(OLD_USERS);
    let before = stage.db.dump();
    stage.follow(&page);
    assert_eq!(stage.db.dump(), before, "the old table with its rows");
    // What the page says of a result that is not as it should be.
    stage.db.execute("INSERT INTO users VALUES (md5('x')::uuid, 'Ann@example.org')");
    let failed = stage.sh("dbm up");
    failed.assert_status(1).assert_line("error: ", "several users are ann@example.org");
    assert_eq!(stage.db.row(), Some((3, false)));
    stage.db.execute("DELETE FROM users WHERE email = 'Ann@example.org'");
    let again = stage.sh("dbm up");
    again.assert_status(0).assert_line("4/u check_better_auth_upgrade (", "");
    // A check at the end of a change takes the change back.
    let check = page.blocks.iter().find(|block| block.language == "sql").expect("a check");
    let change = format!("UPDATE users SET email_verified = NULL;\n{}", check.text);
    stage.root.write("migrations/005_change.up.sql", change);
    let failed = stage.sh("dbm up");
    failed.assert_status(1).assert_line("error: ", "some users are not carried over");
    assert_eq!(stage.db.number("SELECT count(email_verified) FROM users"), 2);
}

/// The list of the pages is whole.
#[test]
fn each_page_is_listed() {
    let list = page::text("README.md");
    for name in Folder::names_in(&page::folder()) {
        assert!(name == "README.md" || list.contains(&format!("]({name})")), "{name}");
    }
}
