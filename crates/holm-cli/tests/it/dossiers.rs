//! Dossiers by the real binary: what they say, apart, with what speaks against it, and proofs of every entry.

use serde_json::Value;

use crate::desk::Desk;

fn dossier(desk: &Desk, incident: &str, file: &str, more: &[&str]) -> Value {
    desk.run(&[&["dossier", incident, "--out", file], more].concat()).ok();
    assert!(std::fs::read(desk.path(file)).unwrap().starts_with(b"%PDF-"));
    serde_json::from_str(&desk.read(&file.replace(".pdf", ".json"))).unwrap()
}

#[test]
fn a_dossier_says_what_is_proved_and_believed_apart_and_proves_its_entries() {
    let desk = Desk::with(5);
    desk.share();
    desk.run(&["trace", "plain/p2.md", "--incident", "raid"]).ok();
    let header = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n";
    let lines: String =
        (1..7).map(|i| format!("raid-{i},raid,2026-0{i}-01T06:00Z,,,,,p{};p2,confirmed,,,\n", [1, 3, 4][i % 3])).collect();
    desk.write("past.csv", format!("{header}{lines}").as_bytes());
    desk.run(&["operation", "import", "past.csv"]).ok();
    let add = ["incident", "add", "raid", "--sort", "copy-recovered", "--certainty", "confirmed", "--item", "brief"];
    desk.run(&[&add[..], &["--considered", "a *lost* bag | or <b>a theft</b>"]].concat()).ok();
    let json = dossier(&desk, "raid", "raid.pdf", &[]);
    let named = &json["looks"][0];
    assert_eq!((&named["verdict"], &named["named"][0], &named["holders"][0]), (&"named".into(), &"p2.1".into(), &"p2".into()));
    assert!(named["alpha"].as_f64().is_some_and(|alpha| alpha <= 0.001));
    assert_eq!(json["known"].as_array().unwrap().len(), 5);
    let people = json["beliefs"]["people"].as_array().unwrap();
    assert!(people[0]["person"] == "p2" && people[0]["for"][0]["nats"].as_f64() > Some(0.5), "{}", people[0]);
    // Each entry with its proof, and one for each that is named.
    let entries = json["entries"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["proof"].as_str().is_some_and(|p| p.starts_with("c2sp.org/tlog-proof@v1"))));
    let cited = |number: &Value| entries.iter().any(|entry| entry["entry"] == *number);
    assert!(json["known"].as_array().unwrap().iter().all(|line| cited(&line["entry"])));
    assert!(named["entries"].as_array().unwrap().iter().all(cited) && entries.len() == 5 + 3 + 1);
    // It is recorded before it leaves, by its hashes.
    let last = desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().last().unwrap()["entry"]["event"].clone();
    let hash = |file: &str| {
        let out = std::process::Command::new("sha256sum").arg(desk.path(file)).output().unwrap();
        String::from_utf8(out.stdout).unwrap().split(' ').next().unwrap().to_owned()
    };
    assert_eq!((&last["kind"], &last["pdf"]), (&"dossier-written".into(), &hash("raid.pdf").into()));
    assert_eq!(last["json"], hash("raid.json").as_str());
    // Writing one changes nothing of another, but for when.
    let again = dossier(&desk, "raid", "again.pdf", &["--language", "es"]);
    assert_eq!(again["beliefs"]["people"], json["beliefs"]["people"]);
    desk.run(&["dossier", "raid", "--out", "raid.pdf"]).fails_with(&["exists; nothing was written"]);
    desk.run(&["dossier", "raid", "--out", "raid.doc"]).fails_with(&["must end in .pdf"]);
    desk.run(&["dossier", "nothing", "--out", "nothing.pdf"]).fails_with(&["no incident is named `nothing`"]);
    assert!(!desk.path("nothing.pdf").exists());
    // Whoever is exonerated is said to be, and is no cause any more; the verdict of the copy stands.
    let opened = desk.run(&["proceeding", "open", "p2", "--incident", "raid", "--grounds", "the copy", "--json"]).ok().json();
    let number = opened["proceeding"].to_string();
    desk.run(&["proceeding", "close", &number, "--outcome", "exonerated", "--words", "the bag was stolen"]).ok();
    let json = dossier(&desk, "raid", "later.pdf", &[]);
    let p2 = json["known"].as_array().unwrap().iter().find(|line| line["person"] == "p2").unwrap();
    assert!(
        p2["exonerated"] == true
            && json["looks"][0]["named"][0] == "p2.1"
            && json["proceedings"][0]["ending"]["how"] == "exonerated"
    );
    desk.run(&["record", "verify"]).ok();
}
