//! Paths, and which of them is the best ("BGP Best Path Selection Algorithm", Cisco document 13753).

use std::cmp::{Ordering, Reverse};
use std::net::{IpAddr, Ipv4Addr};

use crate::network::routing::prefix::Prefix;

/// Where a path came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This speaker itself: a `network` or `redistribute` line, or an aggregate.
    Own,
    /// One of its peers, by number.
    Peer { number: usize, internal: bool },
}

/// A way to a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) prefix: Prefix,
    /// Unspecified for what is originated from a connected network.
    pub(crate) next_hop: IpAddr,
    pub(crate) as_path: Vec<u32>,
    /// `i`, `e` or `?`.
    pub(crate) origin: char,
    pub(crate) metric: Option<u32>,
    pub(crate) local_preference: u32,
    pub(crate) weight: u32,
    pub(crate) learned: Origin,
    /// The neighbour that it was learned from.
    pub(crate) from: IpAddr,
    pub(crate) router_id: Ipv4Addr,
    /// Who brought it into the AS, and the clusters that it was reflected by.
    pub(crate) originator: Option<Ipv4Addr>,
    pub(crate) clusters: Vec<Ipv4Addr>,
    pub(crate) communities: Vec<String>,
    pub(crate) aggregate: bool,
    /// Whether the next hop can be reached, and how far it is.
    pub(crate) valid: bool,
    pub(crate) igp_metric: u32,
}

impl Path {
    pub(crate) fn is_own(&self) -> bool {
        self.learned == Origin::Own
    }

    pub(crate) fn is_internal(&self) -> bool {
        matches!(self.learned, Origin::Peer { internal: true, .. })
    }

    /// Everything that decides before the router ids do.
    fn merit(&self) -> impl Ord + use<> {
        let origin = match self.origin {
            'i' => 0,
            'e' => 1,
            _ => 2,
        };
        (
            Reverse(self.valid),
            Reverse(self.weight),
            Reverse(self.local_preference),
            Reverse(self.is_own()),
            self.as_path.len(),
            origin,
        )
    }

    /// The better of two comes first.
    pub(crate) fn compare(&self, other: &Self, always_compare_med: bool) -> Ordering {
        let neighbor = |path: &Self| path.as_path.first().copied();
        let med = if always_compare_med || neighbor(self) == neighbor(other) {
            self.metric.unwrap_or(0).cmp(&other.metric.unwrap_or(0))
        } else {
            Ordering::Equal
        };
        let id = |path: &Self| path.originator.unwrap_or(path.router_id);
        self.merit()
            .cmp(&other.merit())
            .then(med)
            .then_with(|| self.is_internal().cmp(&other.is_internal()))
            .then_with(|| self.igp_metric.cmp(&other.igp_metric))
            .then_with(|| id(self).cmp(&id(other)))
            .then_with(|| self.clusters.len().cmp(&other.clusters.len()))
            .then_with(|| self.from.cmp(&other.from))
    }

    /// Whether traffic may be shared with the best path.
    pub(crate) fn is_as_good(&self, best: &Self, relaxed: bool) -> bool {
        self.merit().cmp(&best.merit()) == Ordering::Equal
            && self.valid
            && self.metric.unwrap_or(0) == best.metric.unwrap_or(0)
            && self.is_internal() == best.is_internal()
            && self.igp_metric == best.igp_metric
            && (relaxed || self.as_path == best.as_path)
            && !self.is_own()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(router_id: [u8; 4]) -> Path {
        Path {
            prefix: "10.0.0.0/8".parse().unwrap(),
            next_hop: "192.0.2.1".parse().unwrap(),
            as_path: vec![1, 2],
            origin: 'i',
            metric: None,
            local_preference: 100,
            weight: 0,
            learned: Origin::Peer {
                number: 0,
                internal: false,
            },
            from: "192.0.2.1".parse().unwrap(),
            router_id: Ipv4Addr::from(router_id),
            originator: None,
            clusters: Vec::new(),
            communities: Vec::new(),
            aggregate: false,
            valid: true,
            igp_metric: 0,
        }
    }

    #[test]
    fn each_step_decides_before_the_next() {
        let plain = path([1, 1, 1, 1]);
        let better: Vec<Path> = vec![
            Path {
                weight: 1,
                ..path([9; 4])
            },
            Path {
                local_preference: 200,
                ..path([9; 4])
            },
            Path {
                as_path: vec![1],
                ..path([9; 4])
            },
        ];
        for path in better {
            assert_eq!(path.compare(&plain, false), Ordering::Less, "{path:?}");
        }
        let worse: Vec<Path> = vec![
            Path {
                valid: false,
                weight: 5,
                ..path([0; 4])
            },
            Path {
                origin: '?',
                ..path([0; 4])
            },
            Path {
                metric: Some(5),
                ..path([0; 4])
            },
            Path {
                learned: Origin::Peer {
                    number: 0,
                    internal: true,
                },
                ..path([0; 4])
            },
            Path {
                igp_metric: 5,
                ..path([0; 4])
            },
            path([2; 4]),
        ];
        for path in worse {
            assert_eq!(path.compare(&plain, false), Ordering::Greater, "{path:?}");
        }
    }

    #[test]
    fn metrics_of_different_neighbours_are_compared_only_if_told() {
        let near = Path {
            metric: Some(50),
            ..path([1; 4])
        };
        let far = Path {
            as_path: vec![7, 2],
            ..path([2; 4])
        };
        assert_eq!(near.compare(&far, false), Ordering::Less);
        assert_eq!(near.compare(&far, true), Ordering::Greater);
    }
}
