//! The difference between the text that ran and the text that is there.

use dbm::Edited;
use dbm::text::printable;
use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::udiff::UnifiedHunkHeader;
use similar::{ChangeTag, DiffOp, group_diff_ops};

use crate::render::format::tabbed;
use crate::render::printer::{Colour, GREEN, Printer, RED};

/// Lines shown around a change.
const CONTEXT: usize = 2;
/// Lines that are shown of one file at most.
const MOST: usize = 60;
/// Bytes of both texts together, above which they are not compared: it takes too long.
const LARGEST: usize = 4 << 20;

/// Prints it, two spaces in: what ran with `-`, what is there with `+`.
pub fn print(printer: &Printer, file: &Edited) {
    let Some(ran) = &file.ran else {
        return printer.detail(&format!(
            "{}: the log has only the checksum of the text that ran",
            file.path.display()
        ));
    };
    let heads = ["as it ran", "as it is"].map(|is| format!("{} {is}", file.path.display()));
    print_texts(printer, &heads, ran, &file.now);
}

/// Prints the difference of two texts that are called so.
pub fn print_texts(printer: &Printer, [was, is]: &[String; 2], before: &str, after: &str) {
    printer.detail(&format!("--- {was}"));
    printer.detail(&format!("+++ {is}"));
    if before.len() + after.len() > LARGEST {
        return printer.detail("(too long to be shown)");
    }
    let lines = changes(before, after);
    for (colour, line) in lines.iter().take(MOST) {
        printer.painted_detail(line, *colour);
    }
    if lines.len() > MOST {
        printer.detail(&format!("({} more lines)", lines.len() - MOST));
    }
}

/// The lines of a unified difference, and the colours of those that differ.
pub fn changes(ran: &str, now: &str) -> Vec<(Option<Colour>, String)> {
    let (ran, now) = (ran.replace("\r\n", "\n"), now.replace("\r\n", "\n"));
    let (ran, now): (Vec<&str>, Vec<&str>) =
        (ran.split_inclusive('\n').collect(), now.split_inclusive('\n').collect());
    let mut lines = Vec::new();
    for hunk in group_diff_ops(operations(&ran, &now), CONTEXT) {
        lines.push((None, UnifiedHunkHeader::new(&hunk).to_string()));
        for change in hunk.iter().flat_map(|operation| operation.iter_changes(&ran[..], &now[..])) {
            let (colour, sign) = match change.tag() {
                ChangeTag::Delete => (Some(RED), '-'),
                ChangeTag::Insert => (Some(GREEN), '+'),
                ChangeTag::Equal => (None, ' '),
            };
            let text = change.value().trim_end_matches('\n');
            lines.push((colour, format!("{sign}{}", tabbed(text, printable))));
            if !change.value().ends_with('\n') {
                lines.push((None, "\\ no newline at the end".to_string()));
            }
        }
    }
    lines
}

/// What makes one of the other. `TextDiff` does the same, but brings six algorithms into the program.
fn operations(ran: &[&str], now: &[&str]) -> Vec<DiffOp> {
    let mut found = Compact::new(Replace::new(Capture::new()), ran, now);
    let Ok(()) = myers::diff(&mut found, ran, 0..ran.len(), now, 0..now.len());
    found.into_inner().into_inner().into_ops()
}

#[cfg(test)]
mod tests {
    use super::changes;

    fn shown(ran: &str, now: &str) -> Vec<String> {
        changes(ran, now).into_iter().map(|(_, line)| line).collect()
    }

    #[test]
    fn changes_stand_among_their_neighbours() {
        let ran = "a\nb\nc\nd\ne\nf\n";
        assert_eq!(
            shown(ran, "a\nb\nc\nX\ne\nf\n"),
            ["@@ -2,5 +2,5 @@", " b", " c", "-d", "+X", " e", " f"]
        );
        assert_eq!(shown(ran, &ran.replace('\n', "\r\n")), [""; 0]);
        assert_eq!(shown("a\n", "a"), ["@@ -1 +1 @@", "-a", "+a", "\\ no newline at the end"]);
        assert_eq!(shown("", "\ta\u{1b}[1m")[1], "+\ta\\u{1b}[1m");
    }
}
