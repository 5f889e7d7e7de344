//! What a workspace's bytes come to, opened or not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signature;
use holm_record::entry::{BodyKey, Row, signed_text};
use holm_record::event::{Device, Event};
use holm_record::store::StoredCheckpoint;
use holm_record::trust::TrustPolicy;
use holm_record::verify::{LogIdentity, Report, verify};

use super::{RECOVERY, WorkspaceError};
use crate::approval::Approvals;
use crate::experiment;
use crate::identity::verifier;
use crate::state::State;
use crate::vault::Vault;
use crate::vetting::draw;

/// Earlier epochs of a record, and how many entries each ended with.
pub(super) fn old_epochs(record: &Report) -> Result<Vec<(LogIdentity, usize)>, WorkspaceError> {
    let opened = record.opened.iter().filter_map(|(_, entry)| match &entry.event {
        Event::EpochOpened { old, .. } => Some(old),
        _ => None,
    });
    let of = |old: &holm_record::event::OldEpoch| {
        let log = LogIdentity::parse(&old.log_key);
        let log = match &old.ml_dsa_key {
            Some(key) => log.and_then(|log| log.with_ml_dsa(key)),
            None => log,
        };
        Ok((log.map_err(WorkspaceError::Damaged)?, usize::try_from(old.entries).unwrap_or(usize::MAX)))
    };
    opened.map(of).collect()
}

/// What rows, checkpoints and sealed files come to.
pub(super) fn examined(
    (rows, checkpoints): &(Vec<Row>, Vec<StoredCheckpoint>),
    cosigned: &[(u64, String)],
    log: &LogIdentity,
    body_key: &[u8; 32],
    vault: &Vault,
) -> Result<WorkspaceReport, WorkspaceError> {
    let record = verify(rows, checkpoints, log, Some(body_key));
    let (witnessed, mut findings) = witnessed(&record, checkpoints, cosigned);
    let (mut files, mut gone) = (0, Approvals::default());
    record.opened.iter().for_each(|(index, entry)| gone.apply(*index, entry.at, &entry.actor, &entry.event));
    for (index, entry) in &record.opened {
        for hash in entry.event.objects() {
            if gone.destroyed_objects.contains(hash) {
                continue;
            }
            files += 1;
            if let Err(error) = vault.sealed(hash) {
                findings.push(format!("entry {index}: {error}"));
            }
        }
    }
    findings.extend(draws(rows, &record));
    findings.extend(experiments(rows, &record));
    let (forged, by_recovery) = by_others(rows, &record, body_key);
    findings.extend(forged);
    let removed = (0..).zip(rows).filter(|(index, row)| row.sealed.is_none() && !gone.destroyed.contains(index));
    findings.extend(
        removed.map(|(index, _)| format!("entry {index}: its body was removed, and no entry says that it was destroyed")),
    );
    let named: std::collections::BTreeSet<&str> = record.opened.iter().flat_map(|(_, e)| e.event.objects()).collect();
    let unnamed = vault.names()?.iter().filter(|n| !named.contains(n.as_str())).count();
    Ok(WorkspaceReport { record, files, findings, unnamed, witnessed, by_recovery })
}

/// Draws that are not what their secrets come to.
fn draws(rows: &[Row], record: &Report) -> Vec<String> {
    let (mut draws, mut findings) = (Vec::new(), Vec::new());
    for (index, entry) in &record.opened {
        draw::apply(&mut draws, *index, entry.at, &entry.actor, &entry.event);
        let Event::DrawDone { draw: number, secret, salt, .. } = &entry.event else { continue };
        let leaf = usize::try_from(*number).ok().and_then(|number| rows.get(number)).map(|row| row.leaf.as_str());
        let known = draws.iter().find(|draw| draw.number == *number);
        if !known.zip(leaf).is_some_and(|(draw, leaf)| draw::comes_out(draw, leaf, secret, salt)) {
            findings.push(format!("entry {index}: it is not what the secrets of draw {number} come to"));
        }
    }
    findings
}

/// Entries of experiments that cannot have happened as they stand there, or that nobody signed who is said to have.
fn experiments(rows: &[Row], record: &Report) -> Vec<String> {
    let (mut state, mut origin, mut findings) = (State::default(), String::new(), Vec::new());
    if !record.opened.iter().any(|(_, entry)| matches!(entry.event, Event::ExperimentAnnounced(_))) {
        return findings;
    }
    for (index, entry) in &record.opened {
        if let Event::WorkspaceCreated { origin: of, .. } | Event::EpochOpened { origin: of, .. } = &entry.event {
            origin.clone_from(of);
        }
        let leaf = |number: u64| Some(rows.get(usize::try_from(number).ok()?)?.leaf.as_str());
        if let Err(why) = experiment::is_signed(&state, &origin, &leaf, &entry.event) {
            findings.push(format!("entry {index}: {why}"));
        }
        state.apply(*index, entry.at, &entry.actor, &entry.event);
    }
    findings.extend(state.experiments.findings());
    findings
}

/// Where several work: entries that their actor did not sign with a device that they had then, and those by the recovery key.
fn by_others(rows: &[Row], record: &Report, body_key: &[u8; 32]) -> (Vec<String>, Vec<u64>) {
    let (mut findings, mut by_recovery) = (Vec::new(), Vec::new());
    let (mut state, mut origin, key) = (State::default(), String::new(), BodyKey::new(*body_key));
    for (index, entry) in &record.opened {
        if let Event::WorkspaceCreated { origin: of, .. } | Event::EpochOpened { origin: of, .. } = &entry.event {
            origin.clone_from(of);
        }
        let apply = |state: &mut State| state.apply(*index, entry.at, &entry.actor, &entry.event);
        // The first member is the officer who worked alone, as this entry says.
        let first = state.members.is_one_officer();
        if first {
            apply(&mut state);
        }
        if state.members.is_one_officer() {
            // Nobody signs yet.
        } else if entry.actor == RECOVERY {
            by_recovery.push(*index);
        } else if !is_signed(&state, rows, *index, &origin, &key) {
            findings.push(format!("entry {index}: `{}` did not sign it", entry.actor));
        }
        if !first {
            apply(&mut state);
        }
    }
    (findings, by_recovery)
}

fn is_signed(state: &State, rows: &[Row], index: u64, origin: &str, key: &BodyKey) -> bool {
    let row = usize::try_from(index).ok().and_then(|index| rows.get(index));
    let Some(Ok(Some(opened))) = row.map(|row| row.open(key)) else { return false };
    let Some((unsigned, signature)) = opened.unsigned().zip(opened.entry.signature.as_ref()) else { return false };
    let signature = BASE64.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    let text = signed_text(origin, index, &unsigned);
    let mut working = state.working().filter(|(name, ..)| name.as_str() == opened.entry.actor);
    let by =
        |device: &&Device| verifier(device).zip(signature).is_some_and(|(key, s)| key.verify_strict(text.as_bytes(), &s).is_ok());
    working.any(|(.., devices)| devices.iter().any(by))
}

/// Entries of the newest checkpoint that enough witnesses cosigned, and what of the cosignatures does not hold.
fn witnessed(record: &Report, checkpoints: &[StoredCheckpoint], cosigned: &[(u64, String)]) -> (Option<u64>, Vec<String>) {
    let policy = record.opened.iter().rev().find_map(|(_, entry)| match &entry.event {
        Event::TrustPolicySet { policy, .. } => TrustPolicy::parse(policy).ok(),
        _ => None,
    });
    let (Some(policy), mut findings) = (policy, Vec::new()) else { return (None, Vec::new()) };
    let mut newest = None;
    for (size, lines) in cosigned {
        let Some(checkpoint) = checkpoints.iter().find(|c| c.size == *size) else {
            findings.push(format!("cosignatures are kept for {size} entries, of which there is no checkpoint"));
            continue;
        };
        match policy.standing(&format!("{}{lines}", checkpoint.note)) {
            Ok(standing) if standing.quorum => newest = newest.max(Some(*size)),
            Ok(_) => {}
            Err(error) => findings.push(format!("cosignatures of the checkpoint of {size} entries: {error}")),
        }
    }
    (newest, findings)
}

/// What [`super::Workspace::verify`] found.
#[derive(Debug)]
pub struct WorkspaceReport {
    /// The record.
    pub record: Report,
    /// Sealed files that were checked against the record.
    pub files: usize,
    /// Sealed files that are missing or damaged.
    pub findings: Vec<String>,
    /// Sealed files that no entry names: remains of an interrupted release, harmless.
    pub unnamed: usize,
    /// Entries of the newest checkpoint that enough witnesses cosigned.
    pub witnessed: Option<u64>,
    /// Entries that were made with the recovery key, which signs none.
    pub by_recovery: Vec<u64>,
}

impl WorkspaceReport {
    /// Whether everything holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.record.findings.is_empty() && self.findings.is_empty()
    }
}
