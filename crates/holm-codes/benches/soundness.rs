//! Family-wise error over many simulated leaks: `cargo bench -p holm-codes --bench soundness -- [--report]`.
//!
//! At least 10⁵ leaks through the single decoder; through the joint one 10⁴ at n ≤ 100, 300 at n = 1,000, 20 at n = 10,000.
//! Resumable cell by cell; the result file is committed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/it/trial.rs"]
mod trial;

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use holm_codes::attack::{Attack, Channel};
use holm_codes::law::Law;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use trial::{Scenario, binomial_tail, outcome, upper_limit};

const ALPHAS: [f64; 2] = [1e-2, 1e-3];
const THRESHOLDS: [f64; 5] = [0.1, 1e-2, 1e-3, 1e-4, 1e-5];
/// Level of the binomial tests, corrected over all cells and both α.
const LEVEL: f64 = 1e-4;
const VERSION: &str = "soundness/1";
const DRAWS: u32 = 2_000;

#[derive(Clone)]
struct Cell {
    key: String,
    joint: bool,
    scenario: Scenario,
    trials: u64,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct CellResult {
    key: String,
    version: String,
    joint: bool,
    copies: usize,
    trials: u64,
    /// Leaks in which an innocent was named, at each α.
    errors: [u64; 2],
    /// Leaks in which a colluder was named, at each α: the decoder must not be idle.
    named: [u64; 2],
    /// Innocents tested, and how many had p at most each threshold.
    innocents: u64,
    below: [u64; 5],
}

/// Ways in which reality can differ from what the decoder believes.
fn situations(copies: usize, marks: usize) -> Vec<(String, Scenario)> {
    let mut out = Vec::new();
    let law = if marks < 100 { Law::HalfJ7 } else { Law::J7 };
    for (name, attack) in Attack::catalogue() {
        for colluders in [1, 2, 3, 5, 9].into_iter().filter(|c| *c < copies) {
            let noisy = colluders % 2 == 0;
            let channel = if noisy { Channel::NOISY } else { Channel::CLEAN };
            let scenario = Scenario::binary(copies, marks, law, colluders, attack.clone(), channel);
            out.push((format!("{name} c{colluders}{}", if noisy { " noisy" } else { "" }), scenario));
        }
    }
    let base = Scenario::binary(copies, marks, law, 2, Attack::Interleave, Channel::CLEAN);
    out.push((
        "believes 0.1 % flips, sees 25 %".to_owned(),
        Scenario { channel: Channel { erased: 0.1, flipped: 0.25 }, believed: 0.001, ..base.clone() },
    ));
    out.push(("believes 40 % flips, sees none".to_owned(), Scenario { believed: 0.4, ..base.clone() }));
    out.push((
        "half erased".to_owned(),
        Scenario { channel: Channel { erased: 0.5, flipped: 0.02 }, believed: 0.02, ..base.clone() },
    ));
    out.push((
        "p = 1/2 under minority".to_owned(),
        Scenario { law: Law::Half, colluders: 3.min(copies - 1), attack: Attack::Minority, ..base.clone() },
    ));
    out.push((
        "2 to 8 alternatives".to_owned(),
        Scenario { arities: [4, 2, 3, 8].repeat(marks / 8), attack: Attack::Coin, ..base },
    ));
    out
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut add = |joint: bool, copies: usize, marks: usize, total: u64| {
        let situations = situations(copies, marks);
        let trials = total.div_ceil(situations.len() as u64);
        for (name, scenario) in situations {
            let kind = if joint { "joint" } else { "single" };
            cells.push(Cell { key: format!("{kind} n{copies} m{marks} {name}"), joint, scenario, trials });
        }
    };
    for (copies, marks, total) in [(5, 40, 30_000), (30, 60, 40_000), (100, 150, 25_000), (1000, 150, 5_000), (10_000, 150, 500)]
    {
        add(false, copies, marks, total);
    }
    for (copies, marks, total) in [(5, 40, 3_000), (15, 60, 2_000), (30, 60, 3_000), (100, 120, 2_500), (1000, 150, 300)] {
        add(true, copies, marks, total);
    }
    let large = situations(10_000, 150).into_iter().filter(|(n, _)| n.contains("c2") || n.contains("c3")).take(20);
    for (name, scenario) in large {
        cells.push(Cell { key: format!("joint n10000 m150 {name}"), joint: true, scenario, trials: 1 });
    }
    cells
}

fn run(cell: &Cell) -> CellResult {
    let one = |seed: u64| {
        let trial = cell.scenario.trial(&cell.key, seed);
        let c = cell.scenario.colluders;
        let mut result = CellResult::default();
        for (i, alpha) in ALPHAS.into_iter().enumerate() {
            // The joint decoder's certificates are made for the α at which it is used.
            let p: Vec<f64> = if cell.joint { trial.joint(alpha, DRAWS) } else { trial.single() }.iter().map(|s| s.p).collect();
            let naming = if cell.joint { trial.policy(DRAWS).naming_alpha(alpha) } else { alpha };
            let (named, wrong) = outcome(&p, c, naming);
            result.errors[i] = u64::from(wrong);
            result.named[i] = u64::from(named);
            if i == 0 {
                result.innocents = (p.len() - c) as u64;
                result.below.iter_mut().zip(THRESHOLDS).for_each(|(n, t)| *n = p[c..].iter().filter(|x| **x <= t).count() as u64);
            }
        }
        result
    };
    let add = |a: CellResult, b: CellResult| CellResult {
        errors: [a.errors[0] + b.errors[0], a.errors[1] + b.errors[1]],
        named: [a.named[0] + b.named[0], a.named[1] + b.named[1]],
        innocents: a.innocents + b.innocents,
        below: std::array::from_fn(|i| a.below[i] + b.below[i]),
        ..CellResult::default()
    };
    let sum = (0..cell.trials).into_par_iter().map(one).reduce(CellResult::default, add);
    CellResult {
        key: cell.key.clone(),
        version: VERSION.to_owned(),
        joint: cell.joint,
        copies: cell.scenario.copies,
        trials: cell.trials,
        ..sum
    }
}

fn results_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/results/soundness.jsonl")
}

fn read_results() -> Vec<CellResult> {
    let text = fs::read_to_string(results_path()).unwrap_or_default();
    text.lines().filter_map(|l| serde_json::from_str(l).ok()).filter(|r: &CellResult| r.version == VERSION).collect()
}

/// Prints the table by decoder and number of copies; whether every cell passes.
fn print(results: &[CellResult]) -> bool {
    let tests = (results.len() * ALPHAS.len()) as f64;
    let mut sound = true;
    println!(
        "| decoder | copies | leaks | innocent named at α = 0.01 | upper limit | at α = 0.001 | upper limit | innocents | p ≤ 0.1, 10⁻², 10⁻³, 10⁻⁴, 10⁻⁵ as a share of what is allowed |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut groups: Vec<(bool, usize)> = results.iter().map(|r| (r.joint, r.copies)).collect();
    groups.sort_unstable();
    groups.dedup();
    for (joint, copies) in groups {
        let of: Vec<&CellResult> = results.iter().filter(|r| r.joint == joint && r.copies == copies).collect();
        let sum = |f: &dyn Fn(&CellResult) -> u64| of.iter().map(|r| f(r)).sum::<u64>();
        let (trials, innocents) = (sum(&|r| r.trials), sum(&|r| r.innocents));
        let errors: Vec<u64> = (0..2).map(|i| sum(&|r| r.errors[i])).collect();
        let ratios: Vec<String> =
            (0..5).map(|i| format!("{:.2}", sum(&|r| r.below[i]) as f64 / (THRESHOLDS[i] * innocents as f64))).collect();
        println!(
            "| {} | {copies} | {trials} | {} ({:.4}) | {:.4} | {} ({:.5}) | {:.5} | {innocents} | {} |",
            if joint { "joint" } else { "single" },
            errors[0],
            errors[0] as f64 / trials as f64,
            upper_limit(errors[0], trials, 0.05),
            errors[1],
            errors[1] as f64 / trials as f64,
            upper_limit(errors[1], trials, 0.05),
            ratios.join(", ")
        );
    }
    for r in results {
        for (i, alpha) in ALPHAS.into_iter().enumerate() {
            let p = binomial_tail(r.errors[i], r.trials, alpha);
            if p < LEVEL / tests {
                sound = false;
                println!("NOT SOUND: {} at α = {alpha}: {} of {}, p = {p:e}", r.key, r.errors[i], r.trials);
            }
        }
    }
    sound
}

/// Innocents' p pooled over all cells of a decoder: the binomial test of P(p ≤ t) ≤ t at each threshold.
///
/// Given a leak, p of the single decoder are independent; those of the joint one share partners, so there it is a check and
/// not a test of stated size.
fn pooled(results: &[CellResult]) -> bool {
    println!("\n| decoder | innocents | share with p ≤ 0.1 | 10⁻² | 10⁻³ | 10⁻⁴ | 10⁻⁵ |\n|---|---|---|---|---|---|---|");
    let mut uniform = true;
    for joint in [false, true] {
        let of: Vec<&CellResult> = results.iter().filter(|r| r.joint == joint).collect();
        let innocents: u64 = of.iter().map(|r| r.innocents).sum();
        let mut shares = Vec::new();
        for (i, threshold) in THRESHOLDS.into_iter().enumerate() {
            let below: u64 = of.iter().map(|r| r.below[i]).sum();
            let p = binomial_tail(below, innocents, threshold);
            uniform &= p >= LEVEL / (2 * THRESHOLDS.len()) as f64;
            shares.push(format!("{:.3e} (p = {p:.2})", below as f64 / innocents as f64));
        }
        println!("| {} | {innocents} | {} |", if joint { "joint" } else { "single" }, shares.join(" | "));
    }
    uniform
}

fn main() {
    let report = std::env::args().any(|a| a == "--report");
    let cells = cells();
    let mut results = read_results();
    for (index, cell) in cells.iter().enumerate().filter(|_| !report) {
        if results.iter().any(|r| r.key == cell.key && r.trials >= cell.trials) {
            continue;
        }
        eprintln!("[{}/{}] {}", index + 1, cells.len(), cell.key);
        let result = run(cell);
        let mut file = fs::File::options().create(true).append(true).open(results_path()).unwrap();
        writeln!(file, "{}", serde_json::to_string(&result).unwrap()).unwrap();
        results.push(result);
    }
    results.retain(|r| cells.iter().any(|c| c.key == r.key));
    let (single, joint): (Vec<&CellResult>, Vec<&CellResult>) = results.iter().partition(|r| !r.joint);
    let leaks = |list: &[&CellResult]| list.iter().map(|r| r.trials).sum::<u64>();
    let sound = print(&results);
    let uniform = pooled(&results);
    println!(
        "\n{} of {} cells; {} leaks through the single decoder, {} through the joint one; {}",
        results.len(),
        cells.len(),
        leaks(&single),
        leaks(&joint),
        if sound { "every cell passes" } else { "NOT SOUND" }
    );
    assert!(uniform, "innocents' p-values are not super-uniform");
    assert!(sound, "a cell names innocents more often than its α");
}
