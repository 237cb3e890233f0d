//! The pairs of files that `new` makes: `.sql`, numbered as the folder's others are, and by the time in
//! an empty folder, unless they come with numbers of their own.

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::Utc;
use dbm::numbering::parse_number;
use dbm::text::printable_path;
use rustix::fs::{FlockOperation, flock};

use super::files::{clean, make_files, make_folder, working_directory};
use super::sequence::numbered_files;
use super::{check_characters, file_names};
use crate::cli::numbered_file::{NumberedFile, next_number, style, timestamp};
use crate::cli::template::Step;
use crate::render::error::Complaint;

/// Their extension.
const EXTENSION: &str = "sql";

/// A pair that is to be made.
pub struct NewPair<'a> {
    name: &'a str,
    /// The texts of the up file and of the down file.
    texts: [&'a str; 2],
    /// Its number in an empty folder, for one that belongs to a set.
    digits: Option<&'a str>,
}

impl<'a> NewPair<'a> {
    /// Two empty files.
    pub fn empty(name: &'a str) -> NewPair<'a> {
        NewPair { name, texts: ["", ""], digits: None }
    }

    /// A migration of a template.
    pub fn of_step(step: &'a Step) -> NewPair<'a> {
        let (digits, name) = step.number_and_name();
        NewPair { name, texts: [step.up, step.down], digits: Some(digits) }
    }
}

/// Makes the files in `folder`, which is made if it is missing, all or none, and returns their paths:
/// relative where they are below the working directory.
pub fn make_pairs(folder: &Path, pairs: &[NewPair]) -> Result<Vec<PathBuf>, Complaint> {
    for pair in pairs {
        check_characters("name", pair.name)?;
    }
    let folder = clean(folder);
    make_folder(&folder)?;
    // Two that run at the same moment take different numbers. Where the file system has no locks, that
    // is left to chance.
    let lock = File::open(&folder).map_err(|error| Complaint::io("open", &folder, &error))?;
    let _ = flock(&lock, FlockOperation::LockExclusive);
    let (mut others, now) = (numbered_files(&folder, EXTENSION)?, Utc::now());
    let (style, is_empty) = (style(&others), others.is_empty());
    let mut files = Vec::new();
    for pair in pairs {
        check_new(&folder, &others, pair)?;
        let own = pair.digits.filter(|_| is_empty);
        let first = if others.is_empty() { timestamp(now) } else { None };
        let number = match own.and_then(parse_number).or(first) {
            Some(number) => number,
            None => next_number(&others, None, now).map_err(Complaint::new)?,
        };
        let digits = own.map_or_else(|| style.format(number), str::to_owned);
        let names = file_names(&digits, pair.name, EXTENSION)?;
        let file_name = names[0].clone().into();
        others.push(NumberedFile { file_name, number, digits, is_folder: false });
        files.extend(names.map(|name| clean(&folder.join(name))).into_iter().zip(pair.texts));
    }
    make_files(&files)?;
    let here = working_directory().unwrap_or_default();
    let below = |file: PathBuf| file.strip_prefix(&here).map_or(file.clone(), Path::to_path_buf);
    Ok(files.into_iter().map(|(file, _)| below(file)).collect())
}

/// A set is not written into the same folder twice.
fn check_new(folder: &Path, others: &[NumberedFile], pair: &NewPair) -> Result<(), Complaint> {
    let is_same = |file: &&NumberedFile| {
        let name = file.name();
        let rest = name.split_once('_').and_then(|(_, rest)| rest.strip_prefix(pair.name));
        rest.is_some_and(|rest| matches!(rest, ".up.sql" | ".down.sql" | ".sql"))
    };
    let Some(file) = others.iter().find(is_same).filter(|_| pair.digits.is_some()) else {
        return Ok(());
    };
    let path = printable_path(&folder.join(&file.file_name));
    let hint = "nothing was written: delete it if it is only an example, or give another folder with -path";
    Err(Complaint::new(format!("there is a migration {} already: {path}", pair.name)).hint(hint))
}
