//! Disks that fail: writes cut short, no space, and synchronisation that fails, at many points of each command that records something.
//! Nothing that was answered for is lost, nothing is half-written, and the command can be repeated.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desk::{BRIEF, Desk, Ran, ran};
use crate::interrupted::soak;

/// Calls at which a disk begins to fail; all of them in a soak.
fn moments() -> Vec<u64> {
    if soak().is_some() { (1..400).collect() } else { vec![1, 2, 5, 13, 34, 89, 233] }
}

fn shim(folder: &Path) -> PathBuf {
    let (source, library) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/faults.c"), folder.join("faults.so"));
    let made = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl").status().unwrap();
    assert!(made.success());
    library
}

/// A folder with everything that the commands need, and what each of them is and comes to.
struct Scene {
    desk: Desk,
    shim: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let desk = Desk::with(3);
        desk.write("brief.md", BRIEF.as_bytes());
        desk.run(&["share", "brief.md", "--to", "all", "--out", "out"]).ok();
        desk.run(&["open", "out/p1.md.age", "--identity", "k1"]).ok();
        let keys = desk.run(&["record", "keys"]).ok().out;
        let keys: Vec<&str> = keys.lines().collect();
        let made = desk.run(&["witness", "init", "witness", "--name", "near.example/w", "--no-passphrase"]).ok().out;
        let near = made.lines().find(|line| line.starts_with("near.example/w+")).unwrap().to_owned();
        desk.run(&[&["witness", "trust", "witness"], &keys[..]].concat()).ok();
        let logs: String = keys.iter().map(|key| format!("log {key}\n")).collect();
        desk.write("policy", format!("{logs}witness near {near}\nquorum near\n").as_bytes());
        desk.run(&["record", "policy", "policy"]).ok();
        desk.run(&["record", "checkpoint", "--request", "ask", "--old", "0"]).ok();
        let shim = shim(desk.root());
        Self { desk, shim }
    }

    /// A copy of the folder in which a command runs on a disk that fails at its `at`-th call; whether it got so far.
    fn faulted(&self, kind: &str, at: u64, args: &[&str]) -> (Desk, Ran, bool) {
        let copy = Desk::empty();
        copy_folder(self.desk.root(), copy.root());
        let count = copy.path("count");
        let mut command = copy.command(args);
        command.env("LD_PRELOAD", &self.shim).env("HOLM_FAULT", kind).env("HOLM_FAULT_AT", at.to_string());
        let ran = ran(command.env("HOLM_FAULT_COUNT", &count).output().unwrap());
        // On a full disk not even the count is written; then it failed.
        let calls: u64 = fs::read_to_string(&count).ok().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
        (copy, ran, calls >= at)
    }

    /// One command on failing disks. `holds` looks at what it left, whether it said that it was done or not.
    fn of(&self, args: &[&str], holds: &dyn Fn(&Desk, bool, &str)) -> u64 {
        let mut failed = 0;
        for kind in ["fsync", "full", "short"] {
            for at in moments() {
                let (desk, ran, bit) = self.faulted(kind, at, args);
                let said = format!("{} {kind} {at}: {}{}", args.join(" "), ran.out, ran.err);
                assert!(ran.code == 0 || ran.code == 1, "{said}");
                assert!(!ran.err.contains("panicked"), "{said}");
                failed += u64::from(ran.code == 1);
                assert!(desk.run(&["record", "verify"]).ok().out.contains("everything holds"), "{said}");
                holds(&desk, ran.code == 0, &said);
                if !bit {
                    break;
                }
            }
        }
        failed
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy_folder(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

fn copies(desk: &Desk, item: &str) -> usize {
    let shown = desk.run(&["item", "show", item, "--json"]);
    if shown.code == 0 { shown.json()["copies"].as_array().unwrap().len() } else { 0 }
}

#[test]
fn a_disk_that_fails_loses_nothing_that_was_answered_for_and_leaves_nothing_half() {
    let scene = Scene::new();
    let share = ["share", "brief.md", "--name", "again", "--to", "all", "--out", "sent"];
    let failed = scene.of(&share, &|desk, done, said| {
        let sent = fs::read_dir(desk.path("sent")).map_or(0, Iterator::count);
        assert!(sent == 0 || copies(desk, "again") == 3, "{said}: nothing leaves unrecorded");
        assert!(!done || (copies(desk, "again") == 3 && sent > 0), "{said}");
        desk.run(&share).ok();
        assert_eq!(copies(desk, "again"), 3, "{said}");
    });
    assert!(failed > 8, "{failed}");

    let receipt = ["receipt", "import", "out/p1.md.receipt"];
    let signed = |desk: &Desk| {
        let shown = desk.run(&["item", "show", "brief", "--json"]).ok().json();
        shown["copies"].as_array().unwrap().iter().filter(|copy| !copy["receipt"].is_null()).count()
    };
    let failed = scene.of(&receipt, &|desk, done, said| {
        assert!(!done || signed(desk) == 1, "{said}");
        if signed(desk) == 0 {
            desk.run(&receipt).ok();
        }
        assert_eq!(signed(desk), 1, "{said}");
    });
    assert!(failed > 3, "{failed}");
}

#[test]
fn a_witness_on_a_failing_disk_answers_for_nothing_that_it_did_not_keep() {
    let scene = Scene::new();
    let newest = |desk: &Desk| -> u64 {
        let shown = desk.run(&["witness", "show", "witness", "--json"]).ok().json();
        shown["logs"][0]["newest"].as_str().map_or(0, |note| note.lines().nth(1).unwrap().parse().unwrap())
    };
    let size: u64 =
        scene.desk.read("ask").lines().skip_while(|l| !l.starts_with("holm.invalid")).nth(1).unwrap().parse().unwrap();
    let cosign = ["witness", "cosign", "witness", "ask", "--out", "answer"];
    let failed = scene.of(&cosign, &|desk, done, said| {
        let answered = desk.path("answer").exists();
        assert!(!done || answered, "{said}");
        if answered {
            assert_eq!((newest(desk), desk.read("answer").lines().count()), (size, 2), "{said}: what was answered is kept");
        } else {
            desk.run(&["record", "checkpoint", "--request", "ask", "--old", &newest(desk).to_string()]).ok();
            desk.run(&cosign).ok();
        }
    });
    assert!(failed > 3, "{failed}");

    scene.desk.run(&cosign).ok();
    let take = ["record", "checkpoint", "--take", "answer"];
    let witnessed = |desk: &Desk| desk.run(&["record", "verify", "--json"]).ok().json()["witnessed"].as_u64();
    let failed = scene.of(&take, &|desk, done, said| {
        assert!(!done || witnessed(desk) == Some(size), "{said}");
        if witnessed(desk) != Some(size) {
            desk.run(&take).ok();
        }
        assert_eq!(witnessed(desk), Some(size), "{said}");
    });
    assert!(failed > 2, "{failed}");
}
