//! Shows a push while it runs: bars on a terminal, one line a device elsewhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use programmer::push::{Event, Watch};
use programmer::report::device_line;

use super::show;

/// One line a device, when it is done.
pub(super) struct Lines;

impl Watch for Lines {
    fn event(&self, event: Event<'_>) {
        if let Event::Done(result) = event {
            show::print(&format!("{}\n", device_line(result)));
        }
    }
}

/// A bar for each device whose turn it is, and one for all.
pub(super) struct Bars {
    screen: MultiProgress,
    all: ProgressBar,
    open: Mutex<BTreeMap<String, ProgressBar>>,
}

impl Bars {
    pub(super) fn new(devices: usize) -> Self {
        let screen = MultiProgress::new();
        let all = screen.add(ProgressBar::new(u64_of(devices)));
        all.set_style(style("{bar:24} {pos}/{len} devices, {elapsed}"));
        Self {
            screen,
            all,
            open: Mutex::default(),
        }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, ProgressBar>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Bars {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Started(plan) => {
                let bar = self
                    .screen
                    .insert_before(&self.all, ProgressBar::new(u64_of(plan.lines().len())));
                bar.set_style(style("{bar:24} {pos}/{len} {prefix}"));
                bar.set_prefix(plan.device().name.clone());
                self.open().insert(plan.device().name.clone(), bar);
            }
            Event::Accepted(plan, accepted, lines) => {
                if let Some(bar) = self.open().get(&plan.device().name) {
                    bar.set_length(u64_of(lines));
                    bar.set_position(u64_of(accepted));
                }
            }
            Event::Done(result) => {
                if let Some(bar) = self.open().remove(&result.plan.device().name) {
                    bar.finish_and_clear();
                }
                let _ = self.screen.println(device_line(result));
                self.all.inc(1);
            }
        }
    }
}

/// A template that doesn't parse leaves the plain bar.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn u64_of(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
