//! A public case with invented people, or its twin in which whoever was accused is innocent, as a world of its own.

use std::path::Path;

use holm::belief::Question;
use holm::operation::import::parse_operations;
use holm::policy::Action;
use holm::workspace::{InitOptions, Workspace};
use holm_record::event::happening::ChannelSort;
use holm_record::id::ChannelName;
use holm_simulate::history::{FIRST_DRAW, HISTORIES, History};
use jiff::Timestamp;

use super::chapter;
use crate::app::counted;
use crate::command::simulate::write_sheet;
use crate::command::suspects::print_beliefs;
use crate::error::CommandError;

/// People whom an answer shows.
const SHOWN: usize = 5;

/// The case of that name.
pub(super) fn named(name: &str) -> Result<&'static History, CommandError> {
    History::named(name).ok_or_else(|| {
        let names = HISTORIES.map(|history| history.name).join(", ");
        CommandError::usage(format!("`{name}` is not one of the cases"))
            .hint(format!("they are {names}; `--history list` tells of each"))
    })
}

pub(super) fn list() {
    for history in HISTORIES {
        say!("{}: {}", history.name, history.about);
        say!("  source: {}", history.source);
        say!("  its twin (`--twin`): {}", history.twin);
    }
}

/// Makes the world, as an officer would who takes in their own past.
pub(super) fn make(folder: &Path, history: &History, twin: bool, now: Timestamp) -> Result<(), CommandError> {
    let sheet = history.sheet(twin, FIRST_DRAW);
    chapter(&format!("A public case, told with invented people{}", if twin { ": its twin" } else { "" }));
    say!("{}", history.about);
    say!("source: {}", history.source);
    if twin {
        say!("here {}", history.twin);
    }
    write_sheet(folder, &sheet)?;
    let options = InitOptions { recovery: Some(folder.join("recovery.key")), ..InitOptions::default() };
    let mut workspace = Workspace::init(&folder.join("workspace"), &options, now)?;
    let permit = workspace.permit(&Action::Administer, now)?;
    say!("\n$ holm person import {}", folder.join("roster.csv").display());
    workspace.import_roster(&permit, &sheet.roster())?;
    for channel in &sheet.channels {
        say!("$ holm channel add {channel} --sort phone");
        workspace.add_channel(&permit, ChannelName::new(channel.as_str())?, ChannelSort::Phone, None, String::new())?;
    }
    say!("$ holm operation import {}", folder.join("operations.csv").display());
    let operations = parse_operations(workspace.state(), &sheet.operations(), None, now)?;
    say!("{} recorded", counted(operations.len(), "operation", "operations"));
    workspace.add_operations(&permit, Some("operations.csv".to_owned()), operations)?;
    say!("$ holm suspects");
    print_beliefs(&workspace.beliefs(&Question::default(), now)?, SHOWN);
    Ok(())
}
