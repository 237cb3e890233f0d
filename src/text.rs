//! Texts that are not ours, made fit for one line of output: file names, reasons, encoded paths.
//!
//! Public for programs that print what this library tells them. Nothing here prints.

use std::borrow::Cow;
use std::error::Error;
use std::path::Path;

use percent_encoding::percent_decode_str;

/// The text with its control characters escaped (`\n`, `\u{1b}`), and with them the characters that
/// change the direction of writing: both can make a line in a terminal say something else.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match is_unprintable(c) {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// Whether a terminal may take a character for a command, or for a change of the direction of writing.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The same of a path.
pub fn printable_path(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// An operating system's error as Go words it: `permission denied`, without number or capital.
pub fn go_reason(error: &dyn Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let text = text.strip_prefix("failed to lookup address information: ").unwrap_or(text);
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

/// Decodes `%20` and the like; `None` where a `%` is not followed by two hex digits, or where the
/// result is not UTF-8 or holds a NUL, which neither a path nor the server's protocol can carry.
pub fn percent_decoded(text: &str) -> Option<String> {
    let is_hex = |rest: &str| {
        rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    text.split('%').skip(1).all(is_hex).then(|| percent_decoded_leniently(text))?
}

/// The same, but a `%` that is not followed by two hex digits stands for itself: somebody pasted it.
pub(crate) fn percent_decoded_leniently(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned()).filter(|decoded| !decoded.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert!(matches!(printable("größe 数据.sql"), Cow::Borrowed("größe 数据.sql")));
        assert_eq!(printable("a\tb\n\u{1b}[31m\u{7f}"), "a\\tb\\n\\u{1b}[31m\\u{7f}");
        assert_eq!(printable("a\u{202e}lqs\u{2069}"), "a\\u{202e}lqs\\u{2069}");
    }

    #[test]
    fn reasons_are_those_of_go() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(go_reason(&error), "no such file or directory");
        let said = "failed to lookup address information: Name or service not known";
        assert_eq!(go_reason(&std::io::Error::other(said)), "name or service not known");
        assert_eq!(go_reason(&std::io::Error::other("")), "");
    }

    #[test]
    fn percent_signs_are_decoded_strictly_and_leniently() {
        for (text, strict, lenient) in [
            ("", Some(""), Some("")),
            ("a+b", Some("a+b"), Some("a+b")),
            ("%41%5a%5A", Some("AZZ"), Some("AZZ")),
            ("%C3%BC", Some("ü"), Some("ü")),
            ("%", None, Some("%")),
            ("%4", None, Some("%4")),
            ("%%41", None, Some("%A")),
            ("%zz%41", None, Some("%zzA")),
            ("%é", None, Some("%é")),
            ("%ff", None, None),
            ("%00", None, None),
        ] {
            assert_eq!(percent_decoded(text).as_deref(), strict, "{text}");
            assert_eq!(percent_decoded_leniently(text).as_deref(), lenient, "{text}");
        }
    }
}
