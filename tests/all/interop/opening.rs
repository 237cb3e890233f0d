//! What is said when the folder or the database cannot be opened, and in which order things are
//! looked at; and every way to write the place of the folder.

use crate::interop::twins::{Level, Twins, Typed};
use crate::support::Folder;

/// All that fails before a connection is there, with words of golang-migrate's own.
const REFUSED: &[&[&str]] = &[
    &["-path", "nope", "-database", "{db}", "up"],
    &["-path", "nope/deeper", "-database", "{db}", "version"],
    &["-path", "empty", "-database", "{db}", "up"],
    &["-path", "empty", "-database", "{db}", "up", "1"],
    &["-path", "empty", "-database", "{db}", "goto", "1"],
    &["-path", "empty", "-database", "{db}", "down", "-all"],
    &["-path", "empty", "-database", "{db}", "down", "1"],
    &["-path", "empty", "-database", "{db}", "version"],
    &["-path", "empty", "-database", "{db}", "force", "3"],
    &["-path", "twice", "-database", "{db}", "up"],
    &["-path", "twice", "-database", "{db}", "version"],
    &["-path", "twice", "-database", "{db}", "force", "1"],
    &["-path", "four/1_a.up.sql", "-database", "{db}", "up"],
    &["-path", "", "-database", "{db}", "up"],
    &["-path=", "-database", "{db}", "up"],
    &["-path", "", "-database", "{db}", "version"],
    &["-path", "", "-database", "", "up"],
    &["-path", "four", "-database", "", "up"],
    &["-path", "four", "-database=", "version"],
    &["-path", "nope", "-database", "", "up"],
    &["-source", "", "-database", "{db}", "up"],
    &["-source", "four", "-database", "{db}", "up"],
    &["-source", "://four", "-database", "{db}", "up"],
    &["-source", "github://four", "-database", "{db}", "up"],
    &["-path", "four", "-database", "app", "up"],
    &["-path", "four", "-database", "mysql://u@h/app", "up"],
    &["-path", "four", "-database", "mysql://u@h/app", "up", "x"],
    &["-path", "four", "-database", "mysql://u@h/app", "goto"],
    &["-path", "four", "-database", "mysql://u@h/app", "force", "x"],
    &["-path", "four", "-database", "mysql://u@h/app", "down", "-all", "1"],
    &["-path", "four", "-database", "mysql://u@h/app", "down"],
    &["-path", "nope", "-database", "mysql://u@h/app", "up"],
    &["-path", "four", "-database", "mysql://u@h/app", "drop", "-f"],
];

#[test]
fn what_cannot_be_opened() {
    let Some(mut twins) = Twins::new("what_cannot_be_opened") else {
        return;
    };
    let folder = places();
    for args in REFUSED {
        let typed = Typed::raw(args).cwd(folder.path());
        twins.compare(&folder, &typed, Level::Same);
    }
    twins.finish();
}

/// The question comes before the error of the connection.
#[test]
fn drop_asks_before_it_reports_a_connection() {
    let Some(mut twins) = Twins::new("drop_asks_before_it_reports_a_connection") else {
        return;
    };
    let folder = places();
    for answer in ["y\n", "n\n", ""] {
        for database in ["mysql://u@h/app", ""] {
            let args = ["-path", "four", "-database", database, "drop"];
            let typed = Typed::raw(&args).cwd(folder.path()).stdin(answer);
            twins.compare(&folder, &typed, Level::Same);
        }
    }
    twins.finish();
}

/// The server's own words, and those of the driver, differ; the line begins alike.
#[test]
fn what_the_server_refuses() {
    let Some(mut twins) = Twins::new("what_the_server_refuses") else {
        return;
    };
    let folder = places();
    let ours = twins.ours.url();
    let unknown = ours.replace(twins.ours.name(), "{name}_no_such");
    let nonsense =
        ours.replace(twins.ours.name(), "{name}").replace("sslmode=disable", "sslmode=nonsense");
    for database in [
        "postgres://postgres@127.0.0.1:1/app?sslmode=disable",
        "postgres://postgres@no-such-host.invalid/app?sslmode=disable",
        unknown.as_str(),
        nonsense.as_str(),
        "{db}&x-migrations-table=t&x-migrations-table-quoted=maybe",
        "{db}&x-migrations-table=t&x-migrations-table-quoted=true",
        "{db}&x-migrations-table=%22a%22.%22b%22.%22c%22&x-migrations-table-quoted=true",
        "{db}&x-statement-timeout=soon",
        "{db}&x-multi-statement=perhaps",
        "{db}&x-multi-statement-max-size=big",
        "{db}&search_path=no_such_schema",
        "{db}&no_such_setting=1",
    ] {
        for command in [&["up"][..], &["version"], &["up", "x"]] {
            twins.clear();
            let mut args = vec!["-path", "four", "-database", database];
            args.extend(command);

            let typed = Typed::raw(&args).cwd(folder.path());
            let level = Level::Until("error: failed to open database:");
            twins.compare(&folder, &typed, level);
        }
    }
    twins.finish();
}

#[test]
fn every_way_to_name_the_folder() {
    let Some(mut twins) = Twins::new("every_way_to_name_the_folder") else {
        return;
    };
    let folder = places();
    for place in [
        &["-path", "four"][..],
        &["-path", "./four"],
        &["-path", "four/"],
        &["-path", "./deep/../four"],
        &["-path", "{path}/four"],
        &["-path", "{path}/four/"],
        &["-source", "file://four"],
        &["-source", "file://./four"],
        &["-source", "file://four/"],
        &["-source", "file://{path}/four"],
        &["-path", "deep/er"],
        &["-source", "file://deep/er"],
        &["-path", "nope"],
        &["-source", "file://nope"],
        &["-source", "file://./nope"],
        &["-source", "file:///no/such/folder"],
    ] {
        twins.clear();
        let mut args = place.to_vec();
        args.extend(["-database", "{db}", "up"]);
        twins.compare(&folder, &Typed::raw(&args).cwd(folder.path()), Level::Same);
    }
    // In the folder itself.
    let inside = folder.join("four");
    for place in [&["-path", "."][..], &["-source", "file://."]] {
        twins.clear();
        let mut args = place.to_vec();
        args.extend(["-database", "{db}", "up"]);
        twins.compare(&folder, &Typed::raw(&args).cwd(&inside), Level::Same);
    }
    twins.finish();
}

/// The schemes that mean the same server, as far as this build of the reference has them.
#[test]
fn every_scheme() {
    let Some(mut twins) = Twins::new("every_scheme") else {
        return;
    };
    let folder = Folder::four();
    let rest = twins
        .ours
        .url()
        .replace(twins.ours.name(), "{name}")
        .split_once("://")
        .map(|(_, rest)| rest.to_owned())
        .expect("a URL with a scheme");
    for scheme in ["postgres", "postgresql", "pgx5"] {
        let url = format!("{scheme}://{rest}");
        for command in [&["up"][..], &["version"], &["down", "1"], &["down", "-all"]] {
            let mut args = vec!["-path", "{path}", "-database", &url];
            args.extend(command);
            twins.compare(&folder, &Typed::raw(&args), Level::Same);
        }
    }
    twins.finish();
}

/// A working folder with several folders of migrations in it.
fn places() -> Folder {
    let mut folder = Folder::new()
        .file("empty/readme.txt", "nothing that is a migration")
        .file("twice/1_a.up.sql", "SELECT 1")
        .file("twice/1_other.up.sql", "SELECT 1")
        .file("deep/er/5_e.up.sql", "CREATE TABLE e (id int)");
    for (version, name) in [(1, "a"), (2, "b")] {
        folder = folder.pair(
            &format!("four/{version}_{name}"),
            &format!("CREATE TABLE {name} (id int)"),
            &format!("DROP TABLE {name}"),
        );
    }
    folder
}
