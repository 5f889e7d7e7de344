//! Peers, re-implemented from their descriptions, and the genie limit; all in plain floating point.

use holm_codes::attack::Attack;
use holm_codes::law::Bias;
use holm_codes::score::ScoreTable;
use holm_codes::tail::Tail;

use super::trial::Trial;

/// The symmetric score (Škorić, Katzenbeisser and Celik, DCC 2008) with a conditional Chernoff bound: the best public stack.
pub(crate) fn symmetric_chernoff(trial: &Trial) -> Vec<f64> {
    let biases = trial.biases();
    let table: Vec<Vec<f64>> = biases.iter().zip(&trial.seen).map(|(b, s)| symmetric_row(b, *s)).collect();
    let copies = 0..trial.book.copies();
    let score = |copy: usize| trial.book.symbols(copy).iter().enumerate().map(|(j, x)| table[j][*x as usize]).sum::<f64>();
    copies.map(|copy| chernoff(&table, biases, score(copy))).collect()
}

fn symmetric_row(bias: &Bias, seen: Option<u8>) -> Vec<f64> {
    let Some(seen) = seen else { return vec![0.0; bias.arity()] };
    let p = bias.probability(seen as usize);
    (0..bias.arity()).map(|x| if x == seen as usize { ((1.0 - p) / p).sqrt() } else { -(p / (1.0 - p)).sqrt() }).collect()
}

/// min over λ of E exp(λ S) exp(−λ s), by golden section on the convex exponent.
fn chernoff(table: &[Vec<f64>], biases: &[Bias], score: f64) -> f64 {
    if score <= 0.0 {
        return 1.0;
    }
    let exponent = |lambda: f64| -> f64 {
        let cumulant = table
            .iter()
            .zip(biases)
            .map(|(row, b)| row.iter().enumerate().map(|(x, g)| b.probability(x) * (lambda * g).exp()).sum::<f64>().ln());
        cumulant.sum::<f64>() - lambda * score
    };
    let (mut low, mut high) = (0.0, 3.0);
    for _ in 0..40 {
        let third = (high - low) / 3.0;
        if exponent(low + third) < exponent(high - third) { high -= third } else { low += third }
    }
    exponent(f64::midpoint(low, high)).exp().min(1.0)
}

/// The universal score for at most five colluders (Laarhoven 2014) with the exact tail.
pub(crate) fn universal(trial: &Trial) -> Vec<f64> {
    const SIZE: f64 = 5.0;
    let biases = trial.biases();
    let score = |mark: usize, x: usize| match trial.seen[mark] {
        None => 0.0,
        Some(y) if y as usize == x => (1.0 + (1.0 / biases[mark].probability(x) - 1.0) / SIZE).ln(),
        Some(_) => (1.0 - 1.0 / SIZE).ln(),
    };
    let table = ScoreTable::from_nats(biases.len(), score, |mark| biases[mark].arity());
    let tail = Tail::of(&table.with_biases(biases));
    table.scan(&trial.book).into_iter().map(|s| tail.at(i64::from(s))).collect()
}

/// The exact tail of the likelihood ratio when strategy, noise and all other colluders are known: p of each colluder.
/// `None` where the attack is not a function of the counts at each mark.
pub(crate) fn genie(trial: &Trial) -> Option<Vec<f64>> {
    let colluders = trial.scenario.colluders;
    if matches!(trial.scenario.attack, Attack::Blocks(_) | Attack::Unequal(_) | Attack::Foreign) {
        return None;
    }
    let biases = trial.biases();
    let words: Vec<Vec<u8>> = (0..colluders).map(|c| trial.book.symbols(c)).collect();
    let p_of = |tested: usize| {
        let gain = |mark: usize, x: usize| {
            let mut held: Vec<u8> = words.iter().enumerate().filter(|(c, _)| *c != tested).map(|(_, w)| w[mark]).collect();
            held.push(x as u8);
            likelihood(trial, mark, &held).ln()
        };
        let marks = biases.len();
        let average =
            |mark: usize| (0..biases[mark].arity()).map(|x| biases[mark].probability(x) * gain(mark, x).exp()).sum::<f64>().ln();
        let ratio: Vec<Vec<f64>> =
            (0..marks).map(|m| (0..biases[m].arity()).map(|x| gain(m, x) - average(m)).collect()).collect();
        let table = ScoreTable::from_nats(marks, |m, x| ratio[m][x], |m| biases[m].arity());
        Tail::of(&table.with_biases(biases)).at(table.score(&words[tested]))
    };
    Some((0..colluders).map(p_of).collect())
}

/// P(seen at mark | what each colluder holds), under the true attack and the reader's row.
fn likelihood(trial: &Trial, mark: usize, held: &[u8]) -> f64 {
    let row = &trial.rows.rows()[mark];
    let arity = row.len();
    let mut counts = vec![0_usize; arity];
    held.iter().for_each(|x| counts[*x as usize] += 1);
    let chance = choice(&trial.scenario.attack, &counts);
    // The smallest floor that keeps an impossible reading from being infinitely telling.
    chance.iter().zip(row).map(|(c, l)| c * l).sum::<f64>().max(1e-9)
}

fn choice(attack: &Attack, counts: &[usize]) -> Vec<f64> {
    let total: usize = counts.iter().sum();
    let among = |keep: &dyn Fn(usize, usize) -> bool| {
        let chosen: Vec<usize> = (0..counts.len()).filter(|a| counts[*a] > 0 && keep(*a, counts[*a])).collect();
        (0..counts.len()).map(|a| if chosen.contains(&a) { 1.0 / chosen.len() as f64 } else { 0.0 }).collect::<Vec<f64>>()
    };
    let present = || (0..counts.len()).filter(|a| counts[*a] > 0);
    match attack {
        Attack::Majority => among(&|_, n| Some(n) == counts.iter().copied().max()),
        Attack::Minority => among(&|_, n| Some(n) == counts.iter().copied().filter(|c| *c > 0).min()),
        Attack::Coin => among(&|_, _| true),
        Attack::AllOne => among(&|a, _| Some(a) == present().next_back()),
        Attack::AllZero => among(&|a, _| Some(a) == present().next()),
        Attack::WorstCase if counts.len() == 2 && counts[0] > 0 && counts[1] > 0 => {
            let theta: &[f64] = match total {
                2 => &[0.5],
                3 => &[0.382, 0.618],
                4 => &[0.270, 0.5, 0.730],
                5 => &[0.230, 0.358, 0.642, 0.771],
                _ => &[],
            };
            let one = theta.get(counts[1] - 1).copied().unwrap_or(counts[1] as f64 / total as f64);
            vec![1.0 - one, one]
        }
        _ => counts.iter().map(|n| *n as f64 / total as f64).collect(),
    }
}
