//! The team of the least sum of costs, by an integer program (microlp: simplex, cuts, branch and bound).

use std::collections::BTreeMap;

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, SolveOptions, SolveOutcome, Variable};

use crate::plan::team::TeamError;
use crate::plan::team::pool::{Person, Pool, Team, loss, mean};

/// Steps of branch and bound; a clock would make plans differ from run to run.
const NODES: u64 = 20_000;
/// How often costs are computed anew beside the team that they gave.
const ROUNDS: usize = 8;

/// Costs by block and by place of a channel; blocks without any are left out.
pub(super) struct Costs {
    pub(super) blocks: Vec<Option<f64>>,
    pub(super) channels: Vec<f64>,
}

/// Whether any team meets the need.
pub(super) fn feasible(pool: &Pool<'_>, filled: usize) -> Result<bool, TeamError> {
    let costs = Costs { blocks: vec![Some(0.0); pool.blocks.len()], channels: vec![0.0; pool.channels.len()] };
    Ok(pool.lost.is_empty() && program(pool, filled, &costs)?.is_some())
}

/// What a program comes to.
pub(super) struct Solved {
    pub(super) team: Team,
    /// No team has a smaller sum than this.
    pub(super) bound: f64,
}

/// The team of the least sum of −ln(1 − what each adds alone).
pub(super) fn additive(pool: &Pool<'_>, filled: usize) -> Result<Option<Team>, TeamError> {
    if !pool.lost.is_empty() {
        return Ok(None);
    }
    let ln = |chance: f64| -(-chance.min(1.0 - 1e-9)).ln_1p();
    let ones = vec![1.0; pool.start.len()];
    let costs = Costs {
        blocks: (0..pool.blocks.len()).map(|b| Some(ln(loss(&ones, &pool.columns[b])) + pool.tie(b))).collect(),
        channels: pool.channel_columns.iter().enumerate().map(|(c, of)| ln(loss(&ones, of)) + pool.channel_tie(c)).collect(),
    };
    Ok(program(pool, filled, &costs)?.map(|solved| solved.team))
}

/// Solves again with what each would add beside all other members of the team so far, until no better team comes of it
/// (minorise and maximise: what is summed touches the risk at the team that it is computed from).
pub(super) fn linearised(pool: &Pool<'_>, filled: usize, first: Team) -> Result<Team, TeamError> {
    let mut team = first;
    for _ in 0..ROUNDS {
        let clean = pool.clean(&team);
        let scale = mean(&clean).max(1e-9);
        // Beside the others: of a member's own draws what they took is given back.
        let beside = |column: &[(u32, f64)], inside: bool| {
            let of = |(draw, chance): &(u32, f64)| {
                let now = clean[*draw as usize];
                if inside { now / (1.0 - chance).max(1e-9) * chance } else { now * chance }
            };
            column.iter().map(of).sum::<f64>() / clean.len() as f64 / scale
        };
        let places = pool.places(&team);
        let costs = Costs {
            blocks: (0..pool.blocks.len())
                .map(|b| Some(beside(&pool.columns[b], team.blocks.contains(&b)) + pool.tie(b)))
                .collect(),
            channels: (0..pool.channels.len())
                .map(|c| beside(&pool.channel_columns[c], places.contains(&c)) + pool.channel_tie(c))
                .collect(),
        };
        match program(pool, filled, &costs)? {
            Some(solved) if pool.cost(&solved.team) < pool.cost(&team) - 1e-12 => team = solved.team,
            _ => break,
        }
    }
    Ok(team)
}

/// The team of the least sum of costs; none if there is no team.
pub(super) fn program(pool: &Pool<'_>, filled: usize, costs: &Costs) -> Result<Option<Solved>, TeamError> {
    let blocks = kept(pool, filled, costs);
    if pool.blocks.iter().enumerate().any(|(number, block)| block.must && !blocks.contains(&number)) {
        return Ok(None);
    }
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let takes: BTreeMap<usize, Variable> =
        blocks.iter().map(|b| (*b, problem.add_binary_var(costs.blocks[*b].unwrap_or(0.0)))).collect();
    people(pool, &takes, filled, &mut problem);
    let slots = channels(pool, costs, &mut problem);
    let mut options = SolveOptions::default();
    options.node_limit = Some(NODES);
    let solution = match problem.solve_with(options) {
        Ok(SolveOutcome::Solution(solution)) => solution,
        Err(Error::Infeasible) => return Ok(None),
        Ok(SolveOutcome::Interrupted(_)) | Err(_) => return Err(TeamError::Unsolved(NODES)),
    };
    let on = |variable: &Variable| solution.var_value(*variable) > 0.5;
    let chosen = |options: &Vec<Variable>| options.iter().position(on).unwrap_or(0);
    let team = Team {
        blocks: takes.iter().filter(|(_, v)| on(v)).map(|(b, _)| *b).collect(),
        slots: slots.iter().map(chosen).collect(),
    };
    Ok(Some(Solved { team, bound: solution.stats().best_bound.unwrap_or(f64::NEG_INFINITY) }))
}

/// Of people whom nothing but their costs tells apart no more are needed than fill all roles: the cheapest.
fn kept(pool: &Pool<'_>, filled: usize, costs: &Costs) -> Vec<usize> {
    let need = pool.need;
    let mut classes: BTreeMap<(&[usize], Vec<bool>), Vec<usize>> = BTreeMap::new();
    let mut kept = Vec::new();
    for (number, block) in pool.blocks.iter().enumerate().filter(|(number, _)| costs.blocks[*number].is_some()) {
        let paired = pool.apart.iter().any(|(a, b)| *a == number || *b == number);
        match block.people.as_slice() {
            [one] if !block.must && !paired => {
                let one = &pool.people[*one];
                let speaks = need.languages.iter().map(|(l, _)| one.languages.contains(l));
                let senior = need.senior.iter().map(|(level, _)| one.level >= *level);
                classes.entry((&one.roles, speaks.chain(senior).collect())).or_default().push(number);
            }
            _ => kept.push(number),
        }
    }
    for mut class in classes.into_values() {
        class.sort_by(|a, b| costs.blocks[*a].partial_cmp(&costs.blocks[*b]).unwrap_or(std::cmp::Ordering::Equal));
        class.truncate(filled);
        kept.extend(class);
    }
    kept.sort_unstable();
    kept
}

/// Conditions on people.
fn people(pool: &Pool<'_>, takes: &BTreeMap<usize, Variable>, filled: usize, problem: &mut Problem) {
    let need = pool.need;
    let mut by_role: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); need.roles.len()];
    for (number, take) in takes {
        for person in &pool.blocks[*number].people {
            let fills: Vec<(usize, Variable)> =
                pool.people[*person].roles.iter().map(|role| (*role, problem.add_binary_var(0.0))).collect();
            fills.iter().for_each(|(role, v)| by_role[*role].push((*v, 1.0)));
            if !fills.is_empty() {
                let sum: Vec<(Variable, f64)> = fills.iter().map(|(_, v)| (*v, 1.0)).chain([(*take, -1.0)]).collect();
                problem.add_constraint(sum, ComparisonOp::Eq, 0.0);
            }
        }
        if pool.blocks[*number].must {
            problem.add_constraint([(*take, 1.0)], ComparisonOp::Eq, 1.0);
        }
    }
    let all: Vec<(Variable, f64)> = by_role.iter().flatten().copied().collect();
    problem.add_constraint(all, ComparisonOp::Eq, filled as f64);
    for (role, sum) in need.roles.iter().zip(by_role) {
        problem.add_constraint(sum.as_slice(), ComparisonOp::Ge, role.least as f64);
        problem.add_constraint(sum.as_slice(), ComparisonOp::Le, role.wanted as f64);
    }
    let counted = |who: &dyn Fn(&Person) -> bool| -> Vec<(Variable, f64)> {
        let of = |block: usize| pool.blocks[block].people.iter().filter(|p| who(&pool.people[**p])).count() as f64;
        takes.iter().map(|(block, v)| (*v, of(*block))).filter(|(_, count)| *count > 0.0).collect()
    };
    for (language, least) in &need.languages {
        problem.add_constraint(counted(&|p| p.languages.contains(language)), ComparisonOp::Ge, *least as f64);
    }
    for (level, least) in &need.senior {
        problem.add_constraint(counted(&|p| p.level >= *level), ComparisonOp::Ge, *least as f64);
    }
    for (a, b) in &pool.apart {
        // A block that is apart from itself is never taken.
        let (ends, most) = if a == b { (vec![a], 0.0) } else { (vec![a, b], 1.0) };
        let both: Vec<(Variable, f64)> = ends.into_iter().filter_map(|n| takes.get(n)).map(|v| (*v, 1.0)).collect();
        problem.add_constraint(both, ComparisonOp::Le, most);
    }
}

/// One channel of each slot, by slot and choice; a channel costs once.
fn channels(pool: &Pool<'_>, costs: &Costs, problem: &mut Problem) -> Vec<Vec<Variable>> {
    let used: Vec<Variable> = costs.channels.iter().map(|cost| problem.add_var(*cost, (0.0, 1.0))).collect();
    let mut slots = Vec::new();
    for slot in &pool.need.slots {
        let options: Vec<Variable> = slot.iter().map(|_| problem.add_binary_var(0.0)).collect();
        problem.add_constraint(options.iter().map(|v| (*v, 1.0)).collect::<Vec<_>>(), ComparisonOp::Eq, 1.0);
        for (option, channel) in options.iter().zip(slot) {
            if let Ok(place) = pool.channels.binary_search(channel) {
                problem.add_constraint([(*option, 1.0), (used[place], -1.0)], ComparisonOp::Le, 0.0);
            }
        }
        slots.push(options);
    }
    slots
}
