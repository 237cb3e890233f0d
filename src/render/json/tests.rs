//! Objects of every kind against the schema, and wrong ones.
//!
//! The library's own values cannot be made here, where they are not exhaustive: what is written of
//! them is.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use dbm::sql::Location;
use dbm::{
    Cause, Direction, Edit, Error, Fault, MAX_VERSION, Outcome, ServerError, Standing, State, Why,
};
use serde_json::{Value, json};

use super::body::{self, Entry, Migration, Parts, Place, Repaired};
use super::error::{Trouble, cause_code, outcome};
use super::{Body, Envelope, Finding, RanFile, SCHEMA, text, written};
use crate::render::error::Complaint;

fn faults(object: &Value) -> Vec<String> {
    static VALIDATOR: OnceLock<jsonschema::Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| {
        let schema = serde_json::from_str(SCHEMA).unwrap();
        jsonschema::meta::validate(&schema).unwrap();
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
    });
    validator.iter_errors(object).map(|error| error.to_string()).collect()
}

#[track_caller]
fn valid(text: &str) -> Value {
    assert!(!text.contains('\n'), "{text}");
    let object: Value = serde_json::from_str(text).unwrap();
    assert_eq!(faults(&object), Vec::<String>::new(), "{object:#}");
    object
}

fn envelope<'a>(command: &'a str, body: Body<'a>) -> Envelope<'a> {
    Envelope {
        command,
        exit_code: 0,
        state: Some(State::clean(Some(4))),
        warnings: vec!["a \"warning\"\non two lines".to_string()],
        hints: Vec::new(),
        error: None,
        body,
    }
}

fn migration() -> Migration<'static> {
    Migration {
        version: 9_007_199_254_740_993,
        name: Some("größe"),
        state: "applied",
        edited: Some("substance"),
        down_edited: false,
        missing: false,
        no_down: true,
        applied_at: body::utc(SystemTime::UNIX_EPOCH + Duration::from_micros(1_500)),
        duration_ms: Some(body::millis(Duration::from_nanos(5_321_400))),
        checksum: Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into()),
    }
}

fn status(migrations: Vec<Migration<'static>>) -> Parts<'static> {
    let table = Some(r#""public"."schema_migrations""#);
    Parts::Status { table, pending: Some(1), wrong: Some(0), migrations: Some(migrations) }
}

fn entry() -> Entry<'static> {
    Entry {
        id: 7,
        at: body::utc(SystemTime::UNIX_EPOCH),
        action: "run",
        direction: Some("up"),
        version: Some(4),
        name: Some("create_x"),
        error: Some("relation \"x\" already exists"),
        from: Place::from(State::NONE),
        to: Place::from(State { version: Some(4), dirty: true }),
        up_sha256: migration().checksum,
        down_sha256: None,
        duration_ms: Some(1.0),
        db_role: "app",
        os_user: Some("paul"),
        os_host: None,
        program: "dbm 0.1.0",
    }
}

fn finding() -> Finding {
    Finding {
        kind: "no-down".to_string(),
        version: Some(3),
        file: Some("migrations/3_x.up.sql".to_string()),
        line: Some(7),
        message: "there is no down file".to_string(),
        remedy: "write one".to_string(),
        is_note: true,
    }
}

fn run_body(files: &[RanFile]) -> Body<'_> {
    Body::Run { files, left: 0, ahead: false }
}

fn ran() -> RanFile {
    RanFile {
        version: 4,
        direction: Direction::Up,
        name: Some("create_x".to_string()),
        took: Duration::from_micros(5_300),
        is_from_log: false,
    }
}

#[test]
fn a_run_is_written_as_documented() {
    let files = [ran()];
    let written = text(&Envelope { warnings: Vec::new(), ..envelope("up", run_body(&files)) });
    valid(&written);
    assert_eq!(
        written,
        concat!(
            r#"{"dbm":""#,
            env!("CARGO_PKG_VERSION"),
            r#"","command":"up","exit_code":0,"version":4,"dirty":false,"#,
            r#""files":[{"version":4,"direction":"up","name":"create_x","duration_ms":5.3,"#,
            r#""from_log":false}],"left":0,"ahead":false,"warnings":[],"hints":[],"error":null}"#
        )
    );
}

#[test]
fn every_command_keeps_to_the_schema() {
    let files = [ran(), RanFile { name: None, direction: Direction::Down, ..ran() }];
    for command in ["up", "down", "goto", "redo", "rollback"] {
        valid(&text(&envelope(command, run_body(&files))));
    }
    valid(&text(&envelope("version", Body::Nothing)));
    valid(&text(&Envelope { state: Some(State::NONE), ..envelope("version", Body::Nothing) }));
    valid(&text(&envelope("verify", Body::Verify(&[finding()]))));
    valid(&text(&envelope("log", Body::Log(&[]))));
    valid(&text(&envelope("repair", Body::Repair(&[]))));
    let log = Parts::Log { entries: Some(vec![entry()]) };
    valid(&written(&Envelope { state: None, ..envelope("log", Body::Nothing) }, log));
    let why = [Why::Edited, Why::DownEdited, Why::Late].map(body::why);
    let repaired = why.map(|why| Repaired { version: 3, name: None, why }).into();
    valid(&written(&envelope("repair", Body::Nothing), Parts::Repair { repaired }));
}

#[test]
fn a_status_keeps_to_the_schema_and_large_versions_are_numbers() {
    use Standing::{Adopted, Applied, Dirty, Late, Pending};
    let mut migrations = vec![migration()];
    for standing in [Applied, Adopted, Pending, Late, Dirty] {
        let edited = Some(body::edit(Edit::Cosmetic));
        migrations.push(Migration { state: body::standing(standing), edited, ..migration() });
    }
    let (name, edited, applied_at, duration_ms, checksum) = (None, None, None, None, None);
    let bare = Migration { version: MAX_VERSION, name, edited, applied_at, ..migration() };
    migrations.push(Migration { duration_ms, checksum, ..bare });
    let written = written(&envelope("status", Body::Nothing), status(migrations));
    let object = valid(&written);
    assert!(written.contains(r#""version":9007199254740993,"#), "{written}");
    assert!(written.contains(r#""version":9223372036854775807,"#), "{written}");
    assert_eq!(object["migrations"][0]["applied_at"], "1970-01-01T00:00:00.001500Z");
    assert_eq!(object["migrations"][0]["duration_ms"], 5.321);
}

#[test]
fn a_command_that_has_not_come_so_far_has_the_same_fields() {
    let place = "localhost:5432/app".to_string();
    let fault = Fault::Unreachable("nobody answers".to_string());
    let error = anyhow::Error::from(Error::Connect { place, fault });
    let commands =
        ["version", "status", "verify", "log", "up", "down", "goto", "redo", "rollback", "repair"];
    for command in commands {
        let ended = Envelope {
            exit_code: 1,
            state: None,
            error: Some(&error),
            ..envelope(command, Body::Nothing)
        };
        let object = valid(&text(&ended));
        assert_eq!(object["error"]["kind"], "connect");
        assert_eq!((&object["version"], &object["dirty"]), (&Value::Null, &Value::Null));
    }
    // But what is not known is not left unknown in silence.
    for command in ["status", "verify", "log"] {
        let silent: Value = serde_json::from_str(&text(&envelope(command, Body::Nothing))).unwrap();
        assert!(!faults(&silent).is_empty(), "{command}");
    }
}

/// The error that ends an `up`, as it is written.
fn trouble(error: anyhow::Error, exit_code: u8) -> Value {
    let files = [ran()];
    let ended = Envelope { exit_code, error: Some(&error), ..envelope("up", run_body(&files)) };
    let object = valid(&text(&ended));
    assert_eq!(object["files"][0]["version"], 4);
    object["error"].clone()
}

#[test]
fn every_error_has_its_kind() {
    let text = || "what was said".to_string();
    let mut server = ServerError::default();
    server.code = "42501".to_string();
    server.message = text();
    let fault = || Fault::Server(Box::new(server.clone()));
    let state = State { version: Some(3), dirty: true };
    let path = PathBuf::from("migrations/3_x.up.sql");
    let url = dbm::DatabaseUrl::parse("nonsense", |_| None).err().unwrap();
    for (error, kind) in [
        (Error::Url(url), "url"),
        (Error::Source { url: text(), reason: text() }, "source"),
        (Error::ReadFile { path, reason: text() }, "read-file"),
        (Error::EmptySource, "empty-source"),
        (
            Error::NoMigrationFor { version: u64::MAX, is_applied: false, is_kept: false },
            "no-migration-for",
        ),
        (Error::Edited { files: Vec::new() }, "edited"),
        (Error::Late { files: Vec::new(), state }, "late"),
        (Error::NotApplied { version: 3 }, "not-applied"),
        (Error::NoUpFile { version: 3 }, "no-up-file"),
        (Error::Log { table: text(), reason: text() }, "log"),
        (Error::Dirty { state }, "dirty"),
        (Error::Short(2), "short"),
        (Error::NoneThere, "none-there"),
        (Error::Connect { place: text(), fault: fault() }, "connect"),
        (Error::NoSchema, "no-schema"),
        (Error::LockTimeout { holders: Vec::new() }, "lock-timeout"),
        (Error::Interrupted, "interrupted"),
        (Error::Moved { planned: State::NONE, while_lent: false }, "moved"),
        (Error::BadRow { version: "-7".to_string() }, "bad-row"),
        (Error::Statement { sql: text(), fault: fault() }, "statement"),
    ] {
        let message = error.to_string();
        let written = trouble(anyhow::Error::from(error).context("in context"), 1);
        assert_eq!((&written["kind"], &written["message"]), (&json!(kind), &json!(message)));
        match kind {
            "connect" | "statement" => assert_eq!(written["sqlstate"], "42501"),
            "read-file" => assert_eq!(written["file"], "migrations/3_x.up.sql"),
            "no-migration-for" => assert_eq!(written["versions"], json!([u64::MAX])),
            "not-applied" | "no-up-file" | "dirty" => assert_eq!(written["versions"], json!([3])),
            _ => assert_eq!(written["versions"], json!([])),
        }
    }
    assert_eq!(trouble(Complaint::new("no").into(), 1)["kind"], "refused");
    assert_eq!(trouble(Complaint::new("no").into(), 2)["kind"], "usage");
    let other = trouble(anyhow!("deep").context("high"), 1);
    assert_eq!((&other["kind"], &other["message"]), (&json!("other"), &json!("high: deep")));
}

#[test]
fn a_failed_file_tells_where_and_what_became_of_it() {
    let mut server = ServerError::default();
    server.code = "42703".to_string();
    let sqlstate = cause_code(&Cause::Server(Box::new(server)));
    let (state, statement, of, standing) = (State::NONE, 1, 2, 0);
    let partly = Outcome::Partly { state, statement, of, standing, invalid_indexes: Vec::new() };
    for (outcome_is, word) in [
        (Outcome::Unchanged(state), "unchanged"),
        (Outcome::Committed(state), "committed"),
        (partly, "partly"),
        (Outcome::Dirty(state), "dirty"),
        (Outcome::Unknown, "unknown"),
    ] {
        assert_eq!(outcome(&outcome_is), word);
        let failed = Trouble {
            kind: "failed",
            versions: vec![4],
            file: Some("migrations/4_x.up.sql".to_string()),
            sqlstate: sqlstate.clone(),
            outcome: Some(outcome(&outcome_is)),
            ..Trouble::default()
        }
        .at(Some(&Location { line: 7, column: 36, text: String::new() }));
        let mut object = valid(&text(&envelope("up", run_body(&[ran()]))));
        object["exit_code"] = json!(1);
        object["error"] = serde_json::to_value(failed).unwrap();
        let object = valid(&object.to_string());
        assert_eq!((&object["error"]["line"], &object["error"]["column"]), (&json!(7), &json!(36)));
    }
}

#[test]
fn a_line_that_names_no_command() {
    let error = anyhow!("flag provided but not defined: -x");
    let ended =
        |error| Envelope { exit_code: 2, state: None, error, ..envelope("", Body::Nothing) };
    let object = valid(&text(&ended(Some(&error))));
    assert_eq!((&object["command"], &object["error"]["kind"]), (&Value::Null, &json!("usage")));
    let silent = serde_json::from_str(&text(&ended(None))).unwrap();
    assert!(!faults(&silent).is_empty());
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let up = valid(&text(&envelope("up", run_body(&[ran()]))));
    let listed = valid(&written(&envelope("status", Body::Nothing), status(vec![migration()])));
    let verified = valid(&text(&envelope("verify", Body::Verify(&[finding()]))));
    let logged = Parts::Log { entries: Some(vec![entry()]) };
    let logged = valid(&written(&envelope("log", Body::Nothing), logged));
    let cases = [
        (&up, "/command", json!("status")),
        (&up, "/command", json!("drop")),
        (&up, "/extra", json!(1)),
        (&up, "/migrations", json!([])),
        (&up, "/files/0/extra", json!(1)),
        (&up, "/files/0/version", json!("4")),
        (&up, "/files/0/version", json!(-1)),
        (&up, "/files/0/direction", json!("sideways")),
        (&up, "/left", Value::Null),
        (&up, "/error", json!({"kind": "failed"})),
        (&up, "/error", json!("broken")),
        (&up, "/exit_code", json!(256)),
        (&up, "/dirty", Value::Null),
        (&up, "/warnings", json!([1])),
        (&listed, "/migrations/0/state", json!("unknown")),
        (&listed, "/migrations/0/applied_at", json!("yesterday")),
        (&listed, "/migrations/0/checksum", json!("ba7816bf")),
        (&listed, "/migrations/0/edited", json!(true)),
        (&listed, "/migrations", Value::Null),
        (&verified, "/findings/0/kind", json!("No Down")),
        (&verified, "/findings/0/line", json!(0)),
        (&logged, "/entries/0/from/dirty", Value::Null),
        (&logged, "/entries/0/up_text", json!("select 1")),
    ];
    for (good, at, value) in cases {
        let mut bad = good.clone();
        let (parent, field) = at.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[field] = value.clone();
        assert!(!faults(&bad).is_empty(), "{at} = {value}");
    }
    // Each field has to be there.
    for good in [&up, &listed, &verified, &logged] {
        for field in good.as_object().unwrap().keys() {
            let mut bad = good.clone();
            bad.as_object_mut().unwrap().remove(field);
            assert!(!faults(&bad).is_empty(), "without {field}");
        }
    }
}

#[test]
fn every_field_is_described() {
    fn look(at: &str, schema: &Value, bare: &mut Vec<String>) {
        // Conditions say again what is described where it is declared.
        let Some(object) = schema.as_object().filter(|_| !at.ends_with("/if")) else { return };
        for (key, below) in object {
            let at = format!("{at}/{key}");
            let is_condition = ["/then", "/else"].iter().any(|part| at.contains(part));
            if key == "properties" && !is_condition {
                let fields = below.as_object().unwrap();
                let plain =
                    fields.iter().filter(|(_, field)| field["description"].as_str().is_none());
                bare.extend(plain.map(|(name, _)| format!("{at}/{name}")));
            }
            look(&at, below, bare);
        }
    }
    let mut bare = Vec::new();
    look("", &serde_json::from_str(SCHEMA).unwrap(), &mut bare);
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn times_that_no_calendar_has_are_null() {
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    assert_eq!(body::utc(at(1_795_212_721)).as_deref(), Some("2026-11-20T22:12:01.000000Z"));
    assert_eq!(body::utc(at(1 << 40)), None);
    assert_eq!(body::utc(at(1 << 62)), None);
    let old = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(body::utc(old).as_deref(), Some("1969-12-31T23:59:59.000000Z"));
}
