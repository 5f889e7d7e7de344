//! What all experiments together say: whom their values name, and whom to look at.

use holm_inference::experiment::Entry;
use holm_inference::experiment::family::{Family, Overdue, Standing};
use holm_inference::experiment::protocol::Group;
use holm_record::event::experiment::FamilyFacts;
use holm_record::id::PersonId;
use jiff::Timestamp;
use serde::Serialize;

use super::replay::{Experiments, Replay};
use super::{Ended, ExperimentError};

/// Of those to look at, the expected share of innocents is at most this.
pub const REVIEW: f64 = 0.05;

/// What is known of a group: of somebody in it, where it is more than one person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupResult {
    /// Its people.
    pub people: Vec<PersonId>,
    /// Experiments in which it took part and that are over.
    pub experiments: usize,
    /// ln of its e-value now.
    pub ln_e: f64,
    /// The largest ln of its e-value so far.
    pub most: f64,
    /// Whether it is named: what it was told is what leaked.
    pub named: bool,
    /// Whether it is among those to look at.
    pub review: bool,
}

/// Groups that can be named, by the entry that fixed them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FamilyResult {
    /// That entry.
    pub entry: u64,
    /// The chance that any innocent one of them is ever named.
    pub alpha: f64,
    /// ln of the value by which the first of them is named.
    pub needed: f64,
    /// Its groups, the strongest first.
    pub groups: Vec<GroupResult>,
}

/// What all experiments together say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Results {
    /// How many are over, how many run, how many were taken back before they were drawn.
    pub over: usize,
    /// Those that run.
    pub running: usize,
    /// Taken back.
    pub withdrawn: usize,
    /// Families, in the order of the record.
    pub families: Vec<FamilyResult>,
}

impl Results {
    /// Groups that are named.
    pub fn named(&self) -> impl Iterator<Item = &GroupResult> {
        self.families.iter().flat_map(|family| &family.groups).filter(|group| group.named)
    }
}

impl Experiments {
    /// What all of them say by `now`.
    ///
    /// # Errors
    /// [`ExperimentError::Overdue`] while one whose closing date has passed is not closed, [`ExperimentError::None`].
    pub fn results(&self, now: Timestamp) -> Result<Results, ExperimentError> {
        let replay = self.replayed();
        if replay.all.is_empty() {
            return Err(ExperimentError::None);
        }
        let count = |is: &dyn Fn(&Option<Ended>) -> bool| replay.all.iter().filter(|(_, one)| is(&one.ended)).count();
        let families = replay.families.iter().map(|family| replay.result(family, now)).collect::<Result<_, _>>()?;
        Ok(Results {
            over: count(&|ended| matches!(ended, Some(Ended::Closed(_) | Ended::Forfeited(_)))),
            running: replay.all.iter().filter(|(_, one)| one.ended.is_none() && one.drawn.is_some()).count(),
            withdrawn: count(&|ended| matches!(ended, Some(Ended::Withdrawn(_)))),
            families,
        })
    }

    /// People whom experiments name by themselves, each alone, by `now`; nobody while one is overdue.
    #[must_use]
    pub fn named(&self, now: Timestamp) -> Vec<PersonId> {
        let named = self.results(now).ok();
        let alone = named.iter().flat_map(Results::named).filter_map(|group| match group.people.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        });
        alone.collect()
    }
}

impl Replay {
    fn result(
        &self,
        (entry, facts, groups): &(u64, FamilyFacts, Vec<Group>),
        now: Timestamp,
    ) -> Result<FamilyResult, ExperimentError> {
        let recorded = Entry { number: *entry, seconds: 0 };
        // The announcement that fixed a family counts for it: it is not drawn before it stands there.
        let family = |alpha: f64| Family::new(groups.clone(), recorded, alpha);
        let (to_name, to_review) = (family(facts.alpha)?, family(REVIEW)?);
        let seconds = now.as_second();
        let named = self.ledger.named(&to_name, seconds).map_err(|overdue| self.overdue(overdue))?;
        let review = self.ledger.review(&to_review, seconds).map_err(|overdue| self.overdue(overdue))?;
        let among = |all: &[Standing<'_>], group: &Group| all.iter().any(|standing| standing.group == group);
        let mut results: Vec<GroupResult> = groups
            .iter()
            .zip(&facts.groups)
            .map(|(group, people)| {
                let course = self.ledger.course(group, recorded);
                let took_part = |(handle, _): &&(holm_inference::experiment::ledger::Experiment, super::Experiment)| {
                    self.ledger.closed(*handle).is_some_and(|closed| closed.e_value(group).is_some())
                };
                GroupResult {
                    people: people.clone(),
                    experiments: self.all.iter().filter(took_part).count(),
                    ln_e: course.last().copied().unwrap_or(0.0),
                    most: course.into_iter().fold(0.0, f64::max),
                    named: among(&named, group),
                    review: among(&review, group),
                }
            })
            .collect();
        results.sort_by(|a, b| b.ln_e.total_cmp(&a.ln_e).then_with(|| a.people.cmp(&b.people)));
        Ok(FamilyResult { entry: *entry, alpha: facts.alpha, needed: (groups.len() as f64 / facts.alpha).ln(), groups: results })
    }

    fn overdue(&self, Overdue { closes }: Overdue) -> ExperimentError {
        let late = self.all.iter().find(|(_, one)| one.ended.is_none() && one.protocol.plan().closes == closes);
        let closes = Timestamp::from_second(closes).unwrap_or(Timestamp::MAX);
        late.map_or(ExperimentError::None, |(_, one)| ExperimentError::Overdue {
            experiment: one.facts.experiment.clone(),
            closes,
        })
    }
}
