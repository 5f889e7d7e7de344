//! Reading a leak against one item: its text, and where its words stand.

use std::collections::BTreeMap;

use holm_marks::carrier::{Format, Master};
use holm_marks::extract::{Extraction, Reader};
use holm_marks::layout::registration::{MASTER_DPI, register, sight as sight_in_picture};
use holm_marks::layout::{LAYOUT_READER, Layout, Sight, Sighting, sight};
use holm_marks::mark::{Layer, Mark};
use holm_marks::raster::Raster;

use crate::leak::LeakContent;
use crate::program::ProgramError;
use crate::recognise;

/// An item ready to be looked for in leaks.
pub(crate) struct ItemReader<'i> {
    master: &'i Master,
    bytes: &'i [u8],
    marks: &'i [Mark],
    pub(crate) text: Reader,
}

impl<'i> ItemReader<'i> {
    /// `bytes` are those of the master.
    pub(crate) fn new(master: &'i Master, bytes: &'i [u8], marks: &'i [Mark]) -> Self {
        Self { master, bytes, marks, text: Reader::new(master.blocks(), marks) }
    }

    /// Everything that the leak shows of the item's marks.
    ///
    /// # Errors
    /// [`ProgramError`] if a page of the master cannot be pictured.
    pub(crate) fn extract(&self, content: &LeakContent) -> Result<Extraction, ProgramError> {
        let extraction = self.text.extract(&content.text);
        let layout = self.master.layout().filter(|_| self.marks.iter().any(|m| m.layer == Layer::Layout));
        let has_pages = !content.pages.is_empty() || !content.pictures.is_empty();
        // A leak of another item has nothing that could be registered.
        let Some(layout) = layout.filter(|_| has_pages && extraction.belongs()) else { return Ok(extraction) };
        let mut sightings = sight(layout, self.marks, &content.pages);
        sightings.extend(self.in_pictures(layout, content)?);
        let pictured = !content.pictures.is_empty();
        let sight = Sight {
            reader: LAYOUT_READER.to_owned(),
            programs: if pictured { recognise::programs() } else { Vec::new() },
            recognised: pictured.then(|| content.text.clone()),
            sightings,
        };
        Ok(extraction.with_sight(self.marks, sight))
    }

    /// What an extraction that was recorded says once more of the words and places that it names.
    pub(crate) fn again(&self, sight: &Sight) -> Extraction {
        let text = sight.recognised.as_deref().unwrap_or_default();
        self.text.extract(text).with_sight(self.marks, sight.clone())
    }

    fn in_pictures(&self, layout: &Layout, content: &LeakContent) -> Result<Vec<Sighting>, ProgramError> {
        let mut masters: BTreeMap<usize, Raster> = BTreeMap::new();
        let mut sightings = Vec::new();
        for (number, page) in content.pictures.iter().enumerate() {
            for registration in register(layout, &page.seen) {
                let shown = registration.page;
                if let std::collections::btree_map::Entry::Vacant(free) = masters.entry(shown) {
                    free.insert(self.picture(shown)?);
                }
                let Some(master) = masters.get(&shown) else { continue };
                let number = content.pages.len() + number;
                sightings.extend(sight_in_picture(layout, self.marks, master, &page.picture, &registration, number));
            }
        }
        Ok(sightings)
    }

    fn picture(&self, page: usize) -> Result<Raster, ProgramError> {
        debug_assert_eq!(self.master.format(), Format::Pdf);
        recognise::picture(self.bytes, page + 1, MASTER_DPI as u32)
    }
}
