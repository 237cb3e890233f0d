//! What `pg_dump` writes, without what changes from day to day or from program to program: versions, a
//! random key, settings that other versions do not know. What stands between its head and its end is
//! left as it is, byte for byte.

/// What the last comment says.
const END: &str = "-- PostgreSQL database dump complete";
/// What the comment above the first object begins with.
const OBJECT: &str = "-- Name: ";

/// Lines of the head that are left out, by how they begin.
const LEFT_OUT: [&str; 4] = [
    "-- Dumped from database version ",
    "-- Dumped by pg_dump version ",
    "\\restrict ",
    // PostgreSQL before 17 refuses it.
    "SET transaction_timeout ",
];

/// The text with the version row behind it, which may be nothing.
pub fn tidy(text: &str, version_row: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().rposition(|line| *line == END).unwrap_or(lines.len());
    let head = lines[..end].iter().position(|line| line.starts_with(OBJECT)).unwrap_or(end);
    let mut kept: Vec<&str> = Vec::new();
    for (index, &line) in lines.iter().enumerate() {
        let is_left_out = (index < head && LEFT_OUT.iter().any(|start| line.starts_with(start)))
            || (index > end && line.starts_with("\\unrestrict "));
        let is_gap = line.is_empty()
            && kept.last().is_some_and(|last| last.is_empty())
            && (index < head || index > end);
        if !is_left_out && !is_gap {
            kept.push(line);
        }
    }
    let mut tidied = kept.join("\n");
    tidied.truncate(tidied.trim_end().len());
    if !version_row.is_empty() {
        tidied.push_str("\n\n--\n-- The version of the migrations\n--\n\n");
        tidied.push_str(version_row);
    }
    tidied.push('\n');
    tidied
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn what_changes_is_left_out() {
        let text = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n\
                    -- Dumped from database version 17.1\n-- Dumped by pg_dump version 17.2\n\n\
                    SET statement_timeout = 0;\nSET transaction_timeout = 0;\nSET x = 1;\n\n\
                    --\n-- Name: f(); Type: FUNCTION\n--\n\n\
                    CREATE FUNCTION f() AS $$\n\\restrict x\n\n\n\nSET transaction_timeout = 0;\n$$;\n\n\n\
                    --\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n";
        assert_eq!(
            tidy(text, "INSERT INTO t VALUES (1);"),
            "--\n-- PostgreSQL database dump\n--\n\n\
             SET statement_timeout = 0;\nSET x = 1;\n\n\
             --\n-- Name: f(); Type: FUNCTION\n--\n\n\
             CREATE FUNCTION f() AS $$\n\\restrict x\n\n\n\nSET transaction_timeout = 0;\n$$;\n\n\n\
             --\n-- PostgreSQL database dump complete\n--\n\n\
             --\n-- The version of the migrations\n--\n\nINSERT INTO t VALUES (1);\n"
        );
        assert_eq!(tidy("a\n\n", ""), "a\n");
    }
}
