//! The Makefile that `init` writes, or the part of one beside a Makefile that is there.

use std::fs;
use std::path::Path;

use dbm::regular_file;

use super::{InitRequest, Made, write_new};
use crate::cli::env_file::DATABASE_VARIABLE;
use crate::render::error::Complaint;
use crate::render::shell::word;

const TEXT: &str = include_str!("Makefile");
/// Beside a Makefile.
const PART: &str = "dbm.mk";
/// The names that make looks for, in its order.
const NAMES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];
/// A target that ours has, and a Makefile that is made for migrations probably has, too.
const TARGET: &str = "migrate-up:";

/// Writes it. A Makefile that has the target, or includes the part, is as it should be.
pub fn write(request: &InitRequest, tell: &mut dyn FnMut(Made)) -> Result<(), Complaint> {
    let text = text(request);
    let Some(makefile) = NAMES.into_iter().find(|name| fs::symlink_metadata(name).is_ok()) else {
        return write_new(Path::new("Makefile"), &text, tell);
    };
    let there = regular_file::read(Path::new(makefile))
        .map_err(|reason| Complaint::io("open", Path::new(makefile), &reason))?;
    let there = String::from_utf8_lossy(&there);
    if there.lines().any(|line| line.starts_with(TARGET)) {
        tell(Made::Kept(makefile.into()));
        return Ok(());
    }
    write_new(Path::new(PART), &text, tell)?;
    let is_included = there.lines().any(|line| {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|word| word.ends_with("include")) && words.any(|word| word == PART)
    });
    if !is_included {
        tell(Made::NotIncluded { part: PART, makefile });
    }
    Ok(())
}

/// With the folder and the variable that were asked for.
fn text(request: &InitRequest) -> String {
    let InitRequest { folder, variable, .. } = request;
    let mut flags = format!("-path {}", escaped(&word(&folder.to_string_lossy())));
    if variable != DATABASE_VARIABLE {
        flags.push_str(&format!(" -database-env {}", escaped(&word(variable))));
    }
    TEXT.replace(DATABASE_VARIABLE, variable).replace("-path migrations", &flags)
}

/// As make reads it.
fn escaped(word: &str) -> String {
    word.replace('$', "$$").replace('#', "\\#")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_and_variable_are_as_they_were_asked_for() {
        let text = |folder: &str, variable: &str| {
            let (url, variable) = (String::new(), variable.to_string());
            text(&InitRequest { folder: folder.into(), url, variable })
        };
        assert_eq!(text("migrations", "DATABASE_URL"), TEXT);
        let other = text("db/it's $1", "NEON_DB_URL");
        assert!(
            other.contains("\nDBM ?= dbm -path 'db/it'\\''s $$1' -database-env NEON_DB_URL\n"),
            "{other}"
        );
        assert!(other.contains(" from NEON_DB_URL,") && !other.contains("DATABASE_URL"), "{other}");
    }
}
