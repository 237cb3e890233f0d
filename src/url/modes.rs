//! Reads the parameters that have one of a few words: `sslmode`, `x-log` and their like.

use crate::url::database_url::{ChannelBinding, LogContent, SslMode, TargetSession};

/// The value that a word stands for.
fn one_of<T: Copy>(parameter: &str, text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let (others, last) = words.split_at(words.len().saturating_sub(1));
        let (others, last) = (others.join(", "), last.concat());
        format!("unsupported {parameter} {text:?}; there are {others} and {last}")
    })
}

/// Reads `sslmode`.
///
/// # Errors
///
/// What is wrong with it.
pub fn sslmode(text: &str) -> Result<SslMode, String> {
    use SslMode::{Allow, Disable, Prefer, Require, VerifyCa, VerifyFull};
    let modes = [Disable, Allow, Prefer, Require, VerifyCa, VerifyFull];
    one_of("sslmode", text, &modes.map(|mode| (mode.name(), mode)))
}

/// Reads `channel_binding`.
///
/// # Errors
///
/// What is wrong with it.
pub fn channel_binding(text: &str) -> Result<ChannelBinding, String> {
    use ChannelBinding::{Disable, Prefer, Require};
    let words = [("disable", Disable), ("prefer", Prefer), ("require", Require)];
    one_of("channel_binding", text, &words)
}

/// Reads `x-log`.
///
/// # Errors
///
/// What is wrong with it.
pub fn log_content(text: &str) -> Result<LogContent, String> {
    use LogContent::{Checksums, Off, Texts};
    one_of("x-log", text, &[Off, Checksums, Texts].map(|content| (content.name(), content)))
}

/// Reads `target_session_attrs`.
///
/// # Errors
///
/// What is wrong with it, or that no migration can run on such a server.
pub fn target_session(text: &str) -> Result<TargetSession, String> {
    use TargetSession::{Any, ReadOnly, ReadWrite};
    if matches!(text, "standby" | "prefer-standby") {
        return Err(format!(
            "target_session_attrs {text:?}: migrations need a server that accepts writes; \
             use read-write"
        ));
    }
    let words =
        [("any", Any), ("read-write", ReadWrite), ("read-only", ReadOnly), ("primary", ReadWrite)];
    one_of("target_session_attrs", text, &words)
}
