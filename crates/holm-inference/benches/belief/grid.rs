//! The grid of the plan (reference §1.3): simple methods and the posterior on the same worlds.

use holm_inference::priors::{Priors, Windows};
use holm_simulate::world::World;
use holm_simulate::world::setting::Setting;
use rayon::prelude::*;

use crate::instance::{Instance, View};
use crate::results::{Cell, Results};
use crate::score::{SHARE, Said, believed, cell};
use crate::{Extent, baselines, convex, propagation};

type Method = fn(&Instance) -> Said;

/// Name, and what it says.
const METHODS: [(&str, Method); 10] = [
    ("hit count", |w| Said::Scores(baselines::hit_count(w))),
    ("hit rate", |w| Said::Scores(baselines::hit_rate(w))),
    ("COMP", |w| Said::Scores(baselines::comp(w))),
    ("single culprit", |w| Said::Scores(baselines::single_culprit(w))),
    ("greedy (SCOMP)", |w| Said::Scores(baselines::greedy(w))),
    ("LP relaxation", |w| Said::Scores(convex::linear_program(w))),
    ("logistic L2", |w| Said::Scores(convex::logistic(w))),
    ("noisy-OR L1 MLE", |w| Said::Scores(convex::noisy_or(w))),
    ("guilt model", |w| Said::Probabilities(baselines::guilt(w))),
    ("BP+EM", |w| Said::Probabilities(propagation::propagated(w))),
];
/// The posterior, where whoever leaks always does, and as shipped.
pub(crate) const ALWAYS: &str = "posterior, always active";
pub(crate) const SHIPPED: &str = "posterior";
const SIZES: [usize; 7] = [25, 50, 100, 200, 300, 600, 1_200];
/// Name, and its worlds with so many operations.
type Design = (&'static str, fn(usize) -> Setting);
const DESIGNS: [Design; 2] = [("units", Setting::units), ("uniform", Setting::uniform)];

pub(crate) fn run(results: &mut Results, extent: &Extent) -> bool {
    let sizes = if extent.quick { &SIZES[2..5] } else { &SIZES[..] };
    for method in 0..METHODS.len() + 2 {
        for (design, setting) in DESIGNS {
            for operations in sizes {
                measure(results, extent, design, &setting(*operations), method);
            }
        }
    }
    report(results, extent)
}

fn measure(results: &mut Results, extent: &Extent, design: &str, setting: &Setting, method: usize) {
    let row = format!("{design}/{}", setting.operations);
    let worlds = || -> Vec<World> {
        let seed = |number| 10_000 * setting.operations as u64 + number;
        (0..extent.worlds).into_par_iter().map(|number| World::draw(setting, seed(number))).collect()
    };
    let name = METHODS.get(method).map_or(if method == METHODS.len() { ALWAYS } else { SHIPPED }, |(name, _)| *name);
    results.of("grid", &row, name, extent.worlds, || {
        let worlds = worlds();
        let instances: Vec<Instance> = worlds.iter().map(Instance::of).collect();
        let said: Vec<Said> = match METHODS.get(method) {
            Some((_, method)) => instances.par_iter().map(method).collect(),
            None => {
                let windows = if name == ALWAYS { Windows::NONE } else { Priors::default().windows };
                let priors = Priors { windows, ..Priors::default() };
                believed(worlds.len(), &priors, |number| View::PLAIN.case(&worlds[number].recorded))
            }
        };
        eprintln!("grid {row} {name}");
        cell(&instances, &said)
    });
}

/// Prints the table of the plan; false if a target is missed.
pub(crate) fn report(results: &Results, extent: &Extent) -> bool {
    let names = METHODS.iter().map(|(name, _)| *name).chain([ALWAYS, SHIPPED]);
    let of = |row: &str, method: &str| -> Option<&Cell> {
        results.part("grid").find(|c| c.row == row && c.method == method && c.worlds == extent.worlds)
    };
    for (design, _) in DESIGNS {
        println!("\n200 people, 10 units, 5 leakers, {design}, {} worlds a cell: AUC / P@5", extent.worlds);
        println!("| M | {} |", SIZES.map(|m| m.to_string()).join(" | "));
        println!("|---|{}", "---|".repeat(SIZES.len()));
        for name in names.clone() {
            let one = |m: usize| {
                of(&format!("{design}/{m}"), name).map_or("–".to_owned(), |c| format!("{:.3}/{:.2}", c.auc, c.precision))
            };
            println!("| {name} | {} |", SIZES.map(one).join(" | "));
        }
        println!("\n{design}, sets at {SHARE}: innocent/referred (share), recall; Brier; refused");
        println!("| M | {} |", SIZES.map(|m| m.to_string()).join(" | "));
        println!("|---|{}", "---|".repeat(SIZES.len()));
        for name in ["guilt model", "BP+EM", ALWAYS, SHIPPED] {
            let one = |m: usize| of(&format!("{design}/{m}"), name).map_or("–".to_owned(), sets);
            println!("| {name} | {} |", SIZES.map(one).join(" | "));
        }
    }
    let held =
        |m: usize| [ALWAYS, SHIPPED].iter().filter_map(|n| of(&format!("units/{m}"), n)?.sets).all(|sets| sets.holds(SHARE));
    let best = of("units/300", ALWAYS).is_none_or(|c| {
        let recall = c.sets.map_or(0.0, |s| s.recall());
        println!("\ntarget 3, units M=300: AUC {:.3} (0.993), P@5 {:.2} (0.83), recall {recall:.2} (0.58)", c.auc, c.precision);
        c.auc >= 0.993 && c.precision >= 0.83 && recall >= 0.58
    });
    SIZES.iter().all(|m| held(*m)) && best
}

pub(crate) fn sets(cell: &Cell) -> String {
    let sets = cell.sets.unwrap_or_default();
    let brier = cell.brier.unwrap_or(f64::NAN);
    format!("{}/{} ({:.3}), {:.2}; {brier:.4}; {}", sets.innocent, sets.accused, sets.false_share(), sets.recall(), cell.refused)
}
