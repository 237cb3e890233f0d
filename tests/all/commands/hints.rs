//! Commands in hints are pasted into the shell that dbm was called in, and do what they say.

use crate::support::run::binary;
use crate::support::{Database, Folder, Output, Run};

/// A folder to work in, with migrations in a folder below whose name wants quoting.
struct Project {
    db: Database,
    root: Folder,
}

const BELOW: &str = "db/it's here";

impl Project {
    fn new() -> Self {
        Self { db: Database::new(), root: Folder::new() }
    }

    fn with(self, name: &str, text: &str) -> Self {
        self.write(name, text);
        self
    }

    fn write(&self, name: &str, text: &str) {
        self.root.write(&format!("{BELOW}/{name}"), text);
    }

    fn remove(&self, name: &str) {
        std::fs::remove_file(self.root.join(BELOW).join(name)).expect("remove a file");
    }

    fn table(self, version: u32, name: &str) -> Self {
        self.with(&format!("{version}_{name}.up.sql"), &format!("CREATE TABLE {name} (id int);"))
            .with(&format!("{version}_{name}.down.sql"), &format!("DROP TABLE {name};"))
    }

    fn run(&self, args: &[&str]) -> Output {
        let run = Run::dbm().args(["-path", BELOW]).db(&self.db).cwd(self.root.path());
        run.args(args.iter().copied()).output()
    }

    fn up(&self) {
        self.run(&["up"]).assert_status(0);
    }

    /// Pastes the command behind these words.
    fn paste(&self, output: &Output, words: &str) -> Output {
        paste(output, words, |run| run.cwd(self.root.path()))
    }
}

/// The command behind these words, as it was printed.
#[track_caller]
fn command(output: &Output, words: &str) -> String {
    let program = binary().to_str().expect("a UTF-8 path").to_owned();
    let mut lines = output.raw.lines().filter(|line| line.contains(words));
    let found = lines.find_map(|line| Some(line[line.find(&program)?..].to_owned()));
    found.unwrap_or_else(|| panic!("no command behind {words:?}\n{output}"))
}

#[track_caller]
fn paste(output: &Output, words: &str, place: impl Fn(Run) -> Run) -> Output {
    place(Run::program("sh").args(["-c", &command(output, words)])).output()
}

#[test]
fn after_a_file_has_left_the_row_dirty() {
    let project = Project::new().table(1, "a").with("2_b.up.sql", "COMMIT; SELECT nothing;");
    let failed = project.run(&["up"]);
    failed.assert_status(1).assert_line("hint: ", "undo what stands, and then run: dbm force 1");
    project.paste(&failed, "undo what stands").assert_status(0);
    assert_eq!(project.db.row(), Some((1, false)));
    let failed = project.run(&["up"]);
    project.paste(&failed, "or finish it by hand").assert_status(0);
    assert_eq!(project.db.row(), Some((2, false)));
    // The next command says it too, and so does verify.
    for args in [["up"], ["verify"]] {
        project.db.set_row(2, true);
        let refused = project.run(&args);
        refused.assert_status(1);
        project.paste(&refused, "as after 2").assert_status(0);
        assert_eq!(project.db.row(), Some((2, false)));
        project.db.set_row(2, true);
        project.paste(&refused, "as after 1").assert_status(0);
        assert_eq!(project.db.row(), Some((1, false)));
    }
    project.db.set_row(-1, true);
    let refused = project.run(&["up"]);
    project.paste(&refused, "as before any file").assert_status(0);
    assert_eq!(project.db.row(), None);
}

#[test]
fn a_late_file() {
    for (words, row) in [
        ("out of order", Some((5, false))),
        ("alone", Some((3, false))),
        ("a number at the end", Some((3, false))),
        ("record that", Some((3, false))),
    ] {
        let project = Project::new().table(1, "a").table(3, "c");
        project.up();
        let project = project.table(2, "b").table(5, "e");
        let refused = project.run(&["up"]);
        refused.assert_status(1);
        let mut pasted = project.paste(&refused, words);
        if words == "record that" {
            // It asks, and tells whom nobody can answer what does not.
            pasted.assert_status(1).assert_line("hint: ", "dbm repair -f 2");
            pasted = project.paste(&pasted, "not to be asked");
        }
        pasted.assert_status(0);
        assert_eq!(project.db.row(), row, "{words}");
        let is_renamed = project.root.join(BELOW).join("6_b.up.sql").exists();
        assert_eq!(is_renamed, words == "a number at the end");
        project.run(&["up"]).assert_status(0);
    }
}

#[test]
fn an_edited_file() {
    let project = Project::new().table(1, "a");
    project.up();
    project.write("1_a.up.sql", "CREATE TABLE a (id bigint);");
    let project = project.table(2, "b");
    let refused = project.run(&["up", "1"]);
    refused.assert_status(1).assert_line("hint: ", "this once: dbm up -allow-edited 1");
    project.paste(&refused, "this once").assert_status(0);
    assert_eq!(project.db.row(), Some((2, false)));
    project.paste(&refused, "accept it").assert_line("hint: ", "dbm repair -f");
    let wrong = project.run(&["status"]);
    project.paste(&wrong, "what to do about it").assert_status(1);
}

#[test]
fn a_database_that_is_ahead() {
    let project = Project::new().table(1, "a").table(3, "c");
    project.up();
    project.remove("3_c.up.sql");
    let refused = project.run(&["redo"]);
    project.paste(&refused, "take the version down").assert_status(0);
    assert_eq!(project.db.row(), Some((1, false)));
    let project = project.table(3, "c");
    project.up();
    for half in ["up", "down"] {
        project.remove(&format!("3_c.{half}.sql"));
    }
    for args in [["up"], ["verify"]] {
        let refused = project.run(&args);
        refused.assert_status(1);
        project.paste(&refused, "to accept").assert_status(0);
        assert_eq!(project.db.row(), Some((3, false)));
    }
    let refused = project.run(&["up"]);
    project.paste(&refused, "to go back").assert_status(0);
    assert_eq!(project.db.row(), Some((1, false)));
    let unknown = project.run(&["goto", "9"]);
    project.paste(&unknown, "all versions").assert_status(0);
}

#[test]
fn a_text_of_the_log() {
    let project = Project::new().table(1, "a").table(2, "b");
    project.up();
    project.db.execute("GRANT INSERT ON schema_migrations_log TO PUBLIC");
    project.remove("2_b.up.sql");
    project.remove("2_b.down.sql");
    let refused = project.run(&["down", "1"]);
    refused.assert_status(1).assert_line("hint: ", "dbm down -from-log 1");
    project.paste(&refused, "if it is right").assert_status(0);
    assert_eq!(project.db.row(), Some((1, false)));
}

#[test]
fn what_is_left_of_a_schema() {
    let project = Project::new().with("1_a.up.sql", "CREATE TYPE mood AS ENUM ('good');");
    project.up();
    let dropped = project.run(&["drop", "-f"]);
    let asked = project.paste(&dropped, "to drop them too");
    asked.assert_status(1).assert_line("hint: ", "dbm drop -f -all-objects");
    project.paste(&asked, "not to be asked").assert_status(0);
    project.up();
}

#[test]
fn several_versions_down() {
    let project = Project::new().table(1, "a").table(2, "b").table(3, "c");
    project.up();
    let refused = project.run(&["rollback", "2"]);
    project.paste(&refused, "several versions").assert_status(0);
    assert_eq!(project.db.row(), Some((1, false)));
}

#[test]
fn names_of_files() {
    let project = Project::new().table(1, "a").with("2_b.up", "SELECT 1");
    let found = project.run(&["verify"]);
    let line = found.raw.lines().find_map(|line| line.split_once("if it is to run: "));
    let (_, line) = line.unwrap_or_else(|| panic!("{found}"));
    Run::program("sh").args(["-c", line]).cwd(project.root.path()).check();
    assert!(project.root.join(BELOW).join("2_b.up.sql").exists());
}

#[test]
fn a_number_for_a_new_file() {
    let project = Project::new().with("099_b.up.sql", "");
    let args = ["create", "-ext", "sql", "-dir", BELOW, "it's new"];
    let created = Run::dbm().args(args).cwd(project.root.path()).output();
    let line = created.raw.lines().find_map(|line| line.split_once("to continue that: "));
    let (_, line) = line.unwrap_or_else(|| panic!("{created}"));
    Run::program("sh").args(["-c", line]).cwd(project.root.path()).output().assert_status(0);
    let names = Folder::names_in(&project.root.join(BELOW));
    let new = ["100_it's new.down.sql", "100_it's new.up.sql"];
    assert_eq!(names, [&["099_b.up.sql"][..], &new].concat());
}

#[test]
fn a_server_that_is_away() {
    let url = "postgres://u@127.0.0.1:1/d?connect_timeout=1";
    let refused = Run::dbm().url(url).args(["-path", ".", "version"]).output();
    let line = command(&refused, "to wait for it") + " -timeout 0";
    let waited = Run::program("sh").args(["-c", &line]).output();
    waited.assert_status(1).assert_line("error: ", "connection refused");
}

/// In the folder itself, and with all that the URL says.
#[test]
fn where_the_command_was_typed() {
    let (db, folder) =
        (Database::new(), Folder::new().file("1_a.up.sql", "COMMIT; SELECT nothing"));
    let url = db.url_with("x-migrations-table=other&application_name=a%20b");
    let run = Run::dbm().args(["-verbose", "-lock-timeout", "5", "-path", "."]).url(&url);
    let failed = run.arg("up").cwd(folder.path()).output();
    let expected = format!("{} -path . -database '{url}' force 1", binary().display());
    assert_eq!(command(&failed, "finish it by hand"), expected);
    paste(&failed, "finish it by hand", |run| run.cwd(folder.path())).assert_status(0);
    assert_eq!(db.row_of("public.other"), Some((1, false)));
}

/// No password is shown. What says which database it is, is what was typed, or a variable that holds
/// the same.
#[test]
fn the_url() {
    let (db, folder) = (Database::new(), Folder::new().file("1_a.up.sql", "SELECT nothing"));
    let url = db.url().replace("postgres@", "postgres:hidden-word@");
    assert!(url.contains("hidden-word"), "a URL with a user: {url}");
    let shown = url.replace(":hidden-word", "");
    let run = || Run::dbm().path(&folder);
    let flags = |run: Run| {
        db.set_row(1, true);
        let refused = run.arg("up").output();
        refused.assert_status(1).assert_silent_about("hidden-word");
        let line = command(&refused, "as after 1");
        let line = line.replace(&format!("{} -path {}", binary().display(), folder.arg()), "");
        (line.trim().to_owned(), refused.stderr.contains("export PGPASSWORD first"))
    };
    let plain = format!("-database '{shown}' force 1");
    assert_eq!(flags(run().url(&shown)), (plain.clone(), false));
    assert_eq!(flags(run().url(&url)), (plain, true));
    assert_eq!(
        flags(run().url(&url).env("DATABASE_URL", "postgres://elsewhere/d").env("APP_URL", &url)),
        ("-database-env APP_URL force 1".to_owned(), false)
    );
    assert_eq!(flags(run().url(&url).env("DATABASE_URL", &url)), ("force 1".to_owned(), false));
    assert_eq!(flags(run().env("DATABASE_URL", &url)), ("force 1".to_owned(), false));
    assert_eq!(
        flags(run().args(["-database-env", "APP_URL"]).env("APP_URL", &url)),
        ("-database-env APP_URL force 1".to_owned(), false)
    );
    // It may be in .env alone, and come from a Makefile that includes that.
    let place = Folder::new().file(".env", format!("DATABASE_URL={url}\n"));
    assert_eq!(flags(run().url(&url).cwd(place.path())), ("force 1".to_owned(), false));
}
