//! What the operating system gives us, reasons and names, in words that fit one line.

use std::io;
use std::path::Path;

/// An operating system's error in Go's words: `permission denied`, without number or capital.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// A path without what would end the line or steer the terminal: any file name may hold that.
pub fn shown(path: &Path) -> String {
    let control = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.into() };
    path.to_string_lossy().chars().map(control).collect()
}
