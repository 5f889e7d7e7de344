//! Proceedings: what somebody is told that is held against them, what they answer, who reviews it, and how it ends
//! (`docs/spec/proceedings.md`).
//!
//! Each step is an entry, and comes only after the one before and by people who did not take it. Whoever is exonerated of an incident is
//! no cause of it any more, in any belief.

use holm_record::event::Event;
use holm_record::event::proceeding::{Ending, Step};
use holm_record::id::{IncidentName, PersonId};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

/// Days that a person has to answer a notice, and to appeal against a review.
pub const ANSWER: i64 = 30;
/// How many decide on an appeal.
pub const PANEL: usize = 3;
/// Letters of a text.
const LONGEST: usize = 2000;

/// A proceeding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proceeding {
    /// Its entry, by which it is called.
    pub number: u64,
    /// When it was opened.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Against whom.
    pub person: PersonId,
    /// About what.
    pub incident: IncidentName,
    /// On which grounds.
    pub grounds: String,
    /// What came since, in order.
    pub steps: Vec<Taken>,
    /// How it ended.
    pub ending: Option<Ended>,
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its entry.
    pub entry: u64,
    /// Which.
    pub step: Step,
    /// On which day.
    pub on: Date,
    /// By whom.
    pub by: Vec<String>,
    /// What was said.
    pub words: String,
}

/// How a proceeding ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// Its entry.
    pub entry: u64,
    /// On which day.
    pub on: Date,
    /// How.
    pub how: Ending,
    /// What was said.
    pub words: String,
}

/// A step cannot be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProceedingError {
    /// Not on the roster.
    #[error("`{0}` is not on the roster")]
    Unknown(PersonId),
    /// No such incident.
    #[error("no incident is named `{0}`; `holm incident list` shows all")]
    NoIncident(IncidentName),
    /// One is open already.
    #[error("proceeding {0} against `{1}` about this is open already")]
    Open(u64, PersonId),
    /// They were exonerated.
    #[error("`{0}` was exonerated of this by proceeding {1}; new facts are a new incident")]
    Exonerated(PersonId, u64),
    /// No such proceeding.
    #[error("no proceeding has the number {0}; `holm proceeding list` shows all")]
    NoProceeding(u64),
    /// It ended.
    #[error("proceeding {0} has ended")]
    Over(u64),
    /// Another step is due.
    #[error("a {step} cannot come now: {allowed}")]
    Order {
        /// Which was tried.
        step: Step,
        /// What can come.
        allowed: String,
    },
    /// The person may still answer.
    #[error("the person may still answer until {0}; a review comes after the reply, or after that day")]
    Waits(Date),
    /// The day.
    #[error("{on} is before what came last, on {last}, or still to come")]
    Day {
        /// Of the step.
        on: Date,
        /// Of the one before.
        last: Date,
    },
    /// Who.
    #[error("a {0} is by {1}: name them with `--by`")]
    By(Step, &'static str),
    /// Somebody who took part before.
    #[error("`{0}` took part in this before, and cannot judge it")]
    Partial(String),
    /// An end that is not to be had yet.
    #[error(
        "it can be upheld only after a review, and not while the person may still appeal (until {0}) or waits for a decision"
    )]
    NotYet(Date),
    /// A text.
    #[error("say so in 1 to {LONGEST} letters")]
    Text,
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

impl Proceeding {
    fn last(&self) -> Option<&Taken> {
        self.steps.last()
    }

    fn of(&self, step: Step) -> Option<&Taken> {
        self.steps.iter().find(|taken| taken.step == step)
    }

    /// Until when the person may answer or appeal, if they may.
    #[must_use]
    pub fn may_answer_until(&self) -> Option<Date> {
        let last = self.last().filter(|last| matches!(last.step, Step::Notice | Step::Review))?;
        self.ending.is_none().then(|| last.on.saturating_add(ANSWER.days()))
    }

    /// Steps that may come now; whether their time has come is another question.
    #[must_use]
    pub fn next(&self) -> &'static [Step] {
        match (&self.ending, self.last().map(|last| last.step)) {
            (Some(_), _) | (None, Some(Step::Decision)) => &[],
            (None, None) => &[Step::Notice],
            (None, Some(Step::Notice)) => &[Step::Reply, Step::Review],
            (None, Some(Step::Reply)) => &[Step::Review],
            (None, Some(Step::Review)) => &[Step::Appeal],
            (None, Some(Step::Appeal)) => &[Step::Decision],
        }
    }

    /// Whoever opened it or judged it so far.
    fn took_part(&self, name: &str) -> bool {
        let same = |other: &str| other.trim().to_lowercase() == name.trim().to_lowercase();
        let judged = self.steps.iter().filter(|taken| matches!(taken.step, Step::Review | Step::Decision));
        same(&self.by) || same(self.person.as_str()) || judged.flat_map(|taken| &taken.by).any(|by| same(by))
    }

    fn may_take(&self, step: Step, on: Date, by: &[String], today: Date) -> Result<(), ProceedingError> {
        if self.ending.is_some() {
            return Err(ProceedingError::Over(self.number));
        }
        if !self.next().contains(&step) {
            let names: Vec<&str> = self.next().iter().map(|step| step.word()).collect();
            let allowed =
                if names.is_empty() { "it is to be closed".to_owned() } else { format!("next is {}", names.join(" or ")) };
            return Err(ProceedingError::Order { step, allowed });
        }
        // What came before the record was told of it is entered late.
        let last = self.last().map_or(Date::MIN, |last| last.on);
        if on < last || on > today {
            return Err(ProceedingError::Day { on, last: last.max(Date::ZERO) });
        }
        if step == Step::Review
            && let Some(until) = self.may_answer_until().filter(|until| on <= *until)
        {
            return Err(ProceedingError::Waits(until));
        }
        let (needed, whom) = match step {
            Step::Notice | Step::Reply | Step::Appeal => return Ok(()),
            Step::Review => (1, "another person than who opened it"),
            Step::Decision => (PANEL, "a panel of three, none of whom took part before"),
        };
        let mut distinct: Vec<String> =
            by.iter().map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect();
        distinct.sort();
        distinct.dedup();
        if distinct.len() < needed {
            return Err(ProceedingError::By(step, whom));
        }
        by.iter().find(|name| self.took_part(name)).map_or(Ok(()), |name| Err(ProceedingError::Partial(name.clone())))
    }

    fn may_end(&self, how: Ending, on: Date) -> Result<(), ProceedingError> {
        if self.ending.is_some() {
            return Err(ProceedingError::Over(self.number));
        }
        if how != Ending::Upheld {
            return Ok(());
        }
        let decided = self.last().is_some_and(|last| last.step == Step::Decision);
        match self.of(Step::Review) {
            Some(review) if decided || (self.of(Step::Appeal).is_none() && on > review.on.saturating_add(ANSWER.days())) => {
                Ok(())
            }
            Some(review) => Err(ProceedingError::NotYet(review.on.saturating_add(ANSWER.days()))),
            None => Err(ProceedingError::NotYet(on)),
        }
    }
}

/// Takes what an entry says into the proceedings.
pub(crate) fn apply(proceedings: &mut Vec<Proceeding>, index: u64, at: Timestamp, by: &str, event: &Event) {
    match event {
        Event::ProceedingOpened { person, incident, grounds } => proceedings.push(Proceeding {
            number: index,
            at,
            by: by.to_owned(),
            person: person.clone(),
            incident: incident.clone(),
            grounds: grounds.clone(),
            steps: Vec::new(),
            ending: None,
        }),
        Event::ProceedingStep { proceeding, step, on, by, words } => {
            if let Some(of) = proceedings.iter_mut().find(|of| of.number == *proceeding) {
                of.steps.push(Taken { entry: index, step: *step, on: *on, by: by.clone(), words: words.clone() });
            }
        }
        Event::ProceedingClosed { proceeding, on, ending, words } => {
            if let Some(of) = proceedings.iter_mut().find(|of| of.number == *proceeding && of.ending.is_none()) {
                of.ending = Some(Ended { entry: index, on: *on, how: *ending, words: words.clone() });
            }
        }
        _ => {}
    }
}

impl State {
    /// Whether a person was exonerated of an incident: then they are no cause of it.
    #[must_use]
    pub fn is_exonerated(&self, person: &PersonId, incident: &IncidentName) -> bool {
        let cleared = |ended: &Ended| ended.how == Ending::Exonerated;
        let of = |p: &&Proceeding| p.person == *person && p.incident == *incident;
        self.proceedings.iter().filter(of).any(|p| p.ending.as_ref().is_some_and(cleared))
    }
}

fn text(words: &str) -> Result<String, ProceedingError> {
    let words = words.trim();
    let fits = (1..=LONGEST).contains(&words.chars().count()) && !words.chars().any(|c| c.is_control() && c != '\n');
    if fits { Ok(words.to_owned()) } else { Err(ProceedingError::Text) }
}

impl Workspace {
    fn proceeding(&self, number: u64) -> Result<&Proceeding, ProceedingError> {
        let found = self.state().proceedings.iter().find(|proceeding| proceeding.number == number);
        found.ok_or(ProceedingError::NoProceeding(number))
    }

    /// That a proceeding could be opened.
    ///
    /// # Errors
    /// [`ProceedingError`] says why not.
    pub(crate) fn may_proceed(&self, person: &PersonId, incident: &IncidentName) -> Result<(), ProceedingError> {
        let state = self.state();
        if !state.persons.contains_key(person) {
            return Err(ProceedingError::Unknown(person.clone()));
        }
        let looked = state.looks.iter().any(|look| look.incident == *incident);
        if !looked && !state.happenings.incidents.contains_key(incident) {
            return Err(ProceedingError::NoIncident(incident.clone()));
        }
        for known in state.proceedings.iter().filter(|p| p.person == *person && p.incident == *incident) {
            match &known.ending {
                None => return Err(ProceedingError::Open(known.number, person.clone())),
                Some(ended) if ended.how == Ending::Exonerated => {
                    return Err(ProceedingError::Exonerated(person.clone(), known.number));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Opens a proceeding against a person about an incident; returns its number. Where the policy of approvals names groups for it, they must
    /// have approved exactly this.
    ///
    /// # Errors
    /// [`ProceedingError`]; nothing is recorded then.
    pub fn open_proceeding(
        &mut self,
        permit: &Permit,
        person: &PersonId,
        incident: &IncidentName,
        grounds: &str,
    ) -> Result<u64, ProceedingError> {
        let grounds = text(grounds)?;
        self.may_proceed(person, incident)?;
        let (person, incident) = (person.clone(), incident.clone());
        Ok(self.append(permit, vec![Event::ProceedingOpened { person, incident, grounds }])?)
    }

    /// Records a step of a proceeding; returns the entry.
    ///
    /// # Errors
    /// [`ProceedingError`]; nothing is recorded then.
    pub fn step_proceeding(
        &mut self,
        permit: &Permit,
        number: u64,
        (step, on): (Step, Date),
        by: Vec<String>,
        (words, today): (&str, Date),
    ) -> Result<u64, ProceedingError> {
        let words = text(words)?;
        self.proceeding(number)?.may_take(step, on, &by, today)?;
        Ok(self.append(permit, vec![Event::ProceedingStep { proceeding: number, step, on, by, words }])?)
    }

    /// Ends a proceeding; returns the entry.
    ///
    /// # Errors
    /// [`ProceedingError`]; nothing is recorded then.
    pub fn close_proceeding(
        &mut self,
        permit: &Permit,
        number: u64,
        ending: Ending,
        (words, today): (&str, Date),
    ) -> Result<u64, ProceedingError> {
        let words = text(words)?;
        self.proceeding(number)?.may_end(ending, today)?;
        Ok(self.append(permit, vec![Event::ProceedingClosed { proceeding: number, on: today, ending, words }])?)
    }
}
