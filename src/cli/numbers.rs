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

/// A version as a flag's value, for clap's `value_parser`.
pub fn version(text: &str) -> Result<Version, String> {
    parse_number(text.trim()).ok_or_else(|| format!("{text:?} is not a version"))
}

/// Several versions as one flag's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions(pub Vec<Version>);

/// Versions with commas between them, for clap's `value_parser`.
pub fn versions(text: &str) -> Result<Versions, String> {
    text.split(',').map(version).collect::<Result<_, _>>().map(Versions)
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

    #[test]
    fn versions_have_commas_between_them() {
        assert_eq!(versions("7, 009"), Ok(Versions(vec![7, 9])));
        assert_eq!(versions("7,x"), Err("\"x\" is not a version".to_string()));
        assert!(versions("").is_err() && versions("7,").is_err());
    }
}
