//! A running process: watched while it runs, signalled, and never allowed to hang.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

use crate::support::output::Output;
use crate::support::pasted::Shell;
use crate::support::{signals, wait};

/// Killed when it is dropped unfinished.
pub struct Process {
    child: Child,
    /// Kept where stdin is to stay open with nothing more typed.
    _stdin: Option<ChildStdin>,
    label: String,
    stdout: Stream,
    stderr: Stream,
    /// Where it was called.
    shell: Shell,
    /// Home and working folder, kept for as long as the process lives.
    _home: TempDir,
}

/// What stands on stdin.
#[derive(Clone, PartialEq)]
pub enum Stdin {
    /// Nothing; it is at its end at once.
    Empty,
    /// This, and then the end.
    Text(String),
    /// Nothing, and no end: somebody sits there and does not type.
    Open,
}

/// A stream that a thread of its own reads, so that a full pipe never blocks the process and the
/// test can look at what has come so far.
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    pub fn start(
        mut command: Command,
        label: String,
        stdin: Stdin,
        shell: Shell,
        home: TempDir,
    ) -> Self {
        signals::reset();
        let mut child = command
            .stdin(match stdin {
                Stdin::Empty => Stdio::null(),
                Stdin::Text(_) | Stdin::Open => Stdio::piped(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{label}: {error}"));
        let mut pipe = child.stdin.take();
        if let (Stdin::Text(text), Some(mut pipe)) =
            (&stdin, pipe.take_if(|_| stdin != Stdin::Open))
        {
            // A process that never reads its stdin may have closed it: no fault of the test.
            let _ = pipe.write_all(text.as_bytes());
        }
        let stdout = Stream::read(child.stdout.take().expect("a pipe from stdout"));
        let stderr = Stream::read(child.stderr.take().expect("a pipe from stderr"));
        Self { child, _stdin: pipe, label, stdout, stderr, shell, _home: home }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What has come on stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits until stderr contains this text; a process that ends without saying it is a failure.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) -> &mut Self {
        wait::until(&format!("{text:?} on stderr of {}", self.label), || {
            // Whether it still runs is asked first: what it said last is then surely read.
            let over = !self.is_running();
            if over {
                self.stderr.join();
            }
            let said = self.stderr().contains(text);
            assert!(
                said || !over,
                "{} ended without saying {text:?}:\n{}",
                self.label,
                self.stderr()
            );
            said.then_some(())
        });
        self
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("ask for the process").is_none()
    }

    /// Sends a signal by its name, `INT` or `TERM`, to a process that runs.
    pub fn signal(&self, name: &str) -> &Self {
        let status = Command::new("sh")
            .args(["-c", &format!("kill -s {name} {}", self.child.id())])
            .status()
            .expect("run kill");
        assert!(status.success(), "kill -s {name} {}", self.label);
        self
    }

    /// Kills it, wherever it is; one that has ended already stays as it ended.
    pub fn kill(&mut self) {
        self.child.kill().expect("kill the process");
    }

    /// Waits for the end. A process that does not end is killed, and the test fails.
    #[track_caller]
    pub fn finish(mut self) -> Output {
        let status =
            wait::until(&format!("the end of {}", self.label), || -> Option<ExitStatus> {
                self.child.try_wait().expect("ask for the process")
            });
        self.stdout.join();
        self.stderr.join();
        Output {
            command: self.label.clone(),
            status: status.code(),
            stdout: self.shell.check(&self.stdout.text()),
            stderr: self.shell.check(&self.stderr.text()),
            raw: self.stdout.text() + &self.stderr.text(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.is_running() {
            // Here a test has failed already, or abandons the process on purpose.
            let _ = self.child.kill();
            let _ = self.child.wait();
            if thread::panicking() {
                eprintln!("killed {}, which had said:\n{}", self.label, self.stderr());
            }
        }
    }
}

impl Stream {
    fn read(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                sink.lock().expect("the stream").extend(&buffer[..count]);
            }
        });
        Self { bytes, reader: Some(reader) }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().expect("the stream")).into_owned()
    }

    fn join(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader of a stream");
        }
    }
}
