//! What a chain learns beside who leaks: shares of units, backgrounds, unrecorded exposures, the accuracy of checks. Each is drawn
//! by slice sampling (Neal, Ann. Statist. 31, 2003).

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Chain, ln_likelihood};
use crate::case::{Edge, UNRECORDED};
use crate::checks::{Accuracy, Bundle};
use crate::priors::{Alike, Share};
use crate::windows::Window;

/// A trial, its chance of no leak without those who perhaps were told, and their rates.
type Perhaps<'p> = (usize, f64, &'p [(u32, f64)]);

impl Chain<'_> {
    /// What units have in common, with each unit's own share summed out.
    pub(super) fn draw_units(&mut self) {
        // Most units are alike: of the same size, and nobody in them leaks.
        let mut kinds: Vec<(u32, u32)> = (0..self.case.units).map(|u| (self.count[u], self.size[u])).collect();
        kinds.sort_unstable();
        let kinds = kinds.chunk_by(|a, b| a == b).map(|of| (f64::from(of[0].0), f64::from(of[0].1), of.len() as f64));
        let counts: Vec<(f64, f64, f64)> = kinds.filter(|(_, size, _)| *size > 0.0).collect();
        let ln_beta = |a: f64, b: f64| libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
        let ln_counts = |m: f64, k: f64| -> f64 {
            let (a, b) = (m * k, (1.0 - m) * k);
            let whole = ln_beta(a, b);
            counts.iter().map(|(count, size, units)| units * (ln_beta(a + count, b + size - count) - whole)).sum()
        };
        if let Share::Beta(a, b) = self.priors.leakers {
            let k = self.alike;
            // Of the logit: the density has a factor m (1 − m) more.
            let ln = |x: f64| {
                let m = logistic(x);
                ln_counts(m, k) + a * m.ln() + b * (1.0 - m).ln()
            };
            self.leakers = logistic(slice(logit(self.leakers), 1.5, (-30.0, 30.0), ln, &mut self.random));
        }
        if let Alike::Gamma(shape, rate) = self.priors.alike {
            let m = self.leakers;
            let ln = |x: f64| ln_counts(m, x.exp()) + shape * x - rate * x.exp();
            self.alike = slice(self.alike.ln(), 1.5, (-12.0, 12.0), ln, &mut self.random).exp();
        }
    }

    pub(super) fn draw_background(&mut self, kind: usize) {
        let Share::Beta(a, b) = self.priors.background else { return };
        let now = self.background[kind];
        // Leaks that nobody active knew of are all alike.
        let (mut alone, mut leaks, mut suspected) = (0.0, Vec::new(), Vec::new());
        let whole = 1.0 / (1.0 - now);
        for trial in self.case.of_kind.of(kind).iter().map(|t| *t as usize) {
            let (others, ratio) = (self.clean[trial] * whole, self.case.ratio[trial]);
            match (ratio.is_infinite(), others > 1.0 - 1e-9) {
                (true, true) => alone += 1.0,
                (true, false) => leaks.push(others),
                (false, _) => suspected.push((others, ratio)),
            }
        }
        let (clean, power) = (self.case.clean[kind] as f64, self.power);
        let ln = |x: f64| {
            let share = logistic(x);
            let leaked = ln_product(leaks.iter().map(|others| 1.0 - others * (1.0 - share)));
            let seen = suspected.iter().map(|(others, ratio)| ln_likelihood(others * (1.0 - share), *ratio));
            let trials = leaked + seen.sum::<f64>();
            power * trials + (power * clean + b) * (1.0 - share).ln() + (power * alone + a) * share.ln()
        };
        let share = logistic(slice(logit(now), 1.0, (-30.0, 30.0), ln, &mut self.random)).clamp(1e-9, 1.0 - 1e-9);
        self.background[kind] = share;
        let factor = (1.0 - share) / (1.0 - now);
        for trial in self.case.of_kind.of(kind).iter().map(|t| *t as usize) {
            self.set(trial, self.clean[trial] * factor);
        }
    }

    pub(super) fn draw_unrecorded(&mut self) {
        let Share::Beta(a, b) = self.priors.unrecorded else { return };
        let now = self.unrecorded;
        let mut parts: Vec<(u32, f64)> = Vec::new();
        for entity in self.active.iter().map(|e| *e as usize) {
            let Some(window) = &self.window[entity] else { continue };
            let always = *window == Window::Always;
            // Whoever is always on needs no places among all trials.
            let edges = if always { self.case.others.of(entity) } else { self.case.edges.of(entity) };
            let perhaps = |(place, edge): &(usize, &Edge)| edge.weight == UNRECORDED && (always || window.is_on(*place));
            parts.extend(edges.iter().enumerate().filter(perhaps).map(|(_, edge)| (edge.trial, self.rate[entity])));
        }
        parts.sort_by_key(|(trial, _)| *trial);
        let trials: Vec<Perhaps<'_>> = parts
            .chunk_by(|x, y| x.0 == y.0)
            .map(|of| {
                let trial = of[0].0 as usize;
                if self.case.ratio[trial] == 0.0 {
                    return (trial, 1.0, of);
                }
                (trial, self.clean[trial] / of.iter().map(|(_, rate)| 1.0 - now * rate).product::<f64>(), of)
            })
            .collect();
        let with = |others: f64, of: &[(u32, f64)], share: f64| others * of.iter().map(|(_, r)| 1.0 - share * r).product::<f64>();
        let ln = |x: f64| {
            let share = logistic(x);
            let seen = trials.iter().map(|(t, others, of)| ln_likelihood(with(*others, of, share), self.case.ratio[*t]));
            self.power * seen.sum::<f64>() + a * share.ln() + b * (1.0 - share).ln()
        };
        let share = logistic(slice(logit(now), 1.5, (-30.0, 30.0), ln, &mut self.random)).clamp(1e-9, 1.0 - 1e-9);
        let unclean = trials.iter().filter(|(t, ..)| self.case.ratio[*t] > 0.0);
        let new: Vec<(usize, f64)> = unclean.map(|(t, others, of)| (*t, with(*others, of, share))).collect();
        self.unrecorded = share;
        self.weights[usize::from(UNRECORDED)] = share;
        new.into_iter().for_each(|(trial, clean)| self.set(trial, clean));
    }

    /// How accurate each kind of check is, given who leaks; whether it says the opposite of somebody, and whether an old check still
    /// bears, are summed out.
    pub(super) fn draw_checks(&mut self) {
        let vetting = &self.case.vetting;
        if vetting.kinds.is_empty() {
            return;
        }
        let mut leak = vec![0.0; vetting.profiles.len()];
        self.active.iter().for_each(|entity| leak[vetting.profile[*entity as usize] as usize] += 1.0);
        // By bundle, of how many people it is who leak, and of how many others.
        let mut of = vec![[0.0, 0.0]; vetting.bundles.len()];
        for ((profile, leak), size) in vetting.profiles.iter().zip(&leak).zip(&vetting.size) {
            for bundle in profile {
                of[*bundle as usize][0] += leak;
                of[*bundle as usize][1] += f64::from(*size) - leak;
            }
        }
        for (number, kind) in vetting.kinds.iter().enumerate() {
            let own: Vec<(&Bundle, [f64; 2])> =
                vetting.bundles.iter().zip(of.iter().copied()).filter(|(bundle, _)| bundle.kind == number).collect();
            let ln_found = |accuracy: Accuracy| -> f64 {
                let ln = |(bundle, [leak, others]): &(&Bundle, [f64; 2])| {
                    let [leaks, other] = bundle.ln(kind, accuracy);
                    leak * leaks + others * other
                };
                own.iter().map(ln).sum()
            };
            let now = self.accuracy[number];
            let with = |sensitivity| ln_found(Accuracy { sensitivity, ..now });
            let sensitivity = drawn(now.sensitivity, kind.sensitivity, with, &mut self.random);
            let with = |false_alarms| ln_found(Accuracy { sensitivity, false_alarms });
            let false_alarms = drawn(now.false_alarms, kind.false_alarms, with, &mut self.random);
            self.accuracy[number] = Accuracy { sensitivity, false_alarms };
        }
        self.weigh_checks();
    }

    /// Computes what profiles are worth.
    pub(super) fn weigh_checks(&mut self) {
        let vetting = &self.case.vetting;
        let ratio = |bundle: &Bundle| {
            let [leaks, other] = bundle.ln(&vetting.kinds[bundle.kind], self.accuracy[bundle.kind]);
            leaks - other
        };
        let ratios: Vec<f64> = vetting.bundles.iter().map(ratio).collect();
        let worth = |profile: &Vec<u32>| profile.iter().map(|bundle| ratios[*bundle as usize]).sum::<f64>().exp();
        self.checked = vetting.profiles.iter().map(worth).collect();
    }
}

/// ln of a product of probabilities, with few logarithms.
fn ln_product(factors: impl Iterator<Item = f64>) -> f64 {
    let (mut product, mut sum) = (1.0_f64, 0.0);
    for factor in factors {
        product *= factor.max(1e-12);
        if product < 1e-200 {
            sum += product.ln();
            product = 1.0;
        }
    }
    sum + product.ln()
}

/// A share, given what each value of it makes of what was seen.
fn drawn(now: f64, prior: Share, ln_seen: impl Fn(f64) -> f64, random: &mut Xoshiro256PlusPlus) -> f64 {
    let Share::Beta(a, b) = prior else { return now };
    // Of the logit: the density has a factor p (1 − p) more.
    let ln = |x: f64| {
        let share = logistic(x);
        ln_seen(share.clamp(LEAST, 1.0 - LEAST)) + a * share.ln() + b * logistic(-x).ln()
    };
    logistic(slice(logit(now), 1.5, (-30.0, 30.0), ln, random)).clamp(LEAST, 1.0 - LEAST)
}

/// No share is nearer to 0 or to 1 than this.
const LEAST: f64 = 1e-9;

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// A step of slice sampling within bounds, stepping out and shrinking.
fn slice(at: f64, width: f64, (least, most): (f64, f64), ln: impl Fn(f64) -> f64, random: &mut Xoshiro256PlusPlus) -> f64 {
    let level = ln(at) + random.random::<f64>().ln();
    let mut left = at - width * random.random::<f64>();
    let mut right = left + width;
    while left > least && ln(left) > level {
        left -= width;
    }
    while right < most && ln(right) > level {
        right += width;
    }
    (left, right) = (left.max(least), right.min(most));
    loop {
        let next = left + (right - left) * random.random::<f64>();
        if ln(next) >= level || right - left < 1e-12 {
            return next;
        }
        if next < at { left = next } else { right = next }
    }
}
