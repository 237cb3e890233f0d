//! Files that are ignored and look meant to be migrations, with the names that they should have.

use std::path::PathBuf;

use crate::migration::{Direction, FileName, MAX_VERSION, Version, parse_file_name};

/// A file that is ignored and looks meant to be a migration.
pub struct NearMiss {
    pub file_name: String,
    pub path: PathBuf,
    /// What it should be called, if that can be told.
    pub suggestion: Option<SuggestedName>,
}

/// A migration as it was meant.
pub struct SuggestedName {
    pub version: Version,
    pub direction: Direction,
    pub file_name: String,
}

/// Reads a name as its writer meant it: `12_x.up`, `1-a.UP.sql`, `V4__x.sql`, `5_x_down.sql`.
pub fn suggest(file_name: &str) -> Option<SuggestedName> {
    let name = file_name.trim();
    // Flyway's: V is up, U is down.
    let (numbered, mut direction) = match name.as_bytes().first()? {
        b'v' | b'V' => (name.get(1..)?, UP),
        b'u' | b'U' => (name.get(1..)?, DOWN),
        _ => (name, None),
    };
    let rest = numbered.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = numbered.get(..numbered.len() - rest.len())?;
    let version = digits.parse().ok().filter(|version| *version <= MAX_VERSION)?;
    let mut rest = rest;
    while let Some((less, end)) = cut_end(rest, &[(".sql", None), (".up", UP), (".down", DOWN)]) {
        (rest, direction) = (less, end.or(direction));
    }
    let ends = [("_up", UP), ("-up", UP), ("_down", DOWN), ("-down", DOWN)];
    if direction.is_none()
        && let Some((less, end)) = cut_end(rest, &ends)
    {
        (rest, direction) = (less, end);
    }
    let rest = rest.trim_start_matches(['_', '-', '.', ' ']);
    // `V1.2__x`, `2024-01-01_x`: it is not clear where the number ends, or what the end means.
    if rest.starts_with(|c: char| c.is_ascii_digit()) || rest.contains('.') {
        return None;
    }
    let direction = direction.unwrap_or(Direction::Up);
    let file_name = format!("{digits}_{rest}.{direction}.sql");
    match parse_file_name(&file_name) {
        FileName::Migration { .. } => Some(SuggestedName { version, direction, file_name }),
        _ => None,
    }
}

const UP: Option<Direction> = Some(Direction::Up);
const DOWN: Option<Direction> = Some(Direction::Down);

/// The text without one of these ends, in whatever case, and the direction that the end says.
fn cut_end<'t>(
    text: &'t str,
    ends: &[(&str, Option<Direction>)],
) -> Option<(&'t str, Option<Direction>)> {
    ends.iter().find_map(|(end, direction)| {
        let (less, found) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
        found.eq_ignore_ascii_case(end).then_some((less, *direction))
    })
}
