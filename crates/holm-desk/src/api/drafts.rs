//! Drafts: a document on its way to being shared.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm::draft::{Draft, DraftError};
use holm::marking::Marking;
use holm::policy::may_receive;
use holm::prepare::Prepared;
use holm::state::State as Known;
use holm_marks::mark::Mark;
use holm_record::id::{ItemName, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::FieldProblem;
use super::{File, LANGUAGE, answered, made};
use crate::contribution::{can_contribute, may_be_dropped, waits_for};
use crate::draft::{self, Change, Given, Marks, is_decided_on, may_be_struck};
use crate::form::parts;
use crate::page::download;
use crate::page::marking::{SchemeBox, allows, boxes};
use crate::problem::{Problem, Wrong};
use crate::release::{is_weak, passed_over, recipients};
use crate::server::Desk;

/// Characters that conditions may have.
const LONGEST_CONDITIONS: usize = 2000;

/// Drafts that wait.
#[derive(Serialize, ToSchema)]
pub(crate) struct Drafts {
    drafts: Vec<DraftLine>,
}

/// A draft in short.
#[derive(Serialize, ToSchema)]
pub(crate) struct DraftLine {
    id: String,
    /// File name of the document.
    file: String,
    /// The item's name, as it is meant to be.
    name: String,
    /// How many people it would be sent to.
    recipients: usize,
}

/// Drafts that wait to be released.
#[utoipa::path(get, path = "/api/v1/drafts", tag = "drafts",
    responses((status = 200, description = "All of them.", body = Drafts)))]
pub(crate) async fn drafts(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let view = desk.office.view()?;
        let line = |draft: Draft| DraftLine {
            recipients: recipients(&view.state, &view.held_back, &draft.to).len(),
            id: draft.id,
            file: draft.file,
            name: draft.name,
        };
        let drafts = desk.office.act(|w| w.drafts())??;
        Ok(Json(Drafts { drafts: drafts.into_iter().map(line).collect() }))
    })
    .await
}

/// A document to be shared: a file, or its text.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only; the form is read part by part")]
struct DraftForm {
    /// Word, PDF, Markdown, plain text, or a picture; at most 64 MB.
    #[schema(value_type = Option<String>, format = Binary)]
    document: Option<Vec<u8>>,
    /// Plain text or Markdown, if there is no file. `[[two|three]]` is a fact that may vary.
    text: Option<String>,
}

/// Keeps a document, sealed, as a draft.
#[utoipa::path(post, path = "/api/v1/drafts", tag = "drafts",
    request_body(content = DraftForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "It is kept.", body = DraftAnswer,
        headers(("Location", description = "Where it is.")))))]
pub(crate) async fn begin_draft(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let given = parts(form).await.and_then(|parts| Given::of(&parts));
    answered(desk, move |desk| {
        let draft = draft::keep(desk, LANGUAGE, given?)?;
        Ok(made(StatusCode::CREATED, format!("/api/v1/drafts/{}", draft.id), DraftAnswer::of(desk, &draft)?))
    })
    .await
}

/// A draft, its document with its marks, and what they would prove.
#[derive(Serialize, ToSchema)]
#[schema(as = Draft)]
pub(crate) struct DraftAnswer {
    id: String,
    /// File name of the document.
    file: String,
    /// The item's name, as it is meant to be.
    name: String,
    /// Markings, as they were given; empty for none.
    marking: String,
    /// What holders may do with it by its marking, in a sentence.
    allows: Option<String>,
    /// What is asked of recipients; empty for nothing.
    conditions: String,
    /// Whom it is for, as it was said: persons, `unit:UNIT`, `all`.
    recipients: Vec<String>,
    /// Whom that means: everybody among them who can be sent something.
    people: Vec<String>,
    /// Who is of these units and passed over: their vetting is not in force.
    passed_over: Vec<String>,
    /// Whether no word varies but what the originator authored.
    legal: bool,
    /// Whether text is set as pages.
    pages: bool,
    /// Who confirmed the facts.
    confirmed: Vec<String>,
    /// Whether two persons must confirm the facts.
    needs_confirmation: bool,
    /// Who draws half of the key; absent if this desk makes it alone.
    second: Option<String>,
    /// Whether everything but the key is in the record, and the release waits for the second person's contribution.
    waits: bool,
    /// What it lacks before it can be released.
    lacks: Vec<FieldProblem>,
    power: DraftPower,
    /// The document's text, paragraph by paragraph.
    paragraphs: Vec<Paragraph>,
    /// Marks that a person decides on, in order.
    marks: Vec<DraftMark>,
}

/// What the marks would prove. Before anybody is chosen, everybody is.
#[derive(Serialize, ToSchema)]
pub(crate) struct DraftPower {
    /// Copies among which one is to be named.
    copies: usize,
    marks: usize,
    bits: f64,
    /// Bits that naming one copy takes.
    needed_bits: f64,
    /// How many marks, read rightly, name a single source; absent if all are too few.
    needed_marks: Option<usize>,
    /// Probability that a single source is named from the whole text.
    whole: f64,
    /// The same with a fifth of the marks lost and one in twenty misread.
    damaged: f64,
    /// How many who mix their copies are still caught, one of them at least 95 times in 100.
    coalition: u8,
    /// Whether the marks could name nobody: releasing it then takes `accept_weak`.
    weak: bool,
}

/// A paragraph of the document.
#[derive(Serialize, ToSchema)]
pub(crate) struct Paragraph {
    text: String,
    /// What its marks would prove, in bits.
    bits: f64,
}

/// A mark of the document; a picture is marked as a whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct DraftMark {
    id: String,
    /// `fact`, `wording`, `orthography`, `typography`, `picture` or `invisible`.
    layer: &'static str,
    /// What copies may say there, in order.
    alternatives: Vec<String>,
    state: MarkState,
    /// Not what stands in brackets in the text.
    may_be_struck: bool,
    /// Where it stands; nowhere in the text for a picture.
    sites: Vec<MarkSite>,
}

/// Whether a mark is used.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MarkState {
    /// Copies vary there.
    Used,
    /// A person struck it.
    Struck,
    /// It is used only if a person keeps it.
    Proposed,
}

/// A place in the text, in bytes of UTF-8.
#[derive(Serialize, ToSchema)]
pub(crate) struct MarkSite {
    /// Number of the paragraph, from 0.
    paragraph: usize,
    from: usize,
    to: usize,
}

impl DraftMark {
    fn of(id: String, mark: &Mark, state: MarkState) -> Self {
        let in_text = mark.sites.iter().filter(|_| mark.layer.is_text());
        Self {
            id,
            layer: mark.layer.name(),
            alternatives: mark.alternatives.clone(),
            state,
            may_be_struck: may_be_struck(mark),
            sites: in_text.map(|s| MarkSite { paragraph: s.block, from: s.range.start, to: s.range.end }).collect(),
        }
    }

    fn all(prepared: &Prepared) -> Vec<Self> {
        let lists = [
            (&prepared.marks, MarkState::Used),
            (&prepared.struck, MarkState::Struck),
            (&prepared.proposals, MarkState::Proposed),
        ];
        let each = lists.into_iter().flat_map(|(marks, state)| marks.iter().filter(is_decided_on).map(move |m| (m, state)));
        let mut marks: Vec<(&Mark, MarkState)> = each.collect();
        marks.sort_by_key(|(m, _)| m.sites.first().map(|s| (s.block, s.range.start)));
        // A picture holds many marks, of one id.
        let mut shown = BTreeSet::new();
        marks.retain(|(m, _)| shown.insert(prepared.mark_id(m)));
        marks.into_iter().map(|(m, state)| Self::of(prepared.mark_id(m), m, state)).collect()
    }
}

impl DraftAnswer {
    fn of(desk: &Desk, draft: &Draft) -> Result<Self, Problem> {
        let view = desk.office.view()?;
        let schemes = view.state.schemes();
        let prepared = crate::release::prepared(draft, &schemes)?;
        let marking = Marking::parse(&draft.marking, &schemes).map_err(DraftError::from)?;
        let to = recipients(&view.state, &view.held_back, &draft.to);
        let power = draft::power(&view.state, &prepared, to.len());
        let bits = |block: usize| power.paragraphs.iter().find(|p| p.block == block).map_or(0.0, |p| p.bits);
        let paragraphs = prepared.master.blocks().iter().enumerate();
        Ok(Self {
            id: draft.id.clone(),
            file: draft.file.clone(),
            name: draft.name.clone(),
            marking: draft.marking.clone(),
            allows: marking.map(|m| allows(&m, LANGUAGE)),
            conditions: draft.conditions.clone(),
            recipients: draft.to.clone(),
            people: to.iter().map(ToString::to_string).collect(),
            passed_over: passed_over(&view.state, &view.held_back, &draft.to).iter().map(ToString::to_string).collect(),
            legal: draft.legal,
            pages: draft.pages,
            confirmed: draft.confirmed_by.iter().map(ToString::to_string).collect(),
            needs_confirmation: !prepared.sensitive_facts().is_empty(),
            second: draft.second.as_ref().map(ToString::to_string),
            waits: ItemName::new(draft.name.clone()).is_ok_and(|item| waits_for(&view.state, &item).is_some()),
            lacks: draft::lacks(desk, LANGUAGE, draft)?.iter().map(FieldProblem::of).collect(),
            paragraphs: paragraphs.map(|(i, b)| Paragraph { text: b.text.clone(), bits: bits(i) }).collect(),
            marks: DraftMark::all(&prepared),
            power: DraftPower {
                copies: power.copies,
                marks: power.marks,
                bits: power.bits,
                needed_bits: power.needed_bits,
                needed_marks: power.needed,
                whole: power.whole,
                damaged: power.damaged,
                coalition: power.coalition,
                weak: is_weak(&prepared, &view.state, to.len()),
            },
        })
    }
}

/// A draft, its document with its marks, and what they would prove.
#[utoipa::path(get, path = "/api/v1/drafts/{id}", tag = "drafts", params(("id" = String, Path, description = "The draft.")),
    responses((status = 200, description = "The draft.", body = DraftAnswer)))]
pub(crate) async fn draft(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Response {
    answered(desk, move |desk| {
        let draft = desk.office.act(|w| w.draft(&id))??;
        Ok(Json(DraftAnswer::of(desk, &draft)?))
    })
    .await
}

/// What is to be changed of a draft; what is absent stays. All of it is done, or none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftChange {
    /// The item's name.
    name: Option<String>,
    /// One marking of each scheme at most, joined by `//`, such as `TLP:AMBER//SIENA:H2`; empty for none.
    marking: Option<String>,
    /// What is asked of recipients, in at most 2,000 characters.
    conditions: Option<String>,
    /// Everybody whom it is for: persons, `unit:UNIT`, `all`.
    recipients: Option<Vec<String>>,
    /// Who confirmed the facts.
    confirmed: Option<Vec<String>>,
    /// Who draws half of the key; empty for nobody.
    second: Option<String>,
    /// Whether no word varies but what the originator authored.
    legal: Option<bool>,
    /// Whether text is set as pages.
    pages: Option<bool>,
    /// Marks to use: some that were struck or are proposed, by id.
    #[serde(default)]
    keep: Vec<String>,
    /// Marks not to use, by id.
    #[serde(default)]
    strike: Vec<String>,
}

impl DraftChange {
    fn wrong(&self, state: &Known) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if self.name.as_ref().is_some_and(|name| ItemName::new(name.clone()).is_err()) {
            wrong.push(("name", LANGUAGE.words().share.problem_name.to_owned()));
        }
        let control = |c: char| c.is_control() && !"\n\r\t".contains(c);
        if self.conditions.as_ref().is_some_and(|c| c.chars().count() > LONGEST_CONDITIONS || c.contains(control)) {
            wrong.push(("conditions", "conditions have at most 2,000 characters, and no control characters".to_owned()));
        }
        let told = self.recipients.iter().flatten().filter_map(|to| Some(("recipients", nobody(state, to)?)));
        let known = |id: &&String| PersonId::new((*id).clone()).is_ok_and(|id| state.persons.get(&id).is_some_and(|p| !p.left));
        let strangers = self.confirmed.iter().flatten().filter(|id| !known(id));
        let fits = |id: &String| {
            id.is_empty() || PersonId::new(id.clone()).is_ok_and(|id| state.persons.get(&id).is_some_and(can_contribute))
        };
        if self.second.as_ref().is_some_and(|id| !fits(id)) {
            wrong.push(("second", LANGUAGE.words().second.unfit.to_owned()));
        }
        wrong.extend(told);
        wrong.extend(strangers.map(|id| ("confirmed", format!("`{id}` is not on the roster"))));
        wrong
    }

    fn change(self) -> Change {
        let persons = |ids: Vec<String>| ids.into_iter().filter_map(|id| PersonId::new(id).ok()).collect();
        let untouched = self.keep.is_empty() && self.strike.is_empty();
        Change {
            name: self.name,
            marking: self.marking,
            conditions: self.conditions,
            to: self.recipients,
            legal: self.legal,
            pages: self.pages,
            confirmed_by: self.confirmed.map(persons),
            second: self.second.map(|id| PersonId::new(id).ok()),
            marks: (!untouched).then_some(Marks::Changed { keep: self.keep, strike: self.strike }),
        }
    }
}

/// Why nothing can be sent to whom this means, if so.
fn nobody(state: &Known, to: &str) -> Option<String> {
    match state.resolve(to) {
        None => Some(format!("`{to}` is no person, no unit and not `all`")),
        Some(_) if to == "all" || to.starts_with("unit:") => None,
        Some(persons) => persons.iter().find_map(|id| may_receive(state.persons.get(id), id).err()).map(|r| r.to_string()),
    }
}

/// Schemes of markings that a draft may have.
#[derive(Serialize, ToSchema)]
#[schema(as = Schemes)]
pub(crate) struct SchemesAnswer {
    schemes: Vec<MarkingScheme>,
}

/// A scheme of markings.
#[derive(Serialize, ToSchema)]
pub(crate) struct MarkingScheme {
    name: String,
    /// Its markings, the strictest first.
    markings: Vec<String>,
}

/// Schemes of markings that a draft may have.
#[utoipa::path(get, path = "/api/v1/schemes", tag = "drafts",
    responses((status = 200, description = "All of them.", body = SchemesAnswer)))]
pub(crate) async fn schemes(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        let of =
            |one: SchemeBox| MarkingScheme { name: one.name, markings: one.levels.into_iter().map(|(name, _)| name).collect() };
        let schemes = boxes(&desk.office.view()?.state.schemes(), None);
        Ok(Json(SchemesAnswer { schemes: schemes.into_iter().map(of).collect() }))
    })
    .await
}

/// Changes a draft: its recipients, its conditions, which marks are used.
#[utoipa::path(patch, path = "/api/v1/drafts/{id}", tag = "drafts", request_body = DraftChange,
    params(("id" = String, Path, description = "The draft.")),
    responses((status = 200, description = "The draft as it is now.", body = DraftAnswer)))]
pub(crate) async fn change_draft(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Json(asked): Json<DraftChange>,
) -> Response {
    answered(desk, move |desk| {
        let before = desk.office.act(|w| w.draft(&id))??;
        let state = &desk.office.view()?.state;
        let mut wrong = asked.wrong(state);
        let (draft, errors) = asked.change().applied(&before, &state.schemes())?;
        wrong.extend(errors);
        if !wrong.is_empty() {
            return Err(Problem::Wrong(wrong));
        }
        // What was changed meanwhile is not written over.
        let kept = desk.office.act(|w| -> Result<bool, DraftError> {
            let same = w.draft(&id)?.version() == before.version();
            if same {
                w.keep_draft(&draft)?;
            }
            Ok(same)
        })??;
        if !kept {
            return Err(Problem::Workspace("the draft was changed while this change was made; send it again".to_owned()));
        }
        Ok(Json(DraftAnswer::of(desk, &draft)?))
    })
    .await
}

/// Drops a draft.
#[utoipa::path(delete, path = "/api/v1/drafts/{id}", tag = "drafts", params(("id" = String, Path, description = "The draft.")),
    responses((status = 204, description = "It is gone.")))]
pub(crate) async fn drop_draft(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Response {
    answered(desk, move |desk| {
        may_be_dropped(desk, LANGUAGE, &id)?;
        desk.office.act(|w| w.drop_draft(&id))??;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Which preview is asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewNumber {
    /// Another number, another copy.
    #[serde(default)]
    copy: u64,
}

/// A copy under a throw-away key, as a file: copies differ as these do.
#[utoipa::path(get, path = "/api/v1/drafts/{id}/preview", tag = "drafts",
    params(("id" = String, Path, description = "The draft."), PreviewNumber),
    responses((status = 200, description = "The file.", body = File, content_type = "application/octet-stream")))]
pub(crate) async fn preview_draft(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Query(number): Query<PreviewNumber>,
) -> Response {
    answered(desk, move |desk| {
        let (name, bytes) = draft::preview(desk, &id, number.copy)?;
        Ok(download(&name, "application/octet-stream", bytes))
    })
    .await
}
