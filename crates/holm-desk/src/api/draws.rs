//! Random draws for checks.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use holm::vetting::draw::{self as drawing, Coverage, Draw, DrawPlan, DrawStanding, REVEAL, Taken, WITHIN};
use holm::vetting::import::day;
use holm_record::event::approval::Masked;
use holm_record::event::vetting::CheckSort;
use holm_record::id::PersonId;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{File, LANGUAGE, answered, made, texts, wrong};
use crate::draw::CameBack;
use crate::form::parts;
use crate::page::download;
use crate::problem::Problem;
use crate::server::Desk;
use crate::vetting::today;
use crate::{arrival, draw};

/// Draws.
#[derive(Serialize, ToSchema)]
pub(crate) struct Draws {
    /// Oldest first.
    draws: Vec<DrawLine>,
}

/// A draw, and how it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Draw)]
pub(crate) struct DrawLine {
    /// The number of its entry, by which it is called.
    draw: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    by: String,
    /// For which check.
    sort: &'static str,
    /// Of 100 people, how many on average, by rank level from the lowest.
    rates: Vec<u8>,
    /// How many can be drawn.
    eligible: usize,
    /// Who commits and reveals.
    drawers: Vec<String>,
    /// Whatever is not revealed until then draws everybody.
    #[schema(value_type = String, format = DateTime)]
    reveal_by: Timestamp,
    /// Days to take the check, from the draw on.
    within_days: u16,
    /// `commits`, `reveals`, `late`, `done` or `forfeited`.
    standing: &'static str,
    /// Who has not committed, or not revealed.
    waits_for: Vec<String>,
    /// Who was drawn; absent until it is over, or late.
    drawn: Option<Vec<String>>,
}

impl DrawLine {
    fn of(draw: &Draw, now: Timestamp) -> Self {
        let standing = draw.standing(now);
        let (word, is_over) = match standing {
            DrawStanding::Commits => ("commits", false),
            DrawStanding::Reveals => ("reveals", false),
            DrawStanding::Late => ("late", false),
            DrawStanding::Done => ("done", true),
            DrawStanding::Forfeited => ("forfeited", true),
        };
        Self {
            draw: draw.number,
            at: draw.at,
            by: draw.by.clone(),
            sort: draw.facts.sort.word(),
            rates: draw.facts.rates.to_vec(),
            eligible: draw.facts.eligible.len(),
            drawers: texts(&draw.facts.drawers),
            reveal_by: draw.facts.reveal_by,
            within_days: draw.facts.within_days,
            standing: word,
            waits_for: if is_over { Vec::new() } else { texts(draw.silent()) },
            drawn: draw.drawn(now).map(|(_, drawn)| texts(&drawn)),
        }
    }

    /// A draw as it stands now.
    fn now(desk: &Desk, number: u64) -> Result<Self, Problem> {
        let view = desk.office.view()?;
        let draw = view.state.vetting.draws.iter().find(|draw| draw.number == number).ok_or(Problem::Missing)?;
        Ok(Self::of(draw, Timestamp::now()))
    }
}

/// Draws, and who was drawn; that they are read is an entry.
#[utoipa::path(get, path = "/api/v1/vetting/draws", tag = "vetting",
    responses((status = 200, description = "All of them.", body = Draws)))]
pub(crate) async fn draws(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        desk.office.record_reading(&Masked::Vetting)?;
        let (view, now) = (desk.office.view()?, Timestamp::now());
        Ok(Json(Draws { draws: view.state.vetting.draws.iter().map(|draw| DrawLine::of(draw, now)).collect() }))
    })
    .await
}

/// A draw to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDraw {
    /// For which check.
    sort: String,
    /// Of 100 people, how many on average: one number for everybody, or five by rank level from the lowest.
    rates: Vec<u8>,
    /// Two people of different units who commit and reveal.
    drawers: Vec<String>,
    /// Of one unit only.
    unit: Option<String>,
    /// Days to commit and reveal, 7 unless said otherwise; after them everybody is drawn.
    reveal_days: Option<u16>,
    /// Days to take the check, from the draw on; 7 unless said otherwise.
    within_days: Option<u16>,
}

impl NewDraw {
    fn plan(self) -> Result<DrawPlan, Problem> {
        let words = &LANGUAGE.words().draw;
        let drawers = self.drawers.into_iter().map(|id| wrong("drawers", PersonId::new(id))).collect::<Result<Vec<_>, _>>()?;
        let usual = u16::try_from(REVEAL.as_hours() / 24).unwrap_or(u16::MAX);
        Ok(DrawPlan {
            sort: wrong("sort", self.sort.parse::<CheckSort>())?,
            unit: self.unit,
            rates: wrong("rates", draw::rates(self.rates).ok_or(words.no_rates))?,
            drawers: wrong("drawers", <[PersonId; 2]>::try_from(drawers).map_err(|_| words.two_drawers))?,
            reveal_days: self.reveal_days.unwrap_or(usual),
            within_days: self.within_days.unwrap_or(WITHIN),
        })
    }
}

/// Opens a draw: who can be drawn, how likely, and the desk's own commitment are an entry first.
#[utoipa::path(post, path = "/api/v1/vetting/draws", tag = "vetting", request_body = NewDraw,
    responses((status = 201, description = "It waits for both commitments.", body = DrawLine,
        headers(("Location", description = "Where it is.")))))]
pub(crate) async fn open_draw(State(desk): State<Arc<Desk>>, Json(given): Json<NewDraw>) -> Response {
    answered(desk, move |desk| {
        let number = draw::open(desk, &given.plan()?)?;
        Ok(made(StatusCode::CREATED, format!("/api/v1/vetting/draws/{number}"), DrawLine::now(desk, number)?))
    })
    .await
}

/// A draw as anybody computes it again (`docs/spec/draws.md`).
#[derive(Serialize, ToSchema)]
#[schema(as = DrawToCheck)]
pub(crate) struct ShownDraw {
    /// The leaf of the entry that opened it.
    leaf: String,
    /// Numbers of its entries, each of which `/api/v1/record/proofs/{index}` proves.
    entries: Vec<u64>,
    /// What they say, as they stand in the record.
    events: Vec<serde_json::Value>,
}

/// A draw, so that others can compute it again: what `holm check draw show` writes. That it is read is an entry.
#[utoipa::path(get, path = "/api/v1/vetting/draws/{number}", tag = "vetting",
    params(("number" = u64, Path, description = "The draw's number.")),
    responses((status = 200, description = "Its leaf, and what each of its entries says.", body = ShownDraw)))]
pub(crate) async fn draw(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    answered(desk, move |desk| {
        let drawing::DrawToCheck { leaf, entries, events } = draw::to_check(desk, number)?;
        let events = events.iter().map(serde_json::to_value).collect::<Result<_, _>>();
        Ok(Json(ShownDraw { leaf, entries, events: events.map_err(|e| Problem::Internal(e.to_string()))? }))
    })
    .await
}

/// What goes to the drawers now, sealed to their devices: the draw, then that both have committed.
#[utoipa::path(get, path = "/api/v1/vetting/draws/{number}/file", tag = "vetting",
    params(("number" = u64, Path, description = "The draw's number.")),
    responses((status = 200, description = "The file.", body = File, content_type = "application/age-encryption")))]
pub(crate) async fn draw_file(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    answered(desk, move |desk| {
        let (name, kind, bytes) = draw::file(desk, number)?;
        Ok(download(&name, kind, bytes))
    })
    .await
}

/// What drawers sent back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema only; the form is read part by part")]
struct DrawerFiles {
    /// Commitments, or what was revealed.
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<Vec<u8>>,
}

/// What came of each file, in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenOfDraws {
    files: Vec<TakenOfDraw>,
}

/// What came of a file that a drawer sent back.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenOfDraw {
    file: String,
    /// The draw; absent if it was not taken in.
    draw: Option<u64>,
    /// Who committed or revealed; absent of the last, with which the draw is done.
    person: Option<String>,
    /// `commits` while one is to commit, `reveals` once both have, `done` once everything is revealed; absent if it was not taken in.
    standing: Option<&'static str>,
    /// Who is drawn, once it is done.
    drawn: Option<Vec<String>>,
    /// Why it was not taken in.
    error: Option<String>,
}

impl TakenOfDraw {
    fn of((file, taken): CameBack) -> Self {
        let (draw, person, standing, drawn) = match taken {
            Ok(Taken::Committed(draw, person, both)) => (draw, Some(person), if both { "reveals" } else { "commits" }, None),
            Ok(Taken::Revealed(draw, person)) => (draw, Some(person), "reveals", None),
            Ok(Taken::Done(draw, drawn)) => (draw, None, "done", Some(texts(&drawn))),
            Err(why) => return Self { file, draw: None, person: None, standing: None, drawn: None, error: Some(why) },
        };
        let person = person.map(|person| person.to_string());
        Self { file, draw: Some(draw), person, standing: Some(standing), drawn, error: None }
    }
}

/// Takes in commitments and what was revealed; with the last of it the draw is done. If no file can be taken in, that is a problem.
#[utoipa::path(post, path = "/api/v1/vetting/draws/take", tag = "vetting",
    request_body(content = DrawerFiles, content_type = "multipart/form-data"),
    responses((status = 200, description = "At least one was taken in.", body = TakenOfDraws)))]
pub(crate) async fn take_draws(State(desk): State<Arc<Desk>>, form: Multipart) -> Response {
    let files = parts(form).await.and_then(|parts| arrival::files(&parts, "files"));
    answered(desk, move |desk| {
        let came_back = draw::take(desk, LANGUAGE, &files?)?;
        if came_back.iter().all(|(_, taken)| taken.is_err()) {
            let why = came_back.into_iter().filter_map(|(file, taken)| Some(("files", format!("{file}: {}", taken.err()?))));
            return Err(Problem::Wrong(why.collect()));
        }
        Ok(Json(TakenOfDraws { files: came_back.into_iter().map(TakenOfDraw::of).collect() }))
    })
    .await
}

/// Ends a draw of which something was not revealed in time: everybody is drawn.
#[utoipa::path(post, path = "/api/v1/vetting/draws/{number}/close", tag = "vetting",
    params(("number" = u64, Path, description = "The draw's number.")),
    responses((status = 200, description = "It is over.", body = DrawLine)))]
pub(crate) async fn close_draw(State(desk): State<Arc<Desk>>, Path(number): Path<u64>) -> Response {
    answered(desk, move |desk| {
        draw::close(desk, number)?;
        Ok(Json(DrawLine::now(desk, number)?))
    })
    .await
}

/// Of which check, and since when.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CoverageOf {
    /// The check.
    sort: String,
    /// The first day: `2026-11-24`; a year ago, if absent.
    since: Option<String>,
}

/// How often people were drawn.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrawCoverage {
    sort: &'static str,
    /// The first day that counts.
    since: String,
    /// Rank levels, the lowest first.
    levels: Vec<LevelCoverage>,
}

/// How often people of a rank level were drawn, beside how often they were to be.
#[derive(Serialize, ToSchema)]
pub(crate) struct LevelCoverage {
    /// 1 lowest to 5 highest.
    level: u8,
    /// People on the roster.
    people: usize,
    /// How often one could have been drawn.
    chances: usize,
    /// How often one was to be, by the rates.
    expected: f64,
    /// How often one was.
    drawn: usize,
    /// How often one was because something was not revealed.
    forfeited: usize,
    /// People on the roster who were not drawn.
    never: usize,
}

impl LevelCoverage {
    fn of(row: Coverage) -> Self {
        let Coverage { level, people, chances, expected, drawn, forfeited, never } = row;
        Self { level, people, chances, expected, drawn, forfeited, never }
    }
}

/// How often people of each rank level were drawn, beside how often they were to be; that it is read is an entry.
#[utoipa::path(get, path = "/api/v1/vetting/draws/coverage", tag = "vetting", params(CoverageOf),
    responses((status = 200, description = "Each level.", body = DrawCoverage)))]
pub(crate) async fn draw_coverage(State(desk): State<Arc<Desk>>, Query(of): Query<CoverageOf>) -> Response {
    answered(desk, move |desk| {
        let sort = wrong("sort", of.sort.parse::<CheckSort>())?;
        let since = of.since.as_deref().map(|text| wrong("since", day(text))).transpose()?;
        let since = since.unwrap_or_else(|| today().saturating_sub(1.year()));
        desk.office.record_reading(&Masked::Vetting)?;
        let rows = desk.office.view()?.state.coverage(sort, since, Timestamp::now());
        let levels = rows.into_iter().map(LevelCoverage::of).collect();
        Ok(Json(DrawCoverage { sort: sort.word(), since: since.to_string(), levels }))
    })
    .await
}
