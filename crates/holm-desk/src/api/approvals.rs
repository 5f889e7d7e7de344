//! What is never one person's to do.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm::approval::{OfGroup, Request, Standing};
use holm_record::event::approval::{ActKind, ApprovalPolicy};
use holm_record::id::{IncidentName, ItemName, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{File, LANGUAGE, answered, texts, wrong};
use crate::approval::{self, Said, Wanted};
use crate::destruction;
use crate::page::approvals::act_words;
use crate::page::download;
use crate::problem::Problem;
use crate::server::Desk;

/// Who must approve what, and what was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Approvals {
    /// Groups of approvers; none, and nothing needs approval.
    groups: Vec<ApprovalGroup>,
    /// Which groups each kind of act needs.
    acts: Vec<NeededFor>,
    /// Requests, the oldest first.
    requests: Vec<ApprovalRequest>,
}

/// Approvers of whom some must agree.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApprovalGroup {
    name: String,
    needed: u8,
    persons: Vec<String>,
}

/// The groups that an act needs.
#[derive(Serialize, ToSchema)]
pub(crate) struct NeededFor {
    /// `release`, `unmask`, `accuse`, `destroy`, `members`, `except`, `authority`, `proceed` or `policy`.
    act: String,
    groups: Vec<String>,
}

/// A request and how it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApprovalRequest {
    /// The number of its entry.
    request: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `release`, `unmask`, `accuse`, `destroy`, `members`, `except`, `authority`, `proceed` or `policy`.
    act: String,
    /// What it asks for, in a sentence.
    what: String,
    reason: String,
    /// `waits`, `approved`, `refused` or `used`.
    standing: &'static str,
    groups: Vec<GroupStanding>,
}

/// How a request stands with one group.
#[derive(Serialize, ToSchema)]
pub(crate) struct GroupStanding {
    group: String,
    needed: usize,
    approved: Vec<String>,
    refused: Vec<String>,
    silent: Vec<String>,
}

impl ApprovalRequest {
    fn of(request: &Request, policy: &ApprovalPolicy) -> Self {
        let group = |g: OfGroup| GroupStanding {
            group: g.name,
            needed: g.needed,
            approved: texts(g.approved),
            refused: texts(g.refused),
            silent: texts(g.silent),
        };
        Self {
            request: request.number,
            at: request.at,
            act: request.act.kind().to_string(),
            what: act_words(&request.act, LANGUAGE),
            reason: request.reason.clone(),
            standing: match request.standing(policy) {
                Standing::Waits => "waits",
                Standing::Approved => "approved",
                Standing::Refused => "refused",
                Standing::Used => "used",
            },
            groups: request.groups(policy).into_iter().map(group).collect(),
        }
    }

    fn now(desk: &Desk, number: u64) -> Result<Self, Problem> {
        let view = desk.office.view()?;
        let approvals = &view.state.approvals;
        let request = approvals.requests.get(&number).ok_or(Problem::Missing)?;
        Ok(Self::of(request, &approvals.policy.clone().unwrap_or_default()))
    }
}

fn approvals_now(desk: &Desk) -> Result<Approvals, Problem> {
    let view = desk.office.view()?;
    let approvals = &view.state.approvals;
    let policy = approvals.policy.clone().unwrap_or_default();
    let group = |(name, group): (&String, &holm_record::event::approval::Group)| ApprovalGroup {
        name: name.clone(),
        needed: group.needed,
        persons: texts(group.approvers.keys()),
    };
    let needed = |kind: ActKind| NeededFor { act: kind.to_string(), groups: texts(policy.asked(kind).map(|(name, _)| name)) };
    Ok(Approvals {
        groups: policy.groups.iter().map(group).collect(),
        acts: ActKind::ALL.map(needed).into(),
        requests: approvals.requests.values().map(|request| ApprovalRequest::of(request, &policy)).collect(),
    })
}

/// Who must approve what, and what was asked for.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals",
    responses((status = 200, description = "Policy and requests.", body = Approvals)))]
pub(crate) async fn approvals(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| Ok(Json(approvals_now(desk)?))).await
}

/// What is asked for. `act` says what else must be there.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum ApprovalWanted {
    /// Copies of an item that waits, to persons and units.
    Release {
        /// The item.
        item: String,
        /// Persons, `unit:UNIT` or `all`.
        to: Vec<String>,
        reason: String,
    },
    /// Masks off for seven days: in an incident's verdicts, or in beliefs.
    Unmask {
        /// The incident; beliefs, if absent.
        incident: Option<String>,
        reason: String,
    },
    /// The key of an item to others, with whom its last verdict names.
    Accuse {
        /// The item.
        item: String,
        reason: String,
    },
    /// Bodies of entries, and the files of an incident or an item, destroyed.
    Destroy {
        #[serde(default)]
        entries: Vec<u64>,
        incident: Option<String>,
        item: Option<String>,
        /// A legal authority under which everything learnt is to go.
        retention: Option<String>,
        /// By whose authority, and under which rule.
        authority: String,
        reason: String,
    },
    /// A legal authority for reviews of calls and accounts.
    Authority {
        /// The authority, as `docs/spec/vetting.md` has it: TOML.
        order: String,
        reason: String,
    },
    /// A proceeding against a person about an incident.
    Proceed { person: String, incident: String, reason: String },
    /// Another policy.
    Policy {
        /// The policy, as `docs/spec/approvals.md` has it.
        policy: String,
        reason: String,
    },
}

impl ApprovalWanted {
    fn parts(self) -> Result<(Wanted, String), Problem> {
        let item = |name: String| ItemName::new(name).map_err(|_| Problem::Missing);
        let incident = |name: String| IncidentName::new(name).map_err(|_| Problem::Missing);
        Ok(match self {
            Self::Release { item: name, to, reason } => (Wanted::Release(item(name)?, to), reason),
            Self::Unmask { incident: None, reason } => (Wanted::Beliefs, reason),
            Self::Unmask { incident: Some(name), reason } => (Wanted::Incident(incident(name)?), reason),
            Self::Accuse { item: name, reason } => (Wanted::Item(item(name)?), reason),
            Self::Destroy { entries, incident, item, retention, authority, reason } => {
                (Wanted::Destroy(destruction::chosen(entries, [incident, item, retention])?, authority), reason)
            }
            Self::Authority { order, reason } => (Wanted::Authority(order), reason),
            Self::Proceed { person, incident, reason } => {
                let person = wrong("person", PersonId::new(person))?;
                (Wanted::Proceed(person, wrong("incident", IncidentName::new(incident))?), reason)
            }
            Self::Policy { policy, reason } => (Wanted::Policy(policy), reason),
        })
    }
}

/// Asks for approval: an entry of the record.
#[utoipa::path(post, path = "/api/v1/approvals/requests", tag = "approvals", request_body = ApprovalWanted,
    responses((status = 200, description = "The request.", body = ApprovalRequest)))]
pub(crate) async fn ask_approval(State(desk): State<Arc<Desk>>, Json(given): Json<ApprovalWanted>) -> Response {
    answered(desk, move |desk| {
        let (wanted, reason) = given.parts()?;
        let number = approval::ask(desk, wanted, &reason)?;
        Ok(Json(ApprovalRequest::now(desk, number)?))
    })
    .await
}

/// A request and how it stands.
#[utoipa::path(get, path = "/api/v1/approvals/requests/{number}", tag = "approvals",
    params(("number" = u64, Path, description = "The request's number.")),
    responses((status = 200, description = "The request.", body = ApprovalRequest)))]
pub(crate) async fn approval_request(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    answered(desk, move |desk| Ok(Json(ApprovalRequest::now(desk, number)?))).await
}

/// The file for those who approve, sealed to their devices.
#[utoipa::path(get, path = "/api/v1/approvals/requests/{number}/file", tag = "approvals",
    params(("number" = u64, Path, description = "The request's number.")),
    responses((status = 200, description = "The file.", body = File, content_type = "application/octet-stream")))]
pub(crate) async fn approval_file(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    answered(desk, move |desk| {
        let (name, kind, bytes) = approval::bundle(desk, number)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// What somebody signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedApproval {
    /// The signed note.
    note: String,
}

/// Takes an approval or a refusal into the record.
#[utoipa::path(post, path = "/api/v1/approvals", tag = "approvals", request_body = SignedApproval,
    responses((status = 200, description = "The request that it answers.", body = ApprovalRequest)))]
pub(crate) async fn take_approval(State(desk): State<Arc<Desk>>, Json(given): Json<SignedApproval>) -> Response {
    answered(desk, move |desk| {
        let (number, ..) = approval::take(desk, &given.note)?;
        Ok(Json(ApprovalRequest::now(desk, number)?))
    })
    .await
}

/// Does what an approved request asked for: masks off, bodies destroyed, an authority recorded, a proceeding opened, another policy. Once.
#[utoipa::path(post, path = "/api/v1/approvals/requests/{number}/use", tag = "approvals",
    params(("number" = u64, Path, description = "The request's number.")),
    responses((status = 200, description = "It is done.", body = ApprovalRequest)))]
pub(crate) async fn use_approval(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    answered(desk, move |desk| {
        approval::carry_out(desk, number)?;
        Ok(Json(ApprovalRequest::now(desk, number)?))
    })
    .await
}

/// A policy to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalPolicyGiven {
    /// The policy, as `docs/spec/approvals.md` has it.
    policy: String,
}

/// Records who must approve what. Every policy after the first needs all groups of the one before.
#[utoipa::path(post, path = "/api/v1/approvals/policy", tag = "approvals", request_body = ApprovalPolicyGiven,
    responses((status = 200, description = "It is recorded.", body = Approvals)))]
pub(crate) async fn set_approvals(State(desk): State<Arc<Desk>>, Json(given): Json<ApprovalPolicyGiven>) -> Response {
    answered(desk, move |desk| {
        approval::set_policy(desk, &given.policy)?;
        Ok(Json(approvals_now(desk)?))
    })
    .await
}

/// What whoever sits here says to a request that they were sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalSaid {
    /// The request's file, in base64.
    request: String,
    /// Their id on the originator's roster.
    person: String,
    /// Whether they approve.
    approve: bool,
    /// Why; whoever refuses says it.
    #[serde(default)]
    reason: String,
    /// Passphrase of their key file, if it has one.
    #[serde(default)]
    passphrase: String,
}

/// A signed approval or refusal, and what was signed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApprovalNote {
    /// What was asked for, in a sentence.
    what: String,
    reason: String,
    /// Verifier key of the record that asks.
    log_key: String,
    /// The signed note, for whoever asked.
    note: String,
}

/// Approves or refuses a request with the key of whoever sits here; nothing is kept.
#[utoipa::path(post, path = "/api/v1/approvals/sign", tag = "approvals", request_body = ApprovalSaid,
    responses((status = 200, description = "What was signed.", body = ApprovalNote)))]
pub(crate) async fn sign_approval(State(desk): State<Arc<Desk>>, Json(given): Json<ApprovalSaid>) -> Response {
    answered(desk, move |desk| {
        let bytes =
            BASE64.decode(&given.request).map_err(|_| Problem::Wrong(vec![("request", "it is not base64".to_owned())]))?;
        let ticket = approval::open(desk, LANGUAGE, Some(&bytes), &given.passphrase)?;
        let request = desk.asked_here.get(&ticket).ok_or(Problem::Missing)?;
        let said = Said { person: given.person, approved: given.approve, reason: given.reason, passphrase: given.passphrase };
        let (_, _, note) = approval::sign(desk, LANGUAGE, &request, &said)?;
        Ok(Json(ApprovalNote {
            what: act_words(&request.act, LANGUAGE),
            reason: request.reason,
            log_key: request.log_key,
            note: String::from_utf8_lossy(&note).into_owned(),
        }))
    })
    .await
}
