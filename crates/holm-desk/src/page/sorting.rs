//! Tables that are sorted by a column, which stands in the address: `?sort=told`, falling `?sort=-told`.
//!
//! Everything that was found is sorted, not only the part that is shown, and it works without scripts.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Digits of numbers within text that are compared by size.
const DIGITS: usize = 20;

/// What rows are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// Rises first when it is chosen.
    Text(String),
    /// Falls first.
    Number(i64),
}

impl Key {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(natural(text))
    }

    pub(crate) fn count(count: usize) -> Self {
        Self::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

/// Text as people sort it: without regard to case and accents, numbers by their size.
pub(crate) fn natural(text: &str) -> String {
    let mut sorted = String::new();
    let mut digits = String::new();
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    for c in plain.chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            sorted.extend(std::iter::repeat_n('0', DIGITS.saturating_sub(digits.len())));
            sorted.push_str(&std::mem::take(&mut digits));
        }
        sorted.push(c);
    }
    sorted
}

/// A column of a table of `R`.
pub(crate) struct Column<'a, R> {
    /// What it is called in the address; a column without a name is not sorted by.
    name: &'static str,
    /// What stands at its head.
    head: &'static str,
    /// Whether it holds numbers, which stand at its right.
    number: bool,
    key: Box<dyn Fn(&R) -> Key + 'a>,
}

impl<'a, R> Column<'a, R> {
    pub(crate) fn new(name: &'static str, head: &'static str, key: impl Fn(&R) -> Key + 'a) -> Self {
        Self { name, head, number: false, key: Box::new(key) }
    }

    /// Of numbers.
    pub(crate) fn counted(name: &'static str, head: &'static str, key: impl Fn(&R) -> usize + 'a) -> Self {
        Self { name, head, number: true, key: Box::new(move |row| Key::count(key(row))) }
    }

    /// Of links and the like.
    pub(crate) fn fixed(head: &'static str) -> Self {
        Self::new("", head, |_| Key::Number(0))
    }
}

/// The head of a column as it is shown.
pub(crate) struct Head {
    pub(crate) name: &'static str,
    pub(crate) number: bool,
    /// Query by which the table is sorted by this column, or the other way, or as it was; none if it cannot be.
    pub(crate) link: Option<String>,
    /// `aria-sort`, if the table is sorted by it.
    pub(crate) order: Option<&'static str>,
    pub(crate) sign: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Rising,
    Falling,
}

/// A table's columns and the one by which it is sorted.
pub(crate) struct Sorting<'a, R> {
    columns: Vec<Column<'a, R>>,
    by: Option<(usize, Order)>,
}

impl<'a, R> Sorting<'a, R> {
    /// `asked` is what stands in the address; a column that is none is as good as nothing.
    pub(crate) fn new(asked: &str, columns: Vec<Column<'a, R>>) -> Self {
        let (name, order) = asked.strip_prefix('-').map_or((asked, Order::Rising), |name| (name, Order::Falling));
        let by = columns.iter().position(|c| !name.is_empty() && c.name == name).map(|at| (at, order));
        Self { columns, by }
    }

    /// Sorts rows that were in the order of the page's own; rows that say the same stay in it.
    pub(crate) fn sort(&self, rows: &mut [R]) {
        let Some((at, order)) = self.by else { return };
        let Some(column) = self.columns.get(at) else { return };
        match order {
            Order::Rising => rows.sort_by_cached_key(|row| (column.key)(row)),
            Order::Falling => rows.sort_by_cached_key(|row| std::cmp::Reverse((column.key)(row))),
        }
    }

    /// Whether another order than the page's own is asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.by.is_some()
    }

    /// What stands in the address for it, to be kept by links and forms: `-told`, or nothing.
    pub(crate) fn asked(&self) -> String {
        self.by.and_then(|(at, order)| Some(sign(order).to_owned() + self.columns.get(at)?.name)).unwrap_or_default()
    }

    /// The same as a part of a query: `sort=-told&`, or nothing.
    pub(crate) fn query(&self) -> String {
        if self.is_asked() { format!("sort={}&", self.asked()) } else { String::new() }
    }

    /// The heads; `query` is what else stands in the address, `first` a row of the table, if it has any.
    pub(crate) fn heads(&self, query: &str, first: Option<&R>) -> Vec<Head> {
        let head = |(at, column): (usize, &Column<'a, R>)| {
            let now = self.by.filter(|(by, _)| *by == at).map(|(_, order)| order);
            let falls_first = first.is_some_and(|row| matches!((column.key)(row), Key::Number(_)));
            let link = (!column.name.is_empty()).then(|| match next(now, falls_first) {
                Some(order) => format!("?{query}sort={}{}", sign(order), column.name),
                None => format!("?{query}"),
            });
            Head {
                name: column.head,
                number: column.number,
                link,
                order: now.map(|order| if order == Order::Rising { "ascending" } else { "descending" }),
                sign: now.map_or("↕", |order| if order == Order::Rising { "↑" } else { "↓" }),
            }
        };
        self.columns.iter().enumerate().map(head).collect()
    }
}

fn sign(order: Order) -> &'static str {
    if order == Order::Rising { "" } else { "-" }
}

/// What a column is sorted by after it was pressed: one way, the other, and not at all.
fn next(now: Option<Order>, falls_first: bool) -> Option<Order> {
    let (first, second) = if falls_first { (Order::Falling, Order::Rising) } else { (Order::Rising, Order::Falling) };
    match now {
        None => Some(first),
        Some(order) if order == first => Some(second),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(asked: &str) -> Sorting<'static, (&'static str, usize)> {
        let columns = vec![
            Column::new("name", "Name", |row: &(&str, usize)| Key::text(row.0)),
            Column::counted("told", "Told", |row: &(&str, usize)| row.1),
            Column::fixed("Files"),
        ];
        Sorting::new(asked, columns)
    }

    fn sorted(asked: &str) -> Vec<&'static str> {
        let mut rows = [("p10", 1), ("Ángel", 3), ("p9", 3), ("zoé", 2), ("andrea", 1)];
        table(asked).sort(&mut rows);
        rows.map(|row| row.0).to_vec()
    }

    #[test]
    fn text_is_sorted_as_people_sort_it_and_equal_rows_keep_their_order() {
        assert_eq!(sorted("name"), ["andrea", "Ángel", "p9", "p10", "zoé"]);
        assert_eq!(sorted("-name"), ["zoé", "p10", "p9", "Ángel", "andrea"]);
        assert_eq!(sorted("-told"), ["Ángel", "p9", "zoé", "p10", "andrea"]);
        for asked in ["", "-", "none", "--told", "Files", "told&x"] {
            assert_eq!(sorted(asked), ["p10", "Ángel", "p9", "zoé", "andrea"], "{asked}");
        }
    }

    #[test]
    fn a_head_leads_to_one_order_then_the_other_then_to_none() {
        let links = |asked: &str| -> Vec<Option<String>> {
            table(asked).heads("q=a&", Some(&("p1", 1))).into_iter().map(|h| h.link).collect()
        };
        let some = |link: &str| Some(link.to_owned());
        assert_eq!(links(""), [some("?q=a&sort=name"), some("?q=a&sort=-told"), None], "counts fall first");
        assert_eq!(links("-told"), [some("?q=a&sort=name"), some("?q=a&sort=told"), None]);
        assert_eq!(links("told")[1], some("?q=a&"));
        let head = &table("told").heads("", None)[1];
        assert_eq!((head.order, head.sign), (Some("ascending"), "↑"));
        assert_eq!((table("-told").query(), table("x").query()), ("sort=-told&".to_owned(), String::new()));
    }
}
