use std::path::PathBuf;

use clap::Args;
use holm::identity::DeviceKeys;
use holm::vault::{write_durably, write_secret};

use crate::app::App;
use crate::error::{CommandError, Outcome};

/// Make a key pair for this device: FILE (secret) and FILE.pub
///
/// Prints the public line for the roster: an age recipient and an Ed25519 key with proof of possession.
#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// Where to write the secret key.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Leave the key without a passphrase.
    #[arg(long)]
    no_passphrase: bool,
}

impl Keygen {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut public = self.out.clone().into_os_string();
        public.push(".pub");
        let public = PathBuf::from(public);
        if let Some(taken) = [&self.out, &public].into_iter().find(|p| p.exists()) {
            return Err(CommandError::new(format!("`{}` exists; nothing was overwritten", taken.display())));
        }
        let passphrase = if self.no_passphrase { None } else { Some(app.passphrase().fresh("this key")?) };
        let keys = DeviceKeys::generate()?;
        write_secret(&self.out, &keys.to_file(passphrase.as_ref())?)?;
        let line = keys.public_line();
        write_durably(&public, format!("{line}\n").as_bytes())?;
        say!("{line}");
        Ok(Outcome::Done)
    }
}
