//! The witness's server (C2SP tlog-witness): the only one here that answers other machines. It holds no workspace and no item; all that it
//! reads is signed by a log that its operator trusts, all that it answers is a cosignature.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use holm::witness::WitnessDesk;
use holm_record::witness::Refusal;
use jiff::Timestamp;

use crate::DeskError;

/// A checkpoint with 64 signatures of ML-DSA fits.
const LONGEST_REQUEST: usize = 256 * 1024;
/// A client that sends more slowly is not waited for.
const PATIENCE: Duration = Duration::from_secs(15);

type Shared = Arc<Mutex<WitnessDesk>>;

/// A witness that is bound to its address.
pub struct WitnessServer {
    listener: TcpListener,
    address: SocketAddr,
    witness: Shared,
}

impl WitnessServer {
    /// Binds the address.
    ///
    /// # Errors
    /// [`DeskError::Port`].
    pub fn bind(witness: WitnessDesk, listen: SocketAddr) -> Result<Self, DeskError> {
        let taken = |e: std::io::Error| DeskError::Port { port: listen.port(), why: e.to_string() };
        let listener = TcpListener::bind(listen).map_err(taken)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, witness: Arc::new(Mutex::new(witness)) })
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the process is interrupted.
    ///
    /// # Errors
    /// [`DeskError::Serve`].
    pub fn run(self) -> Result<(), DeskError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            let interrupted = async {
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            Ok(axum::serve(listener, routes(self.witness)).with_graceful_shutdown(interrupted).await?)
        })
    }
}

pub(crate) fn routes(witness: Shared) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(newest))
        .layer(DefaultBodyLimit::max(LONGEST_REQUEST))
        .layer(axum::middleware::from_fn(patiently))
        .with_state(witness)
}

async fn patiently(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let answer = tokio::time::timeout(PATIENCE, next.run(request)).await;
    answer.unwrap_or_else(|_| plain(StatusCode::REQUEST_TIMEOUT, "the request took too long\n".to_owned()))
}

/// The witness's keys, for whoever writes a policy.
async fn about(State(witness): State<Shared>) -> Response {
    let held = witness.lock().unwrap_or_else(PoisonError::into_inner);
    let keys: String = held.keys().iter().map(|k| k.to_vkey() + "\n").collect();
    plain(StatusCode::OK, keys)
}

async fn add_checkpoint(State(witness): State<Shared>, body: Bytes) -> Response {
    let Ok(request) = String::from_utf8(body.to_vec()) else {
        return plain(StatusCode::BAD_REQUEST, "the request is not UTF-8 text\n".to_owned());
    };
    // The answer waits for the disk.
    let answer = tokio::task::spawn_blocking(move || {
        witness.lock().unwrap_or_else(PoisonError::into_inner).add_checkpoint(&request, Timestamp::now())
    });
    match answer.await {
        Ok(Ok(lines)) => plain(StatusCode::OK, lines),
        Ok(Err(refusal)) => refused(&refusal),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "nothing was cosigned\n".to_owned()),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refusal {
        Refusal::Moved { size } | Refusal::Forked { size } => {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/x.tlog.size"));
            (status, headers, format!("{size}\n")).into_response()
        }
        other => plain(status, format!("{other}\n")),
    }
}

/// `origin` is the SHA-256 of a log's origin, in hexadecimal.
async fn newest(State(witness): State<Shared>, Path(origin): Path<String>) -> Response {
    let found = witness.lock().unwrap_or_else(PoisonError::into_inner).newest_of(&origin);
    match found {
        Ok(Some(note)) => plain(StatusCode::OK, note),
        Ok(None) => plain(StatusCode::NOT_FOUND, "nothing was cosigned of such a log\n".to_owned()),
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}

fn plain(status: StatusCode, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body).into_response()
}
