//! Small cases by enumeration: every way in which people and channels may leak, each with its probability.
//!
//! Nothing of the sampler is used. What is learned elsewhere must be known here, and leak rates take one of a few values.

use std::collections::BTreeMap;

use crate::case::{Case, Edge, UNRECORDED};
use crate::checks::Accuracy;
use crate::priors::{Alike, LeakRate, Priors, Share};

/// A case that is not enumerated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OracleError {
    /// Something is learned.
    #[error("{0} is learned, and enumeration needs it known")]
    Learned(&'static str),
    /// Too many ways.
    #[error("there are more than {MOST} ways in which this can have come about; leave people out")]
    Many,
}

/// More ways are not enumerated.
const MOST: f64 = 5e7;

/// What an entity may be, with its prior probability given that it is active: rate, and activity in each of its trials.
struct Way {
    probability: f64,
    rate: f64,
    on: Vec<bool>,
}

/// By entity, the probability that it leaks.
///
/// # Errors
/// [`OracleError`].
pub fn enumerate(case: &Case, priors: &Priors) -> Result<Vec<f64>, OracleError> {
    let known = |share: Share, what| match share {
        Share::Known(value) => Ok(value),
        Share::Beta(..) => Err(OracleError::Learned(what)),
    };
    let Alike::Known(alike) = priors.alike else { return Err(OracleError::Learned("how alike units are")) };
    let leakers = known(priors.leakers, "the share of leakers")?;
    let background = known(priors.background, "the background")?;
    let unrecorded = known(priors.unrecorded, "the share of unrecorded exposures")?;
    let ways: Vec<Vec<Way>> = (0..case.entities()).map(|e| ways(case, priors, e)).collect::<Result<_, _>>()?;
    if ways.iter().map(|w| (w.len() + 1) as f64).product::<f64>() > MOST {
        return Err(OracleError::Many);
    }
    let mut walk = Walk {
        case,
        ways: &ways,
        unrecorded,
        shares: (0..case.groups())
            .map(|g| if g < case.units { (leakers * alike, (1.0 - leakers) * alike) } else { priors.channels })
            .collect(),
        active: vec![false; case.entities()],
        checks: BTreeMap::new(),
        total: 0.0,
        leaks: vec![0.0; case.entities()],
    };
    walk.down(0, 1.0, &vec![1.0 - background; case.trials()]);
    let total = walk.total;
    Ok(walk.leaks.into_iter().map(|p| p / total).collect())
}

struct Walk<'w> {
    case: &'w Case,
    ways: &'w [Vec<Way>],
    unrecorded: f64,
    /// By group, the parameters of its share of leakers.
    shares: Vec<(f64, f64)>,
    active: Vec<bool>,
    /// By who of the persons is active, what checks found is worth.
    checks: BTreeMap<Vec<bool>, f64>,
    total: f64,
    leaks: Vec<f64>,
}

impl Walk<'_> {
    fn down(&mut self, entity: usize, probability: f64, clean: &[f64]) {
        let Some(ways) = self.ways.get(entity) else {
            let seen = clean.iter().zip(&self.case.ratio).map(|(q, ratio)| match ratio.is_infinite() {
                true => 1.0 - q,
                false => q + ratio * (1.0 - q),
            });
            let persons = self.active.get(..self.case.persons()).unwrap_or_default().to_vec();
            let case = self.case;
            let checks = *self.checks.entry(persons).or_insert_with_key(|active| checks(case, active));
            let probability = probability * self.groups() * checks * seen.product::<f64>();
            self.total += probability;
            let active = self.leaks.iter_mut().zip(&self.active).filter(|(_, active)| **active);
            active.for_each(|(leaks, _)| *leaks += probability);
            return;
        };
        self.down(entity + 1, probability, clean);
        self.active[entity] = true;
        for way in ways {
            let mut clean = clean.to_vec();
            for (edge, on) in self.case.edges.of(entity).iter().zip(&way.on) {
                let weight = self.weight(edge);
                clean[edge.trial as usize] *= if *on { 1.0 - way.rate * weight } else { 1.0 };
            }
            let checks = self.case.ln_checks[entity].exp();
            self.down(entity + 1, probability * way.probability * checks, &clean);
        }
        self.active[entity] = false;
    }

    fn weight(&self, edge: &Edge) -> f64 {
        if edge.weight == UNRECORDED { self.unrecorded } else { self.case.weights[usize::from(edge.weight)] }
    }

    /// Probability that just these of each group are active, one after the other (Pólya's urn).
    fn groups(&self) -> f64 {
        let mut seen = vec![(0.0, 0.0); self.shares.len()];
        let mut probability = 1.0;
        for (group, active) in self.case.group.iter().zip(&self.active) {
            let (a, b) = self.shares[*group as usize];
            let (leakers, others) = &mut seen[*group as usize];
            let all = a + b + *leakers + *others;
            if *active {
                probability *= (a + *leakers) / all;
                *leakers += 1.0;
            } else {
                probability *= (b + *others) / all;
                *others += 1.0;
            }
        }
        probability
    }
}

/// Points on each axis of the integral over the accuracy of a kind of check.
const POINTS: usize = 160;

/// Probability of what checks found, given who is active: for each kind the integral over its accuracy, by the midpoint rule.
fn checks(case: &Case, active: &[bool]) -> f64 {
    let points = |share: Share| -> Vec<(f64, f64)> {
        match share {
            Share::Known(value) => vec![(value, 1.0)],
            Share::Beta(a, b) => {
                let at = |n: usize| (n as f64 + 0.5) / POINTS as f64;
                let density = |p: f64| p.powf(a - 1.0) * (1.0 - p).powf(b - 1.0);
                let total: f64 = (0..POINTS).map(|n| density(at(n))).sum();
                (0..POINTS).map(|n| (at(n), density(at(n)) / total)).collect()
            }
        }
    };
    let mut product = 1.0;
    for (number, kind) in case.vetting.kinds.iter().enumerate() {
        let bundles: Vec<_> =
            (0..active.len()).flat_map(|p| case.vetting.of(p).map(move |b| (p, b))).filter(|(_, b)| b.kind == number).collect();
        let mut sum = 0.0;
        for (sensitivity, weight) in points(kind.sensitivity) {
            for (false_alarms, density) in points(kind.false_alarms) {
                let accuracy = Accuracy { sensitivity, false_alarms };
                let found = bundles.iter().map(|(person, bundle)| {
                    let [leaks, other] = bundle.probabilities(kind.opposite(), accuracy);
                    if active[*person] { leaks } else { other }
                });
                sum += weight * density * found.product::<f64>();
            }
        }
        product *= sum;
    }
    product
}

fn ways(case: &Case, priors: &Priors, entity: usize) -> Result<Vec<Way>, OracleError> {
    let LeakRate::Points(points) = &priors.rate else { return Err(OracleError::Learned("the leak rate")) };
    let times: Vec<f64> = case.edges.of(entity).iter().map(|e| case.time[e.trial as usize]).collect();
    let mut activities: Vec<(f64, Vec<bool>)> = Vec::new();
    let windows = &priors.windows;
    let d = times.len();
    if entity >= case.persons() || d == 0 {
        activities.push((1.0, vec![true; d]));
    } else {
        activities.push((windows.always, vec![true; d]));
        activities.extend((0..d).map(|first| (windows.onset / d as f64, (0..d).map(|place| place >= first).collect())));
        let span = case.time.iter().copied().fold(f64::MIN, f64::max) - case.time.iter().copied().fold(f64::MAX, f64::min);
        let change = |gap: f64| if gap > 0.0 { (1.0 - (-2.0 * windows.changes * gap / span).exp()) / 2.0 } else { 0.0 };
        // Of windows that are not supposed, none is listed.
        let masks = if windows.on_off > 0.0 { 1_u64 << d.min(20) } else { 0 };
        for mask in 0..masks {
            let on: Vec<bool> = (0..d).map(|place| mask >> place & 1 == 1).collect();
            let steps = on.windows(2).zip(times.windows(2)).map(|(on, times)| {
                let change = change(times[1] - times[0]);
                if on[0] == on[1] { 1.0 - change } else { change }
            });
            activities.push((windows.on_off * 0.5 * steps.product::<f64>(), on));
        }
    }
    activities.retain(|(probability, _)| *probability > 0.0);
    let each = |(rate, p): &(f64, f64)| {
        let (rate, p) = (*rate, *p);
        activities.iter().map(move |(window, on)| Way { probability: p * window, rate, on: on.clone() }).collect::<Vec<_>>()
    };
    Ok(points.iter().flat_map(each).collect())
}
