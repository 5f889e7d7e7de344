//! Moments as people write them: never without saying of which zone (`docs/spec/operations.md`, Times).

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// A text that says no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstantError {
    /// No date with a time.
    #[error("`{0}` is no time: write it like 2026-11-24T14:05-06:00 or 2026-11-24T14:05[America/Mexico_City]")]
    NoTime(String),
    /// Of which zone.
    #[error("`{0}` does not say of which zone: add an offset (-06:00, Z) or a zone ([America/Mexico_City])")]
    NoZone(String),
    /// The clocks were changed.
    #[error("`{0}` was twice that day, or never, since the clocks were changed: give the offset (-06:00)")]
    Ambiguous(String),
    /// No such zone.
    #[error("`{0}` is no time zone: write one like America/Mexico_City")]
    Zone(String),
}

/// Finds a time zone by its name.
///
/// # Errors
/// [`InstantError::Zone`].
pub fn zone(name: &str) -> Result<TimeZone, InstantError> {
    TimeZone::get(name).map_err(|_| InstantError::Zone(name.to_owned()))
}

/// Reads a moment; `zone` is that of times which say none.
///
/// # Errors
/// [`InstantError`] says what is missing.
pub fn instant(text: &str, zone: Option<&TimeZone>) -> Result<Timestamp, InstantError> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let (local, named) = match text.strip_suffix(']').and_then(|t| t.split_once('[')) {
        Some((local, name)) => (local, Some(self::zone(name)?)),
        None => (text, None),
    };
    // A day alone is read as its beginning, which nobody said.
    let has_time = local.contains(':');
    let civil: DateTime = local.parse().ok().filter(|_| has_time).ok_or_else(|| InstantError::NoTime(text.to_owned()))?;
    if named.is_some() && local.parse::<Timestamp>().is_ok() {
        return text.parse::<ZonedDateTime>().map(|at| at.timestamp()).map_err(|_| InstantError::NoTime(text.to_owned()));
    }
    let zone = named.as_ref().or(zone).ok_or_else(|| InstantError::NoZone(text.to_owned()))?;
    zone.to_ambiguous_timestamp(civil).unambiguous().map_err(|_| InstantError::Ambiguous(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_say_their_zone_or_are_refused() {
        let at = |text: &str| instant(text, None).map(|at| at.to_string());
        assert_eq!(at("2026-11-24T14:05-06:00").unwrap(), "2026-11-24T20:05:00Z");
        assert_eq!(at("2026-11-24 14:05:30Z").unwrap(), "2026-11-24T14:05:30Z");
        assert_eq!(at("2026-11-24T14:05[America/Mexico_City]").unwrap(), "2026-11-24T20:05:00Z");
        assert_eq!(at("2026-11-24T14:05-06:00[America/Mexico_City]").unwrap(), "2026-11-24T20:05:00Z");
        assert!(matches!(at("2026-11-24T14:05"), Err(InstantError::NoZone(_))));
        assert!(matches!(at("2026-11-24"), Err(InstantError::NoTime(_))));
        assert!(matches!(at("2026-11-24[America/Mexico_City]"), Err(InstantError::NoTime(_))));
        assert!(matches!(at("yesterday"), Err(InstantError::NoTime(_))));
        assert!(matches!(at("2026-11-24T14:05[Mexico]x"), Err(InstantError::NoTime(_))));
        assert!(matches!(at("2026-11-24T14:05[Atlantis]"), Err(InstantError::Zone(_))));
    }

    #[test]
    fn a_stated_zone_holds_for_times_without_one_and_clock_changes_are_not_guessed() {
        let madrid = zone("Europe/Madrid").unwrap();
        assert_eq!(instant("2026-11-24T14:05", Some(&madrid)).unwrap().to_string(), "2026-11-24T13:05:00Z");
        for twice_or_never in ["2026-10-25T02:30", "2026-03-29T02:30"] {
            assert!(matches!(instant(twice_or_never, Some(&madrid)), Err(InstantError::Ambiguous(_))), "{twice_or_never}");
        }
    }
}
