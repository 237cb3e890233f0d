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

use chrono::{DateTime, Datelike, Offset, TimeZone, Timelike};
use std::fmt::Display;

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
/// The name of the zone, for `MST`, is what its offset displays as; where that is only the offset
/// again, as for [`chrono::FixedOffset`] and [`chrono::Local`], it is written as `+0100`, Go's way
/// for zones without a name.
pub fn format<Tz>(time: &DateTime<Tz>, layout: &str) -> String
where
    Tz: TimeZone,
    Tz::Offset: Display,
{
    let mut out = String::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        if let Some((length, nines)) = fraction(rest) {
            push_fraction(&mut out, time.nanosecond(), first, length - 1, nines);
            rest = &rest[length..];
        } else if let Some((text, piece)) = piece(rest) {
            push_piece(&mut out, time, piece);
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

fn push_piece<Tz>(out: &mut String, time: &DateTime<Tz>, piece: Piece)
where
    Tz: TimeZone,
    Tz::Offset: Display,
{
    let month = MONTHS[time.month0() as usize];
    let weekday = WEEKDAYS[time.weekday().num_days_from_monday() as usize];
    let (afternoon, hour12) = time.hour12();
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
        Piece::ZoneName => {
            let name = time.offset().to_string();
            if name.contains(':') {
                push_offset(out, time.offset().fix().local_minus_utc(), OffsetForm::Minutes);
            } else {
                out.push_str(&name);
            }
        }
        Piece::Offset { z, form } => match time.offset().fix().local_minus_utc() {
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
mod tests {
    use super::format;
    use chrono::{DateTime, FixedOffset, Utc};
    use chrono_tz::Tz;

    /// Zone, seconds since 1970 and nanoseconds of the times in the table's columns.
    const TIMES: [(&str, i64, u32); 6] = [
        ("UTC", 1795198110, 12345678),
        ("Europe/Paris", 1772665449, 0),
        ("America/New_York", 1941381005, 500000000),
        ("Asia/Kathmandu", -31020460336, 100),
        ("America/Sao_Paulo", 1780282799, 999999999),
        ("Africa/Monrovia", -2203927905, 70000000),
    ];

    /// Layouts, and what Go 1.26 makes of them for each of the times.
    const NAMED: &[(&str, &str)] = &[
        (
            "20060102150405",
            "20261120180830|20260305000409|20310709123005|09870101030900|20260531235959|19000228130507",
        ),
        ("2006", "2026|2026|2031|0987|2026|1900"),
        ("06", "26|26|31|87|26|00"),
        ("January", "November|March|July|January|May|February"),
        ("Jan", "Nov|Mar|Jul|Jan|May|Feb"),
        ("01", "11|03|07|01|05|02"),
        ("1", "11|3|7|1|5|2"),
        ("Monday", "Friday|Thursday|Wednesday|Monday|Sunday|Wednesday"),
        ("Mon", "Fri|Thu|Wed|Mon|Sun|Wed"),
        ("02", "20|05|09|01|31|28"),
        ("2", "20|5|9|1|31|28"),
        ("_2", "20| 5| 9| 1|31|28"),
        ("002", "324|064|190|001|151|059"),
        ("__2", "324| 64|190|  1|151| 59"),
        ("15", "18|00|12|03|23|13"),
        ("03", "06|12|12|03|11|01"),
        ("3", "6|12|12|3|11|1"),
        ("04", "08|04|30|09|59|05"),
        ("4", "8|4|30|9|59|5"),
        ("05", "30|09|05|00|59|07"),
        ("5", "30|9|5|0|59|7"),
        ("PM", "PM|AM|PM|AM|PM|PM"),
        ("pm", "pm|am|pm|am|pm|pm"),
        ("MST", "UTC|CET|EDT|LMT|-03|MMT"),
        ("-0700", "+0000|+0100|-0400|+0541|-0300|-0043"),
        ("-07:00", "+00:00|+01:00|-04:00|+05:41|-03:00|-00:43"),
        ("-07", "+00|+01|-04|+05|-03|-00"),
        ("-070000", "+000000|+010000|-040000|+054116|-030000|-004308"),
        ("-07:00:00", "+00:00:00|+01:00:00|-04:00:00|+05:41:16|-03:00:00|-00:43:08"),
        ("Z0700", "Z|+0100|-0400|+0541|-0300|-0043"),
        ("Z07:00", "Z|+01:00|-04:00|+05:41|-03:00|-00:43"),
        ("Z07", "Z|+01|-04|+05|-03|-00"),
        ("Z070000", "Z|+010000|-040000|+054116|-030000|-004308"),
        ("Z07:00:00", "Z|+01:00:00|-04:00:00|+05:41:16|-03:00:00|-00:43:08"),
        ("05.0", "30.0|09.0|05.5|00.0|59.9|07.0"),
        ("05.000", "30.012|09.000|05.500|00.000|59.999|07.070"),
        ("05,000", "30,012|09,000|05,500|00,000|59,999|07,070"),
        ("05.000000", "30.012345|09.000000|05.500000|00.000000|59.999999|07.070000"),
        (
            "05.000000000",
            "30.012345678|09.000000000|05.500000000|00.000000100|59.999999999|07.070000000",
        ),
        (
            "05.00000000000",
            "30.012345678|09.000000000|05.500000000|00.000000100|59.999999999|07.070000000",
        ),
        ("05.9", "30|09|05.5|00|59.9|07"),
        ("05.999", "30.012|09|05.5|00|59.999|07.07"),
        ("05,999999", "30,012345|09|05,5|00|59,999999|07,07"),
        ("05.999999999", "30.012345678|09|05.5|00.0000001|59.999999999|07.07"),
        ("05.9999999999", "30.012345678|09|05.5|00.0000001|59.999999999|07.07"),
        (".000", ".012|.000|.500|.000|.999|.070"),
        (",999", ",012||,5||,999|,07"),
        ("05.0001", "30.0011|09.0003|05.0007|00.0001|59.0005|07.0002"),
        ("05.990", "30.990|09.990|05.990|00.990|59.990|07.990"),
        ("05.0009", "30.0009|09.0009|05.0009|00.0009|59.0009|07.0009"),
        ("05.0a", "30.0a|09.0a|05.5a|00.0a|59.9a|07.0a"),
        ("05.", "30.|09.|05.|00.|59.|07."),
        ("v.9", "v|v|v.5|v|v.9|v"),
        ("Month", "Month|Month|Month|Month|Month|Month"),
        ("Janet", "Janet|Janet|Janet|Janet|Janet|Janet"),
        ("JANUARY", "JANUARY|JANUARY|JANUARY|JANUARY|JANUARY|JANUARY"),
        ("Januarys", "Novembers|Marchs|Julys|Januarys|Mays|Februarys"),
        ("MonTue", "FriTue|ThuTue|WedTue|MonTue|SunTue|WedTue"),
        ("JanMon", "NovFri|MarThu|JulWed|JanMon|MaySun|FebWed"),
        ("Ja", "Ja|Ja|Ja|Ja|Ja|Ja"),
        ("Mo", "Mo|Mo|Mo|Mo|Mo|Mo"),
        ("MS", "MS|MS|MS|MS|MS|MS"),
        ("P", "P|P|P|P|P|P"),
        ("p", "p|p|p|p|p|p"),
        ("AM", "AM|AM|AM|AM|AM|AM"),
        ("am", "am|am|am|am|am|am"),
        ("pmm", "pmm|amm|pmm|amm|pmm|pmm"),
        ("PMpm", "PMpm|AMam|PMpm|AMam|PMpm|PMpm"),
        ("_2006", "_2026|_2026|_2031|_0987|_2026|_1900"),
        ("__2006", "324026| 64026|190031|  1087|151026| 59000"),
        ("___2", "_324|_ 64|_190|_  1|_151|_ 59"),
        ("_02", "_20|_05|_09|_01|_31|_28"),
        ("_", "_|_|_|_|_|_"),
        ("__", "__|__|__|__|__|__"),
        ("_1", "_11|_3|_7|_1|_5|_2"),
        ("2_2", "2020|5 5|9 9|1 1|3131|2828"),
        ("20006", "200026|50026|90031|10087|310026|280000"),
        ("200", "2000|500|900|100|3100|2800"),
        ("2006006", "2026026|2026026|2031031|0987087|2026026|1900000"),
        ("0", "0|0|0|0|0|0"),
        ("00", "00|00|00|00|00|00"),
        ("000", "000|000|000|000|000|000"),
        ("007", "007|007|007|007|007|007"),
        ("07", "07|07|07|07|07|07"),
        ("08", "08|08|08|08|08|08"),
        ("0006", "0026|0026|0031|0087|0026|0000"),
        ("00002", "00324|00064|00190|00001|00151|00059"),
        ("0102", "1120|0305|0709|0101|0531|0228"),
        (
            "010203040506",
            "112006083026|030512040926|070912300531|010103090087|053111595926|022801050700",
        ),
        ("010", "110|030|070|010|050|020"),
        ("12", "1120|35|79|11|531|228"),
        ("16", "116|36|76|16|56|26"),
        ("115", "1118|300|712|103|523|213"),
        ("151", "1811|003|127|031|235|132"),
        ("150405", "180830|000409|123005|030900|235959|130507"),
        ("-", "-|-|-|-|-|-"),
        ("-0", "-0|-0|-0|-0|-0|-0"),
        ("-07000", "+00000|+01000|-04000|+05410|-03000|-00430"),
        ("-07:0", "+00:0|+01:0|-04:0|+05:0|-03:0|-00:0"),
        ("-07:00:0", "+00:00:0|+01:00:0|-04:00:0|+05:41:0|-03:00:0|-00:43:0"),
        ("-0800", "-0800|-0800|-0800|-0800|-0800|-0800"),
        ("--0700", "-+0000|-+0100|--0400|-+0541|--0300|--0043"),
        ("Z", "Z|Z|Z|Z|Z|Z"),
        ("Z0", "Z0|Z0|Z0|Z0|Z0|Z0"),
        ("Z08", "Z08|Z08|Z08|Z08|Z08|Z08"),
        ("ZZ07", "ZZ|Z+01|Z-04|Z+05|Z-03|Z-00"),
        ("+0700", "+0700|+0700|+0700|+0700|+0700|+0700"),
        ("é2006ü", "é2026ü|é2026ü|é2031ü|é0987ü|é2026ü|é1900ü"),
        ("x\ty", "x\ty|x\ty|x\ty|x\ty|x\ty|x\ty"),
        ("", "|||||"),
        ("version", "version|version|version|version|version|version"),
        ("99", "99|99|99|99|99|99"),
        ("789", "789|789|789|789|789|789"),
        (
            "01/02 03:04:05PM '06 -0700",
            "11/20 06:08:30PM '26 +0000|03/05 12:04:09AM '26 +0100|07/09 12:30:05PM '31 -0400|01/01 03:09:00AM '87 +0541|05/31 11:59:59PM '26 -0300|02/28 01:05:07PM '00 -0043",
        ),
        (
            "Mon Jan _2 15:04:05 MST 2006",
            "Fri Nov 20 18:08:30 UTC 2026|Thu Mar  5 00:04:09 CET 2026|Wed Jul  9 12:30:05 EDT 2031|Mon Jan  1 03:09:00 LMT 0987|Sun May 31 23:59:59 -03 2026|Wed Feb 28 13:05:07 MMT 1900",
        ),
        (
            "2006-01-02T15:04:05.999999999Z07:00",
            "2026-11-20T18:08:30.012345678Z|2026-03-05T00:04:09+01:00|2031-07-09T12:30:05.5-04:00|0987-01-01T03:09:00.0000001+05:41|2026-05-31T23:59:59.999999999-03:00|1900-02-28T13:05:07.07-00:43",
        ),
        ("3:04PM", "6:08PM|12:04AM|12:30PM|3:09AM|11:59PM|1:05PM"),
    ];

    /// The first of the times in zones without a name: 0, 19800, -34230 and -30 seconds east of UTC.
    const NAMELESS: &[(&str, &str)] = &[
        ("MST", "+0000|+0530|-0930|+0000"),
        ("-0700", "+0000|+0530|-0930|+0000"),
        ("Z07:00", "Z|+05:30|-09:30|+00:00"),
        ("-07", "+00|+05|-09|+00"),
    ];

    fn time(seconds: i64, nanos: u32) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, nanos).unwrap()
    }

    #[test]
    fn as_go_writes_them() {
        for &(layout, expected) in NAMED {
            let written = TIMES.map(|(zone, seconds, nanos)| {
                let zone: Tz = zone.parse().unwrap();
                format(&time(seconds, nanos).with_timezone(&zone), layout)
            });
            assert_eq!(written.join("|"), expected, "{layout:?}");
        }
    }

    #[test]
    fn zones_without_a_name() {
        let (_, seconds, nanos) = TIMES[0];
        for &(layout, expected) in NAMELESS {
            let written = [0, 19800, -34230, -30].map(|east| {
                let zone = FixedOffset::east_opt(east).unwrap();
                format(&time(seconds, nanos).with_timezone(&zone), layout)
            });
            assert_eq!(written.join("|"), expected, "{layout:?}");
        }
    }

    #[test]
    fn utc_of_chrono_has_gos_name() {
        assert_eq!(format(&time(0, 0), "06 MST Z07:00 -07"), "70 UTC Z +00");
    }
}
