//! What each kind of check adds to what is known of who knew what (reference §1.3, end): the same worlds, without and with it.

use holm_inference::checks::{Check, CheckKind, Finding, KINDS};
use holm_inference::priors::{Priors, Share, Windows};
use holm_simulate::world::World;
use holm_simulate::world::recorded::{Finding as Found, Recorded};
use holm_simulate::world::setting::{CheckKind as Truth, Setting};
use rayon::prelude::*;

use crate::Extent;
use crate::grid::sets;
use crate::instance::{Instance, View};
use crate::results::{Cell, Results};
use crate::score::{SHARE, believed, cell};

const PART: &str = "vetting";
const SIZES: [usize; 2] = [100, 300];
/// What follows the name of a kind whose accuracy is supposed to be known.
const KNOWN: &str = ", accuracy known";

/// Name, what it truly does to everybody on the roster, what it is supposed to be, and the plan's AUC and recall with 100 operations.
type Kind = (&'static str, Option<Truth>, Option<&'static str>, (f64, f64));

const EVERYBODY: f64 = 1.0;
const KINDS_OF_CHECK: [Kind; 4] = [
    ("none", None, None, (0.924, 0.07)),
    ("polygraph", Some(Truth { share: EVERYBODY, sensitivity: 0.5, false_positive: 0.063 }), Some("polygraph"), (0.949, 0.15)),
    (
        "accounts",
        Some(Truth { share: EVERYBODY, sensitivity: 0.3, false_positive: 0.02 }),
        Some("financial review"),
        (0.943, 0.14),
    ),
    (
        "contacts by phone",
        Some(Truth { share: EVERYBODY, sensitivity: 0.4, false_positive: 0.01 }),
        Some("phone review"),
        (0.957, 0.23),
    ),
];

fn found(recorded: &Recorded) -> Vec<Check> {
    let check = |check: &holm_simulate::world::recorded::Check| Check {
        person: check.person,
        kind: 0,
        finding: if check.finding == Found::Failed { Finding::Adverse } else { Finding::Favourable },
        weight: 1.0,
    };
    recorded.checks.iter().map(check).collect()
}

/// The same kind as if its accuracy were known exactly, as the plan supposed.
fn known(kind: CheckKind, truth: &Truth) -> CheckKind {
    let (sensitivity, false_alarms) = (Share::Known(truth.sensitivity), Share::Known(truth.false_positive));
    CheckKind { sensitivity, false_alarms, most: 1000.0, ..kind }
}

pub(crate) fn run(results: &mut Results, extent: &Extent) -> bool {
    for (name, truth, supposed, _) in KINDS_OF_CHECK {
        for (operations, is_known) in SIZES.into_iter().flat_map(|m| [(m, false), (m, true)]) {
            if is_known && truth.is_none() {
                continue;
            }
            let setting = Setting { checks: truth.into_iter().collect(), ..Setting::units(operations) };
            let shipped = supposed.and_then(|name| KINDS.iter().find(|(of, _)| *of == name)).map(|(_, kind)| *kind);
            let kinds: Vec<CheckKind> = shipped
                .map(|kind| truth.as_ref().filter(|_| is_known).map_or(kind, |truth| known(kind, truth)))
                .into_iter()
                .collect();
            let name = if is_known { format!("{name}{KNOWN}") } else { name.to_owned() };
            results.of(PART, &format!("units/{operations}"), &name, extent.worlds, || {
                // The worlds of the grid: checks have a stream of chance of their own.
                let seed = |number| 10_000 * operations as u64 + number;
                let worlds: Vec<World> =
                    (0..extent.worlds).into_par_iter().map(|number| World::draw(&setting, seed(number))).collect();
                let instances: Vec<Instance> = worlds.iter().map(Instance::of).collect();
                let priors = Priors { windows: Windows::NONE, ..Priors::default() };
                let said = believed(worlds.len(), &priors, |number| {
                    let recorded = &worlds[number].recorded;
                    View::PLAIN.case(recorded).with_checks(&kinds, &found(recorded)).unwrap()
                });
                eprintln!("{PART} {operations} {name}");
                cell(&instances, &said)
            });
        }
    }
    report(results, extent)
}

/// Prints the table beside the plan's; false if innocents are referred too often, or a check makes beliefs worse.
pub(crate) fn report(results: &Results, extent: &Extent) -> bool {
    let of = |operations: usize, name: &str| -> Option<&Cell> {
        let row = format!("units/{operations}");
        results.part(PART).find(|c| c.row == row && c.method == name && c.worlds == extent.worlds)
    };
    println!(
        "\nwhat a check of everybody adds, 200 people, 5 leakers, {} worlds a cell: AUC / P@5; sets at {SHARE}",
        extent.worlds
    );
    println!("| check | {} | plan, M=100: AUC, recall |", SIZES.map(|m| format!("M={m}")).join(" | "));
    println!("|---|{}---|", "---|".repeat(SIZES.len()));
    for (name, truth, _, (auc, recall)) in KINDS_OF_CHECK {
        for name in [Some(name.to_owned()), truth.map(|_| format!("{name}{KNOWN}"))].into_iter().flatten() {
            let one =
                |m: usize| of(m, &name).map_or("–".to_owned(), |c| format!("{:.3}/{:.2}; {}", c.auc, c.precision, sets(c)));
            println!("| {name} | {} | {auc:.3}, {recall:.2} |", SIZES.map(one).join(" | "));
        }
    }
    let met = |m: usize| {
        let none = of(m, "none").map_or(0.0, |c| c.auc);
        let all = KINDS_OF_CHECK.iter().filter_map(|(name, ..)| of(m, name));
        all.into_iter().all(|c| c.auc >= none && c.sets.is_none_or(|sets| sets.holds(SHARE)))
    };
    SIZES.iter().all(|m| met(*m))
}
