use super::*;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Every choice of one window per stratum, counted.
fn enumerated(strata: &[Stratum]) -> f64 {
    let with: Vec<Vec<u64>> = strata
        .iter()
        .filter(|s| !s.controls.is_empty())
        .map(|s| std::iter::once(s.truth).chain(s.controls.iter().copied()).collect())
        .collect();
    let observed: u64 = with.iter().map(|v| v[0]).sum();
    let mut sums = vec![0];
    for values in &with {
        sums = sums.iter().flat_map(|s| values.iter().map(move |v| s + v)).collect();
    }
    sums.iter().filter(|&&s| s >= observed).count() as f64 / sums.len() as f64
}

fn stratum() -> impl Strategy<Value = Stratum> {
    (0..9_u64, proptest::collection::vec(0..9_u64, 0..5)).prop_map(|(truth, controls)| Stratum { truth, controls })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn the_convolution_is_what_enumeration_finds(strata in proptest::collection::vec(stratum(), 1..6)) {
        match upper_tail(&strata) {
            Ok(tail) => prop_assert!((tail.p - enumerated(&strata)).abs() < 1e-12),
            Err(why) => {
                prop_assert_eq!(why, NoTest::NoControls);
                prop_assert!(strata.iter().all(|s| s.controls.is_empty()));
            }
        }
    }

    /// Over all choices of which window is the true one, p ≤ u happens with probability at most u: exactly, for every u.
    #[test]
    fn p_values_are_valid_whatever_was_counted(windows in proptest::collection::vec(proptest::collection::vec(0..7_u64, 2..5), 1..4)) {
        let mut arrangements = vec![Vec::new()];
        for values in &windows {
            arrangements = arrangements.iter().flat_map(|before: &Vec<Stratum>| (0..values.len()).map(move |at| {
                let mut controls = values.clone();
                let truth = controls.remove(at);
                before.iter().cloned().chain([Stratum { truth, controls }]).collect()
            })).collect();
        }
        let all = arrangements.len() as f64;
        let ps: Vec<f64> = arrangements.iter().map(|a| upper_tail(a).unwrap().p).collect();
        for &u in &ps {
            let below = ps.iter().filter(|&&p| p <= u + 1e-12).count() as f64;
            prop_assert!(below / all <= u + 1e-9, "{below} of {all} at or below {u}");
        }
    }

    #[test]
    fn ranks_keep_the_order_and_their_sum(strata in proptest::collection::vec(stratum(), 1..4)) {
        for (before, after) in strata.iter().zip(ranked(&strata)) {
            let n = before.controls.len() as u64 + 1;
            prop_assert_eq!(after.truth + after.controls.iter().sum::<u64>(), n * (n + 1));
            for (b, a) in before.controls.iter().zip(&after.controls) {
                prop_assert_eq!(b.cmp(&before.truth), a.cmp(&after.truth));
            }
        }
    }

    #[test]
    fn draws_without_replacement_are_counted_as_by_hand(marks in 0..8_u32, all in 1..9_u32, drawn in 0..9_u32, hits in 0..5_u32) {
        let (marks, drawn) = (marks.min(all), drawn.min(all));
        let marked = (1_u32 << marks) - 1;
        let draws: Vec<u32> = (0..1_u32 << all).filter(|d| d.count_ones() == drawn).collect();
        let hit = draws.iter().filter(|&d| (d & marked).count_ones() >= hits).count();
        let by_hand = hit as f64 / draws.len() as f64;
        let p = hypergeometric_tail(all.into(), marks.into(), drawn.into(), hits.into());
        prop_assert!((p - by_hand).abs() < 1e-9, "{p} {by_hand}");
    }

    #[test]
    fn coins_that_are_alike_are_binomial(trials in 0..30_u64, hits in 0..30_u64, chance in 0.01..0.99_f64) {
        let coins = vec![chance; trials as usize];
        let (a, b) = (coins_tail(&coins, hits as usize), binomial_tail(trials, chance, hits));
        prop_assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
}

#[test]
fn far_tails_keep_their_digits() {
    // Thirty disclosures, each with nine quiet weeks: all thirty true windows are the busiest with probability 10^-30.
    let strata = vec![Stratum { truth: 1, controls: vec![0; 9] }; 30];
    let p = upper_tail(&strata).unwrap().p;
    assert!((p / 1e-30 - 1.0).abs() < 1e-9, "{p}");
}

#[test]
fn counts_of_millions_are_refused_and_not_approximated() {
    let wide = Stratum { truth: WIDEST as u64 * 2, controls: vec![0] };
    assert_eq!(upper_tail(&[wide]), Err(NoTest::TooWide));
    assert_eq!(WIDEST, 10_000_000);
}

/// Kolmogorov–Smirnov against the uniform, two-sided: 2,000 trials, α = 0.001, seed 11. Counts are small, so that ties are many: a draw
/// between `beyond` and `p` is what is uniform.
#[test]
fn null_p_values_are_uniform_between_their_ties() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
    let trials = 2_000;
    let mut ps: Vec<f64> = (0..trials)
        .map(|_| {
            let mut draw = || (-(1.0 - rng.random::<f64>()).ln() * 4.0) as u64;
            let strata: Vec<Stratum> =
                (0..6).map(|_| Stratum { truth: draw(), controls: (0..8).map(|_| draw()).collect() }).collect();
            let tail = upper_tail(&strata).unwrap();
            tail.beyond + rng.random::<f64>() * (tail.p - tail.beyond)
        })
        .collect();
    ps.sort_by(f64::total_cmp);
    let n = f64::from(trials);
    let gap =
        ps.iter().enumerate().map(|(i, p)| (p - i as f64 / n).abs().max(((i + 1) as f64 / n - p).abs())).fold(0.0, f64::max);
    // P(D > x) ≈ 2 exp(−2 n x²), which is α at x = √(ln(2/α) / 2n).
    let bound = (2000.0_f64.ln() / (2.0 * n)).sqrt();
    assert!(gap < bound, "{gap} {bound}");
}
