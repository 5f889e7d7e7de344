//! Documents of the corpus made ready to be shared and read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::LazyLock;

use holm::manifest::binary_worth;
use holm::prepare::{MarkOptions, Prepared};
use holm::workspace::LARGEST_COALITION;
use holm_codes::law::Law;
use holm_codes::power::marks_needed;
use holm_marks::carrier::{Master, Template};
use holm_marks::extract::Reader;
use holm_marks::frame::{Language, Pack};
use holm_marks::leak;
use holm_marks::mark::{Layer, Mark};
use holm_simulate::corpus::{DOCUMENTS, Document};

use crate::Failure;
use crate::peer;
use crate::program::Trouble;
use crate::row::Row;
use crate::verdict::first_look;

/// All documents of one language as one: as many marks as a mixture needs, which no single document has.
static JOINED: LazyLock<[Document; 2]> = LazyLock::new(|| {
    let join = |name, language| {
        let sources: Vec<&str> = DOCUMENTS.iter().filter(|d| d.language == language).map(|d| d.source).collect();
        Document { name, language, source: sources.join("\n\n").leak() }
    };
    [join("en-joined", Language::En), join("es-joined", Language::Es)]
});

/// The documents of the corpus, then those of each language joined.
pub(crate) fn documents() -> impl Iterator<Item = &'static Document> {
    DOCUMENTS.iter().chain(JOINED.iter())
}

/// Whether this is several documents in one.
pub(crate) fn is_joined(document: &Document) -> bool {
    JOINED.iter().any(|d| d.name == document.name)
}

/// A document with the marks of the shipped packs.
pub(crate) struct Item {
    pub(crate) document: &'static Document,
    /// File name of master and copies.
    pub(crate) file: String,
    pub(crate) master: Master,
    pub(crate) marks: Vec<Mark>,
    pub(crate) arities: Vec<usize>,
    pub(crate) words: usize,
    pub(crate) pack: String,
    pub(crate) reader: Reader,
    template: Template,
    /// By number of copies: the law, and the marks that the power statement demands under it.
    needed: HashMap<usize, Option<usize>>,
}

impl Item {
    pub(crate) fn new(document: &'static Document, bytes: &[u8], file: &str) -> Result<Self, Failure> {
        let prepared = Prepared::new(bytes, file, &MarkOptions::default(), None)?;
        let words = prepared.words();
        let Prepared { master, marks, pack, .. } = prepared;
        let template = master.template(&marks)?;
        let reader = Reader::new(master.blocks(), &marks);
        let arities = marks.iter().map(Mark::arity).collect();
        let pack = pack.unwrap_or_default().chars().take(12).collect();
        Ok(Self {
            document,
            file: file.to_owned(),
            master,
            marks,
            arities,
            words,
            pack,
            reader,
            template,
            needed: HashMap::new(),
        })
    }

    /// The law that the item is issued under, exactly as `holm::share` chooses it.
    pub(crate) fn law(&self, copies: usize) -> Law {
        Law::default_for(binary_worth(&self.arities), copies, LARGEST_COALITION)
    }

    /// Marks that the power statement demands before it promises to name a single leaker; `None` if all do not suffice.
    pub(crate) fn needed(&self, copies: usize) -> Option<usize> {
        self.needed.get(&copies).copied().flatten()
    }

    fn know_needed(&mut self, copies: usize, memory: &mut HashMap<(Vec<usize>, usize), Option<usize>>) {
        let law = self.law(copies);
        let compute = || marks_needed(&self.arities, law, copies, first_look());
        let needed = *memory.entry((self.arities.clone(), copies)).or_insert_with(compute);
        self.needed.insert(copies, needed);
    }

    /// The copy that carries `symbols`.
    pub(crate) fn copy(&self, symbols: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(self.template.render(symbols)?)
    }

    /// The text that a reader of that copy sees.
    pub(crate) fn text(&self, symbols: &[u8]) -> Result<String, Failure> {
        Ok(leak::read(&self.copy(symbols)?, &self.file)?)
    }

    /// The symbols of the master itself; an authored alternation stands at its first alternative.
    pub(crate) fn own_symbols(&self) -> Vec<u8> {
        self.marks.iter().map(|m| m.master.unwrap_or(0)).collect()
    }

    /// Marks by layer, most durable first.
    pub(crate) fn layers(&self) -> Vec<(Layer, usize)> {
        let count = |layer: &Layer| self.marks.iter().filter(|m| m.layer == *layer).count();
        Layer::ALL.iter().map(|l| (*l, count(l))).filter(|(_, n)| *n > 0).collect()
    }
}

/// Items that were made ready so far, as Markdown and as DOCX.
#[derive(Default)]
pub(crate) struct Items {
    ready: HashMap<(&'static str, bool), Item>,
    /// What the power statement demands, by arities and copies: the same for both formats if their marks are.
    needed: HashMap<(Vec<usize>, usize), Option<usize>>,
}

impl Items {
    /// The item of a document in the format that the row is about.
    pub(crate) fn of(&mut self, document: &'static Document, row: &Row) -> Result<&Item, Trouble> {
        let docx = row.is_docx();
        let item = match self.ready.entry((document.name, docx)) {
            Entry::Occupied(ready) => ready.into_mut(),
            Entry::Vacant(free) if docx => {
                free.insert(Item::new(document, &peer::docx(document.source)?, &format!("{}.docx", document.name))?)
            }
            Entry::Vacant(free) => {
                free.insert(Item::new(document, document.source.as_bytes(), &format!("{}.md", document.name))?)
            }
        };
        for copies in row.copies().iter().filter(|_| row.sources() == 1) {
            item.know_needed(*copies, &mut self.needed);
        }
        Ok(item)
    }

    /// The first twelve digits of the hash of the shipped pack.
    pub(crate) fn pack(language: Language) -> Result<String, Failure> {
        let source = Pack::shipped(language)?.source;
        let hash = holm_record::commitment::hex(&holm_record::commitment::sha256(source.as_bytes()));
        Ok(hash.chars().take(12).collect())
    }
}
