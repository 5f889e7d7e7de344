//! What cannot be carried out, read or entered is named; and what the canonical bytes are.

use holm_inference::experiment::draw::Seed;
use holm_inference::experiment::family::{Family, FamilyError};
use holm_inference::experiment::law::{MOST_VARIANTS, ONE, Variants};
use holm_inference::experiment::ledger::ActError;
use holm_inference::experiment::protocol::{Bet, Group, Law, Plan, Protocol, ProtocolError, ReadError};
use holm_inference::experiment::{Entry, Who};
use rand::RngExt;

use super::bench::{ALL, Bench, PLANNER, READER, START, TELLER, persons, plan, random, uniform};

fn refused(change: impl FnOnce(&mut Plan)) -> ProtocolError {
    let mut plan = plan(uniform(persons(3), 4), ALL, 100);
    change(&mut plan);
    Protocol::new(plan).unwrap_err()
}

#[test]
fn plans_that_cannot_be_carried_out_are_refused() {
    let pair = || Group::of(vec![Who(1), Who(7)]).unwrap();
    let said = |error: ProtocolError| error.to_string();
    assert_eq!(refused(|p| p.groups.push((pair(), Law::uniform(4).unwrap()))), ProtocolError::Twice(1));
    assert_eq!(refused(|p| p.groups.push((Group::person(Who(2)), Law::uniform(4).unwrap()))), ProtocolError::Twice(2));
    assert_eq!(Group::of(vec![Who(4), Who(3), Who(4)]), Err(ProtocolError::Twice(4)));
    assert_eq!(Group::of(Vec::new()), Err(ProtocolError::Nobody));
    assert_eq!(refused(|p| p.groups.clear()), ProtocolError::Nobody);
    assert_eq!(refused(|p| p.floor = 0), ProtocolError::NoFloor);
    let below = refused(|p| (p.floor, p.groups[1].1) = (500, Law::new(vec![499, ONE - 1_499, 500, 500]).unwrap()));
    assert_eq!(said(below), "the law of the group of person 1 gives variant 0 the weight 499, below the least one 500");
    let longer = refused(|p| p.groups[2].1 = Law::uniform(5).unwrap());
    assert_eq!(said(longer), "the group of person 2 has a law over 5 variants where the others have 4");
    assert_eq!(refused(|p| p.outcomes.clear()), ProtocolError::Outcomes(0));
    assert_eq!(refused(|p| p.outcomes = vec![Variants::NONE; 1_025]), ProtocolError::Outcomes(1_025));
    assert_eq!(refused(|p| p.outcomes[1] = Variants::from_bits(1 << 4)), ProtocolError::Unknown { outcome: 1 });
    assert!(Protocol::new(plan(uniform(persons(1), 2), ALL, 0)).is_ok(), "one person is an experiment");
}

/// Written by hand from the format.
#[test]
fn canonical_bytes_are_those_of_the_format() {
    let group = Group::of(vec![Who(9), Who(2)]).unwrap();
    let groups = vec![(group, Law::new(vec![ONE - 1, 1]).unwrap()), (Group::person(Who(1)), Law::uniform(2).unwrap())];
    let outcomes = vec![Variants::from_bits(2), Variants::NONE];
    let plan = Plan { wording: [0xab; 32], closes: -2, floor: 1, bet: Bet::new(0x8000).unwrap(), outcomes, groups };
    let mut bytes = b"holm experiment protocol v1\n".to_vec();
    bytes.extend([0xab; 32]);
    bytes.extend([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    bytes.extend([1, 0, 0, 0, 0, 0x80, 0, 0, 2, 2, 0, 2, 0, 0, 0]);
    bytes.extend([2, 0, 0, 0]);
    bytes.extend([1, 0, 0, 0, 1, 0, 0, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0]);
    bytes.extend([2, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0]);
    assert_eq!(Protocol::new(plan).unwrap().encode(), bytes);
}

#[test]
fn bytes_come_back_and_no_other_bytes_mean_the_same() {
    let mut random = random(8);
    for _ in 0..50 {
        let variants = random.random_range(2..=MOST_VARIANTS as u8);
        let mut people: Vec<u32> = (0..random.random_range(1..30)).collect();
        let mut groups = Vec::new();
        while !people.is_empty() {
            let members = people.split_off(people.len() - random.random_range(1..=people.len().min(3)));
            groups.push(Group::of(members.into_iter().map(Who).collect()).unwrap());
        }
        let protocol = Protocol::new(plan(uniform(groups, variants), random.random_range(1..=ONE), 77)).unwrap();
        let bytes = protocol.encode();
        assert_eq!(Protocol::decode(&bytes).as_ref(), Ok(&protocol));
        for cut in 0..bytes.len() {
            assert!(Protocol::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1 << random.random_range(0..8);
            assert_ne!(Protocol::decode(&other).as_ref(), Ok(&protocol), "byte {at}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Protocol::decode(&longer), Err(ReadError::NotCanonical));
    }
}

#[test]
fn groups_and_members_out_of_order_are_not_canonical_and_nothing_outside_makes_it_panic() {
    let bytes = Protocol::new(plan(uniform(persons(2), 2), ALL, 0)).unwrap().encode();
    let (head, groups) = bytes.split_at(bytes.len() - 32);
    let swapped = [head, &groups[16..], &groups[..16]].concat();
    assert_eq!(Protocol::decode(&swapped), Err(ReadError::NotCanonical));
    assert_eq!(Protocol::decode(b"holm experiment protocol v2\n"), Err(ReadError::Head));
    let mut many = bytes.clone();
    let count = bytes.len() - 36;
    many[count..count + 4].copy_from_slice(&[0xff; 4]);
    assert_eq!(Protocol::decode(&many), Err(ReadError::Short), "four thousand million groups");
    let mut random = random(9);
    for _ in 0..2_000 {
        let mut other = bytes.clone();
        (0..4).for_each(|_| other[random.random_range(28..bytes.len())] = random.random());
        assert!(Protocol::decode(&other).is_err() || Protocol::decode(&other).unwrap().encode() == other);
    }
}

#[test]
fn acts_out_of_order_are_refused_and_change_nothing() {
    let mut bench = Bench::new(6);
    let (experiment, _) = bench.draw(uniform(persons(4), 4), ALL, 20);
    let past = Entry { number: 3, seconds: 3 };
    let earlier = Entry { number: 99, seconds: 2 };
    let bytes = Protocol::new(plan(uniform(persons(4), 4), ALL, 100)).unwrap().encode();
    for at in [past, earlier] {
        let order = ActError::Order { number: at.number, last: 3 };
        assert_eq!(bench.ledger.blind(experiment, READER, at).map(drop), Err(order.clone()));
        assert_eq!(bench.ledger.close(experiment, READER, at).map(drop), Err(order.clone()));
        assert_eq!(bench.ledger.announce(&bytes, PLANNER, at), Err(order));
    }
    assert!(bench.ledger.open_to(experiment, Who(50), earlier).is_err());
    let at = bench.next();
    let unlisted = bench.ledger.blind(experiment, READER, at).unwrap().enter([1; 32], 5).unwrap_err();
    assert_eq!(unlisted, ActError::Outcome { outcome: 5, listed: 5 });
    bench.ledger.blind(experiment, READER, at).unwrap().enter([1; 32], 2).expect("what was refused took no entry");
    let at = bench.next();
    assert_eq!(bench.ledger.blind(experiment, READER, at).unwrap().enter([1; 32], 3), Err(ActError::Evidence));
    bench.ledger.blind(experiment, READER, at).unwrap().enter([2; 32], 4).unwrap();
    let late = Entry { number: 40, seconds: 21 };
    assert_eq!(
        bench.ledger.blind(experiment, READER, late).map(drop),
        Err(ActError::Late { closes: 20, seconds: 21 }),
        "an outcome after the date"
    );
    assert_eq!(bench.ledger.close(experiment, TELLER, late).unwrap().seen(), [2, 4]);
    let late = Entry { number: 41, seconds: 21 };
    assert_eq!(bench.ledger.blind(experiment, READER, late).map(drop).unwrap_err().to_string(), "experiment 1 is not running");
    assert!(bench.ledger.close(experiment, READER, late).is_err() && bench.ledger.open_to(experiment, READER, late).is_err());
}

#[test]
fn seeds_serve_once_and_not_after_the_closing_date() {
    let mut bench = Bench::new(7);
    let bytes = Protocol::new(plan(uniform(persons(4), 4), ALL, 10)).unwrap().encode();
    let announced = [bench.next(), bench.next()].map(|at| bench.ledger.announce(&bytes, PLANNER, at).unwrap());
    let at = bench.next();
    bench.ledger.draw(announced[0], Seed::from_bytes([4; 32]), PLANNER, at, &[]).unwrap();
    let at = bench.next();
    assert_eq!(bench.ledger.draw(announced[1], Seed::from_bytes([4; 32]), PLANNER, at, &[]), Err(ActError::Seed));
    let late = Entry { number: 20, seconds: 11 };
    let refused = bench.ledger.draw(announced[1], Seed::from_bytes([5; 32]), PLANNER, late, &[]);
    assert_eq!(refused, Err(ActError::Late { closes: 10, seconds: 11 }));
}

#[test]
fn experiments_that_show_nothing_have_the_factor_one() {
    let mut bench = Bench::new(8);
    let (silent, _) = bench.draw(uniform(persons(3), 4), ALL, 20);
    bench.close(silent);
    let (nothing, told) = bench.draw(uniform(persons(3), 4), ALL, 20);
    (0..3).for_each(|_| bench.enter(nothing, 4));
    bench.enter(nothing, usize::from(told[0]));
    bench.close(nothing);
    let course = bench.ledger.course(&Group::person(Who(0)), START);
    assert_eq!(course[0], 0.0);
    assert!((course[1] - 2.5_f64.ln()).abs() < 1e-12, "outcomes that show nothing took no share");
}

#[test]
fn families_that_are_none_are_refused() {
    assert_eq!(Family::new(Vec::new(), START, 0.05), Err(FamilyError::Nobody));
    assert_eq!(Family::new([persons(2), persons(1)].concat(), START, 0.05), Err(FamilyError::Twice(0)));
    for alpha in [0.0, 1.0, -0.1] {
        assert_eq!(Family::new(persons(2), START, alpha), Err(FamilyError::Level(alpha)));
    }
    assert!(Family::new(persons(2), START, f64::NAN).is_err());
}
