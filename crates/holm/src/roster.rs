//! The roster: who can be told, by which keys; all of it or nothing of it is taken in.

use holm_record::event::{Event, PersonFacts};
use holm_record::id::{CustodianName, IdError, PersonId};

use crate::identity::{IdentityError, parse_device};
use crate::policy::Permit;
use crate::workspace::{Workspace, WorkspaceError};

/// A line of a roster that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct LineError {
    /// Line of the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: FieldError,
}

/// What is wrong with what a roster says of a person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// Of an id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Of a device.
    #[error(transparent)]
    Device(#[from] IdentityError),
    /// The line is no CSV.
    #[error("it is not written as CSV: {0}")]
    Csv(String),
    /// Too few fields or too many.
    #[error("it has {0} fields, not {1}")]
    Count(usize, usize),
    /// The id was given before.
    #[error("`{0}` stands twice")]
    Twice(PersonId),
    /// The level is none.
    #[error("level `{0}` is not 1 to 5")]
    Level(String),
    /// Nothing to call them by.
    #[error("the name is empty")]
    NoName,
    /// A lost device is given again.
    #[error("this device was reported lost; make a new key with `holm keygen`")]
    Lost,
}

/// A roster that cannot be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RosterError {
    /// The header is another.
    #[error("the roster's first line must be `id,name,agency,unit,level,role,email,recipient`; it is `{0}`")]
    Header(String),
    /// Some lines are wrong.
    #[error("nothing was imported: {} of the roster's lines cannot be used\n{}", .0.len(), show(.0))]
    Lines(Vec<LineError>),
    /// Nobody is on it.
    #[error("the roster has no persons in it")]
    Empty,
    /// Nobody of that name.
    #[error("`{0}` is not on the roster")]
    Unknown(PersonId),
    /// No such device.
    #[error("`{person}` has no device with that key; `holm person show {person}` lists them")]
    NoDevice {
        /// Who.
        person: PersonId,
    },
    /// Several devices, and none was named.
    #[error("`{person}` has {count} devices; say which with `--device age1…`")]
    Devices {
        /// Who.
        person: PersonId,
        /// How many.
        count: usize,
    },
    /// The custodian exists.
    #[error("`{0}` already names a custodian")]
    Custodian(CustodianName),
    /// A field is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

fn show(lines: &[LineError]) -> String {
    lines.iter().map(|l| format!("  {l}")).collect::<Vec<_>>().join("\n")
}

const HEADER: [&str; 8] = ["id", "name", "agency", "unit", "level", "role", "email", "recipient"];

/// Reads a roster in CSV; every wrong line is named.
///
/// # Errors
/// [`RosterError`]; then nothing of it may be used.
pub fn parse_roster(text: &str) -> Result<Vec<(PersonId, PersonFacts)>, RosterError> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|e| RosterError::Header(e.to_string()))?;
    if !header.iter().eq(HEADER) {
        return Err(RosterError::Header(header.iter().collect::<Vec<_>>().join(",")));
    }
    let mut persons: Vec<(PersonId, PersonFacts)> = Vec::new();
    let mut wrong = Vec::new();
    for record in reader.records() {
        let line = match &record {
            Ok(record) => record.position().map_or(0, csv::Position::line),
            Err(error) => error.position().map_or(0, csv::Position::line),
        };
        let parsed = record.map_err(|e| FieldError::Csv(e.to_string())).and_then(|r| parse_line(&r));
        match parsed {
            Ok((id, _)) if persons.iter().any(|(other, _)| *other == id) => {
                wrong.push(LineError { line, what: FieldError::Twice(id) })
            }
            Ok(person) => persons.push(person),
            Err(what) => wrong.push(LineError { line, what }),
        }
    }
    if !wrong.is_empty() {
        return Err(RosterError::Lines(wrong));
    }
    if persons.is_empty() { Err(RosterError::Empty) } else { Ok(persons) }
}

fn parse_line(record: &csv::StringRecord) -> Result<(PersonId, PersonFacts), FieldError> {
    let fields: Vec<&str> = record.iter().collect();
    let [id, name, agency, unit, level, role, email, recipient] = fields.as_slice() else {
        return Err(FieldError::Count(fields.len(), HEADER.len()));
    };
    let id = PersonId::new(*id)?;
    let level = parse_level(level)?;
    if name.is_empty() {
        return Err(FieldError::NoName);
    }
    let devices =
        recipient.split(';').map(str::trim).filter(|d| !d.is_empty()).map(parse_device).collect::<Result<Vec<_>, _>>()?;
    let own = |s: &&str| (*s).to_owned();
    Ok((
        id,
        PersonFacts { name: own(name), agency: own(agency), unit: own(unit), level, role: own(role), email: own(email), devices },
    ))
}

fn parse_level(level: &str) -> Result<u8, FieldError> {
    level.parse::<u8>().ok().filter(|l| (1..=5).contains(l)).ok_or_else(|| FieldError::Level(level.to_owned()))
}

/// What an update changes; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct PersonChange {
    /// Unit.
    pub unit: Option<String>,
    /// Rank level.
    pub level: Option<String>,
    /// Role.
    pub role: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// A further device, as its public line.
    pub add_device: Option<String>,
}

impl Workspace {
    /// Takes in a roster; persons who are on it already are updated, a lost device stays lost. Returns (added, updated).
    ///
    /// # Errors
    /// [`RosterError`]; then nothing is recorded.
    pub fn import_roster(&mut self, permit: &Permit, text: &str) -> Result<(usize, usize), RosterError> {
        let persons = parse_roster(text)?;
        let mut events = Vec::new();
        let (mut added, mut updated) = (0, 0);
        for (person, facts) in persons {
            match self.state().persons.get(&person) {
                None => {
                    added += 1;
                    events.push(Event::PersonAdded { person, facts });
                }
                Some(known) if known.facts != facts => {
                    updated += 1;
                    events.push(Event::PersonUpdated { person, facts });
                }
                Some(_) => {}
            }
        }
        if !events.is_empty() {
            self.append(permit, events)?;
        }
        Ok((added, updated))
    }

    /// Changes what is known of a person.
    ///
    /// # Errors
    /// [`RosterError`] if the person is unknown or a field is wrong.
    pub fn update_person(&mut self, permit: &Permit, person: &PersonId, change: &PersonChange) -> Result<(), RosterError> {
        let known = self.state().persons.get(person).ok_or_else(|| RosterError::Unknown(person.clone()))?;
        let mut facts = known.facts.clone();
        let set = |field: &mut String, value: &Option<String>| value.iter().for_each(|v| v.clone_into(field));
        set(&mut facts.unit, &change.unit);
        set(&mut facts.role, &change.role);
        set(&mut facts.email, &change.email);
        if let Some(level) = &change.level {
            facts.level = parse_level(level)?;
        }
        if let Some(line) = &change.add_device {
            let device = parse_device(line).map_err(FieldError::Device)?;
            if known.lost.contains(&device.recipient) {
                return Err(FieldError::Lost.into());
            }
            facts.devices.retain(|d| d.recipient != device.recipient);
            facts.devices.push(device);
        }
        self.append(permit, vec![Event::PersonUpdated { person: person.clone(), facts }])?;
        Ok(())
    }

    /// Records that a person left.
    ///
    /// # Errors
    /// [`RosterError::Unknown`].
    pub fn person_left(&mut self, permit: &Permit, person: &PersonId, reason: &str) -> Result<(), RosterError> {
        self.state().persons.get(person).ok_or_else(|| RosterError::Unknown(person.clone()))?;
        self.append(permit, vec![Event::PersonLeft { person: person.clone(), reason: reason.to_owned() }])?;
        Ok(())
    }

    /// Records that a device is lost; `recipient` may be left out if the person has one device only. Returns the device.
    ///
    /// # Errors
    /// [`RosterError`] if person or device are unknown, or it is not said which device.
    pub fn device_lost(
        &mut self,
        permit: &Permit,
        person: &PersonId,
        recipient: Option<&str>,
        reason: &str,
    ) -> Result<String, RosterError> {
        let known = self.state().persons.get(person).ok_or_else(|| RosterError::Unknown(person.clone()))?;
        let usable: Vec<&str> = known.usable_devices().map(|d| d.recipient.as_str()).collect();
        let device = match (recipient, usable.as_slice()) {
            (Some(wanted), _) => usable.iter().find(|d| **d == wanted).copied(),
            (None, [only]) => Some(*only),
            (None, []) => None,
            (None, many) => {
                return Err(RosterError::Devices { person: person.clone(), count: many.len() });
            }
        };
        let device = device.ok_or_else(|| RosterError::NoDevice { person: person.clone() })?.to_owned();
        self.append(
            permit,
            vec![Event::DeviceLost { person: person.clone(), recipient: device.clone(), reason: reason.to_owned() }],
        )?;
        Ok(device)
    }

    /// Names a custodian of item keys.
    ///
    /// # Errors
    /// [`RosterError`] if the name is taken or the line is no recipient.
    pub fn add_custodian(&mut self, permit: &Permit, name: &CustodianName, line: &str) -> Result<(), RosterError> {
        if self.state().custodians.contains_key(name) {
            return Err(RosterError::Custodian(name.clone()));
        }
        let device = parse_device(line).map_err(FieldError::Device)?;
        self.append(permit, vec![Event::CustodianAdded { name: name.clone(), recipient: device.recipient }])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::DeviceKeys;

    const FIRST: &str = "id,name,agency,unit,level,role,email,recipient\n";

    #[test]
    fn every_wrong_line_is_named() {
        let key = DeviceKeys::generate().unwrap().public_line();
        let text = format!(
            "{FIRST}p1,Ana,A,U,2,analyst,a@x,{key}\np1,Ana,A,U,2,analyst,a@x,\np3,Bo,A,U,9,x,b@x,\np 4,Cy,A,U,1,x,c@x,\np5,Di,A,U,1,x,d@x,age1bad\np6,Ed,A\n"
        );
        let Err(RosterError::Lines(lines)) = parse_roster(&text) else { panic!("accepted") };
        let named: Vec<(u64, String)> = lines.iter().map(|l| (l.line, l.what.to_string())).collect();
        let named: Vec<(u64, &str)> = named.iter().map(|(line, what)| (*line, what.split_whitespace().next().unwrap())).collect();
        assert_eq!(named, [(3, "`p1`"), (4, "level"), (5, "`p"), (6, "`age1bad`"), (7, "it")]);
    }

    #[test]
    fn a_person_may_have_several_devices_or_none_yet() {
        let (a, b) = (DeviceKeys::generate().unwrap(), DeviceKeys::generate().unwrap());
        let text = format!("{FIRST}p1,Ana,A,U,2,analyst,a@x,{};{}\np2,Bo,A,U,3,x,b@x,\n", a.public_line(), b.recipient());
        let persons = parse_roster(&text).unwrap();
        assert_eq!(persons[0].1.devices.len(), 2);
        assert!(persons[0].1.devices[1].signer.is_none() && persons[1].1.devices.is_empty());
    }

    #[test]
    fn another_header_is_quoted() {
        assert!(matches!(parse_roster("name,id\n"), Err(RosterError::Header(h)) if h == "name,id"));
        assert!(matches!(parse_roster(FIRST), Err(RosterError::Empty)));
    }
}
