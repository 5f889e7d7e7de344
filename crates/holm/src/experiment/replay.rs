//! The record's experiments, in its order, as the ledger takes them.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm_inference::experiment::draw::Seed;
use holm_inference::experiment::family::Family;
use holm_inference::experiment::law::Variant;
use holm_inference::experiment::ledger::{ActError, Experiment as Handle, Ledger};
use holm_inference::experiment::protocol::{Group, Protocol, ReadError};
use holm_inference::experiment::{Entry, Who};
use holm_record::commitment::{Commitment, Salt};
use holm_record::event::Event;
use holm_record::event::experiment::{ExperimentFacts, ExperimentTelling, FamilyFacts, OutcomeSeen};
use holm_record::id::{ExperimentName, PersonId};
use jiff::Timestamp;

use super::{CONTRIBUTION_DOMAIN, ExperimentError, name_of, seed, wording};

/// Numbers of whoever acts and is never told anything: the roster's people have those that announcements give them, from 0.
const ACTORS: u32 = 1 << 31;

/// What the record says of experiments, entry by entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Experiments {
    recorded: Vec<Recorded>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recorded {
    pub(super) index: u64,
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) event: Event,
}

/// How an experiment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Opened: what each group was told, by the number of the variant.
    Closed(Vec<(Vec<PersonId>, u8)>),
    /// Its seed is lost: it counts as the least that it can be worth.
    Forfeited(String),
    /// Taken back before anything was drawn.
    Withdrawn(String),
}

/// One experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// The number of its entry.
    pub number: u64,
    /// When it was announced.
    pub at: Timestamp,
    /// Who announced it.
    pub by: String,
    /// What stands there.
    pub facts: ExperimentFacts,
    /// Its protocol.
    pub protocol: Protocol,
    /// Since when its seed is fixed: commitment and sealed contribution of the second person.
    pub drawn: Option<(Timestamp, Commitment, String)>,
    /// Who was told, by entry.
    pub told: Vec<(u64, ExperimentTelling)>,
    /// What was seen, by entry.
    pub seen: Vec<(u64, OutcomeSeen)>,
    /// Both contributions and their salts, once they are shown: the desk's, then the second person's.
    pub opened: Option<[(Salt, Salt); 2]>,
    /// How it ended.
    pub ended: Option<Ended>,
}

impl Experiment {
    /// Until when outcomes are entered.
    #[must_use]
    pub fn closes(&self) -> Timestamp {
        Timestamp::from_second(self.protocol.plan().closes).unwrap_or(Timestamp::MAX)
    }

    /// Of each group its people and its law's weights over 2¹⁶, in the protocol's order.
    #[must_use]
    pub fn laws(&self) -> Vec<(Vec<PersonId>, Vec<u32>)> {
        let weights = self.protocol.plan().groups.iter().map(|(_, law)| law.weights().to_vec());
        self.groups().into_iter().zip(weights).collect()
    }

    /// Its groups by name, in the protocol's order.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<PersonId>> {
        let by_number: BTreeMap<u32, &PersonId> = self.facts.numbers.iter().map(|(person, number)| (*number, person)).collect();
        let members =
            |group: &Group| group.members().iter().filter_map(|who| by_number.get(&who.0).map(|p| (*p).clone())).collect();
        self.protocol.plan().groups.iter().map(|(group, _)| members(group)).collect()
    }
}

/// The ledger as the record leaves it, and what numbers stand for.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) ledger: Ledger,
    pub(super) all: Vec<(Handle, Experiment)>,
    pub(super) families: Vec<(u64, FamilyFacts, Vec<Group>)>,
    who: BTreeMap<String, Who>,
    /// How many people who are told have a number, and how many actors.
    people: u32,
    actors: u32,
}

impl Experiments {
    pub(crate) fn apply(&mut self, index: u64, at: Timestamp, by: &str, event: &Event) {
        if name_of(event).is_some() {
            self.recorded.push(Recorded { index, at, by: by.to_owned(), event: event.clone() });
        }
    }

    /// All of them, in the order of the record.
    #[must_use]
    pub fn all(&self) -> Vec<Experiment> {
        self.replayed().all.into_iter().map(|(_, experiment)| experiment).collect()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &ExperimentName) -> Option<Experiment> {
        self.all().into_iter().find(|experiment| experiment.facts.experiment == *name)
    }

    /// Entries that cannot have happened as they stand there.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        let mut replay = Replay::default();
        let refused = |of: &Recorded| {
            let refusal = replay.step(of).err()?;
            Some(format!("entry {}: {refusal}", of.index))
        };
        self.recorded.iter().filter_map(refused).collect()
    }

    pub(super) fn replayed(&self) -> Replay {
        let mut replay = Replay::default();
        // What the ledger refuses changes nothing; `findings` names it.
        self.recorded.iter().for_each(|of| drop(replay.step(of)));
        replay
    }
}

impl Replay {
    pub(super) fn one(&self, name: &ExperimentName) -> Result<&Experiment, ExperimentError> {
        let found = self.all.iter().find(|(_, experiment)| experiment.facts.experiment == *name);
        found.map(|(_, experiment)| experiment).ok_or_else(|| ExperimentError::Unknown(name.clone()))
    }

    fn place(&self, name: &ExperimentName) -> Result<usize, ExperimentError> {
        let found = self.all.iter().position(|(_, experiment)| experiment.facts.experiment == *name);
        found.ok_or_else(|| ExperimentError::Unknown(name.clone()))
    }

    /// The number of somebody, which they keep.
    pub(super) fn who(&mut self, name: &str) -> Who {
        if let Some(known) = self.who.get(name) {
            return *known;
        }
        let who = Who(ACTORS + self.actors);
        self.actors += 1;
        self.who.insert(name.to_owned(), who);
        who
    }

    /// Numbers for people who are to be told, in their order; those who have one keep it.
    pub(super) fn numbers(&self, people: impl IntoIterator<Item = PersonId>) -> BTreeMap<PersonId, u32> {
        let (mut numbers, mut next) = (BTreeMap::new(), self.people);
        for person in people {
            let known = self.who.get(person.as_str()).map(|who| who.0);
            numbers.entry(person).or_insert_with(|| {
                known.unwrap_or_else(|| {
                    next += 1;
                    next - 1
                })
            });
        }
        numbers
    }

    /// Takes one entry in.
    ///
    /// # Errors
    /// [`ExperimentError`] says why it cannot be; then nothing has changed.
    pub(super) fn step(&mut self, of: &Recorded) -> Result<(), ExperimentError> {
        let at = Entry { number: of.index, seconds: of.at.as_second() };
        let by = self.who(&of.by);
        match &of.event {
            Event::ExperimentAnnounced(facts) => self.announced(of, facts, by, at),
            Event::ExperimentDrawn { experiment, contribution, sealed, .. } => {
                let place = self.place(experiment)?;
                let facts = &self.all[place].1.facts;
                let (second, teller) = (facts.second.to_string(), facts.teller.clone());
                let (second, teller) = (self.who(&second), self.who(&teller));
                let drawn = self.ledger.draw_sealed(self.all[place].0, second, at, &[teller]);
                self.held(place, drawn)?;
                self.all[place].1.drawn = Some((of.at, *contribution, sealed.clone()));
                Ok(())
            }
            Event::ExperimentTold(telling) => {
                let place = self.place(&telling.experiment)?;
                let seen_by: Vec<Who> = telling.seen_by.iter().map(|name| self.who(name)).collect();
                let told = self.ledger.told(self.all[place].0, &seen_by, at);
                self.held(place, told)?;
                self.all[place].1.told.push((of.index, telling.clone()));
                Ok(())
            }
            Event::ExperimentSeen(seen) => {
                let place = self.place(&seen.experiment)?;
                let reader = seen.reader.as_ref().map_or(by, |reader| self.who(reader.as_str()));
                let entered = match self.ledger.blind(self.all[place].0, reader, at) {
                    Ok(blind) => blind.enter(seen.evidence.0, seen.outcome as usize),
                    Err(refusal) => Err(refusal),
                };
                self.held(place, entered)?;
                self.all[place].1.seen.push((of.index, seen.clone()));
                Ok(())
            }
            Event::ExperimentClosed { experiment, desk, desk_salt, second, second_salt } => {
                self.closed(experiment, [(*desk, *desk_salt), (*second, *second_salt)], (by, at))
            }
            Event::ExperimentAbandoned { experiment, reason } => self.abandoned(experiment, reason, at),
            _ => Ok(()),
        }
    }

    fn announced(&mut self, of: &Recorded, facts: &ExperimentFacts, by: Who, at: Entry) -> Result<(), ExperimentError> {
        if self.place(&facts.experiment).is_ok() {
            return Err(ExperimentError::Taken(facts.experiment.clone()));
        }
        let bytes = BASE64.decode(&facts.protocol).map_err(|_| ReadError::Head)?;
        let protocol = Protocol::decode(&bytes)?;
        if protocol.plan().wording != wording(&facts.variants, &facts.signs)?.0 {
            return Err(ExperimentError::Other("what its variants say"));
        }
        self.check_numbers(facts, &protocol)?;
        let family = facts.family.as_ref().map(|family| self.family(facts, family)).transpose()?;
        let handle = self.ledger.announce(&bytes, by, at).map_err(|refusal| self.said(&facts.experiment, refusal))?;
        for (person, number) in &facts.numbers {
            self.who.entry(person.to_string()).or_insert(Who(*number));
            self.people = if *number < ACTORS { self.people.max(number + 1) } else { self.people };
        }
        if let (Some(groups), Some(facts)) = (family, &facts.family) {
            self.families.push((of.index, facts.clone(), groups));
        }
        self.all.push((
            handle,
            Experiment {
                number: of.index,
                at: of.at,
                by: of.by.clone(),
                facts: facts.clone(),
                protocol,
                drawn: None,
                told: Vec::new(),
                seen: Vec::new(),
                opened: None,
                ended: None,
            },
        ));
        Ok(())
    }

    /// With both contributions: who was told what.
    fn closed(&mut self, name: &ExperimentName, parts: [(Salt, Salt); 2], (by, at): (Who, Entry)) -> Result<(), ExperimentError> {
        let place = self.place(name)?;
        let (handle, one) = &self.all[place];
        let committed = [Some(one.facts.contribution), one.drawn.as_ref().map(|(_, contribution, _)| *contribution)];
        let is_that = |((part, salt), committed): (&(Salt, Salt), Option<Commitment>)| {
            committed.is_none_or(|committed| Commitment::to(CONTRIBUTION_DOMAIN, salt, &part.0) == committed)
        };
        if !parts.iter().zip(committed).all(is_that) {
            return Err(ExperimentError::Sealed(name.clone(), "it is not what was committed to".to_owned()));
        }
        let [(desk, _), (second, _)] = &parts;
        let closed = self.ledger.close_with(*handle, Seed::from_bytes(seed(desk, second)), by, at).map(drop);
        self.held(place, closed)?;
        let (handle, one) = &self.all[place];
        let told = |(group, members): (&Group, Vec<PersonId>)| {
            let Variant(variant) = self.ledger.closed(*handle)?.told(group)?;
            Some((members, variant))
        };
        let groups = one.protocol.plan().groups.iter().map(|(group, _)| group);
        let told = groups.zip(one.groups()).filter_map(told).collect();
        let one = &mut self.all[place].1;
        (one.opened, one.ended) = (Some(parts), Some(Ended::Closed(told)));
        Ok(())
    }

    fn abandoned(&mut self, name: &ExperimentName, reason: &str, at: Entry) -> Result<(), ExperimentError> {
        let place = self.place(name)?;
        let handle = self.all[place].0;
        let drawn = self.all[place].1.drawn.is_some();
        let ended = if drawn { self.ledger.forfeit(handle, at).map(drop) } else { self.ledger.withdraw(handle, at) };
        self.held(place, ended)?;
        let ended = if drawn { Ended::Forfeited } else { Ended::Withdrawn };
        self.all[place].1.ended = Some(ended(reason.to_owned()));
        Ok(())
    }

    /// Nobody has two numbers, no two have one, and everybody in the protocol has one.
    fn check_numbers(&self, facts: &ExperimentFacts, protocol: &Protocol) -> Result<(), ExperimentError> {
        let known: BTreeMap<Who, &str> = self.who.iter().map(|(name, who)| (*who, name.as_str())).collect();
        let mut given = BTreeSet::new();
        let fits = facts.numbers.iter().all(|(person, number)| {
            let same = self.who.get(person.as_str()).is_none_or(|who| who.0 == *number);
            let free = known.get(&Who(*number)).is_none_or(|name| *name == person.as_str());
            same && free && given.insert(*number)
        });
        let members = protocol.plan().groups.iter().flat_map(|(group, _)| group.members());
        if fits && members.into_iter().all(|who| given.contains(&who.0)) {
            return Ok(());
        }
        Err(ExperimentError::Other("the numbers of its people"))
    }

    /// A family's groups by numbers: everybody in them has one from this announcement, or from an earlier one.
    fn family(&self, facts: &ExperimentFacts, family: &FamilyFacts) -> Result<Vec<Group>, ExperimentError> {
        let number = |person: &PersonId| {
            let known = self.who.get(person.as_str()).map(|who| who.0);
            known
                .or_else(|| facts.numbers.get(person).copied())
                .map(Who)
                .ok_or(ExperimentError::Other("the numbers of its people"))
        };
        let group = |members: &Vec<PersonId>| {
            let members = members.iter().map(number).collect::<Result<_, _>>()?;
            Ok(Group::of(members)?)
        };
        let groups: Vec<Group> = family.groups.iter().map(group).collect::<Result<_, ExperimentError>>()?;
        Family::new(groups.clone(), Entry::default(), family.alpha)?;
        Ok(groups)
    }

    fn held(&self, place: usize, result: Result<(), ActError>) -> Result<(), ExperimentError> {
        result.map_err(|refusal| self.said(&self.all[place].1.facts.experiment, refusal))
    }

    /// A refusal by names instead of numbers.
    fn said(&self, name: &ExperimentName, refusal: ActError) -> ExperimentError {
        let called = |number: u64| {
            let found = self.all.iter().find(|(_, experiment)| experiment.number == number);
            found.map_or_else(|| name.clone(), |(_, experiment)| experiment.facts.experiment.clone())
        };
        match refusal {
            ActError::Knows { who, experiment } => ExperimentError::Knows {
                who: self.who.iter().find(|(_, number)| number.0 == who).map(|(name, _)| name.clone()).unwrap_or_default(),
                experiment: called(experiment),
            },
            ActError::Late { closes, .. } => ExperimentError::Late {
                experiment: name.clone(),
                closes: Timestamp::from_second(closes).unwrap_or(Timestamp::MAX),
            },
            ActError::Outcome { outcome, listed } => ExperimentError::Outcome {
                experiment: name.clone(),
                outcome: u32::try_from(outcome).unwrap_or(u32::MAX),
                last: listed.saturating_sub(1),
            },
            ActError::Evidence => ExperimentError::Evidence,
            ActError::State(_, needed) => ExperimentError::State(name.clone(), format!("is not {needed}")),
            other => ExperimentError::Act(other),
        }
    }
}
