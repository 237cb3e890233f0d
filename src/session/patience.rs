//! How long to wait for a server that may not answer, and who may end the wait.
//!
//! A statement of a migration may take any time, so a run waits without end. Asking what became of a
//! lost file must come to an end, and Ctrl-C must end a connection attempt too.

use std::time::{Duration, Instant};

use crate::interrupt::Interrupt;

/// How long to wait, and who may end it. By default without end.
#[derive(Clone, Debug, Default)]
pub struct Patience {
    until: Option<Instant>,
    interrupt: Interrupt,
    /// What the interrupt asked for at the beginning: only more than that ends the wait.
    level: u8,
}

impl Patience {
    /// From now on: for `limit`, if there is one, and until `interrupt` asks for more than it has
    /// asked for already.
    pub fn new(limit: Option<Duration>, interrupt: &Interrupt) -> Patience {
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        Patience { until, interrupt: interrupt.clone(), level: interrupt.level() }
    }

    /// Whether the wait is over.
    pub fn is_over(&self) -> bool {
        self.is_interrupted() || self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Whether somebody has ended it.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.level() > self.level
    }

    /// Sleeps, unless the wait is over before.
    pub fn sleep(&self, pause: Duration) {
        let end = Instant::now() + pause;
        while !self.is_over() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(20)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_with_time_or_with_more_than_was_asked_for() {
        let interrupt = Interrupt::new();
        assert!(Patience::new(Some(Duration::ZERO), &interrupt).is_over());
        let before = Patience::new(None, &interrupt);
        assert!(!before.is_over());
        interrupt.stop();
        assert!(before.is_over());
        // Whoever has asked to stop after this file still wants to know what became of it.
        let after = Patience::new(None, &interrupt);
        assert!(!after.is_over());
        interrupt.cancel();
        assert!(after.is_over() && after.is_interrupted());
        interrupt.cancel_sent();
        assert!(!Patience::new(None, &interrupt).is_over());
    }
}
