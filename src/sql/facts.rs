//! What a script does that the rest of a run has to know.
//!
//! Told from what runs: what a string, a comment, a name or the body of a function says is nothing
//! that the script does.

use super::lex::Shape;
use super::reader::{LONGEST, Reader};
use super::walk::Within;

/// What a script does besides its work. All is false unless its tokens say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// It may change as whom the session runs: `SET ROLE`, `SET SESSION AUTHORIZATION`, the same
    /// with RESET or `set_config`, `RESET ALL`, `DISCARD ALL`.
    pub changes_role: bool,
    /// It may change the encoding in which the server reads what is sent: `SET NAMES`,
    /// `client_encoding`, `RESET ALL`, `DISCARD ALL`.
    pub changes_encoding: bool,
    /// It may leave something else on the session that the files after it run by: `search_path` and
    /// other settings that say what a statement means, temporary tables, prepared statements.
    /// Timeouts, messages and memory are none of these.
    pub changes_session: bool,
    /// It may release advisory locks of the session: `pg_advisory_unlock`,
    /// `pg_advisory_unlock_all`, `DISCARD ALL`.
    pub releases_locks: bool,
    /// It makes its transaction, or those that follow in the session, read only.
    pub is_read_only: bool,
    /// It leaves something to its transaction that another file in the same transaction must not
    /// find: `SET LOCAL` and the same by `set_config`, `SET CONSTRAINTS`, a table with ON COMMIT,
    /// a cursor.
    pub leaves_to_transaction: bool,
}

impl Facts {
    /// Takes note of a word that runs, at which `reader` stands.
    pub(super) fn see(&mut self, reader: &Reader<'_>, is_start: bool, within: Within) {
        if is_start {
            self.statement(*reader, within);
        }
        if reader.is_name("set_config") {
            self.set_config(reader.next());
        } else if reader.is_name("pg_advisory_unlock") || reader.is_name("pg_advisory_unlock_all") {
            self.releases_locks |= reader.next().is(Shape::Open);
        } else if reader.at_any(&["on commit drop", "on commit delete"]) {
            self.leaves_to_transaction = true;
        }
    }

    /// Reads the first words of a statement.
    fn statement(&mut self, mut reader: Reader<'_>, within: Within) {
        if reader.eat("set") {
            self.set(reader);
        } else if reader.eat("reset") {
            self.reset(reader);
        } else if reader.at("discard all") {
            self.reset(reader.next());
            self.releases_locks = true;
        } else if reader.at_any(&TEMPORARY) {
            self.changes_session = true;
        } else if within == Within::Script {
            self.is_read_only |=
                reader.at_any(&["begin", "start transaction"]) && says_read_only(reader);
            // In the body of a block it begins the variables.
            self.leaves_to_transaction |= reader.at("declare");
            self.changes_session |= reader.at("prepare") && !reader.at("prepare transaction");
        }
    }

    /// Behind `SET`.
    fn set(&mut self, mut reader: Reader<'_>) {
        let is_local = reader.eat("local");
        let is_session = reader.eat("session") | reader.eat("session");
        // A parameter of its own, as in `SET role.x = 1`.
        if reader.next().written() == "." || reader.written() == "." {
            self.changes_session |= !is_local;
            return;
        }
        self.leaves_to_transaction |= is_local || reader.at("constraints");
        if is_session && reader.at("authorization") {
            self.changes_role = true;
        } else if reader.at("transaction") || is_session && reader.at("characteristics") {
            self.is_read_only |= says_read_only(reader);
        } else {
            let mut value = reader.next();
            if value.at("to") || value.written() == "=" {
                value.skip();
            }
            self.setting(&reader.value(), !value.is_off());
            self.changes_encoding |= reader.at("names");
            let says_more = !is_local && !reader.at_any(&["names", "constraints"]);
            self.changes_session |= says_more && changes_session(&reader.value());
        }
    }

    /// Behind `RESET` or `DISCARD`.
    fn reset(&mut self, reader: Reader<'_>) {
        if reader.at("all") {
            (self.changes_role, self.changes_encoding) = (true, true);
        } else if reader.at("session authorization") {
            self.changes_role = true;
        } else {
            self.setting(&reader.value(), false);
        }
    }

    /// A setting changes; `is_on` is what it becomes, if it is one that is on or off. Those names
    /// are compared without regard to case, also in quotes.
    fn setting(&mut self, name: &str, is_on: bool) {
        match name.to_ascii_lowercase().as_str() {
            "role" | "session_authorization" => self.changes_role = true,
            "client_encoding" => self.changes_encoding = true,
            "transaction_read_only" | "default_transaction_read_only" => self.is_read_only |= is_on,
            _ => {}
        }
    }

    /// Behind `set_config`: a call has the setting, its value, and whether it is for the
    /// transaction only. Of a call that is too long to read the worse is assumed.
    fn set_config(&mut self, reader: Reader<'_>) {
        if !reader.is(Shape::Open) {
            return;
        }
        let arguments = arguments(reader.next());
        let string = |n: usize| arguments.get(n).filter(|argument| argument.is(Shape::Text));
        let is_off = string(1).is_some_and(Reader::is_off);
        if let Some(name) = string(0) {
            self.setting(&name.value(), !is_off);
        }
        let is_for_session =
            |third: &Reader<'_>| third.at("false") && third.next().is(Shape::Close);
        let is_for_session = arguments.get(2).is_some_and(is_for_session);
        self.leaves_to_transaction |= !is_for_session;
        let name = string(0).map(|name| name.value());
        self.changes_session |= is_for_session && name.is_none_or(|name| changes_session(&name));
    }
}

/// How a temporary table, view or sequence begins.
const TEMPORARY: [&str; 6] = [
    "create temp",
    "create temporary",
    "create local temp",
    "create local temporary",
    "create or replace temp",
    "create or replace temporary",
];

/// Whether a setting says what statements after it mean, beside those that have a fact of their own.
fn changes_session(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let harmless = ["role", "session_authorization", "client_encoding", "work_mem"];
    !(harmless.contains(&name.as_str())
        || ["_timeout", "_messages", "_work_mem", "_read_only"]
            .iter()
            .any(|end| name.ends_with(end))
        || name.starts_with("log_"))
}

/// The first tokens of a call's arguments; `reader` stands at the first of them.
fn arguments(reader: Reader<'_>) -> Vec<Reader<'_>> {
    let mut arguments = vec![reader];
    let mut depth = 0_usize;
    for reader in reader.rest().take(LONGEST) {
        match reader.current().map(|t| t.shape) {
            Some(Shape::Open) => depth += 1,
            Some(Shape::Close) if depth == 0 => break,
            Some(Shape::Close) => depth -= 1,
            _ if depth == 0 && reader.written() == "," => arguments.push(reader.next()),
            _ => {}
        }
    }
    arguments
}

/// Whether the rest of a statement has the words READ ONLY.
fn says_read_only(reader: Reader<'_>) -> bool {
    reader.rest().take(LONGEST).any(|reader| reader.at("read only"))
}
