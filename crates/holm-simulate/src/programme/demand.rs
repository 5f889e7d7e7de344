//! What is to be shared: items, who could act on them and who is to know.

use holm_codes::attack::Random;

use crate::chance::{Chance, between, happens};
use crate::programme::PROGRAMMES;
use crate::programme::policy::{Ask, Bait, Candidate, SENIOR};
use crate::programme::setting::Setting;
use crate::world::distribution::weighted;
use crate::world::staff::Staff;

pub(super) fn ask(setting: &Setting, staff: &Staff, (seed, number): (u64, usize), week: usize) -> Ask {
    let mut random = Chance::of(&[PROGRAMMES, "item", &seed.to_string(), &number.to_string()]);
    let random = &mut random;
    let first = random.below(setting.units);
    let second = (first + 1 + random.below(setting.units.max(2) - 1)) % setting.units;
    let units = if happens(setting.joint, random) { vec![first, second] } else { vec![first] };
    let candidates = candidates(setting, staff, &units, random);
    let seniors = candidates.iter().filter(|c| c.level >= SENIOR).count();
    let activity = |person: usize| {
        let takes_part = candidates.iter().any(|c| c.person == person);
        if takes_part { 0.0 } else { staff.actors[person].activity }
    };
    let others: Vec<f64> = (0..staff.persons.len()).map(activity).collect();
    let readers = weighted(&others, within(setting.readers, random), random);
    let arities = arities(setting, random);
    Ask {
        number,
        week,
        due: week + within(setting.lead, random),
        units,
        roles: setting.roles.clone(),
        // Nobody is asked for whom only one could be.
        senior: usize::from(seniors > 1),
        candidates,
        readers,
        arities,
        variants: happens(setting.varied.0, random).then_some(setting.varied.1),
        stake: setting.stake,
    }
}

pub(super) fn bait(setting: &Setting, (seed, number): (u64, usize), week: usize) -> Bait {
    let mut random = Chance::of(&[PROGRAMMES, "bait", &seed.to_string(), &number.to_string()]);
    let arities = arities(setting, &mut random);
    Bait { number, week, due: week + within(setting.lead, &mut random), arities, variants: setting.bait_variants }
}

fn arities(setting: &Setting, random: &mut impl Random) -> Vec<usize> {
    let marks = between(setting.marks.map(|marks| (marks as f64).ln()), random).exp().round() as usize;
    (0..marks).map(|_| if happens(setting.facts, random) { 4 } else { 2 }).collect()
}

fn candidates(setting: &Setting, staff: &Staff, units: &[usize], random: &mut impl Random) -> Vec<Candidate> {
    let each = setting.candidates[units.len() - 1];
    let mut order: Vec<(usize, usize)> = Vec::new();
    for unit in units {
        let activity = staff.actors.iter().map(|a| if a.unit == Some(*unit) { a.activity } else { 0.0 });
        order.extend(weighted(&activity.collect::<Vec<_>>(), each, random).into_iter().enumerate());
    }
    // Where two units take part, their people in turn.
    order.sort_by_key(|(place, _)| *place);
    let mut candidate = |(_, person): (usize, usize)| {
        let own = random.below(setting.roles.len());
        let roles = (0..setting.roles.len()).filter(|role| *role == own || happens(setting.versatile, random)).collect();
        Candidate { person, roles, level: staff.persons[person].level }
    };
    order.into_iter().map(&mut candidate).collect()
}

fn within([least, most]: [usize; 2], random: &mut impl Random) -> usize {
    least + random.below(most - least + 1)
}
