//! The release workflow, which cannot run here: what it calls is there.

use std::fs;

use crate::installing::programs::root;

#[test]
fn it_calls_what_is_there() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("read a file");
    let workflow = read(".github/workflows/release.yml");
    let (_, targets) = workflow.split_once("- run: make ").expect("a call of make");
    let makefile = read("Makefile");
    for target in targets.lines().next().unwrap_or_default().split(' ') {
        assert!(makefile.contains(&format!("\n{target}: ")), "make {target}");
    }
    let scripts = workflow.split_whitespace().filter(|word| word.ends_with(".sh"));
    let scripts: Vec<&str> = scripts.collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        assert!(root().join(script).exists(), "{script}");
    }
    // The folder that they pack into is the one that is kept.
    assert!(makefile.contains("\nDIST := $(TARGET)/dist\n"));
    assert_eq!(workflow.matches("target/dist").count(), 4, "{workflow}");
}
