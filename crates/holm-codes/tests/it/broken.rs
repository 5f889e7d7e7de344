//! Decoders with the classical faults. Each looks plausible; the soundness tests must catch every one.
//!
//! A fault is caught if the exact binomial test of "family-wise error ≤ α" rejects at level 10⁻⁴.

use holm_codes::attack::{Attack, Channel};
use holm_codes::decode::decode_single;
use holm_codes::evidence::Rows;
use holm_codes::law::Law;
use holm_codes::score::ScoreTable;
use holm_codes::tail::Tail;
use rayon::prelude::*;

use crate::trial::{Scenario, Trial, binomial_tail, outcome};

const LEVEL: f64 = 1e-4;

fn scenario() -> Scenario {
    Scenario::binary(20, 60, Law::J7, 2, Attack::Interleave, Channel::NOISY)
}

/// p of the binomial test after `trials` leaks decoded by `p_values`.
fn rejection(name: &str, scenario: &Scenario, trials: u64, alpha: f64, p_values: impl Fn(&Trial) -> Vec<f64> + Sync) -> f64 {
    let named = |seed| outcome(&p_values(&scenario.trial(name, seed)), scenario.colluders, alpha).1;
    let errors = (0..trials).into_par_iter().filter(|seed| named(*seed)).count();
    binomial_tail(errors as u64, trials, alpha)
}

fn p_of(scores: &[holm_codes::decode::CopyScore]) -> Vec<f64> {
    scores.iter().map(|s| s.p).collect()
}

/// Decodes with other rows for each copy, as a decoder does that lets a codeword into its own evidence.
fn with_own_rows(trial: &Trial, rows_for: impl Fn(&[u8]) -> Rows) -> Vec<f64> {
    let each = (0..trial.book.copies()).map(|copy| {
        let rows = rows_for(&trial.book.symbols(copy));
        decode_single(trial.biases(), &rows, |table| vec![table.score(&trial.book.symbols(copy)) as i32])[0].p
    });
    each.collect()
}

#[test]
fn the_sound_decoder_passes_where_the_broken_ones_fail() {
    assert!(rejection("sound", &scenario(), 400, 1e-2, |t| p_of(&t.single())) >= LEVEL);
}

#[test]
fn a_codeword_in_its_own_alignment_is_caught() {
    // Marks that disagree with the suspect are called unreadable half of the time.
    let p = rejection("alignment", &scenario(), 60, 1e-2, |trial| {
        with_own_rows(trial, |own| {
            let seen: Vec<Option<u8>> =
                trial.seen.iter().zip(own).enumerate().map(|(j, (s, x))| s.filter(|s| s == x || j % 2 == 0)).collect();
            Rows::read(&seen, &trial.scenario.arities, 0.05)
        })
    });
    assert!(p < LEVEL, "{p}");
}

#[test]
fn a_codeword_in_its_own_table_is_caught() {
    // The weight of each reading is fitted to how well the suspect agrees around it.
    let p = rejection("table", &scenario(), 80, 1e-2, |trial| {
        with_own_rows(trial, |own| {
            let agrees = |j: usize| trial.seen.get(j).copied().flatten().is_none_or(|s| s == own[j]);
            let rows = (0..own.len()).map(|j| {
                let good = (j.saturating_sub(2)..(j + 3).min(own.len())).filter(|i| agrees(*i)).count();
                let flip = if good >= 4 { 0.02 } else { 0.45 };
                Rows::read(&[trial.seen[j]], &[2], flip).rows()[0].clone()
            });
            Rows::new(rows.collect()).unwrap()
        })
    });
    assert!(p < LEVEL, "{p}");
}

#[test]
fn a_noise_rate_fitted_per_mark_kind_to_the_suspect_is_caught() {
    // One flip rate for each run of six marks, estimated from the suspect's own mismatches there.
    let p = rejection("noise", &scenario(), 80, 1e-2, |trial| {
        with_own_rows(trial, |own| {
            let mut rows = Vec::new();
            for start in (0..own.len()).step_by(6) {
                let run = start..(start + 6).min(own.len());
                let read: Vec<usize> = run.clone().filter(|j| trial.seen[*j].is_some()).collect();
                let wrong = read.iter().filter(|j| trial.seen[**j] != Some(own[**j])).count() as f64;
                let flip = ((wrong + 0.1) / (read.len() as f64 + 0.2)).clamp(0.01, 0.499);
                rows.extend(run.map(|j| Rows::read(&[trial.seen[j]], &[2], flip).rows()[0].clone()));
            }
            Rows::new(rows).unwrap()
        })
    });
    assert!(p < LEVEL, "{p}");
}

#[test]
fn a_beam_that_may_pick_the_suspect_is_caught() {
    // The two partners that explain the leak best are chosen with everybody in the pool; those chosen are then tested by
    // the table that was chosen because of them.
    let p = rejection("beam", &scenario(), 60, 1e-2, |trial| {
        let words: Vec<Vec<u8>> = (0..trial.book.copies()).map(|c| trial.book.symbols(c)).collect();
        let agrees = |j: usize, a: &[u8], b: &[u8]| trial.seen[j].is_none_or(|s| a[j] == s || b[j] == s);
        let fit = |a: usize, b: usize| (0..words[a].len()).filter(|j| agrees(*j, &words[a], &words[b])).count();
        let pairs = (0..words.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        // Some innocent completes the best explanation of what the first colluder does not explain.
        let (a, b) = pairs.filter(|(a, b)| *b == 0 && *a > 1).max_by_key(|(a, b)| fit(*a, *b)).unwrap();
        let unexplained = |j: usize| trial.seen[j].is_some_and(|s| words[b][j] != s && words[a][j] == s);
        let rows: Vec<Vec<f64>> = (0..words[a].len())
            .map(|j| if unexplained(j) { Rows::read(&[trial.seen[j]], &[2], 0.001).rows()[0].clone() } else { vec![1.0, 1.0] })
            .collect();
        p_of(&decode_single(trial.biases(), &Rows::new(rows).unwrap(), |table| table.scan(&trial.book)))
    });
    assert!(p < LEVEL, "{p}");
}

#[test]
fn cropping_again_without_spending_is_caught() {
    // The best of thirteen crops of one leak, each tested at the full α.
    let p = rejection("crops", &scenario(), 1_500, 1e-2, |trial| {
        let marks = trial.scenario.arities.len();
        let crops = (0..13).map(|crop| {
            let from = crop * (marks - 16) / 12;
            let seen: Vec<Option<u8>> =
                trial.seen.iter().enumerate().map(|(j, s)| s.filter(|_| (from..from + 16).contains(&j))).collect();
            p_of(&decode_single(trial.biases(), &Rows::read(&seen, &trial.scenario.arities, 0.05), |table| {
                table.scan(&trial.book)
            }))
        });
        crops.reduce(|a, b| a.iter().zip(b).map(|(x, y)| x.min(y)).collect()).unwrap()
    });
    assert!(p < LEVEL, "{p}");
}

#[test]
fn a_gaussian_threshold_is_caught() {
    // A normal tail with the score's exact mean and variance, on a short text with rare symbols. 3,000 leaks at α = 10⁻².
    let short = Scenario { arities: vec![4; 16], ..Scenario::binary(100, 0, Law::J7, 3, Attack::Minority, Channel::CLEAN) };
    let p = rejection("gauss", &short, 3_000, 1e-2, |trial| {
        let biases = trial.biases();
        let symmetric = |mark: usize, x: usize| match trial.seen[mark] {
            None => 0.0,
            Some(y) => {
                let one = biases[mark].probability(y as usize);
                if x == y as usize { ((1.0 - one) / one).sqrt() } else { -(one / (1.0 - one)).sqrt() }
            }
        };
        let table = ScoreTable::from_nats(biases.len(), symmetric, |_| 4);
        let read = trial.seen.iter().flatten().count() as f64;
        let sigma = read.sqrt() * holm_codes::score::STEPS_PER_NAT;
        table.scan(&trial.book).into_iter().map(|s| normal_tail(f64::from(s) / sigma)).collect()
    });
    assert!(p < LEVEL, "{p}");
}

/// Upper tail of the normal law by its continued fraction; good to 1e-7 for z ≥ 1, and 0.5 below.
fn normal_tail(z: f64) -> f64 {
    if z < 1.0 {
        return 0.5;
    }
    let fraction = (1..60).rev().fold(z, |f, k| z + f64::from(k) / f);
    (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() / fraction
}

#[test]
fn bonferroni_over_a_pruned_list_is_caught() {
    // The three copies that score best are tested as if there had never been more. 600 leaks among 100 copies.
    let many = Scenario { copies: 100, ..scenario() };
    let p = rejection("pruned", &many, 600, 1e-2, |trial| {
        let p = p_of(&trial.single());
        let mut order: Vec<usize> = (0..p.len()).collect();
        order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
        let mut pruned = vec![1.0; p.len()];
        // The step-down below multiplies by the number of copies, so what a list of three would multiply by is put in.
        order.iter().take(3).for_each(|i| pruned[*i] = p[*i] * 3.0 / p.len() as f64);
        pruned
    });
    assert!(p < LEVEL, "{p}");
}

#[test]
fn an_error_that_is_doubled_is_caught() {
    // Every p is halved: the error is at most 2α, and 12,000 leaks of five copies tell that from α. Leaks of nobody are the
    // cheapest: all five are innocent.
    let nobody = Scenario { colluders: 1, ..Scenario::binary(6, 30, Law::J7, 1, Attack::Foreign, Channel::NOISY) };
    let halved = rejection("doubled", &nobody, 12_000, 1e-2, |t| t.single().iter().map(|s| s.p / 2.0).collect());
    assert!(halved < LEVEL, "{halved}");
    let sound = rejection("doubled", &nobody, 12_000, 1e-2, |t| p_of(&t.single()));
    assert!(sound >= LEVEL, "{sound}");
}

#[test]
fn a_tail_with_its_window_cut_off_is_caught() {
    // The exact tail against enumeration is a test of its own; this shows that dropping mass would be seen there too.
    let trial = scenario().trial("tail", 1);
    let table = ScoreTable::from_nats(12, |mark, x| if x == 1 { 0.3 * mark as f64 } else { -0.2 }, |_| 2);
    let exact = Tail::of(&table.with_biases(&trial.biases()[..12]));
    let total = exact.at(i64::MIN / 2);
    assert!((total - 1.0).abs() < 1e-9, "all mass is kept: {total}");
}
