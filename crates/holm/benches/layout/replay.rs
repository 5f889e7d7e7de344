//! Experiment: sights kept by trial, scored again.

use std::fs;

use holm_marks::layout::{Shift, Sight};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::item::{Item, PLANNED};
use crate::program::Trouble;
use crate::row::Row;
use crate::trial;

#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    document: String,
    row: String,
    number: u32,
    source: usize,
    sight: Sight,
    /// Shift of the source's, by sighting.
    shifts: Vec<Option<f64>>,
    text: String,
}

fn path(item: &Item, row: Row, number: u32) -> std::path::PathBuf {
    let dir = std::env::var("KEEP").unwrap_or("/tmp/keep".into());
    std::path::PathBuf::from(dir).join(format!("{}-{}-{number}.json", item.name, row.name()))
}

fn range() -> std::ops::Range<u32> {
    let v = std::env::var("TRIALS").unwrap_or("0..30".into());
    let (a, b) = v.split_once("..").unwrap();
    a.parse().unwrap()..b.parse().unwrap()
}

pub(crate) fn print(item: &Item, row: Row) -> Result<(), Failure> {
    let reader = item.reader();
    let one = |number: u32| -> Result<String, Trouble> {
        let at = path(item, row, number);
        let kept: Kept = match fs::read(&at) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(_) => {
                let leak = trial::leak(item, row, number)?;
                let text = leak.reading.content.text();
                let extraction = item.extract(&reader, &leak.reading.content)?;
                let own = leak.issue.codeword(leak.source);
                let Some(sight) = extraction.sight else { return Ok(format!("{} {} {number} NO SIGHT\n", item.name, row.name())) };
                let shift = |m: u32| {
                    let text = item.marks().get(m as usize)?.sites.first()?.texts.get(usize::from(*own.get(m as usize)?))?;
                    Shift::parse(text).map(Shift::points)
                };
                let shifts = sight.sightings.iter().map(|s| s.mark.and_then(shift)).collect();
                let kept = Kept { document: item.name.into(), row: row.name().into(), number, source: leak.source, sight, shifts, text };
                fs::create_dir_all(at.parent().unwrap())?;
                fs::write(&at, serde_json::to_vec(&kept)?)?;
                kept
            }
        };
        let (issue, source) = trial::drawn(item, row, number);
        let own = issue.codeword(source);
        let extraction = reader.again(&kept.sight);
        let judge = |extraction: &holm_marks::extract::Extraction| -> Result<_, Trouble> {
            let scores = if extraction.belongs() { issue.scores(kept.text.as_bytes(), &trial::rows(extraction)?, PLANNED) } else { Vec::new() };
            let p = scores.get(source).map_or(1.0, |s| s.p);
            let e = scores.get(source).map_or(0.0, |s| s.ln_e);
            Ok((trial::verdict(&scores, source), p, e))
        };
        let (v, p, e) = judge(&extraction)?;
        let keys: u32 = std::env::var("NULLS").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
        if keys > 0 {
            let rows = trial::rows(&extraction)?;
            let wrong = (0..keys).filter(|key| {
                let mut chance = holm_simulate::chance::Chance::of(&["layout-null", item.name, row.name(), &number.to_string(), &key.to_string()]);
                let issue = crate::verdict::Issue::draw(&mut chance, item.law(), &item.arities);
                let scores = if extraction.belongs() { issue.scores(&key.to_le_bytes(), &rows, PLANNED) } else { Vec::new() };
                !crate::verdict::named(&scores).is_empty()
            }).count();
            return Ok(format!("{} {} {number} null {wrong} of {keys}\n", item.name, row.name()));
        }
        let (w, q, f) = judge(&trial::faultless(&extraction, &own))?;
        let reads = trial::reads(item, &extraction, &own);
        let said: f64 = extraction.sight.iter().flat_map(|s| &s.sightings).filter_map(|s| s.mark).collect::<std::collections::BTreeSet<_>>().into_iter().map(|m| {
            let l = &extraction.readings[m as usize].likelihood;
            1.0 - l.iter().copied().fold(0.0, f64::max) / l.iter().sum::<f64>()
        }).sum();
        Ok(format!(
            "{} {} {number} {}{} first {} possible {} p {p:.1e} ln_e {e:.1} best p {q:.1e} ln_e {f:.1} belongs {} words {} seen {} errors {} said {said:.1} bits {:.1} sure {} wrong {}\n",
            item.name, row.name(), if v.right { "named" } else { "MISSED" }, if v.wrong { " WRONG" } else { "" }, v.first, w.right, extraction.belongs(),
            kept.sight.sightings.len(), reads.seen, reads.errors, reads.bits, reads.sure, reads.sure_wrong
        ))
    };
    match trial::each(range(), one) {
        Ok(lines) => lines.iter().for_each(|l| print!("{l}")),
        Err(Trouble::Missing(tool)) => println!("{} {}: not run, {tool} missing", item.name, row.name()),
        Err(Trouble::Other(failure)) => return Err(failure),
    }
    Ok(())
}
