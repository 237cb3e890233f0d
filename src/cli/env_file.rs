//! One variable of a `.env` file.
//!
//! `.env` files are no standard. Most readers expand `$NAME`, which breaks a password with a `$`
//! in it; some values are put together from others on purpose. So here a value is taken as it is
//! written, unless `${` stands in it: then the whole file is read by `dotenvy`, which expands.

use std::fs;
use std::path::Path;

/// The value of `name`; the last one, where there are several. `None` where the file or the
/// variable is not there.
pub fn variable(file: &Path, name: &str) -> Option<String> {
    let bytes = fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let written = text.lines().filter_map(|line| value_of(line, name)).next_back()?;
    if written.contains("${") && !written.starts_with('\'') {
        let pairs = dotenvy::from_read_iter(text.as_bytes()).filter_map(Result::ok);
        return pairs.filter(|(key, _)| key == name).map(|(_, value)| value).last();
    }
    Some(unquoted(written))
}

/// What stands behind `name=` or `export name=`.
fn value_of<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let line = line.trim();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    line.strip_prefix(name)?.trim_start().strip_prefix('=').map(str::trim)
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
            assert_eq!(variable(&file, "A").as_deref(), expected, "{text}");
        }
        assert_eq!(variable(&folder.path().join("none"), "A"), None);
    }
}
