//! Who is let in: the browser that opens the start link, which works once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use holm_record::commitment::{hex, sha256};

use crate::server::DeskError;

/// Name of the cookie.
pub(crate) const COOKIE: &str = "holm-session";

/// A secret of 128 bits, in hexadecimal.
pub(crate) fn secret() -> Result<String, DeskError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| DeskError::Randomness)?;
    Ok(hex(&bytes))
}

/// What is compared and kept instead of a secret: it tells nothing of it, however long a comparison takes.
type Digest = [u8; 32];

/// Sessions of this start of the desk; none outlives it.
pub(crate) struct Sessions {
    code: Mutex<Option<Digest>>,
    seen: Mutex<HashMap<Digest, Instant>>,
    idle: Duration,
}

impl Sessions {
    pub(crate) fn new(code: &str, idle: Duration) -> Self {
        Self { code: Mutex::new(Some(sha256(code.as_bytes()))), seen: Mutex::new(HashMap::new()), idle }
    }

    /// Takes the code of the start link for a session; `None` if it is not the code or was taken before.
    pub(crate) fn start(&self, code: &str, now: Instant) -> Result<Option<String>, DeskError> {
        let mut kept = held(&self.code);
        if *kept != Some(sha256(code.as_bytes())) {
            return Ok(None);
        }
        let token = secret()?;
        held(&self.seen).insert(sha256(token.as_bytes()), now);
        *kept = None;
        Ok(Some(token))
    }

    /// Whether the token is that of a session that was used of late; if so, it is used now.
    pub(crate) fn is_open(&self, token: &str, now: Instant) -> bool {
        let mut seen = held(&self.seen);
        seen.retain(|_, last| now.duration_since(*last) < self.idle);
        seen.get_mut(&sha256(token.as_bytes())).is_some_and(|last| {
            *last = now;
            true
        })
    }

    /// Ends one session.
    pub(crate) fn end(&self, token: &str) {
        held(&self.seen).remove(&sha256(token.as_bytes()));
    }

    /// Whether anybody used the desk of late.
    pub(crate) fn are_any(&self, now: Instant) -> bool {
        held(&self.seen).values().any(|last| now.duration_since(*last) < self.idle)
    }
}

/// A lock that a thread which crashed has not made useless: what it guards is replaced whole.
pub(crate) fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_link_works_once_and_its_session_ends_when_idle() {
        let (start, idle) = (Instant::now(), Duration::from_secs(60));
        let sessions = Sessions::new("code", idle);
        assert_eq!(sessions.start("other", start).unwrap(), None);
        let token = sessions.start("code", start).unwrap().unwrap();
        assert_eq!(sessions.start("code", start).unwrap(), None);
        assert!(sessions.is_open(&token, start + Duration::from_secs(59)));
        assert!(sessions.is_open(&token, start + Duration::from_secs(110)), "it was used in between");
        assert!(!sessions.is_open(&token, start + Duration::from_secs(171)));
        assert!(!sessions.are_any(start + Duration::from_secs(171)));
    }

    #[test]
    fn a_session_that_was_ended_is_over() {
        let (now, sessions) = (Instant::now(), Sessions::new("code", Duration::from_secs(60)));
        let token = sessions.start("code", now).unwrap().unwrap();
        sessions.end(&token);
        assert!(!sessions.is_open(&token, now));
    }
}
