//! What a comment says to this program: `-- dbm:irreversible WHY` in a down file.

use super::lex::{Lexer, Strings};

/// The word of a down file that there is no way back.
const IRREVERSIBLE: &str = "dbm:irreversible";

/// Why a down file says that it cannot undo its up file; `None` where it does not say so. It is a
/// comment on a line of its own: `-- dbm:irreversible the old values are gone`.
pub fn irreversible(text: &str) -> Option<String> {
    // Nearly no file has it.
    if !text.contains(IRREVERSIBLE) {
        return None;
    }
    let mut from = 0;
    let tokens = Lexer::of_script(text, Strings::default()).map(|token| (token.start, token.end));
    for (start, end) in tokens.chain([(text.len(), text.len())]) {
        // What stands between two tokens is white space and comments.
        let why = text.get(from..start).and_then(|gap| gap.lines().find_map(reason));
        if why.is_some() {
            return why;
        }
        from = end;
    }
    None
}

fn reason(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("--")?.trim_start().strip_prefix(IRREVERSIBLE)?;
    let is_whole = rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == ':');
    is_whole.then(|| rest.trim_start_matches(':').trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_says_why() {
        let why = |text| irreversible(text);
        assert_eq!(
            why("-- dbm:irreversible the values are gone\n"),
            Some("the values are gone".into())
        );
        assert_eq!(why("select 1;\n  --dbm:irreversible: x \r\n"), Some("x".into()));
        assert_eq!(why("-- dbm:irreversible"), Some(String::new()));
        assert_eq!(why("select '\n-- dbm:irreversible no\n'"), None);
        assert_eq!(why("select $$\n-- dbm:irreversible no\n$$"), None);
        assert_eq!(why("-- dbm:irreversibles"), None);
        assert_eq!(why("-- see dbm:irreversible"), None);
        assert_eq!(why("select 1"), None);
    }
}
