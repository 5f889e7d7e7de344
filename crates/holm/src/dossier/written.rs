//! A dossier as Markdown.

use std::fmt::Display;

use holm_marks::frame::Language;
use holm_record::event::proceeding::{Ending, Step};
use jiff::Timestamp;

use super::words::{Words, words};
use super::{Dossier, KnewLine, LookLine};
use crate::belief::translation::{Cause, TrialOf};
use crate::belief::{Belief, Missing, OfChecks, Reason};
use crate::exposure::Source;
use crate::proceeding::Proceeding;

/// People of whom reasons are given; smaller probabilities are counted.
const SHOWN: usize = 10;
const LEAST: f64 = 0.05;

impl Dossier {
    /// As Markdown, with everything that somebody typed as text.
    #[must_use]
    pub fn to_markdown(&self, language: Language) -> String {
        let mut page = Page { text: String::new(), w: words(language) };
        let w = page.w;
        page.line(&format!("# {}", fill(w.title, &[&self.incident])));
        page.line(&fill(w.from, &[&moment(self.at), &plain(&self.by), &self.record.entries]));
        page.line(&format!("**{}**", w.apart));
        self.happened(&mut page);
        self.knew(&mut page);
        self.traced(&mut page);
        self.believed(&mut page);
        self.doubts(&mut page);
        self.answered(&mut page);
        self.rests_on(&mut page);
        page.text
    }

    fn happened(&self, page: &mut Page) {
        let w = page.w;
        page.heading(w.happened);
        let Some(facts) = &self.facts else { return page.line(w.only_traced) };
        let end = |at: Option<Timestamp>| at.map_or_else(|| w.not_known.to_owned(), moment);
        let mut rows = vec![
            [w.seen.to_owned(), format!("{} ({})", facts.sort, facts.certainty)],
            [w.noticed.to_owned(), moment(facts.noticed)],
            [w.window.to_owned(), format!("{} {} {}", end(facts.window.from), w.to, end(facts.window.to))],
        ];
        let mut some = |name: &str, value: Option<String>| {
            rows.extend(value.filter(|v| !v.is_empty()).map(|v| [name.to_owned(), plain(&v)]));
        };
        some(w.operation, facts.operation.as_ref().map(ToString::to_string));
        some(w.item, facts.item.as_ref().map(ToString::to_string));
        some(w.variant, facts.variant.clone());
        some(w.grade, facts.grade.clone());
        some(w.considered, facts.considered.clone());
        some(w.in_words, Some(facts.words.clone()));
        page.table(None, &rows);
    }

    fn knew(&self, page: &mut Page) {
        let w = page.w;
        page.heading(w.knew);
        if self.known.is_empty() {
            return page.line(w.nobody);
        }
        let row = |line: &KnewLine| {
            let how = match &line.how {
                Source::Copy { item, copy } => fill(w.by_copy, &[copy, item]),
                Source::Told { .. } => w.by_mouth.to_owned(),
                Source::Stated { .. } => w.stated.to_owned(),
            };
            let remarks = [(line.late, w.late), (line.too_late, w.too_late), (line.exonerated, w.exonerated)];
            let remarks: Vec<&str> = remarks.into_iter().filter(|(is, _)| *is).map(|(_, said)| said).collect();
            [
                format!("{} ({})", plain(&line.name), line.person),
                format!("{}, {}", plain(&line.unit), line.level),
                line.since.map_or_else(|| w.not_known.to_owned(), moment),
                how,
                line.entry.map(|entry| entry.to_string()).unwrap_or_default(),
                remarks.join(", "),
            ]
        };
        let rows: Vec<_> = self.known.iter().map(row).collect();
        page.table(Some([w.person, w.unit, w.since, w.how, w.entry, w.remark]), &rows);
        page.line(w.late_means);
    }

    fn traced(&self, page: &mut Page) {
        let w = page.w;
        page.heading(w.copies);
        if self.looks.is_empty() {
            return page.line(w.no_look);
        }
        page.line(w.copies_mean);
        self.looks.iter().for_each(|look| self.look(page, look));
    }

    fn look(&self, page: &mut Page, look: &LookLine) {
        let w = page.w;
        page.line(&format!("### {}", fill(w.look, &[&look.look, &look.item])));
        let joined = |names: Vec<String>| names.join(", ");
        match look.verdict.as_deref() {
            None => page.line(w.no_verdict),
            Some("named") => {
                let copies = joined(look.named.iter().map(ToString::to_string).collect());
                let holders = joined(look.holders.iter().map(ToString::to_string).collect());
                let holders = if holders.is_empty() { w.not_known.to_owned() } else { holders };
                page.line(&format!("**{}**", fill(w.named, &[&copies, &holders])));
            }
            Some("inconclusive") => page.line(w.inconclusive),
            Some(_) => page.line(w.no_match),
        }
        page.line(&fill(w.bound, &[&look.copies, &format!("{:.0}", 1.0 / look.alpha)]));
        let cleared = |holder: &&holm_record::id::PersonId| self.known.iter().any(|k| k.person == **holder && k.exonerated);
        look.holders.iter().filter(cleared).for_each(|holder| page.line(&fill(w.copy_cleared, &[holder])));
    }

    fn believed(&self, page: &mut Page) {
        let w = page.w;
        page.heading(w.people);
        let Some(beliefs) = &self.beliefs else {
            return page.line(if self.beliefs_withheld { w.withheld } else { w.no_ground });
        };
        page.line(w.people_mean);
        page.line(&fill(w.not_listed, &[&page.chance(beliefs.not_listed)]));
        // Of whom something in particular speaks: whoever stands where everybody does is not to be found in a dossier by name.
        let asked = |belief: &&Belief| {
            self.proceedings.iter().any(|p| p.person == belief.person)
                || self.looks.iter().any(|look| look.holders.contains(&belief.person))
        };
        let stands_out = |belief: &Belief| belief.probability >= LEAST && !belief.reasons_for.is_empty();
        let shown: Vec<&Belief> = beliefs
            .people
            .iter()
            .enumerate()
            .filter(|(at, belief)| *at < SHOWN && stands_out(belief) || asked(belief))
            .map(|(_, belief)| belief)
            .collect();
        shown.iter().for_each(|belief| self.person(page, belief));
        let rest = beliefs.people.len() - shown.len();
        if rest > 0 {
            page.line(&fill(w.rest, &[&rest]));
        }
        for group in &beliefs.alike {
            let names: Vec<String> = group.people.iter().map(ToString::to_string).collect();
            page.line(&fill(w.alike, &[&names.join(", "), &page.chance(group.any)]));
        }
        let channels: Vec<[String; 2]> = beliefs
            .channels
            .iter()
            .filter(|channel| channel.probability >= LEAST)
            .map(|channel| {
                let name = match &channel.cause {
                    Cause::Channel(name) => name.to_string(),
                    Cause::Unit(unit) => fill(w.of_unit, &[&plain(unit)]),
                };
                [name, page.chance(channel.probability)]
            })
            .collect();
        if !channels.is_empty() {
            page.line(&format!("### {}", w.channels));
            page.table(None, &channels);
        }
        let from = &beliefs.provenance;
        page.line(&fill(w.computed, &[&from.model, &from.seed, &from.entries]));
    }

    fn person(&self, page: &mut Page, belief: &Belief) {
        let w = page.w;
        let name = self.known.iter().find(|line| line.person == belief.person).map(|line| plain(&line.name));
        let name = name.map_or_else(|| belief.person.to_string(), |name| format!("{name} ({})", belief.person));
        page.line(&format!("### {name}"));
        let mut said = vec![fill(w.leaks, &[&page.chance(belief.probability)])];
        said.push(match belief.is_a_rate() {
            true => fill(w.innocents, &[&format!("{:.0}", 100.0 * (1.0 - belief.probability))]),
            false => w.no_rate.to_owned(),
        });
        said.extend(belief.band.as_ref().map(|band| fill(w.band, &[&page.chance(band.lowest), &page.chance(band.highest)])));
        let lacks: Vec<String> = belief.missing.iter().map(|one| lacking(one, w)).collect();
        said.extend((!lacks.is_empty()).then(|| format!("**{}**", fill(w.not_acted_on, &[&lacks.join("; ")]))));
        said.push(fill(w.counts, &[&belief.known, &belief.betrayed]));
        page.line(&said.join(" "));
        for (title, reasons) in [(w.weighs_for, &belief.reasons_for), (w.weighs_against, &belief.against)] {
            page.line(&format!("{title}:"));
            let lines: Vec<String> = reasons.iter().map(|reason| weighed(reason, w)).collect();
            let checks = belief.checks.iter().filter(|of| (of.nats > 0.0) == (title == w.weighs_for));
            let checks: Vec<String> = checks.map(|of| checked(of, page)).collect();
            page.list(&[lines, checks].concat());
        }
    }

    fn doubts(&self, page: &mut Page) {
        let w = page.w;
        page.heading(w.doubts);
        let mut lines = Vec::new();
        if let Some(beliefs) = &self.beliefs {
            let gaps = &beliefs.gaps;
            lines.extend((gaps.one_word > 0).then(|| fill(w.doubt_one_word, &[&gaps.one_word, &gaps.exposures])));
            lines.extend((gaps.late > 0).then(|| fill(w.doubt_late, &[&gaps.late, &gaps.exposures])));
            lines.extend((!beliefs.alarms.is_empty()).then(|| w.doubt_alarm.to_owned()));
            lines.push(fill(w.not_listed, &[&page.chance(beliefs.not_listed)]));
        }
        let cleared = self.known.iter().filter(|line| line.exonerated);
        let mut names: Vec<String> =
            cleared.map(|line| format!("{} ({}): {}", plain(&line.name), line.person, w.exonerated)).collect();
        names.dedup();
        lines.extend(names);
        let considered = self.facts.as_ref().and_then(|facts| facts.considered.as_ref());
        lines.extend(considered.map(|considered| format!("{}: {}", w.considered, plain(considered))));
        if lines.is_empty() {
            lines.push(w.doubt_none.to_owned());
        }
        page.list(&lines);
    }

    fn answered(&self, page: &mut Page) {
        let w = page.w;
        page.heading(w.proceedings);
        if self.proceedings.is_empty() {
            return page.line(w.no_proceeding);
        }
        for proceeding in &self.proceedings {
            let Proceeding { number, at, person, grounds, .. } = proceeding;
            page.line(&format!("### {}", fill(w.proceeding, &[number, person, &moment(*at)])));
            page.line(&plain(grounds));
            let step = |taken: &crate::proceeding::Taken| {
                let name = Step::ALL.iter().zip(w.steps).find(|(of, _)| **of == taken.step).map_or("", |(_, name)| name);
                let by = if taken.by.is_empty() { String::new() } else { format!(" ({})", plain(&taken.by.join(", "))) };
                format!("{name}, {}{by}: {}", taken.on, plain(&taken.words))
            };
            let mut lines: Vec<String> = proceeding.steps.iter().map(step).collect();
            lines.extend(proceeding.may_answer_until().map(|until| fill(w.may_answer, &[&until])));
            lines.extend(proceeding.ending.as_ref().map(|ended| {
                let how = Ending::ALL.iter().zip(w.endings).find(|(of, _)| **of == ended.how).map_or("", |(_, name)| name);
                fill(w.ended, &[&ended.on, &how, &plain(&ended.words)])
            }));
            page.list(&lines);
        }
    }

    fn rests_on(&self, page: &mut Page) {
        let w = page.w;
        page.heading(w.check);
        page.line(w.check_how);
        let row = |cited: &super::Cited| [cited.entry.to_string(), cited.kind.clone(), cited.at.map(moment).unwrap_or_default()];
        let rows: Vec<_> = self.entries.iter().map(row).collect();
        page.table(Some([w.entry, w.kind, w.entered]), &rows);
        page.line(&format!("{}:", w.keys));
        page.verbatim(&self.record.keys.join("\n"));
        if let Some(checkpoint) = &self.record.checkpoint {
            page.line(&format!("{}:", w.checkpoint));
            page.verbatim(checkpoint);
        }
    }
}

fn lacking(missing: &Missing, w: &Words) -> String {
    match missing {
        Missing::StandsOnSupporting => w.supporting.to_owned(),
        Missing::Unsettled => w.unsettled.to_owned(),
        Missing::OneWord { keeper, of } => fill(w.one_word, &[keeper, &of.len()]),
        Missing::Alarm => w.framed.to_owned(),
        Missing::Little { exposures, .. } => fill(w.little, &[exposures]),
    }
}

fn weighed(reason: &Reason, w: &Words) -> String {
    let TrialOf { operation, incident, item, .. } = &reason.of;
    let of = operation.as_ref().map(ToString::to_string).or_else(|| incident.as_ref().map(ToString::to_string));
    let of = of.or_else(|| item.as_ref().map(ToString::to_string)).unwrap_or_default();
    let sentence = if reason.nats > 0.0 { w.likelier } else { w.less_likely };
    fill(sentence, &[&of, &format!("{:.1}", reason.nats.abs().exp())])
}

fn checked(of: &OfChecks, page: &Page) -> String {
    let sentence = if of.nats > 0.0 { page.w.check_for } else { page.w.check_against };
    let without = of.without.map(|p| fill(page.w.without, &[&page.chance(p)])).unwrap_or_default();
    fill(sentence, &[&plain(&of.kind), &format!("{:.1}", of.nats.abs().exp()), &without])
}

/// The text so far.
struct Page {
    text: String,
    w: &'static Words,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push_str("\n\n");
    }

    fn heading(&mut self, text: &str) {
        self.line(&format!("## {text}"));
    }

    fn list(&mut self, lines: &[String]) {
        let nothing = [self.w.nothing.to_owned()];
        let lines = if lines.is_empty() { &nothing } else { lines };
        let text: String = lines.iter().map(|line| format!("- {line}\n")).collect();
        self.line(&text);
    }

    fn table<const N: usize>(&mut self, heads: Option<[&str; N]>, rows: &[[String; N]]) {
        let heads = heads.unwrap_or([""; N]).join(" | ");
        let mut text = format!("| {heads} |\n|{}\n", "---|".repeat(N));
        for row in rows {
            text += &format!("| {} |\n", row.join(" | "));
        }
        self.line(&text);
    }

    fn verbatim(&mut self, text: &str) {
        let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
        self.line(&indented);
    }

    /// A probability as a person says it.
    fn chance(&self, p: f64) -> String {
        match p {
            p if p < 0.005 => self.w.under.to_owned(),
            p if p > 0.995 => self.w.over.to_owned(),
            p => fill(self.w.of_hundred, &[&format!("{:.0}", p * 100.0)]),
        }
    }
}

fn moment(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// What somebody typed, as text: nothing of it is markup, and it is one line.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => plain.push(' '),
            c if c.is_control() => {}
            c if c.is_ascii_punctuation() => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

fn fill(sentence: &str, values: &[&dyn Display]) -> String {
    let mut parts = sentence.split("{}");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        text += &value.to_string();
        text += part;
    }
    text
}
