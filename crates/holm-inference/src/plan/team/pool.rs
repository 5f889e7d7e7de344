//! Who can be taken, in blocks that are taken together, what each costs in every draw, and whether a team meets the need.

use std::collections::BTreeMap;

use crate::case::Level;
use crate::plan::draws::{Draws, Leaker};
use crate::plan::team::{Alternative, Candidate, Need};

/// What draws do not tell apart is told apart by smooth chances, at this share: it moves no risk by more than a ten-thousandth of the
/// sum of its members' chances.
const SMOOTH: f64 = 1e-4;

/// Whoever may be taken.
pub(super) struct Person {
    pub(super) person: usize,
    pub(super) roles: Vec<usize>,
    pub(super) languages: Vec<usize>,
    pub(super) level: Level,
}

/// People who take part together or not at all, by their places in the pool.
pub(super) struct Block {
    pub(super) people: Vec<usize>,
    /// How many of them fill roles.
    pub(super) fill: usize,
    pub(super) must: bool,
}

/// By draw in which it leaks, the number of the draw and the chance that it does.
pub(super) type Column = Vec<(u32, f64)>;

/// Some blocks and one channel of each slot.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Team {
    /// In order.
    pub(super) blocks: Vec<usize>,
    /// By slot, which of its channels.
    pub(super) slots: Vec<usize>,
}

/// Everything that a team is judged by.
pub(super) struct Pool<'n> {
    pub(super) need: &'n Need,
    pub(super) people: Vec<Person>,
    pub(super) blocks: Vec<Block>,
    /// By block, what leaks in which draw.
    pub(super) columns: Vec<Column>,
    /// By block: chances whatever the draws say.
    pub(super) smooth: Vec<f64>,
    /// People who must take part and cannot.
    pub(super) lost: Vec<usize>,
    /// Pairs of blocks that are not taken together.
    pub(super) apart: Vec<(usize, usize)>,
    /// Channels of any slot, each once, with their columns and smooth chances.
    pub(super) channels: Vec<usize>,
    pub(super) channel_columns: Vec<Column>,
    channel_smooth: Vec<f64>,
    /// By draw, the chance that it does not fail by itself.
    pub(super) start: Vec<f64>,
    /// By draw: leakers that could matter, at their mean rates.
    mean_columns: Vec<Column>,
    mean_channel_columns: Vec<Column>,
    mean_start: f64,
}

impl<'n> Pool<'n> {
    pub(super) fn new(draws: &Draws, need: &'n Need, candidates: &[Candidate]) -> Self {
        let eligible = candidates.iter().filter(|c| c.barred.is_none());
        let people: Vec<Person> = eligible
            .map(|c| {
                let fits = |role: &&usize| c.level >= need.roles[**role].level;
                let mut roles: Vec<usize> = c.roles.iter().filter(fits).copied().collect();
                roles.sort_unstable();
                roles.dedup();
                Person { person: c.person, roles, languages: c.languages.clone(), level: c.level }
            })
            .collect();
        let blocks = blocks(need, &people);
        let mut of_person = vec![None; draws.persons()];
        for (number, block) in blocks.iter().enumerate() {
            block.people.iter().for_each(|p| of_person[people[*p].person] = Some(number));
        }
        let lost = need.must.iter().copied().filter(|person| of_person[*person].is_none()).collect();
        let both = |(a, b): &(usize, usize)| Some((of_person[*a]?, of_person[*b]?));
        let mut channels: Vec<usize> = need.slots.iter().flatten().copied().collect();
        channels.sort_unstable();
        channels.dedup();
        let own = columns(draws, |leaker| leaker);
        let rates = draws.rates();
        let means = columns(draws, |mut leaker| {
            leaker.rate = rates[leaker.entity];
            leaker
        });
        let merged = |columns: &[Column]| blocks.iter().map(|block| merge(block, &people, columns)).collect();
        let of_channels = |columns: &[Column]| channels.iter().map(|c| columns[draws.persons() + c].clone()).collect();
        let start: Vec<f64> = draws.all().iter().map(|draw| 1.0 - draw.background[need.kind]).collect();
        Self {
            need,
            columns: merged(&own),
            mean_columns: merged(&means),
            channel_columns: of_channels(&own),
            mean_channel_columns: of_channels(&means),
            smooth: blocks.iter().map(|b| b.people.iter().map(|p| draws.chances()[people[*p].person]).sum()).collect(),
            channel_smooth: channels.iter().map(|c| draws.chances()[draws.persons() + c]).collect(),
            apart: need.apart.iter().filter_map(both).collect(),
            mean_start: mean(&start),
            start,
            people,
            blocks,
            channels,
            lost,
        }
    }

    /// What a block costs whatever the draws say.
    pub(super) fn tie(&self, block: usize) -> f64 {
        SMOOTH * self.smooth[block]
    }

    /// The same of a channel by its place.
    pub(super) fn channel_tie(&self, place: usize) -> f64 {
        SMOOTH * self.channel_smooth[place]
    }

    /// Places of the channels of a team, each once.
    pub(super) fn places(&self, team: &Team) -> Vec<usize> {
        let chosen = team.slots.iter().zip(&self.need.slots).map(|(option, slot)| slot[*option]);
        let mut places: Vec<usize> = chosen.filter_map(|channel| self.channels.binary_search(&channel).ok()).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// By draw, the chance that a team is not betrayed.
    pub(super) fn clean(&self, team: &Team) -> Vec<f64> {
        let mut clean = self.start.clone();
        team.blocks.iter().for_each(|block| multiply(&mut clean, &self.columns[*block]));
        self.places(team).iter().for_each(|place| multiply(&mut clean, &self.channel_columns[*place]));
        clean
    }

    /// The risk of a team, and what it is judged by.
    pub(super) fn risk(&self, team: &Team) -> f64 {
        1.0 - mean(&self.clean(team))
    }

    pub(super) fn cost(&self, team: &Team) -> f64 {
        let ties = team.blocks.iter().map(|b| self.tie(*b)).sum::<f64>();
        self.risk(team) + ties + self.places(team).iter().map(|p| self.channel_tie(*p)).sum::<f64>()
    }

    /// What a team's outcome would tell of who leaks, in bits: rates are at their means, so that nothing counts but who leaks.
    pub(super) fn bits(&self, team: &Team) -> f64 {
        self.telling(team).bits()
    }

    /// The same, so that somebody can be added quickly.
    pub(super) fn telling(&self, team: &Team) -> Telling {
        let mut clean = vec![self.mean_start; self.start.len()];
        team.blocks.iter().for_each(|block| multiply(&mut clean, &self.mean_columns[*block]));
        self.places(team).iter().for_each(|place| multiply(&mut clean, &self.mean_channel_columns[*place]));
        let sums = clean.iter().fold((0.0, 0.0), |(sum, noise), p| (sum + p, noise + entropy(*p)));
        Telling { clean, sums }
    }

    /// What the team would tell with a block more.
    pub(super) fn bits_with(&self, telling: &Telling, block: usize) -> f64 {
        let change = |(sum, noise): (f64, f64), (draw, chance): &(u32, f64)| {
            let now = telling.clean[*draw as usize];
            let then = now * (1.0 - chance);
            (sum + then - now, noise + entropy(then) - entropy(now))
        };
        of_sums(self.mean_columns[block].iter().fold(telling.sums, change), telling.clean.len())
    }

    pub(super) fn alternative(&self, team: &Team) -> Alternative {
        let mut people: Vec<usize> = self.members(team).into_iter().map(|p| self.people[p].person).collect();
        people.sort_unstable();
        Alternative {
            people,
            channels: team.slots.iter().zip(&self.need.slots).map(|(option, slot)| slot[*option]).collect(),
            filled: self.filled(&team.blocks),
            risk: self.risk(team),
            bits: self.bits(team),
        }
    }

    /// Places of a team's people.
    pub(super) fn members(&self, team: &Team) -> Vec<usize> {
        team.blocks.iter().flat_map(|b| self.blocks[*b].people.iter().copied()).collect()
    }

    /// How many of some blocks fill roles.
    pub(super) fn filled(&self, blocks: &[usize]) -> usize {
        blocks.iter().map(|b| self.blocks[*b].fill).sum()
    }

    /// Whether blocks meet the need with so many in roles.
    pub(super) fn fits(&self, blocks: &[usize], filled: usize) -> bool {
        let has = |block: usize| blocks.contains(&block);
        let people = || blocks.iter().flat_map(|b| &self.blocks[*b].people).map(|p| &self.people[*p]);
        self.filled(blocks) == filled
            && self.blocks.iter().enumerate().all(|(number, block)| !block.must || has(number))
            && !self.apart.iter().any(|(a, b)| has(*a) && has(*b))
            && self.need.languages.iter().all(|(l, least)| people().filter(|p| p.languages.contains(l)).count() >= *least)
            && self.need.senior.iter().all(|(level, least)| people().filter(|p| p.level >= *level).count() >= *least)
            && self.seats(blocks, true).is_some()
    }

    /// Which role each of the people of some blocks fills, by place; none if they cannot all have one, or if a role has fewer than it
    /// cannot do without where `complete`.
    ///
    /// First each role gets its least, then the others get what is left: exchanging along a path takes no seat away, so both can be had
    /// at once if each can alone (Mendelsohn and Dulmage, Canad. J. Math. 10, 1958).
    pub(super) fn seats(&self, blocks: &[usize], complete: bool) -> Option<Vec<(usize, usize)>> {
        let people: Vec<usize> = blocks
            .iter()
            .flat_map(|b| self.blocks[*b].people.iter().copied())
            .filter(|p| !self.people[*p].roles.is_empty())
            .collect();
        let roles = &self.need.roles;
        let seats: Vec<usize> = roles.iter().enumerate().flat_map(|(number, role)| vec![number; role.wanted]).collect();
        let mut taken: Vec<Option<usize>> = vec![None; seats.len()];
        if complete {
            let mut seat = 0;
            for role in roles {
                for least in 0..role.least {
                    let mut tried = vec![false; people.len()];
                    if !self.filled_by_somebody(seat + least, (&people, &seats), &mut taken, &mut tried) {
                        return None;
                    }
                }
                seat += role.wanted;
            }
        }
        for person in 0..people.len() {
            let seated = taken.contains(&Some(person));
            if !seated && !self.seated(person, (&people, &seats), &mut taken, &mut vec![false; seats.len()]) {
                return None;
            }
        }
        Some(taken.iter().zip(&seats).filter_map(|(person, role)| person.map(|p| (people[p], *role))).collect())
    }

    fn can(&self, person: usize, role: usize) -> bool {
        self.people[person].roles.binary_search(&role).is_ok()
    }

    /// Finds a seat for a person, moving others to free ones.
    fn seated(
        &self,
        person: usize,
        (people, seats): (&[usize], &[usize]),
        taken: &mut [Option<usize>],
        tried: &mut [bool],
    ) -> bool {
        for seat in 0..seats.len() {
            if tried[seat] || !self.can(people[person], seats[seat]) {
                continue;
            }
            tried[seat] = true;
            let free = match taken[seat] {
                None => true,
                Some(other) => self.seated(other, (people, seats), taken, tried),
            };
            if free {
                taken[seat] = Some(person);
                return true;
            }
        }
        false
    }

    /// Finds somebody for a seat, whose own is given to others if they had one.
    fn filled_by_somebody(
        &self,
        seat: usize,
        (people, seats): (&[usize], &[usize]),
        taken: &mut [Option<usize>],
        tried: &mut [bool],
    ) -> bool {
        for person in 0..people.len() {
            if tried[person] || !self.can(people[person], seats[seat]) {
                continue;
            }
            tried[person] = true;
            let free = match taken.iter().position(|p| *p == Some(person)) {
                None => true,
                Some(other) => self.filled_by_somebody(other, (people, seats), taken, tried),
            };
            if free {
                taken[seat] = Some(person);
                return true;
            }
        }
        false
    }
}

/// By draw, the chance that a team is not betrayed with rates at their means; their sum, and that of their entropies.
pub(super) struct Telling {
    clean: Vec<f64>,
    sums: (f64, f64),
}

impl Telling {
    fn bits(&self) -> f64 {
        of_sums(self.sums, self.clean.len())
    }
}

fn of_sums((sum, noise): (f64, f64), count: usize) -> f64 {
    (entropy(sum / count as f64) - noise / count as f64).max(0.0)
}

/// What each block adds to the risk of what is clean so far, in the mean over draws.
pub(super) fn loss(clean: &[f64], column: &Column) -> f64 {
    column.iter().map(|(draw, chance)| clean[*draw as usize] * chance).sum::<f64>() / clean.len() as f64
}

pub(super) fn multiply(clean: &mut [f64], column: &Column) {
    column.iter().for_each(|(draw, chance)| clean[*draw as usize] *= 1.0 - chance);
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// In bits.
fn entropy(p: f64) -> f64 {
    let part = |p: f64| if p > 0.0 { -p * p.log2() } else { 0.0 };
    part(p) + part(1.0 - p)
}

/// By entity, what leaks in which draw.
fn columns(draws: &Draws, of: impl Fn(Leaker) -> Leaker) -> Vec<Column> {
    let mut columns = vec![Column::new(); draws.persons() + draws.channels()];
    for (number, draw) in (0..).zip(draws.all()) {
        for leaker in draw.leakers.iter().filter(|l| l.on).map(|l| of(*l)) {
            columns[leaker.entity].push((number, leaker.rate));
        }
    }
    columns
}

/// What leaks of any of a block.
fn merge(block: &Block, people: &[Person], columns: &[Column]) -> Column {
    let mut all: Column = block.people.iter().flat_map(|p| columns[people[*p].person].iter().copied()).collect();
    all.sort_by_key(|(draw, _)| *draw);
    let mut merged = Column::new();
    for (draw, chance) in all {
        match merged.last_mut().filter(|(last, _)| *last == draw) {
            Some((_, sum)) => *sum = 1.0 - (1.0 - *sum) * (1.0 - chance),
            None => merged.push((draw, chance)),
        }
    }
    merged
}

/// Joins people who take part together. Of a pair of whom one is not eligible the other is not either.
fn blocks(need: &Need, people: &[Person]) -> Vec<Block> {
    let places: BTreeMap<usize, usize> = people.iter().enumerate().map(|(place, p)| (p.person, place)).collect();
    let place = |person: usize| places.get(&person).copied();
    let mut of: Vec<usize> = (0..people.len()).collect();
    let mut dropped = vec![false; people.len()];
    for (a, b) in &need.together {
        match (place(*a), place(*b)) {
            (Some(a), Some(b)) => {
                let (from, to) = (of[a], of[b]);
                of.iter_mut().filter(|block| **block == from).for_each(|block| *block = to);
            }
            (Some(one), None) | (None, Some(one)) => dropped[one] = true,
            (None, None) => {}
        }
    }
    let mut joined: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    of.iter().enumerate().for_each(|(person, block)| joined.entry(*block).or_default().push(person));
    let all = joined.into_values().filter(|block| !block.iter().any(|p| dropped[*p]));
    all.map(|block| Block {
        fill: block.iter().filter(|p| !people[**p].roles.is_empty()).count(),
        must: block.iter().any(|p| need.must.contains(&people[*p].person)),
        people: block,
    })
    .collect()
}
