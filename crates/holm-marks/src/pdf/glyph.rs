//! What a content stream shows and where (ISO 32000-1, §8.4 and §9.4), glyph by glyph, with the bytes that show it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::allowance::{Allowance, LARGEST_CONTENT};
use super::font::{PdfFont, deref, resolve};
use super::lexer::{CodeByte, Lexer, PdfToken, Quoting, TokenKind};

/// An affine map (x, y) ↦ (a x + c y + e, b x + d y + f).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) c: f64,
    pub(crate) d: f64,
    pub(crate) e: f64,
    pub(crate) f: f64,
}

impl Matrix {
    pub(crate) const IDENTITY: Self = Self { a: 1.0, b: 0.0, c: 0.0, d: 1.0, e: 0.0, f: 0.0 };

    fn shift(x: f64, y: f64) -> Self {
        Self { e: x, f: y, ..Self::IDENTITY }
    }

    /// First `self`, then `next`.
    fn then(self, next: Self) -> Self {
        Self {
            a: self.a * next.a + self.b * next.c,
            b: self.a * next.b + self.b * next.d,
            c: self.c * next.a + self.d * next.c,
            d: self.c * next.b + self.d * next.d,
            e: self.e * next.a + self.f * next.c + next.e,
            f: self.e * next.b + self.f * next.d + next.f,
        }
    }

    /// The map back, of one that turns, mirrors and moves without scaling to nothing.
    pub(crate) fn inverse(self) -> Self {
        let det = self.a * self.d - self.b * self.c;
        let (a, b, c, d) = (self.d / det, -self.b / det, -self.c / det, self.a / det);
        Self { a, b, c, d, e: -(self.e * a + self.f * c), f: -(self.e * b + self.f * d) }
    }

    pub(crate) fn apply(self, x: f64, y: f64) -> (f64, f64) {
        (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)
    }
}

/// One shown code.
#[derive(Clone, Debug)]
pub(crate) struct Glyph {
    /// Its characters; nothing if the font does not say.
    pub(crate) text: String,
    /// Where its advance begins and ends, in points from the page's left edge, and its baseline from the bottom.
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) baseline: f64,
    /// Font size on the page in points.
    pub(crate) size: f64,
    /// Whether it stands upright and its place is known.
    pub(crate) upright: bool,
    /// Whether it is painted.
    pub(crate) visible: bool,
    /// Where it is written, if that is the page's own stream.
    pub(crate) place: Option<GlyphPlace>,
}

/// Where a glyph is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GlyphPlace {
    /// Index of the show operator.
    pub(crate) show: usize,
    /// Bytes of the content stream.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Thousandths of text space (what a number in a `TJ` array counts) that make one point.
    pub(crate) per_point: f64,
}

/// How a show operator is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShowKind {
    /// `Tj`
    One,
    /// `TJ`
    Array,
    /// `'`
    NextLine,
    /// `"`, with the ends of its two numbers.
    Spaced { word: usize, character: usize },
}

/// A show operator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Show {
    pub(crate) kind: ShowKind,
    /// Bytes of the operator itself.
    pub(crate) operator: Range<usize>,
    /// Bytes of each of its strings, and how they are quoted.
    pub(crate) strings: Vec<(Range<usize>, Quoting)>,
}

/// Everything that a page shows.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) glyphs: Vec<Glyph>,
    pub(crate) shows: Vec<Show>,
    /// Why some of its words have no known place.
    pub(crate) problems: Vec<&'static str>,
    /// Whether it paints images.
    pub(crate) images: bool,
    /// Images that no page before it paints, in order, each once; `None` for all that are written into the page itself.
    pub(crate) painted: Vec<Option<ObjectId>>,
}

/// What pages have in common while a document is read.
#[derive(Default)]
pub(crate) struct Reading {
    /// Fonts by object.
    fonts: HashMap<ObjectId, PdfFont>,
    /// Images that were painted so far.
    painted: HashSet<ObjectId>,
    pub(crate) allowance: Allowance,
}

/// More on one page than any page has.
const MOST_GLYPHS: usize = 400_000;
const MOST_OPERATORS: usize = 4_000_000;
/// Forms within forms, and forms on one page.
const DEEPEST_FORM: usize = 8;
const MOST_FORMS: usize = 2_000;
/// Graphics states that may be saved (ISO 32000-1, annex C asks for 28).
const MOST_SAVED: usize = 1_000;
/// Glyphs farther from the page than this, in points, stand nowhere (ISO 32000-1, annex C: pages of 14,400).
const FARTHEST: f64 = 1e6;
/// A number in a `TJ` array that moves a glyph by one point is no larger than this.
const MOST_PER_POINT: f64 = 1e6;

#[derive(Clone)]
struct TextState {
    character: f64,
    word: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    size: f64,
    invisible: bool,
    font: Option<FontKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum FontKey {
    Object(ObjectId),
    /// Index of a font that is written into the resources themselves.
    Direct(usize),
    Missing,
}

struct Interpreter<'d> {
    doc: &'d Document,
    reading: &'d mut Reading,
    missing: PdfFont,
    direct: Vec<(*const Dictionary, PdfFont)>,
    shown: Shown,
    ctm: Matrix,
    text: TextState,
    matrix: Matrix,
    line: Matrix,
    saved: Vec<(Matrix, TextState)>,
    operators: usize,
    forms: usize,
    /// Whether the page itself holds an image.
    inline: bool,
}

/// Interprets a page's content; `base` maps user space to points from the visible page's left and bottom edge.
pub(crate) fn interpret(doc: &Document, reading: &mut Reading, content: &[u8], resources: &Dictionary, base: Matrix) -> Shown {
    let text =
        TextState { character: 0.0, word: 0.0, scale: 1.0, leading: 0.0, rise: 0.0, size: 0.0, invisible: false, font: None };
    let mut interpreter = Interpreter {
        doc,
        reading,
        missing: PdfFont::missing(),
        direct: Vec::new(),
        shown: Shown::default(),
        ctm: base,
        text,
        matrix: Matrix::IDENTITY,
        line: Matrix::IDENTITY,
        saved: Vec::new(),
        operators: 0,
        forms: 0,
        inline: false,
    };
    interpreter.run(content, resources, 0);
    interpreter.shown
}

/// Operands that an operator may leave on the stack before it is taken for damage.
const MOST_OPERANDS: usize = 1 << 16;

impl Interpreter<'_> {
    fn run(&mut self, content: &[u8], resources: &Dictionary, depth: usize) {
        let mut lexer = Lexer::new(content);
        let mut operands: Vec<PdfToken> = Vec::new();
        let mut codes = 0;
        while let Some(token) = lexer.next() {
            if token.kind != TokenKind::Word {
                codes += if let TokenKind::Text(text, _) = &token.kind { text.len() } else { 0 };
                if operands.len() < MOST_OPERANDS && codes < MOST_GLYPHS {
                    operands.push(token);
                }
                continue;
            }
            codes = 0;
            self.operators += 1;
            if self.operators > MOST_OPERATORS || self.shown.glyphs.len() > MOST_GLYPHS {
                self.problem("it holds more than any page does");
                return;
            }
            let operator = content.get(token.range.clone()).unwrap_or_default();
            if operator == b"ID" {
                lexer.skip_inline_image();
                self.paint_image(None);
            } else if matches!(operator, b"true" | b"false" | b"null") {
                continue;
            } else {
                self.operate(operator, &operands, token.range, resources, depth);
            }
            operands.clear();
        }
    }

    fn problem(&mut self, what: &'static str) {
        if !self.shown.problems.contains(&what) {
            self.shown.problems.push(what);
        }
    }

    fn operate(&mut self, operator: &[u8], operands: &[PdfToken], range: Range<usize>, resources: &Dictionary, depth: usize) {
        let numbers: Vec<f64> =
            operands.iter().filter_map(|t| if let TokenKind::Number(n) = t.kind { Some(n) } else { None }).take(6).collect();
        let first = numbers.first().copied().unwrap_or(0.0);
        match operator {
            b"q" if self.saved.len() < MOST_SAVED => self.saved.push((self.ctm, self.text.clone())),
            b"Q" => {
                if let Some((ctm, text)) = self.saved.pop() {
                    (self.ctm, self.text) = (ctm, text);
                }
            }
            b"cm" => self.ctm = matrix(&numbers).then(self.ctm),
            b"BT" => (self.matrix, self.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            b"Tc" => self.text.character = first,
            b"Tw" => self.text.word = first,
            b"Tz" => self.text.scale = first / 100.0,
            b"TL" => self.text.leading = first,
            b"Ts" => self.text.rise = first,
            b"Tr" => self.text.invisible = matches!(first as i64, 3 | 7),
            b"Tf" => {
                self.text.size = numbers.last().copied().unwrap_or(0.0);
                self.choose_font(name(operands), resources);
            }
            b"gs" => self.extended_state(name(operands), resources),
            b"Td" => self.next_line(first, numbers.get(1).copied().unwrap_or(0.0)),
            b"TD" => {
                let y = numbers.get(1).copied().unwrap_or(0.0);
                self.text.leading = -y;
                self.next_line(first, y);
            }
            b"Tm" => {
                self.line = matrix(&numbers);
                self.matrix = self.line;
            }
            b"T*" => self.next_line(0.0, -self.text.leading),
            b"Tj" => self.show(ShowKind::One, operands, range, depth),
            b"TJ" => self.show(ShowKind::Array, operands, range, depth),
            b"'" => {
                self.next_line(0.0, -self.text.leading);
                self.show(ShowKind::NextLine, operands, range, depth);
            }
            b"\"" => {
                (self.text.word, self.text.character) = (first, numbers.get(1).copied().unwrap_or(0.0));
                self.next_line(0.0, -self.text.leading);
                let end = |i: usize| operands.get(i).map_or(range.start, |t| t.range.end);
                self.show(ShowKind::Spaced { word: end(0), character: end(1) }, operands, range, depth);
            }
            b"Do" => self.paint(name(operands), resources, depth),
            _ => {}
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.matrix = self.line;
    }

    fn choose_font(&mut self, name: Option<&[u8]>, resources: &Dictionary) {
        let fonts = deref(self.doc, resources, b"Font").and_then(|o| o.as_dict().ok());
        let object = fonts.zip(name).and_then(|(f, n)| f.get(n).ok());
        let read = object.and_then(|o| resolve(self.doc, o)).and_then(|o| o.as_dict().ok());
        let Reading { fonts, allowance, .. } = &mut *self.reading;
        let key = match (object, read) {
            (Some(Object::Reference(id)), Some(font)) => {
                fonts.entry(*id).or_insert_with(|| PdfFont::read(self.doc, font, allowance));
                FontKey::Object(*id)
            }
            (_, Some(font)) => {
                let known = self.direct.iter().position(|(at, _)| std::ptr::eq(*at, font));
                FontKey::Direct(known.unwrap_or_else(|| {
                    self.direct.push((font, PdfFont::read(self.doc, font, allowance)));
                    self.direct.len() - 1
                }))
            }
            (_, None) => FontKey::Missing,
        };
        self.text.font = Some(key);
    }

    fn extended_state(&mut self, name: Option<&[u8]>, resources: &Dictionary) {
        let states = deref(self.doc, resources, b"ExtGState").and_then(|o| o.as_dict().ok());
        let state = states.zip(name).and_then(|(s, n)| deref(self.doc, s, n)).and_then(|o| o.as_dict().ok());
        if state.is_some_and(|s| s.has(b"Font")) {
            self.problem("a font is chosen by a graphics state");
            self.text.font = None;
        }
    }

    fn paint(&mut self, name: Option<&[u8]>, resources: &Dictionary, depth: usize) {
        let objects = deref(self.doc, resources, b"XObject").and_then(|o| o.as_dict().ok());
        let object = objects.zip(name).and_then(|(o, n)| self.doc.dereference(o.get(n).ok()?).ok());
        let Some((id, Ok(stream))) = object.map(|(id, o)| (id, o.as_stream())) else { return };
        if stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|s| s == b"Image") {
            self.paint_image(id);
            return;
        }
        self.forms += 1;
        if depth >= DEEPEST_FORM || self.forms > MOST_FORMS {
            self.problem("its forms are nested deeper than any page's");
            return;
        }
        let Some(content) = self.reading.allowance.unpack(stream, LARGEST_CONTENT) else {
            self.problem("one of its forms cannot be unpacked");
            return;
        };
        let own = deref(self.doc, &stream.dict, b"Resources").and_then(|o| o.as_dict().ok());
        let array = deref(self.doc, &stream.dict, b"Matrix").and_then(|o| o.as_array().ok());
        let numbers: Vec<f64> = array.into_iter().flatten().filter_map(|o| super::font::value(self.doc, o)).collect();
        let kept = (self.ctm, self.text.clone(), self.matrix, self.line, self.saved.len());
        if numbers.len() == 6 {
            self.ctm = matrix(&numbers).then(self.ctm);
        }
        self.run(&content, own.unwrap_or(resources), depth + 1);
        (self.ctm, self.text, self.matrix, self.line) = (kept.0, kept.1, kept.2, kept.3);
        self.saved.truncate(kept.4);
    }

    fn paint_image(&mut self, id: Option<ObjectId>) {
        self.shown.images = true;
        let new = match id {
            Some(id) => self.reading.painted.insert(id),
            None => !std::mem::replace(&mut self.inline, true),
        };
        if new {
            self.shown.painted.push(id);
        }
    }

    fn show(&mut self, kind: ShowKind, operands: &[PdfToken], operator: Range<usize>, depth: usize) {
        let mut show = Show { kind, operator, strings: Vec::new() };
        let index = (depth == 0 && is_whole(kind, operands)).then_some(self.shown.shows.len());
        // Only the last string counts where one is asked for.
        let from = match kind {
            ShowKind::Array => operands.iter().rposition(|t| t.kind == TokenKind::ArrayStart).unwrap_or(0),
            _ => operands.iter().rposition(|t| matches!(t.kind, TokenKind::Text(..))).unwrap_or(operands.len()),
        };
        for token in operands.get(from..).unwrap_or_default() {
            match &token.kind {
                TokenKind::Number(thousandths) if kind == ShowKind::Array => {
                    let x = -thousandths / 1000.0 * self.text.size * self.text.scale;
                    self.matrix = Matrix::shift(x, 0.0).then(self.matrix);
                }
                TokenKind::Text(codes, quoting) => {
                    show.strings.push((token.range.clone(), *quoting));
                    self.show_codes(codes, index);
                }
                _ => {}
            }
        }
        if index.is_some() {
            self.shown.shows.push(show);
        }
        if !self.reading.allowance.show(1) {
            self.operators = MOST_OPERATORS;
        }
    }

    fn show_codes(&mut self, codes: &[CodeByte], show: Option<usize>) {
        let Some(key) = self.text.font.clone() else { return };
        let (bytes, problem) = {
            let font = self.font(&key);
            (font.code_bytes, font.problem)
        };
        if let Some(problem) = problem {
            self.problem(problem);
        }
        for chunk in codes.chunks(bytes) {
            let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { continue };
            let code = chunk.iter().fold(0_u32, |code, b| code << 8 | u32::from(b.value));
            let (text, width) = {
                let shape = self.font(&key).shape(code);
                (shape.text.unwrap_or_default().to_owned(), shape.width)
            };
            let state = &self.text;
            let spacing = state.character + if bytes == 1 && code == 32 { state.word } else { 0.0 };
            let advance = (width * state.size + spacing) * state.scale;
            let whole = self.matrix.then(self.ctm);
            let (left, baseline) = whole.apply(0.0, state.rise);
            // Spacing after a glyph is not part of it.
            let (right, _) = whole.apply(width * state.size * state.scale, state.rise);
            let size = state.size * whole.c.hypot(whole.d);
            let straight = whole.a > 0.0
                && whole.d * state.size > 0.0
                && whole.b.abs() < 1e-3 * whole.a
                && whole.c.abs() < 0.4 * whole.d.abs();
            let per_point = 1000.0 / (whole.a * state.size * state.scale);
            let upright = straight && problem.is_none() && chunk.len() == bytes && per_point > 0.0 && per_point < MOST_PER_POINT;
            let place = show.map(|show| GlyphPlace { show, start: first.start, end: last.end, per_point });
            let visible = !state.invisible;
            let size = size.abs();
            // Not a number is nowhere, too.
            if [left, right, baseline, size].iter().all(|v| v.abs() < FARTHEST) {
                self.shown.glyphs.push(Glyph { text, left, right, baseline, size, upright, visible, place });
            }
            self.matrix = Matrix::shift(advance, 0.0).then(self.matrix);
        }
    }

    fn font(&mut self, key: &FontKey) -> &mut PdfFont {
        match key {
            FontKey::Object(id) => self.reading.fonts.get_mut(id).unwrap_or(&mut self.missing),
            FontKey::Direct(index) => self.direct.get_mut(*index).map_or(&mut self.missing, |(_, font)| font),
            FontKey::Missing => &mut self.missing,
        }
    }
}

/// Whether a show operator has the operands that it asks for (ISO 32000-1, table 109) and no others. What a reader makes of
/// another is its own affair, so that nothing is changed there.
fn is_whole(kind: ShowKind, operands: &[PdfToken]) -> bool {
    let number = |t: &PdfToken| matches!(t.kind, TokenKind::Number(_));
    let text = |t: &PdfToken| matches!(t.kind, TokenKind::Text(..));
    match (kind, operands) {
        (ShowKind::One | ShowKind::NextLine, [string]) => text(string),
        (ShowKind::Spaced { .. }, [word, character, string]) => number(word) && number(character) && text(string),
        (ShowKind::Array, [first, items @ .., last]) => {
            let bracketed = first.kind == TokenKind::ArrayStart && last.kind == TokenKind::ArrayEnd;
            bracketed && items.iter().all(|t| number(t) || text(t))
        }
        _ => false,
    }
}

fn matrix(numbers: &[f64]) -> Matrix {
    match numbers {
        [a, b, c, d, e, f] => Matrix { a: *a, b: *b, c: *c, d: *d, e: *e, f: *f },
        _ => Matrix::IDENTITY,
    }
}

fn name(operands: &[PdfToken]) -> Option<&[u8]> {
    operands.iter().rev().find_map(|t| if let TokenKind::Name(name) = &t.kind { Some(name.as_slice()) } else { None })
}
