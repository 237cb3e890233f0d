//! What a migration is: a version, a name and a direction, as its file name says.
//!
//! Plain values, nothing of the crate is imported. Where the files lie is
//! `source`'s business, in which order they run is `plan`'s.

use std::fmt;

/// The number in front of a file's name. In the database it is a `bigint`, so the largest
/// that can be kept is [`MAX_VERSION`].
pub type Version = u64;

/// 2^63-1, the largest version that fits the version table's `bigint`.
pub const MAX_VERSION: Version = i64::MAX as u64;

/// Which of a pair's two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `NNN_name.up.sql`
    Up,
    /// `NNN_name.down.sql`
    Down,
}

impl Direction {
    /// The letter that stands for it in the output: `u` or `d`.
    pub fn letter(self) -> char {
        match self {
            Direction::Up => 'u',
            Direction::Down => 'd',
        }
    }

    /// The other one.
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Up => "up",
            Direction::Down => "down",
        })
    }
}

/// What a file name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileName {
    /// A migration's file.
    Migration {
        /// Its number.
        version: Version,
        /// What stands between the number and the direction; may be empty.
        name: String,
        /// Up or down.
        direction: Direction,
        /// What stands behind the direction: `sql`, as a rule.
        extension: String,
    },
    /// A migration whose number is over [`MAX_VERSION`].
    TooLarge,
    /// Something else.
    Other,
}

/// Reads a file's name by golang-migrate's rule, `^([0-9]+)_(.*)\.(down|up)\.(.*)$`.
///
/// A number over 64 bits makes it [`FileName::Other`], as there; one over 63 bits
/// [`FileName::TooLarge`].
///
/// The rule is followed by hand: a folder may hold thousands of files, and to compile the expression
/// alone would take a tenth of a run that has nothing to do.
pub fn parse_file_name(file_name: &str) -> FileName {
    let parts = file_name.split_once('_').and_then(|(number, rest)| {
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        // A dot in the rule is anything but the end of a line, and takes as much as it can.
        let (name, direction, extension) =
            (!rest.contains('\n')).then(|| last_direction(rest))??;
        is_number.then_some((number, name, direction, extension))
    });
    let Some((number, name, direction, extension)) = parts else { return FileName::Other };
    match number.parse::<Version>() {
        Err(_) => FileName::Other,
        Ok(version) if version > MAX_VERSION => FileName::TooLarge,
        Ok(version) => FileName::Migration {
            version,
            name: name.to_string(),
            direction,
            extension: extension.to_string(),
        },
    }
}

/// The last `.up.` or `.down.`, with what stands before and behind it.
fn last_direction(name: &str) -> Option<(&str, Direction, &str)> {
    let [up, down] =
        [(".up.", Direction::Up), (".down.", Direction::Down)].map(|(word, direction)| {
            name.rfind(word).map(|at| (at, &name[..at], direction, &name[at + word.len()..]))
        });
    let last = if down.map(|d| d.0) > up.map(|u| u.0) { down } else { up };
    last.map(|(_, before, direction, behind)| (before, direction, behind))
}

/// A file beside a pair that golang-migrate ignores, and that only `dbm test` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extra {
    /// `NNN_name.seed.sql`: rows that are there before the up file runs.
    Seed,
    /// `NNN_name.check.sql`: what must be true after it.
    Check,
}

/// Reads the name of a file beside a pair: `NNN_name.seed.sql` or `NNN_name.check.sql`.
pub fn parse_extra(file_name: &str) -> Option<(Version, Extra)> {
    let (rest, extra) = match file_name.strip_suffix(".seed.sql") {
        Some(rest) => (rest, Extra::Seed),
        None => (file_name.strip_suffix(".check.sql")?, Extra::Check),
    };
    let (number, _) = rest.split_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let version = number.parse().ok().filter(|version| *version <= MAX_VERSION)?;
    (is_number && parse_file_name(file_name) == FileName::Other).then_some((version, extra))
}

/// Where the database stands: golang-migrate's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct State {
    /// The version that is applied; `None` where nothing is, which golang-migrate calls -1.
    pub version: Option<Version>,
    /// A file was begun and not finished.
    pub dirty: bool,
}

impl State {
    /// Nothing applied, nothing broken.
    pub const NONE: State = State { version: None, dirty: false };

    /// At `version`, with nothing broken.
    pub fn clean(version: Option<Version>) -> State {
        State { version, dirty: false }
    }

    /// The version as the table writes it: -1 for none.
    pub fn number(self) -> i64 {
        number(self.version)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "{version}")?,
            None if self.dirty => f.write_str("-1")?,
            None => f.write_str("none")?,
        }
        if self.dirty { f.write_str(" (dirty)") } else { Ok(()) }
    }
}

/// A version as the table writes it: -1 for none.
pub fn number(version: Option<Version>) -> i64 {
    version.and_then(|v| i64::try_from(v).ok()).unwrap_or(-1)
}

/// The highest of these versions under one.
pub fn below(versions: &[Version], version: Option<Version>) -> Option<Version> {
    versions.iter().copied().filter(|other| Some(*other) < version).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(version: Version, name: &str, direction: Direction, extension: &str) -> FileName {
        FileName::Migration {
            version,
            name: name.to_string(),
            direction,
            extension: extension.to_string(),
        }
    }

    #[test]
    fn names_are_read_as_golang_migrate_reads_them() {
        use Direction::{Down, Up};
        let cases = [
            ("001_create_users.up.sql", migration(1, "create_users", Up, "sql")),
            ("1_a.down.sql", migration(1, "a", Down, "sql")),
            ("007_.up.sql", migration(7, "", Up, "sql")),
            ("0_zero.up.sql", migration(0, "zero", Up, "sql")),
            ("5_x.up.sql.bak", migration(5, "x", Up, "sql.bak")),
            ("5_x.up.", migration(5, "x", Up, "")),
            ("1_a.up.down.sql", migration(1, "a.up", Down, "sql")),
            ("1_a.up.up.up.sql", migration(1, "a.up.up", Up, "sql")),
            ("1_é b.up.pgsql", migration(1, "é b", Up, "pgsql")),
            ("9223372036854775807_m.up.sql", migration(MAX_VERSION, "m", Up, "sql")),
            ("9223372036854775808_m.up.sql", FileName::TooLarge),
            ("99999999999999999999_m.up.sql", FileName::Other),
            ("1_a.UP.sql", FileName::Other),
            ("1_a.up", FileName::Other),
            ("a_1.up.sql", FileName::Other),
            ("1-a.up.sql", FileName::Other),
            ("V1__a.sql", FileName::Other),
            (" 1_a.up.sql", FileName::Other),
            ("1_a\nb.up.sql", FileName::Other),
        ];
        for (file_name, expected) in cases {
            assert_eq!(parse_file_name(file_name), expected, "{file_name}");
        }
    }

    #[test]
    fn names_are_read_as_the_rule_says() {
        let rule = regex::Regex::new(r"^([0-9]+)_(.*)\.(down|up)\.(.*)$").unwrap();
        let pieces = ["", "1", "_", ".", "up", "down", ".up.", ".down.", "\n", "é"];
        let mut names = vec![String::from("1_"), String::new()];
        for _ in 0..4 {
            names = names.iter().flat_map(|n| pieces.map(|piece| format!("{n}{piece}"))).collect();
        }
        for file_name in names {
            let expected = rule.captures(&file_name).map_or(FileName::Other, |parts| {
                let up = &parts[3] == "up";
                let direction = if up { Direction::Up } else { Direction::Down };
                migration(parts[1].parse().unwrap(), &parts[2], direction, &parts[4])
            });
            assert_eq!(parse_file_name(&file_name), expected, "{file_name:?}");
        }
    }

    #[test]
    fn files_beside_a_pair_are_told_by_their_ends() {
        assert_eq!(parse_extra("003_x.seed.sql"), Some((3, Extra::Seed)));
        assert_eq!(parse_extra("3_a.b.check.sql"), Some((3, Extra::Check)));
        for other in
            ["003_x.up.sql", "003_x.up.seed.sql", "x.seed.sql", "+3_x.seed.sql", "3.seed.sql"]
        {
            assert_eq!(parse_extra(other), None, "{other}");
        }
    }

    #[test]
    fn states_read_as_people_write_them() {
        assert_eq!(State::NONE.to_string(), "none");
        assert_eq!(State::clean(Some(3)).to_string(), "3");
        assert_eq!(State { version: Some(3), dirty: true }.to_string(), "3 (dirty)");
        assert_eq!(State { version: None, dirty: true }.to_string(), "-1 (dirty)");
        assert_eq!(State::NONE.number(), -1);
    }
}
