//! Words of a shell, in commands that are printed to be pasted.

/// A text as one word of a POSIX shell.
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-.,+@%:=/".contains(c);
    // `=name` is a program's path in zsh.
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(is_plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_more_into_them() {
        for (text, expected) in [
            ("db/migrations", "db/migrations"),
            ("", "''"),
            ("~/m", "'~/m'"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("postgres://u@h/d?a=b&c", "'postgres://u@h/d?a=b&c'"),
            ("=x", "'=x'"),
            ("größe", "größe"),
        ] {
            assert_eq!(word(text), expected);
        }
    }
}
