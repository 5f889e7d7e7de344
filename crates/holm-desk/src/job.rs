//! Work that takes longer than a page may: it goes on when the page is left, and is done once however often it is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::session::held;

/// How far a job is.
#[derive(Clone, Debug)]
pub(crate) enum Progress {
    /// At work, at this.
    Working(String),
    /// Done: where the result is.
    Done(String),
    /// It could not be done, and why.
    Failed(String),
}

/// Jobs that are kept; the oldest is forgotten first.
const MOST: usize = 200;

#[derive(Default)]
struct Kept {
    by_ticket: HashMap<String, Progress>,
    order: Vec<String>,
}

/// Jobs of this start of the desk, by the ticket that their form carried.
#[derive(Clone, Default)]
pub(crate) struct Jobs(Arc<Mutex<Kept>>);

impl Jobs {
    /// Begins a job on a thread of its own; nothing if one with this ticket was begun before: a form that is sent twice asks
    /// for one thing.
    pub(crate) fn begin(&self, ticket: &str, work: impl FnOnce(&dyn Fn(&str)) -> Result<String, String> + Send + 'static) {
        {
            let mut kept = held(&self.0);
            if kept.by_ticket.contains_key(ticket) {
                return;
            }
            if kept.order.len() >= MOST {
                let oldest = kept.order.remove(0);
                kept.by_ticket.remove(&oldest);
            }
            kept.order.push(ticket.to_owned());
            kept.by_ticket.insert(ticket.to_owned(), Progress::Working(String::new()));
        }
        let (jobs, ticket) = (self.clone(), ticket.to_owned());
        tokio::task::spawn_blocking(move || {
            let done = work(&|what| jobs.set(&ticket, Progress::Working(what.to_owned())));
            jobs.set(&ticket, done.map_or_else(Progress::Failed, Progress::Done));
        });
    }

    fn set(&self, ticket: &str, progress: Progress) {
        held(&self.0).by_ticket.insert(ticket.to_owned(), progress);
    }

    /// How far a job is; `None` if there is none.
    pub(crate) fn progress(&self, ticket: &str) -> Option<Progress> {
        held(&self.0).by_ticket.get(ticket).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_job_that_is_asked_for_twice_is_done_once() {
        let (jobs, count) = (Jobs::default(), Arc::new(Mutex::new(0)));
        for _ in 0..3 {
            let count = Arc::clone(&count);
            jobs.begin("ticket", move |_| {
                *held(&count) += 1;
                Ok("/there".to_owned())
            });
        }
        let done = || matches!(jobs.progress("ticket"), Some(Progress::Done(path)) if path == "/there");
        while !done() {
            tokio::task::yield_now().await;
        }
        assert_eq!(*held(&count), 1);
        assert!(jobs.progress("other").is_none());
    }
}
