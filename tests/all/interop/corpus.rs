//! The scanner's corpus of tricky files, each run as a migration by both tools: the databases must
//! come out alike, to the last comment.

use std::fs;
use std::path::Path;

use crate::interop::twins::{Level, Twins, Typed};
use crate::support::Folder;

#[test]
fn every_file_of_the_corpus() {
    let Some(mut twins) = Twins::new("every_file_of_the_corpus") else {
        return;
    };
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut dumps = Vec::new();
    for entry in fs::read_dir(corpus).expect("the corpus") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a UTF-8 name");
        let mut text = fs::read(&path).expect("a file of the corpus");
        // The reference sends a byte-order mark to the server, which refuses it.
        if text.starts_with(b"\xEF\xBB\xBF") {
            text.drain(..3);
        }
        twins.clear();
        let folder = Folder::new()
            .file("1_corpus.up.sql", text)
            // Whatever the file has set for the session, the next one meets it too.
            .file("2_after.up.sql", "CREATE TABLE public.after_all (id int)");
        twins.compare(&folder, &Typed::command(&["up"]), Level::Same);
        assert_eq!(twins.theirs.row(), Some((2, false)), "{name} is to run");
        if twins.ours.dump() != twins.theirs.dump() {
            dumps.push(name.to_owned());
        }
    }
    twins.finish();
    assert!(dumps.is_empty(), "other databases after {dumps:?}");
}
