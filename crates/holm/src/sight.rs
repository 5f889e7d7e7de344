//! Reading a leak against one item: its text, and where its words stand.

use std::collections::{BTreeMap, BTreeSet};

use holm_marks::carrier::{Format, Master};
use holm_marks::extract::{Extraction, Reader, Reading};
use holm_marks::layout::registration::{MASTER_PICTURES, Registration, master_picture, register, sight as sight_in_picture};
use holm_marks::layout::{LAYOUT_READER, Sight, Sighting, sight};
use holm_marks::mark::{Layer, Mark};
use holm_marks::raster::Raster;
use rayon::prelude::*;

use crate::leak::LeakContent;
use crate::pages::Copies;
use crate::program::ProgramError;
use crate::recognise;
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
}

impl<'i> ItemReader<'i> {
    /// `bytes` are those of the master.
    #[must_use]
    pub fn new(master: &'i Master, bytes: &'i [u8], marks: &'i [Mark], copies: Copies) -> Self {
        Self { master, bytes, marks, copies, text: Reader::new(master.blocks(), marks) }
    }

    /// Everything that the leak shows of the item's marks.
    ///
    /// # Errors
    /// [`RenderError`] if a page of the master cannot be rendered or pictured.
    pub fn extract(&self, content: &LeakContent) -> Result<Extraction, RenderError> {
        let extraction = self.text.extract(&content.text());
        let has_pages = !content.pages.is_empty() || !content.pictures.is_empty();
        // A leak of another item has nothing that could be registered.
        if !has_pages || !extraction.shares_words() || !self.marks.iter().any(|m| m.layer == Layer::Layout) {
            return Ok(extraction);
        }
        let pages = self.unmoved(&extraction)?;
        let Some(pictures) = reread(&pages.layout, &content.pictures)? else {
            return self.extract_places(content, extraction, &pages);
        };
        let content = content.with_pictures(pictures);
        let extraction = self.text.extract(&content.text());
        let pages = self.unmoved(&extraction)?;
        self.extract_places(&content, extraction, &pages)
    }

    /// The pages that the leak would have if no word were moved: its wording is what was read of it, however doubtful it is as
    /// evidence.
    fn unmoved(&self, extraction: &Extraction) -> Result<Rendering, RenderError> {
        let wording: Vec<u8> = extraction.readings.iter().map(Reading::likeliest).collect();
        rendering(self.master, self.bytes, self.marks, &wording, self.copies)
    }

    /// Adds where words stand to what the text shows.
    fn extract_places(
        &self,
        content: &LeakContent,
        extraction: Extraction,
        pages: &Rendering,
    ) -> Result<Extraction, RenderError> {
        let mut sightings = sight(&pages.layout, self.marks, &content.pages);
        sightings.extend(self.in_pictures(pages, content)?);
        pages.unmove(self.marks, &mut sightings);
        let mut programs = Vec::new();
        if content.recognised {
            programs.extend(recognise::programs());
        }
        if self.master.format() == Format::Docx {
            programs.push(render::programs());
        }
        let recognised = (!programs.is_empty()).then(|| content.text());
        let sight = Sight { reader: LAYOUT_READER.to_owned(), programs, recognised, sightings };
        Ok(extraction.with_sight(self.marks, sight))
    }

    /// What an extraction that was recorded says once more of the words and places that it names.
    #[must_use]
    pub fn again(&self, sight: &Sight) -> Extraction {
        let text = sight.recognised.as_deref().unwrap_or_default();
        self.text.extract(text).with_sight(self.marks, sight.clone())
    }

    fn in_pictures(&self, pages: &Rendering, content: &LeakContent) -> Result<Vec<Sighting>, RenderError> {
        let registered: Vec<(usize, Registration)> = content
            .pictures
            .par_iter()
            .enumerate()
            .flat_map_iter(|(number, page)| register(&pages.layout, &page.seen).into_iter().map(move |found| (number, found)))
            .collect();
        let shown: BTreeSet<usize> = registered.iter().map(|(_, found)| found.page).collect();
        let pictured = |page: usize| Ok((page, pictured(&pages.pdf, page + 1)?));
        let masters: BTreeMap<usize, Raster> = shown.into_par_iter().map(pictured).collect::<Result<_, RenderError>>()?;
        let sighted = |(number, found): &(usize, Registration)| {
            let (master, leaked) = masters.get(&found.page).zip(content.pictures.get(*number))?;
            let page = content.pages.len() + number;
            Some(sight_in_picture(&pages.layout, self.marks, master, &leaked.picture, found, page))
        };
        let sightings: Vec<Vec<Sighting>> = registered.par_iter().filter_map(sighted).collect();
        Ok(sightings.concat())
    }
}

/// A page of the master, from 1, as leaks are compared with it.
fn pictured(pdf: &[u8], page: usize) -> Result<Raster, ProgramError> {
    let one = |dpi: u32| Ok((recognise::picture(pdf, page, dpi)?, dpi));
    let pictures = MASTER_PICTURES.into_par_iter().map(one).collect::<Result<Vec<_>, ProgramError>>()?;
    master_picture(&pictures).ok_or_else(|| ProgramError::Failed("pdftoppm".to_owned(), format!("page {page} gives no picture")))
}
