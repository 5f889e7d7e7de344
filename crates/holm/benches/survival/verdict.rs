//! From an item key to who is named: draw, test, judge; as `holm::share` and `holm::trace` do it, without a workspace.

use holm::workspace::DEFAULT_ALPHA;
use holm_codes::attack::Random;
use holm_codes::codeword::{Codebook, Issuer};
use holm_codes::decode::{CopyScore, LeaveOneOut, TestPolicy};
use holm_codes::evidence::Rows;
use holm_codes::family::{adjusted, look_alpha};
use holm_codes::key::{Context, ItemKey};
use holm_codes::law::{Law, draw_biases};

/// Every source is one of the first so many copies, so that it is in every family.
pub(crate) const FEWEST_COPIES: usize = 30;

/// α of the first look at a leak, which is what a verdict may spend here.
pub(crate) fn first_look() -> f64 {
    look_alpha(DEFAULT_ALPHA, 1)
}

/// One item key with what follows from it.
pub(crate) struct Issue {
    key: ItemKey,
    issuer: Issuer,
}

impl Issue {
    /// A fresh key for an item whose marks have so many alternatives.
    pub(crate) fn draw(chance: &mut impl Random, law: Law, arities: &[usize]) -> Self {
        let bytes: Vec<u8> = (0..4).flat_map(|_| chance.next().to_le_bytes()).collect();
        let key = ItemKey::from_bytes(bytes.try_into().unwrap_or([0; 32]));
        let issuer = Issuer::new(draw_biases(&key, law, arities));
        Self { key, issuer }
    }

    pub(crate) fn codeword(&self, copy: usize) -> Vec<u8> {
        self.codeword_of(id(copy).as_bytes())
    }

    /// The codeword of whatever has this name.
    pub(crate) fn codeword_of(&self, name: &[u8]) -> Vec<u8> {
        self.issuer.codeword(&self.key, name)
    }

    /// Tests each of so many copies at the first look, with one candidate item.
    pub(crate) fn scores(&self, leak: &[u8], rows: &Rows, copies: usize) -> Vec<CopyScore> {
        let ids: Vec<String> = (0..copies).map(id).collect();
        let book = Codebook::draw(&self.issuer, &self.key, &ids);
        let decoder = LeaveOneOut::search(&book, self.issuer.biases(), rows);
        let seed = |copy: usize| self.key.stream(Context::Certificate, &[leak, &[0], id(copy).as_bytes()].concat());
        decoder.scores(&TestPolicy::default_for(copies), first_look(), seed)
    }
}

fn id(copy: usize) -> String {
    format!("copy-{copy:04}")
}

/// Copies that the verdict names at the first look.
pub(crate) fn named(scores: &[CopyScore]) -> Vec<usize> {
    let p: Vec<f64> = scores.iter().map(|s| s.p).collect();
    let adjusted = adjusted(&p, &vec![1.0; p.len()]);
    let level = TestPolicy::default_for(p.len()).naming_alpha(first_look());
    (0..p.len()).filter(|c| adjusted.get(*c).is_some_and(|p| *p <= level)).collect()
}

/// P(at least `count` of `trials`) when each happens with probability `rate`, exactly.
pub(crate) fn binomial_tail(count: u32, trials: u32, rate: f64) -> f64 {
    let ln_choose = |k: u32| (0..k).map(|i| (f64::from(trials - i) / f64::from(i + 1)).ln()).sum::<f64>();
    let term = |k: u32| (ln_choose(k) + f64::from(k) * rate.ln() + f64::from(trials - k) * (-rate).ln_1p()).exp();
    // The lower tail is short and the upper one long; both are sums of positive terms.
    if count == 0 { 1.0 } else { (count..=trials.min(count + 400)).map(term).sum::<f64>().min(1.0) }
}
