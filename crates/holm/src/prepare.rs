//! From a document to the marks that its copies will carry: found, reviewed, and what they can prove.

use holm_codes::attack::Channel;
use holm_codes::law::Law;
use holm_codes::power::{largest_coalition, marks_needed, naming_probability};
use holm_marks::authored::{AuthoredError, is_sensitive, phrasing_is_sensitive};
use holm_marks::carrier::{CarrierError, Format, Master};
use holm_marks::find::{Found, find};
use holm_marks::frame::{Language, Pack, PackError, Tier};
use holm_marks::layout::{Density, Layout};
use holm_marks::mark::{Layer, Mark};
use holm_marks::{invisible, language};
use serde::Serialize;

use crate::labelled::Labelled;
use crate::manifest::{FactNote, binary_worth, deciding_worth};
use crate::marking::{LabelError, Marking};
use crate::pages::{Copies, PagesError};
use crate::render::{RenderError, rendering, without_reflow};
use crate::review::{Review, ReviewError};

/// What is to be marked and how.
#[derive(Clone, Debug, Default)]
pub struct MarkOptions {
    /// Language; `None` lets the text decide.
    pub language: Option<Language>,
    /// No word is varied but what the originator authored.
    pub legal: bool,
    /// Invisible characters too.
    pub invisible: bool,
    /// No word is moved.
    pub still: bool,
    /// What copies are to be.
    pub copies: Copies,
    /// How it is to be handled, which the document then says at its head, its foot and before each portion.
    pub marking: Option<Marking>,
}

/// A document cannot be marked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The carrier.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// An authored alternation.
    #[error(transparent)]
    Authored(#[from] AuthoredError),
    /// The pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The review file.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Labels cannot be written.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// Pages cannot be set.
    #[error(transparent)]
    Pages(#[from] PagesError),
    /// Alternations of a review for a PDF.
    #[error(
        "the review authors {0} alternations, but no word of a PDF can be changed; share the text or the Word file that it was made from"
    )]
    AuthoredInPdf(usize),
    /// An alternation in the text that is not to be used, and whose brackets every copy would show.
    #[error("the alternation `[[{0}]]` stands in the document but {1}, so every copy would show its brackets; {2}")]
    Brackets(String, &'static str, &'static str),
}

/// A document with the marks that were found in it.
#[derive(Debug)]
pub struct Prepared {
    /// The document: what was given, with the labels of its marking.
    pub document: Vec<u8>,
    /// The same, as it was read.
    pub master: Master,
    /// What its copies are.
    pub copies: Copies,
    /// The language of the frames that were used.
    pub language: Option<Language>,
    /// SHA-256 of the pack's source.
    pub pack: Option<String>,
    /// Marks in use.
    pub marks: Vec<Mark>,
    /// Marks that a person would have to approve.
    pub proposals: Vec<Mark>,
    /// Marks struck in review.
    pub struck: Vec<Mark>,
    /// Marks that the carrier cannot hold (they cross formatting).
    pub uncarried: usize,
    /// What was said of facts.
    pub facts: Vec<FactNote>,
    /// Pages and lines of the document, as far as they are known.
    pub extent: Option<Extent>,
    /// Portions of it that no portion mark stands before.
    pub unmarked_portions: usize,
    labelled: Labelled,
}

/// How much paper a document fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Pages.
    pub pages: usize,
    /// Lines of words.
    pub lines: usize,
}

impl Extent {
    fn of(layout: &Layout) -> Self {
        let lines: std::collections::BTreeSet<(usize, usize)> = layout.words.iter().map(|w| (w.page, w.line)).collect();
        Self { pages: layout.pages.len().max(1), lines: lines.len().max(1) }
    }
}

impl Prepared {
    /// Finds marks in `bytes` and applies `review`.
    ///
    /// # Errors
    /// [`PrepareError`] says what is wrong with the document or the review.
    pub fn new(bytes: &[u8], name: &str, options: &MarkOptions, review: Option<&Review>) -> Result<Self, PrepareError> {
        let mut master = Master::parse(bytes, name)?;
        let mut document = bytes.to_vec();
        let (mut labelled, mut unmarked_portions) = (Labelled::default(), 0);
        if let Some(marking) = &options.marking {
            let with_labels = marking.label(bytes, name)?;
            let marked = Master::parse(&with_labels.bytes, name)?;
            labelled = Labelled::of(master.blocks(), marked.blocks(), &marking.portion());
            (master, document, unmarked_portions) = (marked, with_labels.bytes, with_labels.unmarked);
        }
        if options.copies == Copies::Pages && !matches!(master.format(), Format::Text | Format::Markdown) {
            return Err(PagesError::Format.into());
        }
        let text: String = master.blocks().iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n");
        let language = options.language.or_else(|| language::detect(&text)).filter(|_| !options.legal);
        let pack = language.map(Pack::shipped).transpose()?;
        let mut found = words(&master, pack.as_ref(), review)?;
        if options.invisible {
            found.extend(invisible::find(master.blocks(), &found));
        }
        if let Some(layout) = master.layout().filter(|_| !options.still) {
            found.extend(holm_marks::layout::find(layout, Density::Every, &found));
        }
        found.extend(master.picture_marks());
        found.sort_by_key(|f| f.mark.sites.first().map_or((usize::MAX, 0), |s| (s.block, s.range.start)));
        let all = found.len();
        let (found, uncarriable): (Vec<Found>, Vec<Found>) =
            found.into_iter().partition(|f| f.mark.sites.iter().all(|s| master.can_carry(&f.mark, s)));
        let uncarried = all - found.len();
        if let Some(f) = uncarriable.iter().find(|f| in_brackets(&f.mark, &master)) {
            let why = "its formatting changes between the brackets";
            return Err(PrepareError::Brackets(f.mark.alternatives.join("|"), why, "give the whole alternation one formatting"));
        }
        let pack = pack.map(|p| holm_record::commitment::hex(&holm_record::commitment::sha256(p.source.as_bytes())));
        let mut prepared = Self {
            document,
            master,
            copies: options.copies,
            language,
            pack,
            marks: Vec::new(),
            proposals: Vec::new(),
            struck: Vec::new(),
            uncarried,
            facts: Vec::new(),
            extent: None,
            unmarked_portions,
            labelled,
        };
        prepared.extent = prepared.master.layout().map(Extent::of);
        prepared.sort_out(found, review);
        if let Some(mark) = prepared.struck.iter().find(|m| in_brackets(m, &prepared.master)) {
            let (why, what) = ("the review strikes it", "write one alternative into the document instead, or keep the mark");
            return Err(PrepareError::Brackets(mark.alternatives.join("|"), why, what));
        }
        let template = prepared.master.template(&prepared.marks)?;
        prepared.master.check_copies(&template, prepared.marks.len())?;
        if let Some(inner) = template.left_over() {
            if prepared.master.format() == Format::Pdf {
                let why = "no word of a PDF can be changed";
                return Err(PrepareError::Brackets(inner, why, "share the text or the Word file that it was made from"));
            }
            let why = "stands where no mark can be: a table cell that it splits, code, a header, a note, a box, or text that was struck";
            return Err(PrepareError::Brackets(inner, why, "move it into the running text, or write one alternative"));
        }
        prepared.facts = prepared.fact_notes(review);
        Ok(prepared)
    }

    fn sort_out(&mut self, found: Vec<Found>, review: Option<&Review>) {
        for Found { mark, tier } in found {
            let decided = review.and_then(|r| r.decision(&self.mark_id(&mark)));
            match (tier, decided) {
                (_, Some(false)) => self.struck.push(mark),
                (Tier::Auto, _) | (Tier::Propose, Some(true)) => self.marks.push(mark),
                (Tier::Propose, None) => self.proposals.push(mark),
            }
        }
    }

    fn fact_notes(&self, review: Option<&Review>) -> Vec<FactNote> {
        let facts = self.marks.iter().filter(|m| m.layer == Layer::Fact || needs_confirmation(m));
        facts
            .map(|m| {
                review.and_then(|r| r.fact(m)).unwrap_or_else(|| FactNote {
                    rule: m.rule.clone(),
                    truth: None,
                    known_to: None,
                    confirmed_by: Vec::new(),
                })
            })
            .collect()
    }

    /// Facts whose alternatives may touch what protects life, with the persons who have confirmed them so far.
    #[must_use]
    pub fn sensitive_facts(&self) -> Vec<(&Mark, Vec<holm_record::id::PersonId>)> {
        let confirmed =
            |m: &Mark| self.facts.iter().find(|f| f.rule == m.rule).map(|f| f.confirmed_by.clone()).unwrap_or_default();
        self.marks.iter().filter(|m| needs_confirmation(m)).map(|m| (m, confirmed(m))).collect()
    }

    /// What ties a decision to a mark: block, place and rule, as they are without the labels of a marking.
    #[must_use]
    pub fn mark_id(&self, mark: &Mark) -> String {
        // A picture is marked as a whole or not at all.
        if mark.layer == Layer::Picture {
            return mark.rule.clone();
        }
        let place = mark.sites.first().map_or_else(String::new, |s| match self.labelled.before(s.block, &s.range) {
            Some((block, range)) => format!("{block}:{}-{}", range.start, range.end),
            None => format!("label-{}:{}-{}", s.block, s.range.start, s.range.end),
        });
        format!("{place}:{}", mark.rule)
    }

    /// Adds persons who confirmed all of the text's facts.
    pub fn confirm_facts(&mut self, by: &[holm_record::id::PersonId]) {
        for fact in &mut self.facts {
            let new: Vec<_> = by.iter().filter(|p| !fact.confirmed_by.contains(p)).cloned().collect();
            fact.confirmed_by.extend(new);
        }
    }

    /// Adds marks that move words where others than the file itself make its pages. Of pages that are set, all words move that
    /// begin no line of the first copy; of a Word file, which needs LibreOffice, those words that break no line anew for any
    /// alternative. Returns how many were added and how many would have broken a line.
    ///
    /// # Errors
    /// [`RenderError`] if LibreOffice is missing or fails, or pages cannot be set; nothing is added then.
    pub fn move_words(&mut self, review: Option<&Review>) -> Result<Moved, RenderError> {
        let symbols = vec![0; self.marks.len()];
        let still = rendering(&self.master, &self.document, &self.marks, &symbols, self.copies)?;
        let set = self.copies == Copies::Pages;
        let everything = self.marks.iter().chain(&self.proposals).chain(&self.struck);
        let taken: Vec<Found> = everything.map(|m| Found { mark: m.clone(), tier: Tier::Auto }).collect();
        let density = if set { Density::Every } else { Density::Second };
        let found = holm_marks::layout::find(&still.layout, density, &taken).into_iter();
        let found = found.map(|f| if set { f.mark } else { docx_shift(f.mark) });
        let carried = found.filter(|m| m.sites.iter().all(|s| self.copies.can_carry(&self.master, m, s)));
        let (struck, found): (Vec<Mark>, Vec<Mark>) =
            carried.partition(|m| review.is_some_and(|r| r.decision(&self.mark_id(m)) == Some(false)));
        let all = found.len();
        let kept = if set { found } else { without_reflow(&self.master, &self.marks, found, &still.layout)? };
        self.extent = Some(Extent::of(&still.layout));
        let moved = Moved { marks: kept.len(), dropped: all - kept.len() };
        self.struck.extend(struck);
        self.marks.extend(kept);
        self.marks.sort_by_key(|m| m.sites.first().map_or((usize::MAX, 0), |s| (s.block, s.range.start)));
        Ok(moved)
    }

    /// Sets pages with every mark's first alternative, its second, and so on, so that what cannot be set is known before
    /// anything is recorded.
    ///
    /// # Errors
    /// [`PagesError`] says what cannot be set.
    pub fn check_pages(&self) -> Result<(), PagesError> {
        if self.copies == Copies::AsMaster {
            return Ok(());
        }
        let template = self.copies.template(&self.master, &self.document, &self.marks)?;
        let most = self.marks.iter().map(Mark::arity).max().unwrap_or(1);
        (0..most).try_for_each(|symbol| {
            let symbols: Vec<u8> = self.marks.iter().map(|m| symbol.min(m.arity() - 1) as u8).collect();
            template.render(&symbols).map(|_| ())
        })
    }

    /// The number of words of the document.
    #[must_use]
    pub fn words(&self) -> usize {
        self.master.blocks().iter().map(|b| b.text.split_whitespace().count()).sum()
    }

    /// What these marks can prove among `copies` copies.
    #[must_use]
    pub fn power(&self, copies: usize, alpha: f64, largest: u8) -> Power {
        let arities: Vec<usize> = self.marks.iter().map(Mark::arity).collect();
        // The first look may spend half of α.
        let first_look = holm_codes::family::look_alpha(alpha, 1);
        let law = Law::default_for(deciding_worth(&self.marks), copies, largest);
        let probability = |arities: &[usize], channel| naming_probability(arities, law, copies, first_look, channel);
        let told = self.extent.is_none() || self.paragraphs().count() <= MOST_PARAGRAPHS;
        let paragraphs = self.paragraphs().map(|(block, inside)| {
            let arities: Vec<usize> = inside.iter().map(|m| m.arity()).collect();
            Paragraph {
                block,
                opening: self.opening(block),
                marks: inside.len(),
                bits: arities.iter().map(|q| (*q as f64).log2()).fold(0.0, |sum, bits| sum + bits),
                named: told.then(|| probability(&arities, Channel::CLEAN)),
            }
        });
        let paragraphs = paragraphs.collect();
        let worth = binary_worth(&arities);
        Power {
            copies,
            alpha,
            law,
            marks: arities.len(),
            bits: arities.iter().map(|q| (*q as f64).log2()).fold(0.0, |sum, bits| sum + bits),
            needed_bits: (copies.max(1) as f64 / first_look).log2(),
            whole: probability(&arities, Channel::CLEAN),
            damaged: probability(&arities, Channel::NOISY),
            needed: marks_needed(&arities, law, copies, first_look),
            coalition: largest_coalition(worth, copies, first_look, false),
            coalition_damaged: largest_coalition(worth, copies, first_look, true),
            paragraphs,
            leaks: self.leaks(|arities, channel| probability(arities, channel)),
        }
    }

    /// What may turn up of a copy, and the probability that it names a single leaker.
    fn leaks(&self, probability: impl Fn(&[usize], Channel) -> f64) -> Vec<LeakPower> {
        // Shares of layout marks that are not seen clearly and that are misread, the worst of each kind rounded to the worse
        // (docs/design/layout-survival.md, "What a channel does to a moved word"): 0.14 and 0.02 of a scan, 0.20 and 0.03 of three
        // lines of one; 0.14 and 0.02 of a photograph, 0.16 and 0.02 of one of half a page, 0.25 and 0.05 of three lines.
        const SCANNED: Channel = Channel { erased: 0.2, flipped: 0.03 };
        const PHOTOGRAPHED: Channel = Channel { erased: 0.25, flipped: 0.06 };
        // Of picture marks, at half the size or photographed: none erased, one in twenty misread (docs/design/pictures.md).
        const PICTURED: Channel = Channel { erased: 0.0, flipped: 0.05 };
        let arities =
            |is: &dyn Fn(Layer) -> bool| -> Vec<usize> { self.marks.iter().filter(|m| is(m.layer)).map(Mark::arity).collect() };
        let (moved, words) = (arities(&|l| l == Layer::Layout), arities(&Layer::is_text));
        let first = self.marks.iter().find(|m| m.layer == Layer::Picture).map(|m| &m.rule);
        let picture: Vec<usize> = self.marks.iter().filter(|m| Some(&m.rule) == first).map(Mark::arity).collect();
        let pictured = first.map(|_| LeakPower {
            what: "its first marked picture, made smaller or photographed",
            named: probability(&picture, PICTURED),
        });
        let Some(extent) = self.extent.filter(|_| !moved.is_empty()) else { return pictured.into_iter().collect() };
        let part = |of: usize| moved.get(..(moved.len() / of).min(moved.len())).unwrap_or_default();
        let three_lines = (3 * moved.len() / extent.lines).min(moved.len());
        let leak = |what: &'static str, named: f64| LeakPower { what, named };
        let mut leaks = vec![
            leak("the file itself", probability(&moved, Channel::CLEAN)),
            leak("its text, pasted or typed anew", probability(&words, Channel::NOISY)),
            leak("a scan of all pages", probability(&moved, SCANNED)),
            leak("a photograph of one page", probability(part(extent.pages), PHOTOGRAPHED)),
            leak("a photograph of half a page", probability(part(2 * extent.pages), PHOTOGRAPHED)),
            leak("three lines of a scan", probability(moved.get(..three_lines).unwrap_or_default(), SCANNED)),
        ];
        leaks.extend(pictured);
        leaks
    }

    /// Blocks that hold marks, with these.
    fn paragraphs(&self) -> impl Iterator<Item = (usize, Vec<&Mark>)> {
        let inside = |block: usize| self.marks.iter().filter(|m| m.sites.iter().any(|s| s.block == block)).collect::<Vec<_>>();
        (0..self.master.blocks().len()).map(move |b| (b, inside(b))).filter(|(_, marks)| !marks.is_empty())
    }

    fn opening(&self, block: usize) -> String {
        let words = self.master.blocks().get(block).map_or("", |b| b.text.as_str()).split_whitespace().take(6);
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Words of a Word file that are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Marks that were added.
    pub marks: usize,
    /// Marks that would have broken a line anew.
    pub dropped: usize,
}

/// How far a word of a Word file is moved, in points. Word counts spacing in twentieths of a point, and a line grows by twice
/// the shift for each word that is moved.
const DOCX_SHIFT: f64 = 0.2;

fn docx_shift(mark: Mark) -> Mark {
    let place = mark.sites.first().map(|s| (s.block, s.range.clone()));
    place.map_or(mark, |place| holm_marks::layout::mark_with(place, &[-DOCX_SHIFT, DOCX_SHIFT]))
}

/// Marks that vary words; a PDF has none.
fn words(master: &Master, pack: Option<&Pack>, review: Option<&Review>) -> Result<Vec<Found>, PrepareError> {
    if master.format() == Format::Pdf {
        let authored = review.map_or(0, |r| r.authored.len());
        return if authored == 0 { Ok(Vec::new()) } else { Err(PrepareError::AuthoredInPdf(authored)) };
    }
    let Some(review) = review else { return Ok(find(master.blocks(), pack)?) };
    let mut found = find(&review.with_authored(master.blocks())?, pack)?;
    found.extend(review.authored_marks(master.blocks())?);
    Ok(found)
}

/// Whether a mark was written into the document's text, in brackets that the mark replaces.
fn in_brackets(mark: &Mark, master: &Master) -> bool {
    mark.sites.iter().any(|s| {
        let text = master.blocks().get(s.block).and_then(|b| b.text.get(s.range.clone()));
        text.is_some_and(|t| t.starts_with("[[") && t.contains('|'))
    })
}

/// Whether the originator's alternatives may touch what protects life.
fn needs_confirmation(mark: &Mark) -> bool {
    match mark.layer {
        Layer::Fact => is_sensitive(&mark.alternatives),
        Layer::Wording => mark.rule.starts_with("authored:") && phrasing_is_sensitive(&mark.alternatives),
        _ => false,
    }
}

/// The power statement of DESIGN §6.
#[derive(Clone, Debug, Serialize)]
pub struct Power {
    /// Number of copies that share α.
    pub copies: usize,
    /// α of an incident; the first look spends half of it.
    pub alpha: f64,
    /// The law that would be issued.
    pub law: Law,
    /// Number of marks.
    pub marks: usize,
    /// Sum of log₂ of alternatives.
    pub bits: f64,
    /// log₂(copies / α of the first look): what any proof needs.
    pub needed_bits: f64,
    /// Probability that a single leaker's copy is named from the whole text, read rightly.
    pub whole: f64,
    /// The same with a fifth of the marks unreadable and one in twenty misread.
    pub damaged: f64,
    /// Marks of which a random choice names with probability 0.99; `None` if all do not suffice.
    pub needed: Option<usize>,
    /// Largest coalition of which one member is found with probability 0.95, whatever it does.
    pub coalition: u8,
    /// The same from a damaged text.
    pub coalition_damaged: u8,
    /// By paragraph that holds marks.
    pub paragraphs: Vec<Paragraph>,
    /// By what may turn up, if words are moved.
    pub leaks: Vec<LeakPower>,
}

/// What one kind of leak proves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LeakPower {
    /// What turns up.
    pub what: &'static str,
    /// Probability that it names a single leaker's copy.
    pub named: f64,
}

/// What one paragraph alone can prove.
#[derive(Clone, Debug, Serialize)]
pub struct Paragraph {
    /// Index of the block.
    pub block: usize,
    /// Its first words.
    pub opening: String,
    /// Its marks.
    pub marks: usize,
    /// Their bits.
    pub bits: f64,
    /// Probability that it alone names a single leaker's copy; not computed where words are moved in more than
    /// [`MOST_PARAGRAPHS`], which all do the same and would take most of the time.
    pub named: Option<f64>,
}

/// Paragraphs of a document whose words are moved that are told one by one.
pub const MOST_PARAGRAPHS: usize = 12;
