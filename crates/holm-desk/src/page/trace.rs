//! Tracing a leak: the form, the work, and the report of a look.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, Multipart, Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::exhibit::Piece;
use holm::report::{CopyResult, LayerRead, PassedOn, Report, Verdict, Voice};
use holm::state::Look;
use holm_marks::mark::Layer;
use jiff::Timestamp;

use super::aligned::{self, Level};
use super::evidence::{Dot, EvidencePlot};
use super::scanned::{Scanned, further, scanned};
use super::{Asked, Place, Shell, Shown};
use crate::form;
use crate::job::{Done, Progress, Work};
use crate::language::{Language, count, grouped, power_of_ten};
use crate::office::View;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::session::secret;
use crate::trace::{self, Given};
use crate::words::fill;

struct LookLine {
    what: String,
    verdict: String,
    path: String,
}

#[derive(Template)]
#[template(path = "trace.html")]
struct TraceForm {
    shell: Shell,
    /// The form's own number, so that sending it twice traces once.
    ticket: String,
    items: Vec<String>,
    incidents: Vec<String>,
    looks: Vec<LookLine>,
    text: String,
    item: String,
    incident: String,
    errors: Vec<Wrong>,
}

impl TraceForm {
    /// What is wrong with the files.
    fn files_error(&self) -> Option<&str> {
        self.errors.iter().find(|(field, _)| *field == "files").map(|(_, error)| error.as_str())
    }
}

/// `GET /trace`
pub(crate) async fn form(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| trace_form(desk, language, &Given::default(), Vec::new())).await
}

fn trace_form(desk: &Desk, language: Language, given: &Given, errors: Vec<Wrong>) -> Result<TraceForm, Problem> {
    let view = desk.office.view()?;
    let state = &view.state;
    let mut incidents: Vec<String> = state.evidence.iter().map(|e| e.incident.to_string()).collect();
    incidents.reverse();
    incidents.dedup();
    let line = |look: &Look| LookLine {
        what: format!("{}, {}", look.item, fill(language.words().trace.look, &[&look.look, &look.incident])),
        verdict: super::items::verdict(look, language),
        path: report_path(look),
    };
    Ok(TraceForm {
        ticket: secret().map_err(|e| Problem::Internal(e.to_string()))?,
        items: state.items.iter().filter(|(_, i)| i.released.is_some()).map(|(name, _)| name.to_string()).collect(),
        incidents,
        looks: state.looks.iter().rev().take(super::ROWS).map(line).collect(),
        text: given.text.clone(),
        item: given.item.clone(),
        incident: given.incident.clone(),
        errors,
        shell: Shell::of(language, Place::Trace, &view),
    })
}

/// Where a look's report is.
pub(crate) fn report_path(look: &Look) -> String {
    look_path(look.index)
}

fn look_path(index: u64) -> String {
    format!("/looks/{index}")
}

/// Where what a job came to is shown.
pub(crate) fn result_path(done: &Done) -> String {
    match done {
        Done::Traced(looks) => looks.first().map_or_else(|| "/trace/no-match".to_owned(), |index| look_path(*index)),
        Done::Released(item) => format!("/items/{item}"),
        Done::Waiting(draft) => format!("/share/{draft}/second"),
        Done::Read(entry) => format!("/vetting/statements#read-{entry}"),
    }
}

/// `POST /trace`
pub(crate) async fn trace((State(desk), Extension(language)): Asked, form: Multipart) -> Response {
    let given = form::parts(form).await.and_then(|parts| Given::of(&parts));
    let made = tokio::task::spawn_blocking(move || begun(&desk, language, given?));
    made.await.map_err(Problem::from).and_then(|made| made).unwrap_or_else(|problem| problem.page(language))
}

fn begun(desk: &Arc<Desk>, language: Language, mut given: Given) -> Result<Response, Problem> {
    match trace::begin(desk, language, &mut given) {
        Ok(ticket) => Ok(Redirect::to(&format!("/trace/{}", ticket.as_str())).into_response()),
        Err(Problem::Wrong(errors)) => {
            let page = trace_form(desk, language, &given, in_language(errors, language))?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "working.html")]
struct Working {
    shell: Shell,
    at: String,
}

#[derive(Template)]
#[template(path = "failed.html")]
struct Failed {
    shell: Shell,
    why: String,
}

#[derive(Template)]
#[template(path = "no_match.html")]
struct NoMatch {
    shell: Shell,
}

/// `GET /trace/{ticket}`
pub(crate) async fn progress((State(desk), Extension(language)): Asked, Path(ticket): Path<String>) -> Response {
    let progress = desk.jobs.progress(Work::Trace, &ticket);
    let view = tokio::task::spawn_blocking(move || desk.office.view()).await;
    let view = match view.map_err(Problem::from).and_then(|view| Ok(view?)) {
        Ok(view) => view,
        Err(problem) => return problem.page(language),
    };
    let shell = Shell::of(language, Place::Trace, &view);
    let page = match progress {
        Some(Progress::Done(done)) => return Redirect::to(&result_path(&done)).into_response(),
        Some(Progress::Working(at)) => Working { shell, at: language.said(&at) }.render(),
        Some(Progress::Failed(why)) => Failed { shell, why: language.said(&why) }.render(),
        None if ticket == "no-match" => NoMatch { shell }.render(),
        None => return Redirect::to("/trace").into_response(),
    };
    page.map_or_else(|e| Problem::from(e).page(language), |page| Html(page).into_response())
}

struct LayerRow {
    name: &'static str,
    read: String,
    of: String,
    /// What it says of each named copy.
    says: Vec<&'static str>,
}

/// A piece of the item's text.
pub(crate) struct MarkSpan {
    pub(super) text: String,
    /// By layer: none for what all copies say.
    pub(super) class: &'static str,
    /// Whether it was read, was not, or was and shows what no named copy has.
    pub(super) kind: &'static str,
    pub(super) mark: usize,
    /// What is said of the mark.
    pub(super) note: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    shell: Shell,
    title: String,
    bound: String,
    named: Vec<String>,
    plot: EvidencePlot,
    below: Option<String>,
    look: String,
    item: String,
    layers: Vec<LayerRow>,
    copies: Vec<String>,
    notes: Vec<String>,
    others: Vec<String>,
    files: String,
    index: u64,
    pictures: Vec<Scanned>,
    further: Option<String>,
    /// Whether words that stand aside are among the marks that are shown.
    layout_shown: bool,
    levels: Vec<Level>,
    blocks: Vec<Vec<MarkSpan>>,
    export: String,
    means: &'static [&'static str],
}

/// `GET /looks/{index}`
pub(crate) async fn report(asked: Asked, Path(index): Path<u64>) -> Shown {
    super::shown(asked, move |desk, language| report_page(desk, language, index)).await
}

fn report_page(desk: &Desk, language: Language, index: u64) -> Result<ReportPage, Problem> {
    let view = desk.office.view()?;
    let look = trace::look(&view, index)?;
    trace::is_read(desk, &view, look)?;
    let words = &language.words().trace;
    let exhibit =
        desk.office.act(|workspace| workspace.exhibit(look, Timestamp::now()))?.map_err(|e| Problem::Workspace(e.to_string()))?;
    let report = &exhibit.report;
    let named: Vec<_> = report.copies.iter().filter(|c| c.named).collect();
    let others = report.copies.len() - named.len();
    let spans = |block: &Vec<Piece>| block.iter().map(|p| mark_span(p, &named, language)).collect();
    let blocks: Vec<Vec<MarkSpan>> = exhibit.blocks.iter().map(spans).collect();
    let title = if named.is_empty() { words.inconclusive.to_owned() } else { words.explains.of(named.len()) };
    Ok(ReportPage {
        title,
        bound: fill(words.bound, &[&grouped((1.0 / report.alpha).round() as u64)]),
        named: named.iter().map(|c| named_line(&view, c, language)).collect(),
        plot: plot(&view, report, language),
        below: (others > 0).then(|| format!("{} {}", words.below.of(others), words.withheld)),
        look: format!("{}: {}", fill(words.look, &[&report.look, &report.incident]), words.family.of(report.family)),
        item: look.item.to_string(),
        layers: layers(report, language),
        copies: named.iter().map(|c| fill(words.says, &[&c.copy])).collect(),
        notes: notes(report, language),
        others: holders(report, language),
        files: if exhibit.gone { words.gone.to_owned() } else { fill(words.leak_files, &[&exhibit.files.join(", ")]) },
        index,
        pictures: scanned(&exhibit.pictures, &blocks, language),
        further: further(&exhibit.pictures, language),
        layout_shown: exhibit.blocks.iter().flatten().any(|p| matches!(p, Piece::Moved { .. })),
        levels: aligned::levels(&exhibit),
        blocks,
        export: format!("{}/report.json", report_path(look)),
        means: if report.verdict == Verdict::Named { &words.means_named } else { &words.means_inconclusive },
        shell: Shell::of(language, Place::Trace, &view),
    })
}

/// "about 1 in 83,511", in words that can be repeated.
fn rarely(p: f64, language: Language) -> String {
    let words = &language.words().trace;
    let one_in = (1.0 / p.max(1e-300)).log10();
    if one_in >= 9.0 {
        fill(words.fewer, &[&power_of_ten(one_in.floor() as u32)])
    } else {
        fill(words.about, &[&grouped(10.0_f64.powf(one_in).round() as u64)])
    }
}

fn named_line(view: &View, copy: &CopyResult, language: Language) -> String {
    let words = &language.words().trace;
    let person = copy.person.as_ref().map(|id| match view.state.persons.get(id) {
        Some(person) => format!("{} ({id})", person.facts.name),
        None => id.to_string(),
    });
    let person = person.unwrap_or_else(|| words.masked.to_owned());
    fill(words.issued_to, &[&copy.copy, &person, &rarely(copy.adjusted_p.unwrap_or(1.0), language)])
}

fn plot(view: &View, report: &Report, language: Language) -> EvidencePlot {
    let words = &language.words().trace;
    let dot = |c: &CopyResult| Some(Dot { label: c.copy.to_string(), said: named_line(view, c, language), p: c.adjusted_p? });
    let dots: Vec<Dot> = report.copies.iter().filter(|c| c.named).filter_map(dot).collect();
    let line = fill(words.line, &[&grouped((1.0 / report.alpha).round() as u64)]);
    EvidencePlot::new(dots, report.alpha, line, words.evidence_axis)
}

fn layers(report: &Report, language: Language) -> Vec<LayerRow> {
    let words = &language.words().trace;
    let named: Vec<_> = report.copies.iter().filter(|c| c.named).collect();
    // Of a leak that several copies explain together, no layer fits one of them alone: that contradicts nothing.
    let says = |copy: &CopyResult, layer: &Layer| match copy.layers.get(layer) {
        Some(Voice::Fits) => words.fits,
        Some(Voice::Contradicts) if copy.contradicting().is_some() => words.contradicts,
        _ => words.silent,
    };
    let row = |(layer, read): (&Layer, &LayerRead)| LayerRow {
        name: layer_name(*layer, language),
        read: count(read.read),
        of: count(read.total),
        says: named.iter().map(|c| says(c, layer)).collect(),
    };
    report.marks.by_layer.iter().map(row).collect()
}

pub(crate) fn layer_name(layer: Layer, language: Language) -> &'static str {
    let at = Layer::ALL.iter().position(|l| *l == layer);
    at.and_then(|at| language.words().trace.layers.get(at)).copied().unwrap_or_default()
}

fn notes(report: &Report, language: Language) -> Vec<String> {
    let words = &language.words().trace;
    let mut notes = Vec::new();
    if let Some(c) = &report.coverage {
        let numbers = [c.master_matched, c.master_tokens, c.leak_matched, c.leak_tokens].map(count);
        let [a, b, c, d] = &numbers;
        notes.push(fill(words.coverage, &[a, b, c, d]));
    }
    if report.copies.iter().any(|c| c.named && c.contradicting().is_some()) {
        notes.push(words.mixed.to_owned());
    }
    match (report.further_marks, report.verdict) {
        (Some(0), Verdict::Inconclusive) => notes.push(words.enough.to_owned()),
        (Some(n), Verdict::Inconclusive) => notes.push(fill(words.further, &[&count(n)])),
        (None, Verdict::Inconclusive) if !report.can_settle => notes.push(words.too_few.to_owned()),
        _ => {}
    }
    notes
}

fn holders(report: &Report, language: Language) -> Vec<String> {
    let words = &language.words().trace;
    let holders = &report.holders;
    let mut lines = vec![words.stolen.to_owned()];
    if holders.alone {
        lines.push(words.alone.to_owned());
    }
    lines.push(fill(words.custodians, &[&holders.custodians.join(", ")]));
    lines.extend(holders.plain_folders.iter().map(|f| fill(words.plain, &[f])));
    for PassedOn { copy, to, paragraphs } in &holders.passed_on {
        let numbers = paragraphs.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        lines.push(match numbers.as_str() {
            "" => fill(words.passed_on_whole, &[to, copy]),
            numbers => fill(words.passed_on, &[to, &numbers, copy]),
        });
    }
    if !holders.on_lost_devices.is_empty() {
        let copies: Vec<String> = holders.on_lost_devices.iter().map(ToString::to_string).collect();
        lines.push(fill(words.lost, &[&copies.join(", ")]));
    }
    lines.push(match holders.receipts_before {
        0 => words.no_witness.to_owned(),
        n => words.witnesses.of(n),
    });
    lines
}

fn mark_span(piece: &Piece, named: &[&CopyResult], language: Language) -> MarkSpan {
    let words = &language.words().trace;
    let (mark, layer, alternatives, read, word) = match piece {
        Piece::Text(text) => return MarkSpan { text: text.clone(), class: "", kind: "", mark: 0, note: String::new() },
        Piece::Mark { mark, layer, alternatives, read } => (*mark, *layer, alternatives, read, None),
        Piece::Moved { mark, text, alternatives, read } => (*mark, Layer::Layout, alternatives, read, Some(text)),
    };
    let (name, others) = (layer_name(layer, language), alternatives.join(" | "));
    let Some(text) = read.and_then(|a| alternatives.get(a)) else {
        let note = format!("{name}, {}", words.mark_erased);
        return match word {
            Some(word) => MarkSpan { text: word.clone(), class: "moved erased", kind: "erased", mark, note },
            None => MarkSpan { text: format!("○ {others}"), class: "erased", kind: "erased", mark, note },
        };
    };
    let (without, with): (Vec<&CopyResult>, Vec<&CopyResult>) = named.iter().partition(|c| c.against.contains(&mark));
    let list = |copies: &[&CopyResult]| copies.iter().map(|c| c.copy.as_str()).collect::<Vec<_>>().join(", ");
    let (shape, kind, said) = match (with.is_empty(), without.is_empty()) {
        (true, false) => ("✕", "against", fill(words.mark_against, &[&list(&without)])),
        (false, false) => ("●", "read", fill(words.mark_as, &[&list(&with), &list(&without)])),
        (_, true) => ("●", "read", String::new()),
    };
    let note = format!("{name}, {} «{text}» ({others}){said}", words.mark_read);
    // Every second word may stand aside: a line below it says that its place was read.
    let text = match (word, kind) {
        (Some(word), "read") => word.clone(),
        (Some(word), _) => format!("{shape} {word}"),
        (None, _) if text.is_empty() => format!("{shape} ·"),
        (None, _) => format!("{shape} {text}"),
    };
    MarkSpan { text, class: class(layer), kind, mark, note }
}

/// How a layer's marks are underlined.
pub(crate) fn class(layer: Layer) -> &'static str {
    match layer {
        Layer::Fact => "fact",
        Layer::Wording => "wording",
        Layer::Layout => "moved",
        _ => "orthography",
    }
}

/// `GET /looks/{index}/pictures/{number}`: a picture of the leak, made anew.
pub(crate) async fn picture((State(desk), Extension(language)): Asked, Path((index, number)): Path<(u64, usize)>) -> Response {
    super::answered(language, move || {
        let jpeg = trace::picture(&desk, index, number)?;
        Ok(([(CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
    })
    .await
}

/// `GET /looks/{index}/report.json`
pub(crate) async fn export((State(desk), Extension(language)): Asked, Path(index): Path<u64>) -> Response {
    let made = tokio::task::spawn_blocking(move || trace::report(&desk, index));
    match made.await.map_err(Problem::from).and_then(|made| made) {
        Ok(json) => super::download(&format!("look-{index}.json"), "application/json", json.into_bytes()),
        Err(problem) => problem.page(language),
    }
}
