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

use chrono::{DateTime, Datelike, FixedOffset, Timelike};

/// A piece of a layout that is replaced by a part of the time.
#[derive(Clone, Copy)]
enum Piece {
    LongMonth,
    ShortMonth,
    Month(Pad),
    LongWeekday,
    ShortWeekday,
    Day(Pad),
    YearDay(Pad),
    Hour,
    Hour12(Pad),
    Minute(Pad),
    Second(Pad),
    LongYear,
    ShortYear,
    /// `PM`.
    UpperHalf,
    /// `pm`.
    LowerHalf,
    /// `MST`.
    ZoneName,
    Offset {
        /// `Z` stands for no offset at all.
        z: bool,
        form: OffsetForm,
    },
}

/// How a number is brought to the width of its field.
#[derive(Clone, Copy)]
enum Pad {
    No,
    Zero,
    Space,
}

/// Which parts of an offset from UTC are written, after its sign.
#[derive(Clone, Copy)]
enum OffsetForm {
    Hours,
    Minutes,
    MinutesColon,
    Seconds,
    SecondsColon,
}

/// Every piece but the fractions. Where one begins with another the longer stands first.
const PIECES: &[(&str, Piece)] = {
    use OffsetForm::{Hours, Minutes, MinutesColon, Seconds, SecondsColon};
    &[
        ("January", Piece::LongMonth),
        ("Jan", Piece::ShortMonth),
        ("Monday", Piece::LongWeekday),
        ("Mon", Piece::ShortWeekday),
        ("MST", Piece::ZoneName),
        ("01", Piece::Month(Pad::Zero)),
        ("02", Piece::Day(Pad::Zero)),
        ("03", Piece::Hour12(Pad::Zero)),
        ("04", Piece::Minute(Pad::Zero)),
        ("05", Piece::Second(Pad::Zero)),
        ("06", Piece::ShortYear),
        ("002", Piece::YearDay(Pad::Zero)),
        ("15", Piece::Hour),
        ("1", Piece::Month(Pad::No)),
        ("2006", Piece::LongYear),
        ("2", Piece::Day(Pad::No)),
        ("_2", Piece::Day(Pad::Space)),
        ("__2", Piece::YearDay(Pad::Space)),
        ("3", Piece::Hour12(Pad::No)),
        ("4", Piece::Minute(Pad::No)),
        ("5", Piece::Second(Pad::No)),
        ("PM", Piece::UpperHalf),
        ("pm", Piece::LowerHalf),
        ("-070000", offset(false, Seconds)),
        ("-07:00:00", offset(false, SecondsColon)),
        ("-0700", offset(false, Minutes)),
        ("-07:00", offset(false, MinutesColon)),
        ("-07", offset(false, Hours)),
        ("Z070000", offset(true, Seconds)),
        ("Z07:00:00", offset(true, SecondsColon)),
        ("Z0700", offset(true, Minutes)),
        ("Z07:00", offset(true, MinutesColon)),
        ("Z07", offset(true, Hours)),
    ]
};

const fn offset(z: bool, form: OffsetForm) -> Piece {
    Piece::Offset { z, form }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Writes `time` as Go's `Time.Format(layout)` does.
///
/// `zone` is what stands for `MST`. Where it is empty the offset is written, as `+0100`: Go's way
/// for zones without a name.
pub fn format(time: &DateTime<FixedOffset>, zone: &str, layout: &str) -> String {
    let mut out = String::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        if let Some((length, nines)) = fraction(rest) {
            push_fraction(&mut out, time.nanosecond(), first, length - 1, nines);
            rest = &rest[length..];
        } else if let Some((text, piece)) = piece(rest) {
            push_piece(&mut out, time, zone, piece);
            rest = &rest[text.len()..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// The piece that `rest` begins with.
fn piece(rest: &str) -> Option<(&'static str, Piece)> {
    let found = PIECES.iter().find(|(text, piece)| {
        rest.strip_prefix(text).is_some_and(|after| match piece {
            Piece::ShortMonth | Piece::ShortWeekday => {
                !after.starts_with(|c: char| c.is_ascii_lowercase())
            }
            Piece::Day(Pad::Space) => !after.starts_with("006"),
            _ => true,
        })
    });
    found.copied()
}

/// The length of the fraction of a second that `rest` begins with, and whether it is of nines.
fn fraction(rest: &str) -> Option<(usize, bool)> {
    let digits = rest.strip_prefix(['.', ','])?;
    let digit = digits.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let after = digits.trim_start_matches(digit);
    let ends = !after.starts_with(|c: char| c.is_ascii_digit());
    ends.then_some((rest.len() - after.len(), digit == '9'))
}

/// `width` digits of `nanos` after `separator`. With `nines`, zeros at the end are left out, and
/// the separator too when nothing stays.
fn push_fraction(out: &mut String, nanos: u32, separator: char, width: usize, nines: bool) {
    let all = format!("{nanos:09}");
    let mut digits = &all[..width.min(all.len())];
    if nines {
        digits = digits.trim_end_matches('0');
        if digits.is_empty() {
            return;
        }
    }
    out.push(separator);
    out.push_str(digits);
}

fn push_piece(out: &mut String, time: &DateTime<FixedOffset>, zone: &str, piece: Piece) {
    let month = MONTHS[time.month0() as usize];
    let weekday = WEEKDAYS[time.weekday().num_days_from_monday() as usize];
    let (afternoon, hour12) = time.hour12();
    let offset = time.offset().local_minus_utc();
    match piece {
        Piece::LongMonth => out.push_str(month),
        Piece::ShortMonth => out.push_str(&month[..3]),
        Piece::Month(pad) => push_number(out, time.month(), 2, pad),
        Piece::LongWeekday => out.push_str(weekday),
        Piece::ShortWeekday => out.push_str(&weekday[..3]),
        Piece::Day(pad) => push_number(out, time.day(), 2, pad),
        Piece::YearDay(pad) => push_number(out, time.ordinal(), 3, pad),
        Piece::Hour => push_number(out, time.hour(), 2, Pad::Zero),
        Piece::Hour12(pad) => push_number(out, hour12, 2, pad),
        Piece::Minute(pad) => push_number(out, time.minute(), 2, pad),
        Piece::Second(pad) => push_number(out, time.second(), 2, pad),
        Piece::LongYear => {
            if time.year() < 0 {
                out.push('-');
            }
            push_number(out, time.year().unsigned_abs(), 4, Pad::Zero);
        }
        Piece::ShortYear => push_number(out, time.year().unsigned_abs() % 100, 2, Pad::Zero),
        Piece::UpperHalf => out.push_str(if afternoon { "PM" } else { "AM" }),
        Piece::LowerHalf => out.push_str(if afternoon { "pm" } else { "am" }),
        Piece::ZoneName if zone.is_empty() => push_offset(out, offset, OffsetForm::Minutes),
        Piece::ZoneName => out.push_str(zone),
        Piece::Offset { z, form } => match offset {
            0 if z => out.push('Z'),
            seconds => push_offset(out, seconds, form),
        },
    }
}

fn push_number(out: &mut String, number: u32, width: usize, pad: Pad) {
    let text = match pad {
        Pad::No => format!("{number}"),
        Pad::Zero => format!("{number:0width$}"),
        Pad::Space => format!("{number:width$}"),
    };
    out.push_str(&text);
}

/// An offset of `seconds` east of UTC. Its sign is that of its whole minutes, as in Go.
fn push_offset(out: &mut String, seconds: i32, form: OffsetForm) {
    let sign = if seconds / 60 < 0 { '-' } else { '+' };
    let (minutes, rest) = ((seconds / 60).unsigned_abs(), seconds.unsigned_abs() % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let text = match form {
        OffsetForm::Hours => format!("{sign}{hours:02}"),
        OffsetForm::Minutes => format!("{sign}{hours:02}{minutes:02}"),
        OffsetForm::MinutesColon => format!("{sign}{hours:02}:{minutes:02}"),
        OffsetForm::Seconds => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
        OffsetForm::SecondsColon => format!("{sign}{hours:02}:{minutes:02}:{rest:02}"),
    };
    out.push_str(&text);
}

#[cfg(test)]
mod tests;
