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

use page::Page;
use stage::Stage;

use crate::support::{Folder, Run, reference};

/// Six files as a team has them.
const PLAIN: [(&str, &str); 6] = [
    (
        "001_create_users",
        "CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT,
             updated_at TIMESTAMPTZ NOT NULL DEFAULT now());",
    ),
    (
        "002_create_sessions",
        "CREATE TABLE sessions (id TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE,
             user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
             expires_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL DEFAULT now());",
    ),
    (
        "003_create_software_background",
        "CREATE TABLE software_background (id TEXT PRIMARY KEY, preferred_languages TEXT[],
             user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
             updated_at TIMESTAMPTZ NOT NULL DEFAULT now());",
    ),
    (
        "004_create_hardware_background",
        "CREATE TABLE hardware_background (id TEXT PRIMARY KEY, device_types TEXT[],
             user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
             updated_at TIMESTAMPTZ NOT NULL DEFAULT now());",
    ),
    (
        "005_create_indexes",
        "CREATE INDEX idx_sessions_expires_at ON sessions (expires_at);
         CREATE INDEX idx_software_background_languages
             ON software_background USING gin (preferred_languages);
         CREATE INDEX idx_hardware_background_devices
             ON hardware_background USING gin (device_types);",
    ),
    (
        "006_create_triggers",
        "CREATE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN NEW.updated_at = now(); RETURN NEW; END $$;
         CREATE TRIGGER update_users_updated_at BEFORE UPDATE ON users
             FOR EACH ROW EXECUTE PROCEDURE update_updated_at_column();
         CREATE TRIGGER update_sessions_updated_at BEFORE UPDATE ON sessions
             FOR EACH ROW EXECUTE PROCEDURE update_updated_at_column();
         CREATE TRIGGER update_software_background_updated_at BEFORE UPDATE ON software_background
             FOR EACH ROW EXECUTE PROCEDURE update_updated_at_column();
         CREATE TRIGGER update_hardware_background_updated_at BEFORE UPDATE ON hardware_background
             FOR EACH ROW EXECUTE PROCEDURE update_updated_at_column();",
    ),
];

#[test]
fn plain_files() {
    let (stage, page) = (Stage::new(), Page::read("better-auth.md"));
    // As it is after each `clear`.
    stage.db.clear();
    for (name, text) in PLAIN {
        stage.root.write(&format!("migrations/{name}.sql"), text);
    }
    stage.follow_until(&page, "A database that has the tables already");
    assert_eq!(stage.db.row(), Some((6, false)));
    // A database that the script has set up.
    let dump = stage.db.dump();
    let set_up = || {
        stage.db.clear();
        PLAIN.iter().for_each(|(_, text)| stage.db.execute(text));
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
    let makefile = std::fs::read_to_string(stage.root.join("Makefile")).expect("the Makefile");
    assert!(!makefile.contains("migrate -path"), "{makefile}");
    let status = stage.sh("dbm status");
    assert_eq!(status.stdout.matches(" adopted ").count(), 2, "{status}");
}

/// The list of the pages is whole.
#[test]
fn each_page_is_listed() {
    let list = page::text("README.md");
    for name in Folder::names_in(&page::folder()) {
        assert!(name == "README.md" || list.contains(&format!("]({name})")), "{name}");
    }
}
