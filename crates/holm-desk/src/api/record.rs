//! The record: its size, its head, its entries as sentences, and a verification.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use holm_record::entry::Opened;
use holm_record::event::Event;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{LANGUAGE, Span, answered};
use crate::entry_words::sentence;
use crate::office::View;
use crate::page::record::verification;
use crate::server::Desk;

/// The record, and part of its entries.
#[derive(Serialize, ToSchema)]
pub(crate) struct Record {
    /// Entries of the record.
    size: u64,
    /// The tree's hash as the newest checkpoint says it, in base64.
    head: String,
    /// The newest checkpoint, a signed note.
    checkpoint: Option<String>,
    /// The part of the entries that was asked for, the oldest first.
    entries: Vec<Entry>,
}

/// An entry. Everything but its index is absent once its body was lawfully destroyed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entry {
    index: u64,
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Who entered it.
    by: Option<String>,
    /// What it says, in a sentence.
    what: Option<String>,
}

impl Entry {
    fn of(view: &View, index: u64, opened: Option<&Opened>) -> Self {
        let entry = opened.map(|o| &o.entry);
        let shown = |event: &Event| view.masks.event(&view.state, event.clone(), Timestamp::now());
        Self {
            index,
            at: entry.map(|e| e.at),
            by: entry.map(|e| e.actor.clone()),
            what: entry.map(|e| sentence(&shown(&e.event), LANGUAGE)),
        }
    }
}

/// The record and part of its entries, the oldest first.
#[utoipa::path(get, path = "/api/v1/record", tag = "record", params(Span),
    responses((status = 200, description = "The record.", body = Record)))]
pub(crate) async fn record(State(desk): State<Arc<Desk>>, Query(span): Query<Span>) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let (from, to) = span.within(view.size)?;
        let entries = desk.office.act(|workspace| workspace.entries_from(from, to))??;
        Ok(Json(Record {
            size: view.size,
            head: view.head().to_owned(),
            checkpoint: view.checkpoint.clone(),
            entries: (from..).zip(&entries).map(|(index, opened)| Entry::of(&view, index, opened.as_ref())).collect(),
        }))
    })
    .await
}

/// What a verification came to.
#[derive(Serialize, ToSchema)]
#[schema(as = Verification)]
pub(crate) struct VerificationAnswer {
    /// Whether everything holds.
    holds: bool,
    /// Entries that were checked.
    entries: u64,
    /// Checkpoints that were checked.
    checkpoints: u64,
    /// Sealed files that were checked.
    files: usize,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What does not hold, and where.
    findings: Vec<String>,
}

/// Recomputes the whole record from its bytes, and every sealed file that it names. Changes nothing.
#[utoipa::path(post, path = "/api/v1/record/verify", tag = "record",
    responses((status = 200, description = "What was found, also if it does not hold.", body = VerificationAnswer)))]
pub(crate) async fn verify_record(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let found = verification(desk)?;
        Ok(Json(VerificationAnswer {
            holds: found.holds,
            entries: found.entries,
            checkpoints: found.checkpoints,
            files: found.files,
            at: found.at,
            findings: found.findings,
        }))
    })
    .await
}
