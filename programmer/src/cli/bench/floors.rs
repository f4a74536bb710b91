//! The floors: a bare client that pushes to a bare server, with only the lines, and with all that a push exchanges.

use std::process::Command;
use std::sync::Arc;

use load::client::Client;
use load::handshake::Handshake;
use load::job::{Job, What};
use load::meter::Process;
use load::script::Script;
use load::shape::{self, Metered, Pace, Shape, Until};
use load::side::{Exchange, Side};
use load::tally::Tally;
use programmer::push::DeviceResult;
use programmer::secret::STARS;
use yaml::Mistake;

use super::{PATIENCE, Point};

/// The name of the second floor.
pub(super) const EXCHANGE: &str = "exchange";
/// How configuration is entered and left.
const SCRIPT: &str = include_str!("../../../../load/scripts/ios-xe.yaml");
/// What the floor's prompt is.
const PROMPT: &str = "floor#";

/// What a push has exchanged with a device.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The lines before those of the plan, each with the bytes of its answer.
    before: Vec<(String, usize)>,
    /// The lines of the plan that were sent.
    pub(super) lines: Vec<String>,
    /// Those after them.
    after: Vec<(String, usize)>,
    /// Whether a second password was asked for.
    asked: bool,
    /// Where the device is.
    address: String,
}

impl Seen {
    /// Of a push that went line by line.
    pub(super) fn of(result: &DeviceResult) -> Self {
        let mut seen = Self {
            lines: result
                .sent
                .iter()
                .map(|line| line.shown().to_string())
                .collect(),
            ..Self::default()
        };
        let mut sent: Vec<(String, usize)> = Vec::new();
        for step in result.transcript.steps() {
            match (step.sent, sent.last_mut()) {
                (true, _) => sent.push((step.text.trim_end().to_string(), 0)),
                (false, Some(last)) => last.1 += step.text.len(),
                (false, None) => {}
            }
        }
        let first = seen.lines.first();
        let at = sent
            .iter()
            .position(|(line, _)| Some(line) == first)
            .unwrap_or(sent.len());
        let after = (at + seen.lines.len()).min(sent.len());
        seen.after = sent.split_off(after);
        sent.truncate(at);
        seen.asked = sent.iter().any(|(line, _)| line == STARS);
        seen.before = sent;
        seen
    }
}

/// The floors' server, and what is said to it.
pub(super) struct Floors {
    side: Side,
    client: Client,
    lines: Arc<[String]>,
    least: Arc<Script>,
    whole: Arc<Script>,
}

impl Floors {
    /// Starts the server.
    pub(super) async fn start(seen: &Seen) -> Result<Self, Vec<Mistake>> {
        let least: Script = yaml::read("ios-xe.yaml", SCRIPT).map_err(|mistake| vec![mistake])?;
        let enable = least.enable.clone();
        let enters = |line: &str| enable.as_ref().is_some_and(|enable| enable.command == line);
        let typed = |lines: &[(String, usize)]| -> Vec<String> {
            let lines = lines.iter().map(|(line, _)| line.clone());
            lines
                .filter(|line| line != STARS && !enters(line))
                .collect()
        };
        let whole = Script {
            enter: typed(&seen.before),
            leave: typed(&seen.after),
            ..least.clone()
        };
        let password = seen.asked.then_some("any");
        let client = Client::new("bench", "any", least.dialogue(password, PATIENCE));
        let exchange = Exchange {
            handshake: handshake(&client, &seen.address).await,
            prompt: PROMPT.to_string(),
            bytes: answers(seen),
            questions: match &enable {
                Some(enable) if seen.asked => {
                    vec![(enable.command.clone(), enable.question.clone())]
                }
                _ => Vec::new(),
            },
        };
        let started = std::env::current_exe().and_then(|program| {
            Side::start(Command::new(program).args(["bench-side", "--floor", &exchange.argument()]))
        });
        Ok(Self {
            side: started.map_err(|error| vec![Mistake::new("bench", error.to_string())])?,
            client,
            lines: seen.lines.clone().into(),
            least: Arc::new(least),
            whole: Arc::new(whole),
        })
    }

    /// So many pushes with the least around the lines.
    pub(super) async fn lines(&self, point: Point, count: u64) -> Tally {
        self.push(point, count, &self.least).await
    }

    /// So many pushes with all that a push exchanges.
    pub(super) async fn exchange(&self, point: Point, count: u64) -> Tally {
        self.push(point, count, &self.whole).await
    }

    async fn push(&self, point: Point, count: u64, script: &Arc<Script>) -> Tally {
        let job = Job {
            what: What::Pushes,
            client: self.client.clone(),
            addresses: self.side.addresses().into(),
            script: script.clone(),
            lines: self.lines.clone(),
            window: point.window,
        };
        let shape = Shape {
            workers: point.at_once,
            pace: Pace::Closed,
            until: Until::Count(count),
            first: 0,
        };
        let metered = Metered {
            client: Process::own(),
            server: Some(self.side.process()),
        };
        shape::run(&Arc::new(job), shape, metered).await
    }
}

/// What the device's key exchange agrees on; the least, where it can't be reached from here at once.
async fn handshake(client: &Client, address: &str) -> Handshake {
    let found = tokio::net::lookup_host(address).await;
    match found.ok().and_then(|mut found| found.next()) {
        Some(address) => client.handshake(address).await.unwrap_or_default(),
        None => Handshake::default(),
    }
}

/// The bytes of each answer that has more than an echo and a prompt.
fn answers(seen: &Seen) -> Vec<(String, usize)> {
    let all = seen.before.iter().chain(&seen.after);
    let told = all.map(|(line, bytes)| {
        let usual = line.len() + 2 + PROMPT.len();
        (line.clone(), bytes.saturating_sub(usual))
    });
    told.filter(|(line, bytes)| line != STARS && *bytes > PROMPT.len() * 4)
        .collect()
}
