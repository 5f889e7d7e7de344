//! What is said of people by one keeper of the record alone. Whoever could have leaked a thing themselves must not be the only
//! witness against somebody else: entries that are false from the beginning look like true ones, and no statistic tells them
//! apart, but nobody else confirms them.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::framing::Said;

/// That somebody knew of a trial that speaks for a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Knew {
    /// Index of the person.
    pub person: usize,
    /// Number of the trial.
    pub trial: usize,
}

/// What one keeper alone says of leaks: who knew of which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Index of the keeper.
    pub keeper: usize,
    /// What they say.
    pub knew: BTreeSet<Knew>,
}

/// What each keeper alone says of those who are `referred`, of trials that speak for a leak; of keepers that are to be doubted.
/// `said` is by trial, at most once of each person.
#[must_use]
pub fn words(case: &Case, said: &[Vec<Said>], referred: &[usize], doubted: impl Fn(usize) -> bool) -> Vec<Word> {
    let mut words: BTreeMap<usize, BTreeSet<Knew>> = BTreeMap::new();
    for (trial, said) in case.speaking_trials().filter_map(|trial| Some((trial, said.get(trial)?))) {
        for Said { person, keeper, .. } in said.iter().filter(|said| referred.contains(&said.person)) {
            if let Some(keeper) = keeper.filter(|keeper| doubted(*keeper)) {
                words.entry(keeper).or_default().insert(Knew { person: *person, trial });
            }
        }
    }
    words.into_iter().map(|(keeper, knew)| Word { keeper, knew }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Exposure, Outcome, Person, Trial};

    #[test]
    fn only_what_speaks_for_a_leak_of_those_referred_is_a_word() {
        let trial = |outcome| Trial {
            exposed: (0..3).map(|person| Exposure { person, weight: 1.0 }).collect(),
            outcome,
            ..Trial::default()
        };
        let trials = [trial(Outcome::CLEAN), trial(Outcome::LEAK), trial(Outcome::UNKNOWN), trial(Outcome::LEAK)];
        let persons = [Person { unit: 0, ln_checks: 0.0 }; 3];
        let case = Case::new(1, &persons, (0, &[]), 1, &trials).unwrap();
        let said = |keepers: [Option<usize>; 3]| -> Vec<Said> {
            keepers.into_iter().enumerate().map(|(person, keeper)| Said { person, keeper, late: false }).collect()
        };
        let said = [said([Some(0); 3]), said([Some(1), None, Some(1)]), said([Some(0); 3]), said([Some(2), Some(0), Some(0)])];
        let knew = |person, trial| BTreeSet::from([Knew { person, trial }]);
        let word = |keeper, knew| Word { keeper, knew };
        assert_eq!(words(&case, &said, &[0, 1], |keeper| keeper != 2), [word(0, knew(1, 3)), word(1, knew(0, 1))]);
        assert_eq!(words(&case, &said, &[], |_| true), []);
    }

    #[test]
    fn without_an_entry_somebody_knew_no_more_than_others_of_their_unit() {
        // Persons 0 and 1 are of unit 0, which takes part in trial 1; 2 is of unit 1.
        let exposed = |people: &[usize]| people.iter().map(|person| Exposure { person: *person, weight: 1.0 }).collect();
        let trials = [
            Trial { exposed: exposed(&[0, 2]), outcome: Outcome::LEAK, ..Trial::default() },
            Trial { time: 1.0, exposed: exposed(&[0, 2]), unrecorded: vec![1], outcome: Outcome::LEAK, ..Trial::default() },
        ];
        let persons = [0, 0, 1].map(|unit| Person { unit, ln_checks: 0.0 });
        let case = Case::new(2, &persons, (0, &[]), 1, &trials).unwrap();
        let knew = |person, trial| Knew { person, trial };
        let without = case.without(&BTreeSet::from([knew(0, 0), knew(0, 1), knew(2, 1)]));
        let as_if = [
            Trial { exposed: exposed(&[2]), ..trials[0].clone() },
            Trial { exposed: vec![], unrecorded: vec![0, 1], ..trials[1].clone() },
        ];
        let as_if = Case::new(2, &persons, (0, &[]), 1, &as_if).unwrap();
        assert_eq!(format!("{without:?}"), format!("{as_if:?}"));
        assert_eq!(format!("{:?}", case.without(&BTreeSet::new())), format!("{case:?}"));
    }
}
