//! Whose numbers and accounts are whose.

use crate::engine::{Engine, ints};
use crate::failure::Failure;
use crate::names::Names;
use holm_statements::request::Request;
use std::collections::BTreeMap;

/// Lays down the table owners(own, person) of the scope's persons; a person is an index of the scope. `plain` writes a number or account
/// as rows have it.
pub(crate) fn lay(engine: &Engine, request: &Request, names: &mut Names, plain: impl Fn(&str) -> String) -> Result<(), Failure> {
    let mut whose: BTreeMap<String, &str> = BTreeMap::new();
    for owner in &request.owners {
        let own = plain(&owner.own);
        match whose.insert(own.clone(), &owner.person) {
            Some(first) if first != owner.person => {
                return Err(Failure::TwoOwners { own, first: first.to_owned(), second: owner.person.clone() });
            }
            _ => {}
        }
    }
    let index: BTreeMap<&str, i32> = request.scope.persons.iter().map(String::as_str).zip(0..).collect();
    let inside: Vec<(i32, i32)> =
        whose.iter().filter_map(|(own, person)| index.get(person).map(|&at| (names.id(own), at))).collect();
    engine.lay_columns(
        "owners",
        vec![("own", ints(inside.iter().map(|o| Some(o.0)))), ("person", ints(inside.iter().map(|o| Some(o.1))))],
    )
}
