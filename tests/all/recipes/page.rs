//! A page of docs/recipes, as the blocks that are to be followed.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Page {
    pub blocks: Vec<Block>,
}

pub struct Block {
    /// `sh`: to be run. `console`: commands behind `$ `, and what they print.
    pub language: String,
    /// The file that it is, where the line before it ends with its name: "`main.py`:".
    pub file: Option<String>,
    /// The heading that it stands under.
    pub heading: String,
    pub text: String,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes")
}

pub fn text(name: &str) -> String {
    let path = folder().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Page {
    pub fn read(name: &str) -> Self {
        let text = text(name);
        let (mut blocks, mut heading, mut before) = (Vec::new(), String::new(), String::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(language) = line.strip_prefix("```") {
                let inside = lines.by_ref().take_while(|line| *line != "```");
                let text = inside.map(|line| format!("{line}\n")).collect();
                let (language, heading) = (language.to_owned(), heading.clone());
                blocks.push(Block { language, file: named(&before), heading, text });
            } else if let Some(text) = line.trim_start_matches('#').strip_prefix(' ')
                && line.starts_with('#')
            {
                text.clone_into(&mut heading);
            }
            if !line.is_empty() {
                line.clone_into(&mut before);
            }
        }
        assert!(!blocks.is_empty(), "{name} has nothing to follow");
        Self { blocks }
    }

    /// The text of a file.
    #[track_caller]
    pub fn file(&self, name: &str) -> &str {
        let mut blocks = self.blocks.iter();
        let found = blocks.find(|block| block.file.as_deref() == Some(name));
        &found.unwrap_or_else(|| panic!("the page has no {name}")).text
    }
}

/// "The Makefile, `Makefile`:" names one.
fn named(line: &str) -> Option<String> {
    let (_, name) = line.strip_suffix("`:")?.rsplit_once('`')?;
    (!name.contains(' ') && !name.ends_with('/')).then(|| name.to_owned())
}
