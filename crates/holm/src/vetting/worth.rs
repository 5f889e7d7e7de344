//! What a check is worth for finding few among many, in figures that can be said aloud.

use holm_inference::screening::Point;
use serde::Serialize;

/// Shares of those who leak that a threshold may be set to catch.
const SENSITIVITIES: [f64; 3] = [0.8, 0.5, 0.2];
/// The area under the curve of a polygraph's score for specific incidents: NRC 2003 takes 0.90 for its example of screening, and finds 0.86 in the
/// median of 52 laboratory sets.
pub const POLYGRAPH_AREA: f64 = 0.90;

/// What cannot be screened.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WorthError {
    /// No area.
    #[error("the area under the curve lies above 0.5, where a check says nothing, and below 1; {0} does not")]
    Area(f64),
    /// More leak than there are, or nobody is there.
    #[error("of {people} people {leakers} cannot leak")]
    People {
        /// How many there are.
        people: u64,
        /// How many leak.
        leakers: u64,
    },
}

/// A threshold, and what screening everybody with it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Worth {
    /// Share of those who leak who fail.
    pub sensitivity: f64,
    /// Share of those who do not who fail.
    pub false_alarms: f64,
    /// Who leak and fail.
    pub caught: f64,
    /// Who leak and pass.
    pub missed: f64,
    /// Who do not leak and fail.
    pub innocents: f64,
    /// Share of those who fail who leak.
    pub precision: f64,
    /// Odds that somebody leaks, times this once they fail.
    pub failed: f64,
    /// And once they pass.
    pub passed: f64,
}

/// What screening people of whom some leak comes to, at three thresholds of a check with this area under its curve.
///
/// # Errors
/// [`WorthError`].
pub fn worth(area: f64, people: u64, leakers: u64) -> Result<Vec<Worth>, WorthError> {
    if !(area > 0.5 && area < 1.0) {
        return Err(WorthError::Area(area));
    }
    if leakers == 0 || leakers >= people {
        return Err(WorthError::People { people, leakers });
    }
    let at = |sensitivity: f64| {
        let point = Point::at(area, sensitivity);
        let screened = point.screened(people as f64, leakers as f64);
        Worth {
            sensitivity,
            false_alarms: point.false_alarms,
            caught: screened.caught,
            missed: screened.missed,
            innocents: screened.innocents,
            precision: screened.precision(),
            failed: point.failed(),
            passed: point.passed(),
        }
    };
    Ok(SENSITIVITIES.map(at).into())
}
