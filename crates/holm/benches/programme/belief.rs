//! What is believed, of what a record would hold, as `holm::belief` makes a case of it; apart from members of whom nothing is recorded.

use std::collections::BTreeMap;

use holm::belief::translation::{NOT_ACTED_ON, SUSPECTED};
use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::plan::draws::Draws;
use holm_inference::posterior::{Posterior, PosteriorError, Sampling, posterior_from};
use holm_inference::priors::Priors;
use holm_simulate::programme::policy::{Ask, Bait, Ending, Roster, Sharing};

use crate::Failure;

/// The smallest weight that a copy's evidence leaves somebody, in binary digits.
const OCTAVES: f64 = 14.0;
/// Draws of each chain that plans are made from.
const DRAWS: usize = 125;

/// Sorts of trials: operations that fail, and variants that show, which happens less often by itself.
const OPERATION: usize = 0;
const VARIANT: usize = 1;
/// How likely a bait that leaked is to show nothing.
const NOT_SEEN: f64 = 0.6;

/// An item, as it is recorded.
struct Entry {
    sort: usize,
    time: f64,
    units: Vec<usize>,
    told: Vec<usize>,
    ending: Option<Ending>,
    /// Variants that people were told, and the one that was acted on.
    variants: Option<(BTreeMap<usize, u8>, u8)>,
    /// What the trace of a copy says of holders.
    ln_e: Vec<(usize, f64)>,
}

/// Everything that is recorded, and what is believed of it.
pub(crate) struct Beliefs {
    roster: Roster,
    seed: u64,
    items: BTreeMap<usize, Entry>,
    last: Option<Posterior>,
    /// Times that something was to be believed, and times that chains did not agree.
    pub(crate) asked: [usize; 2],
}

impl Beliefs {
    pub(crate) fn new(roster: Roster, seed: u64) -> Self {
        Self { roster, seed, items: BTreeMap::new(), last: None, asked: [0; 2] }
    }

    pub(crate) fn shared(&mut self, ask: &Ask, sharing: &Sharing) {
        self.enter((ask.number, OPERATION), ask.due, ask.units.clone(), sharing.told().collect());
    }

    pub(crate) fn lured(&mut self, bait: &Bait, people: &[usize]) {
        self.enter((bait.number, VARIANT), bait.due, Vec::new(), people.to_vec());
    }

    fn enter(&mut self, (number, sort): (usize, usize), due: usize, units: Vec<usize>, told: Vec<usize>) {
        let entry = Entry { sort, time: due as f64, units, told, ending: None, variants: None, ln_e: Vec::new() };
        self.items.insert(number, entry);
    }

    pub(crate) fn ended(&mut self, item: usize, ending: Ending) {
        if let Some(entry) = self.items.get_mut(&item) {
            entry.ending = Some(ending);
        }
    }

    /// People had been told variants, and one of them was acted on.
    pub(crate) fn acted_on(&mut self, item: usize, told: BTreeMap<usize, u8>, shown: u8) {
        if let Some(entry) = self.items.get_mut(&item) {
            entry.variants = Some((told, shown));
        }
    }

    pub(crate) fn traced(&mut self, item: usize, ln_e: Vec<(usize, f64)>) {
        if let Some(entry) = self.items.get_mut(&item) {
            entry.ln_e = ln_e;
        }
    }

    /// By person the probability that they leak, and draws to plan a week by; none where chains do not agree.
    pub(crate) fn weigh(&mut self, week: usize) -> Result<Option<(Vec<f64>, Draws)>, Failure> {
        let persons: Vec<Person> = self.roster.persons.iter().map(|p| Person { unit: p.unit, ln_checks: 0.0 }).collect();
        let trials: Vec<Trial> = self.items.values().flat_map(Entry::trials).collect();
        // Each unit is a cause too, as a channel of all of it.
        let case = Case::new(self.roster.units, &persons, (1, &vec![0; self.roster.units]), 2, &trials)?;
        let (priors, ends) = (Priors::default(), self.last.as_ref().map_or(&[][..], |found| &found.ends));
        let sampling = Sampling {
            burn_in: 300,
            kept: 1_000,
            doublings: 3,
            largest_error: 0.02,
            seed: self.seed.wrapping_mul(1_000) + week as u64,
            ..Sampling::default()
        };
        self.asked[0] += 1;
        let found = match posterior_from(&case, &priors, &sampling, ends) {
            Ok(found) => found,
            Err(PosteriorError::NotConverged { .. }) => {
                self.asked[1] += 1;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let draws = Draws::of(&case, &priors, &sampling, &found, (week as f64, DRAWS))?;
        let persons = found.persons.clone();
        self.last = Some(found);
        Ok(Some((persons, draws)))
    }
}

impl Entry {
    /// One trial, or one of each variant once one of them was acted on.
    fn trials(&self) -> Vec<Trial> {
        let copy = !self.ln_e.is_empty();
        let outcome = match self.ending {
            _ if copy => Outcome::LEAK,
            Some(_) if self.sort == VARIANT && self.variants.is_some() => Outcome::LEAK,
            Some(_) if self.sort == VARIANT => Outcome::ratio(NOT_SEEN).unwrap_or_default(),
            Some(Ending::Failed) => Outcome::LEAK,
            Some(Ending::Succeeded) if self.variants.is_some() => Outcome::ratio(SUSPECTED).unwrap_or_default(),
            Some(Ending::Succeeded) => Outcome::CLEAN,
            None => return Vec::new(),
        };
        let Some((told, shown)) = &self.variants else { return vec![self.trial(|_| true, outcome)] };
        let mut variants: Vec<u8> = told.values().copied().collect();
        variants.sort_unstable();
        variants.dedup();
        let of = |variant: u8| {
            let not = Outcome::ratio(NOT_ACTED_ON).unwrap_or_default();
            self.trial(|person| told.get(&person) == Some(&variant), if variant == *shown { outcome } else { not })
        };
        variants.into_iter().map(of).collect()
    }

    fn trial(&self, of: impl Fn(usize) -> bool, outcome: Outcome) -> Trial {
        let largest = self.ln_e.iter().map(|(_, ln_e)| *ln_e).fold(0.0, f64::max);
        let weight = |person: usize| {
            let Some((_, ln_e)) = self.ln_e.iter().find(|(holder, _)| *holder == person) else { return 1.0 };
            let octaves = ((ln_e - largest) / std::f64::consts::LN_2).round();
            if octaves < -OCTAVES { 0.0 } else { octaves.exp2() }
        };
        let exposed = self.told.iter().filter(|p| of(**p)).map(|p| Exposure { person: *p, weight: weight(*p) });
        Trial {
            kind: if self.variants.is_some() { VARIANT } else { self.sort },
            time: self.time,
            exposed: exposed.filter(|e| e.weight > 0.0).collect(),
            channels: self.units.clone(),
            outcome,
            ..Trial::default()
        }
    }
}
