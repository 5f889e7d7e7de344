//! Belief about people, from everything that is recorded. It gives leads and plans, never an accusation; proof is another thing.
//!
//! A report names the head of the record that it is computed from, the version of the model and the seed: whoever has the record
//! computes it again. Nothing of it is kept.

pub mod course;
pub mod framing;
pub mod translation;

use std::collections::BTreeMap;

use holm_inference::case::CaseError;
use holm_inference::decision::review_set;
use holm_inference::outlook::{Capacity, Outlook, capacity, outlooks};
use holm_inference::posterior::{Posterior, PosteriorError, Sampling, posterior};
use holm_inference::priors::Priors;
use holm_inference::reasons::reasons_from;
use holm_inference::sensitivity::{Change, Lack, Referred, Sensitivity, Standing, check_weights, sensitivity, standing};
use holm_inference::witness::Word;
use holm_record::event::approval::Masked;
use holm_record::id::PersonId;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::state::State;
use crate::vetting::evidence::KindOfEvidence;
use crate::vetting::gate::day_of;
use crate::workspace::{Workspace, WorkspaceError};
use course::{Course, course};
use framing::Alarm;
use holm_record::record::RecordError;
use translation::{Cause, Gaps, Translation, TrialOf, translate};

/// The version of the model and of how the record becomes a case.
pub const MODEL: &str = "holm-belief/1";
/// The share of innocents that a set for review is expected to have at most.
pub const REVIEW: f64 = 0.05;
/// Reasons are given for this many people, and for whoever is asked for.
const WITH_REASONS: usize = 10;
/// Smaller probabilities need no reasons.
const WORTH_REASONS: f64 = 0.02;
/// How often sweeps are doubled before no report is given.
const DOUBLINGS: u32 = 5;
/// Reasons that a report gives of one person, for and against.
const REASONS: usize = 5;
/// Smaller ones, in nats, are none: "1.0 times likelier".
const LEAST_REASON: f64 = 0.05;

/// What to compute.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What was recorded by then; all of it, if absent.
    pub at: Option<Timestamp>,
    /// Of whom reasons are wanted in any case.
    pub person: Option<PersonId>,
    /// Seed of the sampler.
    pub seed: u64,
    /// The day as of which checks are old or new; that of the newest check, if absent.
    pub on: Option<Date>,
}

impl Default for Question {
    fn default() -> Self {
        Self { at: None, person: None, seed: 1, on: None }
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

/// Something that is supposed otherwise or left out, to see how far beliefs move.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Supposed {
    /// Operations fail by themselves so many times as often.
    Background(f64),
    /// So many times as many people leak.
    Leakers(f64),
    /// Checks of some kind found nothing.
    WithoutChecks,
    /// It is not known how this ended.
    Without(TrialOf),
    /// What this keeper alone says of leaks, of anybody who is referred, does not stand.
    WithoutWord {
        /// Who wrote it.
        keeper: String,
    },
}

/// Where a belief lies under every one of these.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Band {
    /// The lowest.
    pub lowest: f64,
    /// A quarter of them give less than this.
    pub lower: f64,
    /// A quarter of them give more than this.
    pub upper: f64,
    /// The highest.
    pub highest: f64,
    /// What moved it most.
    pub most: Option<Supposed>,
}

/// Why a belief is not acted on, although it is above the line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// It falls without a polygraph or the like.
    StandsOnSupporting,
    /// Whether it would, or would without what one keeper alone says, is not known.
    Unsettled,
    /// It falls without what one keeper alone says, who is on the roster too: whoever could have leaked must not be the only
    /// witness against somebody else.
    OneWord {
        /// Who wrote it.
        keeper: String,
        /// What they alone say that this person knew, which is to be confirmed.
        of: Vec<TrialOf>,
    },
    /// The record has signs that they may be framed: [`Beliefs::alarms`].
    Alarm,
    /// Too little is recorded: one kind of evidence, and few exposures.
    Little {
        /// Kinds of evidence that speak for it.
        kinds: usize,
        /// Recorded exposures.
        exposures: usize,
    },
}

impl Missing {
    /// Whether the record is to be looked at before anybody is.
    #[must_use]
    pub fn is_about_the_record(&self) -> bool {
        matches!(self, Self::Alarm | Self::OneWord { .. })
    }
}

/// How many more operations like those that somebody was told of would tell; absent where not even hundreds would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct More {
    /// Until one half of those like them who leak would be above 0.95.
    pub if_leak: Option<usize>,
    /// Until one half of those who do not would be below 0.05.
    pub if_not: Option<usize>,
}

/// What is not known yet, against what an operation tells.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Meter {
    /// Bits that are missing, at most.
    pub needed: f64,
    /// Bits that one more operation tells on average.
    pub of_one: f64,
}

/// What checks of one kind say of somebody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfChecks {
    /// The kind.
    pub kind: String,
    /// ln of how much likelier what they found is if the person leaks, at the accuracy that the record makes likely.
    pub nats: f64,
    /// What would be believed without them; of whoever has reasons given, and if it could be settled.
    pub without: Option<f64>,
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
    /// Where it lies if other things are supposed; of whoever has reasons given.
    pub band: Option<Band>,
    /// What it lacks to be acted on: empty for those in the review set who stand by themselves.
    pub missing: Vec<Missing>,
    /// How much more would tell; of whoever has reasons given and is not decided.
    pub more: Option<More>,
    /// Trials that they knew of.
    pub known: usize,
    /// How many of these show a leak, sure or suspected.
    pub betrayed: usize,
    /// What speaks for it, the weightiest first.
    #[serde(rename = "for")]
    pub reasons_for: Vec<Reason>,
    /// What speaks against it.
    pub against: Vec<Reason>,
    /// What their checks say.
    pub checks: Vec<OfChecks>,
}

impl Belief {
    /// Whether its probability can be read as a share of people like this: not while the record has signs that they may be framed,
    /// or one keeper alone says what it stands on.
    #[must_use]
    pub fn is_a_rate(&self) -> bool {
        !self.missing.iter().any(Missing::is_about_the_record)
    }
}

/// What is believed of a cause that is nobody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelBelief {
    /// Which.
    #[serde(flatten)]
    pub cause: Cause,
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

impl Provenance {
    /// Of a posterior, without the record that it is from.
    pub(crate) fn of(seed: u64, found: &Posterior) -> Self {
        Self {
            entries: 0,
            checkpoint: None,
            model: MODEL,
            seed,
            at: Timestamp::UNIX_EPOCH,
            sweeps: found.kept,
            rank_r: found.rank_r,
            error: found.error,
        }
    }
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
    /// Signs that somebody of these may be framed.
    pub alarms: Vec<Alarm>,
    /// People whom nothing tells apart, if one of them matters.
    pub alike: Vec<Alike>,
    /// By unit.
    pub units: Vec<Infiltration>,
    /// Over time.
    pub course: Course,
    /// How much is not known yet.
    pub meter: Meter,
    /// How often an operation of each sort fails by itself, or through somebody who is not listed.
    pub background: BTreeMap<String, f64>,
    /// Kinds of checks that are evidence, with what is known of their accuracy.
    pub checks: Vec<KindOfEvidence>,
    /// What of the record says nothing.
    pub gaps: Gaps,
}

impl Workspace {
    /// Computes what is to be believed, with people under masks where the policy of approvals asks for that; then the person that is asked about is
    /// called by a mask, too.
    ///
    /// # Errors
    /// [`BeliefError`]; then nothing is believed.
    pub fn beliefs(&mut self, question: &Question, now: Timestamp) -> Result<Beliefs, BeliefError> {
        let earlier = question.at.map(|at| self.as_of(at)).transpose()?;
        // That something was read changes nothing that is believed.
        let (state, entries) = earlier.as_ref().map_or((self.state(), self.state().told_until), |(state, until)| (state, *until));
        let mask = self.mask(&Masked::Beliefs, now);
        let found =
            |called: &PersonId| mask.find(called, state.persons.keys()).cloned().ok_or(BeliefError::Unknown(called.clone()));
        let person = question.person.as_ref().map(found).transpose()?;
        let on = question.on.or_else(|| Some(day_of(question.at.unwrap_or(now))));
        let mut beliefs = compute(state, &Question { person, on, ..question.clone() })?;
        let signed = self.record_mut().store_mut().checkpoint(entries).map_err(|e| WorkspaceError::from(RecordError::from(e)))?;
        let checkpoint = signed.filter(|_| question.at.is_none());
        beliefs.provenance = Provenance { entries, checkpoint, at: question.at.unwrap_or(now), ..beliefs.provenance };
        Ok(mask.beliefs(beliefs))
    }

    /// What was recorded by then, and how many entries that are.
    ///
    /// # Errors
    /// [`WorkspaceError`] names an entry that does not open.
    pub fn as_of(&mut self, at: Timestamp) -> Result<(State, u64), WorkspaceError> {
        let entries = self.entries()?;
        let until = entries.iter().take_while(|e| e.as_ref().is_none_or(|e| e.entry.at <= at)).count();
        Ok((State::project(&entries[..until]), until as u64))
    }
}

/// A state as a case, and what the chains agree on of it.
pub(crate) struct Weighed {
    pub(crate) translation: Translation,
    pub(crate) priors: Priors,
    pub(crate) sampling: Sampling,
    pub(crate) found: Posterior,
}

/// Weighs a state.
///
/// # Errors
/// [`BeliefError`] if there is nothing to weigh, or chains do not agree.
pub(crate) fn weigh(state: &State, seed: u64, on: Option<Date>) -> Result<Weighed, BeliefError> {
    if state.persons.is_empty() {
        return Err(BeliefError::Nobody);
    }
    let newest = || state.vetting.checks.iter().map(|check| check.facts.on).max();
    let translation = translate(state, on.or_else(newest))?;
    if translation.trials.is_empty() {
        return Err(BeliefError::Nothing);
    }
    let priors = Priors::default();
    // A refusal helps nobody whose record is small enough to go on for some seconds.
    let sampling = Sampling { seed, doublings: DOUBLINGS, ..Sampling::default() }.within(&translation.case);
    let found = posterior(&translation.case, &priors, &sampling)?;
    Ok(Weighed { translation, priors, sampling, found })
}

/// Computes what is to be believed of a state.
///
/// # Errors
/// [`BeliefError`].
pub fn compute(state: &State, question: &Question) -> Result<Beliefs, BeliefError> {
    if let Some(person) = question.person.as_ref().filter(|p| !state.persons.is_empty() && !state.persons.contains_key(*p)) {
        return Err(BeliefError::Unknown(person.clone()));
    }
    let Weighed { translation, priors, sampling, found } = weigh(state, question.seed, question.on)?;
    let mut closest: Vec<usize> = (0..found.persons.len()).collect();
    closest.sort_by(|a, b| found.persons[*b].total_cmp(&found.persons[*a]));
    let asked = |person: &usize| question.person.as_ref() == Some(&translation.persons[*person]);
    let likely = closest.iter().copied().take(WITH_REASONS).filter(|person| found.persons[*person] > WORTH_REASONS);
    let mut shown: Vec<usize> = likely.collect();
    let others = closest.iter().copied().filter(asked).filter(|person| !shown.contains(person)).collect::<Vec<_>>();
    shown.extend(others);
    let reasons = reasons_from(&translation.case, &priors, &sampling, &shown, found.ends.first());
    let brief = Sampling::brief(question.seed).within(&translation.case);
    let words = translation.words(state, &review_set(&found.persons, REVIEW));
    let moved = sensitivity(&translation.case, &priors, &Sampling::glance(question.seed), &found, &shown, &words);
    let outlooks = outlooks(&translation.case, &priors, &brief, &found, &shown);
    let report = Report {
        state,
        translation: &translation,
        found: &found,
        moved: &moved,
        words: &words,
        reasons: shown.into_iter().zip(reasons).collect(),
        outlooks: outlooks.into_iter().map(|outlook| (outlook.person, outlook)).collect(),
        order: closest,
        course: course(&translation, &priors, &brief, &found),
        capacity: capacity(&translation.case, &priors, &brief, &found),
    };
    Ok(report.write(question))
}

/// Everything that a report is written from.
struct Report<'a> {
    state: &'a State,
    translation: &'a Translation,
    found: &'a Posterior,
    moved: &'a Sensitivity,
    /// What single keepers say of those who are referred.
    words: &'a [Word],
    /// Of those of whom they are given.
    reasons: BTreeMap<usize, Vec<holm_inference::reasons::Reason>>,
    /// Of those who are not decided.
    outlooks: BTreeMap<usize, Outlook>,
    /// Everybody, the likeliest first.
    order: Vec<usize>,
    course: Course,
    capacity: Capacity,
}

impl Report<'_> {
    fn write(self, question: &Question) -> Beliefs {
        let (of, found) = (self.translation, self.found);
        let mut counts = vec![(0, 0); of.persons.len()];
        for (trial, exposed) in of.trials.iter().zip(&of.exposed) {
            let leak = matches!(trial.outcome, holm_record::event::happening::Outcome::Confirmed)
                || matches!(trial.outcome, holm_record::event::happening::Outcome::Suspected);
            for person in exposed {
                counts[*person].0 += 1;
                counts[*person].1 += usize::from(leak);
            }
        }
        let review = review_set(&found.persons, REVIEW);
        let referred = Referred::by(|persons| review_set(persons, REVIEW), found, self.moved, self.words);
        let alarms = framing::alarms(of, &review);
        let framed = |person: &usize| alarms.iter().any(|(_, concerned)| concerned.contains(person));
        let people = self.order.iter().map(|person| {
            let belief = self.belief(*person, counts[*person], &referred);
            let alarm = framed(person).then_some(Missing::Alarm);
            Belief { missing: belief.missing.into_iter().chain(alarm).collect(), ..belief }
        });
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
            .zip(&of.took_part)
            // Of a unit that took part in nothing there is nothing to say.
            .filter(|((cause, _), took_part)| **took_part || matches!(cause, Cause::Channel(_)))
            .map(|((cause, probability), _)| ChannelBelief { cause: cause.clone(), probability: *probability })
            .collect();
        channels.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        Beliefs {
            people: people.collect(),
            alarms: alarms.iter().map(|(alarm, _)| alarm.clone()).collect(),
            channels,
            not_listed: found.means.unexplained,
            review: review.into_iter().map(|p| of.persons[p].clone()).collect(),
            alike: alike.collect(),
            units: self.units(),
            course: self.course,
            meter: Meter { needed: self.capacity.bits_needed, of_one: self.capacity.bits_of_one },
            background: of.sorts.iter().cloned().zip(found.background.iter().copied()).collect(),
            checks: of.checks.clone(),
            gaps: of.gaps.clone(),
            provenance: Provenance::of(question.seed, found),
        }
    }

    fn belief(&self, person: usize, (known, betrayed): (usize, usize), referred: &Referred) -> Belief {
        let of = self.translation;
        let facts = self.state.persons.get(&of.persons[person]).map(|p| &p.facts);
        let reasons = self.reasons.get(&person);
        let some = |positive: bool| {
            let all = reasons.into_iter().flatten();
            let one = all.filter(|r| (r.nats > 0.0) == positive && r.nats.abs() >= LEAST_REASON);
            one.take(REASONS).map(|r| Reason { of: of.trials[r.trial].clone(), nats: r.nats }).collect()
        };
        let missing = match standing(&of.case, self.found, referred, person) {
            Standing::Below | Standing::Actionable => Vec::new(),
            Standing::NotActionable(lacks) => lacks.into_iter().map(|lack| self.missing(person, lack)).collect(),
        };
        Belief {
            person: of.persons[person].clone(),
            unit: facts.map(|f| f.unit.clone()).unwrap_or_default(),
            level: facts.map_or(1, |f| f.level),
            probability: self.found.persons[person],
            error: self.found.errors[person],
            more: self.outlooks.get(&person).map(|o| More { if_leak: o.more_if_leak, if_not: o.more_if_not }),
            band: reasons.is_some().then(|| self.band(person)),
            missing,
            known,
            betrayed,
            reasons_for: some(true),
            against: some(false),
            checks: self.checks(person, reasons.is_some()),
        }
    }

    fn missing(&self, person: usize, lack: Lack) -> Missing {
        match lack {
            Lack::StandsOnSupporting => Missing::StandsOnSupporting,
            Lack::Unsettled => Missing::Unsettled,
            Lack::FewKinds { kinds, exposures } => Missing::Little { kinds, exposures },
            Lack::OneWord { keeper } => {
                let said = self.words.iter().filter(|word| word.keeper == keeper).flat_map(|word| &word.knew);
                let of = said.filter(|knew| knew.person == person).map(|knew| self.translation.trials[knew.trial].clone());
                let mut of: Vec<TrialOf> = of.collect();
                of.sort_by_key(|of| of.at);
                Missing::OneWord { keeper: self.translation.keepers[keeper].clone(), of }
            }
        }
    }

    /// What each kind of check says of somebody, and what it moved.
    fn checks(&self, person: usize, shown: bool) -> Vec<OfChecks> {
        let worth = check_weights(&self.translation.case, self.found, person);
        let without = |kind: usize| {
            let changed = self.moved.changes.iter().find(|changed| changed.change == Change::WithoutKind(kind));
            changed.and_then(|changed| changed.persons.as_ref()).map(|persons| persons[person])
        };
        let said = |(kind, nats): (usize, f64)| OfChecks {
            kind: self.translation.checks[kind].kind.clone(),
            nats,
            without: shown.then(|| without(kind)).flatten(),
        };
        worth.into_iter().map(said).collect()
    }

    fn band(&self, person: usize) -> Band {
        let changed = self.moved.changes.iter().filter_map(|changed| changed.persons.as_ref().map(|p| p[person]));
        let mut all: Vec<f64> = changed.chain([self.found.persons[person]]).collect();
        all.sort_by(f64::total_cmp);
        let at = |share: f64| all[((all.len() - 1) as f64 * share).round() as usize];
        let supposed = |change: Change| match change {
            Change::Background(factor) => Supposed::Background(factor),
            Change::Leakers(factor) => Supposed::Leakers(factor),
            Change::WithoutTrial(trial) => Supposed::Without(self.translation.trials[trial].clone()),
            Change::WithoutKind(_) | Change::WithoutSupporting | Change::WithoutGiven => Supposed::WithoutChecks,
            Change::WithoutWord { keeper } => Supposed::WithoutWord { keeper: self.translation.keepers[keeper].clone() },
        };
        let most = self.moved.bands.get(person).and_then(|band| band.most).map(supposed);
        Band { lowest: at(0.0), lower: at(0.25), upper: at(0.75), highest: at(1.0), most }
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
