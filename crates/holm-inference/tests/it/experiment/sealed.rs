//! Experiments whose seed is sealed until they close: the same values, and nothing to be gained by keeping it sealed.

use holm_inference::experiment::draw::Seed;
use holm_inference::experiment::law::ONE;
use holm_inference::experiment::ledger::{ActError, Experiment, Ledger};
use holm_inference::experiment::protocol::{Group, Protocol};
use holm_inference::experiment::{Entry, Who};

use crate::experiment::bench::{persons, plan, uniform};

const PLANNER: Who = Who(100);
const TELLER: Who = Who(101);
const READER: Who = Who(102);

fn at(number: u64, seconds: i64) -> Entry {
    Entry { number, seconds }
}

fn seed(number: u8) -> Seed {
    Seed::from_bytes([number; 32])
}

/// Announced and drawn, the seed sealed or not; closes at 1,000.
fn running(sealed: bool, stake: u32) -> (Ledger, Experiment) {
    let mut ledger = Ledger::default();
    let bytes = Protocol::new(plan(uniform(persons(12), 4), stake, 1_000)).unwrap().encode();
    let experiment = ledger.announce(&bytes, PLANNER, at(1, 10)).unwrap();
    if sealed {
        ledger.draw_sealed(experiment, PLANNER, at(2, 20), &[TELLER]).unwrap();
    } else {
        ledger.draw(experiment, seed(7), PLANNER, at(2, 20), &[TELLER]).unwrap();
    }
    for (entry, outcome) in [(3, 1), (4, 2), (5, 1)] {
        ledger.blind(experiment, READER, at(entry, 30)).unwrap().enter([entry as u8; 32], outcome).unwrap();
    }
    (ledger, experiment)
}

fn values(ledger: &Ledger, experiment: Experiment) -> Vec<f64> {
    let closed = ledger.closed(experiment).unwrap();
    persons(12).iter().map(|group| closed.e_value(group).unwrap()).collect()
}

#[test]
fn a_seed_that_was_sealed_gives_the_same_values() {
    let (mut open, of_open) = running(false, ONE);
    let (mut sealed, of_sealed) = running(true, ONE);
    open.close(of_open, TELLER, at(9, 1_001)).unwrap();
    assert!(matches!(sealed.close(of_sealed, TELLER, at(9, 1_001)), Err(ActError::State(..))), "not without its seed");
    sealed.close_with(of_sealed, seed(7), TELLER, at(9, 1_001)).unwrap();
    assert_eq!(values(&open, of_open), values(&sealed, of_sealed));
    assert!(sealed.named(&family(), 2_000).is_ok());
}

fn family() -> holm_inference::experiment::family::Family {
    holm_inference::experiment::family::Family::new(persons(12), at(0, 0), 0.05).unwrap()
}

#[test]
fn one_that_is_given_up_is_worth_no_more_than_it_would_have_been_to_anybody() {
    for stake in [ONE, ONE / 2, 1] {
        let (mut kept, of_kept) = running(true, stake);
        let (mut opened, of_opened) = running(true, stake);
        assert!(matches!(kept.forfeit(of_kept, at(9, 1_000)), Err(ActError::State(..))), "its date has not passed");
        kept.forfeit(of_kept, at(9, 1_001)).unwrap();
        opened.close_with(of_opened, seed(7), TELLER, at(9, 1_001)).unwrap();
        let (least, real) = (values(&kept, of_kept), values(&opened, of_opened));
        assert!(least.iter().zip(&real).all(|(least, real)| least <= real), "{least:?} {real:?}");
        assert!(least.iter().any(|least| real.contains(least)), "whoever was told none of it has just that");
        assert_eq!(kept.closed(of_kept).unwrap().told(&Group::person(Who(0))), None, "nobody knows what was told");
    }
}

#[test]
fn a_sealed_experiment_is_neither_left_out_nor_closed_by_whoever_knows_nor_drawn_from_a_used_seed() {
    let (mut ledger, experiment) = running(true, ONE);
    assert!(matches!(ledger.withdraw(experiment, at(6, 40)), Err(ActError::State(..))), "it is drawn");
    assert!(matches!(ledger.close_with(experiment, seed(7), TELLER, at(6, 40)), Err(ActError::Knows { .. })));
    assert!(matches!(ledger.blind(experiment, TELLER, at(6, 40)), Err(ActError::Knows { .. })));
    ledger.told(experiment, &[READER], at(6, 40)).unwrap();
    assert!(
        matches!(ledger.blind(experiment, READER, at(7, 41)), Err(ActError::Knows { .. })),
        "who was shown it is blind no more"
    );
    assert_eq!(ledger.named(&family(), 1_001).unwrap_err().closes, 1_000);
    ledger.close_with(experiment, seed(7), TELLER, at(8, 1_001)).unwrap();
    let bytes = Protocol::new(plan(uniform(persons(12), 4), ONE, 2_000)).unwrap().encode();
    let second = ledger.announce(&bytes, PLANNER, at(10, 1_010)).unwrap();
    ledger.withdraw(second, at(11, 1_011)).unwrap();
    assert!(matches!(ledger.draw_sealed(second, PLANNER, at(12, 1_012), &[]), Err(ActError::State(..))), "taken back");
    let third = ledger.announce(&bytes, PLANNER, at(13, 1_013)).unwrap();
    ledger.draw_sealed(third, PLANNER, at(14, 1_014), &[TELLER]).unwrap();
    assert!(matches!(ledger.close_with(third, seed(7), TELLER, at(15, 2_001)), Err(ActError::Seed)));
    ledger.close_with(third, seed(8), TELLER, at(15, 2_001)).unwrap();
}
