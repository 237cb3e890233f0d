//! Where the database and the folder come from: flags, then variables, then `.env`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;
use dbm::text::printable_path;
use dbm::{
    DatabaseUrl, Error, FileName, FindingKind, Source, UrlError, parse_file_name,
    scheme_of_database, verify_folder,
};

use crate::cli::context::Context;
use crate::cli::env_file::{DATABASE_VARIABLE, EnvFile};
use crate::cli::likely_variable::likely_variables;
use crate::render::error::{Advice, Complaint};
use crate::render::findings::{Place, renumber};

/// The variable that holds the folder.
const PATH_VARIABLE: &str = "DBM_PATH";
/// The folder where nothing is said.
const DEFAULT_FOLDER: &str = "migrations";

/// What a command works on.
pub struct Opened {
    /// Where the database is.
    pub url: DatabaseUrl,
    /// The migrations.
    pub source: Source,
}

/// Where the migrations are; the folder need not be there.
pub struct Folder {
    /// As one would open it.
    pub path: PathBuf,
    /// The URL that golang-migrate would name it by.
    pub url: String,
    /// Nothing says so: it is where migrations are by default.
    is_default: bool,
}

impl Context {
    /// Reads the database's URL and opens the folder, and complains in golang-migrate's order:
    /// of the source's URL, the database's URL, the source.
    pub fn settings(&self) -> Result<Opened> {
        let folder = self.folder()?;
        let url = self.database_url()?;
        // The scheme alone is looked at before the folder is; the rest of the URL after it.
        scheme_of_database(&url).map_err(Error::Url)?;
        let source = self.source(&folder)?;
        Ok(Opened { url: self.resolved(&url)?, source })
    }

    /// Reads the database's URL alone.
    pub fn database(&self) -> Result<DatabaseUrl> {
        self.resolved(&self.database_url()?)
    }

    /// Opens the folder.
    pub fn source(&self, folder: &Folder) -> Result<Source> {
        let source = Source::folder_as(&folder.path, &folder.url);
        source.map_err(|error| self.advised(folder, error))
    }

    /// An error of the folder, with what to do about it where that can be told.
    pub fn advised(&self, folder: &Folder, error: Error) -> anyhow::Error {
        let hints = match &error {
            Error::Source { reason, .. } if reason.starts_with("duplicate migration file") => {
                self.advice_on_duplicates(folder)
            }
            Error::Source { .. } => self.advice_on_place(folder).into_iter().collect(),
            _ => Vec::new(),
        };
        match hints.is_empty() {
            true => error.into(),
            false => anyhow::Error::new(error).context(Advice(hints)),
        }
    }

    fn advice_on_duplicates(&self, folder: &Folder) -> Vec<String> {
        let findings = verify_folder(&folder.path, &folder.url).unwrap_or_default();
        let mut twice: Vec<_> =
            findings.iter().filter(|it| it.kind == FindingKind::Duplicate).collect();
        let first = twice.first().and_then(|it| it.version);
        twice.retain(|it| it.version == first);
        let (program, name) = (self.printer.program(), self.printer.name());
        renumber(&twice, &Place { program, name, folder: &folder.path })
    }

    /// What to type where the default folder is not there, and the working directory has migrations.
    pub fn advice_on_place(&self, folder: &Folder) -> Option<String> {
        let is_here = folder.is_default && !folder.path.exists() && has_migrations(Path::new("."));
        is_here.then(|| {
            let command = self.printer.with_flags("-path .");
            format!("the working directory has migrations itself: {command}")
        })
    }

    /// A URL with what the environment adds to it.
    pub fn resolved(&self, url: &str) -> Result<DatabaseUrl> {
        let (url, warnings) = DatabaseUrl::resolve(url).map_err(Error::Url)?;
        for warning in &warnings {
            self.printer.warning(warning);
        }
        Ok(url)
    }

    /// Where the migrations are.
    pub fn folder(&self) -> Result<Folder> {
        let (source, path) = (&self.config.flags.source, &self.config.flags.path);
        if let Some(source) = source.as_deref().filter(|source| !source.is_empty()) {
            return from_source(source);
        }
        if path.is_some() || source.is_some() {
            let path = path.as_ref().filter(|path| !path.is_empty());
            let unset = || unset("source", "-path was given, but is empty");
            return Ok(Folder::at(path.ok_or_else(unset)?.into()));
        }
        if let Some(path) = std::env::var_os(PATH_VARIABLE) {
            return match path.is_empty() {
                true => Err(unset("source", format!("{PATH_VARIABLE} is set, but empty"))),
                false => Ok(Folder::at(path.into())),
            };
        }
        Ok(match self.folder_of_env_file()? {
            Some(path) => Folder::at(path),
            None => Folder { is_default: true, ..Folder::at(DEFAULT_FOLDER.into()) },
        })
    }

    /// The folder that `.env` names, from where that file is.
    fn folder_of_env_file(&self) -> Result<Option<PathBuf>> {
        let file = match self.env_file() {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(None),
            // Whoever needs the database's URL from it is told then. A folder is something else.
            Err(reason) => {
                if self.has_database_before_env_file() && !is_folder_here() {
                    self.printer.warning(reason);
                }
                return Ok(None);
            }
        };
        let path = file.variable(PATH_VARIABLE).map_err(Complaint::new)?;
        if path.as_deref() == Some("") {
            let shown = printable_path(&file.path);
            return Err(unset("source", format!("{PATH_VARIABLE} is set in {shown}, but empty")));
        }
        Ok(path.map(|path| file.path.with_file_name("").join(path)))
    }

    /// Whether anything says which database is meant, if only that it is empty.
    pub fn has_database(&self) -> bool {
        self.config.flags.database_env.is_some()
            || self.has_database_before_env_file()
            || match self.env_file().map(|file| file.map(|it| it.variable(self.variable_name()))) {
                Ok(Some(Ok(value))) => value.is_some(),
                Ok(Some(Err(_))) => true,
                Ok(None) => false,
                // A folder is something else, a Python environment for one.
                Err(_) => !is_folder_here(),
            }
    }

    /// Whether a flag or a variable says it.
    fn has_database_before_env_file(&self) -> bool {
        self.config.flags.database.is_some() || std::env::var_os(self.variable_name()).is_some()
    }

    fn variable_name(&self) -> &str {
        self.config.flags.database_env.as_deref().unwrap_or(DATABASE_VARIABLE)
    }

    /// The database's URL as it was written.
    pub fn database_url(&self) -> Result<String> {
        if let Some(url) = &self.config.flags.database {
            let hint = "-database was given, but is empty: is the variable in it misspelt?";
            return not_empty(url.clone(), hint);
        }
        let name = self.variable_name();
        if name.is_empty() {
            return Err(unset("database", "-database-env names no variable"));
        }
        if let Some(value) = variable(name)? {
            return not_empty(value, format!("{name} is set in the environment, but empty"));
        }
        let unreadable = |reason: &str| {
            let hint = format!("give -database URL, or set {name} in the environment");
            Complaint::new(reason).hint(hint)
        };
        let file = self.env_file().map_err(unreadable)?;
        let value = file.map(|file| file.variable(name)).transpose();
        match (file, value.map_err(|reason| unreadable(&reason))?.flatten()) {
            (Some(file), Some(value)) => {
                let shown = printable_path(&file.path);
                not_empty(value, format!("{name} is set in {shown}, but empty"))
            }
            (file, _) => Err(unset("database", self.advice_on_variable(name, file))),
        }
    }

    /// What to type where nothing says which database.
    fn advice_on_variable(&self, name: &str, file: Option<&EnvFile>) -> String {
        let usual = format!("give -database URL, or set {name} in the environment or in .env");
        if self.config.flags.database_env.is_some() {
            return usual;
        }
        let others = likely_variables(file);
        let [first, more @ ..] = &others[..] else { return usual };
        let it = if more.is_empty() { "it" } else { "the first" };
        format!(
            "{name} is not set; a PostgreSQL URL is in {}; to use {it}: {}",
            others.join(", "),
            self.printer.with_flags(&format!("-database-env {first}"))
        )
    }
}

impl Folder {
    fn at(path: PathBuf) -> Folder {
        Folder { url: format!("file://{}", path.display()), path, is_default: false }
    }
}

/// Whether `.env` is a folder.
fn is_folder_here() -> bool {
    Path::new(".env").is_dir()
}

fn has_migrations(folder: &Path) -> bool {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = names.map(|entry| entry.file_name());
    names.any(|name| parse_file_name(&name.to_string_lossy()) != FileName::Other)
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
    Ok(Folder { path: path.into(), url: source.to_string(), is_default: false })
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
