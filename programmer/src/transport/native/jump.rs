//! Jump hosts: SSH connections that SSH connections go through (ssh(1), `-J`).
//!
//! Every hop is a peer like any other: its host key is checked and it is logged in to. Devices behind the same hops
//! share their connections, because a server lets only so many strangers in at once (`MaxStartups`).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use russh::ChannelStream;
use russh::client::{Handle, Msg};
use tokio::sync::OnceCell;

use super::door::Door;
use super::login::{Begin, Login};
use super::{Peer, login_on, tcp};
use crate::inventory::endpoint;
use crate::secret::Secret;
use crate::transport::line::{Ended, Ending};
use crate::transport::{SshOffer, TransportError, TransportOptions};

/// More hops than this are taken for a slip of the pen.
const HOPS_MAX: usize = 8;

/// One jump host, as `[USER@]HOST[:PORT]` says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// Who logs in; without one, whoever runs the programmer.
    pub user: Option<String>,
    /// Its address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl Hop {
    /// Reads hops that are separated by commas, the nearest first.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn list(text: &str) -> Result<Vec<Self>, String> {
        let hops: Vec<Self> = text
            .split(',')
            .map(|hop| hop.trim().parse())
            .collect::<Result<_, _>>()?;
        if hops.len() > HOPS_MAX {
            return Err(format!(
                "{} jump hosts are too many; {HOPS_MAX} may be",
                hops.len()
            ));
        }
        Ok(hops)
    }
}

impl FromStr for Hop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{}` is not [USER@]HOST[:PORT]", text.escape_debug());
        let text = text.strip_prefix("ssh://").unwrap_or(text);
        let (user, place) = match text.rsplit_once('@') {
            Some((user, place)) => (Some(user.to_string()), place),
            None => (None, text),
        };
        let (host, port) = match place
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
        {
            Some((host, "")) => (host, 22),
            Some((host, port)) => {
                let port = port.strip_prefix(':').ok_or_else(bad)?;
                (host, port.parse().map_err(|_| bad())?)
            }
            // An IPv6 address without brackets has more than one colon, and no port.
            None if place.matches(':').count() > 1 => (place, 22),
            None => match place.split_once(':') {
                Some((host, port)) => (host, port.parse().map_err(|_| bad())?),
                None => (place, 22),
            },
        };
        let odd = |text: &str| {
            text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if odd(host) || user.as_deref().is_some_and(odd) {
            return Err(bad());
        }
        Ok(Self {
            user,
            host: host.to_string(),
            port,
        })
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(out, "{user}@")?;
        }
        out.write_str(&endpoint(&self.host, self.port))
    }
}

/// A connection with a jump host.
pub(crate) struct Jump {
    handle: Handle<Door>,
    ending: Ending,
    hop: Hop,
}

/// The connections that lead to a device, the nearest first.
pub(crate) type Hops = Vec<Arc<Jump>>;

impl Jump {
    /// A way through the jump host to the next one, or to the device.
    pub(super) async fn onward(
        &self,
        host: &str,
        port: u16,
    ) -> Result<ChannelStream<Msg>, TransportError> {
        let opened = self
            .handle
            .channel_open_direct_tcpip(host, u32::from(port), "127.0.0.1", 0)
            .await;
        match opened {
            Ok(channel) => Ok(channel.into_stream()),
            Err(error) => Err(TransportError::Onward {
                hop: self.hop.to_string(),
                address: endpoint(host, port),
                error: self
                    .broken()
                    .map_or(error.to_string(), |broken| broken.to_string()),
            }),
        }
    }

    /// Why the connection is gone, if it broke.
    pub(super) fn broken(&self) -> Option<TransportError> {
        match self.ending.get()? {
            // A jump host that hangs up takes the session with it, which nobody said goodbye to.
            Ended::Closed => Some(TransportError::Reset {
                error: format!("the jump host {} closed its connection", self.hop),
            }),
            _ => self.ending.error(),
        }
    }
}

/// The place of one connection, which whoever comes first opens.
type Place = Arc<OnceCell<Arc<Jump>>>;

/// The connections with jump hosts, by the hops that lead to them.
#[derive(Default)]
pub(crate) struct Jumps(Mutex<BTreeMap<Vec<Hop>, Place>>);

impl fmt::Debug for Jumps {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Jumps")
    }
}

impl Jumps {
    /// The connections through all these hops; those that are open already are shared.
    pub(crate) async fn through(
        &self,
        hops: &[Hop],
        options: &Arc<TransportOptions>,
    ) -> Result<Hops, TransportError> {
        let mut open: Hops = Vec::new();
        for (index, hop) in hops.iter().enumerate() {
            let path = hops.get(..=index).unwrap_or_default().to_vec();
            let before = open.last().cloned();
            let jump = self.jump(path, hop, before, options).await;
            open.push(jump.map_err(|error| TransportError::Jump {
                hop: hop.to_string(),
                error: Box::new(error),
            })?);
        }
        Ok(open)
    }

    async fn jump(
        &self,
        path: Vec<Hop>,
        hop: &Hop,
        before: Option<Arc<Jump>>,
        options: &Arc<TransportOptions>,
    ) -> Result<Arc<Jump>, TransportError> {
        let place = self.place(path);
        let open = || async { connect(hop, before, options).await.map(Arc::new) };
        place.get_or_try_init(open).await.cloned()
    }

    /// The place of a connection; one that is gone makes room for a new one.
    fn place(&self, path: Vec<Hop>) -> Place {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(path).or_default();
        if place.get().is_some_and(|jump| jump.handle.is_closed()) {
            *place = Arc::default();
        }
        Arc::clone(place)
    }
}

async fn connect(
    hop: &Hop,
    before: Option<Arc<Jump>>,
    options: &Arc<TransportOptions>,
) -> Result<Jump, TransportError> {
    let offer = SshOffer::default();
    let peer = Peer {
        host: &hop.host,
        port: hop.port,
        offer: &offer,
    };
    let (mut handle, ending) = match before {
        None => peer.meet(tcp(&hop.host, hop.port).await?, options).await?,
        Some(before) => {
            let stream = before.onward(&hop.host, hop.port).await?;
            peer.meet(stream, options).await?
        }
    };
    let own = own_name();
    let none = Secret::default();
    // Never a device's password: a jump host is somebody else.
    let password = options.jump_password.as_ref().unwrap_or(&none);
    let login = Login {
        address: endpoint(&hop.host, hop.port),
        user: hop.user.as_deref().unwrap_or(&own),
        password,
        begin: Begin::Asks,
        identities: &options.identities,
        agent: options.agent_for(&options.identities, password),
        sha1: false,
    };
    login_on(&mut handle, &ending, &login).await?;
    Ok(Jump {
        handle,
        ending,
        hop: hop.clone(),
    })
}

/// Whoever runs the programmer.
fn own_name() -> String {
    let named = ["LOGNAME", "USER"]
        .into_iter()
        .find_map(|key| std::env::var(key).ok());
    named.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&[&str], &str>) {
        let told = Hop::list(text).map(|hops| hops.iter().map(ToString::to_string).collect());
        let expected = expected
            .map(|hops| hops.iter().map(ToString::to_string).collect::<Vec<_>>())
            .map_err(str::to_string);
        assert_eq!(told, expected);
    }

    #[test]
    fn hops_are_written_as_for_ssh() {
        check("bastion", Ok(&["bastion:22"]));
        check(
            "ops@bastion:2022, 10.0.0.1",
            Ok(&["ops@bastion:2022", "10.0.0.1:22"]),
        );
        check(
            "ops@[fe80::1]:2022,::1",
            Ok(&["ops@[fe80::1]:2022", "[::1]:22"]),
        );
        check("ssh://ops@bastion", Ok(&["ops@bastion:22"]));
        check("a:b", Err("`a:b` is not [USER@]HOST[:PORT]"));
        check("a,,b", Err("`` is not [USER@]HOST[:PORT]"));
        check(
            "a,b,c,d,e,f,g,h,i",
            Err("9 jump hosts are too many; 8 may be"),
        );
    }
}
