mod outside;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::telling::Part;
use holm::workspace::{Workspace, WorkspaceReport};
use holm_record::entry::Entry;
use holm_record::event::Event;
use holm_record::id::OperationName;
use jiff::Timestamp;

use crate::app::App;
use crate::error::{CommandError, Outcome};

pub(crate) use outside::kept;

/// The tamper-evident record
#[derive(Debug, Subcommand)]
pub(crate) enum RecordCommand {
    Log(Log),
    Verify(Verify),
    Keys(outside::Keys),
    Policy(outside::Policy),
    Checkpoint(outside::Checkpoint),
    Proof(outside::Proof),
    Export(outside::Export),
    Import(outside::Import),
    Check(outside::Check),
    Withdraw(Withdraw),
}

/// List the entries
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// The newest N only.
    #[arg(long, value_name = "N")]
    last: Option<usize>,
}

/// Recompute everything from bytes: entries, checkpoints, signatures, cosignatures, sealed files
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Something kept elsewhere: a checkpoint, a proof (`.tlog-proof`) or a slip. Shows whether an older state was put back.
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
}

/// Say that what an entry says was a mistake: it counts no longer, and both stay in the record
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// Number of the entry: a telling, operation, closing, incident or recall.
    entry: u64,
    /// Why.
    #[arg(long)]
    reason: String,
    /// Which of several operations.
    #[arg(long, group = "part")]
    operation: Option<OperationName>,
    /// All operations of the entry.
    #[arg(long, group = "part")]
    all: bool,
}

impl Withdraw {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let part = match self.operation {
            Some(operation) => Part::One(operation),
            None if self.all => Part::All,
            None => Part::Only,
        };
        let mut workspace = app.workspace(UseCase::OwnDesk)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        workspace.withdraw(&permit, self.entry, &part, &self.reason)?;
        say!("what entry {} says is withdrawn", self.entry);
        Ok(Outcome::Done)
    }
}

impl RecordCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Log(log) => {
                let mut workspace = app.workspace(UseCase::SeeRecord)?;
                let entries = workspace.entries()?;
                let skip = log.last.map_or(0, |n| entries.len().saturating_sub(n));
                let shown: Vec<_> = entries
                    .iter()
                    .enumerate()
                    .skip(skip)
                    .map(|(i, e)| serde_json::json!({"index": i, "entry": e.as_ref().map(|o| withheld(&workspace, &o.entry, app.now()))}))
                    .collect();
                app.show(&shown, || {
                    for (index, opened) in entries.iter().enumerate().skip(skip) {
                        match opened {
                            None => say!("{index:>6}  (destroyed)"),
                            Some(o) => say!(
                                "{index:>6}  {}  {:<10} {:<20} {}",
                                o.entry.at,
                                o.entry.actor,
                                o.entry.event.kind(),
                                about(&o.entry.event)
                            ),
                        }
                    }
                })?;
                Ok(Outcome::Done)
            }
            Self::Withdraw(withdraw) => withdraw.run(app),
            Self::Keys(keys) => keys.run(app),
            Self::Policy(policy) => policy.run(app),
            Self::Checkpoint(checkpoint) => checkpoint.run(app),
            Self::Proof(proof) => proof.run(app),
            Self::Export(export) => export.run(app),
            Self::Import(import) => import.run(app),
            Self::Check(check) => check.run(app),
            Self::Verify(Verify { against }) => {
                let kept = against.iter().map(|path| outside::kept(path)).collect::<Result<Vec<_>, _>>()?;
                let report = app.examined(&kept)?;
                let findings: Vec<String> = report
                    .record
                    .findings
                    .iter()
                    .map(|f| format!("at {}: {}", f.at, f.what))
                    .chain(report.findings.iter().cloned())
                    .collect();
                let value = serde_json::json!({
                    "holds": report.holds(), "entries": report.record.entries, "bodies": report.record.bodies, "destroyed": report.record.destroyed,
                    "checkpoints": report.record.checkpoints, "files": report.files, "unnamed_files": report.unnamed, "witnessed": report.witnessed,
                    "against": kept.len(), "findings": findings, "by_recovery_key": report.by_recovery,
                });
                app.show(&value, || print_report(&report, &findings))?;
                Ok(if report.holds() { Outcome::Done } else { Outcome::No })
            }
        }
    }
}

fn print_report(report: &WorkspaceReport, findings: &[String]) {
    say!(
        "{} entries, {} bodies opened, {} checkpoints, {} sealed files checked",
        report.record.entries,
        report.record.bodies,
        report.record.checkpoints,
        report.files
    );
    if report.unnamed > 0 {
        say!("{} sealed files are named by no entry: remains of interrupted releases, harmless", report.unnamed);
    }
    if !report.by_recovery.is_empty() {
        let entries: Vec<String> = report.by_recovery.iter().map(u64::to_string).collect();
        say!("made with the recovery key, which signs none: entries {}", entries.join(", "));
    }
    if let Some(size) = report.witnessed {
        say!("the first {size} entries are witnessed: nobody can rewrite them unnoticed");
    }
    if findings.is_empty() {
        say!("everything holds");
    } else {
        say!("DOES NOT HOLD:");
        findings.iter().for_each(|f| say!("  {f}"));
    }
}

/// An entry with people under masks where they are, and without the evidence against single copies, which would let somebody choose the
/// next look by it.
fn withheld(workspace: &Workspace, entry: &Entry, now: Timestamp) -> Entry {
    let mut shown = entry.clone();
    shown.event = workspace.masks().event(workspace.state(), shown.event, now);
    if let Event::VerdictRecorded { ln_e, .. } = &mut shown.event {
        ln_e.clear();
    }
    shown
}

/// What an event is about, in a few words.
fn about(event: &holm_record::event::Event) -> String {
    use holm_record::event::Event;
    match event {
        Event::Disclosure { item, copy, .. } => format!("{item} copy {copy}"),
        Event::PersonAdded { person, .. }
        | Event::PersonUpdated { person, .. }
        | Event::PersonLeft { person, .. }
        | Event::DeviceLost { person, .. } => person.to_string(),
        Event::CustodianAdded { name, .. } => name.to_string(),
        Event::OnwardAsked { item, copy, .. } | Event::OnwardAnswered { item, copy, .. } => format!("{item} copy {copy}"),
        Event::VerdictRecorded { item, verdict, look, .. } => format!("{item} look {look}: {verdict}"),
        Event::EvidenceSealed { incident, files, .. } => format!("{incident}: {}", files.join(", ")),
        Event::ChannelAdded { channel, .. } => channel.to_string(),
        Event::TargetAdded { target, .. } => target.to_string(),
        Event::Told(telling) => {
            let what = telling.item.as_ref().map(ToString::to_string);
            let what = what.or_else(|| telling.operation.as_ref().map(ToString::to_string)).unwrap_or_default();
            format!("{what} told to {}", telling.persons.len())
        }
        Event::OperationsRecorded { operations, .. } => match operations.as_slice() {
            [one] => one.operation.to_string(),
            many => format!("{} operations", many.len()),
        },
        Event::OperationClosed { operation, outcome, .. } => format!("{operation}: {outcome}"),
        Event::IncidentRecorded { incident, .. } => incident.to_string(),
        Event::Withdrawn { entry, .. } => format!("entry {entry}"),
        Event::Recovered { against, .. } => against.join(", "),
        Event::ApprovalAsked { act, .. } => act.to_string(),
        Event::ApprovalGiven { request, person, approved, .. } => {
            format!("request {request}: {} by {person}", if *approved { "approved" } else { "refused" })
        }
        Event::ApprovalUsed { request } => format!("request {request}"),
        Event::Unmasked { of, .. } | Event::Read { of, .. } => of.to_string(),
        Event::Destroyed { entries, objects, .. } => format!("{} bodies, {} files", entries.len(), objects.len()),
        Event::TrustPolicySet { within_hours, .. } => format!("alarm after {within_hours} h"),
        other => other.item().map(ToString::to_string).unwrap_or_default(),
    }
}
