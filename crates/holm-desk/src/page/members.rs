//! Who works here, and as what.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::role::UseCase;
use holm::workspace::OFFICER;
use holm_record::event::member::Role;

use super::{Asked, Place, Shell, Shown, answered};
use crate::language::Language;
use crate::member;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::member::roles_in;

struct Row {
    name: String,
    /// What else is to be said of them.
    who: String,
    is_person: bool,
    roles: String,
    since: u64,
}

/// A row of the table: a use-case and how far it reaches for each role.
struct CaseRow {
    name: &'static str,
    reaches: Vec<&'static str>,
}

struct Choice {
    value: &'static str,
    name: &'static str,
    checked: bool,
}

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    shell: Shell,
    rows: Vec<Row>,
    choices: Vec<Choice>,
    heads: Vec<&'static str>,
    cases: Vec<CaseRow>,
    /// Whether whoever looks may give roles.
    may_set: bool,
    sees_record: bool,
    member: String,
    errors: Vec<Wrong>,
}

/// `GET /members`
pub(crate) async fn members(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, &Given::default(), Vec::new())).await
}

/// What was typed.
#[derive(Default)]
struct Given {
    member: String,
    roles: BTreeSet<Role>,
}

impl Given {
    fn of(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut given = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "member" => given.member = value,
                "role" => {
                    given.roles.insert(
                        value.parse().map_err(|e: holm_record::event::member::NoRole| Problem::Malformed(e.to_string()))?,
                    );
                }
                _ => return Err(Problem::Malformed(format!("unknown field `{name}`"))),
            }
        }
        Ok(given)
    }
}

fn page(desk: &Desk, language: Language, given: &Given, errors: Vec<Wrong>) -> Result<MembersPage, Problem> {
    let view = desk.office.view()?;
    let w = &language.words().member;
    let who = |name: &str| {
        let mut said = Vec::new();
        let person = view.state.persons.iter().find(|(id, _)| id.as_str() == name);
        said.extend(person.map(|(_, p)| p.facts.name.clone()));
        said.extend((name == OFFICER).then(|| w.officer.to_owned()));
        said.extend((name == view.actor).then(|| w.you.to_owned()));
        said.join(", ")
    };
    let row = |(name, member): (&holm_record::id::PersonId, &holm::member::Member)| {
        let working = view.state.working().any(|(of, ..)| of == name);
        let roles = if working { roles_in(&member.roles, language) } else { w.dismissed.to_owned() };
        Row { name: name.to_string(), who: who(name.as_str()), is_person: name.as_str() != OFFICER, roles, since: member.since }
    };
    let case =
        |case: &UseCase| CaseRow { name: w.case(*case), reaches: Role::ALL.map(|role| w.reach(case.reach(role))).to_vec() };
    let choice = |role: Role| Choice { value: role.name(), name: w.role(role), checked: given.roles.contains(&role) };
    Ok(MembersPage {
        shell: Shell::of(language, Place::People, &view),
        rows: view.state.members.by_name.iter().map(row).collect(),
        choices: Role::ALL.map(choice).into(),
        heads: Role::ALL.map(|role| w.role(role)).to_vec(),
        cases: UseCase::ALL.iter().map(case).collect(),
        may_set: view.allows(UseCase::KeepMembers),
        sees_record: view.allows(UseCase::SeeRecord),
        member: given.member.clone(),
        errors,
    })
}

/// `POST /members`
pub(crate) async fn set((state, extension): Asked, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let given = Given::of(pairs)?;
        match member::set(&desk, &given.member, &given.roles) {
            Ok(_) => Ok(Redirect::to("/members").into_response()),
            Err(Problem::Wrong(errors)) => {
                let page = page(&desk, language, &given, in_language(errors, language))?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}
