//! The manual page, `man dbm`: roff, written from clap's declaration as the help texts are, and, from
//! here, what stands in no help text.
//!
//! Not by clap_mangen, which knows two dashes only.

use clap::{Arg, Command};

use crate::cli::help::{commands, flags, plain, usage, value_name};
use crate::cli::opts::GROUPS;

/// When the page last changed: pages carry a date, and the same sources give the same page.
const DATE: &str = "2026-11-21";

const ABOUT: &str = "run golang-migrate's migration files on PostgreSQL";

const DESCRIPTION: &str = "\
runs pairs of SQL files, NUMBER_NAME.up.sql and NUMBER_NAME.down.sql, in the order of their numbers, \
and keeps in the table schema_migrations which one was last. Files, flags, table and lock are \
golang-migrate's.

A file and the row in the table are committed together: one that fails leaves the database as it was \
before. Only what PostgreSQL does not run in a transaction (CREATE INDEX CONCURRENTLY, VACUUM) runs \
statement by statement. What was run is kept in a log beside the table.";

const ENVIRONMENT: &[(&str, &str)] = &[
    ("DATABASE_URL", "the database, where neither -database nor -database-env is given"),
    ("DBM_PATH", "the folder of the migrations, where neither -path nor -source is given"),
    (
        "PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSERVICE and others of libpq",
        "what the database's URL leaves open",
    ),
    ("NO_COLOR", "if it is set, nothing is printed in colour"),
];

const FILES: &[(&str, &str)] = &[
    ("migrations", "the folder of the migrations, if nothing else is said"),
    (
        ".env",
        "DATABASE_URL and DBM_PATH, where the environment does not have them; in the working \
         directory, or above it in the same git repository",
    ),
    ("~/.pgpass", "passwords, as libpq reads them"),
];

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "success, also where there was nothing to do"),
    ("1", "an error; verify: something was found"),
    ("2", "a command line that cannot be read"),
    ("3, 4", "status -exit-code: files are pending, something is wrong"),
    ("130, 143", "ended by SIGINT or SIGTERM with files left"),
];

const EXAMPLES: &[(&str, &str)] = &[
    ("new add_users", "create a pair of files in ./migrations"),
    ("up", "run all files that have not run, on the database of $DATABASE_URL or .env"),
    ("-wait 60 up", "the same, and wait up to a minute for the server, as a container does"),
    ("rollback", "run the down file of the last version"),
    ("-path db/migrations -database-env NEON_DATABASE_URL status", "show what is applied"),
];

/// The page of a program that is called so.
pub fn page(program: &str, declared: &Command) -> String {
    let mut page = format!(
        ".TH {} 1 {DATE} \"{program} {}\" \"User Commands\"\n.nh\n.ad l\n",
        program.to_uppercase(),
        env!("CARGO_PKG_VERSION")
    );
    section(&mut page, "Name");
    page.push_str(&format!("{} \\- {}\n", escaped(program), escaped(ABOUT)));
    section(&mut page, "Synopsis");
    page.push_str(&format!("{}\n.I OPTIONS COMMAND\n.RI [ arg... ]\n.br\n", bold(program)));
    page.push_str(&format!("{}\n[ {} | {} ]\n", bold(program), bold("-version"), bold("-help")));
    section(&mut page, "Description");
    page.push_str(&format!("{}\n", bold(program)));
    paragraphs(&mut page, DESCRIPTION, ".PP");
    section(&mut page, "Options");
    paragraphs(&mut page, "Before or after the command, as -x V, -x=V or --x=V.", ".PP");
    list(&mut page, declared);
    section(&mut page, "Commands");
    for command in commands(declared) {
        if let Some((heading, _)) = GROUPS.iter().find(|(_, first)| *first == command.get_name()) {
            page.push_str(&format!(".SS {}\n", escaped(heading)));
        }
        item(&mut page, &called(&usage(command)), &about(command));
        if own_flags(command).next().is_some() {
            page.push_str(".RS\n");
            list(&mut page, command);
            page.push_str(".RE\n");
        }
    }
    section(&mut page, "The URL of the database");
    paragraphs(&mut page, &plain(declared.get_after_help()), ".PP");
    for (title, items) in
        [("Environment", ENVIRONMENT), ("Files", FILES), ("Exit status", EXIT_STATUS)]
    {
        section(&mut page, title);
        items.iter().for_each(|(name, text)| item(&mut page, &bold(name), text));
    }
    section(&mut page, "Examples");
    for (words, text) in EXAMPLES {
        item(&mut page, &bold(&format!("{program} {words}")), text);
    }
    section(&mut page, "See also");
    page.push_str(".BR psql (1),\n.BR pg_dump (1)\n");
    page
}

fn section(page: &mut String, title: &str) {
    page.push_str(&format!(".SH {}\n", escaped(&title.to_uppercase())));
}

/// A line of a list, and what is said of it.
fn item(page: &mut String, name: &str, text: &str) {
    page.push_str(&format!(".TP\n{name}\n"));
    paragraphs(page, text, ".IP");
}

fn list(page: &mut String, level: &Command) {
    own_flags(level).for_each(|flag| item(page, &of_flag(flag), &plain(flag.get_help())));
}

/// Those of the program are every command's.
fn own_flags(level: &Command) -> impl Iterator<Item = &Arg> {
    flags(level).filter(|flag| level.has_subcommands() || !flag.is_global_set())
}

/// All that is said of a command.
fn about(command: &Command) -> String {
    plain(command.get_long_about().or(command.get_about()))
}

/// `-path FOLDER`: what is typed is bold, what stands for something else is not.
fn of_flag(flag: &Arg) -> String {
    let name = bold(&format!("-{}", flag.get_long().unwrap_or_default()));
    match value_name(flag) {
        "" => name,
        value => format!("{name} \\fI{}\\fR", escaped(value)),
    }
}

/// `up [N]` likewise.
fn called(usage: &str) -> String {
    match usage.split_once(' ') {
        Some((name, words)) => format!("{} \\fI{}\\fR", bold(name), escaped(words)),
        None => bold(usage),
    }
}

fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escaped(text))
}

/// Texts with empty lines between them, each after the first behind a request, in lines that are not
/// too long for a roff.
fn paragraphs(page: &mut String, text: &str, request: &str) {
    for (at, paragraph) in text.split("\n\n").enumerate() {
        if at > 0 {
            page.push_str(&format!("{request}\n"));
        }
        let mut length = 0;
        for word in paragraph.split_whitespace() {
            let word = escaped(word);
            length += 1 + word.len();
            let is_first = page.ends_with('\n');
            if !is_first {
                let is_full = length > WIDTH;
                page.push(if is_full { '\n' } else { ' ' });
            }
            if page.ends_with('\n') {
                length = word.len();
                // A request, to roff.
                if word.starts_with(['.', '\'']) {
                    page.push_str("\\&");
                }
            }
            page.push_str(&word);
        }
        page.push('\n');
    }
}

/// The longest line.
const WIDTH: usize = 78;

/// Text that roff prints as it is: a minus can be pasted, and every character is known.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\e"),
            '-' => escaped.push_str("\\-"),
            '\'' => escaped.push_str("\\(aq"),
            '~' => escaped.push_str("\\(ti"),
            '^' => escaped.push_str("\\(ha"),
            '`' => escaped.push_str("\\(ga"),
            c if c.is_ascii() => escaped.push(c),
            c => escaped.push_str(&format!("\\[u{:04X}]", u32::from(c))),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::opts;

    #[test]
    fn text_is_no_request() {
        let mut page = "\n".to_string();
        paragraphs(&mut page, ".env isn't a\\b\n\n'x' – y", ".IP");
        assert_eq!(page, "\n\\&.env isn\\(aqt a\\eb\n.IP\n\\(aqx\\(aq \\[u2013] y\n");
    }

    #[test]
    fn it_has_all_that_is_declared() {
        let declared = opts::command();
        let page = page("dbm", &declared);
        for command in commands(&declared) {
            assert!(page.contains(&format!("\n{}\n", called(&usage(command)))), "{page}");
            for flag in flags(command).chain(flags(&declared)) {
                assert!(page.contains(&format!("\n{}\n", of_flag(flag))), "{page}");
            }
        }
        assert!(page.lines().all(|line| line.len() <= WIDTH + 4), "{page}");
    }
}
