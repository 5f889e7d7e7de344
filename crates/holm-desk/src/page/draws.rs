//! Random draws for checks: beginning one, taking in what drawers send back, and who was drawn.

use askama::Template;
use axum::extract::{Form, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::role::UseCase;
use holm::vetting::draw::{Coverage, Draw, DrawPlan, DrawStanding, Taken};
use holm_record::event::approval::Masked;
use holm_record::event::vetting::CheckSort;
use holm_record::id::PersonId;
use jiff::{Timestamp, ToSpan};

use super::vetting::{Choice, sorts};
use super::{Asked, Place, Shell, Shown, answered, download, moment};
use crate::arrival;
use crate::draw;
use crate::fields::{Fields, Reading};
use crate::form;
use crate::language::{Language, count};
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::vetting::today;
use crate::words::fill;

const FIELDS: [&str; 7] = ["sort", "rates", "first", "second", "unit", "reveal", "within"];

struct Row {
    number: u64,
    what: String,
    standing: String,
    drawn: Option<String>,
    /// What goes to the drawers now.
    file: bool,
    /// Whether it can only be closed.
    late: bool,
}

/// How often people of a level were drawn, of each check that was.
struct CoverageRow {
    sort: &'static str,
    level: u8,
    cells: [String; 4],
}

#[derive(Template)]
#[template(path = "draws.html")]
struct DrawsPage {
    shell: Shell,
    rows: Vec<Row>,
    coverage: Vec<CoverageRow>,
    sorts: Vec<Choice>,
    taken: Vec<String>,
    given: Fields,
    errors: Vec<Wrong>,
}

impl DrawsPage {
    /// What was typed, or what is usual.
    fn days(&self, field: &str) -> &str {
        Some(self.given.typed(field)).filter(|typed| !typed.is_empty()).unwrap_or("7")
    }

    fn has(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, error)| error.as_str())
    }
}

/// `GET /vetting/draws`
pub(crate) async fn draws(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| page(desk, language, Fields::default(), Vec::new(), Vec::new())).await
}

fn page(desk: &Desk, language: Language, given: Fields, taken: Vec<String>, errors: Vec<Wrong>) -> Result<DrawsPage, Problem> {
    desk.office.record_reading(&Masked::Vetting)?;
    let view = desk.office.view()?;
    let now = Timestamp::now();
    let drawn = &view.state.vetting.draws;
    let since = today().saturating_sub(1.year());
    let of_sort = |sort: &CheckSort| {
        let rows = view.state.coverage(*sort, since, now).into_iter().rev();
        let name = language.words().vetting.sort(*sort);
        rows.filter(|row| row.people > 0).map(move |row| covered(name, &row)).collect::<Vec<_>>()
    };
    let over = |sort: &CheckSort| drawn.iter().any(|draw| draw.facts.sort == *sort && draw.drawn(now).is_some());
    let used = CheckSort::ALL.iter().filter(|sort| over(sort));
    Ok(DrawsPage {
        shell: Shell::of(language, Place::People, &view),
        rows: drawn.iter().rev().map(|draw| row(draw, now, language)).collect(),
        coverage: used.flat_map(of_sort).collect(),
        sorts: sorts(language, given.get("sort")),
        taken,
        given,
        errors: in_language(errors, language),
    })
}

fn covered(sort: &'static str, row: &Coverage) -> CoverageRow {
    let cells = [count(row.people), format!("{:.1}", row.expected), count(row.drawn + row.forfeited), count(row.never)];
    CoverageRow { sort, level: row.level, cells }
}

fn row(draw: &Draw, now: Timestamp, language: Language) -> Row {
    let w = &language.words().draw;
    let standing = draw.standing(now);
    let rates = draw.facts.rates.map(|rate| rate.to_string()).join(", ");
    let names = |ids: &mut dyn Iterator<Item = &PersonId>| ids.map(PersonId::as_str).collect::<Vec<_>>().join(", ");
    let sort = language.words().vetting.sort(draw.facts.sort);
    let silent = names(&mut draw.silent().into_iter());
    let until = moment(draw.facts.reveal_by);
    let said = match standing {
        DrawStanding::Commits => fill(w.commits, &[&silent]),
        DrawStanding::Reveals => fill(w.reveals, &[&silent, &until]),
        DrawStanding::Late => fill(w.late, &[&until]),
        DrawStanding::Done => w.done.to_owned(),
        DrawStanding::Forfeited => w.forfeited.to_owned(),
    };
    Row {
        number: draw.number,
        what: fill(w.what, &[&draw.number, &sort, &count(draw.facts.eligible.len()), &rates, &moment(draw.at)]),
        standing: said,
        drawn: draw.drawn(now).map(|(_, drawn)| fill(w.drawn, &[&count(drawn.len()), &names(&mut drawn.iter())])),
        file: matches!(standing, DrawStanding::Commits | DrawStanding::Reveals),
        late: standing == DrawStanding::Late,
    }
}

/// Rates as they are typed: one, or five by rank level.
fn rates(text: &str) -> Option<[u8; 5]> {
    draw::rates(text.split(',').map(|n| n.trim().parse().ok()).collect::<Option<_>>()?)
}

fn plan(fields: &Fields, language: Language) -> Result<DrawPlan, Problem> {
    let mut reading = Reading::new(fields, language);
    let sort = reading.needed::<CheckSort>("sort");
    let rates = rates(fields.get("rates")).ok_or_else(|| language.words().draw.no_rates.to_owned());
    let rates = reading.noted("rates", rates);
    let first = reading.needed::<PersonId>("first");
    let second = reading.needed::<PersonId>("second");
    let reveal_days = reading.needed::<u16>("reveal");
    let within_days = reading.needed::<u16>("within");
    let unit = reading.text("unit");
    let read = sort.zip(rates).zip(first.zip(second)).zip(reveal_days.zip(within_days));
    reading.done(read.map(|(((sort, rates), (first, second)), (reveal_days, within_days))| DrawPlan {
        sort,
        unit,
        rates,
        drawers: [first, second],
        reveal_days,
        within_days,
    }))
}

fn refused(desk: &Desk, language: Language, fields: Fields, errors: Vec<Wrong>) -> Result<Response, Problem> {
    let page = page(desk, language, fields, Vec::new(), errors)?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

/// The form's own name of a field.
fn typed(field: &'static str) -> &'static str {
    match field {
        "drawers" => "first",
        "reveal_days" => "reveal",
        other => other,
    }
}

/// `POST /vetting/draws`
pub(crate) async fn open((state, extension): Asked, Form(given): Form<Vec<(String, String)>>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let fields = Fields::of(given, &FIELDS)?;
        let opened = plan(&fields, language).and_then(|plan| draw::open(&desk, &plan));
        match opened.map_err(|problem| problem.at(typed)) {
            Ok(_) => Ok(Redirect::to("/vetting/draws").into_response()),
            Err(Problem::Wrong(errors)) => refused(&desk, language, fields, errors),
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// `GET /vetting/draws/{number}/file`: what goes to the drawers.
pub(crate) async fn file((state, extension): Asked, Path(number): Path<u64>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let (name, kind, bundle) = draw::file(&desk, number)?;
        Ok(download(&name, kind, bundle))
    })
    .await
}

/// `POST /vetting/draws/take`: what drawers sent back.
pub(crate) async fn take((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let files = form::parts(form).await.and_then(|parts| arrival::files(&parts, "files"));
    answered(language, move || {
        let (mut taken, mut errors) = (Vec::new(), Vec::new());
        match draw::take(&desk, language, &files?) {
            Ok(came_back) => {
                for (file, took) in came_back {
                    match took {
                        Ok(took) => taken.push(said(&file, &took, language)),
                        Err(why) => errors.push(("files", format!("{file}: {why}"))),
                    }
                }
            }
            Err(Problem::Wrong(wrong)) => errors = wrong,
            Err(other) => return Err(other),
        }
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = DrawsPage { errors, ..page(&desk, language, Fields::default(), taken, Vec::new())? };
        Ok((status, Html(page.render()?)).into_response())
    })
    .await
}

/// What was taken in, in a sentence.
fn said(file: &str, taken: &Taken, language: Language) -> String {
    let w = &language.words().draw;
    match taken {
        Taken::Committed(number, person, _) => fill(w.took_commitment, &[&file, person, number]),
        Taken::Revealed(number, person) => fill(w.took_secret, &[&file, person, number]),
        Taken::Done(number, drawn) => fill(w.took_last, &[&file, number, &count(drawn.len())]),
    }
}

/// `POST /vetting/draws/{number}/close`
pub(crate) async fn close((state, extension): Asked, Path(number): Path<u64>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || match draw::close(&desk, number) {
        Ok(_) => Ok(Redirect::to("/vetting/draws").into_response()),
        Err(Problem::Refused(why)) => refused(&desk, language, Fields::default(), vec![("files", why)]),
        Err(problem) => Err(problem),
    })
    .await
}
