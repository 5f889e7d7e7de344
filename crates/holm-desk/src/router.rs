//! Every route of the desk.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::bundle;
use crate::guard::guard;
use crate::page::{belief, graph};
use crate::page::{files, gate, inbox, items, onward, overview, people, record, roster, second, share, told, trace, witnesses};
use crate::server::Desk;

/// Bytes that a form may hold.
const LARGEST: usize = 64 << 20;

pub(crate) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(overview::overview))
        .route("/items", get(items::items))
        .route("/items/{name}", get(items::item))
        .route("/items/{name}/mails", get(files::mails))
        .route("/items/{name}/copies/{copy}/{kind}", get(files::file))
        .route("/people", get(people::people))
        .route("/people/{id}", get(people::person))
        .route("/beliefs", get(belief::list::beliefs))
        .route("/beliefs/units", get(belief::units::units))
        .route("/graph", get(graph::graph))
        .route("/told", get(told::told))
        .route("/share", get(share::form).post(share::begin).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/share/{id}", get(share::draft).post(share::change))
        .route("/share/{id}/preview", get(share::preview))
        .route("/share/{id}/preview/file", get(share::preview_file))
        .route("/share/{id}/release", get(share::release_form).post(share::release))
        .route("/share/{id}/release/{ticket}", get(share::released))
        .route("/share/{id}/second", get(second::waiting).post(second::go_on))
        .route("/share/{id}/second/request", get(second::request))
        .route("/contributions", post(second::contribute))
        .route("/inbox", get(inbox::inbox).post(inbox::arrive).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/inbox/{ticket}", get(inbox::arrived).post(inbox::open))
        .route("/inbox/{ticket}/onward", get(onward::question).post(onward::ask))
        .route("/inbox/{ticket}/{what}", get(inbox::save))
        .route("/answers", post(onward::read))
        .route("/requests", get(onward::requests))
        .route("/requests/{number}", get(onward::request).post(onward::answer))
        .route("/requests/{number}/answer", get(onward::answer_file))
        .route("/receipts", post(inbox::receipts).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/trace", get(trace::form).post(trace::trace).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/trace/{ticket}", get(trace::progress))
        .route("/looks/{index}", get(trace::report))
        .route("/looks/{index}/report.json", get(trace::export))
        .route("/looks/{index}/pictures/{number}", get(trace::picture))
        .route("/record", get(record::record))
        .route("/roster", get(roster::roster).post(roster::take))
        .route("/people/{id}/left", post(roster::left))
        .route("/people/{id}/lost", post(roster::lost))
        .route("/record/verify", post(record::verify))
        .route("/record/witnesses", get(witnesses::witnesses).post(witnesses::name))
        .route("/record/checkpoint", post(witnesses::checkpoint))
        .merge(approvals())
        .route("/log/{*path}", get(witnesses::tile))
        .route("/start/{code}", get(gate::start))
        .route("/unlock", get(gate::locked).post(gate::unlock))
        .route("/leave", post(gate::leave))
        .route("/language", post(gate::language))
        .route("/assets/desk.css", get(stylesheet))
        .route("/assets/holm.svg", get(icon))
        .route("/assets/{file}", get(bundle::script))
        .merge(happened())
        .merge(api())
        .merge(api_of_approvals())
        .merge(api_of_happened())
        .fallback(gate::missing)
        .layer(from_fn_with_state(Arc::clone(&desk), guard))
        .with_state(desk)
}

/// Pages of what is never one person's.
fn approvals() -> Router<Arc<Desk>> {
    use crate::page::{approvals, approve};

    let large = || DefaultBodyLimit::max(LARGEST);
    Router::new()
        .route("/record/approvals", get(approvals::approvals).post(approvals::take).layer(large()))
        .route("/record/approvals/ask", post(approvals::ask))
        .route("/record/approvals/policy", post(approvals::lay_down))
        .route("/record/approvals/{number}", get(approvals::request))
        .route("/record/approvals/{number}/request", get(approvals::bundle))
        .route("/record/approvals/{number}/use", post(approvals::carry_out))
        .route("/approvals", post(approve::open).layer(large()))
        .route("/approvals/{ticket}", get(approve::asked).post(approve::sign))
        .route("/approvals/{ticket}/text", get(approve::text))
}

/// Pages of what happened outside.
fn happened() -> Router<Arc<Desk>> {
    use crate::page::{cases, damage, harm, import, incident, operation, recording};

    Router::new()
        .route("/cases", get(cases::cases))
        .route("/cases/{name}", get(incident::incident))
        .route("/cases/{name}/damage", get(damage::of_incident))
        .route("/cases/{name}/withdraw", post(incident::withdraw))
        .route("/operations/{name}", get(operation::operation))
        .route("/operations/{name}/close", post(operation::close))
        .route("/operations/{name}/withdraw", post(operation::withdraw))
        .route("/people/{id}/damage", get(damage::of_person))
        .route("/items/{name}/recall", post(harm::recall))
        .route("/items/{name}/withdraw", post(harm::withdraw))
        .route("/items/{name}/correction", post(harm::look))
        .route("/items/{name}/correction/release", post(harm::release))
        .route("/items/{name}/correction/{ticket}", get(harm::progress))
        .route("/record/operations", get(import::form).post(import::take).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/record/{sheet}", get(recording::form).post(recording::record))
        .route("/record/{sheet}/withdraw", post(recording::withdraw))
}

/// What programs may ask; documented in `openapi.json`.
fn api() -> Router<Arc<Desk>> {
    use crate::api::{
        aligned, arrivals, document, drafts, items, looks, overview, people, record, releases, requests, session, traces,
        witnesses,
    };

    let large = || DefaultBodyLimit::max(LARGEST);
    Router::new()
        .route("/api/v1/openapi.json", get(document::openapi))
        .route("/api/v1/overview", get(overview::overview))
        .route("/api/v1/items", get(items::items))
        .route("/api/v1/items/{name}", get(items::item))
        .route("/api/v1/items/{name}/mails", get(items::item_mails))
        .route("/api/v1/items/{name}/copies/{copy}/{kind}", get(items::item_file))
        .route("/api/v1/people", get(people::people).post(people::take_roster))
        .route("/api/v1/people/{id}/left", post(people::person_left))
        .route("/api/v1/people/{id}/lost", post(people::device_lost))
        .route("/api/v1/people/{id}", get(people::person))
        .route("/api/v1/beliefs", get(crate::api::beliefs::beliefs))
        .route("/api/v1/record", get(record::record))
        .route("/api/v1/record/verify", post(record::verify_record))
        .route("/api/v1/record/witnesses", get(witnesses::witnesses).post(witnesses::name_witnesses))
        .route("/api/v1/record/checkpoint", post(witnesses::collect_checkpoint))
        .route("/api/v1/record/proofs/{index}", get(witnesses::entry_proof))
        .route("/api/v1/traces", post(traces::begin_trace).layer(large()))
        .route("/api/v1/traces/{ticket}", get(traces::trace))
        .route("/api/v1/looks", get(looks::looks))
        .route("/api/v1/looks/{index}", get(looks::look))
        .route("/api/v1/looks/{index}/aligned", get(aligned::aligned))
        .route("/api/v1/looks/{index}/pictures/{number}", get(aligned::leaked_picture))
        .route("/api/v1/drafts", get(drafts::drafts).post(drafts::begin_draft).layer(large()))
        .route("/api/v1/drafts/{id}", get(drafts::draft).patch(drafts::change_draft).delete(drafts::drop_draft))
        .route("/api/v1/drafts/{id}/preview", get(drafts::preview_draft))
        .route("/api/v1/drafts/{id}/release", post(releases::release_draft))
        .route("/api/v1/drafts/{id}/key-request", get(releases::key_request))
        .route("/api/v1/contributions", post(releases::contribute))
        .route("/api/v1/schemes", get(drafts::schemes))
        .route("/api/v1/releases/{ticket}", get(releases::release))
        .route("/api/v1/arrivals", post(arrivals::arrive).layer(large()))
        .route("/api/v1/arrivals/{ticket}", get(arrivals::arrival))
        .route("/api/v1/arrivals/{ticket}/accept", post(arrivals::accept_arrival))
        .route("/api/v1/arrivals/{ticket}/paragraphs", get(requests::paragraphs))
        .route("/api/v1/arrivals/{ticket}/request", post(requests::ask_onward))
        .route("/api/v1/arrivals/{ticket}/{what}", get(arrivals::save_arrival))
        .route("/api/v1/receipts", post(arrivals::take_receipts).layer(large()))
        .route("/api/v1/requests", get(requests::requests))
        .route("/api/v1/requests/{number}", get(requests::request))
        .route("/api/v1/requests/{number}/answer", get(requests::save_answer).post(requests::answer_request))
        .route("/api/v1/answers", post(requests::read_answer))
        .route("/api/v1/unlock", post(session::unlock))
        .route("/api/v1/leave", post(session::leave))
}

/// What is never one person's.
fn api_of_approvals() -> Router<Arc<Desk>> {
    use crate::api::approvals;

    Router::new()
        .route("/api/v1/approvals", get(approvals::approvals).post(approvals::take_approval))
        .route("/api/v1/approvals/policy", post(approvals::set_approvals))
        .route("/api/v1/approvals/sign", post(approvals::sign_approval).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/api/v1/approvals/requests", post(approvals::ask_approval))
        .route("/api/v1/approvals/requests/{number}", get(approvals::approval_request))
        .route("/api/v1/approvals/requests/{number}/file", get(approvals::approval_file))
        .route("/api/v1/approvals/requests/{number}/use", post(approvals::use_approval))
}

/// The same of what happened outside.
fn api_of_happened() -> Router<Arc<Desk>> {
    use crate::api::{corrections, graph, imports, incidents, operations, tellings};

    Router::new()
        .route("/api/v1/operations", get(operations::operations).post(operations::record_operations))
        .route("/api/v1/operations/{name}", get(operations::operation))
        .route("/api/v1/operations/{name}/close", post(operations::close_operation))
        .route("/api/v1/incidents", get(incidents::incidents).post(incidents::record_incident))
        .route("/api/v1/incidents/{name}", get(incidents::incident))
        .route("/api/v1/incidents/{name}/damage", get(incidents::incident_damage))
        .route("/api/v1/people/{id}/damage", get(incidents::person_damage))
        .route("/api/v1/graph", get(graph::graph))
        .route("/api/v1/tellings", get(tellings::tellings).post(tellings::record_telling))
        .route("/api/v1/channels", get(tellings::channels).post(tellings::record_channel))
        .route("/api/v1/targets", get(tellings::targets).post(tellings::record_target))
        .route("/api/v1/record/operations", post(imports::import_operations).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/api/v1/record/withdraw", post(tellings::withdraw_entry))
        .route("/api/v1/items/{name}/recall", get(corrections::recall).post(corrections::recall_item))
        .route("/api/v1/items/{name}/correction", get(corrections::correction_reach).post(corrections::correct_item))
        .route("/api/v1/items/{name}/correction/{ticket}", get(corrections::correction))
}

async fn stylesheet() -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../assets/desk.css"))
}

async fn icon() -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "image/svg+xml")], include_str!("../assets/holm.svg"))
}
