//! Every command for every role, by the real binary: whoever may not is told so and nothing is done.

use std::collections::BTreeSet;
use std::path::Path;

use holm::role::{Reach, UseCase};
use holm_record::event::member::Role;

use crate::desk::{Desk, Ran};

/// Who works as what: their ids, and their keys `k1` to `k6`.
const CAST: [Role; 6] = Role::ALL;
const CUSTODIAN: usize = 5;

/// Every command that opens a workspace, so that it does next to nothing even where it is allowed, and what it is for.
const COMMANDS: [(&[&str], UseCase); 104] = [
    (&["person", "import", "nothing.csv"], UseCase::KeepRoster),
    (&["person", "list"], UseCase::SeeRoster),
    (&["person", "show", "p7"], UseCase::SeeRoster),
    (&["person", "update", "nobody", "--unit", "X"], UseCase::KeepRoster),
    (&["person", "leave", "nobody", "--reason", "x"], UseCase::KeepRoster),
    (&["person", "device-lost", "nobody", "--reason", "x"], UseCase::KeepRoster),
    (&["custodian", "add", "c", "--key", "nothing.pub"], UseCase::KeepRecord),
    (&["custodian", "list"], UseCase::SeeRoster),
    (&["member", "set", "nobody", "--role", "analyst"], UseCase::KeepMembers),
    (&["member", "list"], UseCase::SeeRoster),
    (&["check", "add", "nobody", "--sort", "interview", "--on", "2026-01-01", "--result", "passed"], UseCase::KeepVetting),
    (&["check", "answer", "999", "--guideline", "F", "--mitigation", "x"], UseCase::KeepVetting),
    (&["check", "import", "nothing.csv"], UseCase::KeepVetting),
    (&["check", "list", "--person", "nobody"], UseCase::SeeVetting),
    (&["check", "due"], UseCase::SeeVetting),
    (&["check", "waive", "nobody", "--sort", "interview", "--until", "2026-01-01", "--reason", "x"], UseCase::KeepVetting),
    (&["check", "accuracy", "nothing.toml"], UseCase::KeepVetting),
    (&["check", "authority", "add", "nothing.toml"], UseCase::KeepVetting),
    (&["check", "authority", "list"], UseCase::SeeVetting),
    (&["check", "draw", "open", "--sort", "urinalysis", "--rates", "5", "--drawers", "p7", "nobody"], UseCase::KeepVetting),
    (&["check", "draw", "take", "nothing"], UseCase::KeepVetting),
    (&["check", "draw", "close", "999"], UseCase::KeepVetting),
    (&["check", "draw", "list"], UseCase::SeeVetting),
    (&["check", "draw", "show", "999"], UseCase::SeeVetting),
    (&["check", "draw", "coverage", "--sort", "urinalysis"], UseCase::SeeVetting),
    (&["check", "schedule", "nothing.toml"], UseCase::KeepVetting),
    (
        &["statement", "import", "nothing.csv", "--authority", "x", "--sort", "phone-review", "--owners", "nothing.csv"],
        UseCase::KeepVetting,
    ),
    (&["statement", "explain", "0", "--person", "p2", "--test", "calls-after", "--explanation", "x"], UseCase::KeepVetting),
    (&["statement", "review"], UseCase::SeeVetting),
    (&["plan", "team", "nothing.toml"], UseCase::SeeBeliefs),
    (&["plan", "share", "nothing.toml"], UseCase::SeeBeliefs),
    (&["plan", "experiment", "nothing.toml"], UseCase::SeeBeliefs),
    (&["experiment", "announce", "nothing.toml"], UseCase::SeeBeliefs),
    (&["experiment", "ask", "nothing", "--for", "reader", "--out", "nothing.outcomes"], UseCase::RecordHappenings),
    (&["experiment", "draw", "nothing", "--contribution", "nothing.seed"], UseCase::RecordHappenings),
    (&["experiment", "sheet", "nothing"], UseCase::RecordHappenings),
    (&["experiment", "tell", "nothing"], UseCase::RecordHappenings),
    (&["experiment", "share", "nothing", "nothing.md"], UseCase::Share),
    (&["experiment", "see", "nothing", "--note", "nothing.note"], UseCase::RecordHappenings),
    (&["experiment", "close", "nothing"], UseCase::RecordHappenings),
    (&["experiment", "abandon", "nothing", "--reason", "x"], UseCase::RecordHappenings),
    (&["experiment", "list"], UseCase::SeeHappenings),
    (&["experiment", "show", "nothing"], UseCase::SeeHappenings),
    (&["experiment", "results"], UseCase::SeeBeliefs),
    (&["programme", "sharing", "--partner", "nobody"], UseCase::SeeHappenings),
    (&["programme", "effect", "--measure", "2026-01-01"], UseCase::SeeBeliefs),
    (&["marking", "import", "nothing.toml"], UseCase::KeepRecord),
    (&["marking", "list"], UseCase::OwnDesk),
    (&["share", "nothing.md", "--to", "all"], UseCase::Share),
    (&["approval", "policy", "nothing.toml"], UseCase::KeepRecord),
    (&["approval", "ask", "unmask", "--incident", "nothing", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "ask", "release", "nothing", "--to", "all", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "ask", "accuse", "nothing", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "ask", "destroy", "--entry", "0", "--authority", "x", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "ask", "members", "nobody", "--none", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "ask", "authority", "nothing.toml", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "ask", "proceed", "nobody", "--incident", "nothing", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "ask", "except", "nobody", "--until", "2026-01-01", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "ask", "policy", "nothing.toml", "--reason", "x"], UseCase::AskApproval),
    (&["approval", "list"], UseCase::SeeApprovals),
    (&["approval", "import", "nothing"], UseCase::AskApproval),
    (&["approval", "use", "999"], UseCase::AskApproval),
    (&["item", "list"], UseCase::SeeItems),
    (&["item", "show", "p1-note"], UseCase::SeeItems),
    (&["item", "open", "nothing", "--out", "bundle"], UseCase::OpenKey),
    (&["receipt", "import", "nothing"], UseCase::TakeReceipts),
    (&["onward", "import", "nothing"], UseCase::Answer),
    (&["onward", "list"], UseCase::Answer),
    (&["onward", "answer", "999999", "--grant"], UseCase::Answer),
    (&["trace", "foreign.txt", "--item", "nothing"], UseCase::Trace),
    (&["tell", "--item", "nothing", "--to", "p7", "--at", "2026-01-01T00:00Z"], UseCase::RecordHappenings),
    (&["channel", "add", "radio", "--sort", "phone"], UseCase::RecordHappenings),
    (&["channel", "list"], UseCase::SeeHappenings),
    (&["target", "list"], UseCase::SeeHappenings),
    (&["operation", "close", "nothing", "--outcome", "clean"], UseCase::RecordHappenings),
    (&["operation", "import", "roster.csv"], UseCase::RecordHappenings),
    (&["operation", "list"], UseCase::SeeHappenings),
    (&["operation", "show", "nothing"], UseCase::SeeHappenings),
    (&["incident", "list"], UseCase::SeeHappenings),
    (&["incident", "show", "nothing"], UseCase::SeeHappenings),
    (&["suspects"], UseCase::SeeBeliefs),
    (&["approach", "officer", "nobody"], UseCase::KeepRecord),
    (&["approach", "card", "--out", "nothing.card"], UseCase::OwnDesk),
    (&["approach", "take", "nothing"], UseCase::TakeReceipts),
    (&["approach", "carry", "--out", "nothing.batch"], UseCase::KeepRecord),
    (&["dossier", "nothing", "--out", "nothing.pdf"], UseCase::SeeProceedings),
    (&["proceeding", "open", "nobody", "--incident", "nothing", "--grounds", "x"], UseCase::KeepProceedings),
    (&["proceeding", "step", "999", "notice", "--words", "x"], UseCase::KeepProceedings),
    (&["proceeding", "close", "999", "--outcome", "dropped", "--words", "x"], UseCase::KeepProceedings),
    (&["proceeding", "list"], UseCase::SeeProceedings),
    (&["damage", "nothing"], UseCase::SeeDamage),
    (&["correct", "nothing"], UseCase::Withdraw),
    (&["recall", "nothing", "--reason", "x"], UseCase::Withdraw),
    (&["warning", "send", "--to", "nobody", "--text", "x", "--reason", "x"], UseCase::Share),
    (&["warning", "list"], UseCase::SeeItems),
    (&["warning", "review", "nothing", "--as", "p7", "--identity", "nothing"], UseCase::AskApproval),
    (&["destroy", "--entry", "0", "--authority", "x", "--reason", "x"], UseCase::Destroy),
    (&["record", "log"], UseCase::SeeRecord),
    (&["record", "verify"], UseCase::SeeRecord),
    (&["record", "policy", "nothing"], UseCase::KeepRecord),
    (&["record", "checkpoint", "--status"], UseCase::KeepRecord),
    (&["record", "proof", "999"], UseCase::SeeRecord),
    (&["record", "export", "exported"], UseCase::SeeRecord),
    (&["recover"], UseCase::KeepRecord),
];

/// Commands that only add something, or only end: their like stands in the table, or their own test is named.
const ALIKE: [(&str, &str); 10] = [
    ("target add", "channel add"),
    ("operation add", "operation close"),
    ("incident add", "operation close"),
    ("backup", "recover"),
    ("approach batch", "approach carry"),
    ("epoch ask", "recover"),
    ("epoch open", "recover"),
    ("record import", "a_record_is_moved_by_a_custodian_only"),
    ("record withdraw", "what_is_recorded_is_asked_for_where_it_is_appended"),
    ("record keys", "public: what anybody is given"),
];

/// Commands that open no workspace, or are whoever's at their own desk.
const OWN: [&str; 28] = [
    "experiment contribute",
    "experiment note",
    "approach write",
    "approach read",
    "approach check",
    "check draw commit",
    "check draw reveal",
    "check worth",
    "init",
    "keygen",
    "marks",
    "contribute",
    "approve",
    "open",
    "onward ask",
    "onward read",
    "verify-trace",
    "record check",
    "restore",
    "epoch sign",
    "witness init",
    "witness trust",
    "witness serve",
    "witness cosign",
    "witness show",
    "simulate damage",
    "simulate world",
    "demo",
];

/// A workspace in which all six work, with an item of the originator's and one of the sharing officer's.
fn office() -> Desk {
    let desk = Desk::with(8);
    desk.run(&["member", "set", "p5", "--role", "custodian"]).ok();
    for (i, role) in (1..).zip(CAST) {
        if i != CUSTODIAN {
            by(&desk, CUSTODIAN, &["member", "set", &format!("p{i}"), "--role", role.name()]).ok();
        }
    }
    by(&desk, CUSTODIAN, &["member", "set", "officer", "--none"]).ok();
    by(&desk, 1, &["share", "brief.md", "--to", "all", "--name", "p1-note", "--plain", "plain"]).ok();
    desk.write("foreign.txt", crate::desk::FOREIGN.as_bytes());
    desk
}

fn by(desk: &Desk, who: usize, args: &[&str]) -> Ran {
    let key = format!("k{who}");
    desk.run(&[&["--own-key", &key], args].concat())
}

fn leaves(command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
    let subs: Vec<&clap::Command> = command.get_subcommands().collect();
    if subs.is_empty() {
        found.insert(path.to_owned());
    }
    for sub in subs {
        leaves(sub, format!("{path} {}", sub.get_name()).trim(), found);
    }
}

#[test]
fn every_command_is_in_the_table_or_says_why_not() {
    let mut all = BTreeSet::new();
    leaves(&holm_cli::command_tree(), "", &mut all);
    let starts = |name: &str| COMMANDS.iter().any(|(args, _)| args.join(" ").starts_with(name));
    let known = |name: &str| starts(name) || OWN.contains(&name) || ALIKE.iter().any(|(of, _)| *of == name) || name == "desk";
    let unknown: Vec<&String> = all.iter().filter(|name| !known(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let gone: Vec<_> = OWN.iter().copied().chain(ALIKE.iter().map(|(of, _)| *of)).filter(|name| !all.contains(*name)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn every_command_lets_through_the_roles_of_its_use_case_and_no_others() {
    let desk = office();
    let before = by(&desk, CUSTODIAN, &["record", "log", "--json"]).ok().json().as_array().unwrap().len();
    let mut wrong = Vec::new();
    for (args, case) in COMMANDS {
        for (who, role) in (1..).zip(CAST) {
            let ran = by(&desk, who, args);
            let refused = ran.err.contains("may not do this");
            let may = case.reach(role) > Reach::No;
            // Asking for what one could not carry out is refused too, by what would be done.
            let asks = case == UseCase::AskApproval && args[1] == "ask";
            if !(if may && !asks { !refused } else { may || refused }) {
                wrong.push(format!("{role} {args:?} ({case}): {} {}", ran.out, ran.err));
            } else if refused && !asks {
                ran.fails_with(&[&format!("(`{case}`)"), "it is for", "holm member set"]);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let after = by(&desk, CUSTODIAN, &["record", "log", "--json"]).ok().json();
    let kinds: Vec<&str> =
        after.as_array().unwrap()[before..].iter().map(|e| e["entry"]["event"]["kind"].as_str().unwrap()).collect();
    // A trace seals what it was given before it looks, whoever reads beliefs is recorded, and one channel is added.
    assert!(kinds.iter().all(|kind| ["read", "evidence-sealed", "channel-added"].contains(kind)), "{kinds:?}");
}

/// One way through, each by whoever it is for.
#[test]
fn an_office_of_six_shares_traces_weighs_and_inspects() {
    let desk = office();
    by(&desk, 2, &["share", "brief.md", "--to", "p7", "--name", "report"]).ok();
    // An originator's items are theirs in name, too, and nobody else's.
    by(&desk, 1, &["share", "brief.md", "--to", "p7", "--name", "report"]).fails_with(&["names theirs `p1-…`"]);
    by(&desk, 2, &["share", "brief.md", "--to", "p7", "--name", "p1-other"]).fails_with(&["names theirs `p1-…`"]);
    // What is another's is what does not exist.
    let hidden = by(&desk, 1, &["item", "show", "report"]);
    let nothing = by(&desk, 1, &["item", "show", "nothing"]);
    assert_eq!((hidden.code, hidden.err.replace("report", "nothing")), (nothing.code, nothing.err));
    assert_eq!(by(&desk, 1, &["item", "list", "--json"]).ok().json().as_array().unwrap().len(), 1);
    assert_eq!(by(&desk, 2, &["item", "list", "--json"]).ok().json().as_array().unwrap().len(), 2);
    let traced = by(&desk, CUSTODIAN, &["trace", "plain/p7.md", "--item", "p1-note", "--json"]).ok().json();
    assert_eq!(traced["verdict"], "named");
    by(&desk, 4, &["suspects", "--json"]).ok();
    let log = by(&desk, 6, &["record", "log", "--json"]).ok().json();
    let by_whom = |kind: &str| {
        let all = log.as_array().unwrap().iter().map(|e| &e["entry"]);
        all.filter(|e| e["event"]["kind"] == kind).map(|e| e["actor"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(by_whom("item-released"), ["p1".to_owned(), "p2".to_owned()].into());
    assert_eq!(by_whom("verdict-recorded"), ["p5".to_owned()].into());
    assert_eq!(by_whom("read"), ["p4".to_owned()].into());
    assert_eq!(by(&desk, 6, &["record", "verify", "--json"]).ok().json()["holds"], true);
    // Whoever made the workspace is nobody here any more; the recovery key still is.
    desk.run(&["item", "list"]).fails_with(&["this key is no member's"]);
    desk.run(&["--own-key", "recovery.key", "record", "verify"]).ok();
}

#[test]
fn what_is_recorded_is_asked_for_where_it_is_appended() {
    let desk = office();
    by(&desk, 1, &["recall", "p1-note", "--reason", "it is out"]).ok();
    let log = by(&desk, 6, &["record", "log", "--json"]).ok().json();
    let entry = log.as_array().unwrap().len() - 1;
    let withdraw = ["record", "withdraw", &entry.to_string(), "--reason", "a mistake"];
    for who in [4, 5, 6] {
        by(&desk, who, &withdraw).fails_with(&["may not do this (`withdraw`)"]);
    }
    // For whom the item does not exist, neither does the entry.
    let (one, none) = (by(&desk, 3, &withdraw), by(&desk, 3, &["record", "withdraw", "999", "--reason", "a mistake"]));
    assert_eq!(one.err.replace(&entry.to_string(), "999"), none.err);
    by(&desk, 1, &withdraw).ok();
}

#[test]
fn a_record_is_moved_by_a_custodian_only() {
    let desk = office();
    by(&desk, 6, &["record", "export", "exported", "--whole"]).ok();
    for who in [1, 2, 3, 4, 6] {
        by(&desk, who, &["record", "import", "exported"]).fails_with(&["may not do this (`keep-record`)"]);
    }
    by(&desk, CUSTODIAN, &["record", "import", "exported"]).ok();
}

/// Every output that a member can have is the same in a world with an item that they are not told of, and in one without.
#[test]
fn what_somebody_is_not_told_leaves_no_trace_in_what_commands_say() {
    let with = office();
    let without = Desk::empty();
    copied(with.root(), without.root());
    by(&with, 2, &["share", "brief.md", "--to", "all", "--name", "casino", "--plain", "secret"]).ok();
    by(&with, 2, &["recall", "casino", "--reason", "it is out"]).ok();
    by(&with, 2, &["channel", "add", "wire", "--sort", "phone"]).ok();
    by(&with, CUSTODIAN, &["trace", "secret/p7.md", "--item", "casino"]).ok();
    let more: [&[&str]; 12] = [
        &["item", "show", "casino"],
        &["item", "show", "nothing"],
        &["person", "show", "p2"],
        &["person", "show", "p1", "--json"],
        &["member", "list", "--table"],
        &["share", "brief.md", "--to", "all", "--name", "casino"],
        &["recall", "casino", "--reason", "x"],
        &["correct", "casino"],
        &["approval", "ask", "release", "casino", "--to", "all", "--reason", "x"],
        &["record", "withdraw", "70", "--reason", "x"],
        &["receipt", "import", "brief.md"],
        &["onward", "list", "--json"],
    ];
    for who in [1, 3] {
        for args in COMMANDS.iter().map(|(args, _)| *args).chain(more) {
            let (a, b) = (by(&with, who, args), by(&without, who, args));
            assert_eq!((a.code, &a.out, &a.err), (b.code, &b.out, &b.err), "p{who} {args:?}");
            assert!(args.contains(&"casino") || !(a.out + &a.err).contains("casino"), "p{who} {args:?}");
        }
    }
    assert!(by(&with, 6, &["item", "list"]).ok().out.contains("casino"), "whoever is told sees it");
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|e| e.unwrap().path()) {
        let place = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copied(&entry, &place);
        } else {
            std::fs::copy(&entry, &place).unwrap();
        }
    }
}

/// What the state of an item allows, as `docs/spec/roles.md` has it; `None`: nothing is refused.
const STATES: [(&str, [Option<&str>; 7]); 6] = [
    //            see, share further, recall, correct, trace, open the key, destroy
    (
        "absent",
        [
            Some("no item is named"),
            None,
            Some("no item is named"),
            Some("no item is named"),
            Some("is not the name of a released item"),
            Some("no item is named"),
            Some("no item is named"),
        ],
    ),
    (
        "waiting",
        [
            None,
            Some("needs approval by port"),
            Some("no item is named"),
            Some("no item is named"),
            Some("is not the name of a released item"),
            Some("no item is named"),
            Some("say what is to be destroyed"),
        ],
    ),
    ("released", [None, None, None, None, None, Some("has no verdict yet"), None]),
    (
        "recalled",
        [
            None,
            Some("was recalled and goes to nobody further"),
            Some("was recalled already"),
            None,
            None,
            Some("has no verdict yet"),
            None,
        ],
    ),
    ("opened", [None, Some("further copies could not be proved"), None, None, Some("it proves nothing"), None, None]),
    (
        "destroyed",
        [
            None,
            Some("was destroyed"),
            None,
            None,
            Some("leaks of it cannot be read any more"),
            Some("has no verdict yet"),
            Some("say what is to be destroyed"),
        ],
    ),
];
const DONE: [UseCase; 7] =
    [UseCase::SeeItems, UseCase::Share, UseCase::Withdraw, UseCase::Withdraw, UseCase::Trace, UseCase::OpenKey, UseCase::Destroy];
const WAITING: [&str; 8] = ["share", "brief.md", "--name", "waiting", "--marking", "saffron:only", "--second", "p7"];
const SCHEME: &str = "scheme = \"saffron\"\n[[level]]\nname = \"only\"\nportion = \"S-O\"\npass-on = \"consent\"\ntwo-persons = true\n\
    conditions = { en = \"x\", es = \"x\" }\n";
const POLICY: &str = "officer = \"p5\"\n[groups.port]\nneeded = 1\npersons = [\"p7\"]\n[acts]\nrelease = [\"port\"]\n";

/// An office with an item in each state.
fn office_of_states() -> Desk {
    let desk = office();
    let to = ["--to", "p7", "--to", "p8"];
    for name in ["released", "recalled", "opened", "destroyed"] {
        let out = format!("out-{name}");
        let plain = format!("plain-{name}");
        let share = [&["share", "brief.md", "--name", name, "--out", &out, "--plain", &plain][..], &to].concat();
        by(&desk, 2, &share).ok();
    }
    desk.write("scheme.toml", SCHEME.as_bytes());
    desk.write("policy.toml", POLICY.as_bytes());
    by(&desk, CUSTODIAN, &["marking", "import", "scheme.toml"]).ok();
    by(&desk, CUSTODIAN, &["approval", "policy", "policy.toml"]).ok();
    // The key is made by two, and what waits is the approval.
    assert_eq!(by(&desk, 2, &[&WAITING[..], &to].concat()).code, 3);
    let request = "holm-out/waiting/waiting.request";
    desk.run(&["contribute", request, "--as", "p7", "--identity", "k7", "--out", "half"]).ok();
    by(&desk, 2, &[&WAITING[..], &to, &["--contribution", "half"]].concat()).fails_with(&["needs approval by port"]);
    by(&desk, 2, &["recall", "recalled", "--reason", "it is out"]).ok();
    by(&desk, CUSTODIAN, &["trace", "plain-opened/p7.md", "--item", "opened", "--incident", "raid"]).ok();
    by(&desk, CUSTODIAN, &["item", "open", "opened", "--out", "bundle"]).ok();
    by(&desk, CUSTODIAN, &["destroy", "--item", "destroyed", "--authority", "Act 12", "--reason", "order"]).ok();
    desk
}

/// Each use-case, in each state of an item, by each role: a role that may meets the state, and one that may not is refused in the same
/// words whatever the state is.
#[test]
fn each_state_of_an_item_allows_what_was_reviewed_and_tells_nothing_to_whoever_may_not() {
    let desk = office_of_states();
    for (who, role) in (1..).zip(CAST) {
        for (step, case) in DONE.iter().enumerate() {
            let mut refusals = BTreeSet::new();
            for (state, expected) in &STATES {
                // What is done by one role would change what the next finds: each has the whole as it was.
                let one = Desk::empty();
                copied(desk.root(), one.root());
                let args: Vec<&str> = match step {
                    0 => vec!["item", "show", state],
                    1 if *state == "waiting" => [&WAITING[..], &["--to", "p7", "--contribution", "half"]].concat(),
                    1 => vec!["share", "brief.md", "--name", state, "--to", "p6", "--out", "more"],
                    2 => vec!["recall", state, "--reason", "x"],
                    3 => vec!["correct", state, "--text", "It was three."],
                    4 => vec!["trace", "plain-released/p8.md", "--item", state, "--incident", "other"],
                    5 => vec!["item", "open", state, "--out", "other-bundle"],
                    _ => vec!["destroy", "--item", state, "--authority", "x", "--reason", "x"],
                };
                let ran = by(&one, who, &args);
                if case.reach(role) == Reach::No {
                    ran.fails_with(&["may not do this"]);
                    refusals.insert(ran.err.replace(state, "ITEM"));
                    continue;
                }
                if role == Role::Originator {
                    // All of these are another's: none exists, and none can be named so.
                    let said = match step {
                        1 => "names theirs `p1-…`",
                        4 => "is not the name of a released item",
                        _ => "no item is named",
                    };
                    ran.fails_with(&[said]);
                    refusals.insert(ran.err.replace(state, "ITEM"));
                    continue;
                }
                match expected[step] {
                    None => assert!([0, 3].contains(&ran.code), "{role} {args:?}: {}", ran.err),
                    Some(said) => ran.fails_with(&[said]),
                }
            }
            assert!(refusals.len() <= 1, "{role} {case}: {refusals:?}");
        }
    }
}
