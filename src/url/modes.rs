//! Reads the parameters that have one of a few words: `sslmode` and its like.

use crate::url::database_url::{ChannelBinding, SslMode, TargetSession};

/// Reads `sslmode`.
///
/// # Errors
///
/// What is wrong with it.
pub fn sslmode(text: &str) -> Result<SslMode, String> {
    Ok(match text {
        "disable" => SslMode::Disable,
        "allow" => SslMode::Allow,
        "prefer" => SslMode::Prefer,
        "require" => SslMode::Require,
        "verify-ca" => SslMode::VerifyCa,
        "verify-full" => SslMode::VerifyFull,
        other => {
            return Err(format!(
                "unsupported sslmode {other:?}; \
                 there are disable, allow, prefer, require, verify-ca and verify-full"
            ));
        }
    })
}

/// Reads `channel_binding`.
///
/// # Errors
///
/// What is wrong with it.
pub fn channel_binding(text: Option<&str>) -> Result<ChannelBinding, String> {
    Ok(match text {
        None | Some("prefer") => ChannelBinding::Prefer,
        Some("disable") => ChannelBinding::Disable,
        Some("require") => ChannelBinding::Require,
        Some(other) => {
            return Err(format!(
                "unsupported channel_binding {other:?}; there are disable, prefer and require"
            ));
        }
    })
}

/// Reads `target_session_attrs`.
///
/// # Errors
///
/// What is wrong with it, or that no migration can run on such a server.
pub fn target_session(text: Option<&str>) -> Result<TargetSession, String> {
    Ok(match text {
        None | Some("any") => TargetSession::Any,
        Some("read-write" | "primary") => TargetSession::ReadWrite,
        Some("read-only") => TargetSession::ReadOnly,
        Some(text @ ("standby" | "prefer-standby")) => {
            return Err(format!(
                "target_session_attrs {text:?}: migrations need a server that accepts writes; \
                 use read-write"
            ));
        }
        Some(other) => {
            return Err(format!(
                "unsupported target_session_attrs {other:?}; \
                 there are any, read-write, read-only and primary"
            ));
        }
    })
}
