//! What happened outside: operations, incidents, and the words for what came of them (`docs/spec/operations.md`).

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ChannelName, ItemName, OperationName, PersonId, TargetName};

/// A word that is none of those there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no {what}: it is one of {known}")]
pub struct WordError {
    /// The word.
    pub word: String,
    /// What it should have been.
    pub what: &'static str,
    /// What there is.
    pub known: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal, $($(#[$of:meta])* $variant:ident = $word:literal),+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $name {
            type Err = WordError;
            fn from_str(word: &str) -> Result<Self, WordError> {
                Self::ALL.iter().find(|one| one.word() == word).copied().ok_or_else(|| WordError {
                    word: word.to_owned(),
                    what: $what,
                    known: Self::ALL.iter().map(|one| one.word()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

pub(super) use words;

words!(
    /// What kind of channel something can get out by.
    ChannelSort, "sort of channel",
    /// A telephone.
    Phone = "phone",
    /// A radio net.
    RadioNet = "radio-net",
    /// A room in which it is spoken of.
    Room = "room",
    /// A computer system.
    ItSystem = "it-system",
    /// Somebody who carries it.
    Courier = "courier",
    /// Anything else.
    Other = "other"
);
words!(
    /// What came of an operation, or how sure it is that there was a leak.
    Outcome, "outcome",
    /// It went as planned.
    Clean = "clean",
    /// There may have been a leak.
    Suspected = "suspected",
    /// There was a leak.
    Confirmed = "confirmed",
    /// Nothing can be said.
    Unknown = "unknown"
);
words!(
    /// What an incident looked like.
    IncidentSort, "sort of incident",
    /// Whoever was sought had gone.
    TargetGone = "target-gone",
    /// They were waiting.
    TargetPrepared = "target-prepared",
    /// They were overheard saying it.
    Intercept = "intercept",
    /// A copy turned up.
    CopyRecovered = "copy-recovered",
    /// They acted on one of several versions.
    VariantActedOn = "variant-acted-on",
    /// An informant said so.
    InformantReport = "informant-report",
    /// Somebody was harmed for it.
    PersonHarmed = "person-harmed",
    /// Anything else.
    Other = "other"
);

/// How much of what there was to tell somebody was told: more than 0, at most 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Weight(f64);

/// A weight that is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("`{0}` is no weight: a weight is more than 0 and at most 1, which is all that there was to tell")]
pub struct WeightError(String);

impl Weight {
    /// All of it.
    pub const WHOLE: Self = Self(1.0);

    /// The share.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// The larger of two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }
}

impl Default for Weight {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl TryFrom<f64> for Weight {
    type Error = WeightError;
    fn try_from(share: f64) -> Result<Self, WeightError> {
        if share > 0.0 && share <= 1.0 { Ok(Self(share)) } else { Err(WeightError(share.to_string())) }
    }
}

impl From<Weight> for f64 {
    fn from(weight: Weight) -> Self {
        weight.0
    }
}

impl FromStr for Weight {
    type Err = WeightError;
    fn from_str(text: &str) -> Result<Self, WeightError> {
        let share: f64 = text.parse().map_err(|_| WeightError(text.to_owned()))?;
        Self::try_from(share).map_err(|_| WeightError(text.to_owned()))
    }
}

/// Between which moments a leak must have happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Not after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

/// Somebody knew of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// Who.
    pub person: PersonId,
    /// Since when; before the operation, if it is not known when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// How much of it.
    #[serde(default)]
    pub weight: Weight,
}

/// What is known of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationFacts {
    /// Its name.
    pub operation: OperationName,
    /// Its sort: each fails by itself at a rate of its own.
    pub sort: String,
    /// When it is, or was, to happen.
    pub at: Timestamp,
    /// Against whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetName>,
    /// Units that take part: their members may know of it though nobody noted it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// Channels by which it was spoken of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelName>,
    /// Items that tell of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemName>,
    /// Who was told, as far as it does not follow from items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Exposure>,
    /// Who or what is harmed if it is betrayed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endangers: Vec<String>,
    /// What else is to be said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// What came of it, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Between which moments a leak of it must have happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// What is known of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentFacts {
    /// What it looked like.
    pub sort: IncidentSort,
    /// When it was noticed.
    pub noticed: Timestamp,
    /// Between which moments the leak must have happened.
    #[serde(default)]
    pub window: Window,
    /// How sure it is that there was a leak; never clean.
    pub certainty: Outcome,
    /// The operation that was betrayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationName>,
    /// The item that got out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemName>,
    /// Which of several versions they acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// How the source is graded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// Other explanations that were considered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub considered: Option<String>,
    /// What else is to be said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_outside_of_nought_to_one_are_refused_in_json_too() {
        for bad in ["0", "-0.1", "1.01", "NaN", "inf", "x"] {
            assert!(bad.parse::<Weight>().is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Weight>("0").is_err());
        assert!((serde_json::from_str::<Weight>("0.2").unwrap().get() - 0.2).abs() < 1e-15);
    }

    #[test]
    fn a_word_that_is_none_is_answered_with_those_there_are() {
        let error = "wet".parse::<Outcome>().unwrap_err();
        assert_eq!(error.to_string(), "`wet` is no outcome: it is one of clean, suspected, confirmed, unknown");
        for sort in IncidentSort::ALL {
            assert_eq!(sort.word().parse::<IncidentSort>().unwrap(), *sort);
        }
    }
}

/// An oral briefing, after it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Telling {
    /// The item that was told, unless an operation was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemName>,
    /// The operation that was told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationName>,
    /// Whom.
    pub persons: Vec<PersonId>,
    /// When.
    pub at: Timestamp,
    /// By which channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelName>,
    /// How much of it.
    #[serde(default)]
    pub weight: Weight,
    /// Which of several versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The rule of the item's marking that it broke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach: Option<String>,
    /// What else is to be said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}
