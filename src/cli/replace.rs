//! Writes a file whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::render::error::Complaint;

/// Puts a text in the place of a file, or makes it; whether it is another text than before. A link
/// stays, and what it leads to is written; so is what is no file, such as a FIFO.
pub fn replace(path: &Path, text: &str) -> Result<bool, Complaint> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let failed = |reason: io::Error| Complaint::io("open", path, &reason);
    let found = fs::metadata(&target).ok();
    if found.as_ref().is_some_and(|found| !found.is_file()) {
        let opened = OpenOptions::new().write(true).open(&target);
        opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)?;
        return Ok(true);
    }
    if found.is_some() && fs::read(&target).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(false);
    }
    let beside = beside(&target);
    let written = write_new(&beside, text).and_then(|()| {
        if let Some(found) = &found {
            fs::set_permissions(&beside, found.permissions())?;
        }
        fs::rename(&beside, &target)
    });
    written.map(|()| true).map_err(|reason| {
        // The error is that of writing, even if this one cannot be removed.
        let _ = fs::remove_file(&beside);
        failed(reason)
    })
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A name in the same folder, so that it can be renamed.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert!(replace(&path("a"), "one").unwrap());
        assert!(!replace(&path("a"), "one").unwrap());
        fs::set_permissions(path("a"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a", path("link")).unwrap();
        assert!(replace(&path("link"), "two").unwrap());
        assert!(path("link").is_symlink());
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "two");
        assert_eq!(fs::metadata(path("a")).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        let said = replace(&path("none/a"), "x").unwrap_err().to_string();
        assert!(said.ends_with("none/a: no such file or directory"), "{said}");
        assert!(replace(folder.path(), "x").unwrap_err().to_string().contains("is a directory"));
    }
}
