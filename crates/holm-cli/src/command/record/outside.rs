//! What outsiders keep of the record.

use std::path::{Path, PathBuf};

use clap::Args;
use holm::checkpoint::{Asked, Round, WITHIN_HOURS};
use holm::courier::Http;
use holm::place::Place;
use holm::policy::Action;
use holm::role::UseCase;
use holm::slip::Slip;
use holm::vault::write_durably;
use holm::workspace::Workspace;
use holm_record::cosignature::{Kind, VerifierKey};
use holm_record::proof::LogProof;
use holm_record::trust::TrustPolicy;
use holm_record::verify::LogIdentity;
use holm_record::verify::published::verify_published;

use crate::app::{App, file_name, read_text};
use crate::command::share::progress_bar;
use crate::error::{CommandError, Outcome};

/// Print the record's verifier keys, one a line: for policies, and for witnesses of other agencies
#[derive(Debug, Args)]
pub(crate) struct Keys {}

impl Keys {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let keys: Vec<String> = app.workspace(UseCase::OwnDesk)?.log_keys().iter().map(|k| k.to_vkey()).collect();
        app.show(&keys, || keys.iter().for_each(|key| say!("{key}")))?;
        Ok(Outcome::Done)
    }
}

/// Name the witnesses: a policy file in the format of C2SP tlog-policy; without one, print the policy that holds
#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// The policy.
    file: Option<PathBuf>,
    /// Raise an alarm when an entry has waited for enough witnesses for so many hours.
    #[arg(long, value_name = "HOURS", default_value_t = WITHIN_HOURS, requires = "file")]
    within: u32,
}

impl Policy {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        let Some(file) = &self.file else {
            let trust = workspace.state().trust.clone();
            let value = trust.as_ref().map(|t| serde_json::json!({"policy": t.text, "within_hours": t.within_hours}));
            app.show(&value, || match &trust {
                Some(trust) => say!("# alarm after {} hours\n{}", trust.within_hours, trust.text.trim_end()),
                None => say!("no witnesses are named"),
            })?;
            return Ok(if trust.is_some() { Outcome::Done } else { Outcome::No });
        };
        let permit = workspace.permit(&Action::Administer, app.now())?;
        workspace.set_trust(&permit, &read_text(file)?, self.within)?;
        say!("the policy is recorded; have the record witnessed with `holm record checkpoint`");
        Ok(Outcome::Done)
    }
}

/// Have the newest checkpoint cosigned by the witnesses of the policy, and print it
///
/// Exit code 3 if not enough of them cosigned.
#[derive(Debug, Args)]
pub(crate) struct Checkpoint {
    /// Write the request to a file, for a witness that has to be reached by hand.
    #[arg(long, value_name = "FILE", group = "way")]
    request: Option<PathBuf>,
    /// How many entries that witness cosigned last; `holm witness show` says it.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "request")]
    old: u64,
    /// Take what such a witness answered.
    #[arg(long, value_name = "FILE", group = "way")]
    take: Vec<PathBuf>,
    /// Ask nobody: say how far the record is witnessed.
    #[arg(long, group = "way")]
    status: bool,
}

impl Checkpoint {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        if let Some(file) = &self.request {
            write_durably(file, workspace.request(self.old)?.to_text().as_bytes())?;
            say!("`{}` is for `holm witness cosign`; bring its answer back with `--take`", file.display());
            return Ok(Outcome::Done);
        }
        for file in &self.take {
            workspace.keep(&read_text(file)?).map_err(|e| CommandError::from(e).hint(format!("in `{}`", file.display())))?;
            say!("kept what `{}` holds", file.display());
        }
        if self.take.is_empty() && !self.status {
            let round = workspace.collect(&Http::default())?;
            let note = workspace.newest_checkpoint()?.note;
            let value = serde_json::json!({
                "size": round.size, "enough": round.standing.quorum, "checkpoint": note,
                "witnesses": round.asked.iter().map(|(name, did)| serde_json::json!({"name": name, "said": said(did)})).collect::<Vec<_>>(),
            });
            app.show(&value, || print_round(&round, &note))?;
            let alarm = round.asked.iter().any(|(_, did)| did.is_alarm());
            return Ok(if round.standing.quorum && !alarm { Outcome::Done } else { Outcome::No });
        }
        let Some(witnessed) = workspace.witnessed()? else {
            return Err(holm::checkpoint::CheckpointError::NoPolicy.into());
        };
        let late = witnessed.is_late(app.now());
        let value = serde_json::json!({
            "witnessed": witnessed.size, "at": witnessed.at, "behind": witnessed.behind, "late": late,
        });
        app.show(&value, || {
            match (witnessed.size, witnessed.at) {
                (Some(size), Some(at)) => say!("enough witnesses cosigned {size} entries, the last of them at {at}"),
                (Some(size), None) => say!("enough witnesses cosigned {size} entries"),
                _ => say!("no checkpoint is cosigned by enough witnesses"),
            }
            say!("{} entries came since", witnessed.behind);
            if late {
                say!("ALARM: one of them waits for more than {} hours", witnessed.within_hours);
            }
        })?;
        Ok(if late { Outcome::No } else { Outcome::Done })
    }
}

fn said(did: &Asked) -> String {
    match did {
        Asked::Signed => "cosigned".to_owned(),
        Asked::NoAddress => "has no address in the policy: carry the request with --request and --take".to_owned(),
        Asked::Silent(why) => format!("did not cosign: {why}"),
        Asked::AheadOfUs { size } => {
            format!(
                "ALARM: it cosigned {size} entries of this record already: an older state was put back, or there are two of it"
            )
        }
        Asked::Contradicts(what) => format!("ALARM: {what}: the record was rewritten, or there are two of it"),
    }
}

fn print_round(round: &Round, note: &str) {
    for (name, did) in &round.asked {
        say!("{name}: {}", said(did));
    }
    let verdict = if round.standing.quorum { "enough" } else { "NOT enough" };
    say!("{verdict} witnesses cosigned the checkpoint of {} entries\n\n{}", round.size, note.trim_end());
}

/// Prove an entry to an outsider: its place in the newest witnessed checkpoint, as C2SP tlog-proof
#[derive(Debug, Args)]
pub(crate) struct Proof {
    /// Number of the entry, as in `holm record log`.
    entry: u64,
    /// Write the proof to a file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Proof {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let text = app.workspace(UseCase::SeeRecord)?.proof(self.entry)?.to_text();
        match &self.out {
            Some(file) => {
                write_durably(file, text.as_bytes())?;
                say!("`{}` proves entry {}", file.display(), self.entry);
            }
            None => app.show(&text, || say!("{}", text.trim_end()))?,
        }
        Ok(Outcome::Done)
    }
}

/// Write the log as files in the layout of C2SP tlog-tiles: times and commitments, for anybody to check and to publish
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The folder; what it holds of this log is brought up to date.
    folder: PathBuf,
    /// Write all of the record instead, sealed as it is, for `holm record import`.
    #[arg(long)]
    whole: bool,
}

/// Take in a record that was exported whole, and keep it in another place from now on: its head stays the same
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The folder of the export.
    folder: PathBuf,
    /// Where to keep it: `sqlite`, in the workspace's folder, or `postgresql://USER@HOST/DATABASE`.
    #[arg(long, value_name = "URL", value_parser = Place::parse, default_value = "sqlite")]
    store: Place,
}

impl Import {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let passphrase = app.officers_passphrase()?;
        let global = &app.global;
        let (workspace, key) = (&global.workspace, global.own_key.as_deref());
        let entries = Workspace::import_record(workspace, passphrase.as_ref(), key, &self.folder, &self.store)?;
        say!("{entries} entries were taken in and verified; the record is kept in {} from now on", self.store.address());
        Ok(Outcome::Done)
    }
}

impl Export {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::SeeRecord)?;
        if self.whole {
            let entries = workspace.export_whole(&self.folder)?;
            say!("{entries} entries in `{}`, as sealed as they are", self.folder.display());
            return Ok(Outcome::Done);
        }
        let bar = progress_bar(0, "writing");
        let written = workspace.export_tiles(&self.folder, |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
        say!("{} entries in `{}`, {written} files new or changed", workspace.size(), self.folder.display());
        Ok(Outcome::Done)
    }
}

/// Check a published log from its files alone, without a workspace: signatures, cosignatures, leaves, tiles
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The folder, as `holm record export` writes it.
    folder: PathBuf,
    /// The policy that you trust; not the one that lies beside the log, unless you got that from elsewhere too.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
}

impl Check {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let policy = TrustPolicy::parse(&read_text(&self.policy)?).map_err(|e| CommandError::new(e.to_string()))?;
        let note = read_text(&self.folder.join("checkpoint"))?;
        let (standing, mut findings) = match policy.standing(&note) {
            Ok(standing) => (standing.quorum, Vec::new()),
            Err(error) => (false, vec![error.to_string()]),
        };
        let origin = note.lines().next().unwrap_or_default();
        let key = |kind| policy.logs().iter().find(|l| l.name() == origin && l.kind() == kind).map(VerifierKey::to_vkey);
        let first =
            key(Kind::Ed25519).ok_or_else(|| CommandError::new(format!("the policy has no Ed25519 key of `{origin}`")))?;
        let log = LogIdentity::parse(&first).and_then(|log| match key(Kind::MlDsa44) {
            Some(second) => log.with_ml_dsa(&second),
            None => Ok(log),
        });
        let log = log.map_err(CommandError::new)?;
        let found = verify_published(&log, |path| std::fs::read(self.folder.join(path)).ok());
        findings.extend(found.findings);
        if !standing && findings.is_empty() {
            findings.push("not enough witnesses of the policy cosigned the checkpoint".to_owned());
        }
        let value = serde_json::json!({
            "holds": findings.is_empty(), "entries": found.entries, "files": found.files, "enough": standing, "findings": findings,
        });
        app.show(&value, || {
            say!("{} entries, {} files checked", found.entries, found.files);
            if findings.is_empty() {
                say!("everything holds");
            } else {
                say!("DOES NOT HOLD:");
                findings.iter().for_each(|f| say!("  {f}"));
            }
        })?;
        Ok(if findings.is_empty() { Outcome::Done } else { Outcome::No })
    }
}

/// The checkpoint in a file that somebody kept, with the file's name.
pub(crate) fn kept(path: &Path) -> Result<(String, String), CommandError> {
    let text = read_text(path)?;
    let proof = Slip::parse(&text).map_or(text.clone(), |slip| slip.entry.proof);
    let note = LogProof::from_text(&proof).map_or(text, |proof| proof.checkpoint);
    Ok((file_name(path), note))
}
