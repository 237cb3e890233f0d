//! What `tests/recipes.sh` fetches.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder of `python` or `node`. `None` where it is not there: the caller then returns, and it has
/// been said in capitals that the test did not run; under `CI` it is a failure.
pub fn find(what: &str, test: &str) -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/recipes");
    let folder = tools.join(what);
    if folder.join("versions").is_file() {
        return Some(folder);
    }
    let missing = format!("no {what} in {}: run tests/recipes.sh", tools.display());
    assert!(std::env::var_os("CI").is_none(), "{missing}, and under CI the recipes must run");
    // Not `eprintln!`: the test harness would capture it, and nobody would read it.
    writeln!(io::stderr(), "\nRECIPE TEST DID NOT RUN: {test}: {missing}")
        .expect("write to stderr");
    None
}
