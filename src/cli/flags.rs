//! Go's `flag` package's way of reading a command line, over clap's declarations.
//!
//! `-x v`, `-x=v`, `--x v` and `--x=v` are the same, the last one wins, a flag that is a switch
//! takes a value only behind `=`, the first word that is no flag ends them, and so does `--`.
//! clap knows none of this, but it knows which flags there are and what their values must be:
//! this file rewrites what was typed into clap's one form and gives clap's refusals Go's words.

use std::num::IntErrorKind;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, ArgMatches, Command};

/// What was typed, taken apart.
pub struct Words {
    /// Flags as clap reads them.
    pub matches: ArgMatches,
    /// Everything that is no flag.
    pub rest: Vec<String>,
}

/// What Go says of a number that is none, and of one that is too large.
const NO_NUMBER: &str = "parse error";
const TOO_LARGE: &str = "value out of range";

/// How to read words behind the first that is no flag.
#[derive(Clone, Copy)]
pub enum Behind<'a> {
    /// They are all left alone: the command and its own words come there.
    Leave,
    /// These flags still count there, others do not.
    Accept(&'a [&'a str]),
}

/// Reads flags that `command` declares.
///
/// `number` lets a word such as `-1` be no flag.
///
/// # Errors
///
/// One line in Go's words.
pub fn read(
    command: Command,
    words: &[String],
    behind: Behind<'_>,
    number: bool,
) -> Result<Words, String> {
    let mut flags = vec![command.get_name().to_string()];
    let mut rest = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            rest.extend(words.by_ref().cloned());
            break;
        }
        let typed = word.strip_prefix('-').filter(|name| !name.is_empty());
        let typed = typed.filter(|name| !(number && name.bytes().all(|b| b.is_ascii_digit())));
        let Some(typed) = typed else {
            rest.push(word.clone());
            match behind {
                Behind::Accept(_) => continue,
                Behind::Leave => {
                    rest.extend(words.by_ref().cloned());
                    break;
                }
            }
        };
        let name = typed.strip_prefix('-').unwrap_or(typed);
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value.to_string())),
            None => (name, None),
        };
        if let Behind::Accept(accepted) = behind
            && !rest.is_empty()
            && !accepted.contains(&name)
        {
            rest.push(word.clone());
            continue;
        }
        if name.is_empty() || name.starts_with('-') {
            return Err(format!("bad flag syntax: {word}"));
        }
        let Some(flag) = command.get_arguments().find(|flag| flag.get_id() == name) else {
            return Err(format!("flag provided but not defined: -{name}"));
        };
        if is_switch(flag) {
            match value.as_deref().unwrap_or("true") {
                "1" | "t" | "T" | "true" | "TRUE" | "True" => flags.push(format!("--{name}=true")),
                "0" | "f" | "F" | "false" | "FALSE" | "False" => {
                    flags.push(format!("--{name}=false"));
                }
                other => {
                    return Err(format!(
                        "invalid boolean value {other:?} for -{name}: parse error"
                    ));
                }
            }
        } else {
            let Some(value) = value.or_else(|| words.next().cloned()) else {
                return Err(format!("flag needs an argument: -{name}"));
            };
            flags.push(format!("--{name}={value}"));
        }
    }
    match command.args_override_self(true).try_get_matches_from(flags) {
        Ok(matches) => Ok(Words { matches, rest }),
        Err(error) => Err(in_gos_words(&error)),
    }
}

/// A switch, `false` unless given.
pub fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(help)
        .action(ArgAction::Set)
        .value_parser(clap::value_parser!(bool))
        .default_value("false")
}

/// A flag with a value.
pub fn value(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// A whole number as Go's `flag.Uint` reads it: `0x`, `0o` and `0b` count.
pub fn whole_number(text: &str) -> Result<u64, String> {
    let lower = text.to_ascii_lowercase();
    let parsed = match lower.as_bytes() {
        [b'0', b'x', ..] => u64::from_str_radix(&lower[2..], 16),
        [b'0', b'b', ..] => u64::from_str_radix(&lower[2..], 2),
        [b'0', b'o', ..] => u64::from_str_radix(&lower[2..], 8),
        [b'+', ..] => return Err(NO_NUMBER.to_string()),
        _ => lower.parse(),
    };
    parsed.map_err(|error| match error.kind() {
        IntErrorKind::PosOverflow => TOO_LARGE.to_string(),
        _ => NO_NUMBER.to_string(),
    })
}

/// Whether a flag was given at all.
pub fn is_given(matches: &ArgMatches, name: &str) -> bool {
    matches.value_source(name) == Some(clap::parser::ValueSource::CommandLine)
}

/// Whether a flag needs no value.
pub fn is_switch(flag: &Arg) -> bool {
    flag.get_value_names().is_none()
}

fn in_gos_words(error: &clap::Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let name = text(ContextKind::InvalidArg);
    let name = name.split([' ', '=']).next().unwrap_or_default().trim_start_matches('-');
    let said = std::error::Error::source(error).map(ToString::to_string);
    let said = said.filter(|said| said == TOO_LARGE).unwrap_or_else(|| NO_NUMBER.to_string());
    format!("invalid value {:?} for flag -{name}: {said}", text(ContextKind::InvalidValue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        Command::new("t")
            .arg(switch("verbose", ""))
            .arg(value("path", "P", ""))
            .arg(value("n", "N", "").value_parser(whole_number))
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| w.to_string()).collect()
    }

    fn read_all(typed: &[&str]) -> Result<(Option<String>, bool, Vec<String>), String> {
        read(command(), &words(typed), Behind::Leave, false).map(|read| {
            let path = read.matches.get_one::<String>("path").cloned();
            (path, read.matches.get_flag("verbose"), read.rest)
        })
    }

    #[test]
    fn all_of_gos_forms() {
        for typed in [&["-path", "m"][..], &["-path=m"], &["--path", "m"], &["--path=m"]] {
            assert_eq!(read_all(typed).unwrap(), (Some("m".into()), false, vec![]), "{typed:?}");
        }
        let typed = ["-path", "a", "-verbose", "-path=b", "up", "-path", "c"];
        let rest = words(&["up", "-path", "c"]);
        assert_eq!(read_all(&typed).unwrap(), (Some("b".into()), true, rest));
        assert_eq!(
            read_all(&["-verbose=F", "--", "-path"]).unwrap(),
            (None, false, words(&["-path"]))
        );
        assert_eq!(read_all(&["-verbose", "false"]).unwrap().2, ["false"]);
        assert_eq!(read_all(&["-path", "-verbose"]).unwrap().0.as_deref(), Some("-verbose"));
        assert_eq!(read_all(&["-path="]).unwrap().0.as_deref(), Some(""));
        assert_eq!(read_all(&["-", "x"]).unwrap().2, ["-", "x"]);
        assert_eq!(read_all(&["", "é"]).unwrap().2, ["", "é"]);
    }

    #[test]
    fn refusals_have_gos_words() {
        for (typed, expected) in [
            (&["-foo"][..], "flag provided but not defined: -foo"),
            (&["-path"], "flag needs an argument: -path"),
            (&["-verbose=x"], "invalid boolean value \"x\" for -verbose: parse error"),
            (&["-n", "x"], "invalid value \"x\" for flag -n: parse error"),
            (&["-n=-1"], "invalid value \"-1\" for flag -n: parse error"),
            (
                &["-n=18446744073709551616"],
                "invalid value \"18446744073709551616\" for flag -n: value out of range",
            ),
            (&["---x"], "bad flag syntax: ---x"),
            (&["-=x"], "bad flag syntax: -=x"),
        ] {
            assert_eq!(read_all(typed).unwrap_err(), expected);
        }
    }

    #[test]
    fn flags_behind_words_count_where_they_are_accepted() {
        let typed = words(&["2", "-path", "m", "-verbose", "-all"]);
        let read = read(command(), &typed, Behind::Accept(&["path"]), false).unwrap();
        assert_eq!(read.rest, ["2", "-verbose", "-all"]);
        assert_eq!(read.matches.get_one::<String>("path").map(String::as_str), Some("m"));
    }

    #[test]
    fn a_negative_number_may_be_a_word() {
        let read = read(command(), &words(&["-1"]), Behind::Accept(&[]), true).unwrap();
        assert_eq!(read.rest, ["-1"]);
    }

    #[test]
    fn whole_numbers_as_go_reads_them() {
        assert_eq!(whole_number("15"), Ok(15));
        assert_eq!(whole_number("0x1F"), Ok(31));
        assert!(
            whole_number("+1").is_err()
                && whole_number("-1").is_err()
                && whole_number("1s").is_err()
        );
    }
}
