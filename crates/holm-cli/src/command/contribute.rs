use std::path::PathBuf;

use clap::Args;
use holm::contribution::{Contribution, Request};
use holm::vault::write_durably;
use holm_record::id::PersonId;

use crate::app::{App, read_text};
use crate::error::{CommandError, Outcome};

/// As the second person, contribute to an item's key
#[derive(Debug, Args)]
pub(crate) struct Contribute {
    /// The request that the originator gave you.
    request: PathBuf,
    /// Your id on the originator's roster.
    #[arg(long = "as", value_name = "PERSON")]
    person: PersonId,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// Where to write the contribution.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Contribute {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        if self.out.exists() {
            return Err(CommandError::new(format!("`{}` exists; nothing was overwritten", self.out.display())));
        }
        let request: Request = serde_json::from_str(&read_text(&self.request)?)
            .map_err(|e| CommandError::new(format!("`{}` is not a request: {e}", self.request.display())))?;
        let keys = app.device_keys(&self.identity)?;
        let contribution = Contribution::make(&request, &self.person, &keys)?;
        write_durably(&self.out, serde_json::to_string_pretty(&contribution)?.as_bytes())?;
        say!("contribution to the key of {} written to {}; send it back", request.item, self.out.display());
        Ok(Outcome::Done)
    }
}
