//! What is kept of one programme.

use holm_simulate::programme::PROGRAMMES;
use holm_simulate::programme::truth::{By, Manner, Quarter, Run};
use serde::{Deserialize, Serialize};

use crate::arm::{Arm, World};
use crate::results::Kept;

/// Version of the arms and of what is kept.
const BENCH: &str = "arms/1";
/// The committed results.
pub(crate) const FILE: &str = "programme.jsonl";

/// What the results depend on.
pub(crate) fn version() -> String {
    format!("{PROGRAMMES} {BENCH} {}", holm::belief::MODEL)
}

/// One programme under one arm.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) world: World,
    pub(crate) arm: Arm,
    pub(crate) seed: u64,
    pub(crate) version: String,
    pub(crate) quarters: Vec<Season>,
    pub(crate) leakers: Vec<Leaker>,
    /// Innocents who were named: how, and whether the framer had seen the copy by which they were.
    pub(crate) innocents: Vec<(Ground, bool)>,
    /// Innocents who were set aside at any time.
    pub(crate) set_aside: usize,
    /// Innocents who in some quarter were refused more than half of what they were to read.
    pub(crate) shut_out: usize,
    pub(crate) leaks: usize,
    pub(crate) baits: usize,
    pub(crate) papers: usize,
    pub(crate) mixtures: usize,
    pub(crate) recovered: usize,
    /// Of these, made with a look at the rival's copy.
    pub(crate) framed: usize,
    /// Times that beliefs were weighed, and times that chains did not agree.
    pub(crate) beliefs: [usize; 2],
    pub(crate) seconds: f64,
}

/// A quarter of a year.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Season {
    pub(crate) asked: usize,
    pub(crate) carried: usize,
    pub(crate) betrayed: usize,
    pub(crate) intended: usize,
    pub(crate) made: usize,
    pub(crate) readings: usize,
    pub(crate) refused: usize,
    pub(crate) possible: f64,
    pub(crate) value: f64,
}

/// Somebody who leaks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Leaker {
    pub(crate) manner: String,
    pub(crate) rate: f64,
    pub(crate) leaks: usize,
    pub(crate) baits: usize,
    /// The week in which they were named, and how.
    pub(crate) named: Option<(usize, Ground)>,
    pub(crate) set_aside: Option<usize>,
}

/// How somebody was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ground {
    Copy,
    Experiment,
    Guess,
}

impl From<By> for Ground {
    fn from(by: By) -> Self {
        match by {
            By::Copy => Self::Copy,
            By::Experiment => Self::Experiment,
            By::Guess => Self::Guess,
        }
    }
}

impl From<&Quarter> for Season {
    fn from(quarter: &Quarter) -> Self {
        let Quarter { asked, carried, betrayed, intended, made, readings, refused, possible, value } = *quarter;
        Self { asked, carried, betrayed, intended, made, readings, refused, possible, value }
    }
}

impl Kept for Row {
    type Key = (World, Arm, u64);

    fn key(&self) -> Self::Key {
        (self.world, self.arm, self.seed)
    }
}

impl Row {
    pub(crate) fn new((world, arm, seed): (World, Arm, u64), run: &Run, beliefs: [usize; 2], seconds: f64) -> Self {
        let leaker = |known: &holm_simulate::programme::truth::Known| Leaker {
            manner: match known.manner {
                Manner::Framer => "framer",
                Manner::Partner => "partner",
                Manner::Alone => "alone",
            }
            .to_owned(),
            rate: (known.rate * 1e3).round() / 1e3,
            leaks: known.leaks,
            baits: known.baits,
            named: known.named.map(|(week, by)| (week, by.into())),
            set_aside: known.set_aside,
        };
        Self {
            world,
            arm,
            seed,
            version: version(),
            quarters: run.quarters.iter().map(Season::from).collect(),
            leakers: run.leakers.iter().map(leaker).collect(),
            innocents: run.innocents.iter().map(|a| (a.cause.into(), a.touched)).collect(),
            set_aside: run.set_aside.len(),
            shut_out: run.shut_out.len(),
            leaks: run.leaks,
            baits: run.baits,
            papers: run.papers,
            mixtures: run.mixtures,
            recovered: run.recovered,
            framed: run.framed,
            beliefs,
            seconds,
        }
    }

    /// The sum of a figure over all quarters.
    pub(crate) fn sum(&self, of: impl Fn(&Season) -> f64) -> f64 {
        self.quarters.iter().map(of).sum()
    }
}
