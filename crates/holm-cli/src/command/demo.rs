use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use holm::workspace::{InitOptions, Workspace};
use holm_desk::Options;
use jiff::ToSpan;

use self::world::World;
use crate::app::App;
use crate::error::{CommandError, Outcome};

mod history;
mod leaks;
mod operations;
mod requests;
mod world;

/// Make an example world, trace three leaks in it, and open it on the desk
///
/// A bureau and four partner agencies fight drug trafficking: 120 people, half a year of documents in English and Spanish,
/// receipts; then a leak that one recipient excerpted and retyped, one mixed from two copies, and one of something else; half a year of
/// operations, some of them betrayed, and what is believed of it. The files are real and stay. Called again, it opens the world that is there.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder of the world.
    #[arg(default_value = "holm-demo")]
    folder: PathBuf,
    /// A public case with invented people instead of the bureau; `list` tells of each.
    #[arg(long, value_name = "CASE")]
    history: Option<String>,
    /// The case's twin, in which whoever was accused is innocent.
    #[arg(long, requires = "history")]
    twin: bool,
    /// The desk's port on this machine; 0 for any that is free.
    #[arg(long, default_value_t = 7465)]
    port: u16,
    /// Do not ask the system to show the desk in a browser.
    #[arg(long)]
    no_open: bool,
    /// Make the world, trace the leaks, and end there.
    #[arg(long)]
    no_desk: bool,
}

/// Days that the world has been going on.
const DAYS: i64 = 181;

impl Demo {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        if self.history.as_deref() == Some("list") {
            history::list();
            return Ok(Outcome::Done);
        }
        let history = self.history.as_deref().map(history::named).transpose()?;
        let workspace = self.folder.join("workspace");
        if workspace.join("workspace.json").exists() {
            say!("the world in {} is opened as it was left; remove the folder to make it anew", self.folder.display());
        } else if self.folder.exists() {
            return Err(CommandError::new(format!(
                "`{}` exists and holds no finished world; nothing was changed",
                self.folder.display()
            ))
            .hint("remove it, or name another folder: holm demo FOLDER"));
        } else if let Some(history) = history {
            history::make(&self.folder, history, self.twin, app.now())?;
        } else {
            self.make(app)?;
        }
        if self.no_desk {
            return Ok(Outcome::Done);
        }
        if history.is_some() {
            say!(
                "\nat the desk, try first:\n  Beliefs: who is to be looked at, why, and who else explains it\n  Cases: what happened"
            );
            return super::desk::serve(Options { port: self.port, ..Options::of(workspace) }, !self.no_open);
        }
        say!("\nat the desk, try first:");
        say!("  Overview: what waits for you, and the two verdicts");
        say!("  Trace: give a file of {}, or paste a part of it", self.folder.join("leaks").display());
        say!("  People: what Tadeo Nieves (h05) was told");
        say!(
            "  Inbox: open {}, the security officer's own copy",
            self.folder.join("sent").join("where-the-network-stands").join("a03.md.eml").display()
        );
        let identity = Some(self.folder.join("keys").join("a03"));
        super::desk::serve(Options { port: self.port, identity, ..Options::of(workspace) }, !self.no_open)
    }

    fn make(&self, app: &App) -> Result<(), CommandError> {
        for sub in ["documents", "keys", "leaks"] {
            let path = self.folder.join(sub);
            fs::create_dir_all(&path).map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", path.display())))?;
        }
        let options = InitOptions { recovery: Some(self.folder.join("recovery.key")), ..InitOptions::default() };
        let began = app.now().checked_sub((24 * DAYS).hours()).unwrap_or_else(|_| app.now());
        let workspace = Workspace::init(&self.folder.join("workspace"), &options, began)?;
        let mut world = World::new(self.folder.clone(), workspace, began);
        world.enrol()?;
        world.disclose(app.now())?;
        requests::pass_on(&mut world)?;
        let named = leaks::retyped_excerpt(&mut world, app.now())?;
        leaks::mixed_copies(&mut world, app.now())?;
        leaks::something_else(&mut world, app.now())?;
        operations::half_a_year(&mut world, app.now())?;
        leaks::check(&mut world, &named, app.now())?;
        self.what_next();
        Ok(())
    }

    fn what_next(&self) {
        chapter("The real files are yours to look at");
        let shown = |path: &Path| path.display().to_string();
        say!("{:<34} the documents as their authors wrote them", shown(&self.folder.join("documents")));
        say!("{:<34} what each recipient was sent: age files and slips", shown(&self.folder.join("sent")));
        say!("{:<34} the three leaks", shown(&self.folder.join("leaks")));
        say!("{:<34} record and vault", shown(&self.folder.join("workspace")));
    }
}

fn chapter(title: &str) {
    say!("\n== {title}\n");
}
