//! Copies with codewords, and what a recovered one says: real keys, laws and decoders.

use std::collections::BTreeMap;

use holm::manifest::binary_worth;
use holm::workspace::LARGEST_COALITION;
use holm_codes::evidence::Rows;
use holm_codes::law::Law;
use holm_simulate::chance::Chance;
use holm_simulate::programme::policy::{Cause, Named, Recovered};

use crate::verdict::{Issue, named};

/// How often a mark that is read is supposed to be read wrongly.
const MISREAD: f64 = 0.02;

/// Items that went out.
pub(crate) struct Marking {
    seed: u64,
    items: BTreeMap<usize, Issued>,
}

/// An item that went out and was not traced yet.
struct Issued {
    issue: Issue,
    arities: Vec<usize>,
    people: Vec<usize>,
}

/// What a trace says.
#[derive(Default)]
pub(crate) struct Traced {
    /// Whose copies are named.
    pub(crate) named: Vec<Named>,
    /// By person who had a copy, ln of its e-value.
    pub(crate) ln_e: Vec<(usize, f64)>,
}

impl Marking {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, items: BTreeMap::new() }
    }

    /// Codewords of all who are told, under a fresh key.
    pub(crate) fn issue(&mut self, (number, arities): (usize, &[usize]), people: &[usize]) -> Vec<Vec<u8>> {
        let law = Law::default_for(binary_worth(arities), people.len(), LARGEST_COALITION);
        let mut chance = Chance::of(&["programme key", &self.seed.to_string(), &number.to_string()]);
        let issue = Issue::draw(&mut chance, law, arities);
        let codewords = (0..people.len()).map(|copy| issue.codeword(copy)).collect();
        self.items.insert(number, Issued { issue, arities: arities.to_vec(), people: people.to_vec() });
        codewords
    }

    /// Tests all copies of an item, at the first look. Its key is open then: a later leak of it would prove nothing and is not traced.
    pub(crate) fn trace(&mut self, recovered: &Recovered) -> Traced {
        let Some(Issued { issue, arities, people }) = self.items.remove(&recovered.item) else { return Traced::default() };
        let rows = Rows::read(&recovered.read, &arities, MISREAD);
        let leak: Vec<u8> = recovered.read.iter().map(|seen| seen.unwrap_or(u8::MAX)).collect();
        let scores = issue.scores(&leak, &rows, people.len());
        let cause = Cause::Copy { item: recovered.item };
        Traced {
            named: named(&scores).into_iter().map(|copy| Named { person: people[copy], cause }).collect(),
            ln_e: people.into_iter().zip(scores.iter().map(|s| s.ln_e)).collect(),
        }
    }
}
