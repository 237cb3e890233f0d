//! `rbac-auth`: sign-up, permission checks, default data, tokens, connections, and what is refused.

use std::fs;

use super::{dbm, refused, set_up, text, uses_index, written};
use crate::support::Database;

/// Two accounts, 1 an administrator and 2 a user.
const PEOPLE: &str = "
    INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'h'), ('bob@example.com', 'h');
    INSERT INTO user_roles (user_id, role_id) SELECT 1, id FROM roles WHERE name = 'admin';
    INSERT INTO user_roles (user_id, role_id) SELECT 2, id FROM roles WHERE name = 'user';";

fn may(db: &Database, user: i64, resource: &str, action: &str) -> bool {
    text(
        db,
        &format!(
            "SELECT EXISTS (
                 SELECT
                 FROM user_roles
                 JOIN role_permissions USING (role_id)
                 JOIN permissions ON permissions.id = role_permissions.permission_id
                 WHERE user_id = {user} AND resource = '{resource}' AND action = '{action}')"
        ),
    ) == "true"
}

#[test]
fn roles_permit() {
    let db = set_up("rbac-auth");
    db.execute(PEOPLE);
    for resource in ["users", "roles"] {
        for action in ["create", "read", "update", "delete"] {
            assert!(may(&db, 1, resource, action), "{resource} {action}");
            assert!(!may(&db, 2, resource, action), "{resource} {action}");
        }
    }
    db.execute(
        "INSERT INTO permissions (resource, action) VALUES ('posts', 'create');
         INSERT INTO role_permissions (role_id, permission_id)
             SELECT roles.id, permissions.id FROM roles, permissions
             WHERE name = 'user' AND resource = 'posts';",
    );
    assert!(may(&db, 2, "posts", "create") && !may(&db, 1, "posts", "create"));
    db.execute("DELETE FROM roles WHERE name = 'user'");
    assert!(!may(&db, 2, "posts", "create"));
}

#[test]
fn default_roles_are_there_once() {
    let (db, folder) = (Database::new(), written("rbac-auth"));
    dbm(&db, &folder, &["up"]);
    assert_eq!(
        text(&db, "SELECT string_agg(name, ' ' ORDER BY name) FROM roles"),
        "admin moderator user"
    );
    let granted = "SELECT count(*) FROM role_permissions JOIN roles ON roles.id = role_id
                   WHERE name = 'admin'";
    assert_eq!(db.number(granted), db.number("SELECT count(*) FROM permissions"));
    // Run again, it changes nothing, also of what was changed since.
    db.execute("UPDATE roles SET description = 'ours' WHERE name = 'user'");
    let rows = "SELECT string_agg(roles::text, '' ORDER BY id) FROM roles";
    let before = text(&db, rows);
    db.execute(&fs::read_to_string(folder.join("011_add_default_roles.up.sql")).expect("a file"));
    assert_eq!(text(&db, rows), before);
    assert_eq!(db.number("SELECT count(*) FROM role_permissions"), 8);
    // Its down file leaves roles of the application's own, and the next id is free.
    db.execute("INSERT INTO roles (name) VALUES ('owner')");
    dbm(&db, &folder, &["down", "1"]);
    assert_eq!(text(&db, "SELECT string_agg(name, ' ') FROM roles"), "owner");
    db.execute("INSERT INTO roles (name) VALUES ('guest')");
}

#[test]
fn accounts_tokens_and_settings() {
    let db = set_up("rbac-auth");
    db.execute(PEOPLE);
    db.execute(
        "UPDATE users SET email_verification_token = 'e', email_verification_expires_at = now() + interval '1 day'
             WHERE id = 2;
         UPDATE users SET email_verified = true, email_verification_token = NULL,
             email_verification_expires_at = NULL WHERE email_verification_token = 'e';
         UPDATE users SET mfa_enabled = true, mfa_secret = 's', mfa_backup_codes = '{a,b}' WHERE id = 1;
         INSERT INTO tokens (user_id, token) VALUES (1, 'a'), (2, 'b');
         INSERT INTO tokens (user_id, token, type, expires_at) VALUES (1, 'old', 'access', now() - interval '1 hour');
         UPDATE tokens SET revoked_at = now() WHERE token = 'b';
         INSERT INTO password_reset_tokens (user_id, token) VALUES (1, 'r');
         INSERT INTO user_profiles (user_id, display_name) VALUES (1, 'Ada');
         INSERT INTO user_preferences (user_id) VALUES (1);",
    );
    assert_eq!(db.number("SELECT count(*) FROM users WHERE email_verified"), 1);
    let valid = "SELECT token FROM tokens WHERE revoked_at IS NULL AND expires_at > now()";
    assert_eq!(text(&db, valid), "a");
    let reset = "UPDATE password_reset_tokens SET used_at = now()
                 WHERE token = 'r' AND used_at IS NULL AND expires_at > now()";
    let mut client = db.client();
    assert_eq!([0, 1].map(|_| client.execute(reset, &[]).expect(reset)), [1, 0], "it is used once");
    db.execute("DELETE FROM tokens WHERE expires_at <= now()");
    uses_index(&db, "DELETE FROM tokens WHERE expires_at <= now()", "tokens_expires_at_idx");
    uses_index(&db, "SELECT FROM tokens WHERE token = 'x'", "tokens_token_key");
    assert_eq!(
        text(&db, "SELECT theme || language || timezone || settings FROM user_preferences"),
        "systemenUTC{}"
    );
    // Everything goes with its account.
    db.execute("DELETE FROM users");
    for table in
        ["user_roles", "tokens", "password_reset_tokens", "user_profiles", "user_preferences"]
    {
        assert_eq!(db.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

#[test]
fn follows_and_friends() {
    let db = set_up("rbac-auth");
    db.execute(PEOPLE);
    db.execute(
        "INSERT INTO user_connections (user_id, connected_user_id) VALUES (1, 2), (2, 1);
         INSERT INTO user_connections (user_id, connected_user_id, type, status)
             VALUES (1, 2, 'friend', 'pending');",
    );
    let connect = |values: &str| {
        format!("INSERT INTO user_connections (user_id, connected_user_id, type) VALUES ({values})")
    };
    for (values, constraint) in [
        ("1, 1, 'follow'", "user_connections_not_oneself_check"),
        ("1, 1, 'friend'", "user_connections_not_oneself_check"),
        ("1, 2, 'follow'", "user_connections_user_id_connected_user_id_type_key"),
        ("2, 1, 'friend'", "user_connections_friends_key"),
        ("1, 2, 'enemy'", "user_connections_type_check"),
        ("1, 9, 'follow'", "user_connections_connected_user_id_fkey"),
        ("9, 1, 'follow'", "user_connections_user_id_fkey"),
    ] {
        refused(&db, &connect(values), constraint);
    }
    refused(&db, "UPDATE user_connections SET status = 'x'", "user_connections_status_check");
    let followers = "SELECT user_id FROM user_connections WHERE connected_user_id = 1";
    uses_index(&db, followers, "user_connections_connected_user_id_idx");
    db.execute("DELETE FROM users WHERE id = 2");
    assert_eq!(db.number("SELECT count(*) FROM user_connections"), 0);
}

#[test]
fn what_is_refused() {
    let db = set_up("rbac-auth");
    db.execute(PEOPLE);
    db.execute(
        "UPDATE users SET username = 'ada', email_verification_token = 'e' WHERE id = 1;
         INSERT INTO tokens (user_id, token) VALUES (1, 't');
         INSERT INTO password_reset_tokens (user_id, token) VALUES (1, 't');
         INSERT INTO user_profiles (user_id) VALUES (1); INSERT INTO user_preferences (user_id) VALUES (1);",
    );
    for (sql, constraint) in [
        (
            "INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'h')",
            "users_email_key",
        ),
        ("UPDATE users SET username = 'ada' WHERE id = 2", "users_username_key"),
        (
            "UPDATE users SET email_verification_token = 'e' WHERE id = 2",
            "users_email_verification_token_key",
        ),
        ("UPDATE users SET email = '' WHERE id = 2", "users_email_check"),
        ("UPDATE users SET username = '' WHERE id = 2", "users_username_check"),
        ("UPDATE users SET password_hash = '' WHERE id = 2", "users_password_hash_check"),
        ("INSERT INTO roles (name) VALUES ('admin')", "roles_name_key"),
        ("INSERT INTO roles (name) VALUES ('')", "roles_name_check"),
        (
            "INSERT INTO permissions (resource, action) VALUES ('users', 'read')",
            "permissions_resource_action_key",
        ),
        (
            "INSERT INTO permissions (resource, action) VALUES ('', 'read')",
            "permissions_resource_check",
        ),
        ("INSERT INTO permissions (resource, action) VALUES ('x', '')", "permissions_action_check"),
        ("INSERT INTO user_roles SELECT user_id, role_id FROM user_roles", "user_roles_pkey"),
        ("INSERT INTO user_roles VALUES (1, 99)", "user_roles_role_id_fkey"),
        ("INSERT INTO user_roles SELECT 99, id FROM roles", "user_roles_user_id_fkey"),
        ("INSERT INTO role_permissions SELECT * FROM role_permissions", "role_permissions_pkey"),
        (
            "INSERT INTO role_permissions SELECT 99, id FROM permissions",
            "role_permissions_role_id_fkey",
        ),
        (
            "INSERT INTO role_permissions SELECT id, 99 FROM roles",
            "role_permissions_permission_id_fkey",
        ),
        ("INSERT INTO tokens (user_id, token) VALUES (1, 't')", "tokens_token_key"),
        ("INSERT INTO tokens (user_id, token) VALUES (1, '')", "tokens_token_check"),
        ("INSERT INTO tokens (user_id, token) VALUES (9, 'u')", "tokens_user_id_fkey"),
        (
            "INSERT INTO password_reset_tokens (user_id, token) VALUES (1, 't')",
            "password_reset_tokens_token_key",
        ),
        (
            "INSERT INTO password_reset_tokens (user_id, token) VALUES (1, '')",
            "password_reset_tokens_token_check",
        ),
        (
            "INSERT INTO password_reset_tokens (user_id, token) VALUES (9, 'u')",
            "password_reset_tokens_user_id_fkey",
        ),
        ("INSERT INTO user_profiles (user_id) VALUES (1)", "user_profiles_pkey"),
        ("INSERT INTO user_profiles (user_id) VALUES (9)", "user_profiles_user_id_fkey"),
        ("INSERT INTO user_preferences (user_id) VALUES (1)", "user_preferences_pkey"),
        ("INSERT INTO user_preferences (user_id) VALUES (9)", "user_preferences_user_id_fkey"),
        ("UPDATE user_preferences SET settings = '[]'", "user_preferences_settings_check"),
    ] {
        refused(&db, sql, constraint);
    }
}
