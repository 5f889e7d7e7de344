//! How a case is laid out to be sampled: who knew of which trial, both ways, and which trials couple people at all.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::case::{Case, Trial};
use crate::witness::Knew;

/// One exposure of an entity: the trial, and which weight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) trial: u32,
    pub(crate) weight: u8,
    /// Whether the trial is certainly clean: then what it says depends on nobody else.
    pub(crate) clean: bool,
}

/// The weight of exposures that are not recorded; what it is worth is sampled.
pub(crate) const UNRECORDED: u8 = 0;

impl Default for Edge {
    fn default() -> Self {
        Self { trial: 0, weight: UNRECORDED, clean: false }
    }
}

/// Lists of different lengths, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists<T> {
    starts: Vec<usize>,
    all: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    /// Groups values by list, in their order.
    fn grouped(count: usize, values: &[(u32, T)]) -> Self {
        let mut starts = vec![0; count + 1];
        values.iter().for_each(|(list, _)| starts[*list as usize + 1] += 1);
        for i in 0..count {
            starts[i + 1] += starts[i];
        }
        let mut all = vec![T::default(); values.len()];
        let mut next = starts.clone();
        for (list, value) in values {
            let place = &mut next[*list as usize];
            all[*place] = *value;
            *place += 1;
        }
        Self { starts, all }
    }

    /// By list, what an iterator gives for it.
    fn collected<I: IntoIterator<Item = T>>(count: usize, of: impl Fn(usize) -> I) -> Self {
        let mut lists = Self { starts: vec![0], all: Vec::new() };
        for list in 0..count {
            lists.all.extend(of(list));
            lists.starts.push(lists.all.len());
        }
        lists
    }

    pub(crate) fn of(&self, list: usize) -> &[T] {
        self.all.get(self.range(list)).unwrap_or_default()
    }

    pub(crate) fn range(&self, list: usize) -> Range<usize> {
        self.starts.get(list).copied().unwrap_or(0)..self.starts.get(list + 1).copied().unwrap_or(0)
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}

/// The order in which trials are kept: those that are not certainly clean first, so that what is read over and over lies close
/// together; each part in order of time.
pub(crate) fn order(trials: &[Trial]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..trials.len() as u32).collect();
    let key = |number: &u32| &trials[*number as usize];
    order.sort_by(|a, b| {
        let clean = |number| key(number).outcome.get() == 0.0;
        clean(a).cmp(&clean(b)).then(key(a).time.total_cmp(&key(b).time))
    });
    order
}

impl Case {
    /// Lists who knew of which trial; `full` is the index of the weight 1.
    pub(crate) fn lay_out(&mut self, trials: &[Trial], full: u8) {
        let (persons, entities) = (self.persons, self.group.len());
        let mut order: Vec<u32> = (0..trials.len() as u32).collect();
        order.sort_by(|a, b| self.time[*a as usize].total_cmp(&self.time[*b as usize]));
        let weights = &self.weights;
        let index = |weight: f64| weights.iter().position(|w| *w == weight).unwrap_or(usize::from(full)) as u8;
        let mut edges: Vec<(u32, Edge)> = Vec::new();
        for place in order {
            let trial = &trials[self.number[place as usize] as usize];
            let edge = |weight| Edge { trial: place, weight, clean: false };
            edges.extend(trial.exposed.iter().map(|e| (e.person as u32, edge(index(e.weight)))));
            edges.extend(trial.unrecorded.iter().map(|p| (*p as u32, edge(UNRECORDED))));
            edges.extend(trial.channels.iter().map(|c| ((persons + c) as u32, edge(full))));
        }
        self.edges = Lists::grouped(entities, &edges);
        let recorded = edges.iter().filter(|(_, edge)| edge.weight != UNRECORDED);
        let knew: Vec<(u32, u32)> = recorded.map(|(entity, edge)| (edge.trial, *entity)).collect();
        drop(edges);
        self.knew = Lists::grouped(trials.len(), &knew);
        self.sort_by_outcome();
    }

    /// Lists what follows from the outcomes of trials.
    fn sort_by_outcome(&mut self) {
        let entities = self.group.len();
        let (ratio, full) = (&self.ratio, self.full);
        self.edges.all.iter_mut().for_each(|edge| edge.clean = ratio[edge.trial as usize] == 0.0);
        let edges = &self.edges;
        let speaks = |edge: &Edge| edge.weight != UNRECORDED && ratio[edge.trial as usize] > 1.0;
        self.positives = Lists::collected(entities, |entity| {
            let own = edges.of(entity).iter().zip(0..).filter(|(edge, _)| speaks(edge));
            own.map(|(_, place)| place)
        });
        let secret = |edge: &&Edge| edge.clean && edge.weight == full;
        self.kept = (0..entities).map(|e| edges.of(e).iter().filter(secret).count() as u32).collect();
        self.others = Lists::collected(entities, |e| edges.of(e).iter().filter(move |edge| !secret(edge)).copied());
        let unclean = self.kind.iter().copied().zip(0..).zip(ratio).filter(|(_, ratio)| **ratio > 0.0);
        let kinds: Vec<(u32, u32)> = unclean.map(|(of, _)| of).collect();
        self.of_kind = Lists::grouped(self.kinds, &kinds);
        self.clean = vec![0; self.kinds];
        for (kind, ratio) in self.kind.iter().zip(ratio) {
            self.clean[*kind as usize] += usize::from(*ratio == 0.0);
        }
    }

    /// The same case as if nothing had been seen of a trial; who was told of it stays.
    #[must_use]
    pub fn setting_aside(&self, trial: usize) -> Self {
        let mut case = self.clone();
        if let Some(place) = self.number.iter().position(|number| *number as usize == trial) {
            case.ratio[place] = 1.0;
            case.sort_by_outcome();
        }
        case
    }

    /// Numbers of trials of which what was seen speaks for a leak.
    pub(crate) fn speaking_trials(&self) -> impl Iterator<Item = usize> {
        self.number.iter().zip(&self.ratio).filter(|(_, ratio)| **ratio > 1.0).map(|(number, _)| *number as usize)
    }

    /// The same case as if some entries did not stand. Whoever is of a unit that took part may have known all the same, as others
    /// of it may of whom nothing is recorded; anybody else did not.
    #[must_use]
    pub(crate) fn without(&self, entries: &BTreeSet<Knew>) -> Self {
        let trial_of = |edge: &Edge| self.number[edge.trial as usize] as usize;
        let about: BTreeSet<usize> = entries.iter().map(|entry| entry.trial).collect();
        let mut took_part: BTreeSet<(u32, usize)> = BTreeSet::new();
        for person in 0..self.persons {
            let perhaps = self.edges.of(person).iter().filter(|edge| edge.weight == UNRECORDED).map(trial_of);
            took_part.extend(perhaps.filter(|trial| about.contains(trial)).map(|trial| (self.group[person], trial)));
        }
        let mut case = self.clone();
        case.edges = Lists::collected(self.entities(), |entity| {
            let stands = |edge: &Edge| match (Knew { person: entity, trial: trial_of(edge) }) {
                entry if !entries.contains(&entry) => Some(*edge),
                Knew { trial, .. } => {
                    took_part.contains(&(self.group[entity], trial)).then_some(Edge { weight: UNRECORDED, ..*edge })
                }
            };
            self.edges.of(entity).iter().filter_map(stands).collect::<Vec<_>>()
        });
        let stands = |trial: usize, entity: &u32| {
            !entries.contains(&Knew { person: *entity as usize, trial: self.number[trial] as usize })
        };
        case.knew = Lists::collected(self.trials(), |trial| {
            self.knew.of(trial).iter().copied().filter(move |entity| stands(trial, entity))
        });
        case.sort_by_outcome();
        case
    }
}
