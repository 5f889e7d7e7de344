//! Why somebody is believed to leak, or not: what each operation that they were told speaks for or against, given everything
//! else that is believed; and whom nothing tells apart from whom.

use std::collections::BTreeMap;

use crate::case::{Case, Edge};
use crate::chain::{Chain, State};
use crate::posterior::Sampling;
use crate::priors::Priors;

/// What one trial says of somebody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// The trial.
    pub trial: usize,
    /// ln of how much likelier the trial's end is if they leak and were active, on average over all that is believed of others:
    /// above 0 it speaks for it, below 0 against it. A leak that somebody else explains says little.
    pub nats: f64,
}

/// What each trial that an entity knew of says of it, the weightiest first.
#[must_use]
pub fn reasons(case: &Case, priors: &Priors, sampling: &Sampling, entity: usize) -> Vec<Reason> {
    reasons_from(case, priors, sampling, &[entity], None).pop().unwrap_or_default()
}

/// The same of several entities, from where a chain stood.
#[must_use]
pub fn reasons_from(
    case: &Case,
    priors: &Priors,
    sampling: &Sampling,
    entities: &[usize],
    state: Option<&State>,
) -> Vec<Vec<Reason>> {
    let anew = || Chain::new(case, priors, sampling.seed);
    let mut chain = state.map_or_else(anew, |state| Chain::from_state(case, priors, sampling.seed, state));
    chain.burn_in(sampling.burn_in);
    let mut sums: Vec<Vec<f64>> = entities.iter().map(|entity| vec![0.0; case.edges.of(*entity).len()]).collect();
    for _ in 0..sampling.kept {
        chain.sweep();
        for (sums, entity) in sums.iter_mut().zip(entities) {
            sums.iter_mut().zip(chain.evidence(*entity)).for_each(|(sum, nats)| *sum += nats);
        }
    }
    let count = sampling.kept.max(1) as f64;
    let reason = |(edge, sum): (&Edge, &f64)| Reason { trial: case.number[edge.trial as usize] as usize, nats: sum / count };
    let sorted = |(entity, sums): (&usize, &Vec<f64>)| {
        let mut reasons: Vec<Reason> = case.edges.of(*entity).iter().zip(sums).map(reason).collect();
        reasons.sort_by(|a, b| b.nats.abs().total_cmp(&a.nats.abs()).then(a.trial.cmp(&b.trial)));
        reasons
    };
    entities.iter().zip(&sums).map(sorted).collect()
}

/// Unit, checks, and what somebody was told with which weight.
type Told = (u32, (u64, u32), Vec<(u32, u8)>);

/// Groups of people of one unit who were told the same, with the same weights and the same checks: no belief can tell them apart.
/// Those who were told nothing are not listed.
#[must_use]
pub fn alike(case: &Case) -> Vec<Vec<usize>> {
    let mut told: BTreeMap<Told, Vec<usize>> = BTreeMap::new();
    for person in 0..case.persons() {
        let mut edges: Vec<(u32, u8)> = case.edges.of(person).iter().map(|e| (e.trial, e.weight)).collect();
        if !edges.is_empty() {
            edges.sort_unstable();
            let checks = (case.ln_checks[person].to_bits(), case.vetting.profile[person]);
            told.entry((case.group[person], checks, edges)).or_default().push(person);
        }
    }
    told.into_values().filter(|group| group.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Exposure, Outcome, Person, Trial};
    use crate::priors::Windows;

    fn trial(time: usize, told: &[usize], outcome: Outcome) -> Trial {
        let exposed = told.iter().map(|person| Exposure { person: *person, weight: 1.0 }).collect();
        Trial { time: time as f64, exposed, outcome, ..Trial::default() }
    }

    /// Person 0 knew of every leak, 1 of one of them and much that stayed secret; 2 and 3 were told the same.
    fn case() -> Case {
        let mut trials: Vec<Trial> = (0..8).map(|t| trial(t, &[0, 2, 3], Outcome::LEAK)).collect();
        trials[7].exposed.push(Exposure { person: 1, weight: 1.0 });
        trials.extend((8..20).map(|t| trial(t, &[1], Outcome::CLEAN)));
        trials.extend((20..60).map(|t| trial(t, &[2, 3, 4 + t % 4], Outcome::CLEAN)));
        Case::new(1, &[Person { unit: 0, ln_checks: 0.0 }; 8], (0, &[]), 1, &trials).unwrap()
    }

    #[test]
    fn leaks_speak_for_whoever_knew_unless_another_explains_them_and_secrets_kept_speak_against() {
        let priors = Priors { windows: Windows::NONE, ..Priors::default() };
        let sampling = Sampling { burn_in: 300, kept: 2_000, ..Sampling::default() };
        let (case, of) = (case(), |person| reasons(&case(), &priors, &sampling, person));
        let first = of(0);
        assert_eq!(first.len(), 8);
        assert!(first.iter().all(|r| r.nats > 0.8), "{first:?}");
        let second = of(1);
        let (leak, kept): (Vec<&Reason>, Vec<&Reason>) = second.iter().partition(|r| r.trial == 7);
        // Person 0 explains it already.
        assert!(leak[0].nats > 0.0 && leak[0].nats < 0.6 * first[0].nats, "{leak:?} {first:?}");
        assert!(kept.len() == 12 && kept.iter().all(|r| r.nats < -0.5), "{kept:?}");
        assert_eq!(alike(&case), [vec![2, 3]]);
        assert!(second.windows(2).all(|two| two[0].nats.abs() >= two[1].nats.abs()));
    }
}
