use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::courier::Http;
use holm::epoch::sign_epoch;
use holm::policy::Action;
use holm::recovery::Kept;
use holm::role::UseCase;
use holm::vault::write_durably;
use holm_record::id::PersonId;

use super::record::kept;
use crate::app::{App, read_text};
use crate::error::{CommandError, Outcome};

/// Where the newest state of a record is lost: go on under another name that commits to the old head, with other people's signatures
#[derive(Debug, Subcommand)]
pub(crate) enum EpochCommand {
    Ask(Ask),
    Sign(Sign),
    Open(Open),
}

/// Make the new keys, and the text that others sign
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// A checkpoint, proof or slip that somebody outside holds.
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Where to write the request.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// As somebody else, sign a request for a new epoch with your own key; read it first, it is text
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The request that you were given.
    request: PathBuf,
    /// Your id on the originator's roster.
    #[arg(long = "as", value_name = "PERSON")]
    person: PersonId,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// Where to write what you sign.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Open the epoch that was asked for; recorded with all signatures
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// What somebody signed; may be repeated.
    #[arg(long, required = true, value_name = "FILE")]
    signed: Vec<PathBuf>,
}

impl EpochCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Ask(ask) => ask.run(app),
            Self::Sign(sign) => sign.run(app),
            Self::Open(open) => open.run(app),
        }
    }
}

fn free(path: &std::path::Path) -> Result<(), CommandError> {
    if path.exists() {
        return Err(CommandError::new(format!("`{}` exists; nothing was done or overwritten", path.display())));
    }
    Ok(())
}

impl Ask {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        free(&self.out)?;
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        let mut held = Vec::new();
        for path in &self.against {
            let (name, note) = kept(path)?;
            held.push(Kept { name, note });
        }
        held.extend(super::backup::of_witnesses(&workspace, &Http::default()));
        let text = workspace.ask_epoch(&held, &self.reason)?;
        write_durably(&self.out, text.as_bytes())?;
        say!("{text}");
        say!("request written to {}; have others sign it with `holm epoch sign`", self.out.display());
        Ok(Outcome::Done)
    }
}

impl Sign {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        free(&self.out)?;
        let request = read_text(&self.request)?;
        let note = sign_epoch(&request, &self.person, &app.device_keys(&self.identity)?, app.now())?;
        write_durably(&self.out, note.as_bytes())?;
        say!("{request}");
        say!("signed, in {}; send it back", self.out.display());
        Ok(Outcome::Done)
    }
}

impl Open {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let workspace = app.workspace(UseCase::KeepRecord)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let notes = self.signed.iter().map(|path| read_text(path)).collect::<Result<Vec<_>, _>>()?;
        let key = workspace.open_epoch(&permit, &notes)?;
        say!("the record goes on as {key}, and says why, from which head, and who signed for it");
        say!("give its keys (`holm record keys`) to witnesses and recipients, and name the witnesses anew");
        Ok(Outcome::Done)
    }
}
