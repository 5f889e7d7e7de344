//! Calls and texts, as a provider lists them.

use crate::statements::line::{Handset, Number, Sim};

/// A line of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// When, in seconds of the world.
    pub at: i64,
    /// The number whose statement it is.
    pub own: Number,
    /// The other.
    pub other: Number,
    /// Which way.
    pub direction: Direction,
    /// What it is.
    pub kind: Kind,
    /// How long; 0 for texts and for calls that nobody answered.
    pub seconds: u32,
    /// The handset of the own number.
    pub handset: Handset,
    /// The SIM of the own number.
    pub sim: Sim,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the own number.
    Out,
    /// To the own number.
    In,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A call.
    Call,
    /// A text.
    Sms,
}

/// A call or text between lines, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exchange {
    pub(crate) at: i64,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: Kind,
    pub(crate) seconds: u32,
}
