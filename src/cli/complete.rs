//! What may come next on a command line, told from clap's declaration. The shells' completions
//! (`completions`) ask for it by `dbm __complete -- WORD...`, with each key that is pressed.
//!
//! A line is read as `go_flags` reads it: `-x v`, `-x=v` and `--x=v`. Folders are for the shell to list.

use std::ffi::{OsStr, OsString};

use clap::builder::ValueHint;
use clap::{Arg, Command};
use dbm::Version;

use crate::cli::go_flags::{ends_at_words, flag, is_list};
use crate::cli::help::{commands, flags, plain, value_name};
use crate::cli::opts::COMMAND;

/// The line that stands in the place of words where the shell is to list folders.
const FOLDERS: &str = "/\tfolders\n";

/// A line for each word that may stand in the place of the last of `words`: the word, a tab, and what
/// it does. Which of them begin as the last one does is for the shell to see. `versions` are those of
/// the folder, with their names; they are only asked for where one is wanted.
pub fn candidates(
    program: &Command,
    words: &[OsString],
    versions: &dyn Fn() -> Vec<(Version, String)>,
) -> String {
    let Some((last, before)) = words.split_last() else { return String::new() };
    let Some(last) = last.to_str() else { return String::new() };
    let mut place =
        Place { program, level: program, open: None, given: Vec::new(), words: 0, versions };
    for word in before {
        if !place.pass(word) {
            return String::new();
        }
    }
    place.next(last)
}

/// Where on the line we are.
struct Place<'a> {
    program: &'a Command,
    level: &'a Command,
    /// The flag whose value comes next.
    open: Option<&'a Arg>,
    /// Flags before.
    given: Vec<&'a Arg>,
    /// How many words of the command are before.
    words: usize,
    versions: &'a dyn Fn() -> Vec<(Version, String)>,
}

impl<'a> Place<'a> {
    /// Goes on behind a word; `false` where nothing is known of what comes then.
    fn pass(&mut self, word: &OsStr) -> bool {
        if self.open.take().is_some() || word == "--" {
            return true;
        }
        if let Some((name, value)) = flag(self.level, word) {
            let Some(flag) = self.flag(&name) else { return false };
            self.given.push(flag);
            self.open = Some(flag).filter(|flag| takes_value(flag) && value.is_none());
        } else if self.is_command() {
            let command = word.to_str().and_then(|name| self.level.find_subcommand(name));
            let Some(command) = command else { return false };
            self.level = command;
        } else {
            self.words += 1;
        }
        true
    }

    /// Whether a word would be a command.
    fn is_command(&self) -> bool {
        self.level.has_subcommands()
    }

    /// Flags that may stand here.
    fn flags(&self) -> impl Iterator<Item = &'a Arg> {
        let shared = self.program.get_arguments().filter(|arg| arg.is_global_set());
        let shared = shared.filter(|arg| !self.is_command() && !arg.is_hide_set());
        let own = flags(self.level).filter(|arg| self.is_command() || !arg.is_global_set());
        own.chain(shared)
    }

    fn flag(&self, name: &str) -> Option<&'a Arg> {
        self.flags().find(|flag| flag.get_long() == Some(name))
    }

    /// What may stand for a word that has been typed so far.
    fn next(&self, typed: &str) -> String {
        if let Some(flag) = self.open {
            return values(flag, "");
        }
        if typed.starts_with('-') {
            return match typed.split_once('=') {
                Some((start, _)) => {
                    let flag = self.flag(start.trim_start_matches('-'));
                    flag.map_or(String::new(), |flag| values(flag, &format!("{start}=")))
                }
                None => self.unused_flags(if typed.starts_with("--") { "--" } else { "-" }),
            };
        }
        let mut places = self.level.get_positionals();
        let list = self.level.get_positionals().last().filter(|place| is_list(place));
        match places.nth(self.words).or(list) {
            _ if self.is_command() => self.commands(),
            Some(place) if place.get_id() == COMMAND => self.commands(),
            Some(place) if value_name(place) == "V" => self.versions(),
            Some(place) => values(place, ""),
            None => String::new(),
        }
    }

    fn unused_flags(&self, dashes: &str) -> String {
        let is_open = |flag: &&Arg| {
            let is_given = self.given.iter().any(|given| given.get_id() == flag.get_id());
            let is_late = self.words > 0 && ends_at_words(self.level, flag);
            !is_given && !is_late
        };
        let lines = self.flags().filter(is_open).map(|flag| {
            let word = format!("{dashes}{}", flag.get_long().unwrap_or_default());
            line(&word, &plain(flag.get_help()))
        });
        lines.collect()
    }

    fn versions(&self) -> String {
        let versions = (self.versions)();
        versions.iter().map(|(version, name)| line(&version.to_string(), name)).collect()
    }

    fn commands(&self) -> String {
        let lines = commands(self.program)
            .map(|command| line(command.get_name(), &plain(command.get_about())));
        lines.collect()
    }
}

fn takes_value(flag: &Arg) -> bool {
    flag.get_action().takes_values()
}

/// What a flag may have for a value, behind `-flag=` if that is there, or a word's place.
fn values(arg: &Arg, before: &str) -> String {
    if arg.get_value_hint() == ValueHint::DirPath {
        return FOLDERS.to_string();
    }
    let possible = arg.get_possible_values();
    let possible = possible.iter().filter(|_| takes_value(arg)).map(|value| {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        line(&format!("{before}{}", value.get_name()), &help)
    });
    possible.collect()
}

fn line(word: &str, text: &str) -> String {
    format!("{word}\t{}\n", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::opts;

    fn folder() -> Vec<(Version, String)> {
        vec![(1, "users".to_string()), (20, String::new())]
    }

    /// The words alone.
    fn next(line: &str) -> Vec<String> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let lines = candidates(&opts::command(), &words, &folder);
        let words = lines.lines().filter_map(|line| line.split_once('\t'));
        words.map(|(word, _)| word.to_string()).collect()
    }

    fn has(line: &str, word: &str) -> bool {
        next(line).iter().any(|found| found == word)
    }

    #[test]
    fn commands_and_their_flags() {
        assert!(has("", "up") && has("u", "up") && has("-path x ", "up"), "{:?}", next(""));
        assert!(!has("", "__complete") && !has("", "-path") && !has("up ", "up"));
        assert!(has("help ", "up") && !has("help up ", "up"));
        for line in ["-", "-verbose -", "up -", "up 1 -", "-wait 3 up -", "up -wait=3 -"] {
            assert!(has(line, "-path"), "{line}");
        }
        assert!(has("up -", "-allow-late") && has("up --", "--allow-late"));
        assert!(!has("-", "-allow-late") && has("-", "-version") && !has("up -", "-version"));
    }

    #[test]
    fn what_is_there_is_not_offered_again() {
        assert!(!has("-path x -", "-path") && !has("-path=x up -", "-path"));
        assert!(has("down -", "-all") && !has("down 1 -", "-all"));
    }

    #[test]
    fn values_of_flags() {
        for line in ["-path ", "up -path=m", "create -dir "] {
            assert_eq!(next(line), ["/"], "{line}");
        }
        assert_eq!(next("completions "), ["bash", "zsh", "fish"]);
        assert_eq!(next("verify -format "), ["text", "json", "github"]);
        assert_eq!(next("verify -format=j"), ["-format=text", "-format=json", "-format=github"]);
        assert!(next("-database ").is_empty() && next("new ").is_empty());
        assert!(next("verify -offline=").is_empty());
    }

    #[test]
    fn versions_of_the_folder() {
        for line in ["goto ", "show -down ", "repair 1 ", "-path x force "] {
            assert_eq!(next(line), ["1", "20"], "{line}");
        }
        assert!(next("goto 1 ").is_empty() && next("up ").is_empty());
        let lines = candidates(&opts::command(), &["goto".into(), "".into()], &folder);
        assert_eq!(lines, "1\tusers\n20\t\n");
    }

    #[test]
    fn nothing_where_nothing_is_known() {
        assert!(next("upp -").is_empty() && next("-nothing -").is_empty());
        assert_eq!(candidates(&opts::command(), &[], &folder), "");
    }
}
