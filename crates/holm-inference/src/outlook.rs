//! What more would tell: how many further operations until it is known whether somebody leaks, and how much all that is not known
//! yet comes to against what one operation tells.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::case::{Case, Edge, UNRECORDED};
use crate::chain::Chain;
use crate::posterior::{Posterior, Sampling};
use crate::priors::Priors;

/// Above this somebody is taken to leak, and below one less this not to; between, it is undecided (reference §1.3).
pub const DECIDED: f64 = 0.95;
/// Nobody waits for more operations than that.
pub const MOST_OPERATIONS: usize = 500;
/// Possible futures of each person, either way.
const WALKS: usize = 201;
/// Draws of the posterior that are weighed in each, and as many more that are taken as the truth of it, either way.
const DRAWS: usize = 48;

/// What more would tell about somebody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// The person.
    pub person: usize,
    /// The probability that they leak, as of now.
    pub probability: f64,
    /// What the next operation like those they were told of will say in the mean if they leak, in nats for it.
    pub nats_if_leak: f64,
    /// If they do not leak, in nats against it.
    pub nats_if_not: f64,
    /// After how many further operations one half of those like them who leak would be above [`DECIDED`]; `None` if after more than
    /// [`MOST_OPERATIONS`]: operations like these cannot tell.
    pub more_if_leak: Option<usize>,
    /// After how many one half of those who do not would be below one less that.
    pub more_if_not: Option<usize>,
}

/// What is not known yet against what an operation tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    /// Entropy of who leaks and which channels are compromised, in bits; at most this, since what is known of them together is left
    /// out.
    pub bits_needed: f64,
    /// What one more operation like those recorded tells in the mean, in bits, if what comes of it is seen clearly: about who leaks,
    /// how much and when, and all that is common.
    pub bits_of_one: f64,
}

impl Capacity {
    /// No fewer operations than this can tell everything; infinite if none tells anything.
    #[must_use]
    pub fn operations(&self) -> f64 {
        self.bits_needed / self.bits_of_one
    }
}

/// Outlooks of those of `people` of whom it is undecided whether they leak. Further operations are those they were told of, with the
/// same others, over again, while they are active.
#[must_use]
pub fn outlooks(case: &Case, priors: &Priors, sampling: &Sampling, found: &Posterior, people: &[usize]) -> Vec<Outlook> {
    let undecided = |person: &usize| found.persons.get(*person).is_some_and(|p| (1.0 - DECIDED..DECIDED).contains(p));
    let people: Vec<usize> = people.iter().copied().filter(undecided).collect();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(sampling.seed);
    let mut expected: Vec<Expected> = people.iter().map(|person| Expected::new(*person)).collect();
    sampled(case, priors, sampling, found, |chain| {
        let clean = chain.clean_chances();
        expected.iter_mut().for_each(|of| of.add(case, chain, &clean, &mut random));
    });
    expected.iter().map(|of| of.outlook(found.persons[of.person], &mut random)).collect()
}

/// How much is not known yet, and what one more operation tells.
#[must_use]
pub fn capacity(case: &Case, priors: &Priors, sampling: &Sampling, found: &Posterior) -> Capacity {
    let entropy = |p: &f64| binary_entropy(*p);
    // Of each chain, and by trial: sums of chances of a leak and of their entropies.
    let of_chain = |number: usize| {
        let (mut sums, mut count) = (vec![(0.0, 0.0); case.trials()], 0.0_f64);
        sampled_by(case, priors, sampling, found, number, |chain| {
            count += 1.0;
            for ((mean, noise), clean) in sums.iter_mut().zip(chain.clean_chances()) {
                *mean += 1.0 - clean;
                *noise += binary_entropy(clean);
            }
        });
        (sums, count)
    };
    let chains: Vec<(Vec<(f64, f64)>, f64)> = (0..found.ends.len()).into_par_iter().map(of_chain).collect();
    let count: f64 = chains.iter().map(|(_, count)| count).sum();
    let mut sums = vec![(0.0, 0.0); case.trials()];
    for (of_chain, _) in &chains {
        for ((mean, noise), (m, n)) in sums.iter_mut().zip(of_chain) {
            *mean += m;
            *noise += n;
        }
    }
    let told = sums.iter().map(|(mean, noise)| binary_entropy(mean / count) - noise / count);
    Capacity {
        bits_needed: found.persons.iter().chain(&found.channels).map(entropy).sum(),
        bits_of_one: told.sum::<f64>() / sums.len().max(1) as f64,
    }
}

/// In bits.
fn binary_entropy(p: f64) -> f64 {
    let part = |p: f64| if p > 0.0 { -p * p.log2() } else { 0.0 };
    part(p) + part(1.0 - p)
}

/// Gives every sweep of chains that go on from where a posterior ended.
fn sampled(case: &Case, priors: &Priors, sampling: &Sampling, found: &Posterior, mut each: impl FnMut(&Chain<'_>)) {
    (0..found.ends.len()).for_each(|number| sampled_by(case, priors, sampling, found, number, &mut each));
}

/// The same of one of these chains.
fn sampled_by(
    case: &Case,
    priors: &Priors,
    sampling: &Sampling,
    found: &Posterior,
    number: usize,
    mut each: impl FnMut(&Chain<'_>),
) {
    let Some(state) = found.ends.get(number) else { return };
    let seed = sampling.seed.wrapping_mul(0xa076_1d64_78bd_642f).wrapping_add(number as u64);
    let mut chain = Chain::from_state(case, priors, seed, state);
    chain.burn_in(sampling.burn_in);
    for _ in 0..sampling.kept.div_ceil(found.ends.len()) {
        chain.sweep();
        each(&chain);
    }
}

/// What is expected of trials that somebody knew of: draws of the posterior in which they do not leak, and ones in which they do.
struct Expected {
    person: usize,
    /// By draw, then recorded exposure, the chance of a leak.
    draws: [Vec<Vec<f64>>; 2],
    seen: [usize; 2],
}

impl Expected {
    fn new(person: usize) -> Self {
        Self { person, draws: [Vec::new(), Vec::new()], seen: [0; 2] }
    }

    /// Keeps so many draws of all, each as likely as another (Vitter's reservoir).
    fn add(&mut self, case: &Case, chain: &Chain<'_>, clean: &[f64], random: &mut Xoshiro256PlusPlus) {
        let leaks = usize::from(chain.is_active(self.person));
        self.seen[leaks] += 1;
        let place = if self.draws[leaks].len() < 2 * DRAWS {
            self.draws[leaks].push(Vec::new());
            self.draws[leaks].len() - 1
        } else {
            random.random_range(0..self.seen[leaks])
        };
        let Some(draw) = self.draws[leaks].get_mut(place) else { return };
        let edges = case.edges.of(self.person).iter().enumerate();
        let leak = |(place, edge): (usize, &Edge)| {
            let others = clean[edge.trial as usize] / (1.0 - chain.leak_chance(self.person, place));
            let own = if leaks == 1 { chain.rate(self.person) * case.weights[usize::from(edge.weight)] } else { 0.0 };
            (1.0 - others * (1.0 - own)).clamp(1e-9, 1.0 - 1e-9)
        };
        *draw = edges.filter(|(_, edge)| edge.weight != UNRECORDED).map(leak).collect();
    }

    fn outlook(&self, probability: f64, random: &mut Xoshiro256PlusPlus) -> Outlook {
        let mean = |leaks: usize, trial: usize| {
            self.draws[leaks].iter().map(|draw| draw[trial]).sum::<f64>() / self.draws[leaks].len() as f64
        };
        let trials = self.draws.iter().flat_map(|draws| draws.first()).map(Vec::len).next().unwrap_or(0);
        let divergence = |p: f64, q: f64| p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
        let known = self.draws.iter().all(|draws| draws.len() > 1) && trials > 0;
        let nats = |leaks: usize| {
            let of = |trial| divergence(mean(leaks, trial), mean(1 - leaks, trial));
            if known { (0..trials).map(of).sum::<f64>() / trials as f64 } else { 0.0 }
        };
        let more =
            |leaks: usize, random: &mut Xoshiro256PlusPlus| known.then(|| self.walks(leaks, probability, random)).flatten();
        Outlook {
            person: self.person,
            probability,
            nats_if_leak: nats(1),
            nats_if_not: nats(0),
            more_if_leak: more(1, random),
            more_if_not: more(0, random),
        }
    }

    /// The median over possible futures of the number of operations until it is decided, rightly.
    fn walks(&self, leaks: usize, now: f64, random: &mut Xoshiro256PlusPlus) -> Option<usize> {
        // What is weighed, as ln by trial then draw if it stays clean and if not; the truth is not among it.
        let says = [0, 1].map(|class| {
            let weighed: Vec<&Vec<f64>> = self.draws[class].iter().step_by(2).collect();
            let trials = weighed.first().map_or(0, |draw| draw.len());
            let of = |trial: usize| {
                [false, true].map(|leak| weighed.iter().map(|d| (if leak { d[trial] } else { 1.0 - d[trial] }).ln()).collect())
            };
            (0..trials).map(of).collect::<Says>()
        });
        let mut all: Vec<usize> = Vec::with_capacity(WALKS);
        let mut never = 0;
        while all.len() + never < WALKS && never <= WALKS / 2 {
            let truths = self.draws[leaks].len() / 2;
            let truth = &self.draws[leaks][2 * random.random_range(0..truths) + 1];
            match walk(truth, &says, leaks == 1, now, random) {
                Some(number) => all.push(number),
                None => never += 1,
            }
        }
        all.sort_unstable();
        all.get(WALKS / 2).copied()
    }
}

/// By trial, for a clean one and for a leak, ln of its probability by draw.
type Says = Vec<[Vec<f64>; 2]>;

fn walk(truth: &[f64], says: &[Says; 2], leaks: bool, now: f64, random: &mut Xoshiro256PlusPlus) -> Option<usize> {
    let line = (DECIDED / (1.0 - DECIDED)).ln();
    let before = (now / (1.0 - now)).ln();
    let mut ln_seen = says.each_ref().map(|says| vec![0.0; says[0][0].len()]);
    (1..=MOST_OPERATIONS).find(|_| {
        let trial = random.random_range(0..truth.len());
        let leaked = usize::from(random.random::<f64>() < truth[trial]);
        for (ln_seen, says) in ln_seen.iter_mut().zip(says) {
            ln_seen.iter_mut().zip(&says[trial][leaked]).for_each(|(sum, ln)| *sum += ln);
        }
        let ln_odds = before + ln_mean(&ln_seen[1]) - ln_mean(&ln_seen[0]);
        if leaks { ln_odds >= line } else { ln_odds <= -line }
    })
}

fn ln_mean(lns: &[f64]) -> f64 {
    let largest = lns.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + (lns.iter().map(|ln| (ln - largest).exp()).sum::<f64>() / lns.len() as f64).ln()
}
