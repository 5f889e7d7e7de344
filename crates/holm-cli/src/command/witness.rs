//! Witnessing the records of others.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use clap::{Args, Subcommand};
use holm::vault::write_durably;
use holm::witness::{WitnessDesk, key_file, trust_log};
use holm_desk::witness::WitnessServer;

use crate::app::{App, is_locked, read_text};
use crate::error::{CommandError, Outcome};

/// Cosign the checkpoints of other agencies' records, so that nobody can show two histories of one
#[derive(Debug, Subcommand)]
pub(crate) enum WitnessCommand {
    Init(Init),
    Trust(Trust),
    Serve(Serve),
    Cosign(Cosign),
    Show(Show),
}

/// Make a witness in FOLDER and print its keys
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The witness's folder.
    folder: PathBuf,
    /// What it signs as: a short address without `https://`, such as `holm.police.example/witness`.
    #[arg(long)]
    name: String,
    /// Leave its key without a passphrase, for a server that starts by itself.
    #[arg(long)]
    no_passphrase: bool,
}

/// Trust a log: its record's keys, as `holm record keys` prints them
#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// The witness's folder.
    folder: PathBuf,
    /// Verifier keys of the log, compared with whoever runs it by telephone or in person.
    #[arg(required = true)]
    key: Vec<String>,
}

/// Answer logs over HTTP until interrupted (C2SP tlog-witness)
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The witness's folder.
    folder: PathBuf,
    /// Address and port on which to listen.
    #[arg(long, default_value = "127.0.0.1:7466", value_name = "ADDRESS")]
    listen: SocketAddr,
}

/// Cosign a request that came as a file
#[derive(Debug, Args)]
pub(crate) struct Cosign {
    /// The witness's folder.
    folder: PathBuf,
    /// The request, as `holm record checkpoint --request` writes it.
    request: PathBuf,
    /// Where to write the answer, for `holm record checkpoint --take`.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Show the witness's keys, what it cosigned, and forks that it caught; exit code 3 if there are any
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The witness's folder.
    folder: PathBuf,
}

impl WitnessCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Init(init) => init.run(app),
            Self::Trust(trust) => trust.run(),
            Self::Serve(serve) => {
                let witness = open(app, &serve.folder)?;
                let server = WitnessServer::bind(witness, serve.listen)?;
                say!("the witness answers at http://{}/ (Ctrl-C ends it)", server.address());
                server.run()?;
                Ok(Outcome::Done)
            }
            Self::Cosign(cosign) => {
                let mut witness = open(app, &cosign.folder)?;
                let lines = witness
                    .add_checkpoint(&read_text(&cosign.request)?, app.now())
                    .map_err(|refusal| CommandError::new(format!("not cosigned ({}): {refusal}", refusal.status())))?;
                write_durably(&cosign.out, lines.as_bytes())?;
                say!("cosigned; `{}` goes back to the record", cosign.out.display());
                Ok(Outcome::Done)
            }
            Self::Show(show) => show.run(app),
        }
    }
}

impl Init {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let passphrase = if self.no_passphrase { None } else { Some(app.passphrase().fresh("the witness's key")?) };
        let witness = WitnessDesk::init(&self.folder, &self.name, passphrase.as_ref())?;
        let keys: Vec<String> = witness.keys().iter().map(|k| k.to_vkey()).collect();
        app.show(&keys, || keys.iter().for_each(|key| say!("{key}")))?;
        Ok(Outcome::Done)
    }
}

impl Trust {
    fn run(self) -> Result<Outcome, CommandError> {
        for key in &self.key {
            let name = key.split('+').next().unwrap_or_default();
            if trust_log(&self.folder, key)? {
                say!("the witness trusts `{name}` by this key now");
            } else {
                say!("the witness trusted `{name}` by this key already");
            }
        }
        Ok(Outcome::Done)
    }
}

impl Show {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut witness = open(app, &self.folder)?;
        let keys: Vec<String> = witness.keys().iter().map(|k| k.to_vkey()).collect();
        let mut origins: Vec<String> = witness.logs().iter().map(|l| l.name().to_owned()).collect();
        origins.sort();
        origins.dedup();
        let mut newest = Vec::new();
        for origin in origins {
            let note = witness.newest(&origin)?;
            newest.push((origin, note));
        }
        let forks = witness.forks()?;
        let value = serde_json::json!({
            "keys": keys,
            "logs": newest.iter().map(|(o, n)| serde_json::json!({"origin": o, "newest": n})).collect::<Vec<_>>(),
            "forks": forks,
        });
        app.show(&value, || {
            keys.iter().for_each(|key| say!("{key}"));
            for (origin, note) in &newest {
                let size = note.as_deref().and_then(|n| n.lines().nth(1)).unwrap_or("0");
                say!("{origin}: cosigned {size} entries");
            }
            for (known, other) in &forks {
                say!("\nFORK: the log signed both of these\n\n{}\n\n{}", known.trim_end(), other.trim_end());
            }
        })?;
        Ok(if forks.is_empty() { Outcome::Done } else { Outcome::No })
    }
}

fn open(app: &App, folder: &Path) -> Result<WitnessDesk, CommandError> {
    let key = key_file(folder);
    let passphrase: Option<SecretString> = if is_locked(&key) { app.passphrase().existing("the witness's key")? } else { None };
    Ok(WitnessDesk::open(folder, passphrase.as_ref())?)
}
