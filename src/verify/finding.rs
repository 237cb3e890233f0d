//! What was found: one thing that is wrong or worth knowing, and its kind.

use std::fmt;

use crate::migration::Version;
use crate::text::printable;
use crate::verify::remedy::Remedy;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// A file that is ignored although it looks meant, one that runs although it does not, or two
    /// halves of a pair that do not share their name.
    Name,
    /// Two files are the same half of one version.
    Duplicate,
    /// A version has a down file and no up file.
    NoUp,
    /// A version has an up file and no down file.
    NoDown,
    /// A down file without a statement stands beside an up file that has some.
    EmptyDown,
    /// A number that is written in another way than those of the other files.
    Style,
    /// A file begins a transaction that it does not end: it is never run.
    OpenTransaction,
    /// `COPY … FROM STDIN` wants rows that a file cannot carry: it is never run.
    CopyFromStdin,
    /// A file cannot run in one transaction.
    NonTransactional,
    /// A file is no text, or cannot be opened.
    Unreadable,
    /// A version is over [`MAX_VERSION`](crate::MAX_VERSION).
    TooLarge,
    /// With a database: a file is not any more what was applied.
    Edited,
    /// With a database: a file that never ran, below the version that is applied.
    Late,
    /// With a database: what was applied has no file any more.
    Missing,
    /// With a database: a file was begun and not finished.
    Dirty,
    /// With a database: an index was left `INVALID`.
    InvalidIndex,
    /// With a database: the log cannot be read, so nobody knows what is edited or late.
    Log,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: &'static [FindingKind] = &[
        FindingKind::Name,
        FindingKind::Duplicate,
        FindingKind::NoUp,
        FindingKind::NoDown,
        FindingKind::EmptyDown,
        FindingKind::Style,
        FindingKind::OpenTransaction,
        FindingKind::CopyFromStdin,
        FindingKind::NonTransactional,
        FindingKind::Unreadable,
        FindingKind::TooLarge,
        FindingKind::Edited,
        FindingKind::Late,
        FindingKind::Missing,
        FindingKind::Dirty,
        FindingKind::InvalidIndex,
        FindingKind::Log,
    ];

    /// The word for it that people and programs read and type: `no-down`.
    pub fn word(self) -> &'static str {
        match self {
            FindingKind::Name => "name",
            FindingKind::Duplicate => "duplicate",
            FindingKind::NoUp => "no-up",
            FindingKind::NoDown => "no-down",
            FindingKind::EmptyDown => "empty-down",
            FindingKind::Style => "style",
            FindingKind::OpenTransaction => "open-transaction",
            FindingKind::CopyFromStdin => "copy",
            FindingKind::NonTransactional => "non-transactional",
            FindingKind::Unreadable => "unreadable",
            FindingKind::TooLarge => "too-large",
            FindingKind::Edited => "edited",
            FindingKind::Late => "late",
            FindingKind::Missing => "missing",
            FindingKind::Dirty => "dirty",
            FindingKind::InvalidIndex => "invalid-index",
            FindingKind::Log => "log",
        }
    }

    /// The kind that this word stands for. `loose` is the older word for `non-transactional`.
    pub fn from_word(word: &str) -> Option<FindingKind> {
        let word = if word == "loose" { "non-transactional" } else { word };
        FindingKind::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One thing that was found, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The version that it is about; of a file that is ignored, the one that it would have.
    pub version: Option<Version>,
    /// The file's name within the folder, with control characters escaped.
    pub file: Option<String>,
    /// The line in the file, counted from 1.
    pub line: Option<usize>,
    /// What is so, in a few words that can follow the file's name.
    pub message: String,
    /// What to do about it.
    pub remedy: Remedy,
    /// It is worth knowing, and nothing is wrong.
    pub is_note: bool,
}

impl Finding {
    pub(crate) fn new(
        kind: FindingKind,
        version: Option<Version>,
        message: impl Into<String>,
        remedy: Remedy,
    ) -> Finding {
        Finding {
            kind,
            version,
            file: None,
            line: None,
            message: message.into(),
            remedy,
            is_note: false,
        }
    }

    pub(crate) fn in_file(mut self, file_name: &str) -> Finding {
        self.file = Some(printable(file_name).into_owned());
        self
    }

    pub(crate) fn at_line(mut self, line: Option<usize>) -> Finding {
        self.line = line;
        self
    }
}
