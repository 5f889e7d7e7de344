//! Marks that were read wrongly, one line each, for whoever tunes the reader.

use holm_simulate::corpus::Document;

use crate::Failure;
use crate::item::{Item, Items};
use crate::program::Trouble;
use crate::row::Row;
use crate::trial;

/// Trials that are looked at.
const TRIALS: u32 = 5;
/// Words of context on either side.
const CONTEXT: usize = 6;

/// Prints the misread marks of a few trials of a row with one source.
pub(crate) fn print(items: &mut Items, document: &'static Document, row: &Row) -> Result<(), Failure> {
    if row.sources() != 1 {
        return Ok(());
    }
    match look(items, document, row) {
        Ok(()) => Ok(()),
        Err(Trouble::Missing(tool)) => {
            println!("{} {}: not run, {tool} missing", document.name, row.name());
            Ok(())
        }
        Err(Trouble::Other(failure)) => Err(failure),
    }
}

fn look(items: &mut Items, document: &'static Document, row: &Row) -> Result<(), Trouble> {
    let item = items.of(document, row)?;
    let (draws, leaks) = trial::leaks(item, row, item.law(1000), TRIALS)?;
    for (draw, leak) in draws.iter().zip(&leaks) {
        let extraction = item.reader.extract(leak);
        let source = draw.source_words().into_iter().next().unwrap_or_default();
        for (j, (reading, own)) in extraction.readings.iter().zip(&source).enumerate() {
            if let Some(seen) = reading.seen.filter(|s| s != own) {
                print_one(item, row, j, *own, seen, &reading.likelihood, leak);
            }
        }
    }
    Ok(())
}

fn print_one(item: &Item, row: &Row, mark: usize, own: u8, seen: u8, likelihood: &[f64], leak: &str) {
    let Some(mark) = item.marks.get(mark) else { return };
    let alternative = |a: u8| mark.alternatives.get(usize::from(a)).map_or("", String::as_str);
    let likelihood: Vec<String> = likelihood.iter().map(|l| format!("{l:.3}")).collect();
    let (name, document) = (row.name(), item.document.name);
    println!(
        "{document} {name} [{}] {} was {:?}, seen {:?} ({})",
        mark.layer.name(),
        mark.rule,
        alternative(own),
        alternative(seen),
        likelihood.join(" ")
    );
    for site in &mark.sites {
        let block = item.master.blocks().get(site.block).map_or("", |b| b.text.as_str());
        let before: Vec<&str> =
            block.get(..site.range.start).unwrap_or_default().split_whitespace().rev().take(CONTEXT).collect();
        let after: Vec<&str> = block.get(site.range.end..).unwrap_or_default().split_whitespace().take(CONTEXT).collect();
        let written = site.texts.get(usize::from(own)).map_or("", String::as_str);
        let around: Vec<&str> = before.into_iter().rev().chain([written]).chain(after).collect();
        println!("    copy: … {} …\n    leak: … {} …", around.join(" "), nearest(&around, leak));
    }
}

/// The words of the leak that share the most with `around`.
fn nearest(around: &[&str], leak: &str) -> String {
    let words: Vec<&str> = leak.split_whitespace().collect();
    let shared = |window: &[&str]| window.iter().filter(|w| around.contains(w)).count();
    let best = words.windows(around.len().min(words.len()).max(1)).max_by_key(|w| shared(w));
    best.map_or_else(String::new, |w| w.join(" "))
}
