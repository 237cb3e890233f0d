//! `profile`: the default, searching, running the files again, and what the shape refuses.

use std::fs;

use super::{dbm, refused, required, set_up, text, uses_index, written};
use crate::support::Database;

/// A profile with one key changed; `None` takes it away.
fn profile(key: &str, value: Option<&str>) -> String {
    let whole = r#"{"hasRTX": true, "hasJetson": false, "hasRobot": false, "experience": "beginner",
                    "profile_version": 1, "created_at": "2026-01-01T00:00:00Z"}"#;
    match value {
        Some(value) => format!(r#"'{whole}'::jsonb || '{{"{key}": {value}}}'"#),
        None => format!("'{whole}'::jsonb - '{key}'"),
    }
}

fn insert(profile: &str) -> String {
    format!(
        "INSERT INTO users (email, password_hash, profile) VALUES ('b@example.com', 'h', {profile})"
    )
}

#[test]
fn a_new_account_has_a_whole_profile() {
    let db = set_up("profile");
    db.execute(
        "INSERT INTO users (email, password_hash) VALUES ('ada@example.com', '$2b$12$x');
         INSERT INTO users (email, password_hash, profile) VALUES ('bob@example.com', '$2b$12$x',
             '{\"hasRTX\": true, \"hasJetson\": false, \"hasRobot\": false, \"experience\": \"advanced\",
               \"profile_version\": 2, \"created_at\": \"2026-01-01T00:00:00Z\", \"gpu\": \"4090\"}');
         INSERT INTO sessions (user_id, token) SELECT id, email FROM users;
         INSERT INTO sessions (user_id, token, expires_at)
             SELECT id, 'old ' || email, now() - interval '1 day' FROM users;",
    );
    assert_eq!(
        text(&db, "SELECT profile - 'created_at' FROM users WHERE email LIKE 'ada%'"),
        r#"{"hasRTX": false, "hasRobot": false, "hasJetson": false, "experience": "beginner", "profile_version": 1}"#
    );
    let age = "SELECT extract(epoch FROM now() - (profile ->> 'created_at')::timestamptz)::int
               FROM users WHERE email LIKE 'ada%'";
    assert!((0..3600).contains(&db.number(age)));
    let found = "SELECT email FROM users WHERE profile @> '{\"hasRTX\": true}'";
    assert_eq!(text(&db, found), "bob@example.com");
    uses_index(&db, found, "users_profile_idx");
    uses_index(&db, "SELECT email FROM users WHERE profile ? 'gpu'", "users_profile_idx");
    uses_index(&db, "SELECT FROM users WHERE email = 'x'", "users_email_key");
    db.execute("DELETE FROM sessions WHERE expires_at <= now()");
    uses_index(&db, "DELETE FROM sessions WHERE expires_at <= now()", "sessions_expires_at_idx");
    assert_eq!(
        db.number("SELECT count(*) FROM sessions WHERE expires_at > now() + interval '6 days'"),
        2
    );
    db.execute("UPDATE users SET profile = profile || '{\"hasRobot\": true}'; DELETE FROM users");
    assert_eq!(db.number("SELECT count(*) FROM sessions"), 0);
}

#[test]
fn it_may_be_run_twice() {
    let (db, folder) = (Database::new(), written("profile"));
    dbm(&db, &folder, &["up"]);
    db.execute("INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'h')");
    let before = db.dump();
    for name in ["001_create_users.up.sql", "002_create_sessions.up.sql"] {
        db.execute(&fs::read_to_string(folder.join(name)).expect("a file"));
    }
    assert_eq!(db.dump(), before);
}

/// Whatever is wrong is a refusal by name, and never an error of a cast.
#[test]
fn what_the_shape_refuses() {
    let db = set_up("profile");
    for flag in ["hasRTX", "hasJetson", "hasRobot"] {
        for value in [None, Some("null"), Some("\"true\""), Some("1"), Some("[]")] {
            refused(&db, &insert(&profile(flag, value)), "users_profile_flags_check");
        }
    }
    for value in [
        None,
        Some("null"),
        Some("\"expert\""),
        Some("\"Beginner\""),
        Some("1"),
        Some("[\"beginner\"]"),
    ] {
        refused(&db, &insert(&profile("experience", value)), "users_profile_experience_check");
    }
    for value in [
        None,
        Some("null"),
        Some("0"),
        Some("-1"),
        Some("1.5"),
        Some("\"1\""),
        Some("\"x\""),
        Some("[1]"),
        Some("true"),
    ] {
        refused(&db, &insert(&profile("profile_version", value)), "users_profile_version_check");
    }
    refused(&db, &insert(&profile("created_at", Some("5"))), "users_profile_created_at_check");
    for value in ["'[]'", "'5'", "'null'", "'\"x\"'"] {
        refused(&db, &insert(value), "users_profile_check");
    }
    required(&db, &insert("NULL"), "profile");
    for (key, value) in [
        ("experience", Some("\"intermediate\"")),
        ("profile_version", Some("99999999999999999999999")),
        ("profile_version", Some("2.0")),
        ("created_at", None),
        ("more", Some("{\"a\": [1]}")),
    ] {
        db.execute(&format!("BEGIN; {}; ROLLBACK", insert(&profile(key, value))));
    }
}

#[test]
fn what_the_tables_refuse() {
    let db = set_up("profile");
    db.execute(
        "INSERT INTO users (id, email, password_hash) VALUES (7, 'ada@example.com', 'h');
         INSERT INTO sessions (user_id, token) VALUES (7, 't');",
    );
    for (sql, constraint) in [
        (
            "INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'h')",
            "users_email_key",
        ),
        ("INSERT INTO users (email, password_hash) VALUES ('', 'h')", "users_email_check"),
        (
            "INSERT INTO users (email, password_hash) VALUES ('b@example.com', '')",
            "users_password_hash_check",
        ),
        ("INSERT INTO sessions (user_id, token) VALUES (7, 't')", "sessions_token_key"),
        ("INSERT INTO sessions (user_id, token) VALUES (7, '')", "sessions_token_check"),
        ("INSERT INTO sessions (user_id, token) VALUES (8, 'u')", "sessions_user_id_fkey"),
    ] {
        refused(&db, sql, constraint);
    }
}
