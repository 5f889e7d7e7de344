//! From a fresh item key to the verdict: draw, leak, read, decode, judge; as `holm::share` and `holm::trace` do it, without
//! a workspace.

use std::collections::BTreeMap;
use std::time::Instant;

use holm::manifest::binary_worth;
use holm_codes::attack::Random;
use holm_codes::evidence::Rows;
use holm_codes::law::Law;
use holm_codes::power::largest_coalition;
use holm_marks::extract::Extraction;
use holm_simulate::chance::Chance;
use holm_simulate::corpus::foreign;
use holm_simulate::damage::{Channel, damage};
use holm_simulate::mixture::mix;

use crate::Failure;
use crate::cell::{Cell, Reads};
use crate::item::Item;
use crate::program::Trouble;
use crate::row::{Nobody, Row};
use crate::verdict::{FEWEST_COPIES, Issue, first_look, named};

/// One item key, and whose copies leaked.
pub(crate) struct Draw {
    issue: Issue,
    /// Indices of the copies that the leak is from.
    sources: Vec<usize>,
    number: u32,
}

impl Draw {
    fn new(item: &Item, row: &Row, law: Law, number: u32) -> Self {
        let mut chance = chance(item, row, number, "key");
        let issue = Issue::draw(&mut chance, law, &item.arities);
        let mut pool: Vec<usize> = (0..FEWEST_COPIES).collect();
        let sources = (0..row.sources()).map(|_| pool.remove(chance.below(pool.len()))).collect();
        Self { issue, sources, number }
    }

    /// Codewords of the copies that the leak is from.
    pub(crate) fn source_words(&self) -> Vec<Vec<u8>> {
        self.sources.iter().map(|s| self.issue.codeword(*s)).collect()
    }
}

fn chance(item: &Item, row: &Row, number: u32, what: &str) -> Chance {
    Chance::of(&["survival", item.document.name, &row.name(), &number.to_string(), what])
}

/// One cell for each number of copies; those under one law share keys, sources and leaks.
pub(crate) fn cells(item: &Item, row: &Row, copies: &[usize], trials: u32) -> Result<Vec<Cell>, Trouble> {
    let mut cells: Vec<Cell> = copies.iter().map(|n| Cell::new(item, row, *n, trials)).collect();
    for law in [Law::Half, Law::HalfJ7, Law::J7] {
        let mut under: Vec<&mut Cell> = cells.iter_mut().filter(|c| item.law(c.copies) == law).collect();
        if under.is_empty() {
            continue;
        }
        let start = Instant::now();
        let (draws, leaks) = leaks(item, row, law, trials)?;
        for (draw, leak) in draws.iter().zip(&leaks) {
            let extraction = item.reader.extract(leak);
            for cell in &mut under {
                count(item, row, draw, leak, &extraction, cell)?;
            }
        }
        let each = start.elapsed().as_secs_f64() / under.len() as f64;
        under.iter_mut().for_each(|c| c.seconds = (each * 10.0).round() / 10.0);
    }
    Ok(cells)
}

/// Draws and what leaked of each.
pub(crate) fn leaks(item: &Item, row: &Row, law: Law, trials: u32) -> Result<(Vec<Draw>, Vec<String>), Trouble> {
    let draws: Vec<Draw> = (0..trials).map(|t| Draw::new(item, row, law, t)).collect();
    let leaks = match row {
        Row::Peer(peer) => {
            let copies: Vec<Vec<u8>> =
                draws.iter().map(|d| item.copy(&d.issue.codeword(d.sources[0]))).collect::<Result<_, _>>()?;
            peer.convert(&copies, &item.file)?
        }
        _ => draws.iter().map(|d| leak(item, row, d)).collect::<Result<_, _>>()?,
    };
    Ok((draws, leaks))
}

fn leak(item: &Item, row: &Row, draw: &Draw) -> Result<String, Failure> {
    let mut chance = chance(item, row, draw.number, "leak");
    let texts: Vec<String> = draw.source_words().iter().map(|w| item.text(w)).collect::<Result<_, _>>()?;
    Ok(match row {
        Row::Damage(channel) => damage(texts.first().map_or("", String::as_str), *channel, &mut chance),
        Row::Mix(_, grain) => mix(&texts.iter().map(String::as_str).collect::<Vec<_>>(), *grain, &mut chance),
        Row::Nobody(Nobody::Master) => item.text(&item.own_symbols())?,
        Row::Nobody(Nobody::Unissued) => item.text(&draw.issue.codeword_of(b"never issued"))?,
        Row::Nobody(Nobody::Foreign) => {
            let texts: Vec<&str> = foreign(item.document.language).map(|d| d.source).collect();
            damage(texts.get(chance.below(texts.len())).copied().unwrap_or_default(), Channel::Excerpt50, &mut chance)
        }
        Row::Peer(_) => String::new(),
    })
}

/// Adds one trace to a cell.
fn count(item: &Item, row: &Row, draw: &Draw, leak: &str, extraction: &Extraction, cell: &mut Cell) -> Result<(), Failure> {
    count_reads(item, row, &draw.source_words(), extraction, &mut cell.layers);
    let read: Vec<usize> =
        extraction.readings.iter().zip(&item.arities).filter(|(r, _)| r.seen.is_some()).map(|(_, q)| *q).collect();
    cell.read += read.len() as u64;
    let named = if extraction.belongs() {
        let rows = Rows::new(extraction.readings.iter().map(|r| r.likelihood.clone()).collect())?;
        named(&draw.issue.scores(leak.as_bytes(), &rows, cell.copies))
    } else {
        Vec::new()
    };
    let right = named.iter().filter(|c| draw.sources.contains(c)).count();
    let demanded = match row.sources() {
        0 => false,
        1 => item.needed(cell.copies).is_some_and(|n| read.len() >= n),
        size => usize::from(largest_coalition(binary_worth(&read), cell.copies, first_look(), false)) >= size,
    };
    let correct = right > 0 && right == named.len();
    cell.no_match += u32::from(!extraction.belongs());
    cell.wrong += u32::from(right < named.len());
    cell.named += u32::from(correct);
    cell.inconclusive += u32::from(named.is_empty());
    cell.all_named += u32::from(correct && right == row.sources());
    cell.demanded += u32::from(demanded);
    cell.demanded_named += u32::from(demanded && correct);
    Ok(())
}

/// Marks that were read rightly (as one of the sources has them), wrongly, or not.
fn count_reads(item: &Item, row: &Row, sources: &[Vec<u8>], extraction: &Extraction, layers: &mut BTreeMap<String, Reads>) {
    if row.sources() == 0 {
        return;
    }
    for (j, (mark, reading)) in item.marks.iter().zip(&extraction.readings).enumerate() {
        let reads = layers.entry(mark.layer.name().to_owned()).or_default();
        reads.all += 1;
        let right = |seen| sources.iter().any(|s| s.get(j) == Some(&seen));
        reads.right += u64::from(reading.seen.is_some_and(right));
        reads.wrong += u64::from(reading.seen.is_some_and(|s| !right(s)));
    }
}
