//! Expectation propagation over the words of a page (Minka, UAI 2001; Rasmussen and Williams, "Gaussian Processes for Machine
//! Learning", MIT Press 2006, §3.6 and algorithm 3.5): each word's mixture of shifts is stood for by one Gaussian about where
//! the page alone would have put the word, chosen so that mean and variance are right once all other words are heard.

use super::cholesky::Cholesky;
use super::{
    ACROSS, ALONG, ASTRAY, BEND, BENT, Hypothesis, LINE_STRETCH, MEMORY, OFFSET, Point, RANGE, Residual, Scales, normal,
};
use crate::layout::Sighting;

/// Share of a word's new Gaussian that is taken over in a round: neighbours that change their minds together would swing.
const STEP: f64 = 0.7;
/// The least precision of a word's Gaussian, in 1/pt²: that of a word that tells nothing.
const FAINT: f64 = 1e-3;
/// Font sizes that differ by less, in points, are the same.
const SAME_SIZE: f64 = 0.2;
/// The least variance of what a page does to a word, in pt²: rounding must not make it negative.
const LEAST_VARIANCE: f64 = 1e-9;

/// What one word says of the page's displacement at its place: precision, and precision times mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    precision: f64,
    shift: f64,
}

impl Site {
    fn mean(self) -> f64 {
        self.shift / self.precision
    }

    fn towards(self, new: Self) -> Self {
        let mixed = |old: f64, new: f64| (1.0 - STEP) * old + STEP * new;
        Self { precision: mixed(self.precision, new.precision), shift: mixed(self.shift, new.shift) }
    }
}

/// The displacements of a page's words, explained by one hypothesis.
pub(super) struct Explanation {
    pub(super) hypothesis: Hypothesis,
    /// What all other words leave of each word's displacement.
    pub(super) residuals: Vec<Residual>,
    /// How likely all displacements are, and the hypothesis itself, as a logarithm; only differences count.
    pub(super) ln_weight: f64,
    /// Where another hypothesis may go on from.
    pub(super) sites: Vec<Site>,
}

impl Explanation {
    /// Explains displacements, from the beginning or from what another hypothesis came to; `None` if numbers fail. What is far
    /// worse than that other in the second round is left as it is then.
    pub(super) fn of(points: &[Point<'_>], hypothesis: Hypothesis, from: Option<&Self>) -> Option<Self> {
        const ROUNDS: [usize; 2] = [10, 5];
        /// So much worse, as a logarithm.
        const HOPELESS: f64 = 30.0;
        let page = Page::new(points, hypothesis);
        let mut sites = from.map_or_else(|| page.first_sites(), |known| known.sites.clone());
        let mut heard = page.hear(&sites)?;
        for round in 1..ROUNDS[usize::from(from.is_some())] {
            let worse = from.map_or(0.0, |known| known.ln_weight - heard.ln_evidence - hypothesis.ln_prior());
            if round > 1 && worse > HOPELESS {
                break;
            }
            for (site, new) in sites.iter_mut().zip(&heard.sites) {
                *site = site.towards(*new);
            }
            heard = page.hear(&sites)?;
        }
        let ln_weight = heard.ln_evidence + hypothesis.ln_prior();
        ln_weight.is_finite().then_some(Self { hypothesis, residuals: heard.residuals, ln_weight, sites })
    }
}

/// The words of a page under a hypothesis.
struct Page<'p> {
    points: &'p [Point<'p>],
    moved: f64,
    /// Displacements, their mean taken off.
    displaced: Vec<f64>,
    /// Variance of each measurement.
    readings: Vec<f64>,
    /// Covariance of what the page does to its words; the upper half.
    covariance: Vec<f64>,
}

/// A round: what the words say once all others are heard.
struct Heard {
    residuals: Vec<Residual>,
    sites: Vec<Site>,
    ln_evidence: f64,
}

impl<'p> Page<'p> {
    fn new(points: &'p [Point<'p>], Hypothesis { scales, moved }: Hypothesis) -> Self {
        let count = points.len();
        let mean_of = |value: fn(&Sighting) -> f64| points.iter().map(|p| value(p.seen)).sum::<f64>() / count as f64;
        let (middle, mean) = ((mean_of(|s| s.x), mean_of(|s| s.y)), mean_of(|s| s.moved));
        let mut covariance = vec![0.0; count * count];
        for (i, row) in covariance.chunks_exact_mut(count.max(1)).enumerate() {
            for (entry, other) in row.iter_mut().zip(points).skip(i) {
                *entry = prior(other.seen, points[i].seen, scales, middle);
            }
        }
        Self {
            points,
            moved,
            displaced: points.iter().map(|p| p.seen.moved - mean).collect(),
            readings: points.iter().map(|p| scales.noise * scales.noise * p.seen.noise).collect(),
            covariance,
        }
    }

    /// Before anything is heard of the others: a word's shift is anything that it may be.
    fn first_sites(&self) -> Vec<Site> {
        let first = |((point, displaced), reading): ((&Point<'_>, &f64), &f64)| {
            let square = point.shifts.iter().map(|s| s * s).sum::<f64>() / point.shifts.len().max(1) as f64;
            let precision = 1.0 / (reading + square + ASTRAY * RANGE);
            Site { precision, shift: precision * displaced }
        };
        self.points.iter().zip(&self.displaced).zip(&self.readings).map(first).collect()
    }

    fn hear(&self, sites: &[Site]) -> Option<Heard> {
        let count = sites.len();
        let mut covariance = self.covariance.clone();
        covariance.iter_mut().step_by(count + 1).zip(sites).for_each(|(variance, site)| *variance += 1.0 / site.precision);
        let factor = Cholesky::new(count, covariance)?;
        let half = factor.forward(&sites.iter().map(|s| s.mean()).collect::<Vec<_>>());
        let (weights, precisions) = (factor.backward(&half), factor.inverse_diagonal());
        let mut heard = Heard { residuals: Vec::with_capacity(count), sites: Vec::with_capacity(count), ln_evidence: 0.0 };
        heard.ln_evidence = -factor.ln_root() - 0.5 * half.iter().map(|v| v * v).sum::<f64>();
        for (at, site) in sites.iter().enumerate() {
            // What all other words say of this place (R&W, §5.4.2).
            let variance = (1.0 / precisions[at] - 1.0 / site.precision).max(LEAST_VARIANCE);
            let predicted = site.mean() - weights[at] / precisions[at];
            self.word(at, *site, (predicted, variance), &mut heard);
        }
        Some(heard)
    }

    /// One word against what the others predict for its place.
    fn word(&self, at: usize, site: Site, (predicted, variance): (f64, f64), heard: &mut Heard) {
        let (reading, point) = (self.readings[at], &self.points[at]);
        let total = variance + reading;
        let residual = Residual { points: self.displaced[at] - predicted, deviation: total.sqrt() };
        // Moments of the page's displacement here: shifts one by one, unmoved, astray.
        let astray = ASTRAY / RANGE;
        let (mut all, mut first, mut second) = (astray, 0.0, 0.0);
        let mut add = |weight: f64, shift: f64| {
            let weight = weight * (1.0 - ASTRAY) * normal(residual.points - shift, residual.deviation);
            let mean = variance / total * (residual.points - shift);
            (all, first, second) = (all + weight, first + weight * mean, second + weight * mean * mean);
        };
        let moved = if point.shifts.is_empty() { 0.0 } else { self.moved };
        point.shifts.iter().for_each(|s| add(moved / point.shifts.len() as f64, *s));
        add(1.0 - moved, 0.0);
        let (mean, sound) = (first / all, 1.0 - astray / all);
        let within = sound * variance * reading / total + (1.0 - sound) * variance;
        let tilted = (within + second / all - mean * mean).max(1e-12);
        let raw = 1.0 / tilted - 1.0 / variance;
        // A word that is in two minds may know less than nothing: it says nothing.
        let new = if raw > FAINT {
            let most = 1.0 / reading.max(LEAST_VARIANCE);
            let told = ((predicted + mean) / tilted - predicted / variance) / raw;
            let precision = raw.min(most);
            Site { precision, shift: precision * told }
        } else {
            Site { precision: FAINT, shift: FAINT * (predicted + mean) }
        };
        let spread = variance + 1.0 / site.precision;
        // R&W, equation 3.65.
        heard.ln_evidence += all.ln() + 0.5 * spread.ln() + (predicted - site.mean()).powi(2) / (2.0 * spread);
        heard.residuals.push(residual);
        heard.sites.push(new);
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
    let page = if (a.size - b.size).abs() < SAME_SIZE { page + scales.size * scales.size } else { page };
    if a.line != b.line {
        return page + warp;
    }
    let line = scales.line * scales.line * (1.0 + (LINE_STRETCH / 0.05).powi(2) * ax * bx);
    let walk = scales.walk * scales.walk * (-(ax - bx).abs() / MEMORY).exp();
    page + warp + line + walk
}
