//! Reads a statement of dbm's own, and says what in it is looked up by the `search_path`: operators,
//! functions, types and tables that no schema stands before.
//!
//! Far from a parser: it knows the SQL that dbm writes, and in doubt it complains.

use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// In lower case.
    Word(String),
    /// A name in quotes.
    Quoted,
    Text,
    Number,
    /// One that no schema stands before.
    Operator(String),
    /// `OPERATOR(pg_catalog.…)`
    Qualified,
    /// One of `()[],;.` and `::`.
    Mark(&'static str),
}

use Token::{Mark, Number, Operator, Qualified, Quoted, Text, Word};

/// Words of the grammar that a parenthesis may follow.
const BEFORE_PARENTHESIS: &[&str] = &[
    "coalesce",
    "greatest",
    "least",
    "extract",
    "exists",
    "any",
    "array",
    "as",
    "operator",
    "when",
    "then",
    "else",
    "select",
    "join",
    "and",
    "or",
    "not",
    "on",
    "from",
    "where",
    "values",
    "timestamp",
    "(",
    "key",
    "over",
];

/// Types that are words of the grammar.
const TYPES: &[&str] = &["bigint", "int", "boolean", "double", "timestamp"];

/// Words that look for an operator without showing one, or that dbm has no use for.
const LOOK_UP: &[&str] = &[
    "in", "like", "ilike", "similar", "between", "using", "nullif", "distinct", "cast", "collate",
];

/// What is looked up in the `search_path`.
pub fn looked_up(sql: &str) -> Vec<String> {
    let tokens = qualified(&cut(sql));
    let statements = tokens.split(|token| *token == Mark(";"));
    statements.flat_map(looked_up_in).collect()
}

fn looked_up_in(tokens: &[Token]) -> Vec<String> {
    let mut found = Vec::new();
    // It names the mode in words.
    let locks = |word: &str| word == "in" || word == "update";
    let is_lock = tokens.first() == Some(&Word("lock".to_owned()));
    let tokens: Vec<Token> = tokens
        .iter()
        .filter(|token| !(is_lock && matches!(token, Word(word) if locks(word))))
        .cloned()
        .collect();
    let tokens = tokens.as_slice();
    let tables = tables_of_with(tokens);
    let word = |at: usize| match tokens.get(at) {
        Some(Word(word)) => word.as_str(),
        Some(Mark(mark)) => mark,
        _ => "",
    };
    let before = |at: usize, n: usize| at.checked_sub(n).map_or("", word);
    let is_set = word(0) == "set";
    for (at, token) in tokens.iter().enumerate() {
        let mut complain = |what: &str| {
            let around = &tokens[at.saturating_sub(4)..tokens.len().min(at + 5)];
            found.push(format!("{what}: {token:?} in {around:?}"));
        };
        match token {
            // A minus before a number belongs to it.
            Operator(sign)
                if sign == "-"
                    && tokens.get(at + 1) == Some(&Number)
                    && matches!(
                        at.checked_sub(1).map(|i| &tokens[i]),
                        Some(Qualified | Mark("(" | ","))
                    ) => {}
            Operator(sign) if sign == "=" && is_set => {}
            Operator(_) => complain("operator"),
            // SELECT DISTINCT sorts by the types' own order.
            Word(name) if name == "distinct" && before(at, 1) == "select" => {}
            // The rows of a window are counted.
            Word(name) if name == "between" && before(at, 1) == "rows" => {}
            Word(name) if LOOK_UP.contains(&name.as_str()) && before(at, 1) != "." => {
                complain("operator");
            }
            Word(name) if name == "case" && word(at + 1) != "when" => complain("operator"),
            Word(name)
                if tokens.get(at + 1) == Some(&Text)
                    && !["then", "else", "when", "to", "select"].contains(&name.as_str())
                    && !(is_set) =>
            {
                complain("type");
            }
            Word(_) | Quoted if word(at + 1) == "(" => {
                let is_of_catalog = before(at, 1) == "." && before(at, 2) == "pg_catalog";
                let is_table = ["into", "table", "exists", "as"]
                    .iter()
                    .any(|w| before(at, 1) == *w || before(at, 1) == "." && before(at, 3) == *w);
                // Their names are looked up nowhere.
                let is_prepared = matches!(before(at, 1), "prepare" | "execute");
                let is_known = is_prepared
                    || matches!(token, Word(name)
                    if BEFORE_PARENTHESIS.contains(&name.as_str()) || tables.contains(name));
                if !is_of_catalog && !is_table && !is_known {
                    complain("function");
                }
            }
            _ => {}
        }
        if before(at, 1) == "::" && !is_type(word(at), word(at + 1)) {
            complain("type");
        }
        let is_place = match before(at, 1) {
            "from" => before(at, 2) != "epoch",
            "join" | "into" | "update" | "lateral" => true,
            "table" => word(at) != "if",
            "exists" => before(at, 2) == "if",
            _ => false,
        };
        let is_known = matches!(token, Word(name) if tables.contains(name)
            || ["lateral", "select"].contains(&name.as_str()));
        if is_place && word(at + 1) != "." && word(at) != "(" && !is_known {
            complain("table");
        }
    }
    if word(0) == "create" {
        found.extend(types_of_columns(tokens));
    }
    found
}

fn is_type(name: &str, next: &str) -> bool {
    TYPES.contains(&name) || name == "pg_catalog" && next == "."
}

/// The names behind WITH, which go before those of tables.
fn tables_of_with(tokens: &[Token]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let is_with = |token: &Token| *token == Word("with".to_owned());
    // It may be prepared.
    let Some(with) = tokens
        .iter()
        .position(is_with)
        .filter(|at| *at == 0 || tokens.first() == Some(&Word("prepare".to_owned())))
    else {
        return names;
    };
    let tokens = &tokens[with..];
    let mut depth = 0;
    for pair in tokens.windows(2) {
        match pair {
            [Mark("("), _] => depth += 1,
            [Mark(")"), _] => depth -= 1,
            [Word(word), _] if depth == 0 && word == "select" => break,
            _ => {}
        }
        if let [Word(_) | Mark(","), Word(name)] = pair
            && depth == 0
        {
            names.insert(name.clone());
        }
    }
    names
}

/// The types of CREATE TABLE's columns.
fn types_of_columns(tokens: &[Token]) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Mark("(") => depth += 1,
            Mark(")") => depth -= 1,
            _ => {}
        }
        if depth == 1 && matches!(token, Mark("(" | ",")) {
            let word = |n: usize| match tokens.get(at + n) {
                Some(Word(word)) => word.as_str(),
                Some(Mark(mark)) => mark,
                _ => "",
            };
            if !is_type(word(2), word(3)) {
                found.push(format!("type: {} {} in CREATE TABLE", word(1), word(2)));
            }
        }
    }
    found
}

/// `OPERATOR(pg_catalog.…)` made one token.
fn qualified(tokens: &[Token]) -> Vec<Token> {
    let mut whole = Vec::new();
    let mut rest = tokens;
    while let Some((first, behind)) = rest.split_first() {
        rest = match rest {
            [
                Word(word),
                Mark("("),
                Word(schema),
                Mark("."),
                Operator(_),
                Mark(")"),
                behind @ ..,
            ] if word == "operator" && schema == "pg_catalog" => {
                whole.push(Qualified);
                behind
            }
            _ => {
                whole.push(first.clone());
                behind
            }
        };
    }
    whole
}

fn cut(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_operator = |c: char| "+-*/<>=~!@#%^&|`?".contains(c);
        let length = |is: &dyn Fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let (token, end) = match first {
            _ if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
            _ if rest.starts_with("/*") => (None, rest.find("*/").expect("its end") + 2),
            _ if rest.starts_with("::") => (Some(Mark("::")), 2),
            'E' if rest.starts_with("E'") => (Some(Text), 1 + text_end(&rest[1..], true)),
            '\'' => (Some(Text), text_end(rest, false)),
            '"' => (Some(Quoted), rest[1..].find('"').expect("its end") + 2),
            '0'..='9' => (Some(Number), length(&|c| c.is_ascii_digit() || c == '.')),
            // A parameter of a prepared statement.
            '$' => (Some(Number), 1 + rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(0)),
            c if is_word(c) => {
                let end = length(&is_word);
                (Some(Word(rest[..end].to_lowercase())), end)
            }
            c if is_operator(c) => {
                let end = length(&is_operator);
                (Some(Operator(rest[..end].to_owned())), end)
            }
            c => {
                let marks = ["(", ")", "[", "]", ",", ";", "."];
                let mark = marks.into_iter().find(|mark| mark.starts_with(c)).map(Mark);
                assert!(mark.is_some() || c.is_whitespace(), "{c:?} in {sql}");
                (mark, c.len_utf8())
            }
        };
        // It would mean something else with `standard_conforming_strings` off.
        let is_plain = first == '\'' && rest[..end].contains('\\');
        assert!(!is_plain, "a backslash in a plain string: {sql}");
        tokens.extend(token);
        rest = &rest[end..];
    }
    tokens
}

/// Behind the closing quote of a string.
fn text_end(text: &str, has_escapes: bool) -> usize {
    let mut at = 1;
    loop {
        let bytes = text.as_bytes();
        match bytes.get(at) {
            Some(b'\\') if has_escapes => at += 2,
            Some(b'\'') if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            Some(b'\'') => return at + 1,
            Some(_) => at += 1,
            None => panic!("a string without its end: {text}"),
        }
    }
}

#[test]
fn what_is_looked_up_is_seen() {
    for sql in [
        "SELECT 1 = 2",
        "SELECT a - 1 FROM pg_catalog.x",
        "SELECT 1 WHERE a IN (1, 2)",
        "SELECT CASE x WHEN 1 THEN 2 END",
        "SELECT 'a' LIKE 'b'",
        "SELECT x IS DISTINCT FROM y",
        "SELECT now()",
        "SELECT a.now()",
        "SELECT 'a'::text",
        "SELECT a::oid[]",
        "SELECT text 'a'",
        "SELECT CAST(a AS int)",
        "SELECT a FROM pg_class",
        "SELECT a FROM pg_catalog.pg_class c JOIN pg_proc p ON true",
        "DELETE FROM t",
        "WITH gone AS (SELECT 1) SELECT 1 FROM left",
        "INSERT INTO t (a) VALUES (1)",
        "CREATE TABLE IF NOT EXISTS \"a\".\"b\" (a bigint, b text)",
        "SELECT 1; SELECT f(1)",
        "SELECT 'a' || 'b'",
        "SELECT a OPERATOR(public.=) b",
        "PREPARE a (bigint) AS DELETE FROM b WHERE c = $1",
    ] {
        assert!(!looked_up(sql).is_empty(), "{sql}");
    }
    for sql in [
        "SELECT a OPERATOR(pg_catalog.=) -1, pg_catalog.now(), 'a' FROM pg_catalog.x b",
        "SELECT b.a::pg_catalog.text, '='::bigint, coalesce(a, ''), extract(epoch FROM a)",
        "SET LOCAL lock_timeout = 7; /* = */ COMMIT",
        "PREPARE a (bigint) AS SELECT $1; EXECUTE a(-1)",
        "WITH gone (a) AS (DELETE FROM \"a\".\"b\" RETURNING c) SELECT 1 FROM gone",
        "INSERT INTO \"a\".\"b\" (a, b) VALUES (1, -1, E'\\'=')",
        "CREATE TABLE IF NOT EXISTS \"a\".\"b\" (a bigint, b pg_catalog.text NOT NULL)",
    ] {
        assert_eq!(looked_up(sql), Vec::<String>::new(), "{sql}");
    }
}
