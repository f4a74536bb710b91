//! Round after round: push something new, kill it, bring it to an end, look.

use std::time::Duration;

use programmer::ledger::{Ledger, RunId};
use tokio::runtime::Runtime;

use crate::devices::Devices;
use crate::processes::{DEVICES, Killed, Said, Scene};

/// So many VLANs are pushed in a round: three lines each.
const VLANS: usize = 4;
/// Each round has VLANs of its own.
const FIRST_VLAN: usize = 2;
/// The round that has VLAN 1001, the last before those that every device has.
const LAST_ROUND: usize = 249;
/// After a push that was killed in time, the next one is taken to last a little longer.
const LONGER: f64 = 1.02;
/// A push that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(120);

/// Plays rounds on one fleet until so many pushes were killed while they ran.
pub(crate) fn play(kills: usize, seed: u64) {
    eprintln!("{kills} kills, seed {seed}");
    let runtime = Runtime::new().unwrap();
    let scene = Scene::open();
    let mut devices = runtime.block_on(Devices::open(&scene.folder));
    let mut dice = Dice(seed | 1);
    let mut length = whole_push(&scene);
    eprintln!("a push to {DEVICES} devices takes {length:?}");
    let journal = format!(
        "sqlite:{}",
        scene.folder.join("state/programmer/journal.db").display()
    );
    let journal = runtime.block_on(Ledger::open(&journal)).unwrap();
    let mut tally = Tally::default();
    for round in 1..LAST_ROUND {
        let before = runtime.block_on(devices.read());
        let killed = killed_push(&scene, round, dice.instant(length));
        let (run, alive) = (&killed.run, killed.alive);
        // How long a push takes follows the machine's other work: instants are those of a push of now.
        length = match alive {
            true => length.mul_f64(LONGER),
            false => killed.lived,
        };
        tally.rounds += 1;
        tally.killed += usize::from(alive);
        let open = runtime.block_on(open_devices(&journal, run));
        tally.half_way += usize::from(alive && open > 0);
        let verb = if round % 2 == 0 { "undo" } else { "resume" };
        if round % 5 == 0 && alive && open > 0 {
            // Who brings it to an end may be killed as well.
            scene.kills(&[verb, run], dice.instant(length));
        }
        recover(&scene, verb, run);
        let after = runtime.block_on(devices.read());
        compare(round, verb, &before, &after);
        assert_eq!(
            runtime.block_on(journal.holders()).unwrap(),
            [],
            "a lock is left in round {round}"
        );
        if tally.killed == kills {
            break;
        }
    }
    eprintln!("{tally:?}: all recovered; the last push was taken to last {length:?}");
    assert_eq!(tally.killed, kills, "the other pushes ended too early");
}

#[derive(Debug, Default)]
struct Tally {
    rounds: usize,
    /// Pushes that were killed while they ran: the others had ended.
    killed: usize,
    /// Those of them that left devices half way.
    half_way: usize,
}

/// How long a push takes that nobody kills, from the moment when it has named its run. The first one boots the devices.
fn whole_push(scene: &Scene) -> Duration {
    let whole = [0, LAST_ROUND].map(|round| killed_push(scene, round, LONGEST));
    assert!(
        whole.iter().all(|push| !push.alive),
        "a push takes longer than {LONGEST:?}"
    );
    whole[1].lived
}

fn killed_push(scene: &Scene, round: usize, after: Duration) -> Killed {
    write_service(scene, round);
    let push = [
        "push",
        "--topology",
        "topology.yaml",
        "--known-hosts",
        "known_hosts",
        "service.yaml",
    ];
    scene.kills(&push, after)
}

fn vlans(round: usize) -> impl Iterator<Item = usize> {
    (0..VLANS).map(move |number| FIRST_VLAN + round * VLANS + number)
}

fn write_service(scene: &Scene, round: usize) {
    let feature = |vlan: usize| {
        format!("  - {{writer: Networkvlan, op: create, key: {vlan}, fields: {{name: V{vlan}}}}}\n")
    };
    let features: String = vlans(round).map(feature).collect();
    let text = format!("kind: rfs\nrole: edge\nfeatures:\n{features}");
    std::fs::write(scene.folder.join("service.yaml"), text).unwrap();
}

/// How many devices of a run may have lines of it, and have not come to their end.
async fn open_devices(journal: &Ledger, run: &str) -> i64 {
    let counts = journal.counts(&RunId::written(run)).await.unwrap();
    let open = counts
        .iter()
        .filter(|(phase, _)| phase.is_open() && phase.may_be_in());
    open.map(|(_, count)| count).sum()
}

fn recover(scene: &Scene, verb: &str, run: &str) {
    scene.runs(&[verb, run]).ends(0);
}

/// Every device has the plan, or what it had before; nothing is lost or doubled.
#[track_caller]
fn compare(
    round: usize,
    verb: &str,
    before: &[(String, Vec<String>)],
    after: &[(String, Vec<String>)],
) {
    let new = vlans(round).flat_map(|vlan| [format!("vlan {vlan}"), format!(" name V{vlan}")]);
    let new: Vec<String> = if verb == "resume" {
        new.collect()
    } else {
        Vec::new()
    };
    for ((name, before), (_, after)) in before.iter().zip(after) {
        let mut expected: Vec<&String> = before.iter().chain(&new).collect();
        let mut found: Vec<&String> = after.iter().collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{name} after {verb} in round {round}");
    }
}

impl Said {
    #[track_caller]
    fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.text);
        self
    }
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    /// An instant of something that takes so long.
    fn instant(&mut self, length: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        length.mul_f64(f64::from(u16::try_from(self.0 % 1_000).unwrap()) / 1_000.0)
    }
}
