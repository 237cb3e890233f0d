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
        Some(match seconds {
            0 => "just now".to_string(),
            seconds => format!("{} ago", Clock::length(seconds)),
        })
    }

    /// `40 s`, `2 min`, `3 days`.
    pub fn length(seconds: u64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        match (minutes, hours, days) {
            (0, ..) => format!("{seconds} s"),
            (1..60, ..) => format!("{minutes} min"),
            (_, 1..48, _) => format!("{hours} h"),
            (_, _, 2..60) => format!("{days} days"),
            (_, _, 60..730) => format!("{} months", days / 30),
            _ => format!("{} years", days / 365),
        }
    }
}
