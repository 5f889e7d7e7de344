//! The use-cases of the pages for programs, under `/api/v1`, described by a document of their own ([`document`]).
//!
//! Handlers call what the pages call; nothing is decided here. What they answer is a struct of its own, never what the record or
//! the core keeps: a field that is added there must not appear here by itself, least of all a figure of a copy that is not named.
//! Times are RFC 3339, names and ids as the pages show them, sentences English. What goes wrong is a problem document
//! ([`problem`]). Who is answered is decided in [`crate::guard`].

pub(crate) mod aligned;
pub(crate) mod approvals;
pub(crate) mod arrivals;
pub(crate) mod authorities;
pub(crate) mod beliefs;
pub(crate) mod checks;
pub(crate) mod corrections;
pub(crate) mod document;
pub(crate) mod drafts;
pub(crate) mod draws;
pub(crate) mod endings;
pub(crate) mod graph;
pub(crate) mod imports;
pub(crate) mod incidents;
pub(crate) mod items;
pub(crate) mod looks;
pub(crate) mod members;
pub(crate) mod operations;
pub(crate) mod overview;
pub(crate) mod people;
pub(crate) mod problem;
pub(crate) mod proceedings;
pub(crate) mod readings;
pub(crate) mod record;
pub(crate) mod releases;
pub(crate) mod requests;
pub(crate) mod session;
pub(crate) mod statements;
pub(crate) mod tellings;
pub(crate) mod traces;
pub(crate) mod warnings;
pub(crate) mod witnesses;

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::job::{Done, Progress};
use crate::language::Language;
use crate::problem::Problem;
use crate::server::Desk;

/// What the API says, it says in this language.
const LANGUAGE: Language = Language::English;

/// Where every address of the API begins.
const ROOT: &str = "/api/";

/// Whether a path is of the API.
pub(crate) fn is_api(path: &str) -> bool {
    path.starts_with(ROOT)
}

/// Works away from the threads that answer requests, and answers what comes of it.
async fn answered<T: IntoResponse + Send + 'static>(
    desk: Arc<Desk>,
    work: impl FnOnce(&Arc<Desk>) -> Result<T, Problem> + Send + 'static,
) -> Response {
    let done = tokio::task::spawn_blocking(move || work(&desk)).await.map_err(Problem::from).and_then(|done| done);
    done.map_or_else(|problem| problem::answer(&problem), IntoResponse::into_response)
}

/// Something that now has an address: the address, and what stands there.
fn made<T: Serialize>(status: StatusCode, address: String, body: T) -> Response {
    (status, [(LOCATION, address)], Json(body)).into_response()
}

/// Names as they are answered.
fn texts<T: ToString>(names: impl IntoIterator<Item = T>) -> Vec<String> {
    names.into_iter().map(|name| name.to_string()).collect()
}

/// A field's value, or what is wrong with it.
///
/// # Errors
/// [`Problem::Wrong`].
fn wrong<T, E: std::fmt::Display>(field: &'static str, read: Result<T, E>) -> Result<T, Problem> {
    read.map_err(|e| Problem::Wrong(vec![(field, e.to_string())]))
}

/// A file as it is saved.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "a schema only")]
pub(crate) struct File(Vec<u8>);

/// Which part of a list is asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// Number of the first one, counted from 0.
    #[serde(default)]
    from: u64,
    /// How many at most, from 1 to 1,000.
    #[serde(default = "Span::usual")]
    #[param(minimum = 1, maximum = 1000)]
    count: u64,
}

impl Span {
    const MOST: u64 = 1000;

    fn usual() -> u64 {
        crate::page::ROWS as u64
    }

    /// First of the part and whatever follows its last, of so many.
    ///
    /// # Errors
    /// [`Problem::Wrong`] if more are asked for than are given at once, or none.
    fn within(&self, of: u64) -> Result<(u64, u64), Problem> {
        if !(1..=Self::MOST).contains(&self.count) {
            return Err(Problem::Wrong(vec![("count", format!("count is {}, and may be 1 to {}", self.count, Self::MOST))]));
        }
        let from = self.from.min(of);
        Ok((from, from.saturating_add(self.count).min(of)))
    }

    /// The part of a list.
    ///
    /// # Errors
    /// As [`Self::within`].
    fn of<'r, T>(&self, rows: &'r [T]) -> Result<&'r [T], Problem> {
        let (from, to) = self.within(rows.len() as u64)?;
        Ok(rows.get(from as usize..to as usize).unwrap_or_default())
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobState {
    /// At work.
    Working,
    /// Done.
    Done,
    /// It could not be done. What was recorded until then stays.
    Failed,
}

/// A job's state, what it is at, what it came to, and why it failed.
fn state(progress: Progress) -> (JobState, Option<String>, Option<Done>, Option<String>) {
    match progress {
        Progress::Working(at) => (JobState::Working, Some(at).filter(|at| !at.is_empty()), None, None),
        Progress::Done(done) => (JobState::Done, None, Some(done), None),
        Progress::Failed(why) => (JobState::Failed, None, None, Some(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_list_ends_where_the_list_does() {
        let rows = [0, 1, 2, 3, 4];
        let part = |from, count| Span { from, count }.of(&rows).map(<[i32]>::to_vec).ok();
        assert_eq!(part(1, 2), Some(vec![1, 2]));
        assert_eq!(part(3, 1000), Some(vec![3, 4]));
        assert_eq!(part(u64::MAX, 1000), Some(vec![]));
        assert_eq!((part(0, 0), part(0, 1001)), (None, None));
    }
}
