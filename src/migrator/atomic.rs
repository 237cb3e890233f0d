//! Plain and wrapped files: one message, one transaction.

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
use crate::table::Own;

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
        let before = State::clean(self.step.from);
        let message = self.message(code, insert_at, wrapped);
        let mut on_notice = |notice| on_event(Event::Notice(notice));
        let sent = locked.send(&message.text(), self.limits, &mut on_notice);
        let Err((Failed { fault, completed }, seen)) = sent else { return Ok(()) };
        if wrapped && matches!(fault, Fault::Server(_)) {
            // The error left the block open, aborted: nothing in it can be saved.
            locked.roll_back();
        }
        if let Fault::Server(error) = &fault
            && self.table.is_guard(error)
        {
            return Err(Error::Moved { planned: before });
        }
        let outcome = match &fault {
            Fault::Server(_) => Outcome::Unchanged(before),
            _ => Outcome::Unknown,
        };
        let statement = message.statement(completed, code).and_then(|i| code.get(i)).copied();
        Err(self.failed(fault, seen, statement, &|sent| message.position(sent), outcome))
    }

    /// The file with our statements in it.
    fn message(&self, code: &[&Statement], insert_at: usize, wrapped: bool) -> Message<'_> {
        let (before, after) = (State::clean(self.step.from), State::clean(self.step.target));
        // A file without a statement is not sent, as golang-migrate does not.
        let text = if code.is_empty() { "" } else { self.text };
        let mut message = Message::new(text);
        let mut ours = self.table.advance(before, after);
        if let Some(wait) = self.limits.lock_wait {
            // Behind our own statements: a run that waits for the row waits for its end.
            ours.sql.push_str(&format!("SET LOCAL lock_timeout = {};", wait.as_millis()));
            ours.statements += 1;
        }
        // Seen by those who look at what the server runs, ahead of our own statements.
        let name = self.path.file_name().map(|name| name.to_string_lossy().replace("*/", "* /"));
        let label = format!("/* {} */ ", name.unwrap_or_default());
        message.insert(0, Own { sql: label, statements: 0 });
        message.insert(insert_at, ours);
        // At no version there is nothing to be remembered in a table.
        if after != State::NONE && self.table.is_touched_by(text) {
            let end = match code.last() {
                Some(commit) if wrapped => commit.code.start,
                _ => text.len(),
            };
            let mut restore = self.table.restore(after);
            restore.sql.insert_str(0, "\n;");
            message.insert(end, restore);
        } else if !wrapped && code.last().is_some_and(|last| self.is_ended(last)) {
            // So that what fails at the commit is not taken for the file's last statement: the
            // server commits before it says that the last statement of a message is done. Not
            // behind one without its semicolon: "at end of input" would not be that any more.
            message.insert(text.len(), Own { sql: "\nSELECT".to_string(), statements: 1 });
        }
        message
    }
}
