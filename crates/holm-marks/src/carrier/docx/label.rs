//! Labels in a Word document: a first and a last paragraph, and portion marks at the beginning of the others.

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
    let (first, last) = ends(main)?;
    let has = |block: Option<&crate::document::Block>| block.is_some_and(|b| b.text.trim() == labels.banner);
    let paragraph = paragraph(labels.banner);
    if !has(story.blocks.first()) {
        splices.push(Splice::fixed(first..first, paragraph.as_str()));
    }
    if !has(story.blocks.last()) {
        splices.push(Splice::fixed(last..last, paragraph.as_str()));
    }
    splices.sort_by_key(|s| s.range.start);
    let copy: Copy = package.with_parts(splice::splice(main.as_bytes(), &splices, &[]), Vec::new())?;
    Ok(Labelled { bytes: copy, marked, unmarked })
}

/// Where the body's first paragraph begins, and where its last one ends: before the properties of its last section.
fn ends(main: &str) -> Result<(usize, usize), CarrierError> {
    let no_body = || CarrierError::DamagedDocx("its main part has no body".to_owned());
    let open = main.find("<w:body").ok_or_else(no_body)?;
    let first = main.get(open..).and_then(|rest| rest.find('>')).ok_or_else(no_body)? + open + 1;
    let close = main.rfind("</w:body>").filter(|close| *close >= first).ok_or_else(no_body)?;
    let content = main.get(first..close).unwrap_or_default();
    let text = ["</w:p>", "</w:tbl>", "</w:sdt>"].iter().filter_map(|tag| content.rfind(tag)).max().unwrap_or(0);
    let section = content.rfind("<w:sectPr").filter(|at| *at > text);
    Ok((first, first + section.unwrap_or(content.len())))
}

fn paragraph(banner: &str) -> String {
    format!(
        "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>",
        escape(banner)
    )
}
