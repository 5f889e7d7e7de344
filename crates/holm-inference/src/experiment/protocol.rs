//! What is fixed before the draw: groups, laws, bet, outcomes, closing date.

use std::collections::BTreeSet;

pub use super::law::{Bet, Law};
use super::law::{MOST_VARIANTS, Variants};
use super::{Who, encoding};

pub use super::encoding::ReadError;

/// The most outcomes that a protocol lists.
pub const MOST_OUTCOMES: usize = 1 << 10;

/// Who is told one variant: a person, or people who must be told the same. The unit of randomisation.
///
/// Evidence belongs to groups. A person is the group of that person alone, and what is known of a larger group is known of
/// "somebody in it": a member has no value of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(Vec<Who>);

impl Group {
    /// One person who is told alone.
    #[must_use]
    pub fn person(who: Who) -> Self {
        Self(vec![who])
    }

    /// People who are told the same, in any order.
    ///
    /// # Errors
    /// [`ProtocolError::Nobody`] for an empty group, [`ProtocolError::Twice`] for one that names somebody twice.
    pub fn of(mut members: Vec<Who>) -> Result<Self, ProtocolError> {
        members.sort_unstable();
        if let Some(pair) = members.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ProtocolError::Twice(pair[0].0));
        }
        if members.is_empty() { Err(ProtocolError::Nobody) } else { Ok(Self(members)) }
    }

    /// The members, in order.
    #[must_use]
    pub fn members(&self) -> &[Who] {
        &self.0
    }
}

/// A protocol's parts, as the planner puts them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The caller's commitment to what each variant says and by which signs each outcome is known.
    pub wording: [u8; 32],
    /// Outcomes are entered until then: seconds of the record's clock.
    pub closes: i64,
    /// The least weight that any law gives any variant, over 2¹⁶: ε.
    pub floor: u32,
    /// How much is staked on each outcome.
    pub bet: Bet,
    /// Which variants each possible outcome shows, by the outcome's number; "nothing was seen" shows none.
    pub outcomes: Vec<Variants>,
    /// Who is eligible, each with a law of their own.
    pub groups: Vec<(Group, Law)>,
}

/// A plan that can be carried out. Groups stand in the order of their first members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol(Plan);

/// A plan that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A group without members, or a plan without groups.
    #[error("nobody is eligible: name at least one person")]
    Nobody,
    /// Somebody stands in two groups, or twice in one.
    #[error("person {0} is named twice: whoever must be told the same as others belongs to one group with all of them")]
    Twice(u32),
    /// Laws of different lengths.
    #[error("the group of person {first} has a law over {got} variants where the others have {variants}")]
    Lengths {
        /// The group's first member.
        first: u32,
        /// Its number of variants.
        got: usize,
        /// That of the first group.
        variants: usize,
    },
    /// No floor.
    #[error("the least weight must be at least 1")]
    NoFloor,
    /// A weight below the floor.
    #[error("the law of the group of person {first} gives variant {variant} the weight {weight}, below the least one {floor}")]
    Floor {
        /// The group's first member.
        first: u32,
        /// The variant.
        variant: usize,
        /// Its weight over 2¹⁶.
        weight: u32,
        /// The protocol's least weight over 2¹⁶.
        floor: u32,
    },
    /// No outcomes, or too many.
    #[error("a protocol lists 1 to {MOST_OUTCOMES} outcomes; got {0}")]
    Outcomes(usize),
    /// An outcome shows a variant that nobody can be told.
    #[error("outcome {outcome} shows a variant that the protocol does not have")]
    Unknown {
        /// Its number.
        outcome: usize,
    },
}

impl Protocol {
    /// Takes a plan; the order of its groups does not matter.
    ///
    /// # Errors
    /// [`ProtocolError`] says what cannot be carried out.
    pub fn new(mut plan: Plan) -> Result<Self, ProtocolError> {
        plan.groups.sort_by(|a, b| a.0.cmp(&b.0));
        let mut named = BTreeSet::new();
        if let Some(twice) = plan.groups.iter().flat_map(|(g, _)| g.members()).find(|who| !named.insert(**who)) {
            return Err(ProtocolError::Twice(twice.0));
        }
        let variants = plan.groups.first().ok_or(ProtocolError::Nobody)?.1.weights().len();
        if plan.floor == 0 {
            return Err(ProtocolError::NoFloor);
        }
        plan.groups.iter().try_for_each(|(group, law)| law_fits(group, law, variants, plan.floor))?;
        if plan.outcomes.is_empty() || plan.outcomes.len() > MOST_OUTCOMES {
            return Err(ProtocolError::Outcomes(plan.outcomes.len()));
        }
        let all = u16::MAX >> (MOST_VARIANTS - variants);
        match plan.outcomes.iter().position(|shown| shown.bits() & !all != 0) {
            Some(outcome) => Err(ProtocolError::Unknown { outcome }),
            None => Ok(Self(plan)),
        }
    }

    /// What was planned.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.0
    }

    /// All who are eligible.
    pub(super) fn members(&self) -> impl Iterator<Item = Who> {
        self.0.groups.iter().flat_map(|(group, _)| group.members()).copied()
    }

    pub(super) fn shares_people_with(&self, other: &Self) -> bool {
        let own: BTreeSet<Who> = self.members().collect();
        other.members().any(|who| own.contains(&who))
    }

    /// Where `group` stands among the groups.
    pub(super) fn place(&self, group: &Group) -> Option<usize> {
        self.0.groups.binary_search_by(|(g, _)| g.cmp(group)).ok()
    }

    /// The canonical bytes: equal protocols have equal ones, different protocols different ones. The record commits to these.
    ///
    /// All numbers little-endian: the 28 bytes `holm experiment protocol v1` and a line feed; wording (32); closing date (i64);
    /// least weight, stake (u32 each); number of variants (u8); number of outcomes (u16) and a u16 each, bit v for variant v;
    /// number of groups (u32), and of each, in ascending order: number of members (u32), members (u32 each, ascending), weights
    /// (u32 each).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encoding::encode(self)
    }

    /// Reads what [`Protocol::encode`] wrote.
    ///
    /// # Errors
    /// [`ReadError`] if the bytes are not just what `encode` writes for a protocol that can be carried out.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        encoding::decode(bytes)
    }
}

fn law_fits(group: &Group, law: &Law, variants: usize, floor: u32) -> Result<(), ProtocolError> {
    let first = group.0.first().map_or(0, |who| who.0);
    let got = law.weights().len();
    if got != variants {
        return Err(ProtocolError::Lengths { first, got, variants });
    }
    match law.weights().iter().enumerate().find(|(_, w)| **w < floor) {
        Some((variant, weight)) => Err(ProtocolError::Floor { first, variant, weight: *weight, floor }),
        None => Ok(()),
    }
}
