//! How a programme is made. Every number is an assumption; `docs/design/planner.md` lists them.

use holm_codes::attack::Channel;

use crate::world::setting::{Corruption, Framing, Rate, Setting as World};

/// Everything that a programme is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Weeks that it lasts.
    pub weeks: usize,
    /// Items that are to be shared each week, each with its operation.
    pub items_a_week: usize,
    /// Harmless items that may be told each week to learn who leaks, by whoever plans so.
    pub baits_a_week: usize,
    /// Variants of the fact that is told in each of them.
    pub bait_variants: u8,
    /// People on the roster.
    pub people: usize,
    /// Units, among which people are dealt in turn.
    pub units: usize,
    /// People who leak: at least three. The first frames a rival and works with the next two, one of whom is of the same unit.
    pub leakers: usize,
    /// How often each leaks what they are told.
    pub rate: Rate,
    /// The week from which the last of them leaks.
    pub begins: usize,
    /// Share of items that concern two units.
    pub joint: f64,
    /// How many could take part, of each unit: where one is concerned, and where two are.
    pub candidates: [usize; 2],
    /// How many each role takes.
    pub roles: Vec<usize>,
    /// How likely a candidate can fill a role beside their own.
    pub versatile: f64,
    /// How many are to read an item, at least and at most.
    pub readers: [usize; 2],
    /// What an operation is worth where a reader who knows is worth 1.
    pub stake: f64,
    /// Weeks from telling to acting, at least and at most.
    pub lead: [usize; 2],
    /// Weeks from acting to knowing what came of it, at least and at most.
    pub known: [usize; 2],
    /// Share of operations that fail by themselves.
    pub background: f64,
    /// Share of betrayed operations in which nobody notices.
    pub unnoticed: f64,
    /// Marks of an item, at least and at most; their logarithms are alike.
    pub marks: [usize; 2],
    /// Share of marks that are authored facts of four alternatives; others have two.
    pub facts: f64,
    /// Share of items with one more fact that may be varied by an experiment, and its variants.
    pub varied: (f64, u8),
    /// How likely it is to be seen on which variant the target acted, where an item was betrayed.
    pub acted_on: f64,
    /// How likely it seems to have acted on one, where it did not.
    pub by_chance: f64,
    /// Leaks on paper.
    pub papers: Papers,
    /// How leakers are frightened.
    pub scares: Scares,
}

/// Leaks on paper: all others are by mouth and leave nothing to recover.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Papers {
    /// Share of leaks that are.
    pub share: f64,
    /// The factor on that once somebody was named by a copy.
    pub wary: f64,
    /// Share of papers that are recovered.
    pub recovered: f64,
    /// They are within so many weeks.
    pub found_within: usize,
    /// Share of papers that are retyped or excerpted.
    pub retyped: f64,
    /// What is read of marks where a copy is whole, and where it is retyped.
    pub read: [Channel; 2],
    /// Share of those of the rival's marks that the framer knows where they make a mixture look like the rival's copy.
    pub glimpsed: f64,
    /// Share of papers of the framer alone that are the rival's own copy, borrowed.
    pub borrowed: f64,
}

/// For how many weeks a leaker leaks nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scares {
    /// After somebody was named.
    pub far: usize,
    /// After somebody of their own unit was, or whom they work with.
    pub close: usize,
    /// After they were left out and told nothing at all: set aside, or their unit withheld from.
    pub left_out: usize,
}

impl Setting {
    /// Two years, 200 people of 10 units, five leakers, four items a week.
    #[must_use]
    pub fn two_years() -> Self {
        Self {
            weeks: 104,
            items_a_week: 4,
            baits_a_week: 2,
            bait_variants: 8,
            people: 200,
            units: 10,
            leakers: 5,
            rate: Rate::Beta(3.0, 3.0),
            begins: 26,
            joint: 0.3,
            candidates: [14, 8],
            roles: vec![3, 3, 2],
            versatile: 0.4,
            readers: [8, 16],
            stake: 10.0,
            lead: [1, 3],
            known: [1, 3],
            background: 0.06,
            unnoticed: 0.1,
            marks: [20, 120],
            facts: 0.1,
            varied: (0.5, 4),
            acted_on: 0.4,
            by_chance: 0.01,
            papers: Papers {
                share: 0.35,
                wary: 0.5,
                recovered: 0.25,
                found_within: 8,
                retyped: 0.5,
                read: [Channel { erased: 0.02, flipped: 0.005 }, Channel { erased: 0.35, flipped: 0.03 }],
                glimpsed: 0.3,
                borrowed: 0.1,
            },
            scares: Scares { far: 6, close: 12, left_out: 4 },
        }
    }

    /// The same, where half as much is seen: of papers that are recovered, and of variants that targets act on.
    #[must_use]
    pub fn half_seen() -> Self {
        let plain = Self::two_years();
        let papers = Papers { recovered: plain.papers.recovered / 2.0, ..plain.papers };
        Self { acted_on: plain.acted_on / 2.0, papers, ..plain }
    }

    /// The same, where whatever the framer alone passes on is the rival's own copy.
    #[must_use]
    pub fn borrowed() -> Self {
        let plain = Self::two_years();
        Self { papers: Papers { borrowed: 1.0, ..plain.papers }, ..plain }
    }

    /// The people as [`crate::world`] draws them: some are told far more than others, the higher in rank the more.
    pub(super) fn staff(&self) -> World {
        let world = World::units(0);
        let corrupt = Corruption { count: self.leakers, rate: self.rate, ..world.corrupt };
        World { people: self.people, units: self.units, tilt: 1.3, corrupt, framing: Framing::OnlyWhatRivalKnows, ..world }
    }
}
