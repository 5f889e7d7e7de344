//! Tables of the survival matrix, in Markdown, and the test of false accusations.

use std::fmt::Write;

use crate::cell::{Cell, Reads};
use crate::row::Row;
use crate::verdict::{binomial_tail, first_look};

/// Level of the test of false accusations, shared by all cells.
const LEVEL: f64 = 1e-4;

/// Sums of several cells.
#[derive(Default)]
struct Sum {
    trials: u32,
    named: u32,
    all_named: u32,
    inconclusive: u32,
    wrong: u32,
    demanded: u32,
    demanded_named: u32,
    missing: Option<String>,
}

impl Sum {
    fn of<'c>(cells: impl Iterator<Item = &'c Cell>) -> Self {
        cells.fold(Self::default(), |mut sum, cell| {
            sum.trials += cell.trials;
            sum.named += cell.named;
            sum.all_named += cell.all_named;
            sum.inconclusive += cell.inconclusive;
            sum.wrong += cell.wrong;
            sum.demanded += cell.demanded;
            sum.demanded_named += cell.demanded_named;
            sum.missing = sum.missing.or_else(|| cell.missing.clone());
            sum
        })
    }

    fn share(count: u32, of: u32) -> String {
        if of == 0 { "–".to_owned() } else { format!("{:.1} % ({count}/{of})", 100.0 * f64::from(count) / f64::from(of)) }
    }
}

/// Whether a cell belongs to `all` documents of the corpus, to those of a language, or to the `joined` ones.
fn is_in(cell: &Cell, scope: &str) -> bool {
    let joined = cell.document.ends_with("-joined");
    match scope {
        "joined" => joined,
        "all" => !joined,
        language => !joined && cell.document.starts_with(language),
    }
}

/// Named, inconclusive and wrongly named by row and number of recipients. `scope` is `all`, a language's code, or `joined`.
pub(crate) fn verdicts(cells: &[Cell], scope: &str) -> String {
    let copies = |row: &Row| row.copies().to_vec();
    let mut out = String::from(
        "| row | n | named | all sources | inconclusive | wrongly named | named when demanded |\n|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in Row::all() {
        for n in copies(&row) {
            let name = row.name();
            let inside = |c: &&Cell| c.row == name && c.copies == n && is_in(c, scope);
            let sum = Sum::of(cells.iter().filter(inside));
            if let Some(tool) = sum.missing.as_ref().filter(|_| sum.trials == 0) {
                line(&mut out, format_args!("| {name} | {n} | not run: {tool} missing | | | | |"));
            } else if sum.trials > 0 {
                let all = if row.sources() > 1 { Sum::share(sum.all_named, sum.trials) } else { String::new() };
                let demanded = if row.sources() > 0 { Sum::share(sum.demanded_named, sum.demanded) } else { String::new() };
                let named = if row.sources() > 0 { Sum::share(sum.named, sum.trials) } else { "nobody to name".to_owned() };
                let inconclusive = Sum::share(sum.inconclusive, sum.trials);
                line(&mut out, format_args!("| {name} | {n} | {named} | {all} | {inconclusive} | {} | {demanded} |", sum.wrong));
            }
        }
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    writeln!(out, "{text}").unwrap_or_default();
}

/// Errors and erasures of reading by row and layer, where every word reaches the leak.
pub(crate) fn reading(cells: &[Cell]) -> String {
    let layers = ["fact", "wording", "orthography", "typography"];
    let mut out = format!("| row | {} | all |\n|---|---:|---:|---:|---:|---:|\n", layers.join(" | "));
    for row in Row::all().into_iter().filter(|r| r.sources() == 1 && r.keeps_all()) {
        let name = row.name();
        let here: Vec<&Cell> = cells.iter().filter(|c| c.row == name && c.trials > 0).collect();
        let sum = |layer: Option<&str>| {
            let reads = here.iter().flat_map(|c| &c.layers).filter(|(l, _)| layer.is_none_or(|x| x == l.as_str()));
            reads.fold(Reads::default(), |s, (_, r)| Reads {
                all: s.all + r.all,
                right: s.right + r.right,
                wrong: s.wrong + r.wrong,
            })
        };
        if here.is_empty() {
            continue;
        }
        let columns: Vec<String> = layers.iter().map(|l| errors(sum(Some(l)))).chain([errors(sum(None))]).collect();
        line(&mut out, format_args!("| {name} | {} |", columns.join(" | ")));
    }
    out
}

/// "misread / not read / site error", the last with half of what is not read.
fn errors(reads: Reads) -> String {
    if reads.all == 0 {
        return "–".to_owned();
    }
    let lost = reads.all - reads.right - reads.wrong;
    let share = |count: f64| 100.0 * count / reads.all as f64;
    format!("{:.2} / {:.1} / {:.2}", share(reads.wrong as f64), share(lost as f64), share(site_errors(reads)))
}

fn site_errors(reads: Reads) -> f64 {
    reads.wrong as f64 + (reads.all - reads.right - reads.wrong) as f64 / 2.0
}

/// One line a target of reference/marking.md §8.
pub(crate) fn targets(cells: &[Cell]) -> String {
    let mut out = String::from("| rows | documents | n | target | measured |\n|---|---|---:|---|---|\n");
    let clean = ["retype", "ascii-fold", "nfkc", "antiwatermark", "watermark-cleaner", "dewatermark", "docx-pdf-text"];
    let edits = ["delete-5", "insert-5", "substitute-5"];
    let hard = ["substitute-15", "shuffle", "bury"];
    let long = |c: &Cell| c.words >= 500 && c.needed.is_some();
    let many = |c: &Cell| c.marks >= 40 && c.needed.is_some();
    for row in clean {
        let sum = Sum::of(cells.iter().filter(|c| c.row == row && c.copies == 1000 && long(c)));
        line(
            &mut out,
            format_args!("| {row} | ≥ 500 words, enough marks | 1,000 | named 100 % | {} |", Sum::share(sum.named, sum.trials)),
        );
    }
    for row in edits {
        let here: Vec<&Cell> = cells.iter().filter(|c| c.row == row && c.copies == 1000 && many(c)).collect();
        let reads = here.iter().flat_map(|c| c.layers.values()).fold(Reads::default(), |s, r| Reads {
            all: s.all + r.all,
            right: s.right + r.right,
            wrong: s.wrong + r.wrong,
        });
        let sum = Sum::of(here.into_iter());
        let error = site_errors(reads) / reads.all.max(1) as f64;
        line(
            &mut out,
            format_args!(
                "| {row} | ≥ 40 marks | 1,000 | site error ≤ .05, named ≥ 99 % | {error:.3}, {} |",
                Sum::share(sum.named, sum.trials)
            ),
        );
    }
    for row in hard {
        let sum = Sum::of(cells.iter().filter(|c| c.row == row && c.copies == 1000 && many(c)));
        line(&mut out, format_args!("| {row} | ≥ 40 marks | 1,000 | named ≥ 95 % | {} |", Sum::share(sum.named, sum.trials)));
    }
    for row in ["mix-2-marks", "mix-2-sentences", "mix-2-blocks"] {
        let sum = Sum::of(cells.iter().filter(|c| c.row == row && c.copies == 100 && c.marks >= 120));
        line(
            &mut out,
            format_args!("| {row} | ≥ 120 marks | 100 | both named ≥ 95 % | {} |", Sum::share(sum.all_named, sum.trials)),
        );
    }
    out
}

/// Rows in which innocents were named more often than α allows; each is a reason to fail.
pub(crate) fn false_accusations(cells: &[Cell]) -> Vec<String> {
    let mut groups: Vec<(String, Sum)> = vec![("all rows".to_owned(), Sum::of(cells.iter()))];
    for row in Row::all() {
        for n in row.copies() {
            let sum = Sum::of(cells.iter().filter(|c| c.row == row.name() && c.copies == *n));
            groups.push((format!("{} among {n}", row.name()), sum));
        }
    }
    let level = LEVEL / groups.len() as f64;
    let bad = groups.into_iter().filter(|(_, s)| binomial_tail(s.wrong, s.trials, first_look()) < level);
    bad.map(|(name, s)| {
        format!("{name}: {} of {} traces named an innocent, more than α = {} allows", s.wrong, s.trials, first_look())
    })
    .collect()
}
