//! What the record says now: a projection of its entries that may be thrown away at any time.

pub mod happenings;

use std::collections::BTreeMap;

use holm_record::commitment::Commitment;
use holm_record::entry::Opened;
use holm_record::event::{Device, Event, KeyMaking, ObjectHash, OldEpoch, PersonFacts};
use holm_record::id::{CopyId, CustodianName, IncidentName, ItemName, PersonId};
use holm_record::trust::TrustPolicy;
use jiff::Timestamp;

use crate::approach::Approaches;
use crate::approval::Approvals;
use crate::checkpoint::Trust;
use crate::experiment::{Ended, Experiments, name_of};
use crate::marking::Scheme;
use crate::member::Members;
use crate::onward::{Answer, Asked, Request};
use crate::proceeding::{self, Proceeding};
use crate::telling::of_operation;
use crate::vetting::Vetting;
use crate::warning::Warnings;
use happenings::{Happenings, Told};

/// A person of the roster.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// What is known.
    pub facts: PersonFacts,
    /// Whether the person left.
    pub left: bool,
    /// age recipients of lost devices.
    pub lost: Vec<String>,
    /// Entry by which the person came on the roster.
    pub since: u64,
}

impl Person {
    /// Devices that may still be sealed to.
    pub fn usable_devices(&self) -> impl Iterator<Item = &Device> {
        self.facts.devices.iter().filter(|d| !self.lost.contains(&d.recipient))
    }
}

/// A copy that was issued.
#[derive(Clone, Debug, PartialEq)]
pub struct Disclosure {
    /// Its entry.
    pub index: u64,
    /// Which copy.
    pub copy: CopyId,
    /// To whom.
    pub person: PersonId,
    /// Devices that can open it.
    pub recipients: Vec<String>,
    /// The sealed file.
    pub sealed: ObjectHash,
    /// Commitment to the copy.
    pub content: Commitment,
    /// When the person was told.
    pub told_at: Timestamp,
    /// To whom the person's requests are sealed.
    pub reply_to: Option<String>,
    /// When a signed receipt came back whose signature was checked.
    pub receipt: Option<Timestamp>,
    /// Entry of that receipt.
    pub receipt_index: Option<u64>,
}

/// How an item's key was prepared.
#[derive(Clone, Debug, PartialEq)]
pub struct Preparation {
    /// Its entry.
    pub index: u64,
    /// Who makes the key.
    pub making: KeyMaking,
    /// Commitment to the originator's contribution.
    pub contribution: Commitment,
    /// Commitment to the manifest.
    pub manifest: Commitment,
    /// The sealed manifest.
    pub object: ObjectHash,
    /// Commitment to the master.
    pub master: Commitment,
    /// The second person's contribution: commitment and signed note.
    pub second: Option<(Commitment, String)>,
}

/// How an item was released.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// Its entry.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// Commitment to the key.
    pub key: Commitment,
    /// The sealed key.
    pub key_object: ObjectHash,
    /// Custodians of the key.
    pub custodians: Vec<String>,
    /// How many must act together.
    pub threshold: u8,
    /// The sealed master.
    pub master_object: ObjectHash,
    /// The marking.
    pub marking: Option<String>,
    /// The originator's conditions.
    pub conditions: Option<String>,
    /// File name of the master.
    pub file: String,
}

/// An item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Manifest frozen and contribution committed.
    pub prepared: Option<Preparation>,
    /// Released.
    pub released: Option<Release>,
    /// Copies, in order of issue.
    pub disclosures: Vec<Disclosure>,
    /// Whether the key was opened to a verifier.
    pub opened: bool,
    /// Folders to which unsealed copies were written.
    pub plain_folders: Vec<String>,
    /// What recipients asked to pass on, in order.
    pub requests: Vec<Asked>,
    /// Why it is burned, and the entry that says so.
    pub recalled: Option<(u64, String)>,
    /// Items that correct it, in order.
    pub corrections: Vec<ItemName>,
}

/// One look at an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Entry of the extraction.
    pub index: u64,
    /// The incident.
    pub incident: IncidentName,
    /// The item.
    pub item: ItemName,
    /// Number of the look.
    pub look: u32,
    /// α of the incident.
    pub alpha: f64,
    /// Items that share the look.
    pub candidates: u32,
    /// Size of the family.
    pub copies: u32,
    /// The sealed evidence.
    pub evidence: ObjectHash,
    /// The sealed extraction.
    pub extraction: ObjectHash,
    /// Commitment to the extraction.
    pub content: Commitment,
    /// The verdict, once there is one.
    pub verdict: Option<LookVerdict>,
}

/// What a look came to.
#[derive(Clone, Debug, PartialEq)]
pub struct LookVerdict {
    /// Its entry.
    pub index: u64,
    /// `named`, `inconclusive` or `no-match`.
    pub verdict: String,
    /// Copies named.
    pub named: Vec<CopyId>,
    /// The sealed report.
    pub report: ObjectHash,
    /// ln e by copy, in the order of disclosure.
    pub ln_e: Vec<f64>,
}

/// Sealed evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Its entry.
    pub index: u64,
    /// When it was sealed.
    pub at: Timestamp,
    /// The incident.
    pub incident: IncidentName,
    /// The sealed files.
    pub object: ObjectHash,
}

/// The whole of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Roster.
    pub persons: BTreeMap<PersonId, Person>,
    /// Custodians of item keys: name and age recipient.
    pub custodians: BTreeMap<CustodianName, String>,
    /// Schemes of markings that were brought in, by name.
    pub schemes: BTreeMap<String, Scheme>,
    /// Items.
    pub items: BTreeMap<ItemName, Item>,
    /// Evidence, in order.
    pub evidence: Vec<Evidence>,
    /// Looks, in order.
    pub looks: Vec<Look>,
    /// Tellings, operations and incidents.
    pub happenings: Happenings,
    /// Who is to witness the record.
    pub trust: Option<Trust>,
    /// Epochs that ended.
    pub epochs: Vec<OldEpoch>,
    /// What needs approval, and what was approved.
    pub approvals: Approvals,
    /// Who works in the workspace, and as what.
    pub members: Members,
    /// Checks on people, and how often which are asked for.
    pub vetting: Vetting,
    /// Proceedings against people.
    pub proceedings: Vec<Proceeding>,
    /// To whom approaches are reported, and which batches went.
    pub approaches: Approaches,
    /// Warnings of danger to life.
    pub warnings: Warnings,
    /// Randomised disclosures.
    pub experiments: Experiments,
    /// Entries up to the newest that says more than that something was read.
    pub told_until: u64,
}

impl State {
    /// Projects entries; bodies that were destroyed leave nothing here.
    #[must_use]
    pub fn project(entries: &[Option<Opened>]) -> Self {
        let mut state = Self::default();
        for (index, opened) in (0..).zip(entries) {
            if let Some(opened) = opened {
                let entry = &opened.entry;
                state.apply(index, entry.at, &entry.actor, &entry.event);
            }
        }
        state
    }

    /// Takes in one event, entered by `by`.
    pub fn apply(&mut self, index: u64, at: Timestamp, by: &str, event: &Event) {
        if !matches!(event, Event::Read { .. } | Event::DossierWritten { .. }) {
            self.told_until = index + 1;
        }
        match event {
            Event::PersonAdded { .. } | Event::PersonUpdated { .. } | Event::PersonLeft { .. } | Event::DeviceLost { .. } => {
                self.apply_roster(index, event)
            }
            Event::CustodianAdded { name, recipient } => {
                self.custodians.insert(name.clone(), recipient.clone());
            }
            // Only what could be read was recorded.
            Event::SchemeImported { scheme, text } => {
                self.approvals.apply(index, at, by, event);
                self.schemes.extend(Scheme::parse(text).ok().map(|parsed| (scheme.clone(), parsed)));
            }
            Event::ItemPrepared { .. }
            | Event::KeyContributed { .. }
            | Event::ItemReleased { .. }
            | Event::Disclosure { .. }
            | Event::ReceiptImported { .. }
            | Event::PlainWritten { .. }
            | Event::OnwardAsked { .. }
            | Event::OnwardAnswered { .. }
            | Event::ItemRecalled { .. }
            | Event::CorrectionSent { .. }
            | Event::ItemOpened { .. } => self.apply_item(index, at, event),
            Event::EvidenceSealed { .. } | Event::ExtractionRecorded { .. } | Event::VerdictRecorded { .. } => {
                self.apply_look(index, at, event)
            }
            // Only what could be read was recorded.
            Event::TrustPolicySet { policy: text, within_hours } => {
                let read = TrustPolicy::parse(text).ok();
                self.trust = read.map(|policy| Trust { policy, text: text.clone(), within_hours: *within_hours, since: at });
            }
            Event::ApprovalPolicySet { .. }
            | Event::ApprovalAsked { .. }
            | Event::ApprovalGiven { .. }
            | Event::ApprovalUsed { .. }
            | Event::Unmasked { .. }
            | Event::Destroyed { .. } => self.approvals.apply(index, at, by, event),
            Event::MemberSet { .. } => self.members.apply(index, event),
            Event::CheckRecorded(_)
            | Event::ConcernAnswered { .. }
            | Event::AccuracySet { .. }
            | Event::AuthorityRecorded(_)
            | Event::StatementsRead(_)
            | Event::FindingExplained(_)
            | Event::DrawOpened(_)
            | Event::DrawCommitted { .. }
            | Event::DrawRevealed { .. }
            | Event::DrawDone { .. }
            | Event::DrawForfeited { .. }
            | Event::WaiverRecorded { .. }
            | Event::ExceptionRecorded { .. }
            | Event::ScheduleSet { .. } => self.vetting.apply(index, at, by, event),
            Event::ProceedingOpened { .. } | Event::ProceedingStep { .. } | Event::ProceedingClosed { .. } => {
                proceeding::apply(&mut self.proceedings, index, at, by, event);
            }
            Event::ApproachOfficerSet { .. } | Event::ApproachesCarried { .. } => self.approaches.apply(index, at, event),
            Event::WarningReleased { .. } | Event::WarningReviewed { .. } => self.warnings.apply(index, at, by, event),
            of_one if name_of(of_one).is_some() => self.apply_experiment(index, at, by, event),
            Event::Read { .. } | Event::DossierWritten { .. } => {}
            Event::EpochOpened { old, .. } => self.open_epoch(old.clone()),
            Event::Withdrawn { entry, .. } => self.withdraw(*entry, index, at, by, event),
            _ => self.happenings.apply(index, at, by, event),
        }
    }

    fn open_epoch(&mut self, old: OldEpoch) {
        // Its witnesses knew it under the old name.
        self.trust = None;
        self.epochs.push(old);
    }

    fn apply_roster(&mut self, index: u64, event: &Event) {
        match event {
            Event::PersonAdded { person, facts } => {
                self.persons.insert(person.clone(), Person { facts: facts.clone(), left: false, lost: Vec::new(), since: index });
            }
            Event::PersonUpdated { person, facts } => {
                self.persons.entry(person.clone()).and_modify(|p| p.facts = facts.clone());
            }
            Event::PersonLeft { person, .. } => {
                self.persons.entry(person.clone()).and_modify(|p| p.left = true);
            }
            Event::DeviceLost { person, recipient, .. } => {
                self.persons.entry(person.clone()).and_modify(|p| p.lost.push(recipient.clone()));
            }
            _ => {}
        }
    }

    fn withdraw(&mut self, entry: u64, index: u64, at: Timestamp, by: &str, event: &Event) {
        self.happenings.apply(index, at, by, event);
        self.vetting.apply(index, at, by, event);
        self.items.values_mut().for_each(|item| drop(item.recalled.take_if(|(index, _)| *index == entry)));
    }

    /// While it runs all who were told know one thing; what each was told counts from its end on.
    fn apply_experiment(&mut self, index: u64, at: Timestamp, by: &str, event: &Event) {
        self.experiments.apply(index, at, by, event);
        if !matches!(event, Event::ExperimentTold(_) | Event::ExperimentClosed { .. }) {
            return;
        }
        let Some(one) = name_of(event).and_then(|name| self.experiments.get(name)) else { return };
        match event {
            Event::ExperimentTold(told) => {
                let words = format!("experiment {}", told.experiment);
                let when = (told.at, told.channel.clone());
                let telling = of_operation(&one.facts.operation, told.persons.clone(), when, words);
                self.happenings.told.push(Told { index, entered: at, by: by.to_owned(), telling });
            }
            Event::ExperimentClosed { .. } => {
                let Some(Ended::Closed(groups)) = &one.ended else { return };
                let entries: Vec<u64> = one.told.iter().map(|(entry, _)| *entry).collect();
                self.happenings.tell_apart(&entries, groups, &one.facts.variants);
            }
            _ => {}
        }
    }

    fn apply_item(&mut self, index: u64, at: Timestamp, event: &Event) {
        let Some(name) = event.item() else { return };
        let item = self.items.entry(name.clone()).or_default();
        match event {
            Event::ItemPrepared { making, contribution, manifest, object, master, .. } => {
                let (making, object) = (making.clone(), object.clone());
                let (contribution, manifest, master) = (*contribution, *manifest, *master);
                item.prepared = Some(Preparation { index, making, contribution, manifest, object, master, second: None });
            }
            Event::KeyContributed { contribution, note, .. } => {
                if let Some(prepared) = &mut item.prepared {
                    prepared.second = Some((*contribution, note.clone()));
                }
            }
            Event::ItemReleased { key, key_object, custodians, threshold, master_object, marking, conditions, file, .. } => {
                item.released = Some(Release {
                    index,
                    at,
                    key: *key,
                    key_object: key_object.clone(),
                    custodians: custodians.clone(),
                    threshold: *threshold,
                    master_object: master_object.clone(),
                    marking: marking.clone(),
                    conditions: conditions.clone(),
                    file: file.clone(),
                });
            }
            Event::Disclosure { copy, person, recipients, sealed, content, told_at, reply_to, .. } => {
                item.disclosures.push(Disclosure {
                    index,
                    copy: copy.clone(),
                    person: person.clone(),
                    recipients: recipients.clone(),
                    sealed: sealed.clone(),
                    content: *content,
                    told_at: *told_at,
                    reply_to: reply_to.clone(),
                    receipt: None,
                    receipt_index: None,
                })
            }
            Event::ReceiptImported { copy, verified: true, .. } => {
                for disclosure in item.disclosures.iter_mut().filter(|d| d.copy == *copy && d.receipt.is_none()) {
                    disclosure.receipt = Some(at);
                    disclosure.receipt_index = Some(index);
                }
            }
            Event::PlainWritten { folder, .. } => item.plain_folders.push(folder.clone()),
            // Only what could be read was recorded.
            Event::OnwardAsked { note, .. } => {
                item.requests.extend(Request::parse(note).ok().map(|request| Asked::new(index, at, request, note)));
            }
            Event::OnwardAnswered { request, decision, to, paragraphs, words, .. } => {
                if let Some(asked) = item.requests.iter_mut().find(|a| a.hash == *request && a.answer.is_none()) {
                    let (to, paragraphs, words) = (to.clone(), paragraphs.clone(), words.clone());
                    asked.answer = Some(Answer { index, at, decision: *decision, to, paragraphs, words });
                }
            }
            Event::ItemOpened { .. } => item.opened = true,
            Event::ItemRecalled { reason, .. } => item.recalled = Some((index, reason.clone())),
            Event::CorrectionSent { correction, .. } => item.corrections.push(correction.clone()),
            _ => {}
        }
    }

    fn apply_look(&mut self, index: u64, at: Timestamp, event: &Event) {
        match event {
            Event::EvidenceSealed { incident, object, .. } => {
                self.evidence.push(Evidence { index, at, incident: incident.clone(), object: object.clone() });
            }
            Event::ExtractionRecorded { incident, evidence, item, object, content, alpha, look, candidates, copies, .. } => {
                self.looks.push(Look {
                    index,
                    incident: incident.clone(),
                    item: item.clone(),
                    look: *look,
                    alpha: *alpha,
                    candidates: *candidates,
                    copies: *copies,
                    evidence: evidence.clone(),
                    extraction: object.clone(),
                    content: *content,
                    verdict: None,
                })
            }
            Event::VerdictRecorded { incident, item, look, verdict, named, object, ln_e } => {
                let of = self.looks.iter_mut().find(|l| l.incident == *incident && l.item == *item && l.look == *look);
                if let Some(of) = of {
                    of.verdict = Some(LookVerdict {
                        index,
                        verdict: verdict.clone(),
                        named: named.clone(),
                        report: object.clone(),
                        ln_e: ln_e.clone(),
                    });
                }
            }
            _ => {}
        }
    }

    /// Everything that a person was told, or that one of the person's devices can open.
    #[must_use]
    pub fn told(&self, person: &PersonId, device: Option<&str>) -> Vec<(&ItemName, &Disclosure)> {
        let of = |d: &&Disclosure| d.person == *person && device.is_none_or(|r| d.recipients.iter().any(|x| x == r));
        self.items.iter().flat_map(|(name, item)| item.disclosures.iter().filter(of).map(move |d| (name, d))).collect()
    }

    /// Whom `--to` means: a person, `unit:UNIT`, or `all`; those who left are passed over for units and `all`.
    #[must_use]
    pub fn resolve(&self, to: &str) -> Option<Vec<PersonId>> {
        let present = |matches: &dyn Fn(&Person) -> bool| {
            self.persons.iter().filter(|(_, p)| !p.left && matches(p)).map(|(id, _)| id.clone()).collect::<Vec<_>>()
        };
        if to == "all" {
            return Some(present(&|_| true));
        }
        if let Some(unit) = to.strip_prefix("unit:") {
            let members = present(&|p| p.facts.unit == unit);
            return (!members.is_empty()).then_some(members);
        }
        PersonId::new(to).ok().map(|id| vec![id])
    }
}
