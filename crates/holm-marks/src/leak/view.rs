//! Pictures in leaked files, to be compared with an item's own.

use super::{LeakFormat, attachments, detect};
use crate::carrier::docx_pictures;
use crate::pdf::{PdfPicture, pictures as pdf_pictures};
use crate::picture::{MOST_PICTURES, MOST_PIXELS, View};

/// A shorter side shows nothing of a marked picture.
const SHORTEST_SIDE: usize = 24;

/// The pictures that a leaked file is, holds, or has attached to it. Those that cannot be read are left out.
#[must_use]
pub fn views(bytes: &[u8], name: &str) -> Vec<View> {
    let mut found = Vec::new();
    collect(bytes, name, &mut found);
    found
}

fn collect(bytes: &[u8], name: &str, found: &mut Vec<View>) {
    match detect(bytes, name) {
        LeakFormat::Picture => add(View::decode(bytes).ok(), found),
        LeakFormat::Docx => docx_pictures(bytes).unwrap_or_default().iter().for_each(|p| add(View::decode(p).ok(), found)),
        LeakFormat::Pdf => pdf_pictures(bytes, MOST_PICTURES, SHORTEST_SIDE).into_iter().for_each(|p| add(pdf_view(&p), found)),
        LeakFormat::Eml => {
            for attached in attachments(bytes) {
                // A mail inside a mail was taken apart with it.
                if detect(&attached.bytes, &attached.name) != LeakFormat::Eml {
                    collect(&attached.bytes, &attached.name, found);
                }
            }
        }
        LeakFormat::Text | LeakFormat::Markdown | LeakFormat::Html => {}
    }
}

fn pdf_view(picture: &PdfPicture) -> Option<View> {
    match picture {
        PdfPicture::Jpeg(bytes) => View::decode(bytes).ok(),
        PdfPicture::Samples(image) => Some(View::new(image)),
    }
}

fn add(view: Option<View>, found: &mut Vec<View>) {
    let pixels = |v: &View| v.size().0 * v.size().1;
    let Some(view) = view else { return };
    let room = found.len() < MOST_PICTURES && found.iter().map(pixels).sum::<usize>() + pixels(&view) <= MOST_PIXELS;
    if room && view.size().0.min(view.size().1) >= SHORTEST_SIDE {
        found.push(view);
    }
}
