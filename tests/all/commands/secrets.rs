//! A password is never printed, whatever is wrong with the URL that holds it.

use crate::support::{Folder, Run};

const SECRET: &str = "s3cr3t";

/// URLs with the password in them that lead nowhere, each in its own way.
const BROKEN: &[&str] = &[
    "postgres://u:s3cr3t@127.0.0.1:1/app?sslmode=disable",
    "postgres://u:s3cr3t@127.0.0.1:1/app",
    "postgres://u:s3cr3t@no-such-host.invalid/app",
    "postgres://u:s3cr3t@127.0.0.1:port/app",
    "postgres://u:s3cr3t@127.0.0.1:99999/app",
    "postgres://u:s3cr3t@[::1/app",
    "postgres://u:s3cr3t@127.0.0.1:1/app?sslmode=nonsense",
    "postgres://u:s3cr3t@127.0.0.1:1/app?connect_timeout=soon",
    "postgres://u:s3cr3t@127.0.0.1:1/%zz",
    "postgres://u:s3cr3t%zz@127.0.0.1:1/app",
    "postgres://u:a@b:s3cr3t@127.0.0.1:1/app",
    "postgres://u:s3cr3t/slash@127.0.0.1:1/app",
    "postgres://u:s3cr3t#hash@127.0.0.1:1/app",
    "postgres://u:s3cr3t?mark@127.0.0.1:1/app",
    "postgres://u:s3cr3t space@127.0.0.1:1/app",
    "postgres://127.0.0.1:1/app?user=u&password=s3cr3t",
    "postgres://127.0.0.1:1/app?user=u&password=s3cr3t%zz",
    "postgres://u:s3cr3t@127.0.0.1:1/app?x-statement-timeout=soon",
    "postgres://u:s3cr3t@127.0.0.1:1/app?x-migrations-table=t&x-migrations-table-quoted=true",
    "mysql://u:s3cr3t@127.0.0.1/app",
    "u:s3cr3t@127.0.0.1/app",
    "postgres//u:s3cr3t@127.0.0.1/app",
    "host=127.0.0.1 port=1 user=u password=s3cr3t",
    "1://u:s3cr3t@127.0.0.1/app",
];

#[test]
fn in_no_message() {
    let folder = Folder::four();
    for url in BROKEN {
        for verbose in [false, true] {
            let mut run = Run::dbm();
            if verbose {
                run = run.arg("-verbose");
            }
            let output = run.path(&folder).url(*url).arg("up").output();
            output.assert_status(1).assert_silent_about(SECRET).assert_silent_about("panicked");
            assert!(output.stderr.contains("error: "), "an error in words\n{output}");
        }
    }
}

/// From a variable no other than from a flag.
#[test]
fn in_no_message_about_a_variable() {
    let folder = Folder::four();
    for url in BROKEN {
        Run::dbm()
            .path(&folder)
            .env("DATABASE_URL", *url)
            .arg("up")
            .output()
            .assert_status(1)
            .assert_silent_about(SECRET);
    }
    Run::dbm()
        .path(&folder)
        .env("PGPASSWORD", SECRET)
        .url("postgres://u@127.0.0.1:1/app")
        .arg("up")
        .output()
        .assert_status(1)
        .assert_silent_about(SECRET);
}
