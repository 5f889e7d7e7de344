//! Opening the vault, and leaving. A session begins with the start link, as in a browser.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LANGUAGE, answered};
use crate::page::gate::{end, opened};
use crate::server::Desk;

/// The passphrase of the officer's key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unlock {
    #[serde(default)]
    #[schema(required = true)]
    passphrase: String,
}

/// Opens a vault that is locked.
#[utoipa::path(post, path = "/api/v1/unlock", tag = "session", request_body = Unlock,
    responses((status = 204, description = "It is open.")))]
pub(crate) async fn unlock(State(desk): State<Arc<Desk>>, Json(given): Json<Unlock>) -> Response {
    answered(desk, move |desk| opened(desk, LANGUAGE, given.passphrase).map(|()| StatusCode::NO_CONTENT)).await
}

/// Ends this session and locks the vault.
#[utoipa::path(post, path = "/api/v1/leave", tag = "session", responses((status = 204, description = "The session is over.")))]
pub(crate) async fn leave(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> StatusCode {
    end(&desk, &headers);
    StatusCode::NO_CONTENT
}
