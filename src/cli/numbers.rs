//! Numbers as words of a command line, read as golang-migrate reads them.

use anyhow::Result;
use dbm::{MAX_VERSION, Version};

use crate::cli::run::refused;

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
pub fn version_number(text: &str) -> Result<Version> {
    digits(text).ok_or_else(|| refused("can't read version argument V"))
}

/// `-1` is nothing applied.
pub fn forced_version(text: &str) -> Result<Option<Version>> {
    let sign = text.strip_prefix(['+', '-']).map_or(text, |rest| rest);
    let number = digits(sign).filter(|number| *number <= MAX_VERSION);
    let number = number.ok_or_else(|| refused("can't read version argument V"))?;
    match (text.starts_with('-'), number) {
        (false, number) => Ok(Some(number)),
        (true, 0) => Ok(Some(0)),
        (true, 1) => Ok(None),
        (true, _) => Err(refused("argument V must be >= -1")),
    }
}

/// `None` is all.
pub fn down_limit(all: bool, words: &[String]) -> Result<Option<u64>> {
    match (all, words) {
        (true, []) | (false, []) => Ok(None),
        (true, _) => Err(refused("-all cannot be used with other arguments")),
        (false, [limit]) => limit_number(limit).map(Some),
        (false, _) => Err(refused("too many arguments")),
    }
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
        let forced = |text: &str| forced_version(text).map_err(|e| e.to_string());
        assert_eq!(forced("-1"), Ok(None));
        assert_eq!(forced("+2"), Ok(Some(2)));
        assert_eq!(forced("-2"), Err("argument V must be >= -1".to_string()));
        for text in ["x", "", "-", "9223372036854775808"] {
            assert_eq!(forced(text), Err("can't read version argument V".to_string()), "{text}");
        }
    }

    #[test]
    fn down_takes_one_number_or_all() {
        let words = |words: &[&str]| words.iter().map(|w| w.to_string()).collect::<Vec<_>>();
        let limit = |all, typed: &[&str]| down_limit(all, &words(typed)).map_err(|e| e.to_string());
        assert_eq!(limit(false, &["2"]), Ok(Some(2)));
        assert_eq!(limit(true, &[]), Ok(None));
        assert_eq!(limit(true, &["1"]), Err("-all cannot be used with other arguments".into()));
        assert_eq!(limit(false, &["1", "2"]), Err("too many arguments".into()));
        assert_eq!(limit(false, &["x"]), Err("can't read limit argument N".into()));
    }
}
