//! A temporary folder of migration files.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Gone when it is dropped.
pub struct Folder {
    root: TempDir,
}

impl Folder {
    pub fn new() -> Self {
        let root =
            tempfile::Builder::new().prefix("dbm-test-").tempdir().expect("a temporary folder");
        Self { root }
    }

    /// Four migrations, `1_a` to `4_d`: each makes a table and takes it away.
    pub fn four() -> Self {
        Self::tables(&["a", "b", "c", "d"])
    }

    /// Migrations 1, 2, …, one table each, named as the table.
    pub fn tables(names: &[&str]) -> Self {
        let mut folder = Self::new();
        for (index, name) in names.iter().enumerate() {
            let version = index + 1;
            folder = folder.pair(
                &format!("{version}_{name}"),
                &format!("CREATE TABLE {name} (id int);\n"),
                &format!("DROP TABLE {name};\n"),
            );
        }
        folder
    }

    /// Adds a file, making folders on the way.
    pub fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(name, text);
        self
    }

    /// Adds `STEM.up.sql` and `STEM.down.sql`.
    pub fn pair(self, stem: &str, up: &str, down: &str) -> Self {
        self.file(&format!("{stem}.up.sql"), up).file(&format!("{stem}.down.sql"), down)
    }

    /// Writes a file in a folder that is already in use: mends it, for one.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("make a folder");
        }
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    pub fn path(&self) -> &Path {
        self.root.path()
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The folder as an argument.
    pub fn arg(&self) -> String {
        self.path().to_str().expect("a UTF-8 path").to_owned()
    }

    /// The names of the files in it, sorted.
    pub fn names(&self) -> Vec<String> {
        Self::names_in(self.path())
    }

    /// The names of the files in any folder, sorted.
    pub fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("read a folder")
            .map(|entry| {
                let name = entry.expect("an entry").file_name();
                name.to_str().expect("a UTF-8 name").to_owned()
            })
            .collect();
        names.sort();
        names
    }
}
