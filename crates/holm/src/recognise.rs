//! Words in pictures of pages, by Debian's tesseract, and pictures of PDF pages, by poppler.

use std::collections::BTreeMap;
use std::time::Duration;

use holm_marks::layout::{SeenPage, SeenWord};
use holm_marks::raster::Raster;
use rayon::prelude::*;

use crate::program::{ProgramError, Run, version};

/// Where in a leak's files a picture is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PictureSource {
    /// Number of the file.
    pub file: u32,
    /// Number of the file attached to it, if it is a mail.
    pub attachment: Option<u32>,
    /// Page of a picture, from 0; of a PDF, from 1.
    pub page: u32,
    /// Dots an inch at which a PDF's page was pictured; 0 of a picture.
    pub dpi: u32,
}

/// A page of a leak that is a picture: what was recognised in it, and the picture that this is of, turned upright and with
/// even light.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// Its words, in pixels of `picture`.
    pub seen: SeenPage,
    /// The picture.
    pub picture: Raster,
    /// Quarters by which it was turned to the right to stand upright.
    pub quarters: u8,
    /// Where it is.
    pub source: PictureSource,
}

/// Words of which the program is this sure, in percent, count.
const SURE: f64 = 30.0;
/// A page with fewer words that are surely words may lie on its side or its head.
const FEW_WORDS: usize = 12;
/// Narrower pictures are enlarged: letters of ten pixels are read badly.
const NARROW: usize = 1_500;
const ONE_PAGE: Duration = Duration::from_secs(180);

/// Recognises every page, two at a time on two cores.
///
/// # Errors
/// [`ProgramError`] says which program is missing or what it said.
pub fn recognise(pictures: Vec<Raster>) -> Result<Vec<Recognised>, ProgramError> {
    let languages = languages()?;
    pictures.into_par_iter().map(|p| upright(&p, &languages)).collect()
}

/// What the programs are, for the record.
pub(crate) fn programs() -> Vec<String> {
    vec![version("tesseract", "--version"), version("pdftoppm", "-v")]
}

/// The languages that are installed, of those that Holm speaks.
fn languages() -> Result<String, ProgramError> {
    let arguments = ["--list-langs"];
    let run =
        Run { name: "tesseract", package: PACKAGES, arguments: &arguments, input: &[], largest: 1 << 16, longest: ONE_PAGE };
    let listed = String::from_utf8_lossy(&run.output()?).into_owned();
    let installed: Vec<&str> = ["eng", "spa"].into_iter().filter(|l| listed.lines().any(|line| line.trim() == *l)).collect();
    if installed.is_empty() {
        return Err(ProgramError::Missing("tesseract's languages".to_owned(), PACKAGES.to_owned()));
    }
    Ok(installed.join("+"))
}

const PACKAGES: &str = "tesseract-ocr and tesseract-ocr-spa";

/// What is recognised in a page that lies as it should.
///
/// # Errors
/// [`ProgramError`].
pub(crate) fn recognise_straight(picture: &Raster) -> Result<SeenPage, ProgramError> {
    let (recognised, _) = page(picture.flattened(), &languages()?)?;
    Ok(recognised.seen)
}

/// Recognises a page, turned by quarters if it is not upright: the way up in which most words are surely words.
fn upright(picture: &Raster, languages: &str) -> Result<Recognised, ProgramError> {
    let (mut best, mut most) = page(picture.flattened(), languages)?;
    if most >= FEW_WORDS {
        return Ok(best);
    }
    let mut turns = [1, 2, 3];
    // The likeliest first.
    let likeliest = quarters_to_right(picture).unwrap_or(0);
    turns.sort_by_key(|quarters| *quarters != likeliest);
    for quarters in turns {
        let (turned, sure) = page(picture.turned(quarters.into()).flattened(), languages)?;
        if sure > most {
            (best, most) = (Recognised { quarters, ..turned }, sure);
        }
        if most >= FEW_WORDS {
            break;
        }
    }
    Ok(best)
}

/// By how many quarters to the right a page must be turned to stand upright, as tesseract makes out from the shapes of its
/// letters; `None` if it cannot tell.
fn quarters_to_right(picture: &Raster) -> Option<u8> {
    let png = picture.to_png().ok()?;
    let arguments = ["stdin", "stdout", "--dpi", "200", "--psm", "0"];
    let run =
        Run { name: "tesseract", package: PACKAGES, arguments: &arguments, input: &png, largest: 1 << 16, longest: ONE_PAGE };
    let said = String::from_utf8_lossy(&run.output().ok()?).into_owned();
    let degrees: u16 = said.lines().find_map(|l| l.strip_prefix("Rotate:"))?.trim().parse().ok()?;
    u8::try_from(degrees / 90).ok()
}

/// Recognises a page as it lies; says how many words are surely words.
fn page(picture: Raster, languages: &str) -> Result<(Recognised, usize), ProgramError> {
    let factor = if picture.width() < NARROW && picture.height() < 2 * NARROW { 2 } else { 1 };
    let enlarged = if factor > 1 { picture.enlarged(factor) } else { picture.clone() };
    let png = enlarged.to_png().map_err(|e| ProgramError::Failed("tesseract".to_owned(), e.to_string()))?;
    let mut best: Option<(SeenPage, usize)> = None;
    // A page with columns and tables; then, for a few lines, one block of text.
    for layout in ["3", "6"] {
        let arguments = ["stdin", "stdout", "-l", languages, "--dpi", "200", "--psm", layout, "tsv"];
        let run = Run {
            name: "tesseract",
            package: PACKAGES,
            arguments: &arguments,
            input: &png,
            largest: 16 << 20,
            longest: ONE_PAGE,
        };
        let table = String::from_utf8_lossy(&run.output()?).into_owned();
        let sure = sure_words(&table);
        if best.as_ref().is_none_or(|(_, most)| sure > *most) {
            best = Some((lines(&table, factor as f64), sure));
        }
        if sure >= FEW_WORDS {
            break;
        }
    }
    let (seen, sure) = best.unwrap_or_default();
    Ok((Recognised { seen, picture, quarters: 0, source: PictureSource::default() }, sure))
}

/// Words of three letters or more that lie as they should and of which the program has little doubt; none if most words are
/// others. A page that lies on its side shows words that are taller than they are wide.
fn sure_words(table: &str) -> usize {
    const LITTLE_DOUBT: f64 = 75.0;
    let (mut sure, mut all) = (0, 0);
    for row in table.lines() {
        let fields: Vec<&str> = row.split('\t').collect();
        let [.., width, height, doubt, text] = fields.as_slice() else { continue };
        if text.chars().filter(|c| c.is_alphabetic()).count() < 3 {
            continue;
        }
        let number = |s: &str| s.parse::<f64>().unwrap_or(0.0);
        all += 1;
        sure += usize::from(number(doubt) >= LITTLE_DOUBT && number(width) > number(height));
    }
    if 2 * sure >= all { sure } else { 0 }
}

/// Words by line from tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
fn lines(table: &str, factor: f64) -> SeenPage {
    let mut lines: BTreeMap<[u32; 4], Vec<SeenWord>> = BTreeMap::new();
    for row in table.lines() {
        let fields: Vec<&str> = row.split('\t').collect();
        let [level, page, block, paragraph, line, _, left, top, width, height, sure, text] = fields.as_slice() else { continue };
        let number = |s: &str| s.parse::<f64>().ok();
        let key = [page, block, paragraph, line].map(|s| s.parse::<u32>().unwrap_or(0));
        let numbers = (number(left), number(top), number(width), number(height), number(sure));
        let (Some(left), Some(top), Some(width), Some(height), Some(sure)) = numbers else { continue };
        if *level != "5" || sure < SURE || text.trim().is_empty() {
            continue;
        }
        lines.entry(key).or_default().push(SeenWord {
            text: text.trim().to_owned(),
            left: left / factor,
            right: (left + width) / factor,
            top: top / factor,
            bottom: (top + height) / factor,
        });
    }
    SeenPage { lines: lines.into_values().collect() }
}

/// Pictures of some pages of a PDF, from 1, at a resolution in dots an inch.
///
/// # Errors
/// [`ProgramError`].
pub fn picture(pdf: &[u8], page: usize, dpi: u32) -> Result<Raster, ProgramError> {
    let (page, dpi) = (page.to_string(), dpi.to_string());
    let arguments = ["-r", &dpi, "-gray", "-f", &page, "-l", &page, "-"];
    let run = Run {
        name: "pdftoppm",
        package: "poppler-utils",
        arguments: &arguments,
        input: pdf,
        largest: holm_marks::raster::MOST_PIXELS + 64,
        longest: ONE_PAGE,
    };
    let failed = || ProgramError::Failed("pdftoppm".to_owned(), format!("page {page} gives no picture"));
    Raster::from_pgm(&run.output()?).ok_or_else(failed)
}
