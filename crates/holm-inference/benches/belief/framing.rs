//! A leaker who frames a rival: leaks only what the rival was told, or writes the rival into the ledger. An innocent may be named
//! in a share of at most 2α of worlds, or an alarm must be raised, or it must be seen that nobody but one keeper says so.

use holm_inference::case::Case;
use holm_inference::decision::review_set;
use holm_inference::framing::LEVEL;
use holm_inference::posterior::{Posterior, Sampling};
use holm_inference::priors::{Priors, Windows};
use holm_inference::sensitivity::{Lack, Referred, Standing, sensitivity, standing};
use holm_inference::witness::words;
use holm_simulate::world::World;
use holm_simulate::world::setting::{Corruption, Entry, Framing, Keeping, Setting};
use rayon::prelude::*;

use crate::Extent;
use crate::alarm::{raised, said};
use crate::instance::{Instance, View};
use crate::results::{Cell, Results, Sets};
use crate::score::{SHARE, Said, beliefs, cell};

const OPERATIONS: usize = 300;
/// Shares of true entries that somebody else than the clerk confirms.
const CONFIRMED: [f64; 3] = [0.0, 0.5, 0.9];

fn settings(confirmed: f64) -> [(&'static str, Setting); 6] {
    let one = Corruption { count: 1, ..Setting::units(OPERATIONS).corrupt };
    // Some entries are late in any case.
    let ledger = Keeping { missing: 0.0, reconstructed: 0.0, late: 0.02, confirmed };
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

fn fitted(confirmed: f64) -> String {
    format!("posterior with alarms and words, {confirmed} confirmed")
}

pub(crate) fn run(results: &mut Results, extent: &Extent) -> bool {
    for confirmed in CONFIRMED {
        for (name, setting) in settings(confirmed) {
            results.of("framing", name, &fitted(confirmed), extent.worlds, || {
                let worlds: Vec<World> =
                    (0..extent.worlds).into_par_iter().map(|number| World::draw(&setting, 40_000_000 + number)).collect();
                eprintln!("framing: {name}, {confirmed} confirmed");
                measured(&worlds)
            });
        }
    }
    report(results, extent)
}

/// Who of those referred is acted on: whoever would be referred without any one keeper's word.
fn acted_on(case: &Case, priors: &Priors, found: &Posterior, world: &World) -> Vec<usize> {
    let rule = |persons: &[f64]| review_set(persons, SHARE);
    let said: Vec<_> = world.recorded.operations.iter().map(said).collect();
    let words = words(case, &said, &rule(&found.persons), |_| true);
    let moved = sensitivity(case, priors, &Sampling::glance(1), found, &[], &words);
    let referred = Referred::by(rule, found, &moved, &words);
    let stands = |person: &usize| match standing(case, found, &referred, *person) {
        Standing::NotActionable(lacks) => !lacks.iter().any(|lack| matches!(lack, Lack::OneWord { .. } | Lack::Unsettled)),
        Standing::Actionable | Standing::Below => true,
    };
    rule(&found.persons).into_iter().filter(stands).collect()
}

fn measured(worlds: &[World]) -> Cell {
    let instances: Vec<Instance> = worlds.iter().map(Instance::of).collect();
    let priors = Priors { windows: Windows::NONE, ..Priors::default() };
    let found = beliefs(worlds.len(), &priors, |number| View::PLAIN.case(&worlds[number].recorded));
    let acted: Vec<Vec<usize>> = (worlds.par_iter().zip(&found))
        .map(|(world, found)| {
            let case = View::PLAIN.case(&world.recorded);
            found.as_ref().map(|found| acted_on(&case, &priors, found, world)).unwrap_or_default()
        })
        .collect();
    let mut warned = Sets::default();
    for (((world, instance), found), acted) in worlds.iter().zip(&instances).zip(&found).zip(acted) {
        let set = found.as_ref().map(|f| review_set(&f.persons, SHARE)).unwrap_or_default();
        let alarm = raised(&world.recorded, &set);
        let wrongs = |set: &[usize]| set.iter().any(|p| !instance.leaks[*p]);
        warned.alarms += u64::from(alarm);
        warned.warned += u64::from(alarm && wrongs(&set));
        warned.silent += u64::from(!alarm && wrongs(&acted));
        warned.acted_on += acted.iter().filter(|p| !alarm && instance.leaks[**p]).count() as u64;
    }
    let said: Vec<Said> = found.into_iter().map(|f| f.map_or(Said::Nothing, |f| Said::Probabilities(f.persons))).collect();
    let cell = cell(&instances, &said);
    let Sets { warned, alarms, silent, acted_on, .. } = warned;
    let sets = cell.sets.map(|sets| Sets { warned, alarms, silent, acted_on, ..sets });
    Cell { sets, ..cell }
}

pub(crate) fn report(results: &Results, extent: &Extent) -> bool {
    println!("\nframing, one leaker, {OPERATIONS} operations, {} worlds a row, α {SHARE}, alarms at {LEVEL} each", extent.worlds);
    println!(
        "| truth | entries confirmed | worlds that name an innocent | without an alarm | that act on one | leakers referred | acted on |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut met = true;
    for confirmed in CONFIRMED {
        for (name, _) in settings(confirmed) {
            let of = |c: &&Cell| c.row == name && c.method == fitted(confirmed) && c.worlds == extent.worlds;
            let Some(cell) = results.part("framing").find(of) else { continue };
            let sets = cell.sets.unwrap_or_default();
            let share = sets.silent as f64 / cell.worlds as f64;
            println!(
                "| {name} | {confirmed} | {} | {} | {} ({share:.3}; wanted: {}) | {:.2} | {:.2} |",
                sets.wronging,
                sets.wronging - sets.warned,
                sets.silent,
                2.0 * SHARE,
                sets.recall(),
                sets.acted_on as f64 / sets.leakers.max(1) as f64,
            );
            met &= share <= 2.0 * SHARE;
        }
    }
    met
}
