//! Why no team meets a need, and what is nearest to it that some team meets.

use std::fmt;

use crate::case::Level;
use crate::plan::draws::Draws;
use crate::plan::team::additive::feasible;
use crate::plan::team::pool::Pool;
use crate::plan::team::{Candidate, Need};

/// The most conditions that are dropped in pairs.
const PAIRS: usize = 24;

/// A condition of a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// So many speakers of a language, by its number.
    Language(usize),
    /// So many of a level of rank or a higher one.
    Senior(Level),
    /// A person who must take part.
    Must(usize),
    /// Two people who take part together or not at all.
    Together(usize, usize),
    /// Two people who do not take part together.
    Apart(usize, usize),
    /// The level that a role asks for.
    RoleLevel(usize),
}

/// Something that cannot be met whatever else is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Too few can fill some roles between them.
    Roles {
        /// The roles.
        roles: Vec<usize>,
        /// How many they want.
        wanted: usize,
        /// How many people can fill any of them.
        can: usize,
        /// People who could, but may not be taken, with the reason.
        barred: Vec<(usize, String)>,
    },
    /// Too few speak a language.
    Language {
        /// The language.
        language: usize,
        /// How many must.
        wanted: usize,
        /// How many do.
        can: usize,
    },
    /// Too few have a level of rank.
    Senior {
        /// The level.
        level: Level,
        /// How many must have it or a higher one.
        wanted: usize,
        /// How many have.
        can: usize,
    },
    /// Somebody must take part who may not.
    Barred {
        /// The person.
        person: usize,
        /// Why they, or somebody they take part with, may not.
        reason: String,
    },
    /// Two people must take part who may not do so together.
    Apart(usize, usize),
    /// Each condition can be met, but not all at once.
    Together,
}

/// What would do: a team was found with it, all else as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Fewer in a role.
    Fewer {
        /// The role.
        role: usize,
        /// How many fewer.
        by: usize,
        /// Whether these are fewer than the role was said not to do without.
        below: bool,
    },
    /// Without a condition.
    Without(Constraint),
    /// Without two.
    WithoutBoth(Constraint, Constraint),
    /// With somebody who may not be taken, if what bars them is put right.
    Admit {
        /// The person.
        person: usize,
        /// What bars them.
        reason: String,
    },
}

/// What is lacking, and what would do instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacking {
    /// What cannot be met.
    pub lacks: Vec<Lack>,
    /// What would do, each alone, the smallest change first.
    pub remedies: Vec<Remedy>,
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Language(language) => write!(f, "the speakers of language {language}"),
            Self::Senior(level) => write!(f, "those of level {} or higher", level.get()),
            Self::Must(person) => write!(f, "that person {person} must take part"),
            Self::Together(a, b) => write!(f, "that persons {a} and {b} take part together"),
            Self::Apart(a, b) => write!(f, "that persons {a} and {b} do not take part together"),
            Self::RoleLevel(role) => write!(f, "the level that role {role} asks for"),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Roles { roles, wanted, can, barred } => {
                let roles: Vec<String> = roles.iter().map(usize::to_string).collect();
                let [noun, verb] = if roles.len() == 1 { ["role", "wants"] } else { ["roles", "want"] };
                write!(f, "{noun} {} {verb} {wanted}, and {can} can", roles.join(", "))?;
                barred.iter().try_for_each(|(person, reason)| write!(f, "; person {person} could, but: {reason}"))
            }
            Self::Language { language, wanted, can } => write!(f, "{wanted} must speak language {language}, and {can} do"),
            Self::Senior { level, wanted, can } => {
                write!(f, "{wanted} must be of level {} or higher, and {can} are", level.get())
            }
            Self::Barred { person, reason } => write!(f, "person {person} must take part, but: {reason}"),
            Self::Apart(a, b) => write!(f, "persons {a} and {b} must take part, and not together"),
            Self::Together => f.write_str("each condition can be met, but not all at once"),
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fewer { role, by, below } => {
                let below = if *below { ", which is fewer than it cannot do without" } else { "" };
                write!(f, "take {by} fewer of role {role}{below}")
            }
            Self::Without(one) => write!(f, "give up {one}"),
            Self::WithoutBoth(a, b) => write!(f, "give up {a}, and {b}"),
            Self::Admit { person, reason } => write!(f, "put right what bars person {person} ({reason})"),
        }
    }
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lacks: Vec<String> = self.lacks.iter().map(Lack::to_string).collect();
        f.write_str(&lacks.join("; "))?;
        let remedies: Vec<String> = self.remedies.iter().map(Remedy::to_string).collect();
        if remedies.is_empty() {
            return f.write_str("; no single change helps: ask for less");
        }
        write!(f, "; {}", remedies.join(", or "))
    }
}

/// Why no team meets the need, and what would do.
pub(super) fn lacking(draws: &Draws, need: &Need, candidates: &[Candidate]) -> Lacking {
    let mut lacks = roles(need, candidates);
    lacks.extend(people(need, candidates));
    if lacks.is_empty() {
        lacks.push(Lack::Together);
    }
    Lacking { lacks, remedies: remedies(draws, need, candidates) }
}

fn can_fill(need: &Need, candidate: &Candidate, role: usize) -> bool {
    candidate.roles.contains(&role) && candidate.level >= need.roles[role].level
}

/// Roles alone, or together (Hall, J. London Math. Soc. 10, 1935), that too few can fill: those from whose empty seats others' people
/// can be reached, if as many as possible are seated.
fn roles(need: &Need, candidates: &[Candidate]) -> Vec<Lack> {
    let eligible: Vec<&Candidate> = candidates.iter().filter(|c| c.barred.is_none()).collect();
    let mut seated: Vec<Option<usize>> = vec![None; eligible.len()];
    let mut empty = Vec::new();
    for (role, wanted) in need.roles.iter().map(|r| r.wanted).enumerate() {
        for _ in 0..wanted {
            if !seat(need, &eligible, role, &mut seated, &mut vec![false; eligible.len()]) {
                empty.push(role);
            }
        }
    }
    empty.dedup();
    let mut lacks: Vec<Lack> = Vec::new();
    for first in empty {
        let mut roles = vec![first];
        let mut next = 0;
        while let Some(role) = roles.get(next).copied() {
            next += 1;
            let theirs = eligible.iter().zip(&seated).filter(|(c, _)| can_fill(need, c, role)).filter_map(|(_, seat)| *seat);
            theirs.for_each(|other| {
                if !roles.contains(&other) {
                    roles.push(other)
                }
            });
        }
        roles.sort_unstable();
        let any = |c: &&Candidate| roles.iter().any(|role| can_fill(need, c, *role));
        let barred = candidates.iter().filter(any).filter_map(|c| c.barred.clone().map(|reason| (c.person, reason)));
        let lack = Lack::Roles {
            wanted: roles.iter().map(|role| need.roles[*role].wanted).sum(),
            can: eligible.iter().copied().filter(any).count(),
            barred: barred.collect(),
            roles,
        };
        if !lacks.contains(&lack) {
            lacks.push(lack);
        }
    }
    lacks
}

fn seat(need: &Need, eligible: &[&Candidate], role: usize, seated: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for person in 0..eligible.len() {
        if tried[person] || seated[person] == Some(role) || !can_fill(need, eligible[person], role) {
            continue;
        }
        tried[person] = true;
        let free = seated[person].is_none_or(|other| {
            seated[person] = None;
            let moved = seat(need, eligible, other, seated, tried);
            if !moved {
                seated[person] = Some(other);
            }
            moved
        });
        if free {
            seated[person] = Some(role);
            return true;
        }
    }
    false
}

/// Languages, ranks and people.
fn people(need: &Need, candidates: &[Candidate]) -> Vec<Lack> {
    let count = |who: &dyn Fn(&Candidate) -> bool| candidates.iter().filter(|c| c.barred.is_none() && who(c)).count();
    let languages = need.languages.iter().map(|(language, wanted)| Lack::Language {
        language: *language,
        wanted: *wanted,
        can: count(&|c| c.languages.contains(language)),
    });
    let senior = need.senior.iter().map(|(level, wanted)| Lack::Senior {
        level: *level,
        wanted: *wanted,
        can: count(&|c| c.level >= *level),
    });
    let short = |lack: &Lack| match lack {
        Lack::Language { wanted, can, .. } | Lack::Senior { wanted, can, .. } => can < wanted,
        _ => true,
    };
    let reason = |person: usize| candidates.iter().find(|c| c.person == person).and_then(|c| c.barred.clone());
    let barred = need.must.iter().filter_map(|person| {
        let other = |(a, b): &(usize, usize)| match (a == person, b == person) {
            (true, _) => reason(*b),
            (_, true) => reason(*a),
            _ => None,
        };
        let reason = reason(*person).or_else(|| need.together.iter().find_map(other))?;
        Some(Lack::Barred { person: *person, reason })
    });
    let apart = need.apart.iter().filter(|(a, b)| need.must.contains(a) && need.must.contains(b));
    languages.chain(senior).filter(short).chain(barred).chain(apart.map(|(a, b)| Lack::Apart(*a, *b))).collect()
}

fn conditions(need: &Need) -> Vec<Constraint> {
    let ranked = need.roles.iter().enumerate().filter(|(_, role)| role.level > Level::LOWEST);
    let all = need.languages.iter().map(|(l, _)| Constraint::Language(*l));
    let all = all.chain(need.senior.iter().map(|(level, _)| Constraint::Senior(*level)));
    let all = all.chain(need.apart.iter().map(|(a, b)| Constraint::Apart(*a, *b)));
    let all = all.chain(need.together.iter().map(|(a, b)| Constraint::Together(*a, *b)));
    let all = all.chain(need.must.iter().map(|p| Constraint::Must(*p)));
    all.chain(ranked.map(|(role, _)| Constraint::RoleLevel(role))).collect()
}

fn without(need: &Need, condition: Constraint) -> Need {
    let mut need = need.clone();
    match condition {
        Constraint::Language(language) => need.languages.retain(|(l, _)| *l != language),
        Constraint::Senior(level) => need.senior.retain(|(l, _)| *l != level),
        Constraint::Must(person) => need.must.retain(|p| *p != person),
        Constraint::Together(a, b) => need.together.retain(|pair| *pair != (a, b)),
        Constraint::Apart(a, b) => need.apart.retain(|pair| *pair != (a, b)),
        Constraint::RoleLevel(role) => need.roles[role].level = Level::LOWEST,
    }
    need
}

fn remedies(draws: &Draws, need: &Need, candidates: &[Candidate]) -> Vec<Remedy> {
    let met = |need: &Need, candidates: &[Candidate]| {
        let wanted = need.roles.iter().map(|role| role.wanted).sum();
        feasible(&Pool::new(draws, need, candidates), wanted).unwrap_or(false)
    };
    let mut found = Vec::new();
    for (role, of) in need.roles.iter().enumerate() {
        let fewer = |by: &usize| {
            let mut need = need.clone();
            need.roles[role].wanted -= by;
            need.roles[role].least = need.roles[role].least.min(need.roles[role].wanted);
            met(&need, candidates)
        };
        let by = (1..=of.wanted).find(fewer);
        found.extend(by.map(|by| Remedy::Fewer { role, by, below: of.wanted - by < of.least }));
    }
    found.sort_by_key(|remedy| matches!(remedy, Remedy::Fewer { below: true, .. }));
    for (place, candidate) in candidates.iter().enumerate() {
        let Some(reason) = candidate.barred.clone() else { continue };
        let mut admitted = candidates.to_vec();
        admitted[place].barred = None;
        if met(need, &admitted) {
            found.push(Remedy::Admit { person: candidate.person, reason });
        }
    }
    let conditions = conditions(need);
    let single = conditions.iter().filter(|c| met(&without(need, **c), candidates));
    found.extend(single.map(|c| Remedy::Without(*c)));
    if found.is_empty() {
        let few = &conditions[..conditions.len().min(PAIRS)];
        let pairs = few.iter().enumerate().flat_map(|(n, a)| few[n + 1..].iter().map(move |b| (*a, *b)));
        let helps = |(a, b): &(Constraint, Constraint)| met(&without(&without(need, *a), *b), candidates);
        found.extend(pairs.filter(helps).map(|(a, b)| Remedy::WithoutBoth(a, b)));
    }
    found
}
