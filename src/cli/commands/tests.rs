//! The JSON of every command against the schema, and wrong ones.
//!
//! The library's own values cannot be made here, where they are not exhaustive: what is written of
//! them is.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use dbm::{Edit, Error, Fault, MAX_VERSION, Standing, State, Why};
use serde::Serialize;
use serde_json::{Value, json};

use super::log::{EntryItem, LogBody};
use super::repair::{self, RepairBody, RepairItem};
use super::status::{self, MigrationItem, RunningItem, StatusBody};
use super::test::TestBody;
use super::testdb::TestDatabaseBody;
use super::verify::{FindingItem, VerifyBody};
use crate::cli::pair_items::{ObjectItem, PairFindingItem, PairItem, RowsItem};
use crate::cli::run_files::{FileItem, RunBody};
use crate::render::json::{Document, NoBody, RowItem, SCHEMA, millis, text, utc};
use crate::render::printer::Said;

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

/// What a command that went well prints.
fn written(command: &str, body: &impl Serialize) -> String {
    let warnings = vec!["a \"warning\"\non two lines".to_string()];
    let said = Said { warnings, hints: Vec::new() };
    let state = Some(State::clean(Some(4)));
    text(&Document { command: Some(command), exit_code: 0, state, body, said, error: None })
}

/// What a command that has found out nothing prints.
fn failed(
    command: Option<&str>,
    exit_code: u8,
    body: &impl Serialize,
    error: Option<&anyhow::Error>,
) -> String {
    text(&Document { command, exit_code, state: None, body, said: Said::default(), error })
}

fn migration() -> MigrationItem {
    MigrationItem {
        version: 9_007_199_254_740_993,
        name: Some("größe".to_string()),
        state: "applied",
        edited: Some("substance"),
        down_edited: false,
        missing: false,
        no_down: true,
        applied_at: utc(SystemTime::UNIX_EPOCH + Duration::from_micros(1_500)),
        duration_ms: Some(millis(Duration::from_nanos(5_321_400))),
        checksum: Some("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into()),
    }
}

fn status_body(migrations: Vec<MigrationItem>) -> StatusBody {
    let table = Some(r#""public"."schema_migrations""#.to_string());
    let (log, pending, wrong) = (Some("texts"), Some(1), Some(0));
    let running = RunningItem {
        pid: 2015,
        application: "dbm".to_string(),
        user: "app".to_string(),
        client: String::new(),
        since: "2026-11-20 23:10:01+01".to_string(),
        seconds: Some(40),
        query: "/* 4_x.up.sql */ UPDATE t".to_string(),
    };
    let running = Some(vec![running]);
    StatusBody { table, log, running, pending, wrong, migrations: Some(migrations) }
}

fn log_body() -> LogBody {
    let entry = EntryItem {
        id: 7,
        at: utc(SystemTime::UNIX_EPOCH),
        action: "run".to_string(),
        direction: Some("up"),
        version: Some(4),
        name: Some("create_x".to_string()),
        error: Some("relation \"x\" already exists".to_string()),
        from: RowItem::from(State::NONE),
        to: RowItem::from(State { version: Some(4), dirty: true }),
        up_sha256: migration().checksum,
        down_sha256: None,
        duration_ms: Some(1.0),
        db_role: "app".to_string(),
        os_user: Some("paul".to_string()),
        os_host: None,
        program: "dbm 0.1.0".to_string(),
    };
    LogBody { entries: Some(vec![entry]) }
}

fn verify_body() -> VerifyBody {
    let finding = FindingItem {
        kind: "no-down",
        version: Some(3),
        file: Some("migrations/3_x.up.sql".to_string()),
        line: Some(7),
        message: "there is no down file".to_string(),
        remedy: "write one".to_string(),
        note: true,
    };
    VerifyBody { findings: Some(vec![finding]) }
}

fn test_body() -> TestBody {
    let values = Some([("relowner".to_string(), Some("app".to_string()))].into());
    let (kind, name) = ("table".to_string(), "public.a".to_string());
    let found = PairFindingItem {
        kind: "left-behind",
        note: false,
        message: "left behind: table public.a".to_string(),
        file: "migrations/3_x.down.sql".to_string(),
        line: Some(7),
        sqlstate: Some("42P01".to_string()),
        object: Some(ObjectItem { kind, name, before: None, after: values }),
        rows: Some(RowsItem {
            table: "public.a".to_string(),
            before: 3,
            after: 2,
            columns: [("b".to_string(), 1)].into(),
        }),
    };
    let pair = PairItem {
        version: 3,
        name: "x".to_string(),
        result: "failed",
        irreversible: Some("why".to_string()),
        fixed: false,
        up_file: "migrations/3_x.up.sql".to_string(),
        down_file: "migrations/3_x.down.sql".to_string(),
        duration_ms: 12.5,
        findings: vec![found],
        statements: vec!["DROP TABLE public.a;".to_string()],
    };
    TestBody { pairs: Some(vec![pair]) }
}

fn file() -> FileItem {
    let name = Some("create_x".to_string());
    FileItem { version: 4, direction: "up", name, duration_ms: 5.3, from_log: false }
}

fn run_body() -> RunBody {
    let down = FileItem { name: None, direction: "down", ..file() };
    RunBody { files: vec![file(), down], ..RunBody::default() }
}

#[test]
fn every_command_keeps_to_the_schema() {
    for command in ["up", "down", "goto", "redo", "rollback"] {
        valid(&written(command, &run_body()));
    }
    valid(&written("version", &NoBody {}));
    valid(&written("verify", &verify_body()));
    valid(&written("test", &test_body()));
    valid(&written("log", &log_body()));
    valid(&written("log", &LogBody { entries: Some(Vec::new()) }));
    valid(&written("repair", &RepairBody::default()));
    let why = [Why::Edited, Why::DownEdited, Why::Late].map(repair::word);
    let repaired = why.map(|why| RepairItem { version: 3, name: None, why }).into();
    valid(&written("repair", &RepairBody { repaired }));
}

#[test]
fn a_status_keeps_to_the_schema_and_large_versions_are_numbers() {
    use Standing::{Adopted, Applied, Dirty, Late, Pending};
    let mut migrations = vec![migration()];
    for standing in [Applied, Adopted, Pending, Late, Dirty] {
        let edited = Some(status::edit(Edit::Cosmetic));
        let state = status::standing(standing);
        migrations.push(MigrationItem { state, edited, ..migration() });
    }
    let (name, edited, applied_at, duration_ms, checksum) = (None, None, None, None, None);
    let bare = MigrationItem { version: MAX_VERSION, name, edited, applied_at, ..migration() };
    migrations.push(MigrationItem { duration_ms, checksum, ..bare });
    let written = written("status", &status_body(migrations));
    let object = valid(&written);
    assert!(written.contains(r#""version":9007199254740993,"#), "{written}");
    assert!(written.contains(r#""version":9223372036854775807,"#), "{written}");
    assert_eq!(object["migrations"][0]["applied_at"], "1970-01-01T00:00:00.001500Z");
    assert_eq!(object["migrations"][0]["duration_ms"], 5.321);
}

#[test]
fn a_command_that_failed_early_has_the_same_fields() {
    fn check<Body: Default + Serialize>(command: &str, knows: bool) {
        let place = "localhost:5432/app".to_string();
        let fault = Fault::Unreachable("nobody answers".to_string());
        let error = anyhow::Error::from(Error::Connect { place, fault });
        let object = valid(&failed(Some(command), 1, &Body::default(), Some(&error)));
        assert_eq!(object["error"]["kind"], "connect");
        assert_eq!((&object["version"], &object["dirty"]), (&Value::Null, &Value::Null));
        // What is not known is not left unknown in silence.
        let silent = failed(Some(command), 0, &Body::default(), None);
        let silent = serde_json::from_str(&silent).unwrap();
        assert_eq!(faults(&silent).is_empty(), knows, "{command}");
    }
    for command in ["up", "down", "goto", "redo", "rollback"] {
        check::<RunBody>(command, true);
    }
    check::<NoBody>("version", true);
    check::<RepairBody>("repair", true);
    check::<TestDatabaseBody>("testdb", true);
    check::<StatusBody>("status", false);
    check::<VerifyBody>("verify", false);
    check::<TestBody>("test", false);
    check::<LogBody>("log", false);
}

#[test]
fn a_line_that_names_no_command() {
    let error = anyhow!("flag provided but not defined: -x");
    let object = valid(&failed(None, 2, &NoBody {}, Some(&error)));
    assert_eq!((&object["command"], &object["error"]["kind"]), (&Value::Null, &json!("usage")));
    let silent = serde_json::from_str(&failed(None, 2, &NoBody {}, None)).unwrap();
    assert!(!faults(&silent).is_empty());
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let up = valid(&written("up", &run_body()));
    let listed = valid(&written("status", &status_body(vec![migration()])));
    let verified = valid(&written("verify", &verify_body()));
    let logged = valid(&written("log", &log_body()));
    let tested = valid(&written("test", &test_body()));
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
        (&tested, "/pairs/0/result", json!("ok")),
        (&tested, "/pairs/0/findings/0/object/after/relowner", json!(1)),
        (&tested, "/pairs/0/findings/0/rows/columns/b", json!("1")),
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
    for good in [&up, &listed, &verified, &logged, &tested] {
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
