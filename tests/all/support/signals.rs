//! Signals that whoever started the tests ignores, as `sh -c 'make test &'` and some CI do: a process
//! inherits that, and so would every dbm that a test signals.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// From now on processes that are started have these signals as they are by default, for what is
/// caught here is not ignored there. The tests themselves end of them.
pub fn reset() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [SIGINT, SIGTERM] {
            let always = Arc::new(AtomicBool::new(true));
            flag::register_conditional_shutdown(signal, 128 + signal, always)
                .expect("catch a signal");
        }
    });
}
