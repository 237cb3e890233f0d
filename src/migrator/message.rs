//! The one message that a plain or wrapped file goes out in: the file's text with statements of
//! ours in it, and the way back from what the server says of it to the file.

use crate::sql::Statement;
use crate::table::Own;

/// A file's text with statements of ours in it.
pub struct Message<'a> {
    file: &'a str,
    /// By place, ascending.
    inserts: Vec<Insert>,
}

struct Insert {
    /// Byte of the file.
    at: usize,
    own: Own,
}

impl<'a> Message<'a> {
    /// The file as it is.
    pub fn new(file: &'a str) -> Message<'a> {
        Message { file, inserts: Vec::new() }
    }

    /// Puts statements in at a byte of the file, behind those put in before.
    pub fn insert(&mut self, at: usize, own: Own) {
        self.inserts.push(Insert { at, own });
    }

    /// What to send.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.file.len() + 1024);
        let mut from = 0;
        for insert in &self.inserts {
            text.push_str(self.file.get(from..insert.at).unwrap_or_default());
            text.push_str(&insert.own.sql);
            from = insert.at;
        }
        text.push_str(self.file.get(from..).unwrap_or_default());
        text
    }

    /// The character of the file, from 1, for one of the message; `None` within what is ours.
    pub fn position(&self, sent: usize) -> Option<usize> {
        let mut ours = 0;
        for insert in &self.inserts {
            let before = self.file.get(..insert.at).unwrap_or_default().chars().count();
            if sent <= before + ours {
                break;
            }
            ours += insert.own.sql.chars().count();
            if sent <= before + ours {
                return None;
            }
        }
        Some(sent - ours)
    }

    /// Which of the file's statements was under way when so many of the message were done;
    /// `None` for one of ours.
    pub fn statement(&self, done: usize, statements: &[&Statement]) -> Option<usize> {
        let mut left = done;
        let mut inserts = self.inserts.iter().peekable();
        for (i, statement) in statements.iter().enumerate() {
            while let Some(insert) = inserts.next_if(|insert| insert.at <= statement.code.start) {
                left = left.checked_sub(insert.own.statements)?;
            }
            left = match left.checked_sub(1) {
                Some(left) => left,
                None => return Some(i),
            };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Message;
    use crate::sql;
    use crate::table::Own;

    #[test]
    fn there_and_back() {
        let file = "é; b; c";
        let statements = sql::scan(file);
        let statements: Vec<_> = statements.iter().filter(|s| !s.is_empty()).collect();
        let mut message = Message::new(file);
        message.insert(3, Own { sql: "X;Y;".to_string(), statements: 2 });
        message.insert(file.len(), Own { sql: ";Z".to_string(), statements: 1 });
        assert_eq!(message.text(), "é;X;Y; b; c;Z");
        let positions: Vec<_> = (1..=13).map(|sent| message.position(sent)).collect();
        let none = None;
        #[rustfmt::skip]
        let expected = [Some(1), Some(2), none, none, none, none, Some(3), Some(4), Some(5),
            Some(6), Some(7), none, none];
        assert_eq!(positions, expected);
        let under_way: Vec<_> = (0..6).map(|done| message.statement(done, &statements)).collect();
        assert_eq!(under_way, [Some(0), none, none, Some(1), Some(2), none]);
    }
}
