//! Reading a leak against one item: its text, and where its words stand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use holm_marks::carrier::{Format, Master};
use holm_marks::extract::{Extraction, Reader, Reading};
use holm_marks::layout::registration::{
    FINE_DPI, MASTER_PICTURES, MasterPage, Registration, moved_words, register, sight as sight_in_picture,
};
use holm_marks::layout::spaced::{SPACED_READER, sight_spaced};
use holm_marks::layout::{LAYOUT_READER, Layout, SeenPage, SeenWord, Sight, Sighting, sight};
use holm_marks::leak::spaced_words;
use holm_marks::mark::{Layer, Mark};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::leak::LeakContent;
use crate::pages::Copies;
use crate::program::ProgramError;
use crate::recognise::{self, PictureSource, Recognised};
use crate::render::{self, RenderError, Rendering, rendering};
use crate::rereading::reread;

/// An item ready to be looked for in leaks.
pub struct ItemReader<'i> {
    master: &'i Master,
    bytes: &'i [u8],
    marks: &'i [Mark],
    copies: Copies,
    /// What reads its text.
    pub text: Reader,
    /// Whether widths of spaces in leaked Word files are read.
    spaces: bool,
    pictured: Mutex<Pictured>,
}

/// Pages as leaks are compared with them, of the file that was pictured last: most leaks of an item are compared with the same.
#[derive(Default)]
struct Pictured {
    file: Option<blake3::Hash>,
    pages: BTreeMap<usize, Arc<MasterPage>>,
}

impl<'i> ItemReader<'i> {
    /// `bytes` are those of the master.
    #[must_use]
    pub fn new(master: &'i Master, bytes: &'i [u8], marks: &'i [Mark], copies: Copies) -> Self {
        Self { master, bytes, marks, copies, text: Reader::new(master.blocks(), marks), spaces: true, pictured: Mutex::default() }
    }

    /// The same as it read before it read the widths of spaces, for looks that were made then.
    #[must_use]
    pub fn without_spaces(self) -> Self {
        Self { spaces: false, ..self }
    }

    /// Everything that the leak shows of the item's marks.
    ///
    /// # Errors
    /// [`RenderError`] if a page of the master cannot be rendered or pictured.
    pub fn extract(&self, content: &LeakContent) -> Result<Extraction, RenderError> {
        Ok(self.read(content)?.0)
    }

    /// The same, and the leak's pictures with the words that were read in them.
    ///
    /// # Errors
    /// As [`Self::extract`].
    pub fn read(&self, content: &LeakContent) -> Result<(Extraction, Vec<ReadPicture>), RenderError> {
        let extraction = self.text.extract(&content.text());
        let has_pages = !content.pages.is_empty() || !content.pictures.is_empty();
        // A leak of another item has nothing that could be registered.
        if !extraction.shares_words() || !self.marks.iter().any(|m| m.layer == Layer::Layout) {
            let pictures = content.pictures.iter().map(|p| ReadPicture::of(p, Vec::new())).collect();
            return Ok((extraction, pictures));
        }
        if !has_pages {
            let sightings = self.in_spaces(content);
            if sightings.is_empty() {
                return Ok((extraction, Vec::new()));
            }
            let sight = Sight { reader: readers(true), programs: Vec::new(), recognised: None, sightings };
            return Ok((extraction.with_sight(self.marks, sight), Vec::new()));
        }
        let pages = self.unmoved(&extraction)?;
        let Some(pictures) = reread(&pages.layout, &content.pictures)? else {
            return self.read_places(content, extraction, &pages);
        };
        let content = content.with_pictures(pictures);
        let extraction = self.text.extract(&content.text());
        let pages = self.unmoved(&extraction)?;
        self.read_places(&content, extraction, &pages)
    }

    /// The pages that the leak would have if no word were moved: its wording is what was read of it, however doubtful it is as
    /// evidence.
    fn unmoved(&self, extraction: &Extraction) -> Result<Rendering, RenderError> {
        let wording: Vec<u8> = extraction.readings.iter().map(Reading::likeliest).collect();
        rendering(self.master, self.bytes, self.marks, &wording, self.copies)
    }

    /// Adds where words stand to what the text shows.
    fn read_places(
        &self,
        content: &LeakContent,
        extraction: Extraction,
        pages: &Rendering,
    ) -> Result<(Extraction, Vec<ReadPicture>), RenderError> {
        let mut sightings = sight(&pages.layout, self.marks, &content.pages);
        let registered = registered(&pages.layout, content);
        sightings.extend(self.in_pictures(pages, content, &registered)?);
        pages.unmove(self.marks, &mut sightings);
        let spaced = self.in_spaces(content);
        let reader = readers(!spaced.is_empty());
        sightings.extend(spaced);
        let mut programs = Vec::new();
        if content.recognised {
            programs.extend(recognise::programs());
        }
        if self.master.format() == Format::Docx {
            programs.push(render::programs());
        }
        let recognised = (!programs.is_empty()).then(|| content.text());
        let sight = Sight { reader, programs, recognised, sightings };
        let moved = |number: usize, picture: &Recognised| {
            let here = registered.iter().filter(|(at, _)| *at == number);
            here.flat_map(|(_, found)| moved_words(&pages.layout, self.marks, found, &picture.picture)).collect()
        };
        let pictures = content.pictures.iter().enumerate().map(|(number, p)| ReadPicture::of(p, moved(number, p))).collect();
        Ok((extraction.with_sight(self.marks, sight), pictures))
    }

    /// What an extraction that was recorded says once more of the words and places that it names.
    #[must_use]
    pub fn again(&self, sight: &Sight) -> Extraction {
        let text = sight.recognised.as_deref().unwrap_or_default();
        self.text.extract(text).with_sight(self.marks, sight.clone())
    }

    /// What a leaked Word file says itself of how its words are moved; what other programs make of it says nothing.
    fn in_spaces(&self, content: &LeakContent) -> Vec<Sighting> {
        if !self.spaces || content.spaced.is_empty() || self.master.format() != Format::Docx {
            return Vec::new();
        }
        let Ok(own) = spaced_words(self.bytes) else { return Vec::new() };
        let page = u32::try_from(content.pages.len() + content.pictures.len()).unwrap_or(u32::MAX);
        sight_spaced(self.master.blocks(), self.marks, &own, &content.spaced, page)
    }

    fn in_pictures(
        &self,
        pages: &Rendering,
        content: &LeakContent,
        registered: &[(usize, Registration)],
    ) -> Result<Vec<Sighting>, RenderError> {
        let shown: BTreeSet<usize> = registered.iter().map(|(_, found)| found.page).collect();
        let masters = self.pictured(pages, shown)?;
        let sighted = |(number, found): &(usize, Registration)| {
            let (master, leaked) = masters.get(&found.page).zip(content.pictures.get(*number))?;
            let page = content.pages.len() + number;
            Some(sight_in_picture(&pages.layout, self.marks, master, &leaked.picture, found, page))
        };
        let sightings: Vec<Vec<Sighting>> = registered.par_iter().filter_map(sighted).collect();
        Ok(sightings.concat())
    }

    /// These pages as leaks are compared with them, pictured anew unless they were before.
    fn pictured(&self, of: &Rendering, pages: BTreeSet<usize>) -> Result<BTreeMap<usize, Arc<MasterPage>>, RenderError> {
        let file = blake3::hash(&of.pdf);
        let mut known = {
            let last = self.pictured.lock().unwrap_or_else(PoisonError::into_inner);
            if last.file == Some(file) { last.pages.clone() } else { BTreeMap::new() }
        };
        let lacking: Vec<usize> = pages.into_iter().filter(|page| !known.contains_key(page)).collect();
        let one = |page: usize| Ok((page, Arc::new(pictured(of, page)?)));
        let new: Vec<(usize, Arc<MasterPage>)> = lacking.into_par_iter().map(one).collect::<Result<_, RenderError>>()?;
        known.extend(new);
        *self.pictured.lock().unwrap_or_else(PoisonError::into_inner) = Pictured { file: Some(file), pages: known.clone() };
        Ok(known)
    }
}

/// What a look says that its places were read by.
fn readers(spaces: bool) -> String {
    if spaces { format!("{LAYOUT_READER} {SPACED_READER}") } else { LAYOUT_READER.to_owned() }
}

/// The leak's pictures, by number, that show a page of the item.
fn registered(layout: &Layout, content: &LeakContent) -> Vec<(usize, Registration)> {
    let found = |(number, page): (usize, &Recognised)| register(layout, &page.seen).into_iter().map(move |found| (number, found));
    content.pictures.par_iter().enumerate().flat_map_iter(found).collect()
}

/// A picture of a leak as it was read for one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadPicture {
    /// Where in the leak's files it is.
    #[serde(default)]
    pub source: PictureSource,
    /// Quarters by which it was turned to the right to stand upright.
    pub quarters: u8,
    /// Pixels across, once it is upright.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The words that were recognised, in pixels.
    pub seen: SeenPage,
    /// Words that marks move, by the mark's place among the item's, where they stand in the picture.
    pub moved: Vec<(u32, SeenWord)>,
}

impl ReadPicture {
    fn of(read: &Recognised, moved: Vec<(u32, SeenWord)>) -> Self {
        // A tenth of a pixel is enough to draw a box.
        let coarse = |w: &SeenWord| {
            let [left, right, top, bottom] = [w.left, w.right, w.top, w.bottom].map(|n| (n * 10.0).round() / 10.0);
            SeenWord { text: w.text.clone(), left, right, top, bottom }
        };
        let lines = read.seen.lines.iter().map(|line| line.iter().map(coarse).collect()).collect();
        let pixels = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            source: read.source,
            quarters: read.quarters,
            width: pixels(read.picture.width()),
            height: pixels(read.picture.height()),
            seen: SeenPage { lines },
            moved: moved.iter().map(|(mark, word)| (*mark, coarse(word))).collect(),
        }
    }
}

/// A page of the master as leaks are compared with it.
fn pictured(Rendering { pdf, layout, .. }: &Rendering, page: usize) -> Result<MasterPage, ProgramError> {
    let one = |dpi: u32| Ok((recognise::picture(pdf, page + 1, dpi)?, dpi));
    let pictures = MASTER_PICTURES.into_par_iter().map(one).collect::<Result<Vec<_>, ProgramError>>()?;
    let fine = MasterPage::wants_fine(layout, page).then(|| one(FINE_DPI)).transpose()?;
    let master = MasterPage::new(layout, page, &pictures, fine.as_ref());
    master.ok_or_else(|| ProgramError::Failed("pdftoppm".to_owned(), format!("page {} gives no picture", page + 1)))
}
