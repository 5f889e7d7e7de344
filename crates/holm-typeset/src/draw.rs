//! Pages as content streams: each word at its own place, moved by its shift, marked with the element that it belongs to.

use pdf_writer::types::{ArtifactType, StructRole};
use pdf_writer::{Content, Finish, Name, Rect, Str};

use crate::face::Style;
use crate::flow::{Ink, Piece};
use crate::outline::Node;
use crate::page::{HEIGHT, Layout, Page};
use crate::shaper::SPACE;
use crate::typesetter::Error;
use crate::words::Fragment;

/// Links are drawn in this blue.
const LINK_COLOUR: (f32, f32, f32) = (0.0, 0.16, 0.5);

/// A child of an element, in reading order.
pub(crate) enum Kid {
    Element(usize),
    /// Marked content of a page, by its number there.
    Marked(usize, i32),
    /// A link's area, by its index.
    Area(usize),
}

/// Where a link can be clicked.
pub(crate) struct Area {
    pub(crate) page: usize,
    pub(crate) link: usize,
    pub(crate) element: usize,
    pub(crate) bounds: Rect,
}

/// What drawing produced.
pub(crate) struct Drawing {
    /// The pages' content streams, not compressed.
    pub(crate) contents: Vec<Vec<u8>>,
    /// For each page the element of each of its marked contents.
    pub(crate) marked: Vec<Vec<usize>>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) kids: Vec<Vec<Kid>>,
    pub(crate) areas: Vec<Area>,
}

impl Drawing {
    pub(crate) fn new(layout: &Layout, shift: impl Fn(usize) -> f64) -> Result<Self, Error> {
        let nodes = layout.nodes.clone();
        let kids = nodes.iter().map(|_| Vec::new()).collect();
        let mut drawing = Drawing { contents: Vec::new(), marked: Vec::new(), nodes, kids, areas: Vec::new() };
        for page in &layout.pages {
            let content = drawing.page(page, &shift)?;
            drawing.contents.push(content);
        }
        Ok(drawing)
    }

    fn page(&mut self, page: &Page, shift: &impl Fn(usize) -> f64) -> Result<Vec<u8>, Error> {
        self.marked.push(Vec::new());
        let mut pen = Pen { content: Content::new(), font: None, open: None };
        pen.inks(&page.inks);
        for piece in &page.pieces {
            let moved = match piece.word {
                Some(word) => finite(word, shift(word))?,
                None => 0.0,
            };
            self.piece(&mut pen, piece, piece.left + moved);
        }
        pen.close();
        if let Some(number) = &page.number {
            pen.page_number(number);
        }
        Ok(pen.content.finish().into_vec())
    }

    fn piece(&mut self, pen: &mut Pen, piece: &Piece, left: f64) {
        let mut left = left;
        let last = piece.fragments.len().saturating_sub(1);
        for (nth, fragment) in piece.fragments.iter().enumerate() {
            let group = (piece.node, fragment.link);
            if pen.open.map(|(open, _)| open) != Some(group) {
                pen.close();
                let element = self.element(group);
                self.open(pen, group, element);
            }
            if let (Some(link), Some((_, element))) = (fragment.link, pen.open) {
                self.area(link, element, piece, left, left + fragment.width());
            }
            pen.fragment(fragment, left, piece.baseline, piece.spaced && nth == last);
            left += fragment.width();
        }
    }

    /// The element for text of `group`: the node itself, or a link inside it.
    fn element(&mut self, (node, link): Group) -> usize {
        if link.is_none() {
            return node;
        }
        // A link that goes on over a page's end stays one element.
        let last = self.areas.last().filter(|area| Some(area.link) == link && self.nodes[area.element].parent == node);
        if let Some(area) = last {
            return area.element;
        }
        self.nodes.push(Node { role: StructRole::Link, parent: node });
        self.kids.push(Vec::new());
        self.nodes.len() - 1
    }

    fn open(&mut self, pen: &mut Pen, group: Group, element: usize) {
        self.attach(element);
        let page = self.marked.len() - 1;
        let Some(marked) = self.marked.last_mut() else { return };
        let id = i32::try_from(marked.len()).unwrap_or(i32::MAX);
        marked.push(element);
        self.kids[element].push(Kid::Marked(page, id));
        pen.open(self.nodes[element].role, id, group, element);
    }

    /// Makes the element a child of its parent when its first text comes, so that children stand in reading order and an
    /// element without text is left out.
    fn attach(&mut self, element: usize) {
        let mut child = element;
        let mut childless = self.kids[child].is_empty();
        while childless && child != 0 {
            let parent = self.nodes[child].parent;
            childless = self.kids[parent].is_empty();
            self.kids[parent].push(Kid::Element(child));
            child = parent;
        }
    }

    fn area(&mut self, link: usize, element: usize, piece: &Piece, left: f64, right: f64) {
        let page = self.marked.len() - 1;
        let bottom = short(HEIGHT - piece.baseline - 0.22 * piece.size);
        let bounds = Rect::new(short(left), bottom, short(right), short(HEIGHT - piece.baseline + 0.78 * piece.size));
        match self.areas.last_mut() {
            Some(area) if area.page == page && area.element == element && area.bounds.y1 == bottom => {
                area.bounds.x1 = area.bounds.x1.min(bounds.x1);
                area.bounds.x2 = area.bounds.x2.max(bounds.x2);
            }
            _ => {
                self.kids[element].push(Kid::Area(self.areas.len()));
                self.areas.push(Area { page, link, element, bounds });
            }
        }
    }
}

/// What belongs into one marked content: a node's text, or that of a link in it.
type Group = (usize, Option<usize>);

struct Pen {
    content: Content,
    font: Option<(Style, f32)>,
    /// The open marked content and its element.
    open: Option<(Group, usize)>,
}

impl Pen {
    fn inks(&mut self, inks: &[Ink]) {
        if inks.is_empty() {
            return;
        }
        self.content.begin_marked_content(Name(b"Artifact"));
        for ink in inks {
            self.content.set_fill_gray(ink.grey);
            let bottom = HEIGHT - ink.top - ink.height;
            self.content.rect(short(ink.left), short(bottom), short(ink.width), short(ink.height)).fill_nonzero();
        }
        self.content.set_fill_gray(0.0).end_marked_content();
    }

    fn open(&mut self, role: StructRole, id: i32, group: Group, element: usize) {
        self.content.begin_marked_content_with_properties(role.to_name()).properties().identify(id);
        if group.1.is_some() {
            self.content.set_fill_rgb(LINK_COLOUR.0, LINK_COLOUR.1, LINK_COLOUR.2);
        }
        self.content.begin_text();
        self.open = Some((group, element));
    }

    fn close(&mut self) {
        if let Some(((_, link), _)) = self.open.take() {
            self.content.end_text();
            if link.is_some() {
                self.content.set_fill_gray(0.0);
            }
            self.content.end_marked_content();
        }
    }

    fn page_number(&mut self, piece: &Piece) {
        let mut mark = self.content.begin_marked_content_with_properties(Name(b"Artifact"));
        mark.properties().artifact().kind(ArtifactType::Pagination);
        mark.finish();
        self.content.begin_text();
        let mut left = piece.left;
        for fragment in &piece.fragments {
            self.fragment(fragment, left, piece.baseline, false);
            left += fragment.width();
        }
        self.content.end_text().end_marked_content();
    }

    fn fragment(&mut self, fragment: &Fragment, left: f64, baseline: f64, spaced: bool) {
        let font = (fragment.style, short(fragment.size));
        if self.font != Some(font) {
            self.content.set_font(Name(resource(fragment.style)), font.1);
            self.font = Some(font);
        }
        self.content.set_text_matrix([1.0, 0.0, 0.0, 1.0, short(left), short(HEIGHT - baseline)]);
        let mut show = Show { content: &mut self.content, codes: Vec::new(), steps: Vec::new() };
        for glyph in &fragment.shaped.glyphs {
            let (right, up) = glyph.offset;
            show.step(-right);
            if up != 0.0 {
                show.flush();
                show.content.set_rise(short(up * fragment.size));
            }
            show.codes.extend(glyph.code.to_be_bytes());
            if up != 0.0 {
                show.flush();
                show.content.set_rise(0.0);
            }
            show.step(right + glyph.natural - glyph.advance);
        }
        if spaced {
            show.codes.extend(SPACE.to_be_bytes());
        }
        show.flush();
    }
}

/// Glyphs to be shown, with steps to the left between them.
struct Show<'c> {
    content: &'c mut Content,
    codes: Vec<u8>,
    steps: Vec<(Vec<u8>, f32)>,
}

impl Show<'_> {
    /// Steps `ems` to the left.
    fn step(&mut self, ems: f64) {
        let step = short(ems * 1000.0);
        if step != 0.0 {
            self.steps.push((std::mem::take(&mut self.codes), step));
        }
    }

    fn flush(&mut self) {
        if self.steps.is_empty() {
            if !self.codes.is_empty() {
                self.content.show(Str(&self.codes));
            }
        } else {
            let mut operation = self.content.show_positioned();
            let mut items = operation.items();
            for (codes, step) in self.steps.drain(..) {
                if !codes.is_empty() {
                    items.show(Str(&codes));
                }
                items.adjust(step);
            }
            if !self.codes.is_empty() {
                items.show(Str(&self.codes));
            }
        }
        self.codes.clear();
    }
}

/// The name by which pages know a face.
pub(crate) fn resource(style: Style) -> &'static [u8] {
    match style {
        Style::Regular => b"R",
        Style::Bold => b"B",
        Style::Italic => b"I",
        Style::BoldItalic => b"BI",
        Style::Mono => b"M",
    }
}

/// Rounded to a thousandth: of a point, finer than any printer; of an em's thousandth, far finer.
pub(crate) fn short(value: f64) -> f32 {
    ((value * 1000.0).round() / 1000.0) as f32
}

fn finite(word: usize, shift: f64) -> Result<f64, Error> {
    if shift.is_finite() { Ok(shift) } else { Err(Error::Shift { word, shift }) }
}
