//! An item that does harm: recalls and corrections.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use holm_record::id::{ItemName, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LANGUAGE, answered};
use crate::happening;
use crate::page::harm;
use crate::problem::Problem;
use crate::server::Desk;

/// Whether an item is burned, and what corrects it.
#[derive(Serialize, ToSchema)]
#[schema(as = Harm)]
pub(crate) struct HarmAnswer {
    item: String,
    /// Why it was recalled; absent if it was not.
    recalled: Option<String>,
    corrections: Vec<CorrectionAnswer>,
}

/// A correction, and who has read it.
#[derive(Serialize, ToSchema)]
#[schema(as = Correction)]
pub(crate) struct CorrectionAnswer {
    /// The item that corrects.
    correction: String,
    read: Vec<ReaderAnswer>,
    unread: Vec<String>,
}

/// Who signed for a correction, and when.
#[derive(Serialize, ToSchema)]
#[schema(as = Reader)]
pub(crate) struct ReaderAnswer {
    person: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

fn item_named(desk: &Desk, name: &str) -> Result<ItemName, Problem> {
    Ok(harm::item_of(&*desk.office.view()?, name)?.clone())
}

fn one(desk: &Desk, item: &ItemName) -> Result<HarmAnswer, Problem> {
    let view = desk.office.view()?;
    let reader = |(person, at): (PersonId, Timestamp)| ReaderAnswer { person: person.to_string(), at };
    let corrections = view.state.readings(item).into_iter().map(|reading| CorrectionAnswer {
        correction: reading.correction.to_string(),
        read: reading.read.into_iter().map(reader).collect(),
        unread: reading.unread.iter().map(ToString::to_string).collect(),
    });
    Ok(HarmAnswer {
        item: item.to_string(),
        recalled: view.state.items.get(item).and_then(|i| i.recalled.as_ref()).map(|(_, reason)| reason.clone()),
        corrections: corrections.collect(),
    })
}

/// Why an item is recalled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recalling {
    /// One line of at most 200 letters.
    reason: String,
}

/// Whether an item was recalled.
#[utoipa::path(get, path = "/api/v1/items/{name}/recall", tag = "items",
    params(("name" = String, Path, description = "The item.")),
    responses((status = 200, description = "Whether it was, and what corrects it.", body = HarmAnswer)))]
pub(crate) async fn recall(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    answered(desk, move |desk| Ok(Json(one(desk, &item_named(desk, &name)?)?))).await
}

/// Records that an item is burned: no further copy is issued.
#[utoipa::path(post, path = "/api/v1/items/{name}/recall", tag = "items", request_body = Recalling,
    params(("name" = String, Path, description = "The item.")),
    responses((status = 200, description = "It is recorded.", body = HarmAnswer)))]
pub(crate) async fn recall_item(
    State(desk): State<Arc<Desk>>,
    Path(name): Path<String>,
    Json(given): Json<Recalling>,
) -> Response {
    answered(desk, move |desk| {
        let item = item_named(desk, &name)?;
        happening::recall(desk, LANGUAGE, &item, &given.reason)?;
        Ok(Json(one(desk, &item)?))
    })
    .await
}
