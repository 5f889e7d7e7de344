//! Worlds that are not as is supposed, the ten of the plan (reference §1.5): what is wrong may cost recall, not innocents.

use holm_inference::priors::{Alike, LeakRate, Priors, Share, Windows};
use holm_simulate::world::World;
use holm_simulate::world::setting::{Channels as Gone, Corruption, Keeping, Kind, Labels, Rate, Setting};
use rayon::prelude::*;

use crate::Extent;
use crate::grid::sets;
use crate::instance::{Channels, Instance, Late, Types, Unrecorded, View};
use crate::results::Results;
use crate::score::{SHARE, believed, cell};

const OPERATIONS: usize = 300;

/// What is true, how it is looked at, and whether the target on innocents is asked of that.
struct Row {
    truth: &'static str,
    setting: Setting,
    fitted: &'static str,
    view: View,
    priors: Priors,
    asked: Asked,
}

/// So many times the worlds of other rows where some exposures are not recorded: what supposing so costs is a few leakers of 300.
const TIMES: u64 = 4;

impl Row {
    fn worlds(&self, extent: &Extent) -> u64 {
        let missing = self.setting.ledger.missing > 0.0 && self.fitted != LATE_LEFT_OUT;
        extent.worlds * if missing { TIMES } else { 1 }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Asked {
    /// Shows what is lost by not knowing.
    Nothing,
    Innocents,
}

/// Recall that may be lost by supposing exposures that are not recorded, where there are.
const LOSS: f64 = 0.05;
const LATE_LEFT_OUT: &str = "ghosts, late entries left out";

/// As the plan has it; who begins at any time may have leaked nothing yet.
const MIDWAY: &str = "leakers begin in the middle half of the time";

/// Fitted with everything that is to be known.
const KNOWN: &str = "windows, all else known";

/// What worlds are drawn from, but for who leaks and when: nobody who looks at them can know more.
fn all_else_known(windows: Windows) -> Priors {
    Priors {
        leakers: Share::Known(0.025),
        alike: Alike::Known(1e4),
        background: Share::Known(0.05),
        rate: LeakRate::Points(vec![(0.5, 1.0)]),
        windows,
        unrecorded: Share::Known(0.0),
        ..Priors::default()
    }
}

fn rows() -> Vec<Row> {
    let base = Priors { windows: Windows::NONE, unrecorded: Share::Known(0.0), ..Priors::default() };
    let ghosts = Priors { unrecorded: Priors::default().unrecorded, ..base.clone() };
    let windows = Priors { windows: Priors::default().windows, ..base.clone() };
    let perhaps = View { unrecorded: Unrecorded::Perhaps, ..View::PLAIN };
    let units = View { channels: Channels::Units, ..View::PLAIN };
    let recorded = View { channels: Channels::Recorded, ..View::PLAIN };
    let typed = View { types: Types::Apart, ..View::PLAIN };
    let prompt = View { late: Late::LeftOut, ..perhaps };
    let good = Setting::units(OPERATIONS);
    let known = |always, onset, on_off| all_else_known(Windows { always, onset, on_off, changes: good.corrupt.changes });
    let corrupt = |corrupt: Corruption| Setting { corrupt, ..good.clone() };
    let kept = |missing, reconstructed| Setting {
        ledger: Keeping { missing, reconstructed, late: 0.0, confirmed: 0.0 },
        ..good.clone()
    };
    let own = corrupt(Corruption { rate: Rate::Beta(0.8, 0.8), ..good.corrupt });
    let turned = corrupt(Corruption { onset: 1.0, ..good.corrupt });
    let midway = corrupt(Corruption { onset: 1.0, begins: [0.25, 0.75], ..good.corrupt });
    let paused = corrupt(Corruption { on_off: 1.0, ..good.corrupt });
    let tapped = Setting { channels: Gone { used: 0.5, compromised: 1, rate: 0.5 }, ..good.clone() };
    let unlucky = Setting { unlucky_unit: 0.3, ..good.clone() };
    let kinds = [0.02, 0.05, 0.2].map(|background| Kind { share: 1.0, background }).to_vec();
    let kinds = Setting { kinds, ..good.clone() };
    let (some, many, hindsight) = (kept(0.1, 0.0), kept(0.3, 0.0), kept(0.3, 1.0));
    let unnoticed = Setting { labels: Labels { unnoticed: 0.3, ..good.labels }, ..good.clone() };
    let [n, i] = [Asked::Nothing, Asked::Innocents];
    let row = |truth, setting: &Setting, fitted, view, priors: &Priors, asked| Row {
        truth,
        setting: setting.clone(),
        fitted,
        view,
        priors: priors.clone(),
        asked,
    };
    vec![
        row("as supposed", &good, "base", View::PLAIN, &base, i),
        row("as supposed", &good, "ghosts", perhaps, &ghosts, i),
        row("rates of Beta(0.8, 0.8)", &own, "base", View::PLAIN, &base, i),
        row("leakers begin at some time", &turned, "base", View::PLAIN, &base, n),
        row("leakers begin at some time", &turned, "windows", View::PLAIN, &windows, i),
        row("leakers begin at some time", &turned, KNOWN, View::PLAIN, &known(0.0, 1.0, 0.0), n),
        row(MIDWAY, &midway, "base", View::PLAIN, &base, n),
        row(MIDWAY, &midway, "windows", View::PLAIN, &windows, i),
        row(MIDWAY, &midway, KNOWN, View::PLAIN, &known(0.0, 1.0, 0.0), n),
        row("leakers go on and off", &paused, "base", View::PLAIN, &base, n),
        row("leakers go on and off", &paused, "windows", View::PLAIN, &windows, i),
        row("leakers go on and off", &paused, KNOWN, View::PLAIN, &known(0.0, 0.0, 1.0), n),
        row("a compromised channel", &tapped, "base", View::PLAIN, &base, n),
        row("a compromised channel", &tapped, "recorded", recorded, &base, i),
        row("a compromised channel", &tapped, "a channel for each unit", units, &base, i),
        row("a unit that fails by nature", &unlucky, "base", View::PLAIN, &base, n),
        row("a unit that fails by nature", &unlucky, "a channel for each unit", units, &base, i),
        row("backgrounds by type", &kinds, "base", View::PLAIN, &base, n),
        row("backgrounds by type", &kinds, "typed", typed, &base, i),
        row("1 of 10 exposures unrecorded", &some, "base", View::PLAIN, &base, n),
        row("1 of 10 exposures unrecorded", &some, "ghosts", perhaps, &ghosts, i),
        row("3 of 10 exposures unrecorded", &many, "base", View::PLAIN, &base, n),
        row("3 of 10 exposures unrecorded", &many, "ghosts", perhaps, &ghosts, i),
        row("hindsight: 3 of 10 found for failures only", &hindsight, "base", View::PLAIN, &base, n),
        row("hindsight: 3 of 10 found for failures only", &hindsight, "ghosts", perhaps, &ghosts, i),
        row("hindsight: 3 of 10 found for failures only", &hindsight, LATE_LEFT_OUT, prompt, &ghosts, n),
        row("3 of 10 leaks unnoticed", &unnoticed, "base", View::PLAIN, &base, i),
    ]
}

pub(crate) fn run(results: &mut Results, extent: &Extent) -> bool {
    for row in rows() {
        let worlds = row.worlds(extent);
        results.of("misspecified", row.truth, row.fitted, worlds, || {
            let seed = |number| 20_000_000 + number;
            let worlds: Vec<World> = (0..worlds).into_par_iter().map(|number| World::draw(&row.setting, seed(number))).collect();
            let instances: Vec<Instance> = worlds.iter().map(Instance::of).collect();
            let said = believed(worlds.len(), &row.priors, |number| row.view.case(&worlds[number].recorded));
            eprintln!("misspecified: {} / {}", row.truth, row.fitted);
            cell(&instances, &said)
        });
    }
    report(results, extent)
}

pub(crate) fn report(results: &Results, extent: &Extent) -> bool {
    println!(
        "\nunits, {OPERATIONS} operations, {} worlds a row, {} where exposures are not recorded; sets at {SHARE}",
        extent.worlds,
        extent.worlds * TIMES
    );
    println!("| truth | fitted | AUC/P@5 | innocent/referred (share), recall; Brier; refused | |\n|---|---|---|---|---|");
    let of = |truth: &str, fitted: &str, worlds: u64| {
        results.part("misspecified").find(|c| c.row == truth && c.method == fitted && c.worlds == worlds)
    };
    let mut met = true;
    for row in rows() {
        let Some(cell) = of(row.truth, row.fitted, row.worlds(extent)) else { continue };
        let all = cell.sets.unwrap_or_default();
        let base = of(row.truth, "base", row.worlds(extent)).filter(|_| row.fitted == "ghosts").and_then(|c| c.sets);
        let lost = base.map(|base| base.recall() - all.recall());
        let loss = lost.map_or_else(String::new, |lost| format!("recall lost {lost:.3}"));
        let held = row.asked == Asked::Nothing || (all.holds(SHARE) && lost.is_none_or(|lost| lost <= LOSS));
        let missed = if held { "" } else { "missed " };
        println!("| {} | {} | {:.3}/{:.2} | {} | {missed}{loss} |", row.truth, row.fitted, cell.auc, cell.precision, sets(cell));
        met &= held;
    }
    // The plan's world is `MIDWAY`; in the others nobody who knows everything but who leaks and when has more than 0.900.
    let auc = |truth: &str| of(truth, "windows", extent.worlds).is_none_or(|c| c.auc >= 0.906);
    met && auc(MIDWAY) && auc("leakers begin at some time") && auc("leakers go on and off")
}
