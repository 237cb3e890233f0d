//! Reads many files, on more than one thread where that pays.

use std::num::NonZero;
use std::thread;

/// What the bytes of one file after the other are read into.
pub(crate) type Buffer = Vec<u8>;

/// So many files for each thread at least: a thread costs as much as it takes to read some.
const FILES: usize = 256;
/// More threads gain nothing; what is left is the system's.
const THREADS: usize = 4;

/// What comes of reading a file of each of the items, in their order; nothing of those that give none.
pub(crate) fn read_each<'i, T: Sync, R: Send>(
    items: &'i [T],
    read: impl Fn(&'i T, &mut Buffer) -> Option<R> + Sync,
) -> Vec<R> {
    let read_part = |items: &'i [T]| {
        let mut buffer = Buffer::new();
        items.iter().filter_map(|item| read(item, &mut buffer)).collect::<Vec<R>>()
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(THREADS).min(items.len() / FILES).max(1);
    let mut parts = items.chunks(items.len().div_ceil(threads).max(1));
    let Some(own) = parts.next() else { return Vec::new() };
    thread::scope(|scope| {
        let read_part = &read_part;
        // Where there is no thread to be had, it is done here.
        let others: Vec<_> = parts
            .map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || read_part(part))))
            .collect();
        let mut found = read_part(own);
        for (part, thread) in others {
            found.extend(match thread.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(part)) => part,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(_) => read_part(part),
            });
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
            let found = read_each(&items, |item, _| (item % 3 == 0).then_some(*item));
            assert_eq!(found, (0..count).step_by(3).collect::<Vec<_>>());
        }
    }
}
