//! A record that runs experiments one after the other, and the exact binomial test. Nothing here computes an e-value.

use holm_inference::experiment::draw::Seed;
use holm_inference::experiment::law::{ONE, Variant, Variants};
use holm_inference::experiment::ledger::{Experiment, Ledger};
use holm_inference::experiment::protocol::{Bet, Group, Law, Plan, Protocol};
use holm_inference::experiment::{Entry, Who};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

pub(crate) const PLANNER: Who = Who(1_000);
pub(crate) const TELLER: Who = Who(1_001);
pub(crate) const READER: Who = Who(1_002);
pub(crate) const START: Entry = Entry { number: 0, seconds: 0 };

/// A record under way.
pub(crate) struct Bench {
    pub(crate) ledger: Ledger,
    pub(crate) random: Xoshiro256PlusPlus,
    at: Entry,
}

pub(crate) fn random(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

pub(crate) fn persons(count: u32) -> Vec<Group> {
    (0..count).map(|n| Group::person(Who(n))).collect()
}

/// Outcome v shows variant v and the one past the last shows nothing.
pub(crate) fn plan(groups: Vec<(Group, Law)>, stake: u32, closes: i64) -> Plan {
    let variants = groups[0].1.weights().len() as u8;
    let mut outcomes: Vec<Variants> = (0..variants).map(|v| Variants::of(&[Variant(v)])).collect();
    outcomes.push(Variants::NONE);
    Plan { wording: [0; 32], closes, floor: 1, bet: Bet::new(stake).unwrap(), outcomes, groups }
}

pub(crate) fn uniform(groups: Vec<Group>, variants: u8) -> Vec<(Group, Law)> {
    groups.into_iter().map(|group| (group, Law::uniform(variants).unwrap())).collect()
}

impl Bench {
    pub(crate) fn new(seed: u64) -> Self {
        Self { ledger: Ledger::default(), random: random(seed), at: START }
    }

    /// The next entry, a second later.
    pub(crate) fn next(&mut self) -> Entry {
        self.at = Entry { number: self.at.number + 1, seconds: self.at.seconds + 1 };
        self.at
    }

    pub(crate) fn now(&self) -> i64 {
        self.at.seconds
    }

    /// Announces and draws: the experiment, and what each group is told.
    pub(crate) fn draw(&mut self, groups: Vec<(Group, Law)>, stake: u32, lasts: i64) -> (Experiment, Vec<u8>) {
        self.carry_out(plan(groups, stake, self.at.seconds + lasts))
    }

    /// The same of any plan.
    pub(crate) fn carry_out(&mut self, plan: Plan) -> (Experiment, Vec<u8>) {
        let (announced, drawn, opened) = (self.next(), self.next(), self.next());
        let experiment = self.ledger.announce(&Protocol::new(plan).unwrap().encode(), PLANNER, announced).unwrap();
        let seed = Seed::from_bytes(self.random.random());
        self.ledger.draw(experiment, seed, PLANNER, drawn, &[]).unwrap();
        let told = self.ledger.open_to(experiment, TELLER, opened).unwrap();
        (experiment, told.into_iter().map(|(_, variant)| variant.0).collect())
    }

    pub(crate) fn enter(&mut self, experiment: Experiment, outcome: usize) {
        let (at, evidence) = (self.next(), self.random.random());
        self.ledger.blind(experiment, READER, at).unwrap().enter(evidence, outcome).unwrap();
    }

    /// Closes early.
    pub(crate) fn close(&mut self, experiment: Experiment) {
        let at = self.next();
        self.ledger.close(experiment, READER, at).unwrap();
    }

    /// Closes by somebody who knows, after the closing date.
    pub(crate) fn close_late(&mut self, experiment: Experiment, seconds: i64) {
        self.at.seconds = self.at.seconds.max(seconds);
        let at = self.next();
        self.ledger.close(experiment, TELLER, at).unwrap();
    }

    /// Largest ln M so far.
    pub(crate) fn most(&self, group: &Group) -> f64 {
        self.ledger.course(group, START).into_iter().fold(0.0, f64::max)
    }
}

/// P(at least `count` of `trials`) if each has probability `p`, exactly.
pub(crate) fn binomial_tail(count: usize, trials: usize, p: f64) -> f64 {
    let ln_choose = |k: f64, n: f64| libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    let n = trials as f64;
    let term = |k: usize| (ln_choose(k as f64, n) + k as f64 * p.ln() + (n - k as f64) * (1.0 - p).ln()).exp();
    (count..=trials).map(term).sum::<f64>().min(1.0)
}

/// Whether an event of probability `p` at most comes this often with probability below 1e-5.
pub(crate) fn exceeds(count: usize, trials: usize, p: f64) -> bool {
    binomial_tail(count, trials, p) < 1e-5
}

#[test]
fn tails_are_those_of_small_binomials() {
    assert!((binomial_tail(2, 3, 0.5) - 0.5).abs() < 1e-12);
    assert!((binomial_tail(1, 4, 0.1) - (1.0 - 0.9_f64.powi(4))).abs() < 1e-12);
    assert!((binomial_tail(0, 9, 0.3) - 1.0).abs() < 1e-12);
    assert!(!exceeds(32, 600, 0.05) && exceeds(60, 600, 0.05));
}

/// Everything is staked.
pub(crate) const ALL: u32 = ONE;
