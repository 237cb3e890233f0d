//! What holds for every text, tried on many that are glued from what is hard to lex.

use super::super::{Statement, locate, route, scan};

const FRAGMENTS: &[&str] = &[
    "'",
    "''",
    "\"",
    "$$",
    "$a$",
    "$b$",
    "$",
    "$1",
    "$é$",
    "/*",
    "*/",
    "/",
    "*",
    "--",
    "-",
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    ";",
    ";",
    ";",
    "(",
    ")",
    "E'",
    "e'\\'",
    "\\",
    "U&'",
    "u&\"",
    "x'",
    "N'",
    "begin",
    "begin atomic ",
    "end",
    "end;",
    " case ",
    "create function f() ",
    "create ",
    "or ",
    "replace ",
    "procedure ",
    "a",
    "z1",
    "é",
    "日",
    "\u{feff}",
    "\0",
    "1",
    "1e",
    "1e5",
    "commit",
    " and chain",
    "copy t from stdin",
    "set transaction read only",
    "vacuum",
    "select ",
    "reindex(",
    "cluster ",
    "alter table t detach partition ",
    "concurrently",
];

/// A small generator (xorshift64*), so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }

    fn text(&mut self) -> String {
        let pieces = self.roll(24);
        (0..pieces).map(|_| FRAGMENTS[self.roll(FRAGMENTS.len())]).collect()
    }
}

fn check(text: &str) {
    let statements = scan(text);
    let joined: String = statements.iter().map(|s| &text[s.span.clone()]).collect();
    assert_eq!(joined, text);
    let mut end = 0;
    for (n, statement) in statements.iter().enumerate() {
        assert_eq!(statement.span.start, end, "{text:?}");
        end = statement.span.end;
        check_one(text, statement, n + 1 == statements.len());
    }
    assert_eq!(end, text.len(), "{text:?}");
    let _ = route(&statements);
    let length = text.chars().count();
    assert!(locate(text, length).is_some() || length == 0, "{text:?}");
    assert!(locate(text, length + 1).is_some(), "{text:?}");
}

fn check_one(text: &str, statement: &Statement, last: bool) {
    let (span, code) = (statement.span.clone(), statement.code.clone());
    assert!(span.start < span.end, "{text:?}");
    assert!(span.start <= code.start && code.start <= code.end && code.end <= span.end);
    assert!(last || text[span.clone()].ends_with(';'), "{text:?}");
    assert_eq!(statement.is_empty(), code.is_empty());
    let code = &text[code];
    if code.is_empty() {
        assert_eq!(statement.kind, super::super::Kind::Empty, "{text:?}");
    } else if !code.starts_with('\u{feff}') {
        // The code by itself is the same one statement: so it is what may be sent alone.
        let again = scan(code);
        assert_eq!(again.len(), 1, "{text:?}: {code:?}");
        assert_eq!(again[0].code, 0..code.len(), "{text:?}: {code:?}");
        assert_eq!(again[0].kind, statement.kind, "{text:?}: {code:?}");
    }
}

#[test]
fn the_spans_joined_are_the_text() {
    let mut dice = Dice(0x5eed);
    for _ in 0..60_000 {
        check(&dice.text());
    }
}

#[test]
fn every_pair_and_its_prefixes() {
    for first in FRAGMENTS {
        for second in FRAGMENTS {
            check(&format!("{first}{second}"));
            check(&format!("{first}{second};{first}a'{second}\\"));
        }
    }
}
