//! Who is answered at all, and with which headers.
//!
//! Any page on the web can make an officer's browser talk to a port of the officer's machine. So the desk answers only under
//! its own name (no name that an attacker's DNS may point here), takes forms only from its own pages, and shows pages only to
//! the browser that holds the session's cookie, which no other site's request carries (`SameSite=Strict`).
//!
//! # Programs
//! The API ([`crate::api`]) is under the same rules, with one difference. A browser names the origin of whatever changes
//! something; a program does not, so what has no `Origin` may come from a program, or from a browser that keeps silent. The cookie
//! does not tell them apart: to it, another port of this machine is the same site. What has no `Origin` is therefore taken only if
//! - it has no `Sec-Fetch-Site`, which browsers send to this machine and no page can leave out, and
//! - it has the header `Holm-Api: 1`. No form can send a header, and a script of another origin only after the desk allowed it to
//!   (CORS), which the desk never does: it refuses the question, an `OPTIONS` from elsewhere, like everything from elsewhere.
//!
//! A media type that forms cannot send would not do instead: uploads are forms, and browsers have let other pages choose it before.
//! What has an `Origin` is judged by it alone, as on pages, whatever other headers say. Pages never take the header for an origin.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::api;
use crate::language::{self, Language};
use crate::problem::{self, Problem};
use crate::server::Desk;
use crate::session;

/// Sent with every answer. No script that is not ours runs, nothing is fetched from elsewhere, nothing is kept by the browser.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (header::CACHE_CONTROL, "no-store"),
];

/// By which a program says that it is none of a browser's pages.
const PROGRAM: HeaderName = HeaderName::from_static("holm-api");

/// Lets a request through to its handler, or answers it.
pub(crate) async fn guard(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let language = spoken(request.headers());
    request.extensions_mut().insert(language);
    let api = api::is_api(request.uri().path());
    let mut response = match refusal(&desk, &request) {
        Some(problem) if api => api::problem::answer(&problem),
        Some(problem) => problem.page(language),
        None => next.run(request).await,
    };
    if api {
        response = api::problem::restated(response).await;
    } else {
        response = problem::restated(response, language).await;
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn refusal(desk: &Desk, request: &Request) -> Option<Problem> {
    let text = |name: HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok());
    let own = |host: &str| desk.hosts.iter().any(|h| h == host);
    if !text(header::HOST).is_some_and(own) {
        return Some(Problem::Host);
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path();
    let from_here = match request.headers().get(header::ORIGIN) {
        Some(_) => text(header::ORIGIN).and_then(|o| o.strip_prefix("http://")).is_some_and(own),
        None => api::is_api(path) && is_from_a_program(request.headers()),
    };
    if changes && !from_here {
        return Some(Problem::Origin);
    }
    let public = path.starts_with("/start/") || path.starts_with("/assets/");
    let open = || cookie(request.headers(), session::COOKIE).is_some_and(|token| desk.sessions.is_open(token, Instant::now()));
    if !public && !open() {
        return Some(Problem::Stranger);
    }
    None
}

/// Whether a request without an origin comes from no browser (see above).
fn is_from_a_program(headers: &HeaderMap) -> bool {
    !headers.contains_key("sec-fetch-site") && headers.get(PROGRAM).is_some_and(|v| v == "1")
}

/// The language that was chosen, or that the browser prefers.
fn spoken(headers: &HeaderMap) -> Language {
    let chosen = cookie(headers, language::COOKIE).and_then(Language::of_tag);
    let preferred = || headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    chosen.unwrap_or_else(|| Language::preferred(preferred()))
}

/// A cookie's value.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}
