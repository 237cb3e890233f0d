//! Writes a time with a layout of Go's `time` package, such as `20060102150405`.
//!
//! `create -format` takes such layouts because golang-migrate does. A layout shows how the
//! reference time, Mon Jan 2 15:04:05 MST 2006, would be written; the pieces that Go knows are
//! replaced and everything else stands for itself. There are no errors: what is not a piece is text.
//!
//! This is not a parser of times, and it knows nothing of versions: whether the result can be one
//! is for `create` to say. The rules are those of Go 1.26, which the table in the tests was made
//! with; some of them surprise. `Jan` and `Mon` are text before a small letter (`Month`), other
//! pieces are taken wherever they stand (`1` in `v1` is the month), `_2006` is an underscore and a
//! year, and a run of zeros or nines after a point or comma is a fraction of a second only where no
//! other digit follows it.

use chrono::{DateTime, FixedOffset};

/// Go's pieces, and chrono's specifiers for the same. Where one piece begins with another the longer
/// stands first.
const PIECES: [(&str, &str); 23] = [
    ("January", "%B"),
    ("Jan", "%b"),
    ("Monday", "%A"),
    ("Mon", "%a"),
    ("01", "%m"),
    ("02", "%d"),
    ("03", "%I"),
    ("04", "%M"),
    ("05", "%S"),
    ("06", "%y"),
    ("002", "%j"),
    ("15", "%H"),
    ("1", "%-m"),
    ("2006", "%Y"),
    ("2", "%-d"),
    ("_2", "%e"),
    ("__2", "%_j"),
    ("3", "%-I"),
    ("4", "%-M"),
    ("5", "%-S"),
    ("PM", "%p"),
    ("pm", "%P"),
    ("MST", ZONE_NAME),
];

/// The short name of the zone, which chrono does not know.
const ZONE_NAME: &str = "";

/// Offsets from UTC, the longer first. `Z` is written where there is none.
const OFFSETS: [&str; 10] = [
    "-070000",
    "-07:00:00",
    "-0700",
    "-07:00",
    "-07",
    "Z070000",
    "Z07:00:00",
    "Z0700",
    "Z07:00",
    "Z07",
];

/// Writes `time` as Go's `Time.Format(layout)` does.
///
/// `zone` is what stands for `MST`. Where it is empty the offset is written, as `+0100`: Go's way
/// for zones without a name.
pub fn format(time: &DateTime<FixedOffset>, zone: &str, layout: &str) -> String {
    let mut out = String::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(length) = fraction_length(rest) {
            out.push_str(&fraction(time.timestamp_subsec_nanos(), &rest[..length]));
            length
        } else if let Some(form) = OFFSETS.into_iter().find(|form| rest.starts_with(form)) {
            out.push_str(&offset(time, form));
            form.len()
        } else if let Some((piece, specifier)) = piece(rest) {
            match specifier {
                ZONE_NAME if zone.is_empty() => out.push_str(&offset(time, "-0700")),
                ZONE_NAME => out.push_str(zone),
                _ => out.push_str(&time.format(specifier).to_string()),
            }
            piece.len()
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    out
}

/// The piece that `rest` begins with, and its specifier.
fn piece(rest: &str) -> Option<(&'static str, &'static str)> {
    PIECES.into_iter().find(|(piece, _)| {
        rest.strip_prefix(piece).is_some_and(|after| match *piece {
            "Jan" | "Mon" => !after.starts_with(|c: char| c.is_ascii_lowercase()),
            "_2" => !after.starts_with("006"),
            _ => true,
        })
    })
}

/// The length of the fraction of a second that `rest` begins with: `.000`, `,999`.
fn fraction_length(rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix(['.', ','])?;
    let digit = digits.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let after = digits.trim_start_matches(digit);
    let ends = !after.starts_with(|c: char| c.is_ascii_digit());
    ends.then_some(rest.len() - after.len())
}

/// As many digits of `nanos` as `form` has, behind its separator. Nines leave out zeros at the end,
/// and the separator too where nothing stays.
fn fraction(nanos: u32, form: &str) -> String {
    let all = format!("{nanos:09}");
    let digits = &all[..all.len().min(form.len() - 1)];
    let digits = if form.ends_with('9') { digits.trim_end_matches('0') } else { digits };
    if digits.is_empty() { String::new() } else { format!("{}{digits}", &form[..1]) }
}

/// The offset from UTC. Its sign is that of its whole minutes, as in Go; chrono rounds to minutes.
fn offset(time: &DateTime<FixedOffset>, form: &str) -> String {
    let east = time.offset().local_minus_utc();
    if east == 0 && form.starts_with('Z') {
        return "Z".to_owned();
    }
    let sign = if east / 60 < 0 { '-' } else { '+' };
    let east = east.unsigned_abs();
    let parts = [east / 3600, east / 60 % 60, east % 60].map(|part| format!("{part:02}"));
    let (separator, length) = if form.contains(':') { (":", 3) } else { ("", 2) };
    format!("{sign}{}", parts[..form.len() / length].join(separator))
}

#[cfg(test)]
mod tests;
