//! Looks at leaks, and their reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use holm::state::Look;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Span, answered};
use crate::server::Desk;
use crate::trace::report;

/// Part of the looks, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Looks {
    /// How many there are.
    total: usize,
    looks: Vec<LookLine>,
}

/// A look in short.
#[derive(Serialize, ToSchema)]
#[schema(as = Look)]
pub(crate) struct LookLine {
    /// Its entry, under which its report is found.
    index: u64,
    incident: String,
    item: String,
    /// Number of the look; look t may spend α / (t (t + 1)).
    look: u32,
    /// α of the incident.
    alpha: f64,
    /// Copies issued before the leak was received.
    copies: u32,
    /// `named` or `inconclusive`; absent while there is no verdict, and so no report.
    verdict: Option<String>,
    /// Copies that are named.
    named: Vec<String>,
}

impl LookLine {
    pub(crate) fn of(look: &Look) -> Self {
        let verdict = look.verdict.as_ref();
        Self {
            index: look.index,
            incident: look.incident.to_string(),
            item: look.item.to_string(),
            look: look.look,
            alpha: look.alpha,
            copies: look.copies,
            verdict: verdict.map(|v| v.verdict.clone()),
            named: verdict.map(|v| v.named.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        }
    }
}

/// Looks, the newest first.
#[utoipa::path(get, path = "/api/v1/looks", tag = "traces", params(Span),
    responses((status = 200, description = "The part that was asked for.", body = Looks)))]
pub(crate) async fn looks(State(desk): State<Arc<Desk>>, Query(span): Query<Span>) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let newest: Vec<&Look> = view.state.looks.iter().rev().collect();
        let looks = span.of(&newest)?.iter().map(|look| LookLine::of(look)).collect();
        Ok(Json(Looks { total: newest.len(), looks }))
    })
    .await
}

/// The report of a look, byte for byte the `report.json` of its page, as `holm verify-trace` reads it.
///
/// Figures of copies that are not named are absent: whoever knew them could choose what to show the next look, and no bound
/// would hold.
#[utoipa::path(get, path = "/api/v1/looks/{index}", tag = "traces",
    params(("index" = u64, Path, description = "The look's entry.")),
    responses((status = 200, description = "The report.", body = Report)))]
pub(crate) async fn look(State(desk): State<Arc<Desk>>, Path(index): Path<u64>) -> Response {
    answered(desk, move |desk| Ok(([(CONTENT_TYPE, "application/json")], report(desk, index)?))).await
}

/// The report of one look at one item. It is served as `holm` writes it; this is its schema.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct Report {
    /// The item.
    item: Option<String>,
    incident: String,
    /// `named`, `inconclusive` or `no-match`.
    verdict: String,
    /// α of the incident.
    alpha: f64,
    /// Number of the look; look t may spend α / (t (t + 1)).
    look: u32,
    /// Items that shared the look.
    candidates: u32,
    /// Copies issued before the leak was received.
    family: u64,
    /// Every copy of the family, in order of issue.
    copies: Vec<CopyResult>,
    marks: MarksRead,
    /// How much of leak and item match.
    coverage: Option<Coverage>,
    /// If nobody is named: about how many more marks, read rightly, would name a single source.
    further_marks: Option<u64>,
    /// Whether all of the item's marks could name a single source at this look.
    can_settle: bool,
    holders: Holders,
    /// Each person's e-process over all items, after this look.
    ledger: Vec<LedgerLine>,
}

/// What a look says of one copy.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct CopyResult {
    copy: String,
    /// To whom it was issued; absent while masked.
    person: Option<String>,
    /// P(so much evidence | the copy is innocent), at most; absent unless the copy is named.
    p_value: Option<f64>,
    /// Its e-value; absent unless the copy is named.
    e_value: Option<f64>,
    /// p over all copies, looks and candidate items: compares with α; absent unless the copy is named.
    adjusted_p: Option<f64>,
    named: bool,
    /// By layer, what it says of a named copy: `fits`, `contradicts` or `silent`.
    #[schema(required = false)]
    layers: BTreeMap<String, String>,
    /// Marks, by their place among the item's, that clearly show what a named copy does not have.
    #[schema(required = false)]
    against: Vec<u64>,
}

/// Marks of the item and those that were read.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct MarksRead {
    total: u64,
    read: u64,
    by_layer: BTreeMap<String, LayerRead>,
}

/// Marks of one layer.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct LayerRead {
    total: u64,
    read: u64,
}

/// How much of leak and item match, in words and signs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct Coverage {
    leak_tokens: u64,
    /// Of these, how many belong to the item.
    leak_matched: u64,
    /// What all copies share.
    master_tokens: u64,
    /// Of these, how many the leak shows.
    master_matched: u64,
}

/// Who else could have held or made a copy again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct Holders {
    /// Custodians of the item's key.
    custodians: Vec<String>,
    /// Whether the originator's desk made the key alone.
    alone: bool,
    /// Copies that a lost device can open.
    on_lost_devices: Vec<String>,
    /// Folders to which unsealed copies were written.
    plain_folders: Vec<String>,
    /// What holders of copies were allowed to pass on before the leak was received.
    passed_on: Vec<PassedOn>,
    /// Recipients who had signed before the leak was received.
    receipts_before: u64,
}

/// A grant to pass paragraphs of a copy on: whoever was handed them could have leaked them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct PassedOn {
    copy: String,
    /// To whom.
    to: String,
    /// Numbers of the paragraphs; none means all of the item.
    paragraphs: Vec<u32>,
}

/// One person's e-process.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only")]
struct LedgerLine {
    /// To whom the copies were issued.
    person: String,
    /// Natural logarithm of the e-process; absent unless it stands out.
    ln_e: Option<f64>,
    /// Whether it is beyond what the workspace's whole life allows by chance.
    stands_out: bool,
}
