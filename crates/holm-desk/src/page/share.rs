//! Sharing a document: the draft with its marks in place, a preview, and the release.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::draft::{Draft, DraftError};
use holm::marking::Marking;
use holm::prepare::{Power, Prepared};
use holm::state::{Person, State};
use holm_marks::carrier::Format;
use holm_marks::mark::{Layer, Mark};
use holm_record::id::{ItemName, PersonId};
use serde::Deserialize;

use super::marking::{self, SchemeBox};
use super::sorting::natural;
use super::trace::{class, layer_name, result_path};
use super::{Asked, Place, Shell, Shown};
use crate::contribution::{self, can_contribute, waits_for};
use crate::draft::{self, Change, Given, Marks};
use crate::form;
use crate::job::{Progress, Work};
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::release::{self, Order, Ordered, recipients};
use crate::server::Desk;
use crate::session::secret;
use crate::words::fill;

/// People who are listed before the button that releases their copies; more are shown when they are asked for.
pub(crate) const MANY: usize = 40;

struct DraftLine {
    id: String,
    what: String,
}

#[derive(Template)]
#[template(path = "share.html")]
struct SharePage {
    shell: Shell,
    drafts: Vec<DraftLine>,
    text: String,
    /// What is wrong with what was given.
    error: Option<String>,
}

/// `GET /share`
pub(crate) async fn form(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| share_page(desk, language, String::new(), None)).await
}

fn share_page(desk: &Desk, language: Language, text: String, error: Option<String>) -> Result<SharePage, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().share;
    let drafts = desk.office.act(|w| w.drafts())??;
    let line = |draft: &Draft| {
        let to = recipients(&view.state, &view.held_back, &draft.to).len();
        let to = if to == 0 { words.nobody.to_owned() } else { words.chosen.of(to).to_lowercase() };
        DraftLine { id: draft.id.clone(), what: fill(words.draft_line, &[&draft.file, &to]) }
    };
    Ok(SharePage { drafts: drafts.iter().map(line).collect(), text, error, shell: Shell::of(language, Place::Share, &view) })
}

/// `POST /share`: a document becomes a draft.
pub(crate) async fn begin((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = form::parts(form).await.and_then(|parts| Given::of(&parts));
    let done = tokio::task::spawn_blocking(move || made(&desk, language, given?));
    done.await.map_err(Problem::from).and_then(|done| done).unwrap_or_else(|problem| problem.page(language))
}

fn made(desk: &Desk, language: Language, given: Given) -> Result<Response, Problem> {
    let text = given.text.clone();
    match draft::keep(desk, language, given) {
        Ok(draft) => Ok(Redirect::to(&format!("/share/{}", draft.id)).into_response()),
        Err(Problem::Wrong(errors)) => {
            let error = in_language(errors, language).into_iter().next().map(|(_, error)| error);
            let page = share_page(desk, language, text, error)?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// A piece of the document in the editor.
struct Piece {
    text: String,
    /// None for what all copies say.
    mark: Option<MarkBox>,
}

/// A mark with its box to tick.
struct MarkBox {
    /// None where it cannot be struck, or was shown before.
    id: Option<String>,
    class: &'static str,
    layer: &'static str,
    ticked: bool,
    proposed: bool,
}

impl MarkBox {
    /// Around a word that stands aside in each copy: there are hundreds, and none is struck by itself.
    fn moved(language: Language) -> Self {
        let (class, layer) = (class(Layer::Layout), layer_name(Layer::Layout, language));
        Self { id: None, class, layer, ticked: true, proposed: false }
    }
}

struct Block {
    pieces: Vec<Piece>,
    /// Bits of the paragraph against what a proof needs: `3.2`, and in words.
    bits: Option<(String, String)>,
}

struct PersonBox {
    id: String,
    name: String,
    ticked: bool,
    disabled: bool,
}

struct UnitBox {
    value: String,
    label: String,
    ticked: bool,
    open: bool,
    people: Vec<PersonBox>,
}

struct PictureBox {
    id: String,
    name: String,
    marks: String,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    shell: Shell,
    id: String,
    seen: String,
    title: String,
    file: String,
    name: String,
    schemes: Vec<SchemeBox>,
    /// What the marking allows, and what recipients accept by it.
    marked: Vec<String>,
    conditions: String,
    legal: bool,
    pages: bool,
    may_be_pages: bool,
    needed: String,
    blocks: Vec<Block>,
    pictures: Vec<PictureBox>,
    left_alone: Vec<String>,
    power: Vec<String>,
    units: Vec<UnitBox>,
    chosen: String,
    /// Who is of the units and passed over.
    passed_over: Option<String>,
    confirmers: Vec<(String, String)>,
    confirmed: [String; 2],
    needs_confirmation: bool,
    /// Who may draw half of the key: id, name, whether it is they.
    seconds: Vec<(String, String, bool)>,
    /// That everything but the key is fixed.
    fixed: Option<String>,
    errors: Vec<(&'static str, String)>,
}

impl DraftPage {
    /// Whether there is anything to tick among the marks.
    fn has_boxes(&self) -> bool {
        let boxes = self.blocks.iter().flat_map(|b| &b.pieces).filter_map(|p| p.mark.as_ref());
        !self.pictures.is_empty() || boxes.into_iter().any(|m| m.id.is_some())
    }

    /// What is said of a field, if something is wrong with it.
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(of, _)| *of == field).map(|(_, error)| error.as_str())
    }
}

/// `GET /share/{id}`
pub(crate) async fn draft(asked: Asked, Path(id): Path<String>) -> Shown {
    super::shown(asked, move |desk, language| {
        let draft = desk.office.act(|w| w.draft(&id))??;
        draft_page(desk, language, &draft, &draft.version(), Vec::new())
    })
    .await
}

/// `seen` is the version of the draft that is kept, in place of which what is shown may be kept.
fn draft_page(desk: &Desk, language: Language, draft: &Draft, seen: &str, errors: Vec<Wrong>) -> Result<DraftPage, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().share;
    let schemes = view.state.schemes();
    let prepared = release::prepared(draft, &schemes)?;
    let marking = Marking::parse(&draft.marking, &schemes).map_err(DraftError::from)?;
    let to = recipients(&view.state, &view.held_back, &draft.to);
    let power = draft::power(&view.state, &prepared, to.len());
    let copies = count(power.copies);
    let title = match power.needed {
        Some(needed) => fill(words.enough, &[&count(needed), &count(power.marks), &copies]),
        None => fill(words.too_few, &[&copies]),
    };
    let confirmed = |at: usize| draft.confirmed_by.get(at).map(ToString::to_string).unwrap_or_default();
    let present = view.state.persons.iter().filter(|(_, p)| !p.left);
    Ok(DraftPage {
        id: draft.id.clone(),
        seen: seen.to_owned(),
        title,
        file: draft.file.clone(),
        name: draft.name.clone(),
        marked: marking.iter().map(|m| marking::allows(m, language)).collect(),
        schemes: marking::boxes(&schemes, marking.as_ref()),
        conditions: draft.conditions.clone(),
        legal: draft.legal,
        pages: draft.pages,
        may_be_pages: matches!(prepared.master.format(), Format::Text | Format::Markdown),
        needed: format!("{:.1}", power.needed_bits),
        blocks: blocks(&prepared, &power, language),
        pictures: pictures(&prepared),
        left_alone: left_alone(&prepared, language),
        power: power_lines(&prepared, &power, draft, language),
        units: units(&view.state, draft, language),
        chosen: words.chosen.of(to.len()),
        passed_over: passed_over(&view.state, &view.held_back, &draft.to, language),
        confirmers: present.map(|(id, p)| (id.to_string(), format!("{} ({id})", p.facts.name))).collect(),
        confirmed: [confirmed(0), confirmed(1)],
        needs_confirmation: !prepared.sensitive_facts().is_empty(),
        seconds: seconds(&view.state, draft),
        fixed: fixed(&view.state, draft, language),
        errors: in_language(errors, language),
        shell: Shell::of(language, Place::Share, &view),
    })
}

/// Who is passed over, if anybody is.
fn passed_over(state: &State, held: &BTreeSet<PersonId>, to: &[String], language: Language) -> Option<String> {
    let ids = release::passed_over(state, held, to);
    let names = ids.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
    (!ids.is_empty()).then(|| format!("{}: {names}.", language.words().share.passed_over.of(ids.len())))
}

fn seconds(state: &State, draft: &Draft) -> Vec<(String, String, bool)> {
    // Whoever was chosen stays chosen until somebody else is: that they cannot is said, not undone.
    let can = state.persons.iter().filter(|(id, p)| can_contribute(p) || draft.second.as_ref() == Some(*id));
    can.map(|(id, p)| (id.to_string(), format!("{} ({id})", p.facts.name), draft.second.as_ref() == Some(id))).collect()
}

/// That a draft waits for its second person, if it does.
fn fixed(state: &State, draft: &Draft, language: Language) -> Option<String> {
    let second = waits_for(state, &ItemName::new(draft.name.clone()).ok()?)?;
    let name = state.persons.get(second).map_or_else(|| second.to_string(), |p| p.facts.name.clone());
    Some(fill(language.words().second.fixed, &[&name]))
}

/// Sites of the document's marks in text: block, bytes, mark, whether it is used, whether it is a proposal.
type Sites<'p> = BTreeMap<usize, Vec<(std::ops::Range<usize>, &'p Mark, bool, bool)>>;

fn sites(prepared: &Prepared) -> Sites<'_> {
    let mut sites: Sites<'_> = BTreeMap::new();
    let groups = [(&prepared.marks, true, false), (&prepared.struck, false, false), (&prepared.proposals, false, true)];
    for (marks, used, proposed) in groups {
        let shown = |layer: Layer| layer.is_text() || layer == Layer::Layout && used;
        for mark in marks.iter().filter(|m| shown(m.layer)) {
            for site in &mark.sites {
                sites.entry(site.block).or_default().push((site.range.clone(), mark, used, proposed));
            }
        }
    }
    sites.values_mut().for_each(|here| here.sort_by_key(|(range, ..)| range.start));
    sites
}

fn blocks(prepared: &Prepared, power: &Power, language: Language) -> Vec<Block> {
    let words = &language.words().share;
    let sites = sites(prepared);
    let mut shown = BTreeSet::new();
    let of = |(index, block): (usize, &holm_marks::document::Block)| {
        let text = block.text.as_str();
        let mut pieces = Vec::new();
        let mut at = 0;
        let plain = |from: usize, to: usize| {
            text.get(from..to).filter(|t| !t.is_empty()).map(|t| Piece { text: t.to_owned(), mark: None })
        };
        for (range, mark, used, proposed) in
            sites.get(&index).into_iter().flatten().filter(|(r, ..)| !r.is_empty() || r.start > 0)
        {
            if range.start < at {
                continue;
            }
            pieces.extend(plain(at, range.start));
            at = range.end;
            if mark.layer == Layer::Layout {
                let text = text.get(range.clone()).unwrap_or_default().to_owned();
                pieces.push(Piece { text, mark: Some(MarkBox::moved(language)) });
                continue;
            }
            let id = prepared.mark_id(mark);
            // What stands in brackets in the text is a mark, whatever anybody ticks.
            let in_brackets = text.get(range.clone()).is_some_and(|t| t.starts_with("[["));
            let first = shown.insert(id.clone());
            let alternatives: Vec<&str> = mark.alternatives.iter().map(|a| if a.is_empty() { "–" } else { a.as_str() }).collect();
            let mark = MarkBox {
                id: (first && !in_brackets).then_some(id),
                class: class(mark.layer),
                layer: layer_name(mark.layer, language),
                ticked: *used,
                proposed: *proposed,
            };
            pieces.push(Piece { text: alternatives.join(" | "), mark: Some(mark) });
        }
        pieces.extend(plain(at, text.len()));
        let bits = power.paragraphs.iter().find(|p| p.block == index && p.bits > 0.0).map(|p| {
            let (bits, needed) = (format!("{:.1}", p.bits), format!("{:.0}", power.needed_bits));
            let said = fill(words.bits_of, &[&bits, &needed]);
            (bits, said)
        });
        Block { pieces, bits }
    };
    prepared.master.blocks().iter().enumerate().map(of).filter(|b| !b.pieces.is_empty()).collect()
}

fn pictures(prepared: &Prepared) -> Vec<PictureBox> {
    let mut found: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for (marks, used) in [(&prepared.marks, true), (&prepared.struck, false)] {
        for mark in marks.iter().filter(|m| m.layer == Layer::Picture) {
            found.entry(mark.rule.clone()).or_insert((0, used)).0 += 1;
        }
    }
    let one = |(id, (marks, ticked)): (String, (usize, bool))| {
        let name = id.split_once(':').map_or(id.as_str(), |(_, name)| name).to_owned();
        PictureBox { id, name, marks: count(marks), ticked }
    };
    found.into_iter().map(one).collect()
}

/// Pages whose words are not moved and pictures that carry no marks, with the reason.
fn left_alone(prepared: &Prepared, language: Language) -> Vec<String> {
    let words = &language.words().share;
    let mut pages: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (page, shown) in prepared.master.layout().into_iter().flat_map(|l| l.pages.iter().enumerate()) {
        if !shown.problems.is_empty() {
            pages.entry(&shown.problems).or_default().push(page + 1);
        }
    }
    let of_pages = |(why, pages): (&[String], Vec<usize>)| {
        let why: Vec<String> = why.iter().map(|w| language.reason(w)).collect();
        let sentence = if pages.len() == 1 { words.pages_alone.one } else { words.pages_alone.many };
        fill(sentence, &[&spans(&pages), &why.join("; ")])
    };
    let pictures = prepared.master.pictures().iter().filter_map(|picture| {
        let why = picture.capacity().err()?;
        Some(fill(words.picture_alone, &[&picture.name(), &language.reason(&why)]))
    });
    pages.into_iter().map(of_pages).chain(pictures).collect()
}

/// Numbers as one writes them: `1, 3–5`.
fn spans(numbers: &[usize]) -> String {
    let spans = numbers.chunk_by(|a, b| a + 1 == *b).filter_map(|span| match span {
        [] => None,
        [only] => Some(only.to_string()),
        [first, .., last] => Some(format!("{first}–{last}")),
    });
    spans.collect::<Vec<_>>().join(", ")
}

fn chance(p: f64, language: Language) -> String {
    let words = &language.words().share;
    match p {
        p if p >= 0.995 => words.always.to_owned(),
        p if p < 0.005 => words.never.to_owned(),
        p => fill(words.times, &[&format!("{:.0}", 100.0 * p)]),
    }
}

fn power_lines(prepared: &Prepared, power: &Power, draft: &Draft, language: Language) -> Vec<String> {
    let words = &language.words().share;
    let mut lines = vec![
        fill(words.whole, &[&count(power.copies), &chance(power.whole, language)]),
        fill(words.damaged, &[&chance(power.damaged, language)]),
    ];
    lines.push(match power.coalition {
        0 | 1 => words.no_coalition.to_owned(),
        n => fill(words.coalition, &[&n]),
    });
    let of = |layer: Layer| prepared.marks.iter().filter(|m| m.layer == layer).count();
    let word = prepared.master.format() == Format::Docx && holm::render::is_available();
    match of(Layer::Layout) {
        0 if draft.pages || word => lines.push(words.moved_later.to_owned()),
        0 => {}
        n => lines.push(fill(words.moved, &[&count(n)])),
    }
    if of(Layer::Picture) > 0 {
        lines.push(fill(words.pictures, &[&count(of(Layer::Picture))]));
    }
    lines
}

fn units(state: &State, draft: &Draft, language: Language) -> Vec<UnitBox> {
    let words = &language.words().share;
    let mut units: BTreeMap<&str, Vec<(&PersonId, &Person)>> = BTreeMap::new();
    for (id, person) in state.persons.iter().filter(|(_, p)| !p.left) {
        units.entry(person.facts.unit.as_str()).or_default().push((id, person));
    }
    let ticked = |value: &str| draft.to.iter().any(|t| t == value);
    let unit = |(name, people): (&str, Vec<(&PersonId, &Person)>)| {
        let agencies: BTreeSet<&str> = people.iter().map(|(_, p)| p.facts.agency.as_str()).collect();
        let label = format!("{name}, {}", agencies.into_iter().collect::<Vec<_>>().join(", "));
        let boxes: Vec<PersonBox> = people
            .iter()
            .map(|(id, p)| PersonBox {
                id: id.to_string(),
                name: p.facts.name.clone(),
                ticked: ticked(id.as_str()),
                disabled: p.usable_devices().next().is_none(),
            })
            .collect();
        let value = format!("unit:{name}");
        UnitBox {
            ticked: ticked(&value),
            open: boxes.iter().any(|b| b.ticked),
            label: fill(words.whole_unit, &[&label, &count(boxes.len())]),
            people: boxes,
            value,
        }
    };
    units.into_iter().map(unit).collect()
}

/// What the draft's form sends, in order.
type Fields = Vec<(String, String)>;

/// `POST /share/{id}`
pub(crate) async fn change((state, extension): Asked, Path(id): Path<String>, Form(fields): Form<Fields>) -> Response {
    let (desk, language) = (state.0, extension.0);
    let done = tokio::task::spawn_blocking(move || changed(&desk, language, &id, &fields)).await;
    done.map_err(Problem::from).and_then(|done| done).unwrap_or_else(|problem| problem.page(language))
}

fn changed(desk: &Desk, language: Language, id: &str, fields: &Fields) -> Result<Response, Problem> {
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim().to_owned()).unwrap_or_default();
    if field("do") == "drop" {
        contribution::may_be_dropped(desk, language, id)?;
        desk.office.act(|w| w.drop_draft(id))??;
        return Ok(Redirect::to("/share").into_response());
    }
    let (kept, schemes) = desk.office.act(|w| (w.draft(id), w.schemes()))?;
    let kept = kept?;
    let all = |name: &str| fields.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect::<Vec<_>>();
    let change = Change {
        name: Some(field("name")),
        marking: Some(marking::chosen(&schemes, &all("marking"))),
        conditions: Some(field("conditions")),
        to: Some(all("to")),
        legal: Some(!field("legal").is_empty()),
        pages: Some(!field("pages").is_empty()),
        second: fields.iter().any(|(name, _)| name == "second").then(|| PersonId::new(field("second")).ok()),
        confirmed_by: Some(all("confirmed").into_iter().filter_map(|p| PersonId::new(p).ok()).collect()),
        marks: Some(Marks::Only(all("keep"))),
    };
    let (draft, mut errors) = change.applied(&kept, &schemes)?;
    // Another tab may have changed it since this one was shown.
    let seen = field("seen");
    let now = desk.office.act(|w| -> Result<String, DraftError> {
        let now = w.draft(id)?.version();
        if seen.is_empty() || seen == now {
            w.keep_draft(&draft)?;
        }
        Ok(now)
    })??;
    if !seen.is_empty() && seen != now {
        errors.push(("marks", language.words().share.problem_other_tab.to_owned()));
        let page = draft_page(desk, language, &draft, &now, errors)?.render()?;
        return Ok((StatusCode::CONFLICT, Html(page)).into_response());
    }
    let next = field("do");
    if next == "release" {
        errors.extend(draft::lacks(desk, language, &draft)?);
    }
    if !errors.is_empty() {
        let page = draft_page(desk, language, &draft, &draft.version(), errors)?.render()?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response());
    }
    Ok(Redirect::to(&match next.as_str() {
        "release" => format!("/share/{id}/release"),
        "preview" => format!("/share/{id}/preview"),
        _ => format!("/share/{id}"),
    })
    .into_response())
}

/// A draft's page with what it lacks.
pub(super) fn lacking(desk: &Desk, language: Language, id: &str, errors: Vec<Wrong>) -> Result<Response, Problem> {
    let draft = desk.office.act(|w| w.draft(id))??;
    let page = draft_page(desk, language, &draft, &draft.version(), errors)?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

/// Which preview is asked for.
#[derive(Default, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    copy: u64,
}

#[derive(Template)]
#[template(path = "preview.html")]
struct Preview {
    shell: Shell,
    id: String,
    text: String,
    next: u64,
    copy: u64,
}

/// `GET /share/{id}/preview`
pub(crate) async fn preview(asked: Asked, Path(id): Path<String>, Query(which): Query<Which>) -> Shown {
    super::shown(asked, move |desk, language| {
        let view = desk.office.view()?;
        let (name, bytes) = draft::preview(desk, &id, which.copy)?;
        let text = holm_marks::leak::read(&bytes, &name).unwrap_or_default();
        Ok(Preview {
            id,
            text,
            next: which.copy.wrapping_add(1),
            copy: which.copy,
            shell: Shell::of(language, Place::Share, &view),
        })
    })
    .await
}

/// `GET /share/{id}/preview/file`
pub(crate) async fn preview_file((state, extension): Asked, Path(id): Path<String>, Query(which): Query<Which>) -> Response {
    let (desk, language) = (state.0, extension.0);
    let made = tokio::task::spawn_blocking(move || draft::preview(&desk, &id, which.copy)).await;
    match made.map_err(Problem::from).and_then(|made| made) {
        Ok((name, bytes)) => super::download(&name, "application/octet-stream", bytes),
        Err(problem) => problem.page(language),
    }
}

#[derive(Template)]
#[template(path = "release.html")]
struct ReleasePage {
    shell: Shell,
    id: String,
    ticket: String,
    title: String,
    manifest: String,
    /// How the key is made.
    key: String,
    means: &'static [&'static str],
    people: Vec<(String, String)>,
    /// What is pressed to see them, if there are so many that they would stand between a reader and the button.
    all: Option<String>,
    button: String,
    weak: bool,
    wrong: bool,
}

/// `GET /share/{id}/release`
pub(crate) async fn release_form(asked: Asked, Path(id): Path<String>) -> Shown {
    super::shown(asked, move |desk, language| release_page(desk, language, &id, false)).await
}

fn release_page(desk: &Desk, language: Language, id: &str, wrong: bool) -> Result<ReleasePage, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().share;
    let draft = desk.office.act(|w| w.draft(id))??;
    let prepared = release::prepared(&draft, &view.state.schemes())?;
    let mut to = recipients(&view.state, &view.held_back, &draft.to);
    to.sort_by_cached_key(|id| natural(id.as_str()));
    let person = |id: &PersonId| {
        let facts = view.state.persons.get(id).map(|p| &p.facts);
        (
            facts.map(|f| f.name.clone()).unwrap_or_default(),
            facts.map(|f| format!("{}, {}", f.agency, f.unit)).unwrap_or_default(),
        )
    };
    Ok(ReleasePage {
        id: draft.id.clone(),
        ticket: secret().map_err(|e| Problem::Internal(e.to_string()))?,
        title: words.ready.of(to.len()),
        manifest: fill(words.record_manifest, &[&draft.name, &count(prepared.marks.len())]),
        key: match &draft.second {
            None => words.record_alone.to_owned(),
            Some(second) => fill(language.words().second.record_key, &[&person(second).0]),
        },
        means: if draft.second.is_some() { language.words().second.means.as_slice() } else { words.means_release.as_slice() },
        people: to.iter().map(person).collect(),
        all: (to.len() > MANY).then(|| fill(words.see_all, &[&count(to.len())])),
        button: words.release.of(to.len()),
        weak: release::is_weak(&prepared, &view.state, to.len()),
        wrong,
        shell: Shell::of(language, Place::Share, &view),
    })
}

/// What the release form sends.
#[derive(Deserialize)]
pub(crate) struct OrderForm {
    ticket: String,
    #[serde(default)]
    weak: String,
}

/// `POST /share/{id}/release`
pub(crate) async fn release((state, extension): Asked, Path(id): Path<String>, Form(form): Form<OrderForm>) -> Response {
    let (desk, language) = (state.0, extension.0);
    let order = Order { ticket: form.ticket, accepts_weak: !form.weak.is_empty(), contribution: None };
    let done = tokio::task::spawn_blocking(move || ordered(&desk, language, &id, &order));
    done.await.map_err(Problem::from).and_then(|done| done).unwrap_or_else(|problem| problem.page(language))
}

fn ordered(desk: &Arc<Desk>, language: Language, id: &str, order: &Order) -> Result<Response, Problem> {
    Ok(match release::begin(desk, language, id, order)? {
        Ordered::Begun(ticket) => Redirect::to(&format!("/share/{id}/release/{}", ticket.as_str())).into_response(),
        Ordered::Lacking(errors) => lacking(desk, language, id, errors)?,
        Ordered::Weak => {
            let page = release_page(desk, language, id, true)?.render()?;
            (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response()
        }
    })
}

#[derive(Template)]
#[template(path = "releasing.html")]
struct Releasing {
    shell: Shell,
    at: String,
}

#[derive(Template)]
#[template(path = "not_released.html")]
struct NotReleased {
    shell: Shell,
    id: String,
    why: String,
}

/// `GET /share/{id}/release/{ticket}`
pub(crate) async fn released((state, extension): Asked, Path((id, ticket)): Path<(String, String)>) -> Response {
    let (desk, language) = (state.0, extension.0);
    let progress = desk.jobs.progress(Work::Release, &ticket);
    let view = tokio::task::spawn_blocking(move || desk.office.view()).await;
    let view = match view.map_err(Problem::from).and_then(|view| Ok(view?)) {
        Ok(view) => view,
        Err(problem) => return problem.page(language),
    };
    let shell = Shell::of(language, Place::Share, &view);
    let page = match progress {
        Some(Progress::Done(done)) => return Redirect::to(&result_path(&done)).into_response(),
        Some(Progress::Working(at)) => Releasing { shell, at: language.said(&at) }.render(),
        Some(Progress::Failed(why)) => NotReleased { shell, id, why: language.said(&why) }.render(),
        None => return Redirect::to(&format!("/share/{id}")).into_response(),
    };
    page.map_or_else(|e| Problem::from(e).page(language), |page| Html(page).into_response())
}
