//! Beliefs behind the pages: computed on a thread of their own, one after another, and kept in memory alone while the desk is open.
//!
//! A page asks and waits a moment; if the answer is not there by then, it says that it is being computed and asks again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use holm::belief::translation::translate;
use holm::belief::{BeliefError, Beliefs, Provenance, Question, compute};
use holm::mask::Mask;
use holm::state::State;
use holm::vetting::gate::day_of;
use holm_record::event::approval::Masked;
use holm_record::event::happening::Outcome;
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::office::View;
use crate::problem::Problem;
use crate::server::Desk;
use crate::session::held;
use crate::vetting::today;

/// Answers that are kept; the oldest is forgotten first.
const MOST: usize = 8;

/// What is believed, and whom what was betrayed was known to.
pub(crate) struct Weighed {
    pub(crate) beliefs: Beliefs,
    /// By trial that shows a leak, sure or suspected, who was exposed.
    pub(crate) betrayed: Vec<Vec<PersonId>>,
}

impl Weighed {
    fn masked(&self, mask: &Mask) -> Self {
        let masked = |person: &PersonId| PersonId::new(mask.name(person)).unwrap_or_else(|_| person.clone());
        Self {
            beliefs: mask.beliefs(self.beliefs.clone()),
            betrayed: self.betrayed.iter().map(|exposed| exposed.iter().map(masked).collect()).collect(),
        }
    }

    /// Others who were exposed in the same betrayed trials as a person, with in how many of them; the most first.
    pub(crate) fn sharing(&self, person: &PersonId) -> Vec<(&PersonId, usize)> {
        let own = self.betrayed.iter().filter(|exposed| exposed.contains(person)).flatten();
        let mut counts: BTreeMap<&PersonId, usize> = BTreeMap::new();
        own.filter(|other| *other != person).for_each(|other| *counts.entry(other).or_default() += 1);
        let mut sharing: Vec<(&PersonId, usize)> = counts.into_iter().collect();
        sharing.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        sharing
    }
}

type Answer = Result<Arc<Weighed>, Arc<BeliefError>>;

/// Of which record, and what is asked of it.
#[derive(Clone, PartialEq)]
struct Key {
    entries: u64,
    question: Question,
}

impl Key {
    /// Whether its answer answers another question too: reasons of more people change nothing else.
    fn answers(&self, other: &Self, answer: Option<&Answer>) -> bool {
        let same =
            (self.entries, self.question.at, self.question.seed) == (other.entries, other.question.at, other.question.seed);
        let has = |person: &PersonId| match answer {
            Some(Ok(weighed)) => weighed.beliefs.people.iter().any(|b| b.person == *person && b.band.is_some()),
            _ => false,
        };
        same && (self.question.person == other.question.person || other.question.person.as_ref().is_none_or(has))
    }
}

/// Answers, or none yet, by what was asked.
type Kept = VecDeque<(Key, Option<Answer>)>;

#[derive(Default)]
struct Inner {
    kept: Mutex<Kept>,
    changed: Condvar,
    /// Held by whichever computation is at work.
    turn: Mutex<()>,
}

/// Computations of this start of the desk.
#[derive(Clone, Default)]
pub(crate) struct Weighings(Arc<Inner>);

impl Weighings {
    /// Forgets everything: what is believed is nobody's business once the desk is locked.
    pub(crate) fn forget(&self) {
        held(&self.0.kept).clear();
        self.0.changed.notify_all();
    }

    /// Whether this is neither answered nor being computed; from now on it is.
    fn is_new(&self, key: &Key) -> bool {
        let mut kept = held(&self.0.kept);
        if kept.iter().any(|(other, answer)| other.answers(key, answer.as_ref())) {
            return false;
        }
        if kept.len() >= MOST {
            kept.pop_front();
        }
        kept.push_back((key.clone(), None));
        true
    }

    fn begin(&self, key: Key, work: impl FnOnce(&Question) -> Answer + Send + 'static) {
        let weighings = self.clone();
        tokio::task::spawn_blocking(move || {
            let _turn = held(&weighings.0.turn);
            if !held(&weighings.0.kept).iter().any(|(other, _)| *other == key) {
                return;
            }
            let answer = work(&key.question);
            let mut kept = held(&weighings.0.kept);
            if let Some((_, place)) = kept.iter_mut().find(|(other, _)| *other == key) {
                *place = Some(answer);
            }
            weighings.0.changed.notify_all();
        });
    }

    fn give_up(&self, key: &Key) {
        held(&self.0.kept).retain(|(other, _)| other != key);
        self.0.changed.notify_all();
    }

    /// The answer, if it is there within this time.
    fn wait(&self, key: &Key, patience: Duration) -> Option<Answer> {
        let find = |kept: &Kept| {
            kept.iter().find(|(other, answer)| other.answers(key, answer.as_ref())).map(|(_, answer)| answer.clone())
        };
        let at_work = |kept: &mut Kept| matches!(find(kept), Some(None));
        let waited = self.0.changed.wait_timeout_while(held(&self.0.kept), patience, at_work);
        let (kept, _) = waited.unwrap_or_else(PoisonError::into_inner);
        find(&kept).flatten()
    }
}

fn weigh(state: &State, question: &Question, (entries, checkpoint, at): (u64, Option<String>, Timestamp)) -> Answer {
    let mut beliefs = compute(state, question).map_err(Arc::new)?;
    beliefs.provenance = Provenance { entries, checkpoint, at, ..beliefs.provenance };
    // Who knew of what leaked: checks say nothing of that.
    let translation = translate(state, None).map_err(|e| Arc::new(e.into()))?;
    let leaks = translation.trials.iter().zip(&translation.exposed).filter(|(trial, _)| is_leak(trial.outcome));
    let names = |exposed: &Vec<usize>| exposed.iter().filter_map(|p| translation.persons.get(*p).cloned()).collect();
    let betrayed = leaks.map(|(_, exposed)| names(exposed)).collect();
    Ok(Arc::new(Weighed { beliefs, betrayed }))
}

fn is_leak(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Confirmed | Outcome::Suspected)
}

/// How far a computation is.
pub(crate) enum Weighing {
    Done(Arc<Weighed>),
    Working,
    /// There is nothing to judge by, or nobody.
    Nothing,
}

/// What is asked, if it is there within this time; otherwise it is being computed.
///
/// # Errors
/// [`Problem`] says why nothing can be believed.
pub(crate) fn weighed(desk: &Desk, question: &Question, patience: Duration) -> Result<Weighing, Problem> {
    let view = desk.office.view()?;
    let mask = view.beliefs_mask();
    let asked = question.person.as_ref().map(|called| mask.find(called, view.state.persons.keys()).ok_or(Problem::Missing));
    let question = dated(&Question { person: asked.transpose()?.cloned(), ..question.clone() });
    // That something was read changes nothing that is believed.
    let key = Key { entries: view.state.told_until, question };
    let weighings = &desk.office.weighings;
    if weighings.is_new(&key) {
        begin(desk, view, &key).inspect_err(|_| weighings.give_up(&key))?;
    }
    match weighings.wait(&key, patience) {
        None => Ok(Weighing::Working),
        Some(Ok(weighed)) => {
            desk.office.record_reading(&Masked::Beliefs)?;
            Ok(Weighing::Done(if mask.is_on() { Arc::new(weighed.masked(&mask)) } else { weighed }))
        }
        Some(Err(error)) => match &*error {
            BeliefError::Nothing | BeliefError::Nobody => Ok(Weighing::Nothing),
            BeliefError::Unknown(_) => Err(Problem::Missing),
            other => Err(Problem::Workspace(other.to_string())),
        },
    }
}

/// What was asked before of the record as it is now, if it is still kept.
///
/// # Errors
/// [`Problem`] if the desk is locked.
pub(crate) fn known(desk: &Desk, question: &Question) -> Result<Option<Arc<Weighed>>, Problem> {
    let view = desk.office.view()?;
    if view.beliefs_mask().is_on() {
        return Ok(None);
    }
    let key = Key { entries: view.state.told_until, question: dated(question) };
    Ok(desk.office.weighings.wait(&key, Duration::ZERO).and_then(Result::ok))
}

fn begin(desk: &Desk, view: Arc<View>, key: &Key) -> Result<(), Problem> {
    let weighings = &desk.office.weighings;
    let now = Timestamp::now();
    match key.question.at {
        None => weighings.begin(key.clone(), move |question| {
            let checkpoint = view.checkpoint.clone().filter(|_| view.size == view.state.told_until);
            weigh(&view.unmasked(), question, (view.state.told_until, checkpoint, now))
        }),
        Some(at) => {
            let (state, entries) = desk.office.act(|workspace| workspace.as_of(at))??;
            weighings.begin(key.clone(), move |question| weigh(&state, question, (entries, None, at)));
        }
    }
    Ok(())
}

/// The same question with the day as of which checks are old or new.
fn dated(question: &Question) -> Question {
    let on = question.on.or_else(|| Some(question.at.map_or_else(today, day_of)));
    Question { on, ..question.clone() }
}

/// Whether there is anything to judge by: an operation that is over, an incident, or a leak that was traced.
pub(crate) fn has_ground(state: &State) -> bool {
    let happenings = &state.happenings;
    let over = happenings.operations.values().any(|operation| operation.closed.is_some());
    !state.persons.is_empty() && (over || !happenings.incidents.is_empty() || !state.looks.is_empty())
}
