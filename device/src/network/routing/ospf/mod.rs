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

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub(crate) use database::{Lsa, LsaKind, database};
pub(crate) use external::External;
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
    /// What each process reaches, once somebody asks; and what border routers tell each area.
    reach: Vec<OnceLock<routes::AreaReach>>,
    told: OnceLock<BTreeMap<u32, Vec<routes::Told>>>,
    /// The designated router and its backup of each attached interface: process and interface of the process.
    elected: BTreeMap<Place, neighbor::Elected>,
}

impl Domain {
    /// Who was elected on the network of a process's interface.
    pub(crate) fn election(&self, at: usize, attached: usize) -> neighbor::Elected {
        self.elected
            .get(&(at, attached))
            .copied()
            .unwrap_or_default()
    }

    /// Reads the processes, and lets neighbours find each other.
    pub(crate) fn new(routers: &[Router], on_segment: &impl Fn(Place) -> Vec<Place>) -> Self {
        let processes: Vec<Process> = routers
            .iter()
            .enumerate()
            .flat_map(|(at, r)| process::read(at, r))
            .collect();
        let mut domain = Self {
            reach: processes.iter().map(|_| OnceLock::new()).collect(),
            processes,
            ..Self::default()
        };
        neighbor::meet(&mut domain, on_segment);
        domain
    }

    /// What boundary routers tell of networks outside.
    pub(crate) fn externals<'t>(
        &self,
        routers: &[Router],
        table: &impl Fn(usize, Option<&str>) -> Option<&'t Table>,
    ) -> Vec<External> {
        external::told(self, routers, table)
    }

    /// The routes of a process.
    pub(crate) fn routes(
        &self,
        at: usize,
        routers: &[Router],
        externals: &[External],
    ) -> Vec<Route> {
        routes::routes(self, at, routers, externals)
    }

    /// The processes of a device.
    pub(crate) fn of_router(&self, router: usize) -> impl Iterator<Item = (usize, &Process)> {
        self.processes
            .iter()
            .enumerate()
            .filter(move |(_, process)| process.router == router)
    }
}
