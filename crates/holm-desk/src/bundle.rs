//! The islands' script as it was embedded, at an address that is its content's.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use holm_record::commitment::{hex, sha256};

/// Empty if the program was built without Node.
const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/desk.js"));

/// Letters of the hash that stand in the address.
const HASH: usize = 16;

static FILE: LazyLock<String> = LazyLock::new(|| {
    let hash: String = hex(&sha256(SCRIPT.as_bytes())).chars().take(HASH).collect();
    format!("desk-{hash}.js")
});

/// Where the script is, if there is one.
pub(crate) fn address() -> Option<String> {
    (!SCRIPT.is_empty()).then(|| format!("/assets/{}", *FILE))
}

/// `GET /assets/{file}`: whatever has this name has always had this content.
pub(crate) async fn script(Path(file): Path<String>) -> Result<([(HeaderName, &'static str); 2], &'static str), StatusCode> {
    if SCRIPT.is_empty() || file != *FILE {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(([(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "private, max-age=31536000, immutable")], SCRIPT))
}
