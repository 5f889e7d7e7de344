//! Signs that whoever is referred for review is framed. None says who does it; each says that the record must be looked at first.
//!
//! **Late entries.** An entry that was written once the outcome was known should come as often with a leak as without: Fisher's
//! exact test, one-sided, of "late" against "leaked", among the operations of each keeper of the ledger ("has such an entry"), and
//! among the entries that name each person who is referred. Hindsight raises it too, and rightly so.
//!
//! **Keeper.** Of somebody who is referred: a leaker leaks as often whoever keeps the ledger. Among the entries that name them,
//! Fisher's exact test, one-sided, of "entered by this keeper" against "leaked", for each keeper.
//!
//! **Company.** Of somebody who is referred: a leaker leaks as often whether or not some other is told. For each other person,
//! Fisher's exact test, one-sided, among the operations of which the referred was told, of "the other was told too" against
//! "leaked", and the same the other way round; the larger of both p. Operations of which a third who is referred was told are left
//! out: that one explains them. Whoever leaks only what a rival knows stands out: neither of the two ever leaks alone.
//!
//! Each statistic is held against its level over the number of tests made (Bonferroni), so that a record in which nothing of the
//! kind happens raises an alarm with a probability of at most three times the level.

use std::collections::{BTreeMap, BTreeSet};

use holm_simulate::world::recorded::{Operation, Outcome, Recorded, Telling};

/// Level of each alarm.
pub(crate) const LEVEL: f64 = 0.01;

/// Whether anything of this is seen.
pub(crate) fn raised(recorded: &Recorded, referred: &[usize]) -> bool {
    [late(recorded, referred), keeper(recorded, referred), company(recorded, referred)].iter().any(|p| *p < LEVEL)
}

/// Smallest p of late entries over keepers and over those who are referred, times the number of both.
fn late(recorded: &Recorded, referred: &[usize]) -> f64 {
    let mut tables: BTreeMap<(Whose, usize), Table> = BTreeMap::new();
    for operation in &recorded.operations {
        let (leaked, is_late) = (leaked(operation.outcome), |t: &Telling| t.entered >= operation.known);
        tables.entry((Whose::Keeper, operation.clerk)).or_default().add(operation.told.iter().any(is_late), leaked);
        for told in operation.told.iter().filter(|t| referred.contains(&t.person)) {
            tables.entry((Whose::Referred, told.person)).or_default().add(is_late(told), leaked);
        }
    }
    corrected(tables.values().map(Table::above))
}

/// Smallest p of keepers over those who are referred, times the number of pairs.
fn keeper(recorded: &Recorded, referred: &[usize]) -> f64 {
    let mut all = Vec::new();
    for person in referred {
        let own: Vec<&Operation> = recorded.operations.iter().filter(|o| o.told.iter().any(|t| t.person == *person)).collect();
        let keepers: BTreeSet<usize> = own.iter().map(|o| o.clerk).collect();
        for keeper in keepers {
            let mut table = Table::default();
            own.iter().for_each(|o| table.add(o.clerk == keeper, leaked(o.outcome)));
            all.push(table.above());
        }
    }
    corrected(all.into_iter())
}

/// What entries are counted by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Keeper,
    Referred,
}

/// The smallest of some p, times their number; 1 of none.
fn corrected(all: impl Iterator<Item = f64>) -> f64 {
    let (least, count) = all.fold((1.0_f64, 0.0_f64), |(least, count), p| (least.min(p), count + 1.0));
    (least * count.max(1.0)).min(1.0)
}

/// Smallest p of company over those who are referred and everybody else, times their number.
fn company(recorded: &Recorded, referred: &[usize]) -> f64 {
    let told: Vec<Vec<usize>> = recorded.operations.iter().map(|o| o.told.iter().map(|t| t.person).collect()).collect();
    let leaked: Vec<bool> = recorded.operations.iter().map(|o| leaked(o.outcome)).collect();
    // Among the operations of which one was told and none of the third.
    let table = |one: usize, other: usize| {
        let third = |p: &usize| *p != one && *p != other && referred.contains(p);
        let mut table = Table::default();
        let own = told.iter().zip(&leaked).filter(|(told, _)| told.contains(&one) && !told.iter().any(third));
        own.for_each(|(told, leaked)| table.add(told.contains(&other), *leaked));
        table.above()
    };
    let mut all = Vec::new();
    for person in referred {
        let with = told.iter().filter(|told| told.contains(person));
        let mut others: Vec<usize> = with.flatten().copied().filter(|p| p != person).collect();
        others.sort_unstable();
        others.dedup();
        for other in others {
            all.push(table(*person, other).max(table(other, *person)));
        }
    }
    corrected(all.into_iter())
}

fn leaked(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Confirmed | Outcome::Suspected)
}

/// Counts by whether something was so, and whether there was a leak.
#[derive(Default)]
struct Table([[u64; 2]; 2]);

impl Table {
    fn add(&mut self, so: bool, leaked: bool) {
        self.0[usize::from(so)][usize::from(leaked)] += 1;
    }

    /// P(at least as many leaks where it was so), all sums given.
    fn above(&self) -> f64 {
        let [[a, b], [c, d]] = self.0;
        let (so, leaks, all) = (c + d, b + d, a + b + c + d);
        let ln = |n: u64, k: u64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
        let term = |x: u64| (ln(leaks, x) + ln(all - leaks, so - x) - ln(all, so)).exp();
        (d..=so.min(leaks)).filter(|x| so - x <= all - leaks).map(term).sum::<f64>().min(1.0)
    }
}

fn ln_factorial(n: u64) -> f64 {
    (2..=n).map(|k| (k as f64).ln()).sum()
}
