//! The SQLSTATE codes that decide something here, by their names in PostgreSQL's manual
//! (appendix A, "PostgreSQL Error Codes").

/// The connection is refused a feature: RDS Proxy says so of start-up options.
pub const FEATURE_NOT_SUPPORTED: &str = "0A000";
/// PgBouncer says so of start-up options.
pub const PROTOCOL_VIOLATION: &str = "08P01";
/// Bytes that are no text in the database's encoding: the whole message is refused.
pub const CHARACTER_NOT_IN_REPERTOIRE: &str = "22021";
/// A text that is no number: how our guard and our check raise.
pub const INVALID_TEXT_REPRESENTATION: &str = "22P02";
/// A character that the database's encoding lacks: the whole message is refused.
pub const UNTRANSLATABLE_CHARACTER: &str = "22P05";
/// Two rows with one key.
pub const UNIQUE_VIOLATION: &str = "23505";
/// A statement that refuses a transaction block, or that must come first in one.
pub const ACTIVE_SQL_TRANSACTION: &str = "25001";
/// A write in a transaction that is read only.
pub const READ_ONLY_SQL_TRANSACTION: &str = "25006";
/// A COMMIT outside of a transaction: only a warning.
pub const NO_ACTIVE_SQL_TRANSACTION: &str = "25P01";
/// `pg_hba.conf` does not let this user in this way.
pub const INVALID_AUTHORIZATION_SPECIFICATION: &str = "28000";
/// A procedure or DO block ends a transaction where it may not.
pub const INVALID_TRANSACTION_TERMINATION: &str = "2D000";
/// No such schema.
pub const INVALID_SCHEMA_NAME: &str = "3F000";
/// The server saw a circle of waits, and ended ours.
pub const DEADLOCK_DETECTED: &str = "40P01";
/// A database of that name is there already.
pub const DUPLICATE_DATABASE: &str = "42P04";
/// No such database.
pub const INVALID_CATALOG_NAME: &str = "3D000";
/// Every connection that the server, the role or the database may have is in use.
pub const TOO_MANY_CONNECTIONS: &str = "53300";
/// The role lacks a right.
pub const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// The text is no SQL.
pub const SYNTAX_ERROR: &str = "42601";
/// No such column.
pub const UNDEFINED_COLUMN: &str = "42703";
/// No such table.
pub const UNDEFINED_TABLE: &str = "42P01";
/// The object has pending trigger events.
pub const OBJECT_IN_USE: &str = "55006";
/// `lock_timeout` struck.
pub const LOCK_NOT_AVAILABLE: &str = "55P03";
/// A value of an enum that is not committed yet.
pub const UNSAFE_NEW_ENUM_VALUE_USAGE: &str = "55P04";
/// A statement was cancelled.
pub const QUERY_CANCELED: &str = "57014";

/// Whether a code is of class 08: the connection to somewhere failed, ours or another.
pub fn is_connection_exception(code: &str) -> bool {
    code.starts_with("08")
}
