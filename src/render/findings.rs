//! What `verify` found, for people, and what to do about it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dbm::text::{printable, printable_path};
use dbm::{Finding, Remedy, Rename};

use crate::render::dirty;
use crate::render::printer::Printer;
use crate::render::shell::word;
use crate::render::shown::shown_on_a_line;

/// Findings of a kind that are told one by one at most.
const MOST: usize = 10;
/// Of more than that, so many are named.
const NAMED: usize = 5;

/// What commands in remedies are made of.
pub struct Place<'a> {
    /// What they begin with, see [`Printer::program`].
    pub program: &'a str,
    /// What the program is called.
    pub name: &'a str,
    /// The folder.
    pub folder: &'a Path,
}

/// What to do about two files of one version.
const RENUMBER: &str = "give the one that no database has yet a number of its own";

/// Prints each finding with its remedy, and how many there are, on standard output.
pub fn print(findings: &[Finding], printer: &Printer, place: &Place, with_database: bool) {
    let mut text = match printer.is_verbose() {
        true => findings.iter().map(|finding| each(finding, place)).collect(),
        false => by_kind(findings, place),
    };
    text.push_str(&summary(findings, with_database));
    printer.answer(&text);
}

/// A finding with its remedy.
fn each(finding: &Finding, place: &Place) -> String {
    let at = match (&finding.file, finding.line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        (Some(file), None) => format!("{file}: "),
        _ => String::new(),
    };
    let message = shown_on_a_line(&finding.message);
    let remedy = lines(finding, place);
    format!("{}{at}{message} [{}]\n{remedy}", note(finding), finding.kind)
}

/// Its remedy, each line two spaces in.
fn lines(finding: &Finding, place: &Place) -> String {
    let remedy = remedy(finding, place);
    remedy.lines().map(|line| format!("  {}\n", shown_on_a_line(line))).collect()
}

fn note(finding: &Finding) -> &'static str {
    if finding.is_note { "note: " } else { "" }
}

/// Each finding; but where there are many of a kind, they stand together where the first one is.
fn by_kind(findings: &[Finding], place: &Place) -> String {
    let key = |finding: &Finding| (finding.kind, finding.is_note);
    let mut kinds: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        kinds.entry(key(finding)).or_default().push(finding);
    }
    let mut text = String::new();
    for finding in findings {
        match kinds.get(&key(finding)) {
            // They have been told with the first.
            None => {}
            Some(same) if same.len() > MOST => {
                text.push_str(&together(same, place));
                kinds.remove(&key(finding));
            }
            Some(_) => text.push_str(&each(finding, place)),
        }
    }
    text
}

/// Many findings of a kind: how many, the first of them by name, and what to do about the very first.
fn together(same: &[&Finding], place: &Place) -> String {
    let [first, ..] = same else { return String::new() };
    let name = |finding: &&Finding| match (&finding.file, finding.version) {
        (Some(file), _) => file.clone(),
        (None, Some(version)) => version.to_string(),
        (None, None) => shown_on_a_line(&finding.message),
    };
    let names: Vec<String> = same.iter().take(NAMED).map(name).collect();
    format!(
        "{}{} findings: {} and {} more [{}]\n  the first: {}\n{}  -verbose shows each\n",
        note(first),
        same.len(),
        names.join(", "),
        same.len() - names.len(),
        first.kind,
        shown_on_a_line(&first.message),
        lines(first, place),
    )
}

/// How many there are, in one line.
pub fn summary(findings: &[Finding], with_database: bool) -> String {
    let wrong = findings.iter().filter(|finding| !finding.is_note).count();
    let place = match with_database {
        true => "the folder and the database",
        false => "the folder (no database was looked at)",
    };
    match wrong {
        0 => format!("no problems found in {place}\n"),
        1 => format!("1 problem found in {place}\n"),
        count => format!("{count} problems found in {place}\n"),
    }
}

/// What to do about a finding, a line each way. A command stands at the end of its line, behind `: `,
/// and can be pasted.
pub fn remedy(finding: &Finding, place: &Place) -> String {
    let Place { program, name, folder } = place;
    let mv = |rename| mv(rename, folder);
    match &finding.remedy {
        Remedy::Rename(rename) => format!("rename it: {}", mv(rename)),
        Remedy::RenameToRun(rename) => format!("if it is to run: {}", mv(rename)),
        Remedy::RenameAsPair(rename) => format!("if they are a pair: {}", mv(rename)),
        Remedy::RemoveOrRename(rename) => {
            format!("remove it from the folder, or, if it is to run: {}", mv(rename))
        }
        Remedy::RenumberDuplicate(Some(rename)) => {
            format!("{RENUMBER}, for instance: {}", mv(rename))
        }
        Remedy::RenumberDuplicate(None) => "give one of them a number of its own".to_string(),
        Remedy::RemoveFiles(files) => {
            let files: Vec<_> = files.iter().map(|file| printable(file)).collect();
            format!("remove {} from the folder", files.join(", "))
        }
        Remedy::NameOrRemove => {
            "if it is a migration, name it NNN_name.up.sql or .down.sql with a \
                                 number of its own; if not, remove it from the folder"
                .to_string()
        }
        Remedy::PlaceTaken { by, version, direction } => format!(
            "{} is the {direction} of version {version} already, or is meant to be: remove this \
             file from the folder, or give it a number of its own",
            printable(by)
        ),
        Remedy::SplitForTool { tool, up, down } => format!(
            "it is written for {tool}: split it into {} and {}",
            printable(up),
            printable(down)
        ),
        Remedy::SmallerNumber => "give it a smaller number".to_string(),
        Remedy::Renumber { version } => {
            format!("if no database has run it: {program} renumber {version}")
        }
        Remedy::WriteDown { down } => format!(
            "write {}; where nothing can be undone, say why in it (-- dbm:irreversible WHY): a missing \
             down file moves the version and undoes nothing, and so does an empty one",
            printable(down)
        ),
        Remedy::WriteUp { up, down, version } => format!(
            "write {}, or remove {} from the folder if no database is at version {version}",
            printable(up),
            printable(down)
        ),
        Remedy::FillDown => {
            "write what undoes the up; where nothing can, say why in the file: -- dbm:irreversible WHY"
                .to_string()
        }
        Remedy::FillUp { version } => format!(
            "write its statements, or remove the pair if no database is at version {version} yet"
        ),
        Remedy::DeleteLine => "delete the line".to_string(),
        Remedy::SetLocal => {
            "use SET LOCAL or set_config(…, true), or set it where it is needed".to_string()
        }
        Remedy::Inspect { file } => format!("see what it is: ls -l {}", path(folder, file)),
        Remedy::SaveAsUtf8 => "save it as UTF-8, in the editor or with iconv".to_string(),
        Remedy::RemoveZeroByte => "remove the zero byte".to_string(),
        // Of what is in a file.
        Remedy::ReplaceCopy => "write INSERT statements (pg_dump --inserts does), or COPY from a \
                                file that the server can read"
            .to_string(),
        Remedy::EndTransaction => format!(
            "end it with COMMIT, or remove the BEGIN: {name} runs the file in a transaction \
             anyway"
        ),
        Remedy::RemoveChain => "remove AND CHAIN, or end that transaction with COMMIT".to_string(),
        Remedy::Nothing => format!(
            "nothing to fix, for it is in a file of its own; if it fails, {name} \
             says what is left and what to type"
        ),
        Remedy::OwnFile { several: false } => "put it into a file of its own".to_string(),
        Remedy::OwnFile { several: true } => {
            "put each statement of that kind into a file of its own".to_string()
        }
        Remedy::OwnFileWithoutTransaction => {
            "put it into a file of its own, without BEGIN and COMMIT".to_string()
        }
        Remedy::RemoveStatement => {
            format!("remove it: {name} runs the file in a transaction anyway")
        }
        Remedy::RemoveOrSplit => "remove it, or split the file there".to_string(),
        Remedy::SplitOrUnwrap => format!(
            "split the file there, or remove its BEGIN and COMMIT: {name} runs it in a \
             transaction anyway"
        ),
        // Of a database that is not as the folder is.
        Remedy::Force { version, below } => dirty::remedy(program, *version, *below).join("\n"),
        Remedy::GrantLog => {
            "grant this role SELECT on the log's table, or run this as the role that owns it"
                .to_string()
        }
        Remedy::Reindex { index } => {
            format!("drop it and build it again, or, in psql: REINDEX INDEX CONCURRENTLY {index};")
        }
        Remedy::MayRecord { version } => {
            format!("nothing to do; to record it: {program} repair {version}")
        }
        Remedy::RestoreOrRecord { version } => format!(
            "put it back as it ran, and write what is to change into a new migration\n\
             or accept it: {program} repair {version}"
        ),
        Remedy::RenumberRunOrRecord { version } => format!(
            "if no other database has run it, give it a number at the end: {program} renumber \
             {version}\n\
             or run it out of order: {program} up -allow-late\n\
             if it was run by hand, record that: {program} repair {version}"
        ),
        Remedy::AllowNewerOrGoBack { below } => {
            let back = below.map_or(String::new(), |below| {
                format!("\nto go back to version {below}, by the texts in the log: {program} goto {below}")
            });
            format!(
                "is this an older checkout than the one that ran last?\n\
                 to accept a database that is ahead: {program} up -allow-newer{back}"
            )
        }
        Remedy::RestoreFile => {
            "bring the file back, from version control or from the log's up_text".to_string()
        }
        _ => String::new(),
    }
}

/// What to do about files of one version: all that are to be renamed are, up and down.
pub fn renumber(twice: &[&Finding], place: &Place) -> Vec<String> {
    let renames = twice.iter().filter_map(|finding| match &finding.remedy {
        Remedy::RenumberDuplicate(Some(rename)) => Some(mv(rename, place.folder)),
        _ => None,
    });
    let renames: Vec<String> = renames.collect();
    let fact = twice.first().map(|finding| shown_on_a_line(&finding.message));
    let remedy = match renames.is_empty() {
        true => twice.first().map(|finding| remedy(finding, place)),
        false => Some(format!("{RENUMBER}, for instance: {}", renames.join(" && "))),
    };
    fact.into_iter().chain(remedy).collect()
}

/// The command that renames a file.
fn mv(Rename { from, to }: &Rename, folder: &Path) -> String {
    // No shell turns our escapes into the name again.
    if printable(from) != *from || from.contains('\u{fffd}') {
        return format!("rename it to {}", printable(to));
    }
    format!("mv {} {}", path(folder, from), path(folder, to))
}

/// A file of the folder, as seen from the working directory, as one word of a shell.
fn path(folder: &Path, file: &str) -> String {
    let path = match folder == Path::new(".") {
        true => PathBuf::from(file),
        false => folder.join(file),
    };
    word(&printable_path(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs;

    /// The remedies of a folder with these files and texts.
    fn remedies(files: &[(&str, &str)], program: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let findings = dbm::verify_folder(folder.path(), "file://m").unwrap();
        let place = Place { program, name: program, folder: Path::new(".") };
        findings.iter().map(|finding| remedy(finding, &place)).collect()
    }

    #[test]
    fn a_command_to_rename_a_file_can_be_pasted() {
        for (name, said) in [
            ("12_x.up", "if it is to run: mv 12_x.up 12_x.up.sql"),
            (" 1_a.up.sql", "if it is to run: mv ' 1_a.up.sql' 1_a.up.sql"),
            ("1_it's.up", r"if it is to run: mv '1_it'\''s.up' '1_it'\''s.up.sql'"),
            ("1_\u{1b}a.up", r"if it is to run: rename it to 1_\u{1b}a.up.sql"),
        ] {
            assert_eq!(remedies(&[(name, "select 1")], "dbm"), [said], "{name}");
        }
    }

    #[test]
    fn remedies_call_the_program_by_its_name() {
        let pair = |text| [("1_a.up.sql", text), ("1_a.down.sql", "select 1")];
        for (text, said) in [
            ("begin; select 1", "migrate runs the file in a transaction anyway"),
            ("select 1; commit", "migrate runs the file in a transaction anyway"),
            ("vacuum", "if it fails, migrate says what is left"),
            ("begin; commit; select 1", "migrate runs it in a transaction anyway"),
        ] {
            let [remedy] = &remedies(&pair(text), "migrate")[..] else { panic!("{text}") };
            assert!(remedy.contains(said) && !remedy.contains("dbm"), "{remedy}");
        }
        let files = ["1_a", "2_b", "20240101000000_c"]
            .map(|name| ["up", "down"].map(|half| format!("{name}.{half}.sql")));
        let files: Vec<_> =
            files.iter().flatten().map(|name| (name.as_str(), "select 1")).collect();
        let said = "if no database has run it: migrate renumber 20240101000000";
        assert_eq!(remedies(&files, "migrate"), [said]);
    }
}
