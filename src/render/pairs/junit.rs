//! What came of pairs as JUnit's XML, which CI systems read: a test case a pair.

use std::time::Duration;

use dbm::PairOutcome;

use crate::render::pairs::findings;
use crate::render::pairs::tried::Tried;

/// The whole file.
pub fn junit(pairs: &[Tried], took: Duration) -> String {
    let count = |is_one: fn(&PairOutcome) -> bool| {
        pairs.iter().filter(|tried| is_one(&tried.pair.outcome)).count()
    };
    let failures = count(|outcome| *outcome == PairOutcome::Failed);
    let skipped = count(|o| matches!(o, PairOutcome::Irreversible(_) | PairOutcome::Skipped));
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{}\"",
        pairs.len(),
        seconds(took)
    );
    let cases: String = pairs.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n\
         <testsuite name=\"dbm test\" {counts}>\n{cases}</testsuite>\n</testsuites>\n"
    )
}

fn case(tried: &Tried) -> String {
    let pair = &tried.pair;
    let class = tried.up.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    let head = format!(
        "<testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"{}\"",
        escaped(&class),
        escaped(&format!("{}_{}", pair.version, pair.name)),
        escaped(&tried.down.display().to_string()),
        seconds(pair.took)
    );
    let summary = escaped(&findings::summary(pair));
    let mut text: Vec<String> = pair.findings.iter().map(findings::text).collect();
    if !pair.statements.is_empty() {
        text.push("statements for the down file:".to_string());
        text.extend(tried.statements());
    }
    let text = escaped(&text.join("\n"));
    let body = match &pair.outcome {
        PairOutcome::Failed => format!("<failure message=\"{summary}\">{text}</failure>"),
        PairOutcome::Irreversible(_) => format!("<skipped message=\"irreversible: {summary}\"/>"),
        PairOutcome::Skipped => format!("<skipped message=\"{summary}\"/>"),
        _ if text.is_empty() => return format!("{head}/>\n"),
        _ => format!("<system-out>{text}</system-out>"),
    };
    format!("{head}>{body}</testcase>\n")
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// Text as XML holds it: what XML cannot hold is written as an escape of ours.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push('\t'),
            c if dbm::text::is_unprintable(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.extend(c.escape_unicode());
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_xml_cannot_hold_is_escaped() {
        assert_eq!(escaped("a<b> & \"c\"\n"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;");
        assert_eq!(escaped("\u{1b}[1m\u{0}\u{ffff}\té"), "\\u{1b}[1m\\u{0}\\u{ffff}\té");
    }
}
