//! A leaker who frames a rival: leaks only what the rival was told, or writes the rival into the ledger. An innocent may be named
//! in a share of at most 2α of worlds, or an alarm must be raised.

use holm_inference::decision::review_set;
use holm_inference::framing::LEVEL;
use holm_inference::priors::{Priors, Windows};
use holm_simulate::world::World;
use holm_simulate::world::setting::{Corruption, Entry, Framing, Keeping, Setting};
use rayon::prelude::*;

use crate::Extent;
use crate::alarm::raised;
use crate::instance::{Instance, View};
use crate::results::{Cell, Results, Sets};
use crate::score::{SHARE, Said, beliefs, cell};

const OPERATIONS: usize = 300;

fn settings() -> [(&'static str, Setting); 6] {
    let one = Corruption { count: 1, ..Setting::units(OPERATIONS).corrupt };
    // Some entries are late in any case.
    let ledger = Keeping { missing: 0.0, reconstructed: 0.0, late: 0.02 };
    let with = |framing| Setting { corrupt: one, ledger, framing, ..Setting::units(OPERATIONS) };
    let entries = |entry, hides| with(Framing::FalseEntries { entry, hides });
    [
        ("nobody frames", with(Framing::Nobody)),
        ("leaks only what the rival knows", with(Framing::OnlyWhatRivalKnows)),
        ("false entries once the outcome is known", entries(Entry::Afterwards, 0.0)),
        ("the same, own name left out", entries(Entry::Afterwards, 1.0)),
        ("false entries at once", entries(Entry::AtOnce, 0.0)),
        ("the same, own name left out, at once", entries(Entry::AtOnce, 1.0)),
    ]
}

const FITTED: &str = "posterior with alarms";

pub(crate) fn run(results: &mut Results, extent: &Extent) -> bool {
    for (name, setting) in settings() {
        results.of("framing", name, FITTED, extent.worlds, || {
            let worlds: Vec<World> =
                (0..extent.worlds).into_par_iter().map(|number| World::draw(&setting, 40_000_000 + number)).collect();
            eprintln!("framing: {name}");
            measured(&worlds)
        });
    }
    report(results, extent)
}

fn measured(worlds: &[World]) -> Cell {
    let instances: Vec<Instance> = worlds.iter().map(Instance::of).collect();
    let priors = Priors { windows: Windows::NONE, ..Priors::default() };
    let found = beliefs(worlds.len(), &priors, |number| View::PLAIN.case(&worlds[number].recorded));
    let mut warned = Sets::default();
    for ((world, instance), found) in worlds.iter().zip(&instances).zip(&found) {
        let set = found.as_ref().map(|f| review_set(&f.persons, SHARE)).unwrap_or_default();
        let alarm = raised(&world.recorded, &set);
        warned.alarms += u64::from(alarm);
        warned.warned += u64::from(alarm && set.iter().any(|p| !instance.leaks[*p]));
    }
    let said: Vec<Said> = found.into_iter().map(|f| f.map_or(Said::Nothing, |f| Said::Probabilities(f.persons))).collect();
    let cell = cell(&instances, &said);
    let sets = cell.sets.map(|sets| Sets { warned: warned.warned, alarms: warned.alarms, ..sets });
    Cell { sets, ..cell }
}

pub(crate) fn report(results: &Results, extent: &Extent) -> bool {
    println!("\nframing, one leaker, {OPERATIONS} operations, {} worlds a row, α {SHARE}, alarms at {LEVEL} each", extent.worlds);
    println!(
        "| truth | worlds that name an innocent | of these with an alarm | without | all alarms | recall |\n|---|---|---|---|---|---|"
    );
    let mut met = true;
    for (name, _) in settings() {
        let Some(cell) = results.part("framing").find(|c| c.row == name && c.worlds == extent.worlds) else { continue };
        let sets = cell.sets.unwrap_or_default();
        let silent = (sets.wronging - sets.warned) as f64 / cell.worlds as f64;
        println!(
            "| {name} | {} | {} | {} ({silent:.3}; wanted: {}) | {} | {:.2} |",
            sets.wronging,
            sets.warned,
            sets.wronging - sets.warned,
            2.0 * SHARE,
            sets.alarms,
            sets.recall()
        );
        met &= silent <= 2.0 * SHARE;
    }
    met
}
