use std::collections::BTreeSet;

use holm_simulate::statements::account::Kind;
use holm_simulate::statements::setting::{Leaking, Money as Sources, REPORTED, Setting};
use holm_simulate::statements::{Statements, trace::Leaker};
use holm_simulate::world::World;
use holm_simulate::world::setting::{Corruption, Rate, Setting as WorldSetting};
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::answer::Weight;
use crate::exact::binomial_tail;

/// Deposits of days numbered from 0, below 100.
fn deposits(of: impl IntoIterator<Item = (i32, i64)>) -> Deposits {
    let one = |(line, (day, amount)): (u64, (i32, i64))| Deposit {
        on: date(2001, 1, 1) + day.days(),
        amount: Money(amount),
        row: Row { file: String::new(), line },
    };
    Deposits { threshold: Money(100), each: (0..).zip(of).map(one).collect() }
}

fn tested(finding: &Finding) -> (f64, f64, f64) {
    match finding.weight {
        Weight::Tested { p, observed, expected, .. } => (p, observed, expected),
        Weight::None { .. } => panic!("{finding:?}"),
    }
}

/// Every order of the amounts: the share of those with as much on days that come to the threshold, and the mean.
fn enumerated(amounts: &[i64], days: &[usize], truth: i64, threshold: i64) -> (f64, f64) {
    fn orders(left: &mut Vec<i64>, done: &mut Vec<i64>, each: &mut impl FnMut(&[i64])) {
        if left.is_empty() {
            return each(done);
        }
        for at in 0..left.len() {
            done.push(left.remove(at));
            orders(left, done, each);
            left.insert(at, done.pop().unwrap());
        }
    }
    let (mut reached, mut total, mut all) = (0.0, 0.0, 0.0);
    orders(&mut amounts.to_vec(), &mut Vec::new(), &mut |order: &[i64]| {
        let mut rest = order;
        let mut paid = 0;
        for &size in days {
            let (day, later) = rest.split_at(size);
            let sum = day.iter().sum::<i64>();
            paid += if sum >= threshold { sum } else { 0 };
            rest = later;
        }
        all += 1.0;
        total += paid as f64;
        reached += f64::from(u8::from(paid >= truth));
    });
    (reached / all, total / all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// Within six standard errors of the permutations that were drawn: 64 cases, each wrong by chance at about 2 · 10⁻⁹.
    #[test]
    fn permutations_find_what_enumeration_finds(
        amounts in proptest::collection::vec(1..100_i64, 4..8),
        days in prop_oneof![Just(vec![2]), Just(vec![2, 2]), Just(vec![3]), Just(vec![4])],
        truth in 0..500_i64,
    ) {
        let (exact, mean) = enumerated(&amounts, &days, truth, 100);
        let mut dealt = Dealt { amounts, days: days.clone(), threshold: 100 };
        let chance = dealt.chance(truth, &mut Xoshiro256PlusPlus::seed_from_u64(SEED));
        let n = chance.permutations as f64;
        let within = |spread: f64| 6.0 * spread / n.sqrt() + 1.0 / n;
        prop_assert!((chance.p - exact).abs() <= within((exact * (1.0 - exact)).sqrt()), "{} {exact}", chance.p);
        prop_assert!((chance.expected - mean).abs() <= within(99.0 * 7.0 / 2.0), "{} {mean}", chance.expected);
    }

    #[test]
    fn the_order_of_rows_says_nothing(of in proptest::collection::vec((0..4_i32, 1..100_i64), 2..9)) {
        let weighed = |of: &mut dyn Iterator<Item = (i32, i64)>| finding(Some(&deposits(of))).weight;
        prop_assert_eq!(weighed(&mut of.iter().copied()), weighed(&mut of.iter().rev().copied()));
    }
}

#[test]
fn large_deposits_in_parts_and_small_ones_alone_are_as_rare_as_can_be_told() {
    // Four days of two times 60 among 40 days of 5: all four again in one of C(48, 8) = 377 million choices.
    let split = (0..4).flat_map(|k| [(k * 10, 60), (k * 10, 60)]);
    let of = deposits(split.chain((0..40).map(|day| (100 + day, 5))));
    let found = finding(Some(&of));
    let (p, observed, expected) = tested(&found);
    assert_eq!((p, observed, found.rows.total), (1e-6, 0.48, 8));
    assert!(expected < 0.03, "{expected}");
    // So much dealing would take an hour of a shop with thousands of deposits: it has fewer permutations, and a larger p.
    let busy = (0..4_000).flat_map(|day| [(day, 60), (day, 60)]).chain((5_000..9_000).map(|day| (day, 5)));
    let (p, ..) = tested(&finding(Some(&deposits(busy))));
    assert_eq!(p, 1.0 / (1.0 + (WORK / 8_000) as f64));
    assert_eq!((STAGES, ENOUGH, WORK), ([999, 19_999, 999_999], 20, 50_000_000));
}

#[test]
fn whoever_pays_in_often_and_much_is_not_found_by_that() {
    // Two hundred days of three deposits that come to the threshold together on every one.
    let often = (0..600).map(|k| (k / 3, 40 + i64::from(k % 7)));
    assert_eq!(tested(&finding(Some(&deposits(often)))).0, 1.0);
    let only_split = (0..8).map(|k| (k / 2, 60));
    assert_eq!(tested(&finding(Some(&deposits(only_split)))).0, 1.0, "nothing of theirs to compare with");
}

#[test]
fn where_nothing_can_be_split_nothing_is_tested() {
    let why = |of: Option<&Deposits>| match finding(of).weight {
        Weight::None { why } => why,
        Weight::Tested { .. } => panic!(),
    };
    assert!(why(None).contains("no threshold is given"));
    assert!(why(Some(&deposits((0..9).map(|day| (day, 90))))).contains("no day has several"));
    // At the threshold counts, below does not.
    let (p, observed, _) = tested(&finding(Some(&deposits([(0, 50), (0, 50), (1, 50), (1, 49)]))));
    assert_eq!((observed, p < 1.0), (0.1, false), "whichever is beside the 49, the other two come to 100");
}

/// That p-values at or below each level are no more than chance allows: one-sided exact binomial test at α = 10⁻⁴.
fn assert_valid(ps: &[f64]) {
    for level in [0.01, 0.02, 0.05, 0.1, 0.3] {
        let below = ps.iter().filter(|&&p| p <= level).count() as u64;
        let tail = binomial_tail(ps.len() as u64, level, below);
        println!("{below} of {} at or below {level}", ps.len());
        assert!(tail > 1e-4, "{below} of {} at or below {level}", ps.len());
    }
}

/// Deposits of innocents, one to four a day, of any size, around a third of the threshold in the mean: 2,000 of them, seed 5.
fn innocents() -> Vec<Deposits> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut one = |_| {
        let mut of = Vec::new();
        for day in 0..rng.random_range(5..25) {
            let amount = |rng: &mut Xoshiro256PlusPlus| (-(1.0 - rng.random::<f64>()).ln() * 35.0) as i64 % 99 + 1;
            of.extend((0..[1, 1, 1, 2, 2, 3, 4][rng.random_range(0..7)]).map(|_| (day, amount(&mut rng))));
        }
        deposits(of)
    };
    (0..2_000).map(&mut one).collect()
}

#[test]
fn p_values_of_innocents_are_valid() {
    let found: Vec<Finding> = innocents().iter().map(|of| finding(Some(of))).collect();
    let ps: Vec<f64> = found.iter().filter(|f| matches!(f.weight, Weight::Tested { .. })).map(|f| tested(f).0).collect();
    assert!(ps.len() > 1_900);
    assert_valid(&ps);
    // And not of so little power that nothing could fail here.
    assert!(ps.iter().filter(|&&p| p <= 0.3).count() > ps.len() / 20);
}

#[test]
fn a_test_that_takes_all_days_for_days_of_two_is_caught_by_the_same_bounds() {
    let broken = |of: &Deposits| {
        let mut days: BTreeMap<Date, i64> = BTreeMap::new();
        let mut several: BTreeMap<Date, usize> = BTreeMap::new();
        for deposit in &of.each {
            *days.entry(deposit.on).or_default() += deposit.amount.0;
            *several.entry(deposit.on).or_default() += 1;
        }
        several.retain(|_, deposits| *deposits > 1);
        let truth = several.keys().map(|day| days[day]).filter(|sum| *sum >= of.threshold.0).sum();
        let amounts = of.each.iter().map(|deposit| deposit.amount.0).collect();
        let mut dealt = Dealt { amounts, days: vec![2; several.len()], threshold: of.threshold.0 };
        dealt.chance(truth, &mut Xoshiro256PlusPlus::seed_from_u64(SEED)).p
    };
    let ps: Vec<f64> = innocents().iter().take(200).map(broken).collect();
    let below = ps.iter().filter(|&&p| p <= 0.01).count() as u64;
    assert!(binomial_tail(ps.len() as u64, 0.01, below) <= 1e-4, "{below} of {} at or below 0.01", ps.len());
}

/// Deposits in cash of a simulated person, below `threshold` cents.
fn simulated(statements: &Statements, person: usize, threshold: i64) -> Deposits {
    let accounts: BTreeSet<_> =
        statements.owners.iter().filter(|(_, owner)| *owner == person).map(|(account, _)| *account).collect();
    let paid_in = statements.postings.iter().filter(|posting| {
        accounts.contains(&posting.account) && posting.kind == Kind::Cash && (1..threshold).contains(&posting.amount)
    });
    let all = paid_in.map(|posting| ((posting.at / 86_400) as i32, posting.amount));
    Deposits { threshold: Money(threshold), ..deposits(all) }
}

/// A world of 80 people of whom twenty leak nearly all that they are told.
fn world(seed: u64) -> World {
    let units = WorldSetting { people: 80, ..WorldSetting::units(60) };
    World::draw(&WorldSetting { corrupt: Corruption { count: 20, rate: Rate::Fixed(0.9), ..units.corrupt }, ..units }, seed)
}

/// Every second has a shop or other work that pays in cash, so that there is something to be wrong about: 20 worlds of seeds 0 to 19,
/// thresholds of 400 to 3,000 dollars.
#[test]
fn innocents_of_simulated_worlds_are_found_no_more_often_than_chance_allows() {
    let money = Sources { shop: 0.5, side_work: 0.5, ..Setting::default().money };
    let mut ps = Vec::new();
    for seed in 0..20 {
        let world = world(seed);
        let statements = Statements::draw(&world, &Setting { money, ..Setting::default() }, seed);
        let leakers: BTreeSet<usize> = statements.traces.leakers.iter().map(|leaker| leaker.person).collect();
        for person in (0..world.recorded.persons.len()).filter(|person| !leakers.contains(person)) {
            let threshold = [40_000, 100_000, 300_000][person % 3];
            let found = finding(Some(&simulated(&statements, person, threshold)));
            ps.extend(matches!(found.weight, Weight::Tested { .. }).then(|| tested(&found).0));
        }
    }
    assert!(ps.len() > 300, "{}", ps.len());
    assert_valid(&ps);
}

/// Sums above the threshold, paid in at once in parts by people of whom half are paid in cash for other work: five worlds, seeds 100 to 104.
#[test]
fn whoever_splits_sums_of_a_day_is_found_where_there_is_anything_to_compare_with() {
    let leaking =
        Leaking { careful: 0.0, banks: 1.0, paid: 0.5, reward: 1_500_000.0, same_day: 1.0, ..Setting::default().leaking };
    let money = Sources { side_work: 0.5, ..Setting::default().money };
    let (mut found, mut all) = ([0; 3], [0; 3]);
    for seed in 100..105 {
        let world = world(seed);
        let statements = Statements::draw(&world, &Setting { leaking, money, ..Setting::default() }, seed);
        for Leaker { person, .. } in &statements.traces.leakers {
            let of = simulated(&statements, *person, REPORTED);
            let result = finding(Some(&of));
            let Weight::Tested { p, .. } = result.weight else { continue };
            let mut days: BTreeMap<Date, Vec<i64>> = BTreeMap::new();
            of.each.iter().for_each(|deposit| days.entry(deposit.on).or_default().push(deposit.amount.0));
            let split = days.values().filter(|day| day.iter().sum::<i64>() >= REPORTED).count();
            let alone = days.values().filter(|day| day.len() == 1).count();
            // Three days in parts, and few or many deposits of days that have no other.
            let case = if split < 3 { 0 } else { 1 + usize::from(alone >= 40) };
            all[case] += 1;
            found[case] += usize::from(p <= 0.001);
        }
    }
    for (case, what) in
        ["fewer than three days in parts", "three, and few other deposits", "three, and 40 others"].iter().enumerate()
    {
        println!("p ≤ 0.001: {} of {} with {what}", found[case], all[case]);
    }
    assert!(all[2] >= 10 && found[2] * 10 >= all[2] * 9, "{found:?} {all:?}");
}
