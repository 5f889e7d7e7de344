//! The second person's part in an item key: a request, and a signed and sealed answer.
//!
//! The second person sees a commitment to the originator's contribution, so neither can steer the key: the originator
//! committed first, the second draws without knowing what was committed to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm_record::commitment::{Commitment, Salt};
use holm_record::id::{ItemName, PersonId};
use holm_record::note::{NoteError, NoteKey, sign};
use serde::{Deserialize, Serialize};

use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines, verifier};
use crate::share::CONTRIBUTION_DOMAIN;
use crate::state::Person;

/// What the second person is asked to contribute to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The item.
    pub item: ItemName,
    /// Commitment to the originator's contribution.
    pub contribution: Commitment,
    /// Commitment to the manifest.
    pub manifest: Commitment,
    /// age recipient of the officer's desk.
    pub reply_to: String,
}

/// The second person's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Signed note over the request and the commitment to the contribution.
    pub note: String,
    /// Contribution and salt, sealed to the officer's desk, in base64.
    pub sealed: String,
}

/// A contribution cannot be made or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContributionError {
    /// The key file has no signing key.
    #[error("this key cannot sign; make one with `holm keygen` and have it enrolled")]
    NoSigner,
    /// Not by the second person.
    #[error("the contribution is not signed by the key that `{0}` has enrolled")]
    NotBy(PersonId),
    /// For another request.
    #[error("the contribution answers another request: {0}")]
    Other(&'static str),
    /// The note is damaged.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Sealing or opening failed.
    #[error("the contribution does not open: {0}")]
    Sealed(String),
    /// No randomness.
    #[error("the system has no randomness to contribute")]
    Randomness,
}

/// A contribution opened.
pub(crate) struct OpenedContribution {
    pub(crate) bytes: [u8; 32],
    pub(crate) salt: Salt,
}

fn text(request: &Request, person: &PersonId, commitment: Commitment) -> String {
    format!(
        "holm-contribution/1\nitem {}\nsecond {person}\noriginator {}\nmanifest {}\ncontribution {commitment}\n",
        request.item, request.contribution, request.manifest
    )
}

impl Contribution {
    /// Draws a contribution and signs it as `person`.
    ///
    /// # Errors
    /// [`ContributionError`] if the key cannot sign or the system has no randomness.
    pub fn make(request: &Request, person: &PersonId, keys: &DeviceKeys) -> Result<Self, ContributionError> {
        let signer = keys.signer().ok_or(ContributionError::NoSigner)?;
        let draw = || Salt::random().map_err(|_| ContributionError::Randomness);
        let (bytes, salt) = (draw()?.0, draw()?);
        let note = sign(&text(request, person, Commitment::to(CONTRIBUTION_DOMAIN, &salt, &bytes)), person.as_str(), signer);
        let sealed =
            encrypt_to_lines([request.reply_to.as_str()], &[bytes, salt.0].concat()).map_err(ContributionError::Sealed)?;
        Ok(Self { note, sealed: BASE64.encode(sealed) })
    }

    /// Opens and checks a contribution: signed by the second person, for this request, and what was committed to.
    pub(crate) fn open(
        &self,
        request: &Request,
        second: &PersonId,
        person: &Person,
        officer: &DeviceKeys,
    ) -> Result<OpenedContribution, ContributionError> {
        signed_text(&self.note, second, person)?;
        let sealed = BASE64.decode(&self.sealed).map_err(|e| ContributionError::Sealed(e.to_string()))?;
        let plain = decrypt_with(&officer.identities(), &sealed).map_err(ContributionError::Sealed)?;
        let both: [u8; 64] = plain.try_into().map_err(|_| ContributionError::Other("its length is wrong"))?;
        let (mut bytes, mut salt) = ([0; 32], [0; 32]);
        bytes.copy_from_slice(&both[..32]);
        salt.copy_from_slice(&both[32..]);
        let salt = Salt(salt);
        check_note(&self.note, request, second, person, Commitment::to(CONTRIBUTION_DOMAIN, &salt, &bytes))?;
        Ok(OpenedContribution { bytes, salt })
    }
}

fn signed_text<'n>(note: &'n str, second: &PersonId, person: &Person) -> Result<&'n str, ContributionError> {
    let mut keys = person.usable_devices().filter_map(verifier).map(|k| NoteKey::new(second.as_str(), k));
    keys.find_map(|k| k.open(note).ok()).ok_or_else(|| ContributionError::NotBy(second.clone()))
}

/// Checks that the second person signed this commitment for this request.
pub(crate) fn check_note(
    note: &str,
    request: &Request,
    second: &PersonId,
    person: &Person,
    commitment: Commitment,
) -> Result<(), ContributionError> {
    if signed_text(note, second, person)? == text(request, second, commitment) {
        return Ok(());
    }
    Err(ContributionError::Other("item, commitments or contribution differ"))
}
