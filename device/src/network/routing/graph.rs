//! Shortest paths, with every first hop that is as short.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::table::Hop;

/// A way from one vertex to another.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) to: usize,
    pub(crate) cost: u32,
    /// Where a packet leaves that takes it.
    pub(crate) hop: Hop,
}

/// How far a vertex is, and through which first hops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) cost: u32,
    pub(crate) hops: Vec<Hop>,
}

impl Reach {
    /// Takes another way into account; the cheaper wins, equal ones are both taken.
    pub(crate) fn meet(&mut self, cost: u32, hops: &[Hop]) {
        if cost < self.cost {
            self.cost = cost;
            self.hops.clear();
        }
        if cost == self.cost {
            self.hops.extend_from_slice(hops);
            self.hops.sort();
            self.hops.dedup();
        }
    }
}

/// Puts a way into a map of what is reached.
pub(crate) fn note<K: Ord>(known: &mut BTreeMap<K, Reach>, key: K, cost: u32, hops: &[Hop]) {
    let unreached = || Reach {
        cost: u32::MAX,
        hops: Vec::new(),
    };
    known.entry(key).or_insert_with(unreached).meet(cost, hops);
}

/// Every vertex that can be reached, but for the first.
pub(crate) fn shortest(from: usize, edges: &impl Fn(usize) -> Vec<Edge>) -> BTreeMap<usize, Reach> {
    let mut reached: BTreeMap<usize, Reach> = BTreeMap::new();
    let mut done = std::collections::BTreeSet::new();
    let mut next = BinaryHeap::from([Reverse((0u32, from))]);
    while let Some(Reverse((cost, at))) = next.pop() {
        if !done.insert(at) {
            continue;
        }
        for edge in edges(at) {
            if edge.to == from || done.contains(&edge.to) {
                continue;
            }
            let hops = match reached.get(&at) {
                Some(here) => here.hops.clone(),
                None => vec![edge.hop],
            };
            let total = cost.saturating_add(edge.cost);
            note(&mut reached, edge.to, total, &hops);
            next.push(Reverse((total, edge.to)));
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(to: usize, cost: u32, port: usize) -> Edge {
        Edge {
            to,
            cost,
            hop: Hop {
                next: None,
                port: Some(port),
                sink: None,
            },
        }
    }

    #[test]
    fn two_ways_that_are_as_short_are_both_taken() {
        let edges = |at: usize| match at {
            0 => vec![edge(1, 1, 10), edge(2, 1, 20)],
            1 | 2 => vec![edge(3, 5, 30)],
            _ => Vec::new(),
        };
        let reached = shortest(0, &edges);
        assert_eq!(reached[&3].cost, 6);
        let ports: Vec<_> = reached[&3].hops.iter().filter_map(|hop| hop.port).collect();
        assert_eq!(ports, [10, 20]);
    }
}
