//! What a policy is asked and told, and what it answers. Nothing here knows who leaks.

use std::fmt;

pub use crate::world::recorded::Person;

/// Decides whom to tell. Told each week what became known ([`Policy::learn`]), then asked about each item ([`Policy::share`]).
pub trait Policy {
    /// Takes what became known and says who is named from now on and who is told nothing at the moment.
    fn learn(&mut self, report: &Report) -> Standing;

    /// Decides who is told of an item, and with which copies.
    fn share(&mut self, ask: &Ask) -> Sharing;

    /// Decides who is told of a harmless item, by which nothing is lost and something may be learned: nobody, unless a policy says so.
    fn bait(&mut self, _bait: &Bait) -> Vec<Copy> {
        Vec::new()
    }
}

/// A harmless item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bait {
    /// Its number.
    pub number: usize,
    /// The week.
    pub week: usize,
    /// The week by which a target would act on it.
    pub due: usize,
    /// By mark, its number of alternatives.
    pub arities: Vec<usize>,
    /// Variants of its fact.
    pub variants: u8,
}

impl Bait {
    /// # Errors
    /// [`PolicyError`] names what was not asked.
    pub(super) fn check(&self, copies: &[Copy], people: usize) -> Result<(), PolicyError> {
        let twice = |(n, copy): (usize, &Copy)| copies[..n].iter().any(|other| other.person == copy.person);
        if let Some((_, copy)) = copies.iter().enumerate().find(|(n, copy)| copy.person >= people || twice((*n, *copy))) {
            return Err(PolicyError::Told { item: self.number, person: copy.person });
        }
        let fits = |copy: &Copy| copy.codeword.is_empty() || copy.codeword.len() == self.arities.len();
        if copies.iter().all(fits) { Ok(()) } else { Err(PolicyError::Copies(self.number)) }
    }
}

/// The people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// How many units there are.
    pub units: usize,
    /// Everybody, by their number.
    pub persons: Vec<Person>,
}

/// What became known in one week.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The week that begins.
    pub week: usize,
    /// How operations ended.
    pub outcomes: Vec<Outcome>,
    /// Copies that turned up.
    pub recovered: Vec<Recovered>,
}

/// How an operation ended, as it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Number of its item.
    pub item: usize,
    /// Whether it seems to have failed.
    pub ending: Ending,
    /// The variant that the target acted on, where that was seen and people had been told variants.
    pub shown: Option<u8>,
}

/// Whether an operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As if it had been betrayed.
    Failed,
    /// It did not.
    Succeeded,
}

/// A copy that turned up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Number of its item.
    pub item: usize,
    /// By mark, what is read of it; none where it cannot be read, and nothing at all of items without codewords.
    pub read: Vec<Option<u8>>,
}

/// Somebody who could take part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The person.
    pub person: usize,
    /// Roles that they can fill.
    pub roles: Vec<usize>,
    /// Level of rank.
    pub level: u8,
}

/// An item that is to be shared, and the operation that stands on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Its number.
    pub number: usize,
    /// The week.
    pub week: usize,
    /// The week of the operation.
    pub due: usize,
    /// Units whose operation it is.
    pub units: Vec<usize>,
    /// By role, how many it takes.
    pub roles: Vec<usize>,
    /// How many of the team must be of [`SENIOR`] rank.
    pub senior: usize,
    /// Who could take part, in the order in which they would be taken as usual.
    pub candidates: Vec<Candidate>,
    /// Who is to know of it beside the team.
    pub readers: Vec<usize>,
    /// By mark, its number of alternatives.
    pub arities: Vec<usize>,
    /// Variants of a fact that may be told at random, if there is one.
    pub variants: Option<u8>,
    /// What the operation is worth where a reader who knows is worth 1.
    pub stake: f64,
}

/// The lowest level of rank that is senior.
pub const SENIOR: u8 = 3;

impl Ask {
    /// The team that is taken as usual, of those who are not barred; none if roles or rank cannot be filled in that order.
    #[must_use]
    pub fn usual(&self, barred: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
        let mut left = self.roles.clone();
        let mut team = Vec::new();
        let free: Vec<&Candidate> = self.candidates.iter().filter(|c| !barred(c.person)).collect();
        let senior = free.iter().filter(|c| c.level >= SENIOR).take(self.senior);
        let rest = free.iter().filter(|c| !senior.clone().any(|s| s.person == c.person));
        for candidate in senior.clone().chain(rest) {
            // The role that is filled with most difficulty: the one of which most are lacking.
            let role = candidate.roles.iter().copied().filter(|r| left[*r] > 0).max_by_key(|r| (left[*r], usize::MAX - r));
            if let Some(role) = role {
                left[role] -= 1;
                team.push(candidate.person);
            }
        }
        let seniors = senior.filter(|c| team.contains(&c.person)).count();
        (left.iter().all(|l| *l == 0) && seniors >= self.senior).then_some(team)
    }
}

/// What one person is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The person.
    pub person: usize,
    /// By mark, its symbol; empty where items are not marked.
    pub codeword: Vec<u8>,
    /// The variant that they are told.
    pub variant: Option<u8>,
}

/// Who is told of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// The team; none if the operation does not take place.
    pub team: Option<Vec<usize>>,
    /// Readers.
    pub readers: Vec<usize>,
    /// What they are given: one each of all who are told, or none of anybody.
    pub copies: Vec<Copy>,
}

/// A policy told somebody of whom it was not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// Somebody is told who is no candidate or no reader, or is told twice.
    Told {
        /// The item.
        item: usize,
        /// The person.
        person: usize,
    },
    /// Not so many as the roles take.
    Team(usize),
    /// Copies that are not those of the people who are told, or codewords of another length.
    Copies(usize),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told { item, person } => write!(
                f,
                "item {item}: person {person} is told twice or was not asked about; tell candidates and readers, each once"
            ),
            Self::Team(item) => {
                write!(f, "item {item}: the team has another number of people than its roles take; fill each role")
            }
            Self::Copies(item) => {
                write!(f, "item {item}: give one copy with a symbol for each mark to everybody who is told, or none at all")
            }
        }
    }
}

impl std::error::Error for PolicyError {}

impl Sharing {
    /// Everybody who is told.
    pub fn told(&self) -> impl Iterator<Item = usize> {
        self.team.iter().flatten().chain(&self.readers).copied()
    }

    /// # Errors
    /// [`PolicyError`] names what was not asked.
    pub(super) fn check(&self, ask: &Ask) -> Result<(), PolicyError> {
        let item = ask.number;
        let mut seen: Vec<usize> = Vec::new();
        for person in self.told() {
            let reads = ask.readers.contains(&person) && self.readers.contains(&person);
            let acts = ask.candidates.iter().any(|c| c.person == person) && !self.readers.contains(&person);
            if seen.contains(&person) || !(reads || acts) {
                return Err(PolicyError::Told { item, person });
            }
            seen.push(person);
        }
        if self.team.as_ref().is_some_and(|team| team.len() != ask.roles.iter().sum::<usize>()) {
            return Err(PolicyError::Team(item));
        }
        let fits = |copy: &Copy| seen.contains(&copy.person) && [0, ask.arities.len()].contains(&copy.codeword.len());
        let all = self.copies.is_empty() || (self.copies.len() == seen.len() && self.copies.iter().all(fits));
        if all { Ok(()) } else { Err(PolicyError::Copies(item)) }
    }
}

/// Why somebody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A recovered copy of this item came from theirs.
    Copy {
        /// The item.
        item: usize,
    },
    /// Randomised variants that they were told are those that leaked.
    Experiment,
    /// They knew of most that failed.
    Guess,
}

/// Somebody who is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// The person.
    pub person: usize,
    /// Why.
    pub cause: Cause,
}

/// Who is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Who is named this week, which everybody sees.
    pub named: Vec<Named>,
    /// Who is told nothing at the moment although they are not named, which they themselves notice.
    pub set_aside: Vec<usize>,
    /// Units that are told nothing at the moment.
    pub withheld: Vec<usize>,
}
