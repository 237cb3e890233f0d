//! Programs that refuse to run as root, and none of which may outlive the tests.
//!
//! `postgres` and `pgbouncer` both refuse root. For root (CI, containers) they run as `postgres`
//! or `nobody`, the choice that `tests/postgres.sh` makes.
//!
//! What is started for the whole run is kept in a `static`, which Rust never drops. So each has a
//! guard: a shell that reads a pipe from this process. However the process ends, by `kill -9` too,
//! the pipe ends with it, and the guard stops the server and deletes its folder.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

use crate::support::wait;

/// User and group of the servers; `None` where they run as whoever runs the tests.
fn owner() -> Option<(u32, u32)> {
    static OWNER: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    *OWNER.get_or_init(|| {
        if id(&["-u"]) != Some(0) {
            return None;
        }
        let found = ["postgres", "nobody"]
            .iter()
            .find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
        assert!(found.is_some(), "running as root, and neither `postgres` nor `nobody` exists");
        found
    })
}

fn id(args: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(args).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// A command as the servers' user, deaf to signals of our terminal.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null());
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
    command
}

/// Runs a command that must succeed, with a deadline. Its output goes to `log`: a server that it
/// starts would keep a pipe open for as long as it runs.
#[track_caller]
pub fn run(mut command: Command, log: &Path) {
    let file = fs::File::create(log).expect("a log");
    let label = format!("{command:?}");
    let mut child = command
        .stdout(file.try_clone().expect("the log"))
        .stderr(file)
        .spawn()
        .unwrap_or_else(|error| panic!("{label}: {error}"));
    let status = wait::until(&label, || child.try_wait().expect("ask for the command"));
    let said = fs::read_to_string(log).unwrap_or_default();
    assert!(status.success(), "{label}: {status}\n{said}");
}

/// A new folder that the servers' user owns. Under `/tmp` and not `TMPDIR`: that user must be able
/// to reach it, and the path of a Unix socket in it is limited to some 100 bytes.
pub fn home(prefix: &str) -> PathBuf {
    let folder = tempfile::Builder::new().prefix(prefix).tempdir_in("/tmp").expect("a folder");
    let path = folder.keep();
    own(&path);
    path
}

/// Gives a file or folder to the servers' user.
pub fn own(path: &Path) {
    if let Some((user, group)) = owner() {
        chown(path, Some(user), Some(group)).expect("give a file to the servers' user");
    }
}

/// Writes a file that is the servers' user's alone, as keys and passwords must be.
pub fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("make it private");
    own(path);
}

/// A port that nobody listens on; from a range in which systems do not put outgoing connections,
/// and never the same twice in one run.
pub fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 16_000).expect("below 16000");
    wait::until("a free port", || {
        let next = (start + NEXT.fetch_add(1, Ordering::Relaxed) * 7) % 16_000;
        let port = 16_000 + next;
        TcpListener::bind(("127.0.0.1", port)).ok().map(|_| port)
    })
}

/// Runs a shell script when it is dropped, or when this process has ended in any way.
pub struct Guard {
    shell: Child,
}

impl Guard {
    /// `script` finds `args` in `$1`, `$2`, …
    pub fn over(script: &str, args: &[&Path]) -> Self {
        let script = format!("trap '' INT TERM HUP; cat >/dev/null; {script}");
        let shell = command("/bin/sh")
            .args(["-c", &script, "guard"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("start a guard");
        Self { shell }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // Without a deadline of its own `wait` might hang; a second panic while one is under way
        // would abort and hide the first.
        let ended = (0..wait::DEADLINE.as_millis() / 10).any(|_| {
            let ended = matches!(self.shell.try_wait(), Ok(Some(_)));
            if !ended {
                thread::sleep(std::time::Duration::from_millis(10));
            }
            ended
        });
        if !ended {
            eprintln!("a guard does not end: {:?}", self.shell);
        }
    }
}
