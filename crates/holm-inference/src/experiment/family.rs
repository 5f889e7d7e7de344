//! Whom the values name among many.
//!
//! Two statements, each about a *family* of groups that was recorded before the draws that count for it (a family that is chosen
//! after results are known would be as good as a bet after the race):
//! - [`Ledger::named`]: the probability that any innocent group is ever named is at most α. Largest values so far, turned into
//!   p = 1/M (Ville), through Holm's step-down (Scand. J. Statist. 6, 1979); this holds under any dependence and at all times at
//!   once. The first group needs M ≥ n/α.
//! - [`Ledger::review`]: of those listed the expected share of innocents is at most α, whenever one looks. The values as they
//!   stand, not their largest, through e-BH (Wang and Ramdas, J. R. Statist. Soc. B 84, 2022), under any dependence.

use std::collections::BTreeSet;

use super::Entry;
use super::ledger::Ledger;
use super::protocol::Group;

/// Sums of logarithms are wrong by less than this; thresholds are raised by it.
const ROUNDING: f64 = 1e-9;

/// Groups among which some may be named, fixed before the draws that count.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    groups: Vec<Group>,
    recorded: Entry,
    alpha: f64,
}

/// Groups that make no family.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FamilyError {
    /// No groups.
    #[error("a family needs at least one group")]
    Nobody,
    /// A group that is listed twice.
    #[error("the group of person {0} is listed twice")]
    Twice(u32),
    /// A level that is none.
    #[error("the level {0} does not lie between 0 and 1")]
    Level(f64),
}

/// Results that must be known first: whoever may leave out an experiment that was lost can have anybody named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an experiment was to close at {closes} and is not closed: close it first")]
pub struct Overdue {
    /// Its closing date.
    pub closes: i64,
}

impl Family {
    /// The family that entry `recorded` fixed, with the chance `alpha` of a false accusation that policy gives it. Families that
    /// are recorded later, for people who came later, take a level of their own from what policy reserved for them.
    ///
    /// # Errors
    /// [`FamilyError`] for an empty family, a group listed twice, or a level outside 0 to 1.
    pub fn new(groups: Vec<Group>, recorded: Entry, alpha: f64) -> Result<Self, FamilyError> {
        let mut listed = BTreeSet::new();
        if groups.is_empty() {
            return Err(FamilyError::Nobody);
        }
        if let Some(twice) = groups.iter().find(|group| !listed.insert(*group)) {
            return Err(FamilyError::Twice(twice.members().first().map_or(0, |who| who.0)));
        }
        if alpha > 0.0 && alpha < 1.0 { Ok(Self { groups, recorded, alpha }) } else { Err(FamilyError::Level(alpha)) }
    }

    /// ln(groups/α), rounded against whoever accuses.
    fn needed(&self, groups: f64) -> f64 {
        (groups / self.alpha).ln() + ROUNDING
    }

    /// The strongest first.
    fn standings(&self, ln_e: impl Fn(&Group) -> f64) -> Vec<Standing<'_>> {
        let mut all: Vec<Standing<'_>> = self.groups.iter().map(|group| Standing { group, ln_e: ln_e(group) }).collect();
        all.sort_by(|a, b| b.ln_e.total_cmp(&a.ln_e));
        all
    }
}

/// A group that stands out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing<'a> {
    /// Which.
    pub group: &'a Group,
    /// ln of the value that made it stand out.
    pub ln_e: f64,
}

impl Ledger {
    /// Whom the values name by `now`, the strongest first: over all time, any innocent group at all with probability at most α.
    ///
    /// # Errors
    /// [`Overdue`] while an experiment whose closing date has passed is not closed.
    pub fn named<'a>(&self, family: &'a Family, now: i64) -> Result<Vec<Standing<'a>>, Overdue> {
        self.is_complete(now)?;
        let most = |group: &Group| self.course(group, family.recorded).into_iter().fold(0.0, f64::max);
        let mut all = family.standings(most);
        let count = all.len();
        let fits = |(rank, s): &(usize, &Standing<'_>)| s.ln_e >= family.needed((count - rank) as f64);
        let held = all.iter().enumerate().take_while(fits).count();
        all.truncate(held);
        Ok(all)
    }

    /// Whom to look at by `now`, the strongest first: of those listed, an expected share of at most α is innocent.
    ///
    /// # Errors
    /// [`Overdue`] while an experiment whose closing date has passed is not closed.
    pub fn review<'a>(&self, family: &'a Family, now: i64) -> Result<Vec<Standing<'a>>, Overdue> {
        self.is_complete(now)?;
        let mut all = family.standings(|group| self.course(group, family.recorded).last().copied().unwrap_or(0.0));
        let count = all.len() as f64;
        let fits = |(rank, s): (usize, &Standing<'_>)| s.ln_e >= family.needed(count / (rank + 1) as f64);
        let listed = all.iter().enumerate().rposition(fits).map_or(0, |rank| rank + 1);
        all.truncate(listed);
        Ok(all)
    }

    fn is_complete(&self, now: i64) -> Result<(), Overdue> {
        self.overdue(now).map_or(Ok(()), |closes| Err(Overdue { closes }))
    }
}
