//! The parameters of the URL that change where the row is or how a file is run.

use crate::interop::twins::{Level, Twins, Typed};
use crate::support::Folder;

const WALK: &[&[&str]] = &[
    &["version"],
    &["up", "2"],
    &["version"],
    &["up"],
    &["down", "1"],
    &["force", "2"],
    &["goto", "4"],
    &["down", "-all"],
    &["up", "1"],
    &["up", "9"],
];

/// The walk with these parameters; `setup` is run in both databases before it.
fn walk(test: &str, parameters: &str, table: &str, setup: &str, folder: &Folder) {
    let Some(mut twins) = Twins::new(test) else {
        return;
    };
    parameters.clone_into(&mut twins.parameters);
    table.clone_into(&mut twins.table);
    twins.execute(setup);
    for step in WALK {
        if !twins.compare(folder, &Typed::command(step), Level::Same) {
            break;
        }
    }
    let row = twins.theirs.row_of(table);
    twins.finish();
    assert!(
        row.is_some_and(|(version, dirty)| version >= 4 && !dirty),
        "the walk must have led to the top, and not to {row:?}"
    );
}

/// Four files that may be run over again, so that `force` leads nowhere bad.
fn lenient() -> Folder {
    let mut folder = Folder::new();
    for (version, name) in [(1, "a"), (2, "b"), (3, "c"), (4, "d")] {
        folder = folder.pair(
            &format!("{version}_{name}"),
            &format!("CREATE TABLE IF NOT EXISTS {name} (id int)"),
            &format!("DROP TABLE IF EXISTS {name}"),
        );
    }
    folder
}

#[test]
fn another_table() {
    walk(
        "another_table",
        "x-migrations-table=my_migrations",
        "public.my_migrations",
        "",
        &lenient(),
    );
}

#[test]
fn a_table_with_a_name_to_quote() {
    walk(
        "a_table_with_a_name_to_quote",
        "x-migrations-table=My%20%22Odd%22.table",
        "public.\"My \"\"Odd\"\".table\"",
        "",
        &lenient(),
    );
}

#[test]
fn a_table_given_in_quotes() {
    walk(
        "a_table_given_in_quotes",
        "x-migrations-table=%22Quoted%22&x-migrations-table-quoted=true",
        "public.\"Quoted\"",
        "",
        &lenient(),
    );
}

#[test]
fn a_table_in_another_schema() {
    walk(
        "a_table_in_another_schema",
        "x-migrations-table=%22meta%22.%22history%22&x-migrations-table-quoted=1",
        "meta.history",
        "CREATE SCHEMA meta",
        &lenient(),
    );
}

/// Not quoted, a dot is part of the name.
#[test]
fn a_dot_without_quotes() {
    walk(
        "a_dot_without_quotes",
        "x-migrations-table=meta.history&x-migrations-table-quoted=false",
        "public.\"meta.history\"",
        "CREATE SCHEMA meta",
        &lenient(),
    );
}

#[test]
fn another_search_path() {
    walk(
        "another_search_path",
        "search_path=app",
        "app.schema_migrations",
        "CREATE SCHEMA app",
        &lenient(),
    );
}

#[test]
fn a_search_path_of_several() {
    walk(
        "a_search_path_of_several",
        "search_path=missing,app,public",
        "app.schema_migrations",
        "CREATE SCHEMA app",
        &lenient(),
    );
}

#[test]
fn a_search_path_among_the_options() {
    walk(
        "a_search_path_among_the_options",
        "options=-csearch_path%3Dapp",
        "app.schema_migrations",
        "CREATE SCHEMA app",
        &lenient(),
    );
}

#[test]
fn parameters_that_mean_nothing() {
    walk(
        "parameters_that_mean_nothing",
        "x-no-such-thing=1&x-statement-timeout=60000&x-multi-statement-max-size=0",
        "public.schema_migrations",
        "",
        &lenient(),
    );
}

#[test]
fn settings_of_the_session() {
    walk(
        "settings_of_the_session",
        "application_name=a%20b&statement_timeout=60000&connect_timeout=10",
        "public.schema_migrations",
        "",
        &lenient(),
    );
}

/// Every word that Go takes for true, with a file that runs in no other way.
#[test]
fn multi_statement() {
    for word in ["1", "t", "T", "TRUE", "true", "True"] {
        walk(
            "multi_statement",
            &format!("x-multi-statement={word}"),
            "public.schema_migrations",
            "",
            &lenient()
                .file(
                    "3_c.up.sql",
                    "CREATE TABLE IF NOT EXISTS c (id int);\n\
                     CREATE INDEX CONCURRENTLY IF NOT EXISTS c_id ON c (id);\n\
                     -- the end\n",
                )
                .file("5_e.up.sql", "VACUUM c; CREATE TABLE IF NOT EXISTS e (id int);"),
        );
    }
}

/// A file that waits for longer than `x-statement-timeout` allows.
#[test]
fn a_statement_timeout_that_strikes() {
    let Some(mut twins) = Twins::new("a_statement_timeout_that_strikes") else {
        return;
    };
    "x-statement-timeout=200".clone_into(&mut twins.parameters);
    let folder = Folder::new().pair("1_slow", "SELECT pg_sleep(600)", "SELECT 1");
    let typed = Typed::command(&["up"]);
    twins.compare(&folder, &typed, Level::Failure);
    assert_eq!(twins.theirs.row(), Some((1, true)));
    assert_eq!(twins.ours.row(), None);
    twins.finish();
}
