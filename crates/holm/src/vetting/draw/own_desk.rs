//! What a drawer does on a machine of their own: commit, and reveal once both commitments stand in the record.

use holm_record::commitment::{Commitment, Salt, hex};
use holm_record::event::Event;
use holm_record::event::vetting::DrawFacts;
use holm_record::id::PersonId;
use holm_record::note::sign;
use holm_record::tlog::leaf_hash;
use holm_record::verify::LogIdentity;
use serde::{Deserialize, Serialize};

use super::{DOMAIN, DrawError};
use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines};
use crate::shown::{ShownEntry, ShownError};

const FORMAT: &str = "holm-draw/1";
const HEADER: &str = "holm-draw-commitment/1";
const REVEALED: &str = "holm-draw-secret/1";

/// What goes to the drawers.
#[derive(Serialize, Deserialize)]
pub(super) struct Bundle {
    format: String,
    draw: ShownEntry,
    /// Both commitments, once they are in the record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    commitments: Vec<ShownEntry>,
}

/// What a drawer keeps, sealed to themselves.
#[derive(Serialize, Deserialize)]
struct Kept {
    entry: String,
    person: PersonId,
    secret: Salt,
    salt: Salt,
}

/// What a drawer reveals.
#[derive(Serialize, Deserialize)]
pub(super) struct Revealed {
    format: String,
    pub(super) entry: String,
    pub(super) person: PersonId,
    pub(super) secret: Salt,
    pub(super) salt: Salt,
}

/// A commitment as its note says it.
pub(super) struct Commitments {
    pub(super) record: String,
    pub(super) entry: String,
    pub(super) person: PersonId,
    pub(super) commitment: Commitment,
}

/// A draw as a drawer is shown it.
#[derive(Clone, Debug)]
pub struct ShownDraw {
    /// Verifier key of the record.
    pub log_key: String,
    /// Its number.
    pub number: u64,
    /// Who can be drawn, how likely, by whom.
    pub facts: DrawFacts,
    origin: String,
    entry: String,
}

impl Bundle {
    pub(super) fn new(draw: ShownEntry, commitments: Vec<ShownEntry>) -> Self {
        Self { format: FORMAT.to_owned(), draw, commitments }
    }

    fn open(sealed: &[u8], keys: &DeviceKeys) -> Result<(Self, ShownDraw), DrawError> {
        let plain = decrypt_with(&keys.identities(), sealed).map_err(DrawError::Sealed)?;
        let bundle: Self = serde_json::from_slice(&plain).map_err(|e| DrawError::Sealed(e.to_string()))?;
        if bundle.format != FORMAT {
            return Err(DrawError::Sealed(format!("its format is `{}`", bundle.format)));
        }
        let (event, proof) = bundle.draw.check()?;
        let Event::DrawOpened(facts) = event else { return Err(DrawError::Sealed("its entry is no draw".to_owned())) };
        let log_key = bundle.draw.log_key.clone();
        let origin = LogIdentity::parse(&log_key).map_err(ShownError::Invalid)?.origin().to_owned();
        let entry = hex(&leaf_hash(bundle.draw.leaf.as_bytes()));
        Ok((bundle, ShownDraw { log_key, number: proof.index, facts, origin, entry }))
    }

    /// Whose commitments to the draw, and which, stand in the record.
    fn committed(&self, draw: &ShownDraw) -> Result<Vec<(PersonId, Commitment)>, DrawError> {
        let one = |shown: &ShownEntry| match shown.check()?.0 {
            Event::DrawCommitted { draw: number, person, commitment, .. }
                if number == draw.number && shown.log_key == draw.log_key =>
            {
                Ok((person, commitment))
            }
            _ => Err(DrawError::Other("commitment")),
        };
        self.commitments.iter().map(one).collect()
    }
}

impl ShownDraw {
    /// SHA-256 of its entry's leaf, in hexadecimal: the same for nothing else in any record.
    #[must_use]
    pub fn entry(&self) -> &str {
        &self.entry
    }
}

/// The text that is signed.
pub(super) fn commitment_text(record: &str, entry: &str, person: &PersonId, commitment: &Commitment) -> String {
    format!("{HEADER}\nrecord {record}\nentry {entry}\nperson {person}\ncommitment {commitment}\n")
}

pub(super) fn read_commitment(note: &str) -> Result<Commitments, DrawError> {
    let malformed = |what: &str| DrawError::Malformed(what.to_owned());
    let mut lines = note.lines();
    if lines.next() != Some(HEADER) {
        return Err(malformed("its first line is another"));
    }
    let mut field = |name: &'static str| {
        lines.next().and_then(|l| l.strip_prefix(name)).and_then(|l| l.strip_prefix(' ')).ok_or_else(|| malformed(name))
    };
    Ok(Commitments {
        record: field("record")?.to_owned(),
        entry: field("entry")?.to_owned(),
        person: PersonId::new(field("person")?).map_err(|_| malformed("person"))?,
        commitment: Commitment::try_from(field("commitment")?.to_owned()).map_err(|_| malformed("commitment"))?,
    })
}

/// Opens what a drawer was sent, and checks it: the draw, and whose commitments to it stand in the record. Nothing is drawn.
///
/// # Errors
/// [`DrawError`] if it is not for this key or does not hold.
pub fn open(sealed: &[u8], keys: &DeviceKeys) -> Result<(ShownDraw, Vec<PersonId>), DrawError> {
    let (bundle, draw) = Bundle::open(sealed, keys)?;
    let committed = bundle.committed(&draw)?.into_iter().map(|(person, _)| person).collect();
    Ok((draw, committed))
}

/// Draws something random as one of the drawers, and commits to it: the signed note that goes back, and the sealed file that is kept until both
/// have committed.
///
/// # Errors
/// [`DrawError`] if the bundle is not for this key or does not hold, or `person` is no drawer.
pub fn commit(sealed: &[u8], person: &PersonId, keys: &DeviceKeys) -> Result<(ShownDraw, String, Vec<u8>), DrawError> {
    let (_, draw) = Bundle::open(sealed, keys)?;
    if !draw.facts.drawers.contains(person) {
        return Err(DrawError::Other("person"));
    }
    let signer = keys.signer().ok_or(DrawError::NoSigner)?;
    let random = || Salt::random().map_err(|_| DrawError::Randomness);
    let kept = Kept { entry: draw.entry.clone(), person: person.clone(), secret: random()?, salt: random()? };
    let commitment = Commitment::to(DOMAIN, &kept.salt, &kept.secret.0);
    let note = sign(&commitment_text(&draw.origin, &draw.entry, person, &commitment), person.as_str(), signer);
    let plain = serde_json::to_vec(&kept).map_err(|e| DrawError::Malformed(e.to_string()))?;
    let file = encrypt_to_lines([keys.recipient().as_str()], &plain).map_err(DrawError::Sealed)?;
    Ok((draw, note, file))
}

/// Reveals what was kept, after checking that both commitments, one of them to exactly this, stand in the record.
///
/// # Errors
/// [`DrawError::NotCommitted`] if they do not; others if one of the files is not of this draw.
pub fn reveal(kept: &[u8], sealed: &[u8], keys: &DeviceKeys) -> Result<(ShownDraw, String), DrawError> {
    let plain = decrypt_with(&keys.identities(), kept).map_err(DrawError::Sealed)?;
    let kept: Kept = serde_json::from_slice(&plain).map_err(|e| DrawError::Sealed(e.to_string()))?;
    let (bundle, draw) = Bundle::open(sealed, keys)?;
    if draw.entry != kept.entry {
        return Err(DrawError::Other("entry"));
    }
    let own = Commitment::to(DOMAIN, &kept.salt, &kept.secret.0);
    let committed = bundle.committed(&draw)?;
    if committed.iter().any(|(person, commitment)| *person == kept.person && *commitment != own) {
        return Err(DrawError::Other("commitment"));
    }
    // Whoever reveals before the other committed would let the other choose.
    if !draw.facts.drawers.iter().all(|drawer| committed.iter().any(|(person, _)| person == drawer)) {
        return Err(DrawError::NotCommitted(draw.number));
    }
    let Kept { entry, person, secret, salt } = kept;
    let revealed = Revealed { format: REVEALED.to_owned(), entry, person, secret, salt };
    let text = serde_json::to_string_pretty(&revealed).map_err(|e| DrawError::Malformed(e.to_string()))?;
    Ok((draw, text))
}
