//! Past operations, taken in from a file.

use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{LANGUAGE, answered, made};
use crate::fields::Fields;
use crate::form;
use crate::import;
use crate::server::Desk;

/// Operations to be taken in: a file, or its lines.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only; the form is read part by part")]
struct ImportForm {
    /// CSV or JSON, in UTF-8; at most 64 MB.
    #[schema(value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
    /// The lines themselves, if there is no file.
    lines: Option<String>,
    /// The zone of times that say none, such as `America/Mexico_City`.
    zone: Option<String>,
}

/// What was taken in.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportAnswer {
    /// How many operations.
    recorded: usize,
    /// How many of them are over.
    over: usize,
    /// Those that are over and of which nobody is recorded to have known: they say nothing about anybody.
    silent: Vec<String>,
}

/// Takes in operations from CSV or JSON. If one line is wrong, nothing is recorded, and each wrong line is named.
#[utoipa::path(post, path = "/api/v1/record/operations", tag = "operations",
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "They are recorded.", body = ImportAnswer,
        headers(("Location", description = "Where operations are.")))))]
pub(crate) async fn import_operations(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let parts = form::parts(form).await;
    answered(desk, move |desk| {
        let parts = parts?;
        let fields = Fields::of_parts(&parts, &import::FIELDS)?;
        let import::Imported { recorded, over, silent } = import::take(desk, LANGUAGE, &parts, &fields)?;
        let silent = silent.iter().map(ToString::to_string).collect();
        Ok(made(StatusCode::CREATED, "/api/v1/operations".to_owned(), ImportAnswer { recorded, over, silent }))
    })
    .await
}
