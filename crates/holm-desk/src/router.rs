//! Every route of the desk.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use holm::role::UseCase;

use crate::bundle;
use crate::guard::guard;
use crate::page::{belief, graph};
use crate::page::{
    draws, files, gate, inbox, items, members, onward, overview, people, proceedings, record, register, roster, second, share,
    statements, told, trace, vetting, warnings, witnesses,
};
use crate::routes::{Routes, get, post};
use crate::server::Desk;

pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let routes = all(Routes::new(Arc::clone(&desk)));
    let router = routes.into_router().fallback(gate::missing);
    router.layer(from_fn_with_state(Arc::clone(&desk), guard)).with_state(desk)
}

/// Every route.
pub(crate) fn all(routes: Routes) -> Routes {
    let pages = programme(experimented(happened(approached(approvals(vetted(pages(routes)))))));
    api_of_vetting(api_of_happened(api_of_approvals(api(pages))))
}

fn pages(routes: Routes) -> Routes {
    routes
        .route("/", get(UseCase::OwnDesk, overview::overview))
        .route("/items", get(UseCase::SeeItems, items::items))
        .route("/items/{name}", get(UseCase::SeeItems, items::item))
        .route("/items/{name}/mails", get(UseCase::ReadItems, files::mails))
        .route("/items/{name}/copies/{copy}/{kind}", get(UseCase::ReadItems, files::file))
        .route("/people", get(UseCase::SeeRoster, people::people))
        .route("/people/{id}", get(UseCase::SeeRoster, people::person))
        .route("/beliefs", get(UseCase::SeeBeliefs, belief::list::beliefs))
        .route("/beliefs/units", get(UseCase::SeeBeliefs, belief::units::units))
        .route("/plans", get(UseCase::SeeBeliefs, belief::plans::plans))
        .route("/plans/team", post(UseCase::SeeBeliefs, belief::plans::team))
        .route("/plans/share", post(UseCase::SeeBeliefs, belief::plans::share))
        .route("/graph", get(UseCase::SeeHappenings, graph::graph))
        .route("/told", get(UseCase::SeeItems, told::told))
        .route("/share", get(UseCase::Share, share::form).post(UseCase::Share, share::begin).large())
        .route("/share/{id}", get(UseCase::Share, share::draft).post(UseCase::Share, share::change))
        .route("/share/{id}/preview", get(UseCase::Share, share::preview))
        .route("/share/{id}/preview/file", get(UseCase::Share, share::preview_file))
        .route("/share/{id}/release", get(UseCase::Share, share::release_form).post(UseCase::Share, share::release))
        .route("/share/{id}/release/{ticket}", get(UseCase::Share, share::released))
        .route("/share/{id}/second", get(UseCase::Share, second::waiting).post(UseCase::Share, second::go_on))
        .route("/share/{id}/second/request", get(UseCase::Share, second::request))
        .route("/contributions", post(UseCase::OwnDesk, second::contribute))
        .route("/inbox", get(UseCase::OwnDesk, inbox::inbox).post(UseCase::OwnDesk, inbox::arrive).large())
        .route("/inbox/{ticket}", get(UseCase::OwnDesk, inbox::arrived).post(UseCase::OwnDesk, inbox::open))
        .route("/inbox/{ticket}/onward", get(UseCase::OwnDesk, onward::question).post(UseCase::OwnDesk, onward::ask))
        .route("/inbox/{ticket}/{what}", get(UseCase::OwnDesk, inbox::save))
        .route("/answers", post(UseCase::OwnDesk, onward::read))
        .route("/requests", get(UseCase::Answer, onward::requests))
        .route("/requests/{number}", get(UseCase::Answer, onward::request).post(UseCase::Answer, onward::answer))
        .route("/requests/{number}/answer", get(UseCase::Answer, onward::answer_file))
        .route("/receipts", post(UseCase::TakeReceipts, inbox::receipts).large())
        .route("/trace", get(UseCase::Trace, trace::form).post(UseCase::Trace, trace::trace).large())
        .route("/trace/{ticket}", get(UseCase::Trace, trace::progress))
        .route("/looks/{index}", get(UseCase::SeeLooks, trace::report))
        .route("/looks/{index}/report.json", get(UseCase::SeeLooks, trace::export))
        .route("/looks/{index}/pictures/{number}", get(UseCase::SeeLooks, trace::picture))
        .route("/record", get(UseCase::SeeRecord, record::record))
        .route("/warnings", get(UseCase::SeeItems, warnings::warnings).post(UseCase::Share, warnings::send))
        .route("/warnings/{item}/review", post(UseCase::AskApproval, warnings::review))
        .route("/members", get(UseCase::SeeRoster, members::members).post(UseCase::KeepMembers, members::set))
        .route("/roster", get(UseCase::KeepRoster, roster::roster).post(UseCase::KeepRoster, roster::take))
        .route("/people/{id}/left", post(UseCase::KeepRoster, roster::left))
        .route("/people/{id}/lost", post(UseCase::KeepRoster, roster::lost))
        .route("/record/verify", post(UseCase::SeeRecord, record::verify))
        .route("/record/witnesses", get(UseCase::SeeRecord, witnesses::witnesses).post(UseCase::KeepRecord, witnesses::name))
        .route("/record/checkpoint", post(UseCase::KeepRecord, witnesses::checkpoint))
        .route("/log/{*path}", get(UseCase::SeeRecord, witnesses::tile))
        .route("/start/{code}", get(UseCase::OwnDesk, gate::start))
        .route("/unlock", get(UseCase::OwnDesk, gate::locked).post(UseCase::OwnDesk, gate::unlock))
        .route("/leave", post(UseCase::OwnDesk, gate::leave))
        .route("/language", post(UseCase::OwnDesk, gate::language))
        .route("/assets/desk.css", get(UseCase::OwnDesk, stylesheet))
        .route("/assets/holm.svg", get(UseCase::OwnDesk, icon))
        .route("/assets/{file}", get(UseCase::OwnDesk, bundle::script))
}

/// Pages of checks on people, and of what follows for them.
fn vetted(routes: Routes) -> Routes {
    routes
        .route("/vetting", get(UseCase::SeeVetting, vetting::vetting).post(UseCase::KeepVetting, vetting::record))
        .route("/vetting/waivers", post(UseCase::KeepVetting, vetting::waive))
        .route("/vetting/authorities", post(UseCase::KeepVetting, vetting::authority))
        .route("/vetting/draws", get(UseCase::SeeVetting, draws::draws).post(UseCase::KeepVetting, draws::open))
        .route("/vetting/draws/take", post(UseCase::KeepVetting, draws::take))
        .route("/vetting/draws/{number}/file", get(UseCase::KeepVetting, draws::file))
        .route("/vetting/draws/{number}/close", post(UseCase::KeepVetting, draws::close))
        .route(
            "/proceedings",
            get(UseCase::SeeProceedings, proceedings::proceedings).post(UseCase::KeepProceedings, proceedings::open),
        )
        .route("/proceedings/{number}/step", post(UseCase::KeepProceedings, proceedings::step))
        .route("/proceedings/{number}/close", post(UseCase::KeepProceedings, proceedings::close))
        .route("/cases/{name}/dossier", post(UseCase::SeeProceedings, proceedings::dossier))
        .route("/vetting/schedule", post(UseCase::KeepVetting, vetting::schedule))
        .route(
            "/vetting/statements",
            get(UseCase::SeeVetting, statements::statements).post(UseCase::KeepVetting, statements::import).large(),
        )
        .route("/vetting/register", get(UseCase::KeepVetting, register::register))
        .route("/vetting/answers", post(UseCase::KeepVetting, register::answer_concern))
        .route("/vetting/checks", post(UseCase::KeepVetting, register::take).large())
        .route("/vetting/exceptions", post(UseCase::AskApproval, register::except))
        .route("/vetting/accuracy", post(UseCase::KeepVetting, register::accuracy))
        .route("/vetting/explanations", post(UseCase::KeepVetting, statements::explain))
        .route("/vetting/statements/{ticket}", get(UseCase::KeepVetting, statements::progress))
}

/// Pages of what is never one person's.
fn approvals(routes: Routes) -> Routes {
    use crate::page::{approvals, approve, drawer, endings};

    routes
        .route(
            "/record/approvals",
            get(UseCase::SeeApprovals, approvals::approvals).post(UseCase::AskApproval, approvals::take).large(),
        )
        .route("/items/{name}/key", get(UseCase::OpenKey, endings::key).post(UseCase::OpenKey, endings::open_key))
        .route("/record/destruction", get(UseCase::Destroy, endings::destruction_form).post(UseCase::Destroy, endings::look))
        .route("/record/destruction/done", post(UseCase::Destroy, endings::destroy))
        .route("/record/approvals/ask", post(UseCase::AskApproval, approvals::ask))
        .route("/record/approvals/policy", post(UseCase::KeepRecord, approvals::lay_down))
        .route("/record/approvals/{number}", get(UseCase::SeeApprovals, approvals::request))
        .route("/record/approvals/{number}/request", get(UseCase::AskApproval, approvals::bundle))
        .route("/record/approvals/{number}/use", post(UseCase::AskApproval, approvals::carry_out))
        .route("/approvals", post(UseCase::OwnDesk, approve::open).large())
        .route("/approvals/{ticket}", get(UseCase::OwnDesk, approve::asked).post(UseCase::OwnDesk, approve::sign))
        .route("/approvals/{ticket}/text", get(UseCase::OwnDesk, approve::text))
        .route("/draws", post(UseCase::OwnDesk, drawer::open).large())
        .route("/draws/{ticket}", get(UseCase::OwnDesk, drawer::asked).post(UseCase::OwnDesk, drawer::answer))
        .route("/draws/{ticket}/{what}", get(UseCase::OwnDesk, drawer::save))
}

/// Pages of approaches, and of the envelopes that carry them.
fn approached(routes: Routes) -> Routes {
    use crate::page::{approaches, envelopes};

    routes
        .route("/approaches", get(UseCase::OwnDesk, approaches::approaches).post(UseCase::OwnDesk, approaches::look))
        .route("/approaches/check", post(UseCase::OwnDesk, approaches::check).large())
        .route("/approaches/read", post(UseCase::OwnDesk, approaches::read).large())
        .route("/approaches/{ticket}", get(UseCase::OwnDesk, approaches::form).post(UseCase::OwnDesk, approaches::seal))
        .route("/approaches/{ticket}/envelope", get(UseCase::OwnDesk, approaches::envelope))
        .route("/approaches/home", get(UseCase::SeeRoster, envelopes::envelopes))
        .route("/approaches/card", get(UseCase::OwnDesk, envelopes::card))
        .route("/approaches/officer", post(UseCase::KeepRecord, envelopes::officer))
        .route("/approaches/envelopes", post(UseCase::TakeReceipts, envelopes::take).large())
        .route("/approaches/carry", post(UseCase::KeepRecord, envelopes::carry))
        .route("/approaches/batches/{entry}", get(UseCase::KeepRecord, envelopes::batch))
}

/// Pages of what happened outside.
fn happened(routes: Routes) -> Routes {
    use crate::page::{cases, damage, harm, import, incident, operation, recording};

    routes
        .route("/cases", get(UseCase::SeeHappenings, cases::cases))
        .route("/cases/{name}", get(UseCase::SeeHappenings, incident::incident))
        .route("/cases/{name}/damage", get(UseCase::SeeDamage, damage::of_incident))
        .route("/cases/{name}/withdraw", post(UseCase::RecordHappenings, incident::withdraw))
        .route("/operations/{name}", get(UseCase::SeeHappenings, operation::operation))
        .route("/operations/{name}/close", post(UseCase::RecordHappenings, operation::close))
        .route("/operations/{name}/withdraw", post(UseCase::RecordHappenings, operation::withdraw))
        .route("/people/{id}/damage", get(UseCase::SeeDamage, damage::of_person))
        .route("/items/{name}/recall", post(UseCase::Withdraw, harm::recall))
        .route("/items/{name}/withdraw", post(UseCase::Withdraw, harm::withdraw))
        .route("/items/{name}/correction", post(UseCase::Withdraw, harm::look))
        .route("/items/{name}/correction/release", post(UseCase::Withdraw, harm::release))
        .route("/items/{name}/correction/{ticket}", get(UseCase::Withdraw, harm::progress))
        .route(
            "/record/operations",
            get(UseCase::RecordHappenings, import::form).post(UseCase::RecordHappenings, import::take).large(),
        )
        .route(
            "/record/{sheet}",
            get(UseCase::RecordHappenings, recording::form).post(UseCase::RecordHappenings, recording::record),
        )
        .route("/record/{sheet}/withdraw", post(UseCase::RecordHappenings, recording::withdraw))
}

/// Pages of the programme over time.
fn programme(routes: Routes) -> Routes {
    use crate::page::programme::{self, effect, figures};

    routes
        .route("/programme", get(UseCase::SeeHappenings, programme::sharing))
        .route("/programme/figures", get(UseCase::SeeHappenings, figures::figures))
        .route("/programme/figures/file", get(UseCase::SeeHappenings, figures::file))
        .route("/programme/effect", get(UseCase::SeeBeliefs, effect::effect))
}

/// What programs may ask; documented in `openapi.json`.
fn api(routes: Routes) -> Routes {
    use crate::api::{
        aligned, arrivals, document, drafts, endings, items, looks, members, overview, people, record, releases, requests,
        session, traces, warnings, witnesses,
    };

    routes
        .route("/api/v1/openapi.json", get(UseCase::OwnDesk, document::openapi))
        .route("/api/v1/overview", get(UseCase::OwnDesk, overview::overview))
        .route("/api/v1/items", get(UseCase::SeeItems, items::items))
        .route("/api/v1/items/{name}", get(UseCase::SeeItems, items::item))
        .route("/api/v1/items/{name}/key", post(UseCase::OpenKey, endings::open_key))
        .route("/api/v1/items/{name}/mails", get(UseCase::ReadItems, items::item_mails))
        .route("/api/v1/items/{name}/copies/{copy}/{kind}", get(UseCase::ReadItems, items::item_file))
        .route("/api/v1/people", get(UseCase::SeeRoster, people::people).post(UseCase::KeepRoster, people::take_roster))
        .route("/api/v1/people/{id}/left", post(UseCase::KeepRoster, people::person_left))
        .route("/api/v1/people/{id}/lost", post(UseCase::KeepRoster, people::device_lost))
        .route("/api/v1/people/{id}", get(UseCase::SeeRoster, people::person))
        .route("/api/v1/warnings", get(UseCase::SeeItems, warnings::warnings).post(UseCase::Share, warnings::send_warning))
        .route("/api/v1/warnings/{item}/review", post(UseCase::AskApproval, warnings::review_warning))
        .route("/api/v1/members", get(UseCase::SeeRoster, members::members).post(UseCase::KeepMembers, members::set_member))
        .route("/api/v1/beliefs", get(UseCase::SeeBeliefs, crate::api::beliefs::beliefs))
        .route("/api/v1/record", get(UseCase::SeeRecord, record::record))
        .route(
            "/api/v1/record/destructions",
            get(UseCase::SeeRecord, endings::destructions).post(UseCase::Destroy, endings::destroy),
        )
        .route("/api/v1/record/verify", post(UseCase::SeeRecord, record::verify_record))
        .route(
            "/api/v1/record/witnesses",
            get(UseCase::SeeRecord, witnesses::witnesses).post(UseCase::KeepRecord, witnesses::name_witnesses),
        )
        .route("/api/v1/record/checkpoint", post(UseCase::KeepRecord, witnesses::collect_checkpoint))
        .route("/api/v1/record/proofs/{index}", get(UseCase::SeeRecord, witnesses::entry_proof))
        .route("/api/v1/traces", post(UseCase::Trace, traces::begin_trace).large())
        .route("/api/v1/traces/{ticket}", get(UseCase::Trace, traces::trace))
        .route("/api/v1/looks", get(UseCase::SeeLooks, looks::looks))
        .route("/api/v1/looks/{index}", get(UseCase::SeeLooks, looks::look))
        .route("/api/v1/looks/{index}/aligned", get(UseCase::SeeLooks, aligned::aligned))
        .route("/api/v1/looks/{index}/pictures/{number}", get(UseCase::SeeLooks, aligned::leaked_picture))
        .route("/api/v1/drafts", get(UseCase::Share, drafts::drafts).post(UseCase::Share, drafts::begin_draft).large())
        .route(
            "/api/v1/drafts/{id}",
            get(UseCase::Share, drafts::draft)
                .patch(UseCase::Share, drafts::change_draft)
                .delete(UseCase::Share, drafts::drop_draft),
        )
        .route("/api/v1/drafts/{id}/preview", get(UseCase::Share, drafts::preview_draft))
        .route("/api/v1/drafts/{id}/release", post(UseCase::Share, releases::release_draft))
        .route("/api/v1/drafts/{id}/key-request", get(UseCase::Share, releases::key_request))
        .route("/api/v1/contributions", post(UseCase::OwnDesk, releases::contribute))
        .route("/api/v1/schemes", get(UseCase::OwnDesk, drafts::schemes))
        .route("/api/v1/releases/{ticket}", get(UseCase::Share, releases::release))
        .route("/api/v1/arrivals", post(UseCase::OwnDesk, arrivals::arrive).large())
        .route("/api/v1/arrivals/{ticket}", get(UseCase::OwnDesk, arrivals::arrival))
        .route("/api/v1/arrivals/{ticket}/accept", post(UseCase::OwnDesk, arrivals::accept_arrival))
        .route("/api/v1/arrivals/{ticket}/paragraphs", get(UseCase::OwnDesk, requests::paragraphs))
        .route("/api/v1/arrivals/{ticket}/request", post(UseCase::OwnDesk, requests::ask_onward))
        .route("/api/v1/arrivals/{ticket}/{what}", get(UseCase::OwnDesk, arrivals::save_arrival))
        .route("/api/v1/receipts", post(UseCase::TakeReceipts, arrivals::take_receipts).large())
        .route("/api/v1/requests", get(UseCase::Answer, requests::requests))
        .route("/api/v1/requests/{number}", get(UseCase::Answer, requests::request))
        .route(
            "/api/v1/requests/{number}/answer",
            get(UseCase::Answer, requests::save_answer).post(UseCase::Answer, requests::answer_request),
        )
        .route("/api/v1/answers", post(UseCase::OwnDesk, requests::read_answer))
        .route("/api/v1/unlock", post(UseCase::OwnDesk, session::unlock))
        .route("/api/v1/leave", post(UseCase::OwnDesk, session::leave))
}

/// The same of checks on people, and of what follows for them.
fn api_of_vetting(routes: Routes) -> Routes {
    use crate::api::{authorities, checks, draws, proceedings, readings, statements};

    routes
        .route("/api/v1/checks", get(UseCase::SeeVetting, checks::checks).post(UseCase::KeepVetting, checks::record_check))
        .route("/api/v1/checks/due", get(UseCase::SeeVetting, checks::checks_due))
        .route("/api/v1/vetting/draws", get(UseCase::SeeVetting, draws::draws).post(UseCase::KeepVetting, draws::open_draw))
        .route("/api/v1/vetting/draws/take", post(UseCase::KeepVetting, draws::take_draws))
        .route("/api/v1/vetting/draws/coverage", get(UseCase::SeeVetting, draws::draw_coverage))
        .route("/api/v1/vetting/draws/{number}", get(UseCase::SeeVetting, draws::draw))
        .route("/api/v1/vetting/draws/{number}/file", get(UseCase::KeepVetting, draws::draw_file))
        .route("/api/v1/vetting/draws/{number}/close", post(UseCase::KeepVetting, draws::close_draw))
        .route(
            "/api/v1/vetting/authorities",
            get(UseCase::SeeVetting, authorities::authorities).post(UseCase::KeepVetting, authorities::record_authority),
        )
        .route("/api/v1/vetting/waivers", post(UseCase::KeepVetting, authorities::record_waiver))
        .route(
            "/api/v1/vetting/schedule",
            get(UseCase::SeeVetting, authorities::schedule).post(UseCase::KeepVetting, authorities::lay_down_schedule),
        )
        .route(
            "/api/v1/vetting/statements",
            get(UseCase::SeeVetting, statements::statements).post(UseCase::KeepVetting, readings::begin_reading).large(),
        )
        .route("/api/v1/vetting/readings/{ticket}", get(UseCase::KeepVetting, readings::reading))
        .route("/api/v1/vetting/statements/{entry}", get(UseCase::SeeVetting, statements::statements_found))
        .route("/api/v1/vetting/statements/{entry}/explanations", post(UseCase::KeepVetting, statements::explain_finding))
        .route(
            "/api/v1/proceedings",
            get(UseCase::SeeProceedings, proceedings::proceedings).post(UseCase::KeepProceedings, proceedings::open_proceeding),
        )
        .route("/api/v1/proceedings/{number}/step", post(UseCase::KeepProceedings, proceedings::step_proceeding))
        .route("/api/v1/proceedings/{number}/close", post(UseCase::KeepProceedings, proceedings::close_proceeding))
        .route("/api/v1/incidents/{name}/dossier", post(UseCase::SeeProceedings, proceedings::incident_dossier))
}

/// What is never one person's.
fn api_of_approvals(routes: Routes) -> Routes {
    use crate::api::approvals;

    routes
        .route(
            "/api/v1/approvals",
            get(UseCase::SeeApprovals, approvals::approvals).post(UseCase::AskApproval, approvals::take_approval),
        )
        .route("/api/v1/approvals/policy", post(UseCase::KeepRecord, approvals::set_approvals))
        .route("/api/v1/approvals/sign", post(UseCase::OwnDesk, approvals::sign_approval).large())
        .route("/api/v1/approvals/requests", post(UseCase::AskApproval, approvals::ask_approval))
        .route("/api/v1/approvals/requests/{number}", get(UseCase::SeeApprovals, approvals::approval_request))
        .route("/api/v1/approvals/requests/{number}/file", get(UseCase::AskApproval, approvals::approval_file))
        .route("/api/v1/approvals/requests/{number}/use", post(UseCase::AskApproval, approvals::use_approval))
}

/// The same of what happened outside.
fn api_of_happened(routes: Routes) -> Routes {
    use crate::api::{corrections, graph, imports, incidents, operations, tellings};

    routes
        .route(
            "/api/v1/operations",
            get(UseCase::SeeHappenings, operations::operations).post(UseCase::RecordHappenings, operations::record_operations),
        )
        .route("/api/v1/operations/{name}", get(UseCase::SeeHappenings, operations::operation))
        .route("/api/v1/operations/{name}/close", post(UseCase::RecordHappenings, operations::close_operation))
        .route(
            "/api/v1/incidents",
            get(UseCase::SeeHappenings, incidents::incidents).post(UseCase::RecordHappenings, incidents::record_incident),
        )
        .route("/api/v1/incidents/{name}", get(UseCase::SeeHappenings, incidents::incident))
        .route("/api/v1/incidents/{name}/damage", get(UseCase::SeeDamage, incidents::incident_damage))
        .route("/api/v1/people/{id}/damage", get(UseCase::SeeDamage, incidents::person_damage))
        .route("/api/v1/graph", get(UseCase::SeeHappenings, graph::graph))
        .route(
            "/api/v1/tellings",
            get(UseCase::SeeHappenings, tellings::tellings).post(UseCase::RecordHappenings, tellings::record_telling),
        )
        .route(
            "/api/v1/channels",
            get(UseCase::SeeHappenings, tellings::channels).post(UseCase::RecordHappenings, tellings::record_channel),
        )
        .route(
            "/api/v1/targets",
            get(UseCase::SeeHappenings, tellings::targets).post(UseCase::RecordHappenings, tellings::record_target),
        )
        .route("/api/v1/record/operations", post(UseCase::RecordHappenings, imports::import_operations).large())
        .route("/api/v1/record/withdraw", post(UseCase::OwnDesk, tellings::withdraw_entry))
        .route(
            "/api/v1/items/{name}/recall",
            get(UseCase::Withdraw, corrections::recall).post(UseCase::Withdraw, corrections::recall_item),
        )
        .route(
            "/api/v1/items/{name}/correction",
            get(UseCase::Withdraw, corrections::correction_reach).post(UseCase::Withdraw, corrections::correct_item),
        )
        .route("/api/v1/items/{name}/correction/{ticket}", get(UseCase::Withdraw, corrections::correction))
}

async fn stylesheet() -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../assets/desk.css"))
}

async fn icon() -> ([(axum::http::HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "image/svg+xml")], include_str!("../assets/holm.svg"))
}

fn experimented(routes: Routes) -> Routes {
    use crate::page::reader;

    routes
        .route("/outcomes", get(UseCase::OwnDesk, reader::reader).post(UseCase::OwnDesk, reader::note).large())
        .route("/experiments", get(UseCase::SeeHappenings, belief::experiments::experiments))
        .route("/experiments/plan", post(UseCase::SeeBeliefs, belief::experiments::planned))
        .route("/experiments/announce", post(UseCase::SeeBeliefs, belief::experiments::announce))
        .route("/experiments/results", get(UseCase::SeeBeliefs, belief::experiments::results))
        .route("/experiments/{name}", get(UseCase::SeeHappenings, belief::experiments::experiment))
        .route("/experiments/{name}/for/{whom}", get(UseCase::RecordHappenings, belief::experiments::file))
        .route("/experiments/{name}/draw", post(UseCase::RecordHappenings, belief::experiments::draw))
        .route("/experiments/{name}/tell", post(UseCase::RecordHappenings, belief::experiments::tell))
        .route("/experiments/{name}/see", post(UseCase::RecordHappenings, belief::experiments::see).large())
        .route("/experiments/{name}/close", post(UseCase::RecordHappenings, belief::experiments::close))
        .route("/experiments/{name}/abandon", post(UseCase::RecordHappenings, belief::experiments::abandon))
}
