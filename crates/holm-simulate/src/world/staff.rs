//! Agencies, units, people, who of them leaks, and channels.

use holm_codes::attack::Random;

use crate::chance::{one_of, shuffle};
use crate::world::activity::Active;
use crate::world::distribution::{beta, normal, weighted};
use crate::world::recorded::Person;
use crate::world::setting::{Framing, Rate, Setting, Unlisted};
use crate::world::truth::{Actor, Corrupt};

/// How many of all are of each level of rank, from the lowest.
const LEVELS: [f64; 5] = [0.4, 0.3, 0.15, 0.1, 0.05];
/// Of a normal distribution, one in ten lies above this.
const BUSIEST_TENTH: f64 = 1.281_55;

/// Everybody, before anything happens.
#[derive(Debug)]
pub(crate) struct Staff {
    pub(crate) units: Vec<usize>,
    pub(crate) persons: Vec<Person>,
    pub(crate) actors: Vec<Actor>,
    pub(crate) channels: Vec<usize>,
    pub(crate) channel_rates: Vec<Option<f64>>,
    pub(crate) framed: Option<usize>,
    /// By unit, who keeps its ledger.
    pub(crate) clerks: Vec<usize>,
}

pub(crate) fn draw(setting: &Setting, random: &mut impl Random) -> Staff {
    let mut staff = Staff {
        units: (0..setting.units).map(|u| u % setting.agencies.max(1)).collect(),
        persons: Vec::new(),
        actors: Vec::new(),
        channels: (0..setting.units).collect(),
        channel_rates: vec![None; setting.units],
        framed: None,
        clerks: Vec::new(),
    };
    for person in 0..setting.people {
        let unit = person % setting.units.max(1);
        let level = weighted(&LEVELS, 1, random).first().map_or(1, |l| *l as u8 + 1);
        let activity = (setting.spread * normal(random)).exp() * setting.tilt.powi(i32::from(level) - 1);
        staff.persons.push(Person { unit, level });
        staff.actors.push(Actor { unit: Some(unit), activity, corrupt: None });
    }
    let mut order: Vec<usize> = (0..setting.people).collect();
    shuffle(&mut order, random);
    for person in order.into_iter().take(setting.corrupt.count) {
        staff.actors[person].corrupt = Some(corrupt(setting, random));
    }
    staff.add_unlisted(setting, random);
    let mut channels = staff.channels.clone();
    shuffle(&mut channels, random);
    channels.into_iter().take(setting.channels.compromised).for_each(|c| staff.channel_rates[c] = Some(setting.channels.rate));
    staff.clerks = (0..setting.units).map(|unit| one_of(&staff.of_unit(unit), random).copied().unwrap_or(0)).collect();
    staff.frame(setting);
    staff
}

fn corrupt(setting: &Setting, random: &mut impl Random) -> Corrupt {
    let rate = match setting.corrupt.rate {
        Rate::Fixed(rate) => rate,
        Rate::Beta(a, b) => beta(a, b, random),
    };
    let active = Active::draw(&setting.corrupt, random);
    Corrupt { serves: random.below(setting.targets), rate, active, only_with: None }
}

impl Staff {
    /// Who of the roster is of a unit.
    pub(crate) fn of_unit(&self, unit: usize) -> Vec<usize> {
        self.persons.iter().enumerate().filter(|(_, p)| p.unit == unit).map(|(index, _)| index).collect()
    }

    fn add_unlisted(&mut self, setting: &Setting, random: &mut impl Random) {
        match setting.unlisted {
            Unlisted::Nobody => {}
            Unlisted::OfUnits(count) => (0..count).for_each(|_| {
                let unit = Some(random.below(setting.units));
                let activity = (setting.spread * BUSIEST_TENTH).exp();
                self.actors.push(Actor { unit, activity, corrupt: Some(corrupt(setting, random)) });
            }),
            Unlisted::Everywhere(share) => {
                self.actors.push(Actor { unit: None, activity: share, corrupt: Some(corrupt(setting, random)) });
            }
        }
    }

    /// The rival is the innocent of the leaker's unit who is told most, whose company is easily kept; or, if the ledger is
    /// falsified, who is told least, whom few secrets kept speak for.
    fn frame(&mut self, setting: &Setting) {
        let Some(framer) = self.actors.iter().position(|a| a.corrupt.is_some()) else { return };
        let Some(unit) = self.actors[framer].unit else { return };
        let mut innocent = self.of_unit(unit);
        innocent.retain(|p| self.actors[*p].corrupt.is_none());
        innocent.sort_by(|a, b| self.actors[*a].activity.total_cmp(&self.actors[*b].activity));
        match setting.framing {
            Framing::Nobody => {}
            Framing::OnlyWhatRivalKnows => {
                self.framed = innocent.last().copied();
                if let Some(corrupt) = &mut self.actors[framer].corrupt {
                    corrupt.only_with = self.framed;
                }
            }
            Framing::FalseEntries { .. } => {
                self.framed = innocent.first().copied();
                self.clerks[unit] = framer;
            }
        }
    }
}
