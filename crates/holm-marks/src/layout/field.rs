//! From displacements to likelihoods.
//!
//! Words that no mark moves (controls) show how page and camera displaced everything: a Gaussian process over the page
//! predicts, for each marked word, where it would stand unmoved (Rasmussen and Williams, "Gaussian Processes for Machine
//! Learning", MIT Press 2006, algorithm 2.1; its scales are chosen by the controls' marginal likelihood, §5.4.1). What is left
//! of the displacement is compared with the shifts of the mark's alternatives. Since scales and noise are learned from the
//! controls of the very leak, no table per damage channel is needed, and no codeword takes part.

use std::collections::BTreeMap;

use super::{RULE, Shift, Sighting};
use crate::mark::{Layer, Mark};

/// Chance that a word is not where any alternative would have put it, because the reading went wrong.
const ASTRAY: f64 = 0.03;
/// Range in points over which a wrong reading may fall.
const RANGE: f64 = 4.0;
/// Controls of one page that are used; more tell nothing new of what is near.
const MOST_CONTROLS: usize = 260;
/// Fewer controls on a page tell nothing.
const FEWEST_CONTROLS: usize = 3;
/// A control farther than this many standard deviations from its prediction is left out.
const OUTLIER: f64 = 4.0;

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
}

/// Distances over which a neighbourhood is displaced alike, in points, along and across lines.
const ALONG: f64 = 90.0;
const ACROSS: f64 = 40.0;
/// Distance over which what adds up along a line is forgotten, in points.
const MEMORY: f64 = 150.0;
/// Standard deviation of what displaces and stretches a whole page: anything.
const OFFSET: f64 = 30.0;
const STRETCH: f64 = 0.03;
/// Stretch of one line against the page's.
const LINE_STRETCH: f64 = 0.002;

const NOISES: [f64; 8] = [0.005, 0.02, 0.05, 0.09, 0.14, 0.2, 0.3, 0.5];
const LINES: [f64; 4] = [0.0, 0.05, 0.3, 2.0];
const WARPS: [f64; 4] = [0.0, 0.08, 0.25, 0.8];
const WALKS: [f64; 4] = [0.0, 0.06, 0.15, 0.4];

/// What is left of a marked word's displacement.
#[derive(Clone, Copy, Debug)]
struct Residual {
    mark: u32,
    points: f64,
    deviation: f64,
}

/// Likelihoods of the alternatives of each mark that was sighted, by mark; several sightings of one mark multiply.
#[must_use]
pub fn rows(marks: &[Mark], sightings: &[Sighting]) -> BTreeMap<usize, Vec<f64>> {
    let residuals = residuals(sightings);
    let moved = share_moved(marks, &residuals);
    let mut rows: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for residual in &residuals {
        let Some((index, shifts)) = shifts(marks, residual.mark) else { continue };
        let row = likelihoods(residual, &shifts, moved);
        match rows.get_mut(&index) {
            Some(known) => known.iter_mut().zip(row).for_each(|(k, r)| *k *= r),
            None => {
                rows.insert(index, row);
            }
        }
    }
    rows
}

fn shifts(marks: &[Mark], mark: u32) -> Option<(usize, Vec<f64>)> {
    let index = mark as usize;
    let mark = marks.get(index).filter(|m| m.layer == Layer::Layout && m.rule == RULE)?;
    let shifts: Vec<f64> = mark.sites.first()?.texts.iter().filter_map(|t| Shift::parse(t)).map(Shift::points).collect();
    (shifts.len() == mark.arity()).then_some((index, shifts))
}

fn normal(x: f64, deviation: f64) -> f64 {
    let z = x / deviation;
    (-0.5 * z * z).exp() / (deviation * (2.0 * std::f64::consts::PI).sqrt())
}

/// P(residual | alternative): moved as the alternative says, not moved at all (set anew), or astray.
fn likelihoods(residual: &Residual, shifts: &[f64], moved: f64) -> Vec<f64> {
    let still = (1.0 - moved) * (1.0 - ASTRAY) * normal(residual.points, residual.deviation) + ASTRAY / RANGE;
    shifts.iter().map(|s| moved * (1.0 - ASTRAY) * normal(residual.points - s, residual.deviation) + still).collect()
}

/// The share of sighted marks whose words are moved at all, by expectation and maximisation: a leak that was set anew has
/// words in their places but none of the shifts.
fn share_moved(marks: &[Mark], residuals: &[Residual]) -> f64 {
    const PRIOR_MOVED: f64 = 8.0;
    const PRIOR_STILL: f64 = 2.0;
    let mut moved = PRIOR_MOVED / (PRIOR_MOVED + PRIOR_STILL);
    for _ in 0..20 {
        let (mut expected, mut all) = (PRIOR_MOVED, PRIOR_MOVED + PRIOR_STILL);
        for residual in residuals {
            let Some((_, shifts)) = shifts(marks, residual.mark) else { continue };
            let arity = shifts.len() as f64;
            let of_moved = shifts.iter().map(|s| normal(residual.points - s, residual.deviation)).sum::<f64>() / arity;
            let of_still = normal(residual.points, residual.deviation);
            let (a, b, c) = (moved * of_moved, (1.0 - moved) * of_still, ASTRAY / RANGE);
            expected += a / (a + b + c);
            all += (a + b) / (a + b + c);
        }
        moved = (expected / all).clamp(0.01, 0.99);
    }
    moved
}

/// What controls do not explain of each marked word's displacement, page by page.
fn residuals(sightings: &[Sighting]) -> Vec<Residual> {
    let usable = |s: &&Sighting| [s.x, s.y, s.moved, s.noise].iter().all(|v| v.is_finite()) && s.noise > 0.0;
    let mut pages: BTreeMap<u32, Vec<&Sighting>> = BTreeMap::new();
    for sighting in sightings.iter().filter(usable) {
        pages.entry(sighting.page).or_default().push(sighting);
    }
    pages.values().flat_map(|page| page_residuals(page)).collect()
}

fn page_residuals(page: &[&Sighting]) -> Vec<Residual> {
    let controls: Vec<&Sighting> = page.iter().copied().filter(|s| s.mark.is_none()).collect();
    let marked: Vec<&Sighting> = page.iter().copied().filter(|s| s.mark.is_some()).collect();
    // A page with more controls than are needed is read in bands of lines, each with its own.
    let bands = controls.len().div_ceil(MOST_CONTROLS).max(1);
    let per_band = controls.len().div_ceil(bands).max(1);
    let mut by_place: Vec<&Sighting> = controls;
    by_place.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    let mut out = Vec::new();
    for (band, controls) in by_place.chunks(per_band).enumerate() {
        let from = if band == 0 { f64::NEG_INFINITY } else { controls.first().map_or(0.0, |c| c.y) };
        let to = by_place.get((band + 1) * per_band).map_or(f64::INFINITY, |next| next.y);
        let inside: Vec<&Sighting> = marked.iter().copied().filter(|s| s.y >= from && s.y < to).collect();
        out.extend(band_residuals(controls, &inside));
    }
    out
}

fn band_residuals(controls: &[&Sighting], marked: &[&Sighting]) -> Vec<Residual> {
    let mut controls = controls.to_vec();
    if controls.len() < FEWEST_CONTROLS {
        return Vec::new();
    }
    let mut scales = fit(&controls);
    for _ in 0..2 {
        let Some(field) = Field::new(&controls, scales) else { return Vec::new() };
        let kept: Vec<&Sighting> = controls
            .iter()
            .enumerate()
            .filter(|(at, _)| field.left_out(*at).is_none_or(|(points, deviation)| points.abs() < OUTLIER * deviation))
            .map(|(_, c)| *c)
            .collect();
        if kept.len() == controls.len() || kept.len() < FEWEST_CONTROLS {
            break;
        }
        controls = kept;
        scales = fit(&controls);
    }
    let Some(field) = Field::new(&controls, scales) else { return Vec::new() };
    marked.iter().filter_map(|s| field.residual(s)).collect()
}

/// The scales under which the controls are likeliest, by coordinate search over a grid.
fn fit(controls: &[&Sighting]) -> Scales {
    let mut best = Scales { noise: 0.14, line: 0.05, warp: 0.08, walk: 0.0 };
    let mut likelihood = evidence(controls, best);
    for _ in 0..3 {
        let before = best;
        let noises = NOISES.map(|noise| Scales { noise, ..best });
        keep_best(controls, &noises, &mut best, &mut likelihood);
        let lines = LINES.map(|line| Scales { line, ..best });
        keep_best(controls, &lines, &mut best, &mut likelihood);
        let warps = WARPS.map(|warp| Scales { warp, ..best });
        keep_best(controls, &warps, &mut best, &mut likelihood);
        let walks = WALKS.map(|walk| Scales { walk, ..best });
        keep_best(controls, &walks, &mut best, &mut likelihood);
        if best == before {
            break;
        }
    }
    best
}

fn keep_best(controls: &[&Sighting], candidates: &[Scales], best: &mut Scales, likelihood: &mut f64) {
    for candidate in candidates.iter().filter(|c| **c != *best).copied().collect::<Vec<_>>() {
        let found = evidence(controls, candidate);
        if found > *likelihood {
            (*best, *likelihood) = (candidate, found);
        }
    }
}

fn evidence(controls: &[&Sighting], scales: Scales) -> f64 {
    Field::new(controls, scales).map_or(f64::NEG_INFINITY, |field| field.evidence)
}

/// A fitted process.
struct Field<'s> {
    controls: Vec<&'s Sighting>,
    scales: Scales,
    middle: (f64, f64),
    mean: f64,
    factor: Cholesky,
    /// K⁻¹ (y − mean).
    weights: Vec<f64>,
    evidence: f64,
}

impl<'s> Field<'s> {
    fn new(controls: &[&'s Sighting], scales: Scales) -> Option<Self> {
        let count = controls.len() as f64;
        let mean_of = |value: fn(&Sighting) -> f64| controls.iter().map(|c| value(c)).sum::<f64>() / count;
        let (middle, mean) = ((mean_of(|c| c.x), mean_of(|c| c.y)), mean_of(|c| c.moved));
        let covariance = |i: usize, j: usize| {
            let (a, b) = (controls[i], controls[j]);
            prior(a, b, scales, middle) + if i == j { measurement(a, scales) } else { 0.0 }
        };
        let factor = Cholesky::new(controls.len(), covariance)?;
        let centred: Vec<f64> = controls.iter().map(|c| c.moved - mean).collect();
        let half = factor.forward(&centred);
        let weights = factor.backward(&half);
        let evidence = -0.5 * half.iter().map(|h| h * h).sum::<f64>() - factor.log_diagonal();
        Some(Self { controls: controls.to_vec(), scales, middle, mean, factor, weights, evidence })
    }

    /// What is left of a marked word's displacement, and its standard deviation.
    fn residual(&self, sighting: &Sighting) -> Option<Residual> {
        let near: Vec<f64> = self.controls.iter().map(|c| prior(c, sighting, self.scales, self.middle)).collect();
        let predicted: f64 = near.iter().zip(&self.weights).map(|(k, w)| k * w).sum();
        let half = self.factor.forward(&near);
        let explained: f64 = half.iter().map(|h| h * h).sum();
        let own = prior(sighting, sighting, self.scales, self.middle) + measurement(sighting, self.scales);
        let variance = (own - explained).max(measurement(sighting, self.scales));
        Some(Residual { mark: sighting.mark?, points: sighting.moved - self.mean - predicted, deviation: variance.sqrt() })
    }

    /// Difference of control `at` from what the others predict, and its deviation (Rasmussen and Williams, §5.4.2).
    fn left_out(&self, at: usize) -> Option<(f64, f64)> {
        let mut unit = vec![0.0; self.controls.len()];
        *unit.get_mut(at)? = 1.0;
        let half = self.factor.forward(&unit);
        let precision: f64 = half.iter().map(|h| h * h).sum();
        Some((self.weights.get(at)? / precision, precision.sqrt().recip()))
    }
}

fn measurement(s: &Sighting, scales: Scales) -> f64 {
    scales.noise * scales.noise * s.noise
}

/// Covariance of the displacements of two places, measurement apart.
fn prior(a: &Sighting, b: &Sighting, scales: Scales, middle: (f64, f64)) -> f64 {
    let (ax, bx, ay, by) = (a.x - middle.0, b.x - middle.0, a.y - middle.1, b.y - middle.1);
    let page = OFFSET * OFFSET + STRETCH * STRETCH * (ax * bx + ay * by);
    let warp = if scales.warp > 0.0 {
        let (along, across) = ((ax - bx) / ALONG, (ay - by) / ACROSS);
        scales.warp * scales.warp * (-0.5 * (along * along + across * across)).exp()
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

    fn log_diagonal(&self) -> f64 {
        (0..self.size).map(|i| self.lower[i * self.size + i].ln()).sum()
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
    use crate::layout::mark;

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

    /// A page of 30 lines of 12 words, every second one marked; `displaced` says what page and camera do.
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
                let symbol = usize::from(random() < 0.5);
                let marked = word % 2 == 1;
                let shift = if marked { moved * [-0.3, 0.3][symbol] } else { 0.0 };
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
        let wrong = rows.iter().filter(|(m, row)| row[truth[**m]] < row[1 - truth[**m]]).count();
        let said: f64 = rows.values().map(|row| row[0].min(row[1]) / (row[0] + row[1])).sum();
        (wrong, said)
    }

    #[test]
    fn a_warped_page_is_read_and_its_errors_are_as_many_as_it_says() {
        let warp = |x: f64, y: f64| 3.0 + 0.01 * x - 0.004 * y + 0.6 * (x / 130.0).sin() + 0.5 * (y / 90.0).cos();
        let (marks, sightings, truth) = page(warp, 0.15, 1.0);
        let (wrong, said) = errors(&marks, &sightings, &truth);
        // 180 marks whose distance is 4 noises, blurred by what controls leave open: about 3 % wrong.
        assert!(wrong <= 12, "{wrong}");
        // Poisson: 180 readings that say they err `said` times; α = 10⁻³ two-sided.
        assert!((wrong as f64 - said).abs() < 3.3 * said.max(1.0).sqrt(), "{wrong} errors, {said:.1} expected");
    }

    #[test]
    fn exact_places_leave_no_doubt() {
        let (marks, sightings, truth) = page(|x, _| 0.02 * x, 0.002, 1.0);
        let (wrong, said) = errors(&marks, &sightings, &truth);
        assert_eq!(wrong, 0);
        assert!(said < 0.01, "{said}");
    }

    #[test]
    fn a_page_set_anew_says_nothing() {
        let (marks, sightings, _) = page(|x, _| 0.02 * x, 0.02, 0.0);
        for row in rows(&marks, &sightings).values() {
            assert!((row[0] / row[1]).ln().abs() < 0.05, "{row:?}");
        }
        let (marks, sightings, _) = page(|_, _| 0.0, 0.25, 0.0);
        let total: f64 = rows(&marks, &sightings).values().map(|row| (row[0] / row[1]).ln().abs()).sum();
        assert!(total < 180.0, "{total} nats where there is nothing");
    }

    #[test]
    fn places_that_are_no_numbers_are_left_out() {
        let (marks, mut sightings, _) = page(|_, _| 0.0, 0.01, 1.0);
        sightings.iter_mut().for_each(|s| s.moved = f64::NAN);
        assert!(rows(&marks, &sightings).is_empty());
    }
}
