//! The search for partner sets, one model at a time, with any one copy left out.
//!
//! What is found without copy r must not depend on r's codeword, bit for bit. So the search is written as a function of
//! the copies that take part, and a copy's absence is computed, never approximated: a copy that is in no chosen set can be
//! removed without changing any choice, because choices are prefixes of one total order; for every other copy the search
//! runs again without it.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::codeword::Codebook;
use crate::score::{STEPS_PER_NAT, ScoreTable};
use crate::strategy::{Classes, LARGEST, LnLikelihood, Model};

/// Sets kept at each level of the beam.
const BEAM: usize = 8;
/// Up to this many copies every pair is looked at.
pub(crate) const ALL_PAIRS: usize = 300;
/// Up to this many copies every coalition is looked at.
pub(crate) const ALL_COALITIONS: usize = 20;

/// A set of known partners and ln P(seen | they took part).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chosen {
    pub(crate) partners: Vec<u32>,
    pub(crate) ln_likelihood: f64,
}

/// What one model's search chose: with all copies, and without each copy that it chose.
pub(crate) struct Outcome {
    pub(crate) all: Vec<Chosen>,
    pub(crate) without: HashMap<u32, Vec<Chosen>>,
}

/// The search of one model.
pub(crate) struct Search<'a> {
    pub(crate) book: &'a Codebook,
    pub(crate) classes: &'a Classes,
    pub(crate) model: &'a Model,
    pub(crate) likelihood: &'a LnLikelihood,
    memo: HashMap<Vec<u32>, Rc<Node>>,
}

/// A partner set that was looked at.
struct Node {
    ln_likelihood: f64,
    states: Vec<u16>,
    /// The best further partners: (gain in steps, copy), best first, ties by copy.
    best: Vec<(i32, u32)>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(book: &'a Codebook, classes: &'a Classes, model: &'a Model, likelihood: &'a LnLikelihood) -> Self {
        Self { book, classes, model, likelihood, memo: HashMap::new() }
    }

    pub(crate) fn run(mut self) -> Outcome {
        let all = self.choose(None);
        let touched: BTreeSet<u32> = all.iter().flat_map(|c| c.partners.iter().copied()).collect();
        let without = touched.into_iter().map(|copy| (copy, self.choose(Some(copy)))).collect();
        Outcome { all, without }
    }

    /// The sets chosen at every level when `out` does not exist.
    pub(crate) fn choose(&mut self, out: Option<u32>) -> Vec<Chosen> {
        let mut chosen = vec![Chosen { partners: Vec::new(), ln_likelihood: self.likelihood.total() }];
        let levels = (self.model.size - 1).min(self.book.copies().saturating_sub(1 + usize::from(out.is_some())));
        let mut beam: Vec<Vec<u32>> = vec![Vec::new()];
        for level in 1..=levels {
            let parents = if level == 2 && self.book.copies() <= ALL_PAIRS { self.singles(out) } else { beam };
            beam = self.extend(&parents, out);
            let nodes = beam.iter().map(|set| Chosen { partners: set.clone(), ln_likelihood: self.node(set).ln_likelihood });
            chosen.extend(nodes.collect::<Vec<_>>());
        }
        chosen
    }

    fn singles(&self, out: Option<u32>) -> Vec<Vec<u32>> {
        (0..self.book.copies() as u32).filter(|c| Some(*c) != out).map(|c| vec![c]).collect()
    }

    /// The best [`BEAM`] sets that add one partner to one of the parents.
    fn extend(&mut self, parents: &[Vec<u32>], out: Option<u32>) -> Vec<Vec<u32>> {
        let mut candidates: Vec<(f64, Vec<u32>)> = Vec::new();
        for parent in parents {
            let node = self.node(parent);
            for (steps, copy) in node.best.iter().filter(|(_, c)| Some(*c) != out).take(BEAM) {
                let mut set = parent.clone();
                let place = set.partition_point(|c| c < copy);
                set.insert(place, *copy);
                candidates.push((node.ln_likelihood + f64::from(*steps) / STEPS_PER_NAT, set));
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut kept: Vec<Vec<u32>> = Vec::with_capacity(BEAM);
        for (_, set) in candidates {
            if !kept.contains(&set) {
                kept.push(set);
            }
            if kept.len() == BEAM {
                break;
            }
        }
        kept
    }

    fn node(&mut self, set: &[u32]) -> Rc<Node> {
        if let Some(node) = self.memo.get(set) {
            return Rc::clone(node);
        }
        let states = match set.split_last() {
            None => vec![0; self.likelihood.marks()],
            Some((last, rest)) => {
                let known = self.memo.get(rest).map(|n| n.states.clone());
                let known = known.unwrap_or_else(|| partner_states(self.book, self.classes, rest));
                advance(self.book, self.classes, &known, *last)
            }
        };
        let ln_likelihood = states.iter().enumerate().map(|(mark, s)| self.likelihood.at(mark, *s)).sum();
        // A set of all K − 1 partners is never extended.
        let best = if set.len() + 1 < self.model.size.min(LARGEST) { self.best_partners(set, &states) } else { Vec::new() };
        let node = Rc::new(Node { ln_likelihood, states, best });
        self.memo.insert(set.to_vec(), Rc::clone(&node));
        node
    }

    /// One more than the beam, so that any one copy can be left out.
    fn best_partners(&self, set: &[u32], states: &[u16]) -> Vec<(i32, u32)> {
        let gain = |mark: usize, x: usize| {
            let next = self.classes.states(mark).next(states[mark], x as u8);
            self.likelihood.at(mark, next) - self.likelihood.at(mark, states[mark])
        };
        let table = ScoreTable::from_nats(states.len(), gain, |mark| self.classes.bias(mark).arity());
        let mut best: Vec<(i32, u32)> = Vec::with_capacity(BEAM + 2);
        for (copy, steps) in table.scan(self.book).into_iter().enumerate() {
            let copy = copy as u32;
            let worst = best.last().map_or(i32::MIN, |b| b.0);
            if (best.len() > BEAM && steps <= worst) || set.contains(&copy) {
                continue;
            }
            let place = best.partition_point(|b| b.0 >= steps);
            best.insert(place, (steps, copy));
            best.truncate(BEAM + 1);
        }
        best
    }
}

/// The states in which all of `partners` are known.
pub(crate) fn partner_states(book: &Codebook, classes: &Classes, partners: &[u32]) -> Vec<u16> {
    partners.iter().fold(vec![0; book.marks()], |states, p| advance(book, classes, &states, *p))
}

fn advance(book: &Codebook, classes: &Classes, states: &[u16], partner: u32) -> Vec<u16> {
    let symbols = book.symbols(partner as usize);
    states.iter().zip(symbols).enumerate().map(|(mark, (s, x))| classes.states(mark).next(*s, x)).collect()
}

/// Every partner set of up to K − 1 of at most [`ALL_COALITIONS`] copies, for one model.
pub(crate) fn every_coalition(book: &Codebook, classes: &Classes, model: &Model, likelihood: &LnLikelihood) -> Vec<Chosen> {
    let mut found = Vec::new();
    let words: Vec<Vec<u8>> = (0..book.copies()).map(|c| book.symbols(c)).collect();
    grow(&words, classes, likelihood, model.size - 1, &mut Vec::new(), &vec![0; book.marks()], &mut found);
    found
}

fn grow(
    words: &[Vec<u8>],
    classes: &Classes,
    ln: &LnLikelihood,
    left: usize,
    set: &mut Vec<u32>,
    states: &[u16],
    found: &mut Vec<Chosen>,
) {
    let ln_likelihood = states.iter().enumerate().map(|(mark, s)| ln.at(mark, *s)).sum();
    found.push(Chosen { partners: set.clone(), ln_likelihood });
    let from = set.last().map_or(0, |last| *last as usize + 1);
    for copy in (from..words.len()).filter(|_| left > 0) {
        let next: Vec<u16> =
            states.iter().zip(&words[copy]).enumerate().map(|(mark, (s, x))| classes.states(mark).next(*s, *x)).collect();
        set.push(copy as u32);
        grow(words, classes, ln, left - 1, set, &next, found);
        set.pop();
    }
}
