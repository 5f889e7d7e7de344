//! Approvals through the program, each on a machine of their own: asked for, looked at, signed, taken in, used once.

use std::fs;

use crate::desk::{BRIEF, Desk};

const POLICY: &str = r#"
officer = "p4"
[groups.port]
needed = 2
persons = ["p1", "p2"]
[groups.ministry]
needed = 1
persons = ["p3"]
[acts]
unmask = ["port", "ministry"]
accuse = ["ministry"]
destroy = ["ministry"]
release = ["port"]
"#;

/// A desk of four, with an item that all of them hold, and a leak of p2's copy.
fn desk() -> Desk {
    let desk = Desk::with(4);
    desk.write("brief.md", BRIEF.as_bytes());
    desk.run(&["share", "brief.md", "--to", "all", "--out", "out", "--plain", "plain"]).ok();
    desk.write("policy.toml", POLICY.as_bytes());
    desk.run(&["approval", "policy", "policy.toml"]).ok();
    desk
}

impl Desk {
    fn approve(&self, request: &str, person: &str) -> String {
        let (bundle, note) = (format!("asked/request-{request}.approval-request"), format!("{person}-{request}.note"));
        let identity = person.replace('p', "k");
        self.run(&["approve", &bundle, "--as", person, "--identity", &identity, "--out", &note, "--yes"]).ok();
        note
    }

    fn take(&self, request: &str, person: &str) {
        let note = self.approve(request, person);
        self.run(&["approval", "import", &note]).ok();
    }

    /// Asks for something; the request's number.
    fn ask(&self, what: &[&str]) -> String {
        self.run(&[&["approval", "ask"], what, &["--reason", "a leak", "--out", "asked"]].concat()).ok();
        let rows = self.run(&["approval", "list", "--json"]).ok().json();
        rows.as_array().unwrap().last().unwrap()["request"].to_string()
    }
}

#[test]
fn masks_come_off_when_enough_of_every_group_signed_and_come_back_on() {
    let desk = desk();
    let traced = desk.run(&["trace", "plain/p2.md", "--incident", "raid", "--json"]).ok().json();
    let text = traced.to_string();
    assert!(traced["verdict"] == "named" && text.contains("\"copy-") && !text.contains("p2") && !text.contains("p1"), "{text}");
    let log = desk.run(&["record", "log", "--json"]).ok().out;
    let verdict = log.split("\"verdict-recorded\"").nth(1).unwrap();
    assert!(verdict.contains("copy-") && !verdict.split('}').next().unwrap().contains("p2.1"), "{log}");

    let number = desk.ask(&["unmask", "--incident", "raid"]);
    let shown = desk.run(&["approve", &format!("asked/request-{number}.approval-request"), "--as", "p1", "--identity", "k1"]);
    assert!(
        shown.code == 2 && shown.err.contains("say `--yes` to approve") && shown.out.contains("because a leak"),
        "{}",
        shown.err
    );
    let use_it = ["approval", "use", &number];
    for person in ["p1", "p3"] {
        desk.run(&use_it).fails_with(&["waits for"]);
        desk.take(&number, person);
    }
    desk.run(&use_it).fails_with(&["waits for 1 more of port"]);
    desk.take(&number, "p2");
    let said = desk.run(&use_it).ok().out;
    assert!(said.contains("masks are off in the verdicts of `raid`"), "{said}");
    desk.run(&use_it).fails_with(&["needs approval by ministry, port"]);
    let again = desk.run(&["trace", "plain/p2.md", "--incident", "raid", "--json"]).ok().json();
    assert!(again["copies"].as_array().unwrap().iter().any(|c| c["person"] == "p2" && c["named"] == true), "{again}");
    let other = desk.run(&["trace", "plain/p1.md", "--incident", "another", "--json"]).ok().out;
    assert!(!other.contains("p1"), "masks are off for one incident: {other}");
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn a_key_goes_to_others_and_a_body_is_destroyed_only_with_approval() {
    let desk = desk();
    desk.run(&["trace", "plain/p2.md", "--incident", "raid"]).ok();
    let open = ["item", "open", "brief", "--out", "bundle"];
    desk.run(&open).fails_with(&["needs approval by ministry"]);
    assert!(!desk.path("bundle").exists());
    let number = desk.ask(&["accuse", "brief"]);
    desk.take(&number, "p3");
    desk.run(&open).ok();
    assert!(desk.path("bundle").exists());

    desk.run(&["channel", "add", "net", "--sort", "phone"]).ok();
    desk.run(&["tell", "--item", "brief", "--to", "p1", "--channel", "net", "--at", "2026-11-01T00:00Z", "--words", "nightjar"])
        .ok();
    let entries = desk.run(&["record", "log", "--json"]).ok().json();
    let told = entries.as_array().unwrap().iter().find(|e| e["entry"]["event"]["kind"] == "told").unwrap()["index"].to_string();
    desk.run(&["record", "proof", &told, "--out", "told.tlog-proof"]).ok();
    let what = ["--entry", &told, "--authority", "Act 12 §3"];
    desk.run(&[&["destroy"], &what[..], &["--reason", "court order"]].concat()).fails_with(&["needs approval by ministry"]);
    let number = desk.ask(&[&["destroy"], &what[..]].concat());
    desk.take(&number, "p3");
    let done = desk.run(&[&["destroy"], &what[..], &["--reason", "court order"]].concat()).ok().out;
    assert!(done.contains("1 body, 0 sealed files"), "{done}");
    assert!(!desk.run(&["record", "log"]).ok().out.contains("nightjar"));
    assert!(desk.run(&["record", "log"]).ok().out.contains(&format!("{told:>6}  (destroyed)")));
    desk.run(&["record", "verify", "--against", "told.tlog-proof"]).ok();
    desk.run(&["approval", "use", &number]).fails_with(&["was destroyed already"]);
    let log = desk.run(&["record", "log", "--json"]).ok().out;
    assert!(log.contains("\"destroyed\"") && log.contains("Act 12 §3"), "{log}");
}

#[test]
fn what_is_asked_wrongly_is_refused_and_nothing_is_written() {
    let desk = desk();
    let asked = |what: &[&str]| desk.run(&[&["approval", "ask"], what, &["--reason", "x", "--out", "asked"]].concat());
    asked(&["unmask", "--incident", "none"]).fails_with(&["no leak of such an incident"]);
    asked(&["accuse", "none"]).fails_with(&["no verdict about `none`"]);
    asked(&["destroy", "--authority", "a"]).fails_with(&["say what is to be destroyed"]);
    asked(&["destroy", "--entry", "9999", "--authority", "a"]).fails_with(&["no entry 9999"]);
    asked(&["destroy", "--incident", "none", "--authority", "a"]).fails_with(&["no evidence of an incident `none`"]);
    asked(&["release", "none", "--to", "p1"]).fails_with(&["no item is named `none`"]);
    desk.run(&["approval", "ask", "unmask", "--reason", "two\nlines", "--out", "asked"]).fails_with(&["one line of 1 to 500"]);
    desk.run(&["approval", "use", "7"]).fails_with(&["no request has the number 7"]);
    desk.run(&["destroy", "--entry", "0", "--authority", "a", "--reason", "b"])
        .fails_with(&["is needed for as long as the record is"]);
    desk.write("torn", b"holm-approval/1\nrecord x\n");
    desk.run(&["approval", "import", "torn", "brief.md"]).fails_with(&["not an approval", "2 of 2 approvals were not recorded"]);
    let number = desk.ask(&["unmask"]);
    let bundle = format!("asked/request-{number}.approval-request");
    desk.run(&["approve", &bundle, "--as", "p4", "--identity", "k4", "--yes"])
        .fails_with(&["not a request for approval that this key opens"]);
    desk.run(&["approve", "brief.md", "--as", "p1", "--identity", "k1", "--yes"]).fails_with(&["not a request for approval"]);
    desk.run(&["approve", &bundle, "--as", "p1", "--identity", "k1", "--refuse", "not enough", "--out", "no"]).ok();
    desk.run(&["approve", &bundle, "--as", "p1", "--identity", "k1", "--yes", "--out", "no"])
        .fails_with(&["exists; nothing was signed"]);
    // p1's refusal with p2's name is p1's no more.
    let note = fs::read_to_string(desk.path("no")).unwrap();
    desk.write("forged", note.replace("person p1", "person p2").as_bytes());
    desk.run(&["approval", "import", "forged"]).fails_with(&["not signed by a key that the policy names for `p2`"]);
    desk.run(&["approval", "import", "no"]).ok();
    let late = desk.approve(&number, "p2");
    desk.run(&["approval", "import", &late]).fails_with(&["was used or refused already"]);
    let listed = desk.run(&["approval", "list"]).ok().out;
    assert!(listed.contains("refused") && listed.contains("refused by p1"), "{listed}");
}

#[test]
fn beliefs_are_shown_under_masks_and_each_reading_is_an_entry() {
    let desk = desk();
    desk.run(&["operation", "add", "heron", "--sort", "raid", "--at", "2026-10-01T04:00Z", "--told", "p1", "--told", "p2"]).ok();
    desk.run(&["operation", "close", "heron", "--outcome", "confirmed"]).ok();
    let reads = || desk.run(&["record", "log", "--json"]).ok().out.matches("\"kind\": \"read\"").count();
    let first = desk.run(&["suspects", "--all", "--json"]).ok().json();
    let names: Vec<&str> = first["people"].as_array().unwrap().iter().map(|p| p["person"].as_str().unwrap()).collect();
    assert!(names.len() == 4 && names.iter().all(|n| n.starts_with("person-")), "{names:?}");
    assert_eq!(reads(), 1);
    let again = desk.run(&["suspects", "--person", names[0], "--json"]).ok().json();
    assert_eq!(again["provenance"]["entries"], first["provenance"]["entries"], "that it was read changes nothing");
    assert_eq!(again["provenance"]["checkpoint"], first["provenance"]["checkpoint"]);
    assert_eq!(reads(), 2);
    desk.run(&["suspects", "--person", "p1"]).fails_with(&["p1"]);
}
