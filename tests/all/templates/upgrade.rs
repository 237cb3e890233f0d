//! `better-auth-upgrade`: an old users table with its rows, of each type of id, upgraded at once, twice,
//! and where a part is there; and given back.

use std::fs;

use super::{dbm, refused, text, uses_index, written};
use crate::support::{Database, Folder, Run};

/// A type of users.id, and two ids.
const IDS: [(&str, [&str; 2]); 5] = [
    ("varchar(36)", ["u1", "u2"]),
    ("text", ["u1", "u2"]),
    ("uuid", ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"]),
    ("bigint", ["1", "2"]),
    ("integer", ["1", "2"]),
];

/// The old table, with columns of its own and a trigger that must not fire.
fn old_users(id_type: &str, ids: [&str; 2], column: &str) -> Database {
    let db = Database::new();
    db.execute(&format!(
        "CREATE TABLE users (
             id {id_type} PRIMARY KEY, {column} email varchar(255) NOT NULL UNIQUE, name text,
             created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz);
         INSERT INTO users (id, email, created_at, updated_at) VALUES
             ('{}', 'ada@example.com', '2020-01-01 00:00Z', '2021-01-01 00:00Z'),
             ('{}', 'bob@example.com', '2022-02-02 00:00Z', NULL);
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN NEW.updated_at := now(); RETURN NEW; END';
         CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();",
        ids[0], ids[1]
    ));
    db
}

fn bigint_users(column: &str) -> Database {
    old_users("bigint", ["1", "2"], column)
}

fn run_files(db: &Database, folder: &Folder) {
    for name in folder.names().iter().filter(|name| name.ends_with(".up.sql")) {
        db.execute(&fs::read_to_string(folder.join(name)).expect("a file"));
    }
}

/// When each user's address was verified.
fn verified(db: &Database) -> String {
    text(
        db,
        "SELECT string_agg(coalesce(to_char(email_verified AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'never'),
                           ' ' ORDER BY email) FROM users",
    )
}

#[test]
fn of_each_type_of_id_and_back() {
    let folder = written("better-auth-upgrade");
    for (id_type, ids) in IDS {
        let db = old_users(id_type, ids, "");
        let before = db.dump();
        dbm(&db, &folder, &["up"]);
        assert_eq!(verified(&db), "2020-01-01 2022-02-02", "{id_type}");
        for table in ["sessions", "accounts"] {
            let types = "SELECT string_agg(format_type(atttypid, atttypmod), '|' ORDER BY attname)
                         FROM pg_attribute WHERE NOT attisdropped";
            let sql = format!(
                "{types} AND attrelid = '{table}'::regclass AND attname IN ('id', 'user_id')"
            );
            let full = text(
                &db,
                "SELECT format_type(atttypid, atttypmod) FROM pg_attribute
                                  WHERE attrelid = 'users'::regclass AND attname = 'id'",
            );
            assert_eq!(text(&db, &sql), format!("character varying(255)|{full}"));
        }
        let upgraded = db.dump();
        run_files(&db, &folder);
        assert_eq!(db.dump(), upgraded, "{id_type}: twice");
        used(&db, ids[0]);
        dbm(&db, &folder, &["down", "-all"]);
        assert_eq!(db.dump(), before, "{id_type}");
        dbm(&db, &folder, &["up"]);
        assert_eq!(db.dump(), upgraded, "{id_type}: up again");
    }
}

/// As Better Auth does, with the columns that the application knows alone.
fn used(db: &Database, user: &str) {
    db.execute(&format!(
        "INSERT INTO sessions (id, user_id, expires_at, created_at, updated_at) VALUES
             ('s1', '{user}', now() + interval '7 days', now(), now());
         INSERT INTO sessions (user_id, expires_at) VALUES ('{user}', now() - interval '1 day');
         INSERT INTO accounts (id, user_id, provider_id, provider_user_id, access_token, refresh_token,
                               id_token, token_type, scope, expires_at, created_at, updated_at)
             VALUES ('a1', '{user}', 'github', '42', 'a', 'r', 'i', 'bearer', 'user:email',
                     1900000000, now(), now());
         INSERT INTO accounts (user_id, provider_id, provider_user_id) VALUES ('{user}', 'google', '42');"
    ));
    let sign_in = "SELECT users.email FROM accounts JOIN users ON users.id = accounts.user_id
                   WHERE provider_id = 'github' AND provider_user_id = '42'";
    assert_eq!(text(db, sign_in), "ada@example.com");
    refused(
        db,
        &format!(
            "INSERT INTO accounts (user_id, provider_id, provider_user_id) VALUES ('{user}', 'github', '42')"
        ),
        "accounts_provider_id_provider_user_id_key",
    );
    refused(db, &format!("INSERT INTO sessions VALUES ('s1', '{user}', now())"), "sessions_pkey");
    uses_index(
        db,
        "DELETE FROM sessions WHERE expires_at < now()",
        "better_auth_sessions_expires_at_idx",
    );
    db.execute(
        "BEGIN; DELETE FROM users;
         DO $$ BEGIN ASSERT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM accounts) = 0; END $$;
         ROLLBACK; DELETE FROM sessions; DELETE FROM accounts;",
    );
}

/// Who is verified is what the old table says, and everybody where it does not.
#[test]
fn verified_users_are_carried_over() {
    let folder = written("better-auth-upgrade");
    for (column, update, expected) in [
        ("", "", "2020-01-01 2022-02-02"),
        (
            "email_verified boolean NOT NULL DEFAULT false,",
            "email_verified = email LIKE 'ada%'",
            "2020-01-01 never",
        ),
        ("email_verified boolean,", "email_verified = NULL", "never never"),
        ("is_verified boolean,", "is_verified = email LIKE 'bob%'", "never 2022-02-02"),
        ("verified boolean,", "verified = true", "2020-01-01 2022-02-02"),
        (
            "email_verified_at timestamptz,",
            "email_verified_at = '2023-03-03 00:00Z' WHERE email LIKE 'ada%'",
            "2023-03-03 never",
        ),
        (
            "email_verified timestamptz,",
            "email_verified = '2023-03-03 00:00Z' WHERE email LIKE 'ada%'",
            "2023-03-03 never",
        ),
    ] {
        let db = bigint_users(column);
        if !update.is_empty() {
            db.execute(&format!("UPDATE users SET {update}"));
        }
        let before = db.dump();
        dbm(&db, &folder, &["up"]);
        assert_eq!(verified(&db), expected, "{column}");
        let upgraded = db.dump();
        run_files(&db, &folder);
        assert_eq!(db.dump(), upgraded, "{column}: twice");
        // Whoever comes later verifies the address, also when the files are run again.
        db.execute("INSERT INTO users (id, email) VALUES (3, 'eve@example.com')");
        run_files(&db, &folder);
        assert_eq!(verified(&db), format!("{expected} never"), "{column}");
        db.execute("DELETE FROM users WHERE id = 3");
        dbm(&db, &folder, &["down", "-all"]);
        assert_eq!(db.dump(), before, "{column}");
    }
}

/// A column that Better Auth does not know needs a default; the down file takes it away.
#[test]
fn a_flag_without_a_default() {
    let folder = written("better-auth-upgrade");
    for comment in ["NULL", "'By mail.'"] {
        let db = Database::new();
        db.execute(&format!(
            "CREATE TABLE users (id bigint PRIMARY KEY, email text, email_verified boolean NOT NULL);
             COMMENT ON COLUMN users.email_verified IS {comment};
             INSERT INTO users VALUES (1, 'ada@example.com', true)"
        ));
        let before = db.dump();
        dbm(&db, &folder, &["up"]);
        let upgraded = db.dump();
        run_files(&db, &folder);
        assert_eq!(db.dump(), upgraded, "twice");
        db.execute("INSERT INTO users (id, email) VALUES (2, 'eve@example.com')");
        db.execute("DELETE FROM users WHERE id = 2");
        dbm(&db, &folder, &["down", "-all"]);
        assert_eq!(db.dump(), before);
    }
}

/// Nobody counts as verified because there was nobody yet when the files ran for the first time.
#[test]
fn of_an_empty_table() {
    let (db, folder) = (bigint_users(""), written("better-auth-upgrade"));
    db.execute("DELETE FROM users");
    dbm(&db, &folder, &["up"]);
    db.execute("INSERT INTO users (id, email) VALUES (3, 'eve@example.com')");
    run_files(&db, &folder);
    assert_eq!(verified(&db), "never");
}

/// Nor where an upgrade of their own is complete, and nobody has verified an address since.
#[test]
fn where_all_of_it_is_there() {
    let (db, folder) =
        (bigint_users("email_verified timestamptz,"), written("better-auth-upgrade"));
    db.execute("CREATE TABLE accounts (id varchar(255) PRIMARY KEY, user_id bigint)");
    let before = db.dump();
    dbm(&db, &folder, &["up"]);
    assert_eq!(verified(&db), "never never");
    dbm(&db, &folder, &["down", "-all"]);
    assert_eq!(db.dump(), before);
}

/// What an upgrade of their own left behind when it stopped: the rest is added, and only that is taken
/// back.
#[test]
fn where_a_part_is_there() {
    let folder = written("better-auth-upgrade");
    for part in [
        "ALTER TABLE users ADD COLUMN image text",
        "ALTER TABLE users ADD COLUMN email_verified timestamptz, ADD COLUMN image text",
        "ALTER TABLE users ADD COLUMN email_verified timestamptz;
         CREATE TABLE sessions (id varchar(255) PRIMARY KEY, user_id bigint NOT NULL,
             expires_at timestamptz NOT NULL);
         INSERT INTO sessions VALUES ('s', 1, '2030-01-01')",
        "CREATE TABLE sessions (id varchar(255) PRIMARY KEY, user_id bigint REFERENCES users ON DELETE CASCADE,
             expires_at timestamptz, created_at timestamptz);
         CREATE INDEX sessions_user_id_idx ON sessions (user_id)",
        "CREATE TABLE accounts (id varchar(255) PRIMARY KEY, user_id bigint NOT NULL, provider_id text,
             provider_user_id text);
         INSERT INTO accounts VALUES ('a', 2, 'github', '42')",
        "CREATE TABLE sessions (id text PRIMARY KEY, token text NOT NULL UNIQUE, user_id bigint NOT NULL
             REFERENCES users (id) ON DELETE CASCADE, expires_at timestamptz NOT NULL)",
    ] {
        let db = bigint_users("");
        db.execute(part);
        let before = db.dump();
        dbm(&db, &folder, &["up"]);
        let upgraded = db.dump();
        run_files(&db, &folder);
        assert_eq!(db.dump(), upgraded, "{part}: twice");
        assert_eq!(verified(&db), "2020-01-01 2022-02-02", "{part}");
        dbm(&db, &folder, &["down", "-all"]);
        assert_eq!(db.dump(), before, "{part}");
    }
}

/// dbm's own run that stopped in the middle is a part, too.
#[test]
fn from_each_step_on() {
    let folder = written("better-auth-upgrade");
    for steps in ["1", "2", "3"] {
        let db = bigint_users("");
        let before = db.dump();
        dbm(&db, &folder, &["up", steps]);
        dbm(&db, &folder, &["force", "-1"]);
        dbm(&db, &folder, &["up"]);
        dbm(&db, &folder, &["down", "-all"]);
        assert_eq!(db.dump(), before, "{steps}");
    }
}

#[test]
fn in_another_schema_and_over_better_auth() {
    let (db, folder) = (bigint_users(""), written("better-auth-upgrade"));
    db.execute(
        "CREATE SCHEMA app; ALTER TABLE users SET SCHEMA app; CREATE TABLE sessions (sid text)",
    );
    let before = db.dump();
    let app = |args: &[&str]| {
        let run = Run::dbm().url(db.url_with("search_path=app")).path(&folder);
        run.args(args.iter().copied()).output().assert_status(0);
    };
    app(&["up"]);
    assert_eq!(db.number("SELECT count(*) FROM app.sessions, app.accounts"), 0);
    app(&["down", "-all"]);
    db.execute("DROP TABLE app.schema_migrations, app.schema_migrations_log");
    assert_eq!(db.dump(), before);

    let (db, folder) = (Database::new(), written("better-auth"));
    Run::dbm()
        .path(&folder)
        .args(["new", "-template", "better-auth-upgrade"])
        .output()
        .assert_status(0);
    dbm(&db, &folder, &["up", "6"]);
    db.execute(
        "INSERT INTO users (id, email, password_hash) VALUES ('ada', 'ada@example.com', 'h')",
    );
    let before = db.dump();
    dbm(&db, &folder, &["up"]);
    assert_eq!(db.row(), Some((10, false)));
    dbm(&db, &folder, &["down", "4"]);
    assert_eq!(db.dump(), before);
}
