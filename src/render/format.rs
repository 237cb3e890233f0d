//! Values as people read them: a time, a session.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use dbm::{Holder, State};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A session, in one line.
pub fn described(holder: &Holder) -> String {
    let Holder { pid, application, user, client, since, query, .. } = holder;
    let named = |before: &str, text: &str, after: &str| match text {
        "" => String::new(),
        text => format!("{before}{text}{after}"),
    };
    let (application, client) = (named(" (", application, ")"), named(" from ", client, ""));
    // Of another role's session not everything can be seen.
    let since = named(", since ", since, "");
    one_line(&format!("pid {pid}{application}, user {user}{client}{since}: {query}"))
}

/// A time in UTC; `None` for one that no calendar has.
pub fn date_time(at: SystemTime) -> Option<DateTime<Utc>> {
    match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::from_std(after).ok()?),
        Err(error) => {
            DateTime::UNIX_EPOCH.checked_sub_signed(TimeDelta::from_std(error.duration()).ok()?)
        }
    }
}

/// Where the version row stands.
pub fn place(state: State) -> String {
    state.version.map_or("at no version".to_string(), |version| format!("at version {version}"))
}

/// A text with what is between its tabs changed: escaped, for one.
pub fn tabbed(text: &str, change: impl Fn(&str) -> Cow<'_, str>) -> String {
    text.split('\t').map(change).collect::<Vec<_>>().join("\t")
}

/// A number with its thousands apart: `1,048,576`.
pub fn counted(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// As much of a text as this many columns take.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_string();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let fits = c.width().unwrap_or(0) <= left;
        left = left.saturating_sub(c.width().unwrap_or(0));
        fits
    };
    let start: String = text.chars().take_while(fits).collect();
    format!("{start}…")
}

/// A text on one line.
pub fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim_end).collect::<Vec<_>>().join(" ")
}

/// A time as Go writes it, to a tenth of its unit: `850.1µs`, `5.3ms`, `1m2.5s`.
pub fn duration(time: Duration) -> String {
    let nanos = time.as_nanos();
    let (unit, name) = match nanos {
        0 => return "0s".to_string(),
        1..1_000 => return format!("{nanos}ns"),
        1_000..999_950 => (1_000, "µs"),
        999_950..999_950_000 => (1_000_000, "ms"),
        999_950_000..59_950_000_000 => (1_000_000_000, "s"),
        _ => {
            let seconds = (nanos + 500_000_000) / 1_000_000_000;
            let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let hours = if hours > 0 { format!("{hours}h") } else { String::new() };
            return format!("{hours}{minutes}m{seconds}s");
        }
    };
    let tenths = (nanos + unit / 20) / (unit / 10);
    match tenths % 10 {
        0 => format!("{}{name}", tenths / 10),
        tenth => format!("{}.{tenth}{name}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_go_writes_them() {
        for (nanos, expected) in [
            (0, "0s"),
            (12, "12ns"),
            (850_120, "850.1µs"),
            (999_949, "999.9µs"),
            (999_951, "1ms"),
            (5_321_000, "5.3ms"),
            (23_000_000, "23ms"),
            (1_250_000_000, "1.3s"),
            (59_940_000_000, "59.9s"),
            (59_960_000_000, "1m0s"),
            (62_400_000_000, "1m2s"),
            (3_723_000_000_000, "1h2m3s"),
        ] {
            assert_eq!(duration(Duration::from_nanos(nanos)), expected);
        }
    }
}
