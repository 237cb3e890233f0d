//! A script cut into statements, as the server's grammar cuts it.
//!
//! Only two statements have a `;` inside: CREATE RULE … DO (a; b), where it stands in parentheses,
//! and a routine with a BEGIN ATOMIC … END body. Both are followed without parsing the rest.
//!
//! Not psql: backslash commands and variables mean nothing here, as they mean nothing to the server.

use std::ops::Range;

use super::kind::{Kind, classify};
use super::lex::{Shape, Token};
use super::reader::Reader;

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the script, with the white space and the comments before the statement, and the
    /// `;` that closes it. Only the last statement may lack the `;`, and then its span goes to
    /// the end of the script.
    pub span: Range<usize>,
    /// Bytes of the script from the first token to the last, without the `;`: what to send to run
    /// the statement by itself. A comment that never ends counts as a token, for the server is to
    /// refuse it.
    pub code: Range<usize>,
    /// What it does to the transaction.
    pub kind: Kind,
    /// A DO block with a COMMIT or ROLLBACK of its own.
    pub(super) ends_transactions: bool,
    /// Whether something of it may stand when it fails outside a transaction block, other than an
    /// invalid index.
    pub(super) may_leave: bool,
}

impl Statement {
    /// Whether there is nothing to run: white space, comments and at most a `;`.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }
}

/// What is told of a script while it is cut.
pub(super) trait Visitor {
    /// A word or a quoted name, at which `reader` stands, in code that the script runs when it is
    /// run: not in the body of a function. `reader` sees what follows, also behind the statement.
    fn word(&mut self, reader: Reader<'_>, place: Place);

    /// A statement ends. The spans of all, joined, are the script; those without code are told too.
    fn statement(&mut self, _statement: Statement, _is_closed: bool) {}
}

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// It is the first of its statement.
    pub(super) is_start: bool,
    /// In which code.
    pub(super) within: Within,
}

/// Which code a word stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// The script itself.
    Script,
    /// The body of a DO block.
    Body,
    /// A string that a DO block runs with EXECUTE.
    Executed,
}

/// Cuts a script into statements, in order; none for an empty text, at least one for any other.
///
/// Any text is taken. A string, name, comment, parenthesis or body that is not closed goes on to the
/// end; the server refuses such a statement. A byte-order mark at the start counts as white space.
pub(super) fn cut(text: &str, visitor: &mut dyn Visitor) {
    let mut start = 0;
    let mut code: Option<Range<usize>> = None;
    let mut nesting = Nesting::default();
    let mut reader = Reader::of_script(text);
    while let Some(token) = reader.current() {
        if token.shape == Shape::Semicolon && !nesting.is_open() {
            let code = code.take().unwrap_or(token.start..token.start);
            visitor.statement(statement(text, start..token.end, code), true);
            start = token.end;
            nesting = Nesting::default();
        } else {
            if matches!(token.shape, Shape::Word | Shape::Quoted) && !nesting.body {
                let place = Place { is_start: code.is_none(), within: Within::Script };
                visitor.word(reader, place);
            }
            nesting.take(&reader, token);
            code = Some(code.map_or(token.start, |c| c.start)..token.end);
        }
        reader.skip();
    }
    if start < text.len() {
        let code = code.unwrap_or(text.len()..text.len());
        visitor.statement(statement(text, start..text.len(), code), false);
    }
}

fn statement(text: &str, span: Range<usize>, code: Range<usize>) -> Statement {
    let kind = classify(text.get(code.clone()).unwrap_or_default());
    Statement { span, code, kind, ends_transactions: false, may_leave: false }
}

/// How far the words of a statement have matched CREATE [OR REPLACE] FUNCTION | PROCEDURE.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Head {
    #[default]
    Start,
    Create,
    Or,
    Replace,
    Routine,
    Unlike,
}

/// What is open within one statement.
#[derive(Default)]
struct Nesting {
    head: Head,
    parentheses: usize,
    /// In a body. They do not nest: the server takes no CREATE FUNCTION inside one, so another
    /// BEGIN ATOMIC there can only be a table and its alias.
    body: bool,
    /// The token before was BEGIN.
    begun: bool,
    /// An END here closes the body: each statement in a body has its `;`, so END comes right after
    /// one, or after ATOMIC. The END of a CASE and `SELECT 1 AS end` never do, which saves counting.
    closable: bool,
}

impl Nesting {
    fn is_open(&self) -> bool {
        self.parentheses > 0 || self.body
    }

    fn take(&mut self, reader: &Reader<'_>, token: Token) {
        match token.shape {
            Shape::Open => self.parentheses += 1,
            Shape::Close => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        match self.head {
            Head::Unlike => {}
            Head::Routine => self.routine(reader, token),
            _ => self.head = self.head.next(reader),
        }
    }

    fn routine(&mut self, reader: &Reader<'_>, token: Token) {
        let is = |keyword: &str| self.parentheses == 0 && reader.at(keyword);
        let opens = !self.body && self.begun && is("atomic");
        let closes = self.closable && is("end");
        let begins = is("begin");
        self.body = opens || self.body && !closes;
        self.begun = begins;
        self.closable = opens || token.shape == Shape::Semicolon;
    }
}

impl Head {
    fn next(self, reader: &Reader<'_>) -> Self {
        match self {
            Head::Start if reader.at("create") => Head::Create,
            Head::Create if reader.at("or") => Head::Or,
            Head::Or if reader.at("replace") => Head::Replace,
            Head::Create | Head::Replace if reader.at_any(&["function", "procedure"]) => {
                Head::Routine
            }
            _ => Head::Unlike,
        }
    }
}
