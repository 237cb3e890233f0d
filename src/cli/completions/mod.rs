//! The shells' completions, `dbm completions SHELL`: a few lines for each shell, which ask `dbm __complete`
//! what may come next. What that is stands in `complete`, once for all of them.

const BASH: &str = include_str!("dbm.bash");
const ZSH: &str = include_str!("dbm.zsh");
const FISH: &str = include_str!("dbm.fish");

/// The shells.
pub const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// The script for a shell, for a program that is called so; `None` of another shell.
pub fn script(shell: &str, program: &str) -> Option<String> {
    let script = match shell {
        "bash" => BASH,
        "zsh" => ZSH,
        "fish" => FISH,
        _ => return None,
    };
    Some(script.replace("dbm", program))
}
