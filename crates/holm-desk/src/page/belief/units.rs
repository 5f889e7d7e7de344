//! Infiltration by unit: how many of its members leak, who they may be, and whom to look at first.

use askama::Template;
use axum::extract::{Extension, Query, State};
use axum::response::Response;
use holm::belief::{Belief, Beliefs, Infiltration};

use super::super::{Asked, Place, Shell, answered, in_address, moment};
use super::list::shown;
use super::{Asks, Range, name_of, person_path, place, provenance};
use crate::belief::Weighed;
use crate::language::{Language, count};
use crate::office::View;
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::fill;

/// Share of the people expected to leak in a unit whom its sweep list is to hold.
const SWEPT: f64 = 0.9;

/// A unit as it is drawn.
pub(super) struct UnitRow {
    pub(super) unit: String,
    pub(super) link: String,
    pub(super) members: String,
    pub(super) expected: String,
    pub(super) range: Range,
    pub(super) number: String,
}

/// A member of a unit.
struct Member {
    name: String,
    id: String,
    link: String,
    level: u8,
    chance: String,
    knew: String,
    betrayed: String,
    swept: bool,
}

/// The members of a unit.
struct Members {
    title: String,
    sweep: String,
    people: Vec<Member>,
}

#[derive(Template)]
#[template(path = "units.html")]
struct UnitsPage {
    shell: Shell,
    title: String,
    as_of: Option<String>,
    query: String,
    units: Vec<UnitRow>,
    /// The number at the end of the axis.
    end: String,
    members: Option<Members>,
    provenance: String,
}

/// `GET /beliefs/units`
pub(crate) async fn units((State(desk), Extension(language)): Asked, Query(asks): Query<Asks>) -> Response {
    answered(language, move || page(&desk, language, &asks)).await
}

fn page(desk: &Desk, language: Language, asks: &Asks) -> Result<Response, Problem> {
    shown(desk, language, asks, |view, weighed| Ok(of(view, weighed, language, asks)?.render()?))
}

fn of(view: &View, weighed: &Weighed, language: Language, asks: &Asks) -> Result<UnitsPage, Problem> {
    let (beliefs, words) = (&weighed.beliefs, &language.words().belief);
    let sure = beliefs.units.iter().filter(|unit| unit.range[0] > 0).count();
    let query = asks.query();
    let members = (!asks.unit.is_empty()).then(|| members(view, beliefs, &asks.unit, language)).transpose()?;
    Ok(UnitsPage {
        title: if sure == 0 { words.units_none.to_owned() } else { words.units_some.of(sure) },
        as_of: asks.at(language)?.map(|at| fill(words.as_of_said, &[&moment(at)])),
        units: unit_rows(beliefs, &query, language),
        end: longest(beliefs).to_string(),
        members,
        provenance: provenance(beliefs, language),
        query,
        shell: Shell::of(language, Place::People, view),
    })
}

/// The largest number that a unit's line reaches.
pub(super) fn longest(beliefs: &Beliefs) -> u32 {
    beliefs.units.iter().map(|unit| unit.range[2]).max().unwrap_or(0).max(1)
}

/// Units as they are drawn, those with most first.
pub(super) fn unit_rows(beliefs: &Beliefs, query: &str, language: Language) -> Vec<UnitRow> {
    let words = &language.words().belief;
    let end = f64::from(longest(beliefs));
    let row = |unit: &Infiltration| {
        let ([low, _, high], expected) = (unit.range, format!("{:.1}", unit.mean));
        UnitRow {
            unit: unit.unit.clone(),
            link: format!("/beliefs/units?{query}unit={}#members", in_address(&unit.unit)),
            members: count(unit.members),
            range: Range {
                tick: place(unit.mean / end),
                half: None,
                all: Some((place(f64::from(low) / end), place(f64::from(high) / end))),
                said: fill(words.unit_said, &[&unit.unit, &expected, &low, &high]),
            },
            expected,
            number: fill(words.to, &[&low, &high]),
        }
    };
    beliefs.units.iter().map(row).collect()
}

fn members(view: &View, beliefs: &Beliefs, unit: &str, language: Language) -> Result<Members, Problem> {
    let words = &language.words().belief;
    let of_unit: Vec<&Belief> = beliefs.people.iter().filter(|b| b.unit == unit).collect();
    if of_unit.is_empty() {
        return Err(Problem::Refused(words.no_unit.to_owned()));
    }
    let swept = swept(&of_unit.iter().map(|b| b.probability).collect::<Vec<_>>());
    let member = |(place, belief): (usize, &&Belief)| Member {
        name: name_of(&view.state, &belief.person),
        id: belief.person.to_string(),
        link: person_path(&belief.person),
        level: belief.level,
        chance: words.of(belief.probability),
        knew: count(belief.known),
        betrayed: count(belief.betrayed),
        swept: place < swept,
    };
    Ok(Members {
        title: fill(words.members_of, &[&unit]),
        sweep: fill(words.sweep_what, &[&count(swept), &count(of_unit.len())]),
        people: of_unit.iter().enumerate().map(member).collect(),
    })
}

/// How many of the likeliest hold nine in ten of those who are expected to leak; probabilities fall.
pub(crate) fn swept(probabilities: &[f64]) -> usize {
    let wanted = SWEPT * probabilities.iter().sum::<f64>();
    let mut held = 0.0;
    let enough = probabilities.iter().position(|p| {
        held += p;
        held >= wanted
    });
    enough.map_or(probabilities.len(), |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_list_holds_nine_in_ten_of_those_expected_and_no_more_people_than_that_takes() {
        assert_eq!(swept(&[0.9, 0.05, 0.05]), 1);
        assert_eq!(swept(&[0.5, 0.3, 0.1, 0.1]), 3, "0.9 of 1.0");
        assert_eq!(swept(&[0.1; 10]), 9);
        assert_eq!(swept(&[]), 0);
    }
}
