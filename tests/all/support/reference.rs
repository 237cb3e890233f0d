//! The real golang-migrate, the oracle of the interop tests.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Its binary: `DBM_TEST_MIGRATE`, else what `make test` installs into `target/tools`.
///
/// `None` when this machine has none. The caller then returns, and it has been said in capitals
/// that the test did not run; under `CI` it is a failure.
pub fn find(test: &str) -> Option<PathBuf> {
    let path = match std::env::var_os("DBM_TEST_MIGRATE") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/migrate"),
    };
    if path.is_file() {
        return Some(path);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "no golang-migrate at {}, and under CI the interop tests must run",
        path.display()
    );
    // Not `eprintln!`: the test harness would capture it, and nobody would read it.
    writeln!(
        io::stderr(),
        "\nINTEROP TEST DID NOT RUN: {test}: NO GOLANG-MIGRATE AT {}",
        path.display()
    )
    .expect("write to stderr");
    None
}
