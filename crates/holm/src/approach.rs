//! Reports of being approached, bribed or threatened, to an officer of another agency, whom alone they are sealed to
//! (`docs/spec/approaches.md`).
//!
//! Every report is an envelope of one size, and so is one that says nothing. Everybody hands one in every month, so that handing one in
//! says nothing either; the home desk, which cannot tell them apart, carries them in batches of a fixed number. No entry names a reporter, so
//! that nothing here can be counted against anybody.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm_record::commitment::{hex, sha256};
use holm_record::event::Event;
use holm_record::id::PersonId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines};
use crate::policy::Permit;
use crate::shown::{ShownEntry, ShownError};
use crate::vault::{VaultError, write_secret};
use crate::workspace::{Workspace, WorkspaceError};

/// Bytes of a report before it is sealed.
const SIZE: usize = 4096;
/// Bytes of an envelope. What age writes has a stanza of random length, so that it must be filled up, too.
const ENVELOPE: usize = 8192;
/// Bytes that say how many of it are age's.
const LENGTH: usize = 4;
/// Letters of a report.
pub const LONGEST: usize = 3000;
/// Where envelopes wait.
const WAITING: &str = "approaches";
const CARD: &str = "holm-approach-card/1";
const BATCH: &str = "holm-approach-batch/1";
/// Envelopes of a batch, unless said otherwise.
pub const ENVELOPES: u16 = 64;
/// Days from one batch to the next, unless said otherwise.
pub const EVERY: u16 = 30;

/// To whom approaches are reported, and how they are carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// The entry that says so.
    pub index: u64,
    /// Who.
    pub person: PersonId,
    /// Of which agency.
    pub agency: String,
    /// To which keys envelopes are sealed.
    pub recipients: Vec<String>,
    /// Envelopes of a batch.
    pub envelopes: u16,
    /// Days from one batch to the next.
    pub every_days: u16,
    /// Since when.
    pub since: Timestamp,
}

/// What the record says of approaches: to whom they go, and which batches went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approaches {
    /// To whom they are reported now.
    pub officer: Option<Officer>,
    /// Batches: the entry, and when.
    pub carried: Vec<(u64, Timestamp)>,
}

/// What somebody reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What happened: `approached`, `bribed`, `threatened`, or `nothing`.
    pub what: What,
    /// In words; empty where nothing is reported.
    #[serde(default)]
    pub words: String,
    /// Who reports it, if they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Somebody came near.
    Approached,
    /// Somebody offered something.
    Bribed,
    /// Somebody threatened.
    Threatened,
    /// Nothing: an envelope like any other.
    Nothing,
}

/// Something about an approach cannot be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApproachError {
    /// Not fit to receive them.
    #[error("`{0}` cannot receive reports: not on the roster, has left, or has no key to seal to")]
    Unfit(PersonId),
    /// Of the desk's own agency.
    #[error("`{0}` is of {1}, as everybody else on the roster is; reports go to an officer of another agency")]
    OwnAgency(PersonId, String),
    /// Numbers.
    #[error("a batch has from 8 to 1,000 envelopes, and goes every 1 to 90 days")]
    Numbers,
    /// Nobody to report to.
    #[error("nobody is named to whom approaches are reported; a custodian names one with `holm approach officer PERSON`")]
    NoOfficer,
    /// Too long, or nothing.
    #[error("say what happened in 1 to {LONGEST} letters; an envelope that reports nothing says nothing")]
    Words,
    /// Of the reporter's own agency.
    #[error("the officer is of {0}, your own agency; ask for a card of another one")]
    Own(String),
    /// Not a card or batch.
    #[error("this is not a {0}: {1}")]
    Malformed(&'static str, String),
    /// Not an envelope.
    #[error("this is not an envelope as `holm approach write` makes them")]
    Envelope,
    /// Not for this key.
    #[error("no envelope of this batch opens with this key")]
    NotYours,
    /// The batch is not the one that was recorded.
    #[error("the batch is not the one that the record names: envelopes were added, taken out or changed")]
    OtherBatch,
    /// No such batch.
    #[error("entry {0} is no batch of envelopes")]
    NoBatch(u64),
    /// Too early.
    #[error("the next batch goes on {0:.0}: batches that went when there was something to carry would say so")]
    Early(Timestamp),
    /// What is shown does not hold.
    #[error(transparent)]
    Entry(#[from] ShownError),
    /// Sealing.
    #[error("an envelope could not be sealed: {0}")]
    Seal(String),
    /// The disk.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What everybody is given, once: to whom reports go, with the proof that the record says so to everybody alike.
#[derive(Serialize, Deserialize)]
struct Card {
    format: String,
    entry: ShownEntry,
}

/// A batch as it goes to the officer, and to whoever wants to see that their envelope is in it.
#[derive(Serialize, Deserialize)]
struct Batch {
    format: String,
    entry: ShownEntry,
    /// The file that the entry names: envelopes as a JSON array, in base64.
    envelopes: String,
}

/// A card, opened: to whom reports go, as the record says it to everybody alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedCard {
    /// Verifier key of the record.
    pub log_key: String,
    /// The entry that says so.
    pub entry: u64,
    /// To whom.
    pub person: PersonId,
    /// Of which agency.
    pub agency: String,
    /// Envelopes of a batch.
    pub envelopes: u16,
    /// Days from one batch to the next.
    pub every_days: u16,
    recipients: Vec<String>,
}

/// A batch that was opened by the officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenedBatch {
    /// The entry that names it.
    pub entry: u64,
    /// Envelopes in it.
    pub envelopes: usize,
    /// Those that report something.
    pub reports: Vec<Report>,
    /// Those that did not open, or hold no report.
    pub unreadable: usize,
}

impl Approaches {
    pub(crate) fn apply(&mut self, index: u64, at: Timestamp, event: &Event) {
        match event {
            Event::ApproachOfficerSet { person, agency, recipients, envelopes, every_days } => {
                self.officer = Some(Officer {
                    index,
                    person: person.clone(),
                    agency: agency.clone(),
                    recipients: recipients.clone(),
                    envelopes: *envelopes,
                    every_days: *every_days,
                    since: at,
                });
            }
            Event::ApproachesCarried { .. } => self.carried.push((index, at)),
            _ => {}
        }
    }

    /// When the next batch goes, whether or not there is anything in it.
    #[must_use]
    pub fn next_batch(&self) -> Option<Timestamp> {
        let officer = self.officer.as_ref()?;
        let last = self.carried.last().map_or(officer.since, |(_, at)| (*at).max(officer.since));
        let first = self.carried.is_empty();
        let span = SignedDuration::from_hours(if first { 0 } else { 24 * i64::from(officer.every_days) });
        last.checked_add(span).ok()
    }
}

/// Opens a card, and checks that the record which it names says so.
///
/// # Errors
/// [`ApproachError`] if it is none, or does not hold.
pub fn open_card(card: &[u8]) -> Result<OpenedCard, ApproachError> {
    let malformed = |e: String| ApproachError::Malformed("card", e);
    let card: Card = serde_json::from_slice(card).map_err(|e| malformed(e.to_string()))?;
    if card.format != CARD {
        return Err(malformed(format!("its format is `{}`", card.format)));
    }
    let (Event::ApproachOfficerSet { person, agency, recipients, envelopes, every_days }, proof) = card.entry.check()? else {
        return Err(malformed("its entry names nobody".to_owned()));
    };
    Ok(OpenedCard { log_key: card.entry.log_key, entry: proof.index, person, agency, envelopes, every_days, recipients })
}

/// Seals a report to the officer of a card: an envelope of the one size.
///
/// # Errors
/// [`ApproachError`].
pub fn write(card: &[u8], report: &Report, own_agency: Option<&str>) -> Result<Vec<u8>, ApproachError> {
    let OpenedCard { agency, recipients, .. } = open_card(card)?;
    if own_agency.is_some_and(|own| own.trim().eq_ignore_ascii_case(agency.trim())) {
        return Err(ApproachError::Own(agency));
    }
    let says_nothing = report.what == What::Nothing;
    let length = report.words.trim().chars().count();
    if says_nothing != (length == 0) || length > LONGEST || says_nothing && report.person.is_some() {
        return Err(ApproachError::Words);
    }
    sealed(report, &recipients)
}

fn sealed(report: &Report, recipients: &[String]) -> Result<Vec<u8>, ApproachError> {
    let mut plain = serde_json::to_vec(report).map_err(|e| ApproachError::Seal(e.to_string()))?;
    if plain.len() > SIZE {
        return Err(ApproachError::Words);
    }
    plain.resize(SIZE, b' ');
    let age = encrypt_to_lines(recipients.iter().map(String::as_str), &plain).map_err(ApproachError::Seal)?;
    let length = u32::try_from(age.len()).ok().filter(|_| LENGTH + age.len() <= ENVELOPE);
    let length = length.ok_or_else(|| ApproachError::Seal("the officer has too many devices".to_owned()))?;
    let mut envelope = [&length.to_be_bytes()[..], &age].concat();
    envelope.resize(ENVELOPE, 0);
    Ok(envelope)
}

/// What age wrote of an envelope.
fn age_of(envelope: &[u8]) -> Option<&[u8]> {
    let (length, rest) = envelope.split_first_chunk::<LENGTH>().filter(|_| envelope.len() == ENVELOPE)?;
    let age = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    age.starts_with(b"age-encryption.org/v1\n").then_some(age)
}

fn nothing(recipients: &[String]) -> Result<Vec<u8>, ApproachError> {
    sealed(&Report { what: What::Nothing, words: String::new(), person: None }, recipients)
}

/// The envelopes of a batch, after checking that they are those that the record names.
fn opened(batch: &[u8]) -> Result<(u64, Vec<Vec<u8>>), ApproachError> {
    let malformed = |e: String| ApproachError::Malformed("batch", e);
    let batch: Batch = serde_json::from_slice(batch).map_err(|e| malformed(e.to_string()))?;
    if batch.format != BATCH {
        return Err(malformed(format!("its format is `{}`", batch.format)));
    }
    let (Event::ApproachesCarried { envelopes: object }, proof) = batch.entry.check()? else {
        return Err(malformed("its entry is of no batch".to_owned()));
    };
    if hex(&sha256(batch.envelopes.as_bytes())) != object {
        return Err(ApproachError::OtherBatch);
    }
    let listed: Vec<String> = serde_json::from_str(&batch.envelopes).map_err(|e| malformed(e.to_string()))?;
    let decoded: Result<Vec<Vec<u8>>, _> = listed.iter().map(|e| BASE64.decode(e)).collect();
    Ok((proof.index, decoded.map_err(|e| malformed(e.to_string()))?))
}

/// Opens a batch as the officer.
///
/// # Errors
/// [`ApproachError::NotYours`] if not one envelope opens.
pub fn read(batch: &[u8], keys: &DeviceKeys) -> Result<OpenedBatch, ApproachError> {
    let (entry, envelopes) = opened(batch)?;
    let (mut reports, mut unreadable) = (Vec::new(), 0);
    for envelope in &envelopes {
        let plain = age_of(envelope).and_then(|age| decrypt_with(&keys.identities(), age).ok());
        let report = plain.and_then(|plain| serde_json::from_slice::<Report>(&plain).ok());
        match report {
            Some(report) if report.what == What::Nothing => {}
            Some(report) => reports.push(report),
            None => unreadable += 1,
        }
    }
    if unreadable == envelopes.len() {
        return Err(ApproachError::NotYours);
    }
    Ok(OpenedBatch { entry, envelopes: envelopes.len(), reports, unreadable })
}

/// Whether an envelope is in a batch: what a reporter can ask, who kept theirs.
///
/// # Errors
/// [`ApproachError`] if it is no envelope, or the batch is not what the record names.
pub fn is_carried(envelope: &[u8], batch: &[u8]) -> Result<bool, ApproachError> {
    if age_of(envelope).is_none() {
        return Err(ApproachError::Envelope);
    }
    Ok(opened(batch)?.1.iter().any(|other| other == envelope))
}

impl Workspace {
    fn waiting(&self) -> PathBuf {
        self.folder().join(WAITING)
    }

    /// Names the officer to whom approaches are reported from now on; returns the entry.
    ///
    /// # Errors
    /// [`ApproachError`]; nothing is recorded then.
    pub fn set_approach_officer(
        &mut self,
        permit: &Permit,
        person: &PersonId,
        (envelopes, every_days): (u16, u16),
    ) -> Result<u64, ApproachError> {
        if !(8..=1000).contains(&envelopes) || !(1..=90).contains(&every_days) {
            return Err(ApproachError::Numbers);
        }
        let unfit = || ApproachError::Unfit(person.clone());
        let known = self.state().persons.get(person).filter(|p| !p.left).ok_or_else(unfit)?;
        let recipients: Vec<String> = known.usable_devices().map(|d| d.recipient.clone()).collect();
        if recipients.is_empty() {
            return Err(unfit());
        }
        let agency = known.facts.agency.clone();
        let others = self.state().persons.iter().filter(|(id, p)| *id != person && !p.left);
        if others.into_iter().all(|(_, p)| p.facts.agency == agency) {
            return Err(ApproachError::OwnAgency(person.clone(), agency));
        }
        let person = person.clone();
        Ok(self.append(permit, vec![Event::ApproachOfficerSet { person, agency, recipients, envelopes, every_days }])?)
    }

    fn approach_officer(&self) -> Result<&Officer, ApproachError> {
        self.state().approaches.officer.as_ref().ok_or(ApproachError::NoOfficer)
    }

    /// The card that everybody is given.
    ///
    /// # Errors
    /// [`ApproachError::NoOfficer`].
    pub fn approach_card(&mut self) -> Result<Vec<u8>, ApproachError> {
        let index = self.approach_officer()?.index;
        let entry = ShownEntry::of(self, index)?.ok_or(ApproachError::NoOfficer)?;
        let card = Card { format: CARD.to_owned(), entry };
        serde_json::to_vec_pretty(&card).map_err(|e| ApproachError::Seal(e.to_string()))
    }

    /// Keeps an envelope until the next batch goes. Nothing of it is recorded: an entry would say when somebody handed one in.
    ///
    /// # Errors
    /// [`ApproachError::Envelope`] if it is none.
    pub fn take_envelope(&self, envelope: &[u8]) -> Result<(), ApproachError> {
        self.approach_officer()?;
        if age_of(envelope).is_none() {
            return Err(ApproachError::Envelope);
        }
        let folder = self.waiting();
        fs::create_dir_all(&folder).map_err(VaultError::disk(&folder, "made"))?;
        Ok(write_secret(&folder.join(format!("{}.age", hex(&sha256(envelope)))), envelope)?)
    }

    /// Carries the next batch: always as many envelopes, those that wait among them, in an order that says nothing. Its entry, and how many
    /// envelopes wait for the next.
    ///
    /// # Errors
    /// [`ApproachError::Early`] before its day; nothing is recorded then.
    pub fn carry_approaches(&mut self, permit: &Permit) -> Result<(u64, usize), ApproachError> {
        let officer = self.approach_officer()?.clone();
        if let Some(next) = self.state().approaches.next_batch().filter(|next| *next > permit.at()) {
            return Err(ApproachError::Early(next));
        }
        let folder = self.waiting();
        let mut paths: Vec<PathBuf> = match fs::read_dir(&folder) {
            Ok(entries) => entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|p| p.extension().is_some_and(|e| e == "age"))
                .collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(VaultError::disk(&folder, "read")(error).into()),
        };
        // By their hashes, which are as good as chance.
        paths.sort();
        let left = paths.len().saturating_sub(usize::from(officer.envelopes));
        paths.truncate(usize::from(officer.envelopes));
        let read = |path: &PathBuf| fs::read(path).map_err(VaultError::disk(path, "read"));
        let mut envelopes: Vec<Vec<u8>> = paths.iter().map(read).collect::<Result<_, _>>()?;
        while envelopes.len() < usize::from(officer.envelopes) {
            envelopes.push(nothing(&officer.recipients)?);
        }
        envelopes.sort_by_key(|envelope| sha256(envelope));
        let listed: Vec<String> = envelopes.iter().map(|envelope| BASE64.encode(envelope)).collect();
        let file = serde_json::to_vec(&listed).map_err(|e| ApproachError::Seal(e.to_string()))?;
        let object = self.vault().keep(&file)?;
        let entry = self.append(permit, vec![Event::ApproachesCarried { envelopes: object }])?;
        // Whatever is left over of a try that was cut short goes once more: the officer has it twice, and nothing is lost.
        for path in &paths {
            fs::remove_file(path).map_err(VaultError::disk(path, "removed"))?;
        }
        Ok((entry, left))
    }

    /// A batch for the officer, and for whoever wants to see that their envelope is in it.
    ///
    /// # Errors
    /// [`ApproachError::NoBatch`] if the entry is of none.
    pub fn approach_batch(&mut self, entry: u64) -> Result<Vec<u8>, ApproachError> {
        let shown = ShownEntry::of(self, entry)?.ok_or(ApproachError::NoBatch(entry))?;
        let (Event::ApproachesCarried { envelopes }, _) = shown.check()? else { return Err(ApproachError::NoBatch(entry)) };
        let file = self.vault().sealed(&envelopes)?;
        let envelopes = String::from_utf8(file).map_err(|_| ApproachError::OtherBatch)?;
        let batch = Batch { format: BATCH.to_owned(), entry: shown, envelopes };
        serde_json::to_vec(&batch).map_err(|e| ApproachError::Seal(e.to_string()))
    }
}
