//! Up, down and up again: each time the same database. By dbm, by golang-migrate, and on the oldest and
//! the newest PostgreSQL.

use super::{dbm, written};
use crate::support::{Database, Folder, Run, reference};
use crate::versions::servers::server;

const TEMPLATES: [&str; 5] =
    ["api-service", "better-auth", "better-auth-upgrade", "profile", "rbac-auth"];

/// What a team may have before an upgrade.
const OLD_USERS: &str = "CREATE TABLE users (
    id uuid PRIMARY KEY, email text NOT NULL UNIQUE, password_hash text,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
    INSERT INTO users (id, email) VALUES
    ('00000000-0000-4000-8000-000000000001', 'ada@example.com');";

/// A database that a template can be run on.
fn database(template: &str) -> Database {
    let db = Database::new();
    if template == "better-auth-upgrade" {
        db.execute(OLD_USERS);
    }
    db
}

/// Also one file at a time: each down file takes back what its up file has done, and no more.
#[test]
fn each_step_is_taken_back_exactly() {
    for template in TEMPLATES {
        let (db, folder) = (database(template), written(template));
        let mut dumps = vec![db.dump()];
        let steps = folder.names().len() / 2;
        for _ in 0..steps {
            dbm(&db, &folder, &["up", "1"]);
            dumps.push(db.dump());
        }
        let complete = dumps.last().cloned();
        for step in (0..steps).rev() {
            dbm(&db, &folder, &["down", "1"]);
            assert_eq!(db.dump(), dumps[step], "{template}: down to step {step}");
        }
        dbm(&db, &folder, &["up"]);
        assert_eq!(Some(db.dump()), complete, "{template}: up again");
        dbm(&db, &folder, &["redo"]);
        assert_eq!(Some(db.dump()), complete, "{template}: redo");
        dbm(&db, &folder, &["down", "-all"]);
        assert_eq!(db.dump(), dumps[0], "{template}: down");
    }
}

#[test]
fn verify_finds_nothing() {
    for template in TEMPLATES {
        let (db, folder) = (database(template), written(template));
        let offline = Run::dbm().path(&folder).args(["verify", "-offline"]).output();
        offline.assert_status(0);
        let up = Run::dbm().db(&db).path(&folder).arg("up").output();
        up.assert_status(0).assert_silent_about("warning: ").assert_silent_about("hint: ");
        let found = Run::dbm().db(&db).path(&folder).arg("verify").output();
        found.assert_status(0);
        let expected = "no problems found in the folder and the database\n";
        assert_eq!((&*offline.stderr, &*found.stdout), ("", expected), "{template}");
    }
}

/// They are plain files.
#[test]
fn golang_migrate_runs_them() {
    let test = "templates::round_trips::golang_migrate_runs_them";
    let Some(reference) = reference::find(test) else { return };
    for template in TEMPLATES {
        let (theirs, ours, folder) = (database(template), database(template), written(template));
        let before = theirs.dump();
        let migrate = |args: &[&str]| {
            let run = Run::program(&reference).db(&theirs).path(&folder);
            run.args(args.iter().copied()).output().assert_status(0);
        };
        migrate(&["up"]);
        dbm(&ours, &folder, &["up"]);
        if template != "better-auth-upgrade" {
            // There the time of the upgrade is the time of a row.
            assert_eq!(theirs.dump(), ours.dump(), "{template}");
        }
        migrate(&["down", "-all"]);
        assert_eq!(theirs.dump(), before, "{template}");
    }
}

#[test]
fn on_the_oldest_supported() {
    on(&[12], "templates::round_trips::on_the_oldest_supported");
}

#[test]
fn on_the_newest() {
    on(&[18, 17], "templates::round_trips::on_the_newest");
}

fn on(versions: &[u32], test: &str) {
    const LEFT: &str = "SELECT (SELECT count(*) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relname !~ '^schema_migrations')
        + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)";
    let Some((server, _)) = server(versions, test) else { return };
    let empty = server.number(LEFT);
    for template in TEMPLATES {
        let folder: Folder = written(template);
        let is_upgrade = template == "better-auth-upgrade";
        if is_upgrade {
            server.client().batch_execute(OLD_USERS).expect("an old table");
        }
        let before = server.number(LEFT);
        server.dbm(&folder, &["up"]).output().assert_status(0);
        let complete = server.number(LEFT);
        assert!(complete > before, "{template}");
        server.dbm(&folder, &["down", "-all"]).output().assert_status(0);
        assert_eq!(server.number(LEFT), before, "{template}");
        server.dbm(&folder, &["up"]).output().assert_status(0);
        assert_eq!(server.number(LEFT), complete, "{template}");
        if template == "better-auth" {
            let sign_up =
                "INSERT INTO users (email, password_hash) VALUES ('a@x', 'h'), ('b@x', 'h')";
            server.client().batch_execute(sign_up).expect(sign_up);
            assert_eq!(server.number("SELECT count(DISTINCT id::uuid) FROM users"), 2);
        }
        server.dbm(&folder, &["down", "-all"]).output().assert_status(0);
        if is_upgrade {
            server.client().batch_execute("DROP TABLE users").expect("drop the old table");
        }
        let log = "DROP TABLE schema_migrations, schema_migrations_log";
        server.client().batch_execute(log).expect(log);
        assert_eq!(server.number(LEFT), empty, "{template}");
    }
}
