//! What happens on other people's machines: the second person contributes to the seed, a reader says what was seen.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm_record::commitment::{Commitment, Salt, hex};
use holm_record::event::Event;
use holm_record::id::{ExperimentName, PersonId};
use holm_record::note::{NoteKey, sign};
use holm_record::tlog::leaf_hash;
use serde::{Deserialize, Serialize};

use super::{CONTRIBUTION_DOMAIN, ExperimentError, evidence};
use crate::contribution::ContributionError;
use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines, verifier};
use crate::state::{Person, State};

const SEED_HEADER: &str = "holm-experiment-contribution/1";
const OUTCOME_HEADER: &str = "holm-experiment-outcome/1";

/// What the second person is asked to contribute to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRequest {
    /// Origin of the record.
    pub record: String,
    /// SHA-256 of the announcement's leaf, in hexadecimal.
    pub entry: String,
    /// Which experiment.
    pub experiment: ExperimentName,
    /// Commitment to the desk's contribution.
    pub contribution: Commitment,
    /// age recipients of the teller's devices.
    pub recipients: Vec<String>,
}

/// The second person's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedContribution {
    /// Signed note over the request and the commitment to the contribution.
    pub note: String,
    /// Contribution and salt, sealed to the teller, in base64.
    pub sealed: String,
}

/// What somebody who is to say what was seen is told: which outcomes there are, and nothing of who was told what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Origin of the record.
    pub record: String,
    /// SHA-256 of the announcement's leaf, in hexadecimal.
    pub entry: String,
    /// Which experiment.
    pub experiment: ExperimentName,
    /// By which sign each outcome is known; its place is its number.
    pub signs: Vec<String>,
}

/// What they say, signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeNote {
    /// Who.
    pub reader: PersonId,
    /// The outcome's number.
    pub outcome: u32,
    /// SHA-256 of what it rests on.
    pub evidence: Commitment,
    /// The signed note.
    pub note: String,
}

/// A contribution and its salt, as they are sealed.
pub(super) fn seal(bytes: &Salt, salt: &Salt, recipients: &[String]) -> Result<String, ExperimentError> {
    let sealed = encrypt_to_lines(recipients.iter().map(String::as_str), &[bytes.0, salt.0].concat());
    Ok(BASE64.encode(sealed.map_err(ContributionError::Sealed)?))
}

/// The same, opened and checked against what was committed to; what is wrong otherwise.
pub(super) fn unseal(sealed: &str, keys: &DeviceKeys, committed: Commitment) -> Result<(Salt, Salt), String> {
    let sealed = BASE64.decode(sealed).map_err(|e| e.to_string())?;
    let plain = decrypt_with(&keys.identities(), &sealed)?;
    let both: [u8; 64] = plain.try_into().map_err(|_| "its length is wrong".to_owned())?;
    let (mut bytes, mut salt) = ([0; 32], [0; 32]);
    bytes.copy_from_slice(&both[..32]);
    salt.copy_from_slice(&both[32..]);
    if Commitment::to(CONTRIBUTION_DOMAIN, &Salt(salt), &bytes) == committed {
        return Ok((Salt(bytes), Salt(salt)));
    }
    Err("it is not what was committed to".to_owned())
}

fn contribution_text(request: &SeedRequest, second: &PersonId, commitment: Commitment) -> String {
    let SeedRequest { record, entry, experiment, contribution, .. } = request;
    format!(
        "{SEED_HEADER}\nrecord {record}\nentry {entry}\nexperiment {experiment}\nsecond {second}\ndesk {contribution}\ncontribution {commitment}\n"
    )
}

/// As the second person: draws a contribution, commits to it, signs that, and seals it to the teller.
///
/// # Errors
/// [`ExperimentError`] if the key cannot sign, a recipient is none, or the system has no randomness.
pub fn contribute(request: &SeedRequest, second: &PersonId, keys: &DeviceKeys) -> Result<SeedContribution, ExperimentError> {
    let signer = keys.signer().ok_or(ContributionError::NoSigner)?;
    let draw = || Salt::random().map_err(|_| ExperimentError::Randomness);
    let (bytes, salt) = (draw()?, draw()?);
    let commitment = Commitment::to(CONTRIBUTION_DOMAIN, &salt, &bytes.0);
    let note = sign(&contribution_text(request, second, commitment), second.as_str(), signer);
    Ok(SeedContribution { note, sealed: seal(&bytes, &salt, &request.recipients)? })
}

/// The text of a note that one of a person's devices signed.
fn opened<'n>(note: &'n str, by: &PersonId, person: &Person) -> Result<&'n str, ExperimentError> {
    let mut keys = person.usable_devices().filter_map(verifier).map(|key| NoteKey::new(by.as_str(), key));
    let found = keys.find_map(|key| key.open(note).ok());
    Ok(found.ok_or_else(|| ContributionError::NotBy(by.clone()))?)
}

/// The commitment that the second person signed for this request.
pub(super) fn committed(
    answer: &SeedContribution,
    request: &SeedRequest,
    second: &PersonId,
    person: &Person,
) -> Result<Commitment, ExperimentError> {
    let text = opened(&answer.note, second, person)?;
    let said = text.lines().last().and_then(|line| line.strip_prefix("contribution "));
    let commitment: Commitment = said
        .and_then(|said| Commitment::try_from(said.to_owned()).ok())
        .ok_or_else(|| ExperimentError::File("contribution", "it commits to nothing".to_owned()))?;
    if contribution_text(request, second, commitment) == text {
        return Ok(commitment);
    }
    Err(ExperimentError::Other("record, entry or commitment"))
}

fn outcome_text(reading: &Reading, reader: &PersonId, outcome: u32, evidence: Commitment) -> String {
    let Reading { record, entry, experiment, .. } = reading;
    format!(
        "{OUTCOME_HEADER}\nrecord {record}\nentry {entry}\nexperiment {experiment}\nreader {reader}\noutcome {outcome}\nevidence {evidence}\n"
    )
}

/// As somebody who does not know who was told what: signs what was seen, and on what that rests.
///
/// # Errors
/// [`ExperimentError::Outcome`] for one that is not listed; if the key cannot sign.
pub fn note_outcome(
    reading: &Reading,
    reader: &PersonId,
    keys: &DeviceKeys,
    (outcome, rests_on): (u32, &[u8]),
) -> Result<OutcomeNote, ExperimentError> {
    if outcome as usize >= reading.signs.len() {
        let (experiment, last) = (reading.experiment.clone(), reading.signs.len().saturating_sub(1));
        return Err(ExperimentError::Outcome { experiment, outcome, last });
    }
    let signer = keys.signer().ok_or(ContributionError::NoSigner)?;
    let evidence = evidence(rests_on);
    let note = sign(&outcome_text(reading, reader, outcome, evidence), reader.as_str(), signer);
    Ok(OutcomeNote { reader: reader.clone(), outcome, evidence, note })
}

/// That the reader signed this, for this experiment.
pub(super) fn check_outcome(said: &OutcomeNote, reading: &Reading, person: &Person) -> Result<(), ExperimentError> {
    let text = opened(&said.note, &said.reader, person)?;
    let is_same = text == outcome_text(reading, &said.reader, said.outcome, said.evidence);
    if is_same { Ok(()) } else { Err(ExperimentError::Other("record, entry, outcome or evidence")) }
}

/// That whoever is said to have contributed, or to have seen something, has signed that; `state` is what stood before, `leaf` gives the
/// leaf of an entry.
pub(crate) fn is_signed<'l>(
    state: &State,
    record: &str,
    leaf: &dyn Fn(u64) -> Option<&'l str>,
    event: &Event,
) -> Result<(), ExperimentError> {
    let (name, by, note) = match event {
        Event::ExperimentDrawn { experiment, note, .. } => (experiment, None, note),
        Event::ExperimentSeen(seen) => match (&seen.reader, &seen.note) {
            (None, None) => return Ok(()),
            (Some(reader), Some(note)) => (&seen.experiment, Some(reader), note),
            _ => return Err(ExperimentError::Other("who signed it")),
        },
        _ => return Ok(()),
    };
    let one = state.experiments.get(name).ok_or_else(|| ExperimentError::Unknown(name.clone()))?;
    let by = by.unwrap_or(&one.facts.second);
    let person = state.persons.get(by).ok_or_else(|| ExperimentError::Second(by.clone(), "they are not on the roster"))?;
    let entry = leaf(one.number).map(|leaf| hex(&leaf_hash(leaf.as_bytes()))).unwrap_or_default();
    let (record, experiment) = (record.to_owned(), name.clone());
    match event {
        Event::ExperimentSeen(seen) => {
            let reading = Reading { record, entry, experiment, signs: one.facts.signs };
            let (outcome, evidence) = (seen.outcome, seen.evidence);
            check_outcome(&OutcomeNote { reader: by.clone(), outcome, evidence, note: note.clone() }, &reading, person)
        }
        Event::ExperimentDrawn { contribution, sealed, .. } => {
            let (desk, recipients) = (one.facts.contribution, one.facts.recipients);
            let request = SeedRequest { record, entry, experiment, contribution: desk, recipients };
            let answer = SeedContribution { note: note.clone(), sealed: sealed.clone() };
            let signed = committed(&answer, &request, by, person)?;
            if signed == *contribution { Ok(()) } else { Err(ExperimentError::Other("the second person's commitment")) }
        }
        _ => Ok(()),
    }
}
