//! Reports of approaches: all envelopes alike, carried in batches of one size, read by one officer of another agency; by the real binary.

use crate::desk::{Desk, Ran};

/// Five people of one agency, and `c1` of another, whose key is `kc`.
fn desk() -> Desk {
    let desk = Desk::with(5);
    let line = desk.run(&["keygen", "--no-passphrase", "--out", "kc"]).ok().out;
    let roster =
        format!("id,name,agency,unit,level,role,email,recipient\nc1,Cruz,Customs,Port,3,officer,c1@x.example,{}\n", line.trim());
    desk.write("more.csv", roster.as_bytes());
    desk.run(&["person", "import", "more.csv"]).ok();
    desk
}

fn write(desk: &Desk, out: &str, more: &[&str]) -> Ran {
    desk.run(&[&["approach", "write", "card.json", "--out", out], more].concat())
}

#[test]
fn every_envelope_and_every_batch_is_like_every_other_and_one_officer_reads_them() {
    let desk = desk();
    desk.run(&["approach", "card", "--out", "card.json"]).fails_with(&["nobody is named to whom approaches are reported"]);
    desk.run(&["approach", "officer", "nobody"]).fails_with(&["`nobody` cannot receive reports"]);
    desk.run(&["approach", "officer", "c1", "--envelopes", "2"]).fails_with(&["from 8 to 1,000 envelopes"]);
    desk.run(&["approach", "officer", "c1", "--envelopes", "8"]).ok();
    desk.run(&["approach", "card", "--out", "card.json"]).ok();
    let long = "x".repeat(3001);
    desk.write("long.txt", long.as_bytes());
    desk.write("empty.txt", b" \n");
    desk.write("bribe.txt", "Un hombre ofreció 5,000 dólares por el plan del muelle.".as_bytes());
    write(&desk, "e", &["--what", "bribed", "--file", "long.txt"]).fails_with(&["in 1 to 3000 letters"]);
    write(&desk, "e", &["--what", "bribed", "--file", "empty.txt"]).fails_with(&["in 1 to 3000 letters"]);
    write(&desk, "e", &["--agency", " customs"]).fails_with(&["your own agency"]);
    write(&desk, "bribe.age", &["--what", "bribed", "--file", "bribe.txt", "--as", "p3", "--agency", "Bureau"]).ok();
    write(&desk, "none.age", &[]).ok();
    write(&desk, "none.age", &[]).fails_with(&["exists; nothing was written"]);
    // Alike to the byte count, and to whoever cannot open them.
    let size = |file: &str| std::fs::metadata(desk.path(file)).unwrap().len();
    assert_eq!(size("bribe.age"), size("none.age"));
    // Nothing is recorded when one is handed in.
    let log = |desk: &Desk| desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().len();
    let before = log(&desk);
    desk.run(&["approach", "take", "bribe.age", "none.age"]).ok();
    desk.run(&["approach", "take", "bribe.txt"]).fails_with(&["this is not an envelope"]);
    assert_eq!(log(&desk), before);
    desk.run(&["approach", "carry", "--out", "batch.json"]).ok();
    desk.run(&["approach", "carry", "--out", "other.json"]).fails_with(&["the next batch goes on"]);
    assert_eq!(log(&desk), before + 1);
    let last = desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().last().unwrap()["entry"]["event"].clone();
    assert_eq!(last.as_object().unwrap().keys().collect::<Vec<_>>(), ["envelopes", "kind"], "it names nobody and counts nothing");
    let read = |key: &str| desk.run(&["approach", "read", "batch.json", "--identity", key, "--json"]);
    read("k1").fails_with(&["no envelope of this batch opens with this key"]);
    let opened = read("kc").ok().json();
    assert_eq!((&opened["envelopes"], &opened["unreadable"]), (&8.into(), &0.into()));
    let reports = opened["reports"].as_array().unwrap();
    assert_eq!((reports.len(), &reports[0]["what"], &reports[0]["person"]), (1, &"bribed".into(), &"p3".into()));
    assert!(reports[0]["words"].as_str().unwrap().contains("5,000 dólares"));
    // A reporter sees that theirs was carried, and a batch that was changed is none.
    assert!(desk.run(&["approach", "check", "bribe.age", "batch.json"]).ok().out.contains("it is in this batch"));
    write(&desk, "later.age", &[]).ok();
    assert_eq!(desk.run(&["approach", "check", "later.age", "batch.json"]).code, 3);
    let entry = desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().last().unwrap()["index"].to_string();
    desk.run(&["approach", "batch", &entry, "--out", "again.json"]).ok();
    assert_eq!(desk.read("again.json"), desk.read("batch.json"));
    desk.run(&["approach", "batch", "0", "--out", "zero.json"]).fails_with(&["entry 0 is no batch"]);
    let mut batch: serde_json::Value = serde_json::from_str(&desk.read("batch.json")).unwrap();
    let fewer: Vec<String> = serde_json::from_str(batch["envelopes"].as_str().unwrap()).unwrap();
    batch["envelopes"] = serde_json::to_string(&fewer[1..]).unwrap().into();
    desk.write("batch.json", batch.to_string().as_bytes());
    read("kc").fails_with(&["not the one that the record names"]);
    // Nothing of a report stands anywhere outside its envelope.
    let export = desk.run(&["record", "export", "public"]).ok().out;
    assert!(!export.contains("muelle") && !desk.run(&["record", "log", "--json"]).ok().out.contains("muelle"));
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn an_officer_of_the_only_agency_is_none_and_a_full_batch_leaves_the_rest_for_the_next() {
    let alone = Desk::with(3);
    alone.run(&["approach", "officer", "p1"]).fails_with(&["reports go to an officer of another agency"]);
    let desk = desk();
    desk.run(&["approach", "officer", "c1", "--envelopes", "8"]).ok();
    desk.run(&["approach", "card", "--out", "card.json"]).ok();
    for n in 0..10 {
        let out = format!("e{n}.age");
        write(&desk, &out, &[]).ok();
        desk.run(&["approach", "take", &out]).ok();
    }
    let carried = desk.run(&["approach", "carry", "--out", "batch.json"]).ok().out;
    assert!(carried.contains("2 envelopes wait for the next batch"), "{carried}");
    let opened = desk.run(&["approach", "read", "batch.json", "--identity", "kc", "--json"]).ok().json();
    assert_eq!((&opened["envelopes"], opened["reports"].as_array().unwrap().len()), (&8.into(), 0));
}
