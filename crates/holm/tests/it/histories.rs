//! What is believed of public cases (`holm_simulate::history`), and of each a twin in which whoever was accused is innocent.
//! How often each holds is counted by `cargo bench -p holm --bench histories` (docs/design/belief.md): what is asked here of a few
//! draws was chosen after these were counted, by what held in nearly all of them.

use holm::belief::translation::Cause;
use holm::belief::{Belief, Beliefs};
use holm_record::event::happening::Outcome;
use holm_record::id::{ChannelName, PersonId};
use holm_simulate::history::{FIRST_DRAW, History};

use crate::taken_in::believed;

/// Draws of the cases in which chance decides most.
const DRAWS: u64 = 3;

/// The case and its twin, as an officer would take them in.
fn told(name: &str, draw: u64) -> (Beliefs, Beliefs) {
    let history = History::named(name).unwrap();
    let believed = |twin: bool| believed(&history.sheet(twin, draw)).unwrap();
    (believed(false), believed(true))
}

fn of<'b>(beliefs: &'b Beliefs, person: &str) -> &'b Belief {
    beliefs.people.iter().find(|b| b.person.as_str() == person).unwrap()
}

fn cause(beliefs: &Beliefs, which: &Cause) -> f64 {
    beliefs.channels.iter().find(|c| c.cause == *which).unwrap().probability
}

fn referred(beliefs: &Beliefs) -> Vec<&str> {
    beliefs.review.iter().map(PersonId::as_str).collect()
}

/// The years in which every check was passed must not outweigh it.
#[test]
fn the_commanders_photograph_makes_a_lead_and_an_open_telephone_makes_two() {
    for draw in FIRST_DRAW..FIRST_DRAW + DRAWS {
        let (alone, twin) = told("photograph", draw);
        assert_eq!(alone.people[0].person.as_str(), "u0p0", "draw {draw}");
        assert!(of(&alone, "u0p0").probability > 0.2, "draw {draw}: {:?}", of(&alone, "u0p0"));
        assert!(of(&alone, "u0p0").reasons_for[0].of.outcome == Outcome::Confirmed);
        assert!(of(&twin, "u0p0").probability < of(&alone, "u0p0").probability - 0.1, "draw {draw}: {:?}", of(&twin, "u0p0"));
        assert!(cause(&twin, &Cause::Channel(ChannelName::new("agents-phone").unwrap())) > 0.2, "{:?}", twin.channels);
        assert!(!referred(&twin).contains(&"u0p0"), "draw {draw}");
    }
}

/// One exposure to a whole unit says next to nothing of any member and much of the unit.
#[test]
fn one_betrayal_of_what_a_whole_unit_knew_is_about_the_unit_and_names_nobody() {
    for draw in FIRST_DRAW..FIRST_DRAW + DRAWS {
        let (known, twin) = told("telephones", draw);
        assert!(referred(&known).is_empty() && referred(&twin).is_empty(), "draw {draw}");
        let unit = |beliefs: &Beliefs| beliefs.units.iter().find(|u| u.unit == "Vetted unit").unwrap().mean;
        assert!(unit(&known) > unit(&twin), "draw {draw}: {} {}", unit(&known), unit(&twin));
        assert!(known.units[0].unit == "Vetted unit" && known.units[1].mean < unit(&known) / 2.0, "{:?}", known.units);
        // With a history of clean work one betrayal is as well explained by nobody there.
        assert!(twin.people.iter().all(|b| b.probability < 0.35), "draw {draw}: {:?}", twin.people[0]);
    }
}

/// The test of any such model: where the true spy is not on the list, who was pursued for what they knew must not be named.
#[test]
fn a_leaker_with_three_windows_is_found_and_the_innocent_who_knew_of_much_is_not() {
    for draw in FIRST_DRAW..FIRST_DRAW + DRAWS {
        let (found, twin) = told("three-windows", draw);
        assert_eq!(found.people[0].person.as_str(), "u0p2", "draw {draw}: {:?}", &found.people[..3]);
        assert!(of(&found, "u0p2").probability > 0.95, "draw {draw}: {:?}", of(&found, "u0p2"));
        assert!(of(&found, "u0p1").probability < 0.2, "draw {draw}: {:?}", of(&found, "u0p1"));
        assert!(!referred(&twin).contains(&"u0p1"), "draw {draw}: {:?}", of(&twin, "u0p1"));
    }
}

/// Whoever knew of all betrayed operations and of all that were not is explained neither way by counting.
#[test]
fn whoever_is_told_of_everything_is_neither_cleared_nor_condemned_by_it() {
    let (guilty, twin) = told("minister", FIRST_DRAW);
    // Leaks of which nothing else accounts for so many point at what all had in common: the minister, or somebody not listed.
    let minister = of(&guilty, "u0p0").probability;
    assert!(minister > 0.1 || guilty.not_listed > 0.5, "{minister} {}", guilty.not_listed);
    assert!(of(&twin, "u0p0").probability < 0.05, "{:?}", of(&twin, "u0p0"));
    assert_eq!(twin.people[0].person.as_str(), "u1p3");
    assert!(!referred(&twin).contains(&"u0p0"));
}

/// Several leakers at several levels of several units.
#[test]
fn three_leakers_of_three_units_are_leads_together_and_their_units_stand_out() {
    let (found, twin) = told("clean-up", FIRST_DRAW);
    let leakers = ["u0p0", "u1p4", "u2p7"];
    let first: Vec<&str> = found.people.iter().take(3).map(|b| b.person.as_str()).collect();
    assert!(leakers.iter().all(|leaker| first.contains(leaker)), "{first:?}");
    assert!(referred(&found).iter().all(|person| leakers.contains(person)), "{:?}", referred(&found));
    assert!(!referred(&found).is_empty());
    assert_eq!(found.units.last().unwrap().unit, "Prosecutors", "{:?}", found.units);
    assert!(referred(&twin).is_empty(), "{:?}", &twin.people[0]);
}

/// Money came to an account on the days after lunches; bank records are of a later issue. What can be told already is that windows
/// which recovered material narrows set those who knew in time apart from those who were told later.
#[test]
fn windows_set_those_who_knew_in_time_apart_from_those_who_were_told_later() {
    let (with, twin) = told("lunches", FIRST_DRAW);
    assert!(of(&with, "u0p1").probability > 0.95, "{:?}", of(&with, "u0p1"));
    assert!(of(&with, "u0p2").probability < 0.05, "{:?}", of(&with, "u0p2"));
    assert_eq!(referred(&with), ["u0p1"]);
    // Nothing tells the three apart, and nobody is referred for it.
    let three = twin.alike.iter().find(|group| group.people.len() == 3).unwrap();
    assert!(three.any > 0.9 && referred(&twin).is_empty(), "{three:?} {:?}", referred(&twin));
    assert!(of(&twin, "u0p1").probability < 0.6, "{:?}", of(&twin, "u0p1"));
}
