//! What is supposed before anything is seen; everything of it may be learned or held fixed.
//!
//! Values are those of the plan (docs/design/belief.md): few people leak, units differ, an operation fails by itself one time in
//! twenty, half of those who leak always did.

use rand::RngExt;
use rand_distr::{Beta, Distribution};

/// A share that is learned or known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// Beta(a, b).
    Beta(f64, f64),
    /// Known.
    Known(f64),
}

/// How likely a leaker is to leak one thing that they were told.
#[derive(Clone, Debug, PartialEq)]
pub enum LeakRate {
    /// Beta(a, b), each person of their own.
    Beta(f64, f64),
    /// One of some values, each with its probability: cases with it can be enumerated.
    Points(Vec<(f64, f64)>),
}

impl LeakRate {
    pub(crate) fn draw(&self, random: &mut impl rand::Rng) -> f64 {
        match self {
            // The second of three uniform numbers: this is drawn more often than anything else.
            Self::Beta(2.0, 2.0) => {
                let [x, y, z]: [f64; 3] = [random.random(), random.random(), random.random()];
                x.min(y).max(x.max(y).min(z)).clamp(1e-6, 1.0 - 1e-6)
            }
            // Rates of exactly 0 or 1 would make certain what is not.
            Self::Beta(a, b) => Beta::new(*a, *b).map_or(0.5, |beta| beta.sample(random)).clamp(1e-6, 1.0 - 1e-6),
            Self::Points(points) => {
                let mut left: f64 = random.random();
                for (value, probability) in points {
                    left -= probability;
                    if left < 0.0 {
                        return *value;
                    }
                }
                points.last().map_or(0.5, |(value, _)| *value)
            }
        }
    }
}

/// When leakers are active: shares of those that always are, of those that begin at one of the times at which they were told
/// something, and of those that go on and off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Windows {
    /// Always.
    pub always: f64,
    /// From a first time on.
    pub onset: f64,
    /// On and off.
    pub on_off: f64,
    /// Changes between on and off to be expected over the time that the case covers.
    pub changes: f64,
}

impl Windows {
    /// Whoever leaks always does.
    pub const NONE: Self = Self { always: 1.0, onset: 0.0, on_off: 0.0, changes: 0.0 };
}

/// Everything that is supposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Priors {
    /// Mean share of leakers over units.
    pub leakers: Share,
    /// How alike units are: the shape and the rate of a gamma distribution of κ, or κ itself.
    pub alike: Alike,
    /// Share of channels of one kind that are compromised.
    pub channels: (f64, f64),
    /// How likely an operation of one type is to fail as if it had leaked, for other reasons or through somebody who is not listed.
    pub background: Share,
    /// How likely somebody of a unit involved, of whom it is not recorded, was told too.
    pub unrecorded: Share,
    /// Leak rates, of channels too.
    pub rate: LeakRate,
    /// Activity.
    pub windows: Windows,
}

/// How alike units are in their share of leakers: shares are Beta(mκ, (1−m)κ).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Alike {
    /// κ ~ Gamma(shape, rate).
    Gamma(f64, f64),
    /// Known.
    Known(f64),
}

impl Default for Priors {
    fn default() -> Self {
        Self {
            leakers: Share::Beta(1.0, 39.0),
            alike: Alike::Gamma(2.0, 0.1),
            channels: (1.0, 9.0),
            background: Share::Beta(1.0, 19.0),
            unrecorded: Share::Beta(1.0, 19.0),
            rate: LeakRate::Beta(2.0, 2.0),
            windows: Windows { always: 0.5, onset: 0.25, on_off: 0.25, changes: 4.0 },
        }
    }
}
