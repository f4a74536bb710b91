//! A topology that several processes serve.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use device::pack::Packs;
use emulator::Topology;
use emulator::topology::{Reach, Shard, ShardError};

/// Two pairs by cables, a chain of three, a controller with its access points, and devices by themselves.
const TOPOLOGY: &str = "\
name: t
listen: {network: 127.20.0.0/16, port: 2222}
credentials: {username: u, password: p, enable: e}
devices:
  - {name: \"lone-{n}\", count: 40, pack: c8000v}
  - {name: \"r-{n}\", count: 9, pack: c8000v}
  - {name: wlc-1, pack: catalyst-9800}
  - {name: \"ap-{n}\", count: 5, pack: ap-cos, joins: wlc-1}
links:
  - [r-1:gi1, r-9:gi1]
  - [r-2:gi1, r-3:gi1]
  - [r-3:gi2, r-8:gi1]
  - [r-4:gi1, lone-40:gi1]
";

fn whole() -> Topology {
    // Compiled once: a topology is read for each shard here.
    static PACKS: OnceLock<Packs> = OnceLock::new();
    let packs = PACKS.get_or_init(|| emulator::packs::load(None).unwrap());
    Topology::parse("t.yaml", TOPOLOGY, Path::new("."), packs, Reach::Loopback).unwrap()
}

fn shard(index: usize, count: usize) -> Shard {
    format!("{index}/{count}").parse().unwrap()
}

/// Name to address and shard, of all shards.
fn dealt(count: usize) -> BTreeMap<String, (String, usize)> {
    let mut all = BTreeMap::new();
    for index in 0..count {
        let part = whole().sharded(shard(index, count));
        let rows: Vec<_> = part.rows().collect();
        assert_eq!(rows.len(), part.len());
        for row in rows {
            let place = (row.address.to_string(), index);
            assert_eq!(
                all.insert(row.name.clone(), place),
                None,
                "{} twice",
                row.name
            );
        }
    }
    all
}

#[test]
fn every_device_is_in_one_shard_at_its_address_and_what_is_connected_stays_together() {
    let whole = whole();
    for count in (1..=12).chain([55, 56, 100]) {
        let dealt = dealt(count);
        assert_eq!(dealt.len(), whole.len());
        for row in whole.rows() {
            assert_eq!(dealt[&row.name].0, row.address.to_string());
        }
        for together in [
            &["r-1", "r-9"][..],
            &["r-2", "r-3", "r-8"],
            &["r-4", "lone-40"],
            &["wlc-1", "ap-1", "ap-2", "ap-3", "ap-4", "ap-5"],
        ] {
            let first = dealt[together[0]].1;
            assert!(
                together.iter().all(|name| dealt[*name].1 == first),
                "{together:?}"
            );
        }
    }
}

#[test]
fn devices_by_themselves_are_dealt_out_evenly() {
    let dealt = dealt(10);
    for index in 0..10 {
        let own = dealt
            .iter()
            .filter(|(name, (_, at))| name.starts_with("lone") && *at == index);
        assert!((3..=5).contains(&own.count()));
    }
}

#[test]
fn a_shard_counts_from_0() {
    assert_eq!("0/10".parse::<Shard>().unwrap().to_string(), "0/10");
    for (text, error) in [
        ("10/10", ShardError::Index(10)),
        ("1/1", ShardError::Index(1)),
        ("0/0", ShardError::Count),
        ("0/1000001", ShardError::Count),
        ("3", ShardError::Form),
        ("/10", ShardError::Form),
        ("-1/10", ShardError::Form),
        ("$ORDINAL/10", ShardError::Form),
    ] {
        assert_eq!(text.parse::<Shard>(), Err(error), "{text}");
    }
    assert_eq!(
        ShardError::Index(10).to_string(),
        "I counts from 0, as a StatefulSet's ordinal does: 0/10 to 9/10"
    );
}
