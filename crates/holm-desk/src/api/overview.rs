//! The overview: what waits for the officer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{LANGUAGE, answered};
use crate::page::overview::{counts, needs};
use crate::server::Desk;

/// What is here, and what waits for the officer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Overview {
    /// People on the roster who are still there.
    people: usize,
    /// Items released.
    items: usize,
    /// Copies issued.
    copies: usize,
    /// Copies that were signed for.
    receipts: usize,
    needs: Vec<OverviewNeed>,
}

/// Something that waits for the officer.
#[derive(Serialize, ToSchema)]
pub(crate) struct OverviewNeed {
    what: String,
    why: String,
}

/// What is here, and what waits for the officer.
#[utoipa::path(get, path = "/api/v1/overview", tag = "overview",
    responses((status = 200, description = "The overview.", body = Overview)))]
pub(crate) async fn overview(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let view = desk.office.view()?;
        let [people, items, copies, receipts] = counts(&view.state);
        let needs = needs(&view, LANGUAGE, Timestamp::now());
        let needs = needs.into_iter().map(|need| OverviewNeed { what: need.what, why: need.why }).collect();
        Ok(Json(Overview { people, items, copies, receipts, needs }))
    })
    .await
}
