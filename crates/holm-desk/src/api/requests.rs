//! Requests to pass something on, and their answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm::onward::Asked;
use holm_record::event::Decision;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{File, LANGUAGE, answered, made};
use crate::form::{Part, parts};
use crate::onward::{self, Decided, Question};
use crate::page::download;
use crate::problem::Problem;
use crate::server::Desk;

/// A paragraph of a copy.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnwardParagraph {
    /// Counted from 1 through the copy's file.
    number: u32,
    /// How it begins, up to 120 letters.
    opening: String,
}

impl OnwardParagraph {
    fn all(numbered: Vec<(u32, String)>) -> Vec<Self> {
        numbered.into_iter().map(|(number, opening)| Self { number, opening }).collect()
    }
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ruling {
    /// As asked.
    Granted,
    /// Less than was asked, or under conditions.
    Narrowed,
    /// No.
    Refused,
}

impl From<Decision> for Ruling {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Granted => Self::Granted,
            Decision::Narrowed => Self::Narrowed,
            Decision::Refused => Self::Refused,
        }
    }
}

/// The answer to a request.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnwardAnswer {
    decision: Ruling,
    /// Numbers of the paragraphs that may be passed on; none means all of the item, or nothing if it was refused.
    paragraphs: Vec<u32>,
    /// Conditions, or the reason of a refusal.
    words: Option<String>,
}

/// A request to pass something on.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnwardRequest {
    number: String,
    item: String,
    /// The asker's copy.
    copy: String,
    /// Who asks.
    person: String,
    /// To whom it is to be passed on.
    to: String,
    purpose: String,
    /// The day by which an answer is needed.
    by: Option<String>,
    /// When it was recorded.
    at: String,
    /// None means all of the item.
    paragraphs: Vec<OnwardParagraph>,
    answer: Option<OnwardAnswer>,
}

impl OnwardRequest {
    fn of(asked: &Asked) -> Self {
        let request = &asked.request;
        let answer = asked.answer.as_ref().map(|a| OnwardAnswer {
            decision: a.decision.into(),
            paragraphs: a.paragraphs.clone(),
            words: a.words.clone(),
        });
        Self {
            number: asked.number().to_owned(),
            item: request.item.to_string(),
            copy: request.copy.to_string(),
            person: request.person.to_string(),
            to: request.to.clone(),
            purpose: request.purpose.clone(),
            by: request.by.map(|day| day.to_string()),
            at: asked.at.to_string(),
            paragraphs: OnwardParagraph::all(request.paragraphs.clone()),
            answer,
        }
    }
}

/// Requests, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnwardRequests {
    requests: Vec<OnwardRequest>,
}

/// All requests to pass something on. They come in with receipts.
#[utoipa::path(get, path = "/api/v1/requests", tag = "onward",
    responses((status = 200, description = "The requests.", body = OnwardRequests)))]
pub(crate) async fn requests(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let view = desk.office.view()?;
        Ok(Json(OnwardRequests { requests: view.state.requests().into_iter().map(OnwardRequest::of).collect() }))
    })
    .await
}

fn one(desk: &Desk, number: &str) -> Result<OnwardRequest, Problem> {
    let view = desk.office.view()?;
    Ok(OnwardRequest::of(view.state.request(number).map_err(|_| Problem::Missing)?))
}

/// One request.
#[utoipa::path(get, path = "/api/v1/requests/{number}", tag = "onward",
    params(("number" = String, Path, description = "The request's number.")),
    responses((status = 200, description = "The request.", body = OnwardRequest)))]
pub(crate) async fn request(State(desk): State<Arc<Desk>>, Path(number): Path<String>) -> Response {
    answered(desk, move |desk| Ok(Json(one(desk, &number)?))).await
}

/// An answer as it is given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answering {
    /// `grant`, `narrow` or `refuse`.
    decision: String,
    /// Of a narrowed grant: the numbers of the paragraphs that may be passed on; at least one, if the request names any.
    #[serde(default)]
    paragraphs: Vec<u32>,
    /// Conditions of a narrowed grant, or the reason of a refusal: one line.
    #[serde(default)]
    words: String,
}

/// Answers a request, once. It is recorded before it can be saved.
#[utoipa::path(post, path = "/api/v1/requests/{number}/answer", tag = "onward", request_body = Answering,
    params(("number" = String, Path, description = "The request's number.")),
    responses((status = 201, description = "It is recorded.", body = OnwardRequest,
        headers(("Location", description = "Where the answer is saved from.")))))]
pub(crate) async fn answer_request(
    State(desk): State<Arc<Desk>>,
    Path(number): Path<String>,
    Json(given): Json<Answering>,
) -> Response {
    answered(desk, move |desk| {
        let Answering { decision, paragraphs, words } = given;
        onward::answer(desk, LANGUAGE, &number, &Decided { decision, paragraphs, words })?;
        Ok(made(StatusCode::CREATED, format!("/api/v1/requests/{number}/answer"), one(desk, &number)?))
    })
    .await
}

/// The recorded answer, sealed to whoever asked.
#[utoipa::path(get, path = "/api/v1/requests/{number}/answer", tag = "onward",
    params(("number" = String, Path, description = "The request's number.")),
    responses((status = 200, description = "The file.", content((File = "application/octet-stream")))))]
pub(crate) async fn save_answer(State(desk): State<Arc<Desk>>, Path(number): Path<String>) -> Response {
    answered(desk, move |desk| {
        let (name, kind, bytes) = onward::answer_file(desk, &number)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// OnwardParagraphs of a copy.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnwardParagraphs {
    paragraphs: Vec<OnwardParagraph>,
}

/// The paragraphs of a copy that was opened here, by which a request names them.
#[utoipa::path(get, path = "/api/v1/arrivals/{ticket}/paragraphs", tag = "onward",
    params(("ticket" = String, Path, description = "The copy's ticket.")),
    responses((status = 200, description = "The paragraphs.", body = OnwardParagraphs)))]
pub(crate) async fn paragraphs(State(desk): State<Arc<Desk>>, Path(ticket): Path<String>) -> Response {
    answered(desk, move |desk| {
        Ok(Json(OnwardParagraphs { paragraphs: OnwardParagraph::all(onward::of_copy(desk, LANGUAGE, &ticket)?) }))
    })
    .await
}

/// What a recipient asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asking {
    /// Numbers of paragraphs.
    #[serde(default)]
    paragraphs: Vec<u32>,
    /// All of it, in place of paragraphs.
    #[serde(default)]
    whole: bool,
    /// To whom it is to be passed on: one line.
    to: String,
    /// What for: one line.
    purpose: String,
    /// The day by which an answer is needed; empty for any.
    #[serde(default)]
    by: String,
    /// Of the recipient's own key, if it needs one.
    #[serde(default)]
    passphrase: String,
}

/// Signs a request about a copy that was opened here, and seals it to the originator. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/arrivals/{ticket}/request", tag = "onward", request_body = Asking,
    params(("ticket" = String, Path, description = "The copy's ticket.")),
    responses((status = 200, description = "The file to send.", content((File = "application/octet-stream")))))]
pub(crate) async fn ask_onward(State(desk): State<Arc<Desk>>, Path(ticket): Path<String>, Json(given): Json<Asking>) -> Response {
    answered(desk, move |desk| {
        let Asking { paragraphs, whole, to, purpose, by, passphrase } = given;
        let question = Question { paragraphs, whole, to, purpose, by, passphrase };
        let (name, kind, bytes) = onward::ask(desk, LANGUAGE, &ticket, &question)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// An answer that was sent to whoever sits here.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only; the form is read part by part")]
struct AnswerForm {
    #[schema(value_type = String, format = Binary)]
    answer: Vec<u8>,
    /// Of the recipient's own key, if it needs one.
    passphrase: Option<String>,
}

/// An answer that was opened, and that stands in the record.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedOnwardAnswer {
    item: String,
    /// The asker's copy.
    copy: String,
    /// To whom it may be passed on.
    to: String,
    answer: OnwardAnswer,
    /// Verifier key of the record.
    log_key: String,
}

/// Opens an answer and checks that it stands in the record. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/answers", tag = "onward",
    request_body(content = AnswerForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "The answer.", body = OpenedOnwardAnswer)))]
pub(crate) async fn read_answer(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let given = parts(form).await;
    answered(desk, move |desk| {
        let given = given?;
        if let Some(other) = given.iter().find(|p| !["answer", "passphrase"].contains(&p.name.as_str())) {
            return Err(other.unknown());
        }
        let named = |name: &str| given.iter().find(|p| p.name == name);
        let file = named("answer").and_then(Part::file).map(|(_, bytes)| bytes);
        let phrase = named("passphrase").map(Part::text).unwrap_or_default();
        let opened = onward::read(desk, LANGUAGE, file.as_deref(), &phrase)?;
        let answer = OnwardAnswer { decision: opened.decision.into(), paragraphs: opened.paragraphs, words: opened.words };
        Ok(Json(OpenedOnwardAnswer {
            item: opened.item.to_string(),
            copy: opened.copy.to_string(),
            to: opened.to,
            answer,
            log_key: opened.log_key,
        }))
    })
    .await
}
