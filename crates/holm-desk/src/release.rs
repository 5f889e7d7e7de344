//! Releasing a draft: the same steps as `holm share`, in the background.

use std::collections::BTreeSet;
use std::sync::Arc;

use holm::contribution::Contribution;
use holm::draft::{Draft, DraftError, Moves};
use holm::marking::Marking;
use holm::marking::Schemes;
use holm::policy::Action;
use holm::prepare::Prepared;
use holm::share::{ShareError, Terms};
use holm::state::State;
use holm::workspace::{DEFAULT_ALPHA, LARGEST_COALITION, Workspace};
use holm_marks::carrier::Format;
use holm_record::id::{ItemName, PersonId};
use jiff::Timestamp;

use crate::draft::lacks;
use crate::job::{Done, Subject, Taken, Ticket, Work};
use crate::language::Language;
use crate::problem::{Problem, Wrong};
use crate::server::Desk;

/// Whom a draft means: persons and units, each person once; of units only whoever can be sent something.
pub(crate) fn recipients(state: &State, held: &BTreeSet<PersonId>, to: &[String]) -> Vec<PersonId> {
    let named = |id: &PersonId| to.iter().any(|one| one == id.as_str());
    let mut found: Vec<PersonId> = to.iter().filter_map(|one| state.resolve(one)).flatten().collect();
    found.retain(|id| state.persons.get(id).is_some_and(|p| !p.left && p.usable_devices().next().is_some()));
    // Whoever is named and held back is refused by name.
    found.retain(|id| named(id) || !held.contains(id));
    found.sort();
    found.dedup();
    found
}

/// Who is of the units that a draft means and is passed over: their vetting is not in force.
pub(crate) fn passed_over(state: &State, held: &BTreeSet<PersonId>, to: &[String]) -> Vec<PersonId> {
    let reached = recipients(state, held, to);
    let mut all = recipients(state, &BTreeSet::new(), to);
    all.retain(|id| !reached.contains(id));
    all
}

/// Copies that an item is planned for: the whole roster, since further people may be told later.
pub(crate) fn planned(state: &State, copies: usize) -> usize {
    state.persons.values().filter(|p| !p.left).count().max(copies)
}

/// A draft with all marks that are known before a release: moved words of pages that this program sets are, those of a Word file
/// only once LibreOffice has set it. Pages that cannot be set are refused by the release, which says why.
///
/// # Errors
/// [`DraftError`] if the document cannot be read.
pub(crate) fn prepared(draft: &Draft, schemes: &Schemes) -> Result<Prepared, DraftError> {
    let found = draft.pages.then(|| draft.prepare(Moves::Found, schemes).ok()).flatten();
    found.map_or_else(|| draft.prepare(Moves::LeftOut, schemes), Ok)
}

/// Whether the marks that are known now could name nobody.
pub(crate) fn is_weak(prepared: &Prepared, state: &State, copies: usize) -> bool {
    prepared.power(planned(state, copies), DEFAULT_ALPHA, LARGEST_COALITION).needed.is_none()
}

/// What an order to release a draft comes to.
pub(crate) enum Ordered {
    /// The job began, or had begun.
    Begun(Ticket),
    /// The draft lacks something, by field.
    Lacking(Vec<Wrong>),
    /// It could name nobody, and that was not accepted.
    Weak,
}

/// An order to release a draft.
pub(crate) struct Order {
    pub(crate) ticket: String,
    /// Whether it is accepted that the marks may name nobody.
    pub(crate) accepts_weak: bool,
    /// What the second person drew, once it came back.
    pub(crate) contribution: Option<Contribution>,
}

/// Begins to release a draft, once for each ticket.
///
/// # Errors
/// [`Problem`] if there is no such draft, or its document cannot be marked.
pub(crate) fn begin(desk: &Arc<Desk>, language: Language, id: &str, order: &Order) -> Result<Ordered, Problem> {
    let words = &language.words().problem;
    let taken = |_: Taken| Problem::Wrong(vec![("ticket", words.ticket_taken.to_owned())]);
    let ticket = Ticket::new(&order.ticket).ok_or_else(|| Problem::Wrong(vec![("ticket", words.ticket.to_owned())]))?;
    let drawn = order.contribution.as_ref().map(|c| c.note.as_bytes()).unwrap_or_default();
    let subject = Subject::of([id.as_bytes(), drawn]);
    // A second press of the button finds the draft gone; its job says where the copies are.
    if desk.jobs.is_begun(Work::Release, &ticket, subject).map_err(taken)? {
        return Ok(Ordered::Begun(ticket));
    }
    let draft = desk.office.act(|w| w.draft(id))??;
    let lacking = lacks(desk, language, &draft)?;
    if !lacking.is_empty() {
        return Ok(Ordered::Lacking(lacking));
    }
    let view = desk.office.view()?;
    let state = &view.state;
    let accepted = order.accepts_weak;
    let prepared = prepared(&draft, &state.schemes())?;
    // What a Word file's moved words prove is known to the job, which refuses what is weak with them.
    let judged_later = prepared.master.format() == Format::Docx && holm::render::is_available();
    if !accepted && !judged_later && is_weak(&prepared, state, recipients(state, &view.held_back, &draft.to).len()) {
        return Ok(Ordered::Weak);
    }
    let (working, id, contribution) = (Arc::clone(desk), id.to_owned(), order.contribution.clone());
    let job = move |progress: &dyn Fn(&str)| release(&working, language, &id, (accepted, contribution.as_ref()), progress);
    desk.jobs.begin((Work::Release, &ticket), subject, job).map_err(taken)?;
    Ok(Ordered::Begun(ticket))
}

/// Releases a draft.
///
/// # Errors
/// What went wrong, in words. The draft is kept, and what was recorded is taken up by the next try.
fn release(
    desk: &Desk,
    language: Language,
    id: &str,
    (weak, contribution): (bool, Option<&Contribution>),
    progress: &dyn Fn(&str),
) -> Result<Done, String> {
    let words = &language.words().share;
    let (draft, schemes) = desk.office.act(|w| (w.draft(id), w.schemes())).map_err(said)?;
    let draft = draft.map_err(said)?;
    progress(words.finding);
    let prepared = draft.prepare(Moves::Found, &schemes).map_err(said)?;
    prepared.check_pages().map_err(said)?;
    progress(words.sealing);
    let weak = if weak { None } else { Some(words.problem_weak) };
    desk.office.act(|workspace| steps(workspace, &draft, &prepared, weak, contribution)).map_err(said)?
}

/// `too_weak` is what is said if it could name nobody and that was not accepted.
fn steps(
    workspace: &mut Workspace,
    draft: &Draft,
    prepared: &Prepared,
    too_weak: Option<&str>,
    contribution: Option<&Contribution>,
) -> Result<Done, String> {
    let name = ItemName::new(draft.name.clone()).map_err(said)?;
    let held = workspace.held_back_now(Timestamp::now());
    let to = recipients(workspace.state(), &held, &draft.to);
    let terms = terms(workspace, draft, &name, to.len())?;
    let action = Action::Share { item: &name, to: &to, handling: terms.handling() };
    let permit = workspace.permit(&action, Timestamp::now()).map_err(said)?;
    if let Some(why) = too_weak.filter(|_| is_weak(prepared, workspace.state(), to.len())) {
        return Err(why.to_owned());
    }
    // A release that was interrupted after its entry finds its item there, and adds nobody twice.
    let keyed = if workspace.state().items.get(&name).is_some_and(|i| i.released.is_some()) {
        workspace.reopen(&name, &prepared.document, &[]).map_err(said)?
    } else {
        let frozen = workspace.freeze(&permit, prepared, &terms).map_err(said)?;
        match frozen.make_key(workspace, &permit, contribution) {
            Ok(keyed) => keyed,
            Err(ShareError::Waiting { .. }) => return Ok(Done::Waiting(draft.id.clone())),
            Err(error) => return Err(said(error)),
        }
    };
    let sealed = keyed.seal(workspace, &to, &|_| {}).map_err(said)?;
    sealed.append(workspace, &permit, &to, None).map_err(said)?;
    workspace.drop_draft(&draft.id).map_err(said)?;
    Ok(Done::Released(name))
}

fn terms(workspace: &Workspace, draft: &Draft, name: &ItemName, copies: usize) -> Result<Terms, String> {
    let given = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    Ok(Terms {
        name: name.clone(),
        file: draft.file.clone(),
        marking: Marking::parse(&draft.marking, &workspace.schemes()).map_err(said)?,
        conditions: given(&draft.conditions),
        second: draft.second.clone(),
        planned: planned(workspace.state(), copies),
        review: (!draft.decisions.is_empty()).then(|| draft.review().to_text().into_bytes()),
    })
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
