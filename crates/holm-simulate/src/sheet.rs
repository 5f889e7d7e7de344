//! What a world wrote down, as files that Holm takes in: a roster and past operations (`docs/spec/operations.md`, Imports).

use jiff::ToSpan;
use jiff::civil::{DateTime, date};

use crate::world::World;
use crate::world::recorded::Outcome;

/// Somebody on the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Level of rank: 1 is the lowest, 5 the highest.
    pub level: u8,
}

/// That somebody was told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Whom, by identifier.
    pub person: String,
    /// When, in days from the beginning.
    pub day: f64,
    /// What they learn is worth this share of everything.
    pub weight: f64,
}

/// An operation that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Its name.
    pub name: String,
    /// Its sort.
    pub sort: String,
    /// When it took place, in days from the beginning.
    pub day: f64,
    /// Units that took part.
    pub units: Vec<String>,
    /// Channels by which it was spoken of.
    pub channels: Vec<String>,
    /// Who was told.
    pub told: Vec<Told>,
    /// What came of it.
    pub outcome: Outcome,
    /// When a leak of it must have happened at the latest, in days from the beginning.
    pub until: Option<f64>,
}

/// A roster and past operations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The roster.
    pub people: Vec<Member>,
    /// Radio nets, telephones and the like.
    pub channels: Vec<String>,
    /// Operations, in the order in which they are written down.
    pub operations: Vec<Past>,
}

/// A moment so many days after the first of January 2001, in UTC, to the minute.
fn moment(day: f64) -> String {
    const BEGINNING: DateTime = date(2001, 1, 1).at(0, 0, 0, 0);
    let minutes = (day * 24.0 * 60.0).round() as i64;
    let then = BEGINNING.checked_add(minutes.minutes()).unwrap_or(DateTime::MAX);
    format!("{}Z", then.strftime("%Y-%m-%dT%H:%M"))
}

fn named(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Confirmed => "confirmed",
        Outcome::Suspected => "suspected",
        Outcome::Unknown => "unknown",
        Outcome::Clean => "clean",
    }
}

impl Sheet {
    /// The roster as `holm person import` takes it.
    #[must_use]
    pub fn roster(&self) -> String {
        let line = |m: &Member| format!("{},{},Force,{},{},officer,,\n", m.id, m.name, m.unit, m.level);
        "id,name,agency,unit,level,role,email,recipient\n".to_owned() + &self.people.iter().map(line).collect::<String>()
    }

    /// Operations as `holm operation import` takes them; their channels must have been added.
    #[must_use]
    pub fn operations(&self) -> String {
        let told = |t: &Told| {
            let weight = if t.weight < 1.0 { format!(":{:.3}", t.weight.max(0.001)) } else { String::new() };
            format!("{}@{}{weight}", t.person, moment(t.day))
        };
        let line = |o: &Past| {
            format!(
                "{},{},{},,{},{},,{},{},,{},\n",
                o.name,
                o.sort,
                moment(o.day),
                o.units.join(";"),
                o.channels.join(";"),
                o.told.iter().map(told).collect::<Vec<_>>().join(";"),
                named(o.outcome),
                o.until.map(moment).unwrap_or_default(),
            )
        };
        "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned()
            + &self.operations.iter().map(line).collect::<String>()
    }
}

impl From<&World> for Sheet {
    /// What is recorded of a world; what is so stays with the world.
    fn from(world: &World) -> Self {
        let recorded = &world.recorded;
        let unit = |unit: usize| format!("Unit {}", unit + 1);
        let person = |person: usize| format!("p{}", person + 1);
        let channel = |channel: usize| format!("net-{}", channel + 1);
        let member = |(index, of): (usize, &crate::world::recorded::Person)| Member {
            id: person(index),
            name: crate::names::name(index),
            unit: unit(of.unit),
            level: of.level,
        };
        let past = |(index, of): (usize, &crate::world::recorded::Operation)| Past {
            name: format!("op-{}", index + 1),
            sort: format!("sort {}", of.kind + 1),
            day: of.time,
            units: of.unit.map(unit).into_iter().collect(),
            channels: of.channel.map(channel).into_iter().collect(),
            told: of.told.iter().map(|t| Told { person: person(t.person), day: t.time, weight: t.weight }).collect(),
            outcome: of.outcome,
            until: None,
        };
        Self {
            people: recorded.persons.iter().enumerate().map(member).collect(),
            channels: (0..recorded.channels.len()).map(channel).collect(),
            operations: recorded.operations.iter().enumerate().map(past).collect(),
        }
    }
}
