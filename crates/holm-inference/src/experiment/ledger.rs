//! The record's experiments, replayed in its order: what may happen to one, and the product of those that are closed.
//!
//! Whoever acts (plans, draws, enters an outcome, closes early) must be blind to every running experiment in which the same people
//! take part, the experiment itself included. So nothing that follows from a running assignment, e-values least of all, can be had
//! but through [`Ledger::open_to`], which notes who saw it.

use std::collections::{BTreeMap, BTreeSet};

use super::draw::Seed;
use super::law::Variant;
use super::protocol::{Group, Protocol, ReadError};
use super::running::{Blind, Closed, Running};
use super::{Entry, Who};

/// An experiment, by the number of its protocol's entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Experiment(u64);

/// All experiments of a record.
#[derive(Debug, Default)]
pub struct Ledger {
    announced: BTreeMap<Experiment, Protocol>,
    running: BTreeMap<Experiment, Running>,
    closed: BTreeMap<Experiment, Closed>,
    seeds: BTreeSet<[u8; 32]>,
    last: Entry,
}

/// What cannot happen to an experiment. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActError {
    /// An entry that is not later than the one before.
    #[error("entry {number} is given after entry {last}, or has an earlier time: give entries in the order of the record")]
    Order {
        /// Number of the entry.
        number: u64,
        /// Number of the one before.
        last: u64,
    },
    /// The bytes are no protocol.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An experiment that is not in the state that this needs.
    #[error("experiment {0} is not {1}")]
    State(u64, &'static str),
    /// A seed that was used.
    #[error("this seed was used by another experiment: everything that is seen of one draw is one value")]
    Seed,
    /// Somebody who can see who was told what.
    #[error("person {who} can see who was told what in experiment {experiment}: let somebody do it who cannot")]
    Knows {
        /// Who.
        who: u32,
        /// Number of the experiment that they can see.
        experiment: u64,
    },
    /// The closing date had passed.
    #[error("the experiment closed at {closes}; what was entered at {seconds} does not count")]
    Late {
        /// The closing date.
        closes: i64,
        /// When the entry was made.
        seconds: i64,
    },
    /// An outcome that the protocol does not list.
    #[error("there is no outcome {outcome}: the protocol lists {listed}")]
    Outcome {
        /// Its number.
        outcome: usize,
        /// How many there are.
        listed: usize,
    },
    /// Evidence that was entered already.
    #[error("this evidence was entered already")]
    Evidence,
}

impl Ledger {
    /// Takes the protocol whose canonical bytes entry `at` commits to, planned by `planner`.
    ///
    /// # Errors
    /// [`ActError::Read`] for bytes that are no protocol, [`ActError::Order`], and [`ActError::Knows`] for a planner who can see
    /// into a running experiment on the same people.
    pub fn announce(&mut self, bytes: &[u8], planner: Who, at: Entry) -> Result<Experiment, ActError> {
        self.follows(at)?;
        let protocol = Protocol::decode(bytes)?;
        self.is_blind(planner, &protocol, at)?;
        self.announced.insert(Experiment(at.number), protocol);
        self.last = at;
        Ok(Experiment(at.number))
    }

    /// Draws everybody's variant with the seed that entry `at` fixed: the one by which `by` recorded the last contribution to it.
    /// Before that entry nobody knew the seed, and the protocol stands before it.
    ///
    /// `knows` are those who see the draws from the beginning: whoever can open the seed, and whoever tells people. All who are
    /// eligible count among them, since each knows what they were told.
    ///
    /// # Errors
    /// [`ActError::State`] for a protocol that is not recorded yet, or drawn already; [`ActError::Seed`] for a seed that was used;
    /// [`ActError::Late`] after the closing date; [`ActError::Order`]; [`ActError::Knows`] as with plans.
    pub fn draw(&mut self, of: Experiment, seed: Seed, by: Who, at: Entry, knows: &[Who]) -> Result<(), ActError> {
        self.drawn(of, Some(seed), by, at, knows)
    }

    /// The same with a seed that is fixed by commitments and sealed until the experiment is closed, to all but those who are among
    /// `knows`.
    ///
    /// # Errors
    /// As [`Self::draw`]; whether the seed was used shows when it is closed.
    pub fn draw_sealed(&mut self, of: Experiment, by: Who, at: Entry, knows: &[Who]) -> Result<(), ActError> {
        self.drawn(of, None, by, at, knows)
    }

    fn drawn(&mut self, of: Experiment, seed: Option<Seed>, by: Who, at: Entry, knows: &[Who]) -> Result<(), ActError> {
        self.follows(at)?;
        let protocol = self.announced.get(&of).ok_or(ActError::State(of.0, "announced and still to be drawn"))?;
        in_time(protocol, at)?;
        self.is_blind(by, protocol, at)?;
        if let Some(seed) = &seed {
            self.unused(seed)?;
        }
        if let Some(protocol) = self.announced.remove(&of) {
            let told = seed.as_ref().map(|seed| seed.draw(&protocol));
            self.seeds.extend(seed.map(|seed| seed.tag()));
            self.running.insert(of, Running::new(protocol, told, at, knows));
            self.last = at;
        }
        Ok(())
    }

    fn unused(&self, seed: &Seed) -> Result<(), ActError> {
        if self.seeds.contains(&seed.tag()) { Err(ActError::Seed) } else { Ok(()) }
    }

    /// Takes an experiment back of which nothing is drawn yet. Once it is drawn it can only be closed: whoever may leave out an
    /// experiment whose draws he knows can have anybody named.
    ///
    /// # Errors
    /// [`ActError::State`], [`ActError::Order`].
    pub fn withdraw(&mut self, of: Experiment, at: Entry) -> Result<(), ActError> {
        self.follows(at)?;
        self.announced.remove(&of).ok_or(ActError::State(of.0, "announced and still to be drawn"))?;
        self.last = at;
        Ok(())
    }

    /// Notes that people were told, and who sees from entry `at` on who was told what.
    ///
    /// # Errors
    /// [`ActError::State`], [`ActError::Order`], [`ActError::Late`] after the closing date.
    pub fn told(&mut self, of: Experiment, knows: &[Who], at: Entry) -> Result<(), ActError> {
        self.follows(at)?;
        let running = self.running.get_mut(&of).ok_or(ActError::State(of.0, "running"))?;
        in_time(running.protocol(), at)?;
        running.note(knows);
        self.last = at;
        Ok(())
    }

    /// Shows `who` what everybody is told, group by group: from entry `at` on they act on nothing that shares people with it until
    /// it closes.
    ///
    /// # Errors
    /// [`ActError::Order`], [`ActError::State`].
    pub fn open_to(&mut self, of: Experiment, who: Who, at: Entry) -> Result<Vec<(&Group, Variant)>, ActError> {
        if at != self.last {
            // Several may be shown it by one entry.
            self.follows(at)?;
        }
        let running = self.running.get_mut(&of).ok_or(ActError::State(of.0, "running"))?;
        self.last = at;
        Ok(running.open_to(who))
    }

    /// Lets `who`, who cannot see who was told what, enter an outcome as entry `at`.
    ///
    /// Whoever decides that a piece of evidence be entered or not must be as blind as whoever enters it.
    ///
    /// # Errors
    /// [`ActError::Knows`], [`ActError::Late`] after the closing date, [`ActError::Order`], [`ActError::State`].
    pub fn blind(&mut self, of: Experiment, who: Who, at: Entry) -> Result<Blind<'_>, ActError> {
        self.follows(at)?;
        let protocol = self.running.get(&of).ok_or(ActError::State(of.0, "running"))?.protocol();
        in_time(protocol, at)?;
        self.is_blind(who, protocol, at)?;
        let running = self.running.get_mut(&of).ok_or(ActError::State(of.0, "running"))?;
        Ok(Blind { running, last: &mut self.last, at })
    }

    /// Closes the experiment as entry `at`: after the closing date anybody may, before it only somebody who is blind.
    ///
    /// # Errors
    /// [`ActError::Knows`] before the closing date, [`ActError::Order`], [`ActError::State`].
    pub fn close(&mut self, of: Experiment, who: Who, at: Entry) -> Result<&Closed, ActError> {
        self.may_close(of, who, at, false)?;
        self.closing(of, None, at)
    }

    /// Closes one whose seed was sealed until now, as entry `at`, which shows the seed.
    ///
    /// # Errors
    /// As [`Self::close`], and [`ActError::Seed`].
    pub fn close_with(&mut self, of: Experiment, seed: Seed, who: Who, at: Entry) -> Result<&Closed, ActError> {
        self.may_close(of, who, at, true)?;
        self.unused(&seed)?;
        self.closing(of, Some(seed), at)
    }

    /// Closes one whose seed cannot be shown any more, once its closing date has passed: it is worth the least that it can be.
    ///
    /// # Errors
    /// [`ActError::State`] unless its seed is sealed and its closing date has passed, [`ActError::Order`].
    pub fn forfeit(&mut self, of: Experiment, at: Entry) -> Result<&Closed, ActError> {
        self.follows(at)?;
        let running = self.running.get(&of).ok_or(ActError::State(of.0, "running"))?;
        if in_time(running.protocol(), at).is_ok() || !running.is_sealed() {
            return Err(ActError::State(of.0, "past its closing date with its seed sealed"));
        }
        self.closing(of, None, at)
    }

    fn may_close(&self, of: Experiment, who: Who, at: Entry, sealed: bool) -> Result<(), ActError> {
        self.follows(at)?;
        let running = self.running.get(&of).ok_or(ActError::State(of.0, "running"))?;
        if running.is_sealed() != sealed {
            return Err(ActError::State(
                of.0,
                if sealed { "running with its seed sealed" } else { "running with its seed open" },
            ));
        }
        if in_time(running.protocol(), at).is_ok() { self.is_blind(who, running.protocol(), at) } else { Ok(()) }
    }

    fn closing(&mut self, of: Experiment, seed: Option<Seed>, at: Entry) -> Result<&Closed, ActError> {
        let mut running = self.running.remove(&of).ok_or(ActError::State(of.0, "running"))?;
        if let Some(seed) = seed {
            running = running.unsealed(&seed);
            self.seeds.insert(seed.tag());
        }
        self.last = at;
        Ok(self.closed.entry(of).or_insert(running.close(at)))
    }

    /// An experiment that is closed.
    #[must_use]
    pub fn closed(&self, of: Experiment) -> Option<&Closed> {
        self.closed.get(&of)
    }

    /// The first closing date, before `now` or the last entry, of an experiment that is not closed.
    pub(super) fn overdue(&self, now: i64) -> Option<i64> {
        let now = now.max(self.last.seconds);
        self.running.values().map(|running| running.protocol().plan().closes).filter(|closes| *closes < now).min()
    }

    /// ln M of `group` after each closing that counts: of experiments that were drawn after `since`, in the order of closing; those
    /// in which it took no part as such have the factor 1.
    #[must_use]
    pub fn course(&self, group: &Group, since: Entry) -> Vec<f64> {
        let mut counted: Vec<&Closed> = self.closed.values().filter(|c| c.drawn().number > since.number).collect();
        counted.sort_by_key(|c| c.place());
        let factors = counted.into_iter().map(|c| c.e_value(group).unwrap_or(1.0).ln());
        factors
            .scan(0.0, |ln_m, factor| {
                *ln_m += factor;
                Some(*ln_m)
            })
            .collect()
    }

    fn follows(&self, at: Entry) -> Result<(), ActError> {
        let later = at.number > self.last.number && at.seconds >= self.last.seconds;
        if later { Ok(()) } else { Err(ActError::Order { number: at.number, last: self.last.number }) }
    }

    /// What runs until later than `at`, on some of the same people, is not known to `who`.
    fn is_blind(&self, who: Who, protocol: &Protocol, at: Entry) -> Result<(), ActError> {
        let known = self.running.iter().filter(|(_, running)| running.is_known_to(who));
        let mut open = known.filter(|(_, running)| in_time(running.protocol(), at).is_ok());
        match open.find(|(_, running)| running.protocol().shares_people_with(protocol)) {
            Some((experiment, _)) => Err(ActError::Knows { who: who.0, experiment: experiment.0 }),
            None => Ok(()),
        }
    }
}

fn in_time(protocol: &Protocol, at: Entry) -> Result<(), ActError> {
    let closes = protocol.plan().closes;
    if at.seconds <= closes { Ok(()) } else { Err(ActError::Late { closes, seconds: at.seconds }) }
}
