//! `~/.pgpass` and its kin.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::connections::asking::{Ask, PLAIN, ask};
use crate::support::tls::{PASSWORD, servers};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Writes the file, readable for whom `mode` says.
fn passfile(folder: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("write a password file");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set its permissions");
    path
}

fn without_password() -> Ask {
    ask(servers().plain.url("scram", "app?sslmode=disable"))
}

#[test]
fn in_the_home_folder() {
    let port = servers().plain.port();
    for line in [
        format!("127.0.0.1:{port}:app:scram:{PASSWORD}"),
        format!("*:*:*:*:{PASSWORD}"),
        format!("127.0.0.1:*:*:scram:{PASSWORD}\r"),
        // Comments, lines for others, and the first one that fits.
        format!(
            "# mine\n\nother:*:*:*:no\n127.0.0.1:1:*:*:no\n*:*:other:*:no\n*:*:*:other:no\n\
             *:*:app:scram:{PASSWORD}\n*:*:*:*:late"
        ),
    ] {
        let home = folder();
        passfile(home.path(), ".pgpass", &format!("{line}\n"), 0o600);
        without_password().env("HOME", home.path()).connects(PLAIN);
    }
}

#[test]
fn the_first_line_that_fits_counts() {
    let home = folder();
    let text = format!("*:*:*:*:wr0ng-3301\n*:*:*:scram:{PASSWORD}\n");
    passfile(home.path(), ".pgpass", &text, 0o600);
    without_password()
        .env("HOME", home.path())
        .secret("wr0ng-3301")
        .refused(&["password authentication failed"], &["password"]);
}

/// libpq ignores it with a warning, and so do we.
#[test]
fn ignored_when_others_can_read_it() {
    for mode in [0o644, 0o640, 0o604] {
        let home = folder();
        passfile(home.path(), ".pgpass", &format!("*:*:*:*:{PASSWORD}\n"), mode);
        let ask = without_password().env("HOME", home.path());
        let output = ask.output(false);
        output.assert_status(1).assert_line("warning: ", ".pgpass");
        assert!(output.essence().to_lowercase().contains("password"), "{output}");
    }
}

#[test]
fn named_by_a_variable_or_a_parameter() {
    let other = folder();
    let path = passfile(other.path(), "secrets", &format!("*:*:*:*:{PASSWORD}\n"), 0o600);
    without_password().env("PGPASSFILE", path.as_os_str()).connects(PLAIN);
    let url = servers().plain.url("scram", "app?sslmode=disable");
    ask(format!("{url}&passfile={}", path.display())).connects(PLAIN);
    let open = passfile(other.path(), "open", &format!("*:*:*:*:{PASSWORD}\n"), 0o644);
    let output = without_password().env("PGPASSFILE", open.as_os_str()).output(false);
    output.assert_status(1).assert_line("warning: ", "open");
    // One that is not there is no error, as in libpq.
    without_password().env("PGPASSFILE", other.path().join("none")).refused(&["password"], &[]);
}

/// What was given otherwise comes first.
#[test]
fn after_everything_else() {
    let home = folder();
    passfile(home.path(), ".pgpass", "*:*:*:*:wr0ng-3302\n", 0o600);
    let with = servers().plain.url(&format!("scram:{PASSWORD}"), "app?sslmode=disable");
    ask(with).env("HOME", home.path()).connects(PLAIN);
    without_password().env("HOME", home.path()).env("PGPASSWORD", PASSWORD).connects(PLAIN);
}

/// A colon or a backslash in a field stands behind a backslash.
#[test]
fn escaped() {
    let cluster = &servers().plain;
    cluster.execute(
        "postgres",
        "CREATE ROLE \"passfile:user\" LOGIN IN ROLE awkward PASSWORD 'a:b\\c-614'",
    );
    let home = folder();
    passfile(home.path(), ".pgpass", "*:*:*:passfile\\:user:a\\:b\\\\c-614\n", 0o600);
    ask(cluster.url("passfile%3Auser", "app?sslmode=disable"))
        .env("HOME", home.path())
        .secret("c-614")
        .connects(PLAIN);
}

/// On a socket the host is the folder, or `localhost` for the usual one.
#[test]
fn for_a_socket() {
    let tls = &servers().tls;
    let home = folder();
    let text = format!("{}:{}:app:secure:{PASSWORD}\n", tls.home().display(), tls.port());
    passfile(home.path(), ".pgpass", &text, 0o600);
    let url = format!("postgres://secure@/app?host={}&port={}", tls.home().display(), tls.port());
    ask(url).env("HOME", home.path()).connects(PLAIN);
}
