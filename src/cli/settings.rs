//! Where the database and the folder come from: flags, then variables, then `.env`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;
use dbm::{DatabaseUrl, Error, Source, UrlError, scheme_of_database};

use crate::cli::config::Config;
use crate::cli::env_file;
use crate::render::error::Complaint;

/// The variable that holds the database's URL unless another is named.
pub const DATABASE_VARIABLE: &str = "DATABASE_URL";
/// The variable that holds the folder.
const PATH_VARIABLE: &str = "DBM_PATH";
/// The folder where nothing is said.
const DEFAULT_FOLDER: &str = "migrations";

/// The file in the working folder that may hold the variable.
pub const ENV_FILE: &str = ".env";

/// What a command works on.
pub struct Opened {
    /// Where the database is.
    pub url: DatabaseUrl,
    /// The migrations.
    pub source: Source,
    /// What the person should know about how the URL was read, a line each.
    pub warnings: Vec<String>,
}

/// Where the migrations are; the folder need not be there.
pub struct Folder {
    /// As one would open it.
    pub path: PathBuf,
    /// The URL that golang-migrate would name it by.
    pub url: String,
}

impl Config {
    /// Reads the database's URL and opens the folder, and complains in golang-migrate's order:
    /// of the source's URL, the database's URL, the source.
    pub fn open(&self) -> Result<Opened> {
        let folder = self.folder()?;
        let url = self.database_url()?;
        // The scheme alone is looked at before the folder is; the rest of the URL after it.
        scheme_of_database(&url).map_err(Error::Url)?;
        let source = Source::folder_as(&folder.path, &folder.url)?;
        let (url, warnings) = DatabaseUrl::resolve(&url).map_err(Error::Url)?;
        Ok(Opened { url, source, warnings })
    }

    /// Reads the database's URL alone; with it come warnings, a line each.
    pub fn database(&self) -> Result<(DatabaseUrl, Vec<String>)> {
        Ok(DatabaseUrl::resolve(&self.database_url()?).map_err(Error::Url)?)
    }

    /// Where the migrations are.
    pub fn folder(&self) -> Result<Folder> {
        let (source, path) = (&self.flags.source, &self.flags.path);
        if let Some(source) = source.as_deref().filter(|source| !source.is_empty()) {
            return from_source(source);
        }
        let path = match (path, std::env::var_os(PATH_VARIABLE)) {
            (Some(path), _) if !path.is_empty() => path.clone(),
            (None, Some(path)) if source.is_none() && !path.is_empty() => path,
            (None, None) if source.is_none() => OsString::from(DEFAULT_FOLDER),
            (None, Some(_)) if source.is_none() => {
                return Err(unset("source", format!("{PATH_VARIABLE} is set, but empty")));
            }
            _ => return Err(unset("source", "-path was given, but is empty")),
        };
        Ok(Folder { url: format!("file://{}", path.display()), path: path.into() })
    }

    /// Whether anything says which database is meant, if only that it is empty.
    pub fn has_database(&self) -> bool {
        let name = self.flags.database_env.as_deref().unwrap_or(DATABASE_VARIABLE);
        self.flags.database.is_some()
            || self.flags.database_env.is_some()
            || std::env::var_os(name).is_some()
            || match env_file::variable(Path::new(ENV_FILE), name) {
                Ok(value) => value.is_some(),
                // A folder is something else, a Python environment for one.
                Err(_) => !Path::new(ENV_FILE).is_dir(),
            }
    }

    fn database_url(&self) -> Result<String> {
        if let Some(url) = &self.flags.database {
            let hint = "-database was given, but is empty: is the variable in it misspelt?";
            return not_empty(url.clone(), hint);
        }
        let name = self.flags.database_env.as_deref().unwrap_or(DATABASE_VARIABLE);
        if name.is_empty() {
            return Err(unset("database", "-database-env names no variable"));
        }
        if let Some(value) = variable(name)? {
            return not_empty(value, format!("{name} is set in the environment, but empty"));
        }
        match env_file::variable(Path::new(ENV_FILE), name) {
            Ok(Some(value)) => not_empty(value, format!("{name} is set in .env, but empty")),
            Ok(None) => Err(unset(
                "database",
                format!("give -database URL, or set {name} in the environment or in ./.env"),
            )),
            Err(reason) => Err(Complaint::new(reason)
                .hint(format!("give -database URL, or set {name} in the environment"))
                .into()),
        }
    }
}

/// No URL, in golang-migrate's words.
fn unset(which: &str, hint: impl Into<String>) -> anyhow::Error {
    let message = format!("failed to parse scheme from {which} URL: URL cannot be empty");
    Complaint::new(message).hint(hint).into()
}

fn not_empty(url: String, hint: impl Into<String>) -> Result<String> {
    if url.is_empty() { Err(unset("database", hint)) } else { Ok(url) }
}

/// A variable that is there and cannot be read is no reason to look further.
fn variable(name: &str) -> Result<Option<String>, Complaint> {
    let value = std::env::var_os(name).map(OsString::into_string).transpose();
    value.map_err(|_| Complaint::new(format!("{name} is not valid UTF-8")))
}

/// `file://m`, `file://./m`, `file:///abs/m`, `file:m`.
fn from_source(source: &str) -> Result<Folder> {
    let scheme = dbm::scheme(source).map_err(|e| {
        Error::Url(UrlError::new(format!("failed to parse scheme from source URL: {e}")))
    })?;
    let failed = |reason: String| Error::Source { url: source.to_string(), reason };
    if scheme != "file" {
        let reason = format!("source driver: unknown driver '{scheme}' (forgotten import?)");
        return Err(failed(reason).into());
    }
    let rest = &source["file:".len()..];
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let path = dbm::text::percent_decoded(rest)
        .ok_or_else(|| failed("invalid URL escape: write % as %25".to_string()))?;
    let path = if path.is_empty() { ".".to_string() } else { path };
    Ok(Folder { path: path.into(), url: source.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_in_all_spellings() {
        for (source, folder) in [
            ("file://m", "m"),
            ("file://./m", "./m"),
            ("file:///abs/m", "/abs/m"),
            ("file:m", "m"),
            ("file://a%20b/c", "a b/c"),
            ("file://", "."),
        ] {
            assert_eq!(from_source(source).unwrap().path, Path::new(folder), "{source}");
        }
        let said = from_source("m").err().unwrap().to_string();
        assert_eq!(said, "failed to parse scheme from source URL: no scheme");
        let said = from_source("github://m").err().unwrap().to_string();
        assert_eq!(
            said,
            "failed to open source, \"github://m\": source driver: unknown driver 'github' (forgotten import?)"
        );
    }
}
