//! The matrix: case × policy × position × way of sending.
//!
//! Asked of each cell, against the oracle:
//!
//! - `APPLIED` is only said if every line is in, and `saved` only if it is saved (I1);
//! - `NOT_STARTED` and `ROLLED_BACK` are only said if everything is as it was (I2);
//! - of a `PARTIAL` device the lines that are told are in are in, and it isn't whole;
//! - `UNKNOWN` is only said where nobody can read the device (I4);
//! - a policy of rollback leaves nothing half, where anything can be sent at all (I5);
//! - no transcript shows a password, and all that was said is in one (I6);
//! - the same seed gives the same transcript (I7);
//! - once the fault is gone, `resume` brings the device to the plan, and `undo` to what it was.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use programmer::push::{EndState, OnError};
use programmer::session::Sending;

use crate::cases::{CASES, Case, End};
use crate::cell::{After, Scene, plan, plays};
use crate::oracle::Truth;

const POLICIES: [OnError; 3] = [OnError::Stop, OnError::Continue, OnError::Rollback];

/// Some lines of the plan are in flight with the first, and some aren't.
const SENDINGS: [Sending; 3] = [
    Sending::Lockstep,
    Sending::Pipelined { window: 3 },
    Sending::Buffer,
];

/// One cell of the matrix.
#[derive(Debug, Clone, Copy)]
struct Cell {
    case: &'static Case,
    on_error: OnError,
    sending: Sending,
    position: &'static str,
    line: usize,
}

/// What a push without a fault leaves.
struct Reference {
    running: Truth,
}

#[derive(Default)]
struct Findings {
    ends: BTreeMap<String, String>,
    wrong: Vec<String>,
    false_successes: usize,
}

/// The cells to play: in lockstep every fault × policy × position. In the two other ways every fault × policy at one
/// position, and every fault × position under one policy: which one goes round with the fault, the policy and the way,
/// so that no pair is left out. A fault without a position is played under one policy there. `EVERY=1` plays all.
fn cells(lines: usize) -> Vec<Cell> {
    let only = std::env::var("KIND").ok();
    let every = std::env::var_os("EVERY").is_some();
    let positions = [("first", 1), ("middle", lines / 2 + 1), ("last", lines)];
    let mut cells = vec![];
    for (number, case) in CASES.iter().enumerate() {
        if only.as_ref().is_some_and(|only| case.kind != only) {
            continue;
        }
        let wanted = match case.has_position() {
            true => &positions[..],
            false => &[("any", 1)],
        };
        for (way, sending) in SENDINGS.into_iter().enumerate() {
            for (policy, on_error) in POLICIES.into_iter().enumerate() {
                for (place, (position, line)) in wanted.iter().copied().enumerate() {
                    let turn = (number + way + policy + place) % POLICIES.len();
                    if every || sending == Sending::Lockstep || turn == 0 {
                        cells.push(Cell {
                            case,
                            on_error,
                            sending,
                            position,
                            line,
                        });
                    }
                }
            }
        }
    }
    cells
}

impl Cell {
    fn name(&self) -> String {
        let rules = self.case.rules(self.line).join(" ");
        let (on_error, sending) = (self.on_error, self.sending);
        format!("{rules} | {on_error:?} | {sending:?} | {}", self.position)
    }

    /// Plays the cell; its end, and what is wrong with it.
    fn plays(self, reference: &Reference) -> (String, Vec<String>) {
        let (first, finished) = plays(self.to_its_end(true, reference));
        let (second, taken_back) = plays(self.to_its_end(false, reference));
        let mut wrong = first.wrong;
        if first.transcript != second.transcript {
            wrong.push("the same seed gives another transcript (I7)".to_string());
        }
        wrong.extend(finished);
        wrong.extend(taken_back);
        (first.end, wrong)
    }

    async fn to_its_end(self, finishes: bool, reference: &Reference) -> (Pushed, Vec<String>) {
        let scene = Scene::set(&self.case.rules(self.line), self.on_error, self.sending).await;
        let after = scene.push().await;
        let pushed = self.judge(&after, &scene.before, reference);
        scene.calm().await;
        let mut wrong = vec![];
        if finishes {
            let after = scene.resume().await;
            let differences = reference.running.differences(&after.running);
            let is_whole = matches!(after.result.state, EndState::Applied { saved: true });
            if !is_whole || !differences.is_empty() {
                let told = told(&after);
                wrong.push(format!("resume doesn't finish it: {told}\n{differences}"));
            }
        } else {
            let after = scene.undo().await;
            let now = scene.look().await;
            let state = after.as_ref().map(|after| after.result.state);
            let differences = scene.before.differences(&now);
            if !matches!(state, None | Some(EndState::RolledBack)) || !differences.is_empty() {
                let told = after.as_ref().map_or("nothing to undo".to_string(), told);
                wrong.push(format!("undo doesn't take it back: {told}\n{differences}"));
            }
        }
        (pushed, wrong)
    }

    fn judge(self, after: &After, before: &Truth, reference: &Reference) -> Pushed {
        let result = &after.result;
        let mut wrong = vec![];
        let to_plan = reference.running.differences(&after.running);
        let to_before = before.differences(&after.running);
        match result.state {
            EndState::Applied { saved } => {
                if !to_plan.is_empty() {
                    wrong.push(format!("FALSE SUCCESS (I1): APPLIED, and\n{to_plan}"));
                }
                if saved && reference.running != after.saved {
                    wrong.push("FALSE SUCCESS (I1): it isn't saved".to_string());
                }
            }
            EndState::NotStarted | EndState::RolledBack if !to_before.is_empty() => {
                wrong.push(format!("{} (I2), and\n{to_before}", result.state.name()));
            }
            EndState::Partial => {
                let missing = result
                    .is_in
                    .iter()
                    .filter(|line| !after.running.has(line.trim()));
                let missing: Vec<_> = missing.collect();
                if !missing.is_empty() {
                    wrong.push(format!("told as in, and isn't: {missing:?}"));
                }
                if to_plan.is_empty() {
                    wrong.push("PARTIAL, and it has every line".to_string());
                }
            }
            _ => {}
        }
        if !self.may_end(result.state) {
            wrong.push(format!(
                "it ends {}, with {:?}",
                result.state.name(),
                self.case.end
            ));
        }
        let transcript = result.transcript.text();
        let end = match &result.failure {
            Some(failure) => format!("{}: {failure}", result.state.name()),
            None => result.state.name().to_string(),
        };
        if !wrong.is_empty() {
            wrong.push(format!("{end}\n{transcript}"));
        }
        Pushed {
            end,
            transcript,
            wrong,
        }
    }

    fn may_end(self, state: EndState) -> bool {
        let half = state == EndState::Partial;
        let unknown = state == EndState::Unknown;
        match self.case.end {
            End::Done => matches!(state, EndState::Applied { .. }),
            End::Nothing => state == EndState::NotStarted,
            End::Unsafe if self.on_error == OnError::Rollback => state == EndState::NotStarted,
            End::Unsafe => matches!(state, EndState::Applied { .. }),
            End::Finds => !(unknown || half && self.on_error == OnError::Rollback),
            End::Stuck => !unknown,
            End::Lost => true,
        }
    }
}

/// What a push came to.
struct Pushed {
    end: String,
    transcript: String,
    wrong: Vec<String>,
}

fn told(after: &After) -> String {
    let failure = after.result.failure.as_ref();
    let failure = failure.map(ToString::to_string).unwrap_or_default();
    let transcript = after.result.transcript.text();
    format!("{} {failure}\n{transcript}", after.result.state.name())
}

/// Plays all cells, on all cores.
fn play_all(cells: &[Cell], reference: &Reference) -> Findings {
    let (next, findings) = (AtomicUsize::new(0), Mutex::new(Findings::default()));
    let work = || {
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (end, wrong) = cell.plays(reference);
            let mut findings = findings.lock().unwrap();
            let row = format!(
                "{} | {:?} | {:?}",
                cell.case.rules(cell.line).join(" "),
                cell.on_error,
                cell.sending
            );
            let entry = findings.ends.entry(row).or_default();
            let _ = write!(entry, "\n    {}: {end}", cell.position);
            let lies = wrong
                .iter()
                .filter(|what| what.contains("FALSE SUCCESS"))
                .count();
            findings.false_successes += lies;
            if !wrong.is_empty() {
                findings
                    .wrong
                    .push(format!("=== {}\n{}", cell.name(), wrong.join("\n")));
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    findings.into_inner().unwrap()
}

#[test]
fn what_is_said_of_a_device_is_true_whatever_goes_wrong_and_can_be_finished_or_taken_back() {
    let after = plays(async {
        Scene::set(&[], OnError::Stop, Sending::Lockstep)
            .await
            .push()
            .await
    });
    assert_eq!(
        after.result.state,
        EndState::Applied { saved: true },
        "{}",
        told(&after)
    );
    let reference = Reference {
        running: after.running,
    };
    let lines = plan().lines().len();
    assert_eq!(
        after.result.sent.len(),
        lines,
        "every line is missing at first"
    );
    let cells = cells(lines);
    let findings = play_all(&cells, &reference);
    for (row, ends) in &findings.ends {
        println!("{row}{ends}");
    }
    println!(
        "{} cells, {} wrong, {} false successes",
        cells.len(),
        findings.wrong.len(),
        findings.false_successes
    );
    assert!(findings.wrong.is_empty(), "{}", findings.wrong.join("\n\n"));
}

#[test]
fn every_fault_of_the_catalogue_is_in_the_matrix() {
    let missing = emulator::faults::catalogue::all()
        .map(|entry| entry.name)
        .filter(|name| !CASES.iter().any(|case| case.kind == *name));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&str>::new());
}
