//! Numbers as words of a command line, read as golang-migrate reads them.

use anyhow::Result;
use dbm::Version;

use crate::cli::refusal::refused;

/// A version must be there.
pub fn required(typed: Option<String>) -> Result<String> {
    typed.ok_or_else(|| refused("please specify version argument V"))
}

/// Digits only, as Go's `ParseUint` wants them: no sign.
pub fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// N.
pub fn limit_number(text: &str) -> Result<u64> {
    digits(text).ok_or_else(|| refused("can't read limit argument N"))
}

/// V.
///
/// # Errors
///
/// In golang-migrate's words, as those of the others here.
pub fn version_number(text: &str) -> Result<Version> {
    digits(text).ok_or_else(|| refused("can't read version argument V"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        assert_eq!(digits("007"), Some(7));
        for text in ["", "+1", "-1", "1_0", "x", "18446744073709551616", " 1"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }
}
