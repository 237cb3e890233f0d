//! What `make demo` builds.

use std::fs;

use crate::installing::programs::root;
use crate::support::Run;

/// The release takes minutes to build, and a demo does not.
#[test]
fn a_demo_is_built_quickly() {
    let home = tempfile::tempdir().expect("a folder");
    let demo = Run::program("make")
        .args(["--no-print-directory", "--dry-run", "demo"])
        .env("CARGO_TARGET_DIR", home.path())
        .cwd(root())
        .output();
    demo.assert_status(0);
    assert!(demo.stdout.contains("cargo build --profile demo --locked"), "{demo}");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("read Cargo.toml");
    let (_, profile) = manifest.split_once("[profile.demo]\n").expect("a profile");
    let (profile, _) = profile.split_once("\n\n").expect("its end");
    assert!(
        profile.contains("inherits = \"dev\"") && profile.contains("debug = false"),
        "{profile}"
    );
}
