//! When a leaker was active: what a window is worth, summed over all windows, and windows drawn from the posterior.
//!
//! A leaker changes how likely each trial that they knew of was to end as it did, by a factor if they were active then and not at
//! all if they were not. Sums over windows take one pass: over the first active trial by running sums, over changes between on and
//! off by the forward algorithm of a hidden Markov chain (Rabiner, Proc. IEEE 77, 1989).

use rand::RngExt;

use crate::priors::Windows;

/// When an entity is active, by place among its own trials in order of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Window {
    Always,
    Since(usize),
    Flags(Box<[bool]>),
}

impl Window {
    pub(crate) fn is_on(&self, place: usize) -> bool {
        match self {
            Self::Always => true,
            Self::Since(first) => place >= *first,
            Self::Flags(flags) => flags.get(place).copied().unwrap_or(false),
        }
    }
}

/// Likelihoods of each way to be active, times e to the scale, which is common to all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Marginal {
    pub(crate) always: f64,
    pub(crate) onset: f64,
    pub(crate) on_off: f64,
    pub(crate) ln_scale: f64,
}

/// Products are brought back to near 1 after so many trials.
const RESCALE: usize = 32;

impl Marginal {
    /// `factors` are how much likelier each own trial's end is with the entity active, in order of time, for several leak rates at
    /// once; `changes` the chance of a change before each.
    pub(crate) fn of<const N: usize>(
        factors: impl ExactSizeIterator<Item = [f64; N]>,
        changes: &[f32],
        windows: &Windows,
    ) -> [Self; N] {
        if windows.onset == 0.0 && windows.on_off == 0.0 {
            return Self::of_one_window(factors);
        }
        let begin = 1.0 / factors.len().max(1) as f64;
        // Of no trials, every window is worth the same.
        let none = if factors.len() == 0 { 1.0 } else { 0.0 };
        let (mut always, mut onset, mut on, mut off) = ([1.0_f64; N], [none; N], [0.5_f64; N], [0.5_f64; N]);
        let (mut begins, mut ln_scale) = ([begin; N], [0.0; N]);
        for (place, factor) in factors.enumerate() {
            let change = changes.get(place).map_or(0.0, |c| f64::from(*c));
            for lane in 0..N {
                always[lane] *= factor[lane];
                onset[lane] = (onset[lane] + begins[lane]) * factor[lane];
                let flow = change * (off[lane] - on[lane]);
                (on[lane], off[lane]) = ((on[lane] + flow) * factor[lane], off[lane] - flow);
            }
            if place % RESCALE == RESCALE - 1 {
                for lane in 0..N {
                    let largest = always[lane].max(onset[lane]).max(on[lane]).max(off[lane]);
                    if largest > 0.0 && !(1e-60..1e60).contains(&largest) {
                        ln_scale[lane] += largest.ln();
                        begins[lane] = begin * (-ln_scale[lane]).exp();
                        for part in [&mut always, &mut onset, &mut on, &mut off] {
                            part[lane] /= largest;
                        }
                    }
                }
            }
        }
        std::array::from_fn(|lane| Self {
            always: always[lane],
            onset: onset[lane],
            on_off: on[lane] + off[lane],
            ln_scale: ln_scale[lane],
        })
    }

    /// Of who is always on: whatever the shares of windows are, their sum is what it is worth.
    pub(crate) fn of_one_window<const N: usize>(factors: impl ExactSizeIterator<Item = [f64; N]>) -> [Self; N] {
        let (mut always, mut ln_scale) = ([1.0_f64; N], [0.0; N]);
        for (place, factor) in factors.enumerate() {
            always.iter_mut().zip(factor).for_each(|(product, factor)| *product *= factor);
            if place % RESCALE == RESCALE - 1 {
                for (product, ln_scale) in always.iter_mut().zip(&mut ln_scale) {
                    if *product > 0.0 && !(1e-60..1e60).contains(product) {
                        *ln_scale += product.ln();
                        *product = 1.0;
                    }
                }
            }
        }
        std::array::from_fn(|lane| Self {
            always: always[lane],
            onset: always[lane],
            on_off: always[lane],
            ln_scale: ln_scale[lane],
        })
    }

    /// Sums over all windows of several leak rates, and ln of what they all are to be multiplied by.
    pub(crate) fn totals<const N: usize>(marginals: &[Self; N], windows: &Windows) -> ([f64; N], f64) {
        let totals = marginals.map(|m| m.total(windows));
        let largest = totals.iter().copied().fold(0.0, f64::max);
        if marginals.iter().all(|m| m.ln_scale == 0.0) && (1e-200..1e200).contains(&largest) {
            return (totals, 0.0);
        }
        let ln_totals = marginals.map(|m| m.ln_total(windows));
        let largest = ln_totals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (ln_totals.map(|ln| (ln - largest).exp()), largest)
    }

    fn total(&self, windows: &Windows) -> f64 {
        windows.always * self.always + windows.onset * self.onset + windows.on_off * self.on_off
    }

    /// ln of the sum over all windows.
    pub(crate) fn ln_total(&self, windows: &Windows) -> f64 {
        self.total(windows).ln() + self.ln_scale
    }

    /// A window drawn from the posterior.
    pub(crate) fn draw(
        &self,
        factors: impl Fn() -> Vec<f64>,
        changes: &[f32],
        windows: &Windows,
        random: &mut impl rand::Rng,
    ) -> Window {
        let parts = [windows.always * self.always, windows.onset * self.onset, windows.on_off * self.on_off];
        match pick(&parts, random) {
            0 => Window::Always,
            1 => Window::Since(first(&factors(), random)),
            _ => Window::Flags(flags(&factors(), changes, random)),
        }
    }
}

/// An index drawn in proportion to weights; the last if all are nothing.
pub(crate) fn pick(weights: &[f64], random: &mut impl rand::Rng) -> usize {
    let mut left = random.random::<f64>() * weights.iter().sum::<f64>();
    for (index, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return index;
        }
    }
    weights.len().saturating_sub(1)
}

/// The first active trial.
fn first(factors: &[f64], random: &mut impl rand::Rng) -> usize {
    let mut ln_rest = 0.0;
    let mut ln_weights: Vec<f64> = factors
        .iter()
        .rev()
        .map(|f| {
            ln_rest += f.ln();
            ln_rest
        })
        .collect();
    ln_weights.reverse();
    let largest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = ln_weights.iter().map(|w| (w - largest).exp()).collect();
    pick(&weights, random)
}

/// On and off, by the forward algorithm and sampling backwards.
fn flags(factors: &[f64], changes: &[f32], random: &mut impl rand::Rng) -> Box<[bool]> {
    let change = |place: usize| changes.get(place).map_or(0.0, |c| f64::from(*c));
    let mut forward = Vec::with_capacity(factors.len());
    let mut on = 0.5;
    for (place, factor) in factors.iter().enumerate() {
        let before = on + change(place) * (1.0 - 2.0 * on);
        on = before * factor / (before * factor + 1.0 - before);
        forward.push(on);
    }
    let mut flags = vec![false; factors.len()];
    let mut after: Option<bool> = None;
    for place in (0..factors.len()).rev() {
        let now = forward[place];
        let p = match after {
            None => now,
            Some(next) => {
                let change = change(place + 1);
                let (stay, leave) = if next { (1.0 - change, change) } else { (change, 1.0 - change) };
                now * stay / (now * stay + (1.0 - now) * leave)
            }
        };
        flags[place] = random.random::<f64>() < p;
        after = Some(flags[place]);
    }
    flags.into_boxed_slice()
}

/// Chance of a change between two times, of a process that changes so often in a unit of time.
pub(crate) fn change(rate: f64, gap: f64) -> f32 {
    ((1.0 - (-2.0 * rate * gap).exp()) / 2.0) as f32
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    const ALL: Windows = Windows { always: 0.5, onset: 0.25, on_off: 0.25, changes: 2.0 };

    /// Every window of some trials, with its prior probability.
    fn every(changes: &[f32]) -> Vec<(f64, Vec<bool>)> {
        let d = changes.len();
        let mut all = vec![(ALL.always, vec![true; d])];
        all.extend((0..d).map(|first| (ALL.onset / d as f64, (0..d).map(|p| p >= first).collect())));
        for mask in 0..1_u32 << d {
            let flags: Vec<bool> = (0..d).map(|p| mask >> p & 1 == 1).collect();
            let steps = flags
                .windows(2)
                .zip(&changes[1..])
                .map(|(two, c)| if two[0] == two[1] { 1.0 - f64::from(*c) } else { f64::from(*c) });
            all.push((ALL.on_off * 0.5 * steps.product::<f64>(), flags));
        }
        all
    }

    #[test]
    fn sums_over_windows_are_those_of_every_window_by_itself() {
        let changes: Vec<f32> = [0.0, 1.0, 0.3, 5.0, 0.1].iter().map(|gap| change(0.4, *gap)).collect();
        let factors = [0.4, 6.0, 0.4, 0.4, 11.0];
        let [marginal] = Marginal::of(factors.iter().map(|f| [*f]), &changes, &ALL);
        let worth = |flags: &[bool]| -> f64 { flags.iter().zip(factors).map(|(on, f)| if *on { f } else { 1.0 }).product() };
        let all = every(&changes);
        let total: f64 = all.iter().map(|(p, flags)| p * worth(flags)).sum();
        assert!((marginal.ln_total(&ALL) - total.ln()).abs() < 1e-6, "{} {}", marginal.ln_total(&ALL), total.ln());
        // Draws come as often as they should; α = 1e-6 a cell of 40,000 draws, seeded.
        let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
        let draws = 40_000;
        let mut on = [0_u32; 5];
        for _ in 0..draws {
            let window = marginal.draw(|| factors.to_vec(), &changes, &ALL, &mut random);
            (0..5).for_each(|place| on[place] += u32::from(window.is_on(place)));
        }
        for place in 0..5 {
            let p = all.iter().filter(|(_, f)| f[place]).map(|(p, f)| p * worth(f)).sum::<f64>() / total;
            let deviation = (p * (1.0 - p) / f64::from(draws)).sqrt();
            assert!((f64::from(on[place]) / f64::from(draws) - p).abs() < 5.0 * deviation, "{place}: {} {p}", on[place]);
        }
    }

    #[test]
    fn of_no_trials_every_window_is_worth_the_same() {
        let [marginal] = Marginal::of([].into_iter(), &[], &ALL);
        assert!(marginal.ln_total(&ALL).abs() < 1e-12, "{marginal:?}");
    }

    #[test]
    fn long_careers_do_not_leave_the_range_of_numbers() {
        let changes = vec![0.01; 5_000];
        for factor in [0.2, 15.0] {
            let [marginal] = Marginal::of(std::iter::repeat_n([factor], 5_000), &changes, &ALL);
            let expected = 5_000.0 * f64::ln(factor) + ALL.always.ln();
            let total = marginal.ln_total(&ALL);
            if factor > 1.0 {
                assert!((total - expected).abs() < 1.0, "{total} {expected}");
            } else {
                // Whoever never was active, or at the very end, explains as much.
                assert!(total < 0.0 && total > -100.0, "{total}");
            }
        }
    }
}
