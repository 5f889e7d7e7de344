//! What is never one person's to do: asked for as an entry, approved with people's own keys, used once (`docs/spec/approvals.md`).
//!
//! The one function by which anything is appended (`Workspace::append`) looks at everything that is to be recorded, and lets through what
//! the policy in force asks approval for only beside an approved request for exactly that. No path leads around it, since nothing is done
//! before it is recorded.

pub mod bundle;
pub mod policy;

use std::collections::{BTreeMap, BTreeSet};

use holm_record::event::approval::{Act, ActKind, ApprovalPolicy, Masked};
use holm_record::event::member::Role;
use holm_record::event::{Event, ObjectHash};
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::destruction::Destruction;
use crate::marking::{Marking, Scheme};
use crate::state::State;
use crate::vetting::gate::has_approvers;
use crate::workspace::OFFICER;
use policy::verifying_keys;

/// A request in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its entry, by which it is called.
    pub number: u64,
    /// When it was asked.
    pub at: Timestamp,
    /// Who asked, and so approves nothing of it.
    pub by: String,
    /// What for.
    pub act: Act,
    /// Why.
    pub reason: String,
    /// Approvals and refusals, in order.
    pub answers: Vec<Answer>,
    /// The entry by which it was used.
    pub used: Option<u64>,
}

/// An approval or a refusal.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its entry.
    pub index: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Whose.
    pub person: PersonId,
    /// Whether it is an approval.
    pub approved: bool,
    /// The signed note.
    pub note: String,
}

/// How a request stands with one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfGroup {
    /// The group.
    pub name: String,
    /// How many must approve.
    pub needed: usize,
    /// Who did.
    pub approved: Vec<PersonId>,
    /// Who refused.
    pub refused: Vec<PersonId>,
    /// Who has not answered.
    pub silent: Vec<PersonId>,
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// More must approve.
    Waits,
    /// Enough of every group approved.
    Approved,
    /// Somebody of these groups refused.
    Refused,
    /// It was used.
    Used,
}

/// What the record says of approvals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Approvals {
    /// The policy in force.
    pub policy: Option<ApprovalPolicy>,
    /// Requests, by number.
    pub requests: BTreeMap<u64, Request>,
    /// Markings that a scheme put under two persons, whatever a later scheme says.
    pub for_two: BTreeSet<String>,
    /// Where masks are off, and until when.
    pub unmasked: Vec<(Masked, Timestamp)>,
    /// Entries whose bodies were lawfully destroyed.
    pub destroyed: BTreeSet<u64>,
    /// Sealed files that were.
    pub destroyed_objects: BTreeSet<ObjectHash>,
    /// Each time that something was, in order.
    pub destructions: Vec<Destruction>,
}

/// Something needs approval that it does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotApproved {
    /// Nobody was asked.
    #[error("this needs approval by {groups}: ask for it with `holm approval ask {kind}`; nothing was done")]
    NotAsked {
        /// Which act.
        kind: ActKind,
        /// Of which groups.
        groups: String,
    },
    /// Nobody could be asked.
    #[error(
        "this is never one person's, and the policy of approvals names nobody for `{kind}`; name groups for it (`holm approval policy`); nothing was done"
    )]
    NoApprovers {
        /// Which act.
        kind: ActKind,
    },
    /// Not enough approved.
    #[error("request {request} for this waits for {missing}; nothing was done")]
    Waits {
        /// The request.
        request: u64,
        /// For whom.
        missing: String,
    },
}

impl Request {
    /// How it stands with each group that the policy asks.
    #[must_use]
    pub fn groups(&self, policy: &ApprovalPolicy) -> Vec<OfGroup> {
        let answered = |person: &PersonId, signers: &[String], approved: bool| {
            let keys = verifying_keys(person, signers);
            let by = |a: &Answer| a.person == *person && a.approved == approved && keys.iter().any(|k| k.open(&a.note).is_ok());
            self.answers.iter().any(by)
        };
        let of = |(name, group): (&str, &holm_record::event::approval::Group)| {
            let mut of = OfGroup {
                name: name.to_owned(),
                needed: usize::from(group.needed),
                approved: Vec::new(),
                refused: Vec::new(),
                silent: Vec::new(),
            };
            for (person, signers) in group.approvers.iter().filter(|(person, _)| person.as_str() != self.by) {
                let list = match (answered(person, signers, true), answered(person, signers, false)) {
                    (_, true) => &mut of.refused,
                    (true, false) => &mut of.approved,
                    (false, false) => &mut of.silent,
                };
                list.push(person.clone());
            }
            of
        };
        policy.asked(self.act.kind()).map(of).collect()
    }

    /// How it stands under a policy.
    #[must_use]
    pub fn standing(&self, policy: &ApprovalPolicy) -> Standing {
        let groups = self.groups(policy);
        if self.used.is_some() {
            Standing::Used
        } else if groups.iter().any(|g| !g.refused.is_empty()) {
            Standing::Refused
        } else if groups.iter().all(|g| g.approved.len() >= g.needed) {
            Standing::Approved
        } else {
            Standing::Waits
        }
    }

    /// Whether it asks for what is to be done: exactly that, or of a release all of its recipients and perhaps more.
    fn covers(&self, act: &Act) -> bool {
        match (&self.act, act) {
            (Act::Release { item, manifest, to, .. }, Act::Release { item: i, manifest: m, to: now, .. }) => {
                item == i && manifest == m && now.iter().all(|person| to.contains(person))
            }
            (asked, act) => asked == act,
        }
    }
}

impl Approvals {
    /// Whether acts of a kind need approval.
    #[must_use]
    pub fn needed(&self, kind: ActKind) -> bool {
        self.policy.as_ref().is_some_and(|p| p.asked(kind).next().is_some())
    }

    /// Whether people are masked in a view at a time.
    #[must_use]
    pub fn masks(&self, of: &Masked, now: Timestamp) -> bool {
        self.needed(ActKind::Unmask) && !self.unmasked.iter().any(|(view, until)| view == of && now < *until)
    }

    /// The request by which an act may be done; `None` if it needs none.
    ///
    /// # Errors
    /// [`NotApproved`] says what is missing.
    pub fn granted(&self, act: &Act) -> Result<Option<u64>, NotApproved> {
        let Some(policy) = self.policy.as_ref().filter(|p| p.asked(act.kind()).next().is_some()) else { return Ok(None) };
        let mut waits = None;
        for request in self.requests.values().rev().filter(|r| r.covers(act)) {
            match request.standing(policy) {
                Standing::Approved => return Ok(Some(request.number)),
                Standing::Waits => waits = waits.or(Some(request)),
                Standing::Refused | Standing::Used => {}
            }
        }
        let kind = act.kind();
        Err(waits.map_or_else(
            || NotApproved::NotAsked { kind, groups: policy.asked(kind).map(|(name, _)| name).collect::<Vec<_>>().join(", ") },
            |request| NotApproved::Waits { request: request.number, missing: missing(&request.groups(policy)) },
        ))
    }

    pub(crate) fn apply(&mut self, index: u64, at: Timestamp, by: &str, event: &Event) {
        match event {
            Event::SchemeImported { text, .. } => {
                let scheme = Scheme::parse(text).ok();
                let levels = scheme.iter().flat_map(|s| &s.levels).filter(|level| level.two_persons);
                self.for_two.extend(levels.map(|level| level.name.clone()));
            }
            Event::ApprovalPolicySet { policy } => self.policy = Some(policy.clone()),
            Event::ApprovalAsked { act, reason } => {
                let (by, act, reason) = (by.to_owned(), act.clone(), reason.clone());
                self.requests.insert(index, Request { number: index, at, by, act, reason, answers: Vec::new(), used: None });
            }
            Event::ApprovalGiven { request, person, approved, note } => {
                if let Some(of) = self.requests.get_mut(request) {
                    let (person, note) = (person.clone(), note.clone());
                    of.answers.push(Answer { index, at, person, approved: *approved, note });
                }
            }
            Event::ApprovalUsed { request } => {
                if let Some(of) = self.requests.get_mut(request) {
                    of.used = Some(index);
                }
            }
            Event::Unmasked { of, until, .. } => self.unmasked.push((of.clone(), *until)),
            Event::Destroyed { entries, objects, authority, reason } => {
                self.destroyed.extend(entries);
                self.destroyed_objects.extend(objects.iter().cloned());
                let (by, authority, reason) = (by.to_owned(), authority.clone(), reason.clone());
                let (entries, objects) = (entries.len(), objects.len());
                self.destructions.push(Destruction { index, at, by, entries, objects, authority, reason });
            }
            _ => {}
        }
    }
}

/// How many are missing of which groups.
#[must_use]
pub fn missing(groups: &[OfGroup]) -> String {
    let lacking = groups.iter().filter(|g| g.approved.len() < g.needed);
    lacking.map(|g| format!("{} more of {}", g.needed - g.approved.len(), g.name)).collect::<Vec<_>>().join(", ")
}

/// What of the acts that are never one person's these events do.
fn acts(state: &State, events: &[Event]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut told: BTreeMap<_, BTreeSet<PersonId>> = BTreeMap::new();
    for event in events {
        match event {
            Event::ApprovalPolicySet { policy } => acts.push(Act::Policy { policy: policy.clone() }),
            Event::Unmasked { of, until, .. } => acts.push(Act::Unmask { of: of.clone(), until: *until }),
            Event::ItemOpened { item, incident } => acts.push(Act::Accuse { item: item.clone(), incident: incident.clone() }),
            Event::Destroyed { entries, objects, authority, .. } => {
                acts.push(Act::Destroy { entries: entries.clone(), objects: objects.clone(), authority: authority.clone() })
            }
            // Who makes the workspace has all roles before there are others.
            Event::MemberSet { .. } if begins(state, event) => {}
            Event::MemberSet { member, roles, devices, .. } => {
                acts.push(Act::Members { member: member.clone(), roles: roles.clone(), devices: devices.clone() });
            }
            Event::ExceptionRecorded { person, sorts, until, .. } => {
                acts.push(Act::Except { person: person.clone(), sorts: sorts.clone(), until: *until });
            }
            Event::ProceedingOpened { person, incident, .. } => {
                acts.push(Act::Proceed { person: person.clone(), incident: incident.clone() });
            }
            Event::AuthorityRecorded(facts) => acts.push(Act::Authority { facts: facts.clone() }),
            Event::Disclosure { item, person, marking, .. } if for_two(state, marking.as_deref()) => {
                told.entry(item.clone()).or_default().insert(person.clone());
            }
            _ => {}
        }
    }
    let released = told.into_iter().filter_map(|(item, to)| state.release_act(&item, to.into_iter().collect()));
    acts.extend(released);
    acts
}

/// Whether this is what the first further member stands beside: the officer, as what the officer is.
fn begins(state: &State, event: &Event) -> bool {
    let officer = matches!(event, Event::MemberSet { member, roles, .. } if member.as_str() == OFFICER && *roles == Role::ALL);
    officer && state.members.is_one_officer()
}

/// Whether a marking is for two persons, or ever was: no later scheme takes that from it, by other rules or by leaving the level out.
fn for_two(state: &State, marking: Option<&str>) -> bool {
    let Some(text) = marking else { return false };
    let parsed = Marking::parse(text, &state.schemes()).ok().flatten();
    // As it was recorded, its levels are separated so whether or not their scheme still knows them.
    let ever = text.split("//").any(|name| state.approvals.for_two.contains(name));
    ever || parsed.is_some_and(|m| m.levels().iter().any(|level| level.two_persons))
}

/// What must be recorded beside events: the requests that they use.
///
/// # Errors
/// [`NotApproved`] if they may not be recorded.
pub(crate) fn gate(state: &State, events: &[Event]) -> Result<Vec<Event>, NotApproved> {
    if !has_approvers(state, events) {
        return Err(NotApproved::NoApprovers { kind: ActKind::Except });
    }
    let mut used = BTreeSet::new();
    for act in acts(state, events) {
        used.extend(state.approvals.granted(&act)?);
    }
    Ok(used.into_iter().map(|request| Event::ApprovalUsed { request }).collect())
}

impl State {
    /// What a release of an item to persons is, as it is approved; `None` before its manifest is recorded.
    #[must_use]
    pub fn release_act(&self, item: &holm_record::id::ItemName, mut to: Vec<PersonId>) -> Option<Act> {
        let known = self.items.get(item)?;
        let prepared = known.prepared.as_ref()?;
        to.sort();
        to.dedup();
        let marking = known.released.as_ref().and_then(|r| r.marking.clone());
        Some(Act::Release { item: item.clone(), manifest: prepared.manifest, master: prepared.master, marking, to })
    }
}
