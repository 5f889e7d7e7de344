//! Random draws for checks: what pages and the API have in common.

use holm::policy::{Action, Permit};
use holm::vetting::draw::{DrawError, DrawPlan, DrawStanding, DrawToCheck, Taken};
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::event::approval::Masked;
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::arrival::Saved;
use crate::language::Language;
use crate::problem::Problem;
use crate::server::Desk;

/// What came of a file that was sent back, or why it was not taken in.
pub(crate) type CameBack = (String, Result<Taken, String>);

/// Which field an error is about.
fn wrong(error: DrawError) -> Problem {
    let field = match error {
        DrawError::Workspace(error) => return error.into(),
        DrawError::NoDraw(_) => return Problem::Missing,
        DrawError::Rates => "rates",
        DrawError::Nobody => "unit",
        DrawError::Drawers(..) => "drawers",
        DrawError::Times => "reveal_days",
        DrawError::OwnFile(_) | DrawError::Randomness => return Problem::Refused(error.to_string()),
        _ => "files",
    };
    Problem::Wrong(vec![(field, error.to_string())])
}

/// The same where nothing but the draw was named, so that no field is at fault.
fn unmet(error: DrawError) -> Problem {
    match error {
        DrawError::Workspace(_) | DrawError::NoDraw(_) => wrong(error),
        other => Problem::Refused(other.to_string()),
    }
}

fn act<T>(
    desk: &Desk,
    work: impl FnOnce(&mut Workspace, &Permit) -> Result<T, DrawError>,
    wrong: fn(DrawError) -> Problem,
) -> Result<T, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        work(workspace, &permit).map_err(wrong)
    })?
}

/// Rates as they are given: one for everybody, or five by rank level from the lowest.
pub(crate) fn rates(each: Vec<u8>) -> Option<[u8; 5]> {
    if let [all] = each.as_slice() { Some([*all; 5]) } else { each.try_into().ok() }
}

/// Opens a draw; its number.
///
/// # Errors
/// [`Problem::Wrong`] at the fields `rates`, `unit`, `drawers` and `reveal_days`; nothing is recorded then.
pub(crate) fn open(desk: &Desk, plan: &DrawPlan) -> Result<u64, Problem> {
    act(desk, |workspace, permit| workspace.open_draw(permit, plan), wrong)
}

/// What goes to the drawers now, sealed to their devices.
///
/// # Errors
/// [`Problem::Missing`]; [`Problem::Refused`] if nothing waits for them.
pub(crate) fn file(desk: &Desk, number: u64) -> Result<Saved, Problem> {
    let now = Timestamp::now();
    let (draw, bundle) = act(desk, |workspace, _| Ok((workspace.draw(number)?, workspace.draw_bundle(number, now)?)), unmet)?;
    let name = if draw.standing(now) == DrawStanding::Commits { "to-commit" } else { "to-reveal" };
    Ok((format!("draw-{number}.{name}"), "application/age-encryption", bundle))
}

/// A draw as others check it; that it is read is an entry first.
///
/// # Errors
/// [`Problem::Missing`].
pub(crate) fn to_check(desk: &Desk, number: u64) -> Result<DrawToCheck, Problem> {
    desk.office.record_reading(&Masked::Vetting)?;
    act(desk, |workspace, _| workspace.draw_to_check(number), unmet)
}

/// Takes in what drawers sent back: what came of each file, in order.
///
/// # Errors
/// [`Problem::Wrong`] at the field `files` if there is none; [`Problem`] if nothing can be recorded.
pub(crate) fn take(desk: &Desk, language: Language, files: &[(String, Vec<u8>)]) -> Result<Vec<CameBack>, Problem> {
    if files.is_empty() {
        return Err(Problem::Wrong(vec![("files", language.words().approval.none_chosen.to_owned())]));
    }
    let one = |(file, bytes): &(String, Vec<u8>)| {
        let text = String::from_utf8_lossy(bytes);
        match act(desk, |workspace, permit| workspace.take_draw(permit, &text), wrong) {
            Ok(taken) => Ok((file.clone(), Ok(taken))),
            Err(Problem::Wrong(errors)) => {
                let said: Vec<String> = errors.iter().map(|(_, why)| language.said(why)).collect();
                Ok((file.clone(), Err(said.join(" "))))
            }
            Err(other) => Err(other),
        }
    };
    files.iter().map(one).collect()
}

/// Ends a draw of which something was not revealed in time; everybody is drawn.
///
/// # Errors
/// [`Problem::Missing`]; [`Problem::Refused`] if it may not be ended so yet, or is over.
pub(crate) fn close(desk: &Desk, number: u64) -> Result<Vec<PersonId>, Problem> {
    act(desk, |workspace, permit| workspace.close_draw(permit, number), unmet)
}
