use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use holm::contribution::Contribution;
use holm::marking::Marking;
use holm::policy::Action;
use holm::prepare::Prepared;
use holm::role::UseCase;
use holm::share::{Keyed, Terms};
use holm::workspace::Workspace;
use holm_record::id::{ItemName, PersonId};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::marks::{MarkArgs, print_power, say_pictures};
use crate::app::{App, counted, file_name, read_text};
use crate::error::{CommandError, Outcome};

/// Share a document: an individually marked, sealed copy for each recipient, recorded before it leaves
///
/// Repeating an interrupted share resumes it with the same key; repeating a finished one writes the same sealed copies
/// again; with further recipients it adds copies.
#[derive(Debug, Args)]
pub(crate) struct Share {
    /// The document: text, Markdown, DOCX, PDF, or a picture (PNG, JPEG, TIFF).
    document: PathBuf,
    /// A person, `unit:UNIT` or `all`; may be given several times.
    #[arg(long, required = true, value_name = "PERSON|unit:UNIT|all")]
    to: Vec<String>,
    /// The item's name; by default that of the file.
    #[arg(long)]
    name: Option<ItemName>,
    /// The originator's conditions, shown to each recipient and signed for.
    #[arg(long, value_name = "TEXT")]
    conditions: Option<String>,
    #[command(flatten)]
    options: MarkArgs,
    /// Where to write sealed copies and slips; by default `holm-out/ITEM`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write each copy unsealed there as well; that this was done is recorded.
    #[arg(long, value_name = "DIR")]
    plain: Option<PathBuf>,
    /// A second person who contributes to the key, so that nobody alone chose it.
    #[arg(long, value_name = "PERSON")]
    second: Option<PersonId>,
    /// The second person's contribution.
    #[arg(long, value_name = "FILE")]
    contribution: Option<PathBuf>,
    /// A person who confirmed that no alternative of the text's facts can do harm; needed twice where life may depend on it.
    #[arg(long, value_name = "PERSON")]
    confirmed_by: Vec<PersonId>,
    /// Number of copies to plan for; by default the whole roster.
    #[arg(long, value_name = "N")]
    planned: Option<usize>,
    /// Share even if the text is too short to name anyone.
    #[arg(long)]
    accept_weak: bool,
    /// A custodian's key file, to add recipients to an item whose key two must open.
    #[arg(long, value_name = "FILE")]
    custodian_key: Vec<PathBuf>,
}

impl Share {
    /// A document as it is, with just these people.
    pub(crate) fn of_variant(document: &Path, name: ItemName, to: &[PersonId], (out, accept_weak): (PathBuf, bool)) -> Self {
        Self {
            document: document.to_owned(),
            to: to.iter().map(ToString::to_string).collect(),
            name: Some(name),
            conditions: None,
            options: MarkArgs::plain(),
            out: Some(out),
            plain: None,
            second: None,
            contribution: None,
            confirmed_by: Vec::new(),
            planned: None,
            accept_weak,
            custodian_key: Vec::new(),
        }
    }

    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::Share)?;
        let name = match &self.name {
            Some(name) => name.clone(),
            None => default_name(&self.document)?,
        };
        let marking = self.marking(&workspace, &name)?;
        let (mut prepared, review) = self.options.prepare(&self.document, marking.clone())?;
        self.confirm(&workspace, &mut prepared)?;
        let out = self.out.clone().unwrap_or_else(|| Path::new("holm-out").join(name.as_str()));
        holm::slip::check_folder(&out, &name)?;
        self.check_plain(&workspace, &name)?;
        let to = receivers(&workspace, &self.to, app)?;
        let present = workspace.state().persons.values().filter(|p| !p.left).count();
        let planned = self.planned.unwrap_or(present).max(to.len());
        let terms = Terms {
            name: name.clone(),
            file: file_name(&self.document),
            marking,
            conditions: self.conditions.clone(),
            second: self.second.clone(),
            planned,
            review,
        };
        let permit = workspace.permit(&Action::Share { item: &name, to: &to, handling: terms.handling() }, app.now())?;
        let released = workspace.state().items.get(&name).is_some_and(|i| i.released.is_some());
        if !released {
            self.options.move_words(&mut prepared, terms.review.as_deref())?;
            self.check_power(&workspace, &prepared, planned)?;
        }
        let keyed = if released {
            let keys = self.custodian_key.iter().map(|path| app.device_keys(path)).collect::<Result<Vec<_>, _>>()?;
            workspace.reopen(&name, &prepared.document, &keys)?
        } else {
            match self.make_key(&mut workspace, &permit, &prepared, &terms, &out)? {
                Some(keyed) => keyed,
                None => return Ok(Outcome::No),
            }
        };
        self.release(&mut workspace, &permit, keyed, &to, &out)
    }

    /// The marking that was given, or that the item was released with.
    fn marking(&self, workspace: &Workspace, name: &ItemName) -> Result<Option<Marking>, CommandError> {
        match &self.options.marking {
            Some(given) => Ok(Marking::parse(given, &workspace.schemes())?),
            None => Ok(workspace.state().recorded_marking(name)),
        }
    }

    /// Enters the confirmations that were given on the command line.
    fn confirm(&self, workspace: &Workspace, prepared: &mut Prepared) -> Result<(), CommandError> {
        if let Some(unknown) = self.confirmed_by.iter().find(|p| !workspace.state().persons.contains_key(p)) {
            return Err(CommandError::new(format!("`{unknown}`, who is to confirm the facts, is not on the roster")));
        }
        prepared.confirm_facts(&self.confirmed_by);
        Ok(())
    }

    /// Unsealed copies are named by person too: two items in one folder would lose one of them.
    fn check_plain(&self, workspace: &Workspace, name: &ItemName) -> Result<(), CommandError> {
        let Some(folder) = &self.plain else { return Ok(()) };
        let whole = |p: &Path| std::fs::canonicalize(p).unwrap_or_else(|_| p.to_owned());
        let same = |f: &String| whole(Path::new(f)) == whole(folder);
        match workspace.state().items.iter().find(|(item, held)| *item != name && held.plain_folders.iter().any(same)) {
            Some((item, _)) => Err(CommandError::new(format!(
                "`{}` already holds unsealed copies of `{item}`, which would be written over; nothing was shared",
                folder.display()
            ))
            .hint("choose another folder with `--plain`")),
            None => Ok(()),
        }
    }

    /// Says what the marks can prove, before release.
    fn check_power(&self, workspace: &Workspace, prepared: &Prepared, planned: usize) -> Result<(), CommandError> {
        let power = prepared.power(planned, workspace.alpha(), workspace.largest_coalition());
        say_pictures(prepared, |line| eprintln!("{line}"));
        if power.needed.is_some() || self.accept_weak {
            eprintln!(
                "{} marks; {}",
                power.marks,
                power.needed.map_or_else(
                    || "too few to name anyone".to_owned(),
                    |n| format!("any {n} of them name a copy among {planned} 99 times in 100")
                )
            );
            return Ok(());
        }
        print_power(prepared, &power);
        let message = format!(
            "too {} to name anyone: {} marks give {:.0} bits, and a proof among {planned} copies needs {:.0}; nothing was shared",
            if prepared.words() == 0 { "few marks" } else { "short" },
            power.marks,
            power.bits,
            power.needed_bits
        );
        Err(CommandError::new(message).hint(
            "add authored alternatives ([[this|that]]), approve proposals (`holm marks --review`), or share with `--accept-weak`",
        ))
    }

    fn make_key(
        &self,
        workspace: &mut Workspace,
        permit: &holm::policy::Permit,
        prepared: &Prepared,
        terms: &Terms,
        out: &Path,
    ) -> Result<Option<Keyed>, CommandError> {
        let frozen = workspace.freeze(permit, prepared, terms)?;
        let contribution: Option<Contribution> =
            self.contribution.as_deref().map(read_text).transpose()?.map(|t| serde_json::from_str(&t)).transpose()?;
        let request = frozen.request(workspace);
        match frozen.make_key(workspace, permit, contribution.as_ref()) {
            Ok(keyed) => Ok(Some(keyed)),
            Err(holm::share::ShareError::Waiting { item, second }) => {
                std::fs::create_dir_all(out)
                    .map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", out.display())))?;
                let path = out.join(format!("{item}.request"));
                holm::vault::write_durably(&path, serde_json::to_string_pretty(&request)?.as_bytes())?;
                say!("waiting for {second}: give them {} and ask for", path.display());
                say!("  holm contribute {item}.request --as {second} --identity KEY --out {item}.contribution");
                say!("then share again with --contribution {item}.contribution");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn release(
        &self,
        workspace: &mut Workspace,
        permit: &holm::policy::Permit,
        keyed: Keyed,
        to: &[PersonId],
        out: &Path,
    ) -> Result<Outcome, CommandError> {
        let bar = progress_bar(to.len() as u64, "sealing");
        let sealed = keyed.seal(workspace, to, &|n| bar.inc(n as u64))?;
        bar.finish_and_clear();
        let new = sealed.new_copies();
        let plain = self.plain.as_deref().map(|p| std::path::absolute(p).unwrap_or_else(|_| p.to_owned()));
        let (released, keyed) = sealed.append(workspace, permit, to, plain.as_deref())?;
        let written = released.deliver(workspace, out)?;
        if let Some(folder) = &self.plain {
            released.write_plain(&keyed, folder)?;
        }
        let again = written.len() - new;
        say!(
            "{} issued and recorded{}",
            counted(new, "copy", "copies"),
            if again > 0 { format!(", {again} written again") } else { String::new() }
        );
        say!("sealed copies and slips are in {}", out.display());
        if let Some(folder) = &self.plain {
            say!("unsealed copies are in {} (recorded)", folder.display());
        }
        Ok(Outcome::Done)
    }
}

/// Whom a release goes to; whoever of units or of all is passed over is named.
fn receivers(workspace: &Workspace, to: &[String], app: &App) -> Result<Vec<PersonId>, CommandError> {
    let found = workspace
        .receivers(to, app.now())
        .map_err(|one| CommandError::new(format!("`{one}` is no person, and no unit that anybody is in")))?;
    if !found.held_back.is_empty() {
        let names = found.held_back.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
        eprintln!("{} passed over, whose vetting is not in force: {names}", counted(found.held_back.len(), "person", "persons"));
    }
    Ok(found.to)
}

fn default_name(document: &std::path::Path) -> Result<ItemName, CommandError> {
    let stem = document.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    ItemName::new(stem).map_err(|e| CommandError::from(e).hint("name the item with `--name`"))
}

/// A progress bar on a terminal, shown after half a second.
pub(crate) fn progress_bar(length: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
