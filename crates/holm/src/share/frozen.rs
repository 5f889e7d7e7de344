//! A frozen manifest: the key is made, with the second person's contribution where one is due.

use holm_record::commitment::Commitment;
use holm_record::event::{Event, KeyMaking};
use holm_record::id::{ItemName, PersonId};

use super::{CONTRIBUTION_DOMAIN, FreshItem, Frozen, KeyMaterial, Keyed, Pending, Second, ShareError};
use crate::contribution::{Contribution, Request, check_note};
use crate::manifest::Manifest;
use crate::policy::Permit;
use crate::workspace::Workspace;

impl Workspace {
    /// What the second person of a pending release is given to contribute to.
    ///
    /// # Errors
    /// [`ShareError`] if none of this name is pending.
    pub fn key_request(&self, item: &ItemName) -> Result<Request, ShareError> {
        let pending: Pending = self.read_own(&self.pending_path(item))?;
        Ok(Frozen { pending }.request(self))
    }

    /// Manifest and master of an item, of a pending release too.
    pub(crate) fn text_of(&self, item: &ItemName) -> Result<(Manifest, Vec<u8>), ShareError> {
        if let Some(released) = self.state().items.get(item).and_then(|i| i.released.as_ref()) {
            return Ok((self.manifest_of(item)?, self.vault().unseal(&released.master_object, self.keys())?));
        }
        let pending: Pending = self.read_own(&self.pending_path(item))?;
        Ok((pending.manifest, pending.master))
    }

    /// The marking of a release that is pending.
    pub(crate) fn pending_marking(&self, item: &ItemName) -> Result<Option<String>, ShareError> {
        let path = self.pending_path(item);
        if !path.exists() {
            return Ok(None);
        }
        Ok(self.read_own::<Pending>(&path)?.marking)
    }
}

impl Frozen {
    /// What the second person is given to contribute to.
    #[must_use]
    pub fn request(&self, workspace: &Workspace) -> Request {
        Request {
            item: self.pending.manifest.item.clone(),
            contribution: Commitment::to(CONTRIBUTION_DOMAIN, &self.pending.contribution_salt, &self.pending.contribution),
            manifest: self.pending.manifest.commitment(&self.pending.salt),
            reply_to: workspace.keys().recipient(),
        }
    }

    /// Makes the key, with the second person's contribution where one is due.
    ///
    /// # Errors
    /// [`ShareError::Waiting`] if a contribution is due and not given; other errors if it is not what was asked for.
    pub fn make_key(
        mut self,
        workspace: &mut Workspace,
        permit: &Permit,
        contribution: Option<&Contribution>,
    ) -> Result<Keyed, ShareError> {
        let item = self.pending.manifest.item.clone();
        let prepared = workspace.state().items.get(&item).and_then(|i| i.prepared.clone());
        if let Some(KeyMaking::TwoPersons { second }) = prepared.as_ref().map(|p| p.making.clone()) {
            self.take_contribution(workspace, &item, &second, contribution)?;
            self.check_contribution(workspace, &second)?;
            let recorded = prepared.is_some_and(|p| p.second.is_some());
            if let Some(taken) = self.pending.second.as_ref().filter(|_| !recorded) {
                let commitment = Commitment::to(CONTRIBUTION_DOMAIN, &taken.salt, &taken.bytes);
                workspace.append(
                    permit,
                    vec![Event::KeyContributed { item, second, contribution: commitment, note: taken.note.clone() }],
                )?;
            }
        }
        let material = KeyMaterial {
            originator: (self.pending.contribution, self.pending.contribution_salt),
            second: self.pending.second.as_ref().map(|s| (s.bytes, s.salt)),
            manifest_salt: self.pending.salt,
        };
        let key = material.key();
        let fresh = FreshItem { material, marking: self.pending.marking, conditions: self.pending.conditions };
        Ok(Keyed { manifest: self.pending.manifest, master: self.pending.master, key, fresh: Some(fresh) })
    }

    /// Nothing follows from a contribution that the second person did not sign for this request.
    fn check_contribution(&self, workspace: &Workspace, second: &PersonId) -> Result<(), ShareError> {
        let person = workspace.state().persons.get(second).ok_or_else(|| ShareError::Second(second.clone()))?;
        let taken = self.pending.second.as_ref().ok_or_else(|| ShareError::Second(second.clone()))?;
        let commitment = Commitment::to(CONTRIBUTION_DOMAIN, &taken.salt, &taken.bytes);
        Ok(check_note(&taken.note, &self.request(workspace), second, person, commitment)?)
    }

    /// Keeps a contribution with the pending release before anything follows from it.
    fn take_contribution(
        &mut self,
        workspace: &Workspace,
        item: &ItemName,
        second: &PersonId,
        contribution: Option<&Contribution>,
    ) -> Result<(), ShareError> {
        if self.pending.second.is_some() {
            return Ok(());
        }
        let contribution = contribution.ok_or_else(|| ShareError::Waiting { item: item.clone(), second: second.clone() })?;
        let person = workspace.state().persons.get(second).ok_or_else(|| ShareError::Second(second.clone()))?;
        let opened = contribution.open(&self.request(workspace), second, person, workspace.keys())?;
        self.pending.second = Some(Second { bytes: opened.bytes, salt: opened.salt, note: contribution.note.clone() });
        Ok(workspace.write_own(&workspace.pending_path(item), &self.pending)?)
    }
}
