use clap::Args;
use holm::destruction::{Chosen, Doomed};
use holm::policy::Action;
use holm::role::UseCase;
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::event::approval::Act;
use holm_record::id::{AuthorityName, IncidentName, ItemName};

use jiff::civil::Date;

use super::check::today;
use crate::app::{App, counted};
use crate::error::{CommandError, Outcome};

/// Destroy bodies of entries and sealed files for good, by a stated authority; what proves that they were there stays
#[derive(Debug, Args)]
pub(crate) struct Destroy {
    #[command(flatten)]
    what: What,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// What is to be destroyed.
#[derive(Debug, Args)]
pub(crate) struct What {
    /// Number of an entry whose body is to go; may be repeated.
    #[arg(long = "entry", value_name = "N")]
    entries: Vec<u64>,
    /// An incident whose evidence, readings and reports are to go.
    #[arg(long)]
    incident: Option<IncidentName>,
    /// An item whose master and copies are to go: it can be traced no further.
    #[arg(long)]
    item: Option<ItemName>,
    /// A legal authority of which what was learnt under it is to go, once the time to keep it is over.
    #[arg(long, value_name = "NAME")]
    retention: Option<AuthorityName>,
    /// By whose authority, and under which rule.
    #[arg(long, value_name = "TEXT")]
    authority: String,
}

impl What {
    /// What is to be approved.
    pub(crate) fn act(self, workspace: &Workspace, today: Date) -> Result<Act, CommandError> {
        let (Doomed { entries, objects }, authority) = self.parts(workspace, today)?;
        Ok(Act::Destroy { entries, objects, authority })
    }

    /// What goes, and by whose authority.
    fn parts(self, workspace: &Workspace, today: Date) -> Result<(Doomed, String), CommandError> {
        let Self { entries, incident, item, retention, authority } = self;
        let doomed = workspace.doomed(Chosen { entries, incident, item, retention }, today).map_err(WorkspaceError::from)?;
        Ok((doomed, authority.trim().to_owned()))
    }
}

impl Destroy {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::Destroy)?;
        let (Doomed { entries, objects }, authority) = self.what.parts(&workspace, today(app))?;
        let (bodies, files) = (entries.len(), objects.len());
        let permit = workspace.permit(&Action::Administer, app.now())?;
        workspace.destroy(&permit, entries, objects, &authority, &self.reason)?;
        say!(
            "destroyed and recorded: {}, {}; every proof still holds; backups made before still have them",
            counted(bodies, "body", "bodies"),
            counted(files, "sealed file", "sealed files")
        );
        Ok(Outcome::Done)
    }
}
