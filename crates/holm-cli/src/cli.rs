//! The command line as clap reads it.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::command::{
    approach, approval, approve, backup, channel, check, contribute, correct, custodian, damage, demo, desk, destroy, dossier,
    epoch, experiment, incident, init, item, keygen, marking, marks, member, onward, open, operation, person, plan, proceeding,
    programme, receipt, record, share, simulate, statement, suspects, target, tell, trace, verify_trace, warning, witness,
};

/// Share sensitive documents as individually marked copies, and prove which copy a leak came from.
#[derive(Debug, Parser)]
#[command(name = "holm", version, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The workspace's folder.
    #[arg(long, global = true, env = "HOLM_WORKSPACE", default_value = "holm-workspace", value_name = "DIR")]
    pub(crate) workspace: PathBuf,
    /// A file (mode 0600) whose first line is the passphrase.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Your own key file, in place of the officer's: a member's, or the recovery key.
    #[arg(long, global = true, env = "HOLM_KEY", alias = "officer-key", value_name = "FILE")]
    pub(crate) own_key: Option<PathBuf>,
    /// Print JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    #[command(subcommand)]
    Person(person::PersonCommand),
    #[command(subcommand)]
    Custodian(custodian::CustodianCommand),
    #[command(subcommand)]
    Member(member::MemberCommand),
    #[command(subcommand)]
    Check(check::CheckCommand),
    #[command(subcommand)]
    Statement(statement::StatementCommand),
    #[command(subcommand)]
    Marking(marking::MarkingCommand),
    Keygen(keygen::Keygen),
    Marks(marks::Marks),
    Share(share::Share),
    Contribute(contribute::Contribute),
    #[command(subcommand)]
    Approval(approval::ApprovalCommand),
    Approve(approve::Approve),
    #[command(subcommand)]
    Item(item::ItemCommand),
    Open(open::Open),
    #[command(subcommand)]
    Receipt(receipt::ReceiptCommand),
    #[command(subcommand)]
    Onward(onward::OnwardCommand),
    Trace(trace::Trace),
    VerifyTrace(verify_trace::VerifyTrace),
    Tell(tell::Tell),
    #[command(subcommand)]
    Channel(channel::ChannelCommand),
    #[command(subcommand)]
    Target(target::TargetCommand),
    #[command(subcommand)]
    Operation(operation::OperationCommand),
    #[command(subcommand)]
    Incident(incident::IncidentCommand),
    Suspects(suspects::Suspects),
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    #[command(subcommand)]
    Experiment(experiment::ExperimentCommand),
    #[command(subcommand)]
    Programme(programme::ProgrammeCommand),
    #[command(subcommand)]
    Proceeding(proceeding::ProceedingCommand),
    #[command(subcommand)]
    Approach(approach::ApproachCommand),
    Dossier(dossier::Dossier),
    Damage(damage::DamageOf),
    Correct(correct::Correct),
    Recall(correct::Recall),
    #[command(subcommand)]
    Warning(warning::WarningCommand),
    Destroy(destroy::Destroy),
    #[command(subcommand)]
    Record(record::RecordCommand),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Recover(backup::Recover),
    #[command(subcommand)]
    Epoch(epoch::EpochCommand),
    #[command(subcommand)]
    Witness(witness::WitnessCommand),
    #[command(subcommand)]
    Simulate(simulate::SimulateCommand),
    Demo(demo::Demo),
    Desk(desk::Desk),
}

/// All commands with their options and help, as clap has them.
#[must_use]
pub fn command_tree() -> clap::Command {
    Cli::command()
}
