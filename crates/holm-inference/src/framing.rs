//! Signs that whoever is referred for review may be framed: by entries that somebody wrote once the outcome was known, or by
//! leaking only what a rival was told. None says who does it; each says that the record is to be looked at before anything else.
//!
//! All are Fisher's exact test, one-sided, of what would be as frequent with a leak as without if nobody framed anybody, each
//! against its level over the number of tests made of its sort (Bonferroni). Where nothing of the kind happens and a leaker leaks
//! as often whatever else is so, an alarm of any sort is raised with a probability of at most four times the level.

use std::collections::{BTreeMap, BTreeSet};

/// Level of alarms of each sort.
pub const LEVEL: f64 = 0.01;

/// An operation that is over, as far as framing is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// Whether it was betrayed, or seems so.
    pub leaked: bool,
    /// Who is said to have known, each once.
    pub told: Vec<Said>,
}

/// That somebody is said to have known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Index of the person.
    pub person: usize,
    /// Index of whoever wrote it down; none where it does not rest on one keeper's word alone: two say so, or the person does, or
    /// they have a copy.
    pub keeper: Option<usize>,
    /// Whether it was written once the outcome was known, and not before by anybody.
    pub late: bool,
}

/// What is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// This keeper writes entries once the outcome is known, and more often where it is a leak. Hindsight does this too.
    Late {
        /// Who wrote them.
        keeper: usize,
    },
    /// Among all entries of what leaked, those that name this person were written afterwards more often than others.
    SingledOut {
        /// Of those who are referred.
        person: usize,
    },
    /// What this person is said to have known leaked more often where this keeper says so.
    Keeper {
        /// Of those who are referred.
        person: usize,
        /// Who wrote it.
        keeper: usize,
    },
    /// What this person knew leaked more often where another knew it too, and the other way round: neither leaks alone.
    Company {
        /// Of those who are referred.
        person: usize,
        /// Who knew too.
        other: usize,
    },
}

/// A sign beyond its level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alarm {
    /// What is seen.
    pub sign: Sign,
    /// How often it would be seen by chance, times the number of tests of its sort.
    pub p: f64,
}

/// All signs at [`LEVEL`] in operations that are over, of the people who are `referred`, the surest first.
#[must_use]
pub fn alarms(operations: &[Over], referred: &[usize]) -> Vec<Alarm> {
    let sorts =
        [late(operations), singled_out(operations, referred), keeper(operations, referred), company(operations, referred)];
    let corrected = |signs: Vec<(Sign, f64)>| {
        let tests = signs.len() as f64;
        signs.into_iter().map(move |(sign, p)| Alarm { sign, p: (p * tests).min(1.0) })
    };
    let mut alarms: Vec<Alarm> = sorts.into_iter().flat_map(corrected).filter(|alarm| alarm.p < LEVEL).collect();
    alarms.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.sign.cmp(&b.sign)));
    alarms
}

/// By keeper: "has a late entry of theirs" against "leaked", among the operations of which they wrote anything.
fn late(operations: &[Over]) -> Vec<(Sign, f64)> {
    let mut tables: BTreeMap<usize, Table> = BTreeMap::new();
    for operation in operations {
        let keepers: BTreeSet<usize> = operation.told.iter().filter_map(|said| said.keeper).collect();
        for keeper in keepers {
            let late = operation.told.iter().any(|said| said.keeper == Some(keeper) && said.late);
            tables.entry(keeper).or_default().add(late, operation.leaked);
        }
    }
    tables.into_iter().map(|(keeper, table)| (Sign::Late { keeper }, table.above())).collect()
}

/// By person: "names them" against "late", among the entries of what leaked. Hindsight that is the same for all does not raise it.
fn singled_out(operations: &[Over], referred: &[usize]) -> Vec<(Sign, f64)> {
    let sign = |person: &usize| {
        let mut table = Table::default();
        let entries = operations.iter().filter(|o| o.leaked).flat_map(|o| &o.told);
        entries.for_each(|said| table.add(said.person == *person, said.late));
        (Sign::SingledOut { person: *person }, table.above())
    };
    referred.iter().map(sign).collect()
}

/// By person and keeper: "this keeper says so" against "leaked", among what the person is said to have known.
fn keeper(operations: &[Over], referred: &[usize]) -> Vec<(Sign, f64)> {
    let mut tables: BTreeMap<(usize, usize), Table> = BTreeMap::new();
    for person in referred {
        let of = |o: &Over| Some((o.told.iter().find(|said| said.person == *person)?.keeper?, o.leaked));
        let own: Vec<(usize, bool)> = operations.iter().filter_map(of).collect();
        for keeper in own.iter().map(|(keeper, _)| *keeper).collect::<BTreeSet<_>>() {
            let table = tables.entry((*person, keeper)).or_default();
            own.iter().for_each(|(by, leaked)| table.add(*by == keeper, *leaked));
        }
    }
    tables.into_iter().map(|((person, keeper), table)| (Sign::Keeper { person, keeper }, table.above())).collect()
}

/// By person and other: "the other knew too" against "leaked", among what the person knew, and the same the other way round; the
/// larger of both. Operations that a third knew who is referred are left out: that one explains them. Two who leak, each for
/// themselves, are seen together too; so it is no sign if either is seen to leak alone, against what neither knew.
fn company(operations: &[Over], referred: &[usize]) -> Vec<(Sign, f64)> {
    let mut known: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, operation) in operations.iter().enumerate() {
        let people: BTreeSet<usize> = operation.told.iter().map(|said| said.person).collect();
        people.into_iter().for_each(|person| known.entry(person).or_default().push(number));
    }
    let nothing = Vec::new();
    let of = |person: usize| known.get(&person).unwrap_or(&nothing);
    let knows = |person: usize, operation: usize| of(person).binary_search(&operation).is_ok();
    let explained = |one: usize, other: usize, operation: usize| {
        referred.iter().any(|third| *third != one && *third != other && knows(*third, operation))
    };
    let table = |one: usize, other: usize| {
        let mut table = Table::default();
        let own = of(one).iter().filter(|operation| !explained(one, other, **operation));
        own.for_each(|operation| table.add(knows(other, *operation), operations[*operation].leaked));
        table.above()
    };
    let alone = |one: usize, other: usize| {
        let mut table = Table::default();
        let without = (0..operations.len()).filter(|operation| !knows(other, *operation) && !explained(one, other, *operation));
        without.for_each(|operation| table.add(knows(one, operation), operations[operation].leaked));
        table.above()
    };
    let mut signs = Vec::new();
    for person in referred {
        let told = of(*person).iter().flat_map(|operation| &operations[*operation].told);
        let others: BTreeSet<usize> = told.map(|said| said.person).filter(|other| other != person).collect();
        for other in others {
            let p = table(*person, other).max(table(other, *person));
            let leaks_alone = || alone(*person, other).min(alone(other, *person)) < LEVEL;
            let p = if p < LEVEL && leaks_alone() { 1.0 } else { p };
            signs.push((Sign::Company { person: *person, other }, p));
        }
    }
    signs
}

/// Counts by whether one thing was so, and whether another was.
#[derive(Default)]
struct Table([[u64; 2]; 2]);

impl Table {
    fn add(&mut self, so: bool, too: bool) {
        self.0[usize::from(so)][usize::from(too)] += 1;
    }

    /// P(at least as many of the second where the first was so), all sums given.
    fn above(&self) -> f64 {
        let [[a, b], [c, d]] = self.0;
        let (so, too, all) = (c + d, b + d, a + b + c + d);
        let ln = |n: u64, k: u64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
        let term = |x: u64| (ln(too, x) + ln(all - too, so - x) - ln(all, so)).exp();
        (d..=so.min(too)).filter(|x| so - x <= all - too).map(term).sum::<f64>().min(1.0)
    }
}

fn ln_factorial(n: u64) -> f64 {
    libm::lgamma(n as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(leaked: bool, told: &[(usize, usize, bool)]) -> Over {
        Over {
            leaked,
            told: told
                .iter()
                .map(|(person, keeper, late)| Said { person: *person, keeper: Some(*keeper), late: *late })
                .collect(),
        }
    }

    fn signs(operations: &[Over], referred: &[usize]) -> Vec<Sign> {
        alarms(operations, referred).into_iter().map(|alarm| alarm.sign).collect()
    }

    #[test]
    fn the_test_is_fishers() {
        // The lady tasting tea (Fisher, The Design of Experiments, 1935): 4 of 4 by chance once in 70, at least 3 in 17 of 70.
        let tea = |a, b, c, d| Table([[a, b], [c, d]]).above();
        assert!((tea(4, 0, 0, 4) - 1.0 / 70.0).abs() < 1e-12);
        assert!((tea(3, 1, 1, 3) - 17.0 / 70.0).abs() < 1e-12);
        assert_eq!(tea(0, 0, 0, 0), 1.0);
        assert!((tea(0, 4, 4, 0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_leaker_whom_nobody_frames_raises_no_alarm() {
        // Person 0 knew of all of it, written down in time by two keepers; half of it leaks, whoever keeps it and whoever knows.
        let operations: Vec<Over> =
            (0..80).map(|n| over(n % 2 == 0, &[(0, n / 2 % 2, false), (1 + n / 4 % 5, n / 2 % 2, n % 8 < 2)])).collect();
        assert_eq!(signs(&operations, &[0]), []);
        assert_eq!(signs(&operations, &[]), []);
        assert_eq!(signs(&[], &[0]), []);
    }

    #[test]
    fn entries_that_come_with_the_outcome_are_seen_by_keeper_and_by_whom_they_name() {
        // Keeper 1 adds person 0 to whatever leaked, once that is known.
        let operations: Vec<Over> = (0..60)
            .map(|n| match n % 4 {
                0 => over(true, &[(2, 1, false), (3, 1, false), (0, 1, true)]),
                1 => over(false, &[(0, 0, false), (2, 0, false)]),
                2 => over(false, &[(2, 1, false), (3, 1, false)]),
                _ => over(n % 8 == 3, &[(4, 0, false), (2, 0, false)]),
            })
            .collect();
        let signs = signs(&operations, &[0]);
        assert!(signs.contains(&Sign::Late { keeper: 1 }) && !signs.contains(&Sign::Late { keeper: 0 }), "{signs:?}");
        assert!(signs.contains(&Sign::SingledOut { person: 0 }), "{signs:?}");
        assert!(signs.contains(&Sign::Keeper { person: 0, keeper: 1 }), "{signs:?}");
    }

    #[test]
    fn hindsight_that_is_the_same_for_all_singles_nobody_out() {
        // Everybody's entries of what leaked are late.
        let operations: Vec<Over> = (0..60).map(|n| over(n % 3 == 0, &[(n % 5, 0, n % 3 == 0), (5, 0, n % 3 == 0)])).collect();
        assert_eq!(signs(&operations, &[5]), [Sign::Late { keeper: 0 }]);
    }

    #[test]
    fn whoever_leaks_only_what_a_rival_knows_is_seen_with_the_rival() {
        // 0 and 1 know things apart and together; what both know leaks.
        let operations: Vec<Over> = (0..90)
            .map(|n| match n % 3 {
                0 => over(true, &[(0, 0, false), (1, 0, false), (2 + n % 7, 0, false)]),
                1 => over(false, &[(0, 0, false), (2 + n % 7, 0, false)]),
                _ => over(false, &[(1, 0, false), (2 + n % 7, 0, false)]),
            })
            .collect();
        assert_eq!(signs(&operations, &[0]), [Sign::Company { person: 0, other: 1 }]);
    }

    #[test]
    fn two_who_leak_each_for_themselves_are_no_company() {
        // 0 leaks every second operation, 1 every third; what both knew leaks most often. Nobody told of neither is betrayed.
        let operations: Vec<Over> = (0..960)
            .map(|n| {
                let [zero, one] = [n / 6 % 2 == 0, n / 12 % 2 == 0];
                let told = [(0, zero), (1, one), (2 + n % 7, true)].into_iter().filter(|(_, told)| *told);
                let told: Vec<(usize, usize, bool)> = told.map(|(person, _)| (person, 0, false)).collect();
                over((zero && n % 2 == 0) || (one && n % 3 == 0), &told)
            })
            .collect();
        let leaked = |zero: usize, one: usize| {
            let of = |o: &&Over| [zero, one] == [0, 1].map(|p| o.told.iter().filter(|said| said.person == p).count());
            let among: Vec<&Over> = operations.iter().filter(of).collect();
            (among.iter().filter(|o| o.leaked).count(), among.len())
        };
        assert_eq!([leaked(0, 0), leaked(1, 0), leaked(0, 1), leaked(1, 1)], [(0, 240), (120, 240), (80, 240), (160, 240)]);
        assert_eq!(signs(&operations, &[0, 1]), []);
        assert_eq!(signs(&operations, &[0]), []);
    }
}
