//! `create`: makes the two empty files of a new migration, and needs no database for it.
//!
//! What is accepted, the versions, the order of the checks and the texts of the errors are those of
//! golang-migrate 4.19.1, but for three things. Sequences continue from the highest number in the
//! folder and not from the name that sorts last, numbers are the same whether padded or not, and
//! what would make a file that no run ever picks up is refused.
//!
//! This is not the reader of migration folders: it looks at names only, and counts as numbered also
//! what golang-migrate's own `create` does, such as `3_notes.sql`. It prints nothing either.

use super::golayout;
use anyhow::Result;
use chrono::{DateTime, Local, Utc};
use chrono_tz::Tz;
use regex::Regex;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf};

/// The layout of versions when none is asked for.
const DEFAULT_FORMAT: &str = "20060102150405";

/// The digits of a sequence when none are asked for; numbers of more are taken for times.
const DEFAULT_DIGITS: usize = 6;

/// Dates such as `20261120`, the shortest versions that are likely to be times.
const SHORTEST_TIME: usize = 8;

/// The longest name of a file, in bytes, on the file systems in use.
const LONGEST_NAME: usize = 255;

/// What the files of migrations are named.
const FILE_NAME: &str = r"^([0-9]+)_(.*)\.(down|up)\.(.*)$";

/// What was asked for.
#[derive(Debug)]
pub struct Request {
    /// What stands between the version and the direction; may be empty.
    pub name: String,
    /// The files' extension, with or without its leading point.
    pub ext: String,
    /// The folder, made if need be; empty for the current one.
    pub dir: PathBuf,
    /// Whether the version is the next number rather than the time.
    pub sequential: bool,
    /// The width to which a number is padded, and the most digits that it may have.
    pub digits: i64,
    /// `unix`, `unixNano` or a layout as in Go; `None` for `20060102150405`.
    pub format: Option<String>,
    /// The time zone of the version: an IANA name, `Local`, or `UTC` or nothing for UTC.
    pub zone: String,
}

/// What was done.
#[derive(Debug)]
pub struct Created {
    /// The up file and the down file: absolute and without `.` and `..`, symbolic links kept.
    pub paths: Vec<PathBuf>,
    /// Advice, each a line without its `hint: `.
    pub hints: Vec<String>,
}

/// Why nothing was created.
#[derive(Debug)]
pub enum CreateError {
    /// No such time zone.
    UnknownZone(String),
    /// Something that cannot be the name of a time zone, such as a path.
    InvalidZone,
    /// Both a sequence and a layout for times.
    SeqAndFormat,
    /// A sequence of no digits.
    Digits,
    /// An empty layout.
    EmptyFormat,
    /// The next number has more digits than it may have.
    TooLarge {
        /// The next number.
        version: String,
        /// The most digits it may have.
        digits: i64,
        /// What to do about it.
        hint: String,
    },
    /// The version of some other file.
    Duplicate {
        /// The version as it was to be written.
        version: String,
        /// The name of the other file.
        file: String,
    },
    /// A layout that makes a version that is not a number.
    NotANumber {
        /// The layout.
        format: String,
        /// What it makes of the time.
        version: String,
    },
    /// A version that does not fit the table's `bigint`.
    TooBig(String),
    /// A name or an extension that would end the line or leave the folder.
    Character {
        /// `name` or `extension`.
        what: &'static str,
        /// The name or extension.
        text: String,
        /// The first character that it may not have.
        character: char,
    },
    /// An extension such as `up.sql`, which makes both files the same direction.
    Direction(String),
    /// A file name of this many bytes.
    TooLong(usize),
    /// The operating system refused.
    Io {
        /// The operation, as Go names it.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl CreateError {
    /// Whether golang-migrate prints this without `error: ` before it.
    pub fn bare(&self) -> bool {
        matches!(self, Self::UnknownZone(_) | Self::InvalidZone)
    }

    /// What to type instead, a line without its `hint: `.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooLarge { hint, .. } => Some(hint.clone()),
            Self::Duplicate { file, .. } => Some(format!("{file:?} has this version")),
            Self::NotANumber { .. } => {
                Some("a version is digits only, e.g. -format 20060102".to_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownZone(zone) => write!(f, "unknown time zone {zone}"),
            Self::InvalidZone => write!(f, "time: invalid location name"),
            Self::SeqAndFormat => {
                write!(f, "The seq and format options are mutually exclusive")
            }
            Self::Digits => write!(f, "Digits must be positive"),
            Self::EmptyFormat => write!(f, "Time format may not be empty"),
            Self::TooLarge { version, digits, .. } => write!(
                f,
                "Next sequence number {version} too large. At most {digits} digits are allowed"
            ),
            Self::Duplicate { version, .. } => {
                write!(f, "duplicate migration version: {version}")
            }
            Self::NotANumber { format, version } => write!(
                f,
                "-format {format:?} makes the version {version:?}, which is not a number: \
                 the files would be ignored"
            ),
            Self::TooBig(version) => {
                write!(f, "version {version} too large. At most {} is allowed", i64::MAX)
            }
            Self::Character { what, text, character } => {
                write!(f, "{what} {text:?} may not contain {character:?}")
            }
            Self::Direction(ext) => {
                write!(f, "extension {ext:?} would make both files the same direction")
            }
            Self::TooLong(bytes) => write!(
                f,
                "name too long: the file name would have {bytes} bytes. \
                 At most {LONGEST_NAME} are allowed"
            ),
            Self::Io { action, path, source } => {
                write!(f, "{action} {}: {}", path.display(), reason(source))
            }
        }
    }
}

/// The reason is in the text already, so there is no source.
impl std::error::Error for CreateError {}

/// An operating system's error in Go's words: `permission denied`, without number or capital.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

/// Makes the files that `request` asks for, as at `now`.
///
/// # Errors
///
/// A [`CreateError`] for everything that can happen; then neither file has been left behind.
pub fn create(request: &Request, now: DateTime<Utc>) -> Result<Created> {
    let zone = Zone::find(&request.zone)?;
    let format = request.format.as_deref().unwrap_or(DEFAULT_FORMAT);
    if request.sequential && format != DEFAULT_FORMAT {
        return Err(CreateError::SeqAndFormat.into());
    }
    let pattern = Regex::new(FILE_NAME)?;
    let dir = clean(&request.dir);
    let ext = request.ext.strip_prefix('.').unwrap_or(&request.ext);
    let folder = Folder::read(&dir, ext, &pattern)?;

    let version = if request.sequential {
        folder.next(request.digits)?
    } else {
        time_version(now, zone, format)?
    };
    let number = number(&version, format)?;
    let names = ["up", "down"].map(|way| (way, format!("{version}_{}.{way}.{ext}", request.name)));
    check_characters("name", &request.name)?;
    check_characters("extension", ext)?;
    for (way, name) in &names {
        let read = pattern.captures(name).and_then(|found| found.get(3));
        if read.is_none_or(|read| read.as_str() != *way) {
            return Err(CreateError::Direction(ext.to_owned()).into());
        }
        if name.len() > LONGEST_NAME {
            return Err(CreateError::TooLong(name.len()).into());
        }
    }
    if let Some(other) = folder.files.iter().find(|file| file.number == number) {
        let file = other.name.clone();
        return Err(CreateError::Duplicate { version, file }.into());
    }

    let files = names.map(|(_, name)| clean(&dir.join(name)));
    let base = working_directory().map_err(|source| io_error("getwd", Path::new("."), source))?;
    make_folder(&dir)?;
    make_files(&files)?;
    Ok(Created {
        paths: files.iter().map(|file| clean(&base.join(file))).collect(),
        hints: folder.hint(request.sequential, &version).into_iter().collect(),
    })
}

/// Where the version's time is told.
#[derive(Clone, Copy)]
enum Zone {
    Utc,
    Local,
    Named(Tz),
}

impl Zone {
    fn find(name: &str) -> Result<Self, CreateError> {
        match name {
            "" | "UTC" => Ok(Self::Utc),
            "Local" => Ok(Self::Local),
            _ if name.contains("..") || name.starts_with(['/', '\\']) => {
                Err(CreateError::InvalidZone)
            }
            _ => match name.parse() {
                Ok(zone) => Ok(Self::Named(zone)),
                Err(_) => Err(CreateError::UnknownZone(name.to_owned())),
            },
        }
    }
}

fn time_version(now: DateTime<Utc>, zone: Zone, format: &str) -> Result<String, CreateError> {
    match format {
        "" => Err(CreateError::EmptyFormat),
        "unix" => Ok(now.timestamp().to_string()),
        "unixNano" => {
            let seconds = i128::from(now.timestamp());
            let nanos = i128::from(now.timestamp_subsec_nanos());
            Ok((seconds * 1_000_000_000 + nanos).to_string())
        }
        _ => Ok(match zone {
            Zone::Utc => golayout::format(&now, format),
            Zone::Local => golayout::format(&now.with_timezone(&Local), format),
            Zone::Named(zone) => golayout::format(&now.with_timezone(&zone), format),
        }),
    }
}

/// The number that `version` is, if a run would take it.
fn number(version: &str, format: &str) -> Result<u64, CreateError> {
    if !is_digits(version) {
        return Err(CreateError::NotANumber {
            format: format.to_owned(),
            version: version.to_owned(),
        });
    }
    match version.parse() {
        Ok(number) if i64::try_from(number).is_ok() => Ok(number),
        _ => Err(CreateError::TooBig(version.to_owned())),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Slashes lead elsewhere, a newline keeps a file from being picked up, and no control character
/// comes well out of a terminal.
fn check_characters(what: &'static str, text: &str) -> Result<(), CreateError> {
    match text.chars().find(|c| matches!(c, '/' | '\\') || c.is_control()) {
        None => Ok(()),
        Some(character) => Err(CreateError::Character { what, text: text.to_owned(), character }),
    }
}

/// The numbered files of a folder.
struct Folder {
    files: Vec<Numbered>,
}

struct Numbered {
    name: String,
    number: u64,
    /// The number as it is written.
    digits: String,
}

impl Folder {
    /// A folder that is not there is empty; so is what is no folder, until it is to be made.
    fn read(dir: &Path, ext: &str, pattern: &Regex) -> Result<Self, CreateError> {
        let mut files = Vec::new();
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(_) if !dir.is_dir() => return Ok(Self { files }),
            Err(source) => return Err(io_error("open", dir, source)),
        };
        let suffix = format!(".{ext}");
        for entry in entries {
            let entry = entry.map_err(|source| io_error("open", dir, source))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some((digits, _)) = name.split_once('_') else {
                continue;
            };
            if !is_digits(digits) || !(pattern.is_match(&name) || name.ends_with(&suffix)) {
                continue;
            }
            // A number over 2^64 is none to any run.
            if let Ok(number) = digits.parse() {
                let digits = digits.to_owned();
                files.push(Numbered { name, number, digits });
            }
        }
        files.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
        Ok(Self { files })
    }

    /// The number after the highest, padded to `digits`.
    fn next(&self, digits: i64) -> Result<String, CreateError> {
        if digits <= 0 {
            return Err(CreateError::Digits);
        }
        let last = self.files.last();
        let next = last.map_or(1, |last| u128::from(last.number) + 1);
        // Wider than a file name is refused in any case.
        let width = usize::try_from(digits).unwrap_or(usize::MAX);
        let version = format!("{next:0width$}", width = width.min(LONGEST_NAME + 1));
        if version.len() <= width {
            return Ok(version);
        }
        let hint = match last {
            Some(last) if last.length() >= SHORTEST_TIME => format!(
                "this folder is numbered by time (last: {}); create without -seq continues it",
                last.digits
            ),
            _ => format!("create -seq -digits {} allows it", version.len()),
        };
        Err(CreateError::TooLarge { version, digits, hint })
    }

    /// What to say of a new `version` that is out of step with the files before it.
    fn hint(&self, sequential: bool, version: &str) -> Option<String> {
        let last = self.files.last().filter(|last| last.length() <= DEFAULT_DIGITS)?;
        let padded = self.files.iter().any(|file| file.length() < file.digits.len());
        if sequential {
            let (shown, width) = (&last.digits, last.digits.len());
            let fits = version.trim_start_matches('0').len() <= width;
            return (padded && fits && version.len() != width).then(|| {
                format!(
                    "numbers in this folder have {width} digits (last: {shown}); \
                     create -seq -digits {width} keeps to that"
                )
            });
        }
        let width = last.digits.len().max((last.number + 1).to_string().len());
        let digits = if padded && width != DEFAULT_DIGITS {
            format!(" -digits {width}")
        } else {
            String::new()
        };
        (version.len() > DEFAULT_DIGITS).then(|| {
            format!(
                "this folder is numbered in sequence (last: {}); create -seq{digits} continues it",
                last.digits
            )
        })
    }
}

impl Numbered {
    /// How many digits the number has without the zeros before it.
    fn length(&self) -> usize {
        self.number.to_string().len()
    }
}

fn io_error(action: &'static str, path: &Path, source: io::Error) -> CreateError {
    let path = path.to_owned();
    CreateError::Io { action, path, source }
}

/// Makes `dir` and what is missing above it. Unlike [`fs::create_dir_all`] it says where it failed.
fn make_folder(dir: &Path) -> Result<(), CreateError> {
    let mut missing = Vec::new();
    for path in dir.ancestors().filter(|path| !path.as_os_str().is_empty()) {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => break,
            Ok(_) => return Err(io_error("mkdir", path, io::ErrorKind::NotADirectory.into())),
            Err(_) => missing.push(path),
        }
    }
    for path in missing.into_iter().rev() {
        match fs::create_dir(path) {
            Err(source) if !path.is_dir() => return Err(io_error("mkdir", path, source)),
            _ => {}
        }
    }
    Ok(())
}

/// Makes all of `files`, empty, or none. A file that is already there is never touched.
fn make_files(files: &[PathBuf]) -> Result<(), CreateError> {
    for (made, file) in files.iter().enumerate() {
        if let Err(source) = OpenOptions::new().write(true).create_new(true).open(file) {
            for file in &files[..made] {
                // What is said is why the other could not be made, whatever becomes of this.
                let _ = fs::remove_file(file);
            }
            return Err(io_error("open", file, source));
        }
    }
    Ok(())
}

/// `path` without `.`, `..` and doubled slashes, by its text alone, as Go's `filepath.Clean`.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match (component, out.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                out.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            _ => out.push(component),
        }
    }
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

/// The working directory by the name that the shell knows it by, as Go's `os.Getwd`.
fn working_directory() -> io::Result<PathBuf> {
    #[cfg(unix)]
    if let Some(shell) = std::env::var_os("PWD").map(PathBuf::from)
        && shell.is_absolute()
        && same_folder(&shell, Path::new("."))
    {
        return Ok(shell);
    }
    std::env::current_dir()
}

#[cfg(unix)]
fn same_folder(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A folder of its own for a test, removed after it.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(files: &[&str]) -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("dbm-create-{}-{count}", std::process::id());
            let dir = std::env::temp_dir().join(name);
            fs::create_dir(&dir).unwrap();
            for file in files {
                fs::write(dir.join(file), "").unwrap();
            }
            Self(dir)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }

        fn request(&self) -> Request {
            Request {
                name: "x".to_owned(),
                ext: "sql".to_owned(),
                dir: self.0.clone(),
                sequential: false,
                digits: 6,
                format: None,
                zone: "UTC".to_owned(),
            }
        }

        fn seq(&self, digits: i64) -> Request {
            Request { sequential: true, digits, ..self.request() }
        }

        fn format(&self, format: &str) -> Request {
            Request { format: Some(format.to_owned()), ..self.request() }
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_198_110, 12_345_678).unwrap()
    }

    /// The version that is made.
    fn version(request: &Request) -> String {
        let created = create(request, now()).unwrap();
        let names = created.paths.iter().filter_map(|path| path.file_name());
        let names: Vec<_> = names.filter_map(OsStr::to_str).collect();
        let (version, _) = names[0].split_once('_').unwrap();
        assert_eq!(names[0], format!("{version}_x.up.sql"));
        assert_eq!(names[1], format!("{version}_x.down.sql"));
        version.to_owned()
    }

    fn error(request: &Request) -> CreateError {
        create(request, now()).unwrap_err().downcast().unwrap()
    }

    fn refusal(request: &Request) -> String {
        error(request).to_string()
    }

    #[test]
    fn versions_from_the_time() {
        let cases = [
            (None, "", "20261120180830"),
            (None, "UTC", "20261120180830"),
            (None, "Europe/Paris", "20261120190830"),
            (None, "America/St_Johns", "20261120143830"),
            (Some("20060102"), "Asia/Tokyo", "20261121"),
            (Some("unix"), "Asia/Tokyo", "1795198110"),
            (Some("unixNano"), "UTC", "1795198110012345678"),
            (Some("1"), "UTC", "11"),
        ];
        for (format, zone, expected) in cases {
            let scratch = Scratch::new(&[]);
            let request = Request {
                format: format.map(str::to_owned),
                zone: zone.to_owned(),
                ..scratch.request()
            };
            assert_eq!(version(&request), expected, "{format:?} {zone}");
        }
        let scratch = Scratch::new(&[]);
        let local = Request { zone: "Local".to_owned(), ..scratch.request() };
        assert_eq!(version(&local).len(), 14);
    }

    #[test]
    fn sequences_continue_from_the_highest_number() {
        let cases: &[(&[&str], i64, &str)] = &[
            (&[], 6, "000001"),
            (&[], 1, "1"),
            (&["9_a.up.sql", "10_b.up.sql"], 2, "11"),
            (&["0003_a.up.sql", "4_b.down.sql"], 4, "0005"),
            (&["000007_a.up.md"], 6, "000008"),
            (&["3_three.sql", "4_four.sql"], 4, "0005"),
            (&["bad.sql", "bad_bad.sql", "-5_x.up.sql", "5-x.up.sql", "_x.up.sql"], 3, "001"),
            (&["7_notes.txt", "1_a.up.sql"], 1, "2"),
            (&["0_a.up.sql"], 1, "1"),
            (&["99999999999999999999_a.up.sql"], 1, "1"),
            (&["20260101000000_a.up.sql"], 14, "20260101000001"),
        ];
        for (files, digits, expected) in cases {
            let scratch = Scratch::new(files);
            assert_eq!(version(&scratch.seq(*digits)), *expected, "{files:?}");
        }
    }

    #[test]
    fn a_point_before_the_extension_makes_no_difference() {
        let scratch = Scratch::new(&["1_a.up.sql"]);
        let request = Request { ext: ".sql".to_owned(), name: String::new(), ..scratch.seq(1) };
        create(&request, now()).unwrap();
        assert_eq!(scratch.names(), ["1_a.up.sql", "2_.down.sql", "2_.up.sql"]);
    }

    #[test]
    fn refusals_in_the_references_words() {
        let scratch = Scratch::new(&["9_a.up.sql"]);
        let both = Request { format: Some("unix".to_owned()), ..scratch.seq(0) };
        assert_eq!(refusal(&both), "The seq and format options are mutually exclusive");
        assert_eq!(refusal(&scratch.seq(0)), "Digits must be positive");
        assert_eq!(refusal(&scratch.seq(-3)), "Digits must be positive");
        assert_eq!(refusal(&scratch.format("")), "Time format may not be empty");
        assert_eq!(
            refusal(&scratch.seq(1)),
            "Next sequence number 10 too large. At most 1 digits are allowed"
        );
        assert_eq!(scratch.names(), ["9_a.up.sql"]);
        let default = Request { format: Some(DEFAULT_FORMAT.to_owned()), ..scratch.seq(2) };
        assert_eq!(version(&default), "10");
    }

    #[test]
    fn zones_that_are_none() {
        let scratch = Scratch::new(&[]);
        for (zone, expected) in [
            ("Mars/Phobos", "unknown time zone Mars/Phobos"),
            ("utc", "unknown time zone utc"),
            ("../UTC", "time: invalid location name"),
            ("/etc/localtime", "time: invalid location name"),
        ] {
            let request = Request { zone: zone.to_owned(), ..scratch.seq(0) };
            let error = error(&request);
            assert_eq!(error.to_string(), expected);
            assert!(error.bare());
        }
        assert!(!error(&scratch.seq(0)).bare());
    }

    #[test]
    fn the_same_number_is_a_duplicate_however_it_is_written() {
        for (file, format, version) in [
            ("11_a.up.sql", "1", "11"),
            ("0011_a.down.md", "01", "11"),
            ("11_notes.sql", "001", "011"),
            ("20261120180830_x.up.sql", DEFAULT_FORMAT, "20261120180830"),
        ] {
            let scratch = Scratch::new(&[file]);
            let error = error(&scratch.format(format));
            assert_eq!(error.to_string(), format!("duplicate migration version: {version}"));
            assert_eq!(error.hint().unwrap(), format!("{file:?} has this version"));
            assert_eq!(scratch.names(), [file]);
        }
    }

    #[test]
    fn files_that_no_run_would_take_are_refused() {
        let scratch = Scratch::new(&[]);
        assert_eq!(
            refusal(&scratch.format("2006-01-02")),
            "-format \"2006-01-02\" makes the version \"2026-11-20\", which is not a number: \
             the files would be ignored"
        );
        assert_eq!(
            refusal(&scratch.format("999999999999999999999999")),
            "version 999999999999999999999999 too large. At most 9223372036854775807 is allowed"
        );
        for (name, shown) in [
            ("a/b", "name \"a/b\" may not contain '/'"),
            ("..\\b", "name \"..\\\\b\" may not contain '\\\\'"),
            ("a\nb", "name \"a\\nb\" may not contain '\\n'"),
            ("a\0", "name \"a\\0\" may not contain '\\0'"),
        ] {
            let request = Request { name: name.to_owned(), ..scratch.request() };
            assert_eq!(refusal(&request), shown);
        }
        for (ext, shown) in [
            ("up.sql", "extension \"up.sql\" would make both files the same direction"),
            ("sql/x", "extension \"sql/x\" may not contain '/'"),
        ] {
            let request = Request { ext: ext.to_owned(), ..scratch.request() };
            assert_eq!(refusal(&request), shown);
        }
        assert_eq!(scratch.names(), [""; 0]);
    }

    #[test]
    fn names_as_long_as_a_file_system_takes() {
        let scratch = Scratch::new(&[]);
        let of = |letters: usize| Request { name: "é".repeat(letters), ..scratch.seq(4) };
        // 0001_ and .down.sql are 14 bytes.
        assert_eq!(
            refusal(&of(121)),
            "name too long: the file name would have 256 bytes. At most 255 are allowed"
        );
        create(&of(120), now()).unwrap();
        let wide = scratch.seq(i64::MAX);
        assert!(refusal(&wide).starts_with("name too long: "), "{}", refusal(&wide));
    }

    #[test]
    fn sequences_end_with_bigint() {
        let scratch = Scratch::new(&["9223372036854775806_a.up.sql"]);
        assert_eq!(version(&scratch.seq(19)), "9223372036854775807");
        assert_eq!(
            refusal(&scratch.seq(19)),
            "version 9223372036854775808 too large. At most 9223372036854775807 is allowed"
        );
        let scratch = Scratch::new(&["18446744073709551615_a.up.sql"]);
        assert!(refusal(&scratch.seq(20)).starts_with("version 18446744073709551616 too large"));
    }

    #[test]
    fn hints() {
        let hints = |files: &[&str], request: fn(&Scratch) -> Request| {
            let scratch = Scratch::new(files);
            create(&request(&scratch), now()).unwrap().hints
        };
        let sequence = |last: &str, digits: &str| {
            [format!(
                "this folder is numbered in sequence (last: {last}); create -seq{digits} continues it"
            )]
        };
        let times = Scratch::request;
        assert_eq!(hints(&["003_a.up.sql", "004_b.up.sql"], times), sequence("004", " -digits 3"));
        assert_eq!(hints(&["001_a.up.sql", "999_b.up.sql"], times), sequence("999", " -digits 4"));
        assert_eq!(hints(&["000004_b.up.sql"], times), sequence("000004", ""));
        assert_eq!(hints(&["4_b.up.sql"], times), sequence("4", ""));
        assert_eq!(hints(&["004_b.up.sql"], |s| s.format("unix")), sequence("004", " -digits 3"));
        assert!(hints(&["004_b.up.sql"], |s| s.format("060102")).is_empty());
        assert!(hints(&[], times).is_empty());
        assert!(hints(&["1_a.up.sql", "20260101000000_b.up.sql"], times).is_empty());

        assert_eq!(
            hints(&["004_b.up.sql"], |s| s.seq(6)),
            [
                "numbers in this folder have 3 digits (last: 004); create -seq -digits 3 keeps to that"
            ]
        );
        assert!(hints(&["004_b.up.sql"], |s| s.seq(3)).is_empty());
        assert!(hints(&["4_b.up.sql"], |s| s.seq(6)).is_empty());
        assert!(hints(&["001_a.up.sql", "999_b.up.sql"], |s| s.seq(6)).is_empty());

        let scratch = Scratch::new(&["20260101000000_b.up.sql"]);
        assert_eq!(
            error(&scratch.seq(6)).hint().unwrap(),
            "this folder is numbered by time (last: 20260101000000); \
             create without -seq continues it"
        );
        let scratch = Scratch::new(&["9_b.up.sql"]);
        let hint = error(&scratch.seq(1)).hint();
        assert_eq!(hint.unwrap(), "create -seq -digits 2 allows it");
    }

    #[test]
    fn folders_are_made_and_paths_are_clean() {
        let scratch = Scratch::new(&["file"]);
        let request = Request { dir: scratch.0.join("no/../a//./b/"), ..scratch.seq(1) };
        let created = create(&request, now()).unwrap();
        let expected = ["a/b/1_x.up.sql", "a/b/1_x.down.sql"].map(|file| scratch.0.join(file));
        assert_eq!(created.paths, expected);
        for path in created.paths {
            assert_eq!(fs::read(path).unwrap(), b"");
        }
        assert_eq!(scratch.names(), ["a", "file"]);

        let file = scratch.0.join("file");
        for dir in [file.clone(), file.join("sub")] {
            let request = Request { dir, ..scratch.seq(1) };
            assert_eq!(refusal(&request), format!("mkdir {}: not a directory", file.display()));
        }
    }

    #[test]
    fn the_first_file_goes_when_the_second_cannot_be_made() {
        let scratch = Scratch::new(&["b"]);
        let files = ["a", "b"].map(|file| scratch.0.join(file));
        let error = make_files(&files).unwrap_err();
        assert_eq!(error.to_string(), format!("open {}: file exists", files[1].display()));
        assert_eq!(scratch.names(), ["b"]);
    }

    #[test]
    fn cleaning_is_by_the_text_alone() {
        for (path, expected) in [
            ("", "."),
            (".", "."),
            ("./", "."),
            ("a/..", "."),
            ("./a", "a"),
            ("a//b/./c/", "a/b/c"),
            ("..", ".."),
            ("../../a", "../../a"),
            ("a/../../b", "../b"),
            ("/..", "/"),
            ("/../a/../b", "/b"),
        ] {
            assert_eq!(clean(Path::new(path)), Path::new(expected), "{path:?}");
        }
    }
}
