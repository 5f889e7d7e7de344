//! The layout layer: words moved sideways by a fraction of a point.
//!
//! Every word of a line but the first may be a mark: whether it stands a little to the left or to the right of its place
//! (word shift: Brassil, Low, Maxemchuk and O'Gorman, "Electronic marking and identification
//! techniques to discourage document copying", INFOCOM 1994). A leak is read in three steps, none of which sees a codeword:
//! its words are found in the master ([`matching`]), the displacement of each against the master is measured
//! ([`Sighting`]; in pictures by [`registration`]), and what the controls do not explain becomes likelihoods ([`field`]).

pub mod field;
pub mod matching;
pub mod reference;
pub mod registration;
pub mod spaced;
pub mod straight;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::find::Found;
use crate::frame::Tier;
use crate::mark::{Layer, Mark, Site};

/// Version of how displacements are measured and weighed, recorded with every look at one.
pub const LAYOUT_READER: &str = "holm-layout/4";

/// The rule of marks that move words.
pub const RULE: &str = "word-shift";

/// How far a word is moved at most, in points; below what readers notice at reading size.
pub const LARGEST_SHIFT: f64 = 0.24;
/// Share of the font size by which a word is moved, up to [`LARGEST_SHIFT`].
const SHIFT_OF_SIZE: f64 = 0.022;
/// Font sizes, in points, whose words are moved.
const SIZES: Range<f64> = 6.0..40.0;
/// The least gap beside a word that is moved, in font sizes: two words that are moved towards each other still stand apart by
/// what readers of PDFs take for a space (0.15).
const LEAST_GAP: f64 = 0.2;

/// How far to the right a word is moved, in hundredths of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift(i32);

impl Shift {
    /// Reads a number of points with two decimals; `None` if it is none or more than a point.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let points: f64 = text.parse().ok()?;
        (points.abs() <= 1.0).then(|| Self((points * 100.0).round() as i32))
    }

    /// Points to the right.
    #[must_use]
    pub fn points(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

/// A master's words where they stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Its pages.
    pub pages: Vec<LayoutPage>,
    /// Its words in reading order.
    pub words: Vec<LayoutWord>,
}

/// A page of a master.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayoutPage {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Why words on it cannot be moved, where that is so.
    pub problems: Vec<String>,
}

/// A word where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutWord {
    /// Its characters.
    pub text: String,
    /// Index of its page.
    pub page: usize,
    /// Number of its line on the page.
    pub line: usize,
    /// Left edge in points from the page's left.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Baseline in points from the page's top.
    pub baseline: f64,
    /// Font size in points.
    pub size: f64,
    /// Whether it can be moved.
    pub movable: bool,
    /// Block and bytes of its text that it is, if it is all of them.
    pub place: Option<(usize, Range<usize>)>,
}

impl LayoutWord {
    fn shares_line(&self, other: &Self) -> bool {
        self.page == other.page && self.line == other.line
    }
}

/// Which words of a line are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// All but the first.
    Every,
    /// Every second one, where a word is moved by the spaces on both sides of it.
    Second,
}

/// Marks for words that can be moved and are not part of or beside a mark of `taken`, in reading order.
#[must_use]
pub fn find(layout: &Layout, density: Density, taken: &[Found]) -> Vec<Found> {
    let held: std::collections::HashMap<usize, Vec<&Range<usize>>> =
        taken.iter().flat_map(|f| &f.mark.sites).fold(std::collections::HashMap::new(), |mut held, site| {
            held.entry(site.block).or_insert_with(Vec::new).push(&site.range);
            held
        });
    let free = |(block, range): &(usize, Range<usize>)| {
        let near = |h: &&Range<usize>| h.start <= range.end + 1 && range.start <= h.end + 1;
        !held.get(block).is_some_and(|ranges| ranges.iter().any(near))
    };
    let mut found = Vec::new();
    let mut last = None;
    for (index, word) in layout.words.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| layout.words.get(i)).filter(|w| w.shares_line(word));
        let after = layout.words.get(index + 1).filter(|w| w.shares_line(word));
        let Some((before, place)) = before.zip(word.place.clone()) else { continue };
        let gap = LEAST_GAP * word.size;
        let room = word.left - before.right >= gap && after.is_none_or(|a| a.left - word.right >= gap);
        let beside = density == Density::Second && last == Some(index - 1);
        if beside || !room || !may_move(word) || !free(&place) {
            continue;
        }
        last = Some(index);
        found.push(Found { mark: mark(place, word.size), tier: Tier::Auto });
    }
    found
}

fn may_move(word: &LayoutWord) -> bool {
    word.movable && SIZES.contains(&word.size) && word.text.chars().filter(|c| c.is_alphanumeric()).count() >= 2
}

/// The mark that moves the word at `place`, set in `size` points: to one of four places, evenly apart.
#[must_use]
pub fn mark(place: (usize, Range<usize>), size: f64) -> Mark {
    let most = (SHIFT_OF_SIZE * size).min(LARGEST_SHIFT);
    mark_with(place, &[-most, -most / 3.0, most / 3.0, most])
}

/// The mark that moves the word at `place` by one of these distances, in points to the right.
#[must_use]
pub fn mark_with((block, range): (usize, Range<usize>), shifts: &[f64]) -> Mark {
    let shown = |s: &f64| format!("{:.2} pt {}", s.abs(), if *s < 0.0 { "left" } else { "right" });
    Mark {
        layer: Layer::Layout,
        rule: RULE.to_owned(),
        alternatives: shifts.iter().map(shown).collect(),
        master: None,
        sites: vec![Site { block, range, texts: shifts.iter().map(|s| format!("{s:.2}")).collect() }],
    }
}

/// A page of a leak: its words by line, in any unit, x to the right and y downwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SeenPage {
    /// Lines from top to bottom.
    pub lines: Vec<Vec<SeenWord>>,
}

impl SeenPage {
    /// The page as text, a line a line.
    #[must_use]
    pub fn text(&self) -> String {
        let line = |l: &Vec<SeenWord>| l.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        self.lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A word of a leak.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenWord {
    /// What was read.
    pub text: String,
    /// Its box.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Top.
    pub top: f64,
    /// Bottom; in files the baseline.
    pub bottom: f64,
}

/// A word of the master, seen in a leak.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The mark that moves it; controls have none.
    pub mark: Option<u32>,
    /// Page of the leak.
    pub page: u32,
    /// Line of the leak within that page; words whose distance the master does not know are of different lines.
    pub line: u32,
    /// Where it stands in the master, in points.
    pub x: f64,
    /// The same, downwards.
    pub y: f64,
    /// Its font size in points.
    #[serde(default)]
    pub size: f64,
    /// How far to the right of that place it was seen, in points of the master; only differences count.
    pub moved: f64,
    /// Variance of that measurement in units of the page's usual one.
    pub noise: f64,
}

/// What a leak's pages show of an item's layout, recorded with what its text shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    /// [`LAYOUT_READER`].
    pub reader: String,
    /// Other people's programs that took part, with their versions.
    pub programs: Vec<String>,
    /// The leak's text as it was read, if such programs took part: another version of them may read otherwise.
    pub recognised: Option<String>,
    /// Where the item's words were seen.
    pub sightings: Vec<Sighting>,
}

/// By word of the layout, the mark that moves it.
#[must_use]
pub fn marks_of_words(layout: &Layout, marks: &[Mark]) -> Vec<Option<u32>> {
    let mut by_place = std::collections::HashMap::new();
    for (index, mark) in marks.iter().enumerate().filter(|(_, m)| m.layer == Layer::Layout) {
        for site in &mark.sites {
            by_place.insert((site.block, site.range.start), u32::try_from(index).unwrap_or(u32::MAX));
        }
    }
    let of = |w: &LayoutWord| w.place.as_ref().and_then(|(block, range)| by_place.get(&(*block, range.start)).copied());
    layout.words.iter().map(of).collect()
}

/// Sightings of a leak whose words have exact places, as in a PDF file.
///
/// The displacement of each word is taken within its line: unit and origin of the leak do not matter, since each line is
/// fitted to the master's first.
#[must_use]
pub fn sight(layout: &Layout, marks: &[Mark], pages: &[SeenPage]) -> Vec<Sighting> {
    let moved_by = marks_of_words(layout, marks);
    let matcher = matching::Matcher::new(layout);
    let mut sightings = Vec::new();
    for (page, seen) in pages.iter().enumerate() {
        let found: Vec<Vec<(usize, f64)>> =
            matcher.page(seen).iter().map(|line| line.iter().map(|(word, seen)| (*word, seen.left)).collect()).collect();
        let scale = page_scale(layout, &found);
        let mut segment = 0;
        for places in found {
            segment += 1;
            let mut last: Option<&LayoutWord> = None;
            for (word, x) in places {
                let Some(master) = layout.words.get(word) else { continue };
                segment += u32::from(last.is_some_and(|l| !l.shares_line(master)));
                last = Some(master);
                sightings.push(Sighting {
                    mark: moved_by.get(word).copied().flatten(),
                    page: u32::try_from(page).unwrap_or(u32::MAX),
                    line: segment,
                    x: master.left,
                    y: master.baseline,
                    size: master.size,
                    moved: x / scale - master.left,
                    noise: 1.0,
                });
            }
        }
    }
    sightings
}

/// Units of the leak to a point of the master on one page; 1 if there is too little to tell. Words of a line are compared
/// with the first of it.
fn page_scale(layout: &Layout, lines: &[Vec<(usize, f64)>]) -> f64 {
    let mut ratios: Vec<(f64, f64)> = Vec::new();
    for line in lines {
        let first = line.first().and_then(|(word, x)| Some((layout.words.get(*word)?, *x)));
        let last = line.last().and_then(|(word, x)| Some((layout.words.get(*word)?, *x)));
        if let (Some((first, from)), Some((last, to))) = (first, last)
            && first.shares_line(last)
            && last.left - first.left > 50.0
        {
            ratios.push((last.left - first.left, to - from));
        }
    }
    // The middle ratio, weighed by length, is not led astray by lines that were set anew.
    ratios.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let total: f64 = ratios.iter().map(|(master, _)| master).sum();
    let mut passed = 0.0;
    for (master, seen) in &ratios {
        passed += master;
        if passed >= total / 2.0 && *seen > 0.0 {
            let ratio = seen / master;
            // Files are made in points: a ratio that is 1 but for the shifts is 1.
            return if (ratio - 1.0).abs() < 0.002 { 1.0 } else { ratio };
        }
    }
    1.0
}
