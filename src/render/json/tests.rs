//! The object's own fields and errors. What commands put into it is tested beside them, against the
//! schema.

use std::path::PathBuf;

use anyhow::anyhow;
use dbm::sql::Location;
use dbm::{Cause, Distrust, Error, Fault, Outcome, SchemaError, ServerError, State};
use serde::Serialize;
use serde_json::{Value, json};

use super::error::{ErrorFields, cause_code, outcome};
use super::{Document, NoBody, text};
use crate::render::error::Complaint;
use crate::render::message::message;
use crate::render::printer::Said;

#[test]
fn an_object_is_written_as_documented() {
    #[derive(Serialize)]
    struct Body {
        files: [u64; 1],
        left: Option<u64>,
    }
    let said = Said { warnings: vec!["a\nb".to_string()], hints: Vec::new() };
    let written = text(&Document {
        command: Some("up"),
        exit_code: 0,
        state: Some(State::clean(Some(4))),
        body: &Body { files: [u64::MAX], left: None },
        said,
        error: None,
    });
    assert_eq!(
        written,
        concat!(
            r#"{"dbm":""#,
            env!("CARGO_PKG_VERSION"),
            r#"","command":"up","exit_code":0,"version":4,"dirty":false,"#,
            r#""files":[18446744073709551615],"left":null,"warnings":["a\nb"],"hints":[],"error":null}"#
        )
    );
}

/// An error as it is written.
fn error_fields(error: anyhow::Error, exit_code: u8) -> Value {
    let (said, error) = (Said::default(), Some(&error));
    let (command, body) = (Some("up"), &NoBody {});
    let written = text(&Document { command, exit_code, state: None, body, said, error });
    let object: Value = serde_json::from_str(&written).unwrap();
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
        (Error::ReadFile { path: path.clone(), reason: text() }, "read-file"),
        (Error::EmptySource, "empty-source"),
        (
            Error::NoMigrationFor {
                version: u64::MAX,
                is_applied: false,
                is_kept: false,
                below: None,
            },
            "no-migration-for",
        ),
        (Error::Ahead { version: u64::MAX, newest: None, is_kept: false }, "no-migration-for"),
        (Error::Edited { files: Vec::new(), state }, "edited"),
        (Error::Late { files: Vec::new(), state }, "late"),
        (Error::NotApplied { version: 3 }, "not-applied"),
        (Error::NoUpFile { version: 3 }, "no-up-file"),
        (
            Error::Irreversible { version: 3, path: path.clone(), why: text(), below: None },
            "irreversible",
        ),
        (Error::MayNotCreateDatabase { role: text() }, "may-not-create-database"),
        (Error::Scratch { place: text(), reason: text(), fault: Some(fault()) }, "scratch"),
        (Error::Log { table: text(), reason: text() }, "log"),
        (
            Error::LogText {
                version: 3,
                state,
                below: None,
                table: text(),
                entry: 1,
                why: Distrust::Changed,
            },
            "log-text",
        ),
        (Error::dirty(state, &[]), "dirty"),
        (Error::Short(2), "short"),
        (Error::NoneThere, "none-there"),
        (Error::Connect { place: text(), fault: fault() }, "connect"),
        (Error::NoSchema, "no-schema"),
        (Error::LockTimeout { holders: Vec::new() }, "lock-timeout"),
        (Error::Interrupted, "interrupted"),
        (Error::Moved { planned: State::NONE, while_lent: false }, "moved"),
        (Error::BadRow { version: "-7".to_string() }, "bad-row"),
        (Error::RowNotKept { table: "t".to_string() }, "row-not-kept"),
        (Error::NotATemplate { name: text() }, "not-a-template"),
        (Error::NotATestDatabase { name: text(), reason: "so" }, "not-a-test-database"),
        (SchemaError::NoText { version: 3, why: None }.into(), "no-text"),
        (SchemaError::Meanwhile { was: state, is: state }.into(), "version-changed"),
        (Error::Statement { sql: text(), fault: fault() }, "statement"),
    ] {
        let message = message(&error, false);
        let written = error_fields(anyhow::Error::from(error).context("in context"), 1);
        assert_eq!((&written["kind"], &written["message"]), (&json!(kind), &json!(message)));
        match kind {
            "connect" | "statement" | "scratch" => assert_eq!(written["sqlstate"], "42501"),
            "read-file" => assert_eq!(written["file"], "migrations/3_x.up.sql"),
            "no-migration-for" => assert_eq!(written["versions"], json!([u64::MAX])),
            "not-applied" | "no-up-file" | "no-text" | "dirty" | "log-text" | "irreversible" => {
                assert_eq!(written["versions"], json!([3]))
            }
            _ => assert_eq!(written["versions"], json!([])),
        }
    }
    assert_eq!(error_fields(Complaint::new("no").into(), 1)["kind"], "refused");
    assert_eq!(error_fields(Complaint::new("no").into(), 2)["kind"], "usage");
    let other = error_fields(anyhow!("deep").context("high"), 1);
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
        let failed = ErrorFields {
            kind: "failed",
            versions: vec![4],
            file: Some("migrations/4_x.up.sql".to_string()),
            sqlstate: sqlstate.clone(),
            outcome: Some(outcome(&outcome_is)),
            ..ErrorFields::default()
        }
        .at(Some(&Location { line: 7, column: 36, text: String::new() }));
        let object = serde_json::to_value(failed).unwrap();
        assert_eq!((&object["line"], &object["column"]), (&json!(7), &json!(36)));
        assert_eq!((&object["sqlstate"], &object["outcome"]), (&json!("42703"), &json!(word)));
    }
}
