//! Proceedings against a person, from their opening to their end (`docs/spec/proceedings.md`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::happening::WordError;

super::happening::words!(
    /// What comes next in a proceeding.
    Step, "step of a proceeding",
    /// The person is told what is held against them, and on which grounds.
    Notice = "notice",
    /// The person answers.
    Reply = "reply",
    /// Somebody else reviews it.
    Review = "review",
    /// The person appeals against the review.
    Appeal = "appeal",
    /// A panel decides on the appeal.
    Decision = "decision"
);
super::happening::words!(
    /// How a proceeding ends.
    Ending, "end of a proceeding",
    /// The person did not do it.
    Exonerated = "exonerated",
    /// It is held against the person.
    Upheld = "upheld",
    /// Neither; it goes no further.
    Dropped = "dropped"
);
