//! How the program was called: commands in hints begin in the same way, so that they work when they
//! are pasted into the same shell.

/// How the program was called, in words of a shell.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// What the program is called, for sentences.
    pub name: String,
    /// The program and the flags that say which folder and which database.
    pub start: String,
    /// The command.
    pub command: String,
    /// Its own flags and words.
    pub words: Vec<String>,
    /// The variable to set before `start` works, for it leaves the password out.
    pub lacks: Option<&'static str>,
}

impl Invocation {
    /// Where no command was read.
    pub fn of_name(name: &str) -> Invocation {
        Invocation { name: name.to_string(), start: name.to_string(), ..Invocation::default() }
    }

    /// The same command with flags that say which folder or database.
    pub fn with_flags(&self, flags: &str) -> String {
        let Invocation { start, command, words, .. } = self;
        let all = [start.as_str(), flags, command].into_iter();
        all.chain(words.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }

    /// The same command without a flag.
    pub fn without(&self, flag: &str) -> String {
        let Invocation { start, command, words, .. } = self;
        let words = words.iter().filter(|word| *word != flag).map(String::as_str);
        [start.as_str(), command].into_iter().chain(words).collect::<Vec<_>>().join(" ")
    }

    /// The same command with one more flag.
    pub fn again(&self, flag: &str) -> String {
        let Invocation { start, command, words, .. } = self;
        let words = words.iter().filter(|word| *word != flag);
        let all = [start.as_str(), command, flag].into_iter().chain(words.map(String::as_str));
        all.collect::<Vec<_>>().join(" ")
    }
}
