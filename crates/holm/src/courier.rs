//! How a request gets to a witness.

use std::time::Duration;

/// A witness that does not answer holds up nobody for longer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Cosignatures are short.
const LONGEST_ANSWER: u64 = 256 * 1024;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status of HTTP.
    pub status: u16,
    /// Its text.
    pub body: String,
}

/// Carries requests.
pub trait Courier {
    /// Posts `body` to `url`.
    ///
    /// # Errors
    /// Says why there is no answer.
    fn post(&self, url: &str, body: &str) -> Result<Answer, String>;

    /// Gets what stands at `url`.
    ///
    /// # Errors
    /// Says why there is no answer.
    fn get(&self, url: &str) -> Result<Answer, String>;
}

/// Carries them over HTTP. What is carried is signed and says how much is recorded, nothing else.
#[derive(Debug)]
pub struct Http {
    agent: ureq::Agent,
}

impl Default for Http {
    fn default() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent("holm")
            .build();
        Self { agent: config.into() }
    }
}

impl Courier for Http {
    fn post(&self, url: &str, body: &str) -> Result<Answer, String> {
        answer(self.agent.post(url).content_type("text/plain; charset=utf-8").send(body))
    }

    fn get(&self, url: &str) -> Result<Answer, String> {
        answer(self.agent.get(url).call())
    }
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, String> {
    let mut response = response.map_err(|error| match error {
        ureq::Error::TlsRequired | ureq::Error::RequireHttpsOnly(_) => {
            "this build of holm speaks plain HTTP only; carry the request as a file (`--request`, `--take`)".to_owned()
        }
        ureq::Error::Io(error) => format!("nobody answers there: {error}"),
        other => other.to_string(),
    })?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string().map_err(|e| e.to_string())?;
    Ok(Answer { status, body })
}
