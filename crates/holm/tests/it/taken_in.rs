//! What is believed of a roster and past operations, taken in as an officer would; the bench of histories does the same.

use holm::belief::{BeliefError, Beliefs, Question, compute};
use holm::operation::import::parse_operations;
use holm::policy::Action;
use holm::workspace::{InitOptions, Workspace};
use holm_record::event::happening::ChannelSort;
use holm_record::id::ChannelName;
use holm_simulate::sheet::Sheet;

pub(crate) fn believed(sheet: &Sheet) -> Result<Beliefs, BeliefError> {
    let folder = tempfile::tempdir().unwrap();
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), now).unwrap();
    let permit = workspace.permit(&Action::Administer, now).unwrap();
    workspace.import_roster(&permit, &sheet.roster()).unwrap();
    for channel in &sheet.channels {
        workspace
            .add_channel(&permit, ChannelName::new(channel.as_str()).unwrap(), ChannelSort::Phone, None, String::new())
            .unwrap();
    }
    let operations = parse_operations(workspace.state(), &sheet.operations(), None, now).unwrap();
    workspace.add_operations(&permit, None, operations).unwrap();
    compute(workspace.state(), &Question::default())
}
