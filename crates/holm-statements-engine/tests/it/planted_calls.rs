//! Calls of forty people, one of whom calls a target after each disclosure.

use crate::asked::{Case, finding, p};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::json;
use std::fmt::Write;

const PEOPLE: usize = 40;
const TOLD: i64 = 8;
/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600;
const DAYS: i64 = 181;
const MAPPING: &str = "[columns]\nat = 'at'\nown = 'own'\nother = 'other'\ndirection = 'direction'\nkind = 'kind'\nseconds = 'seconds'\nimei = 'imei'\nimsi = 'imsi'\n[direction]\nout = ['out']\nin = ['in']";

fn id(person: usize) -> String {
    format!("p{person:02}")
}

fn number(person: usize) -> String {
    format!("+3460000{person:04}")
}

/// Some 70,000 rows: each person calls thirty others of their own, the busier by day; `informant` a target, too.
fn case(informant: usize, seed: u64) -> Case {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let ids: Vec<String> = (0..PEOPLE).map(id).collect();
    let mut case = Case::new("phones", &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let mut text = "at,own,other,direction,kind,seconds,imei,imsi\n".to_owned();
    for person in 0..PEOPLE {
        case.owns(&id(person), &number(person));
        let mut call = |second: i64, other: String, rng: &mut Xoshiro256PlusPlus| {
            let at = jiff::Timestamp::from_second(BEGIN + second).unwrap();
            let seconds = rng.random_range(1..600);
            writeln!(text, "{at},{},{other},out,call,{seconds},35000000000{person:04},21407000000{person:04}", number(person))
                .unwrap();
        };
        for day in 0..DAYS {
            for _ in 0..rng.random_range(4..16) {
                let other = if rng.random_range(0..50) == 0 {
                    rng.random_range(0..40)
                } else {
                    100 + person * 30 + rng.random_range(0..30)
                };
                let second = day * 86_400 + rng.random_range(7 * 3600..22 * 3600);
                call(second, format!("+3491000{other:04}"), &mut rng);
            }
        }
        for told in 0..TOLD {
            let second = (10 + told * 21 + rng.random_range(0..14)) * 86_400 + 10 * 3600;
            let at = jiff::Timestamp::from_second(BEGIN + second).unwrap();
            case.push("events", json!({ "person": id(person), "at": at, "label": format!("item {told}") }));
            if person == informant {
                call(second + rng.random_range(3600..40 * 3600), "+34999000001".to_owned(), &mut rng);
            }
        }
    }
    case.file("calls.csv", MAPPING, &text);
    case.push("targets", json!("+34 999 000 001"));
    case
}

#[test]
fn who_calls_a_target_after_disclosures_is_found_and_nobody_else() {
    let answer = case(17, 1).answer();
    assert_eq!(answer.read.bad.total + answer.read.duplicates.total + answer.read.outside_days, 0);
    assert!(answer.read.analysed > 60_000 && answer.read.analysed < 100_000);
    let named: Vec<&str> = answer.persons.iter().filter(|p| p.corrected < 0.05).map(|p| p.person.as_str()).collect();
    assert_eq!(named, ["p17"]);
    let calls = finding(&answer, "p17", "target-calls-after");
    // Eight windows, at least three others each: at most 4^-8.
    assert!(p(calls) < 1.6e-5);
    assert_eq!(calls.rows.total, 8);
    assert_eq!(calls.rows.first.len(), 8);
    assert_eq!(finding(&answer, "p17", "target-contacts").rows.total, 1);
    assert_eq!(finding(&answer, "p03", "target-calls-after").rows.total, 0);
}
