//! Work that takes longer than an answer may: it goes on when the page is left, and is done once however often it is asked for.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use holm_record::commitment::sha256;
use holm_record::id::ItemName;

use crate::session::held;

/// Kinds of work. A ticket counts within its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Work {
    Trace,
    Release,
    Correction,
    Statements,
}

/// What whoever asks calls a job, so that asking twice does it once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ticket(String);

impl Ticket {
    /// Takes 1 to 64 letters, digits, hyphens and underscores; it becomes part of an address.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a job is about, as a SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject([u8; 32]);

impl Subject {
    /// Of several texts and files, in order.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let digests: Vec<u8> = parts.into_iter().flat_map(sha256).collect();
        Self(sha256(&digests))
    }
}

/// What a job came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Done {
    /// Indices of the looks with a verdict, the likeliest item's first; none if the leak is of no item.
    Traced(Vec<u64>),
    /// The item.
    Released(ItemName),
    /// The draft whose second person is waited for.
    Waiting(String),
    /// The entry of statements that were read.
    Read(u64),
}

/// How far a job is.
#[derive(Clone, Debug)]
pub(crate) enum Progress {
    /// At work, at this.
    Working(String),
    /// Done.
    Done(Done),
    /// It could not be done, and why.
    Failed(String),
}

/// A ticket was given to another job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken;

/// Jobs that are kept; the oldest is forgotten first.
const MOST: usize = 200;

struct Job {
    subject: Subject,
    progress: Progress,
}

type Key = (Work, Ticket);

#[derive(Default)]
struct Kept {
    by_key: HashMap<Key, Job>,
    order: VecDeque<Key>,
}

/// Jobs of this start of the desk, by the ticket that their form carried.
#[derive(Clone, Default)]
pub(crate) struct Jobs(Arc<Mutex<Kept>>);

impl Jobs {
    /// Begins a job on a thread of its own; nothing if it was begun before under this ticket: a form that is sent twice asks for
    /// one thing.
    ///
    /// # Errors
    /// [`Taken`] if the ticket was given to a job about something else: its result would be taken for this one's.
    pub(crate) fn begin(
        &self,
        (work, ticket): (Work, &Ticket),
        subject: Subject,
        job: impl FnOnce(&dyn Fn(&str)) -> Result<Done, String> + Send + 'static,
    ) -> Result<(), Taken> {
        let key = (work, ticket.clone());
        {
            let mut kept = held(&self.0);
            if let Some(before) = kept.by_key.get(&key) {
                return if before.subject == subject { Ok(()) } else { Err(Taken) };
            }
            if kept.order.len() >= MOST
                && let Some(oldest) = kept.order.pop_front()
            {
                kept.by_key.remove(&oldest);
            }
            kept.order.push_back(key.clone());
            kept.by_key.insert(key.clone(), Job { subject, progress: Progress::Working(String::new()) });
        }
        let jobs = self.clone();
        tokio::task::spawn_blocking(move || {
            let done = job(&|what| jobs.set(&key, Progress::Working(what.to_owned())));
            jobs.set(&key, done.map_or_else(Progress::Failed, Progress::Done));
        });
        Ok(())
    }

    fn set(&self, key: &Key, progress: Progress) {
        if let Some(job) = held(&self.0).by_key.get_mut(key) {
            job.progress = progress;
        }
    }

    /// Whether a job was begun under this ticket.
    ///
    /// # Errors
    /// [`Taken`] if another was.
    pub(crate) fn is_begun(&self, work: Work, ticket: &Ticket, subject: Subject) -> Result<bool, Taken> {
        match held(&self.0).by_key.get(&(work, ticket.clone())) {
            None => Ok(false),
            Some(job) if job.subject == subject => Ok(true),
            Some(_) => Err(Taken),
        }
    }

    /// How far a job is; `None` if there is none.
    pub(crate) fn progress(&self, work: Work, ticket: &str) -> Option<Progress> {
        let key = (work, Ticket::new(ticket)?);
        held(&self.0).by_key.get(&key).map(|job| job.progress.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_job_that_is_asked_for_twice_is_done_once_and_its_ticket_does_nothing_else() {
        let (jobs, count) = (Jobs::default(), Arc::new(Mutex::new(0)));
        let ticket = Ticket::new("ticket").unwrap();
        let begin = |work, leak: &[u8]| {
            let count = Arc::clone(&count);
            jobs.begin((work, &ticket), Subject::of([leak]), move |_| {
                *held(&count) += 1;
                Ok(Done::Traced(vec![7]))
            })
        };
        for _ in 0..3 {
            assert_eq!(begin(Work::Trace, b"a leak"), Ok(()));
        }
        assert_eq!(begin(Work::Trace, b"another leak"), Err(Taken));
        let done = |work| matches!(jobs.progress(work, "ticket"), Some(Progress::Done(done)) if done == Done::Traced(vec![7]));
        while !done(Work::Trace) {
            tokio::task::yield_now().await;
        }
        assert_eq!(*held(&count), 1);
        assert!(jobs.progress(Work::Trace, "other").is_none());
        assert!(jobs.progress(Work::Release, "ticket").is_none(), "a ticket counts within its kind of work");
    }

    #[test]
    fn a_ticket_can_stand_in_an_address() {
        assert!(Ticket::new("3f2a_B-9").is_some());
        for bad in ["", ".", "a/b", "a b", "a\0", "ñ", &"x".repeat(65)] {
            assert_eq!(Ticket::new(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn subjects_are_told_apart_wherever_one_part_ends() {
        assert_ne!(Subject::of([b"ab".as_slice(), b"c"]), Subject::of([b"a".as_slice(), b"bc"]));
    }
}
