//! Folders that cannot be read as they are: called in the wrong one, and two files of one version.

use crate::support::{Database, Folder, Run};

#[test]
fn in_the_folder_of_the_migrations() {
    let folder = Folder::four();
    let url = "postgres://127.0.0.1:1/x";
    for command in ["up", "status", "verify", "version"] {
        let output = Run::dbm().cwd(folder.path()).url(url).arg(command).output();
        output.assert_status(1).assert_line("error: ", "file://migrations");
        output.assert_line("hint: the working directory has migrations itself: ", command);
        let said = output.raw.contains(&format!(" -path . {command}\n"));
        assert!(said, "{output}");
    }
    let output = Run::dbm().cwd(folder.path()).args(["new", "e"]).output();
    output.assert_status(1).assert_line("hint: the working directory has migrations itself: ", "");
    assert!(output.raw.contains(" -path . new e\n"), "{output}");
    assert_eq!(folder.names().len(), 8);
    // A folder that was named is another mistake, and so is a place without migrations.
    let named = Run::dbm().cwd(folder.path()).url(url).args(["-path", "migrations", "up"]).output();
    named.assert_status(1).assert_silent_about("-path .");
    let elsewhere = Run::dbm().url(url).arg("up").output();
    elsewhere.assert_status(1).assert_silent_about("-path .");
}

/// The hint's command, pasted, makes the folder one that runs.
#[test]
fn two_files_of_one_version() {
    let db = Database::new();
    let place = Folder::new();
    for name in ["1_a", "2_b", "2_z"] {
        let table = &name[2..];
        place.write(&format!("my m/{name}.up.sql"), format!("CREATE TABLE {table} (id int)"));
        place.write(&format!("my m/{name}.down.sql"), format!("DROP TABLE {table}"));
    }
    let dbm = || Run::dbm().cwd(place.path()).db(&db).args(["-path", "my m"]);
    let output = dbm().arg("up").output();
    output
        .assert_status(1)
        .assert_line("error: failed to open source", "duplicate migration file: 2_z.down.sql")
        .assert_line("hint: 2_b.", "2_z.");
    let hint = output.stderr.lines().find_map(|line| line.split_once(", for instance: "));
    let command = hint.expect("a command").1;
    let status = std::process::Command::new("sh")
        .args(["-c", command])
        .current_dir(place.path())
        .status()
        .expect("a shell");
    assert!(status.success(), "{command}");
    dbm().arg("up").stderr("1/u a (TIME)\n2/u b (TIME)\n3/u z (TIME)\n").check();
    dbm().args(["down", "1"]).stderr("3/d z (TIME)\n").check();
}
