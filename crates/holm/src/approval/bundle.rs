//! What goes out to those who approve, and what comes back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm_record::commitment::{Commitment, Salt, hex};
use holm_record::event::Event;
use holm_record::event::approval::{Act, ActKind, Masked};
use holm_record::id::{ItemName, PersonId};
use holm_record::note::{NoteError, NoteKey, sign};
use holm_record::tlog::leaf_hash;
use holm_record::verify::LogIdentity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{NotApproved, Request, Standing};
use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines, verifier_of};
use crate::manifest::MASTER_DOMAIN;
use crate::policy::{Permit, Refusal};
use crate::role::acting;
use crate::share::ShareError;
use crate::shown::{ShownEntry, ShownError};
use crate::workspace::{Workspace, WorkspaceError};

/// Version of the bundle's format.
const FORMAT: &str = "holm-approval-request/1";
/// First line of an approval.
const HEADER: &str = "holm-approval/1";
/// Letters that a reason may have.
const LONGEST: usize = 500;
/// Bytes of an approval; one that is longer is none.
const LARGEST: usize = 1 << 16;

/// An approval cannot be asked for, made or taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// Nobody's approval is needed.
    #[error("no approval is needed for this; `holm approval policy` shows what needs one")]
    NotNeeded,
    /// The reason.
    #[error("the reason must be one line of 1 to {LONGEST} letters")]
    Reason,
    /// No such request.
    #[error("no request has the number {0}; `holm approval list` shows all")]
    NoRequest(u64),
    /// Nothing more can be said to it.
    #[error("request {0} was used or refused already")]
    Ended(u64),
    /// Not a bundle, or not for this key.
    #[error("this is not a request for approval that this key opens: {0}")]
    Sealed(String),
    /// Not an approval.
    #[error("this is not an approval: {0}")]
    Malformed(&'static str),
    /// Its entry does not hold.
    #[error("the request does not hold: {0}")]
    Entry(#[from] ShownError),
    /// The text is not the one that was committed to.
    #[error("the text that came with the request is not the one that the record committed to; approve nothing")]
    OtherText,
    /// The key file has no signing key.
    #[error("this key cannot sign; make one with `holm keygen` and have it enrolled")]
    NoSigner,
    /// Of another record or request.
    #[error("the approval is of another record or request: its `{0}` differs")]
    Other(&'static str),
    /// Not asked.
    #[error("`{0}` is not among those who approve this")]
    NotAsked(PersonId),
    /// Not by the person.
    #[error("the approval is not signed by a key that the policy names for `{0}`, or its device was lost")]
    NotBy(PersonId),
    /// A second answer.
    #[error("`{0}` answered request {1} already")]
    Again(PersonId, u64),
    /// Nothing to show.
    #[error("no verdict about `{0}` is recorded: there is nothing that others could check")]
    NoVerdict(ItemName),
    /// Done by another command.
    #[error("request {0} is used by `holm {1}`")]
    Elsewhere(u64, &'static str),
    /// The proceeding.
    #[error(transparent)]
    Proceeding(Box<crate::proceeding::ProceedingError>),
    /// The legal authority.
    #[error(transparent)]
    Authority(Box<crate::vetting::CheckError>),
    /// The item.
    #[error(transparent)]
    Share(#[from] Box<ShareError>),
    /// The note is damaged.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

impl From<ShareError> for ApprovalError {
    fn from(error: ShareError) -> Self {
        Self::Share(Box::new(error))
    }
}

/// A request as it goes out.
#[derive(Serialize, Deserialize)]
struct Bundle {
    format: String,
    #[serde(flatten)]
    entry: ShownEntry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
}

/// What is to be released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// File name.
    pub file: String,
    /// The master, in base64.
    master: String,
    /// The salt of its commitment.
    master_salt: Salt,
}

/// A request that was opened and checked, as it is shown to whoever approves.
#[derive(Clone, Debug)]
pub struct OpenedRequest {
    /// Verifier key of the record.
    pub log_key: String,
    /// Number of the request.
    pub number: u64,
    /// What is asked for.
    pub act: Act,
    /// Why.
    pub reason: String,
    /// Of a release, the file and its content, which is the one that the record committed to.
    pub text: Option<(String, Vec<u8>)>,
    leaf: String,
}

/// Opens a request for whoever is asked, and checks that it stands in the record and that its text is the one committed to.
///
/// # Errors
/// [`ApprovalError`] says what does not hold.
pub fn open_request(sealed: &[u8], keys: &DeviceKeys) -> Result<OpenedRequest, ApprovalError> {
    let plain = decrypt_with(&keys.identities(), sealed).map_err(ApprovalError::Sealed)?;
    let Bundle { format, entry, text } = serde_json::from_slice(&plain).map_err(|e| ApprovalError::Sealed(e.to_string()))?;
    if format != FORMAT {
        return Err(ApprovalError::Sealed(format!("its format is `{format}`")));
    }
    let (event, proof) = entry.check()?;
    let Event::ApprovalAsked { act, reason } = event else {
        return Err(ApprovalError::Sealed("its entry asks for nothing".to_owned()));
    };
    let text = match text {
        Some(text) => Some((text.file.clone(), text.open(&act)?)),
        None => None,
    };
    if text.is_none() && act.kind() == ActKind::Release {
        return Err(ApprovalError::OtherText);
    }
    Ok(OpenedRequest { log_key: entry.log_key, number: proof.index, act, reason, text, leaf: entry.leaf })
}

impl Text {
    fn open(self, act: &Act) -> Result<Vec<u8>, ApprovalError> {
        let bytes = BASE64.decode(&self.master).map_err(|_| ApprovalError::OtherText)?;
        match act {
            Act::Release { master, .. } if *master == Commitment::to(MASTER_DOMAIN, &self.master_salt, &bytes) => Ok(bytes),
            _ => Err(ApprovalError::OtherText),
        }
    }
}

/// What somebody says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Whether it is an approval.
    pub approved: bool,
    /// Who says it.
    pub person: PersonId,
    /// When, by their clock.
    pub at: Timestamp,
    /// Why, if they say.
    pub reason: Option<String>,
}

impl Approval {
    /// The text that is signed.
    fn text(&self, origin: &str, number: u64, leaf: &str) -> String {
        let decision = if self.approved { "approved" } else { "refused" };
        let reason = self.reason.as_deref().unwrap_or("-");
        format!(
            "{HEADER}\nrecord {origin}\nrequest {number}\nentry {}\ndecision {decision}\nperson {}\nat {}\nreason {reason}\n",
            hex(&leaf_hash(leaf.as_bytes())),
            self.person,
            self.at
        )
    }

    /// Signs it: a note for whoever asked.
    ///
    /// # Errors
    /// [`ApprovalError`] if the key cannot sign or the reason is more than a line.
    pub fn sign(&self, request: &OpenedRequest, keys: &DeviceKeys) -> Result<String, ApprovalError> {
        let signer = keys.signer().ok_or(ApprovalError::NoSigner)?;
        if self.reason.as_ref().is_some_and(|r| line(r).is_err()) {
            return Err(ApprovalError::Reason);
        }
        let log = LogIdentity::parse(&request.log_key).map_err(ShownError::Invalid)?;
        Ok(sign(&self.text(log.origin(), request.number, &request.leaf), self.person.as_str(), signer))
    }
}

fn line(text: &str) -> Result<String, ApprovalError> {
    let text = text.trim();
    let fits = (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(ApprovalError::Reason) }
}

/// An approval as its note says it.
struct Noted {
    record: String,
    request: u64,
    approval: Approval,
}

fn read(note: &str) -> Result<Noted, ApprovalError> {
    let text = note.split_once("\n\n").map_or(note, |(text, _)| text);
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(ApprovalError::Malformed("its first line is another"));
    }
    let mut field = |name: &'static str| {
        lines.next().and_then(|l| l.strip_prefix(name)).and_then(|l| l.strip_prefix(' ')).ok_or(ApprovalError::Malformed(name))
    };
    let record = field("record")?.to_owned();
    let request = field("request")?.parse().map_err(|_| ApprovalError::Malformed("request"))?;
    field("entry")?;
    let approved = match field("decision")? {
        "approved" => true,
        "refused" => false,
        _ => return Err(ApprovalError::Malformed("decision")),
    };
    let person = PersonId::new(field("person")?).map_err(|_| ApprovalError::Malformed("person"))?;
    let at = field("at")?.parse().map_err(|_| ApprovalError::Malformed("at"))?;
    let reason = Some(field("reason")?).filter(|r| *r != "-").map(str::to_owned);
    Ok(Noted { record, request, approval: Approval { approved, person, at, reason } })
}

impl Workspace {
    /// Asks for approval of an act; returns the request's number.
    ///
    /// # Errors
    /// [`ApprovalError`]; nothing is recorded then.
    pub fn ask_approval(&mut self, permit: &Permit, act: Act, reason: &str) -> Result<u64, ApprovalError> {
        let reason = line(reason)?;
        self.may(acting(&act)).map_err(WorkspaceError::from)?;
        let kind = act.kind();
        if !self.state().approvals.needed(kind) {
            let nobody = || ApprovalError::from(WorkspaceError::from(NotApproved::NoApprovers { kind }));
            return Err(if kind == ActKind::Except { nobody() } else { ApprovalError::NotNeeded });
        }
        self.may_be_asked(&act)?;
        Ok(self.append(permit, vec![Event::ApprovalAsked { act, reason }])?)
    }

    /// That what is asked for can be done at all.
    fn may_be_asked(&mut self, act: &Act) -> Result<(), ApprovalError> {
        match act {
            Act::Destroy { entries, objects, .. } => {
                self.may_be_destroyed(entries, objects).map_err(WorkspaceError::from)?;
                self.bodies_may_go(entries)?;
            }
            Act::Members { member, roles, devices } => {
                let now = self.member_act(member, &roles.iter().copied().collect())?;
                if !matches!(&now, Act::Members { devices: now, .. } if now == devices) {
                    return Err(WorkspaceError::from(crate::member::MemberError::Unfit(member.clone())).into());
                }
            }
            Act::Proceed { person, incident } => {
                self.may_proceed(person, incident).map_err(|e| ApprovalError::Proceeding(Box::new(e)))?;
            }
            Act::Authority { facts } => {
                self.may_be_used(facts).map_err(|e| ApprovalError::Authority(Box::new(e)))?;
            }
            Act::Release { .. } | Act::Unmask { .. } | Act::Accuse { .. } | Act::Except { .. } | Act::Policy { .. } => {}
        }
        Ok(())
    }

    /// What a release of an item to persons is, as it is approved: of an item that waits, or of one that goes to further recipients.
    ///
    /// # Errors
    /// [`ApprovalError`] if its manifest is not recorded.
    pub fn release_to_approve(&self, item: &ItemName, to: Vec<PersonId>) -> Result<Act, ApprovalError> {
        let act = self.state().release_act(item, to);
        let act = act.ok_or_else(|| WorkspaceError::from(Refusal::NoItem(item.clone())))?;
        let pending = self.pending_marking(item)?;
        Ok(match act {
            Act::Release { item, manifest, master, marking, to } => {
                Act::Release { item, manifest, master, marking: marking.or(pending), to }
            }
            other => other,
        })
    }

    /// What opening an item's key is, as it is approved: with the verdict that others can then check.
    ///
    /// # Errors
    /// [`ApprovalError`] if there is no such item or no verdict about it.
    pub fn accusation(&self, item: &ItemName) -> Result<Act, ApprovalError> {
        let last = self.state().looks.iter().rfind(|l| l.item == *item && l.verdict.is_some());
        let none = || ApprovalError::NoVerdict(item.clone());
        Ok(Act::Accuse { item: item.clone(), incident: last.ok_or_else(none)?.incident.clone() })
    }

    /// The request for those who are asked, sealed to their devices.
    ///
    /// # Errors
    /// [`ApprovalError`].
    pub fn approval_bundle(&mut self, number: u64) -> Result<Vec<u8>, ApprovalError> {
        let request = self.approval_request(number)?;
        let text = match &request.act {
            Act::Release { item, .. } => {
                let (manifest, master) = self.text_of(item)?;
                Some(Text { file: manifest.file, master: BASE64.encode(master), master_salt: manifest.master_salt })
            }
            _ => None,
        };
        let devices: Vec<String> = self.asked(&request).into_iter().flat_map(|p| self.devices_of(&p)).collect();
        let entry = ShownEntry::of(self, number)?.ok_or(ApprovalError::NoRequest(number))?;
        let bundle = Bundle { format: FORMAT.to_owned(), entry, text };
        let plain = serde_json::to_vec_pretty(&bundle).map_err(|e| ApprovalError::Sealed(e.to_string()))?;
        encrypt_to_lines(devices.iter().map(String::as_str), &plain).map_err(ApprovalError::Sealed)
    }

    /// A request by its number.
    ///
    /// # Errors
    /// [`ApprovalError::NoRequest`].
    pub fn approval_request(&self, number: u64) -> Result<Request, ApprovalError> {
        self.state().approvals.requests.get(&number).cloned().ok_or(ApprovalError::NoRequest(number))
    }

    /// Everybody whom the policy in force asks.
    fn asked(&self, request: &Request) -> Vec<PersonId> {
        let policy = self.state().approvals.policy.as_ref();
        let groups = policy.into_iter().flat_map(|p| p.asked(request.act.kind()));
        groups.flat_map(|(_, group)| group.approvers.keys().cloned()).collect()
    }

    fn devices_of(&self, person: &PersonId) -> Vec<String> {
        let known = self.state().persons.get(person).filter(|p| !p.left);
        known.iter().flat_map(|p| p.usable_devices()).map(|d| d.recipient.clone()).collect()
    }

    /// Takes an approval or a refusal into the record; returns the request's number, the person and whether it is an approval.
    ///
    /// # Errors
    /// [`ApprovalError`]; nothing is recorded then.
    pub fn import_approval(&mut self, permit: &Permit, note: &str) -> Result<(u64, PersonId, bool), ApprovalError> {
        if note.len() > LARGEST {
            return Err(ApprovalError::Malformed("it is larger than any approval"));
        }
        let Noted { record, request: number, approval } = read(note)?;
        if record != self.log().origin() {
            return Err(ApprovalError::Other("record"));
        }
        let request = self.approval_request(number)?;
        let policy = self.state().approvals.policy.as_ref().ok_or(ApprovalError::NotNeeded)?;
        if matches!(request.standing(policy), Standing::Used | Standing::Refused) {
            return Err(ApprovalError::Ended(number));
        }
        let person = approval.person.clone();
        let signers = policy.asked(request.act.kind()).find_map(|(_, group)| group.approvers.get(&person)).cloned();
        let signers = signers.ok_or_else(|| ApprovalError::NotAsked(person.clone()))?;
        let signed = self.signed_for(&person, &signers, note)?;
        let (leaf, ..) = self.shown_entry(number)?;
        if signed != approval.text(&record, number, &leaf) {
            return Err(ApprovalError::Other("entry"));
        }
        if request.answers.iter().any(|a| a.person == person) {
            return Err(ApprovalError::Again(person, number));
        }
        let approved = approval.approved;
        let given = Event::ApprovalGiven { request: number, person: person.clone(), approved, note: note.to_owned() };
        self.append(permit, vec![given])?;
        Ok((number, person, approved))
    }

    /// The text of a note that a person signed with a key which the policy names and whose device is in use.
    fn signed_for(&self, person: &PersonId, signers: &[String], note: &str) -> Result<String, ApprovalError> {
        let not_by = || ApprovalError::NotBy(person.clone());
        let known = self.state().persons.get(person).filter(|p| !p.left).ok_or_else(not_by)?;
        let in_use =
            known.usable_devices().filter_map(|d| d.signer.as_deref()).filter(|s| signers.iter().any(|named| named == s));
        let mut keys = in_use.filter_map(verifier_of).map(|key| NoteKey::new(person.as_str(), key));
        keys.find_map(|key| key.open(note).ok()).map(str::to_owned).ok_or_else(not_by)
    }

    /// Does what a request asked for, once it is approved: masks off, bodies destroyed, another policy.
    ///
    /// # Errors
    /// [`ApprovalError`]; of what is done by another command, which.
    pub fn use_approval(&mut self, permit: &Permit, number: u64) -> Result<(), ApprovalError> {
        let Request { act, reason, .. } = self.approval_request(number)?;
        match act {
            Act::Unmask { of, until } => {
                if !self.state().approvals.needed(ActKind::Unmask) {
                    return Err(ApprovalError::NotNeeded);
                }
                self.append(permit, vec![Event::Unmasked { of, until, reason }])?;
            }
            Act::Policy { policy } => {
                self.set_approvals(permit, policy)?;
            }
            Act::Destroy { entries, objects, authority } => {
                self.destroy(permit, entries, objects, &authority, &reason)?;
            }
            Act::Members { member, roles, .. } => {
                self.set_member(permit, &member, &roles.into_iter().collect())?;
            }
            Act::Except { person, sorts, until } => {
                self.append(permit, vec![Event::ExceptionRecorded { person, sorts, until, reason }])?;
            }
            Act::Proceed { person, incident } => {
                let opened = self.open_proceeding(permit, &person, &incident, &reason);
                opened.map_err(|e| ApprovalError::Proceeding(Box::new(e)))?;
            }
            Act::Authority { facts } => {
                self.add_authority(permit, facts).map_err(|e| ApprovalError::Authority(Box::new(e)))?;
            }
            Act::Accuse { .. } => return Err(ApprovalError::Elsewhere(number, "item open")),
            Act::Release { .. } => return Err(ApprovalError::Elsewhere(number, "share")),
        }
        Ok(())
    }

    /// What stands for a view's subject: an incident that is there, or beliefs.
    ///
    /// # Errors
    /// [`ApprovalError::Malformed`] if there is no such incident.
    pub fn maskable(&self, of: Masked) -> Result<Masked, ApprovalError> {
        match &of {
            Masked::Incident { incident } if !self.state().looks.iter().any(|l| l.incident == *incident) => {
                Err(ApprovalError::Malformed("no leak of such an incident was traced"))
            }
            _ => Ok(of),
        }
    }
}
