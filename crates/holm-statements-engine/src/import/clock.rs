//! Times as providers write them.

use crate::mapping::Mapping;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// Reads times of one file.
#[derive(Debug)]
pub(crate) struct Clock<'a> {
    format: Option<&'a str>,
    zone: Option<&'a TimeZone>,
}

/// Whether the clock showed a time once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Once.
    Once,
    /// Twice, or never: it was set back or forward.
    OtherThanOnce,
}

impl<'a> Clock<'a> {
    /// As the mapping says.
    pub(crate) fn new(mapping: &'a Mapping) -> Clock<'a> {
        Clock { format: mapping.format.as_deref(), zone: mapping.zone.as_ref() }
    }

    /// Seconds since 1970; parts of a second are cut off.
    pub(crate) fn read(&self, text: &str) -> Result<(i64, Shown), String> {
        match self.format {
            None => match text.parse::<Timestamp>() {
                Ok(at) => Ok((at.as_second(), Shown::Once)),
                Err(_) => self.local(text.parse::<DateTime>().map_err(|_| format!("`{text}` is no time of RFC 3339"))?, text),
            },
            Some(format) => {
                let refuse = || format!("`{text}` is not written as `{format}`");
                let parts = strtime::parse(format, text).map_err(|_| refuse())?;
                if parts.offset().is_some() || parts.timestamp().is_some() {
                    return Ok((parts.to_timestamp().map_err(|_| refuse())?.as_second(), Shown::Once));
                }
                let local = parts.to_datetime().or_else(|_| parts.to_date().map(|d| d.at(0, 0, 0, 0)));
                self.local(local.map_err(|_| refuse())?, text)
            }
        }
    }

    fn local(&self, local: DateTime, text: &str) -> Result<(i64, Shown), String> {
        let zone = self.zone.ok_or_else(|| format!("`{text}` has no offset, and the mapping no zone"))?;
        let at = zone.to_ambiguous_timestamp(local);
        let shown = if at.is_ambiguous() { Shown::OtherThanOnce } else { Shown::Once };
        let at = at.compatible().map_err(|_| format!("`{text}` is outside the calendar"))?;
        Ok((at.as_second(), shown))
    }
}
