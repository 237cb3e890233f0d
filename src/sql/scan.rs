//! A script cut into statements, as the server's grammar cuts it.
//!
//! Only two statements have a `;` inside: CREATE RULE … DO (a; b), where it stands in parentheses,
//! and a routine with a BEGIN ATOMIC … END body. Both are followed without parsing the rest.
//!
//! Not psql: backslash commands and variables mean nothing here, as they mean nothing to the server.

use std::ops::Range;

use super::kind::{Kind, classify};
use super::lex::{Lexer, Shape, Token};

/// One statement of a script. The spans of all, joined, are the script, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the script, with the white space and the comments before the statement, and the
    /// `;` that closes it. Only the last statement may lack the `;`, and then its span goes to
    /// the end of the script.
    pub span: Range<usize>,
    /// Bytes of the script from the first token to the last, without the `;`: what to send to run
    /// the statement by itself. An empty range for a stray `;` and for what trails after the last
    /// statement. A comment that never ends counts as a token, for the server is to refuse it.
    pub code: Range<usize>,
    /// What it does to the transaction.
    pub kind: Kind,
}

impl Statement {
    /// Whether there is nothing to run: white space, comments and at most a `;`.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }
}

/// Cuts a script into statements, in order; none for an empty text, at least one for any other.
///
/// Any text is taken. A string, name, comment, parenthesis or body that is not closed goes on to the
/// end; the server refuses such a statement. A byte-order mark at the start counts as white space.
pub fn scan(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut code: Option<Range<usize>> = None;
    let mut nesting = Nesting::default();
    let mut push = |span: Range<usize>, code: Option<Range<usize>>, end: usize| {
        let code = code.unwrap_or(end..end);
        let kind = classify(text.get(code.clone()).unwrap_or_default());
        statements.push(Statement { span, code, kind });
    };

    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for token in Lexer::new(text, mark) {
        if token.shape == Shape::Semicolon && !nesting.is_open() {
            push(start..token.end, code.take(), token.start);
            start = token.end;
            nesting = Nesting::default();
            continue;
        }
        nesting.take(text, token);
        code = Some(code.map_or(token.start, |c| c.start)..token.end);
    }
    if start < text.len() {
        push(start..text.len(), code, text.len());
    }
    statements
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

    fn take(&mut self, text: &str, token: Token) {
        match token.shape {
            Shape::Open => self.parentheses += 1,
            Shape::Close => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        match self.head {
            Head::Unlike => {}
            Head::Routine => self.routine(text, token),
            _ => self.head = self.head.next(word(text, token)),
        }
    }

    fn routine(&mut self, text: &str, token: Token) {
        let word = if self.parentheses == 0 { word(text, token) } else { "" };
        let opens = !self.body && self.begun && word.eq_ignore_ascii_case("atomic");
        if opens {
            self.body = true;
        } else if self.closable && word.eq_ignore_ascii_case("end") {
            self.body = false;
        }
        self.begun = word.eq_ignore_ascii_case("begin");
        self.closable = opens || token.shape == Shape::Semicolon;
    }
}

impl Head {
    fn next(self, word: &str) -> Self {
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        match self {
            Head::Start if is("create") => Head::Create,
            Head::Create if is("or") => Head::Or,
            Head::Or if is("replace") => Head::Replace,
            Head::Create | Head::Replace if is("function") || is("procedure") => Head::Routine,
            _ => Head::Unlike,
        }
    }
}

/// The token, if it is a word, else nothing.
fn word(text: &str, token: Token) -> &str {
    match token.shape {
        Shape::Word => text.get(token.start..token.end).unwrap_or_default(),
        _ => "",
    }
}
