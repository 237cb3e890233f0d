//! Schema templates: sets of migrations that are built into the program, for `new` to write and
//! `templates` to show.
//!
//! Their files are plain migrations below `src/templates`; those of `api-service` are this project's
//! own. To add one: its folder, and its line in [`TEMPLATES`].

use clap::builder::PossibleValuesParser;

/// A schema to begin with.
pub struct Template {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it holds, in a line.
    pub about: &'static str,
    /// Its migrations, in order.
    pub steps: &'static [Step],
}

/// A migration of a template.
pub struct Step {
    /// `001_create_users`: what the names of its files begin with in a folder of their own.
    pub stem: &'static str,
    /// The text of the up file.
    pub up: &'static str,
    /// The text of the down file.
    pub down: &'static str,
}

macro_rules! steps {
    ($folder:literal, $($stem:literal)*) => {
        &[$(Step {
            stem: $stem,
            up: include_str!(concat!("../", $folder, "/", $stem, ".up.sql")),
            down: include_str!(concat!("../", $folder, "/", $stem, ".down.sql")),
        }),*]
    };
}

/// All of them, by name.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "api-service",
        about: "accounts, API keys, JWT sessions and usage records",
        steps: steps!("../migrations",
            "001_create_users_table" "002_create_api_keys_table" "003_create_sessions_table"
            "004_create_usage_records_table"),
    },
    Template {
        name: "better-auth",
        about: "accounts, sessions, software and hardware background",
        steps: steps!("templates/better-auth",
            "001_create_users" "002_create_sessions" "003_create_software_background"
            "004_create_hardware_background" "005_create_indexes" "006_create_triggers"),
    },
    Template {
        name: "better-auth-upgrade",
        about: "Better Auth's tables beside a users table that is there",
        steps: steps!("templates/better-auth-upgrade",
            "001_add_better_auth_columns" "002_create_better_auth_sessions"
            "003_create_better_auth_accounts" "004_check_better_auth_upgrade"),
    },
    Template {
        name: "profile",
        about: "accounts with a profile in JSONB, and JWT sessions",
        steps: steps!("templates/profile", "001_create_users" "002_create_sessions"),
    },
    Template {
        name: "rbac-auth",
        about: "accounts, roles, permissions, tokens, profiles, friends",
        steps: steps!("templates/rbac-auth",
            "001_create_users" "002_create_roles" "003_create_permissions" "004_create_user_roles"
            "005_create_role_permissions" "006_create_tokens" "007_create_password_reset_tokens"
            "008_create_user_profiles" "009_create_user_preferences" "010_create_user_connections"
            "011_add_default_roles"),
    },
];

/// For clap's `value_parser`: the name of one.
pub fn template_name() -> PossibleValuesParser {
    PossibleValuesParser::new(TEMPLATES.iter().map(|template| template.name))
}

/// The template of this name.
pub fn find(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

impl Step {
    /// Its number as it is written, and its name: `001` and `create_users`.
    pub fn number_and_name(&self) -> (&'static str, &'static str) {
        self.stem.split_once('_').unwrap_or(("", self.stem))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// A file that is not listed would be missing in what `new` writes.
    #[test]
    fn every_file_is_listed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = fs::read_dir(root.join("src/templates")).unwrap().count();
        assert_eq!(folders + 1, TEMPLATES.len(), "beside the project's own migrations");
        assert!(TEMPLATES.is_sorted_by_key(|template| template.name));
        for template in TEMPLATES {
            let folder = match template.name {
                "api-service" => root.join("migrations"),
                name => root.join("src/templates").join(name),
            };
            let mut listed: Vec<String> = template
                .steps
                .iter()
                .flat_map(|step| ["up", "down"].map(|way| format!("{}.{way}.sql", step.stem)))
                .collect();
            let entries = fs::read_dir(folder).unwrap();
            let mut there: Vec<String> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            listed.sort();
            there.sort();
            assert_eq!(listed, there, "{}", template.name);
            for (at, step) in template.steps.iter().enumerate() {
                assert_eq!(step.number_and_name().0, format!("{:03}", at + 1), "{}", step.stem);
                assert!(
                    step.up.starts_with("-- ") && step.down.starts_with("-- "),
                    "{}",
                    step.stem
                );
            }
        }
    }
}
