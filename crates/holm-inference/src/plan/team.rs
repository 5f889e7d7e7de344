//! The team that meets an operation's roles at the least risk that it is betrayed.
//!
//! The risk of a team T over channels C is 1 − E\[(1 − ρ) Π_{i ∈ T} (1 − θ_i z_i S_i) Π_{c ∈ C} (1 − θ_c z_c)\], the mean over draws of the
//! posterior ([`Draws`]). What each member adds alone is summed by an integer program; that is exact for a team of one, and too
//! much where members are suspected of the same leaks. So the program is solved again with what each adds beside the others, teams are
//! improved by exchanging one or two at a time, and a search by branch and bound ends with a proof, or says how much better a team
//! there could be at most.
//!
//! People who are not eligible are never part of it, and why is told where a role cannot be filled. Never expose a real operation to
//! learn something: what an operation would tell of who leaks is reported beside its risk, and traded for nothing.

mod additive;
mod exact;
mod lacking;
mod pool;
mod report;
mod swaps;

use crate::case::Level;
use crate::plan::draws::{Draws, Figure};

pub use lacking::{Constraint, Lack, Lacking, Remedy};
use pool::{Pool, Team};

/// A role that an operation needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Role {
    /// With fewer in it the operation cannot go ahead.
    pub least: usize,
    /// How many it should have.
    pub wanted: usize,
    /// The lowest level of rank of whoever fills it.
    pub level: Level,
    /// How long before the operation whoever fills it must be told; any unit of time, the same for all roles.
    pub lead: f64,
}

/// Somebody who could be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The person, by their number in the case.
    pub person: usize,
    /// Roles they can fill, of which they fill one. Whoever can fill none comes along only where they must, or where a language or a
    /// rank would be lacking.
    pub roles: Vec<usize>,
    /// Languages they speak, by the caller's numbers.
    pub languages: Vec<usize>,
    /// Rank.
    pub level: Level,
    /// Why they may not be taken on the day, if they may not.
    pub barred: Option<String>,
}

/// What an operation needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Need {
    /// Its type, which fails by itself at a rate of its own.
    pub kind: usize,
    /// Roles; each member fills one.
    pub roles: Vec<Role>,
    /// Languages, each with how many must speak it.
    pub languages: Vec<(usize, usize)>,
    /// Levels of rank, each with how many must have it or a higher one.
    pub senior: Vec<(Level, usize)>,
    /// People who must take part.
    pub must: Vec<usize>,
    /// Pairs of people who take part together or not at all.
    pub together: Vec<(usize, usize)>,
    /// Pairs of people who do not take part together.
    pub apart: Vec<(usize, usize)>,
    /// Choices of channels, such as one of two radio nets, or of rooms: one of each list is used.
    pub slots: Vec<Vec<usize>>,
}

/// No team.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TeamError {
    /// An index that nothing has.
    #[error("{what} {index} does not exist: there are {count}; correct the request")]
    Index {
        /// Of what.
        what: &'static str,
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// Somebody stands twice among the candidates.
    #[error("person {0} is a candidate twice: list each once, with all the roles that they can fill")]
    Twice(usize),
    /// Somebody is named who is no candidate.
    #[error("person {0} must take part or belongs to a pair, but is no candidate: list them with the roles that they can fill")]
    Unlisted(usize),
    /// A role that asks for more at least than it wants, or for nobody.
    #[error("role {0} must want at least one, and at least as many as it cannot do without")]
    Role(usize),
    /// A slot without a choice.
    #[error("slot {0} has nothing to choose from: name at least one channel")]
    Slot(usize),
    /// A lead time that is no time.
    #[error("role {0} has a lead time that is negative or no number: give how long before the operation it must be told")]
    Lead(usize),
    /// What is needed cannot be met.
    #[error("no team meets the need: {0}")]
    Infeasible(Box<Lacking>),
    /// The integer program gave neither a team nor a reason.
    #[error("no team was found within {0} steps; ask for fewer roles at once, or name those who must take part")]
    Unsolved(u64),
}

/// How sure it is that no team has a lower risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Proof {
    /// There is none, over these draws.
    Least,
    /// There is none whose risk is lower by more than this.
    Within(f64),
}

/// Somebody who is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The person.
    pub person: usize,
    /// The role they fill; none for whoever comes along because they must.
    pub role: Option<usize>,
    /// The chance that this person alone would betray it.
    pub alone: f64,
    /// The risk of the team without them, their place left empty.
    pub without: f64,
    /// Who would take their place at the least risk, and that risk; none if the need could not be met by exchanging one.
    pub instead: Option<(usize, f64)>,
    /// How long before the operation they are told: as late as their role allows.
    pub lead: f64,
}

/// A channel that is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Channel {
    /// The channel, by its number in the case.
    pub channel: usize,
    /// The chance that it alone betrays the operation.
    pub alone: f64,
    /// The other one of the slot with the least risk, and that risk.
    pub instead: Option<(usize, f64)>,
}

/// A team beside the one that is chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// Its people, in order.
    pub people: Vec<usize>,
    /// Its channels, by slot.
    pub channels: Vec<usize>,
    /// How many of them fill roles.
    pub filled: usize,
    /// The risk that it is betrayed.
    pub risk: f64,
    /// What its outcome would tell of who leaks, in bits.
    pub bits: f64,
}

/// The team of least risk.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// In the order in which they are told: the longest lead first, and at the same lead the riskiest last.
    pub members: Vec<Member>,
    /// By slot.
    pub channels: Vec<Channel>,
    /// P(it is betrayed), what fails by itself included.
    pub risk: Figure,
    /// What fails by itself, whoever takes part.
    pub background: f64,
    /// How sure it is that no team has a lower risk.
    pub proof: Proof,
    /// What its outcome would tell of who leaks, in bits.
    pub bits: f64,
    /// The least risk by how many fill roles, from the fewest that the operation can do with to as many as it wants.
    pub sizes: Vec<Alternative>,
    /// Teams than which none that was found has both a lower risk and tells more, by risk; the chosen one first.
    pub telling: Vec<Alternative>,
}

/// The team of least risk, with its reasons. Deterministic.
///
/// # Errors
/// [`TeamError`] says what cannot be used; [`TeamError::Infeasible`] which role or condition cannot be met, and the nearest that can.
pub fn choose(draws: &Draws, need: &Need, candidates: &[Candidate]) -> Result<Chosen, TeamError> {
    checked(draws, need, candidates)?;
    let pool = Pool::new(draws, need, candidates);
    let wanted: usize = need.roles.iter().map(|role| role.wanted).sum();
    let (team, proof) = match best(&pool, wanted)? {
        Some(found) => found,
        None => return Err(TeamError::Infeasible(Box::new(lacking::lacking(draws, need, candidates)))),
    };
    Ok(report::report(draws, &pool, &team, proof))
}

/// The best team of so many who fill roles.
fn best(pool: &Pool, filled: usize) -> Result<Option<(Team, Proof)>, TeamError> {
    let Some(first) = additive::additive(pool, filled)? else { return Ok(None) };
    let mut team = swaps::improved(pool, additive::linearised(pool, filled, first)?, filled);
    let proof = exact::prove(pool, &mut team, filled)?;
    Ok(Some((team, proof)))
}

/// The team of the least sum of what each member adds alone: what [`choose`] begins with, to be compared with it. People in order.
///
/// # Errors
/// As [`choose`].
pub fn additive(draws: &Draws, need: &Need, candidates: &[Candidate]) -> Result<Alternative, TeamError> {
    checked(draws, need, candidates)?;
    let pool = Pool::new(draws, need, candidates);
    match additive::additive(&pool, need.roles.iter().map(|role| role.wanted).sum())? {
        Some(team) => Ok(pool.alternative(&team)),
        None => Err(TeamError::Infeasible(Box::new(lacking::lacking(draws, need, candidates)))),
    }
}

/// The risk of a team of these people over these channels, whether or not it meets any need.
#[must_use]
pub fn risk(draws: &Draws, kind: usize, people: &[usize], channels: &[usize]) -> Figure {
    let mut told = vec![false; draws.persons() + draws.channels()];
    for entity in people.iter().copied().chain(channels.iter().map(|c| draws.persons() + c)) {
        if let Some(told) = told.get_mut(entity) {
            *told = true;
        }
    }
    let of = |draw: &crate::plan::draws::Draw| {
        let background = draw.background.get(kind).copied().unwrap_or(0.0);
        let leakers = draw.leakers.iter().filter(|l| l.on && told[l.entity]);
        1.0 - leakers.fold(1.0 - background, |clean, l| clean * (1.0 - l.rate))
    };
    Figure::of(draws, &draws.all().iter().map(of).collect::<Vec<f64>>())
}

fn checked(draws: &Draws, need: &Need, candidates: &[Candidate]) -> Result<(), TeamError> {
    let within = |what, index: usize, count: usize| {
        if index < count { Ok(()) } else { Err(TeamError::Index { what, index, count }) }
    };
    within("type of operation", need.kind, draws.kinds())?;
    let mut listed = vec![false; draws.persons()];
    for candidate in candidates {
        within("person", candidate.person, draws.persons())?;
        candidate.roles.iter().try_for_each(|role| within("role", *role, need.roles.len()))?;
        if std::mem::replace(&mut listed[candidate.person], true) {
            return Err(TeamError::Twice(candidate.person));
        }
    }
    let pairs = need.together.iter().chain(&need.apart).flat_map(|(a, b)| [*a, *b]);
    if let Some(person) = need.must.iter().copied().chain(pairs).find(|p| !listed.get(*p).copied().unwrap_or(false)) {
        return Err(TeamError::Unlisted(person));
    }
    if let Some(role) = need.roles.iter().position(|role| role.wanted == 0 || role.least > role.wanted) {
        return Err(TeamError::Role(role));
    }
    if let Some(role) = need.roles.iter().position(|role| !(role.lead >= 0.0 && role.lead.is_finite())) {
        return Err(TeamError::Lead(role));
    }
    if let Some(slot) = need.slots.iter().position(Vec::is_empty) {
        return Err(TeamError::Slot(slot));
    }
    need.slots.iter().flatten().try_for_each(|channel| within("channel", *channel, draws.channels()))
}
