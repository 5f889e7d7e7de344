//! Nobody who is listed leaks: somebody who is on no list does, as Hanssen did while Kelley was pursued. Naming anybody is wrong.

use holm_inference::priors::{Priors, Windows};
use holm_simulate::world::World;
use holm_simulate::world::setting::{Corruption, Setting, Unlisted};
use rayon::prelude::*;

use crate::Extent;
use crate::instance::{Channels, Instance, View};
use crate::results::Results;
use crate::score::{believed, cell};

const OPERATIONS: usize = 300;
/// Share of worlds in which anybody may be named.
const NAMED: f64 = 0.05;

fn settings() -> [(&'static str, Setting); 4] {
    let none = Corruption { count: 0, ..Setting::units(OPERATIONS).corrupt };
    let with = |unlisted| Setting { corrupt: none, unlisted, ..Setting::units(OPERATIONS) };
    [
        ("nobody leaks at all", with(Unlisted::Nobody)),
        ("one of a unit, not listed", with(Unlisted::OfUnits(1))),
        ("three of units, not listed", with(Unlisted::OfUnits(3))),
        ("one who is told 3 of 10 of all, not listed", with(Unlisted::Everywhere(0.3))),
    ]
}

/// So many times the worlds of other parts: a share near its limit is not told from one above it by 60.
const TIMES: u64 = 4;
const FITTED: [(&str, Channels); 2] = [("people only", Channels::Nobody), ("a channel for each unit", Channels::Units)];

pub(crate) fn run(results: &mut Results, extent: &Extent) -> bool {
    for (name, setting) in settings() {
        for (fitted, channels) in FITTED {
            results.of("none-of-the-above", name, fitted, extent.worlds * TIMES, || {
                let worlds: Vec<World> =
                    (0..extent.worlds * TIMES).into_par_iter().map(|number| World::draw(&setting, 30_000_000 + number)).collect();
                let instances: Vec<Instance> = worlds.iter().map(Instance::of).collect();
                let priors = Priors { windows: Windows::NONE, ..Priors::default() };
                let view = View { channels, ..View::PLAIN };
                let said = believed(worlds.len(), &priors, |number| view.case(&worlds[number].recorded));
                eprintln!("none of the above: {name} / {fitted}");
                cell(&instances, &said)
            });
        }
    }
    report(results, extent)
}

pub(crate) fn report(results: &Results, extent: &Extent) -> bool {
    println!(
        "\nnobody listed leaks, {OPERATIONS} operations: worlds of {} in which anybody is named (wanted: at most {NAMED})",
        extent.worlds * TIMES
    );
    println!("| truth | supposed | worlds that name | named | refused |\n|---|---|---|---|---|");
    let mut met = true;
    for (name, _) in settings() {
        for (fitted, channels) in FITTED {
            let of = |c: &&crate::results::Cell| c.row == name && c.method == fitted && c.worlds == extent.worlds * TIMES;
            let Some(cell) = results.part("none-of-the-above").find(of) else { continue };
            let sets = cell.sets.unwrap_or_default();
            let share = sets.naming as f64 / cell.worlds as f64;
            println!("| {name} | {fitted} | {} ({share:.3}) | {} | {} |", sets.naming, sets.accused, cell.refused);
            met &= share <= NAMED || channels == Channels::Nobody;
        }
    }
    met
}
