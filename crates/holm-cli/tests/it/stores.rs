//! A record in a database, and moved between places with its head.

use std::fs;

use crate::desk::{BRIEF, Desk};

/// The server that `scripts/postgres.sh` started.
fn database() -> String {
    std::env::var("HOLM_TEST_POSTGRES").expect("run these tests with scripts/postgres.sh")
}

/// Two people, an item shared with them, and a cosigned checkpoint.
fn worked(desk: &Desk, init: &[&str]) {
    let begin = ["init", "--no-passphrase"];
    desk.run(&[&begin[..], init].concat()).ok();
    let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
    for i in 1..=2 {
        let line = desk.run(&["keygen", "--no-passphrase", "--out", &format!("k{i}")]).ok().out;
        roster += &format!("p{i},Person {i},Bureau,U,1,officer,p{i}@x.example,{}\n", line.trim());
    }
    desk.write("roster.csv", roster.as_bytes());
    desk.run(&["person", "import", "roster.csv"]).ok();
    desk.write("brief.md", BRIEF.as_bytes());
    desk.run(&["share", "brief.md", "--to", "all", "--out", "out"]).ok();
    let keys = desk.run(&["record", "keys"]).ok().out;
    let witness = desk.run(&["witness", "init", "witness", "--name", "near.example/w", "--no-passphrase"]).ok().out;
    let trust: Vec<&str> = ["witness", "trust", "witness"].into_iter().chain(keys.lines()).collect();
    desk.run(&trust).ok();
    let logs: String = keys.lines().map(|k| format!("log {k}\n")).collect();
    let policy = format!("{logs}witness near {}\nquorum near\n", witness.lines().next().unwrap());
    desk.write("policy", policy.as_bytes());
    desk.run(&["record", "policy", "policy"]).ok();
    desk.run(&["record", "checkpoint", "--request", "ask"]).ok();
    desk.run(&["witness", "cosign", "witness", "ask", "--out", "answer"]).ok();
    desk.run(&["record", "checkpoint", "--take", "answer"]).ok();
}

/// The log as outsiders see it.
fn published(desk: &Desk, to: &str) -> String {
    desk.run(&["record", "export", to]).ok();
    desk.read(&format!("{to}/checkpoint"))
}

#[test]
fn a_record_is_kept_in_a_database_and_moves_with_its_head() {
    let desk = Desk::empty();
    worked(&desk, &["--store", &database()]);
    assert!(!desk.path("holm-workspace/record.db").exists());
    assert!(desk.read("holm-workspace/workspace.json").contains("postgresql://"));
    let head = published(&desk, "first");
    assert!(head.contains("\u{2014} near.example/w "));
    desk.run(&["record", "verify"]).ok();

    // Into the folder, worked on, and back.
    desk.run(&["record", "export", "whole", "--whole"]).ok();
    let text = desk.read("whole/record.json");
    assert!(!text.contains("Person") && !text.contains("brief"), "bodies are as sealed as they were");
    desk.run(&["record", "import", "whole"]).ok();
    assert!(desk.path("holm-workspace/record.db").exists());
    assert_eq!(published(&desk, "second"), head);
    assert!(desk.run(&["record", "verify"]).ok().out.contains("entries are witnessed"));
    desk.run(&["open", "out/p1.md.age", "--identity", "k1"]).ok();
    desk.run(&["channel", "add", "radio", "--sort", "radio-net"]).ok();
    // The older export is not taken for the record any more, and what is in the database is its beginning.
    desk.run(&["record", "import", "whole"]).fails_with(&["an older state is not taken in"]);
    desk.run(&["record", "export", "whole", "--whole"]).ok();
    let head = published(&desk, "third");
    desk.run(&["record", "import", "whole", "--store", &database()]).ok();
    assert!(!desk.path("holm-workspace/record.db").exists() && desk.path("holm-workspace/record.db.moved").exists());
    assert_eq!(published(&desk, "fourth"), head);
    desk.run(&["record", "import", "whole", "--store", &database()]).ok();
    let entries = desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().len();
    assert_eq!(head.lines().nth(1).unwrap(), entries.to_string());
}

#[test]
fn what_was_changed_on_the_way_or_is_another_record_is_not_taken_in() {
    let (desk, other) = (Desk::empty(), Desk::empty());
    worked(&desk, &[]);
    worked(&other, &[]);
    other.run(&["record", "export", "whole", "--whole"]).ok();
    desk.run(&["record", "export", "whole", "--whole"]).ok();
    let head = published(&desk, "before");
    let text = desk.read("whole/record.json");
    let foreign = other.read("whole/record.json");
    let at = text.find("\"sealed\":\"").unwrap() + 60;
    let mut changed = text.clone().into_bytes();
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    for (bytes, what) in [
        (b"{}".to_vec(), "is not a record"),
        (text.replace("holm-record/1", "holm-record/9").into_bytes(), "its format is `holm-record/9`"),
        (text.as_bytes()[..text.len() / 2].to_vec(), "is not a record"),
        (changed, "does not decrypt"),
        (foreign.into_bytes(), "does not hold"),
        (text.replacen("holm-leaf/v1", "holm-leaf/v2", 1).into_bytes(), "does not hold"),
    ] {
        desk.write("whole/record.json", &bytes);
        for store in ["sqlite".to_owned(), database()] {
            desk.run(&["record", "import", "whole", "--store", &store]).fails_with(&[what]);
        }
    }
    assert_eq!(published(&desk, "after"), head);
    desk.run(&["record", "import", "nowhere"]).fails_with(&["record.json"]);
    for (store, what) in [("mysql://x", "is no place"), ("postgresql://a:b@c/d", "leave the password out")] {
        let ran = desk.run(&["record", "import", "whole", "--store", store]);
        assert!(ran.code == 2 && ran.err.contains(what), "{}", ran.err);
    }
    let silent = desk.run(&["record", "import", "whole", "--store", "postgresql://holm@127.0.0.1:1/x"]);
    assert!(silent.code == 1 && desk.run(&["record", "verify"]).code == 0, "{}", silent.err);
}

/// A lost file is put back from an export: nothing else has to be known.
#[test]
fn a_lost_file_is_put_back_from_an_export() {
    let desk = Desk::empty();
    worked(&desk, &[]);
    desk.run(&["record", "export", "whole", "--whole"]).ok();
    let head = published(&desk, "before");
    for name in ["record.db", "record.db-wal", "record.db-shm"] {
        fs::remove_file(desk.path(&format!("holm-workspace/{name}"))).ok();
    }
    desk.run(&["record", "verify"]).fails_with(&["`record.db` is missing"]);
    desk.run(&["record", "import", "whole"]).ok();
    assert_eq!(published(&desk, "after"), head);
}

/// Put back into a database, a record whose newest state is lost goes on there under another name.
#[test]
fn an_epoch_is_opened_in_a_database() {
    let desk = Desk::empty();
    worked(&desk, &[]);
    desk.run(&["backup", "disk"]).ok();
    desk.run(&["channel", "add", "radio", "--sort", "radio-net"]).ok();
    // Of the entry that is lost: older ones are proved against the checkpoint that is witnessed.
    let lost = desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().len() - 1;
    desk.run(&["record", "proof", &lost.to_string(), "--out", "later.tlog-proof"]).ok();
    let back = |args: &[&str]| desk.run(&[&["--workspace", "back"], args].concat());
    back(&["restore", "disk", "--store", &database()]).ok();
    back(&["epoch", "ask", "--against", "later.tlog-proof", "--reason", "the disk burned", "--out", "request"]).ok();
    desk.run(&["epoch", "sign", "request", "--as", "p1", "--identity", "k1", "--out", "signed"]).ok();
    let old = back(&["record", "keys"]).ok().out;
    back(&["epoch", "open", "--signed", "signed"]).ok();
    assert_ne!(back(&["record", "keys"]).ok().out, old);
    back(&["channel", "add", "radio", "--sort", "radio-net"]).ok();
    assert!(!desk.path("back/record.db").exists(), "all of it is in the database");
    back(&["record", "verify", "--against", "out/p1.md.holm"]).ok();
    assert!(back(&["record", "verify", "--against", "later.tlog-proof"]).says_no().contains("later.tlog-proof"));
}
