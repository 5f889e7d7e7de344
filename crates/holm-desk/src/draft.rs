//! Drafts: a document is kept, what is decided on it changes, a copy of it is rehearsed.

use std::collections::{BTreeMap, BTreeSet};

use holm::draft::{Draft, DraftError, Moves};
use holm::marking::{Marking, Schemes};
use holm::prepare::{Power, PrepareError, Prepared};
use holm::rehearsal::Rehearsal;
use holm::state::State;
use holm::workspace::{DEFAULT_ALPHA, LARGEST_COALITION};
use holm_marks::mark::{Layer, Mark};
use holm_record::id::{ItemName, PersonId};

use crate::contribution;
use crate::form::Part;
use crate::language::Language;
use crate::page::marking;
use crate::problem::{Problem, Wrong};
use crate::release::{planned, recipients};
use crate::server::Desk;

/// What the form for a new document holds.
#[derive(Default)]
pub(crate) struct Given {
    document: Option<(String, Vec<u8>)>,
    pub(crate) text: String,
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
                "document" => given.document = part.file().or(given.document),
                "text" => given.text = part.text(),
                _ => return Err(part.unknown()),
            }
        }
        Ok(given)
    }
}

/// Keeps a document as a draft; the file, or else the text.
///
/// # Errors
/// [`Problem::Wrong`] says why the document cannot be shared; nothing is kept then.
pub(crate) fn keep(desk: &Desk, language: Language, given: Given) -> Result<Draft, Problem> {
    let wrong = |what: String| Problem::Wrong(vec![("document", what)]);
    let text = (!given.text.trim().is_empty()).then(|| ("document.md".to_owned(), given.text.into_bytes()));
    let (name, bytes) = given.document.or(text).ok_or_else(|| wrong(language.words().share.nothing_given.to_owned()))?;
    let draft = Draft::new(name, bytes).map_err(|e| wrong(e.to_string()))?;
    draft.prepare(Moves::LeftOut, &desk.office.view()?.state.schemes()).map_err(|e| wrong(e.to_string()))?;
    desk.office.act(|w| w.keep_draft(&draft))??;
    Ok(draft)
}

/// Which marks vary.
pub(crate) enum Marks {
    /// These, by id, and none of the others.
    Only(Vec<String>),
    /// These as well, and those not any more.
    Changed { keep: Vec<String>, strike: Vec<String> },
}

/// What is to be changed of a draft; what is absent stays.
#[derive(Default)]
pub(crate) struct Change {
    pub(crate) name: Option<String>,
    pub(crate) marking: Option<String>,
    pub(crate) conditions: Option<String>,
    pub(crate) to: Option<Vec<String>>,
    pub(crate) legal: Option<bool>,
    pub(crate) pages: Option<bool>,
    pub(crate) confirmed_by: Option<Vec<PersonId>>,
    /// Nobody, or somebody.
    pub(crate) second: Option<Option<PersonId>>,
    pub(crate) marks: Option<Marks>,
}

impl Change {
    /// The draft with everything changed that its document can bear, and what it cannot bear, by field.
    ///
    /// # Errors
    /// [`DraftError`] if the document of the draft as it was cannot be read.
    pub(crate) fn applied(self, before: &Draft, schemes: &Schemes) -> Result<(Draft, Vec<Wrong>), DraftError> {
        let mut draft = Draft {
            name: self.name.unwrap_or_else(|| before.name.clone()),
            marking: self.marking.unwrap_or_else(|| before.marking.clone()),
            conditions: self.conditions.unwrap_or_else(|| before.conditions.clone()),
            to: self.to.unwrap_or_else(|| before.to.clone()),
            legal: self.legal.unwrap_or(before.legal),
            pages: self.pages.unwrap_or(before.pages),
            confirmed_by: self.confirmed_by.unwrap_or_else(|| before.confirmed_by.clone()),
            second: self.second.unwrap_or_else(|| before.second.clone()),
            ..before.clone()
        };
        let mut errors = Vec::new();
        if let Some(marks) = self.marks {
            let prepared = before.prepare(Moves::LeftOut, schemes)?;
            match marks {
                Marks::Only(ids) => decide(&prepared, &ids, &mut draft),
                Marks::Changed { keep, strike } => {
                    errors = unknown(&prepared, &keep, &strike);
                    let used = prepared.marks.iter().map(|m| prepared.mark_id(m)).filter(|id| !strike.contains(id));
                    decide(&prepared, &used.chain(keep).collect::<Vec<_>>(), &mut draft);
                }
            }
        }
        if let Err(error) = draft.prepare(Moves::LeftOut, schemes) {
            // What the document cannot bear is said, and stays as it was.
            let of_marking = matches!(error, DraftError::Marking(_) | DraftError::Prepare(PrepareError::Label(_)));
            let field = if of_marking { "marking" } else { "marks" };
            errors.push((field, error.to_string()));
            let Draft { decisions, legal, pages, marking, .. } = before.clone();
            draft = Draft { decisions, legal, pages, marking, ..draft };
        }
        Ok((draft, errors))
    }
}

/// Whether a person may strike a mark: not what stands in brackets in the text, which is a mark whatever anybody decides.
pub(crate) fn may_be_struck(mark: &Mark) -> bool {
    !mark.rule.starts_with("authored:")
}

/// Marks that a person decides on.
pub(crate) fn is_decided_on(mark: &&Mark) -> bool {
    mark.layer.is_text() || mark.layer == Layer::Picture
}

/// Enters what was ticked and what was not.
fn decide(prepared: &Prepared, ticked: &[String], draft: &mut Draft) {
    let kept = |mark: &Mark| ticked.contains(&prepared.mark_id(mark));
    for mark in prepared.marks.iter().chain(&prepared.struck).filter(is_decided_on) {
        // A mark that has no box is kept.
        if may_be_struck(mark) && !kept(mark) {
            draft.decisions.insert(prepared.mark_id(mark), false);
        } else {
            draft.decisions.remove(&prepared.mark_id(mark));
        }
    }
    for mark in prepared.proposals.iter().filter(|m| kept(m)) {
        draft.decisions.insert(prepared.mark_id(mark), true);
    }
}

/// Marks to keep or strike that the document does not have, and those that cannot be struck.
fn unknown(prepared: &Prepared, keep: &[String], strike: &[String]) -> Vec<Wrong> {
    let all = prepared.marks.iter().chain(&prepared.struck).chain(&prepared.proposals).filter(is_decided_on);
    let known: BTreeMap<String, &Mark> = all.map(|m| (prepared.mark_id(m), m)).collect();
    let mut wrong = Vec::new();
    for id in keep.iter().filter(|id| !known.contains_key(*id)) {
        wrong.push(("keep", format!("`{id}` is no mark of this document")));
    }
    for id in strike {
        match known.get(id) {
            None => wrong.push(("strike", format!("`{id}` is no mark of this document"))),
            Some(mark) if !may_be_struck(mark) => {
                wrong.push(("strike", format!("`{id}` stands in brackets in the document, so it varies; write one alternative")));
            }
            Some(_) if keep.contains(id) => wrong.push(("strike", format!("`{id}` is to be kept and struck"))),
            Some(_) => {}
        }
    }
    wrong
}

/// What a draft still lacks before it can be released, by field.
///
/// # Errors
/// [`Problem`] if its document cannot be read.
pub(crate) fn lacks(desk: &Desk, language: Language, draft: &Draft) -> Result<Vec<Wrong>, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().share;
    let schemes = view.state.schemes();
    let prepared = draft.prepare(Moves::LeftOut, &schemes)?;
    let mut errors = Vec::new();
    match ItemName::new(draft.name.clone()) {
        Err(_) => errors.push(("name", words.problem_name.to_owned())),
        Ok(name) if view.state.items.get(&name).is_some_and(|i| i.released.is_some()) => {
            // A release that was interrupted after its entry left its draft; it goes on under the same name.
            if !desk.office.act(|w| w.is_master_of(&name, &prepared.document))? {
                errors.push(("name", words.problem_taken.to_owned()));
            }
        }
        Ok(_) => {}
    }
    let to = recipients(&view.state, &view.held_back, &draft.to);
    if to.is_empty() {
        errors.push(("recipients", words.problem_recipients.to_owned()));
    }
    let marking = Marking::parse(&draft.marking, &schemes).map_err(DraftError::from)?;
    errors.extend(marking.and_then(|m| marking::problem(&view.state, &m, draft, &to, language)));
    errors.extend(contribution::problem(&view.state, draft, language));
    errors.extend(contribution::too_late(&view.state, draft, &to, language));
    let confirmers: BTreeSet<&PersonId> = draft.confirmed_by.iter().collect();
    if !prepared.sensitive_facts().is_empty() && confirmers.len() < 2 {
        errors.push(("confirmed", words.problem_confirm.to_owned()));
    }
    Ok(errors)
}

/// What a draft's marks would prove among so many copies; before anybody is chosen, everybody is.
pub(crate) fn power(state: &State, prepared: &Prepared, copies: usize) -> Power {
    let copies = if copies == 0 { planned(state, 2) } else { copies };
    prepared.power(copies, DEFAULT_ALPHA, LARGEST_COALITION)
}

/// A copy under a throw-away key, of which there are as many as numbers: its file name and bytes.
///
/// # Errors
/// [`Problem`] if there is no such draft or its document cannot be marked.
pub(crate) fn preview(desk: &Desk, id: &str, copy: u64) -> Result<(String, Vec<u8>), Problem> {
    let (draft, schemes) = desk.office.act(|w| (w.draft(id), w.schemes()))?;
    let draft = draft?;
    let prepared = draft.prepare(Moves::LeftOut, &schemes)?;
    let rehearsal = Rehearsal::new(&prepared, 2, (DEFAULT_ALPHA, LARGEST_COALITION), copy);
    let bytes = rehearsal.map_err(|e| Problem::Workspace(e.to_string()))?.copy().to_vec();
    let name = if bytes.starts_with(b"%PDF") { "preview.pdf".to_owned() } else { format!("preview-{}", draft.file) };
    Ok((name, bytes))
}
