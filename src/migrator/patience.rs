//! How long and how often to try again what waits for a lock in vain.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

use crate::interrupt::Interrupt;

/// The first pause, before jitter; each is twice the one before it.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How often to try again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patience {
    /// Tries after the first.
    pub retries: u32,
}

impl Patience {
    /// The pause before the n-th try again, n from 1: growing, and between half and one and a
    /// half of its length, so that many runners do not come back together.
    pub fn pause(self, n: u32) -> Duration {
        let doubled = FIRST_PAUSE.saturating_mul(1 << n.saturating_sub(1).min(16));
        let percent = 50 + RandomState::new().build_hasher().finish() % 101;
        doubled.min(LONGEST_PAUSE) * u32::try_from(percent).unwrap_or(100) / 100
    }

    /// Waits, unless interrupted.
    pub fn wait(self, pause: Duration, interrupt: &Interrupt) {
        let end = Instant::now() + pause;
        while !interrupt.is_stopped() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        for (n, low, high) in
            [(1, 250, 750), (2, 500, 1_500), (3, 1_000, 3_000), (40, 7_500, 22_500)]
        {
            for _ in 0..100 {
                let pause = Patience { retries: 0 }.pause(n).as_millis();
                assert!((low..=high).contains(&pause), "{n}: {pause}");
            }
        }
    }
}
