//! Who witnesses the record, having it witnessed, and proofs for outsiders.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use holm::checkpoint::{Asked, WITHIN_HOURS};
use holm::courier::Http;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LANGUAGE, answered};
use crate::page::witnesses::{collect, refused, said, set};
use crate::problem::Problem;
use crate::server::Desk;

/// How far the record is witnessed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Witnesses {
    /// This record's own keys, for witnesses and policies.
    keys: Vec<String>,
    /// The policy that holds (C2SP tlog-policy).
    policy: Option<String>,
    /// Hours after which an entry that waits for enough witnesses is an alarm.
    within_hours: Option<u32>,
    /// Entries of the newest checkpoint that enough witnesses cosigned.
    witnessed: Option<u64>,
    /// When the last of them signed it.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Entries that came since; all, if the record names no witnesses.
    behind: u64,
    /// Whether there is an alarm.
    late: bool,
}

fn witnesses_now(desk: &Desk) -> Result<Witnesses, Problem> {
    let view = desk.office.view()?;
    let keys = desk.office.act(|workspace| workspace.log_keys())?;
    let (trust, witnessed) = (view.state.trust.as_ref(), view.witnessed.as_ref());
    Ok(Witnesses {
        keys: keys.iter().map(|key| key.to_vkey()).collect(),
        policy: trust.map(|t| t.text.clone()),
        within_hours: trust.map(|t| t.within_hours),
        witnessed: witnessed.and_then(|w| w.size),
        at: witnessed.and_then(|w| w.at),
        behind: witnessed.map_or(view.size, |w| w.behind),
        late: witnessed.is_some_and(|w| w.is_late(Timestamp::now())),
    })
}

/// Who witnesses the record, and how far it is witnessed.
#[utoipa::path(get, path = "/api/v1/record/witnesses", tag = "record",
    responses((status = 200, description = "How far it is witnessed.", body = Witnesses)))]
pub(crate) async fn witnesses(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| Ok(Json(witnesses_now(desk)?))).await
}

/// A policy to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyGiven {
    /// C2SP tlog-policy. It must list this record's own key.
    policy: String,
    /// Hours after which an entry that waits for enough witnesses is an alarm, 1 to 8784; 48 unless said otherwise.
    within: Option<u32>,
}

/// Names witnesses: an entry of the record.
#[utoipa::path(post, path = "/api/v1/record/witnesses", tag = "record", request_body = PolicyGiven,
    responses((status = 200, description = "It is recorded.", body = Witnesses)))]
pub(crate) async fn name_witnesses(State(desk): State<Arc<Desk>>, Json(given): Json<PolicyGiven>) -> Response {
    answered(desk, move |desk| {
        set(desk, &given.policy, given.within.unwrap_or(WITHIN_HOURS))?;
        Ok(Json(witnesses_now(desk)?))
    })
    .await
}

/// What a witness did when it was asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct WitnessAnswer {
    name: String,
    /// Whether it cosigned the newest checkpoint now.
    cosigned: bool,
    /// Whether it knows another record than this one: an older state was put back, or the record was rewritten.
    alarm: bool,
    /// What it did, in a sentence.
    said: String,
}

/// What came of asking all witnesses.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoundAnswer {
    /// Entries of the checkpoint.
    size: u64,
    /// Whether enough witnesses cosigned it.
    enough: bool,
    /// The checkpoint with all signatures, a signed note.
    checkpoint: String,
    witnesses: Vec<WitnessAnswer>,
}

/// Has the newest checkpoint cosigned by the witnesses of the policy. A witness that does not is no error.
#[utoipa::path(post, path = "/api/v1/record/checkpoint", tag = "record",
    responses((status = 200, description = "What each of them did.", body = RoundAnswer)))]
pub(crate) async fn collect_checkpoint(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let round = collect(desk, &Http::default())?;
        let checkpoint = desk.office.act(|workspace| workspace.newest_checkpoint())?.map_err(refused)?;
        let answer = |(name, did): &(String, Asked)| WitnessAnswer {
            name: name.clone(),
            cosigned: *did == Asked::Signed,
            alarm: did.is_alarm(),
            said: said(did, &LANGUAGE.words().record.witnesses),
        };
        Ok(Json(RoundAnswer {
            size: round.size,
            enough: round.standing.quorum,
            checkpoint: checkpoint.note,
            witnesses: round.asked.iter().map(answer).collect(),
        }))
    })
    .await
}

/// A proof for an outsider.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProofAnswer {
    /// C2SP tlog-proof, to be kept as `.tlog-proof`.
    proof: String,
}

/// Proof of an entry, against the newest checkpoint that enough witnesses cosigned if that covers it, else against the newest.
#[utoipa::path(get, path = "/api/v1/record/proofs/{index}", tag = "record",
    params(("index" = u64, Path, description = "Number of the entry.")),
    responses((status = 200, description = "The proof.", body = ProofAnswer)))]
pub(crate) async fn entry_proof(State(desk): State<Arc<Desk>>, Path(index): Path<u64>) -> Response {
    answered(desk, move |desk| {
        let proof = desk.office.act(|workspace| workspace.proof(index))?.map_err(refused)?;
        Ok(Json(ProofAnswer { proof: proof.to_text() }))
    })
    .await
}
