//! Every command that dbm prints works when it is pasted into the same shell. So each that any test
//! makes it print is looked at: it stands at the end of its line behind `: `, names the folder and the
//! database of the run, and is understood.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;

/// What a shell has where dbm was called.
pub struct Shell {
    pub program: String,
    pub args: Vec<String>,
    pub envs: Vec<(String, OsString)>,
    pub folder: PathBuf,
}

impl Shell {
    /// Runs a line in it.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.folder)
            .envs(self.envs.iter().cloned())
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command
    }

    /// Looks at every command in this text, and gives the text with the program's name alone in the
    /// place of what each begins with.
    #[track_caller]
    pub fn check(&self, text: &str) -> String {
        if !text.contains(&self.program) {
            return text.to_owned();
        }
        let is_for_people = |line: &&str| !line.starts_with('{') && !line.starts_with("::");
        for line in text.lines().filter(is_for_people) {
            if let Some(at) = line.find(&self.program) {
                let is_end = [": ", " && "].iter().any(|end| line[..at].ends_with(end));
                assert!(is_end, "a command amid its line: {line:?}");
                self.check_command(&line[at..]);
            }
        }
        let name = Path::new(&self.program).file_stem().expect("a name").to_string_lossy();
        self.start().replace_all(text, &*name).into_owned()
    }

    /// The program and the flags before the command.
    fn start(&self) -> Regex {
        let word = r"(?:'[^']*'|\\'|[^\s'\\])+";
        let flag = format!("-(?:path|source|database|database-env) {word}");
        Regex::new(&format!("{}(?: {flag})*", regex::escape(&self.program))).expect("a pattern")
    }

    #[track_caller]
    fn check_command(&self, command: &str) {
        let words = self.command(&format!("printf '%s\\n' {command}")).output().expect("run sh");
        let words = String::from_utf8_lossy(&words.stdout).into_owned();
        let words: Vec<&str> = words.lines().collect();
        let needs_nothing = words.get(1) == Some(&"help");
        for flag in ["-path", "-database"].into_iter().filter(|_| !needs_nothing) {
            let given = self.args.iter().rposition(|arg| arg == flag);
            let Some(value) = given.and_then(|at| self.args.get(at + 1)) else { continue };
            let is_elsewhere = self.envs.iter().any(|(_, held)| held == value.as_str());
            // Control characters are escaped for the terminal's sake: those no shell reads back.
            let is_escaped = value.chars().any(char::is_control);
            if value.is_empty() || has_password(value) || is_elsewhere || is_escaped {
                continue;
            }
            let is_there = words.windows(2).any(|pair| pair[0] == flag && pair[1] == value);
            assert!(is_there, "no {flag} {value} in a command: {command:?}");
        }
        let is_hole = |word: &&str| word.contains('…') || matches!(*word, "V" | "N" | "NAME");
        assert!(!words.iter().any(is_hole), "a hole in a command: {command:?}");
        let help = self.command(&format!("{command} -help")).output().expect("run sh");
        let said = String::from_utf8_lossy(&help.stderr).into_owned();
        assert!(help.status.success(), "not understood: {command:?}\n{said}");
    }
}

/// Whether a URL has one, as far as the tests write any.
fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    url.contains("password") || authority.rsplit_once('@').is_some_and(|(u, _)| u.contains(':'))
}
