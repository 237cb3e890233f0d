//! Reads many files, on more than one thread where that pays.

use std::num::NonZero;
use std::thread;

/// What the bytes of one file after the other are read into.
pub(crate) type Buffer = Vec<u8>;

/// So many files for each thread at least: a thread costs as much as it takes to read some.
const FILES: usize = 256;
/// More threads gain nothing; what is left is the system's.
const THREADS: usize = 4;

/// Those of the items, in their order, that `is_one` finds by reading a file of each.
pub(crate) fn those<T: Clone + Send + Sync>(
    items: &[T],
    is_one: impl Fn(&T, &mut Buffer) -> bool + Sync,
) -> Vec<T> {
    let some = |items: &[T]| {
        let mut buffer = Buffer::new();
        items.iter().filter(|item| is_one(item, &mut buffer)).cloned().collect::<Vec<T>>()
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(THREADS).min(items.len() / FILES).max(1);
    let mut parts = items.chunks(items.len().div_ceil(threads).max(1));
    let Some(own) = parts.next() else { return Vec::new() };
    thread::scope(|scope| {
        let some = &some;
        // Where there is no thread to be had, it is done here.
        let others: Vec<_> = parts
            .map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || some(part))))
            .collect();
        let mut found = some(own);
        for (part, thread) in others {
            let part = match thread.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(part)) => part,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(_) => some(part),
            };
            found.extend(part);
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_come_in_their_order() {
        for count in [0, 1, FILES, 5 * FILES + 3] {
            let items: Vec<usize> = (0..count).collect();
            let found = those(&items, |item, _| item % 3 == 0);
            assert_eq!(found, (0..count).step_by(3).collect::<Vec<_>>());
        }
    }
}
