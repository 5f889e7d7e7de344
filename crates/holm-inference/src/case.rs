//! What is recorded: who knew of what, through which channels it went, and what came of it.

mod layout;

pub(crate) use layout::{Edge, Lists, UNRECORDED};

use crate::checks::{Check, CheckKind, Vetting};

/// What was seen of one trial, as how much likelier it is if there was a leak than if there was none.
///
/// A trial is one variant of one operation: the people who were told this variant, and whether just this variant leaked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome(f64);

impl Outcome {
    /// There was a leak, beyond doubt.
    pub const LEAK: Self = Self(f64::INFINITY);
    /// There was none, beyond doubt.
    pub const CLEAN: Self = Self(0.0);
    /// Nothing is known of it.
    pub const UNKNOWN: Self = Self(1.0);

    /// P(what was seen | a leak) / P(what was seen | none), which is not negative.
    ///
    /// # Errors
    /// [`CaseError::Outcome`] for a number that is no ratio.
    pub fn ratio(ratio: f64) -> Result<Self, CaseError> {
        if ratio >= 0.0 { Ok(Self(ratio)) } else { Err(CaseError::Outcome(ratio)) }
    }

    /// The ratio.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Default for Outcome {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

/// A person that could be told things.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person {
    /// Index of the unit.
    pub unit: usize,
    /// ln of how much likelier the person's checks are if they leak than if they do not; 0 without checks.
    pub ln_checks: f64,
}

/// A level of rank: 1 lowest, 5 highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The lowest, of whoever is given none.
    pub const LOWEST: Self = Self(1);
    /// The highest.
    pub const HIGHEST: Self = Self(5);

    /// A level by its number; none of a number that is no level.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (Self::LOWEST.0..=Self::HIGHEST.0).contains(&number).then_some(Self(number))
    }

    /// Its number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

/// Somebody who was told before the leak must have happened. Whoever was told later is left out of the trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exposure {
    /// Index of the person.
    pub person: usize,
    /// Share of the leak rate that what they were told is worth: 1 for the target itself.
    pub weight: f64,
}

/// One variant of one operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    /// Index of the type of operation, which fails by itself at a rate of its own.
    pub kind: usize,
    /// When; any unit, the same for all.
    pub time: f64,
    /// Who was told.
    pub exposed: Vec<Exposure>,
    /// Persons of the units involved of whom it is not recorded that they were told.
    pub unrecorded: Vec<usize>,
    /// Indices of the channels that it went through.
    pub channels: Vec<usize>,
    /// What was seen.
    pub outcome: Outcome,
}

/// What is recorded makes no case.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// A number that is no likelihood ratio.
    #[error("{0} is no likelihood ratio: give a number from 0, which is a clean operation, to infinity, which is a certain leak")]
    Outcome(f64),
    /// An index that nothing has.
    #[error("{what} {index} does not exist: there are {count}")]
    Index {
        /// Of what.
        what: &'static str,
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A weight outside of (0, 1].
    #[error("trial {trial} gives person {person} the weight {weight}, which must be more than 0 and at most 1")]
    Weight {
        /// The trial.
        trial: usize,
        /// The person.
        person: usize,
        /// The weight.
        weight: f64,
    },
    /// One person twice, or told and unrecorded at once.
    #[error("trial {trial} names person {person} twice")]
    Twice {
        /// The trial.
        trial: usize,
        /// The person.
        person: usize,
    },
    /// A channel twice.
    #[error("trial {trial} names channel {channel} twice")]
    ChannelTwice {
        /// The trial.
        trial: usize,
        /// The channel.
        channel: usize,
    },
    /// A share or a weight outside of its range.
    #[error("{what} {index} has {value}, which must be {range}")]
    Range {
        /// Of what.
        what: &'static str,
        /// Its index.
        index: usize,
        /// The value.
        value: f64,
        /// What it must be.
        range: &'static str,
    },
    /// A time or a check that is no number.
    #[error("{what} {index} has {value}, which is no finite number")]
    NoNumber {
        /// Of what.
        what: &'static str,
        /// Its index.
        index: usize,
        /// The value.
        value: f64,
    },
    /// More different weights than are kept apart.
    #[error("exposures have more than {MOST_WEIGHTS} different weights; round them")]
    Weights,
    /// Too large.
    #[error("there are more {0} than 4,294,967,295; leave out what is older")]
    Large(&'static str),
}

/// Different weights that exposures may have.
const MOST_WEIGHTS: usize = 250;

/// A case, checked and laid out to be sampled. Entities are its persons, then its channels.
#[derive(Clone, Debug)]
pub struct Case {
    pub(crate) persons: usize,
    pub(crate) units: usize,
    pub(crate) kinds: usize,
    pub(crate) channel_kinds: usize,
    /// By entity, its group: unit, or number of units plus kind of channel.
    pub(crate) group: Vec<u32>,
    pub(crate) ln_checks: Vec<f64>,
    /// By person.
    pub(crate) level: Vec<Level>,
    pub(crate) vetting: Vetting,
    /// By trial as it is kept here, its number as it was given.
    pub(crate) number: Vec<u32>,
    /// By trial.
    pub(crate) kind: Vec<u32>,
    pub(crate) ratio: Vec<f64>,
    pub(crate) time: Vec<f64>,
    /// Weights of exposures; the first stands for unrecorded ones.
    pub(crate) weights: Vec<f64>,
    /// Which of them is 1.
    pub(crate) full: u8,
    /// By entity, in order of time.
    pub(crate) edges: Lists<Edge>,
    /// By entity, places among its edges of trials that speak for a leak and of which it is recorded that it knew.
    pub(crate) positives: Lists<u32>,
    /// By trial, entities of which it is recorded that they knew.
    pub(crate) knew: Lists<u32>,
    /// By entity, how many clean trials it knew all of, and its other edges, in order of time.
    pub(crate) kept: Vec<u32>,
    pub(crate) others: Lists<Edge>,
    /// By kind, its trials that are not certainly clean.
    pub(crate) of_kind: Lists<u32>,
    /// By kind, how many are certainly clean.
    pub(crate) clean: Vec<usize>,
}

impl Case {
    /// Checks what is recorded and lays it out. `channels` has the kind of each channel.
    ///
    /// # Errors
    /// [`CaseError`] names what cannot be used.
    pub fn new(
        units: usize,
        persons: &[Person],
        (channel_kinds, channels): (usize, &[usize]),
        kinds: usize,
        trials: &[Trial],
    ) -> Result<Self, CaseError> {
        let within = |what, index: usize, count: usize| {
            if index < count { Ok(()) } else { Err(CaseError::Index { what, index, count }) }
        };
        for (index, person) in persons.iter().enumerate() {
            within("unit", person.unit, units)?;
            if !person.ln_checks.is_finite() {
                return Err(CaseError::NoNumber { what: "the checks of person", index, value: person.ln_checks });
            }
        }
        channels.iter().try_for_each(|kind| within("kind of channel", *kind, channel_kinds))?;
        let mut weights = vec![0.0];
        for (number, trial) in trials.iter().enumerate() {
            within("type of operation", trial.kind, kinds)?;
            check(number, trial, persons.len(), channels.len())?;
            for exposure in &trial.exposed {
                if !weights.contains(&exposure.weight) {
                    weights.push(exposure.weight);
                }
            }
        }
        if weights.len() > MOST_WEIGHTS {
            return Err(CaseError::Weights);
        }
        let full = weights.iter().position(|w| *w == 1.0).unwrap_or_else(|| {
            weights.push(1.0);
            weights.len() - 1
        });
        let too_many = |what| move |_| CaseError::Large(what);
        u32::try_from(trials.len()).map_err(too_many("trials"))?;
        u32::try_from(persons.len() + channels.len()).map_err(too_many("people and channels"))?;
        let number = layout::order(trials);
        let ordered = || number.iter().map(|n| &trials[*n as usize]);
        let group = persons.iter().map(|p| p.unit).chain(channels.iter().map(|kind| units + kind));
        let mut case = Self {
            persons: persons.len(),
            units,
            kinds,
            channel_kinds,
            group: group.map(|g| g as u32).collect(),
            ln_checks: persons.iter().map(|p| p.ln_checks).chain(channels.iter().map(|_| 0.0)).collect(),
            level: vec![Level::LOWEST; persons.len()],
            vetting: Vetting::none(persons.len() + channels.len()),
            kind: ordered().map(|t| t.kind as u32).collect(),
            ratio: ordered().map(|t| t.outcome.get()).collect(),
            time: ordered().map(|t| t.time).collect(),
            number,
            weights,
            full: full as u8,
            edges: Lists::default(),
            positives: Lists::default(),
            knew: Lists::default(),
            kept: Vec::new(),
            others: Lists::default(),
            of_kind: Lists::default(),
            clean: vec![0; kinds],
        };
        case.lay_out(trials, full as u8);
        Ok(case)
    }

    /// With what checks found, of kinds whose accuracy is learned ([`crate::checks`]), instead of any such before.
    ///
    /// # Errors
    /// [`CaseError`] names what cannot be used.
    pub fn with_checks(mut self, kinds: &[CheckKind], checks: &[Check]) -> Result<Self, CaseError> {
        self.vetting = Vetting::new(kinds, checks, self.persons, self.group.len())?;
        Ok(self)
    }

    /// With the level of rank of each person; the lowest where none is given.
    #[must_use]
    pub fn with_levels(mut self, levels: &[Level]) -> Self {
        self.level.iter_mut().zip(levels).for_each(|(own, level)| *own = *level);
        self
    }

    /// The same case without what was found by checks of some kinds.
    #[must_use]
    pub fn without_checks(&self, dropped: impl Fn(usize, &CheckKind) -> bool) -> Self {
        Self { vetting: self.vetting.without(dropped), ..self.clone() }
    }

    /// The same case without the ratios that were given of persons' checks.
    #[must_use]
    pub fn without_given_checks(&self) -> Self {
        Self { ln_checks: vec![0.0; self.group.len()], ..self.clone() }
    }

    /// Number of persons.
    #[must_use]
    pub fn persons(&self) -> usize {
        self.persons
    }

    /// Number of channels.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.group.len() - self.persons
    }

    /// Number of trials.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.kind.len()
    }

    /// Number of exposures, of channels too.
    #[must_use]
    pub fn exposures(&self) -> usize {
        self.edges.len()
    }

    pub(crate) fn highest_level(&self) -> u8 {
        self.level.iter().map(|level| level.get()).max().unwrap_or(0)
    }

    pub(crate) fn entities(&self) -> usize {
        self.group.len()
    }

    pub(crate) fn groups(&self) -> usize {
        self.units + self.channel_kinds
    }
}

fn check(number: usize, trial: &Trial, persons: usize, channels: usize) -> Result<(), CaseError> {
    if !trial.time.is_finite() {
        return Err(CaseError::NoNumber { what: "the time of trial", index: number, value: trial.time });
    }
    let mut named: Vec<usize> = trial.exposed.iter().map(|e| e.person).chain(trial.unrecorded.iter().copied()).collect();
    if let Some(index) = named.iter().copied().find(|p| *p >= persons) {
        return Err(CaseError::Index { what: "person", index, count: persons });
    }
    if let Some(index) = trial.channels.iter().copied().find(|c| *c >= channels) {
        return Err(CaseError::Index { what: "channel", index, count: channels });
    }
    if let Some(e) = trial.exposed.iter().find(|e| !(e.weight > 0.0 && e.weight <= 1.0)) {
        return Err(CaseError::Weight { trial: number, person: e.person, weight: e.weight });
    }
    named.sort_unstable();
    if let Some(pair) = named.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(CaseError::Twice { trial: number, person: pair[0] });
    }
    let mut through = trial.channels.clone();
    through.sort_unstable();
    match through.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(CaseError::ChannelTwice { trial: number, channel: pair[0] }),
        None => Ok(()),
    }
}
