//! What was shared with each partner, what became of it, and what came from them: counts, in figures that both sides can see.
//!
//! Nothing here is believed of anybody. That something broke which a partner had been given says that it was exposed to them, among
//! others; it does not say that it leaked through them.

mod figures;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use holm_record::entry::Opened;
use holm_record::event::approval::Masked;
use holm_record::event::{Decision, Event};
use holm_record::id::{CopyId, ItemName, PersonId};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::touched::{Breach, Given, Thing, endings, given};
use super::{Head, ProgrammeError, listed, midnight};
use crate::belief::course::boundaries;
use crate::role::UseCase;
use crate::state::{Item, State};
use crate::workspace::Workspace;
pub use figures::{PartnerFigures, PartnerPeriod};

/// The version of what is counted how.
pub const SHARING: &str = "holm-sharing/1";

/// Whose figures, of which time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharingQuestion {
    /// An agency or a unit; all partners, if absent.
    pub partner: Option<String>,
    /// From the beginning of this day, in UTC.
    pub since: Option<Date>,
    /// Until the end of this day, in UTC.
    pub until: Option<Date>,
}

/// What a partner is on the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartnerSort {
    /// An agency.
    Agency,
    /// A unit: one that was asked for, or one whose people are of no agency.
    Unit,
}

/// Figures of one partner in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Items that first reached any of theirs.
    pub items: usize,
    /// Operations that any of theirs was first told of otherwise than by an item.
    pub operations: usize,
    /// Oral briefings in which any of theirs was told.
    pub briefings: usize,
    /// Copies issued to theirs.
    pub copies: usize,
    /// Of these, copies whose signed receipt is in the record: they were opened.
    pub received: usize,
    /// Of items and operations: no incident and no betrayed operation touches it, and all that it tells of is over.
    pub kept: usize,
    /// An incident or a betrayed operation touches it, and any of theirs knew in time.
    pub broken: usize,
    /// Of the broken: it is sure that there was a leak.
    pub confirmed: usize,
    /// Of the broken: of nobody else is it recorded that they knew in time.
    pub alone: usize,
    /// It leaked, and theirs came to know only afterwards.
    pub later: usize,
    /// It is not known yet: something that it tells of is not over, or nothing can be said of how it ended.
    pub open: usize,
    /// Of items: recalled.
    pub recalled: usize,
    /// Of items: a correction was sent.
    pub corrected: usize,
    /// Copies of theirs that a trace named; absent for whoever may not see looks.
    pub proved: Option<usize>,
    /// Of these, copies of items whose key was opened, so that anybody can check it.
    #[serde(skip)]
    pub(crate) checkable: usize,
    /// Receipts that came back.
    pub receipts: usize,
    /// Halves of item keys that they drew.
    pub halves: usize,
    /// Answers to requests for approval.
    pub approvals: usize,
    /// Requests of theirs to pass on.
    pub asked: usize,
    /// Of these, granted, all of it or less.
    pub granted: usize,
    /// Entries of theirs on tellings, operations, outcomes and incidents.
    pub recorded: usize,
    /// Operations in which a unit of theirs took part, by when they were to be.
    pub took_part: usize,
    /// Of these, operations of which it is recorded what came of them.
    pub reported: usize,
}

/// A period, from one day up to another, which is not in it; in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its first day.
    pub from: Date,
    /// The day after its last.
    pub until: Date,
    /// Its figures.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Something that a partner was given and that broke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// `item` or `operation`.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// When any of theirs first knew.
    pub given: Timestamp,
    /// Whether it is sure that there was a leak.
    pub confirmed: bool,
    /// How many others are recorded to have known in time.
    pub others: usize,
    /// Of how many other partners these are.
    pub partners: usize,
}

/// One partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfPartner {
    /// Its name.
    pub partner: String,
    /// What it is.
    pub sort: PartnerSort,
    /// How many people of the roster are theirs, those who left among them.
    pub people: usize,
    /// By period.
    pub periods: Vec<Period>,
    /// All periods together.
    pub total: Counts,
    /// What broke, in the order in which they were given it.
    pub broken: Vec<Broken>,
}

/// Sharing with partners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sharing {
    /// The version of what is counted how.
    pub method: &'static str,
    /// From which record.
    #[serde(flatten)]
    pub head: Head,
    /// When it was counted.
    pub at: Timestamp,
    /// Partners, by name.
    pub partners: Vec<OfPartner>,
    /// Verdicts that are not counted, since they name nobody while masks are on.
    pub masked: usize,
}

/// A partner, and who is theirs.
struct Partner {
    name: String,
    sort: PartnerSort,
    people: BTreeSet<PersonId>,
    units: BTreeSet<String>,
}

/// One more of something, for a partner, at a moment.
type Counted = (usize, Timestamp, fn(&mut Counts));

impl Workspace {
    /// What was shared with partners, what became of it, and what came from them.
    ///
    /// # Errors
    /// [`ProgrammeError`]; then nothing is counted.
    pub fn sharing(&mut self, question: &SharingQuestion, now: Timestamp) -> Result<Sharing, ProgrammeError> {
        if let (Some(since), Some(until)) = (question.since, question.until)
            && since > until
        {
            return Err(ProgrammeError::Order { since, until });
        }
        let entries = self.entries()?;
        let (sees_looks, masks) = (self.may(UseCase::SeeLooks).is_ok(), self.masks());
        let state = self.state();
        let partners = partners(state, question.partner.as_deref())?;
        let mut counting = Counting { state, partners: &partners, events: Vec::new(), broken: vec![Vec::new(); partners.len()] };
        counting.given();
        counting.copies();
        counting.told();
        counting.came(&entries);
        let is_masked = |incident: &_| masks.of(state, &Masked::Incident { incident: Clone::clone(incident) }, now).is_on();
        let masked = if sees_looks { counting.proved(is_masked) } else { 0 };
        let Counting { events, broken, .. } = counting;
        let days = days(question, &events);
        let of = |((index, partner), broken): ((usize, &Partner), Vec<Broken>)| {
            let own = events.iter().filter(|(of, _, _)| *of == index);
            written(partner, &days, own, broken, sees_looks)
        };
        let partners = partners.iter().enumerate().zip(broken).map(of).collect();
        Ok(Sharing { method: SHARING, head: self.newest_head(), at: now, partners, masked })
    }
}

/// Partners by name: agencies, and units of people who are of none; or the one that is asked for.
fn partners(state: &State, wanted: Option<&str>) -> Result<Vec<Partner>, ProgrammeError> {
    let mut by_name: BTreeMap<&str, Partner> = BTreeMap::new();
    for (id, person) in &state.persons {
        let facts = &person.facts;
        let (name, sort) = match facts.agency.trim() {
            "" => (facts.unit.as_str(), PartnerSort::Unit),
            agency => (agency, PartnerSort::Agency),
        };
        let new = || Partner { name: name.to_owned(), sort, people: BTreeSet::new(), units: BTreeSet::new() };
        let partner = by_name.entry(name).or_insert_with(new);
        partner.people.insert(id.clone());
        partner.units.insert(facts.unit.clone());
    }
    let Some(wanted) = wanted else { return Ok(by_name.into_values().collect()) };
    if let Some(partner) = by_name.remove(wanted) {
        return Ok(vec![partner]);
    }
    let people: BTreeSet<PersonId> =
        state.persons.iter().filter(|(_, person)| person.facts.unit == wanted).map(|(id, _)| id.clone()).collect();
    if people.is_empty() {
        return Err(ProgrammeError::NoPartner(wanted.to_owned(), listed(by_name.into_keys())));
    }
    let units = BTreeSet::from([wanted.to_owned()]);
    Ok(vec![Partner { name: wanted.to_owned(), sort: PartnerSort::Unit, people, units }])
}

/// First days of periods, and the day after the last.
fn days(question: &SharingQuestion, events: &[Counted]) -> Vec<Date> {
    let times = || events.iter().map(|(_, at, _)| *at);
    let first = question.since.and_then(midnight).or_else(|| times().min());
    let last = question.until.and_then(midnight).or_else(|| times().max());
    let Some((first, last)) = first.zip(last) else { return Vec::new() };
    let mut days = boundaries(first, last.max(first));
    if let (Some(since), Some(day)) = (question.since, days.first_mut()) {
        *day = since;
    }
    if let (Some(until), Some(day)) = (question.until, days.last_mut()) {
        *day = until.saturating_add(1.day());
    }
    days
}

/// One partner's figures by period and in all.
fn written<'e>(
    partner: &Partner,
    days: &[Date],
    events: impl Iterator<Item = &'e Counted>,
    broken: Vec<Broken>,
    sees_looks: bool,
) -> OfPartner {
    let none = Counts { proved: sees_looks.then_some(0), ..Counts::default() };
    let period = |two: &[Date]| Some(Period { from: *two.first()?, until: *two.get(1)?, counts: none });
    let mut periods: Vec<Period> = days.windows(2).filter_map(period).collect();
    let mut total = none;
    for (_, at, add) in events {
        if let Some(period) = periods.iter_mut().find(|period| holds(period.from, period.until, *at)) {
            add(&mut period.counts);
            add(&mut total);
        }
    }
    let whole = days.first().copied().zip(days.last().copied());
    let mut broken: Vec<Broken> =
        broken.into_iter().filter(|of| whole.is_some_and(|(from, until)| holds(from, until, of.given))).collect();
    broken.sort_by(|a, b| (a.given, &a.name).cmp(&(b.given, &b.name)));
    OfPartner { partner: partner.name.clone(), sort: partner.sort, people: partner.people.len(), periods, total, broken }
}

fn holds(from: Date, until: Date, at: Timestamp) -> bool {
    midnight(from).is_some_and(|from| from <= at) && midnight(until).is_none_or(|until| at < until)
}

/// What is gathered before it is sorted into periods.
struct Counting<'a> {
    state: &'a State,
    partners: &'a [Partner],
    events: Vec<Counted>,
    broken: Vec<Vec<Broken>>,
}

impl Counting<'_> {
    /// One more for every partner that somebody belongs to.
    fn of_person(&mut self, person: &PersonId, at: Timestamp, add: fn(&mut Counts)) {
        let theirs = self.partners.iter().enumerate().filter(|(_, partner)| partner.people.contains(person));
        self.events.extend(theirs.map(|(index, _)| (index, at, add)));
    }

    /// Items and operations, once for each partner, and what became of them.
    fn given(&mut self) {
        for given in given(self.state) {
            for (index, partner) in self.partners.iter().enumerate() {
                let Some(at) = given.first(self.state, |person| partner.people.contains(person)) else { continue };
                let mut add = |one: fn(&mut Counts)| self.events.push((index, at, one));
                if let Thing::Item(name) = &given.thing {
                    add(|counts| counts.items += 1);
                    let item: Option<&Item> = self.state.items.get(name);
                    if item.is_some_and(|item| item.recalled.is_some()) {
                        add(|counts| counts.recalled += 1);
                    }
                    if item.is_some_and(|item| !item.corrections.is_empty()) {
                        add(|counts| counts.corrected += 1);
                    }
                } else {
                    add(|counts| counts.operations += 1);
                }
                let Some(broken) = broken(&given, partner, at, self.state) else {
                    add(if !given.breaches.is_empty() {
                        |counts| counts.later += 1
                    } else if given.open {
                        |counts| counts.open += 1
                    } else {
                        |counts| counts.kept += 1
                    });
                    continue;
                };
                add(|counts| counts.broken += 1);
                if broken.confirmed {
                    add(|counts| counts.confirmed += 1);
                }
                if broken.others == 0 {
                    add(|counts| counts.alone += 1);
                }
                self.broken[index].push(broken);
            }
        }
    }

    fn copies(&mut self) {
        for disclosure in self.state.items.values().flat_map(|item| &item.disclosures) {
            self.of_person(&disclosure.person, disclosure.told_at, |counts| counts.copies += 1);
            if let Some(at) = disclosure.receipt {
                self.of_person(&disclosure.person, disclosure.told_at, |counts| counts.received += 1);
                self.of_person(&disclosure.person, at, |counts| counts.receipts += 1);
            }
        }
    }

    fn told(&mut self) {
        let any = |partner: &Partner, persons: &[PersonId]| persons.iter().any(|person| partner.people.contains(person));
        for told in &self.state.happenings.told {
            let theirs = self.partners.iter().enumerate().filter(|(_, partner)| any(partner, &told.telling.persons));
            self.events.extend(theirs.map(|(index, _)| (index, told.telling.at, add_briefing as fn(&mut Counts))));
        }
        for (operation, ending) in endings(self.state).values() {
            let took_part = |partner: &Partner| operation.facts.units.iter().any(|unit| partner.units.contains(unit));
            for (index, _) in self.partners.iter().enumerate().filter(|(_, partner)| took_part(partner)) {
                self.events.push((index, operation.facts.at, |counts| counts.took_part += 1));
                if ending.is_some() {
                    self.events.push((index, operation.facts.at, |counts| counts.reported += 1));
                }
            }
        }
    }

    /// What came from them: halves of keys, answers, requests, and entries of members who are theirs.
    fn came(&mut self, entries: &[Option<Opened>]) {
        for (index, opened) in (0_u64..).zip(entries) {
            let Some(Opened { entry, .. }) = opened else { continue };
            match &entry.event {
                Event::KeyContributed { second, .. } => self.of_person(second, entry.at, |counts| counts.halves += 1),
                Event::ApprovalGiven { person, .. } => self.of_person(person, entry.at, |counts| counts.approvals += 1),
                Event::Told(_)
                | Event::OperationsRecorded { .. }
                | Event::OperationClosed { .. }
                | Event::IncidentRecorded { .. }
                    if !self.state.happenings.withdrawn.contains_key(&index) =>
                {
                    if let Ok(person) = PersonId::new(entry.actor.as_str()) {
                        self.of_person(&person, entry.at, |counts| counts.recorded += 1);
                    }
                }
                _ => {}
            }
        }
        for asked in self.state.items.values().flat_map(|item| &item.requests) {
            self.of_person(&asked.request.person, asked.at, |counts| counts.asked += 1);
            if asked.answer.as_ref().is_some_and(|answer| answer.decision != Decision::Refused) {
                self.of_person(&asked.request.person, asked.at, |counts| counts.granted += 1);
            }
        }
    }

    /// Copies that a trace named, each once; returns how many verdicts are masked.
    fn proved(&mut self, is_masked: impl Fn(&holm_record::id::IncidentName) -> bool) -> usize {
        let mut named: BTreeSet<(&ItemName, &CopyId)> = BTreeSet::new();
        let mut masked = 0;
        for look in &self.state.looks {
            let Some(verdict) = look.verdict.as_ref().filter(|verdict| !verdict.named.is_empty()) else { continue };
            if is_masked(&look.incident) {
                masked += 1;
            } else {
                named.extend(verdict.named.iter().map(|copy| (&look.item, copy)));
            }
        }
        for (name, copy) in named {
            let Some(item) = self.state.items.get(name) else { continue };
            let Some(disclosure) = item.disclosures.iter().find(|disclosure| disclosure.copy == *copy) else { continue };
            self.of_person(&disclosure.person, disclosure.told_at, |counts| counts.proved = counts.proved.map(|n| n + 1));
            if item.opened {
                self.of_person(&disclosure.person, disclosure.told_at, |counts| counts.checkable += 1);
            }
        }
        masked
    }
}

fn add_briefing(counts: &mut Counts) {
    counts.briefings += 1;
}

/// How something broke that any of theirs knew in time: by the leak that fewest others could have caused.
fn broken(given: &Given, partner: &Partner, at: Timestamp, state: &State) -> Option<Broken> {
    let (what, name) = match &given.thing {
        Thing::Item(name) => ("item", name.to_string()),
        Thing::Operation(name) => ("operation", name.to_string()),
    };
    let of = |breach: &Rc<Breach>| {
        let others: Vec<&PersonId> = breach.in_time.iter().filter(|person| !partner.people.contains(*person)).collect();
        let partners: BTreeSet<&str> = others.iter().filter_map(|person| partner_of(state, person)).collect();
        let (others, partners) = (others.len(), partners.len());
        Broken { what, name: name.clone(), given: at, confirmed: breach.confirmed, others, partners }
    };
    let all: Vec<Broken> = given.reached(|person| partner.people.contains(person)).map(of).collect();
    let confirmed = all.iter().any(|broken| broken.confirmed);
    let narrowest = all.into_iter().min_by_key(|broken| broken.others)?;
    Some(Broken { confirmed, ..narrowest })
}

/// The name of somebody's agency, or of their unit where they are of none.
fn partner_of<'s>(state: &'s State, person: &PersonId) -> Option<&'s str> {
    let facts = &state.persons.get(person)?.facts;
    Some(match facts.agency.trim() {
        "" => facts.unit.as_str(),
        agency => agency,
    })
}

#[cfg(test)]
mod tests;
