//! How often, and after which pauses, to retry a file that could not get a lock.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use crate::interrupt::Interrupt;
use crate::session::patience::Patience;

/// The first pause, before jitter; each is twice the one before it.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Retries of one file.
#[derive(Debug)]
pub struct Retries {
    /// How many there were.
    pub count: u32,
    /// How many there may be.
    pub limit: u32,
    interrupt: Interrupt,
}

impl Retries {
    /// None yet; there are none once the run is asked to stop.
    pub fn new(limit: u32, interrupt: &Interrupt) -> Retries {
        Retries { count: 0, limit, interrupt: interrupt.clone() }
    }

    /// Whether one more is allowed.
    pub fn are_left(&self) -> bool {
        self.count < self.limit && !self.interrupt.is_stopped()
    }

    /// Counts one more, and gives the pause before it: growing, and between half and one and a
    /// half of its length, so that many runners do not come back together.
    pub fn next(&mut self) -> Duration {
        let doubled = FIRST_PAUSE.saturating_mul(1 << self.count.min(16));
        self.count += 1;
        let percent = 50 + RandomState::new().build_hasher().finish() % 101;
        doubled.min(LONGEST_PAUSE) * u32::try_from(percent).unwrap_or(100) / 100
    }

    /// Waits, unless interrupted.
    pub fn wait(&self, pause: Duration) {
        if !self.interrupt.is_stopped() {
            Patience::new(None, &self.interrupt).sleep(pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        for (count, low, high) in
            [(0, 250, 750), (1, 500, 1_500), (2, 1_000, 3_000), (39, 7_500, 22_500)]
        {
            for _ in 0..100 {
                let mut retries = Retries { count, limit: 40, interrupt: Interrupt::new() };
                assert!(retries.are_left());
                let pause = retries.next().as_millis();
                assert!((low..=high).contains(&pause), "{count}: {pause}");
                assert_eq!(retries.count, count + 1);
            }
        }
    }

    #[test]
    fn none_are_left_after_the_limit_or_a_stop() {
        let interrupt = Interrupt::new();
        let retries = |count| Retries { count, limit: 2, interrupt: interrupt.clone() };
        assert!(retries(1).are_left() && !retries(2).are_left());
        interrupt.stop();
        assert!(!retries(0).are_left());
    }
}
