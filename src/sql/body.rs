//! Where a line of a function's or a DO block's body stands in the script: the server counts the lines
//! of what fails within a body from the body's start, and tells them in the error's CONTEXT.

use std::borrow::Cow;
use std::ops::Range;

use super::lex::Shape;
use super::locate::Location;
use super::reader::Reader;
use super::script::Script;
use super::statement::Statement;

/// What the server calls the body of a DO block.
const DO: &str = "inline_code_block";

impl Script {
    /// The line of a body of this script that `context` names, the innermost first, when the statement
    /// with this index failed. `None` where no such body stands here, and for a server that does not
    /// speak English. `text` is the script's.
    pub(crate) fn in_body(&self, text: &str, statement: usize, context: &str) -> Option<Location> {
        context.lines().find_map(|frame| {
            let (routine, line) = frame_of(frame)?;
            let so_far = self.statements().get(..=statement)?;
            let body = match routine {
                DO => self.do_body(text, so_far.last()?),
                routine => {
                    let name = last_name(&mut Reader::new(routine, self.strings()))?;
                    so_far.iter().rev().find_map(|s| self.routine_body(text, s, &name))
                }
            };
            line_within(text, body?, line)
        })
    }

    fn reader<'t>(&self, text: &'t str, statement: &Statement) -> Option<Reader<'t>> {
        Some(Reader::new(text.get(statement.code.clone())?, self.strings()))
    }

    fn do_body(&self, text: &str, statement: &Statement) -> Option<Range<usize>> {
        let mut reader = self.reader(text, statement)?;
        if !reader.eat("do") {
            return None;
        }
        while reader.eat("language _") {}
        inside(reader, statement.code.start)
    }

    /// The body of a routine of this name, if the statement makes one.
    fn routine_body(&self, text: &str, statement: &Statement, name: &str) -> Option<Range<usize>> {
        let mut reader = self.reader(text, statement)?;
        if !reader.eat("create") {
            return None;
        }
        reader.eat("or replace");
        if !(reader.eat("function") || reader.eat("procedure")) || last_name(&mut reader)? != name {
            return None;
        }
        let mut parentheses = 0_usize;
        let behind_as = reader.rest().find(|reader| {
            match reader.current().map(|token| token.shape) {
                Some(Shape::Open) => parentheses += 1,
                Some(Shape::Close) => parentheses = parentheses.saturating_sub(1),
                _ => {}
            }
            parentheses == 0 && reader.at("as") && reader.next().is(Shape::Text)
        });
        inside(behind_as?.next(), statement.code.start)
    }
}

/// Routine and line of `PL/pgSQL function f(integer) line 2 at RAISE`.
fn frame_of(frame: &str) -> Option<(&str, usize)> {
    let (routine, rest) = frame.strip_prefix("PL/pgSQL function ")?.rsplit_once(" line ")?;
    Some((routine, rest.split(' ').next()?.parse().ok()?))
}

/// The name that the reader stands at, without the schema; the reader goes on behind it.
fn last_name<'t>(reader: &mut Reader<'t>) -> Option<Cow<'t, str>> {
    let mut name = reader.name()?;
    reader.skip();
    while reader.written() == "." {
        reader.skip();
        name = reader.name()?;
        reader.skip();
    }
    Some(name)
}

/// What is between the quotes of the string that the reader stands at, whose text begins at byte
/// `start` of the script. None for a string whose lines may be escapes.
fn inside(reader: Reader<'_>, start: usize) -> Option<Range<usize>> {
    let token = reader.current().filter(|token| token.shape == Shape::Text)?;
    let written = reader.written();
    let quote = match written.chars().next()? {
        '$' => written.get(1..)?.find('$')? + 2,
        '\'' => 1,
        _ => return None,
    };
    Some(start + token.start + quote..start + token.end)
}

/// The line of the body, from 1, where it has so many.
fn line_within(text: &str, body: Range<usize>, line: usize) -> Option<Location> {
    let is_there = (1..=text.get(body.clone())?.split('\n').count()).contains(&line);
    let before = text.get(..body.start)?.matches('\n').count();
    let raw = text.split('\n').nth(before + line.checked_sub(1)?).filter(|_| is_there)?;
    let raw = raw.strip_suffix('\r').unwrap_or(raw);
    let blank = raw.chars().take_while(|c| c.is_whitespace()).count();
    Some(Location { line: before + line, column: blank + 1, text: raw.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, statement: usize, context: &str) -> Option<(usize, usize)> {
        let at = Script::new(text).in_body(text, statement, context)?;
        assert_eq!(text.split('\n').nth(at.line - 1), Some(&*at.text));
        Some((at.line, at.column))
    }

    #[test]
    fn lines_of_a_do_block() {
        let context = |line| format!("PL/pgSQL function inline_code_block line {line} at RAISE");
        let text = "SELECT 1;\n\nDO LANGUAGE plpgsql $x$\nBEGIN\n  RAISE 'x';\nEND $x$;\nDO 'a\nb'";
        assert_eq!(place(text, 1, &context(3)), Some((5, 3)));
        assert_eq!(place(text, 1, &context(1)), Some((3, 1)));
        assert_eq!(place(text, 1, &context(9)), None);
        assert_eq!(place(text, 0, &context(1)), None);
        assert_eq!(place(text, 2, &context(2)), Some((8, 1)));
        assert_eq!(place("DO E'a\\nb'", 0, &context(2)), None);
        assert_eq!(place(text, 1, "PL/pgSQL-Funktion inline_code_block Zeile 3 bei RAISE"), None);
        assert_eq!(place(text, 1, &context(0)), None);
    }

    #[test]
    fn lines_of_a_function_that_the_script_makes() {
        let text = "create function a.\"F\"(x int default (1)) returns int as $$\nbegin\n\traise 'x';\n\
                    end $$ language plpgsql;\ncreate or replace procedure g() language plpgsql as '\n\
                    begin null;\nend';\nselect \"F\"(1);\ncall g();";
        let f = "PL/pgSQL function a.\"F\"(integer) line 3 at RAISE";
        assert_eq!(place(text, 2, f), Some((3, 2)));
        let g = "PL/pgSQL function g() line 2 at SQL statement";
        assert_eq!(place(text, 3, g), Some((6, 1)));
        // The innermost that stands here.
        let other = "PL/pgSQL function other() line 2 at RAISE\nSQL statement \"SELECT other()\"\n";
        assert_eq!(place(text, 3, &format!("{other}{g}")), Some((6, 1)));
        assert_eq!(place(text, 3, other), None);
        // Not one that comes later.
        assert_eq!(place(text, 0, g), None);
    }
}
