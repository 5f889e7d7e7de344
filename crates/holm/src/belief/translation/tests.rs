use holm_record::event::Telling;
use holm_record::event::happening::{IncidentFacts, IncidentSort, Weight, Window};
use holm_record::event::proceeding::Ending;

use super::*;
use crate::operation::tests::{at, facts, name, told, workspace};
use crate::policy::Action;
use crate::workspace::Workspace;

fn incident(operation: &str, noticed: &str, window: Window) -> IncidentFacts {
    IncidentFacts {
        sort: IncidentSort::TargetGone,
        noticed: at(noticed),
        window,
        certainty: Seen::Confirmed,
        operation: Some(name(operation)),
        item: None,
        variant: None,
        grade: None,
        considered: None,
        words: String::new(),
    }
}

fn tell(workspace: &mut Workspace, operation: &str, to: &[&str], when: &str, variant: Option<&str>, channel: Option<&str>) {
    let telling = Telling {
        item: None,
        operation: Some(name(operation)),
        persons: to.iter().map(|p| PersonId::new(*p).unwrap()).collect(),
        at: at(when),
        channel: channel.map(|c| ChannelName::new(c).unwrap()),
        weight: Weight::WHOLE,
        variant: variant.map(str::to_owned),
        breach: None,
        words: String::new(),
    };
    let permit = workspace.permit(&Action::Administer, at("2026-03-20T00:00Z")).unwrap();
    workspace.tell(&permit, telling).unwrap();
}

/// By trial, ids of who is exposed.
fn exposed(translation: &Translation) -> Vec<Vec<&str>> {
    translation.exposed.iter().map(|people| people.iter().map(|p| translation.persons[*p].as_str()).collect()).collect()
}

#[test]
fn who_was_told_after_the_window_closed_is_not_exposed() {
    let (_folder, mut workspace) = workspace();
    let permit = workspace.permit(&Action::Administer, at("2026-03-20T00:00Z")).unwrap();
    let mut pier = facts("pier", "2026-03-10T00:00Z");
    pier.told = vec![told("p1", None), told("p2", Some("2026-03-05T00:00Z"))];
    pier.units = vec!["Unit 1".to_owned()];
    workspace.add_operations(&permit, None, vec![pier, facts("quay", "2026-03-12T00:00Z")]).unwrap();
    tell(&mut workspace, "pier", &["p3"], "2026-03-09T00:00Z", None, None);
    let window = Window { from: None, to: Some(at("2026-03-08T00:00Z")) };
    let name = IncidentName::new("gone").unwrap();
    workspace.record_incident(&permit, name, incident("pier", "2026-03-10T00:00Z", window)).unwrap();
    let translation = translate(workspace.state(), None).unwrap();
    assert_eq!(exposed(&translation), [["p1", "p2"]]);
    assert_eq!((translation.gaps.too_late, translation.gaps.open), (1, 1));
    // Unit 1 has p12, p3, p6 and p9; none of them is recorded as exposed.
    // And so may something of the whole unit be that nobody recorded.
    assert_eq!(translation.case.exposures(), 2 + 4 + 1);
    assert_eq!(translation.trials[0].outcome, Seen::Confirmed);
}

/// Neither by what is recorded of what they knew, nor by what is not.
#[test]
fn whoever_is_exonerated_of_an_incident_is_no_cause_of_it_and_of_others_as_before() {
    let (_folder, mut workspace) = workspace();
    let permit = workspace.permit(&Action::Administer, at("2026-03-20T00:00Z")).unwrap();
    let operation = |name: &str| {
        let mut operation = facts(name, "2026-03-10T00:00Z");
        operation.told = vec![told("p1", None), told("p3", None)];
        operation.units = vec!["Unit 1".to_owned()];
        operation
    };
    workspace.add_operations(&permit, None, vec![operation("pier"), operation("quay")]).unwrap();
    for (name, operation) in [("gone", "pier"), ("lost", "quay")] {
        let name = IncidentName::new(name).unwrap();
        workspace.record_incident(&permit, name, incident(operation, "2026-03-10T00:00Z", Window::default())).unwrap();
    }
    // Told two; of Unit 1 with p12, p3, p6 and p9 three more may have known; and something of the unit.
    assert_eq!(translate(workspace.state(), None).unwrap().case.exposures(), 2 * (2 + 3 + 1));
    for person in ["p3", "p6"] {
        let (person, gone) = (PersonId::new(person).unwrap(), IncidentName::new("gone").unwrap());
        let number = workspace.open_proceeding(&permit, &person, &gone, "knew of it").unwrap();
        let today = "2026-03-20".parse().unwrap();
        workspace.close_proceeding(&permit, number, Ending::Exonerated, ("was abroad", today)).unwrap();
    }
    let translation = translate(workspace.state(), None).unwrap();
    assert_eq!(exposed(&translation), [vec!["p1"], vec!["p1", "p3"]]);
    assert_eq!(translation.case.exposures(), (1 + 2 + 1) + (2 + 3 + 1));
}

#[test]
fn whoever_is_written_in_once_an_incident_is_known_is_written_in_late() {
    let (_folder, mut workspace) = workspace();
    let permit = workspace.permit(&Action::Administer, at("2026-03-18T06:00Z")).unwrap();
    let mut pier = facts("pier", "2026-03-20T00:00Z");
    pier.told = vec![told("p1", Some("2026-03-18T00:00Z"))];
    workspace.add_operations(&permit, None, vec![pier]).unwrap();
    let name = IncidentName::new("gone").unwrap();
    let permit = workspace.permit(&Action::Administer, at("2026-03-19T00:00Z")).unwrap();
    workspace.record_incident(&permit, name, incident("pier", "2026-03-19T00:00Z", Window::default())).unwrap();
    // Entered a day and a half after, which alone is not late.
    tell(&mut workspace, "pier", &["p2"], "2026-03-18T12:00Z", None, None);
    let translation = translate(workspace.state(), None).unwrap();
    let late: Vec<(&str, bool)> =
        translation.said[0].iter().map(|said| (translation.persons[said.person].as_str(), said.late)).collect();
    assert_eq!(late, [("p1", false), ("p2", true)]);
}

#[test]
fn a_version_that_was_acted_on_sets_those_who_were_told_it_apart_from_the_others() {
    let (_folder, mut workspace) = workspace();
    let permit = workspace.permit(&Action::Administer, at("2026-03-20T00:00Z")).unwrap();
    workspace.add_channel(&permit, ChannelName::new("net").unwrap(), ChannelSort::RadioNet, None, String::new()).unwrap();
    workspace.add_operations(&permit, None, vec![facts("pier", "2026-03-10T00:00Z")]).unwrap();
    tell(&mut workspace, "pier", &["p1", "p2"], "2026-03-05T00:00Z", Some("north"), Some("net"));
    tell(&mut workspace, "pier", &["p3"], "2026-03-05T00:00Z", Some("south"), None);
    tell(&mut workspace, "pier", &["p4"], "2026-03-05T00:00Z", None, None);
    let mut facts = incident("pier", "2026-03-10T00:00Z", Window::default());
    facts.variant = Some("north".to_owned());
    workspace.record_incident(&permit, IncidentName::new("acted").unwrap(), facts).unwrap();
    let translation = translate(workspace.state(), None).unwrap();
    assert_eq!(exposed(&translation), [vec!["p1", "p2", "p4"], vec!["p3"]]);
    let variants: Vec<Option<&str>> = translation.trials.iter().map(|t| t.variant.as_deref()).collect();
    assert_eq!(variants, [Some("north"), Some("south")]);
    // Three persons and the net in the first trial, one person in the second.
    assert_eq!(translation.case.exposures(), 5);
}

#[test]
fn what_says_nothing_is_counted_and_named() {
    let (_folder, mut workspace) = workspace();
    let permit = workspace.permit(&Action::Administer, at("2026-03-20T00:00Z")).unwrap();
    let mut nobody = facts("nobody", "2026-03-10T00:00Z");
    nobody.outcome = Some(Seen::Confirmed);
    let mut unknown = facts("unknown", "2026-03-10T00:00Z");
    (unknown.outcome, unknown.told) = (Some(Seen::Unknown), vec![told("p1", None)]);
    let mut clean = facts("clean", "2026-03-10T00:00Z");
    (clean.outcome, clean.told) = (Some(Seen::Clean), vec![told("p1", None)]);
    workspace.add_operations(&permit, None, vec![nobody, unknown, clean]).unwrap();
    let translation = translate(workspace.state(), None).unwrap();
    assert_eq!(translation.gaps.without_exposures, [name("nobody")]);
    assert_eq!(translation.trials.len(), 1);
    // All of it was entered ten days later.
    assert_eq!((translation.gaps.exposures, translation.gaps.late), (1, 1));
}

#[test]
fn weights_are_few_and_the_smallest_are_left_out() {
    assert_eq!(rounded(1.0), 1.0);
    assert!((rounded(0.5) - 0.5).abs() < 1e-12);
    assert_eq!(rounded(1e-9), 0.0);
    let different: BTreeSet<u64> = (1..100_000).map(|i| rounded(f64::from(i) / 100_000.0).to_bits()).collect();
    assert!(different.len() < 240, "{}", different.len());
    for weight in [0.9, 0.33, 0.02, 0.0005] {
        assert!((rounded(weight) / weight).ln().abs() < 0.03);
    }
}
