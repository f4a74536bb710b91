//! OSPF (RFC 2328; OSPFv3 with the same rules, RFC 5340): processes and areas, who becomes whose neighbour, and the
//! routes that follow.
//!
//! Known limits: virtual links, sham links, demand circuits and multi-area interfaces are configuration only; the
//! designated router is who would win an election of all that are there now, as nobody remembers who came first.

mod database;
mod external;
mod neighbor;
mod process;
mod routes;

pub(crate) use database::{Lsa, LsaKind, database};
pub(crate) use neighbor::{Neighbor, Role, State};
pub(crate) use process::{AreaKind, Attached, NetworkType, Process, is_passive};

use super::router::{Place, Router};
use super::table::{Route, Table};

/// Every OSPF process of a network and its neighbours.
#[derive(Debug, Default)]
pub(crate) struct Domain {
    pub(crate) processes: Vec<Process>,
    /// For each process.
    pub(crate) neighbors: Vec<Vec<Neighbor>>,
    /// The designated router and its backup of each attached interface: process and interface of the process.
    pub(crate) elected: std::collections::BTreeMap<Place, neighbor::Elected>,
}

impl Domain {
    /// Reads the processes, and lets neighbours find each other.
    pub(crate) fn new(routers: &[Router], on_segment: &impl Fn(Place) -> Vec<Place>) -> Self {
        let processes: Vec<Process> = routers
            .iter()
            .enumerate()
            .flat_map(|(at, r)| process::read(at, r))
            .collect();
        let mut domain = Self {
            processes,
            ..Self::default()
        };
        neighbor::meet(&mut domain, on_segment);
        domain
    }

    /// The routes of each process: its number here, and the routes.
    pub(crate) fn routes(
        &self,
        routers: &[Router],
        table: &impl Fn(usize, Option<&str>) -> Table,
    ) -> Vec<(usize, Vec<Route>)> {
        routes::compute(self, routers, table)
    }

    /// The processes of a device.
    pub(crate) fn of_router(&self, router: usize) -> impl Iterator<Item = (usize, &Process)> {
        self.processes
            .iter()
            .enumerate()
            .filter(move |(_, process)| process.router == router)
    }
}
