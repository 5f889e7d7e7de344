//! PDF: a copy is the master with some words moved sideways by a fraction of a point, and with patterns in its pictures.
//!
//! A word is moved by numbers in the `TJ` arrays that paint it (ISO 32000-1, §9.4.3): one before it and its opposite after it,
//! so that everything else stays where it was. Text, fonts, links, forms and tags are not touched. A copy is written anew
//! rather than appended to, since an appended update would carry the unmarked master within it.

mod figure;
mod label;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use miniz_oxide::deflate::compress_to_vec_zlib;

use self::figure::{Figure, FigureEdit, figures};
pub(crate) use self::label::label_pdf;
use super::picture::{ItemPicture, PictureWriter};
use super::splice::{Splice, splice};
use super::{CarrierError, Copy};
use crate::document::{Block, BlockKind};
use crate::layout::{Layout, LayoutPage, LayoutWord, Shift};
use crate::mark::{Layer, Mark, Site};
use crate::pdf::{Lexer, PageWord, PaintedImage, PdfError, PdfFile, Quoting, Reading, Show, ShowKind, TokenKind};

/// zlib's level: a copy's pages are written anew for each recipient, and higher ones take several times as long.
const COMPRESSION: u8 = 3;
/// Lines of one paragraph are at most this many font sizes apart.
const LINE_PITCH: f64 = 1.6;

/// A PDF file.
#[derive(Clone)]
pub(crate) struct PdfMaster {
    file: Arc<PdfFile>,
    pages: Vec<MasterPage>,
    blocks: Vec<Block>,
    layout: Layout,
    pictures: Arc<[ItemPicture]>,
    /// By picture, what can be taken out.
    images: Vec<Option<PaintedImage>>,
    /// By block and start in its text, the page and word that stands there.
    places: HashMap<(usize, usize), (usize, usize)>,
}

#[derive(Clone)]
struct MasterPage {
    content: Vec<u8>,
    shows: Vec<Show>,
    words: Vec<PageWord>,
}

/// A master with its marks.
#[derive(Clone)]
pub(crate) struct PdfTemplate {
    doc: Document,
    pages: Vec<PageEdits>,
    pictures: Vec<FigureEdit>,
    text: String,
}

#[derive(Clone)]
struct PageEdits {
    stream: ObjectId,
    content: Vec<u8>,
    splices: Vec<Splice>,
}

impl std::fmt::Debug for PdfMaster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PdfMaster({} pages)", self.pages.len())
    }
}

impl std::fmt::Debug for PdfTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PdfTemplate({} pages edited)", self.pages.len())
    }
}

impl PdfMaster {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, CarrierError> {
        let file = PdfFile::open(bytes)?;
        if file.is_signed() {
            return Err(CarrierError::SignedPdf);
        }
        if file.lacks_streams() {
            return Err(PdfError::Damaged("a stream does not say how long it is".to_owned()).into());
        }
        let mut master = Self {
            file: Arc::new(file),
            pages: Vec::new(),
            blocks: Vec::new(),
            layout: Layout::default(),
            pictures: Arc::from([]),
            images: Vec::new(),
            places: HashMap::new(),
        };
        let mut reading = Reading::default();
        let mut seen = HashSet::new();
        let mut pictures = false;
        let mut painted = Vec::new();
        for id in master.file.pages.clone() {
            let number = master.pages.len();
            if !seen.insert(id) {
                master.repeat(id);
                continue;
            }
            let page = master.file.page(id, &mut reading)?;
            pictures |= page.shown.images;
            painted.extend(page.shown.painted.iter().map(|image| (number, *image)));
            master.layout.pages.push(LayoutPage { width: page.width, height: page.height, problems: problems(&page) });
            master.add_words(number, &page.words, page.height);
            master.pages.push(MasterPage { content: page.content, shows: page.shown.shows, words: page.words });
        }
        if master.blocks.is_empty() && pictures {
            return Err(CarrierError::Scan);
        }
        let figures = figures(&master.file, &painted).into_iter().map(|Figure { image, picture }| (image, picture));
        let (images, pictures): (Vec<_>, Vec<_>) = figures.unzip();
        (master.images, master.pictures) = (images, Arc::from(pictures));
        Ok(master)
    }

    /// A page that the document shows again: its words stand where they stood first, and are moved there.
    fn repeat(&mut self, id: ObjectId) {
        let first = self.file.pages.iter().position(|p| *p == id).and_then(|p| self.layout.pages.get(p));
        let size = first.map_or((0.0, 0.0), |p| (p.width, p.height));
        let problems = vec!["it is one of the pages before, shown again".to_owned()];
        self.layout.pages.push(LayoutPage { width: size.0, height: size.1, problems });
        self.pages.push(MasterPage { content: Vec::new(), shows: Vec::new(), words: Vec::new() });
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn pictures(&self) -> &[ItemPicture] {
        &self.pictures
    }

    /// Adds a page's words to blocks and layout.
    fn add_words(&mut self, page: usize, words: &[PageWord], height: f64) {
        let mut last: Option<&PageWord> = None;
        for (index, word) in words.iter().enumerate() {
            if last.is_none_or(|l| begins_block(l, word)) {
                self.blocks.push(Block { kind: BlockKind::Prose, text: String::new(), protected: Vec::new() });
            } else if let Some(block) = self.blocks.last_mut() {
                let broken = last.is_some_and(|l| l.line != word.line) && block.text.ends_with('-');
                if broken && word.text.starts_with(char::is_lowercase) {
                    block.text.pop();
                } else {
                    block.text.push(' ');
                }
            }
            let block = self.blocks.len() - 1;
            let Some(Block { text, .. }) = self.blocks.last_mut() else { continue };
            let range = text.len()..text.len() + word.text.len();
            text.push_str(&word.text);
            self.places.insert((block, range.start), (page, index));
            self.layout.words.push(LayoutWord {
                text: word.text.clone(),
                page,
                line: word.line,
                left: word.left,
                right: word.right,
                baseline: height - word.baseline,
                size: word.size,
                movable: word.movable,
                place: Some((block, range)),
            });
            last = Some(word);
        }
    }

    fn word_of(&self, site: &Site) -> Option<(usize, usize, &PageWord)> {
        let (page, index) = *self.places.get(&(site.block, site.range.start))?;
        let word = self.pages.get(page)?.words.get(index)?;
        (word.text.len() == site.range.len()).then_some((page, index, word))
    }

    pub(crate) fn can_carry(&self, site: &Site) -> bool {
        let shifts = site.texts.iter().all(|t| Shift::parse(t).is_some());
        shifts && self.word_of(site).is_some_and(|(_, _, word)| word.movable && !word.pieces.is_empty())
    }

    pub(crate) fn template(&self, marks: &[Mark], writers: Vec<PictureWriter>) -> Result<PdfTemplate, CarrierError> {
        let mut moves: BTreeMap<usize, Vec<Move<'_>>> = BTreeMap::new();
        for (index, mark) in marks.iter().enumerate().filter(|(_, m)| m.layer != Layer::Picture) {
            for site in &mark.sites {
                let carried = self.word_of(site).filter(|_| self.can_carry(site));
                let (page, _, word) =
                    carried.ok_or_else(|| CarrierError::Unknown(format!("mark `{}` is no word that can be moved", mark.rule)))?;
                let shifts = site.texts.iter().filter_map(|t| Shift::parse(t)).collect();
                moves.entry(page).or_default().push(Move { mark: index, word, shifts });
            }
        }
        let mut doc = self.file.doc.clone();
        let mut named = HashSet::new();
        doc.trailer.iter().for_each(|(_, object)| name_references(object, &mut named));
        doc.objects.values().for_each(|object| name_references(object, &mut named));
        let mut pages = Vec::new();
        for (page, moves) in moves {
            let (Some(master), Some(id)) = (self.pages.get(page), self.file.pages.get(page)) else { continue };
            let stream = new_id(&mut doc, &named)?;
            doc.set_object(stream, Stream::new(Dictionary::new(), Vec::new()));
            let entry = doc.get_dictionary_mut(*id).map_err(|e| PdfError::Damaged(e.to_string()))?;
            entry.set("Contents", Object::Reference(stream));
            pages.push(PageEdits { stream, content: master.content.clone(), splices: splices(&moves, master)? });
        }
        let image = |w: PictureWriter| Some((self.images.get(w.number)?.clone()?, w));
        let edits = writers.into_iter().filter_map(image).map(|(image, writer)| FigureEdit::new(image, writer));
        let pictures = edits.collect::<Result<Vec<_>, _>>()?;
        pictures.iter().for_each(|p| p.empty(&mut doc));
        // The streams that the new ones replace must not stay in the file.
        doc.prune_objects();
        // What lopdf adds when it writes the file takes the number after this one.
        doc.max_id = new_id(&mut doc, &named)?.0.saturating_sub(1);
        let text = self.blocks.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n");
        Ok(PdfTemplate { doc, pages, pictures, text })
    }

    /// Whether a copy says what its master says: of a file that is put together oddly enough, something may be lost when it is
    /// written.
    pub(crate) fn says_the_same(&self, copy: &[u8]) -> bool {
        let said = |blocks: &[Block]| blocks.iter().map(|b| b.text.as_str()).collect::<String>();
        Self::parse(copy).is_ok_and(|again| said(&again.blocks) == said(&self.blocks))
    }
}

/// The number of an object that nothing refers to yet. A file may refer to objects that are not there, which counts as null
/// (ISO 32000-1, §7.3.10): they must not come into being.
fn new_id(doc: &mut Document, named: &HashSet<u32>) -> Result<ObjectId, PdfError> {
    loop {
        let (number, _) = doc.try_new_object_id().map_err(|e| PdfError::Damaged(e.to_string()))?;
        if !named.contains(&number) {
            return Ok((number, 0));
        }
    }
}

/// Collects the numbers of objects that `object` refers to; lopdf bounds how deep it is.
fn name_references(object: &Object, named: &mut HashSet<u32>) {
    match object {
        Object::Reference((number, _)) => {
            named.insert(*number);
        }
        Object::Array(items) => items.iter().for_each(|o| name_references(o, named)),
        Object::Dictionary(dict) => dict.iter().for_each(|(_, o)| name_references(o, named)),
        Object::Stream(stream) => stream.dict.iter().for_each(|(_, o)| name_references(o, named)),
        _ => {}
    }
}

fn problems(page: &crate::pdf::PdfPage) -> Vec<String> {
    let mut problems: Vec<String> = page.shown.problems.iter().map(|p| (*p).to_owned()).collect();
    if page.words.is_empty() && page.shown.images {
        problems.push("it is a picture without text".to_owned());
    } else if !page.words.is_empty() && page.words.iter().all(|w| !w.visible) {
        problems.push("its text is invisible, laid over a scan".to_owned());
    } else if page.words.iter().any(|w| w.pieces.is_empty()) {
        problems.push("some of its text stands in forms that pages share".to_owned());
    }
    problems
}

/// A word to be moved, by symbol, in points to the right.
struct Move<'w> {
    mark: usize,
    word: &'w PageWord,
    shifts: Vec<Shift>,
}

fn begins_block(last: &PageWord, word: &PageWord) -> bool {
    if last.line == word.line {
        return false;
    }
    let size = last.size.max(word.size);
    let down = last.baseline - word.baseline;
    let alike = (last.size - word.size).abs() < 0.1 * size;
    !(alike && down > 0.5 * size && down < LINE_PITCH * size)
}

/// Ranks of what is inserted at one place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Opening,
    After,
    Before,
    Escape,
    Closing,
}

fn splices(moves: &[Move<'_>], page: &MasterPage) -> Result<Vec<Splice>, CarrierError> {
    let mut edits = Edits { page, ranked: Vec::new(), converted: HashSet::new(), escaped: HashSet::new() };
    moves.iter().try_for_each(|word| edits.move_word(word))?;
    edits.ranked.sort_by_key(|(at, rank, _)| (*at, *rank));
    let splices: Vec<Splice> = edits.ranked.into_iter().map(|(_, _, s)| s).collect();
    if super::splice::overlap(&splices) {
        return Err(CarrierError::Unknown("two marks overlap".to_owned()));
    }
    Ok(splices)
}

/// What is exchanged in a page's content.
struct Edits<'p> {
    page: &'p MasterPage,
    ranked: Vec<(usize, Rank, Splice)>,
    /// Show operators that were made `TJ`.
    converted: HashSet<usize>,
    /// Where strings begin whose brackets were escaped.
    escaped: HashSet<usize>,
}

impl Edits<'_> {
    fn move_word(&mut self, Move { mark, word, shifts }: &Move<'_>) -> Result<(), CarrierError> {
        for piece in &word.pieces {
            let show = self.page.shows.get(piece.show).ok_or_else(|| CarrierError::Unknown("a word has no place".to_owned()))?;
            if show.kind != ShowKind::Array && self.converted.insert(piece.show) {
                self.convert(show);
            }
            let number = |sign: f64| shifts.iter().map(|s| thousandths(sign * s.points() * piece.per_point)).collect::<Vec<_>>();
            self.insert(show, piece.start, Rank::Before, *mark, &number(-1.0));
            self.insert(show, piece.end, Rank::After, *mark, &number(1.0));
        }
        Ok(())
    }

    fn fixed(&mut self, at: usize, rank: Rank, text: &str) {
        self.ranked.push((at, rank, Splice::fixed(at..at, text)));
    }

    /// Makes a `TJ` of a show operator that takes one string.
    fn convert(&mut self, show: &Show) {
        let Some((string, _)) = show.strings.last() else { return };
        let opening = match show.kind {
            // An operator may stand right before the string.
            ShowKind::NextLine => " T* [",
            _ => "[",
        };
        if let ShowKind::Spaced { word, character } = show.kind {
            self.fixed(word, Rank::Opening, " Tw");
            self.fixed(character, Rank::Opening, " Tc T*");
        }
        self.fixed(string.start, Rank::Opening, opening);
        self.fixed(string.end, Rank::Closing, "]");
        self.ranked.push((show.operator.start, Rank::Closing, Splice::fixed(show.operator.clone(), "TJ")));
    }

    /// Inserts numbers at `at`, which is where a glyph begins or ends.
    fn insert(&mut self, show: &Show, at: usize, rank: Rank, mark: usize, numbers: &[String]) {
        let after = show.strings.partition_point(|(string, _)| string.end <= at);
        let Some((string, quoting)) = show.strings.get(after).filter(|(string, _)| string.start < at) else { return };
        let (first, last) = (string.start + 1, string.end.saturating_sub(1));
        let (at, left, right) = match quoting {
            _ if rank == Rank::Before && at == first => (string.start, " ", " "),
            _ if rank == Rank::After && at >= last => (string.end, " ", " "),
            Quoting::Literal => {
                self.escape(string);
                (at, ")", "(")
            }
            Quoting::Hexadecimal => (at, ">", "<"),
        };
        let texts = numbers.iter().map(|n| format!("{left}{n}{right}").into_bytes()).collect();
        self.ranked.push((at, rank, Splice { range: at..at, texts, mark: Some(mark) }));
    }

    /// Escapes the brackets in a literal string that is cut, since they need no longer be balanced in its parts.
    fn escape(&mut self, string: &Range<usize>) {
        let token = self.page.content.get(string.clone()).and_then(|bytes| Lexer::new(bytes).next());
        let Some(TokenKind::Text(codes, Quoting::Literal)) = token.map(|t| t.kind) else { return };
        if self.escaped.insert(string.start) {
            let bare = codes.iter().filter(|c| matches!(c.value, b'(' | b')') && c.end - c.start == 1);
            bare.for_each(|c| self.fixed(string.start + c.start, Rank::Escape, "\\"));
        }
    }
}

/// A number of a `TJ` array, to a hundredth of a thousandth of the font size.
fn thousandths(number: f64) -> String {
    let text = format!("{number:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

impl PdfTemplate {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn render(&self, symbols: &[u8]) -> Result<Copy, CarrierError> {
        let failed = |e: String| CarrierError::from(PdfError::Damaged(e));
        let mut doc = self.doc.clone();
        for page in &self.pages {
            let content = compress_to_vec_zlib(&splice(&page.content, &page.splices, symbols), COMPRESSION);
            let stream = Stream::new(dictionary! { "Filter" => "FlateDecode" }, content);
            doc.set_object(page.stream, Object::Stream(stream));
        }
        for picture in &self.pictures {
            picture.write(&mut doc, symbols)?;
        }
        let mut copy = Vec::new();
        doc.save_to(&mut copy).map_err(|e| failed(e.to_string()))?;
        Ok(copy)
    }
}
