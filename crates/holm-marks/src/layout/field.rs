//! From displacements to likelihoods.
//!
//! A Gaussian process over the page says how print, scan and camera displace words (Rasmussen and Williams, "Gaussian
//! Processes for Machine Learning", MIT Press 2006). Words that are marked are part of it too, each with a mixture of the shifts
//! that it may have been moved by (`propagation`). What is left of a word's own displacement, once all others are heard, is
//! compared with the shifts of its mark's alternatives. How much the page is displaced, in which ways, and how well words are
//! measured is learned from the very leak, so that no table per damage channel is needed: many hypotheses are heard, each as
//! much as it makes the displacements likely, since a few words can be explained in several ways. No codeword takes part: a
//! mark's alternatives are alike until the leak tells them apart.

mod cholesky;
mod propagation;

use std::collections::BTreeMap;

use propagation::Explanation;
use rayon::prelude::*;

use super::{RULE, Shift, Sighting};
use crate::mark::{Layer, Mark};

/// Chance that a word is not where any alternative would have put it, because the reading went wrong.
const ASTRAY: f64 = 0.02;
/// Range in points over which a wrong reading may fall.
const RANGE: f64 = 4.0;
/// Words of one page that are read together; more tell nothing new of what is near.
const MOST_TOGETHER: usize = 260;
/// Fewer words of a page tell nothing.
const FEWEST_TOGETHER: usize = 4;
/// P(hypothesis) of a share of marked words that were moved: nearly all, in a leak that is a copy's; half, where a part was set
/// anew; next to none, where everything was, so that words stand in their places but without any shift.
const MOVED: [(f64, f64); 3] = [(0.99, 0.9), (0.5, 0.05), (0.01, 0.05)];

/// Scales of the process, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scales {
    /// Standard deviation of one measurement.
    noise: f64,
    /// Of what displaces a line as a whole.
    line: f64,
    /// Of what displaces a neighbourhood.
    warp: f64,
    /// Of what adds up from word to word along a line, as rounded widths do.
    walk: f64,
    /// Of what displaces all words of one size: programs that draw pages put large letters on a coarser grid than small ones,
    /// always to the same side.
    size: f64,
    /// Of how much the page is stretched, as a share.
    stretch: f64,
}

/// Distances over which a neighbourhood is displaced alike, in points, along and across lines.
const ALONG: f64 = 130.0;
const ACROSS: f64 = 50.0;
/// Distance over which what adds up along a line is forgotten, in points.
const MEMORY: f64 = 150.0;
/// Standard deviation of what displaces a whole page, once its mean is taken off.
const OFFSET: f64 = 2.0;
/// A page that is stretched is bent too, by this share of the stretch at [`BENT`] points from its middle: a homography that is
/// a little off does both.
const BEND: f64 = 0.4;
const BENT: f64 = 250.0;
/// Stretch of one line against the page's.
const LINE_STRETCH: f64 = 0.002;

const NOISES: [f64; 10] = [0.005, 0.015, 0.03, 0.04, 0.05, 0.065, 0.085, 0.12, 0.2, 0.35];
/// Each with how likely it is against none at all: pages are printed, scanned and photographed as a whole.
const LINES: [(f64, f64); 4] = [(0.0, 1.0), (0.05, 0.3), (0.3, 0.1), (2.0, 0.02)];
const WARPS: [(f64, f64); 5] = [(0.0, 1.0), (0.03, 0.3), (0.08, 0.3), (0.25, 0.05), (0.8, 0.01)];
const WALKS: [(f64, f64); 4] = [(0.0, 1.0), (0.06, 0.2), (0.15, 0.1), (0.4, 0.03)];
const SIZES: [(f64, f64); 2] = [(0.0, 1.0), (0.1, 1.0)];
const STRETCHES: [f64; 4] = [0.0002, 0.001, 0.005, 0.03];

/// What is supposed of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hypothesis {
    scales: Scales,
    /// Share of marked words that were moved.
    moved: f64,
}

impl Hypothesis {
    /// How likely it is before anything is seen, as a logarithm.
    fn ln_prior(self) -> f64 {
        let of = |table: &[(f64, f64)], value: f64| table.iter().find(|(v, _)| *v == value).map_or(1e-3, |(_, p)| *p);
        let Scales { line, warp, walk, size, .. } = self.scales;
        (of(&LINES, line) * of(&WARPS, warp) * of(&WALKS, walk) * of(&SIZES, size) * of(&MOVED, self.moved)).ln()
    }
}

/// A word with what it may have been moved by; a word without a mark by nothing.
struct Point<'s> {
    seen: &'s Sighting,
    shifts: Vec<f64>,
}

/// What is left of a word's displacement once all others have been heard.
#[derive(Clone, Copy, Debug)]
struct Residual {
    points: f64,
    deviation: f64,
}

/// Likelihoods of the alternatives of each mark that was sighted, by mark; several sightings of one mark multiply.
#[must_use]
pub fn rows(marks: &[Mark], sightings: &[Sighting]) -> BTreeMap<usize, Vec<f64>> {
    let usable = |s: &&Sighting| [s.x, s.y, s.moved, s.noise].iter().all(|v| v.is_finite()) && s.noise > 0.0;
    let mut pages: BTreeMap<u32, Vec<Point<'_>>> = BTreeMap::new();
    for seen in sightings.iter().filter(usable) {
        let shifts = match seen.mark.map(|m| shifts(marks, m)) {
            None => Vec::new(),
            Some(Some(shifts)) => shifts,
            Some(None) => continue,
        };
        pages.entry(seen.page).or_default().push(Point { seen, shifts });
    }
    let mut rows: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    let bands: Vec<Vec<Point<'_>>> = pages.into_values().flat_map(bands).collect();
    let heard: Vec<Vec<Vec<f64>>> = bands.par_iter().map(|band| heard(band)).collect();
    for (band, heard) in bands.iter().zip(heard) {
        for (point, row) in band.iter().zip(heard) {
            let Some(mark) = point.seen.mark else { continue };
            match rows.get_mut(&(mark as usize)) {
                Some(known) => known.iter_mut().zip(row).for_each(|(k, r)| *k *= r),
                None => {
                    rows.insert(mark as usize, row);
                }
            }
        }
    }
    rows
}

fn shifts(marks: &[Mark], mark: u32) -> Option<Vec<f64>> {
    let mark = marks.get(mark as usize).filter(|m| m.layer == Layer::Layout && m.rule == RULE)?;
    let shifts: Vec<f64> = mark.sites.first()?.texts.iter().filter_map(|t| Shift::parse(t)).map(Shift::points).collect();
    (shifts.len() == mark.arity()).then_some(shifts)
}

/// A page with more words than are needed is read in bands of lines.
fn bands(mut page: Vec<Point<'_>>) -> Vec<Vec<Point<'_>>> {
    page.sort_by(|a, b| a.seen.y.total_cmp(&b.seen.y).then(a.seen.x.total_cmp(&b.seen.x)));
    let count = page.len().div_ceil(MOST_TOGETHER).max(1);
    let size = page.len().div_ceil(count).max(1);
    let mut bands = Vec::new();
    while !page.is_empty() {
        let mut at = size.min(page.len());
        // A line stays whole.
        while page.get(at).zip(page.get(at - 1)).is_some_and(|(a, b)| a.seen.line == b.seen.line) && at < size + 40 {
            at += 1;
        }
        let rest = page.split_off(at.min(page.len()));
        bands.push(page);
        page = rest;
    }
    bands
}

fn normal(x: f64, deviation: f64) -> f64 {
    let z = x / deviation;
    (-0.5 * z * z).exp() / (deviation * (2.0 * std::f64::consts::PI).sqrt())
}

/// P(residual | alternative): moved as the alternative says, not moved at all (set anew), or astray.
fn likelihoods(residual: Residual, shifts: &[f64], moved: f64) -> Vec<f64> {
    let still = (1.0 - moved) * (1.0 - ASTRAY) * normal(residual.points, residual.deviation) + ASTRAY / RANGE;
    shifts.iter().map(|s| moved * (1.0 - ASTRAY) * normal(residual.points - s, residual.deviation) + still).collect()
}

/// Likelihoods of each word's shifts under all explanations together; none of too few words.
fn heard(points: &[Point<'_>]) -> Vec<Vec<f64>> {
    let explanations = explanations(points);
    let most = explanations.iter().map(|e| e.ln_weight).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = explanations.iter().map(|e| (e.ln_weight - most).exp()).sum();
    let mut rows: Vec<Vec<f64>> = points.iter().map(|p| vec![0.0; p.shifts.len()]).collect();
    for explanation in &explanations {
        let weight = (explanation.ln_weight - most).exp() / total;
        for ((row, point), residual) in rows.iter_mut().zip(points).zip(&explanation.residuals) {
            let here = likelihoods(*residual, &point.shifts, explanation.hypothesis.moved);
            row.iter_mut().zip(here).for_each(|(sum, l)| *sum += weight * l);
        }
    }
    if explanations.is_empty() { Vec::new() } else { rows }
}

/// Every explanation that was tried on the way to the likeliest: from a page that was handled with care and from ones that were
/// not, with words moved; then, by noise and stretch alone, with fewer of them moved.
fn explanations(points: &[Point<'_>]) -> Vec<Explanation> {
    const CAREFUL: Scales = Scales { noise: 0.04, line: 0.0, warp: 0.0, walk: 0.0, size: 0.1, stretch: 0.0002 };
    const STARTS: [Scales; 3] = [
        CAREFUL,
        Scales { noise: 0.04, line: 0.0, warp: 0.08, walk: 0.0, size: 0.1, stretch: 0.005 },
        Scales { noise: 0.085, line: 0.05, warp: 0.03, walk: 0.0, size: 0.1, stretch: 0.001 },
    ];
    /// So many words settle on one explanation.
    const MANY: usize = 120;
    let mut heard = Vec::new();
    if points.len() < FEWEST_TOGETHER {
        return heard;
    }
    let starts = if points.len() < MANY { STARTS.as_slice() } else { STARTS.get(..1).unwrap_or_default() };
    for (moved, _) in MOVED {
        let all = moved > 0.9;
        for scales in if all { starts } else { STARTS.get(..1).unwrap_or_default() } {
            search(points, Hypothesis { scales: *scales, moved }, if all { &SWEEPS } else { &SHORT_SWEEPS }, &mut heard);
        }
    }
    heard
}

/// All values of one scale, the others as they are.
type Sweep = fn(Scales) -> Vec<Scales>;

const NOISE: Sweep = |s| NOISES.map(|noise| Scales { noise, ..s }).to_vec();
const STRETCH: Sweep = |s| STRETCHES.map(|stretch| Scales { stretch, ..s }).to_vec();
const LINE: Sweep = |s| LINES.map(|(line, _)| Scales { line, ..s }).to_vec();
const WARP: Sweep = |s| WARPS.map(|(warp, _)| Scales { warp, ..s }).to_vec();
const WALK: Sweep = |s| WALKS.map(|(walk, _)| Scales { walk, ..s }).to_vec();
const SIZE: Sweep = |s| SIZES.map(|(size, _)| Scales { size, ..s }).to_vec();
const SWEEPS: [Sweep; 8] = [NOISE, STRETCH, SIZE, WARP, LINE, WALK, STRETCH, NOISE];
const SHORT_SWEEPS: [Sweep; 3] = [NOISE, STRETCH, NOISE];

/// A coordinate search over scales from `start`; what was tried is added to `heard`, each hypothesis once.
fn search(points: &[Point<'_>], start: Hypothesis, sweeps: &[Sweep], heard: &mut Vec<Explanation>) {
    let known = |heard: &[Explanation], h: Hypothesis| heard.iter().position(|e| e.hypothesis == h);
    let add = |heard: &mut Vec<Explanation>, hypothesis: Hypothesis, from: Option<usize>| {
        known(heard, hypothesis).or_else(|| {
            let explanation = Explanation::of(points, hypothesis, from.and_then(|at| heard.get(at)))?;
            heard.push(explanation);
            Some(heard.len() - 1)
        })
    };
    let Some(mut best) = add(heard, start, None) else { return };
    for sweep in sweeps {
        let from = best;
        let Some(scales) = heard.get(from).map(|e| e.hypothesis.scales) else { return };
        for scales in sweep(scales) {
            let Some(at) = add(heard, Hypothesis { scales, ..start }, Some(from)) else { continue };
            if heard[at].ln_weight > heard[best].ln_weight {
                best = at;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{LARGEST_SHIFT, mark};

    /// A page of 30 lines of 12 words, all but the first of a line marked; `displaced` says what page and camera do.
    fn page(displaced: impl Fn(f64, f64) -> f64, noise: f64, moved: f64) -> (Vec<Mark>, Vec<Sighting>, Vec<usize>) {
        lines(30, 0, displaced, noise, moved)
    }

    /// As many lines as are asked for, drawn by a seed.
    fn lines(
        lines: u32,
        seed: u64,
        displaced: impl Fn(f64, f64) -> f64,
        noise: f64,
        moved: f64,
    ) -> (Vec<Mark>, Vec<Sighting>, Vec<usize>) {
        let (mut marks, mut sightings, mut truth) = (Vec::new(), Vec::new(), Vec::new());
        let mut state = 88_172_645_463_325_252_u64 ^ (seed << 20);
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for line in 0..lines {
            for word in 0..12_u32 {
                let (x, y) = (60.0 + 40.0 * f64::from(word), 80.0 + 15.0 * f64::from(line));
                // The sum of twelve uniforms has variance 1.
                let gauss: f64 = (0..12).map(|_| random()).sum::<f64>() - 6.0;
                let symbol = (4.0 * random()) as usize;
                let marked = word > 0;
                let levels = [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0];
                let shift = if marked { moved * LARGEST_SHIFT * levels[symbol] } else { 0.0 };
                if marked {
                    marks.push(mark((0, marks.len()..marks.len() + 1), 11.0));
                    truth.push(symbol);
                }
                let index = marked.then(|| marks.len() as u32 - 1);
                sightings.push(Sighting {
                    mark: index,
                    page: 0,
                    line,
                    x,
                    y,
                    size: if line == 0 { 18.0 } else { 11.0 },
                    moved: displaced(x, y) + shift + noise * gauss,
                    noise: 1.0,
                });
            }
        }
        (marks, sightings, truth)
    }

    fn errors(marks: &[Mark], sightings: &[Sighting], truth: &[usize]) -> (usize, f64) {
        let rows = rows(marks, sightings);
        let top = |row: &[f64]| row.iter().copied().fold(0.0, f64::max);
        let wrong = rows.iter().filter(|(m, row)| row[truth[**m]] < top(row)).count();
        let said: f64 = rows.values().map(|row| 1.0 - top(row) / row.iter().sum::<f64>()).sum();
        (wrong, said)
    }

    #[test]
    fn a_warped_page_is_read_and_its_errors_are_as_many_as_it_says() {
        let warp = |x: f64, y: f64| 3.0 + 0.001 * x - 0.0004 * y + 0.2 * (x / 130.0).sin() + 0.1 * (y / 90.0).cos();
        let (marks, sightings, truth) = page(warp, 0.03, 1.0);
        let (wrong, said) = errors(&marks, &sightings, &truth);
        // 330 marks whose places are 5.3 noises apart: Q(2.7) on one or both sides is 0.5 %; the warp blurs them further.
        assert!(wrong <= 30, "{wrong}");
        // Poisson: 330 readings that say they err `said` times; α = 10⁻³ two-sided.
        assert!((wrong as f64 - said).abs() < 3.3 * said.max(1.0).sqrt(), "{wrong} errors, {said:.1} expected");
    }

    #[test]
    fn exact_places_leave_no_doubt() {
        let (marks, sightings, truth) = page(|x, _| 0.001 * x, 0.004, 1.0);
        let (wrong, said) = errors(&marks, &sightings, &truth);
        assert_eq!(wrong, 0);
        // A reading may always have gone astray: 0.005 against a density of about 65, 330 times.
        assert!(said < 0.2, "{said}");
    }

    #[test]
    fn a_page_set_anew_says_nothing() {
        for noise in [0.005, 0.02] {
            let (marks, sightings, _) = page(|x, _| 0.001 * x, noise, 0.0);
            for row in rows(&marks, &sightings).values() {
                let (low, high) = row.iter().fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
                assert!((high / low).ln() < 0.5, "{row:?}");
            }
        }
    }

    #[test]
    fn places_that_are_no_numbers_are_left_out() {
        let (marks, mut sightings, _) = page(|_, _| 0.0, 0.01, 1.0);
        sightings.iter_mut().for_each(|s| s.moved = f64::NAN);
        assert!(rows(&marks, &sightings).is_empty());
    }

    #[test]
    fn three_lines_of_a_sheared_and_bent_crop_are_read_and_say_how_well() {
        let (mut bits, mut read, mut sure, mut wrong) = (0.0, 0.0, 0.0, 0.0);
        for seed in 1..41 {
            let bend = |x: f64, y: f64| 1.0 + 0.002 * (y - 95.0) + 2e-6 * (x - 280.0).powi(2);
            let (marks, sightings, truth) = lines(3, seed, bend, 0.043, 1.0);
            for (mark, row) in rows(&marks, &sightings) {
                let total: f64 = row.iter().sum();
                let top = row.iter().copied().fold(0.0, f64::max);
                let own = row[truth[mark]];
                bits += (4.0 * own / total).log2();
                read += 1.0;
                if top / total >= 0.99 {
                    sure += 1.0;
                    wrong += f64::from(u8::from(own < top));
                }
            }
        }
        // Four places 0.16 pt apart under a noise of 0.043 pt tell 1.82 bits where the page's displacement is known; that it and
        // the noise are learned from 36 words, most of them moved, costs 0.3. The likeliest explanation alone told 1.39.
        assert!(bits / read > 1.5, "{:.3} bits a mark", bits / read);
        assert!(sure > 50.0 && wrong <= 0.015 * sure, "{wrong} of {sure} sure ones are wrong");
    }

    #[test]
    fn a_heading_that_is_drawn_a_little_aside_is_not_misread() {
        let (mut wrong, mut sure) = (0.0, 0.0);
        for seed in 1..41 {
            // Large letters stand 0.13 pt aside, nearly as far as one place from the next.
            let (marks, sightings, truth) = lines(12, seed, |_, y| if y < 90.0 { 0.13 } else { 0.0 }, 0.043, 1.0);
            for (mark, row) in rows(&marks, &sightings).into_iter().filter(|(mark, _)| *mark < 11) {
                let top = row.iter().copied().fold(0.0, f64::max);
                if top >= 0.99 * row.iter().sum::<f64>() {
                    sure += 1.0;
                    wrong += f64::from(u8::from(row[truth[mark]] < top));
                }
            }
        }
        // 440 marks of headings; a reader that does not know of sizes misreads most of them.
        assert!(sure > 50.0 && wrong <= 0.015 * sure, "{wrong} of {sure} sure ones are wrong");
    }

    #[test]
    fn readings_change_with_the_readers_version_only() {
        let (marks, sightings, truth) = lines(3, 7, |x, _| 0.0005 * x, 0.043, 1.0);
        let bits = |(mark, row): (usize, Vec<f64>)| (4.0 * row[truth[mark]] / row.iter().sum::<f64>()).log2();
        let told: f64 = rows(&marks, &sightings).into_iter().map(bits).sum();
        assert_eq!(crate::layout::LAYOUT_READER, "holm-layout/4");
        assert!((told - 55.8568).abs() < 1e-3, "{told}");
    }
}
