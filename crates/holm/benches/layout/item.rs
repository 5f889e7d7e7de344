//! Documents of the corpus as PDF masters.

use std::fs;
use std::path::{Path, PathBuf};

use holm::manifest::deciding_worth;
use holm::pages::Copies;
use holm::prepare::{MarkOptions, Prepared};
use holm::sight::ItemReader;
use holm::workspace::LARGEST_COALITION;
use holm_codes::law::Law;
use holm_marks::carrier::{Master, Template};
use holm_marks::frame;
use holm_marks::mark::Mark;
use holm_simulate::corpus::{DOCUMENTS, Document};
use holm_typeset::{Language, Typesetter, parse};

use crate::Failure;

/// Number of copies that every item is planned for.
pub(crate) const PLANNED: usize = 1000;

/// How long a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// One page, about a third full.
    Short,
    /// One full page: as many of the document's paragraphs as it holds.
    Page,
    /// Two pages or more.
    Long,
}

/// Name, document of the corpus, size.
const MASTERS: [(&str, &str, Size); 6] = [
    ("en-short", "en-email", Size::Short),
    ("es-short", "es-correo", Size::Short),
    ("en-page", "en-assessment", Size::Page),
    ("es-page", "es-evaluacion", Size::Page),
    ("en-long", "en-legal-memo", Size::Long),
    ("es-long", "es-dictamen-juridico", Size::Long),
];

/// A PDF master with its marks.
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) size: Size,
    pub(crate) marks: Vec<Mark>,
    pub(crate) arities: Vec<usize>,
    pub(crate) words: usize,
    pub(crate) pages: usize,
    pub(crate) template: Template,
    /// The first twelve digits of the hash of the master.
    pub(crate) hash: String,
    master: Master,
    bytes: Vec<u8>,
}

impl Item {
    fn new(name: &'static str, size: Size, bytes: Vec<u8>) -> Result<Self, Failure> {
        let prepared = Prepared::new(&bytes, &format!("{name}.pdf"), &MarkOptions::default(), None)?;
        let words = prepared.words();
        let Prepared { master, marks, .. } = prepared;
        let template = master.template(&marks)?;
        let arities = marks.iter().map(Mark::arity).collect();
        let pages = master.layout().map_or(0, |l| l.pages.len());
        let hash = blake3::hash(&bytes).to_hex().chars().take(12).collect();
        Ok(Self { name, size, marks, arities, words, pages, template, hash, master, bytes })
    }

    /// The law that the item is issued under, exactly as `holm::share` chooses it.
    pub(crate) fn law(&self) -> Law {
        Law::default_for(deciding_worth(&self.marks), PLANNED, LARGEST_COALITION)
    }

    pub(crate) fn reader(&self) -> ItemReader<'_> {
        ItemReader::new(&self.master, &self.bytes, &self.marks, Copies::AsMaster)
    }
}

/// The masters, made ready and written to the cache for whoever wants to look at them.
pub(crate) fn items() -> Result<Vec<Item>, Failure> {
    let typesetter = Typesetter::new();
    let folder = cache()?.join("masters");
    fs::create_dir_all(&folder)?;
    let mut items = Vec::new();
    for (name, source, size) in MASTERS {
        let document = DOCUMENTS.iter().find(|d| d.name == source).ok_or("the corpus has no such document")?;
        let pdf = typeset(&typesetter, document, size)?;
        fs::write(folder.join(format!("{name}.pdf")), &pdf)?;
        items.push(Item::new(name, size, pdf)?);
    }
    Ok(items)
}

/// The folder for what can be made anew.
pub(crate) fn cache() -> Result<PathBuf, Failure> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("there is no target folder")?;
    Ok(target.join("layout-bench"))
}

fn typeset(typesetter: &Typesetter, document: &Document, size: Size) -> Result<Vec<u8>, Failure> {
    let language = match document.language {
        frame::Language::En => Language::English,
        frame::Language::Es => Language::Spanish,
    };
    let text = plain(document)?;
    let lay_out = |text: &str| typesetter.lay_out(&parse(text, language).document);
    let mut layout = lay_out(&text)?;
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    let mut kept = paragraphs.len();
    while size == Size::Page && layout.pages() > 1 && kept > 1 {
        kept -= 1;
        layout = lay_out(&paragraphs.get(..kept).unwrap_or_default().join("\n\n"))?;
    }
    Ok(layout.draw(|_| 0.0)?)
}

/// The document as its author would print it: an authored alternation stands at its first alternative.
fn plain(document: &Document) -> Result<String, Failure> {
    let name = format!("{}.md", document.name);
    let prepared = Prepared::new(document.source.as_bytes(), &name, &MarkOptions::default(), None)?;
    let own: Vec<u8> = prepared.marks.iter().map(|m| m.master.unwrap_or(0)).collect();
    Ok(String::from_utf8(prepared.master.template(&prepared.marks)?.render(&own)?)?)
}
