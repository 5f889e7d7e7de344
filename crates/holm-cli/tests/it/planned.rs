//! Plans: the team and the recipients of least risk from what is recorded, and what cannot be met, in the officer's words.

use crate::desk::Desk;

/// Thirty raids: whatever p2 knew of was betrayed, nothing else was. p3, p4 and p5 knew of as much.
fn suspected() -> Desk {
    let desk = Desk::with(6);
    let mut operations = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned();
    let first: jiff::Timestamp = "2025-01-06T10:00:00Z".parse().unwrap();
    for n in 0..30_i64 {
        let at = first + jiff::SignedDuration::from_hours(100 * n);
        let end = at + jiff::SignedDuration::from_hours(50);
        let told = [["p2", "p3"], ["p4", "p5"], ["p3", "p4"]][usize::try_from(n % 3).unwrap()];
        let outcome = if n % 3 == 0 { "confirmed" } else { "clean" };
        operations += &format!("op-{n},raid,{end},,,,,{}@{at};{}@{at},{outcome},,,\n", told[0], told[1]);
    }
    desk.write("operations.csv", operations.as_bytes());
    desk.run(&["operation", "import", "operations.csv"]).ok();
    desk
}

const TEAM: &str = "sort = \"raid\"\nat = \"2026-01-05T05:00:00Z\"\n\
    [[role]]\nname = \"entry\"\nwanted = 2\ntold_hours_before = 12\n\
    [[candidates]]\nwho = [\"p2\", \"p3\", \"p4\"]\nroles = [\"entry\"]\n";

const SHARE: &str = "at = \"2026-01-05T05:00:00Z\"\n\
    [[paragraph]]\nname = \"where\"\nloss = 100\n[[paragraph]]\nname = \"when\"\nloss = 1\n\
    [[recipient]]\nname = \"first\"\nwho = [\"p2\"]\nvalue = 10\nparagraphs = [\"where\"]\n\
    [[recipient]]\nname = \"second\"\nwho = [\"p4\"]\nvalue = 10\nparagraphs = [\"where\", \"when\"]\n";

#[test]
fn a_team_is_taken_without_whoever_is_suspected_and_each_is_told_as_late_as_their_role_allows() {
    let desk = suspected();
    desk.write("need.toml", TEAM.as_bytes());
    let plan = desk.run(&["plan", "team", "need.toml", "--json"]).ok().json();
    let members = plan["members"].as_array().unwrap();
    let people: Vec<&str> = members.iter().map(|m| m["person"].as_str().unwrap()).collect();
    assert!(people.len() == 2 && !people.contains(&"p2"), "{plan}");
    assert_eq!(members[0]["told_at"], "2026-01-04T17:00:00Z");
    assert!(members[0]["instead"]["risk"].as_f64().unwrap() > plan["risk"]["value"].as_f64().unwrap() + 0.1, "{plan}");
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    assert_eq!(log.as_array().unwrap().last().unwrap()["entry"]["event"]["kind"], "read");
    let again = desk.run(&["plan", "team", "need.toml", "--json"]).ok().json();
    assert_eq!(
        (&again["members"], &again["risk"]),
        (&plan["members"], &plan["risk"]),
        "the same record and seed give the same plan"
    );
    let said = desk.run(&["plan", "team", "need.toml"]).ok().out;
    assert!(
        said.contains("advice, not proof") && said.contains("tell them in this order") && !said.contains("no operation of"),
        "{said}"
    );
    desk.write("need.toml", TEAM.replace("sort = \"raid\"", "sort = \"escort\"").as_bytes());
    let other = desk.run(&["plan", "team", "need.toml"]).ok().out;
    assert!(
        other.contains("no operation of the sort `escort` is recorded: it is taken to fail by itself as often as `raid`"),
        "{other}"
    );
}

#[test]
fn what_no_team_can_meet_is_named_with_the_nearest_that_can() {
    let desk = suspected();
    let refused = |from: &str, to: &str, said: &[&str]| {
        let text = TEAM.replace(from, to);
        assert_ne!(text, TEAM);
        desk.write("need.toml", text.as_bytes());
        let ran = desk.run(&["plan", "team", "need.toml"]);
        ran.fails_with(said);
    };
    refused("wanted = 2", "wanted = 4", &["`entry` needs 4, and 3 can", "do with 1 fewer in `entry`"]);
    refused("[[role]]", "must = [\"p5\"]\n[[role]]", &["`p5` must take part or belongs to a pair, but is no candidate"]);
    refused("[[role]]", "languages = { quechua = 1 }\n[[role]]", &["1 must speak `quechua`, and 0 of the candidates do"]);
    refused("[[role]]", "channels = [[\"net-a\"]]\n[[role]]", &["no channel `net-a` is recorded"]);
    refused("roles = [\"entry\"]", "roles = [\"cook\"]", &["`cook` is none of the roles: entry"]);
    refused("\"p2\", \"p3\"", "\"p2\", \"p77\"", &["`p77` is no person and no unit"]);
    refused("wanted = 2", "wanted = 0", &["role `entry` must want at least one"]);
    refused("sort =", "kind =", &["unknown field `kind`"]);
    let empty = Desk::with(2);
    empty.write("need.toml", TEAM.as_bytes());
    empty.run(&["plan", "team", "need.toml"]).fails_with(&["there is nothing to judge by yet"]);
}

#[test]
fn sharing_is_advised_by_what_it_is_worth_and_says_where_the_answer_turns() {
    let desk = suspected();
    desk.write("need.toml", SHARE.as_bytes());
    let plan = desk.run(&["plan", "share", "need.toml", "--json"]).ok().json();
    let told: Vec<bool> = plan["recipients"].as_array().unwrap().iter().map(|of| of["told"].as_bool().unwrap()).collect();
    assert_eq!(told, [false, true], "{plan}");
    assert_eq!(plan["versions"], serde_json::json!([]), "one person alone is told one thing");
    desk.write("more.toml", SHARE.replace("[\"p4\"]", "[\"p3\", \"p4\", \"p5\"]").as_bytes());
    let more = desk.run(&["plan", "share", "more.toml", "--json"]).ok().json();
    let bits: Vec<f64> = more["versions"].as_array().unwrap().iter().map(|of| of["bits"].as_f64().unwrap()).collect();
    // Of three who hardly leak four versions need not tell more than two: each may show for other reasons.
    assert!(bits.len() == 2 && bits.iter().all(|bits| *bits > 0.001 && *bits < 1.6), "{more}");
    let turns = plan["recipients"][0]["turns_at_value"].as_f64().unwrap();
    assert!(turns > 10.0, "they would have to be worth more: {plan}");
    let worth = |value: f64| {
        desk.write("worth.toml", SHARE.replacen("value = 10", &format!("value = {value}"), 1).as_bytes());
        desk.run(&["plan", "share", "worth.toml", "--json"]).ok().json()["recipients"][0]["told"].as_bool().unwrap()
    };
    assert!(worth(turns * 1.01) && !worth(turns * 0.99), "the answer turns where it says");
    let said = desk.run(&["plan", "share", "need.toml"]).ok().out;
    assert!(said.contains("share with second") && said.contains("withhold"), "{said}");
    for (from, to, words) in [
        ("\"p4\"", "\"p2\"", "belongs to two recipients"),
        ("[\"where\"]", "[\"who\"]", "`who` is none of the paragraphs: where, when"),
        ("loss = 100", "loss = -1", "must be a number that is not negative"),
        ("name = \"second\"", "name = \"first\"", "recipient `first` stands there twice"),
    ] {
        desk.write("wrong.toml", SHARE.replace(from, to).as_bytes());
        desk.run(&["plan", "share", "wrong.toml"]).fails_with(&[words]);
    }
}
