//! How many were active when, against every window by itself.

use holm_inference::case::{Case, Exposure, Level, Outcome, Person, Trial};
use holm_inference::infiltration::{changes, infiltration};
use holm_inference::posterior::{Sampling, posterior};
use holm_inference::priors::{Alike, LeakRate, Priors, Share, Windows};

const RATE: f64 = 0.7;
const BACKGROUND: f64 = 0.1;
const LEAKERS: f64 = 0.4;
const WINDOWS: Windows = Windows { always: 0.3, onset: 0.3, on_off: 0.4, changes: 3.0 };

fn priors() -> Priors {
    Priors {
        leakers: Share::Known(LEAKERS),
        alike: Alike::Known(1e9),
        background: Share::Known(BACKGROUND),
        unrecorded: Share::Known(0.1),
        rate: LeakRate::Points(vec![(RATE, 1.0)]),
        windows: WINDOWS,
        ..Priors::default()
    }
}

fn change(gap: f64) -> f64 {
    let span = 10.0;
    (1.0 - (-2.0 * WINDOWS.changes * gap / span).exp()) / 2.0
}

/// By period, the probability that one person who was told at some times is active in it, where they are alone with what leaked. The
/// last period has no trial in it: its middle is one more point at which they are on or off.
fn exact(times: &[f64], leaked: &[bool], periods: &[(f64, f64)], middle: f64) -> Vec<f64> {
    let ratio = |on: &[bool]| -> f64 {
        let one = |(on, leaked): (&bool, &bool)| match (on, leaked) {
            (false, _) => 1.0,
            (true, true) => (1.0 - (1.0 - BACKGROUND) * (1.0 - RATE)) / BACKGROUND,
            (true, false) => 1.0 - RATE,
        };
        on.iter().zip(leaked).map(one).product()
    };
    let mut points: Vec<f64> = times.iter().copied().chain([middle]).collect();
    points.sort_by(f64::total_cmp);
    let at = points.iter().position(|t| *t == middle).unwrap();
    let d = times.len();
    let mut ways: Vec<(f64, Vec<bool>)> = vec![(WINDOWS.always, vec![true; d + 1])];
    ways.extend((0..d).map(|first| (WINDOWS.onset / d as f64, points.iter().map(|t| *t >= times[first]).collect())));
    for mask in 0..1_u32 << (d + 1) {
        let on: Vec<bool> = (0..=d).map(|place| mask >> place & 1 == 1).collect();
        let steps = on.windows(2).zip(points.windows(2)).map(|(on, t)| {
            let change = change(t[1] - t[0]);
            if on[0] == on[1] { 1.0 - change } else { change }
        });
        ways.push((WINDOWS.on_off * 0.5 * steps.product::<f64>(), on));
    }
    let told = |on: &[bool]| -> Vec<bool> { (0..=d).filter(|place| *place != at).map(|place| on[place]).collect() };
    let weight = |(p, on): &(f64, Vec<bool>)| LEAKERS * p * ratio(&told(on));
    let total = 1.0 - LEAKERS + ways.iter().map(weight).sum::<f64>();
    let active = |(from, until): (f64, f64)| {
        let here: Vec<usize> = (0..=d).filter(|place| (from..until).contains(&points[*place])).collect();
        let trials: Vec<usize> = here.iter().copied().filter(|place| *place != at).collect();
        let looked = if trials.is_empty() { here } else { trials };
        ways.iter().filter(|(_, on)| looked.iter().any(|place| on[*place])).map(weight).sum::<f64>() / total
    };
    periods.iter().map(|period| active(*period)).collect()
}

/// Two persons of two units and levels, who knew nothing of what the other knew.
#[test]
fn active_leakers_by_period_are_those_of_every_window_by_itself() {
    let told =
        [(0, vec![(0.0, false), (1.0, false), (5.0, true), (6.0, true), (10.0, false)]), (1, vec![(3.0, true), (8.0, false)])];
    let trials: Vec<Trial> = told
        .iter()
        .flat_map(|(person, own)| own.iter().map(move |(time, leaked)| (*person, *time, *leaked)))
        .map(|(person, time, leaked)| Trial {
            time,
            exposed: vec![Exposure { person, weight: 1.0 }],
            outcome: if leaked { Outcome::LEAK } else { Outcome::CLEAN },
            ..Trial::default()
        })
        .collect();
    let persons = [0, 1].map(|unit| Person { unit, ln_checks: 0.0 });
    let levels = [5, 2].map(|number| Level::new(number).unwrap());
    let case = Case::new(2, &persons, (0, &[]), 1, &trials).unwrap().with_levels(&levels);
    let sampling = Sampling { kept: 20_000, ..Sampling::default() };
    let found = posterior(&case, &priors(), &sampling).unwrap();
    let boundaries = [0.0, 2.0, 5.5, 6.5, 9.5];
    let count = infiltration(&case, &priors(), &sampling, &found.ends, &boundaries);
    let periods: Vec<(f64, f64)> = boundaries.windows(2).map(|two| (two[0], two[1])).collect();
    // Middles of the periods without a trial: of the first person the last, of the second the first and the third.
    let [first, last, third] = [(&told[0].1, 8.0), (&told[1].1, 1.0), (&told[1].1, 6.0)].map(|(own, middle)| {
        let (times, leaked): (Vec<f64>, Vec<bool>) = own.iter().copied().unzip();
        exact(&times, &leaked, &periods, middle)
    });
    let second = [last[0], third[1], third[2], third[3]];
    for period in 0..4 {
        for (unit, expected) in [(0, first[period]), (1, second[period])] {
            let found = count.units[unit][period].mean;
            assert!((found - expected).abs() < 0.01, "unit {unit}, period {period}: {found} {expected}");
            assert_eq!(count.units[unit][period], count.levels[[4, 1][unit]][period]);
        }
        assert!((count.all[period].mean - first[period] - second[period]).abs() < 0.02);
    }
    let change = changes(&case, &priors(), &sampling, &found.ends, [2.0, 5.5, 9.5]);
    // From 2 to 5.5 and from 5.5 to 9.5 each of them has trials, so that both periods are sums over their windows.
    for (unit, (own, middle)) in [(&told[0].1, 20.0), (&told[1].1, 20.0)].into_iter().enumerate() {
        let (times, leaked): (Vec<f64>, Vec<bool>) = own.iter().copied().unzip();
        let expected = exact(&times, &leaked, &[(2.0, 5.5), (5.5, 9.5)], middle);
        let found = change.units[unit];
        assert!((found.before.mean - expected[0]).abs() < 0.01 && (found.after.mean - expected[1]).abs() < 0.01, "{found:?}");
        assert!((found.mean - expected[1] + expected[0]).abs() < 0.01, "the mean of differences is that of means: {found:?}");
        assert!(found.range[0] >= -1 && found.range[2] <= 1, "one person: {found:?}");
    }
    assert!(change.all.range[0] >= -2 && change.all.range[0] <= change.all.range[2], "{change:?}");
    assert_eq!(change.levels[4], change.units[0]);
    assert_eq!(count.levels[0][0].mean, 0.0);
    assert_eq!(count.all[2].range, [0, 1, 2], "{:?}", count.all);
    assert_eq!(Level::new(0).or(Level::new(6)), None);
}
