use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use holm::vault::write_durably;
use holm_simulate::sheet::Sheet;
use holm_simulate::statements::{Statements, files, setting::Setting as StatementSetting, trace};
use holm_simulate::world::World;
use holm_simulate::world::activity::Active;
use holm_simulate::world::setting::Setting;
use serde_json::{Value, json};

use crate::app::counted;
use crate::error::{CommandError, Outcome};

/// Invent a programme: a roster, operations as they were written down, and apart from them who leaks
///
/// Take the files in as you would your own, ask `holm suspects`, and only then open truth.json.
#[derive(Debug, Args)]
pub(crate) struct SimulateWorld {
    /// Folder for the files; it must not exist yet.
    folder: PathBuf,
    /// How things go in it.
    #[arg(long, value_enum, default_value_t = Kind::Programme)]
    kind: Kind,
    /// How many operations.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    operations: u32,
    /// How many people.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(50..=10_000))]
    people: u32,
    /// Seed of everything: the same gives the same world.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write what telephone companies and banks would hand over of its people too: phones.csv, numbers.csv and targets.csv,
    /// accounts.csv, owners.csv and incomes.csv. Who left what in them is in truth.json.
    #[arg(long)]
    statements: bool,
}

/// How things go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// With everything that goes wrong: disclosures that nobody noted, leakers who begin and stop, a tapped channel, doubtful ends.
    Programme,
    /// Ten units of twenty; all is noted and seen.
    Units,
    /// The same, where anybody may be told anything: far too easy.
    Uniform,
}

impl SimulateWorld {
    pub(super) fn run(self) -> Result<Outcome, CommandError> {
        if self.folder.exists() {
            return Err(CommandError::new(format!("`{}` exists; nothing was written", self.folder.display()))
                .hint("name a folder that does not"));
        }
        let operations = self.operations as usize;
        let setting = match self.kind {
            Kind::Programme => Setting::programme(operations),
            Kind::Units => Setting::units(operations),
            Kind::Uniform => Setting::uniform(operations),
        };
        let world = World::draw(&Setting { people: self.people as usize, ..setting }, self.seed);
        let sheet = Sheet::from(&world);
        write_sheet(&self.folder, &sheet)?;
        let mut truth = truth(&world);
        if self.statements {
            let statements = Statements::draw(&world, &StatementSetting::default(), self.seed);
            for (name, text) in statements.files() {
                write_durably(&self.folder.join(name), text.as_bytes())?;
            }
            truth["traces"] = traces(&statements.traces);
            say!(
                "{} of telephones and {} of accounts, as if they had been handed over",
                counted(statements.calls.len(), "line", "lines"),
                counted(statements.postings.len(), "line", "lines")
            );
        }
        let truth = serde_json::to_vec_pretty(&truth).map_err(|e| CommandError::new(e.to_string()))?;
        write_durably(&self.folder.join("truth.json"), &truth)?;
        say!(
            "{} and {} in {}; who leaks is in truth.json",
            counted(sheet.people.len(), "person", "people"),
            counted(sheet.operations.len(), "operation", "operations"),
            self.folder.display()
        );
        say!("in a workspace of its own (`holm init`):");
        say!("  holm person import {}", self.folder.join("roster.csv").display());
        sheet.channels.iter().for_each(|channel| say!("  holm channel add {channel} --sort radio-net"));
        say!("  holm operation import {}", self.folder.join("operations.csv").display());
        say!("  holm suspects");
        Ok(Outcome::Done)
    }
}

/// Writes a roster and operations into a folder, which is made.
pub(crate) fn write_sheet(folder: &Path, sheet: &Sheet) -> Result<(), CommandError> {
    std::fs::create_dir_all(folder).map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", folder.display())))?;
    write_durably(&folder.join("roster.csv"), sheet.roster().as_bytes())?;
    Ok(write_durably(&folder.join("operations.csv"), sheet.operations().as_bytes())?)
}

/// Who and what leaks, and when.
fn truth(world: &World) -> Value {
    let listed = world.recorded.persons.len();
    let leaker = |actor: usize| {
        let corrupt = world.truth.actors[actor].corrupt.as_ref();
        let when = match corrupt.map(|c| &c.active) {
            None | Some(Active::Always) => json!("always"),
            Some(Active::From(day)) => json!({ "from_day": day }),
            Some(Active::OnOff { first, changes }) => {
                json!({ "first": format!("{first:?}").to_lowercase(), "changes_on_days": changes })
            }
        };
        let person = if actor < listed { json!(format!("p{}", actor + 1)) } else { json!(null) };
        json!({ "person": person, "rate": corrupt.map(|c| c.rate), "when": when })
    };
    let compromised =
        |(index, rate): (usize, &Option<f64>)| rate.map(|rate| json!({ "channel": format!("net-{}", index + 1), "rate": rate }));
    json!({
        "leakers": world.truth.leakers().map(leaker).collect::<Vec<_>>(),
        "channels": world.truth.channels.iter().enumerate().filter_map(compromised).collect::<Vec<_>>(),
        "first_day": "2001-01-01",
    })
}

/// Who left what in statements, and what of anybody looks like it.
fn traces(of: &trace::Traces) -> Value {
    let leaker = |l: &trace::Leaker| {
        let call = |c: &trace::Leak| json!({ "operation": operation(c.operation), "at": files::moment(c.at), "own": c.own.to_string(), "other": c.other.to_string() });
        let deposit = |d: &trace::Deposit| {
            json!({
                "operation": operation(d.operation),
                "at": files::moment(d.at),
                "account": d.account.to_string(),
                "amount": files::amount(d.amount),
            })
        };
        json!({
            "person": files::person(l.person),
            "manner": l.manner.name(),
            "between": l.between.map(|(number, hops)| json!({ "number": number.to_string(), "hops": hops })),
            "burners": l.burners.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "calls": l.calls.iter().map(call).collect::<Vec<_>>(),
            "deposits": l.deposits.iter().map(deposit).collect::<Vec<_>>(),
        })
    };
    let ordinary = |(person, what): &(usize, trace::Ordinary)| {
        let number = match what {
            trace::Ordinary::SecondSim(number) | trace::Ordinary::Relative(number) => Some(number.to_string()),
            _ => None,
        };
        json!({ "person": files::person(*person), "what": what.name(), "number": number })
    };
    json!({
        "leakers": of.leakers.iter().map(leaker).collect::<Vec<_>>(),
        "ordinary": of.ordinary.iter().map(ordinary).collect::<Vec<_>>(),
    })
}

fn operation(index: usize) -> String {
    format!("op-{}", index + 1)
}
