//! What is so and what came of it, which policies never see.

use crate::programme::policy::Cause;

/// What came of a programme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// By quarter of a year.
    pub quarters: Vec<Quarter>,
    /// Who leaks.
    pub leakers: Vec<Known>,
    /// Innocents who were named.
    pub innocents: Vec<Accused>,
    /// Innocents who were set aside at any time.
    pub set_aside: Vec<usize>,
    /// Innocents who in some quarter were refused more than half of what they were to read, of at least four things.
    pub shut_out: Vec<usize>,
    /// Leaks of items on which an operation stands.
    pub leaks: usize,
    /// Baits that were told.
    pub baits: usize,
    /// Leaks on paper, of baits too.
    pub papers: usize,
    /// Of these, mixed from several copies.
    pub mixtures: usize,
    /// Papers that were recovered, or will be.
    pub recovered: usize,
    /// Of these, made with a look at the rival's copy.
    pub framed: usize,
}

/// A quarter of a year, by the week in which items are shared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quarter {
    /// Operations that were asked for.
    pub asked: usize,
    /// That took place.
    pub carried: usize,
    /// That took place and were betrayed.
    pub betrayed: usize,
    /// Disclosures that would be made if nobody were mistrusted: every seat of every team, and every reader.
    pub intended: usize,
    /// Disclosures that were made.
    pub made: usize,
    /// Readers that were asked for.
    pub readings: usize,
    /// Who were not told.
    pub refused: usize,
    /// What could be had if nobody leaked and everybody were told: of operations that do not fail by themselves their stake, and 1 for each
    /// reader.
    pub possible: f64,
    /// What was had: nothing of an item that leaked.
    pub value: f64,
}

/// Why somebody was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A copy.
    Copy,
    /// Experiments.
    Experiment,
    /// A guess.
    Guess,
}

impl From<Cause> for By {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Copy { .. } => Self::Copy,
            Cause::Experiment => Self::Experiment,
            Cause::Guess => Self::Guess,
        }
    }
}

/// Somebody who leaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The person.
    pub person: usize,
    /// What kind of leaker.
    pub manner: Manner,
    /// How often they leak what they are told while they do.
    pub rate: f64,
    /// How often they did.
    pub leaks: usize,
    /// How often they leaked a bait.
    pub baits: usize,
    /// The week in which they were named, and why.
    pub named: Option<(usize, By)>,
    /// The week in which they were set aside first.
    pub set_aside: Option<usize>,
}

/// What kind of leaker somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Frames a rival, and works with others.
    Framer,
    /// Works with others.
    Partner,
    /// Works alone.
    Alone,
}

/// An innocent who was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accused {
    /// The person.
    pub person: usize,
    /// The week.
    pub week: usize,
    /// Why.
    pub cause: By,
    /// Whether the framer had a look at a copy of theirs by which they were named.
    pub touched: bool,
}

impl Run {
    /// The sum of a figure over all quarters.
    #[must_use]
    pub fn sum(&self, of: impl Fn(&Quarter) -> f64) -> f64 {
        self.quarters.iter().map(of).sum()
    }

    /// Operations that were asked for.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.quarters.iter().map(|q| q.asked).sum()
    }
}
