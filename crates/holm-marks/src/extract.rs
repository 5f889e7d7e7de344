//! What a leak still shows of each mark.
//!
//! The extractor sees the leak, the master and the alternatives, never a codeword. Each sentence of the leak is found in
//! the master by its rare word sequences, so that excerpts, insertions and a new order of sentences do not hurt, then
//! aligned with the lattice of alternatives; each mark between matched neighbours gets the likelihoods of its
//! alternatives. Whatever is not between matched neighbours is an erasure.

pub mod passage;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::align::{Aligner, Alignment, LONGEST_STRETCH, Rates};
use crate::document::Block;
use crate::lattice::Lattice;
use crate::layout::{Sight, field};
use crate::mark::{Layer, Mark};
use crate::normal::{NormToken, fold, norm_tokens};
use crate::picture::PictureSight;
use crate::wiped::{MarkTraits, forget_wiped};

/// Version of extraction, recorded with every look.
pub const EXTRACTOR: &str = "holm-extract/3";

/// Words in the sequences by which a sentence is found.
const GRAM: usize = 3;
/// A stretch belongs to the item if the item explains it better than chance by this many nats for the whole stretch.
const BELONGS_NATS: f64 = 6.0;
/// Words that a leak must share with an item before anything is said of it.
const FEWEST_WORDS: usize = 8;

/// What is seen of one mark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// P(what was seen | the source carried alternative a), up to a factor; constant where nothing was seen.
    pub likelihood: Vec<f64>,
    /// The alternative that is clearly seen, if one is.
    pub seen: Option<u8>,
}

/// How much of leak and master match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Words and signs of the leak.
    pub leak_tokens: usize,
    /// Of these, how many belong to the item.
    pub leak_matched: usize,
    /// Words and signs that all copies share.
    pub master_tokens: usize,
    /// Of these, how many the leak shows.
    pub master_matched: usize,
}

/// Everything that the decoder is told of a leak.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// [`EXTRACTOR`].
    pub version: String,
    /// One reading a mark, in the manifest's order.
    pub readings: Vec<Reading>,
    /// How much matches.
    pub coverage: Coverage,
    /// Where words were seen, if the leak has pages and the item marks in its layout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sight: Option<Sight>,
    /// Where the item's pictures were seen, if it has marked ones and the leak shows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictures: Option<PictureSight>,
}

impl Extraction {
    /// Adds what the leak's pages show to what its text shows.
    #[must_use]
    pub fn with_sight(mut self, marks: &[Mark], sight: Sight) -> Self {
        for (mark, row) in field::rows(marks, &sight.sightings) {
            if let Some(reading) = self.readings.get_mut(mark) {
                *reading = Reading::new(row);
            }
        }
        self.sight = Some(sight);
        self
    }

    /// Adds what the leak's pictures show: rows by index of the mark.
    #[must_use]
    pub fn with_pictures(mut self, sight: PictureSight, rows: &[(usize, [f64; 2])]) -> Self {
        for (mark, row) in rows {
            if let Some(reading) = self.readings.get_mut(*mark) {
                *reading = Reading::new(row.to_vec());
            }
        }
        self.pictures = Some(sight);
        self
    }

    /// Whether the leak shares enough with the item to be a leak of it: words, or a picture.
    #[must_use]
    pub fn belongs(&self) -> bool {
        self.shares_words() || self.pictures.as_ref().is_some_and(|p| !p.seen.is_empty())
    }

    /// Whether the leak shares enough words with the item.
    #[must_use]
    pub fn shares_words(&self) -> bool {
        self.coverage.leak_matched >= FEWEST_WORDS
    }

    /// Number of marks that were read.
    #[must_use]
    pub fn read_marks(&self) -> usize {
        self.readings.iter().filter(|r| r.seen.is_some()).count()
    }
}

/// A leak's text as it is read: without typographic variety, invisible characters and the marks of quoted mails.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadText {
    /// The text.
    pub text: String,
    /// Bytes of it that are the item's, in order, apart.
    pub own: Vec<Range<usize>>,
}

/// An item made ready to be looked for in leaks.
pub struct Reader {
    lattice: Lattice,
    grams: HashMap<Vec<String>, Vec<usize>>,
    layers: Vec<Layer>,
    arities: Vec<usize>,
    traits: Vec<MarkTraits>,
}

/// A stretch of the leak where it aligns.
struct Placed {
    tokens: Range<usize>,
    alignment: Alignment,
}

impl Reader {
    /// Builds the lattice of an item's master and marks.
    #[must_use]
    pub fn new(blocks: &[Block], marks: &[Mark]) -> Self {
        let lattice = Lattice::new(blocks, marks);
        let own = |(gram, places): (Vec<&str>, Vec<usize>)| (gram.into_iter().map(str::to_owned).collect(), places);
        let grams = lattice.grams(GRAM).into_iter().map(own).collect();
        Self {
            lattice,
            grams,
            layers: marks.iter().map(|m| m.layer).collect(),
            arities: marks.iter().map(Mark::arity).collect(),
            traits: marks.iter().map(MarkTraits::of).collect(),
        }
    }

    /// Share of the leak's word sequences that the item has: a quick look before the slow one.
    #[must_use]
    pub fn resemblance(&self, leak: &str) -> f64 {
        let tokens = norm_tokens(&fold(leak, self.lattice.invisible).text);
        let words: Vec<&NormToken> = tokens.iter().filter(|t| !t.punct).collect();
        let grams = words.windows(GRAM).map(|w| w.iter().map(|t| t.bare.clone()).collect::<Vec<_>>());
        let (known, all) =
            grams.fold((0_u32, 0_u32), |(known, all), g| (known + u32::from(self.grams.contains_key(&g)), all + 1));
        f64::from(known) / f64::from(all.max(1))
    }

    /// Reads every mark that the leak shows.
    #[must_use]
    pub fn extract(&self, leak: &str) -> Extraction {
        let tokens = norm_tokens(&fold(leak, self.lattice.invisible).text);
        let stretches = stretches(&tokens);
        // One stretch's alignment at a time is in memory: a leak may hold the item a hundred times.
        let mut seen = ChannelCounts::default();
        self.place_each(&tokens, &stretches, Rates::PRIOR, |p| seen.add(self, &tokens, p));
        let rates = learn(&seen);
        let mut readings = SiteReadings::default();
        let mut shown = Shown { master: vec![false; self.lattice.nodes.len()], leak: vec![false; tokens.len()] };
        self.place_each(&tokens, &stretches, rates, |p| {
            self.read_sites(p, &mut readings);
            self.cover(p, &mut shown);
        });
        let readings = self.readings(readings);
        let coverage = self.coverage(&shown);
        Extraction { version: EXTRACTOR.to_owned(), readings, coverage, sight: None, pictures: None }
    }

    /// Which parts of a leak's text are the item's, for whoever looks at both.
    #[must_use]
    pub fn read_text(&self, leak: &str) -> ReadText {
        let text = fold(leak, self.lattice.invisible).text;
        let tokens = norm_tokens(&text);
        let mut shown = Shown { master: vec![false; self.lattice.nodes.len()], leak: vec![false; tokens.len()] };
        self.place_each(&tokens, &stretches(&tokens), Rates::PRIOR, |p| self.cover(p, &mut shown));
        let starts = || tokens.iter().map(|t| t.at);
        let ends = starts().skip(1).chain([text.len()]);
        let mut own: Vec<Range<usize>> = Vec::new();
        for ((start, end), _) in starts().zip(ends).zip(&shown.leak).filter(|(_, matched)| **matched) {
            match own.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => own.push(start..end),
            }
        }
        ReadText { text, own }
    }

    fn place_each(&self, tokens: &[NormToken], stretches: &[Range<usize>], rates: Rates, mut take: impl FnMut(&Placed)) {
        let aligner = Aligner { lattice: &self.lattice, rates };
        stretches.iter().filter_map(|s| self.place(&aligner, tokens, s.clone())).for_each(|p| take(&p));
    }

    /// Aligns a stretch where it fits best, if it fits anywhere.
    fn place(&self, aligner: &Aligner<'_>, tokens: &[NormToken], stretch: Range<usize>) -> Option<Placed> {
        let leak = tokens.get(stretch.clone())?;
        let foreign = aligner.foreign(leak);
        let aligned = self.windows(leak).into_iter().map(|window| aligner.align(leak, window));
        let best = aligned.max_by(|a, b| a.total.total_cmp(&b.total))?;
        let places = (self.lattice.nodes.len().max(2) as f64).ln();
        let fits = best.total > 0.0 && best.total.ln() - foreign.ln() - places >= BELONGS_NATS;
        fits.then_some(Placed { tokens: stretch, alignment: best })
    }

    /// Up to two windows of the lattice that share the most and rarest word sequences with the stretch.
    fn windows(&self, leak: &[NormToken]) -> Vec<Range<usize>> {
        let words: Vec<&NormToken> = leak.iter().filter(|t| !t.punct).collect();
        let mut hits: Vec<(usize, u64)> = Vec::new();
        for gram in words.windows(GRAM) {
            let gram: Vec<String> = gram.iter().map(|t| t.bare.clone()).collect();
            if let Some(places) = self.grams.get(&gram) {
                hits.extend(places.iter().map(|p| (*p, WHOLE / places.len() as u64)));
            }
        }
        hits.sort_by_key(|(place, _)| *place);
        let length = 2 * leak.len() + 24;
        let mut windows = Vec::new();
        for _ in 0..2 {
            let Some(from) = heaviest(&hits, length) else { break };
            windows.push(from.saturating_sub(leak.len() + 16)..(from + length + 16).min(self.lattice.nodes.len()));
            hits.retain(|(p, _)| !(from..from + length).contains(p));
        }
        windows
    }

    fn read_sites(&self, placed: &Placed, by_site: &mut SiteReadings) {
        for (index, choice) in self.lattice.choices.iter().enumerate() {
            if !placed.alignment.window().contains(&choice.entry) {
                continue;
            }
            if let Some(row) = self.site_row(&placed.alignment, index, placed.tokens.start == 0) {
                by_site.entry((choice.mark, index)).or_default().push(row);
            }
        }
    }

    fn readings(&self, by_site: SiteReadings) -> Vec<Reading> {
        let mut rows: Vec<Vec<f64>> = self.arities.iter().map(|q| vec![1.0; *q]).collect();
        for ((mark, _), site_rows) in by_site {
            let mean = |a: usize| site_rows.iter().map(|r| r[a]).sum::<f64>() / site_rows.len() as f64;
            rows[mark].iter_mut().enumerate().for_each(|(a, l)| *l *= mean(a));
        }
        forget_wiped(&self.traits, &mut rows);
        rows.into_iter().map(Reading::new).collect()
    }

    /// Likelihoods of one site's alternatives, if the alignment passes it between matched neighbours; `first` says that the
    /// stretch begins the leak.
    fn site_row(&self, alignment: &Alignment, index: usize, first: bool) -> Option<Vec<f64>> {
        const SEEN: f64 = 0.02;
        let choice = self.lattice.choices.get(index)?;
        let mass: Vec<f64> = choice.exits.iter().map(|e| alignment.through(*e)).collect();
        let passed: f64 = mass.iter().sum();
        let last = choice.exits.last().copied()? + 2;
        // A sentence or paragraph that begins with the site has nothing of its own before it that could be matched.
        let left = if choice.opens && !first { 1.0 } else { self.anchor(alignment, (0..choice.entry).rev()) };
        let anchor = left * self.anchor(alignment, last..self.lattice.nodes.len());
        let trust = (passed / alignment.total).min(1.0) * anchor;
        if trust < SEEN || passed <= 0.0 {
            return None;
        }
        let layer = self.layers.get(choice.mark).copied().unwrap_or(Layer::Wording);
        let slip = slip(layer);
        let arity = mass.len() as f64;
        let row = mass.iter().map(|m| trust * ((1.0 - slip) * m / passed + slip / arity) + (1.0 - trust) / arity);
        Some(row.collect())
    }

    /// How surely one of the nearest two fixed tokens in this direction is matched.
    fn anchor(&self, alignment: &Alignment, direction: impl Iterator<Item = usize>) -> f64 {
        let near = direction.filter(|n| self.lattice.nodes[*n].fixed).take(2);
        near.map(|n| alignment.matched(n)).fold(0.0, f64::max).min(1.0)
    }

    fn cover(&self, placed: &Placed, shown: &mut Shown) {
        for node in placed.alignment.window().filter(|n| placed.alignment.matched(*n) > 0.5) {
            if let (Some(place), Some(here)) = (shown.master.get_mut(node), self.lattice.nodes.get(node)) {
                *place = here.fixed;
            }
        }
        for (t, _) in placed.alignment.pairs() {
            shown.leak.get_mut(placed.tokens.start + t).into_iter().for_each(|l| *l = true);
        }
    }

    fn coverage(&self, shown: &Shown) -> Coverage {
        let count = |list: &[bool]| list.iter().filter(|x| **x).count();
        Coverage {
            leak_tokens: shown.leak.len(),
            leak_matched: count(&shown.leak),
            master_tokens: self.lattice.fixed_tokens(),
            master_matched: count(&shown.master),
        }
    }
}

impl Reading {
    fn new(row: Vec<f64>) -> Self {
        let top = row.iter().copied().fold(0.0, f64::max);
        let likelihood: Vec<f64> = row.iter().map(|l| l / top).collect();
        let seen = best(&likelihood).and_then(|a| u8::try_from(a).ok());
        Self { likelihood, seen }
    }

    /// The likeliest alternative, clearly seen or not; the first of several.
    #[must_use]
    pub fn likeliest(&self) -> u8 {
        let better = |best: usize, a: usize| if self.likelihood.get(a) > self.likelihood.get(best) { a } else { best };
        u8::try_from((0..self.likelihood.len()).fold(0, better)).unwrap_or(0)
    }
}

/// The alternative that is at least four times as likely as any other.
pub(crate) fn best(row: &[f64]) -> Option<usize> {
    const CLEARLY: f64 = 4.0;
    let top = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let second = row.iter().enumerate().filter(|(a, _)| *a != top.0).map(|(_, l)| *l).fold(0.0, f64::max);
    (*top.1 > CLEARLY * second).then_some(top.0)
}

/// Chance that a mark of this layer shows another alternative than its source's for reasons that no alignment sees.
fn slip(layer: Layer) -> f64 {
    match layer {
        Layer::Fact => 0.005,
        Layer::Wording => 0.01,
        Layer::Orthography => 0.02,
        Layer::Typography | Layer::Layout | Layer::Picture | Layer::Invisible => 0.05,
    }
}

/// Cuts a leak into sentences of at most [`LONGEST_STRETCH`] tokens. Each takes the two tokens before it along, and more
/// where the cut is not at the end of a sentence, so that no site falls between two stretches.
fn stretches(tokens: &[NormToken]) -> Vec<Range<usize>> {
    const LEAD: usize = 2;
    const OVERLAP: usize = 12;
    const SHORTEST: usize = 6;
    let mut stretches = Vec::new();
    let mut from = 0;
    for (at, token) in tokens.iter().enumerate() {
        let length = at + 1 - from;
        let ends = token.punct && matches!(token.norm.as_str(), "." | "?" | "!" | "\u{2026}");
        let last = at + 1 == tokens.len();
        if ends && length >= SHORTEST || length >= LONGEST_STRETCH || last {
            stretches.push(from..at + 1);
            from = (at + 1).saturating_sub(if ends { LEAD } else { OVERLAP });
        }
    }
    stretches
}

/// What the channel did to tokens that all copies share.
#[derive(Default)]
struct ChannelCounts {
    words: f64,
    words_lost: f64,
    words_added: f64,
    words_changed: f64,
    signs: f64,
    signs_lost: f64,
    signs_added: f64,
    typos: f64,
    accented: f64,
    accents_lost: f64,
}

impl ChannelCounts {
    fn add(&mut self, reader: &Reader, tokens: &[NormToken], placed: &Placed) {
        let leak = tokens.get(placed.tokens.clone()).unwrap_or_default();
        let pairs = placed.alignment.pairs();
        let (Some(first), Some(last)) = (pairs.iter().map(|(_, n)| *n).min(), pairs.iter().map(|(_, n)| *n).max()) else {
            return;
        };
        let (from, to) = (pairs.iter().map(|(t, _)| *t).min().unwrap_or(0), pairs.iter().map(|(t, _)| *t).max().unwrap_or(0));
        for node in (first..=last).map(|n| &reader.lattice.nodes[n]).filter(|n| n.fixed) {
            let sign = node.token.as_ref().is_some_and(|t| t.punct);
            if sign { self.signs += 1.0 } else { self.words += 1.0 }
        }
        let matched = pairs.iter().filter(|(_, n)| reader.lattice.nodes[*n].fixed);
        let (mut words, mut signs) = (0.0, 0.0);
        for (t, n) in matched {
            let (Some(written), Some(seen)) = (&reader.lattice.nodes[*n].token, leak.get(*t)) else { continue };
            if written.punct {
                signs += 1.0
            } else {
                words += 1.0
            }
            self.accented += f64::from(u8::from(written.has_accents()));
            if written.norm != seen.norm && written.bare == seen.bare {
                self.accents_lost += 1.0;
            } else if written.norm != seen.norm {
                let near = crate::normal::typos(&written.bare, &seen.bare, 2) <= 2;
                if near { self.typos += 1.0 } else { self.words_changed += 1.0 }
            }
        }
        let fixed = (first..=last).map(|n| &reader.lattice.nodes[n]).filter(|n| n.fixed);
        let (all_words, all_signs) = fixed
            .fold((0.0, 0.0), |(w, s), n| if n.token.as_ref().is_some_and(|t| t.punct) { (w, s + 1.0) } else { (w + 1.0, s) });
        self.words_lost += f64::max(all_words - words, 0.0);
        self.signs_lost += f64::max(all_signs - signs, 0.0);
        let paired: std::collections::BTreeSet<usize> = pairs.iter().map(|(t, _)| *t).collect();
        for (t, token) in leak.iter().enumerate().take(to + 1).skip(from).filter(|(t, _)| !paired.contains(t)) {
            debug_assert!(t <= to);
            if token.punct { self.signs_added += 1.0 } else { self.words_added += 1.0 }
        }
    }
}

/// How the channel treated what all copies share: marks take no part, so no codeword does.
fn learn(seen: &ChannelCounts) -> Rates {
    const WEIGHT: f64 = 60.0;
    let rate = |count: f64, of: f64, prior: f64| ((count + WEIGHT * prior) / (of + WEIGHT)).clamp(0.002, 0.4);
    let prior = Rates::PRIOR;
    Rates {
        word_lost: rate(seen.words_lost, seen.words, prior.word_lost),
        word_added: rate(seen.words_added, seen.words, prior.word_added),
        word_changed: rate(seen.words_changed, seen.words, prior.word_changed),
        sign_lost: rate(seen.signs_lost, seen.signs, prior.sign_lost),
        sign_added: rate(seen.signs_added, seen.signs, prior.sign_added),
        typo: rate(seen.typos, seen.words, prior.typo),
        // Whoever drops accents drops them all: few words suffice to tell.
        accent_lost: ((seen.accents_lost + 4.0 * prior.accent_lost) / (seen.accented + 4.0)).clamp(0.002, 0.95),
    }
}

/// By mark, then by site: readings of one site are averaged, those of different sites multiply.
type SiteReadings = BTreeMap<(usize, usize), Vec<Vec<f64>>>;

/// Which tokens of item and leak were matched.
struct Shown {
    master: Vec<bool>,
    leak: Vec<bool>,
}

/// A word sequence that the item has once; one that it has n times weighs an n-th at each place.
const WHOLE: u64 = 1 << 32;

/// Where the window of `length` begins that holds most weight, the first of equals; `hits` are sorted by place.
fn heaviest(hits: &[(usize, u64)], length: usize) -> Option<usize> {
    let (mut end, mut inside, mut best) = (0, 0_u64, None::<(u64, usize)>);
    let mut start = 0;
    while let Some((from, _)) = hits.get(start) {
        while let Some((_, weight)) = hits.get(end).filter(|(place, _)| *place < from + length) {
            inside += weight;
            end += 1;
        }
        if best.is_none_or(|(weight, _)| inside > weight) {
            best = Some((inside, *from));
        }
        // Hits at one place leave the window together.
        while let Some((_, weight)) = hits.get(start).filter(|(place, _)| place == from) {
            inside -= weight;
            start += 1;
        }
    }
    best.map(|(_, from)| from)
}
