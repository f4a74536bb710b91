//! Where a fleet listens: one socket a device, or one socket for all.
//!
//! The one socket of a network is bound to every address of the machine, because that is the only way to hear
//! a whole network with one. On Linux it is tied to the loopback interface, and everywhere each connection's
//! own address must be in the network and, if that is loopback, its peer's as well.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::fleet::Core;
use crate::ssh::connection;
use crate::topology::{Listen, Network, Topology};

/// Connections that the kernel keeps for us; Linux cuts it to its own limit.
const BACKLOG: i32 = 4096;

/// How long to wait when the system has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An address can't be listened at.
#[derive(Debug, thiserror::Error)]
#[error("{device} can't listen at {address}{}", reason(.source))]
pub struct BindError {
    device: String,
    address: SocketAddr,
    source: io::Error,
}

impl BindError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::AddrInUse => {
                "another program, perhaps another fleet, has it: stop that, or change `listen` in the topology"
            }
            io::ErrorKind::PermissionDenied => "use a port above 1023 in `listen`",
            io::ErrorKind::AddrNotAvailable => "use an address of this machine in `listen`",
            _ if self.source.raw_os_error() == Some(NO_FILES_LEFT) => {
                "raise `ulimit -n`, or use `listen: {network: ...}`, which needs one socket for all"
            }
            _ => "change `listen` in the topology",
        }
    }
}

/// EMFILE on every system that we know.
const NO_FILES_LEFT: i32 = 24;

/// In plain words what is wrong most often; the source says the rest.
fn reason(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => ": the port is taken",
        _ => "",
    }
}

/// Open listeners that nobody serves yet.
pub(crate) enum Listeners {
    /// One a device, with its number.
    Each(Vec<(usize, TcpListener)>),
    /// One for all.
    One(TcpListener, Network),
}

/// Opens the listeners of a topology, or none.
pub(crate) fn bind(topology: &Topology) -> Result<Listeners, BindError> {
    let wrong = |device: String, address: SocketAddr| {
        move |source| BindError {
            device,
            address,
            source,
        }
    };
    match topology.listen() {
        Listen::Ports { .. } => {
            let each = topology.rows().map(|row| {
                let socket = listener(row.address, false);
                let socket = socket.map_err(wrong(row.name, row.address))?;
                Ok((row.number, socket))
            });
            Ok(Listeners::Each(each.collect::<Result<_, _>>()?))
        }
        Listen::Network { network, port } => {
            let all = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), *port);
            let shown =
                SocketAddr::new(network.host(0).unwrap_or(Ipv4Addr::LOCALHOST).into(), *port);
            let socket = listener(all, network.is_loopback());
            let socket = socket.map_err(wrong(topology.name().to_string(), shown))?;
            Ok(Listeners::One(socket, *network))
        }
    }
}

fn listener(address: SocketAddr, loopback_only: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    if loopback_only {
        tie_to_loopback(&socket);
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

#[cfg(target_os = "linux")]
fn tie_to_loopback(socket: &Socket) {
    if let Err(error) = socket.bind_device(Some(b"lo")) {
        tracing::warn!(%error, "the listener isn't tied to loopback; connections from beyond are refused");
    }
}

#[cfg(not(target_os = "linux"))]
fn tie_to_loopback(_: &Socket) {}

impl Listeners {
    /// Where each device listens, if that is not what the topology says.
    pub(crate) fn addresses(&self) -> BTreeMap<usize, SocketAddr> {
        match self {
            Self::Each(each) => each
                .iter()
                .filter_map(|(number, one)| Some((*number, one.local_addr().ok()?)))
                .collect(),
            Self::One(..) => BTreeMap::new(),
        }
    }

    /// Serves until the fleet stops.
    pub(crate) fn serve(self, core: &Arc<Core>, tasks: &mut JoinSet<()>) {
        match self {
            Self::Each(each) => {
                for (number, listener) in each {
                    tasks.spawn(accept(core.clone(), listener, move |_, _| Some(number)));
                }
            }
            Self::One(listener, network) => {
                tasks.spawn(accept(core.clone(), listener, move |own, peer| {
                    whom(network, own, peer)
                }));
            }
        }
    }
}

/// Which device of a network a connection is for. None, if it comes from where it must not.
fn whom(network: Network, own: IpAddr, peer: IpAddr) -> Option<usize> {
    if network.is_loopback() && !peer.is_loopback() {
        return None;
    }
    match own {
        IpAddr::V4(own) => network.number(own),
        IpAddr::V6(_) => None,
    }
}

/// Accepts until the fleet stops, and then waits for its connections.
async fn accept(
    core: Arc<Core>,
    listener: TcpListener,
    whom: impl Fn(IpAddr, IpAddr) -> Option<usize>,
) {
    let mut stopping = core.stopping.clone();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(ended) = connections.join_next() => {
                told(ended);
                continue;
            }
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let number = stream
                    .local_addr()
                    .ok()
                    .and_then(|own| whom(own.ip(), peer.ip()));
                admit(&core, &mut connections, number, stream, peer);
            }
            Err(error) if error.raw_os_error() == Some(NO_FILES_LEFT) => {
                tracing::warn!(
                    "no session more: the limit of open files is reached, see `ulimit -n`"
                );
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            Err(error) => {
                tracing::warn!(%error, "accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop((listener, core));
    while let Some(ended) = connections.join_next().await {
        told(ended);
    }
}

/// Serves a connection, if it is for a device and there are not too many that have not logged in.
fn admit(
    core: &Arc<Core>,
    connections: &mut JoinSet<()>,
    number: Option<usize>,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let number = number.filter(|number| core.topology.row(*number).is_some());
    match (number, core.startups.clone().try_acquire_owned()) {
        (Some(number), Ok(permit)) => {
            connections.spawn(connection::serve(
                core.clone(),
                number,
                stream,
                peer,
                permit,
            ));
        }
        (None, _) => connection::reset(&stream),
        (Some(_), Err(_)) => {
            tracing::warn!(%peer, "refused: too many connections that have not logged in");
            connection::reset(&stream);
        }
    }
}

fn told(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task failed");
    }
}
