//! Payments kept just under what is reported.

use crate::answer::{Finding, Named, Row};
use crate::exact::binomial_tail;
use crate::money::Money;

/// The test's name.
const TEST: &str = "structuring";

/// Bookings near the reporting threshold of a currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Band {
    /// The threshold.
    pub threshold: Money,
    /// Bookings below it by no more than the band.
    pub under: u64,
    /// Bookings at it, or above it by less than the band.
    pub over: u64,
    /// Those under.
    pub rows: Named<Row>,
}

/// The chance that a payment in a band of a share `band` on either side of a threshold lies under it, where larger payments are rarer
/// as 1/x²: ((1/(1−b) − 1) / (1/(1−b) − 1/(1+b))) = (1+b)/2. Where they thin out less steeply, it is less.
pub fn chance(band: f64) -> f64 {
    f64::midpoint(1.0, band)
}

/// How surprising it is that so many bookings lie under the threshold, in a band of so many hundredths.
pub fn finding(band: Option<&Band>, percent: u32) -> Finding {
    let Some(band) = band else {
        return Finding::untested(
            TEST,
            "nothing near a reporting threshold".to_owned(),
            "no threshold is given, or nothing is near it",
        );
    };
    let trials = band.under + band.over;
    let chance = chance(f64::from(percent) / 100.0);
    let words =
        format!("{} bookings within {percent} % under {}, {} as near at or over it", band.under, band.threshold, band.over);
    let tail = (binomial_tail(trials, chance, band.under), band.under as f64, trials as f64 * chance);
    let null = "payments thin out no faster than 1/x² around the threshold, each by itself";
    Finding::tested(TEST, words, tail, null).with_rows(band.rows.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_is_the_share_of_a_falling_density() {
        // Midpoint rule over 1/x² on [0.9, 1.1].
        let n = 200_000;
        let step = 0.2 / f64::from(n);
        let xs = (0..n).map(|i| 0.9 + (f64::from(i) + 0.5) * step);
        let (under, all) = xs.fold((0.0, 0.0), |(u, a), x| (u + f64::from(u8::from(x < 1.0)) / (x * x), a + 1.0 / (x * x)));
        assert!((under / all - chance(0.1)).abs() < 1e-6);
    }

    #[test]
    fn nine_of_nine_under_is_the_ninth_power() {
        let band = Band { under: 9, ..Band::default() };
        let finding = finding(Some(&band), 10);
        let crate::answer::Weight::Tested { p, .. } = finding.weight else { panic!("{finding:?}") };
        assert!((p - 0.55_f64.powi(9)).abs() < 1e-12);
    }
}
