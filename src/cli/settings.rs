//! Where the database and the folder come from: flags, then variables, then `.env`.

use std::path::{Path, PathBuf};

use dbm::{DatabaseUrl, Error, Source, UrlError};

use crate::cli::dot_env;
use crate::render::error::Complaint;

/// The variable that holds the database's URL unless another is named.
const DATABASE_VARIABLE: &str = "DATABASE_URL";
/// The variable that holds the folder.
const PATH_VARIABLE: &str = "DBM_PATH";
/// The folder where nothing is said.
const DEFAULT_FOLDER: &str = "migrations";

/// Flags that all commands share, as they were typed.
pub struct Settings {
    /// `-source`
    pub source: Option<String>,
    /// `-path`
    pub path: Option<String>,
    /// `-database`
    pub database: Option<String>,
    /// `-database-env`
    pub database_env: Option<String>,
    /// `-prefetch`
    pub prefetch: Option<u64>,
    /// `-lock-timeout`, in seconds
    pub lock_timeout: Option<u64>,
    /// `-lock-wait`, in milliseconds
    pub lock_wait: Option<u64>,
    /// `-retries`
    pub retries: Option<u64>,
    /// `-wait`, in seconds
    pub wait: Option<u64>,
    /// `-verbose`
    pub verbose: bool,
}

/// No URL, in golang-migrate's words.
fn unset(which: &str, hint: String) -> anyhow::Error {
    let message = format!("failed to parse scheme from {which} URL: URL cannot be empty");
    Complaint { hint: Some(hint), ..Complaint::new(&message) }.into()
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

/// A place for migrations: the folder, and the URL that golang-migrate would name it by.
struct Place {
    folder: PathBuf,
    url: String,
}

impl Settings {
    /// Reads the database's URL and opens the folder, and complains in golang-migrate's order:
    /// of the source's URL, the database's URL, the source.
    ///
    /// # Errors
    ///
    /// [`Complaint`] or [`Error`].
    pub fn open(&self) -> anyhow::Result<Opened> {
        let place = self.place()?;
        let url = self.database_url()?;
        // The scheme alone is looked at before the folder is; the rest of the URL after it.
        dbm::scheme(&url).map_err(|e| {
            Error::Url(UrlError(format!("failed to parse scheme from database URL: {e}")))
        })?;
        let source = Source::folder_as(&place.folder, &place.url)?;
        let (url, warnings) = DatabaseUrl::resolve(&url).map_err(Error::Url)?;
        Ok(Opened { url, source, warnings })
    }

    /// Reads the database's URL alone; with it come warnings, a line each.
    ///
    /// # Errors
    ///
    /// [`Complaint`] or [`Error`].
    pub fn database(&self) -> anyhow::Result<(DatabaseUrl, Vec<String>)> {
        Ok(DatabaseUrl::resolve(&self.database_url()?).map_err(Error::Url)?)
    }

    /// The folder of migrations, which need not be there.
    ///
    /// # Errors
    ///
    /// [`Complaint`] or [`Error`].
    pub fn folder(&self) -> anyhow::Result<PathBuf> {
        Ok(self.place()?.folder)
    }

    /// The folder, and the URL that golang-migrate would name it by.
    ///
    /// # Errors
    ///
    /// [`Complaint`] or [`Error`].
    pub fn folder_and_url(&self) -> anyhow::Result<(PathBuf, String)> {
        let Place { folder, url } = self.place()?;
        Ok((folder, url))
    }

    /// Whether anything says which database is meant, if only that it is empty.
    pub fn has_database(&self) -> bool {
        let name = self.database_env.as_deref().unwrap_or(DATABASE_VARIABLE);
        self.database.is_some()
            || self.database_env.is_some()
            || variable(name).is_some()
            || dot_env::variable(Path::new(".env"), name).is_some()
    }

    fn place(&self) -> anyhow::Result<Place> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(source) = given(&self.source) {
            return from_source(&source);
        }
        let folder = match given(&self.path) {
            Some(path) => path,
            None if self.path.is_some() || self.source.is_some() => {
                return Err(unset("source", "-path was given, but is empty".to_string()));
            }
            None => match variable(PATH_VARIABLE) {
                Some(path) if path.is_empty() => {
                    return Err(unset("source", format!("{PATH_VARIABLE} is set, but empty")));
                }
                Some(path) => path,
                None => DEFAULT_FOLDER.to_string(),
            },
        };
        Ok(Place { url: format!("file://{folder}"), folder: folder.into() })
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
        let (value, place) = match variable(name) {
            Some(value) => (value, "the environment"),
            None => match dot_env::variable(Path::new(".env"), name) {
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

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// `file://m`, `file://./m`, `file:///abs/m`, `file:m`.
fn from_source(source: &str) -> anyhow::Result<Place> {
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
    Ok(Place { folder: folder.into(), url: source.to_string() })
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
