//! One variable of a `.env` file.
//!
//! `.env` files are no standard. Most readers expand `$NAME`, which breaks a password with a `$`
//! in it; some values are put together from others on purpose. So here a value is taken as it is
//! written, unless `${` stands in it: then the whole file is read by `dotenvy`, which expands.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::Path;

use dbm::regular_file;
use dbm::text::{go_reason, printable_path};

/// The value of `name`; the last one, where there are several. `None` where the file or the
/// variable is not there.
///
/// # Errors
///
/// Why the file, or the value in it, cannot be read.
pub fn variable(file: &Path, name: &str) -> Result<Option<String>, String> {
    let shown = printable_path(file);
    let bytes = match regular_file::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot read {shown}: {}", go_reason(&error))),
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(format!("cannot read {shown}: is UTF-16: save it as UTF-8"));
    }
    let text = String::from_utf8_lossy(&bytes);
    let is_damaged = matches!(text, Cow::Owned(_));
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let Some(written) = text.lines().filter_map(|line| value_of(line, name)).next_back() else {
        return Ok(None);
    };
    let value = match written.contains("${") && !written.starts_with('\'') {
        true => {
            let pairs = dotenvy::from_read_iter(text.as_bytes()).filter_map(Result::ok);
            pairs.filter(|(key, _)| key == name).map(|(_, value)| value).last()
        }
        false => Some(unquoted(written)),
    };
    // Elsewhere in the file, in a comment for one, it does no harm.
    if is_damaged && value.as_ref().is_some_and(|value| value.contains('\u{fffd}')) {
        return Err(format!("{name} in {shown} is not valid UTF-8"));
    }
    Ok(value)
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

    use std::fs;

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
        assert_eq!(variable(&folder.path().join("none"), "A"), Ok(None));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        let shown = file.display();
        for (bytes, expected) in [
            (&b"A=\xff"[..], Err(format!("A in {shown} is not valid UTF-8"))),
            (b"#\xff\nA=1", Ok(Some("1".to_string()))),
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
