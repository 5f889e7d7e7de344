//! The programme: sharing with each partner, and before and after a measure.

use crate::desk::Desk;

/// Six people of three partners: Army (p1, p2), Navy (p3, p4), and the units Harbour and Town (p5, p6), who are of no agency.
fn partners() -> Desk {
    let desk = Desk::with(6);
    let roster = desk.read("roster.csv");
    let of = |line: &str| {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        let (agency, unit) = match fields[0].as_str() {
            "p1" | "p2" => ("Army", "Signals"),
            "p3" | "p4" => ("Navy", "Fleet"),
            "p5" => ("", "Harbour"),
            "p6" => ("", "Town"),
            _ => return line.to_owned(),
        };
        (fields[2], fields[3]) = (agency.to_owned(), unit.to_owned());
        fields.join(",")
    };
    let roster: Vec<String> = roster.lines().map(of).collect();
    desk.write("roster.csv", (roster.join("\n") + "\n").as_bytes());
    desk.run(&["person", "import", "roster.csv"]).ok();
    desk
}

#[test]
fn sharing_with_each_partner_is_counted_both_ways_from_copies_receipts_and_traces() {
    let desk = partners();
    let all = ["--to", "p1", "--to", "p2", "--to", "p3", "--to", "p5"];
    let share = |name: &str, to: &[&str]| {
        let (out, plain) = (format!("out-{name}"), format!("plain-{name}"));
        desk.run(&[&["share", "brief.md", "--name", name, "--out", &out, "--plain", &plain], to].concat()).ok();
    };
    share("pier", &all);
    share("quay", &["--to", "p1", "--to", "p3"]);
    share("yard", &["--to", "p1", "--to", "p6"]);
    // One opens a copy, and the receipt comes back.
    desk.run(&["open", "out-pier/p1.md.age", "--identity", "k1", "--out", "opened"]).ok();
    desk.run(&["receipt", "import", "opened/p1.md.receipt"]).ok();
    // A copy of the Army's turns up; an operation that the quay's item tells of is betrayed; the yard's item is recalled.
    assert_eq!(desk.run(&["trace", "plain-pier/p2.md", "--item", "pier", "--json"]).ok().json()["verdict"], "named");
    let soon = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(1)).unwrap().to_string();
    desk.run(&["operation", "add", "raid-1", "--sort", "raid", "--at", &soon, "--item", "quay"]).ok();
    desk.run(&["operation", "close", "raid-1", "--outcome", "confirmed"]).ok();
    desk.run(&["recall", "yard", "--reason", "it is out of date"]).ok();
    let found = desk.run(&["programme", "sharing", "--json"]).ok().json();
    let partners = found["partners"].as_array().unwrap();
    let names: Vec<&str> = partners.iter().map(|of| of["partner"].as_str().unwrap()).collect();
    assert_eq!(names, ["Army", "Harbour", "Navy", "Town"]);
    let total = |of: usize| partners[of]["total"].clone();
    let figures = |of: usize, keys: &[&str]| keys.iter().map(|key| total(of)[*key].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(figures(0, &["items", "copies", "received", "receipts"]), [3, 4, 1, 1]);
    assert_eq!(figures(0, &["kept", "broken", "alone", "recalled", "proved"]), [1, 2, 0, 1, 1]);
    assert_eq!(figures(2, &["items", "kept", "broken", "proved"]), [2, 0, 2, 0]);
    assert_eq!(figures(3, &["items", "kept", "broken", "recalled"]), [1, 1, 0, 1]);
    let broken: Vec<&str> = partners[0]["broken"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap()).collect();
    assert_eq!(broken, ["pier", "quay"]);
    // What goes to them: nothing is proved to them before they can check it.
    let sent = || desk.run(&["programme", "sharing", "--partner", "Army", "--for-partner", "--json"]).ok();
    assert_eq!(sent().json()["total"]["proved"], 0);
    assert!(sent().err.contains("look at it before it is sent"), "{}", sent().err);
    desk.run(&["item", "open", "pier", "--out", "bundle"]).ok();
    let sent = sent();
    assert_eq!((&sent.json()["total"]["proved"], &sent.json()["total"]["shared"]), (&1.into(), &2.into()));
    let entries = desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().len();
    assert_eq!(sent.json()["entries"], entries);
    let text = desk.run(&["programme", "sharing", "--partner", "Army", "--for-partner"]).ok().out;
    assert!(
        text.contains("kept 1, broken 2 (shared with others 2)") && text.contains(&format!("from {entries} entries, tree ")),
        "{text}"
    );
    // A hash may spell anything.
    let told: String = text.split(' ').filter(|word| !word.ends_with("=,")).collect::<Vec<_>>().join(" ");
    for hidden in ["pier", "quay", "yard", "Navy", "p1", "p3", "raid"] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
    let said = desk.run(&["programme", "sharing"]).ok().out;
    assert!(said.contains("not that it leaked through anybody") && said.contains("broken: item quay"), "{said}");
    // Nothing was read that must be recorded.
    assert_eq!(desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().len(), entries);
}

#[test]
fn what_cannot_be_shared_out_is_said_in_one_line() {
    let desk = partners();
    let sharing = |args: &[&str]| desk.run(&[&["programme", "sharing"], args].concat());
    sharing(&["--partner", "Airforce"]).fails_with(&["called `Airforce`; partners are `Army`, `Harbour`, `Navy`, `Town`"]);
    sharing(&["--since", "2026-03-02", "--until", "2026-03-01"]).fails_with(&["begins on 2026-03-02 and ends on 2026-03-01"]);
    assert_eq!(sharing(&["--since", "yesterday"]).code, 2);
    assert_eq!(sharing(&["--for-partner"]).code, 2, "whose is not said");
    assert!(sharing(&["--partner", "Town"]).ok().out.contains("nothing is recorded of sharing with them"));
}

/// Sixty raids, a day and a half apart, until 1 April 2025 half of them betrayed, then one in ten.
fn measured() -> Desk {
    let desk = partners();
    let mut operations = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned();
    let first: jiff::Timestamp = "2025-02-15T10:00:00Z".parse().unwrap();
    for n in 0..60_i64 {
        let at = first + jiff::SignedDuration::from_hours(36 * n);
        let end = at + jiff::SignedDuration::from_hours(20);
        let betrayed = if n < 30 { n % 2 == 0 } else { n % 10 == 0 };
        let (told, outcome) = if betrayed { ("p2", "confirmed") } else { ("p3", "clean") };
        operations += &format!("op-{n},raid,{end},,,,,{told}@{at};p4@{at},{outcome},,,\n");
    }
    desk.write("operations.csv", operations.as_bytes());
    desk.run(&["operation", "import", "operations.csv"]).ok();
    desk
}

const MEASURE: [&str; 7] = ["programme", "effect", "--measure", "2025-04-01", "--name", "vetting round", "--json"];

#[test]
fn before_and_after_are_compared_and_the_measure_is_given_no_credit() {
    let desk = measured();
    let found = desk.run(&MEASURE).ok().json();
    let side =
        |side: &str| (found[side]["operations"]["hits"].as_u64().unwrap(), found[side]["operations"]["of"].as_u64().unwrap());
    assert_eq!((side("before"), side("after")), ((15, 30), (3, 30)));
    assert!((found["change"]["value"].as_f64().unwrap() + 0.4).abs() < 1e-9 && found["change"]["high"].as_f64().unwrap() < 0.0);
    let why: Vec<&str> = found["caveats"].as_array().unwrap().iter().map(|of| of["why"].as_str().unwrap()).collect();
    assert!(why.contains(&"late") && why.contains(&"model") && why.last() == Some(&"cause"), "{why:?}");
    assert!(found["believed"]["units"].as_array().unwrap().len() >= 4, "{found}");
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    assert_eq!(log.as_array().unwrap().last().unwrap()["entry"]["event"]["kind"], "read", "reading is an entry first");
    let again = desk.run(&MEASURE).ok().json();
    assert_eq!((&again["believed"], &again["entries"]), (&found["believed"], &found["entries"]));
    let said = desk.run(&MEASURE[..6]).ok().out;
    for words in [
        "fell: from 50 of 100 to 10 of 100",
        "that the measure did it does not follow",
        "what cannot be concluded:",
        "belief, not proof",
        "before and after vetting round of 2025-04-01",
    ] {
        assert!(said.contains(words), "`{words}` is not in {said}");
    }
    assert!(!said.contains("effect of"), "{said}");
}

#[test]
fn what_cannot_be_compared_is_said_in_one_line() {
    let desk = measured();
    let effect = |args: &[&str]| desk.run(&[&["programme", "effect"], args].concat());
    effect(&["--measure", "2999-01-01"]).fails_with(&["2999-01-01, which is still to come"]);
    effect(&["--measure", "2020-01-01"]).fails_with(&["no operation of the 180 days before 2020-01-01 has an outcome"]);
    effect(&["--measure", "2025-04-01", "--unit", "Nobody"]).fails_with(&["of the unit `Nobody`; units are `Fleet`"]);
    effect(&["--measure", "2025-04-01", "--before", "0"]).fails_with(&["1 to 3,660 days"]);
    assert_eq!(effect(&["--measure", "2025-02-30"]).code, 2);
    assert_eq!(effect(&[]).code, 2);
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    let kinds: Vec<&str> = log.as_array().unwrap().iter().map(|e| e["entry"]["event"]["kind"].as_str().unwrap()).collect();
    assert!(!kinds.contains(&"read"), "what is refused was not read");
}
