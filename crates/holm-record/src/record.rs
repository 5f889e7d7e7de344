//! The record: appends events to a store and answers with proofs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer, SigningKey};
use jiff::{SignedDuration, Timestamp};

use crate::cosignature::{CosignerKey, VerifierKey};
use crate::entry::{BodyKey, Entry, EntryError, Opened, Row, signed_text};
use crate::event::Event;
use crate::note::{Checkpoint, NoteError, NoteKey, sign};
use crate::proof::LogProof;
use crate::store::{Store, StoreError, StoredCheckpoint};
use crate::tiles::{Resource, WIDTH, bundle, tile};
use crate::tlog::Tree;
use crate::witness::Request;

/// Version of entry bodies that is written.
pub const BODY_VERSION: u16 = 1;

/// The record could not be read or extended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry does not hold.
    #[error("entry {index} does not hold: {error}")]
    Entry {
        /// Index of the entry.
        index: u64,
        /// What is wrong with it.
        error: EntryError,
    },
    /// The newest checkpoint is not that of the entries.
    #[error(
        "the newest checkpoint does not match the entries: the record was altered and is not opened; keep its folder as it is, \
         see with `holm record verify` what does not hold, and go on from a backup"
    )]
    Altered,
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] EntryError),
    /// Signing failed.
    #[error(transparent)]
    Sign(#[from] NoteError),
    /// The machine's clock went back.
    #[error(
        "this machine's clock ({now}) runs behind the record's last entry ({last}); set the clock and try again, nothing was recorded"
    )]
    Clock {
        /// What the clock says.
        now: Timestamp,
        /// Time of the last entry.
        last: Timestamp,
    },
}

/// A clock may run behind the last entry by as much; the entry then takes the last entry's time.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(2);

/// The entry with its author's signature, if there is one.
fn signed(mut entry: Entry, author: Option<&SigningKey>, origin: &str, index: u64) -> Result<Entry, EntryError> {
    if let Some(author) = author {
        let bare = serde_json::to_vec(&entry).map_err(|e| EntryError::Body(e.to_string()))?;
        let text = signed_text(origin, index, &bare);
        entry.signature = Some(BASE64.encode(author.sign(text.as_bytes()).to_bytes()));
    }
    Ok(entry)
}

/// Keys of a record.
pub struct RecordKeys {
    /// Identity of the log.
    pub origin: String,
    /// Signs checkpoints.
    pub signing: SigningKey,
    /// Signs them too, for a time with quantum computers; records made before it have none.
    pub ml_dsa: Option<CosignerKey>,
    /// Encrypts bodies.
    pub body: BodyKey,
}

/// An open record.
pub struct Record<S> {
    store: S,
    keys: RecordKeys,
    tree: Tree,
    checkpoint: Option<String>,
    last: Option<Timestamp>,
    /// Signs entries, where there are several who make them.
    author: Option<SigningKey>,
}

impl<S: Store> Record<S> {
    /// Opens the record and checks that its newest checkpoint is that of its entries.
    ///
    /// # Errors
    /// [`RecordError`] if the store fails or the entries were altered.
    pub fn open(mut store: S, keys: RecordKeys) -> Result<Self, RecordError> {
        let (tree, checkpoint, last) = load(&mut store)?;
        if let Some(note) = &checkpoint {
            let key = NoteKey::new(keys.origin.clone(), keys.signing.verifying_key());
            let stated = key.open(note).and_then(Checkpoint::from_text).map_err(|_| RecordError::Altered)?;
            if keys.ml_dsa.as_ref().is_some_and(|k| !matches!(k.verifier().signed(note), Ok(Some(_)))) {
                return Err(RecordError::Altered);
            }
            let actual = Checkpoint { origin: keys.origin.clone(), size: tree.size(), root: tree.root() };
            if stated != actual {
                return Err(RecordError::Altered);
            }
        } else if tree.size() > 0 {
            return Err(RecordError::Altered);
        }
        Ok(Self { store, keys, tree, checkpoint, last, author: None })
    }

    /// Fills an empty store with the rows of a record that ends, and one entry that says so, under a checkpoint by new keys.
    ///
    /// # Errors
    /// [`RecordError`]; then nothing was written, or all of it.
    pub fn continued(
        store: S,
        keys: RecordKeys,
        rows: &[Row],
        (actor, at, event): (&str, Timestamp, Event),
        author: Option<&SigningKey>,
    ) -> Result<Self, RecordError> {
        let entry = Entry { v: BODY_VERSION, at, actor: actor.to_owned(), event, signature: None };
        let entry = signed(entry, author, &keys.origin, rows.len() as u64)?;
        let rows: Vec<Row> = rows.iter().cloned().chain([Row::seal(&entry, &keys.body)?]).collect();
        let tree = Tree::from_leaves(rows.iter().map(Row::leaf_hash));
        let mut record = Self { keys, tree, checkpoint: None, last: Some(at), author: None, store };
        let checkpoint = record.sign(at)?;
        record.store.append(0, &rows, &checkpoint)?;
        record.checkpoint = Some(checkpoint.note);
        Ok(record)
    }

    /// Has every further entry signed with this key, or with none.
    pub fn sign_entries(&mut self, author: Option<SigningKey>) {
        self.author = author;
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The newest signed checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&str> {
        self.checkpoint.as_deref()
    }

    /// The key that verifies this record's checkpoints.
    #[must_use]
    pub fn verifier(&self) -> NoteKey {
        NoteKey::new(self.keys.origin.clone(), self.keys.signing.verifying_key())
    }

    /// All keys that verify this record's checkpoints: Ed25519 first, then ML-DSA-44 if it has one.
    #[must_use]
    pub fn verifiers(&self) -> Vec<VerifierKey> {
        let first = VerifierKey::from_vkey(&self.verifier().to_vkey()).ok();
        first.into_iter().chain(self.keys.ml_dsa.as_ref().map(|k| k.verifier().clone())).collect()
    }

    /// All entries, opened; `None` where a body was lawfully destroyed.
    ///
    /// # Errors
    /// [`RecordError`] names the first entry that does not open.
    pub fn entries(&mut self) -> Result<Vec<Option<Opened>>, RecordError> {
        self.entries_from(0, self.size())
    }

    /// The entries from one index up to another, which is not among them; fewer if the record ends before.
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub fn entries_from(&mut self, from: u64, to: u64) -> Result<Vec<Option<Opened>>, RecordError> {
        let rows = self.store.read(from, to.min(self.size()))?;
        let open = |(index, row): (u64, Row)| row.open(&self.keys.body).map_err(|error| RecordError::Entry { index, error });
        (from..).zip(rows).map(open).collect()
    }

    /// Appends events, all or none, durably; returns the index of the first.
    ///
    /// If the store fails after it kept them, the head shows it and the append counts as done.
    ///
    /// # Errors
    /// [`RecordError`]; then none of the events is in the record.
    pub fn append(&mut self, actor: &str, at: Timestamp, events: Vec<Event>) -> Result<u64, RecordError> {
        let first = self.size();
        let at = self.not_before_last(at)?;
        let row = |(index, event): (u64, Event)| {
            let entry = Entry { v: BODY_VERSION, at, actor: actor.to_owned(), event, signature: None };
            Row::seal(&signed(entry, self.author.as_ref(), &self.keys.origin, index)?, &self.keys.body)
        };
        let rows: Vec<Row> = (first..).zip(events).map(row).collect::<Result<_, _>>()?;
        // The tree grows in place, as a copy of a long one would cost more than the append, and is cut if that fails.
        rows.iter().for_each(|row| self.tree.push(row.leaf_hash()));
        let kept = self.sign(at).and_then(|checkpoint| self.store(first, &rows, checkpoint));
        let checkpoint = kept.inspect_err(|_| self.tree.truncate(first))?;
        self.checkpoint = Some(checkpoint.note);
        self.last = Some(at);
        Ok(first)
    }

    /// The checkpoint of the tree as it stands.
    fn sign(&self, at: Timestamp) -> Result<StoredCheckpoint, RecordError> {
        let size = self.tree.size();
        let text = Checkpoint { origin: self.keys.origin.clone(), size, root: self.tree.root() }.to_text();
        let mut note = sign(&text, &self.keys.origin, &self.keys.signing);
        if let Some(key) = &self.keys.ml_dsa {
            note += &key.line(&text, u64::try_from(at.as_second()).unwrap_or(0))?;
        }
        Ok(StoredCheckpoint { size, note })
    }

    fn store(&mut self, first: u64, rows: &[Row], checkpoint: StoredCheckpoint) -> Result<StoredCheckpoint, RecordError> {
        if let Err(error) = self.store.append(first, rows, &checkpoint) {
            let kept = matches!(error, StoreError::Medium(_)) && load(&mut self.store).is_ok_and(|(now, ..)| now == self.tree);
            if !kept {
                return Err(error.into());
            }
        }
        Ok(checkpoint)
    }

    fn not_before_last(&self, now: Timestamp) -> Result<Timestamp, RecordError> {
        match self.last {
            Some(last) if now < last && last.duration_since(now) > CLOCK_SLACK => Err(RecordError::Clock { now, last }),
            Some(last) => Ok(now.max(last)),
            None => Ok(now),
        }
    }

    /// Removes the bodies of entries for good; leaves, proofs and checkpoints stay as they are. Returns how many there were to remove.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn destroy(&mut self, entries: &[u64]) -> Result<usize, StoreError> {
        self.store.destroy(entries)
    }

    /// The leaf of entry `index`, and its body and salt for whoever is to be shown this entry alone.
    ///
    /// # Errors
    /// [`RecordError`] if the entry is not there or does not open.
    pub fn entry(&mut self, index: u64) -> Result<(String, Option<Opened>), RecordError> {
        let row = self.store.read(index, index + 1)?.pop().ok_or(RecordError::Altered)?;
        let opened = row.open(&self.keys.body).map_err(|error| RecordError::Entry { index, error })?;
        Ok((row.leaf, opened))
    }

    /// When entry `index` was entered, as its leaf says; `None` if there is no such entry.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn time_of(&mut self, index: u64) -> Result<Option<Timestamp>, RecordError> {
        Ok(self.store.read(index, index.saturating_add(1))?.first().and_then(time_of))
    }

    /// The tree over all leaves.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The bytes of a resource of C2SP tlog-tiles, as of now; `None` if this log has no such resource.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn resource(&mut self, resource: &Resource) -> Result<Option<Vec<u8>>, RecordError> {
        match *resource {
            Resource::Checkpoint => {
                let newest = self.cosigned()?.pop().filter(|c| c.size == self.size()).map(|c| c.note);
                Ok(newest.or_else(|| self.checkpoint.clone()).map(String::into_bytes))
            }
            Resource::Tile { level, index, width } => Ok(tile(&self.tree, level, index, width)),
            Resource::Bundle { index, width } => {
                let from = index.saturating_mul(WIDTH);
                let Some(to) = from.checked_add(width).filter(|to| *to <= self.size()) else { return Ok(None) };
                let rows = self.store.read(from, to)?;
                Ok(bundle(rows.iter().map(|row| row.leaf.as_str())))
            }
        }
    }

    /// What to ask a witness whose newest checkpoint of this log has `old` entries, to have the newest one cosigned.
    ///
    /// `None` if this log was never so long, or has no checkpoint.
    #[must_use]
    pub fn request(&self, old: u64) -> Option<Request> {
        let proof = if old == 0 { Vec::new() } else { self.tree.consistency(old, self.size())? };
        Some(Request { old, proof, note: self.checkpoint.clone()? })
    }

    /// Keeps what witnesses signed of the checkpoint of `size`, in place of what was kept of it before.
    ///
    /// # Errors
    /// [`RecordError`]; whoever calls it has checked the signatures.
    pub fn cosign(&mut self, size: u64, lines: &str) -> Result<(), RecordError> {
        Ok(self.store.cosign(size, lines)?)
    }

    /// Sizes and the signature lines that [`Self::cosign`] kept for their checkpoints.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn cosignatures(&mut self) -> Result<Vec<(u64, String)>, RecordError> {
        Ok(self.store.cosigned()?)
    }

    /// The checkpoints that witnesses signed, oldest first: each with its size, and its note with all signatures.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn cosigned(&mut self) -> Result<Vec<StoredCheckpoint>, RecordError> {
        let mut checkpoints = Vec::new();
        for (size, lines) in self.store.cosigned()? {
            // One by one: there are few of them among many.
            checkpoints.extend(self.store.checkpoint(size)?.map(|note| StoredCheckpoint { size, note: note + &lines }));
        }
        Ok(checkpoints)
    }

    /// Proof that entry `index` is in the record, against the checkpoint `at`, which this record signed.
    #[must_use]
    pub fn prove_at(&self, index: u64, at: &StoredCheckpoint) -> Option<LogProof> {
        Some(LogProof { index, hashes: self.tree.inclusion(index, at.size)?, checkpoint: at.note.clone() })
    }

    /// Proof that entry `index` is in the record, against the newest checkpoint.
    #[must_use]
    pub fn prove(&self, index: u64) -> Option<LogProof> {
        let hashes = self.tree.inclusion(index, self.size())?;
        Some(LogProof { index, hashes, checkpoint: self.checkpoint.clone()? })
    }

    /// The store, once nothing more is appended.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    /// The store, for whoever copies it as it is.
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// Rows and checkpoints as stored, for the verifier.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn stored(&mut self) -> Result<(Vec<Row>, Vec<StoredCheckpoint>), StoreError> {
        stored(&mut self.store)
    }
}

/// All rows and checkpoints of a store, opened or not.
///
/// # Errors
/// [`StoreError`].
pub fn stored(store: &mut impl Store) -> Result<(Vec<Row>, Vec<StoredCheckpoint>), StoreError> {
    let size = store.size()?;
    Ok((store.read(0, size)?, store.checkpoints()?))
}

type Loaded = (Tree, Option<String>, Option<Timestamp>);

fn load(store: &mut impl Store) -> Result<Loaded, StoreError> {
    let size = store.size()?;
    let rows = store.read(0, size)?;
    let tree = Tree::from_leaves(rows.iter().map(Row::leaf_hash));
    let newest = store.checkpoints()?.pop().map(|c| c.note);
    Ok((tree, newest, rows.last().and_then(time_of)))
}

fn time_of(row: &Row) -> Option<Timestamp> {
    row.leaf.lines().nth(1)?.parse().ok()
}
