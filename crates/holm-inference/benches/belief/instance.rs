//! What a record comes to, as simple lists and as a case: the one place where worlds and belief meet.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_simulate::world::World;
use holm_simulate::world::recorded::{Operation, Outcome as Seen, Recorded};

/// How much likelier a suspicion is after a leak than without one.
const SUSPICION: f64 = 4.0;

/// Lists that simple methods take, and the truth to judge them by.
pub(crate) struct Instance {
    pub(crate) people: usize,
    /// By operation, who was told as far as it is recorded, and whether it seems to have leaked.
    pub(crate) told: Vec<Vec<usize>>,
    pub(crate) leaked: Vec<bool>,
    /// By person on the roster.
    pub(crate) leaks: Vec<bool>,
}

impl Instance {
    pub(crate) fn of(world: &World) -> Self {
        let recorded = &world.recorded;
        Self {
            people: recorded.persons.len(),
            told: recorded.operations.iter().map(|o| o.told.iter().map(|t| t.person).collect()).collect(),
            leaked: recorded.operations.iter().map(|o| matches!(o.outcome, Seen::Confirmed | Seen::Suspected)).collect(),
            leaks: (0..recorded.persons.len()).map(|p| world.truth.leaks(p)).collect(),
        }
    }

    pub(crate) fn leakers(&self) -> usize {
        self.leaks.iter().filter(|l| **l).count()
    }
}

/// Which channels are supposed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Channels {
    /// None.
    Nobody,
    /// Those that are recorded.
    Recorded,
    /// One for each unit, for whatever is told in it.
    Units,
}

/// Whether people of whom it is not recorded may have been told.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Unrecorded {
    Never,
    Perhaps,
}

/// Whether what was written down after the outcome was known is used.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Late {
    Kept,
    LeftOut,
}

/// Whether types of operations have backgrounds of their own.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Types {
    Alike,
    Apart,
}

/// A way to look at a record.
#[derive(Clone, Copy)]
pub(crate) struct View {
    pub(crate) channels: Channels,
    pub(crate) unrecorded: Unrecorded,
    pub(crate) late: Late,
    pub(crate) types: Types,
}

impl View {
    pub(crate) const PLAIN: Self =
        Self { channels: Channels::Nobody, unrecorded: Unrecorded::Never, late: Late::Kept, types: Types::Alike };

    pub(crate) fn case(&self, recorded: &Recorded) -> Case {
        let persons: Vec<Person> = recorded.persons.iter().map(|p| Person { unit: p.unit, ln_checks: 0.0 }).collect();
        let trials: Vec<Trial> = recorded.operations.iter().map(|o| self.trial(recorded, o)).collect();
        let channels = match self.channels {
            Channels::Nobody => 0,
            Channels::Recorded => recorded.channels.len(),
            Channels::Units => recorded.units.len(),
        };
        let kinds = if self.types == Types::Apart { recorded.kinds } else { 1 };
        Case::new(recorded.units.len(), &persons, (usize::from(channels > 0), &vec![0; channels]), kinds, &trials).unwrap()
    }

    fn trial(&self, recorded: &Recorded, operation: &Operation) -> Trial {
        let used = operation.told.iter().filter(|t| self.late == Late::Kept || t.entered < operation.known);
        let exposed: Vec<Exposure> = used.map(|t| Exposure { person: t.person, weight: t.weight }).collect();
        let unrecorded = match self.unrecorded {
            Unrecorded::Never => Vec::new(),
            Unrecorded::Perhaps => unrecorded(recorded, &exposed),
        };
        Trial {
            kind: if self.types == Types::Apart { operation.kind } else { 0 },
            time: operation.time,
            unrecorded,
            exposed,
            channels: match self.channels {
                Channels::Nobody => Vec::new(),
                Channels::Recorded => operation.channel.into_iter().collect(),
                Channels::Units => operation.unit.into_iter().collect(),
            },
            outcome: match operation.outcome {
                Seen::Confirmed => Outcome::LEAK,
                Seen::Suspected => Outcome::ratio(SUSPICION).unwrap(),
                Seen::Unknown => Outcome::UNKNOWN,
                Seen::Clean => Outcome::CLEAN,
            },
        }
    }
}

/// Everybody else of the units that are involved.
fn unrecorded(recorded: &Recorded, exposed: &[Exposure]) -> Vec<usize> {
    let mut involved = vec![false; recorded.units.len()];
    let mut told = vec![false; recorded.persons.len()];
    for exposure in exposed {
        involved[recorded.persons[exposure.person].unit] = true;
        told[exposure.person] = true;
    }
    (0..told.len()).filter(|p| involved[recorded.persons[*p].unit] && !told[*p]).collect()
}
