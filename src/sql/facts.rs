//! What a script does that the rest of a run has to know.
//!
//! Told from what runs: what a string, a comment, a name or the body of a function says is nothing
//! that the script does.

use super::lex::Shape;
use super::reader::Reader;
use super::statement::{Place, Within};

/// What a script does besides its work. All is false unless its tokens say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// It may change as whom the session runs: `SET ROLE`, `SET SESSION AUTHORIZATION`, the same
    /// with RESET or `set_config`, `RESET ALL`, `DISCARD ALL`.
    pub changes_role: bool,
    /// It may change the encoding in which the server reads what is sent: `SET NAMES`,
    /// `client_encoding`, `RESET ALL`, `DISCARD ALL`.
    pub changes_encoding: bool,
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

/// How many tokens of a call are read. Nobody writes more; of whom does, the worse is assumed.
const LONGEST_CALL: usize = 100;

impl Facts {
    /// Takes note of a word that runs, at which `reader` stands.
    pub(super) fn see(&mut self, reader: Reader<'_>, place: Place) {
        if place.is_start {
            self.statement(reader, place.within);
        }
        // Asked of every word of a script: the lengths sort out nearly all.
        match reader.written().trim_matches('"').len() {
            2 if reader.at("on") => self.on_commit(reader.next()),
            10 if reader.is_name("set_config") => self.set_config(reader.next()),
            18 if reader.is_name("pg_advisory_unlock") => self.unlock(reader.next()),
            22 if reader.is_name("pg_advisory_unlock_all") => self.unlock(reader.next()),
            _ => {}
        }
    }

    /// Reads the first words of a statement.
    fn statement(&mut self, mut reader: Reader<'_>, within: Within) {
        if reader.eat("set") {
            self.set(reader);
        } else if reader.eat("reset") {
            self.reset(reader);
        } else if reader.eat("discard") && reader.at("all") {
            self.reset(reader);
            self.releases_locks = true;
        } else if within == Within::Script {
            if reader.eat("begin") || reader.eat("start") && reader.at("transaction") {
                self.is_read_only |= says_read_only(reader);
            }
            // In the body of a block it begins the variables.
            self.leaves_to_transaction |= reader.at("declare");
        }
    }

    /// Behind `SET`.
    fn set(&mut self, mut reader: Reader<'_>) {
        let is_local = reader.eat("local");
        let is_session = reader.eat("session") | reader.eat("session");
        // A parameter of its own, as in `SET role.x = 1`.
        if reader.next().written() == "." || reader.written() == "." {
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
            let is_off = value.string().map_or_else(|| is_off(value.written()), |v| is_off(&v));
            self.setting(|setting| reader.is_setting(setting), !is_off);
            self.changes_encoding |= reader.at("names");
        }
    }

    /// Behind `RESET` or `DISCARD`.
    fn reset(&mut self, mut reader: Reader<'_>) {
        let is_session = reader.eat("session");
        if reader.at("all") {
            (self.changes_role, self.changes_encoding) = (true, true);
        } else if is_session && reader.at("authorization") {
            self.changes_role = true;
        } else {
            self.setting(|setting| reader.is_setting(setting), false);
        }
    }

    /// A setting changes; `is_on` is what it becomes, if it is one that is on or off.
    fn setting(&mut self, is: impl Fn(&str) -> bool, is_on: bool) {
        self.changes_role |= is("role") || is("session_authorization");
        self.changes_encoding |= is("client_encoding");
        self.is_read_only |=
            is_on && (is("transaction_read_only") || is("default_transaction_read_only"));
    }

    /// Behind `set_config`: a call has the setting, its value, and whether it is for the
    /// transaction only.
    fn set_config(&mut self, mut reader: Reader<'_>) {
        if !reader.is(Shape::Open) {
            return;
        }
        reader.skip();
        let name = reader.string().unwrap_or_default();
        let (mut value_is_off, mut is_for_session) = (false, false);
        let (mut depth, mut argument, mut behind_comma) = (0_usize, 0, false);
        for _ in 0..LONGEST_CALL {
            match reader.current().map(|t| t.shape) {
                None | Some(Shape::Semicolon) => break,
                Some(Shape::Close) if depth == 0 => break,
                Some(Shape::Close) => depth -= 1,
                Some(Shape::Open) => depth += 1,
                _ if depth == 0 && reader.written() == "," => {
                    (argument, behind_comma) = (argument + 1, true);
                    reader.skip();
                    continue;
                }
                Some(Shape::Text) if behind_comma && argument == 1 => {
                    value_is_off = reader.string().is_some_and(|value| is_off(&value));
                }
                _ if behind_comma && argument == 2 => {
                    is_for_session = reader.at("false") && reader.next().is(Shape::Close);
                }
                _ => {}
            }
            behind_comma = false;
            reader.skip();
        }
        self.setting(|setting| name.eq_ignore_ascii_case(setting), !value_is_off);
        self.leaves_to_transaction |= !is_for_session;
    }

    /// Behind the name of a function that releases locks.
    fn unlock(&mut self, reader: Reader<'_>) {
        self.releases_locks |= reader.is(Shape::Open);
    }

    /// Behind `ON`, which is a reserved word.
    fn on_commit(&mut self, mut reader: Reader<'_>) {
        self.leaves_to_transaction |= reader.eat("commit") && reader.at_any(&["drop", "delete"]);
    }
}

/// Whether the rest of a statement has the words READ ONLY.
fn says_read_only(mut reader: Reader<'_>) -> bool {
    while !reader.is_at_statement_end() {
        if reader.eat("read") && reader.at("only") {
            return true;
        }
        reader.skip();
    }
    false
}

/// Whether the value of a setting means no.
fn is_off(value: &str) -> bool {
    ["off", "false", "no", "0", "f", "n", "default"].iter().any(|no| value.eq_ignore_ascii_case(no))
}
