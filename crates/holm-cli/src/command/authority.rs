use std::path::PathBuf;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::vetting::authority::{AuthorityStanding, parse};
use holm_record::event::vetting::AuthorityFacts;
use serde::Serialize;

use super::check::{read, today};
use crate::app::{App, counted, read_text};
use crate::error::{CommandError, Outcome};

/// Legal authorities, under which calls and accounts are looked at
#[derive(Debug, Subcommand)]
pub(crate) enum AuthorityCommand {
    Add(Add),
    List(List),
}

/// Record a legal authority: whose calls or accounts, of which time, until when
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The authority (docs/spec/vetting.md).
    file: PathBuf,
}

/// List the authorities, how they stand, and what is to be destroyed
#[derive(Debug, Args)]
pub(crate) struct List {}

/// An authority as it is listed.
#[derive(Serialize)]
struct Row<'a> {
    entry: u64,
    #[serde(flatten)]
    facts: &'a AuthorityFacts,
    standing: AuthorityStanding,
    /// Entries of what was learnt under it.
    learnt: Vec<u64>,
}

impl AuthorityCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Add(add) => add.run(app),
            Self::List(List {}) => list(app),
        }
    }
}

impl Add {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let facts = parse(&read_text(&self.file)?)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let said = format!(
            "{} allows checks of {} until {}",
            facts.authority,
            counted(facts.persons.len(), "person", "persons"),
            facts.valid_until
        );
        let entry = workspace.add_authority(&permit, facts)?;
        app.show(&serde_json::json!({ "entry": entry }), || say!("{said}; recorded as entry {entry}"))?;
        Ok(Outcome::Done)
    }
}

fn list(app: &App) -> Result<Outcome, CommandError> {
    let mut workspace = app.workspace(UseCase::SeeVetting)?;
    read(app, &mut workspace, None)?;
    let (vetting, on) = (&workspace.state().vetting, today(app));
    let row =
        |(name, authority): (_, &'_ holm::vetting::authority::Authority)| -> serde_json::Result<(serde_json::Value, String)> {
            let (standing, learnt) = (authority.standing(on), vetting.learnt_under(name));
            let AuthorityFacts { valid_until, retain_until, .. } = &authority.facts;
            let entries = counted(learnt.len(), "entry", "entries");
            let said = match standing {
                AuthorityStanding::Early => format!("{name}: from {}", authority.facts.valid_from),
                AuthorityStanding::InForce => format!("{name}: in force until {valid_until}; {entries} under it"),
                AuthorityStanding::Expired => format!("{name}: over since {valid_until}; {entries} kept until {retain_until}"),
                AuthorityStanding::Over if learnt.is_empty() => format!("{name}: over, and nothing is kept of it"),
                AuthorityStanding::Over => {
                    format!("{name}: {entries} to be destroyed since {retain_until}, with `holm destroy --retention {name}`")
                }
            };
            let row = Row { entry: authority.index, facts: &authority.facts, standing, learnt };
            Ok((serde_json::to_value(row)?, said))
        };
    let rows = vetting.authorities.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let (values, lines): (Vec<_>, Vec<String>) = rows.into_iter().unzip();
    app.show(&values, || {
        if lines.is_empty() {
            say!("no legal authority is recorded; `holm check authority add FILE` records one");
        }
        lines.iter().for_each(|line| say!("{line}"));
    })?;
    Ok(Outcome::Done)
}
