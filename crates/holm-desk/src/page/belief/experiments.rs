//! Experiments: planned, announced, drawn, told, seen, closed, and what they say together.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::experiment::{Ended, Experiment, ExperimentError, GroupResult, OutcomeNote, Results, Said, SeedContribution};
use holm::plan::PlanError;
use holm::plan::experiment::{ExperimentNeed, ExperimentPlan, RoundOf};
use holm::policy::{Action, Permit};
use holm::role::UseCase;
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::event::approval::Masked;
use holm_record::id::{ExperimentName, PersonId};
use jiff::Timestamp;
use serde::Serialize;

use super::super::{Asked, Place, Shell, Shown, answered, download, moment};
use super::{Range, place};
use crate::fields::Fields;
use crate::form;
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::experiment::ExperimentWords;
use crate::words::fill;

/// A need to begin with, as the specification has it.
const NEED: &str = include_str!("../../../assets/experiment.toml");
/// Seed of what is planned here.
const SEED: u64 = 1;
/// Numbers of rounds that a forecast is shown for.
const ROUNDS: [usize; 7] = [1, 2, 3, 5, 8, 12, 20];

struct Row {
    name: String,
    operation: String,
    closes: String,
    standing: String,
}

struct PartyRow {
    people: String,
    law: String,
    told: Option<String>,
}

struct AheadRow {
    rounds: usize,
    settled: Range,
    said: String,
}

struct Round {
    bits: String,
    leak: String,
    parties: Vec<PartyRow>,
}

struct Planned {
    variants: Vec<String>,
    rounds: Vec<Round>,
    ahead_hint: String,
    ahead: Vec<AheadRow>,
    wronged: String,
    single: Option<String>,
    barred: Vec<String>,
    provenance: String,
}

#[derive(Template)]
#[template(path = "experiments.html")]
struct ExperimentsPage {
    shell: Shell,
    rows: Vec<Row>,
    need: String,
    planned: Option<Planned>,
    errors: Vec<Wrong>,
}

struct OutcomeRow {
    number: usize,
    sign: String,
    seen: String,
}

/// What can be done with one now.
#[derive(Default)]
struct Next {
    draw: bool,
    tell: bool,
    see: bool,
    close: bool,
    abandon: bool,
}

#[derive(Template)]
#[template(path = "experiment.html")]
struct ExperimentPage {
    shell: Shell,
    name: String,
    standing: String,
    facts: String,
    variants: Vec<String>,
    outcomes: Vec<OutcomeRow>,
    laws: Vec<PartyRow>,
    /// What it says, and who is told that: for the teller alone.
    sheet: Vec<(String, String)>,
    next: Next,
    given: Fields,
    errors: Vec<Wrong>,
}

struct ValueRow {
    who: String,
    value: Range,
    said: String,
    experiments: String,
    verdict: &'static str,
    is_named: bool,
}

struct FamilyRows {
    title: String,
    rows: Vec<ValueRow>,
    others: Option<String>,
}

#[derive(Template)]
#[template(path = "experiment_results.html")]
struct ResultsPage {
    shell: Shell,
    counts: String,
    named: Vec<String>,
    bound: String,
    families: Vec<FamilyRows>,
}

impl ExperimentsPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }

    fn empty(desk: &Desk, language: Language) -> Result<Self, Problem> {
        let view = desk.office.view()?;
        let w = &language.words().experiment;
        let row = |one: &Experiment| Row {
            name: one.facts.experiment.to_string(),
            operation: one.facts.operation.to_string(),
            closes: moment(one.closes()),
            standing: standing(one, Timestamp::now(), w),
        };
        Ok(Self {
            rows: view.state.experiments.all().iter().rev().map(row).collect(),
            shell: Shell::of(language, Place::Cases, &view),
            need: NEED.to_owned(),
            planned: None,
            errors: Vec::new(),
        })
    }
}

impl ExperimentPage {
    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

fn standing(one: &Experiment, now: Timestamp, w: &ExperimentWords) -> String {
    let facts = &one.facts;
    match (&one.ended, &one.drawn) {
        (Some(Ended::Closed(_)), _) => w.over.to_owned(),
        (Some(Ended::Forfeited(reason)), _) => fill(w.lost, &[reason]),
        (Some(Ended::Withdrawn(reason)), _) => fill(w.taken_back, &[reason]),
        (None, None) => fill(w.waits, &[&facts.second]),
        (None, Some(_)) if one.closes() < now => fill(w.late, &[&facts.teller]),
        (None, Some(_)) if one.told.is_empty() => fill(w.drawn, &[&facts.teller]),
        (None, Some(_)) => w.runs.to_owned(),
    }
}

/// Which field of a page an error is about; one that is about none is shown above all.
fn wrong(error: ExperimentError, field: &'static str) -> Problem {
    match error {
        ExperimentError::Unknown(_) => Problem::Missing,
        ExperimentError::Workspace(error) => error.into(),
        ExperimentError::Plan(PlanError::Workspace(error)) => error.into(),
        other => Problem::Wrong(vec![(field, other.to_string())]),
    }
}

fn act<T>(
    desk: &Desk,
    field: &'static str,
    work: impl FnOnce(&mut Workspace, &Permit) -> Result<T, ExperimentError>,
) -> Result<T, Problem> {
    desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        work(workspace, &permit).map_err(|error| wrong(error, field))
    })?
}

/// `GET /experiments`
pub(crate) async fn experiments(asked: Asked) -> Shown {
    super::super::shown(asked, ExperimentsPage::empty).await
}

/// Plans; that beliefs were read is an entry before anything is shown.
fn plan(desk: &Desk, text: &str) -> Result<(ExperimentNeed, ExperimentPlan), Problem> {
    let planned = desk.office.act(|workspace| {
        let need = ExperimentNeed::read(text)?;
        let plan = workspace.plan_experiment(&need, SEED, Timestamp::now())?;
        Ok((need, plan))
    })?;
    let planned = planned.map_err(|error| wrong(ExperimentError::Plan(error), "need"))?;
    desk.office.record_reading(&Masked::Beliefs)?;
    Ok(planned)
}

/// What came of a need.
enum Made {
    /// It was planned.
    Plan(Box<Planned>),
    /// It was announced, and has a page.
    Page(String),
}

/// The page with what came of a need, or with what stands against it.
fn answer_need(desk: &Desk, language: Language, need: String, made: Result<Made, Problem>) -> Result<Response, Problem> {
    let (status, planned, errors) = match made {
        Ok(Made::Plan(planned)) => (StatusCode::OK, Some(*planned), Vec::new()),
        Ok(Made::Page(page)) => return Ok(Redirect::to(&page).into_response()),
        Err(Problem::Wrong(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, None, in_language(errors, language)),
        Err(problem) => return Err(problem),
    };
    let page = ExperimentsPage { need, planned, errors, ..ExperimentsPage::empty(desk, language)? };
    Ok((status, Html(page.render()?)).into_response())
}

/// `POST /experiments/plan`
pub(crate) async fn planned((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language): (Arc<Desk>, Language) = (state.0, extension.0);
    answered(language, move || {
        let need = Fields::of(given, &["need"])?.get("need").replace('\r', "");
        let made = plan(&desk, &need).map(|(_, plan)| Made::Plan(Box::new(planned_of(&plan, language))));
        answer_need(&desk, language, need, made)
    })
    .await
}

/// `POST /experiments/announce`
pub(crate) async fn announce((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language): (Arc<Desk>, Language) = (state.0, extension.0);
    answered(language, move || {
        let text = Fields::of(given, &["need"])?.get("need").replace('\r', "");
        let made = plan(&desk, &text).and_then(|(need, plan)| {
            let announced = act(&desk, "need", |workspace, permit| workspace.announce_experiment(permit, &need, &plan))?;
            Ok(Made::Page(announced.first().map_or_else(|| "/experiments".to_owned(), |of| path(&of.experiment))))
        });
        answer_need(&desk, language, text, made)
    })
    .await
}

fn path(name: &ExperimentName) -> String {
    format!("/experiments/{name}")
}

fn planned_of(plan: &ExperimentPlan, language: Language) -> Planned {
    let w = &language.words().experiment;
    let of = &plan.forecast;
    let in_100 = |share: f64| format!("{:.0}", share * 100.0);
    let ahead = ROUNDS.iter().filter_map(|rounds| {
        let (first, all) = (of.first.within.get(rounds - 1)?, of.all.within.get(rounds - 1)?);
        let said = fill(w.settled_said, &[&in_100(*first), &in_100(*all)]);
        let settled = Range { tick: place(*all), half: Some((place(0.0), place(*first))), all: None, said: said.clone() };
        Some(AheadRow { rounds: *rounds, settled, said })
    });
    let source = &plan.provenance;
    let words = &language.words().plan;
    Planned {
        variants: plan.variants.clone(),
        rounds: plan.rounds.iter().map(|round| round_of(round, plan.unknown, language)).collect(),
        ahead_hint: fill(w.ahead_hint, &[&of.courses]),
        ahead: ahead.collect(),
        wronged: fill(w.wronged, &[&in_100(of.wronged), &in_100(of.nobody)]),
        single: (of.single > 0.2).then(|| fill(w.single, &[&in_100(of.single)])),
        barred: plan.barred.iter().map(|of| format!("{}: {}", of.person, language.reason(&of.reason))).collect(),
        provenance: fill(words.provenance, &[&source.entries, &source.seed, &plan.planner, &source.model, &moment(source.at)]),
    }
}

fn round_of(round: &RoundOf, unknown: f64, language: Language) -> Round {
    let w = &language.words().experiment;
    let [bits, unknown, ceiling] = [round.bits.value, unknown, round.ceiling].map(|bits| format!("{bits:.2}"));
    let share = |share: &f64| format!("{share:.3}");
    let party = |of: &holm::plan::experiment::PartyOf| PartyRow {
        people: names(&of.people),
        law: of.law.iter().map(share).collect::<Vec<_>>().join(" · "),
        told: of.law.is_empty().then(|| w.told_nothing.to_owned()),
    };
    Round {
        bits: fill(w.bits, &[&round.experiment, &bits, &unknown, &ceiling]),
        leak: fill(w.leak, &[&format!("{:.1} %", round.leak.value * 100.0), &format!("{:.2}", round.nats)]),
        parties: round.parties.iter().map(party).collect(),
    }
}

fn names(people: &[PersonId]) -> String {
    people.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ")
}

fn named(name: &str) -> Result<ExperimentName, Problem> {
    ExperimentName::new(name).map_err(|_| Problem::Missing)
}

/// `GET /experiments/{name}`
pub(crate) async fn experiment((state, extension): Asked, Path(name): Path<String>) -> Shown {
    let asked: Asked = (state, extension);
    super::super::shown(asked, move |desk, language| one(desk, language, &named(&name)?, Fields::default(), Vec::new())).await
}

fn one(
    desk: &Desk,
    language: Language,
    name: &ExperimentName,
    given: Fields,
    errors: Vec<Wrong>,
) -> Result<ExperimentPage, Problem> {
    let view = desk.office.view()?;
    let w = &language.words().experiment;
    let found = view.state.experiments.get(name).ok_or(Problem::Missing)?;
    let (facts, now) = (&found.facts, Timestamp::now());
    let shell = Shell::of(language, Place::Cases, &view);
    let runs = found.ended.is_none();
    let (drawn, late) = (found.drawn.is_some(), found.closes() < now);
    let records = shell.may(UseCase::RecordHappenings);
    let sheet = if records && runs && drawn { desk.office.act(|workspace| workspace.experiment_sheet(name))?.ok() } else { None };
    let tells = sheet.is_some();
    let next = Next {
        draw: records && runs && !drawn,
        tell: tells && found.told.is_empty() && !late,
        see: records && runs && drawn && !late,
        close: tells && late,
        abandon: records && runs && (!drawn || late),
    };
    let people = |of: &[PersonId]| if of.is_empty() { w.nobody.to_owned() } else { names(of) };
    let sheet = sheet.into_iter().flat_map(|sheet| sheet.told).map(|told| (told.variant, people(&told.people))).collect();
    let parts: [&dyn std::fmt::Display; 5] =
        [&found.number, &facts.operation, &moment(found.closes()), &facts.teller, &facts.second];
    Ok(ExperimentPage {
        name: name.to_string(),
        standing: standing(&found, now, w),
        facts: fill(w.facts, &parts),
        variants: facts.variants.clone(),
        outcomes: outcomes(&found),
        laws: laws(&found),
        sheet,
        next,
        given,
        errors: in_language(errors, language),
        shell,
    })
}

fn outcomes(of: &Experiment) -> Vec<OutcomeRow> {
    let times = |number: usize| of.seen.iter().filter(|(_, seen)| seen.outcome as usize == number).count();
    let row = |(number, sign): (usize, &String)| OutcomeRow { number, sign: sign.clone(), seen: count(times(number)) };
    of.facts.signs.iter().enumerate().map(row).collect()
}

fn laws(of: &Experiment) -> Vec<PartyRow> {
    let told = match &of.ended {
        Some(Ended::Closed(told)) => told.as_slice(),
        _ => &[],
    };
    let row = |(people, law): (Vec<PersonId>, Vec<u32>)| PartyRow {
        law: law.iter().map(ToString::to_string).collect::<Vec<_>>().join(" · "),
        told: told.iter().find(|(of, _)| *of == people).and_then(|(_, v)| of.facts.variants.get(usize::from(*v)).cloned()),
        people: names(&people),
    };
    of.laws().into_iter().map(row).collect()
}

/// What came of something that was done with one: its page anew, or with what is wrong.
fn done(
    desk: &Desk,
    language: Language,
    name: &ExperimentName,
    given: Fields,
    made: Result<(), Problem>,
) -> Result<Response, Problem> {
    match made {
        Ok(()) => Ok(Redirect::to(&path(name)).into_response()),
        Err(Problem::Wrong(errors)) => {
            let page = one(desk, language, name, given, errors)?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn json(name: &str, value: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_vec_pretty(value).map_err(|e| Problem::Internal(e.to_string()))?;
    Ok(download(name, "application/json", text))
}

/// `GET /experiments/{name}/for/{whom}`: what goes to the `second` person, or to a `reader` outside.
pub(crate) async fn file((state, extension): Asked, Path((name, whom)): Path<(String, String)>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let name = named(&name)?;
        match whom.as_str() {
            "second" => {
                let request = act(&desk, "draw", |workspace, _| workspace.seed_request(&name))?;
                json(&format!("{name}.seed-request"), &request)
            }
            "reader" => {
                let reading = act(&desk, "see", |workspace, _| workspace.reading(&name))?;
                json(&format!("{name}.outcomes"), &reading)
            }
            _ => Err(Problem::Missing),
        }
    })
    .await
}

/// `POST /experiments/{name}/draw`
pub(crate) async fn draw((state, extension): Asked, Path(name): Path<String>, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let files = form::parts(form).await.and_then(|parts| crate::arrival::files(&parts, "contribution"));
    answered(language, move || {
        let name = named(&name)?;
        let made = files.and_then(|files| {
            let (file, bytes) = files.into_iter().next().unwrap_or_default();
            let answer: SeedContribution = serde_json::from_slice(&bytes).map_err(|e| {
                let error = ExperimentError::File("contribution", format!("{file}: {e}"));
                wrong(error, "contribution")
            })?;
            act(&desk, "contribution", |workspace, permit| workspace.draw_experiment(permit, &name, &answer)).map(drop)
        });
        done(&desk, language, &name, Fields::default(), made)
    })
    .await
}

/// `POST /experiments/{name}/tell`
pub(crate) async fn tell((state, extension): Asked, Path(name): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let name = named(&name)?;
        let made = act(&desk, "tell", |workspace, permit| {
            workspace.tell_experiment(permit, &name, (permit.at(), None), Vec::new()).map(drop)
        });
        done(&desk, language, &name, Fields::default(), made)
    })
    .await
}

/// `POST /experiments/{name}/see`
pub(crate) async fn see((state, extension): Asked, Path(name): Path<String>, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let parts = form::parts(form).await;
    answered(language, move || {
        let (name, parts) = (named(&name)?, parts?);
        let file = |field: &str| parts.iter().find(|part| part.name == field).and_then(form::Part::file);
        let typed: Vec<(String, String)> =
            parts.iter().filter(|part| part.file.is_none()).map(|part| (part.name.clone(), part.text())).collect();
        let fields = Fields::of(typed, &["outcome"])?;
        let made = (|| {
            if let Some((called, bytes)) = file("note") {
                let note: OutcomeNote = serde_json::from_slice(&bytes)
                    .map_err(|e| wrong(ExperimentError::File("signed note", format!("{called}: {e}")), "note"))?;
                let said = Said::Outside(&note);
                return act(&desk, "note", |w, permit| w.see_experiment(permit, &name, said, String::new())).map(drop);
            }
            let nothing = || Problem::Wrong(vec![("outcome", language.words().experiment.no_outcome.to_owned())]);
            let outcome: u32 = fields.get("outcome").parse().map_err(|_| nothing())?;
            let (_, evidence) = file("evidence").ok_or_else(nothing)?;
            let said = Said::Here { outcome, evidence: &evidence };
            act(&desk, "outcome", |w, permit| w.see_experiment(permit, &name, said, String::new())).map(drop)
        })();
        done(&desk, language, &name, fields, made)
    })
    .await
}

/// `POST /experiments/{name}/close`
pub(crate) async fn close((state, extension): Asked, Path(name): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let name = named(&name)?;
        let made = act(&desk, "close", |workspace, permit| workspace.close_experiment(permit, &name)).map(drop);
        done(&desk, language, &name, Fields::default(), made)
    })
    .await
}

/// `POST /experiments/{name}/abandon`
pub(crate) async fn abandon(
    (state, extension): Asked,
    Path(name): Path<String>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let (name, fields) = (named(&name)?, Fields::of(given, &["reason"])?);
        let made = act(&desk, "reason", |w, permit| w.abandon_experiment(permit, &name, fields.get("reason")));
        done(&desk, language, &name, fields, made)
    })
    .await
}

/// `GET /experiments/results`
pub(crate) async fn results(asked: Asked) -> Shown {
    super::super::shown(asked, |desk, language| {
        let now = Timestamp::now();
        if desk.office.act(|workspace| workspace.mask(&Masked::Beliefs, now).is_on())? {
            return Err(Problem::Refused(PlanError::Masked.to_string()));
        }
        let view = desk.office.view()?;
        let found = view.state.experiments.results(now).map_err(|error| Problem::Refused(error.to_string()))?;
        desk.office.record_reading(&Masked::Beliefs)?;
        Ok(results_of(&found, Shell::of(language, Place::Cases, &view), language))
    })
    .await
}

fn results_of(of: &Results, shell: Shell, language: Language) -> ResultsPage {
    let w = &language.words().experiment;
    let who = |group: &GroupResult| match group.people.as_slice() {
        [one] => one.to_string(),
        several => fill(w.somebody_of, &[&names(several)]),
    };
    let families = of.families.iter().map(|family| {
        let row = |group: &GroupResult| {
            let said = fill(w.value_said, &[&format!("{:.2}", group.ln_e), &format!("{:.2}", group.most)]);
            ValueRow {
                who: who(group),
                value: Range { tick: place(group.ln_e / family.needed), half: None, all: None, said: said.clone() },
                said,
                experiments: count(group.experiments),
                verdict: match (group.named, group.review) {
                    (true, _) => w.is_named,
                    (false, true) => w.to_look_at,
                    (false, false) => "",
                },
                is_named: group.named,
            }
        };
        let (shown, others): (Vec<_>, Vec<_>) = family.groups.iter().partition(|g| g.named || g.review || g.ln_e > 0.0);
        let amounts: [&dyn std::fmt::Display; 4] =
            [&family.groups.len(), &family.entry, &family.alpha, &format!("{:.2}", family.needed)];
        FamilyRows {
            title: fill(w.family, &amounts),
            rows: shown.into_iter().map(row).collect(),
            others: (!others.is_empty()).then(|| fill(w.others, &[&others.len()])),
        }
    });
    let alpha: f64 = of.families.iter().map(|family| family.alpha).sum();
    ResultsPage {
        counts: fill(w.counts, &[&of.over, &of.running, &of.withdrawn]),
        named: of.named().map(|group| fill(w.named, &[&who(group)])).collect(),
        bound: fill(w.bound, &[&alpha]),
        families: families.collect(),
        shell,
    }
}
