//! A leak that is given to be traced, and the job that traces it.

use std::sync::Arc;

use holm::leak::LeakFile;
use holm::policy::Action;
use holm::report::Report;
use holm::state::{Look, State};
use holm::trace::{TraceError, TraceRequest};
use holm_record::event::approval::{ActKind, Masked};
use holm_record::id::{IncidentName, ItemName};
use jiff::Timestamp;

use crate::form::Part;
use crate::job::{Done, Subject, Taken, Ticket, Work};
use crate::language::Language;
use crate::office::View;
use crate::problem::{Problem, Wrong};
use crate::server::Desk;
use crate::words::Words;

/// What the form holds.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) ticket: String,
    pub(crate) text: String,
    pub(crate) item: String,
    pub(crate) incident: String,
    pub(crate) files: Vec<LeakFile>,
}

impl Given {
    /// Sorts the form's parts.
    ///
    /// # Errors
    /// [`Problem::Malformed`] names a field that the form does not have.
    pub(crate) fn of(parts: &[Part]) -> Result<Self, Problem> {
        let mut given = Self::default();
        for part in parts {
            match part.name.as_str() {
                "files" => given.files.extend(part.file().map(|(name, bytes)| LeakFile { name, bytes })),
                "ticket" => given.ticket = part.text(),
                "text" => given.text = part.text(),
                "item" => given.item = part.text(),
                "incident" => given.incident = part.text(),
                _ => return Err(part.unknown()),
            }
        }
        Ok(given)
    }

    fn subject(&self) -> Subject {
        let fields = [&self.item, &self.incident, &self.text].map(|f| f.as_bytes());
        let files = self.files.iter().flat_map(|f| [f.name.as_bytes(), f.bytes.as_slice()]);
        Subject::of(fields.into_iter().chain(files))
    }

    fn wrong(&self, state: &State, words: &Words) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if self.files.is_empty() && self.text.trim().is_empty() {
            wrong.push(("files", words.trace.nothing_given.to_owned()));
        }
        if Ticket::new(&self.ticket).is_none() {
            wrong.push(("ticket", words.problem.ticket.to_owned()));
        }
        match (!self.item.is_empty()).then(|| ItemName::new(self.item.clone())) {
            Some(Err(error)) => wrong.push(("item", error.to_string())),
            Some(Ok(name)) if state.items.get(&name).is_none_or(|i| i.released.is_none()) => {
                wrong.push(("item", TraceError::NoItem(name).to_string()));
            }
            _ => {}
        }
        let incident = (!self.incident.is_empty()).then(|| IncidentName::new(self.incident.clone()));
        wrong.extend(incident.and_then(Result::err).map(|error| ("incident", error.to_string())));
        wrong
    }

    fn request(self, alpha: f64) -> TraceRequest {
        let mut files = self.files;
        if !self.text.trim().is_empty() {
            files.push(LeakFile { name: "pasted.txt".to_owned(), bytes: self.text.into_bytes() });
        }
        let (item, incident) = (ItemName::new(self.item).ok(), IncidentName::new(self.incident).ok());
        TraceRequest { files, item, alpha, incident }
    }
}

/// Begins to trace what was given, once for each ticket, and takes it out of the form.
///
/// # Errors
/// [`Problem::Wrong`] says what is wrong with the form, which stays as it was; nothing is recorded then.
pub(crate) fn begin(desk: &Arc<Desk>, language: Language, given: &mut Given) -> Result<Ticket, Problem> {
    let words = language.words();
    let wrong = given.wrong(&desk.office.view()?.state, words);
    let ticket = Ticket::new(&given.ticket).filter(|_| wrong.is_empty()).ok_or(Problem::Wrong(wrong))?;
    let subject = given.subject();
    let taken = |_: Taken| Problem::Wrong(vec![("ticket", words.problem.ticket_taken.to_owned())]);
    if !desk.jobs.is_begun(Work::Trace, &ticket, subject).map_err(taken)? {
        let (working, given) = (Arc::clone(desk), std::mem::take(given));
        desk.jobs.begin((Work::Trace, &ticket), subject, move |progress| trace(&working, given, progress)).map_err(taken)?;
    }
    Ok(ticket)
}

fn trace(desk: &Desk, given: Given, progress: &dyn Fn(&str)) -> Result<Done, String> {
    let traced = desk.office.act(|workspace| {
        let alpha = workspace.alpha();
        let permit = workspace.permit(&Action::Trace { alpha, limit: alpha }, Timestamp::now()).map_err(|e| e.to_string())?;
        let reports = workspace.trace(&permit, &given.request(alpha), &[], progress).map_err(|e| e.to_string())?;
        let looks = &workspace.state().looks;
        let of = |report: &Report| {
            let same =
                |l: &&Look| Some(&l.item) == report.item.as_ref() && l.incident == report.incident && l.look == report.look;
            looks.iter().find(same).map(|l| l.index)
        };
        Ok(Done::Traced(reports.iter().filter_map(of).collect()))
    });
    traced.map_err(|e| e.to_string()).and_then(|done| done)
}

/// A look that has a verdict.
///
/// # Errors
/// [`Problem::Missing`].
pub(crate) fn look(view: &View, index: u64) -> Result<&Look, Problem> {
    view.state.looks.iter().find(|l| l.index == index && l.verdict.is_some()).ok_or(Problem::Missing)
}

/// Longest side of a leak's picture as it is shown, in pixels.
const SHOWN: u32 = 2_000;

/// A picture of the leak, as JPEG.
///
/// # Errors
/// [`Problem`] if there is no such picture or the sealed evidence is damaged.
pub(crate) fn picture(desk: &Desk, index: u64, number: usize) -> Result<Vec<u8>, Problem> {
    let damaged = |e: TraceError| Problem::Workspace(e.to_string());
    let view = desk.office.view()?;
    let look = look(&view, index)?;
    let picture = desk.office.act(|w| w.leaked_picture(look, number))?.map_err(damaged)?;
    // Others may use the workspace while the picture is made, and only one is made at a time: pictures are large.
    let _one = desk.picture.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    picture.ok_or(Problem::Missing)?.jpeg(SHOWN).map_err(damaged)?.ok_or(Problem::Missing)
}

/// Where a policy masks verdicts, one whose masks are off is read only once that is an entry.
///
/// # Errors
/// [`Problem`] if it cannot be recorded.
pub(crate) fn is_read(desk: &Desk, view: &View, look: &Look) -> Result<(), Problem> {
    let (of, approvals) = (Masked::Incident { incident: look.incident.clone() }, &view.state.approvals);
    if approvals.needed(ActKind::Unmask) && !approvals.masks(&of, Timestamp::now()) {
        desk.office.record_reading(&of)?;
    }
    Ok(())
}

/// A look's report as it may be shown while the item can be looked at again: without figures of copies that are not named.
///
/// # Errors
/// [`Problem`] if there is no such look or its sealed report is damaged.
pub(crate) fn report(desk: &Desk, index: u64) -> Result<String, Problem> {
    let view = desk.office.view()?;
    let look = look(&view, index)?;
    is_read(desk, &view, look)?;
    let report = desk.office.act(|w| w.report_of(look, Timestamp::now()))?.map_err(|e| Problem::Workspace(e.to_string()))?;
    serde_json::to_string_pretty(&report).map_err(|e| Problem::Internal(e.to_string()))
}
