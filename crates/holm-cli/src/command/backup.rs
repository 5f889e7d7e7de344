use std::path::PathBuf;

use clap::Args;
use holm::backup::restore;
use holm::courier::{Courier, Http};
use holm::place::Place;
use holm::policy::Action;
use holm::recovery::Kept;
use holm::role::UseCase;
use holm::workspace::Workspace;

use super::record::kept;
use crate::app::{App, is_locked};
use crate::error::{CommandError, Outcome};

/// Copy all that the workspace needs into FOLDER, as sealed as it is; an older backup there is brought up to date
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// A folder on another disk.
    folder: PathBuf,
}

impl Backup {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        let backed = workspace.back_up(&self.folder, app.now())?;
        app.show(&serde_json::json!({"entries": backed.entries, "objects": backed.objects, "new": backed.fresh}), || {
            say!("{} entries and {} sealed files, {} of them new", backed.entries, backed.objects, backed.fresh);
        })?;
        if !is_locked(&self.folder.join("officer.key")) {
            eprintln!(
                "warning: the officer's key has no passphrase and lies open in the backup; whoever has the folder reads everything"
            );
        }
        Ok(Outcome::Done)
    }
}

/// Put a backup back into the workspace's folder; it signs nothing until `holm recover`
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup.
    folder: PathBuf,
    /// Where to keep the record: `sqlite`, in the workspace's folder, or `postgresql://USER@HOST/DATABASE`.
    #[arg(long, value_name = "URL", value_parser = Place::parse, default_value = "sqlite")]
    store: Place,
}

impl Restore {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let global = &app.global;
        let key = global.own_key.clone().unwrap_or_else(|| self.folder.join("officer.key"));
        let passphrase = if is_locked(&key) { app.passphrase().existing("the officer's key")? } else { None };
        let (at, entries) =
            restore(&self.folder, &global.workspace, passphrase.as_ref(), global.own_key.as_deref(), &self.store)?;
        say!("{entries} entries of {at} are back in {}", global.workspace.display());
        say!("the workspace reads and signs nothing yet: compare it with what others hold by `holm recover`");
        Ok(Outcome::Done)
    }
}

/// Compare a record that was put back with what witnesses and recipients hold, and sign on if it is the newest
#[derive(Debug, Args)]
pub(crate) struct Recover {
    /// A checkpoint, proof or slip that somebody outside holds.
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
}

/// What the witnesses of the policy hold; those that say nothing are named.
pub(crate) fn of_witnesses(workspace: &Workspace, courier: &dyn Courier) -> Vec<Kept> {
    let mut held = Vec::new();
    for (name, answer) in workspace.held_by_witnesses(courier) {
        match answer {
            Ok(Some(kept)) => held.push(kept),
            Ok(None) => say!("{name} has cosigned nothing of this record"),
            Err(why) => eprintln!("warning: {name} was not asked: {why}"),
        }
    }
    held
}

impl Recover {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        let mut held = Vec::new();
        for path in &self.against {
            let (name, note) = kept(path)?;
            held.push(Kept { name, note });
        }
        held.extend(of_witnesses(&workspace, &Http::default()));
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let reconciled = workspace.recover(&permit, &held)?;
        app.show(&serde_json::json!({"agreeing": reconciled.agreeing, "unseen": reconciled.unseen}), || {
            reconciled
                .agreeing
                .iter()
                .for_each(|(name, size)| say!("{name} holds a checkpoint of {size} entries: it is this record's"));
            say!("{} entries came after the newest of these", reconciled.unseen);
            say!("the workspace signs again, and the record says so");
        })?;
        Ok(Outcome::Done)
    }
}
