//! Times as a table shows them: on this machine's clock and in its time zone.

use std::time::SystemTime;

use chrono::{DateTime, Datelike, FixedOffset, Local, Utc};

use crate::render::format::date_time;

/// What time it is, and where.
pub struct Clock {
    pub now: SystemTime,
    pub zone: fn(DateTime<Utc>) -> DateTime<FixedOffset>,
}

impl Clock {
    pub fn here() -> Clock {
        let zone = |at: DateTime<Utc>| at.with_timezone(&Local).fixed_offset();
        Clock { now: SystemTime::now(), zone }
    }

    /// `2026-11-20 23:10:01`, or nothing for a time that no calendar has.
    pub fn local(&self, at: SystemTime) -> Option<String> {
        let time = date_time(at).filter(|time| (1..9999).contains(&time.year()))?;
        Some((self.zone)(time).format("%Y-%m-%d %H:%M:%S").to_string())
    }

    /// `2 min ago`; nothing for what is to come. The server's clock may be a little ahead.
    pub fn ago(&self, at: SystemTime) -> Option<String> {
        const SKEW: u64 = 60;
        let seconds = match self.now.duration_since(at) {
            Ok(since) => since.as_secs(),
            Err(error) if error.duration().as_secs() < SKEW => 0,
            Err(_) => return None,
        };
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        Some(match (seconds, minutes, hours, days) {
            (0, ..) => "just now".to_string(),
            (1..60, ..) => format!("{seconds} s ago"),
            (_, 1..60, ..) => format!("{minutes} min ago"),
            (_, _, 1..48, _) => format!("{hours} h ago"),
            (_, _, _, 2..60) => format!("{days} days ago"),
            (_, _, _, 60..730) => format!("{} months ago", days / 30),
            _ => format!("{} years ago", days / 365),
        })
    }
}
