//! What there is for a member who sees only what they prepared themselves: a state made from that alone, so that no list, count, search or
//! error can tell of anything else.

use std::collections::BTreeSet;

use holm_record::entry::Opened;
use holm_record::event::Event;
use holm_record::id::ItemName;
use jiff::Timestamp;

use crate::policy::Refusal;
use crate::role::{Reach, UseCase};
use crate::state::State;

/// What one member is told of the record.
#[derive(Debug)]
pub(crate) struct Seen {
    actor: String,
    /// Whether they vet people.
    sees_vetting: bool,
    /// Items that they prepared.
    own: BTreeSet<ItemName>,
    /// Entries that they are told of and others may speak of: withdrawn, used.
    entries: BTreeSet<u64>,
    pub(crate) state: State,
}

impl Seen {
    /// `None` for whoever sees all items.
    pub(crate) fn of(actor: &str, whole: &State, entries: &[Option<Opened>]) -> Option<Self> {
        if UseCase::SeeItems.reach_of(&whole.roles_of(actor)) == Reach::All {
            return None;
        }
        let sees_vetting = UseCase::SeeVetting.reach_of(&whole.roles_of(actor)) > Reach::No;
        let mut seen = Self {
            actor: actor.to_owned(),
            sees_vetting,
            own: BTreeSet::new(),
            entries: BTreeSet::new(),
            state: State::default(),
        };
        for (index, opened) in (0..).zip(entries) {
            if let Some(Opened { entry, .. }) = opened {
                seen.apply(index, entry.at, &entry.actor, &entry.event);
            }
        }
        Some(seen)
    }

    pub(crate) fn apply(&mut self, index: u64, at: Timestamp, by: &str, event: &Event) {
        if let Event::ItemPrepared { item, .. } = event
            && by == self.actor
        {
            self.own.insert(item.clone());
        }
        if self.is_told(by, event) {
            self.entries.insert(index);
            self.state.apply(index, at, by, event);
        }
    }

    /// That what an event is about is theirs, or begins among these events.
    pub(crate) fn is_own(&self, item: &ItemName, events: &[Event]) -> Result<(), Refusal> {
        let begins = events.iter().any(|e| matches!(e, Event::ItemPrepared { item: of, .. } if of == item));
        if begins || self.own.contains(item) { Ok(()) } else { Err(Refusal::NoItem(item.clone())) }
    }

    fn is_told(&self, by: &str, event: &Event) -> bool {
        match event {
            Event::WorkspaceCreated { .. }
            | Event::PersonAdded { .. }
            | Event::PersonUpdated { .. }
            | Event::PersonLeft { .. }
            | Event::DeviceLost { .. }
            | Event::CustodianAdded { .. }
            | Event::SchemeImported { .. }
            | Event::TrustPolicySet { .. }
            | Event::Recovered { .. }
            | Event::EpochOpened { .. }
            | Event::ApprovalPolicySet { .. }
            | Event::ApproachOfficerSet { .. }
            | Event::MemberSet { .. } => true,
            Event::ItemPrepared { item, .. }
            | Event::KeyContributed { item, .. }
            | Event::ItemReleased { item, .. }
            | Event::Disclosure { item, .. }
            | Event::PlainWritten { item, .. }
            | Event::ReceiptImported { item, .. }
            | Event::OnwardAsked { item, .. }
            | Event::OnwardAnswered { item, .. }
            | Event::ItemRecalled { item, .. }
            | Event::CorrectionSent { item, .. }
            | Event::WarningReleased { item, .. }
            | Event::WarningReviewed { item, .. }
            // Further copies cannot be proved: whoever shares it must know.
            | Event::ItemOpened { item, .. } => self.own.contains(item),
            Event::ApprovalAsked { .. } => by == self.actor,
            Event::ApprovalGiven { request, .. } | Event::ApprovalUsed { request } => self.entries.contains(request),
            Event::Withdrawn { entry, .. } => self.entries.contains(entry),
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
            | Event::ScheduleSet { .. } => self.sees_vetting,
            Event::EvidenceSealed { .. }
            | Event::ExtractionRecorded { .. }
            | Event::VerdictRecorded { .. }
            | Event::ChannelAdded { .. }
            | Event::TargetAdded { .. }
            | Event::Told(_)
            | Event::OperationsRecorded { .. }
            | Event::OperationClosed { .. }
            | Event::IncidentRecorded { .. }
            | Event::ExperimentAnnounced(_)
            | Event::ExperimentDrawn { .. }
            | Event::ExperimentTold(_)
            | Event::ExperimentSeen(_)
            | Event::ExperimentClosed { .. }
            | Event::ExperimentAbandoned { .. }
            | Event::ApproachesCarried { .. }
            | Event::DossierWritten { .. }
            | Event::ProceedingOpened { .. }
            | Event::ProceedingStep { .. }
            | Event::ProceedingClosed { .. }
            | Event::Unmasked { .. }
            | Event::Read { .. }
            | Event::Destroyed { .. } => false,
        }
    }
}
