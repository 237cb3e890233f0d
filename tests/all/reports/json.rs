//! `-json`: one object on standard output, as the schema describes it, whatever happens.

use jsonschema::Validator;
use serde_json::Value;

use crate::support::{Database, Folder, Output, Run};

/// The schema, as the program prints it.
fn schema() -> Validator {
    let output = Run::dbm().arg("-json-schema").output();
    output.assert_status(0);
    let schema: Value = serde_json::from_str(&output.stdout).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
}

/// The one object that was printed, checked against the schema.
#[track_caller]
fn object(output: &Output) -> Value {
    assert_eq!(output.stdout.lines().count(), 1, "one line\n{output}");
    let object: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let faults: Vec<String> =
        schema().iter_errors(&object).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}\n{output}");
    assert_eq!(object["exit_code"].as_i64(), output.status.map(i64::from), "{output}");
    object
}

struct Case {
    db: Database,
    folder: Folder,
}

impl Case {
    fn new() -> Case {
        Case { db: Database::new(), folder: Folder::four() }
    }

    #[track_caller]
    fn run(&self, status: i32, words: &[&str]) -> Value {
        let run = Run::dbm().db(&self.db).path(&self.folder).args(words.iter().copied());
        let output = run.arg("-json").output();
        output.assert_status(status);
        object(&output)
    }
}

#[test]
fn every_command_answers() {
    let case = Case::new();
    let first = case.run(1, &["version"]);
    assert_eq!(first["error"]["message"], "no migration");
    let up = case.run(0, &["up", "3"]);
    assert_eq!((&up["version"], &up["files"][2]["name"]), (&3.into(), &"c".into()));
    assert_eq!(case.run(0, &["version"])["version"], 3);
    let down = case.run(0, &["down", "1"]);
    assert_eq!((&down["version"], &down["files"][0]["direction"]), (&2.into(), &"down".into()));
    assert_eq!(case.run(0, &["goto", "4"])["files"].as_array().map(Vec::len), Some(2));
    assert_eq!(case.run(0, &["up"])["files"].as_array().map(Vec::len), Some(0));
    assert_eq!(case.run(0, &["redo"])["files"].as_array().map(Vec::len), Some(2));
    assert_eq!(case.run(0, &["rollback"])["version"], 3);
    let status = case.run(3, &["status", "-exit-code"]);
    assert_eq!((&status["pending"], &status["wrong"]), (&1.into(), &0.into()));
    assert_eq!(status["migrations"][3]["state"], "pending");
    let log = case.run(0, &["log"]);
    assert_eq!(log["entries"].as_array().map(Vec::len), Some(9));
    assert_eq!(log["entries"][0]["to"]["version"], 3);
    assert_eq!(case.run(0, &["verify"])["findings"].as_array().map(Vec::len), Some(0));
    case.folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);\n");
    let repair = case.run(0, &["repair", "-f"]);
    assert_eq!(repair["repaired"][0]["why"], "edited");
}

#[test]
fn every_error_is_in_it() {
    let case = Case::new();
    assert_eq!(case.run(1, &["goto", "9"])["error"]["kind"], "no-migration-for");
    assert_eq!(case.run(1, &["up", "x"])["error"]["kind"], "refused");
    assert_eq!(case.run(1, &["redo"])["error"]["kind"], "none-there");
    case.folder.write("3_c.up.sql", "CREATE TABLE c (id int);\nSELECT wrong;\n");
    let failed = case.run(1, &["up"]);
    let error = &failed["error"];
    assert_eq!((&error["kind"], &error["sqlstate"]), (&"failed".into(), &"42703".into()));
    assert_eq!((&error["line"], &error["outcome"]), (&2.into(), &"unchanged".into()));
    // What ran before it did run.
    assert_eq!((&failed["version"], &failed["files"][1]["name"]), (&2.into(), &"b".into()));
    case.folder.write("1_a.up.sql", "CREATE TABLE a (id bigint);\n");
    let edited = case.run(1, &["up"]);
    assert_eq!(
        (&edited["error"]["kind"], &edited["error"]["versions"][0]),
        (&"edited".into(), &1.into())
    );
    assert!(edited["hints"].as_array().is_some_and(|hints| hints.len() == 3), "{edited}");
    case.folder.write("1_a.up.sql", "CREATE TABLE a (id int);\n");
    case.folder.write("0_z.up.sql", "SELECT 1;\n");
    assert_eq!(case.run(1, &["up"])["error"]["kind"], "late");
    assert_eq!(case.run(1, &["verify"])["findings"][0]["version"], 0);
    case.db.set_row(3, true);
    assert_eq!(case.run(1, &["up"])["error"]["kind"], "dirty");
    assert_eq!(case.run(1, &["repair", "-f", "7"])["error"]["kind"], "not-applied");
    let nowhere = Run::dbm().path(&case.folder).url("postgres://127.0.0.1:1/x");
    let nowhere = object(&nowhere.args(["status", "-json"]).output());
    assert_eq!((&nowhere["error"]["kind"], &nowhere["dirty"]), (&"connect".into(), &Value::Null));
}

/// A line that cannot be read is answered as well, wherever `-json` stands in it.
#[test]
fn a_misuse_is_in_it() {
    for (words, message) in [
        (&["up", "-wrong", "--json"][..], "flag provided but not defined: -wrong"),
        (&["-json", "up", "1", "-wrong"], "flag provided but not defined: -wrong"),
        (
            &["-json=true", "-prefetch", "x", "up"],
            "invalid value \"x\" for flag -prefetch: parse error",
        ),
        (&["-json", "nosuch"], "unknown command \"nosuch\""),
        (&["nosuch", "-json=T"], "unknown command \"nosuch\""),
        (&["-json"], "no command"),
        (&["-json", "create", "x"], "create has no -json"),
        (&["drop", "-f", "-json"], "flag provided but not defined: -json"),
    ] {
        let misused = Run::dbm().args(words.iter().copied()).output();
        misused.assert_status(2);
        let misuse = object(&misused);
        let error = &misuse["error"];
        assert_eq!((&error["kind"], &error["message"]), (&"usage".into(), &message.into()));
    }
    let misused = Run::dbm().args(["up", "-wrong", "-json=false"]).output();
    assert_eq!(misused.stdout, "", "{misused}");
}

/// The newest release's file is not here: its text is the log's, and that is told.
#[test]
fn a_text_of_the_log_is_told() {
    let case = Case::new();
    case.run(0, &["up"]);
    for name in ["4_d.up.sql", "4_d.down.sql"] {
        std::fs::remove_file(case.folder.join(name)).unwrap();
    }
    assert_eq!(case.run(0, &["up", "-allow-newer"])["ahead"], true);
    let down = case.run(0, &["down", "1"]);
    assert_eq!((&down["files"][0]["from_log"], &down["version"]), (&true.into(), &3.into()));
}
