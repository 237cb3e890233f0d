//! Takes texts of the server apart: names, arrays, lists.

use crate::quote::literal;
use crate::snapshot::object::Object;

/// The parts of a qualified name, quoted as they stand.
pub fn parts(name: &str) -> Vec<&str> {
    split(name, '.')
}

/// The last part of a qualified name.
pub fn last(name: &str) -> &str {
    parts(name).pop().unwrap_or(name)
}

/// The name of a function without its arguments: `f` of `f(integer)`.
pub fn without_arguments(name: &str) -> &str {
    let end = outside_quotes(name).find(|(_, c)| *c == '(').map_or(name.len(), |(at, _)| at);
    &name[..end]
}

/// A name without its quotes.
pub fn bare(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_string(),
    }
}

/// A name with quotes where it needs them.
pub fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = |c: char| c.is_ascii_lowercase() || c == '_';
    match name.chars().all(plain) && name.starts_with(starts) {
        true => name.to_string(),
        false => crate::quote::identifier(name),
    }
}

/// What is called so in `pg_catalog` where no schema is told.
pub fn qualified(name: &str) -> String {
    match parts(name).len() {
        1 => format!("pg_catalog.{name}"),
        _ => name.to_string(),
    }
}

/// An operator as SQL calls it: `OPERATOR(app.+)` of `app.+(int4, int4)`.
pub fn operator(name: &str) -> String {
    format!("OPERATOR({})", qualified(operator_name(name)))
}

/// An operator's name without its arguments.
pub fn operator_name(name: &str) -> &str {
    // Operators hold no parentheses.
    without_arguments(name)
}

/// The values of an array as the server writes it.
pub fn array(text: &str) -> Vec<String> {
    let Some(inner) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return Vec::new();
    };
    let mut values = Vec::new();
    let (mut value, mut is_quoted, mut is_escaped) = (String::new(), false, false);
    for c in inner.chars() {
        match c {
            _ if is_escaped => {
                value.push(c);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => values.push(std::mem::take(&mut value)),
            _ => value.push(c),
        }
    }
    if !inner.is_empty() {
        values.push(value);
    }
    values
}

/// The values of a list that is put together with `, `.
pub fn list(text: &str) -> Vec<&str> {
    split(text, ',').into_iter().map(str::trim).filter(|value| !value.is_empty()).collect()
}

/// Options as the server keeps them, `{name=value,…}`.
pub fn options(text: &str) -> Vec<(String, String)> {
    let pair = |option: String| match option.split_once('=') {
        Some((name, value)) => (name.to_string(), value.to_string()),
        None => (option, String::new()),
    };
    array(text).into_iter().map(pair).collect()
}

/// `OPTIONS (name 'value')`, or nothing.
pub fn foreign_options(text: &str) -> String {
    let options: Vec<String> = options(text)
        .iter()
        .map(|(name, value)| format!("{} {}", quoted(name), literal(value).trim_start()))
        .collect();
    match options.is_empty() {
        true => String::new(),
        false => format!(" OPTIONS ({})", options.join(", ")),
    }
}

/// `OPTIONS (ADD …, SET …, DROP …)` from one to the other.
pub fn foreign_changes(before: &str, after: &str) -> String {
    let (before, after) = (options(before), options(after));
    let of = |options: &[(String, String)], name: &str| {
        options.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
    };
    let mut changes = Vec::new();
    for (name, value) in &after {
        let word = match of(&before, name) {
            None => "ADD",
            Some(old) if old != *value => "SET",
            _ => continue,
        };
        changes.push(format!("{word} {} {}", quoted(name), literal(value).trim_start()));
    }
    for (name, _) in before.iter().filter(|(name, _)| of(&after, name).is_none()) {
        changes.push(format!("DROP {}", quoted(name)));
    }
    format!("OPTIONS ({})", changes.join(", "))
}

/// `name='value', …`, as in WITH.
pub fn parameters(text: &str) -> String {
    let one = |(name, value): &(String, String)| {
        let name: Vec<String> = name.split('.').map(quoted).collect();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_' || c == '-';
        match value.chars().all(is_word) && !value.is_empty() && !value.starts_with(['-', '.']) {
            true => format!("{}={value}", name.join(".")),
            false => format!("{}={}", name.join("."), literal(value).trim_start()),
        }
    };
    options(text).iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The parameters of a relation, and those of its TOAST table.
pub fn all_parameters(relation: &Object) -> String {
    let inner = |name| relation.get(name).trim_start_matches('{').trim_end_matches('}');
    let all = [inner("reloptions"), inner("toast options")];
    let all: Vec<&str> = all.into_iter().filter(|inner| !inner.is_empty()).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", all.join(",")),
    }
}

/// What of parameters must be set, and which must be reset, to come from one to the other.
pub fn parameter_changes(before: &str, after: &str) -> (Option<String>, Option<String>) {
    let (old, new) = (options(before), options(after));
    let set: Vec<&(String, String)> = new.iter().filter(|pair| !old.contains(pair)).collect();
    let reset: Vec<&str> = old
        .iter()
        .filter(|(name, _)| !new.iter().any(|(other, _)| other == name))
        .map(|(name, _)| name.as_str())
        .collect();
    let quote = |pair: &&(String, String)| {
        let text = format!("{}={}", pair.0, pair.1).replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{text}\"")
    };
    let set: Vec<String> = set.iter().map(quote).collect();
    (
        (!set.is_empty()).then(|| parameters(&format!("{{{}}}", set.join(",")))),
        (!reset.is_empty()).then(|| reset.join(", ")),
    )
}

/// The characters outside double quotes.
fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut is_quoted = false;
    text.char_indices().filter(move |(_, c)| {
        if *c == '"' {
            is_quoted = !is_quoted;
        }
        !is_quoted
    })
}

/// Splits outside quotes and parentheses.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0);
    let mut quote: Option<char> = None;
    for (place, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, c) if c == at && depth == 0 => {
                found.push(&text[start..place]);
                start = place + c.len_utf8();
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arrays_are_taken_apart() {
        assert_eq!(parts("a.\"b.c\".d"), ["a", "\"b.c\"", "d"]);
        assert_eq!(without_arguments("app.\"f(\"(int4, text)"), "app.\"f(\"");
        assert_eq!(array("{a,\"b \\\"c\",}"), ["a", "b \"c", ""]);
        assert_eq!(array("{}"), Vec::<String>::new());
        assert_eq!(list("1, f('a, b'), ARRAY[1, 2]"), ["1", "f('a, b')", "ARRAY[1, 2]"]);
        assert_eq!(operator("=(int4, int4)"), "OPERATOR(pg_catalog.=)");
        assert_eq!(parameters("{fillfactor=70}"), "fillfactor=70");
        assert_eq!(
            foreign_changes("{a=1,b=2}", "{b=3,c=4}"),
            "OPTIONS (SET b '3', ADD c '4', DROP a)"
        );
    }
}
