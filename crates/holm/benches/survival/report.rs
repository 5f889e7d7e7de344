//! Writes the tables into `docs/design/survival.md`, between two marks; the words around them are written by hand.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::Failure;
use crate::cell::Cell;
use crate::item::{Items, documents};
use crate::row::Row;
use crate::table;
use crate::verdict::{binomial_tail, first_look};

const BEGIN: &str = "<!-- survival: written by the bench from here -->";
const END: &str = "<!-- survival: to here -->";

/// Replaces what stands between the marks.
pub(crate) fn write() -> Result<(), Failure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/design/survival.md");
    let page = fs::read_to_string(&path)?;
    let (head, rest) = page.split_once(BEGIN).ok_or("docs/design/survival.md has no mark to write after")?;
    let (_, tail) = rest.split_once(END).ok_or("docs/design/survival.md has no mark to write before")?;
    let cells = crate::results()?.into_cells();
    let body = body(&cells)?;
    Ok(fs::write(&path, format!("{head}{BEGIN}\n\n{body}\n{END}{tail}"))?)
}

fn body(cells: &[Cell]) -> Result<String, Failure> {
    let mut out = summary(cells)?;
    let english: Vec<Cell> = cells.iter().filter(|c| c.document.starts_with("en-")).cloned().collect();
    let spanish: Vec<Cell> = cells.iter().filter(|c| c.document.starts_with("es-")).cloned().collect();
    let sections = [
        ("Targets", table::targets(cells)),
        ("All documents", table::verdicts(cells, "all")),
        ("English", table::verdicts(&english, "en")),
        ("Spanish", table::verdicts(&spanish, "es")),
        ("Mixtures of longer texts (all documents of a language in one)", table::verdicts(cells, "joined")),
        ("Documents", carried(cells)?),
        ("Reading", table::reading(cells)),
        ("Reading, English", table::reading(&english)),
        ("Reading, Spanish", table::reading(&spanish)),
    ];
    for (title, table) in sections {
        write!(out, "\n### {title}\n\n{table}")?;
    }
    Ok(out)
}

fn summary(cells: &[Cell]) -> Result<String, Failure> {
    let set = |of: fn(&Cell) -> &str| {
        cells.iter().filter(|c| c.trials > 0).map(of).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
    };
    let traces: u32 = cells.iter().map(|c| c.trials).sum();
    let wrong: u32 = cells.iter().map(|c| c.wrong).sum();
    let missing = cells.iter().filter(|c| c.missing.is_some()).count();
    let seconds: f64 = cells.iter().map(|c| c.seconds).sum();
    let expected = f64::from(traces) * first_look();
    let tail = binomial_tail(wrong, traces, first_look());
    let mut out = String::new();
    writeln!(
        out,
        "{traces} traces in {} cells ({missing} not run), {:.0} minutes. An innocent was named in {wrong}; α of a first look is {}, so up to {expected:.1} are allowed on average (P of as many or more: {tail:.2}).",
        cells.len(),
        seconds / 60.0,
        first_look()
    )?;
    writeln!(
        out,
        "\nRevisions: {}. Packs (SHA-256): {}. Versions: {}.",
        set(|c| &c.revision),
        set(|c| &c.pack),
        set(|c| &c.version)
    )?;
    for accusation in table::false_accusations(cells) {
        writeln!(out, "\n**Failed: {accusation}.**")?;
    }
    Ok(out)
}

/// What the documents carry, and at how many copies it suffices.
fn carried(cells: &[Cell]) -> Result<String, Failure> {
    let mut items = Items::default();
    let mut out = String::from(
        "| document | words | marks | per 1,000 words | by layer | demanded at 30 | at 1,000 |\n|---|---:|---:|---:|---|---:|---:|\n",
    );
    let plain = Row::all().into_iter().find(|r| r.name() == "unmarked-master").ok_or("no row")?;
    for document in documents() {
        let Ok(item) = items.of(document, &plain) else { continue };
        let layers: Vec<String> = item.layers().into_iter().map(|(l, n)| format!("{n} {}", l.name())).collect();
        let needed = |n: usize| {
            let cell = cells.iter().find(|c| c.document == document.name && c.copies == n && c.row == "copy-paste");
            cell.map_or_else(|| "–".to_owned(), |c| c.needed.map_or_else(|| "too few".to_owned(), |m| m.to_string()))
        };
        let per = 1000.0 * item.marks.len() as f64 / item.words as f64;
        writeln!(
            out,
            "| {} | {} | {} | {per:.0} | {} | {} | {} |",
            document.name,
            item.words,
            item.marks.len(),
            layers.join(", "),
            needed(30),
            needed(1000)
        )?;
    }
    Ok(out)
}
