//! Statements of calls and of accounts (call detail records, bank statements) of a world's people, with their truth.
//!
//! In: a [`World`], a [`setting::Setting`] and a seed. Out: what providers would hand over ([`call::Call`], [`account::Posting`]), who
//! has which number and account, what they declared, and apart from that [`trace::Traces`]: who of the leakers left what in them,
//! and what of the innocent looks like it.
//!
//! Ordinary calls are calibrated on a study ([`study`]); what leakers do, and all money, is ours and said in [`setting`]. Numbers,
//! handsets and SIMs are of ranges in which none exist. Nothing is scored here.

pub mod account;
pub mod call;
mod circle;
mod conduct;
pub mod files;
pub mod line;
mod livelihood;
pub mod setting;
pub mod study;
pub mod trace;

#[cfg(test)]
mod tests;

use crate::chance::Chance;
use crate::world::World;
use crate::world::activity::DAYS;
use account::{Accounts, Posting};
use call::Call;
use line::Number;
use setting::Setting;
use trace::Traces;

/// Version of statements: figures of another version are not comparable.
pub const STATEMENTS: &str = "statements/1";

/// Seconds of a day.
pub(crate) const DAY: f64 = 86_400.0;

/// The second of the world in which a day begins or goes on.
pub(crate) fn second(day: f64) -> i64 {
    (day * DAY) as i64
}

/// Whether something is within the days of the world.
pub(crate) fn within(at: i64) -> bool {
    (0..second(DAYS)).contains(&at)
}

/// Statements of a world. Moments are seconds since its first day began.
#[derive(Clone, Debug, PartialEq)]
pub struct Statements {
    /// Calls and texts of people, of known numbers of targets and of those who go between, in order of time.
    pub calls: Vec<Call>,
    /// Numbers that are known to be of somebody on the roster, with the person's index.
    pub numbers: Vec<(Number, usize)>,
    /// Known numbers of targets.
    pub targets: Vec<Number>,
    /// What was paid in and out, by account in order of time.
    pub postings: Vec<Posting>,
    /// Accounts with the index of the person who owns them.
    pub owners: Vec<(account::AccountId, usize)>,
    /// Declared income: person, year, cents. Of the last year only what fell within the world's days.
    pub incomes: Vec<(usize, i16, i64)>,
    /// What is so.
    pub traces: Traces,
}

impl Statements {
    /// Draws statements of a world; equal worlds, settings and seeds give equal statements.
    #[must_use]
    pub fn draw(world: &World, setting: &Setting, seed: u64) -> Self {
        let chance = |part: &str| Chance::of(&[STATEMENTS, part, &seed.to_string()]);
        let conducts = conduct::draw(world, setting, &mut chance("conduct"));
        let calls = circle::draw(world, setting, &conducts, &mut chance("circle"));
        let mut traces = calls.traces;
        let Accounts { postings, owners, incomes } = livelihood::draw(world, setting, &conducts, &mut traces, chance);
        Self { calls: calls.calls, numbers: calls.numbers, targets: calls.targets, postings, owners, incomes, traces }
    }
}
