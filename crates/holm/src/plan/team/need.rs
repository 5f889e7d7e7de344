//! What an operation needs, as an officer writes it.

use std::collections::{BTreeMap, BTreeSet};

use holm_inference::case::Level;
use holm_inference::plan::team::{Candidate, Need};
use holm_record::id::{ChannelName, PersonId};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Numbered, level, role};
use crate::belief::translation::Translation;
use crate::plan::{PlanError, people, recorded};
use crate::state::State;

/// What an operation needs (`docs/spec/plans.md`, Team).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamNeed {
    /// Its sort: operations of one sort fail by themselves equally often.
    pub sort: String,
    /// When it begins.
    pub at: Timestamp,
    /// How many must speak each language.
    #[serde(default)]
    languages: BTreeMap<String, usize>,
    /// Who must take part.
    #[serde(default)]
    must: Vec<PersonId>,
    /// Who takes part together or not at all.
    #[serde(default)]
    together: Vec<[PersonId; 2]>,
    /// Who does not take part together.
    #[serde(default)]
    apart: Vec<[PersonId; 2]>,
    /// Channels and rooms to choose from: one of each list is used.
    #[serde(default)]
    channels: Vec<Vec<ChannelName>>,
    /// Roles.
    #[serde(rename = "role")]
    roles: Vec<RoleLine>,
    /// Who can fill them.
    candidates: Vec<CandidateLine>,
    /// How many must be of a level of rank or a higher one.
    #[serde(default)]
    senior: Vec<SeniorLine>,
}

/// A role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleLine {
    pub(super) name: String,
    pub(super) wanted: usize,
    /// Without so many it cannot go ahead; as many as are wanted, if it is not said.
    pub(super) least: Option<usize>,
    #[serde(default = "lowest")]
    pub(super) level: u8,
    #[serde(default)]
    pub(super) told_hours_before: f64,
}

/// People who could be taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CandidateLine {
    /// Persons, `unit:UNIT`, or `all`.
    who: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeniorLine {
    level: u8,
    wanted: usize,
}

/// What somebody can: roles and languages, by number.
type Can = (BTreeSet<usize>, BTreeSet<usize>);

fn lowest() -> u8 {
    Level::LOWEST.get()
}

fn need(what: String) -> PlanError {
    PlanError::Need(what)
}

impl TeamNeed {
    /// Reads one.
    ///
    /// # Errors
    /// [`PlanError::Need`] says where it is wrong.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        toml::from_str(text).map_err(|e| need(e.to_string()))
    }

    /// By the numbers of a case; `bars` says why somebody may not be taken.
    ///
    /// # Errors
    /// [`PlanError::Need`] names what nothing has.
    pub(super) fn numbered(
        &self,
        state: &State,
        translation: &Translation,
        bars: &dyn Fn(&PersonId) -> Option<String>,
    ) -> Result<Numbered, PlanError> {
        let roles: Vec<String> = self.roles.iter().map(|line| line.name.clone()).collect();
        if let Some((_, twice)) = roles.iter().enumerate().find(|(at, name)| roles[..*at].contains(name)) {
            return Err(need(format!("role `{twice}` stands there twice: give each a name of its own")));
        }
        let languages: Vec<String> = self.languages.keys().cloned().collect();
        let person = |id: &PersonId| {
            let known = translation.persons.binary_search(id);
            known.map_err(|_| need(format!("`{id}` is not on the roster")))
        };
        let pairs = |pairs: &[[PersonId; 2]]| {
            pairs.iter().map(|[a, b]| Ok((person(a)?, person(b)?))).collect::<Result<Vec<_>, PlanError>>()
        };
        let channel = |name: &ChannelName| {
            let known = recorded(translation, name);
            known.ok_or_else(|| need(format!("no channel `{name}` is recorded; `holm channel list` shows them")))
        };
        let slot = |of: &Vec<ChannelName>| match of.as_slice() {
            [] => Err(need("a choice of channels has none: name at least one".to_owned())),
            some => some.iter().map(channel).collect::<Result<Vec<usize>, _>>(),
        };
        // A sort that nothing is known of is taken to fail by itself as often as the first that is, and that is said.
        let known = translation.sorts.iter().position(|sort| *sort == self.sort);
        Ok(Numbered {
            like: known.map_or_else(|| translation.sorts.first().cloned(), |_| None),
            need: Need {
                kind: known.unwrap_or(0),
                roles: self.roles.iter().map(role).collect::<Result<_, _>>()?,
                languages: self.languages.values().copied().enumerate().collect(),
                senior: self.senior.iter().map(|of| Ok((level(of.level)?, of.wanted))).collect::<Result<_, PlanError>>()?,
                must: self.must.iter().map(person).collect::<Result<_, _>>()?,
                together: pairs(&self.together)?,
                apart: pairs(&self.apart)?,
                slots: self.channels.iter().map(slot).collect::<Result<_, _>>()?,
            },
            candidates: self.numbered_candidates(state, translation, (&roles, &languages), bars)?,
            roles,
            languages,
        })
    }

    /// What each of the candidates can; whoever stands on several lines can what any of them says.
    fn able(&self, state: &State, roles: &[String], languages: &[String]) -> Result<BTreeMap<PersonId, Can>, PlanError> {
        let mut able: BTreeMap<PersonId, Can> = BTreeMap::new();
        for line in &self.candidates {
            let role = |name: &String| {
                let known = roles.iter().position(|role| role == name);
                known.ok_or_else(|| need(format!("`{name}` is none of the roles: {}", roles.join(", "))))
            };
            let fill = line.roles.iter().map(role).collect::<Result<Vec<usize>, _>>()?;
            // What nobody has to speak makes no difference.
            let speak = line.languages.iter().filter_map(|name| languages.iter().position(|language| language == name));
            let speak: Vec<usize> = speak.collect();
            for id in people(state, &line.who)? {
                let (of_roles, of_languages) = able.entry(id).or_default();
                of_roles.extend(&fill);
                of_languages.extend(&speak);
            }
        }
        Ok(able)
    }

    fn numbered_candidates(
        &self,
        state: &State,
        translation: &Translation,
        (roles, languages): (&[String], &[String]),
        bars: &dyn Fn(&PersonId) -> Option<String>,
    ) -> Result<Vec<Candidate>, PlanError> {
        let candidate = |(id, (roles, languages)): (PersonId, Can)| {
            let rank = state.persons.get(&id).and_then(|known| Level::new(known.facts.level)).unwrap_or(Level::LOWEST);
            let person = translation.persons.binary_search(&id).ok()?;
            let (roles, languages) = (roles.into_iter().collect(), languages.into_iter().collect());
            Some(Candidate { person, roles, languages, level: rank, barred: bars(&id) })
        };
        Ok(self.able(state, roles, languages)?.into_iter().filter_map(candidate).collect())
    }
}
