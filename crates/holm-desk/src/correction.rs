//! Correcting an item: whom that reaches, and a job that sends it once for each ticket. What pages and the API have in common.

use std::sync::Arc;

use holm::correction::CorrectionError;
use holm::policy::Action;
use holm::state::State;
use holm_record::id::{ItemName, PersonId};
use jiff::Timestamp;

use crate::happening::of_correction;
use crate::job::{Done, Subject, Taken, Ticket, Work};
use crate::language::Language;
use crate::page::harm::item_of;
use crate::problem::Problem;
use crate::server::Desk;
use crate::vetting::today;

/// What is asked for, as it was typed: a text, or the name of an item that says it already.
pub(crate) struct Given {
    pub(crate) truth: String,
    pub(crate) by: String,
}

/// A correction that can be sent.
pub(crate) struct Order {
    pub(crate) truth: String,
    pub(crate) by: Option<ItemName>,
    /// What it will be called, if it is a text.
    pub(crate) correction: ItemName,
}

impl Order {
    /// Of what is asked for.
    ///
    /// # Errors
    /// [`Problem::Wrong`] names the field that cannot be used.
    pub(crate) fn of(state: &State, language: Language, item: &ItemName, given: &Given) -> Result<Self, Problem> {
        let (truth, by) = (given.truth.trim().to_owned(), given.by.trim());
        if truth.is_empty() == by.is_empty() {
            return Err(Problem::Wrong(vec![("truth", language.words().recording.one_or_other.to_owned())]));
        }
        let by = (!by.is_empty()).then(|| corrects(state, item, by)).transpose()?;
        Ok(Self { truth, by, correction: state.next_correction(item).map_err(of_correction)? })
    }
}

/// An item that says already what is true.
///
/// # Errors
/// [`Problem::Wrong`] if it is none, or the item itself.
pub(crate) fn corrects(state: &State, item: &ItemName, by: &str) -> Result<ItemName, Problem> {
    let by = ItemName::new(by).map_err(|e| Problem::Wrong(vec![("by", e.to_string())]))?;
    if state.items.get(&by).is_none_or(|i| i.released.is_none()) || by == *item {
        return Err(of_correction(CorrectionError::NoCorrection(by)));
    }
    Ok(by)
}

/// Whom a correction reaches.
pub(crate) struct Reach {
    pub(crate) to: Vec<PersonId>,
    /// Holders who must be told otherwise.
    pub(crate) unreached: Vec<PersonId>,
    /// Who was told the item by word of mouth only.
    pub(crate) told_orally: Vec<PersonId>,
}

impl Reach {
    /// Of a text, or of an item that says it already.
    ///
    /// # Errors
    /// [`Problem::Refused`] if it reaches nobody.
    pub(crate) fn of(state: &State, item: &ItemName, by: Option<&ItemName>) -> Result<Self, Problem> {
        let (mut to, mut unreached, told_orally) = state.holders(item, today());
        if let Some(by) = by {
            let copies = state.items.get(by).into_iter().flat_map(|i| &i.disclosures);
            let sent: Vec<PersonId> = copies.map(|d| d.person.clone()).collect();
            unreached.extend(to.into_iter().filter(|person| !sent.contains(person)));
            to = sent;
        } else if to.is_empty() {
            return Err(of_correction(CorrectionError::Nobody(item.clone())));
        }
        Ok(Self { to, unreached, told_orally })
    }
}

/// Begins to send a correction, once for each ticket.
///
/// # Errors
/// [`Problem::Wrong`]; [`Problem::Missing`] if there is no such item.
pub(crate) fn begin(desk: &Arc<Desk>, language: Language, name: &str, ticket: &str, given: &Given) -> Result<Ticket, Problem> {
    let words = &language.words().problem;
    let taken = |_: Taken| Problem::Wrong(vec![("ticket", words.ticket_taken.to_owned())]);
    let ticket = Ticket::new(ticket).ok_or_else(|| Problem::Wrong(vec![("ticket", words.ticket.to_owned())]))?;
    let subject = Subject::of([name.as_bytes(), given.truth.trim().as_bytes(), given.by.trim().as_bytes()]);
    // A second press of the button finds the first one's job.
    if desk.jobs.is_begun(Work::Correction, &ticket, subject).map_err(taken)? {
        return Ok(ticket);
    }
    let view = desk.office.view()?;
    let name = item_of(&view, name)?.clone();
    let order = Order::of(&view.state, language, &name, given)?;
    let working = Arc::clone(desk);
    let job = move |_: &dyn Fn(&str)| correct(&working, &name, &order);
    desk.jobs.begin((Work::Correction, &ticket), subject, job).map_err(taken)?;
    Ok(ticket)
}

/// Sends a correction to the item's holders, or notes that an item is one.
///
/// # Errors
/// What went wrong, in words; then no copy was released.
fn correct(desk: &Desk, name: &ItemName, order: &Order) -> Result<Done, String> {
    let sent = desk.office.act(|workspace| match &order.by {
        None => workspace.correct(name, &order.truth, None, Timestamp::now()),
        Some(by) => {
            let permit = workspace.permit(&Action::Administer, Timestamp::now())?;
            workspace.note_correction(&permit, name, by)
        }
    });
    let sent = sent.map_err(|closed| closed.to_string())?.map_err(|error| error.to_string())?;
    Ok(Done::Released(sent.correction))
}
