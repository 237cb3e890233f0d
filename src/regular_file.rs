//! Reads whole files without ever waiting for one: a FIFO, a terminal or another device is refused.
//!
//! What is looked at is the file that was opened, so it cannot be replaced in between. The null device
//! is an empty file: `.env` and migrations are hidden behind it (`docker run -v /dev/null:/app/.env`).
//!
//! Public for programs that read files beside the migrations, as `dbm` reads `.env`.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// What a file holds. Links are followed.
///
/// # Errors
///
/// Those of the system, and one for what is not a regular file.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_into(path, &mut bytes)?;
    Ok(bytes)
}

/// The same, in the place of what `bytes` holds: whoever reads ten thousand small files needs one
/// buffer, and four calls of the system a file.
///
/// # Errors
///
/// As [`read`].
pub fn read_into(path: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        if is_null_device(&metadata) {
            return Ok(());
        }
        return Err(refusal(metadata.file_type()));
    }
    let length = usize::try_from(metadata.len()).unwrap_or_default();
    let mut read = 0;
    // One byte more than there should be: that it is not filled says that this was the end.
    bytes.resize(length.saturating_add(1), 0);
    loop {
        let count = match file.read(&mut bytes[read..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            count => count?,
        };
        read += count;
        if count == 0 || read == length {
            break;
        }
        if read == bytes.len() {
            bytes.resize(read.saturating_mul(2).max(8192), 0);
        }
    }
    bytes.truncate(read);
    Ok(())
}

/// Opens it without waiting for whoever is at the other end of a FIFO; a terminal does not become
/// this process's own.
fn open(path: &Path) -> io::Result<File> {
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| {
        // A socket, or a device that is not there, cannot be opened at all.
        match fs::metadata(path) {
            Ok(found) if !found.is_file() && error.raw_os_error() == Some(libc::ENXIO) => {
                refusal(found.file_type())
            }
            _ => error,
        }
    })
}

fn is_null_device(metadata: &Metadata) -> bool {
    metadata.file_type().is_char_device()
        && fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == metadata.rdev())
}

fn refusal(kind: FileType) -> io::Error {
    if kind.is_dir() {
        return io::Error::from_raw_os_error(libc::EISDIR);
    }
    let kind = match kind {
        kind if kind.is_fifo() => "a FIFO",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    io::Error::other(format!("is {kind}, not a regular file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    #[test]
    fn what_is_not_a_regular_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "text").unwrap();
        symlink("file", path("link")).unwrap();
        symlink("/dev/null", path("null")).unwrap();
        symlink("/dev/zero", path("device")).unwrap();
        assert!(Command::new("mkfifo").arg(path("fifo")).status().unwrap().success());
        symlink("fifo", path("to-fifo")).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        for (name, expected) in [
            ("file", Ok("text")),
            ("link", Ok("text")),
            ("null", Ok("")),
            ("device", Err("is a device, not a regular file")),
            ("fifo", Err("is a FIFO, not a regular file")),
            ("to-fifo", Err("is a FIFO, not a regular file")),
            ("socket", Err("is a socket, not a regular file")),
            (".", Err("is a directory")),
            ("none", Err("no such file or directory")),
        ] {
            let found = read(&path(name)).map_err(|error| crate::text::go_reason(&error));
            let expected = expected.map(str::as_bytes).map(<[u8]>::to_vec).map_err(str::to_string);
            assert_eq!(found, expected, "{name}");
        }
    }
}
