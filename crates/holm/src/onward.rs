//! Passing on: a recipient asks the originator to pass paragraphs of a copy on, and is granted all of it, less, or nothing
//! (`docs/spec/onward.md`).
//!
//! The request is signed by a device of the asker's and sealed to the originator; the answer is an entry of the record, shown to
//! the asker with its proof and sealed to the asker's devices. A grant is permission, not a copy: whoever the originator wants
//! to be able to name is sent a copy of their own with `share`.

use holm_marks::carrier::{CarrierError, Master};
use holm_record::commitment::{hex, sha256};
use holm_record::event::{Decision, Event};
use holm_record::id::{CopyId, ItemName, PersonId};
use holm_record::note::sign;
use holm_record::proof::LogProof;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines};
use crate::policy::{Permit, Refusal, may_receive};
use crate::receipt::ReceiptError;
use crate::report::PassedOn;
use crate::shown::{ShownEntry, ShownError};
use crate::slip::Slip;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

const HEADER: &str = "holm-onward/1";
/// Version of an answer's format.
const ANSWER: &str = "holm-answer/1";
/// Letters that one line of a request or an answer may have.
pub const LONGEST: usize = 500;
/// Letters of a paragraph that a request shows.
const OPENING: usize = 120;
/// Bytes of a request's file; one that asks for every paragraph of a book is smaller.
const LARGEST: usize = 4 << 20;

/// A request or an answer cannot be made or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OnwardError {
    /// A line that somebody wrote.
    #[error("{0} must be one line of 1 to {LONGEST} letters")]
    Line(&'static str),
    /// The copy's text.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// No paragraph of that number.
    #[error("the copy has no paragraph {0}; without `--paragraph` its paragraphs are listed")]
    NoParagraph(u32),
    /// Made before requests could be sealed.
    #[error("this copy's slip does not say where requests go; ask the originator by another way")]
    NoReply,
    /// The key signs nothing.
    #[error("this key cannot sign, and an unsigned request proves nothing; make one with `holm keygen` and have it enrolled")]
    Unsigned,
    /// Not sealed to this key.
    #[error("it does not open with this key: {0}")]
    Sealed(String),
    /// Neither request nor answer.
    #[error("this is not {0}: {1}")]
    Malformed(&'static str, String),
    /// It asks about a copy that was not issued to the asker.
    #[error("`{0}` was not issued copy `{1}` of `{2}`")]
    Unknown(PersonId, CopyId, ItemName),
    /// Whoever asked can be told nothing any more.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Its signature.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// It was imported before.
    #[error("this request is in the record already, as {0}")]
    Again(String),
    /// No such request.
    #[error("no request has the number `{0}`; `holm onward list` shows all")]
    NoRequest(String),
    /// Not answered.
    #[error("request {0} is not answered; say `--grant`, `--narrow` or `--refuse REASON`")]
    Unanswered(String),
    /// Answered.
    #[error("request {0} is answered; whoever asked may ask again")]
    Answered(String),
    /// The marking forbids it.
    #[error("`{0}` is never passed on; the request can only be refused")]
    Never(String),
    /// Not less than was asked.
    #[error("a narrowed grant leaves out paragraphs or adds conditions; this one does neither")]
    NotNarrower,
    /// More than was asked.
    #[error("paragraph {0} was not asked for")]
    NotAsked(u32),
    /// Its entry.
    #[error("the answer does not hold: {0}")]
    Entry(#[from] ShownError),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What a recipient asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The item.
    pub item: ItemName,
    /// The asker's copy.
    pub copy: CopyId,
    /// Who asks.
    pub person: PersonId,
    /// To whom it is to be passed on.
    pub to: String,
    /// What for.
    pub purpose: String,
    /// When an answer is needed.
    pub by: Option<Date>,
    /// When it was asked, by the asker's clock.
    pub asked: Timestamp,
    /// Number and opening of each paragraph, as the asker's copy reads; none means the whole item.
    pub paragraphs: Vec<(u32, String)>,
}

/// A request in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its entry.
    pub index: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What was asked.
    pub request: Request,
    /// SHA-256 of the signed note, in hexadecimal.
    pub hash: String,
    /// The answer.
    pub answer: Option<Answer>,
}

/// An answer in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its entry.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// What was decided.
    pub decision: Decision,
    /// To whom it may be passed on.
    pub to: String,
    /// Numbers of the paragraphs that may be; none means all of the item, or nothing if refused.
    pub paragraphs: Vec<u32>,
    /// Conditions, or the reason of a refusal.
    pub words: Option<String>,
}

/// What the originator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// As asked.
    Grant,
    /// Only some paragraphs (none: all that were asked for), or under conditions.
    Narrow {
        /// Their numbers.
        paragraphs: Vec<u32>,
        /// Conditions.
        conditions: Option<String>,
    },
    /// No.
    Refuse {
        /// Why.
        reason: String,
    },
}

/// Paragraphs of a copy, numbered from 1 as a reader of the file comes to them, without empty ones.
///
/// # Errors
/// [`OnwardError::Carrier`] if the file cannot be read.
pub fn paragraphs(copy: &[u8], name: &str) -> Result<Vec<(u32, String)>, OnwardError> {
    let master = Master::parse(copy, name)?;
    let numbered = (1..).zip(master.blocks()).map(|(number, block)| (number, opening(&block.text)));
    Ok(numbered.filter(|(_, text)| !text.is_empty()).collect())
}

/// How a text begins, in one line.
fn opening(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut line = words.next().unwrap_or_default().chars().take(OPENING).collect::<String>();
    for word in words {
        if line.chars().count() + 1 + word.chars().count() > OPENING {
            return line + " …";
        }
        line = line + " " + word;
    }
    line
}

/// One line, as it was meant.
fn line(text: &str, what: &'static str) -> Result<String, OnwardError> {
    let text = text.trim();
    let fits = (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(OnwardError::Line(what)) }
}

impl Request {
    /// A request about the copy that a slip goes with.
    ///
    /// # Errors
    /// [`OnwardError::Line`].
    pub fn new(
        slip: &Slip,
        paragraphs: Vec<(u32, String)>,
        to: &str,
        purpose: &str,
        by: Option<Date>,
        now: Timestamp,
    ) -> Result<Self, OnwardError> {
        Ok(Self {
            item: slip.item.clone(),
            copy: slip.copy.clone(),
            person: slip.person.clone(),
            to: line(to, "whom it is for")?,
            purpose: line(purpose, "the purpose")?,
            by,
            asked: now,
            paragraphs,
        })
    }

    fn text(&self) -> String {
        let Self { item, copy, person, to, purpose, by, asked, paragraphs } = self;
        let by = by.map_or_else(|| "open".to_owned(), |day| day.to_string());
        let head =
            format!("{HEADER}\nitem {item}\ncopy {copy}\nperson {person}\nto {to}\npurpose {purpose}\nby {by}\nasked {asked}\n");
        paragraphs.iter().fold(head, |text, (number, opening)| text + &format!("paragraph {number} {opening}\n"))
    }

    /// Signs it, and seals it to the originator.
    ///
    /// # Errors
    /// [`OnwardError`] if the slip names no originator or the key cannot sign.
    pub fn seal(&self, slip: &Slip, keys: &DeviceKeys) -> Result<Vec<u8>, OnwardError> {
        let reply_to = slip.reply_to.as_deref().ok_or(OnwardError::NoReply)?;
        let signer = keys.signer().ok_or(OnwardError::Unsigned)?;
        let note = sign(&self.text(), self.person.as_str(), signer);
        encrypt_to_lines([reply_to], note.as_bytes()).map_err(OnwardError::Sealed)
    }

    /// Reads the text of a signed note.
    ///
    /// # Errors
    /// [`OnwardError::Malformed`].
    pub fn parse(note: &str) -> Result<Self, OnwardError> {
        let malformed = |why: &str| OnwardError::Malformed("a request to pass something on", why.to_owned());
        let text = note.split_once("\n\n").map_or(note, |(text, _)| text);
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err(malformed("its first line is another"));
        }
        let mut field = |name: &str| {
            let value = lines.next().and_then(|l| l.strip_prefix(name)).and_then(|l| l.strip_prefix(' '));
            value.ok_or_else(|| malformed(&format!("it has no `{name}`")))
        };
        let name = |_| malformed("a name is none");
        let mut request = Self {
            item: ItemName::new(field("item")?).map_err(name)?,
            copy: CopyId::new(field("copy")?).map_err(name)?,
            person: PersonId::new(field("person")?).map_err(name)?,
            to: line(field("to")?, "whom it is for")?,
            purpose: line(field("purpose")?, "the purpose")?,
            by: match field("by")? {
                "open" => None,
                day => Some(day.parse().map_err(|_| malformed("its `by` is no day"))?),
            },
            asked: field("asked")?.parse().map_err(|_| malformed("its `asked` is no time"))?,
            paragraphs: Vec::new(),
        };
        for line in lines {
            let rest = line.strip_prefix("paragraph ").and_then(|l| l.split_once(' '));
            let parsed = rest.and_then(|(number, opening)| Some((number.parse().ok()?, opening.to_owned())));
            request.paragraphs.push(parsed.ok_or_else(|| malformed("a line is neither known nor a paragraph"))?);
        }
        Ok(request)
    }

    fn asks_for(&self, number: u32) -> bool {
        self.paragraphs.is_empty() || self.paragraphs.iter().any(|(n, _)| *n == number)
    }
}

impl Asked {
    pub(crate) fn new(index: u64, at: Timestamp, request: Request, note: &str) -> Self {
        Self { index, at, request, hash: note_hash(note), answer: None }
    }

    /// What it is called: the beginning of its hash.
    #[must_use]
    pub fn number(&self) -> &str {
        self.hash.get(..8).unwrap_or(&self.hash)
    }

    /// Name of the file that its answer goes out in.
    #[must_use]
    pub fn answer_file(&self) -> String {
        format!("{}-{}-{}.answer", self.request.item, self.request.copy, self.number())
    }
}

fn note_hash(note: &str) -> String {
    hex(&sha256(note.as_bytes()))
}

/// What was granted before an entry.
pub(crate) fn passed_on(requests: &[Asked], before: u64) -> Vec<PassedOn> {
    let granted = |asked: &Asked| {
        let answer = asked.answer.as_ref().filter(|a| a.index < before && a.decision != Decision::Refused)?;
        Some(PassedOn { copy: asked.request.copy.clone(), to: answer.to.clone(), paragraphs: answer.paragraphs.clone() })
    };
    requests.iter().filter_map(granted).collect()
}

impl State {
    /// All requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<&Asked> {
        let mut all: Vec<&Asked> = self.items.values().flat_map(|i| &i.requests).collect();
        all.sort_by_key(|a| a.index);
        all
    }

    /// The request that is called so; more of its hash may be given.
    ///
    /// # Errors
    /// [`OnwardError::NoRequest`].
    pub fn request(&self, number: &str) -> Result<&Asked, OnwardError> {
        let fits = |asked: &&Asked| number.len() >= asked.number().len() && asked.hash.starts_with(number);
        self.requests().into_iter().find(fits).ok_or_else(|| OnwardError::NoRequest(number.to_owned()))
    }
}

impl Workspace {
    /// Takes a sealed request into the record; returns what it is called.
    ///
    /// # Errors
    /// [`OnwardError`]; nothing is recorded then.
    pub fn import_request(&mut self, permit: &Permit, sealed: &[u8]) -> Result<String, OnwardError> {
        let malformed = |why: &str| OnwardError::Malformed("a request to pass something on", why.to_owned());
        if sealed.len() > LARGEST {
            return Err(malformed("it is larger than any request"));
        }
        let note = decrypt_with(&self.keys().identities(), sealed).map_err(OnwardError::Sealed)?;
        let note = String::from_utf8(note).map_err(|_| malformed("it is not UTF-8"))?;
        let Request { item, copy, person, .. } = Request::parse(&note)?;
        let issued =
            self.state().items.get(&item).is_some_and(|i| i.disclosures.iter().any(|d| d.copy == copy && d.person == person));
        if !issued {
            return Err(OnwardError::Unknown(person, copy, item));
        }
        may_receive(self.state().persons.get(&person), &person)?;
        if !self.signed_by(&person, &note)? {
            return Err(ReceiptError::NotBy(person).into());
        }
        let hash = note_hash(&note);
        if let Ok(known) = self.state().request(&hash) {
            return Err(OnwardError::Again(known.number().to_owned()));
        }
        self.append(permit, vec![Event::OnwardAsked { item, copy, person, note }])?;
        Ok(self.state().request(&hash)?.number().to_owned())
    }

    /// Answers a request; returns the answer for the asker: its entry with the proof, sealed to the asker's devices.
    ///
    /// # Errors
    /// [`OnwardError`]; nothing is recorded then.
    pub fn answer_request(&mut self, permit: &Permit, number: &str, reply: &Reply) -> Result<Vec<u8>, OnwardError> {
        let asked = self.state().request(number)?.clone();
        if asked.answer.is_some() {
            return Err(OnwardError::Answered(asked.number().to_owned()));
        }
        may_receive(self.state().persons.get(&asked.request.person), &asked.request.person)?;
        let (decision, paragraphs, words) = decided(&asked.request, reply)?;
        let Request { item, copy, person, to, .. } = asked.request;
        if let (Some(marking), true) = (self.state().never_passed_on(&item), decision != Decision::Refused) {
            return Err(OnwardError::Never(marking));
        }
        let event = Event::OnwardAnswered { item, copy, person, request: asked.hash.clone(), decision, to, paragraphs, words };
        self.append(permit, vec![event])?;
        self.sealed_answer(&asked.hash)
    }

    /// A recorded answer once more, for an asker whom it did not reach.
    ///
    /// # Errors
    /// [`OnwardError`] if there is none.
    pub fn sealed_answer(&mut self, number: &str) -> Result<Vec<u8>, OnwardError> {
        let none = || OnwardError::Unanswered(number.to_owned());
        let asked = self.state().request(number)?;
        let (index, person) = (asked.answer.as_ref().ok_or_else(none)?.index, asked.request.person.clone());
        may_receive(self.state().persons.get(&person), &person)?;
        let entry = ShownEntry::of(self, index)?.ok_or_else(none)?;
        let text = serde_json::to_string_pretty(&AnswerFile { format: ANSWER.to_owned(), entry }).unwrap_or_default() + "\n";
        let devices =
            self.state().persons.get(&person).map(|p| p.usable_devices().map(|d| d.recipient.clone()).collect::<Vec<_>>());
        let devices = devices.unwrap_or_default();
        encrypt_to_lines(devices.iter().map(String::as_str), text.as_bytes()).map_err(OnwardError::Sealed)
    }
}

impl State {
    /// The marking of an item that is never passed on.
    fn never_passed_on(&self, item: &ItemName) -> Option<String> {
        let marking = self.recorded_marking(item)?;
        (marking.pass_on() == crate::marking::PassOn::Never).then(|| marking.to_string())
    }
}

/// Decision, paragraphs and words as they are recorded.
fn decided(request: &Request, reply: &Reply) -> Result<(Decision, Vec<u32>, Option<String>), OnwardError> {
    let asked = || request.paragraphs.iter().map(|(number, _)| *number).collect::<Vec<_>>();
    match reply {
        Reply::Grant => Ok((Decision::Granted, asked(), None)),
        Reply::Refuse { reason } => Ok((Decision::Refused, Vec::new(), Some(line(reason, "the reason")?))),
        Reply::Narrow { paragraphs, conditions } => {
            let conditions = conditions.as_deref().map(|c| line(c, "the conditions")).transpose()?;
            if let Some(other) = paragraphs.iter().find(|n| **n == 0 || !request.asks_for(**n)) {
                return Err(OnwardError::NotAsked(*other));
            }
            let mut fewer = paragraphs.clone();
            fewer.sort_unstable();
            fewer.dedup();
            let narrower = !fewer.is_empty() && fewer.len() != request.paragraphs.len();
            if !narrower && conditions.is_none() {
                return Err(OnwardError::NotNarrower);
            }
            Ok((Decision::Narrowed, if fewer.is_empty() { asked() } else { fewer }, conditions))
        }
    }
}

/// An answer as a file.
#[derive(Serialize, Deserialize)]
struct AnswerFile {
    format: String,
    #[serde(flatten)]
    entry: ShownEntry,
}

/// An answer that was opened and checked.
#[derive(Clone, Debug)]
pub struct OpenedAnswer {
    /// The item.
    pub item: ItemName,
    /// The asker's copy.
    pub copy: CopyId,
    /// Who asked.
    pub person: PersonId,
    /// What was decided.
    pub decision: Decision,
    /// To whom it may be passed on.
    pub to: String,
    /// Numbers of the paragraphs that may be; none means all of the item, or nothing if refused.
    pub paragraphs: Vec<u32>,
    /// Conditions, or the reason of a refusal.
    pub words: Option<String>,
    /// Verifier key of the record that it stands in.
    pub log_key: String,
    /// Its proof.
    pub proof: LogProof,
}

/// Opens an answer for whoever asked, and checks that it stands in the record.
///
/// # Errors
/// [`OnwardError`] if it is sealed to others or does not hold.
pub fn open_answer(sealed: &[u8], keys: &DeviceKeys) -> Result<OpenedAnswer, OnwardError> {
    let malformed = |why: String| OnwardError::Malformed("an answer", why);
    let text = decrypt_with(&keys.identities(), sealed).map_err(OnwardError::Sealed)?;
    let AnswerFile { format, entry } = serde_json::from_slice(&text).map_err(|e| malformed(e.to_string()))?;
    if format != ANSWER {
        return Err(malformed(format!("its format is `{format}`")));
    }
    let (event, proof) = entry.check()?;
    let Event::OnwardAnswered { item, copy, person, decision, to, paragraphs, words, .. } = event else {
        return Err(malformed("its entry records something else".to_owned()));
    };
    Ok(OpenedAnswer { item, copy, person, decision, to, paragraphs, words, log_key: entry.log_key, proof })
}
