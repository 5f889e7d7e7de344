//! A drawer's own desk: what is asked is looked at, a secret is drawn and committed to, and revealed once both commitments stand in the record.
//!
//! The secret lies beside the key to which it is sealed, and nowhere else: it must outlast the desk, and is never shown.

use std::path::PathBuf;
use std::sync::Mutex;

use age::secrecy::SecretString;
use holm::identity::DeviceKeys;
use holm::vault::{write_durably, write_secret};
use holm::vetting::draw::{self, DrawError, ShownDraw};
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::arrival::{self, Saved};
use crate::kept::Kept;
use crate::language::Language;
use crate::page::moment;
use crate::problem::Problem;
use crate::server::Desk;
use crate::session::{held, secret};
use crate::words::fill;

/// What the folder beside the key file is called after it: several keys may lie in one place.
const FOLDER: &str = "draws";
/// Letters of the hash of a draw's entry in names of files: numbers are not those of one record alone.
const HASH: usize = 16;
const TEXT: &str = "text/plain; charset=utf-8";

/// Held while a secret is drawn: a second one for the same draw would make the first a lie.
static DRAWING: Mutex<()> = Mutex::new(());

/// What a drawer was sent, opened.
#[derive(Clone)]
pub(crate) struct AskedDraw {
    sealed: Vec<u8>,
    pub(crate) draw: ShownDraw,
    /// Whose commitments stand in the record, as the file proves it.
    committed: Vec<PersonId>,
    /// What goes back, once it was revealed.
    revealed: Option<(PersonId, String)>,
}

pub(crate) type DrawsHere = Kept<AskedDraw>;

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Draw and commit.
    Commit,
    /// Send the commitment back, and wait for the second file.
    Wait(PersonId),
    /// Reveal.
    Reveal(PersonId),
    /// Send back what was revealed.
    Send(PersonId),
    /// Reveal elsewhere: no secret of this draw is kept here.
    Elsewhere,
    /// Nothing: the time is over.
    Late,
}

/// What is typed to commit.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) person: String,
    /// Which record it is to be, if somebody says.
    pub(crate) record: String,
    pub(crate) passphrase: String,
}

fn wrong(field: &'static str, what: impl Into<String>) -> Problem {
    Problem::Wrong(vec![(field, what.into())])
}

fn own_keys(desk: &Desk, passphrase: &str) -> Result<DeviceKeys, Problem> {
    let passphrase = Some(passphrase.to_owned()).filter(|p| !p.is_empty()).map(SecretString::from);
    arrival::keys(desk, passphrase.as_ref())
}

/// What stands against a file, at its field, with what to do.
fn refused(error: &DrawError, field: &'static str, language: Language) -> Problem {
    let w = &language.words().drawer;
    let said = match error {
        DrawError::Sealed(_) => w.not_for_you.to_owned(),
        DrawError::Entry(why) => fill(w.does_not_hold, &[&language.reason(&why.to_string())]),
        DrawError::Other("commitment") => w.other_commitment.to_owned(),
        other => other.to_string(),
    };
    wrong(field, said)
}

impl AskedDraw {
    fn both(&self) -> bool {
        self.draw.facts.drawers.iter().all(|drawer| self.committed.contains(drawer))
    }

    fn is_late(&self, now: Timestamp) -> bool {
        now > self.draw.facts.reveal_by
    }

    /// Where something of this draw is kept.
    pub(crate) fn path(&self, desk: &Desk, person: &PersonId, ending: &str) -> Option<PathBuf> {
        let hash: String = self.draw.entry().chars().take(HASH).collect();
        let name = format!("draw-{}-{hash}.{person}.{ending}", self.draw.number);
        let key = desk.identity.as_deref()?;
        let folder = format!("{}.{FOLDER}", key.file_name()?.to_string_lossy());
        Some(key.with_file_name(folder).join(name))
    }

    /// As whom whoever sits here committed, if their secret is here.
    fn own(&self, desk: &Desk) -> Option<PersonId> {
        let is_here = |person: &&PersonId| self.path(desk, person, "secret").is_some_and(|path| path.is_file());
        self.draw.facts.drawers.iter().find(is_here).cloned()
    }

    pub(crate) fn step(&self, desk: &Desk, now: Timestamp) -> Step {
        match (&self.revealed, self.own(desk)) {
            (Some((person, _)), _) => Step::Send(person.clone()),
            _ if self.is_late(now) => Step::Late,
            (None, Some(person)) if self.both() => Step::Reveal(person),
            (None, Some(person)) => Step::Wait(person),
            (None, None) if self.both() => Step::Elsewhere,
            (None, None) => Step::Commit,
        }
    }
}

/// Opens what a drawer was sent; the ticket under which it is kept.
///
/// # Errors
/// [`Problem::Wrong`] at the field `draw` or `passphrase`.
pub(crate) fn open(desk: &Desk, language: Language, file: Option<Vec<u8>>, passphrase: &str) -> Result<String, Problem> {
    let sealed = file.ok_or_else(|| wrong("draw", language.words().drawer.no_file))?;
    let opened = draw::open(&sealed, &own_keys(desk, passphrase)?);
    let (draw, committed) = opened.map_err(|e| refused(&e, "draw", language))?;
    let ticket = secret().map_err(|e| Problem::Internal(e.to_string()))?;
    desk.draws_here.keep(&ticket, AskedDraw { sealed, draw, committed, revealed: None });
    Ok(ticket)
}

/// What was opened.
///
/// # Errors
/// [`Problem::Gone`] if none is kept under this ticket.
pub(crate) fn find(desk: &Desk, language: Language, ticket: &str) -> Result<AskedDraw, Problem> {
    desk.draws_here.get(ticket).ok_or_else(|| Problem::Gone(language.words().drawer.gone.to_owned()))
}

/// That the time is not over.
fn in_time(asked: &AskedDraw, language: Language) -> Result<(), Problem> {
    let until = asked.draw.facts.reveal_by;
    let late = || Problem::Refused(fill(language.words().drawer.late, &[&moment(until)]));
    if asked.is_late(Timestamp::now()) { Err(late()) } else { Ok(()) }
}

/// Draws a secret and commits to it, once: whoever committed before keeps what they have.
///
/// # Errors
/// [`Problem::Wrong`] at the field `person`, `record` or `passphrase`; [`Problem::Refused`] if the time is over. Nothing is drawn then.
pub(crate) fn commit(desk: &Desk, language: Language, ticket: &str, given: &Given) -> Result<(), Problem> {
    let w = &language.words().drawer;
    let asked = find(desk, language, ticket)?;
    in_time(&asked, language)?;
    let drawers = &asked.draw.facts.drawers;
    let person = PersonId::new(given.person.trim()).ok().filter(|person| drawers.contains(person));
    let person = person.ok_or_else(|| {
        let [first, second] = drawers;
        wrong("person", fill(w.not_a_drawer, &[first, second]))
    })?;
    let record = given.record.trim();
    if !record.is_empty() && record != asked.draw.log_key {
        return Err(wrong("record", fill(w.other_record, &[&asked.draw.log_key])));
    }
    let keys = own_keys(desk, &given.passphrase)?;
    let _one = held(&DRAWING);
    if asked.own(desk).is_some() {
        return Ok(());
    }
    if asked.both() {
        return Err(Problem::Refused(w.elsewhere.to_owned()));
    }
    let made = draw::commit(&asked.sealed, &person, &keys);
    let (_, note, kept) = made.map_err(|e| refused(&e, "person", language))?;
    keep(desk, &asked, &person, (&note, &kept)).map_err(|why| Problem::Refused(fill(w.unkept, &[&why])))
}

/// Keeps both, the secret last: whoever finds one finds what it was committed to by. Otherwise why not.
fn keep(desk: &Desk, asked: &AskedDraw, person: &PersonId, (note, secret): (&str, &[u8])) -> Result<(), String> {
    let path = |ending| asked.path(desk, person, ending).ok_or_else(String::new);
    let (commitment, own) = (path("commitment")?, path("secret")?);
    std::fs::create_dir_all(own.parent().unwrap_or(&own)).map_err(|e| e.to_string())?;
    write_durably(&commitment, note.as_bytes()).map_err(|e| e.to_string())?;
    write_secret(&own, secret).map_err(|e| e.to_string())
}

/// Reveals what was committed to here.
///
/// # Errors
/// [`Problem::Refused`] says why not, and what to do; nothing is revealed then. [`Problem::Wrong`] at the field `passphrase`.
pub(crate) fn reveal(desk: &Desk, language: Language, ticket: &str, passphrase: &str) -> Result<(), Problem> {
    let w = &language.words().drawer;
    let asked = find(desk, language, ticket)?;
    in_time(&asked, language)?;
    if !asked.both() {
        return Err(Problem::Refused(w.too_early.to_owned()));
    }
    let person = asked.own(desk).ok_or_else(|| Problem::Refused(w.elsewhere.to_owned()))?;
    let path = asked.path(desk, &person, "secret").ok_or(Problem::Missing)?;
    let unread = |e| Problem::Refused(format!("`{}` cannot be read: {e}", path.display()));
    let kept = std::fs::read(&path).map_err(unread)?;
    let keys = own_keys(desk, passphrase)?;
    let (_, text) = draw::reveal(&kept, &asked.sealed, &keys).map_err(|e| match refused(&e, "", language) {
        Problem::Wrong(said) => Problem::Refused(said.into_iter().map(|(_, what)| what).collect()),
        other => other,
    })?;
    desk.draws_here.keep(ticket, AskedDraw { revealed: Some((person, text)), ..asked });
    Ok(())
}

/// What goes back: the commitment, or what was revealed.
///
/// # Errors
/// [`Problem::Missing`] if there is no such file.
pub(crate) fn save(desk: &Desk, language: Language, ticket: &str, what: &str) -> Result<Saved, Problem> {
    let asked = find(desk, language, ticket)?;
    let name = |person: &PersonId| format!("draw-{}.{person}.{what}", asked.draw.number);
    match (what, &asked.revealed) {
        ("commitment", _) => {
            let person = asked.own(desk).ok_or(Problem::Missing)?;
            let path = asked.path(desk, &person, "commitment").ok_or(Problem::Missing)?;
            Ok((name(&person), TEXT, std::fs::read(path).map_err(|_| Problem::Missing)?))
        }
        ("revealed", Some((person, text))) => Ok((name(person), TEXT, text.clone().into_bytes())),
        _ => Err(Problem::Missing),
    }
}
