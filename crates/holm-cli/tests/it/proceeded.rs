//! Proceedings in their order, by the people who may, and what an exoneration changes; by the real binary.

use crate::desk::{Desk, Ran};

fn day(from_now: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * from_now);
    at.to_zoned_datetime(jiff::tz::TimeZone::system()).date().to_string()
}

/// Five operations that p2 and p3 both knew of and that were betrayed, the last with an incident; others went as planned.
fn desk() -> Desk {
    let desk = Desk::with(5);
    let header = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned();
    let line = |i: usize| {
        let (told, outcome) = if i < 5 { ("p2;p3", "confirmed") } else { ("p1;p4;p5", "clean") };
        format!("raid-{i},raid,2026-0{}-01T06:00Z,,,,,{told},{outcome},,,\n", i % 9 + 1)
    };
    desk.write("past.csv", (0..14).map(line).fold(header, |all, line| all + &line).as_bytes());
    desk.run(&["operation", "import", "past.csv"]).ok();
    for i in 0..5 {
        let (name, operation) = (format!("leak-{i}"), format!("raid-{i}"));
        let add = ["incident", "add", &name, "--sort", "target-gone", "--certainty", "confirmed", "--operation", &operation];
        desk.run(&add).ok();
    }
    desk
}

fn open(desk: &Desk, person: &str, incident: &str) -> Ran {
    desk.run(&["proceeding", "open", person, "--incident", incident, "--grounds", "knew of all five", "--json"])
}

fn step(desk: &Desk, number: &str, step: &str, on: i64, by: &[&str]) -> Ran {
    let by: Vec<&str> = by.iter().flat_map(|name| ["--by", name]).collect();
    desk.run(&[&["proceeding", "step", number, step, "--on", &day(on), "--words", "as written"], &by[..]].concat())
}

fn close(desk: &Desk, number: &str, outcome: &str) -> Ran {
    desk.run(&["proceeding", "close", number, "--outcome", outcome, "--words", "for these reasons"])
}

#[test]
fn each_step_comes_after_the_one_before_and_by_people_who_may_judge() {
    let desk = desk();
    open(&desk, "p9", "leak-1").fails_with(&["`p9` is not on the roster"]);
    open(&desk, "p2", "nothing").fails_with(&["no incident is named `nothing`"]);
    let number = open(&desk, "p2", "leak-1").ok().json()["proceeding"].to_string();
    open(&desk, "p2", "leak-1").fails_with(&["is open already"]);
    step(&desk, "999", "notice", 0, &[]).fails_with(&["no proceeding has the number 999"]);
    step(&desk, &number, "review", -100, &["Vega"]).fails_with(&["a review cannot come now: next is notice"]);
    step(&desk, &number, "notice", 1, &[]).fails_with(&["still to come"]);
    close(&desk, &number, "upheld").fails_with(&["it can be upheld only after a review"]);
    step(&desk, &number, "notice", -100, &[]).ok();
    step(&desk, &number, "review", -80, &["Vega"]).fails_with(&["the person may still answer until"]);
    step(&desk, &number, "reply", -101, &[]).fails_with(&["is before what came last"]);
    step(&desk, &number, "reply", -90, &[]).ok();
    step(&desk, &number, "review", -85, &[]).fails_with(&["by another person than who opened it"]);
    step(&desk, &number, "review", -85, &["officer"]).fails_with(&["`officer` took part in this before"]);
    step(&desk, &number, "review", -85, &["p2"]).fails_with(&["`p2` took part in this before"]);
    step(&desk, &number, "review", -10, &["Vega"]).ok();
    close(&desk, &number, "upheld").fails_with(&["while the person may still appeal"]);
    step(&desk, &number, "appeal", -9, &[]).ok();
    close(&desk, &number, "upheld").fails_with(&["waits for a decision"]);
    step(&desk, &number, "decision", -5, &["Ruiz", "Soto", "ruiz"]).fails_with(&["a panel of three"]);
    step(&desk, &number, "decision", -5, &["Ruiz", "Soto", "vega "]).fails_with(&["`vega ` took part"]);
    step(&desk, &number, "decision", -5, &["Ruiz", "Soto", "Lara"]).ok();
    let listed = desk.run(&["proceeding", "list"]).ok().out;
    assert!(
        listed.contains("decision on") && listed.contains("by Ruiz, Soto, Lara") && listed.contains("to be closed"),
        "{listed}"
    );
    close(&desk, &number, "upheld").ok();
    close(&desk, &number, "dropped").fails_with(&["has ended"]);
    step(&desk, &number, "notice", 0, &[]).fails_with(&["has ended"]);
    // Without a reply the review comes after thirty days, and without an appeal it is upheld after thirty more.
    let number = open(&desk, "p2", "leak-1").ok().json()["proceeding"].to_string();
    step(&desk, &number, "notice", -80, &[]).ok();
    step(&desk, &number, "review", -49, &["Vega"]).ok();
    close(&desk, &number, "upheld").ok();
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn whoever_is_exonerated_is_no_cause_of_it_any_more() {
    let desk = desk();
    let p = |person: &str| {
        let beliefs = desk.run(&["suspects", "--json"]).ok().json();
        let people = beliefs["people"].as_array().unwrap().clone();
        people.iter().find(|belief| belief["person"] == person).unwrap()["probability"].as_f64().unwrap()
    };
    let before = (p("p2"), p("p3"));
    assert!((before.0 - before.1).abs() < 0.05 && before.0 > 0.3, "{before:?}");
    for i in 0..5 {
        let number = open(&desk, "p2", &format!("leak-{i}")).ok().json()["proceeding"].to_string();
        close(&desk, &number, "exonerated").ok();
    }
    assert!(p("p2") < before.0 / 3.0 && p("p3") > before.1 + 0.1, "{} {} after {before:?}", p("p2"), p("p3"));
    open(&desk, "p2", "leak-3").fails_with(&["`p2` was exonerated of this", "new facts are a new incident"]);
    // Others can be asked to approve.
    let policy = "officer = \"p1\"\n[groups.board]\nneeded = 1\npersons = [\"p5\"]\n[acts]\nproceed = [\"board\"]\n";
    desk.write("policy.toml", policy.as_bytes());
    desk.run(&["approval", "policy", "policy.toml"]).ok();
    open(&desk, "p3", "leak-1").fails_with(&["this needs approval by board"]);
    let ask = ["approval", "ask", "proceed", "p3", "--incident", "leak-1", "--reason", "knew of all five", "--out", "asked"];
    desk.run(&ask).ok();
    let request = desk.run(&["approval", "list", "--json"]).ok().json()[0]["request"].to_string();
    let bundle = format!("asked/request-{request}.approval-request");
    desk.run(&["approve", &bundle, "--as", "p5", "--identity", "k5", "--out", "note", "--yes"]).ok();
    desk.run(&["approval", "import", "note"]).ok();
    desk.run(&["approval", "use", &request]).ok();
    let listed = desk.run(&["proceeding", "list", "--json"]).ok().json();
    let last = listed.as_array().unwrap().last().unwrap();
    assert_eq!((&last["person"], &last["grounds"]), (&"p3".into(), &"knew of all five".into()));
}
