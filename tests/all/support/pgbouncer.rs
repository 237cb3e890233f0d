//! A real PgBouncer with transaction pooling, in front of the test server.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use postgres::{Client, Config, NoTls};

use crate::support::servant::{self, Guard};
use crate::support::{Database, address, server, wait};

pub struct PgBouncer {
    home: PathBuf,
    port: u16,
    /// Last: it stops the process and deletes the folder.
    _guard: Guard,
}

/// The one that the tests share; `None` where this machine has no PgBouncer. The caller then
/// returns, and it has been said in capitals that the test did not run; under `CI` it is a failure.
pub fn shared(test: &str) -> Option<&'static PgBouncer> {
    static SHARED: OnceLock<Option<PgBouncer>> = OnceLock::new();
    let shared = SHARED
        .get_or_init(|| find().map(|program| PgBouncer::start(&program, &of_server())))
        .as_ref();
    if shared.is_none() {
        say_that_there_is_none(test);
    }
    shared
}

/// One of the test's own before a server on this machine, to which it connects as `user`; `None` as
/// with [`shared`].
pub fn before(port: u16, user: &str, test: &str) -> Option<PgBouncer> {
    let target = format!("host=127.0.0.1 port={port} user={user}");
    let pooler = find().map(|program| PgBouncer::start(&program, &target));
    if pooler.is_none() {
        say_that_there_is_none(test);
    }
    pooler
}

fn say_that_there_is_none(test: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "no pgbouncer, and under CI the pooler tests must run"
    );
    // Not `eprintln!`: the test harness would capture it, and nobody would read it.
    writeln!(io::stderr(), "\nPOOLER TEST DID NOT RUN: {test}: NO PGBOUNCER ON THE PATH")
        .expect("write to stderr");
}

/// The shared test server, as the pooler's configuration names it.
fn of_server() -> String {
    let config: Config = server::url().parse().expect("the test server's URL");
    let upstream = address::of_server();
    let user = config.get_user().unwrap_or("postgres");
    let mut target = format!("host={} port={} user={user}", upstream.ip(), upstream.port());
    if let Some(password) = config.get_password() {
        let password = String::from_utf8_lossy(password).replace('\'', "''");
        target.push_str(&format!(" password='{password}'"));
    }
    target
}

fn find() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("DBM_TEST_PGBOUNCER") {
        return Some(PathBuf::from(path));
    }
    on_path().or_else(|| {
        install();
        on_path()
    })
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")])
        .map(|folder| folder.join("pgbouncer"))
        .find(|file| file.is_file())
}

/// Debian's package, where one may install it without being asked: as root, in a container.
fn install() {
    let may = Command::new("sh")
        .args(["-c", "test \"$(id -u)\" = 0 && command -v apt-get"])
        .stdout(Stdio::null())
        .status();
    if !may.is_ok_and(|status| status.success()) {
        return;
    }
    writeln!(io::stderr(), "\nno pgbouncer here: installing Debian's package").expect("write");
    // The package starts a service of its own on port 6432 unless it is told not to. A mirror that
    // is half down may still be enough, so only what is there afterwards decides.
    let script = "export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
        apt-get -q -o DPkg::Lock::Timeout=300 update
        apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends pgbouncer
        service pgbouncer stop || true";
    let _ = Command::new("timeout")
        .args(["300", "sh", "-c", script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
}

impl PgBouncer {
    fn start(program: &Path, target: &str) -> Self {
        let home = servant::home("dbm-pgbouncer-");
        let port = servant::port();
        // It keeps nothing, so it may be killed. Its gentler signals wait for clients, and differ
        // from version to version.
        let guard = Guard::over(
            "test -f \"$1/pid\" && kill -KILL \"$(cat \"$1/pid\")\"; rm -rf \"$1\"",
            &[&home],
        );
        // Few server connections, so that clients share them and what one leaves behind on a
        // session meets the next one.
        let ini = format!(
            "[databases]\n* = {target}\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir = {home}\n\
             auth_type = any\nadmin_users = postgres\npool_mode = transaction\n\
             default_pool_size = 4\nmax_client_conn = 200\nserver_idle_timeout = 600\nserver_login_retry = 1\n\
             server_reset_query_always = 0\nlogfile = {home}/log\npidfile = {home}/pid\n",
            home = home.display(),
        );
        let file = home.join("pgbouncer.ini");
        servant::write(&file, &ini);
        let mut command = servant::command(program);
        command.arg("-d").arg("-q").arg(&file);
        servant::run(command, &home.join("started.log"));
        let pooler = Self { home, port, _guard: guard };
        wait::until("PgBouncer", || pooler.console().ok());
        pooler
    }

    /// Its own console, `SHOW POOLS` and the like.
    fn console(&self) -> Result<Client, postgres::Error> {
        Config::new()
            .host_path(&self.home)
            .port(self.port)
            .user("postgres")
            .dbname("pgbouncer")
            .connect(NoTls)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of this database by way of the pooler.
    pub fn url(&self, db: &Database) -> String {
        address::through(self.port, &db.url())
    }
}
