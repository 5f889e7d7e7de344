//! Belief about people, from everything that is recorded. It gives leads and plans, never an accusation; proof is another thing.
//!
//! A report names the head of the record that it is computed from, the version of the model and the seed: whoever has the record
//! computes it again. Nothing of it is kept.

pub mod translation;

use std::collections::BTreeMap;

use holm_inference::case::CaseError;
use holm_inference::decision::review_set;
use holm_inference::posterior::{Posterior, PosteriorError, Sampling, posterior};
use holm_inference::priors::Priors;
use holm_inference::reasons::reasons;
use holm_record::id::{ChannelName, PersonId};
use jiff::Timestamp;
use serde::Serialize;

use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};
use translation::{Gaps, Translation, TrialOf, translate};

/// The version of the model and of how the record becomes a case.
pub const MODEL: &str = "holm-belief/1";
/// The share of innocents that a set for review is expected to have at most.
pub const REVIEW: f64 = 0.05;
/// Reasons are given for this many people, and for whoever is asked for.
const WITH_REASONS: usize = 10;
/// Smaller probabilities need no reasons.
const WORTH_REASONS: f64 = 0.02;
/// Reasons that a report gives of one person, for and against.
const REASONS: usize = 5;

/// What to compute.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What was recorded by then; all of it, if absent.
    pub at: Option<Timestamp>,
    /// Of whom reasons are wanted in any case.
    pub person: Option<PersonId>,
    /// Seed of the sampler.
    pub seed: u64,
}

impl Default for Question {
    fn default() -> Self {
        Self { at: None, person: None, seed: 1 }
    }
}

/// No report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BeliefError {
    /// Nothing happened.
    #[error(
        "there is nothing to judge by yet: record operations and what came of them (`holm operation add`, `close`, `import`), or incidents (`holm incident add`)"
    )]
    Nothing,
    /// Nobody.
    #[error("the roster is empty; `holm person import roster.csv` fills it")]
    Nobody,
    /// Not on the roster.
    #[error("`{0}` is not on the roster")]
    Unknown(PersonId),
    /// Too much.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Chains do not agree.
    #[error(transparent)]
    Posterior(#[from] PosteriorError),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What one trial says of somebody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// Of what.
    #[serde(flatten)]
    pub of: TrialOf,
    /// ln of how much likelier its end is if they leak.
    pub nats: f64,
}

/// What is believed of one person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Belief {
    /// Who.
    pub person: PersonId,
    /// Unit.
    pub unit: String,
    /// Rank level.
    pub level: u8,
    /// Probability that they leak.
    pub probability: f64,
    /// Its Monte Carlo standard error.
    pub error: f64,
    /// Trials that they knew of.
    pub known: usize,
    /// How many of these show a leak, sure or suspected.
    pub betrayed: usize,
    /// What speaks for it, the weightiest first.
    #[serde(rename = "for")]
    pub reasons_for: Vec<Reason>,
    /// What speaks against it.
    pub against: Vec<Reason>,
}

/// What is believed of one channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelBelief {
    /// Which.
    pub channel: ChannelName,
    /// Probability that it is compromised.
    pub probability: f64,
}

/// How many leak in a unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Infiltration {
    /// Unit.
    pub unit: String,
    /// Its members on the roster.
    pub members: usize,
    /// Expected number of leakers.
    pub mean: f64,
    /// 5 %, 50 % and 95 % of the number.
    pub range: [u32; 3],
}

/// People whom nothing recorded tells apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alike {
    /// Who.
    pub people: Vec<PersonId>,
    /// Probability that at least one of them leaks.
    pub any: f64,
}

/// Which record it is from and how it was computed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Provenance {
    /// Entries that it is computed from.
    pub entries: u64,
    /// The record's newest checkpoint, where that covers all these entries and no more.
    pub checkpoint: Option<String>,
    /// Version of the model.
    pub model: &'static str,
    /// Seed.
    pub seed: u64,
    /// When it was computed, or as of when.
    pub at: Timestamp,
    /// Sweeps that were kept, of each chain.
    pub sweeps: usize,
    /// Largest rank-R̂.
    pub rank_r: f64,
    /// Largest standard error.
    pub error: f64,
}

/// What is believed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Beliefs {
    /// From what, and how.
    pub provenance: Provenance,
    /// Everybody on the roster, the likeliest first.
    pub people: Vec<Belief>,
    /// Channels, the likeliest first.
    pub channels: Vec<ChannelBelief>,
    /// Share of the leaks that nobody listed brought about, or that were none.
    pub not_listed: f64,
    /// The largest set of whom at most [`REVIEW`] are expected to be innocent.
    pub review: Vec<PersonId>,
    /// People whom nothing tells apart, if one of them matters.
    pub alike: Vec<Alike>,
    /// By unit.
    pub units: Vec<Infiltration>,
    /// How often an operation of each sort fails by itself, or through somebody who is not listed.
    pub background: BTreeMap<String, f64>,
    /// What of the record says nothing.
    pub gaps: Gaps,
}

impl Workspace {
    /// Computes what is to be believed.
    ///
    /// # Errors
    /// [`BeliefError`]; then nothing is believed.
    pub fn beliefs(&mut self, question: &Question, now: Timestamp) -> Result<Beliefs, BeliefError> {
        let earlier = match question.at {
            None => None,
            Some(at) => {
                let entries = self.entries()?;
                let until = entries.iter().take_while(|e| e.as_ref().is_none_or(|e| e.entry.at <= at)).count();
                Some((State::project(&entries[..until]), until as u64))
            }
        };
        let (state, entries) = earlier.as_ref().map_or((self.state(), self.size()), |(state, until)| (state, *until));
        let checkpoint = self.checkpoint().filter(|_| entries == self.size()).map(str::to_owned);
        let mut beliefs = compute(state, question)?;
        beliefs.provenance = Provenance { entries, checkpoint, at: question.at.unwrap_or(now), ..beliefs.provenance };
        Ok(beliefs)
    }
}

/// Computes what is to be believed of a state.
///
/// # Errors
/// [`BeliefError`].
pub fn compute(state: &State, question: &Question) -> Result<Beliefs, BeliefError> {
    if state.persons.is_empty() {
        return Err(BeliefError::Nobody);
    }
    if let Some(person) = question.person.as_ref().filter(|p| !state.persons.contains_key(*p)) {
        return Err(BeliefError::Unknown(person.clone()));
    }
    let translation = translate(state)?;
    if translation.trials.is_empty() {
        return Err(BeliefError::Nothing);
    }
    let priors = Priors::default();
    let sampling = Sampling { seed: question.seed, ..Sampling::default() };
    let found = posterior(&translation.case, &priors, &sampling)?;
    Ok(Report { state, translation: &translation, found: &found, priors: &priors, sampling: &sampling }.write(question))
}

/// Everything that a report is written from.
struct Report<'a> {
    state: &'a State,
    translation: &'a Translation,
    found: &'a Posterior,
    priors: &'a Priors,
    sampling: &'a Sampling,
}

impl Report<'_> {
    fn write(&self, question: &Question) -> Beliefs {
        let (of, found) = (self.translation, self.found);
        let mut order: Vec<usize> = (0..of.persons.len()).collect();
        order.sort_by(|a, b| found.persons[*b].total_cmp(&found.persons[*a]));
        let mut counts = vec![(0, 0); of.persons.len()];
        for (trial, exposed) in of.trials.iter().zip(&of.exposed) {
            let leak = matches!(trial.outcome, holm_record::event::happening::Outcome::Confirmed)
                || matches!(trial.outcome, holm_record::event::happening::Outcome::Suspected);
            for person in exposed {
                counts[*person].0 += 1;
                counts[*person].1 += usize::from(leak);
            }
        }
        let people = order.iter().enumerate().map(|(place, person)| {
            let asked = question.person.as_ref() == Some(&of.persons[*person]);
            let wanted = asked || (place < WITH_REASONS && found.persons[*person] > WORTH_REASONS);
            self.belief(*person, counts[*person], wanted)
        });
        let review = review_set(&found.persons, REVIEW).into_iter().map(|p| of.persons[p].clone()).collect();
        let matters = |group: &&(Vec<usize>, f64)| group.0.iter().any(|p| found.persons[*p] > WORTH_REASONS);
        let alike = found
            .groups
            .iter()
            .filter(matters)
            .map(|(people, any)| Alike { people: people.iter().map(|p| of.persons[*p].clone()).collect(), any: *any });
        let mut channels: Vec<ChannelBelief> = of
            .channels
            .iter()
            .zip(&found.channels)
            .map(|(channel, probability)| ChannelBelief { channel: channel.clone(), probability: *probability })
            .collect();
        channels.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        Beliefs {
            people: people.collect(),
            channels,
            not_listed: found.means.unexplained,
            review,
            alike: alike.collect(),
            units: self.units(),
            background: of.sorts.iter().cloned().zip(found.background.iter().copied()).collect(),
            gaps: of.gaps.clone(),
            provenance: Provenance {
                entries: 0,
                checkpoint: None,
                model: MODEL,
                seed: question.seed,
                at: Timestamp::UNIX_EPOCH,
                sweeps: found.kept,
                rank_r: found.rank_r,
                error: found.error,
            },
        }
    }

    fn belief(&self, person: usize, (known, betrayed): (usize, usize), with_reasons: bool) -> Belief {
        let of = self.translation;
        let facts = self.state.persons.get(&of.persons[person]).map(|p| &p.facts);
        let all = if with_reasons { reasons(&of.case, self.priors, self.sampling, person) } else { Vec::new() };
        let some = |positive: bool| {
            let one = all.iter().filter(|r| (r.nats > 0.0) == positive && r.nats != 0.0);
            one.take(REASONS).map(|r| Reason { of: of.trials[r.trial].clone(), nats: r.nats }).collect()
        };
        Belief {
            person: of.persons[person].clone(),
            unit: facts.map(|f| f.unit.clone()).unwrap_or_default(),
            level: facts.map_or(1, |f| f.level),
            probability: self.found.persons[person],
            error: self.found.errors[person],
            known,
            betrayed,
            reasons_for: some(true),
            against: some(false),
        }
    }

    fn units(&self) -> Vec<Infiltration> {
        let of = self.translation;
        let members = |unit: &String| self.state.persons.values().filter(|p| p.facts.unit == *unit).count();
        let unit = |((unit, mean), range): ((&String, &f64), &[u32; 3])| Infiltration {
            unit: unit.clone(),
            members: members(unit),
            mean: *mean,
            range: *range,
        };
        let mut units: Vec<Infiltration> =
            of.units.iter().zip(&self.found.units).zip(&self.found.units_range).map(unit).collect();
        units.sort_by(|a, b| b.mean.total_cmp(&a.mean));
        units
    }
}
