//! Schemas, extensions, event triggers, languages, access methods, collations, conversions,
//! transforms, settings, default privileges.

use crate::quote::literal;
use crate::snapshot::object::{Id, Object};
use crate::snapshot::statements::model::Model;
use crate::snapshot::statements::privileges::{self, Change, changes, untouched};
use crate::snapshot::statements::text::{array, bare, qualified, without_arguments};
use crate::snapshot::statements::words::target;

/// CREATE EXTENSION.
pub fn create_extension(own: &Id, object: &Object) -> String {
    format!(
        "CREATE EXTENSION {} WITH SCHEMA {} VERSION {}",
        own.name,
        object.get("extnamespace"),
        literal(object.get("extversion")).trim_start()
    )
}

/// From one to the other.
pub fn alter_extension(own: &Id, before: &Object, after: &Object) -> Vec<String> {
    let mut statements = Vec::new();
    if before.get("extversion") != after.get("extversion") {
        let version = literal(after.get("extversion"));
        statements.push(format!("ALTER EXTENSION {} UPDATE TO {}", own.name, version.trim_start()));
    }
    if before.get("extnamespace") != after.get("extnamespace") {
        let schema = after.get("extnamespace");
        statements.push(format!("ALTER EXTENSION {} SET SCHEMA {schema}", own.name));
    }
    statements
}

/// CREATE EVENT TRIGGER.
pub fn create_event_trigger(own: &Id, object: &Object) -> Vec<String> {
    let tags: Vec<String> = array(object.get("evttags"))
        .iter()
        .map(|tag| literal(tag).trim_start().to_string())
        .collect();
    let when = match tags.is_empty() {
        true => String::new(),
        false => format!(" WHEN TAG IN ({})", tags.join(", ")),
    };
    let mut statements = vec![format!(
        "CREATE EVENT TRIGGER {} ON {}{when} EXECUTE FUNCTION {}()",
        own.name,
        object.get("evtevent"),
        without_arguments(object.get("evtfoid"))
    )];
    statements.extend(event_trigger_enabled(own, "O", object));
    statements
}

/// Whether an event trigger fires.
pub fn event_trigger_enabled(own: &Id, before: &str, object: &Object) -> Option<String> {
    let what = match object.get("evtenabled") {
        same if same == before => return None,
        "D" => "DISABLE",
        "R" => "ENABLE REPLICA",
        "A" => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    Some(format!("ALTER EVENT TRIGGER {} {what}", own.name))
}

/// CREATE LANGUAGE.
pub fn create_language(own: &Id, object: &Object) -> String {
    let trusted = if object.is("lanpltrusted") { "TRUSTED " } else { "" };
    let mut sql = format!("CREATE {trusted}LANGUAGE {}", own.name);
    for (key, word) in
        [("lanplcallfoid", "HANDLER"), ("laninline", "INLINE"), ("lanvalidator", "VALIDATOR")]
    {
        if object.has(key) {
            sql.push_str(&format!(" {word} {}", qualified(without_arguments(object.get(key)))));
        }
    }
    sql
}

/// CREATE ACCESS METHOD.
pub fn create_access_method(own: &Id, object: &Object) -> String {
    let kind = if object.get("amtype") == "i" { "INDEX" } else { "TABLE" };
    let handler = qualified(without_arguments(object.get("amhandler")));
    format!("CREATE ACCESS METHOD {} TYPE {kind} HANDLER {handler}", own.name)
}

/// CREATE COLLATION.
pub fn create_collation(own: &Id, object: &Object) -> String {
    let text = |key: &str| literal(&bare(object.get(key))).trim_start().to_string();
    let (mut options, provider) = (Vec::new(), object.get("collprovider"));
    options.push(match provider {
        "i" => "provider = icu".to_string(),
        "b" => "provider = builtin".to_string(),
        _ => "provider = libc".to_string(),
    });
    // What holds the locale has had several names.
    let locale = ["colllocale", "colliculocale"].into_iter().find(|key| object.has(key));
    let (collate, ctype) = (object.get("collcollate"), object.get("collctype"));
    match locale {
        Some(key) => options.push(format!("locale = {}", text(key))),
        None if collate == ctype => options.push(format!("locale = {}", text("collcollate"))),
        None => {
            options.push(format!("lc_collate = {}", text("collcollate")));
            options.push(format!("lc_ctype = {}", text("collctype")));
        }
    }
    if object.get("collisdeterministic") == "false" {
        options.push("deterministic = false".to_string());
    }
    if object.has("collicurules") {
        options.push(format!("rules = {}", text("collicurules")));
    }
    format!("CREATE COLLATION {} ({})", own.name, options.join(", "))
}

/// CREATE CONVERSION.
pub fn create_conversion(own: &Id, object: &Object) -> String {
    format!(
        "CREATE {}CONVERSION {} FOR '{}' TO '{}' FROM {}",
        if object.is("condefault") { "DEFAULT " } else { "" },
        own.name,
        object.get("from"),
        object.get("to"),
        qualified(without_arguments(object.get("conproc")))
    )
}

/// CREATE TRANSFORM.
pub fn create_transform(own: &Id, object: &Object) -> String {
    let mut functions = Vec::new();
    for (key, words) in [("trffromsql", "FROM SQL"), ("trftosql", "TO SQL")] {
        if object.has(key) {
            functions.push(format!("{words} WITH FUNCTION {}", qualified(object.get(key))));
        }
    }
    format!("CREATE {} ({})", target(own, object), functions.join(", "))
}

/// The settings of a database, or of a role in it: the database is the one that is connected to.
pub fn settings(before: Option<&Object>, after: Option<&Object>) -> Vec<String> {
    let read = |object: Option<&Object>| -> Vec<(String, String)> {
        let text = object.map(|object| object.get("setconfig")).unwrap_or_default();
        let pair = |setting: String| match setting.split_once('=') {
            Some((name, value)) => (name.to_string(), value.to_string()),
            None => (setting, String::new()),
        };
        array(text).into_iter().map(pair).collect()
    };
    let (old, new) = (read(before), read(after));
    let role = after.or(before).map(|object| object.get("setrole")).unwrap_or_default();
    let statement = |change: &str| {
        let start = match role {
            "-" | "" => "ALTER DATABASE %I ".to_string(),
            role => format!("ALTER ROLE {} IN DATABASE %I ", role.replace('%', "%%")),
        };
        let format = literal(&format!("{start}{}", change.replace('%', "%%")));
        let format = format.trim_start();
        format!("DO $do$ BEGIN EXECUTE format({format}, current_database()); END $do$")
    };
    let mut statements = Vec::new();
    for (name, _) in old.iter().filter(|(name, _)| !new.iter().any(|(other, _)| other == name)) {
        statements.push(statement(&format!("RESET {name}")));
    }
    for (name, value) in new.iter().filter(|pair| !old.contains(pair)) {
        // A list is kept as it is to be read.
        let is_list = matches!(
            name.to_ascii_lowercase().as_str(),
            "search_path"
                | "local_preload_libraries"
                | "session_preload_libraries"
                | "temp_tablespaces"
                | "datestyle"
                | "shared_preload_libraries"
        );
        let value = match is_list && !value.is_empty() {
            true => value.clone(),
            false => literal(value).trim_start().to_string(),
        };
        statements.push(statement(&format!("SET {name} TO {value}")));
    }
    statements
}

/// ALTER DEFAULT PRIVILEGES from one to the other; nothing stands for what is so from the start.
pub fn default_privileges(
    before: Option<&Object>,
    after: Option<&Object>,
    model: &Model,
) -> Vec<String> {
    let Some(object) = after.or(before) else { return Vec::new() };
    let letter = object.get("defaclobjtype").chars().next().unwrap_or(' ');
    let (role, schema) = (object.get("defaclrole"), object.get("defaclnamespace"));
    let read = |object: Option<&Object>| match object {
        Some(object) => privileges::read(object.get("defaclacl")),
        None if matches!(schema, "-" | "") => untouched(letter, role, model),
        None => privileges::Privileges::new(),
    };
    let things = match letter {
        'r' => "TABLES",
        'S' => "SEQUENCES",
        'f' => "FUNCTIONS",
        'T' => "TYPES",
        'L' => "LARGE OBJECTS",
        _ => "SCHEMAS",
    };
    let place = match schema {
        "-" | "" => String::new(),
        schema => format!(" IN SCHEMA {schema}"),
    };
    let statement = |change: Change<'_>| {
        format!("ALTER DEFAULT PRIVILEGES FOR ROLE {role}{place} {}", change.sql("", things))
    };
    changes(&read(before), &read(after), letter, &statement)
}
