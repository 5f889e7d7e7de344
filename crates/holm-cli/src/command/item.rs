use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::state::Item;
use holm::vault::write_secret;
use holm::workspace::Workspace;
use holm_record::id::ItemName;

use crate::app::{App, counted};
use crate::error::{CommandError, Outcome};

/// Items that were shared
#[derive(Debug, Subcommand)]
pub(crate) enum ItemCommand {
    List(List),
    Show(Show),
    Open(Open),
}

/// List the items
#[derive(Debug, Args)]
pub(crate) struct List {}

/// Show an item: who was told what and when
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The item.
    item: ItemName,
}

/// Open an item's key to verifiers: recorded and final, later leaks of the item prove nothing
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The item.
    item: ItemName,
    /// Where to write the verification bundle.
    #[arg(long, value_name = "BUNDLE")]
    out: PathBuf,
    /// A custodian's key file.
    #[arg(long, value_name = "FILE")]
    custodian_key: Vec<PathBuf>,
}

impl ItemCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(if matches!(self, Self::Open(_)) { UseCase::OpenKey } else { UseCase::SeeItems })?;
        match self {
            Self::Open(open) => {
                if open.out.exists() {
                    return Err(CommandError::new(format!("`{}` exists; nothing was opened or overwritten", open.out.display())));
                }
                let keys = open.custodian_key.iter().map(|path| app.device_keys(path)).collect::<Result<Vec<_>, _>>()?;
                let permit = workspace.permit(&Action::OpenItem { item: &open.item }, app.now())?;
                let bundle = workspace.open_item(&permit, &open.item, &keys)?;
                write_secret(&open.out, &serde_json::to_vec(&bundle)?)?;
                say!("the key of {} is open: recorded; leaks of it that are first received from now on prove nothing", open.item);
                say!("bundle with {} looks written to {}", bundle.looks.len(), open.out.display());
            }
            Self::List(List {}) => list(app, &workspace)?,
            Self::Show(show) => {
                let item = workspace
                    .state()
                    .items
                    .get(&show.item)
                    .ok_or_else(|| CommandError::new(format!("no item is named `{}`", show.item)))?;
                print_item(app, &workspace, &show.item, item)?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn status(item: &Item) -> &'static str {
    match (&item.released, item.opened) {
        (_, true) => "opened",
        (Some(_), false) => "released",
        (None, false) => "waiting",
    }
}

fn list(app: &App, workspace: &Workspace) -> Result<(), CommandError> {
    let items = &workspace.state().items;
    let value: Vec<_> = items
        .iter()
        .map(|(n, i)| serde_json::json!({"item": n, "status": status(i), "copies": i.disclosures.len(), "receipts": receipts(i)}))
        .collect();
    app.show(&value, || {
        if items.is_empty() {
            say!("nothing was shared yet; `holm share DOCUMENT --to …` begins");
        }
        for (name, item) in items {
            let (copies, receipts) = (item.disclosures.len(), receipts(item));
            say!(
                "{name:<28} {:<9} {}, {}",
                status(item),
                counted(copies, "copy", "copies"),
                counted(receipts, "receipt", "receipts")
            );
        }
    })
}

fn receipts(item: &Item) -> usize {
    item.disclosures.iter().filter(|d| d.receipt.is_some()).count()
}

fn print_item(app: &App, workspace: &Workspace, name: &ItemName, item: &Item) -> Result<(), CommandError> {
    let manifest = workspace.manifest_of(name).ok();
    let copies: Vec<_> = item
        .disclosures
        .iter()
        .map(|d| serde_json::json!({"copy": d.copy, "person": d.person, "told_at": d.told_at, "receipt": d.receipt, "sealed": d.sealed}))
        .collect();
    let value = serde_json::json!({
        "item": name, "status": status(item), "marking": item.released.as_ref().and_then(|r| r.marking.clone()),
        "custodians": item.released.as_ref().map(|r| r.custodians.clone()), "copies": copies,
        "marks": manifest.as_ref().map(|m| m.marks.len()), "law": manifest.as_ref().map(|m| m.law),
    });
    app.show(&value, || {
        say!("{name}: {}", status(item));
        if let Some(released) = &item.released {
            say!("  file {}  released {:.0}", released.file, released.at);
            released.marking.iter().for_each(|m| say!("  marking: {m}"));
            released.conditions.iter().for_each(|c| say!("  conditions: {c}"));
            say!("  key held by {} ({} needed)", released.custodians.join(", "), released.threshold);
        }
        manifest.iter().for_each(|m| say!("  {} marks, law {:?}", m.marks.len(), m.law));
        for d in &item.disclosures {
            let receipt = d.receipt.map_or_else(|| "no receipt".to_owned(), |r| format!("receipt {r:.0}"));
            say!("  copy {:<10} {:<12} told {:.0}  {receipt}", d.copy, d.person, d.told_at);
        }
    })
}
