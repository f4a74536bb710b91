//! Whether an echo request is answered: a way there, and a way back.

use std::net::IpAddr;

use super::Routing;
use super::walk::End;

/// Why no answer comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoEcho {
    /// There is no route at the very beginning, or no address to send from.
    NoRoute,
    /// A router on the way says that it knows none.
    Unreachable,
    /// Nothing comes back.
    Silence,
}

impl Routing {
    /// Sends an echo request from an address of a device (else that of the interface it leaves by).
    pub(crate) fn echo(
        &self,
        from: usize,
        vrf: Option<&str>,
        source: Option<IpAddr>,
        to: IpAddr,
    ) -> Result<usize, NoEcho> {
        let walk = self.walk(from, vrf, to);
        let own = || {
            let way = self.table(from, vrf)?.resolve(to)?;
            self.routers[from].ports[way.port?].address_of(to.is_ipv4())
        };
        let (router, far_vrf) = match walk.end {
            End::Arrived { router, ref vrf } => (router, vrf.clone()),
            End::Unreachable { router } if router == from => return Err(NoEcho::NoRoute),
            End::Unreachable { .. } => return Err(NoEcho::Unreachable),
            End::Lost => return Err(NoEcho::Silence),
        };
        if router == from && walk.steps.is_empty() {
            return Ok(0);
        }
        let source = source.or_else(own).ok_or(NoEcho::NoRoute)?;
        let back = self.walk(router, far_vrf.as_deref(), source);
        let home = matches!(back.end, End::Arrived { router, .. } if router == from);
        if home {
            Ok(walk.steps.len())
        } else {
            Err(NoEcho::Silence)
        }
    }
}
