//! The team that meets an operation's roles at the least risk that it is betrayed.

mod lacking;
mod need;

use holm_inference::case::Level;
use holm_inference::plan::draws::Draws;
use holm_inference::plan::team::{self, Alternative, Candidate, Chosen, Need, Proof, Role, TeamError, choose};
use holm_record::event::approval::Masked;
use holm_record::id::PersonId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Barred, DRAWS, NOT_IN_FORCE, PlanError, Risk};
use crate::belief::translation::{Cause, Translation};
use crate::belief::{Provenance, Weighed, weigh};
use crate::state::State;
use crate::vetting::gate::day_of;
use crate::workspace::Workspace;
pub use need::TeamNeed;

/// The version of how teams are chosen.
pub const TEAM: &str = "holm-team/1";

/// Fewer bits more are not worth saying.
const TELLING: f64 = 0.01;

/// Somebody who is taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MemberOf {
    /// Who.
    pub person: PersonId,
    /// Their unit.
    pub unit: String,
    /// The role they fill; none of whoever comes along because they must.
    pub role: Option<String>,
    /// The chance that this person alone would betray it.
    pub alone: f64,
    /// The risk of the team without them, their place left empty.
    pub without: f64,
    /// Who would take their place at the least risk, and that risk.
    pub instead: Option<Instead>,
    /// When they are told: as late as their role allows.
    pub told_at: Timestamp,
}

/// Somebody, or a channel, in the place of another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Instead {
    /// Which.
    pub by: String,
    /// The risk then.
    pub risk: f64,
}

/// A channel that is used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelOf {
    /// Which.
    pub channel: String,
    /// The chance that it alone betrays the operation.
    pub alone: f64,
    /// The other one with the least risk.
    pub instead: Option<Instead>,
}

/// A team beside the one that is chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Other {
    /// How many fill roles.
    pub filled: usize,
    /// Its people.
    pub people: Vec<PersonId>,
    /// Its channels.
    pub channels: Vec<String>,
    /// The risk that it is betrayed.
    pub risk: f64,
    /// What its outcome would tell of who leaks, in bits.
    pub bits: f64,
}

/// A team, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TeamPlan {
    /// From what, and how.
    pub provenance: Provenance,
    /// The version of how teams are chosen.
    pub planner: &'static str,
    /// Its sort.
    pub sort: String,
    /// When the operation begins.
    pub at: Timestamp,
    /// P(it is betrayed), what fails by itself included.
    pub risk: Risk,
    /// How often an operation of this sort fails by itself.
    pub background: f64,
    /// The sort of which that is, where no operation of its own sort is recorded.
    pub like: Option<String>,
    /// By how much the risk of another team can be lower at most; 0 if by nothing.
    pub lower_by: f64,
    /// What its outcome would tell of who leaks, in bits.
    pub bits: f64,
    /// In the order in which they are told.
    pub members: Vec<MemberOf>,
    /// One of each choice.
    pub channels: Vec<ChannelOf>,
    /// The least risk with fewer, from the fewest that the operation can do with.
    pub fewer: Vec<Other>,
    /// Teams that tell more of who leaks at a higher risk.
    pub telling: Vec<Other>,
    /// Who was named and may not be taken.
    pub barred: Vec<Barred>,
}

/// A need, by the numbers of a case, and what they are called.
pub(crate) struct Numbered {
    /// The sort whose rate of failure is supposed, where nothing is known of its own.
    pub(crate) like: Option<String>,
    pub(crate) need: Need,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) roles: Vec<String>,
    pub(crate) languages: Vec<String>,
}

impl Workspace {
    /// The team of least risk for a need. Deterministic by the record and the seed.
    ///
    /// # Errors
    /// [`PlanError`] says what cannot be met, and the nearest that can.
    pub fn plan_team(&mut self, need: &TeamNeed, seed: u64, now: Timestamp) -> Result<TeamPlan, PlanError> {
        if self.mask(&Masked::Beliefs, now).is_on() {
            return Err(PlanError::Masked);
        }
        let entries = self.state().told_until;
        let weighed = weigh(self.state(), seed, Some(day_of(now)))?;
        let held = self.everything().held_back(self.state().persons.keys(), day_of(need.at));
        let bars = |person: &PersonId| held.contains_key(person).then(|| NOT_IN_FORCE.to_owned());
        let numbered = need.numbered(self.state(), &weighed.translation, &bars)?;
        let Weighed { translation, priors, sampling, found } = &weighed;
        let draws = Draws::of(&translation.case, priors, sampling, found, (need.at.as_second() as f64, DRAWS))?;
        let chosen = choose(&draws, &numbered.need, &numbered.candidates).map_err(|e| refused(e, &numbered, translation))?;
        let provenance = self.provenance_of_plan(entries, Provenance::of(seed, found), now)?;
        let names = Names { state: self.state(), translation, numbered: &numbered };
        Ok(names.plan(need, &chosen, provenance))
    }
}

fn refused(error: TeamError, numbered: &Numbered, translation: &Translation) -> PlanError {
    match error {
        TeamError::Infeasible(lacking) => PlanError::Lacking(lacking::said(&lacking, numbered, translation)),
        TeamError::Unlisted(person) => PlanError::Need(format!(
            "`{}` must take part or belongs to a pair, but is no candidate: add them to one of the lines of `candidates`",
            translation.persons[person]
        )),
        other => PlanError::Need(other.to_string()),
    }
}

/// What numbers of a case stand for.
struct Names<'a> {
    state: &'a State,
    translation: &'a Translation,
    numbered: &'a Numbered,
}

impl Names<'_> {
    fn channel(&self, index: usize) -> String {
        match &self.translation.channels[index] {
            Cause::Channel(name) => name.to_string(),
            Cause::Unit(unit) => unit.clone(),
        }
    }

    fn other(&self, of: &Alternative) -> Other {
        Other {
            filled: of.filled,
            people: of.people.iter().map(|person| self.translation.persons[*person].clone()).collect(),
            channels: of.channels.iter().map(|channel| self.channel(*channel)).collect(),
            risk: of.risk,
            bits: of.bits,
        }
    }

    fn member(&self, of: &team::Member, at: Timestamp) -> MemberOf {
        let person = &self.translation.persons[of.person];
        let lead = SignedDuration::from_mins((of.lead * 60.0).round() as i64);
        MemberOf {
            unit: self.state.persons.get(person).map(|known| known.facts.unit.clone()).unwrap_or_default(),
            person: person.clone(),
            role: of.role.map(|role| self.numbered.roles[role].clone()),
            alone: of.alone,
            without: of.without,
            instead: of.instead.map(|(by, risk)| Instead { by: self.translation.persons[by].to_string(), risk }),
            told_at: at.checked_sub(lead).unwrap_or(at),
        }
    }

    fn plan(&self, need: &TeamNeed, chosen: &Chosen, provenance: Provenance) -> TeamPlan {
        let channel = |of: &team::Channel| ChannelOf {
            channel: self.channel(of.channel),
            alone: of.alone,
            instead: of.instead.map(|(by, risk)| Instead { by: self.channel(by), risk }),
        };
        let barred =
            |of: &Candidate| Some(Barred { person: self.translation.persons[of.person].clone(), reason: of.barred.clone()? });
        let filled = chosen.members.iter().filter(|member| member.role.is_some()).count();
        TeamPlan {
            provenance,
            planner: TEAM,
            sort: need.sort.clone(),
            at: need.at,
            risk: Risk::of(chosen.risk),
            background: chosen.background,
            like: self.numbered.like.clone(),
            lower_by: if let Proof::Within(by) = chosen.proof { by } else { 0.0 },
            bits: chosen.bits,
            members: chosen.members.iter().map(|member| self.member(member, need.at)).collect(),
            channels: chosen.channels.iter().map(channel).collect(),
            fewer: chosen.sizes.iter().filter(|of| of.filled < filled).map(|of| self.other(of)).collect(),
            telling: chosen.telling.iter().filter(|of| of.bits > chosen.bits + TELLING).map(|of| self.other(of)).collect(),
            barred: self.numbered.candidates.iter().filter_map(barred).collect(),
        }
    }
}

/// A level of rank, or what is wrong with it.
fn level(number: u8) -> Result<Level, PlanError> {
    Level::new(number).ok_or_else(|| PlanError::Need(format!("{number} is no level of rank: they go from 1 to 5")))
}

/// A role by what it asks for.
fn role(of: &need::RoleLine) -> Result<Role, PlanError> {
    let least = of.least.unwrap_or(of.wanted);
    if of.wanted == 0 || least > of.wanted {
        return Err(PlanError::Need(format!(
            "role `{}` must want at least one, and at least as many as it cannot do without",
            of.name
        )));
    }
    if !of.told_hours_before.is_finite() || !(0.0..=87_600.0).contains(&of.told_hours_before) {
        return Err(PlanError::Need(format!("role `{}`: `told_hours_before` is a number of hours, up to ten years", of.name)));
    }
    Ok(Role { least, wanted: of.wanted, level: level(of.level)?, lead: of.told_hours_before })
}
