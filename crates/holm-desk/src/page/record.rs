//! The record: its entries, its head, and a verification run before the reader's eyes.

use askama::Template;
use axum::extract::Query;
use holm::role::UseCase;
use holm_record::entry::Opened;
use jiff::Timestamp;
use serde::Deserialize;

use super::witnesses::standing;
use super::{Asked, Part, Place, ROWS, Shell, Shown, moment};
use crate::entry_words::sentence;
use crate::language::{Language, count, grouped};
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::fill;

/// What stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    #[serde(default)]
    page: usize,
}

struct EntryRow {
    index: String,
    at: String,
    by: String,
    what: String,
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    shell: Shell,
    title: String,
    /// How far it is witnessed, and an alarm.
    witnessed: String,
    late: Option<String>,
    checkpoint: String,
    rows: Vec<EntryRow>,
    part: Part,
}

/// `GET /record`
pub(crate) async fn record(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| list(desk, language, &asks)).await
}

/// Entries from the newest; a page of the table is a range of the record that ends that many entries before its end.
fn list(desk: &Desk, language: Language, asks: &Asks) -> Result<RecordPage, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().record;
    let size = usize::try_from(view.size).unwrap_or(usize::MAX);
    let part = Part::new(asks.page, size, "");
    let to = view.size - part.from as u64;
    let from = to.saturating_sub(ROWS as u64);
    let entries = desk.office.act(|workspace| workspace.entries_from(from, to))??;
    let now = Timestamp::now();
    let row = |(index, opened): (u64, &Option<Opened>)| {
        let opened = opened.as_ref()?;
        let by = if opened.entry.actor == holm::workspace::OFFICER { words.officer } else { &opened.entry.actor };
        Some(EntryRow {
            index: grouped(index),
            at: moment(opened.entry.at),
            by: by.to_owned(),
            what: sentence(&view.masks.event(&view.state, opened.entry.event.clone(), now), language),
        })
    };
    let mut rows: Vec<EntryRow> = (from..).zip(&entries).filter_map(row).collect();
    rows.reverse();
    let (witnessed, _, late) = standing(&view, &words.witnesses, Timestamp::now());
    Ok(RecordPage {
        witnessed,
        late,
        title: words.title.of(size),
        checkpoint: view.checkpoint.clone().unwrap_or_default(),
        rows,
        part,
        shell: Shell::of(language, Place::Record, &view),
    })
}

#[derive(Template)]
#[template(path = "verified.html")]
struct Verified {
    shell: Shell,
    holds: bool,
    checked: String,
    at: String,
    findings: Vec<String>,
}

/// `POST /record/verify`: changes nothing, but takes its time.
pub(crate) async fn verify(asked: Asked) -> Shown {
    super::shown(asked, verified).await
}

/// What a verification came to.
pub(crate) struct Verification {
    pub(crate) holds: bool,
    pub(crate) entries: u64,
    pub(crate) checkpoints: u64,
    /// Sealed files.
    pub(crate) files: usize,
    pub(crate) at: Timestamp,
    /// What does not hold, and where.
    pub(crate) findings: Vec<String>,
}

/// Recomputes everything from bytes.
///
/// # Errors
/// [`Problem`] only if the bytes cannot be read at all.
pub(crate) fn verification(desk: &Desk) -> Result<Verification, Problem> {
    let report = desk.office.act(|workspace| workspace.verify())??;
    Ok(Verification {
        holds: report.holds(),
        entries: report.record.entries,
        checkpoints: report.record.checkpoints,
        files: report.files,
        at: Timestamp::now(),
        findings: report.record.findings.iter().map(|f| format!("{}: {}", f.at, f.what)).chain(report.findings).collect(),
    })
}

fn verified(desk: &Desk, language: Language) -> Result<Verified, Problem> {
    let words = &language.words().record;
    let Verification { holds, entries, checkpoints, files, at, findings } = verification(desk)?;
    let view = desk.office.view()?;
    let [entries, checkpoints] = [entries, checkpoints].map(grouped);
    Ok(Verified {
        holds,
        checked: fill(words.checked, &[&entries, &checkpoints, &count(files)]),
        at: fill(words.verified_at, &[&moment(at)]),
        findings,
        shell: Shell::of(language, Place::Record, &view),
    })
}
