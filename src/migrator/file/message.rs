//! The one message that a transactional file goes out in: the file's text with statements of ours
//! in it, and the way back from what the server says of it to the file.

use crate::migrator::file::verdict::Part;
use crate::sql::Statement;
use crate::table::OurSql;

/// Statements of ours that go into a file's text.
#[derive(Default)]
pub struct Message {
    /// By place in the file, ascending.
    inserts: Vec<Insert>,
}

struct Insert {
    /// Byte of the file.
    at: usize,
    part: Part,
    /// Until it is put into the text.
    sql: String,
    /// Characters of it.
    length: usize,
    /// Statements of it.
    count: usize,
}

/// Where the server was when it refused the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// In which part.
    pub part: Part,
    /// In which statement of the file, from 0.
    pub statement: Option<usize>,
    /// At which character of the file, from 1, if the server said one.
    pub position: Option<usize>,
    /// Whether it may have been at the commit: all but the message's last statement was done, and
    /// that had given its rows, if it is ours.
    pub may_be_commit: bool,
}

impl Message {
    /// Puts statements in at a byte of the file, behind those put in before.
    pub fn insert(&mut self, at: usize, part: Part, ours: OurSql) {
        let OurSql { sql, count } = ours;
        let length = sql.chars().count();
        self.inserts.push(Insert { at, part, sql, length, count });
    }

    /// What to send of a file: its text, with the statements in it.
    pub fn text(&self, file: &str) -> String {
        let mut text = String::with_capacity(file.len() + self.length());
        let mut from = 0;
        for insert in &self.inserts {
            text.push_str(file.get(from..insert.at).unwrap_or_default());
            text.push_str(&insert.sql);
            from = insert.at;
        }
        text.push_str(file.get(from..).unwrap_or_default());
        text
    }

    /// The same in the text's own memory. The statements are then there alone.
    pub fn put_into(&mut self, mut file: String) -> String {
        file.reserve_exact(self.length());
        for insert in self.inserts.iter_mut().rev() {
            file.insert_str(insert.at, &std::mem::take(&mut insert.sql));
        }
        file
    }

    fn length(&self) -> usize {
        self.inserts.iter().map(|insert| insert.sql.len()).sum()
    }

    /// Where the server was when it gave `position`, a character of the message from 1, or none,
    /// `done` statements of the message were done, and the next one had given rows or not.
    /// `statements` are the file's.
    pub fn spot(
        &self,
        file: &str,
        position: Option<usize>,
        (done, has_rows): (usize, bool),
        statements: &[Statement],
    ) -> Spot {
        let (part, statement) = self.under_way(done, statements);
        let ours: usize = self.inserts.iter().map(|insert| insert.count).sum();
        let is_last = position.is_none() && done + 1 == statements.len() + ours;
        let spot = Spot { part, statement, position: None, may_be_commit: is_last };
        match position.map(|position| self.position(file, position)) {
            Some(Ok(position)) => Spot { part: Part::File, position: Some(position), ..spot },
            Some(Err(part)) => Spot { part, statement: None, ..spot },
            None if !is_last || part == Part::File => spot,
            None if has_rows => Spot { part: Part::End, ..spot },
            None => Spot { may_be_commit: false, ..spot },
        }
    }

    /// In which part the server was when so many statements were done.
    pub fn part(&self, done: usize, statements: &[Statement]) -> Part {
        self.under_way(done, statements).0
    }

    /// The character of the file, from 1, for one of the message; or the part that is ours.
    fn position(&self, file: &str, sent: usize) -> Result<usize, Part> {
        let (mut ours, mut from, mut before) = (0, 0, 0);
        for insert in &self.inserts {
            before += file.get(from..insert.at).unwrap_or_default().chars().count();
            from = insert.at;
            if sent <= before + ours {
                break;
            }
            ours += insert.length;
            if sent <= before + ours {
                return Err(insert.part);
            }
        }
        Ok(sent - ours)
    }

    /// What was under way when so many statements were done.
    fn under_way(&self, done: usize, statements: &[Statement]) -> (Part, Option<usize>) {
        let mut left = done;
        let mut inserts = self.inserts.iter().peekable();
        for (i, statement) in statements.iter().enumerate() {
            while let Some(insert) = inserts.next_if(|insert| insert.at <= statement.code.start) {
                match left.checked_sub(insert.count) {
                    Some(rest) => left = rest,
                    None => return (insert.part, None),
                }
            }
            match left.checked_sub(1) {
                Some(rest) => left = rest,
                None => return (Part::File, Some(i)),
            }
        }
        for insert in inserts {
            match left.checked_sub(insert.count) {
                Some(rest) => left = rest,
                None => return (insert.part, None),
            }
        }
        (Part::End, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Script;

    #[test]
    fn what_the_server_says_leads_back_to_the_file() {
        let file = "é; b; c";
        let script = Script::new(file);
        let ours = |sql: &str, count| OurSql { sql: sql.to_string(), count };
        let mut message = Message::default();
        message.insert(3, Part::Row, ours("X;Y;", 2));
        message.insert(file.len(), Part::Log, ours(";L", 1));
        message.insert(file.len(), Part::End, ours(";Z", 1));
        assert_eq!(message.text(file), "é;X;Y; b; c;L;Z");
        let text = message.text(file);
        assert_eq!(message.put_into(file.to_string()), text);
        let spot = |position, done| message.spot(file, position, (done, true), script.statements());
        let (row, log, end) = (Err(Part::Row), Err(Part::Log), Err(Part::End));
        let positions = [
            Ok(1),
            Ok(2),
            row,
            row,
            row,
            row,
            Ok(3),
            Ok(4),
            Ok(5),
            Ok(6),
            Ok(7),
            log,
            log,
            end,
            end,
        ];
        for (sent, expected) in (1..).zip(positions) {
            let spot = spot(Some(sent), 0);
            assert_eq!(spot.position.ok_or(spot.part), expected, "{sent}");
        }
        let under_way = [
            (Part::File, Some(0)),
            (Part::Row, None),
            (Part::Row, None),
            (Part::File, Some(1)),
            (Part::File, Some(2)),
            (Part::Log, None),
            (Part::End, None),
        ];
        for (done, (part, statement)) in under_way.into_iter().enumerate() {
            let may_be_commit = done == 6;
            let expected = Spot { part, statement, position: None, may_be_commit };
            assert_eq!(spot(None, done), expected, "{done}");
        }
        let without_rows = message.spot(file, None, (6, false), script.statements());
        assert_eq!((without_rows.part, without_rows.may_be_commit), (Part::End, false));
    }
}
