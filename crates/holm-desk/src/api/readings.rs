//! Statements that are given over to be read: a job that is asked for once for each ticket.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm_record::event::approval::Masked;
use serde::Serialize;
use utoipa::ToSchema;

use super::statements::StatementsFound;
use super::{JobState, LANGUAGE, answered, made, state};
use crate::form::parts;
use crate::job::{Done, Progress, Work};
use crate::problem::Problem;
use crate::server::Desk;
use crate::statements::{Given, begin};

/// Statements of calls or accounts, and what goes with them; at most 64 MB in all.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only; the form is read part by part")]
struct StatementsForm {
    /// 1 to 64 letters, digits, hyphens and underscores, new for each reading. Sending the same form again reads nothing anew.
    ticket: String,
    /// Under which authority: it says of whom and of which days.
    authority: String,
    /// `phone-review` or `bank-review`.
    sort: String,
    /// CSV or Parquet.
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<Vec<u8>>,
    /// How columns are read: one for all files, or one for each, called as it is (TOML). Without any, columns are called as ours.
    #[schema(value_type = Vec<String>, format = Binary, required = false)]
    mappings: Vec<Vec<u8>>,
    /// `number,person` or `account,person`.
    #[schema(value_type = String, format = Binary)]
    owners: Vec<u8>,
    /// The zone in which days and hours are meant, such as `America/Mexico_City`; this machine's, if absent.
    zone: Option<String>,
    /// Numbers of targets: `number`.
    #[schema(value_type = Option<String>, format = Binary)]
    targets: Option<Vec<u8>>,
    /// Numbers known to be in contact with them: `number`.
    #[schema(value_type = Option<String>, format = Binary)]
    contacts: Option<Vec<u8>>,
    /// `person,currency,amount,source`.
    #[schema(value_type = Option<String>, format = Binary)]
    income: Option<Vec<u8>>,
    /// `person,currency,on,worth,words,explanation,verified`.
    #[schema(value_type = Option<String>, format = Binary)]
    holdings: Option<Vec<u8>>,
    /// From which amount on payments are reported, such as `EUR=10000`; several with semicolons between them.
    thresholds: Option<String>,
    /// Hours after a disclosure that are looked at.
    after: Option<u32>,
    /// How many people are screened in the same way; everybody whom an authority of the sort names, if absent.
    screened: Option<u32>,
}

/// A reading of statements.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementsReading {
    ticket: String,
    state: JobState,
    /// What it is at.
    at: Option<String>,
    /// Once it is done: the entry of what was found.
    entry: Option<u64>,
    /// What was found; absent until then, and where it was destroyed since.
    found: Option<StatementsFound>,
    /// Why it failed. Nothing was recorded then.
    error: Option<String>,
}

impl StatementsReading {
    /// How far it is; of one that is done, what was found, which is recorded as read first.
    fn of(desk: &Desk, ticket: String) -> Result<Self, Problem> {
        let progress: Progress = desk.jobs.progress(Work::Statements, &ticket).ok_or(Problem::Missing)?;
        let (state, at, done, error) = state(progress);
        let entry = match done {
            Some(Done::Read(entry)) => Some(entry),
            _ => None,
        };
        let found = match entry {
            Some(entry) => {
                desk.office.record_reading(&Masked::Vetting)?;
                let view = desk.office.view()?;
                let read = view.state.vetting.statements.iter().find(|read| read.index == entry);
                read.map(|read| StatementsFound::of(read, None)).transpose()?
            }
            None => None,
        };
        Ok(Self { ticket, state, at, entry, found, error })
    }
}

/// Begins to have statements read under a legal authority. What is found is an entry before anybody is shown it.
#[utoipa::path(post, path = "/api/v1/vetting/statements", tag = "vetting",
    request_body(content = StatementsForm, content_type = "multipart/form-data"),
    responses((status = 202, description = "It began, or had begun under this ticket.", body = StatementsReading,
        headers(("Location", description = "Where its state is.")))))]
pub(crate) async fn begin_reading(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let given = parts(form).await.and_then(Given::of);
    answered(desk, move |desk| {
        let ticket = begin(desk, LANGUAGE, given?)?.as_str().to_owned();
        let address = format!("/api/v1/vetting/readings/{ticket}");
        Ok(made(StatusCode::ACCEPTED, address, StatementsReading::of(desk, ticket)?))
    })
    .await
}

/// How far a reading is, and then what was found; that it is read is an entry. Readings of this start of the desk are known, the newest
/// 200 jobs of it.
#[utoipa::path(get, path = "/api/v1/vetting/readings/{ticket}", tag = "vetting",
    params(("ticket" = String, Path, description = "The ticket that it was begun under.")),
    responses((status = 200, description = "Its state.", body = StatementsReading)))]
pub(crate) async fn reading(State(desk): State<Arc<Desk>>, Path(ticket): Path<String>) -> Response {
    answered(desk, |desk| Ok(Json(StatementsReading::of(desk, ticket)?))).await
}
