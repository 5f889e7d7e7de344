//! A new epoch: where the newest state of a record is lost, it goes on under another name, with the old head committed to, and only with
//! other people's signatures (`docs/spec/backup.md`, A new epoch).
//!
//! The new record has the old one's leaves as they are, then one entry that says all of this, under a checkpoint by new keys. So no verifier
//! has to know of epochs, and nobody is shown two histories under one name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::SigningKey;
use holm_record::commitment::hex;
use holm_record::entry::BodyKey;
use holm_record::event::approval::ActKind;
use holm_record::event::{EpochSignature, Event, LostHead, ObjectHash, OldEpoch};
use holm_record::id::PersonId;
use holm_record::note::{Checkpoint, NoteError, NoteKey, sign};
use holm_record::record::{Record, RecordError, RecordKeys};
use holm_record::store::Store;
use holm_record::verify::{verify, verify_kept};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::approval::policy::verifying_keys;
use crate::identity::{DeviceKeys, verifier};
use crate::own_file::OwnFileError;
use crate::place::{Place, put_aside_but};
use crate::policy::Permit;
use crate::recovery::{Kept, RecoveryError};
use crate::role::UseCase;
use crate::vault::{VaultError, remove_durably};
use crate::workspace::{RESTORED, Workspace, WorkspaceError};

const HEADER: &str = "holm-epoch/1";
/// The file in which a request waits, sealed to the officer.
const PENDING: &str = "epoch.age";
/// Letters of a reason.
const LONGEST: usize = 500;

/// A new epoch cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EpochError {
    /// The reason.
    #[error("the reason must be one line of 1 to {LONGEST} letters")]
    Reason,
    /// The newest state is there.
    #[error("nothing of this record is lost as far as anybody who was asked can tell; sign on with `holm recover`")]
    NothingLost,
    /// Nobody was asked to sign.
    #[error("no new epoch was asked for; begin with `holm epoch ask`")]
    NotAsked,
    /// The record is another than when it was asked for.
    #[error("the record is not the one that the request is about; ask anew with `holm epoch ask`")]
    Moved,
    /// Not a request.
    #[error("this is not a request for a new epoch")]
    Malformed,
    /// The key file has no signing key.
    #[error("this key cannot sign; make one with `holm keygen` and have it enrolled")]
    NoSigner,
    /// A signature that counts for nothing.
    #[error(
        "`{0}` did not sign this request with a key that counts: one that was enrolled, or that the policy of approvals names, and not this desk's own"
    )]
    NotBy(String),
    /// Not enough.
    #[error("a new epoch needs {0}; nothing was done")]
    Missing(String),
    /// No randomness.
    #[error("the system has no randomness to make keys from")]
    Randomness,
    /// The signature is damaged.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// As with a recovery.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// The request's file.
    #[error(transparent)]
    OwnFile(#[from] OwnFileError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What waits for signatures: the new keys, and all that the entry will say.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Pending {
    seed: [u8; 32],
    origin: String,
    #[zeroize(skip)]
    old: OldEpoch,
    log_key: String,
    ml_dsa_key: String,
    #[zeroize(skip)]
    lost: Vec<LostHead>,
    reason: String,
}

impl Pending {
    /// What is signed, but for who signs and when.
    fn text(&self) -> String {
        let Self { origin, old, log_key, ml_dsa_key, lost, reason, .. } = self;
        let head = format!(
            "{HEADER}\nold {}\nentries {}\nroot {}\nnew {origin}\nkey {log_key}\nkey {ml_dsa_key}\n",
            old.origin, old.entries, old.root
        );
        let lost = lost.iter().map(|l| format!("lost {} entries, held by {}\n", l.entries, l.holder)).collect::<String>();
        format!("{head}{lost}reason {reason}\n")
    }
}

/// Signs a request for a new epoch on a desk of one's own; returns a note for whoever asked.
///
/// # Errors
/// [`EpochError`] if it is none or the key cannot sign.
pub fn sign_epoch(request: &str, person: &PersonId, keys: &DeviceKeys, now: Timestamp) -> Result<String, EpochError> {
    let lines = ["old ", "entries ", "root ", "new ", "key "];
    let is_one = request.starts_with(&format!("{HEADER}\n")) && request.ends_with('\n') && !request.contains("\n\n");
    if !is_one || lines.iter().any(|line| !request.contains(&format!("\n{line}"))) {
        return Err(EpochError::Malformed);
    }
    let signer = keys.signer().ok_or(EpochError::NoSigner)?;
    Ok(sign(&signed_text(request, person, now), person.as_str(), signer))
}

fn signed_text(request: &str, person: &PersonId, at: Timestamp) -> String {
    format!("{request}person {person}\nat {at}\n")
}

impl Workspace {
    /// Asks for a new epoch: makes its keys, and returns the text that others sign. `held` is what outsiders hold.
    ///
    /// # Errors
    /// [`EpochError`] if the record signs as usual, or nothing of it is lost.
    pub fn ask_epoch(&mut self, held: &[Kept], reason: &str) -> Result<String, EpochError> {
        self.stale().ok_or(RecoveryError::NotNeeded)?;
        let reason = reason.trim();
        if !(1..=LONGEST).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
            return Err(EpochError::Reason);
        }
        let lost = self.lost(held)?;
        let (mut seed, mut id) = ([0; 32], [0; 8]);
        getrandom::fill(&mut seed).and_then(|()| getrandom::fill(&mut id)).map_err(|_| EpochError::Randomness)?;
        let origin = format!("holm.invalid/{}", hex(&id));
        let keys = self.epoch_keys(&origin, &seed)?;
        let log_key = NoteKey::new(origin.clone(), keys.signing.verifying_key()).to_vkey();
        let ml_dsa_key = keys.ml_dsa.as_ref().map(|key| key.verifier().to_vkey()).unwrap_or_default();
        let signed = self.signed_checkpoints()?;
        let signed = serde_json::to_vec(&signed).map_err(|e| WorkspaceError::Damaged(e.to_string()))?;
        let old = self.old_epoch(self.vault().seal(&signed).map_err(WorkspaceError::from)?);
        let pending = Pending { seed, origin, old, log_key, ml_dsa_key, lost, reason: reason.to_owned() };
        self.write_own(&self.folder().join(PENDING), &pending)?;
        Ok(pending.text())
    }

    /// Checkpoints that outsiders hold and this record does not have.
    fn lost(&mut self, held: &[Kept]) -> Result<Vec<LostHead>, EpochError> {
        let noted = self.noted_head().map(|note| Kept { name: "this machine".to_owned(), note });
        let held: Vec<&Kept> = held.iter().chain(&noted).collect();
        if held.is_empty() {
            return Err(RecoveryError::NoSource.into());
        }
        let (rows, _) = self.record_mut().stored().map_err(|e| WorkspaceError::from(RecordError::from(e)))?;
        let verifier = self.record().verifier();
        let mut lost = Vec::new();
        for kept in held {
            let Ok(checkpoint) = verifier.open(&kept.note).and_then(Checkpoint::from_text) else {
                // Of another record, it says nothing of this one.
                continue;
            };
            if verify_kept(&rows, &kept.note, self.log()).is_err() {
                let holder = kept.name.chars().filter(|c| !c.is_control()).collect();
                lost.push(LostHead { holder, entries: checkpoint.size, checkpoint: kept.note.clone() });
            }
        }
        if lost.is_empty() { Err(EpochError::NothingLost) } else { Ok(lost) }
    }

    fn epoch_keys(&self, origin: &str, seed: &[u8; 32]) -> Result<RecordKeys, WorkspaceError> {
        Ok(RecordKeys {
            origin: origin.to_owned(),
            signing: SigningKey::from_bytes(seed),
            ml_dsa: Some(crate::workspace::second_key(origin, seed)?),
            body: BodyKey::new(*self.body_key()),
        })
    }

    fn old_epoch(&self, signed: ObjectHash) -> OldEpoch {
        let keys = self.log_keys();
        OldEpoch {
            origin: self.log().origin().to_owned(),
            log_key: self.log_key().to_owned(),
            ml_dsa_key: keys.get(1).map(holm_record::cosignature::VerifierKey::to_vkey),
            entries: self.size(),
            root: BASE64.encode(self.record().tree().root()),
            checkpoint: self.checkpoint().unwrap_or_default().to_owned(),
            signed,
        }
    }

    /// Opens the epoch that was asked for, if those who must sign did; the workspace is to be opened anew afterwards.
    ///
    /// # Errors
    /// [`EpochError`]; then the workspace is as before.
    pub fn open_epoch(mut self, permit: &Permit, notes: &[String]) -> Result<String, EpochError> {
        self.may(UseCase::KeepRecord).map_err(WorkspaceError::from)?;
        self.stale().ok_or(RecoveryError::NotNeeded)?;
        let path = self.folder().join(PENDING);
        if !path.exists() {
            return Err(EpochError::NotAsked);
        }
        let pending: Pending = self.read_own(&path)?;
        if pending.old != self.old_epoch(pending.old.signed.clone()) {
            return Err(EpochError::Moved);
        }
        let signed = self.signatures(&pending.text(), notes)?;
        let Pending { seed, origin, log_key, ml_dsa_key, .. } = &pending;
        let opened = Event::EpochOpened {
            old: pending.old.clone(),
            origin: origin.clone(),
            log_key: log_key.clone(),
            ml_dsa_key: ml_dsa_key.clone(),
            lost: pending.lost.clone(),
            reason: pending.reason.clone(),
            signed,
        };
        let (rows, _) = self.record_mut().stored().map_err(|e| WorkspaceError::from(RecordError::from(e)))?;
        self.keep_seed(origin, seed)?;
        let place = self.place()?;
        let failed = |e| WorkspaceError::from(RecordError::from(e));
        let mut store = place.begin(self.folder(), origin).map_err(failed)?;
        // An earlier try that was cut short wrote all of it or nothing.
        if store.size().map_err(failed)? == 0 {
            let keys = self.epoch_keys(origin, seed)?;
            let said = (permit.actor(), permit.at(), opened);
            let author = self.author(false);
            store = Record::continued(store, keys, &rows, said, author.as_ref()).map_err(WorkspaceError::from)?.into_store();
        }
        let (rows, checkpoints) = holm_record::record::stored(&mut store).map_err(failed)?;
        drop(store);
        let log = holm_record::verify::LogIdentity::parse(log_key).and_then(|log| log.with_ml_dsa(ml_dsa_key));
        let report = verify(&rows, &checkpoints, &log.map_err(WorkspaceError::Damaged)?, Some(self.body_key()));
        if let Some(finding) = report.findings.first() {
            return Err(WorkspaceError::Damaged(format!("the new epoch does not hold: {}", finding.what)).into());
        }
        self.name_epoch(origin, log_key, ml_dsa_key)?;
        if place == Place::File {
            let aside = put_aside_but(self.folder(), Some(origin)).map_err(VaultError::disk(self.folder(), "tidied"));
            aside.map_err(WorkspaceError::from)?;
        }
        for mark in [RESTORED, PENDING].map(|name| self.folder().join(name)).iter().filter(|mark| mark.exists()) {
            remove_durably(mark).map_err(WorkspaceError::from)?;
        }
        Ok(log_key.clone())
    }

    /// The signatures that are needed: where a policy of approvals stands, as many of each group as it needs, by the keys that it names; else of
    /// one person on the roster. This desk's own key counts for nobody.
    fn signatures(&self, text: &str, notes: &[String]) -> Result<Vec<EpochSignature>, EpochError> {
        let policy = self.state().approvals.policy.as_ref();
        let own = self.keys().signer_line();
        let mut signed: Vec<EpochSignature> = Vec::new();
        for note in notes {
            let by = |line: &str| note.lines().find_map(|l| l.strip_prefix(line)).unwrap_or_default().to_owned();
            let (name, at) = (by("person "), by("at "));
            let refused = || EpochError::NotBy(name.clone());
            let person = PersonId::new(name.clone()).map_err(|_| refused())?;
            let known = self.state().persons.get(&person).filter(|p| !p.left).ok_or_else(refused)?;
            let keys: Vec<NoteKey> = match policy {
                Some(policy) => {
                    let named = policy.asked(ActKind::Policy).find_map(|(_, group)| group.approvers.get(&person));
                    let named = named.ok_or_else(refused)?;
                    // A key that is lost signs for nobody, whatever the policy says.
                    let in_use = known.usable_devices().filter_map(|d| d.signer.clone()).filter(|key| named.contains(key));
                    verifying_keys(&person, &in_use.collect::<Vec<_>>())
                }
                None => {
                    let others = known.usable_devices().filter(|d| d.signer != own);
                    others.filter_map(verifier).map(|key| NoteKey::new(person.as_str(), key)).collect()
                }
            };
            let at = at.parse().map_err(|_| refused())?;
            let read = keys.iter().find_map(|key| key.open(note).ok()).ok_or_else(refused)?;
            if read != signed_text(text, &person, at) {
                return Err(refused());
            }
            if signed.iter().all(|s| s.person != person) {
                signed.push(EpochSignature { person, note: note.clone() });
            }
        }
        let count =
            |persons: &mut dyn Iterator<Item = &PersonId>| persons.filter(|p| signed.iter().any(|s| s.person == **p)).count();
        let missing = match policy {
            None if signed.is_empty() => vec!["the signature of a person on the roster".to_owned()],
            None => Vec::new(),
            Some(policy) => {
                let groups = policy.asked(ActKind::Policy).map(|(name, group)| {
                    let lacking = usize::from(group.needed).saturating_sub(count(&mut group.approvers.keys()));
                    (lacking > 0).then(|| format!("{lacking} more of {name}"))
                });
                groups.flatten().collect()
            }
        };
        if missing.is_empty() { Ok(signed) } else { Err(EpochError::Missing(missing.join(", "))) }
    }
}
