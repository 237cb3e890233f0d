//! The queries of docs/templates.md, each on the schema of its section.

use std::fs;
use std::path::Path;

use super::set_up;
use crate::support::Database;

#[test]
fn its_queries_are_understood() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/templates.md");
    let page = fs::read_to_string(page).expect("read the page");
    let mut queries = 0;
    for section in page.split("\n## ").skip(1) {
        let (template, text) = section.split_once('\n').expect("a heading");
        let Some((_, rest)) = text.split_once("```sql\n") else { continue };
        let (block, _) = rest.split_once("```").expect("the end of the queries");
        let db = match template {
            "better-auth-upgrade" => upgraded(),
            _ => set_up(template),
        };
        for query in block.split_inclusive(";\n") {
            db.execute(&format!("PREPARE query AS {query}; DEALLOCATE query"));
            queries += 1;
        }
    }
    assert!(queries >= 10, "{queries}");
}

fn upgraded() -> Database {
    let (db, folder) = (Database::new(), super::written("better-auth-upgrade"));
    db.execute("CREATE TABLE users (id text PRIMARY KEY, email text)");
    super::dbm(&db, &folder, &["up"]);
    db
}
