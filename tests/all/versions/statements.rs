//! The statements from one snapshot to another, on the oldest and the newest PostgreSQL.

use crate::snapshot::cases::CASES;
use crate::snapshot::statements::{Ways, all_tried, make_roles};
use crate::versions::servers::server;

/// What PostgreSQL 12 does not know yet.
const NEWER: [&str; 7] = [
    "range with a multirange of another name",
    "column generated",
    "column compression",
    "function with a body of statements",
    "statistics",
    "subscription changed",
    "goes with an extension",
];

fn all_are_good(versions: &[u32], test: &str) {
    let Some((server, version)) = server(versions, test) else { return };
    let mut admin = server.client();
    make_roles(&mut admin);
    let mut number = 0;
    let known = CASES.iter().filter(|case| version >= 14 || !NEWER.contains(&case.0));
    let failed = all_tried(known, Ways::Back, || {
        number += 1;
        let name = format!("case_{number}");
        admin
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .expect("make a database");
        format!("{}?sslmode=disable", server.cluster.url("postgres", &name))
    });
    assert!(failed.is_empty(), "PostgreSQL {version}:\n{}", failed.join("\n\n"));
}

#[test]
fn statements_work_on_the_oldest() {
    all_are_good(&[12], "statements_work_on_the_oldest");
}

#[test]
fn statements_work_on_the_newest() {
    all_are_good(&[18, 17], "statements_work_on_the_newest");
}
