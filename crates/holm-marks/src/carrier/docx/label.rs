//! Labels in a Word document: a line above and below every page, and portion marks at the beginning of paragraphs.

use super::header::on_every_page;
use super::package::Package;
use super::story::Story;
use super::{escape, splice};
use crate::carrier::label::{Labelled, Labels, own_portion, portions};
use crate::carrier::splice::Splice;
use crate::carrier::{CarrierError, Copy};

/// Writes labels into a Word document.
///
/// # Errors
/// [`CarrierError`] if the package is damaged or has no body.
pub(crate) fn label_docx(bytes: &[u8], labels: &Labels<'_>) -> Result<Labelled, CarrierError> {
    let package = Package::open(bytes)?;
    let main = package.main_part()?;
    let story = Story::parse(main)?;
    let (mut marked, mut unmarked) = (0, 0);
    let mut splices = Vec::new();
    for (block, portion) in portions(&story.blocks, labels) {
        let first = story.pieces.get(block).and_then(|p| p.first());
        match first {
            _ if own_portion(portion, labels.known).is_some() => marked += 1,
            Some(piece) => {
                marked += 1;
                let at = piece.source.start;
                splices.push(Splice::fixed(at..at, format!("({}) ", escape(labels.portion))));
            }
            None => unmarked += 1,
        }
    }
    let headers = on_every_page(&package, labels.banner)?;
    if let Some((range, text)) = headers.section {
        splices.push(Splice::fixed(range, text));
    }
    splices.sort_by_key(|s| s.range.start);
    let main = splice::splice(main.as_bytes(), &splices, &[]);
    let copy: Copy = package.with_new_parts(main, headers.changed, &headers.added)?;
    Ok(Labelled { bytes: copy, marked, unmarked })
}
