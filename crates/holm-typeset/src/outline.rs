//! The logical structure of a document (ISO 32000-1, 14.7): headings, paragraphs, lists, tables, as a tree.

use pdf_writer::types::StructRole;

use crate::document::{Content, Level, Paragraph};

/// One element of the tree. Parents come before their children.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) role: StructRole,
    pub(crate) parent: usize,
}

/// Lists and their items deeper than this are drawn and tagged as if they stood here.
pub(crate) const DEEPEST: usize = 8;

/// The tree as it grows with each paragraph.
pub(crate) struct Outline {
    pub(crate) nodes: Vec<Node>,
    quotation: Option<usize>,
    /// The open lists, outermost first: the list's node and the body of its last item.
    lists: Vec<(usize, usize)>,
}

impl Outline {
    pub(crate) fn new() -> Self {
        Outline { nodes: vec![Node { role: StructRole::Document, parent: 0 }], quotation: None, lists: Vec::new() }
    }

    pub(crate) fn add(&mut self, role: StructRole, parent: usize) -> usize {
        self.nodes.push(Node { role, parent });
        self.nodes.len() - 1
    }

    /// The node of a paragraph's text (of a table or an item: the node around it).
    pub(crate) fn paragraph(&mut self, paragraph: &Paragraph) -> usize {
        let role = match &paragraph.content {
            Content::Heading(Level::One, _) => StructRole::H1,
            Content::Heading(Level::Two, _) => StructRole::H2,
            Content::Heading(Level::Three, _) => StructRole::H3,
            Content::Heading(Level::Four, _) => StructRole::H4,
            Content::Item(..) => return self.item(paragraph),
            Content::Table { .. } => StructRole::Table,
            Content::Prose(_) | Content::Verbatim(_) | Content::Rule => StructRole::P,
        };
        let parent = self.parent(paragraph);
        self.add(role, parent)
    }

    /// A new item in the list at the paragraph's depth; returns the item.
    fn item(&mut self, paragraph: &Paragraph) -> usize {
        let base = self.base(paragraph);
        let depth = paragraph.depth.clamp(1, DEEPEST);
        self.lists.truncate(depth);
        while self.lists.len() < depth {
            let parent = match self.lists.last() {
                Some(&(_, body)) => body,
                None => base,
            };
            let list = self.add(StructRole::L, parent);
            // A list that begins deeper than one level has an item around it.
            let around = if self.lists.len() + 1 < depth {
                let item = self.add(StructRole::LI, list);
                self.add(StructRole::LBody, item)
            } else {
                list
            };
            self.lists.push((list, around));
        }
        let list = self.lists.last().map_or(base, |&(list, _)| list);
        self.add(StructRole::LI, list)
    }

    /// The body of `item`, to which further paragraphs of the same depth belong.
    pub(crate) fn body(&mut self, item: usize) -> usize {
        let body = self.add(StructRole::LBody, item);
        if let Some(last) = self.lists.last_mut() {
            last.1 = body;
        }
        body
    }

    fn parent(&mut self, paragraph: &Paragraph) -> usize {
        let base = self.base(paragraph);
        self.lists.truncate(paragraph.depth);
        self.lists.last().map_or(base, |&(_, body)| body)
    }

    fn base(&mut self, paragraph: &Paragraph) -> usize {
        if (paragraph.quotes > 0) != self.quotation.is_some() {
            self.lists.clear();
            self.quotation = (paragraph.quotes > 0).then(|| self.add(StructRole::BlockQuote, 0));
        }
        self.quotation.unwrap_or(0)
    }
}
