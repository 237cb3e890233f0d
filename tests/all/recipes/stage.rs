//! A fresh folder and a database of its own, where a page is followed with the built dbm on the `PATH`.

use std::os::unix::fs::symlink;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::page::{Block, Page};
use crate::support::run::binary;
use crate::support::{Database, Folder, Output, Run, server};

pub struct Stage {
    pub db: Database,
    pub root: Folder,
    bin: Folder,
}

/// Marks the end of a command's output, with its exit code.
const MARK: &str = "@@ end of a command: ";

impl Stage {
    pub fn new() -> Self {
        let bin = Folder::new();
        symlink(binary(), bin.join("dbm")).expect("a link");
        Self { db: Database::new(), root: Folder::new(), bin }
    }

    /// dbm, the programs of PostgreSQL, and what the machine has.
    pub fn path(&self) -> String {
        let psql = server::pg_dump().parent().expect("a folder").display();
        format!("{}:{psql}:{}", self.bin.arg(), std::env::var("PATH").expect("a PATH"))
    }

    /// A shell in the folder, with the database in `DATABASE_URL` unless a `.env` names one.
    pub fn shell(&self, script: &str) -> Run {
        let run = Run::program("sh").args(["-c", script]).cwd(self.root.path());
        let run = run.env("PATH", self.path());
        match self.root.join(".env").exists() {
            true => run,
            false => run.env("DATABASE_URL", self.db.url()),
        }
    }

    #[track_caller]
    pub fn sh(&self, script: &str) -> Output {
        self.shell(script).output()
    }

    #[track_caller]
    pub fn follow(&self, page: &Page) {
        page.blocks.iter().for_each(|block| self.follow_block(block));
    }

    /// As far as this heading.
    #[track_caller]
    pub fn follow_until(&self, page: &Page, heading: &str) {
        assert!(page.blocks.iter().any(|block| block.heading == heading), "no {heading:?}");
        let blocks = page.blocks.iter().take_while(|block| block.heading != heading);
        blocks.for_each(|block| self.follow_block(block));
    }

    /// What stands under this heading.
    #[track_caller]
    pub fn follow_section(&self, page: &Page, heading: &str) {
        let blocks: Vec<&Block> = page.blocks.iter().filter(|it| it.heading == heading).collect();
        assert!(!blocks.is_empty(), "no {heading:?}");
        blocks.into_iter().for_each(|block| self.follow_block(block));
    }

    #[track_caller]
    fn follow_block(&self, block: &Block) {
        match (&block.file, block.language.as_str()) {
            (Some(name), _) => self.root.write(name, self.with_database(&block.text)),
            (None, "sh") => {
                self.sh(&format!("set -e\n{}", block.text)).assert_status(0);
            }
            (None, "console") => self.follow_console(&block.text),
            _ => {}
        }
    }

    /// The test's database in the place of each that is named.
    pub fn with_database(&self, text: &str) -> String {
        static URL: LazyLock<Regex> = LazyLock::new(|| pattern(r#"postgres(ql)?://[^\s'"]+"#));
        URL.replace_all(text, |_: &Captures| self.db.url()).into_owned()
    }

    /// Commands in one shell, and what each prints.
    #[track_caller]
    fn follow_console(&self, text: &str) {
        let mut steps: Vec<(&str, String)> = Vec::new();
        for line in text.lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push((command, String::new())),
                (None, Some((_, expected))) => expected.push_str(&format!("{line}\n")),
                (None, None) => panic!("output without a command: {line:?}"),
            }
        }
        let mut script = "exec 2>&1\n".to_owned();
        for (command, _) in &steps {
            script.push_str(&format!("{command}\necho '{MARK}'$?\n"));
        }
        let output = self.sh(&script);
        let mut printed = output.stdout.as_str();
        for (command, expected) in &steps {
            let (text, rest) = printed.split_once(MARK).unwrap_or_else(|| panic!("{output}"));
            let (code, rest) = rest.split_once('\n').unwrap_or((rest, ""));
            assert_eq!(masked(text), masked(expected), "$ {command}\n{output}");
            assert_eq!(code, "0", "$ {command}\n{output}");
            printed = rest;
        }
    }
}

/// Without what differs from run to run.
fn masked(text: &str) -> String {
    static MASKS: LazyLock<[(Regex, &str); 5]> = LazyLock::new(|| {
        [
            (pattern(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "DATE"),
            (pattern(r"\((just now|[^()]* ago)\)"), "(AGO)"),
            (pattern(r"\b\d+(\.\d+)?(ns|µs|ms|s)\b"), "TIME"),
            (pattern(r"\b[0-9a-f]{8}\b"), "SUM"),
            (pattern(r" +"), " "),
        ]
    });
    MASKS.iter().fold(text.to_owned(), |text, (mask, word)| mask.replace_all(&text, *word).into())
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}
