//! Bad input of every kind: a clear error that says what to do, and nothing lost.

use std::io::Write;

use crate::desk::{BRIEF, Desk, FOREIGN};

fn entries(desk: &Desk) -> usize {
    desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().len()
}

/// Runs a command that must fail with these words and leave the record as it was.
#[track_caller]
fn refused(desk: &Desk, args: &[&str], words: &[&str]) {
    let before = entries(desk);
    desk.run(args).fails_with(words);
    assert_eq!(entries(desk), before, "{args:?} left something in the record");
}

#[test]
fn documents_that_are_none_are_refused() {
    let desk = Desk::with(2);
    desk.write("picture.png", &[0x89, b'P', b'N', b'G', 0, 1, 2]);
    desk.write("sheet.xlsx", b"hello");
    desk.write("cut.docx", b"PK\x03\x04cut");
    desk.write("old.docx", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    desk.write("paper.pdf", b"%PDF-1.7 ...");
    desk.write("paper.png", b"\x89PNG\r\n\x1a\n cut");
    desk.write("latin.txt", b"Se\xf1or G\xf3mez sali\xf3 de la casa.");
    desk.write("blank.md", b"  \n\n");
    desk.write("open.md", b"They saw [[two|three drums.");
    for (file, words) in [
        ("picture.png", &["not a document"][..]),
        ("sheet.xlsx", &["`.xlsx`"]),
        ("cut.docx", &["damaged"]),
        ("old.docx", &["encrypted"]),
        ("paper.pdf", &["PDF is damaged"]),
        ("paper.png", &["cannot be read"]),
        ("latin.txt", &["not UTF-8"]),
        ("blank.md", &["no text"]),
        ("open.md", &["not closed"]),
        ("missing.md", &["could not be read"]),
    ] {
        refused(&desk, &["share", file, "--to", "all"], words);
    }
    assert!(!desk.path("holm-out").exists());
}

#[test]
fn recipients_that_cannot_be_sent_to_are_refused() {
    let desk = Desk::with(2);
    desk.write("keyless.csv", b"id,name,agency,unit,level,role,email,recipient\np9,No Key,B,U9,1,x,x@x,\n");
    desk.run(&["person", "import", "keyless.csv"]).ok();
    refused(&desk, &["share", "brief.md", "--to", "nobody"], &["`nobody` is not on the roster"]);
    refused(&desk, &["share", "brief.md", "--to", "unit:U7"], &["no unit that anybody is in"]);
    refused(&desk, &["share", "brief.md", "--to", "p9"], &["`p9` has no key to seal to"]);
    let empty = Desk::empty();
    empty.run(&["init", "--no-passphrase"]).ok();
    empty.write("brief.md", BRIEF.as_bytes());
    refused(&empty, &["share", "brief.md", "--to", "all"], &["no recipients"]);
    assert_eq!(desk.run(&["share", "brief.md"]).code, 2, "without --to");
}

#[test]
fn a_roster_is_taken_in_whole_or_not_at_all() {
    let desk = Desk::with(1);
    desk.write(
        "bad.csv",
        b"id,name,agency,unit,level,role,email,recipient\nq1,A,B,U,2,x,a@x,\nq1,A,B,U,2,x,a@x,\nq2,C,B,U,7,x,c@x,\nq3,D,B\n",
    );
    refused(&desk, &["person", "import", "bad.csv"], &["nothing was imported", "line 3", "line 4", "line 5"]);
    assert_eq!(desk.run(&["person", "list", "--json"]).ok().json().as_array().unwrap().len(), 1);
    desk.write("head.csv", b"name,id\n");
    refused(&desk, &["person", "import", "head.csv"], &["first line must be"]);
}

#[test]
fn a_document_too_short_to_name_anyone_says_so_with_numbers_before_release() {
    let desk = Desk::with(5);
    desk.write("short.txt", b"The team meets at the gate. Nobody else knows about it, and no one will be told.");
    refused(&desk, &["share", "short.txt", "--to", "all"], &["too short to name anyone", "bits", "needs", "--accept-weak"]);
    assert!(!desk.path("holm-out").exists());
    desk.run(&["share", "short.txt", "--to", "all", "--accept-weak"]).ok();
}

#[test]
fn facts_that_protect_life_need_two_persons() {
    let desk = Desk::with(3);
    desk.write("fact.md", format!("{BRIEF}\n\nWe saw [[two|three|four]] men at the gate.\n").as_bytes());
    refused(&desk, &["share", "fact.md", "--to", "all"], &["two persons' confirmation", "two|three|four"]);
    refused(&desk, &["share", "fact.md", "--to", "all", "--confirmed-by", "p1"], &["two persons' confirmation"]);
    refused(
        &desk,
        &["share", "fact.md", "--to", "all", "--confirmed-by", "p1", "--confirmed-by", "p1"],
        &["two persons' confirmation"],
    );
    desk.run(&["share", "fact.md", "--to", "all", "--confirmed-by", "p1", "--confirmed-by", "p2"]).ok();
}

#[test]
fn phrasings_that_tell_different_things_are_facts_after_all() {
    let desk = Desk::with(3);
    desk.write("phrase.md", format!("{BRIEF}\n\nWe saw [[~two men|three men]] at the gate.\n").as_bytes());
    refused(&desk, &["share", "phrase.md", "--to", "all"], &["two persons' confirmation", "two men|three men"]);
    desk.run(&["share", "phrase.md", "--to", "all", "--confirmed-by", "p1", "--confirmed-by", "p2"]).ok();
}

#[test]
fn brackets_that_a_copy_would_show_are_refused() {
    let desk = Desk::with(3);
    desk.write("struck.md", format!("{BRIEF}\n\nThe paint was [[~grey|greyish]].\n").as_bytes());
    desk.run(&["marks", "struck.md", "--review", "review.toml"]).ok();
    let review = desk.read("review.toml");
    let at = review.find(":authored:").unwrap();
    let struck = format!("{}{}", &review[..at], review[at..].replacen("\"keep\"", "\"strike\"", 1));
    desk.write("review.toml", struck.as_bytes());
    refused(
        &desk,
        &["share", "struck.md", "--to", "all", "--marks", "review.toml"],
        &["grey|greyish", "every copy would show its brackets"],
    );
    assert!(!desk.path("holm-out").exists());
}

#[test]
fn copies_of_another_item_are_not_written_over() {
    let desk = Desk::with(3);
    desk.run(&["share", "brief.md", "--to", "all", "--out", "out", "--plain", "plain"]).ok();
    let before = desk.read("plain/p1.md");
    for (folders, word) in [(["--out", "out"], "--out"), (["--plain", "plain"], "--plain")] {
        let args = ["share", "brief.md", "--name", "second", "--to", "all", folders[0], folders[1]];
        refused(&desk, &args, &["written over", "nothing was shared", word]);
    }
    assert_eq!(desk.read("plain/p1.md"), before);
}

#[test]
fn a_key_added_to_the_workspace_file_is_noticed_before_anything_is_sealed_to_it() {
    let desk = Desk::with(1);
    let path = "holm-workspace/workspace.json";
    let mut description: serde_json::Value = serde_json::from_str(&desk.read(path)).unwrap();
    let stranger = desk.read("k1.pub");
    let recipient = stranger.split_whitespace().next().unwrap();
    description["vault"].as_array_mut().unwrap().push(recipient.into());
    desk.write(path, description.to_string().as_bytes());
    desk.run(&["person", "list"]).fails_with(&["names other keys than the record's first entry"]);
}

#[test]
fn another_text_under_a_name_that_is_taken_is_refused() {
    let desk = Desk::with(2);
    desk.share();
    desk.write("brief.md", format!("{BRIEF}\n\nOne more paragraph.\n").as_bytes());
    refused(&desk, &["share", "brief.md", "--to", "all"], &["already the name of an item with another text"]);
}

#[test]
fn leaks_that_cannot_be_read_or_belong_to_nothing_are_said_so() {
    let desk = Desk::with(2);
    desk.write("leak.txt", b"some text");
    refused(&desk, &["trace", "leak.txt"], &["no item was shared yet"]);
    desk.share();
    refused(&desk, &["trace", "leak.txt", "--item", "unknown"], &["`unknown` is not the name of a released item"]);
    refused(&desk, &["trace", "leak.txt", "--alpha", "0.5"], &["may only lower it"]);
    desk.write("empty.pdf", b"");
    refused(&desk, &["trace", "empty.pdf"], &["`empty.pdf`: this file is empty"]);
    desk.write("blob.bin", &[0, 1, 2, 3]);
    refused(&desk, &["trace", "blob.bin"], &["binary file of an unknown kind"]);
    desk.write("broken.pdf", b"%PDF-1.7 nothing");
    refused(&desk, &["trace", "broken.pdf"], &["`broken.pdf`", "trailer"]);
    desk.write("broken.png", b"\x89PNG\r\n\x1a\n cut");
    refused(&desk, &["trace", "broken.png"], &["`broken.png`", "save it as PNG"]);
    let spanish = include_str!("../../../holm-simulate/corpus/es-correo.md");
    desk.write("spanish.txt", spanish.as_bytes());
    let other_language = desk.run(&["trace", "spanish.txt"]);
    assert!(other_language.code == 3 && other_language.out.contains("NO MATCH"), "{}", other_language.out);
    desk.write("other.txt", FOREIGN.as_bytes());
    let forced = desk.run(&["trace", "other.txt", "--item", "brief"]);
    assert_eq!(forced.code, 3, "{}", forced.out);
}

#[test]
fn a_wrong_or_missing_passphrase_changes_nothing() {
    let desk = Desk::empty();
    desk.command(&["init"]).env("HOLM_PASSPHRASE", "right").output().unwrap();
    let without = desk.run(&["person", "list"]);
    without.fails_with(&["protected by a passphrase", "--passphrase-file"]);
    desk.write("phrase", b"wrong\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(desk.path("phrase"), PermissionsExt::from_mode(0o644)).unwrap();
        desk.run(&["person", "list", "--passphrase-file", "phrase"]).fails_with(&["others can read", "chmod 600"]);
        std::fs::set_permissions(desk.path("phrase"), PermissionsExt::from_mode(0o600)).unwrap();
    }
    desk.run(&["person", "list", "--passphrase-file", "phrase"]).fails_with(&["the passphrase does not open"]);
    desk.write("phrase", b"right\n");
    desk.run(&["person", "list", "--passphrase-file", "phrase"]).ok();
}

#[cfg(unix)]
#[test]
fn no_child_is_given_the_passphrase() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(2);
    desk.share();
    std::fs::create_dir(desk.path("bin")).unwrap();
    desk.write("bin/pdftotext", b"#!/bin/sh\nenv > seen-by-child\ncat > /dev/null\necho text\n");
    std::fs::set_permissions(desk.path("bin/pdftotext"), PermissionsExt::from_mode(0o755)).unwrap();
    desk.write("leak.pdf", b"%PDF-1.7");
    let path = format!("{}:{}", desk.path("bin").display(), std::env::var("PATH").unwrap());
    desk.command(&["trace", "leak.pdf"]).env("PATH", path).env("HOLM_PASSPHRASE", "very secret").output().unwrap();
    let seen = desk.read("seen-by-child");
    assert!(seen.contains("PATH=") && !seen.contains("very secret"), "{seen}");
}

#[test]
fn workspaces_that_are_missing_taken_or_in_use_are_left_alone() {
    let desk = Desk::with(1);
    desk.run(&["init", "--no-passphrase"]).fails_with(&["already holds a workspace"]);
    desk.run(&["--workspace", "elsewhere", "item", "list"]).fails_with(&["holds no workspace", "holm init"]);
    desk.run(&["keygen", "--no-passphrase", "--out", "k1"]).fails_with(&["nothing was overwritten"]);
    let lock = std::fs::File::options().write(true).open(desk.path("holm-workspace/lock")).unwrap();
    lock.lock().unwrap();
    desk.run(&["item", "list"]).fails_with(&["another holm program is working"]);
    drop(lock);
    // A child that another test is starting may hold the lock's handle until it is.
    let free = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        desk.run(&["item", "list"]).code == 0
    });
    assert!(free, "the lock was released");
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let desk = Desk::with(2);
    // A file-size limit stops writes as a full disk does, after the record's own small files.
    let limited = |blocks: u32| {
        let script = format!("ulimit -f {blocks}; trap '' XFSZ; exec \"$0\" share brief.md --to all");
        let mut command = std::process::Command::new("bash");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_holm")]).current_dir(desk.root()).env_remove("HOLM_WORKSPACE");
        command.output().unwrap()
    };
    let mut failures = 0;
    for blocks in [1, 2, 4, 6, 8, 16, 24, 40] {
        let output = limited(blocks);
        if output.status.success() {
            continue;
        }
        failures += 1;
        assert_eq!(output.status.code(), Some(1), "{blocks}: {}", String::from_utf8_lossy(&output.stderr));
        let verified = desk.run(&["record", "verify"]);
        assert_eq!(verified.code, 0, "{blocks}: {}{}", verified.out, verified.err);
        assert!(std::fs::read_dir(desk.path("holm-out/brief")).map_or(0, std::iter::Iterator::count) == 0 || failures > 0);
    }
    assert!(failures >= 3, "the limit must bite: {failures}");
    desk.run(&["share", "brief.md", "--to", "all"]).ok();
}

#[test]
fn a_damaged_slip_or_copy_is_not_opened() {
    let desk = Desk::with(2);
    let terms = ["--marking", "TLP:AMBER", "--conditions", "no further than the cell"];
    desk.run(&[&["share", "brief.md", "--to", "all"][..], &terms].concat()).ok();
    let slip = desk.read("holm-out/brief/p1.md.holm");
    for (what, changed) in [
        ("person", slip.replace("\"p1\"", "\"p2\"")),
        ("proof", slip.replace("index ", "index 1")),
        ("marking", slip.replace("\"TLP:AMBER\"", "\"TLP:CLEAR\"")),
        ("conditions", slip.replace("no further than the cell", "as you like")),
        ("not json", "{".to_owned()),
    ] {
        assert_ne!(changed, slip, "{what}");
        desk.write("holm-out/brief/p1.md.holm", changed.as_bytes());
        let opened = desk.run(&["open", "holm-out/brief/p1.md.age", "--identity", "k1"]);
        assert!(opened.code == 1 && !desk.path("holm-out/brief/p1.md").exists(), "{what}: {}{}", opened.out, opened.err);
    }
    let another = ["open", "holm-out/brief/p1.md.age", "--identity", "k1", "--log-key", "holm.invalid/x+0+A"];
    desk.write("holm-out/brief/p1.md.holm", slip.as_bytes());
    desk.run(&another).fails_with(&["comes from another record"]);
    for elsewhere in ["../../etc/passwd", "C:p1.md.age"] {
        desk.write("holm-out/brief/p1.md.holm", slip.replace("p1.md.age", elsewhere).as_bytes());
        desk.run(&["open", "holm-out/brief/p1.md.age", "--identity", "k1"]).fails_with(&["leads out of its folder"]);
    }
    desk.write("holm-out/brief/p1.md.holm", slip.as_bytes());
    let mut file = std::fs::File::options().append(true).open(desk.path("holm-out/brief/p1.md.age")).unwrap();
    file.write_all(b"x").unwrap();
    desk.run(&["open", "holm-out/brief/p1.md.age", "--identity", "k1"]).fails_with(&["not the one that was recorded"]);
}

#[test]
fn a_renamed_copy_opens_and_another_file_is_not_written_over() {
    let desk = Desk::with(2);
    desk.share();
    for ending in ["age", "holm"] {
        std::fs::copy(desk.path(&format!("holm-out/brief/p1.md.{ending}")), desk.path(&format!("p1 (1).md.{ending}"))).unwrap();
    }
    desk.run(&["open", "p1 (1).md.age", "--identity", "k1"]).ok();
    assert_eq!(desk.read("p1 (1).md"), desk.read("plain/p1.md"));
    desk.write("p1 (1).md", b"notes of mine");
    desk.run(&["open", "p1 (1).md.age", "--identity", "k1"]).fails_with(&["another file", "nothing was written", "--out"]);
    assert_eq!(desk.read("p1 (1).md"), "notes of mine");
}

#[test]
fn review_files_that_do_not_fit_are_refused() {
    let desk = Desk::with(2);
    desk.write("bad.toml", b"format = \"holm-review/1\"\nmarks = 3\n");
    refused(&desk, &["share", "brief.md", "--to", "all", "--marks", "bad.toml"], &["review file cannot be read"]);
    desk.write("stale.toml", b"format = \"holm-review/1\"\n[[mark]]\nid = \"9:1-2:nothing\"\ndecision = \"strike\"\n");
    refused(
        &desk,
        &["share", "brief.md", "--to", "all", "--marks", "stale.toml"],
        &["another version of the text", "9:1-2:nothing"],
    );
    desk.write("author.toml", b"format = \"holm-review/1\"\n[[author]]\nfind = \"the\"\nalternatives = [\"the\", \"a\"]\n");
    refused(&desk, &["share", "brief.md", "--to", "all", "--marks", "author.toml"], &["needs text that stands once"]);
}

#[test]
fn channels_of_damage_are_listed_without_a_document_and_nothing_else_is() {
    let desk = Desk::with(1);
    assert!(desk.run(&["simulate", "damage", "--channel", "list"]).ok().out.contains("photo-half"));
    let without = desk.run(&["simulate", "damage", "--channel", "scan"]);
    assert!(without.code == 2 && without.err.contains("no document was given"), "{}", without.err);
}
