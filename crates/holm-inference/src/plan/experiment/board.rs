//! What would be seen, by who leaks and who is told what, and how much that tells.

use std::collections::BTreeMap;

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::plan::draws::Draws;
use crate::plan::experiment::{Question, Seen};

/// Who leaks, as far as it bears on what parties are told: draws that agree on it are one pattern.
pub(super) struct Board {
    variants: usize,
    seen: Seen,
    /// The chance that a variant does not show for other reasons.
    start: f64,
    /// By pattern, parties that leak: the chance that each does not, rates at their means.
    patterns: Vec<Vec<(usize, f64)>>,
    /// By party, patterns in which it leaks, with the same chance.
    parties: Vec<Vec<(usize, f64)>>,
    /// By draw, its pattern, and the chances that parties do not leak at the draw's own rates.
    of_draw: Vec<usize>,
    own: Vec<Vec<(usize, f64)>>,
    /// By party, chances that tell those apart whom no draw shows leaking.
    smooth: Vec<f64>,
}

impl Board {
    pub(super) fn new(draws: &Draws, question: &Question) -> Self {
        let mut parties_of = vec![Vec::new(); draws.persons() + draws.channels()];
        for (number, party) in question.parties.iter().enumerate() {
            party.people.iter().for_each(|p| parties_of[*p].push(number));
            party.channels.iter().for_each(|c| parties_of[draws.persons() + c].push(number));
        }
        let rates = draws.rates();
        let mut numbers: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let mut board = Self {
            variants: usize::from(question.variants),
            seen: question.seen,
            start: 1.0 - draws.all().iter().map(|d| d.background[question.kind]).sum::<f64>() / draws.len() as f64,
            patterns: Vec::new(),
            parties: vec![Vec::new(); question.parties.len()],
            of_draw: Vec::with_capacity(draws.len()),
            own: Vec::with_capacity(draws.len()),
            smooth: vec![0.0; question.parties.len()],
        };
        for (chance, parties) in draws.chances().iter().zip(&parties_of) {
            parties.iter().for_each(|party| board.smooth[*party] += chance);
        }
        let clean = |leaks: &mut dyn Iterator<Item = (usize, f64)>| {
            let mut clean: BTreeMap<usize, f64> = BTreeMap::new();
            for (entity, rate) in leaks {
                parties_of[entity].iter().for_each(|party| *clean.entry(*party).or_insert(1.0) *= 1.0 - rate);
            }
            clean.into_iter().collect::<Vec<(usize, f64)>>()
        };
        for draw in draws.all() {
            let leakers = || draw.leakers.iter().filter(|l| l.on && !parties_of[l.entity].is_empty());
            board.own.push(clean(&mut leakers().map(|l| (l.entity, l.rate))));
            let mut key: Vec<usize> = leakers().map(|l| l.entity).collect();
            key.sort_unstable();
            let next = board.patterns.len();
            let number = *numbers.entry(key).or_insert_with_key(|key| {
                board.patterns.push(clean(&mut key.iter().map(|e| (*e, rates[*e]))));
                next
            });
            board.of_draw.push(number);
        }
        for (number, pattern) in board.patterns.iter().enumerate() {
            pattern.iter().for_each(|(party, clean)| board.parties[*party].push((number, *clean)));
        }
        board
    }

    pub(super) fn draws(&self) -> usize {
        self.of_draw.len()
    }

    pub(super) fn parties(&self) -> usize {
        self.parties.len()
    }

    pub(super) fn variants(&self) -> usize {
        self.variants
    }

    /// Weights of draws: all the same.
    pub(super) fn even(&self) -> Vec<f64> {
        vec![1.0 / self.of_draw.len() as f64; self.of_draw.len()]
    }

    /// Whether no draw shows a party leaking.
    pub(super) fn never(&self, party: usize) -> bool {
        self.parties[party].is_empty()
    }

    pub(super) fn smooth(&self) -> &[f64] {
        &self.smooth
    }

    /// Parties that leak in a draw.
    pub(super) fn leaking(&self, draw: usize) -> impl Iterator<Item = usize> + '_ {
        self.own[draw].iter().map(|(party, _)| *party)
    }

    /// By party, how likely it leaks at all, over several weightings of draws.
    pub(super) fn chances(&self, weights: &[Vec<f64>]) -> Vec<f64> {
        let mut chances = vec![0.0; self.parties.len()];
        for of_draws in weights {
            for (own, weight) in self.own.iter().zip(of_draws).filter(|(_, w)| **w > 0.0) {
                own.iter().for_each(|(party, _)| chances[*party] += weight / weights.len() as f64);
            }
        }
        chances
    }

    /// Share of draws that no other draw agrees with.
    pub(super) fn single(&self) -> f64 {
        let counts = self.of_patterns(&vec![1.0; self.of_draw.len()]);
        counts.iter().filter(|count| **count == 1.0).count() as f64 / self.of_draw.len() as f64
    }

    /// Weights of patterns from those of draws.
    fn of_patterns(&self, of_draws: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; self.patterns.len()];
        self.of_draw.iter().zip(of_draws).for_each(|(pattern, w)| weights[*pattern] += w);
        weights
    }

    /// Entropy of who leaks, in bits.
    pub(super) fn unknown(&self, of_draws: &[f64]) -> f64 {
        entropy(&self.of_patterns(of_draws))
    }

    fn outcomes(&self) -> usize {
        match self.seen {
            Seen::Each => 1 << self.variants,
            Seen::One => self.variants + 1,
        }
    }

    /// By variant, the chance that it does not leak, and by outcome its own, of who leaks with what chances.
    fn clean(&self, leaks: &[(usize, f64)], told: &[Option<u8>], clean: &mut [f64]) {
        clean.fill(self.start);
        for (party, chance) in leaks {
            if let Some(variant) = told[*party] {
                clean[usize::from(variant)] *= chance;
            }
        }
    }

    /// By outcome, how likely it is. Of each: by the set of variants that leak, as bits. Of one: nothing, then each variant.
    fn shown(&self, clean: &[f64], shown: &mut [f64]) {
        match self.seen {
            Seen::Each => {
                shown[0] = 1.0;
                for (bit, clean) in clean.iter().enumerate() {
                    let (low, high) = shown.split_at_mut(1 << bit);
                    for (no, yes) in low.iter_mut().zip(high) {
                        *yes = *no * (1.0 - clean);
                        *no *= clean;
                    }
                }
            }
            Seen::One => {
                shown[0] = clean.iter().product();
                // How many others leak besides: by their number, how likely.
                let mut others = [0.0; 17];
                for (variant, own) in clean.iter().enumerate() {
                    others[..=clean.len()].fill(0.0);
                    others[0] = 1.0;
                    for (number, other) in clean.iter().enumerate().filter(|(v, _)| *v != variant) {
                        for count in (0..=number.min(clean.len() - 1)).rev() {
                            others[count + 1] += others[count] * (1.0 - other);
                            others[count] *= other;
                        }
                    }
                    let picked = others.iter().take(clean.len()).enumerate().map(|(count, p)| p / (count as f64 + 1.0));
                    shown[variant + 1] = (1.0 - own) * picked.sum::<f64>();
                }
            }
        }
    }

    /// What is seen if one draw is true.
    pub(super) fn happens(&self, truth: usize, told: &[Option<u8>], random: &mut Xoshiro256PlusPlus) -> usize {
        let (mut clean, mut shown) = (vec![0.0; self.variants], vec![0.0; self.outcomes()]);
        self.clean(&self.own[truth], told, &mut clean);
        self.shown(&clean, &mut shown);
        let mut left: f64 = random.random();
        let at = shown.iter().position(|p| {
            left -= p;
            left < 0.0
        });
        at.unwrap_or(0)
    }

    /// The variants that an outcome shows, as bits.
    pub(super) fn shows(&self, outcome: usize) -> u16 {
        match self.seen {
            Seen::Each => outcome as u16,
            Seen::One => {
                if outcome == 0 {
                    0
                } else {
                    1 << (outcome - 1)
                }
            }
        }
    }

    /// Weights after an outcome was seen (Bayes), each draw at its own rates.
    pub(super) fn learn(&self, weights: &mut [f64], told: &[Option<u8>], outcome: usize) {
        let (mut clean, mut shown) = (vec![0.0; self.variants], vec![0.0; self.outcomes()]);
        let mut sum = 0.0;
        for (weight, own) in weights.iter_mut().zip(&self.own).filter(|(w, _)| **w > 0.0) {
            self.clean(own, told, &mut clean);
            self.shown(&clean, &mut shown);
            *weight *= shown[outcome];
            sum += *weight;
        }
        // What no draw could bring about teaches nothing.
        let scale = if sum > 0.0 { 1.0 / sum } else { 1.0 };
        weights.iter_mut().for_each(|w| *w *= scale);
        weights.iter_mut().filter(|w| **w < 1e-12).for_each(|w| *w = 0.0);
    }

    /// Weights after something was seen that some draw, by its weight, brought about.
    pub(super) fn observe(&self, weights: &mut [f64], told: &[Option<u8>], random: &mut Xoshiro256PlusPlus) {
        let truth = picked(weights, random);
        let outcome = self.happens(truth, told, random);
        self.learn(weights, told, outcome);
    }
}

/// A draw by weights that sum to 1.
pub(super) fn picked(weights: &[f64], random: &mut Xoshiro256PlusPlus) -> usize {
    let mut left: f64 = random.random();
    let at = weights.iter().position(|w| {
        left -= w;
        left < 0.0
    });
    at.or_else(|| weights.iter().rposition(|w| *w > 0.0)).unwrap_or(0)
}

/// In bits.
fn entropy(shares: &[f64]) -> f64 {
    shares.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum()
}

/// An assignment, kept so that one party can be told something else quickly.
pub(super) struct Told<'b> {
    board: &'b Board,
    told: Vec<Option<u8>>,
    /// By weighting: weights of patterns, how likely each outcome is, and the mean entropy of outcomes given who leaks.
    weights: Vec<Vec<f64>>,
    mixtures: Vec<Vec<f64>>,
    noise: Vec<f64>,
    /// By pattern: chances of no leak by variant, of outcomes, and their entropy.
    clean: Vec<f64>,
    shown: Vec<f64>,
    own: Vec<f64>,
    /// What counts besides bits: a price on each leak, in bits.
    price: f64,
}

impl<'b> Told<'b> {
    pub(super) fn new(board: &'b Board, of_draws: &[Vec<f64>], told: &[Option<u8>]) -> Self {
        let (count, outcomes) = (board.patterns.len(), board.outcomes());
        let mut new = Self {
            board,
            told: told.to_vec(),
            weights: of_draws.iter().map(|w| board.of_patterns(w)).collect(),
            mixtures: vec![vec![0.0; outcomes]; of_draws.len()],
            noise: vec![0.0; of_draws.len()],
            clean: vec![0.0; count * board.variants],
            shown: vec![0.0; count * outcomes],
            own: vec![0.0; count],
            price: 0.0,
        };
        for pattern in 0..count {
            new.fill(pattern);
            new.add(pattern, 1.0);
        }
        new
    }

    pub(super) fn priced(mut self, price: f64) -> Self {
        self.price = price;
        self
    }

    /// Computes a pattern anew.
    fn fill(&mut self, pattern: usize) {
        let (variants, outcomes) = (self.board.variants, self.board.outcomes());
        let clean = &mut self.clean[pattern * variants..][..variants];
        self.board.clean(&self.board.patterns[pattern], &self.told, clean);
        let shown = &mut self.shown[pattern * outcomes..][..outcomes];
        self.board.shown(clean, shown);
        self.own[pattern] = entropy(shown);
    }

    /// Adds what a pattern contributes, or takes it away.
    fn add(&mut self, pattern: usize, sign: f64) {
        let outcomes = self.board.outcomes();
        let shown = &self.shown[pattern * outcomes..][..outcomes];
        for ((weights, mixture), noise) in self.weights.iter().zip(&mut self.mixtures).zip(&mut self.noise) {
            let weight = sign * weights[pattern];
            if weight != 0.0 {
                mixture.iter_mut().zip(shown).for_each(|(sum, p)| *sum += weight * p);
                *noise += weight * self.own[pattern];
            }
        }
    }

    /// Tells a party something else.
    pub(super) fn put(&mut self, party: usize, variant: Option<u8>) {
        self.told[party] = variant;
        let board = self.board;
        for (pattern, _) in &board.parties[party] {
            if self.weights.iter().any(|w| w[*pattern] > 0.0) {
                self.add(*pattern, -1.0);
                self.fill(*pattern);
                self.add(*pattern, 1.0);
            }
        }
    }

    pub(super) fn board(&self) -> &'b Board {
        self.board
    }

    pub(super) fn told(&self) -> &[Option<u8>] {
        &self.told
    }

    /// What it tells of who leaks, in bits, in the mean over weightings.
    pub(super) fn bits(&self) -> f64 {
        let each = self.mixtures.iter().zip(&self.noise).map(|(mixture, noise)| entropy(mixture) - noise);
        (each.sum::<f64>() / self.noise.len() as f64).max(0.0)
    }

    /// The same less the price of leaks.
    pub(super) fn worth(&self) -> f64 {
        if self.price == 0.0 {
            return self.bits();
        }
        let leak = |weights: &Vec<f64>| weights.iter().enumerate().map(|(p, w)| w * self.leak(p)).sum::<f64>();
        self.bits() - self.price * self.weights.iter().map(leak).sum::<f64>() / self.weights.len() as f64
    }

    /// How likely anything leaks through those who are told.
    fn leak(&self, pattern: usize) -> f64 {
        let told = self.board.patterns[pattern].iter().filter(|(party, _)| self.told[*party].is_some());
        1.0 - told.map(|(_, clean)| clean).product::<f64>()
    }

    /// By draw, the same.
    pub(super) fn leaks(&self) -> Vec<f64> {
        self.board.of_draw.iter().map(|pattern| self.leak(*pattern)).collect()
    }

    /// By draw, the divergence of what would be seen from what is expected: their mean is what is learned, by the first weighting.
    pub(super) fn of_draws(&self) -> Vec<f64> {
        let outcomes = self.board.outcomes();
        let mixture = self.mixtures.first().map_or(&[][..], |m| m);
        let of = |pattern: usize| {
            let shown = &self.shown[pattern * outcomes..][..outcomes];
            let part = |(p, q): (&f64, &f64)| if *p > 0.0 { p * (p / q).log2() } else { 0.0 };
            shown.iter().zip(mixture).map(part).sum::<f64>()
        };
        let by_pattern: Vec<f64> = (0..self.own.len()).map(of).collect();
        self.board.of_draw.iter().map(|pattern| by_pattern[*pattern]).collect()
    }
}
