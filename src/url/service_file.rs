//! The service file's text: `[name]`, and connection parameters below it.

use std::collections::BTreeMap;

/// The parameters of the first section of this name; `None` where there is none.
///
/// # Errors
///
/// Which line cannot be read, and why. What is on it is not shown: it may be a password.
pub fn find(text: &str, name: &str) -> Result<Option<BTreeMap<String, String>>, String> {
    let mut found: Option<BTreeMap<String, String>> = None;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if section.split_once(']').is_some_and(|(section, _)| section == name) {
                found = Some(BTreeMap::new());
            }
            continue;
        }
        let Some(parameters) = &mut found else { continue };
        if line.starts_with("ldap") {
            return Err(format!("line {number}: LDAP is not supported"));
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(format!("line {number}: not of the form name=value"));
        };
        if key.trim() == "service" {
            return Err(format!("line {number}: a service cannot name a service"));
        }
        parameters.entry(key.trim().to_string()).or_insert_with(|| value.trim().to_string());
    }
    if let Some(parameters) = &mut found {
        parameters.retain(|_, value| !value.is_empty());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Option<String>, String> {
        let found = find(text, "s")?;
        let line = |(key, value): (String, String)| format!("{key}={value}");
        Ok(found.map(|found| found.into_iter().map(line).collect::<Vec<_>>().join(" ")))
    }

    #[test]
    fn sections() {
        for (text, expected) in [
            ("", None),
            ("[t]\nhost=h", None),
            ("[ss]\nhost=h", None),
            ("host=x", None),
            ("[s]", Some("")),
            ("[s]\nhost=h\nport=1", Some("host=h port=1")),
            ("[s]\r\n  host = h \r\n", Some("host=h")),
            ("# [s]\nnonsense\n[t]\nhost=x\n[s]\n#port=1\nhost=h\n[u]\nnonsense", Some("host=h")),
            ("[s]\nhost=h\nhost=i\n[s]\nport=1", Some("host=h")),
            ("[s]\npassword=a=b#c\nuser=", Some("password=a=b#c")),
        ] {
            assert_eq!(found(text), Ok(expected.map(str::to_string)), "{text}");
        }
    }

    #[test]
    fn errors_name_the_line_and_not_what_is_on_it() {
        for (text, expected) in [
            ("[s]\n\nsecret", "line 3: not of the form name=value"),
            ("[s]\nservice=secret", "line 2: a service cannot name a service"),
            ("[s]\nldap://secret", "line 2: LDAP is not supported"),
        ] {
            assert_eq!(found(text), Err(expected.to_string()), "{text}");
        }
    }
}
