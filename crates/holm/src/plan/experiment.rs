//! Whom to tell which variant of something, so that what leaks tells most of who leaks, and the announcement of it.

use std::collections::BTreeSet;

use holm_inference::experiment::law::{Bet, Law, ONE, Variants};
use holm_inference::plan::draws::Draws;
use holm_inference::plan::experiment::{
    ExperimentError as Refused, Forecast, Harm, Party, Planned, Question, Reached, Seen, Standing, Until, forecast, plan_rounds,
};
use holm_record::event::approval::Masked;
use holm_record::id::{ChannelName, ExperimentName, OperationName, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Barred, DRAWS, NOT_IN_FORCE, PlanError, Risk, people, recorded};
use crate::belief::translation::Translation;
use crate::belief::{Provenance, Weighed, weigh};
use crate::experiment::{Announced, Announcement, ByNumbers, ExperimentError};
use crate::policy::Permit;
use crate::state::State;
use crate::vetting::gate::day_of;
use crate::workspace::Workspace;

/// The version of how laws are found.
pub const EXPERIMENT: &str = "holm-experiment/1";
/// Rounds that are looked ahead, and possible courses of them.
const AHEAD: (usize, usize) = (20, 100);
/// Somebody counts as settled by belief above this.
const SETTLED: f64 = 0.95;
/// Rounds that can be announced at once.
const MOST_ROUNDS: usize = 8;
const NAMED: &str = "they are named already";

/// What is to be told, and to whom one or the other (`docs/spec/plans.md`, Experiment).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperimentNeed {
    /// What it is called.
    pub experiment: ExperimentName,
    /// The recorded operation of which people are told.
    pub operation: OperationName,
    /// When they would be told.
    pub at: Timestamp,
    /// Until when what is seen is entered.
    closes: Timestamp,
    /// What is lost if it leaks.
    harm: HarmWord,
    /// How many bits a leak must be worth; whoever tells less is left out.
    #[serde(default)]
    price: f64,
    /// Each variant is told at least one time in so many: 1/ε.
    #[serde(default = "one_in")]
    least_one_in: f64,
    /// How much of what is held is staked on each outcome.
    #[serde(default = "all_of_it")]
    stake: f64,
    /// How leaked variants are seen.
    #[serde(default)]
    seen: SeenWord,
    /// What each variant says.
    pub variants: Vec<String>,
    /// By which sign each variant is known when it leaked; what it says, if that is not said.
    #[serde(default)]
    signs: Vec<String>,
    /// Who contributes to the seed.
    second: PersonId,
    /// Who tells people, as an actor of this workspace; whoever announces it, if it is not said.
    teller: Option<String>,
    /// Experiments that run at once.
    #[serde(default = "one")]
    rounds: usize,
    /// Who may be told.
    #[serde(rename = "party")]
    parties: Vec<PartyLine>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyLine {
    /// Persons, `unit:UNIT`, or `all`.
    who: Vec<String>,
    /// Whether all of them must be told the same.
    #[serde(default)]
    together: bool,
    /// Recorded channels by which they would be told.
    #[serde(default)]
    channels: Vec<ChannelName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum HarmWord {
    None,
    Low,
    High,
    Lethal,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SeenWord {
    #[default]
    One,
    Each,
}

fn one() -> usize {
    1
}

fn one_in() -> f64 {
    64.0
}

fn all_of_it() -> f64 {
    1.0
}

/// Those who are told one thing, by a law of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartyOf {
    /// Who.
    pub people: Vec<PersonId>,
    /// How likely they are told each variant; empty for whoever is told nothing.
    pub law: Vec<f64>,
    /// The number of the variant that they are most likely told, unless all are as likely.
    pub leans: Option<u8>,
}

/// One round.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoundOf {
    /// What it is called.
    pub experiment: ExperimentName,
    /// What it is expected to tell of who leaks, in bits; beside the rounds before.
    pub bits: Risk,
    /// What it would tell if everybody were told what their law leans to.
    pub unmixed: f64,
    /// No experiment with so many variants tells more of one leaker, in bits.
    pub ceiling: f64,
    /// By how much ln of the e-value of a party that leaks grows if its variant shows alone, on average.
    pub nats: f64,
    /// How likely it leaks through those who are told.
    pub leak: Risk,
    /// The parties.
    pub parties: Vec<PartyOf>,
}

/// After how many rounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReachedOf {
    /// Half of the courses have reached it; none if not within those that were looked at.
    pub median: Option<usize>,
    /// The mean, those that did not reach it counted as one more than were looked at.
    pub mean: f64,
    /// The share that has reached it, by rounds from 1.
    pub within: Vec<f64>,
}

/// What is to be expected of rounds one after the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ForecastOf {
    /// Until the first who leaks is above 0.95.
    pub first: ReachedOf,
    /// Until all are.
    pub all: ReachedOf,
    /// Share of courses in which an innocent party got there.
    pub wronged: f64,
    /// The chance that nobody of them leaks.
    pub nobody: f64,
    /// Share of draws that agree with no other on who leaks: where it is large, rounds are forecast too few.
    pub single: f64,
    /// Courses that were followed.
    pub courses: usize,
}

/// Whom to tell what, and what that is expected to tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExperimentPlan {
    /// From what, and how.
    pub provenance: Provenance,
    /// The version of how laws are found.
    pub planner: &'static str,
    /// The operation of which they are told.
    pub operation: OperationName,
    /// What each variant says.
    pub variants: Vec<String>,
    /// By which sign each outcome is known.
    pub signs: Vec<String>,
    /// What is unknown of who leaks, in bits, over draws.
    pub unknown: f64,
    /// Rounds, as they would be announced.
    pub rounds: Vec<RoundOf>,
    /// Rounds one after the other, each planned from what was seen before.
    pub forecast: ForecastOf,
    /// Who is not told, and why.
    pub barred: Vec<Barred>,
    /// The sort whose failures are supposed, where nothing is known of the operation's own.
    pub like: Option<String>,
    #[serde(skip)]
    planned: Vec<Planned>,
    #[serde(skip)]
    question: Option<Question>,
    #[serde(skip)]
    persons: Vec<PersonId>,
}

fn need(what: impl Into<String>) -> PlanError {
    PlanError::Need(what.into())
}

impl ExperimentNeed {
    /// Reads one.
    ///
    /// # Errors
    /// [`PlanError::Need`] says where it is wrong.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        let read: Self = toml::from_str(text).map_err(|e| need(e.to_string()))?;
        read.checked()
    }

    fn checked(self) -> Result<Self, PlanError> {
        let mut said = BTreeSet::new();
        if let Some(twice) = self.variants.iter().find(|says| says.trim().is_empty() || !said.insert(says.trim())) {
            return Err(need(format!(
                "the variant `{twice}` stands there twice or says nothing: what leaks must tell them apart"
            )));
        }
        if !self.signs.is_empty() && self.signs.len() != self.variants.len() {
            let (signs, variants) = (self.signs.len(), self.variants.len());
            return Err(need(format!("{signs} signs for {variants} variants: give one each, or none")));
        }
        if !(1.0..=f64::from(ONE)).contains(&self.least_one_in) {
            return Err(need(format!("`least_one_in` is a number from 1 to {ONE}; got {}", self.least_one_in)));
        }
        if !(self.stake > 0.0 && self.stake <= 1.0) {
            return Err(need(format!("`stake` is more than 0 and at most 1; got {}", self.stake)));
        }
        if self.rounds == 0 || self.rounds > MOST_ROUNDS {
            return Err(need(format!("`rounds` is 1 to {MOST_ROUNDS}; got {}", self.rounds)));
        }
        Ok(self)
    }

    /// By the numbers of a case: parties with whoever is left out, and who that is.
    fn question(
        &self,
        state: &State,
        translation: &Translation,
        bars: &dyn Fn(&PersonId) -> Option<&'static str>,
    ) -> Result<(Vec<Party>, Vec<Barred>), PlanError> {
        let (mut parties, mut barred, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for line in &self.parties {
            let channel = |name: &ChannelName| {
                recorded(translation, name).ok_or_else(|| need(format!("no channel `{name}` is recorded (`holm channel add`)")))
            };
            let channels: Vec<usize> = line.channels.iter().map(channel).collect::<Result<_, _>>()?;
            let mut told = Vec::new();
            for person in people(state, &line.who)? {
                if !seen.insert(person.clone()) {
                    return Err(need(format!(
                        "`{person}` is in two parties: whoever must be told the same as others is in theirs alone"
                    )));
                }
                match bars(&person) {
                    Some(reason) => barred.push(Barred { person, reason: reason.to_owned() }),
                    None => told.push(position(translation, &person)?),
                }
            }
            let party = |people: Vec<usize>| Party { people, channels: channels.clone(), standing: Standing::Eligible };
            if line.together {
                parties.extend((!told.is_empty()).then(|| party(told)));
            } else {
                parties.extend(told.into_iter().map(|person| party(vec![person])));
            }
        }
        Ok((parties, barred))
    }

    /// By which sign each outcome is known: nothing first, as protocols list them.
    fn outcome_signs(&self, outcomes: &[Variants]) -> Vec<String> {
        let sign = |v: usize| self.signs.get(v).or_else(|| self.variants.get(v)).cloned().unwrap_or_default();
        let said = |shown: &Variants| {
            let all: Vec<String> = (0..self.variants.len()).filter(|v| shown.bits() >> v & 1 == 1).map(sign).collect();
            if all.is_empty() { "nothing was seen".to_owned() } else { all.join(" + ") }
        };
        outcomes.iter().map(said).collect()
    }

    fn name(&self, round: usize) -> Result<ExperimentName, PlanError> {
        if self.rounds == 1 {
            return Ok(self.experiment.clone());
        }
        ExperimentName::new(format!("{}-{}", self.experiment, round + 1)).map_err(|e| need(e.to_string()))
    }
}

fn position(translation: &Translation, person: &PersonId) -> Result<usize, PlanError> {
    let found = translation.persons.iter().position(|known| known == person);
    found.ok_or_else(|| need(format!("`{person}` is not on the roster")))
}

fn refused(error: &Refused, persons: &[PersonId]) -> PlanError {
    let named = |person: &usize| persons.get(*person).map(ToString::to_string).unwrap_or_default();
    match error {
        Refused::Parties(left) => need(format!(
            "{left} of the parties can be told one variant or another, and an experiment needs two: add people, let some be told apart, or ask \
             for fewer bits"
        )),
        Refused::Twice(person) => need(format!("`{}` is named twice", named(person))),
        other => need(other.to_string()),
    }
}

impl Workspace {
    /// The laws by which people are told one variant or another so that what leaks tells most, over so many rounds. Deterministic by the
    /// record and the seed.
    ///
    /// # Errors
    /// [`PlanError`] says what cannot be planned.
    pub fn plan_experiment(&mut self, wanted: &ExperimentNeed, seed: u64, now: Timestamp) -> Result<ExperimentPlan, PlanError> {
        if self.mask(&Masked::Beliefs, now).is_on() {
            return Err(PlanError::Masked);
        }
        let entries = self.state().told_until;
        let operation = self.state().happenings.operations.get(&wanted.operation);
        let sort = operation.map(|operation| operation.facts.sort.clone());
        let sort = sort.ok_or_else(|| need(format!("no operation is named `{}` (`holm operation add`)", wanted.operation)))?;
        let weighed = weigh(self.state(), seed, Some(day_of(now)))?;
        let held = self.everything().held_back(self.state().persons.keys(), day_of(wanted.at));
        let named = self.everything().named_already(now);
        let bars = |person: &PersonId| match () {
            () if named.contains(person) => Some(NAMED),
            () if held.contains_key(person) => Some(NOT_IN_FORCE),
            () => None,
        };
        let Weighed { translation, priors, sampling, found } = &weighed;
        let (parties, barred) = wanted.question(self.state(), translation, &bars)?;
        let draws = Draws::of(&translation.case, priors, sampling, found, (wanted.at.as_second() as f64, DRAWS))?;
        let known = translation.sorts.iter().position(|of| *of == sort);
        let question = Question {
            kind: known.unwrap_or(0),
            parties,
            variants: u8::try_from(wanted.variants.len()).unwrap_or(u8::MAX),
            floor: (f64::from(ONE) / wanted.least_one_in) as u32,
            seen: match wanted.seen {
                SeenWord::One => Seen::One,
                SeenWord::Each => Seen::Each,
            },
            harm: match wanted.harm {
                HarmWord::None => Harm::None,
                HarmWord::Low => Harm::Low,
                HarmWord::High => Harm::High,
                HarmWord::Lethal => Harm::Lethal,
            },
            price: wanted.price,
            seed,
        };
        let planned = plan_rounds(&draws, &question, wanted.rounds).map_err(|e| refused(&e, &translation.persons))?;
        let ahead = forecast(&draws, &question, Until::Belief(SETTLED), AHEAD).map_err(|e| refused(&e, &translation.persons))?;
        let provenance = self.provenance_of_plan(entries, Provenance::of(seed, found), now)?;
        let names = |people: &[usize]| people.iter().map(|person| translation.persons[*person].clone()).collect::<Vec<_>>();
        let rounds = planned.iter().enumerate().map(|(round, one)| round_of(wanted.name(round)?, one, &question, &names));
        Ok(ExperimentPlan {
            provenance,
            planner: EXPERIMENT,
            operation: wanted.operation.clone(),
            variants: wanted.variants.clone(),
            signs: planned.first().map(|one| wanted.outcome_signs(&one.outcomes)).unwrap_or_default(),
            unknown: planned.first().map_or(0.0, |one| one.unknown),
            rounds: rounds.collect::<Result<_, PlanError>>()?,
            forecast: forecast_of(ahead),
            barred,
            like: known.map_or_else(|| translation.sorts.first().cloned(), |_| None),
            planned,
            question: Some(question),
            persons: translation.persons.clone(),
        })
    }

    /// Announces a plan's rounds, all at once: laws, outcomes, bet and closing date stand in the record before anything is drawn.
    ///
    /// # Errors
    /// [`ExperimentError`]; then nothing is recorded.
    pub fn announce_experiment(
        &mut self,
        permit: &Permit,
        wanted: &ExperimentNeed,
        plan: &ExperimentPlan,
    ) -> Result<Vec<Announced>, ExperimentError> {
        let question = plan.question.as_ref().ok_or_else(|| need("the plan is not of this program's making"))?;
        let bet = Bet::new((wanted.stake * f64::from(ONE)).round() as u32)?;
        let teller = wanted.teller.clone().unwrap_or_else(|| permit.actor().to_owned());
        let person = |index: usize| plan.persons[index].clone();
        let protocols: Vec<_> = plan
            .planned
            .iter()
            .map(|one| {
                move |who: &dyn Fn(&PersonId) -> holm_inference::experiment::Who, wording: [u8; 32]| {
                    let number = |index: usize| who(&plan.persons[index]);
                    Ok(one.protocol(question, number, (wording, wanted.closes.as_second(), bet))?)
                }
            })
            .collect();
        let mut rounds: Vec<(Announcement, Vec<PersonId>, &ByNumbers<'_>)> = Vec::new();
        for ((one, round), protocol) in plan.planned.iter().zip(&plan.rounds).zip(&protocols) {
            let told = question.parties.iter().zip(&one.laws).filter(|(_, law)| law.is_some());
            let people = told.flat_map(|(party, _)| party.people.iter().map(|index| person(*index))).collect();
            let announcement = Announcement {
                experiment: round.experiment.clone(),
                operation: wanted.operation.clone(),
                variants: plan.variants.clone(),
                signs: plan.signs.clone(),
                teller: teller.clone(),
                second: wanted.second.clone(),
            };
            rounds.push((announcement, people, protocol));
        }
        self.announce(permit, &rounds)
    }
}

impl State {
    /// People whom a trace or experiments have named.
    fn named_already(&self, now: Timestamp) -> BTreeSet<PersonId> {
        let copies: BTreeSet<_> = self.looks.iter().filter_map(|look| look.verdict.as_ref()).flat_map(|v| &v.named).collect();
        let holders = self.items.values().flat_map(|item| &item.disclosures).filter(|held| copies.contains(&held.copy));
        holders.map(|held| held.person.clone()).chain(self.experiments.named(now)).collect()
    }
}

fn round_of(
    experiment: ExperimentName,
    one: &Planned,
    question: &Question,
    names: &dyn Fn(&[usize]) -> Vec<PersonId>,
) -> Result<RoundOf, PlanError> {
    let share = |law: &Law| law.weights().iter().map(|weight| f64::from(*weight) / f64::from(ONE)).collect();
    let parties = question.parties.iter().zip(&one.laws).zip(&one.leaning).map(|((party, law), leans)| PartyOf {
        people: names(&party.people),
        law: law.as_ref().map(share).unwrap_or_default(),
        leans: leans.map(|variant| variant.0),
    });
    Ok(RoundOf {
        experiment,
        bits: Risk::of(one.bits),
        unmixed: one.unmixed,
        ceiling: one.ceiling,
        nats: one.nats,
        leak: Risk::of(one.leak),
        parties: parties.collect(),
    })
}

fn forecast_of(of: Forecast) -> ForecastOf {
    let reached = |of: Reached| ReachedOf { median: of.median, mean: of.mean, within: of.within };
    ForecastOf {
        first: reached(of.first),
        all: reached(of.all),
        wronged: of.wronged,
        nobody: of.nobody,
        single: of.single,
        courses: of.courses,
    }
}
