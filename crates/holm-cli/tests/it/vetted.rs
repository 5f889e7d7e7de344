//! Checks on people, and what is due, by the real binary.

use crate::desk::Desk;

const SCHEDULE: &str = "[sorts.polygraph]\nmonths = [36, 36, 24, 24, 12]\n[sorts.financial-disclosure]\nmonths = [12, 12, 12, 12, 12]\n\
                        [units.U1.urinalysis]\nmonths = [6, 6, 6, 6, 6]\n";

fn add(desk: &Desk, person: &str, sort: &str, on: &str, result: &str) -> u64 {
    let ran = desk.run(&["check", "add", person, "--sort", sort, "--on", on, "--result", result, "--json"]);
    ran.ok().json()["entry"].as_u64().unwrap()
}

/// How a person stands with a sort on a day; `in force` where nothing waits.
fn standing(desk: &Desk, at: &str, person: &str, sort: &str) -> String {
    let report = desk.run(&["check", "due", "--at", at, "--json"]).ok().json();
    let row = report["waiting"].as_array().unwrap().iter().find(|row| row["person"] == person && row["sort"] == sort).cloned();
    row.map_or_else(|| "nothing".to_owned(), |row| row["standing"].as_str().unwrap().to_owned())
}

#[test]
fn checks_are_recorded_and_what_is_due_follows_from_the_schedule() {
    // Levels 2, 3, 4, 5 and 1, in units U1, U0, U1, U0, U1.
    let desk = Desk::with(5);
    desk.run(&["check", "due"]).fails_with(&["no schedule says what is due", "holm check schedule --print"]);
    desk.write("schedule.toml", SCHEDULE.as_bytes());
    desk.run(&["check", "schedule", "schedule.toml"]).ok();
    assert_eq!(standing(&desk, "2026-11-30", "p1", "polygraph"), "missing");
    let pass = add(&desk, "p1", "polygraph", "2024-01-10", "passed");
    // Level 2: 36 months, and due in the last 60 days of them.
    assert_eq!(standing(&desk, "2026-10-30", "p1", "polygraph"), "nothing");
    assert_eq!(standing(&desk, "2026-11-30", "p1", "polygraph"), "due");
    assert_eq!(standing(&desk, "2027-01-10", "p1", "polygraph"), "due");
    assert_eq!(standing(&desk, "2027-01-11", "p1", "polygraph"), "overdue");
    assert_eq!(standing(&desk, "2024-01-09", "p1", "polygraph"), "missing", "as of a day before it");
    // What says neither is to be repeated, and ends nothing.
    let neither = add(&desk, "p1", "polygraph", "2024-03-01", "inconclusive");
    assert_eq!(standing(&desk, "2024-04-01", "p1", "polygraph"), "due");
    let fail = add(&desk, "p1", "polygraph", "2024-05-01", "failed");
    assert_eq!(standing(&desk, "2024-06-01", "p1", "polygraph"), "failed");
    // A waiver is for what is not asked, and stops where something failed after it.
    desk.run(&["check", "waive", "p2", "--sort", "polygraph", "--until", &tomorrow(30), "--reason", "in hospital"]).ok();
    assert_eq!(standing(&desk, &tomorrow(1), "p2", "polygraph"), "nothing");
    assert_eq!(standing(&desk, &tomorrow(31), "p2", "polygraph"), "missing");
    add(&desk, "p2", "polygraph", "2026-02-01", "failed");
    assert_eq!(standing(&desk, &tomorrow(1), "p2", "polygraph"), "failed");
    // A mistake is withdrawn, and both entries stay.
    desk.run(&["record", "withdraw", &fail.to_string(), "--reason", "the wrong person"]).ok();
    desk.run(&["record", "withdraw", &neither.to_string(), "--reason", "the wrong person"]).ok();
    assert_eq!(standing(&desk, "2024-06-01", "p1", "polygraph"), "nothing");
    desk.run(&["record", "withdraw", &fail.to_string(), "--reason", "again"]).fails_with(&["still counts"]);
    // A unit's own row: members of U1 are asked, others not.
    assert_eq!(standing(&desk, "2026-11-30", "p3", "urinalysis"), "missing");
    assert_eq!(standing(&desk, "2026-11-30", "p2", "urinalysis"), "nothing");
    // The highest first, and every unit and level counted.
    let report = desk.run(&["check", "due", "--at", "2026-11-30", "--json"]).ok().json();
    let missing: Vec<u64> = report["waiting"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["standing"] == "missing")
        .map(|r| r["level"].as_u64().unwrap())
        .collect();
    assert!(missing.is_sorted_by(|a, b| a >= b), "{missing:?}");
    let asked: u64 = report["units"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|c| c.as_object().unwrap().values())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(asked, 5 * 2 + 3, "two sorts of everybody, one more in U1");
    // Each reading is an entry, and the list has what was recorded.
    let listed = desk.run(&["check", "list", "--person", "p1", "--json"]).ok().json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["entry"]), (1, &pass.into()));
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    let last = &log.as_array().unwrap().last().unwrap()["entry"]["event"];
    assert_eq!((&last["kind"], &last["of"]["view"], &last["person"]), (&"read".into(), &"vetting".into(), &"p1".into()));
    desk.run(&["record", "verify"]).ok();
}

/// A day from now on, as the schedule's days are written.
fn tomorrow(days: i64) -> String {
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    now.to_zoned_datetime(jiff::tz::TimeZone::system()).date().to_string()
}

#[test]
fn a_file_of_checks_is_taken_in_whole_or_every_wrong_line_is_named() {
    let desk = Desk::with(2);
    let header = "person,sort,on,result,examiner,reviewer,reviewed_on,valid_until,authority,words\n";
    let good =
        "p1,polygraph,2024-01-10,passed,Ruiz,Vega,2024-02-01,,,\np2,bank-review,2025-03-01,passed,Ruiz,,,,order-12-2025,\n";
    let bad = "p9,polygraph,2024-01-10,passed,,,,,,\np1,palmistry,2024-01-10,passed,,,,,,\np1,polygraph,10.1.2024,passed,,,,,,\n\
               p1,polygraph,2924-01-10,passed,,,,,,\np1,polygraph,2024-01-10,passed,Ruiz,Ruiz,,,,\np1,bank-review,2024-01-10,passed,,,,,,\np1,polygraph\n\
               p1,bank-review,2025-03-01,passed,,,,,order-12-2025,\n";
    desk.write("order.toml", crate::authorised::order("order-12-2025", &tomorrow(400)).as_bytes());
    desk.run(&["check", "authority", "add", "order.toml"]).ok();
    desk.write("bad.csv", format!("{header}{good}{bad}").as_bytes());
    desk.run(&["check", "import", "bad.csv"]).fails_with(&[
        "nothing was imported: 8 of 10 checks cannot be used",
        "line 4: `p9` is not on the roster",
        "line 5: `palmistry` is no sort of check",
        "line 6: `10.1.2024` is no day",
        "line 7: the check was taken on 2924-01-10, which is still to come",
        "line 8: `Ruiz` examined and reviewed",
        "line 9: a bank-review reaches into what is private",
        "line 10: it has 2 fields, not 10",
        "line 11: `order-12-2025` does not allow anything about `p1`",
    ]);
    assert_eq!(desk.run(&["check", "list", "--json"]).ok().json(), serde_json::json!([]));
    desk.write("good.csv", format!("\u{feff}{header}{good}").as_bytes());
    assert_eq!(desk.run(&["check", "import", "good.csv", "--json"]).ok().json(), serde_json::json!({"recorded": 2, "known": 0}));
    assert_eq!(desk.run(&["check", "import", "good.csv", "--json"]).ok().json(), serde_json::json!({"recorded": 0, "known": 2}));
    desk.write("other.csv", b"name,day\np1,2024-01-10\n");
    desk.run(&["check", "import", "other.csv"]).fails_with(&["the first line must be `person,sort,on,result"]);
    desk.write("empty.csv", header.as_bytes());
    desk.run(&["check", "import", "empty.csv"]).fails_with(&["there are no checks in it"]);
    let again = ["check", "add", "p1", "--sort", "polygraph", "--on", "2024-01-10", "--result", "passed", "--examiner", "Ruiz"];
    desk.run(&again).fails_with(&["this check is recorded already, by entry"]);
    let waive = |until: &str, reason: &str| {
        desk.run(&["check", "waive", "p1", "--sort", "polygraph", "--until", until, "--reason", reason])
    };
    waive("2020-01-01", "x").fails_with(&["a waiver ends on a day that is to come"]);
    waive(&tomorrow(400), "x").fails_with(&["within 366 days"]);
    waive(&tomorrow(3), "").fails_with(&["say why"]);
    desk.write("upside.toml", b"[sorts.polygraph]\nmonths = [12, 12, 24, 24, 24]\n");
    desk.run(&["check", "schedule", "upside.toml"]).fails_with(&["stricter below than above"]);
    // What Holm proposes can be laid down as it is.
    let proposed = desk.run(&["check", "schedule", "--print"]).ok().out;
    desk.write("proposed.toml", proposed.as_bytes());
    desk.run(&["check", "schedule", "proposed.toml"]).ok();
    assert_eq!(desk.run(&["check", "schedule", "--print"]).ok().out, proposed);
}

/// The table of NRC 2003 (S-1) from the figures that Holm brings.
#[test]
fn what_screening_is_worth_is_said_in_people() {
    let desk = Desk::empty();
    let rows = desk.run(&["check", "worth", "--json"]).ok().json();
    for (row, published) in [(0, 1598.0), (2, 39.0)] {
        let innocents = rows[row]["innocents"].as_f64().unwrap();
        assert!((innocents / published - 1.0).abs() < 0.04, "{innocents} where {published} are published");
    }
    let said = desk.run(&["check", "worth"]).ok().out;
    assert!(
        said.contains("set to catch 8 of 10: 1657 innocents fail with them") && said.contains("and 8 who leak pass"),
        "{said}"
    );
    desk.run(&["check", "worth", "--area", "0.5"]).fails_with(&["above 0.5, where a check says nothing"]);
    desk.run(&["check", "worth", "--people", "10", "--leakers", "10"]).fails_with(&["of 10 people 10 cannot leak"]);
}
