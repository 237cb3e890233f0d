//! The ways to say where the server is: schemes, parameters, `PG*` variables.

use postgres::Config;
use postgres::config::Host;

use crate::support::{Database, Folder, Output, Run, server};

/// Where the test server is, taken apart.
struct Place {
    host: String,
    port: u16,
    user: String,
    password: Option<String>,
}

impl Place {
    fn of_the_server() -> Self {
        let config: Config = server::url().parse().expect("the test server's URL");
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(path)) => path.to_str().expect("a UTF-8 path").to_owned(),
            None => "localhost".to_owned(),
        };
        let password = config
            .get_password()
            .map(|bytes| String::from_utf8(bytes.to_vec()).expect("a UTF-8 password"));
        Self {
            host,
            port: config.get_ports().first().copied().unwrap_or(5432),
            user: config.get_user().unwrap_or("postgres").to_owned(),
            password,
        }
    }

    /// A run with the password where it cannot be seen.
    fn dbm(&self) -> Run {
        match &self.password {
            Some(password) => Run::dbm().env("PGPASSWORD", password.clone()),
            None => Run::dbm(),
        }
    }
}

/// Every one of these URLs reaches this database.
#[track_caller]
fn assert_reached(db: &Database, output: &Output) {
    output.assert_status(0);
    assert_eq!(output.masked(), "1/u a (TIME)\n", "{output}");
    assert_eq!(db.row(), Some((1, false)), "{output}");
}

#[test]
fn schemes() {
    let (db, folder) = (Database::new(), Folder::tables(&["a"]));
    let url = db.url();
    let (_, rest) = url.split_once("://").expect("a URL");
    for scheme in ["postgres", "postgresql", "pgx", "pgx4", "pgx5"] {
        db.clear();
        let output = Run::dbm().url(format!("{scheme}://{rest}")).path(&folder).arg("up").output();
        assert_reached(&db, &output);
    }
}

#[test]
fn parameters_in_place_of_parts() {
    let (db, folder, place) = (Database::new(), Folder::tables(&["a"]), Place::of_the_server());
    let Place { host, port, user, .. } = &place;
    let name = db.name();
    let encoded = host.replace('/', "%2F");
    for url in [
        format!("postgres:///{name}?host={encoded}&port={port}&user={user}&sslmode=disable"),
        format!("postgres://{user}@/{name}?host={encoded}&port={port}&sslmode=disable"),
        format!("postgres://{user}@/?host={host}&port={port}&dbname={name}&sslmode=disable"),
        format!(
            "postgres://{user}@no-such-host.invalid/{name}?host={encoded}&port={port}&sslmode=disable"
        ),
        // libpq's default, which a server without a certificate is content with.
        format!("postgres://{user}@/{name}?host={encoded}&port={port}&sslmode=prefer"),
        format!("postgres://{user}@/{name}?host={encoded}&port={port}"),
        format!("postgres://{user}@/{name}?host={encoded}&port={port}&sslmode=allow"),
    ] {
        db.clear();
        let output = place.dbm().url(url).path(&folder).arg("up").output();
        assert_reached(&db, &output);
    }
}

#[test]
fn variables() {
    let (db, folder, place) = (Database::new(), Folder::tables(&["a"]), Place::of_the_server());
    for url in ["postgres://", "pgx5://:", "postgres:///", "postgres://?sslmode=disable"] {
        db.clear();
        let output = place
            .dbm()
            .env("PGHOST", &place.host)
            .env("PGPORT", place.port.to_string())
            .env("PGUSER", &place.user)
            .env("PGDATABASE", db.name())
            .env("PGSSLMODE", "disable")
            .url(url)
            .path(&folder)
            .arg("up")
            .output();
        assert_reached(&db, &output);
    }
}

/// What the URL says comes before what a variable says.
#[test]
fn the_url_beats_the_variables() {
    let (db, folder) = (Database::new(), Folder::tables(&["a"]));
    let output = Run::dbm()
        .env("PGHOST", "no-such-host.invalid")
        .env("PGPORT", "1")
        .env("PGDATABASE", "no_such_database")
        .db(&db)
        .path(&folder)
        .arg("up")
        .output();
    assert_reached(&db, &output);
}

/// Names that must be written with `%`, and the lock that goes with the path as it is written.
#[test]
fn a_database_with_a_name_to_encode() {
    let place = Place::of_the_server();
    let folder = Folder::tables(&["a"]);
    let odd = format!("{} ü/%", Database::new().name());
    let mut admin = server::admin();
    admin
        .batch_execute(&format!("CREATE DATABASE \"{odd}\" TEMPLATE template0"))
        .expect("create the odd database");
    let encoded =
        odd.replace('%', "%25").replace(' ', "%20").replace('ü', "%C3%BC").replace('/', "%2F");
    let output = place.dbm().url(server::url_of(&encoded)).path(&folder).arg("up").output();
    admin
        .batch_execute(&format!("DROP DATABASE \"{odd}\" WITH (FORCE)"))
        .expect("drop the odd database");
    output.assert_status(0);
    assert_eq!(output.masked(), "1/u a (TIME)\n", "{output}");
}

/// Parameters that are no connection settings become settings of the session.
#[test]
fn settings_of_the_session() {
    let db = Database::new();
    let folder = Folder::new().file(
        "1_a.up.sql",
        "CREATE TABLE a AS SELECT name, setting FROM pg_settings
         WHERE name IN ('application_name', 'statement_timeout', 'lock_timeout', 'work_mem')",
    );
    let url = db.url_with(
        "application_name=my%20app&statement_timeout=54321&options=-c%20lock_timeout%3D12345&work_mem=5MB",
    );
    let output = Run::dbm().url(url).path(&folder).arg("up").output();
    assert_reached(&db, &output);
    for (name, setting) in [
        ("application_name", "my app"),
        ("statement_timeout", "54321"),
        ("lock_timeout", "12345"),
        ("work_mem", "5120"),
    ] {
        assert_eq!(
            db.number(&format!(
                "SELECT count(*) FROM a WHERE name = '{name}' AND setting = '{setting}'"
            )),
            1,
            "{name}"
        );
    }
}
