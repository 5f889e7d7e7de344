use holm_inference::effect::{Needed, needed};
use holm_record::event::approval::{ActKind, ApprovalPolicy, Group};
use holm_record::event::happening::{Exposure, IncidentFacts, IncidentSort, OperationFacts, Outcome, Weight, Window};
use jiff::ToSpan;

use super::*;
use crate::operation::tests::{at, facts, name, workspace};
use crate::policy::{Action, Permit};

const ON: &str = "2026-03-01";
const NOW: &str = "2026-09-01T00:00Z";

fn measure() -> Measure {
    Measure { on: ON.parse().unwrap(), name: "vetting round".to_owned(), unit: None, before: 90, after: 90 }
}

fn permit(workspace: &Workspace, when: &str) -> Permit {
    workspace.permit(&Action::Administer, at(when)).unwrap()
}

/// So many operations a day apart, the first so many days from the measure; of each whether it was betrayed. Told: p2 of the betrayed, p3
/// of all.
fn course(prefix: &str, first: i64, betrayed: &[bool]) -> Vec<OperationFacts> {
    let start = at("2026-03-01T12:00Z");
    let one = |(n, betrayed): (usize, &bool)| {
        let when = start.checked_add(SignedDuration::from_hours(24 * (first + n as i64))).unwrap();
        let told = |person: &str| Exposure {
            person: holm_record::id::PersonId::new(person).unwrap(),
            at: Some(when.checked_sub(5.hours()).unwrap()),
            weight: Weight::WHOLE,
        };
        OperationFacts {
            at: when,
            told: if *betrayed { vec![told("p2"), told("p3")] } else { vec![told("p3")] },
            outcome: Some(if *betrayed { Outcome::Confirmed } else { Outcome::Clean }),
            ..facts(&format!("{prefix}-{n}"), "2026-03-01T00:00Z")
        }
    };
    betrayed.iter().enumerate().map(one).collect()
}

fn with(courses: Vec<Vec<OperationFacts>>) -> (tempfile::TempDir, Workspace) {
    let (folder, mut workspace) = workspace();
    enter(&mut workspace, "2026-08-01T00:00Z", courses.concat());
    (folder, workspace)
}

fn enter(workspace: &mut Workspace, when: &str, operations: Vec<OperationFacts>) {
    let permit = permit(workspace, when);
    workspace.add_operations(&permit, None, operations).unwrap();
}

/// Every other one of these is betrayed, from the first or the second on.
fn every(nth: usize, of: usize) -> Vec<bool> {
    (0..of).map(|n| n % nth == 0).collect()
}

#[test]
fn a_share_that_fell_is_given_with_its_intervals_and_never_called_the_measures_effect() {
    let (_folder, mut workspace) = with(vec![course("b", -40, &every(2, 40)), course("a", 0, &every(20, 40))]);
    let effect = workspace.effect(&measure(), 1, at(NOW)).unwrap();
    let (before, after) = (effect.before.operations.unwrap(), effect.after.operations.unwrap());
    assert_eq!(((before.hits, before.of), (after.hits, after.of)), ((20, 40), (2, 40)));
    // Clopper and Pearson of 20 of 40: 0.338 to 0.662 (tables of the binomial law).
    assert!((before.low - 0.338).abs() < 5e-4 && (before.high - 0.662).abs() < 5e-4, "{before:?}");
    let change = effect.change.unwrap();
    assert!((change.value + 0.45).abs() < 1e-12 && change.high < 0.0 && change.low > -0.7, "{change:?}");
    assert!(!effect.caveats.iter().any(|caveat| matches!(caveat, Caveat::Few { .. })), "{:?}", effect.caveats);
    assert_eq!(effect.caveats.last(), Some(&Caveat::Cause));
    let believed = effect.believed.as_ref().unwrap();
    assert_eq!((believed.all.people, believed.units.len()), (12, 3));
    let sum: f64 = believed.units.iter().map(|(_, of)| of.before.mean).sum();
    assert!((sum - believed.all.before.mean).abs() < 1e-9, "units add up");
    let unit = &believed.units.iter().find(|(unit, _)| unit == "Unit 3").unwrap().1;
    assert!(unit.before.mean > 0.8 && unit.before.range[2] >= 1, "p2 knew of all that was betrayed: {unit:?}");
    assert!((unit.change - (unit.after.mean - unit.before.mean)).abs() < 1e-9);
    let again = workspace.effect(&measure(), 1, at(NOW)).unwrap();
    assert_eq!(effect, again, "the same record, seed and time give the same");
}

#[test]
fn too_few_operations_say_how_many_it_would_take() {
    let (_folder, mut workspace) = with(vec![course("b", -10, &every(3, 10)), course("a", 0, &[false; 4])]);
    let effect = workspace.effect(&measure(), 1, at(NOW)).unwrap();
    assert_eq!(effect.change, None, "four are too few for an interval");
    let Some(Needed::Each(each)) = needed(Counted::new(4, 10).unwrap(), 0.5) else { panic!() };
    assert_eq!(effect.caveats[0], Caveat::Few { seeing: Seeing::Each(each) });
    let (_folder, mut workspace) = with(vec![course("b", -60, &every(2, 60)), course("a", 0, &every(2, 8))]);
    let effect = workspace.effect(&Measure { before: 60, ..measure() }, 1, at(NOW)).unwrap();
    let Some(Needed::After(all)) = needed(Counted::new(30, 60).unwrap(), 0.5) else { panic!() };
    assert_eq!(effect.caveats[0], Caveat::Few { seeing: Seeing::More(all - 8) });
    let (_folder, mut workspace) = with(vec![course("b", -10, &[false; 10]), course("a", 0, &[false; 10])]);
    let nothing = workspace.effect(&measure(), 1, at(NOW)).unwrap();
    assert_eq!(nothing.caveats[0], Caveat::Few { seeing: Seeing::Nothing });
}

#[test]
fn a_bad_run_that_led_to_the_measure_is_named_with_the_share_without_it() {
    let mut last = vec![false; 12];
    last[2] = true;
    last.extend([true, true]);
    let (_folder, mut workspace) = with(vec![course("b", -50, &last), course("a", 1, &[false; 10])]);
    let effect = workspace.effect(&measure(), 1, at(NOW)).unwrap();
    let of = |effect: &Effect| effect.caveats.iter().find(|c| matches!(c, Caveat::Regression { .. })).cloned();
    let Some(Caveat::Regression { run, noticed, without }) = of(&effect) else { panic!("{:?}", effect.caveats) };
    assert_eq!((run, noticed, without.map(|w| (w.hits, w.of))), (2, 0, Some((1, 12))));
    // One that was betrayed long before, and was noticed a week before the measure, leads to it as well.
    let permit = permit(&workspace, "2026-08-02T00:00Z");
    workspace.record_incident(&permit, "talk".parse().unwrap(), incident("b-2", "2026-02-22T00:00Z", Window::default())).unwrap();
    let Some(Caveat::Regression { noticed, without, .. }) = of(&workspace.effect(&measure(), 1, at(NOW)).unwrap()) else {
        panic!()
    };
    assert_eq!((noticed, without.map(|w| (w.hits, w.of))), (1, Some((0, 11))));
    let (_folder, mut calm) = with(vec![course("b", -50, &[true, false, false]), course("a", 1, &[false; 10])]);
    assert_eq!(of(&calm.effect(&measure(), 1, at(NOW)).unwrap()), None);
}

fn incident(of: &str, noticed: &str, window: Window) -> IncidentFacts {
    IncidentFacts {
        sort: IncidentSort::TargetGone,
        noticed: at(noticed),
        window,
        certainty: Outcome::Suspected,
        operation: Some(name(of)),
        item: None,
        variant: None,
        grade: None,
        considered: None,
        words: String::new(),
    }
}

#[test]
fn delays_run_from_the_windows_end_to_what_was_noticed_and_to_its_entry() {
    let mut betrayed = course("b", -20, &[true; 7]);
    betrayed.iter_mut().for_each(|facts| facts.outcome = None);
    let ends: Vec<Timestamp> = betrayed.iter().map(|facts| facts.at.checked_sub(12.hours()).unwrap()).collect();
    let (_folder, mut workspace) = workspace();
    enter(&mut workspace, "2026-02-01T00:00Z", betrayed);
    // Entries go forward in time, so the delays do as well.
    for (n, (end, hours)) in ends.iter().zip([10, 20, 30, 40, 50, 60, 70]).enumerate() {
        let noticed = end.checked_add(SignedDuration::from_hours(hours)).unwrap();
        let window = Window { from: None, to: Some(*end) };
        let facts = IncidentFacts { noticed, ..incident(&format!("b-{n}"), NOW, window) };
        let permit = workspace.permit(&Action::Administer, noticed.checked_add(2.hours()).unwrap()).unwrap();
        workspace.record_incident(&permit, format!("i-{n}").parse().unwrap(), facts).unwrap();
    }
    let effect = workspace.effect(&measure(), 1, at(NOW)).unwrap();
    assert_eq!(
        (effect.before.noticed.of, effect.before.noticed.median, effect.before.noticed.longest),
        (7, Some(40.0), Some(70.0))
    );
    assert_eq!(effect.before.entered.median, Some(42.0), "two hours later");
    let (low, high, held) = effect.before.entered.range.unwrap();
    assert_eq!((low, high), (12.0, 72.0));
    assert!((held - (1.0 - 2.0 / 128.0)).abs() < 1e-12, "all seven: {held}");
    assert_eq!((effect.before.verdict.of, effect.after.entered.of, effect.before.suspected), (0, 0, 7));
}

#[test]
fn what_else_can_move_the_figures_is_named() {
    let mut before = course("b", -30, &every(3, 20));
    before.iter_mut().take(10).for_each(|facts| facts.sort = "escort".to_owned());
    let mut after = course("a", 0, &every(5, 20));
    after[0].outcome = None;
    after[1].outcome = Some(Outcome::Unknown);
    after.iter_mut().skip(15).for_each(|facts| facts.sort = "parade".to_owned());
    let (_folder, mut workspace) = workspace();
    let schedule = "[sorts.interview]\nmonths = [12, 12, 12, 12, 12]\n";
    for when in ["2026-02-01T00:00Z", "2026-03-01T08:00Z", "2026-04-02T00:00Z"] {
        let permit = permit(&workspace, when);
        workspace.set_schedule(&permit, schedule).unwrap();
    }
    enter(&mut workspace, "2026-06-15T00:00Z", [before, after].concat());
    let asked = Measure { before: 60, after: 200, ..measure() };
    let effect = workspace.effect(&asked, 1, at("2026-07-01T00:00Z")).unwrap();
    let has = |caveat: &Caveat| effect.caveats.contains(caveat);
    let of = |of: fn(&Caveat) -> bool| {
        effect.caveats.iter().find(|caveat| of(caveat)).unwrap_or_else(|| panic!("{:?}", effect.caveats))
    };
    let other =
        Other { sort: OtherSort::Schedule, times: 2, first: "2026-02-01".parse().unwrap(), last: "2026-04-02".parse().unwrap() };
    let Caveat::Others { others } = of(|c| matches!(c, Caveat::Others { .. })) else { unreachable!() };
    assert_eq!(others, &[other], "not the one of the day itself, nor the roster that the programme began with");
    let Caveat::Mix { as_after, one_sided } = of(|c| matches!(c, Caveat::Mix { .. })) else { unreachable!() };
    assert_eq!((as_after, one_sided), (&None, &vec!["escort".to_owned(), "parade".to_owned()]));
    let Caveat::Open { open, before, after } = of(|c| matches!(c, Caveat::Open { .. })) else { unreachable!() };
    assert_eq!((open, before), (&[0, 2], &[7.0 / 20.0, 7.0 / 20.0]));
    assert_eq!(after.unwrap(), [3.0 / 20.0, 5.0 / 20.0]);
    // All was entered in June.
    assert!(has(&Caveat::Late { late: [20, 20], knowing: 20 }), "{:?}", effect.caveats);
    assert!(has(&Caveat::Cut { days: 122, of: 200 }) && has(&Caveat::Lengths { before: 60, after: 122 }), "{:?}", effect.caveats);
    assert!(has(&Caveat::Today) && has(&Caveat::Model));
    let vetting = effect.before.vetting.unwrap();
    assert_eq!((vetting.people, vetting.in_force, vetting.missing, vetting.on.to_string()), (12, 0, 12, "2026-02-28".to_owned()));
}

#[test]
fn the_share_before_is_weighed_by_the_sorts_of_after() {
    let mut before = course("b", -30, &[vec![true; 8], vec![false; 2], vec![false; 10]].concat());
    before.iter_mut().take(10).for_each(|facts| facts.sort = "escort".to_owned());
    let mut after = course("a", 0, &[false; 10]);
    after[0].sort = "escort".to_owned();
    let (_folder, mut workspace) = with(vec![before, after]);
    let effect = workspace.effect(&measure(), 1, at(NOW)).unwrap();
    let mix = effect.caveats.iter().find_map(|c| if let Caveat::Mix { as_after, .. } = c { *as_after } else { None });
    // One in ten at 8 of 10, nine in ten at 0 of 10.
    assert!((mix.unwrap() - 0.08).abs() < 1e-12);
}

#[test]
fn a_unit_is_compared_by_what_its_people_knew_or_took_part_in() {
    let mut before = course("b", -20, &every(2, 10));
    before[1].units = vec!["Unit 2".to_owned()];
    let (_folder, mut workspace) = with(vec![before, course("a", 0, &every(2, 10))]);
    let of = |unit: &str| Measure { unit: Some(unit.to_owned()), ..measure() };
    // p2 is of unit 3, p3 of unit 1; nobody of unit 2 knew of anything.
    let three = workspace.effect(&of("Unit 3"), 1, at(NOW)).unwrap();
    assert_eq!(three.before.operations.map(|s| (s.hits, s.of)), Some((5, 5)));
    assert_eq!(three.believed.unwrap().units.len(), 1);
    let two = workspace.effect(&of("Unit 2"), 1, at(NOW)).unwrap();
    assert_eq!((two.before.operations.map(|s| (s.hits, s.of)), two.after.operations), (Some((0, 1)), None));
    let none = workspace.effect(&of("Unit 9"), 1, at(NOW)).unwrap_err().to_string();
    assert_eq!(none, "nobody on the roster is of the unit `Unit 9`; units are `Unit 1`, `Unit 2`, `Unit 3`");
}

#[test]
fn what_cannot_be_compared_is_said_in_one_line() {
    let (_folder, mut workspace) = with(vec![course("b", -20, &every(2, 10))]);
    let mut refused = |measure: Measure, now: &str| workspace.effect(&measure, 1, at(now)).unwrap_err().to_string();
    assert!(refused(measure(), "2026-02-01T00:00Z").contains("2026-03-01, which is still to come"));
    assert!(
        refused(Measure { before: 3, ..measure() }, NOW).contains("no operation of the 3 days before 2026-03-01 has an outcome")
    );
    assert!(refused(Measure { after: 0, ..measure() }, NOW).contains("1 to 3,660 days before and after the measure; 0 is not"));
    assert!(refused(Measure { before: 4000, ..measure() }, NOW).contains("4000 is not"));
}

#[test]
fn where_beliefs_are_masked_no_number_is_one_persons() {
    let (_folder, mut workspace) = with(vec![course("b", -20, &every(2, 10)), course("a", 0, &every(2, 10))]);
    let lone = "id,name,agency,unit,level,role,email,recipient\nq1,Q,Bureau,Lone,5,chief,,\n";
    let now = permit(&workspace, "2026-08-02T00:00Z");
    workspace.import_roster(&now, lone).unwrap();
    let units = |workspace: &mut Workspace| -> Vec<String> {
        let believed = workspace.effect(&measure(), 1, at(NOW)).unwrap().believed.unwrap();
        believed.units.into_iter().map(|(unit, _)| unit).collect()
    };
    assert!(units(&mut workspace).contains(&"Lone".to_owned()));
    let policy = ApprovalPolicy {
        groups: [("port".to_owned(), Group { needed: 1, approvers: [("p1".parse().unwrap(), Vec::new())].into() })].into(),
        acts: [(ActKind::Unmask, vec!["port".to_owned()])].into(),
        ..ApprovalPolicy::default()
    };
    workspace.set_approvals(&now, policy).unwrap();
    assert_eq!(units(&mut workspace), ["Unit 1", "Unit 2", "Unit 3"]);
}
