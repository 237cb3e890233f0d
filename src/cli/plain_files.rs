//! A folder of plain files: `001_create_users.sql`, as other programs run them, and no pair among them.

use dbm::{Finding, Remedy, Source, verify_folder};

use crate::cli::context::Context;
use crate::render::shell::word;

/// What to type where a folder has no migrations, and files that look meant to be some. `None`
/// elsewhere.
pub fn advice(source: &Source, context: &Context) -> Option<String> {
    if !source.versions().is_empty() || source.warnings().is_empty() {
        return None;
    }
    let folder = context.folder().ok()?;
    let findings = verify_folder(&folder.path, &folder.url).ok()?;
    if !findings.iter().all(is_plain_up) {
        let program = context.printer.program();
        return Some(format!("what each of them should be called: {program} verify -offline"));
    }
    let path = folder.path.to_string_lossy();
    let path = if path.starts_with('-') { format!("./{path}") } else { path.into_owned() };
    Some(format!(
        "if these files are to run, give them the names of up files: for f in \
         {}/[0-9]*.sql; do mv \"$f\" \"${{f%.sql}}.up.sql\"; done",
        word(path.trim_end_matches('/'))
    ))
}

/// Whether the file only lacks its `.up`.
fn is_plain_up(finding: &Finding) -> bool {
    let Remedy::RenameToRun(rename) = &finding.remedy else { return false };
    rename.from.starts_with(|c: char| c.is_ascii_digit())
        && rename
            .from
            .strip_suffix(".sql")
            .is_some_and(|stem| format!("{stem}.up.sql") == rename.to)
}
