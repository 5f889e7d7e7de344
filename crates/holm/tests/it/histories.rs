//! Cases that are public, told again with invented people, and of each a twin in which whoever was accused is innocent.
//!
//! Facts are from reports named at each; what follows from them here is qualitative, and every figure beside them is ours.

use holm::belief::translation::Cause;
use holm::belief::{Belief, Beliefs, Question, compute};
use holm::policy::Action;
use holm::workspace::{InitOptions, Workspace};
use holm_record::event::happening::{
    ChannelSort, Exposure, IncidentFacts, IncidentSort, OperationFacts, Outcome, Weight, Window,
};
use holm_record::id::{ChannelName, IncidentName, OperationName, PersonId};
use jiff::{SignedDuration, Timestamp};

/// A programme of some units of some people each: `u0p0`, `u0p1`, …
struct Programme {
    _folder: tempfile::TempDir,
    workspace: Workspace,
    now: Timestamp,
    operations: Vec<OperationFacts>,
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn day(number: i64) -> Timestamp {
    "2001-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + DAY * i32::try_from(number).unwrap()
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): histories are the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    /// `count` different members of a unit of `size`.
    fn some(&mut self, unit: usize, size: usize, count: usize) -> Vec<String> {
        let mut all: Vec<usize> = (0..size).collect();
        (0..count).map(|_| format!("u{unit}p{}", all.remove(self.below(all.len())))).collect()
    }
}

impl Programme {
    fn new(units: usize, people: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = day(9_000);
        let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), now).unwrap();
        let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
        for unit in 0..units {
            for person in 0..people {
                let level = if person == 0 { 5 } else { person % 4 + 1 };
                roster.push_str(&format!("u{unit}p{person},Person {person} of {unit},Force,Unit {unit},{level},officer,,\n"));
            }
        }
        let permit = workspace.permit(&Action::Administer, now).unwrap();
        workspace.import_roster(&permit, &roster).unwrap();
        Self { _folder: folder, workspace, now, operations: Vec::new() }
    }

    fn channel(&mut self, name: &str) {
        let permit = self.workspace.permit(&Action::Administer, self.now).unwrap();
        let name = ChannelName::new(name).unwrap();
        self.workspace.add_channel(&permit, name, ChannelSort::Phone, None, String::new()).unwrap();
    }

    fn operation(&mut self, when: i64, unit: usize, told: &[String], channels: &[&str], outcome: Outcome) -> OperationName {
        let operation = OperationName::new(format!("o{}", self.operations.len())).unwrap();
        let exposure = |person: &String| Exposure {
            person: PersonId::new(person.as_str()).unwrap(),
            at: Some(day(when) - DAY),
            weight: Weight::WHOLE,
        };
        self.operations.push(OperationFacts {
            operation: operation.clone(),
            sort: "raid".to_owned(),
            at: day(when),
            targets: Vec::new(),
            units: vec![format!("Unit {unit}")],
            channels: channels.iter().map(|c| ChannelName::new(*c).unwrap()).collect(),
            items: Vec::new(),
            told: told.iter().map(exposure).collect(),
            endangers: Vec::new(),
            words: String::new(),
            outcome: Some(outcome),
            window: None,
        });
        operation
    }

    fn record(&mut self) {
        let permit = self.workspace.permit(&Action::Administer, self.now).unwrap();
        self.workspace.add_operations(&permit, None, std::mem::take(&mut self.operations)).unwrap();
    }

    fn beliefs(&mut self) -> Beliefs {
        self.record();
        compute(self.workspace.state(), &Question::default()).unwrap()
    }
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

fn outcome(leaked: bool) -> Outcome {
    if leaked { Outcome::Confirmed } else { Outcome::Clean }
}

/// Years in which a unit of twelve works: three to five are told of each operation, one in twenty fails by itself.
fn years(
    programme: &mut Programme,
    chance: &mut Chance,
    operations: i64,
    betrays: &mut dyn FnMut(&mut Chance, i64, &[String]) -> bool,
) {
    for number in 0..operations {
        let unit = chance.below(2);
        let count = 3 + chance.below(3);
        let told = chance.some(unit, 12, count);
        let leaked = betrays(chance, number, &told) || chance.below(20) == 0;
        programme.operation(10 * (number + 1), unit, &told, &[], outcome(leaked));
    }
}

/// The commander's photograph: in September 2016 a target held the very picture that an agent had sent to the commander of a vetted unit
/// the day before (US Department of Justice, Eastern District of New York, United States v. Reyes Arzate, 2018 to 2022). One copy and
/// nobody else who was sent it: the years in which every check was passed must not outweigh that.
#[test]
fn the_commanders_photograph_makes_a_lead_and_an_open_telephone_makes_two() {
    let tell = |with_phone: bool| {
        let mut programme = Programme::new(2, 12);
        let mut chance = Chance(1);
        programme.channel("agents-phone");
        // Thirteen years with little told to the commander alone and no more failures than elsewhere.
        years(&mut programme, &mut chance, 60, &mut |_, _, _| false);
        let channels: &[&str] = if with_phone { &["agents-phone"] } else { &[] };
        for number in 0..3 {
            programme.operation(5_700 + number, 0, &["u0p0".to_owned()], channels, Outcome::Confirmed);
        }
        programme.beliefs()
    };
    let alone = tell(false);
    assert_eq!(alone.people[0].person.as_str(), "u0p0");
    assert!(of(&alone, "u0p0").probability > 0.8, "{:?}", of(&alone, "u0p0"));
    assert!(of(&alone, "u0p0").reasons_for.iter().take(3).all(|reason| reason.of.outcome == Outcome::Confirmed));
    // Three exposures are not many and of one kind, so it is a lead that is not acted on by itself.
    assert!(alone.review.is_empty() || !of(&alone, "u0p0").missing.is_empty());
    // The twin: all three went through one telephone, which may have been tapped.
    let twin = tell(true);
    assert!(of(&twin, "u0p0").probability < of(&alone, "u0p0").probability - 0.1, "{:?}", of(&twin, "u0p0"));
    assert!(cause(&twin, &Cause::Channel(ChannelName::new("agents-phone").unwrap())) > 0.2, "{:?}", twin.channels);
    assert!(!referred(&twin).contains(&"u0p0"));
}

/// The trackable telephones: in 2011 the numbers of two leaders' telephones were shared with a vetted unit that was known to leak; within
/// days their owners knew (ProPublica and National Geographic, 2017). One exposure to a whole unit says next to nothing of any member
/// and much of the unit.
#[test]
fn one_betrayal_of_what_a_whole_unit_knew_is_about_the_unit_and_names_nobody() {
    let tell = |unit_leaked_before: bool| {
        let mut programme = Programme::new(2, 12);
        let mut chance = Chance(2);
        for number in 0..40 {
            let unit = usize::try_from(number % 2).unwrap();
            let told = chance.some(unit, 12, 4);
            let leaked = unit == 0 && unit_leaked_before && number % 6 == 0;
            programme.operation(10 * (number + 1), unit, &told, &[], outcome(leaked));
        }
        let all: Vec<String> = (0..12).map(|p| format!("u0p{p}")).collect();
        programme.operation(900, 0, &all, &[], Outcome::Confirmed);
        programme.beliefs()
    };
    let (known, twin) = (tell(true), tell(false));
    assert!(referred(&known).is_empty() && referred(&twin).is_empty());
    let unit = |beliefs: &Beliefs| beliefs.units.iter().find(|u| u.unit == "Unit 0").unwrap().mean;
    assert!(unit(&known) > 1.0, "{:?}", known.units);
    assert!(unit(&known) > 1.3 * unit(&twin), "{} {}", unit(&known), unit(&twin));
    assert!(known.units[0].unit == "Unit 0" && known.units[1].mean < unit(&known) / 2.0, "{:?}", known.units);
    // With a history of clean work one betrayal is as well explained by nobody there.
    assert!(twin.people.iter().all(|b| b.probability < 0.35), "{:?}", twin.people[0]);
}

/// Three windows and an innocent suspect: a spy was active from 1979 to 1981, from 1985 to 1991 and from 1999 to 2001 (US Department of
/// Justice, Office of the Inspector General, 2003), and for years a man who had known of the same matters was pursued who was innocent.
#[test]
fn a_leaker_with_three_windows_is_found_and_the_innocent_who_knew_of_much_is_not() {
    let active = |number: i64| (10..30).contains(&number) || (60..100).contains(&number) || (130..150).contains(&number);
    let tell = |listed: bool| {
        let mut programme = Programme::new(2, 12);
        let mut chance = Chance(3);
        for number in 0..160 {
            let unit = chance.below(2);
            let mut told = chance.some(unit, 12, 4);
            // The innocent is told of nearly everything of unit 0, the spy of half of it.
            if unit == 0 && !told.contains(&"u0p1".to_owned()) && number % 8 != 0 {
                told[0] = "u0p1".to_owned();
            }
            let spy_knew = unit == 0 && number % 2 == 0;
            if listed {
                told.retain(|person| person != "u0p2");
                if spy_knew {
                    told.push("u0p2".to_owned());
                }
            }
            let leaked = (spy_knew && active(number) && chance.below(5) < 4) || chance.below(25) == 0;
            programme.operation(10 * (number + 1), unit, &told, &[], outcome(leaked));
        }
        programme.beliefs()
    };
    let found = tell(true);
    assert_eq!(found.people[0].person.as_str(), "u0p2", "{:?}", &found.people[..3]);
    assert!(of(&found, "u0p2").probability > 0.95, "{:?}", of(&found, "u0p2"));
    assert!(!referred(&found).contains(&"u0p1") && of(&found, "u0p1").probability < 0.2, "{:?}", of(&found, "u0p1"));
    // The twin: the spy is of another agency and not on the list. Nobody here may be named for it.
    let twin = tell(false);
    assert!(referred(&twin).is_empty() && twin.people[0].probability < 0.1, "{:?}", &twin.people[0]);
    let unrecorded = cause(&twin, &Cause::Unit("Unit 0".to_owned()));
    assert!(twin.not_listed > 0.5 || unrecorded > 0.9, "{} {unrecorded}", twin.not_listed);
}

/// The minister who is exposed to everything (Eastern District of New York, United States v. García Luna, 2023): whoever knew of all
/// betrayed operations and of all that were not is explained neither way by counting.
#[test]
fn whoever_is_told_of_everything_is_neither_cleared_nor_condemned_by_it() {
    let tell = |minister_leaks: bool| {
        let mut programme = Programme::new(2, 12);
        let mut chance = Chance(4);
        for number in 0..120 {
            let unit = chance.below(2);
            let mut told = chance.some(unit, 12, 3);
            told.retain(|person| person != "u0p0");
            // Another leaker in unit 1 brings about most failures.
            let other = told.contains(&"u1p3".to_owned()) && chance.below(10) < 7;
            let minister = minister_leaks && chance.below(10) < 4;
            told.push("u0p0".to_owned());
            let leaked = other || minister || chance.below(25) == 0;
            programme.operation(10 * (number + 1), unit, &told, &[], outcome(leaked));
        }
        programme.beliefs()
    };
    let (guilty, twin) = (tell(true), tell(false));
    // Leaks of which nothing else accounts for so many point at what all had in common: the minister, or somebody not listed.
    let minister = of(&guilty, "u0p0").probability;
    assert!(minister > 0.1 || guilty.not_listed > 0.5, "{minister} {}", guilty.not_listed);
    assert!(of(&twin, "u0p0").probability < 0.05, "{:?}", of(&twin, "u0p0"));
    assert_eq!(twin.people[0].person.as_str(), "u1p3");
    assert!(!referred(&twin).contains(&"u0p0"));
}

/// The clean-up of 2008: an organised-crime unit's chief, a liaison with Interpol and a guardsman of the president sold plans for months
/// at once (press, October and November 2008). Several leakers at several levels of several units.
#[test]
fn three_leakers_of_three_units_are_leads_together_and_their_units_stand_out() {
    let leakers = ["u0p0", "u1p4", "u2p7"];
    let tell = |leak: bool| {
        let mut programme = Programme::new(4, 10);
        let mut chance = Chance(5);
        for number in 0..240 {
            let unit = chance.below(4);
            let count = 3 + chance.below(3);
            let told = chance.some(unit, 10, count);
            let sold = leak && told.iter().any(|p| leakers.contains(&p.as_str())) && chance.below(10) < 7;
            programme.operation(5 * (number + 1), unit, &told, &[], outcome(sold || chance.below(20) == 0));
        }
        programme.beliefs()
    };
    let found = tell(true);
    let first: Vec<&str> = found.people.iter().take(3).map(|b| b.person.as_str()).collect();
    assert!(leakers.iter().all(|leaker| first.contains(leaker)), "{first:?}");
    assert!(referred(&found).iter().all(|person| leakers.contains(person)), "{:?}", referred(&found));
    assert!(!referred(&found).is_empty());
    assert_eq!(found.units.last().unwrap().unit, "Unit 3", "{:?}", found.units);
    // The twin: the same rosters, tellings and accidents, and nobody who sells anything.
    let twin = tell(false);
    assert!(referred(&twin).is_empty(), "{:?}", &twin.people[0]);
}

/// The lunches and the deposits: money came to an account on the days after lunches with a foreign diplomat (US Senate Select Committee
/// on Intelligence, 1994); two polygraphs were passed. Bank records are of a later issue; what can be told already is that windows which
/// recovered material narrows set those who knew in time apart from those who were told later.
#[test]
fn windows_set_those_who_knew_in_time_apart_from_those_who_were_told_later() {
    let tell = |windows: bool| {
        let mut programme = Programme::new(1, 12);
        let mut names = Vec::new();
        for number in 0..14 {
            let told: Vec<String> = ["u0p1", "u0p2", "u0p3"].map(str::to_owned).to_vec();
            names.push((programme.operation(30 * (number + 1), 0, &told, &[], Outcome::Unknown), number));
            // u0p1 was told ten days before, the others on the last day.
            let facts = programme.operations.last_mut().unwrap();
            facts.outcome = None;
            facts.told[0].at = Some(day(30 * (number + 1)) - DAY * 10);
            programme.operation(30 * (number + 1) + 5, 0, &told, &[], outcome(number % 12 == 0));
            // What others of the unit knew stayed secret, so it is nothing of the unit as a whole.
            let others = ["u0p5", "u0p6"].map(str::to_owned);
            programme.operation(30 * (number + 1) + 8, 0, &others, &[], Outcome::Clean);
        }
        programme.record();
        let permit = programme.workspace.permit(&Action::Administer, programme.now).unwrap();
        for (operation, number) in names {
            let over = day(30 * (number + 1));
            let facts = IncidentFacts {
                sort: IncidentSort::Intercept,
                noticed: over,
                window: if windows { Window { from: None, to: Some(over - DAY * 5) } } else { Window::default() },
                certainty: Outcome::Confirmed,
                operation: Some(operation),
                item: None,
                variant: None,
                grade: None,
                considered: None,
                words: String::new(),
            };
            let incident = IncidentName::new(format!("i{number}")).unwrap();
            programme.workspace.record_incident(&permit, incident, facts).unwrap();
        }
        programme.beliefs()
    };
    let with = tell(true);
    assert!(of(&with, "u0p1").probability > 0.95, "{:?}", of(&with, "u0p1"));
    assert!(of(&with, "u0p2").probability < 0.05, "{:?}", of(&with, "u0p2"));
    assert_eq!(referred(&with), ["u0p1"]);
    // The twin: the same, and nobody knows when it leaked. Then nothing tells the three apart, and nobody is referred for it.
    let twin = tell(false);
    let three = twin.alike.iter().find(|group| group.people.len() == 3).unwrap();
    assert!(three.any > 0.9 && referred(&twin).is_empty(), "{three:?} {:?}", referred(&twin));
    assert!(of(&twin, "u0p1").probability < 0.6, "{:?}", of(&twin, "u0p1"));
}
