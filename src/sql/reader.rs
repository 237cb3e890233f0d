//! Reads tokens one after the other, as keywords, names and strings.
//!
//! It looks one token ahead and can be copied, which is how to look further.

use std::borrow::Cow;

use super::lex::{Lexer, Shape, Strings, Token};

/// How many tokens are read on from a word that may stand in a script ever so often: no real
/// statement needs more, and reading on to the end from each such word could take for ever.
pub(super) const LONGEST: usize = 100;

/// A place among the tokens of a text.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    current: Option<Token>,
}

impl<'a> Reader<'a> {
    /// Stands at the first token.
    pub(super) fn new(text: &'a str, strings: Strings) -> Self {
        Reader { text, lexer: Lexer::new(text, strings), current: None }.next()
    }

    /// The same of a whole script, which may begin with a byte-order mark.
    pub(super) fn of_script(text: &'a str, strings: Strings) -> Self {
        Reader { text, lexer: Lexer::of_script(text, strings), current: None }.next()
    }

    pub(super) fn strings(&self) -> Strings {
        self.lexer.strings
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

    /// The current token and those behind it, to the end of the statement.
    pub(super) fn rest(self) -> impl Iterator<Item = Self> {
        let all = std::iter::successors(Some(self), |reader| Some(reader.next()));
        all.take_while(|reader| !reader.is_at_statement_end())
    }

    /// The current token as it is written, empty at the end.
    pub(super) fn written(&self) -> &'a str {
        self.current.and_then(|t| self.text.get(t.start..t.end)).unwrap_or_default()
    }

    fn bytes(&self) -> &'a [u8] {
        let token = self.current.and_then(|t| self.text.as_bytes().get(t.start..t.end));
        token.unwrap_or_default()
    }

    pub(super) fn is(&self, shape: Shape) -> bool {
        self.current.is_some_and(|t| t.shape == shape)
    }

    /// Behind these keywords, if they come next. `_` is any token; a quoted word is no keyword.
    fn behind(mut self, keywords: &str) -> Option<Self> {
        for keyword in keywords.as_bytes().split(|byte| *byte == b' ') {
            let is_keyword = self.is(Shape::Word) && self.bytes().eq_ignore_ascii_case(keyword);
            if !is_keyword && (keyword != b"_" || self.is_at_end()) {
                return None;
            }
            self.skip();
        }
        Some(self)
    }

    /// The first byte of the current token, in lower case; 0 at the end.
    fn letter(&self) -> u8 {
        self.bytes().first().map_or(0, u8::to_ascii_lowercase)
    }

    /// Whether these keywords come next, `set transaction`, where `_` is any token.
    pub(super) fn at(&self, keywords: &str) -> bool {
        may_begin(self.letter(), keywords) && self.behind(keywords).is_some()
    }

    pub(super) fn at_any(&self, alternatives: &[&str]) -> bool {
        let letter = self.letter();
        alternatives.iter().any(|it| may_begin(letter, it) && self.behind(it).is_some())
    }

    /// Steps over these keywords, if all of them come next.
    pub(super) fn eat(&mut self, keywords: &str) -> bool {
        if !may_begin(self.letter(), keywords) {
            return false;
        }
        match self.behind(keywords) {
            Some(behind) => {
                *self = behind;
                true
            }
            None => false,
        }
    }

    /// The name that the current token is, as the server folds it: in lower case unless it is
    /// quoted.
    pub(super) fn name(&self) -> Option<Cow<'a, str>> {
        let written = self.written();
        match self.current?.shape {
            Shape::Word if written.bytes().any(|b| b.is_ascii_uppercase()) => {
                Some(Cow::Owned(written.to_ascii_lowercase()))
            }
            Shape::Word => Some(Cow::Borrowed(written)),
            Shape::Quoted => Some(unquoted(written, '"')),
            _ => None,
        }
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        // Asked of every word of a script: length and first letter sort out most.
        self.bytes().len() >= name.len()
            && (self.is(Shape::Quoted) || may_begin(self.letter(), name))
            && self.name().is_some_and(|n| n == name)
    }

    /// The value of the string constant that the current token is. Of the escapes in `E'…'` those
    /// that matter for code are read; the escapes of `U&'…'` are left in.
    pub(super) fn string(&self) -> Option<Cow<'a, str>> {
        if !self.is(Shape::Text) {
            return None;
        }
        let written = self.written();
        if let Some((tag, inside)) = written.strip_prefix('$').and_then(|w| w.split_once('$')) {
            let delimiter = format!("${tag}$");
            return Some(Cow::Borrowed(inside.strip_suffix(&*delimiter).unwrap_or(inside)));
        }
        let (prefix, quoted) = written.split_at(written.find('\'')?);
        Some(match prefix {
            "e" | "E" => Cow::Owned(unescaped(quoted)),
            "" | "n" | "N" if self.strings() == Strings::Escaping => Cow::Owned(unescaped(quoted)),
            _ => unquoted(quoted, '\''),
        })
    }

    /// What the current token says, whether it is a string, a name or a word.
    pub(super) fn value(&self) -> Cow<'a, str> {
        let quoted = self.is(Shape::Quoted).then(|| unquoted(self.written(), '"'));
        quoted.or_else(|| self.string()).unwrap_or(Cow::Borrowed(self.written()))
    }

    /// Whether the current token, as the value of a setting or an option, means no.
    pub(super) fn is_off(&self) -> bool {
        let value = self.value().to_ascii_lowercase();
        matches!(&*value, "off" | "false" | "no" | "0" | "f" | "n" | "default")
    }
}

/// Whether a token with this first byte may be the first of these keywords. Asked of every word of a
/// script, and sorts out nearly all.
fn may_begin(letter: u8, keywords: &str) -> bool {
    keywords.as_bytes().first().is_some_and(|first| *first == letter || *first == b'_')
}

/// What is between the quotes, each doubled quote in it made one.
fn unquoted(quoted: &str, quote: char) -> Cow<'_, str> {
    let inside = quoted.strip_prefix(quote).unwrap_or(quoted);
    let inside = inside.strip_suffix(quote).unwrap_or(inside);
    match inside.contains(quote) {
        true => Cow::Owned(inside.replace(&format!("{quote}{quote}"), &quote.to_string())),
        false => Cow::Borrowed(inside),
    }
}

/// The same for an `E'…'` string, with the backslashes read. Numbers become a question mark: they
/// spell no keyword that somebody would write so.
fn unescaped(quoted: &str) -> String {
    let inside = unquoted(quoted, '\'');
    let mut chars = inside.chars();
    let value = std::iter::from_fn(|| match chars.next()? {
        '\\' => Some(match chars.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0'..='9' | 'x' | 'u' | 'U' => '?',
            other => other,
        }),
        c => Some(c),
    });
    value.collect()
}
