//! Family-wise error at most α, whatever the coalition, the strategy, the noise and the reader's beliefs.
//!
//! Each cell is tested by an exact one-sided binomial test of "error ≤ α" at level 10⁻⁴, corrected over the cells. The long
//! version is `make bench-soundness`.

use holm_codes::attack::{Attack, Channel};
use holm_codes::decode::decode_single;
use holm_codes::evidence::Rows;
use holm_codes::law::Law;
use holm_codes::ledger::item_ln_e;
use rayon::prelude::*;

use crate::trial::{Scenario, binomial_tail, outcome};

/// α at which errors are counted.
const ALPHAS: [f64; 2] = [1e-2, 1e-3];
/// Level of the test, before correction.
const LEVEL: f64 = 1e-4;

fn cells() -> Vec<(&'static str, Scenario)> {
    let more = |colluders| Scenario::binary(20, 50, Law::HalfJ7, colluders, Attack::Interleave, Channel::CLEAN);
    let believing =
        |believed, channel| Scenario { believed, ..Scenario::binary(20, 50, Law::J7, 2, Attack::Interleave, channel) };
    let mut cells = vec![
        ("designed for", Scenario::binary(30, 60, Law::J7, 3, Attack::Minority, Channel::CLEAN)),
        ("five copies", Scenario::binary(5, 40, Law::HalfJ7, 2, Attack::Coin, Channel::NOISY)),
        ("more colluders than modelled", more(9)),
        ("everybody but one", more(19)),
        ("the reader trusts too much", believing(0.001, Channel { erased: 0.1, flipped: 0.25 })),
        ("the reader trusts too little", believing(0.4, Channel::CLEAN)),
        ("symbols that nobody held", Scenario::binary(20, 50, Law::J7, 2, Attack::Foreign, Channel::NOISY)),
        ("a hundred copies", Scenario::binary(100, 40, Law::J7, 2, Attack::AllOne, Channel::NOISY)),
    ];
    let q_ary =
        Scenario { arities: [4, 3, 2, 8].repeat(7), ..Scenario::binary(20, 0, Law::J7, 3, Attack::Majority, Channel::NOISY) };
    cells.push(("many alternatives", q_ary));
    cells
}

/// Counts leaks in which an innocent is named, at each α.
fn errors(name: &str, scenario: &Scenario, trials: u64, p_values: impl Fn(&crate::trial::Trial) -> Vec<f64> + Sync) -> [u64; 2] {
    let one = |seed| {
        let p = p_values(&scenario.trial(name, seed));
        ALPHAS.map(|alpha| u64::from(outcome(&p, scenario.colluders, alpha).1))
    };
    (0..trials).into_par_iter().map(one).reduce(|| [0; 2], |a, b| [a[0] + b[0], a[1] + b[1]])
}

fn assert_sound(what: &str, errors: [u64; 2], trials: u64, tests: usize) {
    for (count, alpha) in errors.into_iter().zip(ALPHAS) {
        let p = binomial_tail(count, trials, alpha);
        assert!(p >= LEVEL / tests as f64, "{what}: {count} of {trials} at α = {alpha}, p = {p:e}");
    }
}

#[test]
fn the_single_decoder_names_innocents_no_more_often_than_it_says() {
    const TRIALS: u64 = 800;
    let cells = cells();
    for (name, scenario) in &cells {
        let errors = errors(name, scenario, TRIALS, |t| t.single().iter().map(|s| s.p).collect());
        assert_sound(name, errors, TRIALS, 4 * cells.len());
    }
}

#[test]
fn the_joint_decoder_names_innocents_no_more_often_than_it_says() {
    const TRIALS: u64 = 60;
    let cells = cells();
    for (name, scenario) in &cells {
        let errors = errors(name, scenario, TRIALS, |t| t.joint(1e-2, 1_000).iter().map(|s| s.p).collect());
        assert_sound(name, errors, TRIALS, 4 * cells.len());
    }
}

#[test]
fn pooled_p_values_of_innocents_are_super_uniform() {
    // 600 leaks × 18 innocents: P(p ≤ t) ≤ t is tested at each t by the exact binomial test at level 10⁻⁴ / 4. Copies of
    // one leak share evidence but their codewords are independent given it.
    let scenario = Scenario::binary(20, 50, Law::J7, 2, Attack::Interleave, Channel::NOISY);
    let mut below = [0_u64; 4];
    let thresholds = [0.3, 0.1, 0.01, 0.001];
    let trials = 600;
    for seed in 0..trials {
        for score in &scenario.trial("pooled", seed).single()[2..] {
            below.iter_mut().zip(thresholds).for_each(|(n, t)| *n += u64::from(score.p <= t));
        }
    }
    for (count, threshold) in below.into_iter().zip(thresholds) {
        assert!(binomial_tail(count, trials * 18, threshold) >= LEVEL / 4.0, "{count} of {} below {threshold}", trials * 18);
        assert!(
            binomial_tail(trials * 18 - count, trials * 18, 1.0 - threshold / 2.0) > 1e-4,
            "the test must not be idle: {count} below {threshold}"
        );
    }
}

#[test]
fn the_ledger_of_an_innocent_rarely_ever_rises_however_often_one_looks() {
    // 400 lifetimes of 12 items, three looks at each (two crops and the whole): P(ever E ≥ 1/α) ≤ α by Ville, α = 0.05.
    const LIVES: u64 = 400;
    const ALPHA: f64 = 0.05;
    let life = |seed: u64| {
        let (mut ln_e, mut highest) = (0.0_f64, f64::NEG_INFINITY);
        for item in 0..12_u64 {
            let scenario = Scenario::binary(8, 30, Law::J7, 2, Attack::Interleave, Channel::NOISY);
            let trial = scenario.trial("ledger", seed * 100 + item);
            let crop = |from: usize, to: usize| {
                let seen: Vec<Option<u8>> =
                    trial.seen.iter().enumerate().map(|(j, s)| s.filter(|_| (from..to).contains(&j))).collect();
                let rows = Rows::read(&seen, &scenario.arities, 0.05);
                decode_single(trial.biases(), &rows, |t| t.scan(&trial.book))[7].ln_e
            };
            let looks = [crop(0, 15), crop(15, 30), crop(0, 30)];
            for seen in 1..=3 {
                highest = highest.max(ln_e + item_ln_e(&looks[..seen]));
            }
            ln_e += item_ln_e(&looks);
        }
        highest
    };
    let crossed = (0..LIVES).into_par_iter().filter(|seed| life(*seed) >= (1.0 / ALPHA).ln()).count() as u64;
    assert!(binomial_tail(crossed, LIVES, ALPHA) >= LEVEL, "{crossed} of {LIVES}");
}

#[test]
fn e_values_of_innocents_average_at_most_one() {
    // 400 leaks × 18 innocents of the joint decoder; e is capped at 20, which lowers the mean, so the cap favours nobody.
    let scenario = Scenario::binary(20, 40, Law::J7, 2, Attack::Interleave, Channel::CLEAN);
    let mut values = Vec::new();
    for seed in 0..120 {
        values.extend(scenario.trial("e", seed).joint(1e-2, 1_000)[2..].iter().map(|s| s.ln_e.exp().min(20.0)));
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let error = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n / n).sqrt();
    assert!(mean <= 1.0 + 4.0 * error, "mean {mean} ± {error}");
    assert!(mean > 0.3, "an e-value that is always small tests nothing: {mean}");
}
