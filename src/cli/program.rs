//! What we are called, and what was typed to call us.

use std::ffi::OsString;
use std::path::Path;

/// The program, as its caller knows it.
#[derive(Clone)]
pub struct Program {
    /// What it calls itself: `dbm`, or `migrate` where a link of that name was called.
    pub name: String,
    /// What was typed to call it.
    pub typed: String,
}

impl Program {
    /// From the first word of the command line.
    pub fn of(typed: Option<OsString>) -> Program {
        let typed = typed.filter(|word| !word.is_empty()).unwrap_or_else(|| "dbm".into());
        let name = match Path::new(&typed).file_stem() {
            Some(name) if name == "migrate" => "migrate",
            _ => "dbm",
        };
        Program { name: name.to_string(), typed: typed.to_string_lossy().into_owned() }
    }
}
