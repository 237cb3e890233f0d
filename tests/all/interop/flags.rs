//! Go's `flag` rules: every way to write a flag, on twin databases.

use crate::interop::twins::{Level, Twins, Typed};
use crate::support::Folder;

/// Ways to say the same thing, or nearly; all end in something that changes the database.
const FORMS: &[&[&str]] = &[
    &["-path", "{path}", "-database", "{db}", "up", "1"],
    &["-path={path}", "-database={db}", "up", "1"],
    &["--path", "{path}", "--database", "{db}", "up", "1"],
    &["--path={path}", "--database={db}", "up", "1"],
    &["-database", "{db}", "-source", "file://{path}", "up", "1"],
    &["-database", "{db}", "-source=file://{path}", "up", "1"],
    // The last one wins.
    &["-path", "nope", "-path", "{path}", "-database", "mysql://x", "-database={db}", "up", "1"],
    &["-path", "{path}", "-path", "nope", "-database", "{db}", "up", "1"],
    &["-path", "{path}", "-database", "{db}", "-database", "", "up", "1"],
    // `-source` beats `-path`, wherever it stands; an empty one does not.
    &["-path", "nope", "-source", "file://{path}", "-database", "{db}", "up", "1"],
    &["-source", "file://{path}", "-path", "nope", "-database", "{db}", "up", "1"],
    &["-source", "", "-path", "{path}", "-database", "{db}", "up", "1"],
    // The end of the flags.
    &["-path", "{path}", "-database", "{db}", "--", "up", "1"],
    &["-path", "{path}", "-database", "{db}", "up", "--", "1"],
    &["-path", "{path}", "-database", "{db}", "force", "--", "3"],
    &["-path", "{path}", "-database", "{db}", "down", "--", "-all"],
    // Flags that say yes or no.
    &["-verbose=true", "-path", "{path}", "-database", "{db}", "up", "1"],
    &["-verbose=T", "-path", "{path}", "-database", "{db}", "up", "1"],
    &["-verbose=1", "-path", "{path}", "-database", "{db}", "up", "1"],
    &["-verbose=false", "-path", "{path}", "-database", "{db}", "up", "1"],
    &["-verbose", "-verbose=0", "-path", "{path}", "-database", "{db}", "up", "1"],
    &["--verbose", "-path", "{path}", "-database", "{db}", "up", "1"],
    // Numbers, and Go's ways to write them.
    &["-prefetch", "1", "-path", "{path}", "-database", "{db}", "up"],
    &["-prefetch=100", "-path", "{path}", "-database", "{db}", "up"],
    &["-prefetch", "0x10", "-path", "{path}", "-database", "{db}", "up"],
    &["-prefetch", "0", "-path", "{path}", "-database", "{db}", "up"],
    &["-lock-timeout", "5", "-path", "{path}", "-database", "{db}", "up"],
    &["-lock-timeout=20", "-path", "{path}", "-database", "{db}", "up"],
    &["--lock-timeout=20", "-path", "{path}", "-database", "{db}", "up"],
    // Flags of the commands.
    &["-path", "{path}", "-database", "{db}", "down", "--all"],
    &["-path", "{path}", "-database", "{db}", "down", "-all=true"],
    &["-path", "{path}", "-database", "{db}", "down", "-all=false", "1"],
    &["-path", "{path}", "-database", "{db}", "down", "-all", "-all=false", "1"],
    &["-path", "{path}", "-database", "{db}", "drop", "--f"],
    &["-path", "{path}", "-database", "{db}", "drop", "-f=true"],
    &["-path", "{path}", "-database", "{db}", "drop", "-f=false"],
];

/// Mistakes, which end in a usage text.
const MISTAKES: &[&[&str]] = &[
    &["-nonsense"],
    &["--nonsense=3", "up"],
    &["-path"],
    &["-path", "{path}", "-database"],
    &["-path", "{path}", "-database", "{db}", "-prefetch", "x", "up"],
    &["-path", "{path}", "-database", "{db}", "-prefetch", "-1", "up"],
    &["-path", "{path}", "-database", "{db}", "-prefetch=", "up"],
    &["-path", "{path}", "-database", "{db}", "-lock-timeout", "1.5", "up"],
    &["-path", "{path}", "-database", "{db}", "-lock-timeout=1s", "up"],
    &["-path", "{path}", "-database", "{db}", "-lock-timeout", "99999999999999999999", "up"],
    &["-path", "{path}", "-database", "{db}", "-verbose=maybe", "up"],
    &["-path", "{path}", "-database", "{db}", "-verbose", "true", "up"],
    &["-path", "{path}", "-database", "{db}", "down", "-all=maybe"],
    &["-path", "{path}", "-database", "{db}", "drop", "-f=maybe"],
    &["-path", "{path}", "-database", "{db}", "-", "up"],
    &["-path", "{path}", "-database", "{db}", "-=3", "up"],
    &["-path", "{path}", "-database", "{db}", "---up"],
    &["-path", "{path}", "-database", "{db}", "--"],
    &["-path", "{path}", "-database", "{db}", "UP"],
    &["-path", "{path}", "-database", "{db}", ""],
    &[],
];

#[test]
fn every_form_of_a_flag() {
    let Some(mut twins) = Twins::new("every_form_of_a_flag") else {
        return;
    };
    let folder = Folder::four();
    for form in FORMS {
        twins.clear();
        let down_or_drop = form.contains(&"down") || form.contains(&"drop");
        if down_or_drop {
            twins.execute("CREATE TABLE a (id int); CREATE TABLE b (id int)");
            twins.ours.set_row(2, false);
            twins.theirs.set_row(2, false);
        }
        twins.compare(&folder, &Typed::raw(form), Level::Same);
    }
    twins.finish();
}

#[test]
fn every_mistake_in_a_flag() {
    let Some(mut twins) = Twins::new("every_mistake_in_a_flag") else {
        return;
    };
    let folder = Folder::four();
    for mistake in MISTAKES {
        twins.compare(&folder, &Typed::raw(mistake), Level::Usage);
    }
    twins.finish();
}

/// What a program is asked about itself needs neither a folder nor a database.
#[test]
fn asking_for_version_or_help() {
    let Some(mut twins) = Twins::new("asking_for_version_or_help") else {
        return;
    };
    let folder = Folder::new();
    for args in [
        &["-help"][..],
        &["--help"],
        &["-help=true", "up"],
        &["-path", "nope", "-database", "mysql://x", "-help"],
        &["-path", "nope", "-database", "mysql://x", "up", "-help"],
        &["drop", "-help"],
    ] {
        twins.compare(&folder, &Typed::raw(args), Level::Usage);
    }
    for args in [
        &["-version"][..],
        &["--version"],
        &["-version=true", "up"],
        &["-help", "-version"],
        &["-path", "nope", "-database", "mysql://x", "-version", "up"],
    ] {
        let typed = Typed::raw(args);
        let ours = twins.run_ours(&folder, &typed);
        let theirs = twins.run_theirs(&folder, &typed);
        assert_eq!(ours.status, theirs.status, "{theirs}{ours}");
        assert_eq!(ours.stdout, "", "{ours}");
        assert_eq!(
            ours.stderr.lines().count(),
            theirs.stderr.lines().count(),
            "each prints its own version, on one line\n{theirs}{ours}"
        );
        ours.assert_says(env!("CARGO_PKG_VERSION"));
    }
    twins.finish();
}
