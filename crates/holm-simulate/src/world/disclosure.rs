//! Operations: who is told, and what comes of it.

use holm_codes::attack::Random;

use crate::chance::{between, happens};
use crate::world::activity::DAYS;
use crate::world::distribution::weighted;
use crate::world::setting::Setting;
use crate::world::staff::Staff;
use crate::world::truth::{Actor, Cause, Happened};

/// People are told at most so many days before.
const AHEAD: f64 = 14.0;

pub(crate) fn draw(setting: &Setting, staff: &Staff, random: &mut impl Random) -> Vec<Happened> {
    let mut times: Vec<f64> = (0..setting.operations).map(|_| random.unit() * DAYS).collect();
    times.sort_by(f64::total_cmp);
    times.into_iter().map(|time| operation(setting, staff, time, random)).collect()
}

fn operation(setting: &Setting, staff: &Staff, time: f64, random: &mut impl Random) -> Happened {
    let shares: Vec<f64> = setting.kinds.iter().map(|k| k.share).collect();
    let kind = weighted(&shares, 1, random).first().copied().unwrap_or(0);
    let unit = happens(setting.single_unit, random).then(|| random.below(setting.units));
    let mut here = Happened {
        kind,
        target: random.below(setting.targets),
        unit,
        time,
        told: told(setting, staff, unit, time, random),
        channel: None,
        causes: Vec::new(),
    };
    here.channel = unit.filter(|_| happens(setting.channels.used, random));
    here.causes = causes(setting, staff, &here, random);
    here
}

fn told(setting: &Setting, staff: &Staff, unit: Option<usize>, time: f64, random: &mut impl Random) -> Vec<(usize, f64, f64)> {
    let weight = |actor: &Actor| match (actor.unit, unit) {
        (None, _) => 0.0,
        (Some(own), Some(unit)) if own != unit => 0.0,
        _ => actor.activity,
    };
    let weights: Vec<f64> = staff.actors.iter().map(weight).collect();
    let [least, most] = setting.told;
    let count = least + random.below(most - least + 1);
    let mut told = weighted(&weights, count, random);
    let everywhere = staff.actors.iter().enumerate().filter(|(_, a)| a.unit.is_none());
    told.extend(everywhere.filter(|(_, a)| happens(a.activity, random)).map(|(index, _)| index).collect::<Vec<_>>());
    let disclosure = |person| {
        let weight = if happens(setting.hint.share, random) { setting.hint.weight } else { 1.0 };
        (person, weight, time - between([0.0, AHEAD], random))
    };
    told.into_iter().map(disclosure).collect()
}

/// Everything that brings an operation to failure, each by itself.
fn causes(setting: &Setting, staff: &Staff, here: &Happened, random: &mut impl Random) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (person, weight, time) in &here.told {
        let Some(corrupt) = &staff.actors[*person].corrupt else { continue };
        let concerned = if corrupt.serves == here.target { 1.0 } else { setting.corrupt.others };
        let covered = corrupt.only_with.is_none_or(|rival| here.told.iter().any(|(p, ..)| *p == rival));
        if happens(corrupt.rate * weight * concerned, random) && covered && corrupt.active.is_on(*time) {
            causes.push(Cause::Person(*person));
        }
    }
    if let Some(channel) = here.channel
        && staff.channel_rates[channel].is_some_and(|rate| happens(rate, random))
    {
        causes.push(Cause::Channel(channel));
    }
    let background = setting.kinds.get(here.kind).map_or(0.0, |k| k.background);
    let nature = happens(background, random);
    let unlucky = happens(setting.unlucky_unit, random) && here.unit == Some(0);
    if nature || unlucky {
        causes.push(Cause::Nature);
    }
    causes
}
