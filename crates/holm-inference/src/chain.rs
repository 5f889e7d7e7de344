//! One Markov chain over who leaks, how much, when, and everything that is learned beside it.
//!
//! Gibbs sampling on sparse lists. The chance that a trial shows no leak is a product over whoever was active: taking an entity
//! out or putting it in multiplies it, and changes how likely the trial is to end as it did by 1 + θ w r, where r depends on the
//! trial alone. So a person is weighed in one pass over what they were told, for several leak rates and
//! all windows at once:
//!
//! - Leak rates: the present one, if the person is active, and some drawn from the prior (Neal, J. Comp. Graph. Stat. 9, 2000,
//!   algorithm 8), which is exact. A bound on what anybody could gain decides first whether they need be weighed at all.
//! - Two people who were always told together are told apart by nothing, and single steps never exchange them: swaps do.
//! - The share of leakers of a unit is summed out; what units have in common, the background of each type of operation, and how
//!   many exposures are not recorded are drawn by slice sampling (Neal, Ann. Statist. 31, 2003).

mod activity;
mod ladder;
mod learned;
mod rest;
mod state;

pub use ladder::{Ladder, POWERS};
pub(crate) use rest::LARGE;
pub use state::State;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::case::{Case, Edge, UNRECORDED};
use crate::checks::{Accuracy, CheckKind};
use crate::priors::{Alike, Priors, Share};
use crate::windows::{Marginal, Window, change, pick};

/// Leak rates that a person is weighed with at once.
const CANDIDATES: usize = 4;
/// Chances of no leak are computed anew after so many sweeps: they drift by rounding.
const FRESH: usize = 64;
/// No trial is surer than this of showing no leak by chance alone.
const LEAST: f64 = 1e-290;

/// What a chain says after a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scalars {
    /// Leakers and compromised channels.
    pub active: f64,
    /// Mean share of leakers.
    pub leakers: f64,
    /// ln κ.
    pub ln_alike: f64,
    /// Mean background over types of operations.
    pub background: f64,
    /// Share of exposures that are not recorded.
    pub unrecorded: f64,
    /// ln of the likelihood of all trials.
    pub ln_likelihood: f64,
    /// Share of certain leaks that no active entity brought about: operations that failed by themselves, or somebody who is not
    /// listed.
    pub unexplained: f64,
}

/// The leak rate near which what somebody did is likeliest, and how likely they kept with it what they kept to themselves.
#[derive(Clone, Copy)]
struct Peak {
    at: f64,
    kept_there: f64,
}

/// A chain.
pub struct Chain<'c> {
    case: &'c Case,
    priors: &'c Priors,
    random: Xoshiro256PlusPlus,
    /// By edge of an entity, the chance of a change before it.
    changes: Vec<f32>,
    /// By trial: the chance of no leak, and what a leak more is worth.
    clean: Vec<f64>,
    worth: Vec<f64>,
    /// By entity.
    rate: Vec<f64>,
    window: Vec<Option<Window>>,
    /// Who is active, in no order, and where each stands in it.
    active: Vec<u32>,
    place: Vec<u32>,
    /// By group of entities: how many are active, and how many there are.
    count: Vec<u32>,
    size: Vec<u32>,
    /// By group, odds that one of it who is out is active.
    group_odds: Vec<f64>,
    /// By entity, if nobody pauses.
    peaks: Vec<Peak>,
    /// What exposures are worth, by their weights; of unrecorded ones first.
    weights: Vec<f64>,
    leakers: f64,
    alike: f64,
    background: Vec<f64>,
    unrecorded: f64,
    /// By kind of check, and what is worth by profile of what they found.
    accuracy: Vec<Accuracy>,
    checked: Vec<f64>,
    /// By entity, likelihood ratio that was given of its checks.
    given: Vec<f64>,
    /// What was seen of trials counts to this power: 1, but where a chain is to move freely ([`Ladder`]).
    power: f64,
    /// By entity, the chance that it is active as of the last sweep, given everything else.
    chance: Vec<f64>,
    /// By entity, whether most sweeps leave it out ([`rest`]); of nobody until it is settled.
    rests: Vec<bool>,
    sweeps: usize,
}

const NOWHERE: u32 = u32::MAX;

impl<'c> Chain<'c> {
    /// A chain of its own for each seed, begun with nobody active.
    #[must_use]
    pub fn new(case: &'c Case, priors: &'c Priors, seed: u64) -> Self {
        let entities = case.entities();
        let middle = |share: Share| match share {
            Share::Beta(a, b) => a / (a + b),
            Share::Known(value) => value,
        };
        let mut size = vec![0; case.groups()];
        case.group.iter().for_each(|g| size[*g as usize] += 1);
        let mut chain = Self {
            case,
            priors,
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            changes: changes(case, priors),
            clean: vec![1.0; case.trials()],
            // That a trial stayed clean speaks against whoever knew by 1 − θ w, whoever else did.
            worth: vec![-1.0; case.trials()],
            rate: vec![0.5; entities],
            window: vec![None; entities],
            active: Vec::new(),
            place: vec![NOWHERE; entities],
            count: vec![0; case.groups()],
            size,
            group_odds: vec![0.0; case.groups()],
            peaks: peaks(case),
            weights: case.weights.clone(),
            leakers: middle(priors.leakers),
            alike: match priors.alike {
                Alike::Gamma(shape, rate) => shape / rate,
                Alike::Known(value) => value,
            },
            background: vec![middle(priors.background); case.kinds],
            unrecorded: middle(priors.unrecorded),
            accuracy: {
                let of = |kind: &CheckKind| Accuracy {
                    sensitivity: middle(kind.sensitivity),
                    false_alarms: middle(kind.false_alarms),
                };
                case.vetting.kinds.iter().map(of).collect()
            },
            checked: Vec::new(),
            given: case.ln_checks.iter().map(|ln| ln.exp()).collect(),
            power: 1.0,
            chance: vec![0.0; entities],
            rests: Vec::new(),
            sweeps: 0,
        };
        chain.weights[usize::from(UNRECORDED)] = chain.unrecorded;
        chain.weigh_groups();
        chain.weigh_checks();
        chain.refresh();
        chain
    }

    /// Begun instead with a share of those who knew of any leak active: chains that begin far from each other and agree have seen all
    /// that there is to see more likely than ones that begin alike.
    #[must_use]
    pub fn dispersed(mut self, share: f64) -> Self {
        for entity in 0..self.case.entities() {
            let begins = !self.case.positives.of(entity).is_empty() && self.random.random::<f64>() < share;
            if begins && !self.is_active(entity) {
                let rate = self.priors.rate.draw(&mut self.random);
                self.put_in(entity, rate, Window::Always);
            }
        }
        self.refresh();
        self
    }

    /// By entity, the chance that it is active, given all others as of the last sweep: its mean over sweeps is the posterior.
    #[must_use]
    pub fn chances(&self) -> &[f64] {
        &self.chance
    }

    /// Whether an entity is active now.
    #[must_use]
    pub fn is_active(&self, entity: usize) -> bool {
        self.place.get(entity).is_some_and(|p| *p != NOWHERE)
    }

    /// The leak rate of an active entity.
    #[must_use]
    pub fn rate(&self, entity: usize) -> f64 {
        self.rate.get(entity).copied().unwrap_or(0.0)
    }

    /// By unit, then kind of channel, how many are active now.
    #[must_use]
    pub fn counts(&self) -> &[u32] {
        &self.count
    }

    /// By type of operation, its background.
    #[must_use]
    pub fn background(&self) -> &[f64] {
        &self.background
    }

    /// By kind of check, how accurate it is.
    #[must_use]
    pub fn accuracy(&self) -> &[Accuracy] {
        &self.accuracy
    }

    /// By trial that an entity knew of, ln of how much likelier it is to have ended as it did if the entity leaks and was active
    /// then, given everybody else as they are now.
    pub fn evidence(&mut self, entity: usize) -> Vec<f64> {
        let window = self.window.get(entity).cloned().flatten();
        let rate = if window.is_some() { self.rate[entity] } else { self.priors.rate.draw(&mut self.random) };
        if window.is_some() {
            self.take_out(entity);
        }
        let nats = |edge: &Edge| (rate * self.weight(edge) * self.worth[edge.trial as usize]).ln_1p();
        let evidence = self.edges(entity).iter().map(nats).collect();
        if let Some(window) = window {
            self.put_in(entity, rate, window);
        }
        evidence
    }

    /// What is common to all.
    #[must_use]
    pub fn scalars(&self) -> Scalars {
        Scalars {
            active: self.active.len() as f64,
            leakers: self.leakers,
            ln_alike: self.alike.ln(),
            background: self.background.iter().sum::<f64>() / self.background.len().max(1) as f64,
            unrecorded: self.unrecorded,
            ln_likelihood: self.ln_likelihood(),
            unexplained: self.unexplained(),
        }
    }

    fn ln_likelihood(&self) -> f64 {
        let unclean = self.unclean().map(|t| ln_likelihood(self.clean[t], self.case.ratio[t]));
        let kinds = self.case.clean.iter().zip(&self.background).map(|(count, share)| *count as f64 * (1.0 - share).ln());
        let kept = self.active.iter().map(|entity| {
            let entity = *entity as usize;
            let on = |place: usize| self.window[entity].as_ref().is_some_and(|w| w.is_on(place));
            let clean = self.edges(entity).iter().enumerate().filter(|(place, edge)| edge.clean && on(*place));
            clean.map(|(_, edge)| (-self.rate[entity] * self.weight(edge)).ln_1p()).sum::<f64>()
        });
        unclean.sum::<f64>() + kinds.sum::<f64>() + kept.sum::<f64>()
    }

    /// Trials that are not certainly clean.
    fn unclean(&self) -> impl Iterator<Item = usize> + use<'c> {
        let case = self.case;
        (0..case.kinds).flat_map(move |kind| case.of_kind.of(kind)).map(|t| *t as usize)
    }

    /// With background ρ and chance q = (1 − ρ) A of no leak, a leak came about without anybody active with probability
    /// A ρ / (1 − q).
    fn unexplained(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0_f64);
        for trial in self.unclean().filter(|t| self.case.ratio[*t].is_infinite()) {
            let background = self.background[self.case.kind[trial] as usize];
            sum += self.clean[trial] / (1.0 - background) * background / (1.0 - self.clean[trial]);
            count += 1.0;
        }
        sum / count.max(1.0)
    }

    /// Every entity, swaps, and what is common.
    pub fn sweep(&mut self) {
        if self.sweeps.is_multiple_of(FRESH) {
            self.refresh();
        }
        self.sweeps += 1;
        for entity in 0..self.case.entities() {
            if !self.is_resting(entity) {
                self.chance[entity] = self.draw(entity);
            }
        }
        for _ in 0..self.active.len() {
            self.swap();
        }
        self.draw_units();
        self.weigh_groups();
        for kind in 0..self.case.kinds {
            self.draw_background(kind);
        }
        self.draw_unrecorded();
        self.draw_checks();
    }

    fn edges(&self, entity: usize) -> &'c [Edge] {
        self.case.edges.of(entity)
    }

    fn weight(&self, edge: &Edge) -> f64 {
        self.weights[usize::from(edge.weight)]
    }

    /// Computes what is kept by trial from the beginning.
    fn refresh(&mut self) {
        for trial in self.unclean() {
            self.clean[trial] = 1.0 - self.background[self.case.kind[trial] as usize];
        }
        for entity in self.active.clone() {
            self.multiply(entity as usize, false);
        }
        for trial in self.unclean() {
            self.set(trial, self.clean[trial]);
        }
    }

    /// With chance q of no leak and λ, how much likelier what was seen is if there was one, the end is worth q + λ (1 − q). Somebody
    /// more makes it q (1 − θ w) + λ (1 − q (1 − θ w)), which is 1 + θ w r times as much with r = q (λ − 1) / (q + λ (1 − q)).
    fn set(&mut self, trial: usize, clean: f64) {
        let clean = clean.clamp(LEAST, 1.0 - 1e-12);
        self.clean[trial] = clean;
        let ratio = self.case.ratio[trial];
        self.worth[trial] =
            if ratio.is_infinite() { clean / (1.0 - clean) } else { clean * (ratio - 1.0) / (clean + ratio * (1.0 - clean)) };
    }

    /// Takes an entity's part in its trials away or adds it.
    fn multiply(&mut self, entity: usize, out: bool) {
        let rate = self.rate[entity];
        let Some(window) = self.window[entity].take() else { return };
        let case = self.case;
        let always = window == Window::Always;
        // Whoever is always on needs no places among all trials.
        let edges = if always { case.others.of(entity) } else { case.edges.of(entity) };
        for (place, edge) in edges.iter().enumerate() {
            if !edge.clean && (always || window.is_on(place)) {
                let factor = 1.0 - rate * self.weight(edge);
                let trial = edge.trial as usize;
                let clean = if out { self.clean[trial] / factor } else { self.clean[trial] * factor };
                self.set(trial, clean);
            }
        }
        self.window[entity] = Some(window);
    }

    fn take_out(&mut self, entity: usize) {
        self.multiply(entity, true);
        self.window[entity] = None;
        let place = self.place[entity] as usize;
        self.active.swap_remove(place);
        if let Some(moved) = self.active.get(place) {
            self.place[*moved as usize] = place as u32;
        }
        self.place[entity] = NOWHERE;
        let group = self.case.group[entity] as usize;
        self.count[group] -= 1;
        self.weigh_group(group);
    }

    fn put_in(&mut self, entity: usize, rate: f64, window: Window) {
        self.rate[entity] = rate;
        self.window[entity] = Some(window);
        self.multiply(entity, false);
        self.place[entity] = self.active.len() as u32;
        self.active.push(entity as u32);
        let group = self.case.group[entity] as usize;
        self.count[group] += 1;
        self.weigh_group(group);
    }

    /// Odds that an entity that is out is active, by its group and its checks.
    fn odds(&self, entity: usize) -> f64 {
        let checks = self.given[entity] * self.checked[self.case.vetting.profile[entity] as usize];
        self.group_odds[self.case.group[entity] as usize] * checks
    }

    /// Odds of one of a group who is out, by how many of the others are active.
    fn weigh_group(&mut self, group: usize) {
        let (others, count) = (f64::from(self.size[group]) - 1.0, f64::from(self.count[group]));
        let (a, b) = if group < self.case.units {
            (self.leakers * self.alike, (1.0 - self.leakers) * self.alike)
        } else {
            self.priors.channels
        };
        self.group_odds[group] = (a + count) / (b + others - count);
    }

    fn weigh_groups(&mut self) {
        (0..self.case.groups()).for_each(|group| self.weigh_group(group));
    }

    /// Draws whether an entity is active, how much and when; returns the chance that it is.
    fn draw(&mut self, entity: usize) -> f64 {
        let mut rates = [0.0; CANDIDATES];
        let was = self.is_active(entity);
        if was {
            self.take_out(entity);
        }
        let odds = self.odds(entity);
        let most = odds * self.tempered(self.most(entity));
        let bound = if most.is_finite() { most / (1.0 + most) } else { 1.0 };
        let chosen: f64 = self.random.random();
        if chosen >= bound {
            return 0.0;
        }
        for (number, rate) in rates.iter_mut().enumerate() {
            *rate = if was && number == 0 { self.rate[entity] } else { self.priors.rate.draw(&mut self.random) };
        }
        let marginals = self.marginals(entity, rates);
        let (weights, ln_scale) = Marginal::totals(&marginals, &self.priors.windows);
        let odds_now = odds * weights.iter().sum::<f64>() / CANDIDATES as f64;
        let chance = if ln_scale == 0.0 { odds_now / (1.0 + odds_now) } else { 1.0 / (1.0 + (-odds_now.ln() - ln_scale).exp()) };
        if chosen < chance {
            let number = pick(&weights, &mut self.random);
            self.put_in_drawn(entity, rates[number], &marginals[number]);
        }
        // Among the draws that needed weighing it is active this often; all others are not.
        (chance / bound).min(1.0)
    }

    /// No rate and no window makes what was seen likelier than by this.
    fn most(&self, entity: usize) -> f64 {
        let others = self.case.others.of(entity);
        let worth = |edge: &Edge| self.weight(edge) * self.worth[edge.trial as usize];
        if !self.is_always_on(entity) {
            return others.iter().map(|edge| 1.0 + worth(edge).max(0.0)).product();
        }
        // ln of what a rate is worth is concave in it, and lies below each of its tangents: at 0, and near where it is highest.
        let kept = f64::from(self.case.kept[entity]);
        let Peak { at, kept_there } = self.peaks[entity];
        let (mut sum, mut product, mut slope) = (0.0, kept_there, -kept / (1.0 - at));
        for edge in others {
            let worth = worth(edge);
            let factor = 1.0 + at * worth;
            sum += worth;
            product *= factor;
            slope += worth / factor;
        }
        if sum <= kept {
            return 1.0;
        }
        let further = (slope * (1.0 - at)).max(-slope * at);
        // e to the x is less than 1 / (1 − x), and cheaper.
        product * if further < 0.3 { 1.0 / (1.0 - further) } else { further.exp() }
    }

    fn tempered(&self, ratio: f64) -> f64 {
        if self.power == 1.0 { ratio } else { ratio.powf(self.power) }
    }

    /// Channels are, and everybody is where windows are not supposed.
    fn is_always_on(&self, entity: usize) -> bool {
        entity >= self.case.persons() || self.priors.windows.always == 1.0
    }

    /// What an entity that is out would be worth with some rates, over its windows.
    fn marginals<const N: usize>(&self, entity: usize, rates: [f64; N]) -> [Marginal; N] {
        let factors = |edge: &Edge| {
            let worth = self.weight(edge) * self.worth[edge.trial as usize];
            let factors = rates.map(|rate| 1.0 + rate * worth);
            if self.power == 1.0 { factors } else { factors.map(|factor| factor.powf(self.power)) }
        };
        if !self.is_always_on(entity) {
            let changes = self.changes.get(self.case.edges.range(entity)).unwrap_or_default();
            return Marginal::of(self.edges(entity).iter().map(factors), changes, &self.priors.windows);
        }
        let mut marginals = Marginal::of_one_window(self.case.others.of(entity).iter().map(factors));
        let kept = self.case.kept[entity];
        for (marginal, rate) in marginals.iter_mut().zip(rates) {
            let secrets = if self.power == 1.0 { (1.0 - rate).powi(kept as i32) } else { 0.0 };
            if secrets > 1e-150 {
                [&mut marginal.always, &mut marginal.onset, &mut marginal.on_off].into_iter().for_each(|part| *part *= secrets);
            } else {
                marginal.ln_scale += self.power * f64::from(kept) * (-rate).ln_1p();
            }
        }
        marginals
    }

    fn put_in_drawn(&mut self, entity: usize, rate: f64, marginal: &Marginal) {
        let window = if self.is_always_on(entity) {
            Window::Always
        } else {
            let edges = self.edges(entity);
            let factor = |e: &Edge| self.tempered(1.0 + rate * self.weight(e) * self.worth[e.trial as usize]);
            let factors = || edges.iter().map(factor).collect();
            let changes = self.changes.get(self.case.edges.range(entity)).unwrap_or_default();
            let mut random = self.random.clone();
            let window = marginal.draw(factors, changes, &self.priors.windows, &mut random);
            self.random = random;
            window
        };
        self.put_in(entity, rate, window);
    }

    /// Proposes that somebody else who knew of a leak was it, with the same rate, instead of one who is active.
    fn swap(&mut self) {
        let below = |random: &mut Xoshiro256PlusPlus, n: usize| random.random_range(0..n);
        if self.active.is_empty() {
            return;
        }
        let one = self.active[below(&mut self.random, self.active.len())] as usize;
        let own = self.case.positives.of(one);
        if own.is_empty() {
            return;
        }
        let place = own[below(&mut self.random, own.len())] as usize;
        let trial = self.edges(one)[place].trial as usize;
        let others: Vec<usize> = {
            let knew = self.case.knew.of(trial).iter().map(|e| *e as usize);
            knew.filter(|e| *e != one && !self.is_active(*e)).collect()
        };
        if others.is_empty() {
            return;
        }
        let other = others[below(&mut self.random, others.len())];
        let rate = self.rate[one];
        self.take_out(one);
        let [now, then] = [one, other].map(|e| {
            let [marginal] = self.marginals(e, [rate]);
            (self.odds(e).ln() + marginal.ln_total(&self.priors.windows), marginal)
        });
        let ways = own.len() as f64 / self.case.positives.of(other).len().max(1) as f64;
        let accepted = self.random.random::<f64>().ln() < then.0 - now.0 + ways.ln();
        let (entity, marginal) = if accepted { (other, then.1) } else { (one, now.1) };
        self.put_in_drawn(entity, rate, &marginal);
    }
}

fn peaks(case: &Case) -> Vec<Peak> {
    let of = |entity: usize| {
        let (others, kept) = (case.others.of(entity).len() as f64, case.kept[entity]);
        let at = (others / (others + f64::from(kept)).max(1.0)).clamp(0.001, 0.999);
        Peak { at, kept_there: (f64::from(kept) * (1.0 - at).ln()).exp() }
    };
    (0..case.entities()).map(of).collect()
}

/// Changes between on and off to be expected in a unit of time; none where all trials are at one.
fn change_rate(case: &Case, priors: &Priors) -> f64 {
    let (first, last) = case.time.iter().fold((f64::MAX, f64::MIN), |(a, b), t| (a.min(*t), b.max(*t)));
    let rate = priors.windows.changes / (last - first);
    if rate.is_finite() { rate } else { 0.0 }
}

/// By edge, the chance that its person changed between on and off since the edge before.
fn changes(case: &Case, priors: &Priors) -> Vec<f32> {
    if priors.windows.on_off == 0.0 {
        return Vec::new();
    }
    let rate = change_rate(case, priors);
    let mut changes = Vec::with_capacity(case.edges.len());
    for entity in 0..case.entities() {
        let mut before: Option<f64> = None;
        for edge in case.edges.of(entity) {
            let time = case.time[edge.trial as usize];
            changes.push(before.map_or(0.0, |b| change(rate, time - b)));
            before = Some(time);
        }
    }
    changes
}

/// ln of what a trial's end is worth, given the chance of no leak.
pub(crate) fn ln_likelihood(clean: f64, ratio: f64) -> f64 {
    let clean = clean.clamp(LEAST, 1.0 - 1e-12);
    if ratio.is_infinite() { (-clean).ln_1p() } else { (clean + ratio * (1.0 - clean)).ln() }
}
