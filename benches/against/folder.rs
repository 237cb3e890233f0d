//! A folder of migrations, as each of the tools wants its files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::shape::{Shape, Texts};

/// How a tool lays its files out: each has a subfolder of that name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `00001_item.up.sql`, `00001_item.down.sql`: dbm, golang-migrate, sqlx.
    Pairs,
    Dbmate,
    Goose,
    Tern,
    Refinery,
}

const LAYOUTS: [Layout; 5] =
    [Layout::Pairs, Layout::Dbmate, Layout::Goose, Layout::Tern, Layout::Refinery];

pub struct Folder {
    path: PathBuf,
    /// The up files' texts, in order: what psql is given.
    pub texts: Vec<String>,
}

impl Folder {
    /// So many migrations of a shape, in a new folder at `path`.
    pub fn generate(path: &Path, migrations: usize, shape: Shape) -> Outcome<Folder> {
        let mut folder = Folder::empty(path)?;
        for _ in 0..migrations {
            folder.grow(shape)?;
        }
        folder.write_whole()?;
        Ok(folder)
    }

    /// One migration, in a new folder at `path`.
    pub fn of_one(path: &Path, texts: &Texts) -> Outcome<Folder> {
        let mut folder = Folder::empty(path)?;
        folder.add("big", texts)?;
        folder.write_whole()?;
        Ok(folder)
    }

    /// The pairs of a folder that is there, in a new folder at `path`. Their names must sort as their numbers.
    pub fn copy(path: &Path, from: &Path) -> Outcome<Folder> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(from)?.map(|entry| Ok(entry?.path())).collect::<Outcome<_>>()?;
        files.sort();
        let mut folder = Folder::empty(path)?;
        for file in files {
            let Some(stem) = file.to_str().and_then(|name| name.strip_suffix(".up.sql")) else {
                continue;
            };
            let up = fs::read_to_string(&file)?;
            let down = fs::read_to_string(format!("{stem}.down.sql"))?;
            let name = stem.rsplit_once('/').map_or(stem, |(_, name)| name);
            let name = name.split_once('_').map_or(name, |(_, name)| name);
            folder.add(name, &Texts { up, down })?;
        }
        folder.write_whole()?;
        Ok(folder)
    }

    fn empty(path: &Path) -> Outcome<Folder> {
        for layout in LAYOUTS {
            fs::create_dir_all(path.join(layout.name()))?;
        }
        Ok(Folder { path: path.to_owned(), texts: Vec::new() })
    }

    /// One more migration at the end: the next run finds it pending.
    pub fn grow(&mut self, shape: Shape) -> Outcome<()> {
        self.add("item", &shape.texts(self.len() + 1))
    }

    fn add(&mut self, name: &str, texts: &Texts) -> Outcome<()> {
        let number = self.len() + 1;
        for layout in LAYOUTS {
            let folder = self.of(layout);
            for (file, text) in layout.files(number, name, texts) {
                fs::write(folder.join(file), text)?;
            }
        }
        self.texts.push(texts.up.clone());
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Where the files of a layout are.
    pub fn of(&self, layout: Layout) -> PathBuf {
        self.path.join(layout.name())
    }

    /// All up files as one, for psql; without those that were added later.
    pub fn whole(&self) -> PathBuf {
        self.path.join("whole.sql")
    }

    fn write_whole(&self) -> Outcome<()> {
        Ok(fs::write(self.whole(), self.texts.concat())?)
    }
}

impl Layout {
    fn name(self) -> &'static str {
        match self {
            Layout::Pairs => "pairs",
            Layout::Dbmate => "dbmate",
            Layout::Goose => "goose",
            Layout::Tern => "tern",
            Layout::Refinery => "refinery",
        }
    }

    /// The names and texts of a migration's files.
    fn files(self, number: usize, name: &str, Texts { up, down }: &Texts) -> Vec<(String, String)> {
        let one = |name: String, text: String| vec![(name, text)];
        let sql = format!("{number:05}_{name}.sql");
        match self {
            Layout::Pairs => vec![
                (format!("{number:05}_{name}.up.sql"), up.clone()),
                (format!("{number:05}_{name}.down.sql"), down.clone()),
            ],
            Layout::Dbmate => one(sql, format!("-- migrate:up\n{up}\n-- migrate:down\n{down}")),
            // goose cuts a file at its semicolons, unless it is told where a statement begins and ends.
            Layout::Goose if up.contains("$$") => one(
                sql,
                format!(
                    "-- +goose Up\n-- +goose StatementBegin\n{up}-- +goose StatementEnd\n\n\
                     -- +goose Down\n{down}"
                ),
            ),
            Layout::Goose => one(sql, format!("-- +goose Up\n{up}\n-- +goose Down\n{down}")),
            Layout::Tern => {
                one(sql, format!("{up}\n---- create above / drop below ----\n\n{down}"))
            }
            Layout::Refinery => one(format!("V{number}__{name}.sql"), up.clone()),
        }
    }
}
