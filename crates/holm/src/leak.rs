//! Leaked files and what they show: text, words at their places, pictures of pages.

use std::sync::Arc;
use std::time::Duration;

use holm_marks::layout::SeenPage;
use holm_marks::leak::{LeakError, LeakFormat, attachments, detect, read, views};
use holm_marks::pdf::leaked_pages;
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
        Ok(content.text)
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
    /// Their text.
    pub text: String,
    /// Pages whose words have exact places, in points.
    pub pages: Vec<SeenPage>,
    /// Pages that are pictures.
    pub pictures: Vec<Recognised>,
    /// All pictures, to be compared with an item's own.
    pub views: Arc<[View]>,
    /// Words in pictures that could not be recognised, since the program for it is missing.
    unread: Option<LeakFileError>,
}

/// More pages of pictures than this are not recognised: that would take hours.
const MOST_PICTURES: usize = 200;
/// Shortest side of an attached picture whose words are recognised, in pixels.
const SMALLEST_PAGE: usize = 200;
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
            LeakFormat::Pdf => self.add_pdf(&file.bytes, progress).map_err(program)?,
            LeakFormat::Picture => {
                let pages = Raster::decode(&file.bytes).map_err(|e| format(LeakError::Picture(e)))?;
                self.add_pictures(pages, progress).or_else(|e| self.forgive(program(e)))?;
            }
            LeakFormat::Eml => {
                self.add_text(&read(&file.bytes, &file.name).map_err(format)?);
                for attached in attachments(&file.bytes) {
                    match detect(&attached.bytes, &attached.name) {
                        LeakFormat::Pdf => self.add_pdf(&attached.bytes, progress).map_err(program)?,
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
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
    }

    /// A PDF that this program cannot take apart is left to `pdftotext`, which mends more.
    fn add_pdf(&mut self, bytes: &[u8], progress: &dyn Fn(&str)) -> Result<(), ProgramError> {
        let Ok(pages) = leaked_pages(bytes) else {
            let text = pdf_text(bytes)?;
            self.add_text(&text);
            return Ok(());
        };
        let pictured: Vec<usize> = (0..pages.len()).filter(|i| pages.get(*i).is_some_and(|p| p.pictured)).collect();
        let text: Vec<String> = pages.iter().filter(|p| !p.pictured).map(|p| p.seen.text()).collect();
        if !text.is_empty() {
            self.add_text(&text.join("\n"));
        }
        self.pages.extend(pages.into_iter().filter(|p| !p.pictured).map(|p| p.seen));
        let pictures = pictured.iter().take(MOST_PICTURES).map(|page| recognise::scanned(bytes, page + 1));
        self.add_pictures(pictures.collect::<Result<Vec<_>, _>>()?, progress)
    }

    fn add_pictures(&mut self, pages: Vec<Raster>, progress: &dyn Fn(&str)) -> Result<(), ProgramError> {
        if pages.is_empty() {
            return Ok(());
        }
        progress("recognising the words in pictures");
        for recognised in recognise::recognise(pages)? {
            self.add_text(&recognised.seen.text());
            self.pictures.push(recognised);
        }
        Ok(())
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
