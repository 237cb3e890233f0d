//! Asking a server of `support::tls` how one is connected: its version table says so.

use std::ffi::OsString;

use crate::support::tls::PASSWORD;
use crate::support::{Folder, Output, Run};

/// A server that is connected to without TLS.
pub const PLAIN: &str = "1\n";
/// With TLS.
pub const TLS: &str = "2\n";
/// With TLS and a client certificate.
pub const CERTIFIED: &str = "3\n";

/// One question: a URL, and the variables around it.
#[derive(Clone)]
pub struct Ask {
    url: String,
    envs: Vec<(String, OsString)>,
    /// Words of which none may ever be printed, beside [`PASSWORD`].
    secrets: Vec<String>,
}

pub fn ask(url: impl Into<String>) -> Ask {
    Ask { url: url.into(), envs: Vec::new(), secrets: vec![PASSWORD.to_owned()] }
}

impl Ask {
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.envs.push((name.to_owned(), value.into()));
        self
    }

    pub fn secret(mut self, word: &str) -> Self {
        self.secrets.push(word.to_owned());
        self
    }

    /// `dbm version`, as it comes.
    #[track_caller]
    pub fn output(&self, verbose: bool) -> Output {
        let folder = Folder::tables(&["a"]);
        let mut run = Run::dbm().path(&folder).url(&self.url);
        if verbose {
            run = run.arg("-verbose");
        }
        for (name, value) in &self.envs {
            run = run.env(name, value.clone());
        }
        let output = run.arg("version").output();
        for secret in &self.secrets {
            output.assert_silent_about(secret);
        }
        output.assert_silent_about("panicked");
        output
    }

    /// It connects, in this way, and says nothing besides.
    #[track_caller]
    pub fn connects(&self, way: &str) {
        let output = self.output(false);
        output.assert_status(0);
        assert_eq!(output.stderr, way, "how one is connected\n{output}");
    }

    /// It does not connect: one line with the cause, in which each of `words` stands (`a|b` is one
    /// or the other), and a `hint: ` with the remedy, in which one of `remedies` stands.
    #[track_caller]
    pub fn refused(&self, words: &[&str], remedies: &[&str]) -> Output {
        self.output(true).assert_status(1);
        let output = self.output(false);
        output.assert_status(1);
        let essence = output.essence();
        assert_eq!(essence.lines().count(), 1, "one line with the cause\n{output}");
        assert!(essence.starts_with("error: failed to open database: "), "{output}");
        let low = essence.to_lowercase();
        for word in words {
            assert!(
                word.split('|').any(|one| low.contains(&one.to_lowercase())),
                "the cause says nothing of {word:?}\n{output}"
            );
        }
        let hints: String = output
            .stderr
            .lines()
            .filter(|line| line.starts_with("hint: "))
            .map(str::to_lowercase)
            .collect();
        assert!(
            remedies.is_empty() || remedies.iter().any(|one| hints.contains(&one.to_lowercase())),
            "no hint with one of {remedies:?}\n{output}"
        );
        output
    }
}
