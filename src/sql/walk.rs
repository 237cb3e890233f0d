//! Cuts a script into statements, as the server's grammar cuts it, and shows all code that it runs:
//! its own, the bodies of its DO blocks, and the strings that those run with EXECUTE.
//!
//! Only two statements have a `;` inside: CREATE RULE … DO (a; b), where it stands in parentheses,
//! and a routine with a BEGIN ATOMIC … END body. Both are followed without parsing the rest.
//!
//! Strings that the script only stores, as the bodies of functions, are no code here. Not psql:
//! backslash commands and variables mean nothing here, as they mean nothing to the server.

use std::ops::Range;

use super::lex::{Shape, Strings};
use super::reader::Reader;

/// How deep DO blocks and executed strings may be nested in one another. Nobody nests them deeper,
/// and each level is read as often as it is deep.
const DEEPEST: usize = 6;

/// What is told of a script.
pub(super) trait Visitor {
    /// A word or a quoted name, at which `reader` stands, in code that the script runs when it is
    /// run: not in the body of a function. `is_start` says that it is the first of its statement.
    /// `reader` sees what follows, also behind the statement.
    fn word(&mut self, reader: &Reader<'_>, is_start: bool, within: Within);

    /// A statement of the script itself ends. All spans joined are the script; statements without
    /// code are told too. See [`Statement`](super::Statement) for the two ranges.
    fn statement(&mut self, _span: Range<usize>, _code: Range<usize>, _is_ended: bool) {}
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

/// Shows `visitor` the words and the statements, in order; no statement for an empty text, at least
/// one for any other.
///
/// Any text is taken. A string, name, comment, parenthesis or body that is not closed goes on to the
/// end; the server refuses such a statement. A byte-order mark at the start counts as white space.
pub(super) fn walk(text: &str, strings: Strings, visitor: &mut dyn Visitor) {
    Walker { visitor, strings, depth: 0 }.script(text);
}

struct Walker<'v> {
    visitor: &'v mut dyn Visitor,
    strings: Strings,
    /// 0 in the script itself.
    depth: usize,
}

impl Walker<'_> {
    fn script(&mut self, text: &str) {
        let within = if self.depth == 0 { Within::Script } else { Within::Executed };
        let (mut start, mut code) = (0, 0..0);
        let mut nesting = Nesting::default();
        let mut reader = Reader::of_script(text, self.strings);
        while let Some(token) = reader.current() {
            if token.shape == Shape::Semicolon && !nesting.is_open() {
                self.statement(start..token.end, code, true);
                start = token.end;
                code = start..start;
                nesting = Nesting::default();
            } else {
                let is_start = code.is_empty();
                if !nesting.in_body {
                    self.word(&reader, is_start, within);
                }
                nesting.take(&reader, is_start);
                code = if is_start { token.start } else { code.start }..token.end;
            }
            reader.skip();
        }
        if start < text.len() {
            self.statement(start..text.len(), code, false);
        }
    }

    fn statement(&mut self, span: Range<usize>, code: Range<usize>, is_ended: bool) {
        if self.depth == 0 {
            self.visitor.statement(span, code, is_ended);
        }
    }

    /// Shows a token, if it is a word, and the bodies of the DO block that it begins: strings and
    /// LANGUAGE clauses are all that such a statement has.
    fn word(&mut self, reader: &Reader<'_>, is_start: bool, within: Within) {
        if reader.is(Shape::Word) || reader.is(Shape::Quoted) {
            self.visitor.word(reader, is_start, within);
        }
        if is_start && reader.at("do") {
            let mut reader = reader.next();
            while reader.eat("language _") || reader.is(Shape::Text) {
                if let Some(body) = reader.string() {
                    self.deeper(|walker| walker.body(&body));
                    reader.skip();
                }
            }
        }
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Walker<'_>)) {
        if self.depth < DEEPEST {
            let (strings, depth) = (self.strings, self.depth + 1);
            read(&mut Walker { visitor: &mut *self.visitor, strings, depth });
        }
    }

    /// The body of a DO block, taken for PL/pgSQL.
    fn body(&mut self, body: &str) {
        let mut reader = Reader::new(body, self.strings);
        let (mut is_start, mut executes) = (true, false);
        while let Some(token) = reader.current() {
            self.word(&reader, is_start, Within::Body);
            match token.shape {
                Shape::Word => executes |= reader.at("execute"),
                Shape::Semicolon => executes = false,
                Shape::Text if executes => {
                    let code = reader.string().unwrap_or_default();
                    self.deeper(|walker| walker.script(&code));
                }
                _ => {}
            }
            // A label ends in `>>`; a shift that looks like one does no harm.
            is_start = token.shape == Shape::Semicolon
                || reader.at_any(&["begin", "then", "else", "loop"])
                || reader.written() == ">" && reader.next().written() != "=";
            reader.skip();
        }
    }
}

/// The statements whose body may be BEGIN ATOMIC … END.
const ROUTINES: [&str; 4] = [
    "create function",
    "create procedure",
    "create or replace function",
    "create or replace procedure",
];

/// What is open within one statement.
#[derive(Default)]
struct Nesting {
    is_routine: bool,
    parentheses: usize,
    /// In a body. They do not nest: the server takes no CREATE FUNCTION inside one, so another
    /// BEGIN ATOMIC there can only be a table and its alias.
    in_body: bool,
    is_behind_begin: bool,
    /// The token before was the ATOMIC that opens the body, or a `;`. Only then END closes it: each
    /// statement in a body has its `;`. The END of a CASE and `SELECT 1 AS end` never come so, which
    /// saves counting.
    is_closable: bool,
}

impl Nesting {
    fn is_open(&self) -> bool {
        self.parentheses > 0 || self.in_body
    }

    fn take(&mut self, reader: &Reader<'_>, is_start: bool) {
        if is_start {
            self.is_routine = reader.at_any(&ROUTINES);
        }
        match reader.current().map(|t| t.shape) {
            Some(Shape::Open) => self.parentheses += 1,
            Some(Shape::Close) => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        if self.is_routine {
            let is = |keyword: &str| self.parentheses == 0 && reader.at(keyword);
            let opens = !self.in_body && self.is_behind_begin && is("atomic");
            let closes = self.is_closable && is("end");
            self.is_behind_begin = is("begin");
            self.in_body = opens || self.in_body && !closes;
            self.is_closable = opens || reader.is(Shape::Semicolon);
        }
    }
}
