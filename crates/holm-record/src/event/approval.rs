//! What is never one person's to do, and who must approve it (`docs/spec/approvals.md`).

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::member::Role;
use super::vetting::{AuthorityFacts, CheckSort};
use super::{Device, ObjectHash};
use crate::commitment::Commitment;
use crate::id::{IncidentName, ItemName, PersonId};

/// Who must approve what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalPolicy {
    /// Who works at the desk that asks, and so approves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<PersonId>,
    /// Groups of approvers, by name.
    pub groups: BTreeMap<String, Group>,
    /// Groups that must approve acts of a kind.
    pub acts: BTreeMap<ActKind, Vec<String>>,
}

/// Approvers of whom some must agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// How many.
    pub needed: u8,
    /// The keys that sign for each person: Ed25519, in base64.
    pub approvers: BTreeMap<PersonId, Vec<String>>,
}

/// Kinds of acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActKind {
    /// Copies of an item whose marking is for two persons.
    Release,
    /// Showing who stands behind masks.
    Unmask,
    /// Opening an item's key to others.
    Accuse,
    /// Destroying what was recorded.
    Destroy,
    /// Another member, or other roles.
    Members,
    /// Sending things to somebody whose vetting is not in force.
    Except,
    /// A legal authority for reviews of calls and accounts.
    Authority,
    /// A proceeding against somebody.
    Proceed,
    /// Another policy.
    Policy,
}

impl ActKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Release,
        Self::Unmask,
        Self::Accuse,
        Self::Destroy,
        Self::Members,
        Self::Except,
        Self::Authority,
        Self::Proceed,
        Self::Policy,
    ];
}

/// What is asked for, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// Copies of an item, in one append.
    Release {
        /// The item.
        item: ItemName,
        /// Commitment to its manifest.
        manifest: Commitment,
        /// Commitment to its master.
        master: Commitment,
        /// Its marking.
        marking: Option<String>,
        /// To whom, sorted.
        to: Vec<PersonId>,
    },
    /// Showing who stands behind masks.
    Unmask {
        /// Where.
        of: Masked,
        /// Until when.
        until: Timestamp,
    },
    /// Opening an item's key.
    Accuse {
        /// The item.
        item: ItemName,
        /// The incident whose verdict can then be checked by others.
        incident: IncidentName,
    },
    /// Destroying bodies of entries and sealed files.
    Destroy {
        /// Numbers of entries.
        entries: Vec<u64>,
        /// Sealed files.
        objects: Vec<ObjectHash>,
        /// By whose authority, and under which rule.
        authority: String,
    },
    /// Another member, or other roles.
    Members {
        /// Who.
        member: PersonId,
        /// As what.
        roles: Vec<Role>,
        /// With which devices.
        devices: Vec<Device>,
    },
    /// Sending things to somebody although checks of them are failed, missing or overdue.
    Except {
        /// Whom.
        person: PersonId,
        /// Which checks, sorted.
        sorts: Vec<CheckSort>,
        /// Until the end of which day.
        until: Date,
    },
    /// A legal authority for reviews of calls and accounts.
    Authority {
        /// What it is.
        facts: AuthorityFacts,
    },
    /// A proceeding against somebody.
    Proceed {
        /// Against whom.
        person: PersonId,
        /// About what.
        incident: IncidentName,
    },
    /// Another policy.
    Policy {
        /// The policy.
        policy: ApprovalPolicy,
    },
}

/// A view in which people are masked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "kebab-case")]
pub enum Masked {
    /// Verdicts of an incident.
    Incident {
        /// Its name.
        incident: IncidentName,
    },
    /// Beliefs about people.
    Beliefs,
    /// Checks on people; never masked, its readings are recorded.
    Vetting,
}

impl Act {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ActKind {
        match self {
            Self::Release { .. } => ActKind::Release,
            Self::Unmask { .. } => ActKind::Unmask,
            Self::Accuse { .. } => ActKind::Accuse,
            Self::Destroy { .. } => ActKind::Destroy,
            Self::Members { .. } => ActKind::Members,
            Self::Except { .. } => ActKind::Except,
            Self::Authority { .. } => ActKind::Authority,
            Self::Proceed { .. } => ActKind::Proceed,
            Self::Policy { .. } => ActKind::Policy,
        }
    }
}

impl ApprovalPolicy {
    /// Groups that must approve acts of a kind: those that stand beside it, and for another policy all of them.
    pub fn asked(&self, kind: ActKind) -> impl Iterator<Item = (&str, &Group)> {
        let beside = self.acts.get(&kind).map(Vec::as_slice).unwrap_or_default();
        let all = kind == ActKind::Policy;
        self.groups.iter().filter(move |(name, _)| all || beside.contains(name)).map(|(name, group)| (name.as_str(), group))
    }
}

impl fmt::Display for ActKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Release => "release",
            Self::Unmask => "unmask",
            Self::Accuse => "accuse",
            Self::Destroy => "destroy",
            Self::Members => "members",
            Self::Except => "except",
            Self::Authority => "authority",
            Self::Proceed => "proceed",
            Self::Policy => "policy",
        })
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incident { incident } => write!(f, "the verdicts of `{incident}`"),
            Self::Beliefs => f.write_str("beliefs"),
            Self::Vetting => f.write_str("checks on people"),
        }
    }
}

/// In words, one line, as whoever approves is shown it.
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release { item, marking, to, .. } => {
                let marking = marking.as_deref().unwrap_or("no marking");
                write!(f, "release `{item}` ({marking}) to {}", listed(to))
            }
            Self::Unmask { of, until } => write!(f, "show who stands behind masks in {of} until {until:.0}"),
            Self::Accuse { item, incident } => {
                write!(f, "open the key of `{item}` to others, with who was named in `{incident}`")
            }
            Self::Destroy { entries, objects, authority } => {
                write!(f, "destroy {} entries and {} sealed files, by authority of {authority}", entries.len(), objects.len())?;
                if !entries.is_empty() {
                    write!(f, " (entries {})", listed(entries))?;
                }
                Ok(())
            }
            Self::Members { member, roles, .. } if roles.is_empty() => write!(f, "have `{member}` work here no more"),
            Self::Members { member, roles, devices } => {
                let keys: Vec<&str> = devices.iter().map(|d| d.recipient.as_str()).collect();
                write!(f, "have `{member}` work here as {}, with the keys {}", listed(roles), listed(&keys))
            }
            Self::Except { person, sorts, until } => {
                write!(f, "let `{person}` be sent things until {until} although these checks are not in force: {}", listed(sorts))
            }
            Self::Authority { facts } => {
                let AuthorityFacts { authority, basis, issued_by, sorts, persons, data_from, data_until, valid_until, .. } =
                    facts;
                write!(
                    f,
                    "use `{authority}` ({basis}, {issued_by}) until {valid_until} for {} of {}, over {data_from} to {data_until}",
                    listed(sorts),
                    listed(persons)
                )
            }
            Self::Proceed { person, incident } => write!(f, "open a proceeding against `{person}` about `{incident}`"),
            Self::Policy { policy } => {
                let group = |(name, group): (&String, &Group)| {
                    format!("{} of {name}: {}", group.needed, listed(&group.approvers.keys().collect::<Vec<_>>()))
                };
                let acts = policy.acts.iter().map(|(kind, groups)| format!("{kind} needs {}", listed(groups)));
                let parts: Vec<String> = policy.groups.iter().map(group).chain(acts).collect();
                write!(f, "have others approve from now on: {}", parts.join("; "))
            }
        }
    }
}

fn listed<T: fmt::Display>(names: &[T]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
