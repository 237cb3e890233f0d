//! PostgreSQL servers of the tests' own: with TLS, with a `pg_hba.conf`, to be stopped and started.
//!
//! The server that most tests share (`support::server`) is somebody's; nothing may be changed
//! about it and nobody may stop it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use postgres::{Client, Config, NoTls};

use crate::support::servant::{self, Guard};

/// Stopped and deleted when it is dropped, or when the tests end.
pub struct Cluster {
    /// The folder of its programs.
    bin: PathBuf,
    home: PathBuf,
    port: u16,
    /// Last: it deletes the folder.
    _guard: Guard,
}

/// `pg_hba.conf` of a server that trusts whoever is on this machine.
pub const TRUSTING: &str = "local all all trust\nhost all all 127.0.0.1/32 trust\n";

/// The same, and lets standbys in.
pub const REPLICATING: &str = "local all,replication all trust\nhost all all 127.0.0.1/32 trust\n";

impl Cluster {
    /// Makes a cluster, and does not start it yet: settings as `postgresql.conf` has them, and its
    /// `pg_hba.conf`. Its superuser is `postgres`, whom `hba` must trust on the socket.
    pub fn make(settings: &[(&str, &str)], hba: &str) -> Self {
        Self::made_with(bin(), settings, hba)
    }

    /// As [`Cluster::make`], with the programs in this folder: of another version.
    pub fn made_with(bin: &Path, settings: &[(&str, &str)], hba: &str) -> Self {
        let home = servant::home("dbm-cluster-");
        let data = home.join("data");
        let mut initdb = servant::command(bin.join("initdb"));
        initdb.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]);
        initdb.args(["--locale=C", "--no-sync"]);
        // The guard before the folder is full: a failure must leave nothing behind either.
        let guard = Guard::over(
            "\"$1/pg_ctl\" stop -D \"$2/data\" -m immediate -s -w -t 30; rm -rf \"$2\"",
            &[bin, &home],
        );
        servant::run(initdb, &home.join("initdb.log"));
        let cluster = Self { bin: bin.to_owned(), home, port: servant::port(), _guard: guard };
        // `synchronous_commit` stays on: an immediate stop must lose nothing that was committed.
        let mut conf = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n\
             fsync = off\nfull_page_writes = off\n\
             max_connections = 60\nshared_buffers = 16MB\ntimezone = 'UTC'\n\
             password_encryption = 'scram-sha-256'\n",
            cluster.port,
            cluster.home.display(),
        );
        for (name, value) in settings {
            writeln!(conf, "{name} = '{value}'").expect("write to a string");
        }
        let file = data.join("postgresql.conf");
        let initial = fs::read_to_string(&file).expect("read postgresql.conf");
        servant::write(&file, &format!("{initial}\n{conf}"));
        servant::write(&data.join("pg_hba.conf"), hba);
        cluster
    }

    /// As [`Cluster::make`], and started.
    pub fn started(settings: &[(&str, &str)], hba: &str) -> Self {
        let cluster = Self::make(settings, hba);
        cluster.start();
        cluster
    }

    /// A standby of `primary`, started; it follows without a delay. The primary's `hba` must have
    /// [`REPLICATING`].
    pub fn standby_of(primary: &Self) -> Self {
        let home = servant::home("dbm-standby-");
        let guard = Guard::over(
            "\"$1/pg_ctl\" stop -D \"$2/data\" -m immediate -s -w -t 30; rm -rf \"$2\"",
            &[&primary.bin, &home],
        );
        let mut copy = servant::command(primary.bin.join("pg_basebackup"));
        copy.arg("-D").arg(home.join("data")).args([
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
        ]);
        copy.arg("-d").arg(format!(
            "host={} port={} user=postgres application_name=standby",
            primary.home.display(),
            primary.port
        ));
        servant::run(copy, &home.join("pg_basebackup.log"));
        let cluster = Self { bin: primary.bin.clone(), home, port: servant::port(), _guard: guard };
        let file = cluster.home.join("data/postgresql.conf");
        let copied = fs::read_to_string(&file).expect("read postgresql.conf");
        let own = format!(
            "port = {}\nunix_socket_directories = '{}'\nhot_standby = on\n",
            cluster.port,
            cluster.home.display()
        );
        servant::write(&file, &format!("{copied}\n{own}"));
        cluster.start();
        cluster
    }

    /// Makes a standby a primary.
    pub fn promote(&self) {
        servant::run(self.pg_ctl("promote"), &self.home.join("pg_ctl.log"));
    }

    /// Starts it and waits until it accepts connections.
    pub fn start(&self) {
        let mut command = self.pg_ctl("start");
        command.arg("-l").arg(self.home.join("log"));
        servant::run(command, &self.home.join("pg_ctl.log"));
    }

    /// Stops it: `fast` rolls back what is open, `immediate` is a crash.
    pub fn stop(&self, mode: &str) {
        let mut command = self.pg_ctl("stop");
        command.args(["-m", mode]);
        servant::run(command, &self.home.join("pg_ctl.log"));
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut command = servant::command(self.bin.join("pg_ctl"));
        command.arg(action).arg("-D").arg(self.home.join("data"));
        command.args(["-s", "-w", "-t", "50"]);
        command
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its Unix socket, and of the files beside the data.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A connection of its superuser, over the socket.
    pub fn client(&self, database: &str) -> Client {
        Config::new()
            .host_path(&self.home)
            .port(self.port)
            .user("postgres")
            .dbname(database)
            .connect(NoTls)
            .unwrap_or_else(|error| panic!("connect to the cluster in {:?}: {error}", self.home))
    }

    /// Runs SQL as its superuser, several statements if need be.
    #[track_caller]
    pub fn execute(&self, database: &str, sql: &str) {
        self.client(database).batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// `postgres://USER@127.0.0.1:PORT/DATABASE`, with `user` as `name` or `name:password`.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }
}

/// The folder of the server's programs, as `tests/postgres.sh` finds it.
fn bin() -> &'static Path {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| {
        let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/postgres.sh"))
            .arg("bin")
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .expect("run tests/postgres.sh bin");
        assert!(output.status.success(), "tests/postgres.sh bin found no server");
        PathBuf::from(String::from_utf8(output.stdout).expect("a UTF-8 path").trim())
    })
}
