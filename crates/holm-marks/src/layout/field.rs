//! From displacements to likelihoods.
//!
//! A Gaussian process over the page says how print, scan and camera displace words (Rasmussen and Williams, "Gaussian
//! Processes for Machine Learning", MIT Press 2006, algorithm 2.1; its scales are chosen by leaving one out, §5.4.2). Words
//! that are marked are part of it too, with what is believed of their shift taken off and what is not known of it as further
//! noise; what all other words predict for a word (§5.4.2) says more of its shift, and so on until nothing changes (expectation
//! propagation with one Gaussian a word, after Minka, UAI 2001). What is left of a word's own displacement is compared with
//! the shifts of its mark's alternatives. Since scales and noise are learned from the very leak, no table per damage channel
//! is needed; and no codeword takes part: a mark's alternatives are alike until the leak tells them apart.

use std::collections::BTreeMap;

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
/// Rounds of belief; the scales are chosen anew after every fifth.
const ROUNDS: usize = 15;

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
    /// Of how much the page is stretched, as a share.
    stretch: f64,
}

/// Distances over which a neighbourhood is displaced alike, in points, along and across lines.
const ALONG: f64 = 90.0;
const ACROSS: f64 = 40.0;
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

const NOISES: [f64; 8] = [0.005, 0.02, 0.05, 0.08, 0.12, 0.18, 0.28, 0.45];
const LINES: [f64; 4] = [0.0, 0.05, 0.3, 2.0];
const WARPS: [f64; 5] = [0.0, 0.03, 0.08, 0.25, 0.8];
const WALKS: [f64; 4] = [0.0, 0.06, 0.15, 0.4];
const STRETCHES: [f64; 4] = [0.0002, 0.001, 0.005, 0.03];

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
    for band in pages.into_values().flat_map(bands) {
        let Some((residuals, moved)) = believe(&band) else { continue };
        for (point, residual) in band.iter().zip(residuals) {
            let Some(mark) = point.seen.mark else { continue };
            let row = likelihoods(residual, &point.shifts, moved);
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

/// P(residual), whatever the mark's alternative; of a word without a mark, which stays where it is.
fn likelihood(residual: Residual, shifts: &[f64], moved: f64) -> f64 {
    let each = likelihoods(residual, if shifts.is_empty() { &[0.0] } else { shifts }, moved);
    each.iter().sum::<f64>() / each.len() as f64
}

/// What is believed of one word's shift.
#[derive(Clone, Copy, Debug, Default)]
struct Belief {
    mean: f64,
    variance: f64,
    /// Probability that the reading went wrong.
    astray: f64,
    /// Probabilities that it was moved, and that it was left where it was.
    moved: f64,
    still: f64,
}

impl Belief {
    /// Before anything is heard.
    fn prior(shifts: &[f64], moved: f64) -> Self {
        let square = shifts.iter().map(|s| s * s).sum::<f64>() / shifts.len().max(1) as f64;
        Self { mean: 0.0, variance: moved * square, astray: ASTRAY, moved, still: 1.0 - moved }
    }

    /// Half a step towards `new`: neighbours that change their minds together would swing for ever.
    fn halfway(self, new: Self) -> Self {
        Self {
            mean: f64::midpoint(self.mean, new.mean),
            variance: f64::midpoint(self.variance, new.variance),
            astray: f64::midpoint(self.astray, new.astray),
            ..new
        }
    }

    fn of(residual: Residual, shifts: &[f64], moved: f64) -> Self {
        let moved = if shifts.is_empty() { 0.0 } else { moved };
        let arity = shifts.len().max(1) as f64;
        let each: Vec<f64> = shifts.iter().map(|s| moved / arity * normal(residual.points - s, residual.deviation)).collect();
        let still = (1.0 - moved) * normal(residual.points, residual.deviation);
        let sound = each.iter().sum::<f64>() + still;
        let total = (1.0 - ASTRAY) * sound + ASTRAY / RANGE;
        let astray = ASTRAY / RANGE / total;
        let sound = sound.max(f64::MIN_POSITIVE);
        let mean = each.iter().zip(shifts).map(|(p, s)| p * s).sum::<f64>() / sound;
        let square = each.iter().zip(shifts).map(|(p, s)| p * s * s).sum::<f64>() / sound;
        let share = (1.0 - astray) / sound;
        Self {
            mean,
            variance: (square - mean * mean).max(0.0),
            astray,
            moved: share * each.iter().sum::<f64>(),
            still: share * still,
        }
    }
}

/// What is left of each word's displacement, and the share of marked words that were moved at all: a leak that was set anew
/// has words in their places but none of the shifts. Few words can be explained in several ways: of those found from several
/// starts, the likeliest.
fn believe(points: &[Point<'_>]) -> Option<(Vec<Residual>, f64)> {
    /// Where the search for scales starts: a page that was handled with care, and one that was not.
    const STARTS: [Scales; 3] = [
        Scales { noise: 0.05, line: 0.0, warp: 0.0, walk: 0.0, stretch: 0.0002 },
        Scales { noise: 0.08, line: 0.05, warp: 0.03, walk: 0.0, stretch: 0.001 },
        Scales { noise: 0.08, line: 0.0, warp: 0.08, walk: 0.0, stretch: 0.005 },
    ];
    /// So many words settle on one explanation.
    const MANY: usize = 120;
    if points.len() < FEWEST_TOGETHER {
        return None;
    }
    let starts = if points.len() < MANY { STARTS.as_slice() } else { STARTS.get(1..2).unwrap_or_default() };
    let found = starts.iter().filter_map(|start| believe_from(points, *start));
    found.max_by(|a, b| a.2.total_cmp(&b.2)).map(|(residuals, moved, _)| (residuals, moved))
}

/// As [`believe`], from these scales; last how likely all displacements are.
fn believe_from(points: &[Point<'_>], start: Scales) -> Option<(Vec<Residual>, f64, f64)> {
    const PRIOR_MOVED: f64 = 8.0;
    const PRIOR_STILL: f64 = 2.0;
    let mut moved = PRIOR_MOVED / (PRIOR_MOVED + PRIOR_STILL);
    let mut beliefs: Vec<Belief> = points.iter().map(|p| Belief::prior(&p.shifts, moved)).collect();
    let mut scales = start;
    let mut residuals = Vec::new();
    for round in 0..ROUNDS {
        if round % 5 == 0 {
            scales = fit(points, &beliefs, moved, scales);
        }
        residuals = Field::new(points, &beliefs, scales)?.residuals();
        let (mut expected, mut all) = (PRIOR_MOVED, PRIOR_MOVED + PRIOR_STILL);
        for ((point, residual), belief) in points.iter().zip(&residuals).zip(&mut beliefs) {
            let new = Belief::of(*residual, &point.shifts, moved);
            *belief = belief.halfway(new);
            if !point.shifts.is_empty() {
                expected += new.moved;
                all += new.moved + new.still;
            }
        }
        moved = (expected / all).clamp(0.01, 0.99);
    }
    let likely = score(points, &residuals, moved);
    Some((residuals, moved, likely))
}

/// The logarithm of how likely all displacements are, each given the others.
fn score(points: &[Point<'_>], residuals: &[Residual], moved: f64) -> f64 {
    residuals.iter().zip(points).map(|(r, p)| likelihood(*r, &p.shifts, moved).ln()).sum()
}

/// The scales under which each displacement is likeliest to all others (R&W, §5.4.2), by one coordinate search over a grid.
fn fit(points: &[Point<'_>], beliefs: &[Belief], moved: f64, from: Scales) -> Scales {
    let score = |scales| Field::new(points, beliefs, scales).map_or(f64::NEG_INFINITY, |f| score(points, &f.residuals(), moved));
    let mut best = (score(from), from);
    let mut keep = |candidates: Vec<Scales>| {
        for candidate in candidates.into_iter().filter(|c| *c != from) {
            let found = score(candidate);
            if found > best.0 {
                best = (found, candidate);
            }
        }
        best.1
    };
    let now = keep(NOISES.map(|noise| Scales { noise, ..from }).to_vec());
    let now = keep(LINES.map(|line| Scales { line, ..now }).to_vec());
    let now = keep(WARPS.map(|warp| Scales { warp, ..now }).to_vec());
    let now = keep(WALKS.map(|walk| Scales { walk, ..now }).to_vec());
    let now = keep(STRETCHES.map(|stretch| Scales { stretch, ..now }).to_vec());
    keep(NOISES.map(|noise| Scales { noise, ..now }).to_vec())
}

/// A fitted process.
struct Field<'p> {
    factor: Cholesky,
    /// K⁻¹ (y − mean).
    weights: Vec<f64>,
    /// Variance of each word's own reading, without and with what is not known of its shift.
    own: Vec<(f64, f64)>,
    beliefs: &'p [Belief],
}

impl<'p> Field<'p> {
    fn new(points: &[Point<'_>], beliefs: &'p [Belief], scales: Scales) -> Option<Self> {
        let count = points.len() as f64;
        let mean_of = |value: fn(&Sighting) -> f64| points.iter().map(|p| value(p.seen)).sum::<f64>() / count;
        let middle = (mean_of(|s| s.x), mean_of(|s| s.y));
        let own: Vec<(f64, f64)> = points
            .iter()
            .zip(beliefs)
            .map(|(point, belief)| {
                let reading = scales.noise * scales.noise * point.seen.noise;
                (reading, reading + belief.variance + belief.astray * RANGE)
            })
            .collect();
        let covariance =
            |i: usize, j: usize| prior(points[i].seen, points[j].seen, scales, middle) + if i == j { own[i].1 } else { 0.0 };
        let factor = Cholesky::new(points.len(), covariance)?;
        let mean = mean_of(|s| s.moved);
        let centred: Vec<f64> = points.iter().zip(beliefs).map(|(p, b)| p.seen.moved - b.mean - mean).collect();
        let half = factor.forward(&centred);
        let weights = factor.backward(&half);
        Some(Self { factor, weights, own, beliefs })
    }

    /// What all other words leave of each word's displacement (Rasmussen and Williams, §5.4.2).
    fn residuals(&self) -> Vec<Residual> {
        let precisions = self.factor.inverse_diagonal();
        let residual = |at: usize| {
            let (precision, (reading, noise)) = (precisions[at], self.own[at]);
            let predicted = self.weights[at] / precision;
            let field = (1.0 / precision - noise).max(0.0);
            Residual { points: predicted + self.beliefs[at].mean, deviation: (field + reading).sqrt() }
        };
        (0..self.own.len()).map(residual).collect()
    }
}

/// Covariance of the displacements of two places, measurement apart.
fn prior(a: &Sighting, b: &Sighting, scales: Scales, middle: (f64, f64)) -> f64 {
    let (ax, bx, ay, by) = (a.x - middle.0, b.x - middle.0, a.y - middle.1, b.y - middle.1);
    let along = ax * bx + ay * by;
    let bent = BEND * scales.stretch * BENT * along / (BENT * BENT);
    let page = OFFSET * OFFSET + scales.stretch * scales.stretch * along + bent * bent;
    let warp = if scales.warp > 0.0 {
        let (x, y) = ((ax - bx) / ALONG, (ay - by) / ACROSS);
        scales.warp * scales.warp * (-0.5 * (x * x + y * y)).exp()
    } else {
        0.0
    };
    if a.line != b.line {
        return page + warp;
    }
    let line = scales.line * scales.line * (1.0 + (LINE_STRETCH / 0.05).powi(2) * ax * bx);
    let walk = scales.walk * scales.walk * (-(ax - bx).abs() / MEMORY).exp();
    page + warp + line + walk
}

/// Lower triangular factor of a positive definite matrix.
struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    fn new(size: usize, entry: impl Fn(usize, usize) -> f64) -> Option<Self> {
        let mut lower = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let (row_i, row_j) = (&lower[i * size..i * size + j], &lower[j * size..j * size + j]);
                let sum: f64 = row_i.iter().zip(row_j).map(|(a, b)| a * b).sum();
                let rest = entry(i, j) - sum;
                if i == j {
                    if rest <= 1e-12 {
                        return None;
                    }
                    lower[i * size + i] = rest.sqrt();
                } else {
                    lower[i * size + j] = rest / lower[j * size + j];
                }
            }
        }
        Some(Self { size, lower })
    }

    /// The diagonal of the inverse matrix: squared columns of L⁻¹.
    fn inverse_diagonal(&self) -> Vec<f64> {
        let mut diagonal = vec![0.0; self.size];
        let mut column = vec![0.0; self.size];
        for at in 0..self.size {
            for i in at..self.size {
                let row = &self.lower[i * self.size + at..i * self.size + i];
                let sum: f64 = row.iter().zip(&column[at..i]).map(|(l, x)| l * x).sum();
                let unit = if i == at { 1.0 } else { 0.0 };
                column[i] = (unit - sum) / self.lower[i * self.size + i];
                diagonal[at] += column[i] * column[i];
            }
        }
        diagonal
    }

    /// L⁻¹ b.
    fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = vec![0.0; self.size];
        for i in 0..self.size {
            let row = &self.lower[i * self.size..i * self.size + i];
            let sum: f64 = row.iter().zip(&x).map(|(l, x)| l * x).sum();
            x[i] = (b[i] - sum) / self.lower[i * self.size + i];
        }
        x
    }

    /// L⁻ᵀ b.
    fn backward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        for i in (0..self.size).rev() {
            x[i] /= self.lower[i * self.size + i];
            let value = x[i];
            for j in 0..i {
                x[j] -= self.lower[i * self.size + j] * value;
            }
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{LARGEST_SHIFT, mark};

    #[test]
    fn the_factor_solves_what_it_came_from() {
        let matrix = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let factor = Cholesky::new(3, |i, j| matrix[i][j]).unwrap();
        let x = factor.backward(&factor.forward(&[1.0, -2.0, 0.5]));
        for (row, b) in matrix.iter().zip([1.0, -2.0, 0.5]) {
            let product: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
            assert!((product - b).abs() < 1e-12);
        }
        assert!(Cholesky::new(2, |_, _| 1.0).is_none(), "a singular matrix has no factor");
    }

    /// A page of 30 lines of 12 words, all but the first of a line marked; `displaced` says what page and camera do.
    fn page(displaced: impl Fn(f64, f64) -> f64, noise: f64, moved: f64) -> (Vec<Mark>, Vec<Sighting>, Vec<usize>) {
        let (mut marks, mut sightings, mut truth) = (Vec::new(), Vec::new(), Vec::new());
        let mut state = 88_172_645_463_325_252_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for line in 0..30_u32 {
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
}
