use holm_record::event::happening::{Exposure, OperationFacts, Outcome, Weight, Window};
use holm_record::id::{OperationName, PersonId};
use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::policy::Action;
use crate::workspace::InitOptions;

pub(crate) fn at(text: &str) -> Timestamp {
    crate::instant::instant(text, None).unwrap()
}

pub(crate) fn name(text: &str) -> OperationName {
    OperationName::new(text).unwrap()
}

pub(crate) fn facts(operation: &str, when: &str) -> OperationFacts {
    OperationFacts {
        operation: name(operation),
        sort: "raid".to_owned(),
        at: at(when),
        targets: Vec::new(),
        units: Vec::new(),
        channels: Vec::new(),
        items: Vec::new(),
        told: Vec::new(),
        endangers: Vec::new(),
        words: String::new(),
        outcome: None,
        window: None,
    }
}

pub(crate) fn told(person: &str, when: Option<&str>) -> Exposure {
    Exposure { person: PersonId::new(person).unwrap(), at: when.map(at), weight: Weight::WHOLE }
}

/// Twelve people, `p1` to `p12`, of three units.
pub(crate) fn workspace() -> (TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-01-01T00:00Z");
    let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), now).unwrap();
    let line = |i: usize| format!("p{i},Person {i},Bureau,Unit {},{},officer,,\n", i % 3 + 1, i % 5 + 1);
    let roster = (1..=12).map(line).fold("id,name,agency,unit,level,role,email,recipient\n".to_owned(), |r, l| r + &l);
    let permit = workspace.permit(&Action::Administer, now).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    (folder, workspace)
}

#[test]
fn what_is_said_of_an_operation_is_checked_before_it_is_recorded() {
    let (_folder, mut workspace) = workspace();
    let permit = workspace.permit(&Action::Administer, at("2026-03-10T00:00Z")).unwrap();
    let size = workspace.size();
    let good = facts("pier", "2026-03-04T00:00Z");
    let window = |from: Option<&str>, to: Option<&str>| Some(Window { from: from.map(at), to: to.map(at) });
    let of = |change: &dyn Fn(&mut OperationFacts)| {
        let mut facts = good.clone();
        change(&mut facts);
        facts
    };
    let wrong: Vec<(OperationFacts, &str)> = vec![
        (of(&|f| f.sort = " ".to_owned()), "sort is empty"),
        (of(&|f| f.units = vec!["Unit 9".to_owned()]), "`Unit 9`"),
        (of(&|f| f.channels = vec![ChannelName::new("net").unwrap()]), "`net`"),
        (of(&|f| f.targets = vec![TargetName::new("gang").unwrap()]), "`gang`"),
        (of(&|f| f.items = vec![ItemName::new("plan").unwrap()]), "`plan`"),
        (of(&|f| f.told = vec![told("px", None)]), "`px` is not on the roster"),
        (of(&|f| f.told = vec![told("p1", None), told("p1", None)]), "`p1` is told twice"),
        (of(&|f| f.told = vec![told("p1", Some("2026-03-05T00:00Z"))]), "after the operation"),
        (of(&|f| f.window = window(None, None)), "no outcome"),
        (of(&|f| (f.outcome, f.window) = (Some(Outcome::Clean), window(None, Some("2026-03-01T00:00Z")))), "went as planned"),
        (
            of(&|f| {
                f.outcome = Some(Outcome::Confirmed);
                f.window = window(Some("2026-03-03T00:00Z"), Some("2026-03-01T00:00Z"));
            }),
            "contradictory",
        ),
        (
            of(&|f| (f.outcome, f.window) = (Some(Outcome::Confirmed), window(Some("2026-03-05T00:00Z"), None))),
            "after the operation",
        ),
        (of(&|f| (f.at, f.outcome) = (at("2026-04-01T00:00Z"), Some(Outcome::Clean))), "still to come"),
    ];
    for (facts, what) in wrong {
        let error = workspace.add_operations(&permit, None, vec![facts]).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    let twice = vec![good.clone(), good.clone()];
    assert!(workspace.add_operations(&permit, None, twice).unwrap_err().to_string().contains("stands twice"));
    assert_eq!(workspace.size(), size);
    workspace.add_operations(&permit, None, vec![good.clone()]).unwrap();
    assert!(workspace.add_operations(&permit, None, vec![good]).unwrap_err().to_string().contains("recorded already"));
}

#[test]
fn an_operation_is_closed_once() {
    let (_folder, mut workspace) = workspace();
    let permit = workspace.permit(&Action::Administer, at("2026-03-10T00:00Z")).unwrap();
    workspace.add_operations(&permit, None, vec![facts("pier", "2026-03-04T00:00Z")]).unwrap();
    let mut close = |name: &OperationName| {
        workspace.close_operation(&permit, name, Outcome::Confirmed, Window::default(), "empty house".to_owned())
    };
    assert!(matches!(close(&name("quay")), Err(OperationError::Unknown(_))));
    close(&name("pier")).unwrap();
    assert!(matches!(close(&name("pier")), Err(OperationError::Closed(_, _))));
}

#[test]
fn many_operations_are_few_entries() {
    let (_folder, mut workspace) = workspace();
    let permit = workspace.permit(&Action::Administer, at("2026-03-10T00:00Z")).unwrap();
    let size = workspace.size();
    let many: Vec<OperationFacts> = (0..1_201).map(|i| facts(&format!("o{i}"), "2026-03-04T00:00Z")).collect();
    workspace.add_operations(&permit, Some("past.csv".to_owned()), many).unwrap();
    assert_eq!(workspace.size(), size + 3);
    assert_eq!(workspace.state().happenings.operations.len(), 1_201);
}
