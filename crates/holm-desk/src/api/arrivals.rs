//! The inbox: copies that arrive for whoever sits here, and receipts that came back.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{File, LANGUAGE, answered, made};
use crate::arrival::{self, Arrived, CameBack, Taken};
use crate::form::parts;
use crate::page::download;
use crate::problem::Problem;
use crate::server::Desk;

/// What came: a mail (.eml) with both, or the sealed copy (.age) and its slip (.holm).
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only; the form is read part by part")]
struct ArrivalForm {
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<Vec<u8>>,
}

/// A copy that arrived. It is kept in memory, the newest 20, and nothing of it is written to the disk.
#[derive(Serialize, ToSchema)]
pub(crate) struct Arrival {
    ticket: String,
    item: String,
    copy: String,
    /// To whom it was issued.
    person: String,
    marking: Option<String>,
    /// What the originator asks; whoever accepts the copy accepts them.
    conditions: Option<String>,
    /// Verifier key of the record. Compare it once with the sender, by another way than this copy came.
    log_key: String,
    /// Name of the copy's file.
    file: String,
    /// Whether the key file of whoever sits here needs a passphrase.
    needs_passphrase: bool,
    /// Whether it was accepted and opened.
    opened: bool,
    /// Whether there is a signed receipt to send back.
    receipt: bool,
}

impl Arrival {
    fn of(desk: &Desk, ticket: String, arrived: Arrived) -> Self {
        let file = arrived.file_name().to_owned();
        let Arrived { slip, opened, .. } = arrived;
        Self {
            ticket,
            item: slip.item.to_string(),
            copy: slip.copy.to_string(),
            person: slip.person.to_string(),
            marking: slip.marking,
            conditions: slip.conditions,
            log_key: slip.entry.log_key,
            file,
            needs_passphrase: arrival::needs_passphrase(desk),
            opened: opened.is_some(),
            receipt: opened.is_some_and(|o| o.receipt.is_some()),
        }
    }
}

/// Takes in a copy whose slip holds. It is not opened yet.
#[utoipa::path(post, path = "/api/v1/arrivals", tag = "inbox",
    request_body(content = ArrivalForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "It is kept in memory.", body = Arrival,
        headers(("Location", description = "Where it is.")))))]
pub(crate) async fn arrive(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let files = parts(form).await.and_then(|parts| arrival::files(&parts, "files"));
    answered(desk, move |desk| {
        let ticket = arrival::arrive(desk, LANGUAGE, &files?)?;
        let arrived = arrival::find(desk, LANGUAGE, &ticket)?;
        let address = format!("/api/v1/arrivals/{ticket}");
        Ok(made(StatusCode::CREATED, address, Arrival::of(desk, ticket, arrived)))
    })
    .await
}

/// A copy that arrived.
#[utoipa::path(get, path = "/api/v1/arrivals/{ticket}", tag = "inbox",
    params(("ticket" = String, Path, description = "The copy's ticket.")),
    responses((status = 200, description = "The copy.", body = Arrival)))]
pub(crate) async fn arrival(State(desk): State<Arc<Desk>>, Path(ticket): Path<String>) -> Response {
    answered(desk, |desk| {
        let arrived = arrival::find(desk, LANGUAGE, &ticket)?;
        Ok(Json(Arrival::of(desk, ticket, arrived)))
    })
    .await
}

/// What opening a copy takes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acceptance {
    /// Of the recipient's own key, if it needs one.
    #[serde(default)]
    passphrase: String,
}

/// Accepts the conditions of a copy, opens it, and signs for it. A copy is signed for once, however often it is accepted.
#[utoipa::path(post, path = "/api/v1/arrivals/{ticket}/accept", tag = "inbox", request_body = Acceptance,
    params(("ticket" = String, Path, description = "The copy's ticket.")),
    responses((status = 200, description = "It is open.", body = Arrival)))]
pub(crate) async fn accept_arrival(
    State(desk): State<Arc<Desk>>,
    Path(ticket): Path<String>,
    Json(given): Json<Acceptance>,
) -> Response {
    answered(desk, move |desk| {
        let arrived = arrival::accept(desk, LANGUAGE, &ticket, given.passphrase)?;
        Ok(Json(Arrival::of(desk, ticket, arrived)))
    })
    .await
}

/// The copy or its receipt, as a file, once it was accepted.
#[utoipa::path(get, path = "/api/v1/arrivals/{ticket}/{what}", tag = "inbox",
    params(("ticket" = String, Path, description = "The copy's ticket."),
        ("what" = String, Path, description = "`copy` or `receipt`.")),
    responses((status = 200, description = "The file.", content((File = "application/octet-stream"),
        (File = "text/plain")))))]
pub(crate) async fn save_arrival(State(desk): State<Arc<Desk>>, Path((ticket, what)): Path<(String, String)>) -> Response {
    answered(desk, move |desk| {
        let (name, kind, bytes) = arrival::save(desk, &ticket, &what)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// Receipts and requests that recipients sent back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only; the form is read part by part")]
struct ReceiptsForm {
    #[schema(value_type = Vec<String>, format = Binary)]
    receipts: Vec<Vec<u8>>,
}

/// What came of receipts and requests, in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipts {
    receipts: Vec<Receipt>,
}

/// A receipt or a request that came back.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// Its file.
    file: String,
    /// The copy that it is for; absent if it was not entered.
    copy: Option<String>,
    /// Whether its signature was checked: not if the person never enrolled a signing key.
    verified: bool,
    /// The request that it is; absent if it is none.
    request: Option<String>,
    /// Why it was not entered.
    error: Option<String>,
}

impl Receipt {
    fn of((file, taken): CameBack) -> Self {
        let nothing = Self { file, copy: None, verified: false, request: None, error: None };
        match taken {
            Ok(Taken::Receipt { copy, checked }) => Self { copy: Some(copy.to_string()), verified: checked, ..nothing },
            Ok(Taken::Request(number)) => Self { verified: true, request: Some(number), ..nothing },
            Err(why) => Self { error: Some(why), ..nothing },
        }
    }
}

/// Checks receipts and requests against the record and enters those that hold. If none does, that is a problem.
#[utoipa::path(post, path = "/api/v1/receipts", tag = "inbox",
    request_body(content = ReceiptsForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "At least one was entered.", body = Receipts)))]
pub(crate) async fn take_receipts(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let files = parts(form).await.and_then(|parts| arrival::files(&parts, "receipts"));
    answered(desk, move |desk| {
        let came_back = arrival::take(desk, LANGUAGE, &files?)?;
        if came_back.iter().all(|(_, taken)| taken.is_err()) {
            let said = came_back.iter().map(|one| ("receipts", arrival::said(LANGUAGE, one)));
            return Err(Problem::Wrong(said.collect()));
        }
        Ok(Json(Receipts { receipts: came_back.into_iter().map(Receipt::of).collect() }))
    })
    .await
}
