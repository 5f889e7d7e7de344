//! Worlds of people: who leaks, what they were told, what came of it, and apart from that what was written down.
//!
//! In: a [`setting::Setting`] and a seed. Out: [`truth::Truth`], which only tests may look at, and [`recorded::Recorded`], which
//! is all that belief is given. Staff, disclosures, the ledger and checks have streams of chance of their own, so that worlds of
//! one seed that differ in how well the ledger is kept are otherwise the same.
//!
//! Nothing is scored here, and `holm-inference` is not used: a bench that translates a record into a case stands between the two.

pub mod activity;
mod check;
mod disclosure;
pub(crate) mod distribution;
mod ledger;
pub mod recorded;
pub mod setting;
pub(crate) mod staff;
pub mod truth;

#[cfg(test)]
pub(crate) mod tests;

use crate::chance::Chance;

/// Version of worlds: figures of another version are not comparable.
pub const WORLDS: &str = "worlds/1";

/// A world: what is so, and what of it is written down.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// What is so.
    pub truth: truth::Truth,
    /// What anybody wrote down of it.
    pub recorded: recorded::Recorded,
}

impl World {
    /// Draws a world; equal settings and seeds give equal worlds.
    #[must_use]
    pub fn draw(setting: &setting::Setting, seed: u64) -> Self {
        let chance = |part: &str| Chance::of(&[WORLDS, part, &seed.to_string()]);
        let staff = staff::draw(setting, &mut chance("staff"));
        let operations = disclosure::draw(setting, &staff, &mut chance("disclosure"));
        let recorded = ledger::Ledger::new(setting, &staff, &mut chance("ledger")).write(&operations);
        let checks = check::draw(setting, &staff, &mut chance("check"));
        Self {
            recorded: recorded::Recorded {
                units: staff.units,
                persons: staff.persons,
                channels: staff.channels,
                kinds: setting.kinds.len(),
                operations: recorded,
                checks,
            },
            truth: truth::Truth { actors: staff.actors, channels: staff.channel_rates, operations, framed: staff.framed },
        }
    }
}
