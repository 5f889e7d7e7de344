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
use crate::recognise::{self, PictureSource, Recognised};

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
        let mut all = Vec::new();
        let mut count = 0;
        // Before any picture is decoded.
        for (number, file) in (0..).zip(files) {
            if file.bytes.is_empty() {
                return Err(LeakFileError::Format { name: file.name.clone(), error: LeakError::Empty });
            }
            let parts = parts(number, file)?;
            count += parts.iter().map(|p| p.sources().len()).sum::<usize>();
            if count > MOST_PICTURES {
                return Err(LeakFileError::Pages { name: file.name.clone(), count });
            }
            all.push((file, parts));
        }
        for (file, part) in all.into_iter().flat_map(|(file, parts)| parts.into_iter().map(move |part| (file, part))) {
            content.add(file, part, progress)?;
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
        for (number, file) in (0..).zip(files) {
            parts(number, file)?.into_iter().for_each(|part| content.add_typed(part));
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

    /// One of the leak's pictures as it came, neither turned nor flattened; `None` if it is not there.
    ///
    /// # Errors
    /// [`LeakFileError`] names the file and what to do.
    pub fn picture(files: &[LeakFile], source: PictureSource) -> Result<Option<Raster>, LeakFileError> {
        let Some(file) = files.get(source.file as usize) else { return Ok(None) };
        let attached = source.attachment.map(|number| attachments(&file.bytes).into_iter().nth(number as usize));
        let bytes = match &attached {
            None => file.bytes.as_slice(),
            Some(Some(attached)) => attached.bytes.as_slice(),
            Some(None) => return Ok(None),
        };
        if source.dpi > 0 {
            let picture = recognise::picture(bytes, source.page as usize, source.dpi);
            return picture.map(Some).map_err(|e| program_error(&file.name, e));
        }
        let format = |e| LeakFileError::Format { name: file.name.clone(), error: LeakError::Picture(e) };
        Raster::decode_page(bytes, source.page as usize).map_err(format)
    }

    fn add(&mut self, file: &LeakFile, part: Part<'_>, progress: &dyn Fn(&str)) -> Result<(), LeakFileError> {
        let pictures: Vec<(PictureSource, Raster)> = match part {
            Part::Text(_) | Part::Page(_) | Part::Spaced(_) => {
                self.add_typed(part);
                return Ok(());
            }
            Part::Pictures { bytes, pages } => {
                let attached = pages.first().is_some_and(|p| p.attachment.is_some());
                match Raster::decode(&bytes) {
                    Ok(rasters) => {
                        let mut rasters: Vec<Option<Raster>> = rasters.into_iter().map(Some).collect();
                        let take = |source: PictureSource| Some((source, rasters.get_mut(source.page as usize)?.take()?));
                        pages.into_iter().filter_map(take).collect()
                    }
                    // What is attached and damaged is no reason to leave the mail.
                    Err(_) if attached => Vec::new(),
                    Err(e) => return Err(LeakFileError::Format { name: file.name.clone(), error: LeakError::Picture(e) }),
                }
            }
            Part::PdfPictures { pdf, pages } => {
                let one = |source: PictureSource| Ok((source, recognise::picture(&pdf, source.page as usize, source.dpi)?));
                let pictured = pages.into_iter().map(one).collect::<Result<Vec<_>, ProgramError>>();
                let read = pictured.and_then(|pictures| self.add_pictures(pictures, progress));
                return read.map_err(|e| program_error(&file.name, e));
            }
        };
        self.add_pictures(pictures, progress).or_else(|e| self.forgive(program_error(&file.name, e)))
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
            Part::Pictures { .. } | Part::PdfPictures { .. } => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        if !self.typed.is_empty() {
            self.typed.push_str("\n\n");
        }
        self.typed.push_str(text);
    }

    fn add_pictures(&mut self, pictures: Vec<(PictureSource, Raster)>, progress: &dyn Fn(&str)) -> Result<(), ProgramError> {
        if pictures.is_empty() {
            return Ok(());
        }
        progress("recognising the words in pictures");
        let (sources, rasters): (Vec<_>, Vec<_>) = pictures.into_iter().unzip();
        let recognised = recognise::recognise(rasters)?;
        self.pictures.extend(recognised.into_iter().zip(sources).map(|(read, source)| Recognised { source, ..read }));
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

/// Something that a file holds, before any picture is decoded.
enum Part<'f> {
    Text(String),
    /// A page whose words have exact places.
    Page(SeenPage),
    /// Paragraphs whose words are moved by the spaces beside them.
    Spaced(Vec<Vec<SpacedWord>>),
    /// Pages of a picture.
    Pictures {
        bytes: Cow<'f, [u8]>,
        pages: Vec<PictureSource>,
    },
    /// Pages of a PDF that must be pictured.
    PdfPictures {
        pdf: Cow<'f, [u8]>,
        pages: Vec<PictureSource>,
    },
}

impl Part<'_> {
    fn sources(&self) -> &[PictureSource] {
        match self {
            Self::Text(_) | Self::Page(_) | Self::Spaced(_) => &[],
            Self::Pictures { pages, .. } | Self::PdfPictures { pages, .. } => pages,
        }
    }
}

/// What a file holds, in its order.
fn parts(number: u32, file: &LeakFile) -> Result<Vec<Part<'_>>, LeakFileError> {
    let format = |error| LeakFileError::Format { name: file.name.clone(), error };
    let pdf_error = |e| program_error(&file.name, e);
    let text = || Ok(Part::Text(read(&file.bytes, &file.name).map_err(format)?));
    let source = PictureSource { file: number, ..PictureSource::default() };
    match detect(&file.bytes, &file.name) {
        LeakFormat::Pdf => pdf_parts(Cow::Borrowed(&file.bytes), source).map_err(pdf_error),
        LeakFormat::Picture => {
            let sizes = Raster::sizes(&file.bytes).map_err(|e| format(LeakError::Picture(e)))?;
            let pages = (0..).zip(&sizes).map(|(page, _)| PictureSource { page, ..source }).collect();
            Ok(vec![Part::Pictures { bytes: Cow::Borrowed(&file.bytes), pages }])
        }
        LeakFormat::Eml => {
            let mut parts = vec![text()?];
            for (attachment, attached) in (0..).zip(attachments(&file.bytes)) {
                let source = PictureSource { attachment: Some(attachment), ..source };
                match detect(&attached.bytes, &attached.name) {
                    LeakFormat::Pdf => parts.extend(pdf_parts(Cow::Owned(attached.bytes), source).map_err(pdf_error)?),
                    LeakFormat::Picture => {
                        let pages = pages_of(&attached.bytes, source);
                        parts.push(Part::Pictures { bytes: Cow::Owned(attached.bytes), pages });
                    }
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
fn pdf_parts(pdf: Cow<'_, [u8]>, source: PictureSource) -> Result<Vec<Part<'_>>, ProgramError> {
    let Ok(found) = leaked_pages(&pdf) else {
        return Ok(vec![Part::Text(pdf_text(&pdf)?)]);
    };
    let (mut parts, mut pages) = (Vec::new(), Vec::new());
    for (page, found) in (1..).zip(found) {
        match found.kind {
            PageKind::Letters => parts.push(Part::Page(found.seen)),
            PageKind::Glyphs => pages.push(PictureSource { page, dpi: GLYPHS_DPI, ..source }),
            PageKind::Picture => pages.push(PictureSource { page, dpi: SCAN_DPI, ..source }),
        }
    }
    parts.push(Part::PdfPictures { pdf, pages });
    Ok(parts)
}

/// Pages of a picture attached to a mail; none of one that is damaged, or too small to show text (logos, signatures).
fn pages_of(bytes: &[u8], source: PictureSource) -> Vec<PictureSource> {
    let sizes = Raster::sizes(bytes).unwrap_or_default();
    let large = (0..).zip(sizes).filter(|(_, (width, height))| *width.min(height) as usize >= SMALLEST_PAGE);
    large.map(|(page, _)| PictureSource { page, ..source }).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: usize, height: usize) -> Vec<u8> {
        Raster::new(width, height, vec![255; width * height]).unwrap().to_png().unwrap()
    }

    /// A mail with a small logo and two pictures, one of which is damaged.
    fn mail() -> LeakFile {
        use base64::Engine;
        let mut damaged = png(320, 330);
        damaged.truncate(60);
        let mut text =
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nLook.\r\n".to_owned();
        for (name, bytes) in [("logo.png", png(30, 40)), ("broken.png", damaged), ("page.png", png(310, 410))] {
            let bytes = base64::engine::general_purpose::STANDARD.encode(bytes);
            text += &format!(
                "--b\r\nContent-Type: image/png; name={name}\r\nContent-Disposition: attachment; filename={name}\r\n\
                 Content-Transfer-Encoding: base64\r\n\r\n{bytes}\r\n"
            );
        }
        LeakFile { name: "mail.eml".to_owned(), bytes: (text + "--b--\r\n").into_bytes() }
    }

    #[test]
    fn each_picture_is_found_again_where_it_came_from() {
        let alone = LeakFile { name: "alone.png".to_owned(), bytes: png(500, 260) };
        let text = LeakFile { name: "note.txt".to_owned(), bytes: b"a note".to_vec() };
        let files = [text, mail(), alone];
        let content = LeakContent::read(&files, &|_| ()).unwrap();
        let sizes: Vec<(usize, usize)> = content.pictures.iter().map(|p| (p.picture.width(), p.picture.height())).collect();
        let turned = |(w, h): (usize, usize), quarters: u8| if quarters % 2 == 1 { (h, w) } else { (w, h) };
        let sources: Vec<PictureSource> = content.pictures.iter().map(|p| p.source).collect();
        let place = |s: &PictureSource| (s.file, s.attachment);
        assert_eq!(sources.iter().map(place).collect::<Vec<_>>(), [(1, Some(2)), (2, None)], "the logo is too small");
        for (read, size) in content.pictures.iter().zip(sizes) {
            let again = LeakContent::picture(&files, read.source).unwrap().unwrap();
            assert_eq!(turned((again.width(), again.height()), read.quarters), size);
        }
        let nowhere = PictureSource { file: 9, ..PictureSource::default() };
        assert!(LeakContent::picture(&files, nowhere).unwrap().is_none());
        let second = PictureSource { file: 2, page: 1, ..PictureSource::default() };
        assert!(LeakContent::picture(&files, second).unwrap().is_none());
    }

    #[test]
    fn too_many_pictures_are_refused_before_any_is_recognised() {
        let one = LeakFile { name: "p.png".to_owned(), bytes: png(300, 300) };
        let files = vec![one; MOST_PICTURES + 1];
        let told = std::cell::Cell::new(false);
        let refused = LeakContent::read(&files, &|_| told.set(true));
        assert!(matches!(refused, Err(LeakFileError::Pages { count: 201, .. })) && !told.get());
    }
}
