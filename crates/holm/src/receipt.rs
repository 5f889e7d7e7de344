//! The recipient's side: a sealed copy is opened, its slip checked, a receipt signed; and the receipt's way back.
//!
//! A receipt is a signed note (`docs/spec/receipt.md`). A signed receipt proves receipt; a missing one proves nothing.

use holm_record::commitment::{hex, sha256};
use holm_record::event::Event;
use holm_record::id::{CopyId, ItemName, PersonId};
use holm_record::note::{NoteError, NoteKey, sign};
use jiff::Timestamp;

use crate::identity::{DeviceKeys, decrypt_with, verifier};
use crate::policy::Permit;
use crate::slip::{Slip, SlipError, conditions_hash};
use crate::workspace::{Workspace, WorkspaceError};

const HEADER: &str = "holm-receipt/1";

/// A copy cannot be opened or a receipt not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// The copy is not sealed to this key.
    #[error("this copy does not open with this key: {0}")]
    Sealed(String),
    /// The slip does not hold.
    #[error(transparent)]
    Slip(#[from] SlipError),
    /// Not a receipt.
    #[error("this is not a receipt: {0}")]
    Malformed(&'static str),
    /// It names a copy that was not issued, or other bytes.
    #[error("the receipt is for a copy that the record does not have: {0}")]
    Unknown(String),
    /// Its signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its signature is by a key that the person has not enrolled.
    #[error("it is not signed by a key that `{0}` has enrolled")]
    NotBy(PersonId),
    /// It was imported before.
    #[error("a receipt for copy `{0}` is in the record already")]
    Again(CopyId),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// A copy that was opened.
pub struct OpenedCopy {
    /// The copy's bytes.
    pub bytes: Vec<u8>,
    /// The signed receipt, if the key can sign.
    pub receipt: Option<String>,
}

/// Opens a sealed copy for its recipient after checking the slip, and signs for it.
///
/// # Errors
/// [`ReceiptError`] if the slip does not hold or the copy is sealed to others.
pub fn open_copy(sealed: &[u8], slip: &Slip, keys: &DeviceKeys, now: Timestamp) -> Result<OpenedCopy, ReceiptError> {
    let proof = slip.check(sealed)?;
    let bytes = decrypt_with(&keys.identities(), sealed).map_err(ReceiptError::Sealed)?;
    let checkpoint = hex(&sha256(proof.checkpoint.as_bytes()));
    let conditions = slip.conditions.as_deref().map_or_else(|| "none".to_owned(), conditions_hash);
    let text = format!(
        "{HEADER}\nitem {}\ncopy {}\nperson {}\nsealed {}\nslip {}\ncheckpoint {checkpoint}\nconditions {conditions}\nopened {now}\n",
        slip.item,
        slip.copy,
        slip.person,
        slip.sealed_sha256,
        hex(&sha256(slip.to_text().as_bytes())),
    );
    Ok(OpenedCopy { bytes, receipt: keys.signer().map(|s| sign(&text, slip.person.as_str(), s)) })
}

/// The fields of a receipt that name what it is for.
struct Fields {
    item: ItemName,
    copy: CopyId,
    person: PersonId,
    sealed: String,
    checkpoint: String,
    conditions: String,
}

fn parse(note: &str) -> Result<Fields, ReceiptError> {
    let mut lines = note.lines();
    if lines.next() != Some(HEADER) {
        return Err(ReceiptError::Malformed("its first line is another"));
    }
    let mut field = |name: &str| {
        let value = lines.next().and_then(|l| l.strip_prefix(name)).and_then(|l| l.strip_prefix(' '));
        value.map(str::to_owned).ok_or(ReceiptError::Malformed("a line is missing"))
    };
    let bad = |_| ReceiptError::Malformed("a name is none");
    Ok(Fields {
        item: ItemName::new(field("item")?).map_err(bad)?,
        copy: CopyId::new(field("copy")?).map_err(bad)?,
        person: PersonId::new(field("person")?).map_err(bad)?,
        sealed: field("sealed")?,
        checkpoint: {
            field("slip")?;
            field("checkpoint")?
        },
        conditions: field("conditions")?,
    })
}

impl Workspace {
    /// Takes a receipt back into the record; returns the copy and whether its signature could be checked.
    ///
    /// A receipt is unverified only if the person never enrolled a signing key.
    ///
    /// # Errors
    /// [`ReceiptError`]; nothing is recorded then.
    pub fn import_receipt(&mut self, permit: &Permit, note: &str) -> Result<(CopyId, bool), ReceiptError> {
        let fields = parse(note)?;
        let item = self.state().items.get(&fields.item);
        let disclosure = item.and_then(|i| i.disclosures.iter().find(|d| d.copy == fields.copy));
        let disclosure = disclosure.filter(|d| d.sealed == fields.sealed && d.person == fields.person);
        let disclosure = disclosure.ok_or_else(|| ReceiptError::Unknown(format!("{} of {}", fields.copy, fields.item)))?;
        if disclosure.receipt.is_some() {
            return Err(ReceiptError::Again(fields.copy));
        }
        let conditions = item.and_then(|i| i.released.as_ref()).and_then(|r| r.conditions.as_deref());
        if fields.conditions != conditions.map_or_else(|| "none".to_owned(), conditions_hash) {
            return Err(ReceiptError::Unknown(format!("{} of {} under other conditions", fields.copy, fields.item)));
        }
        // A receipt protects against a rewritten record only if what it signs is a checkpoint that covers the copy's entry.
        let covers = disclosure.index;
        if !self.signed_checkpoints()?.iter().any(|(size, hash)| *size > covers && *hash == fields.checkpoint) {
            return Err(ReceiptError::Unknown(format!(
                "{} of {} under a checkpoint of another record",
                fields.copy, fields.item
            )));
        }
        let verified = self.signed_by(&fields.person, note)?;
        let event = Event::ReceiptImported {
            item: fields.item,
            copy: fields.copy.clone(),
            person: fields.person,
            note: note.to_owned(),
            verified,
        };
        self.append(permit, vec![event])?;
        Ok((fields.copy, verified))
    }

    /// Whether a note is signed by a device of a person's that is in use; `false` only if the person never enrolled a key that
    /// signs.
    ///
    /// # Errors
    /// [`ReceiptError`] if the signature does not hold or is by another key.
    pub(crate) fn signed_by(&self, id: &PersonId, note: &str) -> Result<bool, ReceiptError> {
        let person = self.state().persons.get(id).ok_or_else(|| ReceiptError::Unknown(id.to_string()))?;
        let keys: Vec<NoteKey> = person.usable_devices().filter_map(verifier).map(|k| NoteKey::new(id.as_str(), k)).collect();
        match keys.as_slice() {
            [] => Ok(false),
            keys => match keys.iter().map(|k| k.open(note)).find(|r| !matches!(r, Err(NoteError::Unsigned(_)))) {
                Some(Ok(_)) => Ok(true),
                Some(Err(error)) => Err(error.into()),
                None => Err(ReceiptError::NotBy(id.clone())),
            },
        }
    }
}
