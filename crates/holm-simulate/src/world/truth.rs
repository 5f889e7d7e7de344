//! What is so, which only tests may look at.

use crate::world::activity::Active;

/// The truth of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// The roster in its order, then whoever stands on no list.
    pub actors: Vec<Actor>,
    /// By channel, how often it gives away what goes through it, if it is compromised.
    pub channels: Vec<Option<f64>>,
    /// What happened in each operation.
    pub operations: Vec<Happened>,
    /// The innocent whom somebody frames.
    pub framed: Option<usize>,
}

impl Truth {
    /// Everybody who leaks, listed or not.
    pub fn leakers(&self) -> impl Iterator<Item = usize> {
        self.actors.iter().enumerate().filter(|(_, a)| a.corrupt.is_some()).map(|(index, _)| index)
    }

    /// Whether somebody leaks.
    #[must_use]
    pub fn leaks(&self, person: usize) -> bool {
        self.actors.get(person).is_some_and(|a| a.corrupt.is_some())
    }
}

/// Somebody who may be told things.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// Index of the unit; of nobody's who is told of everything.
    pub unit: Option<usize>,
    /// How much they are told, relative to others.
    pub activity: f64,
    /// How they leak, if they do.
    pub corrupt: Option<Corrupt>,
}

/// How somebody leaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrupt {
    /// Index of the organisation they serve.
    pub serves: usize,
    /// How often they leak what they are told that concerns it.
    pub rate: f64,
    /// When.
    pub active: Active,
    /// Only what this person was told too.
    pub only_with: Option<usize>,
}

/// What happened in an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// Index of its type.
    pub kind: usize,
    /// Index of the organisation it is aimed at.
    pub target: usize,
    /// The unit that it stays in, if it stays in one.
    pub unit: Option<usize>,
    /// When it takes place, in days.
    pub time: f64,
    /// Who was told: person, what it is worth, and when.
    pub told: Vec<(usize, f64, f64)>,
    /// The channel that it went through.
    pub channel: Option<usize>,
    /// All that brought it to failure; none if it did not fail.
    pub causes: Vec<Cause>,
}

/// What brought an operation to failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody leaked it.
    Person(usize),
    /// A channel gave it away.
    Channel(usize),
    /// Nothing of that kind.
    Nature,
}
