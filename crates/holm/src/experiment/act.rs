//! What is done with an experiment on the desk that keeps the record; each act is tried on a replay before it is recorded.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm_inference::experiment::Who;
use holm_inference::experiment::draw::Seed;
use holm_inference::experiment::law::Variant;
use holm_inference::experiment::protocol::Protocol;
use holm_record::commitment::{Commitment, Salt, hex};
use holm_record::event::Event;
use holm_record::event::experiment::{ExperimentFacts, ExperimentTelling, FamilyFacts, OutcomeSeen};
use holm_record::event::happening::{IncidentFacts, IncidentSort, Outcome, Window};
use holm_record::id::{ChannelName, ExperimentName, IncidentName, OperationName, PersonId};
use holm_record::tlog::leaf_hash;
use jiff::Timestamp;
use serde::Serialize;

use super::outside::{SeedContribution, check_outcome, committed, seal, unseal};
use super::replay::{Experiment, Recorded, Replay};
use super::{CONTRIBUTION_DOMAIN, ExperimentError, OutcomeNote, Reading, SeedRequest, seed, wording};
use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{OFFICER, Workspace};

/// What is announced.
#[derive(Clone, Debug)]
pub(crate) struct Announcement {
    /// Its name.
    pub experiment: ExperimentName,
    /// The operation of which people are told.
    pub operation: OperationName,
    /// What each variant says.
    pub variants: Vec<String>,
    /// By which sign each outcome is known.
    pub signs: Vec<String>,
    /// Who tells people: an actor of this workspace.
    pub teller: String,
    /// Who contributes to the seed.
    pub second: PersonId,
}

/// What was announced, and what the second person is asked.
#[derive(Clone, Debug, Serialize)]
pub struct Announced {
    /// Which.
    pub experiment: ExperimentName,
    /// Its entry.
    pub entry: u64,
    /// What goes to the second person.
    pub request: SeedRequest,
}

/// Who is to be told what; for the teller alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sheet {
    /// Which.
    pub experiment: ExperimentName,
    /// The operation.
    pub operation: OperationName,
    /// By variant: what it says, and who is told that.
    pub told: Vec<Told>,
}

/// Who is told one variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// What it says.
    pub variant: String,
    /// Who is told that.
    pub people: Vec<PersonId>,
}

/// A protocol from a plan, by numbers that [`Replay::numbers`] gives.
pub(crate) type ByNumbers<'a> = dyn Fn(&dyn Fn(&PersonId) -> Who, [u8; 32]) -> Result<Protocol, ExperimentError> + 'a;

impl Workspace {
    /// Announces experiments, one or several rounds that are all fixed before the first is drawn: `people` who are told, `protocol` by their
    /// numbers and what the wording comes to, for each.
    ///
    /// # Errors
    /// [`ExperimentError`]; then nothing is recorded.
    pub(crate) fn announce(
        &mut self,
        permit: &Permit,
        rounds: &[(Announcement, Vec<PersonId>, &ByNumbers<'_>)],
    ) -> Result<Vec<Announced>, ExperimentError> {
        let mut replay = self.everything().experiments.replayed();
        replay.who(permit.actor());
        let mut events = Vec::new();
        for (round, (announcement, people, protocol)) in (0_u64..).zip(rounds) {
            self.check_parties(announcement, people, permit.at())?;
            let numbers = replay.numbers(people.iter().cloned().collect::<BTreeSet<_>>());
            let who = |person: &PersonId| Who(numbers.get(person).copied().unwrap_or(u32::MAX));
            let protocol = protocol(&who, wording(&announcement.variants, &announcement.signs)?.0)?;
            closes_in_time(&protocol, self.everything(), announcement, permit.at())?;
            let facts = self.facts(announcement, &protocol, numbers, &mut replay)?;
            let index = self.size() + round;
            let event = Event::ExperimentAnnounced(Box::new(facts));
            replay.step(&Recorded { index, at: permit.at(), by: permit.actor().to_owned(), event: event.clone() })?;
            events.push(event);
        }
        let first = self.append(permit, events)?;
        let named = rounds.iter().map(|(announcement, ..)| announcement.experiment.clone());
        (first..).zip(named).map(|(entry, experiment)| self.announced(entry, experiment)).collect()
    }

    /// The facts of one, with a contribution of this desk that nobody but the teller can read, and a family of everybody who is new.
    fn facts(
        &self,
        announcement: &Announcement,
        protocol: &Protocol,
        mut numbers: BTreeMap<PersonId, u32>,
        replay: &mut Replay,
    ) -> Result<ExperimentFacts, ExperimentError> {
        let recipients = self.sealed_for(&announcement.teller)?;
        let random = || Salt::random().map_err(|_| ExperimentError::Randomness);
        let (bytes, salt) = (random()?, random()?);
        let Announcement { experiment, operation, variants, signs, teller, second } = announcement.clone();
        let by_number: BTreeMap<u32, PersonId> = numbers.iter().map(|(person, number)| (*number, person.clone())).collect();
        let told: Vec<Vec<PersonId>> = protocol
            .plan()
            .groups
            .iter()
            .map(|(group, _)| group.members().iter().filter_map(|who| by_number.get(&who.0).cloned()).collect())
            .collect();
        let family = new_family(self.everything(), replay, told, self.alpha());
        if let Some(family) = &family {
            numbers.extend(replay.numbers(numbers.keys().cloned().chain(family.groups.iter().flatten().cloned())));
        }
        Ok(ExperimentFacts {
            experiment,
            operation,
            protocol: BASE64.encode(protocol.encode()),
            numbers,
            variants,
            signs,
            teller,
            sealed: seal(&bytes, &salt, &recipients)?,
            recipients,
            second,
            contribution: Commitment::to(CONTRIBUTION_DOMAIN, &salt, &bytes.0),
            family,
        })
    }

    /// age recipients of whoever is to tell people.
    fn sealed_for(&self, teller: &str) -> Result<Vec<String>, ExperimentError> {
        let state = self.everything();
        let devices: Vec<String> = match state.working().find(|(name, ..)| name.as_str() == teller) {
            Some((_, _, devices)) => devices.into_iter().map(|device| device.recipient.clone()).collect(),
            None if state.members.is_one_officer() && teller == OFFICER => vec![self.own_recipient().to_owned()],
            None => Vec::new(),
        };
        if devices.is_empty() { Err(ExperimentError::NoDevice(teller.to_owned())) } else { Ok(devices) }
    }

    fn check_parties(&self, of: &Announcement, people: &[PersonId], now: Timestamp) -> Result<(), ExperimentError> {
        let state = self.everything();
        let operation = state.happenings.operations.get(&of.operation);
        let operation = operation.ok_or_else(|| ExperimentError::NoOperation(of.operation.clone()))?;
        if operation.closed.is_some() || operation.facts.at <= now {
            return Err(ExperimentError::Over(of.operation.clone()));
        }
        let refused = |why: &'static str| Err(ExperimentError::Second(of.second.clone(), why));
        match state.persons.get(&of.second) {
            None => return refused("they are not on the roster"),
            Some(person) if person.left => return refused("they have left"),
            Some(person) if !person.usable_devices().any(|device| device.signer.is_some()) => {
                return refused("they have no device that signs");
            }
            Some(_) => {}
        }
        if of.second.as_str() == of.teller || of.second.as_str() == self.actor() {
            return refused("it takes somebody other than whoever plans and whoever tells people");
        }
        if people.contains(&of.second) {
            return refused("they are among those who are told");
        }
        if people.iter().any(|person| person.as_str() == of.teller) {
            return Err(ExperimentError::State(of.experiment.clone(), "would tell the teller, too: leave them out".to_owned()));
        }
        Ok(())
    }

    /// The request that goes with an announcement.
    fn announced(&mut self, entry: u64, experiment: ExperimentName) -> Result<Announced, ExperimentError> {
        let one = self.everything().experiments.get(&experiment);
        let facts = one.ok_or_else(|| ExperimentError::Unknown(experiment.clone()))?.facts;
        let (record, leaf) = self.whereabouts(entry)?;
        let (contribution, recipients) = (facts.contribution, facts.recipients);
        let request = SeedRequest { record, entry: leaf, experiment: experiment.clone(), contribution, recipients };
        Ok(Announced { experiment, entry, request })
    }

    /// Origin of the record, and the hash of an entry's leaf.
    fn whereabouts(&mut self, entry: u64) -> Result<(String, String), ExperimentError> {
        let (leaf, ..) = self.shown_entry(entry)?;
        Ok((self.log().origin().to_owned(), hex(&leaf_hash(leaf.as_bytes()))))
    }

    fn experiment(&self, name: &ExperimentName) -> Result<Experiment, ExperimentError> {
        Ok(self.everything().experiments.replayed().one(name)?.clone())
    }

    /// What the second person is asked, once more.
    ///
    /// # Errors
    /// [`ExperimentError`].
    pub fn seed_request(&mut self, name: &ExperimentName) -> Result<SeedRequest, ExperimentError> {
        let one = self.experiment(name)?;
        Ok(self.announced(one.number, name.clone())?.request)
    }

    /// What somebody is given who is to say what was seen.
    ///
    /// # Errors
    /// [`ExperimentError`].
    pub fn reading(&mut self, name: &ExperimentName) -> Result<Reading, ExperimentError> {
        let one = self.experiment(name)?;
        let (record, entry) = self.whereabouts(one.number)?;
        Ok(Reading { record, entry, experiment: name.clone(), signs: one.facts.signs })
    }

    /// Tries events on a replay, then records them.
    fn tried(&mut self, permit: &Permit, events: Vec<Event>) -> Result<u64, ExperimentError> {
        let mut replay = self.everything().experiments.replayed();
        for (index, event) in (self.size()..).zip(&events) {
            replay.step(&Recorded { index, at: permit.at(), by: permit.actor().to_owned(), event: event.clone() })?;
        }
        Ok(self.append(permit, events)?)
    }

    /// Takes the second person's contribution: from now on it is fixed who is told what.
    ///
    /// # Errors
    /// [`ExperimentError`]; then nothing is recorded.
    pub fn draw_experiment(
        &mut self,
        permit: &Permit,
        name: &ExperimentName,
        answer: &SeedContribution,
    ) -> Result<u64, ExperimentError> {
        let request = self.seed_request(name)?;
        let one = self.experiment(name)?;
        let second = one.facts.second.clone();
        let person = self.everything().persons.get(&second);
        let person = person.ok_or_else(|| ExperimentError::Second(second.clone(), "they are not on the roster"))?;
        let contribution = committed(answer, &request, &second, person)?;
        // Whoever else records it cannot know; the teller finds out before anybody is told.
        if permit.actor() == one.facts.teller {
            unseal(&answer.sealed, self.keys(), contribution).map_err(|why| ExperimentError::Sealed(name.clone(), why))?;
        }
        let (note, sealed) = (answer.note.clone(), answer.sealed.clone());
        self.tried(permit, vec![Event::ExperimentDrawn { experiment: name.clone(), contribution, note, sealed }])
    }

    /// Both contributions and their salts: for the teller alone.
    fn opened_seed(&self, one: &Experiment) -> Result<[(Salt, Salt); 2], ExperimentError> {
        let name = &one.facts.experiment;
        if self.actor() != one.facts.teller {
            return Err(ExperimentError::Teller(one.facts.teller.clone()));
        }
        let (_, committed, sealed) =
            one.drawn.as_ref().ok_or_else(|| ExperimentError::State(name.clone(), "is not drawn yet".to_owned()))?;
        let open = |sealed: &str, committed: Commitment| {
            unseal(sealed, self.keys(), committed).map_err(|why| ExperimentError::Sealed(name.clone(), why))
        };
        Ok([open(&one.facts.sealed, one.facts.contribution)?, open(sealed, *committed)?])
    }

    /// Who is to be told what, for the teller.
    ///
    /// # Errors
    /// [`ExperimentError`].
    pub fn experiment_sheet(&self, name: &ExperimentName) -> Result<Sheet, ExperimentError> {
        let one = self.experiment(name)?;
        let [(desk, _), (second, _)] = self.opened_seed(&one)?;
        let drawn = Seed::from_bytes(seed(&desk, &second)).draw(&one.protocol);
        let of_variant = |(number, says): (u8, &String)| Told {
            variant: says.clone(),
            people: drawn
                .iter()
                .zip(one.groups())
                .filter(|(v, _)| **v == Variant(number))
                .flat_map(|(_, people)| people)
                .collect(),
        };
        let told = (0_u8..).zip(&one.facts.variants).map(of_variant).collect();
        Ok(Sheet { experiment: name.clone(), operation: one.facts.operation, told })
    }

    /// Records that all who take part were told what was drawn for them, by the teller, without saying what that was. `seen_by` are those
    /// who see from now on who was told what, as where it went out as copies.
    ///
    /// # Errors
    /// [`ExperimentError`]; then nothing is recorded.
    pub fn tell_experiment(
        &mut self,
        permit: &Permit,
        name: &ExperimentName,
        (at, channel): (Timestamp, Option<ChannelName>),
        seen_by: Vec<String>,
    ) -> Result<Sheet, ExperimentError> {
        let one = self.experiment(name)?;
        let sheet = self.experiment_sheet(name)?;
        if !one.told.is_empty() {
            return Err(ExperimentError::State(name.clone(), "was told already".to_owned()));
        }
        let drawn = one.drawn.as_ref().map(|(drawn, ..)| *drawn);
        if drawn.is_none_or(|drawn| at < drawn) {
            return Err(ExperimentError::State(name.clone(), "was not drawn yet at that time".to_owned()));
        }
        let persons: Vec<PersonId> = one.groups().into_iter().flatten().collect();
        let (operation, experiment) = (one.facts.operation.clone(), name.clone());
        crate::telling::possible(self.everything(), &operation, (at, permit.at()), &persons, channel.as_ref())?;
        self.tried(permit, vec![Event::ExperimentTold(ExperimentTelling { experiment, persons, at, channel, seen_by })])?;
        Ok(sheet)
    }

    /// Enters what was seen: by whoever acts, or by somebody outside who signed it. For each variant that it shows, the incident that this
    /// is for the operation is recorded with it; their names.
    ///
    /// # Errors
    /// [`ExperimentError::Knows`] for whoever can see who was told what; then nothing is recorded.
    pub fn see_experiment(
        &mut self,
        permit: &Permit,
        name: &ExperimentName,
        said: Said<'_>,
        words: String,
    ) -> Result<Vec<IncidentName>, ExperimentError> {
        let one = self.experiment(name)?;
        let (outcome, evidence, reader, note) = match said {
            Said::Here { outcome, evidence } => (outcome, super::evidence(evidence), None, None),
            Said::Outside(said) => {
                let person = self.everything().persons.get(&said.reader);
                let person = person.ok_or_else(|| crate::telling::TellError::Unknown(said.reader.clone()))?.clone();
                let reading = self.reading(name)?;
                check_outcome(said, &reading, &person)?;
                (said.outcome, said.evidence, Some(said.reader.clone()), Some(said.note.clone()))
            }
        };
        let recorded = incidents_of(&one, outcome, self.everything(), permit.at());
        let incidents: Vec<IncidentName> = recorded.iter().map(|(incident, _)| incident.clone()).collect();
        let seen = OutcomeSeen { experiment: name.clone(), outcome, evidence, reader, note, incidents: incidents.clone(), words };
        let mut events = vec![Event::ExperimentSeen(seen)];
        events.extend(recorded.into_iter().map(|(incident, facts)| Event::IncidentRecorded { incident, facts }));
        self.tried(permit, events)?;
        Ok(incidents)
    }

    /// Closes it, after its date, and shows the seed: by the teller.
    ///
    /// # Errors
    /// [`ExperimentError`]; then nothing is recorded.
    pub fn close_experiment(&mut self, permit: &Permit, name: &ExperimentName) -> Result<Sheet, ExperimentError> {
        let one = self.experiment(name)?;
        if one.ended.is_some() {
            return Err(ExperimentError::State(name.clone(), "has ended already".to_owned()));
        }
        if permit.at() <= one.closes() {
            return Err(ExperimentError::Early { experiment: name.clone(), closes: one.closes() });
        }
        let sheet = self.experiment_sheet(name)?;
        let [(desk, desk_salt), (second, second_salt)] = self.opened_seed(&one)?;
        let experiment = name.clone();
        self.tried(permit, vec![Event::ExperimentClosed { experiment, desk, desk_salt, second, second_salt }])?;
        Ok(sheet)
    }

    /// Takes one back that is not drawn yet, or gives one up whose seed does not open once its date has passed: then it counts as the
    /// least that it can be worth.
    ///
    /// # Errors
    /// [`ExperimentError`]; then nothing is recorded.
    pub fn abandon_experiment(&mut self, permit: &Permit, name: &ExperimentName, reason: &str) -> Result<(), ExperimentError> {
        let one = self.experiment(name)?;
        if reason.trim().is_empty() {
            return Err(ExperimentError::State(name.clone(), "is given up with a reason: say it with `--reason`".to_owned()));
        }
        if one.ended.is_some() {
            return Err(ExperimentError::State(name.clone(), "has ended already".to_owned()));
        }
        if one.drawn.is_some() && permit.at() <= one.closes() {
            return Err(ExperimentError::Early { experiment: name.clone(), closes: one.closes() });
        }
        let reason = reason.to_owned();
        self.tried(permit, vec![Event::ExperimentAbandoned { experiment: name.clone(), reason }]).map(drop)
    }
}

/// Who says what was seen.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// Whoever acts: the outcome's number, and what it rests on.
    Here {
        /// The number.
        outcome: u32,
        /// What it rests on.
        evidence: &'a [u8],
    },
    /// Somebody outside, who signed it.
    Outside(&'a OutcomeNote),
}

/// Groups that no family has yet: everybody of the roster, and groups of this protocol. The k-th family has α/2ᵏ, so that all together
/// name an innocent with a probability of at most α.
fn new_family(state: &State, replay: &Replay, told: Vec<Vec<PersonId>>, alpha: f64) -> Option<FamilyFacts> {
    let known: BTreeSet<&Vec<PersonId>> = replay.families.iter().flat_map(|(_, facts, _)| &facts.groups).collect();
    let here = state.persons.iter().filter(|(_, person)| !person.left).map(|(id, _)| vec![id.clone()]);
    let sorted = |mut group: Vec<PersonId>| {
        group.sort();
        group
    };
    let all: BTreeSet<Vec<PersonId>> = here.chain(told.into_iter().map(sorted)).filter(|group| !known.contains(group)).collect();
    let share = 0.5_f64.powi(i32::try_from(replay.families.len() + 1).unwrap_or(i32::MAX));
    (!all.is_empty()).then(|| FamilyFacts { groups: all.into_iter().collect(), alpha: alpha * share })
}

fn closes_in_time(protocol: &Protocol, state: &State, of: &Announcement, now: Timestamp) -> Result<(), ExperimentError> {
    let closes = Timestamp::from_second(protocol.plan().closes).unwrap_or(Timestamp::MAX);
    let refused = |why| Err(ExperimentError::Closes { closes, why });
    if closes <= now {
        return refused("past");
    }
    match state.happenings.operations.get(&of.operation) {
        Some(operation) if operation.facts.at > closes => refused("before the operation begins, of which people are told"),
        _ => Ok(()),
    }
}

/// What the variants that an outcome shows are for the operation, one incident each.
fn incidents_of(one: &Experiment, outcome: u32, state: &State, now: Timestamp) -> Vec<(IncidentName, IncidentFacts)> {
    let shown = one.protocol.plan().outcomes.get(outcome as usize).copied().unwrap_or_default();
    let says = (0_u8..).zip(&one.facts.variants).filter(|(v, _)| shown.contains(Variant(*v))).map(|(_, says)| says);
    let names = (1..).map_while(|n| IncidentName::new(format!("{}-{n}", one.facts.experiment)).ok());
    let free = names.filter(|name| !state.happenings.incidents.contains_key(name));
    let from = one.told.iter().map(|(_, told)| told.at).min();
    let facts = |says: &String| IncidentFacts {
        sort: IncidentSort::VariantActedOn,
        noticed: now,
        window: Window { from, to: Some(now) },
        certainty: Outcome::Confirmed,
        operation: Some(one.facts.operation.clone()),
        item: None,
        variant: Some(says.clone()),
        grade: None,
        considered: None,
        words: format!("outcome {outcome} of the experiment {}", one.facts.experiment),
    };
    free.zip(says.map(facts)).collect()
}
