//! Values as the JSON objects have them, for the commands that put them together.

use std::time::{Duration, SystemTime};

use chrono::{Datelike, SecondsFormat};
use dbm::{Direction, State, Version};
use serde::Serialize;

use crate::render::format::date_time;

/// The version row.
#[derive(Clone, Copy, Serialize)]
pub struct RowItem {
    version: Option<Version>,
    dirty: bool,
}

impl From<State> for RowItem {
    fn from(state: State) -> RowItem {
        RowItem { version: state.version, dirty: state.dirty }
    }
}

/// `up` or `down`.
pub fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

/// Milliseconds, to a thousandth.
pub fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// RFC 3339, in UTC; `None` for a year that it has no four digits for.
pub fn utc(at: SystemTime) -> Option<String> {
    let time = date_time(at).filter(|time| (0..=9999).contains(&time.year()))?;
    Some(time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_no_calendar_has_are_null() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(utc(at(1_795_212_721)).as_deref(), Some("2026-11-20T22:12:01.000000Z"));
        assert_eq!(utc(at(1 << 40)), None);
        assert_eq!(utc(at(1 << 62)), None);
        let old = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(utc(old).as_deref(), Some("1969-12-31T23:59:59.000000Z"));
    }

    #[test]
    fn milliseconds_have_three_places() {
        assert_eq!(millis(Duration::from_nanos(5_321_400)), 5.321);
    }
}
