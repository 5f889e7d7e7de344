//! How a world is made.

/// Everything that a world is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Agencies, among which units are dealt in turn.
    pub agencies: usize,
    /// Units, among which people are dealt in turn.
    pub units: usize,
    /// People on the roster.
    pub people: usize,
    /// Standard deviation of ln of how much somebody is told: 0 tells all alike.
    pub spread: f64,
    /// How much more each level of rank is told than the one below.
    pub tilt: f64,
    /// Organisations under investigation.
    pub targets: usize,
    /// Operations.
    pub operations: usize,
    /// Types of operations.
    pub kinds: Vec<Kind>,
    /// How many are told of an operation, at least and at most.
    pub told: [usize; 2],
    /// Share of operations that stay in one unit.
    pub single_unit: f64,
    /// Share of the told who only learn that something is coming, and what that is worth to whoever hears it from them.
    pub hint: Hint,
    /// Who leaks.
    pub corrupt: Corruption,
    /// Who leaks and stands on no list.
    pub unlisted: Unlisted,
    /// Channels.
    pub channels: Channels,
    /// Share of the operations of the first unit that fail by nature, beside the background.
    pub unlucky_unit: f64,
    /// How well disclosures are written down.
    pub ledger: Keeping,
    /// How well outcomes are seen.
    pub labels: Labels,
    /// Kinds of checks.
    pub checks: Vec<CheckKind>,
    /// Share of leaks of which a copy is recovered.
    pub copies: f64,
    /// Whether a leaker frames somebody.
    pub framing: Framing,
}

/// A type of operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// How many operations are of it, relative to the others.
    pub share: f64,
    /// Probability that one fails without a leak.
    pub background: f64,
}

/// Disclosures that tell little.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hint {
    /// Share of disclosures that do.
    pub share: f64,
    /// Share of the leak rate that they are worth, in (0, 1].
    pub weight: f64,
}

/// How often somebody leaks what they are told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// All alike.
    Fixed(f64),
    /// Beta(a, b), each of their own.
    Beta(f64, f64),
}

/// People who leak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corruption {
    /// How many on the roster.
    pub count: usize,
    /// How often they leak what they are told.
    pub rate: Rate,
    /// Share of that rate at which they leak what concerns another target than the one they serve.
    pub others: f64,
    /// Share of leakers who begin at some time.
    pub onset: f64,
    /// The parts of the world's time between which they begin, at any moment alike.
    pub begins: [f64; 2],
    /// Share of leakers who go on and off. All others always leak.
    pub on_off: f64,
    /// Changes between on and off to be expected in the time of the world.
    pub changes: f64,
}

/// Leakers who are told things and stand on no list (Hanssen, while Kelley was pursued).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unlisted {
    /// Nobody.
    Nobody,
    /// So many, each in a random unit and told as much as the busiest tenth of its people.
    OfUnits(usize),
    /// One who is told this share of all operations.
    Everywhere(f64),
}

/// Channels: each unit has one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Channels {
    /// Probability that an operation of one unit goes through the unit's channel.
    pub used: f64,
    /// How many are compromised.
    pub compromised: usize,
    /// How often a compromised one gives away what goes through it.
    pub rate: f64,
}

/// How well disclosures are written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keeping {
    /// Share of disclosures that nobody writes down in time.
    pub missing: f64,
    /// Share of those that are found and written down once an operation is known to have failed: hindsight.
    pub reconstructed: f64,
    /// Share of the others that are written down only after the outcome is known, whatever it is.
    pub late: f64,
    /// Share of those that are true of which somebody else than the clerk says so too.
    pub confirmed: f64,
}

/// How well outcomes are seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Labels {
    /// Share of failures that nobody notices: they are taken as clean.
    pub unnoticed: f64,
    /// Share of noticed failures that are only suspected.
    pub suspected: f64,
    /// Share of clean operations that are suspected.
    pub wrongly: f64,
    /// Share of operations of which nobody knows how they ended.
    pub unknown: f64,
}

/// A kind of check.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheckKind {
    /// Share of people who are checked.
    pub share: f64,
    /// Probability that a leaker fails.
    pub sensitivity: f64,
    /// Probability that anybody else fails.
    pub false_positive: f64,
}

/// When a false entry reaches the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Once it is known that the operation failed.
    Afterwards,
    /// As soon as it is decided to leak, as any other entry.
    AtOnce,
}

/// A leaker who frames a rival, an innocent of the same unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Framing {
    /// None does.
    Nobody,
    /// The first leaker leaks only what the rival was told too.
    OnlyWhatRivalKnows,
    /// The first leaker keeps the ledger of the unit, writes of what was leaked that the rival was told, and leaves their own name
    /// out of a share of it.
    FalseEntries {
        /// When the entry is written.
        entry: Entry,
        /// Share of leaks in which the leaker leaves their own name out.
        hides: f64,
    },
}

impl Setting {
    /// 200 people of 10 units, five of whom leak half of what they are told; ten are told of an operation; one in twenty fails
    /// by itself; seven of ten stay in a unit; some are told far more than others. Everything is written down and seen.
    #[must_use]
    pub fn units(operations: usize) -> Self {
        Self {
            agencies: 3,
            units: 10,
            people: 200,
            spread: 0.7,
            tilt: 1.0,
            targets: 1,
            operations,
            kinds: vec![Kind { share: 1.0, background: 0.05 }],
            told: [10, 10],
            single_unit: 0.7,
            hint: Hint { share: 0.0, weight: 1.0 },
            corrupt: Corruption {
                count: 5,
                rate: Rate::Fixed(0.5),
                others: 1.0,
                onset: 0.0,
                begins: [0.0, 1.0],
                on_off: 0.0,
                changes: 4.0,
            },
            unlisted: Unlisted::Nobody,
            channels: Channels { used: 0.5, compromised: 0, rate: 0.5 },
            unlucky_unit: 0.0,
            ledger: Keeping { missing: 0.0, reconstructed: 0.0, late: 0.0, confirmed: 0.0 },
            labels: Labels { unnoticed: 0.0, suspected: 0.0, wrongly: 0.0, unknown: 0.0 },
            checks: Vec::new(),
            copies: 0.0,
            framing: Framing::Nobody,
        }
    }

    /// The same where anybody may be told anything, all alike: far too easy to judge methods by.
    #[must_use]
    pub fn uniform(operations: usize) -> Self {
        Self { spread: 0.0, single_unit: 0.0, ..Self::units(operations) }
    }

    /// With everything that goes wrong in a programme of sharing, each in moderation.
    #[must_use]
    pub fn programme(operations: usize) -> Self {
        Self {
            tilt: 1.3,
            targets: 4,
            kinds: vec![Kind { share: 5.0, background: 0.05 }, Kind { share: 3.0, background: 0.15 }],
            told: [4, 14],
            hint: Hint { share: 0.2, weight: 0.4 },
            corrupt: Corruption {
                count: 6,
                rate: Rate::Beta(2.0, 2.0),
                others: 0.5,
                onset: 0.3,
                begins: [0.0, 1.0],
                on_off: 0.3,
                changes: 4.0,
            },
            channels: Channels { used: 0.5, compromised: 1, rate: 0.5 },
            ledger: Keeping { missing: 0.1, reconstructed: 0.3, late: 0.05, confirmed: 0.0 },
            labels: Labels { unnoticed: 0.1, suspected: 0.3, wrongly: 0.02, unknown: 0.05 },
            checks: vec![
                // A polygraph of accuracy 0.86 (National Research Council 2003, recomputed as binormal), and a review of accounts.
                CheckKind { share: 0.6, sensitivity: 0.5, false_positive: 0.063 },
                CheckKind { share: 0.3, sensitivity: 0.3, false_positive: 0.02 },
            ],
            copies: 0.05,
            ..Self::units(operations)
        }
    }
}
