//! The file in the repository: written whole, and checked.

use std::fs;

use crate::dump::schemas::Case;

#[test]
fn a_stale_file_is_told_with_the_difference() {
    let case = Case::new();
    let file = case.file("schema.sql");
    let dump = |args: &[&str]| case.run(&case.db, &["dump"]).args(args.iter().copied()).output();
    let missing = dump(&["-check", &file]);
    missing
        .assert_status(1)
        .assert_line("error: open ", "schema.sql: no such file or directory")
        .assert_line("hint: to write it: dbm dump -o ", "schema.sql");
    let said = |text: &str| format!("{file} {text}, at version 12\n");
    assert_eq!(dump(&["-o", &file]).assert_status(0).stderr, said("written"));
    assert_eq!(dump(&["-o", &file]).assert_status(0).stderr, said("is up to date"));
    assert_eq!(dump(&["-check", &file]).assert_status(0).stderr, said("is up to date"));
    assert_eq!(dump(&["-check", &file, "-fresh"]).assert_status(0).stderr, said("is up to date"));
    // On a machine where git turns line ends.
    let text = fs::read_to_string(&file).expect("read the file");
    case.folder.write("schema.sql", text.replace('\n', "\r\n"));
    dump(&["-check", &file]).assert_status(0);
    case.db.execute("ALTER TABLE more ADD n int");
    let stale = dump(&["-check", &file]);
    stale
        .assert_status(1)
        .assert_line(
            "error: ",
            "schema.sql is stale: it is not the database's schema, at version 12",
        )
        .assert_line("  +    n integer", "")
        .assert_line("hint: to write it: dbm dump -o ", "schema.sql");
    assert_eq!(stale.stdout, "");
    // The file is as it was; the migrations still are, too.
    dump(&["-check", &file, "-fresh"]).assert_status(0);
    case.folder.write("13_x.up.sql", "CREATE TABLE x (id int);");
    let stale = dump(&["-fresh", "-check", &file]);
    stale
        .assert_status(1)
        .assert_line(
            "  +INSERT INTO public.schema_migrations (version, dirty) VALUES (13, false);",
            "",
        )
        .assert_line("hint: to write it: dbm dump -fresh -o ", "schema.sql");
    let both = dump(&["-check", &file, "-o", &file]);
    both.assert_status(1).assert_line("error: -o and -check cannot be used together", "");
    dump(&["a file.sql"])
        .assert_status(1)
        .assert_line("hint: to write a file: dbm dump -o 'a file.sql'", "");
    dump(&["-scratch", "x"])
        .assert_status(1)
        .assert_line("error: -scratch is for -fresh alone", "");
}

#[test]
fn standard_output_is_the_text_alone() {
    let case = Case::new();
    let text = case.dump(&case.db, &[]);
    assert_eq!(case.dump(&case.db, &["-o", "-"]), text);
    let nowhere = case.run(&case.db, &["dump", "-o", "/no/such/folder/schema.sql"]).output();
    nowhere
        .assert_status(1)
        .assert_line("error: open /no/such/folder/schema.sql: no such file", "");
}
