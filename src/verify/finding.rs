//! What was found: one thing that is wrong or worth knowing, and its kind.

use std::fmt;

use crate::migration::Version;
use crate::text::printable;
use crate::verify::remedy::Remedy;

/// Declares the kinds, each with the word for it.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $word:literal,)+) => {
        /// What kind of thing was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingKind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &'static [FindingKind] = &[$(FindingKind::$kind),+];

            /// The word for it that people and programs read and type: `no-down`.
            pub fn word(self) -> &'static str {
                match self {
                    $(FindingKind::$kind => $word,)+
                }
            }
        }
    };
}

kinds! {
    /// A file that is ignored although it looks meant, one that runs although it does not, or two
    /// halves of a pair that do not share their name.
    Name = "name",
    /// Two files are the same half of one version.
    Duplicate = "duplicate",
    /// A version has a down file and no up file.
    NoUp = "no-up",
    /// A version has an up file and no down file.
    NoDown = "no-down",
    /// A down file that does nothing stands beside an up file that does something.
    EmptyDown = "empty-down",
    /// An up file that does nothing.
    Empty = "empty",
    /// A number that is written in another way than those of the other files.
    Style = "style",
    /// A file begins a transaction that it does not end: it is never run.
    OpenTransaction = "open-transaction",
    /// `COPY … FROM STDIN` wants rows that a file cannot carry: it is never run.
    CopyFromStdin = "copy",
    /// A command of psql, which the server does not know.
    Psql = "psql",
    /// A file leaves settings on the session, by which the files after it run.
    Session = "session",
    /// A file cannot run in one transaction.
    NonTransactional = "non-transactional",
    /// A file is no text, or cannot be opened.
    Unreadable = "unreadable",
    /// A version is over [`MAX_VERSION`](crate::MAX_VERSION).
    TooLarge = "too-large",
    /// With a database: a file is not any more what was applied.
    Edited = "edited",
    /// With a database: a file that never ran, below the version that is applied.
    Late = "late",
    /// With a database: what was applied has no file any more.
    Missing = "missing",
    /// With a database: a file was begun and not finished.
    Dirty = "dirty",
    /// With a database: an index was left `INVALID`.
    InvalidIndex = "invalid-index",
    /// With a database: the log cannot be read, so nobody knows what is edited or late.
    Log = "log",
}

impl FindingKind {
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
        let (message, is_note) = (message.into(), false);
        Finding { kind, version, file: None, line: None, message, remedy, is_note }
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
