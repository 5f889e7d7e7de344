//! Joint draws: they agree with the posterior that they go on from, and show what its probabilities do not.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::plan::draws::{Draw, Draws, DrawsError, Figure, Leaker};
use holm_inference::posterior::{Sampling, posterior};
use holm_inference::priors::{Priors, Share, Windows};

use crate::world::{Size, world};

pub(super) const SMALL: Size = Size { units: 4, of_unit: 5, channels: 3, kinds: 2, trials: 80, told: 6.0 };

/// Five worlds, 23 entities each: a share of 2,000 draws is off by more than five times its standard error (taken as that of 300
/// independent draws, since they depend on each other) with a probability below 1e-6.
#[test]
fn draws_agree_with_the_posterior_that_they_go_on_from() {
    for seed in 0..5 {
        let priors = Priors::default();
        let (case, _) = world(SMALL, &priors, seed);
        let sampling = Sampling { seed, ..Sampling::default() };
        let found = posterior(&case, &priors, &sampling).unwrap();
        let draws = Draws::of(&case, &priors, &sampling, &found, (80.0, 500)).unwrap();
        assert_eq!((draws.len(), draws.chains()), (2_000, 4));
        for (p, share) in found.persons.iter().chain(&found.channels).zip(draws.leaks()) {
            let error = (p * (1.0 - p) / 300.0).sqrt();
            assert!((p - share).abs() < 5.0 * error + 0.004, "seed {seed}: {p} and {share}");
        }
        assert_eq!(draws, Draws::of(&case, &priors, &sampling, &found, (80.0, 500)).unwrap(), "the same seed, the same draws");
    }
}

/// Two people were told of three leaks, always together: each is as likely as the other, and hardly ever are both.
#[test]
fn of_two_who_were_always_told_together_a_draw_names_one() {
    let told = |a: usize, b: usize, outcome| Trial {
        exposed: vec![Exposure { person: a, weight: 1.0 }, Exposure { person: b, weight: 1.0 }],
        outcome,
        ..Trial::default()
    };
    let trials: Vec<Trial> = (0..3)
        .map(|_| told(0, 1, Outcome::LEAK))
        .chain((0..12).map(|n| told(2 + n % 4, 2 + (n + 1) % 4, Outcome::CLEAN)))
        .collect();
    let priors = Priors { background: Share::Known(0.01), windows: Windows::NONE, ..Priors::default() };
    let case = Case::new(1, &[Person { unit: 0, ln_checks: 0.0 }; 6], (0, &[]), 1, &trials).unwrap();
    let sampling = Sampling::default();
    let found = posterior(&case, &priors, &sampling).unwrap();
    let draws = Draws::of(&case, &priors, &sampling, &found, (1.0, 500)).unwrap();
    let both = |d: &&Draw| [0, 1].iter().all(|p| d.leakers.iter().any(|l| l.entity == *p));
    let together = draws.all().iter().filter(both).count() as f64 / draws.len() as f64;
    let [a, b] = [draws.leaks()[0], draws.leaks()[1]];
    assert!(a > 0.35 && b > 0.35 && a + b - together > 0.9, "{a} {b} {together}");
    assert!(together < a * b, "{together} together, {a} and {b} each");
}

#[test]
fn draws_that_make_no_posterior_are_refused() {
    let draw = |entity, rate| Draw { leakers: vec![Leaker { entity, rate, on: true }], background: vec![0.1] };
    assert_eq!(Draws::new(1, 1, 1, vec![]), Err(DrawsError::Lengths));
    assert_eq!(Draws::new(1, 1, 1, vec![vec![draw(0, 0.5)], vec![]]), Err(DrawsError::Lengths));
    assert_eq!(Draws::new(1, 1, 1, vec![vec![draw(0, 0.5), draw(2, 0.5)]]), Err(DrawsError::Draw(1)));
    assert_eq!(Draws::new(1, 1, 2, vec![vec![draw(0, 0.5)]]), Err(DrawsError::Draw(0)));
    assert_eq!(Draws::new(1, 1, 1, vec![vec![draw(1, f64::NAN)]]), Err(DrawsError::Share(0)));
    let mut twice = draw(0, 0.5);
    twice.leakers.push(twice.leakers[0]);
    assert_eq!(Draws::new(1, 1, 1, vec![vec![twice]]), Err(DrawsError::Draw(0)));
    let few = Draws::new(2, 0, 1, vec![vec![draw(0, 0.5), draw(1, 0.3)], vec![draw(0, 0.7), draw(0, 0.6)]]).unwrap();
    assert_eq!(few.leaks(), [0.75, 0.25]);
    assert!((few.rates()[0] - 0.6).abs() < 1e-12 && (few.chances()[1] - 0.075).abs() < 1e-12);
    let figure = Figure::of(&few, &[0.0, 1.0, 1.0, 1.0]);
    assert_eq!((figure.value, figure.chains), (0.75, [0.5, 1.0]));
}
