//! What is shared: documents of the corpus in the forms that Holm shares, and pictures.

use std::fs;
use std::path::{Path, PathBuf};

use holm::leak::LeakContent;
use holm::manifest::deciding_worth;
use holm::pages::{Copies, CopyTemplate};
use holm::picture_sight;
use holm::prepare::{MarkOptions, Prepared};
use holm::render::is_available;
use holm::sight::ItemReader;
use holm::workspace::LARGEST_COALITION;
use holm_codes::law::Law;
use holm_marks::carrier::PictureSecret;
use holm_marks::extract::Extraction;
use holm_marks::frame;
use holm_marks::mark::{Layer, Mark};
use holm_simulate::corpus::{DOCUMENTS, Document};
use holm_typeset::{Language, Typesetter, parse};

use crate::Failure;
use crate::leaked::unrendered;
use crate::program::Trouble;

/// Number of copies that every item is planned for.
pub(crate) const PLANNED: usize = 1000;

/// How long a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Size {
    /// One page, about a third full.
    Short,
    /// One full page: as many of the document's paragraphs as it holds.
    Page,
    /// Two pages or more.
    Long,
}

/// What a master is, and so what its copies differ by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A PDF: words are moved in place.
    Pdf,
    /// Markdown that is set as pages for each recipient: facts and wording vary and words are moved.
    Set,
    /// A Word file: the same, by LibreOffice's pages.
    Word,
    /// A picture.
    Picture,
}

/// Name, source, size, form.
const MASTERS: [(&str, &str, Size, Form); 14] = [
    ("en-short", "en-email", Size::Short, Form::Pdf),
    ("es-short", "es-correo", Size::Short, Form::Pdf),
    ("en-page", "en-assessment", Size::Page, Form::Pdf),
    ("es-page", "es-evaluacion", Size::Page, Form::Pdf),
    ("en-long", "en-legal-memo", Size::Long, Form::Pdf),
    ("es-long", "es-dictamen-juridico", Size::Long, Form::Pdf),
    ("en-set-page", "en-raid-brief", Size::Page, Form::Set),
    ("es-set-page", "es-informe-cateo", Size::Page, Form::Set),
    ("en-set-long", "en-raid-brief", Size::Long, Form::Set),
    ("es-set-long", "es-informe-cateo", Size::Long, Form::Set),
    ("en-word", "yard-brief.docx", Size::Long, Form::Word),
    ("es-word", "informe-cateo.docx", Size::Long, Form::Word),
    ("coffee", "coffee.png", Size::Page, Form::Picture),
    ("astronaut", "astronaut.png", Size::Page, Form::Picture),
];

/// A master with its marks.
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) size: Size,
    pub(crate) form: Form,
    pub(crate) arities: Vec<usize>,
    pub(crate) template: CopyTemplate,
    /// The first twelve digits of the hash of the master.
    pub(crate) hash: String,
    prepared: Prepared,
    bytes: Vec<u8>,
    secret: PictureSecret,
}

impl Item {
    fn new(name: &'static str, size: Size, form: Form, file: &str, bytes: Vec<u8>) -> Result<Self, Failure> {
        let copies = if form == Form::Set { Copies::Pages } else { Copies::AsMaster };
        let options = MarkOptions { copies, ..MarkOptions::default() };
        let mut prepared = Prepared::new(&bytes, file, &options, None)?;
        if matches!(form, Form::Set | Form::Word) {
            prepared.move_words(None)?;
        }
        let secret = PictureSecret::new(*blake3::hash(name.as_bytes()).as_bytes());
        let template = copies.keyed_template(&prepared.master, &bytes, &prepared.marks, &secret)?;
        let arities = prepared.marks.iter().map(Mark::arity).collect();
        let hash = blake3::hash(&bytes).to_hex().chars().take(12).collect();
        Ok(Self { name, size, form, arities, template, hash, prepared, bytes, secret })
    }

    pub(crate) fn marks(&self) -> &[Mark] {
        &self.prepared.marks
    }

    pub(crate) fn words(&self) -> usize {
        self.prepared.words()
    }

    pub(crate) fn pages(&self) -> usize {
        self.prepared.extent.map_or(0, |e| e.pages)
    }

    /// Whether copies differ in words and in where they stand.
    pub(crate) fn has_layers(&self) -> bool {
        matches!(self.form, Form::Set | Form::Word)
    }

    /// Numbers of the marks of a layer that are of this kind.
    pub(crate) fn marks_of(&self, is: impl Fn(Layer) -> bool) -> Vec<usize> {
        self.marks().iter().enumerate().filter(|(_, m)| is(m.layer)).map(|(index, _)| index).collect()
    }

    /// The law that the item is issued under, exactly as `holm::share` chooses it.
    pub(crate) fn law(&self) -> Law {
        Law::default_for(deciding_worth(self.marks()), PLANNED, LARGEST_COALITION)
    }

    pub(crate) fn reader(&self) -> ItemReader<'_> {
        ItemReader::new(&self.prepared.master, &self.bytes, self.marks(), self.prepared.copies)
    }

    /// Everything that a leak shows of the item, as `holm::trace` reads it.
    pub(crate) fn extract(&self, reader: &ItemReader<'_>, content: &LeakContent) -> Result<Extraction, Trouble> {
        let extraction = reader.extract(content).map_err(unrendered)?;
        let seen = picture_sight::look(&self.prepared.master, self.marks(), &self.secret, &content.views)?;
        Ok(match seen {
            Some(seen) => seen.added_to(extraction),
            None => extraction,
        })
    }
}

/// The masters that are wanted and can be made here, written to the cache for whoever wants to look at them; what is missing
/// for the others is said.
pub(crate) fn items(wanted: impl Fn(&str) -> bool) -> Result<Vec<Item>, Failure> {
    let typesetter = Typesetter::new();
    let folder = cache()?.join("masters");
    fs::create_dir_all(&folder)?;
    let mut items = Vec::new();
    for (name, source, size, form) in MASTERS.into_iter().filter(|(name, ..)| wanted(name)) {
        let (file, bytes) = match form {
            Form::Pdf => (format!("{name}.pdf"), typeset(&typesetter, document(source)?, size)?),
            Form::Set => (format!("{name}.md"), paragraphs(&typesetter, document(source)?, size)?.into_bytes()),
            Form::Word if !is_available() => {
                eprintln!("{name} is left out: `soffice` is missing (package libreoffice-writer)");
                continue;
            }
            Form::Word => (source.to_owned(), fs::read(in_crates("holm-cli/scenario").join(source))?),
            Form::Picture => match fs::read(cache()?.join("pictures").join(source)) {
                Ok(bytes) => (source.to_owned(), bytes),
                Err(_) => {
                    eprintln!("{name} is left out: `make bench-layout` fetches it, from the PyPI package scikit-image");
                    continue;
                }
            },
        };
        fs::write(folder.join(&file), &bytes)?;
        items.push(Item::new(name, size, form, &file, bytes)?);
    }
    Ok(items)
}

/// Whether an item is called so.
pub(crate) fn is_name(name: &str) -> bool {
    MASTERS.iter().any(|(known, ..)| *known == name)
}

/// The folder for what can be made anew.
pub(crate) fn cache() -> Result<PathBuf, Failure> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("there is no target folder")?;
    Ok(target.join("layout-bench"))
}

fn in_crates(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn document(name: &str) -> Result<&'static Document, Failure> {
    Ok(DOCUMENTS.iter().find(|d| d.name == name).ok_or("the corpus has no such document")?)
}

fn typeset(typesetter: &Typesetter, document: &Document, size: Size) -> Result<Vec<u8>, Failure> {
    let text = plain(document, &paragraphs(typesetter, document, size)?)?;
    Ok(typesetter.lay_out(&parse(&text, language(document)).document)?.draw(|_| 0.0)?)
}

fn language(document: &Document) -> Language {
    match document.language {
        frame::Language::En => Language::English,
        frame::Language::Es => Language::Spanish,
    }
}

/// As many paragraphs of the document, from the first, as the size asks for.
fn paragraphs(typesetter: &Typesetter, document: &Document, size: Size) -> Result<String, Failure> {
    let paragraphs: Vec<&str> = document.source.split("\n\n").collect();
    let mut kept = paragraphs.len();
    loop {
        let text = paragraphs.get(..kept).unwrap_or_default().join("\n\n");
        let fits = || -> Result<bool, Failure> {
            let set = typesetter.lay_out(&parse(&plain(document, &text)?, language(document)).document)?;
            Ok(set.pages() == 1)
        };
        if size != Size::Page || kept < 2 || fits()? {
            return Ok(text);
        }
        kept -= 1;
    }
}

/// The text as its author would print it: an authored alternation stands at its first alternative.
fn plain(document: &Document, text: &str) -> Result<String, Failure> {
    let name = format!("{}.md", document.name);
    let prepared = Prepared::new(text.as_bytes(), &name, &MarkOptions::default(), None)?;
    let own: Vec<u8> = prepared.marks.iter().map(|m| m.master.unwrap_or(0)).collect();
    Ok(String::from_utf8(prepared.master.template(&prepared.marks)?.render(&own)?)?)
}
