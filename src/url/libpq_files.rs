//! The files that libpq reads beside a URL: services, passwords, certificates.
//!
//! Which file is read, and whether, is decided here; what is in it is read by `service_file` and
//! `password_file`.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::regular_file;
use crate::text::go_reason;
use crate::url::database_url::{DatabaseUrl, Secret};
use crate::url::inputs::Inputs;
use crate::url::{password_file, service_file};

/// Where the service file of the whole machine is, unless `PGSYSCONFDIR` says so: as Debian, as
/// Red Hat and as PostgreSQL's own builds have it.
const SYSTEM_FOLDERS: [&str; 3] =
    ["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/usr/local/pgsql/etc"];

/// Parameters that ask for a check that is not made.
const IGNORED: [(&str, &str); 7] = [
    ("require_auth", "PGREQUIREAUTH"),
    ("requirepeer", "PGREQUIREPEER"),
    ("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    ("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    ("sslcrl", "PGSSLCRL"),
    ("sslcrldir", "PGSSLCRLDIR"),
    ("sslpassword", ""),
];

/// Reads a URL and the files that libpq reads beside it; returns warnings too.
///
/// # Errors
///
/// What is wrong, as the text behind `failed to open database: `.
pub fn resolve(
    url: &str,
    scheme: &str,
    env: &dyn Fn(&str) -> Option<String>,
    home: Option<&Path>,
) -> Result<(DatabaseUrl, Vec<String>), String> {
    let mut inputs = Inputs::read(url, scheme, env)?;
    if let Some(name) = inputs.find("service", "PGSERVICE") {
        inputs.service = load_service(&inputs, &name, home)?;
    }
    let mut database = inputs.merge()?;
    let mut warnings: Vec<String> = IGNORED
        .iter()
        .filter(|(parameter, variable)| inputs.find(parameter, variable).is_some())
        .map(|(parameter, _)| format!("{parameter} is not supported and is ignored"))
        .collect();
    if database.password.is_none() {
        match load_password(&inputs, &database, home) {
            Ok(password) => database.password = password,
            Err(warning) => warnings.push(warning),
        }
    }
    add_certificates(&mut database, home);
    Ok((database, warnings))
}

/// The parameters of a service: of the user's file, else of the machine's.
fn load_service(
    inputs: &Inputs<'_>,
    name: &str,
    home: Option<&Path>,
) -> Result<BTreeMap<String, String>, String> {
    let named = inputs.find("servicefile", "PGSERVICEFILE").map(PathBuf::from);
    let system = match inputs.variable("PGSYSCONFDIR") {
        Some(folder) => vec![PathBuf::from(folder)],
        None => SYSTEM_FOLDERS.iter().map(PathBuf::from).collect(),
    };
    let own = named.clone().or_else(|| Some(home?.join(".pg_service.conf")));
    let system = system.into_iter().map(|folder| folder.join("pg_service.conf"));
    for file in own.into_iter().chain(system) {
        let text = match regular_file::read(&file) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(e) if e.kind() == ErrorKind::NotFound && named.as_ref() != Some(&file) => continue,
            Err(e) => {
                return Err(format!("service file \"{}\": {}", file.display(), go_reason(&e)));
            }
        };
        let found = service_file::find(&text, name)
            .map_err(|e| format!("service file \"{}\", {e}", file.display()))?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(format!("definition of service \"{name}\" not found"))
}

/// The password file's password for the first host; or a warning that the file is not used.
fn load_password(
    inputs: &Inputs<'_>,
    database: &DatabaseUrl,
    home: Option<&Path>,
) -> Result<Option<Secret>, String> {
    let named = inputs.find("passfile", "PGPASSFILE").map(PathBuf::from);
    let Some(file) = named.or_else(|| Some(home?.join(".pgpass"))) else {
        return Ok(None);
    };
    let shown = file.display();
    // As in libpq, the file may be missing.
    let Ok(metadata) = fs::metadata(&file) else { return Ok(None) };
    if !metadata.is_file() {
        return Err(format!("password file \"{shown}\" is not a plain file, and is not used"));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(format!(
            "password file \"{shown}\" has group or world access, and is not used; \
             permissions should be u=rw (0600) or less: chmod 600 {shown}"
        ));
    }
    let bytes = regular_file::read(&file).map_err(|e| {
        format!("password file \"{shown}\" cannot be read, and is not used: {}", go_reason(&e))
    })?;
    // Without a user, it is the operating system's.
    let user = database.user.clone().or_else(|| inputs.variable("USER"));
    let user = user.or_else(|| inputs.variable("LOGNAME")).unwrap_or_default();
    let Some((host, port)) = database.hosts.first() else { return Ok(None) };
    let (port, name) = (port.to_string(), database.database.as_deref().unwrap_or(&user));
    let found = password_file::find(&String::from_utf8_lossy(&bytes), [host, &port, name, &user]);
    Ok(found.filter(|password| !password.is_empty()).map(Secret))
}

/// libpq's default files, where they exist.
fn add_certificates(database: &mut DatabaseUrl, home: Option<&Path>) {
    let existing = |name: &str| {
        let file = home?.join(".postgresql").join(name);
        file.exists().then_some(file)
    };
    if database.sslrootcert.is_none() {
        database.sslrootcert = existing("root.crt");
    }
    if database.sslkey.is_none() {
        database.sslkey = existing("postgresql.key");
    }
    // A certificate is of no use without its key.
    if database.sslcert.is_none() && database.sslkey.is_some() {
        database.sslcert = existing("postgresql.crt");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use tempfile::TempDir;

    /// A home with files, and the variables of the test.
    struct Home(TempDir);

    impl Home {
        fn new() -> Home {
            Home(TempDir::new().unwrap())
        }

        fn file(self, name: &str, text: &str, mode: u32) -> Home {
            let path = self.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            self
        }

        /// `~` in a variable is this home.
        fn resolve(
            &self,
            url: &str,
            variables: &[(&str, &str)],
        ) -> Result<(DatabaseUrl, Vec<String>), String> {
            let home = self.0.path();
            let env = |wanted: &str| {
                let found = variables.iter().find(|(name, _)| *name == wanted)?;
                Some(found.1.replace('~', home.to_str().unwrap()))
            };
            resolve(url, "postgres", &env, Some(home))
        }

        fn password(&self, url: &str, variables: &[(&str, &str)]) -> (Option<String>, Vec<String>) {
            let (database, warnings) = self.resolve(url, variables).unwrap();
            (database.password.map(|secret| secret.reveal().to_string()), warnings)
        }
    }

    fn found(password: &str) -> (Option<String>, Vec<String>) {
        (Some(password.to_string()), Vec::new())
    }

    #[test]
    fn passwords_from_files() {
        let home = Home::new()
            .file(".pgpass", "h:5432:d:u:one\nh2:*:*:*:two\n*:*:me:me:own", 0o600)
            .file("other", "*:*:*:*:other", 0o400);
        assert_eq!(home.password("postgres://u@h/d", &[]), found("one"));
        assert_eq!(home.password("postgres://u@h2,h/d", &[]), found("two"));
        assert_eq!(home.password("postgres://u@h/x", &[]), (None, vec![]));
        assert_eq!(home.password("postgres://h/", &[("USER", "me")]), found("own"));
        assert_eq!(home.password("postgres://u:p@h/d", &[]), found("p"));
        assert_eq!(home.password("postgres://u@h/d", &[("PGPASSWORD", "e")]), found("e"));
        assert_eq!(home.password("postgres://u@h/d", &[("PGPASSFILE", "~/other")]), found("other"));
        let url = format!("postgres://u@h/d?passfile={}/other", home.0.path().display());
        assert_eq!(home.password(&url, &[("PGPASSFILE", "~/none")]), found("other"));
        assert_eq!(home.password("postgres://u@h/d", &[("PGPASSFILE", "~/none")]), (None, vec![]));
    }

    #[test]
    fn files_that_are_not_used() {
        for mode in [0o640, 0o604, 0o620, 0o601] {
            let home = Home::new().file(".pgpass", "*:*:*:*:s3cr3t", mode);
            let (password, warnings) = home.password("postgres://u@h/d", &[]);
            assert_eq!(password, None);
            assert!(warnings[0].contains("group or world access"), "{warnings:?}");
            assert_eq!(home.password("postgres://u:p@h/d", &[]), found("p"));
        }
        let home = Home::new();
        let (password, warnings) = home.password("postgres://u@h/d", &[("PGPASSFILE", "~")]);
        assert_eq!(password, None);
        assert!(warnings[0].contains("not a plain file"), "{warnings:?}");
        let (_, warnings) = home.password("postgres://u:p@h/d?sslcrl=x", &[]);
        assert_eq!(warnings, ["sslcrl is not supported and is ignored"]);
    }

    #[test]
    fn services() {
        let home = Home::new()
            .file(".pg_service.conf", "[s]\nhost=sh\nport=1\nuser=su\nsearch_path=a\n", 0o644)
            .file("etc/pg_service.conf", "[t]\nhost=th\ndbname=td\npassword=tp\n", 0o644)
            .file("named", "[s]\nhost=nh\nsslmode=require\n", 0o644)
            .file("broken", "[s]\ns3cr3t\n", 0o644);
        let etc = ("PGSYSCONFDIR", "~/etc");
        let place = |url: &str, variables: &[(&str, &str)]| {
            home.resolve(url, variables).map(|(database, _)| database.place())
        };
        let said = |text: &str| Ok(text.to_string());
        let env = [etc, ("PGSERVICE", "s"), ("PGHOST", "eh"), ("PGDATABASE", "ed")];
        assert_eq!(place("postgres://", &env), said("sh:1/ed"));
        assert_eq!(place("postgres://h/d", &env), said("h:1/d"));
        assert_eq!(place("postgres://:2/?service=t", &env), said("th:2/td"));
        let (database, _) = home.resolve("postgres://?service=s", &[etc]).unwrap();
        assert_eq!(database.user.as_deref(), Some("su"));
        assert_eq!(database.settings["search_path"], "a");
        let named = [etc, ("PGSERVICE", "s"), ("PGSERVICEFILE", "~/named")];
        let (database, _) = home.resolve("postgres://", &named).unwrap();
        assert_eq!((database.place().as_str(), database.sslmode.name()), ("nh:5432", "require"));

        let error = |url: &str, variables: &[(&str, &str)]| place(url, variables).unwrap_err();
        assert_eq!(error("postgres://?service=x", &[etc]), "definition of service \"x\" not found");
        let broken = [etc, ("PGSERVICE", "s"), ("PGSERVICEFILE", "~/broken")];
        let broken = error("postgres://", &broken);
        assert!(broken.contains("broken\", line 2: ") && !broken.contains("s3cr3t"), "{broken}");
        let missing = error("postgres://?service=s", &[etc, ("PGSERVICEFILE", "~/none")]);
        assert!(missing.starts_with("service file \"") && missing.contains("none"), "{missing}");
    }

    #[test]
    fn certificates_of_the_home() {
        let home = Home::new();
        let (database, _) = home.resolve("postgres://h", &[]).unwrap();
        assert_eq!((database.sslrootcert, database.sslcert, database.sslkey), (None, None, None));
        let home = home.file(".postgresql/root.crt", "", 0o644);
        let home = home.file(".postgresql/postgresql.crt", "", 0o644);
        let own = |name: &str| Some(home.0.path().join(".postgresql").join(name));
        let (database, _) = home.resolve("postgres://h", &[]).unwrap();
        assert_eq!((database.sslrootcert, database.sslcert), (own("root.crt"), None));
        let home = home.file(".postgresql/postgresql.key", "", 0o600);
        let own = |name: &str| Some(home.0.path().join(".postgresql").join(name));
        let (database, _) = home.resolve("postgres://h?sslrootcert=/r", &[]).unwrap();
        assert_eq!(database.sslrootcert.as_deref(), Some(Path::new("/r")));
        assert_eq!(
            (database.sslcert, database.sslkey),
            (own("postgresql.crt"), own("postgresql.key"))
        );
    }
}
