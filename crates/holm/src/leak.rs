//! Leaked files and what they show: text, words at their places, pictures of pages.

use std::sync::Arc;
use std::time::Duration;

use holm_marks::layout::SeenPage;
use holm_marks::leak::{LeakError, LeakFormat, attachments, detect, read, views};
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
        let recognised = self.pictures.iter().map(|p| p.seen.text());
        let parts: Vec<String> = std::iter::once(self.typed.clone()).chain(recognised).filter(|t| !t.is_empty()).collect();
        parts.join("\n\n")
    }

    /// Whether all words were read.
    ///
    /// # Errors
    /// [`LeakFileError`] says which program is missing.
    pub fn all_read(&self) -> Result<(), LeakFileError> {
        self.unread.clone().map_or(Ok(()), Err)
    }

    fn add(&mut self, file: &LeakFile, progress: &dyn Fn(&str)) -> Result<(), LeakFileError> {
        let program = |error| LeakFileError::Program { name: file.name.clone(), error };
        let format = |error| LeakFileError::Format { name: file.name.clone(), error };
        match detect(&file.bytes, &file.name) {
            LeakFormat::Pdf => self.add_pdf(&file.bytes, &file.name, progress)?,
            LeakFormat::Picture => {
                let pages = Raster::decode(&file.bytes).map_err(|e| format(LeakError::Picture(e)))?;
                self.check_count(pages.len(), &file.name)?;
                self.add_pictures(pages, progress).or_else(|e| self.forgive(program(e)))?;
            }
            LeakFormat::Eml => {
                self.add_text(&read(&file.bytes, &file.name).map_err(format)?);
                for attached in attachments(&file.bytes) {
                    match detect(&attached.bytes, &attached.name) {
                        LeakFormat::Pdf => self.add_pdf(&attached.bytes, &file.name, progress)?,
                        LeakFormat::Picture => {
                            let read = self.add_pictures(pages_of(&attached.bytes), progress);
                            read.or_else(|e| self.forgive(program(e)))?;
                        }
                        _ => {}
                    }
                }
            }
            _ => self.add_text(&read(&file.bytes, &file.name).map_err(format)?),
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

    /// A PDF that this program cannot take apart is left to `pdftotext`, which mends more.
    fn add_pdf(&mut self, bytes: &[u8], name: &str, progress: &dyn Fn(&str)) -> Result<(), LeakFileError> {
        let program = |error| LeakFileError::Program { name: name.to_owned(), error };
        let Ok(pages) = leaked_pages(bytes) else {
            let text = pdf_text(bytes).map_err(program)?;
            self.add_text(&text);
            return Ok(());
        };
        let mut pictures = Vec::new();
        for (number, page) in pages.into_iter().enumerate() {
            match page.kind {
                PageKind::Letters => {
                    self.add_text(&page.seen.text());
                    self.pages.push(page.seen);
                }
                PageKind::Glyphs => pictures.push((number + 1, GLYPHS_DPI)),
                PageKind::Picture => pictures.push((number + 1, SCAN_DPI)),
            }
        }
        self.check_count(pictures.len(), name)?;
        let pictures = pictures.into_iter().map(|(page, dpi)| recognise::picture(bytes, page, dpi));
        let pictures = pictures.collect::<Result<Vec<_>, _>>().map_err(program)?;
        self.add_pictures(pictures, progress).map_err(program)
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
        let (typed, pages) = (self.typed.clone(), self.pages.clone());
        Self { typed, pages, pictures, recognised: true, views: Arc::clone(&self.views), unread: self.unread.clone() }
    }
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
