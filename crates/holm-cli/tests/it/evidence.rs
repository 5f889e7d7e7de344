//! What checks move of beliefs: by kinds with uncertain accuracy and a cap, never as ground enough by themselves; by the real binary.

use serde_json::Value;

use crate::desk::Desk;

/// Six operations that went wrong, of which p2 and p3 both knew, and six that did not, of which others knew.
fn past() -> String {
    let header = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned();
    let line = |i: usize| {
        let (told, outcome) = if i.is_multiple_of(2) { ("p2;p3", "confirmed") } else { ("p1;p4;p5", "clean") };
        format!("raid-{i},raid,2026-0{}-01T06:00Z,,,,,{told},{outcome},,,\n", i % 9 + 1)
    };
    (0..12).map(line).fold(header, |all, line| all + &line)
}

fn check(desk: &Desk, person: &str, sort: &str, on: &str, result: &str) -> u64 {
    let add = ["check", "add", person, "--sort", sort, "--on", on, "--result", result, "--json"];
    desk.run(&add).ok().json()["entry"].as_u64().unwrap()
}

fn beliefs(desk: &Desk) -> Value {
    desk.run(&["suspects", "--json"]).ok().json()
}

fn of<'b>(beliefs: &'b Value, person: &str) -> &'b Value {
    beliefs["people"].as_array().unwrap().iter().find(|belief| belief["person"] == person).unwrap()
}

fn day(from_now: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * from_now);
    at.to_zoned_datetime(jiff::tz::TimeZone::system()).date().to_string()
}

#[test]
fn a_failed_polygraph_tells_two_apart_and_what_it_moved_is_shown_and_is_no_ground_by_itself() {
    let desk = Desk::with(5);
    desk.write("past.csv", past().as_bytes());
    desk.run(&["operation", "import", "past.csv"]).ok();
    let before = beliefs(&desk);
    let p = |beliefs: &Value, person| of(beliefs, person)["probability"].as_f64().unwrap();
    assert!((p(&before, "p2") - p(&before, "p3")).abs() < 0.05, "nothing tells them apart: {before}");
    assert_eq!(of(&before, "p2")["checks"], serde_json::json!([]));
    // Drugs, training and what says neither are no evidence of leaking.
    check(&desk, "p2", "urinalysis", &day(-20), "failed");
    check(&desk, "p2", "training", &day(-20), "failed");
    check(&desk, "p2", "polygraph", &day(-30), "inconclusive");
    assert_eq!(beliefs(&desk)["people"], before["people"]);

    check(&desk, "p2", "polygraph", &day(-10), "failed");
    let after = beliefs(&desk);
    assert!(p(&after, "p2") > p(&before, "p2") + 0.1 && p(&after, "p3") < p(&before, "p3") - 0.1, "{after}");
    let said = &of(&after, "p2")["checks"][0];
    let nats = said["nats"].as_f64().unwrap();
    assert!(said["kind"] == "polygraph" && nats > 1.0 && nats < 20f64.ln(), "{said}");
    let without = said["without"].as_f64().unwrap();
    assert!((without - p(&before, "p2")).abs() < 0.06, "without it the belief is as before: {without}");
    let source = after["checks"].as_array().unwrap().iter().find(|kind| kind["kind"] == "polygraph").unwrap();
    assert!(source["source"].as_str().unwrap().contains("NRC 2003") && source["supporting"] == true);
    let text = desk.run(&["suspects", "--person", "p2"]).ok().out;
    assert!(
        text.contains("what their checks say:") && text.contains("polygraph: ") && text.contains("; without them "),
        "{text}"
    );
    // Nor are ten of them worth more than the cap.
    (11..20).for_each(|n| {
        check(&desk, "p2", "polygraph", &day(-n), "failed");
    });
    let nats = of(&beliefs(&desk), "p2")["checks"][0]["nats"].as_f64().unwrap();
    assert!(nats <= 20f64.ln() + 1e-9, "{nats}");
}

#[test]
fn what_checks_are_worth_is_laid_down_with_sources_and_old_ones_fade() {
    let desk = Desk::with(5);
    desk.write("past.csv", past().as_bytes());
    desk.run(&["operation", "import", "past.csv"]).ok();
    check(&desk, "p2", "polygraph", &day(-3700), "failed");
    assert_eq!(of(&beliefs(&desk), "p2")["checks"], serde_json::json!([]), "ten years ago");
    let old = check(&desk, "p2", "polygraph", &day(-365 * 5), "failed");
    let nats = |desk: &Desk| of(&beliefs(desk), "p2")["checks"][0]["nats"].as_f64().unwrap();
    let faded = nats(&desk);
    desk.run(&["record", "withdraw", &old.to_string(), "--reason", "the wrong day"]).ok();
    check(&desk, "p2", "polygraph", &day(-5), "failed");
    assert!(faded > 0.0 && faded < nats(&desk) * 0.7, "{faded} of {}", nats(&desk));
    let proposed = desk.run(&["check", "accuracy", "--print"]).ok().out;
    let weaker = proposed
        .replace("sensitivity = [5, 10]", "sensitivity = [150, 1000]")
        .replace("false_alarms = [1, 16]", "false_alarms = [100, 1000]");
    assert_ne!(weaker, proposed);
    let strong = nats(&desk);
    desk.write("weaker.toml", weaker.as_bytes());
    desk.run(&["check", "accuracy", "weaker.toml"]).ok();
    assert!(nats(&desk) < strong / 2.0, "{} of {strong}", nats(&desk));
    desk.write("wrong.toml", weaker.replace("source", "sauce").as_bytes());
    desk.run(&["check", "accuracy", "wrong.toml"]).fails_with(&["this says nothing of what checks are worth", "sauce"]);
    desk.write("none.toml", b"");
    desk.run(&["check", "accuracy", "none.toml"]).fails_with(&["the file is empty", "`[kinds]`"]);
    desk.write("none.toml", b"[kinds]\n");
    desk.run(&["check", "accuracy", "none.toml"]).ok();
    assert_eq!(of(&beliefs(&desk), "p2")["checks"], serde_json::json!([]), "no kind is evidence any more");
}
