//! Names of persons, items, copies and the rest, checked once where they enter.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name: use 1 to 64 letters, digits, points, hyphens or underscores, beginning with a letter or digit")]
pub struct IdError(String);

/// Whether `text` can name something: it becomes part of file names, so it is kept narrow.
fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=64).contains(&text.len())
        && text.chars().all(inner)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.contains("..")
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a name.
            ///
            /// # Errors
            /// [`IdError`] quotes a text that is no name.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                if is_name(&text) { Ok(Self(text)) } else { Err(IdError(text)) }
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

name!(
    /// A legal authority, such as `order-12-2025`.
    AuthorityName
);
name!(
    /// A person of the roster.
    PersonId
);
name!(
    /// An item.
    ItemName
);
name!(
    /// One recipient's copy of an item: the person's id, a point, and 1 for the first copy.
    CopyId
);
name!(
    /// A custodian of keys.
    CustodianName
);
name!(
    /// A suspected compromise, to which looks are counted.
    IncidentName
);

name!(
    /// Something that is undertaken against a target.
    OperationName
);
name!(
    /// A randomised disclosure.
    ExperimentName
);
name!(
    /// A means by which things get out, whoever is loyal.
    ChannelName
);
name!(
    /// The organisation under investigation.
    TargetName
);

impl CopyId {
    /// The `number`-th copy issued to a person; a function of the person alone, so that nobody can choose it.
    ///
    /// # Errors
    /// [`IdError`] if the person's id is too long to carry the number.
    pub fn of(person: &PersonId, number: u32) -> Result<Self, IdError> {
        Self::new(format!("{person}.{number}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_narrow_enough_for_file_names() {
        for good in ["p17", "raid-brief", "A_1.2"] {
            assert!(PersonId::new(good).is_ok());
        }
        for bad in ["", "-x", ".x", "a b", "a/b", "a..b", "ñ", &"x".repeat(65)] {
            assert_eq!(PersonId::new(bad), Err(IdError(bad.to_owned())));
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused_in_json_too() {
        assert!(serde_json::from_str::<ItemName>("\"../etc\"").is_err());
    }
}
