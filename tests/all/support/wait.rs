//! Waiting for a condition. No test sleeps and hopes: it asks again until a deadline.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take before it counts as hung. Far above what a slow machine needs, so
/// that no test depends on speed.
pub const DEADLINE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(10);

/// Asks `probe` until it answers, and fails the test when it has not within [`DEADLINE`].
#[track_caller]
pub fn until<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = probe() {
            return answer;
        }
        assert!(start.elapsed() < DEADLINE, "waited {} s in vain for {what}", DEADLINE.as_secs());
        thread::sleep(PAUSE);
    }
}

/// As [`until`], for a condition that has nothing to give.
#[track_caller]
pub fn until_true(what: &str, mut condition: impl FnMut() -> bool) {
    until(what, || condition().then_some(()));
}
