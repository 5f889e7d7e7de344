//! How each leaker goes about it, and what they leaked: the first from here, the second from the world.

use holm_codes::attack::Random;

use crate::chance::{Chance, happens};
use crate::statements::second;
use crate::statements::setting::Setting;
use crate::statements::trace::Manner;
use crate::world::World;
use crate::world::truth::{Cause, Happened};

/// A leaker's ways.
#[derive(Clone, Debug)]
pub(crate) struct Conduct {
    pub(crate) person: usize,
    /// Index of the organisation.
    pub(crate) serves: usize,
    pub(crate) manner: Manner,
    /// From the go-between to the target.
    pub(crate) hops: u8,
    pub(crate) sim: BurnerSim,
    pub(crate) money: Money,
    pub(crate) leaks: Vec<Leaked>,
}

/// Where the SIM of a second telephone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BurnerSim {
    Apart,
    InUsualHandset,
}

/// Where money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Money {
    IntoAccount,
    Elsewhere,
}

/// Something that was leaked, in seconds of the world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaked {
    pub(crate) operation: usize,
    pub(crate) told: i64,
    pub(crate) over: i64,
}

pub(crate) fn draw(world: &World, setting: &Setting, random: &mut Chance) -> Vec<Conduct> {
    let listed = world.truth.leakers().filter(|person| *person < world.recorded.persons.len());
    listed.map(|person| conduct(world, setting, person, random)).collect()
}

fn conduct(world: &World, setting: &Setting, person: usize, random: &mut Chance) -> Conduct {
    let of = &setting.leaking;
    // All numbers are drawn in any case, so that settings that differ in one share differ in little.
    let [careful, burner, two, slips, banks] =
        [of.careful, of.burner, of.two_hops, of.slip, of.banks].map(|p| happens(p, random));
    Conduct {
        person,
        serves: world.truth.actors[person].corrupt.as_ref().map_or(0, |c| c.serves),
        manner: match (careful, burner) {
            (true, _) => Manner::Careful,
            (false, true) => Manner::Burner,
            (false, false) => Manner::Own,
        },
        hops: if two { 2 } else { 1 },
        sim: if slips { BurnerSim::InUsualHandset } else { BurnerSim::Apart },
        money: if banks && !careful { Money::IntoAccount } else { Money::Elsewhere },
        leaks: world.truth.operations.iter().enumerate().filter_map(|(index, of)| leaked(index, of, person)).collect(),
    }
}

fn leaked(operation: usize, of: &Happened, person: usize) -> Option<Leaked> {
    let told = of.told.iter().find(|(who, ..)| *who == person)?.2;
    of.causes.contains(&Cause::Person(person)).then(|| Leaked { operation, told: second(told), over: second(of.time) })
}

/// Seconds after an event: exponential with a mean of `hours`, below `most` seconds.
pub(crate) fn soon(hours: f64, most: i64, random: &mut Chance) -> i64 {
    // By inversion of the distribution that is cut off at `most`.
    let mean = hours * 3_600.0;
    let below = 1.0 - (-(most.max(1) as f64) / mean).exp();
    (-mean * (1.0 - random.unit() * below).ln()) as i64
}
