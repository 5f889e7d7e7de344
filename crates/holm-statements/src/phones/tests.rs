use super::*;
use crate::answer::Weight;
use crate::exact::hypergeometric_tail;
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, ZonedDateTime};

fn contact(person: usize, own: i32, other: i32, first: i64, last: i64) -> Contact {
    Contact {
        person,
        own,
        other,
        calls: 2,
        first: first * 86_400,
        last: last * 86_400,
        row: Row { file: "a".to_owned(), line: 1 },
    }
}

fn p(finding: &Finding) -> f64 {
    match &finding.weight {
        Weight::Tested { p, .. } => *p,
        Weight::None { why } => panic!("{}: {why}", finding.test),
    }
}

/// Ten persons of twenty contacts: all call number 1000, the first alone calls the target 2000, the second calls the first.
fn contacts() -> Vec<Contact> {
    let mut all: Vec<Contact> = (0..10)
        .flat_map(|person: usize| {
            let own = i32::try_from(person).unwrap();
            (0..18).map(move |k| contact(person, own, 3000 + own * 18 + k, 0, 90)).chain([contact(person, own, 1000, 0, 90)])
        })
        .collect();
    all.push(contact(0, 0, 2000, 0, 90));
    all.push(contact(1, 1, 0, 0, 90));
    all
}

#[test]
fn a_contact_that_nobody_else_has_weighs_more_than_one_that_all_have() {
    let contacts = contacts();
    let of = |target: i32| {
        let targets = BTreeSet::from([target]);
        let near = contact::near(&contacts, &targets, &BTreeSet::new());
        contact::Graph::new(&contacts, &targets, &near).findings(0)
    };
    // Of 192 pairs the first person has 20, and one or ten are with the target.
    assert!((p(&of(2000)[0]) - hypergeometric_tail(192, 1, 20, 1)).abs() < 1e-12);
    assert!((p(&of(2000)[0]) - 20.0 / 192.0).abs() < 1e-9);
    assert!(p(&of(1000)[0]) > 0.6);
}

#[test]
fn one_hop_from_targets_is_whoever_calls_them_but_not_to_themselves() {
    let contacts = contacts();
    let targets = BTreeSet::from([2000]);
    let near = contact::near(&contacts, &targets, &BTreeSet::from([1000, 2000]));
    assert_eq!(near, [contact::Near { number: 0, owner: Some(0) }, contact::Near { number: 1000, owner: None }]);
    let graph = contact::Graph::new(&contacts, &targets, &near);
    let hits: Vec<u64> = (0..3).map(|person| graph.findings(person)[1].rows.total).collect();
    assert_eq!(hits, [1, 2, 1]);
}

#[test]
fn a_number_that_takes_anothers_contacts_over_is_found() {
    let mut all = contacts();
    // Person 4 uses number 500 from day 91 on, with ten of the eighteen contacts of number 4; number 501 has ten contacts of its own.
    all.extend((0..10).map(|k| contact(4, 500, 3000 + 4 * 18 + k, 91, 150)));
    all.extend((0..10).map(|k| contact(5, 501, 9000 + k, 91, 150)));
    let found = replaced::findings(&all, 10, &|n| format!("n{n}"));
    assert!(p(&found[4]) < 1e-6, "{}", p(&found[4]));
    assert!(found[4].words.contains("`n500` and `n4`") || found[4].words.contains("`n4` and `n500`"));
    assert!(found.iter().enumerate().filter(|(at, _)| *at != 4).all(|(_, f)| matches!(f.weight, Weight::None { .. })));
}

#[test]
fn numbers_in_use_at_the_same_time_replace_nothing() {
    let mut all = contacts();
    all.extend((0..10).map(|k| contact(4, 500, 3000 + 4 * 18 + k, 90, 150)));
    let found = replaced::findings(&all, 10, &|n| format!("n{n}"));
    assert!(matches!(found[4].weight, Weight::None { .. }));
}

#[test]
fn silence_around_disclosures_is_seen_beside_other_weeks() {
    let zone = TimeZone::UTC;
    let begin = |day: i8, month: i8| -> ZonedDateTime { date(2026, month, day).to_zoned_datetime(zone.clone()).unwrap() };
    let span = Stretch { starts: begin(1, 1), ends: begin(1, 7) };
    let truth = Stretch { starts: begin(10, 3), ends: begin(17, 3) };
    let matched = crate::window::matched(vec![truth.clone()], &span);
    let controls = matched[0].controls.len();
    let plan = Plan { persons: vec![matched] };
    let mut days = Vec::new();
    let mut day = span.starts.clone();
    while day < span.ends {
        // Silent from March 11 to 14.
        let silent = day.date() >= date(2026, 3, 11) && day.date() <= date(2026, 3, 14);
        if !silent {
            days.push(Day { person: 0, at: day.timestamp().as_second() + 7200, calls: 5 });
        }
        day = day.checked_add(1.days()).unwrap();
    }
    let found = quiet::findings(0, &plan, &days);
    assert!((p(&found[0]) - 1.0 / (controls as f64 + 1.0)).abs() < 1e-12);
    let Weight::Tested { observed, .. } = found[0].weight else { panic!() };
    assert_eq!(observed, 4.0);
    assert_eq!(p(&found[1]), 1.0);
}
