//! The survival report of `holm marks --survival`: a throw-away copy, damaged in every way that Holm can simulate, and traced.

use std::path::{Path, PathBuf};

use clap::Args;
use holm::leak::LeakFile;
use holm::pages::Copies;
use holm::prepare::Prepared;
use holm::recognise::picture;
use holm::rehearsal::{Rehearsal, Rehearsed};
use holm::render::{Rendering, rendering};
use holm::vault::write_durably;
use holm::workspace::{DEFAULT_ALPHA, LARGEST_COALITION};
use holm_marks::carrier::{Format, ItemPicture, Master};
use holm_marks::leak::read as read_leak;
use holm_marks::mark::Layer;
use holm_marks::raster::Raster;
use holm_simulate::chance::Chance;
use holm_simulate::damage::{Channel, damage};
use holm_simulate::raster::RasterChannel;
use serde::Serialize;

use super::share::progress_bar;
use super::simulate::{CLEAN_DPI, damaged};
use crate::error::CommandError;

/// What may become of a copy's words; the others are for leakers who know Holm or share their copies.
const OF_TEXT: [Channel; 5] = [Channel::CopyPaste, Channel::AsciiFold, Channel::Retype, Channel::Excerpt50, Channel::Paragraph];
/// Channels whose leak nobody can read.
const UNREADABLE: [RasterChannel; 1] = [RasterChannel::Mirrored];

/// The survival report.
#[derive(Debug, Args)]
pub(crate) struct SurvivalArgs {
    /// Damage a throw-away copy in every way, trace each, and write a report with a picture there; takes minutes.
    #[arg(long = "survival", value_name = "DIR")]
    folder: Option<PathBuf>,
    /// How often each kind of damage is tried, each time on another copy.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "folder", value_parser = clap::value_parser!(u64).range(1..=1000))]
    trials: u64,
}

/// What becomes of a copy.
#[derive(Clone, Copy)]
enum Fate {
    File,
    Text(Channel),
    Page(RasterChannel),
}

/// One kind of damage.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) channel: &'static str,
    /// What it does.
    pub(crate) about: &'static str,
    /// What each trial showed.
    pub(crate) trials: Vec<Rehearsed>,
}

/// The report.
#[derive(Debug, Serialize)]
pub(crate) struct Survival {
    /// Number of copies that the document is shared as.
    pub(crate) copies: usize,
    /// Bits that a proof needs.
    pub(crate) needed_bits: f64,
    /// The page that is pictured, from 1; none if the copy has no pages, or is itself a picture.
    pub(crate) page: Option<usize>,
    /// By kind of damage.
    pub(crate) rows: Vec<Row>,
}

impl Row {
    /// Trials in which the copy was named, and nobody else.
    pub(crate) fn named(&self) -> usize {
        self.trials.iter().filter(|t| t.named && !t.wrong).count()
    }

    /// The middle trial's evidence.
    pub(crate) fn bits(&self) -> f64 {
        let mut bits: Vec<f64> = self.trials.iter().map(|t| t.bits).collect();
        bits.sort_by(f64::total_cmp);
        bits.get(bits.len() / 2).copied().unwrap_or(0.0)
    }

    /// Marks read and misread, on average.
    fn read(&self) -> (f64, f64) {
        let sum = |of: fn(&holm::rehearsal::LayerRead) -> usize| {
            self.trials.iter().flat_map(|t| t.layers.values()).map(of).sum::<usize>() as f64 / self.trials.len().max(1) as f64
        };
        (sum(|l| l.read), sum(|l| l.misread))
    }
}

impl Fate {
    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::File => ("file", "the copy itself"),
            Self::Text(channel) => (channel.name(), channel.about()),
            Self::Page(channel) => (channel.name(), channel.about()),
        }
    }
}

impl SurvivalArgs {
    /// Writes the report, if one was asked for.
    pub(crate) fn report(&self, prepared: &Prepared, name: &str, copies: usize) -> Result<Option<Survival>, CommandError> {
        let Some(folder) = &self.folder else { return Ok(None) };
        if prepared.marks.is_empty() {
            return Err(CommandError::new("the document has no marks, so nothing of it can survive"));
        }
        make(folder)?;
        let survival = self.measure(prepared, name, copies, folder)?;
        write_durably(&folder.join("survival.json"), serde_json::to_string_pretty(&survival)?.as_bytes())?;
        write_durably(&folder.join("survival.svg"), super::survival_picture::draw(&survival).as_bytes())?;
        eprintln!("report, picture and the damaged pages are in {}", folder.display());
        Ok(Some(survival))
    }

    fn measure(&self, prepared: &Prepared, name: &str, copies: usize, folder: &Path) -> Result<Survival, CommandError> {
        let fates = fates(prepared);
        let mut rows: Vec<Row> =
            fates.iter().map(|f| f.name()).map(|(channel, about)| Row { channel, about, trials: Vec::new() }).collect();
        let (mut needed_bits, mut page) = (0.0, None);
        let bar = progress_bar(self.trials * fates.len() as u64, "damaging and tracing");
        for trial in 0..self.trials {
            let rehearsal = Rehearsal::new(prepared, copies, (DEFAULT_ALPHA, LARGEST_COALITION), trial)?;
            needed_bits = rehearsal.needed_bits();
            let copy = Copy::new(prepared, rehearsal.copy(), name)?;
            page = copy.page;
            for (fate, row) in fates.iter().zip(&mut rows) {
                let leak = copy.leak(*fate, trial)?;
                if trial == 0 && matches!(fate, Fate::Page(_)) {
                    write_durably(&folder.join(&leak.name), &leak.bytes)?;
                }
                row.trials.push(rehearsal.judge(&leak)?);
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        Ok(Survival { copies, needed_bits, page, rows })
    }
}

/// What may become of copies of this document.
fn fates(prepared: &Prepared) -> Vec<Fate> {
    let mut fates = vec![Fate::File];
    let of_pages = RasterChannel::ALL.into_iter().filter(|c| !UNREADABLE.contains(c));
    if prepared.master.format() == Format::Picture {
        // It has no lines that could be cut out.
        fates.extend(of_pages.filter(|c| c.crop().is_none()).map(Fate::Page));
        return fates;
    }
    // The text of pages has lines and no paragraphs.
    let set = prepared.copies == Copies::Pages || prepared.master.format() == Format::Pdf;
    fates.extend(OF_TEXT.into_iter().filter(|c| !set || *c != Channel::Paragraph).map(Fate::Text));
    if has_pages(prepared) {
        fates.extend(of_pages.map(Fate::Page));
    }
    fates
}

/// Whether pages of a copy can be pictured and show marks of their own.
fn has_pages(prepared: &Prepared) -> bool {
    let rendered = || prepared.master.format() == Format::Docx && holm::render::is_available();
    prepared.extent.is_some() || shows_pictures(prepared) && rendered()
}

fn shows_pictures(prepared: &Prepared) -> bool {
    prepared.marks.iter().any(|m| m.layer == Layer::Picture)
}

/// A throw-away copy and what can be damaged of it.
struct Copy<'c> {
    bytes: &'c [u8],
    /// Its file name.
    name: String,
    text: String,
    /// The number, from 1, of the page that is pictured.
    page: Option<usize>,
    /// Its picture, or the copy if that is one.
    picture: Option<Raster>,
}

impl<'c> Copy<'c> {
    fn new(prepared: &Prepared, bytes: &'c [u8], name: &str) -> Result<Self, CommandError> {
        let name = if bytes.starts_with(b"%PDF") { "copy.pdf".to_owned() } else { name.to_owned() };
        let file = LeakFile { name: name.clone(), bytes: bytes.to_vec() };
        let failed = |e: String| CommandError::new(e);
        if prepared.master.format() == Format::Picture {
            let picture = Raster::decode(bytes).map_err(|e| failed(e.to_string()))?.into_iter().next();
            return Ok(Self { bytes, name, text: String::new(), page: None, picture });
        }
        let text = if bytes.starts_with(b"%PDF") {
            file.text().map_err(|e| failed(e.to_string()))?
        } else {
            read_leak(bytes, &name).map_err(|e| failed(e.to_string()))?
        };
        let pictured = has_pages(prepared).then(|| page_of(bytes, &name, shows_pictures(prepared))).transpose()?;
        let (page, picture) = pictured.unzip();
        Ok(Self { bytes, name, text, page, picture })
    }

    fn leak(&self, fate: Fate, trial: u64) -> Result<LeakFile, CommandError> {
        let chance = |name: &str| Chance::of(&["survival report", name, &trial.to_string()]);
        match (fate, &self.picture) {
            (Fate::Text(channel), _) => {
                let text = damage(&self.text, channel, &mut chance(channel.name()));
                Ok(LeakFile { name: format!("{}.txt", channel.name()), bytes: text.into_bytes() })
            }
            (Fate::Page(channel), Some(picture)) => {
                let (bytes, ending) = damaged(picture, channel, &mut chance(channel.name()))?;
                Ok(LeakFile { name: format!("{}.{ending}", channel.name()), bytes })
            }
            (Fate::File | Fate::Page(_), _) => Ok(LeakFile { name: self.name.clone(), bytes: self.bytes.to_vec() }),
        }
    }
}

/// The page of a copy that holds the most words; of those that show a picture, if pictures are marked.
fn page_of(copy: &[u8], name: &str, marked: bool) -> Result<(usize, Raster), CommandError> {
    let parsed = |bytes: &[u8], name: &str| Master::parse(bytes, name).map_err(|e| CommandError::new(e.to_string()));
    let Rendering { pdf, layout, .. } = rendering(&parsed(copy, name)?, copy, &[], &[], Copies::AsMaster)?;
    let pages = if marked { Some(parsed(&pdf, "pages.pdf")?) } else { None };
    let pictures = pages.iter().flat_map(|p| p.pictures()).filter(|p| p.picture().is_ok());
    let shown: Vec<usize> = pictures.filter_map(ItemPicture::page).collect();
    let words = |page: usize| layout.words.iter().filter(|w| w.page == page).count();
    let fullest = (0..layout.pages.len()).rev().max_by_key(|page| (shown.contains(page), words(*page))).unwrap_or(0);
    Ok((fullest + 1, picture(&pdf, fullest + 1, CLEAN_DPI)?))
}

fn make(folder: &Path) -> Result<(), CommandError> {
    std::fs::create_dir_all(folder).map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", folder.display())))
}

/// The report in words.
pub(crate) fn print(survival: &Survival) {
    let copies = survival.copies;
    say!(
        "\nwhat a throw-away copy showed once it was damaged; a proof among {copies} copies needs {:.0} bits",
        survival.needed_bits
    );
    match survival.page {
        Some(page) => say!("(pictures are of page {page} alone; all damage is simulated)"),
        None if survival.rows.iter().any(|r| RasterChannel::named(r.channel).is_some()) => {
            say!("(all damage is simulated; the picture counts as printed at {CLEAN_DPI} dots an inch)");
        }
        None => {}
    }
    say!("what turns up               bits   read  misread  named");
    for row in &survival.rows {
        let (read, misread) = row.read();
        let named = format!("{} of {}", row.named(), row.trials.len());
        say!("{:<24} {:>7.0} {read:>6.0} {misread:>8.1}  {named:<9} {}", row.channel, row.bits(), row.about);
    }
}
