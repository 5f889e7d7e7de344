//! Pictures of an item, alone or shown by a document: their marks, and how copies of them are written.
//!
//! A picture counts as a block after the blocks of text: its marks' sites name that block and, as range, the mark's number, so
//! that whoever looks for a place in the text finds none.

use std::sync::{Arc, OnceLock};

use super::{CarrierError, Copy};
use crate::find::Found;
use crate::frame::Tier;
use crate::mark::{Layer, Mark, Site};
use crate::pdf::PaintedImage;
use crate::picture::{Patterns, Picture, PictureError, PictureTemplate, VERSION};

/// A secret of the item, fixed before its key exists, from which all its pictures' patterns follow.
#[derive(Clone)]
pub struct PictureSecret([u8; 32]);

impl PictureSecret {
    /// Takes 32 bytes, uniformly distributed.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Patterns of `marks` marks in one of the item's pictures: BLAKE3 of the picture's number (8 bytes, little end first),
    /// keyed by the secret.
    #[must_use]
    pub fn patterns(&self, number: usize, marks: usize) -> Patterns {
        Patterns::new(*blake3::keyed_hash(&self.0, &(number as u64).to_le_bytes()).as_bytes(), marks)
    }
}

/// Where a picture's pixels are.
enum Content {
    /// Nowhere that they could be marked, with the reason in words.
    Nowhere(String),
    /// In a file.
    File(Arc<[u8]>),
    /// On pages of a PDF, the first of these from 0.
    Painted(PaintedImage, usize),
}

/// A picture that an item shows.
pub struct ItemPicture {
    name: String,
    content: Content,
    picture: OnceLock<Result<Picture, PictureError>>,
    capacity: OnceLock<Result<usize, PictureError>>,
}

impl ItemPicture {
    pub(super) fn new(name: String, content: Result<Arc<[u8]>, String>) -> Self {
        Self::of(name, content.map_or_else(Content::Nowhere, Content::File))
    }

    pub(super) fn painted(name: String, image: PaintedImage, page: usize) -> Self {
        Self::of(name, Content::Painted(image, page))
    }

    fn of(name: String, content: Content) -> Self {
        Self { name, content, picture: OnceLock::new(), capacity: OnceLock::new() }
    }

    /// Its name in the document, or `picture` if it is the item.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The page of a PDF that paints it first, from 0, if it can be taken out there.
    #[must_use]
    pub fn page(&self) -> Option<usize> {
        match self.content {
            Content::Painted(_, page) => Some(page),
            Content::Nowhere(_) | Content::File(_) => None,
        }
    }

    /// The picture.
    ///
    /// # Errors
    /// Why it is not read, in words.
    pub fn picture(&self) -> Result<&Picture, String> {
        let read = match &self.content {
            Content::Nowhere(why) => return Err(why.clone()),
            Content::File(bytes) => self.picture.get_or_init(|| Picture::decode(bytes)),
            Content::Painted(image, _) => self.picture.get_or_init(|| image.picture()),
        };
        read.as_ref().map_err(ToString::to_string)
    }

    /// Number of marks that it carries.
    ///
    /// # Errors
    /// Why it carries none, in words.
    pub fn capacity(&self) -> Result<usize, String> {
        let picture = self.picture()?;
        self.capacity.get_or_init(|| picture.capacity()).clone().map_err(|e| e.to_string())
    }
}

impl std::fmt::Debug for ItemPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ItemPicture({})", self.name)
    }
}

/// All marks that these pictures carry, where `blocks` is the number of the document's blocks of text.
pub(super) fn find(pictures: &[ItemPicture], blocks: usize) -> Vec<Found> {
    let marks = |(number, picture): (usize, &ItemPicture)| {
        let rule = format!("{VERSION}:{}", picture.name);
        let count = picture.capacity().unwrap_or(0);
        (0..count).map(move |bit| Found { mark: mark(&rule, blocks + number, bit), tier: Tier::Auto })
    };
    pictures.iter().enumerate().flat_map(marks).collect()
}

fn mark(rule: &str, block: usize, bit: usize) -> Mark {
    Mark {
        layer: Layer::Picture,
        rule: rule.to_owned(),
        alternatives: vec!["pattern −".to_owned(), "pattern +".to_owned()],
        master: None,
        sites: vec![Site { block, range: bit..bit + 1, texts: Vec::new() }],
    }
}

/// Which of an item's marks one of its pictures carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedPicture {
    /// The picture's number in the item.
    pub number: usize,
    /// Indices of its marks, in the order of its patterns.
    pub marks: Vec<usize>,
}

/// The pictures that carry marks.
///
/// # Errors
/// [`CarrierError::Unknown`] if the marks are not those of whole pictures, or of another version of patterns.
pub fn marked_pictures(marks: &[Mark], blocks: usize) -> Result<Vec<MarkedPicture>, CarrierError> {
    let mut found: Vec<MarkedPicture> = Vec::new();
    for (index, mark) in marks.iter().enumerate().filter(|(_, m)| m.layer == Layer::Picture) {
        let wrong = || CarrierError::Unknown(format!("mark `{}` is none of a picture that this program knows", mark.rule));
        let site = mark.sites.first().filter(|_| mark.rule.split(':').next() == Some(VERSION)).ok_or_else(wrong)?;
        let number = site.block.checked_sub(blocks).ok_or_else(wrong)?;
        if found.last().is_none_or(|f| f.number != number) {
            found.push(MarkedPicture { number, marks: Vec::new() });
        }
        let own = found.last_mut().ok_or_else(wrong)?;
        if site.range.start != own.marks.len() || mark.arity() != 2 {
            return Err(wrong());
        }
        own.marks.push(index);
    }
    Ok(found)
}

/// Writes one picture's copies.
#[derive(Clone)]
pub(super) struct PictureWriter {
    pub(super) number: usize,
    marks: Vec<usize>,
    template: Arc<PictureTemplate>,
}

impl PictureWriter {
    /// Writers of all pictures that carry marks.
    pub(super) fn all(
        pictures: &[ItemPicture],
        marks: &[Mark],
        blocks: usize,
        secret: &PictureSecret,
    ) -> Result<Vec<Self>, CarrierError> {
        let writer = |marked: MarkedPicture| {
            let lost =
                |why: String| CarrierError::Unknown(format!("picture {} cannot carry its marks: {why}", marked.number + 1));
            let own = pictures.get(marked.number).ok_or_else(|| lost("the document does not show it".to_owned()))?;
            let patterns = secret.patterns(marked.number, marked.marks.len());
            let template = own.picture().and_then(|p| p.template(&patterns).map_err(|e| e.to_string())).map_err(lost)?;
            if template.marks() != marked.marks.len() {
                return Err(lost("they are too many".to_owned()));
            }
            Ok(Self { number: marked.number, marks: marked.marks, template: Arc::new(template) })
        };
        marked_pictures(marks, blocks)?.into_iter().map(writer).collect()
    }

    /// The picture's bytes in the copy that carries `symbols`.
    pub(super) fn render(&self, symbols: &[u8]) -> Result<Copy, CarrierError> {
        let own: Vec<u8> = self.marks.iter().map(|m| symbols.get(*m).copied().unwrap_or(0)).collect();
        Ok(self.template.render(&own)?)
    }
}

/// An item that is one picture.
#[derive(Clone, Debug)]
pub(super) struct PictureMaster {
    pub(super) pictures: Arc<[ItemPicture]>,
    bytes: Arc<[u8]>,
}

impl PictureMaster {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, CarrierError> {
        let bytes: Arc<[u8]> = Arc::from(bytes);
        let picture = ItemPicture::new("picture".to_owned(), Ok(Arc::clone(&bytes)));
        picture.picture.get_or_init(|| Picture::decode(&bytes)).as_ref().map_err(Clone::clone)?;
        Ok(Self { pictures: Arc::from([picture]), bytes })
    }

    pub(super) fn template(&self, writers: Vec<PictureWriter>) -> SoleTemplate {
        SoleTemplate { bytes: Arc::clone(&self.bytes), writer: writers.into_iter().next() }
    }
}

/// Copies of one picture.
#[derive(Clone)]
pub(super) struct SoleTemplate {
    bytes: Arc<[u8]>,
    writer: Option<PictureWriter>,
}

impl std::fmt::Debug for SoleTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SoleTemplate({} marks)", self.writer.as_ref().map_or(0, |w| w.marks.len()))
    }
}

impl SoleTemplate {
    pub(super) fn render(&self, symbols: &[u8]) -> Result<Copy, CarrierError> {
        self.writer.as_ref().map_or_else(|| Ok(self.bytes.to_vec()), |w| w.render(symbols))
    }
}
