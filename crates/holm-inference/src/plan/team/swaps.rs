//! Teams improved by exchanging one or two of theirs.

use crate::plan::team::pool::{Pool, Team, loss, multiply};

/// Who may come in for somebody: the cheapest beside the rest of the team.
const COMING: usize = 40;
/// Of those, who may come in two at once.
const PAIRS: usize = 12;
/// What counts as better.
const BETTER: f64 = 1e-12;

/// The team that no exchange of one or two improves; exchanges of two are tried where none of one helps.
pub(super) fn improved(pool: &Pool<'_>, mut team: Team, filled: usize) -> Team {
    let mut now = pool.cost(&team);
    while let Some((better, cost)) =
        one(pool, &team, filled, now).or_else(|| channel(pool, &team, now)).or_else(|| two(pool, &team, filled, now))
    {
        (team, now) = (better, cost);
    }
    team
}

/// By block that is not in the team, what it costs beside the rest.
fn coming(pool: &Pool<'_>, rest: &[usize], clean: &[f64], most: usize) -> Vec<(usize, f64)> {
    let out = (0..pool.blocks.len()).filter(|b| !rest.contains(b));
    let mut all: Vec<(usize, f64)> = out.map(|b| (b, loss(clean, &pool.columns[b]) + pool.tie(b))).collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1));
    // Each role has a few of its own, or a rare one would never be among the cheapest.
    let mut left = vec![most; pool.need.roles.len() + 1];
    all.retain(|(block, _)| {
        let roles = pool.blocks[*block].people.iter().flat_map(|p| pool.people[*p].roles.iter().copied());
        let rarest = roles.max_by_key(|role| left[*role]).unwrap_or(pool.need.roles.len());
        let keep = left[rarest] > 0;
        left[rarest] = left[rarest].saturating_sub(1);
        keep
    });
    all
}

/// A team without some of its blocks, what is clean with the others, and what these cost.
fn without(pool: &Pool<'_>, team: &Team, out: &[usize]) -> (Team, Vec<f64>) {
    let blocks = team.blocks.iter().copied().filter(|b| !out.contains(b)).collect();
    let rest = Team { blocks, slots: team.slots.clone() };
    let clean = pool.clean(&rest);
    (rest, clean)
}

fn with(rest: &Team, more: &[usize]) -> Team {
    let mut blocks: Vec<usize> = rest.blocks.iter().chain(more).copied().collect();
    blocks.sort_unstable();
    Team { blocks, slots: rest.slots.clone() }
}

fn leaving(pool: &Pool<'_>, team: &Team) -> Vec<usize> {
    team.blocks.iter().copied().filter(|b| !pool.blocks[*b].must).collect()
}

/// The best exchange of one block for another.
fn one(pool: &Pool<'_>, team: &Team, filled: usize, now: f64) -> Option<(Team, f64)> {
    let mut best: Option<(Team, f64)> = None;
    for out in leaving(pool, team) {
        let (rest, clean) = without(pool, team, &[out]);
        let before = pool.cost(&rest);
        for (block, cost) in coming(pool, &team.blocks, &clean, COMING) {
            if before + cost >= best.as_ref().map_or(now, |(_, c)| *c) - BETTER {
                break;
            }
            let other = with(&rest, &[block]);
            if pool.fits(&other.blocks, filled) {
                best = Some((other, before + cost));
            }
        }
    }
    best
}

/// The best exchange of one or two blocks for one or two.
fn two(pool: &Pool<'_>, team: &Team, filled: usize, now: f64) -> Option<(Team, f64)> {
    let leaving = leaving(pool, team);
    let pairs = leaving.iter().enumerate().flat_map(|(n, a)| leaving[n..].iter().map(move |b| [*a, *b]));
    for out in pairs {
        let (rest, clean) = without(pool, team, &out);
        let before = pool.cost(&rest);
        let coming = coming(pool, &team.blocks, &clean, PAIRS);
        for (number, (a, cost)) in coming.iter().enumerate() {
            if before + cost >= now - BETTER {
                break;
            }
            let alone = with(&rest, &[*a]);
            if pool.fits(&alone.blocks, filled) {
                return Some((alone, before + cost));
            }
            let mut beside = clean.clone();
            multiply(&mut beside, &pool.columns[*a]);
            for (b, _) in &coming[number + 1..] {
                let both = before + cost + loss(&beside, &pool.columns[*b]) + pool.tie(*b);
                let other = with(&rest, &[*a, *b]);
                if both < now - BETTER && pool.fits(&other.blocks, filled) {
                    return Some((other, both));
                }
            }
        }
    }
    None
}

/// The best exchange of one channel for another of its slot.
fn channel(pool: &Pool<'_>, team: &Team, now: f64) -> Option<(Team, f64)> {
    let mut best: Option<(Team, f64)> = None;
    for (slot, options) in pool.need.slots.iter().enumerate() {
        for option in 0..options.len() {
            let mut other = team.clone();
            other.slots[slot] = option;
            let cost = pool.cost(&other);
            if cost < best.as_ref().map_or(now, |(_, c)| *c) - BETTER {
                best = Some((other, cost));
            }
        }
    }
    best
}

/// Who would take the place of a block at the least cost, and the risk of the team with them.
pub(super) fn replacement(pool: &Pool<'_>, team: &Team, out: usize, filled: usize) -> Option<(usize, f64)> {
    let (rest, clean) = without(pool, team, &[out]);
    let all = coming(pool, &team.blocks, &clean, usize::MAX);
    let fits = |block: &usize| pool.fits(&with(&rest, &[*block]).blocks, filled);
    let found = all.into_iter().map(|(block, _)| block).find(fits);
    found.map(|block| (block, pool.risk(&with(&rest, &[block]))))
}
