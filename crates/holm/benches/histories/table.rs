//! Tables of what was told, in Markdown, and the test of the twins.

use std::fmt::Write;

use holm::belief::REVIEW;
use holm_simulate::history::{HISTORIES, History};

use crate::told::Told;
use crate::verdict::binomial_tail;

/// Level of the test of each twin.
const LEVEL: f64 = 0.01;
/// Bounds of bins of probabilities above one half.
const BINS: [f64; 6] = [0.5, 0.6, 0.7, 0.8, 0.9, 0.97];

/// All draws of a case, or of its twin.
struct Draws<'t> {
    history: &'static History,
    twin: bool,
    all: Vec<&'t Told>,
}

fn by_case(all: &[Told]) -> Vec<Draws<'_>> {
    let each = HISTORIES.iter().flat_map(|history| [false, true].map(|twin| (history, twin)));
    let draws = each.map(|(history, twin)| Draws {
        history,
        twin,
        all: all.iter().filter(|told| told.case == history.name && told.twin == twin).collect(),
    });
    draws.filter(|draws| !draws.all.is_empty()).collect()
}

impl Draws<'_> {
    fn name(&self) -> String {
        format!("{}{}", self.history.name, if self.twin { ", twin" } else { "" })
    }

    fn leaks(&self, person: &str) -> bool {
        self.history.leakers(self.twin).contains(&person)
    }

    fn count(&self, of: impl Fn(&Told) -> bool) -> String {
        self.all.iter().filter(|told| of(told)).count().to_string()
    }

    /// In how many draws somebody of a list is innocent.
    fn innocent_of<'a>(&self, mut of: impl Iterator<Item = &'a String>) -> bool {
        of.any(|person| !self.leaks(person))
    }

    /// Of an innocent, the largest probability of a draw.
    fn likeliest_innocent(&self, told: &Told) -> f64 {
        told.people.iter().find(|(person, _)| !self.leaks(person)).map_or(0.0, |(_, p)| *p)
    }
}

/// What is reached by this share of values.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len().max(1) - 1) as f64 * share;
    values.get(at.round() as usize).copied().unwrap_or(0.0)
}

fn line(out: &mut String, columns: &[String]) {
    // Writing to a string cannot fail.
    writeln!(out, "| {} |", columns.join(" | ")).unwrap_or_default();
}

/// How whoever leaks is found: one line a leaker.
pub(crate) fn found(all: &[Told]) -> String {
    let mut out = String::from(
        "| case | leaks | draws | referred | and acted on | rank: median, 90 % | probability: 10 %, median, 90 % |\n|---|---|---:|---:|---:|---:|---:|\n",
    );
    for draws in by_case(all) {
        for leaker in draws.history.leakers(draws.twin) {
            let place = |told: &Told| told.people.iter().position(|(person, _)| person == leaker);
            let ranks: Vec<f64> = draws.all.iter().map(|t| (place(t).unwrap_or(t.people.len()) + 1) as f64).collect();
            let p: Vec<f64> = draws.all.iter().map(|t| place(t).map_or(0.0, |at| t.people[at].1)).collect();
            let among = |list: &[String]| list.iter().any(|person| person == leaker);
            let columns = [
                draws.name(),
                (*leaker).to_owned(),
                draws.all.len().to_string(),
                draws.count(|t| among(&t.referred)),
                draws.count(|t| among(&t.acted_on)),
                [0.5, 0.9].map(|share| quantile(ranks.clone(), share).to_string()).join(", "),
                [0.1, 0.5, 0.9].map(|share| format!("{:.2}", quantile(p.clone(), share))).join(", "),
            ];
            line(&mut out, &columns);
        }
    }
    out
}

/// How often innocents are referred, and what takes over.
pub(crate) fn innocents(all: &[Told]) -> String {
    let mut out = String::from(
        "| case | draws | chains do not agree | an innocent who was accused is referred | any innocent is | without an alarm | and acted on | likeliest innocent: median, 90 %, largest | not listed above 0.5 | a unit | a channel |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for draws in by_case(all) {
        let accused = |told: &Told| accused(&draws, told);
        let unwarned = |t: &Told| draws.innocent_of(t.referred.iter().filter(|person| !t.alarmed.contains(person)));
        let p: Vec<f64> = draws.all.iter().map(|t| draws.likeliest_innocent(t)).collect();
        let columns = [
            draws.name(),
            draws.all.len().to_string(),
            draws.count(|t| t.refused),
            draws.count(accused),
            draws.count(|t| draws.innocent_of(t.referred.iter())),
            draws.count(unwarned),
            draws.count(|t| draws.innocent_of(t.acted_on.iter())),
            [0.5, 0.9, 1.0].map(|share| format!("{:.2}", quantile(p.clone(), share))).join(", "),
            draws.count(|t| t.not_listed > 0.5),
            draws.count(|t| t.unit > 0.5),
            draws.count(|t| t.channel > 0.5),
        ];
        line(&mut out, &columns);
    }
    out
}

/// Whether somebody who was accused and does not leak is referred.
fn accused(draws: &Draws<'_>, told: &Told) -> bool {
    let innocent = |person: &&String| draws.history.accused.contains(&person.as_str());
    draws.innocent_of(told.referred.iter().filter(innocent))
}

/// Of those above one half, how many leak, against how many should; of each case with its twin, and of all.
pub(crate) fn reliability(all: &[Told]) -> String {
    let mut out = String::from("| probability | people | expected to leak | leak |\n|---|---:|---:|---:|\n");
    let draws = by_case(all);
    let people = || draws.iter().flat_map(|of| of.all.iter().flat_map(move |t| t.people.iter().map(move |p| (of, p))));
    let mut add = |name: String, of: &dyn Fn(&Draws<'_>, f64) -> bool| {
        let own: Vec<(f64, bool)> =
            people().filter(|(draws, (_, p))| of(draws, *p)).map(|(draws, (person, p))| (*p, draws.leaks(person))).collect();
        let expected: f64 = own.iter().map(|(p, _)| p).sum();
        let leak = own.iter().filter(|(_, leaks)| *leaks).count();
        line(&mut out, &[name, own.len().to_string(), format!("{expected:.1}"), leak.to_string()]);
    };
    for (number, from) in BINS.into_iter().enumerate() {
        let to = BINS.get(number + 1).copied().unwrap_or(f64::INFINITY);
        let name = if to.is_finite() { format!("{from} to {to}") } else { format!("above {from}") };
        add(name, &|_, p| (from..to).contains(&p));
    }
    for history in HISTORIES {
        add(format!("above 0.5, {} and twin", history.name), &|draws, p| draws.history.name == history.name && p >= BINS[0]);
    }
    out
}

/// Twins in which somebody innocent who was accused is referred more often than the sets' share of innocents allows.
pub(crate) fn accused_too_often(all: &[Told]) -> Vec<String> {
    let twins = by_case(all).into_iter().filter(|draws| draws.twin);
    let of = |draws: Draws<'_>| {
        let (count, number) = (draws.all.iter().filter(|t| accused(&draws, t)).count() as u32, draws.all.len() as u32);
        let p = binomial_tail(count, number, REVIEW);
        (p < LEVEL).then(|| format!("{}: referred in {count} of {number}, p {p:.4} at {REVIEW}", draws.name()))
    };
    twins.filter_map(of).collect()
}
