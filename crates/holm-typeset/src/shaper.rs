//! Words as glyphs, each distinct word of a document shaped once, and the codes by which the PDF will name glyphs.

use std::collections::HashMap;
use std::sync::Arc;

use rustybuzz::{BufferClusterLevel, BufferFlags, Direction, UnicodeBuffer, script};

use crate::face::{Face, Style, features};
use crate::typesetter::Error;

/// A glyph at its place in a word. Lengths are in ems.
#[derive(Clone, Debug)]
pub(crate) struct Glyph {
    /// The glyph's code in the PDF's font.
    pub(crate) code: u16,
    /// How far the next glyph stands from this one.
    pub(crate) advance: f64,
    /// How far the font alone would move on.
    pub(crate) natural: f64,
    /// How far the glyph is drawn from its place, rightwards and upwards.
    pub(crate) offset: (f64, f64),
}

/// Shaped text without white space.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shaped {
    pub(crate) glyphs: Vec<Glyph>,
    /// In ems.
    pub(crate) width: f64,
}

/// The glyphs of one face that a document uses. A code stands for a glyph *and* its text, so that two characters which share
/// a glyph are still told apart when text is extracted.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    codes: HashMap<(u16, Box<str>), u16>,
    /// The glyphs and texts of codes 1, 2, …; code 0 is the missing glyph, 1 the space. Empty when the face is not used.
    pub(crate) glyphs: Vec<(u16, Box<str>)>,
}

/// The code of the word space in every face.
pub(crate) const SPACE: u16 = 1;

impl Inventory {
    fn code(&mut self, face: &Face, glyph: u16, text: &str) -> Result<u16, Error> {
        if self.glyphs.is_empty() {
            let space = face.metrics().glyph_index(' ').map_or(0, |id| id.0);
            self.add(space, " ")?;
        }
        match self.codes.get(&(glyph, Box::from(text))) {
            Some(&code) => Ok(code),
            None => self.add(glyph, text),
        }
    }

    fn add(&mut self, glyph: u16, text: &str) -> Result<u16, Error> {
        let code = u16::try_from(self.glyphs.len() + 1).map_err(|_| Error::Glyphs)?;
        self.glyphs.push((glyph, text.into()));
        self.codes.insert((glyph, text.into()), code);
        Ok(code)
    }
}

/// Shapes the words of one document.
pub(crate) struct Shaper<'f> {
    faces: &'f [Face; Style::ALL.len()],
    known: [HashMap<Box<str>, Arc<Shaped>>; Style::ALL.len()],
    pub(crate) inventories: [Inventory; Style::ALL.len()],
    buffer: Option<UnicodeBuffer>,
}

impl<'f> Shaper<'f> {
    pub(crate) fn new(faces: &'f [Face; Style::ALL.len()]) -> Self {
        Shaper { faces, known: Default::default(), inventories: Default::default(), buffer: None }
    }

    /// Shapes `text`, which stands in paragraph `paragraph`.
    pub(crate) fn shape(&mut self, style: Style, text: &str, paragraph: usize) -> Result<Arc<Shaped>, Error> {
        if let Some(shaped) = self.known[style.index()].get(text) {
            return Ok(Arc::clone(shaped));
        }
        let shaped = Arc::new(self.shape_anew(style, text, paragraph)?);
        self.known[style.index()].insert(text.into(), Arc::clone(&shaped));
        Ok(shaped)
    }

    fn shape_anew(&mut self, style: Style, text: &str, paragraph: usize) -> Result<Shaped, Error> {
        let face = &self.faces[style.index()];
        let mut buffer = self.buffer.take().unwrap_or_default();
        buffer.push_str(text);
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
        buffer.set_cluster_level(BufferClusterLevel::MonotoneCharacters);
        let out = if text.chars().all(is_latin) {
            buffer.set_direction(Direction::LeftToRight);
            buffer.set_script(script::LATIN);
            rustybuzz::shape_with_plan(&face.shaping, &face.latin, buffer)
        } else {
            buffer.guess_segment_properties();
            rustybuzz::shape(&face.shaping, &features(), buffer)
        };
        let shaped = collect(face, &mut self.inventories[style.index()], text, &out, paragraph);
        self.buffer = Some(out.clear());
        shaped
    }
}

/// Whether the character can be shaped as Latin text without looking at its neighbours' script: Latin letters, and
/// punctuation, arrows and mathematical signs, which belong to no script.
fn is_latin(character: char) -> bool {
    matches!(character, '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2010}'..='\u{22FF}')
}

fn collect(
    face: &Face,
    inventory: &mut Inventory,
    text: &str,
    out: &rustybuzz::GlyphBuffer,
    paragraph: usize,
) -> Result<Shaped, Error> {
    let em = face.em();
    let mut starts: Vec<usize> = out.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut shaped = Shaped::default();
    let mut previous = None;
    for (info, place) in out.glyph_infos().iter().zip(out.glyph_positions()) {
        let start = info.cluster as usize;
        let next = starts.partition_point(|&s| s <= start);
        let cluster = text.get(start..starts.get(next).copied().unwrap_or(text.len())).unwrap_or_default();
        let id = u16::try_from(info.glyph_id).unwrap_or(0);
        if id == 0 {
            return Err(Error::Character { character: cluster.chars().next().unwrap_or('\u{FFFD}'), paragraph });
        }
        // Of several glyphs for one text, the first carries it.
        let carried = if previous == Some(start) { "" } else { cluster };
        previous = Some(start);
        let advance = f64::from(place.x_advance) / em;
        shaped.width += advance;
        shaped.glyphs.push(Glyph {
            code: inventory.code(face, id, carried)?,
            advance,
            natural: face.advance(id),
            offset: (f64::from(place.x_offset) / em, f64::from(place.y_offset) / em),
        });
    }
    Ok(shaped)
}
