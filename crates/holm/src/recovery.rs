//! Going on with a record that was put back from an older state: only after it was compared with what witnesses and recipients hold.
//!
//! What outsiders hold is the beginning of the record, or the record must not be signed on: whoever holds the rest would see two histories.

use std::fs;

use holm_record::commitment::{hex, sha256};
use holm_record::event::Event;
use holm_record::record::RecordError;
use holm_record::verify::verify_kept;

use crate::courier::{Answer, Courier};
use crate::policy::Permit;
use crate::vault::remove_durably;
use crate::workspace::{RESTORED, Workspace, WorkspaceError};

/// A record cannot be signed on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// Nothing stands in the way.
    #[error("this workspace signs as usual; there is nothing to recover")]
    NotNeeded,
    /// Nobody outside was asked.
    #[error(
        "nothing outside says how far the record went; give checkpoints, proofs or slips that witnesses and recipients hold with `--against`"
    )]
    NoSource,
    /// Somebody holds a checkpoint that is not of this record's beginning.
    #[error("{source_name}: {what}. Go on from a newer backup: signing on from here would make a second history of this record")]
    Lost {
        /// Who holds it.
        source_name: String,
        /// What does not hold.
        what: String,
    },
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// Something that somebody outside holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Who or where.
    pub name: String,
    /// A checkpoint that the log signed.
    pub note: String,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// Who holds checkpoints of how many entries.
    pub agreeing: Vec<(String, u64)>,
    /// Entries from here on were seen by nobody who was asked: if others were lost after them, nobody knows.
    pub unseen: u64,
}

impl Workspace {
    /// What the witnesses of the policy cosigned last, as they say it: for each with an address, a checkpoint or why there is none.
    pub fn held_by_witnesses(&self, courier: &dyn Courier) -> Vec<(String, Result<Option<Kept>, String>)> {
        let origin = self.log_key().split('+').next().unwrap_or_default();
        let path = format!("{}/checkpoint", hex(&sha256(origin.as_bytes())));
        let witnesses = self.state().trust.iter().flat_map(|trust| trust.policy.witnesses());
        let asked = witnesses.filter_map(|w| Some((w.name.clone(), w.url.as_ref()?)));
        asked
            .map(|(name, url)| {
                let held = match courier.get(&format!("{}/{path}", url.trim_end_matches('/'))) {
                    Ok(Answer { status: 200, body }) => Ok(Some(Kept { name: name.clone(), note: body })),
                    Ok(Answer { status: 404, .. }) => Ok(None),
                    Ok(Answer { status, .. }) => Err(format!("it answered {status}")),
                    Err(why) => Err(why),
                };
                (name, held)
            })
            .collect()
    }

    /// Compares the record with what outsiders hold, and with the newest head that this machine noted, and signs on if all of it is the record's beginning: an entry says with whom.
    ///
    /// # Errors
    /// [`RecoveryError`]; then nothing is signed.
    pub fn recover(&mut self, permit: &Permit, held: &[Kept]) -> Result<Reconciled, RecoveryError> {
        let stale = self.stale().ok_or(RecoveryError::NotNeeded)?;
        let noted = self.noted_head().map(|note| Kept { name: "this machine".to_owned(), note });
        let held: Vec<&Kept> = held.iter().chain(&noted).collect();
        if held.is_empty() {
            return Err(RecoveryError::NoSource);
        }
        let (rows, _) = self.record_mut().stored().map_err(|e| WorkspaceError::from(RecordError::from(e)))?;
        let mut agreeing = Vec::new();
        for kept in held {
            match verify_kept(&rows, &kept.note, self.log()) {
                Ok(size) => agreeing.push((kept.name.clone(), size)),
                Err(what) => return Err(RecoveryError::Lost { source_name: kept.name.clone(), what }),
            }
        }
        let newest = agreeing.iter().map(|(_, size)| *size).max().unwrap_or(0);
        let unseen = (rows.len() as u64).saturating_sub(newest);
        let against = agreeing.iter().map(|(name, size)| format!("{name}: {size}")).collect();
        self.set_stale(None);
        if let Err(error) = self.append(permit, vec![Event::Recovered { why: stale.to_string(), against, unseen }]) {
            self.set_stale(Some(stale));
            return Err(error.into());
        }
        let mark = self.folder().join(RESTORED);
        if fs::exists(&mark).unwrap_or(true) {
            remove_durably(&mark).map_err(WorkspaceError::from)?;
        }
        Ok(Reconciled { agreeing, unseen })
    }
}
