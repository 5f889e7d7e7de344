use super::super::Who;
use super::super::law::{Bet, Law, ONE, Variants};
use super::super::protocol::Plan;
use super::*;

fn protocol(laws: Vec<Vec<u32>>) -> Protocol {
    let groups = (0..).map(|n| Group::person(Who(n))).zip(laws.into_iter().map(|w| Law::new(w).unwrap())).collect();
    let outcomes = vec![Variants::NONE];
    Protocol::new(Plan { wording: [7; 32], closes: 9, floor: 1, bet: Bet::new(ONE).unwrap(), outcomes, groups }).unwrap()
}

/// χ² with 3 degrees of freedom is above 21.1 with probability 1e-4; 20,000 draws, seeded.
#[test]
fn variants_come_as_often_as_their_law_says() {
    let law = vec![0x1a00, 0x6600, 0x4000, 0x4000];
    let drawn = Seed::from_bytes([5; 32]).draw(&protocol(vec![law.clone(); 20_000]));
    let mut counts = [0.0; 4];
    drawn.iter().for_each(|v| counts[usize::from(v.0)] += 1.0);
    let expected = |v: usize| 20_000.0 * f64::from(law[v]) / f64::from(ONE);
    let chi: f64 = (0..4).map(|v| (counts[v] - expected(v)).powi(2) / expected(v)).sum();
    assert!(chi < 21.1, "χ² {chi}");
}

/// What neighbours are told, and what one person is told under two seeds, as 4 × 4 tables: χ² with 15 degrees of freedom is above
/// 44.3 with probability 1e-4; 16,000 pairs each, seeded.
#[test]
fn what_two_are_told_is_independent_and_so_is_what_one_is_told_twice() {
    let protocol = protocol(vec![vec![ONE / 4; 4]; 16_001]);
    let (first, second) = (Seed::from_bytes([1; 32]).draw(&protocol), Seed::from_bytes([2; 32]).draw(&protocol));
    for (name, a, b) in [("neighbours", &first[..16_000], &first[1..]), ("seeds", &first[..16_000], &second[..16_000])] {
        let mut table = [0.0_f64; 16];
        a.iter().zip(b).for_each(|(a, b)| table[usize::from(a.0) * 4 + usize::from(b.0)] += 1.0);
        let chi: f64 = table.iter().map(|n| (n - 1_000.0).powi(2) / 1_000.0).sum();
        assert!(chi < 44.3, "{name}: χ² {chi}");
    }
}

#[test]
fn what_one_is_told_depends_on_the_protocol_and_not_on_their_place_in_it() {
    let seed = Seed::from_bytes([3; 32]);
    let uniform = || vec![vec![ONE / 16; 16]; 200];
    let mut plan = protocol(uniform()).plan().clone();
    plan.groups.reverse();
    assert_eq!(seed.draw(&protocol(uniform())), seed.draw(&Protocol::new(plan.clone()).unwrap()));
    plan.closes += 1;
    assert_ne!(seed.draw(&protocol(uniform())), seed.draw(&Protocol::new(plan).unwrap()), "another protocol draws anew");
}

/// By Python's `blake3` from the description: keyed hash of 1u16 ‖ 2 ‖ keyed hash of (1u16 ‖ 1 ‖ protocol) ‖ group; the first two
/// bytes, little-endian, over 2¹².
#[test]
fn draws_are_pinned() {
    let drawn = Seed::from_bytes([9; 32]).draw(&protocol(vec![vec![ONE / 16; 16]; 12]));
    let drawn: Vec<u8> = drawn.iter().map(|v| v.0).collect();
    assert_eq!(drawn, PINNED);
}

const PINNED: [u8; 12] = [15, 12, 11, 1, 9, 1, 7, 10, 11, 15, 8, 6];

#[test]
fn a_seed_does_not_print_itself() {
    assert_eq!(format!("{:?}", Seed::from_bytes([9; 32])), "Seed([redacted])");
}
