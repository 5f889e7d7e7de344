//! A dossier of an incident: what the record says of it, with what speaks against what, and the proofs of every entry that it rests on
//! (`docs/spec/proceedings.md`).
//!
//! What is proved of copies and what is believed of people stand apart, in that order, and each says what it is.

mod words;
mod written;

use std::collections::BTreeSet;

use holm_marks::frame::Language;
use holm_record::commitment::{hex, sha256};
use holm_record::event::Event;
use holm_record::event::approval::Masked;
use holm_record::event::happening::IncidentFacts;
use holm_record::id::{CopyId, IncidentName, ItemName, OperationName, PersonId};
use jiff::Timestamp;
use serde::Serialize;

use crate::belief::{BeliefError, Beliefs, Question};
use crate::exposure::{Exposures, Source};
use crate::pages::PagesError;
use crate::policy::Permit;
use crate::proceeding::Proceeding;
use crate::role::UseCase;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

/// A dossier.
#[derive(Debug, Serialize)]
pub struct Dossier {
    /// Of which incident.
    pub incident: IncidentName,
    /// When it was written, and by whom.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// The record that it is from.
    pub record: OfRecord,
    /// What is known of the incident.
    pub facts: Option<IncidentFacts>,
    /// The operation that was betrayed.
    pub operation: Option<OperationName>,
    /// Who knew, in the order of persons, then of time.
    pub known: Vec<KnewLine>,
    /// What was traced.
    pub looks: Vec<LookLine>,
    /// What is believed of those who knew; absent where whoever wrote this may not see beliefs, or there is nothing to judge by.
    pub beliefs: Option<Beliefs>,
    /// Whether that is because they may not.
    pub beliefs_withheld: bool,
    /// Proceedings about it.
    pub proceedings: Vec<Proceeding>,
    /// Entries that it rests on.
    pub entries: Vec<Cited>,
}

/// Which record.
#[derive(Clone, Debug, Serialize)]
pub struct OfRecord {
    /// Verifier keys of its checkpoints.
    pub keys: Vec<String>,
    /// Entries.
    pub entries: u64,
    /// The checkpoint under which the proofs stand, a signed note.
    pub checkpoint: Option<String>,
}

/// Somebody knew.
#[derive(Clone, Debug, Serialize)]
pub struct KnewLine {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their unit.
    pub unit: String,
    /// Their rank level.
    pub level: u8,
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
    /// How.
    pub how: Source,
    /// The entry that says so.
    pub entry: Option<u64>,
    /// Whether it was entered late, or once the end was known.
    pub late: bool,
    /// Whether it came after the leak must have happened.
    pub too_late: bool,
    /// Whether they were exonerated of this incident.
    pub exonerated: bool,
}

/// A look at a leak.
#[derive(Clone, Debug, Serialize)]
pub struct LookLine {
    /// The item.
    pub item: ItemName,
    /// Number of the look.
    pub look: u32,
    /// The bound on accusing any innocent copy, over all looks of the incident.
    pub alpha: f64,
    /// Copies that the bound covers.
    pub copies: u32,
    /// `named`, `inconclusive`, `no-match`; absent while there is none.
    pub verdict: Option<String>,
    /// Copies that are named.
    pub named: Vec<CopyId>,
    /// Whose they are; empty under masks.
    pub holders: Vec<PersonId>,
    /// Entries of evidence, extraction and verdict.
    pub entries: Vec<u64>,
}

/// An entry that the dossier rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Cited {
    /// Its number.
    pub entry: u64,
    /// What kind it is.
    pub kind: String,
    /// When it was entered.
    pub at: Option<Timestamp>,
    /// Its leaf.
    pub leaf: String,
    /// C2SP tlog-proof of the leaf; absent where no checkpoint covers it.
    pub proof: Option<String>,
}

/// A dossier cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DossierError {
    /// No such incident.
    #[error("no incident is named `{0}`; `holm incident list` shows all")]
    NoIncident(IncidentName),
    /// What is believed.
    #[error(transparent)]
    Belief(#[from] BeliefError),
    /// Its pages.
    #[error(transparent)]
    Pages(#[from] PagesError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

impl Dossier {
    /// As a PDF.
    ///
    /// # Errors
    /// [`DossierError::Pages`] if it cannot be set.
    pub fn to_pdf(&self, language: Language) -> Result<Vec<u8>, DossierError> {
        Ok(crate::pages::set(&self.to_markdown(language), language)?)
    }
}

impl Workspace {
    /// Writes a dossier of an incident, with people under masks where they are.
    ///
    /// # Errors
    /// [`DossierError`].
    pub fn dossier(&mut self, incident: &IncidentName, seed: u64, now: Timestamp) -> Result<Dossier, DossierError> {
        let state = self.state();
        let facts = state.happenings.incidents.get(incident).map(|known| known.facts.clone());
        if facts.is_none() && !state.looks.iter().any(|look| look.incident == *incident) {
            return Err(DossierError::NoIncident(incident.clone()));
        }
        let known = known(state, incident, facts.as_ref());
        let persons: BTreeSet<PersonId> = known.iter().map(|line| line.person.clone()).collect();
        let looks = self.looks_of(incident, now);
        let proceedings: Vec<Proceeding> = state.proceedings.iter().filter(|p| p.incident == *incident).cloned().collect();
        let beliefs_withheld = self.may(UseCase::SeeBeliefs).is_err();
        let mut beliefs = match beliefs_withheld {
            true => None,
            false => match self.beliefs(&Question { seed, ..Question::default() }, now) {
                Ok(beliefs) => Some(beliefs),
                Err(BeliefError::Nothing | BeliefError::Nobody) => None,
                Err(error) => return Err(error.into()),
            },
        };
        let mask = self.mask(&Masked::Beliefs, now);
        if let Some(beliefs) = &mut beliefs {
            // Of whoever knew nothing of it, a dossier of it says nothing.
            beliefs.people.retain(|belief| mask.find(&belief.person, &persons).is_some());
        }
        let operation = facts.as_ref().and_then(|facts| facts.operation.clone());
        let entries = self.cited(incident, &known, &looks, &proceedings)?;
        Ok(Dossier {
            incident: incident.clone(),
            at: now,
            by: self.actor().to_owned(),
            record: OfRecord {
                keys: self.log_keys().iter().map(|key| key.to_vkey()).collect(),
                entries: self.size(),
                checkpoint: self.checkpoint().map(str::to_owned),
            },
            facts,
            operation,
            known,
            looks,
            beliefs,
            beliefs_withheld,
            proceedings,
            entries,
        })
    }

    /// Records that a dossier was written, by the hashes of its files; returns the entry.
    ///
    /// # Errors
    /// [`WorkspaceError`]; then it must not leave.
    pub fn note_dossier(
        &mut self,
        permit: &Permit,
        incident: &IncidentName,
        pdf: &[u8],
        json: &[u8],
    ) -> Result<u64, WorkspaceError> {
        let hashed = |bytes: &[u8]| hex(&sha256(bytes));
        let (incident, pdf, json) = (incident.clone(), hashed(pdf), hashed(json));
        self.append(permit, vec![Event::DossierWritten { incident, pdf, json }])
    }

    fn looks_of(&self, incident: &IncidentName, now: Timestamp) -> Vec<LookLine> {
        let state = self.state();
        let mask = self.mask_of(incident, now);
        let of = |look: &crate::state::Look| {
            let evidence = state.evidence.iter().find(|e| e.object == look.evidence).map(|e| e.index);
            let verdict = look.verdict.as_ref();
            let copies = state.items.get(&look.item).map(|item| item.disclosures.as_slice()).unwrap_or_default();
            let named = verdict.map(|v| v.named.as_slice()).unwrap_or_default();
            let holders = copies.iter().filter(|d| named.contains(&d.copy) && !mask.is_on()).map(|d| d.person.clone());
            LookLine {
                item: look.item.clone(),
                look: look.look,
                alpha: look.alpha,
                copies: look.copies,
                verdict: verdict.map(|v| v.verdict.clone()),
                named: self.masks().named(state, look, now),
                holders: holders.collect(),
                entries: evidence.into_iter().chain([look.index]).chain(verdict.map(|v| v.index)).collect(),
            }
        };
        state.looks.iter().filter(|look| look.incident == *incident).map(of).collect()
    }

    /// Every entry that a dossier names, with its proof.
    fn cited(
        &mut self,
        incident: &IncidentName,
        known: &[KnewLine],
        looks: &[LookLine],
        proceedings: &[Proceeding],
    ) -> Result<Vec<Cited>, WorkspaceError> {
        let state = self.state();
        let recorded = state.happenings.incidents.get(incident);
        let operation = recorded.and_then(|known| known.facts.operation.as_ref());
        let operation = operation.and_then(|name| state.happenings.operations.get(name));
        let mut numbers: BTreeSet<u64> = recorded.map(|known| known.index).into_iter().collect();
        numbers.extend(operation.map(|operation| operation.index));
        numbers.extend(operation.and_then(|operation| operation.closed.as_ref()).map(|closed| closed.index));
        numbers.extend(known.iter().filter_map(|line| line.entry));
        numbers.extend(looks.iter().flat_map(|look| look.entries.iter().copied()));
        for proceeding in proceedings {
            numbers.insert(proceeding.number);
            numbers.extend(proceeding.steps.iter().map(|step| step.entry));
            numbers.extend(proceeding.ending.as_ref().map(|ended| ended.entry));
        }
        let mut cited = Vec::with_capacity(numbers.len());
        for entry in numbers {
            let (leaf, opened, proof) = self.shown_entry(entry)?;
            cited.push(Cited {
                entry,
                kind: opened.as_ref().map_or("destroyed", |o| o.entry.event.kind()).to_owned(),
                at: opened.map(|o| o.entry.at),
                leaf,
                proof: proof.map(|proof| proof.to_text()),
            });
        }
        Ok(cited)
    }
}

/// Who knew of what an incident is about.
fn known(state: &State, incident: &IncidentName, facts: Option<&IncidentFacts>) -> Vec<KnewLine> {
    let exposures = Exposures::new(state);
    let operation = facts.and_then(|facts| facts.operation.as_ref());
    let operation = operation.and_then(|name| Some((name, state.happenings.operations.get(name)?)));
    let looked = state.looks.iter().find(|look| look.incident == *incident).map(|look| &look.item);
    let item = facts.and_then(|facts| facts.item.as_ref()).or(looked);
    let all = match (operation, item) {
        (Some((name, operation)), _) => exposures.of_operation(name, operation),
        (None, Some(item)) => exposures.of_item(item),
        (None, None) => Vec::new(),
    };
    let window_end = facts.and_then(|facts| facts.window.to);
    let line = |known: crate::exposure::Known| {
        let person = state.persons.get(&known.person).map(|p| &p.facts);
        let entry = match &known.source {
            Source::Told { entry, .. } | Source::Stated { entry } => Some(*entry),
            Source::Copy { item, copy } => {
                state.items.get(item).and_then(|item| item.disclosures.iter().find(|d| d.copy == *copy)).map(|d| d.index)
            }
        };
        KnewLine {
            name: person.map(|p| p.name.clone()).unwrap_or_default(),
            unit: person.map(|p| p.unit.clone()).unwrap_or_default(),
            level: person.map_or(1, |p| p.level),
            since: known.at,
            how: known.source,
            entry,
            late: known.late,
            too_late: window_end.zip(known.at).is_some_and(|(end, at)| at > end),
            exonerated: state.is_exonerated(&known.person, incident),
            person: known.person,
        }
    };
    all.into_iter().map(line).collect()
}
