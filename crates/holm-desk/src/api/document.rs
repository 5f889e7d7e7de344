//! The OpenAPI document. It is frozen in `openapi.json`: a change of the API is a change of that file.

use axum::Json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Generated, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{
    aligned, approvals, arrivals, authorities, beliefs, checks, corrections, drafts, draws, endings, graph, imports, incidents,
    items, looks, members, operations, overview, people, problem, proceedings, readings, record, releases, requests, session,
    statements, tellings, traces, warnings, witnesses,
};
use crate::session::COOKIE;

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Holm desk",
        version = "1",
        description = "A workspace on the officer's own machine, for programs.\n\nA program takes the start link with a cookie \
            jar (`curl -c jar LINK`), which works once. What changes something also needs the header `Holm-Api: 1`, and no \
            `Origin` but the desk's own. What goes wrong is answered as `application/problem+json` (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        overview::overview, beliefs::beliefs, items::items, items::item, items::item_file, items::item_mails, people::people, people::take_roster, people::person,
        people::person_left, people::device_lost,
        record::record, record::verify_record, witnesses::witnesses, witnesses::name_witnesses, witnesses::collect_checkpoint, witnesses::entry_proof, traces::begin_trace, traces::trace, looks::looks, looks::look, aligned::aligned, aligned::leaked_picture, drafts::drafts,
        drafts::begin_draft, drafts::draft, drafts::change_draft, drafts::drop_draft, drafts::preview_draft, drafts::schemes,
        releases::release_draft, releases::release, releases::key_request,
        releases::contribute, arrivals::arrive, arrivals::arrival, arrivals::accept_arrival,
        arrivals::save_arrival, arrivals::take_receipts, requests::requests, requests::request, requests::answer_request,
        requests::save_answer, requests::paragraphs, requests::ask_onward, requests::read_answer, session::unlock,
        session::leave, operations::operations, operations::record_operations, operations::operation, operations::close_operation,
        incidents::incidents, incidents::record_incident, incidents::incident, incidents::incident_damage, incidents::person_damage,
        tellings::tellings, tellings::record_telling, tellings::channels, tellings::record_channel, tellings::targets,
        tellings::record_target, tellings::withdraw_entry, corrections::recall, corrections::recall_item, corrections::correction_reach,
        corrections::correct_item, corrections::correction, imports::import_operations, graph::graph,
        approvals::approvals, approvals::take_approval, approvals::set_approvals, approvals::sign_approval, approvals::ask_approval,
        approvals::approval_request, approvals::approval_file, approvals::use_approval, members::members, members::set_member,
        checks::checks, checks::checks_due, checks::record_check,
        endings::open_key, endings::destructions, endings::destroy,
        warnings::warnings, warnings::send_warning, warnings::review_warning,
        draws::draws, draws::open_draw, draws::draw, draws::draw_file, draws::take_draws, draws::close_draw, draws::draw_coverage,
        authorities::authorities, authorities::record_authority, authorities::record_waiver, authorities::schedule,
        authorities::lay_down_schedule, statements::statements, statements::statements_found, statements::explain_finding,
        readings::begin_reading, readings::reading,
        proceedings::proceedings, proceedings::open_proceeding, proceedings::step_proceeding, proceedings::close_proceeding,
        proceedings::incident_dossier,
        openapi
    ),
    components(schemas(problem::ProblemDocument)),
    security(("session" = [])),
    modifiers(&Refusals)
)]
pub(crate) struct Document;

/// How a session is shown, and that everything may be refused.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut Generated) {
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
        document.components.get_or_insert_default().add_security_scheme("session", cookie);
        let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
        let refused = ResponseBuilder::new().description("What went wrong.").content(problem::KIND, content).build();
        for operation in document.paths.paths.values_mut().flat_map(all_of) {
            operation.responses.responses.insert("default".to_owned(), refused.clone().into());
        }
    }
}

/// What an address takes.
fn all_of(path: &mut PathItem) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    [&mut path.get, &mut path.post, &mut path.patch, &mut path.delete].into_iter().flatten()
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "document",
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value)))]
pub(crate) async fn openapi() -> Json<Generated> {
    Json(Document::openapi())
}
