//! The policy: who must approve what, as a file says it and as it is recorded.

use std::collections::{BTreeMap, BTreeSet};

use holm_record::event::Event;
use holm_record::event::approval::{ActKind, ApprovalPolicy, Group};
use holm_record::id::PersonId;
use holm_record::note::NoteKey;
use serde::Deserialize;

use crate::identity::verifier_of;
use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

/// A policy cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Not a policy.
    #[error("this is not a policy of approvals: {0}")]
    Malformed(String),
    /// No groups.
    #[error("the policy names no groups; give at least one `[groups.NAME]` with `needed` and `persons`")]
    Empty,
    /// More are needed than there are, or none.
    #[error("group `{group}` needs {needed} of {persons} persons; say from 1 to {persons}")]
    Needed {
        /// The group.
        group: String,
        /// How many it needs.
        needed: u8,
        /// How many it has.
        persons: usize,
    },
    /// An act names a group that is not there.
    #[error("`{act}` names the group `{group}`, which the policy does not have")]
    NoGroup {
        /// The act.
        act: ActKind,
        /// The group.
        group: String,
    },
    /// Policies are not among the acts.
    #[error("another policy always needs every group; leave `policy` out of `[acts]`")]
    OfItself,
    /// Not on the roster, left, or without a device that signs.
    #[error("`{0}` cannot approve: not on the roster, has left, or has no device that signs")]
    Unfit(PersonId),
    /// In two groups.
    #[error("`{0}` stands twice; everybody is in one group")]
    Twice(PersonId),
    /// Who asks would approve.
    #[error("`{0}` works at this desk and asks; nobody approves what they asked for themselves")]
    OwnOfficer(PersonId),
    /// A key of two persons.
    #[error("`{0}` and `{1}` have one signing key; each needs their own")]
    SharedKey(PersonId, PersonId),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    officer: Option<PersonId>,
    #[serde(default)]
    groups: BTreeMap<String, FileGroup>,
    #[serde(default)]
    acts: BTreeMap<ActKind, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileGroup {
    needed: u8,
    persons: Vec<PersonId>,
}

/// The keys that sign for a person.
pub(crate) fn verifying_keys(person: &PersonId, signers: &[String]) -> Vec<NoteKey> {
    signers.iter().filter_map(|s| verifier_of(s)).map(|key| NoteKey::new(person.as_str(), key)).collect()
}

/// Reads a policy, with the keys that the roster has for its persons.
///
/// # Errors
/// [`PolicyError`] names the first thing that is wrong.
pub fn parse(text: &str, state: &State, officer_signer: Option<&str>) -> Result<ApprovalPolicy, PolicyError> {
    let file: File = toml::from_str(text).map_err(|e| PolicyError::Malformed(e.to_string().trim_end().to_owned()))?;
    if file.groups.is_empty() {
        return Err(PolicyError::Empty);
    }
    for (act, groups) in &file.acts {
        if *act == ActKind::Policy {
            return Err(PolicyError::OfItself);
        }
        if let Some(group) = groups.iter().find(|g| !file.groups.contains_key(*g)) {
            return Err(PolicyError::NoGroup { act: *act, group: group.clone() });
        }
    }
    let mut persons = BTreeSet::new();
    for person in file.groups.values().flat_map(|group| &group.persons) {
        if !persons.insert(person) {
            return Err(PolicyError::Twice(person.clone()));
        }
    }
    let mut groups = BTreeMap::new();
    for (name, group) in &file.groups {
        let (needed, persons) = (group.needed, group.persons.len());
        if !(1..=persons).contains(&usize::from(needed)) {
            return Err(PolicyError::Needed { group: name.clone(), needed, persons });
        }
        let of = |person: &PersonId| Ok((person.clone(), signers(state, person)?));
        let approvers = group.persons.iter().map(of).collect::<Result<_, PolicyError>>()?;
        groups.insert(name.clone(), Group { needed, approvers });
    }
    apart(&groups, file.officer.as_ref(), officer_signer)?;
    Ok(ApprovalPolicy { officer: file.officer, groups, acts: file.acts })
}

fn signers(state: &State, person: &PersonId) -> Result<Vec<String>, PolicyError> {
    let known = state.persons.get(person).filter(|p| !p.left);
    let keys: Vec<String> = known.iter().flat_map(|p| p.usable_devices()).filter_map(|d| d.signer.clone()).collect();
    if keys.is_empty() { Err(PolicyError::Unfit(person.clone())) } else { Ok(keys) }
}

/// Every approver has keys of their own, and none of them is who asks.
fn apart(groups: &BTreeMap<String, Group>, officer: Option<&PersonId>, officer_signer: Option<&str>) -> Result<(), PolicyError> {
    let mut keys: BTreeMap<&str, &PersonId> = BTreeMap::new();
    for (person, signers) in groups.values().flat_map(|group| &group.approvers) {
        let own = signers.iter().any(|s| Some(s.as_str()) == officer_signer);
        if own || officer == Some(person) {
            return Err(PolicyError::OwnOfficer(person.clone()));
        }
        for signer in signers {
            if let Some(other) = keys.insert(signer, person).filter(|other| *other != person) {
                return Err(PolicyError::SharedKey(other.clone(), person.clone()));
            }
        }
    }
    Ok(())
}

impl Workspace {
    /// Reads a policy against this workspace's roster.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn approval_policy(&self, text: &str) -> Result<ApprovalPolicy, PolicyError> {
        parse(text, self.state(), self.keys().signer_line().as_deref())
    }

    /// Records who must approve what from now on. The first policy needs no approval, every further one all groups of the one before.
    ///
    /// # Errors
    /// [`WorkspaceError::NotApproved`] among others; nothing is recorded then.
    pub fn set_approvals(&mut self, permit: &Permit, policy: ApprovalPolicy) -> Result<u64, WorkspaceError> {
        self.append(permit, vec![Event::ApprovalPolicySet { policy }])
    }
}
