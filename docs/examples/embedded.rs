//! A program that migrates when it starts. The migrations are compiled in: it needs no folder beside
//! it.
//!
//! ```sh
//! DATABASE_URL=postgres://localhost/app cargo run --example embedded
//! ```

use std::error::Error;
use std::process::ExitCode;

use dbm::include_dir::{self, Dir, include_dir};
use dbm::{DatabaseUrl, Event, Migrator, Source};

static MIGRATIONS: Dir = include_dir!("$CARGO_MANIFEST_DIR/migrations");

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL").map_err(|error| format!("DATABASE_URL: {error}"))?;
    // What the URL does not say comes from PGPASSWORD, PGSSLMODE and the like.
    let url = DatabaseUrl::parse(&url, |name| std::env::var(name).ok())?;
    let source = Source::embedded(&MIGRATIONS)?;
    let mut migrator = Migrator::new(url, source).on_event(|event| {
        if let Event::Finished { file, ran, .. } = event {
            println!("migrated {file} in {ran:.1?}");
        }
    });
    let report = migrator.up()?;
    println!("the schema is at version {}; here the program begins", report.state);
    Ok(())
}
