//! Backups, and what is put back from one: it signs nothing until it was compared with what outsiders hold.

use std::fs;

use crate::desk::{BRIEF, Desk, Ran};

/// A desk with an item shared with two people.
fn shared() -> Desk {
    let desk = Desk::with(2);
    desk.write("brief.md", BRIEF.as_bytes());
    desk.run(&["share", "brief.md", "--to", "all", "--out", "out"]).ok();
    desk
}

impl Desk {
    /// Runs a command in the workspace that was put back.
    fn back(&self, args: &[&str]) -> Ran {
        self.run(&[&["--workspace", "back"], args].concat())
    }

    /// As on a machine that never signed anything.
    fn elsewhere(&self, args: &[&str]) -> Ran {
        let mut command = self.command(&[&["--workspace", "back"], args].concat());
        crate::desk::ran(command.env("HOLM_STATE", self.path("elsewhere")).output().unwrap())
    }
}

const ADD: [&str; 5] = ["channel", "add", "net", "--sort", "phone"];

#[test]
fn a_backup_put_back_signs_on_once_it_is_shown_to_be_the_newest() {
    let desk = shared();
    let first = desk.run(&["backup", "disk", "--json"]).ok().json();
    assert!(first["objects"].as_u64().unwrap() > 3 && first["objects"] == first["new"], "{first}");
    desk.run(&["open", "out/p1.md.age", "--identity", "k1"]).ok();
    desk.run(&["receipt", "import", "out/p1.md.receipt"]).ok();
    let second = desk.run(&["backup", "disk", "--json"]).ok().json();
    assert!(second["entries"].as_u64() > first["entries"].as_u64() && second["new"] == 0, "{second}");
    assert!(!fs::read_to_string(desk.path("disk/record.json")).unwrap().contains("Person 1"));

    let head = |ran: Ran| ran.ok().json().as_array().unwrap().len();
    desk.back(&["restore", "disk"]).ok();
    assert_eq!(head(desk.back(&["record", "log", "--json"])), head(desk.run(&["record", "log", "--json"])));
    desk.back(&["record", "verify"]).ok();
    desk.back(&ADD).fails_with(&["signs nothing until `holm recover`"]);
    desk.back(&["share", "brief.md", "--name", "again", "--to", "p1", "--out", "no"])
        .fails_with(&["signs nothing until `holm recover`"]);
    assert!(!desk.path("no/p1.md.age").exists(), "nothing left unrecorded");

    // Elsewhere nobody knows how far it went, until a recipient's slip says so.
    desk.elsewhere(&["recover"]).fails_with(&["nothing outside says how far the record went"]);
    let said = desk.elsewhere(&["recover", "--against", "out/p2.md.holm"]).ok().out;
    assert!(said.contains("p2.md.holm holds a checkpoint of") && said.contains("1 entries came after"), "{said}");
    desk.elsewhere(&ADD).ok();
    let log = desk.elsewhere(&["record", "log"]).ok().out;
    assert!(log.contains("recovered") && log.contains("p2.md.holm"), "{log}");
    desk.elsewhere(&["recover"]).fails_with(&["signs as usual"]);
    // The machine that made the backup knows that somebody signed on elsewhere only from a witness; its own state goes on as it was.
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn an_older_backup_is_not_signed_on_where_anybody_holds_more() {
    let desk = shared();
    desk.run(&["backup", "disk"]).ok();
    desk.run(&ADD).ok();
    desk.run(&["record", "proof", "0", "--out", "later.tlog-proof"]).ok();
    desk.back(&["restore", "disk"]).ok();
    desk.back(&["recover"]).fails_with(&["this machine", "an older state was put back", "newer backup"]);
    desk.elsewhere(&["recover", "--against", "later.tlog-proof"])
        .fails_with(&["later.tlog-proof", "an older state was put back"]);
    desk.elsewhere(&ADD).fails_with(&["signs nothing until"]);
    // What is older agrees, and what is newer decides.
    desk.elsewhere(&["recover", "--against", "out/p1.md.holm", "--against", "later.tlog-proof"])
        .fails_with(&["later.tlog-proof"]);
}

/// The newest backup is older than what a recipient holds: two persons let the record go on under another name.
#[test]
fn what_is_lost_ends_an_epoch_and_two_persons_open_the_next() {
    let desk = shared();
    desk.run(&["backup", "disk"]).ok();
    desk.run(&ADD).ok();
    desk.run(&["record", "proof", "0", "--out", "later.tlog-proof"]).ok();
    desk.back(&["restore", "disk"]).ok();
    let old = desk.back(&["record", "keys"]).ok().out;
    let ask = |reason: &str, out: &str| {
        desk.elsewhere(&["epoch", "ask", "--against", "later.tlog-proof", "--reason", reason, "--out", out])
    };
    desk.elsewhere(&["epoch", "ask", "--reason", "x", "--out", "none"]).fails_with(&["nothing outside says how far"]);
    desk.elsewhere(&["epoch", "ask", "--against", "out/p1.md.holm", "--reason", "x", "--out", "none"])
        .fails_with(&["sign on with `holm recover`"]);
    ask("two\nlines", "none").fails_with(&["one line of 1 to 500"]);
    desk.run(&["epoch", "ask", "--reason", "x", "--out", "none"]).fails_with(&["nothing to recover"]);
    assert!(!desk.path("none").exists());
    let text = ask("the disk burned", "request").ok().out;
    assert!(text.contains("held by later.tlog-proof") && text.contains("reason the disk burned"), "{text}");

    let open = |signed: &str| desk.elsewhere(&["epoch", "open", "--signed", signed]);
    desk.run(&["epoch", "sign", "request", "--as", "p2", "--identity", "k1", "--out", "forged"]).ok();
    open("forged").fails_with(&["`p2` did not sign this request"]);
    desk.run(&["epoch", "sign", "brief.md", "--as", "p1", "--identity", "k1", "--out", "no"])
        .fails_with(&["not a request for a new epoch"]);
    desk.run(&["epoch", "sign", "request", "--as", "p1", "--identity", "k1", "--out", "signed"]).ok();
    desk.write("changed", desk.read("signed").replace("the disk burned", "all is well").as_bytes());
    open("changed").fails_with(&["`p1` did not sign this request"]);
    desk.elsewhere(&ADD).fails_with(&["signs nothing until"]);
    // Whoever asks anew makes other keys: what was signed is of the earlier request.
    ask("the disk burned", "request-2").ok();
    open("signed").fails_with(&["`p1` did not sign this request"]);
    desk.run(&["epoch", "sign", "request-2", "--as", "p1", "--identity", "k1", "--out", "signed-2"]).ok();
    assert!(open("signed-2").ok().out.contains("the record goes on as holm.invalid/"));

    let new = desk.elsewhere(&["record", "keys"]).ok().out;
    assert!(new.lines().zip(old.lines()).all(|(new, old)| new != old) && new.lines().count() == 2, "{new}");
    desk.elsewhere(&ADD).ok();
    desk.elsewhere(&["record", "verify"]).ok();
    let log = desk.elsewhere(&["record", "log", "--json"]).ok().json();
    let opened = log.as_array().unwrap().iter().map(|e| &e["entry"]["event"]).find(|e| e["kind"] == "epoch-opened").unwrap();
    assert!(opened["old"]["origin"] == old.split('+').next().unwrap() && opened["signed"][0]["person"] == "p1", "{opened}");
    assert_eq!(opened["lost"].as_array().unwrap().len(), 1);
    // Slips of the old epoch hold under its keys; what came after its end is said to be lost.
    desk.elsewhere(&["record", "verify", "--against", "out/p1.md.holm"]).ok();
    assert!(desk.elsewhere(&["record", "verify", "--against", "later.tlog-proof"]).says_no().contains("later.tlog-proof"));
    // A receipt for a copy of the old epoch still comes in, and its leak is still traced.
    desk.run(&["open", "out/p1.md.age", "--identity", "k1"]).ok();
    desk.elsewhere(&["receipt", "import", "out/p1.md.receipt"]).ok();
    desk.elsewhere(&["trace", "out/p1.md", "--incident", "raid"]).ok();
    desk.elsewhere(&["item", "open", "brief", "--out", "bundle"]).ok();
    assert!(!desk.path("back/record.db").exists(), "nobody goes on with the old file");
    // It goes on as any other: shared, opened, backed up, and moved.
    desk.elsewhere(&["share", "brief.md", "--name", "after", "--to", "p1", "--out", "out2"]).ok();
    desk.run(&["open", "out2/p1.md.age", "--identity", "k1"]).ok();
    desk.elsewhere(&["backup", "disk-2"]).ok();
    desk.run(&["--workspace", "third", "restore", "disk-2"]).ok();
    desk.run(&["--workspace", "third", "record", "verify"]).ok();
    desk.elsewhere(&["epoch", "open", "--signed", "signed-2"]).fails_with(&["nothing to recover"]);
}

/// Where a policy of approvals stands, a new epoch needs those whom another policy would.
#[test]
fn a_policy_of_approvals_says_who_signs_for_an_epoch() {
    let desk = Desk::with(3);
    let policy = "[groups.a]\nneeded = 1\npersons = [\"p1\"]\n[groups.b]\nneeded = 1\npersons = [\"p2\"]\n";
    desk.write("policy", policy.as_bytes());
    desk.run(&["approval", "policy", "policy"]).ok();
    desk.run(&["backup", "disk"]).ok();
    desk.run(&ADD).ok();
    desk.back(&["restore", "disk"]).ok();
    // This machine noted a head that is newer.
    desk.back(&["epoch", "ask", "--reason", "the disk burned", "--out", "request"]).ok();
    for i in 1..=3 {
        let (person, key, note) = (format!("p{i}"), format!("k{i}"), format!("s{i}"));
        desk.run(&["epoch", "sign", "request", "--as", &person, "--identity", &key, "--out", &note]).ok();
    }
    desk.back(&["epoch", "open", "--signed", "s1"]).fails_with(&["needs 1 more of b"]);
    desk.back(&["epoch", "open", "--signed", "s1", "--signed", "s1"]).fails_with(&["needs 1 more of b"]);
    desk.back(&["epoch", "open", "--signed", "s1", "--signed", "s3"]).fails_with(&["`p3` did not sign"]);
    desk.back(&["epoch", "open", "--signed", "s1", "--signed", "s2"]).ok();
    desk.back(&ADD).ok();
    desk.back(&["record", "verify"]).ok();
}

#[test]
fn a_machine_that_can_note_no_head_says_so_and_goes_on() {
    let desk = shared();
    desk.write("no-folder", b"");
    let mut command = desk.command(&["channel", "add", "net", "--sort", "phone"]);
    let ran = crate::desk::ran(command.env("HOLM_STATE", desk.path("no-folder")).output().unwrap()).ok();
    assert!(ran.err.contains("warning: an older state that is put back would not be noticed here"), "{}", ran.err);
}

#[test]
fn what_was_destroyed_is_in_no_backup_that_was_brought_up_to_date() {
    let desk = shared();
    let leak = desk.read("brief.md");
    desk.write("leak.md", leak.as_bytes());
    desk.run(&["trace", "leak.md", "--incident", "raid"]).says_no();
    desk.run(&["tell", "--item", "brief", "--to", "p1", "--at", "2026-11-01T00:00Z", "--words", "nightjar"]).ok();
    desk.run(&["backup", "disk"]).ok();
    let kept = || fs::read_dir(desk.path("disk/objects")).unwrap().count();
    let before = kept();
    let told = desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().len() - 1;
    let what = ["--incident", "raid", "--entry", &told.to_string(), "--authority", "Act 12", "--reason", "the retention ended"];
    let done = desk.run(&[&["destroy"], &what[..]].concat()).ok().out;
    assert!(done.contains("1 body, 3 sealed files"), "{done}");
    desk.run(&["backup", "disk"]).ok();
    assert_eq!(kept(), before - 3);
    desk.back(&["restore", "disk"]).ok();
    let verified = desk.back(&["record", "verify"]).ok().out;
    assert!(verified.contains("everything holds"), "{verified}");
    assert!(!desk.back(&["record", "log", "--json"]).ok().out.contains("nightjar"));
    // And nothing that stands on it is made up: the look is there, what it rested on is not.
    desk.run(&["item", "open", "brief", "--out", "bundle"]).fails_with(&["was destroyed; the record says when"]);
    desk.run(&["destroy", "--incident", "raid", "--authority", "Act 12", "--reason", "again"])
        .fails_with(&["say what is to be destroyed"]);
}

#[test]
fn a_backup_that_is_not_whole_is_not_put_back() {
    let desk = shared();
    desk.run(&["backup", "holm-workspace/in"]).fails_with(&["lies within the workspace"]);
    desk.run(&["backup", "disk"]).ok();
    desk.run(&["restore", "disk"]).fails_with(&["already holds a workspace"]);
    desk.back(&["restore", "nowhere"]).fails_with(&["is not a whole backup"]);
    let object = fs::read_dir(desk.path("disk/objects")).unwrap().next().unwrap().unwrap().path();
    for (path, what) in [
        (desk.path("disk/secrets.age"), "`secrets.age` is not the file that was backed up"),
        (desk.path("disk/record.json"), "`record.json` is not the file that was backed up"),
        (desk.path("disk/workspace.json"), "`workspace.json` is not the file that was backed up"),
        (object, "is not the file that was backed up"),
    ] {
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        fs::write(&path, changed).unwrap();
        desk.back(&["restore", "disk"]).fails_with(&[what]);
        fs::remove_file(&path).unwrap();
        assert_eq!(desk.back(&["restore", "disk"]).code, 1);
        assert!(!desk.path("back/workspace.json").exists());
        fs::write(&path, whole).unwrap();
    }
    let manifest = desk.read("disk/backup.json");
    desk.write("disk/backup.json", manifest.replace("secrets.age", "../secrets.age").as_bytes());
    desk.back(&["restore", "disk"]).fails_with(&["it names `../secrets.age`"]);
    desk.write("disk/backup.json", manifest.as_bytes());
    desk.back(&["restore", "disk"]).ok();
    // A try that was cut short before the description was written is taken up again.
    fs::remove_file(desk.path("back/workspace.json")).unwrap();
    desk.back(&["restore", "disk"]).ok();
    desk.back(&["record", "verify"]).ok();
}

/// Whoever holds a device that was lost opens no epoch with it.
#[test]
fn a_lost_device_signs_for_no_epoch() {
    let desk = Desk::with(2);
    desk.run(&["person", "device-lost", "p1", "--reason", "stolen"]).ok();
    desk.run(&["backup", "disk"]).ok();
    desk.run(&ADD).ok();
    desk.back(&["restore", "disk"]).ok();
    desk.back(&["epoch", "ask", "--reason", "the disk burned", "--out", "request"]).ok();
    for i in [1, 2] {
        let (person, key, note) = (format!("p{i}"), format!("k{i}"), format!("s{i}"));
        desk.run(&["epoch", "sign", "request", "--as", &person, "--identity", &key, "--out", &note]).ok();
    }
    desk.back(&["epoch", "open", "--signed", "s1"]).fails_with(&["`p1` did not sign this request"]);
    desk.back(&["epoch", "open", "--signed", "s2"]).ok();
}
