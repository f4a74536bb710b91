//! What is pushed: a customer's site, as RFS documents.

/// A VRF, a prefix-list, a route-map, the BGP process and two neighbours.
pub(crate) const CREATE: &str = "
  - {writer: Vrf, op: create, key: VN_USERS, fields: {l3Iid: 4099}}
  - writer: PrefixList
    op: create
    key: SITE
    fields:
      description: the site's own prefixes
      entries:
        - {seq: 10, prefix: 10.100.0.0/16, le: 24}
        - {seq: 20, prefix: 10.200.0.0/16, ge: 20, le: 24}
        - {seq: 99, action: deny, prefix: 0.0.0.0/0, le: 32}
  - writer: RoutePolicyMap
    op: create
    key: FROM_PEER
    fields:
      entries:
        - {seq: 10, matchPrefixList: SITE, setLocalPreference: 200, description: ours}
        - {seq: 20, action: deny}
  - writer: BgpProcessSettings
    op: create
    key: 65001
    fields:
      routerId: 10.0.0.1
      networks: [10.100.0.0/16, 10.200.0.0/16]
      vrfs: [{vrf: VN_USERS, routerId: 10.0.0.1}]
  - writer: BgpNeighborInfo
    op: create
    key: 10.0.0.2
    fields: {asn: 65001, remoteAs: 65002, description: the fusion router, password: Peer-Key-1, routeMapIn: FROM_PEER,
             prefixListIn: SITE}
  - writer: BgpNeighborInfo
    op: create
    key: 10.0.1.2
    fields: {asn: 65001, vrf: VN_USERS, remoteAs: 65003, ebgpMultihop: 2, weight: 100}
";

/// Other values, an entry less, an entry more.
pub(crate) const MODIFY: &str = "
  - {writer: Vrf, op: modify, key: VN_USERS, fields: {removeL3Iid: 4099, l3Iid: 5000}}
  - writer: PrefixList
    op: modify
    key: SITE
    fields: {remove: [20], entries: [{seq: 10, prefix: 10.100.0.0/16, le: 26}, {seq: 30, prefix: 10.99.0.0/16}]}
  - writer: RoutePolicyMap
    op: modify
    key: FROM_PEER
    fields: {entries: [{seq: 10, setLocalPreference: 300, setMetric: 5}]}
  - {writer: BgpProcessSettings, op: modify, key: 65001, fields: {removeNetworks: [10.200.0.0/16], networks: [10.99.0.0/16]}}
  - {writer: BgpNeighborInfo, op: modify, key: 10.0.0.2, fields: {asn: 65001, description: another, password: Peer-Key-2}}
";

/// All of it goes.
pub(crate) const DELETE: &str = "
  - {writer: BgpNeighborInfo, op: delete, key: 10.0.0.2, fields: {asn: 65001}}
  - {writer: BgpNeighborInfo, op: delete, key: 10.0.1.2, fields: {asn: 65001, vrf: VN_USERS}}
  - {writer: BgpProcessSettings, op: delete, key: 65001, fields: {vrfs: [{vrf: VN_USERS}]}}
  - {writer: RoutePolicyMap, op: delete, key: FROM_PEER}
  - {writer: PrefixList, op: delete, key: SITE}
  - {writer: Vrf, op: delete, key: VN_USERS}
";

/// The secrets in them.
pub(crate) const KEYS: [&str; 2] = ["Peer-Key-1", "Peer-Key-2"];

/// The document with these features, for one device.
pub(crate) fn document(device: &str, features: &str) -> String {
    format!("kind: rfs\ndevice: {device}\nfeatures:{features}")
}
