//! Asks a run to end early, from a signal handler's thread or wherever else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A handle that is shared between a run and whoever may want it to end. It stays used: a
/// [`Migrator`](crate::Migrator) that is to run again after it gets a new one.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicU8>);

const STOP: u8 = 1;
const CANCEL: u8 = 2;
const CANCEL_SENT: u8 = 3;

impl Interrupt {
    /// A handle that nobody has used yet.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// Ends the run after the file that is being run.
    pub fn stop(&self) {
        self.0.fetch_max(STOP, Ordering::Relaxed);
    }

    /// Cancels the statement that is being run, which rolls a transactional file back, and
    /// ends the run.
    pub fn cancel(&self) {
        self.0.fetch_max(CANCEL, Ordering::Relaxed);
    }

    /// Whether the run is to end.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= STOP
    }

    /// Whether what runs is to be cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= CANCEL
    }

    /// Whether the server was asked to cancel what runs.
    pub fn is_cancel_sent(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= CANCEL_SENT
    }

    /// The server was asked to cancel what runs; by this handle, or for another reason.
    pub(crate) fn cancel_sent(&self) {
        // Where nobody has asked for it by this handle, it stays as it is.
        let _ = self.0.compare_exchange(CANCEL, CANCEL_SENT, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// How much was asked for; a higher number is more.
    pub(crate) fn level(&self) -> u8 {
        self.0.load(Ordering::Relaxed).min(CANCEL)
    }
}
