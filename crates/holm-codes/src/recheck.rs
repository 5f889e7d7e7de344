//! A verdict computed again, slowly and by the definitions, for whoever does not trust the decoder.
//!
//! Shares with the decoder the models' definitions ([`crate::strategy::Model`] and the fit of θ), the bias laws and the
//! bias type, and nothing else: no packed codewords, no look-ups, no state tables, no memo, no shared components. What it
//! computes is written down in `docs/spec/decoder.md`.

use std::collections::HashMap;

use crate::decode::{DecoderKind, TestPolicy};
use crate::evidence::Rows;
use crate::key::{DERIVATION, ItemKey};
use crate::law::{Bias, Law, draw_biases};
use crate::strategy::{LARGEST, Model, Strategy, fit_theta};

/// Everything that a verdict is computed from.
pub struct Recheck<'a> {
    /// The opened key.
    pub key: &'a ItemKey,
    /// The manifest's law.
    pub law: Law,
    /// Numbers of alternatives.
    pub arities: &'a [usize],
    /// Ids of all copies of the family, in order of issue.
    pub copies: &'a [Vec<u8>],
    /// The recorded extraction.
    pub evidence: &'a Rows,
    /// The manifest's test policy.
    pub policy: TestPolicy,
    /// α that this look may spend.
    pub alpha: f64,
    /// What certificates are seeded by, before the copy's id.
    pub seed: &'a [u8],
}

/// One copy's p and ln e.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rechecked {
    /// The tested p.
    pub p: f64,
    /// ln of the e-value.
    pub ln_e: f64,
}

/// A weighed component: model, known partners, ln weight.
type Weighed = (usize, Vec<usize>, f64);

const CONTEXT_CODEWORD: u8 = 2;
const CONTEXT_CERTIFICATE: u8 = 3;
const STRAY: f64 = 0.01;
const TWO_32: f64 = 4_294_967_296.0;

fn xof(key: &ItemKey, context: u8, subject: &[u8], length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    reader(key, context, subject).fill(&mut out);
    out
}

fn reader(key: &ItemKey, context: u8, subject: &[u8]) -> blake3::OutputReader {
    let message = [&DERIVATION.to_le_bytes()[..], &[context], subject].concat();
    blake3::Hasher::new_keyed(key.as_bytes()).update(&message).finalize_xof()
}

/// A copy's codeword by the definition: bit b of U_j is bit j mod 512 of block 16 ⌊j/512⌋ + b.
fn codeword(key: &ItemKey, id: &[u8], biases: &[Bias]) -> Vec<usize> {
    let stream = xof(key, CONTEXT_CODEWORD, id, biases.len().div_ceil(512) * 16 * 64);
    let symbol = |(j, bias): (usize, &Bias)| {
        let mut u = 0_u32;
        for b in 0..16 {
            let block = 16 * (j / 512) + b;
            let bit = stream[64 * block + (j % 512) / 8] >> (j % 8) & 1;
            u = 2 * u + u32::from(bit);
        }
        let mut below = 0;
        let at = bias.parts().iter().position(|part| {
            below += part;
            u < below
        });
        at.unwrap_or(0)
    };
    biases.iter().enumerate().map(symbol).collect()
}

/// P(symbol) by bias and counts of known colluders.
type Memo = HashMap<(Vec<u32>, Vec<u8>), Vec<f64>>;

/// ln P(seen | known symbols) at single marks, remembered by what it depends on.
struct Likelihood<'a> {
    model: &'a Model,
    biases: &'a [Bias],
    evidence: &'a Rows,
    memo: std::cell::RefCell<Memo>,
}

impl Likelihood<'_> {
    fn ln(&self, mark: usize, known: &[u8]) -> f64 {
        let bias = &self.biases[mark];
        let memo_key = (bias.parts().to_vec(), known.to_vec());
        let mut memo = self.memo.borrow_mut();
        let chance = memo.entry(memo_key).or_insert_with(|| self.chance(bias, known));
        chance.iter().zip(&self.evidence.rows()[mark]).map(|(c, l)| c * l).sum::<f64>().ln()
    }

    /// P(symbol | counts of known colluders), summing over everything that the hidden ones may carry.
    fn chance(&self, bias: &Bias, known: &[u8]) -> Vec<f64> {
        let hidden = self.model.size - known.iter().map(|n| usize::from(*n)).sum::<usize>();
        let mut sum = vec![0.0; bias.arity()];
        self.add_hidden(bias, known, hidden, 0, 1.0, &mut vec![0; bias.arity()], &mut sum);
        sum.iter().map(|p| (1.0 - STRAY) * p + STRAY / bias.arity() as f64).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "a recursion that carries its state")]
    fn add_hidden(
        &self,
        bias: &Bias,
        known: &[u8],
        left: usize,
        symbol: usize,
        weight: f64,
        others: &mut Vec<u8>,
        sum: &mut [f64],
    ) {
        if symbol + 1 == bias.arity() {
            others[symbol] = left as u8;
            let weight = weight * bias.probability(symbol).powi(left as i32);
            let all: Vec<u8> = known.iter().zip(others.iter()).map(|(a, b)| a + b).collect();
            sum.iter_mut().zip(self.model.choice(&all)).for_each(|(s, p)| *s += weight * p);
            return;
        }
        for n in 0..=left {
            others[symbol] = n as u8;
            let ways: f64 = (0..n).map(|i| (left - i) as f64 / (i + 1) as f64).product();
            self.add_hidden(
                bias,
                known,
                left - n,
                symbol + 1,
                weight * ways * bias.probability(symbol).powi(n as i32),
                others,
                sum,
            );
        }
    }
}

/// Counts of symbols at each mark among `partners`.
fn counts(words: &[Vec<usize>], partners: &[usize], biases: &[Bias]) -> Vec<Vec<u8>> {
    let at = |(mark, bias): (usize, &Bias)| {
        let mut c = vec![0; bias.arity()];
        partners.iter().for_each(|p| c[words[*p][mark]] += 1);
        c
    };
    biases.iter().enumerate().map(at).collect()
}

fn plus(known: &[u8], symbol: usize) -> Vec<u8> {
    let mut more = known.to_vec();
    more[symbol] += 1;
    more
}

impl Recheck<'_> {
    /// p and ln e of one copy.
    #[must_use]
    pub fn copy(&self, copy: usize) -> Rechecked {
        let biases = draw_biases(self.key, self.law, self.arities);
        let words: Vec<Vec<usize>> = self.copies.iter().map(|id| codeword(self.key, id, &biases)).collect();
        match self.policy.decoder {
            DecoderKind::Single => self.single(copy, &biases, &words),
            DecoderKind::Joint => self.joint(copy, &biases, &words),
        }
    }

    /// Models with ln(prior × likelihood): those that the decoder keeps.
    fn models(&self, biases: &[Bias]) -> Vec<(Model, f64)> {
        let mut models = Model::dictionary();
        for size in 3..=5_usize {
            let charge = 0.5 * (size - 1) as f64 * (self.evidence.read_marks().max(1) as f64).ln();
            let ln_prior = (Model::size_prior(size) / 4.0).ln() - charge;
            models.push(Model { size, strategy: Strategy::Theta(fit_theta(size, biases, self.evidence)), ln_prior });
        }
        let mut weighed: Vec<(Model, f64)> = models
            .into_iter()
            .map(|model| {
                let likelihood = self.likelihood(&model, biases);
                let total: f64 = biases.iter().enumerate().map(|(j, b)| likelihood.ln(j, &vec![0; b.arity()])).sum();
                let weight = model.ln_prior + total;
                (model, weight)
            })
            .collect();
        weighed.sort_by(|a, b| b.1.total_cmp(&a.1));
        let best = weighed[0].1;
        let keep = |(rank, (model, weight)): &(usize, (Model, f64))| {
            model.strategy == Strategy::Interleave && model.size <= 5 || *rank < 14 && *weight >= best - 7.0
        };
        weighed.into_iter().enumerate().filter(keep).map(|(_, m)| m).collect()
    }

    fn likelihood<'b>(&'b self, model: &'b Model, biases: &'b [Bias]) -> Likelihood<'b> {
        Likelihood { model, biases, evidence: self.evidence, memo: std::cell::RefCell::default() }
    }

    /// The single decoder: averaged ratios, rounded to 1/256, and their exact tail in a table of sums.
    fn single(&self, copy: usize, biases: &[Bias], words: &[Vec<usize>]) -> Rechecked {
        let models = self.models(biases);
        let best = models[0].1;
        let likelihoods: Vec<Likelihood<'_>> = models.iter().map(|(m, _)| self.likelihood(m, biases)).collect();
        let gain = |mark: usize, x: usize| {
            let none = vec![0; biases[mark].arity()];
            let each = models
                .iter()
                .zip(&likelihoods)
                .map(|((_, w), l)| (w - best).exp() * (l.ln(mark, &plus(&none, x)) - l.ln(mark, &none)).exp());
            each.sum::<f64>().ln()
        };
        let steps: Vec<Vec<i64>> = (0..biases.len())
            .map(|mark| {
                let gains: Vec<f64> = (0..biases[mark].arity()).map(|x| gain(mark, x)).collect();
                let tilt = tilted(&biases[mark], &gains);
                ln_ratio(&biases[mark], &tilt).iter().map(|l| (l.clamp(-40.0, 40.0) * 256.0).round() as i64).collect()
            })
            .collect();
        let score: i64 = words[copy].iter().enumerate().map(|(mark, x)| steps[mark][*x]).sum();
        Rechecked { p: exact_tail(&steps, biases, score), ln_e: score as f64 / 256.0 - biases.len() as f64 * 0.5 / 256.0 }
    }

    /// The joint decoder: the search without `copy`, the mixture of what it finds, its certified tail.
    fn joint(&self, copy: usize, biases: &[Bias], words: &[Vec<usize>]) -> Rechecked {
        let models = self.models(biases);
        let mut weighed: Vec<Weighed> = Vec::new();
        for (index, (model, _)) in models.iter().enumerate() {
            let likelihood = self.likelihood(model, biases);
            for (partners, ln_likelihood) in chosen_sets(&likelihood, biases, words, copy) {
                let pool = words.len() - 1;
                let weight = model.ln_prior + ln_likelihood + ln_choose(model.size.min(LARGEST) - 1, partners.len())
                    - ln_choose(pool, partners.len());
                weighed.push((index, partners, weight));
            }
        }
        weighed.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| (a.0, &a.1).cmp(&(b.0, &b.1))));
        let top = weighed[0].2;
        let kept: Vec<&Weighed> = weighed.iter().take(40).take_while(|w| w.2 > top - 12.0).collect();
        let total: f64 = kept.iter().map(|w| (w.2 - top).exp()).sum();
        let weights: Vec<f64> = kept.iter().map(|w| (w.2 - top).exp() / total).collect();
        let tilts: Vec<Vec<Vec<u32>>> =
            kept.iter().map(|(index, partners, _)| self.component_tilts(&models[*index].0, biases, words, partners)).collect();
        let ratios: Vec<Vec<Vec<f64>>> =
            tilts.iter().map(|tilt| tilt.iter().zip(biases).map(|(t, b)| ln_ratio(b, t)).collect()).collect();
        let ln_e = mixture(&weights, &ratios, &words[copy]);
        let markov = (-ln_e).exp().min(1.0);
        if ln_e < (words.len() as f64 / self.alpha).ln() - 6.0 {
            return Rechecked { p: markov, ln_e };
        }
        let certificate = self.certificate(copy, &weights, &tilts, &ratios, ln_e);
        Rechecked { p: markov.min(certificate), ln_e }
    }

    fn component_tilts(&self, model: &Model, biases: &[Bias], words: &[Vec<usize>], partners: &[usize]) -> Vec<Vec<u32>> {
        let likelihood = self.likelihood(model, biases);
        let known = counts(words, partners, biases);
        let tilt = |(mark, bias): (usize, &Bias)| {
            let gains: Vec<f64> = (0..bias.arity()).map(|x| likelihood.ln(mark, &plus(&known[mark], x))).collect();
            tilted(bias, &gains)
        };
        biases.iter().enumerate().map(tilt).collect()
    }

    fn certificate(&self, copy: usize, weights: &[f64], tilts: &[Vec<Vec<u32>>], ratios: &[Vec<Vec<f64>>], ln_e0: f64) -> f64 {
        let marks = self.arities.len();
        let draws = self.policy.draws as usize;
        let subject = [self.seed, &self.copies[copy]].concat();
        let length = 4 * marks + 8;
        let mut random = reader(self.key, CONTEXT_CERTIFICATE, &subject);
        let mut draw = vec![0; length];
        let mut sum = 0.0;
        for _ in 0..draws {
            random.fill(&mut draw);
            let (head, tail) = draw.split_at(8);
            let mut u =
                u64::from_le_bytes(head.try_into().unwrap_or_default()) as f64 / u64::MAX as f64 * weights.iter().sum::<f64>();
            let mut component = weights.len() - 1;
            for (i, w) in weights.iter().enumerate() {
                if u < *w {
                    component = i;
                    break;
                }
                u -= w;
            }
            let symbols: Vec<usize> = tail
                .chunks_exact(4)
                .zip(&tilts[component])
                .map(|(bytes, tilt)| {
                    let u = u64::from(u32::from_le_bytes(bytes.try_into().unwrap_or_default()));
                    let mut below = 0;
                    let at = tilt.iter().position(|t| {
                        below += u64::from(*t);
                        u < below
                    });
                    at.unwrap_or(tilt.len() - 1)
                })
                .collect();
            let ln_e = mixture(weights, ratios, &symbols);
            if ln_e >= ln_e0 - 1e-9 {
                sum += (ln_e0 - ln_e).exp().min(1.0);
            }
        }
        let delta = self.alpha * self.policy.certificate_share / self.copies.len() as f64;
        let upper = largest_mean(sum / draws as f64, (1.0 / delta).ln() / draws as f64);
        ((-ln_e0).exp() * upper * (1.0 + 1e-6)).min(1.0)
    }
}

/// The partner sets of one model when `out` does not exist, with ln P(seen | partners).
fn chosen_sets(likelihood: &Likelihood<'_>, biases: &[Bias], words: &[Vec<usize>], out: usize) -> Vec<(Vec<usize>, f64)> {
    let total = |set: Vec<usize>| {
        let ln = counts(words, &set, biases).iter().enumerate().map(|(mark, c)| likelihood.ln(mark, c)).sum::<f64>();
        (set, ln)
    };
    let others: Vec<usize> = (0..words.len()).filter(|c| *c != out).collect();
    let levels = (likelihood.model.size - 1).min(others.len());
    if words.len() <= 20 {
        return subsets(&others, likelihood.model.size - 1).into_iter().map(total).collect();
    }
    let mut chosen = vec![total(Vec::new())];
    let mut beam: Vec<Vec<usize>> = vec![Vec::new()];
    for level in 1..=levels {
        let all_pairs = level == 2 && words.len() <= 300;
        let parents: Vec<Vec<usize>> = if all_pairs { others.iter().map(|c| vec![*c]).collect() } else { beam };
        let mut candidates: Vec<(f64, Vec<usize>)> =
            parents.iter().flat_map(|p| extensions(likelihood, biases, words, &others, p)).collect();
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        beam = Vec::new();
        for (_, set) in candidates {
            if beam.len() < 8 && !beam.contains(&set) {
                beam.push(set);
            }
        }
        chosen.extend(beam.iter().cloned().map(total));
    }
    chosen
}

/// The eight best sets that add one partner to `parent`, by the rounded gain of the partner.
fn extensions(
    likelihood: &Likelihood<'_>,
    biases: &[Bias],
    words: &[Vec<usize>],
    others: &[usize],
    parent: &[usize],
) -> Vec<(f64, Vec<usize>)> {
    let known = counts(words, parent, biases);
    let base: Vec<f64> = known.iter().enumerate().map(|(mark, c)| likelihood.ln(mark, c)).collect();
    let gain: Vec<Vec<i64>> = known
        .iter()
        .enumerate()
        .map(|(mark, c)| {
            (0..biases[mark].arity())
                .map(|x| ((likelihood.ln(mark, &plus(c, x)) - base[mark]).clamp(-40.0, 40.0) * 256.0).round() as i64)
                .collect()
        })
        .collect();
    let ln_parent: f64 = base.iter().sum();
    let steps = |c: usize| words[c].iter().enumerate().map(|(mark, x)| gain[mark][*x]).sum::<i64>();
    let mut scored: Vec<(i64, usize)> = others.iter().filter(|c| !parent.contains(c)).map(|c| (steps(*c), *c)).collect();
    scored.sort_by_key(|(steps, c)| (std::cmp::Reverse(*steps), *c));
    let extended = scored.into_iter().take(8).map(|(steps, c)| {
        let mut set = [parent, &[c]].concat();
        set.sort_unstable();
        (ln_parent + steps as f64 / 256.0, set)
    });
    extended.collect()
}

fn subsets(of: &[usize], most: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for c in of {
        let more: Vec<Vec<usize>> = all.iter().filter(|s| s.len() < most).map(|s| [s.clone(), vec![*c]].concat()).collect();
        all.extend(more);
    }
    all
}

fn ln_choose(n: usize, k: usize) -> f64 {
    (0..k).map(|i| ((n - i.min(n)).max(1) as f64 / (i + 1) as f64).ln()).sum()
}

/// π exp(gain) in integers that sum to 2³²; the bias itself where all gains are equal.
fn tilted(bias: &Bias, gains: &[f64]) -> Vec<u32> {
    let top = gains.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = bias.parts().iter().zip(gains).map(|(p, g)| f64::from(*p) * (g - top).exp()).collect();
    let total: f64 = weights.iter().sum();
    let equal = gains.iter().all(|g| (g - top).abs() < 1e-12);
    let mut left = 1_u64 << 32;
    let mut out = Vec::with_capacity(weights.len());
    for (x, weight) in weights.iter().enumerate() {
        let exact = if equal { u64::from(bias.parts()[x]) << 16 } else { (weight / total * TWO_32) as u64 };
        let value = exact.max(1).min(left - (weights.len() - 1 - x) as u64).min(u64::from(u32::MAX));
        out.push(value as u32);
        left -= value;
    }
    // Ties go to the last, as in the definition.
    let best = (0..out.len()).rev().max_by_key(|x| (out[*x], *x)).unwrap_or(0);
    out[best] = (u64::from(out[best]) + left).min(u64::from(u32::MAX)) as u32;
    out
}

fn ln_ratio(bias: &Bias, tilt: &[u32]) -> Vec<f64> {
    let ratio = |(t, p): (&u32, &u32)| {
        if u64::from(*t) == u64::from(*p) << 16 { 0.0 } else { (f64::from(*t) / (u64::from(*p) << 16) as f64).ln() }
    };
    tilt.iter().zip(bias.parts()).map(ratio).collect()
}

fn mixture(weights: &[f64], ratios: &[Vec<Vec<f64>>], symbols: &[usize]) -> f64 {
    let lns: Vec<f64> = ratios.iter().map(|r| r.iter().zip(symbols).map(|(row, x)| row[*x]).sum()).collect();
    let top = lns.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + weights.iter().zip(&lns).map(|(w, l)| w * (l - top).exp()).sum::<f64>().ln()
}

/// The largest μ whose relative entropy from `mean` is within the budget.
fn largest_mean(mean: f64, budget: f64) -> f64 {
    let part = |p: f64, q: f64| if p > 0.0 { p * (p / q).ln() } else { 0.0 };
    let (mut low, mut high) = (mean, 1.0);
    for _ in 0..60 {
        let mid = low / 2.0 + high / 2.0;
        if part(mean, mid) + part(1.0 - mean, 1.0 - mid) > budget { high = mid } else { low = mid }
    }
    high
}

/// P(Σ steps ≥ score), by the distribution of all sums in a map.
fn exact_tail(steps: &[Vec<i64>], biases: &[Bias], score: i64) -> f64 {
    let mut sums: std::collections::BTreeMap<i64, f64> = [(0, 1.0)].into();
    for (row, bias) in steps.iter().zip(biases) {
        let mut next = std::collections::BTreeMap::new();
        for (sum, mass) in &sums {
            for (x, step) in row.iter().enumerate() {
                *next.entry(sum + step).or_insert(0.0) += mass * bias.probability(x);
            }
        }
        sums = next;
    }
    sums.range(score..).map(|(_, mass)| mass).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::{Attack, Channel};
    use crate::codeword::{Codebook, Issuer};
    use crate::decode::{LeaveOneOut, decode_single};
    use crate::key::Context;

    fn compare(copies: usize, arities: &[usize], colluders: usize, decoder: DecoderKind, tested: &[usize]) {
        let key = ItemKey::from_bytes([copies as u8; 32]);
        let law = Law::J7;
        let issuer = Issuer::new(draw_biases(&key, law, arities));
        let ids: Vec<Vec<u8>> = (0..copies).map(|c| format!("p{c}.1").into_bytes()).collect();
        let book = Codebook::draw(&issuer, &key, &ids);
        let mut random = key.stream(Context::Salt, b"recheck");
        let words: Vec<Vec<u8>> = (0..colluders).map(|c| book.symbols(c)).collect();
        let pirate = Attack::Interleave.apply(&words, arities, &mut random);
        let seen = Channel { erased: 0.1, flipped: 0.02 }.apply(&pirate, arities, &mut random);
        let evidence = Rows::read(&seen, arities, 0.02);
        let policy = TestPolicy { decoder, draws: 500, certificate_share: 0.01 };
        let alpha = 0.01;
        let scores = match decoder {
            DecoderKind::Single => decode_single(issuer.biases(), &evidence, |t| t.scan(&book)),
            DecoderKind::Joint => LeaveOneOut::search(&book, issuer.biases(), &evidence)
                .scores(&policy, alpha, |c| key.stream(Context::Certificate, &[b"seed", ids[c].as_slice()].concat())),
        };
        let recheck = Recheck { key: &key, law, arities, copies: &ids, evidence: &evidence, policy, alpha, seed: b"seed" };
        for copy in tested {
            let again = recheck.copy(*copy);
            let fast = scores[*copy];
            assert!((again.ln_e - fast.ln_e).abs() < 1e-5, "copy {copy}: ln e {} against {}", again.ln_e, fast.ln_e);
            assert!((again.p / fast.p - 1.0).abs() < 1e-3, "copy {copy}: p {} against {}", again.p, fast.p);
        }
    }

    #[test]
    fn the_slow_computation_agrees_with_the_single_decoder() {
        compare(9, &[2; 40], 2, DecoderKind::Single, &[0, 1, 5]);
        compare(9, &[2, 4, 3, 2, 8].repeat(4), 1, DecoderKind::Single, &[0, 3]);
    }

    #[test]
    fn the_slow_computation_agrees_with_the_joint_decoder_at_every_size() {
        compare(6, &[2; 30], 2, DecoderKind::Joint, &[0, 1, 4]);
        compare(30, &[2, 2, 3].repeat(12), 2, DecoderKind::Joint, &[0, 1, 7, 29]);
        compare(310, &[2; 60], 2, DecoderKind::Joint, &[0, 1, 200]);
    }
}
