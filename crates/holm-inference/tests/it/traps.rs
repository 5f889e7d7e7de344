//! Cases in which samplers of this kind go wrong.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::chain::Chain;
use holm_inference::posterior::{PosteriorError, Sampling, posterior};
use holm_inference::priors::{Priors, Windows};

use crate::oracle::known;

fn trial(time: usize, told: &[usize], outcome: Outcome) -> Trial {
    let exposed = told.iter().map(|person| Exposure { person: *person, weight: 1.0 }).collect();
    Trial { time: time as f64, exposed, outcome, ..Trial::default() }
}

fn people(count: usize) -> Vec<Person> {
    vec![Person { unit: 0, ln_checks: 0.0 }; count]
}

/// Two people who are always told together: nothing tells them apart, and each chain must find both.
#[test]
fn people_who_were_always_told_together_are_equally_likely_in_each_chain() {
    let trials: Vec<Trial> =
        (0..40).map(|t| if t < 15 { trial(t, &[0, 1], Outcome::LEAK) } else { trial(t, &[t % 8 + 2], Outcome::CLEAN) }).collect();
    let case = Case::new(1, &people(10), (0, &[]), 1, &trials).unwrap();
    let priors = Priors { windows: Windows::NONE, ..Priors::default() };
    for seed in 0..6 {
        let mut chain = Chain::new(&case, &priors, seed);
        let mut sums = [0.0; 2];
        let sweeps = 6_000;
        for sweep in 0..sweeps + 500 {
            chain.sweep();
            if sweep >= 500 {
                (0..2).for_each(|p| sums[p] += chain.chances()[p] / f64::from(sweeps));
            }
        }
        assert!(sums.iter().all(|p| (0.42..0.72).contains(p)), "chain {seed}: {sums:?}");
        assert!((sums[0] - sums[1]).abs() < 0.1, "chain {seed}: {sums:?}");
    }
}

#[test]
fn of_people_whom_nothing_tells_apart_one_is_nearly_sure_to_leak_and_explains_most_leaks() {
    let trials: Vec<Trial> =
        (0..40).map(|t| if t < 15 { trial(t, &[0, 1], Outcome::LEAK) } else { trial(t, &[t % 8 + 2], Outcome::CLEAN) }).collect();
    let case = Case::new(1, &people(10), (0, &[]), 1, &trials).unwrap();
    let found = posterior(&case, &Priors::default(), &Sampling::default()).unwrap();
    let [(group, any)] = found.groups.as_slice() else { panic!("{:?}", found.groups) };
    assert!(*group == [0, 1] && *any > 0.97, "{any}");
    assert!(found.persons[0] + found.persons[1] > *any && found.means.unexplained < 0.15, "{:?}", found.means);
}

/// Busy people are told of more that fails: that alone makes nobody likely.
#[test]
fn whoever_was_told_of_everything_is_not_accused_by_what_failed_by_itself() {
    let trials: Vec<Trial> =
        (0..60).map(|t| trial(t, &[0, t % 6 + 1], if t % 20 == 0 { Outcome::LEAK } else { Outcome::CLEAN })).collect();
    let case = Case::new(1, &people(7), (0, &[]), 1, &trials).unwrap();
    let found = posterior(&case, &Priors::default(), &Sampling::default()).unwrap();
    assert!(found.persons[0] < 0.1, "{:?}", found.persons);
}

#[test]
fn a_seed_gives_the_same_posterior_again_and_another_nearly_the_same() {
    let trials: Vec<Trial> = (0..30)
        .map(|t| trial(t, &[t % 5, (t * 3 + 1) % 7], if t % 5 == 2 && t % 2 == 0 { Outcome::LEAK } else { Outcome::CLEAN }))
        .map(|mut t| {
            t.exposed.dedup_by_key(|e| e.person);
            t
        })
        .collect();
    let case = Case::new(1, &people(7), (0, &[]), 1, &trials).unwrap();
    let with = |seed| posterior(&case, &Priors::default(), &Sampling { seed, ..Sampling::default() }).unwrap();
    let (first, second, other) = (with(4), with(4), with(5));
    assert_eq!(first, second);
    let difference = first.persons.iter().zip(&other.persons).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(first != other && difference < 0.04, "{difference}");
}

#[test]
fn chains_that_do_not_agree_are_not_reported() {
    // Hardly any sweeps, and an error that nobody asks for.
    let trials: Vec<Trial> =
        (0..30).map(|t| trial(t, &[t % 3, 3 + t % 4], if t % 3 == 0 { Outcome::LEAK } else { Outcome::CLEAN })).collect();
    let case = Case::new(1, &people(7), (0, &[]), 1, &trials).unwrap();
    let sampling = Sampling { burn_in: 0, kept: 200, doublings: 1, largest_error: 1e-5, ..Sampling::default() };
    let refused = posterior(&case, &known(Windows::NONE), &sampling);
    assert!(matches!(refused, Err(PosteriorError::NotConverged { kept: 400, .. })), "{refused:?}");
    let few = posterior(&case, &Priors::default(), &Sampling { chains: 1, ..Sampling::default() });
    assert_eq!(few, Err(PosteriorError::Few));
}

/// Nobody told, nobody leaked: what was supposed is what comes out.
#[test]
fn without_evidence_the_prior_comes_back() {
    let case = Case::new(1, &people(50), (1, &[0; 4]), 1, &[]).unwrap();
    let found = posterior(&case, &Priors::default(), &Sampling::default()).unwrap();
    let mean = found.persons.iter().sum::<f64>() / 50.0;
    assert!((mean - 1.0 / 40.0).abs() < 0.004, "{mean}");
    let channels = found.channels.iter().sum::<f64>() / 4.0;
    assert!((channels - 0.1).abs() < 0.02, "{channels}");
}
