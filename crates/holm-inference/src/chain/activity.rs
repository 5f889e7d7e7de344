//! When those who are active now are active, and what that means for each trial.

use rand::RngExt;

use crate::chain::{Chain, change_rate};
use crate::windows::{Window, change};

impl Chain<'_> {
    /// Persons who leak now.
    #[must_use]
    pub fn active_persons(&self) -> Vec<usize> {
        self.active.iter().map(|entity| *entity as usize).filter(|entity| *entity < self.case.persons()).collect()
    }

    /// Persons who leak now and channels that are compromised, in order.
    pub(crate) fn active_entities(&self) -> Vec<usize> {
        let mut active: Vec<usize> = self.active.iter().map(|entity| *entity as usize).collect();
        active.sort_unstable();
        active
    }

    /// Whether somebody who leaks is active at any trial that they knew of from one time up to another; where there is none, in the
    /// middle between them, drawn given the trials before and after.
    pub fn is_active_between(&mut self, entity: usize, from: f64, until: f64) -> bool {
        let Some(window) = self.window.get(entity).and_then(Option::as_ref) else { return false };
        let edges = self.case.edges.of(entity);
        let time = |place: usize| edges.get(place).map(|edge| self.case.time[edge.trial as usize]);
        let first = edges.partition_point(|edge| self.case.time[edge.trial as usize] < from);
        let after = edges.partition_point(|edge| self.case.time[edge.trial as usize] < until);
        if first < after {
            return (first..after).any(|place| window.is_on(place));
        }
        let middle = f64::midpoint(from, until);
        match window {
            Window::Always => true,
            Window::Since(begin) => time(*begin).is_none_or(|begin| begin <= middle),
            Window::Flags(_) => {
                let rate = change_rate(self.case, self.priors);
                let before = first.checked_sub(1);
                // How likely on is, and off, by the trial before and the one after.
                let weight = |on: bool| {
                    let one = |place: Option<usize>| {
                        let Some((place, time)) = place.and_then(|p| time(p).map(|t| (p, t))) else { return 1.0 };
                        let changed = f64::from(change(rate, (middle - time).abs()));
                        if window.is_on(place) == on { 1.0 - changed } else { changed }
                    };
                    one(before) * one(Some(after))
                };
                let on = weight(true) / (weight(true) + weight(false));
                self.random.random::<f64>() < on
            }
        }
    }

    /// By trial as it is kept, the chance of no leak now, of surely clean ones too.
    pub(crate) fn clean_chances(&self) -> Vec<f64> {
        let mut clean: Vec<f64> = self.case.kind.iter().map(|kind| 1.0 - self.background[*kind as usize]).collect();
        for entity in self.active.iter().map(|e| *e as usize) {
            for (place, edge) in self.case.edges.of(entity).iter().enumerate() {
                clean[edge.trial as usize] *= 1.0 - self.leak_chance(entity, place);
            }
        }
        clean
    }

    /// How likely an entity leaks at a place among its trials: nothing, if it is not active then.
    pub(crate) fn leak_chance(&self, entity: usize, place: usize) -> f64 {
        let on = self.window[entity].as_ref().is_some_and(|window| window.is_on(place));
        let edge = self.case.edges.of(entity).get(place).filter(|_| on);
        edge.map_or(0.0, |edge| self.rate[entity] * self.weight(edge))
    }
}
