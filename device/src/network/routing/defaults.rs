//! What IOS-XE assumes where no line says otherwise: distances, timers, costs (Cisco's command references, "Usage
//! Guidelines" and "Command Default" of each command).

/// Administrative distances.
pub(crate) mod distance {
    pub(crate) const STATIC: u32 = 1;
    pub(crate) const EBGP: u32 = 20;
    pub(crate) const EIGRP: u32 = 90;
    pub(crate) const EIGRP_EXTERNAL: u32 = 170;
    pub(crate) const OSPF: u32 = 110;
    pub(crate) const ISIS: u32 = 115;
    pub(crate) const IBGP: u32 = 200;
    /// Routes that BGP itself originates (aggregates).
    pub(crate) const BGP_LOCAL: u32 = 200;
}

/// OSPF.
pub(crate) mod ospf {
    /// The bandwidth in Mb/s that costs 1 (`auto-cost reference-bandwidth`).
    pub(crate) const REFERENCE_MBPS: u64 = 100;
    pub(crate) const HELLO_S: u64 = 10;
    /// On networks without broadcast.
    pub(crate) const SLOW_HELLO_S: u64 = 30;
    /// The dead interval is this many hellos.
    pub(crate) const DEAD_HELLOS: u64 = 4;
    pub(crate) const PRIORITY: u32 = 1;
    /// Metric of a redistributed route; that of BGP's is 1.
    pub(crate) const EXTERNAL_METRIC: u32 = 20;
    pub(crate) const BGP_METRIC: u32 = 1;
    pub(crate) const DEFAULT_ROUTE_METRIC: u32 = 1;
    /// Cost of the default route into a stub area.
    pub(crate) const STUB_COST: u32 = 1;
    pub(crate) const MAXIMUM_PATHS: usize = 4;
    /// `max-metric router-lsa`.
    pub(crate) const MAX_METRIC: u32 = 65_535;
}

/// BGP.
pub(crate) mod bgp {
    pub(crate) const LOCAL_PREFERENCE: u32 = 100;
    /// Of a route that this device originates.
    pub(crate) const LOCAL_WEIGHT: u32 = 32_768;
    pub(crate) const KEEPALIVE_S: u64 = 60;
    pub(crate) const HOLD_S: u64 = 180;
}

/// EIGRP.
pub(crate) mod eigrp {
    pub(crate) const HELLO_S: u64 = 5;
    pub(crate) const HOLD_S: u64 = 15;
}

/// IS-IS.
pub(crate) mod isis {
    pub(crate) const METRIC: u32 = 10;
    pub(crate) const HOLD_S: u64 = 30;
    /// A designated system's hello is three times as fast.
    pub(crate) const FAST_HOLD_S: u64 = 10;
}

/// Bandwidth in kb/s by the type of an interface that is no port.
pub(crate) const BANDWIDTHS: &[(&str, u64)] = &[
    ("Loopback", 8_000_000),
    ("Tunnel", 100),
    ("Vlan", 1_000_000),
    ("BDI", 1_000_000),
    ("VirtualPortGroup", 750_000),
];

/// MTU by the type of an interface.
pub(crate) const MTUS: &[(&str, u32)] = &[("Loopback", 1514), ("Tunnel", 9976), ("", 1500)];

/// The IP MTU of a tunnel: 24 bytes of GRE less than Ethernet's.
pub(crate) const TUNNEL_IP_MTU: u32 = 1476;
