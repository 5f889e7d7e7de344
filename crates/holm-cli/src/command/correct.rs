use std::path::PathBuf;

use clap::Args;
use holm::correction::Sent;
use holm::policy::Action;
use holm::role::UseCase;
use holm_record::id::{ItemName, PersonId};

use crate::app::{App, counted, read_text};
use crate::error::{CommandError, Outcome};

/// Send every holder of an item what is true, or show who has read it
#[derive(Debug, Args)]
pub(crate) struct Correct {
    /// The item.
    item: ItemName,
    /// What is true.
    #[arg(long, value_name = "TEXT", group = "truth")]
    text: Option<String>,
    /// A file that says what is true.
    #[arg(long, value_name = "FILE", group = "truth")]
    file: Option<PathBuf>,
    /// An item that was shared already and says what is true, where the marking asks for two persons.
    #[arg(long, value_name = "ITEM", group = "truth")]
    by: Option<ItemName>,
    /// Where to write sealed copies and slips; by default `holm-out/ITEM-correction`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Burn an item: no further copy is issued
#[derive(Debug, Args)]
pub(crate) struct Recall {
    /// The item.
    item: ItemName,
    /// Why.
    #[arg(long)]
    reason: String,
}

impl Correct {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let text = match (self.text, self.file) {
            (Some(text), _) => Some(text),
            (None, Some(file)) => Some(read_text(&file)?),
            (None, None) => None,
        };
        let mut workspace = app.workspace(UseCase::Withdraw)?;
        let out = self.out.unwrap_or_else(|| PathBuf::from("holm-out").join(format!("{}-correction", self.item)));
        let sent = match (text, self.by) {
            (Some(text), _) => workspace.correct(&self.item, &text, Some(&out), app.now())?,
            (None, Some(by)) => {
                let permit = workspace.permit(&Action::Administer, app.now())?;
                workspace.note_correction(&permit, &self.item, &by)?
            }
            (None, None) => return readings(app, &workspace, &self.item),
        };
        app.show(&sent, || print_sent(&sent))?;
        eprintln!("sealed copies are in {}; `holm correct {}` shows who has read it", out.display(), self.item);
        Ok(Outcome::Done)
    }
}

fn print_sent(sent: &Sent) {
    say!("{} goes to {}", sent.correction, counted(sent.to.len(), "holder", "holders"));
    let rest = |persons: &[PersonId], what: &str| {
        if !persons.is_empty() {
            say!("{what}: {}", persons.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", "));
        }
    };
    rest(&sent.unreached, "holders that it does not reach");
    rest(&sent.told_orally, "told by word of mouth only; tell them the same way");
}

fn readings(app: &App, workspace: &holm::workspace::Workspace, item: &ItemName) -> Result<Outcome, CommandError> {
    if !workspace.state().items.contains_key(item) {
        return Err(CommandError::new(format!("no item is named `{item}`")));
    }
    let readings = workspace.state().readings(item);
    app.show(&readings, || {
        for reading in &readings {
            say!("{}: read by {}", reading.correction, counted(reading.read.len(), "holder", "holders"));
            reading.read.iter().for_each(|(person, at)| say!("  {person:<12} {at:.0}"));
            reading.unread.iter().for_each(|person| say!("  {person:<12} not yet"));
        }
        if readings.is_empty() {
            say!("nothing corrects {item}; `holm correct {item} --text TEXT` tells its holders what is true");
        }
    })?;
    Ok(Outcome::Done)
}

impl Recall {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::Withdraw)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        workspace.recall(&permit, &self.item, &self.reason)?;
        say!("{} is recalled: no further copy is issued; `holm damage` says what else to do", self.item);
        Ok(Outcome::Done)
    }
}
