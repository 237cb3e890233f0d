//! Puts steps in an order in which each finds what it needs.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// The steps and which come before which.
#[derive(Default)]
pub struct Order<K: Ord + Clone> {
    /// What decides where nothing else does, smallest first.
    ranks: Vec<K>,
    after: Vec<BTreeSet<usize>>,
    waits: Vec<usize>,
}

impl<K: Ord + Clone> Order<K> {
    /// None yet.
    pub fn new() -> Order<K> {
        Order { ranks: Vec::new(), after: Vec::new(), waits: Vec::new() }
    }

    /// Adds a step.
    pub fn step(&mut self, rank: K) -> usize {
        self.ranks.push(rank);
        self.after.push(BTreeSet::new());
        self.waits.push(0);
        self.ranks.len() - 1
    }

    /// One comes before the other.
    pub fn before(&mut self, first: usize, then: usize) {
        if first != then && self.after[first].insert(then) {
            self.waits[then] += 1;
        }
    }

    /// The steps in order; where they wait for each other in a circle, the one with the smallest
    /// rank goes first.
    pub fn sorted(mut self) -> Vec<usize> {
        let mut ready: BinaryHeap<Reverse<(K, usize)>> = BinaryHeap::new();
        let mut left: BTreeSet<(K, usize)> = BTreeSet::new();
        for (step, rank) in self.ranks.iter().enumerate() {
            left.insert((rank.clone(), step));
            if self.waits[step] == 0 {
                ready.push(Reverse((rank.clone(), step)));
            }
        }
        let mut sorted = Vec::new();
        loop {
            let next = match ready.pop() {
                Some(Reverse(next)) => next,
                None => match left.first() {
                    Some(next) => next.clone(),
                    None => return sorted,
                },
            };
            if !left.remove(&next) {
                continue;
            }
            sorted.push(next.1);
            for then in std::mem::take(&mut self.after[next.1]) {
                self.waits[then] -= 1;
                if self.waits[then] == 0 {
                    ready.push(Reverse((self.ranks[then].clone(), then)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_after_what_they_need_and_otherwise_by_rank() {
        let mut order = Order::new();
        let [a, b, c] = [3, 2, 1].map(|rank| order.step(rank));
        order.before(a, c);
        assert_eq!(order.sorted(), [b, a, c]);
        let mut circle = Order::new();
        let [a, b] = [2, 1].map(|rank| circle.step(rank));
        circle.before(a, b);
        circle.before(b, a);
        assert_eq!(circle.sorted(), [b, a]);
    }
}
