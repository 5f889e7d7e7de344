//! How a director reacts without Holm: to what failed, by unit.

use std::collections::BTreeMap;

use holm_simulate::programme::policy::{Ask, Cause, Ending, Named, Report, Roster, Sharing, Standing};

/// Sharing with a unit ends for a time once so many of its last operations failed.
const FAILED: usize = 3;
/// Of so many.
const OF_LAST: usize = 6;
/// For so many weeks; then what was before is forgotten.
const WITHHELD: usize = 8;
/// Whoever is removed on suspicion knew of so many that failed, at least.
const KNEW: usize = 3;

/// Whom a director suspects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// The unit.
    Unit,
    /// The unit, and in it whoever knew of most that failed, who is removed for good.
    Denominator,
}

/// A director.
pub(crate) struct Director {
    roster: Roster,
    suspicion: Suspicion,
    /// By item, its units and who was told.
    items: BTreeMap<usize, (Vec<usize>, Vec<usize>)>,
    /// By unit, whether its last operations failed.
    last: Vec<Vec<bool>>,
    /// By unit, the week from which sharing goes on.
    until: Vec<usize>,
    /// By person, how many failed operations they knew of, and how many in all.
    knew: Vec<usize>,
    all: Vec<usize>,
    removed: Vec<usize>,
}

impl Director {
    pub(crate) fn new(roster: Roster, suspicion: Suspicion) -> Self {
        Self {
            suspicion,
            items: BTreeMap::new(),
            last: vec![Vec::new(); roster.units],
            until: vec![0; roster.units],
            knew: vec![0; roster.persons.len()],
            all: vec![0; roster.persons.len()],
            removed: Vec::new(),
            roster,
        }
    }

    /// Notes who is told of an item.
    pub(crate) fn shared(&mut self, ask: &Ask, sharing: &Sharing) {
        self.items.insert(ask.number, (ask.units.clone(), sharing.told().collect()));
    }

    /// Whether nothing is shared with somebody's unit in a week.
    pub(crate) fn withholds(&self, person: usize, week: usize) -> bool {
        week < self.until[self.roster.persons[person].unit]
    }

    /// The source in a unit was found: what failed in it before is explained, and sharing goes on.
    pub(crate) fn found(&mut self, person: usize) {
        let unit = self.roster.persons[person].unit;
        self.last[unit].clear();
        self.until[unit] = 0;
        self.removed.push(person);
    }

    /// The team: as usual, or where people are suspected those who knew of the smallest share that failed.
    pub(crate) fn team(&self, ask: &Ask, out: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
        if self.suspicion == Suspicion::Unit {
            return ask.usual(out);
        }
        let mut sorted = ask.clone();
        // Of those of whom little is known as of the mean: one failure in six.
        let rate = |person: usize| (self.knew[person] as f64 + 1.0) / (self.all[person] as f64 + 6.0);
        sorted.candidates.sort_by(|a, b| rate(a.person).total_cmp(&rate(b.person)));
        sorted.usual(&out).or_else(|| ask.usual(&out))
    }

    /// Takes what became known.
    pub(crate) fn learn(&mut self, report: &Report) -> Standing {
        for outcome in &report.outcomes {
            let Some((units, told)) = self.items.get(&outcome.item) else { continue };
            let failed = outcome.ending == Ending::Failed;
            for person in told {
                self.knew[*person] += usize::from(failed);
                self.all[*person] += 1;
            }
            units.iter().for_each(|unit| self.last[*unit].push(failed));
        }
        let mut named = Vec::new();
        for unit in 0..self.roster.units {
            let last = &self.last[unit];
            let failed = last.iter().rev().take(OF_LAST).filter(|failed| **failed).count();
            if failed < FAILED {
                continue;
            }
            self.last[unit].clear();
            self.until[unit] = report.week + WITHHELD;
            if self.suspicion == Suspicion::Denominator {
                named.extend(self.denominator(unit));
            }
        }
        let withheld = (0..self.roster.units).filter(|unit| report.week < self.until[*unit]).collect();
        Standing { named, set_aside: Vec::new(), withheld }
    }

    /// Who of a unit knew of most that failed.
    fn denominator(&mut self, unit: usize) -> Option<Named> {
        let of_unit = (0..self.knew.len()).filter(|p| self.roster.persons[*p].unit == unit && !self.removed.contains(p));
        let person = of_unit.max_by_key(|p| (self.knew[*p], usize::MAX - p)).filter(|p| self.knew[*p] >= KNEW)?;
        self.removed.push(person);
        Some(Named { person, cause: Cause::Guess })
    }
}
