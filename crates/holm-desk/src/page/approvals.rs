//! The officer's pages of approvals: what was asked for and how it stands, asking, what came back, and doing what is approved.

use askama::Template;
use axum::extract::{Form, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::approval::{OfGroup, Request, Standing};
use holm::role::UseCase;
use holm_record::event::approval::{Act, ActKind, ApprovalPolicy, Masked};
use holm_record::id::{ItemName, PersonId};
use serde::Deserialize;

use super::{Asked, Place, Shell, Shown, answered, download, moment};
use crate::approval::{self, Wanted};
use crate::arrival;
use crate::form;
use crate::language::{Language, count};
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;
use crate::words::member::roles_in;

/// What an act is, in one sentence.
pub(crate) fn act_words(act: &Act, language: Language) -> String {
    let w = &language.words().approval;
    match act {
        Act::Release { item, marking, to, .. } => {
            fill(w.to_release, &[item, &marking.as_deref().unwrap_or(w.no_marking), &count(to.len())])
        }
        Act::Unmask { of, until } => {
            let view = match of {
                Masked::Beliefs => w.of_beliefs.to_owned(),
                Masked::Vetting => String::new(),
                Masked::Incident { incident } => fill(w.of_incident, &[incident]),
            };
            fill(w.to_unmask, &[&view, &moment(*until)])
        }
        Act::Accuse { item, incident } => fill(w.to_accuse, &[item, incident]),
        Act::Destroy { entries, objects, authority } => {
            fill(w.to_destroy, &[&count(entries.len()), &count(objects.len()), authority])
        }
        Act::Members { member, roles, .. } if roles.is_empty() => fill(w.to_dismiss, &[member]),
        Act::Members { member, roles, .. } => fill(w.to_admit, &[member, &roles_in(roles, language)]),
        Act::Except { person, sorts, until } => {
            let names: Vec<&str> = sorts.iter().map(|sort| language.words().vetting.sort(*sort)).collect();
            fill(w.to_except, &[person, until, &names.join(", ")])
        }
        Act::Authority { facts } => {
            let names: Vec<&str> = facts.sorts.iter().map(|sort| language.words().vetting.sort(*sort)).collect();
            let many = count(facts.persons.len());
            fill(w.to_authority, &[&facts.authority, &facts.basis, &facts.valid_until, &names.join(", "), &many])
        }
        Act::Proceed { person, incident } => fill(w.to_proceed, &[person, incident]),
        Act::Policy { .. } => w.to_policy.to_owned(),
    }
}

/// How a request stands, in a word and a shape.
pub(crate) fn standing_words(standing: Standing, language: Language) -> &'static str {
    let [waits, approved, refused, used] = language.words().approval.standings;
    match standing {
        Standing::Waits => waits,
        Standing::Approved => approved,
        Standing::Refused => refused,
        Standing::Used => used,
    }
}

struct Row {
    number: u64,
    what: String,
    standing: &'static str,
    at: String,
}

/// Something that may be asked for, as the form offers it.
struct Choice {
    value: String,
    said: String,
}

#[derive(Template)]
#[template(path = "approvals.html")]
struct ApprovalsPage {
    shell: Shell,
    has_policy: bool,
    officer: Option<String>,
    needs: Vec<(&'static str, String)>,
    groups: Vec<GroupRow>,
    rows: Vec<Row>,
    choices: Vec<Choice>,
    given: Given,
    taken: Vec<String>,
    errors: Vec<Wrong>,
}

impl ApprovalsPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Given {
    what: String,
    reason: String,
    policy: String,
}

/// A group: its name, how many of how many, who.
type GroupRow = (String, String, String);

fn groups(policy: &ApprovalPolicy, language: Language) -> Vec<GroupRow> {
    let of = |(name, group): (&String, &holm_record::event::approval::Group)| {
        let persons = group.approvers.keys().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
        let many = fill(language.words().approval.of, &[&group.needed, &group.approvers.len()]);
        (name.clone(), many, persons)
    };
    policy.groups.iter().map(of).collect()
}

fn choices(desk: &Desk, view: &View, language: Language) -> Result<Vec<Choice>, Problem> {
    let w = &language.words().approval;
    let approvals = &view.state.approvals;
    let mut choices = Vec::new();
    if approvals.needed(ActKind::Unmask) {
        choices.push(Choice { value: "beliefs".to_owned(), said: w.beliefs.to_owned() });
        let mut incidents: Vec<_> = view.state.looks.iter().map(|l| &l.incident).collect();
        incidents.dedup();
        choices.extend(incidents.into_iter().map(|i| Choice { value: format!("incident:{i}"), said: fill(w.incident, &[i]) }));
    }
    if approvals.needed(ActKind::Accuse) {
        let looked = |item: &ItemName| view.state.looks.iter().any(|l| l.item == *item && l.verdict.is_some());
        let items = view.state.items.iter().filter(|(name, item)| !item.opened && looked(name)).map(|(name, _)| name);
        choices.extend(items.map(|name| Choice { value: format!("item:{name}"), said: fill(w.item, &[name]) }));
    }
    if approvals.needed(ActKind::Release) {
        let prepared = |name: &str| {
            ItemName::new(name)
                .is_ok_and(|n| view.state.items.get(&n).is_some_and(|i| i.prepared.is_some() && i.released.is_none()))
        };
        let drafts = desk.office.act(|w| w.drafts())??;
        let waiting = drafts.into_iter().filter(|d| prepared(&d.name));
        choices.extend(waiting.map(|d| Choice { value: format!("draft:{}", d.id), said: fill(w.draft, &[&d.name]) }));
    }
    Ok(choices)
}

fn page(desk: &Desk, language: Language, given: Given, taken: Vec<String>, errors: Vec<Wrong>) -> Result<ApprovalsPage, Problem> {
    let view = desk.office.view()?;
    let w = &language.words().approval;
    let approvals = &view.state.approvals;
    let policy = approvals.policy.clone().unwrap_or_default();
    let asked = |kind: ActKind| {
        let groups: Vec<&str> = policy.asked(kind).map(|(name, _)| name).collect();
        if groups.is_empty() { w.nobody.to_owned() } else { groups.join(", ") }
    };
    let row = |request: &Request| Row {
        number: request.number,
        what: act_words(&request.act, language),
        standing: standing_words(request.standing(&policy), language),
        at: moment(request.at),
    };
    Ok(ApprovalsPage {
        has_policy: approvals.policy.is_some(),
        officer: policy.officer.as_ref().map(|officer| fill(w.officer, &[officer])),
        needs: w.acts.into_iter().zip(ActKind::ALL).map(|(name, kind)| (name, asked(kind))).collect(),
        groups: groups(&policy, language),
        rows: approvals.requests.values().rev().map(row).collect(),
        choices: choices(desk, &view, language)?,
        given,
        taken,
        errors: in_language(errors, language),
        shell: Shell::of(language, Place::Record, &view),
    })
}

/// `GET /record/approvals`
pub(crate) async fn approvals(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, Given::default(), Vec::new(), Vec::new())).await
}

fn refused(desk: &Desk, language: Language, given: Given, problem: Problem) -> Result<Response, Problem> {
    let Problem::Wrong(errors) = problem else { return Err(problem) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(desk, language, given, Vec::new(), errors)?.render()?)).into_response())
}

/// `POST /record/approvals/ask`
pub(crate) async fn ask((state, extension): Asked, Form(given): Form<Given>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let wanted = Wanted::parse(&given.what).ok_or(Problem::Missing)?;
        match approval::ask(&desk, wanted, &given.reason) {
            Ok(number) => Ok(Redirect::to(&format!("/record/approvals/{number}")).into_response()),
            Err(problem) => refused(&desk, language, given, problem),
        }
    })
    .await
}

/// `POST /record/approvals/policy`
pub(crate) async fn lay_down((state, extension): Asked, Form(given): Form<Given>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || match approval::set_policy(&desk, &given.policy) {
        Ok(()) => Ok(Redirect::to("/record/approvals").into_response()),
        Err(problem) => refused(&desk, language, given, problem),
    })
    .await
}

/// `POST /record/approvals`: what came back.
pub(crate) async fn take((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let files = form::parts(form).await.and_then(|parts| arrival::files(&parts, "approvals"));
    answered(language, move || {
        let (files, w) = (files?, &language.words().approval);
        if files.is_empty() {
            let wrong = Problem::Wrong(vec![("approvals", w.none_chosen.to_owned())]);
            return refused(&desk, language, Given::default(), wrong);
        }
        let (mut taken, mut errors) = (Vec::new(), Vec::new());
        for (file, bytes) in &files {
            match approval::take(&desk, &String::from_utf8_lossy(bytes)) {
                Ok((number, person, true)) => taken.push(format!("{file}: {} {person} ({} {number})", w.approved_by, w.number)),
                Ok((number, person, false)) => taken.push(format!("{file}: {} {person} ({} {number})", w.refused_by, w.number)),
                Err(Problem::Wrong(wrong)) => {
                    errors.extend(in_language(wrong, language).into_iter().map(|(at, why)| (at, format!("{file}: {why}"))));
                }
                Err(Problem::Missing) => errors.push(("approvals", file.clone())),
                Err(other) => return Err(other),
            }
        }
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = ApprovalsPage { errors, ..page(&desk, language, Given::default(), taken, Vec::new())? };
        Ok((status, Html(page.render()?)).into_response())
    })
    .await
}

#[derive(Template)]
#[template(path = "approval.html")]
struct ApprovalPage {
    shell: Shell,
    title: String,
    number: u64,
    reason: String,
    standing: &'static str,
    waits: bool,
    groups: Vec<(String, String, [String; 3])>,
    may_be_done: bool,
    elsewhere: bool,
    named: Named,
    error: Option<String>,
}

/// What an act names one by one.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) persons: Vec<String>,
    pub(crate) entries: String,
    pub(crate) objects: Vec<String>,
    /// Groups of another policy.
    pub(crate) groups: Vec<GroupRow>,
}

impl Named {
    pub(crate) fn of(act: &Act, language: Language) -> Self {
        match act {
            Act::Release { to, .. } => Self { persons: to.iter().map(ToString::to_string).collect(), ..Self::default() },
            Act::Destroy { entries, objects, .. } => {
                let entries = entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                Self { entries, objects: objects.clone(), ..Self::default() }
            }
            Act::Members { devices, .. } => {
                Self { objects: devices.iter().map(|d| d.recipient.clone()).collect(), ..Self::default() }
            }
            Act::Policy { policy } => Self { groups: groups(policy, language), ..Self::default() },
            Act::Authority { facts } => {
                Self { persons: facts.persons.iter().map(ToString::to_string).collect(), ..Self::default() }
            }
            Act::Except { person, .. } | Act::Proceed { person, .. } => {
                Self { persons: vec![person.to_string()], ..Self::default() }
            }
            Act::Unmask { .. } | Act::Accuse { .. } => Self::default(),
        }
    }
}

fn one(desk: &Desk, language: Language, number: u64, error: Option<String>) -> Result<ApprovalPage, Problem> {
    let view = desk.office.view()?;
    let approvals = &view.state.approvals;
    let request = approvals.requests.get(&number).ok_or(Problem::Missing)?;
    let policy = approvals.policy.clone().unwrap_or_default();
    let standing = request.standing(&policy);
    let names = |ids: &[PersonId]| ids.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
    let group = |g: OfGroup| {
        let many = fill(language.words().approval.of, &[&g.approved.len(), &g.needed]);
        (g.name.clone(), many, [names(&g.approved), names(&g.refused), names(&g.silent)])
    };
    let (approved, here) = (standing == Standing::Approved, approval::is_done_here(request.act.kind()));
    Ok(ApprovalPage {
        title: act_words(&request.act, language),
        number,
        reason: request.reason.clone(),
        standing: standing_words(standing, language),
        waits: standing == Standing::Waits,
        groups: request.groups(&policy).into_iter().map(group).collect(),
        may_be_done: approved && here,
        elsewhere: approved && !here,
        named: Named::of(&request.act, language),
        error,
        shell: Shell::of(language, Place::Record, &view),
    })
}

/// `GET /record/approvals/{number}`
pub(crate) async fn request(asked: Asked, Path(number): Path<u64>) -> Shown {
    super::shown(asked, move |desk, language| one(desk, language, number, None)).await
}

/// `GET /record/approvals/{number}/request`
pub(crate) async fn bundle((state, extension): Asked, Path(number): Path<u64>) -> Response {
    answered(extension.0, move || {
        let (name, kind, bytes) = approval::bundle(&state.0, number)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// `POST /record/approvals/{number}/use`
pub(crate) async fn carry_out((state, extension): Asked, Path(number): Path<u64>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || match approval::carry_out(&desk, number) {
        Ok(()) => Ok(Redirect::to(&format!("/record/approvals/{number}")).into_response()),
        Err(Problem::Refused(why)) => {
            let page = one(&desk, language, number, Some(language.said(&why)))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(problem) => Err(problem),
    })
    .await
}
