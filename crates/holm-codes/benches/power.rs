//! Power of the decoders at the target lengths of `docs/design/codes.md`, beside peers and the genie limit on the same
//! instances. Resumable cell by cell: `cargo bench -p holm-codes --bench power -- [--quick] [--report] [--only TEXT]`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/it/trial.rs"]
mod trial;

#[path = "power/peer.rs"]
mod peer;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use holm_codes::attack::{Attack, Channel};
use holm_codes::law::Law;
use serde::{Deserialize, Serialize};
use trial::{Scenario, Trial, lower_limit, outcome, upper_limit};

const ALPHA: f64 = 1e-3;
const DRAWS: u32 = 10_000;
/// Version of decoders and laws; cells of another version are run again.
const VERSION: &str = "power/1";

#[derive(Clone)]
struct Cell {
    key: String,
    scenario: Scenario,
    trials: u64,
    target: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct CellResult {
    key: String,
    version: String,
    trials: u64,
    /// Trials in which a colluder was named, by decoder.
    named: BTreeMap<String, u64>,
    /// Trials in which an innocent was named, by decoder.
    wrong: BTreeMap<String, u64>,
    /// Share of colluders named by the joint decoder, summed over trials.
    colluders_named: u64,
    law: String,
    joint_seconds: f64,
    target: bool,
}

/// Target lengths: colluders, then marks for n = 100 clean and noisy, n = 1,000 clean and noisy.
const BINARY_TARGETS: [(usize, [usize; 4]); 4] =
    [(1, [30, 60, 36, 75]), (2, [75, 160, 95, 205]), (3, [145, 300, 185, 390]), (5, [345, 700, 450, 930])];

/// q, colluders, attack and positions at which the best of two fixed laws reached 95 % among 1,000, clean.
const MANY_TARGETS: [(usize, usize, &str, usize); 18] = [
    (4, 2, "interleave", 41),
    (4, 3, "interleave", 79),
    (4, 3, "majority", 53),
    (4, 3, "minority", 173),
    (4, 3, "coin", 105),
    (4, 5, "interleave", 186),
    (4, 5, "majority", 70),
    (4, 5, "minority", 855),
    (4, 5, "coin", 334),
    (8, 2, "interleave", 23),
    (8, 3, "interleave", 42),
    (8, 3, "majority", 34),
    (8, 3, "minority", 65),
    (8, 3, "coin", 45),
    (8, 5, "interleave", 91),
    (8, 5, "majority", 43),
    (8, 5, "minority", 246),
    (8, 5, "coin", 126),
];

/// Trials of a cell whose interval holds 0.95 while its share is below it.
const MORE_TRIALS: u64 = 400;

impl CellResult {
    fn joint(&self) -> u64 {
        self.named.get("joint").copied().unwrap_or(0)
    }

    fn hits(&self) -> bool {
        self.joint() as f64 >= 0.95 * self.trials as f64
    }

    fn is_doubtful(&self) -> bool {
        let undecided = !self.hits() && upper_limit(self.joint(), self.trials, 0.025) >= 0.95;
        self.target && self.trials < MORE_TRIALS && undecided
    }
}

fn attacks(colluders: usize) -> Vec<&'static str> {
    match colluders {
        1 => vec!["interleave"],
        // With two colluders majority, minority, coin and the worst case are interleaving.
        2 => vec!["interleave", "all-1"],
        _ => vec!["interleave", "majority", "minority", "coin", "all-1", "worst-case"],
    }
}

fn attack(name: &str) -> Attack {
    Attack::catalogue().into_iter().find(|(n, _)| *n == name).unwrap().1
}

fn law(arities: &[usize], copies: usize) -> Law {
    let worth: f64 = arities.iter().map(|q| *q as f64 - 1.0).sum();
    Law::default_for(worth, copies, 6)
}

fn cells(quick: bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (colluders, lengths) in BINARY_TARGETS {
        for (index, (copies, channel)) in
            [(100, "clean"), (100, "noisy"), (1000, "clean"), (1000, "noisy")].into_iter().enumerate()
        {
            for name in attacks(colluders) {
                let arities = vec![2; lengths[index]];
                let noise = if channel == "clean" { Channel::CLEAN } else { Channel::NOISY };
                let scenario = Scenario::binary(copies, lengths[index], law(&arities, copies), colluders, attack(name), noise);
                let trials = if copies == 100 { 400 } else { 100 };
                cells.push(Cell {
                    key: format!("q2 n{copies} c{colluders} m{} {channel} {name}", lengths[index]),
                    scenario,
                    trials,
                    target: true,
                });
            }
        }
    }
    for (q, colluders, name, marks) in MANY_TARGETS {
        let arities = vec![q; marks];
        let scenario = Scenario {
            arities: arities.clone(),
            ..Scenario::binary(1000, 0, law(&arities, 1000), colluders, attack(name), Channel::CLEAN)
        };
        cells.push(Cell { key: format!("q{q} n1000 c{colluders} m{marks} clean {name}"), scenario, trials: 100, target: true });
    }
    for (name, extra) in [("blocks", "blocks"), ("unequal", "unequal"), ("all-0", "all-0"), ("foreign", "foreign")] {
        for (colluders, marks) in [(2, 75), (3, 145)] {
            let scenario = Scenario::binary(100, marks, law(&vec![2; marks], 100), colluders, attack(name), Channel::CLEAN);
            cells.push(Cell {
                key: format!("q2 n100 c{colluders} m{marks} clean {extra}"),
                scenario,
                trials: 400,
                target: false,
            });
        }
    }
    let floor = Scenario::binary(10, 60, law(&[2; 60], 10), 2, Attack::Interleave, Channel::CLEAN);
    cells.push(Cell { key: "q2 n10 c2 m60 clean interleave".to_owned(), scenario: floor, trials: 400, target: false });
    if quick {
        cells.retain(|c| c.scenario.copies <= 100 && c.scenario.colluders <= 3);
        cells.iter_mut().for_each(|c| c.trials = 30);
    }
    cells
}

/// More trials where the first come out just below the target: 0.95 is often 94 of 100.
fn run_until_sure(cell: &Cell) -> CellResult {
    let result = run(cell);
    if result.is_doubtful() { run(&Cell { trials: MORE_TRIALS, ..cell.clone() }) } else { result }
}

fn run(cell: &Cell) -> CellResult {
    let mut result = CellResult {
        key: cell.key.clone(),
        version: VERSION.to_owned(),
        trials: cell.trials,
        named: BTreeMap::new(),
        wrong: BTreeMap::new(),
        colluders_named: 0,
        law: format!("{:?}", cell.scenario.law),
        joint_seconds: 0.0,
        target: cell.target,
    };
    for seed in 0..cell.trials {
        let trial = cell.scenario.trial(&cell.key, seed);
        count(&mut result, &trial);
    }
    result.joint_seconds /= cell.trials as f64;
    result
}

fn count(result: &mut CellResult, trial: &Trial) {
    let colluders = trial.scenario.colluders;
    let single: Vec<f64> = trial.single().iter().map(|s| s.p).collect();
    let start = Instant::now();
    let joint: Vec<f64> = trial.joint(ALPHA, DRAWS).iter().map(|s| s.p).collect();
    result.joint_seconds += start.elapsed().as_secs_f64();
    let naming = trial.policy(DRAWS).naming_alpha(ALPHA);
    let adjusted = holm_codes::family::adjusted(&joint, &vec![1.0; joint.len()]);
    result.colluders_named += adjusted[..colluders].iter().filter(|a| **a <= naming).count() as u64;
    let mut add = |name: &str, (named, wrong): (bool, bool)| {
        *result.named.entry(name.to_owned()).or_default() += u64::from(named);
        *result.wrong.entry(name.to_owned()).or_default() += u64::from(wrong);
    };
    add("single", outcome(&single, colluders, ALPHA));
    add("joint", outcome(&joint, colluders, naming));
    add("symmetric+chernoff", outcome(&peer::symmetric_chernoff(trial), colluders, ALPHA));
    add("universal", outcome(&peer::universal(trial), colluders, ALPHA));
    if let Some(genie) = peer::genie(trial) {
        let level = ALPHA / trial.scenario.copies as f64;
        add("genie", (genie.iter().any(|p| *p <= level), false));
    }
}

fn results_path(quick: bool) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    if quick { folder.join("../../target/power-quick.jsonl") } else { folder.join("benches/results/power.jsonl") }
}

fn read_results(path: &PathBuf) -> Vec<CellResult> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|l| serde_json::from_str(l).ok()).filter(|r: &CellResult| r.version == VERSION).collect()
}

fn print(results: &[CellResult]) -> bool {
    println!("| cell | law | trials | joint (95 % interval) | single | universal | symmetric + Chernoff | genie | wrong | s |");
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut met = true;
    for r in results {
        let share =
            |name: &str| r.named.get(name).map_or_else(|| "–".to_owned(), |n| format!("{:.3}", *n as f64 / r.trials as f64));
        let joint = r.joint();
        let (low, high) = (lower_limit(joint, r.trials, 0.025), upper_limit(joint, r.trials, 0.025));
        let wrong: u64 = ["single", "joint"].iter().filter_map(|n| r.wrong.get(*n)).sum();
        let hit = r.hits();
        met &= hit || !r.target;
        let flag = if hit || !r.target { "" } else { " **below target**" };
        println!(
            "| {} | {} | {} | {} ({low:.3} to {high:.3}){flag} | {} | {} | {} | {} | {wrong} | {:.2} |",
            r.key,
            r.law,
            r.trials,
            share("joint"),
            share("single"),
            share("universal"),
            share("symmetric+chernoff"),
            share("genie"),
            r.joint_seconds
        );
    }
    met
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let flag = |name: &str| args.iter().any(|a| a == name);
    let only = args.iter().position(|a| a == "--only").and_then(|i| args.get(i + 1));
    let quick = flag("--quick");
    let path = results_path(quick);
    if quick {
        drop(fs::remove_file(&path));
    }
    let cells: Vec<Cell> = cells(quick).into_iter().filter(|c| only.is_none_or(|o| c.key.contains(o.as_str()))).collect();
    if !flag("--report") {
        for (index, cell) in cells.iter().enumerate() {
            let known = read_results(&path);
            if known.iter().any(|r| r.key == cell.key && r.trials >= cell.trials && !r.is_doubtful()) {
                continue;
            }
            eprintln!("[{}/{}] {}", index + 1, cells.len(), cell.key);
            let result = run_until_sure(cell);
            let mut file = fs::File::options().create(true).append(true).open(&path).unwrap();
            writeln!(file, "{}", serde_json::to_string(&result).unwrap()).unwrap();
        }
    }
    let results = read_results(&path);
    let ordered: Vec<CellResult> = cells.iter().filter_map(|c| results.iter().rev().find(|r| r.key == c.key).cloned()).collect();
    let met = print(&ordered);
    println!("\n{} of {} cells measured; targets {}", ordered.len(), cells.len(), if met { "met" } else { "NOT met" });
}
