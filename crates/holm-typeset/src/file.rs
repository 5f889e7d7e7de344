//! The PDF file: catalogue, pages, fonts, links and structure tree (ISO 32000-1). It holds no dates, no producer, no id.

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{ActionType, AnnotationType, TabOrder};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::draw::{Drawing, Kid, resource};
use crate::page::{HEIGHT, Layout, WIDTH, used};
use crate::program::COMPRESSION;
use crate::typesetter::Error;

/// Hands out object numbers from 1.
pub(crate) struct Numbers(i32);

impl Numbers {
    pub(crate) fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }

    fn many(&mut self, count: usize) -> Vec<Ref> {
        (0..count).map(|_| self.next()).collect()
    }
}

impl Layout {
    /// The PDF with each word moved `shift(index)` points to the right, no other word moving. The index counts
    /// [`Layout::words`] from 0.
    ///
    /// # Errors
    ///
    /// [`Error::Shift`] where a shift is infinite or not a number.
    pub fn draw(&self, shift: impl Fn(usize) -> f64) -> Result<Vec<u8>, Error> {
        let drawing = Drawing::new(self, shift)?;
        let mut numbers = Numbers(0);
        let [catalogue, tree, root] = std::array::from_fn(|_| numbers.next());
        let mut file = File {
            pages: numbers.many(self.pages.len()),
            elements: numbers.many(drawing.nodes.len()),
            areas: numbers.many(drawing.areas.len()),
            marked: numbers.many(self.pages.len()),
            tree,
            root,
            layout: self,
            drawing: &drawing,
            pdf: Pdf::new(),
            numbers,
        };
        file.catalogue(catalogue);
        file.pages();
        file.areas();
        file.structure();
        Ok(file.pdf.finish())
    }
}

struct File<'l> {
    layout: &'l Layout,
    drawing: &'l Drawing,
    pdf: Pdf,
    numbers: Numbers,
    tree: Ref,
    root: Ref,
    pages: Vec<Ref>,
    elements: Vec<Ref>,
    areas: Vec<Ref>,
    /// For each page the list of its marked contents' elements.
    marked: Vec<Ref>,
}

impl File<'_> {
    fn catalogue(&mut self, id: Ref) {
        let mut catalogue = self.pdf.catalog(id);
        catalogue.pages(self.tree).lang(TextStr(self.layout.language.tag()));
        catalogue.pair(Name(b"StructTreeRoot"), self.root);
        catalogue.mark_info().marked(true);
    }

    fn pages(&mut self) {
        let fonts: Vec<_> = used(&self.layout.programs)
            .map(|(style, program)| (resource(style), program.write(&mut self.pdf, &mut self.numbers)))
            .collect();
        let count = i32::try_from(self.pages.len()).unwrap_or(i32::MAX);
        let mut tree = self.pdf.pages(self.tree);
        tree.count(count).kids(self.pages.iter().copied()).media_box(Rect::new(0.0, 0.0, WIDTH as f32, HEIGHT as f32));
        let mut resources = tree.resources();
        let mut named = resources.fonts();
        for (name, font) in fonts {
            named.pair(Name(name), font);
        }
        named.finish();
        resources.finish();
        tree.finish();
        for (nth, (&id, content)) in self.pages.iter().zip(&self.drawing.contents).enumerate() {
            let stream = self.numbers.next();
            let mut page = self.pdf.page(id);
            page.parent(self.tree).contents(stream).tab_order(TabOrder::StructureOrder).struct_parents(key(nth));
            let on_page = |(area, &id): (&crate::draw::Area, &Ref)| (area.page == nth).then_some(id);
            let areas: Vec<Ref> = self.drawing.areas.iter().zip(&self.areas).filter_map(on_page).collect();
            if !areas.is_empty() {
                page.annotations(areas);
            }
            page.finish();
            self.pdf.stream(stream, &compress_to_vec_zlib(content, COMPRESSION)).filter(Filter::FlateDecode);
        }
    }

    fn areas(&mut self) {
        for (nth, (area, &id)) in self.drawing.areas.iter().zip(&self.areas).enumerate() {
            let target = self.layout.links.get(area.link).map_or("", String::as_str);
            let mut annotation = self.pdf.annotation(id);
            annotation.subtype(AnnotationType::Link).rect(area.bounds).border(0.0, 0.0, 0.0, None);
            annotation.contents(TextStr(target)).struct_parent(key(self.pages.len() + nth));
            annotation.flags(pdf_writer::types::AnnotationFlags::PRINT);
            annotation.action().action_type(ActionType::Uri).uri(Str(ascii(target).as_bytes()));
        }
    }

    fn structure(&mut self) {
        let mut root = self.pdf.indirect(self.root).start::<pdf_writer::writers::StructTreeRoot<'_>>();
        root.child(self.elements[0]);
        let mut tree = root.parent_tree();
        let mut entries = tree.nums();
        for (nth, &list) in self.marked.iter().enumerate() {
            entries.insert(key(nth), list);
        }
        for (nth, area) in self.drawing.areas.iter().enumerate() {
            entries.insert(key(self.pages.len() + nth), self.elements[area.element]);
        }
        entries.finish();
        tree.finish();
        root.parent_tree_next_key(key(self.pages.len() + self.areas.len()));
        root.finish();
        for (&list, marked) in self.marked.iter().zip(&self.drawing.marked) {
            self.pdf.indirect(list).array().items(marked.iter().map(|&element| self.elements[element]));
        }
        for element in 0..self.elements.len() {
            self.element(element);
        }
    }

    fn element(&mut self, element: usize) {
        let (node, kids) = (&self.drawing.nodes[element], &self.drawing.kids[element]);
        if kids.is_empty() {
            return;
        }
        let parent = if element == 0 { self.root } else { self.elements[node.parent] };
        let mut written = self.pdf.struct_element(self.elements[element]);
        written.kind(node.role).parent(parent);
        let mut children = written.children();
        for kid in kids {
            match *kid {
                Kid::Element(child) => {
                    children.struct_element(self.elements[child]);
                }
                Kid::Marked(page, id) => {
                    children.marked_content_ref().page(self.pages[page]).marked_content_id(id);
                }
                Kid::Area(area) => {
                    children.object_ref().page(self.pages[self.drawing.areas[area].page]).object(self.areas[area]);
                }
            }
        }
    }
}

fn key(nth: usize) -> i32 {
    i32::try_from(nth).unwrap_or(i32::MAX)
}

/// The address in ASCII, as a PDF wants it: other bytes are percent-encoded.
fn ascii(target: &str) -> String {
    let mut address = String::new();
    for byte in target.bytes() {
        if byte.is_ascii_graphic() {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}
