//! The balances with which accounts begin and end.

use super::{Index, of};
use crate::engine::Engine;
use crate::failure::Failure;
use holm_statements::accounts::Of;
use holm_statements::accounts::worth::Ends;
use holm_statements::money::Money;
use std::collections::BTreeMap;

/// Rows of an account at its first and last instant: amount and balance after it.
#[derive(Debug, Default)]
struct Outer {
    opening: Vec<(i64, i64)>,
    closing: Vec<(i64, i64)>,
}

/// Opening and closing balance of each account that states balances.
pub(crate) fn of_accounts(engine: &Engine, index: &Index) -> Result<BTreeMap<Of, Vec<Ends>>, Failure> {
    let names = ["person", "currency", "own", "opens", "closes", "amount", "balance"];
    let mut accounts: BTreeMap<(Of, i64), Outer> = BTreeMap::new();
    for [person, currency, own, opens, closes, amount, balance] in engine.rows(include_str!("../sql/ends.sql"), &[], names)? {
        let (Some(of), Some(own), Some(amount), Some(balance)) = (of(person, currency, index), own, amount, balance) else {
            continue;
        };
        let outer = accounts.entry((of, own)).or_default();
        if opens == Some(1) {
            outer.opening.push((amount, balance));
        }
        if closes == Some(1) {
            outer.closing.push((amount, balance));
        }
    }
    let mut all: BTreeMap<Of, Vec<Ends>> = BTreeMap::new();
    for ((of, _), outer) in accounts {
        if let (Some(opening), Some(closing)) = (opening(&outer.opening), closing(&outer.closing)) {
            all.entry(of).or_default().push(Ends { opening: Money(opening), closing: Money(closing) });
        }
    }
    Ok(all)
}

/// The balance before rows of one instant: the one that no row of them ends with. Where there is none (they come back to where they
/// began), that before the row that stands first.
fn opening(rows: &[(i64, i64)]) -> Option<i64> {
    let before = |(amount, balance): &(i64, i64)| balance - amount;
    let begins = rows.iter().map(before).find(|b| !rows.iter().any(|(_, balance)| balance == b));
    begins.or_else(|| rows.first().map(before))
}

/// The balance after rows of one instant: the one that no row of them begins with, else that of the row that stands last.
fn closing(rows: &[(i64, i64)]) -> Option<i64> {
    let ends = rows.iter().map(|r| r.1).find(|end| !rows.iter().any(|(amount, balance)| balance - amount == *end));
    ends.or_else(|| rows.last().map(|r| r.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_day_chain_in_either_order() {
        let up = [(5, 105), (-20, 85), (30, 115)];
        let down = [(30, 115), (-20, 85), (5, 105)];
        for rows in [up, down] {
            assert_eq!((opening(&rows), closing(&rows)), (Some(100), Some(115)));
        }
    }
}
