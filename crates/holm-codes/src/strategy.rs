//! What a coalition may do: models of how many colluded and how they chose each symbol.
//!
//! A model (K, θ) says how likely each symbol is to appear, given how many of the K colluders carry each alternative.
//! Models affect power only; a false one costs detections, never an innocent (T1, T2 of `docs/design/codes.md`).

use std::collections::HashMap;
use std::ops::Range;

use crate::evidence::Rows;
use crate::law::{Bias, MOST_SYMBOLS};

/// The largest coalition that is modelled.
pub const LARGEST: usize = 6;
/// Chance that a symbol appears against the model (marking assumption broken, reading wrong beyond its row).
const STRAY: f64 = 0.01;

/// How the coalition chooses among the alternatives that it sees.
#[derive(Clone, Debug, PartialEq)]
pub enum Strategy {
    /// A random colluder's symbol; for K = 1 the only one.
    Interleave,
    /// The most frequent, ties at random.
    Majority,
    /// The least frequent of those present, ties at random.
    Minority,
    /// Any of those present, each alike.
    Coin,
    /// The last alternative that is present (all-1).
    Last,
    /// The first alternative that is present (all-0).
    First,
    /// Binary: P(1) by the number of colluders who carry 1, fitted or given; other arities interleave.
    Theta(Vec<f64>),
}

/// A number of colluders and their strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Number of colluders, 1 to [`LARGEST`].
    pub size: usize,
    /// How they choose.
    pub strategy: Strategy,
    /// Natural logarithm of the prior weight.
    pub ln_prior: f64,
}

/// How often each coalition size is expected before anything is seen; sizes above share the last.
const SIZE_PRIOR: [f64; LARGEST] = [0.34, 0.22, 0.17, 0.11, 0.09, 0.07];

impl Model {
    /// The dictionary of models: six strategies for each size, as far as they differ.
    #[must_use]
    pub fn dictionary() -> Vec<Self> {
        let mut models = Vec::new();
        for size in 1..=LARGEST {
            use Strategy::{Coin, First, Interleave, Last, Majority, Minority};
            let strategies = match size {
                1 => vec![Interleave],
                2 => vec![Interleave, Last, First],
                _ => vec![Interleave, Majority, Minority, Coin, Last, First],
            };
            let prior = Self::size_prior(size) / (strategies.len() as f64 + 1.0);
            // Interleaving is what pooled copies do by themselves, so it counts twice.
            for strategy in strategies {
                let weight = if strategy == Interleave { 2.0 } else { 1.0 };
                models.push(Self { size, strategy, ln_prior: (prior * weight).ln() });
            }
        }
        models
    }

    /// Prior probability of a coalition of `size`.
    #[must_use]
    pub(crate) fn size_prior(size: usize) -> f64 {
        SIZE_PRIOR.get(size.saturating_sub(1)).copied().unwrap_or(0.05)
    }

    /// P(symbol = a) given how many of all K colluders carry each alternative.
    pub(crate) fn choice(&self, counts: &[u8]) -> Vec<f64> {
        let present = || counts.iter().enumerate().filter(|(_, n)| **n > 0);
        let uniform_over = |chosen: Vec<usize>| {
            let share = 1.0 / chosen.len().max(1) as f64;
            let mut p = vec![0.0; counts.len()];
            chosen.into_iter().for_each(|a| p[a] = share);
            p
        };
        let having = |count: Option<u8>| present().filter(|(_, n)| Some(**n) == count).map(|(a, _)| a).collect();
        match &self.strategy {
            Strategy::Majority => uniform_over(having(present().map(|(_, n)| *n).max())),
            Strategy::Minority => uniform_over(having(present().map(|(_, n)| *n).min())),
            Strategy::Coin => uniform_over(present().map(|(a, _)| a).collect()),
            Strategy::Last => uniform_over(present().next_back().map(|(a, _)| a).into_iter().collect()),
            Strategy::First => uniform_over(present().next().map(|(a, _)| a).into_iter().collect()),
            Strategy::Theta(theta) if counts.len() == 2 => {
                let one = theta.get(counts[1] as usize).copied().unwrap_or(0.5);
                vec![1.0 - one, one]
            }
            Strategy::Interleave | Strategy::Theta(_) => counts.iter().map(|n| f64::from(*n) / self.size as f64).collect(),
        }
    }
}

/// All ways in which up to [`LARGEST`] known colluders can carry the alternatives of a mark of one arity.
///
/// A state is a count vector; states are numbered by total, so that state 0 is "nobody is known".
pub(crate) struct States {
    counts: Vec<Vec<u8>>,
    /// `next[state][symbol]` is the state after one more colluder with that symbol.
    next: Vec<[u16; MOST_SYMBOLS]>,
    /// `of_total[n]` are the states of n colluders.
    of_total: Vec<Range<usize>>,
    /// `sums[a][b]` is the state of a's and b's colluders together, for as many b as leave the total within [`LARGEST`].
    sums: Vec<Vec<u16>>,
}

impl States {
    pub(crate) fn new(arity: usize) -> Self {
        let mut counts: Vec<Vec<u8>> = vec![vec![0; arity]];
        let mut index = HashMap::from([(vec![0_u8; arity], 0_u16)]);
        let mut next: Vec<[u16; MOST_SYMBOLS]> = Vec::new();
        let mut at = 0;
        while at < counts.len() {
            let mut row = [u16::MAX; MOST_SYMBOLS];
            let here = counts[at].clone();
            for (symbol, slot) in row.iter_mut().enumerate().take(arity).filter(|_| sum(&here) < LARGEST) {
                let mut more = here.clone();
                more[symbol] += 1;
                *slot = *index.entry(more.clone()).or_insert_with(|| {
                    counts.push(more);
                    (counts.len() - 1) as u16
                });
            }
            next.push(row);
            at += 1;
        }
        let until = |total: usize| counts.partition_point(|c| sum(c) < total);
        let of_total: Vec<_> = (0..=LARGEST).map(|total| until(total)..until(total + 1)).collect();
        let with = |state: usize, more: &[u8]| {
            let symbols = more.iter().zip(0..).flat_map(|(n, symbol): (_, usize)| (0..*n).map(move |_| symbol));
            symbols.fold(state as u16, |state, symbol| next[state as usize][symbol])
        };
        let room = |state: &[u8]| of_total[LARGEST - sum(state)].end;
        let sums = counts.iter().enumerate().map(|(a, c)| counts[..room(c)].iter().map(|b| with(a, b)).collect()).collect();
        Self { counts, next, of_total, sums }
    }

    pub(crate) fn next(&self, state: u16, symbol: u8) -> u16 {
        self.next.get(state as usize).map_or(0, |row| row[symbol as usize % MOST_SYMBOLS])
    }

    pub(crate) fn total(&self, state: usize) -> usize {
        self.counts.get(state).map_or(0, |c| sum(c))
    }
}

fn sum(counts: &[u8]) -> usize {
    counts.iter().map(|n| usize::from(*n)).sum()
}

/// Marks of one item by what decides their tables: arity and bias.
pub(crate) struct Classes {
    pub(crate) states: Vec<Option<States>>,
    biases: Vec<Bias>,
    /// By class, then by state: how likely so many colluders are to carry the alternatives so.
    carrying: Vec<Vec<f64>>,
    /// Class of each mark.
    of_mark: Vec<usize>,
}

impl Classes {
    pub(crate) fn new(biases: &[Bias]) -> Self {
        let states = (0..=MOST_SYMBOLS).map(|_| None).collect();
        let mut classes = Self { states, biases: Vec::new(), carrying: Vec::new(), of_mark: Vec::new() };
        for bias in biases {
            let class = classes.biases.iter().position(|b| b == bias).unwrap_or(classes.biases.len());
            if class == classes.biases.len() {
                classes.biases.push(bias.clone());
                let states = classes.states[bias.arity()].get_or_insert_with(|| States::new(bias.arity()));
                classes.carrying.push(states.counts.iter().map(|counts| multinomial(counts, bias)).collect());
            }
            classes.of_mark.push(class);
        }
        classes
    }

    pub(crate) fn bias(&self, mark: usize) -> &Bias {
        &self.biases[self.of_mark[mark]]
    }

    #[expect(clippy::expect_used, reason = "INVARIANT: `new` made the states of every arity that occurs")]
    pub(crate) fn states(&self, mark: usize) -> &States {
        self.states[self.bias(mark).arity()].as_ref().expect("states of an arity that occurs")
    }
}

/// ln P(what was seen at mark j | what is known of the coalition), for one model: the engine of all decoders.
pub(crate) struct LnLikelihood {
    /// By mark, then by state.
    rows: Vec<Vec<f64>>,
}

impl LnLikelihood {
    /// For up to `known` known colluders; larger states are not reachable then.
    pub(crate) fn new(model: &Model, classes: &Classes, evidence: &Rows, known: usize) -> Self {
        let choices: Vec<Choices> = classes
            .states
            .iter()
            .map(|states| states.as_ref().map_or_else(Choices::default, |s| Choices::new(model, s)))
            .collect();
        let chances = |class: usize| symbol_chances(model, &choices, classes, class, known);
        let chances: Vec<Vec<f64>> = (0..classes.biases.len()).map(chances).collect();
        let row = |(mark, seen): (usize, &Vec<f64>)| {
            chances[classes.of_mark[mark]].chunks_exact(classes.bias(mark).arity()).map(|p| dot(p, seen).ln()).collect()
        };
        Self { rows: evidence.rows().iter().enumerate().map(row).collect() }
    }

    pub(crate) fn at(&self, mark: usize, state: u16) -> f64 {
        self.rows[mark].get(state as usize).copied().unwrap_or(f64::NEG_INFINITY)
    }

    pub(crate) fn marks(&self) -> usize {
        self.rows.len()
    }

    /// ln P(all that was seen | nobody known).
    pub(crate) fn total(&self) -> f64 {
        self.rows.iter().map(|r| r.first().copied().unwrap_or(0.0)).sum()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// How a model chooses where all its colluders are known.
#[derive(Default)]
struct Choices {
    /// By state of so many colluders, in the order of states, then by symbol.
    of_state: Vec<f64>,
    /// The first of these states.
    first: usize,
}

impl Choices {
    fn new(model: &Model, states: &States) -> Self {
        let all = states.of_total[model.size].clone();
        let of_state = states.counts[all.clone()].iter().flat_map(|counts| model.choice(counts)).collect();
        Self { of_state, first: all.start }
    }
}

/// P(symbol) for each state with at most `known` of the K colluders known, the others drawn from the bias; by state, then by
/// symbol.
fn symbol_chances(model: &Model, choices: &[Choices], classes: &Classes, class: usize, known: usize) -> Vec<f64> {
    let bias = &classes.biases[class];
    let arity = bias.arity();
    let Some(states) = classes.states[arity].as_ref() else { return Vec::new() };
    let reachable = states.of_total[model.size.min(known)].end;
    let stray = STRAY / arity as f64;
    let mut chances = vec![0.0; reachable * arity];
    for (state, chance) in chances.chunks_exact_mut(arity).enumerate() {
        if model.strategy == Strategy::Interleave {
            interleaved(model, bias, &states.counts[state], chance);
        } else {
            chosen(model, &choices[arity], states, &classes.carrying[class], state, chance);
        }
        chance.iter_mut().for_each(|x| *x = (1.0 - STRAY) * *x + stray);
    }
    chances
}

fn interleaved(model: &Model, bias: &Bias, known: &[u8], chance: &mut [f64]) {
    let (size, hidden) = (model.size as f64, (model.size - sum(known)) as f64);
    chance.iter_mut().zip(known).enumerate().for_each(|(a, (c, n))| *c = (f64::from(*n) + hidden * bias.probability(a)) / size);
}

/// The mean over what the hidden colluders may carry.
fn chosen(model: &Model, choices: &Choices, states: &States, carrying: &[f64], known: usize, chance: &mut [f64]) {
    let others = states.of_total[model.size - states.total(known)].clone();
    for (weight, all) in carrying[others.clone()].iter().zip(&states.sums[known][others]) {
        let choice = &choices.of_state[(usize::from(*all) - choices.first) * chance.len()..];
        chance.iter_mut().zip(choice).for_each(|(c, p)| *c += weight * p);
    }
}

fn multinomial(counts: &[u8], bias: &Bias) -> f64 {
    let factorial = |n: u8| (1..=u32::from(n)).product::<u32>();
    let total = counts.iter().sum();
    counts
        .iter()
        .enumerate()
        .fold(f64::from(factorial(total)), |p, (a, n)| p * bias.probability(a).powi(i32::from(*n)) / f64::from(factorial(*n)))
}

/// Fits θ for K colluders to the binary marks by expectation–maximisation, from evidence and biases alone.
///
/// θ₀ = 0 and θ_K = 1 stay fixed; pseudo-counts of one half keep the others inside (0, 1).
pub(crate) fn fit_theta(size: usize, biases: &[Bias], evidence: &Rows) -> Vec<f64> {
    const ROUNDS: usize = 30;
    let mut theta: Vec<f64> = (0..=size).map(|k| k as f64 / size as f64).collect();
    let marks: Vec<(Vec<f64>, f64, f64)> = biases
        .iter()
        .zip(evidence.rows())
        .enumerate()
        .filter(|(mark, (bias, _))| bias.arity() == 2 && !evidence.is_erased(*mark))
        .map(|(_, (bias, row))| ((0..=size).map(|k| multinomial(&[(size - k) as u8, k as u8], bias)).collect(), row[0], row[1]))
        .collect();
    for _ in 0..ROUNDS {
        let (mut ones, mut all) = (vec![0.5; size + 1], vec![1.0; size + 1]);
        for (chance, zero, one) in &marks {
            let joint = |k: usize| (chance[k] * theta[k] * one, chance[k] * (1.0 - theta[k]) * zero);
            let total: f64 = (0..=size).map(|k| joint(k).0 + joint(k).1).sum();
            for k in 0..=size {
                let (with_one, with_zero) = joint(k);
                ones[k] += with_one / total;
                all[k] += (with_one + with_zero) / total;
            }
        }
        (1..size).for_each(|k| theta[k] = ones[k] / all[k]);
    }
    theta
}

/// A model with its tables and ln(prior × likelihood with nobody known).
pub(crate) type Weighed = (Model, LnLikelihood, f64);

/// The models worth keeping for this evidence, best first: the dictionary and fitted strategies, weighed by evidence and
/// biases alone. Their tables reach up to `known` known colluders.
pub(crate) fn weigh_models(biases: &[Bias], classes: &Classes, evidence: &Rows, known: usize) -> Vec<Weighed> {
    const MOST_MODELS: usize = 14;
    const WORST_LN: f64 = 7.0;
    let mut models = Model::dictionary();
    for size in 3..=5 {
        let strategy = Strategy::Theta(fit_theta(size, biases, evidence));
        // The fit has size − 1 free parameters: the Bayesian information criterion charges each half the log of the marks.
        let charge = 0.5 * (size - 1) as f64 * (evidence.read_marks().max(1) as f64).ln();
        models.push(Model { size, strategy, ln_prior: (Model::size_prior(size) / 4.0).ln() - charge });
    }
    let mut weights: Vec<(Model, f64)> = models
        .into_iter()
        .map(|model| {
            let weight = model.ln_prior + LnLikelihood::new(&model, classes, evidence, 0).total();
            (model, weight)
        })
        .collect();
    weights.sort_by(|a, b| b.1.total_cmp(&a.1));
    let best = weights.first().map_or(0.0, |w| w.1);
    let kept = weights.into_iter().enumerate().filter(|(rank, (model, weight))| {
        let always = model.strategy == Strategy::Interleave && model.size <= 5;
        always || *rank < MOST_MODELS && *weight >= best - WORST_LN
    });
    kept.map(|(_, (model, weight))| {
        let ln = LnLikelihood::new(&model, classes, evidence, known);
        (model, ln, weight)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::ONE;

    fn model(size: usize, strategy: Strategy) -> Model {
        Model { size, strategy, ln_prior: 0.0 }
    }

    #[test]
    fn strategies_choose_as_they_are_named() {
        let counts = [1, 2, 0, 1];
        assert_eq!(model(4, Strategy::Majority).choice(&counts), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(model(4, Strategy::Minority).choice(&counts), [0.5, 0.0, 0.0, 0.5]);
        assert_eq!(model(4, Strategy::Interleave).choice(&counts), [0.25, 0.5, 0.0, 0.25]);
        assert_eq!(model(4, Strategy::First).choice(&counts), [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(model(4, Strategy::Last).choice(&counts), [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn a_state_is_the_average_of_the_states_that_can_follow() {
        // The chance of a symbol with hidden colluders must be the bias-weighted mean over one of them becoming known.
        let bias = Bias::new(vec![0x3000, 0x5000, 0x8000]).unwrap();
        let classes = Classes::new(std::slice::from_ref(&bias));
        for strategy in [Strategy::Interleave, Strategy::Majority, Strategy::Minority, Strategy::Coin, Strategy::Last] {
            let model = model(4, strategy);
            let states = classes.states(0);
            let choices: Vec<Choices> = (0..=3).map(|_| Choices::new(&model, states)).collect();
            let chances = symbol_chances(&model, &choices, &classes, 0, LARGEST);
            for state in states.of_total[..4].iter().cloned().flatten() {
                for a in 0..3 {
                    let after = |x: usize| usize::from(states.next(state as u16, x as u8));
                    let mean: f64 = (0..3).map(|x| bias.probability(x) * chances[3 * after(x) + a]).sum();
                    assert!((mean - chances[3 * state + a]).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn the_fit_finds_a_majority() {
        // 4,000 marks at p = ½ whose frequencies of 1 are exactly those of three colluders who follow the majority.
        let biases: Vec<Bias> =
            (0..4000).map(|j| Bias::new(if j % 2 == 0 { vec![0x3300, 0xcd00] } else { vec![0xcd00, 0x3300] }).unwrap()).collect();
        let one = |j: usize| {
            let p = biases[j].probability(1);
            let chance = p * p * p + 3.0 * p * p * (1.0 - p);
            ((j / 2) as f64 + 0.5) / 2000.0 < chance
        };
        let seen: Vec<Option<u8>> = (0..4000).map(|j| Some(u8::from(one(j)))).collect();
        let theta = fit_theta(3, &biases, &Rows::read(&seen, &[2; 4000], 0.001));
        assert!(theta[1] < 0.2 && theta[2] > 0.8, "{theta:?}");
        assert_eq!(biases[0].parts().iter().sum::<u32>(), ONE);
    }
}
