//! Soundness on real readings: what damaged pages show is scored against keys that they do not come from. Whoever is named
//! then is innocent. What is read does not depend on a key, so each page is read once and scored against many.

use std::process::ExitCode;

use holm::workspace::DEFAULT_ALPHA;
use holm_marks::extract::Extraction;
use holm_simulate::chance::Chance;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cell::version;
use crate::item::{Form, Item, PLANNED, Size};
use crate::program::Trouble;
use crate::results::{Kept, Results};
use crate::row::Row;
use crate::trial;
use crate::verdict::{Issue, binomial_tail, first_look, named};
use crate::{Failure, Options};

/// The committed results.
pub(crate) const FILE: &str = "layout-null.jsonl";
/// Pages that are read, and fresh keys that each is scored against.
const PAGES: usize = 200;
const KEYS: u32 = 50;
/// Pages that are read together.
const BATCH: usize = 8;
/// Level of the test.
const LEVEL: f64 = DEFAULT_ALPHA;

/// One page of a leak.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NullPage {
    document: String,
    row: String,
    /// The trial of the matrix that the page is of.
    trial: u32,
    version: String,
    /// Marks clearly read.
    read: usize,
    /// Keys that it was scored against.
    leaks: u32,
    /// Of these, how often anybody was named.
    wrong: u32,
}

impl Kept for NullPage {
    type Key = (String, String, u32);

    fn key(&self) -> Self::Key {
        (self.document.clone(), self.row.clone(), self.trial)
    }
}

/// Pages of every row in turn, of one document after the other: the first trials of the matrix.
fn pages(items: &[Item]) -> Vec<(&Item, Row, u32)> {
    let is_one_page = |i: &&Item| matches!(i.form, Form::Pdf | Form::Set) && i.size != Size::Long;
    let items: Vec<&Item> = items.iter().filter(is_one_page).collect();
    let trials = 0..u32::MAX;
    let cells = move || {
        items.clone().into_iter().flat_map(|item| {
            let rows = Row::pictures().filter(|row| row.is_about(item.form, item.size) && row.can_be_named(item.form));
            rows.map(move |row| (item, row))
        })
    };
    trials.flat_map(|trial| cells().map(move |(item, row)| (item, row, trial)).collect::<Vec<_>>()).take(PAGES).collect()
}

/// Scores what is not yet scored and judges all of it.
pub(crate) fn run(items: &[Item], options: &Options) -> Result<ExitCode, Failure> {
    let mut results: Results<NullPage> = Results::open(FILE)?;
    let due: Vec<(&Item, Row, u32)> = pages(items)
        .into_iter()
        .filter(|(item, row, trial)| {
            let known = results.get(&(item.name.to_owned(), row.name().to_owned(), *trial));
            known.is_none_or(|page| page.version != version() || page.leaks < KEYS)
        })
        .collect();
    for batch in due.chunks(BATCH).take_while(|_| !options.is_over()) {
        match trial::each(0..u32::try_from(batch.len())?, |at| read(batch, at)) {
            Ok(read) => {
                for (item, row, number, extraction) in read {
                    let page = score(item, row, number, &extraction)?;
                    eprintln!(
                        "{:9} {:23} {number} {:3} marks read, {} wrong of {}",
                        page.document, page.row, page.read, page.wrong, page.leaks
                    );
                    results.add(page)?;
                }
            }
            Err(Trouble::Missing(tool)) => {
                return Err(format!("`{tool}` is missing, without which pictures cannot be read").into());
            }
            Err(Trouble::Other(failure)) => return Err(failure),
        }
    }
    results.close()?;
    let pages = results.into_cells();
    println!("{}", summary(&pages));
    Ok(if is_sound(&pages) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

type Read<'i> = (&'i Item, Row, u32, Extraction);

fn read<'i>(batch: &[(&'i Item, Row, u32)], at: u32) -> Result<Read<'i>, Trouble> {
    let (item, row, number) = *batch.get(at as usize).ok_or("no such page")?;
    let leak = trial::leak(item, row, number)?;
    Ok((item, row, number, item.extract(&item.reader(), &leak.reading.content)?))
}

fn score(item: &Item, row: Row, trial: u32, extraction: &Extraction) -> Result<NullPage, Failure> {
    let rows = trial::rows(extraction)?;
    let wrong = |key: u32| {
        let mut chance = Chance::of(&["layout-null", item.name, row.name(), &trial.to_string(), &key.to_string()]);
        let issue = Issue::draw(&mut chance, item.law(), &item.arities);
        let scores = if extraction.belongs() { issue.scores(&key.to_le_bytes(), &rows, PLANNED) } else { Vec::new() };
        !named(&scores).is_empty()
    };
    let wrong = (0..KEYS).into_par_iter().filter(|key| wrong(*key)).count();
    Ok(NullPage {
        document: item.name.to_owned(),
        row: row.name().to_owned(),
        trial,
        version: version(),
        read: extraction.read_marks(),
        leaks: KEYS,
        wrong: u32::try_from(wrong)?,
    })
}

fn sums(pages: &[NullPage]) -> (u32, u32) {
    (pages.iter().map(|p| p.wrong).sum(), pages.iter().map(|p| p.leaks).sum())
}

fn is_sound(pages: &[NullPage]) -> bool {
    let (wrong, leaks) = sums(pages);
    binomial_tail(wrong, leaks, first_look()) >= LEVEL
}

/// What came out, in a sentence.
pub(crate) fn summary(pages: &[NullPage]) -> String {
    let (wrong, leaks) = sums(pages);
    let read = pages.iter().map(|p| p.read).sum::<usize>() as f64 / pages.len().max(1) as f64;
    let tail = binomial_tail(wrong, leaks, first_look());
    format!(
        "{} pages of {} rows, {read:.0} marks read of each on average, scored against {leaks} fresh keys of {PLANNED} copies: an innocent was named in {wrong}. α of a first look is {}, so up to {:.1} are allowed on average (P of as many or more: {tail:.3}; {}).",
        pages.len(),
        pages.iter().map(|p| p.row.as_str()).collect::<std::collections::BTreeSet<_>>().len(),
        first_look(),
        f64::from(leaks) * first_look(),
        if is_sound(pages) { "sound" } else { "NOT SOUND" },
    )
}
