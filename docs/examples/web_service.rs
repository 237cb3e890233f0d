//! A web service that migrates before it serves. However many replicas start at once, one of them
//! migrates, and the others wait for it.
//!
//! ```sh
//! DATABASE_URL=postgres://localhost/app cargo run --example web_service
//! curl http://127.0.0.1:3000/health
//! ```

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use dbm::include_dir::{self, Dir, include_dir};
use dbm::{DatabaseUrl, Interrupt, Migrator, Report, Source};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;

static MIGRATIONS: Dir = include_dir!("$CARGO_MANIFEST_DIR/migrations");

#[tokio::main]
async fn main() -> ExitCode {
    // With the feature `tracing`, runs and their events show up here.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("not started: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("DATABASE_URL").map_err(|error| format!("DATABASE_URL: {error}"))?;
    let mut terminated = signal(SignalKind::terminate())?;

    // Migrating blocks, so it is done on a thread that may be blocked.
    let interrupt = Interrupt::new();
    let asked = interrupt.clone();
    let mut migrating = spawn_blocking(move || migrate(&url, asked));
    let report = tokio::select! {
        report = &mut migrating => report??,
        _ = terminated.recv() => {
            // The file that runs is finished; what is left runs at the next start.
            interrupt.stop();
            return match migrating.await? {
                Ok(_) | Err(dbm::Error::Interrupted) => Ok(()),
                Err(error) => Err(error.into()),
            };
        }
    };

    let version = report.state.to_string();
    let app = Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/version", get(|| async { version }));
    let address = std::env::var("LISTEN").unwrap_or("127.0.0.1:3000".to_string());
    let listener = TcpListener::bind(address).await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let stop = async move {
        terminated.recv().await;
    };
    axum::serve(listener, app).with_graceful_shutdown(stop).await?;
    Ok(())
}

fn migrate(url: &str, interrupt: Interrupt) -> Result<Report, dbm::Error> {
    let url = DatabaseUrl::parse(url, |name| std::env::var(name).ok())?;
    Migrator::new(url, Source::embedded(&MIGRATIONS)?)
        // The database may start at the same time as we do.
        .server_wait(Duration::from_secs(60))
        // Another replica may be migrating: its files may take long, but not for ever.
        .lock_timeout(Duration::from_secs(600))
        .interrupt(interrupt)
        .up()
}
