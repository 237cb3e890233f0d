use dbm::{DatabaseUrl, Event, Migrator, Source};

/// Brings a database up to date when a service starts; how many files that took.
pub fn migrate(url: &str) -> Result<usize, dbm::Error> {
    let url = DatabaseUrl::parse(url, |name| std::env::var(name).ok())?;
    let source = Source::folder("migrations")?;
    let mut migrator = Migrator::new(url, source).on_event(|event| {
        if let Event::Finished { file, ran, .. } = event {
            println!("migration {} took {ran:?}", file.version);
        }
    });
    Ok(migrator.up()?.ran)
}
