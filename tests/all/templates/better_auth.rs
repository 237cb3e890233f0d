//! `better-auth`: sign-up, sign-in, expiry, searching by arrays, and what is refused.

use super::{refused, required, set_up, text, uses_index};

const ADA: &str =
    "INSERT INTO users (id, email, password_hash) VALUES ('ada', 'ada@example.com', 'h')";

#[test]
fn people_sign_up_in_and_out() {
    let db = set_up("better-auth");
    // Ids of its own, of Better Auth, of a program that counts, and of one that makes UUIDs.
    db.execute(
        "INSERT INTO users (email, password_hash) VALUES ('a@example.com', 'h'), ('b@example.com', 'h');
         INSERT INTO users (id, email, password_hash, created_at, updated_at) VALUES
             ('x1Yz', 'c@example.com', 'h', now(), now()), (4, 'd@example.com', 'h', now(), now()),
             ('7e57d004-2b97-4e7a-b45f-5387367791cd'::uuid, 'e@example.com', 'h', now(), now());
         INSERT INTO sessions (user_id, token, expires_at)
             SELECT id, 'token of ' || email, now() + interval '7 days' FROM users;
         INSERT INTO sessions (user_id, token, expires_at)
             SELECT id, 'old token of ' || email, now() - interval '1 day' FROM users;",
    );
    assert_eq!(db.number("SELECT count(DISTINCT id) FROM users"), 5);
    let session = "SELECT users.email FROM sessions JOIN users ON users.id = sessions.user_id
                   WHERE token = 'token of c@example.com' AND expires_at > now()";
    assert_eq!(text(&db, session), "c@example.com");
    let swept = "WITH swept AS (DELETE FROM sessions WHERE expires_at <= now() RETURNING 1)
                 SELECT count(*) FROM swept";
    let swept: i64 = db.client().query_one(swept, &[]).expect("sweep").get(0);
    assert_eq!(swept, 5);
    uses_index(&db, "SELECT FROM sessions WHERE token = 'x'", "sessions_token_key");
    uses_index(&db, "DELETE FROM sessions WHERE expires_at < now()", "sessions_expires_at_idx");
    uses_index(&db, "SELECT FROM sessions WHERE user_id = 'x'", "sessions_user_id_idx");
    uses_index(&db, "SELECT FROM users WHERE email = 'x'", "users_email_key");
}

#[test]
fn backgrounds_are_found_by_what_they_list() {
    let db = set_up("better-auth");
    db.execute(&format!(
        "{ADA};
         INSERT INTO software_background
             (user_id, experience_level, preferred_languages, preferred_frameworks)
             VALUES ('ada', 'advanced', '{{python,rust}}', ARRAY['fastapi']);
         INSERT INTO hardware_background
             (user_id, experience_level, preferred_platforms, device_types)
             VALUES ('ada', 'beginner', '{{jetson}}', '{{robot,camera}}');"
    ));
    for (table, column, values) in [
        ("software_background", "preferred_languages", "{rust}"),
        ("software_background", "preferred_frameworks", "{fastapi}"),
        ("hardware_background", "preferred_platforms", "{jetson}"),
        ("hardware_background", "device_types", "{camera,robot}"),
    ] {
        let query = format!("SELECT user_id FROM {table} WHERE {column} @> '{values}'");
        assert_eq!(text(&db, &query), "ada");
        uses_index(&db, &query, &format!("{table}_{column}_idx"));
    }
    // Whoever has said nothing yet has empty arrays.
    db.execute(
        "INSERT INTO users (id, email, password_hash) VALUES ('b', 'b@example.com', 'h');
                INSERT INTO software_background (user_id) VALUES ('b');
                INSERT INTO hardware_background (user_id) VALUES ('b');",
    );
    let empty = "SELECT count(*) FROM software_background JOIN hardware_background USING (user_id)
                 WHERE preferred_languages = '{}' AND preferred_frameworks = '{}'
                   AND preferred_platforms = '{}' AND device_types = '{}'";
    assert_eq!(db.number(empty), 1);
}

#[test]
fn updated_at_is_kept_on_each_table() {
    let db = set_up("better-auth");
    db.execute(&format!(
        "{ADA};
         INSERT INTO sessions (user_id, token, expires_at) VALUES ('ada', 't', now());
         INSERT INTO software_background (user_id) VALUES ('ada');
         INSERT INTO hardware_background (user_id) VALUES ('ada');"
    ));
    for table in ["users", "sessions", "software_background", "hardware_background"] {
        let before = text(&db, &format!("SELECT updated_at FROM {table}"));
        // In the transaction that has set it, too, and whatever the application writes.
        db.execute(&format!(
            "BEGIN; UPDATE {table} SET updated_at = '2000-01-01';
             UPDATE {table} SET created_at = updated_at; COMMIT"
        ));
        let newer = format!(
            "SELECT count(*) FROM {table} WHERE created_at > '{before}' AND updated_at > created_at"
        );
        assert_eq!(db.number(&newer), 1, "{table}");
    }
    let triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal
                    AND tgfoid = 'update_updated_at_column'::regproc";
    assert_eq!(db.number(triggers), 4);
}

#[test]
fn what_belongs_to_an_account_goes_with_it() {
    let db = set_up("better-auth");
    db.execute(&format!(
        "{ADA};
         INSERT INTO sessions (user_id, token, expires_at) VALUES ('ada', 't', now());
         INSERT INTO software_background (user_id) VALUES ('ada');
         INSERT INTO hardware_background (user_id) VALUES ('ada');
         DELETE FROM users WHERE id = 'ada';"
    ));
    let left = "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM software_background)
                + (SELECT count(*) FROM hardware_background)";
    assert_eq!(db.number(left), 0);
}

#[test]
fn what_is_refused() {
    let db = set_up("better-auth");
    db.execute(&format!(
        "{ADA};
         INSERT INTO sessions (id, user_id, token, expires_at) VALUES ('s', 'ada', 't', now());
         INSERT INTO software_background (user_id) VALUES ('ada');
         INSERT INTO hardware_background (user_id) VALUES ('ada');"
    ));
    let user =
        |values: &str| format!("INSERT INTO users (id, email, password_hash) VALUES ({values})");
    let session = |values: &str| {
        format!("INSERT INTO sessions (id, user_id, token, expires_at) VALUES ({values})")
    };
    for (sql, constraint) in [
        (user("'ada', 'b@example.com', 'h'"), "users_pkey"),
        (user("'b', 'ada@example.com', 'h'"), "users_email_key"),
        (user("'b', '', 'h'"), "users_email_check"),
        (user("'b', 'b@example.com', ''"), "users_password_hash_check"),
        (session("'s', 'ada', 'u', now()"), "sessions_pkey"),
        (session("'u', 'ada', 't', now()"), "sessions_token_key"),
        (session("'u', 'ada', '', now()"), "sessions_token_check"),
        (session("'u', 'nobody', 'u', now()"), "sessions_user_id_fkey"),
        (
            "INSERT INTO software_background (user_id) VALUES ('ada')".into(),
            "software_background_user_id_key",
        ),
        (
            "INSERT INTO software_background (user_id) VALUES ('x')".into(),
            "software_background_user_id_fkey",
        ),
        (
            "INSERT INTO hardware_background (user_id) VALUES ('ada')".into(),
            "hardware_background_user_id_key",
        ),
        (
            "INSERT INTO hardware_background (user_id) VALUES ('x')".into(),
            "hardware_background_user_id_fkey",
        ),
    ] {
        refused(&db, &sql, constraint);
    }
    required(&db, "INSERT INTO users (password_hash) VALUES ('h')", "email");
    required(&db, "INSERT INTO users (email) VALUES ('b@example.com')", "password_hash");
    required(&db, "INSERT INTO sessions (user_id, token) VALUES ('ada', 'u')", "expires_at");
    required(&db, "INSERT INTO sessions (token, expires_at) VALUES ('u', now())", "user_id");
    required(&db, "INSERT INTO sessions (user_id, expires_at) VALUES ('ada', now())", "token");
}
