//! What somebody who sits here was sent, by ticket: nothing of it is written to the disk, and it is forgotten when they leave.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use crate::session::held;

/// What is kept of a kind; the oldest is forgotten first.
const MOST: usize = 20;

/// Things by ticket.
pub(crate) struct Kept<T>(Mutex<(VecDeque<String>, HashMap<String, T>)>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Kept<T> {
    /// Keeps something, in place of what was kept under this ticket.
    pub(crate) fn keep(&self, ticket: &str, thing: T) {
        let mut kept = held(&self.0);
        if !kept.1.contains_key(ticket) {
            kept.0.push_back(ticket.to_owned());
        }
        if kept.0.len() > MOST
            && let Some(oldest) = kept.0.pop_front()
        {
            kept.1.remove(&oldest);
        }
        kept.1.insert(ticket.to_owned(), thing);
    }

    pub(crate) fn get(&self, ticket: &str) -> Option<T> {
        held(&self.0).1.get(ticket).cloned()
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        *held(&self.0) = Default::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_what_is_kept_again_is_in_its_place() {
        let kept = Kept::default();
        (0..MOST).for_each(|n| kept.keep(&n.to_string(), n));
        kept.keep("0", 100);
        assert_eq!((kept.get("0"), kept.get("1")), (Some(100), Some(1)));
        kept.keep("more", 200);
        assert_eq!((kept.get("0"), kept.get("1"), kept.get("more")), (None, Some(1), Some(200)));
        kept.clear();
        assert_eq!(kept.get("1"), None);
    }
}
