//! Half a year of operations of the example world: who was told, what was betrayed, and what is believed of it.

use holm::belief::Question;
use holm::damage::damage;
use holm::policy::Action;
use holm_record::event::Telling;
use holm_record::event::happening::{
    ChannelSort, Exposure, IncidentFacts, IncidentSort, OperationFacts, Outcome, Weight, Window,
};
use holm_record::id::{ChannelName, IncidentName, OperationName, PersonId, TargetName};
use holm_simulate::chance::Chance;
use jiff::{Timestamp, ToSpan};

use super::chapter;
use super::world::World;
use crate::command::damage::print_damage;
use crate::command::suspects::print_beliefs;
use crate::error::CommandError;

/// The scenario's truth: who sells raids, and of ten that they hear of, how many.
const SELLER: &str = "h05";
const SOLD_OF_TEN: usize = 7;
/// Of so many operations, one fails by itself.
const ACCIDENT: usize = 20;
const OPERATIONS: i64 = 72;
/// Units that go out, and their channel if they have one.
const UNITS: [(&str, Option<&str>); 4] =
    [("Entry", Some("entry-radio")), ("Cordon", Some("cordon-radio")), ("Surveillance", None), ("Transport", None)];
const TARGET: &str = "mante-network";
/// People whom an answer shows.
const SHOWN: usize = 5;

/// Operations of the past, two that are to come, an incident, and what follows.
pub(super) fn half_a_year(world: &mut World, now: Timestamp) -> Result<(), CommandError> {
    chapter("Half a year of operations: who was told, and what came of them");
    let permit = world.workspace.permit(&Action::Administer, now)?;
    for (unit, channel) in UNITS {
        if let Some(channel) = channel {
            let (name, unit) = (ChannelName::new(channel)?, Some(unit.to_owned()));
            world.workspace.add_channel(&permit, name, ChannelSort::RadioNet, unit, String::new())?;
        }
    }
    world.workspace.add_target(&permit, TargetName::new(TARGET)?, "precursors by the Mante road".to_owned())?;
    let mut chance = Chance::of(&["operations of the example world"]);
    let past = (0..OPERATIONS).map(|number| past(world, number, now, &mut chance)).collect::<Result<Vec<_>, _>>()?;
    let betrayed = past.iter().filter(|facts| facts.outcome == Some(Outcome::Confirmed)).count();
    say!("{} operations recorded with who was told of each; {betrayed} were betrayed, or failed by themselves", past.len());
    world.workspace.add_operations(&permit, Some("operations.json".to_owned()), past)?;
    to_come(world, now)?;
    let beliefs = world.workspace.beliefs(&Question::default(), now)?;
    say!("$ holm suspects");
    print_beliefs(&beliefs, SHOWN);
    say!("(the scenario's truth: {SELLER}; that a copy of the brief is {SELLER}'s is proof, this is belief)");
    Ok(())
}

/// Who of a unit is told: five of its members, drawn anew each time.
fn some_of(world: &World, unit: &str, chance: &mut Chance) -> Vec<PersonId> {
    let mut members: Vec<PersonId> =
        world.workspace.state().persons.iter().filter(|(_, p)| p.facts.unit == unit).map(|(id, _)| id.clone()).collect();
    (0..5.min(members.len())).map(|_| members.remove(chance.number_below(members.len()))).collect()
}

fn past(world: &World, number: i64, now: Timestamp, chance: &mut Chance) -> Result<OperationFacts, CommandError> {
    let (unit, channel) = UNITS[chance.number_below(UNITS.len())];
    // One every two days and a half, the last four days ago.
    let at = now.checked_sub((96 + 60 * (OPERATIONS - 1 - number)).hours()).unwrap_or(now);
    let told = some_of(world, unit, chance);
    let sold = told.iter().any(|p| p.as_str() == SELLER) && chance.number_below(10) < SOLD_OF_TEN;
    let outcome = if sold || chance.number_below(ACCIDENT) == 0 { Outcome::Confirmed } else { Outcome::Clean };
    let exposure = |person| Exposure { person, at: at.checked_sub(20.hours()).ok(), weight: Weight::WHOLE };
    Ok(OperationFacts {
        operation: OperationName::new(format!("{}-{:02}", unit.to_lowercase(), number + 1))?,
        sort: if number % 3 == 0 { "arrest" } else { "raid" }.to_owned(),
        at,
        targets: vec![TargetName::new(TARGET)?],
        units: vec![unit.to_owned()],
        channels: channel.map(ChannelName::new).transpose()?.into_iter().collect(),
        items: Vec::new(),
        told: told.into_iter().map(exposure).collect(),
        endangers: Vec::new(),
        words: String::new(),
        outcome: Some(outcome),
        window: None,
    })
}

/// Two operations that are planned, a briefing by word of mouth, and an incident that touches one of them.
fn to_come(world: &mut World, now: Timestamp) -> Result<(), CommandError> {
    let permit = world.workspace.permit(&Action::Administer, now)?;
    let planned = |name: &str, days: i64, units: &[&str], told: &[&str], endangers: &[&str]| -> Result<_, CommandError> {
        let exposure =
            |person: &&str| Ok::<_, CommandError>(Exposure { person: PersonId::new(*person)?, at: None, weight: Weight::WHOLE });
        Ok(OperationFacts {
            operation: OperationName::new(name)?,
            sort: "raid".to_owned(),
            at: now.checked_add((24 * days).hours()).unwrap_or(now),
            targets: vec![TargetName::new(TARGET)?],
            units: units.iter().map(|unit| (*unit).to_owned()).collect(),
            channels: Vec::new(),
            items: Vec::new(),
            told: told.iter().map(exposure).collect::<Result<_, _>>()?,
            endangers: endangers.iter().map(|who| (*who).to_owned()).collect(),
            words: String::new(),
            outcome: None,
            window: None,
        })
    };
    let two = vec![
        planned("tile-yard", 6, &["Entry"], &["h01", "h03", SELLER], &["source 17, who works there"])?,
        planned("ice-store", 11, &["Cordon"], &["r01", "r03"], &[])?,
    ];
    world.workspace.add_operations(&permit, None, two)?;
    let telling = Telling {
        item: None,
        operation: Some(OperationName::new("tile-yard")?),
        persons: vec![PersonId::new("h07")?],
        at: now.checked_sub(3.hours()).unwrap_or(now),
        channel: Some(ChannelName::new("entry-radio")?),
        weight: Weight::WHOLE,
        variant: None,
        breach: None,
        words: "frequency and hour only".to_owned(),
    };
    world.workspace.tell(&permit, telling)?;
    let facts = IncidentFacts {
        sort: IncidentSort::InformantReport,
        noticed: now,
        window: Window { from: now.checked_sub(72.hours()).ok(), to: Some(now) },
        certainty: Outcome::Suspected,
        operation: Some(OperationName::new("tile-yard")?),
        item: None,
        variant: None,
        grade: Some("B2".to_owned()),
        considered: Some("the yard was emptied for the holiday".to_owned()),
        words: "a telephone was overheard: they know the yard is watched".to_owned(),
    };
    world.workspace.record_incident(&permit, IncidentName::new("yard-telephone")?, facts)?;
    say!("$ holm damage yard-telephone");
    print_damage(&damage(world.workspace.state(), "yard-telephone", now)?);
    say!("");
    Ok(())
}
