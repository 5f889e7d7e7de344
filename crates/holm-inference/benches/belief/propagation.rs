//! Loopy belief propagation on the noisy OR with expectation maximisation of what is common: fast, ranks well, and too sure of
//! itself.

use crate::instance::Instance;

const ROUNDS: usize = 60;
const DAMPING: f64 = 0.5;

/// What is common: share of leakers, leak rate, background.
struct Common {
    share: f64,
    rate: f64,
    background: f64,
}

/// Marginal probabilities.
pub(crate) fn propagated(world: &Instance) -> Vec<f64> {
    let mut common = Common { share: 0.025, rate: 0.5, background: 0.05 };
    // By operation and place in it, ln of what it says of a person.
    let mut says: Vec<Vec<f64>> = world.told.iter().map(|told| vec![0.0; told.len()]).collect();
    let mut odds = vec![0.0; world.people];
    for round in 0..ROUNDS {
        odds.fill(logit(common.share));
        for (told, says) in world.told.iter().zip(&says) {
            told.iter().zip(says).for_each(|(p, s)| odds[*p] += s);
        }
        for ((told, bad), says) in world.told.iter().zip(&world.leaked).zip(&mut says) {
            let factors: Vec<f64> = told.iter().zip(&*says).map(|(p, s)| 1.0 - common.rate * sigmoid(odds[*p] - s)).collect();
            let all = (1.0 - common.background) * factors.iter().product::<f64>();
            for (place, factor) in factors.iter().enumerate() {
                let others = all / factor;
                let new =
                    if *bad { ((1.0 - others * (1.0 - common.rate)) / (1.0 - others)).ln() } else { (1.0 - common.rate).ln() };
                says[place] = DAMPING * says[place] + (1.0 - DAMPING) * new;
            }
        }
        if round >= 10 {
            common = maximised(world, &says, &odds, &common);
        }
    }
    odds.iter().map(|o| sigmoid(*o)).collect()
}

/// The most probable values under Beta(1, 39), Beta(2, 2) and Beta(1, 19), of expected counts.
fn maximised(world: &Instance, says: &[Vec<f64>], odds: &[f64], common: &Common) -> Common {
    let (mut by_people, mut chances, mut by_nature) = (0.0, 0.0, 0.0);
    for ((told, bad), says) in world.told.iter().zip(&world.leaked).zip(says) {
        let leaking: Vec<f64> = told.iter().zip(says).map(|(p, s)| sigmoid(odds[*p] - s)).collect();
        let clean = (1.0 - common.background) * leaking.iter().map(|m| 1.0 - common.rate * m).product::<f64>();
        for (p, m) in told.iter().zip(&leaking) {
            chances += sigmoid(odds[*p]);
            by_people += if *bad { common.rate * m / (1.0 - clean) } else { 0.0 };
        }
        by_nature += if *bad { common.background / (1.0 - clean) } else { 0.0 };
    }
    let people: f64 = odds.iter().map(|o| sigmoid(*o)).sum();
    Common {
        share: (people / (world.people as f64 + 38.0)).clamp(1e-4, 0.5),
        rate: ((by_people + 1.0) / (chances + 2.0)).clamp(0.02, 0.98),
        background: (by_nature / (world.told.len() as f64 + 18.0)).clamp(1e-3, 0.9),
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}
