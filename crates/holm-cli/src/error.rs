//! Errors become words and exit codes here and nowhere else.

use std::process::ExitCode;

use holm::approval::bundle::ApprovalError;
use holm::approval::policy::PolicyError;
use holm::backup::BackupError;
use holm::belief::BeliefError;
use holm::checkpoint::CheckpointError;
use holm::contribution::ContributionError;
use holm::correction::CorrectionError;
use holm::damage::DamageError;
use holm::epoch::EpochError;
use holm::identity::IdentityError;
use holm::incident::IncidentError;
use holm::instant::InstantError;
use holm::marking::{ImportError, MarkingError};
use holm::onward::OnwardError;
use holm::operation::OperationError;
use holm::operation::import::{ImportFieldError, ImportOperationsError};
use holm::pages::PagesError;
use holm::plan::PlanError;
use holm::policy::Refusal;
use holm::prepare::PrepareError;
use holm::program::ProgramError;
use holm::programme::ProgrammeError;
use holm::receipt::ReceiptError;
use holm::recovery::RecoveryError;
use holm::rehearsal::RehearsalError;
use holm::render::RenderError;
use holm::review::ReviewError;
use holm::roster::RosterError;
use holm::share::ShareError;
use holm::slip::SlipError;
use holm::telling::{TellError, WithdrawError};
use holm::trace::TraceError;
use holm::transfer::TransferError;
use holm::vault::VaultError;
use holm::warning::WarningError;
use holm::witness::WitnessError;
use holm::workspace::WorkspaceError;
use holm_desk::DeskError;
use holm_record::store::StoreError;

/// How a command ended, if it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done.
    Done,
    /// Done, and the answer is no.
    No,
}

/// A command failed.
#[derive(Debug)]
pub(crate) struct CommandError {
    message: String,
    hint: Option<String>,
    code: u8,
}

/// Could not.
const COULD_NOT: u8 = 1;
/// Wrongly asked.
const USAGE: u8 = 2;

impl CommandError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: COULD_NOT }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: USAGE }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what went wrong, on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("error: {}", self.message);
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
        ExitCode::from(self.code)
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::No => Self::from(3),
        }
    }
}

fn hint_for(text: &str) -> Option<&'static str> {
    match text {
        t if t.contains("No space left") => Some("free some space and repeat the command: nothing half-written was kept"),
        t if t.contains("passphrase") && t.contains("protected") => {
            Some("give `--passphrase-file FILE`, set $HOLM_PASSPHRASE, or run in a terminal")
        }
        t if t.starts_with("nothing was imported") && t.contains("does not say of which zone") => {
            Some("`--zone America/Mexico_City` says it for all times of a file that do not say it themselves")
        }
        _ => None,
    }
}

macro_rules! from_errors {
    ($($error:ty),*) => {$(
        impl From<$error> for CommandError {
            fn from(error: $error) -> Self {
                let message = error.to_string();
                let hint = hint_for(&message).map(str::to_owned);
                Self { message, hint, code: COULD_NOT }
            }
        }
    )*};
}

from_errors!(
    BeliefError,
    PlanError,
    holm::experiment::ExperimentError,
    ProgrammeError,
    ApprovalError,
    PolicyError,
    BackupError,
    holm::vetting::CheckError,
    holm::vetting::authority::AuthorityError,
    holm::vetting::draw::DrawError,
    holm::vetting::worth::WorthError,
    CheckpointError,
    EpochError,
    RecoveryError,
    TransferError,
    WitnessError,
    StoreError,
    ContributionError,
    CorrectionError,
    holm::approach::ApproachError,
    holm::dossier::DossierError,
    holm::vetting::statement::StatementError,
    holm::proceeding::ProceedingError,
    WarningError,
    DamageError,
    ImportFieldError,
    ImportOperationsError,
    IncidentError,
    InstantError,
    OperationError,
    TellError,
    WithdrawError,
    DeskError,
    IdentityError,
    ImportError,
    MarkingError,
    OnwardError,
    PrepareError,
    ProgramError,
    RenderError,
    RehearsalError,
    PagesError,
    ReceiptError,
    Refusal,
    ReviewError,
    RosterError,
    ShareError,
    SlipError,
    TraceError,
    VaultError,
    WorkspaceError,
    serde_json::Error,
    holm_record::id::IdError
);
