//! Tables of the matrix, in Markdown, and the test of false accusations.

use std::fmt::Write;

use holm_marks::mark::Layer;

use crate::cell::{Cell, LayerSum, Rests, Verdicts};
use crate::item::{Form, Item, Size};
use crate::row::Row;
use crate::trial::COPIES;
use crate::verdict::{binomial_tail, first_look};

/// Level of the test of false accusations, shared by all cells.
const LEVEL: f64 = 1e-4;

fn line(out: &mut String, name: &str, columns: impl Iterator<Item = String>) {
    // Writing to a string cannot fail.
    writeln!(out, "| {name} | {} |", columns.collect::<Vec<_>>().join(" | ")).unwrap_or_default();
}

/// A table of rows × documents; rows that were not measured are left out.
fn by_document(cells: &[Cell], items: &[&Item], of: impl Fn(&Cell) -> String) -> String {
    let mut out = String::new();
    line(&mut out, "row", items.iter().map(|i| i.name.to_owned()));
    line(&mut out, "---", items.iter().map(|_| "---".to_owned()));
    for row in Row::all() {
        let find = |item: &Item| cells.iter().find(|c| c.row == row.name() && c.document == item.name);
        if items.iter().any(|i| find(i).is_some()) {
            line(&mut out, row.name(), items.iter().map(|i| find(i).map_or_else(String::new, |c| shown(c, &of))));
        }
    }
    out
}

fn shown(cell: &Cell, of: impl Fn(&Cell) -> String) -> String {
    match &cell.missing {
        Some(tool) if cell.trials == 0 => format!("not run: {tool} missing"),
        _ => of(cell),
    }
}

fn percent(count: u32, of: u32) -> String {
    let share = 100.0 * f64::from(count) / f64::from(of.max(1));
    // A share that is not all is not shown as all.
    if count < of && share > 99.9 { "99.9".to_owned() } else { format!("{share:.1}").trim_end_matches(".0").to_owned() }
}

/// Named / inconclusive / wrongly named among so many copies, in percent.
pub(crate) fn verdicts(cells: &[Cell], items: &[&Item], copies: usize) -> String {
    by_document(cells, items, |cell| {
        let Verdicts { named, inconclusive, wrong, .. } = cell.among(copies);
        let share = |count| percent(count, cell.trials);
        format!("{} / {} / {}", share(named), share(inconclusive), share(wrong))
    })
}

/// Named by the text alone / by places alone / by all, in percent, of items that have both.
pub(crate) fn by_layer(cells: &[Cell], items: &[&Item], copies: usize) -> String {
    by_document(cells, items, |cell| {
        let named = |rests| cell.by(rests, copies).map_or_else(|| "–".to_owned(), |v| percent(v.named, cell.trials));
        [Rests::Text, Rests::Layout, Rests::All].map(named).join(" / ")
    })
}

/// Of each layer the share of marks that are clearly read, and of these misread, in percent.
pub(crate) fn layers(cells: &[Cell], items: &[&Item]) -> String {
    by_document(cells, items, |cell| {
        let share = |count: u64, of: u64| 100.0 * count as f64 / of.max(1) as f64;
        let shown = |(layer, sum): (&Layer, &LayerSum)| {
            format!("{} {:.0} ({:.1})", layer.name(), share(sum.read, sum.total), share(sum.wrong, sum.read))
        };
        cell.layers.iter().map(shown).collect::<Vec<_>>().join(", ")
    })
}

/// A column of the matrix in short.
struct Column {
    title: &'static str,
    form: Form,
    /// Sizes, from this one on.
    from: Size,
    rests: Rests,
    copies: usize,
}

/// The matrix in short: named, in percent, English · Spanish, all sizes together.
pub(crate) fn matrix(cells: &[Cell], items: &[Item]) -> String {
    let [few, all] = COPIES;
    let column = |title, form, from, rests, copies| Column { title, form, from, rests, copies };
    let columns = [
        column("PDF, words moved", Form::Pdf, Size::Short, Rests::All, all),
        column("pages set anew: all layers", Form::Set, Size::Page, Rests::All, all),
        column("places alone", Form::Set, Size::Page, Rests::Layout, all),
        column("text alone, among 30", Form::Set, Size::Long, Rests::Text, few),
        column("Word file: all layers", Form::Word, Size::Long, Rests::All, all),
        column("text alone, among 30", Form::Word, Size::Long, Rests::Text, few),
        column("picture", Form::Picture, Size::Short, Rests::All, all),
    ];
    let mut out = String::new();
    line(&mut out, "what turns up", columns.iter().map(|c| c.title.to_owned()));
    line(&mut out, "---", columns.iter().map(|_| "---:".to_owned()));
    for row in Row::all() {
        let values: Vec<String> = columns.iter().map(|c| c.value(row, cells, items)).collect();
        if values.iter().any(|v| !v.is_empty()) {
            line(&mut out, row.name(), values.into_iter());
        }
    }
    out
}

impl Column {
    fn value(&self, row: Row, cells: &[Cell], items: &[Item]) -> String {
        let share = |starts: &str| {
            let own = |i: &&Item| i.form == self.form && i.size >= self.from && i.name.starts_with(starts);
            let names: Vec<&str> = items.iter().filter(own).map(|i| i.name).collect();
            let here = cells.iter().filter(|c| c.row == row.name() && names.contains(&c.document.as_str()));
            let named = |c: &Cell| c.by(self.rests, self.copies).map_or(0, |v| v.named);
            let (named, trials) = here.fold((0, 0), |(n, t), c| (n + named(c), t + c.trials));
            (trials > 0).then(|| percent(named, trials))
        };
        let languages: &[&str] = if self.form == Form::Picture { &[""] } else { &["en-", "es-"] };
        languages.iter().copied().filter_map(share).collect::<Vec<_>>().join(" · ")
    }
}

/// Source ahead of all others / named if nothing had been misread, in percent.
pub(crate) fn limits(cells: &[Cell], items: &[&Item]) -> String {
    let [_, all] = COPIES;
    by_document(cells, items, |cell| {
        format!("{} / {}", percent(cell.among(all).first, cell.trials), percent(cell.possible, cell.trials))
    })
}

/// Marks seen a leak / share read clearly / share in error / deviation of a measurement.
pub(crate) fn reading(cells: &[Cell], items: &[&Item]) -> String {
    by_document(cells, items, |cell| {
        let seen = cell.seen as f64;
        if cell.seen == 0 {
            return "none seen".to_owned();
        }
        format!(
            "{:.1} / {:.0} / {:.2} / {:.3}",
            seen / f64::from(cell.trials.max(1)),
            100.0 * cell.read as f64 / seen,
            100.0 * cell.errors as f64 / seen,
            cell.deviation()
        )
    })
}

/// What a channel does to marks, by row: what power is stated from before release, and whether readings say how sure they are.
pub(crate) fn channels(cells: &[Cell]) -> String {
    let mut out = String::from(
        "| row | n | marks seen a leak | not clearly seen | misread, of the clearly seen | bits a mark | said with P ≥ 0.99 | of these wrong |\n|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in Row::all() {
        let here: Vec<&Cell> = cells.iter().filter(|c| c.row == row.name() && c.trials > 0).collect();
        let trials: u32 = here.iter().map(|c| c.trials).sum();
        let sum = |of: fn(&Cell) -> u64| here.iter().map(|c| of(c)).sum::<u64>();
        let (seen, read, wrong) = (sum(|c| c.seen), sum(|c| c.read), sum(|c| c.wrong));
        let (sure, sure_wrong) = (sum(|c| c.sure), sum(|c| c.sure_wrong));
        if seen == 0 {
            continue;
        }
        let share = |count: u64, of: u64| format!("{:.3}", count as f64 / of.max(1) as f64);
        let columns = [
            trials.to_string(),
            format!("{:.1}", seen as f64 / f64::from(trials)),
            share(seen - read, seen),
            share(wrong, read),
            format!("{:.2}", here.iter().map(|c| c.bits).sum::<f64>() / seen as f64),
            share(sure, seen),
            format!("{} ({sure_wrong}/{sure})", share(sure_wrong, sure)),
        ];
        line(&mut out, row.name(), columns.into_iter());
    }
    out
}

/// Seconds a leak, by row.
pub(crate) fn seconds(cells: &[Cell]) -> String {
    let mut out = String::from(
        "| row | making the leak | recognising words | the rest up to the verdict | share of the rest |\n|---|---:|---:|---:|---:|\n",
    );
    for row in Row::all() {
        let here: Vec<&Cell> = cells.iter().filter(|c| c.row == row.name() && c.trials > 0).collect();
        let trials: u32 = here.iter().map(|c| c.trials).sum();
        let sum = |of: fn(&Cell) -> f64| here.iter().map(|c| of(c)).sum::<f64>() / f64::from(trials.max(1));
        let (making, recognising, rest) = (sum(|c| c.making), sum(|c| c.recognising), sum(|c| c.rest));
        if trials > 0 {
            let share = format!("{:.0} %", 100.0 * rest / (recognising + rest).max(1e-9));
            let columns = [making, recognising, rest].map(|s| format!("{s:.2}")).into_iter().chain([share]);
            line(&mut out, row.name(), columns);
        }
    }
    out
}

/// One line a target of reference/marking.md §8 that is about pictures and files.
pub(crate) fn targets(cells: &[Cell], items: &[&Item]) -> String {
    let mut out = String::from(
        "| row | n | target | named | source ahead of all others | named if nothing was misread | by document |\n|---|---:|---|---:|---:|---:|---|\n",
    );
    let [_, all] = COPIES;
    for row in Row::all() {
        let target = match (row.name(), row.group()) {
            ("scan-crop-3", _) => "≥ 99 %",
            ("screenshot-crop-3", _) => "≥ 98 %",
            ("photo-rectified-crop-3", _) => "≥ 90 %",
            (_, "crops") => continue,
            _ if !row.can_be_named(Form::Pdf) => "never named",
            _ => "100 %",
        };
        let measured = |c: &&Cell| c.row == row.name() && c.trials > 0 && items.iter().any(|i| i.name == c.document);
        let here: Vec<&Cell> = cells.iter().filter(measured).collect();
        let trials: u32 = here.iter().map(|c| c.trials).sum();
        if trials == 0 {
            continue;
        }
        let share = |of: &dyn Fn(&Cell) -> u32| {
            let count = here.iter().map(|c| of(c)).sum::<u32>();
            format!("{} % ({count}/{trials})", percent(count, trials))
        };
        let each = items.iter().filter_map(|i| here.iter().find(|c| c.document == i.name));
        let each: Vec<String> = each.map(|c| format!("{} {} %", c.document, percent(c.among(all).named, c.trials))).collect();
        let columns = [
            all.to_string(),
            target.to_owned(),
            share(&|c| c.among(all).named),
            share(&|c| c.among(all).first),
            share(&|c| c.possible),
            each.join(", "),
        ];
        line(&mut out, row.name(), columns.into_iter());
    }
    out
}

/// Rows in which innocents were named more often than α allows; each is a reason to fail.
pub(crate) fn false_accusations(cells: &[Cell]) -> Vec<String> {
    let mut groups: Vec<(String, u32, u32)> = Vec::new();
    let kinds = [Rests::All, Rests::Text, Rests::Layout].into_iter().flat_map(|rests| COPIES.map(|copies| (rests, copies)));
    for (rests, copies) in kinds {
        let mut add = |name: String, here: Vec<&Cell>| {
            let verdicts: Vec<Verdicts> = here.iter().filter_map(|c| c.by(rests, copies)).collect();
            let traces = |v: &Verdicts| v.named + v.inconclusive + v.wrong;
            let (wrong, traced) = (verdicts.iter().map(|v| v.wrong).sum(), verdicts.iter().map(traces).sum());
            if traced > 0 {
                groups.push((format!("{name} by {rests:?}"), wrong, traced));
            }
        };
        add(format!("all rows among {copies}"), cells.iter().collect());
        for row in Row::all() {
            add(format!("{} among {copies}", row.name()), cells.iter().filter(|c| c.row == row.name()).collect());
        }
    }
    let level = LEVEL / groups.len() as f64;
    let bad = groups.into_iter().filter(|(_, wrong, trials)| binomial_tail(*wrong, *trials, first_look()) < level);
    bad.map(|(name, wrong, trials)| {
        format!("{name}: {wrong} of {trials} traces named an innocent, more than α = {} allows", first_look())
    })
    .collect()
}
