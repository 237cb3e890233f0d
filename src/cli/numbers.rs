//! Numbers as words of a command line, read as golang-migrate reads them.

use dbm::Version;
use dbm::numbering::parse_number;

use crate::render::error::Complaint;

/// A version must be there.
pub fn required(typed: Option<String>) -> Result<String, Complaint> {
    typed.ok_or_else(|| Complaint::new("please specify version argument V"))
}

/// N.
pub fn limit_number(text: &str) -> Result<u64, Complaint> {
    parse_number(text).ok_or_else(|| Complaint::new("can't read limit argument N"))
}

/// V.
pub fn version_number(text: &str) -> Result<Version, Complaint> {
    parse_number(text).ok_or_else(|| Complaint::new("can't read version argument V"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        assert_eq!(parse_number("007"), Some(7));
        for text in ["", "+1", "-1", "1_0", "x", "18446744073709551616", " 1"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }
}
