//! A pair that was tried, and its files.

use std::path::{Path, PathBuf};

use dbm::snapshot::Statement;
use dbm::{Direction, FileName, PairOutcome, PairProof, Source, Version, parse_file_name};

/// A pair that was tried, and its files.
pub struct Tried {
    /// What came of it.
    pub pair: PairProof,
    /// The up file, or where it would be.
    pub up: PathBuf,
    /// The down file, or where it would be.
    pub down: PathBuf,
}

impl Tried {
    /// What the down file lacks, a statement each, as it stands in a file.
    pub fn statements(&self) -> Vec<String> {
        self.pair.statements.iter().map(Statement::to_string).collect()
    }

    /// Whether there is a statement that the down file lacks, and not only a remark.
    pub fn can_be_fixed(&self) -> bool {
        self.is_failed() && !self.pair.statements.iter().all(Statement::is_comment)
    }

    /// With the files of the source.
    pub fn new(pair: PairProof, source: &Source) -> Tried {
        let path = |direction| {
            let entry = source.entry(pair.version, direction);
            entry.map(|entry| entry.path().to_path_buf())
        };
        let (up, down) = (path(Direction::Up), path(Direction::Down));
        let other = |path: &Option<PathBuf>| path.as_deref().and_then(other_half);
        let up = up.clone().or_else(|| other(&down)).unwrap_or_default();
        let down = down.or_else(|| other_half(&up)).unwrap_or_default();
        Tried { pair, up, down }
    }

    /// Whether it failed.
    pub fn is_failed(&self) -> bool {
        self.pair.outcome == PairOutcome::Failed
    }

    /// The version.
    pub fn version(&self) -> Version {
        self.pair.version
    }
}

/// The file beside an up file or a down file.
fn other_half(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let FileName::Migration { direction, extension, .. } = parse_file_name(name) else {
        return None;
    };
    let other = if direction == Direction::Up { Direction::Down } else { Direction::Up };
    let stem = name.strip_suffix(&format!(".{direction}.{extension}"))?;
    Some(path.with_file_name(format!("{stem}.{other}.{extension}")))
}
