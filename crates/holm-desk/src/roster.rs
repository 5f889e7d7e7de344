//! The roster: people are taken in, leave, and lose devices.

use holm::policy::Action;
use holm::roster::RosterError;
use holm::workspace::Workspace;
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::language::Language;
use crate::office::View;
use crate::page::people::person_of;
use crate::problem::Problem;
use crate::server::Desk;

/// Letters that a reason has room for.
const LONGEST: usize = 200;

/// Takes in a roster in CSV: how many people were added, and how many updated.
///
/// # Errors
/// [`Problem::Wrong`] names each line that cannot be used; nothing is recorded then.
pub(crate) fn take(desk: &Desk, language: Language, bytes: &[u8]) -> Result<(usize, usize), Problem> {
    let wrong = |what: String| Problem::Wrong(vec![("roster", what)]);
    // A record keeps for ever what is read wrongly.
    let text = std::str::from_utf8(bytes).map_err(|_| wrong(language.words().person.not_utf8.to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(wrong(language.words().person.no_roster.to_owned()));
    }
    administer(desk, |workspace, permit| workspace.import_roster(permit, text))?.map_err(|error| match error {
        RosterError::Workspace(error) => error.into(),
        other => wrong(other.to_string()),
    })
}

/// Records that a person left.
///
/// # Errors
/// [`Problem::Wrong`] if the reason is not one line, [`Problem::Missing`] if there is no such person, [`Problem::Refused`] if it
/// is recorded already.
pub(crate) fn left(desk: &Desk, language: Language, id: &str, reason: &str) -> Result<(), Problem> {
    let person = is_here(&*desk.office.view()?, language, id)?;
    let reason = one_line(language, reason)?;
    administer(desk, |workspace, permit| workspace.person_left(permit, &person, &reason))?.map_err(of_device)
}

/// Records that one of a person's devices is lost, by its recipient; if the person has one only, it need not be said.
///
/// # Errors
/// As [`left`], and if there is no such device.
pub(crate) fn lost(desk: &Desk, language: Language, id: &str, device: &str, reason: &str) -> Result<(), Problem> {
    let person = person_of(&*desk.office.view()?, id)?.0.clone();
    let reason = one_line(language, reason)?;
    let device = Some(device).filter(|d| !d.is_empty());
    let done = administer(desk, |workspace, permit| workspace.device_lost(permit, &person, device, &reason))?;
    done.map(drop).map_err(of_device)
}

fn administer<T>(
    desk: &Desk,
    act: impl FnOnce(&mut Workspace, &holm::policy::Permit) -> Result<T, RosterError>,
) -> Result<Result<T, RosterError>, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(|e| Problem::Refused(e.to_string()))?;
        Ok(act(workspace, &permit))
    })?
}

fn is_here(view: &View, language: Language, id: &str) -> Result<PersonId, Problem> {
    let (id, person) = person_of(view, id)?;
    if person.left { Err(Problem::Refused(language.words().person.left_already.to_owned())) } else { Ok(id.clone()) }
}

/// A reason as it is recorded.
///
/// # Errors
/// [`Problem::Wrong`] if it is not one line of a fitting length.
pub(crate) fn one_line(language: Language, reason: &str) -> Result<String, Problem> {
    let reason = reason.trim();
    let fits = (1..=LONGEST).contains(&reason.chars().count()) && !reason.chars().any(char::is_control);
    if fits { Ok(reason.to_owned()) } else { Err(Problem::Wrong(vec![("reason", language.words().person.no_reason.to_owned())])) }
}

fn of_device(error: RosterError) -> Problem {
    match error {
        RosterError::Unknown(_) => Problem::Missing,
        RosterError::Workspace(error) => error.into(),
        other => Problem::Wrong(vec![("device", other.to_string())]),
    }
}
