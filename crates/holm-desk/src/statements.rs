//! Statements that are given over on a page, and the job that has them read under a legal authority.

use std::sync::Arc;

use holm::policy::Action;
use holm::vetting::statement::handed::Handed;
use holm::vetting::statement::lists::{ListError, holdings, income, numbers, own_columns, owners, threshold};
use holm::vetting::statement::{StatementError, Statements};
use holm::workspace::WorkspaceError;
use holm_record::event::vetting::CheckSort;
use holm_record::id::AuthorityName;
use holm_statements::request::{File, Windows};
use jiff::Timestamp;

use crate::fields::{Fields, Reading, own_zone};
use crate::form::{Part, last_part};
use crate::job::{Done, Subject, Taken, Ticket, Work};
use crate::language::Language;
use crate::problem::{Problem, Wrong};
use crate::server::Desk;
use crate::session::held;
use crate::vetting::today;
use crate::words::fill;

/// What is typed or chosen.
const FIELDS: [&str; 7] = ["ticket", "authority", "sort", "zone", "thresholds", "after", "screened"];
/// Files.
const FILES: [&str; 7] = ["files", "mappings", "owners", "targets", "contacts", "income", "holdings"];

/// How often statements are read because the record changed meanwhile, before it is said.
const MOST: usize = 3;

/// What the form holds.
pub(crate) struct Given {
    pub(crate) fields: Fields,
    parts: Vec<Part>,
}

impl Given {
    /// Sorts the form's parts.
    ///
    /// # Errors
    /// [`Problem::Malformed`] names a field that the form does not have.
    pub(crate) fn of(parts: Vec<Part>) -> Result<Self, Problem> {
        if let Some(other) = parts.iter().find(|p| !FIELDS.contains(&p.name.as_str()) && !FILES.contains(&p.name.as_str())) {
            return Err(other.unknown());
        }
        let typed = parts.iter().filter(|part| FIELDS.contains(&part.name.as_str()));
        let fields = Fields::of(typed.map(|part| (part.name.clone(), part.text())).collect(), &FIELDS)?;
        Ok(Self { fields, parts })
    }

    /// Files that were chosen in a field: name and content.
    fn files<'p>(&'p self, field: &str) -> impl Iterator<Item = (String, &'p [u8])> {
        let chosen = self.parts.iter().filter(move |part| part.name == field && !part.bytes.is_empty());
        chosen.filter_map(|part| Some((last_part(part.file.as_deref().filter(|name| !name.is_empty())?), &part.bytes[..])))
    }

    fn subject(&self) -> Subject {
        let parts = self.parts.iter();
        Subject::of(
            parts.flat_map(|part| [part.name.as_bytes(), part.file.as_deref().unwrap_or_default().as_bytes(), &part.bytes]),
        )
    }

    /// A list, if one was chosen.
    fn list<T>(
        &self,
        reading: &mut Reading<'_>,
        field: &'static str,
        read: impl Fn(&str) -> Result<Vec<T>, ListError>,
        language: Language,
    ) -> Vec<T> {
        let Some((name, bytes)) = self.files(field).next() else { return Vec::new() };
        let Ok(text) = std::str::from_utf8(bytes) else {
            reading.wrong(field, language.words().recording.not_utf8);
            return Vec::new();
        };
        let said = read(text).map_err(|error| format!("{name}: {}", language.said(&error.to_string())));
        reading.noted(field, said).unwrap_or_default()
    }

    /// How each file's columns are read: by the one mapping, or by that which is called as the file is.
    fn mappings(&self, sort: CheckSort, language: Language) -> Result<Vec<File>, Vec<Wrong>> {
        let w = &language.words().statement;
        let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase();
        let mut mappings = Vec::new();
        for (name, bytes) in self.files("mappings") {
            let text = std::str::from_utf8(bytes).map_err(|_| vec![("mappings", fill(w.no_text, &[&name]))])?;
            mappings.push((stem(&name), text.to_owned()));
        }
        let of = |name: String| {
            let mapping = match mappings.as_slice() {
                [] => own_columns(sort),
                [(_, only)] => only.clone(),
                several => {
                    let own = several.iter().find(|(of, _)| *of == stem(&name));
                    own.map(|(_, text)| text.clone()).ok_or_else(|| vec![("mappings", fill(w.no_mapping, &[&name]))])?
                }
            };
            Ok(File { path: name, mapping })
        };
        self.files("files").map(|(name, _)| of(name)).collect()
    }

    /// What is asked, as far as it can be used; where files lie is not known yet.
    ///
    /// # Errors
    /// [`Problem::Wrong`] with everything that is wrong.
    fn asked(&self, language: Language) -> Result<Statements, Problem> {
        let w = &language.words().statement;
        let mut reading = Reading::new(&self.fields, language);
        let authority = reading.needed::<AuthorityName>("authority");
        let sort = reading.needed::<CheckSort>("sort");
        let mut files = Vec::new();
        match sort.map(|sort| self.mappings(sort, language)) {
            Some(Ok(named)) => files = named,
            Some(Err(wrong)) => wrong.into_iter().for_each(|(field, what)| reading.wrong(field, what)),
            None => {}
        }
        if self.files("files").next().is_none() {
            reading.wrong("files", w.no_files);
        }
        if self.files("owners").next().is_none() {
            reading.wrong("owners", w.no_owners);
        }
        let thresholds =
            self.fields.list("thresholds").into_iter().filter_map(|text| reading.noted("thresholds", threshold(text)));
        let thresholds: Vec<_> = thresholds.collect();
        let after_hours = reading.some::<u32>("after").unwrap_or(Windows::default().after_hours);
        let screened = reading.some::<u32>("screened");
        let zone = Some(self.fields.get("zone")).filter(|zone| !zone.is_empty()).map_or_else(own_zone, str::to_owned);
        let owners = self.list(&mut reading, "owners", owners, language);
        let (targets, contacts) =
            (self.list(&mut reading, "targets", numbers, language), self.list(&mut reading, "contacts", numbers, language));
        let (income, holdings) =
            (self.list(&mut reading, "income", income, language), self.list(&mut reading, "holdings", holdings, language));
        reading.done(authority.zip(sort).map(|(authority, sort)| Statements {
            cluster: None,
            program: None,
            authority,
            sort,
            files,
            folder: None,
            owners,
            zone,
            targets,
            contacts,
            income,
            holdings,
            thresholds,
            windows: Windows { after_hours, ..Windows::default() },
            screened,
        }))
    }
}

/// Which field an error is about, as far as one is.
fn wrong(error: StatementError) -> Problem {
    let field = match error {
        StatementError::Workspace(error) => return error.into(),
        StatementError::Authority(_) => "authority",
        StatementError::Sort(_) => "sort",
        StatementError::NoFile | StatementError::File(..) => "files",
        other => return Problem::Refused(other.to_string()),
    };
    Problem::Wrong(vec![(field, error.to_string())])
}

/// Begins to have statements read, once for each ticket.
///
/// # Errors
/// [`Problem::Wrong`] says what is wrong with the form; nothing is recorded then.
pub(crate) fn begin(desk: &Arc<Desk>, language: Language, given: Given) -> Result<Ticket, Problem> {
    let words = &language.words().problem;
    let ticket = |what: &str| Problem::Wrong(vec![("ticket", what.to_owned())]);
    let asked = given.asked(language)?;
    // What the record does not allow is said at once.
    desk.office.act(|workspace| workspace.statement_request(asked.clone(), today()).map_err(wrong))??;
    let number = Ticket::new(given.fields.get("ticket")).ok_or_else(|| ticket(words.ticket))?;
    let subject = given.subject();
    let working = Arc::clone(desk);
    let begun = desk.jobs.begin((Work::Statements, &number), subject, move |progress| read(&working, asked, given, progress));
    begun.map_err(|_: Taken| ticket(words.ticket_taken))?;
    Ok(number)
}

/// Has them read from a folder of their own, which is gone afterwards, whatever comes of it.
fn read(desk: &Desk, asked: Statements, given: Given, progress: &dyn Fn(&str)) -> Result<Done, String> {
    let files: Vec<(String, &[u8])> = given.files("files").collect();
    let handed = Handed::keep(files.iter().map(|(name, bytes)| (name.as_str(), *bytes))).map_err(|e| e.to_string())?;
    drop(files);
    drop(given);
    let named = asked.files.iter().zip(handed.names()).map(|(file, name)| File { path: name.clone(), ..file.clone() });
    let (folder, program) = (Some(handed.folder().to_owned()), desk.statements.clone());
    let asked = Statements { files: named.collect(), folder, program, ..asked };
    let _one = held(&desk.reading);
    for _ in 0..MOST {
        match recorded(desk, &asked, progress)? {
            Ok(entry) => return Ok(Done::Read(entry)),
            // Nobody saw what was answered, so nothing was chosen by asking again.
            Err(StatementError::Meanwhile) => {}
            Err(other) => return Err(other.to_string()),
        }
    }
    Err(StatementError::Meanwhile.to_string())
}

/// Asks what the record asks now, and records the answer if it still asks the same; the workspace is others' while it is read.
fn recorded(desk: &Desk, asked: &Statements, progress: &dyn Fn(&str)) -> Result<Result<u64, StatementError>, String> {
    let question =
        desk.office.act(|workspace| workspace.statement_question(asked.clone(), today())).map_err(|e| e.to_string())?;
    let reading = match question.and_then(|question| question.read(progress)) {
        Ok(reading) => reading,
        Err(error) => return Ok(Err(error)),
    };
    let entry = desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
        Ok(workspace.record_statements(&permit, reading, today())?.0)
    });
    entry.map_err(|e| e.to_string())
}
