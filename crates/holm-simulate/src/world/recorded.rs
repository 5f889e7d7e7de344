//! What is written down: all that anybody who is to believe something is given.

/// A record.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// By unit, its agency.
    pub units: Vec<usize>,
    /// The roster.
    pub persons: Vec<Person>,
    /// By channel, its unit.
    pub channels: Vec<usize>,
    /// Types of operations.
    pub kinds: usize,
    /// Operations, in order of time.
    pub operations: Vec<Operation>,
    /// Checks.
    pub checks: Vec<Check>,
}

/// Somebody on the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Index of the unit.
    pub unit: usize,
    /// Level of rank: 1 is the lowest, 5 the highest.
    pub level: u8,
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Index of its type.
    pub kind: usize,
    /// Index of the organisation it is aimed at.
    pub target: usize,
    /// The unit that it stays in, if it stays in one.
    pub unit: Option<usize>,
    /// When it takes place, in days.
    pub time: f64,
    /// When its outcome is known, in days.
    pub known: f64,
    /// Who keeps its ledger.
    pub clerk: usize,
    /// Disclosures.
    pub told: Vec<Telling>,
    /// The channel that it went through.
    pub channel: Option<usize>,
    /// Its outcome, as it is seen.
    pub outcome: Outcome,
    /// Whose copy was found with the target.
    pub recovered: Option<usize>,
}

/// A disclosure, as it is written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Telling {
    /// Index of the person.
    pub person: usize,
    /// What they learn is worth this share of everything.
    pub weight: f64,
    /// When they were told, in days.
    pub time: f64,
    /// When that was written down, in days.
    pub entered: f64,
    /// Whether somebody else than the clerk says so too.
    pub confirmed: bool,
}

/// An outcome, as it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It failed as if it had leaked.
    Confirmed,
    /// Perhaps it did.
    Suspected,
    /// Nobody knows.
    Unknown,
    /// It did not.
    Clean,
}

/// A check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Index of the person.
    pub person: usize,
    /// Index of its kind.
    pub kind: usize,
    /// What it found.
    pub finding: Finding,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Nothing.
    Passed,
    /// Something.
    Failed,
}
