//! Ways to an answer: from where an earlier one ended, and across what single steps do not cross.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::chain::{Chain, Ladder, POWERS};
use holm_inference::oracle::enumerate;
use holm_inference::posterior::{Path, Sampling, posterior, posterior_from};
use holm_inference::priors::{LeakRate, Priors, Share, Windows};

use crate::oracle::{known, random_case};
use crate::world::{Size, world};

fn trial(time: usize, told: &[usize], outcome: Outcome) -> Trial {
    let exposed = told.iter().map(|person| Exposure { person: *person, weight: 1.0 }).collect();
    Trial { time: time as f64, exposed, outcome, ..Trial::default() }
}

fn largest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Either one person leaks all that leaked, or two do, half of it each: between them lies that all three leak, and much of what the
/// first knew stayed secret.
fn divided() -> (Case, Priors) {
    let mut trials: Vec<Trial> = (0..40).map(|t| trial(t, if t % 2 == 0 { &[0, 1] } else { &[0, 2] }, Outcome::LEAK)).collect();
    trials.extend((40..46).map(|t| trial(t, &[0], Outcome::CLEAN)));
    trials.extend((50..53).map(|t| trial(t, &[1], Outcome::CLEAN)));
    trials.extend((53..56).map(|t| trial(t, &[2], Outcome::CLEAN)));
    let case = Case::new(1, &[Person { unit: 0, ln_checks: 0.0 }; 4], (0, &[]), 1, &trials).unwrap();
    let rate = LeakRate::Points(vec![(0.98, 1.0)]);
    (case, Priors { rate, background: Share::Known(0.01), ..known(Windows::NONE) })
}

/// The standard error asked for is 0.015: four of them, for one seed that is fixed.
#[test]
fn tempered_chains_cross_what_plain_ones_do_not_and_give_what_enumeration_gives() {
    let (case, priors) = divided();
    let exact = enumerate(&case, &priors).unwrap();
    let sampling = Sampling { kept: 8_000, doublings: 2, burn_in: 200, largest_error: 0.015, ..Sampling::default() };
    let found = posterior(&case, &priors, &sampling).unwrap();
    assert_eq!(found.path, Path::Tempered, "{:?}", found.persons);
    let difference = largest(&found.persons, &exact);
    assert!(difference < 0.06, "{difference}: {:?} {exact:?}", found.persons);
}

/// What a ladder's cold chain samples is the posterior, whatever the powers of the others.
#[test]
fn the_cold_chain_of_a_ladder_samples_from_the_posterior() {
    let windows = Windows { always: 0.4, onset: 0.3, on_off: 0.3, changes: 3.0 };
    for seed in 300..304 {
        let case = random_case(seed, 3, 1, 5, 0.45);
        let priors = known(windows);
        let exact = enumerate(&case, &priors).unwrap();
        let chain = |rung: usize| Chain::new(&case, &priors, seed * 10 + rung as u64);
        let mut ladder = Ladder::tempered(std::array::from_fn::<_, { POWERS.len() }, _>(chain)).burnt(300);
        let mut sums = vec![0.0; exact.len()];
        let sweeps = 40_000;
        for _ in 0..sweeps {
            ladder.sweep();
            sums.iter_mut().zip(ladder.cold().chances()).for_each(|(sum, p)| *sum += p / f64::from(sweeps));
        }
        let difference = largest(&sums, &exact);
        assert!(difference < 0.01, "case {seed}: {difference}");
    }
}

/// A hundred trials more than an earlier posterior had seen, of everything learned, with checks, windows and channels.
#[test]
fn going_on_from_an_earlier_posterior_gives_what_beginning_anew_gives() {
    const SIZE: Size = Size { units: 3, of_unit: 8, channels: 2, kinds: 2, trials: 160, told: 4.0 };
    let priors = Priors::default();
    for seed in 0..3 {
        let before = world(Size { trials: 60, ..SIZE }, &priors, seed).0;
        let after = world(SIZE, &priors, seed).0;
        let sampling = Sampling { largest_error: 0.006, ..Sampling::default() };
        let earlier = posterior(&before, &priors, &sampling).unwrap();
        let anew = posterior(&after, &priors, &sampling).unwrap();
        let short = Sampling { burn_in: 100, seed: 7, ..sampling };
        let on = posterior_from(&after, &priors, &short, &earlier.ends).unwrap();
        assert_eq!(on, posterior_from(&after, &priors, &short, &earlier.ends).unwrap());
        let difference = largest(&anew.persons, &on.persons);
        assert!(difference < 0.03, "world {seed}: {difference}");
    }
}
