//! When somebody leaks.

use holm_codes::attack::Random;

use crate::world::distribution::exponential;
use crate::world::setting::Corruption;

/// Days that a world lasts.
pub const DAYS: f64 = 1_000.0;

/// When somebody leaks.
#[derive(Clone, Debug, PartialEq)]
pub enum Active {
    /// Always.
    Always,
    /// From a day on.
    From(f64),
    /// On and off.
    OnOff {
        /// Whether from the first day.
        first: First,
        /// Days of changes, in order.
        changes: Vec<f64>,
    },
}

/// How somebody begins who goes on and off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// Leaking.
    On,
    /// Not leaking.
    Off,
}

impl Active {
    /// Whether they leak on a day.
    #[must_use]
    pub fn is_on(&self, day: f64) -> bool {
        match self {
            Self::Always => true,
            Self::From(first) => day >= *first,
            Self::OnOff { first, changes } => {
                let changed = changes.iter().filter(|c| **c <= day).count() % 2 == 1;
                (*first == First::On) != changed
            }
        }
    }

    pub(crate) fn draw(corrupt: &Corruption, random: &mut impl Random) -> Self {
        match random.unit() {
            x if x < corrupt.onset => {
                let [first, last] = corrupt.begins;
                Self::From((first + (last - first) * random.unit()) * DAYS)
            }
            x if x < corrupt.onset + corrupt.on_off => {
                let first = if random.unit() < 0.5 { First::On } else { First::Off };
                let mut changes = Vec::new();
                let mut day = exponential(random) * DAYS / corrupt.changes;
                while day < DAYS {
                    changes.push(day);
                    day += exponential(random) * DAYS / corrupt.changes;
                }
                Self::OnOff { first, changes }
            }
            _ => Self::Always,
        }
    }
}
