//! What it means to screen many for few: how many a check catches, and how many innocents fail with them.
//!
//! A check is a score that is normal with one variance for those who leak and for those who do not (the equal-variance binormal
//! model), known by the area under its curve; a threshold trades those who are caught against innocents who fail. It is the model by
//! which NRC 2003 (*The Polygraph and Lie Detection*, Table S-1) counts 10,000 staff of whom 10 are spies.

use crate::diagnostics::normal_quantile;

/// A check at a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Share of those who leak who fail.
    pub sensitivity: f64,
    /// Share of those who do not who fail.
    pub false_alarms: f64,
}

/// What screening comes to, expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screened {
    /// Who leak and fail.
    pub caught: f64,
    /// Who leak and pass.
    pub missed: f64,
    /// Who do not leak and fail.
    pub innocents: f64,
}

/// The standard normal distribution function.
fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

impl Point {
    /// The point at which a check of an area under its curve, above 0.5 and below 1, has a sensitivity, above 0 and below 1.
    #[must_use]
    pub fn at(area: f64, sensitivity: f64) -> Self {
        // A = Φ(d′ / √2).
        let apart = std::f64::consts::SQRT_2 * normal_quantile(area);
        Self { sensitivity, false_alarms: normal(normal_quantile(sensitivity) - apart) }
    }

    /// Odds that somebody leaks, times this once they fail.
    #[must_use]
    pub fn failed(&self) -> f64 {
        self.sensitivity / self.false_alarms
    }

    /// Odds that somebody leaks, times this once they pass.
    #[must_use]
    pub fn passed(&self) -> f64 {
        (1.0 - self.sensitivity) / (1.0 - self.false_alarms)
    }

    /// What screening `people` of whom `leakers` leak comes to.
    #[must_use]
    pub fn screened(&self, people: f64, leakers: f64) -> Screened {
        let caught = leakers * self.sensitivity;
        Screened { caught, missed: leakers - caught, innocents: (people - leakers) * self.false_alarms }
    }
}

impl Screened {
    /// Share of those who fail who leak.
    #[must_use]
    pub fn precision(&self) -> f64 {
        self.caught / (self.caught + self.innocents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NRC 2003, Table S-1, for an accuracy index of 0.90: a threshold that catches 8 of 10 spies fails 1,598 others of 10,000, and one that
    /// catches 2 fails 39. Its model has other variances; ours is within 4 % of both.
    #[test]
    fn the_table_of_the_national_research_council_comes_out() {
        for (sensitivity, published) in [(0.8, 1598.0), (0.2, 39.0)] {
            let screened = Point::at(0.90, sensitivity).screened(10_000.0, 10.0);
            assert!((screened.innocents / published - 1.0).abs() < 0.04, "{sensitivity}: {}", screened.innocents);
            assert!((screened.caught - 10.0 * sensitivity).abs() < 1e-12);
        }
    }

    /// The reference's own figures for an index of 0.86.
    #[test]
    fn the_plans_reference_comes_out() {
        for (sensitivity, false_alarms, failed, passed) in
            [(0.8, 0.246, 3.2, 0.27), (0.5, 0.063, 7.9, 0.53), (0.2, 0.009, 22.0, 0.81)]
        {
            let point = Point::at(0.86, sensitivity);
            assert!((point.false_alarms - false_alarms).abs() < 0.0006, "{point:?}");
            assert!((point.failed() / failed - 1.0).abs() < 0.03 && (point.passed() - passed).abs() < 0.01, "{point:?}");
        }
    }
}
