//! Forms of fields, some of which may stand several times; read into values that cannot be wrong, or into what is wrong by field.

use std::fmt::Display;
use std::str::FromStr;

use holm::instant::{instant, zone};
use holm::vetting::import::day;
use holm_record::event::vetting::Verified;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::form::Part;
use crate::language::Language;
use crate::problem::{Problem, Wrong};

/// What a form holds, in its order.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Takes what was sent.
    ///
    /// # Errors
    /// [`Problem::Malformed`] names a field that the form does not have.
    pub(crate) fn of(given: Vec<(String, String)>, known: &[&str]) -> Result<Self, Problem> {
        match given.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(Problem::Malformed(format!("unknown field `{name}`"))),
            None => Ok(Self(given)),
        }
    }

    /// Fields of a form that carries files.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub(crate) fn of_parts(parts: &[Part], known: &[&str]) -> Result<Self, Problem> {
        Self::of(parts.iter().map(|part| (part.name.clone(), part.text())).collect(), known)
    }

    /// What was typed into a field, as it was typed; empty if it is not there.
    pub(crate) fn typed(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The same without what is around it.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.typed(name).trim()
    }

    /// Whether a box is ticked, or a choice made.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(n, v)| n == name && v == value)
    }

    /// Everything that a field says: each time that it stands there, each line, each part between semicolons.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let given = self.0.iter().filter(|(n, _)| n == name);
        given.flat_map(|(_, value)| value.split([';', '\n'])).map(str::trim).filter(|part| !part.is_empty()).collect()
    }
}

/// A form while it is read: what is wrong so far.
pub(crate) struct Reading<'f> {
    fields: &'f Fields,
    language: Language,
    zone: Option<TimeZone>,
    wrong: Vec<Wrong>,
}

impl<'f> Reading<'f> {
    /// Begins with the zone of times that say none.
    pub(crate) fn new(fields: &'f Fields, language: Language) -> Self {
        let mut reading = Self { fields, language, zone: None, wrong: Vec::new() };
        let named = Some(fields.get("zone")).filter(|name| !name.is_empty());
        reading.zone = named.and_then(|name| reading.noted("zone", zone(name)));
        reading
    }

    pub(crate) fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }

    /// Notes what is wrong with a field.
    pub(crate) fn wrong(&mut self, field: &'static str, what: impl Display) {
        self.wrong.push((field, what.to_string()));
    }

    /// A result's value, or what is wrong with its field.
    pub(crate) fn noted<T, E: Display>(&mut self, field: &'static str, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.wrong(field, error)).ok()
    }

    /// How an explanation was verified: by whom, how and on which day, or none of them. Nothing if that is wrong, which is noted.
    #[expect(clippy::option_option, reason = "what is wrong is noted, and is another thing than what is not there")]
    pub(crate) fn verified(&mut self) -> Option<Option<Verified>> {
        let text = |field: &str| Some(self.fields.get(field).to_owned()).filter(|text| !text.is_empty());
        match (text("verified_by"), text("verified_how"), text("verified_on")) {
            (None, None, None) => Some(None),
            (Some(by), Some(how), Some(on)) => {
                let on = self.noted("verified_on", day(&on))?;
                Some(Some(Verified { by, how, on }))
            }
            _ => self.noted("verified_how", Err(self.language.words().statement.all_three)),
        }
    }

    /// A value, if there is one.
    pub(crate) fn some<T: FromStr<Err: Display>>(&mut self, field: &'static str) -> Option<T> {
        let text = self.fields.get(field);
        if text.is_empty() { None } else { self.noted(field, text.parse()) }
    }

    /// A value that must be there; `None` is noted as wrong.
    pub(crate) fn needed<T: FromStr<Err: Display>>(&mut self, field: &'static str) -> Option<T> {
        if self.fields.get(field).is_empty() {
            self.wrong(field, self.language.words().recording.not_given);
            return None;
        }
        self.some(field)
    }

    /// Text, if there is any.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        Some(self.fields.get(field)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Everything that a field says.
    pub(crate) fn list<T: FromStr<Err: Display>>(&mut self, field: &'static str) -> Vec<T> {
        let parts = self.fields.list(field);
        parts.into_iter().filter_map(|part| self.noted(field, part.parse())).collect()
    }

    /// A moment, if there is one.
    pub(crate) fn moment(&mut self, field: &'static str) -> Option<Timestamp> {
        let text = self.fields.get(field);
        if text.is_empty() { None } else { self.noted(field, instant(text, self.zone.clone().as_ref())) }
    }

    /// A moment that must be there.
    pub(crate) fn needed_moment(&mut self, field: &'static str) -> Option<Timestamp> {
        if self.fields.get(field).is_empty() {
            self.wrong(field, self.language.words().recording.not_given);
        }
        self.moment(field)
    }

    /// What was read, if nothing was wrong.
    ///
    /// # Errors
    /// [`Problem::Wrong`] with everything that is.
    pub(crate) fn done<T>(self, read: Option<T>) -> Result<T, Problem> {
        match read {
            Some(read) if self.wrong.is_empty() => Ok(read),
            _ => Err(Problem::Wrong(self.wrong)),
        }
    }
}

/// The name of this machine's time zone.
pub(crate) fn own_zone() -> String {
    TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(given: &[(&str, &str)]) -> Fields {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Fields::of(given, &["zone", "at", "units", "n"]).unwrap()
    }

    #[test]
    fn times_are_of_the_stated_zone_and_everything_that_is_wrong_is_noted_at_once() {
        let given = fields(&[("zone", "America/Mexico_City"), ("at", "2026-11-24T14:05"), ("units", "a; b"), ("units", "c\n")]);
        let mut reading = Reading::new(&given, Language::English);
        assert_eq!(reading.moment("at").unwrap().to_string(), "2026-11-24T20:05:00Z");
        assert_eq!(reading.list::<String>("units"), ["a", "b", "c"]);
        assert!(reading.done(Some(())).is_ok());
        let given = fields(&[("zone", "Atlantis"), ("at", "2026-11-24T14:05")]);
        let mut reading = Reading::new(&given, Language::English);
        assert_eq!((reading.moment("at"), reading.needed::<u8>("n")), (None, None));
        let Err(Problem::Wrong(wrong)) = reading.done(Some(())) else { panic!("nothing was wrong") };
        assert_eq!(wrong.iter().map(|(field, _)| *field).collect::<Vec<_>>(), ["zone", "at", "n"]);
    }
}
