use clap::Args;
use holm::damage::{Damage, Of, damage};
use holm::role::UseCase;
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::app::{App, counted};
use crate::error::{CommandError, Outcome};

/// What an incident exposed, or a person could have: who must be warned first, what to postpone
#[derive(Debug, Args)]
pub(crate) struct DamageOf {
    /// The incident or the person.
    #[arg(value_name = "INCIDENT|PERSON")]
    of: String,
}

impl DamageOf {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let workspace = app.workspace(UseCase::SeeDamage)?;
        let found = damage(workspace.state(), &self.of, app.now())?;
        app.show(&found, || print_damage(&found))?;
        Ok(Outcome::Done)
    }
}

fn since(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "since before it, not known when".to_owned(), |at| format!("since {at:.0}"))
}

pub(crate) fn print_damage(damage: &Damage) {
    match &damage.of {
        Of::Incident(incident) => say!("what {incident} exposed, as of {:.0}", damage.at),
        Of::Person(person) => say!("what {person} could have exposed, as of {:.0}; that they did is not said", damage.at),
    }
    if !damage.warn_first.is_empty() {
        say!("warn first: {}", damage.warn_first.join(", "));
    }
    match damage.live.as_slice() {
        [] => say!("no operation that is still to come is exposed"),
        live => {
            say!("postpone or change {}:", counted(live.len(), "operation", "operations"));
            for one in live {
                say!("  {} on {:.0}, known {}", one.operation, one.at, since(one.since));
                if !one.endangers.is_empty() {
                    say!("    endangers: {}", one.endangers.join(", "));
                }
                let warn = one.warn.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
                let warn = if warn.is_empty() { "nobody else is recorded to know of it".to_owned() } else { warn };
                say!("    warn, in person (one of them may be the leak): {warn}");
            }
        }
    }
    for item in &damage.items {
        let marking = item.marking.as_ref().map(|m| format!(" ({m})")).unwrap_or_default();
        let recalled = if item.recalled { ", recalled" } else { "" };
        say!(
            "item {}{marking}: {}, known {}{recalled}",
            item.item,
            counted(item.holders, "holder", "holders"),
            since(item.since)
        );
    }
    for (operation, endangers) in &damage.past {
        say!("{operation} is over; it endangered {}", endangers.join(", "));
    }
    if damage.past_without_danger > 0 {
        say!("{} besides", counted(damage.past_without_danger, "operation that is over", "operations that are over"));
    }
}
