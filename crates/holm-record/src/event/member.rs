//! Who works in the workspace, and as what (`docs/spec/roles.md`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a member works as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Shares items of their own, and sees no others.
    Originator,
    /// Shares, keeps the roster, records what happened.
    SharingOfficer,
    /// Vets people: keeps the roster, sees no items.
    VettingOfficer,
    /// Weighs what happened; reads no item's text.
    Analyst,
    /// Keeps keys, record and members; traces leaks; shares nothing.
    Custodian,
    /// Sees what was done; does nothing.
    Inspector,
}

impl Role {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::Originator, Self::SharingOfficer, Self::VettingOfficer, Self::Analyst, Self::Custodian, Self::Inspector];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Originator => "originator",
            Self::SharingOfficer => "sharing-officer",
            Self::VettingOfficer => "vetting-officer",
            Self::Analyst => "analyst",
            Self::Custodian => "custodian",
            Self::Inspector => "inspector",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No such role.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no role; roles are originator, sharing-officer, vetting-officer, analyst, custodian and inspector")]
pub struct NoRole(String);

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| NoRole(text.to_owned()))
    }
}
