//! The reasons for a team: what each member adds, who else there would be, other sizes, and in which order they are told.

use crate::plan::draws::{Draws, Figure};
use crate::plan::team::pool::{Pool, Team, loss, mean};
use crate::plan::team::{Alternative, Channel, Chosen, Member, Proof, best, swaps};

/// The most exchanges after which a team that tells more is reported.
const EXCHANGES: usize = 24;

pub(super) fn report(draws: &Draws, pool: &Pool<'_>, team: &Team, proof: Proof) -> Chosen {
    let filled = pool.filled(&team.blocks);
    let risks: Vec<f64> = pool.clean(team).iter().map(|clean| 1.0 - clean).collect();
    Chosen {
        members: members(draws, pool, team, filled),
        channels: channels(pool, team),
        risk: Figure::of(draws, &risks),
        background: 1.0 - mean(&pool.start),
        proof,
        bits: pool.bits(team),
        sizes: sizes(pool, team, filled),
        telling: telling(pool, team, filled),
    }
}

fn members(draws: &Draws, pool: &Pool<'_>, team: &Team, filled: usize) -> Vec<Member> {
    let ones = vec![1.0; pool.start.len()];
    let mut members = Vec::new();
    let roles = seats(draws, pool, team);
    for block in &team.blocks {
        let rest = Team { blocks: team.blocks.iter().copied().filter(|b| b != block).collect(), slots: team.slots.clone() };
        let without = pool.risk(&rest);
        let free = !pool.blocks[*block].must;
        let instead = if free { swaps::replacement(pool, team, *block, filled) } else { None };
        let instead = instead.and_then(|(other, risk)| pool.blocks[other].people.first().map(|p| (pool.people[*p].person, risk)));
        for place in &pool.blocks[*block].people {
            let role = roles.iter().find(|(p, _)| p == place).map(|(_, role)| *role);
            let person = pool.people[*place].person;
            let own = draws.all().iter().enumerate().filter_map(|(number, draw)| {
                let leaker = draw.leakers.iter().find(|l| l.on && l.entity == person)?;
                Some((number as u32, leaker.rate))
            });
            let alone = loss(&ones, &own.collect());
            let lead = role.map_or(0.0, |role| pool.need.roles[role].lead);
            members.push(Member { person, role, alone, without, instead, lead });
        }
    }
    let smooth = draws.chances();
    let order = |a: &Member, b: &Member| {
        let risk = |m: &Member| (m.alone, smooth[m.person]);
        let (a_risk, b_risk) = (risk(a), risk(b));
        b.lead.total_cmp(&a.lead).then(a_risk.0.total_cmp(&b_risk.0)).then(a_risk.1.total_cmp(&b_risk.1))
    };
    members.sort_by(|a, b| order(a, b).then(a.person.cmp(&b.person)));
    members
}

/// Who fills which role: the risk is the same, so those who are riskier get roles that are told later, by exchanges of two and by moves
/// to seats that are left.
fn seats(draws: &Draws, pool: &Pool<'_>, team: &Team) -> Vec<(usize, usize)> {
    let mut seats = pool.seats(&team.blocks, true).unwrap_or_default();
    let lead = |role: usize| pool.need.roles[role].lead;
    let risk = |place: usize| draws.chances()[pool.people[place].person];
    let can = |place: usize, role: usize| pool.people[place].roles.contains(&role);
    let mut moved = true;
    while moved {
        moved = false;
        for a in 0..seats.len() {
            for b in 0..seats.len() {
                let ((one, early), (other, late)) = (seats[a], seats[b]);
                let better = lead(early) > lead(late) && risk(one) > risk(other);
                if better && can(one, late) && can(other, early) {
                    (seats[a].1, seats[b].1) = (late, early);
                    moved = true;
                }
            }
            let count = |role: usize| seats.iter().filter(|(_, r)| *r == role).count();
            let (one, role) = seats[a];
            let spare = count(role) > pool.need.roles[role].least;
            let later = pool.people[one].roles.iter().copied().filter(|r| lead(*r) < lead(role));
            let open = later.filter(|r| count(*r) < pool.need.roles[*r].wanted).min_by(|x, y| lead(*x).total_cmp(&lead(*y)));
            if let Some(open) = open.filter(|_| spare) {
                seats[a].1 = open;
                moved = true;
            }
        }
    }
    seats
}

fn channels(pool: &Pool<'_>, team: &Team) -> Vec<Channel> {
    let ones = vec![1.0; pool.start.len()];
    let of = |(slot, options): (usize, &Vec<usize>)| {
        let channel = options[team.slots[slot]];
        let others = (0..options.len()).filter(|o| options[*o] != channel).map(|option| {
            let mut other = team.clone();
            other.slots[slot] = option;
            (options[option], pool.risk(&other))
        });
        let alone = pool.channels.binary_search(&channel).map_or(0.0, |place| loss(&ones, &pool.channel_columns[place]));
        Channel { channel, alone, instead: others.min_by(|a, b| a.1.total_cmp(&b.1)) }
    };
    pool.need.slots.iter().enumerate().map(of).collect()
}

/// The best team of each smaller size, down to the fewest that are possible, and the chosen one.
fn sizes(pool: &Pool<'_>, team: &Team, filled: usize) -> Vec<Alternative> {
    let least: usize = pool.need.roles.iter().map(|role| role.least).sum();
    let smaller = (least..filled).filter_map(|size| best(pool, size).ok().flatten()).map(|(other, _)| pool.alternative(&other));
    smaller.chain([pool.alternative(team)]).collect()
}

/// Teams one exchange after the other away from the chosen one, each time the exchange that tells most for its risk, of which no other
/// both tells more and risks less.
fn telling(pool: &Pool<'_>, team: &Team, filled: usize) -> Vec<Alternative> {
    let mut now = team.clone();
    let mut front = vec![pool.alternative(team)];
    for _ in 0..EXCHANGES {
        let Some(next) = steepest(pool, &now, filled) else { break };
        front.push(pool.alternative(&next));
        now = next;
    }
    let all = front.clone();
    front.retain(|one| !all.iter().any(|other| other.bits > one.bits + 1e-12 && other.risk <= one.risk));
    front.sort_by(|a, b| a.risk.total_cmp(&b.risk));
    front
}

/// The exchange of one block after which a team tells most more for each unit of risk more; none if none tells more.
fn steepest(pool: &Pool<'_>, team: &Team, filled: usize) -> Option<Team> {
    let (risk, bits) = (pool.risk(team), pool.bits(team));
    let mut best: Option<(Team, f64)> = None;
    for out in team.blocks.iter().filter(|b| !pool.blocks[**b].must) {
        let rest = Team { blocks: team.blocks.iter().copied().filter(|b| b != out).collect(), slots: team.slots.clone() };
        let (clean, telling) = (pool.clean(&rest), pool.telling(&rest));
        let left = 1.0 - mean(&clean);
        for block in (0..pool.blocks.len()).filter(|b| !team.blocks.contains(b)) {
            let more = pool.bits_with(&telling, block) - bits;
            let slope = more / (left + loss(&clean, &pool.columns[block]) - risk).max(1e-6);
            if more > 1e-6 && slope > best.as_ref().map_or(0.0, |(_, s)| *s) {
                let mut blocks: Vec<usize> = rest.blocks.iter().copied().chain([block]).collect();
                blocks.sort_unstable();
                if pool.fits(&blocks, filled) {
                    best = Some((Team { blocks, slots: team.slots.clone() }, slope));
                }
            }
        }
    }
    best.map(|(team, _)| team)
}
