//! Plans: the team of least risk for an operation, and with whom to share what. What an officer needs is written as the commands take it.

use std::sync::Arc;

use askama::Template;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use holm::belief::Provenance;
use holm::plan::PlanError;
use holm::plan::share::{ShareNeed, SharePlan, TurnOf};
use holm::plan::team::{Other, TeamNeed, TeamPlan};
use holm_record::event::approval::Masked;
use holm_record::id::PersonId;
use jiff::Timestamp;

use super::super::{Asked, Place, Shell, Shown, answered, moment};
use super::{Range, name_of, person_path};
use crate::fields::Fields;
use crate::language::{Language, count, grouped};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;
use crate::words::plan::PlanWords;

/// Needs to begin with, as the specification has them.
const TEAM: &str = include_str!("../../../assets/team.toml");
const SHARE: &str = include_str!("../../../assets/share.toml");
/// Seed of what is planned here.
const SEED: u64 = 1;

/// Somebody who is taken, or a channel.
struct TakenRow {
    when: String,
    name: String,
    id: String,
    link: Option<String>,
    role: String,
    alone: Range,
    said: String,
    without: String,
    instead: String,
}

struct OtherRow {
    filled: String,
    people: String,
    risk: Range,
    said: String,
    bits: String,
}

struct Team {
    risk: String,
    lower: Option<String>,
    /// Of which sort the rate of failure is, if it is another's.
    like: Option<String>,
    members: Vec<TakenRow>,
    others: Vec<OtherRow>,
    barred: Vec<String>,
    provenance: String,
}

struct RecipientRow {
    name: String,
    verdict: &'static str,
    told: bool,
    people: String,
    parts: String,
    leak: Range,
    said: String,
    adds: String,
    value: String,
    turns: String,
}

struct Sharing {
    with: String,
    worth: String,
    whole: String,
    versions: Vec<String>,
    recipients: Vec<RecipientRow>,
    turns: Vec<String>,
    barred: Vec<String>,
    provenance: String,
}

#[derive(Template)]
#[template(path = "plans.html")]
struct PlansPage {
    shell: Shell,
    team_need: String,
    share_need: String,
    team: Option<Team>,
    sharing: Option<Sharing>,
    errors: Vec<Wrong>,
}

impl PlansPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }

    fn empty(desk: &Desk, language: Language) -> Result<Self, Problem> {
        let view = desk.office.view()?;
        Ok(Self {
            shell: Shell::of(language, Place::People, &view),
            team_need: TEAM.to_owned(),
            share_need: SHARE.to_owned(),
            team: None,
            sharing: None,
            errors: Vec::new(),
        })
    }
}

/// A chance as a person reads it.
fn chance(p: f64, w: &PlanWords) -> String {
    if p < 0.0005 { w.hardly.to_owned() } else { fill(w.in_100, &[&format!("{:.1}", p * 100.0)]) }
}

fn ids(people: &[PersonId]) -> String {
    people.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn from(of: &Provenance, planner: &str, w: &PlanWords) -> String {
    fill(w.provenance, &[&grouped(of.entries), &of.seed, &planner, &of.model, &moment(of.at)])
}

/// `GET /plans`
pub(crate) async fn plans(asked: Asked) -> Shown {
    super::super::shown(asked, PlansPage::empty).await
}

/// What was planned, or what stands against it at the form's field; that beliefs were read is an entry before it is shown.
fn planned<P>(
    desk: &Desk,
    field: &'static str,
    plan: impl FnOnce(&mut holm::workspace::Workspace) -> Result<P, PlanError>,
) -> Result<P, Problem> {
    let planned = desk.office.act(|workspace| plan(workspace))?.map_err(|error| match error {
        PlanError::Workspace(error) => error.into(),
        other => Problem::Wrong(vec![(field, other.to_string())]),
    })?;
    desk.office.record_reading(&Masked::Beliefs)?;
    Ok(planned)
}

/// Shows the page with what was planned, or with what is wrong.
fn shown(
    page: Result<PlansPage, Problem>,
    desk: &Desk,
    language: Language,
    fill_in: impl FnOnce(&mut PlansPage),
) -> Result<Response, Problem> {
    match page {
        Ok(page) => Ok(Html(page.render()?).into_response()),
        Err(Problem::Wrong(errors)) => {
            let mut page = PlansPage { errors: in_language(errors, language), ..PlansPage::empty(desk, language)? };
            fill_in(&mut page);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// `POST /plans/team`
pub(crate) async fn team((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language): (Arc<Desk>, Language) = (state.0, extension.0);
    answered(language, move || {
        let need = Fields::of(given, &["team"])?.get("team").replace('\r', "");
        let plan = planned(&desk, "team", |workspace| workspace.plan_team(&TeamNeed::read(&need)?, SEED, Timestamp::now()));
        let page = plan.and_then(|plan| {
            let team = Some(team_of(&desk, &plan, language)?);
            Ok(PlansPage { team, team_need: need.clone(), ..PlansPage::empty(&desk, language)? })
        });
        shown(page, &desk, language, |page| page.team_need = need)
    })
    .await
}

/// `POST /plans/share`
pub(crate) async fn share((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language): (Arc<Desk>, Language) = (state.0, extension.0);
    answered(language, move || {
        let need = Fields::of(given, &["sharing"])?.get("sharing").replace('\r', "");
        let plan = planned(&desk, "sharing", |workspace| workspace.plan_share(&ShareNeed::read(&need)?, SEED, Timestamp::now()));
        let page = plan.and_then(|plan| {
            let sharing = Some(sharing_of(&plan, language));
            Ok(PlansPage { sharing, share_need: need.clone(), ..PlansPage::empty(&desk, language)? })
        });
        shown(page, &desk, language, |page| page.share_need = need)
    })
    .await
}

fn team_of(desk: &Desk, plan: &TeamPlan, language: Language) -> Result<Team, Problem> {
    let w = &language.words().plan;
    let view = desk.office.view()?;
    let instead = |of: &Option<holm::plan::team::Instead>| {
        of.as_ref().map_or_else(|| w.nobody_else.to_owned(), |other| fill(w.instead, &[&other.by, &chance(other.risk, w)]))
    };
    let members = plan.members.iter().map(|member| TakenRow {
        when: moment(member.told_at),
        name: name_of(&view.state, &member.person),
        id: member.person.to_string(),
        link: Some(person_path(&member.person)),
        role: member.role.clone().unwrap_or_else(|| w.comes_along.to_owned()),
        alone: Range::of(member.alone, None, language),
        said: chance(member.alone, w),
        without: chance(member.without, w),
        instead: instead(&member.instead),
    });
    let channels = plan.channels.iter().map(|channel| TakenRow {
        when: String::new(),
        name: channel.channel.clone(),
        id: String::new(),
        link: None,
        role: w.channel.to_owned(),
        alone: Range::of(channel.alone, None, language),
        said: chance(channel.alone, w),
        without: String::new(),
        instead: instead(&channel.instead),
    });
    let other = |of: &Other| OtherRow {
        filled: count(of.filled),
        people: ids(&of.people),
        risk: Range::of(of.risk, None, language),
        said: chance(of.risk, w),
        bits: format!("{:.2}", of.bits),
    };
    let chosen = Other {
        filled: plan.members.iter().filter(|member| member.role.is_some()).count(),
        people: plan.members.iter().map(|member| member.person.clone()).collect(),
        channels: Vec::new(),
        risk: plan.risk.value,
        bits: plan.bits,
    };
    let [low, high] = plan.risk.chains;
    Ok(Team {
        risk: fill(w.risk, &[&chance(plan.risk.value, w), &chance(low, w), &chance(high, w), &chance(plan.background, w)]),
        lower: (plan.lower_by > 0.0).then(|| fill(w.lower, &[&chance(plan.lower_by, w)])),
        like: plan.like.as_ref().map(|like| fill(w.like, &[&plan.sort, like])),
        members: members.chain(channels).collect(),
        others: std::iter::once(&chosen).chain(&plan.fewer).chain(plan.telling.iter().take(3)).map(other).collect(),
        barred: plan.barred.iter().map(|of| fill(w.barred, &[&of.person])).collect(),
        provenance: from(&plan.provenance, plan.planner, w),
    })
}

fn turn(of: &TurnOf, what: &str, w: &PlanWords) -> String {
    let none = || w.none.to_owned();
    let names = |names: &[String]| Some(names.join(", ")).filter(|said| !said.is_empty()).unwrap_or_else(none);
    fill(w.turn, &[&what, &format!("{:.2}", of.factor), &names(&of.joins), &names(&of.leaves)])
}

fn sharing_of(plan: &SharePlan, language: Language) -> Sharing {
    let w = &language.words().plan;
    let told: Vec<&str> = plan.recipients.iter().filter(|of| of.told).map(|of| of.name.as_str()).collect();
    let recipients = plan.recipients.iter().map(|of| {
        let leak = of.turns_at_leak.map(|p| fill(w.if_leak, &[&chance(p, w)]));
        let value = of.turns_at_value.map(|value| fill(w.if_worth, &[&format!("{value:.1}")]));
        RecipientRow {
            name: of.name.clone(),
            verdict: if of.needed {
                w.needed
            } else if of.told {
                w.share
            } else {
                w.withhold
            },
            told: of.told,
            people: count(of.people.len()),
            parts: of.paragraphs.join(", "),
            leak: Range::of(of.leak.value, None, language),
            said: chance(of.leak.value, w),
            adds: format!("{:.1}", of.adds),
            value: format!("{:.1}", of.value),
            turns: leak.into_iter().chain(value).collect::<Vec<_>>().join("; "),
        }
    });
    let [low, _, high] = plan.leak_range;
    let turns = plan.turns.iter().zip([w.less, w.more]).filter_map(|(of, what)| Some(turn(of.as_ref()?, what, w)));
    let amounts: [&dyn std::fmt::Display; 5] = [
        &format!("{:.1}", plan.value),
        &format!("{:.1}", plan.loss.value),
        &chance(plan.leak.value, w),
        &chance(low, w),
        &chance(high, w),
    ];
    Sharing {
        with: if told.is_empty() { w.with_nobody.to_owned() } else { fill(w.with, &[&told.join(", ")]) },
        worth: fill(w.worth, &amounts),
        whole: fill(w.whole, &[&format!("{:.1}", plan.whole), &format!("{:.1}", plan.everybody)]),
        versions: plan.versions.iter().map(|of| fill(w.versions, &[&of.versions, &format!("{:.2}", of.bits)])).collect(),
        recipients: recipients.collect(),
        turns: turns.collect(),
        barred: plan.barred.iter().map(|of| fill(w.barred, &[&of.person])).collect(),
        provenance: from(&plan.provenance, plan.planner, w),
    }
}
