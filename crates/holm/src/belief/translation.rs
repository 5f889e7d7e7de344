//! The record as a case for the inference: which trials there are, who was exposed in each, what was seen.
//!
//! - An operation with an outcome or an incident is a trial: persons who knew before the window closed, with their weights, its
//!   channels, members of its units of whom nothing is recorded, and how much likelier what was seen is if it was betrayed.
//! - Where persons were told several versions, each version is a trial of its own: those that were acted on have the incidents'
//!   outcome; the others are half as likely to have leaked as not, since whoever had both would follow either.
//! - Every unit that takes part is a cause too, of a kind of its own: a channel of the whole unit that nobody recorded. Without it
//!   whoever happened to be told of most of what such a channel betrayed would be believed to leak.
//! - A leak of an item without an operation is a trial of the item's holders, of a sort of its own. What its trace says of each copy
//!   enters as a weight: the copy's e-value relative to the largest, a likelihood ratio against a source that is not among the copies.
//! - What checks found enters by kinds whose accuracy is learned with everything else; old checks fade ([`crate::vetting::evidence`]).

use std::collections::{BTreeMap, BTreeSet};

use holm_inference::case::{Case, CaseError, Exposure, Level, Outcome, Person, Trial};
use holm_inference::checks::CheckKind;
use holm_inference::framing::Said;
use holm_inference::witness::{Word, words};
use holm_record::event::happening::{ChannelSort, Outcome as Seen};
use holm_record::id::{ChannelName, IncidentName, ItemName, OperationName, PersonId};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::exposure::{Exposures, Known, Source};
use crate::state::State;
use crate::state::happenings::{Ending, Incident, Operation, sureness};
use crate::vetting::evidence::{Evidence, KindOfEvidence};

/// How much likelier a suspicion is to be noted if there was a leak than if there was none: the plan's "suspected".
pub const SUSPECTED: f64 = 5.0;
/// Of a version that was not acted on although another was: whoever had both would follow either.
pub const NOT_ACTED_ON: f64 = 0.5;
/// The sort of trials that are leaks of an item.
pub const ITEM_LEAK: &str = "leak of an item";
/// Weights are rounded to powers of this, so that there are few of them; the smallest is 2^(−14).
const STEPS_AN_OCTAVE: f64 = 16.0;
const OCTAVES: f64 = 14.0;

/// What one trial is of.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TrialOf {
    /// The operation.
    pub operation: Option<OperationName>,
    /// The incident.
    pub incident: Option<IncidentName>,
    /// The item that leaked, where there is no operation.
    pub item: Option<ItemName>,
    /// Which of several versions.
    pub variant: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What was seen.
    pub outcome: Seen,
}

/// What of the record says nothing, or less than it seems to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Gaps {
    /// Operations that are over or betrayed and of which nobody is recorded to have known.
    pub without_exposures: Vec<OperationName>,
    /// Incidents that are neither of an operation nor of an item with holders.
    pub of_nothing: Vec<IncidentName>,
    /// Operations that are not over: they say nothing yet.
    pub open: usize,
    /// Exposures that count, and how many of them were entered late.
    pub exposures: usize,
    /// How many of them are late.
    pub late: usize,
    /// How many of them rest on one keeper's word alone: nobody else says so, no copy was sent.
    pub one_word: usize,
    /// Exposures that came after the leak must have happened.
    pub too_late: usize,
}

/// A cause that is nobody.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A channel.
    Channel(ChannelName),
    /// Something of a whole unit that nobody recorded.
    Unit(String),
}

/// A case, and the names of what it speaks of by index.
#[derive(Debug)]
pub struct Translation {
    /// The case.
    pub case: Case,
    /// By index.
    pub persons: Vec<PersonId>,
    /// By index.
    pub units: Vec<String>,
    /// By index; channels that are recorded, then of each unit one that is not.
    pub channels: Vec<Cause>,
    /// Sorts of operations, by index.
    pub sorts: Vec<String>,
    /// By cause, whether any trial has it.
    pub took_part: Vec<bool>,
    /// By index.
    pub trials: Vec<TrialOf>,
    /// By trial, who is exposed.
    pub exposed: Vec<Vec<usize>>,
    /// By trial, who is said to have known, by whom; each person once.
    pub said: Vec<Vec<Said>>,
    /// Who entered what is said, by index.
    pub keepers: Vec<String>,
    /// Kinds of checks, by index.
    pub checks: Vec<KindOfEvidence>,
    /// What says nothing.
    pub gaps: Gaps,
}

impl Translation {
    /// What each keeper who is on the roster alone says of these people: whoever could have leaked must not be the only witness.
    /// The one officer of a workspace without members is on none, and keeps all of it.
    #[must_use]
    pub fn words(&self, state: &State, referred: &[usize]) -> Vec<Word> {
        let listed = |keeper: usize| PersonId::new(self.keepers[keeper].as_str()).is_ok_and(|id| state.persons.contains_key(&id));
        words(&self.case, &self.said, referred, listed)
    }
}

/// Translates what is recorded; checks as they bear on a day, or none.
///
/// # Errors
/// [`CaseError`] if there is more than can be laid out.
pub fn translate(state: &State, on: Option<Date>) -> Result<Translation, CaseError> {
    let mut building = Building::new(state);
    for (name, operation) in &state.happenings.operations {
        building.operation(name, operation);
    }
    for (name, incident) in &state.happenings.incidents {
        if incident.facts.operation.is_none() {
            building.incident(name, Some(incident));
        }
    }
    let traced: BTreeSet<&IncidentName> = state.looks.iter().map(|look| &look.incident).collect();
    for name in traced {
        if !state.happenings.incidents.contains_key(name) {
            building.incident(name, None);
        }
    }
    building.finish(on)
}

struct Building<'s> {
    state: &'s State,
    exposures: Exposures<'s>,
    incidents: BTreeMap<&'s OperationName, Vec<(&'s IncidentName, &'s Incident)>>,
    person: BTreeMap<&'s PersonId, usize>,
    units: Vec<String>,
    members: BTreeMap<&'s str, Vec<usize>>,
    sorts: Vec<String>,
    trials: Vec<Trial>,
    said: Vec<Vec<Said>>,
    keepers: Vec<String>,
    of: Vec<TrialOf>,
    gaps: Gaps,
}

/// What a trace says of copies: e-values relative to the largest.
struct CopyWeights {
    holders: BTreeMap<PersonId, f64>,
    /// Of whoever had none.
    without: f64,
}

impl CopyWeights {
    fn of(&self, person: &PersonId) -> f64 {
        self.holders.get(person).copied().unwrap_or(self.without)
    }
}

/// On whose word it stands that somebody knew.
#[derive(Clone, Copy)]
struct Attested<'k> {
    /// Whose, if it is one keeper's alone.
    keeper: Option<&'k str>,
    /// Whether nobody said so in time.
    late: bool,
}

/// What all versions of one trial have in common.
struct Ground<'a> {
    of: TrialOf,
    sort: &'a str,
    units: &'a [String],
    channels: &'a [ChannelName],
    known: Vec<Known>,
    /// Who entered the operation.
    by: Option<&'a str>,
    /// No exposure counts after this.
    end: Timestamp,
    /// Versions that were acted on.
    acted: BTreeSet<&'a str>,
    incident: Option<&'a IncidentName>,
    /// All incidents that it is about.
    incidents: Vec<&'a IncidentName>,
}

impl<'s> Building<'s> {
    fn new(state: &'s State) -> Self {
        let person = state.persons.keys().zip(0..).collect();
        let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, known) in state.persons.values().enumerate() {
            members.entry(known.facts.unit.as_str()).or_default().push(index);
        }
        let mut incidents: BTreeMap<&OperationName, Vec<(&IncidentName, &Incident)>> = BTreeMap::new();
        for (name, incident) in &state.happenings.incidents {
            if let Some(operation) = &incident.facts.operation {
                incidents.entry(operation).or_default().push((name, incident));
            }
        }
        Self {
            state,
            exposures: Exposures::new(state),
            incidents,
            person,
            units: members.keys().map(|unit| (*unit).to_owned()).collect(),
            members,
            sorts: Vec::new(),
            trials: Vec::new(),
            said: Vec::new(),
            keepers: Vec::new(),
            of: Vec::new(),
            gaps: Gaps::default(),
        }
    }

    fn operation(&mut self, name: &'s OperationName, operation: &'s Operation) {
        let incidents = self.incidents.get(name).cloned().unwrap_or_default();
        // The surest of its incidents says most.
        let surest = incidents.iter().max_by_key(|(_, incident)| sureness(incident.facts.certainty));
        let betrayed: Vec<&Incident> = incidents.iter().map(|(_, incident)| *incident).collect();
        let Some(Ending { outcome, end, .. }) = operation.ending(&betrayed) else {
            self.gaps.open += 1;
            return;
        };
        if outcome == Seen::Unknown && surest.is_none() {
            return;
        }
        let known = self.exposures.of_operation(name, operation);
        if known.is_empty() {
            self.gaps.without_exposures.push(name.clone());
            return;
        }
        let of = TrialOf {
            operation: Some(name.clone()),
            incident: surest.map(|(name, _)| (*name).clone()),
            item: None,
            variant: None,
            at: operation.facts.at,
            outcome,
        };
        let facts = &operation.facts;
        let acted = incidents.iter().filter_map(|(_, i)| i.facts.variant.as_deref()).collect();
        let incident = incidents.iter().map(|(name, _)| *name).find(|name| self.state.looks.iter().any(|l| l.incident == **name));
        let (sort, units, channels) = (facts.sort.as_str(), facts.units.as_slice(), facts.channels.as_slice());
        let by = Some(operation.by.as_str());
        let incidents = incidents.iter().map(|(name, _)| *name).collect();
        self.ground(Ground { of, sort, units, channels, known, by, end, acted, incident, incidents });
    }

    fn incident(&mut self, name: &'s IncidentName, incident: Option<&'s Incident>) {
        let looked = || self.state.looks.iter().filter(|look| look.incident == *name);
        let item = incident.and_then(|i| i.facts.item.clone()).or_else(|| best_item(self.state, name));
        let known = item.as_ref().map(|item| self.exposures.of_item(item)).unwrap_or_default();
        let (Some(item), false) = (item, known.is_empty()) else {
            self.gaps.of_nothing.push(name.clone());
            return;
        };
        let evidence = |look: &crate::state::Look| self.state.evidence.iter().find(|e| e.object == look.evidence).map(|e| e.at);
        let seen = looked().filter_map(evidence).min();
        let window = incident.map(|i| i.facts.window).unwrap_or_default();
        let noticed = incident.map(|i| i.facts.noticed).into_iter().chain(seen).min();
        let end = window.to.or(noticed).unwrap_or(Timestamp::MAX);
        let outcome = incident.map_or(Seen::Confirmed, |i| i.facts.certainty);
        let of = TrialOf { operation: None, incident: Some(name.clone()), item: Some(item), variant: None, at: end, outcome };
        let acted = incident.into_iter().filter_map(|i| i.facts.variant.as_deref()).collect();
        let incident = Some(name);
        let incidents = vec![name];
        self.ground(Ground { of, sort: ITEM_LEAK, units: &[], channels: &[], known, by: None, end, acted, incident, incidents });
    }

    /// One trial for each version that somebody was told.
    fn ground(&mut self, ground: Ground<'_>) {
        let in_time = |known: &&Known| known.at.is_none_or(|at| at <= ground.end);
        let counted: Vec<&Known> = ground.known.iter().filter(in_time).collect();
        let attested = self.attested(&counted, ground.by);
        self.gaps.exposures += attested.len();
        self.gaps.late += attested.values().filter(|one| one.late).count();
        self.gaps.one_word += attested.values().filter(|one| one.keeper.is_some()).count();
        self.gaps.too_late += ground.known.len() - counted.len();
        let copies = ground.incident.and_then(|incident| self.copy_weights(incident));
        if ground.acted.is_empty() {
            return self.trial(&ground, &counted, (ratio(ground.of.outcome), None), copies.as_ref());
        }
        let told: BTreeSet<&str> = counted.iter().filter_map(|known| version(known)).collect();
        for one in ground.acted.iter().copied().chain(told.into_iter().filter(|told| !ground.acted.contains(told))) {
            let acted = ground.acted.contains(one);
            // Whoever knew, nobody says of which version, could have told any that was acted on.
            let of_it = |known: &&&Known| version(known).map_or(acted, |version| version == one);
            let told: Vec<&Known> = counted.iter().filter(of_it).copied().collect();
            let ratio = if acted { ratio(ground.of.outcome) } else { NOT_ACTED_ON };
            self.trial(&ground, &told, (ratio, Some(one)), copies.as_ref().filter(|_| acted));
        }
    }

    fn trial(
        &mut self,
        ground: &Ground<'_>,
        told: &[&Known],
        (ratio, version): (f64, Option<&str>),
        copies: Option<&CopyWeights>,
    ) {
        let mut weights: BTreeMap<usize, f64> = BTreeMap::new();
        let mut all: BTreeSet<usize> = BTreeSet::new();
        let cleared = self.cleared(&ground.incidents);
        for known in told.iter().filter(|known| !cleared.contains(&known.person)) {
            let Some(person) = self.person.get(&known.person).copied() else { continue };
            all.insert(person);
            let copy = copies.map_or(1.0, |copies| copies.of(&known.person));
            let weight = rounded(known.weight.get() * copy);
            let of = weights.entry(person).or_default();
            *of = of.max(weight);
        }
        let exposed: Vec<Exposure> =
            weights.into_iter().filter(|(_, weight)| *weight > 0.0).map(|(person, weight)| Exposure { person, weight }).collect();
        let members = ground.units.iter().filter_map(|unit| self.members.get(unit.as_str())).flatten().copied();
        // Nor did whoever was exonerated of it know of it without an entry.
        all.extend(cleared.iter().filter_map(|person| self.person.get(person)));
        let unrecorded: BTreeSet<usize> = members.filter(|person| !all.contains(person)).collect();
        let kind = position(&mut self.sorts, ground.sort);
        let names: BTreeSet<&ChannelName> =
            ground.channels.iter().chain(told.iter().filter_map(|known| channel(known))).collect();
        let at = |name: &&ChannelName| self.state.happenings.channels.keys().position(|other| other == *name);
        let recorded = self.state.happenings.channels.len();
        let whole = ground.units.iter().filter_map(|unit| self.units.binary_search(unit).ok()).collect::<BTreeSet<_>>();
        let channels = names.iter().filter_map(at).chain(whole.into_iter().map(|unit| recorded + unit)).collect();
        let outcome = Outcome::ratio(ratio).unwrap_or_default();
        // As late as it can have happened: a window's beginning says nothing of who knew.
        let time = ground.end.as_second() as f64;
        self.trials.push(Trial { kind, time, exposed, unrecorded: unrecorded.into_iter().collect(), channels, outcome });
        let of = told.iter().copied().filter(|known| !cleared.contains(&known.person)).collect::<Vec<_>>();
        let said = self.attested(&of, ground.by).into_iter().filter_map(|(person, Attested { keeper, late })| {
            let keeper = keeper.map(|keeper| position(&mut self.keepers, keeper));
            Some(Said { person: self.person.get(person).copied()?, keeper, late })
        });
        self.said.push(said.collect());
        self.of.push(TrialOf { variant: version.map(str::to_owned), ..ground.of.clone() });
    }

    /// Whoever was exonerated of one of these: they are no cause of what it is about.
    fn cleared(&self, incidents: &[&IncidentName]) -> BTreeSet<&'s PersonId> {
        let persons = self.state.proceedings.iter().map(|proceeding| &proceeding.person);
        persons.filter(|person| incidents.iter().any(|incident| self.state.is_exonerated(person, incident))).collect()
    }

    /// Who says so of each who knew. What several say, or somebody of themselves, rests on no keeper's word alone; it is late only
    /// if nobody said so in time.
    fn attested<'k>(&self, told: &[&'k Known], stated: Option<&'k str>) -> BTreeMap<&'k PersonId, Attested<'k>>
    where
        's: 'k,
    {
        let mut attested: BTreeMap<&PersonId, Attested<'k>> = BTreeMap::new();
        for known in told {
            let keeper = self.keeper(known, stated).filter(|keeper| *keeper != known.person.as_str());
            let one = attested.entry(&known.person).or_insert(Attested { keeper, late: known.late });
            one.keeper = one.keeper.filter(|first| Some(*first) == keeper);
            one.late &= known.late;
        }
        attested
    }

    /// Who says that somebody knew; of a copy nobody needs to say it.
    fn keeper<'k>(&self, known: &Known, stated: Option<&'k str>) -> Option<&'k str>
    where
        's: 'k,
    {
        let told = &self.state.happenings.told;
        match known.source {
            Source::Copy { .. } => None,
            Source::Stated { .. } => stated,
            Source::Told { entry, .. } => {
                told.binary_search_by_key(&entry, |told| told.index).ok().map(|at| told[at].by.as_str())
            }
        }
    }

    /// What the incident's last verdict says of each holder's copies.
    fn copy_weights(&self, incident: &IncidentName) -> Option<CopyWeights> {
        let last = self.state.looks.iter().rev().find(|look| look.incident == *incident && look.verdict.is_some())?;
        let ln_e = &last.verdict.as_ref()?.ln_e;
        // An e-value of 1 is a source that is none of the copies.
        let largest = ln_e.iter().copied().fold(0.0, f64::max);
        let mut holders: BTreeMap<PersonId, f64> = BTreeMap::new();
        for (disclosure, ln_e) in self.state.items.get(&last.item)?.disclosures.iter().zip(ln_e) {
            let of = holders.entry(disclosure.person.clone()).or_default();
            *of = of.max((ln_e - largest).exp());
        }
        Some(CopyWeights { holders, without: (-largest).exp() })
    }

    fn finish(self, on: Option<Date>) -> Result<Translation, CaseError> {
        let unit = |person: &crate::state::Person| self.units.binary_search(&person.facts.unit).unwrap_or(0);
        let persons: Vec<Person> =
            self.state.persons.values().map(|person| Person { unit: unit(person), ln_checks: 0.0 }).collect();
        let sort = |of: ChannelSort| ChannelSort::ALL.iter().position(|sort| *sort == of).unwrap_or(0);
        let recorded = self.state.happenings.channels.values().map(|channel| sort(channel.sort));
        let channels: Vec<usize> = recorded.chain(self.units.iter().map(|_| ChannelSort::ALL.len())).collect();
        let kinds = self.sorts.len().max(1);
        let level = |person: &crate::state::Person| Level::new(person.facts.level).unwrap_or(Level::LOWEST);
        let levels: Vec<Level> = self.state.persons.values().map(level).collect();
        let case = Case::new(self.units.len(), &persons, (ChannelSort::ALL.len() + 1, &channels), kinds, &self.trials)?;
        let Evidence { kinds: checks, found } = on.map(|on| self.state.evidence_of_checks(on)).unwrap_or_default();
        let (checks, accuracies): (Vec<KindOfEvidence>, Vec<CheckKind>) = checks.into_iter().unzip();
        let case = case.with_levels(&levels).with_checks(&accuracies, &found)?;
        let names = self.state.happenings.channels.keys().cloned().map(Cause::Channel);
        let channels: Vec<Cause> = names.chain(self.units.iter().cloned().map(Cause::Unit)).collect();
        let mut took_part = vec![false; channels.len()];
        self.trials.iter().flat_map(|trial| &trial.channels).for_each(|cause| took_part[*cause] = true);
        Ok(Translation {
            case,
            persons: self.state.persons.keys().cloned().collect(),
            units: self.units,
            took_part,
            channels,
            sorts: self.sorts,
            trials: self.of,
            exposed: self.trials.iter().map(|trial| trial.exposed.iter().map(|e| e.person).collect()).collect(),
            said: self.said,
            keepers: self.keepers,
            checks,
            gaps: self.gaps,
        })
    }
}

/// Where a name stands among few, at whose end it is put if it is new.
fn position(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|other| other == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

/// The version that somebody was told, if the record says so.
fn version(known: &Known) -> Option<&str> {
    match &known.source {
        Source::Told { variant, .. } => variant.as_deref(),
        _ => None,
    }
}

fn channel(known: &Known) -> Option<&ChannelName> {
    match &known.source {
        Source::Told { channel, .. } => channel.as_ref(),
        _ => None,
    }
}

fn ratio(outcome: Seen) -> f64 {
    match outcome {
        Seen::Clean => 0.0,
        Seen::Unknown => 1.0,
        Seen::Suspected => SUSPECTED,
        Seen::Confirmed => f64::INFINITY,
    }
}

/// The item whose copies speak loudest in an incident's last looks.
fn best_item(state: &State, incident: &IncidentName) -> Option<ItemName> {
    let looks = state.looks.iter().filter(|look| look.incident == *incident);
    let loudest = |look: &crate::state::Look| {
        look.verdict.as_ref().map_or(f64::NEG_INFINITY, |v| v.ln_e.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    };
    looks.max_by(|a, b| loudest(a).total_cmp(&loudest(b))).map(|look| look.item.clone())
}

/// A weight as one of few; 0 if it is too small to matter.
fn rounded(weight: f64) -> f64 {
    let octaves = -weight.log2();
    if octaves > OCTAVES { 0.0 } else { (-(octaves * STEPS_AN_OCTAVE).round() / STEPS_AN_OCTAVE).exp2() }
}

#[cfg(test)]
mod tests;
