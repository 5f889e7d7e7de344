//! Checks of people, with their errors.

use holm_codes::attack::Random;

use crate::chance::happens;
use crate::world::recorded::{Check, Finding};
use crate::world::setting::Setting;
use crate::world::staff::Staff;

pub(crate) fn draw(setting: &Setting, staff: &Staff, random: &mut impl Random) -> Vec<Check> {
    let mut checks = Vec::new();
    for (kind, of) in setting.checks.iter().enumerate() {
        for (person, actor) in staff.actors.iter().enumerate().take(staff.persons.len()) {
            let fails = if actor.corrupt.is_some() { of.sensitivity } else { of.false_positive };
            let checked = happens(of.share, random);
            let finding = if happens(fails, random) { Finding::Failed } else { Finding::Passed };
            if checked {
                checks.push(Check { person, kind, finding });
            }
        }
    }
    checks
}
