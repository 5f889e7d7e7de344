//! What somebody who can write to the workspace's folder, or a corrupt officer's desk, tries; one test each.

use age::secrecy::ExposeSecret;
use serde_json::Value;

use crate::desk::Desk;

/// A file sealed to the officer by somebody who has only the public recipient.
fn seal_to_officer(desk: &Desk, plain: &[u8]) -> Vec<u8> {
    let description: Value = serde_json::from_str(&desk.read("holm-workspace/workspace.json")).unwrap();
    let recipient: age::x25519::Recipient = description["vault"][0].as_str().unwrap().parse().unwrap();
    age::encrypt(&recipient, plain).unwrap()
}

fn open_with(desk: &Desk, key: &str, sealed: &[u8]) -> Vec<u8> {
    let line = desk.read(key).lines().find(|l| l.starts_with("AGE-SECRET-KEY")).unwrap().to_owned();
    let identity: age::x25519::Identity = line.parse().unwrap();
    assert_eq!(identity.to_string().expose_secret(), line);
    age::decrypt(&identity, sealed).unwrap()
}

#[test]
fn nobody_chooses_an_items_key_by_planting_a_pending_release() {
    let desk = Desk::with(4);
    let pending = "holm-workspace/pending/brief.age";
    let args = ["share", "brief.md", "--to", "all"];
    let died = desk.command(&args).env("HOLM_FAILPOINT", "pending-written").output().unwrap();
    assert!(!died.status.success());
    let plain = open_with(&desk, "holm-workspace/officer.key", &std::fs::read(desk.path(pending)).unwrap());
    let content: Value = serde_json::from_slice(&plain[32..]).unwrap();
    let mut chosen = content.clone();
    chosen["contribution"] = serde_json::json!(vec![7; 32]);
    // With a mark that is none, with the mark of another content, and without any.
    for mark in [vec![0; 32], plain[..32].to_vec(), Vec::new()] {
        let forged = seal_to_officer(&desk, &[mark, chosen.to_string().into_bytes()].concat());
        std::fs::write(desk.path(pending), forged).unwrap();
        let refused = desk.run(&args);
        assert!(refused.code == 1 && refused.err.contains("this workspace did not write it"), "{}", refused.err);
        assert!(!desk.path("holm-out/brief/p1.md.age").exists());
    }
    std::fs::write(desk.path(pending), seal_to_officer(&desk, &plain)).unwrap();
    desk.run(&args).ok();
}

#[test]
fn what_a_key_was_made_of_does_not_stay_with_the_officer_after_an_interruption() {
    let desk = Desk::with(3);
    let died = desk.command(&["share", "brief.md", "--to", "all"]).env("HOLM_FAILPOINT", "disclosures-recorded").output();
    assert!(!died.unwrap().status.success());
    assert!(desk.path("holm-workspace/pending/brief.age").exists(), "it died before the file was removed");
    desk.run(&["item", "list"]).ok();
    assert!(!desk.path("holm-workspace/pending/brief.age").exists());
}

#[test]
fn an_entry_whose_body_was_removed_stops_everything() {
    let desk = Desk::with(3);
    desk.share();
    desk.run(&["person", "device-lost", "p2"]).ok();
    let record = rusqlite::Connection::open(desk.path("holm-workspace/record.db")).unwrap();
    let last: i64 = record.query_row("SELECT max(seq) FROM entry", [], |row| row.get(0)).unwrap();
    for seq in [last, 0] {
        let body: Vec<u8> = record.query_row("SELECT sealed FROM entry WHERE seq = ?1", [seq], |row| row.get(0)).unwrap();
        record.execute("UPDATE entry SET sealed = NULL WHERE seq = ?1", [seq]).unwrap();
        desk.run(&["share", "brief.md", "--to", "p2"]).fails_with(&[&format!("the body of entry {seq} was removed")]);
        record.execute("UPDATE entry SET sealed = ?1 WHERE seq = ?2", rusqlite::params![body, seq]).unwrap();
    }
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn a_record_that_was_altered_is_not_opened_and_its_verification_says_where() {
    let desk = Desk::with(3);
    desk.share();
    let record = rusqlite::Connection::open(desk.path("holm-workspace/record.db")).unwrap();
    let leaf =
        |seq: i64| -> String { record.query_row("SELECT leaf FROM entry WHERE seq = ?1", [seq], |row| row.get(0)).unwrap() };
    let write = |seq: i64, leaf: &str| {
        record.execute("UPDATE entry SET leaf = ?1 WHERE seq = ?2", rusqlite::params![leaf, seq]).unwrap();
    };
    // Two entries change places.
    let (second, third) = (leaf(2), leaf(3));
    write(2, &third);
    write(3, &second);
    desk.run(&["item", "list"]).fails_with(&["the record was altered", "`holm record verify`"]);
    let verified = desk.run(&["record", "verify"]);
    assert_eq!(verified.code, 3, "{}{}", verified.out, verified.err);
    for finding in ["at 2: the body does not decrypt", "at 3: the body does not decrypt", "do not have the root that was signed"]
    {
        assert!(verified.out.contains(finding), "{finding}: {}", verified.out);
    }
    write(2, &second);
    write(3, &third);
    desk.run(&["record", "verify"]).ok();
    // The last entry is cut off, its checkpoint stays; then the description is another's.
    let last: i64 = record.query_row("SELECT max(seq) FROM entry", [], |row| row.get(0)).unwrap();
    record.execute_batch(&format!("CREATE TEMP TABLE kept AS SELECT * FROM entry WHERE seq = {last}")).unwrap();
    record.execute("DELETE FROM entry WHERE seq = ?1", [last]).unwrap();
    let cut = desk.run(&["record", "verify"]);
    assert!(cut.code == 3 && cut.out.contains("the checkpoint covers entries that are missing"), "{}{}", cut.out, cut.err);
    record.execute_batch("INSERT INTO entry SELECT * FROM kept").unwrap();
    let description = desk.read("holm-workspace/workspace.json");
    let other = Desk::with(1);
    let recipient = |text: &str| text.split("age1").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let foreign = description.replace(&recipient(&description), &recipient(&other.read("holm-workspace/workspace.json")));
    desk.write("holm-workspace/workspace.json", foreign.as_bytes());
    let verified = desk.run(&["record", "verify"]);
    assert!(verified.code == 3 && verified.out.contains("names other keys than the record's first entry"), "{}", verified.out);
    desk.write("holm-workspace/workspace.json", description.as_bytes());
    desk.run(&["record", "verify"]).ok();
    drop(record);
    for file in ["record.db", "record.db-wal", "record.db-shm"] {
        std::fs::remove_file(desk.path(&format!("holm-workspace/{file}"))).ok();
    }
    desk.run(&["record", "verify"]).fails_with(&["`record.db` is missing"]);
    assert!(!desk.path("holm-workspace/record.db").exists(), "none is made");
}

#[test]
fn a_workspace_that_lost_its_description_is_not_begun_anew() {
    let desk = Desk::with(2);
    desk.share();
    let key = desk.read("holm-workspace/officer.key");
    let description = desk.read("holm-workspace/workspace.json");
    std::fs::remove_file(desk.path("holm-workspace/workspace.json")).unwrap();
    desk.run(&["item", "list"]).fails_with(&["holds a record but not its `workspace.json`"]);
    desk.run(&["init", "--no-passphrase"]).fails_with(&["holds a record", "nothing was changed"]);
    assert_eq!(desk.read("holm-workspace/officer.key"), key);
    desk.write("holm-workspace/workspace.json", description.as_bytes());
    desk.run(&["item", "show", "brief"]).ok();
}

#[test]
fn figures_that_would_steer_the_next_look_are_withheld() {
    let desk = Desk::with(5);
    desk.share();
    let report = desk.run(&["trace", "plain/p2.md", "--json"]).ok().json();
    for copy in report["copies"].as_array().unwrap() {
        let named = copy["named"] == true;
        for field in ["p_value", "e_value", "adjusted_p"] {
            assert_eq!(copy[field].is_number(), named, "{copy}");
        }
    }
    for line in report["ledger"].as_array().unwrap() {
        assert_eq!(line["ln_e"].is_number(), line["stands_out"] == true, "{line}");
    }
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    let verdict = log.as_array().unwrap().iter().find(|e| e["entry"]["event"]["kind"] == "verdict-recorded").unwrap();
    assert_eq!(verdict["entry"]["event"]["ln_e"], serde_json::json!([]));
}

#[test]
fn a_receipt_counts_only_if_it_signs_what_was_recorded() {
    let desk = Desk::with(2);
    desk.run(&["share", "brief.md", "--to", "all", "--conditions", "eyes only"]).ok();
    desk.run(&["open", "holm-out/brief/p1.md.age", "--identity", "k1"]).ok();
    let receipt = desk.read("holm-out/brief/p1.md.receipt");
    let text = receipt.rsplit_once("\n\n").unwrap().0.to_owned() + "\n";
    let seed = desk.read("k1").lines().find_map(|l| l.strip_prefix("# holm ed25519 secret: ").map(str::to_owned)).unwrap();
    let seed: [u8; 32] =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, seed.trim()).unwrap().try_into().unwrap();
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    let line = |name: &str| text.lines().find(|l| l.starts_with(name)).unwrap().to_owned();
    for (name, other, why) in [
        ("conditions ", "conditions none".to_owned(), "other conditions"),
        ("checkpoint ", format!("checkpoint {}", "0".repeat(64)), "checkpoint of another record"),
    ] {
        let changed = text.replace(&line(name), &other);
        desk.write("other.receipt", holm_record::note::sign(&changed, "p1", &key).as_bytes());
        desk.run(&["receipt", "import", "other.receipt"]).fails_with(&[why]);
    }
    desk.run(&["receipt", "import", "holm-out/brief/p1.md.receipt"]).ok();
}

#[test]
fn a_secret_key_given_by_mistake_is_not_printed() {
    let desk = Desk::with(1);
    let refused = desk.run(&["custodian", "add", "c1", "--key", "k1"]);
    assert!(refused.code == 1 && refused.err.contains("this is a secret key"), "{}", refused.err);
    assert!(!refused.err.contains("AGE-SECRET-KEY"), "{}", refused.err);
}

#[cfg(unix)]
#[test]
fn files_are_not_written_through_what_somebody_prepared() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let desk = Desk::with(1);
    desk.write("victim", b"precious");
    std::fs::create_dir_all(desk.path("out")).unwrap();
    symlink(desk.path("victim"), desk.path("out/p1.md.age.part")).unwrap();
    desk.run(&["share", "brief.md", "--to", "all", "--out", "out", "--accept-weak"]).ok();
    assert_eq!(desk.read("victim"), "precious");
    desk.write("k9.part", b"");
    std::fs::set_permissions(desk.path("k9.part"), std::fs::Permissions::from_mode(0o666)).unwrap();
    desk.run(&["keygen", "--no-passphrase", "--out", "k9"]).ok();
    assert_eq!(std::fs::metadata(desk.path("k9")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_key_that_one_made_alone_is_not_passed_off_as_one_of_two_persons() {
    let desk = Desk::with(6);
    let alone = ["share", "brief.md", "--to", "all", "--plain", "plain"];
    let died = desk.command(&alone).env("HOLM_FAILPOINT", "manifest-recorded").output().unwrap();
    assert!(!died.status.success());
    let two = [&alone[..], &["--second", "p5"]].concat();
    desk.run(&two).fails_with(&["who makes the key of `brief` is in the record already"]);
    assert!(!desk.path("plain/p1.md").exists(), "nothing was made");
    desk.run(&alone).ok();
}
