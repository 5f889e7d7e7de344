//! Marks whose likeliest alternative is not the source's, with what was measured around them, for whoever tunes the reader.

use holm_marks::extract::Extraction;
use holm_marks::layout::Sighting;

use crate::Failure;
use crate::item::Item;
use crate::program::Trouble;
use crate::row::Row;
use crate::trial::{self, Leak};

/// Trials that are looked at.
const TRIALS: u32 = 4;

/// Prints the misread marks of a few trials of a row.
pub(crate) fn print(item: &Item, row: Row) -> Result<(), Failure> {
    let reader = item.reader();
    let read = |number: u32| {
        let leak = trial::leak(item, row, number)?;
        let extraction = item.extract(&reader, &leak.reading.content)?;
        Ok((leak, extraction))
    };
    match trial::each(0..TRIALS, read) {
        Ok(read) => read.iter().for_each(|(leak, extraction)| print_leak(item, row, leak, extraction)),
        Err(Trouble::Missing(tool)) => println!("{} {}: not run, {tool} missing", item.name, row.name()),
        Err(Trouble::Other(failure)) => return Err(failure),
    }
    Ok(())
}

fn print_leak(item: &Item, row: Row, leak: &Leak, extraction: &Extraction) {
    let own = leak.issue.codeword(leak.source);
    let sightings = extraction.sight.as_ref().map(|s| s.sightings.as_slice()).unwrap_or_default();
    println!("{} {}: {} words seen, {} marks read", item.name, row.name(), sightings.len(), extraction.read_marks());
    for sighting in sightings {
        let Some(mark) = sighting.mark.map(|m| m as usize) else { continue };
        let (Some(reading), Some(symbol)) = (extraction.readings.get(mark), own.get(mark)) else { continue };
        let most = reading.likelihood.iter().copied().fold(0.0, f64::max);
        if reading.likelihood.get(usize::from(*symbol)).is_some_and(|l| *l >= most) {
            continue;
        }
        let rows: Vec<String> = reading.likelihood.iter().map(|l| format!("{l:.3}")).collect();
        let moved = item.marks().get(mark).and_then(|m| m.alternatives.get(usize::from(*symbol))).map_or("", String::as_str);
        println!(
            "  mark {mark} was {moved}, likelihoods {} at ({:.0}, {:.0}); its line:",
            rows.join(" "),
            sighting.x,
            sighting.y
        );
        let line = sightings.iter().filter(|s| s.page == sighting.page && s.line == sighting.line);
        println!("    {}", line.map(|s| shown(s, &own, sighting)).collect::<Vec<_>>().join(" "));
    }
}

/// Where it stands, how far it was seen from there, and which way it was moved, if it was.
fn shown(sighting: &Sighting, own: &[u8], this: &Sighting) -> String {
    let symbol = sighting.mark.and_then(|m| own.get(m as usize));
    let way = symbol.and_then(|s| ["⇐", "←", "→", "⇒"].get(usize::from(*s))).copied().unwrap_or_default();
    let star = if std::ptr::eq(sighting, this) { "*" } else { "" };
    format!("{star}{:.0}:{:+.2}{way}~{:.1}", sighting.x, sighting.moved, sighting.noise)
}
