use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::approval::{Request, Standing, missing};
use holm::policy::Action;
use holm::role::UseCase;
use holm::vault::write_durably;
use holm::vetting::authority::parse;
use holm::vetting::import::day;
use holm::workspace::Workspace;
use holm_record::event::approval::{Act, ActKind, ApprovalPolicy, Masked};
use holm_record::event::vetting::CheckSort;
use holm_record::id::{IncidentName, ItemName, PersonId};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::destroy::What;
use crate::app::{App, counted, each_file, moment, read_text};
use crate::error::{CommandError, Outcome};

/// How long masks are off unless said otherwise.
const UNMASKED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is never one person's to do: who must approve it, what was asked for, and what they said
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalCommand {
    Policy(Policy),
    #[command(subcommand)]
    Ask(Ask),
    List(List),
    Import(Import),
    Use(Use),
}

/// Show who must approve what, or record it from a file; every policy after the first needs all groups of the one before
#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// The policy (docs/spec/approvals.md).
    file: Option<PathBuf>,
}

/// Ask for approval: an entry, and a sealed file for those who approve
#[derive(Debug, Subcommand)]
pub(crate) enum Ask {
    Release(AskRelease),
    Unmask(AskUnmask),
    Accuse(AskAccuse),
    Destroy(AskDestroy),
    Members(AskMembers),
    Except(AskExcept),
    Authority(AskAuthority),
    Proceed(AskProceed),
    Policy(AskPolicy),
}

/// What every request says.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The folder for the file that goes to those who approve.
    #[arg(long, value_name = "DIR", default_value = "holm-out/approvals")]
    out: PathBuf,
}

/// Copies of an item whose marking is for two persons
#[derive(Debug, Args)]
pub(crate) struct AskRelease {
    /// The item; `holm share` has frozen it.
    item: ItemName,
    /// A person, `unit:UNIT` or `all`; may be given several times.
    #[arg(long, required = true, value_name = "PERSON|unit:UNIT|all")]
    to: Vec<String>,
    #[command(flatten)]
    asked: Asked,
}

/// Show who stands behind masks: in an incident's verdicts, or in beliefs
#[derive(Debug, Args)]
pub(crate) struct AskUnmask {
    /// The incident; without it, beliefs.
    #[arg(long)]
    incident: Option<IncidentName>,
    /// Until when; by default for seven days.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    #[command(flatten)]
    asked: Asked,
}

/// Open an item's key to others, with whom its last verdict names
#[derive(Debug, Args)]
pub(crate) struct AskAccuse {
    /// The item.
    item: ItemName,
    #[command(flatten)]
    asked: Asked,
}

/// Destroy bodies of entries and sealed files
#[derive(Debug, Args)]
pub(crate) struct AskDestroy {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    asked: Asked,
}

/// Have somebody work here as something else, or no more
#[derive(Debug, Args)]
pub(crate) struct AskMembers {
    #[command(flatten)]
    set: super::member::Set,
    #[command(flatten)]
    asked: Asked,
}

/// Send things to somebody although checks of them are failed, missing or overdue
#[derive(Debug, Args)]
pub(crate) struct AskExcept {
    /// Whom.
    person: PersonId,
    /// Which checks, may be given several times; by default whichever are not in force now.
    #[arg(long)]
    sort: Vec<CheckSort>,
    /// Until the end of this day, at most a year from now.
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Date,
    #[command(flatten)]
    asked: Asked,
}

/// A legal authority for reviews of calls and accounts
#[derive(Debug, Args)]
pub(crate) struct AskAuthority {
    /// The authority (docs/spec/vetting.md).
    file: PathBuf,
    #[command(flatten)]
    asked: Asked,
}

/// A proceeding against somebody; the reason is its grounds
#[derive(Debug, Args)]
pub(crate) struct AskProceed {
    /// Against whom.
    person: PersonId,
    /// About which incident.
    #[arg(long)]
    incident: IncidentName,
    #[command(flatten)]
    asked: Asked,
}

/// Another policy
#[derive(Debug, Args)]
pub(crate) struct AskPolicy {
    /// The policy that is to be.
    file: PathBuf,
    #[command(flatten)]
    asked: Asked,
}

/// List the requests and how they stand
#[derive(Debug, Args)]
pub(crate) struct List {}

/// Take approvals and refusals into the record
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// What those who were asked signed.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Do what an approved request asked for: masks off, bodies destroyed, other roles, an exception, a legal authority, a
/// proceeding, another policy
#[derive(Debug, Args)]
pub(crate) struct Use {
    /// The request's number.
    request: u64,
}

impl ApprovalCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Policy(policy) => policy.run(app),
            Self::Ask(ask) => ask.run(app),
            Self::List(List {}) => list(app),
            Self::Import(import) => import.run(app),
            Self::Use(used) => used.run(app),
        }
    }
}

impl Policy {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepRecord)?;
        if let Some(file) = &self.file {
            let policy = workspace.approval_policy(&read_text(file)?)?;
            let permit = workspace.permit(&Action::Administer, app.now())?;
            workspace.set_approvals(&permit, policy)?;
        }
        let policy = workspace.state().approvals.policy.clone();
        app.show(&policy, || match &policy {
            Some(policy) => print_policy(policy),
            None => say!("nothing needs approval: no policy was recorded; `holm approval policy FILE` records one"),
        })?;
        Ok(Outcome::Done)
    }
}

fn print_policy(policy: &ApprovalPolicy) {
    if let Some(officer) = &policy.officer {
        say!("{officer} asks, and approves nothing");
    }
    for (name, group) in &policy.groups {
        let persons = group.approvers.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        say!("{name}: {} of {persons}", group.needed);
    }
    for kind in ActKind::ALL {
        let groups = policy.asked(kind).map(|(name, _)| name).collect::<Vec<_>>();
        let groups = if groups.is_empty() { "nobody's approval".to_owned() } else { groups.join(" and ") };
        say!("  {kind:<8} needs {groups}");
    }
}

impl Ask {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::AskApproval)?;
        let (act, asked) = match self {
            Self::Release(ask) => {
                let to = super::tell::resolved(&workspace, &ask.to)?;
                (workspace.release_to_approve(&ask.item, to)?, ask.asked)
            }
            Self::Unmask(ask) => {
                let of = workspace.maskable(ask.incident.map_or(Masked::Beliefs, |incident| Masked::Incident { incident }))?;
                (Act::Unmask { of, until: ask.until.unwrap_or(app.now() + UNMASKED) }, ask.asked)
            }
            Self::Accuse(ask) => (workspace.accusation(&ask.item)?, ask.asked),
            Self::Destroy(ask) => (ask.what.act(&workspace, super::check::today(app))?, ask.asked),
            Self::Members(ask) => (workspace.member_act(ask.set.member(), &ask.set.roles())?, ask.asked),
            Self::Except(ask) => (workspace.except_act(&ask.person, &ask.sort, ask.until, super::check::today(app))?, ask.asked),
            Self::Authority(ask) => (Act::Authority { facts: parse(&read_text(&ask.file)?)? }, ask.asked),
            Self::Proceed(ask) => (Act::Proceed { person: ask.person, incident: ask.incident }, ask.asked),
            Self::Policy(ask) => (Act::Policy { policy: workspace.approval_policy(&read_text(&ask.file)?)? }, ask.asked),
        };
        send(app, &mut workspace, act, &asked)
    }
}

fn send(app: &App, workspace: &mut Workspace, act: Act, asked: &Asked) -> Result<Outcome, CommandError> {
    let out = &asked.out;
    std::fs::create_dir_all(out).map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", out.display())))?;
    let permit = workspace.permit(&Action::Administer, app.now())?;
    let number = workspace.ask_approval(&permit, act, &asked.reason)?;
    let path = out.join(format!("request-{number}.approval-request"));
    write_durably(&path, &workspace.approval_bundle(number)?)?;
    print_request(workspace, &workspace.approval_request(number)?);
    say!("request {number} written to {}, sealed to those who approve; send it", path.display());
    Ok(Outcome::Done)
}

fn in_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Waits => "waits",
        Standing::Approved => "approved",
        Standing::Refused => "refused",
        Standing::Used => "used",
    }
}

fn print_request(workspace: &Workspace, request: &Request) {
    let Some(policy) = workspace.state().approvals.policy.as_ref() else { return };
    say!("{:>6}  {:<9} {}", request.number, in_words(request.standing(policy)), request.act);
    say!("        because {}", request.reason);
    let groups = request.groups(policy);
    for group in &groups {
        let names = |ids: &[holm_record::id::PersonId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let approved = if group.approved.is_empty() { "nobody yet".to_owned() } else { names(&group.approved) };
        let refused = if group.refused.is_empty() { String::new() } else { format!("; refused by {}", names(&group.refused)) };
        say!("        {}: {} needed, approved by {approved}{refused}", group.name, group.needed);
    }
    if request.standing(policy) == Standing::Waits {
        say!("        waits for {}", missing(&groups));
    }
}

/// A request as it is listed.
#[derive(Serialize)]
struct Row<'r> {
    request: u64,
    at: Timestamp,
    #[serde(flatten)]
    act: &'r Act,
    reason: &'r str,
    standing: &'static str,
    approved: Vec<&'r str>,
    refused: Vec<&'r str>,
}

fn list(app: &App) -> Result<Outcome, CommandError> {
    let workspace = app.workspace(UseCase::SeeApprovals)?;
    let approvals = &workspace.state().approvals;
    let policy = approvals.policy.clone().unwrap_or_default();
    let row = |request: &&'_ Request| -> serde_json::Result<serde_json::Value> {
        let who = |approved: bool| request.answers.iter().filter(|a| a.approved == approved).map(|a| a.person.as_str()).collect();
        serde_json::to_value(Row {
            request: request.number,
            at: request.at,
            act: &request.act,
            reason: &request.reason,
            standing: in_words(request.standing(&policy)),
            approved: who(true),
            refused: who(false),
        })
    };
    let requests: Vec<&Request> = approvals.requests.values().collect();
    let rows = requests.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    app.show(&rows, || {
        requests.iter().for_each(|request| print_request(&workspace, request));
        if requests.is_empty() {
            say!("nothing was asked for");
        }
    })?;
    Ok(Outcome::Done)
}

impl Import {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::AskApproval)?;
        each_file(&self.files, "approvals", |path| {
            let permit = workspace.permit(&Action::Administer, app.now())?;
            let (number, person, approved) = workspace.import_approval(&permit, &read_text(path)?)?;
            say!("{person} {} request {number}: recorded", if approved { "approved" } else { "refused" });
            print_request(&workspace, &workspace.approval_request(number)?);
            Ok(())
        })
    }
}

impl Use {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::AskApproval)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let Request { act, .. } = workspace.approval_request(self.request)?;
        workspace.use_approval(&permit, self.request)?;
        match &act {
            Act::Unmask { of, until } => say!("masks are off in {of} until {until:.0}: recorded"),
            Act::Destroy { entries, objects, .. } => say!(
                "destroyed and recorded: {}, {}; every proof still holds; backups made before still have them",
                counted(entries.len(), "body", "bodies"),
                counted(objects.len(), "sealed file", "sealed files")
            ),
            _ => say!("done and recorded: {act}"),
        }
        Ok(Outcome::Done)
    }
}
