//! Somebody who leaks: when they do, and what frightens them.

use holm_codes::attack::Random;

use crate::chance::one_of;
use crate::programme::setting::{Scares, Setting};
use crate::programme::truth::{By, Known, Manner};
use crate::world::staff::Staff;
use crate::world::truth::Corrupt;

/// So many of them work together, the framer first.
const TOGETHER: usize = 3;

/// What a leaker saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scare {
    /// Somebody was named.
    Far,
    /// Somebody of their own unit, or whom they work with.
    Close,
    /// They are told nothing.
    LeftOut,
}

/// Somebody who leaks.
#[derive(Clone, Debug)]
pub(super) struct Leaker {
    pub(super) person: usize,
    pub(super) unit: usize,
    pub(super) rate: f64,
    /// They leak only what this person was told too.
    pub(super) only_with: Option<usize>,
    pub(super) manner: Manner,
    /// The first week in which they leak.
    begins: usize,
    /// They leak nothing before this week.
    quiet: usize,
    /// Whether they saw that somebody was named by a copy.
    pub(super) wary: bool,
    /// The week in which they were last told anything.
    pub(super) told: usize,
    pub(super) leaks: usize,
    /// Baits that they leaked.
    pub(super) baits: usize,
    pub(super) named: Option<(usize, By)>,
    pub(super) set_aside: Option<usize>,
}

/// Everybody who leaks: the framer, who works with one of the same unit and with another, then those who work alone.
pub(super) fn all(staff: &Staff, setting: &Setting, random: &mut impl Random) -> Vec<Leaker> {
    let corrupt = staff.actors.iter().enumerate().filter_map(|(person, actor)| Some((person, actor.corrupt.as_ref()?)));
    let leaker = |(number, (person, corrupt)): (usize, (usize, &Corrupt))| Leaker {
        person,
        unit: staff.persons[person].unit,
        rate: corrupt.rate,
        only_with: corrupt.only_with,
        manner: match number {
            0 => Manner::Framer,
            _ if number < TOGETHER => Manner::Partner,
            _ => Manner::Alone,
        },
        begins: if number + 1 == setting.leakers { setting.begins } else { 0 },
        quiet: 0,
        wary: false,
        told: 0,
        leaks: 0,
        baits: 0,
        named: None,
        set_aside: None,
    };
    let mut all: Vec<Leaker> = corrupt.enumerate().map(leaker).collect();
    if let [framer, ..] = all.as_slice() {
        let (unit, rival) = (framer.unit, framer.only_with);
        let mut others = staff.of_unit(unit);
        others.retain(|person| Some(*person) != rival && all.iter().all(|leaker| leaker.person != *person));
        if let (Some(person), Some(partner)) = (one_of(&others, random), all.get_mut(1)) {
            partner.person = *person;
            partner.unit = unit;
        }
    }
    all
}

impl Leaker {
    pub(super) fn colludes(&self) -> bool {
        self.manner != Manner::Alone
    }

    pub(super) fn leaks_in(&self, week: usize) -> bool {
        week >= self.begins.max(self.quiet)
    }

    pub(super) fn scared(&mut self, week: usize, scare: Scare, scares: &Scares) {
        let weeks = match scare {
            Scare::Far => scares.far,
            Scare::Close => scares.close,
            Scare::LeftOut => scares.left_out,
        };
        self.quiet = self.quiet.max(week + weeks);
    }

    pub(super) fn truth(&self) -> Known {
        let Self { person, manner, rate, leaks, baits, named, set_aside, .. } = *self;
        Known { person, manner, rate, leaks, baits, named, set_aside }
    }
}
