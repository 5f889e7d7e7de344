//! Whether chains have converged: rank-normalised split R̂ (Vehtari, Gelman, Simpson, Carpenter and Bürkner, Bayesian Analysis 16,
//! 2021) and the Monte Carlo standard error by batch means.

/// Largest rank-R̂ at which chains are taken to agree.
pub const LARGEST_RANK_R: f64 = 1.05;

/// R̂ of chains of equal length, each split in two, by the ranks of all draws: 1 if the chains cannot be told apart. The larger of
/// that of the draws and that of how far they lie from the median. NaN of fewer than four draws a chain.
#[must_use]
pub fn rank_r(chains: &[Vec<f64>]) -> f64 {
    let half = chains.iter().map(Vec::len).min().unwrap_or(0) / 2;
    if half < 2 {
        return f64::NAN;
    }
    let parts: Vec<&[f64]> = chains.iter().flat_map(|c| [&c[..half], &c[c.len() - half..]]).collect();
    let mut all: Vec<f64> = parts.iter().flat_map(|p| p.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    let median = (all[(all.len() - 1) / 2] + all[all.len() / 2]) / 2.0;
    if all.first() == all.last() {
        return 1.0;
    }
    let folded: Vec<Vec<f64>> = parts.iter().map(|p| p.iter().map(|x| (x - median).abs()).collect()).collect();
    let folded: Vec<&[f64]> = folded.iter().map(Vec::as_slice).collect();
    split_r(&normalised(&parts)).max(split_r(&normalised(&folded)))
}

/// Normal scores of the ranks of all draws, equal ones sharing their mean rank.
fn normalised(parts: &[&[f64]]) -> Vec<Vec<f64>> {
    let mut all: Vec<(f64, usize, usize)> =
        parts.iter().enumerate().flat_map(|(p, part)| part.iter().enumerate().map(move |(i, x)| (*x, p, i))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = all.len() as f64;
    let mut scores: Vec<Vec<f64>> = parts.iter().map(|p| vec![0.0; p.len()]).collect();
    let mut rank = 0.0;
    for equal in all.chunk_by(|a, b| a.0 == b.0) {
        let mean = rank + (equal.len() as f64 + 1.0) / 2.0;
        rank += equal.len() as f64;
        let score = normal_quantile((mean - 0.375) / (count + 0.25));
        equal.iter().for_each(|(_, part, index)| scores[*part][*index] = score);
    }
    scores
}

fn split_r(parts: &[Vec<f64>]) -> f64 {
    let n = parts.first().map_or(0, Vec::len) as f64;
    let means: Vec<f64> = parts.iter().map(|p| mean(p)).collect();
    let within = mean(&parts.iter().map(|p| variance(p)).collect::<Vec<_>>());
    let between = n * variance(&means);
    if within == 0.0 {
        return if between == 0.0 { 1.0 } else { f64::INFINITY };
    }
    (((n - 1.0) / n * within + between / n) / within).sqrt()
}

/// Batches that are put together to see whether they depend on each other.
const TOGETHER: usize = 10;

/// Standard error of the mean of all batches, taken as independent: the larger of that by batches as they are and that by ten of
/// them together, which is larger where chains move slowly.
#[must_use]
pub fn standard_error(chains: &[Vec<f64>]) -> f64 {
    let by = |together: usize| {
        let all: Vec<f64> = chains.iter().flat_map(|chain| chain.chunks_exact(together).map(mean)).collect();
        (variance(&all) / all.len().max(1) as f64).sqrt()
    };
    by(1).max(by(TOGETHER))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The unbiased variance; 0 of fewer than two.
fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let count = values.len() as f64 - 1.0;
    if count < 1.0 { 0.0 } else { values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count }
}

/// Quantile of the standard normal (Wichura, Algorithm AS 241, Appl. Statist. 37, 1988, PPND7): seven digits.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * (((59.109_374_720 * r + 159.291_132_02) * r + 50.434_271_938) * r + 3.387_132_717_9)
            / (((67.187_563_600 * r + 78.757_757_664) * r + 17.895_169_469) * r + 1.0);
    }
    let r = (-p.min(1.0 - p).ln()).sqrt();
    let size = if r <= 5.0 {
        let r = r - 1.6;
        (((0.170_238_210_3 * r + 1.306_728_465_9) * r + 2.756_815_390_0) * r + 1.423_437_277_7)
            / ((0.120_211_326_5 * r + 0.737_001_642_5) * r + 1.0)
    } else {
        let r = r - 5.0;
        (((0.017_337_203_997 * r + 0.428_682_943_37) * r + 3.081_226_382_0) * r + 6.657_905_115_0)
            / ((0.012_258_202_635 * r + 0.241_978_942_85) * r + 1.0)
    };
    size.copysign(q)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn chains(shift: f64) -> Vec<Vec<f64>> {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
        (0..4).map(|c| (0..200).map(|_| random.random::<f64>() + if c == 0 { shift } else { 0.0 }).collect()).collect()
    }

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        for (p, z) in [(0.5, 0.0), (0.975, 1.959_964), (0.025, -1.959_964), (0.999_9, 3.719_016), (1e-12, -7.034_484)] {
            assert!((normal_quantile(p) - z).abs() < 1e-5, "{p}: {}", normal_quantile(p));
        }
    }

    #[test]
    fn chains_that_agree_have_r_near_one_and_one_that_stands_apart_is_seen() {
        assert!(rank_r(&chains(0.0)) < 1.02);
        assert!(rank_r(&chains(0.3)) > LARGEST_RANK_R);
        // The same mean, another spread.
        let mut spread = chains(0.0);
        spread[0].iter_mut().for_each(|x| *x = 0.5 + 4.0 * (*x - 0.5));
        assert!(rank_r(&spread) > LARGEST_RANK_R);
        assert_eq!(rank_r(&[vec![0.0; 8], vec![0.0; 8]]), 1.0);
        assert!(rank_r(&[vec![0.0; 8], vec![1.0; 8]]).is_infinite());
        assert!(rank_r(&[vec![0.0; 3]]).is_nan());
    }

    #[test]
    fn the_standard_error_is_that_of_independent_batches() {
        let error = standard_error(&chains(0.0));
        let expected = (1.0_f64 / 12.0 / 800.0).sqrt();
        assert!((error / expected - 1.0).abs() < 0.15, "{error} {expected}");
    }

    #[test]
    fn the_standard_error_of_batches_that_depend_on_each_other_is_larger() {
        // Each value stands ten times: as many independent ones as a tenth.
        let slow: Vec<Vec<f64>> = chains(0.0).iter().map(|c| c.iter().flat_map(|x| [*x; 10]).collect()).collect();
        let expected = (1.0_f64 / 12.0 / 800.0).sqrt();
        let error = standard_error(&slow);
        assert!((error / expected - 1.0).abs() < 0.1, "{error} {expected}");
    }
}
