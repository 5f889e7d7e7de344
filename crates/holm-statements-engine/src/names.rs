//! Numbers, accounts and words as small integers, so that the engine joins and groups what it can compare in one step.

use std::collections::HashMap;

/// Texts and their ids, counted from 0 in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<Box<str>, i32>,
    texts: Vec<Box<str>>,
}

impl Names {
    /// The text's id, a new one if it has none. Beyond 2³¹ texts, which do not fit into memory, all share the last.
    pub(crate) fn id(&mut self, text: &str) -> i32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = i32::try_from(self.texts.len()).unwrap_or(i32::MAX);
        self.ids.insert(text.into(), id);
        self.texts.push(text.into());
        id
    }

    /// The text of an id; empty for one that was not given out.
    pub(crate) fn text(&self, id: i32) -> &str {
        usize::try_from(id).ok().and_then(|at| self.texts.get(at)).map_or("", |t| t)
    }
}
