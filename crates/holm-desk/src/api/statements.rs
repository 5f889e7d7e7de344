//! What statements of calls and accounts said of people. How they are read is in [`super::readings`].

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use holm::vetting::import::day;
use holm::vetting::statement::{Said, StatementsRead};
use holm_record::event::approval::Masked;
use holm_record::event::vetting::{FindingExplanation, Verified};
use holm_record::id::PersonId;
use holm_statements::answer::{Answer, Finding, Person, Row, Weight};
use holm_statements::standing::{Beside, Ranked, ranked};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::checks::CheckRecorded;
use super::{answered, texts, wrong};
use crate::explanation::explain;
use crate::problem::Problem;
use crate::server::Desk;

/// Statements that were read.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementsAnswer {
    /// Oldest first.
    statements: Vec<StatementsLine>,
}

/// Statements that were read under one authority.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementsLine {
    /// The number of the entry.
    entry: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    by: String,
    /// Under which authority.
    authority: String,
    /// `phone-review` or `bank-review`.
    sort: &'static str,
    /// On whom.
    persons: Vec<String>,
    files: Vec<StatementsFile>,
    /// SHA-256 of what was asked, in hexadecimal.
    request: String,
}

/// A file of statements.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementsFile {
    name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    hash: String,
}

impl StatementsLine {
    fn of(read: &StatementsRead) -> Self {
        let facts = &read.facts;
        let files = facts.files.iter().map(|file| StatementsFile { name: file.name.clone(), hash: file.hash.clone() });
        Self {
            entry: read.index,
            at: read.at,
            by: read.by.clone(),
            authority: facts.authority.to_string(),
            sort: facts.sort.word(),
            persons: texts(&facts.persons),
            files: files.collect(),
            request: facts.request.clone(),
        }
    }
}

/// Statements that were read, and under which authority; that this is read is an entry.
#[utoipa::path(get, path = "/api/v1/vetting/statements", tag = "vetting",
    responses((status = 200, description = "All of them.", body = StatementsAnswer)))]
pub(crate) async fn statements(State(desk): State<Arc<Desk>>) -> Response {
    answered(desk, |desk| {
        desk.office.record_reading(&Masked::Vetting)?;
        let view = desk.office.view()?;
        Ok(Json(StatementsAnswer { statements: view.state.vetting.statements.iter().map(StatementsLine::of).collect() }))
    })
    .await
}

/// Of whom.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FoundOf {
    /// Of one person; of everybody, if absent.
    person: Option<String>,
}

/// What statements said. A finding says that somebody should ask; it proves nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementsFound {
    statements: StatementsLine,
    read: RowsRead,
    /// People who were screened in the same way; p-values are corrected for all of them.
    screened: u32,
    /// Tests that each of them could be given.
    tests: u32,
    /// Whoever stands out most first.
    persons: Vec<PersonFound>,
}

/// Rows that were read, and what of them was not analysed.
#[derive(Serialize, ToSchema)]
pub(crate) struct RowsRead {
    analysed: u64,
    /// Rows that could not be read.
    bad: u64,
    /// Rows that stand there more than once.
    duplicates: u64,
    /// Rows of days that the authority does not name.
    outside_days: u64,
    /// Numbers or accounts of nobody whom it names.
    outside_persons: u64,
    /// Rows with a time that the clock showed twice or never.
    uncertain_times: u64,
}

/// What was found of a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonFound {
    person: String,
    /// Rows of theirs that were analysed.
    rows: u64,
    /// Disclosures to them.
    disclosures: u64,
    /// The mean of the tests' e-values, those not done counting as 1.
    e: f64,
    /// The least corrected p-value; 1 where nothing has one.
    corrected: f64,
    /// What they stand out by first, then the rest.
    findings: Vec<StatementFinding>,
}

/// One test, or one sum (`docs/spec/statements.md`).
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementFinding {
    test: String,
    /// Of accounts.
    currency: Option<String>,
    /// What was seen, in a sentence.
    words: String,
    /// P-value and what it rests on; absent of what has none.
    weight: Option<FindingWeight>,
    /// Why it has none.
    unweighed: Option<String>,
    /// An amount that is the finding.
    amount: Option<String>,
    /// How many others stand out as much; absent if the person does not by this.
    beside: Option<BesideOthers>,
    /// How many rows make it up.
    rows: u64,
    /// The first of them.
    first: Vec<StatementRow>,
    /// How the person explains it.
    explanation: Option<String>,
    /// By whom, when and how that was verified.
    verified: Option<String>,
}

/// What a finding weighs.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingWeight {
    p: f64,
    /// The probability of more than was observed; of comparisons of windows.
    beyond: Option<f64>,
    e: f64,
    /// p after correction.
    corrected: f64,
    observed: f64,
    /// Its mean under the null.
    expected: f64,
    /// The null hypothesis.
    null: String,
}

/// The same test of everybody else.
#[derive(Serialize, ToSchema)]
pub(crate) struct BesideOthers {
    /// How many others have as small a p.
    as_small: usize,
    /// How many others were tested so.
    others: usize,
}

/// A row of a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementRow {
    file: String,
    /// Line of CSV, row of Parquet, from 1.
    line: u64,
}

impl StatementsFound {
    /// Of everybody, or of one person.
    ///
    /// # Errors
    /// [`Problem::Workspace`] if another version of this program wrote it.
    pub(super) fn of(read: &StatementsRead, person: Option<&PersonId>) -> Result<Self, Problem> {
        let answer = read.answer().map_err(|e| Problem::Workspace(e.to_string()))?;
        let mut all = ranked(&answer);
        all.retain(|of| person.is_none_or(|id| id.as_str() == of.person.person));
        Ok(Self {
            statements: StatementsLine::of(read),
            read: RowsRead::of(&answer),
            screened: answer.correction.screened,
            tests: answer.correction.tests,
            persons: all.iter().map(|of| PersonFound::of(of, read)).collect(),
        })
    }
}

impl RowsRead {
    fn of(answer: &Answer) -> Self {
        let read = &answer.read;
        Self {
            analysed: read.analysed,
            bad: read.bad.total,
            duplicates: read.duplicates.total,
            outside_days: read.outside_days,
            outside_persons: read.outside_persons.total,
            uncertain_times: read.uncertain_times,
        }
    }
}

impl PersonFound {
    fn of(Ranked { person, found }: &Ranked<'_>, read: &StatementsRead) -> Self {
        let said = |finding: &Finding| read.said_to(&person.person, &finding.test, finding.currency.as_deref());
        let stands_out = |finding: &Finding| found.iter().any(|beside| std::ptr::eq(beside.finding, finding));
        let rest = person.findings.iter().filter(|finding| !stands_out(finding));
        let first = found.iter().map(|beside| StatementFinding::of(beside.finding, Some(beside), said(beside.finding)));
        let Person { person, rows, disclosures, e, corrected, .. } = person;
        Self {
            person: person.clone(),
            rows: *rows,
            disclosures: *disclosures,
            e: *e,
            corrected: *corrected,
            findings: first.chain(rest.map(|finding| StatementFinding::of(finding, None, said(finding)))).collect(),
        }
    }
}

impl StatementFinding {
    fn of(finding: &Finding, beside: Option<&Beside<'_>>, said: Option<Said<'_>>) -> Self {
        let (weight, unweighed) = match &finding.weight {
            Weight::Tested { p, beyond, e, corrected, observed, expected, null } => {
                let (p, beyond, e, corrected) = (*p, *beyond, *e, *corrected);
                let (observed, expected, null) = (*observed, *expected, null.clone());
                (Some(FindingWeight { p, beyond, e, corrected, observed, expected, null }), None)
            }
            Weight::None { why } => (None, Some(why.clone())),
        };
        let (explanation, verified) = match (said, finding.explanation.as_ref()) {
            (Some(said), _) => (Some(said.words.to_owned()), said.verified.map(ToString::to_string)),
            (None, given) => (given.map(|said| said.words.clone()), given.and_then(|said| said.verified.clone())),
        };
        let row = |row: &Row| StatementRow { file: row.file.clone(), line: row.line };
        Self {
            test: finding.test.clone(),
            currency: finding.currency.clone(),
            words: finding.words.clone(),
            weight,
            unweighed,
            amount: finding.amount.map(|amount| amount.to_string()),
            beside: beside.map(|beside| BesideOthers { as_small: beside.as_small, others: beside.others }),
            rows: finding.rows.total,
            first: finding.rows.first.iter().map(row).collect(),
            explanation,
            verified,
        }
    }
}

/// What statements said, of everybody or of one person; that it is read is an entry.
#[utoipa::path(get, path = "/api/v1/vetting/statements/{entry}", tag = "vetting",
    params(("entry" = u64, Path, description = "The entry."), FoundOf),
    responses((status = 200, description = "What was found.", body = StatementsFound)))]
pub(crate) async fn statements_found(
    State(desk): State<Arc<Desk>>,
    Path(entry): Path<u64>,
    Query(of): Query<FoundOf>,
) -> Response {
    answered(desk, move |desk| {
        desk.office.record_reading(&Masked::Vetting)?;
        let view = desk.office.view()?;
        let known = |id: String| PersonId::new(id).ok().filter(|id| view.state.persons.contains_key(id)).ok_or(Problem::Missing);
        let person = of.person.map(known).transpose()?;
        let read = view.state.vetting.statements.iter().find(|read| read.index == entry).ok_or(Problem::Missing)?;
        Ok(Json(StatementsFound::of(read, person.as_ref())?))
    })
    .await
}

/// How somebody explains a finding, and how that was verified; one of the two at least.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExplanation {
    /// Whose finding.
    person: String,
    /// Which: its test or sum.
    test: String,
    /// Of accounts.
    currency: Option<String>,
    /// How the person explains it.
    explanation: Option<String>,
    /// How that, or what was said before, was verified.
    verified: Option<NewVerification>,
}

/// How an explanation was verified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVerification {
    /// By whom.
    by: String,
    /// How.
    how: String,
    /// On which day: `2026-11-24`.
    on: String,
}

/// Records how somebody explains a finding; it stands beside the finding from then on.
#[utoipa::path(post, path = "/api/v1/vetting/statements/{entry}/explanations", tag = "vetting", request_body = NewExplanation,
    params(("entry" = u64, Path, description = "The entry of what was read.")),
    responses((status = 200, description = "The entry.", body = CheckRecorded)))]
pub(crate) async fn explain_finding(
    State(desk): State<Arc<Desk>>,
    Path(reading): Path<u64>,
    Json(given): Json<NewExplanation>,
) -> Response {
    answered(desk, move |desk| {
        let NewExplanation { person, test, currency, explanation, verified } = given;
        let person = wrong("person", PersonId::new(person))?;
        let of = |NewVerification { by, how, on }| Ok::<_, Problem>(Verified { by, how, on: wrong("verified_on", day(&on))? });
        let verified = verified.map(of).transpose()?;
        let said = FindingExplanation { reading, person, test, currency, explanation, verified };
        Ok(Json(CheckRecorded { entry: explain(desk, said)? }))
    })
    .await
}
