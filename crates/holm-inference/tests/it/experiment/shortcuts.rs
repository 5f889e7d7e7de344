//! Each shortcut, as a decoder or an office would take it: how it convicts innocents, that the test of the settings would catch it,
//! and that the ledger does not take it.

use holm_inference::experiment::draw::Seed;
use holm_inference::experiment::family::{Family, Overdue};
use holm_inference::experiment::law::{Variant, Variants};
use holm_inference::experiment::ledger::{ActError, Ledger};
use holm_inference::experiment::protocol::{Bet, Group, Law, Protocol};
use holm_inference::experiment::{Entry, Who};
use rand::RngExt;
use rand::seq::SliceRandom;

use super::bench::{ALL, Bench, PLANNER, READER, START, TELLER, exceeds, persons, plan, random, uniform};

const LN_20: f64 = 2.995_732_273_553_991;
const TRIALS: usize = 300;

/// What one outcome pays whoever was told `told` of `variants` that are equally likely, all staked.
fn pays(told: u8, shown: u8, variants: u8) -> f64 {
    if told == shown { f64::from(variants) } else { 0.0 }
}

fn halves(e: f64) -> f64 {
    0.5 * e + 0.5
}

#[test]
fn members_of_a_leakers_group_are_not_named_though_the_group_is() {
    let mut convicted = 0;
    for seed in 0..TRIALS as u64 {
        let mut bench = Bench::new(seed);
        let groups: Vec<Group> = (0..4).map(|g| Group::of((4 * g..4 * g + 4).map(Who).collect()).unwrap()).collect();
        let mut broken = 0.0;
        for _ in 0..12 {
            let (experiment, told) = bench.draw(uniform(groups.clone(), 8), ALL, 100);
            bench.enter(experiment, usize::from(told[0]));
            bench.close(experiment);
            // Person 1 by the marginal law of what they were told, as if they had been told it alone.
            broken += halves(pays(told[0], told[0], 8)).ln();
        }
        convicted += usize::from(broken >= LN_20);
        assert!(bench.ledger.course(&Group::person(Who(1)), START).iter().all(|ln_m| *ln_m == 0.0), "a member has no value");
        let everybody = Family::new(persons(16), START, 0.05).unwrap();
        assert!(bench.ledger.named(&everybody, bench.now()).unwrap().is_empty());
        let family = Family::new(groups, START, 0.05).unwrap();
        let named = bench.ledger.named(&family, bench.now()).unwrap();
        assert_eq!(named[0].group.members(), [Who(0), Who(1), Who(2), Who(3)], "somebody in this group");
    }
    assert_eq!(convicted, TRIALS, "with certainty");
    assert!(exceeds(convicted, TRIALS, 0.05));
}

/// Groups of equal size are not independent draws: who knows what all others were told knows what the last one was told.
#[test]
fn dealing_variants_out_evenly_lets_the_others_frame_anybody() {
    let mut convicted = 0;
    for seed in 0..TRIALS as u64 {
        let mut random = random(seed);
        let mut broken = 0.0;
        let mut bench = Bench::new(seed);
        for _ in 0..12 {
            let mut dealt: Vec<u8> = (0..16).map(|n| n % 4).collect();
            dealt.shuffle(&mut random);
            let missing = |told: &[u8]| (0..4).min_by_key(|v| told.iter().filter(|t| *t == v).count()).unwrap();
            broken += halves(pays(dealt[0], missing(&dealt[1..]), 4)).ln();
            let (experiment, told) = bench.draw(uniform(persons(16), 4), ALL, 100);
            bench.enter(experiment, usize::from(missing(&told[1..])));
            bench.close(experiment);
        }
        convicted += usize::from(broken >= LN_20);
        assert!(bench.most(&Group::person(Who(0))) < 12.0 * 2.5_f64.ln());
    }
    assert_eq!(convicted, TRIALS);
}

/// Somebody who has the seed first tries closing dates until the victim is told what the leaker is told.
#[test]
fn a_planner_who_has_seen_the_seed_frames_anybody_and_the_order_of_entries_catches_it() {
    let mut bench = Bench::new(1);
    for round in 0..8 {
        let seed: [u8; 32] = bench.random.random();
        let closes = (1_000..).find(|closes| {
            let mut tried = Ledger::default();
            let protocol = Protocol::new(plan(uniform(persons(4), 8), ALL, *closes)).unwrap();
            let of = tried.announce(&protocol.encode(), PLANNER, Entry { number: 1, seconds: 0 }).unwrap();
            tried.draw(of, Seed::from_bytes(seed), PLANNER, Entry { number: 2, seconds: 0 }, &[]).unwrap();
            let told = tried.open_to(of, PLANNER, Entry { number: 3, seconds: 0 }).unwrap();
            told[0].1 == told[1].1
        });
        let bytes = Protocol::new(plan(uniform(persons(4), 8), ALL, closes.unwrap())).unwrap().encode();
        let seeded = bench.next();
        let announced = bench.next();
        let of = bench.ledger.announce(&bytes, PLANNER, announced).unwrap();
        let caught = bench.ledger.draw(of, Seed::from_bytes(seed), PLANNER, seeded, &[]).unwrap_err();
        assert_eq!(caught, ActError::Order { number: seeded.number, last: announced.number });
        // Had the record said otherwise, the victim would follow the leaker.
        let lied = bench.next();
        bench.ledger.draw(of, Seed::from_bytes(seed), PLANNER, lied, &[]).unwrap();
        let at = bench.next();
        let leaked = bench.ledger.open_to(of, TELLER, at).unwrap()[1].1;
        bench.enter(of, usize::from(leaked.0));
        bench.close(of);
        let most = bench.most(&Group::person(Who(0)));
        assert!((most - f64::from(round + 1) * 4.5_f64.ln()).abs() < 1e-9);
    }
}

/// After the draw a law that makes the victim's variant rare multiplies what it pays.
#[test]
fn a_law_that_is_changed_after_the_draw_is_another_experiment_and_needs_another_seed() {
    let mut bench = Bench::new(2);
    let seed: [u8; 32] = bench.random.random();
    let first = Protocol::new(plan(uniform(persons(3), 4), ALL, 1_000)).unwrap();
    let at = bench.next();
    let of = bench.ledger.announce(&first.encode(), PLANNER, at).unwrap();
    let at = bench.next();
    bench.ledger.draw(of, Seed::from_bytes(seed), PLANNER, at, &[TELLER]).unwrap();
    let at = bench.next();
    let told = usize::from(bench.ledger.open_to(of, TELLER, at).unwrap()[0].1.0);
    let mut weights = vec![21_800; 4];
    weights[told] = 136;
    let rare = Law::new(weights).unwrap();
    let better = Bet::new(ALL).unwrap().payoff(&rare, Variant(told as u8), Variants::of(&[Variant(told as u8)]));
    assert!(better > 100.0 * 4.0, "a broken ledger would pay {better} for 4");
    let changed = Protocol::new(plan(vec![(Group::person(Who(0)), rare)], ALL, 1_000)).unwrap();
    let at = bench.next();
    let peeked = bench.ledger.announce(&changed.encode(), TELLER, at).unwrap_err();
    assert_eq!(peeked, ActError::Knows { who: TELLER.0, experiment: 1 }, "who knows the draws plans nothing about these people");
    let again = bench.ledger.announce(&changed.encode(), PLANNER, at).unwrap();
    let at = bench.next();
    assert_eq!(bench.ledger.draw(again, Seed::from_bytes(seed), PLANNER, at, &[]), Err(ActError::Seed));
    let at = bench.next();
    assert_eq!(bench.ledger.draw(of, Seed::from_bytes([1; 32]), PLANNER, at, &[]).unwrap_err().to_string(), NOT_AGAIN);
}

const NOT_AGAIN: &str = "experiment 1 is not announced and still to be drawn";

#[test]
fn somebody_who_sees_the_assignment_could_have_anybody_named_and_enters_nothing() {
    let mut bench = Bench::new(3);
    let mut broken = 0.0;
    for _ in 0..6 {
        let (experiment, told) = bench.draw(uniform(persons(10), 8), ALL, 50);
        broken += halves(pays(told[4], told[4], 8)).ln();
        for who in [TELLER, Who(3), Who(4)] {
            let at = bench.next();
            let refused = bench.ledger.blind(experiment, who, at).map(drop).unwrap_err();
            assert!(matches!(refused, ActError::Knows { who: named, .. } if named == who.0), "{refused}");
        }
        let at = bench.next();
        assert!(bench.ledger.blind(experiment, READER, at).is_ok());
        bench.ledger.open_to(experiment, READER, at).unwrap();
        let at = bench.next();
        assert!(bench.ledger.blind(experiment, READER, at).is_err(), "blind until it was opened to them");
        assert!(bench.ledger.close(experiment, READER, at).is_err(), "when to close early is a choice, too");
        bench.close_late(experiment, at.seconds + 60);
    }
    assert!(broken >= (10.0 / 0.05_f64).ln(), "whoever was chosen is named after six");
    assert_eq!(bench.most(&Group::person(Who(4))), 0.0);
}

/// One leak that is seen three times: the product of what each pays reaches 20 in an eighth of all experiments, not a twentieth.
#[test]
fn one_leak_seen_three_times_and_multiplied_convicts_innocents_beyond_alpha() {
    let (mut broken, mut sound) = (0, 0);
    for seed in 0..TRIALS as u64 {
        let mut bench = Bench::new(seed);
        let (experiment, told) = bench.draw(uniform(persons(2), 8), ALL, 50);
        (0..3).for_each(|_| bench.enter(experiment, usize::from(told[1])));
        bench.close(experiment);
        broken += usize::from(pays(told[0], told[1], 8).powi(3) >= 20.0);
        sound += usize::from(bench.most(&Group::person(Who(0))) >= LN_20);
        let e = bench.ledger.closed(experiment).unwrap().e_value(&Group::person(Who(1))).unwrap();
        assert!((e - (0.75 * 8.0 + 0.25)).abs() < 1e-12);
    }
    assert!(exceeds(broken, TRIALS, 0.05), "{broken} of {TRIALS}");
    assert_eq!(sound, 0);
}

/// By closed form: variants are shown one after the other, and the l-th has just the weight with which the value after l outcomes
/// reaches 3 if it was told: 1/(l(l+1)) / p + 1/(l+1) = 3.
#[test]
fn the_largest_value_of_an_experiment_that_still_runs_breaks_the_bound() {
    let weight = |l: f64| (1.0 / (l * (l + 1.0))) / (3.0 - 1.0 / (l + 1.0));
    let reached: f64 = (1..=15).map(|l| weight(f64::from(l))).sum();
    assert!(reached > 0.35 && reached < 1.0, "{reached} is more than 1/3, and what is left is told else");
    for l in 1..=15 {
        let mut outcomes = vec![0.0; l];
        outcomes[l - 1] = 1.0 / weight(l as f64);
        assert!((holm_inference::experiment::law::mixed(&outcomes) - 3.0).abs() < 1e-9);
    }
}

/// The channel always shows variant 0. Whoever knows that the victim will win experiment A there stakes almost nothing in B, which
/// closes first; who knows that the victim will lose it stakes all. The product reaches 1.5 in 3 of 4 records, not in 2 of 3.
#[test]
fn plans_by_somebody_who_knows_a_running_experiment_break_the_bound_and_are_refused() {
    let (trials, mut reached) = (1_000, 0);
    for seed in 0..trials as u64 {
        let mut bench = Bench::new(seed);
        let (a, told) = bench.draw(uniform(persons(1), 2), ALL, 50);
        let at = bench.next();
        let bytes = Protocol::new(plan(uniform(persons(1), 2), ALL, 90)).unwrap().encode();
        assert!(matches!(bench.ledger.announce(&bytes, TELLER, at), Err(ActError::Knows { .. })));
        let others = Protocol::new(plan(uniform(vec![Group::person(Who(9))], 2), ALL, 90)).unwrap().encode();
        bench.ledger.announce(&others, TELLER, at).expect("the teller may plan what is about others");
        // Whether to draw at all is a choice, too.
        let (announced, drawn) = (bench.next(), bench.next());
        let unwanted = bench.ledger.announce(&bytes, PLANNER, announced).unwrap();
        let refused = bench.ledger.draw(unwanted, Seed::from_bytes([0; 32]), TELLER, drawn, &[]);
        assert!(matches!(refused, Err(ActError::Knows { .. })));
        // The teller whispers to a planner of whom nobody knows that they know.
        let (b, _) = bench.draw(uniform(persons(1), 2), if told[0] == 0 { 1 } else { ALL }, 50);
        for experiment in [b, a] {
            bench.enter(experiment, 0);
            bench.close(experiment);
        }
        reached += usize::from(bench.most(&Group::person(Who(0))) >= 1.499_f64.ln());
    }
    assert!(exceeds(reached, trials, 1.0 / 1.499), "{reached} of {trials}");
}

/// Whoever opens experiments after their date knows how they end: the order in which he does must not matter, or he puts those
/// that are won first.
#[test]
fn experiments_count_in_the_order_of_their_dates_whoever_opens_them_and_none_is_left_out() {
    let course = |order: [usize; 4]| {
        let mut bench = Bench::new(4);
        let started: Vec<_> = (0..4).map(|n| bench.draw(uniform(persons(6), 2), ALL, 100 + n).0).collect();
        started.iter().for_each(|experiment| bench.enter(*experiment, 0));
        let family = Family::new(persons(6), START, 0.05).unwrap();
        order.into_iter().for_each(|n| {
            assert!(n == order[0] || matches!(bench.ledger.named(&family, bench.now()), Err(Overdue { .. })));
            assert!(n == order[0] || bench.ledger.review(&family, 0).is_err(), "the record itself is later than that");
            bench.close_late(started[n], 500);
        });
        assert!(bench.ledger.named(&family, bench.now()).is_ok() && bench.ledger.review(&family, bench.now()).is_ok());
        persons(6).iter().map(|group| bench.ledger.course(group, START)).collect::<Vec<_>>()
    };
    assert_eq!(course([0, 1, 2, 3]), course([3, 1, 0, 2]));
}

#[test]
fn a_family_chosen_after_the_results_has_none() {
    let mut bench = Bench::new(5);
    for _ in 0..12 {
        let (experiment, told) = bench.draw(uniform(persons(3), 8), ALL, 50);
        bench.enter(experiment, usize::from(told[2]));
        bench.close(experiment);
    }
    let recorded = bench.next();
    let early = Family::new(persons(3), START, 0.05).unwrap();
    assert_eq!(bench.ledger.named(&early, bench.now()).unwrap()[0].group.members(), [Who(2)]);
    let late = Family::new(vec![Group::person(Who(2))], recorded, 0.05).unwrap();
    assert!(bench.ledger.named(&late, bench.now()).unwrap().is_empty());
    assert!(bench.ledger.review(&late, bench.now()).unwrap().is_empty());
}
