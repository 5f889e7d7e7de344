//! Whose vetting is not in force is sent nothing, but for what others approved and for what a life depends on; by the real binary.

use crate::desk::{Desk, Ran};

const SCHEDULE: &str = "[sorts.polygraph]\nmonths = [36, 36, 24, 24, 12]\n";
const POLICY: &str = "officer = \"p4\"\n[groups.board]\nneeded = 2\npersons = [\"p2\", \"p3\"]\n[acts]\nexcept = [\"board\"]\n";

/// Five people of levels 2, 3, 4, 5 and 1, of whom all but p5 have passed what is asked for.
fn vetted() -> Desk {
    let desk = Desk::with(5);
    for person in ["p1", "p2", "p3", "p4"] {
        check(&desk, person, &day(-30), "passed");
    }
    desk.write("schedule.toml", SCHEDULE.as_bytes());
    let said = desk.run(&["check", "schedule", "schedule.toml"]).ok().out;
    assert!(said.contains("1 person is sent nothing from now on"), "{said}");
    desk
}

fn check(desk: &Desk, person: &str, on: &str, result: &str) {
    desk.run(&["check", "add", person, "--sort", "polygraph", "--on", on, "--result", result]).ok();
}

fn day(from_now: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * from_now);
    at.to_zoned_datetime(jiff::tz::TimeZone::system()).date().to_string()
}

fn share(desk: &Desk, to: &[&str]) -> Ran {
    let to: Vec<&str> = to.iter().flat_map(|one| ["--to", one]).collect();
    desk.run(&[&["share", "brief.md", "--out", "out"], &to[..]].concat())
}

/// Who holds a copy, by the record.
fn holders(desk: &Desk) -> Vec<String> {
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    let events = log.as_array().unwrap().iter().map(|row| row["entry"]["event"].clone());
    events.filter(|e| e["kind"] == "disclosure").map(|e| e["person"].as_str().unwrap().to_owned()).collect()
}

fn except(desk: &Desk, person: &str) -> String {
    let ask = ["approval", "ask", "except", person, "--until", &day(20), "--reason", "the only diver", "--out", "asked"];
    desk.run(&ask).ok();
    let rows = desk.run(&["approval", "list", "--json"]).ok().json();
    rows.as_array().unwrap().last().unwrap()["request"].to_string()
}

fn approve(desk: &Desk, request: &str, person: &str) {
    let (bundle, note) = (format!("asked/request-{request}.approval-request"), format!("{person}-{request}.note"));
    let identity = person.replace('p', "k");
    desk.run(&["approve", &bundle, "--as", person, "--identity", &identity, "--out", &note, "--yes"]).ok();
    desk.run(&["approval", "import", &note]).ok();
}

#[test]
fn whoever_lacks_a_check_is_sent_nothing_and_units_pass_them_over_by_name() {
    let desk = vetted();
    share(&desk, &["p1", "p5"]).fails_with(&["the vetting of `p5` is not in force", "nothing was shared", "holm warning send"]);
    assert_eq!(holders(&desk), [""; 0], "not even whoever could have been sent it");
    let all = share(&desk, &["all"]).ok();
    assert!(all.err.contains("1 person passed over, whose vetting is not in force: p5"), "{}", all.err);
    assert_eq!(holders(&desk), ["p1", "p2", "p3", "p4"]);
    share(&desk, &["unit:U1", "p5"]).fails_with(&["the vetting of `p5` is not in force"]);
    // Due soon, inconclusive, and waived by one officer: the first two hold nothing back, the last lets nothing through.
    check(&desk, "p1", &day(-1), "inconclusive");
    share(&desk, &["p1"]).ok();
    desk.run(&["check", "waive", "p5", "--sort", "polygraph", "--until", &day(20), "--reason", "in hospital"]).ok();
    share(&desk, &["p5"]).fails_with(&["the vetting of `p5` is not in force"]);
    // Who failed, and whose check is over; a correction goes to the others and names them.
    check(&desk, "p1", &day(0), "failed");
    check(&desk, "p2", &day(-2000), "passed");
    share(&desk, &["p1"]).fails_with(&["the vetting of `p1` is not in force"]);
    let sent = desk.run(&["correct", "brief", "--text", "It is at noon.", "--json"]).ok().json();
    assert_eq!((&sent["to"], &sent["unreached"]), (&serde_json::json!(["p2", "p3", "p4"]), &serde_json::json!(["p1"])));
    let due = desk.run(&["check", "due", "--json"]).ok().json();
    assert_eq!(due["held_back"], serde_json::json!({"p1": ["polygraph"], "p5": ["polygraph"]}));
    check(&desk, "p5", &day(0), "passed");
    share(&desk, &["p5"]).ok();
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn a_schedule_may_hold_nobody_back_before_a_day() {
    let desk = Desk::with(2);
    desk.write("later.toml", format!("gate_from = \"{}\"\n{SCHEDULE}", day(3)).as_bytes());
    desk.run(&["check", "schedule", "later.toml"]).ok();
    share(&desk, &["p1"]).ok();
    desk.write("now.toml", format!("gate_from = \"{}\"\n{SCHEDULE}", day(0)).as_bytes());
    desk.run(&["check", "schedule", "now.toml"]).ok();
    share(&desk, &["p2"]).fails_with(&["the vetting of `p2` is not in force"]);
    share(&desk, &["all"]).fails_with(&["no recipients", "passed over"]);
    desk.write("wrong.toml", format!("gate_from = \"soon\"\n{SCHEDULE}").as_bytes());
    desk.run(&["check", "schedule", "wrong.toml"]).fails_with(&["this is not a schedule of checks"]);
}

#[test]
fn an_exception_needs_others_ends_and_is_not_for_what_fails_after_it() {
    let desk = vetted();
    let ask = |until: &str| {
        desk.run(&["approval", "ask", "except", "p5", "--until", until, "--reason", "the only diver", "--out", "asked"])
    };
    ask(&day(20)).fails_with(&["never one person's", "name groups for it"]);
    desk.write("policy.toml", POLICY.as_bytes());
    desk.run(&["approval", "policy", "policy.toml"]).ok();
    ask(&day(400)).fails_with(&["within 366 days"]);
    desk.run(&["approval", "ask", "except", "p1", "--until", &day(3), "--reason", "x", "--out", "asked"])
        .fails_with(&["`p1` is sent things as everybody is"]);
    let request = except(&desk, "p5");
    approve(&desk, &request, "p2");
    desk.run(&["approval", "use", &request]).fails_with(&["waits for 1 more of board"]);
    share(&desk, &["p5"]).fails_with(&["the vetting of `p5` is not in force"]);
    approve(&desk, &request, "p3");
    desk.run(&["approval", "use", &request]).ok();
    desk.run(&["approval", "use", &request]).fails_with(&["this needs approval by board"]);
    share(&desk, &["p5"]).ok();
    let due = desk.run(&["check", "due", "--json"]).ok().json();
    assert_eq!((&due["exceptions"][0]["person"], &due["held_back"]), (&"p5".into(), &serde_json::json!({})));
    // It was for a check that was missing, not for one that fails.
    check(&desk, "p5", &day(0), "failed");
    share(&desk, &["p5"]).fails_with(&["the vetting of `p5` is not in force"]);
    // One for what failed, withdrawn again.
    let request = except(&desk, "p5");
    ["p2", "p3"].iter().for_each(|person| approve(&desk, &request, person));
    desk.run(&["approval", "use", &request]).ok();
    share(&desk, &["p5"]).ok();
    let entry = desk.run(&["check", "due", "--json"]).ok().json()["exceptions"][1]["entry"].to_string();
    desk.run(&["record", "withdraw", &entry, "--reason", "he is suspended"]).ok();
    share(&desk, &["p5"]).fails_with(&["the vetting of `p5` is not in force"]);
}

#[test]
fn a_warning_of_danger_to_life_goes_out_at_once_past_every_gate_and_another_person_reviews_it() {
    let desk = vetted();
    desk.run(&["person", "leave", "p2", "--reason", "moved"]).ok();
    desk.run(&["person", "device-lost", "p3", "--reason", "stolen"]).ok();
    let send = |to: &[&str], text: &str, reason: &str| {
        let to: Vec<&str> = to.iter().flat_map(|one| ["--to", one]).collect();
        desk.run(&[&["warning", "send", "--text", text, "--reason", reason, "--json"], &to[..]].concat())
    };
    send(&["p3"], "Stay away.", "they wait for you").fails_with(&["nobody of these has a key", "by word of mouth now"]);
    send(&["p5"], " ", "x").fails_with(&["say what the danger is"]);
    send(&["p5"], "Stay away.", "").fails_with(&["why this cannot wait"]);
    send(&["p9"], "Stay away.", "x").fails_with(&["`p9` is not on the roster"]);
    let text = "Do not go to the quay tonight: they know. Turn back.";
    let sent = send(&["p5", "p2", "p3", "p1"], text, "an informant says so").ok().json();
    assert_eq!(sent["to"], serde_json::json!(["p1", "p2", "p5"]));
    let named = (&sent["unreached"], &sent["unvetted"], &sent["left"]);
    assert_eq!(named, (&serde_json::json!(["p3"]), &serde_json::json!(["p5"]), &serde_json::json!(["p2"])));
    // Word for word, sealed, and in one append with its copies.
    let opened = desk.run(&["open", "holm-out/warning-1/p5.txt.age", "--identity", "k5", "--out", "read"]).ok();
    assert_eq!(desk.read("read/p5.txt"), text, "{}{}", opened.out, opened.err);
    assert_eq!(holders(&desk), ["p1", "p2", "p5"]);
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    let kinds: Vec<&str> = log.as_array().unwrap().iter().map(|row| row["entry"]["event"]["kind"].as_str().unwrap()).collect();
    let at = kinds.iter().position(|kind| *kind == "warning-released").unwrap();
    assert_eq!(&kinds[at - 3..=at], ["disclosure", "disclosure", "disclosure", "warning-released"]);
    // The same once more writes the same files, another reason is another warning, and nothing else goes to them.
    let size = |desk: &Desk| desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().len();
    let before = size(&desk);
    assert_eq!(send(&["p1", "p2", "p3", "p5"], text, "an informant says so").ok().json()["item"], "warning-1");
    assert_eq!(size(&desk), before);
    assert_eq!(send(&["p1"], text, "seen on the road").ok().json()["item"], "warning-2");
    share(&desk, &["p5"]).fails_with(&["the vetting of `p5` is not in force"]);
    desk.run(&["share", "holm-out/none.md", "--to", "p5", "--name", "warning-1"]).fails_with(&["could not be read"]);
    // The review: not by whom it warns, not with the desk's own key, not by a key of nobody's; once.
    let review = |item: &str, person: &str, key: &str, more: &[&str]| {
        desk.run(&[&["warning", "review", item, "--as", person, "--identity", key], more].concat())
    };
    review("warning-1", "p5", "k5", &[]).fails_with(&["`p5` cannot review this"]);
    review("warning-1", "p4", "k5", &[]).fails_with(&["`p4` cannot review this"]);
    review("warning-1", "p4", "holm-workspace/officer.key", &[]).fails_with(&["`p4` cannot review this"]);
    review("brief", "p4", "k4", &[]).fails_with(&["`brief` is no warning"]);
    let listed = desk.run(&["warning", "list"]).ok().out;
    assert_eq!(listed.matches("to be reviewed by another person by").count(), 2, "{listed}");
    review("warning-1", "p4", "k4", &["--words", "confirmed by the informant's handler"]).ok();
    review("warning-1", "p4", "k4", &[]).fails_with(&["was reviewed already, by `p4`"]);
    assert_eq!(review("warning-2", "p4", "k4", &["--unjustified"]).code, 2, "it must be said why");
    review("warning-2", "p4", "k4", &["--unjustified", "--words", "nobody was on the road"]).ok();
    let listed = desk.run(&["warning", "list", "--json"]).ok().json();
    let found =
        |n: usize| (listed[n]["review"]["justified"].clone(), listed[n]["review"]["words"].clone(), listed[n]["late"].clone());
    assert_eq!(found(0), (true.into(), "confirmed by the informant's handler".into(), false.into()));
    assert_eq!(found(1), (false.into(), "nobody was on the road".into(), false.into()));
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn what_is_said_to_a_concern_stands_beside_it_and_says_whether_it_was_verified() {
    let desk = Desk::with(1);
    let add = ["check", "add", "p1", "--sort", "financial-disclosure", "--on", "2026-02-01", "--result", "inconclusive"];
    let added = desk.run(&[&add[..], &["--concern", "F: a house without a mortgage", "--json"]].concat()).ok().json();
    let entry = added["entry"].to_string();
    let answer = |more: &[&str]| desk.run(&[&["check", "answer", entry.as_str()], more].concat());
    answer(&["--guideline", "F"]).fails_with(&["say what mitigates the concern"]);
    answer(&["--guideline", "B", "--mitigation", "x"]).fails_with(&["has no concern under guideline B"]);
    let verified = ["--verified-by", "Ruiz", "--verified-how", "the deed", "--verified-on", "2026-03-01"];
    answer(&[&["--guideline", "F"], &verified[..]].concat()).fails_with(&["there is no explanation yet"]);
    desk.run(&["check", "answer", "0", "--guideline", "F", "--mitigation", "x"]).fails_with(&["entry 0 is no check"]);
    answer(&["--guideline", "F", "--explanation", "inherited"]).ok();
    assert!(desk.run(&["check", "list"]).ok().out.contains("explained: inherited; not verified"));
    answer(&[&["--guideline", "F", "--mitigation", "declared in 2024"], &verified[..]].concat()).ok();
    let said = desk.run(&["check", "list"]).ok().out;
    assert!(said.contains("explained: inherited; verified by Ruiz on 2026-03-01: the deed"), "{said}");
    assert!(said.contains("mitigated: declared in 2024"), "{said}");
    // Another explanation was not verified by what was said of the one before.
    answer(&["--guideline", "F", "--explanation", "a lottery"]).ok();
    assert!(desk.run(&["check", "list"]).ok().out.contains("explained: a lottery; not verified"));
}
