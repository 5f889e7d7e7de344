//! Acts after which something is over: an item's key opened, something destroyed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use holm::destruction::{Destruction, Doomed};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{File, answered};
use crate::destruction::{self, chosen};
use crate::page::{download, harm};
use crate::problem::Problem;
use crate::server::Desk;

/// Opens an item's key to a verifier: recorded and final. Leaks of the item that are first received from then on prove nothing.
#[utoipa::path(post, path = "/api/v1/items/{name}/key", tag = "items",
    params(("name" = String, Path, description = "The item; it needs a verdict.")),
    responses((status = 200, description = "The bundle for `holm verify-trace`.", body = File, content_type = "application/octet-stream")))]
pub(crate) async fn open_key(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    answered(desk, move |desk| {
        let item = harm::item_of(&*desk.office.view()?, &name)?.clone();
        let (name, kind, bytes) = destruction::open_key(desk, &item)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// What was destroyed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Destructions {
    /// Oldest first.
    destructions: Vec<DestructionLine>,
}

/// Something that was destroyed, and by whose authority.
#[derive(Serialize, ToSchema)]
pub(crate) struct DestructionLine {
    /// The number of its entry.
    entry: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    by: String,
    /// Bodies of entries.
    bodies: usize,
    /// Sealed files.
    files: usize,
    authority: String,
    reason: String,
}

impl DestructionLine {
    fn of(of: &Destruction) -> Self {
        let Destruction { index, at, by, entries, objects, authority, reason } = of.clone();
        Self { entry: index, at, by, bodies: entries, files: objects, authority, reason }
    }
}

/// What was destroyed by whose authority.
#[utoipa::path(get, path = "/api/v1/record/destructions", tag = "record",
    responses((status = 200, description = "Each time.", body = Destructions)))]
pub(crate) async fn destructions(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let view = desk.office.view()?;
        let destructions = view.state.approvals.destructions.iter().map(DestructionLine::of).collect();
        Ok(Json(Destructions { destructions }))
    })
    .await
}

/// What is to be destroyed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DestructionOrder {
    /// Numbers of entries whose bodies are to go.
    #[serde(default)]
    entries: Vec<u64>,
    /// An incident whose evidence, readings and reports are to go.
    incident: Option<String>,
    /// An item whose master and copies are to go: it can be traced no further.
    item: Option<String>,
    /// A legal authority under which everything learnt is to go, once the time to keep it is over.
    retention: Option<String>,
    /// By whose authority, and under which rule.
    #[serde(default)]
    #[schema(required = true)]
    authority: String,
    /// Why.
    #[serde(default)]
    #[schema(required = true)]
    reason: String,
    /// Only says what would go.
    #[serde(default)]
    dry: bool,
}

/// What went, or would go.
#[derive(Serialize, ToSchema)]
#[schema(as = Destroyed)]
pub(crate) struct DestroyedAnswer {
    /// Whether it is gone.
    destroyed: bool,
    /// Entries whose bodies go.
    entries: Vec<u64>,
    /// Sealed files that go.
    files: Vec<String>,
}

/// Destroys bodies of entries and sealed files for good. First an entry says what, why and by whose authority; every proof stays valid.
#[utoipa::path(post, path = "/api/v1/record/destructions", tag = "record", request_body = DestructionOrder,
    responses((status = 200, description = "What is gone, or would go.", body = DestroyedAnswer)))]
pub(crate) async fn destroy(State(desk): State<Arc<Desk>>, Json(order): Json<DestructionOrder>) -> Response {
    answered(desk, move |desk| {
        let DestructionOrder { entries, incident, item, retention, authority, reason, dry } = order;
        let chosen = chosen(entries, [incident, item, retention])?;
        let Doomed { entries, objects } = match dry {
            true => destruction::look(desk, chosen)?,
            false => destruction::destroy(desk, chosen, &authority, &reason)?,
        };
        Ok::<_, Problem>(Json(DestroyedAnswer { destroyed: !dry, entries, files: objects }))
    })
    .await
}
