//! Variables with other names than the one that was looked for, which hold the URL of a PostgreSQL
//! database: `NEON_DB_URL`, `POSTGRES_URL`. They are only suggested, never used unasked.

use std::env;

use dbm::scheme_of_database;

use crate::cli::env_file::EnvFile;

/// The names of such variables: those of `.env` in their order there, or else the environment's, sorted.
pub fn likely_variables(file: Option<&EnvFile>) -> Vec<String> {
    let of_file = file.map(of_file).unwrap_or_default();
    if !of_file.is_empty() {
        return of_file;
    }
    let all = env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        (is_shell_name(&name) && is_url(&value)).then_some(name)
    });
    let mut names: Vec<String> = all.collect();
    names.sort();
    names
}

fn of_file(file: &EnvFile) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in file.names().filter(|name| is_shell_name(name)) {
        let holds_url = file.variable(name).is_ok_and(|value| value.is_some_and(|it| is_url(&it)));
        if holds_url && !names.iter().any(|known| known == name) {
            names.push(name.to_string());
        }
    }
    names
}

fn is_url(value: &str) -> bool {
    scheme_of_database(value).is_ok_and(|scheme| ["postgres", "postgresql"].contains(&scheme))
}

/// `_` is a shell's own.
fn is_shell_name(name: &str) -> bool {
    name != "_" && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs;

    #[test]
    fn urls_of_postgresql_alone_in_the_order_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let text = "REDIS_URL=redis://h\nNEON_DB_URL='postgresql://h/d'\nexport A=postgres://h/e # c\r\n\
                    B.C=postgres://h/f\nNAME=app\nASYNC=postgresql+asyncpg://h/d\nA=postgres://h/g\n";
        fs::write(&path, text).unwrap();
        let file = EnvFile::read(path).unwrap();
        assert_eq!(likely_variables(Some(&file)), ["NEON_DB_URL", "A"]);
    }
}
