//! SIGINT and SIGTERM: the first ends the run after this file, the second cancels it, and
//! a third ends the process, after a moment for the cancel request to get through.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use dbm::Interrupt;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::render::printer::Printer;

/// How long a third signal leaves to a run that is being cancelled: that is how it ends well.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// Signals that came since they were caught.
pub struct Signals {
    first: Arc<AtomicI32>,
}

impl Signals {
    /// Catches both from now on; until now they end the process at once, which hurts nothing.
    pub fn catch(interrupt: Interrupt, printer: &Printer) -> Signals {
        let printer = printer.clone();
        Signals::hear(move |count, signal| match count {
            0 => {
                printer.line("Stopping after this running migration ...");
                interrupt.stop();
            }
            1 => {
                printer.detail(
                    "cancelling the statement that is being run; once more ends in 2 seconds at most",
                );
                interrupt.cancel();
            }
            _ => end(signal, &interrupt, &printer),
        })
    }

    /// Catches both from now on, for a run in which there is nothing to lose: the first cancels what
    /// runs, and says so; the second ends the process.
    pub fn catch_to_cancel(interrupt: Interrupt, printer: &Printer, says: &'static str) -> Signals {
        let printer = printer.clone();
        Signals::hear(move |count, signal| match count {
            0 => {
                printer.line(says);
                interrupt.cancel();
            }
            _ => {
                thread::sleep(LAST_WAIT);
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        })
    }

    /// Calls `on_signal` with each, and how many came before it.
    fn hear(on_signal: impl Fn(usize, i32) + Send + 'static) -> Signals {
        let first = Arc::new(AtomicI32::new(0));
        let signals = Signals { first: first.clone() };
        // Without a handler a signal ends the process, and the server rolls the file back.
        let Ok(mut caught) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
            return signals;
        };
        let hear = move || {
            for (count, signal) in caught.forever().enumerate() {
                let _ = first.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed);
                on_signal(count, signal);
            }
        };
        // Without a thread to hear them they end the process, too.
        if thread::Builder::new().spawn(hear).is_err() {
            let ends = Arc::new(AtomicBool::new(true));
            for signal in [SIGINT, SIGTERM] {
                let _ = signal_hook::flag::register_conditional_default(signal, ends.clone());
            }
        }
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

/// Ends the process. What is cancelled ends it by itself as a rule, and tells what has become of the
/// file; a server that does not answer cannot be made to cancel anything.
fn end(signal: i32, interrupt: &Interrupt, printer: &Printer) {
    thread::sleep(LAST_WAIT);
    printer.warning(match interrupt.is_cancel_sent() {
        true => "the server was asked to cancel the statement, and has not answered",
        false => "the server could not be asked to cancel the statement",
    });
    printer.hint(&format!(
        "it may still finish, and the file be committed; when the server answers, run: {} status",
        printer.program()
    ));
    printer.hint_at_password();
    // If this fails, so be it: the next signal tries again.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
