//! Finds time zones by their names, where Go finds them.
//!
//! The machine's own database is read, as Go does. One built in, as in chrono-tz, would add 1.9 MB
//! to the program and a millisecond to the start of every command.

use std::env;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, Local, Offset, Utc};

use crate::render::error::Complaint;

/// Where Go looks after `$ZONEINFO`.
const FOLDERS: [&str; 4] =
    ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"];

/// A time zone as it is at one time, with summer time or without.
pub struct Zone {
    /// How far east of UTC.
    pub offset: FixedOffset,
    /// Such as `CET`; empty where it is not known.
    pub name: String,
}

impl Zone {
    /// The zone called `name`, as it is at `now`.
    pub fn find(name: &str, now: DateTime<Utc>) -> Result<Self, Complaint> {
        match name {
            "" | "UTC" => Ok(Self { offset: Utc.fix(), name: "UTC".to_owned() }),
            "Local" => {
                Ok(Self { offset: now.with_timezone(&Local).offset().fix(), name: String::new() })
            }
            _ if name.contains("..") || name.starts_with(['/', '\\']) => {
                Err(Complaint::new("time: invalid location name").bare())
            }
            _ => {
                let set = env::var_os("ZONEINFO").filter(|set| !set.is_empty()).map(PathBuf::from);
                set.into_iter()
                    .chain(FOLDERS.map(PathBuf::from))
                    .find_map(|folder| read(&folder.join(name), now))
                    .ok_or_else(|| Complaint::new(format!("unknown time zone {name}")).bare())
            }
        }
    }
}

/// The zone of a compiled file; `None` for what is none, such as the folder `Europe`.
fn read(file: &Path, now: DateTime<Utc>) -> Option<Zone> {
    let zone = tz::TimeZone::from_tz_data(&dbm::regular_file::read(file).ok()?).ok()?;
    let local = zone.find_local_time_type(now.timestamp()).ok()?;
    Some(Zone {
        offset: FixedOffset::east_opt(local.ut_offset())?,
        name: local.time_zone_designation().to_owned(),
    })
}
