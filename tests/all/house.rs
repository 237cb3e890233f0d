//! The rules of the house, read off the sources: who may import whom, how long a file may be, and
//! that nothing panics on purpose.
//!
//! Rules in prose are broken by the third change after them; these say so at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The library's nouns and the floor that each stands on. A file imports from lower floors only;
/// siblings do not know each other.
const LIBRARY: &[(&str, usize)] = &[
    ("migration", 0),
    ("sql", 0),
    ("sqlstate", 0),
    ("text", 0),
    ("quote", 0),
    ("checksum", 0),
    ("regular_file", 0),
    ("interrupt", 0),
    ("fault", 0),
    ("numbering", 1),
    ("url", 1),
    ("event", 1),
    ("history", 1),
    ("error", 2),
    ("trace", 2),
    ("source", 3),
    ("plan", 3),
    ("session", 3),
    ("table", 4),
    ("status", 4),
    ("snapshot", 4),
    ("verify", 5),
    ("snapshot", 4),
    ("scratch", 4),
    ("migrator", 6),
    ("proof", 7),
    ("testing", 7),
    ("drift", 7),
    ("dump", 7),
    ("lib", 8),
];

/// The binary's. Of the library it sees what everybody sees: `dbm::…`.
const BINARY: &[(&str, usize)] = &[("render", 0), ("cli", 1), ("main", 2)];

/// The longest that a file may be.
const LINES: usize = 400;

/// A source file, its noun, and its text without its tests.
struct File {
    path: PathBuf,
    /// The first part of its path below `src`: `connection` for `src/connection/lock.rs`.
    noun: String,
    /// How far below `src` its module is: 1 for `src/plan.rs` and `src/connection/mod.rs`.
    depth: usize,
    text: String,
}

impl File {
    fn read(path: &Path) -> Self {
        let below = path.strip_prefix(source()).expect("a file below src");
        let parts: Vec<String> = below
            .with_extension("")
            .iter()
            .map(|part| part.to_str().expect("a UTF-8 name").to_owned())
            .filter(|part| part != "mod")
            .collect();
        let text = fs::read_to_string(path).expect("read a source file");
        Self { path: path.to_owned(), noun: parts[0].clone(), depth: parts.len(), text }
    }

    fn is_test(&self) -> bool {
        self.path.iter().any(|part| part == "tests" || part == "tests.rs")
    }

    /// Code outside comments and `#[cfg(test)]` modules, with the numbers of its lines. A module of
    /// tests stands last in its file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = if self.is_test() {
            0
        } else {
            self.text
                .find("#[cfg(test)]\nmod tests {")
                .or(self.text.find("#[cfg(test)]\npub mod tests {"))
                .unwrap_or(self.text.len())
        };
        self.text[..end]
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The nouns of its own crate that it names by `crate::…`, with the lines.
    fn nouns(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (number, line) in self.code() {
            for (at, _) in line.match_indices("crate::") {
                let path = &line[at + "crate::".len()..];
                let end =
                    path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
                found.push((number, path[..end].to_owned()));
            }
        }
        found
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every `.rs` file below `src`.
fn files() -> Vec<File> {
    fn below(folder: &Path, found: &mut Vec<File>) {
        for entry in fs::read_dir(folder).expect("read a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                below(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(File::read(&path));
            }
        }
    }
    let mut found = Vec::new();
    below(&source(), &mut found);
    assert!(found.len() > 10, "these are not the sources of dbm");
    found
}

/// The houses, and the floor in its own of this noun.
fn floor(noun: &str) -> Option<(&'static [(&'static str, usize)], usize)> {
    [LIBRARY, BINARY].into_iter().find_map(|house| {
        house.iter().find(|(name, _)| *name == noun).map(|(_, floor)| (house, *floor))
    })
}

#[track_caller]
fn assert_none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

#[test]
fn a_file_imports_from_lower_floors_only() {
    let mut broken = Vec::new();
    for file in files() {
        let here = file.path.display();
        let Some((house, own)) = floor(&file.noun) else {
            broken.push(format!("{here}: `{}` has no floor in tests/all/house.rs", file.noun));
            continue;
        };
        for (line, noun) in file.nouns() {
            if noun == file.noun {
                continue;
            }
            match house.iter().find(|(name, _)| *name == noun) {
                Some((_, floor)) if *floor < own => {}
                Some((_, floor)) => broken.push(format!(
                    "{here}:{line}: `{}` is on floor {own} and imports `{noun}` from floor {floor}",
                    file.noun
                )),
                None => broken.push(format!(
                    "{here}:{line}: `crate::{noun}` names no noun of this crate; \
                     one noun a `use`, by its full path"
                )),
            }
        }
    }
    assert_none("A file imports from lower floors only", &broken);
}

/// The modules that a file names, each as the path of its file: by `crate::…`, `super::…`, and in
/// `use` by the names of its own children. What a module only declares (`mod x;`) does not count.
fn imports(file: &File, modules: &BTreeMap<Vec<String>, PathBuf>) -> BTreeSet<PathBuf> {
    let code: String = file.code().map(|(_, line)| format!("{line}\n")).collect();
    let mut paths = Vec::new();
    for statement in code.split(';') {
        let mut words = statement.rsplit("use ");
        if let (Some(path), Some(_)) = (words.next(), words.next()) {
            expand(&path.split_whitespace().collect::<String>(), "", &mut paths);
        }
    }
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let end = code[at..].find(|c: char| !(c.is_alphanumeric() || "_:".contains(c)));
            let path = &code[at..end.map_or(code.len(), |end| at + end)];
            // What stands in braces behind it was taken apart above.
            paths.extend((!path.ends_with("::")).then(|| path.to_owned()));
        }
    }
    let own = module(&file.path);
    let resolved = paths.iter().filter_map(|path| {
        let mut parts: Vec<String> = path.split("::").map(str::to_owned).collect();
        match parts[0].as_str() {
            "crate" => drop(parts.remove(0)),
            "super" => drop(parts.splice(..1, own[..own.len() - 1].iter().cloned())),
            _ => drop(parts.splice(..0, own.iter().cloned())),
        }
        // The longest beginning that is a module is the file; `use` names of other crates are none.
        let is_relative = !path.starts_with("crate") && !path.starts_with("super");
        (1..=parts.len())
            .rev()
            .filter(|length| !is_relative || *length > own.len())
            .find_map(|length| modules.get(&parts[..length]))
            .cloned()
    });
    resolved.filter(|path| *path != file.path).collect()
}

/// The paths of a `use`, with its braces taken apart: `a::{b, c::{d, e}}`.
fn expand(text: &str, before: &str, paths: &mut Vec<String>) {
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        match part.split_once('{') {
            Some((head, rest)) => {
                let inside = rest.strip_suffix('}').unwrap_or(rest);
                expand(inside, &format!("{before}{head}"), paths);
            }
            None => paths.push(format!("{before}{part}")),
        }
    }
}

/// The module of a file: `["cli", "commands", "up"]`.
fn module(path: &Path) -> Vec<String> {
    let below = path.strip_prefix(source()).expect("a file below src").with_extension("");
    let parts = below.iter().map(|part| part.to_str().expect("a UTF-8 name").to_owned());
    parts.filter(|part| part != "mod").collect()
}

/// Nor do two files import each other by way of others, within a folder either: what a file needs
/// lies below it.
#[test]
fn no_two_files_import_each_other() {
    let files: Vec<File> = files().into_iter().filter(|file| !file.is_test()).collect();
    let modules: BTreeMap<Vec<String>, PathBuf> =
        files.iter().map(|file| (module(&file.path), file.path.clone())).collect();
    let imports: BTreeMap<&Path, BTreeSet<PathBuf>> =
        files.iter().map(|file| (file.path.as_path(), imports(file, &modules))).collect();
    let edges: usize = imports.values().map(BTreeSet::len).sum();
    assert!(edges > 100, "only {edges} imports were found");
    let reaches = |from: &Path, to: &Path| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            for next in &imports[file] {
                if next == to {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    };
    let mut broken = Vec::new();
    for (file, imported) in &imports {
        for other in imported.iter().filter(|other| reaches(other, file)) {
            broken.push(format!(
                "{} imports {}, and is imported by it",
                file.display(),
                other.display()
            ));
        }
    }
    assert_none("No two files import each other", &broken);
}

/// What a text is, `sql` tells from its tokens: nobody else searches it for words.
#[test]
fn only_sql_looks_into_sql() {
    const SEARCHES: [&str; 7] = [
        "to_lowercase()",
        "to_ascii_lowercase()",
        "to_uppercase()",
        "to_ascii_uppercase()",
        "eq_ignore_ascii_case",
        "text.contains(",
        "sql.contains(",
    ];
    const NOUNS: [&str; 6] = ["migrator", "table", "session", "status", "history", "plan"];
    let mut broken = Vec::new();
    for file in files().iter().filter(|file| NOUNS.contains(&file.noun.as_str())) {
        for (line, text) in file.code() {
            for search in SEARCHES.iter().filter(|search| text.contains(**search)) {
                broken.push(format!("{}:{line}: {search}", file.path.display()));
            }
        }
    }
    assert_none("Only `sql` looks into SQL", &broken);
}

/// `super` would be a way around the floors, where it leads out of the noun.
#[test]
fn no_file_leaves_its_noun_by_super() {
    let mut broken = Vec::new();
    for file in files() {
        for (line, text) in file.code() {
            let leaves =
                (file.depth == 1 && text.contains("super::")) || text.contains("super::super::");
            if leaves {
                broken.push(format!("{}:{line}: {}", file.path.display(), text.trim()));
            }
        }
    }
    assert_none("Outside its noun a file names things by `crate::`", &broken);
}

/// The library knows neither the terminal nor the process it runs in.
#[test]
fn the_library_prints_nothing_and_ends_nothing() {
    let mut broken = Vec::new();
    for file in files() {
        if floor(&file.noun).is_none_or(|(house, _)| house != LIBRARY) {
            continue;
        }
        for (line, text) in file.code() {
            for word in ["println!", "print!(", "dbg!", "process::exit", "anyhow", "clap::"] {
                if text.contains(word) {
                    broken.push(format!("{}:{line}: {word}", file.path.display()));
                }
            }
        }
    }
    assert_none("The library prints nothing and ends nothing", &broken);
}

#[test]
fn no_file_is_too_long() {
    let broken: Vec<String> = files()
        .iter()
        .map(|file| (file.path.display(), file.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert_none(&format!("No file has more than {LINES} lines"), &broken);
}

#[test]
fn nothing_panics_on_purpose() {
    let mut broken = Vec::new();
    for file in files() {
        for (line, text) in file.code() {
            for word in
                [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("]
            {
                if text.contains(word) {
                    broken.push(format!("{}:{line}: {word}", file.path.display()));
                }
            }
        }
    }
    assert_none("Nothing panics on purpose outside tests", &broken);
}

/// Each file opens with what it is.
#[test]
fn each_file_opens_with_what_it_is() {
    let broken: Vec<String> = files()
        .iter()
        .filter(|file| !file.is_test())
        .filter(|file| !file.text.starts_with("//!") && !file.text.starts_with("#![doc"))
        .map(|file| file.path.display().to_string())
        .collect();
    assert_none("Each file opens with what it is", &broken);
}
