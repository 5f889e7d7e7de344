//! Deposits of one day that each stay below what is reported, and together do not.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::answer::{Finding, Named, Row};
use crate::money::Money;

/// The test's name.
const TEST: &str = "same-day-splits";

/// Permutations after which it is looked whether more would tell anything. Everybody is given the first, whom they single out the next, and
/// last as many as make a millionth of the least p.
const STAGES: [u64; 3] = [999, 19_999, 999_999];
/// With so many that reach the truth, p is far enough from what the next permutations would be for.
const ENOUGH: u64 = 20;
/// Deposits that are dealt at most, unless already the first permutations are more: about a second of work.
const WORK: u64 = 50_000_000;
/// Of the generator: any number, and always the same, so that a request has one answer.
const SEED: u64 = 1979;

/// What was paid in from others, in cash or of a kind that is not known, below the reporting threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// The day, in the request's zone.
    pub on: Date,
    /// Above nothing and below the threshold.
    pub amount: Money,
    /// The row.
    pub row: Row,
}

/// All of a person's in a currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deposits {
    /// The threshold.
    pub threshold: Money,
    /// In the order of time.
    pub each: Vec<Deposit>,
}

/// How much was paid in on days whose deposits came to the threshold together, beside how much it would be if the same amounts fell on the
/// same deposits by chance: a permutation test (Fisher 1935), given how many deposits each day had. So whoever pays in often, or much, is
/// not found by that; whoever pays in much just when it is in parts is. p is (1 + k)/(1 + n) (Phipson & Smyth 2010), k of n permutations
/// having as much. After each stage but the last, whoever has many k is given the p of then, at least 20/n, and only p-values below that
/// go on: those at most u are no more than at the stage that first can give u, so P(p ≤ u) ≤ u.
pub fn finding(deposits: Option<&Deposits>) -> Finding {
    let Some(Deposits { threshold, each }) = deposits else {
        let why = "no threshold is given, or nothing was paid in below it";
        return Finding::untested(TEST, "no deposits below a reporting threshold".to_owned(), why);
    };
    let mut days: BTreeMap<Date, Vec<&Deposit>> = BTreeMap::new();
    each.iter().for_each(|deposit| days.entry(deposit.on).or_default().push(deposit));
    days.retain(|_, of| of.len() > 1);
    if days.is_empty() {
        return Finding::untested(TEST, format!("no day with several deposits below {threshold}"), "no day has several deposits");
    }
    let mut dealt = Dealt {
        amounts: each.iter().map(|deposit| deposit.amount.0).collect(),
        days: days.values().map(Vec::len).collect(),
        threshold: threshold.0,
    };
    let whole = |of: &&Vec<&Deposit>| of.iter().map(|deposit| deposit.amount).sum::<Money>();
    let split: Vec<&Vec<&Deposit>> = days.values().filter(|of| whole(of) >= *threshold).collect();
    let truth: Money = split.iter().map(whole).sum();
    let chance = dealt.chance(truth.0, &mut Xoshiro256PlusPlus::seed_from_u64(SEED));
    let mut rows = Named::default();
    split.iter().flat_map(|of| of.iter()).for_each(|deposit| rows.push(|| deposit.row.clone()));
    let words = format!(
        "{truth} paid in on {} days, in parts below {threshold} that came to it together, of {} days with several; {} deposits below it",
        split.len(),
        days.len(),
        each.len()
    );
    let null = format!(
        "which deposit is of which amount is chance, with as many of a day as there were ({} permutations)",
        chance.permutations
    );
    Finding::tested(TEST, words, (chance.p, truth.units(), Money(chance.expected as i64).units()), &null).with_rows(rows)
}

/// Amounts, dealt anew to the deposits of days that have several.
struct Dealt {
    amounts: Vec<i64>,
    /// How many deposits each such day has; fewer together than there are amounts, or as many.
    days: Vec<usize>,
    threshold: i64,
}

/// What permutations came to.
struct Chance {
    p: f64,
    /// The mean of what is paid in, in thousandths.
    expected: f64,
    permutations: u64,
}

impl Dealt {
    /// How surprising it is that so much, in thousandths, is paid in on days that come to the threshold. Neither the order of rows nor that
    /// of days matters.
    fn chance(&mut self, truth: i64, rng: &mut impl Rng) -> Chance {
        self.amounts.sort_unstable();
        self.days.sort_unstable();
        let slots = self.days.iter().sum::<usize>() as u64;
        let most = (WORK / slots.max(1)).max(STAGES[0]);
        let (mut reached, mut total, mut permutations) = (0, 0.0, 0);
        for stage in STAGES {
            while permutations < stage.min(most) {
                let paid = self.deal(rng);
                reached += u64::from(paid >= truth);
                total += paid as f64;
                permutations += 1;
            }
            if reached >= ENOUGH {
                break;
            }
        }
        let n = permutations as f64;
        Chance { p: (1.0 + reached as f64) / (1.0 + n), expected: total / n, permutations }
    }

    /// How much is paid in on days that come to the threshold, once amounts are dealt anew: the first steps of Fisher and Yates.
    fn deal(&mut self, rng: &mut impl Rng) -> i64 {
        let (mut next, mut paid) = (0, 0_i64);
        for &deposits in &self.days {
            let mut sum = 0_i64;
            for at in next..next + deposits {
                let drawn = rng.random_range(at..self.amounts.len());
                self.amounts.swap(at, drawn);
                sum = sum.saturating_add(self.amounts[at]);
            }
            next += deposits;
            if sum >= self.threshold {
                paid = paid.saturating_add(sum);
            }
        }
        paid
    }
}

#[cfg(test)]
mod tests;
