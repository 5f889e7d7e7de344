//! Signs in the record that somebody who is referred for review may be framed (`holm_inference::framing`).

use std::collections::BTreeSet;

use holm_inference::framing::{self, Over};
use holm_record::event::happening::Outcome;
use holm_record::id::PersonId;
use serde::Serialize;

use super::translation::Translation;

/// What is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "sign")]
pub enum Sign {
    /// Who kept the record wrote entries once the outcome was known, and more often where it was a leak.
    Late {
        /// Who wrote them.
        keeper: String,
    },
    /// Among the entries of what leaked, those that name this person were written afterwards more often than others.
    SingledOut {
        /// Whom.
        person: PersonId,
    },
    /// What this person is said to have known leaked more often where this keeper says so.
    Keeper {
        /// Of whom.
        person: PersonId,
        /// Who wrote it.
        keeper: String,
    },
    /// What this person knew leaked more often where another knew it too, and the other way round.
    Company {
        /// Who.
        person: PersonId,
        /// Who knew too.
        other: PersonId,
    },
}

/// A sign, and how often it would be seen by chance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alarm {
    /// What is seen.
    #[serde(flatten)]
    pub sign: Sign,
    /// Times the number of tests of its sort.
    pub p: f64,
}

/// Alarms about those who are referred, by index, and whom of them each concerns.
pub(super) fn alarms(of: &Translation, referred: &[usize]) -> Vec<(Alarm, BTreeSet<usize>)> {
    let operations: Vec<Over> = (of.trials.iter().zip(&of.said))
        .filter(|(trial, _)| trial.outcome != Outcome::Unknown)
        .map(|(trial, said)| Over { leaked: trial.outcome != Outcome::Clean, told: said.clone() })
        .collect();
    let named = |alarm: framing::Alarm| {
        let name = |person: usize| of.persons[person].clone();
        let (sign, concerned) = match alarm.sign {
            framing::Sign::Late { keeper } => {
                let late =
                    operations.iter().filter(|o| o.leaked).flat_map(|o| &o.told).filter(|s| s.late && s.keeper == Some(keeper));
                let people: BTreeSet<usize> = late.map(|said| said.person).filter(|person| referred.contains(person)).collect();
                (Sign::Late { keeper: of.keepers[keeper].clone() }, people)
            }
            framing::Sign::SingledOut { person } => (Sign::SingledOut { person: name(person) }, BTreeSet::from([person])),
            framing::Sign::Keeper { person, keeper } => {
                (Sign::Keeper { person: name(person), keeper: of.keepers[keeper].clone() }, BTreeSet::from([person]))
            }
            framing::Sign::Company { person, other } => {
                (Sign::Company { person: name(person), other: name(other) }, BTreeSet::from([person]))
            }
        };
        (Alarm { sign, p: alarm.p }, concerned)
    };
    framing::alarms(&operations, referred).into_iter().map(named).collect()
}

#[cfg(test)]
mod tests {
    use holm_record::event::Telling;
    use holm_record::event::happening::{Outcome, Weight, Window};
    use jiff::SignedDuration;

    use super::super::translation::translate;
    use super::*;
    use crate::operation::tests::{at, facts, told, workspace};
    use crate::policy::Action;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    /// Two operations a week, of which one in four leaks; who knew is entered before, and of what leaked `framed` two days after.
    fn alarms_of(framed: &[&str], known_before: &[&str]) -> Vec<(Alarm, BTreeSet<usize>)> {
        let (_folder, mut workspace) = workspace();
        for number in 0..40 {
            let when = at("2026-02-01T00:00Z") + DAY * (3 * number);
            let mut of = facts(&format!("o{number}"), "2026-02-01T00:00Z");
            of.at = when;
            of.told = known_before.iter().map(|person| told(person, None)).collect();
            let name = of.operation.clone();
            let leaked = number % 4 == 0;
            let before = workspace.permit(&Action::Administer, when - DAY).unwrap();
            workspace.add_operations(&before, None, vec![of]).unwrap();
            let outcome = if leaked { Outcome::Confirmed } else { Outcome::Clean };
            let over = workspace.permit(&Action::Administer, when + DAY).unwrap();
            workspace.close_operation(&over, &name, outcome, Window::default(), String::new()).unwrap();
            let after = workspace.permit(&Action::Administer, when + DAY * 2).unwrap();
            for person in framed.iter().filter(|_| leaked) {
                let telling = Telling {
                    item: None,
                    operation: Some(name.clone()),
                    persons: vec![PersonId::new(*person).unwrap()],
                    at: when - DAY,
                    channel: None,
                    weight: Weight::WHOLE,
                    variant: None,
                    breach: None,
                    words: String::new(),
                };
                workspace.tell(&after, telling).unwrap();
            }
        }
        let translation = translate(workspace.state(), None).unwrap();
        let person = |name: &str| translation.persons.iter().position(|p| p.as_str() == name).unwrap();
        let found = alarms(&translation, &[person("p5")]);
        assert!(found.iter().all(|(_, concerned)| *concerned == BTreeSet::from([person("p5")])), "{found:?}");
        found
    }

    #[test]
    fn somebody_who_is_written_in_once_it_is_known_what_leaked_is_seen_to_be() {
        let found: Vec<Sign> = alarms_of(&["p5"], &["p1", "p2"]).into_iter().map(|(alarm, _)| alarm.sign).collect();
        assert!(found.contains(&Sign::Late { keeper: crate::workspace::OFFICER.to_owned() }), "{found:?}");
        assert!(found.contains(&Sign::SingledOut { person: PersonId::new("p5").unwrap() }), "{found:?}");
    }

    #[test]
    fn what_is_entered_in_time_raises_no_alarm() {
        assert_eq!(alarms_of(&[], &["p1", "p2", "p5"]), []);
    }
}
