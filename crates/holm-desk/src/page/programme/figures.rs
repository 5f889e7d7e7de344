//! What a partner can be sent: counts about them alone, to be printed or saved.

use askama::Template;
use axum::extract::{Extension, Query, State};
use axum::response::{Html, IntoResponse, Response};
use holm::programme::sharing::{PartnerFigures, PartnerPeriod, Sharing};

use super::super::{Asked, Place, Shell, answered, download, in_address};
use super::{FIELDS, counted, head, read};
use crate::fields::Fields;
use crate::language::{Language, count};
use crate::problem::{Problem, in_language};
use crate::server::Desk;
use crate::words::fill;
use crate::words::programme::ProgrammeWords;

/// One figure over all periods.
struct FigureRow {
    name: &'static str,
    numbers: Vec<String>,
}

#[derive(Template)]
#[template(path = "programme_figures.html")]
struct FiguresPage {
    shell: Shell,
    title: String,
    /// First days of periods and the days after their last, then that all of it stands there.
    heads: Vec<Vec<String>>,
    rows: Vec<FigureRow>,
    file: String,
    head: String,
    /// The signed checkpoint of the record that they follow from.
    checkpoint: Option<String>,
}

/// `GET /programme/figures`
pub(crate) async fn figures((State(desk), Extension(language)): Asked, Query(given): Query<Vec<(String, String)>>) -> Response {
    answered(language, move || {
        let fields = Fields::of(given, &FIELDS)?;
        let (counted, figures) = sent(&desk, &fields, language)?;
        let w = &language.words().programme;
        let periods: Vec<&PartnerPeriod> = figures.periods.iter().chain(&figures.total).collect();
        let mut heads: Vec<Vec<String>> =
            figures.periods.iter().map(|period| vec![period.from.to_string(), period.until.to_string()]).collect();
        heads.extend(figures.total.map(|_| vec![w.all.to_owned()]));
        let given: Vec<String> = FIELDS.iter().map(|f| format!("{f}={}", in_address(fields.get(f)))).collect();
        let page = FiguresPage {
            title: fill(w.figures_title, &[&figures.partner]),
            heads,
            rows: rows(&periods, w),
            file: format!("/programme/figures/file?{}", given.join("&")),
            head: head(&counted, w),
            checkpoint: figures.head.checkpoint.clone(),
            shell: Shell::of(language, Place::Cases, &*desk.office.view()?),
        };
        Ok(Html(page.render()?).into_response())
    })
    .await
}

/// `GET /programme/figures/file`
pub(crate) async fn file((State(desk), Extension(language)): Asked, Query(given): Query<Vec<(String, String)>>) -> Response {
    answered(language, move || {
        let (_, figures) = sent(&desk, &Fields::of(given, &FIELDS)?, language)?;
        let bytes = serde_json::to_vec_pretty(&figures).map_err(|error| Problem::Refused(error.to_string()))?;
        Ok(download(&format!("{}.json", figures.partner), "application/json", bytes))
    })
    .await
}

/// The figures of the partner that is named, and what they are from.
fn sent(desk: &Desk, fields: &Fields, language: Language) -> Result<(Sharing, PartnerFigures), Problem> {
    let question = read(fields, language);
    let counted = question.and_then(|question| counted(desk, &question)).map_err(|problem| match problem {
        // There is no form here at whose field it could stand.
        Problem::Wrong(errors) => {
            Problem::Refused(in_language(errors, language).into_iter().map(|(_, said)| said).collect::<Vec<_>>().join(" "))
        }
        other => other,
    })?;
    let named = counted.partners.first().filter(|_| !fields.get("partner").is_empty());
    let partner = named.ok_or_else(|| Problem::Refused(language.words().programme.choose.to_owned()))?;
    let figures = counted.for_partner(partner);
    Ok((counted, figures))
}

fn rows(periods: &[&PartnerPeriod], w: &ProgrammeWords) -> Vec<FigureRow> {
    type Figure = (&'static str, fn(&PartnerPeriod) -> usize);
    let all: [Figure; 21] = [
        (w.items, |of| of.items),
        (w.operations, |of| of.operations),
        (w.briefings, |of| of.briefings),
        (w.copies, |of| of.copies),
        (w.received, |of| of.received),
        (w.kept, |of| of.kept),
        (w.broken, |of| of.broken),
        (w.shared, |of| of.shared),
        (w.later, |of| of.later),
        (w.open, |of| of.open),
        (w.recalled, |of| of.recalled),
        (w.corrected, |of| of.corrected),
        (w.checkable, |of| of.proved),
        (w.receipts, |of| of.receipts),
        (w.halves, |of| of.halves),
        (w.approvals, |of| of.approvals),
        (w.asked, |of| of.asked),
        (w.granted, |of| of.granted),
        (w.recorded, |of| of.recorded),
        (w.took_part, |of| of.took_part),
        (w.reported, |of| of.reported),
    ];
    let row = |(name, of): &Figure| FigureRow { name, numbers: periods.iter().map(|period| count(of(period))).collect() };
    all.iter().map(row).collect()
}
