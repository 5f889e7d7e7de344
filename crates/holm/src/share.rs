//! Sharing an item: authorise → freeze the manifest → make the key → draw codewords → embed → seal → append → deliver.
//!
//! Each step is a type that only the step before it can make, so that a key cannot exist before its manifest is recorded
//! and no copy can leave before its entry is: [`Frozen`] → [`Keyed`] → [`Sealed`] → [`Released`], and only the last can
//! write files for recipients.

mod frozen;

use std::fs;
use std::path::{Path, PathBuf};

use holm_codes::codeword::Issuer;
use holm_codes::decode::TestPolicy;
use holm_codes::key::{Context, DERIVATION, ItemKey};
use holm_codes::law::{Law, draw_biases};
use holm_marks::carrier::{CarrierError, Master};
use holm_marks::extract::EXTRACTOR;
use holm_record::commitment::{Commitment, Salt};
use holm_record::event::{Event, KeyMaking, ObjectHash};
use holm_record::id::{CopyId, IdError, ItemName, PersonId};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::contribution::ContributionError;
use crate::custody::{self, Custodian, CustodyError};
use crate::failpoint::failpoint;
use crate::identity::{DeviceKeys, encrypt_to_lines};
use crate::mail;
use crate::manifest::{FORMAT, MASTER_DOMAIN, Manifest, deciding_worth};
use crate::marking::Marking;
use crate::own_file::OwnFileError;
use crate::pages::{CopyTemplate, PagesError};
use crate::policy::{Handling, Permit};
use crate::prepare::Prepared;
use crate::slip::{Slip, SlipError, conditions_hash};
use crate::state::Person;
use crate::vault::{VaultError, remove_durably, sweep, write_durably, write_secret};
use crate::workspace::{OFFICER, Workspace, WorkspaceError};

/// Domain of commitments to copies.
pub const COPY_DOMAIN: &str = "holm copy v1";
/// Domain of commitments to item keys.
pub const KEY_DOMAIN: &str = "holm item key v1";
/// Domain of commitments to contributions.
pub const CONTRIBUTION_DOMAIN: &str = "holm contribution v1";
/// Name of the list of copies in a folder of them.
pub const LIST: &str = "copies.csv";
/// Subject of the salt under which an item key is committed to.
pub const KEY_SALT: &[u8] = b"item key";

/// An item cannot be shared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// Facts that two persons must confirm.
    #[error("{} of the alternations may touch what protects life and need two persons' confirmation ({}); have two persons read them, then share with `--confirmed-by PERSON --confirmed-by PERSON`, or enter them in a review file", .0.len(), first_few(.0))]
    Unconfirmed(Vec<String>),
    /// An item of this name holds another text.
    #[error("`{0}` is already the name of an item with another text, other marks or other conditions; choose another `--name`")]
    OtherText(ItemName),
    /// The item waits for its second person.
    #[error("`{item}` waits for the contribution of `{second}`; share again with `--contribution FILE`")]
    Waiting {
        /// The item.
        item: ItemName,
        /// Who must contribute.
        second: PersonId,
    },
    /// A two-person key cannot be extended to people enrolled later.
    #[error(
        "`{person}` came on the roster after the key of `{item}` was begun; whoever knew the key could have chosen the name, so share the text as a new item"
    )]
    EnrolledLater {
        /// Who.
        person: PersonId,
        /// The item.
        item: ItemName,
    },
    /// The record says otherwise who makes the key.
    #[error(
        "who makes the key of `{0}` is in the record already: share it with the second person that was named then, or with none if none was"
    )]
    OtherMaking(ItemName),
    /// The second person is not fit.
    #[error("`{0}` cannot be the second person: not on the roster, has left, or has no signing key")]
    Second(PersonId),
    /// No randomness.
    #[error("the system has no randomness to make a key from")]
    Randomness,
    /// Sealing failed.
    #[error("the copy for `{person}` could not be sealed: {why}")]
    Seal {
        /// For whom.
        person: PersonId,
        /// Why.
        why: String,
    },
    /// A pending release is damaged.
    #[error("the interrupted release in `{0}` is damaged: {1}")]
    Pending(PathBuf, String),
    /// The list of copies.
    #[error("the list of copies could not be written: {0}")]
    List(String),
    /// Contribution trouble.
    #[error(transparent)]
    Contribution(#[from] ContributionError),
    /// Custody trouble.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// Carrier trouble.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// Pages cannot be set.
    #[error(transparent)]
    Pages(#[from] PagesError),
    /// A name is too long.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Vault trouble.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// Slip trouble.
    #[error(transparent)]
    Slip(#[from] SlipError),
}

impl From<OwnFileError> for ShareError {
    fn from(error: OwnFileError) -> Self {
        match error {
            OwnFileError::Damaged(path, why) => Self::Pending(path, why),
            OwnFileError::Vault(error) => Self::Vault(error),
        }
    }
}

/// What is to be shared, besides the marks.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The item's name.
    pub name: ItemName,
    /// File name of the master.
    pub file: String,
    /// How it is to be handled.
    pub marking: Option<Marking>,
    /// The originator's own conditions; what the marking means is added to them.
    pub conditions: Option<String>,
    /// The second person who contributes to the key.
    pub second: Option<PersonId>,
    /// Number of copies planned; the law is chosen by it.
    pub planned: usize,
    /// The review file, as it was read.
    pub review: Option<Vec<u8>>,
}

impl Terms {
    /// What policy has to know of them.
    #[must_use]
    pub fn handling(&self) -> Handling<'_> {
        let conditions = self.conditions.as_deref().is_some_and(|c| !c.trim().is_empty());
        Handling { marking: self.marking.as_ref(), two_persons: self.second.is_some(), conditions }
    }

    /// The originator's own conditions and what the marking means, in the document's language.
    fn all_conditions(&self, prepared: &Prepared) -> Option<String> {
        let own = self.conditions.as_deref();
        let Some(marking) = &self.marking else { return own.map(str::to_owned) };
        Some(marking.conditions(own, prepared.language))
    }
}

/// What must survive an interruption before the key exists; sealed to the vault.
#[derive(Clone, Serialize, Deserialize)]
struct Pending {
    manifest: Manifest,
    salt: Salt,
    master: Vec<u8>,
    contribution: [u8; 32],
    contribution_salt: Salt,
    /// The second person's contribution, once it came in.
    second: Option<Second>,
    marking: Option<String>,
    conditions: Option<String>,
}

/// The second person's contribution as it came in.
#[derive(Clone, Serialize, Deserialize)]
struct Second {
    bytes: [u8; 32],
    salt: Salt,
    note: String,
}

/// A manifest that is frozen and recorded; no key exists yet.
pub struct Frozen {
    pending: Pending,
}

/// What an item key was made of; sealed to its custodians, shown to a verifier when the item is opened.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeyMaterial {
    /// The originator's contribution and its salt.
    pub originator: ([u8; 32], Salt),
    /// The second person's.
    pub second: Option<([u8; 32], Salt)>,
    /// Salt of the commitment to the manifest.
    pub manifest_salt: Salt,
}

impl KeyMaterial {
    /// The key.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        ItemKey::from_contributions(&self.originator.0, self.second.as_ref().map(|(bytes, _)| bytes))
    }
}

/// An item whose key exists.
pub struct Keyed {
    manifest: Manifest,
    master: Vec<u8>,
    key: ItemKey,
    /// What is still to be recorded if the item is new.
    fresh: Option<FreshItem>,
}

struct FreshItem {
    material: KeyMaterial,
    marking: Option<String>,
    conditions: Option<String>,
}

/// Copies that are sealed and on disk for good, but not recorded.
pub struct Sealed {
    keyed: Keyed,
    copies: Vec<SealedCopy>,
    /// What is to be recorded in one append with them.
    beside: Option<Event>,
}

/// A copy to be made: for whom, and devices that are to open it.
type Wanted = (CopyId, PersonId, Vec<String>);

/// Copies that are sealed before they are written out.
const COPIES_AT_ONCE: usize = 64;

struct SealedCopy {
    copy: CopyId,
    person: PersonId,
    recipients: Vec<String>,
    sealed: ObjectHash,
    content: Commitment,
}

/// Copies whose entries are durably in the record: these may leave.
pub struct Released {
    item: ItemName,
    copies: Vec<CopyId>,
}

/// What leaves with a copy.
pub struct Outgoing {
    /// What proves it.
    pub slip: Slip,
    /// The sealed copy.
    pub sealed: Vec<u8>,
    /// A mail with both.
    pub mail: Vec<u8>,
    /// Whom it is for.
    pub person: Person,
}

impl Workspace {
    fn pending_path(&self, item: &ItemName) -> PathBuf {
        self.folder().join("pending").join(format!("{item}.age"))
    }

    /// Freezes the manifest of a new item, or takes up an interrupted release of the same text.
    ///
    /// # Errors
    /// [`ShareError`]; an interrupted release stays as it is.
    pub fn freeze(&mut self, permit: &Permit, prepared: &Prepared, terms: &Terms) -> Result<Frozen, ShareError> {
        let unconfirmed: Vec<String> =
            prepared.sensitive_facts().iter().filter(|(_, by)| distinct(by) < 2).map(|(m, _)| m.alternatives.join("|")).collect();
        if !unconfirmed.is_empty() {
            return Err(ShareError::Unconfirmed(unconfirmed));
        }
        let path = self.pending_path(&terms.name);
        let pending = if path.exists() { self.resume(&path, prepared, terms)? } else { self.begin(&path, prepared, terms)? };
        failpoint("pending-written");
        if self.state().items.get(&terms.name).and_then(|i| i.prepared.as_ref()).is_none() {
            let making = terms.second.clone().map_or(KeyMaking::Alone, |second| KeyMaking::TwoPersons { second });
            let object = self.vault().seal(&pending.manifest.to_bytes())?;
            let prepared = Event::ItemPrepared {
                item: terms.name.clone(),
                making,
                contribution: Commitment::to(CONTRIBUTION_DOMAIN, &pending.contribution_salt, &pending.contribution),
                manifest: pending.manifest.commitment(&pending.salt),
                object,
                master: pending.manifest.master,
            };
            self.append(permit, vec![prepared])?;
        }
        failpoint("manifest-recorded");
        self.check_prepared(&path, &pending, terms)?;
        Ok(Frozen { pending })
    }

    /// What is pending must be what was recorded before anybody could know the key.
    fn check_prepared(&self, path: &Path, pending: &Pending, terms: &Terms) -> Result<(), ShareError> {
        let recorded = self.state().items.get(&terms.name).and_then(|i| i.prepared.as_ref());
        // Whoever names a second person must not get a key that one made alone, or another with somebody else.
        let other = |second: &PersonId| recorded.is_some_and(|r| r.making != KeyMaking::TwoPersons { second: second.clone() });
        if terms.second.as_ref().is_some_and(other) {
            return Err(ShareError::OtherMaking(terms.name.clone()));
        }
        let contribution = Commitment::to(CONTRIBUTION_DOMAIN, &pending.contribution_salt, &pending.contribution);
        let second = pending.second.as_ref().map(|s| Commitment::to(CONTRIBUTION_DOMAIN, &s.salt, &s.bytes));
        let same = recorded.is_some_and(|r| {
            r.contribution == contribution
                && r.manifest == pending.manifest.commitment(&pending.salt)
                && r.second.as_ref().is_none_or(|(c, _)| Some(*c) == second)
        });
        if same {
            return Ok(());
        }
        Err(ShareError::Pending(path.to_owned(), "it is not what was recorded when the item was prepared".to_owned()))
    }

    fn begin(&self, path: &Path, prepared: &Prepared, terms: &Terms) -> Result<Pending, ShareError> {
        if self.state().items.get(&terms.name).is_some_and(|i| i.prepared.is_some()) {
            return Err(ShareError::OtherText(terms.name.clone()));
        }
        if let Some(second) = &terms.second {
            let fit = self.state().persons.get(second).is_some_and(|p| !p.left && p.usable_devices().any(|d| d.signer.is_some()));
            if !fit {
                return Err(ShareError::Second(second.clone()));
            }
        }
        let salts = [random_salt()?, random_salt()?, random_salt()?];
        let [master_salt, salt, contribution_salt] = salts;
        let manifest = self.manifest(prepared, terms, master_salt);
        let contribution = random_salt()?.0;
        let pending = Pending {
            manifest,
            salt,
            master: prepared.document.clone(),
            contribution,
            contribution_salt,
            second: None,
            marking: terms.marking.as_ref().map(Marking::to_string),
            conditions: terms.all_conditions(prepared),
        };
        self.write_own(path, &pending)?;
        Ok(pending)
    }

    fn manifest(&self, prepared: &Prepared, terms: &Terms, master_salt: Salt) -> Manifest {
        Manifest {
            format: FORMAT.to_owned(),
            item: terms.name.clone(),
            file: terms.file.clone(),
            carrier: prepared.master.format(),
            typesetter: prepared.copies.typesetter(),
            language: prepared.language,
            master: Commitment::to(MASTER_DOMAIN, &master_salt, &prepared.document),
            master_salt,
            pack: prepared.pack.clone(),
            review: terms.review.as_ref().map(|r| Commitment::to("holm review v1", &master_salt, r)),
            law: Law::default_for(deciding_worth(&prepared.marks), terms.planned, self.largest_coalition()),
            marks: prepared.marks.clone(),
            facts: prepared.facts.clone(),
            derivation: DERIVATION,
            extractor: EXTRACTOR.to_owned(),
            alpha: self.alpha(),
            weights: "equal".to_owned(),
            test: TestPolicy::default_for(terms.planned),
            planned_copies: terms.planned,
            largest_coalition: self.largest_coalition(),
        }
    }

    fn resume(&self, path: &Path, prepared: &Prepared, terms: &Terms) -> Result<Pending, ShareError> {
        let pending: Pending = self.read_own(path)?;
        let manifest = &pending.manifest;
        // The roster may have grown since.
        let terms_then = Terms { planned: manifest.planned_copies, ..terms.clone() };
        let same = manifest.master == Commitment::to(MASTER_DOMAIN, &manifest.master_salt, &prepared.document)
            && *manifest == self.manifest(prepared, &terms_then, manifest.master_salt)
            && pending.marking == terms.marking.as_ref().map(Marking::to_string)
            && pending.conditions == terms.all_conditions(prepared);
        if same { Ok(pending) } else { Err(ShareError::OtherText(terms.name.clone())) }
    }

    /// Who keeps the keys of new items: the officer alone, or any two of the officer and the named custodians.
    fn custodians(&self) -> Vec<Custodian> {
        let officer = Custodian { name: OFFICER.to_owned(), recipients: self.vault().recipients().to_vec() };
        let named = self
            .state()
            .custodians
            .iter()
            .map(|(name, recipient)| Custodian { name: name.to_string(), recipients: vec![recipient.clone()] });
        std::iter::once(officer).chain(named).collect()
    }

    /// Whether a released item's master is this document: sharing it under this name adds recipients to the item.
    #[must_use]
    pub fn is_master_of(&self, item: &ItemName, document: &[u8]) -> bool {
        let same = |m: &Manifest| m.master == Commitment::to(MASTER_DOMAIN, &m.master_salt, document);
        self.state().items.get(item).is_some_and(|i| i.released.is_some()) && self.manifest_of(item).is_ok_and(|m| same(&m))
    }

    /// Whether a release of this document under this name was cut short.
    pub(crate) fn is_pending(&self, item: &ItemName, document: &[u8]) -> bool {
        let pending = self.read_own::<Pending>(&self.pending_path(item));
        pending.is_ok_and(|pending| pending.master == document)
    }

    /// Reopens a released item for further recipients; needs its custodians.
    ///
    /// # Errors
    /// [`ShareError`] if the document or its marks are not the item's, or custodians are missing.
    pub fn reopen(&self, item: &ItemName, document: &[u8], custodian_keys: &[DeviceKeys]) -> Result<Keyed, ShareError> {
        let manifest = self.manifest_of(item)?;
        if manifest.master != Commitment::to(MASTER_DOMAIN, &manifest.master_salt, document) {
            return Err(ShareError::OtherText(item.clone()));
        }
        let key = self.unseal_key(item, custodian_keys)?.key();
        Ok(Keyed { manifest, master: document.to_vec(), key, fresh: None })
    }

    /// What leaves with a copy that is in the record.
    ///
    /// # Errors
    /// [`ShareError`] if it is not, or its sealed file is damaged.
    pub fn outgoing(&mut self, item: &ItemName, copy: &CopyId) -> Result<Outgoing, ShareError> {
        let slip = Slip::of(self, item, copy)?;
        let sealed = self.vault().sealed(&slip.sealed_sha256)?;
        let language = self.manifest_of(item)?.language;
        let known = self.state().persons.get(&slip.person).cloned();
        let told = self.state().items.get(item).and_then(|i| i.disclosures.iter().find(|d| d.copy == *copy)).map(|d| d.told_at);
        let (person, told) = known.zip(told).ok_or_else(|| SlipError::NoCopy(copy.clone()))?;
        let mail = mail::message(&slip, &sealed, &person, told, language);
        Ok(Outgoing { slip, sealed, mail, person })
    }

    /// The newest copies of these persons, which are in the record.
    pub(crate) fn issued(&self, item: &ItemName, to: &[PersonId]) -> Released {
        let copies = self.state().items.get(item).map(|i| i.disclosures.as_slice()).unwrap_or_default();
        let latest = |person: &PersonId| copies.iter().rev().find(|d| d.person == *person).map(|d| d.copy.clone());
        Released { item: item.clone(), copies: to.iter().filter_map(latest).collect() }
    }

    /// The manifest of a prepared item, from the vault.
    ///
    /// # Errors
    /// [`ShareError`] if there is no such item or its file is damaged.
    pub fn manifest_of(&self, item: &ItemName) -> Result<Manifest, ShareError> {
        let prepared = self.state().items.get(item).and_then(|i| i.prepared.as_ref());
        let object = &prepared.ok_or_else(|| crate::policy::Refusal::NoItem(item.clone())).map_err(WorkspaceError::from)?.object;
        let bytes = self.vault().unseal(object, self.keys())?;
        serde_json::from_slice(&bytes).map_err(|e| WorkspaceError::Damaged(format!("the manifest of `{item}`: {e}")).into())
    }

    /// Checks, without opening anything, that enough of an item's custodians are here.
    pub(crate) fn check_custodians(&self, item: &ItemName, custodian_keys: &[DeviceKeys]) -> Result<(), CustodyError> {
        let Some(released) = self.state().items.get(item).and_then(|i| i.released.as_ref()) else { return Ok(()) };
        let here: Vec<String> = std::iter::once(self.keys()).chain(custodian_keys).flat_map(DeviceKeys::recipients).collect();
        let present = self
            .custodians()
            .iter()
            .filter(|c| released.custodians.contains(&c.name) && c.recipients.iter().any(|r| here.contains(r)))
            .count();
        if present >= usize::from(released.threshold) {
            return Ok(());
        }
        Err(CustodyError::TooFew { needed: released.threshold, custodians: released.custodians.join(", ") })
    }

    pub(crate) fn unseal_key(&self, item: &ItemName, custodian_keys: &[DeviceKeys]) -> Result<KeyMaterial, ShareError> {
        let released = self.state().items.get(item).and_then(|i| i.released.as_ref());
        let released = released.ok_or_else(|| crate::policy::Refusal::NoItem(item.clone())).map_err(WorkspaceError::from)?;
        let keys: Vec<&DeviceKeys> = std::iter::once(self.keys()).chain(custodian_keys).collect();
        let secret = custody::open(&self.vault().sealed(&released.key_object)?, &keys, &released.custodians)?;
        let material: KeyMaterial = serde_json::from_slice(&secret).map_err(|e| CustodyError::Damaged(e.to_string()))?;
        if key_commitment(&material.key()) != released.key {
            return Err(CustodyError::Damaged("it is not the key that was committed to".to_owned()).into());
        }
        Ok(material)
    }
}

/// The first few of a list, for a message.
fn first_few(list: &[String]) -> String {
    const FEW: usize = 6;
    let shown: Vec<String> = list.iter().take(FEW).map(|a| format!("`{a}`")).collect();
    format!("{}{}", shown.join(", "), if list.len() > FEW { ", …" } else { "" })
}

fn distinct(persons: &[PersonId]) -> usize {
    persons.iter().collect::<std::collections::BTreeSet<_>>().len()
}

fn random_salt() -> Result<Salt, ShareError> {
    Salt::random().map_err(|_| ShareError::Randomness)
}

/// The commitment to an item key, salted by a stream of the key itself.
#[must_use]
pub fn key_commitment(key: &ItemKey) -> Commitment {
    Commitment::to(KEY_DOMAIN, &stream_salt(key, KEY_SALT), key.as_bytes())
}

/// The salt that the key gives to `subject`.
#[must_use]
pub fn stream_salt(key: &ItemKey, subject: &[u8]) -> Salt {
    let mut salt = [0; 32];
    key.stream(Context::Salt, subject).fill(&mut salt);
    Salt(salt)
}

impl Keyed {
    /// Draws, embeds and seals a copy for each of `to` who was not told yet; nothing leaves.
    ///
    /// # Errors
    /// [`ShareError`] names the person whose copy failed; nothing is recorded.
    pub fn seal(self, workspace: &Workspace, to: &[PersonId], progress: &(dyn Fn(usize) + Sync)) -> Result<Sealed, ShareError> {
        let wanted = self.wanted(workspace, to)?;
        let template = self.template()?;
        let issuer = Issuer::new(draw_biases(&self.key, self.manifest.law, &self.manifest.arities()));
        let mut copies = Vec::with_capacity(wanted.len());
        // A few copies at a time are in memory, however many recipients there are.
        for some in wanted.chunks(COPIES_AT_ONCE) {
            let seal = |(copy, person, recipients): &Wanted| {
                let made = self.seal_one(&template, &issuer, copy, person, recipients);
                progress(1);
                made
            };
            let sealed: Vec<(Commitment, Vec<u8>)> = some.par_iter().map(seal).collect::<Result<_, _>>()?;
            let (contents, files): (Vec<Commitment>, Vec<Vec<u8>>) = sealed.into_iter().unzip();
            let hashes = workspace.vault().keep_many(&files)?;
            let made = some.iter().cloned().zip(hashes).zip(contents);
            copies.extend(made.map(|(((copy, person, recipients), sealed), content)| SealedCopy {
                copy,
                person,
                recipients,
                sealed,
                content,
            }));
        }
        failpoint("copies-sealed");
        Ok(Sealed { keyed: self, copies, beside: None })
    }

    fn template(&self) -> Result<CopyTemplate, ShareError> {
        let master = Master::parse(&self.master, &self.manifest.file)?;
        let manifest = &self.manifest;
        let secret = manifest.picture_secret();
        Ok(manifest.copies()?.keyed_template(&master, &self.master, &manifest.marks, &secret)?)
    }

    fn seal_one(
        &self,
        template: &CopyTemplate,
        issuer: &Issuer,
        copy: &CopyId,
        person: &PersonId,
        recipients: &[String],
    ) -> Result<(Commitment, Vec<u8>), ShareError> {
        let failed = |why: String| ShareError::Seal { person: person.clone(), why };
        let bytes = template.render(&issuer.codeword(&self.key, copy.as_str().as_bytes()))?;
        let content = Commitment::to(COPY_DOMAIN, &stream_salt(&self.key, copy.as_str().as_bytes()), &bytes);
        let sealed = encrypt_to_lines(recipients.iter().map(String::as_str), &bytes).map_err(failed)?;
        Ok((content, sealed))
    }

    /// Copies to issue: none for whom an earlier copy still opens.
    fn wanted(&self, workspace: &Workspace, to: &[PersonId]) -> Result<Vec<Wanted>, ShareError> {
        let item = workspace.state().items.get(&self.manifest.item).cloned().unwrap_or_default();
        let made_at = item.prepared.as_ref().map_or(u64::MAX, |p| p.index);
        let by_two = item.prepared.as_ref().is_some_and(|p| matches!(p.making, KeyMaking::TwoPersons { .. }));
        let mut wanted = Vec::new();
        for person in to {
            let Some(known) = workspace.state().persons.get(person) else { continue };
            let recipients: Vec<String> = known.usable_devices().map(|d| d.recipient.clone()).collect();
            let earlier: Vec<_> = item.disclosures.iter().filter(|d| d.person == *person).collect();
            if earlier.iter().any(|d| d.recipients.iter().any(|r| recipients.contains(r))) {
                continue;
            }
            if by_two && known.since > made_at {
                return Err(ShareError::EnrolledLater { person: person.clone(), item: self.manifest.item.clone() });
            }
            let number = u32::try_from(earlier.len()).unwrap_or(u32::MAX).saturating_add(1);
            wanted.push((CopyId::of(person, number)?, person.clone(), recipients));
        }
        Ok(wanted)
    }

    /// Bytes of one copy, for writing it out unsealed.
    fn plain(&self, copies: &[CopyId]) -> Result<Vec<Vec<u8>>, ShareError> {
        let template = self.template()?;
        let issuer = Issuer::new(draw_biases(&self.key, self.manifest.law, &self.manifest.arities()));
        copies.iter().map(|c| Ok(template.render(&issuer.codeword(&self.key, c.as_str().as_bytes()))?)).collect()
    }
}

impl Sealed {
    /// What else is recorded in one append with its copies.
    pub(crate) fn beside(self, event: Event) -> Self {
        Self { beside: Some(event), ..self }
    }

    /// Appends the item (if it is new) and every disclosure, all or none, durably; only then may copies leave.
    ///
    /// With `plain`, it is recorded that unsealed copies go to that folder too.
    ///
    /// # Errors
    /// [`ShareError`]; then nothing is recorded and nothing left.
    pub fn append(
        self,
        workspace: &mut Workspace,
        permit: &Permit,
        to: &[PersonId],
        plain: Option<&Path>,
    ) -> Result<(Released, Keyed), ShareError> {
        let item = self.keyed.manifest.item.clone();
        let mut events = Vec::with_capacity(self.copies.len() + 2);
        if let Some(fresh) = &self.keyed.fresh {
            events.push(self.release_event(workspace, fresh)?);
        }
        let released = workspace.state().items.get(&item).and_then(|i| i.released.as_ref());
        let (marking, conditions) = match (&self.keyed.fresh, released) {
            (Some(fresh), _) => (fresh.marking.clone(), fresh.conditions.clone()),
            (None, released) => released.map(|r| (r.marking.clone(), r.conditions.clone())).unwrap_or_default(),
        };
        let conditions = conditions.as_deref().map(conditions_hash);
        let reply_to = Some(workspace.keys().recipient());
        for copy in &self.copies {
            events.push(Event::Disclosure {
                item: item.clone(),
                copy: copy.copy.clone(),
                person: copy.person.clone(),
                recipients: copy.recipients.clone(),
                sealed: copy.sealed.clone(),
                content: copy.content,
                told_at: permit.at(),
                marking: marking.clone(),
                conditions: conditions.clone(),
                reply_to: reply_to.clone(),
            });
        }
        let earlier = workspace.state().items.get(&item).map(|i| i.disclosures.clone()).unwrap_or_default();
        let latest = |person: &PersonId| {
            let new = self.copies.iter().find(|c| c.person == *person).map(|c| c.copy.clone());
            new.or_else(|| earlier.iter().rev().find(|d| d.person == *person).map(|d| d.copy.clone()))
        };
        let copies: Vec<CopyId> = to.iter().filter_map(latest).collect();
        if let Some(folder) = plain {
            events.push(Event::PlainWritten { item: item.clone(), copies: copies.clone(), folder: folder.display().to_string() });
        }
        events.extend(self.beside);
        if !events.is_empty() {
            workspace.append(permit, events)?;
        }
        failpoint("disclosures-recorded");
        let path = workspace.pending_path(&item);
        if path.exists() {
            remove_durably(&path)?;
        }
        Ok((Released { item, copies }, self.keyed))
    }

    fn release_event(&self, workspace: &Workspace, fresh: &FreshItem) -> Result<Event, ShareError> {
        let custodians = workspace.custodians();
        let secret = serde_json::to_vec(&fresh.material).map_err(|e| CustodyError::Seal(e.to_string()))?;
        let sealed_key = custody::seal(&secret, &custodians)?;
        Ok(Event::ItemReleased {
            item: self.keyed.manifest.item.clone(),
            key: key_commitment(&self.keyed.key),
            key_object: workspace.vault().keep(&sealed_key)?,
            custodians: custodians.iter().map(|c| c.name.clone()).collect(),
            threshold: custody::threshold(&custodians),
            master_object: workspace.vault().seal(&self.keyed.master)?,
            marking: fresh.marking.clone(),
            conditions: fresh.conditions.clone(),
            file: self.keyed.manifest.copy_file(),
        })
    }

    /// Number of copies that are new.
    #[must_use]
    pub fn new_copies(&self) -> usize {
        self.copies.len()
    }
}

impl Released {
    /// Copies in the order of the recipients.
    #[must_use]
    pub fn copies(&self) -> &[CopyId] {
        &self.copies
    }

    /// Writes each sealed copy, its slip, a mail with both, and a list of all to `out`, named by person.
    ///
    /// # Errors
    /// [`ShareError`]; files written so far are whole and recorded, and the command can be repeated.
    pub fn deliver(&self, workspace: &mut Workspace, out: &Path) -> Result<Vec<PathBuf>, ShareError> {
        fs::create_dir_all(out).map_err(VaultError::disk(out, "made"))?;
        sweep(out)?;
        let mut written = Vec::with_capacity(self.copies.len());
        let mut listed = Vec::with_capacity(self.copies.len());
        for copy in &self.copies {
            let Outgoing { slip, sealed, mail, person } = workspace.outgoing(&self.item, copy)?;
            let path = out.join(&slip.sealed_file);
            // The slip first: a sealed copy never lies in the folder without what explains it.
            write_durably(&out.join(slip.file_name()), slip.to_text().as_bytes())?;
            failpoint("slip-written");
            write_durably(&path, &sealed)?;
            write_durably(&path.with_extension("eml"), &mail)?;
            listed.push((slip, person));
            written.push(path);
        }
        let list = mail::list(listed.iter().map(|(slip, person)| (slip, person)));
        let list = list.map_err(|e| ShareError::List(e.to_string()))?;
        write_durably(&out.join(LIST), &list)?;
        Ok(written)
    }

    /// Writes each copy unsealed to `folder`; that this is done was recorded with the release.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn write_plain(&self, keyed: &Keyed, folder: &Path) -> Result<(), ShareError> {
        fs::create_dir_all(folder).map_err(VaultError::disk(folder, "made"))?;
        sweep(folder)?;
        let bytes = keyed.plain(&self.copies)?;
        for (copy, bytes) in self.copies.iter().zip(bytes) {
            write_secret(&folder.join(file_name(copy, &keyed.manifest.copy_file())), &bytes)?;
        }
        Ok(())
    }
}

/// `p17.docx` for copy `p17.1` of `brief.docx`, `p17+2.docx` for a second one: no name holds a `+`.
#[must_use]
pub fn file_name(copy: &CopyId, file: &str) -> String {
    let ending = file.rsplit_once('.').map_or("txt", |(_, e)| e);
    let (person, number) = copy.as_str().rsplit_once('.').unwrap_or((copy.as_str(), "1"));
    let stem = if number == "1" { person.to_owned() } else { format!("{person}+{number}") };
    format!("{stem}.{ending}")
}
