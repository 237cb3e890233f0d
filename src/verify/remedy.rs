//! What to do about a finding: the facts of it.
//!
//! The words are the program's: they name its commands. `Display` is therefore not offered.

use crate::migration::{Direction, Version};

/// A file to be renamed, by its names within the folder, as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// What it is called.
    pub from: String,
    /// What it should be called.
    pub to: String,
}

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Rename the file.
    Rename(Rename),
    /// If it is to run, rename the file.
    RenameToRun(Rename),
    /// If up and down belong together, rename the down file.
    RenameAsPair(Rename),
    /// Remove the file from the folder, or rename it.
    RemoveOrRename(Rename),
    /// Give one of the files, one that no database has run, another number.
    RenumberDuplicate(Option<Rename>),
    /// Remove these files from the folder.
    RemoveFiles(Vec<String>),
    /// Give it a migration's name, or remove it from the folder.
    NameOrRemove,
    /// Remove the file or give it another number: its place is taken.
    PlaceTaken {
        /// The file that has the place.
        by: String,
        /// The version.
        version: Version,
        /// The direction.
        direction: Direction,
    },
    /// Split the file, which is written for another tool, into up and down.
    SplitForTool {
        /// The tool.
        tool: &'static str,
        /// The up file to write.
        up: String,
        /// The down file to write.
        down: String,
    },
    /// Give it a smaller number.
    SmallerNumber,
    /// Give it a number at the end, if no database has run it.
    Renumber {
        /// Its version.
        version: Version,
    },
    /// Write the down file.
    WriteDown {
        /// Its name.
        down: String,
    },
    /// Write the up file, or remove the down file.
    WriteUp {
        /// The up file to write.
        up: String,
        /// The down file that is there.
        down: String,
        /// Their version.
        version: Version,
    },
    /// Write into the down file what undoes the up file.
    FillDown,
    /// Write the statements of the up file, or remove the pair.
    FillUp {
        /// Their version.
        version: Version,
    },
    /// Delete the line.
    DeleteLine,
    /// Set it for the transaction only.
    SetLocal,
    /// See what kind of file it is.
    Inspect {
        /// The file.
        file: String,
    },
    /// Save the file as UTF-8.
    SaveAsUtf8,
    /// Remove the zero byte.
    RemoveZeroByte,
    /// Write INSERT, or COPY from a file on the server.
    ReplaceCopy,
    /// Add a COMMIT, or remove the BEGIN.
    EndTransaction,
    /// Remove AND CHAIN, or end its transaction.
    RemoveChain,
    /// Nothing: the file is as good as it can be.
    Nothing,
    /// Put the statement into a file of its own.
    OwnFile {
        /// There are several such statements.
        several: bool,
    },
    /// The same, without the BEGIN and COMMIT around it.
    OwnFileWithoutTransaction,
    /// Remove the statement.
    RemoveStatement,
    /// Remove the statement, or split the file there.
    RemoveOrSplit,
    /// Split the file there, or remove its BEGIN and COMMIT.
    SplitOrUnwrap,
    /// Finish or undo by hand what the file has left, then force the version.
    Force {
        /// The row's version.
        version: Option<Version>,
        /// The newest version of the folder under it.
        below: Option<Version>,
    },
    /// Read the log as a role that may.
    GrantLog,
    /// Build the index again.
    Reindex {
        /// The index, quoted.
        index: String,
    },
    /// Nothing has to be done; the new text can be recorded.
    MayRecord {
        /// Its version.
        version: Version,
    },
    /// Put the old text back, or record the new one.
    RestoreOrRecord {
        /// Its version.
        version: Version,
    },
    /// Renumber the file, run it out of order, or record it as applied.
    RenumberRunOrRecord {
        /// Its version.
        version: Version,
    },
    /// Allow a database that is ahead of this folder, or go back by the log's texts.
    AllowNewerOrGoBack {
        /// The newest version of this folder under the database's.
        below: Option<Version>,
    },
    /// Bring the file back.
    RestoreFile,
}
