//! What hangs together: people, items, operations, incidents and channels.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{LANGUAGE, Span, answered};
use crate::page::graph::web::{Line, Node, Relation};
use crate::page::graph::{Asks, around, tag};
use crate::server::Desk;

/// Whose surroundings are asked for; without any, everything.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GraphSearch {
    #[serde(default)]
    person: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    incident: String,
    #[serde(default)]
    channel: String,
}

/// Part of what hangs together, in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Graph {
    /// How many ties there are.
    total: usize,
    ties: Vec<Tie>,
    /// What is left out, in words: beyond 150 nodes only what is one step from what was asked for.
    note: Option<String>,
}

/// Two that hang together.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tie {
    from: TieEnd,
    /// `held` (was issued a copy), `told` (by word of mouth), `knew` (as the operation's own entry says), `tells-of`, `spoken-of-by`
    /// or `betrays`.
    how: &'static str,
    to: TieEnd,
    /// Since when, where that is recorded.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
}

/// One end of a tie.
#[derive(Serialize, ToSchema)]
pub(crate) struct TieEnd {
    /// `person`, `item`, `operation`, `incident` or `channel`.
    kind: &'static str,
    /// A person's id, or the name.
    name: String,
}

impl TieEnd {
    fn of((kind, name): Node<'_>) -> Self {
        Self { kind: tag(kind), name: name.to_owned() }
    }
}

impl Tie {
    fn of(line: &Line<'_>) -> Self {
        let how = match line.how {
            Relation::Held => "held",
            Relation::Told => "told",
            Relation::Knew => "knew",
            Relation::TellsOf => "tells-of",
            Relation::Spoken => "spoken-of-by",
            Relation::Betrays => "betrays",
        };
        Self { from: TieEnd::of(line.from), how, to: TieEnd::of(line.to), since: line.since }
    }
}

/// What hangs together within two steps of what is asked for.
#[utoipa::path(get, path = "/api/v1/graph", tag = "operations", params(GraphSearch, Span),
    responses((status = 200, description = "The part that was asked for.", body = Graph)))]
pub(crate) async fn graph(
    State(desk): State<Arc<Desk>>,
    Query(search): Query<GraphSearch>,
    Query(span): Query<Span>,
) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let GraphSearch { person, item, operation, incident, channel } = search;
        let asks = Asks { person, item, operation, incident, channel, page: None };
        let (web, note) = around(&view.state, LANGUAGE, &asks)?;
        let ties = span.of(&web.lines)?.iter().map(Tie::of).collect();
        Ok(Json(Graph { total: web.lines.len(), ties, note }))
    })
    .await
}
