//! The filters of a BGP neighbour.

use serde::Serialize;

use crate::network::routing::bgp::PeerPolicy;

/// What holds for one neighbour in one family.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PolicyView {
    map_in: Option<String>,
    map_out: Option<String>,
    prefix_list_in: Option<String>,
    prefix_list_out: Option<String>,
    next_hop_self: bool,
    client: bool,
    community: bool,
    soft: bool,
    default_originate: bool,
    maximum: Option<u32>,
}

pub(super) fn policy_view(policy: &PeerPolicy) -> PolicyView {
    PolicyView {
        map_in: policy.map_in.clone(),
        map_out: policy.map_out.clone(),
        prefix_list_in: policy.prefix_list_in.clone(),
        prefix_list_out: policy.prefix_list_out.clone(),
        next_hop_self: policy.next_hop_self,
        client: policy.client,
        community: policy.send_community,
        soft: policy.soft_reconfiguration,
        default_originate: policy.default_originate,
        maximum: policy.maximum_prefix,
    }
}
