//! With whom to share an item: the recipients by whom a stated need is met at the least expected loss, and what would change that.

use std::collections::BTreeSet;

use holm_inference::plan::draws::Draws;
use holm_inference::plan::experiment::{Harm, Party, Question, Seen, Standing, assign, bits};
use holm_inference::plan::share::{Recipient, Request, ShareError, Shared, Task, Turn, share};
use holm_record::event::approval::Masked;
use holm_record::id::{ChannelName, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Barred, DRAWS, NOT_IN_FORCE, PlanError, Risk, people, recorded};
use crate::belief::translation::Translation;
use crate::belief::{Provenance, Weighed, weigh};
use crate::state::State;
use crate::vetting::gate::day_of;
use crate::workspace::Workspace;

/// The version of how recipients are chosen.
pub const SHARE: &str = "holm-share/1";

/// What sharing is worth, and what is lost by a leak (`docs/spec/plans.md`, Share).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareNeed {
    /// When they would be told.
    pub at: Timestamp,
    /// Parts of the item that can be given each by itself.
    #[serde(rename = "paragraph")]
    paragraphs: Vec<ParagraphLine>,
    /// Who could be told.
    #[serde(rename = "recipient")]
    recipients: Vec<RecipientLine>,
    /// What must be possible.
    #[serde(rename = "task", default)]
    tasks: Vec<TaskLine>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParagraphLine {
    name: String,
    /// What is lost if it leaks, in any unit, the same for all.
    loss: f64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipientLine {
    name: String,
    /// Persons, `unit:UNIT`, or `all`.
    who: Vec<String>,
    /// What it is worth that they know, in the unit of losses.
    value: f64,
    /// The paragraphs that they need.
    paragraphs: Vec<String>,
    /// Recorded channels by which it would go.
    #[serde(default)]
    channels: Vec<ChannelName>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskLine {
    name: String,
    /// Recipients who can do it.
    any: Vec<String>,
    /// How many of them must know.
    #[serde(default = "one")]
    least: usize,
}

fn one() -> usize {
    1
}

/// A recipient in the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecipientOf {
    /// Which.
    pub name: String,
    /// Whether to share with them.
    pub told: bool,
    /// Who would know.
    pub people: Vec<PersonId>,
    /// What they would be given.
    pub paragraphs: Vec<String>,
    /// How likely a thing that they know leaks through them.
    pub leak: Risk,
    /// What they add to the expected loss beside all others who are told.
    pub adds: f64,
    /// What it is worth that they know, as stated.
    pub value: f64,
    /// Whether a task needs them.
    pub needed: bool,
    /// If leaks through them were so likely, the answer about them would turn.
    pub turns_at_leak: Option<f64>,
    /// If their value were this, the same.
    pub turns_at_value: Option<f64>,
}

/// What changes first if all losses are larger or smaller by a factor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TurnOf {
    /// The factor.
    pub factor: f64,
    /// Who is told then and was not.
    pub joins: Vec<String>,
    /// Who was told and is not then.
    pub leaves: Vec<String>,
}

/// One fact told in so many versions to those who are told anything.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct VersionsOf {
    /// How many versions.
    pub versions: u8,
    /// What a leak that shows its version would tell of who leaks, in bits, the versions given out as tells most.
    pub bits: f64,
}

/// With whom to share, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SharePlan {
    /// From what, and how.
    pub provenance: Provenance,
    /// The version of how recipients are chosen.
    pub planner: &'static str,
    /// When they would be told.
    pub at: Timestamp,
    /// In the order of the need.
    pub recipients: Vec<RecipientOf>,
    /// What is expected to be lost, of those who are told.
    pub loss: Risk,
    /// What it is worth that they know, as stated.
    pub value: f64,
    /// How likely any paragraph leaks through them.
    pub leak: Risk,
    /// The same by draws, which differ in who leaks: 5, 50 and 95 of a hundred are below.
    pub leak_range: [f64; 3],
    /// What would be lost if each of them were given all paragraphs.
    pub whole: f64,
    /// What would be lost if every recipient were told.
    pub everybody: f64,
    /// Whether no other set can be better.
    pub proved: bool,
    /// What changes first with smaller losses, and with larger ones.
    pub turns: [Option<TurnOf>; 2],
    /// What it would tell if one fact went out in several versions; nothing where fewer than two people are told.
    pub versions: Vec<VersionsOf>,
    /// Who is passed over, and why.
    pub barred: Vec<Barred>,
}

/// Numbers of versions that are looked at.
const VERSIONS: [u8; 2] = [2, 4];

fn need(what: String) -> PlanError {
    PlanError::Need(what)
}

/// Where a name stands among others.
fn named(names: &[&str], name: &str, what: &str) -> Result<usize, PlanError> {
    let known = names.iter().position(|of| *of == name);
    known.ok_or_else(|| need(format!("`{name}` is none of the {what}: {}", names.join(", "))))
}

/// That no name stands there twice.
fn once(names: &[&str], what: &str) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(**name)) {
        Some(twice) => Err(need(format!("{what} `{twice}` stands there twice: give each a name of its own"))),
        None => Ok(()),
    }
}

impl ShareNeed {
    /// Reads one.
    ///
    /// # Errors
    /// [`PlanError::Need`] says where it is wrong.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        toml::from_str(text).map_err(|e| need(e.to_string()))
    }

    fn paragraph_names(&self) -> Vec<&str> {
        self.paragraphs.iter().map(|of| of.name.as_str()).collect()
    }

    fn recipient_names(&self) -> Vec<&str> {
        self.recipients.iter().map(|of| of.name.as_str()).collect()
    }

    /// By the numbers of a case, without whoever is held back, and who that is.
    fn numbered(
        &self,
        state: &State,
        translation: &Translation,
        held: &dyn Fn(&PersonId) -> bool,
    ) -> Result<(Request, Vec<Barred>), PlanError> {
        let (paragraphs, recipients) = (self.paragraph_names(), self.recipient_names());
        once(&paragraphs, "paragraph")?;
        once(&recipients, "recipient")?;
        let mut barred = Vec::new();
        let mut all = Vec::new();
        for line in &self.recipients {
            let (out, told): (Vec<PersonId>, Vec<PersonId>) =
                people(state, &line.who)?.into_iter().partition(|person| held(person));
            if told.is_empty() {
                let name = &line.name;
                return Err(need(format!(
                    "nobody of `{name}` can be told: {NOT_IN_FORCE}; leave the recipient out or put that right"
                )));
            }
            barred.extend(out.into_iter().map(|person| Barred { person, reason: NOT_IN_FORCE.to_owned() }));
            let channel = |name: &ChannelName| {
                let known = recorded(translation, name);
                known.ok_or_else(|| need(format!("no channel `{name}` is recorded; `holm channel list` shows them")))
            };
            all.push(Recipient {
                people: told.iter().filter_map(|person| translation.persons.binary_search(person).ok()).collect(),
                channels: line.channels.iter().map(channel).collect::<Result<_, _>>()?,
                value: line.value,
                paragraphs: line.paragraphs.iter().map(|p| named(&paragraphs, p, "paragraphs")).collect::<Result<_, _>>()?,
            });
        }
        let task = |line: &TaskLine| {
            let any: Vec<usize> = line.any.iter().map(|r| named(&recipients, r, "recipients")).collect::<Result<_, _>>()?;
            if line.least > any.len() {
                let (name, least, can) = (&line.name, line.least, any.len());
                return Err(need(format!("task `{name}` needs {least} of {can} recipients: name more who could do it")));
            }
            Ok(Task { any, least: line.least })
        };
        let tasks = self.tasks.iter().map(task).collect::<Result<_, _>>()?;
        let losses = self.paragraphs.iter().map(|of| of.loss).collect();
        barred.sort_by(|a, b| a.person.cmp(&b.person));
        barred.dedup();
        Ok((Request { losses, recipients: all, tasks }, barred))
    }

    /// An error of the search, by the names of the need.
    fn refused(&self, error: &ShareError, translation: &Translation) -> PlanError {
        let name = |index: usize| self.recipient_names().get(index).copied().unwrap_or_default().to_owned();
        need(match error {
            ShareError::Twice(person) => {
                format!("`{}` belongs to two recipients, or to one twice: name each person once", translation.persons[*person])
            }
            ShareError::Nobody(index) => {
                format!("recipient `{}` has no people or needs no paragraph: leave it out", name(*index))
            }
            other => other.to_string(),
        })
    }
}

impl Workspace {
    /// The recipients by whom a need is met at the least expected loss. Deterministic by the record and the seed.
    ///
    /// # Errors
    /// [`PlanError`] says what cannot be used or met.
    pub fn plan_share(&mut self, need: &ShareNeed, seed: u64, now: Timestamp) -> Result<SharePlan, PlanError> {
        if self.mask(&Masked::Beliefs, now).is_on() {
            return Err(PlanError::Masked);
        }
        let entries = self.state().told_until;
        let weighed = weigh(self.state(), seed, Some(day_of(now)))?;
        let held = self.everything().held_back(self.state().persons.keys(), day_of(need.at));
        let Weighed { translation, priors, sampling, found } = &weighed;
        let (request, barred) = need.numbered(self.state(), translation, &|person| held.contains_key(person))?;
        let draws = Draws::of(&translation.case, priors, sampling, found, (need.at.as_second() as f64, DRAWS))?;
        let shared = share(&draws, &request).map_err(|e| need.refused(&e, translation))?;
        let provenance = self.provenance_of_plan(entries, Provenance::of(seed, found), now)?;
        let versions = versions(&draws, &request, &shared, seed);
        Ok(SharePlan { versions, ..need.plan(&request, &shared, translation, (provenance, barred)) })
    }
}

/// What a leak would tell if one fact went out in several versions, by number of versions.
fn versions(draws: &Draws, request: &Request, shared: &Shared, seed: u64) -> Vec<VersionsOf> {
    let told = request.recipients.iter().zip(&shared.advice).filter(|(_, advice)| advice.told);
    let party = |of: &Recipient, person: usize| Party {
        people: vec![person],
        channels: of.channels.clone(),
        standing: Standing::Eligible,
    };
    let parties: Vec<Party> = told.flat_map(|(of, _)| of.people.iter().map(move |person| party(of, *person))).collect();
    if parties.len() < 2 {
        return Vec::new();
    }
    let question = |versions: u8| Question {
        kind: 0,
        parties: parties.clone(),
        variants: versions,
        floor: 1,
        seen: Seen::One,
        harm: Harm::None,
        price: 0.0,
        seed,
    };
    let of = |versions: u8| {
        let question = question(versions);
        let told = assign(draws, &question, false).ok()?;
        let bits = bits(draws, &question, &told).ok()?.value;
        Some(VersionsOf { versions, bits })
    };
    VERSIONS.into_iter().filter_map(of).collect()
}

impl ShareNeed {
    fn plan(
        &self,
        request: &Request,
        shared: &Shared,
        translation: &Translation,
        (provenance, barred): (Provenance, Vec<Barred>),
    ) -> SharePlan {
        let names = |indices: &[usize]| indices.iter().map(|r| self.recipients[*r].name.clone()).collect();
        let turn = |of: &Option<Turn>| {
            of.as_ref().map(|t| TurnOf { factor: t.factor, joins: names(&t.joins), leaves: names(&t.leaves) })
        };
        let recipient =
            |((line, of), advice): ((&RecipientLine, &Recipient), &holm_inference::plan::share::Advice)| RecipientOf {
                name: line.name.clone(),
                told: advice.told,
                people: of.people.iter().map(|person| translation.persons[*person].clone()).collect(),
                paragraphs: line.paragraphs.clone(),
                leak: Risk::of(advice.leak),
                adds: advice.adds,
                value: line.value,
                needed: advice.needed,
                turns_at_leak: advice.turns_at_leak,
                turns_at_value: advice.turns_at_value,
            };
        SharePlan {
            provenance,
            planner: SHARE,
            at: self.at,
            recipients: self.recipients.iter().zip(&request.recipients).zip(&shared.advice).map(recipient).collect(),
            loss: Risk::of(shared.loss),
            value: shared.value,
            leak: Risk::of(shared.leak),
            leak_range: shared.leak_range,
            whole: shared.whole,
            everybody: shared.everybody,
            proved: shared.proved,
            turns: [turn(&shared.turns[0]), turn(&shared.turns[1])],
            versions: Vec::new(),
            barred,
        }
    }
}
