//! Port-channels: which ports a bundle takes, as LACP, PAgP or the configuration alone decide it.

use super::{Network, Node, Settings};

/// How a port joins its port-channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelMode {
    /// Without a protocol.
    On,
    /// LACP, which it begins.
    Active,
    /// LACP, if the other end begins.
    Passive,
    /// PAgP, if the other end begins.
    Auto,
    /// PAgP, which it begins.
    Desirable,
}

impl ChannelMode {
    /// The mode of a word of `channel-group … mode`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "on" => Self::On,
            "active" => Self::Active,
            "passive" => Self::Passive,
            "auto" => Self::Auto,
            "desirable" => Self::Desirable,
            _ => return None,
        })
    }

    /// The word of `channel-group … mode`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Active => "active",
            Self::Passive => "passive",
            Self::Auto => "auto",
            Self::Desirable => "desirable",
        }
    }

    /// Whether it begins the negotiation.
    #[must_use]
    pub fn begins(self) -> bool {
        matches!(self, Self::Active | Self::Desirable)
    }

    /// The protocol that it speaks, as `show etherchannel summary` names it.
    #[must_use]
    pub fn protocol(self) -> &'static str {
        match self {
            Self::On => "-",
            Self::Active | Self::Passive => "LACP",
            Self::Auto | Self::Desirable => "PAgP",
        }
    }

    /// Whether two ends come to a bundle.
    #[must_use]
    pub fn agrees(self, far: Self) -> bool {
        use ChannelMode::{Active, Auto, Desirable, On, Passive};
        matches!(
            (self, far),
            (On, On)
                | (Active, Active | Passive)
                | (Passive, Active)
                | (Desirable, Desirable | Auto)
                | (Auto, Desirable)
        )
    }
}

/// Whether a port whose line is up is taken into its port-channel.
pub(super) fn bundles(
    network: &Network,
    node: &Node,
    port: &Settings,
    is_up: &dyn Fn(&Settings) -> bool,
) -> bool {
    let Some((group, mode)) = port.channel else {
        return false;
    };
    let shut = node
        .settings()
        .iter()
        .any(|s| s.kind == "Port-channel" && s.number == group.to_string() && s.shutdown);
    if shut || !is_up(port) {
        return false;
    }
    // Without a protocol nobody asks the other end.
    if mode == ChannelMode::On {
        return true;
    }
    let Some(partner) = partner(network, node, port) else {
        // What nobody describes agrees.
        return network.far_end(node.name(), &port.name).is_none();
    };
    if !partner.agrees {
        return false;
    }
    // All ports of a bundle lead to the partner of the first one that agrees.
    let first = node
        .settings()
        .iter()
        .filter(|s| s.channel.is_some_and(|(of, _)| of == group));
    let mut partners = first
        .filter(|s| is_up(s))
        .filter_map(|s| self::partner(network, node, s));
    partners
        .find(|of| of.agrees)
        .is_none_or(|of| of.system == partner.system && of.group == partner.group)
}

/// The other end of a port of a port-channel.
struct Partner {
    system: String,
    group: u32,
    agrees: bool,
}

fn partner(network: &Network, node: &Node, port: &Settings) -> Option<Partner> {
    let (_, mode) = port.channel?;
    let (far, far_port) = network.far_end(node.name(), &port.name)?;
    let settings = far.settings().iter().find(|s| s.name == far_port)?;
    Some(match settings.channel {
        Some((group, far_mode)) => Partner {
            system: far.name().to_string(),
            group,
            agrees: mode.agrees(far_mode),
        },
        None => Partner {
            system: far.name().to_string(),
            group: 0,
            agrees: false,
        },
    })
}
