//! Cases that are public, told again with invented people, and of each a twin in which whoever was accused is innocent.
//!
//! Facts are from the reports named at each; every figure beside them is ours, and what follows from them is qualitative:
//! `crates/holm/tests/it/histories.rs` asserts it of some draws, and `cargo bench -p holm --bench histories` counts it over many.

use holm_codes::attack::Random;

use crate::chance::Chance;
use crate::names;
use crate::sheet::{Member, Past, Sheet, Told};
use crate::world::recorded::Outcome;

/// The draw of what is left to chance with which a case is told where no other is asked for.
pub const FIRST_DRAW: u64 = 0;

/// A case.
#[derive(Clone, Copy, Debug)]
pub struct History {
    /// By which it is asked for.
    pub name: &'static str,
    /// What is known of the case.
    pub about: &'static str,
    /// Where that was published.
    pub source: &'static str,
    /// What the twin is.
    pub twin: &'static str,
    /// Its units.
    pub units: &'static [&'static str],
    /// Who was accused, or pursued.
    pub accused: &'static [&'static str],
    /// Who leaks: in the case, then in its twin.
    leakers: [&'static [&'static str]; 2],
    /// People of a unit.
    size: usize,
    tell: fn(&mut Teller, bool),
}

/// All of them.
pub const HISTORIES: [History; 6] = [
    History {
        name: "photograph",
        about: "A target held the very picture that an agent had sent to the commander of a vetted unit the day before.",
        source: "US Department of Justice, Eastern District of New York, United States v. Reyes Arzate, 2018 to 2022",
        twin: "all of it went through one telephone, which may have been tapped",
        units: &["Vetted unit", "Federal police"],
        accused: &["u0p0"],
        leakers: [&["u0p0"], &[]],
        size: 12,
        tell: photograph,
    },
    History {
        name: "telephones",
        about: "The numbers of two leaders' telephones were shared with a unit that was known to leak; within days their owners knew.",
        source: "ProPublica and National Geographic, 2017",
        twin: "the unit has years of clean work behind it",
        units: &["Vetted unit", "Federal police"],
        accused: &[],
        // What the unit knows is betrayed whoever of it is told: nobody in particular does it.
        leakers: [&[], &[]],
        size: 12,
        tell: telephones,
    },
    History {
        name: "three-windows",
        about: "A spy was active from 1979 to 1981, from 1985 to 1991 and from 1999 to 2001, while an innocent man who had known of the same matters was pursued.",
        source: "US Department of Justice, Office of the Inspector General, 2003",
        twin: "the spy is of another agency and stands on no list",
        units: &["Counter-intelligence", "Analysis"],
        accused: &["u0p1"],
        leakers: [&["u0p2"], &[]],
        size: 12,
        tell: three_windows,
    },
    History {
        name: "minister",
        about: "A minister was told of everything, of what was betrayed and of what was not.",
        source: "Eastern District of New York, United States v. García Luna, 2023",
        twin: "the minister leaks nothing",
        units: &["Ministry", "Federal police"],
        accused: &["u0p0"],
        leakers: [&["u0p0", "u1p3"], &["u1p3"]],
        size: 12,
        tell: minister,
    },
    History {
        name: "clean-up",
        about: "An organised-crime unit's chief, a liaison with Interpol and a guardsman of the president sold plans for months at once.",
        source: "press, October and November 2008",
        twin: "the same rosters, tellings and accidents, and nobody who sells anything",
        units: &["Organised crime", "Interpol liaison", "Presidential guard", "Prosecutors"],
        accused: &["u0p0", "u1p4", "u2p7"],
        leakers: [&["u0p0", "u1p4", "u2p7"], &[]],
        size: 10,
        tell: clean_up,
    },
    History {
        name: "lunches",
        about: "What leaked had been known to one man before lunches with a diplomat and to others only later.",
        source: "US Senate Select Committee on Intelligence, 1994",
        twin: "nobody knows when it leaked",
        units: &["Division"],
        accused: &["u0p1"],
        // In the twin it is another of the three; which of them, nothing recorded depends on.
        leakers: [&["u0p1"], &["u0p2"]],
        size: 12,
        tell: lunches,
    },
];

impl History {
    /// By name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        HISTORIES.iter().find(|history| history.name == name)
    }

    /// Who leaks in the case, or in its twin; whoever stands on no list is not among them.
    #[must_use]
    pub fn leakers(&self, twin: bool) -> &'static [&'static str] {
        self.leakers[usize::from(twin)]
    }

    /// The case, or its twin, with one draw of what is left to chance. People are `u0p0`, `u0p1` and so on by unit; of each unit
    /// the first is of level 5.
    #[must_use]
    pub fn sheet(&self, twin: bool, draw: u64) -> Sheet {
        let people = (0..self.units.len()).flat_map(|unit| (0..self.size).map(move |person| (unit, person)));
        let member = |(unit, person): (usize, usize)| Member {
            id: id(unit, person),
            name: names::name(unit * self.size + person),
            unit: self.units[unit].to_owned(),
            level: if person == 0 { 5 } else { u8::try_from(person % 4 + 1).unwrap_or(1) },
        };
        let sheet = Sheet { people: people.map(member).collect(), ..Sheet::default() };
        let number = HISTORIES.iter().position(|other| other.name == self.name).unwrap_or(0);
        // One seed for each draw of each case: there are fewer cases than 256.
        let mut teller = Teller { history: *self, sheet, chance: Chance::new((draw << 8) + number as u64 + 1) };
        (self.tell)(&mut teller, twin);
        teller.sheet
    }
}

fn id(unit: usize, person: usize) -> String {
    format!("u{unit}p{person}")
}

fn outcome(leaked: bool) -> Outcome {
    if leaked { Outcome::Confirmed } else { Outcome::Clean }
}

/// A history while it is told.
struct Teller {
    history: History,
    sheet: Sheet,
    chance: Chance,
}

impl Teller {
    /// A number below `n`.
    fn below(&mut self, n: usize) -> usize {
        (self.chance.next() % n as u64) as usize
    }

    /// So many members of a unit.
    fn some(&mut self, unit: usize, count: usize) -> Vec<String> {
        let mut all: Vec<usize> = (0..self.history.size).collect();
        let mut one = || {
            let at = self.below(all.len());
            id(unit, all.remove(at))
        };
        (0..count).map(|_| one()).collect()
    }

    /// Whether something happens that does so `of` times in `ten`.
    fn happens(&mut self, of: usize, ten: usize) -> bool {
        self.below(ten) < of
    }

    /// An operation of a unit, of which people were told the day before.
    fn operation(&mut self, day: i64, unit: usize, told: Vec<String>, outcome: Outcome) -> &mut Past {
        let day = day as f64;
        let number = self.sheet.operations.len();
        self.sheet.operations.push(Past {
            name: format!("o{number}"),
            sort: "raid".to_owned(),
            day,
            units: vec![self.history.units[unit].to_owned()],
            channels: Vec::new(),
            told: told.into_iter().map(|person| Told { person, day: day - 1.0, weight: 1.0 }).collect(),
            outcome,
            until: None,
        });
        &mut self.sheet.operations[number]
    }
}

/// Thirteen years in which the commander was told little alone and in which no more failed than elsewhere; then three in a row.
fn photograph(teller: &mut Teller, twin: bool) {
    const PHONE: &str = "agents-phone";
    teller.sheet.channels.push(PHONE.to_owned());
    for number in 0..60 {
        let unit = teller.below(2);
        let count = 3 + teller.below(3);
        let told = teller.some(unit, count);
        let failed = teller.happens(1, 20);
        teller.operation(10 * (number + 1), unit, told, outcome(failed));
    }
    for number in 0..3 {
        let photograph = teller.operation(5_700 + number, 0, vec![id(0, 0)], Outcome::Confirmed);
        photograph.channels.extend(twin.then(|| PHONE.to_owned()));
    }
}

/// Two units' operations; at last one of which all of a unit were told.
fn telephones(teller: &mut Teller, twin: bool) {
    for number in 0..40 {
        let unit = usize::from(number % 2 == 1);
        let told = teller.some(unit, 4);
        let leaked = unit == 0 && !twin && number % 6 == 0;
        teller.operation(10 * (number + 1), unit, told, outcome(leaked));
    }
    let all = (0..teller.history.size).map(|person| id(0, person)).collect();
    teller.operation(900, 0, all, Outcome::Confirmed);
}

/// `u0p2` is the spy, and is told of half of what their unit does; the innocent `u0p1` of nearly all of it.
fn three_windows(teller: &mut Teller, twin: bool) {
    let (innocent, spy) = (id(0, 1), id(0, 2));
    let active = |number: i64| (10..30).contains(&number) || (60..100).contains(&number) || (130..150).contains(&number);
    for number in 0..160 {
        let unit = teller.below(2);
        let mut told = teller.some(unit, 4);
        if unit == 0 && !told.contains(&innocent) && number % 8 != 0 {
            told[0].clone_from(&innocent);
        }
        let spy_knew = unit == 0 && number % 2 == 0;
        if !twin {
            told.retain(|person| *person != spy);
            told.extend(spy_knew.then(|| spy.clone()));
        }
        let leaked = (spy_knew && active(number) && teller.happens(4, 5)) || teller.happens(1, 25);
        teller.operation(10 * (number + 1), unit, told, outcome(leaked));
    }
}

/// `u0p0` is told of everything; `u1p3` brings about most failures.
fn minister(teller: &mut Teller, twin: bool) {
    let (minister, other) = (id(0, 0), id(1, 3));
    for number in 0..120 {
        let unit = teller.below(2);
        let mut told = teller.some(unit, 3);
        told.retain(|person| *person != minister);
        let sold = told.contains(&other) && teller.happens(7, 10);
        let leaks = !twin && teller.happens(4, 10);
        told.push(minister.clone());
        let leaked = sold || leaks || teller.happens(1, 25);
        teller.operation(10 * (number + 1), unit, told, outcome(leaked));
    }
}

/// `u0p0`, `u1p4` and `u2p7` sell.
fn clean_up(teller: &mut Teller, twin: bool) {
    let sellers = [id(0, 0), id(1, 4), id(2, 7)];
    for number in 0..240 {
        let unit = teller.below(4);
        let count = 3 + teller.below(3);
        let told = teller.some(unit, count);
        let sold = !twin && told.iter().any(|person| sellers.contains(person)) && teller.happens(7, 10);
        let failed = teller.happens(1, 20);
        teller.operation(5 * (number + 1), unit, told, outcome(sold || failed));
    }
}

/// `u0p1` knew ten days before, others on the last day; material that was recovered says that it leaked five days before at the latest.
fn lunches(teller: &mut Teller, twin: bool) {
    for number in 0..14 {
        let told = || vec![id(0, 1), id(0, 2), id(0, 3)];
        let over = 30 * (number + 1);
        let leaked = teller.operation(over, 0, told(), Outcome::Confirmed);
        leaked.told[0].day = (over - 10) as f64;
        leaked.until = (!twin).then_some((over - 5) as f64);
        teller.operation(over + 5, 0, told(), outcome(number % 12 == 0));
        // What others of the unit knew stayed secret, so it is nothing of the unit as a whole.
        teller.operation(over + 8, 0, vec![id(0, 5), id(0, 6)], Outcome::Clean);
    }
}
