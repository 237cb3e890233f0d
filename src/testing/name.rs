//! The names: of a template, by all that decides what is in it, and of its copies.

use crate::checksum::Checksum;
use crate::error::Error;
use crate::fault::Fault;
use crate::migration::Direction;
use crate::scratch::{current_schema, is_hex, like, made_at, new_name};
use crate::session::Session;
use crate::source::Source;
use crate::url::DatabaseUrl;

/// What the names of templates begin with.
const TEMPLATE: &str = "dbm_template_";
/// What the names of their copies begin with.
const COPY: &str = "dbm_test_";
/// How many digits of its hash stand in a template's name …
const HASH: usize = 32;
/// … and in a copy's.
const SHORT: usize = 8;

/// What is applied, in order: each file's version, direction, name and checksum, a line each.
///
/// # Errors
///
/// [`Error::ReadFile`].
pub fn contents(source: &Source) -> Result<String, Error> {
    let mut contents = String::new();
    for &version in source.versions() {
        // The log keeps the down texts, too.
        for direction in [Direction::Up, Direction::Down] {
            let Some(entry) = source.entry(version, direction) else { continue };
            let text = entry.read()?;
            let (letter, name) = (direction.letter(), entry.name());
            // A checksum does not tell line ends apart, and a function's body does.
            let (length, checksum) = (text.len(), Checksum::of(&text));
            contents.push_str(&format!("{version}/{letter} {name:?} {length} {checksum}\n"));
        }
    }
    Ok(contents)
}

/// The name of the template that has these contents, for this URL, on the server of this session.
///
/// # Errors
///
/// [`Fault`].
pub fn of_template(
    session: &mut Session,
    url: &DatabaseUrl,
    contents: &str,
) -> Result<String, Fault> {
    let rows = session.query("select current_user")?;
    let role = rows.into_iter().flatten().next().flatten();
    let (schema, like) = (current_schema(session, url)?, like(session)?);
    let DatabaseUrl { settings, options, table, multi_statement, log, .. } = url;
    let settings: Vec<_> =
        settings.iter().filter(|(name, _)| *name != "application_name").collect();
    let version = env!("CARGO_PKG_VERSION");
    let told = format!(
        "{version} {role:?} {schema:?} {like:?} {settings:?} {options:?} {table:?} {multi_statement} \
         {log:?}\n{contents}"
    );
    let hash = Checksum::of(&told).to_string();
    Ok(format!("{TEMPLATE}{}", &hash[..HASH]))
}

/// A new name for a copy of this template.
pub fn of_copy(template: &str) -> String {
    let hash = template.strip_prefix(TEMPLATE).unwrap_or_default();
    new_name(&format!("{COPY}{}_", hash.get(..SHORT).unwrap_or_default()))
}

/// When the copy of this name was made, in seconds since 1970; `None` where it is no copy's name.
pub fn copy_made_at(name: &str) -> Option<u64> {
    let hash = name.strip_prefix(COPY)?.get(..SHORT).filter(|hash| hash.bytes().all(is_hex))?;
    made_at(name, &format!("{COPY}{hash}_"))
}

/// Whether this is a template's name.
pub fn is_template(name: &str) -> bool {
    let hash = name.strip_prefix(TEMPLATE);
    hash.is_some_and(|hash| hash.len() == HASH && hash.bytes().all(is_hex))
}

/// The number of the lock that the maker of a template holds.
pub fn lock(template: &str) -> i64 {
    let hash = template.strip_prefix(TEMPLATE).and_then(|hash| hash.get(..15));
    hash.and_then(|digits| i64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_others() {
        let template = format!("{TEMPLATE}{}", "0123456789abcdef".repeat(2));
        assert!(is_template(&template) && lock(&template) == 0x0012_3456_789a_bcde);
        assert!(!is_template(&template[1..]) && !is_template(&format!("{template}0")));
        let copy = of_copy(&template);
        assert!(copy.starts_with("dbm_test_01234567_") && copy.len() < 64, "{copy}");
        assert!(copy_made_at(&copy).is_some_and(|seconds| seconds > 1_700_000_000), "{copy}");
        assert_ne!(copy, of_copy(&template));
        for other in [
            "dbm_test_",
            "dbm_test_01234567",
            "dbm_test_0123456x_0123456789abcdef0123",
            "dbm_test_01234567_0123456789abcdef012",
            "dbm_test_01234567_0123456789abcdef01234",
            "dbm_test_01234567_0123456789ABCDEF0123",
            "dbm_test_0123456é_0123456789abcdef0123",
        ] {
            assert_eq!(copy_made_at(other), None, "{other}");
        }
    }

    #[test]
    fn contents_change_with_each_text_and_name() {
        let of = |name: &'static str, text: &'static str| {
            contents(&Source::texts([(name, text)]).unwrap()).unwrap()
        };
        let first = of("1_a.up.sql", "select 1");
        assert_eq!(first, of("01_a.up.sql", "select 1"));
        for (name, text) in [
            ("1_b.up.sql", "select 1"),
            ("2_a.up.sql", "select 1"),
            ("1_a.down.sql", "select 1"),
            ("1_a.up.sql", "select 2"),
        ] {
            assert_ne!(first, of(name, text));
        }
        assert_ne!(of("1_a.up.sql", "a\nb"), of("1_a.up.sql", "a\r\nb"));
    }
}
