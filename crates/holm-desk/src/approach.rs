//! Approaches: what somebody reports on a desk of their own, what the home desk carries, and what the officer reads.
//!
//! Words of a report are sealed as soon as they come and are kept nowhere, neither here nor in an address; what is sealed is kept until it is saved.

use age::secrecy::SecretString;
use holm::approach::{ApproachError, LONGEST, OpenedBatch, OpenedCard, Report, What, is_carried, open_card, read, write};
use holm::policy::{Action, Permit};
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::arrival::{self, Saved};
use crate::fields::{Fields, Reading};
use crate::kept::Kept;
use crate::language::Language;
use crate::problem::Problem;
use crate::server::Desk;
use crate::session::secret;
use crate::words::fill;

const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";
/// Fields of a report.
pub(crate) const FIELDS: [&str; 4] = ["what", "words", "person", "agency"];

/// A card that somebody looks at, and the envelope that was sealed by it.
#[derive(Clone)]
pub(crate) struct Sealing {
    card: Vec<u8>,
    pub(crate) to: OpenedCard,
    envelope: Option<Vec<u8>>,
}

impl Sealing {
    pub(crate) fn is_sealed(&self) -> bool {
        self.envelope.is_some()
    }
}

pub(crate) type SealedHere = Kept<Sealing>;

fn wrong(field: &'static str, what: impl Into<String>) -> Problem {
    Problem::Wrong(vec![(field, what.into())])
}

/// What is wrong with a card or a batch, at its field, with what to do.
fn of_file(error: &ApproachError, field: &'static str, language: Language) -> Problem {
    let w = &language.words().approach;
    let said = match error {
        ApproachError::Malformed("card", _) => w.not_a_card.to_owned(),
        ApproachError::Malformed(..) => w.not_a_batch.to_owned(),
        ApproachError::Entry(why) => fill(w.does_not_hold, &[&language.reason(&why.to_string())]),
        ApproachError::NotYours => w.not_yours.to_owned(),
        ApproachError::Envelope => w.not_an_envelope.to_owned(),
        other => other.to_string(),
    };
    wrong(field, said)
}

/// Opens a card that somebody was given, or that of this desk's own record; the ticket under which it is kept.
///
/// # Errors
/// [`Problem::Wrong`] at the field `card`.
pub(crate) fn look(desk: &Desk, language: Language, card: Option<Vec<u8>>) -> Result<String, Problem> {
    let card = card.ok_or_else(|| wrong("card", language.words().approach.no_card))?;
    let to = open_card(&card).map_err(|e| of_file(&e, "card", language))?;
    let ticket = secret().map_err(|e| Problem::Internal(e.to_string()))?;
    desk.sealed_here.keep(&ticket, Sealing { card, to, envelope: None });
    Ok(ticket)
}

/// A card that somebody looks at.
///
/// # Errors
/// [`Problem::Gone`] if none is kept under this ticket.
pub(crate) fn find(desk: &Desk, language: Language, ticket: &str) -> Result<Sealing, Problem> {
    desk.sealed_here.get(ticket).ok_or_else(|| Problem::Gone(language.words().approach.gone.to_owned()))
}

/// Seals what somebody reports, or that they report nothing.
///
/// # Errors
/// [`Problem::Wrong`] at the field `what`, `words`, `person` or `agency`; nothing is sealed then.
pub(crate) fn seal(desk: &Desk, language: Language, ticket: &str, fields: &Fields) -> Result<(), Problem> {
    let w = &language.words().approach;
    let sealing = find(desk, language, ticket)?;
    let what = match fields.get("what") {
        "approached" => What::Approached,
        "bribed" => What::Bribed,
        "threatened" => What::Threatened,
        "nothing" => What::Nothing,
        _ => return Err(wrong("what", w.say_what)),
    };
    let mut reading = Reading::new(fields, language);
    let person = reading.some::<PersonId>("person");
    let person = reading.done(Some(person))?;
    let report = Report { what, words: fields.get("words").replace('\r', ""), person };
    let agency = Some(fields.get("agency")).filter(|agency| !agency.is_empty());
    let envelope = write(&sealing.card, &report, agency).map_err(|error| match error {
        ApproachError::Words if report.what == What::Nothing => wrong("what", w.nothing_says_nothing),
        ApproachError::Words => wrong("words", fill(w.say_in, &[&LONGEST])),
        ApproachError::Own(_) => wrong("agency", error.to_string()),
        other => wrong("words", other.to_string()),
    })?;
    desk.sealed_here.keep(ticket, Sealing { envelope: Some(envelope), ..sealing });
    Ok(())
}

/// The envelope, which is called like every other.
///
/// # Errors
/// [`Problem::Missing`] if none was sealed.
pub(crate) fn envelope(desk: &Desk, language: Language, ticket: &str) -> Result<Saved, Problem> {
    let envelope = find(desk, language, ticket)?.envelope.ok_or(Problem::Missing)?;
    Ok(("envelope".to_owned(), BYTES, envelope))
}

/// Whether an envelope is in a batch.
///
/// # Errors
/// [`Problem::Wrong`] at the field `envelope` or `carried`.
pub(crate) fn check(language: Language, envelope: Option<&[u8]>, batch: Option<&[u8]>) -> Result<bool, Problem> {
    let w = &language.words().approach;
    let envelope = envelope.ok_or_else(|| wrong("envelope", w.no_envelope))?;
    let batch = batch.ok_or_else(|| wrong("carried", w.no_batch))?;
    is_carried(envelope, batch).map_err(|error| {
        let field = if matches!(error, ApproachError::Envelope) { "envelope" } else { "carried" };
        of_file(&error, field, language)
    })
}

/// What a batch reports to whoever sits here, if they are its officer; it is kept nowhere.
///
/// # Errors
/// [`Problem::Wrong`] at the field `batch` or `passphrase`.
pub(crate) fn open_batch(
    desk: &Desk,
    language: Language,
    batch: Option<&[u8]>,
    passphrase: &str,
) -> Result<OpenedBatch, Problem> {
    let batch = batch.ok_or_else(|| wrong("batch", language.words().approach.no_batch))?;
    let passphrase = Some(passphrase.to_owned()).filter(|p| !p.is_empty()).map(SecretString::from);
    let keys = arrival::keys(desk, passphrase.as_ref())?;
    read(batch, &keys).map_err(|e| of_file(&e, "batch", language))
}

fn of_home(error: ApproachError, field: &'static str, language: Language) -> Problem {
    match error {
        ApproachError::Workspace(error) => error.into(),
        ApproachError::NoBatch(_) => Problem::Missing,
        ApproachError::Numbers => wrong("envelopes", error.to_string()),
        other => of_file(&other, field, language),
    }
}

fn act<T>(
    desk: &Desk,
    (language, field): (Language, &'static str),
    work: impl FnOnce(&mut Workspace, &Permit) -> Result<T, ApproachError>,
) -> Result<T, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        work(workspace, &permit).map_err(|e| of_home(e, field, language))
    })?
}

/// The card of this record.
///
/// # Errors
/// [`Problem::Wrong`] at the field `card` if nobody is named.
pub(crate) fn card(desk: &Desk, language: Language) -> Result<Saved, Problem> {
    let bytes = act(desk, (language, "card"), |workspace, _| workspace.approach_card())?;
    Ok(("approaches.card".to_owned(), JSON, bytes))
}

/// Names the officer.
///
/// # Errors
/// [`Problem::Wrong`] at the field `officer`, `envelopes` or `every`; nothing is recorded then.
pub(crate) fn name_officer(desk: &Desk, language: Language, fields: &Fields) -> Result<(), Problem> {
    let mut reading = Reading::new(fields, language);
    let person = reading.needed::<PersonId>("officer");
    let numbers = reading.needed::<u16>("envelopes").zip(reading.needed::<u16>("every"));
    let (person, numbers) = reading.done(person.zip(numbers))?;
    act(desk, (language, "officer"), |workspace, permit| workspace.set_approach_officer(permit, &person, numbers)).map(drop)
}

/// Keeps an envelope for the next batch; nothing of it is recorded.
///
/// # Errors
/// [`Problem::Wrong`] at the field `files`.
pub(crate) fn take(desk: &Desk, language: Language, envelope: &[u8]) -> Result<(), Problem> {
    act(desk, (language, "files"), |workspace, _| workspace.take_envelope(envelope))
}

/// Has the next batch go; its entry, and how many envelopes wait for the one after it.
///
/// # Errors
/// [`Problem::Wrong`] at the field `carry`; nothing is recorded then.
pub(crate) fn carry(desk: &Desk, language: Language) -> Result<(u64, usize), Problem> {
    act(desk, (language, "carry"), |workspace, permit| workspace.carry_approaches(permit))
}

/// A batch that went.
///
/// # Errors
/// [`Problem::Missing`] if the entry is of none.
pub(crate) fn batch(desk: &Desk, language: Language, entry: u64) -> Result<Saved, Problem> {
    let bytes = act(desk, (language, "carry"), |workspace, _| workspace.approach_batch(entry))?;
    Ok((format!("approaches-{entry}.batch"), JSON, bytes))
}
