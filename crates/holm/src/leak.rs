//! Leaked files and what they show: text, words at their places, pictures of pages.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use holm_marks::layout::SeenPage;
use holm_marks::layout::spaced::SpacedWord;
use holm_marks::leak::{LeakError, LeakFormat, attachments, detect, read, spaced_words, views};
use holm_marks::pdf::{PageKind, leaked_pages};
use holm_marks::picture::View;
use holm_marks::raster::Raster;

use crate::program::{ProgramError, Run};
use crate::recognise::{self, Recognised};

/// A leaked file as it was received.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LeakFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

impl LeakFile {
    /// The text of the file.
    ///
    /// # Errors
    /// [`LeakFileError`] names the file and what to do.
    pub fn text(&self) -> Result<String, LeakFileError> {
        let content = LeakContent::read(std::slice::from_ref(self), &|_| ())?;
        content.all_read()?;
        Ok(content.text())
    }
}

/// A leaked file cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeakFileError {
    /// The file's format.
    #[error("`{name}`: {error}")]
    Format {
        /// The file.
        name: String,
        /// What is wrong.
        error: LeakError,
    },
    /// More pictures of pages than can be recognised.
    #[error(
        "`{name}` has {count} pages whose words would have to be recognised, which takes hours; give at most {MOST_PICTURES}, \
         the pages that matter"
    )]
    Pages {
        /// The file.
        name: String,
        /// How many.
        count: usize,
    },
    /// A program that reads such files is missing or failed.
    #[error("`{name}` could not be read: {error}")]
    Program {
        /// The file.
        name: String,
        /// Why.
        error: ProgramError,
    },
}

/// Everything that leaked files show.
#[derive(Clone, Debug, Default)]
pub struct LeakContent {
    /// What they hold as text.
    pub typed: String,
    /// Pages whose words have exact places, in points.
    pub pages: Vec<SeenPage>,
    /// Words of Word files, by paragraph, with how far each is moved.
    pub spaced: Vec<Vec<SpacedWord>>,
    /// Pages that are pictures.
    pub pictures: Vec<Recognised>,
    /// Whether words were recognised by another program.
    pub recognised: bool,
    /// All pictures, to be compared with an item's own.
    pub views: Arc<[View]>,
    /// Words in pictures that could not be recognised, since the program for it is missing.
    unread: Option<LeakFileError>,
}

/// More pictures of pages than this are not recognised: that would take hours.
const MOST_PICTURES: usize = 200;
/// Shortest side of an attached picture whose words are recognised, in pixels.
const SMALLEST_PAGE: usize = 200;
/// Dots an inch at which pages of a scanned PDF are pictured.
const SCAN_DPI: u32 = 200;
/// And pages whose glyphs have no letters: the places of these glyphs are rounded, of each for itself, so a picture of a whole
/// word says more of where it stands than the file does, and a finer picture more than a coarse one.
const GLYPHS_DPI: u32 = 300;
/// More text than this in one PDF is not read.
const LARGEST_TEXT: u64 = 16 << 20;

impl LeakContent {
    /// Reads files, as one leak.
    ///
    /// # Errors
    /// [`LeakFileError`] names the file and what to do.
    pub fn read(files: &[LeakFile], progress: &dyn Fn(&str)) -> Result<Self, LeakFileError> {
        let mut content = Self::default();
        for file in files {
            content.add(file, progress)?;
        }
        content.views = Self::views_of(files);
        Ok(content)
    }

    /// The pictures that files are, hold, or have attached: read by this program alone, so that they are the same wherever they
    /// are looked at.
    #[must_use]
    pub fn views_of(files: &[LeakFile]) -> Arc<[View]> {
        files.iter().flat_map(|f| views(&f.bytes, &f.name)).collect()
    }

    /// All text: what files hold as such, then what was recognised in pictures.
    #[must_use]
    pub fn text(&self) -> String {
        Self::text_of(&self.typed, self.pictures.iter().map(|p| &p.seen))
    }

    /// The same of what was read before.
    pub(crate) fn text_of<'p>(typed: &str, pictures: impl Iterator<Item = &'p SeenPage>) -> String {
        let recognised = pictures.map(SeenPage::text);
        let parts: Vec<String> = std::iter::once(typed.to_owned()).chain(recognised).filter(|t| !t.is_empty()).collect();
        parts.join("\n\n")
    }

    /// What files hold as text, without what stands in pictures.
    pub(crate) fn typed(files: &[LeakFile]) -> Result<String, LeakFileError> {
        let mut content = Self::default();
        for file in files {
            for part in parts(file)? {
                content.add_typed(part);
            }
        }
        Ok(content.typed)
    }

    /// Whether all words were read.
    ///
    /// # Errors
    /// [`LeakFileError`] says which program is missing.
    pub fn all_read(&self) -> Result<(), LeakFileError> {
        self.unread.clone().map_or(Ok(()), Err)
    }

    /// The picture that [`Self::pictures`] has at `number` if it was read from these files, as it came: neither turned nor
    /// flattened; `None` if there are fewer.
    ///
    /// # Errors
    /// [`LeakFileError`] names the file and what to do.
    pub fn picture(files: &[LeakFile], number: usize) -> Result<Option<Raster>, LeakFileError> {
        let mut before = 0;
        for file in files {
            for part in parts(file)? {
                let count = part.pictures();
                if number < before + count {
                    return part.picture(number - before).map_err(|e| program_error(&file.name, e));
                }
                before += count;
            }
        }
        Ok(None)
    }

    fn add(&mut self, file: &LeakFile, progress: &dyn Fn(&str)) -> Result<(), LeakFileError> {
        for part in parts(file)? {
            self.check_count(part.pictures(), &file.name)?;
            match part {
                Part::Text(_) | Part::Page(_) | Part::Spaced(_) => self.add_typed(part),
                Part::Pictures(pages) => {
                    self.add_pictures(pages, progress).or_else(|e| self.forgive(program_error(&file.name, e)))?;
                }
                Part::PdfPictures { .. } => {
                    let pictures = (0..part.pictures()).filter_map(|n| part.picture(n).transpose());
                    let read = pictures.collect::<Result<_, _>>().and_then(|pages| self.add_pictures(pages, progress));
                    read.map_err(|e| program_error(&file.name, e))?;
                }
            }
        }
        Ok(())
    }

    /// A picture whose words cannot be recognised here may still show an item's picture.
    fn forgive(&mut self, error: LeakFileError) -> Result<(), LeakFileError> {
        match error {
            LeakFileError::Program { error: ProgramError::Missing(..), .. } => {
                self.unread = Some(error);
                Ok(())
            }
            other => Err(other),
        }
    }

    /// Adds what needs no recognition.
    fn add_typed(&mut self, part: Part<'_>) {
        match part {
            Part::Text(text) => self.add_text(&text),
            Part::Page(page) => {
                self.add_text(&page.text());
                self.pages.push(page);
            }
            Part::Spaced(paragraphs) => self.spaced.extend(paragraphs),
            Part::Pictures(_) | Part::PdfPictures { .. } => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        if !self.typed.is_empty() {
            self.typed.push_str("\n\n");
        }
        self.typed.push_str(text);
    }

    /// Refuses more pictures of pages than can be recognised, before any is.
    fn check_count(&self, more: usize, name: &str) -> Result<(), LeakFileError> {
        let count = self.pictures.len() + more;
        if count > MOST_PICTURES { Err(LeakFileError::Pages { name: name.to_owned(), count }) } else { Ok(()) }
    }

    fn add_pictures(&mut self, pages: Vec<Raster>, progress: &dyn Fn(&str)) -> Result<(), ProgramError> {
        if pages.is_empty() {
            return Ok(());
        }
        progress("recognising the words in pictures");
        self.pictures.extend(recognise::recognise(pages)?);
        self.recognised = true;
        Ok(())
    }

    /// The same with other words in its pictures.
    pub(crate) fn with_pictures(&self, pictures: Vec<Recognised>) -> Self {
        let (typed, pages, spaced) = (self.typed.clone(), self.pages.clone(), self.spaced.clone());
        Self { typed, pages, spaced, pictures, recognised: true, views: Arc::clone(&self.views), unread: self.unread.clone() }
    }
}

fn program_error(name: &str, error: ProgramError) -> LeakFileError {
    LeakFileError::Program { name: name.to_owned(), error }
}

/// Something that a file holds, before any word of a picture is recognised.
enum Part<'f> {
    Text(String),
    /// A page whose words have exact places.
    Page(SeenPage),
    /// Paragraphs whose words are moved by the spaces beside them.
    Spaced(Vec<Vec<SpacedWord>>),
    /// Pictures of pages.
    Pictures(Vec<Raster>),
    /// Pages of a PDF that must be pictured: number, from 1, and dots an inch.
    PdfPictures {
        pdf: Cow<'f, [u8]>,
        pages: Vec<(usize, u32)>,
    },
}

impl Part<'_> {
    fn pictures(&self) -> usize {
        match self {
            Self::Text(_) | Self::Page(_) | Self::Spaced(_) => 0,
            Self::Pictures(pages) => pages.len(),
            Self::PdfPictures { pages, .. } => pages.len(),
        }
    }

    fn picture(&self, number: usize) -> Result<Option<Raster>, ProgramError> {
        match self {
            Self::Text(_) | Self::Page(_) | Self::Spaced(_) => Ok(None),
            Self::Pictures(pages) => Ok(pages.get(number).cloned()),
            Self::PdfPictures { pdf, pages } => {
                pages.get(number).map(|(page, dpi)| recognise::picture(pdf, *page, *dpi)).transpose()
            }
        }
    }
}

/// What a file holds, in its order.
fn parts(file: &LeakFile) -> Result<Vec<Part<'_>>, LeakFileError> {
    let format = |error| LeakFileError::Format { name: file.name.clone(), error };
    let text = || Ok(Part::Text(read(&file.bytes, &file.name).map_err(format)?));
    match detect(&file.bytes, &file.name) {
        LeakFormat::Pdf => pdf_parts(Cow::Borrowed(&file.bytes)).map_err(|e| program_error(&file.name, e)),
        LeakFormat::Picture => {
            let pages = Raster::decode(&file.bytes).map_err(|e| format(LeakError::Picture(e)))?;
            Ok(vec![Part::Pictures(pages)])
        }
        LeakFormat::Eml => {
            let mut parts = vec![text()?];
            for attached in attachments(&file.bytes) {
                match detect(&attached.bytes, &attached.name) {
                    LeakFormat::Pdf => {
                        let found = pdf_parts(Cow::Owned(attached.bytes)).map_err(|e| program_error(&file.name, e))?;
                        parts.extend(found);
                    }
                    LeakFormat::Picture => parts.push(Part::Pictures(pages_of(&attached.bytes))),
                    // What is attached and cannot be read is no reason to leave the mail.
                    LeakFormat::Docx => parts.extend(spaced_words(&attached.bytes).ok().map(Part::Spaced)),
                    _ => {}
                }
            }
            Ok(parts)
        }
        LeakFormat::Docx => Ok(vec![text()?, Part::Spaced(spaced_words(&file.bytes).map_err(format)?)]),
        _ => Ok(vec![text()?]),
    }
}

/// A PDF that this program cannot take apart is left to `pdftotext`, which mends more.
fn pdf_parts(pdf: Cow<'_, [u8]>) -> Result<Vec<Part<'_>>, ProgramError> {
    let Ok(found) = leaked_pages(&pdf) else {
        return Ok(vec![Part::Text(pdf_text(&pdf)?)]);
    };
    let (mut parts, mut pages) = (Vec::new(), Vec::new());
    for (number, page) in found.into_iter().enumerate() {
        match page.kind {
            PageKind::Letters => parts.push(Part::Page(page.seen)),
            PageKind::Glyphs => pages.push((number + 1, GLYPHS_DPI)),
            PageKind::Picture => pages.push((number + 1, SCAN_DPI)),
        }
    }
    parts.push(Part::PdfPictures { pdf, pages });
    Ok(parts)
}

/// Pages of a picture attached to a mail; none of one that is damaged, or too small to show text (logos, signatures).
fn pages_of(bytes: &[u8]) -> Vec<Raster> {
    let pages = Raster::decode(bytes).unwrap_or_default();
    pages.into_iter().filter(|p| p.width().min(p.height()) >= SMALLEST_PAGE).collect()
}

/// Reads a PDF's text through `pdftotext` of poppler.
fn pdf_text(bytes: &[u8]) -> Result<String, ProgramError> {
    let arguments = ["-enc", "UTF-8", "-", "-"];
    let run = Run {
        name: "pdftotext",
        package: "poppler-utils",
        arguments: &arguments,
        input: bytes,
        largest: LARGEST_TEXT,
        longest: Duration::from_secs(120),
    };
    let text = run.output()?;
    let other = |_| ProgramError::Failed("pdftotext".to_owned(), "something other than UTF-8".to_owned());
    String::from_utf8(text).map_err(other)
}

/// Bytes as base64 in JSON.
pub(crate) mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}
