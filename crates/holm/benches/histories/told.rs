//! What is kept of one draw.

use holm::belief::translation::Cause;
use holm::belief::{Belief, BeliefError, Beliefs, MODEL};
use holm_simulate::history::History;
use serde::{Deserialize, Serialize};

use crate::results::Kept;
use crate::taken_in::believed;

/// Version of the stories and of what is kept.
const BENCH: &str = "histories/1";
/// The committed results.
pub(crate) const FILE: &str = "histories.jsonl";
/// Smaller probabilities are not kept.
const LEAST: f64 = 0.005;

/// What the results depend on.
pub(crate) fn version() -> String {
    format!("{BENCH} {MODEL}")
}

/// One draw of a case or of its twin.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) case: String,
    pub(crate) twin: bool,
    pub(crate) draw: u64,
    pub(crate) version: String,
    /// Whether chains did not agree, so that nothing is believed and nobody referred.
    #[serde(default)]
    pub(crate) refused: bool,
    /// Who could leak, the likeliest first.
    pub(crate) people: Vec<(String, f64)>,
    /// How many are on the roster.
    pub(crate) roster: usize,
    /// Who is referred for review; of these, those of whom an alarm says that they may be framed; and those whom nothing lacks to
    /// be acted on.
    pub(crate) referred: Vec<String>,
    pub(crate) alarmed: Vec<String>,
    pub(crate) acted_on: Vec<String>,
    /// Share of leaks that nobody listed brought about.
    pub(crate) not_listed: f64,
    /// The likeliest of the causes that are something of a whole unit, and of the channels.
    pub(crate) unit: f64,
    pub(crate) channel: f64,
    /// The largest mean number of leakers of a unit, and of the next.
    pub(crate) units: [f64; 2],
}

type Key = (String, bool, u64);

pub(crate) fn key(history: &History, twin: bool, draw: u64) -> Key {
    (history.name.to_owned(), twin, draw)
}

impl Kept for Told {
    type Key = Key;

    fn key(&self) -> Key {
        (self.case.clone(), self.twin, self.draw)
    }
}

impl Told {
    pub(crate) fn of(history: &History, twin: bool, draw: u64) -> Self {
        let told = Self { case: history.name.to_owned(), twin, draw, version: version(), ..Self::default() };
        match believed(&history.sheet(twin, draw)) {
            Ok(beliefs) => told.with(&beliefs),
            Err(BeliefError::Posterior(_)) => Self { refused: true, ..told },
            Err(error) => panic!("{} {twin} {draw}: {error}", history.name),
        }
    }

    fn with(self, beliefs: &Beliefs) -> Self {
        let referred = |of: &dyn Fn(&Belief) -> bool| -> Vec<String> {
            let all = beliefs.people.iter().filter(|b| beliefs.review.contains(&b.person) && of(b));
            all.map(|b| b.person.to_string()).collect()
        };
        let units = |place: usize| beliefs.units.get(place).map_or(0.0, |unit| rounded(unit.mean));
        Self {
            people: likely(beliefs),
            roster: beliefs.people.len(),
            referred: referred(&|_| true),
            alarmed: referred(&|b| !b.is_a_rate()),
            acted_on: referred(&|b| b.missing.is_empty()),
            not_listed: rounded(beliefs.not_listed),
            unit: largest(beliefs, |cause| matches!(cause, Cause::Unit(_))),
            channel: largest(beliefs, |cause| matches!(cause, Cause::Channel(_))),
            units: [units(0), units(1)],
            ..self
        }
    }
}

fn likely(beliefs: &Beliefs) -> Vec<(String, f64)> {
    let some = beliefs.people.iter().filter(|b| b.probability >= LEAST);
    some.map(|b| (b.person.to_string(), rounded(b.probability))).collect()
}

fn largest(beliefs: &Beliefs, of: impl Fn(&Cause) -> bool) -> f64 {
    rounded(beliefs.channels.iter().filter(|c| of(&c.cause)).map(|c| c.probability).fold(0.0, f64::max))
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
