//! Experiments by the real binary: announced, drawn from a seed of two, told, and what was seen entered by somebody outside.

use crate::desk::Desk;

/// Twenty-four raids of which those were betrayed that p1 and p2 knew of, who were always told together, and an operation that is still to come.
fn recorded() -> Desk {
    let desk = Desk::with(8);
    let mut operations = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned();
    let first: jiff::Timestamp = "2025-01-06T10:00:00Z".parse().unwrap();
    for n in 0..24_i64 {
        let at = first + jiff::SignedDuration::from_hours(100 * n);
        let told = [["p1", "p2"], ["p3", "p4"], ["p5", "p4"], ["p4", "p3"]][usize::try_from(n % 4).unwrap()];
        let outcome = if n % 4 == 0 { "confirmed" } else { "clean" };
        operations += &format!("op-{n},raid,{at},,,,,{};{},{outcome},,,\n", told[0], told[1]);
    }
    operations += "bait,raid,2099-01-01T00:00:00Z,,,,,,,,,\n";
    desk.write("operations.csv", operations.as_bytes());
    desk.run(&["operation", "import", "operations.csv"]).ok();
    desk
}

const NEED: &str = r#"
experiment = "barge"
operation = "bait"
at = "2098-12-30T00:00:00Z"
closes = "2099-01-02T00:00:00Z"
harm = "low"
least_one_in = 8
second = "p7"
variants = ["at the north pier", "at the south pier", "at the mill"]
[[party]]
who = ["p1", "p2", "p3"]
[[party]]
who = ["p4", "p5"]
together = true
"#;

#[test]
fn a_plan_says_what_it_would_tell_and_announces_nothing() {
    let desk = recorded();
    desk.write("need.toml", NEED.as_bytes());
    let plan = desk.run(&["plan", "experiment", "need.toml", "--json"]).ok().json();
    let round = &plan["rounds"][0];
    assert!(round["bits"]["value"].as_f64().unwrap() > 0.1, "{plan}");
    assert!(round["bits"]["value"].as_f64() <= round["ceiling"].as_f64(), "{plan}");
    for party in round["parties"].as_array().unwrap() {
        let law: Vec<f64> = party["law"].as_array().unwrap().iter().map(|share| share.as_f64().unwrap()).collect();
        assert!(
            law.len() == 3 && law.iter().all(|share| *share >= 0.125) && (law.iter().sum::<f64>() - 1.0).abs() < 1e-9,
            "{plan}"
        );
    }
    assert!(
        plan["forecast"]["within"].is_null() && plan["forecast"]["first"]["within"].as_array().unwrap().len() == 20,
        "{plan}"
    );
    let said = desk.run(&["plan", "experiment", "need.toml"]).ok().out;
    assert!(said.contains("advice, not proof") && said.contains("until the first who leaks is above 95 in 100"), "{said}");
    assert_eq!(desk.run(&["experiment", "list", "--json"]).ok().json(), serde_json::json!([]));
    desk.run(&["experiment", "results"]).fails_with(&["no experiment was announced yet"]);
    for (from, to, said) in [
        ("harm = \"low\"", "harm = \"lethal\"", "somebody could die if this leaks"),
        ("who = [\"p1\", \"p2\", \"p3\"]", "who = [\"p77\"]", "`p77` is no person and no unit"),
        ("second = ", "seconds = ", "unknown field `seconds`"),
        ("variants = [", "variants = [] #", "an experiment has 2 to 16 variants"),
        ("least_one_in = 8", "stake = 2.0", "`stake` is more than 0 and at most 1"),
    ] {
        desk.write("bad.toml", NEED.replace(from, to).as_bytes());
        desk.run(&["plan", "experiment", "bad.toml"]).fails_with(&[said]);
    }
}

#[test]
fn people_are_told_by_lot_and_what_was_seen_is_entered_by_somebody_who_does_not_know() {
    let desk = recorded();
    desk.write("need.toml", NEED.as_bytes());
    let announced = desk.run(&["experiment", "announce", "need.toml"]).ok().out;
    assert!(announced.contains("holm experiment contribute barge.seed-request"), "{announced}");
    desk.run(&["experiment", "announce", "need.toml"]).fails_with(&["`./barge.seed-request` exists"]);
    let contribute = ["experiment", "contribute", "barge.seed-request", "--as", "p7", "--identity", "k7", "--out", "barge.seed"];
    desk.run(&contribute).ok();
    desk.run(&contribute).fails_with(&["`barge.seed` exists; nothing was overwritten"]);
    desk.run(&["experiment", "sheet", "barge"]).fails_with(&["is not drawn yet"]);
    desk.run(&["experiment", "draw", "barge", "--contribution", "need.toml"]).fails_with(&["is no contribution to a seed"]);
    desk.run(&["experiment", "draw", "barge", "--contribution", "barge.seed"]).ok();
    let sheet = desk.run(&["experiment", "sheet", "barge", "--json"]).ok().json();
    let told: Vec<Vec<String>> =
        sheet["told"].as_array().unwrap().iter().map(|told| serde_json::from_value(told["people"].clone()).unwrap()).collect();
    let of = |who: &str| told.iter().position(|people| people.contains(&who.to_owned()));
    assert_eq!((told.iter().map(Vec::len).sum::<usize>(), of("p4")), (5, of("p5")), "{sheet}");
    assert!(desk.run(&["experiment", "tell", "barge"]).ok().out.contains("5 persons were told"));
    desk.run(&["experiment", "tell", "barge"]).fails_with(&["was told already"]);
    let entries = desk.run(&["record", "log", "--json"]).ok().out;
    assert!(!entries.contains("\"variant\""), "the record does not say who was told what while it runs");
    // The officer has seen the sheet; p8 has not.
    desk.write("intercept.txt", b"they waited at the south pier");
    desk.run(&["experiment", "see", "barge", "--outcome", "2", "--evidence", "intercept.txt"])
        .fails_with(&["`officer` can see who was told what in experiment `barge`"]);
    desk.run(&["experiment", "ask", "barge", "--for", "reader", "--out", "barge.outcomes"]).ok();
    let note = |who: &str, key: &str, outcome: &str, out: &str| {
        let outside = ["experiment", "note", "barge.outcomes", "--as", who, "--identity", key, "--outcome", outcome];
        desk.run(&[&outside[..], &["--evidence", "intercept.txt", "--out", out]].concat())
    };
    note("p8", "k8", "9", "x.note").fails_with(&["there is no outcome 9: `barge` lists 0 to 3"]);
    note("p1", "k1", "2", "p1.note").ok();
    desk.run(&["experiment", "see", "barge", "--note", "p1.note"]).fails_with(&["`p1` can see who was told what"]);
    assert!(note("p8", "k8", "2", "p8.note").ok().out.contains("at the south pier"));
    let seen = desk.run(&["experiment", "see", "barge", "--note", "p8.note"]).ok().out;
    assert!(seen.contains("incident barge-1"), "{seen}");
    let incident = desk.run(&["incident", "show", "barge-1", "--json"]).ok().out;
    assert!(incident.contains("at the south pier"), "{incident}");
    desk.run(&["experiment", "close", "barge"]).fails_with(&["runs until 2099-01-02"]);
    desk.run(&["experiment", "abandon", "barge", "--reason", "x"]).fails_with(&["runs until 2099-01-02"]);
    let shown = desk.run(&["experiment", "show", "barge"]).ok().out;
    assert!(shown.contains("barge: runs") && shown.contains("2: at the south pier (seen 1 time)"), "{shown}");
    let results = desk.run(&["experiment", "results"]).ok().out;
    assert!(results.contains("nobody is named") && results.contains("0 experiments over, 1 running"), "{results}");
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn each_variant_goes_out_as_a_document_of_its_own_to_those_for_whom_it_was_drawn() {
    let desk = recorded();
    desk.write("need.toml", NEED.as_bytes());
    desk.run(&["experiment", "announce", "need.toml", "--out", "out"]).ok();
    desk.run(&["experiment", "contribute", "out/barge.seed-request", "--as", "p7", "--identity", "k7", "--out", "seed"]).ok();
    desk.run(&["experiment", "draw", "barge", "--contribution", "seed"]).ok();
    let sheet = desk.run(&["experiment", "sheet", "barge", "--json"]).ok().json();
    for (number, pier) in ["north pier", "south pier", "mill"].into_iter().enumerate() {
        desk.write(&format!("v{number}.md"), desk.read("brief.md").replacen('.', &format!(", at the {pier}."), 1).as_bytes());
    }
    desk.run(&["experiment", "share", "barge", "v0.md", "v1.md"])
        .fails_with(&["2 documents for 3 variants", "nothing was shared"]);
    desk.run(&["experiment", "share", "barge", "v0.md", "v1.md", "v2.md", "--accept-weak"]).ok();
    for (number, told) in sheet["told"].as_array().unwrap().iter().enumerate() {
        let people: Vec<&str> = told["people"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        let slips = desk.path(&format!("holm-out/barge-{number}"));
        assert_eq!(slips.exists(), !people.is_empty(), "{sheet}");
        let shown = desk.run(&["item", "show", &format!("barge-{number}"), "--json"]);
        assert!(people.iter().all(|person| shown.out.contains(&format!("\"{person}\""))), "{}", shown.out);
    }
    let shown = desk.run(&["experiment", "show", "barge", "--json"]).ok().json();
    assert_eq!(shown["standing"], "runs");
    desk.run(&["experiment", "share", "barge", "v0.md", "v1.md", "v2.md", "--accept-weak"]).fails_with(&["was told already"]);
    desk.run(&["record", "verify"]).ok();
}
