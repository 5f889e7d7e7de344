//! Who was told what: people by items, in parts both ways.

use std::collections::BTreeSet;
use std::ops::Range;

use askama::Template;
use axum::extract::Query;
use holm::state::State;
use holm_record::id::PersonId;
use serde::Deserialize;

use super::matrix::{Matrix, Told};
use super::people::{Wanted, unit};
use super::{Asked, Part, Place, ROWS, Shell, Shown, day, in_address};
use crate::language::{Language, count};
use crate::office::View;
use crate::words::fill;

/// Items that are shown at once: as many as a page is wide.
const COLUMNS: usize = 20;

/// What stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    #[serde(default)]
    q: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    rows: usize,
    #[serde(default)]
    columns: usize,
}

struct Column {
    name: String,
    released: String,
    told: String,
}

struct Cell {
    shape: &'static str,
    /// The same in words; empty if the person was not told.
    word: &'static str,
}

struct Row {
    id: String,
    name: String,
    left: bool,
    told: String,
    cells: Vec<Cell>,
}

/// People of one unit.
struct Group {
    unit: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "told.html")]
struct ToldPage {
    shell: Shell,
    title: String,
    q: String,
    unit: String,
    item: String,
    units: Vec<String>,
    columns: Vec<Column>,
    groups: Vec<Group>,
    people: Part,
    items: Part,
    people_shown: String,
    items_shown: String,
    empty: bool,
}

/// `GET /told`
pub(crate) async fn told(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| Ok(page(&*desk.office.view()?, language, asks))).await
}

fn page(view: &View, language: Language, asks: Asks) -> ToldPage {
    let words = &language.words().told;
    let wanted = Wanted { text: asks.q.clone(), unit: asks.unit.clone(), keyless: false };
    let matrix = Matrix::new(&view.state, &wanted, &asks.item);
    let query = format!("q={}&unit={}&item={}&", in_address(&asks.q), in_address(&asks.unit), in_address(&asks.item));
    let people = Part::along("rows", asks.rows, ROWS, matrix.people.len(), &format!("{query}columns={}&", asks.columns));
    let items = Part::along("columns", asks.columns, COLUMNS, matrix.items.len(), &format!("{query}rows={}&", asks.rows));
    let caption = |sentence, part: &Part| fill(sentence, &[&count(part.from + 1), &count(part.to), &count(part.of)]);
    let units: BTreeSet<String> = view.state.persons.values().map(unit).collect();
    ToldPage {
        title: title(&view.state, language),
        columns: columns(&matrix, &(items.from..items.to)),
        groups: groups(&matrix, &(people.from..people.to), &(items.from..items.to), language),
        people_shown: caption(words.people_shown, &people),
        items_shown: caption(words.items_shown, &items),
        q: asks.q,
        unit: asks.unit,
        item: asks.item,
        units: units.into_iter().collect(),
        people,
        items,
        empty: view.state.items.values().all(|i| i.released.is_none()),
        shell: Shell::of(language, Place::Items, view),
    }
}

fn title(state: &State, language: Language) -> String {
    let words = &language.words().told;
    let told: BTreeSet<&PersonId> = state.items.values().flat_map(|i| &i.disclosures).map(|d| &d.person).collect();
    match told.len() {
        0 => words.nobody.to_owned(),
        n => words.title.of(n).replace("{people}", &count(state.persons.len())),
    }
}

fn columns(matrix: &Matrix<'_>, shown: &Range<usize>) -> Vec<Column> {
    let shown = matrix.items.get(shown.clone()).unwrap_or_default();
    let column = |(name, item, told): &(&holm_record::id::ItemName, &holm::state::Item, usize)| Column {
        name: name.to_string(),
        released: item.released.as_ref().map(|r| day(r.at)).unwrap_or_default(),
        told: count(*told),
    };
    shown.iter().map(column).collect()
}

fn groups(matrix: &Matrix<'_>, rows: &Range<usize>, columns: &Range<usize>, language: Language) -> Vec<Group> {
    let words = &language.words().told;
    let cell = |told: Told| match told {
        Told::No => Cell { shape: "", word: "" },
        Told::Unsigned => Cell { shape: "○", word: words.told },
        Told::Signed => Cell { shape: "●", word: words.signed },
    };
    let mut groups: Vec<Group> = Vec::new();
    let people = matrix.people.get(rows.clone()).unwrap_or_default();
    for ((id, person, told), cells) in people.iter().zip(matrix.cells(rows, columns)) {
        let row = Row {
            id: id.to_string(),
            name: person.facts.name.clone(),
            left: person.left,
            told: count(*told),
            cells: cells.into_iter().map(cell).collect(),
        };
        let unit = unit(person);
        match groups.last_mut().filter(|group| group.unit == unit) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { unit, rows: vec![row] }),
        }
    }
    groups
}

#[cfg(test)]
pub(crate) mod tests {
    use holm::state::{Disclosure, Item, Person, Release};
    use holm_record::commitment::Commitment;
    use holm_record::event::PersonFacts;
    use holm_record::id::{CopyId, ItemName};
    use jiff::{Timestamp, ToSpan};

    use super::*;

    fn person(number: usize, name: String) -> (PersonId, Person) {
        let facts = PersonFacts {
            name,
            agency: "Bureau".to_owned(),
            unit: format!("Unit {}", number % 7),
            level: 1,
            role: "analyst".to_owned(),
            email: String::new(),
            devices: Vec::new(),
        };
        (PersonId::new(format!("p{number:04}")).unwrap(), Person { facts, left: false, lost: Vec::new(), since: 0 })
    }

    fn item(number: u64, to: Vec<PersonId>) -> Item {
        let at = Timestamp::UNIX_EPOCH + (number as i64).hours();
        let disclosure = |(index, person): (u64, PersonId)| Disclosure {
            index,
            copy: CopyId::of(&person, 1).unwrap(),
            receipt: (index % 2 == 0).then_some(at),
            person,
            recipients: Vec::new(),
            sealed: String::new(),
            content: Commitment([0; 32]),
            told_at: at,
            receipt_index: None,
            reply_to: None,
        };
        let released = Release {
            index: number,
            at,
            key: Commitment([0; 32]),
            key_object: String::new(),
            custodians: Vec::new(),
            threshold: 1,
            master_object: String::new(),
            marking: None,
            conditions: None,
            file: String::new(),
        };
        let disclosures = (0..).zip(to).map(disclosure).collect();
        Item { released: Some(released), disclosures, ..Item::default() }
    }

    /// People who were told items, every fifth each, half of whom signed.
    pub(crate) fn world(people: usize, items: u64) -> View {
        let persons = (0..people).map(|n| person(n, format!("Person {n}"))).collect();
        let mut state = State { persons, ..State::default() };
        let to = |n: u64| state.persons.keys().skip(n as usize % 5).step_by(5).cloned().collect();
        state.items = (0..items).map(|n| (ItemName::new(format!("item-{n:03}")).unwrap(), item(n, to(n)))).collect();
        View::bare(state)
    }

    fn shown(view: &View, asks: Asks) -> String {
        page(view, Language::English, asks).render().unwrap()
    }

    #[test]
    fn a_thousand_people_and_five_hundred_items_are_shown_a_part_at_a_time() {
        let view = world(1_000, 500);
        let first = shown(&view, Asks::default());
        assert!(first.len() < 400_000, "{} bytes", first.len());
        assert_eq!(first.matches("scope=\"row\"").count(), ROWS + 1, "a row each, and the foot");
        assert_eq!(first.matches("class=\"item\"").count(), COLUMNS);
        assert!(first.contains("People 1 to 100 of 1,000") && first.contains("Items 1 to 20 of 500"));
        assert!(first.contains("item-499") && !first.contains("item-479"), "the newest items come first");
        let last = shown(&view, Asks { rows: usize::MAX, columns: usize::MAX, ..Asks::default() });
        assert!(last.contains("People 901 to 1,000 of 1,000") && last.contains("Items 481 to 500 of 500"));
        assert!(last.contains("item-000") && !last.contains("item-020"));
    }

    #[test]
    fn parts_that_are_put_together_say_of_everybody_what_the_record_says() {
        let view = world(230, 45);
        let everybody = Wanted { text: String::new(), unit: String::new(), keyless: false };
        let matrix = Matrix::new(&view.state, &everybody, "");
        let (people, items) = (matrix.people.len(), matrix.items.len());
        for rows in [0..100, 100..200, 200..people] {
            for columns in [0..20, 20..40, 40..items] {
                for (row, cells) in rows.clone().zip(matrix.cells(&rows, &columns)) {
                    for (column, told) in columns.clone().zip(cells) {
                        let of = |d: &&Disclosure| d.person == *matrix.people[row].0;
                        let expected = match matrix.items[column].1.disclosures.iter().find(of) {
                            None => Told::No,
                            Some(d) if d.receipt.is_some() => Told::Signed,
                            Some(_) => Told::Unsigned,
                        };
                        assert_eq!(told, expected, "{row}, {column}");
                    }
                }
            }
        }
        let counted = |counts: &mut dyn Iterator<Item = usize>| counts.sum::<usize>();
        assert_eq!(
            counted(&mut matrix.people.iter().map(|p| p.2)),
            counted(&mut matrix.items.iter().map(|i| i.2)),
            "both ways, the sum is of all marks"
        );
    }

    #[test]
    fn what_is_looked_for_leaves_the_rest_out_and_stays_in_the_links() {
        let view = world(1_000, 50);
        let page = shown(&view, Asks { unit: "Bureau, Unit 3".to_owned(), item: "item-0".to_owned(), ..Asks::default() });
        assert!(page.contains("People 1 to 100 of 143") && page.contains("Items 1 to 20 of 50"), "{page}");
        assert!(page.contains("unit=Bureau%2C%20Unit%203&#38;item=item-0&#38;columns=0&#38;rows=1"), "{page}");
        assert!(!page.contains("p0001") && page.contains("p0003"));
        let nobody = shown(&view, Asks { q: "<b>\"nobody".to_owned(), ..Asks::default() });
        assert!(nobody.contains("&#60;b&#62;&#34;nobody") && !nobody.contains("<table") && !nobody.contains("<b>"));
    }

    #[test]
    fn names_that_are_long_or_hostile_are_shown_as_they_are_written() {
        let mut view = world(0, 0);
        let names = ["x".repeat(400), "<img src=x onerror=alert(1)>".to_owned(), "\"><script>alert(1)</script>".to_owned()];
        view.state.persons = names.into_iter().enumerate().map(|(n, name)| person(n, name)).collect();
        let to = view.state.persons.keys().cloned().collect();
        view.state.items.insert(ItemName::new("a").unwrap(), item(0, to));
        let page = shown(&view, Asks::default());
        assert!(page.contains(&"x".repeat(400)) && page.contains("&#60;img src=x onerror=alert(1)&#62;"));
        assert!(!page.contains("<img") && !page.contains("<script>alert"));
    }

    #[test]
    fn before_anything_is_shared_the_page_says_what_will_stand_here() {
        let page = shown(&world(12, 0), Asks::default());
        assert!(page.contains("Nobody was told anything") && page.contains("No item has been shared yet"));
        assert!(!page.contains("<table") && !page.contains("<form class=\"search"));
    }
}
