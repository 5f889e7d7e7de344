//! What is never one person's to do: asked for, taken in and done on the officer's desk, approved on the desks of others.

use age::secrecy::SecretString;
use holm::approval::bundle::{Approval, ApprovalError, OpenedRequest, open_request};
use holm::approval::policy::PolicyError;
use holm::destruction::{Chosen, Doomed};
use holm::policy::Action;
use holm::vetting::CheckError;
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::event::approval::{Act, ActKind, Masked};
use holm_record::event::vetting::CheckSort;
use holm_record::id::{IncidentName, ItemName, PersonId};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::arrival::{self, Saved};
use crate::destruction::of_destruction;
use crate::kept::Kept;
use crate::language::Language;
use crate::problem::Problem;
use crate::release::recipients;
use crate::server::Desk;
use crate::session::secret;
use crate::vetting::{authority, today};

/// How long masks are off.
pub(crate) const UNMASKED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Requests that somebody who sits here was sent.
pub(crate) type AskedHere = Kept<OpenedRequest>;

/// What the officer asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Masks off in beliefs.
    Beliefs,
    /// Masks off in the verdicts of an incident.
    Incident(IncidentName),
    /// The key of an item, to others.
    Item(ItemName),
    /// A draft, to its recipients.
    Draft(String),
    /// An item, to these persons and units.
    Release(ItemName, Vec<String>),
    /// Bodies and sealed files, by an authority.
    Destroy(Chosen, String),
    /// A legal authority, as its file says it.
    Authority(String),
    /// A proceeding against a person about an incident.
    Proceed(PersonId, IncidentName),
    /// That a person be sent things although these checks, or whichever are not in force, are not.
    Except(PersonId, Vec<CheckSort>, Date),
    /// Another policy.
    Policy(String),
}

impl Wanted {
    /// As a form says it: `beliefs`, `incident:NAME`, `item:NAME` or `draft:ID`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None => (text == "beliefs").then_some(Self::Beliefs),
            Some(("incident", name)) => IncidentName::new(name).ok().map(Self::Incident),
            Some(("item", name)) => ItemName::new(name).ok().map(Self::Item),
            Some(("draft", id)) => Some(Self::Draft(id.to_owned())),
            Some(_) => None,
        }
    }

    fn act(self, workspace: &Workspace) -> Result<Act, Problem> {
        let until = Timestamp::now() + UNMASKED;
        let held = workspace.held_back_now(Timestamp::now());
        let of_state = |to: &[String]| recipients(workspace.state(), &held, to);
        let done = match self {
            Self::Beliefs => Ok(Act::Unmask { of: Masked::Beliefs, until }),
            Self::Incident(incident) => workspace.maskable(Masked::Incident { incident }).map(|of| Act::Unmask { of, until }),
            Self::Item(item) => workspace.accusation(&item),
            Self::Draft(id) => {
                let draft = workspace.draft(&id)?;
                let item = ItemName::new(draft.name.clone()).map_err(|_| Problem::Missing)?;
                workspace.release_to_approve(&item, of_state(&draft.to))
            }
            Self::Release(item, to) => workspace.release_to_approve(&item, of_state(&to)),
            Self::Destroy(chosen, authority) => {
                let Doomed { entries, objects } = workspace.doomed(chosen, today()).map_err(of_destruction)?;
                Ok(Act::Destroy { entries, objects, authority: authority.trim().to_owned() })
            }
            Self::Authority(text) => Ok(Act::Authority { facts: authority(&text)? }),
            Self::Proceed(person, incident) => Ok(Act::Proceed { person, incident }),
            Self::Except(person, sorts, until) => {
                let field = |error: &CheckError| if matches!(error, CheckError::Waiver(_)) { "until" } else { "person" };
                let act = workspace.except_act(&person, &sorts, until, today());
                return act.map_err(|error| Problem::Wrong(vec![(field(&error), error.to_string())]));
            }
            Self::Policy(text) => Ok(Act::Policy { policy: workspace.approval_policy(&text).map_err(of_policy)? }),
        };
        done.map_err(|e| refused(e, "what"))
    }
}

/// What is wrong with a policy.
pub(crate) fn of_policy(error: PolicyError) -> Problem {
    match error {
        PolicyError::Workspace(error) => error.into(),
        other => Problem::Wrong(vec![("policy", other.to_string())]),
    }
}

/// What is wrong with an approval or a request, beside a field.
pub(crate) fn refused(error: ApprovalError, field: &'static str) -> Problem {
    match error {
        ApprovalError::NoRequest(_) => Problem::Missing,
        ApprovalError::Reason => Problem::Wrong(vec![("reason", error.to_string())]),
        ApprovalError::Workspace(WorkspaceError::NotApproved(error)) => Problem::Refused(error.to_string()),
        ApprovalError::Workspace(error) => error.into(),
        other => Problem::Wrong(vec![(field, other.to_string())]),
    }
}

/// Asks for approval; the request's number.
///
/// # Errors
/// [`Problem`]; nothing is recorded then.
pub(crate) fn ask(desk: &Desk, wanted: Wanted, reason: &str) -> Result<u64, Problem> {
    desk.office.act(|workspace| {
        let act = wanted.act(workspace)?;
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.ask_approval(&permit, act, reason).map_err(|e| refused(e, "what"))
    })?
}

/// The file for those who approve.
///
/// # Errors
/// [`Problem::Missing`] if there is no such request.
pub(crate) fn bundle(desk: &Desk, number: u64) -> Result<Saved, Problem> {
    let bytes = desk.office.act(|workspace| workspace.approval_bundle(number))?.map_err(|e| refused(e, "what"))?;
    Ok((format!("request-{number}.approval-request"), "application/octet-stream", bytes))
}

/// Takes an approval or a refusal into the record; the request's number.
///
/// # Errors
/// [`Problem::Wrong`] at the field `approvals`; nothing is recorded then.
pub(crate) fn take(desk: &Desk, note: &str) -> Result<(u64, PersonId, bool), Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        workspace.import_approval(&permit, note).map_err(|e| refused(e, "approvals"))
    })?
}

/// Does what an approved request asked for.
///
/// # Errors
/// [`Problem`] says what is missing; nothing is done then.
pub(crate) fn carry_out(desk: &Desk, number: u64) -> Result<(), Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        match workspace.use_approval(&permit, number) {
            Err(error @ ApprovalError::Elsewhere(..)) => Err(Problem::Refused(error.to_string())),
            other => other.map_err(|e| refused(e, "what")),
        }
    })?
}

/// Records who must approve what. The first policy needs no approval, every further one that of the request for it.
///
/// # Errors
/// [`Problem`]; nothing is recorded then.
pub(crate) fn set_policy(desk: &Desk, text: &str) -> Result<(), Problem> {
    desk.office.act(|workspace| {
        let policy = workspace.approval_policy(&text.replace('\r', "")).map_err(of_policy)?;
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        match workspace.set_approvals(&permit, policy) {
            Err(WorkspaceError::NotApproved(error)) => Err(Problem::Wrong(vec![("policy", error.to_string())])),
            other => Ok(other.map(drop)?),
        }
    })?
}

/// Whether an act is done from the requests, rather than where an item is shared or opened.
pub(crate) fn is_done_here(kind: ActKind) -> bool {
    matches!(
        kind,
        ActKind::Unmask
            | ActKind::Destroy
            | ActKind::Members
            | ActKind::Except
            | ActKind::Authority
            | ActKind::Proceed
            | ActKind::Policy
    )
}

/// Opens a request that whoever sits here was sent; the ticket under which it is kept.
///
/// # Errors
/// [`Problem::Wrong`] at the field `approval` or `passphrase`.
pub(crate) fn open(desk: &Desk, language: Language, file: Option<&[u8]>, passphrase: &str) -> Result<String, Problem> {
    let wrong = |what: String| Problem::Wrong(vec![("approval", what)]);
    let bytes = file.ok_or_else(|| wrong(language.words().approval.no_file.to_owned()))?;
    let request = open_request(bytes, &own_keys(desk, passphrase)?).map_err(|e| wrong(e.to_string()))?;
    let ticket = secret().map_err(|e| Problem::Internal(e.to_string()))?;
    desk.asked_here.keep(&ticket, request);
    Ok(ticket)
}

fn own_keys(desk: &Desk, passphrase: &str) -> Result<holm::identity::DeviceKeys, Problem> {
    let passphrase = Some(passphrase.to_owned()).filter(|p| !p.is_empty()).map(SecretString::from);
    arrival::keys(desk, passphrase.as_ref())
}

/// What whoever is asked says.
#[derive(Clone, Default)]
pub(crate) struct Said {
    pub(crate) person: String,
    pub(crate) approved: bool,
    pub(crate) reason: String,
    pub(crate) passphrase: String,
}

/// Signs what whoever sits here says to a request; nothing is kept.
///
/// # Errors
/// [`Problem::Wrong`] says at which field.
pub(crate) fn sign(desk: &Desk, language: Language, request: &OpenedRequest, said: &Said) -> Result<Saved, Problem> {
    let words = &language.words().approval;
    let wrong = |field, what: String| Problem::Wrong(vec![(field, what)]);
    let person = PersonId::new(said.person.trim()).map_err(|_| wrong("person", language.words().second.no_person.to_owned()))?;
    let reason = Some(said.reason.trim().to_owned()).filter(|r| !r.is_empty());
    if !said.approved && reason.is_none() {
        return Err(wrong("reason", words.no_reason.to_owned()));
    }
    let keys = own_keys(desk, &said.passphrase)?;
    let ending = if said.approved { "approval" } else { "refusal" };
    let name = format!("request-{}.{person}.{ending}", request.number);
    let approval = Approval { approved: said.approved, person, at: Timestamp::now(), reason };
    let note = approval.sign(request, &keys).map_err(|e| refused(e, "approval"))?;
    Ok((name, "text/plain; charset=utf-8", note.into_bytes()))
}
