//! Who may do what: one table of roles and use-cases (`docs/spec/roles.md`), and what of it each entry needs.
//!
//! It is asked in three places, none of which can be passed by: commands and routes name their use-case or do not compile, and
//! `Workspace::append` asks for every event by what it says, whatever was asked for before.

use std::collections::BTreeSet;

use holm_record::event::Event;
use holm_record::event::approval::{Act, Masked};
use holm_record::event::member::Role;
use serde::Serialize;

use crate::state::State;

/// How far a role's use-case reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// It does not.
    No,
    /// To what the member made.
    Own,
    /// To everything.
    All,
}

use Reach::{All, No, Own};

macro_rules! use_cases {
    ($($(#[$doc:meta])* $case:ident $name:literal [$($reach:ident),+];)+) => {
        /// What somebody wants to see or do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum UseCase {
            $($(#[$doc])* $case,)+
        }

        impl UseCase {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// As the table calls it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$case => $name,)+ }
            }

            /// Its row: a reach for each of [`Role::ALL`].
            const fn row(self) -> [Reach; Role::ALL.len()] {
                match self { $(Self::$case => [$($reach),+],)+ }
            }
        }
    };
}

use_cases! {
    //                              originator, sharing, vetting, analyst, custodian, inspector
    /// Open what one was sent, draw half of a key, approve, see the overview.
    OwnDesk "own-desk"                     [All, All, All, All, All, All];
    /// See people, units, members and their roles.
    SeeRoster "see-roster"                 [All, All, All, All, All, All];
    /// Have people come, change and leave.
    KeepRoster "keep-roster"               [No, All, All, No, No, No];
    /// See names of items, and who has a copy.
    SeeItems "see-items"                   [Own, All, No, All, All, All];
    /// Read items' texts, copies and drafts.
    ReadItems "read-items"                 [Own, All, No, No, All, No];
    /// Prepare and release items.
    Share "share"                          [Own, All, No, No, No, No];
    /// Recall and correct items.
    Withdraw "withdraw"                    [Own, All, No, No, No, No];
    /// Answer requests to pass on.
    Answer "answer"                        [Own, All, No, No, No, No];
    /// Take receipts in.
    TakeReceipts "take-receipts"           [Own, All, No, No, No, No];
    /// See operations, incidents, tellings, channels and targets.
    SeeHappenings "see-happenings"         [No, All, No, All, All, All];
    /// Record them.
    RecordHappenings "record-happenings"   [No, All, No, All, No, No];
    /// See what was exposed, and whom to warn.
    SeeDamage "see-damage"                 [No, All, No, All, No, No];
    /// Look for the source of a leak.
    Trace "trace"                          [No, No, No, No, All, No];
    /// See reports of looks.
    SeeLooks "see-looks"                   [No, All, No, No, All, No];
    /// See beliefs about people.
    SeeBeliefs "see-beliefs"               [No, No, No, All, No, No];
    /// See checks on people.
    SeeVetting "see-vetting"               [No, No, All, No, No, No];
    /// Record checks and waivers, lay down the schedule.
    KeepVetting "keep-vetting"             [No, No, All, No, No, No];
    /// See proceedings against people.
    SeeProceedings "see-proceedings"       [No, No, No, All, All, All];
    /// Open proceedings, record their steps, end them.
    KeepProceedings "keep-proceedings"     [No, No, No, No, All, No];
    /// Open an item's key.
    OpenKey "open-key"                     [No, No, No, No, All, No];
    /// Destroy what was recorded.
    Destroy "destroy"                      [No, No, No, No, All, No];
    /// See requests for approval.
    SeeApprovals "see-approvals"           [Own, All, Own, All, All, All];
    /// Ask for approval, take answers in, carry out what is approved.
    AskApproval "ask-approval"             [Own, All, Own, All, All, No];
    /// See, verify and export the record.
    SeeRecord "see-record"                 [No, No, No, No, All, All];
    /// Keep the record: witnesses, stores, backups, epochs, policies.
    KeepRecord "keep-record"               [No, No, No, No, All, No];
    /// Set members and their roles.
    KeepMembers "keep-members"             [No, No, No, No, All, No];
}

impl UseCase {
    /// How far it reaches for a role.
    #[must_use]
    pub fn reach(self, role: Role) -> Reach {
        Role::ALL.into_iter().zip(self.row()).find(|(of, _)| *of == role).map_or(No, |(_, reach)| reach)
    }

    /// Roles that may.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.reach(*role) > No)
    }

    /// How far it reaches for somebody with these roles.
    #[must_use]
    pub fn reach_of(self, roles: &BTreeSet<Role>) -> Reach {
        roles.iter().map(|role| self.reach(*role)).max().unwrap_or(No)
    }
}

impl std::fmt::Display for UseCase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Roles as a list.
pub(crate) fn listed(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    if names.is_empty() { "no role".to_owned() } else { names.join(", ") }
}

/// What of what was analysed is seen or unmasked.
#[must_use]
pub fn seeing(of: &Masked) -> UseCase {
    match of {
        Masked::Incident { .. } => UseCase::SeeLooks,
        Masked::Beliefs => UseCase::SeeBeliefs,
        Masked::Vetting => UseCase::SeeVetting,
    }
}

/// What whoever asks approval for an act must be allowed to do: nobody asks for what they could not carry out.
#[must_use]
pub fn acting(act: &Act) -> UseCase {
    match act {
        Act::Release { .. } => UseCase::Share,
        Act::Unmask { of, .. } => seeing(of),
        Act::Accuse { .. } => UseCase::OpenKey,
        Act::Destroy { .. } => UseCase::Destroy,
        Act::Members { .. } => UseCase::KeepMembers,
        Act::Proceed { .. } => UseCase::KeepProceedings,
        Act::Except { .. } | Act::Authority { .. } => UseCase::KeepVetting,
        Act::Policy { .. } => UseCase::KeepRecord,
    }
}

/// What it takes to withdraw an entry: what it took to make it.
fn withdrawing(state: &State, entry: u64) -> UseCase {
    let burned = state.items.values().any(|item| item.recalled.as_ref().is_some_and(|(index, _)| *index == entry));
    match burned {
        true => UseCase::Withdraw,
        false if state.vetting.has_entry(entry) => UseCase::KeepVetting,
        false => UseCase::RecordHappenings,
    }
}

/// What an entry's writer must be allowed to do; `None` where it stands beside another that decides.
#[must_use]
pub fn needed(state: &State, event: &Event) -> Option<UseCase> {
    Some(match event {
        Event::PersonAdded { .. } | Event::PersonUpdated { .. } | Event::PersonLeft { .. } | Event::DeviceLost { .. } => {
            UseCase::KeepRoster
        }
        Event::WorkspaceCreated { .. }
        | Event::CustodianAdded { .. }
        | Event::SchemeImported { .. }
        | Event::TrustPolicySet { .. }
        | Event::Recovered { .. }
        | Event::EpochOpened { .. }
        | Event::ApproachOfficerSet { .. }
        | Event::ApproachesCarried { .. }
        | Event::ApprovalPolicySet { .. } => UseCase::KeepRecord,
        Event::ItemPrepared { .. }
        | Event::KeyContributed { .. }
        | Event::ItemReleased { .. }
        | Event::Disclosure { .. }
        | Event::PlainWritten { .. }
        | Event::WarningReleased { .. } => UseCase::Share,
        Event::ReceiptImported { .. } => UseCase::TakeReceipts,
        Event::OnwardAsked { .. } | Event::OnwardAnswered { .. } => UseCase::Answer,
        Event::EvidenceSealed { .. } | Event::ExtractionRecorded { .. } | Event::VerdictRecorded { .. } => UseCase::Trace,
        Event::ItemOpened { .. } => UseCase::OpenKey,
        Event::ChannelAdded { .. }
        | Event::TargetAdded { .. }
        | Event::Told(_)
        | Event::OperationsRecorded { .. }
        | Event::OperationClosed { .. }
        | Event::ExperimentAnnounced(_)
        | Event::ExperimentDrawn { .. }
        | Event::ExperimentTold(_)
        | Event::ExperimentSeen(_)
        | Event::ExperimentClosed { .. }
        | Event::ExperimentAbandoned { .. }
        | Event::IncidentRecorded { .. } => UseCase::RecordHappenings,
        Event::Withdrawn { entry, .. } => withdrawing(state, *entry),
        Event::ItemRecalled { .. } | Event::CorrectionSent { .. } => UseCase::Withdraw,
        Event::ApprovalAsked { .. } | Event::ApprovalGiven { .. } | Event::WarningReviewed { .. } => UseCase::AskApproval,
        Event::ApprovalUsed { .. } => return None,
        Event::Unmasked { of, .. } | Event::Read { of, .. } => seeing(of),
        Event::Destroyed { .. } => UseCase::Destroy,
        Event::MemberSet { .. } => UseCase::KeepMembers,
        Event::DossierWritten { .. } => UseCase::SeeProceedings,
        Event::ProceedingOpened { .. } | Event::ProceedingStep { .. } | Event::ProceedingClosed { .. } => {
            UseCase::KeepProceedings
        }
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
        | Event::ScheduleSet { .. }
        | Event::ExceptionRecorded { .. } => UseCase::KeepVetting,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table as it was reviewed: rows and columns of `docs/spec/roles.md`.
    #[test]
    fn the_table_is_the_one_that_was_reviewed() {
        let text = include_str!("../../../docs/spec/roles.md");
        let text = text.split("### ").next().unwrap();
        let rows: Vec<Vec<&str>> =
            text.lines().filter(|l| l.starts_with("| ")).map(|l| l.split('|').map(str::trim).collect()).collect();
        let heads = &rows[0][2..8];
        assert_eq!(heads, Role::ALL.map(Role::name));
        let read = |cell: &str| match cell {
            "-" => No,
            "own" => Own,
            "all" => All,
            other => panic!("`{other}` is no reach"),
        };
        let written: Vec<(&str, Vec<Reach>)> =
            rows[1..].iter().map(|row| (row[1], row[2..8].iter().map(|c| read(c)).collect())).collect();
        let coded: Vec<(&str, Vec<Reach>)> =
            UseCase::ALL.iter().map(|case| (case.name(), Role::ALL.map(|role| case.reach(role)).to_vec())).collect();
        assert_eq!(written, coded);
    }

    #[test]
    fn nobody_keeps_what_they_use() {
        // What one does, another keeps the keys and the record of.
        for role in UseCase::Share.roles() {
            assert!(
                ![UseCase::Trace, UseCase::OpenKey, UseCase::Destroy, UseCase::KeepMembers].iter().any(|c| c.reach(role) > No)
            );
        }
        for case in UseCase::ALL.iter().filter(|c| c.reach(Role::Inspector) > No) {
            assert!(!matches!(case, UseCase::ReadItems | UseCase::SeeLooks), "an inspector reads no item");
        }
    }
}
