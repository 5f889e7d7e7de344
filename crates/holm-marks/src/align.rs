//! Alignment of one stretch of a leak with a window of the master's lattice: a pair hidden Markov model.
//!
//! All paths through the lattice are summed, so that the likelihood of each alternative is exact under the model and not
//! that of one best alignment (Durbin et al., *Biological Sequence Analysis*, 1998, §4.4). Stretches are short, so plain
//! probabilities do not underflow.

use std::ops::Range;

use crate::lattice::Lattice;
use crate::normal::{NormToken, typos};

/// Most tokens of a leak that are aligned at once; keeps probabilities far from underflow.
pub(crate) const LONGEST_STRETCH: usize = 40;

/// How often a channel changes tokens; learned per leak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rates {
    pub(crate) word_lost: f64,
    pub(crate) word_added: f64,
    pub(crate) word_changed: f64,
    pub(crate) sign_lost: f64,
    pub(crate) sign_added: f64,
    pub(crate) typo: f64,
    pub(crate) accent_lost: f64,
}

/// Chance that a word gets an accent that it lacks.
const ACCENT_ADDED: f64 = 0.002;

impl Rates {
    /// What is assumed of a channel before anything is seen of it.
    pub(crate) const PRIOR: Self = Self {
        word_lost: 0.01,
        word_added: 0.01,
        word_changed: 0.01,
        sign_lost: 0.03,
        sign_added: 0.03,
        typo: 0.01,
        accent_lost: 0.05,
    };
    /// Chance that a run of lost or added tokens goes on.
    const RUN: f64 = 0.6;

    fn lost(&self, token: &NormToken) -> f64 {
        if token.punct { self.sign_lost } else { self.word_lost }
    }

    fn added(&self, token: &NormToken) -> f64 {
        if token.punct { self.sign_added } else { self.word_added }
    }
}

/// Sums over all alignments of one stretch with one window.
pub(crate) struct Alignment {
    window: Range<usize>,
    forward: Vec<Cells>,
    backward: Vec<Cells>,
    pub(crate) total: f64,
    tokens: usize,
}

/// By number of leak tokens consumed: mass of paths whose last step matched, lost the node's token, or added a token.
#[derive(Clone, Default)]
struct Cells {
    matched: Vec<f64>,
    lost: Vec<f64>,
    added: Vec<f64>,
}

impl Cells {
    fn new(tokens: usize) -> Self {
        let empty = vec![0.0; tokens + 1];
        Self { matched: empty.clone(), lost: empty.clone(), added: empty }
    }
}

/// Everything that an alignment needs to know.
pub(crate) struct Aligner<'a> {
    pub(crate) lattice: &'a Lattice,
    pub(crate) rates: Rates,
}

impl Aligner<'_> {
    /// How likely the leak has `seen` where the master has `written`.
    fn emission(&self, written: &NormToken, seen: &NormToken) -> f64 {
        let rates = &self.rates;
        let kept = 1.0 - rates.word_changed - rates.typo;
        let accented = written.has_accents();
        if written.norm == seen.norm {
            return if accented { kept * (1.0 - rates.accent_lost) } else { kept };
        }
        if written.punct || seen.punct {
            return if written.punct && seen.punct { rates.sign_lost * 0.1 } else { 0.0 };
        }
        let changed = rates.word_changed * self.background(seen);
        if written.bare == seen.bare {
            // An accent or hyphen that the master lacks is hardly ever added.
            return if accented { kept * rates.accent_lost } else { kept * ACCENT_ADDED };
        }
        let digits = written.bare.chars().any(|c| c.is_ascii_digit()) || seen.bare.chars().any(|c| c.is_ascii_digit());
        let length = written.bare.chars().count().min(seen.bare.chars().count());
        let allowed = if digits { 0 } else { length / 4 };
        match typos(&written.bare, &seen.bare, allowed) {
            distance if distance <= allowed && distance > 0 => rates.typo * 0.1_f64.powi(distance as i32) + changed,
            _ => changed,
        }
    }

    /// Chance that a word drawn from nowhere is this one: about that of its frequency in the master, rare if it is not there.
    fn background(&self, seen: &NormToken) -> f64 {
        const RARE: f64 = 1e-4;
        const VOCABULARY: f64 = 2000.0;
        if seen.punct {
            return 0.05;
        }
        let count = self.lattice.counts.get(&seen.bare).copied().unwrap_or(0) as f64;
        (count / (self.lattice.nodes.len() as f64 + VOCABULARY)).max(RARE)
    }

    /// Aligns `leak` with nodes `window`; both ends of the window are free.
    pub(crate) fn align(&self, leak: &[NormToken], window: Range<usize>) -> Alignment {
        let added: Vec<f64> = leak.iter().map(|t| self.rates.added(t) * self.background(t)).collect();
        let grown: Vec<f64> = leak.iter().map(|t| Rates::RUN * self.background(t)).collect();
        let emissions: Vec<Vec<f64>> = window.clone().map(|node| self.emissions(node, leak)).collect();
        let mut alignment =
            Alignment { window: window.clone(), forward: Vec::new(), backward: Vec::new(), total: 0.0, tokens: leak.len() };
        let steps = Steps { added: &added, grown: &grown, emissions: &emissions };
        self.forward(&mut alignment, &steps);
        self.backward(&mut alignment, &steps);
        alignment.total = self.total(&alignment, &steps);
        alignment
    }

    fn emissions(&self, node: usize, leak: &[NormToken]) -> Vec<f64> {
        match &self.lattice.nodes[node].token {
            None => Vec::new(),
            Some(written) => {
                let keep = 1.0 - self.rates.lost(written);
                leak.iter().map(|seen| keep * self.emission(written, seen)).collect()
            }
        }
    }

    /// Mass of starting at a fixed node after `t` foreign tokens; the same by symmetry for ending before them.
    fn outside(steps: &Steps<'_>, range: Range<usize>) -> f64 {
        let added = steps.added.get(range.clone()).unwrap_or_default();
        let grown = steps.grown.get(range).unwrap_or_default();
        match (added.first(), grown.split_first()) {
            (Some(first), Some((_, rest))) => rest.iter().fold(*first, |mass, g| mass * g),
            _ => 1.0,
        }
    }

    fn forward(&self, alignment: &mut Alignment, steps: &Steps<'_>) {
        let tokens = alignment.tokens;
        for node in alignment.window.clone() {
            let mut into = Cells::new(tokens);
            for before in self.lattice.nodes[node].before.iter().filter(|b| alignment.window.contains(b)) {
                into.add(&alignment.forward[before - alignment.window.start]);
            }
            let this = &self.lattice.nodes[node];
            if this.fixed {
                (0..=tokens).for_each(|t| into.matched[t] += Self::outside(steps, 0..t));
            }
            let cells = match &this.token {
                None => into,
                Some(token) => into.through(self.rates.lost(token), &steps.emissions[node - alignment.window.start], steps),
            };
            alignment.forward.push(cells);
        }
    }

    /// Mass of everything after the node, by the kind of the step that ended there.
    fn backward(&self, alignment: &mut Alignment, steps: &Steps<'_>) {
        let (tokens, start) = (alignment.tokens, alignment.window.start);
        let mut after: Vec<Cells> = alignment.window.clone().map(|_| Cells::new(tokens)).collect();
        for node in alignment.window.clone().rev() {
            let this = &self.lattice.nodes[node];
            let mut out = after[node - start].clone();
            if this.fixed {
                for t in 0..=tokens {
                    let end = Self::outside(steps, t..tokens);
                    out.matched[t] += end;
                    out.lost[t] += end;
                }
            }
            let entering = match &this.token {
                None => out.clone(),
                Some(token) => {
                    out.grow_backward(steps);
                    out.enter(self.rates.lost(token), &steps.emissions[node - start])
                }
            };
            for before in this.before.iter().filter(|b| alignment.window.contains(b)) {
                after[before - start].add(&entering);
            }
            after[node - start] = out;
        }
        alignment.backward = after;
    }

    fn total(&self, alignment: &Alignment, steps: &Steps<'_>) -> f64 {
        let fixed = alignment.window.clone().zip(&alignment.forward).filter(|(node, _)| self.lattice.nodes[*node].fixed);
        let ends = fixed.map(|(_, cells)| {
            (0..=alignment.tokens)
                .map(|t| (cells.matched[t] + cells.lost[t]) * Self::outside(steps, t..alignment.tokens))
                .sum::<f64>()
        });
        ends.sum()
    }

    /// Mass of explaining the stretch by foreign tokens only.
    pub(crate) fn foreign(&self, leak: &[NormToken]) -> f64 {
        leak.iter().map(|t| self.background(t)).product()
    }
}

struct Steps<'s> {
    added: &'s [f64],
    grown: &'s [f64],
    /// By node of the window, then by leak token.
    emissions: &'s [Vec<f64>],
}

impl Cells {
    fn add(&mut self, other: &Self) {
        let sum = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        sum(&mut self.matched, &other.matched);
        sum(&mut self.lost, &other.lost);
        sum(&mut self.added, &other.added);
    }

    /// From "before the node" to "at the node".
    fn through(&self, lost: f64, emission: &[f64], steps: &Steps<'_>) -> Self {
        let tokens = self.matched.len() - 1;
        let mut here = Self::new(tokens);
        for t in 0..=tokens {
            here.lost[t] = (self.matched[t] + self.added[t]) * lost + self.lost[t] * Rates::RUN;
            if t < tokens {
                let stop = self.lost[t] * (1.0 - Rates::RUN);
                here.matched[t + 1] = (self.matched[t] + stop + self.added[t] * (1.0 - Rates::RUN)) * emission[t];
            }
        }
        for t in 0..tokens {
            here.added[t + 1] = (here.matched[t] + here.lost[t]) * steps.added[t] + here.added[t] * steps.grown[t];
        }
        here
    }

    /// Adds, to what may follow a node, the tokens that are added right after it.
    fn grow_backward(&mut self, steps: &Steps<'_>) {
        let tokens = self.matched.len() - 1;
        for t in (0..tokens).rev() {
            let grown = self.added[t + 1];
            self.added[t] += steps.grown[t] * grown;
            self.matched[t] += steps.added[t] * grown;
            self.lost[t] += steps.added[t] * grown;
        }
    }

    /// From "what follows the node" to "what follows the place before it".
    fn enter(&self, lost: f64, emission: &[f64]) -> Self {
        let tokens = self.matched.len() - 1;
        let mut before = Self::new(tokens);
        for t in 0..=tokens {
            let matched = if t < tokens { emission[t] * self.matched[t + 1] } else { 0.0 };
            before.matched[t] = matched + lost * self.lost[t];
            before.added[t] = (1.0 - Rates::RUN) * matched + lost * self.lost[t];
            before.lost[t] = (1.0 - Rates::RUN) * matched + Rates::RUN * self.lost[t];
        }
        before
    }
}

impl Alignment {
    /// Mass of the paths through `node`.
    pub(crate) fn through(&self, node: usize) -> f64 {
        let Some(at) = node.checked_sub(self.window.start).filter(|at| *at < self.forward.len()) else { return 0.0 };
        let (f, b) = (&self.forward[at], &self.backward[at]);
        (0..=self.tokens).map(|t| f.matched[t] * b.matched[t] + f.lost[t] * b.lost[t] + f.added[t] * b.added[t]).sum()
    }

    /// Share of all paths in which the token at `node` is matched, by leak token.
    pub(crate) fn matched(&self, node: usize) -> f64 {
        let Some(at) = node.checked_sub(self.window.start).filter(|at| *at < self.forward.len()) else { return 0.0 };
        let (f, b) = (&self.forward[at], &self.backward[at]);
        (1..=self.tokens).map(|t| f.matched[t] * b.matched[t]).sum::<f64>() / self.total
    }

    /// Leak tokens that more paths match with one node than not: (token, node).
    pub(crate) fn pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for ((node, f), b) in self.window.clone().zip(&self.forward).zip(&self.backward) {
            for t in 1..=self.tokens {
                if f.matched[t] * b.matched[t] > 0.5 * self.total {
                    pairs.push((t - 1, node));
                }
            }
        }
        pairs
    }

    /// The nodes that were aligned.
    pub(crate) fn window(&self) -> Range<usize> {
        self.window.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Block;
    use crate::mark::{Layer, Mark, Site};
    use crate::normal::norm_tokens;

    fn lattice() -> Lattice {
        let text = "the officer said that they had found packets near the old gate";
        let mark = |range: Range<usize>, texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
            Mark {
                layer: Layer::Wording,
                rule: "t".to_owned(),
                alternatives: texts.clone(),
                master: Some(0),
                sites: vec![Site { block: 0, range, texts }],
            }
        };
        Lattice::new(&[Block::prose(text)], &[mark(17..22, &["that ", ""]), mark(45..49, &["near", "close to"])])
    }

    /// Share of mass per alternative of a choice.
    fn shares(leak: &str, choice: usize) -> Vec<f64> {
        let lattice = lattice();
        let aligner = Aligner { lattice: &lattice, rates: Rates::PRIOR };
        let alignment = aligner.align(&norm_tokens(leak), 0..lattice.nodes.len());
        let mass: Vec<f64> = lattice.choices[choice].exits.iter().map(|e| alignment.through(*e)).collect();
        mass.iter().map(|m| m / alignment.total).collect()
    }

    #[test]
    fn each_alternative_is_recognised() {
        assert!(shares("the officer said that they had found packets near the old gate", 0)[0] > 0.97);
        assert!(shares("the officer said they had found packets close to the old gate", 0)[1] > 0.9);
        assert!(shares("the officer said they had found packets close to the old gate", 1)[1] > 0.99);
        assert!(shares("teh oficer said taht they had found packets near the old gate", 0)[0] > 0.9);
    }

    #[test]
    fn what_the_leak_does_not_reach_is_passed_by_nobody() {
        let far = shares("the officer said that they had", 1);
        assert!(far.iter().sum::<f64>() < 0.05, "{far:?}");
    }

    #[test]
    fn every_path_passes_every_joint_inside_the_text() {
        let leak = "the officer said they had found packets near the old gate";
        let sum: f64 = shares(leak, 0).iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        let lattice = lattice();
        let aligner = Aligner { lattice: &lattice, rates: Rates::PRIOR };
        let alignment = aligner.align(&norm_tokens(leak), 0..lattice.nodes.len());
        let word = alignment.matched(1);
        assert!(word > 0.99 && word <= 1.0 + 1e-9, "{word}");
    }
}
