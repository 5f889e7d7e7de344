//! One instance for other people's samplers, with what this one says of it: `scripts/belief-peers.sh` runs them.
//!
//! The model is one that all of them can state: z ~ Bernoulli(m), m ~ Beta(1, 39), background ~ Beta(1, 19), leak rate ½.

use std::path::Path;
use std::time::Instant;

use holm_inference::chain::Scalars;
use holm_inference::posterior::{Sampling, posterior};
use holm_inference::priors::{Alike, LeakRate, Priors, Share, Windows};
use holm_simulate::world::World;
use holm_simulate::world::setting::Setting;
use serde_json::json;

use crate::instance::{Instance, View};

pub(crate) fn write(file: &Path) {
    let setting = Setting::units(300);
    let world = World::draw(&setting, 77);
    let instance = Instance::of(&world);
    let case = View::PLAIN.case(&world.recorded);
    let priors = Priors {
        // Units share one share.
        alike: Alike::Known(1e9),
        unrecorded: Share::Known(0.0),
        rate: LeakRate::Points(vec![(0.5, 1.0)]),
        windows: Windows::NONE,
        ..Priors::default()
    };
    let run = |priors: &Priors, kept, seed| {
        let (start, used) = (Instant::now(), processor_seconds());
        let found = posterior(&case, priors, &Sampling { kept, seed, largest_error: 0.02, ..Sampling::default() }).unwrap();
        (found, [start.elapsed().as_secs_f64(), processor_seconds() - used])
    };
    let (long, _) = run(&priors, 100_000, 1);
    let (short, seconds) = run(&priors, 4_000, 2);
    // Networks of fixed probabilities are given those that were learned.
    let Scalars { leakers, background, .. } = long.means;
    let fixed = Priors { leakers: Share::Known(leakers), background: Share::Known(background), ..priors.clone() };
    let (fixed, _) = run(&fixed, 100_000, 3);
    let exported = json!({
        "people": instance.people, "told": instance.told, "leaked": instance.leaked, "leaks": instance.leaks,
        "rate": 0.5, "share": [1.0, 39.0], "background": [1.0, 19.0],
        "reference": long.persons, "reference_error": long.error, "learned_background": background, "learned_share": leakers,
        "reference_fixed": fixed.persons, "ours": short.persons, "ours_seconds": seconds, "ours_sweeps": short.kept,
    });
    std::fs::write(file, exported.to_string()).unwrap();
}

/// Time that all threads of this process have spent so far, to a hundredth of a second; 0 where that is not known.
fn processor_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which stands in brackets: the 12th and 13th are user and system time.
    let fields = status.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
}
