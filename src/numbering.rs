//! How a folder of migrations numbers its files: what the numbers count, how they are padded, and
//! which comes next.
//!
//! Pure: numbers come in as they are written, and nothing here reads a folder or a clock. `verify`
//! finds numbers that are out of style by it; `create` and `renumber` go on in it.

use std::collections::BTreeSet;

use crate::migration::{MAX_VERSION, Version};

/// With fewer numbers than this a folder has no settled style.
const FEW: usize = 3;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// 1, 2, 3, padded or not.
    Sequence,
    /// A point in time.
    Time {
        /// In so many digits: 14 for `20261120180830`, 10 for seconds since 1970, …
        digits: usize,
    },
}

impl NumberKind {
    /// What a number that is written like this counts, as far as can be told.
    pub fn of(digits: &str) -> NumberKind {
        let is_time = match digits.len() {
            // YYYYMMDD, with hhmm, hhmmss or milliseconds behind it.
            8 | 12 | 14 | 17 => begins_with_date(digits),
            // Seconds since 1970, in milli-, micro- and nanoseconds; or YYYYMMDDNN.
            10 | 13 | 16 | 19 => digits.starts_with(['1', '2', '3', '4']),
            _ => false,
        };
        match is_time {
            true => NumberKind::Time { digits: digits.len() },
            false => NumberKind::Sequence,
        }
    }
}

/// Whether the first eight digits are a day of these times. What follows is not looked at: people
/// count on from the last one by hand, over 59 too.
fn begins_with_date(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(4, 6), part(6, 8)) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1970..2100).contains(&year) && (1..=days).contains(&day)
}

/// The style of a folder's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberStyle {
    /// The kind that is the most common; `None` where there are too few numbers to tell.
    pub kind: Option<NumberKind>,
    /// To how many digits the sequence is padded; 1 where it is not.
    pub width: usize,
    /// Whether there are enough numbers of the sequence to hold others to this width.
    pub is_width_settled: bool,
    /// All kinds that are common enough to be meant.
    accepted: Vec<NumberKind>,
}

impl NumberStyle {
    /// The style of these numbers, one a version, in the order of the versions.
    pub fn of(numbers: &[&str]) -> NumberStyle {
        let in_sequence = |digits: &&&str| NumberKind::of(digits) == NumberKind::Sequence;
        let sequence: Vec<&str> = numbers.iter().filter(in_sequence).copied().collect();
        let is_width_settled = sequence.len() >= FEW;
        let width = match is_width_settled {
            true => most_fitting_width(&sequence),
            false => last_width(&sequence),
        };
        let (kind, accepted) =
            if numbers.len() < FEW { (None, Vec::new()) } else { kinds(numbers) };
        NumberStyle { kind, width, is_width_settled, accepted }
    }

    /// Whether a number that is written like this counts what others of the folder count.
    pub fn accepts(&self, digits: &str) -> bool {
        self.kind.is_none() || self.accepted.contains(&NumberKind::of(digits))
    }

    /// A version as the folder writes it.
    pub fn format(&self, version: Version) -> String {
        format!("{version:0width$}", width = self.width)
    }
}

/// The most common kind, and all that are common enough to be meant.
fn kinds(numbers: &[&str]) -> (Option<NumberKind>, Vec<NumberKind>) {
    let mut counts: Vec<(NumberKind, usize)> = Vec::new();
    for kind in numbers.iter().map(|digits| NumberKind::of(digits)) {
        match counts.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max();
    // Of two that are equally common, that of the lowest version: it was there first.
    let common = counts.iter().find(|(_, count)| Some(*count) == most).map(|(kind, _)| *kind);
    // A folder may change from one kind to another, and what has run cannot be renumbered: that
    // many are no slip.
    let is_habit = |count: usize| count > FEW && count * 5 >= numbers.len();
    let accepted = counts.iter().filter(|(kind, count)| Some(*kind) == common || is_habit(*count));
    (common, accepted.map(|(kind, _)| *kind).collect())
}

/// The width that fits most numbers of a sequence.
fn most_fitting_width(sequence: &[&str]) -> usize {
    let widths: BTreeSet<usize> = sequence.iter().map(|d| d.len()).chain([1]).collect();
    let score = |width: usize| {
        let fitting = sequence.iter().filter(|digits| is_padded_to(digits, width)).count();
        let fits_lowest = sequence.first().is_some_and(|digits| is_padded_to(digits, width));
        (fitting, fits_lowest)
    };
    // The last of those that are equal is taken: not padded rather than padded.
    widths.into_iter().rev().max_by_key(|width| score(*width)).unwrap_or(1)
}

/// The width of the last number that is padded. Where the highest has fewer digits than that, the
/// folder has given up its zeros.
fn last_width(sequence: &[&str]) -> usize {
    let padded = sequence.iter().rev().find(|digits| digits.starts_with('0') && digits.len() > 1);
    let highest = sequence.last().map_or(1, |highest| highest.len());
    padded.map_or(1, |padded| padded.len().min(highest))
}

/// Whether a number is padded to this width; one that has outgrown it is.
pub fn is_padded_to(digits: &str, width: usize) -> bool {
    digits.len() == width || digits.len() > width && !digits.starts_with('0')
}

/// A version that does not fit the version table's `bigint`. `Display` says so in the words that
/// golang-migrate has for a sequence with too many digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("version {0} too large. At most {MAX_VERSION} is allowed")]
pub struct VersionTooLarge(pub String);

/// Reads digits as golang-migrate does: no sign, at most 64 bits. So it may be over [`MAX_VERSION`].
pub fn parse_number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The number after `last`; 1 where there is none.
///
/// # Errors
///
/// That number, where it is over [`MAX_VERSION`].
pub fn number_after(last: Option<Version>) -> Result<Version, VersionTooLarge> {
    let next = last.map_or(1, |last| u128::from(last) + 1);
    match Version::try_from(next) {
        Ok(next) if next <= MAX_VERSION => Ok(next),
        _ => Err(VersionTooLarge(next.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sequences_or_times() {
        let kind = NumberKind::of;
        for digits in
            ["0", "1", "000123", "20241301", "20230229000000", "9999999999", "00000000000009"]
        {
            assert_eq!(kind(digits), NumberKind::Sequence, "{digits}");
        }
        for digits in [
            "20240229",
            "202402292359",
            "20240229235999",
            "1700000000",
            "2026112001",
            "1700000000000000000",
        ] {
            assert_eq!(kind(digits), NumberKind::Time { digits: digits.len() }, "{digits}");
        }
    }

    #[test]
    fn the_width_is_that_of_most_or_of_the_last_of_few() {
        for (numbers, width) in [
            (&[][..], 1),
            (&["9"], 1),
            (&["20"], 1),
            (&["099"], 3),
            (&["0"], 1),
            (&["998", "999"], 1),
            (&["099", "100"], 3),
            (&["0003", "004"], 3),
            (&["001", "3"], 1),
            (&["001", "20260101000000"], 3),
            (&["0001", "0002", "003"], 4),
            (&["001", "002", "3", "4"], 3),
            (&["998", "999", "1000"], 1),
            (&["001", "999", "1000"], 3),
        ] {
            assert_eq!(NumberStyle::of(numbers).width, width, "{numbers:?}");
        }
        assert_eq!(NumberStyle::of(&["001"]).format(7), "007");
        assert_eq!(NumberStyle::of(&["001"]).format(1234), "1234");
    }

    #[test]
    fn a_kind_is_accepted_where_it_is_common() {
        let few = NumberStyle::of(&["1", "20240101000000"]);
        assert!(few.kind.is_none() && few.accepts("1") && few.accepts("20240102000000"));
        let mixed = NumberStyle::of(&["1", "2", "20240101000000"]);
        assert_eq!(mixed.kind, Some(NumberKind::Sequence));
        assert!(mixed.accepts("3") && !mixed.accepts("20240102000000"));
    }

    #[test]
    fn the_next_number_fits_a_bigint() {
        assert_eq!(number_after(None), Ok(1));
        assert_eq!(number_after(Some(0)), Ok(1));
        assert_eq!(number_after(Some(MAX_VERSION - 1)), Ok(MAX_VERSION));
        for (last, next) in
            [(MAX_VERSION, "9223372036854775808"), (u64::MAX, "18446744073709551616")]
        {
            let said = format!("version {next} too large. At most 9223372036854775807 is allowed");
            assert_eq!(number_after(Some(last)).map_err(|e| e.to_string()), Err(said));
        }
        for text in ["", "+1", "-1", "1_0", "x", "18446744073709551616", " 1"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
        assert_eq!(parse_number("007"), Some(7));
    }
}
