//! People by items: who was told what, of a record with a thousand people and hundreds of items, a part at a time.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use holm::state::{Item, Person, State};
use holm_record::id::{ItemName, PersonId};

use super::items::found;
use super::people::Wanted;

/// What the record says of a person and an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Told {
    /// No copy was issued.
    #[default]
    No,
    /// At least one copy was issued, none of them signed for.
    Unsigned,
    /// A copy was issued and signed for.
    Signed,
}

/// Everybody and everything that was looked for, in the order in which they are shown.
pub(crate) struct Matrix<'s> {
    /// By agency and unit, within one by id; with the number of these items that each was told.
    pub(crate) people: Vec<(&'s PersonId, &'s Person, usize)>,
    /// From the newest; with the number of these people who were told each.
    pub(crate) items: Vec<(&'s ItemName, &'s Item, usize)>,
    rows: HashMap<&'s PersonId, usize>,
}

impl<'s> Matrix<'s> {
    /// These people and the items whose name or marking holds a text.
    pub(crate) fn new(state: &'s State, wanted: &Wanted, item: &str) -> Self {
        let mut people = by_unit(wanted.found(state));
        let rows: HashMap<&PersonId, usize> = people.iter().enumerate().map(|(row, (id, ..))| (*id, row)).collect();
        // The last item that a person was counted for: a person with two copies was told once.
        let mut counted = vec![usize::MAX; people.len()];
        let mut count = |(number, (name, item)): (usize, (&'s ItemName, &'s Item))| {
            let mut told = 0;
            for row in item.disclosures.iter().filter_map(|d| rows.get(&d.person)) {
                let (Some(last), Some(person)) = (counted.get_mut(*row), people.get_mut(*row)) else { continue };
                if *last != number {
                    *last = number;
                    person.2 += 1;
                    told += 1;
                }
            }
            (name, item, told)
        };
        let released = found(state, item).into_iter().filter(|(_, item)| item.released.is_some());
        let items = released.enumerate().map(&mut count).collect();
        Self { people, items, rows }
    }

    /// What these rows say of these columns.
    pub(crate) fn cells(&self, rows: &Range<usize>, columns: &Range<usize>) -> Vec<Vec<Told>> {
        let mut cells = vec![vec![Told::No; columns.len()]; rows.len()];
        for (column, (_, item, _)) in self.items.get(columns.clone()).unwrap_or_default().iter().enumerate() {
            for disclosure in &item.disclosures {
                let row = self.rows.get(&disclosure.person).and_then(|row| row.checked_sub(rows.start));
                let cell = row.and_then(|row| cells.get_mut(row)).and_then(|row| row.get_mut(column));
                let told = if disclosure.receipt.is_some() { Told::Signed } else { Told::Unsigned };
                cell.into_iter().for_each(|cell| *cell = told.max(*cell));
            }
        }
        cells
    }
}

fn by_unit<'s>(people: Vec<(&'s PersonId, &'s Person)>) -> Vec<(&'s PersonId, &'s Person, usize)> {
    let mut by_unit: BTreeMap<(&str, &str), Vec<_>> = BTreeMap::new();
    for (id, person) in people {
        by_unit.entry((&person.facts.agency, &person.facts.unit)).or_default().push((id, person, 0));
    }
    by_unit.into_values().flatten().collect()
}
