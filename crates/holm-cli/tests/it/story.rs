//! The main job from end to end, through the binary.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::desk::{self, Desk, FOREIGN};

#[test]
fn a_leak_is_traced_to_the_copy_it_came_from() {
    let desk = Desk::with(6);
    desk.share();
    let leak = desk.read("plain/p4.md").to_uppercase().replace(['\u{2019}', '\''], "'");
    desk.write("leak.txt", leak.as_bytes());
    let traced = desk.run(&["trace", "leak.txt", "--json"]);
    assert_eq!(traced.code, 0, "{}", traced.err);
    let report = traced.json();
    assert_eq!(report["verdict"], "named");
    let named: Vec<&str> = report["copies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["named"] == true)
        .map(|c| c["person"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["p4"]);
    for field in ["item", "alpha", "coverage"] {
        assert!(!report[field].is_null(), "{field} is part of the contract");
    }
    for field in ["copy", "person", "p_value", "e_value", "adjusted_p", "named"] {
        assert!(!report["copies"][3][field].is_null(), "{field} is part of the contract");
    }
    assert!(
        report["marks"]["total"].as_u64() >= report["marks"]["read"].as_u64()
            && report["marks"]["by_layer"]["wording"]["read"].as_u64() > Some(5)
    );
}

#[test]
fn a_text_about_something_else_matches_nothing() {
    let desk = Desk::with(3);
    desk.share();
    desk.write("other.txt", FOREIGN.as_bytes());
    let traced = desk.run(&["trace", "other.txt", "--json"]);
    assert_eq!((traced.code, traced.json()["verdict"].as_str()), (3, Some("no-match")));
}

#[test]
fn items_that_share_a_phrase_do_not_share_a_leak() {
    let desk = Desk::with(6);
    desk.share();
    // Another item quotes two sentences of the brief.
    let quoted = desk::BRIEF.split("\n\n").find(|p| p.len() > 250).unwrap();
    let assessment = include_str!("../../../holm-simulate/corpus/en-assessment.md");
    desk.write("assessment.md", format!("{assessment}\n\n{quoted}\n").as_bytes());
    desk.run(&["share", "assessment.md", "--to", "all", "--plain", "others"]).ok();
    let leak = desk.read("plain/p4.md");
    desk.write("leak.txt", leak.as_bytes());
    let one = desk.run(&["trace", "leak.txt", "--json"]).ok().json();
    assert_eq!((one["item"].as_str(), one["candidates"].as_u64()), (Some("brief"), Some(1)));
    // A leak of both is of both.
    desk.write("both.txt", format!("{leak}\n\n{}", desk.read("others/p4.md")).as_bytes());
    let both = desk.run(&["trace", "both.txt", "--json"]).ok().json();
    let items: Vec<&str> = both.as_array().unwrap().iter().map(|r| r["item"].as_str().unwrap()).collect();
    assert_eq!(items.len(), 2, "{items:?}");
    // Once one's key is open, it proves nothing of that one, and still of the other.
    desk.run(&["item", "open", "brief", "--out", "brief.bundle"]).ok();
    desk.run(&["trace", "both.txt"]).fails_with(&["the key of `brief`", "a leak of `assessment` too: name the item"]);
    let other = desk.run(&["trace", "both.txt", "--item", "assessment", "--json"]).ok().json();
    assert_eq!((other["item"].as_str(), other["verdict"].as_str()), (Some("assessment"), Some("named")));
    desk.run(&["trace", "leak.txt"]).fails_with(&["the key of `brief`", "so it proves nothing"]);
}

#[test]
fn the_example_world_is_made_once_and_its_leaks_are_traced() {
    let desk = Desk::empty();
    let made = desk.run(&["demo", "world", "--no-desk"]).ok().out;
    assert!(made.contains("120 people enrolled"), "{made}");
    // Keys are drawn anew for each world: whether the mixed leak names both of those who pooled, one or neither is chance.
    let named: Vec<&str> = made.lines().filter_map(|l| l.trim().strip_prefix("copy ")?.split(", issued to").next()).collect();
    assert!(named.contains(&"h05.1") && named.iter().all(|copy| ["h05.1", "r02.1", "s04.1"].contains(copy)), "{named:?}");
    assert!(made.contains("NO MATCH") && made.contains("everything holds") && !made.contains("does NOT hold"), "{made}");
    let people = desk.run(&["person", "list", "--json", "--workspace", "world/workspace"]).ok().json();
    assert_eq!(people.as_array().unwrap().len(), 120);
    let requests = desk.run(&["onward", "list", "--json", "--workspace", "world/workspace"]).ok().json();
    let decisions: Vec<_> = requests.as_array().unwrap().iter().map(|r| r["decision"].as_str()).collect();
    assert_eq!(decisions, [Some("narrowed"), Some("refused"), None]);
    let again = desk.run(&["demo", "world", "--no-desk"]).ok().out;
    assert!(again.contains("opened as it was left") && !again.contains("enrolled"), "{again}");
    desk.write("file", b"x");
    desk.run(&["demo", "file", "--no-desk"]).fails_with(&["holds no finished world", "nothing was changed"]);
}

#[test]
fn one_paragraph_is_inconclusive_and_says_what_is_missing() {
    let desk = Desk::with(6);
    desk.share();
    let copy = desk.read("plain/p2.md");
    let paragraph = copy.split("\n\n").find(|p| p.len() > 250).unwrap();
    desk.write("leak.txt", paragraph.as_bytes());
    let traced = desk.run(&["trace", "leak.txt"]);
    assert_eq!(traced.code, 3);
    assert!(
        traced.out.contains("INCONCLUSIVE") && traced.out.contains("more marks, read rightly, would name a single source"),
        "{}",
        traced.out
    );
}

#[test]
fn further_looks_spend_less_and_never_name_more_than_alpha_allows() {
    let desk = Desk::with(4);
    desk.share();
    let adjusted = |n: usize| {
        let report = desk.run(&["trace", "plain/p1.md", "--json"]).json();
        assert_eq!(report["look"], n);
        report["copies"][0]["adjusted_p"].as_f64().unwrap()
    };
    let (first, second, third) = (adjusted(1), adjusted(2), adjusted(3));
    // The certificate's draws differ by evidence, so the ratios 6/2 and 12/6 hold up to its precision.
    assert!((second / first - 3.0).abs() < 1.0 && (third / second - 2.0).abs() < 0.7, "{first} {second} {third}");
}

#[test]
fn recipients_open_their_copies_and_their_receipts_are_verified() {
    let desk = Desk::with(3);
    desk.share();
    let opened = desk.run(&["open", "holm-out/brief/p2.md.age", "--identity", "k2", "--out", "mine"]).ok();
    assert!(opened.out.contains("copy p2.1 of brief, issued to p2"));
    assert_eq!(desk.read("mine/p2.md"), desk.read("plain/p2.md"));
    desk.run(&["receipt", "import", "mine/p2.md.receipt"]).ok();
    let again = desk.run(&["receipt", "import", "mine/p2.md.receipt"]);
    assert!(again.code == 1 && again.err.contains("already"), "{}", again.err);
    let forged = desk.read("mine/p2.md.receipt").replace("p2.1", "p3.1");
    desk.write("forged.receipt", forged.as_bytes());
    assert_eq!(desk.run(&["receipt", "import", "forged.receipt"]).code, 1);
    let item = desk.run(&["item", "show", "brief", "--json"]).json();
    let receipts: Vec<bool> = item["copies"].as_array().unwrap().iter().map(|c| !c["receipt"].is_null()).collect();
    assert_eq!(receipts, [false, true, false]);
    let stranger = desk.run(&["open", "holm-out/brief/p2.md.age", "--identity", "k3", "--out", "theirs"]);
    stranger.fails_with(&["does not open with this key"]);
}

#[test]
fn a_person_who_left_or_lost_the_device_gets_nothing_further() {
    let desk = Desk::with(4);
    desk.share();
    let left = desk.run(&["person", "leave", "p1", "--reason", "transferred"]).ok();
    assert!(left.out.contains("brief  copy p1.1"), "{}", left.out);
    let lost = desk.run(&["person", "device-lost", "p2"]).ok();
    assert!(lost.out.contains("brief  copy p2.1"), "{}", lost.out);
    desk.write("second.md", crate::desk::BRIEF.as_bytes());
    desk.run(&["share", "second.md", "--to", "p1"]).fails_with(&["`p1` has left"]);
    desk.run(&["share", "second.md", "--to", "p2"]).fails_with(&["`p2` has no key to seal to"]);
    // A new device gets a new copy of its own; the lost one cannot open it.
    desk.run(&["keygen", "--no-passphrase", "--out", "k2b"]).ok();
    desk.run(&["person", "update", "p2", "--add-device", "k2b.pub"]).ok();
    let again = desk.run(&["share", "brief.md", "--to", "p2", "--out", "again"]).ok();
    assert!(again.out.starts_with("1 copy issued"), "{}", again.out);
    desk.run(&["open", "again/p2+2.md.age", "--identity", "k2"]).fails_with(&["does not open"]);
    desk.run(&["open", "again/p2+2.md.age", "--identity", "k2b"]).ok();
}

#[test]
fn with_custodians_and_a_second_person_no_one_holds_a_key_alone() {
    let desk = Desk::with(5);
    for name in ["alfa", "bravo"] {
        desk.run(&["keygen", "--no-passphrase", "--out", name]).ok();
        desk.run(&["custodian", "add", name, "--key", &format!("{name}.pub")]).ok();
    }
    let args = ["share", "brief.md", "--to", "all", "--plain", "plain", "--second", "p5"];
    let waiting = desk.run(&args);
    assert_eq!(waiting.code, 3, "{}", waiting.err);
    assert!(!desk.path("holm-out/brief/p1.md.age").exists(), "nothing leaves before the second person contributed");
    desk.run(&["contribute", "holm-out/brief/brief.request", "--as", "p5", "--identity", "k4", "--out", "wrong"]).ok();
    let contributed = |file: &str| desk.run(&[&args[..], &["--contribution", file]].concat());
    contributed("wrong").fails_with(&["not signed by the key that `p5` has enrolled"]);
    desk.run(&["contribute", "holm-out/brief/brief.request", "--as", "p5", "--identity", "k5", "--out", "right"]).ok();
    // Somebody who came between request and release could have been named to fit a key that was peeked at.
    let line = desk.run(&["keygen", "--no-passphrase", "--out", "k7"]).ok().out;
    desk.write(
        "between.csv",
        format!("id,name,agency,unit,level,role,email,recipient\np7,Between,B,U1,1,x,x@x,{line}").as_bytes(),
    );
    desk.run(&["person", "import", "between.csv"]).ok();
    contributed("right").fails_with(&["`p7` came on the roster after the key"]);
    desk.run(&["person", "leave", "p7", "--reason", "test"]).ok();
    contributed("right").ok();
    desk.run(&["trace", "plain/p3.md"]).fails_with(&["needs 2 of its custodians (officer, alfa, bravo)"]);
    let traced = desk.run(&["trace", "plain/p3.md", "--custodian-key", "alfa", "--json"]).ok().json();
    assert_eq!(traced["look"], 1, "a look that could not open the key was not spent");
    assert_eq!(traced["holders"]["alone"], false);
    // Somebody enrolled later cannot be added under a key that two made.
    let line = desk.run(&["keygen", "--no-passphrase", "--out", "k6"]).ok().out;
    desk.write("late.csv", format!("id,name,agency,unit,level,role,email,recipient\np6,Late,B,U1,1,x,x@x,{line}").as_bytes());
    desk.run(&["person", "import", "late.csv"]).ok();
    desk.run(&["share", "brief.md", "--to", "p6", "--custodian-key", "bravo"]).fails_with(&["came on the roster after the key"]);
}

/// A change to a bundle or manifest that must not pass.
type Mutation = (&'static str, fn(&mut serde_json::Value));

/// An item that was traced twice and opened to verifiers; the report is that of the first look.
struct OpenedItem {
    desk: Desk,
    report: String,
    bundle: serde_json::Value,
}

impl OpenedItem {
    fn new() -> Self {
        let desk = Desk::with(5);
        desk.share();
        let report = desk.run(&["trace", "plain/p2.md", "--json"]).ok().out;
        desk.write("report.json", report.as_bytes());
        desk.run(&["trace", "plain/p3.md"]).ok();
        desk.run(&["item", "open", "brief", "--out", "bundle"]).ok();
        let bundle = serde_json::from_str(&desk.read("bundle")).unwrap();
        Self { desk, report, bundle }
    }

    fn check(&self, report: &str, bundle: &str) -> crate::desk::Ran {
        self.desk.run(&["verify-trace", report, "--bundle", bundle])
    }
}

fn is_disclosure(entry: &serde_json::Value) -> bool {
    let body = BASE64.decode(entry["body"].as_str().unwrap()).unwrap();
    String::from_utf8(body).unwrap().contains("\"disclosure\"")
}

#[test]
fn a_verdict_can_be_checked_from_its_bundle_and_the_key_is_spent_by_it() {
    let opened = OpenedItem::new();
    let good = opened.check("report.json", "bundle");
    assert_eq!(good.code, 0, "{}", good.out);
    // The bundle is the last thing that can be proved: the key is open.
    opened.desk.run(&["trace", "plain/p2.md", "--item", "brief"]).fails_with(&["was opened to a verifier"]);
    opened.desk.run(&["share", "brief.md", "--to", "p1"]).fails_with(&["was opened"]);
    for (from, to, why) in [
        ("\"named\": false", "\"named\": true", "DOES NOT HOLD"),
        ("\"candidates\": 1", "\"candidates\": 0", "were recorded; the report has"),
        ("\"look\": 1", "\"look\": 2", "DOES NOT HOLD"),
        ("\"named\": true", "\"named\": true, \"against\": [0]", "the marks say otherwise of copy p2.1"),
    ] {
        let other = opened.report.replacen(from, to, 1);
        assert_ne!(other, opened.report, "{from}");
        opened.desk.write("other.json", other.as_bytes());
        let checked = opened.check("other.json", "bundle");
        assert!(checked.code == 3 && checked.out.contains(why), "{to}: {}", checked.out);
    }
}

#[test]
fn a_copy_that_is_not_named_is_computed_again_too() {
    let opened = OpenedItem::new();
    let mut bundle = opened.bundle.clone();
    let copies = bundle["looks"][0]["report"]["copies"].as_array_mut().unwrap();
    for copy in copies.iter_mut().filter(|c| c["named"] == false) {
        let p = copy["p_value"].as_f64().unwrap();
        copy["p_value"] = if p < 0.5 { p * 2.0 } else { p / 2.0 }.into();
    }
    opened.desk.write("changed", bundle.to_string().as_bytes());
    let checked = opened.check("report.json", "changed");
    assert!(checked.code == 3 && checked.out.contains("has p ="), "{}", checked.out);
}

#[test]
fn a_bundle_of_any_shape_is_answered() {
    let opened = OpenedItem::new();
    let manifest = |b: &mut serde_json::Value, change: fn(&mut serde_json::Value)| {
        let bytes = BASE64.decode(b["manifest"].as_str().unwrap()).unwrap();
        let mut inner: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        change(&mut inner);
        b["manifest"] = BASE64.encode(inner.to_string()).into();
    };
    let shapes: [Mutation; 5] = [
        ("no draws", |m| m["test"]["draws"] = 0.into()),
        ("endless draws", |m| m["test"]["draws"] = u32::MAX.into()),
        ("a mark without alternatives", |m| m["marks"][0]["alternatives"] = serde_json::json!([])),
        ("a site outside the master", |m| m["marks"][0]["sites"][0]["range"]["end"] = 999_999.into()),
        ("a mark twice", |m| {
            let again = m["marks"][0].clone();
            m["marks"].as_array_mut().unwrap().push(again);
        }),
    ];
    for (what, change) in shapes {
        let mut changed = opened.bundle.clone();
        manifest(&mut changed, change);
        opened.desk.write("changed", changed.to_string().as_bytes());
        let checked = opened.check("report.json", "changed");
        assert!(checked.code == 3 && checked.out.contains("shape"), "{what}: {} {}", checked.out, checked.err);
    }
}

#[test]
fn every_change_to_a_bundle_is_noticed() {
    let opened = OpenedItem::new();
    let mutations: [Mutation; 10] = [
        ("another key", |b| b["material"]["originator"][0][3] = 7.into()),
        ("another master", |b| b["master"] = "QUJD".into()),
        ("a reading changed", |b| b["looks"][0]["extraction"]["extraction"]["readings"][0]["likelihood"][0] = 0.5.into()),
        ("a reading left out", |b| drop(b["looks"][0]["extraction"]["extraction"]["readings"].as_array_mut().unwrap().pop())),
        ("a likelihood too many", |b| {
            let row = &mut b["looks"][0]["extraction"]["extraction"]["readings"][0]["likelihood"];
            row.as_array_mut().unwrap().push(1.into());
        }),
        ("a disclosure left out", |b| {
            let entries = b["entries"].as_array_mut().unwrap();
            let last = entries.iter().rposition(is_disclosure);
            drop(entries.remove(last.unwrap()));
        }),
        ("a disclosure replaced by another", |b| {
            let entries = b["entries"].as_array_mut().unwrap();
            let issued: Vec<usize> = (0..entries.len()).filter(|i| is_disclosure(&entries[*i])).collect();
            entries[issued[2]] = entries[issued[3]].clone();
        }),
        ("the extraction of another look", |b| {
            let other = b["looks"][1].clone();
            b["looks"][0]["extraction"] = other["extraction"].clone();
            b["looks"][0]["evidence"] = other["evidence"].clone();
        }),
        ("an entry dropped", |b| drop(b["entries"].as_array_mut().unwrap().remove(2))),
        ("evidence changed", |b| b["looks"][0]["evidence"]["files"][0]["name"] = "x".into()),
    ];
    for (what, mutate) in mutations {
        let mut changed = opened.bundle.clone();
        mutate(&mut changed);
        opened.desk.write("changed", serde_json::to_string(&changed).unwrap().as_bytes());
        let checked = opened.check("report.json", "changed");
        assert!(matches!(checked.code, 1 | 3), "{what}: {} {}", checked.out, checked.err);
    }
}

#[test]
fn the_record_is_verified_from_its_bytes_and_shows_damage() {
    let desk = Desk::with(3);
    desk.share();
    let verified = desk.run(&["record", "verify"]).ok();
    assert!(verified.out.contains("everything holds"), "{}", verified.out);
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    let kinds: Vec<&str> = log.as_array().unwrap().iter().map(|e| e["entry"]["event"]["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "workspace-created",
            "person-added",
            "person-added",
            "person-added",
            "item-prepared",
            "item-released",
            "disclosure",
            "disclosure",
            "disclosure",
            "plain-written"
        ]
    );
    let objects = walk(&desk.path("holm-workspace/objects"));
    let mut bytes = std::fs::read(&objects[0]).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&objects[0], bytes).unwrap();
    let damaged = desk.run(&["record", "verify"]);
    assert!(damaged.code == 3 && damaged.out.contains("DOES NOT HOLD"), "{}", damaged.out);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|e| {
            let path = e.unwrap().path();
            if path.is_dir() { walk(&path) } else { vec![path] }
        })
        .collect();
    files.sort();
    files
}

#[test]
fn the_recovery_key_opens_what_the_officers_key_opens() {
    let desk = Desk::with(2);
    desk.share();
    std::fs::remove_file(desk.path("holm-workspace/officer.key")).unwrap();
    assert_eq!(desk.run(&["item", "list"]).code, 1);
    let recovered = desk.run(&["--officer-key", "recovery.key", "trace", "plain/p1.md"]);
    assert_eq!(recovered.code, 0, "{}{}", recovered.out, recovered.err);
}

#[test]
fn marks_are_reviewed_struck_approved_and_authored() {
    let desk = Desk::with(3);
    desk.run(&["marks", "brief.md", "--review", "review.toml"]).ok();
    let before = desk.run(&["marks", "brief.md", "--json"]).ok().json();
    let review = desk.read("review.toml").replacen("decision = \"keep\"", "decision = \"strike\"", 2);
    let unique =
        |w: &&str| w.len() > 8 && w.chars().all(|c| c.is_ascii_lowercase()) && crate::desk::BRIEF.matches(*w).count() == 1;
    let word = crate::desk::BRIEF.split_whitespace().find(unique).unwrap();
    let authored = format!("{review}\n[[author]]\nfind = \"{word}\"\nalternatives = [\"{word}\", \"grey paint\"]\nfact = true\n");
    desk.write("review.toml", authored.as_bytes());
    let after = desk.run(&["marks", "brief.md", "--marks", "review.toml", "--json"]).ok().json();
    let count = |v: &serde_json::Value| v["marks"].as_array().unwrap().len();
    assert_eq!((count(&after), after["struck"].as_u64()), (count(&before) - 2 + 1, Some(2)));
    desk.run(&["share", "brief.md", "--to", "all", "--marks", "review.toml", "--plain", "plain"]).ok();
    let copies: String = (1..=3).map(|i| desk.read(&format!("plain/p{i}.md"))).collect();
    assert!(copies.contains("grey paint") || copies.matches(word).count() == 3);
    let legal = desk.run(&["marks", "brief.md", "--legal", "--json"]).ok().json();
    assert_eq!(count(&legal), 0, "legal mode varies no word that was not authored");
}

/// Only for the higher ranks of one agency, with two persons' key.
const SCHEME: &str = r#"
scheme = "lantern"

[[level]]
name = "core"
portion = "L-C"
pass-on = "never"
agencies = ["Bureau"]
least-level = 3
conditions = { en = "Read it and say nothing.", es = "Lea y calle." }
"#;

#[test]
fn a_marking_stands_in_every_copy_and_holds_whoever_it_is_for() {
    let desk = Desk::with(5);
    desk.write("lantern.toml", SCHEME.as_bytes());
    desk.run(&["marking", "import", "lantern.toml"]).ok();
    let listed = desk.run(&["marking", "list", "--json"]).ok().json();
    let names: Vec<&str> = listed.as_array().unwrap().iter().map(|row| row["marking"].as_str().unwrap()).collect();
    assert!(["TLP:RED", "SIENA:H3", "ORCON", "LANTERN:CORE"].iter().all(|name| names.contains(name)), "{names:?}");
    // p1 to p5 have the levels 2 to 5 and 1.
    let share = ["share", "brief.md", "--marking", "lantern:core, tlp:red", "--plain", "plain", "--to"];
    desk.run(&[&share[..], &["all"]].concat()).fails_with(&["`LANTERN:CORE` does not allow `p1`", "rank level 2 is below 3"]);
    assert_eq!(desk.run(&["item", "list", "--json"]).ok().json().as_array().map(Vec::len), Some(0), "nothing was begun");
    desk.run(&[&share[..], &["p2"]].concat()).ok();
    // Further recipients are held to the recorded marking, which need not be said again.
    desk.run(&["share", "brief.md", "--plain", "plain", "--to", "p1"]).fails_with(&["`LANTERN:CORE` does not allow `p1`"]);
    desk.run(&["share", "brief.md", "--plain", "plain", "--to", "p3"]).ok();
    for copy in ["plain/p2.md", "plain/p3.md"] {
        let text = desk.read(copy);
        let (first, last) = (text.lines().next(), text.trim_end().lines().last());
        assert_eq!((first, last), (Some("TLP:RED//LANTERN:CORE"), Some("TLP:RED//LANTERN:CORE")));
        assert!(text.contains("# (TLP:R//L-C) "), "portions are marked");
    }
    let slip: serde_json::Value = serde_json::from_str(&desk.read("holm-out/brief/p3.md.holm")).unwrap();
    assert_eq!(slip["marking"], "TLP:RED//LANTERN:CORE");
    let conditions = slip["conditions"].as_str().unwrap();
    assert!(conditions.contains("for you alone") && conditions.ends_with("Read it and say nothing."), "{conditions}");
    // A leak without the banner is traced as any other.
    let leak = desk.read("plain/p3.md").replace("TLP:RED//LANTERN:CORE", "").replace("(TLP:R//L-C) ", "");
    desk.write("leak.txt", leak.as_bytes());
    assert_eq!(desk.run(&["trace", "leak.txt", "--json"]).ok().json()["verdict"], "named");
}

#[test]
fn a_review_holds_whatever_the_marking() {
    let desk = Desk::with(3);
    desk.run(&["marks", "brief.md", "--review", "review.toml"]).ok();
    let review = desk.read("review.toml").replacen("decision = \"undecided\"", "decision = \"strike\"", 3);
    desk.write("review.toml", review.as_bytes());
    let marks = |marking: &[&str]| desk.run(&[&["marks", "brief.md", "--marks", "review.toml", "--json"], marking].concat()).ok();
    let count = |ran: desk::Ran| ran.json()["marks"].as_array().map(Vec::len);
    assert_eq!(count(marks(&[])), count(marks(&["--marking", "TLP:AMBER"])));
}

#[test]
fn markings_that_cannot_hold_are_refused_before_anything_is_written() {
    let desk = Desk::with(2);
    let share = |marking: &str| desk.run(&["share", "brief.md", "--to", "all", "--marking", marking]);
    share("SECRET").fails_with(&["`SECRET`", "TLP:CLEAR", "holm marking import"]);
    share("TLP:RED//TLP:GREEN").fails_with(&["TLP:RED", "TLP:GREEN"]);
    share("H3").fails_with(&["SIENA:H3", "--conditions"]);
    let above = desk.read("brief.md") + "\n\n(TLP:R) The name of the source.\n";
    desk.write("brief.md", above.as_bytes());
    share("TLP:AMBER").fails_with(&["TLP:R", "TLP:AMBER"]);
    for (what, file) in [
        ("not toml", "scheme ="),
        ("Holm's own", &SCHEME.replace("lantern", "siena")),
        ("unknown field", &format!("{SCHEME}\nagency = \"Bureau\"\n")),
        ("bad name", &SCHEME.replace("core", "c\u{0}re")),
    ] {
        desk.write("bad.toml", file.as_bytes());
        let ran = desk.run(&["marking", "import", "bad.toml"]);
        assert_eq!(ran.code, 1, "{what}: {}{}", ran.out, ran.err);
    }
    assert!(!desk.path("holm-out").exists());
    let entries = desk.run(&["record", "log", "--json"]).ok().json();
    assert_eq!(entries.as_array().map(Vec::len), Some(3), "the workspace and two persons");
}

#[test]
fn a_recipient_asks_to_pass_on_and_the_answer_stands_in_the_record() {
    let desk = Desk::with(4);
    desk.run(&["share", "brief.md", "--to", "all", "--marking", "ORCON", "--plain", "plain"]).ok();
    desk.run(&["open", "holm-out/brief/p2.md.age", "--identity", "k2", "--out", "mine"]).ok();
    let ask = ["onward", "ask", "mine/p2.md", "--slip", "holm-out/brief/p2.md.holm", "--identity", "k2"];
    let asked = |more: &[&str]| desk.run(&[&ask[..], more].concat());
    let listed = asked(&[]).ok().out;
    assert!(listed.contains("   1  ORCON") && listed.contains("   2  (OC) "), "{listed}");
    let whom = ["--to", "Colonel Rey, Port Authority", "--purpose", "warrant for berth 4", "--by", "2026-12-24"];
    asked(&[&["--paragraph", "2", "--paragraph", "4"][..], &whom].concat()).ok();
    // Sealed: the words of the paragraphs do not travel in the open.
    let sealed = std::fs::read(desk.path("mine/p2.md.request")).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1"));
    desk.run(&["onward", "import", "mine/p2.md.request"]).ok();
    desk.run(&["onward", "import", "mine/p2.md.request"]).fails_with(&["in the record already"]);
    let rows = desk.run(&["onward", "list", "--json"]).ok().json();
    let number = rows[0]["number"].as_str().unwrap();
    assert_eq!((rows[0]["to"].as_str(), rows[0]["by"].as_str()), (Some("Colonel Rey, Port Authority"), Some("2026-12-24")));

    let answer = |reply: &[&str]| desk.run(&[&["onward", "answer", number][..], reply].concat());
    answer(&[]).fails_with(&["is not answered"]);
    answer(&["--narrow"]).fails_with(&["leaves out paragraphs or adds conditions"]);
    answer(&["--narrow", "--paragraph", "5"]).fails_with(&["paragraph 5 was not asked for"]);
    answer(&["--narrow", "--paragraph", "4", "--conditions", "by word of mouth"]).ok();
    answer(&["--grant"]).fails_with(&["is answered"]);
    let file = format!("holm-out/answers/brief-p2.1-{number}.answer");
    let told = std::fs::read(desk.path(&file)).unwrap();
    assert!(told.starts_with(b"age-encryption.org/v1"));
    std::fs::remove_file(desk.path(&file)).unwrap();
    answer(&[]).ok();
    let read = desk.run(&["onward", "read", &file, "--identity", "k2"]).ok().out;
    assert!(read.contains("narrowed to paragraphs 4: by word of mouth"), "{read}");
    desk.run(&["onward", "read", &file, "--identity", "k3"]).fails_with(&["does not open with this key"]);
    let other = ["onward", "read", &file, "--identity", "k2", "--log-key", "holm.invalid/x+0+A"];
    desk.run(&other).fails_with(&["another record"]);

    // A verdict on that copy says to whom it may have gone on.
    desk.write("leak.txt", desk.read("plain/p2.md").as_bytes());
    let report = desk.run(&["trace", "leak.txt", "--json"]).ok().json();
    let onward = &report["holders"]["passed_on"][0];
    assert_eq!((onward["copy"].as_str(), onward["paragraphs"][0].as_u64()), (Some("p2.1"), Some(4)));
    assert_eq!(desk.run(&["record", "verify"]).code, 0);
}

#[test]
fn requests_that_do_not_hold_are_refused_and_nothing_is_recorded() {
    let desk = Desk::with(3);
    desk.write("lantern.toml", SCHEME.replace("least-level = 3\n", "").as_bytes());
    desk.run(&["marking", "import", "lantern.toml"]).ok();
    desk.run(&["share", "brief.md", "--to", "p1", "--to", "p2", "--marking", "LANTERN:CORE", "--plain", "plain"]).ok();
    let slip = "holm-out/brief/p1.md.holm";
    let ask = |key: &str, more: &[&str]| {
        let to = ["onward", "ask", "plain/p1.md", "--slip", slip, "--identity", key, "--purpose", "x"];
        desk.run(&[&to[..], more].concat())
    };
    ask("k1", &["--whole", "--to", ""]).fails_with(&["whom it is for"]);
    ask("k1", &["--whole", "--to", &"a".repeat(501)]).fails_with(&["500"]);
    ask("k1", &["--paragraph", "999", "--to", "Rey"]).fails_with(&["no paragraph 999"]);
    // Signed by somebody else in p1's name.
    ask("k2", &["--whole", "--to", "Rey"]).ok();
    desk.run(&["onward", "import", "plain/p1.md.request"]).fails_with(&["not signed by a key that `p1` has enrolled"]);
    desk.write("not.request", b"age-encryption.org/v1\nnothing");
    desk.run(&["onward", "import", "not.request"]).fails_with(&["does not open"]);
    // A slip whose address for requests was exchanged does not hold.
    let mut changed: serde_json::Value = serde_json::from_str(&desk.read(slip)).unwrap();
    changed["reply_to"] = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".into();
    desk.write(slip, changed.to_string().as_bytes());
    desk.run(&["open", "holm-out/brief/p1.md.age", "--identity", "k1"]).fails_with(&["sealed to somebody else"]);
    let count = || desk.run(&["onward", "list", "--json"]).ok().json().as_array().map(Vec::len);
    assert_eq!(count(), Some(0));

    // What is never passed on can only be refused.
    desk.run(&["share", "brief.md", "--to", "p1", "--plain", "plain"]).ok();
    ask("k1", &["--whole", "--to", "Rey"]).ok();
    desk.run(&["onward", "import", "plain/p1.md.request"]).ok();
    let rows = desk.run(&["onward", "list", "--json"]).ok().json();
    let answer = |reply: &[&str]| desk.run(&[&["onward", "answer", rows[0]["number"].as_str().unwrap()][..], reply].concat());
    answer(&["--grant"]).fails_with(&["`LANTERN:CORE` is never passed on"]);
    answer(&["--narrow", "--conditions", "soon"]).fails_with(&["never passed on"]);
    answer(&["--refuse", ""]).fails_with(&["the reason"]);
    answer(&["--refuse", "It names a source."]).ok();
    desk.run(&["onward", "answer", "ffffffff", "--grant"]).fails_with(&["no request has the number"]);
    // Who left is told nothing further, an answer neither.
    ask("k1", &["--whole", "--to", "Sosa"]).ok();
    desk.run(&["person", "leave", "p1", "--reason", "transferred"]).ok();
    desk.run(&["onward", "import", "plain/p1.md.request"]).fails_with(&["p1", "left"]);
    answer(&[]).fails_with(&["p1", "left"]);
}

#[test]
fn a_text_in_which_nothing_varies_gives_no_bits() {
    let desk = Desk::empty();
    desk.write("short.txt", b"Rain.");
    let shown = desk.run(&["marks", "short.txt"]);
    let all = shown.out + &shown.err;
    assert!(all.contains("0 bits") && !all.contains("-0 bits"), "{all}");
}
