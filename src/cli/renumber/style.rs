//! How a folder writes its numbers: padded or not, in sequence or by the time.

use chrono::{DateTime, Utc};
use dbm::Version;

use crate::cli::numbered::Numbered;

/// The digits of `20261120180830`, as `create` makes them.
const TIMESTAMP: usize = 14;

/// The digits of seconds since 1970, from 2001 to 2286. Numbers such as `2026112001` have as many;
/// they are above the seconds of today, and so just counted on.
const UNIX: usize = 10;

/// How a folder writes its numbers.
pub struct Style {
    /// The least digits of a number.
    width: usize,
    /// The digits of the highest number, if no zeros stand before it.
    highest: Option<usize>,
}

impl Style {
    /// The style of `files`, the highest number last.
    pub fn of(files: &[Numbered]) -> Style {
        let Some(highest) = files.last() else {
            return Style { width: 1, highest: None };
        };
        // 100 and 20260101000000 do not tell whether 7 is to be padded; what stands before them
        // does. Where they have fewer digits than that, the folder has given up its zeros.
        let padded = files.iter().rev().find(|file| file.is_padded());
        let width = padded.map_or(1, |file| file.digits.len().min(highest.digits.len()));
        let plain = Some(highest.digits.len()).filter(|_| !highest.is_padded());
        Style { width, highest: plain }
    }

    /// `version` as it is written.
    pub fn written(&self, version: Version) -> String {
        format!("{version:0width$}", width = self.width)
    }

    /// `now` as a version; `None` where numbers are no times.
    pub fn time(&self, now: DateTime<Utc>) -> Option<Version> {
        match self.highest? {
            TIMESTAMP => now.format("%Y%m%d%H%M%S").to_string().parse().ok(),
            UNIX => now.timestamp().try_into().ok(),
            _ => None,
        }
    }
}
