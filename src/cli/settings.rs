//! Where the database and the folder come from: flags, then variables, then `.env`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use dbm::{DatabaseUrl, Error, Source, UrlError};

use crate::cli::config::Config;
use crate::cli::env_file;
use crate::cli::refusal::{refused, refused_with_hint};

/// The variable that holds the database's URL unless another is named.
const DATABASE_VARIABLE: &str = "DATABASE_URL";
/// The variable that holds the folder.
const PATH_VARIABLE: &str = "DBM_PATH";
/// The folder where nothing is said.
const DEFAULT_FOLDER: &str = "migrations";

/// No URL, in golang-migrate's words.
fn unset(which: &str, hint: String) -> anyhow::Error {
    let message = format!("failed to parse scheme from {which} URL: URL cannot be empty");
    refused_with_hint(&message, hint)
}

/// What a command works on.
pub struct Opened {
    /// Where the database is.
    pub url: DatabaseUrl,
    /// The migrations.
    pub source: Source,
    /// What the person should know about how the URL was read, a line each.
    pub warnings: Vec<String>,
}

/// Where the migrations are: the folder, and the URL that golang-migrate would name it by.
struct SourceFolder {
    folder: PathBuf,
    url: String,
}

impl Config {
    /// Reads the database's URL and opens the folder, and complains in golang-migrate's order:
    /// of the source's URL, the database's URL, the source.
    ///
    /// # Errors
    ///
    /// What was given and cannot be used, or [`Error`].
    pub fn open(&self) -> anyhow::Result<Opened> {
        let source = self.source_folder()?;
        let url = self.database_url()?;
        // The scheme alone is looked at before the folder is; the rest of the URL after it.
        dbm::scheme(&url).map_err(|e| {
            Error::Url(UrlError(format!("failed to parse scheme from database URL: {e}")))
        })?;
        let source = Source::folder_as(&source.folder, &source.url)?;
        let (url, warnings) = DatabaseUrl::resolve(&url).map_err(Error::Url)?;
        Ok(Opened { url, source, warnings })
    }

    /// Reads the database's URL alone; with it come warnings, a line each.
    ///
    /// # Errors
    ///
    /// What was given and cannot be used, or [`Error`].
    pub fn database(&self) -> anyhow::Result<(DatabaseUrl, Vec<String>)> {
        Ok(DatabaseUrl::resolve(&self.database_url()?).map_err(Error::Url)?)
    }

    /// The folder of migrations, which need not be there.
    ///
    /// # Errors
    ///
    /// What was given and cannot be used, or [`Error`].
    pub fn folder(&self) -> anyhow::Result<PathBuf> {
        Ok(self.source_folder()?.folder)
    }

    /// The folder, and the URL that golang-migrate would name it by.
    ///
    /// # Errors
    ///
    /// What was given and cannot be used, or [`Error`].
    pub fn folder_and_url(&self) -> anyhow::Result<(PathBuf, String)> {
        let SourceFolder { folder, url } = self.source_folder()?;
        Ok((folder, url))
    }

    /// Whether anything says which database is meant, if only that it is empty.
    pub fn has_database(&self) -> bool {
        let name = self.database_env.as_deref().unwrap_or(DATABASE_VARIABLE);
        self.database.is_some()
            || self.database_env.is_some()
            || std::env::var_os(name).is_some()
            || env_file::variable(Path::new(".env"), name).is_some()
    }

    fn source_folder(&self) -> anyhow::Result<SourceFolder> {
        if let Some(source) = self.source.as_deref().filter(|source| !source.is_empty()) {
            return from_source(source);
        }
        let folder = match (&self.path, std::env::var_os(PATH_VARIABLE)) {
            (Some(path), _) if !path.is_empty() => path.clone(),
            (None, Some(path)) if self.source.is_none() && !path.is_empty() => path,
            (None, None) if self.source.is_none() => OsString::from(DEFAULT_FOLDER),
            (None, Some(_)) if self.source.is_none() => {
                return Err(unset("source", format!("{PATH_VARIABLE} is set, but empty")));
            }
            _ => return Err(unset("source", "-path was given, but is empty".to_string())),
        };
        Ok(SourceFolder { url: format!("file://{}", folder.display()), folder: folder.into() })
    }

    fn database_url(&self) -> anyhow::Result<String> {
        if let Some(url) = &self.database {
            return match url.is_empty() {
                false => Ok(url.clone()),
                true => Err(unset(
                    "database",
                    "-database was given, but is empty: is the variable in it misspelt?"
                        .to_string(),
                )),
            };
        }
        let name = match self.database_env.as_deref() {
            Some("") => {
                return Err(unset("database", "-database-env names no variable".to_string()));
            }
            Some(name) => name,
            None => DATABASE_VARIABLE,
        };
        let (value, place) = match variable(name)? {
            Some(value) => (value, "the environment"),
            None => match env_file::variable(Path::new(".env"), name) {
                Some(value) => (value, ".env"),
                None => {
                    let hint = format!(
                        "give -database URL, or set {name} in the environment or in ./.env"
                    );
                    return Err(unset("database", hint));
                }
            },
        };
        match value.is_empty() {
            false => Ok(value),
            true => Err(unset("database", format!("{name} is set in {place}, but empty"))),
        }
    }
}

/// A variable that is there and cannot be read is no reason to look further.
fn variable(name: &str) -> anyhow::Result<Option<String>> {
    let value = std::env::var_os(name).map(OsString::into_string).transpose();
    value.map_err(|_| refused(&format!("{name} is not valid UTF-8")))
}

/// `file://m`, `file://./m`, `file:///abs/m`, `file:m`.
fn from_source(source: &str) -> anyhow::Result<SourceFolder> {
    let scheme = dbm::scheme(source).map_err(|e| {
        Error::Url(UrlError(format!("failed to parse scheme from source URL: {e}")))
    })?;
    let failed = |reason: String| Error::Source { url: source.to_string(), reason };
    if scheme != "file" {
        return Err(failed(format!(
            "source driver: unknown driver '{scheme}' (forgotten import?)"
        ))
        .into());
    }
    let rest = &source["file:".len()..];
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let folder = dbm::text::percent_decoded(rest)
        .ok_or_else(|| failed("invalid URL escape: write % as %25".to_string()))?;
    let folder = if folder.is_empty() { ".".to_string() } else { folder };
    Ok(SourceFolder { folder: folder.into(), url: source.to_string() })
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
            assert_eq!(from_source(source).unwrap().folder, Path::new(folder), "{source}");
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
