//! Carriers: file formats in which an item can be shared. A copy is the master with some bytes exchanged.

mod docx;
pub mod label;
mod pdf;
mod picture;
mod source;
mod splice;

use crate::document::Block;
use crate::find::Found;
use crate::layout::Layout;
use crate::mark::{Layer, Mark, Site};
use crate::pdf::PdfError;
use crate::picture::PictureError;
use crate::raster::is_picture;
use docx::{DocxMaster, DocxTemplate};
use pdf::{PdfMaster, PdfTemplate};
pub use picture::{ItemPicture, MarkedPicture, PictureSecret, marked_pictures};
use picture::{PictureMaster, PictureWriter, SoleTemplate};
use source::{SourceMaster, SourceTemplate};

pub(crate) use docx::{leak_pictures as docx_pictures, leak_text as docx_text, leak_words as docx_words};

/// The bytes of one copy.
pub type Copy = Vec<u8>;

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text, UTF-8.
    Text,
    /// Markdown (`CommonMark` with tables), UTF-8.
    Markdown,
    /// A Word document.
    Docx,
    /// A PDF file, in which words are moved but none is changed, and pictures are marked.
    Pdf,
    /// A picture alone: PNG, JPEG or TIFF.
    Picture,
}

/// Why a document cannot be shared as an item.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CarrierError {
    /// The format is none of those that can be marked.
    #[error("this is not a document that can be marked: {0}")]
    Unknown(String),
    /// Not UTF-8.
    #[error("the text is not UTF-8 (byte {at} is not); save it as UTF-8 and try again")]
    Encoding {
        /// Offset of the first byte that is not.
        at: usize,
    },
    /// The document is empty.
    #[error("the document has no text")]
    Empty,
    /// Encrypted, or of the old binary format.
    #[error("this Word file is encrypted or of the old .doc format; ask the sender for an unprotected .docx")]
    Encrypted,
    /// Signed.
    #[error("this Word file is digitally signed; marking it would break the signature. Ask the sender for an unsigned file")]
    Signed,
    /// A zip bomb.
    #[error("this file unpacks to far more than any document has; it was not read")]
    Bomb,
    /// Damaged or hostile.
    #[error("this Word file is damaged: {0}")]
    DamagedDocx(String),
    /// A PDF that is not read.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// A picture that is not read.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A PDF of pictures.
    #[error("this PDF is a scan without text; share the document that it was made from")]
    Scan,
    /// A signed PDF.
    #[error("this PDF is digitally signed; marking it would break the signature. Ask the sender for an unsigned file")]
    SignedPdf,
}

/// A document ready to be marked.
#[derive(Clone, Debug)]
pub struct Master {
    format: Format,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Source(SourceMaster),
    Docx(Box<DocxMaster>),
    Pdf(Box<PdfMaster>),
    Picture(PictureMaster),
}

impl Master {
    /// Reads a document; `name` is its file name, whose ending decides between formats that look alike.
    ///
    /// # Errors
    /// [`CarrierError`] says why the document cannot be marked and what to do.
    pub fn parse(bytes: &[u8], name: &str) -> Result<Self, CarrierError> {
        let format = detect(bytes, name)?;
        let text = || std::str::from_utf8(bytes).map_err(|e| CarrierError::Encoding { at: e.valid_up_to() });
        let body = match format {
            Format::Text => Body::Source(SourceMaster::text(text()?)),
            Format::Markdown => Body::Source(SourceMaster::markdown(text()?)),
            Format::Docx => Body::Docx(Box::new(DocxMaster::parse(bytes)?)),
            Format::Pdf => Body::Pdf(Box::new(PdfMaster::parse(bytes)?)),
            Format::Picture => Body::Picture(PictureMaster::parse(bytes)?),
        };
        let master = Self { format, body };
        if format != Format::Picture && master.blocks().iter().all(|b| b.text.trim().is_empty()) {
            return Err(CarrierError::Empty);
        }
        Ok(master)
    }

    /// The format, which every copy shares.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text, block by block.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        match &self.body {
            Body::Source(source) => &source.blocks,
            Body::Docx(docx) => docx.blocks(),
            Body::Pdf(pdf) => pdf.blocks(),
            Body::Picture(_) => &[],
        }
    }

    /// Where each word stands, if the file itself says.
    #[must_use]
    pub fn layout(&self) -> Option<&Layout> {
        match &self.body {
            Body::Pdf(pdf) => Some(pdf.layout()),
            Body::Source(_) | Body::Docx(_) | Body::Picture(_) => None,
        }
    }

    /// Whether the carrier can make all alternatives of this mark at this site of it without touching anything else.
    #[must_use]
    pub fn can_carry(&self, mark: &Mark, site: &Site) -> bool {
        if mark.layer == Layer::Picture {
            let number = site.block.checked_sub(self.blocks().len());
            return number.and_then(|n| self.pictures().get(n)).is_some();
        }
        let moves = mark.layer == Layer::Layout;
        match &self.body {
            Body::Source(source) => !moves && source.source_range(site).is_some(),
            Body::Docx(docx) => docx.can_carry(mark, site),
            Body::Pdf(pdf) => moves && pdf.can_carry(site),
            Body::Picture(_) => false,
        }
    }

    /// Byte of the file at which this site begins, if the file is its own text (text, Markdown) and has the site as it is.
    #[must_use]
    pub fn offset(&self, site: &Site) -> Option<usize> {
        match &self.body {
            Body::Source(source) => source.source_range(site).map(|range| range.start),
            Body::Docx(_) | Body::Pdf(_) | Body::Picture(_) => None,
        }
    }

    /// The pictures that the document shows, in order, each once, whether they can be marked or not.
    #[must_use]
    pub fn pictures(&self) -> &[ItemPicture] {
        match &self.body {
            Body::Docx(docx) => docx.pictures(),
            Body::Pdf(pdf) => pdf.pictures(),
            Body::Picture(picture) => &picture.pictures,
            Body::Source(_) => &[],
        }
    }

    /// All marks that its pictures carry.
    #[must_use]
    pub fn picture_marks(&self) -> Vec<Found> {
        picture::find(self.pictures(), self.blocks().len())
    }

    /// Prepares to write copies with these marks, but with the master's own pictures: for whoever looks at pages.
    ///
    /// # Errors
    /// [`CarrierError::Unknown`] if a site is not one that the document can carry.
    pub fn template(&self, marks: &[Mark]) -> Result<Template, CarrierError> {
        self.written(marks, Vec::new())
    }

    /// Checks that copies say what the master says, once with the first and once with the second alternative of each mark: of
    /// a PDF that is put together oddly enough, something may be lost when it is written anew.
    ///
    /// # Errors
    /// [`PdfError::Unwritable`], and as [`Self::template`].
    pub fn check_copies(&self, template: &Template, marks: usize) -> Result<(), CarrierError> {
        let Body::Pdf(pdf) = &self.body else { return Ok(()) };
        for symbol in [0, 1] {
            if !pdf.says_the_same(&template.render(&vec![symbol; marks])?) {
                return Err(PdfError::Unwritable.into());
            }
        }
        Ok(())
    }

    /// Prepares to write copies with these marks, pictures too, whose patterns follow from the secret.
    ///
    /// # Errors
    /// [`CarrierError::Unknown`] if a site is not one that the document can carry.
    pub fn keyed_template(&self, marks: &[Mark], secret: &PictureSecret) -> Result<Template, CarrierError> {
        self.written(marks, PictureWriter::all(self.pictures(), marks, self.blocks().len(), secret)?)
    }

    fn written(&self, marks: &[Mark], writers: Vec<PictureWriter>) -> Result<Template, CarrierError> {
        Ok(Template(match &self.body {
            Body::Source(source) => TemplateBody::Source(source.template(marks)?),
            Body::Docx(docx) => TemplateBody::Docx(docx.template(marks, writers)?),
            Body::Pdf(pdf) => TemplateBody::Pdf(Box::new(pdf.template(marks, writers)?)),
            Body::Picture(picture) => TemplateBody::Picture(picture.template(writers)),
        }))
    }
}

/// A master with its marks, ready to write one copy after the other.
#[derive(Clone, Debug)]
pub struct Template(TemplateBody);

#[derive(Clone, Debug)]
enum TemplateBody {
    Source(SourceTemplate),
    Docx(DocxTemplate),
    Pdf(Box<PdfTemplate>),
    Picture(SoleTemplate),
}

impl Template {
    /// An alternation that the originator wrote where no mark can be, so that every copy would show all of it.
    #[must_use]
    pub fn left_over(&self) -> Option<String> {
        match &self.0 {
            TemplateBody::Source(source) => left_over(&String::from_utf8_lossy(&source.without_marks())),
            TemplateBody::Docx(docx) => docx.left_over(),
            TemplateBody::Pdf(pdf) => left_over(pdf.text()),
            TemplateBody::Picture(_) => None,
        }
    }

    /// Where the copy with `symbols` has what the master has at byte `at`, which no mark changes; in files that are their own
    /// text only.
    #[must_use]
    pub fn offset_in_copy(&self, at: usize, symbols: &[u8]) -> Option<usize> {
        match &self.0 {
            TemplateBody::Source(source) => source.offset_in_copy(at, symbols),
            TemplateBody::Docx(_) | TemplateBody::Pdf(_) | TemplateBody::Picture(_) => None,
        }
    }

    /// The copy that carries `symbols`, one a mark.
    ///
    /// # Errors
    /// [`CarrierError::DamagedDocx`] if a package cannot be copied, [`CarrierError::Picture`] if a picture cannot be written.
    pub fn render(&self, symbols: &[u8]) -> Result<Copy, CarrierError> {
        match &self.0 {
            TemplateBody::Source(source) => Ok(source.render(symbols)),
            TemplateBody::Docx(docx) => docx.render(symbols),
            TemplateBody::Pdf(pdf) => pdf.render(symbols),
            TemplateBody::Picture(picture) => picture.render(symbols),
        }
    }
}

/// The first `[[this|that]]` in a text that is not escaped.
fn left_over(text: &str) -> Option<String> {
    text.match_indices("[[").find_map(|(at, _)| {
        let inner = text.get(at + 2..)?.split("]]").next().filter(|i| !i.contains('\n') && !i.contains("[["))?;
        let closed = text.get(at + 2 + inner.len()..).is_some_and(|rest| rest.starts_with("]]"));
        let escaped = text.get(..at).is_some_and(|before| before.ends_with('\\'));
        (closed && !escaped && inner.contains('|') && !inner.contains("||")).then(|| inner.to_owned())
    })
}

fn detect(bytes: &[u8], name: &str) -> Result<Format, CarrierError> {
    let ending = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Ok(Format::Docx);
    }
    if bytes.starts_with(b"%PDF") {
        return Ok(Format::Pdf);
    }
    if is_picture(bytes) {
        return Ok(Format::Picture);
    }
    if bytes.contains(&0) {
        return Err(CarrierError::Unknown(format!(
            "`{name}` is a binary file of an unknown kind; use text, Markdown, DOCX, PDF, PNG, JPEG or TIFF"
        )));
    }
    match ending.as_str() {
        "md" | "markdown" => Ok(Format::Markdown),
        "txt" | "text" | "" => Ok(Format::Text),
        "pdf" => Err(CarrierError::Pdf(PdfError::Damaged("it does not begin as one".to_owned()))),
        "docx" => Err(CarrierError::DamagedDocx("it is not a zip package; it may be cut short".to_owned())),
        other => Err(CarrierError::Unknown(format!(
            "`.{other}` is not text, Markdown, DOCX, PDF, PNG, JPEG or TIFF; rename the file if it is"
        ))),
    }
}
