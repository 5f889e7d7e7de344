//! One simulated leak: an item is issued, a coalition attacks, a reader sees what is left. Shared by tests and benches.
#![allow(unreachable_pub, dead_code, reason = "each test and bench uses its own part of this file")]

use holm_codes::attack::{Attack, Channel, Random};
use holm_codes::codeword::{Codebook, Issuer};
use holm_codes::decode::{CopyScore, DecoderKind, LeaveOneOut, TestPolicy, decode_single};
use holm_codes::evidence::Rows;
use holm_codes::family::adjusted;
use holm_codes::key::{Context, ItemKey, Stream};
use holm_codes::law::{Bias, Law, draw_biases};

/// What is simulated.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub copies: usize,
    pub arities: Vec<usize>,
    pub law: Law,
    pub colluders: usize,
    pub attack: Attack,
    pub channel: Channel,
    /// Flip rate that the reader believes in.
    pub believed: f64,
}

/// One leak and everything behind it. Copies 0 to `colluders` − 1 leaked.
pub struct Trial {
    pub scenario: Scenario,
    pub key: ItemKey,
    pub issuer: Issuer,
    pub book: Codebook,
    pub rows: Rows,
    pub seen: Vec<Option<u8>>,
}

impl Scenario {
    pub fn binary(copies: usize, marks: usize, law: Law, colluders: usize, attack: Attack, channel: Channel) -> Self {
        Self { copies, arities: vec![2; marks], law, colluders, attack, channel, believed: channel.flipped }
    }

    /// The trial with number `seed` of the experiment `name`; equal names and seeds give equal trials.
    pub fn trial(&self, name: &str, seed: u64) -> Trial {
        let key = ItemKey::from_bytes(blake3_of(name, seed));
        let issuer = Issuer::new(draw_biases(&key, self.law, &self.arities));
        let ids: Vec<[u8; 8]> = (0..self.copies as u64).map(u64::to_le_bytes).collect();
        let book = Codebook::draw(&issuer, &key, &ids);
        let mut random = key.stream(Context::Salt, b"attack");
        let words: Vec<Vec<u8>> = (0..self.colluders).map(|i| book.symbols(i)).collect();
        let pirate = self.attack.apply(&words, &self.arities, &mut random);
        let seen = self.channel.apply(&pirate, &self.arities, &mut random);
        let rows = soften(&seen, &self.arities, self.believed, &mut random);
        Trial { scenario: self.clone(), key, issuer, book, rows, seen }
    }
}

/// Rows with a reading confidence of their own at each mark, as a real extractor gives them.
fn soften(seen: &[Option<u8>], arities: &[usize], flip: f64, random: &mut Stream) -> Rows {
    let rows = seen.iter().zip(arities).map(|(s, q)| {
        let own = (flip.max(0.002) * (0.7 + 0.6 * random.unit())).min(0.49);
        Rows::read(&[*s], &[*q], own).rows()[0].clone()
    });
    Rows::new(rows.collect()).unwrap()
}

fn blake3_of(name: &str, seed: u64) -> [u8; 32] {
    // The stream of a fixed key serves as the hash that this file would otherwise need a crate for.
    let mut out = [0; 32];
    ItemKey::from_bytes([0x5a; 32]).stream(Context::Salt, &[name.as_bytes(), &seed.to_le_bytes()].concat()).fill(&mut out);
    out
}

impl Trial {
    pub fn biases(&self) -> &[Bias] {
        self.issuer.biases()
    }

    pub fn single(&self) -> Vec<CopyScore> {
        decode_single(self.biases(), &self.rows, |table| table.scan(&self.book))
    }

    pub fn policy(&self, draws: u32) -> TestPolicy {
        TestPolicy { decoder: DecoderKind::Joint, draws, certificate_share: 0.01 }
    }

    pub fn joint(&self, alpha: f64, draws: u32) -> Vec<CopyScore> {
        let decoder = LeaveOneOut::search(&self.book, self.biases(), &self.rows);
        decoder.scores(&self.policy(draws), alpha, |copy| self.key.stream(Context::Certificate, &(copy as u64).to_le_bytes()))
    }
}

/// (a colluder is named, an innocent is named) at `alpha` by the step-down.
pub fn outcome(p: &[f64], colluders: usize, alpha: f64) -> (bool, bool) {
    let adjusted = adjusted(p, &vec![1.0; p.len()]);
    let (guilty, innocent) = adjusted.split_at(colluders.min(p.len()));
    (guilty.iter().any(|a| *a <= alpha), innocent.iter().any(|a| *a <= alpha))
}

/// P(X ≥ `hits`) for X binomial with `trials` and `chance`: small values contradict "the rate is at most `chance`".
pub fn binomial_tail(hits: u64, trials: u64, chance: f64) -> f64 {
    if hits == 0 {
        return 1.0;
    }
    let ln_choose = |k: u64| ln_gamma(trials as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((trials - k) as f64 + 1.0);
    let term = |k: u64| (ln_choose(k) + k as f64 * chance.ln() + (trials - k) as f64 * (1.0 - chance).ln()).exp();
    (hits..=trials).map(term).sum::<f64>().min(1.0)
}

/// Upper end of the exact one-sided interval (Clopper and Pearson) at `level`.
pub fn upper_limit(hits: u64, trials: u64, level: f64) -> f64 {
    if hits >= trials {
        return 1.0;
    }
    let below = |p: f64| 1.0 - binomial_tail(hits + 1, trials, p);
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if below(middle) > level { low = middle } else { high = middle }
    }
    high
}

/// Lower end of the exact one-sided interval at `level`.
pub fn lower_limit(hits: u64, trials: u64, level: f64) -> f64 {
    1.0 - upper_limit(trials - hits, trials, level)
}

/// Lanczos' approximation, relative error below 1e-13 (Press et al., Numerical Recipes, §6.1).
fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 6] = [
        76.180_091_729_471_46,
        -86.505_320_329_416_77,
        24.014_098_240_830_91,
        -1.231_739_572_450_155,
        0.120_865_097_386_617_9e-2,
        -0.539_523_938_495_3e-5,
    ];
    let series = COEFFICIENTS.iter().enumerate().fold(1.000_000_000_190_015, |s, (i, c)| s + c / (x + 1.0 + i as f64));
    (x + 0.5) * (x + 5.5).ln() - (x + 5.5) + (2.506_628_274_631_000_5 * series / x).ln()
}
