//! Labels: the banner and the portion marks by which a document says, in every copy, how it is to be handled
//! (`docs/spec/marking.md`).
//!
//! They are written into the document before marks are found in it, so that every copy has them and they carry no codeword.

use super::docx::label_docx;
use super::pdf::label_pdf;
use super::{CarrierError, Copy, Format, Master};
use crate::document::{Block, BlockKind};
use crate::mark::Site;
use crate::picture::banner;

/// What is written into a document.
#[derive(Clone, Copy)]
pub struct Labels<'l> {
    /// First and last line; above and below the text of each page where there are pages, and what a picture shows.
    pub banner: &'l str,
    /// What stands in brackets before each portion that has no mark of its own.
    pub portion: &'l str,
    /// Whether something is a portion mark that the originator may have written.
    pub known: &'l dyn Fn(&str) -> bool,
}

/// A document with its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The document.
    pub bytes: Copy,
    /// Portions that have a mark now.
    pub marked: usize,
    /// Portions that have none: program text, headers of a mail, and where a page has no room.
    pub unmarked: usize,
}

/// The portion mark that a block begins with, if it is one of those.
#[must_use]
pub fn own_portion<'b>(block: &'b Block, known: &dyn Fn(&str) -> bool) -> Option<&'b str> {
    let (inside, _) = block.text.strip_prefix('(')?.split_once(')')?;
    known(inside).then_some(inside)
}

/// Writes labels into a document.
///
/// # Errors
/// [`CarrierError`] if it is none that can be marked. A picture gets the banner alone, above and below what it shows.
pub fn label(bytes: &[u8], name: &str, labels: &Labels<'_>) -> Result<Labelled, CarrierError> {
    let master = Master::parse(bytes, name)?;
    match master.format() {
        Format::Text | Format::Markdown => Ok(label_source(&master, bytes, labels)),
        Format::Docx => label_docx(bytes, labels),
        Format::Pdf => label_pdf(bytes, labels),
        Format::Picture => Ok(Labelled { bytes: banner::with_banner(bytes, labels.banner)?, marked: 0, unmarked: 1 }),
    }
}

/// Blocks that get a portion mark: all but program text, headings of their own kind included; of a table's cells the first.
pub(super) fn portions<'m>(blocks: &'m [Block], labels: &'m Labels<'_>) -> impl Iterator<Item = (usize, &'m Block)> {
    let first_cell = |i: usize| i.checked_sub(1).and_then(|p| blocks.get(p)).is_none_or(|b| b.kind != BlockKind::Table);
    let is_portion = move |(i, b): &(usize, &Block)| match b.kind {
        BlockKind::Prose | BlockKind::Heading | BlockKind::Quotation => true,
        BlockKind::Table => first_cell(*i),
        BlockKind::Verbatim => false,
    };
    let banner = labels.banner;
    blocks.iter().enumerate().filter(is_portion).filter(move |(_, b)| !b.text.trim().is_empty() && b.text.trim() != banner)
}

fn label_source(master: &Master, bytes: &[u8], labels: &Labels<'_>) -> Labelled {
    let source = String::from_utf8_lossy(bytes);
    let markdown = master.format() == Format::Markdown;
    let (mut marked, mut unmarked) = (0, master.blocks().iter().filter(|b| b.kind == BlockKind::Verbatim).count());
    let mut places = Vec::new();
    for (block, portion) in portions(master.blocks(), labels) {
        let own = own_portion(portion, labels.known).is_some();
        // What looks like a table and has too few columns for one would become one, and lose what stands beyond them.
        if markdown && portion.kind == BlockKind::Prose && portion.text.starts_with('|') {
            unmarked += 1;
            continue;
        }
        let start = || master.offset(&Site { block, range: 0..0, texts: Vec::new() });
        match own.then_some(None).or_else(|| start().map(Some)) {
            Some(place) => {
                marked += 1;
                places.extend(place.map(|at| if markdown { before_emphasis(&source, at) } else { at }));
            }
            None => unmarked += 1,
        }
    }
    let mut text = source.into_owned();
    places.into_iter().rev().for_each(|at| text.insert_str(at, &format!("({}) ", labels.portion)));
    Labelled { bytes: with_banner(text, markdown, labels.banner).into_bytes(), marked, unmarked }
}

/// Where the emphasis or the link begins that a paragraph begins with.
fn before_emphasis(source: &str, at: usize) -> usize {
    let before = source.get(..at).unwrap_or_default();
    let kept = before.trim_end_matches(['*', '_', '~', '[']);
    // A line's first star is the bullet of a list if a space follows it, and then the text does not begin right after it.
    if before.len() - kept.len() <= 4 { kept.len() } else { at }
}

fn with_banner(text: String, markdown: bool, banner: &str) -> String {
    let front = if markdown { front_matter(&text) } else { 0 };
    let (front, body) = text.split_at_checked(front).unwrap_or(("", &text));
    let (first, last) = (first_line(body), body.trim_end().lines().last().unwrap_or_default().trim());
    let mut out = front.to_owned();
    if first != banner {
        out.push_str(banner);
        out.push_str("\n\n");
    }
    out.push_str(body);
    if last != banner {
        let gap = if body.ends_with("\n\n") {
            ""
        } else if body.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        out.push_str(gap);
        out.push_str(banner);
        out.push('\n');
    }
    out
}

fn first_line(body: &str) -> &str {
    body.lines().find(|l| !l.trim().is_empty()).unwrap_or_default().trim()
}

/// Length of the metadata that a Markdown file begins with.
fn front_matter(text: &str) -> usize {
    ["---\n", "+++\n"].into_iter().find_map(|fence| end_of_front(text, fence)).unwrap_or(0)
}

fn end_of_front(text: &str, fence: &str) -> Option<usize> {
    let inside = text.strip_prefix(fence)?;
    let mut at = fence.len();
    for line in inside.split_inclusive('\n') {
        at += line.len();
        if line.trim_end() == fence.trim_end() {
            let blank = text.get(at..)?.split_inclusive('\n').take_while(|l| l.trim().is_empty()).map(str::len).sum::<usize>();
            return Some(at + blank);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(source: &str, name: &str) -> (String, usize, usize) {
        let known = |inside: &str| ["TLP:R", "TLP:A"].contains(&inside);
        let labels = Labels { banner: "TLP:AMBER", portion: "TLP:A", known: &known };
        let Labelled { bytes, marked, unmarked } = label(source.as_bytes(), name, &labels).unwrap();
        (String::from_utf8(bytes).unwrap(), marked, unmarked)
    }

    #[test]
    fn text_gets_a_first_and_a_last_line_and_a_mark_before_each_paragraph() {
        let (text, marked, unmarked) = labelled("First one.\n\n(TLP:R) Second one,\nstill it.", "a.txt");
        assert_eq!(text, "TLP:AMBER\n\n(TLP:A) First one.\n\n(TLP:R) Second one,\nstill it.\n\nTLP:AMBER\n");
        assert_eq!((marked, unmarked), (2, 0));
        assert_eq!(labelled(&text, "a.txt").0, text, "what is labelled already stays");
    }

    #[test]
    fn markdown_keeps_its_structure() {
        let source = "---\ntitle: x\n---\n\n# Head\n\n**Bold** start and `code`.\n\n* item\n\n> said\n\n```\nls\n```\n\n| a | b |\n|---|---|\n| c | d |\n";
        let (text, marked, unmarked) = labelled(source, "a.md");
        let wanted = "---\ntitle: x\n---\n\nTLP:AMBER\n\n# (TLP:A) Head\n\n(TLP:A) **Bold** start and `code`.\n\n* (TLP:A) item\n\n\
                      > (TLP:A) said\n\n```\nls\n```\n\n| (TLP:A) a | b |\n|---|---|\n| c | d |\n\nTLP:AMBER\n";
        assert_eq!(text, wanted);
        assert_eq!(marked, 5);
        assert!(unmarked > 0, "program text has none");
        let master = |s: &str| Master::parse(s.as_bytes(), "a.md").unwrap();
        let kinds = |s: &str| master(s).blocks().iter().filter(|b| b.text != "TLP:AMBER").map(|b| b.kind).collect::<Vec<_>>();
        assert_eq!(kinds(&text), kinds(source), "blocks are as they were");
    }

    #[test]
    fn what_is_no_table_does_not_become_one() {
        let source = "| a | b |\n|---|--|-\n| c | d | lost\n";
        let (text, marked, unmarked) = labelled(source, "a.md");
        assert_eq!((marked, unmarked), (0, 1));
        let said = |text: &str| Master::parse(text.as_bytes(), "a.md").unwrap().blocks().iter().any(|b| b.text.contains("lost"));
        assert!(said(source) && said(&text), "{text}");
    }
}
