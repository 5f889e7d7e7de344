//! The power fails: whatever has left has its entry, the record holds, and the command can be repeated.

use std::time::{Duration, Instant};

use crate::desk::Desk;

const FAILPOINTS: [&str; 5] = ["pending-written", "manifest-recorded", "copies-sealed", "disclosures-recorded", "slip-written"];

fn args<'a>(name: &'a str, out: &'a str) -> [&'a str; 8] {
    ["share", "brief.md", "--to", "all", "--name", name, "--out", out]
}

/// Sealed copies that lie in `out` although the record has no entry for them.
fn unrecorded(desk: &Desk, name: &str, out: &str) -> Vec<String> {
    let item = desk.run(&["item", "show", name, "--json"]);
    let recorded: Vec<String> = match item.code {
        0 => item.json()["copies"].as_array().unwrap().iter().map(|c| c["sealed"].as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    };
    let Ok(files) = std::fs::read_dir(desk.path(out)) else { return Vec::new() };
    let sealed = files.map(|f| f.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "age"));
    let hash = |bytes: &[u8]| holm_record::commitment::hex(&holm_record::commitment::sha256(bytes));
    sealed.map(|p| hash(&std::fs::read(p).unwrap())).filter(|h| !recorded.contains(h)).collect()
}

#[track_caller]
fn assert_whole(desk: &Desk, name: &str, out: &str, when: &str) {
    assert_eq!(unrecorded(desk, name, out), Vec::<String>::new(), "{when}");
    let verified = desk.run(&["record", "verify"]);
    assert_eq!(verified.code, 0, "{when}: {}{}", verified.out, verified.err);
}

#[test]
fn at_every_failpoint_nothing_unrecorded_has_left_and_the_share_resumes() {
    for point in FAILPOINTS {
        let desk = Desk::with(3);
        let died = desk.command(&args("brief", "out")).env("HOLM_FAILPOINT", point).output().unwrap();
        assert!(!died.status.success() && died.status.code() != Some(1), "{point} was never reached");
        assert_whole(&desk, "brief", "out", point);
        desk.run(&args("brief", "out")).ok();
        assert_whole(&desk, "brief", "out", point);
        assert_eq!(
            std::fs::read_dir(desk.path("out")).unwrap().count(),
            10,
            "{point}: three copies, slips and mails, and their list"
        );
        let log = desk.run(&["record", "log", "--json"]).ok().json();
        let prepared = log.as_array().unwrap().iter().filter(|e| e["entry"]["event"]["kind"] == "item-prepared").count();
        assert_eq!(prepared, 1, "{point}: the interrupted release was resumed with its own key");
    }
}

/// How often `make soak` has programs killed.
pub(crate) fn soak() -> Option<u64> {
    std::env::var("HOLM_SOAK").ok()?.parse().ok()
}

/// Kills in one workspace, after which another is begun: what each finds to verify stays small.
const KILLS: u64 = 200;

#[test]
fn kills_at_random_moments_lose_nothing() {
    let worlds = soak().map_or(1, |kills| kills.div_ceil(KILLS));
    // Both cores, where there are many.
    std::thread::scope(|scope| {
        for first in 0..worlds.min(2) {
            scope.spawn(move || (first..worlds).step_by(2).for_each(kills_in_a_world));
        }
    });
}

fn kills_in_a_world(world: u64) {
    let desk = Desk::with(4);
    // Short: most of its time goes into what is written, which is where a kill can do harm.
    let brief: String = crate::desk::BRIEF.chars().take(600).collect();
    desk.write("brief.md", brief.as_bytes());
    let args = |name: &str, out: &str| {
        [&args(name, out)[..], &["--accept-weak"]].concat().iter().map(|a| (*a).to_owned()).collect::<Vec<_>>()
    };
    let command = |name: &str, out: &str| desk.command(&args(name, out).iter().map(String::as_str).collect::<Vec<_>>());
    let start = Instant::now();
    assert!(command("warm-up", "out0").output().unwrap().status.success());
    let whole = start.elapsed();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * world + 1);
    let mut item = 1;
    let (mut killed, mut finished) = (0, 0);
    for kill in 0..KILLS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let (name, out) = (format!("item-{item}"), format!("out{item}"));
        let wait = Duration::from_micros(random % (whole.as_micros() as u64 * 11 / 10));
        let silent = std::process::Stdio::null;
        let mut child = command(&name, &out).stdout(silent()).stderr(silent()).spawn().unwrap();
        std::thread::sleep(wait);
        child.kill().unwrap();
        let done = child.wait().unwrap().success();
        if done {
            finished += 1
        } else {
            killed += 1
        }
        assert_whole(&desk, &name, &out, &format!("world {world}, kill {kill} after {wait:?}"));
        if done {
            item += 1;
        } else if kill % 5 == 4 {
            assert!(command(&name, &out).output().unwrap().status.success(), "world {world}, kill {kill}");
            assert_eq!(
                std::fs::read_dir(desk.path(&out)).unwrap().count(),
                13,
                "world {world}, kill {kill}: repeating the command completes it"
            );
            item += 1;
        }
    }
    assert!(killed > KILLS / 3, "{killed} of {KILLS} runs died in the middle, {finished} finished first");
    if worlds_are_many() {
        eprintln!("world {world}: {killed} killed, {finished} finished first");
    }
}

/// Of a receipt that was taken in when the program died, all is there or nothing, and taking it in again completes it.
#[test]
fn kills_while_receipts_are_taken_in_lose_nothing() {
    let worlds = soak().map_or(1, |kills| kills.div_ceil(KILLS));
    (0..worlds).for_each(kills_of_a_receipt);
}

fn kills_of_a_receipt(world: u64) {
    let desk = Desk::with(2);
    let brief: String = crate::desk::BRIEF.chars().take(600).collect();
    desk.write("brief.md", brief.as_bytes());
    let share =
        |name: &str| [&args(name, name)[..], &["--accept-weak"]].concat().iter().map(|a| (*a).to_owned()).collect::<Vec<_>>();
    let receipts = |name: &str| {
        desk.run(&["item", "show", name, "--json"]).ok().json()["copies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| !c["receipt"].is_null())
            .count()
    };
    let mut random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * world + 1);
    let (mut killed, mut item, mut whole) = (0, 0, Duration::from_millis(40));
    for kill in 0..KILLS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let name = format!("item-{item}");
        let file = format!("{name}/p1.md.receipt");
        if !desk.path(&file).exists() {
            desk.run(&share(&name).iter().map(String::as_str).collect::<Vec<_>>()).ok();
            desk.run(&["open", &format!("{name}/p1.md.age"), "--identity", "k1"]).ok();
        }
        let silent = std::process::Stdio::null;
        let mut child = desk.command(&["receipt", "import", &file]).stdout(silent()).stderr(silent()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random % (whole.as_micros() as u64 * 11 / 10)));
        child.kill().unwrap();
        let done = child.wait().unwrap().success();
        killed += u64::from(!done);
        let there = receipts(&name);
        assert!(there <= 1 && (!done || there == 1), "world {world}, kill {kill}: {there} receipts after it answered {done}");
        assert_eq!(desk.run(&["record", "verify"]).code, 0, "world {world}, kill {kill}");
        if kill % 4 == 3 {
            let start = Instant::now();
            let again = desk.run(&["receipt", "import", &file]);
            assert!(again.code == 0 || there == 1, "world {world}, kill {kill}: {}", again.err);
            whole = start.elapsed();
            assert_eq!(receipts(&name), 1, "world {world}, kill {kill}: taking it in again completes it");
            item += 1;
        }
    }
    assert!(killed > KILLS / 4, "{killed} of {KILLS} died in the middle");
}

fn worlds_are_many() -> bool {
    soak().is_some_and(|kills| kills > KILLS)
}
