//! Runs of text as words: maximal runs of non-whitespace, each in one or more styles.

use std::sync::Arc;

use crate::document::Run;
use crate::face::Style;
use crate::shaper::{Glyph, Shaped, Shaper};
use crate::typesetter::Error;

/// Text of one style inside a word.
#[derive(Clone, Debug)]
pub(crate) struct Fragment {
    pub(crate) style: Style,
    /// In points.
    pub(crate) size: f64,
    pub(crate) shaped: Arc<Shaped>,
    /// The link's index in the layout.
    pub(crate) link: Option<usize>,
}

impl Fragment {
    /// In points.
    pub(crate) fn width(&self) -> f64 {
        self.shaped.width * self.size
    }
}

/// What separates a word from the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// White space at which a line may end.
    Space,
    /// White space at which no line ends.
    Glue,
    /// The end of a line.
    Line,
}

/// A word, not yet placed.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// Where it begins in the source, if it does.
    pub(crate) source: Option<usize>,
    pub(crate) gap: Gap,
    pub(crate) fragments: Vec<Fragment>,
}

impl Word {
    /// In points.
    pub(crate) fn width(&self) -> f64 {
        self.fragments.iter().map(Fragment::width).sum()
    }
}

/// How a paragraph's text is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// In points.
    pub(crate) size: f64,
    /// From one baseline to the next, in points.
    pub(crate) leading: f64,
    /// Added to each run's own style.
    pub(crate) bold: bool,
    pub(crate) italic: bool,
}

/// Text longer than this is shaped piece by piece: shaping costs more than its length, and no word of a language is so long.
const LONGEST: usize = 256;

/// Splits `runs` into words; `links` collects where they lead.
pub(crate) fn words(
    shaper: &mut Shaper<'_>,
    links: &mut Vec<String>,
    runs: &[Run],
    setting: Setting,
    paragraph: usize,
) -> Result<Vec<Word>, Error> {
    let mut words: Vec<Word> = Vec::new();
    // The gap before the next word; none while inside one.
    let mut gap = Some(Gap::Line);
    let mut linked: Option<&str> = None;
    for run in runs {
        let style = Style::of(&Run {
            bold: run.bold || setting.bold,
            italic: run.italic || setting.italic,
            mono: run.mono,
            ..Run::default()
        });
        let size = setting.size * style.scale();
        let target = run.link.as_deref().filter(|target| can_be_clicked(target));
        if target != linked {
            linked = target;
            links.extend(linked.map(str::to_owned));
        }
        let link = linked.map(|_| links.len() - 1);
        let mut at = 0;
        for (text, white) in stretches(&run.text) {
            let start = at;
            at += text.len();
            if white {
                gap = Some(wider(gap.unwrap_or(Gap::Glue), text));
                continue;
            }
            if let Some(gap) = gap.take() {
                words.push(Word { text: String::new(), source: run.source(start), gap, fragments: Vec::new() });
            }
            let Some(word) = words.last_mut() else { continue };
            word.text.push_str(text);
            for piece in pieces(text) {
                let shaped = shaper.shape(style, piece, paragraph)?;
                word.fragments.push(Fragment { style, size, shaped, link });
            }
        }
    }
    Ok(words)
}

/// Whether a reader of the PDF may be sent there; other targets, relative ones too, mean nothing outside their source.
fn can_be_clicked(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or_default().to_ascii_lowercase();
    target.contains(':') && matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel")
}

/// Maximal stretches of white space and of anything else, and which they are.
pub(crate) fn stretches(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let white = rest.chars().next()?.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != white).unwrap_or(rest.len());
        let (stretch, after) = rest.split_at(end);
        rest = after;
        Some((stretch, white))
    })
}

/// The gap that white space makes after what stood there already.
fn wider(before: Gap, white: &str) -> Gap {
    if before == Gap::Line || white.contains('\n') {
        Gap::Line
    } else if before == Gap::Space || white.contains(|c| !matches!(c, '\u{A0}' | '\u{202F}' | '\u{2007}')) {
        Gap::Space
    } else {
        Gap::Glue
    }
}

/// Cuts long text before a letter or digit of ASCII, which never joins with what stands before it.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let cut = |(at, c): (usize, char)| (at >= LONGEST && (c.is_ascii_alphanumeric() || at >= 4 * LONGEST)).then_some(at);
        let end = rest.char_indices().find_map(cut).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// Cuts a word into parts that are no wider than `measure` points, at least one glyph each.
pub(crate) fn cut(word: &Word, measure: f64) -> Vec<Vec<Fragment>> {
    let mut parts: Vec<Vec<Fragment>> = vec![Vec::new()];
    let mut used = 0.0;
    for fragment in &word.fragments {
        let mut kept: Vec<Glyph> = Vec::new();
        for glyph in &fragment.shaped.glyphs {
            let width = glyph.advance * fragment.size;
            let begun = !kept.is_empty() || parts.last().is_some_and(|part| !part.is_empty());
            if width > 0.0 && begun && used + width > measure {
                keep(&mut parts, fragment, &mut kept);
                parts.push(Vec::new());
                used = 0.0;
            }
            used += width;
            kept.push(glyph.clone());
        }
        keep(&mut parts, fragment, &mut kept);
    }
    parts
}

fn keep(parts: &mut [Vec<Fragment>], fragment: &Fragment, kept: &mut Vec<Glyph>) {
    if let (Some(part), false) = (parts.last_mut(), kept.is_empty()) {
        let width = kept.iter().map(|glyph| glyph.advance).sum();
        part.push(Fragment { shaped: Arc::new(Shaped { glyphs: std::mem::take(kept), width }), ..fragment.clone() });
    }
}
