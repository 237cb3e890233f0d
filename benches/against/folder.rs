//! A folder of migrations, in the three shapes in which the tools want it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;

pub struct Folder {
    /// For dbm and golang-migrate: one file a migration.
    pub path: PathBuf,
    /// For psql with one message a file: the texts of the up files, in order.
    pub texts: Vec<String>,
}

impl Folder {
    /// A folder that exists. Its files must sort by name as they sort by number.
    pub fn read(path: &Path) -> Outcome<Folder> {
        let mut files = Vec::new();
        for entry in fs::read_dir(path)? {
            let file = entry?.path();
            if file.to_string_lossy().ends_with(".up.sql") {
                files.push(file);
            }
        }
        files.sort();
        let texts: Result<_, _> = files.iter().map(fs::read_to_string).collect();
        Ok(Folder { path: path.to_owned(), texts: texts? })
    }

    /// A new folder of so many files, each of which creates a small table.
    pub fn generate(path: &Path, files: usize) -> Outcome<Folder> {
        fs::create_dir(path)?;
        let mut texts = Vec::with_capacity(files);
        for number in 1..=files {
            let text = format!("create table t{number} (id int);\n");
            fs::write(path.join(format!("{number:05}_t{number}.up.sql")), &text)?;
            texts.push(text);
        }
        Ok(Folder { path: path.to_owned(), texts })
    }

    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// For psql with everything in one: all texts in one file, put at `path`.
    pub fn write_whole(&self, path: &Path) -> Outcome<()> {
        Ok(fs::write(path, self.texts.concat())?)
    }
}
