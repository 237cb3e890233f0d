//! Turns a command line in the forms of Go's `flag` package into clap's.
//!
//! `-x v`, `-x=v`, `--x v` and `--x=v` are the same, the last one wins, a switch takes a value only
//! after `=`, and `--` ends the flags. clap knows none of this, but it knows the flags: this pass
//! reads clap's declaration and gives clap `--x=v` for each flag. A flag that is not declared is
//! passed on as well, for clap to refuse it and to suggest another.
//!
//! This is no parser of values: numbers and the like are checked by clap's value parsers, of which
//! the one for Go's whole numbers is here.

use std::ffi::{OsStr, OsString};
use std::num::IntErrorKind;
use std::os::unix::ffi::OsStrExt;

use clap::{Arg, Command};

/// The group of those flags of a command that golang-migrate has too. As there, they end at the
/// command's first word: in `down 1 -all`, `-all` is a word.
pub const BEFORE_WORDS: &str = "before-words";

/// Reads flags as `level` declares them, or `shared` with other levels, adds them to `line` in clap's
/// form, and returns the words: of the program itself everything from the command's name on, of a
/// command all that is no flag.
/// The error is one line in Go's words.
pub fn read(
    level: &Command,
    shared: &[&Arg],
    typed: &[OsString],
    line: &mut Vec<OsString>,
) -> Result<Vec<OsString>, String> {
    let is_program = level.has_subcommands();
    let mut words: Vec<OsString> = Vec::new();
    let mut typed = typed.iter();
    while let Some(word) = typed.next() {
        if word == "--" {
            words.extend(typed.by_ref().cloned());
            break;
        }
        let Some((name, value)) = flag(level, word) else {
            words.push(word.clone());
            if is_program {
                words.extend(typed.by_ref().cloned());
            }
            continue;
        };
        if name.is_empty() || name.starts_with('-') {
            return Err(format!("bad flag syntax: {}", word.to_string_lossy()));
        }
        let mut flags = level.get_arguments().chain(shared.iter().copied());
        let Some(declared) = flags.find(|arg| arg.get_long() == Some(&name)) else {
            line.push(format!("--{name}").into());
            return Ok(words);
        };
        if !words.is_empty() && ends_at_words(level, declared) {
            words.push(word.clone());
        } else if declared.get_action().takes_values() {
            let value = value.or_else(|| typed.next().map(OsString::as_os_str));
            let value = value.ok_or_else(|| format!("flag needs an argument: -{name}"))?;
            let mut flag = OsString::from(format!("--{name}="));
            flag.push(value);
            line.push(flag);
        } else {
            // clap's switches cannot be switched off: one that is off is one that was not given.
            let flag = OsString::from(format!("--{name}"));
            line.retain(|given| *given != flag);
            if is_on(&name, value)? {
                line.push(flag);
            }
        }
    }
    Ok(words)
}

/// A flag's name, and its value if that stands after a `=`; `None` for a word.
pub fn flag<'a>(level: &Command, word: &'a OsStr) -> Option<(String, Option<&'a OsStr>)> {
    let typed = word.as_bytes().strip_prefix(b"-").filter(|name| !name.is_empty())?;
    let takes_negative = level.get_positionals().any(Arg::is_allow_negative_numbers_set);
    if takes_negative && typed.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let typed = typed.strip_prefix(b"-").unwrap_or(typed);
    let end = typed.iter().position(|byte| *byte == b'=');
    let value = end.map(|end| OsStr::from_bytes(&typed[end + 1..]));
    let name = &typed[..end.unwrap_or(typed.len())];
    Some((String::from_utf8_lossy(name).into_owned(), value))
}

/// Whether it is a word where it stands behind one.
pub fn ends_at_words(level: &Command, flag: &Arg) -> bool {
    let mut groups = level.get_groups().filter(|group| group.get_id() == BEFORE_WORDS);
    groups.any(|group| group.get_args().any(|id| id == flag.get_id()))
}

/// A switch's value as Go's `strconv.ParseBool` reads it.
fn is_on(name: &str, value: Option<&OsStr>) -> Result<bool, String> {
    let value = value.map_or("true".into(), OsStr::to_string_lossy);
    match &*value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        other => Err(format!("invalid boolean value {other:?} for -{name}: parse error")),
    }
}

/// Splits a command's words into those that it declares a place for and the rest.
pub fn split_words(level: &Command, mut words: Vec<OsString>) -> (Vec<OsString>, Vec<OsString>) {
    let places = match level.get_positionals().any(is_list) {
        true => words.len(),
        false => level.get_positionals().count().min(words.len()),
    };
    let rest = words.split_off(places);
    (words, rest)
}

/// Whether it takes all words that come.
pub fn is_list(place: &Arg) -> bool {
    place.get_num_args().is_some_and(|range| range.max_values() > 1)
}

/// Flags of `level` itself on a line that [`read`] has written, in Go's form; `-json` is every
/// command's.
pub fn own(level: &Command, line: &[OsString]) -> Vec<OsString> {
    let own = line.iter().filter_map(|word| {
        let flag = word.as_bytes().strip_prefix(b"-").filter(|flag| flag.starts_with(b"-"))?;
        let name = flag[1..].split(|byte| *byte == b'=').next()?;
        let is_own = |arg: &Arg| {
            !arg.is_global_set()
                && arg.get_long().is_some_and(|long| long != "json" && long.as_bytes() == name)
        };
        level.get_arguments().any(is_own).then(|| OsStr::from_bytes(flag).to_os_string())
    });
    own.collect()
}

/// Whether `-json` is among the words: where they cannot be read, this still tells how to say so.
pub fn asks_for_json(typed: &[OsString]) -> bool {
    let json = |word: &OsString| {
        let word = word.to_string_lossy();
        let flag = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
        let value = flag.strip_prefix("json")?;
        match value.strip_prefix('=') {
            Some(value) => is_on("json", Some(value.as_ref())).ok(),
            None => value.is_empty().then_some(true),
        }
    };
    typed.iter().filter_map(json).next_back().unwrap_or(false)
}

/// A whole number as Go's `flag.Uint` reads it: `0x`, `0o` and `0b` count. For clap's `value_parser`.
/// The error is what Go says of it.
pub fn whole_number(text: &str) -> Result<u64, String> {
    let lower = text.to_ascii_lowercase();
    let parsed = match lower.as_bytes() {
        [b'0', b'x', ..] => u64::from_str_radix(&lower[2..], 16),
        [b'0', b'b', ..] => u64::from_str_radix(&lower[2..], 2),
        [b'0', b'o', ..] => u64::from_str_radix(&lower[2..], 8),
        [b'+', ..] => return Err("parse error".to_string()),
        _ => lower.parse(),
    };
    parsed.map_err(|error| match error.kind() {
        IntErrorKind::PosOverflow => "value out of range".to_string(),
        _ => "parse error".to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ArgAction;

    fn switch(name: &'static str) -> Arg {
        Arg::new(name).long(name).action(ArgAction::SetTrue)
    }

    /// `t [-v] [-path P] SUB`
    fn program() -> Command {
        let path = Arg::new("path").long("path").global(true);
        let force = Command::new("force").arg(Arg::new("V").allow_negative_numbers(true));
        let down = Command::new("down")
            .args([switch("all").group(BEFORE_WORDS), switch("json")])
            .arg(Arg::new("N"));
        let list = Command::new("list").arg(Arg::new("V").num_args(0..));
        let mut program = Command::new("t")
            .args([switch("v").global(true), path])
            .subcommands([force, down, list]);
        program.build();
        program
    }

    fn os(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    fn at<'a>(program: &'a Command, name: &str) -> &'a Command {
        program.find_subcommand(name).unwrap_or(program)
    }

    #[test]
    fn every_form_becomes_claps() {
        let program = program();
        for (level, typed, flags, words) in [
            ("", &["-path", "m"][..], &["--path=m"][..], &[][..]),
            ("", &["-path=m"], &["--path=m"], &[]),
            ("", &["--path", "m"], &["--path=m"], &[]),
            ("", &["--path=m"], &["--path=m"], &[]),
            ("", &["-path="], &["--path="], &[]),
            ("", &["-path", ""], &["--path="], &[]),
            ("", &["-path=a=b"], &["--path=a=b"], &[]),
            ("", &["-path", "-v"], &["--path=-v"], &[]),
            ("", &["-path", "--"], &["--path=--"], &[]),
            ("", &["-v", "-path", "a", "-path=b"], &["--v", "--path=a", "--path=b"], &[]),
            ("", &["-v=T"], &["--v"], &[]),
            ("", &["-v=F"], &[], &[]),
            ("", &["-v", "-v=0"], &[], &[]),
            ("", &["-v=0", "--v=TRUE"], &["--v"], &[]),
            ("", &["-v", "false"], &["--v"], &["false"]),
            // The program's flags end at the command's name.
            ("", &["-v", "up", "-path", "m"], &["--v"], &["up", "-path", "m"]),
            ("", &["--", "-v"], &[], &["-v"]),
            ("", &["-", "-v"], &[], &["-", "-v"]),
            ("", &["", "é"], &[], &["", "é"]),
            // A command's flags go on behind its words.
            ("down", &["1", "-path", "m", "2", "-json"], &["--path=m", "--json"], &["1", "2"]),
            ("down", &["-all", "1"], &["--all"], &["1"]),
            ("down", &["1", "-all", "-v"], &["--v"], &["1", "-all"]),
            ("down", &["1", "--", "-v"], &[], &["1", "-v"]),
            ("force", &["-1", "-v"], &["--v"], &["-1"]),
            ("force", &["-v", "-", "-12"], &["--v"], &["-", "-12"]),
            // What is not declared is clap's to refuse, and nothing behind it is read.
            ("", &["-v", "-foo=3", "-v=maybe"], &["--v", "--foo"], &[]),
            ("down", &["1", "-foo", "5"], &["--foo"], &["1"]),
            ("down", &["-1"], &["--1"], &[]),
        ] {
            let mut line = Vec::new();
            let read = read(at(&program, level), &[], &os(typed), &mut line);
            assert_eq!((line, read), (os(flags), Ok(os(words))), "{level} {typed:?}");
        }
    }

    #[test]
    fn refusals_have_gos_words() {
        let program = program();
        for (typed, expected) in [
            (&["-path"][..], "flag needs an argument: -path"),
            (&["--path"], "flag needs an argument: -path"),
            (&["-v=x"], "invalid boolean value \"x\" for -v: parse error"),
            (&["-v="], "invalid boolean value \"\" for -v: parse error"),
            (&["---x"], "bad flag syntax: ---x"),
            (&["-=x"], "bad flag syntax: -=x"),
        ] {
            let read = read(&program, &[], &os(typed), &mut Vec::new());
            assert_eq!(read, Err(expected.to_string()), "{typed:?}");
        }
    }

    #[test]
    fn a_switch_can_be_taken_back_behind_the_command() {
        let program = program();
        let mut line = os(&["t", "--v", "down"]);
        assert_eq!(read(at(&program, "down"), &[], &os(&["-v=false"]), &mut line), Ok(Vec::new()));
        assert_eq!(line, os(&["t", "down"]));
    }

    #[test]
    fn bytes_that_are_no_utf8_stay() {
        let path = OsStr::from_bytes(b"m\xff");
        for typed in [
            vec!["-path".into(), path.to_owned()],
            vec![OsStr::from_bytes(b"--path=m\xff").to_owned()],
        ] {
            let mut line = Vec::new();
            read(&program(), &[], &typed, &mut line).unwrap();
            assert_eq!(line, [OsStr::from_bytes(b"--path=m\xff")]);
        }
    }

    #[test]
    fn a_command_takes_as_many_words_as_it_declares() {
        let program = program();
        for (level, kept) in [("down", 1), ("force", 1), ("list", 3)] {
            let (words, rest) = split_words(at(&program, level), os(&["1", "2", "3"]));
            assert_eq!((words.len(), rest.len()), (kept, 3 - kept), "{level}");
        }
    }

    #[test]
    fn json_is_found_in_every_form() {
        for (typed, expected) in [
            (&["-json", "nosuch"][..], true),
            (&["up", "-x", "--json=T"], true),
            (&["up", "-json=true"], true),
            (&["-json", "up", "-json=0"], false),
            (&["json", "-jsonx", "-json-schema", "---json"], false),
        ] {
            assert_eq!(asks_for_json(&os(typed)), expected, "{typed:?}");
        }
    }

    #[test]
    fn whole_numbers_as_go_reads_them() {
        assert_eq!(whole_number("15"), Ok(15));
        assert_eq!(whole_number("0x1F"), Ok(31));
        for text in ["+1", "-1", "1s", ""] {
            assert_eq!(whole_number(text), Err("parse error".to_string()), "{text}");
        }
        let large = whole_number("18446744073709551616");
        assert_eq!(large, Err("value out of range".to_string()));
    }
}
