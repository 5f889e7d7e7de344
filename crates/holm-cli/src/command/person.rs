use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::roster::PersonChange;
use holm::state::{Person, State};
use holm_record::id::PersonId;
use jiff::Timestamp;
use serde::Serialize;

use crate::app::{App, read_text};
use crate::error::{CommandError, Outcome};

/// The roster: who can be told
#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    Import(Import),
    List(List),
    Show(Show),
    Update(Update),
    Leave(Leave),
    DeviceLost(DeviceLost),
}

/// Take in a roster in CSV: id,name,agency,unit,level,role,email,recipient
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file. A recipient is the line that `holm keygen` prints, or a bare age1…; several are separated by ;
    roster: PathBuf,
}

/// List the roster
#[derive(Debug, Args)]
pub(crate) struct List {}

/// Show a person and everything that the person was told
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Who.
    person: PersonId,
}

/// Change what is known of a person
#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Who.
    person: PersonId,
    /// Unit.
    #[arg(long)]
    unit: Option<String>,
    /// Rank level, 1 lowest to 5 highest.
    #[arg(long)]
    level: Option<String>,
    /// Role.
    #[arg(long)]
    role: Option<String>,
    /// E-mail address.
    #[arg(long)]
    email: Option<String>,
    /// File with a further device's public line.
    #[arg(long, value_name = "FILE")]
    add_device: Option<PathBuf>,
}

/// Record that a person left: nothing further is sent
#[derive(Debug, Args)]
pub(crate) struct Leave {
    /// Who.
    person: PersonId,
    /// Why.
    #[arg(long, default_value = "left")]
    reason: String,
}

/// Record that a device is lost: nothing further is sealed to it
#[derive(Debug, Args)]
pub(crate) struct DeviceLost {
    /// Whose.
    person: PersonId,
    /// The device's age recipient, if the person has several.
    #[arg(long, value_name = "age1…")]
    device: Option<String>,
    /// Why.
    #[arg(long, default_value = "lost")]
    reason: String,
}

/// What a person or a device was told.
#[derive(Serialize)]
struct Told<'s> {
    item: &'s str,
    copy: &'s str,
    told_at: Timestamp,
    receipt: Option<Timestamp>,
}

fn told<'s>(state: &'s State, person: &PersonId, device: Option<&str>) -> Vec<Told<'s>> {
    let row = |(item, d): (&'s holm_record::id::ItemName, &'s holm::state::Disclosure)| Told {
        item: item.as_str(),
        copy: d.copy.as_str(),
        told_at: d.told_at,
        receipt: d.receipt,
    };
    state.told(person, device).into_iter().map(row).collect()
}

fn print_told(list: &[Told<'_>], of: &str) {
    if list.is_empty() {
        say!("{of} was told nothing");
        return;
    }
    say!("{of} was told:");
    for t in list {
        let receipt = t.receipt.map_or_else(|| "no receipt".to_owned(), |r| format!("receipt {r:.0}"));
        say!("  {}  copy {}  {:.0}  {receipt}", t.item, t.copy, t.told_at);
    }
}

impl PersonCommand {
    fn case(&self) -> UseCase {
        match self {
            Self::List(_) | Self::Show(_) => UseCase::SeeRoster,
            Self::Import(_) | Self::Update(_) | Self::Leave(_) | Self::DeviceLost(_) => UseCase::KeepRoster,
        }
    }

    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(self.case())?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        match self {
            Self::Import(import) => {
                let (added, updated) = workspace.import_roster(&permit, &read_text(&import.roster)?)?;
                say!("{added} persons added, {updated} updated");
            }
            Self::List(List {}) => app.show(&list_rows(workspace.state()), || print_list(workspace.state()))?,
            Self::Show(show) => show.run(app, workspace.state())?,
            Self::Update(update) => {
                let add_device = update.add_device.map(|path| read_text(&path)).transpose()?;
                let change =
                    PersonChange { unit: update.unit, level: update.level, role: update.role, email: update.email, add_device };
                workspace.update_person(&permit, &update.person, &change)?;
                say!("{} updated", update.person);
            }
            Self::Leave(leave) => {
                workspace.person_left(&permit, &leave.person, &leave.reason)?;
                let list = told(workspace.state(), &leave.person, None);
                app.show(&list, || print_told(&list, leave.person.as_str()))?;
            }
            Self::DeviceLost(lost) => {
                let device = workspace.device_lost(&permit, &lost.person, lost.device.as_deref(), &lost.reason)?;
                let list = told(workspace.state(), &lost.person, Some(&device));
                app.show(&list, || print_told(&list, &format!("the lost device of {}", lost.person)))?;
            }
        }
        Ok(Outcome::Done)
    }
}

#[derive(Serialize)]
struct Row<'s> {
    id: &'s PersonId,
    #[serde(flatten)]
    facts: &'s holm_record::event::PersonFacts,
    left: bool,
    usable_devices: usize,
    told: usize,
}

fn row<'s>(state: &State, id: &'s PersonId, person: &'s Person) -> Row<'s> {
    Row {
        id,
        facts: &person.facts,
        left: person.left,
        usable_devices: person.usable_devices().count(),
        told: state.told(id, None).len(),
    }
}

fn list_rows(state: &State) -> Vec<Row<'_>> {
    state.persons.iter().map(|(id, p)| row(state, id, p)).collect()
}

fn print_list(state: &State) {
    if state.persons.is_empty() {
        say!("the roster is empty; `holm person import roster.csv` fills it");
    }
    for r in list_rows(state) {
        let note = match (r.left, r.usable_devices) {
            (true, _) => "  left",
            (false, 0) => "  no key",
            _ => "",
        };
        say!(
            "{:<12} {:<26} {:<14} {:<14} level {}  told {}{note}",
            r.id,
            r.facts.name,
            r.facts.agency,
            r.facts.unit,
            r.facts.level,
            r.told
        );
    }
}

impl Show {
    fn run(&self, app: &App, state: &State) -> Result<(), CommandError> {
        let person = state
            .persons
            .get(&self.person)
            .ok_or_else(|| CommandError::new(format!("`{}` is not on the roster", self.person)))?;
        let list = told(state, &self.person, None);
        let value = serde_json::json!({ "person": row(state, &self.person, person), "lost": person.lost, "told": list });
        app.show(&value, || {
            say!(
                "{}  {}  {}, {}, level {}, {}",
                self.person,
                person.facts.name,
                person.facts.agency,
                person.facts.unit,
                person.facts.level,
                person.facts.role
            );
            for device in &person.facts.devices {
                let state = if person.lost.contains(&device.recipient) { "lost" } else { "in use" };
                let receipts = if device.signer.is_some() { "signs receipts" } else { "receipts stay unverified" };
                say!("  device {}  {state}, {receipts}", device.recipient);
            }
            print_told(&list, self.person.as_str());
        })
    }
}
