//! What the upgrade to Better Auth refuses, and what its check finds.

use super::{dbm, written};
use crate::support::{Database, Run};

const USERS: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text);
                     INSERT INTO users VALUES (1, 'ada@example.com')";

/// Begins where `sql` has led, and fails with this; the database is at this version then.
#[track_caller]
fn fails(sql: &str, said: &[&str], version: Option<i64>) -> Database {
    let (db, folder) = (Database::new(), written("better-auth-upgrade"));
    db.execute(sql);
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output.assert_status(1);
    for text in said {
        output.assert_says(text);
    }
    assert_eq!(db.row(), version.map(|version| (version, false)), "{output}");
    db
}

#[test]
fn what_cannot_be_upgraded() {
    fails("SELECT 1", &["there is no table users to upgrade"], None);
    fails("CREATE VIEW users AS SELECT 1 AS id", &["there is no table users to upgrade"], None);
    fails(
        "CREATE TABLE users (email text)",
        &["there is no table users with a column id"],
        Some(1),
    );
    for table in ["sessions", "accounts"] {
        let said = format!("the table {table} is not Better Auth's: it must have id, ");
        for columns in ["sid text PRIMARY KEY, data json", "id bigserial, user_id bigint"] {
            let sql = format!("{USERS}; CREATE TABLE {table} ({columns})");
            let version = if table == "sessions" { 1 } else { 2 };
            let db = fails(&sql, &[&said, "Rename it, and run"], Some(version));
            // As the hint says.
            db.execute(&format!("ALTER TABLE {table} RENAME TO old_{table}"));
            dbm(&db, &written("better-auth-upgrade"), &["up"]);
        }
    }
}

#[test]
fn what_the_check_finds() {
    let table = |table: &str, columns: &str| format!("{USERS}; CREATE TABLE {table} ({columns})");
    let user = "user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE";
    for (sql, said) in [
        (
            table(
                "sessions",
                "id varchar(255) PRIMARY KEY, user_id integer REFERENCES users ON DELETE CASCADE",
            ),
            &["sessions.user_id is integer, not bigint"][..],
        ),
        (
            table("sessions", &format!("id text PRIMARY KEY, expires_at timestamp, {user}")),
            &["sessions.expires_at is timestamp without time zone, not timestamp with time zone"],
        ),
        (
            table("sessions", "id text PRIMARY KEY, user_id bigint NOT NULL REFERENCES users"),
            &["sessions.user_id has no foreign key to users.id with ON DELETE CASCADE"],
        ),
        (
            table("sessions", &format!("id text, n int PRIMARY KEY, {user}")),
            &["sessions.id is not unique"],
        ),
        (
            table("accounts", &format!("id text PRIMARY KEY, expires_at timestamptz, {user}")),
            &["accounts.expires_at is timestamp with time zone, not bigint"],
        ),
        (
            format!(
                "{USERS}; ALTER TABLE users ADD COLUMN image bytea, ADD COLUMN email_verified date"
            ),
            &[
                "users.image is bytea, not text",
                "users.email_verified is date, not timestamp with time zone",
            ],
        ),
        (format!("{USERS}; ALTER TABLE users DROP COLUMN email"), &["users has no column email"]),
        (
            format!("{USERS}; INSERT INTO users VALUES (2, 'Ada@Example.com')"),
            &["users.email: several users are ada@example.com"],
        ),
    ] {
        let db = fails(&sql, said, Some(3));
        // What was there before is given back all the same.
        dbm(&db, &written("better-auth-upgrade"), &["down", "-all"]);
        assert_eq!(db.number("SELECT count(*) FROM users WHERE id = 1"), 1);
    }
}

/// The check says all that is wrong, and passes when it was put right by hand.
#[test]
fn what_was_put_right_passes() {
    let (db, folder) = (Database::new(), written("better-auth-upgrade"));
    db.execute(USERS);
    dbm(&db, &folder, &["up", "3"]);
    db.execute(
        "ALTER TABLE accounts DROP CONSTRAINT accounts_provider_id_provider_user_id_key;
         ALTER TABLE sessions DROP CONSTRAINT sessions_user_id_fkey;",
    );
    let output = Run::dbm().db(&db).path(&folder).arg("up").output();
    output
        .assert_status(1)
        .assert_says(
            "sessions.user_id has no foreign key to users.id with ON DELETE CASCADE; accounts (",
        )
        .assert_says("Put this right by hand, and run this migration again.")
        .assert_says("hint: fix the file, or what it found in the database, then run the same");
    // The files of the steps do so, too.
    dbm(&db, &folder, &["goto", "1"]);
    dbm(&db, &folder, &["up"]);
    assert_eq!(db.row(), Some((4, false)));
}
