//! Programs that a machine may have or not.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// This checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where a program is. Without it the test does not run, which is said in capitals.
pub fn find(program: &str, test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        let program = program.to_uppercase();
        // Not `eprintln!`: the test harness would capture it, and nobody would read it.
        writeln!(io::stderr(), "\nTEST DID NOT RUN: {test}: NO {program} ON THE PATH")
            .expect("write to stderr");
    }
    found
}
