//! The README's first example is what `dbm` prints, and links in the documentation lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Database, Run, mask};

/// The example's two files: the second has a column that is not there.
const USERS: &str =
    "CREATE TABLE users (id bigserial PRIMARY KEY, email text, deleted_at timestamptz);\n";
const ACTIVE_USERS: &str = "CREATE VIEW active_users AS\nSELECT id, emial FROM users\n\
                            WHERE deleted_at IS NULL;\n";

/// The first block of console output: what is typed, and what comes.
fn example() -> (String, String) {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("read the README");
    let (_, rest) = readme.split_once("```console\n$ ").expect("an example");
    let (example, _) = rest.split_once("```").expect("the example's end");
    let (typed, printed) = example.split_once('\n').expect("a command and its output");
    (typed.to_owned(), printed.to_owned())
}

#[test]
fn the_first_example_is_real() {
    let (typed, printed) = example();
    assert_eq!(typed, r#"dbm -path migrations -database "$DATABASE_URL" up"#);
    let (db, home) = (Database::new(), tempfile::tempdir().expect("a folder"));
    let folder = home.path().join("migrations");
    fs::create_dir(&folder).expect("make the folder");
    fs::write(folder.join("001_create_users.up.sql"), USERS).expect("write a file");
    fs::write(folder.join("002_create_active_users.up.sql"), ACTIVE_USERS).expect("write a file");
    let run = Run::dbm().args(["-path", "migrations", "-database", &db.url(), "up"]);
    let output = run.cwd(home.path()).output();
    output.assert_status(1);
    assert_eq!(output.masked(), mask::mask(&printed), "{output}");
}

/// The README and what it leads to.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    for folder in ["docs", "docs/recipes"] {
        let docs = fs::read_dir(root.join(folder)).expect("read docs");
        let paths = docs.map(|entry| entry.expect("an entry").path());
        pages.extend(paths.filter(|path| path.is_file()));
    }
    pages
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).expect("read a page");
        // A link may be cut in two lines.
        let text = text.replace('\n', " ");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
            let (path, anchor) = link.0.split_once('#').unwrap_or((link.0, ""));
            let target = page.parent().expect("a folder").join(path);
            let target = if path.is_empty() { page.clone() } else { target };
            assert!(target.exists(), "{}: {}", page.display(), link.0);
            if !anchor.is_empty() {
                let text = fs::read_to_string(&target).expect("read the other page");
                let heads = text.lines().filter(|line| line.starts_with('#'));
                let anchors = heads.map(|head| {
                    head.trim_start_matches('#').trim().to_lowercase().replace(' ', "-")
                });
                assert!(anchors.into_iter().any(|found| found == anchor), "{}", link.0);
            }
        }
    }
}
