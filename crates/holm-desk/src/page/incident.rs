//! An incident: what is recorded of it, its verdicts, and who knew when.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::exposure::{Exposures, Known, LATE};
use holm::role::UseCase;
use holm::state::State;
use holm::state::happenings::Incident;
use holm_record::event::happening::Outcome;
use holm_record::id::IncidentName;

use super::cases::{Link, betrayed, between, incidents, items_of, noticed, sort_said};
use super::knowing::{Asks, Closing, Knowing, knowing};
use super::recording::word;
use super::timeline::Window;
use super::trace::report_path;
use super::withdrawal::{self, Refused, WithdrawalForm, Withdrawn};
use super::{Asked, Place, Shell, Shown, answered, moment};
use crate::language::Language;
use crate::office::View;
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::fill;

/// A look at its evidence.
struct LookLine {
    what: String,
    verdict: String,
    path: Option<String>,
}

#[derive(Template)]
#[template(path = "incident.html")]
struct IncidentPage {
    shell: Shell,
    name: String,
    title: String,
    facts: Vec<(&'static str, String)>,
    betrayed: Vec<Link>,
    /// Whether more is known of it than that it was traced.
    recorded: bool,
    sealed: String,
    looks: Vec<LookLine>,
    knowing: Knowing,
    withdrawal: Option<WithdrawalForm>,
}

/// `GET /cases/{name}`
pub(crate) async fn incident(
    asked: Asked,
    Path(name): Path<String>,
    Query(asks): Query<Asks>,
    Query(window): Query<Window>,
) -> Shown {
    super::shown(asked, move |desk, language| page(desk, language, &name, (&asks, &window), Refused::default())).await
}

/// Finds an incident by its name; what is known of it, if it is recorded.
pub(crate) fn incident_of<'v>(view: &'v View, name: &str) -> Result<(&'v IncidentName, Option<&'v Incident>), Problem> {
    let name = incidents(&view.state, "").into_iter().find(|n| n.as_str() == name).ok_or(Problem::Missing)?;
    Ok((name, view.state.happenings.incidents.get(name)))
}

fn page(desk: &Desk, language: Language, name: &str, asked: (&Asks, &Window), sent: Refused) -> Result<IncidentPage, Problem> {
    let view = desk.office.view()?;
    let state = &view.state;
    let words = &language.words().cases;
    let (name, incident) = incident_of(&view, name)?;
    let facts = incident.map(|incident| &incident.facts);
    let path = format!("/cases/{name}");
    let look = |look: &holm::state::Look| LookLine {
        what: format!("{}, {}", look.item, fill(language.words().item.look, &[&look.look, &look.incident])),
        verdict: super::items::verdict(look, language),
        path: (look.verdict.is_some() && view.allows(UseCase::SeeLooks)).then(|| report_path(look)),
    };
    let entries = incident.map(|incident| withdrawal::of_incident(incident, language)).unwrap_or_default();
    Ok(IncidentPage {
        title: match facts {
            Some(facts) => fill(word(Outcome::ALL, facts.certainty, &words.incident_title), &[name]),
            None => fill(words.incident_traced, &[name]),
        },
        facts: incident.map(|incident| self::facts(incident, language)).unwrap_or_default(),
        betrayed: betrayed(state, name, facts),
        recorded: incident.is_some(),
        sealed: words.sealed.of(state.evidence.iter().filter(|e| e.incident == *name).count()),
        looks: state.looks.iter().filter(|look| look.incident == *name).map(look).collect(),
        knowing: knowing(state, known(state, name, incident), closing(state, name, incident), asked, path.clone(), language),
        withdrawal: WithdrawalForm::of(format!("{path}/withdraw"), entries, sent),
        name: name.to_string(),
        shell: Shell::of(language, Place::Cases, &view),
    })
}

/// Everybody who knew of what the incident betrayed.
pub(crate) fn known(state: &State, name: &IncidentName, incident: Option<&Incident>) -> Vec<Known> {
    let exposures = Exposures::new(state);
    let facts = incident.map(|incident| &incident.facts);
    let operation = facts.and_then(|facts| state.happenings.operations.get_key_value(facts.operation.as_ref()?));
    let mut known = operation.map(|(name, operation)| exposures.of_operation(name, operation)).unwrap_or_default();
    let told_with_it = |item| operation.is_some_and(|(_, operation)| operation.facts.items.contains(item));
    for item in items_of(state, name, facts).into_iter().filter(|item| !told_with_it(*item)) {
        known.extend(exposures.of_item(item));
    }
    known
}

pub(crate) fn closing(state: &State, name: &IncidentName, incident: Option<&Incident>) -> Option<Closing> {
    let facts = incident.map(|incident| &incident.facts);
    let over = facts.and_then(|facts| state.happenings.operations.get(facts.operation.as_ref()?)).map(|o| o.facts.at);
    Closing::of(facts.map(|facts| facts.window).unwrap_or_default(), noticed(state, name), over)
}

fn facts(incident: &Incident, language: Language) -> Vec<(&'static str, String)> {
    let (words, of) = (&language.words().cases, &incident.facts);
    let late = incident.entered.duration_since(of.noticed) > LATE;
    let entered = if late { words.in_entry_late } else { words.in_entry };
    let mut facts = vec![
        (words.sort, sort_said(of.sort, language).to_owned()),
        (words.certainty, word(Outcome::ALL, of.certainty, &words.certainties).to_owned()),
        (words.noticed, moment(of.noticed)),
        (words.window, between(of.window, language)),
        (words.variant, of.variant.clone().unwrap_or_default()),
        (words.grade, of.grade.clone().unwrap_or_default()),
        (words.considered, of.considered.clone().unwrap_or_default()),
        (words.words, of.words.clone()),
        (words.entered, fill(entered, &[&moment(incident.entered), &incident.index])),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

/// `POST /cases/{name}/withdraw`
pub(crate) async fn withdraw((state, extension): Asked, Path(name): Path<String>, Form(given): Form<Withdrawn>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let view = desk.office.view()?;
        let (_, incident) = incident_of(&view, &name)?;
        let entries = incident.map(|incident| withdrawal::of_incident(incident, language)).unwrap_or_default();
        match withdrawal::withdraw(&desk, language, &entries, None, &given) {
            Ok(()) => {
                // What was traced under its name stays.
                let stays = incident_of(&*desk.office.view()?, &name).is_ok();
                Ok(Redirect::to(&if stays { format!("/cases/{name}") } else { "/cases".to_owned() }).into_response())
            }
            Err(problem) => {
                let sent = withdrawal::refused(problem, given, language)?;
                let page = page(&desk, language, &name, (&Asks::default(), &Window::default()), sent)?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
        }
    })
    .await
}
