//! Reads tokens one after the other, as keywords, names and strings.
//!
//! It looks one token ahead and can be copied, which is how to look further.

use std::borrow::Cow;

use super::lex::{Lexer, Shape, Token};

/// A place among the tokens of a text.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    current: Option<Token>,
}

impl<'a> Reader<'a> {
    /// Stands at the first token of a part of a script.
    pub(super) fn new(text: &'a str) -> Self {
        Reader::at_byte(text, 0)
    }

    /// Stands at the first token of a script, which may begin with a byte-order mark.
    pub(super) fn of_script(text: &'a str) -> Self {
        Reader::at_byte(text, if text.starts_with('\u{feff}') { 3 } else { 0 })
    }

    fn at_byte(text: &'a str, start: usize) -> Self {
        let mut lexer = Lexer::new(text, start);
        let current = lexer.next();
        Reader { text, lexer, current }
    }

    pub(super) fn current(&self) -> Option<Token> {
        self.current
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.current.is_none()
    }

    /// Whether the statement ends here. For readers that see more than one.
    pub(super) fn is_at_statement_end(&self) -> bool {
        self.current.is_none_or(|t| t.shape == Shape::Semicolon)
    }

    pub(super) fn skip(&mut self) {
        self.current = self.lexer.next();
    }

    /// The token behind the current one.
    pub(super) fn next(mut self) -> Self {
        self.skip();
        self
    }

    /// The current token as it is written, empty at the end.
    pub(super) fn written(&self) -> &'a str {
        self.current.and_then(|t| self.text.get(t.start..t.end)).unwrap_or_default()
    }

    pub(super) fn is(&self, shape: Shape) -> bool {
        self.current.is_some_and(|t| t.shape == shape)
    }

    /// Whether the current token is this keyword; a quoted one is none.
    pub(super) fn at(&self, keyword: &str) -> bool {
        self.is(Shape::Word) && self.written().eq_ignore_ascii_case(keyword)
    }

    pub(super) fn at_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|k| self.at(k))
    }

    pub(super) fn eat(&mut self, keyword: &str) -> bool {
        let found = self.at(keyword);
        if found {
            self.skip();
        }
        found
    }

    /// Whether the current token is this name, as the server folds it: in lower case unless it is
    /// quoted.
    pub(super) fn is_name(&self, name: &str) -> bool {
        let written = self.written();
        match self.current.map(|t| t.shape) {
            Some(Shape::Word) => {
                let folded = written.bytes().map(|b| b.to_ascii_lowercase());
                written.len() == name.len() && folded.eq(name.bytes())
            }
            // Only a name with a quote in it is written otherwise than it is.
            Some(Shape::Quoted) => match unquoted(written, '"') {
                Cow::Borrowed(inside) => inside == name,
                Cow::Owned(inside) => inside == name,
            },
            _ => false,
        }
    }

    /// The name that the current token is, folded as the server folds it.
    pub(super) fn name(&self) -> Option<String> {
        match self.current?.shape {
            Shape::Word => Some(self.written().to_ascii_lowercase()),
            Shape::Quoted => Some(unquoted(self.written(), '"').into_owned()),
            _ => None,
        }
    }

    /// Whether the current token names this setting; those are compared without regard to case,
    /// also in quotes.
    pub(super) fn is_setting(&self, setting: &str) -> bool {
        let written = match self.current.map(|t| t.shape) {
            Some(Shape::Word) => self.written(),
            Some(Shape::Quoted) => self.written().trim_matches('"'),
            _ => "",
        };
        written.eq_ignore_ascii_case(setting)
    }

    /// The value of the string constant that the current token is. Of the escapes in `E'…'` those
    /// that matter for code are read; the escapes of `U&'…'` are left in.
    pub(super) fn string(&self) -> Option<Cow<'a, str>> {
        if !self.is(Shape::Text) {
            return None;
        }
        let written = self.written();
        if let Some(body) = written.strip_prefix('$') {
            let tag = body.find('$').map_or(0, |n| n + 1);
            let inside = body.get(tag..).unwrap_or_default();
            let delimiter = written.get(..=tag).unwrap_or_default();
            return Some(Cow::Borrowed(inside.strip_suffix(delimiter).unwrap_or(inside)));
        }
        let quote = written.find('\'')?;
        let quoted = written.get(quote..)?;
        match written.get(..quote)? {
            "e" | "E" => Some(Cow::Owned(unescaped(quoted))),
            _ => Some(unquoted(quoted, '\'')),
        }
    }
}

/// What is between the quotes, each doubled quote in it made one.
fn unquoted(quoted: &str, quote: char) -> Cow<'_, str> {
    let inside = quoted.strip_prefix(quote).unwrap_or(quoted);
    let inside = inside.strip_suffix(quote).unwrap_or(inside);
    if !inside.contains(quote) {
        return Cow::Borrowed(inside);
    }
    let (one, two) = (quote.to_string(), format!("{quote}{quote}"));
    Cow::Owned(inside.replace(&two, &one))
}

/// The same for an `E'…'` string, with the backslashes read. Numbers become a question mark: they
/// spell no keyword that somebody would write so.
fn unescaped(quoted: &str) -> String {
    let inside = unquoted(quoted, '\'');
    let mut value = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => value.push(match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('0'..='9' | 'x' | 'u' | 'U') => '?',
                Some(other) => other,
                None => continue,
            }),
            c => value.push(c),
        }
    }
    value
}
