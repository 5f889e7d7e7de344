//! Markings on the page of a draft: one choice for each scheme, and what stands against a release.

use holm::draft::Draft;
use holm::marking::{Bar, Marking, MarkingError, PassOn, Schemes};
use holm::state::State;
use holm_record::id::PersonId;

use crate::language::Language;
use crate::words::fill;

/// A scheme to choose from.
pub(crate) struct SchemeBox {
    pub(crate) name: String,
    /// Markings: name, and whether it is chosen.
    pub(crate) levels: Vec<(String, bool)>,
}

/// All schemes, with what a draft has chosen of each.
pub(crate) fn boxes(schemes: &Schemes, marking: Option<&Marking>) -> Vec<SchemeBox> {
    let chosen = |name: &str| marking.is_some_and(|m| m.levels().iter().any(|l| l.name == name));
    let one = |scheme: &holm::marking::Scheme| SchemeBox {
        name: scheme.name.clone(),
        levels: scheme.levels.iter().rev().map(|l| (l.name.clone(), chosen(&l.name))).collect(),
    };
    schemes.iter().map(one).collect()
}

/// The markings that were chosen, as a draft keeps them; of what is none, nothing.
pub(crate) fn chosen(schemes: &Schemes, given: &[String]) -> String {
    let known = given.iter().filter_map(|name| schemes.find(name)).map(|(_, level)| level.name.as_str());
    known.collect::<Vec<_>>().join("//")
}

/// What holders may do with it, in words.
pub(crate) fn allows(marking: &Marking, language: Language) -> String {
    let words = &language.words().marking;
    let rule = match marking.pass_on() {
        PassOn::Never => words.never,
        PassOn::Consent => words.consent,
        PassOn::Agency => words.agency,
        PassOn::Partners => words.partners,
        PassOn::Anyone => words.anyone,
    };
    fill(words.allows, &[marking, &rule])
}

/// What stands against sharing a draft so marked: the field that it is about, and why.
pub(crate) fn problem(
    state: &State,
    marking: &Marking,
    draft: &Draft,
    to: &[PersonId],
    language: Language,
) -> Option<(&'static str, String)> {
    let words = &language.words().marking;
    let error = marking.check(state, to, draft.second.is_some(), !draft.conditions.trim().is_empty()).err()?;
    Some(match error {
        MarkingError::Outside { marking, person, why } => {
            let name = state.persons.get(&person).map_or_else(|| person.to_string(), |p| p.facts.name.clone());
            let why = match why {
                Bar::Agency(agency) => fill(words.bar_agency, &[&agency]),
                Bar::Unit(unit) => fill(words.bar_unit, &[&unit]),
                Bar::Role(role) => fill(words.bar_role, &[&role]),
                Bar::Rank(own, least) => fill(words.bar_rank, &[&own, &least]),
            };
            ("recipients", fill(words.outside, &[&marking, &name, &why]))
        }
        MarkingError::TwoPersons(marking) => ("second", fill(words.two_persons, &[&marking])),
        MarkingError::NoConditions(marking) => ("conditions", fill(words.no_conditions, &[&marking])),
        other => ("marking", other.to_string()),
    })
}
