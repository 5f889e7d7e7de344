//! What experiments are expected to tell, against sums over everything that could be; laws, and what is refused.

use std::collections::BTreeMap;

use holm_inference::experiment::Who;
use holm_inference::experiment::law::{Bet, Law, ONE, Variant};
use holm_inference::experiment::protocol::Protocol;
use holm_inference::plan::draws::{Draw, Draws, Leaker};
use holm_inference::plan::experiment::{
    ExperimentError, Harm, Party, Question, Seen, Standing, Until, assign, bits, forecast, plan, plan_rounds,
};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn question(parties: usize, variants: u8, seen: Seen) -> Question {
    Question {
        kind: 0,
        parties: (0..parties).map(Party::person).collect(),
        variants,
        floor: 1 << 10,
        seen,
        harm: Harm::Low,
        price: 0.0,
        seed: 1,
    }
}

/// Some draws of who leaks; rates differ by person and not by draw, so that they are their own means.
fn draws(persons: usize, background: f64, seed: u64) -> (Draws, Vec<f64>) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let rates: Vec<f64> = (0..persons).map(|_| random.random_range(0.3..0.95)).collect();
    let mut draw = |_| {
        let leakers = rates.iter().enumerate().filter(|_| random.random::<f64>() < 0.3);
        let leakers = leakers.map(|(entity, rate)| Leaker { entity, rate: *rate, on: true }).collect();
        Draw { leakers, background: vec![background] }
    };
    (Draws::new(persons, 0, 1, vec![(0..30).map(&mut draw).collect(), (0..30).map(&mut draw).collect()]).unwrap(), rates)
}

/// I(Y; z) by its definition: every set of leakers with its share of draws, every set of variants that leak with its probability by the
/// set of leakers, and which of them is shown.
fn slow(draws: &Draws, rates: &[f64], background: f64, told: &[Option<Variant>], (variants, seen): (u8, Seen)) -> f64 {
    let mut sets: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
    for draw in draws.all() {
        let mut set: Vec<usize> = draw.leakers.iter().map(|l| l.entity).collect();
        set.sort_unstable();
        *sets.entry(set).or_default() += 1.0 / draws.len() as f64;
    }
    let outcomes = |set: &[usize]| {
        let mut all: BTreeMap<u32, f64> = BTreeMap::new();
        for leaked in 0..1_u32 << variants {
            let chance = |v: u8| {
                let theirs = set.iter().filter(|p| told[**p] == Some(Variant(v)));
                let clean = (1.0 - background) * theirs.map(|p| 1.0 - rates[*p]).product::<f64>();
                if leaked >> v & 1 == 1 { 1.0 - clean } else { clean }
            };
            let p: f64 = (0..variants).map(chance).product();
            if seen == Seen::Each || leaked == 0 {
                *all.entry(leaked).or_default() += p;
            } else {
                for v in (0..variants).filter(|v| leaked >> v & 1 == 1) {
                    *all.entry(1 << v).or_default() += p / f64::from(leaked.count_ones());
                }
            }
        }
        all
    };
    let entropy = |all: &BTreeMap<u32, f64>| all.values().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum::<f64>();
    let (mut mixture, mut noise): (BTreeMap<u32, f64>, f64) = (BTreeMap::new(), 0.0);
    for (set, share) in &sets {
        let own = outcomes(set);
        noise += share * entropy(&own);
        own.into_iter().for_each(|(y, p)| *mixture.entry(y).or_default() += share * p);
    }
    entropy(&mixture) - noise
}

fn every(parties: usize, variants: u8) -> Vec<Vec<Option<Variant>>> {
    (0..parties).fold(vec![vec![]], |ways: Vec<Vec<Option<Variant>>>, _| {
        ways.iter().flat_map(|way| (0..variants).map(|v| [way.as_slice(), &[Some(Variant(v))]].concat())).collect()
    })
}

#[test]
fn what_an_assignment_tells_is_the_sum_over_all_leakers_and_outcomes() {
    for (seed, seen) in (0..12).flat_map(|seed| [(seed, Seen::Each), (seed, Seen::One)]) {
        let background = [0.0, 0.1][seed as usize % 2];
        let variants = 1 + seed as u8 % 4;
        let (draws, rates) = draws(5, background, seed);
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let told: Vec<Option<Variant>> =
            (0..5).map(|_| Some(Variant(random.random_range(0..=variants))).filter(|v| v.0 < variants)).collect();
        let fast = bits(&draws, &question(5, variants, seen), &told).unwrap().value;
        let slow = slow(&draws, &rates, background, &told, (variants, seen));
        assert!((fast - slow).abs() < 1e-9, "seed {seed} {seen:?}: {fast} and {slow}");
    }
}

/// One of 12 leaks for sure, nothing shows otherwise: what is learned is the entropy of how they are divided, at most log₂ V.
#[test]
fn of_one_sure_leaker_the_best_laws_tell_the_logarithm_of_the_variants() {
    let draw = |n: usize| Draw { leakers: vec![Leaker { entity: n % 12, rate: 1.0, on: true }], background: vec![0.0] };
    let draws = Draws::new(12, 0, 1, vec![(0..60).map(draw).collect(), (60..120).map(draw).collect()]).unwrap();
    for (variants, seen) in [2, 3, 4, 6].into_iter().flat_map(|v| [(v, Seen::Each), (v, Seen::One)]) {
        let question = Question { floor: 1, ..question(12, variants, seen) };
        let planned = plan(&draws, &question).unwrap();
        assert!((planned.unmixed - f64::from(variants).log2()).abs() < 1e-9, "{variants}: {}", planned.unmixed);
        assert!((planned.bits.value - planned.unmixed).abs() < 0.01 && (planned.unknown - 12_f64.log2()).abs() < 1e-9);
        assert!((planned.leak.value - 1.0).abs() < 1e-12);
    }
    // Some told nothing is one thing more to be told.
    let silent = assign(&draws, &question(12, 2, Seen::Each), true).unwrap();
    let told = bits(&draws, &question(12, 2, Seen::Each), &silent).unwrap();
    assert!((told.value - 3_f64.log2()).abs() < 1e-9, "{silent:?}");
}

/// 24 cases of six people and three variants: all 729 assignments.
#[test]
fn no_assignment_tells_more_than_the_one_that_is_found() {
    let mut found = 0;
    for seed in 0..24 {
        let (draws, _) = draws(6, 0.03, 100 + seed);
        let question = question(6, 3, [Seen::Each, Seen::One][seed as usize % 2]);
        let value = |told: &[Option<Variant>]| bits(&draws, &question, told).unwrap().value;
        let most = every(6, 3).iter().map(|told| value(told)).fold(0.0, f64::max);
        let own = value(&assign(&draws, &question, false).unwrap());
        assert!(own > most - 0.01 && own < most + 1e-9, "seed {seed}: {own} of {most}");
        found += u32::from(own > most - 1e-9);
    }
    assert!(found >= 22, "{found} of 24 were the very best");
}

/// Over all 64 assignments of laws, with their probabilities; and no laws that lean to another assignment tell more, since what they
/// tell is linear in each.
#[test]
fn what_laws_tell_is_the_mean_over_what_they_draw_and_no_leaning_laws_tell_more() {
    for seed in 0..6 {
        let (draws, _) = draws(3, 0.05, 200 + seed);
        let question = Question { floor: ONE / 16, ..question(3, 4, Seen::Each) };
        let planned = plan(&draws, &question).unwrap();
        let single: Vec<(Vec<Option<Variant>>, f64)> =
            every(3, 4).into_iter().map(|told| (told.clone(), bits(&draws, &question, &told).unwrap().value)).collect();
        let of = |laws: &[Vec<u32>]| {
            let share = |(told, value): &(Vec<Option<Variant>>, f64)| {
                let p = told.iter().zip(laws).map(|(v, law)| f64::from(law[usize::from(v.unwrap().0)]) / f64::from(ONE));
                p.product::<f64>() * value
            };
            single.iter().map(share).sum::<f64>()
        };
        let own: Vec<Vec<u32>> = planned.laws.iter().map(|law| law.as_ref().unwrap().weights().to_vec()).collect();
        assert!((planned.bits.value - of(&own)).abs() < 1e-9, "seed {seed}");
        let lean = |v: &Option<Variant>| {
            let weight = |n: u8| if Some(Variant(n)) == *v { ONE - 3 * (ONE / 16) } else { ONE / 16 };
            (0..4).map(weight).collect::<Vec<u32>>()
        };
        let most = every(3, 4).iter().map(|told| of(&told.iter().map(lean).collect::<Vec<_>>())).fold(0.0, f64::max);
        assert!(planned.bits.value > most - 0.005, "seed {seed}: {} of {most}", planned.bits.value);
    }
}

#[test]
fn more_variants_never_tell_less() {
    for seed in 0..8 {
        let (draws, _) = draws(7, 0.05, 300 + seed);
        let tells = |variants: u8| {
            let question = question(7, variants, Seen::Each);
            bits(&draws, &question, &assign(&draws, &question, false).unwrap()).unwrap().value
        };
        let all: Vec<f64> = (1..=7).map(tells).collect();
        assert!(all.windows(2).all(|two| two[1] > two[0] - 0.005), "seed {seed}: {all:?}");
        assert!(all[6] > all[1], "seed {seed}: {all:?}");
    }
}

#[test]
fn laws_keep_their_floor_and_their_sum_and_only_lean_where_somebody_may_leak() {
    let mut draws = draws(8, 0.05, 7).0;
    // Persons 6 and 7 never leak in any draw.
    let without = |draw: &Draw| Draw { leakers: draw.leakers.iter().copied().filter(|l| l.entity < 6).collect(), ..draw.clone() };
    draws = Draws::new(8, 0, 1, draws.all().chunks(30).map(|c| c.iter().map(without).collect()).collect()).unwrap();
    let safe = Law::new(vec![ONE - 2 * 2_000, 2_000, 2_000]).unwrap();
    let mut question = Question { floor: 1_500, ..question(8, 3, Seen::Each) };
    question.parties[0].standing = Standing::Fixed(safe.clone());
    question.parties[1].standing = Standing::LeftOut;
    let planned = plan(&draws, &question).unwrap();
    assert_eq!(planned.laws[0], Some(safe));
    assert_eq!((planned.laws[1].as_ref(), planned.leaning[1]), (None, None));
    for (number, law) in planned.laws.iter().enumerate().skip(2) {
        let law = law.as_ref().unwrap();
        assert_eq!(law.weights().iter().sum::<u32>(), ONE);
        assert!(law.weights().iter().all(|w| *w >= 1_500));
        assert_eq!(planned.leaning[number].is_some(), number < 6, "{law:?}");
        assert_eq!(*law == Law::uniform(3).unwrap(), number >= 6);
    }
    assert!(planned.bits.value <= planned.unknown && planned.bits.error > 0.0);
    let protocol = planned.protocol(&question, |p| Who(p as u32), ([7; 32], 99, Bet::new(ONE).unwrap())).unwrap();
    assert_eq!(protocol.plan().groups.len(), 7);
    assert_eq!((protocol.plan().floor, protocol.plan().outcomes.len()), (1_500, 8));
    assert_eq!(Protocol::decode(&protocol.encode()).unwrap(), protocol);
    assert_eq!(planned, plan(&draws, &question).unwrap(), "the same seed, the same laws");
}

/// Who surely leaks tells nothing and leaks nine times in ten: told where leaks cost nothing, left out at any price. Of four who leak in
/// half of the draws each, in all combinations, somebody is told as long as bits are worth more than leaks.
#[test]
fn at_a_price_whoever_tells_nothing_is_left_out() {
    let draw = |n: usize| Draw {
        leakers: (0..5)
            .filter(|p| *p == 0 || n >> (p - 1) & 1 == 1)
            .map(|entity| Leaker { entity, rate: 0.9, on: true })
            .collect(),
        background: vec![0.0],
    };
    let draws = Draws::new(5, 0, 1, vec![(0..16).map(draw).collect(), (0..16).map(draw).collect()]).unwrap();
    let at = |price| plan(&draws, &Question { price, harm: Harm::High, ..question(5, 4, Seen::Each) });
    let free = plan(&draws, &question(5, 4, Seen::Each)).unwrap();
    assert!(free.laws.iter().all(Option::is_some));
    let cheap = at(0.1).unwrap();
    assert_eq!(cheap.laws.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, true, true, true]);
    assert!(cheap.leak.value < free.leak.value && cheap.unmixed > free.unmixed);
    assert!(matches!(at(1e6), Err(ExperimentError::Parties(0))));
    assert_eq!(at(0.0), Err(ExperimentError::Unpriced));
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let (draws, _) = draws(4, 0.05, 3);
    let refused = |change: &dyn Fn(&mut Question)| {
        let mut question = question(4, 3, Seen::Each);
        change(&mut question);
        plan(&draws, &question).unwrap_err()
    };
    assert_eq!(refused(&|q| q.harm = Harm::Lethal), ExperimentError::Lethal);
    assert_eq!(refused(&|q| (q.harm, q.price) = (Harm::Lethal, 9.0)), ExperimentError::Lethal);
    assert_eq!(refused(&|q| q.price = -1.0), ExperimentError::Price(-1.0));
    assert_eq!(refused(&|q| q.parties.truncate(1)), ExperimentError::Parties(1));
    assert_eq!(refused(&|q| q.parties[1..].iter_mut().for_each(|p| p.standing = Standing::LeftOut)), ExperimentError::Parties(1));
    assert_eq!(refused(&|q| q.variants = 1), ExperimentError::Variants { got: 1, most: 10 });
    assert_eq!(refused(&|q| q.variants = 11), ExperimentError::Variants { got: 11, most: 10 });
    assert_eq!(refused(&|q| (q.variants, q.seen) = (17, Seen::One)), ExperimentError::Variants { got: 17, most: 16 });
    assert_eq!(refused(&|q| q.floor = 0), ExperimentError::Floor { floor: 0, variants: 3 });
    assert_eq!(refused(&|q| q.floor = ONE / 3 + 1), ExperimentError::Floor { floor: ONE / 3 + 1, variants: 3 });
    assert_eq!(refused(&|q| q.parties[2].people.clear()), ExperimentError::Nobody(2));
    assert_eq!(refused(&|q| q.parties[2].people.push(0)), ExperimentError::Twice(0));
    assert_eq!(refused(&|q| q.parties[2].standing = Standing::Fixed(Law::uniform(2).unwrap())), ExperimentError::Fixed(2));
    assert_eq!(refused(&|q| q.parties[2].people.push(4)), ExperimentError::Index { what: "person", index: 4, count: 4 });
    assert_eq!(refused(&|q| q.parties[2].channels.push(0)), ExperimentError::Index { what: "channel", index: 0, count: 0 });
}

fn one_of_eight() -> Draws {
    let draw = |n: usize| Draw { leakers: vec![Leaker { entity: n % 8, rate: 0.9999, on: true }], background: vec![0.0] };
    Draws::new(8, 0, 1, vec![(0..40).map(draw).collect(), (40..80).map(draw).collect()]).unwrap()
}

/// One of eight, halved each time: three rounds. e-values of even laws double, but for the half that is reserved: ¾ of what could be
/// had, 1.5 for each right round, so that 8/0.05 = 160 is out of reach in 10 and reached in 13 (1.5¹³ = 195).
#[test]
fn halving_eight_takes_three_rounds_and_values_take_longer() {
    let question = Question { floor: 1, ..question(8, 2, Seen::Each) };
    let belief = forecast(&one_of_eight(), &question, Until::Belief(0.95), (6, 40)).unwrap();
    assert_eq!((belief.first.median, belief.all.median, belief.courses), (Some(3), Some(3), 40));
    assert_eq!((belief.wronged, belief.nobody, belief.single), (0.0, 0.0, 0.0));
    assert!(belief.first.within[1] < 0.05 && belief.first.within[2] > 0.95, "{:?}", belief.first);
    let even = Question { floor: ONE / 2, ..question };
    let value = forecast(&one_of_eight(), &even, Until::Value(160.0), (16, 40)).unwrap();
    assert_eq!((value.first.within[11], value.first.median), (0.0, Some(13)), "{:?}", value.first);
}

/// Three rounds at once: a bit each, which is all there is to know.
#[test]
fn rounds_at_once_each_ask_what_those_before_do_not() {
    let question = Question { floor: 1, ..question(8, 2, Seen::Each) };
    let rounds = plan_rounds(&one_of_eight(), &question, 4).unwrap();
    let adds: Vec<f64> = rounds.iter().map(|r| r.unmixed).collect();
    assert!(adds[..3].iter().all(|bits| (bits - 1.0).abs() < 0.02) && adds[3] < 0.02, "{adds:?}");
    let told = |round: usize, party: usize| rounds[round].leaning[party].unwrap().0;
    let mut codes: Vec<[u8; 3]> = (0..8).map(|p| [0, 1, 2].map(|round| told(round, p))).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 8, "everybody is told another sequence");
    assert_eq!(plan_rounds(&one_of_eight(), &question, 0).unwrap_err(), ExperimentError::Nothing);
}
