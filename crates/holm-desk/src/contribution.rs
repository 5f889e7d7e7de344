//! The second person of a key: the originator's desk asks, the second person's desk draws a contribution and signs it.

use age::secrecy::SecretString;
use holm::contribution::{Contribution, Request};
use holm::draft::Draft;
use holm::experiment::{self, SeedRequest};
use holm::state::{Person, State};
use holm_record::event::KeyMaking;
use holm_record::id::{ItemName, PersonId};

use crate::arrival::{self, Saved};
use crate::language::Language;
use crate::problem::{Problem, Wrong};
use crate::server::Desk;
use crate::words::fill;

const JSON: &str = "application/json";

/// Whether somebody can be the second person of a key: still there, with a key that signs.
pub(crate) fn can_contribute(person: &Person) -> bool {
    !person.left && person.usable_devices().any(|d| d.signer.is_some())
}

/// What stands against a draft's second person.
pub(crate) fn problem(state: &State, draft: &Draft, language: Language) -> Option<Wrong> {
    let second = draft.second.as_ref()?;
    let fit = state.persons.get(second).is_some_and(can_contribute);
    (!fit).then(|| ("second", language.words().second.unfit.to_owned()))
}

/// Who among the recipients of a release that waits came on the roster after its key was begun: whoever knew half of the key
/// could have chosen their names.
pub(crate) fn too_late(state: &State, draft: &Draft, to: &[PersonId], language: Language) -> Option<Wrong> {
    let item = ItemName::new(draft.name.clone()).ok()?;
    waits_for(state, &item)?;
    let begun = state.items.get(&item)?.prepared.as_ref()?.index;
    let late: Vec<&str> =
        to.iter().filter(|id| state.persons.get(*id).is_some_and(|p| p.since > begun)).map(PersonId::as_str).collect();
    (!late.is_empty()).then(|| ("recipients", fill(language.words().second.too_late, &[&late.join(", ")])))
}

/// Whether a draft may be dropped: not while its release waits, since nothing would be left to go on with.
///
/// # Errors
/// [`Problem::Refused`] says so.
pub(crate) fn may_be_dropped(desk: &Desk, language: Language, draft: &str) -> Result<(), Problem> {
    let draft = desk.office.act(|w| w.draft(draft))??;
    let waits =
        ItemName::new(draft.name).is_ok_and(|item| desk.office.view().is_ok_and(|v| waits_for(&v.state, &item).is_some()));
    if waits { Err(Problem::Refused(language.words().second.not_dropped.to_owned())) } else { Ok(()) }
}

/// Whom a draft's release waits for: its manifest is recorded, and the second person's contribution is not.
pub(crate) fn waits_for<'s>(state: &'s State, item: &ItemName) -> Option<&'s PersonId> {
    let known = state.items.get(item).filter(|i| i.released.is_none())?;
    let prepared = known.prepared.as_ref().filter(|p| p.second.is_none())?;
    match &prepared.making {
        KeyMaking::TwoPersons { second } => Some(second),
        KeyMaking::Alone => None,
    }
}

/// The file for the second person of a draft whose release waits for them.
///
/// # Errors
/// [`Problem::Missing`] if it does not.
pub(crate) fn request(desk: &Desk, draft: &str) -> Result<Saved, Problem> {
    let draft = desk.office.act(|w| w.draft(draft))??;
    let item = ItemName::new(draft.name).map_err(|_| Problem::Missing)?;
    waits_for(&desk.office.view()?.state, &item).ok_or(Problem::Missing)?;
    let request = desk.office.act(|w| w.key_request(&item))?.map_err(|e| Problem::Refused(e.to_string()))?;
    Ok((format!("{item}.key-request"), JSON, pretty(&request)?))
}

/// A contribution that came back.
///
/// # Errors
/// [`Problem::Wrong`] if it is none.
pub(crate) fn came_back(language: Language, bytes: Option<&[u8]>) -> Result<Contribution, Problem> {
    let words = &language.words().second;
    let wrong = |what: &str| Problem::Wrong(vec![("contribution", what.to_owned())]);
    serde_json::from_slice(bytes.ok_or_else(|| wrong(words.no_contribution))?).map_err(|_| wrong(words.not_one))
}

/// What whoever is asked gives.
pub(crate) struct Given {
    pub(crate) request: Option<Vec<u8>>,
    /// Their id on the originator's roster.
    pub(crate) person: String,
    pub(crate) passphrase: String,
}

/// Draws a contribution to an item's key or to an experiment's seed with the key of whoever sits here, and signs it; nothing is kept.
///
/// # Errors
/// [`Problem::Wrong`] says at which field.
pub(crate) fn contribute(desk: &Desk, language: Language, given: &Given) -> Result<Saved, Problem> {
    let words = &language.words().second;
    let wrong = |field, what: String| Problem::Wrong(vec![(field, what)]);
    let bytes = given.request.as_deref().ok_or_else(|| wrong("request", words.no_request.to_owned()))?;
    let of_key = serde_json::from_slice::<Request>(bytes);
    let of_seed = serde_json::from_slice::<SeedRequest>(bytes);
    if of_key.is_err() && of_seed.is_err() {
        return Err(wrong("request", words.no_such_request.to_owned()));
    }
    let person = PersonId::new(given.person.trim()).map_err(|_| wrong("person", words.no_person.to_owned()))?;
    let passphrase = Some(given.passphrase.clone()).filter(|p| !p.is_empty()).map(SecretString::from);
    let keys = arrival::keys(desk, passphrase.as_ref())?;
    if let Ok(request) = of_seed {
        let made = experiment::contribute(&request, &person, &keys).map_err(|e| wrong("request", e.to_string()))?;
        return Ok((format!("{}.seed", request.experiment), JSON, pretty(&made)?));
    }
    let request = of_key.map_err(|_| wrong("request", words.no_such_request.to_owned()))?;
    let made = Contribution::make(&request, &person, &keys).map_err(|e| wrong("request", e.to_string()))?;
    Ok((format!("{}.contribution", request.item), JSON, pretty(&made)?))
}

fn pretty(value: &impl serde::Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec_pretty(value).map_err(|e| Problem::Internal(e.to_string()))
}
