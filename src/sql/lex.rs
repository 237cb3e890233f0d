//! The tokens of PostgreSQL's SQL, cut as `src/backend/parser/scan.l` cuts them.
//!
//! Not every kind of token is told apart: only what is needed to find the ends of statements and
//! to read keywords. Operators and numbers come in pieces, which is harmless, because the pieces
//! are cut where the server, too, would see a comment or a string begin.

use memchr::{memchr, memchr2};

/// What a backslash is in a plain string, `'…'`: the server's `standard_conforming_strings`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strings {
    /// A character like any other: on, the default since 9.1.
    #[default]
    Standard,
    /// It escapes the character behind it, as in `E'…'`: off.
    Escaping,
}

/// What a token is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An identifier without quotes, or a keyword.
    Word,
    /// A string constant of any spelling.
    Text,
    Semicolon,
    /// `(`
    Open,
    /// `)`
    Close,
    /// An identifier in quotes, but for `U&"…"`.
    Quoted,
    /// Anything else: numbers, operators, `U&"…"`, and a comment that never ends.
    Other,
}

/// A token and the bytes it takes, `start..end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) shape: Shape,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// An iterator over the tokens of a text; white space and comments lie between them.
#[derive(Clone, Copy)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    pub(super) strings: Strings,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, strings: Strings) -> Self {
        Lexer { text, at: 0, strings }
    }

    /// Of a whole script, which may begin with a byte-order mark. Elsewhere the server takes one for
    /// a letter.
    pub(super) fn of_script(text: &'a str, strings: Strings) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Lexer { at, ..Lexer::new(text, strings) }
    }

    /// The byte at `at`, or 0 behind the end: no rule below asks for a 0.
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The first byte from `from` on for which `stop` holds, or the end.
    fn until(&self, from: usize, stop: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        rest.iter().position(|&b| stop(b)).map_or(self.text.len(), |n| from + n)
    }

    /// The first of a byte from `from` on, or the end.
    fn find(&self, from: usize, byte: u8) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        memchr(byte, rest).map_or(self.text.len(), |n| from + n)
    }

    /// The first of either byte from `from` on, or the end.
    fn find_either(&self, from: usize, bytes: [u8; 2]) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        memchr2(bytes[0], bytes[1], rest).map_or(self.text.len(), |n| from + n)
    }

    /// The end of a `--` comment.
    fn line_end(&self, from: usize) -> usize {
        self.find_either(from, NEWLINES)
    }

    /// Goes to the next token. True if it stands before a comment that never ends instead.
    fn skip_blank(&mut self) -> bool {
        loop {
            match self.byte(self.at) {
                b if is_space(b) => self.at += 1,
                b'-' if self.byte(self.at + 1) == b'-' => {
                    self.at = self.line_end(self.at);
                }
                b'/' if self.byte(self.at + 1) == b'*' => match self.comment_end(self.at + 2) {
                    Some(end) => self.at = end,
                    None => return true,
                },
                _ => return false,
            }
        }
    }

    /// The end of the comment whose inside begins at `at`; comments nest.
    fn comment_end(&self, mut at: usize) -> Option<usize> {
        let mut depth = 1;
        loop {
            at = self.find_either(at, *b"*/");
            match (self.byte(at), self.byte(at + 1)) {
                (b'*', b'/') if depth == 1 => return Some(at + 2),
                (b'*', b'/') => (depth, at) = (depth - 1, at + 2),
                (b'/', b'*') => (depth, at) = (depth + 1, at + 2),
                (0, _) => return None,
                _ => at += 1,
            }
        }
    }

    /// The end of a string or name without backslash escapes whose opening quote stands before
    /// `at`. A doubled quote is one of its characters.
    fn quoted_end(&self, mut at: usize, quote: u8) -> usize {
        loop {
            at = self.find(at, quote) + 1;
            if self.byte(at) != quote {
                return at.min(self.text.len());
            }
            at += 1;
        }
    }

    /// The end of a plain string whose opening quote stands before `at`.
    fn plain_end(&self, at: usize) -> usize {
        match self.strings {
            Strings::Standard => self.quoted_end(at, b'\''),
            Strings::Escaping => self.escaped_end(at),
        }
    }

    /// The end of an `E'…'` string whose opening quote stands before `at`. A part that continues
    /// it on another line is read here, because its backslashes escape as well.
    fn escaped_end(&self, mut at: usize) -> usize {
        loop {
            at = self.find_either(at, *b"'\\");
            match self.byte(at) {
                b'\\' => at += 2,
                b'\'' if self.byte(at + 1) == b'\'' => at += 2,
                b'\'' => match self.continued(at + 1) {
                    Some(inside) => at = inside,
                    None => return at + 1,
                },
                _ => return self.text.len(),
            }
        }
    }

    /// The inside of the string part that continues one which ended at `at`: only white space
    /// with a newline in it, `--` comments allowed, may stand between them.
    fn continued(&self, mut at: usize) -> Option<usize> {
        let mut newline = false;
        loop {
            match self.byte(at) {
                b if is_space(b) => {
                    newline |= is_newline(b);
                    at += 1;
                }
                b'-' if self.byte(at + 1) == b'-' => at = self.line_end(at),
                b'\'' if newline => return Some(at + 1),
                _ => return None,
            }
        }
    }

    /// The end of what the `$` at `at` begins: a `$tag$…$tag$` string, a parameter such as `$1`,
    /// or nothing.
    fn dollar(&self, at: usize) -> (Shape, usize) {
        let digits = self.digits_end(at + 1);
        let tag = self.until(at + 1, |b| !is_word(b) || b == b'$');
        if self.byte(tag) != b'$' || digits > at + 1 {
            return (Shape::Other, digits);
        }
        // Each `$` of the body may begin the closing tag, even one that ends another tag
        // (`$b$a$` closes `$a$`), so a plain search finds what the server finds.
        let bytes = self.text.as_bytes();
        let delimiter = bytes.get(at..=tag).unwrap_or(b"$$");
        let mut close = self.find(tag + 1, b'$');
        while bytes
            .get(close..)
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(delimiter))
        {
            close = self.find(close + 1, b'$');
        }
        (Shape::Text, self.text.len().min(close + delimiter.len()))
    }

    /// The end of a number that begins at `at`. The exponent belongs to it, so that `1e5$$…$$`
    /// does not read `e5$$…` as a name.
    fn number(&self, at: usize) -> usize {
        let end = self.digits_end(at);
        let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
        let exponent = end + 1 + sign;
        match matches!(self.byte(end), b'e' | b'E') && self.byte(exponent).is_ascii_digit() {
            true => self.digits_end(exponent),
            false => end,
        }
    }

    fn digits_end(&self, at: usize) -> usize {
        self.until(at, |b| !b.is_ascii_digit())
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let endless = self.skip_blank();
        let start = self.at;
        let first = *self.text.as_bytes().get(start)?;
        let first = first.to_ascii_lowercase();
        let (shape, end) = match [first, self.byte(start + 1), self.byte(start + 2)] {
            // A token, not white space: whoever sends only the code must still be refused.
            _ if endless => (Shape::Other, self.text.len()),
            [b';', ..] => (Shape::Semicolon, start + 1),
            [b'(', ..] => (Shape::Open, start + 1),
            [b')', ..] => (Shape::Close, start + 1),
            [b'\'', ..] => (Shape::Text, self.plain_end(start + 1)),
            [b'"', ..] => (Shape::Quoted, self.quoted_end(start + 1, b'"')),
            [b'$', ..] => self.dollar(start),
            [b'0'..=b'9', ..] => (Shape::Other, self.number(start)),
            [b'e', b'\'', _] => (Shape::Text, self.escaped_end(start + 2)),
            [b'n', b'\'', _] => (Shape::Text, self.plain_end(start + 2)),
            [b'b' | b'x', b'\'', _] => (Shape::Text, self.quoted_end(start + 2, b'\'')),
            [b'u', b'&', b'\''] => (Shape::Text, self.quoted_end(start + 3, b'\'')),
            [b'u', b'&', b'"'] => (Shape::Other, self.quoted_end(start + 3, b'"')),
            [b, ..] if is_word(b) => (Shape::Word, self.until(start, |b| !is_word(b))),
            _ => (Shape::Other, start + 1),
        };
        self.at = end;
        Some(Token { shape, start, end })
    }
}

/// White space of the server; the vertical tab only since 16, and an error before.
fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// What ends a `--` comment: either byte does.
const NEWLINES: [u8; 2] = *b"\n\r";

fn is_newline(b: u8) -> bool {
    NEWLINES.contains(&b)
}

/// What an identifier is made of: every byte of a non-ASCII character counts as a letter. It
/// begins with neither a digit nor `$`, which are tried before.
fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | 0x80..)
}
