//! Makes folders and files, and writes their paths as Go does.
//!
//! Nothing here knows of versions. The standard library would do most of it, but not in Go's
//! terms: its errors do not say which folder could not be made, and its paths are not those of the
//! shell when there are symbolic links on the way.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use crate::render::error::Complaint;

/// The longest name of a file, in bytes, on the file systems in use.
pub const LONGEST_NAME: usize = 255;

/// Makes `dir` and what is missing above it. Unlike [`fs::create_dir_all`] it says where it failed.
pub fn make_folder(dir: &Path) -> Result<(), Complaint> {
    let mut missing = Vec::new();
    for path in dir.ancestors().filter(|path| !path.as_os_str().is_empty()) {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => break,
            Ok(_) => {
                return Err(Complaint::io("mkdir", path, &io::ErrorKind::NotADirectory.into()));
            }
            Err(_) => missing.push(path),
        }
    }
    for path in missing.into_iter().rev() {
        match fs::create_dir(path) {
            Err(reason) if !path.is_dir() => return Err(Complaint::io("mkdir", path, &reason)),
            _ => {}
        }
    }
    Ok(())
}

/// Makes all of `files`, with these texts, or none. A file that is already there is never touched.
pub fn make_files(files: &[(PathBuf, &str)]) -> Result<(), Complaint> {
    for (at, (path, text)) in files.iter().enumerate() {
        let opened = OpenOptions::new().write(true).create_new(true).open(path);
        let (made, error) = match opened.map(|mut file| file.write_all(text.as_bytes())) {
            Ok(Ok(())) => continue,
            Ok(Err(reason)) => (at + 1, Complaint::io("write", path, &reason)),
            Err(reason) => (at, Complaint::io("open", path, &reason)),
        };
        for (path, _) in &files[..made] {
            // The error is that of the other file, even if this one cannot be removed.
            let _ = fs::remove_file(path);
        }
        return Err(error);
    }
    Ok(())
}

/// `path` without `.`, `..` and doubled slashes, by its text alone, as Go's `filepath.Clean`.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match (component, out.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                out.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            _ => out.push(component),
        }
    }
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

/// The working directory by the name that the shell knows it by, as Go's `os.Getwd`.
pub fn working_directory() -> io::Result<PathBuf> {
    if let Some(shell) = std::env::var_os("PWD").map(PathBuf::from)
        && shell.is_absolute()
        && same_folder(&shell, Path::new("."))
    {
        return Ok(shell);
    }
    std::env::current_dir()
}

fn same_folder(a: &Path, b: &Path) -> bool {
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{clean, make_files};

    #[test]
    fn the_first_file_goes_when_the_second_cannot_be_made() {
        let dir = tempfile::tempdir().unwrap();
        let files = ["a", "b"].map(|file| (dir.path().join(file), "text"));
        let [(first, _), (second, _)] = &files;
        fs::write(second, "kept").unwrap();
        let error = make_files(&files).unwrap_err();
        assert_eq!(error.to_string(), format!("open {}: file exists", second.display()));
        assert!(!first.exists());
        assert_eq!(fs::read(second).unwrap(), b"kept");
    }

    #[test]
    fn cleaning_is_by_the_text_alone() {
        for (path, expected) in [
            ("", "."),
            (".", "."),
            ("./", "."),
            ("a/..", "."),
            ("./a", "a"),
            ("a//b/./c/", "a/b/c"),
            ("..", ".."),
            ("../../a", "../../a"),
            ("a/../../b", "../b"),
            ("/..", "/"),
            ("/../a/../b", "/b"),
        ] {
            assert_eq!(clean(Path::new(path)), Path::new(expected), "{path:?}");
        }
    }
}
