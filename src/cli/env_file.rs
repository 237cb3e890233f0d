//! A `.env` file: which one, and the variables in it.
//!
//! `.env` files are no standard. Most readers expand `$NAME`, which breaks a password with a `$`
//! in it; some values are put together from others on purpose. So here a value is taken as it is
//! written, unless `${` stands in it: then the whole file is read by `dotenvy`, which expands.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use dbm::regular_file;
use dbm::text::{go_reason, printable_path};

/// The variable that holds the database's URL unless another is named.
pub const DATABASE_VARIABLE: &str = "DATABASE_URL";

/// The file's name.
const ENV_FILE: &str = ".env";
/// What the topmost folder of a repository has.
const GIT: &str = ".git";

/// The `.env` of the working directory, or else the nearest one above it within the same repository.
/// Outside a repository nothing above is looked at: it may be somebody else's.
pub fn nearest() -> Option<PathBuf> {
    let here = std::env::current_dir().unwrap_or_default();
    let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
    let top = here.ancestors().position(|folder| is_there(&folder.join(GIT))).unwrap_or(0);
    (0..=top).map(|up| Path::new(&"../".repeat(up)).join(ENV_FILE)).find(|file| {
        // Further up a folder of that name is another thing, a Python environment for one.
        is_there(file) && (file == Path::new(ENV_FILE) || !file.is_dir())
    })
}

/// A file that was read.
pub struct EnvFile {
    /// Where it is, from the working directory.
    pub path: PathBuf,
    /// The numbers of lines that are ignored, for nobody knows what they mean.
    pub ignored: Vec<usize>,
    text: String,
    is_damaged: bool,
    assignments: Vec<Assignment>,
}

/// `name=value`, with the value as it is written.
struct Assignment {
    line: usize,
    name: String,
    written: String,
}

impl EnvFile {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub fn read(path: PathBuf) -> Result<EnvFile, String> {
        let shown = printable_path(&path);
        let bytes = regular_file::read(&path)
            .map_err(|error| format!("cannot read {shown}: {}", go_reason(&error)))?;
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(format!("cannot read {shown}: is UTF-16: save it as UTF-8"));
        }
        let text = String::from_utf8_lossy(&bytes);
        let is_damaged = matches!(text, Cow::Owned(_));
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
        let (assignments, ignored) = assignments(&text);
        Ok(EnvFile { path, ignored, text, is_damaged, assignments })
    }

    /// The names of its variables, in order; one that is set twice is there twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.assignments.iter().map(|assignment| assignment.name.as_str())
    }

    /// The value of `name`; the last one, where there are several. `None` where it is not there.
    ///
    /// # Errors
    ///
    /// Why the value cannot be read.
    pub fn variable(&self, name: &str) -> Result<Option<String>, String> {
        let shown = printable_path(&self.path);
        let mut assignments = self.assignments.iter();
        let Some(Assignment { line, written, .. }) = assignments.rfind(|it| it.name == name) else {
            return Ok(None);
        };
        let value = match written.contains("${") && !written.starts_with('\'') {
            true => {
                let pairs = dotenvy::from_read_iter(self.text.as_bytes()).filter_map(Result::ok);
                let value = pairs.filter(|(key, _)| key == name).map(|(_, value)| value).last();
                value.ok_or_else(|| format!("{name} in {shown}, line {line}, cannot be read"))?
            }
            false => unquoted(written),
        };
        // Elsewhere in the file, in a comment for one, it does no harm.
        if self.is_damaged && value.contains('\u{fffd}') {
            return Err(format!("{name} in {shown} is not valid UTF-8"));
        }
        Ok(Some(value))
    }

    /// What to say of the lines that are ignored.
    pub fn warning(&self) -> Option<String> {
        let shown = printable_path(&self.path);
        let [before @ .., last] = &self.ignored[..] else { return None };
        let before: Vec<String> = before.iter().map(ToString::to_string).collect();
        Some(match before.is_empty() {
            true => format!("{shown}: line {last} is ignored: it is not NAME=VALUE"),
            false => format!(
                "{shown}: lines {} and {last} are ignored: they are not NAME=VALUE",
                before.join(", ")
            ),
        })
    }
}

/// What stands in a text, and the numbers of the lines that are nothing that is known.
fn assignments(text: &str) -> (Vec<Assignment>, Vec<usize>) {
    let (mut found, mut ignored) = (Vec::new(), Vec::new());
    let (mut rest, mut line) = (text, 1);
    while !rest.is_empty() {
        let (first, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let (mut lines, mut next) = (1, after);
        let bare = first.trim();
        let exported = bare.strip_prefix("export ").map(str::trim_start);
        match exported.unwrap_or(bare).split_once('=').map(|(name, value)| (name.trim_end(), value))
        {
            Some((name, value)) if is_name(name) => {
                let mut written = value.trim();
                if let Some(whole) = open_quote(written).and_then(|quote| quoted(rest, quote)) {
                    written = whole;
                    lines = whole.split('\n').count();
                    next = rest.splitn(lines + 1, '\n').nth(lines).unwrap_or_default();
                }
                let (name, written) = (name.to_string(), written.to_string());
                found.push(Assignment { line, name, written });
            }
            _ if bare.is_empty() || bare.starts_with('#') || exported.is_some_and(is_name) => {}
            _ => ignored.push(line),
        }
        (rest, line) = (next, line + lines);
    }
    (found, ignored)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

/// The quote of a value that does not end on its line.
fn open_quote(written: &str) -> Option<char> {
    let quote = written.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
    (!written[1..].contains(quote)).then_some(quote)
}

/// The first quoted text, over several lines. `None` where more than a comment stands behind it: then
/// the quote that ends it is another value's.
fn quoted(text: &str, quote: char) -> Option<&str> {
    let start = text.find(quote)?;
    let end = start + 1 + text[start + 1..].find(quote)?;
    let behind = text[end + 1..].lines().next().unwrap_or_default().trim();
    (behind.is_empty() || behind.starts_with('#')).then(|| &text[start..=end])
}

/// Takes quotes off; of a value without, a comment behind white space.
fn unquoted(written: &str) -> String {
    for quote in ['\'', '"'] {
        let inside = written.strip_prefix(quote).and_then(|rest| rest.split_once(quote));
        if let Some((inside, _)) = inside {
            return inside.to_string();
        }
    }
    let end = written.find(" #").or_else(|| written.find("\t#")).unwrap_or(written.len());
    written[..end].trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs;

    fn variable(file: &Path, name: &str) -> Result<Option<String>, String> {
        EnvFile::read(file.to_path_buf()).and_then(|file| file.variable(name))
    }

    #[test]
    fn values_are_taken_as_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        for (text, expected) in [
            ("A=postgres://u:pa$sw0rd@h/db", Some("postgres://u:pa$sw0rd@h/db")),
            ("export A = 'x y' # c", Some("x y")),
            ("A=\"x#y\"", Some("x#y")),
            ("A=x#y # c", Some("x#y")),
            ("A=postgres://h/d?application_name=a b", Some("postgres://h/d?application_name=a b")),
            ("B=secret\nA=pre-${B}-post", Some("pre-secret-post")),
            ("A='${B}'", Some("${B}")),
            ("A=1\nA=2\r\n", Some("2")),
            ("\u{feff}A=1", Some("1")),
            ("what is this\nA=1", Some("1")),
            ("A=", Some("")),
            ("AB=1\n#A=2", None),
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(variable(&file, "A").unwrap().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn lines_that_cannot_be_read_are_counted() {
        for (text, value, ignored) in [
            ("A=1\n\n# c\nexport A\nexport B=2\nA.b-c = 3\n", Some("1"), &[][..]),
            ("A: 1\nwhat is this\n  - A\nB C=1\n=2\n1A=2\n\u{b7}", None, &[1, 2, 3, 4, 5, 6, 7]),
            ("K=\"-----BEGIN\nA=0\nx\n-----END\" # c\n?\nA=1", Some("1"), &[5]),
            ("K='a\nb' A=0\nA=1", Some("1"), &[2]),
            ("K=\"a\nb\nA=\"1\"", Some("1"), &[2]),
            ("A=\"1\n2\"\nB=3\n?", Some("1\n2"), &[4]),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(".env");
            fs::write(&path, text).unwrap();
            let file = EnvFile::read(path).unwrap();
            assert_eq!(file.ignored, ignored, "{text}");
            assert_eq!(file.variable("A").unwrap().as_deref(), value, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        let shown = file.display();
        for (bytes, expected) in [
            (&b"A=\xff"[..], Err(format!("A in {shown} is not valid UTF-8"))),
            (b"#\xff\nA=1", Ok(Some("1".to_string()))),
            (b"A=\"${B} x", Err(format!("A in {shown}, line 1, cannot be read"))),
            (b"B=\xff\nA=${B}", Err(format!("A in {shown} is not valid UTF-8"))),
            (
                b"\xff\xfeA\0=\x001\0",
                Err(format!("cannot read {shown}: is UTF-16: save it as UTF-8")),
            ),
        ] {
            fs::write(&file, bytes).unwrap();
            assert_eq!(variable(&file, "A"), expected, "{bytes:?}");
        }
        let said = format!("cannot read {}: is a directory", folder.path().display());
        assert_eq!(variable(folder.path(), "A"), Err(said));
    }
}
