//! Incidents: what looked like a compromise, and in which window the leak must have happened (`docs/spec/operations.md`).

use std::collections::BTreeSet;

use holm_record::event::Event;
use holm_record::event::happening::{IncidentFacts, Outcome, Window};
use holm_record::id::{IncidentName, ItemName, OperationName};
use jiff::Timestamp;

use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

/// An incident that cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IncidentError {
    /// It is there already.
    #[error(
        "what is known of `{0}` is recorded already, by entry {1}; if that was a mistake, withdraw it with `holm record withdraw {1}`"
    )]
    Known(IncidentName, u64),
    /// It bears on nothing.
    #[error("say what was betrayed: `--operation NAME` or `--item NAME`")]
    OfNothing,
    /// No such operation.
    #[error("no operation is named `{0}`; `holm operation add` records one")]
    NoOperation(OperationName),
    /// No such item.
    #[error("no item is named `{0}`")]
    NoItem(ItemName),
    /// It has not happened.
    #[error("it was noticed at {0}, which is still to come; check the time")]
    Future(Timestamp),
    /// The window ends before it begins.
    #[error("the window is contradictory: it begins at {from} and ends at {to}")]
    Window {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
    /// It was noticed before it can have happened.
    #[error("the window is contradictory: the leak cannot have happened at {moment} or later, since it was noticed at {noticed}")]
    Noticed {
        /// The end of the window, or its beginning.
        moment: Timestamp,
        /// When it was noticed.
        noticed: Timestamp,
    },
    /// A clean incident.
    #[error("an incident is `confirmed`, `suspected` or `unknown`; nothing is an incident if all was clean")]
    Clean,
    /// Nobody was told that version.
    #[error("nobody is recorded as told the version `{0}`; versions that were told: {1}")]
    Variant(String, String),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

impl Workspace {
    /// Records what is known of an incident. Evidence may have been traced under its name before, or be later.
    ///
    /// # Errors
    /// [`IncidentError`]; then nothing is recorded.
    pub fn record_incident(
        &mut self,
        permit: &Permit,
        incident: IncidentName,
        facts: IncidentFacts,
    ) -> Result<(), IncidentError> {
        if let Some(known) = self.state().happenings.incidents.get(&incident) {
            return Err(IncidentError::Known(incident, known.index));
        }
        let traced = self.state().looks.iter().any(|look| look.incident == incident);
        checked(self.state(), &facts, traced, permit.at())?;
        self.append(permit, vec![Event::IncidentRecorded { incident, facts }])?;
        Ok(())
    }
}

fn checked(state: &State, facts: &IncidentFacts, traced: bool, now: Timestamp) -> Result<(), IncidentError> {
    if facts.certainty == Outcome::Clean {
        return Err(IncidentError::Clean);
    }
    if facts.operation.is_none() && facts.item.is_none() && !traced {
        return Err(IncidentError::OfNothing);
    }
    if let Some(operation) = facts.operation.as_ref().filter(|o| !state.happenings.operations.contains_key(*o)) {
        return Err(IncidentError::NoOperation(operation.clone()));
    }
    if let Some(item) = facts.item.as_ref().filter(|i| !state.items.contains_key(*i)) {
        return Err(IncidentError::NoItem(item.clone()));
    }
    if facts.noticed > now {
        return Err(IncidentError::Future(facts.noticed));
    }
    let Window { from, to } = facts.window;
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(IncidentError::Window { from, to });
    }
    if let Some(moment) = [from, to].into_iter().flatten().find(|moment| *moment > facts.noticed) {
        return Err(IncidentError::Noticed { moment, noticed: facts.noticed });
    }
    let Some(variant) = &facts.variant else { return Ok(()) };
    let versions = versions(state, facts);
    if versions.contains(variant.as_str()) {
        Ok(())
    } else {
        let list = versions.into_iter().collect::<Vec<_>>().join(", ");
        Err(IncidentError::Variant(variant.clone(), if list.is_empty() { "none".to_owned() } else { list }))
    }
}

/// Versions of it that persons were told by word of mouth.
fn versions<'s>(state: &'s State, facts: &IncidentFacts) -> BTreeSet<&'s str> {
    let of = |telling: &holm_record::event::Telling| {
        (facts.item.is_some() && telling.item == facts.item)
            || (facts.operation.is_some() && telling.operation == facts.operation)
    };
    let told = state.happenings.told.iter().filter(|told| of(&told.telling));
    told.filter_map(|told| told.telling.variant.as_deref()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::tests::{at, facts, name, workspace};
    use crate::policy::Action;
    use holm_record::event::happening::IncidentSort;

    #[test]
    fn what_is_said_of_an_incident_is_checked_before_it_is_recorded() {
        let (_folder, mut workspace) = workspace();
        let permit = workspace.permit(&Action::Administer, at("2026-03-10T00:00Z")).unwrap();
        workspace.add_operations(&permit, None, vec![facts("pier", "2026-03-04T00:00Z")]).unwrap();
        let good = IncidentFacts {
            sort: IncidentSort::TargetGone,
            noticed: at("2026-03-04T00:00Z"),
            window: Window { from: Some(at("2026-03-01T00:00Z")), to: Some(at("2026-03-03T00:00Z")) },
            certainty: Outcome::Confirmed,
            operation: Some(name("pier")),
            item: None,
            variant: None,
            grade: Some("B2".to_owned()),
            considered: None,
            words: String::new(),
        };
        let size = workspace.size();
        type Change = fn(&mut IncidentFacts);
        let wrong: [(Change, &str); 8] = [
            (|f| f.certainty = Outcome::Clean, "clean"),
            (|f| f.operation = None, "say what was betrayed"),
            (|f| f.operation = Some(name("quay")), "`quay`"),
            (|f| f.item = Some(ItemName::new("plan").unwrap()), "`plan`"),
            (|f| f.noticed = at("2026-03-11T00:00Z"), "still to come"),
            (|f| f.window.from = Some(at("2026-03-03T12:00Z")), "begins at 2026-03-03T12:00:00Z and ends"),
            (|f| f.window.to = Some(at("2026-03-05T00:00Z")), "noticed at"),
            (|f| f.variant = Some("north".to_owned()), "versions that were told: none"),
        ];
        let incident = IncidentName::new("gone").unwrap();
        for (change, what) in wrong {
            let mut facts = good.clone();
            change(&mut facts);
            let error = workspace.record_incident(&permit, incident.clone(), facts).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
        }
        assert_eq!(workspace.size(), size);
        workspace.record_incident(&permit, incident.clone(), good.clone()).unwrap();
        assert!(matches!(workspace.record_incident(&permit, incident, good), Err(IncidentError::Known(_, _))));
    }
}
