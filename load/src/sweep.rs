//! A sweep: jobs at several concurrencies and sizes, with each station in turn, round after round, so that what else
//! the machine does hits all of them alike.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Client;
use crate::job::{Job, What};
use crate::meter::Process;
use crate::report::Figure;
use crate::script::Script;
use crate::shape::{self, Metered, Pace, Shape, Until};
use crate::tally::Tally;

/// The name that ratios to the floor have.
pub const FLOOR: &str = "floor";

/// Somebody who is loaded.
#[derive(Clone)]
pub struct Station {
    /// Its name.
    pub who: String,
    /// Who logs in.
    pub client: Client,
    /// Where.
    pub addresses: Arc<[SocketAddr]>,
    /// Its process, if it is one of this machine.
    pub server: Option<Process>,
}

/// What is swept over.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// What is typed.
    pub script: Arc<Script>,
    /// What is done.
    pub whats: Vec<What>,
    /// By how many at once.
    pub at_once: Vec<usize>,
    /// How many lines of configuration.
    pub lines: Vec<usize>,
    /// How many of them may be on their way at once.
    pub windows: Vec<usize>,
    /// How acts follow each other.
    pub pace: Pace,
    /// When it is enough, for each station and each point.
    pub until: Until,
    /// The rounds that this is divided into.
    pub rounds: u32,
}

/// One point of a sweep.
struct Point {
    what: What,
    at_once: usize,
    lines: Option<usize>,
    window: Option<usize>,
}

impl Sweep {
    /// Loads each station at each point. The first is what the others are compared with, if its name is [`FLOOR`].
    pub async fn run(&self, stations: &[Station]) -> Vec<Figure> {
        let mut figures: Vec<Figure> = Vec::new();
        for point in self.points() {
            let mut tallies = vec![Tally::default(); stations.len()];
            for round in 0..self.rounds.max(1) {
                for (station, tally) in stations.iter().zip(&mut tallies) {
                    let begun = tally.done + tally.failed();
                    tally.after(&self.round(station, &point, round, begun).await);
                }
            }
            let begin = figures.len();
            for (station, tally) in stations.iter().zip(tallies) {
                let mut figure = point.figure(&station.who, self.pace, tally);
                if let Some(floor) = figures.get(begin).filter(|first| first.who == FLOOR) {
                    figure.compare(FLOOR, floor);
                }
                figures.push(figure);
            }
        }
        figures
    }

    fn points(&self) -> Vec<Point> {
        let mut points = Vec::new();
        for &what in &self.whats {
            let has_lines = matches!(what, What::Lines | What::Pushes);
            let sizes = |all: &[usize]| -> Vec<Option<usize>> {
                if has_lines {
                    all.iter().copied().map(Some).collect()
                } else {
                    vec![None]
                }
            };
            for lines in sizes(&self.lines) {
                for window in sizes(&self.windows) {
                    points.extend(self.at_once.iter().map(|&at_once| Point {
                        what,
                        at_once,
                        lines,
                        window,
                    }));
                }
            }
        }
        points
    }

    async fn round(&self, station: &Station, point: &Point, round: u32, first: u64) -> Tally {
        let job = Job {
            what: point.what,
            client: station.client.clone(),
            addresses: station.addresses.clone(),
            script: self.script.clone(),
            lines: self.script.lines(point.lines.unwrap_or(0)).into(),
            window: point.window.unwrap_or(1),
        };
        let shape = Shape {
            workers: point.at_once,
            pace: self.pace,
            until: part(self.until, round, self.rounds.max(1)),
            first,
        };
        let metered = Metered {
            client: Process::own(),
            server: station.server,
        };
        shape::run(&Arc::new(job), shape, metered).await
    }
}

impl Point {
    fn figure(&self, who: &str, pace: Pace, tally: Tally) -> Figure {
        Figure {
            what: self.what.name(),
            who: who.to_string(),
            devices: None,
            at_once: self.at_once,
            rate: match pace {
                Pace::Closed => None,
                Pace::Open(per_second) => Some(per_second),
            },
            lines: self.lines,
            window: self.window,
            tally,
            session_bytes: None,
            ratios: Vec::new(),
        }
    }
}

/// The share of a round; the first rounds have what can't be divided.
fn part(until: Until, round: u32, rounds: u32) -> Until {
    match until {
        Until::Elapsed(time) => Until::Elapsed(Duration::from_secs_f64(
            time.as_secs_f64() / f64::from(rounds),
        )),
        Until::Count(count) => {
            let (round, rounds) = (u64::from(round), u64::from(rounds));
            Until::Count(count / rounds + u64::from(round < count % rounds))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rounds_do_what_was_asked_for_in_all() {
        let parts = (0..3).map(|round| part(Until::Count(20), round, 3));
        assert_eq!(parts.collect::<Vec<_>>(), [7, 7, 6].map(Until::Count));
        let time = part(Until::Elapsed(Duration::from_secs(3)), 0, 3);
        assert_eq!(time, Until::Elapsed(Duration::from_secs(1)));
    }
}
