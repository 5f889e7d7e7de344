//! Lawful destruction of what was recorded: first the entry that says what, why and by whose authority, then the bytes
//! (`docs/spec/approvals.md`).

use holm_record::event::{Event, ObjectHash};
use holm_record::id::{AuthorityName, IncidentName, ItemName};
use holm_record::record::RecordError;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::policy::Permit;
use crate::state::{Item, State};
use crate::vetting::authority::AuthorityError;
use crate::workspace::{Workspace, WorkspaceError};

/// Something cannot be destroyed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DestructionError {
    /// Nothing was named.
    #[error("say what is to be destroyed: entries, or the files of an incident or an item")]
    Nothing,
    /// No such incident, or nothing was received of it.
    #[error("no evidence of an incident `{0}` was taken in")]
    NoEvidence(IncidentName),
    /// No such item.
    #[error("no item is named `{0}`")]
    NoItem(ItemName),
    /// What was learnt under an authority may not go, or there is none.
    #[error(transparent)]
    Retention(#[from] AuthorityError),
    /// No such entry.
    #[error("the record has no entry {0}")]
    NoEntry(u64),
    /// Later verdicts or the safety of sharing stand on it.
    #[error("entry {0} (`{1}`) is needed for as long as the record is: proofs, keys or who may be sent anything stand on it")]
    Needed(u64, &'static str),
    /// Gone already.
    #[error("entry {0} was destroyed already")]
    Gone(u64),
    /// Not a sealed file that may go.
    #[error("no entry names the sealed file `{0}` as evidence, extraction, report, master or copy")]
    NoObject(String),
    /// Without authority.
    #[error("say by whose authority and under which rule, in one line of 1 to 500 letters")]
    Authority,
}

/// What is to be destroyed, as people name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Entries whose bodies are to go.
    pub entries: Vec<u64>,
    /// An incident whose evidence, readings and reports are to go.
    pub incident: Option<IncidentName>,
    /// An item whose master and copies are to go.
    pub item: Option<ItemName>,
    /// A legal authority under which everything learnt is to go.
    pub retention: Option<AuthorityName>,
}

/// Bodies and sealed files that go together, each once and in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doomed {
    /// Numbers of entries.
    pub entries: Vec<u64>,
    /// Hashes of sealed files.
    pub objects: Vec<ObjectHash>,
}

/// What was destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destruction {
    /// The entry that says so.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
    /// How many bodies of entries.
    pub entries: usize,
    /// How many sealed files.
    pub objects: usize,
    /// By whose authority.
    pub authority: String,
    /// Why.
    pub reason: String,
}

/// What may be destroyed of an entry.
fn may_go(event: &Event) -> bool {
    matches!(
        event,
        Event::Told(_)
            | Event::OperationsRecorded { .. }
            | Event::OperationClosed { .. }
            | Event::IncidentRecorded { .. }
            | Event::PlainWritten { .. }
            | Event::OnwardAsked { .. }
            | Event::CheckRecorded(_)
            | Event::StatementsRead(_)
            | Event::FindingExplained(_)
            | Event::ConcernAnswered { .. }
            | Event::WaiverRecorded { .. }
    )
}

impl State {
    /// Whether an item's master was destroyed.
    pub(crate) fn has_no_master(&self, item: &Item) -> bool {
        item.released.as_ref().is_some_and(|r| self.approvals.destroyed_objects.contains(&r.master_object))
    }
}

impl Workspace {
    /// Sealed files of an incident: evidence, what was read of it, reports.
    #[must_use]
    pub fn files_of_incident(&self, incident: &IncidentName) -> Vec<ObjectHash> {
        let evidence = self.state().evidence.iter().filter(|e| e.incident == *incident).map(|e| e.object.clone());
        let looks = self.state().looks.iter().filter(|l| l.incident == *incident);
        let read = looks.flat_map(|l| [Some(l.extraction.clone()), l.verdict.as_ref().map(|v| v.report.clone())]).flatten();
        self.still_there(evidence.chain(read))
    }

    /// Sealed files of an item: its master and its copies.
    #[must_use]
    pub fn files_of_item(&self, item: &ItemName) -> Vec<ObjectHash> {
        let known = self.state().items.get(item);
        let master = known.and_then(|i| i.released.as_ref()).map(|r| r.master_object.clone());
        let copies = known.into_iter().flat_map(|i| i.disclosures.iter().map(|d| d.sealed.clone()));
        self.still_there(master.into_iter().chain(copies))
    }

    fn still_there(&self, objects: impl Iterator<Item = ObjectHash>) -> Vec<ObjectHash> {
        let gone = &self.state().approvals.destroyed_objects;
        let mut objects: Vec<ObjectHash> = objects.filter(|o| !gone.contains(o)).collect();
        objects.sort();
        objects.dedup();
        objects
    }

    /// Items that can be traced no further, since their masters were destroyed.
    #[must_use]
    pub fn without_master(&self) -> Vec<&ItemName> {
        let state = self.state();
        state.items.iter().filter(|(_, item)| state.has_no_master(item)).map(|(name, _)| name).collect()
    }

    /// What goes if this is chosen, on a day.
    ///
    /// # Errors
    /// [`DestructionError`] names the first that there is not, or that may not go.
    pub fn doomed(&self, chosen: Chosen, today: Date) -> Result<Doomed, DestructionError> {
        let Chosen { mut entries, incident, item, retention } = chosen;
        let state = self.state();
        if let Some(name) = incident.as_ref().filter(|name| !state.evidence.iter().any(|e| e.incident == **name)) {
            return Err(DestructionError::NoEvidence(name.clone()));
        }
        if let Some(name) = item.as_ref().filter(|name| !state.items.contains_key(*name)) {
            return Err(DestructionError::NoItem(name.clone()));
        }
        let mut objects = incident.map(|name| self.files_of_incident(&name)).unwrap_or_default();
        objects.extend(item.map(|name| self.files_of_item(&name)).unwrap_or_default());
        if let Some(name) = &retention {
            entries.extend(self.retained_too_long(name, today)?);
        }
        entries.sort_unstable();
        entries.dedup();
        self.may_be_destroyed(&entries, &objects)?;
        Ok(Doomed { entries, objects })
    }

    /// Whether all of this may be destroyed.
    ///
    /// # Errors
    /// [`DestructionError`] names the first that may not.
    pub fn may_be_destroyed(&self, entries: &[u64], objects: &[ObjectHash]) -> Result<(), DestructionError> {
        if entries.is_empty() && objects.is_empty() {
            return Err(DestructionError::Nothing);
        }
        let state = self.state();
        for entry in entries {
            if *entry >= self.size() {
                return Err(DestructionError::NoEntry(*entry));
            }
            if state.approvals.destroyed.contains(entry) {
                return Err(DestructionError::Gone(*entry));
            }
        }
        let of_items = state.items.keys().flat_map(|item| self.files_of_item(item));
        let of_incidents = state.evidence.iter().flat_map(|e| self.files_of_incident(&e.incident));
        let known: std::collections::BTreeSet<ObjectHash> = of_items.chain(of_incidents).collect();
        match objects.iter().find(|o| !known.contains(*o)) {
            Some(other) => Err(DestructionError::NoObject(other.clone())),
            None => Ok(()),
        }
    }

    /// Records what is destroyed by whose authority, then destroys it. The record stays provable: leaves and proofs do not change.
    ///
    /// # Errors
    /// [`WorkspaceError`]; then either nothing was recorded, or what was recorded is destroyed when the workspace is next opened.
    pub fn destroy(
        &mut self,
        permit: &Permit,
        entries: Vec<u64>,
        objects: Vec<ObjectHash>,
        authority: &str,
        reason: &str,
    ) -> Result<(), WorkspaceError> {
        let stated = |text: &str| (1..=500).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control);
        if !stated(authority) || !stated(reason) {
            return Err(DestructionError::Authority.into());
        }
        self.may_be_destroyed(&entries, &objects)?;
        self.bodies_may_go(&entries)?;
        let (authority, reason) = (authority.trim().to_owned(), reason.trim().to_owned());
        self.append(permit, vec![Event::Destroyed { entries, objects, authority, reason }])?;
        self.finish_destruction()
    }

    /// Whether nothing stands on the bodies of these entries.
    ///
    /// # Errors
    /// [`DestructionError::Needed`] names the first on which something does.
    pub fn bodies_may_go(&mut self, entries: &[u64]) -> Result<(), WorkspaceError> {
        for entry in entries {
            let (_, opened, _) = self.shown_entry(*entry)?;
            let event = opened.ok_or(DestructionError::Gone(*entry))?.entry.event;
            if !may_go(&event) {
                return Err(DestructionError::Needed(*entry, event.kind()).into());
            }
        }
        Ok(())
    }

    /// Removes what entries say is destroyed and is still there.
    pub(crate) fn finish_destruction(&mut self) -> Result<(), WorkspaceError> {
        let approvals = &self.state().approvals;
        let (entries, objects) = (approvals.destroyed.clone(), approvals.destroyed_objects.clone());
        objects.iter().try_for_each(|object| self.vault_mut().destroy(object))?;
        let entries: Vec<u64> = entries.into_iter().collect();
        if !entries.is_empty() {
            let removed = self.record_mut().destroy(&entries).map_err(RecordError::from)?;
            if removed > 0 {
                self.project_anew()?;
            }
        }
        Ok(())
    }
}
