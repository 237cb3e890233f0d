//! A process on a terminal of its own, for what is printed to people alone: colours.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};
use std::thread;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::support::wait;

/// Runs it to the end, with nothing typed; gives what stands on the terminal, with plain line ends.
#[track_caller]
pub fn run(mut command: Command) -> String {
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
    let mut child = command.spawn().expect("start it");
    // The other end is the child's alone now, and closed when the child is done.
    drop(command);
    let reader = thread::spawn(move || {
        let (mut ours, mut bytes) = (File::from(ours), Vec::new());
        // Linux ends it with an error.
        let _ = ours.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
    });
    wait::until("the end of a process on a terminal", || child.try_wait().expect("ask for it"));
    reader.join().expect("the reader of a terminal")
}
