//! Which bias law the joint decoder does best with at short lengths: `cargo bench -p holm-codes --bench laws` (ten minutes).
//!
//! Laws of three atoms {a: (1−w)/2, ½: w, 1−a: (1−w)/2}; J6 and J5 are those of the literature search behind
//! `docs/design/codes.md`, GL5 the Gauss–Legendre law of Nuida et al., J7 the one that is issued.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/it/trial.rs"]
mod trial;

use holm_codes::attack::{Attack, Channel, Random};
use holm_codes::codeword::{Codebook, Issuer};
use holm_codes::decode::{DecoderKind, LeaveOneOut, TestPolicy};
use holm_codes::evidence::Rows;
use holm_codes::key::{Context, ItemKey, Stream};
use holm_codes::law::{Bias, ONE};
use trial::outcome;

const ALPHA: f64 = 1e-3;
const COPIES: usize = 100;

/// Name, outer atom over 2¹⁶, weight of ½.
const LAWS: [(&str, u32, f64); 5] =
    [("J7", 0x3800, 0.25), ("J6", 0x3333, 0.30), ("J5", 0x3021, 0.16), ("GL5", 0x1cd9, 0.336), ("half", 0x8000, 1.0)];

/// Colluders, marks, noisy, attack.
const CASES: [(usize, usize, bool, &str); 8] = [
    (2, 75, false, "interleave"),
    (2, 160, true, "interleave"),
    (3, 145, false, "interleave"),
    (3, 145, false, "coin"),
    (3, 145, false, "worst-case"),
    (3, 145, false, "minority"),
    (3, 300, true, "interleave"),
    (5, 345, false, "worst-case"),
];

fn biases(atom: u32, half: f64, marks: usize, random: &mut Stream) -> Vec<Bias> {
    let one = |u: f64| match u {
        u if u < half => ONE / 2,
        u if u < half + (1.0 - half) / 2.0 => atom,
        _ => ONE - atom,
    };
    (0..marks).map(|_| one(random.unit())).map(|p| Bias::new(vec![p, ONE - p]).unwrap()).collect()
}

fn detected(law: (u32, f64), case: (usize, usize, bool, &str), seed: u64) -> bool {
    let (colluders, marks, noisy, name) = case;
    let mut bytes = [0x1a; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let key = ItemKey::from_bytes(bytes);
    let issuer = Issuer::new(biases(law.0, law.1, marks, &mut key.stream(Context::Bias, b"laws")));
    let ids: Vec<[u8; 4]> = (0..COPIES as u32).map(u32::to_le_bytes).collect();
    let book = Codebook::draw(&issuer, &key, &ids);
    let mut random = key.stream(Context::Salt, b"laws");
    let attack = Attack::catalogue().into_iter().find(|(n, _)| *n == name).unwrap().1;
    let channel = if noisy { Channel::NOISY } else { Channel::CLEAN };
    let words: Vec<Vec<u8>> = (0..colluders).map(|c| book.symbols(c)).collect();
    let arities = vec![2; marks];
    let seen = channel.apply(&attack.apply(&words, &arities, &mut random), &arities, &mut random);
    let rows = Rows::read(&seen, &arities, channel.flipped.max(0.002));
    let policy = TestPolicy { decoder: DecoderKind::Joint, draws: 10_000, certificate_share: 0.01 };
    let scores = LeaveOneOut::search(&book, issuer.biases(), &rows)
        .scores(&policy, ALPHA, |c| key.stream(Context::Certificate, &(c as u64).to_le_bytes()));
    let p: Vec<f64> = scores.iter().map(|s| s.p).collect();
    outcome(&p, colluders, policy.naming_alpha(ALPHA)).0
}

fn main() {
    const TRIALS: u64 = 100;
    println!("| colluders, marks, attack | {} |", LAWS.map(|l| l.0).join(" | "));
    println!("|---|{}", "---|".repeat(LAWS.len()));
    for case in CASES {
        let shares = LAWS.map(|(_, atom, half)| {
            let hits = (0..TRIALS).filter(|seed| detected((atom, half), case, *seed)).count();
            format!("{:.2}", hits as f64 / TRIALS as f64)
        });
        println!("| {}, {}{}, {} | {} |", case.0, case.1, if case.2 { " noisy" } else { "" }, case.3, shares.join(" | "));
    }
}
