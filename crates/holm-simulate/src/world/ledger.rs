//! How what happened is written down: late, in part, with hindsight, and by somebody who may have an interest.

use holm_codes::attack::Random;

use crate::chance::{Chance, between, happens, one_of};
use crate::world::recorded::{Operation, Outcome, Telling};
use crate::world::setting::{Entry, Framing, Setting};
use crate::world::staff::Staff;
use crate::world::truth::{Cause, Happened};

/// Days after which an outcome is known, at least and at most.
const KNOWN: [f64; 2] = [1.0, 30.0];
/// Entries are written within a day, late ones within two weeks of the outcome.
const PROMPT: f64 = 1.0;
const TARDY: f64 = 14.0;

/// Whoever writes.
pub(crate) struct Ledger<'w> {
    setting: &'w Setting,
    staff: &'w Staff,
    random: &'w mut Chance,
}

impl<'w> Ledger<'w> {
    pub(crate) fn new(setting: &'w Setting, staff: &'w Staff, random: &'w mut Chance) -> Self {
        Self { setting, staff, random }
    }

    pub(crate) fn write(mut self, happened: &[Happened]) -> Vec<Operation> {
        happened.iter().map(|operation| self.operation(operation)).collect()
    }

    fn operation(&mut self, happened: &Happened) -> Operation {
        let known = happened.time + between(KNOWN, self.random);
        let of_first = happened.told.iter().find_map(|(p, ..)| self.staff.persons.get(*p)).map(|p| p.unit);
        let clerk = happened.unit.or(of_first).map_or(0, |unit| self.staff.clerks[unit]);
        let mut written = Operation {
            kind: happened.kind,
            target: happened.target,
            unit: happened.unit,
            time: happened.time,
            known,
            clerk,
            told: Vec::new(),
            channel: happened.channel,
            outcome: self.outcome(happened),
            recovered: self.recovered(happened),
        };
        written.told = happened.told.iter().filter_map(|told| self.telling(*told, &written)).collect();
        self.frame(happened, &mut written);
        written
    }

    fn telling(&mut self, (person, weight, time): (usize, f64, f64), of: &Operation) -> Option<Telling> {
        // Numbers are drawn in any case, so that worlds that differ in shares alone differ in little.
        let missing = happens(self.setting.ledger.missing, self.random);
        let found = happens(self.setting.ledger.reconstructed, self.random) && of.outcome == Outcome::Confirmed;
        let late = happens(self.setting.ledger.late, self.random);
        let prompt = time + between([0.0, PROMPT], self.random);
        let tardy = of.known + between([0.0, TARDY], self.random);
        let listed = person < self.staff.persons.len();
        let entered = if missing || late { tardy } else { prompt };
        // In worlds without confirmations nothing is drawn for them.
        let share = self.setting.ledger.confirmed;
        let confirmed = share > 0.0 && happens(share, self.random);
        (listed && (!missing || found)).then_some(Telling { person, weight, time, entered, confirmed })
    }

    fn outcome(&mut self, happened: &Happened) -> Outcome {
        let labels = self.setting.labels;
        let [unknown, noticed, doubt] = [(); 3].map(|()| self.random.unit());
        let failed = !happened.causes.is_empty();
        match failed && noticed >= labels.unnoticed {
            _ if unknown < labels.unknown => Outcome::Unknown,
            true if doubt < labels.suspected => Outcome::Suspected,
            true => Outcome::Confirmed,
            false if doubt < labels.wrongly => Outcome::Suspected,
            false => Outcome::Clean,
        }
    }

    /// What is found is the copy of whoever leaked, or of anybody if a channel gave it away.
    fn recovered(&mut self, happened: &Happened) -> Option<usize> {
        let found = happens(self.setting.copies, self.random);
        let any = one_of(&happened.told, self.random).map(|(person, ..)| *person);
        let whose = happened.causes.iter().find_map(|cause| match cause {
            Cause::Person(person) => Some(*person),
            Cause::Channel(_) => any,
            Cause::Nature => None,
        });
        whose.filter(|person| found && *person < self.staff.persons.len())
    }

    /// Whoever keeps the ledger of a unit and leaks writes a rival in, and leaves their own name out.
    fn frame(&mut self, happened: &Happened, written: &mut Operation) {
        let Framing::FalseEntries { entry, hides } = self.setting.framing else { return };
        let Some(rival) = self.staff.framed else { return };
        let own = |cause: &Cause| *cause == Cause::Person(written.clerk);
        if !happened.causes.iter().any(own) {
            return;
        }
        let hidden = happens(hides, self.random);
        written.told.retain(|t| !(hidden && t.person == written.clerk));
        if written.told.iter().all(|t| t.person != rival) {
            let time = happened.told.iter().find(|(p, ..)| *p == written.clerk).map_or(happened.time, |(_, _, time)| *time);
            let entered = match entry {
                Entry::Afterwards => written.known + between([0.0, TARDY], self.random),
                Entry::AtOnce => time + between([0.0, PROMPT], self.random),
            };
            written.told.push(Telling { person: rival, weight: 1.0, time, entered, confirmed: false });
        }
    }
}
