//! A program that does not migrate: something else does that before, a job or `dbm up`. It refuses to
//! start on a database that is behind, or that a newer release has migrated.
//!
//! ```sh
//! DATABASE_URL=postgres://localhost/app cargo run --example require_current
//! ```

use std::error::Error;
use std::process::ExitCode;

use dbm::include_dir::{self, Dir, include_dir};
use dbm::{DatabaseUrl, Migrator, Source};

static MIGRATIONS: Dir = include_dir!("$CARGO_MANIFEST_DIR/migrations");

fn main() -> ExitCode {
    let error = match start() {
        Ok(()) => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    eprintln!("error: {error}");
    let advice = match error.downcast_ref() {
        Some(dbm::Error::Pending { .. }) => "run the migrations first",
        Some(dbm::Error::Ahead { .. }) => "start the release that has migrated it, or a later one",
        Some(dbm::Error::Dirty { .. }) => "a migration has failed halfway: see `dbm status`",
        _ => return ExitCode::FAILURE,
    };
    eprintln!("{advice}");
    ExitCode::FAILURE
}

fn start() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL").map_err(|error| format!("DATABASE_URL: {error}"))?;
    let url = DatabaseUrl::parse(&url, |name| std::env::var(name).ok())?;
    let state = Migrator::new(url, Source::embedded(&MIGRATIONS)?).require_current()?;
    println!("the schema is at version {state}; here the program begins");
    Ok(())
}
