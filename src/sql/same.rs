//! Whether two scripts differ in nothing but comments and white space.

use super::lex::{Lexer, Shape, Token};

/// Whether two scripts are the same to the server: the same tokens, whatever comments and white
/// space stand between them.
///
/// In doubt it says no. Where the lexer cuts operators and numbers into pieces, and where two
/// strings follow one another, the white space between them counts.
pub fn says_the_same(a: &str, b: &str) -> bool {
    let mut a = Pieces::new(a);
    let mut b = Pieces::new(b);
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (x, y) if x == y => {}
            _ => return false,
        }
    }
}

/// What separates a token from the one before it, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// Whether there is one makes no difference.
    Any,
    Nothing,
    Blank,
    /// A string goes on behind it.
    Newline,
}

struct Pieces<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    before: Option<Token>,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str) -> Self {
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Pieces { text, lexer: Lexer::new(text, mark), before: None }
    }

    fn gap(&self, before: Token, token: Token) -> Gap {
        let between = self.text.get(before.end..token.start).unwrap_or_default();
        let last = self.text.get(..before.end).and_then(|t| t.chars().next_back());
        let first = self.text.get(token.start..).and_then(|t| t.chars().next());
        if before.shape == Shape::Text && token.shape == Shape::Text && between.contains('\n') {
            return Gap::Newline;
        }
        match (last, first) {
            (Some(last), Some(first)) if !stick(last, first) => Gap::Any,
            _ if between.is_empty() => Gap::Nothing,
            _ => Gap::Blank,
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = (Gap, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let token = self.lexer.next()?;
        let gap = self.before.map_or(Gap::Any, |before| self.gap(before, token));
        self.before = Some(token);
        Some((gap, self.text.get(token.start..token.end).unwrap_or_default()))
    }
}

/// Whether two characters may be read as one token when nothing is between them.
fn stick(last: char, first: char) -> bool {
    let word = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "_$'\".&".contains(c);
    let operator = |c: char| "+-*/<>=~!@#%^&|`?:".contains(c);
    (word(last) && word(first)) || (operator(last) && operator(first))
}

#[cfg(test)]
mod tests {
    use super::says_the_same;

    #[test]
    fn comments_and_white_space_do_not_count() {
        let text = "create table a (id int, b text default 'x  y');\n-- end\n";
        for same in [
            "create table a(id int,b text default 'x  y') ;",
            "/* new */ create\n\ttable a -- why\n ( id int , b text default 'x  y');",
            "\u{feff}create table a (id int, b text default 'x  y');\r\n",
        ] {
            assert!(says_the_same(text, same), "{same}");
        }
        assert!(says_the_same("", "-- nothing\n"));
        assert!(says_the_same("select a -1", "select a - 1"));
    }

    #[test]
    fn everything_else_does() {
        for (a, b) in [
            ("select 'x  y'", "select 'x y'"),
            ("select 1", "select 1;"),
            ("select ab", "select a b"),
            ("select 1 < -1", "select 1 <-1"),
            ("select 1.5", "select 1 .5"),
            ("select e'a'", "select e 'a'"),
            ("select 'a'\n'b'", "select 'a' 'b'"),
            ("select $$ -- a $$", "select $$ -- b $$"),
            ("do $$ begin end $$", "do $$ begin  end $$"),
            ("select A", "select a"),
            ("select 1 /* open", "select 1"),
            ("select \"a b\"", "select \"a  b\""),
        ] {
            assert!(!says_the_same(a, b), "{a} | {b}");
        }
    }
}
