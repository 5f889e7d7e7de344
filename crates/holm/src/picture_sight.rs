//! Reading a leak's pictures against those of one item.

use holm_marks::carrier::{CarrierError, Master, PictureSecret, marked_pictures};
use holm_marks::extract::Extraction;
use holm_marks::mark::Mark;
use holm_marks::picture::{Patterns, Picture, PictureReading, PictureSight, PictureSighting, VERSION, View};

/// What a leak's pictures show of an item's: which was seen where, and a row for each of its marks.
pub struct SeenPictures {
    sight: PictureSight,
    rows: Vec<(usize, [f64; 2])>,
}

impl SeenPictures {
    /// Adds this to what the leak's text and pages show.
    #[must_use]
    pub fn added_to(self, extraction: Extraction) -> Extraction {
        extraction.with_pictures(self.sight, &self.rows)
    }
}

/// Looks for each picture of the item in each of the leak's; nothing if none was found with certainty. Of several views of one
/// picture the clearest counts.
///
/// # Errors
/// [`CarrierError`] if the item's marks are none of its pictures'.
pub fn look(
    master: &Master,
    marks: &[Mark],
    secret: &PictureSecret,
    views: &[View],
) -> Result<Option<SeenPictures>, CarrierError> {
    let mut seen = SeenPictures { sight: PictureSight { reader: VERSION.to_owned(), seen: Vec::new() }, rows: Vec::new() };
    if views.is_empty() {
        return Ok(None);
    }
    for own in marked_pictures(marks, master.blocks().len())? {
        let Some(picture) = master.pictures().get(own.number).and_then(|p| p.picture().ok()) else { continue };
        let patterns = secret.patterns(own.number, own.marks.len());
        if let Some((view, reading)) = clearest(picture, &patterns, views) {
            seen.sight.seen.push(sighting(own.number, view, &reading));
            seen.rows.extend(own.marks.into_iter().zip(reading.rows));
        }
    }
    Ok(Some(seen).filter(|s| !s.sight.seen.is_empty()))
}

fn clearest(picture: &Picture, patterns: &Patterns, views: &[View]) -> Option<(usize, PictureReading)> {
    let readings = views.iter().enumerate().filter_map(|(i, view)| Some((i, picture.read(patterns, view)?)));
    readings.filter(|(_, r)| r.is_certain()).max_by(|a, b| a.1.z.total_cmp(&b.1.z))
}

fn sighting(picture: usize, view: usize, reading: &PictureReading) -> PictureSighting {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    PictureSighting {
        picture: number(picture),
        view: number(view),
        z: reading.z,
        matches: number(reading.matches),
        likeness: reading.likeness,
        shown: reading.shown,
    }
}
