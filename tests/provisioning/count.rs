//! Counts what the cases prove: which writer created, modified and deleted something on a device that was read back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use programmer::rfs::Op;

use crate::case::{Case, Heading, Section};
use crate::{bench, play};

/// The RFS tables of the framework's table of services (its 18 names, one of which it lists twice), and the two for
/// wireless.
const TABLES: [&str; 20] = [
    "Networkdevice",
    "AAANeSettings",
    "Networkwidesettings",
    "Vrf",
    "Dot1xNeSettings",
    "Lispcomponent",
    "Networkvlan",
    "DhcpServerSettings",
    "LispItrMapCacheEntry",
    "BgpProcessSettings",
    "RoutePolicyMap",
    "BgpNeighborInfo",
    "igmpNrSettings",
    "MsdpNrSettings",
    "IpV4PimNrSettings",
    "IpV4MulticastNrSettings",
    "Segment",
    "protocolendpoint",
    "WlanSettings",
    "ApSettings",
];

/// The operations of each writer that some case plays; steps that are refused or fail don't count.
fn played() -> BTreeMap<String, BTreeSet<Op>> {
    let mut played: BTreeMap<String, BTreeSet<Op>> = BTreeMap::new();
    for file in crate::files() {
        let case = Case::parse(&fs::read_to_string(&file).unwrap()).unwrap();
        for step in case.steps() {
            let ends_badly =
                |section: &Section| matches!(section.heading, Heading::Refused | Heading::Fails(_));
            if step.iter().any(ends_badly) {
                continue;
            }
            for document in play::documents(&step[0].text).unwrap() {
                for feature in document.features {
                    played.entry(feature.writer).or_default().insert(feature.op);
                }
            }
        }
    }
    played
}

/// Fails for every table that lacks a writer, and for every operation of a writer that no case plays.
#[test]
fn every_table_has_cases_that_create_modify_and_delete() {
    let played = played();
    let lacks = |writer: &&str| {
        let ops = played.get(*writer).cloned().unwrap_or_default();
        let missing: Vec<String> = Op::ALL
            .iter()
            .filter(|op| !ops.contains(op))
            .map(ToString::to_string)
            .collect();
        (!missing.is_empty()).then(|| format!("{writer}: {}", missing.join(", ")))
    };
    let virtual_ones = play::packs().names().filter(|name| bench::is_known(name));
    let taken = virtual_ones.filter_map(|name| play::packs().platform(name));
    let taken = taken.flat_map(|platform| platform.writers().map(|writer| writer.name()));
    let known: BTreeSet<&str> = TABLES.into_iter().chain(taken).collect();
    let missing: Vec<String> = known.iter().filter_map(lacks).collect();
    assert!(missing.is_empty(), "no case plays\n{}", missing.join("\n"));
}
