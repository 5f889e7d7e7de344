//! Writes the tables into `docs/design/layout-survival.md`, between two marks; the words around them are written by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use holm_marks::mark::Layer;

use crate::Failure;
use crate::cell::{self, Cell};
use crate::item::{Form, Item};
use crate::null;
use crate::results::Results;
use crate::table;
use crate::trial::COPIES;
use crate::verdict::{binomial_tail, first_look};

const BEGIN: &str = "<!-- layout: written by the bench from here -->";
const END: &str = "<!-- layout: to here -->";

/// Replaces what stands between the marks, in the page of this matrix and in the README.
pub(crate) fn write(items: &[Item]) -> Result<(), Failure> {
    let cells = cell::shown(Results::<Cell>::open(cell::FILE)?.into_cells());
    between("docs/design/layout-survival.md", &body(&cells, items)?)?;
    between("README.md", &format!("{}\n{}", table::matrix(&cells, items), totals(&cells)?))
}

fn between(file: &str, body: &str) -> Result<(), Failure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let page = fs::read_to_string(&path)?;
    let (head, rest) = page.split_once(BEGIN).ok_or_else(|| format!("{file} has no mark to write after"))?;
    let (_, tail) = rest.split_once(END).ok_or_else(|| format!("{file} has no mark to write before"))?;
    Ok(fs::write(&path, format!("{head}{BEGIN}\n\n{body}\n{END}{tail}"))?)
}

fn body(cells: &[Cell], items: &[Item]) -> Result<String, Failure> {
    let [few, all] = COPIES;
    let mut out = summary(cells)?;
    let null = Results::open(null::FILE)?.into_cells();
    let of = |is: fn(Form) -> bool| -> Vec<&Item> { items.iter().filter(|i| is(i.form)).collect() };
    let (pdf, others) = (of(|f| f == Form::Pdf), of(|f| f != Form::Pdf));
    let layered = of(|f| matches!(f, Form::Set | Form::Word));
    let pdf_cells: Vec<Cell> = cells.iter().filter(|c| pdf.iter().any(|i| i.name == c.document)).cloned().collect();
    let sections = [
        ("Named among 1,000, in percent", table::matrix(cells, items)),
        ("PDFs, against the targets", table::targets(cells, &pdf)),
        ("PDFs: named / inconclusive / wrongly named among 1,000, in percent", table::verdicts(cells, &pdf, all)),
        ("The same among 30", table::verdicts(cells, &pdf, few)),
        ("Other forms: named / inconclusive / wrongly named among 1,000, in percent", table::verdicts(cells, &others, all)),
        ("The same among 30", table::verdicts(cells, &others, few)),
        ("Named among 1,000 by the text alone / by places alone / by all, in percent", table::by_layer(cells, &layered, all)),
        ("The same among 30", table::by_layer(cells, &layered, few)),
        ("Marks clearly read, in percent (misread of these, in percent)", table::layers(cells, &others)),
        (
            "PDFs, limits: source ahead of all 999 others / named if nothing had been misread, in percent",
            table::limits(cells, &pdf),
        ),
        (
            "PDFs: words seen a leak / clearly read, in percent / in error, in percent / deviation of a measurement, in points",
            table::reading(cells, &pdf),
        ),
        ("PDFs: what a channel does to a moved word", table::channels(&pdf_cells)),
        ("Seconds a leak of a PDF on one core", table::seconds(&pdf_cells)),
        ("Documents", documents(items)),
        ("Keys that the leak is not from", format!("{}\n", null::summary(&null))),
    ];
    for (title, table) in sections {
        write!(out, "\n### {title}\n\n{table}")?;
    }
    Ok(out)
}

/// How much was measured, and how often an innocent was named.
fn totals(cells: &[Cell]) -> Result<String, Failure> {
    let leaks: u32 = cells.iter().map(|c| c.trials).sum();
    let verdicts = || cells.iter().flat_map(|c| c.verdicts.values()).flat_map(|by_copies| by_copies.values());
    let (wrong, traces) = (verdicts().map(|v| v.wrong).sum(), verdicts().map(|v| v.named + v.inconclusive + v.wrong).sum());
    let missing = cells.iter().filter(|c| c.missing.is_some()).count();
    let tail = binomial_tail(wrong, traces, first_look());
    let mut out = String::new();
    writeln!(
        out,
        "{leaks} leaks, {traces} verdicts in {} cells ({missing} not run). An innocent was named in {wrong}; α of a first look is {}, so up to {:.1} are allowed on average (P of as many or more: {tail:.2}).",
        cells.len(),
        first_look(),
        f64::from(traces) * first_look()
    )?;
    Ok(out)
}

fn summary(cells: &[Cell]) -> Result<String, Failure> {
    let set = |of: fn(&Cell) -> &str| {
        cells.iter().filter(|c| c.trials > 0).map(of).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
    };
    let hours = cells.iter().map(|c| c.making + c.recognising + c.rest).sum::<f64>() / 3600.0;
    let mut out = totals(cells)?;
    writeln!(out, "{hours:.1} hours of one core.")?;
    let revisions = set(|c| &c.revision);
    writeln!(out, "\nRevisions: {revisions}. Masters: {}. Versions: {}.", set(|c| &c.master), versions(cells))?;
    for accusation in table::false_accusations(cells) {
        writeln!(out, "\n**Failed: {accusation}.**")?;
    }
    Ok(out)
}

/// The versions that cells were measured with; of several, each with its rows and how many documents of them.
fn versions(cells: &[Cell]) -> String {
    let mut rows: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for cell in cells.iter().filter(|c| c.trials > 0) {
        *rows.entry(&cell.version).or_default().entry(&cell.row).or_default() += 1;
    }
    if rows.len() == 1 {
        return rows.into_keys().collect();
    }
    let of = |(version, rows): (&str, BTreeMap<&str, usize>)| {
        let rows: Vec<String> = rows.iter().map(|(row, documents)| format!("{row} ({documents})")).collect();
        format!("`{version}` of {}", rows.join(", "))
    };
    rows.into_iter().map(of).collect::<Vec<_>>().join("; ")
}

fn documents(items: &[Item]) -> String {
    let mut out = String::from("| document | pages | words | marks | law |\n|---|---:|---:|---:|---|\n");
    for item in items {
        let (name, law) = (item.name, item.law());
        let mut layers: BTreeMap<Layer, usize> = BTreeMap::new();
        item.marks().iter().for_each(|m| *layers.entry(m.layer).or_default() += 1);
        let layers: Vec<String> = layers.iter().map(|(layer, count)| format!("{} {count}", layer.name())).collect();
        out += &format!("| {name} | {} | {} | {} | {law:?} |\n", item.pages(), item.words(), layers.join(", "));
    }
    out
}
