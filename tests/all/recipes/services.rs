//! Services that migrate when they start: two replicas at once, and a migration that fails.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;

use super::page::Page;
use super::stage::Stage;
use super::tools;
use crate::support::{Process, Run, wait};

#[test]
fn fastapi() {
    let Some(python) = tools::find("python", "recipes::services::fastapi") else { return };
    let (stage, page) = (Stage::new(), Page::read("fastapi.md"));
    stage.follow_until(&page, "Profiles");
    let uvicorn = python.join("bin/uvicorn");
    let start = |port: u16| {
        let line = format!("exec {} main:app --port {port}", uvicorn.display());
        stage.shell(&line)
    };
    two_replicas(&stage, start);
    stage.follow_section(&page, "Profiles");
    // uvicorn's own code for a start that failed.
    a_failure(&stage, start, 3);
}

#[test]
fn express() {
    let Some(node) = tools::find("node", "recipes::services::express") else { return };
    let (stage, page) = (Stage::new(), Page::read("express.md"));
    symlink(node.join("node_modules"), stage.root.join("node_modules")).expect("a link");
    stage.follow(&page);
    assert_eq!(stage.db.row(), Some((11, false)));
    stage.db.clear();
    // What npm does, without npm between the test and the service.
    let scripts: serde_json::Value =
        serde_json::from_str(page.file("package.json")).expect("JSON in package.json");
    let command = scripts["scripts"]["start"].as_str().expect("a command").to_owned();
    let start = |port: u16| stage.shell(&format!("exec {command}")).env("PORT", port.to_string());
    two_replicas(&stage, start);
    a_failure(&stage, start, 1);
}

/// Both serve, and each file ran once.
#[track_caller]
fn two_replicas(stage: &Stage, start: impl Fn(u16) -> Run) {
    let ports = [free_port(), free_port()];
    let mut replicas: Vec<Process> = ports.iter().map(|port| start(*port).spawn()).collect();
    for (port, replica) in ports.iter().zip(&mut replicas) {
        wait::until(&format!("an answer on port {port}"), || {
            let answer = ask(*port);
            let said = replica.stderr();
            assert!(answer.is_some() || replica.is_running(), "a replica has ended: {said}");
            answer.filter(|answer| answer.contains("\"ok\""))
        });
    }
    let files = stage.sh("ls migrations/*.up.sql | wc -l").stdout;
    let files: i64 = files.trim().parse().expect("a number");
    let ran = "SELECT count(*) FROM schema_migrations_log WHERE direction = 'up'";
    assert_eq!(stage.db.number(ran), files);
    assert_eq!(stage.db.advisory_locks(), []);
    for replica in replicas {
        replica.signal("TERM");
        replica.finish();
    }
}

/// The service does not start, says why, and leaves the database as it was.
#[track_caller]
fn a_failure(stage: &Stage, start: impl Fn(u16) -> Run, code: i32) {
    let before = stage.db.row();
    stage
        .root
        .write("migrations/900_broken.up.sql", "CREATE TABLE half (id int);\nSELECT nothing;");
    stage.root.write("migrations/900_broken.down.sql", "DROP TABLE half;");
    let failed = start(free_port()).output();
    failed.assert_status(code).assert_line("error: ", "900_broken.up.sql:2:8");
    failed.assert_says("nothing of 900_broken.up.sql was applied");
    assert_eq!(stage.db.row(), before);
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its number").port()
}

/// What `/health` answers; `None` while nobody listens.
fn ask(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(answer)
}
