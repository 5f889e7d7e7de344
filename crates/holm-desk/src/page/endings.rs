//! Pages of acts after which something is over: each first shows what will be recorded and what cannot be done any more.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::destruction::{Chosen, Destruction, Doomed};
use holm_record::event::approval::ActKind;
use serde::Deserialize;

use super::harm::item_of;
use super::{Asked, Place, Shell, Shown, answered, download, moment};
use crate::approval::{self, Wanted};
use crate::destruction::{self, chosen};
use crate::entry_words::sentence;
use crate::fields::{Fields, Reading};
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;

#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage {
    shell: Shell,
    item: String,
    title: String,
    records: String,
    /// Why it cannot be opened, or not yet.
    hindered: Option<&'static str>,
    /// Whether others must approve it first.
    asks: bool,
    opened: bool,
}

/// `GET /items/{name}/key`
pub(crate) async fn key(asked: Asked, Path(name): Path<String>) -> Shown {
    super::shown(asked, move |desk, language| {
        let view = desk.office.view()?;
        let (name, w) = (item_of(&view, &name)?, &language.words().ending);
        let looks = view.state.looks.iter().filter(|look| look.item == *name && look.verdict.is_some()).count();
        let opened = view.state.items.get(name).is_some_and(|item| item.opened);
        Ok(KeyPage {
            item: name.to_string(),
            title: fill(w.key_title, &[name]),
            records: fill(w.key_records, &[name, &count(looks)]),
            hindered: (looks == 0).then_some(w.key_none),
            asks: !opened && view.state.approvals.needed(ActKind::Accuse),
            opened,
            shell: Shell::of(language, Place::Items, &view),
        })
    })
    .await
}

/// `POST /items/{name}/key`: the bundle.
pub(crate) async fn open_key((state, extension): Asked, Path(name): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let item = item_of(&*desk.office.view()?, &name)?.clone();
        let (name, kind, bytes) = destruction::open_key(&desk, &item)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

struct Row {
    at: String,
    entry: u64,
    what: String,
}

fn row(of: &Destruction, language: Language) -> Row {
    let w = &language.words().ending;
    let what = fill(w.row, &[&count(of.entries), &count(of.objects), &of.by, &of.authority, &of.reason]);
    Row { at: moment(of.at), entry: of.index, what }
}

const FIELDS: [&str; 6] = ["entries", "incident", "item", "retention", "authority", "reason"];

#[derive(Template)]
#[template(path = "destruction.html")]
struct DestructionPage {
    shell: Shell,
    rows: Vec<Row>,
    /// Name, label, hint, what was typed, and what is wrong with it.
    fields: Vec<(&'static str, &'static str, &'static str, String, Option<String>)>,
    errors: Vec<Wrong>,
}

fn page(desk: &Desk, language: Language, given: &Fields, errors: Vec<Wrong>) -> Result<DestructionPage, Problem> {
    let (view, w) = (desk.office.view()?, &language.words().ending);
    let errors = in_language(errors, language);
    let wrong = |field: &str| errors.iter().find(|(name, _)| *name == field).map(|(_, what)| what.clone());
    let fields = FIELDS.iter().zip(w.fields);
    Ok(DestructionPage {
        rows: view.state.approvals.destructions.iter().rev().map(|one| row(one, language)).collect(),
        fields: fields.map(|(name, (label, hint))| (*name, label, hint, given.get(name).to_owned(), wrong(name))).collect(),
        errors,
        shell: Shell::of(language, Place::Record, &view),
    })
}

/// What stands in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asks {
    retention: String,
    item: String,
    incident: String,
}

/// `GET /record/destruction`
pub(crate) async fn destruction_form(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| {
        let Asks { retention, item, incident } = asks;
        let given = [("retention", retention), ("item", item), ("incident", incident)];
        let given = given.map(|(name, value)| (name.to_owned(), value)).to_vec();
        page(desk, language, &Fields::of(given, &FIELDS)?, Vec::new())
    })
    .await
}

fn chosen_in(fields: &Fields, language: Language) -> Result<Chosen, Problem> {
    let mut reading = Reading::new(fields, language);
    let text = fields.get("entries").replace(',', ";");
    let parts = text.split([';', ' ', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let words = &language.words().ending;
    let number = |part: &str| part.parse::<u64>().map_err(|_| fill(words.no_number, &[&part]));
    let entries: Vec<u64> = parts.filter_map(|part| reading.noted("entries", number(part))).collect();
    for needed in ["authority", "reason"] {
        reading.needed::<String>(needed);
    }
    let entries = reading.done(Some(entries))?;
    chosen(entries, ["incident", "item", "retention"].map(|name| Some(fields.get(name).to_owned())))
}

#[derive(Template)]
#[template(path = "destroying.html")]
struct Destroying {
    shell: Shell,
    title: String,
    records: String,
    /// Each entry, in a sentence.
    entries: Vec<(u64, String)>,
    files: Vec<String>,
    /// What can be done no more.
    ends: Vec<String>,
    asks: bool,
    hidden: Vec<(&'static str, String)>,
}

fn destroying(desk: &Desk, language: Language, fields: &Fields) -> Result<Destroying, Problem> {
    let w = &language.words().ending;
    let chosen = chosen_in(fields, language)?;
    let (item, incident) = (chosen.item.clone(), chosen.incident.clone());
    let Doomed { entries, objects } = destruction::look(desk, chosen)?;
    let view = desk.office.view()?;
    let now = jiff::Timestamp::now();
    let said = |entry: u64| -> Result<(u64, String), Problem> {
        let opened = desk.office.act(|workspace| workspace.entries_from(entry, entry + 1))??;
        let event = opened.into_iter().flatten().next().map(|o| o.entry.event);
        let said = event.map(|event| sentence(&view.masks.event(&view.state, event, now), language));
        Ok((entry, said.unwrap_or_default()))
    };
    let ends = [item.map(|name| fill(w.ends_item, &[&name])), incident.map(|name| fill(w.ends_incident, &[&name]))];
    Ok(Destroying {
        title: fill(w.destroying_title, &[&count(entries.len()), &count(objects.len())]),
        records: fill(w.destroying_records, &[&fields.get("authority"), &fields.get("reason")]),
        entries: entries.into_iter().map(said).collect::<Result<_, _>>()?,
        files: objects,
        ends: ends.into_iter().flatten().collect(),
        asks: view.state.approvals.needed(ActKind::Destroy),
        hidden: FIELDS.iter().map(|name| (*name, fields.get(name).to_owned())).collect(),
        shell: Shell::of(language, Place::Record, &view),
    })
}

fn refused(desk: &Desk, language: Language, fields: &Fields, problem: Problem) -> Result<Response, Problem> {
    let Problem::Wrong(errors) = problem else { return Err(problem) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(desk, language, fields, errors)?.render()?)).into_response())
}

/// `POST /record/destruction`: what will go.
pub(crate) async fn look((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &FIELDS)?;
        match destroying(&desk, language, &fields) {
            Ok(page) => Ok(Html(page.render()?).into_response()),
            Err(problem) => refused(&desk, language, &fields, problem),
        }
    })
    .await
}

/// `POST /record/destruction/done`: it goes, or others are asked.
pub(crate) async fn destroy((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &FIELDS)?;
        let (authority, reason) = (fields.get("authority"), fields.get("reason"));
        let asks = desk.office.view()?.state.approvals.needed(ActKind::Destroy);
        let done = chosen_in(&fields, language).and_then(|chosen| match asks {
            true => approval::ask(&desk, Wanted::Destroy(chosen, authority.to_owned()), reason)
                .map(|number| format!("/record/approvals/{number}")),
            false => destruction::destroy(&desk, chosen, authority, reason).map(|_| "/record/destruction".to_owned()),
        });
        match done {
            Ok(path) => Ok(Redirect::to(&path).into_response()),
            Err(problem) => refused(&desk, language, &fields, problem),
        }
    })
    .await
}
