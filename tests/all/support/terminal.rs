//! A process on a terminal of its own, for what is printed to people alone: colours, a line that is
//! written over, what fits in the width.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tempfile::TempDir;

use crate::support::pasted::Shell;
use crate::support::wait;

/// A process that runs on a terminal. Killed when it is dropped unfinished.
pub struct Terminal {
    child: Child,
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    shell: Shell,
    _home: TempDir,
}

impl Terminal {
    /// Starts it, with nothing typed, on a terminal of so many columns; 0 is one that does not say.
    #[track_caller]
    pub fn start(mut command: Command, columns: u16, shell: Shell, home: TempDir) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&ours).expect("its rights");
        unlockpt(&ours).expect("its lock");
        let name = ptsname(&ours, Vec::new()).expect("its name");
        let theirs = || -> Stdio {
            let path = OsStr::from_bytes(name.to_bytes());
            let mut options = File::options();
            options.read(true).write(true).custom_flags(libc::O_NOCTTY);
            options.open(path).expect("the other end").into()
        };
        command.stdin(Stdio::null()).stdout(theirs()).stderr(theirs());
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).expect("its size");
        let child = command.spawn().expect("start it");
        // The other end is the child's alone now, and closed when the child is done.
        drop(command);
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = thread::spawn(move || {
            let (mut ours, mut buffer) = (File::from(ours), [0; 4096]);
            // Linux ends it with an error.
            while let Ok(count @ 1..) = ours.read(&mut buffer) {
                sink.lock().expect("the terminal").extend(&buffer[..count]);
            }
        });
        Self { child, bytes, reader: Some(reader), shell, _home: home }
    }

    /// What has been written so far, with plain line ends.
    pub fn text(&self) -> String {
        let bytes = self.bytes.lock().expect("the terminal");
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
    }

    /// Waits until this text has been written.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> &Self {
        wait::until_true(&format!("{text:?} on a terminal"), || self.text().contains(text));
        self
    }

    /// Waits for the end, and gives all that was written.
    #[track_caller]
    pub fn finish(mut self) -> String {
        wait::until("the end of a process on a terminal", || {
            self.child.try_wait().expect("ask for it")
        });
        let reader = self.reader.take().expect("one end");
        reader.join().expect("the reader of a terminal");
        self.shell.check(&self.text())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended stays as it ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
