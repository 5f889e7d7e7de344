//! Who knew of an operation or an item, since when and how: the picture and the table of an incident and of an operation.

use std::collections::BTreeSet;

use holm::exposure::{Known, Source};
use holm::state::State;
use holm_record::event::happening::Window as LeakWindow;
use holm_record::id::PersonId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::timeline::{Lane, Leak, Timeline, Window, WindowForm};
use super::{Part, ROWS, moment};
use crate::language::{Language, count};
use crate::words::fill;

/// What stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    page: Option<usize>,
}

/// A way in which somebody came to know.
pub(crate) struct KnowingRow {
    pub(crate) person: String,
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) since: String,
    /// The same in milliseconds, if it is known.
    pub(crate) at: Option<i64>,
    pub(crate) how: String,
    pub(crate) path: Option<String>,
    pub(crate) weight: String,
    /// Whether it was entered late.
    pub(crate) late: bool,
    /// Whether they knew before the window closed, if there is one.
    pub(crate) before: Option<bool>,
    /// Whether it is outside the window that is looked at.
    pub(crate) outside: bool,
}

impl KnowingRow {
    /// Whether all of it came after the window had closed.
    pub(crate) fn is_after(&self) -> bool {
        self.before == Some(false)
    }
}

/// Who knew, as it is shown.
pub(crate) struct Knowing {
    /// How many knew, and how many before the window closed.
    pub(crate) said: Vec<String>,
    pub(crate) timeline: Option<Timeline>,
    pub(crate) window: WindowForm,
    pub(crate) rows: Vec<KnowingRow>,
    pub(crate) part: Part,
    /// Whether there is a window in which a leak must have happened.
    pub(crate) has_window: bool,
    pub(crate) has_late: bool,
}

/// When a leak must have happened.
#[derive(Clone, Copy)]
pub(crate) struct Closing {
    pub(crate) from: Option<Timestamp>,
    /// Nobody who was told later was its source.
    pub(crate) end: Timestamp,
}

impl Closing {
    /// Of a window; where it has no end, what was noticed or was over ends it.
    pub(crate) fn of(window: LeakWindow, noticed: Option<Timestamp>, over: Option<Timestamp>) -> Option<Self> {
        let end = window.to.or(noticed).or(over)?;
        Some(Self { from: window.from, end: over.map_or(end, |over| end.min(over)) })
    }
}

/// Who knew, of all that is known; `path` is the page without anything behind it.
pub(crate) fn knowing(
    state: &State,
    mut known: Vec<Known>,
    closing: Option<Closing>,
    (asks, window): (&Asks, &Window),
    path: String,
    language: Language,
) -> Knowing {
    known.sort_by(|a, b| (a.at, &a.person).cmp(&(b.at, &b.person)));
    let first = known.iter().position(|k| k.at.is_some_and(|at| window.holds(at))).unwrap_or(0);
    let part = Part::new(asks.page.unwrap_or(first / ROWS), known.len(), &window.query());
    let shown = known.get(part.from..part.to).unwrap_or_default();
    let timed = shown.iter().any(|k| k.at.is_some());
    Knowing {
        said: said(&known, closing, language),
        timeline: timed.then(|| timeline(state, shown, closing, window, language)),
        window: WindowForm::new(path, window, shown.iter().filter_map(|k| k.at), language),
        rows: shown.iter().map(|k| row(state, k, closing, window, language)).collect(),
        has_window: closing.is_some(),
        has_late: shown.iter().any(|k| k.late),
        part,
    }
}

fn is_before(known: &Known, closing: Closing) -> bool {
    known.at.is_none_or(|at| at <= closing.end)
}

fn said(known: &[Known], closing: Option<Closing>, language: Language) -> Vec<String> {
    let words = &language.words().cases;
    let persons =
        |wanted: &dyn Fn(&&Known) -> bool| known.iter().filter(wanted).map(|k| &k.person).collect::<BTreeSet<_>>().len();
    let all = persons(&|_| true);
    if all == 0 {
        return vec![words.nobody_knew.to_owned()];
    }
    let before = closing.map(|closing| {
        let before = persons(&|k| is_before(k, closing));
        fill(words.knew_before, &[&count(before), &moment(closing.end)])
    });
    std::iter::once(words.knew.of(all)).chain(before).collect()
}

fn name_of(state: &State, person: &PersonId) -> String {
    state.persons.get(person).map_or_else(|| person.to_string(), |p| p.facts.name.clone())
}

/// A lane for each person, those who knew first before the others.
fn timeline(state: &State, shown: &[Known], closing: Option<Closing>, window: &Window, language: Language) -> Timeline {
    let mut lanes: Vec<(&PersonId, bool, Vec<Timestamp>)> = Vec::new();
    for known in shown {
        match lanes.iter_mut().find(|(person, ..)| **person == known.person) {
            Some((_, late, told)) => {
                *late |= known.late;
                told.extend(known.at);
            }
            None => lanes.push((&known.person, known.late, known.at.into_iter().collect())),
        }
    }
    let earliest = shown.iter().filter_map(|k| k.at).min();
    let leak = closing.map(|closing| Leak {
        from: closing.from.or(earliest).map_or(closing.end, |from| from.min(closing.end)),
        received: closing.end,
        label: language.words().cases.window_band.to_owned(),
    });
    let lane = |(person, late, told): (&PersonId, bool, Vec<Timestamp>)| {
        let name = name_of(state, person);
        Lane { label: if late { format!("△ {name}") } else { name }, told, leak: None }
    };
    let leaks: Vec<Leak> = leak.into_iter().collect();
    Timeline::new(lanes.into_iter().map(lane).collect(), &leaks, window, &TimeZone::system())
}

fn row(state: &State, known: &Known, closing: Option<Closing>, window: &Window, language: Language) -> KnowingRow {
    let words = &language.words().cases;
    let (how, path) = how(known, language);
    KnowingRow {
        person: known.person.to_string(),
        name: name_of(state, &known.person),
        unit: state.persons.get(&known.person).map(super::people::unit).unwrap_or_default(),
        since: known.at.map_or_else(|| words.before_it.to_owned(), moment),
        at: known.at.map(Timestamp::as_millisecond),
        how,
        path,
        weight: known.weight.get().to_string(),
        late: known.late,
        before: closing.map(|closing| is_before(known, closing)),
        outside: known.at.is_some_and(|at| !window.holds(at)),
    }
}

/// How somebody came to know, and where that is shown.
fn how(known: &Known, language: Language) -> (String, Option<String>) {
    let words = &language.words().cases;
    match &known.source {
        Source::Copy { item, copy } => (fill(words.by_copy, &[copy, item]), Some(format!("/items/{item}"))),
        Source::Told { entry, channel, variant } => {
            let by = match channel {
                Some(channel) => fill(words.by_channel, &[channel, entry]),
                None => fill(words.by_mouth, &[entry]),
            };
            let version = variant.iter().map(|variant| fill(words.version, &[variant]));
            (std::iter::once(by).chain(version).collect::<Vec<_>>().join(", "), None)
        }
        Source::Stated { entry } => (fill(words.stated, &[entry]), None),
    }
}

#[cfg(test)]
mod tests {
    use holm_record::event::happening::Weight;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn known(person: &str, told: Option<&str>, late: bool) -> Known {
        let person = PersonId::new(person).unwrap();
        Known { person, at: told.map(at), weight: Weight::WHOLE, source: Source::Stated { entry: 3 }, late }
    }

    #[test]
    fn whoever_was_told_after_the_window_closed_is_faded_and_whoever_knew_nobody_knows_since_when_is_not() {
        let window = LeakWindow { from: Some(at("2026-03-01T00:00Z")), to: Some(at("2026-03-03T00:00Z")) };
        let closing = Closing::of(window, None, Some(at("2026-03-09T00:00Z")));
        let all = vec![
            known("p3", Some("2026-03-05T00:00Z"), true),
            known("p2", None, false),
            known("p1", Some("2026-03-02T00:00Z"), false),
        ];
        let asked = (&Asks::default(), &Window::default());
        let shown = knowing(&State::default(), all, closing, asked, "/cases/x".to_owned(), Language::English);
        let persons: Vec<(&str, bool)> = shown.rows.iter().map(|r| (r.person.as_str(), r.is_after())).collect();
        assert_eq!(persons, [("p2", false), ("p1", false), ("p3", true)]);
        let lanes: Vec<(String, bool)> = shown.timeline.unwrap().lanes.into_iter().map(|l| (l.label, l.late)).collect();
        assert_eq!(lanes, [("p2".to_owned(), false), ("p1".to_owned(), false), ("△ p3".to_owned(), true)]);
        assert!(shown.said[1].starts_with("Of these, 2 knew before the window closed"), "{:?}", shown.said);
    }

    #[test]
    fn a_window_without_an_end_ends_when_it_was_noticed_or_over_whichever_came_first() {
        let open = LeakWindow::default();
        let (noticed, over) = (at("2026-03-05T00:00Z"), at("2026-03-04T00:00Z"));
        assert_eq!(Closing::of(open, Some(noticed), Some(over)).unwrap().end, over);
        assert_eq!(Closing::of(open, Some(noticed), None).unwrap().end, noticed);
        assert!(Closing::of(open, None, None).is_none());
    }
}
