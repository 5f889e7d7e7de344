//! Bookings of twenty people, one of whom is paid in cash after each disclosure, just under what is reported, and passes money on.

use crate::asked::{Case, finding, p};
use holm_statements::answer::{Answer, Weight};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::json;
use std::fmt::Write;

const PEOPLE: usize = 20;
const TOLD: i64 = 8;
/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600;
const DAYS: i64 = 180;
const INFORMANT: usize = 11;
/// Pays in sums above what is reported in three parts of a day, whatever was told.
const SPLITTER: usize = 4;

fn id(person: usize) -> String {
    format!("p{person:02}")
}

/// Some 14,000 rows: salaries, rents, purchases, cash that is paid in now and then. The informant's payments are of 9,000 to 9,999.
fn case(seed: u64) -> Case {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let ids: Vec<String> = (0..PEOPLE).map(id).collect();
    let mut case = Case::new("accounts", &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let mut text = "at,account,amount,currency,counterparty,kind\n".to_owned();
    for person in 0..PEOPLE {
        case.owns(&id(person), &format!("ES{person:04}"));
        case.push("income", json!({ "person": id(person), "currency": "EUR", "amount": "12000", "source": "payroll" }));
        let mut book = |second: i64, cents: i64, other: &str, kind: &str| {
            let at = jiff::Timestamp::from_second(BEGIN + second).unwrap();
            let sign = if cents < 0 { "-" } else { "" };
            let size = cents.unsigned_abs();
            writeln!(text, "{at},ES{person:04},{sign}{}.{:02},EUR,{other},{kind}", size / 100, size % 100).unwrap();
        };
        for day in 0..DAYS {
            if day % 30 == 0 {
                book(day * 86_400 + 32_400, 200_000, "EMPLOYER", "salary");
            }
            for _ in 0..rng.random_range(1..7) {
                book(day * 86_400 + rng.random_range(28_800..79_200), -rng.random_range(100..2_200), "SHOP", "card");
            }
            if rng.random_range(0..20) == 0 {
                book(day * 86_400 + rng.random_range(28_800..79_200), rng.random_range(2_000..20_000), "", "cash");
            }
        }
        for split in (0..if person == SPLITTER { 6 } else { 0 }).map(|k| 5 + 28 * k) {
            // The first is of the day before by UTC and of this one in Madrid, and two of them stay below what is reported.
            for second in [-1_800, 36_000, 50_400] {
                book(split * 86_400 + second, rng.random_range(340_000..499_900), "", "cash");
            }
            book(split * 86_400 - 7_201, 100, "", "cash");
        }
        for told in 0..TOLD {
            let second = (10 + told * 20 + rng.random_range(0..12)) * 86_400 + 36_000;
            let at = jiff::Timestamp::from_second(BEGIN + second).unwrap();
            case.push("events", json!({ "person": id(person), "at": at, "label": "meeting" }));
            if person == INFORMANT {
                let paid = rng.random_range(900_000..999_900);
                book(second + rng.random_range(3_600..100_000), paid, "", "cash");
                book(second + rng.random_range(120_000..300_000), -paid, "ABROAD", "transfer");
            }
        }
    }
    let mapping =
        "[columns]\nat='at'\naccount='account'\namount='amount'\ncurrency='currency'\ncounterparty='counterparty'\nkind='kind'";
    case.file("bookings.csv", mapping, &text);
    case.push("thresholds", json!({ "currency": "EUR", "amount": "10000" }));
    case
}

fn answer() -> Answer {
    case(3).answer()
}

#[test]
fn who_is_paid_after_disclosures_is_found_and_nobody_else() {
    let answer = answer();
    assert_eq!(answer.correction.tests, 6);
    let named: Vec<&str> = answer.persons.iter().filter(|p| p.corrected < 0.05).map(|p| p.person.as_str()).collect();
    assert_eq!(named, ["p04", "p11"]);
    assert!(answer.persons[SPLITTER].findings.iter().all(|f| f.test == "same-day-splits"
        || f.test == "structuring"
        || !matches!(f.weight, Weight::Tested { corrected, .. } if corrected < 0.05)));
    assert!(p(finding(&answer, "p11", "cash-after")) < 1e-3);
    assert!(p(finding(&answer, "p11", "amounts-after")) < 1e-3);
    assert!((p(finding(&answer, "p11", "structuring")) / 0.55_f64.powi(8) - 1.0).abs() < 1e-9);
    let passing = finding(&answer, "p11", "pass-through");
    assert_eq!(passing.rows.total, 16);
    assert!(p(passing) < 0.06);
}

#[test]
fn who_pays_in_sums_in_parts_of_a_day_is_found_with_their_rows_and_nobody_else() {
    let answer = answer();
    let split = finding(&answer, "p04", "same-day-splits");
    assert!((p(split) - 1e-6).abs() < 1e-12, "{split:?}");
    // Six days of three parts. What was paid in just before each day is of another.
    assert_eq!((split.rows.total, split.currency.as_deref()), (18, Some("EUR")));
    assert!(split.words.contains("on 6 days, in parts below 10000"), "{}", split.words);
    let others = answer.persons.iter().filter(|person| person.person != "p04").flat_map(|person| &person.findings);
    for other in others.filter(|found| found.test == "same-day-splits") {
        assert!(matches!(other.weight, Weight::None { .. }) || p(other) > 0.05, "{other:?}");
    }
}

#[test]
fn what_was_not_declared_is_added_up_with_its_rows() {
    let answer = answer();
    let most = |person: &str| finding(&answer, person, "source-and-application").amount.unwrap();
    let informant = most("p11");
    assert!(informant.units() > 70_000.0, "{informant}");
    assert!((0..PEOPLE).filter(|&p| p != INFORMANT && p != SPLITTER).all(|p| most(&id(p)).units() < 10_000.0));
    let finding = finding(&answer, "p11", "source-and-application");
    assert_eq!(finding.rows.first.len(), 20);
    assert!(finding.rows.total > 20);
}
