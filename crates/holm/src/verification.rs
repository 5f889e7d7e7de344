//! The verification bundle: everything by which somebody outside can check a verdict (`docs/spec/verification.md`).
//!
//! Making it opens the item's key, which is recorded first and ends the item: whoever has seen the key could write a leak.

use holm_record::commitment::Salt;
use holm_record::event::Event;
use holm_record::id::{IncidentName, ItemName};
use serde::{Deserialize, Serialize};

use crate::identity::DeviceKeys;
use crate::leak::base64_bytes;
use crate::policy::Permit;
use crate::report::Report;
use crate::share::{KeyMaterial, ShareError};
use crate::state::Look;
use crate::trace::{EvidenceFile, ExtractionFile, TraceError};
use crate::workspace::{Workspace, WorkspaceError};

/// Version of the format.
pub const FORMAT: &str = "holm-verification/1";

/// An entry as it is shown to a verifier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShownEntry {
    /// Its index.
    pub index: u64,
    /// Its leaf.
    pub leaf: String,
    /// Its body.
    #[serde(with = "base64_bytes")]
    pub body: Vec<u8>,
    /// Salt of the leaf's commitment.
    pub salt: Salt,
    /// C2SP tlog-proof.
    pub proof: String,
}

/// One look with what it was made from.
#[derive(Clone, Serialize, Deserialize)]
pub struct ShownLook {
    /// What was received.
    pub evidence: EvidenceFile,
    /// What was read of it.
    pub extraction: ExtractionFile,
    /// The report.
    pub report: Report,
}

/// The bundle.
#[derive(Clone, Serialize, Deserialize)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// The item.
    pub item: ItemName,
    /// Verifier key of the record.
    pub log_key: String,
    /// Every entry about the item, and the evidence of its looks, in order.
    pub entries: Vec<ShownEntry>,
    /// The manifest, byte for byte.
    #[serde(with = "base64_bytes")]
    pub manifest: Vec<u8>,
    /// What the key was made of.
    pub material: KeyMaterial,
    /// The master.
    #[serde(with = "base64_bytes")]
    pub master: Vec<u8>,
    /// Its file name.
    pub file: String,
    /// Looks with a verdict, in order.
    pub looks: Vec<ShownLook>,
}

impl Workspace {
    /// Opens an item to verifiers: records that its key was opened, then puts the bundle together.
    ///
    /// # Errors
    /// [`TraceError`] if the item has no verdict, custodians are missing or a sealed file is damaged; the opening is
    /// recorded only once everything else is at hand.
    pub fn open_item(&mut self, permit: &Permit, item: &ItemName, custodian_keys: &[DeviceKeys]) -> Result<Bundle, TraceError> {
        let material = self.unseal_key(item, custodian_keys)?;
        let looks: Vec<Look> = self.state().looks.iter().filter(|l| l.item == *item && l.verdict.is_some()).cloned().collect();
        let incident: IncidentName =
            looks.last().map(|l| l.incident.clone()).ok_or_else(|| TraceError::NoVerdict(item.clone()))?;
        let known = self.state().items.get(item).cloned().unwrap_or_default();
        let (Some(prepared), Some(released)) = (known.prepared, known.released) else {
            return Err(TraceError::NoItem(item.clone()));
        };
        let manifest = self.vault().unseal(&prepared.object, self.keys())?;
        let master = self.vault().unseal(&released.master_object, self.keys())?;
        let shown = looks.iter().map(|l| self.shown_look(l)).collect::<Result<Vec<_>, _>>()?;
        if !known.opened {
            self.append(permit, vec![Event::ItemOpened { item: item.clone(), incident }])?;
        }
        let entries = self.entries_about(item, &looks)?;
        Ok(Bundle {
            format: FORMAT.to_owned(),
            item: item.clone(),
            log_key: self.log_key().to_owned(),
            entries,
            manifest,
            material,
            master,
            file: self.manifest_of(item)?.file,
            looks: shown,
        })
    }

    fn shown_look(&self, look: &Look) -> Result<ShownLook, TraceError> {
        let report = look.verdict.as_ref().map(|v| v.report.as_str()).unwrap_or_default();
        Ok(ShownLook {
            evidence: serde_json::from_slice(&self.vault().unseal(&look.evidence, self.keys())?)?,
            extraction: serde_json::from_slice(&self.vault().unseal(&look.extraction, self.keys())?)?,
            report: serde_json::from_slice(&self.vault().unseal(report, self.keys())?)?,
        })
    }

    fn entries_about(&mut self, item: &ItemName, looks: &[Look]) -> Result<Vec<ShownEntry>, TraceError> {
        let about = |event: &Event| match event {
            Event::EvidenceSealed { object, .. } => looks.iter().any(|l| l.evidence == *object),
            other => other.item() == Some(item),
        };
        let opened = self.entries()?;
        let indices: Vec<u64> =
            (0..).zip(&opened).filter(|(_, o)| o.as_ref().is_some_and(|o| about(&o.entry.event))).map(|(i, _)| i).collect();
        let mut shown = Vec::with_capacity(indices.len());
        for index in indices {
            let (leaf, opened, proof) = self.shown_entry(index)?;
            let missing =
                || TraceError::Share(ShareError::Workspace(WorkspaceError::Damaged(format!("entry {index} cannot be proved"))));
            let (opened, proof) = opened.zip(proof).ok_or_else(missing)?;
            shown.push(ShownEntry { index, leaf, body: opened.body, salt: opened.salt, proof: proof.to_text() });
        }
        Ok(shown)
    }
}
