//! What an event is called, and which item and sealed files it names.

use super::Event;
use crate::id::ItemName;

impl Event {
    /// The event's kind as it stands in the record.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::WorkspaceCreated { .. } => "workspace-created",
            Self::PersonAdded { .. } => "person-added",
            Self::PersonUpdated { .. } => "person-updated",
            Self::PersonLeft { .. } => "person-left",
            Self::DeviceLost { .. } => "device-lost",
            Self::CustodianAdded { .. } => "custodian-added",
            Self::SchemeImported { .. } => "scheme-imported",
            Self::ItemPrepared { .. } => "item-prepared",
            Self::KeyContributed { .. } => "key-contributed",
            Self::ItemReleased { .. } => "item-released",
            Self::Disclosure { .. } => "disclosure",
            Self::PlainWritten { .. } => "plain-written",
            Self::ReceiptImported { .. } => "receipt-imported",
            Self::OnwardAsked { .. } => "onward-asked",
            Self::OnwardAnswered { .. } => "onward-answered",
            Self::EvidenceSealed { .. } => "evidence-sealed",
            Self::ExtractionRecorded { .. } => "extraction-recorded",
            Self::VerdictRecorded { .. } => "verdict-recorded",
            Self::ItemOpened { .. } => "item-opened",
            Self::ChannelAdded { .. } => "channel-added",
            Self::TargetAdded { .. } => "target-added",
            Self::Told(_) => "told",
            Self::OperationsRecorded { .. } => "operations-recorded",
            Self::OperationClosed { .. } => "operation-closed",
            Self::IncidentRecorded { .. } => "incident-recorded",
            Self::Withdrawn { .. } => "withdrawn",
            Self::TrustPolicySet { .. } => "trust-policy-set",
            Self::Recovered { .. } => "recovered",
            Self::ItemRecalled { .. } => "item-recalled",
            Self::EpochOpened { .. } => "epoch-opened",
            Self::CorrectionSent { .. } => "correction-sent",
            Self::ApprovalPolicySet { .. } => "approval-policy-set",
            Self::ApprovalAsked { .. } => "approval-asked",
            Self::ApprovalGiven { .. } => "approval-given",
            Self::ApprovalUsed { .. } => "approval-used",
            Self::Unmasked { .. } => "unmasked",
            Self::Read { .. } => "read",
            Self::Destroyed { .. } => "destroyed",
            Self::MemberSet { .. } => "member-set",
            Self::CheckRecorded(_) => "check-recorded",
            Self::ConcernAnswered { .. } => "concern-answered",
            Self::WaiverRecorded { .. } => "waiver-recorded",
            Self::ScheduleSet { .. } => "schedule-set",
            Self::ExceptionRecorded { .. } => "exception-recorded",
            Self::AccuracySet { .. } => "accuracy-set",
            Self::AuthorityRecorded(_) => "authority-recorded",
            Self::StatementsRead(_) => "statements-read",
            Self::FindingExplained(_) => "finding-explained",
            Self::DrawOpened(_) => "draw-opened",
            Self::DrawCommitted { .. } => "draw-committed",
            Self::DrawRevealed { .. } => "draw-revealed",
            Self::DrawDone { .. } => "draw-done",
            Self::DrawForfeited { .. } => "draw-forfeited",
            Self::ExperimentAnnounced(_) => "experiment-announced",
            Self::ExperimentDrawn { .. } => "experiment-drawn",
            Self::ExperimentTold(_) => "experiment-told",
            Self::ExperimentSeen(_) => "experiment-seen",
            Self::ExperimentClosed { .. } => "experiment-closed",
            Self::ExperimentAbandoned { .. } => "experiment-abandoned",
            Self::WarningReleased { .. } => "warning-released",
            Self::WarningReviewed { .. } => "warning-reviewed",
            Self::ApproachOfficerSet { .. } => "approach-officer-set",
            Self::ApproachesCarried { .. } => "approaches-carried",
            Self::DossierWritten { .. } => "dossier-written",
            Self::ProceedingOpened { .. } => "proceeding-opened",
            Self::ProceedingStep { .. } => "proceeding-step",
            Self::ProceedingClosed { .. } => "proceeding-closed",
        }
    }
}

impl Event {
    /// The item that the event is about, if it is about one.
    #[must_use]
    pub fn item(&self) -> Option<&ItemName> {
        match self {
            Self::ItemPrepared { item, .. }
            | Self::KeyContributed { item, .. }
            | Self::ItemReleased { item, .. }
            | Self::Disclosure { item, .. }
            | Self::PlainWritten { item, .. }
            | Self::ReceiptImported { item, .. }
            | Self::OnwardAsked { item, .. }
            | Self::OnwardAnswered { item, .. }
            | Self::ExtractionRecorded { item, .. }
            | Self::VerdictRecorded { item, .. }
            | Self::ItemOpened { item, .. }
            | Self::ItemRecalled { item, .. }
            | Self::CorrectionSent { item, .. }
            | Self::WarningReleased { item, .. }
            | Self::WarningReviewed { item, .. } => Some(item),
            Self::Told(telling) => telling.item.as_ref(),
            Self::IncidentRecorded { facts, .. } => facts.item.as_ref(),
            _ => None,
        }
    }

    /// Sealed files that the event names.
    #[must_use]
    pub fn objects(&self) -> Vec<&str> {
        match self {
            Self::ItemPrepared { object, .. }
            | Self::EvidenceSealed { object, .. }
            | Self::ExtractionRecorded { object, .. }
            | Self::VerdictRecorded { object, .. } => vec![object],
            Self::ItemReleased { key_object, master_object, .. } => vec![key_object, master_object],
            Self::Disclosure { sealed, .. } => vec![sealed],
            Self::EpochOpened { old, .. } => vec![&old.signed],
            Self::ApproachesCarried { envelopes } => vec![envelopes],
            _ => Vec::new(),
        }
    }
}
