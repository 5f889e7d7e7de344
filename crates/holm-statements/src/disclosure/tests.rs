use super::*;
use serde_json::json;

fn request(events: &[&str]) -> Request {
    let events: Vec<_> = events.iter().map(|at| json!({ "person": "p1", "at": at, "label": "item" })).collect();
    serde_json::from_value(json!({
        "kind": "phones", "files": [], "zone": "Europe/Madrid", "owners": [], "screened": 1, "events": events,
        "scope": { "first": "2026-01-01", "last": "2026-06-30", "persons": ["p1"] },
    }))
    .unwrap()
}

fn disclosures(request: &Request, first: &str, last: &str) -> Disclosures {
    let covered = Covered { first: first.parse().unwrap(), last: last.parse().unwrap() };
    Disclosures::new(request, &TimeZone::get(&request.zone).unwrap(), &[Some(covered)])
}

#[test]
fn days_without_rows_are_not_compared() {
    let request = request(&["2026-02-10T10:00:00Z", "2026-04-14T10:00:00Z"]);
    // Rows end in March: the second disclosure cannot be looked at, and no control lies after.
    let plan = disclosures(&request, "2026-01-20T08:00:00Z", "2026-03-10T08:00:00Z").after(48, Margin::default());
    assert_eq!(plan.persons[0].len(), 1);
    let days: Vec<Date> = plan.persons[0][0].controls.iter().map(|c| c.starts.date()).collect();
    let expected = ["2026-02-03", "2026-02-17", "2026-01-27", "2026-02-24", "2026-01-20", "2026-03-03"];
    assert_eq!(days, expected.map(|d| d.parse().unwrap()));
}

#[test]
fn rows_outside_the_scope_widen_nothing() {
    let request = request(&["2026-01-08T10:00:00Z"]);
    let plan = disclosures(&request, "2025-01-01T08:00:00Z", "2026-01-31T08:00:00Z").after(24, Margin::default());
    let days: Vec<Date> = plan.persons[0][0].controls.iter().map(|c| c.starts.date()).collect();
    assert_eq!(days, ["2026-01-01", "2026-01-15", "2026-01-22", "2026-01-29"].map(|d| d.parse().unwrap()));
}

#[test]
fn windows_around_a_disclosure_are_whole_days_of_the_zone() {
    // An hour before midnight of UTC is the next day in Madrid.
    let request = request(&["2026-03-10T23:30:00Z"]);
    let plan = disclosures(&request, "2026-01-01T08:00:00Z", "2026-06-30T08:00:00Z").around(3);
    let truth = &plan.persons[0][0].truth;
    assert_eq!((truth.starts.date(), truth.ends.date()), (jiff::civil::date(2026, 3, 8), jiff::civil::date(2026, 3, 15)));
    assert_eq!(truth.starts.time(), jiff::civil::Time::midnight());
}

#[test]
fn whoever_has_no_rows_has_no_windows() {
    let request = request(&["2026-03-10T23:30:00Z"]);
    let plan = Disclosures::new(&request, &TimeZone::UTC, &[None]).after(48, Margin::default());
    assert!(plan.persons[0].is_empty());
}
