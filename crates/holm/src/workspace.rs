//! A workspace: one folder with the record, the vault and the officer's key.

mod examination;
mod keeping;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use ed25519_dalek::SigningKey;
use holm_record::commitment::hex;
use holm_record::cosignature::VerifierKey;
use holm_record::entry::{BodyKey, Opened};
use holm_record::event::Event;
use holm_record::event::member::Role;
use holm_record::note::Checkpoint;
use holm_record::proof::LogProof;
use holm_record::record::{Record, RecordError, RecordKeys, stored};
use holm_record::store::{AnyStore, Store};
use holm_record::verify::{LogIdentity, verify_kept};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::approval::{NotApproved, gate};
use crate::destruction::DestructionError;
use crate::head::{HeadMark, Stale};
use crate::identity::{DeviceKeys, IdentityError, encrypt_to_lines};
use crate::member::seen::Seen;
use crate::member::{MemberError, whose, with_vault};
use crate::place::{BESIDE, Place, PlaceError, has_file, record_file};
use crate::policy::{Action, Permit, Refusal, authorize};
use crate::role::{UseCase, needed};
use crate::state::State;
use crate::vetting::gate::{gate as vetted, received};
pub use examination::WorkspaceReport;
use examination::{examined, old_epochs};
use keeping::{Description, FORMAT, LaterSeed, OTHER_KEYS, Secrets, describe, may_by, secrets_of, take_lock, unlock};
pub(crate) use keeping::{Keeper, second_key};

use crate::vault::{Vault, VaultError, remove_durably, write_secret};

/// Sealed files.
pub(crate) const OBJECTS: &str = "objects";
/// Releases that wait.
pub(crate) const PENDING: &str = "pending";
/// The file that says that the workspace was put back from a backup.
pub(crate) const RESTORED: &str = "restored";
/// The officer, in entries of a one-person workspace.
pub const OFFICER: &str = "officer";
/// Whoever opens a workspace of several members with its recovery key.
pub const RECOVERY: &str = "recovery";
/// α of an incident unless `init` says otherwise.
pub const DEFAULT_ALPHA: f64 = 0.001;
/// The largest coalition that items are marked against.
pub const LARGEST_COALITION: u8 = 4;

/// A workspace cannot be made, opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// There is one already.
    #[error("`{0}` already holds a workspace; nothing was changed")]
    Exists(PathBuf),
    /// There is none.
    #[error("`{0}` holds no workspace; make one with `holm init`, or name another with `--workspace`")]
    Missing(PathBuf),
    /// The description is gone, the record is not.
    #[error(
        "`{0}` holds a record but not its `workspace.json`; put that file back from a backup, or write it anew from the first entry (docs/spec/record.md); nothing was changed"
    )]
    Undescribed(PathBuf),
    /// Its description is damaged.
    #[error("the workspace's description is damaged: {0}")]
    Damaged(String),
    /// Another program works in it.
    #[error("another holm program is working in `{0}`; wait until it is done")]
    Busy(PathBuf),
    /// Key trouble.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Vault trouble.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Record trouble.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// It may not be the newest state.
    #[error(transparent)]
    Stale(#[from] Stale),
    /// No place for a record.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Not allowed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Not to be a member.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// Not approved.
    #[error(transparent)]
    NotApproved(#[from] NotApproved),
    /// Not to be destroyed.
    #[error(transparent)]
    Destruction(#[from] DestructionError),
    /// No randomness.
    #[error("the system has no randomness to make keys from")]
    Randomness,
}

/// How a workspace is to be made.
#[derive(Debug, Default)]
pub struct InitOptions {
    /// Passphrase of the officer's key; without it the key lies open on the disk.
    pub passphrase: Option<SecretString>,
    /// Where to write a recovery key, once.
    pub recovery: Option<PathBuf>,
    /// α of an incident.
    pub alpha: Option<f64>,
    /// Largest coalition to mark against.
    pub largest_coalition: Option<u8>,
    /// Where the record is kept; in the folder unless said otherwise.
    pub store: Option<Place>,
}

/// An open workspace. Only one program at a time has it.
pub struct Workspace {
    folder: PathBuf,
    keys: DeviceKeys,
    record: Record<AnyStore>,
    vault: Vault,
    state: State,
    /// What there is for whoever opened it, if that is not everything.
    seen: Option<Seen>,
    /// Whoever opened it.
    actor: String,
    /// age recipient of the key that opened it.
    own: String,
    /// age recipients that it was made with: the officer's, and the recovery key's.
    founders: Vec<String>,
    body_key: [u8; 32],
    log_key: String,
    log: LogIdentity,
    alpha: f64,
    largest_coalition: u8,
    /// Why nothing is signed.
    stale: Option<Stale>,
    /// Where the newest head is noted outside the folder.
    head: Option<HeadMark>,
    _lock: File,
}

impl Workspace {
    /// Makes a workspace in `folder`.
    ///
    /// # Errors
    /// [`WorkspaceError`]; nothing is left behind that would hinder a second try.
    pub fn init(folder: &Path, options: &InitOptions, now: Timestamp) -> Result<Self, WorkspaceError> {
        if folder.join("workspace.json").exists() {
            return Err(WorkspaceError::Exists(folder.to_owned()));
        }
        // A first try that was cut short has at most one entry; more is a workspace that lost its description.
        if has_file(folder).map_err(RecordError::from)? {
            return Err(WorkspaceError::Undescribed(folder.to_owned()));
        }
        fs::create_dir_all(folder).map_err(VaultError::disk(folder, "made"))?;
        let officer = DeviceKeys::generate()?;
        let mut recipients = vec![officer.recipient()];
        if let Some(path) = &options.recovery {
            let recovery = DeviceKeys::generate()?;
            recipients.push(recovery.recipient());
            write_secret(path, &recovery.to_file(options.passphrase.as_ref())?)?;
        }
        let mut secrets = Secrets { body_key: [0; 32], log_seed: [0; 32], later: Vec::new(), sealed_to: Vec::new() };
        let mut id = [0; 8];
        let filled = getrandom::fill(&mut secrets.body_key)
            .and_then(|()| getrandom::fill(&mut secrets.log_seed))
            .and_then(|()| getrandom::fill(&mut id));
        filled.map_err(|_| WorkspaceError::Randomness)?;
        let origin = format!("holm.invalid/{}", hex(&id));
        let log_key =
            holm_record::note::NoteKey::new(origin.clone(), SigningKey::from_bytes(&secrets.log_seed).verifying_key()).to_vkey();
        let second = second_key(&origin, &secrets.log_seed)?.verifier().to_vkey();
        let plain = serde_json::to_vec(&secrets).map_err(|e| WorkspaceError::Damaged(e.to_string()))?;
        let sealed = encrypt_to_lines(recipients.iter().map(String::as_str), &plain).map_err(WorkspaceError::Damaged)?;
        write_secret(&folder.join("officer.key"), &officer.to_file(options.passphrase.as_ref())?)?;
        write_secret(&folder.join("secrets.age"), &sealed)?;
        // A first try that was cut short may have left a record under keys that are gone.
        BESIDE
            .iter()
            .map(|n| folder.join(n))
            .filter(|p| p.exists())
            .try_for_each(|p| fs::remove_file(&p).map_err(VaultError::disk(&p, "removed")))?;
        let description = Description {
            format: FORMAT.to_owned(),
            origin: origin.clone(),
            vault: recipients.clone(),
            log_key: log_key.clone(),
            ml_dsa_key: Some(second.clone()),
            store: options.store.as_ref().filter(|place| **place != Place::File).map(|place| place.address().to_owned()),
        };
        let lock = take_lock(folder)?;
        let mut workspace = Self::assemble(folder, officer, &secrets, &description, lock)?;
        let created = Event::WorkspaceCreated {
            origin,
            log_key,
            ml_dsa_key: Some(second),
            vault: recipients,
            alpha: options.alpha.unwrap_or(DEFAULT_ALPHA),
            largest_coalition: options.largest_coalition.unwrap_or(LARGEST_COALITION),
        };
        let permit = workspace.permit(&Action::Administer, now)?;
        workspace.append(&permit, vec![created])?;
        // Written last: a folder without it is no workspace.
        description.write(folder)?;
        Ok(workspace)
    }

    /// Opens the workspace in `folder`; `key_file` replaces the officer's key (recovery).
    ///
    /// # Errors
    /// [`WorkspaceError`] says what is missing, wrong or in the way.
    pub fn open(folder: &Path, passphrase: Option<&SecretString>, key_file: Option<&Path>) -> Result<Self, WorkspaceError> {
        let description = describe(folder)?;
        let lock = take_lock(folder)?;
        let (keys, secrets) = unlock(folder, passphrase, key_file)?;
        Self::assemble(folder, keys, &secrets, &description, lock)
    }

    /// What [`Self::verify`] says of a workspace that need not open: where a record that was altered does not hold, and whether it has
    /// what the checkpoints `kept` state, which somebody kept elsewhere (a name for each, and the signed note).
    ///
    /// # Errors
    /// As [`Self::open`], but not for what was altered.
    pub fn examine(
        folder: &Path,
        passphrase: Option<&SecretString>,
        key_file: Option<&Path>,
        kept: &[(String, String)],
    ) -> Result<WorkspaceReport, WorkspaceError> {
        let description = describe(folder)?;
        let _lock = take_lock(folder)?;
        let (keys, secrets) = unlock(folder, passphrase, key_file)?;
        let place = description.place()?;
        // Opening it would make one.
        if place == Place::File && !record_file(folder, &description.origin).exists() {
            return Err(WorkspaceError::Damaged("`record.db` is missing; put it back from a backup".to_owned()));
        }
        let mut store = place.open(folder, &description.origin).map_err(RecordError::from)?;
        let stored = stored(&mut store).map_err(RecordError::from)?;
        let cosigned = store.cosigned().map_err(RecordError::from)?;
        let vault = Vault::open(folder.join(OBJECTS), description.vault.clone())?;
        let log = description.log()?;
        let mut report = examined(&stored, &cosigned, &log, &secrets.body_key, &vault)?;
        may_by(&report.record.opened, &description, &keys.recipient(), UseCase::SeeRecord)?;
        let epochs = old_epochs(&report.record)?;
        for (name, note) in kept {
            // What was kept of an earlier epoch is of the rows that it ended with.
            let of_old = epochs.iter().find(|(log, _)| note.lines().next() == Some(log.origin()));
            let kept = of_old.map_or_else(
                || verify_kept(&stored.0, note, &log),
                |(log, entries)| verify_kept(stored.0.get(..*entries).unwrap_or(&stored.0), note, log),
            );
            if let Err(what) = kept {
                report.findings.push(format!("`{name}`: {what}"));
            }
        }
        let from_first = report.record.opened.first().is_some_and(|(index, _)| *index == 0);
        let events = report.record.opened.iter().map(|(_, entry)| &entry.event);
        match from_first.then(|| description.is_of(events)).flatten() {
            Some(true) => {}
            Some(false) => report.findings.push(OTHER_KEYS.to_owned()),
            None => report.findings.push("the record does not begin with the making of this workspace".to_owned()),
        }
        Ok(report)
    }

    fn assemble(
        folder: &Path,
        keys: DeviceKeys,
        secrets: &Secrets,
        description: &Description,
        lock: File,
    ) -> Result<Self, WorkspaceError> {
        let store = description.place()?.open(folder, &description.origin).map_err(RecordError::from)?;
        let record_keys = RecordKeys {
            origin: description.origin.clone(),
            signing: SigningKey::from_bytes(secrets.seed(&description.origin)),
            ml_dsa: description
                .ml_dsa_key
                .as_ref()
                .map(|_| second_key(&description.origin, secrets.seed(&description.origin)))
                .transpose()?,
            body: BodyKey::new(secrets.body_key),
        };
        let mut record = Record::open(store, record_keys)?;
        let mut vault = Vault::open(folder.join(OBJECTS), description.vault.clone())?;
        let entries = record.entries()?;
        let state = State::project(&entries);
        // One that is gone without an entry that destroyed it would make looks, losses and keys be forgotten.
        let mut gone = (0..).zip(&entries).filter(|(_, opened)| opened.is_none()).map(|(index, _)| index);
        if let Some(gone) = gone.find(|index| !state.approvals.destroyed.contains(index)) {
            return Err(WorkspaceError::Damaged(format!("the body of entry {gone} was removed from the record")));
        }
        let (alpha, largest_coalition) = description.limits(&entries)?;
        drop_finished(folder, &state)?;
        let (actor, own) = (whose(&state, &description.vault, &keys.recipient()).ok_or(Refusal::NoMember)?, keys.recipient());
        let mut keys = keys;
        if let Some(recipient) = &state.members.vault {
            if state.may(&actor, UseCase::ReadItems).is_ok() {
                keys = with_vault(folder, &keys, recipient)?;
            }
            vault.seal_to(std::iter::once(recipient).chain(description.vault.iter().skip(1)).cloned().collect());
        }
        let seen = Seen::of(&actor, &state, &entries);
        let mut workspace = Self {
            folder: folder.to_owned(),
            keys,
            state,
            seen,
            actor,
            own,
            founders: description.vault.clone(),
            record,
            vault,
            body_key: secrets.body_key,
            log_key: description.log_key.clone(),
            log: description.log()?,
            alpha,
            largest_coalition,
            stale: fs::exists(folder.join(RESTORED)).unwrap_or(true).then_some(Stale::Restored),
            head: None,
            _lock: lock,
        };
        workspace.finish_destruction()?;
        workspace.seal_to_members()?;
        Ok(workspace)
    }

    /// Projects the record once more, of which something was destroyed.
    pub(crate) fn project_anew(&mut self) -> Result<(), WorkspaceError> {
        let entries = self.record.entries()?;
        self.state = State::project(&entries);
        self.seen = Seen::of(&self.actor, &self.state, &entries);
        Ok(())
    }

    /// What the record says now, as far as whoever opened it is told.
    #[must_use]
    pub fn state(&self) -> &State {
        self.seen.as_ref().map_or(&self.state, |seen| &seen.state)
    }

    /// What the record says now, all of it: for what is checked, never for what is shown.
    pub(crate) fn everything(&self) -> &State {
        &self.state
    }

    /// Whoever opened it: a member, or the officer who works alone.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Their roles.
    #[must_use]
    pub fn roles(&self) -> BTreeSet<Role> {
        self.state.roles_of(&self.actor)
    }

    /// Whether [`Self::state`] is all that the record says.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        self.seen.is_none()
    }

    /// age recipient of the key that opened it.
    pub(crate) fn own_recipient(&self) -> &str {
        &self.own
    }

    /// age recipients that it was made with.
    pub(crate) fn founders(&self) -> &[String] {
        &self.founders
    }

    /// Those of them that are the recovery key's.
    pub(crate) fn recovery(&self) -> &[String] {
        self.founders.get(1..).unwrap_or_default()
    }

    /// Checks that whoever opened it may do something.
    ///
    /// # Errors
    /// [`Refusal::Role`] says whose it is.
    pub fn may(&self, case: UseCase) -> Result<(), Refusal> {
        self.state.may(&self.actor, case).map(drop)
    }

    /// α of an incident.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The largest coalition that items are marked against.
    #[must_use]
    pub fn largest_coalition(&self) -> u8 {
        self.largest_coalition
    }

    /// The verifier key of the record, for whoever checks proofs.
    #[must_use]
    pub fn log_key(&self) -> &str {
        &self.log_key
    }

    /// Notes the newest head in `folder`, which is kept apart from the workspace, and compares the record with what is noted there: one
    /// that is older, or another, is signed no further.
    ///
    /// # Errors
    /// [`WorkspaceError`] if the folder cannot be written to. The workspace goes on without: say that an older state would not be noticed.
    pub fn watch_head(&mut self, folder: &Path) -> Result<(), WorkspaceError> {
        let verifier = self.record.verifier();
        let mark = HeadMark::of(folder, verifier.name());
        let noted = mark.read().and_then(|note| Checkpoint::from_text(verifier.open(&note).ok()?).ok());
        let here = self.record.size();
        match noted {
            Some(noted) if noted.size > here => self.stale = Some(Stale::Behind { signed: noted.size, here }),
            Some(noted) if self.record.tree().root_at(noted.size) != Some(noted.root) => {
                self.stale = Some(Stale::Rewritten(noted.size));
            }
            _ if self.stale.is_none() => {
                if let Some(note) = self.record.checkpoint() {
                    mark.write(note).map_err(VaultError::disk(folder, "written to"))?;
                }
            }
            _ => {}
        }
        self.head = Some(mark);
        Ok(())
    }

    /// Why this workspace signs nothing, if so.
    #[must_use]
    pub fn stale(&self) -> Option<Stale> {
        self.stale
    }

    /// The newest checkpoint that this machine noted of this record, if it did.
    pub(crate) fn noted_head(&self) -> Option<String> {
        let note = self.head.as_ref()?.read()?;
        self.record.verifier().open(&note).is_ok().then_some(note)
    }

    pub(crate) fn set_stale(&mut self, stale: Option<Stale>) {
        self.stale = stale;
    }

    pub(crate) fn log(&self) -> &LogIdentity {
        &self.log
    }

    /// All verifier keys of the record: Ed25519, and ML-DSA-44 if it was made with one.
    #[must_use]
    pub fn log_keys(&self) -> Vec<VerifierKey> {
        self.record.verifiers()
    }

    pub(crate) fn record(&self) -> &Record<AnyStore> {
        &self.record
    }

    pub(crate) fn record_mut(&mut self) -> &mut Record<AnyStore> {
        &mut self.record
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Where the record is kept.
    pub(crate) fn place(&self) -> Result<Place, WorkspaceError> {
        describe(&self.folder)?.place()
    }

    /// Keeps the seed of another epoch beside those that are there, sealed as they are.
    pub(crate) fn keep_seed(&self, origin: &str, seed: &[u8; 32]) -> Result<(), WorkspaceError> {
        let path = self.folder.join("secrets.age");
        let sealed = fs::read(&path).map_err(VaultError::disk(&path, "read"))?;
        let mut secrets = secrets_of(&sealed, &self.keys)?;
        if secrets.later.iter().all(|later| later.origin != origin) {
            secrets.later.push(LaterSeed { origin: origin.to_owned(), seed: *seed });
            self.write_secrets(&path, &secrets)?;
        }
        Ok(())
    }

    fn write_secrets(&self, path: &Path, secrets: &Secrets) -> Result<(), WorkspaceError> {
        let plain = Zeroizing::new(serde_json::to_vec(secrets).map_err(|e| WorkspaceError::Damaged(e.to_string()))?);
        let to = if secrets.sealed_to.is_empty() { &self.founders } else { &secrets.sealed_to };
        Ok(write_secret(path, &encrypt_to_lines(to.iter().map(String::as_str), &plain).map_err(WorkspaceError::Damaged)?)?)
    }

    /// Seals the workspace's secrets to these recipients, unless they are already.
    pub(crate) fn seal_secrets(&self, to: &[String]) -> Result<(), WorkspaceError> {
        let path = self.folder.join("secrets.age");
        let sealed = fs::read(&path).map_err(VaultError::disk(&path, "read"))?;
        let mut secrets = secrets_of(&sealed, &self.keys)?;
        if secrets.sealed_to != to {
            secrets.sealed_to = to.to_vec();
            self.write_secrets(&path, &secrets)?;
        }
        Ok(())
    }

    /// Takes the vault's keys as they are now, of which this one is sealed to.
    pub(crate) fn take_vault_keys(&mut self, recipient: &str) -> Result<(), WorkspaceError> {
        self.keys = with_vault(&self.folder, &self.keys, recipient)?;
        self.vault.seal_to(std::iter::once(recipient.to_owned()).chain(self.recovery().iter().cloned()).collect());
        Ok(())
    }

    /// What signs entries, once there are several members or they make them.
    pub(crate) fn author(&self, makes_members: bool) -> Option<SigningKey> {
        let signs = (makes_members || !self.state.members.is_one_officer()) && self.actor != RECOVERY;
        self.keys.signer().filter(|_| signs).cloned()
    }

    /// Has the workspace go on under another epoch's name and keys from its next opening.
    pub(crate) fn name_epoch(&self, origin: &str, log_key: &str, ml_dsa_key: &str) -> Result<(), WorkspaceError> {
        let mut description = describe(&self.folder)?;
        (description.origin, description.log_key) = (origin.to_owned(), log_key.to_owned());
        description.ml_dsa_key = Some(ml_dsa_key.to_owned());
        description.write(&self.folder)
    }

    pub(crate) fn vault_mut(&mut self) -> &mut Vault {
        &mut self.vault
    }

    pub(crate) fn body_key(&self) -> &[u8; 32] {
        &self.body_key
    }

    pub(crate) fn keys(&self) -> &DeviceKeys {
        &self.keys
    }

    /// Asks for authority to act as the officer now.
    ///
    /// # Errors
    /// [`Refusal`] names what is not allowed.
    pub fn permit(&self, action: &Action<'_>, now: Timestamp) -> Result<Permit, Refusal> {
        let permit = authorize(self.state(), &self.actor, now, action)?;
        if let Action::Share { to, .. } = action {
            received(&self.state, *to, now)?;
        }
        Ok(permit)
    }

    /// Appends events durably and takes them into the state; returns the index of the first. What they do that is never one person's must be
    /// approved, and the request that approves it is used in the same append.
    pub(crate) fn append(&mut self, permit: &Permit, mut events: Vec<Event>) -> Result<u64, WorkspaceError> {
        if let Some(stale) = self.stale {
            return Err(stale.into());
        }
        self.allowed(&events)?;
        vetted(&self.state, &events, permit.at())?;
        events.extend(gate(&self.state, &events)?);
        let makes_members = events.iter().any(|event| matches!(event, Event::MemberSet { .. }));
        self.record.sign_entries(self.author(makes_members));
        let first = self.record.append(permit.actor(), permit.at(), events.clone())?;
        if let (Some(mark), Some(note)) = (&self.head, self.record.checkpoint()) {
            // The entries are durable whether or not they are noted; an older mark raises no alarm.
            mark.write(note).ok();
        }
        for (index, event) in (first..).zip(&events) {
            self.state.apply(index, permit.at(), permit.actor(), event);
            if let Some(seen) = &mut self.seen {
                seen.apply(index, permit.at(), permit.actor(), event);
            }
        }
        Ok(first)
    }

    /// That whoever opened this may say all of these.
    fn allowed(&self, events: &[Event]) -> Result<(), Refusal> {
        for event in events {
            if let Some(case) = needed(&self.state, event) {
                self.may(case)?;
            }
            if let Event::ItemPrepared { item, .. } = event {
                self.state.may_be_named(&self.actor, item)?;
                // One of before they saw their own only.
                if self.state.items.contains_key(item) && !self.state().items.contains_key(item) {
                    return Err(Refusal::ItemNamed(item.clone(), self.actor.clone()));
                }
            } else if let (Some(seen), Some(item)) = (&self.seen, event.item()) {
                seen.is_own(item, events)?;
            }
        }
        Ok(())
    }

    /// All entries, oldest first.
    ///
    /// # Errors
    /// [`WorkspaceError::Record`] names an entry that does not open.
    pub fn entries(&mut self) -> Result<Vec<Option<Opened>>, WorkspaceError> {
        Ok(self.record.entries()?)
    }

    /// Some entries, from one index up to another, which is not among them.
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub fn entries_from(&mut self, from: u64, to: u64) -> Result<Vec<Option<Opened>>, WorkspaceError> {
        Ok(self.record.entries_from(from, to)?)
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.record.size()
    }

    /// One entry's leaf, its body for whoever is to be shown it, and its proof against the newest checkpoint.
    pub(crate) fn shown_entry(&mut self, index: u64) -> Result<(String, Option<Opened>, Option<LogProof>), WorkspaceError> {
        let (leaf, opened) = self.record.entry(index)?;
        Ok((leaf, opened, self.record.prove(index)))
    }

    /// Size and SHA-256 (hexadecimal) of every checkpoint that this record signed, in earlier epochs too.
    pub(crate) fn signed_checkpoints(&mut self) -> Result<Vec<(u64, String)>, WorkspaceError> {
        let (_, checkpoints) = self.record.stored().map_err(RecordError::from)?;
        let hashed = checkpoints.into_iter().map(|c| (c.size, hex(&holm_record::commitment::sha256(c.note.as_bytes()))));
        let mut signed: Vec<(u64, String)> = hashed.collect();
        for epoch in &self.state.epochs {
            let listed: Vec<(u64, String)> = serde_json::from_slice(&self.vault.unseal(&epoch.signed, &self.keys)?)
                .map_err(|e| WorkspaceError::Damaged(e.to_string()))?;
            signed.extend(listed);
        }
        Ok(signed)
    }

    /// The newest checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&str> {
        self.record.checkpoint()
    }

    /// Recomputes everything from bytes: the record by [`holm_record::verify`], and every sealed file that it names.
    ///
    /// # Errors
    /// [`WorkspaceError`] only if the bytes cannot be read at all; what does not hold is in the report.
    pub fn verify(&mut self) -> Result<WorkspaceReport, WorkspaceError> {
        let stored = self.record.stored().map_err(RecordError::from)?;
        let cosigned = self.record.cosignatures()?;
        examined(&stored, &cosigned, &self.log, &self.body_key, &self.vault)
    }
}

/// Removes pending releases of items that are released: they hold what the key was made of, sealed to the officer alone.
fn drop_finished(folder: &Path, state: &State) -> Result<(), WorkspaceError> {
    let pending = folder.join(PENDING);
    for (name, _) in state.items.iter().filter(|(_, item)| item.released.is_some()) {
        let path = pending.join(format!("{name}.age"));
        if path.exists() {
            remove_durably(&path)?;
        }
    }
    Ok(())
}
