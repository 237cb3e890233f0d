//! What people give in place of a database's URL: a name, a libpq string, another program's URL.

use crate::support::{Folder, Run};

const NO_SCHEME: &str = "error: failed to parse scheme from database URL: no scheme\n";

#[test]
fn the_url_that_was_meant_is_spelled_out() {
    let folder = Folder::four();
    for (given, scheme, hint) in [
        ("mydb", None, "write it as a URL: postgres:///mydb"),
        (
            "host=db.internal port=6432 user=app password=s3cr3t:x dbname=app sslmode=require",
            None,
            "write it as a URL: postgres://app:PASSWORD@db.internal:6432/app?sslmode=require",
        ),
        (
            "app:s3cr3t@db.internal/app",
            Some("app"),
            "write it as a URL: postgres://app:PASSWORD@db.internal/app",
        ),
        (
            "localhost:5432/app",
            Some("localhost"),
            "write it as a URL: postgres://localhost:5432/app",
        ),
        (
            "postgresql+psycopg2://app:s3cr3t@h/app",
            Some("postgresql+psycopg2"),
            "write it as a URL: postgres://app:PASSWORD@h/app",
        ),
        ("jdbc:postgresql://h:5432/app", Some("jdbc"), "write it as a URL: postgres://h:5432/app"),
        (
            "mysql://app:s3cr3t@h/app",
            Some("mysql"),
            "only PostgreSQL is supported: its URLs begin with postgres://",
        ),
        ("./app.db", None, "a database is named by a URL: postgres://USER:PASSWORD@HOST:PORT/NAME"),
    ] {
        let error = match scheme {
            None => NO_SCHEME.to_owned(),
            Some(scheme) => format!(
                "error: failed to open database: database driver: unknown driver {scheme} \
                 (forgotten import?)\n"
            ),
        };
        for run in [Run::dbm().url(given), Run::dbm().env("DATABASE_URL", given)] {
            run.path(&folder)
                .arg("version")
                .status(1)
                .stderr(&format!("{error}hint: {hint}\n"))
                .check()
                .assert_silent_about("s3cr3t");
        }
    }
}
