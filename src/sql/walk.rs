//! Shows a visitor all code that a script runs: its own, the bodies of its DO blocks, and the
//! strings that those run with EXECUTE.
//!
//! Strings that the script only stores, as the bodies of functions, are no code here.

use std::borrow::Cow;

use super::lex::Shape;
use super::reader::Reader;
use super::statement::{Place, Statement, Visitor, Within, cut};

/// How deep DO blocks and executed strings may be nested in one another. Nobody nests them deeper,
/// and each level is read as often as it is deep.
const DEEPEST: usize = 6;

/// Cuts `text` as [`cut`] does, and shows the code within its DO blocks as well.
pub(super) fn walk(text: &str, visitor: &mut dyn Visitor) {
    cut(text, &mut Walker { visitor, depth: 0 });
}

struct Walker<'v> {
    visitor: &'v mut dyn Visitor,
    /// 0 in the script itself.
    depth: usize,
}

impl Visitor for Walker<'_> {
    fn word(&mut self, reader: Reader<'_>, place: Place) {
        let within = if self.depth == 0 { Within::Script } else { Within::Executed };
        self.visitor.word(reader, Place { within, ..place });
        if place.is_start && reader.at("do") {
            self.blocks(reader);
        }
    }

    fn statement(&mut self, statement: Statement, is_closed: bool) {
        if self.depth == 0 {
            self.visitor.statement(statement, is_closed);
        }
    }
}

impl Walker<'_> {
    /// The bodies of the DO statement at which `reader` stands.
    fn blocks(&mut self, mut reader: Reader<'_>) {
        while !reader.is_at_statement_end() {
            if reader.eat("language") {
                reader.skip();
            } else {
                if let Some(body) = reader.string() {
                    self.deeper(|walker| walker.body(&body));
                }
                reader.skip();
            }
        }
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Walker<'_>)) {
        if self.depth < DEEPEST {
            read(&mut Walker { visitor: &mut *self.visitor, depth: self.depth + 1 });
        }
    }

    /// The body of a DO block, taken for PL/pgSQL.
    fn body(&mut self, body: &str) {
        let mut reader = Reader::new(body);
        let (mut is_start, mut executes) = (true, false);
        while let Some(token) = reader.current() {
            match token.shape {
                Shape::Word | Shape::Quoted => {
                    self.visitor.word(reader, Place { is_start, within: Within::Body });
                    if is_start && reader.at("do") {
                        self.blocks(reader);
                    }
                    executes |= reader.at("execute");
                }
                Shape::Semicolon => executes = false,
                Shape::Text if executes => {
                    let code: Cow<'_, str> = reader.string().unwrap_or_default();
                    self.deeper(|walker| cut(&code, walker));
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
