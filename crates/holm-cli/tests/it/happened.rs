//! Who knew, what happened, what is believed of it: operations, tellings, incidents, damage and corrections through the binary.

use serde_json::Value;

use crate::desk::Desk;

const HEADER: &str = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n";

/// Thirty raids of the past: `p2` knew of all ten that were betrayed and of two others, everybody else of some.
fn past() -> String {
    let line = |i: usize| {
        let (month, day, hour) = (i / 5 + 1, (i % 5) * 5 + 1, i % 12);
        let betrayed = i.is_multiple_of(3);
        let others = format!("p{};p{}", [1, 3, 4, 5, 6][i % 5], [1, 3, 4, 5, 6][(i + 1 + i / 5 % 4) % 5]);
        let told = if betrayed || i == 1 || i == 2 { format!("p2;{others}") } else { others };
        let outcome = if betrayed { "confirmed" } else { "clean" };
        format!("raid-{i},raid,2025-{month:02}-{day:02}T{hour:02}:00-06:00,,,,,{told},{outcome},,,\n")
    };
    (0..30).map(line).fold(HEADER.to_owned(), |all, line| all + &line)
}

fn likeliest(beliefs: &Value) -> (&str, f64) {
    let first = &beliefs["people"][0];
    (first["person"].as_str().unwrap(), first["probability"].as_f64().unwrap())
}

#[test]
fn whoever_knew_of_every_betrayed_operation_is_a_lead_with_reasons_and_the_report_can_be_computed_again() {
    let desk = Desk::with(6);
    desk.write("past.csv", past().as_bytes());
    assert!(desk.run(&["operation", "import", "past.csv"]).ok().out.contains("30 operations recorded, 30 of them over"));
    let beliefs = desk.run(&["suspects", "--json"]).ok().json();
    let (person, probability) = likeliest(&beliefs);
    assert!(person == "p2" && probability > 0.8, "{person} {probability}");
    assert_eq!(beliefs["people"].as_array().unwrap().len(), 6);
    let first = &beliefs["people"][0];
    assert!(first["for"].as_array().unwrap().len() == 5 && first["for"][0]["nats"].as_f64() > Some(0.5), "{first}");
    assert_eq!((first["known"].as_u64(), first["betrayed"].as_u64()), (Some(12), Some(10)));
    let band = &first["band"];
    assert!(
        band["lowest"].as_f64() <= first["probability"].as_f64() && first["probability"].as_f64() <= band["highest"].as_f64()
    );
    for field in ["entries", "checkpoint", "model", "seed", "rank_r"] {
        assert!(!beliefs["provenance"][field].is_null(), "{field} is part of the contract");
    }
    // The same record, version and seed: the same report but for when it was asked for.
    let mut again = desk.run(&["suspects", "--json"]).ok().json();
    again["provenance"]["at"] = beliefs["provenance"]["at"].clone();
    assert_eq!(again, beliefs);
    let text = desk.run(&["suspects"]).ok().out;
    assert!(text.contains("leads, not proof") && text.contains("72 of 72 exposures were entered late"), "{text}");
    let reasons = desk.run(&["suspects", "--person", "p2"]).ok().out;
    assert!(reasons.contains("are innocent") && reasons.contains("times likelier if they leak"), "{reasons}");
    // As of before anything was recorded, there is nothing to judge by.
    desk.run(&["suspects", "--at", "2025-01-01T00:00Z"]).fails_with(&["roster is empty"]);
    desk.run(&["suspects", "--person", "p99"]).fails_with(&["`p99` is not on the roster"]);
}

#[test]
fn nothing_of_a_file_with_wrong_lines_is_recorded_and_each_is_named() {
    let desk = Desk::with(3);
    let size = |desk: &Desk| desk.run(&["record", "verify", "--json"]).ok().json()["entries"].as_u64();
    let before = size(&desk);
    desk.write(
        "bad.csv",
        format!("{HEADER}a,raid,2025-01-01T05:00,,,,,p1,clean,,,\nb,raid,2025-01-01T05:00Z,,,,,p9,clean,,,\n").as_bytes(),
    );
    desk.run(&["operation", "import", "bad.csv"]).fails_with(&[
        "2 of 2",
        "line 2: `2025-01-01T05:00` does not say",
        "line 3: `p9`",
    ]);
    desk.run(&["operation", "import", "bad.csv", "--zone", "Atlantis"]).fails_with(&["`Atlantis` is no time zone"]);
    desk.run(&["operation", "import", "bad.csv", "--zone", "America/Mexico_City"]).fails_with(&["1 of 2", "line 3: `p9`"]);
    desk.write("not.csv", b"\xff\xfe");
    desk.run(&["operation", "import", "not.csv"]).fails_with(&["not UTF-8"]);
    desk.run(&["suspects"]).fails_with(&["nothing to judge by yet"]);
    assert_eq!(size(&desk), before);
}

#[test]
fn an_operation_is_told_of_betrayed_and_its_damage_named() {
    let desk = Desk::with(6);
    desk.run(&["channel", "add", "net-3", "--sort", "radio-net", "--unit", "U1"]).ok();
    desk.run(&["channel", "add", "net-3", "--sort", "phone"]).fails_with(&["`net-3` is recorded already"]);
    desk.run(&["channel", "add", "n", "--sort", "phone", "--unit", "Mars"]).fails_with(&["`Mars`"]);
    desk.run(&["target", "add", "cartel-a"]).ok();
    let add =
        ["operation", "add", "dawn", "--sort", "raid", "--at", "2099-03-01T05:00-06:00", "--target", "cartel-a", "--unit", "U1"];
    desk.run(&[&add[..], &["--told", "p1", "--endangers", "source 17"]].concat()).ok();
    desk.run(&add).fails_with(&["operation `dawn`: `dawn` is recorded already"]);
    assert_eq!(desk.run(&["operation", "add", "x", "--sort", "raid", "--at", "tomorrow"]).code, 2);
    desk.run(&["tell", "--operation", "dawn", "--to", "p2", "--to", "p3", "--channel", "net-3"]).ok();
    desk.run(&["tell", "--operation", "dawn", "--to", "p2", "--at", "2098-01-01T00:00Z"]).fails_with(&["still to come"]);
    desk.run(&["tell", "--operation", "dusk", "--to", "p2"]).fails_with(&["no operation is named `dusk`"]);
    desk.run(&["tell", "--to", "p2"]).fails_with(&["say what was told"]);
    let incident = ["incident", "add", "talk", "--sort", "informant-report", "--certainty", "suspected", "--operation", "dawn"];
    let swapped = ["--from", "2026-02-02T00:00Z", "--to", "2026-02-01T00:00Z"];
    desk.run(&[&incident[..], &swapped].concat()).fails_with(&["contradictory"]);
    desk.run(&[&incident[..], &["--grade", "B2"]].concat()).ok();
    let damage = desk.run(&["damage", "talk", "--json"]).ok().json();
    assert_eq!(damage["warn_first"][0], "source 17");
    let warn: Vec<&str> = damage["live"][0]["warn"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    assert_eq!(warn, ["p1", "p2", "p3"]);
    let of_person = desk.run(&["damage", "p2"]).ok().out;
    assert!(of_person.contains("could have exposed") && of_person.contains("dawn on 2099"), "{of_person}");
    desk.run(&["damage", "nobody"]).fails_with(&["neither an incident nor a person"]);
    let shown = desk.run(&["operation", "show", "dawn", "--json"]).ok().json();
    assert_eq!(shown["known"].as_array().unwrap().len(), 3);
    assert_eq!(shown["incidents"][0], "talk");
    // A mistake is withdrawn, and both stay.
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    let told = log.as_array().unwrap().iter().find(|e| e["entry"]["event"]["kind"] == "told").unwrap()["index"].to_string();
    desk.run(&["record", "withdraw", &told, "--reason", "it was p4"]).ok();
    desk.run(&["record", "withdraw", &told, "--reason", "again"]).fails_with(&["still counts"]);
    assert_eq!(desk.run(&["operation", "show", "dawn", "--json"]).ok().json()["known"].as_array().unwrap().len(), 1);
    desk.run(&["operation", "close", "dawn", "--outcome", "clean"]).fails_with(&["still to come"]);
    assert!(desk.run(&["record", "verify"]).ok().out.contains("everything holds"));
}

#[test]
fn a_recovered_copy_speaks_of_its_holder_and_not_of_the_others() {
    let desk = Desk::with(6);
    desk.share();
    desk.write("leak.txt", desk.read("plain/p4.md").as_bytes());
    desk.run(&["trace", "leak.txt", "--incident", "found"]).ok();
    let beliefs = desk.run(&["suspects", "--json"]).ok().json();
    let (person, probability) = likeliest(&beliefs);
    // It may have been stolen or photographed, so a copy alone is not near certainty.
    assert!(person == "p4" && (0.1..0.7).contains(&probability), "{person} {probability}");
    let others: Vec<f64> =
        beliefs["people"].as_array().unwrap().iter().skip(1).map(|p| p["probability"].as_f64().unwrap()).collect();
    assert!(others.iter().all(|p| *p < 0.06), "{others:?}");
    assert!(beliefs["review"].as_array().unwrap().is_empty());
    // What else is known of it can be said under its name.
    desk.run(&["incident", "add", "found", "--sort", "copy-recovered", "--certainty", "confirmed", "--item", "brief"]).ok();
    assert_eq!(desk.run(&["incident", "show", "found", "--json"]).ok().json()["evidence"], 1);
    let damage = desk.run(&["damage", "found", "--json"]).ok().json();
    assert_eq!(damage["items"][0]["item"], "brief");
}

#[test]
fn a_leak_that_names_nobody_speaks_of_all_who_held_the_item_and_a_version_told_of_those_who_were_told_it() {
    let desk = Desk::with(6);
    desk.share();
    let incident = ["incident", "add", "heard", "--sort", "intercept", "--certainty", "confirmed", "--item", "brief"];
    desk.run(&[&incident[..], &["--variant", "north"]].concat()).fails_with(&["versions that were told: none"]);
    desk.run(&["tell", "--item", "brief", "--to", "p1", "--variant", "north"]).ok();
    desk.run(&["tell", "--item", "brief", "--to", "p2", "--variant", "south"]).ok();
    desk.run(&[&incident[..], &["--variant", "east"]].concat()).fails_with(&["versions that were told: north, south"]);
    desk.run(&incident).ok();
    let beliefs = desk.run(&["suspects", "--json"]).ok().json();
    let of = |name: &str| {
        let people = beliefs["people"].as_array().unwrap();
        people.iter().find(|p| p["person"] == name).unwrap()["probability"].as_f64().unwrap()
    };
    let all: Vec<f64> = (1..=6).map(|i| of(&format!("p{i}"))).collect();
    let (least, most) = (all.iter().copied().fold(1.0, f64::min), all.iter().copied().fold(0.0, f64::max));
    assert!(least > 0.03 && most - least < 0.05, "{all:?}");
    let alike: usize = beliefs["alike"].as_array().unwrap().iter().map(|g| g["people"].as_array().unwrap().len()).sum();
    assert_eq!(alike, 6, "nothing tells them apart within their units: {}", beliefs["alike"]);
}

#[test]
fn holders_are_told_what_is_true_and_a_burned_item_goes_to_nobody_further() {
    let desk = Desk::with(4);
    desk.run(&["share", "brief.md", "--to", "p1", "--to", "p2"]).ok();
    desk.run(&["tell", "--item", "brief", "--to", "p3"]).ok();
    desk.run(&["correct", "nothing", "--text", "x"]).fails_with(&["no item is named `nothing`"]);
    desk.run(&["correct", "brief", "--text", " "]).fails_with(&["say what is true"]);
    let sent = desk.run(&["correct", "brief", "--text", "There are three drums, not two.", "--out", "out", "--json"]).ok().json();
    assert_eq!(sent["correction"], "brief-correction-1");
    assert_eq!((sent["to"].as_array().unwrap().len(), &sent["told_orally"][0]), (2, &Value::from("p3")));
    // The same once more is the same correction; its files are written again.
    let size = || desk.run(&["record", "verify", "--json"]).ok().json()["entries"].as_u64();
    let before = size();
    let again =
        desk.run(&["correct", "brief", "--text", "There are three drums, not two.", "--out", "again", "--json"]).ok().json();
    assert_eq!((&again["correction"], size()), (&Value::from("brief-correction-1"), before));
    assert_eq!(std::fs::read(desk.path("again/p2.txt.age")).unwrap(), std::fs::read(desk.path("out/p2.txt.age")).unwrap());
    let other = desk.run(&["correct", "brief", "--text", "Four.", "--out", "other", "--json"]).ok().json();
    assert_eq!(other["correction"], "brief-correction-2");
    desk.run(&["open", "out/p1.txt.age", "--identity", "k1", "--out", "mine"]).ok();
    assert!(desk.read("mine/p1.txt").contains("There are three drums, not two."));
    desk.run(&["receipt", "import", "mine/p1.txt.receipt"]).ok();
    let readings = desk.run(&["correct", "brief", "--json"]).ok().json();
    assert_eq!((&readings[0]["read"][0][0], &readings[0]["unread"][0]), (&Value::from("p1"), &Value::from("p2")));
    desk.run(&["recall", "brief", "--reason", "it is out"]).ok();
    desk.run(&["recall", "brief", "--reason", "again"]).fails_with(&["was recalled already"]);
    desk.run(&["share", "brief.md", "--to", "p4"]).fails_with(&["was recalled", "it is out"]);
}

#[test]
fn a_public_case_and_its_twin_are_worlds_of_their_own() {
    let desk = Desk::empty();
    let listed = desk.run(&["demo", "--history", "list"]).ok().out;
    assert_eq!(listed.matches("source: ").count(), 6, "{listed}");
    let case = desk.run(&["demo", "case", "--history", "lunches", "--no-desk"]).ok().out;
    assert!(case.contains("source: US Senate") && case.contains("innocent at most): u0p1"), "{case}");
    let twin = desk.run(&["demo", "twin", "--history", "lunches", "--twin", "--no-desk"]).ok().out;
    assert!(twin.contains("here nobody knows when it leaked") && twin.contains("nobody can be referred"), "{twin}");
    assert!(twin.contains("nothing recorded tells u0p1, u0p2, u0p3 apart"), "{twin}");
    let wrong = desk.run(&["demo", "other", "--history", "dinners", "--no-desk"]);
    assert!(
        wrong.code == 2 && wrong.err.contains("`dinners` is not one of the cases") && wrong.err.contains("lunches"),
        "{}",
        wrong.err
    );
    assert_eq!(desk.run(&["demo", "other", "--twin", "--no-desk"]).code, 2);
}

#[test]
fn an_invented_programme_is_taken_in_as_ones_own_and_its_truth_stays_apart() {
    let desk = Desk::empty();
    desk.run(&["init", "--no-passphrase", "--recovery", "recovery.key"]).ok();
    let written = desk.run(&["simulate", "world", "invented", "--operations", "60", "--seed", "7"]).ok().out;
    let commands: Vec<Vec<&str>> =
        written.lines().filter_map(|l| l.trim().strip_prefix("holm ")).map(|l| l.split(' ').collect()).collect();
    assert_eq!(commands.last().unwrap(), &["suspects"]);
    for command in &commands[..commands.len() - 1] {
        desk.run(command).ok();
    }
    assert_eq!(desk.run(&["operation", "list", "--json"]).ok().json().as_array().unwrap().len(), 60);
    assert_eq!(desk.run(&["channel", "list", "--json"]).ok().json().as_array().unwrap().len(), 10);
    let truth: Value = serde_json::from_str(&desk.read("invented/truth.json")).unwrap();
    assert_eq!(truth["leakers"].as_array().unwrap().len(), 6);
    let told = desk.read("invented/roster.csv") + &desk.read("invented/operations.csv");
    assert!(!told.contains("leak"), "what is recorded does not say who leaks");
    let again = ["simulate", "world", "again", "--operations", "60", "--seed", "7"];
    desk.run(&again).ok();
    assert_eq!(desk.read("again/truth.json"), desk.read("invented/truth.json"));
    desk.run(&again).fails_with(&["`again` exists", "nothing was written"]);
    assert_eq!(desk.run(&["simulate", "world", "none", "--operations", "0"]).code, 2);
}

#[test]
fn statements_of_an_invented_programme_hold_what_leakers_left_and_do_not_say_so() {
    let desk = Desk::empty();
    let world = ["simulate", "world", "invented", "--kind", "units", "--operations", "400", "--people", "60", "--seed", "7"];
    desk.run(&[&world[..], &["--statements"]].concat()).ok();
    let files = ["phones.csv", "numbers.csv", "targets.csv", "accounts.csv", "owners.csv", "incomes.csv"];
    let [phones, _, _, accounts, ..] = files.map(|name| desk.read(&format!("invented/{name}")));
    let truth: Value = serde_json::from_str(&desk.read("invented/truth.json")).unwrap();
    let leakers = truth["traces"]["leakers"].as_array().unwrap();
    assert_eq!(leakers.len(), 5);
    let mut left = [0, 0];
    for leaker in leakers {
        let [calls, deposits] = ["calls", "deposits"].map(|what| leaker[what].as_array().unwrap());
        for call in calls {
            let line = ["at", "own", "other"].map(|field| call[field].as_str().unwrap()).join(",") + ",out,";
            assert!(phones.contains(&line), "{line}");
        }
        for deposit in deposits {
            let line =
                ["at", "account", "amount"].map(|field| deposit[field].as_str().unwrap()).join(",") + ",USD,,cash,cash deposit,";
            assert!(accounts.contains(&line), "{line}");
        }
        assert!(leaker["manner"] != "careful" || calls.is_empty() && deposits.is_empty());
        left = [left[0] + calls.len(), left[1] + deposits.len()];
    }
    assert!(left.iter().all(|count| *count > 0), "{left:?}");
    assert!(!(phones + &accounts).contains("leak"), "what is handed over does not say who leaks");
    let without = [&["simulate", "world", "without"], &world[3..]].concat();
    desk.run(&without).ok();
    assert!(!desk.path("without/phones.csv").exists());
    assert_eq!(desk.read("without/operations.csv"), desk.read("invented/operations.csv"));
}

#[test]
fn whoever_is_written_in_once_it_is_known_what_leaked_is_not_acted_on_and_the_record_is_looked_at_first() {
    let desk = Desk::with(6);
    // Entries within three days are in time unless the outcome is known.
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1);
    let line = |i: usize| format!("raid-{i},raid,{at},,,,,p{};p{},,,,\n", 1 + i % 3, 4 + i % 2);
    desk.write("plans.csv", (0..24).map(line).fold(HEADER.to_owned(), |all, line| all + &line).as_bytes());
    desk.run(&["operation", "import", "plans.csv"]).ok();
    for i in 0..24 {
        let (name, leaked) = (format!("raid-{i}"), i % 4 == 0);
        desk.run(&["operation", "close", &name, "--outcome", if leaked { "confirmed" } else { "clean" }]).ok();
        if leaked {
            desk.run(&["tell", "--operation", &name, "--to", "p6", "--at", &at.to_string()]).ok();
        }
    }
    let beliefs = desk.run(&["suspects", "--json"]).ok().json();
    assert_eq!(beliefs["review"][0], "p6", "{}", beliefs["people"][0]);
    assert!(beliefs["people"][0]["missing"].as_array().unwrap().contains(&"alarm".into()), "{}", beliefs["people"][0]);
    assert_eq!(beliefs["alarms"][0]["sign"], "late");
    let text = desk.run(&["suspects"]).ok().out;
    assert!(text.contains("not p6: ") && text.contains("the record has signs that they may be framed"), "{text}");
    assert!(text.contains("look at the record first: of what leaked, entries that name p6"), "{text}");
}
