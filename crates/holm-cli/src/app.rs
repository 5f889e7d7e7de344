//! Dispatch, and what all commands share.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use age::secrecy::SecretString;
use clap::Parser;
use holm::identity::DeviceKeys;
use holm::instant::{InstantError, instant};
use holm::role::UseCase;
use holm::workspace::{Workspace, WorkspaceReport};
use jiff::Timestamp;

use crate::cli::{Cli, Command, Global};
use crate::error::{CommandError, Outcome};
use crate::secret::{PassphraseSource, take_from_environment};

/// Does what the command line asks; returns the exit code: 0 done, 1 could not, 2 wrongly asked, 3 done and the answer is no.
#[must_use]
pub fn main() -> ExitCode {
    take_from_environment();
    let cli = Cli::parse();
    let app = App { global: cli.global };
    match dispatch(&app, cli.command) {
        Ok(outcome) => outcome.into(),
        Err(error) => error.report(),
    }
}

fn dispatch(app: &App, command: Command) -> Result<Outcome, CommandError> {
    match command {
        Command::Init(args) => args.run(app),
        Command::Person(args) => args.run(app),
        Command::Custodian(args) => args.run(app),
        Command::Check(args) => args.run(app),
        Command::Member(args) => args.run(app),
        Command::Marking(args) => args.run(app),
        Command::Keygen(args) => args.run(app),
        Command::Marks(args) => args.run(app),
        Command::Share(args) => args.run(app),
        Command::Contribute(args) => args.run(app),
        Command::Approval(args) => args.run(app),
        Command::Approve(args) => args.run(app),
        Command::Destroy(args) => args.run(app),
        Command::Item(args) => args.run(app),
        Command::Open(args) => args.run(app),
        Command::Receipt(args) => args.run(app),
        Command::Onward(args) => args.run(app),
        Command::Trace(args) => args.run(app),
        Command::VerifyTrace(args) => args.run(app),
        Command::Tell(args) => args.run(app),
        Command::Channel(args) => args.run(app),
        Command::Target(args) => args.run(app),
        Command::Operation(args) => args.run(app),
        Command::Incident(args) => args.run(app),
        Command::Dossier(args) => args.run(app),
        Command::Statement(command) => command.run(app),
        Command::Approach(command) => command.run(app),
        Command::Proceeding(command) => command.run(app),
        Command::Suspects(args) => args.run(app),
        Command::Plan(args) => args.run(app),
        Command::Experiment(args) => args.run(app),
        Command::Programme(args) => args.run(app),
        Command::Damage(args) => args.run(app),
        Command::Correct(args) => args.run(app),
        Command::Recall(args) => args.run(app),
        Command::Warning(command) => command.run(app),
        Command::Record(args) => args.run(app),
        Command::Simulate(args) => args.run(app),
        Command::Backup(args) => args.run(app),
        Command::Restore(args) => args.run(app),
        Command::Recover(args) => args.run(app),
        Command::Epoch(args) => args.run(app),
        Command::Witness(args) => args.run(app),
        Command::Demo(args) => args.run(app),
        Command::Desk(args) => args.run(app),
    }
}

/// What all commands share.
pub(crate) struct App {
    pub(crate) global: Global,
}

impl App {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    pub(crate) fn passphrase(&self) -> PassphraseSource<'_> {
        PassphraseSource { file: self.global.passphrase_file.as_deref() }
    }

    /// Opens the workspace for whoever may do this, asking for the passphrase only if their key needs one.
    pub(crate) fn workspace(&self, case: UseCase) -> Result<Workspace, CommandError> {
        let passphrase = self.officers_passphrase()?;
        let mut workspace = Workspace::open(&self.global.workspace, passphrase.as_ref(), self.global.own_key.as_deref())?;
        if let Some(Err(error)) = heads().map(|folder| workspace.watch_head(&folder)) {
            eprintln!("warning: an older state that is put back would not be noticed here: {error}");
        }
        workspace.may(case)?;
        Ok(workspace)
    }

    /// What the workspace's bytes come to, whether or not it opens, beside checkpoints that were kept elsewhere.
    pub(crate) fn examined(&self, kept: &[(String, String)]) -> Result<WorkspaceReport, CommandError> {
        let passphrase = self.officers_passphrase()?;
        Ok(Workspace::examine(&self.global.workspace, passphrase.as_ref(), self.global.own_key.as_deref(), kept)?)
    }

    pub(crate) fn officers_passphrase(&self) -> Result<Option<SecretString>, CommandError> {
        let key = self.global.own_key.clone().unwrap_or_else(|| self.global.workspace.join("officer.key"));
        let whose = if self.global.own_key.is_some() { "your key" } else { "the officer's key" };
        if is_locked(&key) { self.passphrase().existing(whose) } else { Ok(None) }
    }

    /// Reads a device's key file.
    pub(crate) fn device_keys(&self, path: &Path) -> Result<DeviceKeys, CommandError> {
        let bytes = read(path)?;
        let passphrase = if is_locked(path) { self.passphrase().existing(&format!("`{}`", path.display()))? } else { None };
        Ok(DeviceKeys::from_file(&bytes, passphrase.as_ref())?)
    }

    /// Prints JSON if it was asked for, else what `text` writes.
    pub(crate) fn show(&self, value: &impl serde::Serialize, text: impl FnOnce()) -> Result<(), CommandError> {
        if self.global.json {
            say!("{}", serde_json::to_string_pretty(value)?);
        } else {
            text();
        }
        Ok(())
    }
}

/// Where this machine notes the newest head of each record that it signs, apart from all workspaces; `None` if it has no such place.
pub(crate) fn heads() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = of("HOLM_STATE");
    let folder = own.or_else(|| Some(of("XDG_STATE_HOME")?.join("holm")));
    let folder = folder.or_else(|| Some(of("HOME")?.join(".local/state/holm")));
    Some(folder.or_else(|| Some(of("LOCALAPPDATA")?.join("holm")))?.join("heads"))
}

pub(crate) fn is_locked(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"age-encryption.org/v1"))
}

/// Reads a file or says which one could not be read.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(|e| CommandError::new(format!("`{}` could not be read: {e}", path.display())))
}

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, CommandError> {
    String::from_utf8(read(path)?).map_err(|_| CommandError::new(format!("`{}` is not UTF-8 text", path.display())))
}

/// A moment on the command line.
pub(crate) fn moment(text: &str) -> Result<Timestamp, InstantError> {
    instant(text, None)
}

/// `1 copy`, `2 copies`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The last part of a path.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// Does one thing with each file; says which could not be done, and goes on.
pub(crate) fn each_file(
    files: &[PathBuf],
    what: &str,
    mut one: impl FnMut(&Path) -> Result<(), CommandError>,
) -> Result<Outcome, CommandError> {
    let mut refused = 0;
    for path in files {
        if let Err(error) = one(path) {
            refused += 1;
            eprint!("{}: ", path.display());
            error.report();
        }
    }
    match refused {
        0 => Ok(Outcome::Done),
        n => Err(CommandError::new(format!("{n} of {} {what} were not recorded", files.len()))),
    }
}
