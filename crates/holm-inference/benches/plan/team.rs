//! Target 10 of the plan: the risk of the team that is chosen, against all teams, sums, lowest hit rates, and chance.
//!
//! Worlds of `holm-simulate`: 60 people in 6 units, 5 of whom leak half of what they are told, 50 to 300 operations of which 10 are told;
//! in each, 3 operations to come with 16 candidates, anybody, two to four roles, 7 people, and one of level 3 or higher. Risks are those
//! of a leak through the team: what fails by itself is the same for all.

use std::collections::BTreeMap;
use std::time::Instant;

use holm_inference::case::Level;
use holm_inference::plan::draws::{Draw, Draws};
use holm_inference::plan::team::{Candidate, Need, Proof, Role, additive, choose};
use holm_inference::posterior::{Sampling, posterior};
use holm_inference::priors::Priors;
use holm_simulate::world::World;
use holm_simulate::world::setting::{Corruption, Setting};
use rand::seq::index::sample;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::baselines::hit_rate;
use crate::instance::{Instance, View};
use crate::results::{Cell, Results};

const CANDIDATES: usize = 16;
const OPERATIONS: [usize; 3] = [50, 100, 300];
/// Of each world.
const CASES: u64 = 3;
const COLUMNS: &str = "mean risk by the posterior, mean risk in truth, worst gap to the best of all teams, gaps above 0.001";
const METHODS: [&str; 5] = ["Holm", "additive ILP", "lowest hit rate", "random", "best of all teams"];

/// Of one method in one case: the risk by the posterior, that in truth, and the gap to the best of all teams.
#[derive(Clone, Copy)]
struct Measured {
    risk: f64,
    truth: f64,
    gap: f64,
}

pub(crate) fn run(results: &mut Results) -> bool {
    // Not one after the other, or the last would not be measured where the first misses.
    let met = OPERATIONS.map(|operations| row(results, operations));
    large(results);
    met.iter().all(|met| *met)
}

/// How long a large operation takes: 2,000 candidates in a place of 2,400, 12 roles of three or four people, each of whom can fill two.
fn large(results: &mut Results) {
    println!(
        "\nteam, 2,000 candidates, 40 people, 2,000 draws: seconds, risk, how much better a team there could be, that of the sum"
    );
    let cell = results.of(("team", "large", "Holm"), 1, || {
        let (operations, mut random) = (2_000, Xoshiro256PlusPlus::seed_from_u64(1));
        let setting = Setting { people: 2_400, units: 40, told: [20, 20], ..Setting::units(operations) };
        let setting = Setting { corrupt: Corruption { count: 60, ..setting.corrupt }, ..setting };
        let world = World::draw(&setting, 1);
        let (case, priors) = (View::PLAIN.case(&world.recorded), Priors::default());
        let sampling = Sampling { largest_error: 0.03, ..Sampling::default() };
        let found = posterior(&case, &priors, &sampling).unwrap();
        let draws = Draws::of(&case, &priors, &sampling, &found, (operations as f64, 500)).unwrap();
        let wanted: Vec<usize> = (0..12).map(|n| 3 + usize::from(n % 3 == 0)).collect();
        let need = Need { senior: vec![(Level::new(4).unwrap(), 2)], roles: roles(&wanted), ..Need::default() };
        let candidates: Vec<Candidate> = (0..2_000)
            .map(|person| candidate(&world, person, vec![random.random_range(0..12), random.random_range(0..12)]))
            .collect();
        let start = Instant::now();
        let chosen = choose(&draws, &need, &candidates).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        let gap = if let Proof::Within(gap) = chosen.proof { gap } else { 0.0 };
        let sum = additive(&draws, &need, &candidates).unwrap().risk;
        [("seconds", seconds), ("risk", chosen.risk.value), ("gap", gap), ("sum", sum)].map(|(n, v)| (n.to_owned(), v)).into()
    });
    if let Some(cell) = cell {
        let [seconds, risk, gap, sum] = ["seconds", "risk", "gap", "sum"].map(|name| cell.get(name));
        println!("{seconds:.2} s, {risk:.4}, {gap:.6}, {sum:.4}");
    }
}

fn roles(wanted: &[usize]) -> Vec<Role> {
    wanted.iter().map(|n| Role { least: *n, wanted: *n, level: Level::LOWEST, lead: 0.0 }).collect()
}

fn candidate(world: &World, person: usize, roles: Vec<usize>) -> Candidate {
    let level = Level::new(world.recorded.persons[person].level).unwrap();
    Candidate { person, roles, languages: Vec::new(), level, barred: None }
}

fn row(results: &mut Results, operations: usize) -> bool {
    let cases: u64 = if results.quick { 12 } else { 120 };
    let name = format!("M={operations}");
    // All methods are measured at once, when the first of them is asked for.
    let mut measured: Option<Vec<[Measured; METHODS.len()]>> = None;
    let cells: Vec<Option<Cell>> = (0..METHODS.len())
        .map(|method| {
            results.of(("team", &name, METHODS[method]), cases, || {
                let worlds = (0..cases / CASES).into_par_iter();
                let all = measured.get_or_insert_with(|| worlds.flat_map_iter(|seed| world(operations, seed)).collect());
                figures(&all.iter().map(|case| case[method]).collect::<Vec<_>>())
            })
        })
        .collect();
    println!("\nteam, {name}, {cases} cases: {COLUMNS}");
    for cell in cells.iter().flatten() {
        let [risk, truth, worst, above] = ["risk", "truth", "worst", "above"].map(|name| cell.get(name));
        println!("{:<18} {risk:>8.4} {truth:>8.4} {worst:>9.6} {above:>4}", cell.method);
    }
    let [Some(holm), _, Some(lowest), ..] = cells.as_slice() else { return false };
    holm.get("above") == 0.0 && holm.get("risk") * 4.0 <= lowest.get("risk")
}

fn figures(all: &[Measured]) -> BTreeMap<String, f64> {
    let mean = |of: fn(&Measured) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    let figures = [
        ("risk", mean(|m| m.risk)),
        ("truth", mean(|m| m.truth)),
        ("worst", all.iter().map(|m| m.gap).fold(0.0, f64::max)),
        ("above", all.iter().filter(|m| m.gap > 0.001).count() as f64),
    ];
    figures.map(|(name, value)| (name.to_owned(), value)).into()
}

fn world(operations: usize, seed: u64) -> Vec<[Measured; METHODS.len()]> {
    let world = World::draw(&Setting { people: 60, units: 6, ..Setting::units(operations) }, seed);
    let case = View::PLAIN.case(&world.recorded);
    let priors = Priors::default();
    let sampling = Sampling { seed, ..Sampling::default() };
    let found = posterior(&case, &priors, &sampling).unwrap();
    let draws = Draws::of(&case, &priors, &sampling, &found, (operations as f64, 500)).unwrap();
    let rates = hit_rate(&Instance::of(&world));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..CASES).filter_map(|_| measure(&world, &draws, &rates, &mut random)).collect()
}

fn measure(world: &World, draws: &Draws, rates: &[f64], random: &mut Xoshiro256PlusPlus) -> Option<[Measured; METHODS.len()]> {
    let (need, candidates, teams) = loop {
        let (need, candidates) = operation(world, random);
        let teams = teams(&need, &candidates);
        if !teams.is_empty() {
            break (need, candidates, teams);
        }
    };
    let posterior = |people: &[usize]| through(draws, people);
    let best = teams.iter().map(|t| (posterior(t), t)).min_by(|a, b| a.0.total_cmp(&b.0))?;
    let chosen: Vec<usize> = choose(draws, &need, &candidates).ok()?.members.iter().map(|m| m.person).collect();
    let sums = additive(draws, &need, &candidates).ok()?.people;
    let hits = |team: &Vec<usize>| team.iter().map(|p| rates[*p]).sum::<f64>();
    let lowest = teams.iter().min_by(|a, b| hits(a).total_cmp(&hits(b)))?;
    let any = &teams[random.random_range(0..teams.len())];
    let of =
        |people: &[usize]| Measured { risk: posterior(people), truth: truth(world, people), gap: posterior(people) - best.0 };
    Some([of(&chosen), of(&sums), of(lowest), of(any), of(best.1)])
}

/// By the posterior: the risk of a leak, but for what fails by itself.
fn through(draws: &Draws, people: &[usize]) -> f64 {
    let of = |draw: &Draw| {
        let leakers = draw.leakers.iter().filter(|l| l.on && people.contains(&l.entity));
        1.0 - leakers.map(|l| 1.0 - l.rate).product::<f64>()
    };
    draws.all().iter().map(of).sum::<f64>() / draws.len() as f64
}

/// In truth, by those who leak, at any time.
fn truth(world: &World, people: &[usize]) -> f64 {
    let leaks = people.iter().filter_map(|p| world.truth.actors[*p].corrupt.as_ref());
    1.0 - leaks.fold(1.0, |clean, c| clean * (1.0 - c.rate))
}

fn operation(world: &World, random: &mut Xoshiro256PlusPlus) -> (Need, Vec<Candidate>) {
    let people = sample(random, world.recorded.persons.len(), CANDIDATES);
    let sizes: &[usize] = [&[3, 2, 2][..], &[4, 3], &[2, 2, 2, 1]][random.random_range(0..3)];
    let roles = roles(sizes);
    let can = |random: &mut Xoshiro256PlusPlus| {
        let own = random.random_range(0..roles.len());
        (0..roles.len()).filter(|role| *role == own || random.random::<f64>() < 0.4).collect()
    };
    let candidates = people.iter().map(|person| candidate(world, person, can(random))).collect();
    (Need { senior: vec![(Level::new(3).unwrap(), 1)], roles, ..Need::default() }, candidates)
}

/// All teams that meet the need.
fn teams(need: &Need, candidates: &[Candidate]) -> Vec<Vec<usize>> {
    let size: usize = need.roles.iter().map(|r| r.wanted).sum();
    let sets = (0..1_u32 << candidates.len()).filter(|set| set.count_ones() as usize == size);
    let people = |set: u32| (0..).zip(candidates).filter(move |(n, _)| set >> n & 1 == 1).map(|(_, c)| c).collect::<Vec<_>>();
    let senior = |team: &[&Candidate]| need.senior.iter().all(|(l, n)| team.iter().filter(|c| c.level >= *l).count() >= *n);
    let fits = |team: &Vec<&Candidate>| senior(team) && seated(need, team, &mut vec![0; need.roles.len()]);
    sets.map(people).filter(fits).map(|team| team.iter().map(|c| c.person).collect()).collect()
}

fn seated(need: &Need, team: &[&Candidate], counts: &mut Vec<usize>) -> bool {
    let Some((one, rest)) = team.split_first() else { return true };
    one.roles.iter().any(|role| {
        if counts[*role] == need.roles[*role].wanted {
            return false;
        }
        counts[*role] += 1;
        let all = seated(need, rest, counts);
        counts[*role] -= 1;
        all
    })
}
