//! Items and their copies.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holm::state::{Disclosure, Item, State as Known};
use holm_record::event::KeyMaking;
use holm_record::id::ItemName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::looks::LookLine;
use super::{File, Span, answered};
use crate::page::files::{file_of, mails_of};
use crate::page::items::{found, last_look};
use crate::problem::Problem;
use crate::server::Desk;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ItemSearch {
    /// What the name or the marking must hold, in any case.
    #[serde(default)]
    q: String,
}

/// Part of the items, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Items {
    /// How many there are that were looked for.
    total: usize,
    items: Vec<ItemLine>,
}

/// An item in short.
#[derive(Serialize, ToSchema)]
pub(crate) struct ItemLine {
    name: String,
    marking: Option<String>,
    /// Absent while its release is interrupted.
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
    /// Copies issued.
    copies: usize,
    /// Copies that were signed for.
    receipts: usize,
    /// The newest look at it.
    last_look: Option<LookLine>,
}

impl ItemLine {
    fn of(state: &Known, name: &ItemName, item: &Item) -> Self {
        Self {
            name: name.to_string(),
            marking: item.released.as_ref().and_then(|r| r.marking.clone()),
            released_at: item.released.as_ref().map(|r| r.at),
            copies: item.disclosures.len(),
            receipts: item.disclosures.iter().filter(|d| d.receipt.is_some()).count(),
            last_look: last_look(state, name).map(LookLine::of),
        }
    }
}

/// Items, the newest first.
#[utoipa::path(get, path = "/api/v1/items", tag = "items", params(ItemSearch, Span),
    responses((status = 200, description = "The part that was asked for.", body = Items)))]
pub(crate) async fn items(State(desk): State<Arc<Desk>>, Query(search): Query<ItemSearch>, Query(span): Query<Span>) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let found = found(&view.state, &search.q);
        let items = span.of(&found)?.iter().map(|(name, item)| ItemLine::of(&view.state, name, item)).collect();
        Ok(Json(Items { total: found.len(), items }))
    })
    .await
}

/// An item, what is asked of its recipients, and its copies.
#[derive(Serialize, ToSchema)]
#[schema(as = Item)]
pub(crate) struct ItemAnswer {
    name: String,
    marking: Option<String>,
    /// Absent while its release is interrupted.
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
    /// File name of the master.
    file: Option<String>,
    /// What the originator asks of recipients.
    conditions: Option<String>,
    /// How the key was made.
    key_made: Option<KeyMade>,
    /// The second person who contributed to the key.
    key_second: Option<String>,
    /// Who keeps a share of the key.
    custodians: Vec<String>,
    /// How many custodians must act together.
    threshold: Option<u8>,
    /// Whether the key was opened to a verifier: later leaks of the item prove nothing.
    opened: bool,
    /// Folders to which unsealed copies were written.
    plain_folders: Vec<String>,
    /// How many copies there are.
    total_copies: usize,
    /// The part of the copies that was asked for, in order of issue.
    copies: Vec<Copy>,
    /// Every look at the item.
    looks: Vec<LookLine>,
}

/// Who made an item key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyMade {
    /// The originator's desk alone.
    Alone,
    /// Two persons.
    TwoPersons,
}

/// One recipient's copy.
#[derive(Serialize, ToSchema)]
pub(crate) struct Copy {
    copy: String,
    person: String,
    name: Option<String>,
    agency: Option<String>,
    unit: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    told_at: Timestamp,
    state: CopyState,
    /// When a receipt came back whose signature was checked.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_at: Option<Timestamp>,
}

/// Whether a copy was signed for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CopyState {
    /// It was issued; a missing receipt proves nothing.
    Issued,
    /// Its recipient signed for it.
    Signed,
}

impl Copy {
    fn of(state: &Known, disclosure: &Disclosure) -> Self {
        let facts = state.persons.get(&disclosure.person).map(|p| &p.facts);
        Self {
            copy: disclosure.copy.to_string(),
            person: disclosure.person.to_string(),
            name: facts.map(|f| f.name.clone()),
            agency: facts.map(|f| f.agency.clone()),
            unit: facts.map(|f| f.unit.clone()),
            told_at: disclosure.told_at,
            state: if disclosure.receipt.is_some() { CopyState::Signed } else { CopyState::Issued },
            signed_at: disclosure.receipt,
        }
    }
}

/// An item with part of its copies.
#[utoipa::path(get, path = "/api/v1/items/{name}", tag = "items",
    params(("name" = String, Path, description = "The item."), Span),
    responses((status = 200, description = "The item.", body = ItemAnswer)))]
pub(crate) async fn item(State(desk): State<Arc<Desk>>, Path(name): Path<String>, Query(span): Query<Span>) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let (name, item) = view.state.items.iter().find(|(n, _)| n.as_str() == name).ok_or(Problem::Missing)?;
        Ok(Json(one(&view.state, name, item, &span)?))
    })
    .await
}

fn one(state: &Known, name: &ItemName, item: &Item, span: &Span) -> Result<ItemAnswer, Problem> {
    let released = item.released.as_ref();
    let making = item.prepared.as_ref().map(|p| &p.making);
    Ok(ItemAnswer {
        name: name.to_string(),
        marking: released.and_then(|r| r.marking.clone()),
        released_at: released.map(|r| r.at),
        file: released.map(|r| r.file.clone()),
        conditions: released.and_then(|r| r.conditions.clone()),
        key_made: making.map(|m| match m {
            KeyMaking::Alone => KeyMade::Alone,
            KeyMaking::TwoPersons { .. } => KeyMade::TwoPersons,
        }),
        key_second: making.and_then(|m| match m {
            KeyMaking::Alone => None,
            KeyMaking::TwoPersons { second } => Some(second.to_string()),
        }),
        custodians: released.map(|r| r.custodians.clone()).unwrap_or_default(),
        threshold: released.map(|r| r.threshold),
        opened: item.opened,
        plain_folders: item.plain_folders.clone(),
        total_copies: item.disclosures.len(),
        copies: span.of(&item.disclosures)?.iter().map(|d| Copy::of(state, d)).collect(),
        looks: state.looks.iter().filter(|l| l.item == *name).map(LookLine::of).collect(),
    })
}

/// A file that goes with a copy, the same as the page gives out.
#[utoipa::path(get, path = "/api/v1/items/{name}/copies/{copy}/{kind}", tag = "items",
    params(("name" = String, Path, description = "The item."), ("copy" = String, Path, description = "The copy."),
        ("kind" = String, Path, description = "`sealed`, its `slip`, or a `mail` with both.")),
    responses((status = 200, description = "The file.", content((File = "application/age-encryption"),
        (File = "application/json"), (File = "message/rfc822")))))]
pub(crate) async fn item_file(
    State(desk): State<Arc<Desk>>,
    Path((name, copy, kind)): Path<(String, String, String)>,
) -> Response {
    answered(desk, move |desk| file_of(desk, &name, &copy, &kind)).await
}

/// All mails of an item and a list of them, as an archive.
#[utoipa::path(get, path = "/api/v1/items/{name}/mails", tag = "items",
    params(("name" = String, Path, description = "The item.")),
    responses((status = 200, description = "The archive.", body = File, content_type = "application/zip")))]
pub(crate) async fn item_mails(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    answered(desk, move |desk| mails_of(desk, &name)).await
}
