//! SIGINT and SIGTERM: the first ends the run after this file, the second cancels it, and
//! a third ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

use dbm::Interrupt;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::render::printer::Printer;

/// Signals that came since they were caught.
pub struct Signals {
    first: Arc<AtomicI32>,
}

impl Signals {
    /// Catches both from now on; until now they end the process at once, which hurts nothing.
    pub fn catch(interrupt: Interrupt, printer: &Printer) -> Signals {
        let first = Arc::new(AtomicI32::new(0));
        let signals = Signals { first: first.clone() };
        let printer = printer.clone();
        // Without a handler a signal ends the process, and the server rolls the file back.
        let Ok(mut caught) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
            return signals;
        };
        thread::spawn(move || {
            for (count, signal) in caught.forever().enumerate() {
                match count {
                    0 => {
                        first.store(signal, Ordering::Relaxed);
                        printer.line("Stopping after this running migration ...");
                        interrupt.stop();
                    }
                    1 => {
                        printer.detail(
                            "cancelling the statement that is being run; once more ends at once",
                        );
                        interrupt.cancel();
                    }
                    // A server that does not answer cannot be made to cancel anything.
                    _ => drop(signal_hook::low_level::emulate_default_handler(signal)),
                }
            }
        });
        signals
    }

    /// The exit code of a process that a signal ended, if one came: 130 or 143.
    pub fn stopped(&self) -> Option<u8> {
        match self.first.load(Ordering::Relaxed) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }
}
