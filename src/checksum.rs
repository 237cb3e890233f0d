//! The checksum by which a file is known again: SHA-256 of its text.
//!
//! The formula never changes, for it is kept in databases: take the file's bytes less a byte-order
//! mark at the start, take each CR LF for LF, and hash what is left. For a file with LF line ends
//! and no mark that is what `sha256sum` prints; a checkout on Windows has the same checksums.

use std::fmt::{self, Write};

use memchr::memchr_iter;
use sha2::{Digest, Sha256};

/// SHA-256 of a text, less a byte-order mark, with CR LF as LF.
///
/// ```
/// use dbm::Checksum;
///
/// assert_eq!(Checksum::of("select 1;\r\n"), Checksum::of("\u{feff}select 1;\n"));
/// assert_eq!(Checksum::of("").to_string().len(), 64);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Checksum([u8; 32]);

/// Hexadecimal digits of a checksum that tell it from others well enough for people.
const SHORT: usize = 8;

impl Checksum {
    /// The checksum of a text.
    pub fn of(text: &str) -> Checksum {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut hash = Sha256::new();
        let bytes = text.as_bytes();
        let mut from = 0;
        for at in memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) == Some(&b'\n')) {
            hash.update(&bytes[from..at]);
            from = at + 1;
        }
        hash.update(&bytes[from..]);
        Checksum(hash.finalize().into())
    }

    /// Reads 64 hexadecimal digits; `None` for anything else.
    pub fn parse(hex: &str) -> Option<Checksum> {
        let digits: &[u8; 64] = hex.as_bytes().try_into().ok()?;
        let digit = |digit: u8| u8::try_from(char::from(digit).to_digit(16)?).ok();
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(digits[0])? << 4 | digit(digits[1])?;
        }
        Some(Checksum(bytes))
    }

    /// The first eight digits, for people.
    pub fn short(&self) -> String {
        self.digits().take(SHORT).collect()
    }

    fn digits(&self) -> impl Iterator<Item = char> {
        let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
        self.0.iter().flat_map(move |byte| [digit(byte >> 4), digit(byte & 15)])
    }
}

/// 64 hexadecimal digits, in lower case.
impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digits().try_for_each(|digit| f.write_char(digit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_sha256sum_prints() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Checksum::of("").to_string(), empty);
        assert_eq!(Checksum::of("\u{feff}").to_string(), empty);
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Checksum::of("abc").to_string(), abc);
        assert_eq!(Checksum::parse(abc), Some(Checksum::of("abc")));
        assert_eq!(Checksum::of("abc").short(), "ba7816bf");
        assert_eq!(Checksum::parse(&abc[1..]), None);
        assert_eq!(Checksum::parse(&abc.replace('b', "x")), None);
    }

    #[test]
    fn only_cr_before_lf_does_not_count() {
        let of = Checksum::of;
        assert_eq!(of("a\r\nb\r\n"), of("a\nb\n"));
        assert_ne!(of("a\rb"), of("a\nb"));
        assert_ne!(of("a\r\r\nb"), of("a\nb"));
        assert_ne!(of("a\n"), of("a"));
        assert_ne!(of("a\u{feff}"), of("a"));
    }
}
