use std::path::PathBuf;

use clap::Args;
use holm::place::Place;
use holm::workspace::{InitOptions, Workspace};

use crate::app::App;
use crate::error::{CommandError, Outcome};

/// Make a workspace
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Write a recovery key there, once; keep it away from this machine.
    #[arg(long, value_name = "FILE")]
    recovery: Option<PathBuf>,
    /// Leave the officer's key without a passphrase.
    #[arg(long)]
    no_passphrase: bool,
    /// The chance that an incident ends with an innocent copy named, at most.
    #[arg(long, default_value_t = 0.001)]
    alpha: f64,
    /// The largest group of leakers pooling copies to mark against.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=6))]
    coalition: u8,
    /// Keep the record in a database, `postgresql://USER@HOST/DATABASE`, instead of the workspace's folder.
    #[arg(long, value_name = "URL", value_parser = Place::parse)]
    store: Option<Place>,
}

impl Init {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        if !(self.alpha > 0.0 && self.alpha <= 0.05) {
            return Err(CommandError::usage(format!("α {} is not between 0 and 0.05", self.alpha)));
        }
        let folder = &app.global.workspace;
        if let Some(path) = self.recovery.as_ref().filter(|p| p.exists()) {
            return Err(CommandError::new(format!("`{}` exists; nothing was overwritten", path.display())));
        }
        let passphrase = if self.no_passphrase { None } else { Some(app.passphrase().fresh("the officer's key")?) };
        let options = InitOptions {
            passphrase,
            recovery: self.recovery.clone(),
            alpha: Some(self.alpha),
            largest_coalition: Some(self.coalition),
            store: self.store.clone(),
        };
        let workspace = Workspace::init(folder, &options, app.now())?;
        say!("workspace made in {}", folder.display());
        say!("record key: {}", workspace.log_key());
        if self.no_passphrase {
            eprintln!(
                "warning: the officer's key lies unprotected in {}; whoever copies the folder reads everything",
                folder.join("officer.key").display()
            );
        }
        match &self.recovery {
            Some(path) => {
                say!("recovery key: {} (store it elsewhere; it opens what the officer's key opens)", path.display())
            }
            None => eprintln!(
                "warning: no recovery key; if the officer's key or passphrase is lost, everything sealed is lost (init --recovery FILE)"
            ),
        }
        Ok(Outcome::Done)
    }
}
