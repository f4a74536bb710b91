//! Whether a rule strikes: it counts, compares and, where a rule asks for it, throws dice that follow from seeds.

use std::sync::Arc;
use std::time::Duration;

use super::rule::Rule;

/// A rule on one device.
#[derive(Debug)]
pub(crate) struct Armed {
    pub(crate) rule: Arc<Rule>,
    struck: u64,
    /// Its time has come, and it has had its chance.
    weighed: bool,
    dice: Dice,
}

/// What is going on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment<'m> {
    /// The number of the session on the device.
    pub(crate) session: u64,
    /// The line, if there is one.
    pub(crate) line: Option<Given<'m>>,
    /// The time of the fleet.
    pub(crate) since: Duration,
}

/// A line that was given at a prompt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'m> {
    pub(crate) text: &'m str,
    /// Which command of the session.
    pub(crate) command: u64,
    /// Which line of the session in configuration mode; zero outside of it.
    pub(crate) line: u64,
}

impl Armed {
    /// `seed` is the fleet's, `device` the name of the device.
    pub(crate) fn new(rule: Arc<Rule>, seed: u64, device: &str) -> Self {
        let dice = Dice::new(&[
            &seed.to_be_bytes(),
            &rule.when.seed.to_be_bytes(),
            device.as_bytes(),
            rule.id.as_bytes(),
        ]);
        Self {
            rule,
            struck: 0,
            weighed: false,
            dice,
        }
    }

    /// Whether the rule strikes now; if so, it has.
    pub(crate) fn strikes(&mut self, moment: Moment<'_>) -> bool {
        let strikes = self.holds(moment) && self.by_chance();
        if strikes {
            self.struck += 1;
            self.rule.struck();
        }
        strikes
    }

    /// Whether an event strikes that comes at a time: it has one chance, when its time has come.
    pub(crate) fn strikes_once(&mut self, moment: Moment<'_>) -> bool {
        let come = self.rule.when.at.is_none_or(|at| at <= moment.since);
        if !come || std::mem::replace(&mut self.weighed, true) {
            return false;
        }
        self.strikes(moment)
    }

    /// Whether its time has come, and it has had its chance.
    pub(crate) fn is_weighed(&self) -> bool {
        self.weighed
    }

    /// How often it has struck here.
    pub(crate) fn struck(&self) -> u64 {
        self.struck
    }

    /// Whether it may strike in this session, now or later.
    pub(crate) fn concerns(&self, session: u64) -> bool {
        let when = &self.rule.when;
        self.has_some_left() && when.session.is_none_or(|count| count.holds(session))
    }

    fn has_some_left(&self) -> bool {
        self.rule.when.times.is_none_or(|times| self.struck < times)
    }

    fn holds(&self, moment: Moment<'_>) -> bool {
        let when = &self.rule.when;
        let by_line = match moment.line {
            Some(given) => self.holds_for(given),
            None => !when.names_a_line(),
        };
        by_line && self.concerns(moment.session) && when.at.is_none_or(|at| at <= moment.since)
    }

    fn holds_for(&self, given: Given<'_>) -> bool {
        let when = &self.rule.when;
        let counted = |count: Option<super::rule::Count>, number: u64| {
            count.is_none_or(|count| number > 0 && count.holds(number))
        };
        let matches = |text: &str| match &when.line_matches {
            Some(pattern) => pattern.is_match(text),
            None => true,
        };
        counted(when.command, given.command)
            && counted(when.line, given.line)
            && matches(given.text)
    }

    fn by_chance(&mut self) -> bool {
        match self.rule.when.probability {
            Some(probability) => self.dice.fraction() < probability,
            None => true,
        }
    }
}

/// Chance that follows from a seed (SplitMix64).
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice of their own for each list of texts (FNV-1a over them, each with its length).
    pub(crate) fn new(parts: &[&[u8]]) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        for part in parts {
            (part.len() as u64)
                .to_be_bytes()
                .into_iter()
                .for_each(&mut add);
            part.iter().copied().for_each(&mut add);
        }
        Self(hash)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, and not including, 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        // 32 bits are exact in a fraction, and as much chance as anybody needs.
        f64::from((self.next() >> 32) as u32) / 4_294_967_296.0
    }

    /// A time from zero up to `most`.
    pub(crate) fn time(&mut self, most: Duration) -> Duration {
        most.mul_f64(self.fraction())
    }
}
