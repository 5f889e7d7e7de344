//! A request is read, checked, and answered.

use crate::engine::Cluster;
use crate::failure::Failure;
use crate::mapping::Mapping;
use crate::{accounts, phones};
use holm_statements::request::{Kind, Request};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::io::{Read, Write};

/// Reads a request and writes its answer.
pub(crate) fn answer(mut from: impl Read, mut to: impl Write, cluster: Option<&Cluster>) -> Result<(), Failure> {
    let mut text = String::new();
    from.read_to_string(&mut text)?;
    let request: Request = serde_json::from_str(&text).map_err(Failure::Request)?;
    let zone = TimeZone::get(&request.zone).map_err(|_| Failure::Zone(request.zone.clone()))?;
    check(&request)?;
    let mappings = request.files.iter().map(|f| Mapping::read(f, request.kind)).collect::<Result<Vec<_>, _>>()?;
    let answer = match request.kind {
        Kind::Phones => phones::answer(&request, &zone, &mappings, cluster)?,
        Kind::Accounts => accounts::answer(&request, &zone, &mappings, cluster)?,
    };
    serde_json::to_writer(&mut to, &answer).map_err(std::io::Error::from)?;
    Ok(writeln!(to)?)
}

/// What no file is needed to refuse.
fn check(request: &Request) -> Result<(), Failure> {
    let (persons, screened) = (request.scope.persons.len(), request.screened);
    if request.scope.first > request.scope.last {
        return Err(Failure::Scope);
    }
    if persons == 0 {
        return Err(Failure::Nobody);
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = request.scope.persons.iter().find(|p| !seen.insert(p.as_str())) {
        return Err(Failure::Twice(twice.clone()));
    }
    if persons > screened as usize {
        return Err(Failure::Screened { persons, screened });
    }
    if request.windows.after_hours == 0 {
        return Err(Failure::NoWindow);
    }
    Ok(())
}
