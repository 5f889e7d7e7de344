//! The decoders: from what a leak shows to one p and one e for every copy that was issued.
//!
//! Both decoders obey one rule: the table by which copy r is tested is made without r's codeword. The single decoder's
//! table is made from evidence and biases alone. The joint decoder leaves r out and fits partners and strategies on
//! everybody else (T2 of `docs/design/codes.md`).

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::certificate::{bound, ln_mixture};
use crate::codeword::Codebook;
use crate::evidence::Rows;
use crate::key::Stream;
use crate::law::Bias;
use crate::ratio::Ratio;
use crate::score::{STEPS_PER_NAT, ScoreTable};
use crate::search::{ALL_COALITIONS, Chosen, Outcome, Search, every_coalition, partner_states};
use crate::strategy::{Classes, LARGEST, Model, Weighed, weigh_models};
use crate::tail::Tail;

/// Which decoder gives the tested p.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecoderKind {
    /// One table for all copies, exact tail.
    Single,
    /// Leave-one-out joint decoding, certified tail.
    Joint,
}

/// How copies are tested; fixed before the key is opened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestPolicy {
    /// The decoder.
    pub decoder: DecoderKind,
    /// Draws behind each certificate.
    pub draws: u32,
    /// Share of α that pays for certificates that fail.
    pub certificate_share: f64,
}

impl TestPolicy {
    /// Beyond this many copies the joint search takes minutes; the single decoder is used.
    pub const MOST_JOINT: usize = 20_000;

    /// The shipped policy for an item planned for `copies` copies.
    #[must_use]
    pub fn default_for(copies: usize) -> Self {
        let decoder = if copies <= Self::MOST_JOINT { DecoderKind::Joint } else { DecoderKind::Single };
        Self { decoder, draws: 10_000, certificate_share: 0.01 }
    }

    /// α that is left for naming.
    #[must_use]
    pub fn naming_alpha(&self, alpha: f64) -> f64 {
        match self.decoder {
            DecoderKind::Single => alpha,
            DecoderKind::Joint => alpha * (1.0 - self.certificate_share),
        }
    }
}

/// One copy's result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CopyScore {
    /// The tested p: an upper bound on P(at least this much evidence | the copy is innocent).
    pub p: f64,
    /// Natural logarithm of the e-value, whose mean is at most 1 if the copy is innocent.
    pub ln_e: f64,
    /// Whether p comes from an exact or certified tail rather than from Markov's inequality alone.
    pub certified: bool,
}

/// One weighed component of a copy's test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Component {
    /// Index of the model.
    model: usize,
    /// Copies taken as known partners.
    partners: Vec<u32>,
    /// Its share of the mixture.
    weight: f64,
}

/// The mixture by which one copy is tested, with its tables: what must not depend on the copy's codeword.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// Components, heaviest first; weights sum to 1.
    pub components: Vec<Component>,
    #[serde(skip)]
    ratios: Vec<Arc<Ratio>>,
}

impl Test {
    fn ln_e(&self, symbols: &[u8]) -> f64 {
        let lns: Vec<f64> = self.ratios.iter().map(|r| r.ln_of(symbols)).collect();
        ln_mixture(&self.weights(), &lns)
    }

    fn weights(&self) -> Vec<f64> {
        self.components.iter().map(|c| c.weight).collect()
    }

    /// Components and tables as bytes, for the test that they do not move with the tested codeword.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (component, ratio) in self.components.iter().zip(&self.ratios) {
            out.extend((component.model as u64).to_le_bytes());
            component.partners.iter().for_each(|p| out.extend(p.to_le_bytes()));
            out.extend(component.weight.to_bits().to_le_bytes());
            ratio.tilt.iter().flatten().for_each(|t| out.extend(t.to_le_bytes()));
            ratio.ln.iter().flatten().for_each(|l| out.extend(l.to_bits().to_le_bytes()));
        }
        out
    }
}

/// The single decoder: the strategy-averaged ratio of each symbol, summed; its tail is exact.
///
/// Time is about models × marks + copies × marks / 8 + marks × window.
#[must_use]
pub fn decode_single(biases: &[Bias], evidence: &Rows, scan: impl FnOnce(&ScoreTable) -> Vec<i32>) -> Vec<CopyScore> {
    let ratio = single_ratio(biases, evidence);
    let table = ScoreTable::from_nats(biases.len(), |mark, x| ratio.ln[mark][x], |mark| biases[mark].arity());
    let tail = Tail::of(&table.with_biases(biases));
    // The e-value is that of the integer score, lowered by what rounding can have added.
    let rounding = biases.len() as f64 * 0.5 / STEPS_PER_NAT;
    let scored = scan(&table);
    scored
        .into_iter()
        .map(|s| CopyScore { p: tail.at(i64::from(s)), ln_e: f64::from(s) / STEPS_PER_NAT - rounding, certified: true })
        .collect()
}

/// The table of the single decoder as a test, for the same byte-for-byte checks as the joint one.
#[must_use]
pub fn single_test(biases: &[Bias], evidence: &Rows) -> Test {
    let component = Component { model: 0, partners: Vec::new(), weight: 1.0 };
    Test { components: vec![component], ratios: vec![Arc::new(single_ratio(biases, evidence))] }
}

fn single_ratio(biases: &[Bias], evidence: &Rows) -> Ratio {
    let classes = Classes::new(biases);
    let models = weigh_models(biases, &classes, evidence, 1);
    let best = models.first().map_or(0.0, |m| m.2);
    let weights: Vec<f64> = models.iter().map(|m| (m.2 - best).exp()).collect();
    let gain = |mark: usize, x: usize| {
        let next = classes.states(mark).next(0, x as u8);
        models.iter().zip(&weights).map(|((_, ln, _), w)| w * (ln.at(mark, next) - ln.at(mark, 0)).exp()).sum::<f64>().ln()
    };
    Ratio::from_gains(biases.len(), |mark| &biases[mark], gain)
}

/// The joint decoder after its search: holds, for every copy, the test that was made without it.
pub struct LeaveOneOut<'a> {
    book: &'a Codebook,
    classes: Classes,
    models: Vec<Weighed>,
    found: Found,
}

enum Found {
    /// Beam search: by model, with and without each copy that was chosen.
    Beam(Vec<Outcome>),
    /// All coalitions of few copies: (model, set), likeliest first.
    Every(Vec<(usize, Chosen, f64)>),
}

/// Components lighter than the heaviest by this many nats are dropped.
const LIGHTEST_NATS: f64 = 12.0;
/// At most this many components test one copy.
const MOST_COMPONENTS: usize = 40;

impl<'a> LeaveOneOut<'a> {
    /// Searches partner sets for every model. `evidence` and `biases` have one entry a mark of `book`.
    #[must_use]
    pub fn search(book: &'a Codebook, biases: &[Bias], evidence: &Rows) -> Self {
        let classes = Classes::new(biases);
        let models = weigh_models(biases, &classes, evidence, LARGEST);
        let pool = book.copies().saturating_sub(1);
        let found = if book.copies() <= ALL_COALITIONS {
            let each = |(index, (model, ln, _)): (usize, &Weighed)| {
                let sets = every_coalition(book, &classes, model, ln);
                sets.into_iter().map(|c| (index, ln_weight(model, &c, pool), c)).map(|(i, w, c)| (i, c, w)).collect::<Vec<_>>()
            };
            let mut all: Vec<(usize, Chosen, f64)> = models.par_iter().enumerate().flat_map_iter(each).collect();
            all.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| (a.0, &a.1.partners).cmp(&(b.0, &b.1.partners))));
            Found::Every(all)
        } else {
            Found::Beam(models.par_iter().map(|(model, ln, _)| Search::new(book, &classes, model, ln).run()).collect())
        };
        Self { book, classes, models, found }
    }

    /// The components by which `copy` is tested: a function of evidence, biases and everybody else's codewords.
    #[must_use]
    pub fn components(&self, copy: usize) -> Vec<Component> {
        let copy = copy as u32;
        let pool = self.book.copies().saturating_sub(1);
        let mut weighed: Vec<(f64, usize, &[u32])> = Vec::new();
        match &self.found {
            Found::Every(all) => {
                let without = all.iter().filter(|(_, c, _)| !c.partners.contains(&copy)).take(MOST_COMPONENTS);
                weighed.extend(without.map(|(model, c, w)| (*w, *model, c.partners.as_slice())));
            }
            Found::Beam(outcomes) => {
                for (index, outcome) in outcomes.iter().enumerate() {
                    let chosen = outcome.without.get(&copy).unwrap_or(&outcome.all);
                    let model = &self.models[index].0;
                    weighed.extend(chosen.iter().map(|c| (ln_weight(model, c, pool), index, c.partners.as_slice())));
                }
                weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
            }
        }
        normalise(&weighed)
    }

    /// The test of `copy`, with its tables.
    #[must_use]
    pub fn test(&self, copy: usize) -> Test {
        let components = self.components(copy);
        let ratios = components.iter().map(|c| Arc::new(self.ratio(c))).collect();
        Test { components, ratios }
    }

    fn ratio(&self, component: &Component) -> Ratio {
        let states = partner_states(self.book, &self.classes, &component.partners);
        Ratio::new(&self.classes, &self.models[component.model].1, &states)
    }

    /// Tests all copies; `alpha` is the look's α and `stream` gives each copy's certificate its draws.
    #[must_use]
    pub fn scores(&self, policy: &TestPolicy, alpha: f64, stream: impl Fn(usize) -> Stream + Sync) -> Vec<CopyScore> {
        let copies = self.book.copies();
        let delta = alpha * policy.certificate_share / copies.max(1) as f64;
        // Further below the line a certificate could not bring a copy across it.
        let worth_certifying = (copies as f64 / alpha).ln() - 6.0;
        let shared = Shared::new(self);
        let score = |copy: usize| {
            let test = shared.test(self, copy);
            let ln_e = test.ln_e(&self.book.symbols(copy));
            let markov = (-ln_e).exp().min(1.0);
            if ln_e < worth_certifying {
                return CopyScore { p: markov, ln_e, certified: false };
            }
            let ratios: Vec<&Ratio> = test.ratios.iter().map(Arc::as_ref).collect();
            let certificate = bound(&test.weights(), &ratios, ln_e, policy.draws, delta, &mut stream(copy));
            CopyScore { p: markov.min(certificate), ln_e, certified: true }
        };
        (0..copies).into_par_iter().map(score).collect()
    }

    /// Exact tail of the heaviest component alone: shown beside p, never tested.
    #[must_use]
    pub fn best_linear_p(&self, copy: usize, biases: &[Bias]) -> f64 {
        let test = self.test(copy);
        let Some(ratio) = test.ratios.first() else { return 1.0 };
        let table = ScoreTable::from_nats(biases.len(), |mark, x| ratio.ln[mark][x], |mark| biases[mark].arity());
        Tail::of(&table.with_biases(biases)).at(table.score(&self.book.symbols(copy)))
    }
}

/// ln of prior × likelihood of a component: A is one of the sets of its size that a coalition of K holds.
fn ln_weight(model: &Model, chosen: &Chosen, pool: usize) -> f64 {
    let known = chosen.partners.len();
    let ln_choose = |n: usize, k: usize| (0..k).map(|i| ((n - i.min(n)).max(1) as f64 / (i + 1) as f64).ln()).sum::<f64>();
    model.ln_prior + chosen.ln_likelihood + ln_choose(model.size.min(LARGEST) - 1, known) - ln_choose(pool, known)
}

fn normalise(weighed: &[(f64, usize, &[u32])]) -> Vec<Component> {
    let top = weighed.first().map_or(0.0, |w| w.0);
    let kept: Vec<&(f64, usize, &[u32])> =
        weighed.iter().take(MOST_COMPONENTS).take_while(|w| w.0 > top - LIGHTEST_NATS).collect();
    let total: f64 = kept.iter().map(|w| (w.0 - top).exp()).sum();
    let component =
        |w: &&(f64, usize, &[u32])| Component { model: w.1, partners: w.2.to_vec(), weight: (w.0 - top).exp() / total };
    kept.iter().map(component).collect()
}

/// Tables that several copies share, made once.
struct Shared {
    ratios: HashMap<(usize, Vec<u32>), Arc<Ratio>>,
    /// The test of all copies that the search never chose.
    common: Option<Test>,
    touched: std::collections::HashSet<u32>,
}

impl Shared {
    fn new(decoder: &LeaveOneOut<'_>) -> Self {
        let copies = decoder.book.copies();
        let touched: std::collections::HashSet<u32> = match &decoder.found {
            Found::Every(_) => (0..copies as u32).collect(),
            Found::Beam(outcomes) => outcomes.iter().flat_map(|o| o.without.keys().copied()).collect(),
        };
        let lists: Vec<Vec<Component>> = touched.par_iter().map(|c| decoder.components(*c as usize)).collect();
        let untouched = (0..copies as u32).find(|c| !touched.contains(c));
        let common = untouched.map(|c| decoder.components(c as usize));
        let mut wanted: Vec<&Component> = lists.iter().flatten().chain(common.iter().flatten()).collect();
        wanted.sort_by(|a, b| (a.model, &a.partners).cmp(&(b.model, &b.partners)));
        wanted.dedup_by(|a, b| a.model == b.model && a.partners == b.partners);
        let ratios = wanted.par_iter().map(|c| ((c.model, c.partners.clone()), Arc::new(decoder.ratio(c)))).collect();
        let mut shared = Self { ratios, common: None, touched };
        shared.common = common.map(|components| shared.assemble(components));
        shared
    }

    fn assemble(&self, components: Vec<Component>) -> Test {
        let ratios = components.iter().filter_map(|c| self.ratios.get(&(c.model, c.partners.clone())).cloned()).collect();
        Test { components, ratios }
    }

    fn test(&self, decoder: &LeaveOneOut<'_>, copy: usize) -> Test {
        match &self.common {
            Some(common) if !self.touched.contains(&(copy as u32)) => common.clone(),
            _ => self.assemble(decoder.components(copy)),
        }
    }
}
