//! Copies as pages: text or Markdown that is set as a PDF for each recipient, by `holm-typeset`.
//!
//! A copy's wording is written into the source first, then its pages are set, and each word that a layout mark moves is found
//! by where it stands in that source. Lines may therefore end elsewhere in another copy.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use holm_marks::carrier::{CarrierError, Copy, Format, Master, PictureSecret, Template};
use holm_marks::frame;
use holm_marks::language;
use holm_marks::layout::{Layout, LayoutPage, LayoutWord, Shift};
use holm_marks::mark::{Layer, Mark, Site};
use holm_typeset::{Document, Language, PlacedWord, TYPESETTER, Typesetter, parse, parse_text, unwrap_lines};

static FONTS: LazyLock<Typesetter> = LazyLock::new(Typesetter::new);

/// Pages cannot be set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PagesError {
    /// The master has pages of its own.
    #[error("only text and Markdown are set as pages; this document goes out in its own format, so leave `--as pdf` out")]
    Format,
    /// Another version set the copies.
    #[error(
        "copies of this item were set by `{0}`, and this program sets pages by `{TYPESETTER}`; use the version that shared it"
    )]
    Version(String),
    /// The typesetter.
    #[error(transparent)]
    Typeset(#[from] holm_typeset::Error),
    /// The master.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// A mark cannot be found in a copy.
    #[error(
        "the word `{0}` stands otherwise in a copy than in the master; strike the alternative beside it that changes the markup"
    )]
    Lost(String),
}

/// What an item's copies are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copies {
    /// Files of the master's own format.
    #[default]
    AsMaster,
    /// Pages set from the master: PDF.
    Pages,
}

/// Markdown as pages, of which nothing is marked.
///
/// # Errors
/// [`PagesError::Typeset`].
pub(crate) fn set(markdown: &str, language: frame::Language) -> Result<Vec<u8>, PagesError> {
    let language = match language {
        frame::Language::En => Language::English,
        frame::Language::Es => Language::Spanish,
    };
    Ok(FONTS.typeset(&parse(markdown, language).document, |_| 0.0)?.pdf)
}

impl Copies {
    /// What a manifest says of them.
    ///
    /// # Errors
    /// [`PagesError::Version`] if another version of the typesetter set them.
    pub fn by(typesetter: Option<&str>) -> Result<Self, PagesError> {
        match typesetter {
            None => Ok(Self::AsMaster),
            Some(TYPESETTER) => Ok(Self::Pages),
            Some(other) => Err(PagesError::Version(other.to_owned())),
        }
    }

    /// What a manifest says of them.
    #[must_use]
    pub fn typesetter(self) -> Option<String> {
        (self == Self::Pages).then(|| TYPESETTER.to_owned())
    }

    /// Whether all alternatives of this mark can be made at this site of it.
    #[must_use]
    pub fn can_carry(self, master: &Master, mark: &Mark, site: &Site) -> bool {
        let moves = self == Self::Pages && mark.layer == Layer::Layout;
        let shifts = || site.texts.iter().all(|t| Shift::parse(t).is_some());
        if moves { shifts() && is_word(master, site) } else { master.can_carry(mark, site) }
    }

    /// As [`Copies::template`], with pictures whose patterns follow from the secret; pages that are set have none.
    ///
    /// # Errors
    /// [`PagesError`] if a mark is none that the master can carry.
    pub fn keyed_template(
        self,
        master: &Master,
        bytes: &[u8],
        marks: &[Mark],
        secret: &PictureSecret,
    ) -> Result<CopyTemplate, PagesError> {
        match self {
            Self::AsMaster => Ok(CopyTemplate::AsMaster(master.keyed_template(marks, secret)?)),
            Self::Pages => self.template(master, bytes, marks),
        }
    }

    /// Prepares to write copies of the master whose bytes these are, with the master's own pictures.
    ///
    /// # Errors
    /// [`PagesError`] if a mark is none that the master can carry.
    pub fn template(self, master: &Master, bytes: &[u8], marks: &[Mark]) -> Result<CopyTemplate, PagesError> {
        Ok(match self {
            Self::AsMaster => CopyTemplate::AsMaster(master.template(marks)?),
            Self::Pages => CopyTemplate::Pages(Box::new(PageTemplate::new(master, bytes, marks)?)),
        })
    }
}

/// A master with its marks, ready to write one copy after the other.
#[derive(Clone, Debug)]
pub enum CopyTemplate {
    /// Files of the master's own format.
    AsMaster(Template),
    /// Pages.
    Pages(Box<PageTemplate>),
}

impl CopyTemplate {
    /// The copy that carries `symbols`, one a mark.
    ///
    /// # Errors
    /// [`PagesError`] if the copy cannot be written or set.
    pub fn render(&self, symbols: &[u8]) -> Result<Copy, PagesError> {
        match self {
            Self::AsMaster(template) => Ok(template.render(symbols)?),
            Self::Pages(pages) => pages.render(symbols),
        }
    }
}

/// Text or Markdown with its marks, ready to be set.
#[derive(Clone, Debug)]
pub struct PageTemplate {
    text: Template,
    markdown: bool,
    language: Language,
    /// Words that no mark of the wording touches: place in the blocks, and byte of the master.
    words: Vec<(usize, Range<usize>, usize)>,
    moves: Vec<Move>,
}

/// A word that is moved.
#[derive(Clone, Debug)]
struct Move {
    mark: usize,
    word: String,
    /// Byte of the master.
    at: usize,
    /// Points to the right, by symbol.
    shifts: Vec<f64>,
}

impl PageTemplate {
    /// # Errors
    /// [`PagesError`] if the master is neither text nor Markdown, or a mark is none that it can carry.
    pub fn new(master: &Master, bytes: &[u8], marks: &[Mark]) -> Result<Self, PagesError> {
        let markdown = match master.format() {
            Format::Markdown => true,
            Format::Text => false,
            _ => return Err(PagesError::Format),
        };
        let wording: Vec<Mark> = marks.iter().map(without_moves).collect();
        // Lines that a program broke are joined; every byte stays where it is, so marks stay where they are too.
        let joined = if markdown { None } else { Some(unwrap_lines(&String::from_utf8_lossy(bytes))) };
        let joined = joined.map(|text| Master::parse(text.as_bytes(), "master.txt")).transpose()?;
        let text = joined.as_ref().unwrap_or(master).template(&wording)?;
        let mut moves = Vec::new();
        for (mark, m) in marks.iter().enumerate().filter(|(_, m)| m.layer == Layer::Layout) {
            for site in &m.sites {
                let word = || word(master, site).unwrap_or_default().to_owned();
                let at = master.offset(site).filter(|_| is_word(master, site)).ok_or_else(|| PagesError::Lost(word()))?;
                let shifts = site.texts.iter().map(|t| Shift::parse(t).map_or(0.0, Shift::points)).collect();
                moves.push(Move { mark, word: word(), at, shifts });
            }
        }
        let all: String = master.blocks().iter().flat_map(|b| [b.text.as_str(), "\n"]).collect();
        let language = match language::detect(&all) {
            Some(frame::Language::Es) => Language::Spanish,
            Some(frame::Language::En) | None => Language::English,
        };
        Ok(Self { text, markdown, language, words: untouched(master, &wording), moves })
    }

    fn document(&self, source: &str) -> Document {
        if self.markdown { parse(source, self.language).document } else { parse_text(source, self.language) }
    }

    fn lay_out(&self, symbols: &[u8]) -> Result<holm_typeset::Layout, PagesError> {
        let source = self.text.render(symbols)?;
        Ok(FONTS.lay_out(&self.document(&String::from_utf8_lossy(&source)))?)
    }

    fn render(&self, symbols: &[u8]) -> Result<Copy, PagesError> {
        let layout = self.lay_out(symbols)?;
        let indices = by_source(layout.words());
        let mut shifts = vec![0.0; layout.words().len()];
        for moved in &self.moves {
            let at = self.text.offset_in_copy(moved.at, symbols).and_then(|at| indices.get(&at));
            let index = at.filter(|i| layout.words().get(**i).is_some_and(|w| w.text == moved.word));
            let slot = index.and_then(|i| shifts.get_mut(*i)).ok_or_else(|| PagesError::Lost(moved.word.clone()))?;
            let symbol = symbols.get(moved.mark).copied().unwrap_or(0);
            *slot = moved.shifts.get(usize::from(symbol)).copied().unwrap_or(0.0);
        }
        Ok(layout.draw(|word| shifts.get(word).copied().unwrap_or(0.0))?)
    }

    /// The pages of the copy that has these symbols at its wording marks, with no word moved: the file, and where the master's
    /// words stand on them.
    ///
    /// # Errors
    /// [`PagesError`].
    pub fn unmoved(&self, symbols: &[u8]) -> Result<(Copy, Layout), PagesError> {
        let set = self.lay_out(symbols)?;
        let mut places: HashMap<usize, (usize, Range<usize>)> = HashMap::new();
        for (block, range, at) in &self.words {
            places.extend(self.text.offset_in_copy(*at, symbols).map(|at| (at, (*block, range.clone()))));
        }
        let words = set.words().iter().map(|word| {
            let place = word.source.and_then(|at| places.remove(&at)).filter(|(_, range)| range.len() == word.text.len());
            LayoutWord {
                text: word.text.clone(),
                page: word.page,
                line: word.line,
                left: word.left,
                right: word.right,
                baseline: word.baseline,
                size: word.size,
                movable: place.is_some(),
                place,
            }
        });
        let words = words.collect();
        let (width, height) = holm_typeset::PAGE;
        let pages = vec![LayoutPage { width, height, problems: Vec::new() }; set.pages()];
        Ok((set.draw(|_| 0.0)?, Layout { pages, words }))
    }
}

/// The mark without the words that it moves: marks keep their numbers.
fn without_moves(mark: &Mark) -> Mark {
    if mark.layer == Layer::Layout { Mark { sites: Vec::new(), ..mark.clone() } } else { mark.clone() }
}

fn by_source(words: &[PlacedWord]) -> HashMap<usize, usize> {
    words.iter().enumerate().filter_map(|(index, word)| Some((word.source?, index))).collect()
}

fn word<'m>(master: &'m Master, site: &Site) -> Option<&'m str> {
    master.blocks().get(site.block)?.text.get(site.range.clone())
}

/// Whether a site is a whole word that stands in the file as it is.
fn is_word(master: &Master, site: &Site) -> bool {
    let Some(text) = master.blocks().get(site.block).map(|b| b.text.as_str()) else { return false };
    let ends = text.get(..site.range.start).is_some_and(|t| t.is_empty() || t.ends_with(char::is_whitespace))
        && text.get(site.range.end..).is_some_and(|t| t.is_empty() || t.starts_with(char::is_whitespace));
    ends && word(master, site).is_some_and(|w| !w.is_empty() && !w.contains(char::is_whitespace)) && master.offset(site).is_some()
}

/// Words that no mark of the wording touches.
fn untouched(master: &Master, wording: &[Mark]) -> Vec<(usize, Range<usize>, usize)> {
    let mut taken: HashMap<usize, Vec<&Range<usize>>> = HashMap::new();
    for site in wording.iter().flat_map(|m| &m.sites) {
        taken.entry(site.block).or_default().push(&site.range);
    }
    let mut words = Vec::new();
    for (block, text) in master.blocks().iter().map(|b| b.text.as_str()).enumerate() {
        for word in text.split_whitespace() {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            let range = start..start + word.len();
            let touched = |t: &&Range<usize>| t.start <= range.end && range.start <= t.end;
            if taken.get(&block).is_some_and(|ranges| ranges.iter().any(touched)) {
                continue;
            }
            let site = Site { block, range: range.clone(), texts: Vec::new() };
            words.extend(master.offset(&site).map(|at| (block, range, at)));
        }
    }
    words
}
