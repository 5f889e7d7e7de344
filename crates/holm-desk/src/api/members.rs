//! Who works in the workspace, and as what.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use holm::role::UseCase;
use holm_record::event::member::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answered;
use crate::member;
use crate::problem::Problem;
use crate::server::Desk;

/// Who works here, and what each role may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Members {
    /// Whoever opened the desk.
    actor: String,
    /// Their roles.
    roles: Vec<&'static str>,
    /// Everybody who works here, or did; nobody while one officer works alone.
    members: Vec<MemberLine>,
    /// What each role may do.
    table: Vec<CaseLine>,
}

/// A member.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberLine {
    /// A person of the roster, or `officer`.
    member: String,
    /// Their roles; none, and they are no member any more.
    roles: Vec<&'static str>,
}

/// A use-case.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaseLine {
    case: &'static str,
    /// Roles that may with everything.
    all: Vec<&'static str>,
    /// Roles that may with what they prepared themselves.
    own: Vec<&'static str>,
}

fn names<'r>(roles: impl IntoIterator<Item = &'r Role>) -> Vec<&'static str> {
    roles.into_iter().map(|role| role.name()).collect()
}

impl Members {
    fn now(desk: &Desk) -> Result<Self, Problem> {
        use holm::role::Reach;

        let view = desk.office.view()?;
        let line = |(name, member): (&holm_record::id::PersonId, &holm::member::Member)| {
            let works = view.state.working().any(|(of, ..)| of == name);
            MemberLine { member: name.to_string(), roles: names(member.roles.iter().filter(|_| works)) }
        };
        let reaching = |case: UseCase, to: Reach| names(Role::ALL.iter().filter(|role| case.reach(**role) == to));
        let case =
            |case: &UseCase| CaseLine { case: case.name(), all: reaching(*case, Reach::All), own: reaching(*case, Reach::Own) };
        Ok(Self {
            actor: view.actor.clone(),
            roles: names(&view.roles),
            members: view.state.members.by_name.iter().map(line).collect(),
            table: UseCase::ALL.iter().map(case).collect(),
        })
    }
}

/// Who works here, and what each role may do.
#[utoipa::path(get, path = "/api/v1/members", tag = "people",
    responses((status = 200, description = "All of them, and the table of roles.", body = Members)))]
pub(crate) async fn members(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| Ok(Json(Members::now(desk)?))).await
}

/// Somebody's roles.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberRoles {
    /// A person of the roster, or `officer`.
    member: String,
    /// `originator`, `sharing-officer`, `vetting-officer`, `analyst`, `custodian`, `inspector`; none, and they are no member any more.
    roles: Vec<String>,
}

/// Records somebody's roles.
#[utoipa::path(post, path = "/api/v1/members", tag = "people", request_body = MemberRoles,
    responses((status = 200, description = "All of them as they are now.", body = Members)))]
pub(crate) async fn set_member(State(desk): State<Arc<Desk>>, Json(given): Json<MemberRoles>) -> Response {
    answered(desk, move |desk| {
        let read = |name: &String| name.parse::<Role>().map_err(|e| Problem::Wrong(vec![("roles", e.to_string())]));
        let roles = given.roles.iter().map(read).collect::<Result<_, _>>()?;
        member::set(desk, &given.member, &roles)?;
        Ok(Json(Members::now(desk)?))
    })
    .await
}
