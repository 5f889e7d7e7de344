//! Experiments on a real workspace, from the plan to what they prove.

use holm_record::event::experiment::OutcomeSeen;
use holm_record::event::happening::Outcome;
use holm_record::id::{ExperimentName, IncidentName, PersonId};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::*;
use crate::identity::DeviceKeys;
use crate::operation::tests::{at, facts, told};
use crate::plan::experiment::ExperimentNeed;
use crate::policy::{Action, Permit};
use crate::workspace::{InitOptions, OFFICER, Workspace};

struct Story {
    _folder: TempDir,
    workspace: Workspace,
    /// Of `p11`, who contributes, and `p12`, who says what was seen.
    keys: [DeviceKeys; 2],
}

fn name(text: &str) -> ExperimentName {
    ExperimentName::new(text).unwrap()
}

fn person(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

const NEED: &str = r#"
experiment = "barge"
operation = "bait"
at = "2026-03-02T00:00:00Z"
closes = "2026-03-10T00:00:00Z"
harm = "low"
least_one_in = 4
second = "p11"
variants = ["at the north pier", "at the south pier", "at the mill", "at the bridge"]
[[party]]
who = ["p1", "p2", "p3", "p4", "p5", "p6"]
"#;

impl Story {
    /// Twelve people; whatever `p1` knew of was betrayed, nothing else was. One operation is still to come.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-01-01T00:00Z");
        let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), now).unwrap();
        let keys = [DeviceKeys::generate().unwrap(), DeviceKeys::generate().unwrap()];
        let lines: Vec<String> = keys.iter().map(|k| k.public_line()).collect();
        let key = |i: usize| if i > 10 { lines[i - 11].clone() } else { String::new() };
        let line = |i: usize| format!("p{i},Person {i},Bureau,Unit {},{},officer,,{}\n", i % 3 + 1, i % 5 + 1, key(i));
        let roster = (1..=12).map(line).fold("id,name,agency,unit,level,role,email,recipient\n".to_owned(), |r, l| r + &l);
        let permit = workspace.permit(&Action::Administer, now).unwrap();
        workspace.import_roster(&permit, &roster).unwrap();
        let before = (0..24_i64).map(|n| {
            let when = now + SignedDuration::from_hours(24 * n + 24);
            let mut one = facts(&format!("op-{n}"), &when.to_string());
            let who = [["p1", "p2"], ["p3", "p4"], ["p2", "p5"], ["p6", "p3"]][usize::try_from(n % 4).unwrap()];
            one.told = who.iter().map(|p| told(p, None)).collect();
            one.outcome = Some(if n % 4 == 0 { Outcome::Confirmed } else { Outcome::Clean });
            one
        });
        let later = workspace.permit(&Action::Administer, at("2026-02-01T00:00Z")).unwrap();
        workspace.add_operations(&later, None, before.chain([facts("bait", "2026-03-09T00:00Z")]).collect()).unwrap();
        Self { _folder: folder, workspace, keys }
    }

    fn permit(&self, when: &str) -> Permit {
        self.workspace.permit(&Action::Administer, at(when)).unwrap()
    }

    fn announce(&mut self, text: &str, when: &str) -> Result<Vec<Announced>, ExperimentError> {
        let need = ExperimentNeed::read(text)?;
        let plan = self.workspace.plan_experiment(&need, 1, at(when))?;
        self.workspace.announce_experiment(&self.permit(when), &need, &plan)
    }

    fn draw(&mut self, of: &str, when: &str) {
        let request = self.workspace.seed_request(&name(of)).unwrap();
        let answer = contribute(&request, &person("p11"), &self.keys[0]).unwrap();
        self.workspace.draw_experiment(&self.permit(when), &name(of), &answer).unwrap();
    }

    fn tell(&mut self, of: &str, when: &str) -> Sheet {
        self.workspace.tell_experiment(&self.permit(when), &name(of), (at(when), None), Vec::new()).unwrap()
    }

    /// What `p12`, who is outside, saw, by what `who` was told.
    fn leak(&mut self, sheet: &Sheet, who: &str, when: &str) {
        let variant = sheet.told.iter().position(|told| told.people.contains(&person(who))).unwrap();
        let outcome = u32::try_from(variant).unwrap() + 1;
        let reading = self.workspace.reading(&sheet.experiment).unwrap();
        let evidence = format!("intercept of {when}");
        let note = note_outcome(&reading, &person("p12"), &self.keys[1], (outcome, evidence.as_bytes())).unwrap();
        let permit = self.permit(when);
        let incidents = self.workspace.see_experiment(&permit, &sheet.experiment, Said::Outside(&note), String::new()).unwrap();
        assert_eq!(incidents.len(), 1, "one variant is an incident of its operation");
    }

    fn close(&mut self, of: &str, when: &str) -> Result<Sheet, ExperimentError> {
        self.workspace.close_experiment(&self.permit(when), &name(of))
    }

    fn results(&self, when: &str) -> Results {
        self.workspace.state().experiments.results(at(when)).unwrap()
    }
}

/// ln e of a person alone.
fn ln_e(results: &Results, who: &str) -> f64 {
    let groups = results.families.iter().flat_map(|family| &family.groups);
    groups.filter(|group| group.people == [person(who)]).map(|group| group.ln_e).next().unwrap()
}

#[test]
fn what_leaks_names_whoever_was_told_it_and_the_record_holds_by_itself() {
    let mut story = Story::new();
    let rounds: Vec<String> = (0..12).map(|n| format!("round-{n}")).collect();
    for round in &rounds {
        story.announce(&NEED.replace("barge", round), "2026-02-02T00:00Z").unwrap();
    }
    for round in &rounds {
        story.draw(round, "2026-02-03T00:00Z");
    }
    let sheets: Vec<Sheet> = rounds.iter().map(|round| story.tell(round, "2026-03-01T00:00Z")).collect();
    for (n, sheet) in sheets.iter().enumerate() {
        assert_eq!(sheet.told.iter().map(|told| told.people.len()).sum::<usize>(), 6);
        story.leak(sheet, "p1", &format!("2026-03-02T{:02}:00Z", n + 2));
    }
    // Until it closes nobody can read the assignment from the record, and everybody who was told counts as having known.
    let state = story.workspace.state();
    let of_bait = state.happenings.told.iter().filter(|told| told.telling.operation.is_some());
    assert!(of_bait.clone().count() == 12 && of_bait.clone().all(|told| told.telling.variant.is_none()));
    assert!(matches!(story.close(&rounds[0], "2026-03-09T00:00Z"), Err(ExperimentError::Early { .. })));
    let overdue = story.workspace.state().experiments.results(at("2026-03-10T00:00:01Z"));
    assert!(
        matches!(&overdue, Err(ExperimentError::Overdue { experiment, .. }) if *experiment == name("round-0")),
        "{overdue:?}"
    );
    for round in &rounds {
        story.close(round, "2026-03-11T00:00Z").unwrap();
    }
    let results = story.results("2026-03-12T00:00Z");
    // Half of 4 and half of 1 a round: 2.5¹² is 59,604 and more than 12 · 2/0.001.
    assert!((ln_e(&results, "p1") - 12.0 * 2.5_f64.ln()).abs() < 1e-9, "{results:?}");
    assert_eq!(results.named().map(|group| group.people.clone()).collect::<Vec<_>>(), [vec![person("p1")]], "{results:?}");
    assert_eq!((results.families.len(), results.families[0].alpha), (1, 0.0005), "all who are on the roster, once");
    let told = &story.workspace.state().happenings.told;
    assert!(told.iter().all(|told| told.telling.variant.is_some()) && told.len() > 12, "told apart, once it is open");
    let report = story.workspace.verify().unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    // Whoever is named is told nothing further.
    let text = NEED.replace("2026-03-1", "2026-04-1").replace("2026-03-02", "2026-04-02").replace("\"bait\"", "\"bait-2\"");
    let need = ExperimentNeed::read(&text).unwrap();
    let more = facts("bait-2", "2026-04-09T00:00Z");
    story.workspace.add_operations(&story.permit("2026-03-12T00:00Z"), None, vec![more]).unwrap();
    let plan = story.workspace.plan_experiment(&need, 1, at("2026-03-12T00:00Z")).unwrap();
    assert_eq!(plan.barred.iter().map(|barred| barred.person.as_str()).collect::<Vec<_>>(), ["p1"]);
}

#[test]
fn whoever_can_know_who_was_told_what_neither_enters_what_was_seen_nor_plans_on() {
    let mut story = Story::new();
    story.announce(NEED, "2026-02-02T00:00Z").unwrap();
    story.announce(&NEED.replace("barge", "second"), "2026-02-02T00:00Z").unwrap();
    story.draw("barge", "2026-02-03T00:00Z");
    // Planned before the first was drawn: drawing it is no longer a matter of choice.
    story.draw("second", "2026-02-03T00:00Z");
    let sheet = story.tell("barge", "2026-03-01T00:00Z");
    let permit = story.permit("2026-03-02T00:00Z");
    let here = Said::Here { outcome: 1, evidence: b"seen" };
    let refused = story.workspace.see_experiment(&permit, &name("barge"), here, String::new()).unwrap_err().to_string();
    assert!(refused.contains("`officer` can see who was told what in experiment `barge`"), "{refused}");
    let third = story.announce(&NEED.replace("barge", "third"), "2026-03-02T00:00Z").unwrap_err().to_string();
    assert!(third.contains("`officer` can see who was told what"), "{third}");
    let reading = story.workspace.reading(&name("barge")).unwrap();
    // Somebody who was told knows a part of it.
    let told = note_outcome(&reading, &person("p1"), &story.keys[0], (1, b"seen")).unwrap();
    let refused = |story: &mut Story, note: &OutcomeNote| {
        let permit = story.permit("2026-03-02T00:00Z");
        let refused = story.workspace.see_experiment(&permit, &name("barge"), Said::Outside(note), String::new());
        refused.unwrap_err().to_string()
    };
    let size = story.workspace.size();
    assert!(refused(&mut story, &told).contains("`p1` has enrolled"), "signed by another key");
    let mut note = note_outcome(&reading, &person("p12"), &story.keys[1], (1, b"seen")).unwrap();
    note.outcome = 2;
    assert!(refused(&mut story, &note).contains("outcome or evidence differs"), "another outcome than was signed");
    let other = story.workspace.reading(&name("second")).unwrap();
    let of_other = note_outcome(&other, &person("p12"), &story.keys[1], (1, b"seen")).unwrap();
    assert!(refused(&mut story, &of_other).contains("belongs to another experiment"));
    assert!(matches!(
        note_outcome(&reading, &person("p12"), &story.keys[1], (9, b"seen")),
        Err(ExperimentError::Outcome { last: 4, .. })
    ));
    assert_eq!(story.workspace.size(), size, "nothing of it was recorded");
    story.leak(&sheet, "p1", "2026-03-02T00:00Z");
    let again = note_outcome(&reading, &person("p12"), &story.keys[1], (1, b"intercept of 2026-03-02T00:00Z")).unwrap();
    assert!(refused(&mut story, &again).contains("entered already"), "one piece of evidence is one outcome");
    let late = story.permit("2026-03-10T00:00:01Z");
    let fresh = note_outcome(&reading, &person("p12"), &story.keys[1], (1, b"later")).unwrap();
    let late = story.workspace.see_experiment(&late, &name("barge"), Said::Outside(&fresh), String::new());
    assert!(matches!(late, Err(ExperimentError::Late { .. })), "{late:?}");
}

#[test]
fn a_seed_is_of_two_and_of_this_announcement_alone() {
    let mut story = Story::new();
    let mut refused = |change: &[(&str, &str)], said: &str| {
        let text = change.iter().fold(NEED.to_owned(), |text, (from, to)| text.replace(from, to));
        let size = story.workspace.size();
        let error = story.announce(&text, "2026-02-02T00:00Z").unwrap_err().to_string();
        assert!(error.contains(said), "`{said}` is not in: {error}");
        assert_eq!(story.workspace.size(), size);
    };
    refused(&[("second = \"p11\"", "second = \"p10\"")], "no device that signs");
    refused(&[("second = \"p11\"", "second = \"p77\"")], "not on the roster");
    refused(&[("\"p6\"]", "\"p6\", \"p11\"]")], "they are among those who are told");
    refused(&[("second = \"p11\"", "second = \"p11\"\nteller = \"p9\"")], "`p9` has no device");
    refused(&[("harm = \"low\"", "harm = \"lethal\"")], "somebody could die");
    refused(&[("harm = \"low\"", "harm = \"high\"")], "how many bits a leak must be worth");
    refused(&[("\"p1\", \"p2\", \"p3\", \"p4\", \"p5\", \"p6\"", "\"p1\"")], "1 of the parties");
    refused(&[("at the south pier", "at the north pier")], "stands there twice");
    refused(&[("operation = \"bait\"", "operation = \"none\"")], "no operation is named `none`");
    refused(&[("2026-03-10", "2026-03-08")], "before the operation begins");
    refused(&[("least_one_in = 4", "least_one_in = 3")], "leaves no law over 4 variants");
    refused(&[("[[party]]", "[[party]]\nwho = [\"p1\"]\n[[party]]")], "`p1` is in two parties");
    let request = story.announce(NEED, "2026-02-02T00:00Z").unwrap().remove(0).request;
    assert!(matches!(story.announce(NEED, "2026-02-02T00:00Z"), Err(ExperimentError::Taken(_))));
    let permit = story.permit("2026-02-03T00:00Z");
    let other = contribute(&SeedRequest { entry: "00".repeat(32), ..request.clone() }, &person("p11"), &story.keys[0]).unwrap();
    let mut draw =
        |answer: &SeedContribution| story.workspace.draw_experiment(&permit, &name("barge"), answer).unwrap_err().to_string();
    assert!(draw(&other).contains("belongs to another experiment"));
    let by_other = contribute(&request, &person("p12"), &story.keys[1]).unwrap();
    assert!(draw(&by_other).contains("not signed by the key that `p11` has enrolled"));
    let good = contribute(&request, &person("p11"), &story.keys[0]).unwrap();
    let twice = contribute(&request, &person("p11"), &story.keys[0]).unwrap();
    assert!(draw(&SeedContribution { sealed: twice.sealed, note: good.note.clone() }).contains("not what was committed to"));
    assert!(matches!(story.workspace.experiment_sheet(&name("barge")), Err(ExperimentError::State(..))), "nothing is drawn");
    story.workspace.draw_experiment(&permit, &name("barge"), &good).unwrap();
    let again = story.workspace.draw_experiment(&permit, &name("barge"), &good);
    assert!(matches!(again, Err(ExperimentError::State(..))), "{again:?}");
}

#[test]
fn one_that_was_drawn_is_not_taken_back_and_one_whose_seed_is_lost_helps_nobody_to_accuse() {
    let mut story = Story::new();
    story.announce(NEED, "2026-02-02T00:00Z").unwrap();
    story.announce(&NEED.replace("barge", "other"), "2026-02-02T00:00Z").unwrap();
    let abandon = |story: &mut Story, of: &str, when: &str, why: &str| {
        let permit = story.permit(when);
        story.workspace.abandon_experiment(&permit, &name(of), why)
    };
    assert!(abandon(&mut story, "other", "2026-02-03T00:00Z", " ").is_err(), "without a reason");
    abandon(&mut story, "other", "2026-02-03T00:00Z", "p11 is ill").unwrap();
    story.draw("barge", "2026-02-03T00:00Z");
    let sheet = story.tell("barge", "2026-03-01T00:00Z");
    story.leak(&sheet, "p1", "2026-03-03T00:00Z");
    let early = abandon(&mut story, "barge", "2026-03-04T00:00Z", "it went wrong");
    assert!(matches!(early, Err(ExperimentError::Early { .. })), "{early:?}");
    abandon(&mut story, "barge", "2026-03-11T00:00Z", "the key is lost").unwrap();
    let results = story.results("2026-03-12T00:00Z");
    // Half of what is held was staked on the one outcome, and lost for everybody.
    for who in ["p1", "p2", "p6"] {
        assert!((ln_e(&results, who) - 0.5_f64.ln()).abs() < 1e-9, "{results:?}");
    }
    assert_eq!((results.over, results.running, results.withdrawn), (1, 0, 1));
    assert!(results.named().next().is_none());
    assert!(story.workspace.verify().unwrap().holds());
    let shown: Vec<Timestamp> = story.workspace.state().experiments.all().iter().map(Experiment::closes).collect();
    assert_eq!(shown, [at("2026-03-10T00:00Z"); 2]);
    assert_eq!(story.workspace.state().experiments.all()[0].facts.teller, OFFICER);
}

#[test]
fn several_rounds_at_once_differ_and_people_who_are_told_the_same_are_one_group() {
    let mut story = Story::new();
    let text = NEED.replace("[[party]]", "rounds = 2\n[[party]]\nwho = [\"p7\", \"p8\"]\ntogether = true\n[[party]]");
    let text = text.replace("rounds = 2\n", "").replace("second = \"p11\"", "second = \"p11\"\nrounds = 2");
    let announced = story.announce(&text, "2026-02-02T00:00Z").unwrap();
    assert_eq!(announced.iter().map(|of| of.experiment.as_str()).collect::<Vec<_>>(), ["barge-1", "barge-2"]);
    story.draw("barge-1", "2026-02-03T00:00Z");
    story.draw("barge-2", "2026-02-03T00:00Z");
    let sheets = ["barge-1", "barge-2"].map(|of| story.tell(of, "2026-03-01T00:00Z"));
    for sheet in &sheets {
        let of = |who: &str| sheet.told.iter().position(|told| told.people.contains(&person(who)));
        assert_eq!(of("p7"), of("p8"));
    }
    assert_ne!(sheets[0].told, sheets[1].told, "drawn from seeds of their own; the same by chance once in 4⁷");
    for of in ["barge-1", "barge-2"] {
        story.close(of, "2026-03-11T00:00Z").unwrap();
    }
    let family = &story.results("2026-03-12T00:00Z").families[0];
    let both = family.groups.iter().find(|group| group.people.len() == 2).unwrap();
    assert_eq!((both.experiments, family.groups.len()), (2, 13));
    let alone = family.groups.iter().find(|group| group.people == [person("p7")]).unwrap();
    assert_eq!(alone.experiments, 0, "a member has no value of their own");
}

#[test]
fn entries_that_were_made_past_the_rules_are_found_by_whoever_verifies() {
    let mut story = Story::new();
    story.announce(NEED, "2026-02-02T00:00Z").unwrap();
    story.draw("barge", "2026-02-03T00:00Z");
    let sheet = story.tell("barge", "2026-03-01T00:00Z");
    story.leak(&sheet, "p1", "2026-03-02T00:00Z");
    assert!(story.workspace.verify().unwrap().holds());
    let permit = story.permit("2026-03-03T00:00Z");
    let seen = |reader: Option<PersonId>, note: Option<String>| {
        let (experiment, evidence, words) = (name("barge"), evidence(b"made up"), String::new());
        Event::ExperimentSeen(OutcomeSeen { experiment, outcome: 1, evidence, reader, note, incidents: Vec::new(), words })
    };
    // By the teller, and in the name of somebody who signed nothing.
    story.workspace.append(&permit, vec![seen(None, None)]).unwrap();
    story.workspace.append(&permit, vec![seen(Some(person("p12")), Some("nothing".to_owned()))]).unwrap();
    let late = story.permit("2026-03-11T00:00Z");
    let (desk, salt) = (Salt([1; 32]), Salt([2; 32]));
    let closed = Event::ExperimentClosed { experiment: name("barge"), desk, desk_salt: salt, second: desk, second_salt: salt };
    story.workspace.append(&late, vec![closed]).unwrap();
    let findings = story.workspace.verify().unwrap().findings.join("; ");
    for said in
        ["`officer` can see who was told what", "not signed by the key that `p12` has enrolled", "not what was committed to"]
    {
        assert!(findings.contains(said), "`{said}` is not in: {findings}");
    }
    // It counts for nothing: the experiment still waits to be closed.
    assert!(story.workspace.state().experiments.get(&name("barge")).unwrap().ended.is_none());
}

#[test]
fn several_variants_that_show_at_once_are_each_a_leak_of_theirs() {
    let mut story = Story::new();
    let text = NEED.replace("harm = \"low\"", "harm = \"low\"\nseen = \"each\"");
    story.announce(&text, "2026-02-02T00:00Z").unwrap();
    story.draw("barge", "2026-02-03T00:00Z");
    story.tell("barge", "2026-03-01T00:00Z");
    let reading = story.workspace.reading(&name("barge")).unwrap();
    assert_eq!(reading.signs.len(), 16, "every set of four");
    let both = u32::try_from(reading.signs.iter().position(|sign| sign == "at the north pier + at the mill").unwrap()).unwrap();
    let note = note_outcome(&reading, &person("p12"), &story.keys[1], (both, b"two intercepts")).unwrap();
    let permit = story.permit("2026-03-02T00:00Z");
    let incidents = story.workspace.see_experiment(&permit, &name("barge"), Said::Outside(&note), String::new()).unwrap();
    assert_eq!(incidents.len(), 2);
    let variant = |incident: &IncidentName| story.workspace.state().happenings.incidents[incident].facts.variant.clone().unwrap();
    assert_eq!(incidents.iter().map(variant).collect::<Vec<_>>(), ["at the north pier", "at the mill"]);
    let sheet = story.close("barge", "2026-03-11T00:00Z").unwrap();
    // Each version is a trial of those who were told it: two that leaked, two that did not show.
    let translation = crate::belief::translation::translate(story.workspace.state(), None).unwrap();
    for told in &sheet.told {
        let of_it = |of: &&crate::belief::translation::TrialOf| of.variant.as_ref() == Some(&told.variant);
        let place = translation.trials.iter().position(|of| of_it(&of));
        let Some(place) = place else {
            assert!(told.people.is_empty() && !told.variant.contains("north") && !told.variant.contains("mill"));
            continue;
        };
        let mut people: Vec<&PersonId> = translation.exposed[place].iter().map(|p| &translation.persons[*p]).collect();
        people.sort();
        assert_eq!(people, told.people.iter().collect::<Vec<_>>());
    }
}
