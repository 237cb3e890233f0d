//! Plain and wrapped files: one message, one transaction.

use std::ops::Range;

use crate::connection::Failed;
use crate::connection::lock::Locked;
use crate::error::{Error, Outcome};
use crate::event::Event;
use crate::fault::Fault;
use crate::migration::State;
use crate::migrator::OnEvent;
use crate::migrator::job::Job;
use crate::migrator::message::Message;
use crate::sql::Statement;
use crate::table::{Own, Took, is_untranslatable};

/// Errors of files that cannot run in one transaction with another, and may each by itself: what must
/// stand alone, events that are still pending, a value of an enum that is not committed yet.
const TOGETHER: [&str; 5] = ["25001", "2D000", "25006", "55006", "55P04"];

/// What our last statement is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// To see that the row is still what it was set to. It also keeps what fails at the commit from
    /// being taken for the file's last statement: the server commits before it says that the last
    /// statement of a message is done.
    Check,
    /// To make the table and the row again.
    Restore,
    /// There is none.
    Nothing,
}

/// A file with our statements in it.
struct Outgoing<'a> {
    message: Message<'a>,
    /// How many statements are done when the file's are, but for the COMMIT of a wrapped one.
    file_done: usize,
    /// How many are done when the log's entry begins and when it ends; empty without one.
    record: Range<usize>,
}

/// What became of a file within a transaction block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// It ran.
    Done,
    /// It cannot run so, or our statements cannot behind it.
    Unfit,
    /// Where the text breaks off our statements began: to be seen as it is, it must end the message.
    BreaksOff,
}

impl Job<'_> {
    /// Sends the file with our statements at byte `insert_at` of the text.
    ///
    /// # Errors
    ///
    /// As [`Job::run`].
    pub fn atomic(
        &self,
        locked: &mut Locked<'_>,
        on_event: OnEvent<'_>,
        code: &[&Statement],
        insert_at: usize,
        wrapped: bool,
    ) -> Result<(), Error> {
        let (before, after) = (State::clean(self.step.from), State::clean(self.step.target));
        let mut tail = match self.table.is_touched_by(self.text) && after != State::NONE {
            _ if code.is_empty() => Tail::Nothing,
            true => Tail::Restore,
            false => Tail::Check,
        };
        loop {
            let Outgoing { message, file_done, record } =
                self.message(code, insert_at, wrapped, tail);
            let mut on_notice = |notice| on_event(Event::Notice(notice));
            let sent = locked.send(&message.text(), self.limits, &mut on_notice);
            let Err((Failed { fault, completed }, seen)) = sent else { return Ok(()) };
            if wrapped && matches!(fault, Fault::Server(_)) {
                // The error left the block open, aborted: nothing in it can be saved.
                locked.roll_back();
            }
            if let Fault::Server(error) = &fault {
                if self.table.is_guard(error) {
                    return Err(Error::Moved { planned: before });
                }
                // Nothing of the file has happened, so it can go out again with another end.
                let is_gone = tail == Tail::Check && error.code == "42P01";
                let is_files = match error.position {
                    Some(position) => message.position(position).is_some(),
                    None => message.statement(completed, code).is_some(),
                };
                // What the database cannot hold, it refuses the whole message for.
                let is_log = record.contains(&completed) && !is_files
                    || is_untranslatable(error) && completed == 0 && !record.is_empty();
                if !is_gone && is_log && error.code != "42601" {
                    self.log_failed.set(Some(error.message.clone()));
                    continue;
                }
                if tail == Tail::Check && completed >= file_done {
                    match error.code.as_str() {
                        _ if self.table.is_gone(error) => {
                            tail = Tail::Restore;
                            continue;
                        }
                        // The file made us somebody who may not look.
                        "42501" => {
                            tail = Tail::Nothing;
                            continue;
                        }
                        _ => {}
                    }
                }
                // "At end of input" is not that with our end behind it.
                let cut_short = error.code == "42601" && !self.is_ended(code);
                if tail != Tail::Nothing && cut_short {
                    tail = Tail::Nothing;
                    continue;
                }
                let is_refused_whole = is_untranslatable(error) && completed == 0;
                if is_refused_whole {
                    // Without the log's entry as well: so it is the file's text.
                    self.log_failed.set(None);
                }
                let is_ours = match error.position {
                    Some(position) => message.position(position).is_none(),
                    None if is_refused_whole => false,
                    None => completed < file_done && message.statement(completed, code).is_none(),
                };
                let may_fall_back = match error.code.as_str() {
                    "25001" | "2D000" => true,
                    "25006" => self.is_read_only(),
                    _ => false,
                };
                if is_ours && !may_fall_back {
                    let sql = format!("the version row of {}", self.table.quoted());
                    return Err(Error::Statement { sql, fault });
                }
            }
            let outcome = match &fault {
                Fault::Server(_) => Outcome::Unchanged(before),
                _ => Outcome::Unknown,
            };
            let statement = message.statement(completed, code).and_then(|i| code.get(i)).copied();
            let position = |sent| message.position(sent);
            return Err(self.failed(fault, seen, statement, &position, outcome));
        }
    }

    /// Sends a plain file within a transaction block that is open; the row is looked at behind it, so
    /// that nothing is committed that the row does not tell of, unless the file `is_last` in the message.
    ///
    /// # Errors
    ///
    /// As [`Job::run`]. The block is aborted.
    pub fn within(
        &self,
        locked: &mut Locked<'_>,
        on_event: OnEvent<'_>,
        code: &[&Statement],
        is_last: bool,
    ) -> Result<Within, Error> {
        let tail = if code.is_empty() || is_last { Tail::Nothing } else { Tail::Check };
        let Outgoing { message, .. } = self.message(code, 0, false, tail);
        let mut on_notice = |notice| on_event(Event::Notice(notice));
        let sent = locked.send(&message.text(), self.limits, &mut on_notice);
        let Err((Failed { fault, completed }, seen)) = sent else { return Ok(Within::Done) };
        let statement = message.statement(completed, code).and_then(|i| code.get(i)).copied();
        let mut outcome = Outcome::Unknown;
        if let Fault::Server(error) = &fault {
            if self.table.is_guard(error) {
                return Err(Error::Moved { planned: State::clean(self.step.from) });
            }
            if error.code == "42601" && tail != Tail::Nothing && !self.is_ended(code) {
                return Ok(Within::BreaksOff);
            }
            let is_files = match error.position {
                Some(position) => message.position(position).is_some(),
                None => statement.is_some(),
            };
            if !is_files || TOGETHER.contains(&error.code.as_str()) {
                return Ok(Within::Unfit);
            }
            outcome = Outcome::Unchanged(State::clean(self.step.from));
        }
        Err(self.failed(fault, seen, statement, &|sent| message.position(sent), outcome))
    }

    /// The file with our statements in it.
    fn message(
        &self,
        code: &[&Statement],
        insert_at: usize,
        wrapped: bool,
        tail: Tail,
    ) -> Outgoing<'_> {
        let (before, after) = (State::clean(self.step.from), State::clean(self.step.target));
        // A file without a statement is not sent, as golang-migrate does not.
        let text = if code.is_empty() { "" } else { self.text };
        let mut message = Message::new(text);
        // Seen by those who look at what the server runs, ahead of our own statements.
        let name = self.path().file_name().map(|name| name.to_string_lossy().replace("*/", "* /"));
        // In characters that any database can hold.
        let ascii = |c: char| if c.is_ascii() { c } else { '?' };
        let name: String = name.unwrap_or_default().chars().map(ascii).collect();
        let label = format!("/* {name} */ ");
        message.insert(0, Own { sql: label, statements: 0 });
        let mut ours = self.table.advance(before, after);
        let ahead = code.iter().filter(|statement| statement.code.start < insert_at).count();
        let mut record = 0..0;
        if tail == Tail::Nothing {
            let entry = self.record(Took::Unknown);
            let start = ahead + ours.statements;
            record = start..start + entry.statements;
            ours.append(entry);
        }
        if let Some(wait) = self.limits.lock_wait {
            // Behind our own statements: a run that waits for the row waits for its end.
            ours.sql.push_str(&format!("SET LOCAL lock_timeout = {};", wait.as_millis()));
            ours.statements += 1;
        }
        let file_done = ours.statements + code.len() - usize::from(wrapped);
        message.insert(insert_at, ours);
        let end = match code.last() {
            Some(commit) if wrapped => commit.code.start,
            _ => text.len(),
        };
        // What is done at the commit is done with the last statement of the message: it must be
        // one that cannot fail by itself, nor the log's.
        let (mut last, end_of_all) = match tail {
            Tail::Nothing => return Outgoing { message, file_done, record },
            Tail::Check => (Own::default(), self.table.check(after)),
            Tail::Restore => (self.table.restore(after), Own::nothing()),
        };
        let entry = self.record(Took::Message);
        let start = file_done + last.statements;
        record = start..start + entry.statements;
        last.append(entry);
        last.append(end_of_all);
        last.sql.insert_str(0, if wrapped || self.is_ended(code) { "\n" } else { "\n;" });
        message.insert(end, last);
        Outgoing { message, file_done, record }
    }

    /// Whether the file's last statement has its semicolon.
    fn is_ended(&self, code: &[&Statement]) -> bool {
        code.last().is_some_and(|last| {
            self.text.get(last.code.end..last.span.end).is_some_and(|end| end.ends_with(';'))
        })
    }
}
