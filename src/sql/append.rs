//! Puts statements to the end of a file, as a person would.

use super::kind::Kind;
use super::mode::Mode;
use super::script::Script;

/// A file's text with statements behind its own: within its `BEGIN; … COMMIT;` where it has one, and
/// with line ends as the file has them, but for those within strings.
pub fn append<'s>(text: &str, statements: impl IntoIterator<Item = &'s str>) -> String {
    let script = Script::new(text);
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut added = String::new();
    for statement in statements {
        let statement = statement.trim();
        // A line end within a string is part of what it says.
        match statement.contains(['\'', '$']) {
            true => added.push_str(statement),
            false => added.push_str(&statement.lines().collect::<Vec<_>>().join(line_end)),
        }
        added.push_str(line_end);
    }
    let last = script.statements().last();
    let commit = last.filter(|last| {
        matches!(script.mode(), Mode::OwnTransaction { .. })
            && matches!(last.kind, Kind::Commit { .. })
    });
    let at = commit.map_or(text.len(), |commit| commit.code.start);
    let (mut before, behind) = (text[..at].to_string(), &text[at..]);
    if let (None, Some(open)) = (commit, last.filter(|last| !last.is_ended)) {
        before.insert(open.code.end, ';');
    }
    if !before.is_empty() && !before.ends_with('\n') {
        before.push_str(line_end);
    }
    format!("{before}{added}{behind}")
}

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn statements_stand_where_they_run() {
        for (text, expected) in [
            ("", "drop a;\n"),
            ("drop b;\n", "drop b;\ndrop a;\n"),
            ("drop b;", "drop b;\ndrop a;\n"),
            ("drop b", "drop b;\ndrop a;\n"),
            ("drop b -- why", "drop b; -- why\ndrop a;\n"),
            ("drop b /* ; */ -- ;\n", "drop b; /* ; */ -- ;\ndrop a;\n"),
            ("-- nothing", "-- nothing\ndrop a;\n"),
            ("drop b;\r\n", "drop b;\r\ndrop a;\r\n"),
            ("begin;\ndrop b;\ncommit;\n", "begin;\ndrop b;\ndrop a;\ncommit;\n"),
            ("BEGIN; drop b; COMMIT", "BEGIN; drop b; \ndrop a;\nCOMMIT"),
            ("begin;\n-- x\ncommit;\n-- end\n", "begin;\n-- x\ndrop a;\ncommit;\n-- end\n"),
            ("begin; drop b; commit; drop c", "begin; drop b; commit; drop c;\ndrop a;\n"),
        ] {
            assert_eq!(append(text, ["drop a;"]), expected, "{text:?}");
        }
    }

    #[test]
    fn line_ends_within_strings_stay() {
        assert_eq!(append("a;\r\n", ["b\nc;", "d '\n';"]), "a;\r\nb\r\nc;\r\nd '\n';\r\n");
    }
}
