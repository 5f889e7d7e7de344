use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use holm::marking::{Marking, MarkingError, Schemes};
use holm::pages::Copies;
use holm::prepare::{MarkOptions, Power, Prepared};
use holm::review::{Review, in_context};
use holm::role::UseCase;
use holm::vault::write_durably;
use holm_marks::carrier::Format;
use holm_marks::frame::Language;
use holm_marks::mark::{Layer, Mark};
use serde::Serialize;

use super::survival::{self, SurvivalArgs};
use crate::app::{App, counted, file_name, read, read_text};
use crate::error::{CommandError, Outcome};

/// Show what would be marked in a document, and the power that it gives
#[derive(Debug, Args)]
pub(crate) struct Marks {
    /// The document: text, Markdown, DOCX, PDF, or a picture (PNG, JPEG, TIFF).
    document: PathBuf,
    #[command(flatten)]
    options: MarkArgs,
    /// Write a review file to edit.
    #[arg(long, value_name = "FILE")]
    review: Option<PathBuf>,
    /// Number of copies that power is stated for.
    #[arg(long, default_value_t = 24, value_name = "N")]
    copies: usize,
    #[command(flatten)]
    survival: SurvivalArgs,
}

/// A prepared document, and the bytes of the review file.
type PreparedFile = (Prepared, Option<Vec<u8>>);

/// How to mark.
#[derive(Debug, Args)]
pub(crate) struct MarkArgs {
    /// How it is to be handled: `TLP:AMBER`, `H2`, `ORCON` or one of a scheme of your own; several hold together, as in
    /// `TLP:AMBER//H2`. Written at the head, the foot and before each paragraph of every copy.
    #[arg(long, value_name = "MARKING")]
    pub(crate) marking: Option<String>,
    /// Language of the text.
    #[arg(long, value_enum, default_value_t = LanguageArg::Auto)]
    pub(crate) language: LanguageArg,
    /// A review file that strikes, approves or authors marks.
    #[arg(long, value_name = "REVIEW")]
    pub(crate) marks: Option<PathBuf>,
    /// Vary no words but those that you authored: for texts whose every word counts.
    #[arg(long)]
    pub(crate) legal: bool,
    /// Set text or Markdown as pages: each copy is a PDF whose wording varies and whose words are moved.
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    pub(crate) set: Option<CopiesArg>,
    /// Move no words: layout marks are left out.
    #[arg(long)]
    pub(crate) no_layout: bool,
    /// Invisible characters too: every public detector reports them and every cleaner removes them.
    #[arg(long)]
    pub(crate) invisible: bool,
}

/// What copies are.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CopiesArg {
    /// Pages, set from text or Markdown.
    Pdf,
}

/// A language or none yet.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LanguageArg {
    /// English.
    En,
    /// Spanish.
    Es,
    /// By the text itself.
    Auto,
}

impl MarkArgs {
    /// As if nothing had been said.
    pub(crate) fn plain() -> Self {
        let language = LanguageArg::Auto;
        Self { marking: None, language, marks: None, legal: false, set: None, no_layout: false, invisible: false }
    }

    pub(crate) fn options(&self, marking: Option<Marking>) -> MarkOptions {
        let language = match self.language {
            LanguageArg::En => Some(Language::En),
            LanguageArg::Es => Some(Language::Es),
            LanguageArg::Auto => None,
        };
        let copies = self.set.map_or(Copies::AsMaster, |CopiesArg::Pdf| Copies::Pages);
        MarkOptions { language, legal: self.legal, invisible: self.invisible, still: self.no_layout, copies, marking }
    }

    /// Reads and prepares a document, so marked; returns the review file's bytes too.
    pub(crate) fn prepare(&self, document: &Path, marking: Option<Marking>) -> Result<PreparedFile, CommandError> {
        let bytes = read(document)?;
        let review_text = self.marks.as_deref().map(read_text).transpose()?;
        let review = review_text.as_deref().map(Review::parse).transpose()?;
        let prepared = Prepared::new(&bytes, &file_name(document), &self.options(marking), review.as_ref())?;
        if prepared.unmarked_portions > 0 {
            let unmarked = counted(prepared.unmarked_portions, "portion", "portions");
            eprintln!("{unmarked} of the document (program text, or where there is no room) have no portion mark of their own");
        }
        Ok((prepared, review_text.map(String::into_bytes)))
    }

    /// Adds marks that move the words of pages that are set, or of a Word file, where LibreOffice can look after its lines; then
    /// checks that the review is of what was found.
    pub(crate) fn move_words(&self, prepared: &mut Prepared, review: Option<&[u8]>) -> Result<(), CommandError> {
        let review = review.map(String::from_utf8_lossy).map(|t| Review::parse(&t)).transpose()?;
        self.add_moved(prepared, review.as_ref())?;
        prepared.check_pages()?;
        review.map_or(Ok(()), |r| Ok(r.check_against(prepared)?))
    }

    fn add_moved(&self, prepared: &mut Prepared, review: Option<&Review>) -> Result<(), CommandError> {
        if prepared.copies == Copies::Pages && !self.no_layout {
            prepared.move_words(review)?;
        }
        if prepared.master.format() != Format::Docx || self.no_layout {
            return Ok(());
        }
        if !holm::render::is_available() {
            eprintln!("no word is moved: that needs LibreOffice (package libreoffice-writer), which looks after the lines");
            return Ok(());
        }
        let moved = prepared.move_words(review)?;
        if moved.dropped > 0 {
            eprintln!("{} words stay where they are, since moving them would break a line anew", moved.dropped);
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Shown<'p> {
    id: String,
    #[serde(flatten)]
    mark: &'p Mark,
    context: String,
}

impl Marks {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let marking = self.options.marking.as_deref().map(|m| self.marking(app, m)).transpose()?.flatten();
        let (mut prepared, review) = self.options.prepare(&self.document, marking)?;
        self.options.move_words(&mut prepared, review.as_deref())?;
        let power = prepared.power(self.copies, holm::workspace::DEFAULT_ALPHA, holm::workspace::LARGEST_COALITION);
        let survival = self.survival.report(&prepared, &file_name(&self.document), self.copies)?;
        let shown = |marks: &'_ [Mark]| -> Vec<serde_json::Value> {
            marks
                .iter()
                .filter_map(|m| {
                    serde_json::to_value(Shown { id: prepared.mark_id(m), mark: m, context: in_context(&prepared, m) }).ok()
                })
                .collect()
        };
        let value = serde_json::json!({
            "language": prepared.language, "words": prepared.words(), "marks": shown(&prepared.marks), "proposals": shown(&prepared.proposals),
            "pictures": pictures(&prepared),
            "struck": prepared.struck.len(), "uncarried": prepared.uncarried, "power": power,
            "survival": survival,
        });
        app.show(&value, || {
            print(&prepared, &power);
            survival.iter().for_each(survival::print);
        })?;
        if let Some(path) = &self.review {
            if path.exists() {
                return Err(CommandError::new(format!("`{}` exists; nothing was overwritten", path.display())));
            }
            write_durably(path, Review::of(&prepared).to_text().as_bytes())?;
            eprintln!("review file written to {}", path.display());
        }
        Ok(Outcome::Done)
    }
}

impl Marks {
    /// A marking of Holm's own schemes needs no workspace.
    fn marking(&self, app: &App, text: &str) -> Result<Option<Marking>, CommandError> {
        match Marking::parse(text, &Schemes::default()) {
            Err(MarkingError::Unknown(..)) => Ok(Marking::parse(text, &app.workspace(UseCase::OwnDesk)?.schemes())?),
            known => Ok(known?),
        }
    }
}

/// By picture, how many marks it can carry or why none.
fn pictures(prepared: &Prepared) -> Vec<serde_json::Value> {
    let one = |p: &holm_marks::carrier::ItemPicture| {
        let capacity = p.capacity();
        serde_json::json!({"name": p.name(), "marks": capacity.as_ref().ok(), "problem": capacity.as_ref().err()})
    };
    prepared.master.pictures().iter().map(one).collect()
}

fn print(prepared: &Prepared, power: &Power) {
    for mark in prepared.marks.iter().filter(|m| m.layer.is_text()) {
        say!("{:<12} {:<28} {}", mark.layer.name(), mark.rule, in_context(prepared, mark));
    }
    if !prepared.proposals.is_empty() {
        say!("\nproposed, used only if approved in a review file:");
        prepared.proposals.iter().for_each(|m| say!("{:<12} {:<28} {}", m.layer.name(), m.rule, in_context(prepared, m)));
    }
    print_layout(prepared);
    say_pictures(prepared, |line| say!("{line}"));
    say!();
    print_power(prepared, power);
}

/// Words that are moved are too many to list, and nothing to be seen; pages where none is say why.
fn print_layout(prepared: &Prepared) {
    let moved = prepared.marks.iter().filter(|m| m.layer == Layer::Layout);
    if let Some(first) = moved.clone().next() {
        let by = first.alternatives.last().map_or("", String::as_str);
        say!("layout       {} words are moved sideways, by {by} or left (a review file lists each)", moved.count());
    }
    for (page, problems) in prepared.master.layout().into_iter().flat_map(|l| l.pages.iter().enumerate()) {
        if !problems.problems.is_empty() {
            say!("page {}: words are not moved where {}", page + 1, problems.problems.join("; "));
        }
    }
}

/// What each picture carries, or why it is left alone.
pub(crate) fn say_pictures(prepared: &Prepared, say: impl Fn(String)) {
    for picture in prepared.master.pictures() {
        let named = |m: &&Mark| m.layer == Layer::Picture && m.rule.split_once(':').is_some_and(|(_, n)| n == picture.name());
        say(match (picture.capacity(), prepared.marks.iter().filter(named).count()) {
            (Err(why), _) => format!("picture      {} is left as it is: {why}", picture.name()),
            (Ok(_), 0) => format!("picture      {} is left as it is: the review strikes it", picture.name()),
            (Ok(_), marks) => format!("picture      {}: {marks} marks", picture.name()),
        });
    }
}

/// The power statement in words.
pub(crate) fn print_power(prepared: &Prepared, power: &Power) {
    let per_thousand = match prepared.words() {
        0 => String::new(),
        words => format!(" ({:.0} per 1,000)", 1000.0 * power.marks as f64 / words as f64),
    };
    say!(
        "{} marks in {} words{per_thousand}, {:.0} bits; a proof among {} copies needs {:.0}",
        power.marks,
        prepared.words(),
        power.bits,
        power.copies,
        power.needed_bits
    );
    if prepared.uncarried > 0 {
        say!("{} further places were passed over because they cross formatting", prepared.uncarried);
    }
    let told = power.paragraphs.iter().filter_map(|p| Some((p, p.named?)));
    if told.clone().next().is_some() {
        say!("\nparagraph                                   marks   bits  named from it alone");
        for (p, named) in told {
            let opening: String = p.opening.chars().take(40).collect();
            say!("{opening:<42}  {:>5}  {:>5.1}  {}", p.marks, p.bits, chance(named));
        }
    }
    say!("\nif one of {} leaks the whole text, read rightly: named {}", power.copies, chance(power.whole));
    say!("with a fifth of the marks lost and one in twenty misread: named {}", chance(power.damaged));
    for leak in &power.leaks {
        say!("if what turns up is {}: named {}", leak.what, chance(leak.named));
    }
    match power.needed {
        Some(needed) => say!("any {needed} marks read rightly name the copy 99 times in 100"),
        None => say!("this text is too short to name anyone: even all its marks together do not suffice"),
    }
    match power.coalition {
        0 | 1 => say!("leakers who mix their copies: not enough marks"),
        n => say!("up to {n} leakers who mix their copies: one of them named 95 times in 100, whatever they do"),
    }
}

fn chance(p: f64) -> String {
    match p {
        p if p >= 0.995 => "almost surely".to_owned(),
        p if p < 0.005 => "never".to_owned(),
        p => format!("{:.0} times in 100", 100.0 * p),
    }
}
