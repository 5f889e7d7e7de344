//! Who works in the workspace, with which keys, and what is sealed to whom (`docs/spec/roles.md`).

pub mod seen;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use holm_record::event::approval::Act;
use holm_record::event::member::Role;
use holm_record::event::{Device, Event};
use holm_record::id::{ItemName, PersonId};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::failpoint::failpoint;
use crate::identity::{DeviceKeys, decrypt_with, encrypt_to_lines};
use crate::policy::{Permit, Refusal};
use crate::role::{Reach, UseCase};
use crate::state::State;
use crate::vault::{VaultError, write_secret};
use crate::workspace::{OFFICER, RECOVERY, Workspace, WorkspaceError};

/// The vault's keys, sealed to the members who may read items.
pub(crate) const VAULT_KEYS: &str = "vault.age";

/// Somebody who works in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// As what; nobody without a role is a member.
    pub roles: BTreeSet<Role>,
    /// With which devices, as they were when the entry was made.
    pub devices: Vec<Device>,
    /// The entry.
    pub since: u64,
}

/// All who do, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// By name; without roles those who do no more.
    pub by_name: BTreeMap<PersonId, Member>,
    /// age recipient to which files are sealed; none while one officer works alone.
    pub vault: Option<String>,
}

impl Members {
    pub(crate) fn apply(&mut self, index: u64, event: &Event) {
        if let Event::MemberSet { member, roles, devices, vault } = event {
            let (roles, devices) = (roles.iter().copied().collect(), devices.clone());
            self.by_name.insert(member.clone(), Member { roles, devices, since: index });
            self.vault = Some(vault.clone());
        }
    }

    /// Whether one officer works alone.
    #[must_use]
    pub fn is_one_officer(&self) -> bool {
        self.by_name.is_empty()
    }
}

/// A member cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberError {
    /// Nobody raises themselves.
    #[error("nobody changes their own roles; another custodian can")]
    Own,
    /// A name that means somebody else.
    #[error("a person who is called `{0}` cannot be a member: that name stands for a key of this workspace")]
    Reserved(PersonId),
    /// Not on the roster, left, or without a device that signs.
    #[error("`{0}` cannot be a member: not on the roster, has left, or has no device that signs")]
    Unfit(PersonId),
    /// Never was one.
    #[error("`{0}` is no member")]
    NoMember(PersonId),
    /// One key for two.
    #[error("`{0}` and `{1}` have one key; each member needs their own")]
    SharedKey(PersonId, PersonId),
    /// Nobody could change anything any more.
    #[error("`{0}` is the last custodian; make another one first")]
    LastCustodian(PersonId),
    /// Nothing would change.
    #[error("`{0}` has these roles and devices already")]
    Same(PersonId),
}

/// `vault.age`.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct VaultKeys {
    /// age secret keys, oldest first.
    identities: Vec<String>,
    /// To whom the file is sealed.
    sealed_to: Vec<String>,
    /// To whom it was sealed since the newest key was there.
    known_to: Vec<String>,
}

impl State {
    /// The roles of an actor.
    #[must_use]
    pub fn roles_of(&self, actor: &str) -> BTreeSet<Role> {
        if self.members.is_one_officer() {
            return if actor == OFFICER { Role::ALL.into() } else { BTreeSet::new() };
        }
        if actor == RECOVERY {
            return [Role::Custodian].into();
        }
        let member = self.members.by_name.iter().find(|(name, _)| name.as_str() == actor);
        member.filter(|(name, _)| self.is_here(name)).map(|(_, member)| member.roles.clone()).unwrap_or_default()
    }

    /// Whether a member did not leave the roster; the officer is not on it.
    fn is_here(&self, member: &PersonId) -> bool {
        member.as_str() == OFFICER || self.persons.get(member).is_some_and(|p| !p.left)
    }

    /// Members with a role, and their devices that are not lost.
    pub fn working(&self) -> impl Iterator<Item = (&PersonId, &Member, Vec<&Device>)> {
        let here = self.members.by_name.iter().filter(|(name, member)| self.is_here(name) && !member.roles.is_empty());
        here.map(|(name, member)| {
            let lost = self.persons.get(name).map(|p| p.lost.as_slice()).unwrap_or_default();
            (name, member, member.devices.iter().filter(|d| !lost.contains(&d.recipient)).collect())
        })
    }

    /// age recipients of members for whom a use-case reaches to something.
    fn recipients_of(&self, case: UseCase) -> BTreeSet<String> {
        let may = self.working().filter(|(_, member, _)| case.reach_of(&member.roles) > Reach::No);
        may.flat_map(|(_, _, devices)| devices).map(|d| d.recipient.clone()).collect()
    }

    /// Checks that an actor may do something.
    ///
    /// # Errors
    /// [`Refusal::Role`] says whose it is.
    pub fn may(&self, actor: &str, case: UseCase) -> Result<Reach, Refusal> {
        let roles = self.roles_of(actor);
        match case.reach_of(&roles) {
            Reach::No => Err(Refusal::Role { actor: actor.to_owned(), roles: roles.into_iter().collect(), case }),
            reach => Ok(reach),
        }
    }
}

/// What begins the names of items of those who see no others' items.
fn prefix(actor: &str) -> String {
    format!("{actor}-")
}

impl State {
    /// Checks the name of an item that an actor prepares: of those who see no others' items it begins with their own, and of nobody else's, so
    /// that no refusal tells of an item that does not exist for them.
    ///
    /// # Errors
    /// [`Refusal::ItemNamed`].
    pub fn may_be_named(&self, actor: &str, item: &ItemName) -> Result<(), Refusal> {
        let sees_own = |actor: &str| UseCase::SeeItems.reach_of(&self.roles_of(actor)) == Reach::Own;
        let own = self.working().map(|(name, ..)| name.as_str()).filter(|name| sees_own(name));
        // Of `p1` and `p1-b` both, `p1-b-note` is the second's.
        let whose = own.filter(|name| item.as_str().starts_with(&prefix(name))).max_by_key(|name| name.len());
        match (sees_own(actor), whose) {
            (true, Some(name)) if name == actor => Ok(()),
            (false, None) => Ok(()),
            (true, _) => Err(Refusal::ItemNamed(item.clone(), actor.to_owned())),
            (false, Some(name)) => Err(Refusal::ItemNamed(item.clone(), name.to_owned())),
        }
    }
}

/// Whose key this is, of those that the workspace knows; `None` if it is nobody's any more.
pub(crate) fn whose(state: &State, founders: &[String], recipient: &str) -> Option<String> {
    match founders.split_first() {
        _ if state.members.is_one_officer() => Some(OFFICER.to_owned()),
        Some((_, recovery)) if recovery.iter().any(|r| r == recipient) => Some(RECOVERY.to_owned()),
        _ => {
            let mut working = state.working();
            working.find(|(_, _, devices)| devices.iter().any(|d| d.recipient == recipient)).map(|(name, ..)| name.to_string())
        }
    }
}

/// The keys of somebody who may read items: their own, and the vault's.
pub(crate) fn with_vault(folder: &Path, keys: &DeviceKeys, vault: &str) -> Result<DeviceKeys, WorkspaceError> {
    let kept = read_vault_keys(folder, keys)?;
    let identities = kept.identities.iter().map(|text| age::x25519::Identity::from_str(text));
    let identities: Vec<_> = identities.collect::<Result<_, _>>().map_err(|e| WorkspaceError::Damaged(e.to_owned()))?;
    // Nobody signs this file; whoever could put another key there would be sealed every master from then on.
    let other =
        || WorkspaceError::Damaged(format!("`{VAULT_KEYS}` holds another key than the record names; put it back from a backup"));
    keys.with_identities(identities, vault).ok_or_else(other)
}

fn read_vault_keys(folder: &Path, keys: &DeviceKeys) -> Result<VaultKeys, WorkspaceError> {
    let path = folder.join(VAULT_KEYS);
    let sealed = fs::read(&path).map_err(VaultError::disk(&path, "read"))?;
    let damaged = |e: String| WorkspaceError::Damaged(format!("`{VAULT_KEYS}`: {e}"));
    let plain = Zeroizing::new(decrypt_with(&keys.identities(), &sealed).map_err(damaged)?);
    serde_json::from_slice(&plain).map_err(|e| damaged(e.to_string()))
}

impl Workspace {
    /// Has somebody work here as something else, or no more; returns the entry.
    ///
    /// # Errors
    /// [`MemberError`], [`Refusal`], or that approval is missing; nothing is recorded then.
    pub fn set_member(&mut self, permit: &Permit, member: &PersonId, roles: &BTreeSet<Role>) -> Result<u64, WorkspaceError> {
        self.may(UseCase::KeepMembers)?;
        let devices = self.may_be_member(member, roles)?;
        let mut events = Vec::new();
        let mut after = self.state().clone();
        let vault = String::new();
        if after.members.is_one_officer() {
            let officer = PersonId::new(OFFICER).map_err(|e| WorkspaceError::Damaged(e.to_string()))?;
            let device = Device { recipient: self.own_recipient().to_owned(), signer: self.keys().signer_line() };
            events.push(Event::MemberSet {
                member: officer,
                roles: Role::ALL.to_vec(),
                devices: vec![device],
                vault: vault.clone(),
            });
        }
        events.push(Event::MemberSet { member: member.clone(), roles: roles.iter().copied().collect(), devices, vault });
        events.iter().for_each(|event| after.members.apply(self.size(), event));
        let readers = |state: &State| state.recipients_of(UseCase::ReadItems);
        let current = self.state().members.vault.clone();
        // Also of those who lost a device or left since.
        let had = if current.is_some() { self.vault_keys()?.known_to.iter().cloned().collect() } else { readers(self.state()) };
        let now: BTreeSet<String> = readers(&after).into_iter().chain(self.recovery().to_vec()).collect();
        let kept = current.filter(|_| had.is_subset(&now));
        let in_force = kept.map_or_else(|| self.new_vault_key(&now), Ok)?;
        for event in &mut events {
            if let Event::MemberSet { vault, .. } = event {
                vault.clone_from(&in_force);
            }
        }
        let appended = self.append(permit, events);
        if appended.is_err() {
            // Whoever would have gone has not: they keep the vault's keys.
            self.seal_to_members()?;
        }
        let entry = appended?;
        failpoint("member-recorded");
        self.seal_to_members()?;
        Ok(entry)
    }

    /// What approval of a change of members is asked for.
    ///
    /// # Errors
    /// As [`Self::set_member`].
    pub fn member_act(&self, member: &PersonId, roles: &BTreeSet<Role>) -> Result<Act, WorkspaceError> {
        let devices = self.may_be_member(member, roles)?;
        let roles = roles.iter().copied().collect();
        Ok(Act::Members { member: member.clone(), roles, devices })
    }

    /// The devices with which somebody can be a member.
    fn may_be_member(&self, member: &PersonId, roles: &BTreeSet<Role>) -> Result<Vec<Device>, WorkspaceError> {
        let state = self.state();
        if member.as_str() == self.actor() {
            return Err(MemberError::Own.into());
        }
        let before = state.members.by_name.get(member);
        let is_officer = member.as_str() == OFFICER;
        if member.as_str() == RECOVERY || (is_officer && state.persons.contains_key(member)) {
            return Err(MemberError::Reserved(member.clone()).into());
        }
        let devices: Vec<Device> = if is_officer {
            before.map(|m| m.devices.clone()).unwrap_or_default()
        } else {
            let person = state.persons.get(member).filter(|p| !p.left);
            person.iter().flat_map(|p| p.usable_devices()).filter(|d| d.signer.is_some()).cloned().collect()
        };
        if roles.is_empty() {
            if before.is_none_or(|m| m.roles.is_empty()) {
                return Err(MemberError::NoMember(member.clone()).into());
            }
        } else if devices.is_empty() {
            return Err(MemberError::Unfit(member.clone()).into());
        }
        // The officer is on no roster that would have them later.
        let devices = if roles.is_empty() && !is_officer { Vec::new() } else { devices };
        if before.is_some_and(|m| m.roles == *roles && m.devices == devices) {
            return Err(MemberError::Same(member.clone()).into());
        }
        let own = (self.own_recipient(), self.keys().signer_line());
        for device in &devices {
            let same = |other: &Device| other.recipient == device.recipient || other.signer == device.signer;
            let mut others = state.working().filter(|(name, ..)| *name != member);
            if let Some((other, ..)) = others.find(|(.., devices)| devices.iter().any(|d| same(d))) {
                return Err(MemberError::SharedKey(other.clone(), member.clone()).into());
            }
            if device.recipient == own.0 || device.signer == own.1 {
                let me = PersonId::new(self.actor()).map_err(|e| WorkspaceError::Damaged(e.to_string()))?;
                return Err(MemberError::SharedKey(me, member.clone()).into());
            }
        }
        let keeps =
            |(name, other, _): (&PersonId, &Member, Vec<&Device>)| name != member && other.roles.contains(&Role::Custodian);
        // While one officer works alone, that officer keeps all roles.
        if !state.members.is_one_officer() && !roles.contains(&Role::Custodian) && !state.working().any(keeps) {
            return Err(MemberError::LastCustodian(member.clone()).into());
        }
        Ok(devices)
    }

    fn vault_keys(&self) -> Result<VaultKeys, WorkspaceError> {
        read_vault_keys(self.folder(), self.keys())
    }

    /// Makes another key for the vault and keeps it beside the ones before, sealed to those of `after` who had them; nothing is sealed to it
    /// before the record names it.
    fn new_vault_key(&self, after: &BTreeSet<String>) -> Result<String, WorkspaceError> {
        let identity = age::x25519::Identity::generate();
        let mut keys = match &self.state().members.vault {
            Some(_) => self.vault_keys()?,
            None => {
                // What was sealed while one officer worked alone.
                let first = self.keys().age().to_string().expose_secret().to_owned();
                let sealed_to = self.founders().to_vec();
                VaultKeys { identities: vec![first], known_to: Vec::new(), sealed_to }
            }
        };
        keys.sealed_to.retain(|recipient| after.contains(recipient));
        keys.known_to = keys.sealed_to.clone();
        keys.identities.push(identity.to_string().expose_secret().to_owned());
        self.write_vault_keys(&keys)?;
        Ok(identity.to_public().to_string())
    }

    fn write_vault_keys(&self, keys: &VaultKeys) -> Result<(), WorkspaceError> {
        let plain = Zeroizing::new(serde_json::to_vec(keys).map_err(|e| WorkspaceError::Damaged(e.to_string()))?);
        let sealed = encrypt_to_lines(keys.sealed_to.iter().map(String::as_str), &plain).map_err(WorkspaceError::Damaged)?;
        Ok(write_secret(&self.folder().join(VAULT_KEYS), &sealed)?)
    }

    /// Seals what members need to those who are members now, if it is sealed to others; of what was interrupted, too.
    pub(crate) fn seal_to_members(&mut self) -> Result<(), WorkspaceError> {
        if self.everything().members.is_one_officer() {
            return Ok(());
        }
        let whole = self.everything();
        let to = |case| whole.recipients_of(case).into_iter().chain(self.recovery().to_vec()).collect::<Vec<String>>();
        let (all, readers) = (to(UseCase::OwnDesk), to(UseCase::ReadItems));
        self.seal_secrets(&all)?;
        if self.everything().may(self.actor(), UseCase::ReadItems).is_ok() {
            let vault = self.everything().members.vault.clone().unwrap_or_default();
            let mut keys = self.vault_keys()?;
            if keys.sealed_to != readers {
                let new: Vec<String> = readers.iter().filter(|r| !keys.known_to.contains(r)).cloned().collect();
                keys.known_to.extend(new);
                keys.sealed_to = readers;
                self.write_vault_keys(&keys)?;
            }
            self.take_vault_keys(&vault)?;
        }
        Ok(())
    }
}
