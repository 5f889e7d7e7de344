//! The register of checks on people, and how each stands with what the schedule asks (`docs/spec/vetting.md`).

pub mod authority;
pub mod draw;
pub mod evidence;
pub mod gate;
pub mod import;
pub mod schedule;
mod standing;
pub mod statement;
pub mod worth;

use std::collections::BTreeMap;

use holm_record::event::Event;
use holm_record::event::vetting::{CheckFacts, CheckResult, CheckSort, Guideline, Verified};
use holm_record::id::{AuthorityName, PersonId};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};
use authority::{Authority, AuthorityError};
use draw::Draw;
use evidence::EvidenceError;
use gate::Exception;
use schedule::{Schedule, ScheduleError};
pub use standing::{NOTICE, Standing, Waiting};
use statement::StatementsRead;

/// The longest text of one field.
const LONGEST: usize = 2000;
/// The longest waiver, in days.
const LONGEST_WAIVER: i32 = 366;

/// A check in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its entry.
    pub index: u64,
    /// When it was entered.
    pub entered: Timestamp,
    /// Who entered it.
    pub by: String,
    /// What is known of it.
    pub facts: CheckFacts,
}

/// A check that is not asked for for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Its entry.
    pub index: u64,
    /// Of whom.
    pub person: PersonId,
    /// Which.
    pub sort: CheckSort,
    /// Until the end of which day.
    pub until: Date,
    /// Why.
    pub reason: String,
}

/// What the record says of vetting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vetting {
    /// Checks that were not withdrawn, in the order of their entries.
    pub checks: Vec<Check>,
    /// For checks, entries of what was said to their concerns.
    pub(crate) answers: Vec<(u64, u64)>,
    /// Waivers that were not withdrawn.
    pub waivers: Vec<Waiver>,
    /// Legal authorities that were not withdrawn, by name.
    pub authorities: BTreeMap<AuthorityName, Authority>,
    /// Statements that were read.
    pub statements: Vec<StatementsRead>,
    /// Draws that were not withdrawn.
    pub draws: Vec<Draw>,
    /// Exceptions that were not withdrawn.
    pub exceptions: Vec<Exception>,
    /// What was laid down of what checks are worth.
    pub accuracy: Option<String>,
    /// The schedule in force, and its text.
    pub schedule: Option<(Schedule, String)>,
}

/// What is said to a concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcernAnswer {
    /// Which: of its guideline.
    pub guideline: Guideline,
    /// What mitigates it.
    pub mitigation: Option<String>,
    /// How the person explains it.
    pub explanation: Option<String>,
    /// How that was verified.
    pub verified: Option<Verified>,
}

/// A check cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Not on the roster.
    #[error("`{0}` is not on the roster; add the person with `holm person import`")]
    Unknown(PersonId),
    /// It has not happened.
    #[error("the check was taken on {0}, which is still to come; check the day")]
    Future(Date),
    /// Reviewed by whoever did it.
    #[error("`{0}` examined and reviewed; a review is another person's")]
    OwnReview(String),
    /// Reviewed before it took place.
    #[error("it was reviewed on {reviewed}, before it was taken on {on}")]
    Reviewed {
        /// When it was reviewed.
        reviewed: Date,
        /// When it was taken.
        on: Date,
    },
    /// Over before it began.
    #[error("it counts until {until}, which is before it was taken on {on}")]
    Until {
        /// Until when it counts.
        until: Date,
        /// When it was taken.
        on: Date,
    },
    /// Nothing allows it.
    #[error("a {0} reaches into what is private: name the legal authority that allows it, with `--authority`")]
    NoAuthority(CheckSort),
    /// No reason.
    #[error("say why, in one line of 1 to 500 characters")]
    Reason,
    /// A text that is none, or too long.
    #[error("`{0}` is empty, has control characters or is longer than 2,000 characters")]
    Text(&'static str),
    /// A waiver that is over, or for ever.
    #[error("a waiver ends on a day that is to come, within 366 days; {0} is not")]
    Waiver(Date),
    /// No such check.
    #[error("entry {0} is no check that counts; `holm check list` shows all")]
    NoCheck(u64),
    /// No such concern.
    #[error("the check of entry {0} has no concern under guideline {1}")]
    NoConcern(u64, Guideline),
    /// Nothing said.
    #[error("say what mitigates the concern, how it is explained, or how that was verified")]
    NoAnswer,
    /// Nothing to verify.
    #[error("there is no explanation yet that could have been verified; give it too")]
    NoExplanation,
    /// Nothing to be excepted from.
    #[error("`{0}` is sent things as everybody is: no check of theirs is failed, missing or overdue")]
    InForce(PersonId),
    /// Recorded already.
    #[error("this check is recorded already, by entry {0}; if that was a mistake, withdraw it with `holm record withdraw {0}`")]
    Known(u64),
    /// Not what checks are worth.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// No legal authority for it.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// Not a schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// Lines of a file.
    #[error(transparent)]
    Import(#[from] import::ImportError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

impl Vetting {
    pub(crate) fn apply(&mut self, index: u64, at: Timestamp, by: &str, event: &Event) {
        draw::apply(&mut self.draws, index, at, by, event);
        match event {
            Event::CheckRecorded(facts) => {
                self.checks.push(Check { index, entered: at, by: by.to_owned(), facts: facts.clone() });
            }
            Event::AccuracySet { text } => self.accuracy = Some(text.clone()),
            Event::AuthorityRecorded(facts) => {
                let by = by.to_owned();
                self.authorities.insert(facts.authority.clone(), Authority { index, at, by, facts: facts.clone() });
            }
            Event::StatementsRead(facts) => {
                self.statements.push(StatementsRead {
                    index,
                    at,
                    by: by.to_owned(),
                    facts: facts.clone(),
                    explained: Vec::new(),
                });
            }
            Event::FindingExplained(facts) => {
                let of = self.statements.iter_mut().find(|read| read.index == facts.reading);
                of.into_iter().for_each(|read| read.explain(index, facts));
            }
            Event::ConcernAnswered { check, guideline, mitigation, explanation, verified } => {
                self.answers.push((*check, index));
                let of = self.checks.iter_mut().find(|of| of.index == *check).map(|of| &mut of.facts.concerns);
                for concern in of.into_iter().flatten().filter(|concern| concern.guideline == *guideline) {
                    // What is said later adds to what was said, and takes its place where both say it.
                    concern.mitigation = mitigation.clone().or(concern.mitigation.take());
                    if explanation.is_some() {
                        // Another explanation was not verified by what was said of the one before.
                        (concern.explanation, concern.verified) = (explanation.clone(), None);
                    }
                    concern.verified = verified.clone().or(concern.verified.take());
                }
            }
            Event::WaiverRecorded { person, sort, until, reason } => {
                let (person, reason) = (person.clone(), reason.clone());
                self.waivers.push(Waiver { index, person, sort: *sort, until: *until, reason });
            }
            Event::ExceptionRecorded { person, sorts, until, reason } => {
                let (person, sorts, reason) = (person.clone(), sorts.clone(), reason.clone());
                self.exceptions.push(Exception { index, person, sorts, until: *until, reason });
            }
            // Only what could be read was recorded.
            Event::ScheduleSet { text } => {
                self.schedule = Schedule::parse(text).ok().map(|schedule| (schedule, text.clone())).or(self.schedule.take());
            }
            Event::Withdrawn { entry, .. } => {
                self.checks.retain(|check| check.index != *entry);
                self.statements.retain(|read| read.index != *entry);
                self.statements.iter_mut().for_each(|read| read.explained.retain(|of| of.index != *entry));
                self.waivers.retain(|waiver| waiver.index != *entry);
                self.exceptions.retain(|exception| exception.index != *entry);
                self.authorities.retain(|_, authority| authority.index != *entry);
            }
            _ => {}
        }
    }

    /// Whether an entry is a check, a waiver or an exception that counts.
    #[must_use]
    pub fn has_entry(&self, index: u64) -> bool {
        self.checks.iter().any(|check| check.index == index)
            || self.statements.iter().any(|read| read.index == index || read.explained.iter().any(|of| of.index == index))
            || self.waivers.iter().any(|waiver| waiver.index == index)
            || self.exceptions.iter().any(|exception| exception.index == index)
            || self.authorities.values().any(|authority| authority.index == index)
            // What both have committed to is not taken back.
            || self.draws.iter().any(|draw| draw.number == index && draw.committed.len() < draw.facts.drawers.len())
    }

    /// Checks of a person, in the order of the days they were taken.
    #[must_use]
    pub fn of(&self, person: &PersonId) -> Vec<&Check> {
        let mut checks: Vec<&Check> = self.checks.iter().filter(|check| check.facts.person == *person).collect();
        checks.sort_by_key(|check| (check.facts.on, check.index));
        checks
    }
}

/// Checks what is known of a check against the roster, the calendar and itself.
///
/// # Errors
/// [`CheckError`] names the first thing that is wrong.
pub(crate) fn checked(state: &State, facts: &CheckFacts, today: Date) -> Result<(), CheckError> {
    if !state.persons.contains_key(&facts.person) {
        return Err(CheckError::Unknown(facts.person.clone()));
    }
    let on = facts.on;
    if on > today {
        return Err(CheckError::Future(on));
    }
    if let Some(examiner) = facts.examiner.as_ref().filter(|examiner| facts.reviewer.as_ref() == Some(examiner)) {
        return Err(CheckError::OwnReview(examiner.clone()));
    }
    if let Some(reviewed) = facts.reviewed_on.filter(|reviewed| *reviewed < on) {
        return Err(CheckError::Reviewed { reviewed, on });
    }
    if let Some(until) = facts.valid_until.filter(|until| *until < on) {
        return Err(CheckError::Until { until, on });
    }
    if facts.sort.is_intrusive() {
        let named = facts.authority.as_deref().ok_or(CheckError::NoAuthority(facts.sort))?;
        state.vetting.allows(named, &facts.person, facts.sort, on)?;
    }
    let texts = [("examiner", &facts.examiner), ("reviewer", &facts.reviewer), ("authority", &facts.authority)];
    let bad = texts.into_iter().find(|(_, text)| text.as_deref().is_some_and(odd)).map(|(name, _)| name);
    let listed = facts.custody.iter().map(|c| ("custody", c)).chain(facts.concerns.iter().map(|c| ("concern", &c.what)));
    let bad = bad.or_else(|| listed.into_iter().find(|(_, text)| odd(text)).map(|(name, _)| name));
    let bad = bad.or_else(|| (facts.words.chars().count() > LONGEST).then_some("words"));
    bad.map_or(Ok(()), |name| Err(CheckError::Text(name)))
}

/// Whether a text is none, or more than fits into one field.
fn odd(text: &str) -> bool {
    text.trim().is_empty() || text.chars().any(char::is_control) || text.chars().count() > LONGEST
}

fn reason(text: &str) -> Result<String, CheckError> {
    let text = text.trim();
    let fits = (1..=500).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(CheckError::Reason) }
}

impl Workspace {
    /// Records a check; returns its entry.
    ///
    /// # Errors
    /// [`CheckError`]; nothing is recorded then.
    pub fn add_check(&mut self, permit: &Permit, facts: CheckFacts, today: Date) -> Result<u64, CheckError> {
        checked(self.state(), &facts, today)?;
        if let Some(known) = self.state().vetting.checks.iter().find(|check| key(&check.facts) == key(&facts)) {
            return Err(CheckError::Known(known.index));
        }
        Ok(self.append(permit, vec![Event::CheckRecorded(facts)])?)
    }

    /// Records checks of a file, all in one append; returns how many, and how many were recorded already.
    ///
    /// # Errors
    /// [`CheckError::Import`] names every wrong line; nothing is recorded then.
    pub fn import_checks(&mut self, permit: &Permit, text: &str, today: Date) -> Result<(usize, usize), CheckError> {
        let checks = import::parse(self.state(), text, today)?;
        let all = checks.len();
        let mut known: std::collections::BTreeSet<_> =
            self.state().vetting.checks.iter().map(|check| key(&check.facts)).collect();
        let mut events = Vec::new();
        for facts in checks {
            if known.insert(key(&facts)) {
                events.push(Event::CheckRecorded(facts));
            }
        }
        let fresh = events.len();
        if fresh > 0 {
            self.append(permit, events)?;
        }
        Ok((fresh, all - fresh))
    }

    /// Records what is said to a concern of a check; returns the entry.
    ///
    /// # Errors
    /// [`CheckError`]; nothing is recorded then.
    pub fn answer_concern(&mut self, permit: &Permit, check: u64, answer: ConcernAnswer, today: Date) -> Result<u64, CheckError> {
        let ConcernAnswer { guideline, mitigation, explanation, verified } = answer;
        let known = self.state().vetting.checks.iter().find(|known| known.index == check);
        let facts = &known.ok_or(CheckError::NoCheck(check))?.facts;
        let concern = facts.concerns.iter().find(|concern| concern.guideline == guideline);
        let concern = concern.ok_or(CheckError::NoConcern(check, guideline))?;
        if mitigation.is_none() && explanation.is_none() && verified.is_none() {
            return Err(CheckError::NoAnswer);
        }
        let texts = [("mitigation", &mitigation), ("explanation", &explanation)];
        if let Some((name, _)) = texts.into_iter().find(|(_, text)| text.as_deref().is_some_and(odd)) {
            return Err(CheckError::Text(name));
        }
        if let Some(Verified { by, how, on }) = &verified {
            if explanation.is_none() && concern.explanation.is_none() {
                return Err(CheckError::NoExplanation);
            }
            if odd(by) || odd(how) {
                return Err(CheckError::Text("verified"));
            }
            if *on > today {
                return Err(CheckError::Future(*on));
            }
        }
        Ok(self.append(permit, vec![Event::ConcernAnswered { check, guideline, mitigation, explanation, verified }])?)
    }

    /// Has a check not be asked of somebody for a while; returns the entry.
    ///
    /// # Errors
    /// [`CheckError`]; nothing is recorded then.
    pub fn waive(
        &mut self,
        permit: &Permit,
        (person, sort, until): (&PersonId, CheckSort, Date),
        why: &str,
        today: Date,
    ) -> Result<u64, CheckError> {
        let reason = reason(why)?;
        if !self.state().persons.contains_key(person) {
            return Err(CheckError::Unknown(person.clone()));
        }
        if until < today || until > today.saturating_add(LONGEST_WAIVER.days()) {
            return Err(CheckError::Waiver(until));
        }
        Ok(self.append(permit, vec![Event::WaiverRecorded { person: person.clone(), sort, until, reason }])?)
    }

    /// Lays down how often which checks are asked for; returns the entry.
    ///
    /// # Errors
    /// [`CheckError::Schedule`]; nothing is recorded then.
    pub fn set_schedule(&mut self, permit: &Permit, text: &str) -> Result<u64, CheckError> {
        Schedule::parse(text)?;
        Ok(self.append(permit, vec![Event::ScheduleSet { text: text.to_owned() }])?)
    }
}

/// By which a check is known again.
fn key(facts: &CheckFacts) -> (PersonId, CheckSort, Date, CheckResult, Option<String>) {
    (facts.person.clone(), facts.sort, facts.on, facts.result, facts.examiner.clone())
}
