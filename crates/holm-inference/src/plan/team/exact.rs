//! Whether there is a better team: bounds, and a search by branch and bound.
//!
//! In draw s somebody leaks what all of T know with a chance of at least w_s Σ_{i ∈ T} r_is, where w_s is the same ratio for everybody
//! who could be taken: the more there are, the smaller it is. So a sum with these weights is never more than what a team adds, and its
//! minimum, by the integer program or by the cheapest who are left, bounds what any team could reach.

use crate::plan::team::additive::{Costs, program};
use crate::plan::team::pool::{Column, Pool, Team, loss, mean, multiply};
use crate::plan::team::{Proof, TeamError};

/// Steps of the search: how often somebody is weighed for a place.
const STEPS: usize = 4_000_000;
/// Choices of channels that are searched one by one.
const MOST_CHOICES: usize = 64;
/// Costs as near as this are the same.
const SAME: f64 = 1e-10;

/// Looks for a better team than `team`, which becomes it, and says whether there could be another.
pub(super) fn prove(pool: &Pool<'_>, team: &mut Team, filled: usize) -> Result<Proof, TeamError> {
    let cost = pool.cost(team);
    let (weighted, channels) = weighted(pool, cost);
    let least = least(pool, filled, (&weighted, &channels))?;
    let Some(least) = least.filter(|least| *least < cost - SAME) else { return Ok(Proof::Least) };
    let choices = pool.need.slots.iter().map(Vec::len).try_fold(1_usize, usize::checked_mul).unwrap_or(usize::MAX);
    let mut search = Search { pool, weighted: &weighted, filled, best: team.clone(), cost, left: STEPS };
    let ended = choices <= MOST_CHOICES && every_choice(&pool.need.slots).into_iter().all(|slots| search.run(slots));
    *team = search.best;
    let gap = search.cost - least;
    Ok(if ended || gap <= SAME { Proof::Least } else { Proof::Within(gap) })
}

/// All ways to choose one of each slot.
fn every_choice(slots: &[Vec<usize>]) -> Vec<Vec<usize>> {
    slots.iter().fold(vec![Vec::new()], |ways, slot| {
        let longer = |way: &Vec<usize>| (0..slot.len()).map(|o| [way.as_slice(), &[o]].concat()).collect::<Vec<_>>();
        ways.iter().flat_map(longer).collect()
    })
}

/// Columns with weights, of blocks, none of whoever alone adds more than the team that is known, and of channels.
type Weighted = (Vec<Option<Column>>, Vec<Column>);

fn weighted(pool: &Pool<'_>, cost: f64) -> Weighted {
    let most = cost - (1.0 - mean(&pool.start));
    let within = |block: usize| pool.blocks[block].must || loss(&pool.start, &pool.columns[block]) <= most + SAME;
    let blocks: Vec<usize> = (0..pool.blocks.len()).filter(|b| within(*b)).collect();
    let mut sums = vec![(0.0, 1.0); pool.start.len()];
    for (draw, chance) in blocks.iter().map(|b| &pool.columns[*b]).chain(&pool.channel_columns).flatten() {
        let (sum, clean) = &mut sums[*draw as usize];
        *sum += chance;
        *clean *= 1.0 - chance;
    }
    let of = |column: &Column| -> Column {
        let one = |(draw, chance): &(u32, f64)| {
            let (sum, clean) = sums[*draw as usize];
            (*draw, if sum > 0.0 { chance * ((1.0 - clean) / sum).min(1.0) } else { 0.0 })
        };
        column.iter().map(one).collect()
    };
    let all = (0..pool.blocks.len()).map(|b| within(b).then(|| of(&pool.columns[b])));
    (all.collect(), pool.channel_columns.iter().map(of).collect())
}

/// No team costs less than this; none if no team is better than the one that is known.
fn least(pool: &Pool<'_>, filled: usize, (blocks, channels): (&[Option<Column>], &[Column])) -> Result<Option<f64>, TeamError> {
    let block = |(b, column): (usize, &Option<Column>)| column.as_ref().map(|c| loss(&pool.start, c) + pool.tie(b));
    let costs = Costs {
        blocks: blocks.iter().enumerate().map(block).collect(),
        channels: channels.iter().enumerate().map(|(c, of)| loss(&pool.start, of) + pool.channel_tie(c)).collect(),
    };
    Ok(program(pool, filled, &costs)?.map(|solved| 1.0 - mean(&pool.start) + solved.bound))
}

struct Search<'p, 'n> {
    pool: &'p Pool<'n>,
    weighted: &'p [Option<Column>],
    filled: usize,
    best: Team,
    cost: f64,
    left: usize,
}

impl Search<'_, '_> {
    /// Whether all teams over these channels were seen or bounded.
    fn run(&mut self, slots: Vec<usize>) -> bool {
        let must = (0..self.pool.blocks.len()).filter(|b| self.pool.blocks[*b].must).collect();
        let team = Team { blocks: must, slots };
        let clean = self.pool.clean(&team);
        let ties = self.pool.cost(&team) - self.pool.risk(&team);
        let open: Vec<usize> =
            (0..self.pool.blocks.len()).filter(|b| !self.pool.blocks[*b].must && self.weighted[*b].is_some()).collect();
        self.branch(&team, &clean, ties, &open)
    }

    fn branch(&mut self, team: &Team, clean: &[f64], ties: f64, open: &[usize]) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left = self.left.saturating_sub(open.len().max(1));
        let now = 1.0 - mean(clean) + ties;
        let filled = self.pool.filled(&team.blocks);
        if filled == self.filled && now < self.cost - SAME && self.pool.fits(&team.blocks, self.filled) {
            (self.best, self.cost) = (team.clone(), now);
        }
        if filled > self.filled || (filled == self.filled && now >= self.cost - SAME) {
            return true;
        }
        // By what each adds at least; whoever alone is too much here is too much further on.
        let weighed = |b: &usize| {
            let own = loss(clean, &self.pool.columns[*b]) + self.pool.tie(*b);
            let column = self.weighted[*b].as_ref().filter(|_| now + own < self.cost - SAME);
            column.map(|column| (*b, loss(clean, column) + self.pool.tie(*b)))
        };
        let mut ways: Vec<(usize, f64)> = open.iter().filter_map(weighed).collect();
        let by_seat = |(b, cost): &(usize, f64)| cost / (self.pool.blocks[*b].fill as f64).max(0.5);
        ways.sort_by(|a, b| by_seat(a).total_cmp(&by_seat(b)));
        for first in 0..ways.len() {
            if now + self.cheapest(&ways[first..], self.filled - filled) >= self.cost - SAME {
                return true;
            }
            let (block, _) = ways[first];
            let mut blocks = team.blocks.clone();
            blocks.push(block);
            blocks.sort_unstable();
            if self.pool.apart.iter().any(|(a, b)| blocks.contains(a) && blocks.contains(b))
                || self.pool.seats(&blocks, false).is_none()
            {
                continue;
            }
            let mut with = clean.to_vec();
            multiply(&mut with, &self.pool.columns[block]);
            let rest: Vec<usize> = ways[first + 1..].iter().map(|(b, _)| *b).collect();
            if !self.branch(&Team { blocks, slots: team.slots.clone() }, &with, ties + self.pool.tie(block), &rest) {
                return false;
            }
        }
        true
    }

    /// The least that so many more in roles add, parts of blocks allowed; infinite if there are not so many.
    fn cheapest(&self, ways: &[(usize, f64)], more: usize) -> f64 {
        let (mut left, mut sum) = (more as f64, 0.0);
        for (block, cost) in ways {
            let fill = self.pool.blocks[*block].fill as f64;
            if fill == 0.0 {
                continue;
            }
            let share = (left / fill).min(1.0);
            sum += share * cost;
            left -= share * fill;
            if left <= 0.0 {
                return sum;
            }
        }
        f64::INFINITY
    }
}
