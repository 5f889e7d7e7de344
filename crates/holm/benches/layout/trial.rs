//! From a fresh item key to the verdict on one leak.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use holm::sight::ItemReader;
use holm_codes::attack::Random;
use holm_codes::decode::CopyScore;
use holm_codes::evidence::Rows;
use holm_marks::extract::Extraction;
use holm_marks::layout::{Shift, Sighting};
use holm_marks::mark::Layer;
use holm_simulate::chance::Chance;

use crate::Failure;
use crate::item::{Item, PLANNED};
use crate::leaked;
use crate::program::Trouble;
use crate::reading::{self, Reading};
use crate::row::Row;
use crate::verdict::{FEWEST_COPIES, Issue, named};

/// Numbers of copies among which the source is looked for; all are issued under the law of the largest.
pub(crate) const COPIES: [usize; 2] = [FEWEST_COPIES, PLANNED];

/// Verdicts by number of copies.
pub(crate) type Verdicts = [Verdict; 2];

/// One leak.
pub(crate) struct Outcome {
    pub(crate) verdicts: Verdicts,
    /// By what the text alone shows, and by where words stand alone, of items that have both.
    pub(crate) alone: Option<[Verdicts; 2]>,
    /// Whether the source would be named if no word's place had been misread.
    pub(crate) possible: bool,
    pub(crate) layers: BTreeMap<Layer, LayerReads>,
    pub(crate) reads: Reads,
    pub(crate) seconds: Seconds,
}

/// Marks of one layer.
#[derive(Clone, Copy, Default)]
pub(crate) struct LayerReads {
    /// Of the item.
    pub(crate) total: u64,
    /// Clearly read.
    pub(crate) read: u64,
    /// Of these, as something else.
    pub(crate) wrong: u64,
}

/// Who was named.
#[derive(Clone, Copy, Default)]
pub(crate) struct Verdict {
    pub(crate) right: bool,
    pub(crate) wrong: bool,
    /// Whether no other copy has as much evidence against it as the source.
    pub(crate) first: bool,
}

/// Share of the likelihood from which a reading counts as sure: of these no more than one in a hundred may be wrong, but for
/// chance.
const SURE: f64 = 0.99;

/// Places of words in one leak.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reads {
    /// Seen on its pages.
    pub(crate) seen: u64,
    /// Of these, with the source's alternative not the likeliest.
    pub(crate) errors: u64,
    /// Clearly read.
    pub(crate) read: u64,
    /// Of these, as something else.
    pub(crate) wrong: u64,
    /// Bits that they say of the source, under evenly likely alternatives.
    pub(crate) bits: f64,
    /// Of the marks seen, those of which one alternative has at least [`SURE`] of the likelihood.
    pub(crate) sure: u64,
    /// Of these, with another alternative than the source's.
    pub(crate) sure_wrong: u64,
    /// Marked words with a control on either side in their line.
    pub(crate) compared: u64,
    /// Sum of the squares of their distances, in points, from where the controls' mean and their own shift put them.
    pub(crate) squares: f64,
}

/// Where the time went.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seconds {
    /// Making the leak, which is the leaker's.
    pub(crate) making: f64,
    /// Recognising words.
    pub(crate) recognising: f64,
    /// Everything else up to the verdict.
    pub(crate) rest: f64,
}

/// Runs trials on all cores, each on one thread alone, so that the time it takes is its own.
pub(crate) fn each<T: Send>(numbers: Range<u32>, work: impl Fn(u32) -> Result<T, Trouble> + Sync) -> Result<Vec<T>, Trouble> {
    let next = AtomicU32::new(numbers.start);
    let worker = || -> Result<Vec<T>, Trouble> {
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return Ok(done);
            }
            done.push(alone.install(|| work(number))?);
        }
    };
    let done: Vec<Result<Vec<T>, Trouble>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..rayon::current_num_threads()).map(|_| scope.spawn(worker)).collect();
        let crashed = |_| Err(Trouble::Other("a trial crashed".into()));
        workers.into_iter().map(|w| w.join().unwrap_or_else(crashed)).collect()
    });
    Ok(done.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn chance(item: &Item, row: Row, number: u32, what: &str) -> Chance {
    Chance::of(&["layout", item.name, row.name(), &number.to_string(), what])
}

/// A fresh key, one copy, what became of it, and whom it names.
pub(crate) fn run(item: &Item, reader: &ItemReader<'_>, row: Row, number: u32) -> Result<Outcome, Trouble> {
    let Leak { issue, source, reading, making } = leak(item, row, number)?;
    let own = issue.codeword(source);
    let start = Instant::now();
    let extraction = item.extract(reader, &reading.content)?;
    let text = reading.content.text();
    let judge = |extraction: &Extraction, copies: usize| -> Result<Verdict, Trouble> {
        let scores = if extraction.belongs() { issue.scores(text.as_bytes(), &rows(extraction)?, copies) } else { Vec::new() };
        Ok(verdict(&scores, source))
    };
    let among_all = judge(&extraction, PLANNED)?;
    let rest = reading.rest + start.elapsed().as_secs_f64();
    let judge_both = |extraction: &Extraction| Ok::<_, Trouble>([judge(extraction, FEWEST_COPIES)?, judge(extraction, PLANNED)?]);
    let alone = |is: &dyn Fn(Layer) -> bool| judge_both(&only(&extraction, &item.marks_of(is)));
    let is_layout = |layer: Layer| layer == Layer::Layout;
    let alone = if item.has_layers() { Some([alone(&|layer| !is_layout(layer))?, alone(&is_layout)?]) } else { None };
    Ok(Outcome {
        verdicts: [judge(&extraction, FEWEST_COPIES)?, among_all],
        alone,
        possible: among_all.right || judge(&faultless(&extraction, &own), PLANNED)?.right,
        layers: layers(item, &extraction, &own),
        reads: reads(item, &extraction, &own),
        seconds: Seconds { making, recognising: reading.recognising, rest },
    })
}

/// One copy that leaked.
pub(crate) struct Leak {
    pub(crate) issue: Issue,
    pub(crate) source: usize,
    pub(crate) reading: Reading,
    /// Seconds that the leaker took.
    making: f64,
}

/// Draws a key and a source, makes the leak, reads it.
pub(crate) fn leak(item: &Item, row: Row, number: u32) -> Result<Leak, Trouble> {
    let start = Instant::now();
    let mut key = chance(item, row, number, "key");
    let issue = Issue::draw(&mut key, item.law(), &item.arities);
    let source = key.below(FEWEST_COPIES);
    let copy = item.template.render(&issue.codeword(source))?;
    let files = leaked::of(row, item.form, copy, &mut chance(item, row, number, "leak"))?;
    let making = start.elapsed().as_secs_f64();
    Ok(Leak { issue, source, reading: reading::read(&files)?, making })
}

pub(crate) fn rows(extraction: &Extraction) -> Result<Rows, Failure> {
    Ok(Rows::new(extraction.readings.iter().map(|r| r.likelihood.clone()).collect())?)
}

fn verdict(scores: &[CopyScore], source: usize) -> Verdict {
    let named = named(scores);
    let own = scores.get(source).map_or(f64::NEG_INFINITY, |s| s.ln_e);
    let others = scores.iter().enumerate().filter(|(copy, _)| *copy != source);
    Verdict {
        right: named == [source],
        wrong: named.iter().any(|copy| *copy != source),
        first: !scores.is_empty() && others.into_iter().all(|(_, s)| s.ln_e < own),
    }
}

fn sighted(extraction: &Extraction) -> BTreeSet<usize> {
    let sightings = extraction.sight.iter().flat_map(|s| &s.sightings);
    sightings.filter_map(|s| s.mark).map(|m| m as usize).collect()
}

/// What of an extraction these marks say.
fn only(extraction: &Extraction, marks: &[usize]) -> Extraction {
    let mut only = extraction.clone();
    let others = only.readings.iter_mut().enumerate().filter(|(mark, _)| marks.binary_search(mark).is_err());
    others.for_each(|(_, reading)| reading.likelihood.fill(1.0));
    only
}

/// What a reader would find that makes no mistake about the places of the words that it sees.
fn faultless(extraction: &Extraction, own: &[u8]) -> Extraction {
    const MISTAKE: f64 = 1e-6;
    let mut faultless = extraction.clone();
    for mark in sighted(extraction) {
        let Some((reading, own)) = faultless.readings.get_mut(mark).zip(own.get(mark)) else { continue };
        reading.likelihood.fill(MISTAKE);
        reading.likelihood.get_mut(usize::from(*own)).into_iter().for_each(|l| *l = 1.0);
    }
    faultless
}

fn layers(item: &Item, extraction: &Extraction, own: &[u8]) -> BTreeMap<Layer, LayerReads> {
    let mut layers: BTreeMap<Layer, LayerReads> = BTreeMap::new();
    for ((mark, reading), own) in item.marks().iter().zip(&extraction.readings).zip(own) {
        let layer = layers.entry(mark.layer).or_default();
        layer.total += 1;
        layer.read += u64::from(reading.seen.is_some());
        layer.wrong += u64::from(reading.seen.is_some_and(|s| s != *own));
    }
    layers
}

fn reads(item: &Item, extraction: &Extraction, own: &[u8]) -> Reads {
    let mut reads = Reads::default();
    for mark in sighted(extraction) {
        let (Some(reading), Some(own)) = (extraction.readings.get(mark), own.get(mark)) else { continue };
        let at = |a: usize| reading.likelihood.get(a).copied().unwrap_or(0.0);
        let likeliest = (0..reading.likelihood.len()).all(|a| a == usize::from(*own) || at(a) < at(usize::from(*own)));
        reads.seen += 1;
        reads.errors += u64::from(!likeliest);
        reads.read += u64::from(reading.seen.is_some());
        reads.wrong += u64::from(reading.seen.is_some_and(|s| s != *own));
        let all: f64 = reading.likelihood.iter().sum();
        let sure = reading.likelihood.iter().any(|l| *l >= SURE * all);
        reads.bits += (at(usize::from(*own)) * reading.likelihood.len() as f64 / all).log2();
        reads.sure += u64::from(sure);
        reads.sure_wrong += u64::from(sure && !likeliest);
    }
    let sightings = extraction.sight.iter().flat_map(|s| s.sightings.windows(3));
    for distance in sightings.filter_map(|three| distance(item, own, three)) {
        reads.compared += 1;
        reads.squares += distance * distance;
    }
    reads
}

/// How far a marked word is from where the controls on either side and its own shift put it; `None` without such controls, or
/// if something was taken for the word that it is not.
fn distance(item: &Item, own: &[u8], three: &[Sighting]) -> Option<f64> {
    const ASTRAY: f64 = 1.0;
    let [before, word, after] = three else { return None };
    let line = |s: &Sighting| (s.page, s.line);
    let mark = word.mark? as usize;
    if before.mark.or(after.mark).is_some() || line(before) != line(word) || line(word) != line(after) {
        return None;
    }
    let text = item.marks().get(mark)?.sites.first()?.texts.get(usize::from(*own.get(mark)?))?;
    let distance = word.moved - Shift::parse(text)?.points() - (before.moved + after.moved) / 2.0;
    Some(distance).filter(|d| d.abs() < ASTRAY)
}
