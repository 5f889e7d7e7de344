//! Baselines that solve a convex problem: noisy OR, logistic regression, and the linear program of group testing.

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome, Variable};

use crate::baselines::{BACKGROUND, RATE, single_culprit};
use crate::instance::Instance;

/// Maximum likelihood of everybody's rate in a noisy OR, with a penalty on their sum; convex in x = −ln(1 − rate), by projected
/// steps. Among those whose rate is 0, whoever would gain more by a little stands first.
pub(crate) fn noisy_or(world: &Instance) -> Vec<f64> {
    const PENALTY: f64 = 1.0;
    let ground = -(1.0 - BACKGROUND).ln();
    let mut x = vec![0.02; world.people];
    let mut knew = vec![1.0; world.people];
    world.told.iter().flatten().for_each(|p| knew[*p] += 1.0);
    let mut slope = vec![0.0; world.people];
    for _ in 0..1_500 {
        slope.fill(PENALTY);
        let mut bend = vec![1e-3; world.people];
        for (told, bad) in world.told.iter().zip(&world.leaked) {
            let sum = ground + told.iter().map(|p| x[*p]).sum::<f64>();
            let (d, dd) = if *bad { (-1.0 / sum.exp_m1(), sum.exp() / sum.exp_m1().powi(2)) } else { (1.0, 0.0) };
            for p in told {
                slope[*p] += d;
                bend[*p] += dd * told.len() as f64;
            }
        }
        for p in 0..world.people {
            x[p] = (x[p] - 0.5 * slope[p] / (bend[p] + 0.1 * knew[p])).max(0.0);
        }
    }
    x.iter().zip(&slope).map(|(x, s)| x - 1e-6 * s).collect()
}

/// Logistic regression of leaks on who was told, with a penalty of ½ |w|² and none on the constant, by Newton's steps.
pub(crate) fn logistic(world: &Instance) -> Vec<f64> {
    let size = world.people + 1;
    let mut w = vec![0.0; size];
    for _ in 0..25 {
        let mut slope: Vec<f64> = w.clone();
        slope[world.people] = 0.0;
        let mut curve = vec![vec![0.0; size]; size];
        (0..size).for_each(|i| curve[i][i] = if i < world.people { 1.0 } else { 1e-9 });
        for (told, bad) in world.told.iter().zip(&world.leaked) {
            let with: Vec<usize> = told.iter().copied().chain([world.people]).collect();
            let p = 1.0 / (1.0 + (-with.iter().map(|i| w[*i]).sum::<f64>()).exp());
            for i in &with {
                slope[*i] += p - f64::from(u8::from(*bad));
                with.iter().for_each(|j| curve[*i][*j] += p * (1.0 - p));
            }
        }
        let step = solve(curve, slope);
        let largest = step.iter().fold(0.0_f64, |most, s| most.max(s.abs()));
        w.iter_mut().zip(&step).for_each(|(w, s)| *w -= s * (4.0 / largest).min(1.0));
        if largest < 1e-8 {
            break;
        }
    }
    w.truncate(world.people);
    w
}

/// Solves a positive definite system (Cholesky).
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for j in 0..n {
        for i in j..n {
            let sum: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            a[i][j] = if i == j { (a[j][j] - sum).sqrt() } else { (a[i][j] - sum) / a[j][j] };
        }
    }
    for i in 0..n {
        b[i] = (b[i] - (0..i).map(|k| a[i][k] * b[k]).sum::<f64>()) / a[i][i];
    }
    for i in (0..n).rev() {
        b[i] = (b[i] - (i + 1..n).map(|k| a[k][i] * b[k]).sum::<f64>()) / a[i][i];
    }
    b
}

/// Group testing relaxed to a linear program (Malioutov and Malyutov, ICASSP 2012): whoever was told of what leaked covers it, at a
/// price for each suspect and for each secret that they kept; what nobody covers is paid for. Prices are logarithms of what these
/// are worth. Among those who cover nothing, the better single culprit stands first.
pub(crate) fn linear_program(world: &Instance) -> Vec<f64> {
    let suspect = 39.0_f64.ln();
    let kept = -(1.0 - RATE).ln();
    let uncovered = ((1.0 - (1.0 - BACKGROUND) * (1.0 - RATE)) / BACKGROUND).ln();
    let mut prices = vec![suspect; world.people];
    for (told, bad) in world.told.iter().zip(&world.leaked) {
        told.iter().filter(|_| !bad).for_each(|p| prices[*p] += kept);
    }
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let people: Vec<Variable> = prices.iter().map(|price| problem.add_var(*price, (0.0, 1.0))).collect();
    for (told, _) in world.told.iter().zip(&world.leaked).filter(|(_, bad)| **bad) {
        let slack = problem.add_var(uncovered, (0.0, 1.0));
        let sum: Vec<(Variable, f64)> = told.iter().map(|p| (people[*p], 1.0)).chain([(slack, 1.0)]).collect();
        problem.add_constraint(sum.as_slice(), ComparisonOp::Ge, 1.0);
    }
    let SolveOutcome::Solution(solution) = problem.solve().unwrap() else { panic!("no limit was set") };
    let alone = single_culprit(world);
    people.iter().zip(alone).map(|(v, llr)| solution[*v] + 1e-6 * llr).collect()
}
