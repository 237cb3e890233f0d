//! What `init` writes into a project: a Makefile, or a part of one, `.env.example`, and the first pair.
//!
//! The texts are the files beside this one. Nothing that is there is ever changed or overwritten. It
//! prints nothing.

mod makefile;

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use dbm::{Error, Source};

use crate::cli::create::files::make_folder;
use crate::cli::env_file::DATABASE_VARIABLE;
use crate::render::error::Complaint;

const ENV_EXAMPLE: &str = include_str!("env.example");
const PAIR: [(&str, &str); 2] = [
    ("001_create_users.up.sql", include_str!("create_users.up.sql")),
    ("001_create_users.down.sql", include_str!("create_users.down.sql")),
];

/// What was asked for.
pub struct InitRequest {
    /// The folder of the migrations, made if need be.
    pub folder: PathBuf,
    /// The URL that errors name it by.
    pub url: String,
    /// The variable that holds the database's URL.
    pub variable: String,
}

/// What came of one file, or of the pair.
pub enum Made {
    /// It was written.
    Written(PathBuf),
    /// It was there, and is as it was.
    Kept(PathBuf),
    /// The folder has migrations, or files that look meant to be some: no example is written.
    NoExample(PathBuf),
    /// A part of a Makefile was written, or was there, and no Makefile includes it yet.
    NotIncluded {
        /// The part.
        part: &'static str,
        /// The Makefile.
        makefile: &'static str,
    },
}

/// Writes what is missing into the working directory, and says of each to `tell` what came of it.
/// Errors are those of the file system; what was written before stays, and another call goes on.
pub fn init(request: &InitRequest, tell: &mut dyn FnMut(Made)) -> Result<()> {
    makefile::write(request, tell)?;
    let example = ENV_EXAMPLE.replace(DATABASE_VARIABLE, &request.variable);
    write_new(Path::new(".env.example"), &example, tell)?;
    let folder = &request.folder;
    if folder.exists() && !is_empty(request)? {
        tell(Made::NoExample(folder.clone()));
        return Ok(());
    }
    make_folder(folder)?;
    for (name, text) in PAIR {
        write_new(&folder.join(name), text, tell)?;
    }
    Ok(())
}

/// Whether nothing in the folder is a migration or looks like one.
fn is_empty(request: &InitRequest) -> Result<bool, Error> {
    match Source::folder_as(&request.folder, &request.url) {
        Ok(source) => Ok(source.versions().is_empty() && source.warnings().is_empty()),
        // Two files of one version, for one: it is not empty.
        Err(_) if fs::read_dir(&request.folder).is_ok() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes a file, unless one is there.
fn write_new(path: &Path, text: &str, tell: &mut dyn FnMut(Made)) -> Result<(), Complaint> {
    let failed = |action| move |reason| Complaint::io(action, path, &reason);
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(reason) if reason.kind() == ErrorKind::AlreadyExists => {
            tell(Made::Kept(path.to_path_buf()));
            return Ok(());
        }
        opened => opened.map_err(failed("open"))?,
    };
    if let Err(reason) = file.write_all(text.as_bytes()) {
        // Half a file would be kept by the next call.
        let _ = fs::remove_file(path);
        return Err(failed("write")(reason));
    }
    tell(Made::Written(path.to_path_buf()));
    Ok(())
}
