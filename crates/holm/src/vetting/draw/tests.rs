//! Draws between three parties, of whom some cheat.

use super::*;
use crate::identity::DeviceKeys;
use crate::policy::Action;
use crate::vetting::Standing;
use crate::workspace::InitOptions;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

/// A workspace with `people` of levels 1 to 5 in units A and B, and the keys of the first three.
fn world(people: usize) -> (tempfile::TempDir, Workspace, [DeviceKeys; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-03-01T00:00Z");
    let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), now).unwrap();
    let keys = std::array::from_fn(|_| DeviceKeys::generate().unwrap());
    let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
    for i in 1..=people {
        let unit = if i % 2 == 0 { "A" } else { "B" };
        let line = keys.get(i - 1).map(DeviceKeys::public_line).unwrap_or_default();
        roster += &format!("p{i},Person {i},Bureau,{unit},{},officer,p{i}@x.example,{line}\n", i % 5 + 1);
    }
    let permit = workspace.permit(&Action::Administer, now).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    (folder, workspace, keys)
}

fn plan(rates: [u8; 5]) -> DrawPlan {
    let drawers = [id("p1"), id("p2")];
    DrawPlan { sort: CheckSort::Urinalysis, unit: None, rates, drawers, reveal_days: 7, within_days: 5 }
}

fn permit(workspace: &Workspace, when: &str) -> Permit {
    workspace.permit(&Action::Administer, at(when)).unwrap()
}

const DAY: &str = "2026-03-02T12:00Z";

/// A draw to which both have committed, with what each kept.
fn committed(workspace: &mut Workspace, keys: &[DeviceKeys; 3], rates: [u8; 5]) -> (u64, [Vec<u8>; 2]) {
    let permit = permit(workspace, DAY);
    let number = workspace.open_draw(&permit, &plan(rates)).unwrap();
    let bundle = workspace.draw_bundle(number, at(DAY)).unwrap();
    let mut kept = Vec::new();
    for (i, person) in ["p1", "p2"].into_iter().enumerate() {
        let (_, note, file) = commit(&bundle, &id(person), &keys[i]).unwrap();
        assert_eq!(workspace.take_draw(&permit, &note).unwrap(), Taken::Committed(number, id(person), i == 1));
        assert!(matches!(workspace.take_draw(&permit, &note), Err(DrawError::Again(..) | DrawError::Over(_))));
        kept.push(file);
    }
    (number, kept.try_into().unwrap())
}

#[test]
fn three_secrets_draw_people_who_then_owe_a_check() {
    let (_folder, mut workspace, keys) = world(40);
    let (number, kept) = committed(&mut workspace, &keys, [10, 10, 30, 30, 100]);
    let now = permit(&workspace, DAY);
    let bundle = workspace.draw_bundle(number, at(DAY)).unwrap();
    let (_, first) = reveal(&kept[0], &bundle, &keys[0]).unwrap();
    let (_, second) = reveal(&kept[1], &bundle, &keys[1]).unwrap();
    assert_eq!(workspace.take_draw(&now, &second).unwrap(), Taken::Revealed(number, id("p2")));
    assert!(matches!(workspace.take_draw(&now, &second), Err(DrawError::Again(..))));
    // Another secret than the one that was committed to.
    let mut other: serde_json::Value = serde_json::from_str(&first).unwrap();
    other["secret"] = serde_json::to_value(Salt([7; 32])).unwrap();
    assert!(matches!(workspace.take_draw(&now, &other.to_string()), Err(DrawError::NotIt(_))));
    let Taken::Done(_, drawn) = workspace.take_draw(&now, &first).unwrap() else { panic!("it is the last") };
    // Everybody of level 5, and some of the others.
    let of_five = (1..=40).filter(|i| i % 5 + 1 == 5).map(|i| id(&format!("p{i}")));
    assert!(of_five.into_iter().all(|person| drawn.contains(&person)) && drawn.len() < 40, "{drawn:?}");
    assert!(matches!(workspace.close_draw(&now, number), Err(DrawError::Over(_))));
    assert!(workspace.verify().unwrap().holds());
    // Due for five days, and overdue after them; whoever was not drawn owes nothing, since there is no schedule.
    let standing = |workspace: &Workspace, person: &PersonId, on: Date| {
        workspace.state().vetting_on(on).into_iter().find(|row| row.id == person).map(|row| row.standing)
    };
    let day = day_of(at(DAY));
    let by = day.saturating_add(5.days());
    assert_eq!(standing(&workspace, &drawn[0], day), Some(Standing::Due { until: by }));
    assert_eq!(standing(&workspace, &drawn[0], by.saturating_add(1.day())), Some(Standing::Overdue { since: by }));
    assert_eq!(standing(&workspace, &drawn[0], day.saturating_sub(1.day())), None);
    let spared = workspace.state().persons.keys().find(|person| !drawn.contains(person)).unwrap().clone();
    assert_eq!(standing(&workspace, &spared, by), None);
    let rows = workspace.state().coverage(CheckSort::Urinalysis, day, at(DAY));
    assert_eq!(rows.iter().map(|row| row.drawn).sum::<usize>(), drawn.len());
    let five = rows.last().unwrap();
    assert_eq!((five.chances, five.drawn, five.never), (8, 8, 0));
    assert!((rows[0].expected - 0.8).abs() < 1e-9);
}

#[test]
fn nobody_reveals_before_both_have_committed_nor_for_another_draw() {
    let (_folder, mut workspace, keys) = world(6);
    let now = permit(&workspace, DAY);
    let number = workspace.open_draw(&now, &plan([50; 5])).unwrap();
    let bundle = workspace.draw_bundle(number, at(DAY)).unwrap();
    assert!(matches!(commit(&bundle, &id("p1"), &keys[2]), Err(DrawError::Sealed(_))), "sealed to the drawers");
    assert!(matches!(commit(&bundle, &id("p3"), &keys[0]), Err(DrawError::Other("person"))));
    assert!(matches!(open(&bundle, &keys[2]), Err(DrawError::Sealed(_))));
    let (shown, done) = open(&bundle, &keys[0]).unwrap();
    assert_eq!((shown.number, shown.log_key.as_str(), done.as_slice()), (number, workspace.log_key(), [].as_slice()));
    let (_, note, kept) = commit(&bundle, &id("p1"), &keys[0]).unwrap();
    workspace.take_draw(&now, &note).unwrap();
    // The desk, which has seen one commitment, asks for the secret.
    assert!(matches!(reveal(&kept, &bundle, &keys[0]), Err(DrawError::NotCommitted(_))));
    // Or shows the other draw's commitments.
    let (other, _) = committed(&mut workspace, &keys, [50; 5]);
    let theirs = workspace.draw_bundle(other, at(DAY)).unwrap();
    let (shown, done) = open(&theirs, &keys[0]).unwrap();
    assert_eq!((shown.number, done), (other, vec![id("p1"), id("p2")]));
    assert!(matches!(reveal(&kept, &theirs, &keys[0]), Err(DrawError::Other("entry"))));
    // Or takes one of them for this draw.
    let plain = crate::identity::decrypt_with(&keys[0].identities(), &theirs).unwrap();
    let mut mixed: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    let own = crate::identity::decrypt_with(&keys[0].identities(), &bundle).unwrap();
    mixed["draw"] = serde_json::from_slice::<serde_json::Value>(&own).unwrap()["draw"].clone();
    let sealed = encrypt_to_lines([keys[0].recipient().as_str()], mixed.to_string().as_bytes()).unwrap();
    assert!(matches!(reveal(&kept, &sealed, &keys[0]), Err(DrawError::Other("commitment"))));
    assert!(matches!(open(&sealed, &keys[0]), Err(DrawError::Other("commitment"))));
    // A note of one drawer in the other's name.
    let (_, note, _) = commit(&bundle, &id("p2"), &keys[0]).unwrap();
    assert!(matches!(workspace.take_draw(&now, &note), Err(DrawError::NotBy(_))));
}

#[test]
fn what_is_held_back_draws_everybody_and_what_both_committed_to_is_not_taken_back() {
    let (_folder, mut workspace, keys) = world(10);
    let (number, kept) = committed(&mut workspace, &keys, [0, 0, 0, 0, 1]);
    let now = permit(&workspace, DAY);
    assert!(matches!(workspace.close_draw(&now, number), Err(DrawError::Early(..))));
    let part = crate::telling::Part::Only;
    assert!(workspace.withdraw(&now, number, &part, "we would rather not").is_err());
    let bundle = workspace.draw_bundle(number, at(DAY)).unwrap();
    let (_, first) = reveal(&kept[0], &bundle, &keys[0]).unwrap();
    workspace.take_draw(&now, &first).unwrap();
    let late = "2026-03-09T12:01Z";
    // Whether or not anybody says so.
    assert_eq!(workspace.draw(number).unwrap().standing(at(late)), DrawStanding::Late);
    assert_eq!(workspace.state().vetting_on(day_of(at("2026-03-10T12:00Z"))).len(), 10);
    let (_, second) = reveal(&kept[1], &bundle, &keys[1]).unwrap();
    let after = permit(&workspace, late);
    assert!(matches!(workspace.take_draw(&after, &second), Err(DrawError::Over(_))));
    assert_eq!(workspace.close_draw(&after, number).unwrap().len(), 10);
    assert!(matches!(workspace.close_draw(&after, number), Err(DrawError::Over(_))));
    let rows = workspace.state().coverage(CheckSort::Urinalysis, Date::MIN, at(late));
    assert_eq!((rows.iter().map(|r| r.drawn).sum::<usize>(), rows.iter().map(|r| r.forfeited).sum::<usize>()), (0, 10));
    // One that nobody has committed to is taken back.
    let other = workspace.open_draw(&after, &plan([10; 5])).unwrap();
    workspace.withdraw(&after, other, &part, "the wrong check").unwrap();
    assert!(matches!(workspace.draw(other), Err(DrawError::NoDraw(_))));
    assert!(workspace.verify().unwrap().holds());
}

#[test]
fn a_draw_that_was_not_drawn_so_is_found() {
    let (_folder, mut workspace, keys) = world(12);
    let (number, kept) = committed(&mut workspace, &keys, [40; 5]);
    let now = permit(&workspace, DAY);
    let bundle = workspace.draw_bundle(number, at(DAY)).unwrap();
    let mut secrets = Vec::new();
    for (i, kept) in kept.iter().enumerate() {
        let (_, text) = reveal(kept, &bundle, &keys[i]).unwrap();
        let revealed: Revealed = serde_json::from_str(&text).unwrap();
        let (person, secret, salt) = (revealed.person, revealed.secret, revealed.salt);
        workspace.append(&now, vec![Event::DrawRevealed { draw: number, person, secret, salt }]).unwrap();
        secrets.push(secret);
    }
    // Whoever runs the machine writes the end by hand, and leaves somebody out.
    let draw = workspace.draw(number).unwrap();
    let part: Part = workspace.read_own(&workspace.part_path(&draw.facts.commitment)).unwrap();
    let (leaf, ..) = workspace.shown_entry(number).unwrap();
    let mut drawn = drawn(&seed(&leaf, &part.secret, [&secrets[0], &secrets[1]]), &draw.facts);
    match drawn.pop() {
        Some(_) => {}
        None => drawn.push(id("p1")),
    }
    workspace.append(&now, vec![Event::DrawDone { draw: number, secret: part.secret, salt: part.salt, drawn }]).unwrap();
    let report = workspace.verify().unwrap();
    assert!(report.findings.iter().any(|finding| finding.contains("not what the secrets of draw")), "{:?}", report.findings);
}

#[test]
fn drawers_and_rates_that_would_not_do_are_refused() {
    let (_folder, mut workspace, _) = world(6);
    let now = permit(&workspace, DAY);
    let mut refused = |change: &dyn Fn(&mut DrawPlan)| {
        let mut plan = plan([10; 5]);
        change(&mut plan);
        workspace.open_draw(&now, &plan).unwrap_err()
    };
    let drawers = |one: &'static str, other: &'static str| move |plan: &mut DrawPlan| plan.drawers = [id(one), id(other)];
    for (one, other) in [("p1", "p1"), ("p1", "p3"), ("p1", "p4"), ("p1", "nobody")] {
        assert!(matches!(refused(&drawers(one, other)), DrawError::Drawers(..)), "{one} {other}");
    }
    assert!(matches!(refused(&|plan| plan.rates = [20, 10, 20, 20, 20]), DrawError::Rates));
    assert!(matches!(refused(&|plan| plan.rates = [10, 10, 10, 10, 101]), DrawError::Rates));
    assert!(matches!(refused(&|plan| plan.rates = [0; 5]), DrawError::Nobody));
    assert!(matches!(refused(&|plan| plan.unit = Some("C".to_owned())), DrawError::Nobody));
    assert!(matches!(refused(&|plan| plan.reveal_days = 0), DrawError::Times));
    assert!(matches!(refused(&|plan| plan.within_days = 91), DrawError::Times));
    assert!(workspace.state().vetting.draws.is_empty());
}

/// α = 10⁻⁶ for each of 5 rates, two-sided by Hoeffding's inequality; 20,000 people, one seed each.
#[test]
fn people_are_drawn_as_often_as_the_rates_say() {
    for (i, rate) in [1u8, 10, 50, 90, 99].into_iter().enumerate() {
        let people = 20_000;
        let eligible = (0..people).map(|n| Eligible { person: id(&format!("p{n}")), level: 3 }).collect();
        let facts = DrawFacts {
            sort: CheckSort::Urinalysis,
            rates: [rate; 5],
            eligible,
            drawers: [id("p1"), id("p2")],
            commitment: Commitment([0; 32]),
            reveal_by: Timestamp::UNIX_EPOCH,
            within_days: 1,
        };
        let salts = [1, 2, 3].map(|n| Salt([n * 10 + u8::try_from(i).unwrap(); 32]));
        let count = drawn(&seed("leaf", &salts[0], [&salts[1], &salts[2]]), &facts).len();
        let share = count as f64 / f64::from(people);
        let bound = ((2.0f64 / 1e-6).ln() / (2.0 * f64::from(people))).sqrt();
        assert!((share - f64::from(rate) / 100.0).abs() < bound, "{rate}: {share}");
    }
    // Each secret alone changes whom it draws.
    let base = seed("leaf", &Salt([1; 32]), [&Salt([2; 32]), &Salt([3; 32])]);
    for other in [
        seed("other", &Salt([1; 32]), [&Salt([2; 32]), &Salt([3; 32])]),
        seed("leaf", &Salt([9; 32]), [&Salt([2; 32]), &Salt([3; 32])]),
        seed("leaf", &Salt([1; 32]), [&Salt([9; 32]), &Salt([3; 32])]),
        seed("leaf", &Salt([1; 32]), [&Salt([2; 32]), &Salt([9; 32])]),
        seed("leaf", &Salt([1; 32]), [&Salt([3; 32]), &Salt([2; 32])]),
    ] {
        assert_ne!(base, other);
    }
}
