//! People's telephones and circles.

use holm_codes::attack::Random;

use super::Circle;
use super::talk::Tie;
use super::underworld::Underworld;
use crate::chance::{between, happens, one_of};
use crate::statements::call::Kind;
use crate::statements::line::Held;
use crate::statements::study::STUDY_DAYS;
use crate::statements::trace::Ordinary;
use crate::statements::{DAY, second};
use crate::world::activity::DAYS;
use crate::world::distribution::{exponential, normal, weighted};

/// Mean and standard deviation of ln of somebody's calls and texts in the days of the study. This and the next two are fitted, as in
/// [`super::talk`].
const ACTIVITY: [f64; 2] = [3.2, 1.6];
/// Median of how many are in a circle, and the standard deviation of its ln.
const CIRCLE: [f64; 2] = [3.2, 1.15];
/// The r-th of a circle is talked to in proportion to r to the power of minus this (Zipf).
const RANKS: f64 = 1.5;
/// Nobody has more calls and texts a day: the study's busiest of a hundred has 32.
const MOST: f64 = 35.0;
/// Share of a circle who are colleagues, and of people in it who are not there from the first day to the last.
const COLLEAGUES: f64 = 0.25;
const PASSING: f64 = 0.3;
/// Share of calls with strangers that are with places which everybody calls.
const PLACES: f64 = 0.5;
/// Days for which a second SIM is used, and calls and texts a day with it.
const SECOND_SIM: [f64; 2] = [10.0, 40.0];
const SECOND_SIM_RATE: f64 = 2.0;

impl Circle<'_> {
    /// Everybody's line, with what changes of it.
    pub(super) fn people(&mut self) {
        let of = self.setting.oddities;
        for person in 0..self.persons() {
            let line = self.lines.open(Held::Yes);
            for at in self.moments(of.handset_days) {
                let next = self.lines.handset();
                self.lines.lines[line].handsets.then(at, next);
            }
            for at in self.moments(of.sim_days) {
                let next = self.lines.sim();
                self.lines.lines[line].sims.then(at, next);
            }
            let at = second(self.random.unit() * DAYS);
            if happens(of.new_number, self.random) {
                let (number, sim) = (self.lines.number(), self.lines.sim());
                self.lines.lines[line].numbers.then(at, number);
                self.lines.lines[line].sims.then(at, sim);
                self.traces.ordinary.push((person, Ordinary::NewNumber));
            }
            let handsets = self.lines.lines[line].handsets.changes();
            self.traces.ordinary.extend((handsets > 0).then_some((person, Ordinary::Handsets(handsets))));
        }
    }

    /// Seconds of the world at which something happens that does so every `days` in the mean.
    fn moments(&mut self, days: f64) -> Vec<i64> {
        let mut at = Vec::new();
        let mut day = days * exponential(self.random);
        while day < DAYS {
            at.push(second(day));
            day += days * exponential(self.random);
        }
        at
    }

    /// Everybody's circle, and what is said in it.
    pub(super) fn circles(&mut self, underworld: &Underworld) {
        self.contacts = vec![Vec::new(); self.persons()];
        for person in 0..self.persons() {
            let rate = (ACTIVITY[0] + ACTIVITY[1] * normal(self.random)).exp() / STUDY_DAYS;
            let size = (CIRCLE[0] * (CIRCLE[1] * normal(self.random)).exp()).ceil().min(60.0);
            let weights: Vec<f64> = (1..=size as usize).map(|rank| (rank as f64).powf(-RANKS)).collect();
            let all: f64 = weights.iter().sum();
            for weight in weights {
                let to = self.acquaintance(person);
                let days = self.acquainted(person);
                self.contacts[person].push(to);
                self.converse(Tie { from: person, to, rate: rate.min(MOST) * weight / all, days });
            }
            self.relative(person, underworld);
        }
    }

    /// A colleague of the same unit, or somebody of whom there is no statement. The first is home, and no colleague.
    fn acquaintance(&mut self, person: usize) -> usize {
        let unit = self.world.recorded.persons[person].unit;
        let people = self.world.recorded.persons.iter().enumerate();
        let others: Vec<usize> = people.filter(|(index, p)| p.unit == unit && *index != person).map(|(index, _)| index).collect();
        let colleague = happens(COLLEAGUES, self.random) && !self.contacts[person].is_empty();
        let who = one_of(&others, self.random).copied().filter(|who| colleague && !self.contacts[person].contains(who));
        who.unwrap_or_else(|| self.lines.open(Held::No))
    }

    /// Days from which and until which somebody is in a circle. Home always is.
    fn acquainted(&mut self, person: usize) -> [f64; 2] {
        if !happens(PASSING, self.random) || self.contacts[person].is_empty() {
            return [0.0, DAYS];
        }
        let [one, other] = [(); 2].map(|()| self.random.unit() * DAYS);
        [one.min(other), one.max(other)]
    }

    /// Somebody in an innocent's circle may be in touch with a target or a go-between.
    fn relative(&mut self, person: usize, underworld: &Underworld) {
        let has = happens(self.setting.oddities.relative, self.random) && !self.world.truth.leaks(person);
        let outside: Vec<usize> = self.contacts[person].iter().copied().filter(|c| *c >= self.persons()).collect();
        let who = one_of(&outside, self.random).copied();
        let whom = one_of(&underworld.held, self.random).copied();
        if let (true, Some(who), Some(whom)) = (has, who, whom) {
            self.converse(Tie { from: who, to: whom, rate: 0.1, days: [0.0, DAYS] });
            let number = self.lines.number_at(who, 0);
            self.traces.ordinary.extend(number.map(|number| (person, Ordinary::Relative(number))));
        }
    }

    /// Calls with shops, deliveries and wrong numbers: half of them with places that others call too.
    pub(super) fn strangers(&mut self, underworld: &Underworld) {
        let rate = self.setting.strangers;
        if rate <= 0.0 {
            return;
        }
        let popular: Vec<f64> = (1..=underworld.places.len()).map(|rank| 1.0 / rank as f64).collect();
        let callers: Vec<usize> = (0..self.persons()).chain(underworld.held.iter().copied()).collect();
        for caller in callers {
            let mut day = exponential(self.random) / rate;
            while day < DAYS {
                let place = happens(PLACES, self.random);
                let at = weighted(&popular, 1, self.random).first().map(|rank| underworld.places[*rank]);
                let whom = match at {
                    Some(at) if place => at,
                    _ => self.lines.open(Held::No),
                };
                let (from, to) = if happens(0.6, self.random) { (caller, whom) } else { (whom, caller) };
                // Shops are open by day.
                let hour = between([8.0, 21.0], self.random);
                self.call(second(day.floor()) + (hour * DAY / 24.0) as i64, from, to, Kind::Call);
                day += exponential(self.random) / rate;
            }
        }
    }

    /// A second SIM for a journey, in the usual handset: used with the usual people, and noted by nobody.
    pub(super) fn second_sims(&mut self) {
        for person in 0..self.persons() {
            let has = happens(self.setting.oddities.second_sim, self.random) && !self.world.truth.leaks(person);
            let from = self.random.unit() * DAYS;
            let days = [from, from + between(SECOND_SIM, self.random)];
            if !has {
                continue;
            }
            let line = self.lines.open_beside(person);
            for to in self.contacts[person].iter().copied().take(3).collect::<Vec<_>>() {
                self.converse(Tie { from: line, to, rate: SECOND_SIM_RATE / 3.0, days });
            }
            let number = self.lines.number_at(line, 0);
            self.traces.ordinary.extend(number.map(|number| (person, Ordinary::SecondSim(number))));
        }
    }
}
