//! Belief: what is believed of people, channels and units, as ranges. It looks like nothing that is proof.

pub(crate) mod experiments;
pub(crate) mod list;
pub(crate) mod person;
pub(crate) mod plans;
pub(crate) mod units;

use std::time::Duration;

use holm::belief::translation::TrialOf;
use holm::belief::{Band, Beliefs, Missing, Question, Reason, Supposed};
use holm::state::State;
use holm_record::event::happening::Outcome;
use holm_record::id::PersonId;
use jiff::Timestamp;
use serde::Deserialize;

use super::timeline::minute;
use super::{day, in_address, moment};
use crate::language::{Language, grouped};
use crate::problem::Problem;
use crate::words::fill;

/// How long a page waits for an answer before it says that it is being computed.
const PATIENCE: Duration = Duration::from_millis(700);

/// What stands in the address of a page about belief.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asks {
    /// As of when: a minute of this machine's clock, or RFC 3339.
    #[serde(default)]
    pub(crate) at: String,
    pub(crate) seed: Option<u64>,
    #[serde(default)]
    pub(crate) sort: String,
    pub(crate) page: Option<usize>,
    #[serde(default)]
    pub(crate) unit: String,
}

impl Asks {
    fn at(&self, language: Language) -> Result<Option<Timestamp>, Problem> {
        if self.at.is_empty() {
            return Ok(None);
        }
        let at = self.at.parse().ok().or_else(|| minute(&self.at));
        at.map(Some).ok_or_else(|| Problem::Refused(language.words().belief.not_a_time.to_owned()))
    }

    fn question(&self, language: Language) -> Result<Question, Problem> {
        let usual = Question::default();
        Ok(Question { at: self.at(language)?, seed: self.seed.unwrap_or(usual.seed), ..usual })
    }

    /// Time and seed as a part of a query.
    fn query(&self) -> String {
        let at = if self.at.is_empty() { String::new() } else { format!("at={}&", in_address(&self.at)) };
        at + &self.seed.map(|seed| format!("seed={seed}&")).unwrap_or_default()
    }

    /// The time as the form shows it.
    fn shown(&self, at: Option<Timestamp>) -> String {
        let local = |at: Timestamp| at.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%dT%H:%M").to_string();
        at.map(local).unwrap_or_default()
    }
}

/// A range as it is drawn on an axis: places in percent of its length.
pub(crate) struct Range {
    pub(crate) tick: String,
    /// Ends of the thick line.
    pub(crate) half: Option<(String, String)>,
    /// Ends of the thin line.
    pub(crate) all: Option<(String, String)>,
    /// The same in words.
    pub(crate) said: String,
}

/// A place on an axis from 0 to 1.
fn place(share: f64) -> String {
    format!("{:.1}%", 100.0 * share.clamp(0.0, 1.0))
}

impl Range {
    /// Of a probability.
    fn of(probability: f64, band: Option<&Band>, language: Language) -> Self {
        let words = &language.words().belief;
        let said = match band {
            None => words.of(probability),
            Some(band) => {
                let [low, high, from, to] = [band.lowest, band.highest, band.lower, band.upper].map(|p| words.of(p));
                fill(words.range_said, &[&words.of(probability), &low, &high, &from, &to])
            }
        };
        Self {
            tick: place(probability),
            half: band.map(|b| (place(b.lower), place(b.upper))),
            all: band.map(|b| (place(b.lowest), place(b.highest))),
            said,
        }
    }
}

/// A fact that speaks for or against somebody.
pub(crate) struct Fact {
    /// What: `operation op2`.
    pub(crate) what: String,
    /// Where it is shown among what it hangs together with.
    pub(crate) link: String,
    pub(crate) day: String,
    /// How it ended.
    pub(crate) seen: &'static str,
    /// `6.7 times likelier if they leak`.
    pub(crate) weight: String,
}

impl Fact {
    fn of(reason: &Reason, language: Language) -> Self {
        let words = &language.words().belief;
        let sentence = if reason.nats > 0.0 { words.likelier } else { words.less_likely };
        Self {
            what: named(&reason.of, language),
            link: graph_of(&reason.of),
            day: day(reason.of.at),
            seen: seen(reason.of.outcome, language),
            weight: fill(sentence, &[&times(reason.nats)]),
        }
    }
}

/// How many times, with two figures: `6.7`, `13`, `1,200`.
fn times(nats: f64) -> String {
    match nats.abs().exp() {
        t if t < 9.95 => format!("{t:.1}"),
        t if t < 99.5 => format!("{t:.0}"),
        t if t < 1e15 => grouped(two_figures(t)),
        _ => "10¹⁵".to_owned(),
    }
}

/// A large number with only its first two figures.
fn two_figures(number: f64) -> u64 {
    let step = 10_f64.powf(number.log10().floor() - 1.0);
    ((number / step).round() * step).round() as u64
}

/// Operation, incident and version.
fn named(of: &TrialOf, language: Language) -> String {
    let words = &language.words().belief;
    let operation = of.operation.as_ref().map(|o| fill(words.operation, &[o]));
    let incident = of.incident.as_ref().filter(|_| operation.is_none()).map(|i| fill(words.incident, &[i]));
    let item = of.item.as_ref().filter(|_| operation.is_none()).map(|i| fill(words.item, &[i]));
    let variant = of.variant.as_ref().map(|v| fill(words.variant, &[v]));
    operation.into_iter().chain(incident).chain(item).chain(variant).collect::<Vec<_>>().join(", ")
}

/// Where what a trial is of is shown.
fn graph_of(of: &TrialOf) -> String {
    match (&of.operation, &of.incident) {
        (Some(operation), _) => format!("/graph?operation={}", in_address(operation.as_str())),
        (None, Some(incident)) => format!("/graph?incident={}", in_address(incident.as_str())),
        (None, None) => "/graph".to_owned(),
    }
}

fn seen(outcome: Outcome, language: Language) -> &'static str {
    let words = &language.words().belief;
    match outcome {
        Outcome::Clean => words.clean,
        Outcome::Suspected => words.suspected,
        Outcome::Confirmed => words.confirmed,
        Outcome::Unknown => words.unknown,
    }
}

/// How many are innocent with this score, as far as that can be said.
fn innocent(belief: &holm::belief::Belief, language: Language) -> String {
    let words = &language.words().belief;
    if belief.is_a_rate() {
        fill(words.innocent_short, &[&words.innocents(belief.probability)])
    } else {
        words.no_rate.to_owned()
    }
}

/// Why a belief is not acted on.
fn lacking(missing: &[Missing], language: Language) -> String {
    let why: Vec<String> = missing.iter().map(|one| lacking_one(one, language)).collect();
    fill(language.words().belief.not_acted_on, &[&why.join("; ")])
}

/// One thing that a belief lacks to be acted on.
pub(crate) fn lacking_one(missing: &Missing, language: Language) -> String {
    let words = &language.words().belief;
    match missing {
        Missing::StandsOnSupporting => words.stands_on_supporting.to_owned(),
        Missing::Unsettled => words.unsettled.to_owned(),
        Missing::OneWord { keeper, of } => fill(words.one_word, &[keeper, &words.leaks.of(of.len())]),
        Missing::Alarm => words.framed.to_owned(),
        Missing::Little { exposures, .. } => words.little.of(*exposures),
    }
}

/// What was supposed otherwise.
pub(crate) fn otherwise(supposed: &Supposed, language: Language) -> String {
    let words = &language.words().belief;
    match supposed {
        Supposed::Background(factor) => fill(words.supposed_background, &[factor]),
        Supposed::Leakers(factor) if *factor < 1.0 => words.supposed_fewer.to_owned(),
        Supposed::Leakers(factor) => fill(words.supposed_more, &[factor]),
        Supposed::WithoutChecks => words.supposed_checks.to_owned(),
        Supposed::Without(of) => fill(words.supposed_without, &[&named(of, language)]),
        Supposed::WithoutWord { keeper } => fill(words.supposed_word, &[keeper]),
    }
}

/// Where the reasons of a person stand.
fn person_path(person: &PersonId) -> String {
    format!("/people/{person}?weighed=1#belief")
}

/// What somebody is called.
fn name_of(state: &State, person: &PersonId) -> String {
    state.persons.get(person).map_or_else(|| person.to_string(), |known| known.facts.name.clone())
}

/// From which record, how and as of when.
fn provenance(beliefs: &Beliefs, language: Language) -> String {
    let from = &beliefs.provenance;
    let (rank_r, error) = (format!("{:.3}", from.rank_r), format!("{:.3}", from.error));
    let values: [&dyn std::fmt::Display; 7] =
        [&grouped(from.entries), &from.model, &from.seed, &grouped(from.sweeps as u64), &rank_r, &error, &moment(from.at)];
    fill(language.words().belief.provenance, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_stays_on_its_axis_and_a_person_without_a_band_has_a_stroke_only() {
        let band = Band { lowest: -0.1, lower: 0.2, upper: 0.6, highest: 1.2, most: None };
        let range = Range::of(0.488, Some(&band), Language::English);
        assert_eq!((range.tick.as_str(), range.half), ("48.8%", Some(("20.0%".to_owned(), "60.0%".to_owned()))));
        assert_eq!(range.all, Some(("0.0%".to_owned(), "100.0%".to_owned())));
        assert_eq!(
            range.said,
            "49 in 100; from fewer than 1 in 200 to more than 199 in 200 if other things are supposed, half of the answers from 20 in 100 to 60 in 100"
        );
        let tick = Range::of(0.01, None, Language::Spanish);
        assert_eq!((tick.half, tick.all, tick.said.as_str()), (None, None, "1 de cada 100"));
    }

    #[test]
    fn weights_have_two_figures_whichever_way_they_point() {
        let said = [6.7, 13.4, 1_249.0, 1e20].map(|t: f64| times(t.ln()));
        assert_eq!(said, ["6.7", "13", "1,200", "10¹⁵"]);
        assert_eq!(times(-(1.5_f64.ln())), "1.5");
    }

    #[test]
    fn a_time_in_the_address_is_a_minute_or_has_a_zone_and_anything_else_is_refused() {
        let asks = |at: &str| Asks { at: at.to_owned(), ..Asks::default() }.at(Language::English);
        assert_eq!(asks("").unwrap(), None);
        assert_eq!(asks("2025-03-01T05:00:00-06:00").unwrap(), Some("2025-03-01T11:00:00Z".parse().unwrap()));
        assert!(asks("2025-03-01T05:00").unwrap().is_some());
        assert!(matches!(asks("soon"), Err(Problem::Refused(_))));
    }
}
