//! What is believed of people, channels and units. It is computed while the program waits, and kept as the pages keep it.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use holm::belief::framing::{Alarm, Sign};
use holm::belief::translation::Cause;
use holm::belief::translation::{Gaps, TrialOf};
use holm::belief::{Belief, BeliefError, Beliefs, Infiltration, Missing, Provenance, Question, REVIEW, Reason, Supposed};
use holm_record::event::happening::Outcome;
use holm_record::id::PersonId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{answered, texts};
use crate::belief::{Weighed, Weighing, weighed};
use crate::page::belief::units::swept;
use crate::problem::Problem;
use crate::server::Desk;

/// How long a program may be kept waiting.
const PATIENCE: Duration = Duration::from_secs(600);

/// What is to be computed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BeliefSearch {
    /// As of what was recorded by then; by default all of it.
    #[param(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Of whom reasons are wanted in any case.
    person: Option<String>,
    /// Seed of the sampler, by default 1: the same record, version and seed give the same answer.
    seed: Option<u64>,
}

/// What is believed: leads, never an accusation.
#[derive(Serialize, ToSchema)]
#[schema(as = Beliefs)]
pub(crate) struct BeliefsAnswer {
    provenance: BeliefProvenance,
    /// Everybody on the roster, the likeliest first.
    people: Vec<PersonBelief>,
    /// Channels, the likeliest first.
    channels: Vec<ChannelBelief>,
    /// Share of the leaks that nobody listed brought about, or that were none.
    not_listed: f64,
    /// Share of innocents that is expected in `review` at most.
    review_innocent: f64,
    /// Who may be referred for review. Some of them may lack something to be acted on.
    review: Vec<String>,
    /// Signs in the record that somebody of these may be framed.
    alarms: Vec<BeliefAlarm>,
    /// People whom nothing recorded tells apart.
    alike: Vec<Alike>,
    /// Who else knew of what was betrayed and the person asked for knew of, most of it first; empty if nobody was asked for.
    sharing: Vec<Sharing>,
    /// How many leak, by unit.
    units: Vec<UnitBelief>,
    /// How often an operation of each sort fails by itself, or through somebody who is not listed.
    background: Vec<Background>,
    gaps: BeliefGaps,
}

/// Which record it is from and how it was computed.
#[derive(Serialize, ToSchema)]
pub(crate) struct BeliefProvenance {
    /// Entries that it is computed from.
    entries: u64,
    /// The newest checkpoint, where that covers all these entries and no more.
    checkpoint: Option<String>,
    /// Version of the model.
    model: &'static str,
    seed: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Sweeps of each chain.
    sweeps: usize,
    /// Largest rank-R̂.
    rank_r: f64,
    /// Largest Monte Carlo standard error.
    error: f64,
}

/// What is believed of one person.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonBelief {
    person: String,
    unit: String,
    /// Rank, 1 lowest to 5 highest.
    level: u8,
    /// Probability that they leak.
    probability: f64,
    /// Its Monte Carlo standard error.
    error: f64,
    /// Where it lies if other things are supposed; only of whom reasons are given.
    band: Option<BeliefBand>,
    /// What it lacks to be acted on although it is high enough, in words.
    missing: Vec<String>,
    /// Trials that they knew of.
    known: usize,
    /// How many of them show a leak, sure or suspected.
    betrayed: usize,
    /// What speaks for it, the weightiest first.
    r#for: Vec<BeliefReason>,
    /// What speaks against it.
    against: Vec<BeliefReason>,
    /// What each kind of check says.
    checks: Vec<BeliefCheck>,
}

/// What checks of one kind say of somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct BeliefCheck {
    kind: String,
    /// ln of how much likelier what they found is if the person leaks.
    nats: f64,
    /// The probability without them; only of whom reasons are given, and if it could be settled.
    without: Option<f64>,
}

/// Where a belief lies under other suppositions.
#[derive(Serialize, ToSchema)]
pub(crate) struct BeliefBand {
    lowest: f64,
    /// A quarter of the answers are below.
    lower: f64,
    /// A quarter of the answers are above.
    upper: f64,
    highest: f64,
    /// What moved it most, in words.
    most: Option<String>,
}

/// What one trial says of somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct BeliefReason {
    operation: Option<String>,
    incident: Option<String>,
    item: Option<String>,
    variant: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `clean`, `suspected`, `confirmed` or `unknown`.
    outcome: &'static str,
    /// ln of how much likelier its end is if they leak.
    nats: f64,
}

/// What is believed of a channel, or of something of a whole unit that nobody recorded: one of both is named.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChannelBelief {
    channel: Option<String>,
    /// The unit as a whole.
    unit: Option<String>,
    /// Probability that it is compromised.
    probability: f64,
}

/// A sign in the record that somebody who is referred may be framed. It does not say by whom.
#[derive(Serialize, ToSchema)]
pub(crate) struct BeliefAlarm {
    /// `late`: who kept the record wrote down who knew once the outcome was known, and more often of what leaked. `singled-out`: of
    /// what leaked, entries that name this person are late more often than others. `keeper`: what this person is said to have known
    /// leaked more often where this keeper says so. `company`: what this person and the other knew leaked where both knew it.
    sign: &'static str,
    person: Option<String>,
    other: Option<String>,
    keeper: Option<String>,
    /// How often it would be seen by chance, times the number of tests of its sort.
    p: f64,
}

/// People whom nothing recorded tells apart.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alike {
    people: Vec<String>,
    /// Probability that at least one of them leaks.
    any: f64,
}

/// Somebody else who may explain the same leaks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sharing {
    person: String,
    /// Of how many betrayed trials both knew.
    shared: usize,
}

/// How many leak in a unit.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitBelief {
    unit: String,
    members: usize,
    /// The fewest of its members, the likeliest first, who hold nine in ten of those expected to leak.
    sweep: Vec<String>,
    /// Expected number.
    mean: f64,
    /// 5 %, 50 % and 95 % of the number.
    range: Vec<u32>,
}

/// How often operations of a sort fail by themselves.
#[derive(Serialize, ToSchema)]
pub(crate) struct Background {
    sort: String,
    probability: f64,
}

/// What of the record says nothing, or less than it seems to.
#[derive(Serialize, ToSchema)]
pub(crate) struct BeliefGaps {
    /// Operations over or betrayed of which nobody is recorded to have known.
    without_exposures: Vec<String>,
    /// Incidents of which nobody is recorded to have known anything.
    of_nothing: Vec<String>,
    /// Operations that are not over.
    open: usize,
    /// Exposures that count.
    exposures: usize,
    /// How many of them were entered late.
    late: usize,
    /// Exposures that came after the leak must have happened.
    too_late: usize,
}

/// What is believed of people, channels and units, from everything that is recorded.
#[utoipa::path(get, path = "/api/v1/beliefs", tag = "beliefs", params(BeliefSearch),
    responses((status = 200, description = "What is believed, once it is computed.", body = BeliefsAnswer)))]
pub(crate) async fn beliefs(State(desk): State<Arc<Desk>>, Query(search): Query<BeliefSearch>) -> Response {
    answered(desk, move |desk| {
        let usual = Question::default();
        let person = search.person.map(PersonId::new).transpose().map_err(|_| Problem::Missing)?;
        let question = Question { at: search.at, person, seed: search.seed.unwrap_or(usual.seed), ..usual };
        match weighed(desk, &question, PATIENCE)? {
            Weighing::Done(weighed) => Ok(Json(BeliefsAnswer::of(&weighed, question.person.as_ref()))),
            Weighing::Nothing => Err(Problem::Workspace(BeliefError::Nothing.to_string())),
            Weighing::Working => Err(Problem::Internal("it is still being weighed; ask again".to_owned())),
        }
    })
    .await
}

impl BeliefsAnswer {
    fn of(weighed: &Weighed, person: Option<&PersonId>) -> Self {
        let beliefs = &weighed.beliefs;
        let channel = |c: &holm::belief::ChannelBelief| {
            let (channel, unit) = match &c.cause {
                Cause::Channel(name) => (Some(name.to_string()), None),
                Cause::Unit(unit) => (None, Some(unit.clone())),
            };
            ChannelBelief { channel, unit, probability: c.probability }
        };
        let alike = |a: &holm::belief::Alike| Alike { people: texts(&a.people), any: a.any };
        let sharing = |(person, shared): (&PersonId, usize)| Sharing { person: person.to_string(), shared };
        let background = |(sort, probability): (&String, &f64)| Background { sort: sort.clone(), probability: *probability };
        Self {
            provenance: BeliefProvenance::of(&beliefs.provenance),
            people: beliefs.people.iter().map(PersonBelief::of).collect(),
            channels: beliefs.channels.iter().map(channel).collect(),
            not_listed: beliefs.not_listed,
            review_innocent: REVIEW,
            review: texts(&beliefs.review),
            alarms: beliefs.alarms.iter().map(BeliefAlarm::of).collect(),
            alike: beliefs.alike.iter().map(alike).collect(),
            sharing: person.map(|person| weighed.sharing(person)).unwrap_or_default().into_iter().map(sharing).collect(),
            units: beliefs.units.iter().map(|unit| UnitBelief::of(beliefs, unit)).collect(),
            background: beliefs.background.iter().map(background).collect(),
            gaps: BeliefGaps::of(&beliefs.gaps),
        }
    }
}

impl BeliefProvenance {
    fn of(from: &Provenance) -> Self {
        Self {
            entries: from.entries,
            checkpoint: from.checkpoint.clone(),
            model: from.model,
            seed: from.seed,
            at: from.at,
            sweeps: from.sweeps,
            rank_r: from.rank_r,
            error: from.error,
        }
    }
}

impl BeliefAlarm {
    fn of(alarm: &Alarm) -> Self {
        let (sign, person, other, keeper) = match &alarm.sign {
            Sign::Late { keeper } => ("late", None, None, Some(keeper)),
            Sign::SingledOut { person } => ("singled-out", Some(person), None, None),
            Sign::Keeper { person, keeper } => ("keeper", Some(person), None, Some(keeper)),
            Sign::Company { person, other } => ("company", Some(person), Some(other), None),
        };
        let text = |person: Option<&PersonId>| person.map(ToString::to_string);
        Self { sign, person: text(person), other: text(other), keeper: keeper.cloned(), p: alarm.p }
    }
}

impl PersonBelief {
    fn of(belief: &Belief) -> Self {
        let band = |band: &holm::belief::Band| BeliefBand {
            lowest: band.lowest,
            lower: band.lower,
            upper: band.upper,
            highest: band.highest,
            most: band.most.as_ref().map(supposed),
        };
        Self {
            person: belief.person.to_string(),
            unit: belief.unit.clone(),
            level: belief.level,
            probability: belief.probability,
            error: belief.error,
            band: belief.band.as_ref().map(band),
            missing: belief.missing.iter().map(missing).collect(),
            known: belief.known,
            betrayed: belief.betrayed,
            r#for: belief.reasons_for.iter().map(BeliefReason::of).collect(),
            against: belief.against.iter().map(BeliefReason::of).collect(),
            checks: belief
                .checks
                .iter()
                .map(|c| BeliefCheck { kind: c.kind.clone(), nats: c.nats, without: c.without })
                .collect(),
        }
    }
}

fn missing(missing: &Missing) -> String {
    crate::page::belief::lacking_one(missing, super::LANGUAGE)
}

fn supposed(supposed: &Supposed) -> String {
    crate::page::belief::otherwise(supposed, super::LANGUAGE)
}

impl BeliefReason {
    fn of(reason: &Reason) -> Self {
        let TrialOf { operation, incident, item, variant, at, outcome } = &reason.of;
        Self {
            operation: operation.as_ref().map(ToString::to_string),
            incident: incident.as_ref().map(ToString::to_string),
            item: item.as_ref().map(ToString::to_string),
            variant: variant.clone(),
            at: *at,
            outcome: match outcome {
                Outcome::Clean => "clean",
                Outcome::Suspected => "suspected",
                Outcome::Confirmed => "confirmed",
                Outcome::Unknown => "unknown",
            },
            nats: reason.nats,
        }
    }
}

impl UnitBelief {
    fn of(beliefs: &Beliefs, unit: &Infiltration) -> Self {
        let members: Vec<&Belief> = beliefs.people.iter().filter(|b| b.unit == unit.unit).collect();
        let swept = swept(&members.iter().map(|b| b.probability).collect::<Vec<_>>());
        let sweep = members.iter().take(swept).map(|b| b.person.to_string()).collect();
        Self { unit: unit.unit.clone(), members: unit.members, sweep, mean: unit.mean, range: unit.range.to_vec() }
    }
}

impl BeliefGaps {
    fn of(gaps: &Gaps) -> Self {
        Self {
            without_exposures: texts(&gaps.without_exposures),
            of_nothing: texts(&gaps.of_nothing),
            open: gaps.open,
            exposures: gaps.exposures,
            late: gaps.late,
            too_late: gaps.too_late,
        }
    }
}
