//! Why a request has no answer.

use std::path::PathBuf;

/// Everything that ends a run. Rows that cannot be read do not: they are named in the answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Failure {
    #[error("the request cannot be read: {0}")]
    Request(serde_json::Error),
    #[error("the request has a zone that is not known: `{0}`")]
    Zone(String),
    #[error("the scope's first day is not before its last, or outside the calendar")]
    Scope,
    #[error("the scope has no person")]
    Nobody,
    #[error("`{0}` stands in the scope twice")]
    Twice(String),
    #[error("{persons} persons are in the scope and {screened} were screened")]
    Screened { persons: usize, screened: u32 },
    #[error("`after_hours` is 0: a window of no length counts nothing")]
    NoWindow,
    #[error("`{own}` belongs to `{first}` and to `{second}`")]
    TwoOwners { own: String, first: String, second: String },
    #[error("`{path}`: its mapping cannot be used: {reason}")]
    Mapping { path: String, reason: String },
    #[error("`{path}` has no column {missing}; it has {existing}")]
    Columns { path: String, missing: String, existing: String },
    #[error("`{path}` cannot be read: {reason}")]
    File { path: PathBuf, reason: String },
    #[error("`{path}` has {rows} rows and none can be read; the first: {reason}")]
    NoRow { path: String, rows: u64, reason: String },
    #[error("`{0}` is none of this program's options: `--cluster df://HOST:PORT --shared FOLDER`, both or neither")]
    Option(String),
    #[cfg(not(feature = "cluster"))]
    #[error("this program was built without the client of a cluster: build it with `make statements CLUSTER=1`")]
    NoClient,
    #[cfg(feature = "cluster")]
    #[error("`{url}` is no cluster's scheduler: {reason}")]
    Url { url: String, reason: String },
    #[cfg(feature = "cluster")]
    #[error("no table can be laid down in `{path}`, which every executor must reach under the same path: {reason}")]
    Shared { path: PathBuf, reason: String },
    #[error("the engine failed: {0}")]
    Engine(#[from] datafusion::error::DataFusionError),
    #[error("the engine failed: {0}")]
    Arrow(#[from] datafusion::arrow::error::ArrowError),
    #[error("the engine answered with other columns than `{0}`")]
    Shape(&'static str),
    #[error("{0}")]
    Stream(#[from] std::io::Error),
}
